// SPDX-License-Identifier: BSD-2-Clause
#include "ns.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "fd.h"

const char *const ns_names[NS_COUNT] = {
	[NS_UTS] = "uts", [NS_IPC] = "ipc", [NS_MNT] = "mnt",
	[NS_USER] = "user"
};

static const int ns_flags[NS_COUNT] = {
	[NS_UTS] = CLONE_NEWUTS, [NS_IPC] = CLONE_NEWIPC,
	[NS_MNT] = CLONE_NEWNS, [NS_USER] = CLONE_NEWUSER
};

/* "PID/ns/uts", without stdio: the child that builds a view may not lock. */
static void
ns_path(char *buf, pid_t pid, const char *name)
{
	char digits[16], *p = digits + sizeof(digits) - 1;

	*p = '\0';
	if (pid == 0)
		p = strcpy(digits, "self");
	else
		do
			*--p = '0' + pid % 10;
		while ((pid /= 10) != 0);
	strcpy(buf, p);
	strcat(buf, "/ns/");
	strcat(buf, name);
}

int
ns_open(int procfd, pid_t pid, struct ns_set *ret_ns, struct ns_ids *ret_ids)
{
	struct stat st;
	char path[48];
	int i;

	*ret_ns = (struct ns_set)NS_SET_INIT;
	for (i = 0; i < NS_COUNT; i++) {
		ns_path(path, pid, ns_names[i]);
		ret_ns->ns_fd[i] = openat(procfd, path, O_RDONLY | O_CLOEXEC);
		if (ret_ns->ns_fd[i] == -1 ||
		    fstat(ret_ns->ns_fd[i], &st) == -1) {
			ns_close(ret_ns);
			return (-1);
		}
		ret_ids->ni_ino[i] = st.st_ino;
	}
	return (0);
}

void
ns_close(struct ns_set *ns)
{
	int i;

	for (i = 0; i < NS_COUNT; i++)
		fd_close(&ns->ns_fd[i]);
}

int
ns_ids(int procfd, pid_t pid, struct ns_ids *ret_ids)
{
	struct stat st;
	char path[48];
	int i;

	for (i = 0; i < NS_COUNT; i++) {
		ns_path(path, pid, ns_names[i]);
		if (fstatat(procfd, path, &st, 0) == -1)
			return (-1);
		ret_ids->ni_ino[i] = st.st_ino;
	}
	return (0);
}

int
ns_same(const struct ns_ids *a, const struct ns_ids *b)
{
	return (memcmp(a, b, sizeof(*a)) == 0);
}

int
ns_enter(const struct ns_set *ns, const struct ns_ids *ids,
    const struct ns_ids *mine, int *ret_which)
{
	int i;

	for (i = 0; i < NS_COUNT; i++) {
		if (ids->ni_ino[i] == mine->ni_ino[i])
			continue;
		if (setns(ns->ns_fd[i], ns_flags[i]) == -1) {
			*ret_which = i;
			return (-1);
		}
	}
	return (0);
}
