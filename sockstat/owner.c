// SPDX-License-Identifier: BSD-2-Clause
/*
 * Whose a socket is.  Its cgroup is the one that it was made in; what a
 * socket without a holder belongs to is told by others made there.
 */
#include <stdlib.h>

#include "sock.h"

struct origin {
	uint64_t	or_cgroup;
	int		or_jid;
};

static int
origin_cmp(const void *a, const void *b)
{
	uint64_t x = ((const struct origin *)a)->or_cgroup;
	uint64_t y = ((const struct origin *)b)->or_cgroup;

	return (x < y ? -1 : x > y);
}

void
socks_owners(struct socks *ss, const struct holders *hs,
    const struct proclist *pl)
{
	struct origin *origins = calloc((size_t)ss->ss_n + 1,
	    sizeof(*origins)), key, *found;
	struct sock *so;
	size_t n = 0;
	int i;

	for (i = 0; i < ss->ss_n; i++)
		ss->ss_socks[i].so_jid = -1;
	for (i = 0; i < hs->hs_n; i++) {
		so = socks_find(ss, hs->hs_holders[i].ho_inode);
		if (so == NULL || so->so_held)
			continue;
		so->so_held = 1;
		so->so_jid = pl->pl_procs[hs->hs_holders[i].ho_proc].p_jid;
		if (so->so_cgroup != 0 && origins != NULL)
			origins[n++] = (struct origin){
				so->so_cgroup, so->so_jid
			};
	}
	if (n > 0)
		qsort(origins, n, sizeof(*origins), origin_cmp);
	for (i = 0; i < ss->ss_n && n > 0; i++) {
		so = &ss->ss_socks[i];
		key.or_cgroup = so->so_cgroup;
		found = so->so_held || so->so_cgroup == 0 ? NULL :
		    bsearch(&key, origins, n, sizeof(key), origin_cmp);
		if (found != NULL)
			so->so_jid = found->or_jid;
	}
	free(origins);
}
