// SPDX-License-Identifier: BSD-2-Clause
#include "source.h"

#include <sys/socket.h>

#include <arpa/inet.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "errmsg.h"
#include "fd.h"
#include "pin.h"
#include "police.h"

#define ANSWER_SIZE	32768	/* of one datagram: what the kernel makes */
#define MAPPED_BITS	96	/* before an IPv4 address */

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE	71
#endif

/* ------------------------------------------------------------------------
 * rtnetlink(7): ask for all of a kind.
 */

static int
ask(int fd, int type, int family)
{
	struct {
		struct nlmsghdr	nh;
		struct rtmsg	rt;	/* as long as an ifaddrmsg, or longer */
	} req = {
		.nh = { sizeof(req), type, NLM_F_REQUEST | NLM_F_DUMP, 1, 0 },
		.rt = { .rtm_family = family },
	};

	return (send(fd, &req, sizeof(req), 0) == sizeof(req) ? 0 : -1);
}

/* Call fn with each answer, until it returns -1. */
static int
answers(int fd, int (*fn)(const struct nlmsghdr *, void *), void *arg)
{
	_cleanup_free_ char *buf = malloc(ANSWER_SIZE);
	const struct nlmsghdr *nh;
	int left;

	if (buf == NULL)
		return (-1);
	for (;;) {
		if ((left = recv(fd, buf, ANSWER_SIZE, 0)) == -1)
			return (-1);
		for (nh = (void *)buf; NLMSG_OK(nh, (unsigned)left);
		    nh = NLMSG_NEXT(nh, left)) {
			if (nh->nlmsg_type == NLMSG_DONE)
				return (0);
			if (nh->nlmsg_type == NLMSG_ERROR) {
				errno = -((struct nlmsgerr *)NLMSG_DATA(nh))
				    ->error;
				return (-1);
			}
			if (fn(nh, arg) == -1)
				return (-1);
		}
	}
}

static int
dump(int type, int (*fn)(const struct nlmsghdr *, void *), void *arg,
    uint64_t *ret_cookie)
{
	_cleanup_close_ int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC,
	    NETLINK_ROUTE);
	socklen_t len = sizeof(*ret_cookie);

	if (fd == -1 || (ret_cookie != NULL && getsockopt(fd, SOL_SOCKET,
	    SO_NETNS_COOKIE, ret_cookie, &len) == -1) ||
	    ask(fd, type, AF_INET) == -1 || answers(fd, fn, arg) == -1 ||
	    ask(fd, type, AF_INET6) == -1 || answers(fd, fn, arg) == -1)
		return (-1);
	return (0);
}

static const struct rtattr *
attr_find(const struct rtattr *rta, int left, int type)
{
	for (; RTA_OK(rta, left); rta = RTA_NEXT(rta, left))
		if (rta->rta_type == type)
			return (rta);
	return (NULL);
}

static int
attr_addr(const struct rtattr *rta, int family, struct in6_addr *ret_a)
{
	static const struct in6_addr mapped = { .s6_addr = {
	    [10] = 0xff, [11] = 0xff } };

	*ret_a = mapped;
	if (rta == NULL)
		return (0);
	if (family == AF_INET && RTA_PAYLOAD(rta) == 4)
		memcpy(&ret_a->s6_addr[12], RTA_DATA(rta), 4);
	else if (family == AF_INET6 && RTA_PAYLOAD(rta) == 16)
		memcpy(ret_a, RTA_DATA(rta), 16);
	else
		return (0);
	return (1);
}

/* ------------------------------------------------------------------------
 * Addresses.
 */

struct finding {
	const struct policy	*fi_po;
	struct policy_source	*fi_found;
	unsigned		 fi_n;
};

static int
is_member(const struct policy *po, int family, const struct in6_addr *a)
{
	unsigned i;

	for (i = 0; family == AF_INET && i < po->po_naddr4; i++)
		if (memcmp(&po->po_addr4[i], &a->s6_addr[12], 4) == 0)
			return (1);
	for (i = 0; family == AF_INET6 && i < po->po_naddr6; i++)
		if (memcmp(&po->po_addr6[i], a, sizeof(*a)) == 0)
			return (1);
	return (0);
}

static int
find_addr(const struct nlmsghdr *nh, void *arg)
{
	const struct ifaddrmsg *ifa = NLMSG_DATA(nh);
	const struct rtattr *local;
	struct policy_source *more, ps;
	struct finding *fi = arg;
	unsigned i;

	/* IFA_LOCAL is the own one where there is a peer's beside it. */
	local = attr_find(IFA_RTA(ifa), IFA_PAYLOAD(nh), IFA_LOCAL);
	if (local == NULL)
		local = attr_find(IFA_RTA(ifa), IFA_PAYLOAD(nh), IFA_ADDRESS);
	if (nh->nlmsg_type != RTM_NEWADDR ||
	    !attr_addr(local, ifa->ifa_family, &ps.ps_addr) ||
	    !is_member(fi->fi_po, ifa->ifa_family, &ps.ps_addr))
		return (0);
	ps.ps_oif = ifa->ifa_index;
	ps.ps_family = ifa->ifa_family;
	for (i = 0; i < fi->fi_n; i++)
		if (fi->fi_found[i].ps_oif == ps.ps_oif &&
		    fi->fi_found[i].ps_family == ps.ps_family)
			return (0);
	more = reallocarray(fi->fi_found, fi->fi_n + 1, sizeof(*more));
	if (more == NULL)
		return (-1);
	fi->fi_found = more;
	more[fi->fi_n++] = ps;
	return (0);
}

int
source_find(const struct policy *po, struct policy_source **ret_ps)
{
	struct finding fi = { .fi_po = po };

	if (dump(RTM_GETADDR, find_addr, &fi, NULL) == -1) {
		free_ptr(&fi.fi_found);
		return (jail_err(errno, "ask for the interfaces' addresses"));
	}
	*ret_ps = fi.fi_found;
	return (fi.fi_n);
}

/* ------------------------------------------------------------------------
 * Routes.
 */

struct route {
	struct police_route	ro_key;
	uint32_t		ro_oif;
	uint32_t		ro_metric;
};

struct routes {
	struct route	*rs_routes;
	unsigned	 rs_n;
	unsigned	 rs_room;
};

static uint32_t
attr_u32(const struct rtattr *rta)
{
	uint32_t n = 0;

	if (rta != NULL && RTA_PAYLOAD(rta) == sizeof(n))
		memcpy(&n, RTA_DATA(rta), sizeof(n));
	return (n);
}

/* The interface of a route, or of its first next hop. */
static uint32_t
route_oif(const struct rtattr *rta, int left)
{
	const struct rtattr *multi = attr_find(rta, left, RTA_MULTIPATH);
	const struct rtnexthop *hop;

	if (multi == NULL)
		return (attr_u32(attr_find(rta, left, RTA_OIF)));
	hop = RTA_DATA(multi);
	return (RTNH_OK(hop, (int)RTA_PAYLOAD(multi)) ? hop->rtnh_ifindex : 0);
}

static int
add_route(const struct nlmsghdr *nh, void *arg)
{
	const struct rtmsg *rt = NLMSG_DATA(nh);
	const struct rtattr *rta = RTM_RTA(rt), *dst;
	int left = RTM_PAYLOAD(nh);
	struct routes *rs = arg;
	struct in6_addr to;
	struct route *ro;

	/* The tables that are asked where no rule says otherwise. */
	if (nh->nlmsg_type != RTM_NEWROUTE || (rt->rtm_table != RT_TABLE_MAIN &&
	    rt->rtm_table != RT_TABLE_LOCAL) || (rt->rtm_type != RTN_UNICAST &&
	    rt->rtm_type != RTN_LOCAL) || (rt->rtm_flags & RTM_F_CLONED) != 0)
		return (0);
	dst = attr_find(rta, left, RTA_DST);
	if (!attr_addr(dst, rt->rtm_family, &to) && dst == NULL &&
	    rt->rtm_family == AF_INET6)
		memset(&to, 0, sizeof(to));	/* the default route */
	if (rs->rs_n == rs->rs_room) {
		rs->rs_room = rs->rs_room * 2 + 64;
		ro = reallocarray(rs->rs_routes, rs->rs_room, sizeof(*ro));
		if (ro == NULL)
			return (-1);
		rs->rs_routes = ro;
	}
	ro = &rs->rs_routes[rs->rs_n];
	memset(ro, 0, sizeof(*ro));
	ro->ro_key.pt_bits = POLICE_NETBITS + rt->rtm_dst_len +
	    (rt->rtm_family == AF_INET ? MAPPED_BITS : 0);
	memcpy(&ro->ro_key.pt_to, &to, sizeof(to));
	ro->ro_metric = attr_u32(attr_find(rta, left, RTA_PRIORITY));
	if ((ro->ro_oif = route_oif(rta, left)) != 0)
		rs->rs_n++;
	return (0);
}

static int
route_cmp(const void *a, const void *b)
{
	const struct route *x = a, *y = b;
	int order = memcmp(&x->ro_key, &y->ro_key, sizeof(x->ro_key));

	return (order != 0 ? order : (x->ro_metric > y->ro_metric) -
	    (x->ro_metric < y->ro_metric));
}

static int
key_cmp(const void *key, const void *route)
{
	return (memcmp(key, &((const struct route *)route)->ro_key,
	    sizeof(struct police_route)));
}

/* Of this network, what is no route any more. */
static void
routes_clean(int map, const struct routes *rs, const uint32_t net[2])
{
	struct police_route key, next;
	int more = map_next(map, NULL, &next) == 0;

	while (more) {
		key = next;
		more = map_next(map, &key, &next) == 0;
		if (memcmp(key.pt_net, net, sizeof(key.pt_net)) == 0 &&
		    bsearch(&key, rs->rs_routes, rs->rs_n,
		    sizeof(*rs->rs_routes), key_cmp) == NULL)
			map_delete(map, &key);
	}
}

static int
routes_write(int map, struct routes *rs, uint64_t cookie)
{
	struct route *ro;
	uint32_t net[2];
	unsigned i;

	memcpy(net, &cookie, sizeof(net));
	for (i = 0; i < rs->rs_n; i++)
		memcpy(rs->rs_routes[i].ro_key.pt_net, net, sizeof(net));
	if (rs->rs_n > 0)
		qsort(rs->rs_routes, rs->rs_n, sizeof(*ro), route_cmp);
	routes_clean(map, rs, net);
	for (i = 0; i < rs->rs_n; i++) {
		ro = &rs->rs_routes[i];
		/* Of two to the same place the one of the lower metric. */
		if (i > 0 && memcmp(&ro->ro_key, &ro[-1].ro_key,
		    sizeof(ro->ro_key)) == 0)
			continue;
		/* Those that the map has no room for lead to the primary. */
		if (map_update(map, &ro->ro_key, &ro->ro_oif) == -1 &&
		    errno != ENOSPC && errno != E2BIG)
			return (-1);
	}
	return (0);
}

int
source_routes(int bpfdirfd)
{
	_cleanup_close_ int map = pin_get(bpfdirfd, "routes");
	struct routes rs = { 0 };
	uint64_t cookie = 0;
	int error;

	if (map == -1)
		return (jail_err(errno, "BPF map routes"));
	error = dump(RTM_GETROUTE, add_route, &rs, &cookie);
	if (error == 0)
		error = routes_write(map, &rs, cookie);
	free_ptr(&rs.rs_routes);
	return (error == 0 ? 0 : jail_err(errno, "tell the jails the routes"));
}
