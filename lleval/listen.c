// SPDX-License-Identifier: BSD-2-Clause
/* By hand: a static program's getaddrinfo(3) would load shared libraries. */
#include "listen.h"

#include <sys/socket.h>

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BACKLOG		512

union address {
	struct sockaddr		sa;
	struct sockaddr_in	sin;
	struct sockaddr_in6	sin6;
};

/* "8083" */
static int
parse_port(const char *text, in_port_t *ret_port)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || *end != '\0' || n > 65535)
		return (-1);
	*ret_port = htons((in_port_t)n);
	return (0);
}

/* "::1", "fe80::1%eth0" */
static int
parse_inet6(char *host, struct sockaddr_in6 *sin6)
{
	char *scope = strchr(host, '%');

	if (scope != NULL) {
		*scope++ = '\0';
		if ((sin6->sin6_scope_id = if_nametoindex(scope)) == 0)
			return (-1);
	}
	sin6->sin6_family = AF_INET6;
	return (inet_pton(AF_INET6, host, &sin6->sin6_addr) == 1 ? 0 : -1);
}

static int
parse(const char *where, union address *ad)
{
	char host[128], *colon;
	in_port_t port;

	memset(ad, 0, sizeof(*ad));
	snprintf(host, sizeof(host), "%s", where);
	if ((colon = strrchr(host, ':')) == NULL ||
	    parse_port(colon + 1, &port) == -1)
		return (-1);
	*colon = '\0';
	ad->sin.sin_port = port;	/* in either at the same place */
	if (host[0] == '[' && colon[-1] == ']') {
		colon[-1] = '\0';
		return (parse_inet6(host + 1, &ad->sin6));
	}
	ad->sa.sa_family = AF_INET;
	return (inet_pton(AF_INET, host, &ad->sin.sin_addr) == 1 ? 0 : -1);
}

int
listen_open(const char *where, char *error, size_t size)
{
	union address ad;
	int fd, one = 1;

	if (parse(where, &ad) == -1)
		return (snprintf(error, size, "listen %s: not an address and a "
		    "port, as in 127.0.0.1:8083 or [::1]:8083", where), -1);
	fd = socket(ad.sa.sa_family, SOCK_STREAM | SOCK_CLOEXEC |
	    SOCK_NONBLOCK, 0);
	if (fd != -1 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one,
	    sizeof(one)) == 0 && bind(fd, &ad.sa, ad.sa.sa_family == AF_INET ?
	    sizeof(ad.sin) : sizeof(ad.sin6)) == 0 && listen(fd, BACKLOG) == 0)
		return (fd);
	snprintf(error, size, "listen %s: %s", where, strerror(errno));
	if (fd != -1)
		close(fd);
	return (-1);
}

void
listen_name(int fd, char *name, size_t size)
{
	char host[INET6_ADDRSTRLEN], scope[IF_NAMESIZE + 1] = "";
	union address ad;
	socklen_t len = sizeof(ad);

	name[0] = '\0';
	if (getsockname(fd, &ad.sa, &len) == -1)
		return;
	if (ad.sa.sa_family == AF_INET6) {
		inet_ntop(AF_INET6, &ad.sin6.sin6_addr, host, sizeof(host));
		if (ad.sin6.sin6_scope_id != 0 && if_indextoname(
		    ad.sin6.sin6_scope_id, scope + 1) != NULL)
			scope[0] = '%';
		snprintf(name, size, "[%s%s]:%u", host, scope,
		    ntohs(ad.sin6.sin6_port));
	} else {
		inet_ntop(AF_INET, &ad.sin.sin_addr, host, sizeof(host));
		snprintf(name, size, "%s:%u", host, ntohs(ad.sin.sin_port));
	}
}
