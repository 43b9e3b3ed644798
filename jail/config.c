// SPDX-License-Identifier: BSD-2-Clause
/*
 * jail.conf(5): reading the files, collecting what each jail's own block and
 * the wildcard blocks say about it, and replacing variables.
 */
#include <err.h>
#include <glob.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "jailp.h"
#include "parse.h"
#include "lex.h"

#define MAX_INCLUDE	32
#define MAX_EXPANSION	(16 << 20)	/* bytes by which variables may
					   lengthen one file's values */

static struct cfjail *block;	/* the innermost block being read */
static struct cfjail *global;	/* "*", for what stands outside of any */
static size_t	expanded;

static int	read_source(struct source *src, FILE *f);

void
source_error(struct source *src, int line, const char *token, const char *msg)
{
	if (token == NULL)
		warnx("%s line %d: %s", src->name, line, msg);
	else if (token[0] == '\0')
		warnx("%s: unexpected EOF", src->name);
	else
		warnx("%s line %d: %s: %s", src->name, line, token, msg);
	src->errors++;
}

/* A block within a block is a jail below that block's jail. */
void
source_open_block(const char *name)
{
	struct cfjail *j = jail_new();

	j->name = block != NULL ? eprintf("%s.%s", block->name, name) :
	    estrdup(name);
	j->up = block;
	block = j;
}

void
source_close_block(void)
{
	block = block->up;
}

static int
read_file(const struct source *from, const char *name)
{
	struct source src = { .name = name, .depth = from->depth + 1 };
	FILE *f = fopen(name, "re");
	int error;

	if (f == NULL) {
		warn("%s", name);
		return (-1);
	}
	error = read_source(&src, f);
	fclose(f);
	return (error);
}

static int
include_pattern(const struct source *src, const char *pattern)
{
	glob_t g = { 0 };
	int error = 0;
	size_t i;

	/*
	 * A plain name comes back as it is, and then has to exist; a pattern
	 * may match nothing.
	 */
	switch (glob(pattern, strpbrk(pattern, "*?[") == NULL ?
	    GLOB_NOCHECK : 0, NULL, &g)) {
	case 0:
		for (i = 0; i < g.gl_pathc && error == 0; i++)
			error = read_file(src, g.gl_pathv[i]);
		break;
	case GLOB_NOMATCH:
		break;
	default:
		warnx("%s: filename glob failed", pattern);
		error = -1;
	}
	globfree(&g);
	return (error);
}

/* Names are relative to the directory of the file that includes them. */
static int
include(const struct source *src, const char *name)
{
	const char *slash = strrchr(src->name, '/');
	char *pattern;
	int error;

	if (src->depth + 1 >= MAX_INCLUDE) {
		warnx("maximum include depth exceeded");
		return (-1);
	}
	if (name[0] == '/' || src->isstdin || slash == NULL)
		return (include_pattern(src, name));
	pattern = eprintf("%.*s/%s", (int)(slash - src->name), src->name,
	    name);
	error = include_pattern(src, pattern);
	free(pattern);
	return (error);
}

int
source_param(struct source *src, int line, struct cfparam *p)
{
	struct cfstring *s;
	int error = 0;

	if ((p->flags & (CF_VAR | CF_NAMEVAL)) == CF_NAMEVAL &&
	    strcmp(p->name, ".include") == 0) {
		TAILQ_FOREACH(s, &p->val, tq) {
			if (!STAILQ_EMPTY(&s->vars))
				source_error(src, line, NULL, "variables not "
				    "permitted in '.include' filename");
			else if ((error = include(src, s->s)) < 0)
				break;
		}
		param_free(p);
		return (error);
	}
	if (block == NULL && global == NULL) {
		global = jail_new();
		global->name = estrdup("*");
	}
	TAILQ_INSERT_TAIL(block != NULL ? &block->params : &global->params, p,
	    tq);
	return (0);
}

static int
read_source(struct source *src, FILE *f)
{
	struct cfjail *outer = block;
	yyscan_t scanner;
	int error;

	if (jailconf_lex_init_extra(src, &scanner) != 0)
		err(1, "malloc");
	jailconf_set_in(f, scanner);
	error = jailconf_parse(scanner, src);
	jailconf_lex_destroy(scanner);
	block = outer;
	return (error != 0 || src->errors > 0 ? -1 : 0);
}

/* Read one file, which messages call `name`, and all it includes: 0 or -1. */
int
config_read(const char *name, FILE *f)
{
	struct source src = { .name = name, .isstdin = f == stdin };

	block = global = NULL;
	return (read_source(&src, f));
}

/* Does a dotted name have a "*" for one of its parts? */
bool
wild_name(const char *name)
{
	const char *c;

	for (c = strchr(name, '*'); c != NULL; c = strchr(c + 1, '*'))
		if ((c == name || c[-1] == '.') &&
		    (c[1] == '\0' || c[1] == '.'))
			return (true);
	return (false);
}

/* "*" stands for one part of a name; at the end, for one or more. */
bool
wild_match(const char *name, const char *wild)
{
	size_t n, w;

	for (;;) {
		if (strcmp(wild, "*") == 0)
			return (true);
		n = strcspn(name, ".");
		w = strcspn(wild, ".");
		if (!(w == 1 && wild[0] == '*') &&
		    (n != w || memcmp(name, wild, n) != 0))
			return (false);
		if (name[n] == '\0' || wild[w] == '\0')
			return (name[n] == wild[w]);
		name += n + 1;
		wild += w + 1;
	}
}

static void
add_params(struct cfjail *j, const struct cfparams *params)
{
	struct cfparam *p;

	TAILQ_FOREACH(p, params, tq)
		add_param(j, p);
}

/*
 * Give jail j the parameters of its own block and of the wildcard blocks
 * that match it, in the order of the file, so that the later one wins.
 */
static void
collect(struct cfjail *j, const struct cfjails *wild)
{
	struct cfparams own = TAILQ_HEAD_INITIALIZER(own);
	const struct cfjail *w;
	struct cfparam *p;
	bool done = false, numeric;
	char *end;

	TAILQ_CONCAT(&own, &j->params, tq);
	numeric = strtol(j->name, &end, 10) != 0 && *end == '\0';
	add_known(j, numeric ? K_JID : K_NAME, j->name);
	TAILQ_FOREACH(w, wild, tq) {
		if (!done && w->seq > j->seq) {
			add_params(j, &own);
			done = true;
		}
		if (wild_match(j->name, w->name))
			add_params(j, &w->params);
	}
	if (!done)
		add_params(j, &own);
	if (j->known[K_NAME] == NULL)
		add_known(j, K_NAME, j->name);
	while ((p = TAILQ_FIRST(&own)) != NULL) {
		TAILQ_REMOVE(&own, p, tq);
		param_free(p);
	}
}

/* The first string of p that still has a variable, or NULL. */
static struct cfstring *
unresolved(const struct cfparam *p)
{
	struct cfstring *s;

	TAILQ_FOREACH(s, &p->val, tq)
		if (!STAILQ_EMPTY(&s->vars))
			return (s);
	return (NULL);
}

/* Put the values of vp in the place of v in s, a string of p. */
static int
substitute(struct cfjail *j, struct cfparam *p, struct cfstring *s,
    const struct cfvar *v, const struct cfparam *vp)
{
	struct cfstring *first = TAILQ_FIRST(&vp->val), *more, *new, *at = s;
	struct cfvar *later;

	if (TAILQ_NEXT(first, tq) != NULL &&
	    (s->len > 0 || STAILQ_NEXT(v, tq) != NULL)) {
		jail_warnx(j, "%s: array cannot be substituted inline",
		    p->name);
		return (-1);
	}
	TAILQ_FOREACH(more, &vp->val, tq)
		expanded += more->len + sizeof(*more);
	if (expanded > MAX_EXPANSION) {
		jail_warnx(j, "%s: variable \"%s\" too long", p->name, v->name);
		return (-1);
	}
	s->s = erealloc(s->s, s->len + first->len + 1);
	memmove(s->s + v->pos + first->len, s->s + v->pos,
	    s->len - v->pos + 1);
	memcpy(s->s + v->pos, first->s, first->len);
	s->len += first->len;
	for (later = STAILQ_NEXT(v, tq); later != NULL;
	    later = STAILQ_NEXT(later, tq))
		later->pos += first->len;
	for (more = TAILQ_NEXT(first, tq); more != NULL;
	    more = TAILQ_NEXT(more, tq)) {
		new = string_new(more->s);
		TAILQ_INSERT_AFTER(&p->val, at, new, tq);
		at = new;
	}
	return (0);
}

/*
 * Replace one variable, the first of string s of parameter p.  Returns the
 * parameter that has to be resolved before this can be done, or NULL.
 */
static struct cfparam *
resolve_var(struct cfjail *j, struct cfparam *p, struct cfstring *s)
{
	struct cfvar *v = STAILQ_FIRST(&s->vars);
	struct cfparam *vp;
	bool bad = true;

	TAILQ_FOREACH(vp, &j->params, tq)
		if (strcmp(vp->name, v->name) == 0)
			break;
	if (vp == NULL || TAILQ_EMPTY(&vp->val))
		jail_warnx(j, "%s: variable \"%s\" not found", p->name,
		    v->name);
	else if (vp->flags & CF_BAD)
		;	/* it has been complained of */
	else if (vp->flags & CF_BUSY)
		jail_warnx(j, "%s: variable loop", v->name);
	else if (unresolved(vp) != NULL)
		return (vp);
	else
		bad = substitute(j, p, s, v, vp) < 0;
	if (bad) {
		j->flags |= JF_FAILED;
		for (vp = p; vp != NULL; vp = vp->user)
			vp->flags |= CF_BAD;
	}
	STAILQ_REMOVE_HEAD(&s->vars, tq);
	free(v->name);
	free(v);
	return (NULL);
}

/*
 * Replace the variables of a jail.  A parameter that another one waits for
 * is done first and points to it; no recursion, so that a file cannot
 * exhaust the stack.
 */
static void
resolve(struct cfjail *j)
{
	struct cfparam *p, *now, *first, *next;
	struct cfstring *s;

	TAILQ_FOREACH(p, &j->params, tq) {
		now = p;
		now->flags |= CF_BUSY;
		while (now != NULL) {
			if ((s = unresolved(now)) == NULL) {
				now->flags &= ~CF_BUSY;
				next = now->user;
				now->user = NULL;
				now = next;
			} else if ((first = resolve_var(j, now, s)) != NULL) {
				/* -e shows them in the order of their need. */
				TAILQ_REMOVE(&j->params, first, tq);
				TAILQ_INSERT_BEFORE(now, first, tq);
				first->flags |= CF_BUSY;
				first->user = now;
				now = first;
			}
		}
	}
	for (p = TAILQ_FIRST(&j->params); p != NULL; p = next) {
		next = TAILQ_NEXT(p, tq);
		if (p->flags & CF_VAR) {
			TAILQ_REMOVE(&j->params, p, tq);
			param_free(p);
		}
	}
}

/* Turn the blocks of cfjails into jails: the wildcards are gone then. */
void
config_resolve(void)
{
	struct cfjails wild = TAILQ_HEAD_INITIALIZER(wild);
	struct cfjail *j, *next;
	int seq = 0;

	expanded = 0;
	for (j = TAILQ_FIRST(&cfjails); j != NULL; j = next) {
		next = TAILQ_NEXT(j, tq);
		j->seq = ++seq;
		if (wild_name(j->name))
			requeue(j, &wild);
	}
	TAILQ_FOREACH(j, &cfjails, tq) {
		collect(j, &wild);
		resolve(j);
	}
	while ((j = TAILQ_FIRST(&wild)) != NULL)
		jail_free(j);
}

void
config_free(void)
{
	struct cfjail *j;

	while ((j = TAILQ_FIRST(&cfjails)) != NULL)
		jail_free(j);
}

void
load_config(const char *file)
{
	FILE *f = stdin;

	if (strcmp(file, "-") == 0)
		file = "STDIN";
	else if ((f = fopen(file, "re")) == NULL)
		err(1, "%s", file);
	if (config_read(file, f) < 0)
		exit(1);
	if (f != stdin)
		fclose(f);
	config_resolve();
}
