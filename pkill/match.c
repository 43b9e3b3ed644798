// SPDX-License-Identifier: BSD-2-Clause
#include "match.h"

#include <err.h>
#include <grp.h>
#include <jail.h>
#include <pwd.h>
#include <regex.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ------------------------------------------------------------------------
 * Lists.
 */

static long long
user(const char *s)
{
	struct passwd *pw = getpwnam(s);

	if (pw == NULL)
		errx(STATUS_BADUSAGE, "Unknown user `%s'", s);
	return (pw->pw_uid);
}

static long long
group(const char *s)
{
	struct group *gr = getgrnam(s);

	if (gr == NULL)
		errx(STATUS_BADUSAGE, "Unknown group `%s'", s);
	return (gr->gr_gid);
}

static long long
number_only(const char *s)
{
	errx(STATUS_BADUSAGE, "Not a number: `%s'", s);
}

static long long
terminal(const char *s)
{
	dev_t tty;

	if (strcmp(s, "-") == 0)
		return (NO_TTY);
	if (*s == '-')
		errx(STATUS_BADUSAGE, "Negative /dev/pts tty `%s'", s);
	if ((tty = proc_ttydev(s)) == 0)
		errx(STATUS_BADUSAGE, "No such tty: `%s'", s);
	return ((long long)tty);
}

static long long
jail(const char *s)
{
	int jid;

	if (strcmp(s, "none") == 0)
		return (0);
	if (strcmp(s, "any") == 0)
		return (ANY_JAIL);
	if ((jid = jail_getid(s)) == -1)
		errx(STATUS_BADUSAGE, "Invalid jail ID or name `%s'", s);
	return (jid);
}

static long long
number(char option, const char *s, long long n)
{
	switch (option) {
	case 'g':
		return (n == 0 ? getpgrp() : n);
	case 's':
		return (n == 0 ? getsid(0) : n);
	case 't':
		return (terminal(s));
	case 'j':
		if (n < 0)
			errx(STATUS_BADUSAGE, "Negative jail ID `%s'", s);
		return (n == 0 ? ANY_JAIL : n);
	default:
		return (n);
	}
}

static const struct criterion {
	char		 cr_option;
	size_t		 cr_offset;
	long long	(*cr_name)(const char *s);
} criteria[] = {
#define CRITERION(option, field, name) \
	{ option, offsetof(struct match, field), name }
	CRITERION('U', ma_ruids, user),
	CRITERION('u', ma_euids, user),
	CRITERION('G', ma_gids, group),
	CRITERION('P', ma_ppids, number_only),
	CRITERION('g', ma_pgrps, number_only),
	CRITERION('s', ma_sids, number_only),
	CRITERION('t', ma_ttys, terminal),
	CRITERION('j', ma_jids, jail),
#undef CRITERION
};

static void
list_add(struct list *li, long long n)
{
	li->li_numbers = reallocarray(li->li_numbers, (size_t)li->li_n + 1,
	    sizeof(*li->li_numbers));
	if (li->li_numbers == NULL)
		err(STATUS_ERROR, NULL);
	li->li_numbers[li->li_n++] = n;
}

int
match_list(struct match *ma, char option, const char *arg)
{
	const struct criterion *cr = criteria;
	struct list *li;
	char *copy = strdup(arg), *s = copy, *word, *end;
	long long n;

	if (copy == NULL)
		err(STATUS_ERROR, NULL);
	while (cr->cr_option != option)
		cr++;
	li = (struct list *)((char *)ma + cr->cr_offset);
	while ((word = strsep(&s, ",")) != NULL) {
		if (*word == '\0') {
			free(copy);
			return (0);
		}
		n = strtoll(word, &end, 0);
		list_add(li, *end == '\0' ? number(option, word, n) :
		    cr->cr_name(word));
	}
	free(copy);
	return (1);
}

/* An empty list has everything. */
static int
list_has(const struct list *li, long long n)
{
	int i;

	for (i = 0; i < li->li_n; i++)
		if (li->li_numbers[i] == n)
			return (1);
	return (li->li_n == 0);
}

static int
jid_matches(const struct list *li, int jid)
{
	return (list_has(li, jid) || (jid > 0 && list_has(li, ANY_JAIL)));
}

static int
tty_matches(const struct list *li, dev_t tty)
{
	return (list_has(li, tty == 0 ? NO_TTY : (long long)tty));
}

static int
criteria_match(const struct match *ma, const struct proc *p)
{
	return ((ma->ma_pid == 0 || ma->ma_pid == p->p_pid) &&
	    list_has(&ma->ma_ruids, p->p_uid[PROC_REAL]) &&
	    list_has(&ma->ma_euids, p->p_uid[PROC_EFFECTIVE]) &&
	    list_has(&ma->ma_gids, p->p_gid[PROC_REAL]) &&
	    list_has(&ma->ma_ppids, p->p_ppid) &&
	    list_has(&ma->ma_pgrps, p->p_pgid) &&
	    list_has(&ma->ma_sids, p->p_sid) &&
	    tty_matches(&ma->ma_ttys, p->p_tty) &&
	    jid_matches(&ma->ma_jids, p->p_jid));
}

/* ------------------------------------------------------------------------
 * Patterns.
 */

/* Never itself, nor the kernel's threads. */
static int
is_skipped(const struct match *ma, const struct proc *p)
{
	return (p->p_pid == getpid() ||
	    (!ma->ma_kernel && proc_is_kernel(p)));
}

static void
fail(int status, int code, const regex_t *re, const char *what)
{
	char text[256];

	regerror(code, re, text, sizeof(text));
	errx(status, "%s (%s)", what, text);
}

static int
pattern_matches(const struct match *ma, const regex_t *re,
    const struct proc *p)
{
	regmatch_t where;
	char *args = NULL;
	const char *s = p->p_comm;
	int code, whole;

	if (ma->ma_args && p->p_args != NULL &&
	    (args = proc_arguments(p)) != NULL)
		s = args;
	code = regexec(re, s, 1, &where, 0);
	if (code != 0 && code != REG_NOMATCH)
		fail(STATUS_ERROR, code, re,
		    "Regular expression evaluation error");
	whole = code == 0 && where.rm_so == 0 && s[where.rm_eo] == '\0';
	free(args);
	return (ma->ma_whole ? whole : code == 0);
}

static void
mark_pattern(const struct match *ma, struct proclist *pl, const char *pattern)
{
	char what[512];
	regex_t re;
	int code, i;

	code = regcomp(&re, pattern, REG_EXTENDED |
	    (ma->ma_nocase ? REG_ICASE : 0));
	if (code != 0) {
		snprintf(what, sizeof(what), "Cannot compile regular "
		    "expression `%s'", pattern);
		fail(STATUS_BADUSAGE, code, &re, what);
	}
	for (i = 0; i < pl->pl_n; i++)
		if (!is_skipped(ma, &pl->pl_procs[i]) &&
		    pattern_matches(ma, &re, &pl->pl_procs[i]))
			pl->pl_procs[i].p_selected = 1;
	regfree(&re);
}

/* ------------------------------------------------------------------------
 * All together.
 */

static void
unmark_ancestors(struct proclist *pl)
{
	pid_t pid = getpid();
	int i, steps;

	/* A parent that cannot be seen ends it, as in a jail. */
	for (steps = 0; pid > 0 && steps <= pl->pl_n; steps++) {
		for (i = 0; i < pl->pl_n; i++)
			if (pl->pl_procs[i].p_pid == pid)
				break;
		if (i == pl->pl_n)
			break;
		pl->pl_procs[i].p_selected = 0;
		pid = pl->pl_procs[i].p_ppid;
	}
}

/* Of those that started in the same instant, the PIDs tell the order. */
static void
mark_one(struct proclist *pl, int newest)
{
	struct proc *best = NULL, *p;
	int i;

	for (i = 0; i < pl->pl_n; i++) {
		p = &pl->pl_procs[i];
		if (!p->p_selected)
			continue;
		p->p_selected = 0;
		if (best == NULL || (newest ? p->p_start >= best->p_start :
		    p->p_start < best->p_start))
			best = p;
	}
	if (best != NULL)
		best->p_selected = 1;
}

void
match_mark(const struct match *ma, struct proclist *pl, char *const *patterns)
{
	struct proc *p;
	int all = *patterns == NULL, i;

	for (; *patterns != NULL; patterns++)
		mark_pattern(ma, pl, *patterns);
	for (i = 0; i < pl->pl_n; i++) {
		p = &pl->pl_procs[i];
		p->p_selected = (all || p->p_selected) &&
		    !is_skipped(ma, p) && criteria_match(ma, p);
	}
	if (!ma->ma_ancestors)
		unmark_ancestors(pl);
	if (ma->ma_newest || ma->ma_oldest)
		mark_one(pl, ma->ma_newest);
	if (!ma->ma_inverse)
		return;
	for (i = 0; i < pl->pl_n; i++) {
		p = &pl->pl_procs[i];
		p->p_selected = !p->p_selected && !is_skipped(ma, p);
	}
}
