/* SPDX-License-Identifier: BSD-2-Clause */
/* The columns of jls -o: what each jail uses. */
#ifndef ABASHIRI_JLS_USAGE_H
#define ABASHIRI_JLS_USAGE_H

#include "json.h"

/* Take a list as "jid,name,cpu".  Returns the word it does not know, or NULL. */
const char *usage_columns(char *list);

void	usage_header(void);

/* One jail's row, to js when it is not NULL.  Nothing for one just gone. */
void	usage_row(struct json *js, int jid, const char *name);

#endif
