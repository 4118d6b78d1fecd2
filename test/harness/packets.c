// Sends datagrams from many addresses at a steady rate: packets DEST PORT FIRST_SOURCE SOURCES PER_SECOND SECONDS.
// Or keeps a port, so that nothing answers that it is closed: packets hold ADDRESS PORT.
// Meant for a network namespace of its own; prints how many it has sent.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <signal.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BATCH 32
#define PAYLOAD 172

struct datagram {
  struct iphdr ip;
  struct udphdr udp;
  char payload[PAYLOAD];
} __attribute__((packed));

static int64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int hold(const char *address, int port) {
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port)};
  inet_pton(AF_INET, address, &at.sin_addr);
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  int small = 4096;
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  if (bind(fd, (struct sockaddr *)&at, sizeof at) != 0) return perror("bind"), 1;
  puts("held");
  fflush(stdout);
  pause();
  return 0;
}

int main(int argc, char **argv) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (argc == 4 && strcmp(argv[1], "hold") == 0) return hold(argv[2], atoi(argv[3]));
  if (argc != 7) return fputs("six words are needed\n", stderr), 2;
  struct sockaddr_in to = {.sin_family = AF_INET};
  struct in_addr first;
  inet_pton(AF_INET, argv[1], &to.sin_addr);
  inet_pton(AF_INET, argv[3], &first);
  uint32_t base = ntohl(first.s_addr), sources = atoi(argv[4]);
  int64_t per_second = atoll(argv[5]), total = per_second * atoll(argv[6]);
  static struct datagram all[BATCH];
  static struct mmsghdr messages[BATCH];
  static struct iovec parts[BATCH];
  for (int i = 0; i < BATCH; i++) {
    all[i].ip = (struct iphdr){.version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_UDP, .daddr = to.sin_addr.s_addr};
    all[i].ip.tot_len = htons(sizeof all[i]);
    all[i].udp.dest = htons(atoi(argv[2]));
    all[i].udp.len = htons(sizeof all[i] - sizeof all[i].ip);
    parts[i] = (struct iovec){&all[i], sizeof all[i]};
    messages[i].msg_hdr = (struct msghdr){.msg_name = &to, .msg_namelen = sizeof to, .msg_iov = &parts[i], .msg_iovlen = 1};
  }
  int fd = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
  if (fd < 0) return perror("socket"), 1;
  uint64_t random = 88172645463325252ULL;
  int64_t begun = now_ns(), sent = 0;
  while (sent < total) {
    int want = total - sent < BATCH ? (int)(total - sent) : BATCH;
    for (int i = 0; i < want; i++) {
      random ^= random << 13, random ^= random >> 7, random ^= random << 17;
      uint32_t who = (random >> 20) % sources;
      all[i].ip.saddr = htonl(base + who);
      all[i].udp.source = htons(1024 + who % 60000);
    }
    int done = sendmmsg(fd, messages, want, 0);
    if (done < 0) return perror("sendmmsg"), 1;
    sent += done;
    int64_t ahead = begun + sent * 1000000000LL / per_second - now_ns();
    if (ahead > 0) {
      struct timespec rest = {ahead / 1000000000, ahead % 1000000000};
      nanosleep(&rest, NULL);
    }
  }
  printf("%lld %.3f\n", (long long)sent, (now_ns() - begun) / 1e9);
  return 0;
}
