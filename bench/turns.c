// SPDX-License-Identifier: BSD-2-Clause
/*
 * Time commands by turns, so that what disturbs the machine disturbs all of
 * them alike.
 *
 *	bench-turns N COMMAND...
 *
 * Each command is one argument, split at blanks; words like A=b before it go
 * into its environment, and MOUNTS=path has it start in that mount namespace.
 * "@@" in a word is the number of the round.  Prints one median in
 * microseconds a command, from fork to reaped, or "-" for one that fails
 * when it is tried first.
 */
#include <sys/wait.h>

#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"

#define WORDS	64

struct job {
	char	*jb_words[WORDS];	/* the environment's, then argv */
	char	**jb_argv;
	double	*jb_times;
	int	 jb_mounts;	/* a mount namespace, or -1 */
	int	 jb_fails;
};

static void
split(struct job *jb, char *line)
{
	char *word;
	int n = 0;

	while ((word = strsep(&line, " ")) != NULL)
		if (*word != '\0' && n < WORDS - 1)
			jb->jb_words[n++] = word;
	jb->jb_words[n] = NULL;
	jb->jb_argv = jb->jb_words;
	while (*jb->jb_argv != NULL && strchr(*jb->jb_argv, '=') != NULL)
		jb->jb_argv++;
	if (*jb->jb_argv == NULL)
		errx(1, "an empty command");
	jb->jb_mounts = -1;
	if (strncmp(jb->jb_words[0], "MOUNTS=", 7) == 0 &&
	    (jb->jb_mounts = open(jb->jb_words[0] + 7,
	    O_RDONLY | O_CLOEXEC)) == -1)
		err(1, "%s", jb->jb_words[0] + 7);
}

/* Forget what "A=b" has put into the environment. */
static void
unset(const char *word)
{
	char name[64];
	size_t n = strcspn(word, "=");

	snprintf(name, sizeof(name), "%.*s", (int)n, word);
	unsetenv(name);
}

/* The command's words, "@@" replaced; valid until the next call. */
static char **
words(const struct job *jb, int round)
{
	static char text[WORDS][256], *argv[WORDS + 1];
	const char *at;
	int i;

	for (i = 0; jb->jb_argv[i] != NULL; i++) {
		argv[i] = jb->jb_argv[i];
		if ((at = strstr(argv[i], "@@")) == NULL)
			continue;
		snprintf(text[i], sizeof(text[i]), "%.*s%d%s",
		    (int)(at - argv[i]), argv[i], round, at + 2);
		argv[i] = text[i];
	}
	argv[i] = NULL;
	return (argv);
}

/* vfork(2), not posix_spawn(3): there is a namespace to enter. */
static pid_t
spawn(const struct job *jb, int null, int quiet, char **argv)
{
	pid_t pid = vfork();

	if (pid != 0)
		return (pid);
	if (jb->jb_mounts != -1 && setns(jb->jb_mounts, CLONE_NEWNS) == -1)
		_exit(127);
	dup2(null, 0);
	dup2(null, 1);
	if (quiet)
		dup2(null, 2);
	execvp(argv[0], argv);
	_exit(127);
}

/* Returns the time it took, or -1 when it failed. */
static double
run(const struct job *jb, int null, int quiet, int round)
{
	char *const *word, **argv = words(jb, round);
	int status;
	double t0;
	pid_t pid;

	for (word = jb->jb_words; word < (char *const *)jb->jb_argv; word++)
		putenv(*word);
	t0 = now();
	pid = spawn(jb, null, quiet, argv);
	if (pid == -1 || waitpid(pid, &status, 0) == -1)
		return (-1);
	t0 = now() - t0;
	for (word = jb->jb_words; word < (char *const *)jb->jb_argv; word++)
		unset(*word);
	return (status == 0 ? t0 : -1);
}

int
main(int argc, char **argv)
{
	struct job *jobs, *jb;
	int i, n, null, quiet;

	if (argc < 3 || (n = atoi(argv[1])) < 1)
		errx(1, "usage: bench-turns n command...");
	jobs = calloc((size_t)argc, sizeof(*jobs));
	if (jobs == NULL)
		err(1, NULL);
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null == -1)
		err(1, "/dev/null");
	quiet = getenv("BENCH_SHOW") == NULL;

	for (jb = jobs, i = 2; i < argc; i++, jb++) {
		split(jb, argv[i]);
		jb->jb_times = calloc((size_t)n, sizeof(double));
		if (jb->jb_times == NULL)
			err(1, NULL);
		jb->jb_fails = run(jb, null, quiet, 0) < 0;
	}
	for (i = 0; i < n; i++)
		for (jb = jobs; jb < jobs + argc - 2; jb++)
			if (!jb->jb_fails &&
			    (jb->jb_times[i] = run(jb, null, quiet,
			    i + 1)) < 0)
				jb->jb_fails = 1;
	for (jb = jobs; jb < jobs + argc - 2; jb++) {
		if (jb->jb_fails) {
			printf("-\n");
			continue;
		}
		printf("%.0f\n", median(jb->jb_times, (size_t)n));
	}
	return (0);
}
