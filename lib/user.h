/* SPDX-License-Identifier: BSD-2-Clause */
/* Users as the passwd and group files below a root directory tell them. */
#ifndef ABASHIRI_USER_H
#define ABASHIRI_USER_H

#include <stdbool.h>

#include "jail.h"

/*
 * Find user `name`, or the uid it spells, in etc/passwd and etc/group below
 * rootfd.  The files are the prisoner's: nothing in them is believed beyond
 * its own line, no link in them leads out of rootfd.  Returns 0, or -1 with
 * *ret_ju empty (ENOENT: no such user).
 */
int	user_find(int rootfd, const char *name, struct jail_user *ret_ju);

/* A number of digits alone; -1, "nobody at all" to the kernel, is none. */
bool	user_id_parse(const char *s, unsigned *ret_id);

/*
 * Names, home and shell of a user, copied; the groups are left to the caller.
 * Returns 0 or -1.
 */
int	user_fill(struct jail_user *ju, const char *name, const char *home,
	    const char *shell, uid_t uid, gid_t gid);

#endif
