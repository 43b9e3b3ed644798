// SPDX-License-Identifier: BSD-2-Clause
/*
 * jail_attach: the calling process itself goes in.  Unlike a child made for
 * it, it brings along what it has: threads (setns(2) to a user namespace
 * refuses them), open directories (a way out), its session.
 */
#include "attach.h"

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "entry.h"
#include "errmsg.h"
#include "fd.h"
#include "jail.h"
#include "sys.h"

static int
count_threads(void)
{
	struct stat st;

	/* . and .. and one for each thread */
	if (stat("/proc/self/task", &st) == -1)
		return (-1);
	return (st.st_nlink - 2);
}

/* A directory that this process holds open, or -1. */
static int
open_directory(void)
{
	DIR *d = opendir("/proc/self/fd");
	struct dirent *de;
	struct stat st;
	int fd, found = -1;

	while (d != NULL && (de = readdir(d)) != NULL) {
		fd = atoi(de->d_name);
		if (de->d_name[0] != '.' && fd != dirfd(d) &&
		    fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
			found = fd;
	}
	if (d != NULL)
		closedir(d);
	return (found);
}

int
attach_check(void)
{
	int fd;

	if (geteuid() != 0)
		return (jail_err(EPERM, "jail_attach"));
	if (count_threads() != 1)
		return (jail_errx(EINVAL, "a process with more than one thread "
		    "cannot attach: use jail_spawn()"));
	if ((fd = open_directory()) != -1)
		return (jail_errx(EINVAL, "descriptor %d is a directory: it "
		    "would lead out of the jail", fd));
	return (0);
}

int
attach_to(const struct state *st, const struct prison *pr, int guard)
{
	_cleanup_(entry_close) struct entry en;
	char path[PRISON_CGROUPLEN + 16];
	int error;

	entry_init(&en);
	if (pr->pr_pid == JAIL_SYS_NEW || pr->pr_user == JAIL_SYS_INHERIT) {
		fd_close(&guard);
		return (jail_errx(EOPNOTSUPP, "jail %d has PIDs of its own, "
		    "which a process cannot change: use jail_spawn()",
		    pr->pr_id));
	}
	if (entry_prepare(&en, st, pr, guard) == -1)
		return (-1);
	if (sys_write_at(en.en_cg, "cgroup.procs", "0") == -1)
		return (jail_err(errno, "enter the cgroup of jail %d",
		    pr->pr_id));
	if (entry_enter(&en) == -1 || entry_confine(&en, CONFINE_STAY) == -1) {
		error = errno;
		/* Not in, and not to be counted among the prisoners. */
		snprintf(path, sizeof(path), "%s/../cgroup.procs",
		    st->st_table->ta_cgroup);
		sys_write_at(AT_FDCWD, path, "0");
		entry_unlock(&en);
		errno = error;
		return (-1);
	}
	entry_unlock(&en);
	/* The host's table of jails is not for a prisoner to write to. */
	state_forget();
	return (0);
}

int
jail_attach(int jid)
{
	_cleanup_state_ struct state st = STATE_INIT;
	struct prison pr;

	if (attach_check() == -1)
		return (-1);
	if (state_open(&st, 0) == -1 || !state_jid_exists(&st, jid) ||
	    prison_load(&st, jid, &pr) == -1 || !prison_alive(&st, &pr))
		return (jail_errx(EINVAL, "jail %d not found", jid));
	return (attach_to(&st, &pr, -1));
}
