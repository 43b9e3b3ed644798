/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What of a prison must outlive its processes: with vnet=new its network
 * stack and the devices in it, with sysv*=new its SysV IPC objects.
 */
#ifndef ABASHIRI_VNET_H
#define ABASHIRI_VNET_H

#include "prison.h"

/* Has a prison something that is pinned? */
int	vnet_pinned(const struct prison *pr);

/*
 * Can a prison have its addresses?  Not below one with a stack of its own, for
 * the policy steers connections by address alone: those to an address of the
 * host's could come to a listener in the other stack.  0, or -1.
 */
int	vnet_check(const struct state *st, const struct prison *pr);

/* Make and pin it, while the prison is made or changed.  0 or -1. */
int	vnet_make(const struct state *st, const struct prison *pr);

/*
 * Open what an entrant is to enter: the stack that the prison lives in (its
 * own, or that of the nearest jail above that has one), its IPC namespace and
 * the user namespace that these belong to; -1 each where it has none.  0 or
 * -1.
 */
int	vnet_open(const struct state *st, const struct prison *pr,
	    int *ret_net, int *ret_ipc, int *ret_userns);

/*
 * Bring home the devices that were moved in, and let go of all.  dirfd: the
 * prison's directory, of which nothing else need be known.
 */
void	vnet_end(int dirfd);

#endif
