// SPDX-License-Identifier: BSD-2-Clause
/*
 * Theory of operation.  Under the lock the prison and all below it are marked
 * as dying, so that nobody finds them by name; the killing, which may take a
 * while, goes on without the lock; under it again what they had is taken
 * away, the lowest first.  A remover that dies in between leaves dying
 * prisons, which jls -d shows and the next jail -r finishes.
 */
#include "remove.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "errmsg.h"
#include "fd.h"
#include "jail.h"
#include "settle.h"
#include "step.h"

struct victim {
	int		vi_jid;
	uint64_t	vi_cgid;	/* the jid may be another's later */
	int		vi_depth;
	int		vi_remover;	/* prison_remover(), or -1 */
};

static int
deeper_first(const void *a, const void *b)
{
	return (((const struct victim *)b)->vi_depth -
	    ((const struct victim *)a)->vi_depth);
}

static int
depth(const char *name)
{
	int n = 0;

	for (; *name != '\0'; name++)
		n += *name == '.';
	return (n);
}

static int
mark(struct state *st, struct prison *pr, struct victim *vi)
{
	vi->vi_jid = pr->pr_id;
	vi->vi_cgid = pr->pr_cgid;
	vi->vi_depth = depth(pr->pr_name);
	vi->vi_remover = prison_remover(st, pr->pr_id);
	pr->pr_dying = 1;
	/* Its name may be taken from now on. */
	return (prison_store(st, pr));
}

/* Mark pr and all below it.  Returns how many, malloc'd, or -1. */
static int
mark_all(struct state *st, const struct prison *top, struct victim **ret_vi)
{
	struct prison pr;
	struct victim *vi;
	int jid, n = 1;

	prison_copy(&pr, top);
	if ((vi = calloc(top->pr_childcount + 1, sizeof(*vi))) == NULL)
		return (jail_err(errno, "memory"));
	*ret_vi = vi;
	if (mark(st, &pr, &vi[0]) == -1)
		return (-1);
	if (top->pr_childcount == 0)
		return (1);
	for (jid = state_jid_next(st, 0); jid != 0 && n <= top->pr_childcount;
	    jid = state_jid_next(st, jid))
		if (prison_load(st, jid, &pr) == 0 &&
		    prison_is_below(&pr, top) && mark(st, &pr, &vi[n++]) == -1)
			return (-1);
	qsort(vi, n, sizeof(*vi), deeper_first);
	return (n);
}

static int
victim_kill(const struct state *st, const struct victim *vi)
{
	_cleanup_close_ int cgfd = prison_opencgroup(st, vi->vi_jid);
	uint64_t cgid;

	if (cgfd == -1 || cgroup_id(cgfd, &cgid) == -1 || cgid != vi->vi_cgid)
		return (0);
	return (cgroup_kill(cgfd));
}

int
prison_remove(struct state *st, const struct prison *pr)
{
	_cleanup_free_ struct victim *vi = NULL;
	struct prison now;
	int error = 0, i, n;

	if (state_lock(st) == -1 || (n = mark_all(st, pr, &vi)) == -1)
		return (-1);
	step("remove-marked");
	state_unlock(st);
	for (i = 0; i < n; i++)
		if (victim_kill(st, &vi[i]) == -1)
			error = errno;
	step("remove-killed");
	if (state_lock(st) == -1)
		return (-1);
	for (i = 0; i < n; i++) {
		if (error == 0 &&
		    prison_load(st, vi[i].vi_jid, &now) == 0 &&
		    now.pr_cgid == vi[i].vi_cgid)
			prison_clear(st, vi[i].vi_jid);
		fd_close(&vi[i].vi_remover);
	}
	if (state_policy(st) == 0)
		policy_rest(&st->st_maps);
	if (error != 0)
		return (jail_errx(error, "jail \"%s\": a process sleeps in the "
		    "kernel and cannot be killed; jail -r again when it wakes",
		    pr->pr_name));
	return (0);
}

int
prison_finish(struct state *st, const struct prison *pr)
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
jail_remove(int jid)
{
	_cleanup_state_ struct state st = STATE_INIT;
	struct prison pr;

	if (geteuid() != 0)
		return (jail_err(EPERM, "jail_remove"));
	if (state_open(&st, 0) == -1 || !state_jid_exists(&st, jid) ||
	    prison_load(&st, jid, &pr) == -1)
		return (jail_errx(EINVAL, "jail %d not found", jid));
	return (prison_remove(&st, &pr));
}
