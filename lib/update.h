/* SPDX-License-Identifier: BSD-2-Clause */
/* Changing a prison that lives. */
#ifndef ABASHIRI_UPDATE_H
#define ABASHIRI_UPDATE_H

#include "request.h"

/* Under the lock: apply a request to the prison `old`.  Its jid, or -1. */
int	prison_update(struct state *st, struct request *rq,
	    const struct prison *old, struct prison *ret_pr);

#endif
