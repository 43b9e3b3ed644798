// SPDX-License-Identifier: BSD-2-Clause
#include "lock.h"

#include <sys/stat.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SIZE_MAX_	(1 << 20)

static char *
slurp(const char *name, struct stat *ret_sb)
{
	int fd = open(name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	char *buf;
	ssize_t n;

	if (fd == -1 && (errno == ENOENT || errno == ENOTDIR))
		return (NULL);
	if (fd == -1 || fstat(fd, ret_sb) == -1)
		err(1, "%s", name);
	if (!S_ISREG(ret_sb->st_mode) || ret_sb->st_size > SIZE_MAX_)
		errx(1, "%s: not a file of accounts", name);
	if ((buf = malloc((size_t)ret_sb->st_size + 1)) == NULL ||
	    (n = read(fd, buf, (size_t)ret_sb->st_size)) == -1)
		err(1, "%s", name);
	buf[n] = '\0';
	close(fd);
	return (buf);
}

/* Is the second field one that lets nobody in, or that points to shadow? */
static int
locked(const char *password)
{
	return (strchr("*!x", *password) != NULL && *password != '\0' &&
	    *password != ':' && *password != '\n');
}

/* Write one line, root's without its password. */
static void
put_line(FILE *f, const char *line, int len)
{
	const char *password, *rest;

	if (strncmp(line, "root:", 5) != 0 || locked(line + 5)) {
		fprintf(f, "%.*s\n", len, line);
		return;
	}
	password = line + 5;
	rest = memchr(password, ':', (size_t)(len - 5));
	fprintf(f, "root:*%.*s\n", rest == NULL ? 0 :
	    (int)(line + len - rest), rest == NULL ? "" : rest);
}

static void
rewrite(const char *name, const char *new)
{
	struct stat sb;
	char *text = slurp(name, &sb), *p;
	FILE *f;
	int fd;

	if (text == NULL)
		return;
	unlink(new);
	fd = open(new, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd == -1 || (f = fdopen(fd, "w")) == NULL ||
	    fchown(fd, sb.st_uid, sb.st_gid) == -1 ||
	    fchmod(fd, sb.st_mode & 0777) == -1)
		err(1, "%s", new);
	for (p = text; *p != '\0'; p += strcspn(p, "\n"), p += *p == '\n')
		put_line(f, p, (int)strcspn(p, "\n"));
	if (fflush(f) == EOF || fclose(f) == EOF || rename(new, name) == -1)
		err(1, "%s", name);
	free(text);
}

void
lock_root(void)
{
	rewrite("/etc/passwd", "/etc/.passwd.new");
	rewrite("/etc/shadow", "/etc/.shadow.new");
}
