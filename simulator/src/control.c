// The script's input: one command a line, on port 9099, in an environment variable, or in a file of the volume.
#include "station.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONTROL_PORT 9099

struct conversation {
  struct source source;
  size_t used;
  char text[2048];
};

static struct source listener;

static struct region *find_region(const char *code) {
  for (int i = 0; i < REGION_COUNT; i++) {
    if (strcmp(station.regions[i].code, code) == 0) return &station.regions[i];
  }
  return NULL;
}

static bool region_command(const char *name, const char *code, double first, double second, int words) {
  struct region *region = find_region(code);
  if (region == NULL) return false;
  if (strcmp(name, "clients") == 0 && words == 3) region->scripted = (long)first;
  else if (strcmp(name, "bytes") == 0 && words == 4) {
    region->up += first;
    region->down += second;
  } else if (strcmp(name, "rate") == 0 && words == 4) {
    region->up_rate = first;
    region->down_rate = second;
  } else return false;
  return true;
}

static void set_hung(bool hung) {
  if (hung == station.hung) return;
  station.hung = hung;
  struct epoll_event unused;
  static struct source work;
  work = (struct source){station.work_epoll, wake_work};
  if (hung) epoll_ctl(station.outer_epoll, EPOLL_CTL_DEL, station.work_epoll, &unused);
  else watch(station.outer_epoll, &work, EPOLLIN);
}

// Carries out one line. False, with a reason in `answer`, when it is not understood.
bool run_command(char *line, char *answer, size_t size) {
  char name[32] = "", word[64] = "";
  double first = 0, second = 0;
  int words = sscanf(line, "%31s %63s %lf %lf", name, word, &first, &second);
  snprintf(answer, size, "ok");
  if (words < 1 || name[0] == '#') return true;
  if (strcmp(name, "stats") == 0) render_truth(answer, size);
  else if (strcmp(name, "hang") == 0) set_hung(true);
  else if (strcmp(name, "resume") == 0) set_hung(false);
  else if (strcmp(name, "crash") == 0 || strcmp(name, "crash-at-start") == 0) _exit(words > 1 ? atoi(word) : 1);
  else if (strcmp(name, "connecting") == 0 && words == 2) station.connecting = atol(word);
  else if (strcmp(name, "announcing") == 0 && words == 2) station.announcing = atol(word);
  else if (strcmp(name, "live") == 0 && words == 2) station.live = atoi(word) != 0;
  else if (strcmp(name, "idle") == 0 && words == 2) station.idle_since = now_seconds() - atof(word);
  else if (strcmp(name, "slow-start") == 0 && words == 2) station.start_after = now_seconds() + atof(word);
  else if (strcmp(name, "log") == 0) log_line("%s", line + 4);
  else if (strcmp(name, "listen") == 0 && strcmp(word, "off") == 0) close_ingress();
  else if (strcmp(name, "listen") == 0 && strcmp(word, "on") == 0) open_ingress();
  else if (!region_command(name, word, first, second, words)) {
    snprintf(answer, size, "error: not understood: %.200s", line);
    return false;
  }
  return true;
}

static void on_conversation(struct source *self, uint32_t events) {
  (void)events;
  struct conversation *talk = (struct conversation *)self;
  ssize_t got = recv(self->fd, talk->text + talk->used, sizeof talk->text - 1 - talk->used, 0);
  if (got < 0 && errno == EAGAIN) return;
  if (got <= 0) {
    close(self->fd);
    free(talk);
    return;
  }
  talk->used += (size_t)got;
  talk->text[talk->used] = '\0';
  char *line = talk->text, *end;
  while ((end = strchr(line, '\n')) != NULL) {
    *end = '\0';
    static char answer[4096];
    run_command(line, answer, sizeof answer - 1);
    strcat(answer, "\n");
    send(self->fd, answer, strlen(answer), MSG_NOSIGNAL);
    line = end + 1;
  }
  talk->used = strlen(line);
  memmove(talk->text, line, talk->used + 1);
}

static void take_conversation(int fd) {
  struct conversation *talk = calloc(1, sizeof *talk);
  if (talk == NULL) {
    close(fd);
    return;
  }
  talk->source = (struct source){fd, on_conversation};
  watch(station.outer_epoll, &talk->source, EPOLLIN);
}

static void on_listener(struct source *self, uint32_t events) {
  (void)events;
  accept_all(self->fd, take_conversation);
}

// On the host's network forty stations share one port: the first has it, the others go without.
void open_control(void) {
  const char *chosen = getenv("CONDUIT_SIM_CONTROL_PORT");
  listener = (struct source){listen_tcp(NULL, chosen ? atoi(chosen) : CONTROL_PORT + station.set.port_offset), on_listener};
  if (listener.fd >= 0) watch(station.outer_epoll, &listener, EPOLLIN);
}

static void run_lines(char *text) {
  char answer[4096];
  for (char *line = strtok(text, "\n;"); line != NULL; line = strtok(NULL, "\n;")) {
    while (*line == ' ') line++;
    if (!run_command(line, answer, sizeof answer)) fprintf(stderr, "%s\n", answer);
  }
}

void run_script(void) {
  static char text[8192];
  const char *script = getenv("CONDUIT_SIM_SCRIPT");
  if (script != NULL) {
    snprintf(text, sizeof text, "%s", script);
    run_lines(text);
  }
  char path[600];
  snprintf(path, sizeof path, "%s/simulator.txt", station.set.data_dir);
  FILE *file = fopen(path, "r");
  if (file == NULL) return;
  text[fread(text, 1, sizeof text - 1, file)] = '\0';
  fclose(file);
  run_lines(text);
}
