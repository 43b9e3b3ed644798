// SPDX-License-Identifier: BSD-2-Clause
/* zfs destroy. */
#include <err.h>
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
#include "quota.h"
#include "space.h"
#include "step.h"
#include "subvol.h"
#include "util.h"

static struct {
	int	force;		/* -f */
	int	dry;		/* -n */
	int	parsable;	/* -p */
	int	recursive;	/* -r */
	int	clones;		/* -R */
	int	verbose;	/* -v */
} opt;

/* What is to go: a mark for each dataset, in the order of the index. */
struct going {
	struct pool	*go_po;
	char		*go_mark;
	size_t		 go_n;
};

static struct ds *
at(const struct going *go, size_t i)
{
	return (go->go_po->po_ix->ix_ds[i]);
}

static int
is_going(const struct going *go, const struct ds *ds)
{
	size_t i;

	for (i = 0; i < go->go_n; i++)
		if (at(go, i) == ds)
			return (go->go_mark[i]);
	return (0);
}

static const struct ds *
origin_of(const struct going *go, const struct ds *ds)
{
	return (ds->ds_origin == 0 ? NULL :
	    index_by_id(go->go_po->po_ix, ds->ds_origin));
}

/* Mark a dataset with all within it.  How many marks are new. */
static size_t
mark_within(struct going *go, const struct ds *top)
{
	size_t i, n = 0;

	for (i = 0; i < go->go_n; i++)
		if (!go->go_mark[i] && (at(go, i) == top ||
		    (!ds_is_snap(top) &&
		    name_within(at(go, i)->ds_name, top->ds_name)))) {
			go->go_mark[i] = 1;
			n++;
		}
	return (n);
}

/* Clones of what goes that do not go themselves, marked or only counted. */
static size_t
mark_clones(struct going *go, int mark)
{
	size_t i, n = 0;

	for (i = 0; i < go->go_n; i++) {
		const struct ds *origin = origin_of(go, at(go, i));

		if (origin == NULL || go->go_mark[i] || !is_going(go, origin))
			continue;
		n++;
		if (mark)
			mark_within(go, at(go, i));
	}
	return (n);
}

/* ------------------------------------------------------------------------
 * What is in the way.
 */

/* Those that depend on what was named: said as ZFS does, one a line. */
static void
list_dependents(const struct going *go, const struct ds *named, int clones)
{
	size_t i;

	say("use '-%c' to destroy the following datasets:", clones ? 'R' :
	    'r');
	for (i = go->go_n; i-- > 0; ) {
		const struct ds *origin = origin_of(go, at(go, i));

		if (clones ? origin != NULL && !go->go_mark[i] &&
		    is_going(go, origin) : go->go_mark[i] &&
		    at(go, i) != named)
			say("%s", at(go, i)->ds_name);
	}
}

static int
check_dependents(struct going *go, struct ds *named)
{
	size_t within = mark_within(go, named);

	if (within > 1 && !opt.recursive && !opt.clones) {
		say("cannot destroy '%s': filesystem has children",
		    named->ds_name);
		list_dependents(go, named, 0);
		return (-1);
	}
	if (opt.clones) {
		while (mark_clones(go, 1) > 0)
			;
		return (0);
	}
	if (mark_clones(go, 0) > 0) {
		say("cannot destroy '%s': %s has dependent clones",
		    named->ds_name, ds_is_snap(named) ? "snapshot" :
		    "filesystem");
		list_dependents(go, named, 1);
		return (-1);
	}
	return (0);
}

static int
has_holds(const struct ds *ds)
{
	size_t i;

	for (i = 0; i < ds->ds_nprops; i++)
		if (strncmp(ds->ds_props[i].pr_name, "hold/", 5) == 0)
			return (1);
	return (0);
}

static int
check_use(struct going *go)
{
	const char *jail;
	size_t i;

	for (i = 0; i < go->go_n; i++) {
		if (!go->go_mark[i])
			continue;
		if (ds_is_snap(at(go, i)) && has_holds(at(go, i))) {
			say("cannot destroy '%s': dataset is busy: it is held, "
			    "see zfs holds", at(go, i)->ds_name);
			return (-1);
		}
		if (!ds_is_snap(at(go, i)) &&
		    (jail = jails_using(go->go_po, at(go, i))) != NULL) {
			say("cannot destroy '%s': jail '%s' runs on it; stop "
			    "it first: jail -r %s", at(go, i)->ds_name, jail,
			    jail);
			return (-1);
		}
	}
	return (0);
}

/* ------------------------------------------------------------------------
 * Doing it.
 */

static void
report(struct going *go)
{
	uint64_t bytes = 0;
	char text[SIZE_TEXT];
	size_t i;

	if (!opt.verbose && !opt.dry)
		return;
	for (i = go->go_n; i-- > 0; ) {
		const struct space *sp;

		if (!go->go_mark[i])
			continue;
		if (opt.verbose && opt.parsable)
			printf("destroy\t%s\n", at(go, i)->ds_name);
		else if (opt.verbose)
			printf("%s destroy %s\n", opt.dry ? "would" : "will",
			    at(go, i)->ds_name);
		if ((sp = space_of(go->go_po, at(go, i))) != NULL)
			bytes += ds_is_snap(at(go, i)) ? sp->sp_own :
			    sp->sp_own + sp->sp_snaps;
	}
	if (opt.verbose && opt.parsable)
		printf("reclaim\t%llu\n", (unsigned long long)bytes);
	else if (opt.verbose)
		printf("%s reclaim %s\n", opt.dry ? "would" : "will",
		    size_text(bytes, text));
	fflush(stdout);
}

/* Off their mount points, which go when they are empty. */
static int
unmount_all(struct going *go)
{
	size_t i;

	/* From the end: what is below comes after what it is below of. */
	for (i = go->go_n; i-- > 0; ) {
		_cleanup_free_ char *where = NULL;

		if (!go->go_mark[i] || ds_is_snap(at(go, i)))
			continue;
		where = mount_where(go->go_po, at(go, i));
		if (where != NULL &&
		    unmount_ds(go->go_po, at(go, i), opt.force) == -1)
			return (-1);
		if (where != NULL)
			rmdir(where);
	}
	return (0);
}

static void
drop_groups(struct pool *po, const struct ids *groups)
{
	size_t i;

	/* One that still counts something stays, and harms nobody. */
	for (i = 0; i < groups->id_n; i++)
		quota_group(po->po_fd, groups->id_v[i], 0);
}

static int
destroy_marked(struct going *go)
{
	struct pool *po = go->go_po;
	struct ids groups = { .id_n = 0 };
	uint64_t n;
	size_t i;

	if (check_use(go) == -1)
		return (-1);
	report(go);
	if (opt.dry)
		return (0);
	if (unmount_all(go) == -1)
		return (-1);
	for (i = go->go_n; i-- > 0; ) {
		if (!go->go_mark[i])
			continue;
		if (ds_local(at(go, i), ".group") != NULL && number(ds_local(
		    at(go, i), ".group"), UINT64_MAX, &n) == 0)
			ids_add(&groups, QUOTA_GROUP(n));
		index_remove(po->po_ix, at(go, i));
	}
	if (pool_commit_less(po) == -1) {
		say("cannot destroy: %s", why(errno));
		return (-1);
	}
	if (pool_purge(po) == -1)
		return (-1);
	drop_groups(po, &groups);
	free(groups.id_v);
	return (0);
}

static int
destroy_fs(struct going *go, const char *name)
{
	struct ds *ds = open_ds(go->go_po, name, WANT_FS);

	if (ds == NULL)
		return (-1);
	if (strchr(name, '/') == NULL && !opt.recursive && !opt.clones) {
		say("cannot destroy '%s': operation does not apply to pools\n"
		    "use 'zfs destroy -r %s' to destroy all datasets in the "
		    "pool\nuse 'zpool destroy %s' to destroy the pool itself",
		    name, name, name);
		return (-1);
	}
	if (check_dependents(go, ds) == -1)
		return (-1);
	if (strchr(name, '/') == NULL) {	/* the root stays */
		size_t i;

		for (i = 0; i < go->go_n; i++)
			if (at(go, i) == ds)
				go->go_mark[i] = 0;
	}
	return (destroy_marked(go));
}

/* ------------------------------------------------------------------------
 * Snapshots: tank/a@one,two%three
 */

/* Snapshot `snap` of `fs`, by name, or by the ids from low to high. */
static size_t
mark_snaps(struct going *go, const char *fs, const char *snap, uint64_t low,
    uint64_t high)
{
	size_t i, n = 0, len = strlen(fs);

	for (i = 0; i < go->go_n; i++) {
		const struct ds *ds = at(go, i);
		const char *s = strchr(ds->ds_name, '@');
		size_t fslen = s == NULL ? 0 : (size_t)(s - ds->ds_name);

		if (s == NULL || !name_within(ds->ds_name, fs) ||
		    (fslen != len && !opt.recursive))
			continue;
		if (snap != NULL ? strcmp(s + 1, snap) == 0 : fslen == len &&
		    ds->ds_id >= low && ds->ds_id <= high) {
			go->go_mark[i] = 1;
			n++;
		}
	}
	return (n);
}

static struct ds *
snap_named(const struct going *go, const char *fs, const char *snap)
{
	_cleanup_free_ char *name = xprintf("%s@%s", fs, snap);

	return (index_find(go->go_po->po_ix, name));
}

/* One of those between the commas.  How many it is, or none. */
static size_t
mark_part(struct going *go, const char *fs, char *part)
{
	char *last = strchr(part, '%');
	const struct ds *from = NULL, *to = NULL;

	if (last == NULL)
		return (mark_snaps(go, fs, part, 0, 0));
	*last++ = '\0';
	if ((*part != '\0' && (from = snap_named(go, fs, part)) == NULL) ||
	    (*last != '\0' && (to = snap_named(go, fs, last)) == NULL))
		return (0);
	return (mark_snaps(go, fs, NULL, from != NULL ? from->ds_id : 0,
	    to != NULL ? to->ds_id : UINT64_MAX));
}

static int
check_clones(struct going *go)
{
	size_t i;

	if (opt.clones) {
		while (mark_clones(go, 1) > 0)
			;
		return (0);
	}
	for (i = 0; i < go->go_n; i++) {
		struct going one = *go;
		size_t clones;

		if (!go->go_mark[i])
			continue;
		one.go_mark = xcalloc(go->go_n + 1, 1);
		one.go_mark[i] = 1;
		if ((clones = mark_clones(&one, 0)) > 0) {
			say("cannot destroy '%s': snapshot has dependent "
			    "clones", at(go, i)->ds_name);
			list_dependents(&one, at(go, i), 1);
		}
		free(one.go_mark);
		if (clones > 0)
			return (-1);
	}
	return (0);
}

static int
destroy_snaps(struct going *go, const char *name)
{
	_cleanup_free_ char *fs = name_fs(name);
	_cleanup_free_ char *list = xstrdup(strchr(name, '@') + 1);
	char *rest = list, *part;
	int missing = 0;
	size_t n = 0;

	if (open_ds(go->go_po, fs, WANT_FS) == NULL)
		return (-1);
	while ((part = strsep(&rest, ",")) != NULL) {
		_cleanup_free_ char *copy = xstrdup(part);
		size_t found = mark_part(go, fs, part);

		n += found;
		if (found == 0) {
			say("could not find any snapshots to destroy; check "
			    "snapshot names: '%s@%s'", fs, copy);
			missing = 1;
		}
	}
	if (n == 0 || missing || check_clones(go) == -1)
		return (-1);
	return (destroy_marked(go));
}

int
cmd_destroy(int argc, char **argv)
{
	struct going go = { .go_n = 0 };
	int c, error;

	while ((c = getopt(argc, argv, ":dfnpRrv")) != -1)
		switch (c) {
		case 'd':
			say("cannot destroy later: -d is not there on btrfs; "
			    "release the holds and destroy the clones first");
			return (1);
		case 'f':
			opt.force = 1;
			break;
		case 'n':
			opt.dry = 1;
			break;
		case 'p':
			opt.parsable = opt.verbose = 1;
			break;
		case 'R':
			opt.clones = opt.recursive = 1;
			break;
		case 'r':
			opt.recursive = 1;
			break;
		case 'v':
			opt.verbose = 1;
			break;
		default:
			bad_option(c);
		}
	want_args(argc - optind, 1, 1, "dataset");
	go.go_po = open_pool_of(argv[optind], POOL_WRITE);
	if (go.go_po == NULL)
		return (1);
	go.go_n = go.go_po->po_ix->ix_nds;
	go.go_mark = xcalloc(go.go_n + 1, 1);
	error = strchr(argv[optind], '@') != NULL ?
	    destroy_snaps(&go, argv[optind]) : destroy_fs(&go, argv[optind]);
	free(go.go_mark);
	pool_close(go.go_po);
	return (error == -1);
}
