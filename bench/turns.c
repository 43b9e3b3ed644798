// SPDX-License-Identifier: BSD-2-Clause
/*
 * Time commands by turns, so that what disturbs the machine disturbs all of
 * them alike.
 *
 *	bench-turns N COMMAND...	each a line for /bin/sh's word splitting
 *
 * (words are split at blanks; there is no shell).  Prints one median in
 * microseconds a command, from fork to reaped, or "-" for one that fails
 * when it is tried first.
 */
#include <sys/wait.h>

#include <err.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define WORDS	64

extern char **environ;

struct job {
	char	*jb_argv[WORDS];
	double	*jb_times;
	int	 jb_fails;
};

static double
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ((double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3);
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return ((x > y) - (x < y));
}

static void
split(struct job *jb, char *line)
{
	char *word;
	int n = 0;

	while ((word = strsep(&line, " ")) != NULL)
		if (*word != '\0' && n < WORDS - 1)
			jb->jb_argv[n++] = word;
	jb->jb_argv[n] = NULL;
	if (n == 0)
		errx(1, "an empty command");
}

/* Returns the time it took, or -1 when it failed. */
static double
run(struct job *jb, posix_spawn_file_actions_t *quiet)
{
	double t0 = now();
	int status;
	pid_t pid;

	if (posix_spawnp(&pid, jb->jb_argv[0], quiet, NULL, jb->jb_argv,
	    environ) != 0 || waitpid(pid, &status, 0) == -1 || status != 0)
		return (-1);
	return (now() - t0);
}

int
main(int argc, char **argv)
{
	posix_spawn_file_actions_t quiet;
	struct job *jobs, *jb;
	int i, n;

	if (argc < 3 || (n = atoi(argv[1])) < 1)
		errx(1, "usage: bench-turns n command...");
	jobs = calloc((size_t)argc, sizeof(*jobs));
	if (jobs == NULL)
		err(1, NULL);
	posix_spawn_file_actions_init(&quiet);
	posix_spawn_file_actions_addopen(&quiet, 0, "/dev/null", O_RDWR, 0);
	posix_spawn_file_actions_adddup2(&quiet, 0, 1);
	if (getenv("BENCH_SHOW") == NULL)
		posix_spawn_file_actions_adddup2(&quiet, 0, 2);

	for (jb = jobs, i = 2; i < argc; i++, jb++) {
		split(jb, argv[i]);
		jb->jb_times = calloc((size_t)n, sizeof(double));
		if (jb->jb_times == NULL)
			err(1, NULL);
		jb->jb_fails = run(jb, &quiet) < 0;
	}
	for (i = 0; i < n; i++)
		for (jb = jobs; jb < jobs + argc - 2; jb++)
			if (!jb->jb_fails &&
			    (jb->jb_times[i] = run(jb, &quiet)) < 0)
				jb->jb_fails = 1;
	for (jb = jobs; jb < jobs + argc - 2; jb++) {
		if (jb->jb_fails) {
			printf("-\n");
			continue;
		}
		qsort(jb->jb_times, (size_t)n, sizeof(double), by_value);
		printf("%.0f\n", jb->jb_times[n / 2]);
	}
	return (0);
}
