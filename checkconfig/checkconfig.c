// SPDX-License-Identifier: BSD-2-Clause
/*
 * jail-checkconfig: what this host offers to prisons, what is missing, what
 * falls with it, and what to do about it.
 */
#include "checks.h"

#include <err.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEXT	512
#define ROWS	128
#define WIDTH	79	/* of a screen */
#define INDENT	10	/* of what stands behind "yes", "no", "unknown" */

/* What was found. */
struct row {
	const char	*r_group;
	char		 r_name[TEXT];
	int		 r_needed;
	enum result	 r_result;
	char		 r_text[TEXT];	/* what was seen, or "" */
	const char	*r_without;
	const char	*r_remedy;	/* or NULL */
};

static struct row rows[ROWS];
static size_t nrows;

static const char *const words[] = {
	[C_YES] = "yes", [C_NO] = "no", [C_UNKNOWN] = "unknown"
};
static const char *const colours[] = {
	[C_YES] = "\033[32m", [C_NO] = "\033[31m", [C_UNKNOWN] = "\033[33m"
};

/* ------------------------------------------------------------------------
 * Finding out.
 */

static struct row *
row_add(const char *group, const char *name)
{
	struct row *r;

	if (nrows == ROWS)
		errx(1, "more than %d rows", ROWS);
	r = &rows[nrows++];
	r->r_group = group;
	snprintf(r->r_name, sizeof(r->r_name), "%s", name);
	return (r);
}

static void
try_checks(void)
{
	const struct check *c;
	struct row *r;

	for (c = checks; c->c_name != NULL; c++) {
		r = row_add(c->c_group, c->c_name);
		r->r_needed = c->c_needed;
		r->r_without = c->c_without;
		r->r_remedy = c->c_remedy;
		r->r_result = c->c_try(c, r->r_text, sizeof(r->r_text));
	}
}

static void
try_idmap(const char *name, const char *path)
{
	struct row *r = row_add("idmapped mounts", name);

	r->r_without = "a jail there is user=inherit, pid=new";
	r->r_remedy = "keep jails on ext4, xfs or btrfs";
	r->r_result = check_idmap(path, r->r_text, sizeof(r->r_text));
}

static void
try_filesystems(void)
{
	char type[64], point[TEXT / 2], name[TEXT];
	int n;

	for (n = 0; check_filesystem(n, type, sizeof(type), point,
	    sizeof(point)); n++) {
		snprintf(name, sizeof(name), "%s, at %s", type, point);
		try_idmap(name, point);
	}
}

static const struct row *
row_find(const char *name)
{
	size_t i;

	for (i = 0; i < nrows; i++)
		if (strcmp(rows[i].r_name, name) == 0)
			return (&rows[i]);
	errx(1, "no check is called %s", name);
}

/* No where one thing is missing, unknown where one is not known. */
static void
weigh(const struct wall *w)
{
	struct row *r = row_add(w->w_group, w->w_name);
	const struct row *need;
	int i, more = 0;

	r->r_without = w->w_without;
	r->r_result = C_YES;
	for (i = 0; w->w_checks[i] != NULL; i++) {
		need = row_find(w->w_checks[i]);
		if (need->r_result == C_YES)
			continue;
		if (need->r_result == C_NO && r->r_result != C_NO) {
			r->r_result = C_NO;
			r->r_remedy = need->r_remedy;
		} else if (r->r_result == C_YES)
			r->r_result = C_UNKNOWN;
		if (r->r_text[0] == '\0')
			snprintf(r->r_text, sizeof(r->r_text),
			    "it takes %.256s", need->r_name);
		else
			more++;
	}
	if (more > 0)
		snprintf(r->r_text + strlen(r->r_text), sizeof(r->r_text) -
		    strlen(r->r_text), ", and %d more of these", more);
}

/* ------------------------------------------------------------------------
 * Telling.
 */

static void
json_string(const char *s)
{
	putchar('"');
	for (; *s != '\0'; s++)
		if (*s == '"' || *s == '\\')
			printf("\\%c", *s);
		else if ((unsigned char)*s < 0x20)
			printf("\\u%04x", *s);
		else
			putchar(*s);
	putchar('"');
}

static void
json_member(const char *name, const char *value)
{
	printf(", \"%s\": ", name);
	json_string(value);
}

static void
show_json(void)
{
	const struct row *r;

	printf("[");
	for (r = rows; r < rows + nrows; r++) {
		printf("%s\n  {\"group\": ", r == rows ? "" : ",");
		json_string(r->r_group);
		json_member("check", r->r_name);
		json_member("result", words[r->r_result]);
		printf(", \"needed\": %s", r->r_needed ? "true" : "false");
		if (r->r_text[0] != '\0')
			json_member("seen", r->r_text);
		if (r->r_result == C_NO) {
			json_member("without", r->r_without);
			if (r->r_remedy != NULL)
				json_member("remedy", r->r_remedy);
		}
		printf("}");
	}
	printf("\n]\n");
}

static void
show_word(enum result r)
{
	int tty = isatty(STDOUT_FILENO) && getenv("NO_COLOR") == NULL;

	printf("  %s%s%s%*s", tty ? colours[r] : "", words[r],
	    tty ? "\033[m" : "", INDENT - 2 - (int)strlen(words[r]), "");
}

/* What is there, many to a line. */
static void
show_present(const struct row *r, size_t n)
{
	char item[2 * TEXT + 8];
	int column = 0, len;
	size_t i;

	for (i = 0; i < n; i++) {
		if (r[i].r_result != C_YES)
			continue;
		len = snprintf(item, sizeof(item), r[i].r_text[0] != '\0' ?
		    "%s (%s)" : "%s", r[i].r_name, r[i].r_text);
		if (column == 0)
			show_word(C_YES);
		else
			column += printf(";");
		if (column != 0 && column + 2 + len > WIDTH) {
			printf("\n%*s", INDENT, "");
			column = INDENT;
		} else if (column != 0)
			column += printf(" ");
		else
			column = INDENT;
		column += printf("%s", item);
	}
	if (column != 0)
		putchar('\n');
}

static void
show_missing(const struct row *r)
{
	show_word(r->r_result);
	printf("%s%s%s\n", r->r_name, r->r_text[0] != '\0' ? ": " : "",
	    r->r_text);
	if (r->r_result != C_NO)
		return;
	printf("%*swithout: %s\n", INDENT + 4, "", r->r_without);
	if (r->r_remedy != NULL)
		printf("%*sremedy: %s\n", INDENT + 4, "", r->r_remedy);
}

static void
show_group(const struct row *r, size_t n)
{
	size_t i;

	printf("%s\n", r->r_group);
	show_present(r, n);
	for (i = 0; i < n; i++)
		if (r[i].r_result != C_YES)
			show_missing(&r[i]);
}

static void
show(void)
{
	size_t i, n;

	for (i = 0; i < nrows; i += n) {
		for (n = 1; i + n < nrows && strcmp(rows[i].r_group,
		    rows[i + n].r_group) == 0; n++)
			;
		show_group(&rows[i], n);
	}
}

/* Of what is needed: is any like this? */
static int
any_needed(enum result result)
{
	size_t i;

	for (i = 0; i < nrows; i++)
		if (rows[i].r_needed && rows[i].r_result == result)
			return (1);
	return (0);
}

static void
usage(void)
{
	fprintf(stderr, "usage: jail-checkconfig [--json] [path ...]\n");
	exit(2);
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ NULL, 0, NULL, 0 }
	};
	const struct wall *w;
	int ch, json = 0;

	while ((ch = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (ch == 'j')
			json = 1;
		else
			usage();
	try_checks();
	try_filesystems();
	for (; optind < argc; optind++)
		try_idmap(argv[optind], argv[optind]);
	for (w = walls; w->w_name != NULL; w++)
		weigh(w);
	if (json)
		show_json();
	else {
		show();
		printf("%s\n", any_needed(C_NO) ? "Jails cannot be made here."
		    : any_needed(C_UNKNOWN) ? "Nothing that every jail needs "
		    "is known to be missing." : "Jails can be made here.");
	}
	if (fflush(stdout) == EOF)
		err(1, "stdout");
	return (any_needed(C_NO));
}
