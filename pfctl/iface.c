// SPDX-License-Identifier: BSD-2-Clause
#include <sys/socket.h>

#include <err.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "iface.h"

const char *
iface_name(const char *name)
{
	return (strcmp(name, "lo0") == 0 ? "lo" : name);
}

bool
iface_exists(const char *name)
{
	return (if_nametoindex(iface_name(name)) != 0);
}

/* The bytes of a socket address; the family, or 0. */
static int
addr_of(const struct sockaddr *sa, uint8_t addr[16])
{
	if (sa == NULL)
		return (0);
	if (sa->sa_family == AF_INET)
		memcpy(addr, &((const struct sockaddr_in *)sa)->sin_addr, 4);
	else if (sa->sa_family == AF_INET6)
		memcpy(addr, &((const struct sockaddr_in6 *)sa)->sin6_addr,
		    16);
	else
		return (0);
	return (sa->sa_family);
}

static int
bits_of(const uint8_t mask[16])
{
	int bits = 0;

	while (bits < 128 && mask[bits / 8] & (0x80 >> bits % 8))
		bits++;
	return (bits);
}

static bool
fill(struct ifa *ia, const struct ifaddrs *ifa)
{
	uint8_t mask[16] = { 0 };

	memset(ia, 0, sizeof(*ia));
	ia->ia_if = ifa->ifa_name;
	ia->ia_af = addr_of(ifa->ifa_addr, ia->ia_addr);
	if (ia->ia_af == 0 || (ia->ia_af == AF_INET6 &&
	    ia->ia_addr[0] == 0xfe && (ia->ia_addr[1] & 0xc0) == 0x80))
		return (false);
	addr_of(ifa->ifa_netmask, mask);
	ia->ia_bits = bits_of(mask);
	if (addr_of(ifa->ifa_dstaddr, ia->ia_broad) != 0) {
		ia->ia_haspeer = (ifa->ifa_flags & IFF_BROADCAST) == 0 &&
		    memcmp(ia->ia_broad, ia->ia_addr, 16) != 0;
		ia->ia_hasbroad = (ifa->ifa_flags & IFF_BROADCAST) != 0 &&
		    ia->ia_af == AF_INET;
	}
	return (true);
}

unsigned
iface_addrs(const struct ifa **ret_ifas)
{
	static struct ifa *ifas;
	static unsigned n;
	struct ifaddrs *list, *ifa;

	*ret_ifas = ifas;
	if (ifas != NULL)
		return (n);
	if (getifaddrs(&list) < 0)
		err(1, "addresses of the interfaces");
	for (ifa = list; ifa != NULL; ifa = ifa->ifa_next)
		n++;
	ifas = calloc(n + 1, sizeof(*ifas));
	if (ifas == NULL)
		err(1, NULL);
	n = 0;
	/* The list is kept: names point into it. */
	for (ifa = list; ifa != NULL; ifa = ifa->ifa_next)
		if (fill(&ifas[n], ifa))
			n++;
	*ret_ifas = ifas;
	return (n);
}

static int
name_cmp(const void *a, const void *b)
{
	return (strcmp(*(char *const *)a, *(char *const *)b));
}

unsigned
iface_names(char *const **ret_names)
{
	static struct if_nameindex *all;	/* has the names themselves */
	static char **names;
	static unsigned n;
	struct if_nameindex *i;

	*ret_names = names;
	if (names != NULL)
		return (n);
	if ((all = if_nameindex()) == NULL)
		err(1, "names of the interfaces");
	for (i = all; i->if_index != 0; i++)
		n++;
	if ((names = calloc(n + 1, sizeof(*names))) == NULL)
		err(1, NULL);
	for (n = 0, i = all; i->if_index != 0; i++)
		names[n++] = i->if_name;
	qsort(names, n, sizeof(*names), name_cmp);
	*ret_names = names;
	return (n);
}

/* A line of /proc/net/route: name, destination, ..., mask. */
static bool
is_default4(const char *line, const char *name)
{
	char dev[64];
	unsigned dst, mask;

	return (sscanf(line, "%63s %x %*x %*x %*d %*d %*d %x", dev, &dst,
	    &mask) == 3 && dst == 0 && mask == 0 && strcmp(dev, name) == 0);
}

/* A line of /proc/net/ipv6_route: destination, prefix, ..., name. */
static bool
is_default6(const char *line, const char *name)
{
	char dev[64], dst[33];
	unsigned bits;

	return (sscanf(line, "%32s %x %*s %*s %*s %*s %*s %*s %*s %63s", dst,
	    &bits, dev) == 3 && bits == 0 && strspn(dst, "0") == 32 &&
	    strcmp(dev, name) == 0);
}

static bool
some_line(const char *file, bool (*is)(const char *, const char *),
    const char *name)
{
	char line[512];
	bool found = false;
	FILE *f = fopen(file, "re");

	if (f == NULL)
		return (false);
	while (!found && fgets(line, sizeof(line), f) != NULL)
		found = is(line, name);
	fclose(f);
	return (found);
}

bool
iface_is_egress(const char *name)
{
	return (strcmp(name, "lo") != 0 &&
	    (some_line("/proc/net/route", is_default4, name) ||
	    some_line("/proc/net/ipv6_route", is_default6, name)));
}

int
iface_group(const char *name)
{
	char line[256], word[64];
	unsigned n;
	int found = -1;
	FILE *f = fopen("/etc/iproute2/group", "re");

	if (f == NULL)
		return (-1);
	while (fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "%u %63s", &n, word) == 2 && n != 0 &&
		    strcmp(word, name) == 0)
			found = (int)n;
	fclose(f);
	return (found);
}

unsigned
host_addrs(const char *name, uint8_t (*addrs)[16], int *afs, unsigned max)
{
	struct addrinfo hints = { .ai_socktype = SOCK_DGRAM }, *list, *ai;
	unsigned n = 0;

	if (getaddrinfo(name, NULL, &hints, &list) != 0)
		return (0);
	for (ai = list; ai != NULL && n < max; ai = ai->ai_next) {
		memset(addrs[n], 0, 16);
		if ((afs[n] = addr_of(ai->ai_addr, addrs[n])) != 0)
			n++;
	}
	freeaddrinfo(list);
	return (n);
}
