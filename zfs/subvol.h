/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is asked of btrfs.  A dataset's subvolume is <id>/fs in the directory
 * `dsfd`: of one name everywhere, since a stream of btrfs carries the name.
 * All return 0 (or a descriptor), or -1 and errno.
 */
#ifndef ZFS_SUBVOL_H
#define ZFS_SUBVOL_H

#include <stddef.h>
#include <stdint.h>

struct ids;

/* The groups are those of quotas that the new one is to count in. */
int	subvol_create(int dsfd, uint64_t id, const struct ids *groups);
int	subvol_snapshot(int dsfd, uint64_t from, uint64_t id, int readonly,
	    const struct ids *groups);
/* The same, writable, of an open one that is in another directory. */
int	subvol_copy(int dsfd, uint64_t id, int fromfd);
/* With those that were made inside.  One that is not there is gone, too. */
int	subvol_delete(int dsfd, uint64_t id);
int	subvol_open(int dsfd, uint64_t id);
int	subvol_exists(int dsfd, uint64_t id);
int	subvol_readonly(int dsfd, uint64_t id, int readonly);

struct subvol_info {
	uint64_t	si_id;		/* btrfs's number */
	uint64_t	si_generation;	/* changes whenever something in it does */
	uint64_t	si_otransid;	/* the generation it began with */
};
int	subvol_info(int dsfd, uint64_t id, struct subvol_info *ret_si);

/* "zstd", "lzo", "zlib", or "" for none: for what is made in it from now on. */
int	subvol_compression(int dsfd, uint64_t id, const char *how);

/*
 * Quotas.  quota_mode: 0 where the file system has none, 's' for those of
 * Linux 6.7 that count what a subvolume has written, 'q' for the older ones
 * that count what it refers to.
 */
int	quota_mode(int fd);
int	quota_enable(int fd, char mode);
int	quota_group(int fd, uint64_t group, int create);
int	quota_assign(int fd, uint64_t subvol, uint64_t group, int assign);
int	quota_limit(int fd, uint64_t group, uint64_t bytes);	/* 0: none */
int	quota_rescan(int fd);
#define QUOTA_GROUP(id)	(UINT64_C(1) << 48 | (id))

/* Whether a directory is on btrfs. */
int	is_btrfs(int fd);

#endif
