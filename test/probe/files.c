// SPDX-License-Identifier: BSD-2-Clause
/* Questions about files, devices and mounts. */
#include "probe.h"

#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int
q_owner(int argc, char **argv)
{
	struct stat st;

	(void)argc;
	if (lstat(argv[0], &st) == -1)
		return (refused());
	printf("%u:%u\n", st.st_uid, st.st_gid);
	return (0);
}

static int
q_ischar(int argc, char **argv)
{
	struct stat st;

	(void)argc;
	if (stat(argv[0], &st) == -1)
		return (refused());
	if (!S_ISCHR(st.st_mode)) {
		errno = ENODEV;
		return (refused());
	}
	printf("%u:%u\n", major(st.st_rdev), minor(st.st_rdev));
	return (0);
}

/* Directories too: O_RDONLY opens them. */
static int
q_open(int argc, char **argv)
{
	int mode = O_RDONLY;

	if (argc > 1 && strcmp(argv[1], "w") == 0)
		mode = O_WRONLY;
	if (argc > 1 && strcmp(argv[1], "rw") == 0)
		mode = O_RDWR;
	return (answer(open(argv[0], mode | O_NOCTTY | O_NONBLOCK)));
}

/* Open relative to a descriptor that was inherited. */
static int
q_openat(int argc, char **argv)
{
	(void)argc;
	return (answer(openat((int)number(argv[0]), argv[1], O_RDONLY)));
}

static int
q_fchdir(int argc, char **argv)
{
	char cwd[4096];

	(void)argc;
	if (fchdir((int)number(argv[0])) == -1)
		return (refused());
	printf("%s\n", getcwd(cwd, sizeof(cwd)) == NULL ? "?" : cwd);
	return (0);
}

static int
q_write(int argc, char **argv)
{
	int fd = open(argv[0], O_WRONLY | O_CREAT, 0644);

	(void)argc;
	if (fd == -1)
		return (refused());
	return (answer(write(fd, argv[1], strlen(argv[1]))));
}

static int
q_chown(int argc, char **argv)
{
	(void)argc;
	return (answer(chown(argv[0], (uid_t)number(argv[1]),
	    (gid_t)number(argv[2]))));
}

static int
q_mknod(int argc, char **argv)
{
	mode_t type = argv[1][0] == 'b' ? S_IFBLK : S_IFCHR;

	(void)argc;
	return (answer(mknod(argv[0], type | 0600,
	    makedev(number(argv[2]), number(argv[3])))));
}

static int
q_mount(int argc, char **argv)
{
	unsigned long flags = 0;

	if (argc > 3 && strcmp(argv[3], "bind") == 0)
		flags = MS_BIND;
	if (argc > 3 && strcmp(argv[3], "remount") == 0)
		flags = MS_REMOUNT | MS_BIND;
	return (answer(mount(argv[0], argv[1], argv[2], flags, NULL)));
}

static int
q_umount(int argc, char **argv)
{
	(void)argc;
	return (answer(umount2(argv[0], MNT_DETACH)));
}

static int
q_open_tree(int argc, char **argv)
{
	(void)argc;
	return (answer(syscall(SYS_open_tree, AT_FDCWD, argv[0], 1)));
}

static int
q_fsopen(int argc, char **argv)
{
	(void)argc;
	return (answer(syscall(SYS_fsopen, argv[0], 0)));
}

/* The classic way out of a chroot: hold a directory, chroot below, climb. */
static int
q_chroot_escape(int argc, char **argv)
{
	struct stat before, now;
	int i, fd = open("/", O_RDONLY | O_DIRECTORY);

	(void)argc;
	if (stat("/", &before) == -1 || fd == -1)
		return (refused());
	if ((mkdir(argv[0], 0755) == -1 && errno != EEXIST) ||
	    chroot(argv[0]) == -1 || fchdir(fd) == -1)
		return (refused());
	for (i = 0; i < 100; i++)
		if (chdir("..") == -1)
			return (refused());
	if (stat(".", &now) == -1)
		return (refused());
	if (now.st_dev == before.st_dev && now.st_ino == before.st_ino) {
		errno = EXDEV;
		return (refused());
	}
	return (0);
}

static int
q_setflag(int argc, char **argv)
{
	int flags, fd = open(argv[0], O_RDONLY);

	(void)argc;
	if (fd == -1 || ioctl(fd, FS_IOC_GETFLAGS, &flags) == -1)
		return (refused());
	flags |= FS_IMMUTABLE_FL;
	if (ioctl(fd, FS_IOC_SETFLAGS, &flags) == -1)
		return (refused());
	flags &= ~FS_IMMUTABLE_FL;
	return (answer(ioctl(fd, FS_IOC_SETFLAGS, &flags)));
}

static int
q_setxattr(int argc, char **argv)
{
	(void)argc;
	return (answer(setxattr(argv[0], argv[1], "x", 1, 0)));
}

static int
q_by_handle(int argc, char **argv)
{
	union {
		struct file_handle fh;
		char room[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	} u = { .fh.handle_bytes = MAX_HANDLE_SZ };
	int dirfd, id;

	(void)argc;
	if (name_to_handle_at(AT_FDCWD, argv[0], &u.fh, &id, 0) == -1 ||
	    (dirfd = open(argv[0], O_RDONLY)) == -1)
		return (refused());
	return (answer(open_by_handle_at(dirfd, &u.fh, O_RDONLY)));
}

/* How many mounts does the process see? */
static int
q_mounts(int argc, char **argv)
{
	FILE *fp = fopen("/proc/self/mountinfo", "r");
	char *line = NULL, point[4096];
	size_t room = 0;

	(void)argc;
	(void)argv;
	if (fp == NULL)
		return (refused());
	while (getline(&line, &room, fp) != -1)
		if (sscanf(line, "%*s %*s %*s %*s %4095s", point) == 1)
			printf("%s\n", point);
	free(line);
	fclose(fp);
	return (0);
}

const struct probe probe_files[] = {
	{ "owner", 1, "path", q_owner },
	{ "ischar", 1, "path", q_ischar },
	{ "open", 1, "path [w|rw]", q_open },
	{ "openat", 2, "fd path", q_openat },
	{ "fchdir", 1, "fd", q_fchdir },
	{ "write", 2, "path text", q_write },
	{ "chown", 3, "path uid gid", q_chown },
	{ "mknod", 4, "path b|c major minor", q_mknod },
	{ "mount", 3, "source target type [bind|remount]", q_mount },
	{ "umount", 1, "target", q_umount },
	{ "open_tree", 1, "path", q_open_tree },
	{ "fsopen", 1, "type", q_fsopen },
	{ "chroot_escape", 1, "dir", q_chroot_escape },
	{ "setflag", 1, "path", q_setflag },
	{ "setxattr", 2, "path name", q_setxattr },
	{ "by_handle", 1, "dir", q_by_handle },
	{ "mounts", 0, "", q_mounts },
	{ NULL, 0, NULL, NULL },
};
