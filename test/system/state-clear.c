// SPDX-License-Identifier: BSD-2-Clause
/*
 * state-clear: leave nothing of a private state (JAIL_RUN, JAIL_CGROUP) of a
 * test or a demonstration: its prisons with their processes, cgroups, BPF
 * programs, mounts and files.  First by the library's own means, then by
 * force, since the state may be what a killed command left half made.
 *
 *	state-clear		the state that the environment names
 */
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "jail.h"
#include "state.h"

static void
nap(void)
{
	struct timespec ts = { .tv_nsec = 10 * 1000 * 1000 };

	nanosleep(&ts, NULL);
}

/* The library's way: remove every prison, then the state. */
static int
clear_by_library(void)
{
	_cleanup_state_ struct state st = STATE_INIT;
	struct jailparam jp[1];
	int jid, lastjid = 0, removed = 0;

	for (;;) {
		if (jailparam_init(&jp[0], "lastjid") == -1)
			return (-1);
		if (jailparam_import_raw(&jp[0], &lastjid,
		    sizeof(lastjid)) == -1)
			return (-1);
		jid = jailparam_get(jp, 1, JAIL_DYING);
		jailparam_free(jp, 1);
		if (jid <= 0)
			break;
		if (jail_remove(jid) == 0)
			removed++;
		lastjid = jid;
	}
	if (state_open(&st, 0) == -1)
		return (-1);
	return (state_teardown(&st));
}

/* End what lives in a cgroup: frozen, forking or without its main thread. */
static void
kill_cgroup(int dirfd)
{
	char buf[65536], *p, *line;
	ssize_t n;
	int fd, tries;

	for (tries = 0; tries < 500; tries++) {
		fd = openat(dirfd, "cgroup.kill", O_WRONLY | O_CLOEXEC);
		if (fd != -1) {
			(void)!write(fd, "1", 1);
			close(fd);
		}
		fd = openat(dirfd, "cgroup.freeze", O_WRONLY | O_CLOEXEC);
		if (fd != -1) {
			(void)!write(fd, "0", 1);
			close(fd);
		}
		fd = openat(dirfd, "cgroup.procs", O_RDONLY | O_CLOEXEC);
		if (fd == -1)
			return;
		n = read(fd, buf, sizeof(buf) - 1);
		close(fd);
		if (n <= 0)
			return;
		buf[n] = '\0';
		for (p = buf; (line = strsep(&p, "\n")) != NULL;)
			if (atoi(line) > 1)
				kill(atoi(line), SIGKILL);
		nap();
	}
}

static void
remove_cgroup(int parentfd, const char *name)
{
	struct dirent *de;
	DIR *dp;
	int fd, tries;

	fd = openat(parentfd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return;
	dp = fdopendir(fd);
	if (dp == NULL)
		err(1, "%s", name);
	while ((de = readdir(dp)) != NULL)
		if (de->d_type == DT_DIR && de->d_name[0] != '.')
			remove_cgroup(dirfd(dp), de->d_name);
	kill_cgroup(dirfd(dp));
	for (tries = 0; tries < 500; tries++) {
		if (unlinkat(parentfd, name, AT_REMOVEDIR) == 0)
			break;
		nap();
	}
	if (tries == 500)
		warn("cgroup %s", name);
	closedir(dp);
}

/* Remove the cgroup of that name in every hierarchy. */
static void
remove_cgroups(const char *name)
{
	FILE *fp = fopen("/proc/self/mountinfo", "r");
	char *line = NULL, point[4096];
	size_t room = 0;
	int fd;

	if (fp == NULL)
		err(1, "/proc/self/mountinfo");
	while (getline(&line, &room, fp) != -1) {
		if ((strstr(line, " - cgroup2 ") == NULL &&
		    strstr(line, " - cgroup ") == NULL) ||
		    sscanf(line, "%*s %*s %*s %*s %4095s", point) != 1)
			continue;
		fd = open(point, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd == -1)
			continue;
		remove_cgroup(fd, name);
		close(fd);
	}
	free(line);
	fclose(fp);
}

/* Detach every mount at or below dir, the latest first. */
static void
unmount_below(const char *dir)
{
	char *line = NULL, point[4096], last[4096];
	size_t room = 0, n = strlen(dir);
	FILE *fp;
	int tries;

	for (tries = 0; tries < 10000; tries++) {
		last[0] = '\0';
		fp = fopen("/proc/self/mountinfo", "r");
		if (fp == NULL)
			err(1, "/proc/self/mountinfo");
		while (getline(&line, &room, fp) != -1)
			if (sscanf(line, "%*s %*s %*s %*s %4095s", point) == 1 &&
			    strncmp(point, dir, n) == 0 &&
			    (point[n] == '/' || point[n] == '\0'))
				memcpy(last, point, sizeof(last));
		fclose(fp);
		if (last[0] == '\0' || umount2(last, MNT_DETACH) == -1)
			break;
	}
	free(line);
}

static int
remove_entry(const char *path, const struct stat *st, int type,
    struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	if (remove(path) == -1)
		warn("%s", path);
	return (0);
}

int
main(void)
{
	const char *run = getenv("JAIL_RUN"), *cgroup = getenv("JAIL_CGROUP");
	int status;
	pid_t pid;

	/* Never the host's own prisons. */
	if (run == NULL || cgroup == NULL || run[0] != '/' ||
	    strcmp(run, STATE_DIR) == 0 || strcmp(cgroup, STATE_CGROUP) == 0 ||
	    strchr(cgroup, '/') != NULL || cgroup[0] == '\0' ||
	    cgroup[0] == '.')
		errx(2, "JAIL_RUN and JAIL_CGROUP must name a private state");

	/* A state that confuses the library must not end the sweeping. */
	pid = fork();
	if (pid == 0) {
		alarm(60);
		_exit(clear_by_library() == 0 ? 0 : 1);
	}
	if (pid != -1)
		waitpid(pid, &status, 0);

	remove_cgroups(cgroup);
	unmount_below(run);
	if (access(run, F_OK) == 0)
		nftw(run, remove_entry, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
	return (access(run, F_OK) == 0);
}
