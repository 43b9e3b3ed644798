/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Going into a prison: what the one who goes needs, gathered beforehand by
 * the one who sends him, and the steps themselves.
 *
 * Theory of operation.  A prison's namespaces are a view that its living
 * processes hold.  Who enters joins the view of one of them: opens its
 * namespace files, sees that they are the view's, and enters by descriptor.
 * (Prisoners who may make namespaces can have others: of such a prison the
 * builder of the view leaves the numbers in /run/jail/JID/view.)  Where no
 * process lives, he builds the view anew from the record, holding the lock on
 * /run/jail/JID until it stands, so that of many who come at once one builds
 * and the others join.  What no record can rebuild, a network stack and SysV IPC
 * objects, is pinned (vnet.h): the stack is entered first of all, and who builds
 * a view enters what is pinned instead of making it.  Removal takes no part in that lock: it kills, and who
 * is just coming in dies with the rest.
 */
#ifndef ABASHIRI_ENTRY_H
#define ABASHIRI_ENTRY_H

#include "filter.h"
#include "jail.h"
#include "limit.h"
#include "ns.h"
#include "prison.h"

/* A detached mount, and where inside it goes. */
struct entry_mount {
	const char	*em_dir;
	int		 em_fd;
};

struct entry {
	const struct prison *en_pr;
	int		en_cg;		/* the prison's cgroup */
	int		en_dir;		/* /run/jail/JID, locked if we build */
	int		en_proc;	/* a directory of the host's /proc */
	int		en_join;	/* join, or build? */
	int		en_alone;	/* nobody is in the prison, nor comes */
	struct ns_set	en_ns;		/* join: whose */
	struct ns_ids	en_ids;
	struct ns_ids	en_mine;	/* the caller's own */
	int		en_pidns;	/* pid=new: its PID namespace */
	pid_t		en_pid1;	/* its first process; 0: not found */
	int		en_first;	/* the program of first.h, where needed */
	int		en_net;		/* network stack to enter, -1: the
					   caller's */
	int		en_ipc;		/* IPC namespace to enter whatever the
					   view's is; -1: that, or a new one */
	int		en_template;	/* build: template mount namespace */
	int		en_userns;
	int		en_tree;	/* the root to be */
	int		en_view;	/* file for the numbers, or -1 */
	int		en_null;	/* /dev/null for the first process */
	int		en_held;	/* build: nobody stays in the view, it is
					   held by descriptors */
	int		en_sealed;	/* all of the root is read-only, and no
					   file of it gives rights */
	const struct entry_mount *en_mounts;	/* build: then these on it */
	unsigned	en_nmounts;
	int		en_i386;	/* the machine is to be an i686 */
	unsigned	en_filter_flags; /* FILTER_ beside the prison's own */
	struct limit_entry en_limit;
	uint64_t	en_caps;	/* bounding set */
	struct filter	en_filter;
};

/* An entry of which nothing is open yet. */
void	entry_init(struct entry *en);

/*
 * Gather.  pr stays the caller's and must outlive the entry.  guard: the
 * prison's directory, locked already by who has just made it, or -1.  0, or
 * -1 with jail_errmsg (ENOENT: the prison has gone).
 */
int	entry_prepare(struct entry *en, const struct state *st,
	    const struct prison *pr, int guard);

/* Only see whether there is a view.  1: found, 0: nobody holds one. */
int	entry_find_view(struct entry *en, const struct state *st,
	    const struct prison *pr);

/* In a child: give the found view's UTS namespace the record's names. */
int	entry_rename(const struct entry *en);

/* The view stands, or nobody will build it: let the others in. */
void	entry_unlock(struct entry *en);
void	entry_close(struct entry *en);

/*
 * In the one who goes, already in the cgroup: the namespaces.  Ends as uid 0
 * of the prison with all capabilities there, "/" as working directory.
 */
int	entry_enter(struct entry *en);

/*
 * The bounding set and the filter: after this there is nothing of the host
 * to be had.
 */
enum confine {
	CONFINE_EXEC,		/* who will exec: as root he has what the
				   bounding set leaves */
	CONFINE_STAY,		/* who will not drops his own at once */
	CONFINE_USER		/* who becomes another user than root, and then
				   execs: nothing gives him rights again */
};
int	entry_confine(const struct entry *en, enum confine how);

#endif
