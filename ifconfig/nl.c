// SPDX-License-Identifier: BSD-2-Clause
#include "nl.h"

#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/rtnetlink.h>

#define NL_ANSWER	65536	/* the kernel's lists come in such pieces */

void
nl_open(struct nl *nl)
{
	memset(nl, 0, sizeof(*nl));
	nl->nl_sock = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (nl->nl_sock == NULL)
		err(1, "socket(AF_NETLINK)");
	if (mnl_socket_bind(nl->nl_sock, 0, MNL_SOCKET_AUTOPID) == -1)
		err(1, "bind(AF_NETLINK)");
}

void
nl_close(struct nl *nl)
{
	if (nl->nl_sock != NULL)
		mnl_socket_close(nl->nl_sock);
	nl->nl_sock = NULL;
}

struct nlmsghdr *
nl_begin(struct nl *nl, int type, int flags, size_t size, void *ret_fixed)
{
	struct nlmsghdr *nlh;

	memset(&nl->nl_msg, 0, sizeof(nl->nl_msg));
	nlh = mnl_nlmsg_put_header(&nl->nl_msg);
	nlh->nlmsg_type = (uint16_t)type;
	nlh->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	nlh->nlmsg_seq = ++nl->nl_seq;
	*(void **)ret_fixed = mnl_nlmsg_put_extra_header(nlh, size);
	return (nlh);
}

static int
nl_run(struct nl *nl, mnl_cb_t fn, void *arg)
{
	unsigned port = mnl_socket_get_portid(nl->nl_sock);
	char *buf = malloc(NL_ANSWER);
	ssize_t n;
	int done = -1, error;

	if (buf == NULL)
		err(1, "malloc");
	if (mnl_socket_sendto(nl->nl_sock, &nl->nl_msg,
	    nl->nl_msg.nlh.nlmsg_len) != -1)
		do {
			n = mnl_socket_recvfrom(nl->nl_sock, buf, NL_ANSWER);
			done = n == -1 ? -1 : mnl_cb_run(buf, (size_t)n,
			    nl->nl_seq, port, fn, arg);
		} while (done == MNL_CB_OK);
	error = errno;
	free(buf);
	errno = error;
	return (done == -1 ? -1 : 0);
}

int
nl_ask(struct nl *nl)
{
	nl->nl_msg.nlh.nlmsg_flags |= NLM_F_ACK;
	return (nl_run(nl, NULL, NULL));
}

int
nl_dump(struct nl *nl, mnl_cb_t fn, void *arg)
{
	nl->nl_msg.nlh.nlmsg_flags |= NLM_F_DUMP;
	return (nl_run(nl, fn, arg));
}
