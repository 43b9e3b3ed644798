// SPDX-License-Identifier: BSD-2-Clause
/*
 * sock_diag(7).  Written on the bare socket: one question and one kind of
 * answer need no library, which a jail's world might lack.
 */
#include <sys/socket.h>

#include <errno.h>
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

static void
take_attribute(struct sock *so, const struct rtattr *rta)
{
	size_t len = RTA_PAYLOAD(rta);

	switch (rta->rta_type) {
	case INET_DIAG_CONG:
		if (len < sizeof(so->so_cc))
			memcpy(so->so_cc, RTA_DATA(rta), len);
		break;
	case INET_DIAG_SKV6ONLY:
		if (len >= 1)
			so->so_dual = *(const char *)RTA_DATA(rta) == 0 &&
			    IN6_IS_ADDR_UNSPECIFIED(&so->so_laddr);
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

int
diag_inet(struct socks *ss, int family, int proto)
{
	struct inet_diag_req_v2 request = {
		.sdiag_family = (unsigned char)family,
		.sdiag_protocol = (unsigned char)proto,
		.idiag_ext = 1 << (INET_DIAG_CONG - 1),
		.idiag_states = ALL_STATES,
	};

	return (dump(ss, &request, sizeof(request), take_inet, proto));
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
