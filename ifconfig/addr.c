// SPDX-License-Identifier: BSD-2-Clause
/*
 * Addresses.  Their words come in any order (alias 10.0.0.2, netmask ..., or
 * the other way round), so they are gathered first and applied at the end of
 * the line, or where another family begins.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include "target.h"

void
wish_clear(struct wish *wi, int af)
{
	memset(wi, 0, sizeof(*wi));
	wi->wi_af = af;
	wi->wi_plen = -1;
	wi->wi_preferred = wi->wi_valid = UINT32_MAX;
}

/* An address, or a name that the resolver knows. */
static void
addr_parse(int af, const char *word, uint8_t *ret_addr)
{
	struct addrinfo hints = { .ai_family = af,
	    .ai_socktype = SOCK_DGRAM }, *ai;

	if (inet_pton(af, word, ret_addr) == 1)
		return;
	/* What begins as a number is no name. */
	if (strspn(word, "0123456789.:/") == strlen(word) ||
	    strchr(word, ':') != NULL || word[0] == '-' ||
	    getaddrinfo(word, NULL, &hints, &ai) != 0)
		errx(1, "%s: bad value", word);
	if (af == AF_INET)
		memcpy(ret_addr, &((struct sockaddr_in *)(void *)
		    ai->ai_addr)->sin_addr, 4);
	else
		memcpy(ret_addr, &((struct sockaddr_in6 *)(void *)
		    ai->ai_addr)->sin6_addr, 16);
	freeaddrinfo(ai);
}

/* The length of a mask's run of ones, or -1 if it is not one run. */
static int
mask_length(uint32_t bits)
{
	if ((~bits & (~bits + 1)) != 0)
		return (-1);
	return (__builtin_popcount(bits));
}

int
mask_parse(int af, const char *word)
{
	struct in_addr mask;
	char *end;
	unsigned long n;

	if (af == AF_INET && strchr(word, '.') != NULL)
		return (inet_pton(AF_INET, word, &mask) == 1 ?
		    mask_length(ntohl(mask.s_addr)) : -1);
	errno = 0;
	n = strtoul(word, &end, 0);
	if (end == word || *end != '\0' || errno != 0 || word[0] == '-')
		return (-1);
	if (af == AF_INET && strncmp(word, "0x", 2) == 0)
		return (n > UINT32_MAX ? -1 : mask_length((uint32_t)n));
	return (n > (af == AF_INET ? 32 : 128) ? -1 : (int)n);
}

void
wish_mask(struct wish *wi, const char *word)
{
	if ((wi->wi_plen = mask_parse(wi->wi_af, word)) == -1)
		errx(1, "%s: bad value", word);
}

void
wish_broadcast(struct wish *wi, const char *word)
{
	if (wi->wi_af != AF_INET)
		errx(1, "broadcast: only IPv4 has it");
	addr_parse(AF_INET, word, wi->wi_brd);
	wi->wi_hasbrd = true;
}

/* The first is the interface's address, the second the other end's. */
void
wish_word(struct wish *wi, const char *word)
{
	char *copy = strdup(word), *slash, *scope;

	if (copy == NULL)
		err(1, "strdup");
	if (wi->wi_hasaddr) {
		if (wi->wi_hasdst)
			errx(1, "%s: bad value", word);
		addr_parse(wi->wi_af, copy, wi->wi_dst);
		wi->wi_hasdst = true;
		free(copy);
		return;
	}
	if ((slash = strchr(copy, '/')) != NULL) {
		*slash++ = '\0';
		wish_mask(wi, slash);
	}
	/* fe80::1%em0: the interface is the one being changed. */
	if (wi->wi_af == AF_INET6 && (scope = strchr(copy, '%')) != NULL)
		*scope = '\0';
	addr_parse(wi->wi_af, copy, wi->wi_addr);
	wi->wi_hasaddr = true;
	free(copy);
}

/* ------------------------------------------------------------------------
 * To the kernel.
 */

static void
put_addr(struct target *ta, int type, int af, const void *addr)
{
	mnl_attr_put(&ta->ta_nl->nl_msg.nlh, (uint16_t)type, addr_size(af),
	    addr);
}

static void
begin(struct target *ta, int type, int flags, int af, int plen)
{
	struct ifaddrmsg *ifa;

	nl_begin(ta->ta_nl, type, flags, sizeof(*ifa), &ifa);
	ifa->ifa_family = (uint8_t)af;
	ifa->ifa_prefixlen = (uint8_t)plen;
	ifa->ifa_index = ta->ta_index;
}

/*
 * When the first address of a subnet goes, Linux takes the others along
 * unless told to promote one of them.
 */
static void
promote_secondaries(const struct target *ta)
{
	char path[64 + IFNAMSIZ];
	int fd;

	snprintf(path, sizeof(path),
	    "/proc/sys/net/ipv4/conf/%s/promote_secondaries", ta->ta_name);
	if ((fd = open(path, O_WRONLY | O_CLOEXEC)) == -1)
		return;
	if (write(fd, "1", 1) == -1)
		warn("%s", path);
	close(fd);
}

static int
remove_one(struct target *ta, const struct ifaddress *ia)
{
	if (ia->ia_af == AF_INET)
		promote_secondaries(ta);
	begin(ta, RTM_DELADDR, 0, ia->ia_af, ia->ia_plen);
	put_addr(ta, IFA_LOCAL, ia->ia_af, ia->ia_addr);
	put_addr(ta, IFA_ADDRESS, ia->ia_af, ia->ia_dst);
	return (nl_ask(ta->ta_nl));
}

/*
 * The address that is to go: the one that was named, or the interface's
 * first.  NULL: it has none such.
 */
static const struct ifaddress *
victim(const struct wish *wi, const struct iface *ifp, bool named)
{
	const struct ifaddress *ia;

	TAILQ_FOREACH(ia, &ifp->if_addrs, tq)
		if (ia->ia_af == wi->wi_af && (!named || memcmp(ia->ia_addr,
		    wi->wi_addr, addr_size(wi->wi_af)) == 0))
			return (ia);
	return (NULL);
}

/* The mask that an address's class once had. */
static int
class_mask(const uint8_t *addr)
{
	warnx("WARNING: setting interface address without mask is "
	    "deprecated,\ndefault mask may not be correct.");
	return (addr[0] < 128 ? 8 : addr[0] < 192 ? 16 : 24);
}

static void
default_mask(struct wish *wi)
{
	if (wi->wi_plen != -1)
		return;
	if (wi->wi_af == AF_INET6)
		wi->wi_plen = 64;
	else
		wi->wi_plen = wi->wi_hasdst ? 32 : class_mask(wi->wi_addr);
}

static void
default_broadcast(struct wish *wi, const struct iface *ifp)
{
	uint32_t addr;

	if (wi->wi_af != AF_INET || wi->wi_hasbrd || wi->wi_hasdst ||
	    wi->wi_plen > 30 || ifp->if_class == CL_LO ||
	    (ifp->if_flags & IFF_BROADCAST) == 0)
		return;
	memcpy(&addr, wi->wi_addr, sizeof(addr));
	addr |= htonl(wi->wi_plen == 0 ? ~0u : (1u << (32 - wi->wi_plen)) - 1);
	memcpy(wi->wi_brd, &addr, sizeof(addr));
	wi->wi_hasbrd = true;
}

static void
add_one(struct target *ta, const struct iface *ifp)
{
	struct ifa_cacheinfo ci = { 0 };
	struct wish *wi = &ta->ta_wish;
	uint32_t flags = 0;

	/* A loopback has no neighbours to ask whether it is taken. */
	if (wi->wi_af == AF_INET6 && (wi->wi_nodad || ifp->if_class == CL_LO))
		flags |= IFA_F_NODAD;
	begin(ta, RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, wi->wi_af,
	    wi->wi_plen);
	put_addr(ta, IFA_LOCAL, wi->wi_af, wi->wi_addr);
	put_addr(ta, IFA_ADDRESS, wi->wi_af, wi->wi_hasdst ? wi->wi_dst :
	    wi->wi_addr);
	if (wi->wi_hasbrd)
		put_addr(ta, IFA_BROADCAST, wi->wi_af, wi->wi_brd);
	if (flags != 0)
		mnl_attr_put_u32(&ta->ta_nl->nl_msg.nlh, IFA_FLAGS, flags);
	if (wi->wi_preferred != UINT32_MAX || wi->wi_valid != UINT32_MAX) {
		ci.ifa_prefered = wi->wi_preferred;
		ci.ifa_valid = wi->wi_valid;
		mnl_attr_put(&ta->ta_nl->nl_msg.nlh, IFA_CACHEINFO,
		    sizeof(ci), &ci);
	}
	if (nl_ask(ta->ta_nl) == -1)
		err(1, "ioctl (SIOCAIFADDR)");
	link_flags(ta, IFF_UP, 0);
}

static bool
differs(const struct ifaddress *ia, const struct wish *wi)
{
	return (ia->ia_plen != wi->wi_plen ||
	    ia->ia_hasbrd != wi->wi_hasbrd || ia->ia_hasdst != wi->wi_hasdst ||
	    memcmp(ia->ia_brd, wi->wi_brd, 4) != 0 || (wi->wi_hasdst &&
	    memcmp(ia->ia_dst, wi->wi_dst, addr_size(wi->wi_af)) != 0));
}

/* What the same address has else (a mask, a broadcast address) gives way. */
static void
remove_namesakes(struct target *ta, const struct iface *ifp)
{
	const struct wish *wi = &ta->ta_wish;
	const struct ifaddress *ia;

	TAILQ_FOREACH(ia, &ifp->if_addrs, tq)
		if (ia->ia_af == wi->wi_af && memcmp(ia->ia_addr, wi->wi_addr,
		    addr_size(wi->wi_af)) == 0 && differs(ia, wi) &&
		    remove_one(ta, ia) == -1 && errno != EADDRNOTAVAIL)
			err(1, "ioctl (SIOCDIFADDR)");
}

static void
apply(struct target *ta, const struct iface *ifp)
{
	struct wish *wi = &ta->ta_wish;
	const struct ifaddress *ia;

	if (wi->wi_alias < 0) {
		if ((ia = victim(wi, ifp, wi->wi_hasaddr)) == NULL)
			errno = EADDRNOTAVAIL;
		if (ia == NULL || remove_one(ta, ia) == -1)
			err(1, "ioctl (SIOCDIFADDR)");
		return;
	}
	if (!wi->wi_hasaddr)
		errx(1, "%s: no address to set", ta->ta_shown);
	default_mask(wi);
	default_broadcast(wi, ifp);
	/* Without "alias" IPv4's first address is replaced; IPv6 adds. */
	if (wi->wi_alias == 0 && wi->wi_af == AF_INET &&
	    (ia = victim(wi, ifp, false)) != NULL &&
	    (memcmp(ia->ia_addr, wi->wi_addr, 4) != 0 ||
	    ia->ia_plen != wi->wi_plen) && remove_one(ta, ia) == -1)
		err(1, "ioctl (SIOCDIFADDR)");
	remove_namesakes(ta, ifp);
	add_one(ta, ifp);
}

void
wish_apply(struct target *ta)
{
	struct wish *wi = &ta->ta_wish;
	struct ifaces ifs;
	struct iface *ifp;

	if (wi->wi_af == 0 || (!wi->wi_hasaddr && wi->wi_alias == 0 &&
	    wi->wi_plen == -1 && !wi->wi_hasbrd))
		return;
	/* "inet netmask M": of the address it has. */
	ifaces_load(ta->ta_nl, &ifs);
	if ((ifp = iface_by_index(&ifs, ta->ta_index)) == NULL)
		target_missing(ta->ta_shown);
	if (!wi->wi_hasaddr && wi->wi_alias == 0) {
		const struct ifaddress *ia = victim(wi, ifp, false);

		if (ia != NULL) {
			memcpy(wi->wi_addr, ia->ia_addr, sizeof(wi->wi_addr));
			if (wi->wi_plen == -1)
				wi->wi_plen = ia->ia_plen;
			wi->wi_hasaddr = true;
		}
	}
	apply(ta, ifp);
	ifaces_free(&ifs);
	wish_clear(wi, 0);
}
