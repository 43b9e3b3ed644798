/* SPDX-License-Identifier: BSD-2-Clause */
/* The namespaces that are a prison's view, by number and by descriptor. */
#ifndef ABASHIRI_NS_H
#define ABASHIRI_NS_H

#include <sys/types.h>

#include <stdint.h>

/* In the order in which they are entered: user last, for after it nothing
   else of the host's can be. */
enum { NS_UTS, NS_IPC, NS_MNT, NS_USER, NS_COUNT };

/* The numbers (inodes in nsfs) of a view's namespaces. */
struct ns_ids {
	uint64_t	ni_ino[NS_COUNT];
};

struct ns_set {
	int	ns_fd[NS_COUNT];	/* -1: not open */
};
#define NS_SET_INIT { { -1, -1, -1, -1 } }

/*
 * Open the namespaces of the process whose directory in the host's /proc is
 * piddir, but for those that ns has open, and tell the numbers of all.  0, or
 * -1 with none of them open.
 */
int	ns_open(int piddir, struct ns_set *ns, struct ns_ids *ret_ids);
void	ns_close(struct ns_set *ns);

/* The caller's own numbers, asked below procfd, the host's /proc. */
int	ns_ids(int procfd, struct ns_ids *ret_ids);

int	ns_same(const struct ns_ids *a, const struct ns_ids *b);

/*
 * Enter all of them but what the caller is already in.  Async-signal-safe.
 * 0, or -1 with *ret_which the one that was refused.
 */
int	ns_enter(const struct ns_set *ns, const struct ns_ids *ids,
	    const struct ns_ids *mine, int *ret_which);

extern const char *const ns_names[NS_COUNT];

#endif
