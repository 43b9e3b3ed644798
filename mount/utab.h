/* SPDX-License-Identifier: BSD-2-Clause */
/* The table in which mount(8) keeps what the kernel does not. */
#ifndef ABASHIRI_UTAB_H
#define ABASHIRI_UTAB_H

/*
 * Note that `dir` is ours to unmount: umount(8) then runs umount.TYPE, which
 * takes away what is mounted within, and what has come of it in jails.  A
 * note that cannot be left is no error: the mount stands.
 */
void	utab_add(const char *from, const char *dir, const char *type);
void	utab_remove(const char *dir);

#endif
