// SPDX-License-Identifier: BSD-2-Clause
#include "fdpass.h"

#include <sys/socket.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

union control {
	struct cmsghdr	co_hdr;
	char		co_buf[CMSG_SPACE(FDPASS_MAX * sizeof(int))];
};

int
fds_send(int sock, const int *fds, unsigned n)
{
	char byte = 0;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	union control control = { 0 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control,
		.msg_controllen = CMSG_SPACE(n * sizeof(int)),
	};
	struct cmsghdr *cm = CMSG_FIRSTHDR(&msg);

	cm->cmsg_level = SOL_SOCKET;
	cm->cmsg_type = SCM_RIGHTS;
	cm->cmsg_len = CMSG_LEN(n * sizeof(int));
	memcpy(CMSG_DATA(cm), fds, n * sizeof(int));
	return (sendmsg(sock, &msg, MSG_NOSIGNAL) == 1 ? 0 : -1);
}

int
fds_recv(int sock, int *ret_fds, unsigned n)
{
	char byte;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	union control control;
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *cm;

	memset(ret_fds, -1, n * sizeof(int));
	if (recvmsg(sock, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) != 1)
		return (-1);
	cm = CMSG_FIRSTHDR(&msg);
	if (cm == NULL || cm->cmsg_type != SCM_RIGHTS ||
	    cm->cmsg_len != CMSG_LEN(n * sizeof(int)))
		return (errno = EPROTO, -1);
	memcpy(ret_fds, CMSG_DATA(cm), n * sizeof(int));
	return (0);
}
