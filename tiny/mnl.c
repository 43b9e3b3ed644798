// SPDX-License-Identifier: BSD-2-Clause
/*
 * What ifconfig(8) uses of libmnl, for a program without shared libraries:
 * Debian has none to link statically.  The interface is the library's.
 */
#include <libmnl/libmnl.h>

#include <errno.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct mnl_socket {
	int			fd;
	struct sockaddr_nl	addr;
};

/* -------------------------------------------------------------------------
 * Sockets
 */

struct mnl_socket *
mnl_socket_open2(int bus, int flags)
{
	struct mnl_socket *nl = calloc(1, sizeof(*nl));

	if (nl == NULL)
		return (NULL);
	nl->fd = socket(AF_NETLINK, SOCK_RAW | flags, bus);
	if (nl->fd == -1) {
		free(nl);
		return (NULL);
	}
	return (nl);
}

int
mnl_socket_bind(struct mnl_socket *nl, unsigned int groups, pid_t pid)
{
	socklen_t len = sizeof(nl->addr);

	nl->addr.nl_family = AF_NETLINK;
	nl->addr.nl_groups = groups;
	nl->addr.nl_pid = (unsigned)pid;
	if (bind(nl->fd, (struct sockaddr *)&nl->addr, len) == -1)
		return (-1);
	return (getsockname(nl->fd, (struct sockaddr *)&nl->addr, &len));
}

unsigned int
mnl_socket_get_portid(const struct mnl_socket *nl)
{
	return (nl->addr.nl_pid);
}

int
mnl_socket_close(struct mnl_socket *nl)
{
	int r = close(nl->fd);

	free(nl);
	return (r);
}

ssize_t
mnl_socket_sendto(const struct mnl_socket *nl, const void *req, size_t size)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	return (sendto(nl->fd, req, size, 0, (struct sockaddr *)&kernel,
	    sizeof(kernel)));
}

ssize_t
mnl_socket_recvfrom(const struct mnl_socket *nl, void *buf, size_t size)
{
	struct sockaddr_nl from;
	struct iovec iov = { .iov_base = buf, .iov_len = size };
	struct msghdr msg = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &iov,
		.msg_iovlen = 1,
	};
	ssize_t n = recvmsg(nl->fd, &msg, 0);

	if (n == -1)
		return (-1);
	if ((msg.msg_flags & MSG_TRUNC) != 0)
		return (errno = ENOSPC, -1);
	if (msg.msg_namelen != sizeof(from))
		return (errno = EINVAL, -1);
	return (n);
}

/* -------------------------------------------------------------------------
 * Messages
 */

struct nlmsghdr *
mnl_nlmsg_put_header(void *buf)
{
	struct nlmsghdr *nlh = buf;

	memset(nlh, 0, MNL_NLMSG_HDRLEN);
	nlh->nlmsg_len = MNL_NLMSG_HDRLEN;
	return (nlh);
}

void *
mnl_nlmsg_put_extra_header(struct nlmsghdr *nlh, size_t size)
{
	char *at = (char *)nlh + nlh->nlmsg_len;

	memset(at, 0, MNL_ALIGN(size));
	nlh->nlmsg_len += MNL_ALIGN(size);
	return (at);
}

void *
mnl_nlmsg_get_payload(const struct nlmsghdr *nlh)
{
	return ((char *)(uintptr_t)nlh + MNL_NLMSG_HDRLEN);
}

void *
mnl_nlmsg_get_payload_tail(const struct nlmsghdr *nlh)
{
	return ((char *)(uintptr_t)nlh + MNL_ALIGN(nlh->nlmsg_len));
}

static int
answer_error(const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(nlh);

	if (nlh->nlmsg_len < MNL_NLMSG_HDRLEN + sizeof(*e))
		return (errno = EBADMSG, MNL_CB_ERROR);
	errno = e->error < 0 ? -e->error : e->error;
	return (e->error == 0 ? MNL_CB_STOP : MNL_CB_ERROR);
}

int
mnl_cb_run(const void *buf, size_t size, unsigned int seq, unsigned int portid,
    mnl_cb_t fn, void *data)
{
	const struct nlmsghdr *nlh = buf;
	int left = (int)size, r = MNL_CB_OK;

	for (; NLMSG_OK(nlh, (unsigned)left); nlh = NLMSG_NEXT(nlh, left)) {
		if (nlh->nlmsg_pid != 0 && nlh->nlmsg_pid != portid)
			return (errno = ESRCH, -1);
		if (nlh->nlmsg_seq != 0 && nlh->nlmsg_seq != seq)
			return (errno = EPROTO, -1);
		/* A list that has changed on its way is not the list. */
		if ((nlh->nlmsg_flags & NLM_F_DUMP_INTR) != 0)
			return (errno = EINTR, -1);
		if (nlh->nlmsg_type == NLMSG_ERROR)
			r = answer_error(nlh);
		else if (nlh->nlmsg_type == NLMSG_DONE)
			r = MNL_CB_STOP;
		else if (nlh->nlmsg_type >= NLMSG_MIN_TYPE && fn != NULL)
			r = fn(nlh, data);
		if (r <= MNL_CB_STOP)
			return (r);
	}
	return (r);
}

/* -------------------------------------------------------------------------
 * Attributes
 */

uint16_t
mnl_attr_get_type(const struct nlattr *a)
{
	return (a->nla_type & NLA_TYPE_MASK);
}

uint16_t
mnl_attr_get_payload_len(const struct nlattr *a)
{
	return ((uint16_t)(a->nla_len - MNL_ATTR_HDRLEN));
}

void *
mnl_attr_get_payload(const struct nlattr *a)
{
	return ((char *)(uintptr_t)a + MNL_ATTR_HDRLEN);
}

const char *
mnl_attr_get_str(const struct nlattr *a)
{
	return (mnl_attr_get_payload(a));
}

bool
mnl_attr_ok(const struct nlattr *a, int len)
{
	return (len >= (int)sizeof(*a) && a->nla_len >= sizeof(*a) &&
	    (int)a->nla_len <= len);
}

struct nlattr *
mnl_attr_next(const struct nlattr *a)
{
	return ((struct nlattr *)((char *)(uintptr_t)a +
	    MNL_ALIGN(a->nla_len)));
}

static int
parse(const char *from, const char *end, mnl_attr_cb_t fn, void *data)
{
	const struct nlattr *a = (const void *)from;
	int r = MNL_CB_OK;

	for (; mnl_attr_ok(a, (int)(end - (const char *)a));
	    a = mnl_attr_next(a))
		if ((r = fn(a, data)) <= MNL_CB_STOP)
			break;
	return (r);
}

int
mnl_attr_parse(const struct nlmsghdr *nlh, unsigned int offset,
    mnl_attr_cb_t fn, void *data)
{
	const char *from = mnl_nlmsg_get_payload(nlh);

	return (parse(from + MNL_ALIGN(offset),
	    mnl_nlmsg_get_payload_tail(nlh), fn, data));
}

int
mnl_attr_parse_nested(const struct nlattr *a, mnl_attr_cb_t fn, void *data)
{
	const char *from = mnl_attr_get_payload(a);

	return (parse(from, from + mnl_attr_get_payload_len(a), fn, data));
}

void
mnl_attr_put(struct nlmsghdr *nlh, uint16_t type, size_t len, const void *data)
{
	struct nlattr *a = mnl_nlmsg_get_payload_tail(nlh);

	a->nla_type = type;
	a->nla_len = (uint16_t)(MNL_ATTR_HDRLEN + len);
	memset(mnl_attr_get_payload(a), 0, MNL_ALIGN(len));
	memcpy(mnl_attr_get_payload(a), data, len);
	nlh->nlmsg_len = MNL_ALIGN(nlh->nlmsg_len) + MNL_ALIGN(a->nla_len);
}

void
mnl_attr_put_u8(struct nlmsghdr *nlh, uint16_t type, uint8_t v)
{
	mnl_attr_put(nlh, type, sizeof(v), &v);
}

void
mnl_attr_put_u16(struct nlmsghdr *nlh, uint16_t type, uint16_t v)
{
	mnl_attr_put(nlh, type, sizeof(v), &v);
}

void
mnl_attr_put_u32(struct nlmsghdr *nlh, uint16_t type, uint32_t v)
{
	mnl_attr_put(nlh, type, sizeof(v), &v);
}

void
mnl_attr_put_str(struct nlmsghdr *nlh, uint16_t type, const char *s)
{
	mnl_attr_put(nlh, type, strlen(s), s);
}

void
mnl_attr_put_strz(struct nlmsghdr *nlh, uint16_t type, const char *s)
{
	mnl_attr_put(nlh, type, strlen(s) + 1, s);
}

struct nlattr *
mnl_attr_nest_start(struct nlmsghdr *nlh, uint16_t type)
{
	struct nlattr *a = mnl_nlmsg_get_payload_tail(nlh);

	a->nla_type = NLA_F_NESTED | type;
	nlh->nlmsg_len += MNL_ALIGN(sizeof(*a));
	return (a);
}

void
mnl_attr_nest_end(struct nlmsghdr *nlh, struct nlattr *start)
{
	start->nla_len = (uint16_t)((char *)mnl_nlmsg_get_payload_tail(nlh) -
	    (char *)start);
}
