// SPDX-License-Identifier: BSD-2-Clause
#include "index.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "name.h"
#include "util.h"

#define MAGIC	"abashiri-zpool 1"
#define MAX	UINT64_MAX

/* ------------------------------------------------------------------------
 * A dataset.
 */

int
ds_is_snap(const struct ds *ds)
{
	return (strchr(ds->ds_name, '@') != NULL);
}

static struct prop *
find_prop(const struct ds *ds, const char *name)
{
	size_t i;

	for (i = 0; i < ds->ds_nprops; i++)
		if (strcmp(ds->ds_props[i].pr_name, name) == 0)
			return (&ds->ds_props[i]);
	return (NULL);
}

const char *
ds_local(const struct ds *ds, const char *prop)
{
	const struct prop *pr = find_prop(ds, prop);

	return (pr != NULL ? pr->pr_value : NULL);
}

void
ds_set(struct ds *ds, const char *prop, const char *value)
{
	struct prop *pr = find_prop(ds, prop);

	if (pr != NULL) {
		free(pr->pr_value);
		if (value != NULL) {
			pr->pr_value = xstrdup(value);
			return;
		}
		free(pr->pr_name);
		*pr = ds->ds_props[--ds->ds_nprops];
		return;
	}
	if (value == NULL)
		return;
	ds->ds_props = xgrow(ds->ds_props, ds->ds_nprops, sizeof(*pr));
	pr = &ds->ds_props[ds->ds_nprops++];
	pr->pr_name = xstrdup(prop);
	pr->pr_value = xstrdup(value);
}

static void
ds_free(struct ds *ds)
{
	size_t i;

	for (i = 0; i < ds->ds_nprops; i++) {
		free(ds->ds_props[i].pr_name);
		free(ds->ds_props[i].pr_value);
	}
	free(ds->ds_props);
	free(ds->ds_space);
	free(ds->ds_name);
	free(ds);
}

/* ------------------------------------------------------------------------
 * The list.
 */

void
ids_add(struct ids *ids, uint64_t id)
{
	size_t i;

	for (i = 0; i < ids->id_n; i++)
		if (ids->id_v[i] == id)
			return;
	ids->id_v = xgrow(ids->id_v, ids->id_n, sizeof(*ids->id_v));
	ids->id_v[ids->id_n++] = id;
}

/* Where a name is, or would be. */
static size_t
place(const struct index *ix, const char *name)
{
	size_t low = 0, high = ix->ix_nds, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (strcmp(ix->ix_ds[mid]->ds_name, name) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return (low);
}

struct ds *
index_find(const struct index *ix, const char *name)
{
	size_t i = place(ix, name);

	return (i < ix->ix_nds && strcmp(ix->ix_ds[i]->ds_name, name) == 0 ?
	    ix->ix_ds[i] : NULL);
}

struct ds *
index_by_id(const struct index *ix, uint64_t id)
{
	size_t i;

	for (i = 0; i < ix->ix_nds; i++)
		if (ix->ix_ds[i]->ds_id == id)
			return (ix->ix_ds[i]);
	return (NULL);
}

static void
insert(struct index *ix, struct ds *ds)
{
	size_t i = place(ix, ds->ds_name);

	ix->ix_ds = xgrow(ix->ix_ds, ix->ix_nds, PTR_SIZE);
	memmove(ix->ix_ds + i + 1, ix->ix_ds + i,
	    (ix->ix_nds - i) * PTR_SIZE);
	ix->ix_ds[i] = ds;
	ix->ix_nds++;
}

static void
take_out(struct index *ix, const struct ds *ds)
{
	size_t i = place(ix, ds->ds_name);

	memmove(ix->ix_ds + i, ix->ix_ds + i + 1,
	    (--ix->ix_nds - i) * PTR_SIZE);
}

struct ds *
index_add(struct index *ix, const char *name)
{
	struct ds *ds = xcalloc(1, sizeof(*ds));

	ds->ds_id = ix->ix_next++;
	ds->ds_guid = random_id();
	ds->ds_creation = (uint64_t)time(NULL);
	ds->ds_name = xstrdup(name);
	insert(ix, ds);
	return (ds);
}

void
index_remove(struct index *ix, struct ds *ds)
{
	take_out(ix, ds);
	ids_add(&ix->ix_gone, ds->ds_id);
	ds_free(ds);
}

void
index_move(struct index *ix, struct ds *ds, const char *name)
{
	take_out(ix, ds);
	free(ds->ds_name);
	ds->ds_name = xstrdup(name);
	insert(ix, ds);
}

struct index *
index_new(const char *pool)
{
	struct index *ix = xcalloc(1, sizeof(*ix));

	ix->ix_name = xstrdup(pool);
	ix->ix_guid = random_id();
	ix->ix_next = 1;
	index_add(ix, pool);
	return (ix);
}

void
index_rename(struct index *ix, const char *pool)
{
	size_t i, old = strlen(ix->ix_name);

	/* All begin with the same: the order stays. */
	for (i = 0; i < ix->ix_nds; i++) {
		char *name = xprintf("%s%s", pool,
		    ix->ix_ds[i]->ds_name + old);

		free(ix->ix_ds[i]->ds_name);
		ix->ix_ds[i]->ds_name = name;
	}
	free(ix->ix_name);
	ix->ix_name = xstrdup(pool);
}

void
index_free(struct index *ix)
{
	size_t i;

	if (ix == NULL)
		return;
	for (i = 0; i < ix->ix_nds; i++)
		ds_free(ix->ix_ds[i]);
	free(ix->ix_ds);
	free(ix->ix_gone.id_v);
	free(ix->ix_redo.id_v);
	free(ix->ix_name);
	free(ix);
}

/* ------------------------------------------------------------------------
 * Its text.
 */

/* FNV: to see that all of it is there, not against malice. */
static uint64_t
checksum(const char *text, size_t len)
{
	uint64_t sum = 0xcbf29ce484222325;
	size_t i;

	for (i = 0; i < len; i++)
		sum = (sum ^ (unsigned char)text[i]) * 0x100000001b3;
	return (sum);
}

static void
put_escaped(FILE *f, const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < ' ' || *s == '%' || *s == '\x7f')
			fprintf(f, "%%%02x", (unsigned char)*s);
		else
			putc(*s, f);
}

static void
put_ids(FILE *f, const struct ids *ids)
{
	size_t i;

	putc('\t', f);
	for (i = 0; i < ids->id_n; i++)
		fprintf(f, "%s%llu", i > 0 ? " " : "",
		    (unsigned long long)ids->id_v[i]);
}

static void
put_ds(FILE *f, const struct ds *ds, size_t poollen)
{
	size_t i;

	fprintf(f, "%llu\t%s\t%llu\t%llu\t%llu",
	    (unsigned long long)ds->ds_id, ds->ds_name + poollen,
	    (unsigned long long)ds->ds_guid,
	    (unsigned long long)ds->ds_creation,
	    (unsigned long long)ds->ds_origin);
	for (i = 0; i < ds->ds_nprops; i++) {
		fprintf(f, "\t%s=", ds->ds_props[i].pr_name);
		put_escaped(f, ds->ds_props[i].pr_value);
	}
	putc('\n', f);
}

char *
index_text(const struct index *ix)
{
	char *text = NULL;
	size_t len = 0, i;
	FILE *f = open_memstream(&text, &len);

	if (f == NULL)
		abort();
	fprintf(f, MAGIC "\t%s\t%llu\t%llu", ix->ix_name,
	    (unsigned long long)ix->ix_guid, (unsigned long long)ix->ix_next);
	put_ids(f, &ix->ix_gone);
	put_ids(f, &ix->ix_redo);
	putc('\n', f);
	for (i = 0; i < ix->ix_nds; i++)
		put_ds(f, ix->ix_ds[i], strlen(ix->ix_name));
	fflush(f);
	fprintf(f, "end\t%016llx\n",
	    (unsigned long long)checksum(text, len));
	fclose(f);
	return (text);
}

/* Undo put_escaped, in place.  0 or -1. */
static int
unescape(char *s)
{
	char hex[3] = "", *to = s, *end;

	for (; *s != '\0'; s++) {
		if (*s == '%') {
			memcpy(hex, s + 1, s[1] != '\0' ? 2 : 1);
			*to = (char)strtoul(hex, &end, 16);
			if (end != hex + 2 || *to == '\0')
				return (-1);
			to++;
			s += 2;
		} else
			*to++ = *s;
	}
	*to = '\0';
	return (0);
}

static int
parse_ids(struct ids *ids, char *text)
{
	uint64_t id;
	char *word;

	while ((word = strsep(&text, " ")) != NULL) {
		if (*word == '\0')
			continue;
		if (number(word, MAX, &id) == -1 || id == 0)
			return (-1);
		ids_add(ids, id);
	}
	return (0);
}

static int
parse_header(struct index *ix, char *line)
{
	char *f[6];
	size_t i;

	for (i = 0; i < NELEM(f); i++)
		if ((f[i] = strsep(&line, "\t")) == NULL)
			return (-1);
	if (line != NULL || strcmp(f[0], MAGIC) != 0 || f[1][0] == '\0' ||
	    name_wrong(f[1], NAME_POOL) != NULL ||
	    number(f[2], MAX, &ix->ix_guid) == -1 ||
	    number(f[3], MAX - 1, &ix->ix_next) == -1 ||
	    parse_ids(&ix->ix_gone, f[4]) == -1 ||
	    parse_ids(&ix->ix_redo, f[5]) == -1)
		return (-1);
	ix->ix_name = xstrdup(f[1]);
	return (0);
}

static int
parse_ds(struct index *ix, char *line)
{
	struct ds *ds = xcalloc(1, sizeof(*ds));
	char *f[5], *word, *value;
	size_t i;

	for (i = 0; i < NELEM(f); i++)
		f[i] = strsep(&line, "\t");
	if (f[4] == NULL || number(f[0], ix->ix_next - 1, &ds->ds_id) == -1 ||
	    ds->ds_id == 0 || number(f[2], MAX, &ds->ds_guid) == -1 ||
	    number(f[3], INT64_MAX, &ds->ds_creation) == -1 ||
	    number(f[4], MAX, &ds->ds_origin) == -1) {
		ds_free(ds);
		return (-1);
	}
	ds->ds_name = xprintf("%s%s", ix->ix_name, f[1]);
	while ((word = strsep(&line, "\t")) != NULL) {
		value = strchr(word, '=');
		if (value == NULL || value == word || unescape(value) == -1) {
			ds_free(ds);
			return (-1);
		}
		*value++ = '\0';
		ds_set(ds, word, value);
	}
	if (name_wrong(ds->ds_name, NAME_ANY) != NULL ||
	    !name_within(ds->ds_name, ix->ix_name) ||
	    index_find(ix, ds->ds_name) != NULL) {
		ds_free(ds);
		return (-1);
	}
	insert(ix, ds);
	return (0);
}

static int
id_cmp(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x < y ? -1 : x > y);
}

/* No two with one id, and none of them to be deleted. */
static int
ids_good(const struct index *ix)
{
	_cleanup_free_ uint64_t *ids = xcalloc(ix->ix_nds + ix->ix_gone.id_n,
	    sizeof(*ids));
	size_t i, n = ix->ix_nds + ix->ix_gone.id_n;

	for (i = 0; i < ix->ix_nds; i++)
		ids[i] = ix->ix_ds[i]->ds_id;
	for (i = 0; i < ix->ix_gone.id_n; i++)
		ids[ix->ix_nds + i] = ix->ix_gone.id_v[i];
	qsort(ids, n, sizeof(*ids), id_cmp);
	for (i = 1; i < n; i++)
		if (ids[i] == ids[i - 1])
			return (0);
	return (1);
}

/* What belongs to something has that: parents, and origins. */
static int
whole(const struct index *ix)
{
	const struct ds *ds, *origin;
	size_t i;

	if (index_find(ix, ix->ix_name) == NULL || !ids_good(ix))
		return (0);
	for (i = 0; i < ix->ix_nds; i++) {
		_cleanup_free_ char *parent = NULL;

		ds = ix->ix_ds[i];
		parent = ds_is_snap(ds) ? name_fs(ds->ds_name) :
		    name_parent(ds->ds_name);
		if (parent != NULL && index_find(ix, parent) == NULL)
			return (0);
		if (ds->ds_origin == 0)
			continue;
		origin = index_by_id(ix, ds->ds_origin);
		if (ds_is_snap(ds) || origin == NULL || !ds_is_snap(origin))
			return (0);
	}
	return (1);
}

struct index *
index_parse(const char *text, const char **ret_why)
{
	_cleanup_free_ char *copy = xstrdup(text);
	struct index *ix = xcalloc(1, sizeof(*ix));
	char *rest = copy, *line, *end = strstr(copy, "\nend\t");
	char sum[32];

	*ret_why = "it is not whole";
	if (end == NULL)
		goto bad;
	snprintf(sum, sizeof(sum), "end\t%016llx\n", (unsigned long long)
	    checksum(copy, (size_t)(end + 1 - copy)));
	if (strcmp(end + 1, sum) != 0)
		goto bad;
	*end = '\0';
	*ret_why = "it is of another version, or damaged";
	if (parse_header(ix, strsep(&rest, "\n")) == -1)
		goto bad;
	while ((line = strsep(&rest, "\n")) != NULL)
		if (parse_ds(ix, line) == -1)
			goto bad;
	if (!whole(ix))
		goto bad;
	return (ix);
bad:
	index_free(ix);
	return (NULL);
}
