// Sockets and epoll: the few calls everything else is made of.
#include "station.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

double now_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

bool watch(int epoll, struct source *source, uint32_t events) {
  struct epoll_event event = {.events = events, .data.ptr = source};
  return epoll_ctl(epoll, EPOLL_CTL_ADD, source->fd, &event) == 0;
}

void rewatch(int epoll, struct source *source, uint32_t events) {
  struct epoll_event event = {.events = events, .data.ptr = source};
  epoll_ctl(epoll, EPOLL_CTL_MOD, source->fd, &event);
}

// One socket for both families; IPv4 alone where the machine has no IPv6.
static int bind_any(int type, int port) {
  int one = 1, zero = 0;
  struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port), .sin6_addr = IN6ADDR_ANY_INIT};
  int fd = socket(AF_INET6, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd >= 0) {
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof zero);
    if (bind(fd, (struct sockaddr *)&six, sizeof six) == 0) return fd;
    close(fd);
  }
  struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(fd, (struct sockaddr *)&four, sizeof four) == 0) return fd;
  close(fd);
  return -1;
}

// `host` NULL listens on every address. Returns -1 when the port cannot be had.
int listen_tcp(const char *host, int port) {
  int fd;
  if (host == NULL || strcmp(host, "0.0.0.0") == 0 || host[0] == '\0') {
    fd = bind_any(SOCK_STREAM, port);
  } else {
    int one = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    if (inet_pton(AF_INET, host, &address.sin_addr) != 1) return -1;
    fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0) {
      close(fd);
      return -1;
    }
  }
  if (fd >= 0 && listen(fd, 4096) != 0) {
    close(fd);
    return -1;
  }
  return fd;
}

int bind_udp(int port) {
  int fd = bind_any(SOCK_DGRAM, port);
  int megabytes = 4 << 20;
  if (fd >= 0) setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &megabytes, sizeof megabytes);
  return fd;
}

void accept_all(int listener, void (*take)(int fd)) {
  for (;;) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
      if (errno == EINTR || errno == ECONNABORTED) continue;
      return;
    }
    int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    take(fd);
  }
}

void run_epoll(int epoll, int timeout_ms) {
  struct epoll_event events[256];
  int count = epoll_wait(epoll, events, 256, timeout_ms);
  for (int i = 0; i < count; i++) {
    struct source *source = events[i].data.ptr;
    source->ready(source, events[i].events);
  }
}

void wake_work(struct source *self, uint32_t events) {
  (void)events;
  run_epoll(self->fd, 0);
}
