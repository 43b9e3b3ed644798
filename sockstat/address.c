// SPDX-License-Identifier: BSD-2-Clause
#include "address.h"

#include <sys/socket.h>

#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>

static const struct in6_addr *
end_of(const struct sock *so, int local)
{
	return (local ? &so->so_laddr : &so->so_faddr);
}

static int
is_any(const struct sock *so, const struct in6_addr *addr)
{
	static const struct in6_addr any;

	return (memcmp(addr, &any, so->so_family == AF_INET ? 4 : 16) == 0);
}

static void
name_of(const struct sock *so, const struct in6_addr *addr, char *buf,
    size_t size)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	struct sockaddr_in6 sin6 = {
		.sin6_family = AF_INET6, .sin6_addr = *addr
	};
	int failed;

	memcpy(&sin.sin_addr, addr, sizeof(sin.sin_addr));
	if (so->so_family == AF_INET)
		failed = getnameinfo((struct sockaddr *)&sin, sizeof(sin), buf,
		    (socklen_t)size, NULL, 0, 0);
	else
		failed = getnameinfo((struct sockaddr *)&sin6, sizeof(sin6),
		    buf, (socklen_t)size, NULL, 0, 0);
	if (failed != 0)
		inet_ntop(so->so_family, addr, buf, (socklen_t)size);
}

static void
port_of(const struct sock *so, unsigned port, int resolve, char *buf,
    size_t size)
{
	struct servent *se = resolve ? getservbyport(htons(port),
	    proto_name(so->so_family, so->so_proto)) : NULL;

	if (port == 0)
		snprintf(buf, size, "*");
	else if (se != NULL)
		snprintf(buf, size, "%s", se->s_name);
	else
		snprintf(buf, size, "%u", port);
}

void
address_format(const struct sock *so, int local, char separator, int resolve,
    char buf[ADDRESS_LEN])
{
	const struct in6_addr *addr = end_of(so, local);
	char host[256], port[48];

	if (is_any(so, addr))
		snprintf(host, sizeof(host), "*");
	else if (resolve)
		name_of(so, addr, host, sizeof(host));
	else
		inet_ntop(so->so_family, addr, host, sizeof(host));
	port_of(so, local ? so->so_lport : so->so_fport, resolve, port,
	    sizeof(port));
	snprintf(buf, ADDRESS_LEN, "%s%c%s", host, separator, port);
}

int
address_is_loopback(const struct sock *so, int local)
{
	const struct in6_addr *addr = end_of(so, local);

	return (so->so_family == AF_INET ? addr->s6_addr[0] == 127 :
	    IN6_IS_ADDR_LOOPBACK(addr));
}
