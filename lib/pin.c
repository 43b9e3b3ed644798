// SPDX-License-Identifier: BSD-2-Clause
/*
 * The kernel refuses an attribute with anything but zeros where it knows no
 * field, and an initializer need not clear a whole union: hence memset.
 */
#include "pin.h"

#include <sys/syscall.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/skel_internal.h>

#include "fd.h"

int
map_lookup(int fd, const void *key, void *value)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_fd = fd;
	attr.key = (uintptr_t)key;
	attr.value = (uintptr_t)value;
	return (skel_sys_bpf(BPF_MAP_LOOKUP_ELEM, &attr, sizeof(attr)));
}

int
map_update(int fd, const void *key, const void *value)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_fd = fd;
	attr.key = (uintptr_t)key;
	attr.value = (uintptr_t)value;
	return (skel_sys_bpf(BPF_MAP_UPDATE_ELEM, &attr, sizeof(attr)));
}

int
map_delete(int fd, const void *key)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_fd = fd;
	attr.key = (uintptr_t)key;
	return (skel_sys_bpf(BPF_MAP_DELETE_ELEM, &attr, sizeof(attr)));
}

int
map_next(int fd, const void *key, void *next)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_fd = fd;
	attr.key = (uintptr_t)key;
	attr.next_key = (uintptr_t)next;
	return (skel_sys_bpf(BPF_MAP_GET_NEXT_KEY, &attr, sizeof(attr)));
}

#define PATH_FD	(1U << 14)	/* BPF_F_PATH_FD, Linux 6.5 */

/* The attributes of BPF_OBJ_GET and BPF_OBJ_PIN, with the last of them. */
struct obj_attr {
	uint64_t	oa_pathname;
	uint32_t	oa_fd;
	uint32_t	oa_flags;
	int32_t		oa_path_fd;
	uint32_t	oa_pad;
};

static atomic_int no_path_fd;

/*
 * A path relative to a descriptor; before Linux 6.5 in the spelling that is
 * understood by all, if at the price of a walk through /proc.
 */
static int
obj_call(int cmd, int dirfd, const char *name, int fd)
{
	struct obj_attr oa = {
		.oa_pathname = (uintptr_t)name, .oa_fd = (uint32_t)fd,
		.oa_flags = PATH_FD, .oa_path_fd = dirfd,
	};
	char path[PINLEN + 32];
	int ret;

	if (!no_path_fd) {
		ret = (int)syscall(SYS_bpf, cmd, &oa, sizeof(oa));
		if (ret != -1 || errno != EINVAL)
			return (ret);
	}
	if (snprintf(path, sizeof(path), "/proc/self/fd/%d/%s", dirfd,
	    name) >= (int)sizeof(path)) {
		errno = ENAMETOOLONG;
		return (-1);
	}
	oa.oa_pathname = (uintptr_t)path;
	oa.oa_flags = 0;
	oa.oa_path_fd = 0;
	ret = (int)syscall(SYS_bpf, cmd, &oa, sizeof(oa));
	if (ret != -1)
		no_path_fd = 1;	/* that was it */
	return (ret);
}

int
pin_get(int dirfd, const char *name)
{
	return (obj_call(BPF_OBJ_GET, dirfd, name, 0));
}

int
pin_put(int dirfd, const char *name, int fd)
{
	return (obj_call(BPF_OBJ_PIN, dirfd, name, fd));
}

int
link_create(int progfd, int target, int attach)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.link_create.prog_fd = progfd;
	attr.link_create.target_fd = target;
	attr.link_create.attach_type = attach;
	return (skel_sys_bpf(BPF_LINK_CREATE, &attr, sizeof(attr)));
}

int
link_update(int linkfd, int progfd)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.link_update.link_fd = linkfd;
	attr.link_update.new_prog_fd = progfd;
	return (skel_sys_bpf(BPF_LINK_UPDATE, &attr, sizeof(attr)));
}

/* Closing the last descriptor of a link would do it some time later. */
static int
link_detach(int linkfd)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.link_detach.link_fd = linkfd;
	return (skel_sys_bpf(BPF_LINK_DETACH, &attr, sizeof(attr)));
}

/* Call fn with the name of each pin that begins with prefix. */
int
pin_each(int dirfd, const char *prefix, int (*fn)(int, const char *, void *),
    void *arg)
{
	struct dirent *de;
	DIR *dir;
	int error = 0, fd;

	if ((fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) ==
	    -1)
		return (-1);
	if ((dir = fdopendir(fd)) == NULL) {
		close(fd);
		return (-1);
	}
	while ((de = readdir(dir)) != NULL) {
		/* with a dot: the kernel's own (maps.debug) */
		if (strchr(de->d_name, '.') != NULL ||
		    strncmp(de->d_name, prefix, strlen(prefix)) != 0)
			continue;
		if (fn(dirfd, de->d_name, arg) == -1)
			error = -1;
	}
	closedir(dir);
	return (error);
}

int
pin_remove(int dirfd, const char *name, void *arg)
{
	_cleanup_close_ int fd = -1;

	(void)arg;
	/* Fails for what is no link, and for one whose cgroup is gone. */
	if (strcmp(name, "version") != 0 && (fd = pin_get(dirfd, name)) != -1)
		link_detach(fd);
	return (unlinkat(dirfd, name, 0));
}
