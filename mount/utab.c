// SPDX-License-Identifier: BSD-2-Clause
#include "utab.h"

#include <libmount/libmount.h>
#include <stdio.h>

/* fs NULL: forget dir. */
static void
update(const char *dir, struct libmnt_fs *fs)
{
	struct libmnt_update *upd = mnt_new_update();

	if (upd != NULL && mnt_update_set_fs(upd, 0, fs != NULL ? NULL : dir,
	    fs) == 0)
		mnt_update_table(upd, NULL);
	mnt_free_update(upd);
}

void
utab_add(const char *from, const char *dir, const char *type)
{
	struct libmnt_fs *fs = mnt_new_fs();
	char options[64];

	snprintf(options, sizeof(options), "helper=%s", type);
	if (fs != NULL && mnt_fs_set_source(fs, from) == 0 &&
	    mnt_fs_set_target(fs, dir) == 0 &&
	    mnt_fs_set_fstype(fs, type) == 0 &&
	    mnt_fs_set_options(fs, options) == 0)
		update(dir, fs);
	mnt_unref_fs(fs);
}

void
utab_remove(const char *dir)
{
	update(dir, NULL);
}
