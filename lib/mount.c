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
#include "hostns.h"
#include "idmap.h"
#include "sys.h"

#define SUBMOUNTS_MAX	128	/* below one prison's root */
#define MOUNTINFO_MAX	65536

/*
 * Clone the mount at `path` (flags AT_RECURSIVE: and those below it).  What
 * the host mounts later below path is to appear inside, and nothing is to come
 * back.
 */
static int
tree_open(const char *path, unsigned flags)
{
	struct mount_attr slave = { .propagation = MS_SLAVE };
	int tree;

	tree = open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC |
	    flags);
	if (tree == -1)
		return (jail_err(errno, "path %s", path));
	if (mount_setattr(tree, "", AT_EMPTY_PATH | flags, &slave,
	    sizeof(slave)) == -1) {
		jail_err(errno, "path %s: make its mounts slaves", path);
		fd_close(&tree);
	}
	return (tree);
}

#define TREE_NOT_THERE	(-2)

struct tree {
	const char	*tr_path;
	unsigned	 tr_flags;
	int		 tr_follows;	/* the caller's mounts the host's? */
	struct stat	 tr_here;	/* what the caller finds at the path */
	const char	*tr_hide;	/* a mount to leave out */
};

/* In the host's mount namespace. */
static int
tree_open_there(void *arg)
{
	struct tree *tr = arg;
	struct stat there;

	if (!tr->tr_follows && (stat(tr->tr_path, &there) == -1 ||
	    there.st_dev != tr->tr_here.st_dev ||
	    there.st_ino != tr->tr_here.st_ino))
		return (TREE_NOT_THERE);
	return (tree_open(tr->tr_path, tr->tr_flags));
}

/*
 * A prison is the host's: whoever enters it first, and from wherever, is to
 * find the same in it.  But who has gone off with mounts that the host knows
 * nothing of (unshare -m) can have prisons on those.
 */
static int
tree_find(const char *path, unsigned flags)
{
	struct tree tr = { .tr_path = path, .tr_flags = flags };
	int tree;

	if (!hostns_elsewhere())
		return (tree_open(path, flags));
	tr.tr_follows = hostns_follows();
	stat(path, &tr.tr_here);
	tree = hostns_call(tree_open_there, &tr);
	return (tree != TREE_NOT_THERE ? tree : tree_open(path, flags));
}

/*
 * In a child: of mounts of its own, for a tree that is not attached cannot be
 * unmounted from; and slaves, so that nobody else's go.
 */
static int
tree_open_without(void *arg)
{
	struct tree *tr = arg;

	if (unshare(CLONE_NEWNS) == -1 ||
	    mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) == -1 ||
	    umount2(tr->tr_hide, MNT_DETACH) == -1)
		return (jail_err(errno, "path %s: leave out %s", tr->tr_path,
		    tr->tr_hide));
	return (tree_open(tr->tr_path, tr->tr_flags));
}

/*
 * A root with the state in it (path=/): that is no prisoner's, and with the
 * pin of a mount namespace in it the kernel would not make it one's root.
 */
static int
tree_without(const char *path, const char *hide)
{
	struct tree tr = { .tr_path = path, .tr_flags = AT_RECURSIVE,
	    .tr_hide = hide };
	_cleanup_close_ int ns = open(hostns_elsewhere() ? "/proc/1/ns/mnt" :
	    "/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);

	if (ns == -1)
		return (jail_err(errno, "the host's mounts"));
	return (hostns_call_in(ns, tree_open_without, &tr));
}

int
mount_tree(const char *path, int usernsfd, const char *hide)
{
	struct statfs sf;
	int tree = hide != NULL ? tree_without(path, hide) :
	    tree_find(path, AT_RECURSIVE);

	if (tree == -1 || idmap_mount(tree, usernsfd) == 0)
		return (tree);
	if (errno == EINVAL && fstatfs(tree, &sf) == 0)
		jail_errx(EOPNOTSUPP, "path %s: its file system (type 0x%lx) "
		    "cannot be idmapped by this kernel: use another, or "
		    "user=inherit", path, (unsigned long)sf.f_type);
	else
		jail_err(errno, "path %s: idmap its mount", path);
	fd_close(&tree);
	return (-1);
}

/* One mount below the root, as a line of mountinfo tells it. */
struct submount {
	int	 sm_id;
	int	 sm_parent;
	char	*sm_point;
	char	*sm_type;
	char	*sm_source;
	int	 sm_follows;	/* what it is on receives from the host */
	int	 sm_mapped;	/* its owners are */
	int	 sm_settled;	/* has been replaced meanwhile */
	int	 sm_fd;		/* its idmapped clone, -1: it is covered */
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

/* A line of mountinfo.  1, or 0 where it tells of the root or is broken. */
static int
submount_parse(struct submount *sm, char *line)
{
	char *type = strstr(line, " - "), *end;

	if (type == NULL)
		return (0);
	*type = '\0';
	sm->sm_follows = strstr(line, " master:") != NULL;
	sm->sm_mapped = strstr(line, ",idmapped") != NULL;
	sm->sm_settled = 0;
	sm->sm_fd = -1;
	sm->sm_id = strtol(line, &end, 10);
	sm->sm_parent = strtol(end, NULL, 10);
	sm->sm_point = word(line, 4);
	sm->sm_source = word(type + 3, 1);
	sm->sm_type = word(type + 3, 0);
	if (sm->sm_source == NULL)
		sm->sm_source = sm->sm_type;
	if (sm->sm_point == NULL || sm->sm_point[0] != '/' ||
	    sm->sm_point[1] == '\0')
		return (0);
	unescape_octal(sm->sm_point);
	return (1);
}

/* Is the mount `id` one of these? */
static const struct submount *
submount_find(const struct submount *sm, int n, int id)
{
	const struct submount *end = sm + n;

	for (; sm < end; sm++)
		if (sm->sm_id == id)
			return (sm);
	return (NULL);
}

/*
 * List the mounts below the new root, or (top not 0) the mount `top` and what
 * is on it; parents come first.  Ours lies on top of the template's root, and
 * both are "/": only what is deeper counts, and the template's /proc is below
 * a root nobody reaches any more.
 */
static int
submounts_list(int procfd, int top, char *buf, size_t size,
    struct submount *sm)
{
	char *line, *next;
	int n = 0;

	if (sys_read_at(procfd, "self/mountinfo", buf, size) == -1)
		return (jail_err(errno, "read the prison's mountinfo"));
	for (line = buf; *line != '\0'; line = next) {
		if ((next = strchr(line, '\n')) == NULL)
			break;
		*next++ = '\0';
		if (!submount_parse(&sm[n], line) || (top != 0 &&
		    sm[n].sm_id != top &&
		    submount_find(sm, n, sm[n].sm_parent) == NULL))
			continue;
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
	return (strcmp(sm->sm_type, "tmpfs") == 0 &&
	    strcmp(sm->sm_source, "devfs") == 0);
}

#define DEVFS_DEPTH	4

/*
 * Before Linux 6.3 a tmpfs cannot be idmapped: give what is in a devfs to the
 * prison's uids.  They may be those of the prison that had it before; ranges
 * begin at multiples of 65536.
 */
static int
devfs_give(int fd, uid_t uid0, int depth)
{
	_cleanup_close_ int dir = openat(fd, ".", O_RDONLY | O_DIRECTORY |
	    O_CLOEXEC), below = -1;
	char buf[4096];
	struct stat st, top;
	ssize_t n, at;

	if (dir == -1 || fstat(dir, &top) == -1 || fchown(dir, uid0, uid0) ==
	    -1)
		return (jail_err(errno, "give /dev to the prison's root"));
	while ((n = getdents64(dir, buf, sizeof(buf))) > 0)
		for (at = 0; at < n;) {
			struct dirent64 *de = (struct dirent64 *)(buf + at);

			at += de->d_reclen;
			if (de->d_name[0] == '.' || fstatat(dir, de->d_name,
			    &st, AT_SYMLINK_NOFOLLOW) == -1 ||
			    st.st_dev != top.st_dev)
				continue;
			if (fchownat(dir, de->d_name, uid0 + st.st_uid % 65536,
			    uid0 + st.st_gid % 65536, AT_SYMLINK_NOFOLLOW) ==
			    -1 && errno != EROFS)
				return (jail_err(errno, "give /dev/%s to the "
				    "prison's root", de->d_name));
			if (!S_ISDIR(st.st_mode) || depth == DEVFS_DEPTH)
				continue;
			below = openat(dir, de->d_name, O_RDONLY |
			    O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
			if (below != -1 && devfs_give(below, uid0, depth + 1)
			    == -1)
				return (-1);
			fd_close(&below);
		}
	return (0);
}

static int
open_below(const char *path, uint64_t flags)
{
	return (sys_openat2(AT_FDCWD, path, flags, 0,
	    RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS));
}

int
mount_id(int fd, int *ret_is_root)
{
	struct statx stx;

	if (statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &stx) == -1 ||
	    (stx.stx_mask & STATX_MNT_ID) == 0)
		return (-1);
	*ret_is_root = (stx.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
	return (stx.stx_mnt_id);
}

/*
 * Open a mount at its place.  Another may lie over it; and a prisoner may have
 * moved directories since the list was read, so that its place is elsewhere:
 * then -1 with errno 0.
 */
static int
submount_open(const struct submount *sm)
{
	int fd = open_below(sm->sm_point, O_PATH), is_root = 0;

	if (fd == -1) {
		if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP)
			errno = 0;
		return (-1);
	}
	if (mount_id(fd, &is_root) != sm->sm_id || !is_root) {
		fd_close(&fd);
		errno = 0;
	}
	return (fd);
}

/*
 * Give a detached clone of a mount the prison's users, where its file system
 * can be idmapped: what cannot (proc; tmpfs before 6.3; overlay) stays as it
 * is, and its files belong to nobody.  set: MOUNT_ATTR_ beside that.
 */
static int
clone_give(int fd, int devfs, const char *name, int usernsfd, uid_t uid0,
    uint64_t set)
{
	struct mount_attr attr = { .attr_set = set };

	if (idmap_mount(fd, usernsfd) == -1) {
		if (devfs && devfs_give(fd, uid0, 0) == -1)
			return (-1);
		attr.attr_set |= devfs ? 0 : MOUNT_ATTR_NODEV;
	}
	if (devfs)
		attr.attr_clr = MOUNT_ATTR_NODEV;
	if ((attr.attr_set | attr.attr_clr) != 0 && mount_setattr(fd, "",
	    AT_EMPTY_PATH, &attr, sizeof(attr)) == -1)
		return (jail_err(errno, devfs ? "open the devices of %s" :
		    "make %s nodev", name));
	return (0);
}

int
mount_clone(const char *path, int devfs, int usernsfd, uid_t uid0,
    uint64_t set)
{
	int fd = tree_find(path, 0);

	if (fd != -1 && clone_give(fd, devfs, path, usernsfd, uid0, set) == -1)
		fd_close(&fd);
	return (fd);
}

/* The clone that is to be in a mount's place.  What nobody sees has none. */
static int
submount_clone(struct submount *sm, int usernsfd, uid_t uid0)
{
	_cleanup_close_ int at = submount_open(sm);

	if (at == -1)
		return (errno == 0 ? 0 : jail_err(errno, "%s", sm->sm_point));
	sm->sm_fd = open_tree(at, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC |
	    AT_EMPTY_PATH);
	if (sm->sm_fd == -1)
		return (jail_err(errno, "clone %s", sm->sm_point));
	if (strcmp(sm->sm_type, "devpts") == 0)
		return (0);	/* its nodes are the prison's terminals */
	return (clone_give(sm->sm_fd, is_devfs(sm), sm->sm_point, usernsfd,
	    uid0, 0));
}

int
mount_detach(int procfd, int fd)
{
	char path[32];
	int error;

	/* The prison's own /proc is not to be trusted for this. */
	snprintf(path, sizeof(path), "self/fd/%d", fd);
	error = fchdir(procfd) == -1 ? -1 : umount2(path, MNT_DETACH);
	if (chdir("/") == -1)
		error = -1;
	return (error);
}

/* Take a mount away, with all that is on it. */
static int
submount_detach(const struct submount *sm, int procfd)
{
	_cleanup_close_ int at = submount_open(sm);

	if (at == -1 || mount_detach(procfd, at) == -1)
		return (jail_err(errno != 0 ? errno : ESTALE, "umount %s",
		    sm->sm_point));
	return (0);
}

/* Put the clone where the mount was; `under` (or NULL): what lay there. */
static int
submount_attach(struct submount *sm, const struct stat *under)
{
	_cleanup_close_ int at = open_below(sm->sm_point, O_PATH);
	struct stat st;

	if (at == -1 || fstat(at, &st) == -1)
		return (jail_err(errno, "%s", sm->sm_point));
	if (under != NULL && (st.st_dev != under->st_dev ||
	    st.st_ino != under->st_ino))
		return (jail_errx(ESTALE, "%s was moved meanwhile",
		    sm->sm_point));
	if (move_mount(sm->sm_fd, "", at, "", MOVE_MOUNT_F_EMPTY_PATH |
	    MOVE_MOUNT_T_EMPTY_PATH) == -1)
		return (jail_err(errno, "mount %s again", sm->sm_point));
	return (0);
}

/*
 * A file system cannot be idmapped while attached, nor (on 6.1) below another
 * detached one: hence mount by mount, in the namespace that is to be.  The
 * clone goes in its original's place, not over it: the host's umount takes
 * what it finds there, and would leave the clone.
 */
int
mount_replace(int procfd, int top, const struct stat *under, int usernsfd,
    uid_t uid0)
{
	struct submount sm[SUBMOUNTS_MAX];
	const struct submount *parent;
	char buf[MOUNTINFO_MAX];
	int error = 0, i, n;

	if ((n = submounts_list(procfd, top, buf, sizeof(buf), sm)) <= 0)
		return (n);
	for (i = 0; i < n && error == 0; i++)
		error = submount_clone(&sm[i], usernsfd, uid0);
	if (error == 0 && top != 0 && sm[0].sm_fd == -1)
		error = jail_errx(ESTALE, "%s was moved meanwhile",
		    sm[0].sm_point);
	for (i = 0; i < n && error == 0; i++) {
		parent = submount_find(sm, n, sm[i].sm_parent);
		if (sm[i].sm_fd != -1 && (parent == NULL ||
		    parent->sm_fd == -1))
			error = submount_detach(&sm[i], procfd);
	}
	for (i = 0; i < n && error == 0; i++)
		if (sm[i].sm_fd != -1)
			error = submount_attach(&sm[i],
			    top != 0 && i == 0 ? under : NULL);
	for (i = 0; i < n; i++)
		fd_close(&sm[i].sm_fd);
	return (error);
}

int
mount_open(const char *path)
{
	return (open_below(path, O_PATH));
}

/*
 * What lies under a mount: its directory's entry has the number of the file
 * that is there, not of the mount.  Where that cannot be told (a file system
 * that has other numbers in its directories) ret_under->st_ino is 0.
 */
static int
submount_under(const struct submount *sm, struct stat *ret_under)
{
	const char *name = strrchr(sm->sm_point, '/') + 1;
	_cleanup_free_ char *above = strndup(sm->sm_point,
	    name - sm->sm_point);
	_cleanup_close_ int dir = -1;
	char buf[4096];
	struct statfs sf;
	ssize_t n, at;

	ret_under->st_ino = 0;
	if (above == NULL || (dir = open_below(above, O_RDONLY |
	    O_DIRECTORY)) == -1 || fstat(dir, ret_under) == -1 ||
	    fstatfs(dir, &sf) == -1)
		return (jail_err(errno, "%s", sm->sm_point));
	ret_under->st_ino = 0;
	if (sf.f_type == BTRFS_SUPER_MAGIC || sf.f_type ==
	    OVERLAYFS_SUPER_MAGIC)
		return (0);
	while ((n = getdents64(dir, buf, sizeof(buf))) > 0)
		for (at = 0; at < n;) {
			struct dirent64 *de = (struct dirent64 *)(buf + at);

			at += de->d_reclen;
			if (strcmp(de->d_name, name) == 0)
				ret_under->st_ino = de->d_ino;
		}
	return (0);
}

/*
 * One arrival.  What cannot be idmapped stays, without devices but those of a
 * devfs.  stacked: it is on the root of another, of which directories know
 * nothing.  1: it has been replaced, with all that is on it.
 */
static int
arrival_replace(int procfd, struct submount *sm, int stacked, int usernsfd,
    uid_t uid0)
{
	struct mount_attr nodev = { .attr_set = MOUNT_ATTR_NODEV };
	_cleanup_close_ int at = submount_open(sm), try = -1;
	struct stat under;

	if (at == -1)
		return (errno == 0 ? 0 : jail_err(errno, "%s", sm->sm_point));
	if (usernsfd != -1 && strcmp(sm->sm_type, "devpts") != 0) {
		try = open_tree(at, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC |
		    AT_EMPTY_PATH);
		if (try != -1 && idmap_mount(try, usernsfd) == 0)
			return (submount_under(sm, &under) == -1 ||
			    mount_replace(procfd, sm->sm_id, under.st_ino !=
			    0 && !stacked ? &under : NULL, usernsfd, uid0) ==
			    -1 ? -1 : 1);
	}
	if (is_devfs(sm))
		return (usernsfd == -1 ? 0 : devfs_give(at, uid0, 0));
	if (strcmp(sm->sm_type, "devpts") != 0 && mount_setattr(at, "",
	    AT_EMPTY_PATH, &nodev, sizeof(nodev)) == -1)
		return (jail_err(errno, "make %s nodev", sm->sm_point));
	return (0);
}

int
mount_settle(int procfd, int usernsfd, uid_t uid0)
{
	struct submount sm[SUBMOUNTS_MAX];
	const struct submount *parent;
	_cleanup_free_ char *buf = malloc(MOUNTINFO_MAX);
	int i, n, one, settled = 0;

	if (buf == NULL)
		return (jail_err(errno, "memory"));
	if ((n = submounts_list(procfd, 0, buf, MOUNTINFO_MAX, sm)) <= 0)
		return (n);
	for (i = 0; i < n; i++) {
		/* What came with another arrival has gone with it. */
		parent = submount_find(sm, i, sm[i].sm_parent);
		sm[i].sm_settled = parent != NULL && parent->sm_settled;
		if (sm[i].sm_settled)
			continue;
		if (!sm[i].sm_follows || sm[i].sm_mapped)
			continue;
		one = arrival_replace(procfd, &sm[i], parent != NULL &&
		    strcmp(parent->sm_point, sm[i].sm_point) == 0, usernsfd,
		    uid0);
		if (one == -1)
			return (-1);
		sm[i].sm_settled = one;
		settled += one;
	}
	return (settled);
}

static int
has_root(const struct submount *sm, const struct stat *root)
{
	_cleanup_close_ int at = submount_open(sm);
	struct stat sb;

	return (at != -1 && fstat(at, &sb) == 0 && sb.st_dev == root->st_dev &&
	    sb.st_ino == root->st_ino);
}

int
mount_revoke(int procfd, const char *path, const struct stat *root)
{
	struct submount sm[SUBMOUNTS_MAX];
	_cleanup_free_ char *buf = malloc(MOUNTINFO_MAX);
	int i, n;

	if (buf == NULL)
		return (jail_err(errno, "memory"));
	if ((n = submounts_list(procfd, 0, buf, MOUNTINFO_MAX, sm)) <= 0)
		return (n);
	/* Also one that should have gone by itself, but for what a prisoner
	   who may mount has mounted on it. */
	for (i = n - 1; i >= 0; i--)
		if (strcmp(sm[i].sm_point, path) == 0 &&
		    has_root(&sm[i], root))
			return (submount_detach(&sm[i], procfd));
	/* The prisoner has moved a directory above it: wherever it is now. */
	for (i = n - 1; i >= 0; i--)
		if (!sm[i].sm_follows && has_root(&sm[i], root) &&
		    submount_detach(&sm[i], procfd) == -1)
			return (-1);
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
	    mount_replace(procfd, 0, NULL, usernsfd, uid0) == -1)
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

int
mount_seal(void)
{
	struct mount_attr seal = {
		.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID
	};

	if (mount_setattr(AT_FDCWD, "/", AT_RECURSIVE, &seal, sizeof(seal)) ==
	    -1)
		return (jail_err(errno, "make the root read-only"));
	return (0);
}

int
mount_put(int mountfd, const char *dir)
{
	_cleanup_close_ int at = open_below(dir, O_PATH | O_DIRECTORY);

	if (at == -1 || move_mount(mountfd, "", at, "",
	    MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) == -1)
		return (jail_err(errno, "mount %s", dir));
	return (0);
}
