/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The host's mount namespace, for callers who have another: a unit with
 * PrivateTmp= or ProtectSystem= sees a copy of the host's mounts, with flags of
 * its own, which is not what a prison is to be furnished with.
 */
#ifndef ABASHIRI_HOSTNS_H
#define ABASHIRI_HOSTNS_H

#include <stdint.h>

/* Is the caller's mount namespace another than PID 1's, which it can enter? */
int	hostns_elsewhere(void);

/* The mount at "/", by STATX_MNT_ID; 0: the kernel does not tell. */
uint64_t hostns_root(void);

/* Is it a copy that goes with the host's, as systemd makes them? */
int	hostns_follows(void);

/*
 * Call fn(arg) in the host's mount namespace: in a child, for the moment, that
 * shares the caller's memory and descriptors.  Returns what fn does, with its
 * errno and jail_errmsg; -1 when there can be no such child.
 */
int	hostns_call(int (*fn)(void *), void *arg);

/* Likewise in another mount namespace, a prison's. */
int	hostns_call_in(int nsfd, int (*fn)(void *), void *arg);

#endif
