/* SPDX-License-Identifier: BSD-2-Clause */
/* A file below the root of this process, written and read whole. */
#ifndef ABASHIRI_STORE_H
#define ABASHIRI_STORE_H

/*
 * Put what standard input has at `path` (relative), at once, and make the
 * directories to it, for root alone.  Get it back to standard output.  End the
 * program when they cannot; store_get() with 2 when it is not there.
 */
void	store_put(const char *path);
void	store_get(const char *path);

#endif
