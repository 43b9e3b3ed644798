/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * JSON as libxo lays it out.  Written here and not by a library: jls writes
 * three levels of it and reads none, and a library would be loaded at every
 * start of a command that rarely needs it.
 */
#ifndef ABASHIRI_JLS_JSON_H
#define ABASHIRI_JLS_JSON_H

#include <stdio.h>

struct json {
	FILE	*js_fp;
	int	 js_pretty;	/* a member a line, indented by two */
	int	 js_depth;
	int	 js_members;	/* the innermost object or array has some */
};

/* name NULL: an element of an array. */
void	json_open(struct json *js, const char *name, char bracket);
void	json_close(struct json *js, char bracket);
void	json_string(struct json *js, const char *name, const char *value);
void	json_literal(struct json *js, const char *name, const char *value);

/* What every document starts and ends with. */
void	json_begin(struct json *js, const char *version);
void	json_end(struct json *js);

#endif
