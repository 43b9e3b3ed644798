// SPDX-License-Identifier: BSD-2-Clause
/* jexec(8): run a command in a jail. */
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <paths.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "jail.h"
#include "session.h"
#include "signals.h"

#define MAXENV	256	/* -e options */

struct options {
	const char	*op_dir;	/* -d */
	const char	*op_user;	/* -u, -U */
	bool		 op_clean;	/* -l */
	bool		 op_jailed;	/* op_user is the jail's: -U */
	char		*op_env[MAXENV];	/* -e */
	int		 op_nenv;
};

static _Noreturn void
usage(void)
{
	fprintf(stderr, "%s\n%s\n",
	    "usage: jexec [-l] [-d working-directory] [-e name=value] ...",
	    "             [-u username | -U username] jail [command ...]");
	exit(1);
}

static void
options_parse(struct options *op, int argc, char *argv[])
{
	bool hostuser = false;
	int ch;

	/* "+": what follows the jail is the command's. */
	while ((ch = getopt(argc, argv, "+d:e:lnu:U:")) != -1) {
		switch (ch) {
		case 'd':
			op->op_dir = optarg;
			break;
		case 'e':
			if (strchr(optarg, '=') == NULL || optarg[0] == '=')
				errx(1, "-e %s: not name=value", optarg);
			if (op->op_nenv == MAXENV)
				errx(1, "more than %d times -e", MAXENV);
			op->op_env[op->op_nenv++] = optarg;
			break;
		case 'l':
			op->op_clean = true;
			break;
		case 'n':
			/* Once said that the jail is named by its name. */
			break;
		case 'u':
			hostuser = true;
			op->op_user = optarg;
			break;
		case 'U':
			op->op_jailed = true;
			op->op_user = optarg;
			break;
		default:
			usage();
		}
	}
	if (argc == optind || (hostuser && op->op_jailed))
		usage();
}

static void
env_set(const char *name, const char *value)
{
	if (setenv(name, value, 1) == -1)
		err(1, "setenv: %s", name);
}

/* Make our environment the one that the command is to have. */
static void
env_make(const struct options *op, const struct jail_user *ju)
{
	char *term;
	int i;

	if (op->op_clean) {
		term = getenv("TERM");
		if (term != NULL && (term = strdup(term)) == NULL)
			err(1, "strdup");
		clearenv();
		env_set("PATH", "/bin:/usr/bin");
		if (term != NULL)
			env_set("TERM", term);
		free(term);
	}
	if (ju != NULL) {
		env_set("USER", ju->ju_name);
		env_set("HOME", ju->ju_home);
		env_set("SHELL", ju->ju_shell[0] != '\0' ?
		    ju->ju_shell : _PATH_BSHELL);
	}
	for (i = 0; i < op->op_nenv; i++)
		if (putenv(op->op_env[i]) != 0)
			err(1, "putenv");
}

/* Whose command it is: -u's or -U's; with -l alone whoever calls us. */
static bool
user_get(const struct options *op, int jid, struct jail_user *ret_ju)
{
	char uid[16];

	if (op->op_user == NULL && !op->op_clean)
		return (false);
	snprintf(uid, sizeof(uid), "%u", (unsigned)getuid());
	if (jail_getuser(op->op_jailed ? jid : 0,
	    op->op_user != NULL ? op->op_user : uid, ret_ju) == -1)
		errx(1, "%s", jail_errmsg);
	return (true);
}

/* The command line, or the user's shell. */
static char **
command_get(char **argv)
{
	static char interactive[] = "-i", sh[] = _PATH_BSHELL;
	static char *shell[] = { NULL, interactive, NULL };

	if (argv[0] != NULL)
		return (argv);
	shell[0] = getenv("SHELL");
	if (shell[0] == NULL || shell[0][0] == '\0')
		shell[0] = sh;
	return (shell);
}

/*
 * A descriptor of ours must not land among 0 to 2, where it would be the
 * command's.
 */
static void
descriptors_fill(void)
{
	int fd;

	while ((fd = open(_PATH_DEVNULL, O_RDWR)) != -1 && fd < 3)
		continue;
	if (fd == -1)
		err(1, "%s", _PATH_DEVNULL);
	close(fd);
}

/* Say why the command was not started; nothing of it is left. */
static _Noreturn void
spawn_failed(int jid, const char *command, int error)
{
	if (strncmp(jail_errmsg, "execvp", 6) == 0)
		errx(error == ENOENT ? 127 : 126, "execvp: %s: %s", command,
		    strerror(error));
	errx(1, "jail_attach(%d): %s", jid, jail_errmsg);
}

int
main(int argc, char *argv[])
{
	struct options op = { 0 };
	struct jail_command jc = { 0 };
	struct jail_user ju = { 0 };
	struct session se;
	int jid, status;

	descriptors_fill();
	options_parse(&op, argc, argv);
	argv += optind;
	if ((jid = jail_getid(argv[0])) == -1)
		errx(1, "%s", jail_errmsg);
	if (user_get(&op, jid, &ju)) {
		env_make(&op, &ju);
		if (op.op_user != NULL)
			jc.jc_user = &ju;
		if (op.op_clean)
			jc.jc_dir = ju.ju_home;
		/* A user who was not named may have his home elsewhere. */
		if (op.op_clean && op.op_user == NULL)
			jc.jc_flags |= JC_DIR_TRY;
	} else
		env_make(&op, NULL);
	if (op.op_dir != NULL) {
		jc.jc_dir = op.op_dir;
		jc.jc_flags &= ~JC_DIR_TRY;
	}
	jc.jc_argv = command_get(argv + 1);
	if (session_start(&se, jid, &jc) == -1)
		spawn_failed(jid, jc.jc_argv[0], errno);
	jail_user_clear(&ju);
	status = session_wait(&se);
	if (WIFSIGNALED(status))
		signals_die(WTERMSIG(status));
	return (WEXITSTATUS(status));
}
