/* SPDX-License-Identifier: BSD-2-Clause */
/* Signalling processes, and not those of somebody else by mistake. */
#ifndef ABASHIRI_PROCKILL_H
#define ABASHIRI_PROCKILL_H

#include <stdio.h>

#include "proc.h"

/* "TERM" of 15, and back ("term", "SIGTERM"); NULL and 0: none. */
const char *signal_name(int sig);
int	signal_number(const char *name);
void	signals_print(FILE *fp);

/*
 * Signal the very process that was read: not another that has got its PID
 * since.  0, or -1 (ESRCH: it has gone).
 */
int	proc_signal(const struct proc *p, int sig);

/*
 * On stderr, where any of the processes with p_selected are in jails: which
 * jails, how many, and `remedy`.
 */
void	proc_warn_jailed(const struct proclist *pl, const char *remedy);

/* Print a question; is the answer, a line of stdin, yes? */
int	ask_yes(const char *question);

#endif
