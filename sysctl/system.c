// SPDX-License-Identifier: BSD-2-Clause
/*
 * The system's own sysctl: another program of that name, for the names that
 * are not ours.  In a jail (-j) it is the jail's.
 */
#include <sys/stat.h>
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <jail.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sysctl.h"

#define WORDS_MAX	8

/* The first sysctl in PATH that is not this one; NULL: there is none. */
static const char *
find_system(void)
{
	static char path[PATH_MAX];
	const char *dirs = getenv("PATH");
	struct stat me, sb;
	char *copy, *rest, *dir;
	int found = 0;

	if (stat("/proc/self/exe", &me) == -1)
		me.st_ino = 0;
	if (asprintf(&copy, "%s:/usr/sbin:/sbin", dirs != NULL ? dirs :
	    "") == -1)
		err(1, NULL);
	rest = copy;
	while (!found && (dir = strsep(&rest, ":")) != NULL) {
		if (dir[0] != '/')
			continue;
		snprintf(path, sizeof(path), "%s/sysctl", dir);
		found = access(path, X_OK) == 0 && stat(path, &sb) == 0 &&
		    S_ISREG(sb.st_mode) &&
		    (sb.st_ino != me.st_ino || sb.st_dev != me.st_dev);
	}
	free(copy);
	return (found ? path : NULL);
}

void
system_exec(char **argv)
{
	const char *path = find_system();

	if (path == NULL)
		errx(1, "no other sysctl is installed (procps), and only "
		    "security.jail is known here");
	execv(path, argv);
	err(1, "%s", path);
}

/* Our options as the other one spells them. */
static void
words(char **argv, const char *name)
{
	int n = 0;

	argv[n++] = (char *)(uintptr_t)"sysctl";
	if (opt.values)
		argv[n++] = (char *)(uintptr_t)"-n";
	if (opt.names)
		argv[n++] = (char *)(uintptr_t)"-N";
	if (opt.ignore)
		argv[n++] = (char *)(uintptr_t)"-e";
	if (opt.quiet)
		argv[n++] = (char *)(uintptr_t)"-q";
	if (opt.binary)
		argv[n++] = (char *)(uintptr_t)"-b";
	argv[n++] = (char *)(uintptr_t)(name == NULL ? "-a" : name);
	argv[n] = NULL;
}

static int
status_of(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) == -1)
		err(1, "waitpid");
	return (WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

static pid_t
start(char **argv, int out)
{
	struct jail_command jc = { .jc_argv = argv };
	int fds[3] = { 0, out, 2 };
	pid_t pid;

	if (opt.jid != 0) {
		jc.jc_fds = fds;
		if ((pid = jail_spawn(opt.jid, &jc, NULL, NULL)) == -1)
			errx(1, "%s", jail_errmsg);
		return (pid);
	}
	if ((pid = fork()) == -1)
		err(1, "fork");
	if (pid == 0) {
		if (out != 1)
			dup2(out, 1);
		system_exec(argv);
	}
	return (pid);
}

/* With -e: "name = value" as "name=value". */
static int
run_equals(char **argv)
{
	char *line = NULL, *eq;
	size_t cap = 0;
	int p[2];
	pid_t pid;
	FILE *f;

	if (pipe(p) == -1 || (f = fdopen(p[0], "r")) == NULL)
		err(1, "pipe");
	pid = start(argv, p[1]);
	close(p[1]);
	while (getline(&line, &cap, f) != -1) {
		if ((eq = strstr(line, " = ")) != NULL)
			printf("%.*s=%s", (int)(eq - line), line, eq + 3);
		else
			fputs(line, stdout);
	}
	free(line);
	fclose(f);
	return (status_of(pid));
}

static int
run(const char *name)
{
	char *argv[WORDS_MAX];

	words(argv, name);
	fflush(stdout);
	if (opt.equals && !opt.values && !opt.names)
		return (run_equals(argv));
	return (status_of(start(argv, 1)));
}

int
system_name(const char *word)
{
	if ((opt.descr || opt.type || opt.format) && !opt.names) {
		warnx("%s: Linux tells no description and no type of it",
		    word);
		return (1);
	}
	return (run(word));
}

int
system_all(void)
{
	/* It knows neither descriptions nor types, nor which can be set. */
	if (opt.descr || opt.type || opt.format || opt.tunable ||
	    opt.writable || opt.settable)
		return (0);
	/* What cannot be read, it says itself, and fails for it. */
	run(NULL);
	return (0);
}
