// SPDX-License-Identifier: BSD-2-Clause
/* -f, -e, -d, -F, -z: what changes the rules. */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "compile.h"
#include "kernel.h"
#include "pfctl.h"
#include "print.h"
#include "source.h"

/* ------------------------------------------------------------------------
 * Out with the old.
 */

/* Rules of these kinds go; so do the anchors in braces that they call. */
static void
drop_rules(struct conf *c, struct ruleset *rs, unsigned parts)
{
	struct rule *r, *next;
	bool nat, wild;

	next = rs->rs_rules;
	rs->rs_rules = NULL;
	rs->rs_tail = &rs->rs_rules;
	while ((r = next) != NULL) {
		next = r->r_next;
		nat = action_is_nat(r->r_action);
		if (!(parts & (nat ? PART_NAT : PART_FILTER)))
			conf_add_rule(rs, r);
		else if (r->r_action == A_ANCHOR && anchor_is_inline(r))
			conf_drop_ruleset(c, anchor_path(c, rs, r, &wild));
	}
	if (rs->rs_rules == NULL)
		rs->rs_inline = 0;
}

static bool
uses(const struct conf *c, const struct ruleset *rs, const struct rule *r,
    const struct table *t)
{
	const struct item *i;
	int k;

	for (k = 0; k < 2; k++) {
		i = k == 0 ? r->r_src : r->r_dst;
		if (i != NULL && i->i_kind == I_TABLE &&
		    conf_find_table((struct conf *)(uintptr_t)c, rs->rs_path,
		    i->i_name) == t)
			return (true);
	}
	return (r->r_so.so_overload != NULL &&
	    conf_find_table((struct conf *)(uintptr_t)c, rs->rs_path,
	    r->r_so.so_overload) == t);
}

static bool
used(const struct conf *c, const struct table *t)
{
	const struct ruleset *rs;
	const struct rule *r;

	for (rs = c->c_rulesets; rs != NULL; rs = rs->rs_next)
		for (r = rs->rs_rules; r != NULL; r = r->r_next)
			if (uses(c, rs, r, t))
				return (true);
	return (false);
}

/* A table that neither persists nor is asked for by a rule is gone. */
void
drop_unused_tables(struct conf *c)
{
	struct table **tp = &c->c_tables, *t;

	while ((t = *tp) != NULL)
		if (!t->t_persist && !used(c, t))
			*tp = t->t_next;
		else
			tp = &t->t_next;
}

/* Make room for what a file will say. */
static void
forget(struct conf *c, const char *path, unsigned parts)
{
	struct table *t;

	drop_rules(c, conf_ruleset(c, path, true), parts);
	for (t = c->c_tables; t != NULL; t = t->t_next)
		if (strcmp(t->t_path, path) == 0)
			t->t_defined = false;
	if (parts & PART_OPTIONS && path[0] == '\0') {
		c->c_skip = NULL;
		c->c_skip_tail = &c->c_skip;
		c->c_options = conf_strdup(c, "");
		c->c_policy = RET_DROP;
	}
}

/* ------------------------------------------------------------------------
 * -f
 */

static void
set_macros(struct conf *c, char *const *macros, int n)
{
	char *value, *name;
	int i;

	for (i = 0; i < n; i++) {
		name = conf_strdup(c, macros[i]);
		if ((value = strchr(name, '=')) == NULL)
			errx(1, "-D %s: name=value is wanted", macros[i]);
		*value++ = '\0';
		if (!macro_set(c, name, value, true))
			errx(1, "-D %s: a name has letters, digits and "
			    "underscores", macros[i]);
	}
}

static unsigned
count_rules(const struct conf *c)
{
	const struct ruleset *rs;
	const struct rule *r;
	unsigned n = 0;

	for (rs = c->c_rulesets; rs != NULL; rs = rs->rs_next)
		for (r = rs->rs_rules; r != NULL; r = r->r_next)
			n++;
	return (n);
}

/* The rules as read, where -v asks for them. */
static void
echo_rules(const struct args *a, struct conf *c)
{
	unsigned what = SHOW_OWN, flags = 0;

	if (a->a_parts & PART_FILTER)
		what |= SHOW_FILTER | SHOW_SCRUB;
	if (a->a_parts & PART_NAT)
		what |= SHOW_NAT;
	if (a->a_verbose > 1)
		flags |= PRINT_NR;
	if (a->a_numeric)
		flags |= PRINT_NUMERIC;
	number_rules(conf_ruleset(c, a->a_anchor, true));
	print_ruleset(stdout, c, conf_ruleset(c, a->a_anchor, true), what,
	    flags, 0, NULL);
}

/* Read it into what is loaded, in place of what it replaces. */
static int
load_text(const struct args *a, struct conf *c, const char *name,
    const char *text, size_t len)
{
	c->c_base += count_rules(c);
	c->c_parts = a->a_parts;
	c->c_verbose = a->a_verbose > 0;
	c->c_quiet = a->a_quiet;
	forget(c, a->a_anchor, a->a_merge ? a->a_parts & ~PART_OPTIONS :
	    a->a_parts);
	if (conf_parse(c, name, text, len, a->a_anchor) != 0) {
		warnx("Syntax error in config file: pf rules not loaded");
		return (1);
	}
	if (a->a_verbose > 0)
		echo_rules(a, c);
	drop_unused_tables(c);
	if (kernel_commit(c, name, a->a_noaction, a->a_debug) != 0) {
		warnx("pf rules not loaded");
		return (1);
	}
	return (0);
}

int
load_file(const struct args *a, const char *file, char *const *macros,
    int nmacros)
{
	const char *name = strcmp(file, "-") == 0 ? "stdin" : file;
	struct conf *c;
	size_t len;
	char *text;
	int ret;

	if (!a->a_noaction)
		kernel_lock();
	if ((text = read_file(file, &len)) == NULL)
		err(1, "%s", file);
	/* What is only looked at need not be loaded beside anything. */
	c = a->a_noaction && (geteuid() != 0 || a->a_anchor[0] == '\0') ?
	    conf_new() : kernel_load();
	set_macros(c, macros, nmacros);
	ret = load_text(a, c, name, text, len);
	free(text);
	conf_free(c);
	return (ret);
}

/* ------------------------------------------------------------------------
 * -e, -d
 */

int
enable(const struct args *a, bool on)
{
	struct conf *c;
	int ret;

	if (a->a_noaction)
		return (0);
	kernel_lock();
	c = kernel_load();
	ret = c->c_enabled == on;
	if (ret != 0)
		warnx("pf %s", on ? "already enabled" : "not enabled");
	else {
		c->c_enabled = on;
		c->c_since = (long)time(NULL);
		ret = kernel_commit(c, "loaded rules", false,
		    a->a_debug) != 0;
		if (ret == 0)
			say(a, "pf %s", on ? "enabled" : "disabled");
	}
	conf_free(c);
	return (ret);
}

/* ------------------------------------------------------------------------
 * -F, -z
 */

static const struct modifier {
	const char	*m_name;
	unsigned	 m_parts;
} modifiers[] = {
	{ "all", PART_ALL }, { "info", 0 }, { "nat", PART_NAT },
	{ "osfp", 0 }, { "queue", 0 }, { "rules", PART_FILTER },
	{ "Sources", 0 }, { "states", 0 }, { "Tables", PART_TABLES },
	{ "Reset", PART_OPTIONS }, { "ethernet", 0 },
};

static const struct modifier *
modifier_find(const char *word)
{
	const struct modifier *found = NULL;
	size_t i;

	for (i = 0; i < sizeof(modifiers) / sizeof(modifiers[0]); i++)
		if (strncmp(modifiers[i].m_name, word, strlen(word)) == 0) {
			if (found != NULL)
				return (NULL);
			found = &modifiers[i];
		}
	return (word[0] == '\0' ? NULL : found);
}

static unsigned
drop_tables(struct conf *c, const char *path)
{
	struct table **tp = &c->c_tables, *t;
	unsigned n = 0;

	while ((t = *tp) != NULL)
		if (strcmp(t->t_path, path) == 0 && t->t_defined) {
			*tp = t->t_next;
			n++;
		} else
			tp = &t->t_next;
	return (n);
}

static void
said_rules(const struct args *a, unsigned parts)
{
	if (parts & PART_FILTER)
		say(a, "rules cleared");
	if (parts & PART_NAT)
		say(a, "nat cleared");
}

int
flush(const struct args *a, const char *word)
{
	const struct modifier *m = modifier_find(word);
	bool all = m != NULL && m->m_parts == PART_ALL;
	struct conf *c;
	unsigned n;

	if (m == NULL) {
		warnx("Unknown flush modifier '%s'", word);
		return (1);
	}
	if (a->a_noaction)
		return (0);
	kernel_lock();
	if (m->m_parts != 0) {
		c = kernel_load();
		c->c_base += count_rules(c);
		n = m->m_parts & PART_TABLES ?
		    drop_tables(c, a->a_anchor) : 0;
		forget(c, a->a_anchor, m->m_parts);
		if (kernel_commit(c, "no rules", false, a->a_debug) != 0) {
			conf_free(c);
			return (1);
		}
		said_rules(a, m->m_parts);
		if (m->m_parts & PART_TABLES)
			say(a, "%u tables deleted.", n);
		conf_free(c);
	}
	if (all ? a->a_anchor[0] == '\0' : strcmp(m->m_name, "states") == 0)
		say(a, "%u states cleared", states_flush(a));
	if (all || strcmp(m->m_name, "Sources") == 0)
		say(a, "source tracking entries cleared");
	if (all || strcmp(m->m_name, "info") == 0)
		return (zero_counters(a));
	return (0);
}

/* Loading the same again begins all counters anew. */
int
zero_counters(const struct args *a)
{
	struct conf *c;
	int ret;

	if (a->a_noaction)
		return (0);
	kernel_lock();
	c = kernel_load();
	ret = kernel_commit(c, "loaded rules", false, a->a_debug);
	conf_free(c);
	if (ret == 0)
		say(a, "pf: statistics cleared");
	return (ret != 0);
}
