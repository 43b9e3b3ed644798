// SPDX-License-Identifier: BSD-2-Clause
#include "table.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Characters, not bytes. */
static int
width(const char *s)
{
	int n = 0;

	for (; *s != '\0'; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return (n);
}

void
table_add(struct table *ta, const char *text)
{
	int n = ta->ta_ncells;

	if ((n & (n - 1)) == 0) {
		ta->ta_cells = reallocarray(ta->ta_cells,
		    n == 0 ? 1 : (size_t)n * 2, sizeof(char *));
		if (ta->ta_cells == NULL)
			err(1, NULL);
	}
	if ((ta->ta_cells[n] = strdup(text)) == NULL)
		err(1, NULL);
	ta->ta_ncells++;
}

static void
size_columns(struct table *ta)
{
	struct table_column *tc;
	int i, w;

	for (i = 0; i < ta->ta_ncolumns; i++) {
		tc = &ta->ta_columns[i];
		tc->tc_width = width(tc->tc_header);
		if (tc->tc_width < tc->tc_min)
			tc->tc_width = tc->tc_min;
	}
	for (i = 0; i < ta->ta_ncells; i++) {
		tc = &ta->ta_columns[i % ta->ta_ncolumns];
		w = width(ta->ta_cells[i]);
		if (tc->tc_cut > 0 && w > tc->tc_cut)
			w = tc->tc_cut;
		if (w > tc->tc_width)
			tc->tc_width = w;
	}
}

static void
print_cell(const struct table_column *tc, const char *text, int last)
{
	int w = 0;
	size_t n;

	for (n = 0; text[n] != '\0'; n++)
		if (((unsigned char)text[n] & 0xc0) != 0x80 &&
		    w++ == tc->tc_width && w-- > 0)
			break;
	if (tc->tc_right)
		printf("%*s", tc->tc_width - w, "");
	fwrite(text, 1, n, stdout);
	if (!tc->tc_right)
		printf("%*s", tc->tc_width - w, "");
	putchar(last ? '\n' : ' ');
}

void
table_print(struct table *ta, int header)
{
	int column, i;

	size_columns(ta);
	for (i = 0; header && i < ta->ta_ncolumns; i++)
		print_cell(&ta->ta_columns[i], ta->ta_columns[i].tc_header,
		    i == ta->ta_ncolumns - 1);
	for (i = 0; i < ta->ta_ncells; i++) {
		column = i % ta->ta_ncolumns;
		print_cell(&ta->ta_columns[column], ta->ta_cells[i],
		    column == ta->ta_ncolumns - 1);
	}
}

void
table_free(struct table *ta)
{
	int i;

	for (i = 0; i < ta->ta_ncells; i++)
		free(ta->ta_cells[i]);
	free(ta->ta_cells);
	ta->ta_cells = NULL;
	ta->ta_ncells = 0;
}
