/* SPDX-License-Identifier: BSD-2-Clause */
/* User namespaces that map 0..65535 to a range of host uids. */
#ifndef ABASHIRI_IDMAP_H
#define ABASHIRI_IDMAP_H

#include <stdint.h>

/*
 * A user namespace mapping 0..SLOT_SIZE-1 to the range of `slot`; the caller
 * closes the descriptor.  Of the first SLOT_POOL slots the namespace is kept,
 * pinned below `dirfd`/user, for the next prison of that slot (`keep`): it
 * holds nothing of a prison that was not allowed to make namespaces or to
 * mount.  -1 with jail_errmsg.
 */
int	idmap_userns(int dirfd, int slot, int keep);

/*
 * Give a detached mount the mapping of a user namespace (-1: none) and make
 * its device nodes dead.  0, or -1: EINVAL when its file system cannot be
 * idmapped.
 */
int	idmap_mount(int treefd, int usernsfd);

#endif
