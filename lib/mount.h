/* SPDX-License-Identifier: BSD-2-Clause */
/* A prison's root: a clone of the mounts at its path, in a namespace that
   holds nothing else. */
#ifndef ABASHIRI_MOUNT_H
#define ABASHIRI_MOUNT_H

#include <sys/stat.h>
#include <sys/types.h>

#include <stdint.h>

/*
 * Clone the mounts at `path` and give the topmost the mapping of usernsfd
 * (-1: none).  hide: a mount below path that is to be left out, or NULL.
 * Returns a detached tree, or -1 with jail_errmsg.
 */
int	mount_tree(const char *path, int usernsfd, const char *hide);

/*
 * Clone the one mount at `path` for the prison whose root is uid0.  devfs: one
 * that jail_mount_devfs() has made, whose devices can be opened.  set:
 * MOUNT_ATTR_ that the clone has beside the mount's own.  The same returns.
 */
int	mount_clone(const char *path, int devfs, int usernsfd, uid_t uid0,
	    uint64_t set);

/*
 * In the child, with all of the host's privileges: go into a copy of the
 * template mount namespace and make the tree its root, with a /proc on it.  Async-signal-safe but for the text of errors.
 * uid0: the host uid that is root inside; procfd: a directory of the host's
 * /proc; flags: MOUNT_.
 */
int	mount_enter(int templatefd, int treefd, int usernsfd, uid_t uid0,
	    int procfd, unsigned flags);

/*
 * In a prison's mount namespace, with the host's privileges and "/" as working
 * directory: put in the place of each mount below the root, or only of mount
 * `top` and what is on it, its idmapped clone.  under: what is to be found
 * where `top` has gone, lest a prisoner move it.  0, or -1 with jail_errmsg.
 */
int	mount_replace(int procfd, int top, const struct stat *under,
	    int usernsfd, uid_t uid0);

/*
 * There too: let what has arrived from the host be a prison's: put idmapped
 * clones in the place of those mounts that are not.  Their number, or -1.
 */
int	mount_settle(int procfd, int usernsfd, uid_t uid0);

/*
 * There too: unmount what has this root and is at `path`, and has not gone with
 * the host's umount(2) by itself.
 */
int	mount_revoke(int procfd, const char *path, const struct stat *root);

/* There too: open a place, following no links. */
int	mount_open(const char *path);

/* There too: unmount what fd is the root of, with all that is on it. */
int	mount_detach(int procfd, int fd);

/* The number by which mountinfo knows the mount that fd lies in, or -1. */
int	mount_id(int fd, int *ret_is_root);

/* In the same child, after that: all mounts read-only, and no file of theirs
   gives anybody's rights.  Only then come those that may be written to. */
int	mount_seal(void);
int	mount_put(int mountfd, const char *dir);

#define MOUNT_PROC_NEW	0x1	/* a /proc of the caller's PID namespace, not
				   the template's */
#define MOUNT_PROC_RDONLY 0x2	/* nobody may write to it: where uid 0 is the
				   host's, /proc/sys is his by its mode */

#endif
