/* SPDX-License-Identifier: BSD-2-Clause */
/* The map "quick" (bpf/police.h): what a program wants to know of a prison
   most of all, at a place that it finds without a hash. */
#ifndef ABASHIRI_QUICK_H
#define ABASHIRI_QUICK_H

#include <stdint.h>

#include "police.h"

/*
 * quick_set: when the row of cgroup `cgid` stands.  quick_clear: before it is
 * changed or goes; what this finds of another's stays.  0, or -1 with errno.
 */
int	quick_set(int mapfd, uint64_t cgid, const struct police_row *row);
int	quick_clear(int mapfd, uint64_t cgid);

#endif
