/* SPDX-License-Identifier: BSD-2-Clause */
/* Mounting datasets where their properties say. */
#ifndef ZFS_MOUNTPT_H
#define ZFS_MOUNTPT_H

#include "pool.h"

/* Where a dataset is mounted; malloc'd, NULL: nowhere. */
char	*mount_where(const struct pool *po, const struct ds *ds);
/* The same, and how early in the table of mounts. */
char	*mount_where_in(const struct pool *po, const struct ds *ds,
	    size_t *ret_nth);
int	 mount_is(const struct pool *po, const struct ds *ds);

/* After mounts have changed by other means than these. */
void	 mount_forget(void);

/* Where it is to be mounted; malloc'd, NULL: nowhere (none, legacy). */
char	*mount_wanted(struct pool *po, struct ds *ds);

/* Whether "zfs mount -a" would. */
int	 mount_is_auto(struct pool *po, struct ds *ds);

/*
 * Mount, or unmount.  0, or -1 when a message has been printed.  extra: options
 * of mount(8), or NULL.  force: also when it is in use.
 */
int	 mount_ds(struct pool *po, struct ds *ds, const char *extra);
/* One that has just been made, and is to be mounted (mount_is_auto). */
int	 mount_new(struct pool *po, struct ds *ds);
int	 unmount_ds(struct pool *po, struct ds *ds, int force);

/* A dataset and all below it: unmount those that are mounted, deepest first. */
int	 unmount_within(struct pool *po, const char *top, int force);
/* Mount those that are to be, from the top; 0 or -1. */
int	 mount_within(struct pool *po, const char *top);

/* The dataset whose mount `path` is in; malloc'd name, or NULL. */
char	*mount_dataset_at(const char *path);

#endif
