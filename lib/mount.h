/* SPDX-License-Identifier: BSD-2-Clause */
/* A prison's root: a clone of the mounts at its path, in a namespace that
   holds nothing else. */
#ifndef ABASHIRI_MOUNT_H
#define ABASHIRI_MOUNT_H

#include <sys/types.h>

/*
 * Clone the mounts at `path` and give the topmost the mapping of usernsfd
 * (-1: none).  Returns a detached tree, or -1 with jail_errmsg.
 */
int	mount_tree(const char *path, int usernsfd);

/*
 * In the child, with all of the host's privileges: go into a copy of the
 * template mount namespace and make the tree its root, with a /proc on it.  Async-signal-safe but for the text of errors.
 * uid0: the host uid that is root inside; procfd: a directory of the host's
 * /proc; flags: MOUNT_.
 */
int	mount_enter(int templatefd, int treefd, int usernsfd, uid_t uid0,
	    int procfd, unsigned flags);

#define MOUNT_PROC_NEW	0x1	/* a /proc of the caller's PID namespace, not
				   the template's */
#define MOUNT_PROC_RDONLY 0x2	/* nobody may write to it: where uid 0 is the
				   host's, /proc/sys is his by its mode */

#endif
