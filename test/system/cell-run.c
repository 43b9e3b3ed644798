// SPDX-License-Identifier: BSD-2-Clause
/*
 * A cell from the shell:
 *
 *	cell-run PATH [-s] [-n] [-u uid] [-t size] [-p processes] [-f fsize]
 *	    COMMAND... [-- COMMAND...]...
 *
 * makes a cell of PATH (-s sealed, -n without sockets) with a tmpfs on /tmp
 * and runs the commands in it, one after the other, by the uid; says the
 * status of each, and how much the cell has used.  The command "wait" waits
 * for the end of its standard input instead, and "count" says how many
 * processes there are; "many", alone, has threads make cells side by side.
 */
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "jail.h"

static struct jail_cell_mount tmpfs = {
	.cm_dir = "/tmp", .cm_size = 1 << 20, .cm_inodes = 64, .cm_mode = 0700,
};
static struct jail_rlimit rlimits[2];
static unsigned nrlimits;
static struct jail_user user;

#define THREADS		8
#define CELLS		400	/* each */

/* Make cells and end them, as a server's threads do side by side. */
static void *
make_many(void *arg)
{
	struct iovec *iov = arg;
	struct jail_cell *ce;
	int i;

	for (i = 0; i < CELLS; i++) {
		ce = jail_cell_make(iov, 2, &tmpfs, 1, 0);
		if (ce == NULL || jail_cell_end(ce) == -1)
			errx(1, "%s", jail_errmsg);
	}
	return (NULL);
}

static void
make_at_once(struct iovec *iov)
{
	pthread_t threads[THREADS];
	int i;

	for (i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, make_many, iov) != 0)
			errx(1, "pthread_create");
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	printf("%d\n", THREADS * CELLS);
}

static void
limit(int resource, const char *text)
{
	rlim_t n = strtoul(text, NULL, 10);

	rlimits[nrlimits++] = (struct jail_rlimit){ resource, { n, n } };
}

static void
run(struct jail_cell *ce, char **argv)
{
	struct jail_command jc = {
		.jc_argv = argv, .jc_dir = "/tmp", .jc_rlimits = rlimits,
		.jc_nrlimits = nrlimits,
		.jc_user = user.ju_uid != 0 ? &user : NULL,
	};
	struct jail_usage us;
	int status;
	pid_t pid;
	char c;

	if (strcmp(argv[0], "wait") == 0) {
		printf("jid %d\n", jail_cell_jid(ce));
		fflush(stdout);
		while (read(0, &c, 1) > 0)
			;
		return;
	}
	if (strcmp(argv[0], "count") == 0) {
		if (jail_cell_usage(ce, &us, JAIL_USAGE_EXACT) == -1)
			errx(1, "%s", jail_errmsg);
		printf("processes %u\n", us.us_processes);
		return;
	}
	fflush(stdout);
	if ((pid = jail_cell_spawn(ce, &jc, NULL)) == -1) {
		printf("%s\n", jail_errmsg);
		return;
	}
	if (waitpid(pid, &status, 0) == -1)
		err(1, "waitpid");
	printf("status %#x\n", status);
}

int
main(int argc, char **argv)
{
	struct iovec iov[2] = { { (char *)(uintptr_t)"path", 5 }, { 0 } };
	struct jail_cell *ce;
	unsigned flags = 0;
	char *root = argv[1];
	int ch, end;

	if (argc < 3)
		errx(1, "usage: cell-run path [-ns] command...");
	argc--;
	argv++;
	while ((ch = getopt(argc, argv, "+f:np:st:u:")) != -1)
		switch (ch) {
		case 'f':
			limit(RLIMIT_FSIZE, optarg);
			break;
		case 'n':
			flags |= JAIL_CELL_NOSOCKET;
			break;
		case 'p':
			limit(RLIMIT_NPROC, optarg);
			break;
		case 's':
			flags |= JAIL_CELL_SEALED;
			break;
		case 't':
			tmpfs.cm_size = strtoul(optarg, NULL, 10);
			break;
		case 'u':
			user.ju_uid = strtoul(optarg, NULL, 10);
			user.ju_gid = user.ju_uid;
			user.ju_name = optarg;
			tmpfs.cm_uid = tmpfs.cm_gid = user.ju_uid;
			break;
		default:
			return (1);
		}
	iov[1].iov_base = root;
	iov[1].iov_len = strlen(root) + 1;
	if (strcmp(argv[optind], "many") == 0) {
		make_at_once(iov);
		return (0);
	}
	ce = jail_cell_make(iov, 2, &tmpfs, 1, flags);
	if (ce == NULL)
		errx(1, "%s", jail_errmsg);
	for (argv += optind; *argv != NULL; argv += end) {
		for (end = 0; argv[end] != NULL &&
		    strcmp(argv[end], "--") != 0; end++)
			;
		if (argv[end] != NULL)
			argv[end++] = NULL;
		run(ce, argv);
	}
	if (jail_cell_end(ce) == -1)
		errx(1, "%s", jail_errmsg);
	return (0);
}
