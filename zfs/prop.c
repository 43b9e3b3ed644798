// SPDX-License-Identifier: BSD-2-Clause
#include "prop.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mountpt.h"
#include "name.h"
#include "space.h"
#include "util.h"

#define RO_FS	PF_FS
#define RO_ALL	(PF_FS | PF_SNAP)
#define NUM	(PF_NUMBER | PF_RIGHT)
#define WORD	PF_RIGHT
#define OWN	(PF_FS | PF_SET)
#define DOWN	(PF_FS | PF_SET | PF_INHERIT)

#define ON_OFF		"on | off"
#define SIZE_NONE	"<size> | none"
#define NO_RESERVE	"btrfs cannot set space aside"
#define NO_TUNING	"btrfs has no such setting"

const struct prop_row prop_rows[] = {
	{ "type", NULL, "TYPE", RO_ALL | WORD, NULL, "filesystem | snapshot", NULL },
	{ "creation", NULL, "CREATION", RO_ALL, NULL, "<date>", NULL },
	{ "used", NULL, "USED", RO_ALL | NUM, NULL, "<size>", NULL },
	{ "available", "avail", "AVAIL", RO_FS | NUM, NULL, "<size>", NULL },
	{ "referenced", "refer", "REFER", RO_ALL | NUM, NULL, "<size>",
	    NULL },
	{ "compressratio", "ratio", "RATIO", RO_ALL | NUM, NULL,
	    "<1.00x or higher if compressed>", NULL },
	{ "mounted", NULL, "MOUNTED", RO_FS | WORD, NULL, "yes | no", NULL },
	{ "origin", NULL, "ORIGIN", RO_FS, NULL, "<snapshot>", NULL },
	{ "quota", NULL, "QUOTA", OWN | NUM, "none", SIZE_NONE, NULL },
	{ "reservation", "reserv", "RESERV", OWN | NUM, "none", SIZE_NONE,
	    NO_RESERVE },
	{ "mountpoint", NULL, "MOUNTPOINT", DOWN | PF_MOUNT, NULL,
	    "<path> | legacy | none", NULL },
	{ "compression", "compress", "COMPRESS", DOWN | WORD, "off",
	    "on | off | lzjb | gzip | gzip-[1-9] | zle | lz4 | zstd | "
	    "zstd-[1-19]", NULL },
	{ "atime", NULL, "ATIME", DOWN | PF_MOUNT | WORD, "on", ON_OFF, NULL },
	{ "devices", NULL, "DEVICES", DOWN | PF_MOUNT | WORD, "on", ON_OFF, NULL },
	{ "exec", NULL, "EXEC", DOWN | PF_MOUNT | WORD, "on", ON_OFF, NULL },
	{ "setuid", NULL, "SETUID", DOWN | PF_MOUNT | WORD, "on", ON_OFF, NULL },
	{ "readonly", "rdonly", "RDONLY", DOWN | PF_MOUNT | WORD, "off", ON_OFF,
	    NULL },
	{ "canmount", NULL, "CANMOUNT", OWN | PF_MOUNT | WORD, "on",
	    "on | off | noauto", NULL },
	{ "overlay", NULL, "OVERLAY", DOWN | WORD, "on", ON_OFF, NULL },
	{ "refquota", NULL, "REFQUOTA", OWN | NUM, "none", SIZE_NONE, NULL },
	{ "refreservation", "refreserv", "REFRESERV", OWN | NUM, "none",
	    SIZE_NONE, NO_RESERVE },
	{ "guid", NULL, "GUID", RO_ALL | NUM, NULL, "<uint64>", NULL },
	{ "usedbysnapshots", "usedsnap", "USEDSNAP", RO_FS | NUM, NULL,
	    "<size>", NULL },
	{ "usedbydataset", "usedds", "USEDDS", RO_FS | NUM, NULL, "<size>",
	    NULL },
	{ "usedbychildren", "usedchild", "USEDCHILD", RO_FS | NUM, NULL,
	    "<size>", NULL },
	{ "usedbyrefreservation", "usedrefreserv", "USEDREFRESERV",
	    RO_FS | NUM, NULL, "<size>", NULL },
	{ "written", NULL, "WRITTEN", RO_ALL | NUM, NULL, "<size>", NULL },
	{ "logicalreferenced", "lrefer", "LREFER", RO_ALL | NUM, NULL,
	    "<size>", NULL },
	{ "defer_destroy", NULL, "DEFER_DESTROY", PF_SNAP | WORD, NULL, "yes | no",
	    NULL },
	{ "userrefs", NULL, "USERREFS", PF_SNAP | NUM, NULL, "<count>",
	    NULL },
	{ "clones", NULL, "CLONES", PF_SNAP, NULL, "<dataset>[,...]", NULL },
	{ "createtxg", NULL, "CREATETXG", RO_ALL | NUM | PF_HIDDEN, NULL,
	    "<uint64>", NULL },
	{ "name", NULL, "NAME", RO_ALL | PF_HIDDEN, NULL, NULL, NULL },
	/* Those that ZFS has besides, and the reason why not. */
#define MISSING(name, why) \
	{ name, NULL, name, DOWN | PF_HIDDEN, NULL, NULL, why }
	MISSING("recordsize", NO_TUNING),
	MISSING("checksum", "btrfs has its checksum from when it is made"),
	MISSING("copies", NO_TUNING),
	MISSING("dedup", NO_TUNING),
	MISSING("sync", NO_TUNING),
	MISSING("logbias", NO_TUNING),
	MISSING("primarycache", NO_TUNING),
	MISSING("secondarycache", NO_TUNING),
	MISSING("encryption", NO_TUNING),
	MISSING("casesensitivity", NO_TUNING),
	MISSING("normalization", NO_TUNING),
	MISSING("utf8only", NO_TUNING),
	MISSING("snapdir", "snapshots are below /run/zpool"),
	MISSING("sharenfs", "see exports(5)"),
	MISSING("sharesmb", "see smb.conf(5)"),
	MISSING("jailed", "btrfs cannot be given to a jail"),
	MISSING("zoned", "btrfs cannot be given to a jail"),
	MISSING("xattr", NO_TUNING),
	MISSING("aclmode", NO_TUNING),
	MISSING("aclinherit", NO_TUNING),
	MISSING("acltype", NO_TUNING),
	MISSING("volsize", "there are no volumes; make a file instead"),
	MISSING("volblocksize", "there are no volumes; make a file instead"),
};
const size_t prop_nrows = NELEM(prop_rows);

const struct prop_row *
prop_find(const char *name)
{
	size_t i;

	for (i = 0; i < prop_nrows; i++)
		if (strcmp(prop_rows[i].p_name, name) == 0 ||
		    (prop_rows[i].p_short != NULL &&
		    strcmp(prop_rows[i].p_short, name) == 0))
			return (&prop_rows[i]);
	return (NULL);
}

void
prop_usage(void)
{
	const struct prop_row *row;

	fputs("\nThe following properties are supported:\n\n"
	    "\tPROPERTY       EDIT  INHERIT   VALUES\n\n", stderr);
	for (row = prop_rows; row < prop_rows + prop_nrows; row++)
		if (row->p_values != NULL && row->p_missing == NULL)
			fprintf(stderr, "\t%-14s %4s  %7s   %s\n",
			    row->p_name,
			    row->p_flags & PF_SET ? "YES" : "NO",
			    row->p_flags & PF_INHERIT ? "YES" : "NO",
			    row->p_values);
	fputs("\nSizes are specified in bytes with standard units such as K, "
	    "M, G, etc.\n\nUser-defined properties can be specified by using "
	    "a name containing a colon (:).\n", stderr);
}

/* ------------------------------------------------------------------------
 * What they are.
 */

static char *
size_value(uint64_t n, int literal)
{
	char text[SIZE_TEXT];

	return (literal ? xprintf("%" PRIu64, n) :
	    xstrdup(size_text(n, text)));
}

static char *
time_value(uint64_t t, int literal)
{
	time_t when = (time_t)t;
	char text[64];
	struct tm tm;

	if (literal)
		return (xprintf("%" PRIu64, t));
	if (localtime_r(&when, &tm) == NULL ||
	    strftime(text, sizeof(text), "%a %b %e %k:%M %Y", &tm) == 0)
		return (xstrdup("-"));
	return (xstrdup(text));
}

static uint64_t
holds_of(const struct ds *ds)
{
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < ds->ds_nprops; i++)
		if (strncmp(ds->ds_props[i].pr_name, "hold/", 5) == 0)
			n++;
	return (n);
}

static char *
clones_of(const struct pool *po, const struct ds *ds)
{
	char *list = xstrdup(""), *more;
	size_t i;

	for (i = 0; i < po->po_ix->ix_nds; i++) {
		if (po->po_ix->ix_ds[i]->ds_origin != ds->ds_id)
			continue;
		more = xprintf("%s%s%s", list, list[0] != '\0' ? "," : "",
		    po->po_ix->ix_ds[i]->ds_name);
		free(list);
		list = more;
	}
	return (list);
}

/* The snapshot before: what has been written since. */
static uint64_t
written_of(struct pool *po, struct ds *ds)
{
	_cleanup_free_ char *fs = name_fs(ds->ds_name);
	const struct ds *head = index_find(po->po_ix, fs), *prev, *other;
	size_t i, len = strlen(fs);
	uint64_t n;

	prev = head->ds_origin == 0 ? NULL :
	    index_by_id(po->po_ix, head->ds_origin);
	for (i = 0; i < po->po_ix->ix_nds; i++) {
		other = po->po_ix->ix_ds[i];
		if (strncmp(other->ds_name, fs, len) == 0 &&
		    other->ds_name[len] == '@' && (!ds_is_snap(ds) ||
		    other->ds_id < ds->ds_id) && (prev == NULL ||
		    other->ds_id > prev->ds_id || !name_within(prev->ds_name,
		    fs)))
			prev = other;
	}
	return (space_written(po, ds, prev, &n) == 0 ? n : 0);
}

/* One of the numbers of space_of(), by the property's name. */
static int
space_value(struct pool *po, struct ds *ds, const char *name, uint64_t *ret_n)
{
	const struct space *sp;
	uint64_t logical;

	if (strcmp(name, "referenced") == 0)
		return (space_refer(po, ds, ret_n, &logical));
	if (strcmp(name, "logicalreferenced") == 0)
		return (space_refer(po, ds, &logical, ret_n));
	if (strcmp(name, "available") == 0)
		return (*ret_n = space_avail(po, ds), 0);
	if (strcmp(name, "written") == 0)
		return (*ret_n = written_of(po, ds), 0);
	if (strcmp(name, "usedbyrefreservation") == 0)
		return (*ret_n = 0, 0);
	if ((sp = space_of(po, ds)) == NULL)
		return (-1);
	*ret_n = strcmp(name, "used") == 0 ? sp->sp_used :
	    strcmp(name, "usedbydataset") == 0 ? sp->sp_own :
	    strcmp(name, "usedbysnapshots") == 0 ? sp->sp_snaps :
	    sp->sp_children;
	return (0);
}

static char *
ratio_value(struct pool *po, struct ds *ds, int literal)
{
	uint64_t refer, logical;
	double ratio = 1;

	if (space_refer(po, ds, &refer, &logical) == 0 && refer > 0 &&
	    logical > refer)
		ratio = (double)logical / (double)refer;
	return (literal ? xprintf("%.2f", ratio) : xprintf("%.2fx", ratio));
}

/* Those that are counted or looked up, not set.  NULL: not one of them. */
static char *
told_value(struct pool *po, struct ds *ds, const char *name, int literal)
{
	const struct ds *origin;
	uint64_t n;

	if (strcmp(name, "name") == 0)
		return (xstrdup(ds->ds_name));
	if (strcmp(name, "type") == 0)
		return (xstrdup(ds_is_snap(ds) ? "snapshot" : "filesystem"));
	if (strcmp(name, "creation") == 0)
		return (time_value(ds->ds_creation, literal));
	if (strcmp(name, "compressratio") == 0)
		return (ratio_value(po, ds, literal));
	if (strcmp(name, "mounted") == 0)
		return (xstrdup(mount_is(po, ds) ? "yes" : "no"));
	if (strcmp(name, "guid") == 0)
		return (xprintf("%" PRIu64, ds->ds_guid));
	if (strcmp(name, "createtxg") == 0)
		return (xprintf("%" PRIu64, ds->ds_id));
	if (strcmp(name, "defer_destroy") == 0)
		return (xstrdup("off"));
	if (strcmp(name, "userrefs") == 0)
		return (xprintf("%" PRIu64, holds_of(ds)));
	if (strcmp(name, "clones") == 0)
		return (clones_of(po, ds));
	if (strcmp(name, "origin") == 0) {
		origin = ds->ds_origin == 0 ? NULL :
		    index_by_id(po->po_ix, ds->ds_origin);
		return (xstrdup(origin != NULL ? origin->ds_name : "-"));
	}
	return (space_value(po, ds, name, &n) == 0 ? size_value(n, literal) :
	    NULL);
}

/* Where an inherited property is set: the dataset itself, one above, or none. */
static struct ds *
setter(const struct pool *po, const struct ds *ds, const char *name,
    int inherit)
{
	char *at = xstrdup(ds->ds_name), *up;
	struct ds *found = NULL;

	if (ds_is_snap(ds) && ds_local(ds, name) == NULL) {
		up = name_fs(at);
		free(at);
		at = up;
	}
	for (; at != NULL; up = name_parent(at), free(at), at = up) {
		found = index_find(po->po_ix, at);
		if (found != NULL && ds_local(found, name) != NULL)
			break;
		found = NULL;
		if (!inherit)
			break;
	}
	free(at);
	return (found);
}

/* A mount point from above goes on with the names below. */
static char *
mountpoint_value(const struct pool *po, const struct ds *ds,
    const struct ds *from)
{
	const char *altroot = po->po_reg->rg_altroot != NULL ?
	    po->po_reg->rg_altroot : "";
	const char *base = from != NULL ? ds_local(from, "mountpoint") : NULL;
	const char *rest = ds->ds_name + (from != NULL ?
	    strlen(from->ds_name) : 0);

	if (base == NULL)
		return (xprintf("%s/%s", altroot, ds->ds_name));
	if (base[0] != '/')
		return (xstrdup(base));
	if (strcmp(base, "/") == 0)
		return (xprintf("%s%s", altroot, rest[0] != '\0' ? rest :
		    altroot[0] != '\0' ? "" : "/"));
	return (xprintf("%s%s%s", altroot, base, rest));
}

static char *
set_value(struct pool *po, struct ds *ds, const struct prop_row *row,
    int literal, const struct ds *from)
{
	const char *value = from != NULL ? ds_local(from, row->p_name) :
	    row->p_default;
	uint64_t n;

	if (strcmp(row->p_name, "mountpoint") == 0)
		return (mountpoint_value(po, ds, from));
	if ((row->p_flags & PF_NUMBER) && from != NULL &&
	    number(value, UINT64_MAX, &n) == 0)
		return (size_value(n, literal));
	if ((row->p_flags & PF_NUMBER) && literal)
		return (xstrdup("0"));
	return (xstrdup(value));
}

static char *
source_text(const struct ds *ds, const struct ds *from)
{
	if (from == NULL)
		return (xstrdup("default"));
	if (from == ds)
		return (xstrdup("local"));
	return (xprintf("inherited from %s", from->ds_name));
}

int
prop_get(struct pool *po, struct ds *ds, const char *name, int literal,
    char **ret_value, char **ret_source)
{
	const struct prop_row *row = prop_find(name);
	const struct ds *from;

	if (row == NULL) {
		from = setter(po, ds, name, 1);
		if (from == NULL)
			return (-1);
		*ret_value = xstrdup(ds_local(from, name));
		*ret_source = source_text(ds, from);
		return (0);
	}
	if (row->p_missing != NULL ||
	    !(row->p_flags & (ds_is_snap(ds) ? PF_SNAP : PF_FS)))
		return (-1);
	if (row->p_flags & PF_SET) {
		from = setter(po, ds, row->p_name,
		    (row->p_flags & PF_INHERIT) != 0);
		*ret_value = set_value(po, ds, row, literal, from);
		*ret_source = source_text(ds, from);
		return (0);
	}
	if ((*ret_value = told_value(po, ds, row->p_name, literal)) == NULL ||
	    (strcmp(row->p_name, "origin") == 0 && ds->ds_origin == 0)) {
		free(*ret_value);
		*ret_value = NULL;
		return (-1);
	}
	*ret_source = xstrdup("-");
	return (0);
}

char *
prop_value(struct pool *po, struct ds *ds, const char *name)
{
	char *value, *source;

	if (prop_get(po, ds, name, 0, &value, &source) == -1)
		return (xstrdup("-"));
	free(source);
	return (value);
}

int
prop_is_on(struct pool *po, struct ds *ds, const char *name)
{
	_cleanup_free_ char *value = prop_value(po, ds, name);

	return (strcmp(value, "on") == 0);
}

uint64_t
prop_number(struct pool *po, struct ds *ds, const char *name)
{
	char *value, *source;
	uint64_t n = 0;

	if (prop_get(po, ds, name, 1, &value, &source) == -1)
		return (0);
	if (number(value, UINT64_MAX, &n) == -1)
		n = (uint64_t)(strtod(value, NULL) * 100);
	free(value);
	free(source);
	return (n);
}

/* ------------------------------------------------------------------------
 * What they may be.
 */

static char wrong[512];

/* "on | off" has the word; gzip-[1-9] has gzip-3. */
static int
among(const char *values, const char *word)
{
	_cleanup_free_ char *copy = xstrdup(values);
	char *rest = copy, *one;
	unsigned low, high;
	int level, n;

	while ((one = strsep(&rest, "|")) != NULL) {
		one += strspn(one, " ");
		one[strcspn(one, " ")] = '\0';
		if (strcmp(one, word) == 0)
			return (1);
		n = (int)strcspn(one, "[");
		if (sscanf(one + n, "[%u-%u]", &low, &high) == 2 &&
		    strncmp(one, word, (size_t)n) == 0 &&
		    strspn(word + n, "0123456789") == strlen(word + n) &&
		    word[n] != '\0' && strlen(word + n) < 3) {
			level = atoi(word + n);
			if (level >= (int)low && level <= (int)high)
				return (1);
		}
	}
	return (0);
}

static const char *
check_mountpoint(const char *text, char **ret_value)
{
	size_t len = strlen(text);

	if (strcmp(text, "none") != 0 && strcmp(text, "legacy") != 0 &&
	    text[0] != '/')
		return ("'mountpoint' must be an absolute path, 'none', or "
		    "'legacy'");
	if (len >= 1024)
		return ("'mountpoint' is too long");
	if (strchr(text, '\n') != NULL || strstr(text, "/../") != NULL ||
	    (len >= 3 && strcmp(text + len - 3, "/..") == 0))
		return ("'mountpoint' must not go back by '..'");
	while (len > 1 && text[len - 1] == '/')
		len--;
	*ret_value = xprintf("%.*s", (int)len, text);
	return (NULL);
}

static const char *
check_size(const char *text, char **ret_value)
{
	const char *bad;
	uint64_t n;

	if (strcmp(text, "none") == 0 || strcmp(text, "0") == 0) {
		*ret_value = xstrdup("none");
		return (NULL);
	}
	if ((bad = size_parse(text, &n)) != NULL)
		return (bad);
	*ret_value = xprintf("%" PRIu64, n);
	return (NULL);
}

static const char *
check_user(const char *name, const char *text, char **ret_value)
{
	if (!name_is_user_property(name)) {
		snprintf(wrong, sizeof(wrong), "invalid property '%.200s'",
		    name);
		return (wrong);
	}
	if (strlen(text) >= 8192)
		return ("property value too long");
	*ret_value = xstrdup(text);
	return (NULL);
}

const char *
prop_check(const char *name, const char *text, char **ret_value)
{
	const struct prop_row *row = prop_find(name);

	if (row == NULL)
		return (check_user(name, text, ret_value));
	if (row->p_missing != NULL) {
		snprintf(wrong, sizeof(wrong), "'%s' cannot be set here: %s",
		    row->p_name, row->p_missing);
		return (wrong);
	}
	if (!(row->p_flags & PF_SET)) {
		snprintf(wrong, sizeof(wrong), "'%s' is readonly",
		    row->p_name);
		return (wrong);
	}
	if (strcmp(row->p_name, "mountpoint") == 0)
		return (check_mountpoint(text, ret_value));
	if (row->p_flags & PF_NUMBER)
		return (check_size(text, ret_value));
	if (!among(row->p_values, text)) {
		snprintf(wrong, sizeof(wrong), "'%s' must be one of '%s'",
		    row->p_name, row->p_values);
		return (wrong);
	}
	*ret_value = xstrdup(text);
	return (NULL);
}

/* lzo is btrfs's fast one, zlib what gzip is, and zstd the one to choose. */
const char *
prop_compression(const char *value)
{
	if (strcmp(value, "off") == 0)
		return ("");
	if (strncmp(value, "gzip", 4) == 0)
		return ("zlib");
	if (strncmp(value, "l", 1) == 0 || strcmp(value, "zle") == 0)
		return ("lzo");
	return ("zstd");
}
