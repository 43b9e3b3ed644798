/* SPDX-License-Identifier: BSD-2-Clause */
/* Rows of text in columns as wide as they have to be. */
#ifndef ABASHIRI_TABLE_H
#define ABASHIRI_TABLE_H

#define TABLE_COLUMNS	16

struct table_column {
	const char	*tc_header;
	int		 tc_right;	/* to the right of it */
	int		 tc_min;	/* width at least */
	int		 tc_cut;	/* and at most, or 0 */
	int		 tc_width;	/* computed */
};

struct table {
	struct table_column ta_columns[TABLE_COLUMNS];
	int	 ta_ncolumns;
	char	**ta_cells;		/* row by row, owned */
	int	 ta_ncells;
};

/* Add a cell, left to right, row by row; text is copied. */
void	table_add(struct table *ta, const char *text);
void	table_print(struct table *ta, int header);
void	table_free(struct table *ta);

#endif
