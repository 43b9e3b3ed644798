// SPDX-License-Identifier: BSD-2-Clause
/* zfs rename, promote, rollback: what is there gets another place. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "jails.h"
#include "mountpt.h"
#include "name.h"
#include "quota.h"
#include "step.h"
#include "subvol.h"
#include "util.h"

/* ------------------------------------------------------------------------
 * What was mounted is mounted again.
 */

/* Ids of the datasets within `top` that are mounted. */
static struct ids
mounted_within(struct pool *po, const char *top)
{
	struct ids ids = { .id_n = 0 };
	size_t i;

	for (i = 0; i < po->po_ix->ix_nds; i++)
		if (name_within(po->po_ix->ix_ds[i]->ds_name, top) &&
		    mount_is(po, po->po_ix->ix_ds[i]))
			ids_add(&ids, po->po_ix->ix_ds[i]->ds_id);
	return (ids);
}

static int
mount_again(struct pool *po, struct ids *ids)
{
	struct ds *ds;
	int error = 0;
	size_t i;

	/* In the order of the index, in which they were noted. */
	for (i = 0; i < ids->id_n; i++)
		if ((ds = index_by_id(po->po_ix, ids->id_v[i])) != NULL &&
		    mount_is_auto(po, ds) && !mount_is(po, ds) &&
		    mount_ds(po, ds, NULL) == -1)
			error = -1;
	free(ids->id_v);
	ids->id_v = NULL;
	return (error);
}

static int
jail_in_the_way(struct pool *po, const char *top, const char *doing)
{
	const char *jail;
	size_t i;

	for (i = 0; i < po->po_ix->ix_nds; i++) {
		struct ds *ds = po->po_ix->ix_ds[i];

		if (!ds_is_snap(ds) && name_within(ds->ds_name, top) &&
		    (jail = jails_using(po, ds)) != NULL) {
			say("%s: jail '%s' runs on '%s'; stop it first: jail "
			    "-r %s", doing, jail, ds->ds_name, jail);
			return (1);
		}
	}
	return (0);
}

/* ------------------------------------------------------------------------
 * rename
 */

struct renaming {
	struct pool	*re_po;
	const char	*re_from;
	char		*re_to;
	int		 re_parents;	/* -p */
	int		 re_force;	/* -f */
	int		 re_recursive;	/* -r */
	int		 re_nomount;	/* -u */
};

static int
cannot_rename(const struct renaming *re, const char *reason)
{
	say("cannot rename '%s': %s", re->re_from, reason);
	return (-1);
}

/* Everything within the old name, under the new one. */
static int
move_all(struct renaming *re)
{
	struct index *ix = re->re_po->po_ix;
	_cleanup_free_ struct ds **list = xcalloc(ix->ix_nds + 1,
	    PTR_SIZE);
	size_t i, n = 0, len = strlen(re->re_from);

	for (i = 0; i < ix->ix_nds; i++)
		if (name_within(ix->ix_ds[i]->ds_name, re->re_from)) {
			if (strlen(ix->ix_ds[i]->ds_name) - len +
			    strlen(re->re_to) > NAME_MAX_LEN)
				return (cannot_rename(re,
				    "New dataset name is too long"));
			list[n++] = ix->ix_ds[i];
		}
	for (i = 0; i < n; i++) {
		_cleanup_free_ char *name = xprintf("%s%s", re->re_to,
		    list[i]->ds_name + len);

		index_move(ix, list[i], name);
	}
	return (0);
}

/* Out of the quotas above the old name, into those above the new one. */
static int
move_quotas(struct renaming *re, const struct ids *old)
{
	struct index *ix = re->re_po->po_ix;
	struct subvol_info si;
	struct ids now;
	size_t i, j, k;

	if (quota_mode(re->re_po->po_fd) == 0)
		return (0);
	quota_groups(re->re_po, re->re_to, &now);
	for (i = 0; i < ix->ix_nds; i++) {
		if (!name_within(ix->ix_ds[i]->ds_name, re->re_to) ||
		    subvol_info(re->re_po->po_ds, ix->ix_ds[i]->ds_id,
		    &si) == -1)
			continue;
		for (j = 0; j < old->id_n; j++) {
			for (k = 0; k < now.id_n; k++)
				if (now.id_v[k] == old->id_v[j])
					break;
			if (k == now.id_n && quota_assign(re->re_po->po_fd,
			    si.si_id, old->id_v[j], 0) == -1)
				return (-1);
		}
	}
	free(now.id_v);
	return (quota_join(re->re_po, re->re_to));
}

static int
parents_there(struct renaming *re)
{
	_cleanup_free_ char *parent = name_parent(re->re_to);
	char *args[] = { (char *)(uintptr_t)"create",
		(char *)(uintptr_t)"-p", parent, NULL };

	if (parent == NULL)
		return (cannot_rename(re, "missing dataset name"));
	if (index_find(re->re_po->po_ix, parent) != NULL)
		return (0);
	if (!re->re_parents) {
		say("cannot create '%s': parent does not exist", re->re_to);
		return (-1);
	}
	/* It takes the lock itself, and changes the index. */
	pool_unlock(re->re_po);
	optind = 0;
	if (cmd_create(3, args) != 0 ||
	    pool_relock(re->re_po, POOL_WRITE) == -1)
		return (-1);
	return (index_find(re->re_po->po_ix, re->re_from) != NULL ? 0 :
	    cannot_rename(re, "dataset does not exist"));
}

static int
rename_fs(struct renaming *re)
{
	struct pool *po = re->re_po;
	struct ids mounted, groups;
	_cleanup_free_ char *doing = xprintf("cannot rename '%s'",
	    re->re_from);
	int error;

	if (strchr(re->re_from, '/') == NULL)
		return (cannot_rename(re, "a pool gets another name by "
		    "zpool export and zpool import"));
	if (index_find(po->po_ix, re->re_to) != NULL)
		return (cannot_rename(re, "dataset already exists"));
	if (name_within(re->re_to, re->re_from))
		return (cannot_rename(re, "New dataset name cannot be a "
		    "descendant of current dataset name"));
	if (parents_there(re) == -1 ||
	    jail_in_the_way(po, re->re_from, doing))
		return (-1);
	quota_groups(po, re->re_from, &groups);
	mounted = mounted_within(po, re->re_from);
	if (!re->re_nomount &&
	    unmount_within(po, re->re_from, re->re_force) == -1) {
		mount_again(po, &mounted);
		return (-1);
	}
	if ((error = move_all(re)) == 0) {
		ids_add(&po->po_ix->ix_redo,
		    index_find(po->po_ix, re->re_to)->ds_id);
		if ((error = pool_commit(po)) == -1)
			cannot_rename(re, why(errno));
		else
			error = move_quotas(re, &groups);
	}
	free(groups.id_v);
	/* Where it could not be, under the old names, which are in the file. */
	if (error == -1)
		pool_relock(po, POOL_NOLOCK);
	return (mount_again(po, &mounted) == -1 ? -1 : error);
}

static int
rename_snaps(struct renaming *re)
{
	struct index *ix = re->re_po->po_ix;
	_cleanup_free_ char *fs = name_fs(re->re_from);
	const char *snap = strchr(re->re_from, '@');
	const char *to = strchr(re->re_to, '@');
	_cleanup_free_ struct ds **list = xcalloc(ix->ix_nds + 1,
	    PTR_SIZE);
	size_t i, n = 0;

	for (i = 0; i < ix->ix_nds; i++) {
		const char *at = strchr(ix->ix_ds[i]->ds_name, '@');

		if (at == NULL || strcmp(at, snap) != 0 || (re->re_recursive ?
		    !name_within(ix->ix_ds[i]->ds_name, fs) :
		    strcmp(ix->ix_ds[i]->ds_name, re->re_from) != 0))
			continue;
		list[n++] = ix->ix_ds[i];
	}
	for (i = 0; i < n; i++) {
		_cleanup_free_ char *one = name_fs(list[i]->ds_name);
		_cleanup_free_ char *name = xprintf("%s%s", one, to);

		if (strlen(name) > NAME_MAX_LEN)
			return (cannot_rename(re, "name is too long"));
		if (index_find(ix, name) != NULL)
			return (cannot_rename(re, "dataset already exists"));
		index_move(ix, list[i], name);
	}
	return (pool_commit(re->re_po) == -1 ?
	    cannot_rename(re, why(errno)) : 0);
}

/* "@new" and "new" are of the same file system. */
static int
target(struct renaming *re, const char *to)
{
	_cleanup_free_ char *fs = name_fs(re->re_from);
	_cleanup_free_ char *tofs = NULL;
	const char *wrong;

	if (strchr(re->re_from, '@') == NULL)
		re->re_to = xstrdup(to);
	else if (strchr(to, '@') == NULL && strchr(to, '/') == NULL)
		re->re_to = xprintf("%s@%s", fs, to);
	else
		re->re_to = to[0] == '@' ? xprintf("%s%s", fs, to) :
		    xstrdup(to);
	wrong = name_wrong(re->re_to, strchr(re->re_from, '@') == NULL ?
	    NAME_FS : NAME_SNAP);
	if (wrong != NULL)
		return (cannot_rename(re, wrong));
	tofs = name_fs(re->re_to);
	if (strchr(re->re_from, '@') != NULL && strcmp(fs, tofs) != 0)
		return (cannot_rename(re,
		    "snapshots must be part of same dataset"));
	return (0);
}

int
cmd_rename(int argc, char **argv)
{
	struct renaming re = { .re_po = NULL };
	_cleanup_free_ char *pool = NULL, *topool = NULL;
	int c, error = -1;

	while ((c = getopt(argc, argv, ":fpru")) != -1)
		switch (c) {
		case 'f':
			re.re_force = 1;
			break;
		case 'p':
			re.re_parents = 1;
			break;
		case 'r':
			re.re_recursive = 1;
			break;
		case 'u':
			re.re_nomount = 1;
			break;
		default:
			bad_option(c);
		}
	argc -= optind;
	argv += optind;
	want_args(argc, 1, 2, "source dataset");
	want_args(argc, 2, 2, "target dataset");
	re.re_from = argv[0];
	if (re.re_recursive && strchr(argv[0], '@') == NULL)
		bad_usage("source dataset for recursive rename must be a "
		    "snapshot");
	if ((re.re_po = open_pool_of(argv[0], POOL_WRITE)) == NULL)
		return (1);
	if (open_ds(re.re_po, argv[0], WANT_ANY) != NULL &&
	    target(&re, argv[1]) == 0) {
		pool = name_pool(re.re_from);
		topool = name_pool(re.re_to);
		error = strcmp(pool, topool) != 0 ? cannot_rename(&re,
		    "datasets must be within same pool") :
		    strchr(re.re_from, '@') != NULL ? rename_snaps(&re) :
		    rename_fs(&re);
	}
	free(re.re_to);
	pool_close(re.re_po);
	return (error == -1);
}

/* ------------------------------------------------------------------------
 * promote
 */

/* The origin, and the snapshots before it, become the clone's. */
static int
promote(struct pool *po, struct ds *clone)
{
	struct index *ix = po->po_ix;
	struct ds *origin = index_by_id(ix, clone->ds_origin);
	_cleanup_free_ char *fs = name_fs(origin->ds_name);
	struct ds *parent = index_find(ix, fs);
	_cleanup_free_ struct ds **list = xcalloc(ix->ix_nds + 1,
	    PTR_SIZE);
	size_t i, n = 0, len = strlen(fs);

	for (i = 0; i < ix->ix_nds; i++)
		if (strncmp(ix->ix_ds[i]->ds_name, fs, len) == 0 &&
		    ix->ix_ds[i]->ds_name[len] == '@' &&
		    ix->ix_ds[i]->ds_id <= origin->ds_id)
			list[n++] = ix->ix_ds[i];
	for (i = 0; i < n; i++) {
		_cleanup_free_ char *name = xprintf("%s%s", clone->ds_name,
		    list[i]->ds_name + len);

		if (index_find(ix, name) != NULL || strlen(name) >
		    NAME_MAX_LEN) {
			say("cannot promote '%s': snapshot name '%s' from "
			    "origin \nconflicts with '%s' from target",
			    clone->ds_name, list[i]->ds_name, name);
			return (-1);
		}
		index_move(ix, list[i], name);
	}
	/* Its own origin is older than the snapshots it gives away. */
	clone->ds_origin = parent->ds_origin;
	parent->ds_origin = origin->ds_id;
	if (pool_commit(po) == -1) {
		say("cannot promote '%s': %s", clone->ds_name, why(errno));
		return (-1);
	}
	return (0);
}

int
cmd_promote(int argc, char **argv)
{
	struct pool *po;
	struct ds *ds;
	int c, error = -1;

	while ((c = getopt(argc, argv, ":")) != -1)
		bad_option(c);
	want_args(argc - optind, 1, 1, "clone filesystem");
	if ((po = open_pool_of(argv[optind], POOL_WRITE)) == NULL)
		return (1);
	if ((ds = open_ds(po, argv[optind], WANT_FS)) == NULL)
		;
	else if (ds->ds_origin == 0)
		say("cannot promote '%s': not a cloned filesystem",
		    ds->ds_name);
	else
		error = promote(po, ds);
	pool_close(po);
	return (error == -1);
}

/* ------------------------------------------------------------------------
 * rollback
 */

struct rolling {
	struct pool	*ro_po;
	struct ds	*ro_snap;
	struct ds	*ro_fs;
	int		 ro_newer;	/* -r: destroy newer snapshots */
	int		 ro_clones;	/* -R: and their clones */
	int		 ro_force;	/* -f */
};

static int
is_newer(const struct rolling *ro, const struct ds *ds)
{
	size_t len = strlen(ro->ro_fs->ds_name);

	return (strncmp(ds->ds_name, ro->ro_fs->ds_name, len) == 0 &&
	    ds->ds_name[len] == '@' && ds->ds_id > ro->ro_snap->ds_id);
}

/* Newer snapshots and their clones, if they may not go. */
static int
in_the_way(const struct rolling *ro)
{
	const struct index *ix = ro->ro_po->po_ix;
	const struct ds *origin;
	int said = 0;
	size_t i;

	for (i = 0; i < ix->ix_nds && !ro->ro_newer; i++)
		if (is_newer(ro, ix->ix_ds[i])) {
			if (!said++)
				say("cannot rollback to '%s': more recent "
				    "snapshots exist\nuse '-r' to force "
				    "deletion of the following snapshots:",
				    ro->ro_snap->ds_name);
			say("%s", ix->ix_ds[i]->ds_name);
		}
	for (i = 0; i < ix->ix_nds && ro->ro_newer && !ro->ro_clones; i++) {
		origin = ix->ix_ds[i]->ds_origin == 0 ? NULL :
		    index_by_id(ix, ix->ix_ds[i]->ds_origin);
		if (origin != NULL && is_newer(ro, origin)) {
			if (!said++)
				say("cannot rollback to '%s': clones of "
				    "previous snapshots exist\nuse '-R' to "
				    "force deletion of the following clones "
				    "and dependents:", ro->ro_snap->ds_name);
			say("%s", ix->ix_ds[i]->ds_name);
		}
	}
	return (said);
}

/* The newer ones go first, by zfs destroy with all that it looks at. */
static int
destroy_newer(struct rolling *ro, const char *snap, const char *fs)
{
	const struct index *ix = ro->ro_po->po_ix;
	char *args[] = { (char *)(uintptr_t)"destroy", ro->ro_clones ?
	    (char *)(uintptr_t)"-R" : (char *)(uintptr_t)"-f", NULL, NULL };
	struct ds *newest;
	int status = 0;
	size_t i;

	for (;;) {
		for (newest = NULL, i = 0; i < ix->ix_nds; i++)
			if (is_newer(ro, ix->ix_ds[i]) && (newest == NULL ||
			    ix->ix_ds[i]->ds_id > newest->ds_id))
				newest = ix->ix_ds[i];
		if (newest == NULL)
			return (0);
		args[2] = xstrdup(newest->ds_name);
		pool_unlock(ro->ro_po);
		optind = 0;
		status = cmd_destroy(3, args);
		free(args[2]);
		if (status != 0 || pool_relock(ro->ro_po, POOL_WRITE) == -1)
			return (-1);
		ix = ro->ro_po->po_ix;
		ro->ro_snap = index_find(ix, snap);
		ro->ro_fs = index_find(ix, fs);
		if (ro->ro_snap == NULL || ro->ro_fs == NULL)
			return (-1);
	}
}

/* A copy of the snapshot takes the dataset's place. */
static int
replace(struct rolling *ro)
{
	struct pool *po = ro->ro_po;
	uint64_t id = po->po_ix->ix_next, old = ro->ro_fs->ds_id;
	struct ids groups;
	int error;

	quota_groups(po, ro->ro_fs->ds_name, &groups);
	error = subvol_snapshot(po->po_ds, ro->ro_snap->ds_id, id, 0,
	    &groups);
	free(groups.id_v);
	if (error == -1) {
		say("cannot rollback '%s': %s", ro->ro_fs->ds_name,
		    why(errno));
		return (-1);
	}
	step("zfs-subvolume");
	po->po_ix->ix_next = id + 1;
	ids_add(&po->po_ix->ix_gone, old);
	ro->ro_fs->ds_id = id;
	if (ds_local(ro->ro_fs, ".refgroup") != NULL)
		ids_add(&po->po_ix->ix_redo, id);
	if (pool_commit(po) == -1) {
		say("cannot rollback '%s': %s", ro->ro_fs->ds_name,
		    why(errno));
		subvol_delete(po->po_ds, id);
		ro->ro_fs->ds_id = old;
		return (-1);
	}
	return (quota_redo(po) == -1 || pool_purge(po) == -1 ? -1 : 0);
}

static int
roll_back(struct rolling *ro)
{
	struct pool *po = ro->ro_po;
	_cleanup_free_ char *snap = xstrdup(ro->ro_snap->ds_name);
	_cleanup_free_ char *fs = xstrdup(ro->ro_fs->ds_name);
	_cleanup_free_ char *doing = xprintf("cannot rollback '%s'", fs);
	struct ids mounted;
	uint64_t old;
	size_t i;
	int error;

	if (in_the_way(ro) || jail_in_the_way(po, fs, doing) ||
	    destroy_newer(ro, snap, fs) == -1)
		return (-1);
	mounted = mounted_within(po, fs);
	if (mount_is(po, ro->ro_fs) &&
	    unmount_within(po, fs, ro->ro_force) == -1) {
		mount_again(po, &mounted);
		return (-1);
	}
	old = ro->ro_fs->ds_id;
	error = replace(ro);
	for (i = 0; i < mounted.id_n; i++)
		if (mounted.id_v[i] == old)
			mounted.id_v[i] = ro->ro_fs->ds_id;
	return (mount_again(po, &mounted) == -1 ? -1 : error);
}

int
cmd_rollback(int argc, char **argv)
{
	struct rolling ro = { .ro_newer = 0 };
	_cleanup_free_ char *fs = NULL;
	int c, error = -1;

	while ((c = getopt(argc, argv, ":fRr")) != -1)
		switch (c) {
		case 'f':
			ro.ro_force = 1;
			break;
		case 'R':
			ro.ro_clones = ro.ro_newer = 1;
			break;
		case 'r':
			ro.ro_newer = 1;
			break;
		default:
			bad_option(c);
		}
	want_args(argc - optind, 1, 1, "dataset");
	if ((ro.ro_po = open_pool_of(argv[optind], POOL_WRITE)) == NULL)
		return (1);
	if ((ro.ro_snap = open_ds(ro.ro_po, argv[optind],
	    WANT_SNAP)) != NULL) {
		fs = name_fs(argv[optind]);
		ro.ro_fs = index_find(ro.ro_po->po_ix, fs);
		error = roll_back(&ro);
	}
	pool_close(ro.ro_po);
	return (error == -1);
}
