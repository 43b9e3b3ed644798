/* SPDX-License-Identifier: BSD-2-Clause */
/* Counting the system calls of a command, by perf_event_open(2). */
#ifndef ABASHIRI_CALLS_H
#define ABASHIRI_CALLS_H

#include <stdint.h>

/*
 * What a counter is opened by, or -1 where this kernel (or our rights) has
 * none.  The first call keeps the kernel's hook in place from then on, for
 * putting it there and taking it away waits for all processors.
 */
int	calls_event(void);

/*
 * In the child, while it is still the host's: a counter of what it and its
 * children call after the next exec.  A descriptor, or -1.
 */
int	calls_open(int event);

/* How many there were, or -1. */
int64_t	calls_read(int fd);

#endif
