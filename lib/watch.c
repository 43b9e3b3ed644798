// SPDX-License-Identifier: BSD-2-Clause
/*
 * Starting rctl-watch.  It is a program of its own, not a fork of the caller,
 * which may be a server with threads and gigabytes; and nobody's child, so
 * that a server that waits for its children does not find it among them.  The
 * lock on JID/watch, which it inherits and holds as long as it lives, says
 * that there is one.
 */
#include <sys/file.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "errmsg.h"
#include "fd.h"
#include "limit.h"
#include "sys.h"
#include "verdict.h"

extern char **environ;

#define FD_LOCK		3
#define FD_TELL		4
#define FD_HIGH		10	/* above this while those are placed */

/* In the child: nothing here may allocate. */
static void __attribute__((noreturn))
watch_exec(const char *program, const char *jid, int lock, int tell)
{
	char *const argv[] = {
		(char *)(uintptr_t)"rctl-watch", (char *)(uintptr_t)jid, NULL
	};
	int null;

	lock = fcntl(lock, F_DUPFD_CLOEXEC, FD_HIGH);
	tell = fcntl(tell, F_DUPFD_CLOEXEC, FD_HIGH);
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null != -1 && dup2(null, 0) != -1 && dup2(null, 1) != -1 &&
	    dup2(null, 2) != -1 && dup2(lock, FD_LOCK) != -1 &&
	    dup3(tell, FD_TELL, O_CLOEXEC) != -1 &&
	    close_range(FD_TELL + 1, ~0U, 0) == 0 && setsid() != -1 &&
	    chdir("/") == 0)
		execve(program, argv, environ);
	jail_err(errno, "%s", program);
	verdict_send(FD_TELL);
	_exit(127);
}

static int
watch_start(const char *program, const char *jid, int lock)
{
	_cleanup_close_ int rd = -1, wr = -1;
	int error, p[2], status;
	pid_t pid;

	if (pipe2(p, O_CLOEXEC) == -1)
		return (jail_err(errno, "pipe"));
	rd = p[0];
	wr = p[1];
	pid = sys_clone3(CLONE_VFORK | CLONE_CLEAR_SIGHAND, 0, -1, NULL);
	if (pid == 0) {
		pid = sys_clone3(CLONE_VFORK, SIGCHLD, -1, NULL);
		if (pid == 0)
			watch_exec(program, jid, lock, wr);
		_exit(pid == -1);
	}
	if (pid == -1)
		return (jail_err(errno, "clone"));
	fd_close(&wr);
	error = verdict_read(rd, program);
	while (waitpid(pid, &status, __WALL) == -1 && errno == EINTR)
		;
	if (error == 0 && status != 0)
		return (jail_errx(EAGAIN, "clone"));
	return (error);
}

int
limit_watch(const struct state *st, const struct prison *pr)
{
	const char *dir = secure_getenv("JAIL_LIBEXEC");
	char jid[16], path[32], program[1024];
	_cleanup_close_ int lock = -1;

	if ((pr->pr_limits & LIMIT_WATCH) == 0)
		return (0);
	snprintf(jid, sizeof(jid), "%d", pr->pr_id);
	snprintf(path, sizeof(path), "%d/watch", pr->pr_id);
	lock = openat(st->st_dir, path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (lock == -1)
		return (jail_err(errno, "%s", path));
	if (flock(lock, LOCK_EX | LOCK_NB) == -1)
		return (errno == EWOULDBLOCK ? 0 : jail_err(errno, "%s",
		    path));
	snprintf(program, sizeof(program), "%s/rctl-watch",
	    dir != NULL && *dir == '/' ? dir : ABASHIRI_LIBEXECDIR);
	if (watch_start(program, jid, lock) == -1)
		return (jail_errwrap("watch the limits of jail \"%s\"",
		    pr->pr_name));
	return (0);
}
