/* SPDX-License-Identifier: BSD-2-Clause */
/* pf's tables as nftables' sets of intervals. */
#ifndef ABASHIRI_PFCTL_TABLES_H
#define ABASHIRI_PFCTL_TABLES_H

#include "conf.h"

#define ANCHORS_MAX	256	/* that a wildcard may call */

/*
 * table_sets: the sets name_4 and name_6, and those that the kernel adds to
 * where a rule has "overload".
 */
void	table_sets(struct conf *c, const struct table *t, const char *name,
	    FILE *out);
/* Commands that replace the elements only. */
void	table_refill(struct conf *c, const struct table *t, const char *name,
	    FILE *out);
/* The entry of the table that decides about an address; NULL: none. */
const struct item *table_match(const struct table *t, const struct item *i);

#endif
