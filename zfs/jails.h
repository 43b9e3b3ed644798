/* SPDX-License-Identifier: BSD-2-Clause */
/* Running jails, and what of their files lies in datasets. */
#ifndef ZFS_JAILS_H
#define ZFS_JAILS_H

#include "pool.h"

/* The name of a running jail whose root is at or below `where`, or NULL. */
const char *jails_at(const char *where);

/*
 * One whose root is in the dataset, below where that is mounted, or above
 * that; or NULL.
 */
const char *jails_using(struct pool *po, const struct ds *ds);

/* The root of the running jail that `path` lies below, or NULL. */
const char *jails_root_above(const char *path);

/*
 * Stop the jails that may write to these datasets, for the moment of a
 * snapshot.  0, or -1 when a message has been printed.
 */
int	jails_freeze(struct pool *po, struct ds *const *list, size_t n);
void	jails_thaw(void);

#endif
