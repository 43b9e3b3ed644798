/* SPDX-License-Identifier: BSD-2-Clause */
/* What a prison uses: from its cgroup, and from /proc where that is silent. */
#ifndef ABASHIRI_USAGE_H
#define ABASHIRI_USAGE_H

#include "controller.h"
#include "jail.h"

/*
 * Add to ra what the prison jid uses, of what `wanted` (RA_) asks for.
 * grouped: bit n is set where the prison has a group of v1's controller n.
 * ra_known keeps only what could be told.  0, or -1 (the cgroup is gone).
 */
int	usage_add(struct jail_racct *ra, unsigned wanted,
	    const struct controllers *cs, unsigned grouped, int jid);

#endif
