// SPDX-License-Identifier: BSD-2-Clause
#include "text.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CALLBACK_MAX	128

static const char digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* The length of the character at p, 0: none, -1: cut off after `left`. */
static int
character(const unsigned char *p, size_t left)
{
	unsigned char low = 0x80, high = 0xbf;
	int i, n;

	if (p[0] < 0x80)
		return (1);
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return (0);
	n = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	switch (p[0]) {		/* overlong, surrogates, beyond U+10FFFF */
	case 0xe0: low = 0xa0; break;
	case 0xed: high = 0x9f; break;
	case 0xf0: low = 0x90; break;
	case 0xf4: high = 0x8f; break;
	}
	for (i = 1; i < n; i++, low = 0x80, high = 0xbf) {
		if ((size_t)i == left)
			return (-1);
		if (p[i] < low || p[i] > high)
			return (0);
	}
	return (n);
}

size_t
utf8_valid(const char *data, size_t len, int *ret_cut)
{
	const unsigned char *p = (const unsigned char *)data;
	size_t at = 0;
	int n = 0;

	while (at < len && (n = character(p + at, len - at)) > 0)
		at += n;
	*ret_cut = at < len && n == -1;
	return (at);
}

char *
utf8_replace(const char *data, size_t len, size_t *ret_len)
{
	char *copy = malloc(3 * len + 1), *to = copy;
	size_t at = 0;
	int n;

	if (copy == NULL)
		return (NULL);
	while (at < len) {
		n = character((const unsigned char *)data + at, len - at);
		if (n > 0) {
			memcpy(to, data + at, n);
			to += n;
			at += n;
		} else {
			memcpy(to, "\xef\xbf\xbd", 3);
			to += 3;
			at++;
		}
	}
	*to = '\0';
	*ret_len = to - copy;
	return (copy);
}

char *
base64_encode(const void *data, size_t len)
{
	const unsigned char *p = data;
	char *text = malloc((len + 2) / 3 * 4 + 1), *to = text;
	uint32_t v;
	size_t i, n;

	if (text == NULL)
		return (NULL);
	for (i = 0; i < len; i += 3) {
		n = len - i < 3 ? len - i : 3;
		v = (uint32_t)p[i] << 16 | (n > 1 ? p[i + 1] << 8 : 0) |
		    (n > 2 ? p[i + 2] : 0);
		*to++ = digits[v >> 18];
		*to++ = digits[v >> 12 & 63];
		*to++ = n > 1 ? digits[v >> 6 & 63] : '=';
		*to++ = n > 2 ? digits[v & 63] : '=';
	}
	*to = '\0';
	return (text);
}

void *
base64_decode(const char *text, size_t *ret_len)
{
	size_t len = strlen(text), pad = 0, i;
	unsigned char *data, *to;
	const char *d;
	uint32_t v = 0;

	while (pad < 2 && pad < len && text[len - 1 - pad] == '=')
		pad++;
	if (len % 4 != 0)
		return (errno = EINVAL, NULL);
	if ((data = to = malloc(len / 4 * 3 + 1)) == NULL)
		return (NULL);
	for (i = 0; i < len; i++) {
		d = i < len - pad ? memchr(digits, text[i], 64) : digits;
		if (d == NULL) {
			free(data);
			return (errno = EINVAL, NULL);
		}
		v = v << 6 | (uint32_t)(d - digits);
		if (i % 4 == 3) {
			*to++ = v >> 16;
			*to++ = v >> 8;
			*to++ = v;
		}
	}
	*ret_len = to - data - pad;
	return (data);
}

int
is_callback(const char *name)
{
	const char *p;
	int begins = 1;

	if (strlen(name) > CALLBACK_MAX)
		return (0);
	for (p = name; *p != '\0'; p++) {
		if (*p == '.' && !begins) {
			begins = 1;
			continue;
		}
		if (!isalpha((unsigned char)*p) && *p != '_' && *p != '$' &&
		    (begins || !isdigit((unsigned char)*p)))
			return (0);
		begins = 0;
	}
	return (!begins);
}
