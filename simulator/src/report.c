// What the station says of itself: log lines, stats.json, Prometheus metrics, each in its dialect.
#include "station.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

long connected_clients(void) {
  long sum = 0;
  for (int i = 0; i < REGION_COUNT; i++) sum += station.regions[i].sessions + station.regions[i].scripted;
  return sum;
}

double bytes_up(void) {
  double sum = 0;
  for (int i = 0; i < REGION_COUNT; i++) sum += station.regions[i].up;
  return sum;
}

double bytes_down(void) {
  double sum = 0;
  for (int i = 0; i < REGION_COUNT; i++) sum += station.regions[i].down;
  return sum;
}

static void clock_text(char out[32], const char *format) {
  time_t now = (time_t)now_seconds();
  struct tm local;
  gmtime_r(&now, &local);
  strftime(out, 32, format, &local);
}

void log_line(const char *format, ...) {
  char when[32];
  clock_text(when, "%Y-%m-%d %H:%M:%S");
  printf("%s ", when);
  va_list arguments;
  va_start(arguments, format);
  vprintf(format, arguments);
  va_end(arguments);
  putchar('\n');
}

void report_start(void) {
  char bandwidth[32] = "unlimited";
  if (station.set.bandwidth != -1) snprintf(bandwidth, sizeof bandwidth, station.set.dialect == FEBRUARY ? "%.0f Mbps" : "%.2f Mbps", station.set.bandwidth);
  if (station.set.dialect == FEBRUARY) {
    log_line("[OK] Starting Psiphon Conduit (Max Common Clients: %ld, Max Personal Clients: %ld, Bandwidth: %s)", station.set.max_clients, station.set.max_personal, bandwidth);
    if (station.set.metrics_port) log_line("[OK] Prometheus metrics available at http://%s:%d/metrics", station.set.metrics_host, station.set.metrics_port);
    log_line("[OK] Announcing to Psiphon broker");
  } else {
    printf("Starting Psiphon Conduit (Max Clients: %ld, Bandwidth: %s)\n", station.set.max_clients, bandwidth);
    puts("[OK] Connected to Psiphon network");
  }
}

static const char *size_text(double bytes, char out[32]) {
  static const char UNITS[] = "KMGTPE";
  if (bytes < 1024) {
    snprintf(out, 32, "%.0f B", bytes);
    return out;
  }
  int unit = -1;
  while (bytes >= 1024 && unit < 5) {
    bytes /= 1024;
    unit++;
  }
  snprintf(out, 32, "%.1f %cB", bytes, UNITS[unit]);
  return out;
}

static void uptime_text(char out[32]) {
  long seconds = (long)(now_seconds() - station.started_at);
  if (seconds >= 3600) snprintf(out, 32, "%ldh%ldm%lds", seconds / 3600, seconds / 60 % 60, seconds % 60);
  else if (seconds >= 60) snprintf(out, 32, "%ldm%lds", seconds / 60, seconds % 60);
  else snprintf(out, 32, "%lds", seconds);
}

static void regions_text(char *out, size_t size) {
  size_t used = (size_t)snprintf(out, size, "common[");
  int shown = 0, more = 0;
  for (int i = 0; i < REGION_COUNT; i++) {
    struct region *region = &station.regions[i];
    if (region->sessions + region->scripted == 0) continue;
    char traffic[32];
    if (shown == 3) {
      more++;
      continue;
    }
    used += (size_t)snprintf(out + used, size - used, "%s%s(conn:%ld|traffic:%s)", shown ? ", " : "", region->code, region->sessions + region->scripted, size_text(region->up + region->down, traffic));
    shown++;
  }
  if (shown == 0) snprintf(out, size, "none");
  else if (more) snprintf(out + used, size - used, " (+%d more...)]", more);
  else snprintf(out + used, size - used, "]");
}

static void write_stats_file(long connected) {
  char path[600], when[32];
  snprintf(path, sizeof path, "%s/stats.json", station.set.data_dir);
  FILE *file = fopen(path, "w");
  if (file == NULL) return;
  clock_text(when, "%Y-%m-%dT%H:%M:%SZ");
  fprintf(file, "{\"connectingClients\":%ld,\"connectedClients\":%ld,\"totalBytesUp\":%.0f,\"totalBytesDown\":%.0f,\"uptimeSeconds\":%.0f,\"isLive\":%s,\"timestamp\":\"%s\"}",
          station.connecting, connected, bytes_up(), bytes_down(), now_seconds() - station.started_at, station.live ? "true" : "false", when);
  fclose(file);
}

// Once a second: the real one prints when counts change, and 2.x every five seconds while bytes move.
void report_tick(void) {
  static long last_connected = 0, last_connecting = 0;
  static double last_bytes = 0, last_print = 0;
  long connected = connected_clients();
  double bytes = bytes_up() + bytes_down(), now = now_seconds();
  if (connected > 0) station.idle_since = now;
  bool changed = connected != last_connected || station.connecting != last_connecting;
  bool moving = station.set.dialect == FEBRUARY && bytes != last_bytes && now - last_print >= 5;
  if (!changed && !moving) return;
  last_connected = connected;
  last_connecting = station.connecting;
  last_bytes = bytes;
  last_print = now;
  char up[32], down[32], uptime[32], regions[512];
  uptime_text(uptime);
  size_text(bytes_up(), up);
  size_text(bytes_down(), down);
  if (station.set.dialect == FEBRUARY) {
    regions_text(regions, sizeof regions);
    log_line("[STATS] Announcing: %ld | Connecting: %ld | Connected: %ld | Up: %s | Down: %s | Uptime: %s | Regions: %s", station.announcing, station.connecting, connected, up, down, uptime, regions);
  } else {
    log_line("[STATS] Connecting: %ld | Connected: %ld | Up: %s | Down: %s | Uptime: %s", station.connecting, connected, up, down, uptime);
  }
  if (station.set.stats_file) write_stats_file(connected);
}

static size_t add(char *out, size_t size, size_t used, const char *format, ...) {
  if (used >= size) return used;
  va_list arguments;
  va_start(arguments, format);
  int wrote = vsnprintf(out + used, size - used, format, arguments);
  va_end(arguments);
  return used + (wrote > 0 ? (size_t)wrote : 0);
}

static size_t gauge(char *out, size_t size, size_t used, const char *name, const char *help, double value) {
  return add(out, size, used, "# HELP %s %s\n# TYPE %s gauge\n%s %.16g\n", name, help, name, name, value);
}

static size_t region_gauge(char *out, size_t size, size_t used, const char *name, const char *help, int field) {
  used = add(out, size, used, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
  for (int i = 0; i < REGION_COUNT; i++) {
    struct region *r = &station.regions[i];
    long connected = r->sessions + r->scripted;
    if (connected == 0 && r->up == 0 && r->down == 0) continue;
    double value = field == 0 ? r->up : field == 1 ? r->down : field == 2 ? 0 : (double)connected;
    used = add(out, size, used, "%s{region=\"%s\",scope=\"common\"} %.16g\n", name, r->code, value);
  }
  return used;
}

size_t render_metrics(char *out, size_t size) {
  size_t n = 0;
  double now = now_seconds();
  bool february = station.set.dialect == FEBRUARY;
  if (february) n = gauge(out, size, n, "conduit_announcing", "Number of inproxy announcement requests in flight", (double)station.announcing);
  n = gauge(out, size, n, "conduit_bandwidth_limit_bytes_per_second", "Configured bandwidth limit in bytes per second (0 = unlimited)", station.set.bandwidth == -1 ? 0 : station.set.bandwidth * 1e6 / 8);
  n = add(out, size, n, "# HELP conduit_build_info Build information about the Conduit service\n# TYPE conduit_build_info gauge\nconduit_build_info{build_repo=\"simulator\",build_rev=\"simulator\",go_version=\"none\",values_rev=\"none\"} 1\n");
  n = gauge(out, size, n, "conduit_bytes_downloaded", "Total number of bytes downloaded through the proxy", bytes_down());
  n = gauge(out, size, n, "conduit_bytes_uploaded", "Total number of bytes uploaded through the proxy", bytes_up());
  n = gauge(out, size, n, "conduit_connected_clients", "Number of clients currently connected to the proxy", (double)connected_clients());
  n = gauge(out, size, n, "conduit_connecting_clients", "Number of clients currently connecting to the proxy", (double)station.connecting);
  if (february) n = gauge(out, size, n, "conduit_idle_seconds", "Number of seconds the proxy has been idle", connected_clients() ? 0 : now - station.idle_since);
  n = gauge(out, size, n, "conduit_is_live", "Whether the service is connected to the Psiphon broker", station.live);
  if (february) {
    n = gauge(out, size, n, "conduit_max_common_clients", "Maximum number of common proxy clients allowed", (double)station.set.max_clients);
    n = gauge(out, size, n, "conduit_max_personal_clients", "Maximum number of personal proxy clients allowed", (double)station.set.max_personal);
    n = region_gauge(out, size, n, "conduit_region_bytes_downloaded", "Bytes downloaded by region", 1);
    n = region_gauge(out, size, n, "conduit_region_bytes_uploaded", "Bytes uploaded by region", 0);
    n = region_gauge(out, size, n, "conduit_region_connected_clients", "Connected clients by region", 3);
    n = region_gauge(out, size, n, "conduit_region_connecting_clients", "Connecting clients by region", 2);
  } else {
    n = gauge(out, size, n, "conduit_max_clients", "Maximum number of proxy clients allowed", (double)station.set.max_clients);
  }
  n = gauge(out, size, n, "conduit_uptime_seconds", "Number of seconds since the service started", now - station.started_at);
  static const char *const RUNTIME[] = {"go_goroutines", "go_threads", "go_memstats_alloc_bytes", "go_memstats_heap_inuse_bytes", "go_memstats_heap_objects", "go_memstats_next_gc_bytes", "go_memstats_stack_inuse_bytes", "go_memstats_sys_bytes", "process_cpu_seconds_total", "process_max_fds", "process_open_fds", "process_resident_memory_bytes"};
  for (size_t i = 0; i < sizeof RUNTIME / sizeof RUNTIME[0]; i++) n = gauge(out, size, n, RUNTIME[i], "Of the simulated runtime.", (double)(i * 1000 + 17));
  return gauge(out, size, n, "process_start_time_seconds", "Start time of the process since unix epoch in seconds.", station.started_at);
}

// What really happened, for tests to hold reports against.
size_t render_truth(char *out, size_t size) {
  size_t n = add(out, size, 0, "{\"connected\":%ld,\"uploadedBytes\":%.0f,\"downloadedBytes\":%.0f,\"regions\":{", connected_clients(), bytes_up(), bytes_down());
  for (int i = 0; i < REGION_COUNT; i++) {
    struct region *r = &station.regions[i];
    n = add(out, size, n, "%s\"%s\":{\"connected\":%ld,\"uploadedBytes\":%.0f,\"downloadedBytes\":%.0f}", i ? "," : "", r->code, r->sessions + r->scripted, r->up, r->down);
  }
  return add(out, size, n, "}}");
}

// A fleet that looks alive: a slow wave per station with noise, countries by their weight.
void demo_tick(double now) {
  static double phase = -1, base;
  if (phase < 0) {
    phase = (double)(random() % 628) / 100;
    base = 0.15 + (double)(random() % 100) / 250;
  }
  double share = base * (1 + 0.35 * sin(now / 300 + phase)) + (double)(random() % 100 - 50) / 2500;
  long target = (long)(share * (double)station.set.max_clients);
  int total = 0;
  for (int i = 0; i < REGION_COUNT; i++) total += station.regions[i].weight;
  for (int i = 0; i < REGION_COUNT; i++) {
    struct region *region = &station.regions[i];
    long goal = target * region->weight / total;
    if (region->scripted < goal) region->scripted += 1 + (goal - region->scripted) / 8;
    else if (region->scripted > goal) region->scripted--;
    region->up += (double)region->scripted * (double)(500 + random() % 1500);
    region->down += (double)region->scripted * (double)(4000 + random() % 12000);
  }
  station.connecting = 1 + random() % (3 + station.set.max_clients / 100);
}
