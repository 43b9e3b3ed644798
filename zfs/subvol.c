// SPDX-License-Identifier: BSD-2-Clause
#include "subvol.h"

#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/xattr.h>

#include <btrfsutil.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/btrfs.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "index.h"
#include "util.h"

#define ID_TEXT	24

#ifndef BTRFS_QUOTA_CTL_ENABLE_SIMPLE_QUOTA	/* Linux 6.7 */
#define BTRFS_QUOTA_CTL_ENABLE_SIMPLE_QUOTA	4
#endif

/* The library leaves errno of what has failed, as a rule. */
static int
result(enum btrfs_util_error error)
{
	if (error == BTRFS_UTIL_OK)
		return (0);
	if (errno == 0)
		errno = error == BTRFS_UTIL_ERROR_NO_MEMORY ? ENOMEM : EIO;
	return (-1);
}

static const char *
id_text(uint64_t id, char buf[ID_TEXT])
{
	snprintf(buf, ID_TEXT, "%llu", (unsigned long long)id);
	return (buf);
}

static int
open_holder(int dsfd, uint64_t id)
{
	char name[ID_TEXT];

	return (openat(dsfd, id_text(id, name), O_RDONLY | O_DIRECTORY |
	    O_CLOEXEC | O_NOFOLLOW));
}

int
subvol_open(int dsfd, uint64_t id)
{
	char name[ID_TEXT + 4];

	snprintf(name, sizeof(name), "%llu/fs", (unsigned long long)id);
	return (openat(dsfd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC |
	    O_NOFOLLOW));
}

int
subvol_exists(int dsfd, uint64_t id)
{
	char name[ID_TEXT];
	struct stat st;

	return (fstatat(dsfd, id_text(id, name), &st,
	    AT_SYMLINK_NOFOLLOW) == 0);
}

/* The library's form of a list of groups; NULL: none. */
static struct btrfs_util_qgroup_inherit *
inherit_of(const struct ids *groups)
{
	struct btrfs_util_qgroup_inherit *inherit = NULL;
	size_t i;

	if (groups == NULL || groups->id_n == 0 ||
	    btrfs_util_create_qgroup_inherit(0, &inherit) != BTRFS_UTIL_OK)
		return (NULL);
	for (i = 0; i < groups->id_n; i++)
		btrfs_util_qgroup_inherit_add_group(&inherit,
		    groups->id_v[i]);
	return (inherit);
}

/* Make a subvolume: of nothing, or of another (fromfd). */
static int
make(int dsfd, uint64_t id, int fromfd, int readonly,
    const struct ids *groups)
{
	struct btrfs_util_qgroup_inherit *inherit = inherit_of(groups);
	_cleanup_close_ int holder = -1;
	char name[ID_TEXT];
	int error;

	if (mkdirat(dsfd, id_text(id, name), 0700) == -1)
		error = -1;
	else if ((holder = open_holder(dsfd, id)) == -1)
		error = -1;
	else {
		errno = 0;
		error = result(fromfd == -1 ? btrfs_util_create_subvolume_fd(
		    holder, "fs", 0, NULL, inherit) :
		    btrfs_util_create_snapshot_fd2(fromfd, holder, "fs",
		    readonly ? BTRFS_UTIL_CREATE_SNAPSHOT_READ_ONLY : 0, NULL,
		    inherit));
	}
	if (inherit != NULL)
		btrfs_util_destroy_qgroup_inherit(inherit);
	if (error == -1) {
		error = errno;
		unlinkat(dsfd, name, AT_REMOVEDIR);
		return (errno = error, -1);
	}
	return (0);
}

int
subvol_create(int dsfd, uint64_t id, const struct ids *groups)
{
	_cleanup_close_ int fd = -1;

	if (make(dsfd, id, -1, 0, groups) == -1)
		return (-1);
	/* Whatever the umask: it is the root of a file system. */
	if ((fd = subvol_open(dsfd, id)) == -1 || fchmod(fd, 0755) == -1)
		return (-1);
	return (0);
}

int
subvol_snapshot(int dsfd, uint64_t from, uint64_t id, int readonly,
    const struct ids *groups)
{
	_cleanup_close_ int fromfd = subvol_open(dsfd, from);

	return (fromfd == -1 ? -1 : make(dsfd, id, fromfd, readonly, groups));
}

int
subvol_copy(int dsfd, uint64_t id, int fromfd)
{
	return (make(dsfd, id, fromfd, 0, NULL));
}

/* What else is in the directory of a dataset: a file of numbers. */
static void
remove_files(int dirfd)
{
	int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd != -1 ? fdopendir(fd) : NULL;
	struct dirent *de;

	if (d == NULL) {
		fd_close(&fd);
		return;
	}
	while ((de = readdir(d)) != NULL)
		if (de->d_type == DT_REG)
			unlinkat(dirfd, de->d_name, 0);
	closedir(d);
}

int
subvol_delete(int dsfd, uint64_t id)
{
	_cleanup_close_ int holder = open_holder(dsfd, id);
	struct stat st;
	char name[ID_TEXT];

	if (holder == -1)
		return (errno == ENOENT ? 0 : -1);
	errno = 0;
	if (fstatat(holder, "fs", &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    result(btrfs_util_delete_subvolume_fd(holder, "fs", 0)) == -1) {
		/*
		 * Others were made inside.  A snapshot has none, but one that
		 * was received halfway can.
		 */
		subvol_readonly(dsfd, id, 0);
		errno = 0;
		if (result(btrfs_util_delete_subvolume_fd(holder, "fs",
		    BTRFS_UTIL_DELETE_SUBVOLUME_RECURSIVE)) == -1)
			return (-1);
	}
	remove_files(holder);
	return (unlinkat(dsfd, id_text(id, name), AT_REMOVEDIR));
}

int
subvol_readonly(int dsfd, uint64_t id, int readonly)
{
	_cleanup_close_ int fd = subvol_open(dsfd, id);

	errno = fd == -1 ? errno : 0;
	return (fd == -1 ? -1 : result(
	    btrfs_util_set_subvolume_read_only_fd(fd, readonly)));
}

int
subvol_info(int dsfd, uint64_t id, struct subvol_info *ret_si)
{
	_cleanup_close_ int fd = subvol_open(dsfd, id);
	struct btrfs_util_subvolume_info info;

	if (fd == -1)
		return (-1);
	errno = 0;
	if (result(btrfs_util_subvolume_info_fd(fd, 0, &info)) == -1)
		return (-1);
	ret_si->si_id = info.id;
	ret_si->si_generation = info.generation;
	ret_si->si_otransid = info.otransid;
	return (0);
}

int
subvol_compression(int dsfd, uint64_t id, const char *how)
{
	_cleanup_close_ int fd = subvol_open(dsfd, id);

	if (fd == -1)
		return (-1);
	if (how[0] == '\0')
		return (fremovexattr(fd, "btrfs.compression") == 0 ||
		    errno == ENODATA ? 0 : -1);
	return (fsetxattr(fd, "btrfs.compression", how, strlen(how), 0));
}

int
is_btrfs(int fd)
{
	struct statfs sf;

	return (fstatfs(fd, &sf) == 0 && sf.f_type == BTRFS_SUPER_MAGIC);
}

/* ------------------------------------------------------------------------
 * Quotas.
 */

int
quota_mode(int fd)
{
	struct btrfs_ioctl_fs_info_args fs = { .flags = 0 };
	struct btrfs_ioctl_qgroup_limit_args none = { .qgroupid =
	    QUOTA_GROUP(0xffffffffffff) };
	char path[128], *mode;
	const unsigned char *u = fs.fsid;

	if (ioctl(fd, BTRFS_IOC_FS_INFO, &fs) == -1)
		return (0);
	snprintf(path, sizeof(path), "/sys/fs/btrfs/%02x%02x%02x%02x-"
	    "%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x/qgroups/mode",
	    u[0], u[1], u[2], u[3], u[4], u[5], u[6], u[7], u[8], u[9], u[10],
	    u[11], u[12], u[13], u[14], u[15]);
	if ((mode = file_read(AT_FDCWD, path, 1 << 16)) != NULL) {
		int simple = strncmp(mode, "squota", 6) == 0;

		free(mode);
		return (simple ? 's' : 'q');
	}
	/* Where there is no such file: asked about a group that is not there,
	   a file system without quotas says another thing. */
	return (ioctl(fd, BTRFS_IOC_QGROUP_LIMIT, &none) == -1 &&
	    errno == ENOENT ? 'q' : 0);
}

int
quota_enable(int fd, char mode)
{
	struct btrfs_ioctl_quota_ctl_args args = { .cmd = mode == 's' ?
	    BTRFS_QUOTA_CTL_ENABLE_SIMPLE_QUOTA : BTRFS_QUOTA_CTL_ENABLE };

	return (ioctl(fd, BTRFS_IOC_QUOTA_CTL, &args));
}

int
quota_group(int fd, uint64_t group, int create)
{
	struct btrfs_ioctl_qgroup_create_args args = {
		.create = (uint64_t)create, .qgroupid = group
	};

	return (ioctl(fd, BTRFS_IOC_QGROUP_CREATE, &args) == 0 ||
	    errno == (create ? EEXIST : ENOENT) ? 0 : -1);
}

int
quota_assign(int fd, uint64_t subvol, uint64_t group, int assign)
{
	struct btrfs_ioctl_qgroup_assign_args args = {
		.assign = (uint64_t)assign, .src = subvol, .dst = group
	};

	/* 1: what it has counted so far is to be counted again. */
	return (ioctl(fd, BTRFS_IOC_QGROUP_ASSIGN, &args) >= 0 ||
	    errno == (assign ? EEXIST : ENOENT) ? 0 : -1);
}

int
quota_limit(int fd, uint64_t group, uint64_t bytes)
{
	struct btrfs_ioctl_qgroup_limit_args args = {
		.qgroupid = group,
		.lim = { .flags = BTRFS_QGROUP_LIMIT_MAX_RFER,
		    .max_rfer = bytes == 0 ? UINT64_MAX : bytes }
	};

	return (ioctl(fd, BTRFS_IOC_QGROUP_LIMIT, &args));
}

int
quota_rescan(int fd)
{
	struct btrfs_ioctl_quota_rescan_args args = { .flags = 0 };

	if (ioctl(fd, BTRFS_IOC_QUOTA_RESCAN, &args) == -1 &&
	    errno != EINPROGRESS)
		return (-1);
	return (ioctl(fd, BTRFS_IOC_QUOTA_RESCAN_WAIT));
}
