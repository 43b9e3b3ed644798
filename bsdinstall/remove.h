/* SPDX-License-Identifier: BSD-2-Clause */
/* Trees, removed without following a link. */
#ifndef ABASHIRI_REMOVE_TREE_H
#define ABASHIRI_REMOVE_TREE_H

/* Remove what is there, with all below it.  0, or -1 with errno. */
int	remove_tree(const char *path);

/* Remove all that is in a directory.  0, or -1 with errno. */
int	remove_below(const char *path);

#endif
