// SPDX-License-Identifier: BSD-2-Clause
/* Which processes are shown. */
#include <err.h>
#include <errno.h>
#include <grp.h>
#include <jail.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ps.h"

static void
numbers_add(struct numbers *nu, long long n)
{
	nu->nu_list = reallocarray(nu->nu_list, (size_t)nu->nu_n + 1,
	    sizeof(*nu->nu_list));
	if (nu->nu_list == NULL)
		err(1, NULL);
	nu->nu_list[nu->nu_n++] = n;
}

static int
numbers_have(const struct numbers *nu, long long n)
{
	int i;

	for (i = 0; i < nu->nu_n; i++)
		if (nu->nu_list[i] == n)
			return (1);
	return (0);
}

/* All digits and not above max: -1 where it is not. */
static long long
digits(const char *s, long long max)
{
	char *end;
	long long n;

	if (s[strspn(s, "0123456789")] != '\0')
		return (-1);
	errno = 0;
	n = strtoll(s, &end, 10);
	return (errno == 0 && n <= max ? n : -1);
}

static long long
pid_of(const char *s)
{
	long long pid = digits(s, 1LL << 22);

	if (pid == -1)
		errx(1, "Invalid process id: %s", s);
	return (pid);
}

static long long
gid_of(const char *s)
{
	long long gid = digits(s, UINT32_MAX);
	struct group *gr;

	if (gid != -1)
		return (gid);
	if ((gr = getgrnam(s)) == NULL)
		errx(1, "No group named '%s'", s);
	return (gr->gr_gid);
}

static long long
uid_of(const char *s)
{
	struct passwd *pw = getpwnam(s);
	long long uid = pw != NULL ? pw->pw_uid : digits(s, UINT32_MAX);

	if (uid == -1)
		errx(1, "No user named '%s'", s);
	return (uid);
}

static long long
jid_of(const char *s)
{
	int jid = strcmp(s, "0") == 0 ? 0 : jail_getid(s);

	if (jid == -1)
		errx(1, "Invalid jail id: %s", s);
	return (jid);
}

static long long
tty_of(const char *s)
{
	dev_t tty = proc_ttydev(s);

	if (tty == 0)
		errx(1, "%s: Not a terminal", s);
	return ((long long)tty);
}

static const struct list {
	char		 li_option;
	size_t		 li_offset;
	int		 li_implied;	/* -x */
	const char	*li_name;
	long long	(*li_of)(const char *s);
} lists[] = {
#define LIST(option, field, implied, name, of) \
	{ option, offsetof(struct select, field), implied, name, of }
	LIST('p', se_pids, 0, "process id", pid_of),
	LIST('G', se_gids, 1, "group", gid_of),
	LIST('U', se_uids, 1, "user", uid_of),
	LIST('J', se_jids, 1, "jail id", jid_of),
	LIST('t', se_ttys, 1, "tty", tty_of),
#undef LIST
};

void
select_list(struct select *se, char option, const char *arg)
{
	const struct list *li = lists;
	char *copy, *s, *word;

	while (li->li_option != option)
		li++;
	if ((copy = s = strdup(arg)) == NULL)
		err(1, NULL);
	while ((word = strsep(&s, ",")) != NULL) {
		word += strspn(word, " \t");
		/* Blanks part words as commas do, but not empty ones. */
		do {
			size_t len = strcspn(word, " \t");
			char *next = word + len;

			next += strspn(next, " \t");
			word[len] = '\0';
			if (*word == '\0')
				errx(1, "Invalid (zero-length) %s",
				    li->li_name);
			numbers_add((struct numbers *)((char *)se +
			    li->li_offset), li->li_of(word));
			word = next;
		} while (*word != '\0');
	}
	free(copy);
	se->se_count++;
	se->se_implied |= li->li_implied;
}

static int
is_selected(const struct select *se, const struct proc *p)
{
	int noterm = se->se_noterm >= 0 ? se->se_noterm : se->se_implied;

	if (numbers_have(&se->se_pids, p->p_pid))
		return (1);
	if (!noterm && p->p_tty == 0)
		return (0);
	if (se->se_all)
		return (1);
	if (se->se_count == 0)
		return (p->p_uid[PROC_EFFECTIVE] == geteuid());
	return (numbers_have(&se->se_gids, p->p_gid[PROC_REAL]) ||
	    numbers_have(&se->se_uids, p->p_uid[PROC_REAL]) ||
	    numbers_have(&se->se_jids, p->p_jid) ||
	    (p->p_tty != 0 && numbers_have(&se->se_ttys,
	    (long long)p->p_tty)));
}

void
select_mark(const struct select *se, struct proclist *pl)
{
	int i;

	for (i = 0; i < pl->pl_n; i++)
		pl->pl_procs[i].p_selected = is_selected(se, &pl->pl_procs[i]);
}

static int
pid_cmp(const void *a, const void *b)
{
	const struct proc *p = a, *q = b;

	return (p->p_pid != q->p_pid ? (p->p_pid < q->p_pid ? -1 : 1) :
	    p->p_tid < q->p_tid ? -1 : p->p_tid > q->p_tid);
}

/* In a list sorted by PID: the first entry of that process, or -1. */
static int
find_pid(const struct proclist *pl, pid_t pid)
{
	int lo = 0, hi = pl->pl_n, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (pl->pl_procs[mid].p_pid < pid)
			lo = mid + 1;
		else
			hi = mid;
	}
	return (lo < pl->pl_n && pl->pl_procs[lo].p_pid == pid ? lo : -1);
}

/* Each step marks or ends: however deep the tree, n steps in all. */
static void
mark_ancestors(const struct proclist *pl, int *mark)
{
	int i, j;

	for (i = 0; i < pl->pl_n; i++) {
		if (!pl->pl_procs[i].p_selected)
			continue;
		for (j = find_pid(pl, pl->pl_procs[i].p_ppid);
		    j != -1 && !mark[j];
		    j = find_pid(pl, pl->pl_procs[j].p_ppid))
			mark[j] = 1;
	}
}

/* Up to one of whom it is known, which is then known of all on the way. */
static void
mark_descendants(const struct proclist *pl, int *mark)
{
	enum { UNKNOWN, YES, NO, ON_THE_WAY };
	int *known = calloc((size_t)pl->pl_n + 1, sizeof(*known));
	int i, j, answer;

	if (known == NULL)
		err(1, NULL);
	for (i = 0; i < pl->pl_n; i++) {
		for (j = i, answer = NO; j != -1;
		    j = find_pid(pl, pl->pl_procs[j].p_ppid)) {
			if (known[j] != UNKNOWN) {
				if (known[j] == YES)
					answer = YES;
				break;
			}
			known[j] = ON_THE_WAY;
			if (pl->pl_procs[j].p_selected) {
				answer = YES;
				break;
			}
		}
		for (j = i; j != -1 && known[j] == ON_THE_WAY;
		    j = find_pid(pl, pl->pl_procs[j].p_ppid)) {
			known[j] = answer;
			mark[j] |= answer == YES;
		}
	}
	free(known);
}

void
select_family(struct proclist *pl, int directions)
{
	int *mark, i, first;

	if ((mark = calloc((size_t)pl->pl_n + 1, sizeof(*mark))) == NULL)
		err(1, NULL);
	qsort(pl->pl_procs, (size_t)pl->pl_n, sizeof(*pl->pl_procs), pid_cmp);
	if (directions & 1)
		mark_ancestors(pl, mark);
	if (directions & 2)
		mark_descendants(pl, mark);
	for (i = 0; i < pl->pl_n; i++) {
		first = find_pid(pl, pl->pl_procs[i].p_pid);
		pl->pl_procs[i].p_selected |= mark[first];
	}
	free(mark);
}

void
select_keep(struct proclist *pl)
{
	int i, kept = 0;
	struct proc *p;

	for (i = 0; i < pl->pl_n; i++) {
		p = &pl->pl_procs[i];
		if (p->p_selected) {
			if (kept != i)
				pl->pl_procs[kept] = *p;
			kept++;
			continue;
		}
		free(p->p_args);
		free(p->p_env);
		free(p->p_label);
	}
	pl->pl_n = kept;
}
