// SPDX-License-Identifier: BSD-2-Clause
/* jail_run: a prison for one command. */
#include <sys/wait.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "create.h"
#include "errmsg.h"
#include "fd.h"
#include "iov.h"
#include "jail.h"
#include "remove.h"
#include "settle.h"
#include "spawn.h"
#include "step.h"

/* Take the prison away, with whatever the command has left behind. */
static int
finish(struct state *st, const struct prison *pr)
{
	_cleanup_close_ int cgfd = -1;
	char cgroup[PRISON_CGROUPLEN];

	/*
	 * An empty cgroup can be removed, and most are empty.  What kills goes
	 * on without the lock, for it may take its time.
	 */
	if (rmdir(prison_cgroup(st, pr->pr_id, cgroup)) == -1 &&
	    (cgfd = prison_opencgroup(st, pr->pr_id)) != -1 &&
	    cgroup_kill(cgfd) == -1)
		return (jail_err(errno, "kill what jail %d has left",
		    pr->pr_id));
	if (state_lock(st) == -1)
		return (-1);
	prison_end(st, pr);
	return (0);
}

int
jail_run(struct iovec *iov, unsigned int niov, const struct jail_command *jc,
    struct jail_result *ret_jr)
{
	_cleanup_state_ struct state st = STATE_INIT;
	struct jail_result jr = { 0 };
	_cleanup_close_ int guard = -1;
	struct request rq;
	struct prison pr;
	int error;
	pid_t pid;

	jail_warnings_clear();
	if (geteuid() != 0)
		return (jail_err(EPERM, "jail_run"));
	if (request_init(&rq, iov, niov, JAIL_CREATE) == -1 ||
	    state_open(&st, 1) == -1)
		return (-1);
	jr.jr_jid = prison_set(&st, &rq, 1, &pr, &guard);
	state_unlock(&st);
	if (jr.jr_jid == -1) {
		iov_errmsg(iov, niov);
		return (-1);
	}
	step("run-made");
	pid = spawn_into(&st, &pr, jc, take_fd(&guard), NULL, NULL);
	error = errno;
	step("run-spawned");
	while (pid != -1 && wait4(pid, &jr.jr_status, 0, &jr.jr_rusage) == -1 &&
	    errno == EINTR)
		;
	step("run-ended");
	if (finish(&st, &pr) == -1)
		return (-1);
	if (pid == -1) {
		iov_errmsg(iov, niov);
		errno = error;
		return (-1);
	}
	if (ret_jr != NULL)
		*ret_jr = jr;
	return (0);
}
