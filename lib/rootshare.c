// SPDX-License-Identifier: BSD-2-Clause
/*
 * jail_share: on a host whose mounts are not shared with anybody, what is
 * mounted below a prison's path while it runs would not arrive in it.  There
 * the path is mounted on itself, and that is shared.
 */
#include <sys/mount.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/mount.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arrival.h"
#include "errmsg.h"
#include "fd.h"
#include "jail.h"
#include "mount.h"
#include "state.h"
#include "step.h"
#include "sys.h"

/* A line of mountinfo. */
struct info {
	int	in_id;
	int	in_parent;
	dev_t	in_dev;
	int	in_shared;
	char	in_root[PATH_MAX];
	char	in_point[PATH_MAX];
};

static int
read_info(FILE *f, struct info *in)
{
	_cleanup_free_ char *line = NULL;
	unsigned major_, minor_;
	size_t size = 0;
	char *end;

	if (getline(&line, &size, f) == -1)
		return (0);
	if ((end = strstr(line, " - ")) != NULL)
		*end = '\0';
	if (end == NULL || strlen(line) >= PATH_MAX || sscanf(line,
	    "%d %d %u:%u %s %s", &in->in_id, &in->in_parent, &major_, &minor_,
	    in->in_root, in->in_point) != 6)
		in->in_id = -1;
	in->in_dev = (dev_t)major_ << 32 | minor_;
	in->in_shared = strstr(line, " shared:") != NULL;
	return (1);
}

/* Find mount `id` in the caller's table. */
static int
find_info(int id, struct info *in)
{
	_cleanup_fclose_ FILE *f = fopen("/proc/self/mountinfo", "re");

	while (f != NULL && read_info(f, in))
		if (in->in_id == id)
			return (0);
	return (-1);
}

/* Is anything mounted below the path?  It would be covered. */
static int
has_mounts_below(const char *path)
{
	_cleanup_fclose_ FILE *f = fopen("/proc/self/mountinfo", "re");
	size_t len = strlen(path);
	struct info in;

	while (f != NULL && read_info(f, &in))
		if (in.in_id != -1 && strncmp(in.in_point, path, len) == 0 &&
		    in.in_point[len] == '/')
			return (1);
	return (f == NULL);
}

static int
is_shared(int fd)
{
	int shared = sys_is_shared(fd), is_root;
	struct info in;

	if (shared != -1)
		return (shared);
	return (find_info(mount_id(fd, &is_root), &in) == 0 && in.in_shared);
}

int
jail_share(const char *path)
{
	struct mount_attr attr = { .propagation = MS_SHARED };
	_cleanup_state_ struct state st = STATE_INIT;
	_cleanup_free_ char *real = realpath(path, NULL);
	_cleanup_close_ int fd = -1, tree = -1;

	/* Of several that start jails here at once, one mounts it. */
	if (state_open(&st, 1) == -1 || state_lock(&st) == -1)
		return (-1);
	if (real == NULL || (fd = open(real, O_PATH | O_DIRECTORY |
	    O_CLOEXEC)) == -1)
		return (jail_err(errno, "path %s", path));
	/* "/" cannot be covered; a name with blanks is written otherwise. */
	if (real[1] == '\0' || strpbrk(real, " \t\n\\") != NULL ||
	    is_shared(fd) || has_mounts_below(real))
		return (0);
	tree = open_tree(fd, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC |
	    AT_EMPTY_PATH);
	/* Shared first: by that jail_unshare() knows it. */
	if (tree == -1 || mount_setattr(tree, "", AT_EMPTY_PATH, &attr,
	    sizeof(attr)) == -1 || move_mount(tree, "", fd, "",
	    MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) == -1)
		return (jail_err(errno, "path %s: share what is mounted below",
		    path));
	step("share-attached");
	return (1);
}

/* Is it a directory mounted on itself: the same place of the same device? */
static int
is_own(const struct info *in)
{
	struct info under;
	size_t n;

	if (find_info(in->in_parent, &under) == -1 ||
	    under.in_dev != in->in_dev)
		return (0);
	n = strcmp(under.in_point, "/") == 0 ? 0 : strlen(under.in_point);
	if (strncmp(in->in_point, under.in_point, n) != 0)
		return (0);
	/* in's root is under's root and what in's point has beyond under's */
	if (strcmp(under.in_root, "/") == 0)
		return (strcmp(in->in_root, in->in_point[n] != '\0' ?
		    in->in_point + n : "/") == 0);
	return (strncmp(in->in_root, under.in_root,
	    strlen(under.in_root)) == 0 &&
	    strcmp(in->in_root + strlen(under.in_root), in->in_point + n) ==
	    0);
}

int
jail_unshare(const char *path)
{
	_cleanup_free_ char *real = realpath(path, NULL);
	_cleanup_close_ int fd = -1;
	struct stat root;
	struct info in;
	int id, is_root;

	if (real == NULL || (fd = open(real, O_PATH | O_DIRECTORY |
	    O_CLOEXEC)) == -1)
		return (0);	/* gone, and what was mounted on it */
	id = mount_id(fd, &is_root);
	if (id == -1 || !is_root || fstat(fd, &root) == -1 ||
	    find_info(id, &in) == -1 || !in.in_shared || !is_own(&in) ||
	    arrival_root_used(&root))
		return (0);
	fd_close(&fd);
	/* Something of the jailer's may still be mounted below: leave both. */
	if (umount2(real, UMOUNT_NOFOLLOW) == -1)
		return (errno == EBUSY ? 0 : jail_err(errno, "umount %s",
		    real));
	return (1);
}
