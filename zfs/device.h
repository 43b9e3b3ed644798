/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a pool lies on: a file, a device, or a directory; and mounting it where
 * imported pools are.  All print what is wrong, and return 0 or -1.
 */
#ifndef ZFS_DEVICE_H
#define ZFS_DEVICE_H

#include "pool.h"

#define DEVICE_MIN	(UINT64_C(128) << 20)

/* Mount the pool's file system, which has been made.  doing: "cannot import". */
int	device_mount(const struct reg *rg, const char *doing);
/* Take it away; the device of a file goes with it. */
int	device_unmount(const char *name, int force);

/* Make a btrfs on it; force: over another file system. */
int	device_format(const struct reg *rg, int force);

/* Make a file of so many bytes, none of them on the disk yet. */
int	device_make_file(const char *path, uint64_t size);

/* After a pool has been destroyed: nobody will take this for one. */
void	device_wipe(const struct reg *rg);

/* Whether there is a btrfs of ours, by its label: that of pool `ret_name`. */
int	device_label(const char *path, char **ret_name);
int	device_set_label(const char *dir, const char *name);

/* Errors of reading, of writing, and of checksums, since it was made.  1: any. */
int	device_errors(const struct pool *po, uint64_t ret_errors[3]);

#endif
