// SPDX-License-Identifier: BSD-2-Clause
/* The addresses behind a word of pf.conf: literal, interface or host name. */
#include <sys/socket.h>

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "iface.h"
#include "source.h"

#define HOST_MAX	64	/* addresses of one name */

static int
width(int af)
{
	return (af == AF_INET ? 32 : 128);
}

/* Clear what the prefix does not cover. */
static void
mask_addr(struct item *i)
{
	int bit;

	for (bit = i->i_bits; bit < width(i->i_af); bit++)
		i->i_addr[bit / 8] &= ~(0x80 >> bit % 8);
}

static struct item *
addr_item(struct conf *c, int af, const uint8_t addr[16], int bits)
{
	struct item *i = item_new(c, I_ADDR);

	i->i_af = af;
	memcpy(i->i_addr, addr, af == AF_INET ? 4 : 16);
	i->i_bits = bits < 0 || bits > width(af) ? width(af) : bits;
	mask_addr(i);
	return (i);
}

/*
 * "10", "10.1", "10.1.2" and "10.1.2.3": a short form needs a prefix, as it
 * names a network.
 */
static bool
parse4(const char *word, int bits, uint8_t addr[16])
{
	unsigned n = 0, value;
	const char *s = word;

	memset(addr, 0, 16);
	for (;;) {
		if (*s < '0' || *s > '9' || n == 4)
			return (false);
		for (value = 0; *s >= '0' && *s <= '9'; s++)
			if ((value = value * 10 + (*s - '0')) > 255)
				return (false);
		addr[n++] = (uint8_t)value;
		if (*s == '\0')
			return (n == 4 || bits >= 0);
		if (*s++ != '.')
			return (false);
	}
}

static bool
parse6(const char *word, uint8_t addr[16])
{
	char *copy = strdup(word);
	bool ok;

	if (copy == NULL)
		abort();
	/* The scope is the rule's interface. */
	copy[strcspn(copy, "%")] = '\0';
	ok = inet_pton(AF_INET6, copy, addr) == 1;
	free(copy);
	return (ok);
}

/* "em0:network:0": the name, and what stands behind the colons. */
static char *
split_name(struct conf *c, const char *word, unsigned *ret_ifa)
{
	static const struct {
		const char *word;
		unsigned ifa;
	} mods[] = {
		{ ":network", IFA_NETWORK }, { ":broadcast", IFA_BROADCAST },
		{ ":peer", IFA_PEER }, { ":0", IFA_NOALIAS },
	};
	char *name = conf_strdup(c, word), *colon;
	unsigned m;

	*ret_ifa = 0;
	while ((colon = strrchr(name, ':')) != NULL) {
		for (m = 0; m < 4; m++)
			if (strcmp(colon, mods[m].word) == 0)
				break;
		if (m == 4)
			return (NULL);
		*ret_ifa |= mods[m].ifa;
		*colon = '\0';
	}
	return (name);
}

/* Is this interface one that `name` stands for? */
static bool
named(const char *name, const char *ifname)
{
	if (strcmp(name, "self") == 0)
		return (true);
	if (strcmp(name, "egress") == 0)
		return (iface_is_egress(ifname));
	return (strcmp(iface_name(name), ifname) == 0);
}

/* What of an interface's address is asked for; NULL: it has none such. */
static struct item *
ifa_item(struct conf *c, const struct ifa *ia, unsigned how)
{
	if (how & IFA_BROADCAST)
		return (ia->ia_hasbroad ?
		    addr_item(c, ia->ia_af, ia->ia_broad, -1) : NULL);
	if (how & IFA_PEER)
		return (ia->ia_haspeer ?
		    addr_item(c, ia->ia_af, ia->ia_broad, -1) : NULL);
	return (addr_item(c, ia->ia_af, ia->ia_addr,
	    how & IFA_NETWORK ? ia->ia_bits : -1));
}

static bool
is_listed(const struct item *list, const struct item *i)
{
	for (; list != NULL; list = list->i_next)
		if (item_same_addr(list, i))
			return (true);
	return (false);
}

struct item *
iface_items(struct conf *c, const char *name, unsigned how)
{
	struct item *list = NULL, *i;
	const struct ifa *ifas;
	unsigned k, n = iface_addrs(&ifas);
	bool got4 = false, got6 = false;

	for (k = 0; k < n; k++) {
		if (!named(name, ifas[k].ia_if) ||
		    (how & IFA_NOALIAS &&
		    (ifas[k].ia_af == AF_INET ? got4 : got6)))
			continue;
		if ((i = ifa_item(c, &ifas[k], how)) == NULL)
			continue;
		*(ifas[k].ia_af == AF_INET ? &got4 : &got6) = true;
		if (!is_listed(list, i))
			list = item_join(list, i);
	}
	return (list);
}

static struct item *
resolved_items(struct conf *c, const char *name, int bits)
{
	uint8_t addrs[HOST_MAX][16];
	int afs[HOST_MAX];
	unsigned k, n = host_addrs(name, addrs, afs, HOST_MAX);
	struct item *list = NULL, *i;

	for (k = 0; k < n; k++) {
		i = addr_item(c, afs[k], addrs[k], bits);
		if (!is_listed(list, i))
			list = item_join(list, i);
	}
	return (list);
}

struct item *
hosts_of(struct conf *c, const char *word, int bits, bool resolve,
    const char **ret_why)
{
	struct item *list = NULL;
	uint8_t addr[16];
	unsigned how;
	char *name;

	*ret_why = "the prefix is too long";
	if (parse4(word, bits, addr))
		return (bits > 32 ? NULL : addr_item(c, AF_INET, addr, bits));
	if (parse6(word, addr))
		return (bits > 128 ? NULL :
		    addr_item(c, AF_INET6, addr, bits));
	*ret_why = "no IP address found for";
	name = split_name(c, word, &how);
	if (name != NULL && (strcmp(name, "self") == 0 ||
	    strcmp(name, "egress") == 0 || iface_exists(name)))
		list = iface_items(c, name, how);
	else if (name != NULL && how == 0 && resolve)
		list = resolved_items(c, word, bits);
	return (list);
}

static bool
prefix(struct source *src, const char *bits, int *ret)
{
	uint32_t n;

	*ret = -1;
	if (bits == NULL)
		return (true);
	if (!number(src, bits, 128, &n))
		return (false);
	*ret = (int)n;
	return (true);
}

struct item *
host_item(struct source *src, const char *word, const char *bits)
{
	struct item *list;
	const char *why, *dash = strchr(word, '-');
	uint8_t addr[16];
	char *first;
	int n;

	if (bits == NULL && dash != NULL) {
		first = conf_strdup(src->s_conf, word);
		first[dash - word] = '\0';
		if (parse4(first, -1, addr) || parse6(first, addr))
			return (host_range(src, first, dash + 1));
	}
	if (!prefix(src, bits, &n))
		return (NULL);
	list = hosts_of(src->s_conf, word, n, true, &why);
	if (list == NULL)
		source_error(src, "%s %s%s%s", why, word,
		    bits == NULL ? "" : "/", bits == NULL ? "" : bits);
	return (list);
}

struct item *
host_range(struct source *src, const char *a, const char *b)
{
	struct item *i = item_new(src->s_conf, I_RANGE);

	i->i_bits = 128;
	if (parse4(a, -1, i->i_addr) && parse4(b, -1, i->i_addr2)) {
		i->i_af = AF_INET;
		i->i_bits = 32;
	} else if (parse6(a, i->i_addr) && parse6(b, i->i_addr2))
		i->i_af = AF_INET6;
	if (i->i_af == 0 || memcmp(i->i_addr, i->i_addr2, 16) > 0) {
		source_error(src, "%s - %s is no range of addresses", a, b);
		return (NULL);
	}
	return (i);
}

struct item *
host_dyn(struct source *src, const char *word)
{
	struct item *i = item_new(src->s_conf, I_DYN);

	i->i_name = split_name(src->s_conf, word, &i->i_ifa);
	if (i->i_name == NULL || i->i_name[0] == '\0') {
		source_error(src, "(%s): no such form of an interface's "
		    "address; there are :network, :broadcast, :peer and :0",
		    word);
		return (NULL);
	}
	return (iface_name_ok(src, i->i_name) ? i : NULL);
}
