/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How much space things take, counted by walking through the subvolumes'
 * trees: the data that they refer to.  What lies in the tree itself
 * (directories, the smallest files) counts by its bytes where it is asked for
 * as a whole, and not at all where it is compared.
 */
#ifndef ZFS_SPACE_H
#define ZFS_SPACE_H

#include "pool.h"

struct space {
	uint64_t	sp_refer;	/* all that can be reached in it */
	uint64_t	sp_logical;	/* the same before compression */
	uint64_t	sp_own;		/* what its origin does not have; of a
					   snapshot: what nothing else has */
	uint64_t	sp_snaps;	/* what only snapshots still have */
	uint64_t	sp_children;	/* of all below */
	uint64_t	sp_used;	/* own, snaps and children */
};

/*
 * Count, once.  The numbers belong to the dataset.  NULL: it could not be
 * read; a message has been printed.
 */
const struct space *space_of(struct pool *po, struct ds *ds);

/* Only sp_refer and sp_logical, which takes less. */
int	space_refer(struct pool *po, const struct ds *ds, uint64_t *ret_refer,
	    uint64_t *ret_logical);

/* Of the pool's file system: all, free, and what can be written. */
int	space_pool(const struct pool *po, uint64_t *ret_size,
	    uint64_t *ret_free, uint64_t *ret_avail);

/* What can still be written to a dataset: also by its quotas. */
uint64_t space_avail(struct pool *po, const struct ds *ds);

/* What has been written since a snapshot, of the dataset or of its origin. */
int	space_written(struct pool *po, const struct ds *ds, const struct ds *snap,
	    uint64_t *ret_n);

#endif
