// What every part of the simulated station shares: one process, one thread, one epoll for the station's work.
#ifndef STATION_H
#define STATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum dialect { JANUARY, FEBRUARY, SSMIRR };

#define REGION_COUNT 12
#define INGRESS_COUNT 2

struct region {
  const char *code;
  int weight;        // share of real sessions that are given this country
  long sessions;     // open TCP and UDP sessions
  long scripted;     // clients that only the control input knows
  double up, down;   // bytes since start
  double up_rate, down_rate;  // bytes a second added by the script
};

struct settings {
  enum dialect dialect;
  char data_dir[512];
  long max_clients, max_personal;
  double bandwidth;  // Mbit/s per client, -1 unlimited
  bool stats_file;
  char metrics_host[64];
  int metrics_port;  // 0: none
  int port_offset;   // added to every port, to run outside a container
  bool demo;
};

struct station {
  struct settings set;
  struct region regions[REGION_COUNT];
  long connecting, announcing;
  bool live, hung, ingress_open;
  double started_at, start_after, idle_since;
  int work_epoll;   // sessions, metrics: switched off while hung
  int outer_epoll;  // control and the clock: always on
};

extern struct station station;

// Something epoll can wake up: `ready` gets itself and the events.
struct source {
  int fd;
  void (*ready)(struct source *self, uint32_t events);
};

// loop.c
double now_seconds(void);
bool watch(int epoll, struct source *source, uint32_t events);
void rewatch(int epoll, struct source *source, uint32_t events);
void run_epoll(int epoll, int timeout_ms);
// Ready function of the work epoll inside the outer one.
void wake_work(struct source *self, uint32_t events);
int listen_tcp(const char *host, int port);
int bind_udp(int port);
void accept_all(int listener, void (*take)(int fd));

// flags.c
void parse_start_flags(int argc, char **argv);
void print_help(void);
_Noreturn void usage_error(const char *format, ...);

// key.c
void ensure_key(void);
bool key_from_mnemonic(const char *mnemonic, char out_base64[96]);

// sessions.c
void open_ingress(void);
void close_ingress(void);
void expire_udp(double now);
int pick_region(void);

// report.c
long connected_clients(void);
double bytes_up(void), bytes_down(void);
void log_line(const char *format, ...);
void report_start(void);
void report_tick(void);
size_t render_metrics(char *out, size_t size);
size_t render_truth(char *out, size_t size);
void demo_tick(double now);

// http.c
void open_metrics(void);

// control.c
void open_control(void);
bool run_command(char *line, char *answer, size_t size);
void run_script(void);
void begin_work(void);

#endif
