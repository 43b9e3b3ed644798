// SPDX-License-Identifier: BSD-2-Clause
#include "cgroup.h"

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fd.h"
#include "sys.h"

#define KILL_ROUNDS	100	/* some 20 s: then it sleeps in the kernel */
#define PIDS_MAX_BYTES	(16 << 20)	/* cgroup.procs: 4 million PIDs */

#define MOUNT_MAX	1024

/* The root and the point of the first mount of cgroup2. */
static int
cgroup_mount(char root[MOUNT_MAX], char point[MOUNT_MAX])
{
	_cleanup_fclose_ FILE *f = fopen("/proc/self/mountinfo", "re");
	_cleanup_free_ char *line = NULL;
	size_t cap = 0;
	char *sep;

	if (f == NULL)
		return (-1);
	while (getline(&line, &cap, f) != -1)
		if ((sep = strstr(line, " - ")) != NULL &&
		    strncmp(sep, " - cgroup2 ", 11) == 0 &&
		    sscanf(line, "%*d %*d %*s %1023s %1023s", root, point) == 2)
			return (0);
	errno = ENOENT;
	return (-1);
}

static int
copy_path(char *path, size_t size, const char *from)
{
	if (strlen(from) >= size)
		return (errno = ENAMETOOLONG, -1);
	memcpy(path, from, strlen(from) + 1);
	return (0);
}

int
cgroup_find(char *path, size_t size, unsigned *ret_depth)
{
	char root[MOUNT_MAX], point[MOUNT_MAX], *p;

	if (cgroup_mount(root, point) == -1)
		return (-1);
	*ret_depth = 0;
	for (p = root; *p != '\0'; p++)
		if (*p == '/' && p[1] != '\0')
			(*ret_depth)++;
	return (copy_path(path, size, point));
}

int
cgroup_root(char *path, size_t size)
{
	char root[MOUNT_MAX], point[MOUNT_MAX];

	if (cgroup_mount(root, point) == -1)
		return (-1);
	return (copy_path(path, size, strcmp(root, "/") == 0 ? "" : root));
}

int
cgroup_open(int parentfd, const char *name)
{
	return (openat(parentfd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

int
cgroup_id(int cgfd, uint64_t *ret_id)
{
	struct stat st;

	/* The inode number of a cgroup directory is its id (kernfs, 64 bit). */
	if (fstat(cgfd, &st) == -1)
		return (-1);
	*ret_id = st.st_ino;
	return (0);
}

int
cgroup_make(int parentfd, const char *name, uint64_t *ret_id)
{
	int fd;

	if (mkdirat(parentfd, name, 0755) == -1)
		return (-1);
	if ((fd = cgroup_open(parentfd, name)) == -1 ||
	    cgroup_id(fd, ret_id) == -1) {
		fd_close(&fd);
		unlinkat(parentfd, name, AT_REMOVEDIR);
	}
	return (fd);
}

int
cgroup_populated(int cgfd)
{
	char buf[256];
	const char *p;

	if (sys_read_at(cgfd, "cgroup.events", buf, sizeof(buf)) == -1 ||
	    (p = strstr(buf, "populated ")) == NULL)
		return (-1);
	return (p[sizeof("populated ") - 1] == '1');
}

int
cgroup_pids(int cgfd, pid_t **ret_pids)
{
	_cleanup_free_ char *buf = NULL;
	_cleanup_free_ pid_t *pids = NULL;
	size_t size = 4096;
	ssize_t n;
	char *p, *end;
	int npids = 0;

	for (;; size *= 4) {
		free_ptr(&buf);
		if ((buf = malloc(size)) == NULL)
			return (-1);
		n = sys_read_at(cgfd, "cgroup.procs", buf, size);
		if (n >= 0)
			break;
		if (errno != EFBIG || size > PIDS_MAX_BYTES)
			return (-1);
	}
	if ((pids = calloc(n / 2 + 1, sizeof(*pids))) == NULL)
		return (-1);
	for (p = buf; *p != '\0'; p = end + 1) {
		pids[npids++] = strtol(p, &end, 10);
		if (*end != '\n')
			break;
	}
	*ret_pids = pids;
	pids = NULL;
	return (npids);
}

/* Call fn on each sub-cgroup, with it opened below cgfd. */
static int
for_each_child(int cgfd, int (*fn)(int parentfd, const char *name))
{
	struct dirent *de;
	DIR *d;
	int fd, error = 0;

	if ((fd = openat(cgfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
		return (-1);
	if ((d = fdopendir(fd)) == NULL) {
		close(fd);
		return (-1);
	}
	while ((de = readdir(d)) != NULL)
		if (de->d_type == DT_DIR && de->d_name[0] != '.' &&
		    fn(cgfd, de->d_name) == -1)
			error = -1;
	closedir(d);
	return (error);
}

/*
 * kill(2) each process by its PID: cgroup.kill passes over a process whose
 * main thread has exited while another thread lives.  The group is frozen,
 * so that the list does not grow under us.
 */
static void
kill_each(int cgfd)
{
	_cleanup_free_ pid_t *pids = NULL;
	int i, n = cgroup_pids(cgfd, &pids);

	for (i = 0; i < n; i++)
		if (pids[i] > 0)
			kill(pids[i], SIGKILL);
}

static int
kill_each_below(int parentfd, const char *name)
{
	_cleanup_close_ int fd = cgroup_open(parentfd, name);

	if (fd == -1)
		return (-1);
	kill_each(fd);
	return (for_each_child(fd, kill_each_below));
}

int
cgroup_kill(int cgfd)
{
	_cleanup_close_ int events = -1;
	struct pollfd pfd;
	char buf[256];
	int populated, round;
	ssize_t n;

	if ((populated = cgroup_populated(cgfd)) <= 0)
		return (populated);
	events = openat(cgfd, "cgroup.events", O_RDONLY | O_CLOEXEC);
	sys_write_at(cgfd, "cgroup.kill", "1");
	for (round = 0; (populated = cgroup_populated(cgfd)) == 1; round++) {
		/*
		 * kernfs reports a change of cgroup.events as POLLPRI to who
		 * has read it.  Most prisons are empty within the first wait;
		 * one that is not holds something cgroup.kill cannot end.
		 */
		pfd = (struct pollfd){ .fd = events, .events = POLLPRI };
		n = pread(events, buf, sizeof(buf) - 1, 0);
		buf[n > 0 ? n : 0] = '\0';
		if (strstr(buf, "populated 1") != NULL)
			poll(&pfd, 1, round < 5 ? 20 : 200);
		if (round % 5 != 0 || cgroup_populated(cgfd) != 1)
			continue;
		sys_write_at(cgfd, "cgroup.freeze", "1");
		kill_each(cgfd);
		for_each_child(cgfd, kill_each_below);
		sys_write_at(cgfd, "cgroup.freeze", "0");
		if (round >= KILL_ROUNDS) {
			errno = EBUSY;
			return (-1);
		}
	}
	return (populated == -1 && errno != ENODEV && errno != ENOENT ? -1 : 0);
}

int
cgroup_remove(int parentfd, const char *name)
{
	if (unlinkat(parentfd, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return (0);
	if (errno == EBUSY || errno == ENOTEMPTY) {
		_cleanup_close_ int fd = cgroup_open(parentfd, name);

		if (fd != -1)
			for_each_child(fd, cgroup_remove);
		if (unlinkat(parentfd, name, AT_REMOVEDIR) == 0 ||
		    errno == ENOENT)
			return (0);
	}
	return (-1);
}
