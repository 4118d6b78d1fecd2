// Ingress: TCP and UDP on the two ports, echoed; every open session is a connected client.
#include "station.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define UDP_BUCKETS 4096
#define UDP_IDLE_SECONDS 60
#define MAX_BURST 1000

static const int PORTS[INGRESS_COUNT] = {443, 5566};
static struct source tcp_listeners[INGRESS_COUNT], udp_sockets[INGRESS_COUNT];
static char buffer[65536];

struct session {
  struct source source;
  int region;
  char *pending;  // what the client has not taken yet; only slow readers have one
  size_t pending_from, pending_to;
};

// A client's address lives here while its session does, and nowhere else.
struct udp_peer {
  struct udp_peer *next;
  struct sockaddr_in6 address;
  int port, region;
  double seen;
};
static struct udp_peer *peers[UDP_BUCKETS];

int pick_region(void) {
  int total = 0;
  for (int i = 0; i < REGION_COUNT; i++) total += station.regions[i].weight;
  int draw = (int)(random() % total);
  for (int i = 0; i < REGION_COUNT; i++) {
    draw -= station.regions[i].weight;
    if (draw < 0) return i;
  }
  return 0;
}

static void end_session(struct session *session) {
  close(session->source.fd);
  station.regions[session->region].sessions--;
  free(session->pending);
  free(session);
}

// False when the session is over.
static bool flush_pending(struct session *session) {
  while (session->pending_from < session->pending_to) {
    ssize_t sent = send(session->source.fd, session->pending + session->pending_from, session->pending_to - session->pending_from, MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN;
    session->pending_from += (size_t)sent;
    station.regions[session->region].down += (double)sent;
  }
  free(session->pending);
  session->pending = NULL;
  rewatch(station.work_epoll, &session->source, EPOLLIN | EPOLLRDHUP);
  return true;
}

static bool echo(struct session *session) {
  ssize_t got = recv(session->source.fd, buffer, sizeof buffer, 0);
  if (got <= 0) return got < 0 && (errno == EAGAIN || errno == EINTR);
  struct region *region = &station.regions[session->region];
  region->up += (double)got;
  ssize_t sent = send(session->source.fd, buffer, (size_t)got, MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN) return false;
  if (sent < 0) sent = 0;
  region->down += (double)sent;
  if (sent == got) return true;
  session->pending_from = 0;
  session->pending_to = (size_t)(got - sent);
  session->pending = malloc(session->pending_to);
  if (session->pending == NULL) return false;
  memcpy(session->pending, buffer + sent, session->pending_to);
  rewatch(station.work_epoll, &session->source, EPOLLOUT);
  return true;
}

static void on_session(struct source *self, uint32_t events) {
  struct session *session = (struct session *)self;
  bool alive = session->pending ? flush_pending(session) : echo(session);
  if (!alive || events & (EPOLLERR | EPOLLHUP)) end_session(session);
}

static void take_session(int fd) {
  struct session *session = connected_clients() < station.set.max_clients + station.set.max_personal ? calloc(1, sizeof *session) : NULL;
  if (session == NULL) {
    close(fd);
    return;
  }
  session->source = (struct source){fd, on_session};
  session->region = pick_region();
  station.regions[session->region].sessions++;
  if (!watch(station.work_epoll, &session->source, EPOLLIN | EPOLLRDHUP)) end_session(session);
}

static void on_listener(struct source *self, uint32_t events) {
  (void)events;
  accept_all(self->fd, take_session);
}

static struct udp_peer *find_peer(const struct sockaddr_in6 *address, int port) {
  uint32_t hash = 2166136261u ^ (uint32_t)port;
  const unsigned char *bytes = (const unsigned char *)&address->sin6_addr;
  for (int i = 0; i < 16; i++) hash = (hash ^ bytes[i]) * 16777619u;
  hash = (hash ^ address->sin6_port) * 16777619u;
  struct udp_peer **slot = &peers[hash % UDP_BUCKETS];
  for (struct udp_peer *peer = *slot; peer; peer = peer->next) {
    if (peer->port == port && memcmp(&peer->address, address, sizeof *address) == 0) return peer;
  }
  if (connected_clients() >= station.set.max_clients + station.set.max_personal) return NULL;
  struct udp_peer *peer = calloc(1, sizeof *peer);
  if (peer == NULL) return NULL;
  *peer = (struct udp_peer){*slot, *address, port, pick_region(), 0};
  station.regions[peer->region].sessions++;
  *slot = peer;
  return peer;
}

static void on_datagram(struct source *self, uint32_t events) {
  (void)events;
  int port = self == &udp_sockets[0] ? PORTS[0] : PORTS[1];
  for (int i = 0; i < 64; i++) {
    struct sockaddr_in6 from;
    memset(&from, 0, sizeof from);
    socklen_t length = sizeof from;
    ssize_t got = recvfrom(self->fd, buffer, sizeof buffer - 1, 0, (struct sockaddr *)&from, &length);
    if (got < 0) return;
    struct udp_peer *peer = find_peer(&from, port);
    if (peer == NULL) continue;
    peer->seen = now_seconds();
    station.regions[peer->region].up += (double)got;
    buffer[got] = '\0';
    // `BURST n` is answered n times, to test what lies between against many replies.
    int replies = strncmp(buffer, "BURST ", 6) == 0 ? atoi(buffer + 6) : 1;
    for (int reply = 0; reply < replies && reply < MAX_BURST; reply++) {
      if (sendto(self->fd, buffer, (size_t)got, 0, (struct sockaddr *)&from, length) == got) station.regions[peer->region].down += (double)got;
    }
  }
}

void expire_udp(double now) {
  for (int i = 0; i < UDP_BUCKETS; i++) {
    for (struct udp_peer **slot = &peers[i]; *slot;) {
      struct udp_peer *peer = *slot;
      if (now - peer->seen < UDP_IDLE_SECONDS) {
        slot = &peer->next;
        continue;
      }
      station.regions[peer->region].sessions--;
      *slot = peer->next;
      free(peer);
    }
  }
}

static void open_source(struct source *source, int fd, void (*ready)(struct source *, uint32_t), const char *what, int port) {
  *source = (struct source){fd, ready};
  if (fd < 0 || !watch(station.work_epoll, source, EPOLLIN)) {
    log_line("[INFO] %s port %d is not to be had; going on without it", what, port);
    source->fd = -1;
  }
}

void open_ingress(void) {
  if (station.ingress_open) return;
  station.ingress_open = true;
  for (int i = 0; i < INGRESS_COUNT; i++) {
    int port = PORTS[i] + station.set.port_offset;
    open_source(&tcp_listeners[i], listen_tcp(NULL, port), on_listener, "TCP", port);
    open_source(&udp_sockets[i], bind_udp(port), on_datagram, "UDP", port);
  }
}

void close_ingress(void) {
  if (!station.ingress_open) return;
  station.ingress_open = false;
  for (int i = 0; i < INGRESS_COUNT; i++) {
    if (tcp_listeners[i].fd >= 0) close(tcp_listeners[i].fd);
    if (udp_sockets[i].fd >= 0) close(udp_sockets[i].fd);
  }
}
