/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A stream of btrfs, carried out in a directory.  Nothing in it leads out of
 * that: each path is opened beneath the directory and through no link.
 */
#ifndef ZFS_STREAM_H
#define ZFS_STREAM_H

/*
 * Read a stream from `in` up to its end, and do what it says below rootfd,
 * which is a copy of what basefd has, or empty (basefd -1).  0, or -1 and a
 * text in *ret_why, valid until the next call.
 */
int	stream_apply(int in, int rootfd, int basefd, const char **ret_why);

/* Read exactly n bytes.  1; 0 where there are none; or -1. */
int	read_all(int fd, void *buf, unsigned long n);

#endif
