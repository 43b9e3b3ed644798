/* SPDX-License-Identifier: BSD-2-Clause */
/* SHA-256 of files. */
#ifndef ABASHIRI_SUM_H
#define ABASHIRI_SUM_H

#define SUM_HEX		(2 * 32 + 1)

/*
 * The SHA-256 of what is to be read from fd, from its beginning, in hex.  The
 * descriptor is left at the beginning.  0 or -1 with errno.
 */
int	sum_fd(int fd, char *ret_hex);

/* Is it 64 hexadecimal digits in lower case? */
int	sum_valid(const char *hex);

#endif
