// SPDX-License-Identifier: BSD-2-Clause
#include "quota.h"

#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "name.h"
#include "subvol.h"
#include "util.h"

static uint64_t
bytes_of(const struct ds *ds, const char *prop)
{
	const char *value = ds_local(ds, prop);
	uint64_t n;

	return (value != NULL && number(value, UINT64_MAX, &n) == 0 ? n : 0);
}

/*
 * The number of a dataset's group, which is its id when it first had a quota:
 * a rollback changes that.
 */
static uint64_t
group_of(const struct ds *ds)
{
	const char *value = ds_local(ds, ".group");
	uint64_t n;

	return (value != NULL && number(value, UINT64_C(0xffffffffffff), &n) ==
	    0 ? QUOTA_GROUP(n) : 0);
}

void
quota_groups(const struct pool *po, const char *name, struct ids *ret_groups)
{
	const struct index *ix = po->po_ix;
	size_t i;

	memset(ret_groups, 0, sizeof(*ret_groups));
	for (i = 0; i < ix->ix_nds; i++)
		if (ix->ix_ds[i]->ds_nprops > 0 &&
		    group_of(ix->ix_ds[i]) != 0 &&
		    name_within(name, ix->ix_ds[i]->ds_name))
			ids_add(ret_groups, group_of(ix->ix_ds[i]));
}

int
quota_have(struct pool *po, const char **ret_why)
{
	if (quota_mode(po->po_fd) != 0)
		return (0);
	if (po->po_reg->rg_kind == REG_DIR) {
		*ret_why = "the file system has no quotas, and is not this "
		    "pool's alone: see btrfs quota enable";
		return (-1);
	}
	if (quota_enable(po->po_fd, 'q') == -1 ||
	    quota_rescan(po->po_fd) == -1) {
		*ret_why = strerror(errno);
		return (-1);
	}
	return (0);
}

/* Put each subvolume within `top` into a group. */
static int
assign_all(struct pool *po, const char *top, uint64_t group)
{
	const struct index *ix = po->po_ix;
	struct subvol_info si;
	size_t i;

	for (i = 0; i < ix->ix_nds; i++)
		if (name_within(ix->ix_ds[i]->ds_name, top) &&
		    (subvol_info(po->po_ds, ix->ix_ds[i]->ds_id, &si) == -1 ||
		    quota_assign(po->po_fd, si.si_id, group, 1) == -1))
			return (-1);
	return (0);
}

int
quota_apply(struct pool *po, const struct ds *ds)
{
	uint64_t group = group_of(ds);
	struct subvol_info si;

	if (quota_mode(po->po_fd) == 0)
		return (0);
	if (group != 0 && (quota_group(po->po_fd, group, 1) == -1 ||
	    quota_limit(po->po_fd, group, bytes_of(ds, "quota")) == -1 ||
	    assign_all(po, ds->ds_name, group) == -1))
		return (-1);
	if (ds_local(ds, ".refgroup") != NULL &&
	    (subvol_info(po->po_ds, ds->ds_id, &si) == -1 ||
	    quota_limit(po->po_fd, si.si_id, bytes_of(ds, "refquota")) == -1))
		return (-1);
	return (quota_mode(po->po_fd) == 'q' ? quota_rescan(po->po_fd) : 0);
}

int
quota_join(struct pool *po, const char *name)
{
	struct ids groups;
	int error = 0;
	size_t i;

	quota_groups(po, name, &groups);
	for (i = 0; i < groups.id_n && error == 0; i++)
		error = assign_all(po, name, groups.id_v[i]);
	if (error == 0 && groups.id_n > 0 && quota_mode(po->po_fd) == 'q')
		error = quota_rescan(po->po_fd);
	free(groups.id_v);
	return (error);
}

int
quota_redo(struct pool *po)
{
	struct ids *redo = &po->po_ix->ix_redo;
	struct ds *ds;

	for (; redo->id_n > 0; redo->id_n--) {
		ds = index_by_id(po->po_ix, redo->id_v[redo->id_n - 1]);
		if (ds != NULL && (quota_apply(po, ds) == -1 ||
		    quota_join(po, ds->ds_name) == -1)) {
			say("'%s': quota" ": %s", ds->ds_name, strerror(errno));
			return (-1);
		}
	}
	return (0);
}
