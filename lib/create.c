// SPDX-License-Identifier: BSD-2-Clause
/*
 * Theory of operation.  All checks first; then, under the state's lock, the
 * journal names the jid, and what makes a prison is laid down piece by piece:
 * its directory, its cgroup, its row in the policy, its names, its record.
 * The bit in the table comes last: before it nobody sees the prison, after it
 * all of it is there.  A maker that fails takes the pieces away again; of one
 * that was killed the next to take the lock finds the jid in the journal and
 * does the same (prison_settle).
 */
#include "create.h"

#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arrival.h"
#include "cgroup.h"
#include "errmsg.h"
#include "fd.h"
#include "idmap.h"
#include "index.h"
#include "jail.h"
#include "limit.h"
#include "mount.h"
#include "settle.h"
#include "step.h"
#include "sys.h"
#include "update.h"
#include "vnet.h"

#define PEERS_CHECKED	613000	/* request_osreldate() of Linux 6.13 */
#define SWEEP_EACH	4	/* prisons looked at for each one made, */
#define SWEEP_ATTACHED	1	/* fewer for one that its maker ends himself */

/*
 * Find the parent that a dotted name names, which must live.  *ret_above has
 * pr_id 0 for the host.
 */
static int
find_parent(const struct state *st, const char *name, struct prison *ret_above)
{
	const char *dot = strrchr(name, '.');
	char parent[256];
	int jid;

	ret_above->pr_id = 0;
	if (dot == NULL)
		return (0);
	if (dot == name || dot[1] == '\0' || strstr(name, "..") != NULL)
		return (jail_errx(EINVAL, "name \"%s\" has an empty part",
		    name));
	snprintf(parent, sizeof(parent), "%.*s", (int)(dot - name), name);
	jid = prison_by_name(st, parent);
	if (jid == 0 || prison_load(st, jid, ret_above) == -1 ||
	    (!ret_above->pr_dying && !prison_alive(st, ret_above)))
		return (jail_errx(ENOENT, "jail \"%s\" not found", parent));
	if (ret_above->pr_dying)
		return (jail_errx(ENOENT, "jail \"%s\" is dying", parent));
	return (0);
}

static int
check_limits(struct state *st, int parent)
{
	struct prison pr;

	/* Those that have ended by themselves do not count. */
	if (prison_load(st, parent, &pr) == 0 &&
	    pr.pr_childcount >= pr.pr_childmax)
		prison_sweep(st, JAIL_MAX);
	while (parent != 0 && prison_load(st, parent, &pr) == 0) {
		if (pr.pr_childcount >= pr.pr_childmax)
			return (jail_errx(EPERM, "prison limit exceeded"));
		parent = pr.pr_parent;
	}
	return (0);
}

/*
 * Who can become root on a file of the world's is root on the host: a setuid
 * file made inside is one outside.  Harmless where the host's users cannot
 * get at it.
 */
static void
warn_setuid(const struct prison *pr)
{
	char path[PATH_MAX];
	struct statvfs sv;
	struct stat sb;
	char *slash;

	if (statvfs(pr->pr_path, &sv) == 0 && (sv.f_flag & ST_NOSUID) != 0)
		return;
	snprintf(path, sizeof(path), "%s", pr->pr_path);
	for (;;) {
		if (stat(path, &sb) == 0 && (sb.st_mode & S_IXOTH) == 0)
			return;
		if ((slash = strrchr(path, '/')) == NULL || path[1] == '\0')
			break;
		slash[slash == path] = '\0';
	}
	jail_warning("path %s: the host's users can reach setuid files made "
	    "in it: chmod 700 it or a directory above it", pr->pr_path);
}

/* File systems that can be idmapped since before the oldest kernel we know. */
static int
surely_idmappable(const char *path)
{
	struct statfs sf;

	return (statfs(path, &sf) == 0 && (sf.f_type == EXT4_SUPER_MAGIC ||
	    sf.f_type == XFS_SUPER_MAGIC || sf.f_type == BTRFS_SUPER_MAGIC));
}

/* Would the root do?  To be told now rather than at the first entry. */
static int
try_root(const struct state *st, const struct prison *pr)
{
	_cleanup_close_ int userns = -1, tree = -1;

	if (pr->pr_user == JAIL_SYS_NEW) {
		userns = idmap_userns(st->st_dir, pr->pr_slot, 1);
		if (userns == -1)
			return (-1);
	}
	tree = mount_tree(pr->pr_path, userns,
	    state_dir_below(pr->pr_path));
	return (tree == -1 ? -1 : 0);
}

static int
make_cgroup(const struct state *st, struct prison *pr)
{
	_cleanup_close_ int cgfd = -1;
	char path[PRISON_CGROUPLEN], max[16];

	prison_cgroup(st, pr->pr_id, path);
	cgfd = cgroup_make(AT_FDCWD, path, &pr->pr_cgid);
	if (cgfd == -1 && errno == EEXIST) {
		/* Left by a state that has been lost. */
		if (cgroup_remove(AT_FDCWD, path) == 0)
			cgfd = cgroup_make(AT_FDCWD, path, &pr->pr_cgid);
		else
			errno = EEXIST;
	}
	if (cgfd == -1)
		return (jail_err(errno, "make cgroup %s", path));
	if (st->st_table->ta_pids_max != 0) {
		snprintf(max, sizeof(max), "%u", st->st_table->ta_pids_max);
		sys_write_at(cgfd, "pids.max", max);
	}
	return (0);
}

static int
make_slot(struct state *st, struct prison *pr)
{
	if (pr->pr_user != JAIL_SYS_NEW)
		return (0);
	pr->pr_slot = state_slot_alloc(st);
	if (pr->pr_slot == SLOT_NONE) {
		prison_sweep(st, JAIL_MAX);
		pr->pr_slot = state_slot_alloc(st);
	}
	if (pr->pr_slot == SLOT_NONE)
		return (jail_errx(EAGAIN, "all %d uid ranges are taken: remove "
		    "a jail first", SLOT_COUNT));
	return (0);
}

/*
 * See that the root can be one.  Where it cannot be idmapped and nothing was
 * said of user=, the prison shares the host's uids, behind PIDs of its own.
 */
static int
make_root(struct state *st, const struct request *rq, struct prison *pr)
{
	if (surely_idmappable(pr->pr_path))
		return (0);
	if (try_root(st, pr) == 0)
		return (0);
	if (errno != EOPNOTSUPP || rq->rq_user_said ||
	    pr->pr_vnet == JAIL_SYS_NEW ||
	    (rq->rq_pid_said && pr->pr_pid == JAIL_SYS_INHERIT))
		return (-1);
	jail_warning("%s; user=inherit and pid=new are taken", jail_errmsg);
	state_slot_free(st, pr->pr_slot);
	st->st_table->ta_journal_slot = pr->pr_slot = SLOT_NONE;
	pr->pr_user = JAIL_SYS_INHERIT;
	pr->pr_pid = JAIL_SYS_NEW;
	request_permissions(rq, pr);
	return (try_root(st, pr));
}

static int
make_pieces(struct state *st, struct request *rq, struct prison *pr,
    int attached, int *ret_guard)
{
	char dir[16];

	if (make_slot(st, pr) == -1)
		return (-1);
	step("make-slot");
	snprintf(dir, sizeof(dir), "%d", pr->pr_id);
	if (mkdirat(st->st_dir, dir, 0755) == -1 && errno != EEXIST)
		return (jail_err(errno, "make the record of jail %d",
		    pr->pr_id));
	step("make-directory");
	if (attached) {
		*ret_guard = prison_opendir(st, pr->pr_id);
		if (*ret_guard == -1 || flock(*ret_guard, LOCK_EX) == -1)
			return (jail_err(errno, "lock jail %d", pr->pr_id));
	}
	if (make_root(st, rq, pr) == -1)
		return (-1);
	if (make_cgroup(st, pr) == -1)
		return (-1);
	step("make-cgroup");
	if (limit_create(st, pr) == -1)
		return (-1);
	if (vnet_pinned(pr) && vnet_make(st, pr) == -1)
		return (-1);
	if (prison_policy(st, pr) == -1)
		return (-1);
	step("make-policy");
	if (prison_store_first(st, pr) == -1)
		return (-1);
	step("make-record");
	if (prison_addrs_add(st, pr) == -1 || prison_name_add(st, pr) == -1)
		return (-1);
	step("make-index");
	/* For who is to stay: see arrival.c. */
	if (!attached)
		prison_root_note(st, pr);
	return (0);
}

/* host=inherit: the names of whoever is above, also when they change. */
static void
host_inherit(struct prison *pr, const struct prison *above)
{
	pr->pr_hostowner = above->pr_id == 0 ? 0 : above->pr_hostowner;
	if (above->pr_id == 0) {
		gethostname(pr->pr_hostname, sizeof(pr->pr_hostname) - 1);
		getdomainname(pr->pr_domainname,
		    sizeof(pr->pr_domainname) - 1);
		return;
	}
	/* A UTS namespace of the jail above's cannot be found again once its
	   processes are gone: it is a copy, which prison_update() keeps. */
	prison_copy_names(pr, above);
}

/*
 * Before Linux 6.13 who makes a pair of interfaces can have the other end come
 * up in the stack of any process that he can name: so he names his own only.
 */
static int
check_peers(const struct request *rq, struct prison *pr)
{
	if (pr->pr_vnet != JAIL_SYS_NEW || pr->pr_pid != JAIL_SYS_INHERIT ||
	    request_osreldate() >= PEERS_CHECKED)
		return (0);
	if (rq->rq_pid_said)
		return (jail_errx(EINVAL, "vnet needs pid=new before Linux "
		    "6.13: a prisoner could make interfaces in the stack of "
		    "any process he sees the number of"));
	pr->pr_pid = JAIL_SYS_NEW;
	return (0);
}

/* user= and pid=: which pairs there are. */
static int
check_mode(const struct request *rq, struct prison *pr)
{
	if (pr->pr_user == JAIL_SYS_INHERIT && !rq->rq_pid_said)
		pr->pr_pid = JAIL_SYS_NEW;
	if (pr->pr_user == JAIL_SYS_INHERIT && pr->pr_pid == JAIL_SYS_INHERIT)
		return (jail_errx(EINVAL, "user=inherit needs pid=new: uid 0 of "
		    "the host among the host's processes is no prisoner"));
	if (pr->pr_vnet == JAIL_SYS_NEW && pr->pr_user == JAIL_SYS_INHERIT)
		return (jail_errx(EINVAL, "vnet needs user=new: with the "
		    "host's uids, who rules a network stack of his own rules "
		    "the host's"));
	return (check_peers(rq, pr));
}

/* Clear what stands in the new jail's way but has ended. */
static void
clear_ended(struct state *st, int jid)
{
	struct prison pr;

	if (jid == 0 || !state_jid_exists(st, jid))
		return;
	if (prison_load(st, jid, &pr) == 0 &&
	    (pr.pr_dying || prison_alive(st, &pr) || prison_guarded(st, jid)))
		return;
	prison_clear(st, jid);
}

static int
make(struct state *st, struct request *rq, struct prison *pr, int attached,
    struct prison *ret_pr, int *ret_guard)
{
	int error;

	pr->pr_id = rq->rq_jid != 0 ? rq->rq_jid : state_jid_alloc(st);
	if (pr->pr_id == 0)
		return (jail_errx(EAGAIN, "no available jail IDs"));
	if (pr->pr_host == JAIL_SYS_NEW)
		pr->pr_hostowner = pr->pr_id;
	if (rq->rq_name == NULL)
		snprintf(pr->pr_name, sizeof(pr->pr_name), "%d", pr->pr_id);
	if (pr->pr_path[0] == '\0')
		strcpy(pr->pr_path, "/");
	st->st_table->ta_journal_slot = SLOT_NONE;
	st->st_table->ta_journal = pr->pr_id;
	step("make-journal");
	if (make_pieces(st, rq, pr, attached, ret_guard) == -1) {
		error = errno;
		fd_close(ret_guard);
		prison_clear(st, pr->pr_id);
		errno = error;
		return (-1);
	}
	state_jid_mark(st, pr->pr_id, 1);
	step("make-mark");
	if (limit_watch(st, pr) == -1) {
		error = errno;
		fd_close(ret_guard);
		prison_clear(st, pr->pr_id);
		errno = error;
		return (-1);
	}
	if (pr->pr_parent != 0)
		prison_count(st, pr->pr_parent, 1);
	step("make-count");
	st->st_table->ta_journal = 0;
	prison_copy(ret_pr, pr);
	return (pr->pr_id);
}

static int
create(struct state *st, struct request *rq, int attached,
    struct prison *ret_pr, int *ret_guard)
{
	struct prison pr, above;

	above.pr_id = 0;
	prison_init(&pr);
	if (rq->rq_name != NULL && find_parent(st, rq->rq_name, &above) == -1)
		return (-1);
	if (above.pr_id != 0) {
		pr.pr_parent = above.pr_id;
		pr.pr_allow &= above.pr_allow;
		pr.pr_securelevel = above.pr_securelevel;
		pr.pr_devfs_ruleset = above.pr_devfs_ruleset;
		if (check_limits(st, above.pr_id) == -1)
			return (-1);
	}
	if (rq->rq_name != NULL)
		strcpy(pr.pr_name, rq->rq_name);
	if (request_apply(rq, &pr, above.pr_id != 0 ? &above : NULL, 1) == -1 ||
	    vnet_check(st, &pr) == -1)
		return (-1);
	if (!attached && !pr.pr_persist)
		return (jail_errx(EINVAL, "new jail must persist or attach"));
	if (pr.pr_host == JAIL_SYS_INHERIT)
		host_inherit(&pr, &above);
	if (check_mode(rq, &pr) == -1)
		return (-1);
	request_permissions(rq, &pr);
	if (prison_addrs_clash(st, &pr) == -1)
		return (-1);
	prison_sweep(st, attached ? SWEEP_ATTACHED : SWEEP_EACH);
	if (!attached)
		warn_setuid(&pr);
	return (make(st, rq, &pr, attached, ret_pr, ret_guard));
}

/*
 * The living prison that a request names: by jid before name.  1 found,
 * 0 none, -1 with the error.
 */
static int
find_prison(struct state *st, const struct request *rq, struct prison *ret_pr)
{
	int jid = rq->rq_jid;

	if (jid == 0 && rq->rq_name != NULL)
		jid = prison_by_name(st, rq->rq_name);
	clear_ended(st, jid);
	if (jid == 0 || !state_jid_exists(st, jid))
		return (0);
	if (prison_load(st, jid, ret_pr) == -1)
		return (jail_err(errno, "the record of jail %d", jid));
	if (ret_pr->pr_dying && rq->rq_jid == 0)
		return (0);
	return (1);
}

static int
not_found(const struct request *rq)
{
	if (rq->rq_jid != 0)
		return (jail_errx(ENOENT, "jail %d not found", rq->rq_jid));
	if (rq->rq_name != NULL)
		return (jail_errx(ENOENT, "jail \"%s\" not found",
		    rq->rq_name));
	return (jail_errx(ENOENT, "update specified no jail"));
}

int
prison_set(struct state *st, struct request *rq, int attached,
    struct prison *ret_pr, int *ret_guard)
{
	struct prison pr;
	int found, jid;

	if (state_lock(st) == -1)
		return (-1);
	if ((found = find_prison(st, rq, &pr)) == -1)
		return (-1);
	if (found && (rq->rq_flags & JAIL_UPDATE) == 0) {
		if (rq->rq_jid != 0)
			return (jail_errx(EEXIST, "jail %d already exists",
			    rq->rq_jid));
		return (jail_errx(EEXIST, "jail \"%s\" already exists",
		    rq->rq_name));
	}
	if (found && pr.pr_dying)
		return (jail_errx(ENOENT, "jail %d is dying", pr.pr_id));
	if (found)
		return (prison_update(st, rq, &pr, ret_pr));
	if ((rq->rq_flags & JAIL_CREATE) == 0)
		return (not_found(rq));
	if (rq->rq_name != NULL) {
		if ((jid = name_jid(rq->rq_name, rq->rq_jid)) == -1)
			return (-1);
		/* A jid given beside a name that somebody has. */
		found = prison_by_name(st, rq->rq_name);
		clear_ended(st, found);
		if (prison_named(st, prison_by_name(st, rq->rq_name)))
			return (jail_errx(EEXIST, "jail \"%s\" already exists",
			    rq->rq_name));
		rq->rq_jid = jid;
	}
	return (create(st, rq, attached, ret_pr, ret_guard));
}
