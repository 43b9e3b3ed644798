// SPDX-License-Identifier: BSD-2-Clause
#include "index.h"

#include <sys/stat.h>

#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sum.h"

#define DEPTH_MAX	256	/* a descriptor each */

static int bad;		/* something could not be read */
static dev_t device;

static void
complain(const char *path, const char *text)
{
	bad = -1;
	warnx("%s: %s", path, text);
}

/* A name, so that it stays one field of one line. */
static void
put_escaped(const char *s)
{
	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		if (c <= ' ' || c == '|' || c == '\\' || c == 0x7f)
			printf("\\%03o", c);
		else
			putchar(c);
	}
}

static void
put_line(const char *path, char type, const struct stat *sb, const char *sum,
    const char *target)
{
	put_escaped(path);
	printf("|%c|%u|%u|%04o|%s|", type, sb->st_uid, sb->st_gid,
	    sb->st_mode & 07777, sum);
	put_escaped(target);
	putchar('\n');
}

static void
visit_file(int dir, const char *name, const char *path, struct stat *sb)
{
	char sum[SUM_HEX];
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
	    O_CLOEXEC);

	/* It may be another by now. */
	if (fd == -1 || fstat(fd, sb) == -1)
		complain(path, strerror(errno));
	else if (!S_ISREG(sb->st_mode))
		complain(path, "has just been changed");
	else if (sum_fd(fd, sum) == -1)
		complain(path, strerror(errno));
	else
		put_line(path, 'f', sb, sum, "");
	if (fd != -1)
		close(fd);
}

static void
visit_link(int dir, const char *name, const char *path, const struct stat *sb)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(dir, name, target, sizeof(target) - 1);

	if (n == -1) {
		complain(path, strerror(errno));
		return;
	}
	target[n] = '\0';
	put_line(path, 'L', sb, "", target);
}

static int
no_dots(const struct dirent *de)
{
	return (strcmp(de->d_name, ".") != 0 && strcmp(de->d_name, "..") != 0);
}

static int
by_bytes(const struct dirent **a, const struct dirent **b)
{
	return (strcmp((*a)->d_name, (*b)->d_name));
}

static void visit(int dir, const char *name, const char *path, int depth);

static void
visit_below(int dir, const char *name, const char *path, int depth)
{
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
	    O_CLOEXEC), i, n = -1;
	char below[PATH_MAX];
	struct dirent **list;

	if (fd == -1 || (n = scandirat(fd, ".", &list, no_dots, by_bytes)) ==
	    -1)
		complain(path, strerror(errno));
	for (i = 0; i < n; i++) {
		if (snprintf(below, sizeof(below), "%s/%s", path,
		    list[i]->d_name) >= (int)sizeof(below))
			complain(path, strerror(ENAMETOOLONG));
		else
			visit(fd, list[i]->d_name, below, depth + 1);
		free(list[i]);
	}
	if (n != -1)
		free(list);
	if (fd != -1)
		close(fd);
}

static void
visit(int dir, const char *name, const char *path, int depth)
{
	struct stat sb;

	if (fstatat(dir, name, &sb, AT_SYMLINK_NOFOLLOW) == -1) {
		/* Of a world that lives, something may be gone. */
		if (errno != ENOENT)
			complain(path, strerror(errno));
		return;
	}
	if (sb.st_dev != device)
		return;
	switch (sb.st_mode & S_IFMT) {
	case S_IFREG:
		visit_file(dir, name, path, &sb);
		break;
	case S_IFLNK:
		visit_link(dir, name, path, &sb);
		break;
	case S_IFDIR:
		put_line(path, 'd', &sb, "", "");
		if (depth < DEPTH_MAX)
			visit_below(dir, name, path, depth);
		else
			complain(path, "too deep");
		break;
	default:
		put_line(path, 'o', &sb, "", "");
		break;
	}
}

int
index_print(char *const *names)
{
	char path[PATH_MAX];
	struct stat sb;

	if (stat(".", &sb) == -1)
		err(1, "the root of the world");
	device = sb.st_dev;
	for (; *names != NULL; names++) {
		snprintf(path, sizeof(path), "/%s", *names);
		visit(AT_FDCWD, *names, path, 0);
	}
	if (fflush(stdout) == EOF)
		err(1, "standard output");
	return (bad);
}
