/* SPDX-License-Identifier: BSD-2-Clause */
/* Lists of names, one a line, escaped as index.h has it. */
#ifndef ABASHIRI_NAMES_H
#define ABASHIRI_NAMES_H

#include <stddef.h>

struct names {
	char	**na_names;	/* without the leading slash */
	size_t	  na_n;
};

/*
 * Read the names in standard input, each behind its sign.  Two lists, each in
 * the order of the input: of those with '-', and with '+' or nothing.  Ends
 * the program when one of them is no name below a root.
 */
void	names_read(struct names *ret_minus, struct names *ret_plus);

/* Sort them; is this one of them? */
void	names_sort(struct names *na);
int	names_have(const struct names *na, const char *name);

#endif
