// SPDX-License-Identifier: BSD-2-Clause
/*
 * What makes an end of prisons: those that are removed, those that have ended
 * by themselves, and those that were left half made.
 */
#include "settle.h"

#include <sys/file.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "errmsg.h"
#include "fd.h"
#include "index.h"
#include "limit.h"
#include "step.h"
#include "vnet.h"

int
prison_guarded(const struct state *st, int jid)
{
	_cleanup_close_ int fd = prison_opendir(st, jid);

	return (fd != -1 && flock(fd, LOCK_EX | LOCK_NB) == -1);
}

int
prison_remover(const struct state *st, int jid)
{
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "%d/remover", jid);
	fd = openat(st->st_dir, path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd != -1 && flock(fd, LOCK_EX | LOCK_NB) == -1)
		fd_close(&fd);
	return (fd);
}

/* Has a prison ended, or been left dying, and nobody is at work on it? */
static int
is_left(const struct state *st, const struct prison *pr)
{
	_cleanup_close_ int remover = -1;

	/* A guard is asked for first: a server keeps many, and that is quick. */
	if (!pr->pr_dying)
		return (!pr->pr_persist && !prison_guarded(st, pr->pr_id) &&
		    !prison_alive(st, pr));
	remover = prison_remover(st, pr->pr_id);
	return (remover != -1);
}

void
prison_count(struct state *st, int jid, int delta)
{
	struct prison pr;

	while (jid != 0 && prison_load(st, jid, &pr) == 0) {
		pr.pr_childcount += delta;
		prison_store(st, &pr);
		prison_policy(st, &pr);		/* it may know of them */
		jid = pr.pr_parent;
	}
}

/* Count again what a broken-off change may have counted twice or not. */
static void
recount(struct state *st, int jid)
{
	struct prison above, pr;
	int below;

	for (; jid != 0 && prison_load(st, jid, &above) == 0;
	    jid = above.pr_parent) {
		above.pr_childcount = 0;
		for (below = state_jid_next(st, 0); below != 0;
		    below = state_jid_next(st, below))
			if (prison_load(st, below, &pr) == 0 &&
			    prison_is_below(&pr, &above))
				above.pr_childcount++;
		prison_store(st, &above);
		prison_policy(st, &above);
	}
}

/* Kill what is in the cgroup, if anything is, and remove it. */
static void
end_cgroup(const struct state *st, int jid)
{
	_cleanup_close_ int cgfd = -1;
	char path[PRISON_CGROUPLEN];

	/* An empty one can be removed, and most are. */
	prison_cgroup(st, jid, path);
	if (rmdir(path) == 0 || errno == ENOENT)
		return;
	if ((cgfd = cgroup_open(AT_FDCWD, path)) != -1)
		cgroup_kill(cgfd);
	step("clear-kill");
	cgroup_remove(AT_FDCWD, path);
}

static void
end_directory(const struct state *st, int jid)
{
	static const char *const files[] = {
		"record", "view", "record.new", "remover", "watch"
	};
	_cleanup_close_ int dirfd = -1;
	char path[32];
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%d/%s", jid, files[i]);
		unlinkat(st->st_dir, path, 0);
		/* The others are mostly not there. */
		snprintf(path, sizeof(path), "%d", jid);
		if (unlinkat(st->st_dir, path, AT_REMOVEDIR) == 0)
			return;
	}
	/* Only those who had something pinned come this far. */
	if ((dirfd = prison_opendir(st, jid)) == -1)
		return;
	vnet_end(dirfd);
	unlinkat(st->st_dir, path, AT_REMOVEDIR);
}

void
prison_end(struct state *st, const struct prison *pr)
{
	struct table *ta = st->st_table;
	int counted;

	ta->ta_journal_slot = pr->pr_slot;
	ta->ta_journal = pr->pr_id;
	step("clear-journal");
	end_cgroup(st, pr->pr_id);
	limit_end(st, pr);
	step("clear-cgroup");
	if (state_policy(st) == 0)
		policy_clear(&st->st_maps, pr->pr_cgid);
	step("clear-policy");
	prison_name_remove(st, pr);
	prison_addrs_remove(st, pr, NULL);
	step("clear-index");
	counted = state_jid_exists(st, pr->pr_id);
	state_jid_mark(st, pr->pr_id, 0);
	step("clear-mark");
	if (counted && pr->pr_parent != 0)
		prison_count(st, pr->pr_parent, -1);
	state_slot_free(st, pr->pr_slot);
	end_directory(st, pr->pr_id);
	step("clear-record");
	ta->ta_journal_slot = SLOT_NONE;
	ta->ta_journal = 0;
}

void
prison_clear(struct state *st, int jid)
{
	_cleanup_close_ int cgfd = -1;
	struct prison pr;

	if (prison_load(st, jid, &pr) == -1) {
		/* Not yet written: what the journal and the cgroup know. */
		prison_init(&pr);
		pr.pr_id = jid;
		pr.pr_slot = st->st_table->ta_journal_slot;
		if ((cgfd = prison_opencgroup(st, jid)) != -1)
			cgroup_id(cgfd, &pr.pr_cgid);
	}
	prison_end(st, &pr);
}

void
prison_settle(struct state *st)
{
	struct prison pr;
	int jid = st->st_table->ta_journal;

	/*
	 * Made to the end but for the journal's own line, or changed half
	 * way: what the record says is what holds.
	 */
	if (state_jid_exists(st, jid) && prison_load(st, jid, &pr) == 0 &&
	    prison_alive(st, &pr)) {
		prison_policy(st, &pr);
		prison_addrs_settle(st, jid, &pr);
		prison_addrs_add(st, &pr);
		prison_name_add(st, &pr);
		recount(st, pr.pr_parent);
		st->st_table->ta_journal_slot = SLOT_NONE;
		st->st_table->ta_journal = 0;
		return;
	}
	if (prison_load(st, jid, &pr) == -1)
		pr.pr_parent = 0;
	prison_clear(st, jid);
	prison_addrs_settle(st, jid, NULL);
	recount(st, pr.pr_parent);
}

void
prison_sweep(struct state *st, int how_many)
{
	struct table *ta = st->st_table;
	struct prison pr;
	int jid;

	if (how_many >= JAIL_MAX)
		ta->ta_sweep = 0;	/* all of them */
	while (how_many-- > 0) {
		if ((jid = state_jid_next(st, ta->ta_sweep)) == 0) {
			ta->ta_sweep = 0;
			return;
		}
		ta->ta_sweep = jid;
		if (prison_load(st, jid, &pr) == -1 || is_left(st, &pr))
			prison_clear(st, jid);
	}
}
