// SPDX-License-Identifier: BSD-2-Clause
/*
 * The kernel refuses an attribute with anything but zeros where it knows no
 * field, and an initializer need not clear a whole union: hence memset.
 */
#include "pin.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

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

/*
 * bpf(2) takes paths relative to a descriptor only since Linux 6.5; this
 * spelling is understood by all.
 */
static int
pin_path(char path[PINLEN + 32], int dirfd, const char *name)
{
	if (snprintf(path, PINLEN + 32, "/proc/self/fd/%d/%s", dirfd,
	    name) >= PINLEN + 32) {
		errno = ENAMETOOLONG;
		return (-1);
	}
	return (0);
}

int
pin_get(int dirfd, const char *name)
{
	char path[PINLEN + 32];
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.pathname = (uintptr_t)path;
	if (pin_path(path, dirfd, name) == -1)
		return (-1);
	return (skel_sys_bpf(BPF_OBJ_GET, &attr, sizeof(attr)));
}

int
pin_put(int dirfd, const char *name, int fd)
{
	char path[PINLEN + 32];
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.pathname = (uintptr_t)path;
	attr.bpf_fd = fd;
	if (pin_path(path, dirfd, name) == -1)
		return (-1);
	return (skel_sys_bpf(BPF_OBJ_PIN, &attr, sizeof(attr)));
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
