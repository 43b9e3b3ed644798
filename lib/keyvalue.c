// SPDX-License-Identifier: BSD-2-Clause
#include "keyvalue.h"

#include <errno.h>
#include <string.h>

const char *
keyvalue_get(const char *buf, const char *key, size_t *ret_len)
{
	size_t n = strlen(key);
	const char *line, *end;

	for (line = buf; *line != '\0'; line = *end != '\0' ? end + 1 : end) {
		end = line + strcspn(line, "\n");
		if ((size_t)(end - line) >= n && strncmp(line, key, n) == 0) {
			if (line[n] == '=') {
				*ret_len = end - (line + n + 1);
				return (line + n + 1);
			}
			if (line + n == end) {	/* a key without "=" */
				*ret_len = 0;
				return (end);
			}
		}
	}
	return (NULL);
}

int
keyvalue_set(char *buf, size_t size, const char *key, const char *value)
{
	size_t klen = strlen(key), vlen, head, tail, rest, old = 0;
	const char *found = keyvalue_get(buf, key, &vlen);
	char *line;

	/* Cut the old line, its newline with it. */
	if (found != NULL) {
		line = buf + (found - buf) - klen - (found[-1] == '=');
		old = (found + vlen) - line;
		if (line[old] == '\n')
			old++;
		else if (line > buf) {
			line--;
			old++;
		}
		head = line - buf;
		tail = strlen(line + old);
	} else
		head = tail = 0;
	if (value == NULL) {
		if (found != NULL)
			memmove(buf + head, buf + head + old, tail + 1);
		return (0);
	}
	vlen = strlen(value);
	rest = strlen(buf) - old;
	if (klen + 1 + vlen + (rest > 0) + rest + 1 > size)
		return (errno = EFBIG, -1);
	if (found != NULL)
		memmove(buf + head, buf + head + old, tail + 1);
	tail = strlen(buf);
	memmove(buf + klen + 1 + vlen + (tail > 0), buf, tail + 1);
	memcpy(buf, key, klen);
	buf[klen] = '=';
	memcpy(buf + klen + 1, value, vlen);
	if (tail > 0)
		buf[klen + 1 + vlen] = '\n';
	return (0);
}
