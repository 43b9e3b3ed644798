// SPDX-License-Identifier: BSD-2-Clause
/*
 * devfs, fdescfs and procfs at a prison's path, in the jailer's own mount
 * table where he sees them.  A devfs is a tmpfs with the nodes of a ruleset,
 * a devpts of its own and /dev/shm, which Linux programs expect there.
 */
#include "jail.h"

#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/mount.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "arrival.h"
#include "devfsrules.h"
#include "errmsg.h"
#include "fd.h"
#include "mount.h"
#include "step.h"
#include "sys.h"

/*
 * Open a mount point beneath root.  A link below the root, which a prisoner
 * may have put there, is refused rather than followed.
 */
static int
open_target(const char *root, const char *dir, int flags)
{
	_cleanup_close_ int rootfd = -1;
	int fd;

	flags |= O_PATH | O_CLOEXEC;
	if (root == NULL) {
		fd = open(dir, flags);
		return (fd != -1 ? fd : jail_err(errno, "%s", dir));
	}
	rootfd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (rootfd == -1)
		return (jail_err(errno, "%s", root));
	fd = sys_openat2(rootfd, dir, flags, 0,
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

/* The directories above a node, such as "net" of "net/tun". */
static int
make_above(int dev, const char *name)
{
	char dir[sizeof(((struct devfs_node *)0)->dn_name)];
	const char *slash;

	for (slash = strchr(name, '/'); slash != NULL;
	    slash = strchr(slash + 1, '/')) {
		snprintf(dir, sizeof(dir), "%.*s", (int)(slash - name), name);
		if (mkdirat(dev, dir, 0755) == -1 && errno != EEXIST)
			return (-1);
	}
	return (0);
}

static int
make_node(int dev, const struct devfs_node *dn)
{
	if (S_ISLNK(dn->dn_mode))
		return (symlinkat(dn->dn_to, dev, dn->dn_name));
	if (S_ISDIR(dn->dn_mode))
		return (mkdirat(dev, dn->dn_name, dn->dn_mode & 07777));
	if (make_above(dev, dn->dn_name) == -1 ||
	    mknodat(dev, dn->dn_name, dn->dn_mode, dn->dn_dev) == -1)
		return (-1);
	return (dn->dn_uid == 0 && dn->dn_gid == 0 ? 0 : fchownat(dev,
	    dn->dn_name, dn->dn_uid, dn->dn_gid, AT_SYMLINK_NOFOLLOW));
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

/* Fill a devfs: its nodes, terminals and shared memory of its own. */
static int
fill(int dev, const struct devfs_node *dn, int n)
{
	static const char *const shm[] = { "mode", "1777", NULL };
	/* newinstance: the host's terminals are not the prison's. */
	static const char *const pts[] = {
		"mode", "620", "ptmxmode", "666", NULL
	};
	int i, error;

	for (i = 0; i < n; i++, dn++) {
		if (make_node(dev, dn) == -1)
			return (jail_err(errno, "make /dev/%s", dn->dn_name));
		if (!S_ISDIR(dn->dn_mode))
			continue;
		error = strcmp(dn->dn_name, "pts") == 0 ?
		    mount_beneath(dev, "pts", "devpts", pts,
		    MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC) :
		    mount_beneath(dev, "shm", "tmpfs", shm,
		    MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
		if (error == -1)
			return (-1);
	}
	return (0);
}

/* Unmount what is half made; the error that is told is the first. */
static void
give_up(const char *root, const char *dir)
{
	char text[JAIL_ERRMSGLEN];
	int error = errno;

	memcpy(text, jail_errmsg, sizeof(text));
	jail_umount(root, dir);
	jail_errx(error, "%s", text);
}

int
jail_mount_devfs(const char *root, const char *dir, int ruleset)
{
	static const char *const tmpfs[] = {
		"mode", "755", "size", "1m", "nr_inodes", "8k", NULL
	};
	_cleanup_close_ int target = open_target(root, dir, O_DIRECTORY);
	_cleanup_close_ int dev = -1;
	_cleanup_free_ struct devfs_node *nodes = NULL;
	struct stat under;
	mode_t mask;
	int error, n;

	jail_warnings_clear();
	if (target == -1 || fstat(target, &under) == -1)
		return (-1);
	n = devfs_nodes(ruleset != 0 ? ruleset : DEVFS_JAIL, &nodes);
	if (n == -1)
		return (-1);
	dev = new_mount("tmpfs", "devfs", tmpfs,
	    MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
	if (dev == -1 || attach_mount(dev, target, dir) == -1)
		return (-1);
	step("devfs-attached");
	mask = umask(0);
	error = fill(dev, nodes, n);
	umask(mask);
	if (error == -1) {
		give_up(root, dir);
		return (-1);
	}
	step("devfs-filled");
	arrival_mounted(target, &under);
	return (0);
}

/*
 * Is it there already: the link, or (mount(8) has followed it) the directory
 * in a /proc that it leads to?
 */
static int
is_fdescfs(int above, const char *name)
{
	char to[sizeof("/proc/self/fd")];
	struct statfs sf;
	ssize_t n = readlinkat(above, name, to, sizeof(to));

	if ((n == sizeof(to) - 1 && memcmp(to, "/proc/self/fd", n) == 0) ||
	    (fstatfs(above, &sf) == 0 && sf.f_type == PROC_SUPER_MAGIC))
		return (1);
	errno = EEXIST;
	return (0);
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
	if (symlinkat("/proc/self/fd", above, slash) == -1 &&
	    (errno != EEXIST || !is_fdescfs(above, slash)))
		return (jail_err(errno, "make %s", dir));
	return (0);
}

int
jail_mount_procfs(const char *root, const char *dir)
{
	static const char *const options[] = {
		"hidepid", "ptraceable", NULL
	};
	_cleanup_close_ int target = open_target(root, dir, O_DIRECTORY);
	_cleanup_close_ int fd = -1;
	struct stat under;

	jail_warnings_clear();
	if (target == -1 || fstat(target, &under) == -1)
		return (-1);
	fd = new_mount("proc", "proc", options, MOUNT_ATTR_NOSUID |
	    MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
	if (fd == -1 || attach_mount(fd, target, dir) == -1)
		return (-1);
	arrival_mounted(target, &under);
	return (0);
}

int
jail_umount(const char *root, const char *dir)
{
	_cleanup_close_ int target = -1;
	struct stat gone;
	char path[64];
	int is_root = 0;

	jail_warnings_clear();
	if ((target = open_target(root, dir, 0)) == -1)
		return (-1);
	if (mount_id(target, &is_root) == -1 || !is_root ||
	    fstat(target, &gone) == -1)
		return (jail_errx(EINVAL, "%s: not a mount point", dir));
	/* By descriptor, for the path may have changed under us; a mount that
	   is held open can only be detached, with what is mounted on it. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", target);
	if (umount2(path, MNT_DETACH) == -1)
		return (jail_err(errno, "umount %s", dir));
	step("umount-done");
	fd_close(&target);
	if ((target = open_target(root, dir, 0)) != -1)
		arrival_gone(target, &gone);
	return (0);
}
