/* SPDX-License-Identifier: BSD-2-Clause */
/* The part that talks to the world: a process of its own, without rights. */
#ifndef LLEVAL_HTTP_H
#define LLEVAL_HTTP_H

#include "wire.h"

/*
 * Serve on the listening socket until SIGTERM, or until the keeper is gone.
 * Returns an exit status.
 */
int	http_main(struct config *co, const struct shared *sh, int listen_fd,
	    int control);

#endif
