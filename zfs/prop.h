/* SPDX-License-Identifier: BSD-2-Clause */
/* Properties of datasets: a row for each. */
#ifndef ZFS_PROP_H
#define ZFS_PROP_H

#include "pool.h"

#define PF_FS		0x01	/* file systems have it */
#define PF_SNAP		0x02	/* snapshots have it */
#define PF_SET		0x04	/* can be set */
#define PF_INHERIT	0x08	/* comes from above where it is not set */
#define PF_NUMBER	0x10	/* is one */
#define PF_RIGHT	0x40	/* its column is flushed right */
#define PF_MOUNT	0x20	/* changes how it is mounted */
#define PF_HIDDEN	0x80	/* not among "all" */

struct prop_row {
	const char	*p_name;
	const char	*p_short;	/* another name, or NULL */
	const char	*p_head;	/* of its column */
	unsigned	 p_flags;
	const char	*p_default;	/* of what can be set */
	const char	*p_values;	/* for usage() */
	const char	*p_missing;	/* why btrfs does not have it, or NULL */
};

extern const struct prop_row prop_rows[];
extern const size_t prop_nrows;

/* By either name; NULL: no such property. */
const struct prop_row *prop_find(const char *name);

/*
 * What a property is: *ret_value (malloc'd) and where that comes from,
 * *ret_source ("local", "default", "-", "inherited from tank").  A user's
 * property has a name and no row.  literal: numbers as such.  0; or -1, it has
 * no such property.
 */
int	prop_get(struct pool *po, struct ds *ds, const char *name, int literal,
	    char **ret_value, char **ret_source);

/* The value alone, of one that can be set; never NULL, to be freed. */
char	*prop_value(struct pool *po, struct ds *ds, const char *name);
int	prop_is_on(struct pool *po, struct ds *ds, const char *name);

/*
 * Whether `text` may be set; *ret_value (malloc'd) is how it is kept.  NULL,
 * or what is wrong, valid until the next call: "'atime' must be one of ...".
 */
const char *prop_check(const char *name, const char *text,
	    char **ret_value);

/* What btrfs is to do for a compression property: "zstd", "". */
const char *prop_compression(const char *value);

/* Numbers, for sorting: 0 where it is none. */
uint64_t prop_number(struct pool *po, struct ds *ds, const char *name);

/* The table in usage(). */
void	prop_usage(void);

#endif
