/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Prisons by name and by address, without a walk over all of them: links
 * name/NAME to a jid, and files addr/ADDRESS of jids.
 */
#ifndef ABASHIRI_INDEX_H
#define ABASHIRI_INDEX_H

#include "prison.h"

/* "c" of "a.b.c". */
const char *name_last(const char *name);
int	name_is_number(const char *name);

/*
 * The jid that a name asks for by being a number, else `jid` (0: none was
 * asked for).  -1, EINVAL: a number that cannot be the jid.
 */
int	name_jid(const char *name, int jid);

/*
 * The jid of a name, or 0.  It may be one that is dying: who asks for the
 * name next takes it (prison_named()).
 */
int	prison_by_name(const struct state *st, const char *name);

/* Under the lock: the entries of a name and of addresses. */
int	prison_name_add(const struct state *st, const struct prison *pr);
void	prison_name_remove(const struct state *st, const struct prison *pr);
int	prison_addrs_add(const struct state *st, const struct prison *pr);
/* ... but those that `keep` (or NULL) has too */
void	prison_addrs_remove(const struct state *st, const struct prison *pr,
	    const struct prison *keep);

/*
 * Under the lock: may pr have its addresses beside those of others?
 * 0, or -1 EADDRINUSE with the text.
 */
int	prison_addrs_clash(struct state *st, const struct prison *pr);

/*
 * Under the lock, after a broken-off change: no entry of jid but for what pr
 * (NULL: nothing) holds.
 */
void	prison_addrs_settle(const struct state *st, int jid,
	    const struct prison *pr);

#endif
