// SPDX-License-Identifier: BSD-2-Clause
#include "mount.h"

#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/mount.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "errmsg.h"
#include "fd.h"
#include "idmap.h"
#include "sys.h"

#define SUBMOUNTS_MAX	128	/* below one prison's root */
#define MOUNTINFO_MAX	65536

int
mount_tree(const char *path, int usernsfd)
{
	struct mount_attr slave = { .propagation = MS_SLAVE };
	struct statfs sf;
	int tree;

	tree = open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC |
	    AT_RECURSIVE);
	if (tree == -1)
		return (jail_err(errno, "path %s", path));
	/*
	 * What the host mounts later below path is to appear inside, and
	 * nothing is to come back.
	 */
	if (mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &slave,
	    sizeof(slave)) == -1) {
		jail_err(errno, "path %s: make its mounts slaves", path);
		goto fail;
	}
	if (idmap_mount(tree, usernsfd) == -1) {
		if (errno == EINVAL && fstatfs(tree, &sf) == 0)
			jail_errx(EOPNOTSUPP, "path %s: its file system "
			    "(type 0x%lx) cannot be idmapped by this kernel: "
			    "use another, or user=inherit", path,
			    (unsigned long)sf.f_type);
		else
			jail_err(errno, "path %s: idmap its mount", path);
		goto fail;
	}
	return (tree);
fail:
	fd_close(&tree);
	return (-1);
}

/* One mount below the root, as a line of mountinfo tells it. */
struct submount {
	char	*sm_point;
	char	*sm_type;
	int	 sm_fd;		/* its idmapped clone, or -1 */
};

/* mountinfo writes blank, tab, newline and backslash as \ooo. */
static void
unescape_octal(char *s)
{
	char *d = s;

	while (*s != '\0') {
		if (s[0] == '\\' && s[1] != '\0' && s[2] != '\0' &&
		    s[3] != '\0') {
			*d++ = (s[1] - '0') * 64 + (s[2] - '0') * 8 +
			    (s[3] - '0');
			s += 4;
		} else
			*d++ = *s++;
	}
	*d = '\0';
}

/* The n-th blank-separated word of s, NUL-terminated in place. */
static char *
word(char *s, int n)
{
	char *end;

	while (n-- > 0) {
		if ((s = strchr(s, ' ')) == NULL)
			return (NULL);
		s++;
	}
	if ((end = strchr(s, ' ')) != NULL)
		*end = '\0';
	return (s);
}

/*
 * List the mounts below the new root.  Ours lies on top of the template's
 * root, and both are "/": only what is deeper counts, and the template's
 * /proc is below a root nobody reaches any more.
 */
static int
submounts_list(int procfd, char *buf, size_t size, struct submount *sm)
{
	char *line, *next, *type;
	int n = 0;

	if (sys_read_at(procfd, "self/mountinfo", buf, size) == -1)
		return (jail_err(errno, "read the prison's mountinfo"));
	for (line = buf; *line != '\0'; line = next) {
		if ((next = strchr(line, '\n')) == NULL)
			break;
		*next++ = '\0';
		if ((type = strstr(line, " - ")) == NULL)
			continue;
		*type = '\0';
		sm[n].sm_type = word(type + 3, 0);
		sm[n].sm_point = word(line, 4);
		sm[n].sm_fd = -1;
		if (sm[n].sm_point == NULL || sm[n].sm_point[0] != '/' ||
		    sm[n].sm_point[1] == '\0')
			continue;
		unescape_octal(sm[n].sm_point);
		if (++n == SUBMOUNTS_MAX)
			return (jail_errx(E2BIG, "more than %d mounts below "
			    "path", SUBMOUNTS_MAX));
	}
	return (n);
}

/* Is it a devfs of ours (devfs.c), which has nodes to be used? */
static int
is_devfs(const struct submount *sm)
{
	size_t n = strlen(sm->sm_point);

	return (strcmp(sm->sm_type, "tmpfs") == 0 && n >= 4 &&
	    strcmp(sm->sm_point + n - 4, "/dev") == 0);
}

/*
 * Before Linux 6.3 a tmpfs cannot be idmapped: give what the host's root owns
 * of a devfs to the prison's.  One level is all that there is.
 */
static int
devfs_give(int fd, uid_t uid0)
{
	_cleanup_close_ int dir = openat(fd, ".", O_RDONLY | O_DIRECTORY |
	    O_CLOEXEC);
	char buf[4096];
	struct stat st;
	ssize_t n, at;

	if (dir == -1 || fchown(dir, uid0, uid0) == -1)
		return (jail_err(errno, "give /dev to the prison's root"));
	while ((n = getdents64(dir, buf, sizeof(buf))) > 0)
		for (at = 0; at < n;) {
			struct dirent64 *de = (struct dirent64 *)(buf + at);

			at += de->d_reclen;
			if (de->d_name[0] == '.' || fstatat(dir, de->d_name,
			    &st, AT_SYMLINK_NOFOLLOW) == -1 || st.st_uid != 0)
				continue;
			if (fchownat(dir, de->d_name, uid0, uid0,
			    AT_SYMLINK_NOFOLLOW) == -1 && errno != EROFS)
				return (jail_err(errno, "give /dev/%s to the "
				    "prison's root", de->d_name));
		}
	return (0);
}

static int
open_below(const char *path, uint64_t flags)
{
	return (sys_openat2(AT_FDCWD, path, flags, 0,
	    RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS));
}

/*
 * An idmapped clone of a mount below the root, where its file system can be:
 * what cannot (proc, devpts; tmpfs before 6.3; overlay) stays as it is, and
 * its files belong to nobody.
 */
static int
submount_clone(struct submount *sm, int usernsfd, uid_t uid0)
{
	struct mount_attr dev = { .attr_clr = MOUNT_ATTR_NODEV };
	struct mount_attr nodev = { .attr_set = MOUNT_ATTR_NODEV };
	_cleanup_close_ int at = open_below(sm->sm_point, O_PATH);

	if (at == -1)
		return (jail_err(errno, "%s", sm->sm_point));
	sm->sm_fd = open_tree(at, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC |
	    AT_EMPTY_PATH);
	if (sm->sm_fd == -1)
		return (jail_err(errno, "clone %s", sm->sm_point));
	if (strcmp(sm->sm_type, "devpts") == 0)
		return (0);	/* its nodes are the prison's terminals */
	if (idmap_mount(sm->sm_fd, usernsfd) == -1) {
		if (is_devfs(sm) && devfs_give(sm->sm_fd, uid0) == -1)
			return (-1);
		if (mount_setattr(sm->sm_fd, "", AT_EMPTY_PATH, &nodev,
		    sizeof(nodev)) == -1)
			return (jail_err(errno, "make %s nodev",
			    sm->sm_point));
	}
	if (is_devfs(sm) && mount_setattr(sm->sm_fd, "", AT_EMPTY_PATH, &dev,
	    sizeof(dev)) == -1)
		return (jail_err(errno, "open the devices of %s",
		    sm->sm_point));
	return (0);
}

/*
 * Lay over each mount below the root its idmapped clone, parents first.  A
 * file system cannot be idmapped while attached, nor (on 6.1) below another
 * detached one: hence mount by mount, in the namespace that is to be.
 */
static int
submounts_replace(int procfd, int usernsfd, uid_t uid0)
{
	struct submount sm[SUBMOUNTS_MAX];
	char buf[MOUNTINFO_MAX];
	int i, n;

	if ((n = submounts_list(procfd, buf, sizeof(buf), sm)) <= 0)
		return (n);
	for (i = 0; i < n; i++)
		if (submount_clone(&sm[i], usernsfd, uid0) == -1)
			return (-1);
	for (i = 0; i < n; i++) {
		_cleanup_close_ int at = -1;

		if ((at = open_below(sm[i].sm_point, O_PATH)) == -1 ||
		    move_mount(sm[i].sm_fd, "", at, "", MOVE_MOUNT_F_EMPTY_PATH
		    | MOVE_MOUNT_T_EMPTY_PATH) == -1)
			return (jail_err(errno, "mount %s again",
			    sm[i].sm_point));
		fd_close(&sm[i].sm_fd);
	}
	return (0);
}

/* What is to be /proc inside, detached. */
static int
proc_mount(unsigned flags)
{
	struct mount_attr rdonly = { .attr_set = MOUNT_ATTR_RDONLY };
	_cleanup_close_ int fs = -1;
	int proc;

	if ((flags & MOUNT_PROC_NEW) != 0) {
		fs = fsopen("proc", FSOPEN_CLOEXEC);
		proc = fs == -1 || fsconfig(fs, FSCONFIG_CMD_CREATE, NULL,
		    NULL, 0) == -1 ? -1 : fsmount(fs, FSMOUNT_CLOEXEC,
		    MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
	} else
		proc = open_tree(AT_FDCWD, "/proc", OPEN_TREE_CLONE |
		    OPEN_TREE_CLOEXEC);
	if (proc == -1)
		return (jail_err(errno, "make a /proc"));
	if ((flags & MOUNT_PROC_RDONLY) != 0 && mount_setattr(proc, "",
	    AT_EMPTY_PATH, &rdonly, sizeof(rdonly)) == -1) {
		jail_err(errno, "make /proc read-only");
		fd_close(&proc);
	}
	return (proc);
}

int
mount_enter(int templatefd, int treefd, int usernsfd, uid_t uid0, int procfd,
    unsigned flags)
{
	_cleanup_close_ int proc = -1, at = -1;

	if (setns(templatefd, CLONE_NEWNS) == -1)
		return (jail_err(errno, "enter the template mount namespace"));
	if (unshare(CLONE_NEWNS) == -1)
		return (jail_err(errno, "%s", errno == ENOSPC ?
		    "make a mount namespace (user.max_mnt_namespaces is "
		    "reached)" : "make a mount namespace"));
	if ((proc = proc_mount(flags)) == -1)
		return (-1);
	/*
	 * Onto "/", then in: what lay there is below, out of reach and empty.
	 * Whoever enters later by setns lands on the topmost, the prison's.
	 */
	if (move_mount(treefd, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH) ==
	    -1 || fchdir(treefd) == -1 || chroot(".") == -1)
		return (jail_err(errno, "make path the root"));
	/* Reading mountinfo takes 40 us; most roots are one mount. */
	if (sys_has_submounts(treefd) != 0 &&
	    submounts_replace(procfd, usernsfd, uid0) == -1)
		return (-1);
	at = open_below("/proc", O_PATH | O_DIRECTORY);
	if (at == -1)
		return (errno == ENOENT || errno == ENOTDIR || errno == ELOOP ?
		    0 : jail_err(errno, "/proc"));
	if (move_mount(proc, "", at, "", MOVE_MOUNT_F_EMPTY_PATH |
	    MOVE_MOUNT_T_EMPTY_PATH) == -1)
		return (jail_err(errno, "mount /proc"));
	return (0);
}
