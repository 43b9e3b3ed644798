/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a making or unmaking may be cut short.  In a build with
 * -Dfaults=true, JAIL_KILL_AT=name in the environment ends the process with
 * SIGKILL at that step, JAIL_STOP_AT=name stops it there until it is sent
 * SIGCONT, and JAIL_STEPS=file appends the name of every step passed: so a
 * test can walk them all.  In other builds: nothing.
 */
#ifndef ABASHIRI_STEP_H
#define ABASHIRI_STEP_H

#include "config.h"

#if JAIL_FAULTS
void	step(const char *name);
#else
static inline void
step(const char *name)
{
	(void)name;
}
#endif

#endif
