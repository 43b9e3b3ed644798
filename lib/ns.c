// SPDX-License-Identifier: BSD-2-Clause
#include "ns.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "fd.h"
#include "step.h"

const char *const ns_names[NS_COUNT] = {
	[NS_UTS] = "uts", [NS_IPC] = "ipc", [NS_MNT] = "mnt",
	[NS_USER] = "user"
};

static const char *const ns_files[NS_COUNT] = {
	[NS_UTS] = "ns/uts", [NS_IPC] = "ns/ipc", [NS_MNT] = "ns/mnt",
	[NS_USER] = "ns/user"
};

static const int ns_flags[NS_COUNT] = {
	[NS_UTS] = CLONE_NEWUTS, [NS_IPC] = CLONE_NEWIPC,
	[NS_MNT] = CLONE_NEWNS, [NS_USER] = CLONE_NEWUSER
};

int
ns_open(int piddir, struct ns_set *ns, struct ns_ids *ret_ids)
{
	struct stat st;
	int i;

	for (i = 0; i < NS_COUNT; i++) {
		if (ns->ns_fd[i] == -1)
			ns->ns_fd[i] = openat(piddir, ns_files[i],
			    O_RDONLY | O_CLOEXEC);
		if (ns->ns_fd[i] == -1 || fstat(ns->ns_fd[i], &st) == -1) {
			ns_close(ns);
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
ns_ids(int procfd, struct ns_ids *ret_ids)
{
	_cleanup_close_ int self = openat(procfd, "self", O_PATH | O_CLOEXEC);
	struct stat st;
	int i;

	if (self == -1)
		return (-1);
	for (i = 0; i < NS_COUNT; i++) {
		if (fstatat(self, ns_files[i], &st, 0) == -1)
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
		if (i == NS_USER)
			step("join-namespaces");
		if (setns(ns->ns_fd[i], ns_flags[i]) == -1) {
			*ret_which = i;
			return (-1);
		}
	}
	return (0);
}
