// SPDX-License-Identifier: BSD-2-Clause
/* killall: signal processes by their names. */
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <jail.h>
#include <locale.h>
#include <pwd.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "prockill.h"

#define COMM_MAX	15	/* the kernel cuts names */

static struct {
	int		 as_debug;	/* -d: no signal, much text */
	int		 as_effective;	/* -e */
	int		 as_ask;	/* -I */
	int		 as_regex;	/* -m */
	int		 as_quiet;	/* -q */
	int		 as_show;	/* -s: no signal */
	int		 as_verbose;	/* -v */
	int		 as_zombies;	/* -z */
	int		 as_jid;	/* of -j, or -1 */
	const char	*as_user;
	uid_t		 as_uid;
	const char	*as_tty;
	dev_t		 as_dev;
	const char	*as_command;	/* of -c */
	char		**as_names;
	int		 as_signal;
} ask = { .as_jid = -1, .as_signal = 15 };

static void __attribute__((noreturn))
usage(void)
{
	fputs("usage: killall [-delmsqvz] [-help] [-I] [-j jail]\n"
	    "               [-u user] [-t tty] [-c cmd] [-SIGNAL] [cmd]...\n"
	    "At least one option or argument to specify processes must be "
	    "given.\n", stderr);
	exit(1);
}

static void __attribute__((noreturn))
no_signal(const char *name)
{
	warnx("unknown signal %s; valid signals:", name);
	signals_print(stderr);
	exit(1);
}

/* ------------------------------------------------------------------------
 * The command line.
 */

static int
jid_of(const char *name)
{
	int jid = strcmp(name, "none") == 0 ? 0 : jail_getid(name);

	if (jid == -1)
		errx(1, "%s", jail_errmsg);
	return (jid);
}

/* A letter with an argument.  Returns 0 when it is none. */
static int
option_with(char letter, const char *arg)
{
	static const char *const missing[][2] = {
		{ "j", "jail" }, { "u", "user" }, { "t", "tty" },
		{ "c", "procname" },
	};
	size_t i;

	if (strchr("jutc", letter) == NULL)
		return (0);
	for (i = 0; arg == NULL && i < 4; i++)
		if (*missing[i][0] == letter)
			errx(1, "must specify %s", missing[i][1]);
	if (letter == 'j')
		ask.as_jid = jid_of(arg);
	else if (letter == 'u')
		ask.as_user = arg;
	else if (letter == 't')
		ask.as_tty = arg;
	else
		ask.as_command = arg;
	return (1);
}

static int
option_alone(char letter)
{
	static const struct {
		char	 letter;
		int	*flag;
	} flags[] = {
		{ 'd', &ask.as_debug }, { 'e', &ask.as_effective },
		{ 'I', &ask.as_ask }, { 'm', &ask.as_regex },
		{ 'q', &ask.as_quiet }, { 's', &ask.as_show },
		{ 'v', &ask.as_verbose }, { 'z', &ask.as_zombies },
	};
	size_t i;

	for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (flags[i].letter == letter) {
			*flags[i].flag = 1;
			return (1);
		}
	return (0);
}

/* "-9", "-KILL", "-SIGKILL": is the word one? */
static int
take_signal(const char *word)
{
	char *end;
	long n;

	if (isdigit((unsigned char)*word)) {
		n = strtol(word, &end, 10);
		if (*end != '\0')
			errx(1, "illegal signal number: %s", word);
		if (n < 0 || n > 64)
			no_signal(word);
		ask.as_signal = (int)n;
		return (1);
	}
	if ((n = signal_number(word)) == 0)
		return (0);
	ask.as_signal = (int)n;
	return (1);
}

/* The letters of a word; returns 1 where the next word is its argument. */
static int
letters(const char *word, const char *next)
{
	const char *s = word;

	for (; *s != '\0'; s++) {
		if (option_with(*s, s[1] != '\0' ? s + 1 : next))
			return (s[1] == '\0');
		if (!option_alone(*s))
			no_signal(word);
	}
	return (0);
}

static void
parse(char **argv)
{
	for (argv++; *argv != NULL && **argv == '-'; argv++) {
		if (strcmp(*argv, "-help") == 0 || strcmp(*argv, "-") == 0)
			usage();
		if (strcmp(*argv, "--") == 0) {
			argv++;
			break;
		}
		if (strcmp(*argv, "-l") == 0) {
			signals_print(stdout);
			exit(0);
		}
		if (!take_signal(*argv + 1))
			argv += letters(*argv + 1, argv[1]);
	}
	ask.as_names = argv;
	if (ask.as_user == NULL && ask.as_tty == NULL &&
	    ask.as_command == NULL && ask.as_jid == -1 && *argv == NULL)
		usage();
}

/* Names into numbers; who is not root means his own processes. */
static void
resolve(void)
{
	struct passwd *pw;
	char *end;

	if (ask.as_tty != NULL && (ask.as_dev = proc_ttydev(ask.as_tty)) == 0)
		errx(1, "%s: not a terminal", ask.as_tty);
	if (ask.as_user != NULL) {
		ask.as_uid = (uid_t)strtoul(ask.as_user, &end, 10);
		if (*ask.as_user != '\0' && *end == '\0')
			return;
		if ((pw = getpwnam(ask.as_user)) == NULL)
			errx(1, "user %s does not exist", ask.as_user);
		ask.as_uid = pw->pw_uid;
	} else if (getuid() != 0) {
		ask.as_user = "";
		ask.as_uid = getuid();
	}
}

/* ------------------------------------------------------------------------
 * Which processes.
 */

static int
regex_matches(const char *pattern, const char *name)
{
	regex_t re;
	int matches;

	if (regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB) != 0)
		errx(1, "%s: illegal regexp", pattern);
	matches = regexec(&re, name, 0, NULL, 0) == 0;
	regfree(&re);
	return (matches);
}

/* A name longer than the kernel keeps must be told by the arguments. */
static int
name_matches(const char *name, struct proc *p)
{
	const char *s, *slash;

	if (strlen(name) <= COMM_MAX)
		return (strcmp(name, p->p_comm) == 0);
	if (strncmp(name, p->p_comm, COMM_MAX) != 0)
		return (0);
	proc_read_more(p, PROC_ARGS);
	for (s = p->p_args; s != NULL && s < p->p_args + p->p_argslen;
	    s += strlen(s) + 1) {
		slash = strrchr(s, '/');
		if (strcmp(slash != NULL ? slash + 1 : s, name) == 0)
			return (1);
	}
	return (0);
}

static int
matches_name(const char *name, struct proc *p)
{
	return (ask.as_regex ? regex_matches(name, p->p_comm) :
	    name_matches(name, p));
}

static int
is_meant(struct proc *p)
{
	char **name = ask.as_names;

	if (p->p_pid == getpid() || (p->p_state == 'Z' && !ask.as_zombies) ||
	    (ask.as_user != NULL && p->p_uid[ask.as_effective ?
	    PROC_EFFECTIVE : PROC_REAL] != ask.as_uid) ||
	    (ask.as_tty != NULL && p->p_tty != ask.as_dev) ||
	    (ask.as_jid != -1 && p->p_jid != ask.as_jid) ||
	    (ask.as_command != NULL && !matches_name(ask.as_command, p)))
		return (0);
	if (*name == NULL)
		return (1);
	for (; *name != NULL; name++)
		if (matches_name(*name, p))
			return (1);
	return (0);
}

/* ------------------------------------------------------------------------
 * What is done.
 */

static int
is_wanted(const struct proc *p, const char *name)
{
	char *question;
	int yes;

	if (asprintf(&question, "Send signal %d to %s (pid %d uid %u%s%s)? ",
	    ask.as_signal, name, (int)p->p_pid, p->p_uid[ask.as_effective ?
	    PROC_EFFECTIVE : PROC_REAL], p->p_jid > 0 ? " jail " : "",
	    p->p_jid > 0 ? proc_jailname(p->p_jid) : "") == -1)
		err(1, NULL);
	yes = ask_yes(question);
	free(question);
	return (yes);
}

/* 1: it was to be signalled; *ret_error is set when it could not be. */
static int
act(const struct proc *p, int *ret_error)
{
	char *name = proc_vis(p->p_comm), number[16];
	const char *sig = signal_name(ask.as_signal);

	if (name == NULL)
		err(1, NULL);
	if (ask.as_ask && !is_wanted(p, name)) {
		free(name);
		return (0);
	}
	snprintf(number, sizeof(number), "%d", ask.as_signal);
	if (sig == NULL)
		sig = number;
	if (ask.as_debug)
		printf("sig:%d, cmd:%s, pid:%d, dev:%#llx uid:%u\n",
		    ask.as_signal, name, (int)p->p_pid,
		    (unsigned long long)p->p_tty, p->p_uid[PROC_REAL]);
	if (ask.as_verbose || ask.as_show)
		printf("kill -%s %d\n", sig, (int)p->p_pid);
	if (!ask.as_debug && !ask.as_show &&
	    proc_signal(p, ask.as_signal) == -1) {
		warn("warning: kill -%s %d", sig, (int)p->p_pid);
		*ret_error = 1;
	}
	free(name);
	return (1);
}

int
main(int argc, char **argv)
{
	struct proclist pl;
	int error = 0, i, killed = 0;

	(void)argc;
	setlocale(LC_ALL, "");
	parse(argv);
	resolve();
	if (proc_list(&pl, PROC_STATUS | PROC_JID, 0) == -1)
		errx(1, "%s", proc_errmsg);
	for (i = 0; i < pl.pl_n; i++)
		pl.pl_procs[i].p_selected = is_meant(&pl.pl_procs[i]);
	if (ask.as_jid == -1)
		proc_warn_jailed(&pl, "-j none leaves them out");
	for (i = 0; i < pl.pl_n; i++)
		if (pl.pl_procs[i].p_selected)
			killed += act(&pl.pl_procs[i], &error);
	proc_list_free(&pl);
	if (killed == 0) {
		if (!ask.as_quiet)
			fprintf(stderr, "No matching processes %swere "
			    "found\n", getuid() != 0 ? "belonging to you " :
			    "");
		error = 1;
	}
	if (fflush(stdout) != 0 || ferror(stdout))
		err(1, "stdout");
	return (error);
}
