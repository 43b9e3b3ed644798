/* SPDX-License-Identifier: BSD-2-Clause */
/* Once a boot: what the first prison needs and all later ones share. */
#ifndef ABASHIRI_SETUP_H
#define ABASHIRI_SETUP_H

/*
 * Make the state directory `dir` with its mounts, the parent cgroup, the
 * template mount namespace, and load the policy.  Safe to call at once from
 * several processes, and again after one of them died half way.
 * 0, or -1 with jail_errmsg.
 */
int	setup_host(const char *dir);

#endif
