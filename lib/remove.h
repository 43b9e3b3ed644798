/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ABASHIRI_REMOVE_H
#define ABASHIRI_REMOVE_H

#include "prison.h"

/* jail_remove() of a prison whose record is at hand; takes the lock. */
int	prison_remove(struct state *st, const struct prison *pr);

/* The same of one that nobody else has been told of, with whatever its
   commands have left behind. */
int	prison_finish(struct state *st, const struct prison *pr);

#endif
