// SPDX-License-Identifier: BSD-2-Clause
/* The memory of a configuration: its rulesets, tables and lists. */
#include <sys/socket.h>

#include <err.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf.h"

struct conf *
conf_new(void)
{
	struct conf *c = calloc(1, sizeof(*c));

	if (c == NULL)
		err(1, NULL);
	c->c_order = true;
	c->c_policy = RET_DROP;
	c->c_parts = PART_ALL;
	c->c_out = stdout;
	c->c_base = 1;
	c->c_skip_tail = &c->c_skip;
	c->c_options = conf_strdup(c, "");
	conf_ruleset(c, "", true)->rs_known = true;
	return (c);
}

void
conf_free(struct conf *c)
{
	struct chunk *ch;

	if (c == NULL)
		return;
	while ((ch = c->c_chunks) != NULL) {
		c->c_chunks = ch->c_next;
		free(ch);
	}
	free(c);
}

void *
conf_alloc(struct conf *c, size_t size)
{
	struct chunk *ch = calloc(1, sizeof(*ch) + size);

	if (ch == NULL)
		err(1, NULL);
	ch->c_next = c->c_chunks;
	c->c_chunks = ch;
	return (ch->c_data);
}

char *
conf_strdup(struct conf *c, const char *s)
{
	size_t len = strlen(s) + 1;

	return (memcpy(conf_alloc(c, len), s, len));
}

char *
conf_printf(struct conf *c, const char *fmt, ...)
{
	char *s, *copy;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&s, fmt, ap);
	va_end(ap);
	if (n < 0)
		err(1, NULL);
	copy = conf_strdup(c, s);
	free(s);
	return (copy);
}

struct ruleset *
conf_ruleset(struct conf *c, const char *path, bool make)
{
	struct ruleset **rsp, *rs;
	const char *slash;
	unsigned n = 0;

	for (rs = c->c_rulesets; rs != NULL; rs = rs->rs_next)
		if (strcmp(rs->rs_path, path) == 0)
			return (rs);
	if (!make)
		return (NULL);
	if ((slash = strrchr(path, '/')) != NULL)
		conf_ruleset(c, conf_printf(c, "%.*s", (int)(slash - path),
		    path), true);
	for (rsp = &c->c_rulesets; (rs = *rsp) != NULL; rsp = &rs->rs_next)
		if (rs->rs_index >= n)
			n = rs->rs_index + 1;
	*rsp = rs = conf_alloc(c, sizeof(*rs));
	rs->rs_path = conf_strdup(c, path);
	rs->rs_index = n;
	rs->rs_tail = &rs->rs_rules;
	return (rs);
}

void
conf_drop_ruleset(struct conf *c, const char *path)
{
	struct ruleset **rsp, *rs;

	for (rsp = &c->c_rulesets; (rs = *rsp) != NULL; rsp = &rs->rs_next)
		if (strcmp(rs->rs_path, path) == 0) {
			*rsp = rs->rs_next;
			return;
		}
}

void
conf_add_rule(struct ruleset *rs, struct rule *r)
{
	r->r_next = NULL;
	*rs->rs_tail = r;
	rs->rs_tail = &r->r_next;
}

struct table *
conf_table(struct conf *c, const char *path, const char *name, bool make)
{
	struct table **tp, *t;

	for (tp = &c->c_tables; (t = *tp) != NULL; tp = &t->t_next)
		if (strcmp(t->t_name, name) == 0 &&
		    strcmp(t->t_path, path) == 0)
			return (t);
	if (!make)
		return (NULL);
	*tp = t = conf_alloc(c, sizeof(*t));
	t->t_name = conf_strdup(c, name);
	t->t_path = conf_strdup(c, path);
	t->t_tail = &t->t_list;
	return (t);
}

struct table *
conf_find_table(struct conf *c, const char *path, const char *name)
{
	struct table *t = conf_table(c, path, name, false);

	return (t != NULL ? t : conf_table(c, "", name, false));
}

/* A later line takes the place of an earlier one about the same. */
void
conf_option(struct conf *c, const char *line)
{
	const char *value = strrchr(line, ' '), *s, *end;
	size_t key = value == NULL ? strlen(line) : (size_t)(value - line);
	char *kept = conf_strdup(c, c->c_options), *d = kept;

	for (s = c->c_options; *s != '\0'; s = end + 1) {
		end = strchrnul(s, '\n');
		if ((size_t)(end - s) <= key || strncmp(s, line, key) != 0 ||
		    s[key] != ' ') {
			memmove(d, s, end - s + 1);
			d += end - s + 1;
		}
	}
	*d = '\0';
	c->c_options = conf_printf(c, "%s%s\n", kept, line);
}

void
table_add(struct table *t, struct item *i)
{
	i->i_next = NULL;
	*t->t_tail = i;
	t->t_tail = &i->i_next;
	t->t_count++;
}

bool
item_same_addr(const struct item *a, const struct item *b)
{
	return (a->i_kind == b->i_kind && a->i_af == b->i_af &&
	    a->i_bits == b->i_bits &&
	    memcmp(a->i_addr, b->i_addr, sizeof(a->i_addr)) == 0);
}

bool
table_has(const struct table *t, const struct item *i)
{
	const struct item *e;

	for (e = t->t_list; e != NULL; e = e->i_next)
		if (item_same_addr(e, i))
			return (true);
	return (false);
}

struct item *
item_new(struct conf *c, enum item_kind kind)
{
	struct item *i = conf_alloc(c, sizeof(*i));

	i->i_kind = kind;
	return (i);
}

/* One item, without what follows it. */
struct item *
item_copy(struct conf *c, const struct item *i)
{
	struct item *copy;

	if (i == NULL)
		return (NULL);
	copy = conf_alloc(c, sizeof(*copy));
	*copy = *i;
	copy->i_next = NULL;
	return (copy);
}

struct item *
item_join(struct item *a, struct item *b)
{
	struct item **p = &a;

	while (*p != NULL)
		p = &(*p)->i_next;
	*p = b;
	return (a);
}

bool
action_is_nat(enum action a)
{
	return ((a >= A_NAT && a <= A_NORDR) ||
	    (a >= A_NATANCHOR && a <= A_RDRANCHOR));
}

bool
action_is_anchor(enum action a)
{
	return (a >= A_ANCHOR && a <= A_RDRANCHOR);
}

bool
action_is_filter(enum action a)
{
	return (a <= A_MATCH || a == A_ANCHOR);
}

char *
read_file(const char *name, size_t *ret_len)
{
	bool isstdin = strcmp(name, "-") == 0;
	FILE *f = isstdin ? stdin : fopen(name, "re");
	char *text = NULL;
	size_t len = 0, room = 0, n = 0;

	if (f == NULL)
		return (NULL);
	do {
		len += n;
		if (room - len < 4096) {
			room = room * 2 + 8192;
			text = realloc(text, room);
			if (text == NULL)
				err(1, NULL);
		}
	} while ((n = fread(text + len, 1, room - len - 1, f)) > 0);
	n = ferror(f);
	if (!isstdin)
		fclose(f);
	if (n != 0) {
		free(text);
		errno = EIO;
		return (NULL);
	}
	text[len] = '\0';
	*ret_len = len;
	return (text);
}
