// SPDX-License-Identifier: BSD-2-Clause
/*
 * within: the interpreter of a test's commands (test/lib.sh).  Such a file is
 * one line,
 *
 *	#!/.../within NET [PROGRAM]
 *
 * and runs PROGRAM, or else the command that its own arguments are, in the
 * network stack that is mounted at NET.  A shell and nsenter(1) would do the
 * same; but hundreds of tests run some tens of commands each, and where every
 * instruction is emulated it is the loading of programs that takes the time.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

int
main(int argc, char *argv[])
{
	char *net, *program;
	int fd;

	/* The kernel's order: us, the rest of the line, the file, its words. */
	if (argc < 3)
		errx(127, "not run by a line that begins with #!");
	net = argv[1];
	program = strchr(net, ' ');
	if (program != NULL) {
		*program++ = '\0';
		argv += 2;
		argv[0] = program;
	} else {
		if (argc == 3)
			errx(127, "usage: %s COMMAND...", argv[2]);
		argv += 3;
	}
	fd = open(net, O_RDONLY | O_CLOEXEC);
	if (fd == -1 || setns(fd, CLONE_NEWNET) == -1)
		err(127, "%s", net);
	execvp(argv[0], argv);
	err(errno == ENOENT ? 127 : 126, "%s", argv[0]);
}
