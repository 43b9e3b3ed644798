// SPDX-License-Identifier: BSD-2-Clause
#include "space.h"

#include <sys/ioctl.h>
#include <sys/vfs.h>

#include <endian.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/btrfs.h>
#include <linux/btrfs_tree.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "name.h"
#include "subvol.h"
#include "util.h"

#define BUFFER	(256 << 10)
#define TREE_NODE	16384	/* the least that a subvolume takes */

/* A piece of the disk. */
struct extent {
	uint64_t	ex_start;
	uint64_t	ex_len;
};

struct extents {
	struct extent	*ev;
	size_t		 n;
	uint64_t	 inl;		/* bytes that lie in the tree */
	uint64_t	 logical;
};

/* ------------------------------------------------------------------------
 * Walking through a tree.
 */

static void
add(struct extents *ex, const struct btrfs_file_extent_item *fi, uint32_t len,
    uint64_t since)
{
	size_t fixed = offsetof(struct btrfs_file_extent_item, disk_bytenr);

	if (len < fixed || le64toh(fi->generation) <= since)
		return;
	if (fi->type == BTRFS_FILE_EXTENT_INLINE) {
		ex->inl += len - fixed;
		ex->logical += le64toh(fi->ram_bytes);
		return;
	}
	if (len < sizeof(*fi) || fi->disk_bytenr == 0)
		return;		/* a hole */
	ex->logical += le64toh(fi->num_bytes);
	ex->ev = xgrow(ex->ev, ex->n, sizeof(*ex->ev));
	ex->ev[ex->n].ex_start = le64toh(fi->disk_bytenr);
	ex->ev[ex->n++].ex_len = le64toh(fi->disk_num_bytes);
}

/* One buffer full; the key moves on.  How many items there were. */
static unsigned
take_items(struct btrfs_ioctl_search_args_v2 *args, struct extents *ex,
    uint64_t since)
{
	const char *p = (const char *)args->buf;
	struct btrfs_ioctl_search_header h = { .len = 0 };
	unsigned i, n = args->key.nr_items;

	for (i = 0; i < n; i++) {
		struct btrfs_file_extent_item fi = { .generation = 0 };

		memcpy(&h, p, sizeof(h));
		p += sizeof(h);
		if (h.type == BTRFS_EXTENT_DATA_KEY) {
			memcpy(&fi, p, h.len < sizeof(fi) ? h.len : sizeof(fi));
			add(ex, &fi, h.len, since);
		}
		p += h.len;
	}
	args->key.min_objectid = h.objectid;
	args->key.min_type = h.type;
	args->key.min_offset = h.offset + 1;
	if (args->key.min_offset == 0 && ++args->key.min_type == 0)
		args->key.min_objectid++;
	return (n);
}

static int
extent_cmp(const void *a, const void *b)
{
	const struct extent *x = a, *y = b;

	return (x->ex_start < y->ex_start ? -1 : x->ex_start > y->ex_start);
}

/* In order, each once: an extent may be in many places of a file. */
static void
sort(struct extents *ex)
{
	size_t i, n = 0;

	if (ex->n == 0)
		return;
	qsort(ex->ev, ex->n, sizeof(*ex->ev), extent_cmp);
	for (i = 1; i < ex->n; i++)
		if (ex->ev[i].ex_start != ex->ev[n].ex_start)
			ex->ev[++n] = ex->ev[i];
	ex->n = n + 1;
}

/* The extents of a subvolume that are younger than generation `since`. */
static int
read_extents(const struct pool *po, uint64_t id, uint64_t since,
    struct extents *ret_ex)
{
	_cleanup_close_ int fd = subvol_open(po->po_ds, id);
	_cleanup_free_ struct btrfs_ioctl_search_args_v2 *args =
	    xcalloc(1, sizeof(*args) + BUFFER);

	memset(ret_ex, 0, sizeof(*ret_ex));
	if (fd == -1)
		return (-1);
	args->key = (struct btrfs_ioctl_search_key){
		.max_objectid = UINT64_MAX, .max_offset = UINT64_MAX,
		.max_type = UINT32_MAX, .max_transid = UINT64_MAX,
		.min_transid = since != 0 ? since + 1 : 0,
		.min_objectid = BTRFS_FIRST_FREE_OBJECTID,
	};
	do {
		args->key.nr_items = UINT32_MAX;
		args->buf_size = BUFFER;
		if (ioctl(fd, BTRFS_IOC_TREE_SEARCH_V2, args) == -1) {
			free_ptr(&ret_ex->ev);
			return (-1);
		}
	} while (args->key.nr_items > 0 &&
	    take_items(args, ret_ex, since) > 0);
	sort(ret_ex);
	return (0);
}

static uint64_t
total(const struct extents *ex)
{
	uint64_t sum = ex->inl;
	size_t i;

	for (i = 0; i < ex->n; i++)
		sum += ex->ev[i].ex_len;
	return (sum);
}

static void
append(struct extents *ex, const struct extents *more)
{
	ex->ev = reallocarray(ex->ev, ex->n + more->n + 1, sizeof(*ex->ev));
	if (ex->ev == NULL)
		err(1, "no memory");
	if (more->n > 0)
		memcpy(ex->ev + ex->n, more->ev,
		    more->n * sizeof(*more->ev));
	ex->n += more->n;
}

/* Take out of `ex` what `other` has. */
static void
subtract(struct extents *ex, const struct extents *other)
{
	size_t i, j = 0, n = 0;

	for (i = 0; i < ex->n; i++) {
		while (j < other->n &&
		    other->ev[j].ex_start < ex->ev[i].ex_start)
			j++;
		if (j == other->n ||
		    other->ev[j].ex_start != ex->ev[i].ex_start)
			ex->ev[n++] = ex->ev[i];
	}
	ex->n = n;
	ex->inl = 0;
}

/* ------------------------------------------------------------------------
 * What is remembered: the file "space" beside the subvolume has the
 * generation that it was counted at.
 */

static char *
memo_name(const struct ds *ds)
{
	return (xprintf("%llu/space", (unsigned long long)ds->ds_id));
}

static int
memo_read(const struct pool *po, const struct ds *ds, uint64_t generation,
    uint64_t *ret_refer, uint64_t *ret_logical)
{
	_cleanup_free_ char *name = memo_name(ds);
	_cleanup_free_ char *text = file_read(po->po_ds, name, 256);
	unsigned long long at, refer, logical;

	if (text == NULL || sscanf(text, "%llu %llu %llu", &at, &refer,
	    &logical) != 3 || at != generation)
		return (-1);
	*ret_refer = refer;
	*ret_logical = logical;
	return (0);
}

static void
memo_write(const struct pool *po, const struct ds *ds, uint64_t generation,
    uint64_t refer, uint64_t logical)
{
	_cleanup_free_ char *name = memo_name(ds);
	_cleanup_free_ char *text = xprintf("%llu %llu %llu\n",
	    (unsigned long long)generation, (unsigned long long)refer,
	    (unsigned long long)logical);

	file_replace(po->po_ds, name, text, 0);
}

int
space_refer(struct pool *po, const struct ds *ds, uint64_t *ret_refer,
    uint64_t *ret_logical)
{
	const struct ds *origin;
	struct subvol_info si;
	struct extents ex;

	if (subvol_info(po->po_ds, ds->ds_id, &si) == -1)
		return (-1);
	/* A clone that nobody has touched is what its origin is. */
	if (ds->ds_origin != 0 && si.si_generation == si.si_otransid &&
	    (origin = index_by_id(po->po_ix, ds->ds_origin)) != NULL)
		return (space_refer(po, origin, ret_refer, ret_logical));
	if (memo_read(po, ds, si.si_generation, ret_refer, ret_logical) == 0)
		return (0);
	if (read_extents(po, ds->ds_id, 0, &ex) == -1)
		return (-1);
	*ret_refer = total(&ex) + TREE_NODE;
	*ret_logical = ex.logical + TREE_NODE;
	free(ex.ev);
	memo_write(po, ds, si.si_generation, *ret_refer, *ret_logical);
	return (0);
}

/* ------------------------------------------------------------------------
 * Who has what.
 */

static int
by_id(const void *a, const void *b)
{
	uint64_t x = (*(struct ds *const *)a)->ds_id;
	uint64_t y = (*(struct ds *const *)b)->ds_id;

	return (x < y ? -1 : x > y);
}

/* A dataset's snapshots, the oldest first; malloc'd. */
static struct ds **
snapshots(const struct pool *po, const char *fs, size_t *ret_n)
{
	const struct index *ix = po->po_ix;
	size_t i, n = 0, len = strlen(fs);
	struct ds **list = NULL;

	for (i = 0; i < ix->ix_nds; i++)
		if (strncmp(ix->ix_ds[i]->ds_name, fs, len) == 0 &&
		    ix->ix_ds[i]->ds_name[len] == '@') {
			list = xgrow(list, n, PTR_SIZE);
			list[n++] = ix->ix_ds[i];
		}
	if (n > 0)
		qsort(list, n, PTR_SIZE, by_id);
	*ret_n = n;
	return (list);
}

/* Younger than this generation is what a snapshot does not have. */
static int
generation_of(const struct pool *po, uint64_t id, uint64_t *ret_generation)
{
	struct subvol_info si;

	if (subvol_info(po->po_ds, id, &si) == -1)
		return (-1);
	*ret_generation = si.si_generation;
	return (0);
}

int
space_written(struct pool *po, const struct ds *ds, const struct ds *snap,
    uint64_t *ret_n)
{
	uint64_t since = 0;
	struct extents ex;

	if ((snap != NULL && generation_of(po, snap->ds_id, &since) == -1) ||
	    read_extents(po, ds->ds_id, since, &ex) == -1)
		return (-1);
	*ret_n = total(&ex);
	free(ex.ev);
	return (0);
}

/* What a snapshot has and neither its neighbours nor the dataset. */
static int
count_snap(struct pool *po, struct ds *ds, struct space *sp)
{
	_cleanup_free_ char *fs = name_fs(ds->ds_name);
	const struct ds *head = index_find(po->po_ix, fs);
	uint64_t beside[2] = { head->ds_origin, head->ds_id };
	struct extents ex, other;
	struct ds **list;
	size_t i, n;

	list = snapshots(po, fs, &n);
	for (i = 0; i < n; i++) {
		if (list[i]->ds_id < ds->ds_id)
			beside[0] = list[i]->ds_id;
		if (list[i]->ds_id > ds->ds_id) {
			beside[1] = list[i]->ds_id;
			break;
		}
	}
	free(list);
	if (read_extents(po, ds->ds_id, 0, &ex) == -1)
		return (-1);
	for (i = 0; i < 2; i++) {
		if (beside[i] == 0)
			continue;
		if (read_extents(po, beside[i], 0, &other) == -1) {
			free(ex.ev);
			return (-1);
		}
		subtract(&ex, &other);
		free(other.ev);
	}
	ex.inl = 0;
	sp->sp_own = sp->sp_used = total(&ex);
	free(ex.ev);
	return (0);
}

/* What the snapshots have and the dataset and its origin do not. */
static int
count_snaps(struct pool *po, const struct ds *ds, uint64_t *ret_n)
{
	struct extents all = { .n = 0 }, ex;
	struct ds **list;
	size_t i, n;
	int error = 0;

	*ret_n = 0;
	list = snapshots(po, ds->ds_name, &n);
	for (i = 0; i < n && error == 0; i++) {
		if ((error = read_extents(po, list[i]->ds_id, 0, &ex)) == -1)
			break;
		append(&all, &ex);
		free(ex.ev);
		sort(&all);
	}
	free(list);
	if (n > 0 && error == 0 &&
	    (error = read_extents(po, ds->ds_id, 0, &ex)) == 0) {
		subtract(&all, &ex);
		free(ex.ev);
		if (ds->ds_origin != 0 && (error = read_extents(po,
		    ds->ds_origin, 0, &ex)) == 0) {
			subtract(&all, &ex);
			free(ex.ev);
		}
		*ret_n = total(&all);
	}
	free(all.ev);
	return (error);
}

static int
count_children(struct pool *po, const struct ds *ds, uint64_t *ret_n)
{
	const struct index *ix = po->po_ix;
	const struct space *sp;
	size_t i;

	*ret_n = 0;
	for (i = 0; i < ix->ix_nds; i++) {
		if (!ds_is_snap(ix->ix_ds[i]) &&
		    name_within(ix->ix_ds[i]->ds_name, ds->ds_name) &&
		    name_depth(ix->ix_ds[i]->ds_name, ds->ds_name) == 1) {
			if ((sp = space_of(po, ix->ix_ds[i])) == NULL)
				return (-1);
			*ret_n += sp->sp_used;
		}
	}
	return (0);
}

static int
count_fs(struct pool *po, struct ds *ds, struct space *sp)
{
	const struct ds *origin = ds->ds_origin == 0 ? NULL :
	    index_by_id(po->po_ix, ds->ds_origin);

	if (origin == NULL)
		sp->sp_own = sp->sp_refer;
	else if (space_written(po, ds, origin, &sp->sp_own) == -1)
		return (-1);
	if (count_snaps(po, ds, &sp->sp_snaps) == -1 ||
	    count_children(po, ds, &sp->sp_children) == -1)
		return (-1);
	sp->sp_used = sp->sp_own + sp->sp_snaps + sp->sp_children;
	return (0);
}

const struct space *
space_of(struct pool *po, struct ds *ds)
{
	struct space *sp;

	if (ds->ds_space != NULL)
		return (ds->ds_space);
	sp = xcalloc(1, sizeof(*sp));
	if (space_refer(po, ds, &sp->sp_refer, &sp->sp_logical) == -1 ||
	    (ds_is_snap(ds) ? count_snap(po, ds, sp) :
	    count_fs(po, ds, sp)) == -1) {
		say("cannot count '%s'" ": %s", ds->ds_name, strerror(errno));
		free(sp);
		return (NULL);
	}
	return (ds->ds_space = sp);
}

/* ------------------------------------------------------------------------
 * What is left.
 */

int
space_pool(const struct pool *po, uint64_t *ret_size, uint64_t *ret_free,
    uint64_t *ret_avail)
{
	struct statfs sf;

	if (fstatfs(po->po_fd, &sf) == -1)
		return (-1);
	*ret_size = sf.f_blocks * (uint64_t)sf.f_bsize;
	*ret_free = sf.f_bfree * (uint64_t)sf.f_bsize;
	*ret_avail = sf.f_bavail * (uint64_t)sf.f_bsize;
	return (0);
}

uint64_t
space_avail(struct pool *po, const struct ds *ds)
{
	uint64_t size, unused, avail, quota, used;
	char *name = xstrdup(ds->ds_name), *up;
	const struct space *sp;
	struct ds *top;
	const char *text;

	if (space_pool(po, &size, &unused, &avail) == -1)
		avail = 0;
	for (; name != NULL; up = name_parent(name), free(name), name = up) {
		if ((top = index_find(po->po_ix, name)) == NULL ||
		    (text = ds_local(top, "quota")) == NULL ||
		    number(text, UINT64_MAX, &quota) == -1 || quota == 0 ||
		    (sp = space_of(po, top)) == NULL)
			continue;
		used = sp->sp_used < quota ? sp->sp_used : quota;
		if (quota - used < avail)
			avail = quota - used;
	}
	return (avail);
}
