// SPDX-License-Identifier: BSD-2-Clause
#include "watch.h"

#include <sys/epoll.h>

#include <errno.h>
#include <stddef.h>

#define EVENTS	64

static int epfd = -1;
static struct epoll_event events[EVENTS];
static int nevents;

void
watch_init(int epoll)
{
	epfd = epoll;
}

static int
add(struct watch *wa, int fd, uint32_t what, void (*fn)(void *), void *arg)
{
	struct epoll_event ev = { .events = what, .data.ptr = wa };

	wa->wa_fn = fn;
	wa->wa_arg = arg;
	wa->wa_fd = fd;
	if (epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &ev) == 0)
		return (0);
	wa->wa_fn = NULL;
	return (-1);
}

int
watch_add(struct watch *wa, int fd, void (*fn)(void *), void *arg)
{
	return (add(wa, fd, EPOLLIN, fn, arg));
}

int
watch_hangup(struct watch *wa, int fd, void (*fn)(void *), void *arg)
{
	return (add(wa, fd, EPOLLRDHUP, fn, arg));
}

void
watch_cancel(struct watch *wa)
{
	int i;

	if (wa->wa_fn == NULL)
		return;
	wa->wa_fn = NULL;
	epoll_ctl(epfd, EPOLL_CTL_DEL, wa->wa_fd, NULL);
	/* Others that came with it are still to be called; it is not. */
	for (i = 0; i < nevents; i++)
		if (events[i].data.ptr == wa)
			events[i].data.ptr = NULL;
}

int
watch_run(int ms)
{
	struct watch *wa;
	int i, n = epoll_wait(epfd, events, EVENTS, ms);

	if (n == -1)
		return (errno == EINTR ? 0 : -1);
	nevents = n;
	for (i = 0; i < n; i++) {
		wa = events[i].data.ptr;
		if (wa != NULL && wa->wa_fn != NULL)
			wa->wa_fn(wa->wa_arg);
	}
	nevents = 0;
	return (0);
}
