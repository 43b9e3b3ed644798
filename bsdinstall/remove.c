// SPDX-License-Identifier: BSD-2-Clause
#include "remove.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define DEPTH_MAX	512	/* a descriptor each */

/* Empties the directory fd and closes it. */
static int
empty(int fd, int depth)
{
	struct dirent *de;
	int sub, r = 0;
	DIR *d;

	if (depth > DEPTH_MAX) {
		close(fd);
		return (errno = ELOOP, -1);
	}
	if ((d = fdopendir(fd)) == NULL) {
		close(fd);
		return (-1);
	}
	while (r == 0 && (errno = 0, de = readdir(d)) != NULL) {
		if (strcmp(de->d_name, ".") == 0 ||
		    strcmp(de->d_name, "..") == 0)
			continue;
		if (unlinkat(fd, de->d_name, 0) == 0)
			continue;
		sub = errno != EISDIR && errno != EPERM ? -1 : openat(fd,
		    de->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
		    O_CLOEXEC);
		r = sub == -1 || empty(sub, depth + 1) == -1 ||
		    unlinkat(fd, de->d_name, AT_REMOVEDIR) == -1 ? -1 : 0;
	}
	if (de == NULL && errno != 0)
		r = -1;
	sub = errno;
	closedir(d);
	errno = sub;
	return (r);
}

int
remove_below(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return (fd == -1 ? -1 : empty(fd, 0));
}

int
remove_tree(const char *path)
{
	if (unlink(path) == 0)
		return (0);
	if (errno != EISDIR && errno != EPERM)
		return (-1);
	return (remove_below(path) == -1 ? -1 : rmdir(path));
}
