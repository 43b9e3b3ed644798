/* SPDX-License-Identifier: BSD-2-Clause */
/* UTF-8, base64, and the names that may stand in a reply. */
#ifndef LLEVAL_TEXT_H
#define LLEVAL_TEXT_H

#include <stddef.h>

/*
 * How many bytes of data are whole, valid characters; *ret_cut: whether what
 * follows may be the beginning of one more.
 */
size_t	utf8_valid(const char *data, size_t len, int *ret_cut);

/* A copy in which each wrong byte is U+FFFD.  malloc'd, NUL-terminated. */
char	*utf8_replace(const char *data, size_t len, size_t *ret_len);

char	*base64_encode(const void *data, size_t len);	/* malloc'd */

/* malloc'd; NULL with errno EINVAL: not base64. */
void	*base64_decode(const char *text, size_t *ret_len);

/* May it be called in a script: names of letters, with dots between? */
int	is_callback(const char *name);

#endif
