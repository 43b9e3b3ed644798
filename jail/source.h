/* SPDX-License-Identifier: BSD-2-Clause */
/* A file of jail.conf(5) being read: between lex.l, parse.y and config.c. */
#ifndef ABASHIRI_JAIL_SOURCE_H
#define ABASHIRI_JAIL_SOURCE_H

#include <stdbool.h>

#include "jailp.h"

struct source {
	const char	*name;		/* as messages call it */
	bool		 isstdin;
	int		 depth;		/* how many files include it */
	int		 errors;
	bool		 inword;	/* the next piece belongs to the one
					   before */
};

/*
 * Print an error and count it.  token: what was read when it showed ("" at
 * the end of the file), or NULL.
 */
void	source_error(struct source *src, int line, const char *token,
	    const char *msg);
void	source_open_block(const char *name);
void	source_close_block(void);

/* Put p, whose memory is handed over, into the block.  -1: read no more. */
int	source_param(struct source *src, int line, struct cfparam *p);

#endif
