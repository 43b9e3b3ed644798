// SPDX-License-Identifier: BSD-2-Clause
/* Questions about sockets and addresses.  A port is "PORT", TCP unless the
 * last argument says udp. */
#include "probe.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <ifaddrs.h>
#include <linux/icmp.h>
#include <netinet/in.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

union addr {
	struct sockaddr		sa;
	struct sockaddr_in	in4;
	struct sockaddr_in6	in6;
	struct sockaddr_storage	room;
};

/* "10.0.0.2" or "fd00::2" with a port; exit 2 for anything else. */
static socklen_t
addr_make(union addr *a, const char *text, const char *port)
{
	memset(a, 0, sizeof(*a));
	if (strchr(text, ':') != NULL) {
		a->in6.sin6_family = AF_INET6;
		a->in6.sin6_port = htons((uint16_t)number(port));
		if (inet_pton(AF_INET6, text, &a->in6.sin6_addr) != 1)
			errx(2, "%s: not an address", text);
		return (sizeof(a->in6));
	}
	a->in4.sin_family = AF_INET;
	a->in4.sin_port = htons((uint16_t)number(port));
	if (inet_pton(AF_INET, text, &a->in4.sin_addr) != 1)
		errx(2, "%s: not an address", text);
	return (sizeof(a->in4));
}

static const char *
addr_text(const union addr *a, char *buf, size_t size)
{
	char host[INET6_ADDRSTRLEN];

	if (a->sa.sa_family == AF_INET6) {
		inet_ntop(AF_INET6, &a->in6.sin6_addr, host, sizeof(host));
		snprintf(buf, size, "[%s]:%d", host,
		    ntohs(a->in6.sin6_port));
	} else {
		inet_ntop(AF_INET, &a->in4.sin_addr, host, sizeof(host));
		snprintf(buf, size, "%s:%d", host, ntohs(a->in4.sin_port));
	}
	return (buf);
}

static void
say_name(const char *what, int fd, int (*get)(int, struct sockaddr *,
    socklen_t *))
{
	union addr a;
	socklen_t len = sizeof(a);
	char buf[80];

	if (get(fd, &a.sa, &len) == 0)
		printf("%s%s\n", what, addr_text(&a, buf, sizeof(buf)));
}

static int
has(int argc, char **argv, const char *word)
{
	int i;

	for (i = 0; i < argc; i++)
		if (strcmp(argv[i], word) == 0)
			return (1);
	return (0);
}

static int
type_of(int argc, char **argv)
{
	return (has(argc, argv, "udp") ? SOCK_DGRAM : SOCK_STREAM);
}

static void
set_timeout(int fd, time_t seconds)
{
	struct timeval tv = { .tv_sec = seconds };

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
}

static int
q_socket(int argc, char **argv)
{
	(void)argc;
	return (answer(socket((int)number(argv[0]), (int)number(argv[1]),
	    (int)number(argv[2]))));
}

/* The length of the answer, and its first number. */
static int
q_sockopt(int argc, char **argv)
{
	socklen_t len = (socklen_t)number(argv[2]);
	char *buf = calloc(1, len + sizeof(int));
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0), first;

	(void)argc;
	if (buf == NULL || fd == -1 || getsockopt(fd, (int)number(argv[0]),
	    (int)number(argv[1]), buf, &len) == -1)
		return (refused());
	memcpy(&first, buf, sizeof(first));
	printf("%u %d\n", (unsigned)len, first);
	return (0);
}

static int
q_socketpair(int argc, char **argv)
{
	int sv[2];

	(void)argc;
	return (answer(socketpair((int)number(argv[0]), (int)number(argv[1]),
	    (int)number(argv[2]), sv)));
}

/* A bound socket of the arguments' kind: ADDR PORT [udp] [v6only] [reuse]. */
static int
bound(int argc, char **argv)
{
	union addr a;
	socklen_t len = addr_make(&a, argv[0], argv[1]);
	int on = 1, fd = socket(a.sa.sa_family, type_of(argc, argv), 0);

	if (fd == -1)
		return (-1);
	if (has(argc, argv, "v6only"))
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (has(argc, argv, "reuseport"))
		setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
	if (has(argc, argv, "freebind"))
		setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, &a.sa, len) == -1) {
		close(fd);
		return (-1);
	}
	return (fd);
}

static int
q_bind(int argc, char **argv)
{
	int fd = bound(argc, argv);

	if (fd == -1)
		return (refused());
	say_name("", fd, getsockname);
	return (0);
}

/* Answer every caller with a text, for ever; "ready" once it listens. */
static int
q_serve(int argc, char **argv)
{
	union addr from;
	socklen_t len = sizeof(from);
	char buf[512];
	int c, fd = bound(argc, argv);

	if (fd == -1 || (type_of(argc, argv) == SOCK_STREAM &&
	    listen(fd, 64) == -1))
		return (refused());
	say_name("ready ", fd, getsockname);
	for (;; len = sizeof(from)) {
		if (type_of(argc, argv) == SOCK_DGRAM) {
			if (recvfrom(fd, buf, sizeof(buf), 0, &from.sa,
			    &len) != -1)
				sendto(fd, argv[2], strlen(argv[2]), 0,
				    &from.sa, len);
			continue;
		}
		c = accept(fd, NULL, NULL);
		if (c == -1)
			return (refused());
		(void)write(c, argv[2], strlen(argv[2]));
		close(c);
	}
}

/* Wait at most a few seconds for one caller on a listening socket. */
static int
accept_one(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	int c;

	if (poll(&pfd, 1, 3000) != 1) {
		errno = ETIMEDOUT;
		return (refused());
	}
	c = accept(fd, NULL, NULL);
	if (c == -1)
		return (refused());
	say_name("accepted on ", c, getsockname);
	return (0);
}

/* listen(2) without bind(2): the kernel picks port and address ANY. */
static int
q_listen_unbound(int argc, char **argv)
{
	int family = strcmp(argv[0], "6") == 0 ? AF_INET6 : AF_INET;
	int fd = socket(family, SOCK_STREAM, 0);

	(void)argc;
	if (fd == -1 || listen(fd, 8) == -1)
		return (refused());
	say_name("ready ", fd, getsockname);
	return (accept_one(fd));
}

/* TO PORT [from ADDR]: connect, read what is said, print the ends. */
static int
q_connect(int argc, char **argv)
{
	union addr to, from;
	socklen_t len = addr_make(&to, argv[0], argv[1]);
	int fd = socket(to.sa.sa_family, type_of(argc, argv), 0);
	char buf[512];
	ssize_t n;

	if (fd == -1)
		return (refused());
	set_timeout(fd, 3);
	if (argc > 3 && strcmp(argv[2], "from") == 0 &&
	    bind(fd, &from.sa, addr_make(&from, argv[3], "0")) == -1)
		return (refused());
	if (connect(fd, &to.sa, len) == -1)
		return (refused());
	say_name("local ", fd, getsockname);
	say_name("peer ", fd, getpeername);
	if (type_of(argc, argv) == SOCK_DGRAM && send(fd, "?", 1, 0) == -1)
		return (refused());
	n = recv(fd, buf, sizeof(buf), 0);
	if (n == -1)
		return (refused());
	printf("%.*s\n", (int)n, buf);
	return (0);
}

/* TO: which address a datagram to there would come from. */
static int
q_source(int argc, char **argv)
{
	union addr to;
	socklen_t len = addr_make(&to, argv[0], "9");
	int fd = socket(to.sa.sa_family, SOCK_DGRAM, 0);
	char text[INET6_ADDRSTRLEN];

	(void)argc;
	if (fd == -1 || connect(fd, &to.sa, len) == -1)
		return (refused());
	len = sizeof(to);
	if (getsockname(fd, &to.sa, &len) == -1)
		return (refused());
	printf("%s\n", inet_ntop(to.sa.sa_family, to.sa.sa_family == AF_INET ?
	    (void *)&to.in4.sin_addr : (void *)&to.in6.sin6_addr, text,
	    sizeof(text)));
	return (0);
}

/* TO PORT: MSG_FASTOPEN, a connect that is no connect. */
static int
q_fastopen(int argc, char **argv)
{
	union addr to;
	socklen_t len = addr_make(&to, argv[0], argv[1]);
	int fd = socket(to.sa.sa_family, SOCK_STREAM, 0);

	(void)argc;
	if (fd == -1)
		return (refused());
	set_timeout(fd, 3);
	if (sendto(fd, "?", 1, MSG_FASTOPEN, &to.sa, len) == -1)
		return (refused());
	say_name("peer ", fd, getpeername);
	return (0);
}

/* TO PORT SOURCE: a datagram with a source chosen by IP(V6)_PKTINFO. */
static int
q_pktinfo(int argc, char **argv)
{
	union addr to, src;
	union {
		struct cmsghdr	hdr;
		char		room[CMSG_SPACE(sizeof(struct in6_pktinfo))];
	} c;
	char what[] = "?";
	struct iovec iov = { what, 1 };
	struct msghdr msg = { .msg_name = &to, .msg_iov = &iov,
	    .msg_iovlen = 1, .msg_control = &c };
	int fd;

	memset(&c, 0, sizeof(c));
	msg.msg_namelen = addr_make(&to, argv[0], argv[1]);
	addr_make(&src, argv[2], "0");
	fd = socket(to.sa.sa_family, SOCK_DGRAM, 0);
	if (fd == -1)
		return (refused());
	if (to.sa.sa_family == AF_INET) {
		struct in_pktinfo pi = { .ipi_spec_dst = src.in4.sin_addr };

		msg.msg_controllen = CMSG_SPACE(sizeof(pi));
		c.hdr.cmsg_level = IPPROTO_IP;
		c.hdr.cmsg_type = IP_PKTINFO;
		c.hdr.cmsg_len = CMSG_LEN(sizeof(pi));
		memcpy(CMSG_DATA(&c.hdr), &pi, sizeof(pi));
	} else {
		struct in6_pktinfo pi = { .ipi6_addr = src.in6.sin6_addr };

		msg.msg_controllen = CMSG_SPACE(sizeof(pi));
		c.hdr.cmsg_level = IPPROTO_IPV6;
		c.hdr.cmsg_type = IPV6_PKTINFO;
		c.hdr.cmsg_len = CMSG_LEN(sizeof(pi));
		memcpy(CMSG_DATA(&c.hdr), &pi, sizeof(pi));
	}
	if (has(argc, argv, "connected")) {
		if (connect(fd, &to.sa, msg.msg_namelen) == -1)
			return (refused());
		msg.msg_name = NULL;
		msg.msg_namelen = 0;
	}
	return (answer(sendmsg(fd, &msg, 0)));
}

/* FAMILY(4|6) TO PORT: autobound by sendto; then what comes to that port? */
static int
q_udp_autobind(int argc, char **argv)
{
	union addr to;
	socklen_t len = addr_make(&to, argv[0], argv[1]);
	int fd = socket(to.sa.sa_family, SOCK_DGRAM, 0);
	char buf[512];
	ssize_t n;

	(void)argc;
	if (fd == -1)
		return (refused());
	if (sendto(fd, "?", 1, 0, &to.sa, len) == -1)
		return (refused());
	say_name("ready ", fd, getsockname);
	set_timeout(fd, 3);
	for (;;) {
		n = recv(fd, buf, sizeof(buf), 0);
		if (n == -1)
			return (refused());
		if (n >= 6 && memcmp(buf, "attack", 6) == 0) {
			printf("got it\n");
			return (0);
		}
	}
}

/* TO PORT TEXT: one datagram. */
static int
q_send(int argc, char **argv)
{
	union addr to;
	socklen_t len = addr_make(&to, argv[0], argv[1]);
	int fd = socket(to.sa.sa_family, SOCK_DGRAM, 0);

	(void)argc;
	if (fd == -1)
		return (refused());
	return (answer(sendto(fd, argv[2], strlen(argv[2]), 0, &to.sa, len)));
}

/* TO [SOURCE]: an echo by a ping socket, which binds past every hook. */
static int
q_ping(int argc, char **argv)
{
	union addr to, src;
	socklen_t len = addr_make(&to, argv[0], "0");
	struct icmphdr echo = { .type = ICMP_ECHO };
	int fd = socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP);
	char buf[512];

	if (fd == -1)
		return (refused());
	set_timeout(fd, 2);
	if (argc > 1 &&
	    bind(fd, &src.sa, addr_make(&src, argv[1], "0")) == -1)
		return (refused());
	if (sendto(fd, &echo, sizeof(echo), 0, &to.sa, len) == -1)
		return (refused());
	return (answer(recv(fd, buf, sizeof(buf), 0)));
}

/* SOCK_RAW TO SOURCE: raw IP with a source of one's own. */
static int
q_raw(int argc, char **argv)
{
	union addr to, src;
	socklen_t len = addr_make(&to, argv[0], "0");
	struct icmphdr echo = { .type = ICMP_ECHO, .checksum = 0xfff7 };
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
	char buf[512];

	if (fd == -1)
		return (refused());
	set_timeout(fd, 2);
	if (argc > 1 &&
	    bind(fd, &src.sa, addr_make(&src, argv[1], "0")) == -1)
		return (refused());
	if (sendto(fd, &echo, sizeof(echo), 0, &to.sa, len) == -1)
		return (refused());
	return (answer(recv(fd, buf, sizeof(buf), 0)));
}

static socklen_t
abstract(struct sockaddr_un *un, const char *name)
{
	memset(un, 0, sizeof(*un));
	un->sun_family = AF_UNIX;
	strncpy(un->sun_path + 1, name, sizeof(un->sun_path) - 2);
	return ((socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
	    strlen(name)));
}

static int
q_abstract_serve(int argc, char **argv)
{
	struct sockaddr_un un;
	socklen_t len = abstract(&un, argv[0]);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)argc;
	if (fd == -1 || bind(fd, (struct sockaddr *)&un, len) == -1 ||
	    listen(fd, 8) == -1)
		return (refused());
	printf("ready\n");
	for (;;)
		close(accept(fd, NULL, NULL));
}

static int
q_abstract_connect(int argc, char **argv)
{
	struct sockaddr_un un;
	socklen_t len = abstract(&un, argv[0]);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)argc;
	if (fd == -1)
		return (refused());
	return (answer(connect(fd, (struct sockaddr *)&un, len)));
}

/* What a program that asks for the machine's addresses is told. */
static int
q_ifaddrs(int argc, char **argv)
{
	struct ifaddrs *list, *ifa;
	char host[INET6_ADDRSTRLEN];
	const void *ip;

	(void)argc;
	(void)argv;
	if (getifaddrs(&list) == -1)
		return (refused());
	for (ifa = list; ifa != NULL; ifa = ifa->ifa_next) {
		if (ifa->ifa_addr == NULL)
			continue;
		if (ifa->ifa_addr->sa_family == AF_INET)
			ip = &((struct sockaddr_in *)ifa->ifa_addr)->sin_addr;
		else if (ifa->ifa_addr->sa_family == AF_INET6)
			ip = &((struct sockaddr_in6 *)ifa->ifa_addr)->sin6_addr;
		else
			continue;
		printf("%s\n", inet_ntop(ifa->ifa_addr->sa_family, ip, host,
		    sizeof(host)));
	}
	freeifaddrs(list);
	return (0);
}

/* N times connect, hear a word, close: for what a connection costs. */
static int
q_connect_many(int argc, char **argv)
{
	union addr to;
	socklen_t len = addr_make(&to, argv[0], argv[1]);
	struct linger hard = { .l_onoff = 1 };
	long i, n = number(argv[2]);
	char c;
	int fd;

	(void)argc;
	for (i = 0; i < n; i++) {
		fd = socket(to.sa.sa_family, SOCK_STREAM, 0);
		/* Reset, not TIME_WAIT: ports are not to run out. */
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
		if (fd == -1 || connect(fd, &to.sa, len) == -1)
			return (refused());
		/* Or the server's queue would fill up. */
		if (recv(fd, &c, 1, 0) == -1)
			return (refused());
		close(fd);
	}
	return (0);
}

const struct probe probe_net[] = {
	{ "socket", 3, "family type protocol", q_socket },
	{ "socketpair", 3, "family type protocol", q_socketpair },
	{ "sockopt", 3, "level name size", q_sockopt },
	{ "bind", 2, "addr port [udp] [v6only] [reuseport] [freebind]",
	    q_bind },
	{ "serve", 3, "addr port text [udp] [v6only] [reuseport]", q_serve },
	{ "listen_unbound", 1, "4|6", q_listen_unbound },
	{ "connect", 2, "addr port [from addr] [udp]", q_connect },
	{ "connect_many", 3, "addr port n", q_connect_many },
	{ "source", 1, "addr", q_source },
	{ "fastopen", 2, "addr port", q_fastopen },
	{ "pktinfo", 3, "addr port source [connected]", q_pktinfo },
	{ "udp_autobind", 2, "addr port", q_udp_autobind },
	{ "send", 3, "addr port text", q_send },
	{ "ping", 1, "addr [source]", q_ping },
	{ "raw", 1, "addr [source]", q_raw },
	{ "abstract_serve", 1, "name", q_abstract_serve },
	{ "abstract_connect", 1, "name", q_abstract_connect },
	{ "ifaddrs", 0, "", q_ifaddrs },
	{ NULL, 0, NULL, NULL },
};
