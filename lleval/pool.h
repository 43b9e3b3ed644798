/* SPDX-License-Identifier: BSD-2-Clause */
/* Prisons made ahead, of each world so many. */
#ifndef LLEVAL_POOL_H
#define LLEVAL_POOL_H

#include <jail.h>

#include "config.h"
#include "wire.h"

#define WORK_DIR	"/tmp"		/* inside: the one place to write to */
#define WORK_UID	65534		/* nobody */

/* Make one, now.  NULL with jail_errmsg. */
struct jail_cell *pool_make(const struct config *co, unsigned world);

/* Keep pools full, in a thread of its own, until pool_stop().  0 or -1. */
int	pool_start(const struct config *co, struct shared *sh);
void	pool_stop(void);

/* One that is ready, or else one made now. */
struct jail_cell *pool_take(unsigned world);

#endif
