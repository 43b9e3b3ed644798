// SPDX-License-Identifier: BSD-2-Clause
/*
 * Two lists of the kernel's put together: the links and the addresses.
 *
 * FreeBSD's names: the loopback of Linux, "lo", is shown and understood as
 * "lo0" (unless somebody has made a lo0), and what is called lo1, lo2 and so
 * on is a loopback, whatever device Linux has for it.
 */
#include "iface.h"

#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/if_addr.h>
#include <linux/if_arp.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#define LIST_TRIES 100

size_t
addr_size(int af)
{
	return (af == AF_INET ? 4 : 16);
}

bool
name_numbered(const char *name, const char *prefix)
{
	size_t n = strlen(prefix);

	if (strncmp(name, prefix, n) != 0 || name[n] == '\0')
		return (false);
	for (name += n; isdigit((unsigned char)*name); name++)
		continue;
	return (*name == '\0');
}

struct iface *
iface_find(const struct ifaces *ifs, const char *name)
{
	struct iface *ifp;

	TAILQ_FOREACH(ifp, ifs, tq)
		if (strcmp(ifp->if_shown, name) == 0)
			return (ifp);
	TAILQ_FOREACH(ifp, ifs, tq)
		if (strcmp(ifp->if_name, name) == 0)
			return (ifp);
	return (NULL);
}

struct iface *
iface_by_index(const struct ifaces *ifs, unsigned index)
{
	struct iface *ifp;

	TAILQ_FOREACH(ifp, ifs, tq)
		if (ifp->if_index == index)
			return (ifp);
	return (NULL);
}

static enum ifclass
classify(const struct iface *ifp)
{
	bool virtual = strcmp(ifp->if_kind, "dummy") == 0 ||
	    strcmp(ifp->if_kind, "bridge") == 0;

	if ((ifp->if_flags & IFF_LOOPBACK) != 0 ||
	    (virtual && name_numbered(ifp->if_name, "lo")))
		return (CL_LO);
	if (strcmp(ifp->if_kind, "bridge") == 0)
		return (CL_BRIDGE);
	if (strcmp(ifp->if_kind, "veth") == 0)
		return (CL_EPAIR);
	if (strcmp(ifp->if_kind, "tun") == 0)
		return (ifp->if_arptype == ARPHRD_ETHER ? CL_TAP : CL_TUN);
	return (ifp->if_arptype == ARPHRD_ETHER ? CL_ETHER : CL_OTHER);
}

/* ------------------------------------------------------------------------
 * From netlink.
 */

static void
take_bytes(const struct nlattr *a, void *ret, size_t size)
{
	size_t n = mnl_attr_get_payload_len(a);

	memcpy(ret, mnl_attr_get_payload(a), n < size ? n : size);
}

static void
take_text(const struct nlattr *a, char *ret, size_t size)
{
	snprintf(ret, size, "%.*s", (int)mnl_attr_get_payload_len(a),
	    mnl_attr_get_str(a));
}

/*
 * Names and descriptions of a jail's interfaces are a prisoner's to choose,
 * and are read on the jailer's terminal.
 */
static void
make_printable(char *text)
{
	unsigned char *p = (unsigned char *)text;

	for (; *p != '\0'; p++)
		if (*p < ' ' || *p == 0x7f || (*p >= 0x80 && *p < 0xa0 &&
		    p > (unsigned char *)text && p[-1] == 0xc2))
			*p = '?';
}

static uint32_t
take_u32(const struct nlattr *a)
{
	uint32_t n = 0;

	take_bytes(a, &n, sizeof(n));
	return (n);
}

static uint16_t
take_u16(const struct nlattr *a)
{
	uint16_t n = 0;

	take_bytes(a, &n, sizeof(n));
	return (n);
}

static bool
take_bool(const struct nlattr *a)
{
	uint8_t n = 0;

	take_bytes(a, &n, sizeof(n));
	return (n != 0);
}

static int
take_bridge(const struct nlattr *a, void *arg)
{
	struct ifla_bridge_id id = { 0 };
	struct bridge *br = arg;

	switch (mnl_attr_get_type(a)) {
	case IFLA_BR_FORWARD_DELAY:
		br->br_forward = take_u32(a);
		break;
	case IFLA_BR_HELLO_TIME:
		br->br_hello = take_u32(a);
		break;
	case IFLA_BR_MAX_AGE:
		br->br_maxage = take_u32(a);
		break;
	case IFLA_BR_AGEING_TIME:
		br->br_ageing = take_u32(a);
		break;
	case IFLA_BR_STP_STATE:
		br->br_stp = take_u32(a) != 0;
		break;
	case IFLA_BR_PRIORITY:
		br->br_priority = take_u16(a);
		break;
	case IFLA_BR_ROOT_PORT:
		br->br_root_port = take_u16(a);
		break;
	case IFLA_BR_ROOT_PATH_COST:
		br->br_root_cost = take_u32(a);
		break;
	case IFLA_BR_BRIDGE_ID:
		take_bytes(a, &id, sizeof(id));
		memcpy(br->br_id, id.addr, sizeof(br->br_id));
		break;
	case IFLA_BR_ROOT_ID:
		take_bytes(a, &id, sizeof(id));
		memcpy(br->br_root, id.addr, sizeof(br->br_root));
		br->br_root_priority = (uint16_t)(id.prio[0] << 8 | id.prio[1]);
		break;
	}
	return (MNL_CB_OK);
}

static int
take_port(const struct nlattr *a, void *arg)
{
	struct bridgeport *bp = arg;

	switch (mnl_attr_get_type(a)) {
	case IFLA_BRPORT_NO:
		bp->bp_port = take_u16(a);
		break;
	case IFLA_BRPORT_PRIORITY:
		bp->bp_priority = take_u16(a);
		break;
	case IFLA_BRPORT_COST:
		bp->bp_cost = take_u32(a);
		break;
	case IFLA_BRPORT_LEARNING:
		bp->bp_learning = take_bool(a);
		break;
	case IFLA_BRPORT_UNICAST_FLOOD:
		bp->bp_flood = take_bool(a);
		break;
	case IFLA_BRPORT_ISOLATED:
		bp->bp_isolated = take_bool(a);
		break;
	}
	return (MNL_CB_OK);
}

static void
take_linkinfo(const struct nlattr *info, struct iface *ifp)
{
	const struct nlattr *a, *data = NULL, *port = NULL;
	char slave[16] = "";

	mnl_attr_for_each_nested(a, info) {
		switch (mnl_attr_get_type(a)) {
		case IFLA_INFO_KIND:
			take_text(a, ifp->if_kind, sizeof(ifp->if_kind));
			break;
		case IFLA_INFO_DATA:
			data = a;
			break;
		case IFLA_INFO_SLAVE_KIND:
			take_text(a, slave, sizeof(slave));
			break;
		case IFLA_INFO_SLAVE_DATA:
			port = a;
			break;
		}
	}
	if (data != NULL && strcmp(ifp->if_kind, "bridge") == 0)
		mnl_attr_parse_nested(data, take_bridge, &ifp->if_bridge);
	if (port != NULL && strcmp(slave, "bridge") == 0)
		mnl_attr_parse_nested(port, take_port, &ifp->if_port);
}

static int
take_link_attr(const struct nlattr *a, void *arg)
{
	struct iface *ifp = arg;

	switch (mnl_attr_get_type(a)) {
	case IFLA_IFNAME:
		take_text(a, ifp->if_name, sizeof(ifp->if_name));
		break;
	case IFLA_IFALIAS:
		take_text(a, ifp->if_alias, sizeof(ifp->if_alias));
		make_printable(ifp->if_alias);
		break;
	case IFLA_MTU:
		ifp->if_mtu = take_u32(a);
		break;
	case IFLA_GROUP:
		ifp->if_group = take_u32(a);
		break;
	case IFLA_MASTER:
		ifp->if_master = take_u32(a);
		break;
	case IFLA_PROMISCUITY:
		ifp->if_promisc = take_u32(a);
		break;
	case IFLA_CARRIER:
		ifp->if_carrier = take_bool(a);
		break;
	case IFLA_ADDRESS:
		ifp->if_maclen = mnl_attr_get_payload_len(a);
		if (ifp->if_maclen > sizeof(ifp->if_mac))
			ifp->if_maclen = sizeof(ifp->if_mac);
		take_bytes(a, ifp->if_mac, sizeof(ifp->if_mac));
		break;
	case IFLA_LINKINFO:
		take_linkinfo(a, ifp);
		break;
	}
	return (MNL_CB_OK);
}

static int
take_link(const struct nlmsghdr *nlh, void *arg)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);
	struct ifaces *ifs = arg;
	struct iface *ifp;

	if (nlh->nlmsg_type != RTM_NEWLINK)
		return (MNL_CB_OK);
	if ((ifp = calloc(1, sizeof(*ifp))) == NULL)
		err(1, "calloc");
	TAILQ_INIT(&ifp->if_addrs);
	ifp->if_index = (unsigned)ifi->ifi_index;
	ifp->if_flags = ifi->ifi_flags;
	ifp->if_arptype = ifi->ifi_type;
	mnl_attr_parse(nlh, sizeof(*ifi), take_link_attr, ifp);
	strcpy(ifp->if_shown, ifp->if_name);
	make_printable(ifp->if_shown);
	ifp->if_class = classify(ifp);
	TAILQ_INSERT_TAIL(ifs, ifp, tq);
	return (MNL_CB_OK);
}

static int
take_addr_attr(const struct nlattr *a, void *arg)
{
	const struct ifa_cacheinfo *ci;
	struct ifaddress *ia = arg;

	switch (mnl_attr_get_type(a)) {
	case IFA_LOCAL:
		take_bytes(a, ia->ia_addr, sizeof(ia->ia_addr));
		ia->ia_hasdst = true;
		break;
	case IFA_ADDRESS:
		take_bytes(a, ia->ia_dst, sizeof(ia->ia_dst));
		break;
	case IFA_BROADCAST:
		take_bytes(a, ia->ia_brd, sizeof(ia->ia_brd));
		ia->ia_hasbrd = true;
		break;
	case IFA_FLAGS:
		ia->ia_flags = take_u32(a);
		break;
	case IFA_CACHEINFO:
		ci = mnl_attr_get_payload(a);
		ia->ia_preferred = ci->ifa_prefered;
		ia->ia_valid = ci->ifa_valid;
		break;
	}
	return (MNL_CB_OK);
}

static int
take_addr(const struct nlmsghdr *nlh, void *arg)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(nlh);
	struct ifaddress *ia;
	struct iface *ifp = iface_by_index(arg, ifa->ifa_index);

	if (nlh->nlmsg_type != RTM_NEWADDR || ifp == NULL ||
	    (ifa->ifa_family != AF_INET && ifa->ifa_family != AF_INET6))
		return (MNL_CB_OK);
	if ((ia = calloc(1, sizeof(*ia))) == NULL)
		err(1, "calloc");
	ia->ia_af = ifa->ifa_family;
	ia->ia_plen = ifa->ifa_prefixlen;
	ia->ia_flags = ifa->ifa_flags;
	ia->ia_preferred = ia->ia_valid = UINT32_MAX;
	mnl_attr_parse(nlh, sizeof(*ifa), take_addr_attr, ia);
	/* Without IFA_LOCAL, IFA_ADDRESS is the address; with it, the other
	   end's, which most have not. */
	if (!ia->ia_hasdst)
		memcpy(ia->ia_addr, ia->ia_dst, sizeof(ia->ia_addr));
	ia->ia_hasdst = memcmp(ia->ia_addr, ia->ia_dst,
	    addr_size(ia->ia_af)) != 0;
	TAILQ_INSERT_TAIL(&ifp->if_addrs, ia, tq);
	return (MNL_CB_OK);
}

static int
lists_load(struct nl *nl, struct ifaces *ret_ifs)
{
	struct ifinfomsg *ifi;
	struct ifaddrmsg *ifa;

	TAILQ_INIT(ret_ifs);
	nl_begin(nl, RTM_GETLINK, 0, sizeof(*ifi), &ifi);
	if (nl_dump(nl, take_link, ret_ifs) == -1)
		return (-1);
	nl_begin(nl, RTM_GETADDR, 0, sizeof(*ifa), &ifa);
	return (nl_dump(nl, take_addr, ret_ifs));
}

void
ifaces_load(struct nl *nl, struct ifaces *ret_ifs)
{
	struct iface *ifp;
	int try = 0;

	/* EINTR: what was listed has changed meanwhile. */
	while (lists_load(nl, ret_ifs) == -1) {
		if (errno != EINTR || ++try == LIST_TRIES)
			err(1, "list the interfaces");
		ifaces_free(ret_ifs);
		/* The rest of the list is still to be read there. */
		nl_close(nl);
		nl_open(nl);
	}
	if (iface_find(ret_ifs, "lo0") == NULL &&
	    (ifp = iface_find(ret_ifs, "lo")) != NULL &&
	    (ifp->if_flags & IFF_LOOPBACK) != 0)
		strcpy(ifp->if_shown, "lo0");
}

void
ifaces_free(struct ifaces *ifs)
{
	struct ifaddress *ia;
	struct iface *ifp;

	while ((ifp = TAILQ_FIRST(ifs)) != NULL) {
		TAILQ_REMOVE(ifs, ifp, tq);
		while ((ia = TAILQ_FIRST(&ifp->if_addrs)) != NULL) {
			TAILQ_REMOVE(&ifp->if_addrs, ia, tq);
			free(ia);
		}
		free(ifp);
	}
}
