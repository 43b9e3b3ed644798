// SPDX-License-Identifier: BSD-2-Clause
/* pfctl: pf's rules in nftables. */
#include <err.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel.h"
#include "pfctl.h"

#define MANY	64		/* of -D, -k and -K */

/* What is to be done, in the order in which it is done. */
struct work {
	bool		 w_disable, w_enable;
	const char	*w_file, *w_flush, *w_show, *w_table, *w_tablecmd;
	char		*w_macros[MANY], *w_kill[MANY], *w_killsrc[MANY];
	int		 w_nmacros, w_nkill, w_nkillsrc;
};

static void __attribute__((noreturn))
usage(void)
{
	fputs("usage: pfctl [-deghMmNnOPqRrvz] [-a anchor] [-D macro=value] "
	    "[-F modifier]\n"
	    "             [-f file] [-i interface] [-K host | network]\n"
	    "             [-k host | network | gateway | label | id] "
	    "[-o level]\n"
	    "             [-s modifier] [-t table -T command "
	    "[address ...]] [-x level]\n", stderr);
	exit(1);
}

void
say(const struct args *a, const char *fmt, ...)
{
	va_list ap;

	if (a->a_quiet)
		return;
	fflush(stdout);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

static void
more(char **list, int *n, char *word)
{
	if (*n == MANY)
		errx(1, "more than %d options of one kind", MANY);
	list[(*n)++] = word;
}

/* "foo" or "foo/\*"; "*" alone is everything. */
static void
anchor_arg(struct args *a, char *name)
{
	size_t len;

	while (*name == '/')
		name++;
	len = strlen(name);
	if (strcmp(name, "*") == 0) {
		a->a_recurse = true;
		name[0] = '\0';
	} else if (len > 2 && strcmp(name + len - 2, "/*") == 0) {
		a->a_recurse = true;
		name[len - 2] = '\0';
	}
	if (strlen(name) > 255 || strspn(name, "abcdefghijklmnopqrstuvwxyzABC"
	    "DEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:") != strlen(name) ||
	    strstr(name, "..") != NULL)
		errx(1, "anchor name \"%s\": letters, digits, and _ - . : "
		    "between slashes", name);
	a->a_anchor = name;
}

static void
options(int argc, char **argv, struct args *a, struct work *w)
{
	int c;

	/* "+": the addresses of -T end the options. */
	while ((c = getopt(argc, argv,
	    "+Aa:D:deF:f:ghi:K:k:MmNnOo:Pp:qRrs:T:t:vx:z")) != -1)
		switch (c) {
		case 'A':
			errx(1, "-A: there is no ALTQ here; tc(8) shapes "
			    "traffic");
		case 'a':
			anchor_arg(a, optarg);
			break;
		case 'D':
			more(w->w_macros, &w->w_nmacros, optarg);
			break;
		case 'd':
			w->w_disable = true;
			break;
		case 'e':
			w->w_enable = true;
			break;
		case 'F':
			w->w_flush = optarg;
			break;
		case 'f':
			w->w_file = optarg;
			break;
		case 'g':
			a->a_debug = true;
			break;
		case 'i':
			a->a_interface = optarg;
			break;
		case 'K':
			more(w->w_killsrc, &w->w_nkillsrc, optarg);
			break;
		case 'k':
			more(w->w_kill, &w->w_nkill, optarg);
			break;
		case 'M':
			/* States of both directions are one here. */
			break;
		case 'm':
			a->a_merge = true;
			break;
		case 'N':
			a->a_parts |= PART_NAT;
			break;
		case 'n':
			a->a_noaction = true;
			break;
		case 'O':
			a->a_parts |= PART_OPTIONS;
			break;
		case 'o':
			if (strcmp(optarg, "none") != 0 &&
			    strcmp(optarg, "basic") != 0 &&
			    strcmp(optarg, "profile") != 0)
				usage();
			a->a_level = optarg;
			break;
		case 'P':
			a->a_numeric = true;
			break;
		case 'p':
			errx(1, "-p %s: there is no device of pf here",
			    optarg);
		case 'q':
			a->a_quiet = true;
			break;
		case 'R':
			a->a_parts |= PART_FILTER;
			break;
		case 'r':
			a->a_resolve = true;
			break;
		case 's':
			w->w_show = optarg;
			break;
		case 'T':
			w->w_tablecmd = optarg;
			break;
		case 't':
			w->w_table = optarg;
			break;
		case 'v':
			a->a_verbose++;
			break;
		case 'x':
			if (strcmp(optarg, "none") != 0 &&
			    strcmp(optarg, "urgent") != 0 &&
			    strcmp(optarg, "misc") != 0 &&
			    strcmp(optarg, "loud") != 0)
				usage();
			say(a, "debug level set to '%s'", optarg);
			break;
		case 'z':
			a->a_clear = true;
			break;
		default:
			usage();
		}
}

/* "-T load -f file": the tables of the file, nothing else. */
static bool
loads_tables(const struct work *w)
{
	return (w->w_tablecmd != NULL && w->w_table == NULL &&
	    strncmp(w->w_tablecmd, "load", strlen(w->w_tablecmd)) == 0);
}

static int
work(struct args *a, struct work *w, char **words, int nwords)
{
	int ret = 0;

	if (w->w_disable)
		ret |= enable(a, false);
	if (w->w_flush != NULL)
		ret |= flush(a, w->w_flush);
	if (w->w_nkill > 0)
		ret |= states_kill(a, w->w_kill, w->w_nkill);
	if (w->w_nkillsrc > 0)
		say(a, "killed 0 src nodes from %d sources and 0 "
		    "destinations", w->w_nkillsrc);
	if (w->w_show != NULL && w->w_file == NULL)
		ret |= show(a, w->w_show);
	if (w->w_tablecmd != NULL && !loads_tables(w))
		return (ret | table_command(a, w->w_table, w->w_tablecmd,
		    w->w_file, words, nwords));
	if (w->w_file != NULL) {
		if (load_file(a, w->w_file, w->w_macros, w->w_nmacros) != 0)
			return (1);
		if (w->w_show != NULL)
			ret |= show(a, w->w_show);
	}
	if (w->w_enable)
		ret |= enable(a, true);
	if (a->a_clear)
		ret |= zero_counters(a);
	return (ret);
}

int
main(int argc, char **argv)
{
	struct args a = { .a_anchor = "" };
	struct work w = { .w_disable = false };
	int ret;

	if (argc < 2)
		usage();
	options(argc, argv, &a, &w);
	argc -= optind;
	argv += optind;
	if (w.w_tablecmd != NULL && w.w_table == NULL && !loads_tables(&w))
		usage();
	if (w.w_table != NULL && w.w_tablecmd == NULL)
		usage();
	if (argc > 0 && (w.w_tablecmd == NULL || loads_tables(&w)))
		usage();
	if (loads_tables(&w)) {
		if (w.w_file == NULL)
			usage();
		a.a_parts = PART_TABLES;
	}
	if (a.a_parts == 0)
		a.a_parts = PART_ALL;
	ret = work(&a, &w, argv, argc);
	if (fflush(stdout) != 0 || ferror(stdout))
		err(1, "stdout");
	return (ret);
}
