/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A pool's index: which datasets and snapshots there are, and what has been
 * set of them.  It is one text file, read whole and written whole, so each
 * command changes all or nothing.
 *
 *	abashiri-zpool 1 <name> <guid> <next id> <gone ids> <redo ids>
 *	<id> <name below the pool> <guid> <creation> <origin> <property>=<value>...
 *	end <checksum>
 *
 * with tabs between, and %XX for bytes that would be mistaken.
 */
#ifndef ZFS_INDEX_H
#define ZFS_INDEX_H

#include <stddef.h>
#include <stdint.h>

struct space;

struct prop {
	char	*pr_name;
	char	*pr_value;
};

/* A file system or a snapshot. */
struct ds {
	uint64_t	 ds_id;		/* the subvolume is ds/<id>/fs; later
					   snapshots have higher ones */
	uint64_t	 ds_guid;
	uint64_t	 ds_creation;	/* seconds since 1970 */
	uint64_t	 ds_origin;	/* a clone's: the snapshot's id; or 0 */
	char		*ds_name;	/* whole: tank/a@s */
	struct prop	*ds_props;	/* those set here */
	size_t		 ds_nprops;
	struct space	*ds_space;	/* what it takes, once asked (space.h) */
};

struct ids {
	uint64_t	*id_v;
	size_t		 id_n;
};

struct index {
	char		*ix_name;	/* the pool's */
	uint64_t	 ix_guid;
	uint64_t	 ix_next;	/* no dataset has this id or a higher */
	struct ids	 ix_gone;	/* to be deleted: no longer datasets */
	struct ids	 ix_redo;	/* whose quotas are to be set again */
	struct ds	**ix_ds;	/* sorted by strcmp(3) of the names */
	size_t		 ix_nds;
};

/* Whether snapshot or file system. */
int	 ds_is_snap(const struct ds *ds);
/* What has been set here; NULL: nothing. */
const char *ds_local(const struct ds *ds, const char *prop);
/* Set it; value NULL: no longer. */
void	 ds_set(struct ds *ds, const char *prop, const char *value);

/* A new index with the pool's root in it. */
struct index *index_new(const char *pool);
/* Under another name: the names of all datasets follow. */
void	 index_rename(struct index *ix, const char *pool);
/* NULL and *ret_why, where the text is no index. */
struct index *index_parse(const char *text, const char **ret_why);
char	*index_text(const struct index *ix);	/* malloc'd */
void	 index_free(struct index *ix);

struct ds *index_find(const struct index *ix, const char *name);
struct ds *index_by_id(const struct index *ix, uint64_t id);
/* A new one, with the next id; the name must be good and not be there. */
struct ds *index_add(struct index *ix, const char *name);
/* Take it out and put its id among the gone. */
void	 index_remove(struct index *ix, struct ds *ds);
/* Give a dataset another name. */
void	 index_move(struct index *ix, struct ds *ds, const char *name);
void	 ids_add(struct ids *ids, uint64_t id);

#endif
