// SPDX-License-Identifier: BSD-2-Clause
#include "netdev.h"

#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "errmsg.h"
#include "fd.h"

#define ANSWER_MAX 32768	/* a device with many virtual functions */

struct question {
	struct nlmsghdr	 nlh;
	struct ifinfomsg ifi;
	char		 attrs[128];
};

int
netdev_socket(int netfd)
{
	_cleanup_close_ int mine = -1;
	int error, sock;

	if (netfd != -1) {
		mine = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
		if (mine == -1 || setns(netfd, CLONE_NEWNET) == -1)
			return (jail_err(errno, "enter a network namespace"));
	}
	sock = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	error = errno;
	if (mine != -1 && setns(mine, CLONE_NEWNET) == -1)
		abort();	/* never go on in a stack that is not ours */
	if (sock == -1)
		return (jail_err(error, "socket(AF_NETLINK)"));
	return (sock);
}

static void
begin(struct question *qu, int type, uint32_t index)
{
	memset(qu, 0, sizeof(*qu));
	qu->nlh.nlmsg_len = NLMSG_LENGTH(sizeof(qu->ifi));
	qu->nlh.nlmsg_type = type;
	qu->nlh.nlmsg_flags = NLM_F_REQUEST;
	qu->ifi.ifi_index = index;
}

static void
put(struct question *qu, int type, const void *data, size_t len)
{
	struct rtattr *rta = (struct rtattr *)(void *)
	    ((char *)qu + NLMSG_ALIGN(qu->nlh.nlmsg_len));

	rta->rta_type = type;
	rta->rta_len = RTA_LENGTH(len);
	memcpy(RTA_DATA(rta), data, len);
	qu->nlh.nlmsg_len = NLMSG_ALIGN(qu->nlh.nlmsg_len) + RTA_SPACE(len);
}

/* Ask; the answer's length in buf, 0 for a mere acknowledgement, or -1. */
static ssize_t
ask(int sock, const struct question *qu, char *buf)
{
	const struct nlmsghdr *nlh = (const void *)buf;
	const struct nlmsgerr *answer;
	ssize_t n;

	if (send(sock, qu, qu->nlh.nlmsg_len, 0) == -1)
		return (-1);
	do
		n = recv(sock, buf, ANSWER_MAX, 0);
	while (n == -1 && errno == EINTR);
	if (n == -1)
		return (-1);
	if (!NLMSG_OK(nlh, n)) {
		errno = EPROTO;
		return (-1);
	}
	if (nlh->nlmsg_type != NLMSG_ERROR)
		return (n);
	answer = NLMSG_DATA(nlh);
	errno = -answer->error;
	return (answer->error == 0 ? 0 : -1);
}

/* The kind within IFLA_LINKINFO. */
static void
take_kind(const struct rtattr *info, struct netdev *nd)
{
	const struct rtattr *rta = RTA_DATA(info);
	int len = RTA_PAYLOAD(info);

	for (; RTA_OK(rta, len); rta = RTA_NEXT(rta, len))
		if (rta->rta_type == IFLA_INFO_KIND)
			snprintf(nd->nd_kind, sizeof(nd->nd_kind), "%.*s",
			    (int)RTA_PAYLOAD(rta), (char *)RTA_DATA(rta));
}

int
netdev_find(int sock, const char *name, struct netdev *ret_nd)
{
	_cleanup_free_ char *buf = malloc(ANSWER_MAX);
	const struct ifinfomsg *ifi;
	const struct nlmsghdr *nlh;
	const struct rtattr *rta;
	struct question qu;
	int len;

	if (buf == NULL)
		return (-1);
	begin(&qu, RTM_GETLINK, name == NULL ? ret_nd->nd_index : 0);
	if (name != NULL)
		put(&qu, IFLA_IFNAME, name, strlen(name) + 1);
	if (ask(sock, &qu, buf) <= 0)
		return (-1);
	nlh = (const void *)buf;
	ifi = NLMSG_DATA(nlh);
	memset(ret_nd, 0, sizeof(*ret_nd));
	ret_nd->nd_index = ifi->ifi_index;
	len = IFLA_PAYLOAD(nlh);
	for (rta = IFLA_RTA(ifi); RTA_OK(rta, len); rta = RTA_NEXT(rta, len))
		if (rta->rta_type == IFLA_IFNAME)
			snprintf(ret_nd->nd_name, sizeof(ret_nd->nd_name),
			    "%.*s", (int)RTA_PAYLOAD(rta),
			    (char *)RTA_DATA(rta));
		else if (rta->rta_type == IFLA_LINKINFO)
			take_kind(rta, ret_nd);
	return (0);
}

int
netdev_move(int sock, const struct netdev *nd, int netfd, const char *name)
{
	_cleanup_free_ char *buf = malloc(ANSWER_MAX);
	uint32_t fd = netfd;
	struct question qu;

	if (buf == NULL)
		return (-1);
	begin(&qu, RTM_NEWLINK, nd->nd_index);
	qu.nlh.nlmsg_flags |= NLM_F_ACK;
	put(&qu, IFLA_NET_NS_FD, &fd, sizeof(fd));
	if (name != NULL)
		put(&qu, IFLA_IFNAME, name, strlen(name) + 1);
	return (ask(sock, &qu, buf) == -1 ? -1 : 0);
}
