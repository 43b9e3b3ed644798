/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ABASHIRI_ATTACH_H
#define ABASHIRI_ATTACH_H

#include "prison.h"

/* May the calling process attach at all?  Asked before a state is open. */
int	attach_check(void);

/* Put the calling process in; guard as in entry_prepare(). */
int	attach_to(const struct state *st, const struct prison *pr, int guard);

#endif
