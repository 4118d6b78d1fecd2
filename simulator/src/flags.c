// The command line of three generations: what each accepts, refuses, and says of itself.
#include "station.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { J = 1 << JANUARY, F = 1 << FEBRUARY, S = 1 << SSMIRR, ALL = J | F | S };

struct flag {
  const char *name;
  char letter;
  int dialects;
  bool takes_value, value_optional;
  const char *help;
};

static const struct flag FLAGS[] = {
    {"bandwidth", 'b', ALL, true, false, "--bandwidth float           total bandwidth limit in Mbps (-1 for unlimited) (default 40)"},
    {"compartment-id", 0, F, true, false, "--compartment-id string     personal compartment ID or share token"},
    {"geo", 0, S, false, false, "--geo                       enable client location tracking"},
    {"help", 'h', ALL, false, false, "--help                      help for start"},
    {"idle-restart", 0, S, true, false, "--idle-restart duration     restart after this long without clients (min 30m)"},
    {"max-clients", 'm', J | S, true, false, "--max-clients int           maximum number of proxy clients (1-1000) (default 50)"},
    {"max-common-clients", 'm', F, true, false, "--max-common-clients int    maximum number of common proxy clients (0-1000) (default 50)"},
    {"max-personal-clients", 0, F, true, false, "--max-personal-clients int  maximum number of personal proxy clients (0-1000)"},
    {"metrics-addr", 0, J | F, true, false, "--metrics-addr string       address for Prometheus metrics endpoint (e.g. :9090)"},
    {"psiphon-config", 'c', ALL, true, false, "--psiphon-config string     path to Psiphon network config file"},
    {"set", 0, F, true, false, "--set stringArray           override a configuration value (key=value)"},
    {"stats-file", 's', J | S, true, true, "--stats-file string[=\"stats.json\"]  persist stats to JSON file"},
    {"data-dir", 'd', ALL, true, false, "--data-dir string           data directory (default \"./data\")"},
    {"verbose", 'v', ALL, false, false, "--verbose count             increase verbosity"},
};
#define FLAG_COUNT (sizeof FLAGS / sizeof FLAGS[0])

static const char *const SETTABLE[] = {
    "EmitDiagnosticNotices", "EmitInproxyProxyActivity", "InproxyLimitDownstreamBytesPerSecond", "InproxyLimitUpstreamBytesPerSecond",
    "InproxyMaxClients", "InproxyMaxCommonClients", "InproxyMaxPersonalClients", "InproxyProxyPersonalCompartmentID",
    "InproxyReducedStartTime", "InproxyReducedEndTime", "InproxyReducedMaxCommonClients",
    "InproxyReducedLimitDownstreamBytesPerSecond", "InproxyReducedLimitUpstreamBytesPerSecond",
};

void usage_error(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fputs("Error: ", stderr);
  vfprintf(stderr, format, arguments);
  fputs("\n", stderr);
  va_end(arguments);
  exit(1);
}

void print_help(void) {
  puts("Start the Conduit inproxy service to relay traffic for users in censored regions.\n\nUsage:\n  conduit start [flags]\n\nFlags:");
  for (size_t i = 0; i < FLAG_COUNT; i++) {
    if (!(FLAGS[i].dialects & (1 << station.set.dialect))) continue;
    if (FLAGS[i].letter) printf("  -%c, %s\n", FLAGS[i].letter, FLAGS[i].help);
    else printf("      %s\n", FLAGS[i].help);
  }
}

static const struct flag *find_flag(const char *name, size_t length, char letter) {
  for (size_t i = 0; i < FLAG_COUNT; i++) {
    if (!(FLAGS[i].dialects & (1 << station.set.dialect))) continue;
    if (letter ? FLAGS[i].letter == letter : strlen(FLAGS[i].name) == length && strncmp(FLAGS[i].name, name, length) == 0) return &FLAGS[i];
  }
  return NULL;
}

static long whole_number(const char *text, const char *flag) {
  char *end;
  long value = strtol(text, &end, 10);
  if (*text == '\0' || *end != '\0') usage_error("invalid argument \"%s\" for \"--%s\" flag: strconv.ParseInt: parsing \"%s\": invalid syntax", text, flag, text);
  return value;
}

static void check_setting(const char *value) {
  const char *equals = strchr(value, '=');
  for (size_t i = 0; equals != NULL && i < sizeof SETTABLE / sizeof SETTABLE[0]; i++) {
    if (strlen(SETTABLE[i]) == (size_t)(equals - value) && strncmp(SETTABLE[i], value, (size_t)(equals - value)) == 0) return;
  }
  usage_error("invalid --set override \"%s\"", value);
}

static void take(const struct flag *flag, const char *value, bool *personal_compartment) {
  struct settings *set = &station.set;
  if (strcmp(flag->name, "max-clients") == 0 || strcmp(flag->name, "max-common-clients") == 0) set->max_clients = whole_number(value, flag->name);
  else if (strcmp(flag->name, "max-personal-clients") == 0) set->max_personal = whole_number(value, flag->name);
  else if (strcmp(flag->name, "bandwidth") == 0) set->bandwidth = atof(value);
  else if (strcmp(flag->name, "data-dir") == 0) snprintf(set->data_dir, sizeof set->data_dir, "%s", value);
  else if (strcmp(flag->name, "stats-file") == 0) set->stats_file = true;
  else if (strcmp(flag->name, "compartment-id") == 0) *personal_compartment = true;
  else if (strcmp(flag->name, "set") == 0) check_setting(value);
  else if (strcmp(flag->name, "metrics-addr") == 0) {
    const char *colon = strrchr(value, ':');
    if (colon == NULL) usage_error("invalid metrics address \"%s\"", value);
    snprintf(set->metrics_host, sizeof set->metrics_host, "%.*s", (int)(colon - value), value);
    set->metrics_port = (int)whole_number(colon + 1, flag->name);
  } else if (strcmp(flag->name, "help") == 0) {
    print_help();
    exit(0);
  }
}

void parse_start_flags(int argc, char **argv) {
  struct settings *set = &station.set;
  set->max_clients = 50;
  set->bandwidth = 40;
  snprintf(set->data_dir, sizeof set->data_dir, "./data");
  bool compartment = false;
  for (int i = 1; i < argc; i++) {
    char *argument = argv[i];
    if (argument[0] != '-' || argument[1] == '\0') usage_error("unknown command \"%s\" for \"conduit start\"", argument);
    bool is_long = argument[1] == '-';
    char *name = argument + (is_long ? 2 : 1), *equals = strchr(name, '=');
    size_t length = equals ? (size_t)(equals - name) : strlen(name);
    const struct flag *flag = is_long ? find_flag(name, length, 0) : find_flag(NULL, 0, name[0]);
    if (flag == NULL && is_long) usage_error("unknown flag: --%.*s", (int)length, name);
    if (flag == NULL) usage_error("unknown shorthand flag: '%c' in %s", name[0], argument);
    const char *value = is_long ? (equals ? equals + 1 : NULL) : flag->takes_value && name[1] ? name + 1 + (name[1] == '=') : NULL;
    if (flag->takes_value && value == NULL && !flag->value_optional) {
      if (i + 1 >= argc) usage_error("flag needs an argument: --%s", flag->name);
      value = argv[++i];
    }
    take(flag, value ? value : "", &compartment);
  }
  long least = set->dialect == FEBRUARY ? 0 : 1;
  if (set->max_clients < least || set->max_clients > 1000) usage_error("max-clients must be between %ld and 1000", least);
  if (set->max_personal < 0 || set->max_personal > 1000) usage_error("max-personal-clients must be between 0 and 1000");
  if (set->max_clients + set->max_personal == 0) usage_error("at least one of max-common-clients and max-personal-clients must be greater than 0");
  if (set->max_personal > 0 && !compartment) usage_error("max-personal-clients needs a personal compartment");
  if (set->bandwidth != -1 && set->bandwidth < 1) usage_error("bandwidth must be at least 1 Mbps (or -1 for unlimited)");
}
