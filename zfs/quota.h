/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The properties quota and refquota, by groups of btrfs's quotas: one for each
 * dataset with a quota, in which it and all that lies below it count.
 */
#ifndef ZFS_QUOTA_H
#define ZFS_QUOTA_H

#include "pool.h"

/* The groups that something of this name is to count in; to be freed. */
void	quota_groups(const struct pool *po, const char *name,
	    struct ids *ret_groups);

/*
 * Have quotas, where the file system has none and is the pool's own.  0, or
 * -1 and a text that says what to do.
 */
int	quota_have(struct pool *po, const char **ret_why);

/* Do what the properties of a dataset say.  0, or -1 and errno. */
int	quota_apply(struct pool *po, const struct ds *ds);

/* Let what is now at or below `name` count in the groups above it. */
int	quota_join(struct pool *po, const char *name);

/* Those that the index says are to be done again. */
int	quota_redo(struct pool *po);

#endif
