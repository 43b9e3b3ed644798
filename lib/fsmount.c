// SPDX-License-Identifier: BSD-2-Clause
/*
 * jail_mount: a line of fstab(5) carried out for a jail, with FreeBSD's names
 * of file systems.
 *
 * The place is opened first, beneath the jail's root and through no link, and
 * then mounted on by descriptor: a prisoner who moves things about meanwhile
 * changes nothing.
 */
#include <sys/mount.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "arrival.h"
#include "devfsrules.h"
#include "errmsg.h"
#include "fd.h"
#include "jail.h"
#include "step.h"
#include "sys.h"

/* What the options of a line come down to. */
struct options {
	uint64_t	 op_attrs;	/* MOUNT_ATTR_ */
	bool		 op_rbind;	/* with the mounts below */
	int		 op_ruleset;	/* of a devfs */
	char		*op_data;	/* the file system's own; malloc'd */
};

static const struct {
	const char	*name;
	uint64_t	 attr;	/* 0: says nothing here */
} flags[] = {
	{ "ro", MOUNT_ATTR_RDONLY },
	{ "nosuid", MOUNT_ATTR_NOSUID },
	{ "nodev", MOUNT_ATTR_NODEV },
	{ "noexec", MOUNT_ATTR_NOEXEC },
	{ "noatime", MOUNT_ATTR_NOATIME },
	{ "rw", 0 },
	{ "auto", 0 },
	{ "noauto", 0 },
	{ "late", 0 },
	{ "failok", 0 },
	{ "defaults", 0 },
	{ "nofail", 0 },
	{ "_netdev", 0 },
	{ "bind", 0 },
};
#define NFLAGS	(sizeof(flags) / sizeof(flags[0]))

/* -1: not a number of one. */
static int
parse_ruleset(const char *text)
{
	char *end;
	long n = strtol(text, &end, 10);

	return (end == text || *end != '\0' || n < 0 || n > DEVFS_MAX ? -1 :
	    (int)n);
}

static bool
parse_flag(struct options *op, const char *word)
{
	size_t i;

	for (i = 0; i < NFLAGS; i++)
		if (strcmp(word, flags[i].name) == 0) {
			op->op_attrs |= flags[i].attr;
			return (true);
		}
	if (strncmp(word, "x-", 2) == 0)
		return (true);	/* meant for other programs */
	if (strcmp(word, "rbind") == 0)
		op->op_rbind = true;
	else if (strncmp(word, "ruleset=", 8) == 0)
		op->op_ruleset = parse_ruleset(word + 8);
	else
		return (false);
	return (true);
}

static int
parse_options(struct options *op, const char *text)
{
	char *copy = strdup(text != NULL ? text : ""), *rest = copy, *word;
	size_t len = 0;

	memset(op, 0, sizeof(*op));
	if (copy != NULL)
		op->op_data = calloc(1, strlen(copy) + 1);
	if (op->op_data == NULL) {
		free(copy);
		jail_err(ENOMEM, "mount options");
		return (-1);
	}
	while ((word = strsep(&rest, ",")) != NULL) {
		if (word[0] == '\0' || parse_flag(op, word))
			continue;
		len += (size_t)sprintf(op->op_data + len, "%s%s",
		    len > 0 ? "," : "", word);
	}
	free(copy);
	if (op->op_ruleset == -1) {
		free(op->op_data);
		return (jail_errx(EINVAL, "%s: ruleset= takes a number", text));
	}
	return (0);
}

static int
open_place(const char *root, const char *dir)
{
	_cleanup_close_ int rootfd = -1;
	int fd;

	if (root == NULL)
		fd = open(dir, O_PATH | O_CLOEXEC);
	else {
		rootfd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (rootfd < 0)
			return (jail_err(errno, "%s", root));
		fd = sys_openat2(rootfd, dir, O_PATH | O_CLOEXEC, 0,
		    RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS |
		    RESOLVE_NO_MAGICLINKS);
	}
	return (fd < 0 ? jail_err(errno, "%s", dir) : fd);
}

static int
put_tree(int treefd, int placefd)
{
	return (move_mount(treefd, "", placefd, "",
	    MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH));
}

/* nullfs: what is at `from` appears at the place as well. */
static int
mount_null(const char *from, int placefd, const struct options *op)
{
	unsigned recursive = op->op_rbind ? AT_RECURSIVE : 0;
	/*
	 * No peer of the source's: what is mounted on the one is not to appear
	 * on the other, nor below others of the same source.  Below a shared
	 * mount it becomes shared by itself, which its own jail needs.
	 */
	struct mount_attr attr = {
		.attr_set = op->op_attrs, .propagation = MS_PRIVATE
	};
	_cleanup_close_ int treefd = -1;

	if (op->op_data[0] != '\0')
		return (jail_errx(EINVAL, "nullfs: unknown option %s",
		    op->op_data));
	/* noatime is a value of a field of several, to be emptied first. */
	if (op->op_attrs & MOUNT_ATTR_NOATIME)
		attr.attr_clr = MOUNT_ATTR__ATIME;
	treefd = open_tree(AT_FDCWD, from,
	    OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | recursive);
	if (treefd < 0)
		return (jail_err(errno, "%s", from));
	if (mount_setattr(treefd, "", AT_EMPTY_PATH | recursive, &attr,
	    sizeof(attr)) < 0)
		return (jail_err(errno, "nullfs: options"));
	if (put_tree(treefd, placefd) < 0)
		return (jail_err(errno, "mount %s", from));
	return (0);
}

/* One "key=value" or "key" for the file system itself. */
static int
set_option(int fsfd, const char *type, char *word)
{
	char *value = strchr(word, '=');

	if (value != NULL)
		*value++ = '\0';
	if (fsconfig(fsfd, value != NULL ? FSCONFIG_SET_STRING :
	    FSCONFIG_SET_FLAG, word, value, 0) < 0)
		return (jail_err(errno, "%s: option %s", type, word));
	return (0);
}

/* A file system of Linux, by its own name. */
static int
mount_new(const char *type, const char *from, int placefd,
    const struct options *op)
{
	_cleanup_close_ int fsfd = -1, mountfd = -1;
	char *rest = op->op_data, *word;

	if ((fsfd = fsopen(type, FSOPEN_CLOEXEC)) < 0)
		return (errno == ENODEV ? jail_errx(ENODEV,
		    "%s: unknown file system", type) :
		    jail_err(errno, "mount %s", type));
	if (fsconfig(fsfd, FSCONFIG_SET_STRING, "source", from, 0) < 0)
		return (jail_err(errno, "%s: %s", type, from));
	if ((op->op_attrs & MOUNT_ATTR_RDONLY) &&
	    fsconfig(fsfd, FSCONFIG_SET_FLAG, "ro", NULL, 0) < 0)
		return (jail_err(errno, "%s: option ro", type));
	while ((word = strsep(&rest, ",")) != NULL)
		if (word[0] != '\0' && set_option(fsfd, type, word) < 0)
			return (-1);
	if (fsconfig(fsfd, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0 ||
	    (mountfd = fsmount(fsfd, FSMOUNT_CLOEXEC,
	    (unsigned)op->op_attrs)) < 0 || put_tree(mountfd, placefd) < 0)
		return (jail_err(errno, "mount %s", from));
	return (0);
}

/*
 * devfs, fdescfs and procfs, which are not made from an options string.
 */
static int
mount_special(const char *root, const char *type, const char *dir,
    const struct options *op)
{
	struct mount_attr attr = { .attr_set = op->op_attrs };
	_cleanup_close_ int fd = -1;
	bool fdescfs = strcmp(type, "fdescfs") == 0;

	if (op->op_data[0] != '\0' && !(fdescfs &&
	    (strcmp(op->op_data, "linrdlnk") == 0 ||
	    strcmp(op->op_data, "nodup") == 0)))
		return (jail_errx(EINVAL, "%s: unknown option %s", type,
		    op->op_data));
	if (fdescfs)
		return (jail_mount_fdescfs(root, dir));
	if ((strcmp(type, "devfs") == 0 ? jail_mount_devfs(root, dir,
	    op->op_ruleset) : jail_mount_procfs(root, dir)) < 0)
		return (-1);
	if (op->op_attrs == 0)
		return (0);
	if ((op->op_attrs & MOUNT_ATTR_NOATIME) != 0)
		attr.attr_clr = MOUNT_ATTR__ATIME;
	/* It is the mount that has just been made that is opened. */
	if ((fd = open_place(root, dir)) < 0 || mount_setattr(fd, "",
	    AT_EMPTY_PATH, &attr, sizeof(attr)) < 0)
		return (jail_err(errno, "%s: options", type));
	return (0);
}

static bool
is_one_of(const char *type, const char *const *names)
{
	for (; *names != NULL; names++)
		if (strcmp(type, *names) == 0)
			return (true);
	return (false);
}

int
jail_mount(const char *root, const char *fstype, const char *from,
    const char *dir, const char *opts)
{
	static const char *const specials[] = {
		"devfs", "fdescfs", "procfs", "linprocfs", "proc", NULL
	};
	static const char *const nulls[] = { "nullfs", "none", "bind", NULL };
	struct options op;
	_cleanup_close_ int placefd = -1;
	struct stat under;
	int error = -1;

	jail_warnings_clear();
	if (parse_options(&op, opts) < 0)
		return (-1);
	if (is_one_of(fstype, specials))
		error = mount_special(root, fstype, dir, &op);
	else if ((placefd = open_place(root, dir)) < 0 ||
	    fstat(placefd, &under) < 0)
		;
	else if (is_one_of(fstype, nulls))
		error = mount_null(from, placefd, &op);
	else if (strcmp(fstype, "linsysfs") == 0) {
		op.op_attrs |= MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID |
		    MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
		error = mount_new("sysfs", from, placefd, &op);
	} else
		error = mount_new(fstype, from, placefd, &op);
	free(op.op_data);
	if (error == 0 && placefd != -1) {
		step("mount-attached");
		arrival_mounted(placefd, &under);
	}
	return (error);
}
