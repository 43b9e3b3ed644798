/* SPDX-License-Identifier: BSD-2-Clause */
/* meta and env: lines of key=value in one string. */
#ifndef ABASHIRI_KEYVALUE_H
#define ABASHIRI_KEYVALUE_H

#include <stddef.h>

/*
 * Set key to value at the front of buf (FreeBSD prepends), or remove it
 * (value NULL).  0, or -1 EFBIG with buf as it was.
 */
int	keyvalue_set(char *buf, size_t size, const char *key,
	    const char *value);

/* The value of key, its length in *ret_len; NULL when it is not there. */
const char *keyvalue_get(const char *buf, const char *key, size_t *ret_len);

#endif
