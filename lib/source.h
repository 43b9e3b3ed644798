/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which of its addresses a prison with several sends from: as on FreeBSD one
 * of the interface that the route leads to.  No program at the hook of
 * connect(2) can ask for a route, so the routes are told beforehand: as they
 * are whenever a prison with several addresses is made or changed.
 */
#ifndef ABASHIRI_SOURCE_H
#define ABASHIRI_SOURCE_H

#include "policy.h"

/*
 * For each interface of the caller's network that has addresses of the policy
 * (which has no sources yet), the first of them.  Returns how many, *ret_ps
 * malloc'd, or -1 with jail_errmsg.
 */
int	source_find(const struct policy *po, struct policy_source **ret_ps);

/*
 * Write the routes of the caller's network into the map `routes` below
 * bpfdirfd, and take out what is one no longer.  0 or -1.
 */
int	source_routes(int bpfdirfd);

#endif
