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

static const char *const words[] = {
	[C_YES] = "yes", [C_NO] = "no", [C_UNKNOWN] = "unknown"
};
static const char *const colours[] = {
	[C_YES] = "\033[32m", [C_NO] = "\033[31m", [C_UNKNOWN] = "\033[33m"
};

static int json, rows, missing;

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
show_json(const struct check *c, enum result r, const char *text)
{
	printf("%s\n  {\"group\": ", rows++ == 0 ? "" : ",");
	json_string(c->c_group);
	json_member("check", c->c_name);
	json_member("result", words[r]);
	printf(", \"needed\": %s", c->c_needed ? "true" : "false");
	if (text[0] != '\0')
		json_member("seen", text);
	if (r == C_NO) {
		json_member("without", c->c_without);
		if (c->c_remedy != NULL)
			json_member("remedy", c->c_remedy);
	}
	printf("}");
}

static void
show(const struct check *c, enum result r, const char *text)
{
	static const char *group;
	int tty = isatty(STDOUT_FILENO) && getenv("NO_COLOR") == NULL;

	if (group == NULL || strcmp(group, c->c_group) != 0)
		printf("%s%s\n", group == NULL ? "" : "\n", c->c_group);
	group = c->c_group;
	printf("  %-32s %s%s%s%s%s\n", c->c_name, tty ? colours[r] : "",
	    words[r], tty ? "\033[m" : "", text[0] != '\0' ? ", " : "", text);
	if (r != C_NO)
		return;
	printf("      without: %s\n", c->c_without);
	if (c->c_remedy != NULL)
		printf("      remedy: %s\n", c->c_remedy);
}

static void
tell(const struct check *c, enum result r, const char *text)
{
	if (c->c_needed && r == C_NO)
		missing = 1;
	(json ? show_json : show)(c, r, text);
}

static void
check_path(const char *path)
{
	char name[TEXT], text[TEXT] = "";
	struct check c = {
		.c_group = "files", .c_name = name,
		.c_without = "a jail there is user=inherit, pid=new",
		.c_remedy = "keep jails on ext4, xfs or btrfs",
	};

	snprintf(name, sizeof(name), "idmapped mounts of %s", path);
	tell(&c, check_idmap(path, text, sizeof(text)), text);
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
	const struct check *c;
	int ch;

	while ((ch = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (ch == 'j')
			json = 1;
		else
			usage();
	if (json)
		printf("[");
	for (c = checks; c->c_name != NULL; c++) {
		char text[TEXT] = "";
		enum result r = c->c_try(c, text, sizeof(text));

		tell(c, r, text);
	}
	for (; optind < argc; optind++)
		check_path(argv[optind]);
	if (json)
		printf("\n]\n");
	else
		printf("\n%s\n", missing ? "Jails cannot be made here." :
		    "Jails can be made here.");
	if (fflush(stdout) == EOF)
		err(1, "stdout");
	return (missing);
}
