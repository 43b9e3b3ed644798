// SPDX-License-Identifier: BSD-2-Clause
/* zfs mount, unmount. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "mountpt.h"
#include "name.h"
#include "util.h"

/* Call fn on each pool.  1 when any failed. */
static int
each_pool(int (*fn)(struct pool *po, int flag), int flag)
{
	struct pool *po;
	char **names;
	size_t i, n = reg_names(&names);
	int status = 0;

	for (i = 0; i < n; i++) {
		if ((po = pool_open(names[i], POOL_READ)) != NULL) {
			if (fn(po, flag) == -1)
				status = 1;
		} else if (errno != ENOENT)
			status = 1;
		pool_close(po);
		free(names[i]);
	}
	if (n > 0)
		free(names);
	return (status);
}

struct line {
	size_t		 li_nth;
	char		*li_where;
	const char	*li_name;
};

static int
by_nth(const void *a, const void *b)
{
	size_t x = ((const struct line *)a)->li_nth;
	size_t y = ((const struct line *)b)->li_nth;

	return (x < y ? -1 : x > y);
}

/* In the order in which they were mounted. */
static int
show_mounted(struct pool *po, int flag)
{
	const struct index *ix = po->po_ix;
	_cleanup_free_ struct line *list = xcalloc(ix->ix_nds + 1,
	    sizeof(*list));
	size_t i, n = 0;

	(void)flag;
	for (i = 0; i < ix->ix_nds; i++) {
		list[n].li_name = ix->ix_ds[i]->ds_name;
		list[n].li_where = mount_where_in(po, ix->ix_ds[i],
		    &list[n].li_nth);
		n += list[n].li_where != NULL;
	}
	qsort(list, n, sizeof(*list), by_nth);
	for (i = 0; i < n; i++) {
		printf("%-30s  %s\n", list[i].li_name, list[i].li_where);
		free(list[i].li_where);
	}
	return (0);
}

static int
mount_pool(struct pool *po, int flag)
{
	(void)flag;
	return (mount_within(po, po->po_name));
}

static int
unmount_pool(struct pool *po, int force)
{
	return (unmount_within(po, po->po_name, force));
}

int
cmd_mount(int argc, char **argv)
{
	const char *opts = NULL;
	int c, all = 0, status = 1;
	struct pool *po;
	struct ds *ds;

	while ((c = getopt(argc, argv, ":aOo:v")) != -1)
		switch (c) {
		case 'a':
			all = 1;
			break;
		case 'o':
			opts = optarg;
			break;
		case 'O':
		case 'v':
			break;	/* it is mounted over what is there, always */
		default:
			bad_option(c);
		}
	argc -= optind;
	argv += optind;
	if (all) {
		want_args(argc, 0, 0, "");
		return (each_pool(mount_pool, 0));
	}
	if (argc == 0)
		return (each_pool(show_mounted, 0));
	want_args(argc, 1, 1, "dataset");
	if ((po = open_pool_of(argv[0], POOL_READ)) == NULL)
		return (1);
	if ((ds = open_ds(po, argv[0], WANT_FS)) != NULL)
		status = mount_ds(po, ds, opts) == -1;
	pool_close(po);
	return (status);
}

static int
unmount_named(const char *name, const char *said, int force)
{
	struct pool *po = open_pool_of(name, POOL_READ);
	struct ds *ds = po != NULL ? open_ds(po, name, WANT_FS) : NULL;
	int status = 1;

	if (ds == NULL)
		;
	else if (!mount_is(po, ds))
		say("cannot unmount '%s': not currently mounted", said);
	else
		status = unmount_within(po, name, force) == -1;
	pool_close(po);
	return (status);
}

int
cmd_unmount(int argc, char **argv)
{
	_cleanup_free_ char *name = NULL;
	int c, all = 0, force = 0;

	while ((c = getopt(argc, argv, ":af")) != -1)
		switch (c) {
		case 'a':
			all = 1;
			break;
		case 'f':
			force = 1;
			break;
		default:
			bad_option(c);
		}
	argc -= optind;
	argv += optind;
	if (all) {
		want_args(argc, 0, 0, "");
		return (each_pool(unmount_pool, force));
	}
	want_args(argc, 1, 1, "filesystem");
	if (argv[0][0] != '/')
		return (unmount_named(argv[0], argv[0], force));
	if (access(argv[0], F_OK) == -1) {
		say("cannot unmount '%s': %s", argv[0], strerror(errno));
		return (1);
	}
	if ((name = mount_dataset_at(argv[0])) == NULL) {
		say("cannot unmount '%s': not a ZFS filesystem", argv[0]);
		return (1);
	}
	return (unmount_named(name, argv[0], force));
}
