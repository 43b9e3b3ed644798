// SPDX-License-Identifier: BSD-2-Clause
/*
 * Interfaces that are made: FreeBSD's cloners over the devices of Linux.
 *
 * A further loopback is a dummy device; where the kernel has none, a bridge
 * without members, which does as little.
 */
#include <sys/ioctl.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>

#include "target.h"

#define MAX_UNIT 32767	/* FreeBSD's IF_MAXUNIT */

static int	make_lo(struct nl *nl, const char *name);
static int	make_bridge(struct nl *nl, const char *name);
static int	make_epair(struct nl *nl, const char *name);
static int	make_tap(struct nl *nl, const char *name);
static int	make_tun(struct nl *nl, const char *name);

/* Make `name`, a prefix and a number: 0, or -1 with errno. */
static const struct cloner {
	const char	*cl_prefix;
	int		(*cl_make)(struct nl *nl, const char *name);
	const char	*cl_suffix;	/* behind the number, of what is made */
	const char	*cl_other;	/* and of what is made with it */
} cloners[] = {
	{ "bridge", make_bridge, "", NULL },
	{ "epair", make_epair, "a", "b" },
	{ "lo", make_lo, "", NULL },
	{ "tap", make_tap, "", NULL },
	{ "tun", make_tun, "", NULL },
};
#define NCLONERS (sizeof(cloners) / sizeof(cloners[0]))

static int
make_link(struct nl *nl, const char *name, const char *kind)
{
	struct ifinfomsg *ifi;
	struct nlattr *info;
	struct nlmsghdr *nlh = nl_begin(nl, RTM_NEWLINK,
	    NLM_F_CREATE | NLM_F_EXCL, sizeof(*ifi), &ifi);

	mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_str(nlh, IFLA_INFO_KIND, kind);
	mnl_attr_nest_end(nlh, info);
	return (nl_ask(nl));
}

/* A loopback has FreeBSD's MTU, and no address but those it is given. */
static int
dress_lo(struct nl *nl, const char *name)
{
	struct ifinfomsg *ifi;
	struct nlattr *spec, *inet6;
	struct nlmsghdr *nlh = nl_begin(nl, RTM_SETLINK, 0, sizeof(*ifi),
	    &ifi);

	mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	mnl_attr_put_u32(nlh, IFLA_MTU, LO_MTU);
	if (nl_ask(nl) == -1)
		return (-1);
	nlh = nl_begin(nl, RTM_SETLINK, 0, sizeof(*ifi), &ifi);
	mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	spec = mnl_attr_nest_start(nlh, IFLA_AF_SPEC);
	inet6 = mnl_attr_nest_start(nlh, AF_INET6);
	mnl_attr_put_u8(nlh, IFLA_INET6_ADDR_GEN_MODE,
	    IN6_ADDR_GEN_MODE_NONE);
	mnl_attr_nest_end(nlh, inet6);
	mnl_attr_nest_end(nlh, spec);
	nl_ask(nl);	/* fails where the host has no IPv6 */
	return (0);
}

static int
make_lo(struct nl *nl, const char *name)
{
	if (make_link(nl, name, "dummy") == -1 &&
	    (errno == EEXIST || make_link(nl, name, "bridge") == -1))
		return (-1);
	return (dress_lo(nl, name));
}

static int
make_bridge(struct nl *nl, const char *name)
{
	return (make_link(nl, name, "bridge"));
}

static int
make_epair(struct nl *nl, const char *name)
{
	struct ifinfomsg *ifi, *peer;
	struct nlattr *info, *data, *other;
	struct nlmsghdr *nlh = nl_begin(nl, RTM_NEWLINK,
	    NLM_F_CREATE | NLM_F_EXCL, sizeof(*ifi), &ifi);
	char b[IFNAMSIZ];

	/* NAME is epairNa; its other end is epairNb. */
	strcpy(b, name);
	b[strlen(b) - 1] = 'b';
	mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_str(nlh, IFLA_INFO_KIND, "veth");
	data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	other = mnl_attr_nest_start(nlh, VETH_INFO_PEER);
	peer = mnl_nlmsg_get_payload_tail(nlh);
	memset(peer, 0, sizeof(*peer));
	nlh->nlmsg_len += MNL_ALIGN(sizeof(*peer));
	mnl_attr_put_strz(nlh, IFLA_IFNAME, b);
	mnl_attr_nest_end(nlh, other);
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, info);
	return (nl_ask(nl));
}

static int
make_tuntap(const char *name, int type)
{
	struct ifreq ifr = { 0 };
	int error = 0, fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

	if (fd == -1)
		return (-1);
	strcpy(ifr.ifr_name, name);
	ifr.ifr_flags = (short)(type | IFF_NO_PI | IFF_TUN_EXCL);
	if (ioctl(fd, TUNSETIFF, &ifr) == -1 ||
	    ioctl(fd, TUNSETPERSIST, 1) == -1)
		error = errno == EBUSY ? EEXIST : errno;
	close(fd);
	errno = error;
	return (error == 0 ? 0 : -1);
}

static int
make_tap(struct nl *nl, const char *name)
{
	(void)nl;
	return (make_tuntap(name, IFF_TAP));
}

static int
make_tun(struct nl *nl, const char *name)
{
	(void)nl;
	return (make_tuntap(name, IFF_TUN));
}

/* ------------------------------------------------------------------------
 * Names.
 */

/* The cloner of "bridge", "bridge7", "epair3a"; *ret_unit -1: any. */
static const struct cloner *
find_cloner(const char *name, long *ret_unit)
{
	const struct cloner *cl;
	const char *p;
	char *end;
	size_t n;

	for (cl = cloners; cl < cloners + NCLONERS; cl++) {
		n = strlen(cl->cl_prefix);
		if (strncmp(name, cl->cl_prefix, n) != 0)
			continue;
		p = name + n;
		*ret_unit = -1;
		if (*p == '\0')
			return (cl);
		if (*p < '0' || *p > '9' || (p[0] == '0' && p[1] >= '0' &&
		    p[1] <= '9'))
			return (NULL);
		*ret_unit = strtol(p, &end, 10);
		if (*ret_unit <= MAX_UNIT && (*end == '\0' ||
		    strcmp(end, cl->cl_suffix) == 0))
			return (cl);
		return (NULL);
	}
	return (NULL);
}

bool
clone_known(const char *name)
{
	long unit;

	return (find_cloner(name, &unit) != NULL);
}

void
clone_list(void)
{
	size_t i;

	for (i = 0; i < NCLONERS; i++)
		printf("%s%s", i > 0 ? " " : "", cloners[i].cl_prefix);
	putchar('\n');
}

static bool
is_free(const struct ifaces *ifs, const struct cloner *cl, long unit)
{
	char name[IFNAMSIZ + 8];

	snprintf(name, sizeof(name), "%s%ld%s", cl->cl_prefix, unit,
	    cl->cl_suffix);
	if (iface_find(ifs, name) != NULL)
		return (false);
	if (cl->cl_other == NULL)
		return (true);
	snprintf(name, sizeof(name), "%s%ld%s", cl->cl_prefix, unit,
	    cl->cl_other);
	return (iface_find(ifs, name) == NULL);
}

static long
free_unit(struct nl *nl, const struct cloner *cl)
{
	struct ifaces ifs;
	long unit;

	ifaces_load(nl, &ifs);
	for (unit = 0; unit <= MAX_UNIT && !is_free(&ifs, cl, unit); unit++)
		continue;
	ifaces_free(&ifs);
	if (unit > MAX_UNIT) {
		errno = ENOSPC;
		err(1, "SIOCIFCREATE2 (%s)", cl->cl_prefix);
	}
	return (unit);
}

/* Make an interface; its name, where it was left open, is another's next. */
void
clone_create(struct nl *nl, const char *name, char ret_name[IFNAMSIZ])
{
	const struct cloner *cl;
	long unit;
	bool any;

	if ((cl = find_cloner(name, &unit)) == NULL) {
		errno = EINVAL;
		err(1, "SIOCIFCREATE2 (%s)", name);
	}
	/* lo0 is Linux's own. */
	if (strcmp(cl->cl_prefix, "lo") == 0 && unit == 0)
		errx(1, "interface %s already exists", name);
	any = unit == -1;
	for (;;) {
		if (any)
			unit = free_unit(nl, cl);
		snprintf(ret_name, IFNAMSIZ, "%s%ld%s", cl->cl_prefix, unit,
		    cl->cl_suffix);
		if (cl->cl_make(nl, ret_name) == 0)
			return;
		/* Another may have been quicker. */
		if (errno == EEXIST && !any)
			errx(1, "interface %s already exists", name);
		if (errno != EEXIST)
			err(1, "SIOCIFCREATE2 (%s)", name);
	}
}

void
clone_destroy(struct target *ta)
{
	struct ifinfomsg *ifi;

	nl_begin(ta->ta_nl, RTM_DELLINK, 0, sizeof(*ifi), &ifi);
	ifi->ifi_index = (int)ta->ta_index;
	if (nl_ask(ta->ta_nl) == -1) {
		/* What nobody has made cannot be unmade. */
		if (errno == EOPNOTSUPP)
			errno = EINVAL;
		err(1, "SIOCIFDESTROY");
	}
	ta->ta_gone = true;
}
