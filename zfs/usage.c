// SPDX-License-Identifier: BSD-2-Clause
#include "usage.h"

#include <err.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"

static const struct command *current;

static void
print_usage(FILE *f)
{
	const struct command *c;

	if (current != NULL) {
		fprintf(f, "usage:\n%s", current->c_usage);
		return;
	}
	fprintf(f, "usage: %s command args ...\n"
	    "where 'command' is one of the following:\n\n", program.pr_name);
	for (c = program.pr_commands;
	    c < program.pr_commands + program.pr_ncommands; c++)
		if (c->c_usage != NULL)
			fputs(c->c_usage, f);
	fputs(program.pr_names, f);
}

void
usage_complain(const char *fmt, va_list ap)
{
	if (fmt != NULL) {
		vfprintf(stderr, fmt, ap);
		putc('\n', stderr);
	}
	print_usage(stderr);
}

void
bad_usage(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	usage_complain(fmt, ap);
	va_end(ap);
	fputs(program.pr_hint, stderr);
	exit(2);
}

void
bad_option(int c)
{
	if (c == ':')
		bad_usage("missing argument for '%c' option", optopt);
	bad_usage("invalid option '%c'", optopt);
}

void
want_args(int argc, int min, int max, const char *missing)
{
	if (argc < min)
		bad_usage("missing %s argument", missing);
	if (argc > max)
		bad_usage("too many arguments");
}

static const struct command *
find_command(const char *name)
{
	const struct command *c = program.pr_commands;
	const struct command *end = c + program.pr_ncommands;

	while (c < end && strcmp(name, c->c_name) != 0)
		c++;
	return (c < end ? c : NULL);
}

int
usage_run(int argc, char **argv)
{
	const struct command *c;
	int status;

	if (argc < 2)
		bad_usage("missing command");
	if (strcmp(argv[1], "-?") == 0 || strcmp(argv[1], "--help") == 0 ||
	    strcmp(argv[1], "help") == 0) {
		print_usage(stdout);
		return (0);
	}
	if (strcmp(argv[1], "version") == 0 ||
	    strcmp(argv[1], "--version") == 0) {
		puts("abashiri-" ABASHIRI_VERSION);
		return (0);
	}
	if ((c = find_command(argv[1])) == NULL)
		bad_usage("unrecognized command '%s'", argv[1]);
	if (geteuid() != 0)
		errx(1, "%s: only root can see and change pools", argv[1]);
	/* Another name is spoken of as the first. */
	for (current = c; current->c_usage == NULL; current--)
		;
	opterr = 0;
	status = c->c_run(argc - 1, argv + 1);
	if (fflush(stdout) == EOF)
		err(1, "standard output");
	return (status);
}
