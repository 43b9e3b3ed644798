// SPDX-License-Identifier: BSD-2-Clause
/* In which order processes are shown. */
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "ps.h"

static enum order order;

static int
compare(double a, double b)
{
	return (a < b ? -1 : a > b);
}

/* Most first for -m and -r; then no terminal before any, then by PID. */
static int
proc_cmp(const void *a, const void *b)
{
	const struct proc *p = a, *q = b;
	int c = 0;

	if (order == ORDER_CPU)
		c = compare(q->p_pcpu, p->p_pcpu);
	else if (order == ORDER_MEM)
		c = compare((double)(q->p_text + q->p_data),
		    (double)(p->p_text + p->p_data));
	if (c == 0)
		c = compare((double)p->p_tty, (double)q->p_tty);
	if (c == 0)
		c = compare(p->p_pid, q->p_pid);
	return (c != 0 ? c : (int)compare(p->p_tid, q->p_tid));
}

void
order_sort(struct proclist *pl, enum order by)
{
	order = by;
	if (pl->pl_n > 0)
		qsort(pl->pl_procs, (size_t)pl->pl_n, sizeof(*pl->pl_procs),
		    proc_cmp);
}

/*
 * The tree's children lists, by index: first child of each, and its next
 * brother, in the order that the processes were sorted in.
 */
struct tree {
	int	*tr_child;
	int	*tr_brother;
	struct proc *tr_out;
	int	 tr_n;
};

/* "| `-- ": what the ancestors of a process at `level` leave of lines. */
static char *
prefix(const char *lines, int level, int more)
{
	char *text, *t;
	int i;

	if ((text = t = malloc((size_t)level * 2 + 1)) == NULL)
		err(1, NULL);
	for (i = 0; i < level - 2; i++) {
		*t++ = lines[i];
		*t++ = ' ';
	}
	if (level >= 2) {
		*t++ = more ? '|' : '`';
		*t++ = '-';
	}
	memcpy(t, "- ", 3);
	return (text);
}

/*
 * Put process i and its descendants out.  lines[n]: '|' where an ancestor of
 * that level has younger brothers to come.  No recursion: a prisoner may
 * make a line of as many generations as he may have processes.
 */
static void
put(struct tree *tr, struct proc *procs, int root, char *lines, int *stack)
{
	int depth = 0, i, more;

	stack[0] = root;
	while (depth >= 0) {
		i = stack[depth];
		if (i == -1) {
			depth--;
			continue;
		}
		more = depth > 0 && tr->tr_brother[i] != -1;
		stack[depth] = depth > 0 ? tr->tr_brother[i] : -1;
		if (depth > 0) {
			procs[i].p_prefix = prefix(lines, depth, more);
			if (depth >= 2)
				lines[depth - 2] = more ? '|' : ' ';
		}
		procs[i].p_level = depth;
		tr->tr_out[tr->tr_n++] = procs[i];
		stack[++depth] = tr->tr_child[i];
	}
}

/* The index of the first entry (the process itself) of pid, or -1. */
static int
find_sorted(const struct proclist *pl, const int *bypid, pid_t pid)
{
	int lo = 0, hi = pl->pl_n;

	while (lo < hi) {
		int mid = lo + (hi - lo) / 2;

		if (pl->pl_procs[bypid[mid]].p_pid < pid)
			lo = mid + 1;
		else
			hi = mid;
	}
	return (lo < pl->pl_n && pl->pl_procs[bypid[lo]].p_pid == pid ?
	    bypid[lo] : -1);
}

static const struct proc *cmp_procs;

static int
pid_cmp(const void *a, const void *b)
{
	const struct proc *p = &cmp_procs[*(const int *)a];
	const struct proc *q = &cmp_procs[*(const int *)b];

	return (p->p_pid != q->p_pid ? (p->p_pid < q->p_pid ? -1 : 1) :
	    p->p_tid < q->p_tid ? -1 : p->p_tid > q->p_tid);
}

void
order_tree(struct proclist *pl)
{
	size_t n = (size_t)pl->pl_n + 2;
	int *bypid = calloc(n, sizeof(int)), *stack = calloc(n, sizeof(int));
	struct tree tr = {
		.tr_child = calloc(n, sizeof(int)),
		.tr_brother = calloc(n, sizeof(int)),
		.tr_out = calloc(n, sizeof(struct proc)),
	};
	char *lines = calloc(n, 1);
	int i, parent;

	if (bypid == NULL || stack == NULL || tr.tr_child == NULL ||
	    tr.tr_brother == NULL || tr.tr_out == NULL || lines == NULL)
		err(1, NULL);
	for (i = 0; i < pl->pl_n; i++) {
		bypid[i] = i;
		tr.tr_child[i] = tr.tr_brother[i] = -1;
	}
	cmp_procs = pl->pl_procs;
	qsort(bypid, (size_t)pl->pl_n, sizeof(int), pid_cmp);
	/* Backwards, so that the first brother ends in front. */
	for (i = pl->pl_n - 1; i >= 0; i--) {
		struct proc *p = &pl->pl_procs[i];

		parent = find_sorted(pl, bypid, p->p_tid == p->p_pid ?
		    p->p_ppid : p->p_pid);
		p->p_level = parent;
		if (parent != -1 && parent != i) {
			tr.tr_brother[i] = tr.tr_child[parent];
			tr.tr_child[parent] = i;
		} else
			p->p_level = -1;
	}
	for (i = 0; i < pl->pl_n; i++)
		if (pl->pl_procs[i].p_level == -1 &&
		    pl->pl_procs[i].p_prefix == NULL)
			put(&tr, pl->pl_procs, i, lines, stack);
	free(pl->pl_procs);
	pl->pl_procs = tr.tr_out;
	pl->pl_n = tr.tr_n;
	free(bypid);
	free(stack);
	free(tr.tr_child);
	free(tr.tr_brother);
	free(lines);
}
