// SPDX-License-Identifier: BSD-2-Clause
#include "table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"

struct column {
	char	*co_head;
	int	 co_flags;
	size_t	 co_width;
};

struct table {
	struct column	 *ta_columns;
	size_t		  ta_ncolumns;
	size_t		  ta_nheads;
	int		  ta_header;
	char		**ta_fields;
	size_t		  ta_nfields;
};

struct table *
table_new(size_t ncolumns, int header)
{
	struct table *ta = xcalloc(1, sizeof(*ta));

	ta->ta_columns = xcalloc(ncolumns + 1, sizeof(*ta->ta_columns));
	ta->ta_ncolumns = ncolumns;
	ta->ta_header = header;
	return (ta);
}

void
table_head(struct table *ta, const char *head, int flags, size_t min)
{
	size_t len = strlen(head);

	ta->ta_columns[ta->ta_nheads++] = (struct column){ xstrdup(head),
	    flags, len > min ? len : min };
}

void
table_put(struct table *ta, const char *text)
{
	struct column *co = &ta->ta_columns[ta->ta_nfields % ta->ta_ncolumns];

	if (strlen(text) > co->co_width)
		co->co_width = strlen(text);
	ta->ta_fields = xgrow(ta->ta_fields, ta->ta_nfields,
	    sizeof(*ta->ta_fields));
	ta->ta_fields[ta->ta_nfields++] = xstrdup(text);
}

static void
print_field(const struct table *ta, size_t i, const char *text)
{
	const struct column *co = &ta->ta_columns[i];
	int last = i + 1 == ta->ta_ncolumns;

	if (!ta->ta_header)
		printf("%s%c", text, last ? '\n' : '\t');
	else if (co->co_flags & TABLE_RIGHT)
		printf("%*s%s", (int)co->co_width, text, last ? "\n" : "  ");
	else if (last)
		printf("%s\n", text);
	else
		printf("%-*s  ", (int)co->co_width, text);
}

void
table_print(struct table *ta)
{
	size_t i;

	for (i = 0; ta->ta_header && i < ta->ta_ncolumns; i++)
		print_field(ta, i, ta->ta_columns[i].co_head);
	for (i = 0; i < ta->ta_nfields; i++) {
		print_field(ta, i % ta->ta_ncolumns, ta->ta_fields[i]);
		free(ta->ta_fields[i]);
	}
	for (i = 0; i < ta->ta_ncolumns; i++)
		free(ta->ta_columns[i].co_head);
	free(ta->ta_fields);
	free(ta->ta_columns);
	free(ta);
}
