// SPDX-License-Identifier: BSD-2-Clause
/*
 * ps: processes, in FreeBSD's options, columns and letters.  One reading of
 * /proc, then: select, sort, format all, and only then print, since a column
 * is as wide as the widest value in it.
 */
#include <sys/ioctl.h>

#include <ctype.h>
#include <err.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "../jls/json.h"
#include "ps.h"

#define OPTIONS		"AaCcD:defG:gHhJ:jLlmO:o:p:rSTt:U:uvwXxZ"
#define UNLIMITED	0
#define WIDE		131	/* columns, with -w */
#define PAGE_LINES	22	/* -h without a terminal */

#define CANNED_DEFAULT	"pid,tt,state,time,command"
#define CANNED_j	"user,pid,ppid,pgid,sid,jobc,state,tt,time,command"
#define CANNED_l	"uid,pid,ppid,cpu,pri,nice,vsz,rss,mwchan,state,tt," \
			"time,command"
#define CANNED_u	"user,pid,%cpu,%mem,vsz,rss,tt,state,start,time,command"
#define CANNED_v	"pid,state,time,sl,re,pagein,vsz,rss,lim,tsiz,%cpu," \
			"%mem,command"
#define CANNED_Z	"label"

struct ps_options options;

/* What the command line asks for, beside `options`. */
static struct {
	struct columns	 as_columns;
	struct columns	 as_more;	/* of -O */
	struct select	 as_select;
	enum order	 as_order;
	int		 as_tree;	/* -d */
	int		 as_family;	/* -D: 1 up, 2 down */
	int		 as_formatted;	/* columns were named */
	int		 as_bad;	/* ... that do not exist */
	int		 as_wide;	/* how many -w */
	int		 as_list;	/* -L */
	int		 as_page;	/* lines between headers, or 0 */
	int		 as_width;	/* of a line */
	int		 as_rows;	/* of the terminal */
	int		 as_json;
	struct json	 as_js;
} ask = {
	.as_columns = TAILQ_HEAD_INITIALIZER(ask.as_columns),
	.as_more = TAILQ_HEAD_INITIALIZER(ask.as_more),
	.as_select.se_noterm = -1,
};

static void __attribute__((noreturn))
usage(void)
{
	fputs("usage: ps [--libxo format] [-AaCcdefgHhjlmrSTuvwXxZ] [-O fmt] "
	    "[-o fmt]\n"
	    "          [-D up | down | both] [-G gid[,gid...]] "
	    "[-J jid[,jid...]]\n"
	    "          [-p pid[,pid...]] [-t tty[,tty...]] "
	    "[-U user[,user...]]\n"
	    "       ps [--libxo format] -L\n", stderr);
	exit(1);
}

/* ------------------------------------------------------------------------
 * The command line.
 */

/* COLUMNS, or those of the terminal, if any of the three is one. */
static void
find_width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize ws = { 0 };
	int fd;

	for (fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++)
		if (ioctl(fd, TIOCGWINSZ, &ws) == 0)
			break;
	if (fd > STDERR_FILENO)
		ioctl(STDIN_FILENO, TIOCGWINSZ, &ws);
	ask.as_rows = ws.ws_row;
	if (columns != NULL && *columns != '\0')
		ask.as_width = atoi(columns) > 0 ? atoi(columns) : UNLIMITED;
	else
		ask.as_width = ws.ws_col > 0 ? ws.ws_col - 1 : UNLIMITED;
}

/* The first letter in arg that is an option with an argument, or NULL. */
static const char *
first_with_argument(const char *arg)
{
	const char *option;

	for (; *arg != '\0'; arg++)
		if ((option = strchr(OPTIONS, *arg)) != NULL &&
		    option[1] == ':')
			return (arg);
	return (NULL);
}

/*
 * The first argument may lack its dash, and end in PIDs; and a final t
 * without a terminal means one's own.
 */
static char *
old_options(char *arg, const char *next)
{
	const char *with = first_with_argument(arg);
	size_t len = strlen(arg), pids = len;
	char *text;

	if (len == 0 || (with != NULL && *arg == '-'))
		return (arg);
	if (with == NULL)
		while (pids > 0 && (isdigit((unsigned char)arg[pids - 1]) ||
		    (pids < len && arg[pids - 1] == ',')))
			pids--;
	if (asprintf(&text, "%s%.*s%s%s", *arg == '-' ? "" : "-", (int)pids,
	    arg, pids < len ? "p" : "", arg + pids) == -1)
		err(1, NULL);
	if (with == arg + len - 1 && *with == 't' && (next == NULL ||
	    *next == '-' || isdigit((unsigned char)*next)))
		text[strlen(text) - 1] = 'T';
	return (text);
}

static void
libxo(char *formats)
{
	char *name;

	while ((name = strsep(&formats, ",")) != NULL)
		if (strcmp(name, "json") == 0)
			ask.as_json = 1;
		else if (strcmp(name, "pretty") == 0)
			ask.as_js.js_pretty = 1;
		else if (strcmp(name, "text") != 0)
			errx(1, "--libxo: no %s here, only text and json",
			    name);
}

/* Take --libxo out of the arguments. */
static int
libxo_args(int argc, char **argv)
{
	int i, n = 1;

	for (i = 1; i < argc; i++)
		if (strncmp(argv[i], "--libxo=", 8) == 0)
			libxo(argv[i] + 8);
		else if (strcmp(argv[i], "--libxo") == 0) {
			if (++i == argc)
				usage();
			libxo(argv[i]);
		} else
			argv[n++] = argv[i];
	argv[n] = NULL;
	return (n);
}

static void
canned(const char *fmt)
{
	columns_add(&ask.as_columns, fmt, 1);
	ask.as_formatted = 1;
}

static int
direction(const char *word)
{
	if (strcasecmp(word, "up") == 0)
		return (1);
	if (strcasecmp(word, "down") == 0)
		return (2);
	if (strcasecmp(word, "both") == 0)
		return (3);
	errx(1, "-D: \"%s\" is none of up, down, both", word);
}

static void
own_terminal(void)
{
	const char *name = ttyname(STDIN_FILENO);

	if (name == NULL)
		errx(1, "stdin: not a terminal");
	select_list(&ask.as_select, 't', name);
}

/* Options that name columns.  Is c one? */
static int
column_option(int c)
{
	switch (c) {
	case 'j':
		canned(CANNED_j);
		return (1);
	case 'l':
		canned(CANNED_l);
		return (1);
	case 'O':
		ask.as_bad |= columns_add(&ask.as_more, optarg, 0);
		return (1);
	case 'o':
		ask.as_bad |= columns_add(&ask.as_columns, optarg, 0);
		ask.as_formatted = 1;
		return (1);
	case 'u':
		canned(CANNED_u);
		ask.as_order = ORDER_CPU;
		return (1);
	case 'v':
		canned(CANNED_v);
		ask.as_order = ORDER_MEM;
		return (1);
	case 'Z':
		canned(CANNED_Z);
		return (1);
	default:
		return (0);
	}
}

/* Options that select processes. */
static int
select_option(int c)
{
	struct select *se = &ask.as_select;

	switch (c) {
	case 'A':
		se->se_all = se->se_noterm = 1;
		return (1);
	case 'a':
		se->se_all = 1;
		return (1);
	case 'D':
		ask.as_family |= direction(optarg);
		return (1);
	case 'G':
	case 'J':
	case 'p':
	case 't':
	case 'U':
		select_list(se, (char)c, optarg);
		return (1);
	case 'T':
		own_terminal();
		return (1);
	case 'X':
		se->se_noterm = 0;
		return (1);
	case 'x':
		se->se_noterm = 1;
		return (1);
	default:
		return (0);
	}
}

/* The others. */
static void
look_option(int c)
{
	switch (c) {
	case 'C':	/* what we compute is raw */
	case 'f':	/* as always */
	case 'g':	/* as on 4.3BSD, always */
		break;
	case 'c':
		options.po_commonly = 1;
		break;
	case 'd':
		ask.as_tree = 1;
		break;
	case 'e':
		options.po_env = 1;
		break;
	case 'H':
		options.po_threads = 1;
		break;
	case 'h':
		ask.as_page = ask.as_rows > 5 ? ask.as_rows : PAGE_LINES;
		break;
	case 'L':
		ask.as_list = 1;
		break;
	case 'm':
		ask.as_order = ORDER_MEM;
		break;
	case 'r':
		ask.as_order = ORDER_CPU;
		break;
	case 'S':
		options.po_sum = 1;
		break;
	case 'w':
		if (ask.as_wide++ > 0)
			ask.as_width = UNLIMITED;
		else if (ask.as_width != UNLIMITED && ask.as_width < WIDE)
			ask.as_width = WIDE;
		break;
	default:
		usage();
	}
}

static void
parse(int argc, char **argv)
{
	int c;

	if (argc > 1)
		argv[1] = old_options(argv[1], argv[2]);
	argc = libxo_args(argc, argv);
	while ((c = getopt(argc, argv, "+" OPTIONS)) != -1)
		if (!column_option(c) && !select_option(c))
			look_option(c);
	for (argv += optind; *argv != NULL; argv++) {
		if (!isdigit((unsigned char)**argv)) {
			warnx("illegal argument: %s", *argv);
			usage();
		}
		select_list(&ask.as_select, 'p', *argv);
	}
	if (ask.as_bad)
		errx(1, "ps -L lists the keywords");
	if (!ask.as_formatted)
		columns_add(&ask.as_columns, CANNED_DEFAULT, 1);
	columns_finish(&ask.as_columns, &ask.as_more);
}

/* ------------------------------------------------------------------------
 * The output.
 */

/* Characters, not bytes. */
static int
width(const char *s)
{
	int n = 0;

	for (; *s != '\0'; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return (n);
}

/* The values of all, row by row: malloc'd. */
static char **
format(const struct proclist *pl, size_t ncols)
{
	char **values = calloc((size_t)pl->pl_n * ncols + 1, sizeof(char *));
	char **v = values;
	struct column *co;
	int i, w;

	if (values == NULL)
		err(1, NULL);
	for (i = 0; i < pl->pl_n; i++)
		TAILQ_FOREACH(co, &ask.as_columns, co_link) {
			*v = co->co_kw->kw_value(&pl->pl_procs[i],
			    TAILQ_NEXT(co, co_link) == NULL);
			w = *v == NULL ? 1 : width(*v);
			if (w > co->co_width)
				co->co_width = w;
			v++;
		}
	return (values);
}

/* s in its column; the last has what is left of the line. */
static void
print_cell(const struct column *co, const char *s, int *at)
{
	int last = TAILQ_NEXT(co, co_link) == NULL;
	int w = width(s), pad = co->co_width > w ? co->co_width - w : 0;
	int left = co->co_kw->kw_flags & KW_LEFT, room;
	size_t n = strlen(s);

	if (last && left && ask.as_width != UNLIMITED) {
		room = ask.as_width - *at;
		for (n = 0; s[n] != '\0'; n++)
			if (((unsigned char)s[n] & 0xc0) != 0x80 &&
			    room-- <= 0 && ask.as_width > *at)
				break;
	}
	if (!left)
		printf("%*s", pad, "");
	fwrite(s, 1, n, stdout);
	if (left && !last)
		printf("%*s", pad, "");
	putchar(last ? '\n' : ' ');
	*at += co->co_width + 1;
}

static void
print_header(void)
{
	const struct column *co;
	int at = 0, some = 0;

	TAILQ_FOREACH(co, &ask.as_columns, co_link)
		some |= *co->co_header != '\0';
	if (!some)
		return;
	TAILQ_FOREACH(co, &ask.as_columns, co_link)
		print_cell(co, co->co_header, &at);
}

static void
print_table(const struct proclist *pl, char **values)
{
	const struct column *co;
	int at, i, line = 0;

	print_header();
	for (i = 0; i < pl->pl_n; i++) {
		at = 0;
		TAILQ_FOREACH(co, &ask.as_columns, co_link) {
			print_cell(co, *values != NULL ? *values : "-", &at);
			values++;
		}
		if (ask.as_page && line++ == ask.as_page - 4) {
			putchar('\n');
			print_header();
			line = 0;
		}
	}
}

static void
print_json(const struct proclist *pl, char **values)
{
	struct json *js = &ask.as_js;
	const struct column *co;
	int i;

	js->js_fp = stdout;
	json_begin(js, "1");
	json_open(js, "process-information", '{');
	json_open(js, "process", '[');
	for (i = 0; i < pl->pl_n; i++) {
		json_open(js, NULL, '{');
		TAILQ_FOREACH(co, &ask.as_columns, co_link) {
			if (*values == NULL)
				json_string(js, co->co_kw->kw_field, "-");
			else if (co->co_kw->kw_flags & KW_NUMBER)
				json_literal(js, co->co_kw->kw_field,
				    *values + strspn(*values, " "));
			else
				json_string(js, co->co_kw->kw_field, *values);
			values++;
		}
		json_close(js, '}');
	}
	json_close(js, ']');
	json_close(js, '}');
	json_end(js);
}

static void
print(const struct proclist *pl)
{
	struct column *co;
	size_t i, ncols = 0;
	char **values;

	TAILQ_FOREACH(co, &ask.as_columns, co_link) {
		ncols++;
		if (width(co->co_header) > co->co_width)
			co->co_width = width(co->co_header);
	}
	values = format(pl, ncols);
	if (ask.as_json)
		print_json(pl, values);
	else
		print_table(pl, values);
	for (i = 0; i < (size_t)pl->pl_n * ncols; i++)
		free(values[i]);
	free(values);
	if (fflush(stdout) != 0 || ferror(stdout))
		err(1, "stdout");
}

/* One process that was asked for by its PID need not be looked for. */
static pid_t
only_pid(void)
{
	const struct select *se = &ask.as_select;

	return (!se->se_all && se->se_count == 1 && se->se_pids.nu_n == 1 &&
	    ask.as_family == 0 ? (pid_t)se->se_pids.nu_list[0] : 0);
}

int
main(int argc, char **argv)
{
	struct proclist pl;
	int i, need;

	setlocale(LC_ALL, "");
	find_width();
	parse(argc, argv);
	if (ask.as_list) {
		keywords_print(ask.as_width);
		return (0);
	}
	need = columns_need(&ask.as_columns) | PROC_JID | PROC_STATUS;
	if (options.po_threads)
		need |= PROC_THREADS;
	if (ask.as_order == ORDER_MEM)
		need |= PROC_MEM;
	if (options.po_env)
		need |= PROC_ENV;
	if (proc_list(&pl, need, only_pid()) == -1)
		errx(1, "%s", proc_errmsg);
	select_mark(&ask.as_select, &pl);
	if (ask.as_family != 0)
		select_family(&pl, ask.as_family);
	select_keep(&pl);
	for (i = 0; i < pl.pl_n; i++)
		pl.pl_procs[i].p_pcpu = proc_pcpu(&pl.pl_procs[i]);
	order_sort(&pl, ask.as_order);
	if (ask.as_tree)
		order_tree(&pl);
	print(&pl);
	i = pl.pl_n > 0 ? 0 : 1;
	proc_list_free(&pl);
	return (i);
}
