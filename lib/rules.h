/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All rules of the host: /run/jail/rules, one a line, changed under the
 * state's lock.  They are of jails by name, whether such a jail runs or not.
 */
#ifndef ABASHIRI_RULES_H
#define ABASHIRI_RULES_H

#include "rule.h"
#include "state.h"

#define RULES_CONF	"/etc/rctl.conf"	/* RCTL_CONF in root's
						   environment: another */

struct rules {
	struct rule	*rs_v;		/* malloc'd */
	size_t		 rs_n;
};

#define _cleanup_rules_ __attribute__((cleanup(rules_free)))

/* An absent file is no rules.  0 or -1. */
int	rules_load(const struct state *st, struct rules *ret_rs);
void	rules_free(struct rules *rs);
int	rules_append(struct rules *rs, const struct rule *ru);

/* Under the lock; the table counts them.  0 or -1. */
int	rules_store(struct state *st, const struct rules *rs);

/*
 * While the state directory `dir` is being made: begin with the rules of
 * rctl.conf(5).  Returns how many, or -1 with the line in jail_errmsg.
 */
int	rules_setup(const char *dir);

#endif
