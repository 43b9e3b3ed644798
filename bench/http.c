// SPDX-License-Identifier: BSD-2-Clause
/*
 * Requests to lleval on loopback, over connections that are kept:
 *
 *	bench-http N CONNECTIONS PORT BODY	POST BODY to /v1/run N times
 *
 * Prints the median and the 99th percentile in microseconds, and how many
 * there were a second.  A wrong answer ends it.
 */
#include <sys/epoll.h>
#include <sys/socket.h>

#include <err.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"

#define ROOM	65536

struct connection {
	int	 cn_fd;
	double	 cn_began;
	size_t	 cn_len;
	char	 cn_reply[ROOM + 1];
};

static char request[ROOM];
static size_t request_len;

static void
ask(struct connection *cn)
{
	cn->cn_len = 0;
	cn->cn_began = now();
	if (write(cn->cn_fd, request, request_len) != (ssize_t)request_len)
		err(1, "write");
}

static void
connect_to(struct connection *cn, int port, int epoll)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET, .sin_port = htons((uint16_t)port),
		.sin_addr = { htonl(INADDR_LOOPBACK) },
	};
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = cn };
	int one = 1;

	cn->cn_fd = socket(AF_INET, SOCK_STREAM, 0);
	if (cn->cn_fd == -1 || connect(cn->cn_fd, (struct sockaddr *)&sin,
	    sizeof(sin)) == -1)
		err(1, "connect");
	setsockopt(cn->cn_fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	epoll_ctl(epoll, EPOLL_CTL_ADD, cn->cn_fd, &ev);
}

/* Read what there is.  1: the answer is complete. */
static int
hear(struct connection *cn)
{
	ssize_t n = read(cn->cn_fd, cn->cn_reply + cn->cn_len,
	    ROOM - cn->cn_len);
	char *body, *length;

	if (n <= 0)
		errx(1, "the server has hung up");
	cn->cn_len += (size_t)n;
	cn->cn_reply[cn->cn_len] = '\0';
	if ((body = strstr(cn->cn_reply, "\r\n\r\n")) == NULL)
		return (0);
	length = strstr(cn->cn_reply, "Content-Length: ");
	if (length == NULL || length > body)
		errx(1, "no length: %s", cn->cn_reply);
	if (cn->cn_len < (size_t)(body + 4 - cn->cn_reply) +
	    strtoul(length + 16, NULL, 10))
		return (0);
	if (strstr(body, "\"exit_code\":0") == NULL)
		errx(1, "%s", cn->cn_reply);
	return (1);
}

int
main(int argc, char **argv)
{
	struct epoll_event events[64];
	struct connection *cn;
	size_t asked, done, i, n, many;
	double *times, t0;
	int epoll, j, ready;

	if (argc != 5 || (n = strtoul(argv[1], NULL, 10)) == 0 ||
	    (many = strtoul(argv[2], NULL, 10)) == 0 || many > n)
		errx(1, "usage: bench-http n connections port body");
	request_len = (size_t)snprintf(request, sizeof(request),
	    "POST /v1/run HTTP/1.1\r\nHost: localhost\r\n"
	    "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
	    strlen(argv[4]), argv[4]);
	times = calloc(n, sizeof(*times));
	cn = calloc(many, sizeof(*cn));
	epoll = epoll_create1(0);
	if (request_len >= sizeof(request) || times == NULL || cn == NULL ||
	    epoll == -1)
		errx(1, "start");
	t0 = now();
	for (i = 0; i < many; i++) {
		connect_to(&cn[i], atoi(argv[3]), epoll);
		ask(&cn[i]);
	}
	for (asked = many, done = 0; done < n;) {
		ready = epoll_wait(epoll, events, 64, -1);
		for (j = 0; j < ready; j++) {
			struct connection *one = events[j].data.ptr;

			if (!hear(one))
				continue;
			times[done++] = now() - one->cn_began;
			if (asked++ < n)
				ask(one);
		}
	}
	t0 = now() - t0;
	qsort(times, n, sizeof(*times), by_value);
	printf("%.0f %.0f %.1f\n", times[n / 2], times[n * 99 / 100],
	    (double)n / t0 * 1e6);
	return (0);
}
