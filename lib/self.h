/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a prisoner may know of his prison.
 *
 * Theory of operation.  Inside there is no /run/jail.  A file put there at
 * entry would cost each prison a mount, would be missing without a /proc, and
 * would have to be found again to be rewritten when the jailer changes
 * something.  So the prisoner asks the record's own shadow in the kernel, the
 * row that the BPF programs go by (bpf/self.bpf.c): it is written anyway, it is
 * there for every prison and in every chroot, a change of the jailer's is seen at
 * once, and nobody can ask for another's row, since who asks is known by his
 * cgroup.
 */
#ifndef ABASHIRI_SELF_H
#define ABASHIRI_SELF_H

#include <stdint.h>

struct self {
	uint64_t	 se_allow;	/* PR_ALLOW_ */
	int		 se_vnet;
	unsigned	 se_childmax;
	unsigned	 se_childcur;
	unsigned	 se_statfs;
	unsigned	 se_ruleset;
	char		*se_env;	/* malloc'd, as the next */
	char		*se_jails;	/* "jid name path" a line */
};

/*
 * Ask.  1: told, 0: the caller is in no prison, -1: he is, and cannot be told
 * (he may make no socket).
 */
int	self_read(struct self *ret_se);
void	self_clear(struct self *se);

#endif
