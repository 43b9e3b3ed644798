/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ABASHIRI_PS_H
#define ABASHIRI_PS_H

#include <sys/queue.h>

#include "proc.h"

/* Options that values depend on. */
extern struct ps_options {
	int	po_commonly;	/* -c: names, not arguments */
	int	po_env;		/* -e */
	int	po_sum;		/* -S: children's times, too */
	int	po_threads;	/* -H */
} options;

/* ------------------------------------------------------------------------
 * Columns.
 */

#define KW_LEFT		0x1	/* to the left of its column */
#define KW_TREE		0x2	/* last, it has the prefix of -d */
#define KW_NUMBER	0x4	/* in JSON without quotes */

/*
 * A keyword of -o.  kw_value returns malloc'd text, NULL for what the kernel
 * does not tell.
 */
struct keyword {
	const char	*kw_name;
	const char	*kw_alias;	/* the keyword it stands for, or NULL */
	const char	*kw_header;
	const char	*kw_field;	/* its name in JSON */
	int		 kw_flags;
	int		 kw_need;	/* PROC_ */
	char		*(*kw_value)(const struct proc *p, int last);
};

struct column {
	TAILQ_ENTRY(column) co_link;
	const struct keyword *co_kw;
	const char	*co_header;	/* not owned */
	int		 co_canned;	/* from -j, -l, -u, -v, -Z */
	int		 co_width;
};
TAILQ_HEAD(columns, column);

extern const struct keyword keywords[];
extern const size_t nkeywords;

/*
 * Append the columns that `fmt` names, "pid,user=WHO".  0, or -1 where it
 * names an unknown one, which has been reported.
 */
int	columns_add(struct columns *cols, const char *fmt, int canned);

/* Put `more` (of -O) behind the PID, take out what canned columns repeat. */
void	columns_finish(struct columns *cols, struct columns *more);

/* PROC_ that the columns need. */
int	columns_need(const struct columns *cols);

/* Print all keywords, for -L. */
void	keywords_print(int width);

/* ------------------------------------------------------------------------
 * Which processes.
 */

struct select {
	int	se_all;		/* -a */
	int	se_noterm;	/* -x 1, -X 0, neither -1 */
	int	se_implied;	/* an option implies -x */
	int	se_count;	/* of selecting options */
	struct numbers {
		long long	*nu_list;
		int		 nu_n;
	} se_pids, se_gids, se_uids, se_jids, se_ttys;
};

/* Add a list of -p, -G, -U, -J, -t to a selection.  Exits on a bad one. */
void	select_list(struct select *se, char option, const char *arg);

/* Mark the processes that are selected. */
void	select_mark(const struct select *se, struct proclist *pl);

/* Mark ancestors (1) and descendants (2) of those marked, too: -D. */
void	select_family(struct proclist *pl, int directions);

/* Keep what is marked. */
void	select_keep(struct proclist *pl);

/* ------------------------------------------------------------------------
 * The order: by sort, then for -d each behind its parent.
 */

enum order { ORDER_TTY, ORDER_MEM, ORDER_CPU };

void	order_sort(struct proclist *pl, enum order by);
void	order_tree(struct proclist *pl);

#endif
