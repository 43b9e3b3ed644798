/* SPDX-License-Identifier: BSD-2-Clause */
/* One command in a cell, watched until it has ended or has to. */
#ifndef LLEVAL_STAGE_H
#define LLEVAL_STAGE_H

#include <jail.h>

#include "wire.h"

struct stage {
	struct jail_cell *st_cell;
	char		**st_argv;
	const int	 *st_fds;	/* int[3] */
	int		  st_talk;	/* orders come by it, or -1 */
	const uint64_t	 *st_limit;	/* LIMIT_ */
	uint64_t	  st_virtual;	/* RLIMIT_AS, 0: none */
	int		  st_count;	/* its system calls */
	uint64_t	 *st_cpu;	/* microseconds that the cell had used
					   before; kept up */
};

/*
 * Run it; all that it has started is gone when this returns.  0, with what
 * came of it in ev; 1 when the other end of st_talk was closed (also then it
 * is over); -1 with jail_errmsg when it could not be started.
 */
int	stage_run(const struct stage *st, struct wire_event *ev);

#endif
