// SPDX-License-Identifier: BSD-2-Clause
/*
 * pgrep and pkill, one program with two names: find processes, and print or
 * signal them.
 */
#include <sys/file.h>

#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "match.h"
#include "prockill.h"

#define OPTIONS	"F:G:ILP:SU:ac:d:fg:ij:lnoqs:t:u:vx"

static struct match match;
static int pgrep;		/* and not pkill */
static int signum = 15;
static const char *delimiter = "\n";
static int interactive;		/* -I */
static int long_output;		/* -l */
static int quiet;		/* -q */

static void __attribute__((noreturn))
usage(void)
{
	if (pgrep)
		fputs("usage: pgrep [-LSafilnoqvx] [-d delim] [-F pidfile] "
		    "[-G gid] [-P ppid]\n"
		    "             [-U uid] [-g pgrp] [-j jail] [-s sid] "
		    "[-t tty] [-u euid]\n"
		    "             pattern ...\n", stderr);
	else
		fputs("usage: pkill [-signal] [-ILafilnovx] [-F pidfile] "
		    "[-G gid] [-P ppid]\n"
		    "             [-U uid] [-g pgrp] [-j jail] [-s sid] "
		    "[-t tty] [-u euid]\n"
		    "             pattern ...\n", stderr);
	exit(STATUS_BADUSAGE);
}

/* The PID in a file; with `locked`, one that somebody has locked. */
static pid_t
pid_from(const char *path, int locked)
{
	FILE *fp = fopen(path, "re");
	char line[64], *end;
	long pid;

	if (fp == NULL)
		err(STATUS_ERROR, "Cannot open pidfile `%s'", path);
	if (locked && flock(fileno(fp), LOCK_EX | LOCK_NB) == 0)
		errx(STATUS_ERROR, "File '%s' can be locked", path);
	if (locked && errno != EWOULDBLOCK)
		err(STATUS_ERROR, "Error while locking file '%s'", path);
	if (fgets(line, sizeof(line), fp) == NULL)
		errx(STATUS_ERROR, ferror(fp) ? "Cannot read from pid file "
		    "`%s'" : "Pidfile `%s' is empty", path);
	fclose(fp);
	pid = strtol(line, &end, 10);
	if (end == line || (*end != '\0' && !isspace((unsigned char)*end)) ||
	    pid <= 1 || pid > 1L << 22)
		errx(STATUS_ERROR, "Invalid pid in file `%s'", path);
	return ((pid_t)pid);
}

/* pkill's first argument may be a signal: is it? */
static int
take_signal(const char *arg)
{
	char *end;
	long n;

	if (arg == NULL || arg[0] != '-' || arg[1] == '\0')
		return (0);
	n = strtol(arg + 1, &end, 10);
	if (*end == '\0' && n >= 0 && n <= 64)
		signum = (int)n;
	else if ((n = signal_number(arg + 1)) != 0)
		signum = (int)n;
	else
		return (0);
	return (1);
}

/* Is c an option of the other command? */
static int
is_foreign(int c)
{
	return (strchr(pgrep ? "I" : "Sdq", c) != NULL);
}

/* Options that are a condition.  Returns 0 when c is none. */
static int
criterion(int c)
{
	switch (c) {
	case 'G':
	case 'P':
	case 'U':
	case 'g':
	case 'j':
	case 's':
	case 't':
	case 'u':
		if (!match_list(&match, (char)c, optarg))
			usage();
		return (1);
	case 'n':
		return (match.ma_newest = 1);
	case 'o':
		return (match.ma_oldest = 1);
	case 'c':
		errx(STATUS_BADUSAGE, "-c: there are no login classes here");
	default:
		return (0);
	}
}

static void
other_option(int c)
{
	switch (c) {
	case 'I':
		interactive = 1;
		break;
	case 'S':
		match.ma_kernel = 1;
		break;
	case 'a':
		match.ma_ancestors = 1;
		break;
	case 'd':
		delimiter = optarg;
		break;
	case 'f':
		match.ma_args = 1;
		break;
	case 'i':
		match.ma_nocase = 1;
		break;
	case 'l':
		long_output = 1;
		break;
	case 'q':
		quiet = 1;
		break;
	case 'v':
		match.ma_inverse = 1;
		break;
	case 'x':
		match.ma_whole = 1;
		break;
	default:
		usage();
	}
}

/* Returns the patterns. */
static char **
parse(int argc, char **argv)
{
	const char *pidfile = NULL;
	int c, locked = 0, some = 0;

	while ((c = getopt(argc, argv, "+" OPTIONS)) != -1)
		if (is_foreign(c))
			usage();
		else if (c == 'F') {
			pidfile = optarg;
			some = 1;
		} else if (c == 'L')
			locked = 1;
		else if (criterion(c))
			some = 1;
		else
			other_option(c);
	argv += optind;
	if (!some && *argv == NULL)
		usage();
	if (match.ma_newest && match.ma_oldest)
		errx(STATUS_ERROR,
		    "Options -n and -o are mutually exclusive");
	if (pidfile != NULL)
		match.ma_pid = pid_from(pidfile, locked);
	else if (locked)
		errx(STATUS_ERROR,
		    "Option -L doesn't make sense without -F");
	return (argv);
}

/* "4711 nginx", with -f "4711 nginx -g daemon"; malloc'd. */
static char *
line_of(const struct proc *p)
{
	char *args = match.ma_args ? proc_arguments(p) : NULL;
	char *shown = proc_vis(args != NULL ? args : p->p_comm), *line;

	if (shown == NULL ||
	    asprintf(&line, "%d %s", (int)p->p_pid, shown) == -1)
		err(STATUS_ERROR, NULL);
	free(args);
	free(shown);
	return (line);
}

static int
print_all(const struct proclist *pl)
{
	const struct proc *p;
	char *line;
	int i, n = 0;

	for (i = 0; i < pl->pl_n; i++) {
		p = &pl->pl_procs[i];
		if (!p->p_selected)
			continue;
		if (n++ > 0 && !quiet)
			fputs(delimiter, stdout);
		if (quiet)
			continue;
		if (long_output) {
			line = line_of(p);
			fputs(line, stdout);
			free(line);
		} else
			printf("%d", (int)p->p_pid);
	}
	if (n > 0 && !quiet)
		putchar('\n');
	return (n > 0);
}

/* With -I: does the user want it? */
static int
wanted(const struct proc *p)
{
	char *line = line_of(p), *question;
	int yes;

	if (asprintf(&question, "kill %s%s%s? ", line,
	    p->p_jid > 0 ? " in jail " : "",
	    p->p_jid > 0 ? proc_jailname(p->p_jid) : "") == -1)
		err(STATUS_ERROR, NULL);
	yes = ask_yes(question);
	free(question);
	free(line);
	return (yes);
}

static int
signal_all(const struct proclist *pl)
{
	const struct proc *p;
	int done = 0, i, matched = 0;

	if (match.ma_jids.li_n == 0)
		proc_warn_jailed(pl, "-j none leaves them out");
	for (i = 0; i < pl->pl_n; i++) {
		p = &pl->pl_procs[i];
		if (!p->p_selected)
			continue;
		if (long_output) {
			printf("kill -%d %d\n", signum, (int)p->p_pid);
			done = 1;
		}
		if (interactive && !wanted(p)) {
			matched = 1;
			continue;
		}
		if (proc_signal(p, signum) == 0)
			matched = 1;
		else if (errno != ESRCH)
			warn("signalling pid %d", (int)p->p_pid);
	}
	if (long_output && !done)
		fputs("No matching processes belonging to you were found\n",
		    stderr);
	return (matched);
}

int
main(int argc, char **argv)
{
	struct proclist pl;
	char **patterns;
	int matched;

	setlocale(LC_ALL, "");
	pgrep = strcmp(program_invocation_short_name, "pgrep") == 0;
	if (!pgrep && take_signal(argv[1])) {
		argv++;
		argc--;
	}
	patterns = parse(argc, argv);
	if (proc_list(&pl, PROC_STATUS | PROC_JID |
	    (match.ma_args ? PROC_ARGS : 0), 0) == -1)
		errx(STATUS_ERROR, "%s", proc_errmsg);
	match_mark(&match, &pl, patterns);
	matched = pgrep ? print_all(&pl) : signal_all(&pl);
	proc_list_free(&pl);
	if (fflush(stdout) != 0 || ferror(stdout))
		err(STATUS_ERROR, "stdout");
	return (matched ? STATUS_MATCH : STATUS_NOMATCH);
}
