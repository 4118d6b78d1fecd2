// A load generator: one process, one epoll, told line by line what to do; each line is answered with one line of JSON.
//   open N        N TCP sessions, each proved by an echo      echo         a small echo through every session
//   alive         how many sessions still stand               close        ends them all
//   rate R S      new sessions for S seconds, R a second (0: as fast as it goes), each echoed once and closed
//   bytes K S     K sessions that echo blocks for S seconds   udp N R      N UDP clients that await R replies each
// Arguments: TARGET_IP TARGET_PORT FIRST_SOURCE SOURCES IN_FLIGHT. Latencies are in microseconds, every sample.
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif
#define MAX_SESSIONS 19000
#define TIMEOUT_US 10000000
#define BLOCK 65536

enum phase { UNUSED, CONNECTING, ECHOING, IDLE, FLOODING, REPLYING };

struct session {
  int fd;
  enum phase phase;
  int64_t since, connected;
  long got;
};

static struct session sessions[MAX_SESSIONS];
static int count, in_flight, limit, epoll, sources;
static uint32_t first_source;
static unsigned turn;
static struct sockaddr_in target;
static char block[BLOCK];
static double moved;
static long done, failed, want_replies;
// Failures since the last session that stood.
static long in_a_row;
// Two figures a session: until connected, and until echoed (or answered).
static int32_t *samples;
static long sampled, room;

static int64_t now_us(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void sample(int64_t connected, int64_t echoed) {
  if (sampled + 2 > room) samples = realloc(samples, (size_t)(room = room ? room * 2 : 65536) * sizeof *samples);
  samples[sampled++] = (int32_t)connected;
  samples[sampled++] = (int32_t)echoed;
}

static void end(struct session *session, bool reset) {
  if (session->phase == UNUSED) return;
  struct linger hard = {1, 0};
  if (reset) setsockopt(session->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  close(session->fd);
  if (session->phase != IDLE) in_flight--;
  session->phase = UNUSED;
}

static void fail(struct session *session) {
  failed++;
  in_a_row++;
  end(session, true);
}

static bool begin(struct session *session, int type) {
  int one = 1, fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(first_source + turn++ % (unsigned)sources)};
  setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
  if (type == SOCK_STREAM) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  *session = (struct session){fd, CONNECTING, now_us(), 0, 0};
  in_flight++;
  if (bind(fd, (struct sockaddr *)&from, sizeof from) != 0 || (connect(fd, (struct sockaddr *)&target, sizeof target) != 0 && errno != EINPROGRESS)) {
    fail(session);
    return true;
  }
  struct epoll_event event = {.events = type == SOCK_STREAM ? EPOLLOUT | EPOLLRDHUP : EPOLLIN, .data.ptr = session};
  epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
  return true;
}

static void watch(struct session *session, uint32_t events) {
  struct epoll_event event = {.events = events | EPOLLRDHUP, .data.ptr = session};
  epoll_ctl(epoll, EPOLL_CTL_MOD, session->fd, &event);
}

static void send_ping(struct session *session) {
  session->got = 0;
  if (send(session->fd, "ping", 4, MSG_NOSIGNAL) != 4) fail(session);
}

static void flood(struct session *session, uint32_t events) {
  ssize_t n;
  if (events & EPOLLIN) while ((n = recv(session->fd, block, BLOCK, 0)) > 0) moved += (double)n;
  if (events & EPOLLOUT) while ((n = send(session->fd, block, BLOCK, MSG_NOSIGNAL)) > 0) moved += (double)n;
}

// What a session does next; `keep` leaves it open after its echo.
static void advance(struct session *session, uint32_t events, bool keep, bool flooding) {
  if (session->phase == UNUSED) return;
  if (session->phase == CONNECTING) {
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(session->fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0 || events & (EPOLLERR | EPOLLHUP)) { fail(session); return; }
    session->connected = now_us() - session->since;
    session->phase = flooding ? FLOODING : ECHOING;
    watch(session, flooding ? EPOLLIN | EPOLLOUT : EPOLLIN);
    if (!flooding) send_ping(session);
    return;
  }
  if (session->phase == FLOODING) {
    flood(session, events);
    if (events & (EPOLLERR | EPOLLHUP | EPOLLRDHUP)) fail(session);
    return;
  }
  char text[64];
  ssize_t got = recv(session->fd, text, sizeof text, 0);
  if (got < 0 && errno == EAGAIN) return;
  if (got <= 0) { fail(session); return; }
  if (session->phase == REPLYING) {
    if (++session->got < want_replies) return;
    done++;
    sample(0, now_us() - session->since);
    end(session, false);
    return;
  }
  session->got += got;
  if (session->phase != ECHOING || session->got < 4) return;
  done++;
  in_a_row = 0;
  sample(session->connected, now_us() - session->since);
  if (keep) {
    session->phase = IDLE;
    in_flight--;
  } else {
    // As clients do: a reset would spare one balancer work that another has to do.
    end(session, false);
  }
}

static void expire(int64_t patience) {
  int64_t now = now_us();
  for (int i = 0; i < count; i++)
    if (sessions[i].phase != UNUSED && sessions[i].phase != IDLE && sessions[i].phase != FLOODING && now - sessions[i].since > patience) fail(&sessions[i]);
}

static void poll_once(int wait_ms, bool keep, bool flooding) {
  struct epoll_event events[512];
  int n = epoll_wait(epoll, events, 512, wait_ms);
  for (int i = 0; i < n; i++) advance(events[i].data.ptr, events[i].events, keep, flooding);
}

static void report(const char *name, double seconds) {
  long alive = 0;
  for (int i = 0; i < count; i++) alive += sessions[i].phase == IDLE;
  printf("{\"did\":\"%s\",\"done\":%ld,\"failed\":%ld,\"alive\":%ld,\"seconds\":%.3f,\"bytes\":%.0f,\"samples\":[", name, done, failed, alive, seconds, moved);
  for (long i = 0; i < sampled; i++) printf(i ? ",%d" : "%d", samples[i]);
  printf("]}\n");
  fflush(stdout);
}

static void reset_counts(void) {
  done = failed = in_a_row = sampled = 0;
  moved = 0;
}

static void close_all(void) {
  for (int i = 0; i < count; i++) end(&sessions[i], true);
  count = 0;
}

static void open_sessions(int wanted) {
  int64_t checked = now_us();
  int until = count + wanted > MAX_SESSIONS ? MAX_SESSIONS : count + wanted;
  while (count < until || in_flight > 0) {
    while (count < until && in_flight < limit) if (!begin(&sessions[count++], SOCK_STREAM)) failed++;
    poll_once(100, true, false);
    if (now_us() - checked > 1000000) { expire(TIMEOUT_US); checked = now_us(); }
    // Where nobody gets in any more, the rest would wait for hours to learn the same.
    if (in_a_row >= 2L * limit) { failed += until - count; until = count; }
  }
}

static void echo_all(void) {
  int64_t checked = now_us();
  for (int next = 0; next < count || in_flight > 0;) {
    for (; next < count && in_flight < limit; next++) {
      struct session *session = &sessions[next];
      if (session->phase != IDLE) continue;
      session->phase = ECHOING;
      session->since = now_us();
      session->connected = 0;
      in_flight++;
      send_ping(session);
    }
    poll_once(next < count && in_flight < limit ? 0 : 100, true, false);
    if (now_us() - checked > 1000000) { expire(TIMEOUT_US); checked = now_us(); }
  }
}

// The first slots hold what `open` opened; these come after them and are used again and again.
static void rate(double per_second, double seconds) {
  int held = count, slots = held + limit > MAX_SESSIONS ? MAX_SESSIONS : held + limit, next = held;
  int64_t start = now_us(), checked = start;
  long begun = 0;
  count = slots;
  for (;;) {
    int64_t now = now_us();
    bool over = (double)(now - start) >= seconds * 1e6;
    if (over && in_flight == 0) break;
    while (!over && in_flight < limit && (per_second == 0 || (double)begun < (double)(now - start) / 1e6 * per_second)) {
      int tried = 0;
      while (sessions[next].phase != UNUSED && tried++ < slots - held) next = next + 1 < slots ? next + 1 : held;
      if (sessions[next].phase != UNUSED) break;
      if (!begin(&sessions[next], SOCK_STREAM)) failed++;
      begun++;
    }
    poll_once(per_second == 0 ? 50 : 1, false, false);
    if (now_us() - checked > 1000000) { expire(TIMEOUT_US); checked = now_us(); }
  }
  count = held;
}

static void bytes(int wanted, double seconds) {
  int64_t start = now_us();
  close_all();
  for (; count < wanted && count < MAX_SESSIONS; count++) if (!begin(&sessions[count], SOCK_STREAM)) failed++;
  while ((double)(now_us() - start) < seconds * 1e6) poll_once(100, false, true);
  close_all();
}

static void udp(int wanted, int replies) {
  char text[32];
  int length = snprintf(text, sizeof text, "BURST %d", replies), next = 0;
  close_all();
  want_replies = replies;
  int64_t checked = now_us();
  while (next < wanted || in_flight > 0) {
    while (next < wanted && next < MAX_SESSIONS && in_flight < limit) {
      struct session *session = &sessions[next++];
      count = next;
      if (!begin(session, SOCK_DGRAM)) { failed++; continue; }
      if (session->phase == UNUSED) continue;
      session->phase = REPLYING;
      if (send(session->fd, text, (size_t)length, 0) != length) fail(session);
    }
    poll_once(100, false, false);
    if (now_us() - checked > 1000000) { expire(TIMEOUT_US / 2); checked = now_us(); }
  }
}

// Sessions that the other side ends while nobody asks are seen here.
static void notice_losses(void) {
  for (int i = 0; i < 200; i++) {
    struct epoll_event events[512];
    int n = epoll_wait(epoll, events, 512, 0);
    if (n <= 0) break;
    for (int k = 0; k < n; k++) {
      struct session *session = events[k].data.ptr;
      if (session->phase == IDLE && events[k].events & (EPOLLERR | EPOLLHUP | EPOLLRDHUP)) end(session, true);
    }
  }
}

int main(int argc, char **argv) {
  if (argc != 6) return 2;
  target = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[2]))};
  struct in_addr source;
  if (inet_pton(AF_INET, argv[1], &target.sin_addr) != 1 || inet_pton(AF_INET, argv[3], &source) != 1) return 2;
  first_source = ntohl(source.s_addr);
  sources = atoi(argv[4]);
  limit = atoi(argv[5]);
  epoll = epoll_create1(EPOLL_CLOEXEC);
  char line[128];
  while (fgets(line, sizeof line, stdin) != NULL) {
    char name[16] = "";
    double first = 0, second = 0;
    sscanf(line, "%15s %lf %lf", name, &first, &second);
    reset_counts();
    int64_t start = now_us();
    notice_losses();
    if (strcmp(name, "open") == 0) open_sessions((int)first);
    else if (strcmp(name, "echo") == 0) echo_all();
    else if (strcmp(name, "rate") == 0) rate(first, second);
    else if (strcmp(name, "bytes") == 0) bytes((int)first, second);
    else if (strcmp(name, "udp") == 0) udp((int)first, (int)second);
    else if (strcmp(name, "close") == 0) close_all();
    report(name, (double)(now_us() - start) / 1e6);
  }
  return 0;
}
