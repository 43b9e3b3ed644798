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

#define NMADE	5	/* PATH, TERM, USER, HOME, SHELL */

/* The command's environment, for jexec's whole life. */
struct environment {
	char	**ev_vars;	/* room for all there can be, NULL-terminated */
	size_t	  ev_n;
	char	 *ev_made[NMADE];	/* those that are ours, also if -e has
					   put another in their place */
	size_t	  ev_nmade;
};

/* Set "name=value", in the place of what has that name. */
static void
env_put(struct environment *ev, char *var)
{
	size_t i, len = strcspn(var, "=") + 1;

	for (i = 0; i < ev->ev_n; i++)
		if (strncmp(ev->ev_vars[i], var, len) == 0)
			break;
	ev->ev_vars[i] = var;
	if (i == ev->ev_n)
		ev->ev_n++;
}

static void
env_set(struct environment *ev, const char *name, const char *value)
{
	char **var = &ev->ev_made[ev->ev_nmade++];

	if (asprintf(var, "%s=%s", name, value) == -1)
		err(1, "asprintf");
	env_put(ev, *var);
}

static const char *
env_get(const struct environment *ev, const char *name)
{
	size_t i, len = strlen(name);

	for (i = 0; i < ev->ev_n; i++)
		if (strncmp(ev->ev_vars[i], name, len) == 0 &&
		    ev->ev_vars[i][len] == '=')
			return (ev->ev_vars[i] + len + 1);
	return (NULL);
}

/*
 * Make the command's environment.  Ours stays as it is: the library reads it
 * to know where the jails are.
 */
static void
env_make(const struct options *op, const struct jail_user *ju,
    struct environment *ret_ev)
{
	const char *term = getenv("TERM");
	size_t n = 0;
	int i;

	while (environ[n] != NULL)
		n++;
	ret_ev->ev_vars = calloc(n + NMADE + (size_t)op->op_nenv + 1,
	    sizeof(char *));
	if (ret_ev->ev_vars == NULL)
		err(1, "calloc");
	if (op->op_clean) {
		env_set(ret_ev, "PATH", "/bin:/usr/bin");
		if (term != NULL)
			env_set(ret_ev, "TERM", term);
	} else {
		memcpy(ret_ev->ev_vars, environ, n * sizeof(char *));
		ret_ev->ev_n = n;
	}
	if (ju->ju_name != NULL) {
		env_set(ret_ev, "USER", ju->ju_name);
		env_set(ret_ev, "HOME", ju->ju_home);
		env_set(ret_ev, "SHELL", ju->ju_shell[0] != '\0' ?
		    ju->ju_shell : _PATH_BSHELL);
	}
	for (i = 0; i < op->op_nenv; i++)
		env_put(ret_ev, op->op_env[i]);
}

/*
 * Whose command it is: -u's or -U's; with -l alone whoever calls us; else
 * nobody need be known.
 */
static void
user_get(const struct options *op, int jid, struct jail_user *ret_ju)
{
	char uid[16];

	if (op->op_user == NULL && !op->op_clean)
		return;
	snprintf(uid, sizeof(uid), "%u", (unsigned)getuid());
	if (jail_getuser(op->op_jailed ? jid : 0,
	    op->op_user != NULL ? op->op_user : uid, ret_ju) == -1)
		errx(1, "%s", jail_errmsg);
}

/* The command line, or the user's shell. */
static char **
command_get(char **argv, const struct environment *ev)
{
	static char interactive[] = "-i";
	static char *shell[] = { NULL, interactive, NULL };
	const char *name = env_get(ev, "SHELL");

	if (argv[0] != NULL)
		return (argv);
	if (name == NULL || name[0] == '\0')
		name = _PATH_BSHELL;
	if ((shell[0] = strdup(name)) == NULL)
		err(1, "strdup");
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
	static struct environment ev;
	struct session se;
	int jid, status;

	descriptors_fill();
	options_parse(&op, argc, argv);
	argv += optind;
	if ((jid = jail_getid(argv[0])) == -1)
		errx(1, "%s", jail_errmsg);
	user_get(&op, jid, &ju);
	env_make(&op, &ju, &ev);
	jc.jc_envp = ev.ev_vars;
	jc.jc_argv = command_get(argv + 1, &ev);
	if (op.op_user != NULL)
		jc.jc_user = &ju;
	if (op.op_dir != NULL)
		jc.jc_dir = op.op_dir;
	else if (op.op_clean) {
		jc.jc_dir = ju.ju_home;
		/* Who was not named may have his home elsewhere. */
		if (op.op_user == NULL)
			jc.jc_flags |= JC_DIR_TRY;
	}
	if (session_start(&se, jid, &jc) == -1)
		spawn_failed(jid, jc.jc_argv[0], errno);
	jail_user_clear(&ju);
	status = session_wait(&se);
	if (WIFSIGNALED(status))
		signals_die(WTERMSIG(status));
	return (WEXITSTATUS(status));
}
