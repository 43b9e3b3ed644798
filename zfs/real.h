/* SPDX-License-Identifier: BSD-2-Clause */
/* Stepping aside for real ZFS. */
#ifndef ZFS_REAL_H
#define ZFS_REAL_H

/*
 * Where real ZFS runs, and what is asked is not about a pool of ours, become
 * its program of that name.  Returns where it is ours.
 */
void	real_aside(const char *name, int argc, char **argv);

/* Whether real ZFS runs here and has a pool of that name. */
int	real_has_pool(const char *pool);

#endif
