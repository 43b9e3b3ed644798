/* SPDX-License-Identifier: BSD-2-Clause */
/* Which processes pgrep and pkill mean. */
#ifndef ABASHIRI_MATCH_H
#define ABASHIRI_MATCH_H

#include "proc.h"

#define STATUS_MATCH	0
#define STATUS_NOMATCH	1
#define STATUS_BADUSAGE	2
#define STATUS_ERROR	3

#define ANY_JAIL	(-1LL)
#define NO_TTY		(-1LL)

struct match {
	struct list {
		long long	*li_numbers;
		int		 li_n;
	} ma_ruids, ma_euids, ma_gids, ma_ppids, ma_pgrps, ma_sids, ma_ttys,
	    ma_jids;
	int	ma_ancestors;	/* -a */
	int	ma_args;	/* -f */
	int	ma_whole;	/* -x */
	int	ma_inverse;	/* -v */
	int	ma_nocase;	/* -i */
	int	ma_kernel;	/* -S */
	int	ma_newest;	/* -n */
	int	ma_oldest;	/* -o */
	pid_t	ma_pid;		/* of -F, or 0 */
};

/*
 * The list of option -U, -u, -G, -P, -g, -s, -t or -j.  Exits with
 * STATUS_BADUSAGE on a bad one.  0 where it has an empty element.
 */
int	match_list(struct match *ma, char option, const char *arg);

/* Set p_selected of those that are meant, by criteria and patterns. */
void	match_mark(const struct match *ma, struct proclist *pl,
	    char *const *patterns);

#endif
