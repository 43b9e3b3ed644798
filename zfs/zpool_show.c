// SPDX-License-Identifier: BSD-2-Clause
/* zpool list, get, status */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "device.h"
#include "name.h"
#include "space.h"
#include "table.h"
#include "util.h"
#include "zpool.h"

static const struct pool_prop {
	const char	*pp_name;
	const char	*pp_head;
	int		 pp_right;
	const char	*pp_source;
} pool_props[] = {
	{ "size", "SIZE", 1, "-" },
	{ "capacity", "CAP", 1, "-" },
	{ "altroot", "ALTROOT", 0, "default" },
	{ "health", "HEALTH", 1, "-" },
	{ "guid", "GUID", 1, "-" },
	{ "free", "FREE", 1, "-" },
	{ "allocated", "ALLOC", 1, "-" },
	{ "fragmentation", "FRAG", 1, "-" },
	{ "dedupratio", "DEDUP", 1, "-" },
	{ "checkpoint", "CKPOINT", 1, "-" },
	{ "expandsize", "EXPANDSZ", 1, "-" },
	{ "name", "NAME", 0, "-" },
};

static const struct pool_prop *
find_pool_prop(const char *name)
{
	size_t i;

	for (i = 0; i < NELEM(pool_props); i++)
		if (strcmp(pool_props[i].pp_name, name) == 0 ||
		    strcasecmp(pool_props[i].pp_head, name) == 0)
			return (&pool_props[i]);
	return (NULL);
}

static char *
size_or_number(uint64_t n, int literal)
{
	char text[SIZE_TEXT];

	return (literal ? xprintf("%" PRIu64, n) :
	    xstrdup(size_text(n, text)));
}

static char *
pool_value(struct pool *po, const char *name, int literal)
{
	uint64_t size = 0, unused = 0, avail = 0;

	space_pool(po, &size, &unused, &avail);
	if (strcmp(name, "name") == 0)
		return (xstrdup(po->po_name));
	if (strcmp(name, "size") == 0)
		return (size_or_number(size, literal));
	if (strcmp(name, "free") == 0)
		return (size_or_number(unused, literal));
	if (strcmp(name, "allocated") == 0)
		return (size_or_number(size - unused, literal));
	if (strcmp(name, "capacity") == 0)
		return (xprintf("%" PRIu64 "%s", size == 0 ? 0 :
		    (size - unused) * 100 / size, literal ? "" : "%"));
	if (strcmp(name, "health") == 0)
		return (xstrdup("ONLINE"));
	if (strcmp(name, "guid") == 0)
		return (xprintf("%" PRIu64, po->po_ix->ix_guid));
	if (strcmp(name, "dedupratio") == 0)
		return (xstrdup(literal ? "1.00" : "1.00x"));
	if (strcmp(name, "altroot") == 0 && po->po_reg->rg_altroot != NULL)
		return (xstrdup(po->po_reg->rg_altroot));
	return (xstrdup("-"));
}

/* Call fn on those that are named, or on all that are imported. */
static int
each_pool(int argc, char **argv, void (*fn)(struct pool *po, void *arg),
    void *arg, size_t *ret_n)
{
	char **names = argv;
	size_t i, n = (size_t)argc, done = 0;
	int error = 0;

	if (argc == 0)
		n = reg_names(&names);
	for (i = 0; i < n; i++) {
		struct pool *po = pool_open(names[i], POOL_READ);

		if (po != NULL) {
			fn(po, arg);
			done++;
		} else if (errno != ENOENT || argc > 0) {
			if (errno == ENOENT)
				no_such_pool(names[i]);
			error = -1;
		}
		pool_close(po);
		if (argc == 0)
			free(names[i]);
	}
	if (argc == 0 && n > 0)
		free(names);
	*ret_n = done;
	return (error);
}

struct showing {
	struct table	*sw_table;
	const char	*sw_props[32];
	size_t		 sw_n;
	size_t		 sw_fields[4];
	size_t		 sw_nfields;
	int		 sw_literal;
	int		 sw_quiet;
};

static void
parse_list(struct showing *sw, char *list)
{
	const struct pool_prop *pp;
	char *word;

	sw->sw_n = 0;
	while ((word = strsep(&list, ",")) != NULL) {
		if ((pp = find_pool_prop(word)) == NULL)
			bad_usage("invalid property '%s'", word);
		if (sw->sw_n == NELEM(sw->sw_props))
			bad_usage("too many properties");
		sw->sw_props[sw->sw_n++] = pp->pp_name;
	}
}

static void
put_pool(struct pool *po, void *arg)
{
	struct showing *sw = arg;
	size_t i;

	for (i = 0; i < sw->sw_n; i++) {
		char *value = pool_value(po, sw->sw_props[i],
		    sw->sw_literal);

		table_put(sw->sw_table, value);
		free(value);
	}
}

int
zpool_list(int argc, char **argv)
{
	char standard[] = "name,size,allocated,free,checkpoint,expandsize,"
	    "fragmentation,capacity,dedupratio,health,altroot";
	struct showing sw = { .sw_n = 0 };
	int c, header = 1, error;
	size_t i, n;

	parse_list(&sw, standard);
	while ((c = getopt(argc, argv, ":HLo:pPv")) != -1)
		switch (c) {
		case 'H':
			header = 0;
			break;
		case 'o':
			parse_list(&sw, optarg);
			break;
		case 'p':
			sw.sw_literal = 1;
			break;
		case 'L':
		case 'P':
		case 'v':
			break;
		default:
			bad_option(c);
		}
	sw.sw_table = table_new(sw.sw_n, header);
	for (i = 0; i < sw.sw_n; i++) {
		const struct pool_prop *pp = find_pool_prop(sw.sw_props[i]);

		table_head(sw.sw_table, pp->pp_head, pp->pp_right ?
		    TABLE_RIGHT : 0, pp->pp_right ? 5 : 0);
	}
	error = each_pool(argc - optind, argv + optind, put_pool, &sw, &n);
	if (n > 0)
		table_print(sw.sw_table);
	else if (error == 0)
		puts("no pools available");
	return (error == -1);
}

static void
put_props(struct pool *po, void *arg)
{
	struct showing *sw = arg;
	size_t i, j;

	for (i = 0; i < sw->sw_n; i++) {
		const struct pool_prop *pp = find_pool_prop(sw->sw_props[i]);
		_cleanup_free_ char *value = pool_value(po, pp->pp_name,
		    sw->sw_literal);
		const char *fields[] = { po->po_name, pp->pp_name, value,
			strcmp(pp->pp_name, "altroot") == 0 &&
			po->po_reg->rg_altroot != NULL ? "local" :
			pp->pp_source };

		for (j = 0; j < sw->sw_nfields; j++)
			table_put(sw->sw_table, fields[sw->sw_fields[j]]);
	}
}

static void
parse_fields(struct showing *sw, char *list)
{
	static const char *const names[] = { "name", "property", "value",
		"source" };
	char *word;
	size_t i;

	if (strcmp(list, "all") == 0)
		return;
	sw->sw_nfields = 0;
	while ((word = strsep(&list, ",")) != NULL) {
		for (i = 0; i < 4 && strcmp(names[i], word) != 0; i++)
			;
		if (i == 4 || sw->sw_nfields == 4)
			bad_usage("invalid column name '%s'", word);
		sw->sw_fields[sw->sw_nfields++] = i;
	}
}

int
zpool_get(int argc, char **argv)
{
	static const char *const heads[] = { "NAME", "PROPERTY", "VALUE",
		"SOURCE" };
	struct showing sw = { .sw_fields = { 0, 1, 2, 3 }, .sw_nfields = 4 };
	int c, header = 1, error;
	size_t i, n;

	while ((c = getopt(argc, argv, ":Ho:p")) != -1)
		switch (c) {
		case 'H':
			header = 0;
			break;
		case 'o':
			parse_fields(&sw, optarg);
			break;
		case 'p':
			sw.sw_literal = 1;
			break;
		default:
			bad_option(c);
		}
	argc -= optind;
	argv += optind;
	if (argc < 1)
		bad_usage("missing property argument");
	if (strcmp(argv[0], "all") == 0)
		for (; sw.sw_n + 1 < NELEM(pool_props); sw.sw_n++)
			sw.sw_props[sw.sw_n] = pool_props[sw.sw_n].pp_name;
	else
		parse_list(&sw, argv[0]);
	sw.sw_table = table_new(sw.sw_nfields, header);
	for (i = 0; i < sw.sw_nfields; i++)
		table_head(sw.sw_table, heads[sw.sw_fields[i]], 0, 0);
	error = each_pool(argc - 1, argv + 1, put_props, &sw, &n);
	if (n > 0)
		table_print(sw.sw_table);
	return (error == -1);
}

static void
put_status(struct pool *po, void *arg)
{
	int w = (int)strlen(po->po_reg->rg_path) + 2;
	uint64_t errors[3];
	struct showing *sw = arg;
	int bad = device_errors(po, errors);

	if (sw->sw_quiet && !bad)
		return;
	if (w < (int)strlen(po->po_name))
		w = (int)strlen(po->po_name);
	if (w < 10)
		w = 10;
	printf("%s  pool: %s\n state: ONLINE\n", sw->sw_n++ > 0 ? "\n" : "",
	    po->po_name);
	if (bad)
		printf("status: The device has met errors.\naction: See "
		    "'btrfs device stats %s' and 'btrfs scrub start %s'.\n",
		    po->po_dir, po->po_dir);
	printf("config:\n\n\t%-*s  STATE     READ WRITE CKSUM\n"
	    "\t%-*s  ONLINE       0     0     0\n"
	    "\t  %-*s  ONLINE   %5" PRIu64 " %5" PRIu64 " %5" PRIu64 "\n\n"
	    "errors: %s\n", w, "NAME", w, po->po_name, w - 2,
	    po->po_reg->rg_path, errors[0], errors[1], errors[2],
	    bad ? "see above" : "No known data errors");
}

int
zpool_status(int argc, char **argv)
{
	struct showing sw = { .sw_n = 0 };
	int c, error;
	size_t n;

	while ((c = getopt(argc, argv, ":vx")) != -1)
		switch (c) {
		case 'v':
			break;
		case 'x':
			sw.sw_quiet = 1;
			break;
		default:
			bad_option(c);
		}
	error = each_pool(argc - optind, argv + optind, put_status, &sw, &n);
	if (n == 0 && error == 0)
		puts("no pools available");
	else if (sw.sw_quiet && sw.sw_n == 0 && error == 0) {
		if (argc - optind == 1)
			printf("pool '%s' is healthy\n", argv[optind]);
		else
			puts("all pools are healthy");
	}
	return (error == -1);
}
