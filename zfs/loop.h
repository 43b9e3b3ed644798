/* SPDX-License-Identifier: BSD-2-Clause */
/* Files as block devices. */
#ifndef ZFS_LOOP_H
#define ZFS_LOOP_H

#define LOOP_NAME	32

/*
 * Give a file a loop device, which is free again when nobody has it open or
 * mounted.  Its descriptor, and its name in dev; or -1.
 */
int	loop_attach(const char *file, char dev[LOOP_NAME]);

#endif
