/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ABASHIRI_SPAWN_H
#define ABASHIRI_SPAWN_H

#include "entry.h"
#include "jail.h"
#include "prison.h"

/*
 * jail_spawn() into a prison whose record is at hand.  guard: of a prison
 * just made (create.h), which is closed, or -1.
 */
pid_t	spawn_into(struct state *st, const struct prison *pr,
	    const struct jail_command *jc, int guard, int *ret_pidfd,
	    int *ret_tty);

/* By an entry that joins, which stays the caller's and open.  nproc: the
   host's default for RLIMIT_NPROC, or 0.  alone: no process is in the prison.
   ret_calls: with JC_CALLS, the counter (calls.h) or -1. */
pid_t	spawn_by(const struct entry *en, const struct jail_command *jc,
	    unsigned nproc, int alone, int *ret_pidfd, int *ret_calls);

#endif
