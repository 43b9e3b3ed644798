// SPDX-License-Identifier: BSD-2-Clause
/*
 * sock_diag(7).  Written on the bare socket: one question and one kind of
 * answer need no library, which a jail's world might lack.
 */
#include <sys/socket.h>

#include <errno.h>
#include <jail.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sock.h"

#define ALL_STATES	0xffffffffU

typedef int	take_fn(struct socks *ss, const void *msg, size_t len,
		    int proto);

/* ------------------------------------------------------------------------
 * Question and answers.
 */

static int
ask(int fd, const void *request, size_t len)
{
	struct sockaddr_nl to = { .nl_family = AF_NETLINK };
	struct nlmsghdr nh = {
		.nlmsg_len = (unsigned)(NLMSG_HDRLEN + len),
		.nlmsg_type = SOCK_DIAG_BY_FAMILY,
		.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
	};
	struct iovec iov[2] = {
		{ &nh, sizeof(nh) }, { (void *)(uintptr_t)request, len }
	};
	struct msghdr mh = {
		.msg_name = &to, .msg_namelen = sizeof(to),
		.msg_iov = iov, .msg_iovlen = 2,
	};

	return (sendmsg(fd, &mh, 0) == -1 ? -1 : 0);
}

/* 1: more to come, 0: done, -1: an error. */
static int
take_all(struct socks *ss, const char *buf, size_t n, take_fn *take,
    int proto)
{
	const struct nlmsghdr *nh = (const struct nlmsghdr *)buf;
	const struct nlmsgerr *error;

	for (; NLMSG_OK(nh, n); nh = NLMSG_NEXT(nh, n)) {
		if (nh->nlmsg_type == NLMSG_DONE)
			return (0);
		if (nh->nlmsg_type == NLMSG_ERROR) {
			error = NLMSG_DATA(nh);
			errno = nh->nlmsg_len < NLMSG_LENGTH(sizeof(*error)) ?
			    EPROTO : -error->error;
			return (-1);
		}
		if (nh->nlmsg_type == SOCK_DIAG_BY_FAMILY && take(ss,
		    NLMSG_DATA(nh), NLMSG_PAYLOAD(nh, 0), proto) == -1)
			return (-1);
	}
	return (1);
}

static int
dump(struct socks *ss, const void *request, size_t len, take_fn *take,
    int proto)
{
	static char buf[65536] __attribute__((aligned(NLMSG_ALIGNTO)));
	ssize_t n;
	int error, fd, more = -1;

	fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	if (fd == -1)
		return (-1);
	if (ask(fd, request, len) == 0)
		do {
			n = recv(fd, buf, sizeof(buf), 0);
			if (n == -1 && errno == EINTR)
				continue;
			more = n <= 0 ? -1 : take_all(ss, buf, (size_t)n,
			    take, proto);
		} while (more == 1);
	error = errno;
	close(fd);
	errno = error;
	return (more);
}

/* ------------------------------------------------------------------------
 * Internet sockets.
 */

/* ::ffff:10.0.0.2 is an IPv4 address in all but its family. */
static void
unmap(struct sock *so)
{
	static const struct in6_addr any;

	if (so->so_family != AF_INET6 || !IN6_IS_ADDR_V4MAPPED(&so->so_laddr))
		return;
	so->so_family = AF_INET;
	so->so_dual = 0;
	memcpy(&so->so_laddr, (char *)&so->so_laddr + 12, 4);
	if (memcmp(&so->so_faddr, &any, sizeof(any)) != 0)
		memcpy(&so->so_faddr, (char *)&so->so_faddr + 12, 4);
}

/* The first attribute of `type` within another, or NULL. */
static const struct rtattr *
within(const struct rtattr *nest, int type)
{
	const struct rtattr *rta = RTA_DATA(nest);
	size_t len = RTA_PAYLOAD(nest);

	for (; RTA_OK(rta, len); rta = RTA_NEXT(rta, len))
		if ((rta->rta_type & NLA_TYPE_MASK) == type)
			return (rta);
	return (NULL);
}

/* A jail's listener is shown as it asked to be. */
static void
take_note(struct sock *so, const struct rtattr *storages)
{
	const struct rtattr *one = within(storages, SK_DIAG_BPF_STORAGE);
	const struct rtattr *note = one == NULL ? NULL :
	    within(one, SK_DIAG_BPF_STORAGE_MAP_VALUE);
	struct in6_addr addr = { 0 };
	int asked;

	if (note == NULL || !so->so_listens)
		return;
	if (so->so_family == AF_INET) {
		addr.s6_addr[10] = addr.s6_addr[11] = 0xff;
		memcpy(&addr.s6_addr[12], &so->so_laddr, 4);
	} else
		addr = so->so_laddr;
	asked = jail_sock_asked(RTA_DATA(note), RTA_PAYLOAD(note), &addr,
	    &so->so_lport);
	if (asked == 0)
		return;
	so->so_family = AF_INET6;
	so->so_laddr = addr;
	so->so_dual = asked == 2;
}

static void
take_attribute(struct sock *so, const struct rtattr *rta)
{
	size_t len = RTA_PAYLOAD(rta);

	switch (rta->rta_type & NLA_TYPE_MASK) {
	case INET_DIAG_CONG:
		if (len < sizeof(so->so_cc))
			memcpy(so->so_cc, RTA_DATA(rta), len);
		break;
	case INET_DIAG_SKV6ONLY:
		if (len >= 1)
			so->so_dual = *(const char *)RTA_DATA(rta) == 0 &&
			    IN6_IS_ADDR_UNSPECIFIED(&so->so_laddr);
		break;
	case INET_DIAG_SK_BPF_STORAGES:
		take_note(so, rta);
		break;
	case INET_DIAG_CGROUP_ID:
		if (len >= sizeof(so->so_cgroup))
			memcpy(&so->so_cgroup, RTA_DATA(rta),
			    sizeof(so->so_cgroup));
		break;
	default:
		break;
	}
}

static int
take_inet(struct socks *ss, const void *data, size_t len, int proto)
{
	const struct inet_diag_msg *msg = data;
	const struct rtattr *rta;
	struct sock *so;

	if (len < sizeof(*msg))
		return (errno = EPROTO, -1);
	if ((so = socks_add(ss)) == NULL)
		return (-1);
	so->so_family = msg->idiag_family;
	so->so_proto = proto;
	so->so_state = msg->idiag_state;
	so->so_listens = msg->idiag_state == TCP_LISTEN;
	memcpy(&so->so_laddr, msg->id.idiag_src, sizeof(so->so_laddr));
	memcpy(&so->so_faddr, msg->id.idiag_dst, sizeof(so->so_faddr));
	so->so_lport = ntohs(msg->id.idiag_sport);
	so->so_fport = ntohs(msg->id.idiag_dport);
	so->so_rqueue = msg->idiag_rqueue;
	so->so_wqueue = msg->idiag_wqueue;
	so->so_inode = msg->idiag_inode;
	so->so_cookie = (uint64_t)msg->id.idiag_cookie[1] << 32 |
	    msg->id.idiag_cookie[0];
	len -= NLMSG_ALIGN(sizeof(*msg));
	for (rta = (const struct rtattr *)(msg + 1); RTA_OK(rta, len);
	    rta = RTA_NEXT(rta, len))
		take_attribute(so, rta);
	unmap(so);
	return (0);
}

/* What jails' listeners asked for: a descriptor for the question, or -1. */
static int
notes(void)
{
	static int fd = -2;

	if (fd == -2)
		fd = jail_sock_notes();
	return (fd);
}

int
diag_inet(struct socks *ss, int family, int proto)
{
	struct {
		struct inet_diag_req_v2 request;
		struct rtattr	storages;
		struct rtattr	map;
		uint32_t	fd;
	} question = {
		.request = {
			.sdiag_family = (unsigned char)family,
			.sdiag_protocol = (unsigned char)proto,
			.idiag_ext = 1 << (INET_DIAG_CONG - 1),
			.idiag_states = ALL_STATES,
		},
		.storages = {
			.rta_type = INET_DIAG_REQ_SK_BPF_STORAGES |
			    NLA_F_NESTED,
			.rta_len = RTA_LENGTH(RTA_LENGTH(sizeof(uint32_t))),
		},
		.map = {
			.rta_type = SK_DIAG_BPF_STORAGE_REQ_MAP_FD,
			.rta_len = RTA_LENGTH(sizeof(uint32_t)),
		},
	};
	int before = ss->ss_n;

	if (proto == IPPROTO_TCP && notes() != -1) {
		question.fd = (uint32_t)notes();
		if (dump(ss, &question, sizeof(question), take_inet,
		    proto) == 0)
			return (0);
		ss->ss_n = before;
	}
	return (dump(ss, &question.request, sizeof(question.request),
	    take_inet, proto));
}

/* ------------------------------------------------------------------------
 * Unix sockets.
 */

static char *
path_of(const struct rtattr *rta)
{
	size_t i, len = RTA_PAYLOAD(rta);
	char *path = malloc(len + 1);

	if (path == NULL)
		return (NULL);
	memcpy(path, RTA_DATA(rta), len);
	path[len] = '\0';
	/* A path may end in NULs; an abstract name begins with one. */
	if (len > 0 && path[0] == '\0')
		for (i = 0; i < len; i++)
			if (path[i] == '\0')
				path[i] = '@';
	return (path);
}

static int
take_unix(struct socks *ss, const void *data, size_t len, int proto)
{
	const struct unix_diag_msg *msg = data;
	const struct unix_diag_rqlen *queue;
	const struct rtattr *rta;
	struct sock *so;
	uint32_t peer;

	(void)proto;
	if (len < sizeof(*msg))
		return (errno = EPROTO, -1);
	if ((so = socks_add(ss)) == NULL)
		return (-1);
	so->so_family = AF_UNIX;
	so->so_proto = msg->udiag_type;
	so->so_state = msg->udiag_state;
	so->so_listens = msg->udiag_state == TCP_LISTEN;
	so->so_inode = msg->udiag_ino;
	so->so_cookie = (uint64_t)msg->udiag_cookie[1] << 32 |
	    msg->udiag_cookie[0];
	len -= NLMSG_ALIGN(sizeof(*msg));
	for (rta = (const struct rtattr *)(msg + 1); RTA_OK(rta, len);
	    rta = RTA_NEXT(rta, len))
		if (rta->rta_type == UNIX_DIAG_NAME && so->so_path == NULL)
			so->so_path = path_of(rta);
		else if (rta->rta_type == UNIX_DIAG_PEER &&
		    RTA_PAYLOAD(rta) >= sizeof(peer)) {
			memcpy(&peer, RTA_DATA(rta), sizeof(peer));
			so->so_peer = peer;
		} else if (rta->rta_type == UNIX_DIAG_RQLEN &&
		    RTA_PAYLOAD(rta) >= sizeof(*queue)) {
			queue = RTA_DATA(rta);
			so->so_rqueue = queue->udiag_rqueue;
			so->so_wqueue = queue->udiag_wqueue;
		}
	return (0);
}

int
diag_unix(struct socks *ss)
{
	struct unix_diag_req request = {
		.sdiag_family = AF_UNIX,
		.udiag_states = ALL_STATES,
		.udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_PEER |
		    UDIAG_SHOW_RQLEN,
	};

	return (dump(ss, &request, sizeof(request), take_unix, 0));
}
