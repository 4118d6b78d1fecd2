// A stand-in for a Psiphon Conduit station: same command line, key file, log lines and metrics, but it only echoes.
#include "station.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <unistd.h>

struct station station = {
    .regions = {{"IR", 40}, {"RU", 20}, {"CN", 12}, {"MM", 7}, {"BY", 5}, {"TM", 4}, {"AE", 3}, {"EG", 2}, {"VN", 2}, {"PK", 2}, {"TR", 2}, {"CU", 1}},
};

static void on_term(int signal) {
  (void)signal;
  _exit(0);
}

static void read_environment(void) {
  const char *dialect = getenv("CONDUIT_SIM_DIALECT");
  station.set.dialect = dialect == NULL || strcmp(dialect, "february") == 0 ? FEBRUARY : strcmp(dialect, "ssmirr") == 0 ? SSMIRR : JANUARY;
  const char *offset = getenv("CONDUIT_SIM_PORT_OFFSET");
  station.set.port_offset = offset == NULL ? 0 : atoi(offset);
  station.set.demo = getenv("CONDUIT_SIM_DEMO") != NULL && strcmp(getenv("CONDUIT_SIM_DEMO"), "1") == 0;
}

// What a station does once it is up; a script may put it off.
void begin_work(void) {
  open_metrics();
  open_ingress();
  station.live = true;
  station.announcing = station.set.max_clients < 5 ? station.set.max_clients : 5;
  report_start();
}

static void on_clock(struct source *self, uint32_t events) {
  (void)events;
  uint64_t ticks;
  if (read(self->fd, &ticks, sizeof ticks) != sizeof ticks || station.hung) return;
  double now = now_seconds();
  if (!station.live && station.start_after > 0 && now >= station.start_after) {
    station.start_after = 0;
    begin_work();
  }
  expire_udp(now);
  for (int i = 0; i < REGION_COUNT; i++) {
    station.regions[i].up += station.regions[i].up_rate;
    station.regions[i].down += station.regions[i].down_rate;
  }
  if (station.set.demo && station.live) demo_tick(now);
  if (station.live) report_tick();
}

static _Noreturn void start(int argc, char **argv) {
  parse_start_flags(argc, argv);
  mkdir(station.set.data_dir, 0700);
  ensure_key();
  station.started_at = station.idle_since = now_seconds();
  station.work_epoll = epoll_create1(EPOLL_CLOEXEC);
  station.outer_epoll = epoll_create1(EPOLL_CLOEXEC);
  static struct source work, clock;
  work = (struct source){station.work_epoll, wake_work};
  watch(station.outer_epoll, &work, EPOLLIN);
  clock = (struct source){timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC), on_clock};
  struct itimerspec every_second = {{1, 0}, {1, 0}};
  timerfd_settime(clock.fd, 0, &every_second, NULL);
  watch(station.outer_epoll, &clock, EPOLLIN);
  open_control();
  run_script();
  if (station.start_after == 0) begin_work();
  for (;;) run_epoll(station.outer_epoll, -1);
}

int main(int argc, char **argv) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGTERM, on_term);
  signal(SIGINT, on_term);
  // A container's first process draws the same numbers as its neighbours otherwise.
  srandom((unsigned)(now_seconds() * 1e6) ^ ((unsigned)getpid() << 16));
  struct rlimit files;
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
  }
  read_environment();
  if (argc >= 2 && strcmp(argv[1], "start") == 0) start(argc - 1, argv + 1);
  if (argc == 3 && strcmp(argv[1], "simulator-key") == 0) {
    char key[96];
    if (!key_from_mnemonic(argv[2], key)) return 1;
    puts(key);
    return 0;
  }
  if (argc >= 2 && argv[1][0] != '-') usage_error("unknown command \"%s\" for \"conduit\"", argv[1]);
  puts("Conduit - a volunteer-run proxy relay (simulator)\n\nUsage:\n  conduit [command]\n\nAvailable Commands:\n  start       Start the Conduit inproxy service\n");
  return 0;
}
