// SPDX-License-Identifier: BSD-2-Clause
/*
 * Jails that stand still for a moment.
 *
 * They must go on whatever becomes of the caller, so a child of his waits at a
 * pipe whose other end only he has, and thaws them when that closes: because he
 * says so, or because he is no more.
 */
#include <sys/file.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "errmsg.h"
#include "fd.h"
#include "jail.h"
#include "prison.h"
#include "state.h"
#include "sys.h"

#define FREEZE_MS	2000	/* a process may be in the kernel */

struct jail_freeze {
	pid_t	 fz_child;
	int	 fz_pipe;	/* closed, it thaws them */
	unsigned fz_n;
	int	 fz_cg[];	/* cgroups; locked against others who freeze */
};

static void
thaw_all(const struct jail_freeze *fz)
{
	unsigned i;

	for (i = 0; i < fz->fz_n; i++)
		if (fz->fz_cg[i] != -1)
			sys_write_at(fz->fz_cg[i], "cgroup.freeze", "0");
}

static void __attribute__((noreturn))
wait_and_thaw(const struct jail_freeze *fz, int pipefd)
{
	ssize_t n;
	char c;

	setsid();
	do
		n = read(pipefd, &c, 1);
	while (n == -1 && errno == EINTR);
	thaw_all(fz);
	_exit(0);
}

/* No signal that is meant for the caller's group ends the child. */
static int
start_child(struct jail_freeze *fz)
{
	sigset_t all, old;
	int p[2], error;

	if (pipe2(p, O_CLOEXEC) == -1)
		return (jail_err(errno, "pipe"));
	fz->fz_pipe = p[1];
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	fz->fz_child = sys_clone3(CLONE_CLEAR_SIGHAND, 0, -1, NULL);
	if (fz->fz_child == 0) {
		close(p[1]);
		wait_and_thaw(fz, p[0]);
	}
	error = errno;
	close(p[0]);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return (fz->fz_child == -1 ? jail_err(error, "fork") : 0);
}

static int
is_frozen(int cgfd)
{
	char buf[256];

	if (sys_read_at(cgfd, "cgroup.events", buf, sizeof(buf)) == -1)
		return (-1);
	return (strstr(buf, "frozen 1") != NULL ||
	    strstr(buf, "populated 0") != NULL);
}

/* The kernel tells of a change of cgroup.events by POLLPRI. */
static int
wait_frozen(int cgfd, int jid)
{
	_cleanup_close_ int events = openat(cgfd, "cgroup.events",
	    O_RDONLY | O_CLOEXEC);
	struct pollfd pfd = { .fd = events, .events = POLLPRI };
	int frozen, ms;
	char buf[256];

	for (ms = 0; (frozen = is_frozen(cgfd)) == 0; ms += 20) {
		if (ms >= FREEZE_MS)
			return (jail_errx(ETIMEDOUT, "jail %d does not stand "
			    "still: a process of it is waiting in the kernel",
			    jid));
		if (pread(events, buf, sizeof(buf), 0) == -1 ||
		    is_frozen(cgfd) != 0)
			continue;
		poll(&pfd, 1, 20);
	}
	/* A jail that has ended meanwhile writes no more. */
	return (frozen == -1 && errno != ENODEV && errno != ENOENT ?
	    jail_err(errno, "jail %d: cgroup.events", jid) : 0);
}

static int
freeze_all(struct jail_freeze *fz, const int *jids)
{
	unsigned i;

	for (i = 0; i < fz->fz_n; i++)
		if (fz->fz_cg[i] != -1 && sys_write_at(fz->fz_cg[i],
		    "cgroup.freeze", "1") == -1 && errno != ENODEV &&
		    errno != ENOENT)
			return (jail_err(errno, "jail %d: cgroup.freeze",
			    jids[i]));
	for (i = 0; i < fz->fz_n; i++)
		if (fz->fz_cg[i] != -1 &&
		    wait_frozen(fz->fz_cg[i], jids[i]) == -1)
			return (-1);
	return (0);
}

static int
open_all(struct jail_freeze *fz, const int *jids)
{
	_cleanup_state_ struct state st = STATE_INIT;
	unsigned i;

	if (state_open(&st, 0) == -1)
		return (-1);
	for (i = 0; i < fz->fz_n; i++) {
		fz->fz_cg[i] = prison_opencgroup(&st, jids[i]);
		if (fz->fz_cg[i] == -1 && errno != ENOENT)
			return (jail_err(errno, "the cgroup of jail %d",
			    jids[i]));
		if (fz->fz_cg[i] != -1 && flock(fz->fz_cg[i], LOCK_EX) == -1)
			return (jail_err(errno, "jail %d", jids[i]));
	}
	return (0);
}

struct jail_freeze *
jail_freeze(const int *jids, unsigned n)
{
	struct jail_freeze *fz = calloc(1, sizeof(*fz) + n * sizeof(int));

	if (fz == NULL) {
		jail_err(ENOMEM, "jails to freeze");
		return (NULL);
	}
	fz->fz_n = n;
	fz->fz_pipe = -1;
	memset(fz->fz_cg, -1, n * sizeof(int));
	if (open_all(fz, jids) == -1 || start_child(fz) == -1 ||
	    freeze_all(fz, jids) == -1) {
		int error = errno;

		jail_thaw(fz);
		errno = error;
		return (NULL);
	}
	return (fz);
}

void
jail_thaw(struct jail_freeze *fz)
{
	int error = errno;
	unsigned i;

	if (fz == NULL)
		return;
	if (fz->fz_child > 0) {
		thaw_all(fz);
		fd_close(&fz->fz_pipe);
		while (waitpid(fz->fz_child, NULL, __WALL) == -1 &&
		    errno == EINTR)
			;
	}
	fd_close(&fz->fz_pipe);
	for (i = 0; i < fz->fz_n; i++)
		fd_close(&fz->fz_cg[i]);
	free(fz);
	errno = error;
}
