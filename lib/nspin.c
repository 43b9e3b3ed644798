// SPDX-License-Identifier: BSD-2-Clause
/*
 * Theory of operation.  A namespace belongs to the user namespace of whoever
 * makes it, and only who is outside of that may mount: so a child goes in and
 * makes them, and its parent pins them by way of the child's files in /proc.
 * The child runs nothing, is nobody's to trace, and is killed.
 *
 * The pins are mounts in the host's mount namespace, wherever the caller is,
 * for there the next one will look.
 */
#include "nspin.h"

#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "errmsg.h"
#include "fd.h"
#include "hostns.h"
#include "step.h"
#include "sys.h"
#include "verdict.h"

static const char *const pins[] = { NSPIN_NET, NSPIN_HOME, NSPIN_IPC };

/* ------------------------------------------------------------------------
 * Mounting.
 */

struct place {
	char	 pl_path[PATH_MAX];
	int	 pl_ns;
};

/* The file's path, which holds in the host's mount namespace too. */
static int
place_of(struct place *pl, int dirfd, const char *name)
{
	char link[64], dir[PATH_MAX - 32];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", dirfd);
	if ((n = readlink(link, dir, sizeof(dir) - 1)) == -1)
		return (jail_err(errno, "%s", link));
	dir[n] = '\0';
	snprintf(pl->pl_path, sizeof(pl->pl_path), "%s/%s", dir, name);
	return (0);
}

static int
put_there(void *arg)
{
	const struct place *pl = arg;
	char from[64];

	snprintf(from, sizeof(from), "/proc/self/fd/%d", pl->pl_ns);
	if (mount(from, pl->pl_path, NULL, MS_BIND, NULL) == -1)
		return (jail_err(errno, "pin a namespace at %s", pl->pl_path));
	return (0);
}

static int
clear_there(void *arg)
{
	const struct place *pl = arg;

	while (umount2(pl->pl_path, MNT_DETACH) == 0)
		continue;
	return (0);
}

static int
on_the_host(int (*fn)(void *), void *arg)
{
	return (hostns_elsewhere() ? hostns_call(fn, arg) : fn(arg));
}

/*
 * Open what is pinned.  A copy of the host's mount namespace was made before
 * the pin may have been: then it is had by way of the first process.
 */
int
nspin_get(int dirfd, const char *name)
{
	char path[PATH_MAX + 32];
	struct statfs sf;
	struct place pl;
	int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC);

	if (fd == -1 || (fstatfs(fd, &sf) == 0 && sf.f_type == NSFS_MAGIC))
		return (fd);
	fd_close(&fd);
	if (place_of(&pl, dirfd, name) == -1)
		return (-1);
	snprintf(path, sizeof(path), "/proc/1/root%s", pl.pl_path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd != -1 && (fstatfs(fd, &sf) == -1 || sf.f_type != NSFS_MAGIC)) {
		fd_close(&fd);
		errno = ENOENT;
	}
	return (fd);
}

int
nspin_put(int dirfd, const char *name, int nsfd)
{
	_cleanup_close_ int there = nspin_get(dirfd, name), file = -1;
	struct place pl = { .pl_ns = nsfd };

	if (there != -1)
		return (0);
	file = openat(dirfd, name, O_RDONLY | O_CREAT | O_CLOEXEC, 0400);
	if (file == -1)
		return (jail_err(errno, "%s", name));
	if (place_of(&pl, dirfd, name) == -1)
		return (-1);
	return (on_the_host(put_there, &pl));
}

int
nspin_owner(int nsfd)
{
	int fd = ioctl(nsfd, NS_GET_USERNS);

	if (fd == -1)
		return (jail_err(errno, "a namespace's owner"));
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	return (fd);
}

void
nspin_clear(int dirfd)
{
	struct place pl;
	size_t i;

	for (i = 0; i < sizeof(pins) / sizeof(pins[0]); i++) {
		if (faccessat(dirfd, pins[i], F_OK, 0) == -1)
			continue;
		if (place_of(&pl, dirfd, pins[i]) == 0)
			on_the_host(clear_there, &pl);
		step("unpin");
		unlinkat(dirfd, pins[i], 0);
	}
}

/* ------------------------------------------------------------------------
 * Making.
 */

static int
loopback_up(void)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int error, fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd == -1)
		return (-1);
	error = ioctl(fd, SIOCSIFFLAGS, &ifr);
	close(fd);
	return (error);
}

static int
make_both(int usernsfd, int flags)
{
	if (usernsfd != -1 && setns(usernsfd, CLONE_NEWUSER) == -1)
		return (jail_err(errno, "enter the user namespace"));
	if (unshare(flags) == -1)
		return (jail_err(errno, errno == ENOSPC ?
		    "make a namespace (user.max_net_namespaces or "
		    "user.max_ipc_namespaces is reached)" :
		    "make a namespace"));
	if ((flags & CLONE_NEWNET) != 0 && loopback_up() == -1)
		return (jail_err(errno, "bring the new loopback up"));
	return (0);
}

static void __attribute__((noreturn))
make_child(int usernsfd, int flags, int tell, pid_t parent)
{
	prctl(PR_SET_DUMPABLE, 0);
	if (make_both(usernsfd, flags) == -1) {
		verdict_send(tell);
		_exit(1);
	}
	/* A change of credentials forgets the signal. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	close(tell);
	for (;;)
		pause();
}

/* Pin what process pid has made. */
static int
pin_made(int dirfd, pid_t pid, int flags)
{
	static const struct {
		int		 flag;
		const char	*name, *step;
	} kinds[] = {
		{ CLONE_NEWNET, NSPIN_NET, "pin-net" },
		{ CLONE_NEWIPC, NSPIN_IPC, "pin-ipc" },
	};
	char path[48];
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		_cleanup_close_ int ns = -1;

		if ((flags & kinds[i].flag) == 0)
			continue;
		snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)pid,
		    kinds[i].name);
		if ((ns = open(path, O_RDONLY | O_CLOEXEC)) == -1)
			return (jail_err(errno, "%s", path));
		if (nspin_put(dirfd, kinds[i].name, ns) == -1)
			return (-1);
		step(kinds[i].step);
	}
	return (0);
}

int
nspin_make(int dirfd, int usernsfd, int flags)
{
	_cleanup_close_ int rd = -1, wr = -1, home = -1;
	int cause, error, p[2], status;
	pid_t pid, me = getpid();

	if ((flags & CLONE_NEWNET) != 0) {
		home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
		if (home == -1)
			return (jail_err(errno, "the network namespace"));
		if (nspin_put(dirfd, NSPIN_HOME, home) == -1)
			return (-1);
		step("pin-home");
	}
	if (pipe2(p, O_CLOEXEC) == -1)
		return (jail_err(errno, "pipe"));
	rd = p[0];
	wr = p[1];
	pid = sys_clone3(0, 0, -1, NULL);
	if (pid == 0)
		make_child(usernsfd, flags, wr, me);
	if (pid == -1)
		return (jail_err(errno, "clone"));
	fd_close(&wr);
	error = verdict_read(rd, "make a namespace");
	if (error == 0)
		error = pin_made(dirfd, pid, flags);
	cause = errno;
	kill(pid, SIGKILL);
	while (waitpid(pid, &status, __WALL) == -1 && errno == EINTR)
		;
	errno = cause;
	return (error);
}
