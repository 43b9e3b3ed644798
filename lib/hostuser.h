/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The host's users.  hostuser.c asks the C library, which loads what the
 * host's nsswitch.conf names.  That a static program cannot do: jail(8) has a
 * hostuser.c of its own in this one's place.
 */
#ifndef ABASHIRI_HOSTUSER_H
#define ABASHIRI_HOSTUSER_H

#include "jail.h"

/*
 * Find user `name`, or the uid it spells, among the host's.  Returns 0, or -1
 * with *ret_ju empty (ENOENT: no such user).
 */
int	hostuser_find(const char *name, struct jail_user *ret_ju);

#endif
