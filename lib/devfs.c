// SPDX-License-Identifier: BSD-2-Clause
/*
 * devfs, fdescfs and procfs at a prison's path, in the jailer's own mount
 * table where he sees them.  A devfs is a tmpfs with the nodes of a ruleset,
 * a devpts of its own and /dev/shm, which Linux programs expect there.
 */
#include "jail.h"

#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/mount.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "errmsg.h"
#include "fd.h"
#include "sys.h"

/* Rulesets of FreeBSD's /etc/defaults/devfs.rules. */
#define RULES_HIDE_ALL	1
#define RULES_BASIC	2
#define RULES_LOGIN	3
#define RULES_JAIL	4
#define RULES_VNET	5

struct node {
	const char	*no_name;
	mode_t		 no_mode;
	unsigned	 no_major, no_minor;
};

static const struct node basic[] = {
	{ "null", 0666, 1, 3 },
	{ "zero", 0666, 1, 5 },
	{ "full", 0666, 1, 7 },
	{ "random", 0666, 1, 8 },
	{ "urandom", 0666, 1, 9 },
};

static const struct { const char *li_name, *li_to; } links[] = {
	{ "fd", "/proc/self/fd" },
	{ "stdin", "/proc/self/fd/0" },
	{ "stdout", "/proc/self/fd/1" },
	{ "stderr", "/proc/self/fd/2" },
	{ "ptmx", "pts/ptmx" },
};

/*
 * Open a mount point beneath root.  A link below the root, which a prisoner
 * may have put there, is refused rather than followed.
 */
static int
open_target(const char *root, const char *dir)
{
	_cleanup_close_ int rootfd = -1;
	int fd;

	if (root == NULL) {
		fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
		return (fd != -1 ? fd : jail_err(errno, "%s", dir));
	}
	rootfd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (rootfd == -1)
		return (jail_err(errno, "%s", root));
	fd = sys_openat2(rootfd, dir, O_PATH | O_DIRECTORY, 0,
	    RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS);
	if (fd == -1 && errno == ELOOP)
		return (jail_errx(ELOOP, "%s/%s is below a symbolic link, which "
		    "would lead elsewhere", root, dir));
	return (fd != -1 ? fd : jail_err(errno, "%s/%s", root, dir));
}

/* A detached mount of a new file system; options end in NULL. */
static int
new_mount(const char *type, const char *source, const char *const *options,
    unsigned attrs)
{
	_cleanup_close_ int fs = fsopen(type, FSOPEN_CLOEXEC);
	int fd;

	if (fs == -1)
		return (jail_err(errno, "fsopen %s", type));
	fsconfig(fs, FSCONFIG_SET_STRING, "source", source, 0);
	for (; options[0] != NULL; options += 2)
		if (fsconfig(fs, FSCONFIG_SET_STRING, options[0], options[1],
		    0) == -1)
			return (jail_err(errno, "mount -t %s -o %s=%s", type,
			    options[0], options[1]));
	if (fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == -1 ||
	    (fd = fsmount(fs, FSMOUNT_CLOEXEC, attrs)) == -1)
		return (jail_err(errno, "mount -t %s", type));
	return (fd);
}

static int
attach_mount(int fd, int target, const char *what)
{
	if (move_mount(fd, "", target, "", MOVE_MOUNT_F_EMPTY_PATH |
	    MOVE_MOUNT_T_EMPTY_PATH) == -1)
		return (jail_err(errno, "mount %s", what));
	return (0);
}

static int
make_nodes(int dev, int ruleset)
{
	size_t i;

	umask(0);
	for (i = 0; ruleset != RULES_HIDE_ALL && ruleset != RULES_LOGIN &&
	    i < sizeof(basic) / sizeof(basic[0]); i++)
		if (mknodat(dev, basic[i].no_name, S_IFCHR | basic[i].no_mode,
		    makedev(basic[i].no_major, basic[i].no_minor)) == -1)
			return (jail_err(errno, "make /dev/%s",
			    basic[i].no_name));
	if (ruleset < RULES_LOGIN)
		return (0);
	if (mknodat(dev, "tty", S_IFCHR | 0666, makedev(5, 0)) == -1)
		return (jail_err(errno, "make /dev/tty"));
	for (i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		if (symlinkat(links[i].li_to, dev, links[i].li_name) == -1)
			return (jail_err(errno, "make /dev/%s",
			    links[i].li_name));
	if (mkdirat(dev, "pts", 0755) == -1 || mkdirat(dev, "shm", 0755) == -1)
		return (jail_err(errno, "make /dev/pts"));
	return (0);
}

static int
mount_beneath(int dev, const char *dir, const char *type,
    const char *const *options, unsigned attrs)
{
	_cleanup_close_ int fd = -1, at = -1;

	at = openat(dev, dir, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (at == -1)
		return (jail_err(errno, "/dev/%s", dir));
	if ((fd = new_mount(type, type, options, attrs)) == -1)
		return (-1);
	return (attach_mount(fd, at, dir));
}

int
jail_mount_devfs(const char *root, const char *dir, int ruleset)
{
	static const char *const tmpfs[] = {
		"mode", "755", "size", "1m", "nr_inodes", "1k", NULL
	};
	static const char *const shm[] = { "mode", "1777", NULL };
	/* newinstance: the host's terminals are not the prison's. */
	static const char *const pts[] = {
		"mode", "620", "ptmxmode", "666", NULL
	};
	_cleanup_close_ int target = open_target(root, dir), dev = -1;
	mode_t mask = umask(0);
	int error = -1;

	umask(mask);
	if (target == -1)
		return (-1);
	if (ruleset == 0)
		ruleset = RULES_JAIL;
	if (ruleset < RULES_HIDE_ALL || ruleset > RULES_VNET)
		return (jail_errx(EINVAL, "devfs ruleset %d: only 1 to 5 are "
		    "there", ruleset));
	dev = new_mount("tmpfs", "devfs", tmpfs,
	    MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
	if (dev == -1 || attach_mount(dev, target, dir) == -1)
		return (-1);
	if (make_nodes(dev, ruleset) == 0 && (ruleset < RULES_LOGIN ||
	    (mount_beneath(dev, "pts", "devpts", pts, MOUNT_ATTR_NOSUID |
	    MOUNT_ATTR_NOEXEC) == 0 && mount_beneath(dev, "shm", "tmpfs", shm,
	    MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV) == 0)))
		error = 0;
	umask(mask);
	if (error == -1) {
		error = errno;
		jail_umount(root, dir);
		errno = error;
		error = -1;
	}
	return (error);
}

/*
 * fdescfs shows a process its descriptors at /dev/fd: on Linux that is a
 * link into /proc, which every devfs here has.
 */
int
jail_mount_fdescfs(const char *root, const char *dir)
{
	_cleanup_close_ int rootfd = open(root != NULL ? root : "/",
	    O_PATH | O_DIRECTORY | O_CLOEXEC);
	_cleanup_close_ int above = -1;
	char parent[PATH_MAX], *slash;

	if (rootfd == -1)
		return (jail_err(errno, "%s", root));
	if (strlen(dir) >= sizeof(parent))
		return (jail_err(ENAMETOOLONG, "%s", dir));
	strcpy(parent, dir);
	if ((slash = strrchr(parent, '/')) == NULL || slash == parent)
		return (jail_errx(EINVAL, "%s: not below a dev directory",
		    dir));
	*slash++ = '\0';
	above = sys_openat2(rootfd, parent, O_RDONLY | O_DIRECTORY, 0,
	    RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS);
	if (above == -1)
		return (jail_err(errno, "%s", parent));
	if (symlinkat("/proc/self/fd", above, slash) == -1 && errno != EEXIST)
		return (jail_err(errno, "make %s", dir));
	return (0);
}

int
jail_mount_procfs(const char *root, const char *dir)
{
	static const char *const options[] = {
		"hidepid", "ptraceable", NULL
	};
	_cleanup_close_ int target = open_target(root, dir), fd = -1;

	if (target == -1)
		return (-1);
	fd = new_mount("proc", "proc", options, MOUNT_ATTR_NOSUID |
	    MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
	if (fd == -1)
		return (-1);
	return (attach_mount(fd, target, dir));
}

int
jail_umount(const char *root, const char *dir)
{
	_cleanup_close_ int target = -1;
	char path[64];
	struct stat here, above;

	if ((target = open_target(root, dir)) == -1)
		return (-1);
	if (fstat(target, &here) == -1 || fstatat(target, "..", &above, 0) ==
	    -1)
		return (jail_err(errno, "%s", dir));
	if (here.st_dev == above.st_dev)
		return (jail_errx(EINVAL, "%s: nothing of its own is mounted "
		    "there", dir));
	/* By descriptor, for the path may have changed under us; a mount that
	   is held open can only be detached, with what is mounted on it. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", target);
	if (umount2(path, MNT_DETACH) == -1)
		return (jail_err(errno, "umount %s", dir));
	return (0);
}
