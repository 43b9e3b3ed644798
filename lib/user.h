/* SPDX-License-Identifier: BSD-2-Clause */
/* Users as the passwd and group files below a root directory tell them. */
#ifndef ABASHIRI_USER_H
#define ABASHIRI_USER_H

#include "jail.h"

/*
 * Find user `name`, or the uid it spells, in etc/passwd and etc/group below
 * rootfd.  The files are the prisoner's: nothing in them is believed beyond
 * its own line, no link in them leads out of rootfd.  Returns 0, or -1 with
 * *ret_ju empty (ENOENT: no such user).
 */
int	user_find(int rootfd, const char *name, struct jail_user *ret_ju);

#endif
