// SPDX-License-Identifier: BSD-2-Clause
#include "names.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* In place; returns -1 if it is not what index.h writes. */
static int
unescape(char *s)
{
	char *to = s;
	int i, c;

	for (; *s != '\0'; s++, to++) {
		if (*s != '\\') {
			*to = *s;
			continue;
		}
		for (c = 0, i = 1; i <= 3; i++) {
			if (s[i] < '0' || s[i] > '7')
				return (-1);
			c = 8 * c + s[i] - '0';
		}
		if (c == 0 || c > 0xff)
			return (-1);
		*to = (char)c;
		s += 3;
	}
	*to = '\0';
	return (0);
}

/* Names that we have written ourselves, by way of others' hands. */
static int
is_below_root(const char *name)
{
	size_t n;

	if (*name == '\0')
		return (0);
	for (; *name != '\0'; name += n, name += *name == '/') {
		n = strcspn(name, "/");
		if (n == 0 || (n == 1 && *name == '.') ||
		    (n == 2 && strncmp(name, "..", 2) == 0))
			return (0);
	}
	return (1);
}

static void
add(struct names *na, const char *name)
{
	if (na->na_n % 1024 == 0)
		na->na_names = reallocarray(na->na_names, na->na_n + 1024,
		    sizeof(char *));
	if (na->na_names == NULL ||
	    (na->na_names[na->na_n++] = strdup(name)) == NULL)
		err(1, "a list of names");
}

void
names_read(struct names *ret_minus, struct names *ret_plus)
{
	char *line = NULL, *name;
	size_t size = 0;
	ssize_t n;

	memset(ret_minus, 0, sizeof(*ret_minus));
	memset(ret_plus, 0, sizeof(*ret_plus));
	while ((n = getline(&line, &size, stdin)) > 0) {
		if (line[n - 1] == '\n')
			line[n - 1] = '\0';
		name = line + (*line == '-' || *line == '+');
		if (*name != '/' || unescape(name) == -1 ||
		    !is_below_root(name + 1))
			errx(1, "%s: not a name below a root", line);
		add(*line == '-' ? ret_minus : ret_plus, name + 1);
	}
	free(line);
}

static int
by_bytes(const void *a, const void *b)
{
	return (strcmp(*(char *const *)a, *(char *const *)b));
}

void
names_sort(struct names *na)
{
	if (na->na_n > 0)
		qsort(na->na_names, na->na_n, sizeof(char *), by_bytes);
}

int
names_have(const struct names *na, const char *name)
{
	return (na->na_n > 0 && bsearch(&name, na->na_names, na->na_n,
	    sizeof(char *), by_bytes) != NULL);
}
