// SPDX-License-Identifier: BSD-2-Clause
/* zfs list, get. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "mountpt.h"
#include "name.h"
#include "prop.h"
#include "table.h"
#include "util.h"

/* ------------------------------------------------------------------------
 * Which datasets.
 */

#define TYPE_FS		0x1
#define TYPE_SNAP	0x2

struct key {
	const char	*ke_prop;
	int		 ke_reverse;	/* -S */
};

static struct {
	int		 header;	/* not -H */
	int		 literal;	/* -p */
	int		 recursive;	/* -r */
	int		 depth;		/* -d; -1: without end */
	unsigned	 types;		/* -t; 0: not said */
	struct key	*keys;
	size_t		 nkeys;
} opt;

struct shown {
	struct pool	*sh_po;
	struct ds	*sh_ds;
};

static struct shown *shown;
static size_t nshown;

static struct pool **pools;
static size_t npools;

static unsigned
parse_types(char *list)
{
	unsigned types = 0;
	char *word;

	while ((word = strsep(&list, ",")) != NULL)
		if (strcmp(word, "filesystem") == 0 || strcmp(word, "fs") == 0)
			types |= TYPE_FS;
		else if (strcmp(word, "snapshot") == 0 ||
		    strcmp(word, "snap") == 0)
			types |= TYPE_SNAP;
		else if (strcmp(word, "all") == 0)
			types |= TYPE_FS | TYPE_SNAP;
		else if (strcmp(word, "volume") == 0 ||
		    strcmp(word, "vol") == 0 || strcmp(word, "bookmark") == 0)
			types |= 0x100;		/* there are none */
		else
			bad_usage_props("invalid type '%s'", word);
	return (types);
}

static struct pool *
pool_once(const char *name)
{
	struct pool *po;
	size_t i;

	for (i = 0; i < npools; i++)
		if (strcmp(pools[i]->po_name, name) == 0)
			return (pools[i]);
	if ((po = pool_open(name, POOL_READ)) == NULL)
		return (NULL);
	pools = xgrow(pools, npools, PTR_SIZE);
	return (pools[npools++] = po);
}

static void
show(struct pool *po, struct ds *ds)
{
	size_t i;

	for (i = 0; i < nshown; i++)
		if (shown[i].sh_ds == ds)
			return;
	shown = xgrow(shown, nshown, sizeof(*shown));
	shown[nshown++] = (struct shown){ po, ds };
}

/* A dataset, and what -r and -d say of what is within it. */
static void
choose(struct pool *po, struct ds *top, unsigned types, int depth)
{
	const struct index *ix = po->po_ix;
	size_t i;

	for (i = 0; i < ix->ix_nds; i++) {
		struct ds *ds = ix->ix_ds[i];

		if (!(types & (ds_is_snap(ds) ? TYPE_SNAP : TYPE_FS)) ||
		    !name_within(ds->ds_name, top->ds_name))
			continue;
		if (depth != -1 && name_depth(ds->ds_name, top->ds_name) >
		    depth)
			continue;
		/* Each name within `top` is met once; others may be again. */
		if (nshown == 0 || shown[nshown - 1].sh_ds != ds)
			show(po, ds);
	}
}

static int
choose_named(const char *arg, unsigned otherwise)
{
	_cleanup_free_ char *name = arg[0] == '/' || arg[0] == '.' ?
	    mount_dataset_at(arg) : xstrdup(arg);
	_cleanup_free_ char *pool = NULL;
	unsigned types = opt.types != 0 ? opt.types : otherwise;
	int depth = opt.recursive ? opt.depth : 0;
	struct pool *po;
	struct ds *ds;

	if (name == NULL) {
		if (access(arg, F_OK) == -1)
			say("%s: %s", arg, strerror(errno));
		else
			say("cannot open '%s': not a ZFS filesystem", arg);
		return (-1);
	}
	pool = name_pool(name);
	if ((po = pool_once(pool)) == NULL) {
		if (errno == ENOENT)
			say("cannot open '%s': dataset does not exist", arg);
		return (-1);
	}
	if ((ds = open_ds(po, name, WANT_ANY)) == NULL)
		return (-1);
	if (ds_is_snap(ds) && opt.types == 0)
		types |= TYPE_SNAP;
	/* The snapshots of what is named. */
	if (!ds_is_snap(ds) && types == TYPE_SNAP && !opt.recursive)
		depth = 1;
	else if (!opt.recursive && !(types & (ds_is_snap(ds) ? TYPE_SNAP :
	    TYPE_FS))) {
		say("cannot open '%s': operation not applicable to datasets "
		    "of this type", name);
		return (-1);
	}
	choose(po, ds, types, depth);
	return (0);
}

static int
choose_all(unsigned otherwise)
{
	unsigned types = opt.types != 0 ? opt.types : otherwise;
	char **names;
	size_t i, n = reg_names(&names);
	struct pool *po;
	int error = 0;

	for (i = 0; i < n; i++) {
		if ((po = pool_once(names[i])) != NULL)
			choose(po, index_find(po->po_ix, po->po_name), types,
			    opt.recursive && opt.depth != -1 ? opt.depth : -1);
		else if (errno != ENOENT)
			error = -1;
		free(names[i]);
	}
	if (n > 0)
		free(names);
	return (error);
}

/* ------------------------------------------------------------------------
 * In which order.
 */

static int
value_cmp(const struct shown *a, const struct shown *b, const char *prop)
{
	const struct prop_row *row = prop_find(prop);
	_cleanup_free_ char *x = NULL, *y = NULL;
	uint64_t m, n;

	if (strcmp(prop, "name") == 0)
		return (name_cmp(a->sh_ds->ds_name, b->sh_ds->ds_name));
	if (row != NULL && ((row->p_flags & PF_NUMBER) ||
	    strcmp(prop, "creation") == 0)) {
		m = prop_number(a->sh_po, a->sh_ds, prop);
		n = prop_number(b->sh_po, b->sh_ds, prop);
		return (m < n ? -1 : m > n);
	}
	x = prop_value(a->sh_po, a->sh_ds, prop);
	y = prop_value(b->sh_po, b->sh_ds, prop);
	return (strcmp(x, y));
}

static int
shown_cmp(const void *a, const void *b)
{
	const struct shown *x = a, *y = b;
	int cmp = 0;
	size_t i;

	for (i = 0; i < opt.nkeys && cmp == 0; i++) {
		cmp = value_cmp(x, y, opt.keys[i].ke_prop);
		if (opt.keys[i].ke_reverse)
			cmp = -cmp;
	}
	if (cmp != 0)
		return (cmp);
	/* Snapshots of one file system are in the order they were made. */
	if (ds_is_snap(x->sh_ds) && ds_is_snap(y->sh_ds)) {
		_cleanup_free_ char *f = name_fs(x->sh_ds->ds_name);
		_cleanup_free_ char *g = name_fs(y->sh_ds->ds_name);

		if (strcmp(f, g) == 0)
			return (x->sh_ds->ds_id < y->sh_ds->ds_id ? -1 :
			    x->sh_ds->ds_id > y->sh_ds->ds_id);
	}
	return (name_cmp(x->sh_ds->ds_name, y->sh_ds->ds_name));
}

static void
sort(void)
{
	if (nshown > 0)
		qsort(shown, nshown, sizeof(*shown), shown_cmp);
}

static void
close_all(void)
{
	for (; npools > 0; npools--)
		pool_close(pools[npools - 1]);
	free(pools);
	free(shown);
	free(opt.keys);
}

/* -d, which is -r, too. */
static void
set_depth(const char *text)
{
	uint64_t n;

	if (number(text, INT_MAX, &n) == -1)
		bad_usage("%s: invalid depth", text);
	opt.recursive = 1;
	opt.depth = (int)n;
}

/* ------------------------------------------------------------------------
 * list
 */

#define COLUMNS_MAX	64

static size_t
parse_columns(char *list, const char **columns)
{
	const struct prop_row *row;
	size_t n = 0;
	char *word;

	while ((word = strsep(&list, ",")) != NULL) {
		if (n == COLUMNS_MAX)
			bad_usage("too many properties");
		if (strcmp(word, "space") == 0 && n + 8 < COLUMNS_MAX) {
			static const char *const space[] = { "name",
				"available", "used", "usedbysnapshots",
				"usedbydataset", "usedbyrefreservation",
				"usedbychildren" };

			memcpy(columns + n, space, sizeof(space));
			n += NELEM(space);
			continue;
		}
		row = prop_find(word);
		if (row == NULL && !name_is_user_property(word))
			bad_usage_props("bad property list: invalid property "
			    "'%s'", word);
		columns[n++] = row != NULL ? row->p_name : word;
	}
	return (n);
}

static void
add_key(char *prop, int reverse)
{
	const struct prop_row *row = prop_find(prop);

	if (row == NULL && !name_is_user_property(prop))
		bad_usage_props("invalid property '%s'", prop);
	opt.keys = xgrow(opt.keys, opt.nkeys, sizeof(*opt.keys));
	opt.keys[opt.nkeys++] = (struct key){ row != NULL ? row->p_name :
	    prop, reverse };
}

static char *
upper(const char *s)
{
	char *copy = xstrdup(s), *p;

	for (p = copy; *p != '\0'; p++)
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 'a' + 'A');
	return (copy);
}

static void
print_list(const char *const *columns, size_t ncolumns)
{
	struct table *ta = table_new(ncolumns, opt.header);
	const struct prop_row *row;
	char *value, *source;
	size_t i, j;

	for (j = 0; j < ncolumns; j++) {
		_cleanup_free_ char *head = NULL;

		row = prop_find(columns[j]);
		head = upper(row != NULL ? row->p_head : columns[j]);
		table_head(ta, head, row != NULL &&
		    (row->p_flags & PF_RIGHT) ? TABLE_RIGHT : 0,
		    row != NULL && (row->p_flags & PF_NUMBER) ? 5 : 0);
	}
	for (i = 0; i < nshown; i++)
		for (j = 0; j < ncolumns; j++) {
			if (prop_get(shown[i].sh_po, shown[i].sh_ds,
			    columns[j], opt.literal, &value, &source) == -1) {
				table_put(ta, "-");
				continue;
			}
			table_put(ta, value);
			free(value);
			free(source);
		}
	table_print(ta);
}

int
cmd_list(int argc, char **argv)
{
	char standard[] = "name,used,available,referenced,mountpoint";
	const char *columns[COLUMNS_MAX];
	size_t ncolumns = parse_columns(standard, columns);
	int c, i, error = 0;

	opt.header = 1;
	opt.depth = -1;
	while ((c = getopt(argc, argv, ":d:Ho:prS:s:t:")) != -1)
		switch (c) {
		case 'd':
			set_depth(optarg);
			break;
		case 'H':
			opt.header = 0;
			break;
		case 'o':
			ncolumns = parse_columns(optarg, columns);
			break;
		case 'p':
			opt.literal = 1;
			break;
		case 'r':
			opt.recursive = 1;
			break;
		case 'S':
			add_key(optarg, 1);
			break;
		case 's':
			add_key(optarg, 0);
			break;
		case 't':
			opt.types = parse_types(optarg);
			break;
		default:
			bad_option(c);
		}
	argc -= optind;
	argv += optind;
	if (argc == 0)
		error = choose_all(TYPE_FS);
	for (i = 0; i < argc; i++)
		if (choose_named(argv[i], TYPE_FS) == -1)
			error = -1;
	if (nshown > 0) {
		sort();
		print_list(columns, ncolumns);
	} else if (error == 0)
		say("no datasets available");
	close_all();
	return (error == -1);
}

/* ------------------------------------------------------------------------
 * get
 */

#define FROM_LOCAL	0x1
#define FROM_DEFAULT	0x2
#define FROM_INHERITED	0x4
#define FROM_NONE	0x8
#define FROM_ALL	0xf

static const char *const get_columns[] = { "name", "property", "value",
	"source" };

static unsigned
parse_sources(char *list)
{
	unsigned from = 0;
	char *word;

	while ((word = strsep(&list, ",")) != NULL)
		if (strcmp(word, "local") == 0)
			from |= FROM_LOCAL;
		else if (strcmp(word, "default") == 0)
			from |= FROM_DEFAULT;
		else if (strcmp(word, "inherited") == 0)
			from |= FROM_INHERITED;
		else if (strcmp(word, "none") == 0)
			from |= FROM_NONE;
		else if (strcmp(word, "received") != 0 &&
		    strcmp(word, "temporary") != 0)
			bad_usage("invalid source '%s'", word);
	return (from);
}

static unsigned
source_bit(const char *source)
{
	return (strcmp(source, "local") == 0 ? FROM_LOCAL :
	    strcmp(source, "default") == 0 ? FROM_DEFAULT :
	    strcmp(source, "-") == 0 ? FROM_NONE : FROM_INHERITED);
}

/* Which of the four columns, in which order. */
static size_t
parse_fields(char *list, size_t fields[4])
{
	size_t n = 0, i;
	char *word;

	if (strcmp(list, "all") == 0) {
		for (n = 0; n < 4; n++)
			fields[n] = n;
		return (4);
	}
	while ((word = strsep(&list, ",")) != NULL) {
		for (i = 0; i < 4 && strcmp(word, get_columns[i]) != 0; i++)
			;
		if (i == 4 && strcmp(word, "received") != 0)
			bad_usage("invalid column name '%s'", word);
		if (n == 4)
			bad_usage("too many fields given to -o option");
		if (i < 4)
			fields[n++] = i;
	}
	return (n);
}

struct getting {
	struct table	*ge_table;
	size_t		 ge_fields[4];
	size_t		 ge_nfields;
	unsigned	 ge_from;
};

static void
put_property(const struct getting *ge, const struct shown *sh,
    const char *prop, int absent)
{
	char *value, *source;
	size_t i;

	if (prop_get(sh->sh_po, sh->sh_ds, prop, opt.literal, &value,
	    &source) == -1) {
		if (!absent)
			return;
		value = xstrdup("-");
		source = xstrdup("-");
	}
	if (ge->ge_from & source_bit(source))
		for (i = 0; i < ge->ge_nfields; i++) {
			const char *fields[] = { sh->sh_ds->ds_name, prop,
				value, source };

			table_put(ge->ge_table, fields[ge->ge_fields[i]]);
		}
	free(value);
	free(source);
}

/* Those of the user's own that it has, from here or above. */
static void
put_user_properties(const struct getting *ge, const struct shown *sh)
{
	char *at = xstrdup(sh->sh_ds->ds_name), *up;
	const char **done = NULL;
	size_t ndone = 0, i, j;

	for (; at != NULL; up = strchr(at, '@') != NULL ? name_fs(at) :
	    name_parent(at), free(at), at = up) {
		struct ds *ds = index_find(sh->sh_po->po_ix, at);

		for (i = 0; i < ds->ds_nprops; i++) {
			const char *name = ds->ds_props[i].pr_name;

			if (!name_is_user_property(name) ||
			    strncmp(name, "hold/", 5) == 0)
				continue;
			for (j = 0; j < ndone; j++)
				if (strcmp(done[j], name) == 0)
					break;
			if (j < ndone)
				continue;
			done = xgrow(done, ndone, sizeof(*done));
			done[ndone++] = name;
			put_property(ge, sh, name, 0);
		}
	}
	free(done);
}

static void
put_all(const struct getting *ge, const struct shown *sh)
{
	size_t i;

	for (i = 0; i < prop_nrows; i++)
		if (!(prop_rows[i].p_flags & PF_HIDDEN))
			put_property(ge, sh, prop_rows[i].p_name, 0);
	put_user_properties(ge, sh);
}

static void
print_get(struct getting *ge, const char *const *props, size_t nprops)
{
	static const char *const heads[] = { "NAME", "PROPERTY", "VALUE",
		"SOURCE" };
	size_t i, j;

	ge->ge_table = table_new(ge->ge_nfields, opt.header);
	for (i = 0; i < ge->ge_nfields; i++)
		table_head(ge->ge_table, heads[ge->ge_fields[i]], 0, 0);
	for (i = 0; i < nshown; i++)
		for (j = 0; j < nprops; j++)
			if (strcmp(props[j], "all") == 0)
				put_all(ge, &shown[i]);
			else
				put_property(ge, &shown[i], props[j], 1);
	table_print(ge->ge_table);
}

/* As parse_columns, but "all" is one. */
static size_t
parse_props(char *list, const char **props)
{
	size_t n = 0;
	char *word;

	while ((word = strsep(&list, ",")) != NULL) {
		if (n == COLUMNS_MAX)
			bad_usage("too many properties");
		if (strcmp(word, "all") == 0)
			props[n++] = word;
		else
			n += parse_columns(word, props + n);
	}
	return (n);
}

int
cmd_get(int argc, char **argv)
{
	struct getting ge = { NULL, { 0, 1, 2, 3 }, 4, FROM_ALL };
	const char *props[COLUMNS_MAX * 2];
	size_t nprops;
	int c, i, error = 0;

	opt.header = 1;
	opt.depth = -1;
	while ((c = getopt(argc, argv, ":d:Ho:prs:t:")) != -1)
		switch (c) {
		case 'd':
			set_depth(optarg);
			break;
		case 'H':
			opt.header = 0;
			break;
		case 'o':
			ge.ge_nfields = parse_fields(optarg, ge.ge_fields);
			break;
		case 'p':
			opt.literal = 1;
			break;
		case 'r':
			opt.recursive = 1;
			break;
		case 's':
			ge.ge_from = parse_sources(optarg);
			break;
		case 't':
			opt.types = parse_types(optarg);
			break;
		default:
			bad_option(c);
		}
	argc -= optind;
	argv += optind;
	if (argc < 1)
		bad_usage_props("missing property argument");
	nprops = parse_props(argv[0], props);
	if (argc == 1)
		error = choose_all(TYPE_FS | TYPE_SNAP);
	for (i = 1; i < argc; i++)
		if (choose_named(argv[i], TYPE_FS | TYPE_SNAP) == -1)
			error = -1;
	if (nshown > 0) {
		sort();
		print_get(&ge, props, nprops);
	} else if (error == 0)
		say("no datasets available");
	close_all();
	return (error == -1);
}
