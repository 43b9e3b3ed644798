/* SPDX-License-Identifier: BSD-2-Clause */
/* Descriptors that epoll looks at, each with the function to be called. */
#ifndef LLEVAL_WATCH_H
#define LLEVAL_WATCH_H

#include <stdint.h>

struct watch {
	void		(*wa_fn)(void *);
	void		*wa_arg;
	int		 wa_fd;		/* of no meaning without wa_fn */
};

void	watch_init(int epoll);
int	watch_add(struct watch *wa, int fd, void (*fn)(void *), void *arg);

/* Called when the peer has gone, not when there is something to read. */
int	watch_hangup(struct watch *wa, int fd, void (*fn)(void *), void *arg);

/* Forget it; before its descriptor is closed.  Safe twice, and in the middle
   of watch_run(). */
void	watch_cancel(struct watch *wa);

/* Wait at most ms (-1: for ever) and call.  0, or -1 with errno. */
int	watch_run(int ms);

#endif
