/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A kernel for jailparam and jls to talk to: jail_set, jail_get and jail_run
 * on prisons in memory, as strict about names, sizes and NULs as FreeBSD's.
 */
#ifndef ABASHIRI_JAILPARAM_FAKE_H
#define ABASHIRI_JAILPARAM_FAKE_H

#include <sys/jail.h>

/* Forget all prisons. */
void	fake_reset(void);

/* Set a parameter that jail_set refuses: dying, parent, cpuset.id ... */
void	fake_poke(int jid, const char *name, int value);

/* How often jail_get was called since fake_reset(). */
extern unsigned fake_gets;

/* Add so many IPv4 addresses before each jail_get: a race that goes on. */
extern unsigned fake_grow;

/* Fail the next jail_set or jail_get with this errno and no text. */
extern int fake_error;

#endif
