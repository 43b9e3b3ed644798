// SPDX-License-Identifier: BSD-2-Clause
/*
 * Which jail comes next: dependencies, and the queues of those that may go
 * on and those that wait for others.
 *
 * Starting, a jail waits for those it needs; stopping, for those that need
 * it.  Each finished jail counts itself off from those that wait for it.
 */
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "jailp.h"

struct cfjails ready = TAILQ_HEAD_INITIALIZER(ready);
struct cfjails waiting = TAILQ_HEAD_INITIALIZER(waiting);

/* The jails of the file, sorted by name. */
static struct named {
	struct cfjail	*nm_jail;
} *byname;
static size_t	nbyname;

void
requeue(struct cfjail *j, struct cfjails *queue)
{
	if (j->queue == queue)
		return;
	TAILQ_REMOVE(j->queue, j, tq);
	TAILQ_INSERT_TAIL(queue, j, tq);
	j->queue = queue;
}

void
requeue_head(struct cfjail *j, struct cfjails *queue)
{
	TAILQ_REMOVE(j->queue, j, tq);
	TAILQ_INSERT_HEAD(queue, j, tq);
	j->queue = queue;
}

static int
cmp_name(const void *a, const void *b)
{
	const struct named *p = a, *q = b;

	return (strcmp(p->nm_jail->name, q->nm_jail->name));
}

static int
cmp_key(const void *key, const void *b)
{
	const struct named *nm = b;

	return (strcmp(key, nm->nm_jail->name));
}

static void
sort_jails(void)
{
	struct cfjail *j;

	TAILQ_FOREACH(j, &cfjails, tq)
		nbyname++;
	if (nbyname == 0)
		return;
	byname = emalloc(nbyname * sizeof(*byname));
	nbyname = 0;
	TAILQ_FOREACH(j, &cfjails, tq)
		byname[nbyname++].nm_jail = j;
	qsort(byname, nbyname, sizeof(*byname), cmp_name);
}

static struct cfjail *
find_jail(const char *name)
{
	const struct named *nm;

	nm = nbyname == 0 ? NULL :
	    bsearch(name, byname, nbyname, sizeof(*byname), cmp_key);
	return (nm != NULL ? nm->nm_jail : NULL);
}

/* The record of a running jail, a new one if the file does not have it. */
static struct cfjail *
running_jail(const char *target)
{
	int jid = jail_getid(target);
	struct cfjail *j;
	char *name;

	if (jid <= 0 || (name = jail_getname(jid)) == NULL)
		return (NULL);
	if ((j = find_jail(name)) != NULL) {
		free(name);
		return (j);
	}
	j = jail_new();
	j->name = name;
	j->jid = jid;
	return (j);
}

static void
dep_add(struct cfjail *from, struct cfjail *to, unsigned flags)
{
	struct cfdepend *d = emalloc(sizeof(*d));

	d->from = from;
	d->to = to;
	d->flags = flags;
	STAILQ_INSERT_TAIL(&from->needs, d, needs_tq);
	STAILQ_INSERT_TAIL(&to->needed, d, needed_tq);
}

static int
depend_params(struct cfjail *j)
{
	struct cfstring *s;
	struct cfjail *to;
	int n = 0;

	if (j->known[K_DEPEND] == NULL)
		return (0);
	TAILQ_FOREACH(s, &j->known[K_DEPEND]->val, tq) {
		if ((to = find_jail(s->s)) == NULL) {
			jail_warnx(j, "depends on undefined jail \"%s\"",
			    s->s);
			j->flags |= JF_FAILED;
			continue;
		}
		dep_add(j, to, 0);
		n++;
	}
	return (n);
}

static void
depend_parent(struct cfjail *j)
{
	const char *dot = strrchr(j->name, '.');
	struct cfjail *to;
	char *parent;

	if (dot == NULL)
		return;
	parent = eprintf("%.*s", (int)(dot - j->name), j->name);
	to = find_jail(parent);
	free(parent);
	if (to != NULL)
		dep_add(j, to, DF_LIGHT);
}

/*
 * Play a start of all jails through: those that never come to be ready are
 * in a loop, or behind one.
 */
static void
find_loops(void)
{
	struct cfdepend *d;
	struct cfjail *j;

	start_state(NULL, false, 0, false);
	while ((j = TAILQ_FIRST(&ready)) != NULL) {
		requeue(j, &cfjails);
		dep_done(j, DF_NOFAIL);
	}
	while ((j = TAILQ_FIRST(&waiting)) != NULL) {
		jail_warnx(j, "dependency loop");
		j->flags |= JF_FAILED;
		do {
			requeue(j, &cfjails);
			dep_done(j, DF_NOFAIL);
		} while ((j = TAILQ_FIRST(&ready)) != NULL);
	}
	TAILQ_FOREACH(j, &cfjails, tq)
		STAILQ_FOREACH(d, &j->needs, needs_tq)
			d->flags &= ~DF_SEEN;
}

/* Without a file, the one jail may depend on running ones. */
static void
depend_running(void)
{
	struct cfjail *j = TAILQ_FIRST(&cfjails);
	struct cfstring *s;

	if (j == NULL || j->known[K_DEPEND] == NULL)
		return;
	TAILQ_FOREACH(s, &j->known[K_DEPEND]->val, tq)
		if (jail_getid(s->s) <= 0) {
			warnx("depends on nonexistent jail \"%s\"", s->s);
			j->flags |= JF_FAILED;
		}
}

/* Find out who needs whom. */
void
dep_setup(bool fromfile)
{
	struct cfjail *j;
	int deps = 0;

	if (!fromfile) {
		depend_running();
		return;
	}
	sort_jails();
	TAILQ_FOREACH(j, &cfjails, tq)
		if (!(j->flags & JF_FAILED)) {
			deps += depend_params(j);
			depend_parent(j);
		}
	if (deps > 0)
		find_loops();
}

/*
 * The dependency d keeps jail j from going on: see to it that the other jail
 * does what j's operation asks of it.
 */
static void
pull_in(const struct cfjail *j, struct cfjail *other)
{
	unsigned op = other->flags & JF_OP_MASK;
	bool reset = op == 0;

	if (__builtin_popcount(op) > 1)
		return;
	if (op == 0) {
		other->flags |= JF_DEPEND;
		requeue(other, &ready);
	}
	switch (j->flags & JF_OP_MASK) {
	case JF_START:
		other->flags |= JF_START;
		break;
	case JF_SET:
		if (op == 0)
			other->flags |= JF_SET;
		else if (op & JF_STOP)
			other->flags |= JF_START;
		break;
	case JF_STOP:
	case JF_RESTART:
		if (!(op & JF_STOP))
			reset = true;
		other->flags |= JF_STOP;
		/* One that was to be modified is started again instead. */
		if (op & JF_SET)
			other->flags ^= JF_START | JF_SET;
		break;
	}
	if (reset)
		dep_reset(other);
}

static void
skip(struct cfjail *j)
{
	if (!(j->flags & (JF_DEPEND | JF_FAILED)) && verbose >= 0)
		jail_warnx(j, "skipped");
	j->flags |= JF_FAILED;
}

static struct cfdepend *
first_dep(struct cfjail *j)
{
	return (JF_STOPPING(j->flags) ? STAILQ_FIRST(&j->needed) :
	    STAILQ_FIRST(&j->needs));
}

/*
 * Must jail j wait for others?  Then they have been told, and j is in the
 * waiting queue.
 */
bool
dep_check(struct cfjail *j)
{
	bool stopping = JF_STOPPING(j->flags);
	struct cfdepend *d;
	struct cfjail *other;
	int n = 0;

	if (j->ndeps == 0)
		return (false);
	for (d = first_dep(j); d != NULL; d = stopping ?
	    STAILQ_NEXT(d, needed_tq) : STAILQ_NEXT(d, needs_tq)) {
		if (d->flags & DF_SEEN)
			continue;
		other = stopping ? d->from : d->to;
		if (other->flags & JF_FAILED) {
			skip(j);
			continue;
		}
		pull_in(j, other);
		if (!((d->flags & DF_LIGHT) &&
		    (stopping ? other->jid < 0 : other->jid > 0)))
			n++;
	}
	if (n == 0)
		return (false);
	requeue(j, &waiting);
	return (true);
}

/*
 * Jail j is done (DF_LIGHT: not yet, but it exists now, or no longer does):
 * count it off from those that wait for it.
 */
void
dep_done(struct cfjail *j, unsigned flags)
{
	bool stopping = JF_STOPPING(j->flags);
	struct cfdepend *d;
	struct cfjail *other;

	for (d = stopping ? STAILQ_FIRST(&j->needs) :
	    STAILQ_FIRST(&j->needed); d != NULL; d = stopping ?
	    STAILQ_NEXT(d, needs_tq) : STAILQ_NEXT(d, needed_tq)) {
		if ((d->flags & DF_SEEN) ||
		    ((flags & DF_LIGHT) && !(d->flags & DF_LIGHT)))
			continue;
		d->flags |= DF_SEEN;
		other = stopping ? d->to : d->from;
		if (!(flags & DF_NOFAIL) && (j->flags & JF_FAILED) &&
		    (j->flags & (JF_OP_MASK | JF_DEPEND)) !=
		    (JF_SET | JF_DEPEND))
			skip(other);
		if (--other->ndeps == 0 && other->queue == &waiting)
			requeue(other, &ready);
	}
}

/* Count what jail j has to wait for in its present operation. */
void
dep_reset(struct cfjail *j)
{
	struct cfdepend *d;

	j->ndeps = 0;
	if (JF_STOPPING(j->flags))
		STAILQ_FOREACH(d, &j->needed, needed_tq)
			j->ndeps++;
	else
		STAILQ_FOREACH(d, &j->needs, needs_tq)
			j->ndeps++;
}

/*
 * Jail j, which has been stopped, is to be started: what it needs, and was
 * counted off from by its stop, counts once more.
 */
void
dep_again(struct cfjail *j)
{
	struct cfdepend *d;

	STAILQ_FOREACH(d, &j->needs, needs_tq)
		d->flags &= ~DF_SEEN;
	dep_reset(j);
}

/*
 * The next jail that can go on: one whose command has ended, or one that is
 * ready.  Jails are started in their order and stopped in the reverse one.
 */
struct cfjail *
next_jail(void)
{
	struct cfjail *j, *last;

	j = next_proc(!TAILQ_EMPTY(&ready));
	if (j == NULL && (j = TAILQ_FIRST(&ready)) != NULL &&
	    JF_STOPPING(j->flags))
		TAILQ_FOREACH_REVERSE(last, &ready, cfjails, tq)
			if (JF_STOPPING(last->flags)) {
				j = last;
				break;
			}
	if (j != NULL)
		requeue(j, &cfjails);
	return (j);
}

static void
put_state(struct cfjail *j, unsigned state, struct cfjails *queue)
{
	j->flags = (j->flags & JF_FAILED) | state;
	dep_reset(j);
	requeue(j, queue != NULL ? queue : j->ndeps > 0 ? &waiting : &ready);
}

/* All jails of the file (or the one of the command line). */
static void
start_all(unsigned state)
{
	struct cfjails all = TAILQ_HEAD_INITIALIZER(all);
	struct cfjail *j;

	TAILQ_CONCAT(&all, &cfjails, tq);
	TAILQ_FOREACH(j, &all, tq)
		j->queue = &all;
	while ((j = TAILQ_FIRST(&all)) != NULL)
		put_state(j, state, NULL);
}

static void
start_matching(const char *wild, unsigned state)
{
	struct cfjail *j, *next;

	for (j = TAILQ_FIRST(&cfjails); j != NULL; j = next) {
		next = TAILQ_NEXT(j, tq);
		if (wild_match(j->name, wild))
			put_state(j, state, &ready);
	}
}

/* -R matches its wildcards against what runs. */
static void
start_running(const char *wild, unsigned state)
{
	char name[256], lastjid[16];
	struct cfjail *j;
	int jid = 0;

	for (;;) {
		snprintf(lastjid, sizeof(lastjid), "%d", jid);
		if ((jid = jail_getv_sized(0, "lastjid", lastjid,
		    sizeof(lastjid), "name", name, sizeof(name), NULL)) < 0)
			return;
		if (!wild_match(name, wild))
			continue;
		j = jail_new();
		j->name = estrdup(name);
		j->jid = jid;
		put_state(j, state, &ready);
	}
}

/*
 * Let the jails that `target` names (NULL: all) begin the operation that
 * `state` tells.  Returns -1, after a message, when there is none.
 */
int
start_state(const char *target, bool fromfile, unsigned state, bool running)
{
	struct cfjail *j;

	if (target == NULL || (!fromfile && (state & JF_OP_MASK) != JF_STOP) ||
	    (!running && strcmp(target, "*") == 0)) {
		start_all(state | (fromfile ? JF_WILD : 0));
		return (0);
	}
	if (wild_name(target)) {
		if (running)
			start_running(target, state | JF_WILD);
		else
			start_matching(target, state | JF_WILD);
		return (0);
	}
	j = find_jail(target);
	if (j == NULL && (state & JF_OP_MASK) == JF_STOP)
		j = running_jail(target);
	if (j == NULL) {
		warnx("\"%s\" not found", target);
		return (-1);
	}
	put_state(j, state, &ready);
	return (0);
}
