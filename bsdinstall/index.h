/* SPDX-License-Identifier: BSD-2-Clause */
/* What files a world has. */
#ifndef ABASHIRI_INDEX_FILES_H
#define ABASHIRI_INDEX_FILES_H

/*
 * Print, for each file below the root of this process at or below one of the
 * names (relative; NULL ends the list), sorted, a line
 *
 *	/path|type|uid|gid|mode|SHA-256|target
 *
 * type f, d, L (link) or o (other).  A byte that would make the line ambiguous
 * is written as \ooo.  Other file systems are not entered.  Returns 0, or -1
 * when something could not be read, which has been told.
 */
int	index_print(char *const *names);

#endif
