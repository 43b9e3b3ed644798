/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pools.  A pool is a directory on btrfs:
 *
 *	index		which datasets there are (index.h)
 *	ds/<id>/fs	their subvolumes
 *	recv/		what is being received
 *
 * either an administrator's directory, or the top of a file system of the
 * pool's own in a file or on a device.  While it is imported it is mounted on
 * /run/zpool/<name>.  Which pools there are is told by the registry, a file
 * for each in /var/lib/abashiri/zpool.  ZPOOL_ROOT in the environment comes
 * before both.
 */
#ifndef ZFS_POOL_H
#define ZFS_POOL_H

#include "index.h"

enum reg_kind { REG_FILE, REG_DEVICE, REG_DIR };
enum reg_state {
	REG_MAKING,	/* zpool create was cut short: is cleared */
	REG_IMPORTED,	/* comes back at boot */
	REG_EXPORTED,
	REG_EXPORTING,	/* cut short: is finished */
	REG_DESTROYING
};

/* What the registry says of a pool. */
struct reg {
	char		*rg_name;
	enum reg_kind	 rg_kind;
	enum reg_state	 rg_state;
	int		 rg_made;	/* the file was made by us */
	char		*rg_path;
	char		*rg_altroot;	/* before all mount points, or NULL */
};

/* NULL: there is none. */
struct reg *reg_read(const char *name);
int	 reg_write(const struct reg *rg);
void	 reg_remove(const char *name);
void	 reg_free(struct reg *rg);
/* All names, sorted; *ret_names is malloc'd.  How many. */
size_t	 reg_names(char ***ret_names);
/* Hold the registry against other changes, until the program ends. */
void	 reg_lock(void);

/* Where an imported pool is mounted; malloc'd. */
char	*pool_dir(const char *name);
int	 pool_is_imported(const char *name);

struct pool {
	struct index	*po_ix;
	struct reg	*po_reg;
	char		*po_name;
	char		*po_dir;	/* where it is mounted */
	int		 po_fd;		/* that directory; holds the lock */
	int		 po_ds;		/* its ds/ */
};

#define POOL_READ	0	/* with others who read */
#define POOL_WRITE	1	/* alone */
#define POOL_NOLOCK	2	/* read, and take no part */

/*
 * Open an imported pool.  For POOL_WRITE, what a command that was cut short
 * has left is finished or cleared first.  NULL and errno: ENOENT, there is no
 * such pool imported; another, and a message has been printed.
 */
struct pool *pool_open(const char *name, int how);
void	 pool_close(struct pool *po);

/* Let others in, and come back: the index is read anew. */
void	 pool_unlock(struct pool *po);
int	 pool_relock(struct pool *po, int how);

/* The index as it is now is the pool's.  0, or -1 and errno. */
int	 pool_commit(struct pool *po);

/* The same, of one with less in it: also when the pool is full. */
int	 pool_commit_less(struct pool *po);

/* Something to let go of when it is full (reserve.c). */
void	 reserve_fill(const struct pool *po);
void	 reserve_give(const struct pool *po);

/* Delete what the index says is gone.  0 or -1. */
int	 pool_purge(struct pool *po);

/* An empty pool in a directory on btrfs.  0, or -1 and errno. */
int	 pool_make(const char *dir, const char *name);

#endif
