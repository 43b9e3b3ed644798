/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of pools, datasets and snapshots, and sizes, as ZFS writes them. */
#ifndef ZFS_NAME_H
#define ZFS_NAME_H

#include <stddef.h>
#include <stdint.h>

#define NAME_MAX_LEN	255	/* of a whole name */

enum name_kind { NAME_FS, NAME_SNAP, NAME_ANY, NAME_POOL };

/*
 * What is wrong with a name: "trailing slash in name".  NULL: nothing.  The
 * text is valid until the next call.
 */
const char *name_wrong(const char *name, enum name_kind kind);

/* The same for the tag of a hold, and a property of the user's own. */
const char *tag_wrong(const char *tag);
int	 name_is_user_property(const char *name);

/* Of "tank/a/b@s": "tank", and "tank/a" (NULL for a pool); malloc'd. */
char	*name_pool(const char *name);
char	*name_parent(const char *name);
/* Of "tank/a@s": "tank/a"; malloc'd. */
char	*name_fs(const char *name);

/* `name` is `top`, or a file system below it, or a snapshot of one. */
int	 name_within(const char *name, const char *top);
/* How many levels below; for what is within. */
int	 name_depth(const char *name, const char *top);

/* ZFS's order: a file system, its snapshots, then what is below it. */
int	 name_cmp(const char *a, const char *b);

/* 1536 as "1.50K", as ZFS does. */
#define SIZE_TEXT	8
char	*size_text(uint64_t n, char buf[SIZE_TEXT]);

/* "10G", "1.5m", "4096".  NULL and the number, or what is wrong. */
const char *size_parse(const char *text, uint64_t *ret_n);

#endif
