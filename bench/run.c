// SPDX-License-Identifier: BSD-2-Clause
/*
 * The library's price: jail_run() of a command, and a bare clone, exec and
 * wait of the same program, by turns, in one process.
 *
 *	bench-run N ROOT COMMAND	prints two medians in microseconds:
 *					jail_run, bare
 *
 * COMMAND is a path below ROOT; the bare one is run as ROOT/COMMAND.
 */
#include <sys/syscall.h>
#include <sys/wait.h>

#include <err.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "jail.h"

static void
set(struct iovec *iov, const char *name, void *value, size_t len)
{
	iov[0].iov_base = (void *)(uintptr_t)name;
	iov[0].iov_len = strlen(name) + 1;
	iov[1].iov_base = value;
	iov[1].iov_len = len;
}

static double
run_jailed(char *root, char *command)
{
	char host[] = "bench", *argv[] = { command, NULL };
	struct in_addr in = { .s_addr = htonl(0x0a000002u) };
	struct jail_command jc = { .jc_argv = argv };
	struct jail_result jr;
	struct iovec iov[6];
	double t0 = now();

	set(&iov[0], "path", root, strlen(root) + 1);
	set(&iov[2], "host.hostname", host, sizeof(host));
	set(&iov[4], "ip4.addr", &in, sizeof(in));
	if (jail_run(iov, 6, &jc, &jr) == -1)
		errx(1, "jail_run: %s", jail_errmsg);
	if (jr.jr_status != 0)
		errx(1, "%s: status %#x", command, jr.jr_status);
	return (now() - t0);
}

static double
run_bare(char *program)
{
	char *argv[] = { program, NULL };
	double t0 = now();
	int status;
	long pid;

	pid = syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
	if (pid == 0) {
		execv(program, argv);
		_exit(127);
	}
	if (pid == -1 || waitpid((pid_t)pid, &status, 0) == -1 || status != 0)
		errx(1, "%s: did not run", program);
	return (now() - t0);
}

int
main(int argc, char **argv)
{
	char program[4096];
	double *jailed, *bare;
	size_t i, n;

	if (argc != 4)
		errx(1, "usage: bench-run n root command");
	n = (size_t)atoi(argv[1]);
	jailed = calloc(n, sizeof(*jailed));
	bare = calloc(n, sizeof(*bare));
	if (n == 0 || jailed == NULL || bare == NULL)
		errx(1, "%s", argv[1]);
	snprintf(program, sizeof(program), "%s%s", argv[2], argv[3]);
	run_jailed(argv[2], argv[3]);	/* the host's setting up, not timed */
	for (i = 0; i < n; i++) {
		jailed[i] = run_jailed(argv[2], argv[3]);
		bare[i] = run_bare(program);
	}
	printf("%.0f %.0f\n", median(jailed, n), median(bare, n));
	free(jailed);
	free(bare);
	return (0);
}
