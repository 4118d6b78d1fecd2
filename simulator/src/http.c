// GET /metrics over HTTP/1.1, connections kept open.
#include "station.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

struct request {
  struct source source;
  size_t used;
  char text[4096];
};

static struct source listener;
static char body[65536], head[256];

static void end_request(struct request *request) {
  close(request->source.fd);
  free(request);
}

static void answer(struct request *request) {
  bool found = strncmp(request->text, "GET /metrics ", 13) == 0;
  size_t length = found ? render_metrics(body, sizeof body) : (size_t)snprintf(body, sizeof body, "404 page not found\n");
  int used = snprintf(head, sizeof head, "HTTP/1.1 %s\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nContent-Length: %zu\r\n\r\n", found ? "200 OK" : "404 Not Found", length);
  send(request->source.fd, head, (size_t)used, MSG_NOSIGNAL | MSG_MORE);
  send(request->source.fd, body, length, MSG_NOSIGNAL);
}

static void on_request(struct source *self, uint32_t events) {
  (void)events;
  struct request *request = (struct request *)self;
  ssize_t got = recv(self->fd, request->text + request->used, sizeof request->text - 1 - request->used, 0);
  if (got < 0 && errno == EAGAIN) return;
  if (got <= 0 || request->used + (size_t)got >= sizeof request->text - 1) {
    end_request(request);
    return;
  }
  request->used += (size_t)got;
  request->text[request->used] = '\0';
  if (strstr(request->text, "\r\n\r\n") == NULL) return;
  answer(request);
  request->used = 0;
}

static void take_request(int fd) {
  struct request *request = calloc(1, sizeof *request);
  if (request == NULL) {
    close(fd);
    return;
  }
  request->source = (struct source){fd, on_request};
  if (!watch(station.work_epoll, &request->source, EPOLLIN)) end_request(request);
}

static void on_listener(struct source *self, uint32_t events) {
  (void)events;
  accept_all(self->fd, take_request);
}

// Like the real one: a metrics port that cannot be had ends the station.
void open_metrics(void) {
  if (station.set.metrics_port == 0) return;
  listener = (struct source){listen_tcp(station.set.metrics_host, station.set.metrics_port), on_listener};
  if (listener.fd < 0) usage_error("failed to start metrics server: listen tcp %s:%d: bind: address already in use", station.set.metrics_host, station.set.metrics_port);
  watch(station.work_epoll, &listener, EPOLLIN);
}
