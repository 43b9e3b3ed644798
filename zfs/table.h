/* SPDX-License-Identifier: BSD-2-Clause */
/* A table: columns as wide as what is in them, or fields between tabs. */
#ifndef ZFS_TABLE_H
#define ZFS_TABLE_H

#include <stddef.h>

struct table;

#define TABLE_RIGHT	0x1	/* flushed right */

/* header 0: no line of heads, and tabs.  Then a head for each column. */
struct table *table_new(size_t ncolumns, int header);
void	table_head(struct table *ta, const char *head, int flags, size_t min);

/* The next field, row by row. */
void	table_put(struct table *ta, const char *text);

/* Print it, and free it. */
void	table_print(struct table *ta);

#endif
