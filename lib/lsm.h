/* SPDX-License-Identifier: BSD-2-Clause */
/* The second wall: bpf/lsm.bpf.c, where the kernel has it. */
#ifndef ABASHIRI_LSM_H
#define ABASHIRI_LSM_H

#include <stdint.h>

/*
 * Load, attach and pin the programs, in place of older ones.  cgid is the
 * cgroup above the prisons, level its depth.  Returns true when they are in
 * force; where they cannot be, that is no error.
 */
int	lsm_setup(int bpfdirfd, uint64_t cgid, unsigned level);

#endif
