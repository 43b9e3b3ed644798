// SPDX-License-Identifier: BSD-2-Clause
#include "util.h"

#include <sys/random.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void
free_ptr(void *p)
{
	int error = errno;

	free(*(void **)p);
	errno = error;
}

void
fd_close(int *fd)
{
	int error = errno;

	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	errno = error;
}

void *
xcalloc(size_t n, size_t size)
{
	void *p = calloc(n, size);

	if (p == NULL)
		err(1, "no memory");
	return (p);
}

/* Powers of two: a list that grows one by one is copied seldom. */
void *
xgrow(void *p, size_t n, size_t size)
{
	if (n != 0 && (n & (n - 1)) != 0)
		return (p);
	p = reallocarray(p, n == 0 ? 1 : n * 2, size);
	if (p == NULL)
		err(1, "no memory");
	return (p);
}

char *
xstrdup(const char *s)
{
	char *p = strdup(s);

	if (p == NULL)
		err(1, "no memory");
	return (p);
}

char *
xprintf(const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) == -1)
		err(1, "no memory");
	va_end(ap);
	return (s);
}

void
say(const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	putc('\n', stderr);
}

const char *
why(int error)
{
	switch (error) {
	case ENOSPC:
	case EDQUOT:
		return ("out of space");
	case EROFS:
		return ("the file system is read-only");
	case EBUSY:
		return ("dataset is busy");
	}
	return (strerror(error));
}

int
number(const char *text, uint64_t max, uint64_t *ret_n)
{
	char *end;

	if (*text < '0' || *text > '9')
		return (-1);
	errno = 0;
	*ret_n = strtoull(text, &end, 10);
	return (errno != 0 || *end != '\0' || *ret_n > max ? -1 : 0);
}

uint64_t
random_id(void)
{
	uint64_t id = 0;

	while (id == 0)
		if (getrandom(&id, sizeof(id), 0) != sizeof(id))
			err(1, "getrandom");
	return (id);
}

int
path_within(const char *path, const char *top)
{
	size_t n = strlen(top);

	if (strcmp(top, "/") == 0)
		return (path[0] == '/');
	return (strncmp(path, top, n) == 0 &&
	    (path[n] == '\0' || path[n] == '/'));
}

char *
file_read(int dirfd, const char *name, size_t max)
{
	_cleanup_close_ int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC |
	    O_NOFOLLOW);
	_cleanup_free_ char *text = NULL;
	size_t len = 0;
	struct stat st;
	ssize_t n;
	char *ret;

	if (fd == -1 || fstat(fd, &st) == -1)
		return (NULL);
	if (!S_ISREG(st.st_mode) || st.st_size > (off_t)max)
		return (errno = EFBIG, NULL);
	text = xcalloc(1, (size_t)st.st_size + 1);
	while ((n = read(fd, text + len, (size_t)st.st_size - len)) > 0)
		len += (size_t)n;
	if (n == -1)
		return (NULL);
	text[len] = '\0';
	ret = text;
	text = NULL;
	return (ret);
}

static int
write_all(int fd, const char *text)
{
	size_t len = strlen(text);
	ssize_t n;

	while (len > 0) {
		if ((n = write(fd, text, len)) == -1)
			return (-1);
		text += n;
		len -= (size_t)n;
	}
	return (0);
}

int
file_replace(int dirfd, const char *name, const char *text, int sync)
{
	_cleanup_free_ char *temp = xprintf("%s.new", name);
	_cleanup_close_ int fd = openat(dirfd, temp, O_WRONLY | O_CREAT |
	    O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd == -1)
		return (-1);
	if (write_all(fd, text) == -1 || (sync && fsync(fd) == -1) ||
	    renameat(dirfd, temp, dirfd, name) == -1) {
		int error = errno;

		unlinkat(dirfd, temp, 0);
		return (errno = error, -1);
	}
	return (0);
}

/* What comes out of a pipe, up to some lines. */
static char *
drain(int fd)
{
	char *text = xcalloc(1, 4096), rest[512];
	size_t len = 0;
	ssize_t n;

	while ((n = read(fd, len < 4095 ? text + len : rest,
	    len < 4095 ? 4095 - len : sizeof(rest))) > 0)
		if (len < 4095)
			len += (size_t)n;
	text[len] = '\0';
	return (text);
}

static int
wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) == -1)
		if (errno != EINTR)
			err(1, "waitpid");
	return (WIFEXITED(status) ? WEXITSTATUS(status) :
	    128 + WTERMSIG(status));
}

int
run(char *const *argv, char **ret_said)
{
	int p[2];
	pid_t pid;

	if (pipe2(p, O_CLOEXEC) == -1)
		err(1, "pipe");
	fflush(NULL);
	if ((pid = fork()) == -1)
		err(1, "fork");
	if (pid == 0) {
		dup2(p[1], STDERR_FILENO);
		dup2(STDERR_FILENO, STDOUT_FILENO);
		execvp(argv[0], argv);
		warn("%s", argv[0]);
		_exit(127);
	}
	fd_close(&p[1]);
	*ret_said = drain(p[0]);
	fd_close(&p[0]);
	return (wait_for(pid));
}

int
run_quiet(char *const *argv)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	pid_t pid;

	fflush(NULL);
	if ((pid = fork()) == -1)
		err(1, "fork");
	if (pid == 0) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		execvp(argv[0], argv);
		_exit(127);
	}
	fd_close(&null);
	return (wait_for(pid));
}
