// SPDX-License-Identifier: BSD-2-Clause
#include "show.h"

#include <arpa/inet.h>
#include <linux/if_addr.h>
#include <linux/if_arp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "caps.h"
#include "group.h"

/* IFF_ of FreeBSD. */
#define F_UP		0x00001u
#define F_BROADCAST	0x00002u
#define F_DEBUG		0x00004u
#define F_LOOPBACK	0x00008u
#define F_POINTOPOINT	0x00010u
#define F_RUNNING	0x00040u
#define F_NOARP		0x00080u
#define F_PROMISC	0x00100u
#define F_ALLMULTI	0x00200u
#define F_SIMPLEX	0x00800u
#define F_MULTICAST	0x08000u
#define F_PPROMISC	0x20000u

/* Those that mean something on a loopback. */
#define CAPS_CSUM (CAP_RXCSUM | CAP_TXCSUM | CAP_RXCSUM_IPV6 | \
	CAP_TXCSUM_IPV6)

struct bit {
	unsigned	 bit;
	const char	*name;
};

static const struct bit flag_bits[] = {
	{ F_UP, "UP" }, { F_BROADCAST, "BROADCAST" }, { F_DEBUG, "DEBUG" },
	{ F_LOOPBACK, "LOOPBACK" }, { F_POINTOPOINT, "POINTOPOINT" },
	{ F_RUNNING, "RUNNING" }, { F_NOARP, "NOARP" },
	{ F_PROMISC, "PROMISC" }, { F_ALLMULTI, "ALLMULTI" },
	{ F_SIMPLEX, "SIMPLEX" }, { F_MULTICAST, "MULTICAST" },
	{ F_PPROMISC, "PPROMISC" }, { 0, NULL }
};

static const struct bit cap_bits[] = {
	{ CAP_RXCSUM, "RXCSUM" }, { CAP_TXCSUM, "TXCSUM" },
	{ CAP_VLAN_HWTAGGING, "VLAN_HWTAGGING" }, { CAP_TSO4, "TSO4" },
	{ CAP_TSO6, "TSO6" }, { CAP_LRO, "LRO" },
	{ CAP_RXCSUM_IPV6, "RXCSUM_IPV6" },
	{ CAP_TXCSUM_IPV6, "TXCSUM_IPV6" }, { 0, NULL }
};

static const struct bit port_bits[] = {
	{ 0x001, "LEARNING" }, { 0x002, "DISCOVER" }, { 0x004, "STP" },
	{ 0x800, "PRIVATE" }, { 0, NULL }
};

/* Flags in Linux that are the same in FreeBSD but for their bits. */
static const struct {
	unsigned	theirs;
	unsigned	ours;
} same_flags[] = {
	{ IFF_UP, F_UP }, { IFF_BROADCAST, F_BROADCAST | F_SIMPLEX },
	{ IFF_DEBUG, F_DEBUG }, { IFF_LOOPBACK, F_LOOPBACK },
	{ IFF_POINTOPOINT, F_POINTOPOINT }, { IFF_NOARP, F_NOARP },
	{ IFF_PROMISC, F_PROMISC | F_PPROMISC },
	{ IFF_ALLMULTI, F_ALLMULTI }, { IFF_MULTICAST, F_MULTICAST },
};

static void
print_bits(FILE *out, const char *label, unsigned value,
    const struct bit *bits)
{
	const char *sep = "";

	fprintf(out, "%s=%x", label, value);
	if (value == 0)
		return;
	putc('<', out);
	for (; bits->name != NULL; bits++)
		if ((value & bits->bit) != 0) {
			fprintf(out, "%s%s", sep, bits->name);
			sep = ",";
		}
	putc('>', out);
}

unsigned
show_flags(const struct iface *ifp)
{
	unsigned flags = 0;
	size_t i;

	for (i = 0; i < sizeof(same_flags) / sizeof(same_flags[0]); i++)
		if ((ifp->if_flags & same_flags[i].theirs) != 0)
			flags |= same_flags[i].ours;
	/* A loopback is one, whatever device plays it. */
	if (ifp->if_class == CL_LO)
		flags = (flags & (F_UP | F_DEBUG)) | F_LOOPBACK | F_MULTICAST;
	else if (ifp->if_promisc > 0)
		flags |= F_PROMISC;
	/* "the driver's resources are allocated": when it is up */
	if ((flags & F_UP) != 0)
		flags |= F_RUNNING;
	return (flags);
}

/* ------------------------------------------------------------------------
 * Addresses.
 */

/* The scope of a link-local address stands behind it. */
static bool
is_linklocal(const struct ifaddress *ia)
{
	return (ia->ia_af == AF_INET6 && ia->ia_addr[0] == 0xfe &&
	    (ia->ia_addr[1] & 0xc0) == 0x80);
}

static void
show_inet(FILE *out, const struct format *fo, const struct ifaddress *ia)
{
	char text[INET_ADDRSTRLEN];
	uint32_t mask = ia->ia_plen == 0 ? 0 : ~0u << (32 - ia->ia_plen);
	struct in_addr dotted = { htonl(mask) };

	fprintf(out, "\tinet %s", inet_ntop(AF_INET, ia->ia_addr, text,
	    sizeof(text)));
	if (fo->fo_inet == INET_CIDR)
		fprintf(out, "/%d", ia->ia_plen);
	if (ia->ia_hasdst)
		fprintf(out, " --> %s", inet_ntop(AF_INET, ia->ia_dst, text,
		    sizeof(text)));
	if (fo->fo_inet == INET_DOTTED)
		fprintf(out, " netmask %s", inet_ntop(AF_INET, &dotted, text,
		    sizeof(text)));
	else if (fo->fo_inet == INET_HEX)
		fprintf(out, " netmask 0x%08x", mask);
	if (ia->ia_hasbrd)
		fprintf(out, " broadcast %s", inet_ntop(AF_INET, ia->ia_brd,
		    text, sizeof(text)));
	putc('\n', out);
}

static void
show_inet6(FILE *out, const struct format *fo, const struct iface *ifp,
    const struct ifaddress *ia)
{
	char text[INET6_ADDRSTRLEN];

	fprintf(out, "\tinet6 %s", inet_ntop(AF_INET6, ia->ia_addr, text,
	    sizeof(text)));
	if (is_linklocal(ia))
		fprintf(out, "%%%s", ifp->if_shown);
	if (ia->ia_hasdst)
		fprintf(out, " --> %s", inet_ntop(AF_INET6, ia->ia_dst, text,
		    sizeof(text)));
	if (fo->fo_inet6 == INET6_CIDR)
		fprintf(out, "/%d", ia->ia_plen);
	else
		fprintf(out, " prefixlen %d", ia->ia_plen);
	if ((ia->ia_flags & IFA_F_TENTATIVE) != 0)
		fputs(" tentative", out);
	if ((ia->ia_flags & IFA_F_DADFAILED) != 0)
		fputs(" duplicated", out);
	if ((ia->ia_flags & IFA_F_DEPRECATED) != 0)
		fputs(" deprecated", out);
	if ((ia->ia_flags & IFA_F_TEMPORARY) != 0)
		fputs(" temporary", out);
	else if ((ia->ia_flags & IFA_F_PERMANENT) == 0)
		fputs(" autoconf", out);
	if (is_linklocal(ia))
		fprintf(out, " scopeid 0x%x", ifp->if_index);
	putc('\n', out);
}

static void
show_ether(FILE *out, const struct show *sh, const struct iface *ifp)
{
	size_t i;

	if (ifp->if_class == CL_LO || ifp->if_arptype != ARPHRD_ETHER ||
	    ifp->if_maclen != 6)
		return;
	fputs("\tether ", out);
	for (i = 0; i < ifp->if_maclen; i++)
		fprintf(out, "%.*s%02x", i > 0, &sh->sh_format.fo_ether,
		    ifp->if_mac[i]);
	putc('\n', out);
}

static void
show_addrs(FILE *out, const struct show *sh, const struct iface *ifp, int af)
{
	const struct ifaddress *ia;

	TAILQ_FOREACH(ia, &ifp->if_addrs, tq) {
		if (ia->ia_af != af || !own_has(sh->sh_own, ifp, ia))
			continue;
		if (af == AF_INET)
			show_inet(out, &sh->sh_format, ia);
		else
			show_inet6(out, &sh->sh_format, ifp, ia);
	}
}

bool
show_has_af(const struct show *sh, const struct iface *ifp, int af)
{
	const struct ifaddress *ia;

	if (af == 0)
		return (true);
	if (af == AF_PACKET)
		return (ifp->if_class != CL_LO &&
		    ifp->if_arptype == ARPHRD_ETHER);
	TAILQ_FOREACH(ia, &ifp->if_addrs, tq)
		if (ia->ia_af == af && own_has(sh->sh_own, ifp, ia))
			return (true);
	return (false);
}

/* ------------------------------------------------------------------------
 * Bridges, groups, media.
 */

static void
print_mac(FILE *out, const uint8_t mac[6])
{
	fprintf(out, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
	    mac[3], mac[4], mac[5]);
}

static void
show_member(FILE *out, const struct bridge *br, const struct iface *member)
{
	const struct bridgeport *bp = &member->if_port;
	unsigned flags = (bp->bp_learning ? 0x1 : 0) |
	    (bp->bp_flood ? 0x2 : 0) | (br->br_stp ? 0x4 : 0) |
	    (bp->bp_isolated ? 0x800 : 0);

	fprintf(out, "\tmember: %s ", member->if_shown);
	print_bits(out, "flags", flags, port_bits);
	fprintf(out, "\n\t        port %u priority %u path cost %u\n",
	    bp->bp_port, bp->bp_priority, bp->bp_cost);
}

static void
show_bridge(FILE *out, const struct ifaces *ifs, const struct iface *ifp)
{
	const struct bridge *br = &ifp->if_bridge;
	const struct iface *member;

	fputs("\tid ", out);
	print_mac(out, br->br_id);
	fprintf(out, " priority %u hellotime %u fwddelay %u\n",
	    br->br_priority, br->br_hello / 100, br->br_forward / 100);
	fprintf(out, "\tmaxage %u proto stp timeout %u\n",
	    br->br_maxage / 100, br->br_ageing / 100);
	fputs("\troot id ", out);
	print_mac(out, br->br_root);
	fprintf(out, " priority %u ifcost %u port %u\n", br->br_root_priority,
	    br->br_root_cost, br->br_root_port);
	TAILQ_FOREACH(member, ifs, tq)
		if (member->if_master == ifp->if_index)
			show_member(out, br, member);
}

static void
show_groups(FILE *out, const struct iface *ifp)
{
	const char *own = group_of_class(ifp->if_class);
	char name[GROUP_NAME];

	if (own == NULL && ifp->if_group == 0)
		return;
	fputs("\tgroups:", out);
	if (own != NULL)
		fprintf(out, " %s", own);
	if (ifp->if_group != 0) {
		group_name(ifp->if_group, name);
		fprintf(out, " %s", name);
	}
	putc('\n', out);
}

static void
show_media(FILE *out, const struct show *sh, const struct iface *ifp)
{
	char media[96];

	if (ifp->if_class == CL_LO || ifp->if_class == CL_BRIDGE ||
	    ifp->if_arptype != ARPHRD_ETHER ||
	    !media_get(ifp->if_name, media, sizeof(media)))
		return;
	fprintf(out, "\tmedia: %s\n\tstatus: %s\n", media,
	    ifp->if_carrier && (ifp->if_flags & IFF_UP) != 0 ? "active" :
	    "no carrier");
	if (sh->sh_caps)
		fputs("\tsupported media:\n\t\tmedia autoselect\n", out);
}

void
show_iface(FILE *out, const struct show *sh, const struct ifaces *ifs,
    const struct iface *ifp)
{
	unsigned mask = ifp->if_class == CL_LO ? CAPS_CSUM : ~0u;
	unsigned caps = caps_get(ifp->if_name) & mask;

	fprintf(out, "%s: ", ifp->if_shown);
	print_bits(out, "flags", show_flags(ifp), flag_bits);
	fprintf(out, " metric 0 mtu %u\n", ifp->if_mtu);
	if (ifp->if_alias[0] != '\0')
		fprintf(out, "\tdescription: %s\n", ifp->if_alias);
	if (caps != 0) {
		print_bits(out, "\toptions", caps, cap_bits);
		putc('\n', out);
	}
	if (sh->sh_caps) {
		print_bits(out, "\tcapabilities", caps_can(ifp->if_name) &
		    mask, cap_bits);
		putc('\n', out);
	}
	if (sh->sh_af == 0 || sh->sh_af == AF_PACKET)
		show_ether(out, sh, ifp);
	if (sh->sh_af == 0 || sh->sh_af == AF_INET)
		show_addrs(out, sh, ifp, AF_INET);
	if (sh->sh_af == 0 || sh->sh_af == AF_INET6)
		show_addrs(out, sh, ifp, AF_INET6);
	if (sh->sh_af != 0)
		return;
	if (ifp->if_class == CL_BRIDGE)
		show_bridge(out, ifs, ifp);
	show_groups(out, ifp);
	show_media(out, sh, ifp);
}

/* ------------------------------------------------------------------------
 * -f
 */

static int
format_word(const char *word, size_t len, struct format *fo)
{
	static const struct {
		const char	*word;
		int		 value;
		int		 which;	/* 0 inet, 1 inet6, 2 ether */
	} words[] = {
		{ "inet:default", INET_HEX, 0 }, { "inet:hex", INET_HEX, 0 },
		{ "inet:cidr", INET_CIDR, 0 },
		{ "inet:dotted", INET_DOTTED, 0 },
		{ "inet6:default", INET6_NUMERIC, 1 },
		{ "inet6:numeric", INET6_NUMERIC, 1 },
		{ "inet6:cidr", INET6_CIDR, 1 }, { "ether:default", ':', 2 },
		{ "ether:colon", ':', 2 }, { "ether:dash", '-', 2 },
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strlen(words[i].word) != len ||
		    strncmp(words[i].word, word, len) != 0)
			continue;
		if (words[i].which == 0)
			fo->fo_inet = words[i].value;
		else if (words[i].which == 1)
			fo->fo_inet6 = words[i].value;
		else
			fo->fo_ether = (char)words[i].value;
		return (0);
	}
	return (-1);
}

int
format_parse(const char *text, struct format *ret_fo)
{
	size_t len;

	for (; *text != '\0'; text += len + (text[len] == ',')) {
		len = strcspn(text, ",");
		if (len > 0 && format_word(text, len, ret_fo) == -1)
			return (-1);
	}
	return (0);
}
