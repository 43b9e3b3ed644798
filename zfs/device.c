// SPDX-License-Identifier: BSD-2-Clause
#include "device.h"

#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/btrfs.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "loop.h"
#include "name.h"
#include "step.h"
#include "subvol.h"
#include "util.h"

#define LABEL		"zpool "	/* and the name */
#define LABEL_MAX	256

/* Where btrfs has its first superblock, and in that its magic and label. */
#define SUPER		65536
#define SUPER_MAGIC	64
#define SUPER_LABEL	299

/* ------------------------------------------------------------------------
 * Labels.
 */

int
device_label(const char *path, char **ret_name)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char super[SUPER_LABEL + LABEL_MAX], *label = super + SUPER_LABEL;
	struct stat st;

	if (fd == -1 || fstat(fd, &st) == -1 || (!S_ISREG(st.st_mode) &&
	    !S_ISBLK(st.st_mode)) || pread(fd, super, sizeof(super), SUPER) !=
	    sizeof(super) || memcmp(super + SUPER_MAGIC, "_BHRfS_M", 8) != 0)
		return (-1);
	label[LABEL_MAX - 1] = '\0';
	if (strncmp(label, LABEL, strlen(LABEL)) != 0 ||
	    name_wrong(label + strlen(LABEL), NAME_POOL) != NULL)
		return (-1);
	*ret_name = xstrdup(label + strlen(LABEL));
	return (0);
}

int
device_set_label(const char *dir, const char *name)
{
	_cleanup_close_ int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char label[LABEL_MAX] = "";

	snprintf(label, sizeof(label), LABEL "%s", name);
	return (fd == -1 ? -1 : ioctl(fd, BTRFS_IOC_SET_FSLABEL, label));
}

/* ------------------------------------------------------------------------
 * Mounting.
 */

static int
mount_device(const struct reg *rg, const char *dir)
{
	_cleanup_close_ int fd = -1;
	char dev[LOOP_NAME];

	if (rg->rg_kind == REG_DIR)
		return (mount(rg->rg_path, dir, NULL, MS_BIND, NULL));
	if (rg->rg_kind == REG_DEVICE)
		return (mount(rg->rg_path, dir, "btrfs", 0, ""));
	fd = loop_attach(rg->rg_path, dev);
	step("zpool-loop");
	/* The mount keeps the device when our descriptor is closed. */
	return (fd == -1 ? -1 : mount(dev, dir, "btrfs", 0, ""));
}

int
device_mount(const struct reg *rg, const char *doing)
{
	_cleanup_free_ char *run = pool_dir(NULL);	/* made */
	_cleanup_free_ char *dir = pool_dir(rg->rg_name);

	(void)run;
	if (mkdir(dir, 0700) == -1 && errno != EEXIST) {
		say("%s '%s': %s: %s", doing, rg->rg_name, dir,
		    strerror(errno));
		return (-1);
	}
	if (mount_device(rg, dir) == -1) {
		say("%s '%s': %s: %s", doing, rg->rg_name, rg->rg_path,
		    strerror(errno));
		rmdir(dir);
		return (-1);
	}
	step("zpool-mounted");
	return (0);
}

int
device_unmount(const char *name, int force)
{
	_cleanup_free_ char *dir = pool_dir(name);

	if (umount2(dir, UMOUNT_NOFOLLOW | (force ? MNT_DETACH : 0)) == -1 &&
	    errno != EINVAL && errno != ENOENT) {
		say("cannot unmount '%s': %s", dir, strerror(errno));
		return (-1);
	}
	rmdir(dir);
	return (0);
}

/* ------------------------------------------------------------------------
 * Making.
 */

int
device_make_file(const char *path, uint64_t size)
{
	_cleanup_close_ int fd = open(path, O_RDWR | O_CREAT | O_EXCL |
	    O_CLOEXEC, 0600);

	if (fd != -1 && ftruncate(fd, (off_t)size) == 0)
		return (0);
	say("cannot create '%s': %s", path, strerror(errno));
	if (fd != -1)
		unlink(path);
	return (-1);
}

/* What mkfs has to say, in a line. */
static void
say_format(const struct reg *rg, int status, const char *said)
{
	const char *line = strstr(said, "ERROR: ");
	const char *fs = strstr(said, "existing filesystem (");

	if (status == 127)
		say("cannot create '%s': mkfs.btrfs is not installed: it is "
		    "in btrfs-progs", rg->rg_name);
	else if (fs != NULL)
		say("invalid vdev specification\nuse '-f' to override the "
		    "following errors:\n%s contains a filesystem of type "
		    "'%.*s'", rg->rg_path, (int)strcspn(fs + 21, ")"),
		    fs + 21);
	else if (line != NULL)
		say("cannot create '%s': %.*s", rg->rg_name,
		    (int)strcspn(line + 7, "\n"), line + 7);
	else
		say("cannot create '%s': mkfs.btrfs failed", rg->rg_name);
}

int
device_format(const struct reg *rg, int force)
{
	_cleanup_free_ char *label = xprintf(LABEL "%s", rg->rg_name);
	_cleanup_free_ char *said = NULL;
	_cleanup_close_ int fd = -1;
	char dev[LOOP_NAME];
	char *args[] = { (char *)(uintptr_t)"mkfs.btrfs",
		(char *)(uintptr_t)"-q", (char *)(uintptr_t)"-L", label,
		rg->rg_path, force ? (char *)(uintptr_t)"-f" : NULL, NULL };
	int status;

	/* By the device, so that it is seen whether the file is in use. */
	if (rg->rg_kind == REG_FILE) {
		if ((fd = loop_attach(rg->rg_path, dev)) == -1) {
			say("cannot create '%s': %s: %s", rg->rg_name,
			    rg->rg_path, strerror(errno));
			return (-1);
		}
		args[4] = dev;
	}
	status = run(args, &said);
	if (status != 0) {
		say_format(rg, status, said);
		return (-1);
	}
	return (fd != -1 && fsync(fd) == -1 ? -1 : 0);
}

/* ------------------------------------------------------------------------
 * Destroying.
 */

static void
wipe_dir(const char *path)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_DIRECTORY |
	    O_CLOEXEC);
	_cleanup_close_ int ds = fd == -1 ? -1 : openat(fd, "ds",
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int copy = ds == -1 ? -1 : dup(ds);
	DIR *d = copy == -1 ? NULL : fdopendir(copy);
	struct dirent *de;
	uint64_t id;

	if (fd == -1)
		return;
	/* Without an index it is no pool, whatever else is left. */
	unlinkat(fd, "index", 0);
	unlinkat(fd, "index.new", 0);
	while (d != NULL && (de = readdir(d)) != NULL)
		if (number(de->d_name, UINT64_MAX, &id) == 0)
			subvol_delete(ds, id);
	if (d != NULL)
		closedir(d);
	unlinkat(fd, "ds", AT_REMOVEDIR);
	unlinkat(fd, "recv", AT_REMOVEDIR);
	reserve_give(&(struct pool){ .po_fd = fd });
}

void
device_wipe(const struct reg *rg)
{
	static const char zero[8];
	_cleanup_close_ int fd = -1;
	_cleanup_free_ char *name = NULL;

	if (rg->rg_kind == REG_DIR) {
		wipe_dir(rg->rg_path);
		return;
	}
	/* Only what is still this pool's. */
	if (device_label(rg->rg_path, &name) == -1 ||
	    (fd = open(rg->rg_path, O_WRONLY | O_CLOEXEC)) == -1)
		return;
	if (pwrite(fd, zero, sizeof(zero), SUPER + SUPER_MAGIC) == -1 ||
	    fsync(fd) == -1)
		say("%s: %s", rg->rg_path, strerror(errno));
}

int
device_errors(const struct pool *po, uint64_t ret_errors[3])
{
	struct btrfs_ioctl_fs_info_args fs = { .flags = 0 };
	struct btrfs_ioctl_get_dev_stats dev;
	uint64_t id;

	memset(ret_errors, 0, 3 * sizeof(*ret_errors));
	if (ioctl(po->po_fd, BTRFS_IOC_FS_INFO, &fs) == -1)
		return (0);
	for (id = 0; id <= fs.max_id; id++) {
		memset(&dev, 0, sizeof(dev));
		dev.devid = id;
		dev.nr_items = BTRFS_DEV_STAT_VALUES_MAX;
		if (ioctl(po->po_fd, BTRFS_IOC_GET_DEV_STATS, &dev) == -1)
			continue;
		ret_errors[0] += dev.values[BTRFS_DEV_STAT_READ_ERRS];
		ret_errors[1] += dev.values[BTRFS_DEV_STAT_WRITE_ERRS];
		ret_errors[2] += dev.values[BTRFS_DEV_STAT_CORRUPTION_ERRS];
	}
	return (ret_errors[0] + ret_errors[1] + ret_errors[2] > 0);
}
