// SPDX-License-Identifier: BSD-2-Clause
#include <sys/resource.h>

#include <err.h>
#include <jail.h>
#include <locale.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "config.h"
#include "top.h"

#define OPTIONS		"abCd:HIiJ:jm:no:Pp:qSs:TtU:uvwz"
#define SOME		20	/* processes without a screen */
#define TOP_ARGS	32	/* words in TOP */

static struct wish wish = {
	.wi_order = "cpu", .wi_count = -2, .wi_displays = -2, .wi_delay = 2,
	.wi_jid = -1, .wi_uid = -1, .wi_idle = true, .wi_self = true,
};
static bool interactive;	/* -i */
static bool renice;		/* -q */
static volatile sig_atomic_t ended;

static void __attribute__((noreturn))
usage(void)
{
	fputs("usage: top [-abCHIijnPqSTtuvwz] [-d count] [-J jail] "
	    "[-m cpu | io | jail]\n"
	    "           [-o field] [-p pid] [-s time] [-U username] "
	    "[number]\n", stderr);
	exit(1);
}

static int
number_of(const char *arg)
{
	char *end;
	long n = strtol(arg, &end, 10);

	if (*arg != '\0' && (strncmp("infinity", arg, strlen(arg)) == 0 ||
	    strncmp("maximum", arg, strlen(arg)) == 0 ||
	    strncmp("all", arg, strlen(arg)) == 0))
		return (EVERYTHING);
	if (*arg == '\0' || *end != '\0' || n < 0 || n > 1000000)
		errx(1, "\"%s\" is no number of displays or processes", arg);
	return ((int)n);
}

static void
set_jail(const char *name)
{
	wish.wi_jid = strcmp(name, "0") == 0 ? 0 : jail_getid(name);
	if (wish.wi_jid == -1)
		errx(1, "%s", jail_errmsg);
	wish.wi_jails = true;
}

static void
set_mode(const char *name)
{
	static const char *const names[] = { "cpu", "io", "jail" };

	for (wish.wi_mode = 0; wish.wi_mode < NMODES; wish.wi_mode++)
		if (strcmp(names[wish.wi_mode], name) == 0)
			return;
	errx(1, "-m: \"%s\" is none of cpu, io, jail", name);
}

static void
set_user(const char *name)
{
	struct passwd *pw = getpwnam(name);

	if (pw == NULL)
		errx(1, "%s: unknown user", name);
	wish.wi_uid = pw->pw_uid;
}

static void
set_delay(const char *arg)
{
	char *end;

	wish.wi_delay = strtod(arg, &end);
	if (*end != '\0' || !(wish.wi_delay > 0 && wish.wi_delay < 1e6))
		errx(1, "-s: \"%s\" is no number of seconds", arg);
}

static void
set_pid(const char *arg)
{
	char *end;
	long pid = strtol(arg, &end, 10);

	if (*end != '\0' || pid <= 0 || pid > 1L << 22)
		errx(1, "-p: \"%s\" is no PID", arg);
	wish.wi_pid = (pid_t)pid;
}

/* Flags toggle: a second one, behind those in TOP, takes it back. */
static int
flag(int c)
{
	static const struct {
		char	 letter;
		bool	*flag;
	} flags[] = {
		{ 'a', &wish.wi_args }, { 'C', &wish.wi_raw },
		{ 'H', &wish.wi_threads }, { 'I', &wish.wi_idle },
		{ 'j', &wish.wi_jails }, { 'P', &wish.wi_percpu },
		{ 'q', &renice }, { 'S', &wish.wi_system },
		{ 'T', &wish.wi_tids }, { 't', &wish.wi_self },
		{ 'u', &wish.wi_numeric }, { 'w', &wish.wi_swap },
	};
	size_t i;

	for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (flags[i].letter == c) {
			*flags[i].flag = !*flags[i].flag;
			return (1);
		}
	return (0);
}

static void
parse(int argc, char **argv)
{
	int c;

	optind = 1;
	while ((c = getopt(argc, argv, OPTIONS)) != -1)
		switch (c) {
		case 'b':
		case 'n':
			wish.wi_batch = true;
			interactive = false;
			break;
		case 'i':
			wish.wi_batch = false;
			interactive = true;
			break;
		case 'd':
			wish.wi_displays = number_of(optarg);
			break;
		case 'J':
			set_jail(optarg);
			break;
		case 'm':
			set_mode(optarg);
			break;
		case 'o':
			if ((wish.wi_order = order_name(optarg)) == NULL)
				errx(1, "-o: \"%s\" is none of %s", optarg,
				    order_names());
			break;
		case 'p':
			set_pid(optarg);
			break;
		case 's':
			set_delay(optarg);
			break;
		case 'U':
			set_user(optarg);
			break;
		case 'v':
			fprintf(stderr, "top: Abashiri %s\n",
			    ABASHIRI_VERSION);
			exit(0);
		case 'z':	/* no idle process is shown anyway */
			break;
		default:
			if (!flag(c))
				usage();
		}
	if (argc - optind > 1)
		usage();
	if (optind < argc)
		wish.wi_count = number_of(argv[optind]);
}

/* The options that TOP holds, before those of the command line. */
static void
parse_environment(char *name)
{
	const char *top = getenv("TOP");
	char *words[TOP_ARGS + 2] = { name }, *s;
	int n = 1;

	if (top == NULL)
		return;
	if ((s = strdup(top)) == NULL)
		err(1, NULL);
	while (n <= TOP_ARGS && (words[n] = strsep(&s, " \t")) != NULL)
		n += *words[n] != '\0';
	words[n] = NULL;
	parse(n, words);	/* which may keep the words */
}

/* ------------------------------------------------------------------------
 * Showing.
 */

static void
print(const struct frame *fr)
{
	int i;

	for (i = 0; i < fr->fr_n; i++)
		puts(fr->fr_lines[i]);
	putchar('\n');
	if (fflush(stdout) != 0)
		err(1, "stdout");
}

static void
run_batch(void)
{
	struct sample sample[2], *last = NULL;
	struct timespec delay = {
		.tv_sec = (time_t)wish.wi_delay,
		.tv_nsec = (long)((wish.wi_delay -
		    (double)(time_t)wish.wi_delay) * 1e9),
	};
	struct frame frame;
	int i;

	for (i = 0; wish.wi_displays != 0 && !ended; i = !i) {
		sample_take(&sample[i], last, &wish);
		frame_make(&frame, &sample[i], &wish, 0, 0);
		print(&frame);
		frame_free(&frame);
		if (last != NULL)
			sample_free(last);
		last = &sample[i];
		if (wish.wi_displays > 0)
			wish.wi_displays--;
		if (wish.wi_displays != 0)
			nanosleep(&delay, NULL);
	}
	if (last != NULL)
		sample_free(last);
}

static void
run_screen(void)
{
	struct sample sample[2], *last = NULL;
	const char *message = "";
	struct frame frame;
	int height, i, width;

	screen_open();
	for (i = 0; wish.wi_displays != 0 && message != NULL && !ended;
	    i = !i) {
		sample_take(&sample[i], last, &wish);
		screen_size(&width, &height);
		frame_make(&frame, &sample[i], &wish, width, height);
		screen_show(&frame, message);
		if (wish.wi_displays > 0)
			wish.wi_displays--;
		/* The first one knows no shares yet: a second follows soon. */
		message = key_do(screen_key(last == NULL &&
		    wish.wi_delay > 0.5 ? 0.5 : wish.wi_delay), &wish,
		    &frame);
		frame_free(&frame);
		if (last != NULL)
			sample_free(last);
		last = &sample[i];
	}
	sample_free(last);
	screen_close();
}

static void
on_end(int sig)
{
	ended = sig;
}

int
main(int argc, char **argv)
{
	struct sigaction sa = { .sa_handler = on_end };

	setlocale(LC_ALL, "");
	parse_environment(argv[0]);
	parse(argc, argv);
	if (!interactive && !isatty(STDOUT_FILENO))
		wish.wi_batch = true;
	if (wish.wi_count == -2)
		wish.wi_count = wish.wi_batch ? SOME : EVERYTHING;
	if (wish.wi_displays == -2)
		wish.wi_displays = wish.wi_batch ? 1 : EVERYTHING;
	if (renice && setpriority(PRIO_PROCESS, 0, -20) == -1)
		warn("-q: renice to -20");
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
	if (wish.wi_batch)
		run_batch();
	else
		run_screen();
	return (0);
}
