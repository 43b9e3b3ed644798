// SPDX-License-Identifier: BSD-2-Clause
/*
 * Theory of operation.  What a change takes from a prison it takes from those
 * below it, too.  So it is gone through twice: first to see whether all of
 * them can be changed (what a running process has been given cannot be taken
 * back), then for good, one record after another, each named by the journal
 * while its parts change.
 */
#include "update.h"

#include <sys/wait.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "allow.h"
#include "cgroup.h"
#include "entry.h"
#include "errmsg.h"
#include "fd.h"
#include "index.h"
#include "jail.h"
#include "limit.h"
#include "settle.h"
#include "step.h"
#include "sys.h"
#include "vnet.h"

/* A permission lives in the processes that have it: it cannot be recalled. */
static int
check_recall(const struct state *st, const struct prison *old,
    const struct prison *new)
{
	_cleanup_close_ int cgfd = prison_opencgroup(st, old->pr_id);
	uint64_t gone = old->pr_allow & ~new->pr_allow;
	const struct allow *al;
	const struct param *pa;

	if (cgfd == -1 || cgroup_populated(cgfd) != 1)
		return (0);
	for (al = allowtab; al < allowtab + allowtab_n; al++) {
		if ((gone & al->al_bit) == 0 ||
		    (al->al_flags & AL_PROCESS) == 0)
			continue;
		for (pa = paramtab; pa->pa_bit != al->al_bit; pa++)
			;
		return (jail_errx(EBUSY, "jail \"%s\" has processes, from which "
		    "%s cannot be taken back: restart it", old->pr_name,
		    pa->pa_name));
	}
	return (0);
}

/* Take from a prison below what the one above has lost. */
static void
push_down(struct prison *pr, const struct prison *above, int levels)
{
	unsigned i, j, n;

	pr->pr_allow &= above->pr_allow;
	if (pr->pr_securelevel < above->pr_securelevel)
		pr->pr_securelevel = above->pr_securelevel;
	if (pr->pr_enforce_statfs < above->pr_enforce_statfs)
		pr->pr_enforce_statfs = above->pr_enforce_statfs;
	if (pr->pr_childmax > above->pr_childmax - levels)
		pr->pr_childmax = above->pr_childmax > levels ?
		    above->pr_childmax - levels : 0;
	if (above->pr_ip4 == JAIL_SYS_NEW && pr->pr_ip4 == JAIL_SYS_NEW) {
		for (i = n = 0; i < pr->pr_naddr4; i++)
			for (j = 0; j < above->pr_naddr4; j++)
				if (pr->pr_addr4[i].s_addr ==
				    above->pr_addr4[j].s_addr)
					pr->pr_addr4[n++] = pr->pr_addr4[i];
		pr->pr_naddr4 = n;
	}
	if (above->pr_ip6 == JAIL_SYS_NEW && pr->pr_ip6 == JAIL_SYS_NEW) {
		for (i = n = 0; i < pr->pr_naddr6; i++)
			for (j = 0; j < above->pr_naddr6; j++)
				if (memcmp(&pr->pr_addr6[i],
				    &above->pr_addr6[j],
				    sizeof(struct in6_addr)) == 0)
					pr->pr_addr6[n++] = pr->pr_addr6[i];
		pr->pr_naddr6 = n;
	}
}

/*
 * Put a changed prison in the place of what it was.  The entries of both
 * stand while the record changes, and the journal names it: whoever settles
 * it makes the rest agree with the record, whichever it is.
 */
static int
replace(struct state *st, const struct prison *old, const struct prison *new)
{
	st->st_table->ta_journal_slot = SLOT_NONE;
	st->st_table->ta_journal = new->pr_id;
	step("update-journal");
	/* sysv*=new, now: the next view is built with what is pinned. */
	if (vnet_pinned(new) && vnet_make(st, new) == -1)
		return (-1);
	if (prison_addrs_add(st, new) == -1 || prison_name_add(st, new) == -1)
		return (-1);
	step("update-index");
	if (prison_policy(st, new) == -1)
		return (-1);
	step("update-policy");
	if (prison_store(st, new) == -1)
		return (-1);
	step("update-record");
	prison_addrs_remove(st, old, new);
	if (strcmp(old->pr_name, new->pr_name) != 0)
		prison_name_remove(st, old);
	st->st_table->ta_journal = 0;
	return (0);
}

static int
levels_between(const struct prison *pr, const struct prison *above)
{
	const char *p = pr->pr_name + strlen(above->pr_name);
	int n = 0;

	for (; *p != '\0'; p++)
		n += *p == '.';
	return (n);
}

/*
 * The names of a running prison are those of its UTS namespace: change them
 * there, by a child that goes in for it.
 */
static int
names_update(const struct state *st, const struct prison *old,
    const struct prison *new)
{
	_cleanup_(entry_close) struct entry en;
	int status;
	pid_t pid;

	entry_init(&en);
	if (strcmp(old->pr_hostname, new->pr_hostname) == 0 &&
	    strcmp(old->pr_domainname, new->pr_domainname) == 0)
		return (0);
	if (entry_find_view(&en, st, new) != 1)
		return (0);	/* the next view is built with the new ones */
	if ((pid = sys_clone3(CLONE_VFORK, 0, -1, NULL)) == 0)
		_exit(entry_rename(&en) == 0 ? 0 : errno);
	while (pid != -1 && waitpid(pid, &status, __WALL) == -1 &&
	    errno == EINTR)
		;
	if (pid == -1 || status != 0)
		return (jail_err(pid == -1 ? errno : WEXITSTATUS(status),
		    "set host.hostname in jail \"%s\"", new->pr_name));
	return (0);
}

/*
 * Everything below a changed prison: first without a change, to see whether
 * it can be done (commit 0), then for good.
 */
static int
update_below(struct state *st, const struct prison *old,
    const struct prison *new, int commit)
{
	char name[sizeof(old->pr_name)];
	struct prison pr, was;
	int jid;

	if (old->pr_childcount == 0)
		return (0);
	for (jid = state_jid_next(st, 0); jid != 0;
	    jid = state_jid_next(st, jid)) {
		if (prison_load(st, jid, &pr) == -1 ||
		    !prison_is_below(&pr, old))
			continue;
		prison_copy(&was, &pr);
		push_down(&pr, new, levels_between(&pr, old));
		if (pr.pr_hostowner == old->pr_id)
			prison_copy_names(&pr, new);
		if ((size_t)snprintf(name, sizeof(name), "%s%s", new->pr_name,
		    pr.pr_name + strlen(old->pr_name)) >= sizeof(name))
			return (jail_err(ENAMETOOLONG, "name of jail %d", jid));
		if (!commit) {
			if (check_recall(st, &was, &pr) == -1)
				return (-1);
			continue;
		}
		strcpy(pr.pr_name, name);
		if (replace(st, &was, &pr) == -1 ||
		    names_update(st, &was, &pr) == -1)
			return (jail_errwrap("jail \"%s\"", pr.pr_name));
	}
	return (0);
}

static int
rename_to(const struct state *st, struct prison *pr, const char *name)
{
	const char *last;
	size_t head;
	int other;

	if (strcmp(name, pr->pr_name) == 0)
		return (0);
	last = name_last(name);
	head = name_last(pr->pr_name) - pr->pr_name;
	if ((size_t)(last - name) != head ||
	    strncmp(name, pr->pr_name, head) != 0)
		return (jail_errx(EINVAL, "cannot change jail's parent"));
	if (name_jid(name, pr->pr_id) == -1)
		return (-1);
	other = prison_by_name(st, name);
	if (other != 0 && other != pr->pr_id && prison_named(st, other))
		return (jail_errx(EEXIST, "jail \"%s\" already exists", name));
	strcpy(pr->pr_name, name);
	return (0);
}

/*
 * Nothing but "persist" or "nopersist": what jail(8) says of each jail once
 * its command runs.  Nothing that others see changes but whether it lives.
 * (Where nothing at all changes, somebody wants the policy made anew: routes
 * may have changed.)
 */
static int
only_persist(const struct prison *old, struct prison *new)
{
	int persist = new->pr_persist, differs;

	if (persist == old->pr_persist)
		return (0);
	new->pr_persist = old->pr_persist;
	differs = prison_differs(old, new);
	new->pr_persist = persist;
	return (!differs);
}

static int
update_persist(struct state *st, const struct prison *new)
{
	step("update-persist");
	/* Nothing keeps a prison that no longer persists and is empty. */
	if (!prison_alive(st, new))
		prison_end(st, new);
	else if (prison_store(st, new) == -1)
		return (-1);
	return (new->pr_id);
}

int
prison_update(struct state *st, struct request *rq, const struct prison *old,
    struct prison *ret_pr)
{
	struct prison new, above;
	char text[JAIL_ERRMSGLEN];
	int error;

	prison_copy(&new, old);
	above.pr_id = 0;
	if (old->pr_parent != 0 && prison_load(st, old->pr_parent, &above) ==
	    -1)
		return (jail_err(errno, "jail %d", old->pr_parent));
	if (rq->rq_name != NULL && rename_to(st, &new, rq->rq_name) == -1)
		return (-1);
	if (request_apply(rq, &new, above.pr_id != 0 ? &above : NULL, 0) == -1 ||
	    vnet_check(st, &new) == -1)
		return (-1);
	request_permissions(rq, &new);
	prison_copy(ret_pr, &new);
	if (only_persist(old, &new))
		return (update_persist(st, &new));
	if (check_recall(st, old, &new) == -1 ||
	    update_below(st, old, &new, 0) == -1 ||
	    prison_addrs_clash(st, &new) == -1)
		return (-1);
	if (replace(st, old, &new) == -1) {
		/* The caller is told of what failed, not of the mending. */
		error = errno;
		memcpy(text, jail_errmsg, sizeof(text));
		prison_settle(st);
		return (jail_errx(error, "%s", text));
	}
	if (update_below(st, old, &new, 1) == -1 ||
	    limit_rename(st, old->pr_name, &new) == -1 ||
	    names_update(st, old, &new) == -1)
		return (-1);
	if (!prison_alive(st, &new))
		prison_end(st, &new);
	return (new.pr_id);
}
