/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Namespaces that are kept though no process lives in them, as `ip netns`
 * does it: by a mount of each on a file.  For those that hold what no record
 * can rebuild, a network stack's configuration and the objects of SysV IPC.
 */
#ifndef ABASHIRI_NSPIN_H
#define ABASHIRI_NSPIN_H

#define NSPIN_NET	"net"	/* names of the files */
#define NSPIN_HOME	"home"	/* the stack that devices come from */
#define NSPIN_IPC	"ipc"

/*
 * New namespaces (CLONE_NEWNET, CLONE_NEWIPC), owned by the user namespace
 * usernsfd (-1: the caller's), pinned in the directory dirfd; with NEWNET the
 * caller's own network namespace is pinned as NSPIN_HOME.  The loopback of a
 * new network namespace is up.  What is pinned already stays.  0 or -1.
 */
int	nspin_make(int dirfd, int usernsfd, int flags);

/* Pin a namespace that somebody has open.  0 or -1. */
int	nspin_put(int dirfd, const char *name, int nsfd);

/* Open a pinned one; ENOENT: none is. */
int	nspin_get(int dirfd, const char *name);

/* The user namespace that a namespace belongs to. */
int	nspin_owner(int nsfd);

/* Let go of all that is pinned in a directory. */
void	nspin_clear(int dirfd);

#endif
