/* SPDX-License-Identifier: BSD-2-Clause */
/* Whose a process is, by its cgroup. */
#ifndef ABASHIRI_WHOSE_H
#define ABASHIRI_WHOSE_H

/*
 * The jid that a text as of /proc/PID/cgroup tells, where prisons are the
 * children of the cgroup `parent`; 0 when it is in none.
 */
int	whose_cgroup(const char *text, const char *parent);

/* Is this uid_map(5) text that of a prison's user namespace? */
int	whose_uid_map(const char *text);

#endif
