/* SPDX-License-Identifier: BSD-2-Clause */
/* The end of prisons, and of changes that were broken off. */
#ifndef ABASHIRI_SETTLE_H
#define ABASHIRI_SETTLE_H

#include "prison.h"

/* Is somebody just making the prison, or building its view? */
int	prison_guarded(const struct state *st, int jid);

/*
 * Say that the caller removes jid, until the descriptor is closed: -1 when
 * another does.  A dying prison that nobody removes is the next one's to end.
 */
int	prison_remover(const struct state *st, int jid);

/* Under the lock: add delta to children.cur of jid and all above it. */
void	prison_count(struct state *st, int jid, int delta);

/* Under the lock: take away a prison whose record is at hand. */
void	prison_end(struct state *st, const struct prison *pr);

/* Under the lock: take away all that is left of a jid, in any state. */
void	prison_clear(struct state *st, int jid);

/* Under the lock: finish or undo what the journal says was broken off. */
void	prison_settle(struct state *st);

/* Under the lock: clear a few prisons that have ended by themselves. */
void	prison_sweep(struct state *st, int how_many);

#endif
