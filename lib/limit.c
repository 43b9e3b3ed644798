// SPDX-License-Identifier: BSD-2-Clause
/* The limits of a prison, from its making to its end. */
#include "limit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "errmsg.h"
#include "fd.h"
#include "index.h"
#include "step.h"
#include "sys.h"

#define MOVE_PASSES	1000	/* then somebody forks faster than we move */

int
limit_controllers(const struct state *st, struct controllers *ret_cs)
{
	return (controllers_find(ret_cs, "/proc/self/mountinfo",
	    st->st_table->ta_cgroup));
}

static int
compare_pids(const void *a, const void *b)
{
	pid_t x = *(const pid_t *)a, y = *(const pid_t *)b;

	return ((x > y) - (x < y));
}

/* Move who is in cgfd and not yet in the group.  How many, or -1. */
static int
move_pass(int cgfd, int group)
{
	_cleanup_free_ pid_t *pids = NULL, *in = NULL;
	int i, moved = 0, n, nin;
	char text[16];

	if ((n = cgroup_pids(cgfd, &pids)) == -1 ||
	    (nin = cgroup_pids(group, &in)) == -1)
		return (-1);
	qsort(in, nin, sizeof(*in), compare_pids);
	for (i = 0; i < n; i++) {
		if (pids[i] <= 0 || bsearch(&pids[i], in, nin, sizeof(*in),
		    compare_pids) != NULL)
			continue;
		snprintf(text, sizeof(text), "%d", (int)pids[i]);
		if (sys_write_at(group, "cgroup.procs", text) == 0)
			moved++;
		else if (errno != ESRCH && errno != EINVAL)
			return (-1);
	}
	return (moved);
}

int
limit_move(const struct state *st, const struct controllers *cs,
    const struct prison *pr)
{
	_cleanup_close_ int cgfd = prison_opencgroup(st, pr->pr_id);
	char path[CONTROLLER_PATHLEN];
	int ct, moved, pass;

	for (ct = 0; ct < CT_MAX && cgfd != -1; ct++) {
		_cleanup_close_ int group = -1;

		if ((pr->pr_limits & LIMIT_GROUP(ct)) == 0)
			continue;
		controller_path(cs, ct, pr->pr_id, path);
		if ((group = cgroup_open(AT_FDCWD, path)) == -1)
			return (jail_err(errno, "%s", path));
		/* Who has forked meanwhile has a child to be moved. */
		for (pass = 0; (moved = move_pass(cgfd, group)) != 0; pass++)
			if (moved == -1 || pass == MOVE_PASSES)
				return (jail_err(moved == -1 ? errno : EAGAIN,
				    "move the processes of jail \"%s\" into "
				    "%s", pr->pr_name, path));
	}
	return (0);
}

/* A jail below one with a cpuset of its own begins with the same. */
static int
limit_inherit(struct state *st, struct prison *pr)
{
	struct controllers cs;
	struct prison above;
	cpu_set_t cpus;

	if (prison_load(st, pr->pr_parent, &above) == -1 ||
	    (above.pr_limits & LIMIT_SET(CT_CPUSET)) == 0)
		return (0);
	if (limit_controllers(st, &cs) == -1 ||
	    limit_getcpus(&cs, &above, &cpus) == -1)
		return (-1);
	return (limit_writecpus(&cs, pr, &cpus));
}

int
limit_create(struct state *st, struct prison *pr)
{
	_cleanup_rules_ struct rules rs = { 0 };
	struct controllers cs;
	struct limits li;
	int bits;

	st->st_limitgen = st->st_table->ta_limitgen;
	if (pr->pr_parent != 0 && limit_inherit(st, pr) == -1)
		return (-1);
	if (st->st_table->ta_rules == 0)
		return (0);
	if (rules_load(st, &rs) == -1)
		return (-1);
	limits_of(&rs, pr->pr_name, &li);
	if (limit_controllers(st, &cs) == -1 || (bits = limit_write(&cs, &li,
	    pr->pr_id, st->st_table->ta_pids_max, pr->pr_limits)) == -1)
		return (jail_errwrap("limits of jail \"%s\"", pr->pr_name));
	pr->pr_limits = bits;
	return (0);
}

int
limit_apply(struct state *st, struct prison *pr, const struct rules *rs)
{
	struct controllers cs;
	struct limits li;
	int bits;

	limits_of(rs, pr->pr_name, &li);
	if (limit_controllers(st, &cs) == -1 || (bits = limit_write(&cs, &li,
	    pr->pr_id, st->st_table->ta_pids_max, pr->pr_limits)) == -1)
		return (jail_errwrap("limits of jail \"%s\"", pr->pr_name));
	pr->pr_limits = bits;
	step("limit-files");
	/* From here on who enters knows; then those who have. */
	if (prison_store(st, pr) == -1)
		return (-1);
	__atomic_add_fetch(&st->st_table->ta_limitgen, 1, __ATOMIC_SEQ_CST);
	step("limit-record");
	if (limit_move(st, &cs, pr) == -1)
		return (-1);
	step("limit-moved");
	return (limit_watch(st, pr));
}

int
limit_apply_all(struct state *st, const char *name, const struct rules *rs)
{
	struct prison above, pr;
	int jid = prison_by_name(st, name);

	if (jid == 0 || !state_jid_exists(st, jid) ||
	    prison_load(st, jid, &above) == -1 || above.pr_dying)
		return (0);
	if (limit_apply(st, &above, rs) == -1)
		return (-1);
	if (above.pr_childcount == 0)
		return (0);
	for (jid = state_jid_next(st, 0); jid != 0;
	    jid = state_jid_next(st, jid))
		if (prison_load(st, jid, &pr) == 0 && !pr.pr_dying &&
		    prison_is_below(&pr, &above) &&
		    limit_apply(st, &pr, rs) == -1)
			return (-1);
	return (0);
}

void
limit_settle(struct state *st)
{
	_cleanup_rules_ struct rules rs = { 0 };
	struct prison pr;
	int jid;

	if (rules_load(st, &rs) == -1)
		return;
	for (jid = state_jid_next(st, 0); jid != 0;
	    jid = state_jid_next(st, jid))
		if (prison_load(st, jid, &pr) == 0 && !pr.pr_dying)
			limit_apply(st, &pr, &rs);
	st->st_table->ta_limiting = 0;
}

void
limit_end(struct state *st, const struct prison *pr)
{
	struct controllers cs;
	int ct;

	/* One that was left half made has perhaps no record of its groups. */
	if (pr->pr_limits == 0 && st->st_table->ta_rules == 0)
		return;
	if (limit_controllers(st, &cs) == -1)
		return;
	for (ct = 0; ct < CT_MAX; ct++)
		controller_remove(&cs, ct, pr->pr_id);
}

int
limit_rename(struct state *st, const char *from, struct prison *pr)
{
	_cleanup_rules_ struct rules rs = { 0 };
	char name[sizeof(rs.rs_v->ru_jail)];
	size_t i, n = strlen(from);
	int changed = 0;

	if (st->st_table->ta_rules == 0 || strcmp(from, pr->pr_name) == 0)
		return (0);
	if (rules_load(st, &rs) == -1)
		return (-1);
	for (i = 0; i < rs.rs_n; i++) {
		char *jail = rs.rs_v[i].ru_jail;

		if (strncmp(jail, from, n) != 0 ||
		    (jail[n] != '\0' && jail[n] != '.'))
			continue;
		if ((size_t)snprintf(name, sizeof(name), "%s%s", pr->pr_name,
		    jail + n) >= sizeof(name))
			return (jail_err(ENAMETOOLONG, "rules of %s", jail));
		strcpy(jail, name);
		changed = 1;
	}
	st->st_table->ta_limiting = 1;
	if (changed && rules_store(st, &rs) == -1)
		return (-1);
	step("limit-rules");
	/* The new name may have had rules already. */
	if (limit_apply_all(st, pr->pr_name, &rs) == -1)
		return (-1);
	st->st_table->ta_limiting = 0;
	return (0);
}

void
limit_teardown(const struct state *st)
{
	struct controllers cs;

	if (limit_controllers(st, &cs) == 0)
		controllers_teardown(&cs);
}
