// SPDX-License-Identifier: BSD-2-Clause
/* zfs hold, release, holds: a hold is a property hold/<tag> of a snapshot. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cmd.h"
#include "name.h"
#include "table.h"
#include "util.h"

/* A snapshot, with -r those of its name below.  How many; -1 after a message. */
static int
snaps_named(struct pool *po, const char *name, int recursive,
    struct ds ***ret_list)
{
	_cleanup_free_ char *fs = name_fs(name);
	const char *snap = strchr(name, '@'), *at;
	const struct index *ix = po->po_ix;
	struct ds **list = NULL;
	size_t i, n = 0;

	for (i = 0; i < ix->ix_nds; i++) {
		at = strchr(ix->ix_ds[i]->ds_name, '@');
		if (at == NULL || strcmp(at, snap) != 0 || !(recursive ?
		    name_within(ix->ix_ds[i]->ds_name, fs) :
		    strcmp(ix->ix_ds[i]->ds_name, name) == 0))
			continue;
		list = xgrow(list, n, PTR_SIZE);
		list[n++] = ix->ix_ds[i];
	}
	*ret_list = list;
	if (n == 0) {
		open_ds(po, name, WANT_SNAP);	/* says what is wrong */
		return (-1);
	}
	return ((int)n);
}

static int
hold_one(struct ds *ds, const char *prop, int hold)
{
	_cleanup_free_ char *now = xprintf("%lld", (long long)time(NULL));

	if (hold && ds_local(ds, prop) != NULL) {
		say("cannot hold snapshot '%s': tag already exists on this "
		    "dataset", ds->ds_name);
		return (-1);
	}
	if (!hold && ds_local(ds, prop) == NULL) {
		say("cannot release hold from snapshot '%s': no such tag on "
		    "this dataset", ds->ds_name);
		return (-1);
	}
	ds_set(ds, prop, hold ? now : NULL);
	return (0);
}

static int
hold_named(const char *name, const char *prop, int hold, int recursive)
{
	struct pool *po;
	struct ds **list = NULL;
	int i, n, error = 0;

	if (strchr(name, '@') == NULL) {
		say("'%s' is not a snapshot", name);
		return (-1);
	}
	if ((po = open_pool_of(name, POOL_WRITE)) == NULL)
		return (-1);
	n = snaps_named(po, name, recursive, &list);
	for (i = 0; i < n && error == 0; i++)
		error = hold_one(list[i], prop, hold);
	if (n == -1)
		error = -1;
	if (error == 0 && pool_commit(po) == -1) {
		say("cannot hold snapshot '%s': %s", name, why(errno));
		error = -1;
	}
	free(list);
	pool_close(po);
	return (error);
}

static int
change(int argc, char **argv, int hold)
{
	_cleanup_free_ char *prop = NULL;
	int c, i, recursive = 0, error = 0;
	const char *wrong;

	while ((c = getopt(argc, argv, ":r")) != -1)
		if (c == 'r')
			recursive = 1;
		else
			bad_option(c);
	argc -= optind;
	argv += optind;
	want_args(argc, 1, INT_MAX, "tag");
	want_args(argc, 2, INT_MAX, "snapshot");
	if ((wrong = tag_wrong(argv[0])) != NULL) {
		say("tag '%s': %s", argv[0], wrong);
		return (1);
	}
	prop = xprintf("hold/%s", argv[0]);
	for (i = 1; i < argc; i++)
		if (hold_named(argv[i], prop, hold, recursive) == -1)
			error = 1;
	return (error);
}

int
cmd_hold(int argc, char **argv)
{
	return (change(argc, argv, 1));
}

int
cmd_release(int argc, char **argv)
{
	return (change(argc, argv, 0));
}

static void
put_holds(struct table *ta, const struct ds *ds, int literal)
{
	char text[64];
	struct tm tm;
	time_t when;
	size_t i;

	for (i = 0; i < ds->ds_nprops; i++) {
		if (strncmp(ds->ds_props[i].pr_name, "hold/", 5) != 0)
			continue;
		when = (time_t)strtoll(ds->ds_props[i].pr_value, NULL, 10);
		table_put(ta, ds->ds_name);
		table_put(ta, ds->ds_props[i].pr_name + 5);
		if (literal || localtime_r(&when, &tm) == NULL ||
		    strftime(text, sizeof(text), "%a %b %e %k:%M %Y",
		    &tm) == 0)
			table_put(ta, ds->ds_props[i].pr_value);
		else
			table_put(ta, text);
	}
}

int
cmd_holds(int argc, char **argv)
{
	int c, i, j, n, recursive = 0, header = 1, literal = 0, error = 0;
	struct table *ta;

	while ((c = getopt(argc, argv, ":Hpr")) != -1)
		switch (c) {
		case 'H':
			header = 0;
			break;
		case 'p':
			literal = 1;
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
	ta = table_new(3, header);
	table_head(ta, "NAME", 0, 0);
	table_head(ta, "TAG", 0, 0);
	table_head(ta, "TIMESTAMP", 0, 0);
	for (i = 0; i < argc; i++) {
		struct ds **list = NULL;
		struct pool *po = NULL;

		if (strchr(argv[i], '@') == NULL)
			say("'%s' is not a snapshot", argv[i]);
		n = strchr(argv[i], '@') == NULL ||
		    (po = open_pool_of(argv[i], POOL_READ)) == NULL ? -1 :
		    snaps_named(po, argv[i], recursive, &list);
		for (j = 0; j < n; j++)
			put_holds(ta, list[j], literal);
		if (n == -1)
			error = 1;
		free(list);
		pool_close(po);
	}
	table_print(ta);
	return (error);
}
