// SPDX-License-Identifier: BSD-2-Clause
/* The columns of an output: from -o, -O and the canned displays. */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ps.h"

#define SEPARATORS	" \t,\n"

static int
keyword_cmp(const void *name, const void *kw)
{
	return (strcmp(name, ((const struct keyword *)kw)->kw_name));
}

/* The keyword of that name; an alias is what it stands for. */
static const struct keyword *
keyword_find(const char *name)
{
	const struct keyword *kw = bsearch(name, keywords, nkeywords,
	    sizeof(keywords[0]), keyword_cmp);

	return (kw != NULL && kw->kw_alias != NULL ?
	    keyword_find(kw->kw_alias) : kw);
}

static void
column_append(struct columns *cols, const struct keyword *kw,
    const char *header, int canned)
{
	struct column *co = calloc(1, sizeof(*co));

	if (co == NULL)
		err(1, NULL);
	co->co_kw = kw;
	co->co_header = header != NULL ? header : kw->kw_header;
	co->co_canned = canned;
	TAILQ_INSERT_TAIL(cols, co, co_link);
}

int
columns_add(struct columns *cols, const char *fmt, int canned)
{
	const struct keyword *kw;
	char *copy = strdup(fmt), *s = copy, *word, *header;
	int error = 0;

	if (copy == NULL)
		err(1, NULL);
	while (s != NULL && *s != '\0') {
		word = s;
		s += strcspn(s, "=" SEPARATORS);
		header = *s == '=' ? s + 1 : NULL;
		if (*s != '\0')
			*s++ = '\0';
		if (header != NULL)
			s = NULL;	/* a header goes on to the end */
		if (*word == '\0') {
			if (header != NULL)
				warnx("empty keyword with header '%s'",
				    header);
			continue;
		}
		if ((kw = keyword_find(word)) == NULL) {
			warnx("%s: keyword not found", word);
			error = -1;
			continue;
		}
		column_append(cols, kw, header == NULL ? NULL :
		    strdup(header), canned);
	}
	free(copy);
	return (error);
}

static struct column *
column_find(const struct columns *cols, const struct keyword *kw)
{
	struct column *co;

	TAILQ_FOREACH(co, cols, co_link)
		if (co->co_kw == kw)
			return (co);
	return (NULL);
}

/* Does a canned column repeat one that was asked for, or an earlier one? */
static int
repeats(const struct columns *cols, const struct column *co)
{
	const struct column *other;
	int before = 1;

	TAILQ_FOREACH(other, cols, co_link) {
		if (other == co)
			before = 0;
		else if (other->co_kw == co->co_kw &&
		    (before || !other->co_canned))
			return (1);
	}
	return (0);
}

static void
graft(struct columns *cols, struct columns *more)
{
	struct column *co, *at = NULL;

	at = column_find(cols, keyword_find("pid"));
	while ((co = TAILQ_FIRST(more)) != NULL) {
		TAILQ_REMOVE(more, co, co_link);
		if (at == NULL)
			TAILQ_INSERT_HEAD(cols, co, co_link);
		else
			TAILQ_INSERT_AFTER(cols, at, co, co_link);
		at = co;
	}
}

void
columns_finish(struct columns *cols, struct columns *more)
{
	struct column *co, *next;

	graft(cols, more);
	for (co = TAILQ_FIRST(cols); co != NULL; co = next) {
		next = TAILQ_NEXT(co, co_link);
		if (co->co_canned && repeats(cols, co)) {
			TAILQ_REMOVE(cols, co, co_link);
			free(co);
		}
	}
}

int
columns_need(const struct columns *cols)
{
	const struct column *co;
	int need = 0;

	TAILQ_FOREACH(co, cols, co_link)
		need |= co->co_kw->kw_need;
	return (need);
}

void
keywords_print(int width)
{
	int len, at = 0;
	size_t i;

	for (i = 0; i < nkeywords; i++) {
		len = (int)strlen(keywords[i].kw_name);
		if (at > 0 && width > 0 && at + 1 + len > width) {
			putchar('\n');
			at = 0;
		}
		at += printf("%s%s", at > 0 ? " " : "", keywords[i].kw_name);
	}
	putchar('\n');
}
