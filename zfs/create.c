// SPDX-License-Identifier: BSD-2-Clause
/* zfs create, clone, snapshot. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "jails.h"
#include "mountpt.h"
#include "name.h"
#include "prop.h"
#include "quota.h"
#include "step.h"
#include "subvol.h"
#include "util.h"

/* What is to be made. */
struct making {
	const char	*mk_name;
	struct ds	*mk_from;	/* a snapshot to clone, or NULL */
	struct settings	 mk_set;
	int		 mk_parents;	/* -p */
	int		 mk_nomount;	/* -u */
};

static int
cannot_create(const char *name, const char *reason)
{
	say("cannot create '%s': %s", name, reason);
	return (1);
}

/* The pool of something new. */
static struct pool *
open_target(const char *name)
{
	_cleanup_free_ char *pool = name_pool(name);
	const char *wrong = name_wrong(name, NAME_FS);
	struct pool *po;

	if (wrong != NULL) {
		cannot_create(name, wrong);
		return (NULL);
	}
	if ((po = pool_open(pool, POOL_WRITE)) == NULL && errno == ENOENT)
		say("cannot create '%s': no such pool '%s'", name, pool);
	return (po);
}

/* The compression of what is made in it, where that differs. */
static int
compress(struct pool *po, struct ds *ds, const struct ds *from)
{
	_cleanup_free_ char *fs = from != NULL ? name_fs(from->ds_name) : NULL;
	_cleanup_free_ char *want = prop_value(po, ds, "compression");
	_cleanup_free_ char *have = fs != NULL ? prop_value(po,
	    index_find(po->po_ix, fs), "compression") : xstrdup("off");

	if (strcmp(prop_compression(want), prop_compression(have)) == 0)
		return (0);
	return (subvol_compression(po->po_ds, ds->ds_id,
	    prop_compression(want)));
}

static int
has_quota(const struct settings *se)
{
	size_t i;

	for (i = 0; i < se->se_n; i++)
		if (strcmp(se->se_v[i].se_name, "quota") == 0 ||
		    strcmp(se->se_v[i].se_name, "refquota") == 0)
			return (1);
	return (0);
}

/* Make one whose parent is there.  0, or 1 after a message. */
static int
make_one(struct pool *po, const struct making *mk, const char *name)
{
	const char *reason = NULL;
	uint64_t id = po->po_ix->ix_next;
	struct ids groups;
	struct ds *ds;
	int error;

	if (has_quota(&mk->mk_set) && quota_have(po, &reason) == -1)
		return (cannot_create(name, reason));
	quota_groups(po, name, &groups);
	error = mk->mk_from != NULL ? subvol_snapshot(po->po_ds,
	    mk->mk_from->ds_id, id, 0, &groups) :
	    subvol_create(po->po_ds, id, &groups);
	free(groups.id_v);
	if (error == -1)
		return (cannot_create(name, why(errno)));
	step("zfs-subvolume");
	ds = index_add(po->po_ix, name);
	if (mk->mk_from != NULL)
		ds->ds_origin = mk->mk_from->ds_id;
	settings_note(&mk->mk_set, ds, po->po_ix);
	if (compress(po, ds, mk->mk_from) == -1 || pool_commit(po) == -1) {
		cannot_create(name, why(errno));
		subvol_delete(po->po_ds, id);
		return (1);
	}
	if (quota_redo(po) == -1)
		return (1);
	if (mk->mk_nomount || !mount_is_auto(po, ds))
		return (0);
	if (mount_new(po, ds) == -1) {
		say("filesystem successfully %s, but not mounted",
		    mk->mk_from != NULL ? "cloned" : "created");
		return (1);
	}
	return (0);
}

/* -p: all that is not there, from the top, with nothing set. */
static int
make_parents(struct pool *po, const char *name)
{
	_cleanup_free_ char *parent = name_parent(name);
	struct making plain = { .mk_name = parent };

	if (parent == NULL || index_find(po->po_ix, parent) != NULL)
		return (0);
	return (make_parents(po, parent) != 0 ? 1 :
	    make_one(po, &plain, parent));
}

static int
make(struct pool *po, const struct making *mk)
{
	_cleanup_free_ char *parent = name_parent(mk->mk_name);

	if (index_find(po->po_ix, mk->mk_name) != NULL)
		return (mk->mk_parents ? 0 :
		    cannot_create(mk->mk_name, "dataset already exists"));
	if (parent == NULL)
		return (cannot_create(mk->mk_name, "missing dataset name"));
	if (mk->mk_parents && make_parents(po, mk->mk_name) != 0)
		return (1);
	if (index_find(po->po_ix, parent) == NULL)
		return (cannot_create(mk->mk_name, "parent does not exist"));
	return (make_one(po, mk, mk->mk_name));
}

int
cmd_create(int argc, char **argv)
{
	struct making mk = { .mk_name = NULL };
	_cleanup_free_ char *doing = NULL;
	struct pool *po;
	int c, status;

	while ((c = getopt(argc, argv, ":b:o:psuV:")) != -1)
		switch (c) {
		case 'o':
			settings_add(&mk.mk_set, optarg);
			break;
		case 'p':
			mk.mk_parents = 1;
			break;
		case 'u':
			mk.mk_nomount = 1;
			break;
		case 'V':
		case 'b':
		case 's':
			say("cannot create a volume: btrfs has none; make a "
			    "file in a filesystem instead");
			return (1);
		default:
			bad_option(c);
		}
	want_args(argc - optind, 1, 1, "filesystem");
	mk.mk_name = argv[optind];
	doing = xprintf("cannot create '%s'", mk.mk_name);
	if (strchr(mk.mk_name, '/') == NULL &&
	    name_wrong(mk.mk_name, NAME_FS) == NULL)
		return (cannot_create(mk.mk_name, "missing dataset name"));
	if (settings_check(&mk.mk_set, doing, 0) == -1 ||
	    (po = open_target(mk.mk_name)) == NULL)
		return (1);
	status = make(po, &mk);
	pool_close(po);
	return (status);
}

/* ------------------------------------------------------------------------
 * Clones.
 */

static int
clone_into(struct making *mk, const char *snap)
{
	_cleanup_free_ char *from = name_pool(snap);
	_cleanup_free_ char *to = name_pool(mk->mk_name);
	struct pool *po;
	int status = 1;

	if (strcmp(from, to) != 0) {
		if (pool_is_imported(to))
			cannot_create(mk->mk_name,
			    "source and target pools differ");
		else
			say("cannot create '%s': no such pool '%s'",
			    mk->mk_name, to);
		return (1);
	}
	if ((po = open_target(mk->mk_name)) == NULL)
		return (1);
	if ((mk->mk_from = open_ds(po, snap, WANT_SNAP)) != NULL)
		status = make(po, mk);
	pool_close(po);
	return (status);
}

int
cmd_clone(int argc, char **argv)
{
	struct making mk = { .mk_name = NULL };
	_cleanup_free_ char *doing = NULL;
	int c;

	while ((c = getopt(argc, argv, ":o:pu")) != -1)
		switch (c) {
		case 'o':
			settings_add(&mk.mk_set, optarg);
			break;
		case 'p':
			mk.mk_parents = 1;
			break;
		case 'u':
			mk.mk_nomount = 1;
			break;
		default:
			bad_option(c);
		}
	argc -= optind;
	argv += optind;
	want_args(argc, 1, INT_MAX, "source dataset");
	want_args(argc, 2, 2, "target dataset");
	mk.mk_name = argv[1];
	doing = xprintf("cannot create '%s'", mk.mk_name);
	if (settings_check(&mk.mk_set, doing, 0) == -1)
		return (1);
	return (clone_into(&mk, argv[0]));
}

/* ------------------------------------------------------------------------
 * Snapshots.
 */

struct snaps {
	struct ds	**sn_fs;
	char		**sn_name;
	size_t		  sn_n;
};

static int
snaps_add(struct snaps *sn, struct pool *po, struct ds *fs, const char *snap)
{
	char *name = xprintf("%s@%s", fs->ds_name, snap);
	size_t i;

	if (strlen(name) > NAME_MAX_LEN) {
		say("cannot create snapshot '%s': name is too long", name);
		return (-1);
	}
	if (index_find(po->po_ix, name) != NULL) {
		say("cannot create snapshot '%s': dataset already exists",
		    name);
		return (-1);
	}
	for (i = 0; i < sn->sn_n; i++)
		if (strcmp(sn->sn_name[i], name) == 0)
			return (free(name), 0);
	sn->sn_fs = xgrow(sn->sn_fs, sn->sn_n, PTR_SIZE);
	sn->sn_name = xgrow(sn->sn_name, sn->sn_n, sizeof(*sn->sn_name));
	sn->sn_fs[sn->sn_n] = fs;
	sn->sn_name[sn->sn_n++] = name;
	return (0);
}

/* What one argument asks for. */
static int
snaps_collect(struct snaps *sn, struct pool *po, const char *arg,
    int recursive)
{
	_cleanup_free_ char *fsname = name_fs(arg);
	const char *snap = strchr(arg, '@') + 1;
	struct ds *fs = open_ds(po, fsname, WANT_FS);
	size_t i;

	if (fs == NULL)
		return (-1);
	if (!recursive)
		return (snaps_add(sn, po, fs, snap));
	for (i = 0; i < po->po_ix->ix_nds; i++)
		if (!ds_is_snap(po->po_ix->ix_ds[i]) &&
		    name_within(po->po_ix->ix_ds[i]->ds_name, fsname) &&
		    snaps_add(sn, po, po->po_ix->ix_ds[i], snap) == -1)
			return (-1);
	return (0);
}

/* Their subvolumes, of one moment as far as jails go. */
static int
snaps_take(struct pool *po, const struct snaps *sn)
{
	uint64_t first = po->po_ix->ix_next;
	struct ids groups;
	size_t i;

	if (jails_freeze(po, sn->sn_fs, sn->sn_n) == -1)
		return (-1);
	for (i = 0; i < sn->sn_n; i++) {
		int error;

		quota_groups(po, sn->sn_name[i], &groups);
		error = subvol_snapshot(po->po_ds, sn->sn_fs[i]->ds_id,
		    first + i, 1, &groups);
		free(groups.id_v);
		if (error == -1)
			break;
		step("zfs-subvolume");
	}
	if (i < sn->sn_n)
		say("cannot create snapshot '%s': %s", sn->sn_name[i],
		    why(errno));
	jails_thaw();
	if (i == sn->sn_n)
		return (0);
	while (i-- > 0)
		subvol_delete(po->po_ds, first + i);
	return (-1);
}

static int
snaps_make(struct pool *po, const struct snaps *sn,
    const struct settings *se)
{
	uint64_t first = po->po_ix->ix_next;
	size_t i;

	if (snaps_take(po, sn) == -1)
		return (-1);
	for (i = 0; i < sn->sn_n; i++)
		settings_note(se, index_add(po->po_ix, sn->sn_name[i]),
		    po->po_ix);
	if (pool_commit(po) == 0)
		return (0);
	say("cannot create snapshot '%s': %s", sn->sn_name[0], why(errno));
	for (i = sn->sn_n; i-- > 0; )
		subvol_delete(po->po_ds, first + i);
	return (-1);
}

/* Names of snapshots, all in one pool. */
static int
check_names(int argc, char **argv)
{
	_cleanup_free_ char *pool = NULL;
	const char *wrong;
	int i;

	for (i = 0; i < argc; i++) {
		_cleanup_free_ char *one = name_pool(argv[i]);

		if ((wrong = name_wrong(argv[i], NAME_SNAP)) != NULL) {
			say("cannot snapshot '%s': %s", argv[i], wrong);
			return (-1);
		}
		if (pool != NULL && strcmp(pool, one) != 0) {
			say("cannot create snapshots: all must be in one "
			    "pool");
			return (-1);
		}
		if (pool == NULL)
			pool = xstrdup(one);
	}
	return (0);
}

int
cmd_snapshot(int argc, char **argv)
{
	struct settings se = { .se_n = 0 };
	struct snaps sn = { .sn_n = 0 };
	int c, i, recursive = 0, error = 0;
	struct pool *po;

	while ((c = getopt(argc, argv, ":o:r")) != -1)
		switch (c) {
		case 'o':
			settings_add(&se, optarg);
			break;
		case 'r':
			recursive = 1;
			break;
		default:
			bad_option(c);
		}
	argc -= optind;
	argv += optind;
	want_args(argc, 1, INT_MAX, "snapshot");
	if (settings_check(&se, "cannot create snapshots", 1) == -1 ||
	    check_names(argc, argv) == -1)
		return (1);
	{
		_cleanup_free_ char *fs = name_fs(argv[0]);

		if ((po = open_pool_of(fs, POOL_WRITE)) == NULL)
			return (1);
	}
	for (i = 0; i < argc && error == 0; i++)
		error = snaps_collect(&sn, po, argv[i], recursive);
	if (error == 0)
		error = snaps_make(po, &sn, &se);
	if (error == -1 && (recursive || argc > 1))
		say("no snapshots were created");
	pool_close(po);
	return (error == -1);
}
