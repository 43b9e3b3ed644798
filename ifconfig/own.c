// SPDX-License-Identifier: BSD-2-Clause
/*
 * A prisoner on the shared stack sees the kernel's list of all addresses, and
 * is shown his own.  Which these are he finds out by asking for each: bind(2)
 * is refused for the others.  A loopback address he does not have turns into
 * one that he has, so the socket is asked afterwards.  Nobody else is refused
 * anything: IP_FREEBIND lets addresses pass that are not yet settled.
 */
#include "own.h"

#include <arpa/inet.h>
#include <err.h>
#include <jail.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_LIST (255 * INET6_ADDRSTRLEN)

#ifndef IPV6_FREEBIND
#define IPV6_FREEBIND 78
#endif

static int
family_index(int af)
{
	return (af == AF_INET6);
}

void
own_init(struct own *ow)
{
	memset(ow, 0, sizeof(*ow));
}

void
own_clear(struct own *ow)
{
	int i;

	for (i = 0; i < 2; i++)
		free(ow->ow_list[i]);
	own_init(ow);
}

static int
mode_of(const char *text)
{
	if (strcmp(text, "inherit") == 0)
		return (JAIL_SYS_INHERIT);
	return (strcmp(text, "new") == 0 ? JAIL_SYS_NEW : JAIL_SYS_DISABLE);
}

int
own_jail(struct own *ow, int jid)
{
	static char n_jid[] = "jid", n_ip4[] = "ip4", n_ip6[] = "ip6",
	    n_addr4[] = "ip4.addr", n_addr6[] = "ip6.addr";
	char number[16], mode4[16], mode6[16];
	int i;

	for (i = 0; i < 2; i++)
		if ((ow->ow_list[i] = calloc(1, MAX_LIST)) == NULL)
			err(1, "calloc");
	snprintf(number, sizeof(number), "%d", jid);
	if (jail_getv_sized(0, n_jid, number, sizeof(number), n_ip4, mode4,
	    sizeof(mode4), n_ip6, mode6, sizeof(mode6), n_addr4,
	    ow->ow_list[0], (size_t)MAX_LIST, n_addr6, ow->ow_list[1],
	    (size_t)MAX_LIST, NULL) == -1)
		return (-1);
	ow->ow_jid = jid;
	ow->ow_mode[0] = mode_of(mode4);
	ow->ow_mode[1] = mode_of(mode6);
	return (0);
}

static bool
in_list(const char *list, const struct ifaddress *ia)
{
	char one[INET6_ADDRSTRLEN];
	uint8_t addr[16];
	size_t n;

	for (; *list != '\0'; list += n + (list[n] == ',')) {
		n = strcspn(list, ",");
		if (n == 0 || n >= sizeof(one))
			continue;
		memcpy(one, list, n);
		one[n] = '\0';
		if (inet_pton(ia->ia_af, one, addr) == 1 &&
		    memcmp(addr, ia->ia_addr, addr_size(ia->ia_af)) == 0)
			return (true);
	}
	return (false);
}

/* A socket address of ours, and where in it the bare address is. */
union anyaddr {
	struct sockaddr		sa;
	struct sockaddr_in	in;
	struct sockaddr_in6	in6;
};

static void *
bare(union anyaddr *a)
{
	return (a->sa.sa_family == AF_INET ? (void *)&a->in.sin_addr :
	    (void *)&a->in6.sin6_addr);
}

static bool
can_bind(int fd, const struct iface *ifp, const struct ifaddress *ia)
{
	union anyaddr a = { .sa.sa_family = (sa_family_t)ia->ia_af };
	socklen_t len = ia->ia_af == AF_INET ? sizeof(a.in) : sizeof(a.in6);
	int yes = 1;

	if (ia->ia_af == AF_INET6) {
		if (IN6_IS_ADDR_LINKLOCAL(
		    (const struct in6_addr *)(const void *)ia->ia_addr))
			a.in6.sin6_scope_id = ifp->if_index;
		setsockopt(fd, IPPROTO_IPV6, IPV6_FREEBIND, &yes, sizeof(yes));
	} else
		setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &yes, sizeof(yes));
	memcpy(bare(&a), ia->ia_addr, addr_size(ia->ia_af));
	return (bind(fd, &a.sa, len) == 0 &&
	    getsockname(fd, &a.sa, &len) == 0 &&
	    memcmp(bare(&a), ia->ia_addr, addr_size(ia->ia_af)) == 0);
}

bool
own_has(struct own *ow, const struct iface *ifp, const struct ifaddress *ia)
{
	int i = family_index(ia->ia_af), fd;
	bool mine;

	if (ow->ow_jid != 0) {
		if (ow->ow_mode[i] != JAIL_SYS_NEW)
			return (ow->ow_mode[i] == JAIL_SYS_INHERIT);
		return (in_list(ow->ow_list[i], ia));
	}
	fd = socket(ia->ia_af, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return (false);
	mine = can_bind(fd, ifp, ia);
	close(fd);
	return (mine);
}
