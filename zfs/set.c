// SPDX-License-Identifier: BSD-2-Clause
/* zfs set, inherit. */
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "mountpt.h"
#include "name.h"
#include "prop.h"
#include "quota.h"
#include "space.h"
#include "step.h"
#include "subvol.h"
#include "util.h"

/* ------------------------------------------------------------------------
 * What a property does.
 */

/*
 * btrfs has compression as an attribute of each directory, for what is made in
 * it later: so of all there are.
 */
static void
compress_dirs(int dirfd, const char *how, dev_t dev)
{
	int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), sub;
	DIR *d = fd != -1 ? fdopendir(fd) : NULL;
	struct dirent *de;
	struct stat st;

	if (d == NULL) {
		fd_close(&fd);
		return;
	}
	while ((de = readdir(d)) != NULL) {
		if (de->d_type != DT_DIR || strcmp(de->d_name, ".") == 0 ||
		    strcmp(de->d_name, "..") == 0)
			continue;
		sub = openat(dirfd, de->d_name, O_RDONLY | O_DIRECTORY |
		    O_CLOEXEC | O_NOFOLLOW);
		if (sub != -1 && fstat(sub, &st) == 0 && st.st_dev == dev) {
			if (how[0] == '\0')
				fremovexattr(sub, "btrfs.compression");
			else
				fsetxattr(sub, "btrfs.compression", how,
				    strlen(how), 0);
			compress_dirs(sub, how, dev);
		}
		fd_close(&sub);
	}
	closedir(d);
}

static int
apply_compression(struct pool *po, struct ds *ds)
{
	_cleanup_free_ char *value = prop_value(po, ds, "compression");
	_cleanup_close_ int fd = subvol_open(po->po_ds, ds->ds_id);
	const char *how = prop_compression(value);
	struct stat st;

	if (fd == -1 || fstat(fd, &st) == -1 ||
	    subvol_compression(po->po_ds, ds->ds_id, how) == -1) {
		say("cannot set property for '%s': compression: %s",
		    ds->ds_name, strerror(errno));
		return (-1);
	}
	compress_dirs(fd, how, st.st_dev);
	return (0);
}

/* readonly and its kin, of what is mounted. */
static int
apply_flags(struct pool *po, struct ds *ds)
{
	_cleanup_free_ char *where = mount_where(po, ds);
	struct mount_attr attr = { .attr_clr = MOUNT_ATTR_RDONLY |
	    MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC | MOUNT_ATTR_NOSUID |
	    MOUNT_ATTR__ATIME };

	if (where == NULL)
		return (0);
	attr.attr_set = (prop_is_on(po, ds, "readonly") ? MOUNT_ATTR_RDONLY :
	    0) | (prop_is_on(po, ds, "devices") ? 0 : MOUNT_ATTR_NODEV) |
	    (prop_is_on(po, ds, "exec") ? 0 : MOUNT_ATTR_NOEXEC) |
	    (prop_is_on(po, ds, "setuid") ? 0 : MOUNT_ATTR_NOSUID) |
	    (prop_is_on(po, ds, "atime") ? 0 : MOUNT_ATTR_NOATIME);
	if (mount_setattr(AT_FDCWD, where, AT_SYMLINK_NOFOLLOW, &attr,
	    sizeof(attr)) == -1) {
		say("cannot remount '%s': %s", where, strerror(errno));
		return (-1);
	}
	return (0);
}

/* Whether a dataset has the property from `top`, or is it. */
static int
follows(struct pool *po, struct ds *ds, const struct ds *top,
    const char *name)
{
	char *value, *source;
	int is;

	if (ds == top)
		return (1);
	if (ds_is_snap(ds) || !name_within(ds->ds_name, top->ds_name) ||
	    prop_get(po, ds, name, 0, &value, &source) == -1)
		return (0);
	/* Whoever it comes from, it is looked for upwards past `top`. */
	is = strcmp(source, "local") != 0 && (strncmp(source, "inherited from ",
	    15) != 0 || name_within(top->ds_name, source + 15) ||
	    strcmp(source + 15, top->ds_name) == 0);
	free(value);
	free(source);
	return (is);
}

static int
apply(struct pool *po, struct ds *top, const char *name)
{
	const struct prop_row *row = prop_find(name);
	int error = 0;
	size_t i;

	if (row == NULL || strcmp(name, "overlay") == 0)
		return (0);
	if (row->p_flags & PF_NUMBER)
		return (quota_redo(po));
	for (i = 0; i < po->po_ix->ix_nds; i++) {
		struct ds *ds = po->po_ix->ix_ds[i];

		if (!(row->p_flags & PF_INHERIT) ? ds != top :
		    !follows(po, ds, top, name))
			continue;
		if ((strcmp(name, "compression") == 0 ?
		    apply_compression(po, ds) : apply_flags(po, ds)) == -1)
			error = -1;
	}
	return (error);
}

/* ------------------------------------------------------------------------
 * Changing it.
 */

static int
cannot_set(const struct ds *ds, const char *reason)
{
	say("cannot set property for '%s': %s", ds->ds_name, reason);
	return (-1);
}

static int
check_quota(struct pool *po, struct ds *ds, const struct setting *se)
{
	const struct space *sp;
	const char *reason;
	uint64_t n, used;

	if (strcmp(se->se_name, "quota") != 0 &&
	    strcmp(se->se_name, "refquota") != 0)
		return (0);
	if (number(se->se_value, UINT64_MAX, &n) == -1)
		return (0);	/* none */
	if (quota_have(po, &reason) == -1)
		return (cannot_set(ds, reason));
	if ((sp = space_of(po, ds)) == NULL)
		return (-1);
	used = strcmp(se->se_name, "quota") == 0 ? sp->sp_used :
	    sp->sp_refer;
	return (n < used ? cannot_set(ds, "size is less than current used or "
	    "reserved space") : 0);
}

/* value NULL: inherit.  Mount points move, and what is below goes with them. */
static int
change(struct pool *po, struct ds *ds, const char *name, const char *value)
{
	int moves = strcmp(name, "mountpoint") == 0 ||
	    strcmp(name, "canmount") == 0;
	int was = moves && mount_is(po, ds), error = 0;

	if (moves && (strcmp(name, "mountpoint") == 0 || (value != NULL &&
	    strcmp(value, "off") == 0)) &&
	    unmount_within(po, ds->ds_name, 0) == -1) {
		mount_within(po, ds->ds_name);
		return (-1);
	}
	if (value != NULL) {
		struct setting one = { (char *)(uintptr_t)name,
			(char *)(uintptr_t)value };
		struct settings se = { &one, 1 };

		settings_note(&se, ds, po->po_ix);
	} else {
		ds_set(ds, name, NULL);
		if (strcmp(name, "quota") == 0 ||
		    strcmp(name, "refquota") == 0)
			ids_add(&po->po_ix->ix_redo, ds->ds_id);
	}
	if (pool_commit(po) == -1)
		return (cannot_set(ds, why(errno)));
	step("zfs-set");
	if (!moves)
		return (apply(po, ds, name));
	/* From none or legacy to a path mounts, as ZFS does. */
	if (was || strcmp(name, "mountpoint") == 0)
		error = mount_within(po, ds->ds_name);
	return (error);
}

static int
set_one(const char *name, struct settings *se)
{
	_cleanup_free_ char *doing = xprintf("cannot set property for '%s'",
	    name);
	struct settings copy = { xcalloc(se->se_n, sizeof(*se->se_v)),
		se->se_n };
	struct pool *po = open_pool_of(name, POOL_WRITE);
	struct ds *ds = po != NULL ? open_ds(po, name, WANT_ANY) : NULL;
	int error = -1;
	size_t i;

	memcpy(copy.se_v, se->se_v, se->se_n * sizeof(*se->se_v));
	if (ds != NULL && settings_check(&copy, doing,
	    ds_is_snap(ds)) == 0) {
		for (i = 0, error = 0; i < copy.se_n && error == 0; i++)
			if (check_quota(po, ds, &copy.se_v[i]) == -1 ||
			    change(po, ds, copy.se_v[i].se_name,
			    copy.se_v[i].se_value) == -1)
				error = -1;
		for (i = 0; i < copy.se_n; i++)
			free(copy.se_v[i].se_value);
	}
	free(copy.se_v);
	pool_close(po);
	return (error);
}

int
cmd_set(int argc, char **argv)
{
	struct settings se = { .se_n = 0 };
	int c, i, n, error = 0;

	while ((c = getopt(argc, argv, ":")) != -1)
		bad_option(c);
	argc -= optind;
	argv += optind;
	if (argc < 1)
		bad_usage_props("missing arguments");
	for (n = 0; n < argc && strchr(argv[n], '=') != NULL; n++)
		settings_add(&se, argv[n]);
	if (n == 0)
		bad_usage_props("missing property=value argument(s)");
	if (n == argc)
		bad_usage("missing dataset name(s)");
	for (i = n; i < argc; i++)
		if (set_one(argv[i], &se) == -1)
			error = 1;
	free(se.se_v);
	return (error);
}

/* ------------------------------------------------------------------------ */

static int
inherit_one(const char *name, const char *prop, int recursive)
{
	struct pool *po = open_pool_of(name, POOL_WRITE);
	struct ds *ds = po != NULL ? open_ds(po, name, WANT_ANY) : NULL;
	int error = ds == NULL ? -1 : 0;
	size_t i;

	for (i = 0; ds != NULL && i < po->po_ix->ix_nds; i++) {
		struct ds *one = po->po_ix->ix_ds[i];

		if ((one == ds || (recursive && name_within(one->ds_name,
		    name))) && ds_local(one, prop) != NULL &&
		    change(po, one, prop, NULL) == -1)
			error = -1;
	}
	pool_close(po);
	return (error);
}

int
cmd_inherit(int argc, char **argv)
{
	const struct prop_row *row;
	const char *prop;
	int c, i, recursive = 0, error = 0;

	while ((c = getopt(argc, argv, ":rS")) != -1)
		switch (c) {
		case 'r':
			recursive = 1;
			break;
		case 'S':
			break;	/* nothing is received that could return */
		default:
			bad_option(c);
		}
	argc -= optind;
	argv += optind;
	if (argc < 1)
		bad_usage_props("missing property argument");
	want_args(argc, 2, INT_MAX, "dataset");
	prop = argv[0];
	if ((row = prop_find(prop)) != NULL) {
		prop = row->p_name;
		if (!(row->p_flags & PF_SET) || row->p_missing != NULL) {
			say("%s property is read-only", prop);
			return (1);
		}
		if (!(row->p_flags & PF_INHERIT) &&
		    strcmp(prop, "canmount") != 0) {
			say("'%s' property cannot be inherited\nuse 'zfs set "
			    "%s=none' to clear", prop, prop);
			return (1);
		}
	} else if (!name_is_user_property(prop))
		bad_usage_props("invalid property '%s'", prop);
	for (i = 1; i < argc; i++)
		if (inherit_one(argv[i], prop, recursive) == -1)
			error = 1;
	return (error);
}
