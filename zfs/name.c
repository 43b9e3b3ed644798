// SPDX-License-Identifier: BSD-2-Clause
#include "name.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"

#define DEPTH_MAX	50	/* datasets one in another */

static char reason[64];

static int
good_char(char c)
{
	return ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || strchr("-_.: ", c) != NULL);
}

static const char *
component_wrong(const char *s, size_t len)
{
	size_t i;

	if (len == 0)
		return ("empty component or misplaced '@' or '#' delimiter in "
		    "name");
	if (len == 1 && s[0] == '.')
		return ("self reference, '.' is found in name");
	if (len == 2 && s[0] == '.' && s[1] == '.')
		return ("parent reference, '..' is found in name");
	for (i = 0; i < len; i++)
		if (s[i] == '\0' || !good_char(s[i])) {
			snprintf(reason, sizeof(reason), isprint(
			    (unsigned char)s[i]) ? "invalid character '%c' in "
			    "name" : "invalid character '\\x%02x' in name",
			    (unsigned char)s[i]);
			return (reason);
		}
	return (NULL);
}

static const char *
pool_wrong(const char *name)
{
	static const char *const reserved[] = { "mirror", "raidz", "draid",
		"spare", "log", "cache", "special", "dedup" };
	size_t i;

	if (!isalpha((unsigned char)name[0]))
		return ("name must begin with a letter");
	for (i = 0; i < NELEM(reserved); i++)
		if (strncmp(name, reserved[i], strlen(reserved[i])) == 0 &&
		    (i < 3 || name[strlen(reserved[i])] == '\0'))
			return ("name is reserved");
	/* The names of files, too: of the registry's, and of directories. */
	if (name[strlen(name) - 1] == ' ' || strstr(name, ".new") != NULL)
		return ("name is reserved");
	return (NULL);
}

/* What is wrong with "a/b/c" of `len` bytes. */
static const char *
path_wrong(const char *name, size_t len)
{
	size_t start = 0, end;
	const char *wrong;
	int depth = 0;

	if (len > 0 && name[0] == '/')
		return ("leading slash in name");
	if (len > 0 && name[len - 1] == '/')
		return ("trailing slash in name");
	for (; start <= len; start = end + 1) {
		for (end = start; end < len && name[end] != '/'; end++)
			;
		if ((wrong = component_wrong(name + start, end - start)) !=
		    NULL)
			return (wrong);
		if (++depth > DEPTH_MAX)
			return ("too many levels in name");
	}
	return (NULL);
}

const char *
name_wrong(const char *name, enum name_kind kind)
{
	const char *at = strchr(name, '@'), *wrong;
	size_t len = strlen(name);

	if (len > NAME_MAX_LEN)
		return ("name is too long");
	if (kind == NAME_POOL && strpbrk(name, "/@") != NULL) {
		snprintf(reason, sizeof(reason), "invalid character '%c' in "
		    "pool name", *strpbrk(name, "/@"));
		return (reason);
	}
	if (at != NULL && strchr(at + 1, '@') != NULL)
		return ("multiple '@' delimiters in name");
	if (kind == NAME_SNAP && at == NULL)
		return ("missing '@' delimiter in snapshot name");
	if (kind == NAME_FS && at != NULL)
		return ("snapshot delimiter '@' is not expected here");
	if ((wrong = path_wrong(name, at != NULL ? (size_t)(at - name) :
	    len)) != NULL || (at != NULL &&
	    (wrong = component_wrong(at + 1, strlen(at + 1))) != NULL))
		return (wrong);
	return (kind == NAME_POOL ? pool_wrong(name) : NULL);
}

const char *
tag_wrong(const char *tag)
{
	if (tag[0] == '.')
		return ("tag may not start with '.'");
	if (strlen(tag) > NAME_MAX_LEN)
		return ("tag too long");
	return (component_wrong(tag, strlen(tag)));
}

int
name_is_user_property(const char *name)
{
	const char *p;

	if (strchr(name, ':') == NULL || name[0] == '-' ||
	    strlen(name) > NAME_MAX_LEN)
		return (0);
	for (p = name; *p != '\0'; p++)
		if (!(*p >= 'a' && *p <= 'z') && !(*p >= '0' && *p <= '9') &&
		    strchr("-_.:", *p) == NULL)
			return (0);
	return (1);
}

char *
name_pool(const char *name)
{
	return (xprintf("%.*s", (int)strcspn(name, "/@"), name));
}

char *
name_fs(const char *name)
{
	return (xprintf("%.*s", (int)strcspn(name, "@"), name));
}

char *
name_parent(const char *name)
{
	size_t len = strcspn(name, "@");

	while (len > 0 && name[len] != '/')
		len--;
	return (len == 0 ? NULL : xprintf("%.*s", (int)len, name));
}

int
name_within(const char *name, const char *top)
{
	size_t n = strlen(top);

	return (strncmp(name, top, n) == 0 &&
	    (name[n] == '\0' || name[n] == '/' || name[n] == '@'));
}

int
name_depth(const char *name, const char *top)
{
	int depth = 0;

	for (name += strlen(top); *name != '\0'; name++)
		if (*name == '/' || *name == '@')
			depth++;
	return (depth);
}

int
name_cmp(const char *a, const char *b)
{
	size_t na = strcspn(a, "@"), nb = strcspn(b, "@");
	int cmp = strncmp(a, b, na < nb ? na : nb);

	if (cmp == 0 && na != nb)
		cmp = na < nb ? -1 : 1;
	return (cmp != 0 ? cmp : strcmp(a + na, b + nb));
}

char *
size_text(uint64_t n, char buf[SIZE_TEXT])
{
	static const char units[] = "BKMGTPE";
	int i = 0, digits;
	uint64_t unit = 1;
	double v;

	while (n / unit >= 1024 && i < 6) {
		unit *= 1024;
		i++;
	}
	if (n % unit == 0 && n / unit < 100000) {
		snprintf(buf, SIZE_TEXT, "%llu%c",
		    (unsigned long long)(n / unit), units[i]);
		return (buf);
	}
	v = (double)n / (double)unit;
	/* As many digits as five characters take. */
	for (digits = 2; digits >= 0; digits--)
		if (snprintf(buf, SIZE_TEXT, "%.*f%c", digits, v, units[i]) <=
		    5)
			break;
	return (buf);
}

const char *
size_parse(const char *text, uint64_t *ret_n)
{
	static const char units[] = "BKMGTPE";
	const char *unit, *end;
	char digits[32];
	double v;

	if (!isdigit((unsigned char)text[0]) && text[0] != '.') {
		snprintf(reason, sizeof(reason), "bad numeric value '%.30s'",
		    text);
		return (reason);
	}
	errno = 0;
	if (text[strspn(text, "0123456789")] == '\0') {
		*ret_n = strtoull(text, NULL, 10);
		return (errno != 0 ? "numeric value is too large" : NULL);
	}
	/* Neither hexadecimal nor with an exponent. */
	end = text + strspn(text, "0123456789.");
	snprintf(digits, sizeof(digits), "%.*s", (int)(end - text), text);
	v = strtod(digits, NULL);
	unit = *end == '\0' ? units : strchr(units, toupper(
	    (unsigned char)*end));
	if (unit == NULL || (*end != '\0' && end[1] != '\0' &&
	    strcasecmp(end + 1, "b") != 0 && strcasecmp(end + 1, "ib") != 0)) {
		snprintf(reason, sizeof(reason),
		    "invalid numeric suffix '%.30s'", end);
		return (reason);
	}
	v = ldexp(v, 10 * (int)(unit - units));
	if (v >= 18446744073709551615.0)
		return ("numeric value is too large");
	*ret_n = (uint64_t)v;
	return (NULL);
}
