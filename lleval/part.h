/* SPDX-License-Identifier: BSD-2-Clause */
/* The HTTP part's start: what the keeper gives it, and what it says back. */
#ifndef LLEVAL_PART_H
#define LLEVAL_PART_H

#include <sys/types.h>

#include "wire.h"

/*
 * Its descriptors.  Its arguments are the directory that is to be its root, and
 * the owner of its prison.
 */
enum part_fd {
	PART_LISTEN = 3,	/* the listening socket */
	PART_CONTROL,		/* its end of the control socket */
	PART_SHARED,		/* struct shared, to be read */
	PART_CONFIG,		/* the configuration, as the keeper read it */
	PART_TELL,		/* a pipe: the jid, once it is confined */
	PART_END
};

struct part {
	pid_t	pa_pid;
	int	pa_pidfd;
	int	pa_jid;		/* of its own prison */
};

/* The path of lleval-http, or NULL with a line in error. */
const char *part_find(char *error, size_t size);

/*
 * Memory that the HTTP part can read and not write.  NULL with errno.
 */
struct shared *part_share(int *ret_fd);

/*
 * Start it, with these at PART_LISTEN to PART_CONFIG, and wait until it is
 * confined.  0, or -1, which has been logged.
 */
int	part_start(struct part *pa, const char *path,
	    const int fds[PART_TELL - PART_LISTEN]);

#endif
