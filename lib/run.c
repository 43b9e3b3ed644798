// SPDX-License-Identifier: BSD-2-Clause
/* jail_run: a prison for one command. */
#include <sys/wait.h>

#include <errno.h>
#include <string.h>

#include "create.h"
#include "errmsg.h"
#include "fd.h"
#include "iov.h"
#include "jail.h"
#include "remove.h"
#include "spawn.h"
#include "step.h"

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
	if (prison_finish(&st, &pr) == -1)
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
