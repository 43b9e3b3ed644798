// SPDX-License-Identifier: BSD-2-Clause
/*
 * The text that is kept with the rules: pf.conf as it is printed, a head, and
 * "#anchor path" before the rules of each anchor.
 */
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "kernel.h"
#include "print.h"

static void
tables_of(FILE *f, const struct conf *c, const char *path)
{
	const struct table *t;
	const struct item *i;
	char text[PRINT_ADDR];

	for (t = c->c_tables; t != NULL; t = t->t_next) {
		if (strcmp(t->t_path, path) != 0)
			continue;
		fprintf(f, "table <\"%s\">%s%s%s {", t->t_name,
		    t->t_const ? " const" : "", t->t_persist ? " persist" : "",
		    t->t_counters ? " counters" : "");
		for (i = t->t_list; i != NULL; i = i->i_next) {
			print_addr(i, text);
			fprintf(f, " %s%s", i->i_not ? "!" : "", text);
		}
		fputs(" }\n", f);
	}
}

/* Rules in braces are printed where they are called. */
static bool
is_inline(const struct ruleset *rs)
{
	return (rs->rs_path[0] == '_' || strstr(rs->rs_path, "/_") != NULL);
}

static bool
has_tables(const struct conf *c, const char *path)
{
	const struct table *t;

	for (t = c->c_tables; t != NULL; t = t->t_next)
		if (strcmp(t->t_path, path) == 0)
			return (true);
	return (false);
}

char *
text_of(struct conf *c)
{
	const struct ruleset *rs;
	const struct item *i;
	char *text;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (f == NULL)
		err(1, NULL);
	fprintf(f, "#pf 1 %d %u %ld\n%s", c->c_enabled, c->c_base,
	    c->c_since, c->c_options);
	if (c->c_skip != NULL) {
		fputs("set skip on {", f);
		for (i = c->c_skip; i != NULL; i = i->i_next)
			fprintf(f, " \"%s\"", i->i_name);
		fputs(" }\n", f);
	}
	for (rs = c->c_rulesets; rs != NULL; rs = rs->rs_next) {
		if (is_inline(rs))
			continue;
		if (rs->rs_path[0] != '\0' && rs->rs_rules == NULL &&
		    !has_tables(c, rs->rs_path))
			continue;
		if (rs->rs_path[0] != '\0')
			fprintf(f, "#anchor %s\n", rs->rs_path);
		tables_of(f, c, rs->rs_path);
		print_ruleset(f, c, rs, SHOW_SCRUB | SHOW_FILTER | SHOW_NAT,
		    PRINT_NUMERIC, 0, NULL);
	}
	if (fclose(f) != 0)
		err(1, NULL);
	return (text);
}

int
text_parse(struct conf *c, const char *text)
{
	static const char mark[] = "#anchor ";
	const char *s = text, *end, *line;
	char *path = conf_strdup(c, "");
	int enabled, errors = 0, n = 0;

	if (sscanf(text, "#pf 1 %d %u %ld\n%n", &enabled, &c->c_base,
	    &c->c_since, &n) != 3)
		return (1);
	c->c_enabled = enabled != 0;
	c->c_stored = true;
	for (s = text + n; *s != '\0'; s = end) {
		if (strncmp(s, mark, sizeof(mark) - 1) == 0) {
			s += sizeof(mark) - 1;
			end = strchrnul(s, '\n');
			path = conf_printf(c, "%.*s", (int)(end - s), s);
			s = *end == '\0' ? end : end + 1;
		}
		for (line = s; *line != '\0'; line = *line == '\0' ? line :
		    line + 1) {
			if (strncmp(line, mark, sizeof(mark) - 1) == 0)
				break;
			line = strchrnul(line, '\n');
			if (*line == '\0')
				break;
		}
		end = line;
		c->c_order = false;
		errors += conf_parse(c, "loaded rules", s, end - s, path);
	}
	c->c_stored = false;
	c->c_order = true;
	return (errors);
}
