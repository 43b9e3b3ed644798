// SPDX-License-Identifier: BSD-2-Clause
/* Going into a prison that has limits: limit.h has the theory. */
#include "limit.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "errmsg.h"
#include "fd.h"

void
limit_entry_init(struct limit_entry *le)
{
	int ct;

	for (ct = 0; ct < CT_MAX; ct++)
		le->le_groups[ct] = -1;
	le->le_nlimits = 0;
	le->le_table = NULL;
}

void
limit_entry_close(struct limit_entry *le)
{
	int ct;

	for (ct = 0; ct < CT_MAX; ct++)
		fd_close(&le->le_groups[ct]);
}

static int
open_groups(struct limit_entry *le, const struct state *st,
    const struct prison *pr)
{
	char path[CONTROLLER_PATHLEN + 8];
	struct controllers cs;
	int ct;

	if (limit_controllers(st, &cs) == -1)
		return (-1);
	for (ct = 0; ct < CT_MAX; ct++) {
		if ((pr->pr_limits & LIMIT_GROUP(ct)) == 0)
			continue;
		controller_path(&cs, ct, pr->pr_id, path);
		strcat(path, "/tasks");
		le->le_groups[ct] = open(path, O_WRONLY | O_CLOEXEC);
		if (le->le_groups[ct] == -1)
			return (jail_err(errno, "%s", path));
	}
	return (0);
}

static int
gather_limits(struct limit_entry *le, const struct state *st,
    const struct prison *pr)
{
	_cleanup_rules_ struct rules rs = { 0 };
	struct limits li;
	int i;

	if (rules_load(st, &rs) == -1)
		return (-1);
	limits_of(&rs, pr->pr_name, &li);
	for (i = 0; i < RS_MAX; i++) {
		if (li.li_process[i] == RULE_NOAMOUNT)
			continue;
		le->le_limits[le->le_nlimits].le_which = limit_rlimit(i);
		le->le_limits[le->le_nlimits++].le_limit = (struct rlimit){
			li.li_process[i], li.li_process[i]
		};
	}
	return (0);
}

int
limit_prepare(struct limit_entry *le, const struct state *st,
    const struct prison *pr)
{
	le->le_table = st->st_table;
	le->le_gen = st->st_limitgen;
	if ((pr->pr_limits & LIMIT_GROUPS) != 0 &&
	    open_groups(le, st, pr) == -1)
		return (-1);
	if ((pr->pr_limits & LIMIT_PROCESS) != 0 &&
	    gather_limits(le, st, pr) == -1)
		return (-1);
	return (0);
}

int
limit_enter(const struct limit_entry *le)
{
	int ct;

	/*
	 * "tasks" and "0": a thread that moves itself.  Any other way, by
	 * cgroup.procs or by a PID, takes a lock that waits for RCU.
	 */
	for (ct = 0; ct < CT_MAX; ct++)
		if (le->le_groups[ct] != -1 &&
		    write(le->le_groups[ct], "0", 1) != 1)
			return (jail_err(errno, "%s", errno == EAGAIN ?
			    "the jail has as many processes as it may" :
			    "enter a group of cgroup v1"));
	if (le->le_table != NULL && __atomic_load_n(&le->le_table->ta_limitgen,
	    __ATOMIC_SEQ_CST) != le->le_gen)
		return (jail_errx(ESTALE, "the jail's limits have just "
		    "changed"));
	return (0);
}

int
limit_confine(const struct limit_entry *le)
{
	struct rlimit rl, is;
	unsigned i;

	for (i = 0; i < le->le_nlimits; i++) {
		rl = le->le_limits[i].le_limit;
		if (getrlimit(le->le_limits[i].le_which, &is) == -1)
			return (jail_err(errno, "getrlimit"));
		/* A limit denies; it does not grant. */
		rl.rlim_max = is.rlim_max < rl.rlim_max ? is.rlim_max :
		    rl.rlim_max;
		rl.rlim_cur = rl.rlim_max;
		if (is.rlim_cur < rl.rlim_cur)
			rl.rlim_cur = is.rlim_cur;
		if (setrlimit(le->le_limits[i].le_which, &rl) == -1)
			return (jail_err(errno, "setrlimit"));
	}
	return (0);
}
