// SPDX-License-Identifier: BSD-2-Clause
#include "idmap.h"

#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "errmsg.h"
#include "fd.h"
#include "state.h"
#include "sys.h"

static int
map_write(pid_t pid, const char *file, int slot)
{
	char path[64], map[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	snprintf(map, sizeof(map), "0 %u %u", SLOT_BASE + slot * SLOT_SIZE,
	    SLOT_SIZE);
	return (sys_write_at(AT_FDCWD, path, map));
}

/*
 * Only a process outside may write a map of uids that are not its own, and
 * only a process inside brings the namespace about: hence the child, which
 * does nothing.  It shares no memory with us, for it has all capabilities
 * over its namespace, and exit_signal 0 keeps it from a host's SIGCHLD.
 */
static int
userns_make(int slot)
{
	char path[64];
	int fd = -1, error = 0, status;
	pid_t pid;

	pid = sys_clone3(CLONE_NEWUSER, 0, -1, NULL);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	if (pid == -1)
		return (jail_err(errno, "%s", errno == ENOSPC || errno == EUSERS
		    ? "make a user namespace (user.max_user_namespaces is "
		    "reached)" : "make a user namespace"));
	snprintf(path, sizeof(path), "/proc/%d/ns/user", (int)pid);
	if (map_write(pid, "uid_map", slot) == -1 ||
	    map_write(pid, "gid_map", slot) == -1 ||
	    (fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		error = errno;
	kill(pid, SIGKILL);
	while (waitpid(pid, &status, __WALL) == -1 && errno == EINTR)
		;
	if (fd == -1)
		return (jail_err(error, "map uids to %u and on",
		    SLOT_BASE + slot * SLOT_SIZE));
	return (fd);
}

/* Is fd a namespace, that is: does something stand pinned there? */
static int
is_namespace(int fd)
{
	struct statfs sf;

	return (fstatfs(fd, &sf) == 0 && sf.f_type == NSFS_MAGIC);
}

static void
userns_pin(int dirfd, const char *name, int nsfd)
{
	char from[64], to[64];
	_cleanup_close_ int fd = openat(dirfd, name,
	    O_RDONLY | O_CREAT | O_CLOEXEC, 0444);

	if (fd == -1)
		return;
	snprintf(from, sizeof(from), "/proc/self/fd/%d", nsfd);
	snprintf(to, sizeof(to), "/proc/self/fd/%d", fd);
	/* Not from a mount namespace that is not the host's: no matter, the
	   next prison makes its own. */
	mount(from, to, NULL, MS_BIND, NULL);
}

int
idmap_userns(int dirfd, int slot, int keep)
{
	char name[32];
	int fd;

	if (!keep || slot >= SLOT_POOL)
		return (userns_make(slot));
	snprintf(name, sizeof(name), "user/%d", slot);
	fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC);
	if (fd != -1 && is_namespace(fd))
		return (fd);
	fd_close(&fd);
	if ((fd = userns_make(slot)) != -1)
		userns_pin(dirfd, name, fd);
	return (fd);
}

int
idmap_mount(int treefd, int usernsfd)
{
	/*
	 * NODEV: an idmapped mount leaves a device node in a world open to
	 * its owner, uid 0 inside.
	 */
	struct mount_attr ma = { .attr_set = MOUNT_ATTR_NODEV };

	if (usernsfd != -1) {
		ma.attr_set |= MOUNT_ATTR_IDMAP;
		ma.userns_fd = usernsfd;
	}
	return (mount_setattr(treefd, "", AT_EMPTY_PATH, &ma, sizeof(ma)));
}
