/* SPDX-License-Identifier: BSD-2-Clause */
/* The passwords of a world, which is the root of this process. */
#ifndef ABASHIRI_LOCK_H
#define ABASHIRI_LOCK_H

/*
 * Nobody logs in as root by a password.  A world without accounts is left as
 * it is.  Ends the program when the files cannot be changed.
 */
void	lock_root(void);

#endif
