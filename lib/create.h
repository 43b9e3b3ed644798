/* SPDX-License-Identifier: BSD-2-Clause */
/* Making a prison, and changing one. */
#ifndef ABASHIRI_CREATE_H
#define ABASHIRI_CREATE_H

#include "request.h"

/*
 * jail_set() without JAIL_ATTACH.  `attached`: a process will enter at once,
 * which stands for "persist" and lets the root be tried then.  On success the
 * prison's lock of its own (flock on /run/jail/JID) is held by *ret_guard
 * when the prison is new and attached: until that is closed nobody takes it
 * for one that has ended.  Returns the jid, or -1.
 */
int	prison_set(struct state *st, struct request *rq, int attached,
	    struct prison *ret_pr, int *ret_guard);

#endif
