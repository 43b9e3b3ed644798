// SPDX-License-Identifier: BSD-2-Clause
#include "store.h"

#include <sys/stat.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void
copy(int from, int to, const char *path)
{
	static char buf[1 << 17];
	ssize_t n, done, w;

	while ((n = read(from, buf, sizeof(buf))) > 0)
		for (done = 0; done < n; done += w)
			if ((w = write(to, buf + done, (size_t)(n - done))) ==
			    -1)
				err(1, "%s", path);
	if (n == -1)
		err(1, "%s", path);
}

static void
make_directories(const char *path)
{
	char dir[PATH_MAX], *slash;

	snprintf(dir, sizeof(dir), "%s", path);
	for (slash = strchr(dir, '/'); slash != NULL;
	    slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (*dir != '\0' && mkdir(dir, 0700) == -1 && errno != EEXIST)
			err(1, "%s", dir);
		*slash = '/';
	}
}

void
store_put(const char *path)
{
	char new[PATH_MAX];
	int fd;

	make_directories(path);
	if (snprintf(new, sizeof(new), "%s.new", path) >= (int)sizeof(new))
		errx(1, "%s: %s", path, strerror(ENAMETOOLONG));
	unlink(new);
	fd = open(new, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	    0600);
	if (fd == -1)
		err(1, "%s", new);
	copy(STDIN_FILENO, fd, new);
	if (fsync(fd) == -1 || close(fd) == -1 || rename(new, path) == -1)
		err(1, "%s", path);
}

void
store_get(const char *path)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat sb;

	if (fd == -1 && (errno == ENOENT || errno == ENOTDIR))
		exit(2);
	if (fd == -1 || fstat(fd, &sb) == -1)
		err(1, "%s", path);
	if (!S_ISREG(sb.st_mode))
		errx(1, "%s: not a file", path);
	copy(fd, STDOUT_FILENO, path);
}
