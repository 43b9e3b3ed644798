// SPDX-License-Identifier: BSD-2-Clause
/* Macros, set options and tables of pf.conf. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "print.h"
#include "source.h"

static struct macro *
macro_find(struct conf *c, const char *name)
{
	struct macro *m;

	for (m = c->c_macros; m != NULL; m = m->m_next)
		if (strcmp(m->m_name, name) == 0)
			return (m);
	return (NULL);
}

bool
macro_set(struct conf *c, const char *name, const char *value, bool cmdline)
{
	struct macro *m = macro_find(c, name);
	const char *s;

	for (s = name; *s != '\0'; s++)
		if (!isalnum((unsigned char)*s) && *s != '_')
			return (false);
	if (isdigit((unsigned char)*name) || *name == '\0')
		return (false);
	if (c->c_verbose && !cmdline)
		fprintf(c->c_out, "%s = \"%s\"\n", name, value);
	if (m != NULL && m->m_cmdline && !cmdline)
		return (true);
	if (m == NULL) {
		m = conf_alloc(c, sizeof(*m));
		m->m_name = conf_strdup(c, name);
		m->m_next = c->c_macros;
		c->c_macros = m;
	}
	m->m_value = conf_strdup(c, value);
	m->m_cmdline = cmdline;
	return (true);
}

const char *
macro_get(struct conf *c, const char *name)
{
	struct macro *m = macro_find(c, name);

	return (m == NULL ? NULL : m->m_value);
}

/* ------------------------------------------------------------------------
 * set
 */

static bool
one_of(const char *value, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strcmp(value, *words) == 0)
			return (true);
	return (false);
}

static const char *const optimizations[] = { "normal", "default", "satellite",
	"high-latency", "aggressive", "conservative", NULL };
static const char *const rulesets[] = { "none", "basic", "profile", NULL };
static const char *const yesno[] = { "yes", "no", NULL };
static const char *const debugs[] = { "none", "urgent", "misc", "loud",
	NULL };
static const char *const timeouts[] = { "tcp.first", "tcp.opening",
	"tcp.established", "tcp.closing", "tcp.finwait", "tcp.closed",
	"tcp.tsdiff", "sctp.first", "sctp.opening", "sctp.established",
	"sctp.closing", "sctp.closed", "udp.first", "udp.single",
	"udp.multiple", "icmp.first", "icmp.error", "other.first",
	"other.single", "other.multiple", "frag", "interval",
	"adaptive.start", "adaptive.end", "src.track", NULL };
static const char *const limits[] = { "states", "src-nodes", "frags",
	"table-entries", "tables", "anchors", NULL };

/* "tcp.first 30": a known word, and a number. */
static bool
counted(const char *value, const char *const *words)
{
	const char *blank = strchr(value, ' ');
	size_t len;

	if (blank == NULL || blank[1] == '\0' ||
	    strspn(blank + 1, "0123456789") != strlen(blank + 1))
		return (false);
	for (len = blank - value; *words != NULL; words++)
		if (strlen(*words) == len && strncmp(value, *words, len) == 0)
			return (true);
	return (false);
}

/* What each option may be, and what is to be said of it. */
static const struct option {
	const char	*o_name;
	const char *const *o_words;	/* NULL: anything */
	bool		 o_counted;
	const char	*o_remark;	/* NULL: nothing */
} options[] = {
	{ "debug", debugs, false, NULL },
	{ "fail-policy", (const char *const []){ "drop", NULL }, false,
	    NULL },
	{ "fingerprints", NULL, false, NULL },
	{ "hostid", NULL, false, NULL },
	{ "keepcounters", NULL, false,
	    "counters begin anew with each load" },
	{ "limit", limits, true,
	    "limits are the kernel's (net.netfilter.nf_conntrack_max)" },
	{ "loginterface", NULL, false,
	    "there are no statistics of one interface" },
	{ "optimization", optimizations, false,
	    "timeouts are the kernel's "
	    "(net.netfilter.nf_conntrack_*_timeout_*)" },
	{ "reassemble", NULL, false, NULL },
	{ "require-order", yesno, false, NULL },
	{ "ruleset-optimization", rulesets, false, NULL },
	{ "state-defaults", NULL, false, NULL },
	{ "syncookies", (const char *const []){ "never", NULL }, false,
	    NULL },
	{ "timeout", timeouts, true,
	    "timeouts are the kernel's "
	    "(net.netfilter.nf_conntrack_*_timeout_*)" },
};

/* Those that change what the rules mean. */
static bool
option_special(struct source *src, const char *name, const char *value)
{
	struct conf *c = src->s_conf;

	if (strcmp(name, "block-policy") == 0) {
		if (strcmp(value, "drop") == 0)
			c->c_policy = RET_DROP;
		else if (strcmp(value, "return") == 0)
			c->c_policy = RET_ALL;
		else
			return (false);
	} else if (strcmp(name, "state-policy") == 0) {
		if (strcmp(value, "if-bound") == 0)
			source_error(src, "set state-policy if-bound: states "
			    "are not bound to an interface here");
		return (strcmp(value, "floating") == 0);
	} else if (strcmp(name, "syncookies") == 0 &&
	    strcmp(value, "never") != 0) {
		source_error(src, "set syncookies %s: they are the kernel's "
		    "(net.ipv4.tcp_syncookies)", value);
		return (false);
	} else if (strcmp(name, "fail-policy") == 0 &&
	    strcmp(value, "return") == 0) {
		source_error(src, "set fail-policy return: what a limit "
		    "refuses is dropped");
		return (false);
	} else if (strcmp(name, "require-order") == 0)
		c->c_order = strcmp(value, "no") != 0;
	return (true);
}

static const struct option *
option_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (strcmp(options[i].o_name, name) == 0)
			return (&options[i]);
	return (NULL);
}

void
option_set(struct source *src, const char *name, const char *value)
{
	struct conf *c = src->s_conf;
	const struct option *o = option_find(name);
	bool special = strcmp(name, "block-policy") == 0 ||
	    strcmp(name, "state-policy") == 0;
	int errors = c->c_errors;
	bool ok;

	if (!text_ok(src, "option", value))
		return;
	if (o == NULL && !special) {
		source_error(src, "set %s: unknown option", name);
		return;
	}
	ok = option_special(src, name, value);
	if (ok && o != NULL && o->o_words != NULL)
		ok = o->o_counted ? counted(value, o->o_words) :
		    one_of(value, o->o_words);
	if (!ok) {
		if (c->c_errors == errors)
			source_error(src, "set %s %s: no such value", name,
			    value);
		return;
	}
	if (o != NULL && o->o_remark != NULL)
		source_remark(src, "set %s%s%s: %s", name,
		    value[0] == '\0' ? "" : " ", value, o->o_remark);
	if (c->c_verbose)
		fprintf(c->c_out, "set %s%s%s\n", name,
		    value[0] == '\0' ? "" : " ", value);
	conf_option(c, o != NULL && o->o_words == NULL ?
	    conf_printf(c, "set %s \"%s\"", name, value) :
	    conf_printf(c, "set %s %s", name, value));
}

void
option_skip(struct source *src, struct item *ifs)
{
	struct conf *c = src->s_conf;
	struct item *i;

	if (c->c_verbose) {
		fputs("set skip on {", c->c_out);
		for (i = ifs; i != NULL; i = i->i_next)
			fprintf(c->c_out, " %s%s", i->i_not ? "! " : "",
			    i->i_name);
		fputs(" }\n", c->c_out);
	}
	for (i = ifs; i != NULL; i = i->i_next) {
		if (i->i_not) {
			source_error(src, "set skip on ! %s: name the "
			    "interfaces to skip", i->i_name);
			return;
		}
		*c->c_skip_tail = item_copy(c, i);
		c->c_skip_tail = &(*c->c_skip_tail)->i_next;
	}
}

/* ------------------------------------------------------------------------
 * Tables
 */

#define TABLE_NAME_MAX	31

bool
table_name_ok(const char *name)
{
	const char *s;

	for (s = name; *s != '\0'; s++)
		if (!isalnum((unsigned char)*s) && strchr("_-.", *s) == NULL)
			return (false);
	return (s > name && s - name <= TABLE_NAME_MAX);
}

bool
table_begin(struct source *src, char *name)
{
	struct conf *c = src->s_conf;
	struct table *t;

	if (!table_name_ok(name)) {
		source_error(src, "table name \"%s\": letters, digits, '_', "
		    "'-' and '.', at most %d", name, TABLE_NAME_MAX);
		return (false);
	}
	t = conf_table(c, src->s_rs->rs_path, name, true);
	if (t->t_defined) {
		source_error(src, "table <%s> is defined twice", name);
		return (false);
	}
	t->t_defined = true;
	src->s_table = t;
	src->s_tabletext = conf_strdup(c, "");
	return (true);
}

static bool
table_take(struct source *src, struct item *i)
{
	struct table *t = src->s_table;

	if (i->i_kind != I_ADDR) {
		source_error(src, "table <%s>: only addresses, networks and "
		    "names are allowed in a table", t->t_name);
		return (false);
	}
	if (!table_has(t, i))
		table_add(t, i);
	return (true);
}

/* One line: addresses between blanks, "!" before some; # begins a remark. */
static bool
table_line(struct source *src, const char *file, int nr, char *line)
{
	struct conf *c = src->s_conf;
	struct item *list, *next;
	const char *why;
	char *word, *slash;
	bool not, ok;
	int bits;

	line[strcspn(line, "#;")] = '\0';
	for (not = false; (word = strsep(&line, " \t\r,")) != NULL;) {
		while (*word == '!') {
			not = !not;
			word++;
		}
		if (*word == '\0')
			continue;
		bits = -1;
		ok = true;
		if ((slash = strchr(word, '/')) != NULL) {
			*slash++ = '\0';
			ok = *slash != '\0' && strlen(slash) <= 3 &&
			    strspn(slash, "0123456789") == strlen(slash);
			bits = atoi(slash);
		}
		why = "no prefix is";
		list = ok ? hosts_of(c, word, bits, true, &why) : NULL;
		if (list == NULL) {
			source_error(src, "table <%s>: %s:%d: %s %s",
			    src->s_table->t_name, file, nr, why,
			    ok ? word : slash);
			return (false);
		}
		for (; list != NULL; list = next) {
			next = list->i_next;
			list->i_not = not;
			table_take(src, list);
		}
		not = false;
	}
	return (true);
}

static void
table_file(struct source *src, const char *file)
{
	size_t len;
	char *text = read_file(file, &len), *rest = text, *line;
	int nr = 0;

	if (text == NULL) {
		source_error(src, "table <%s>: cannot load \"%s\": %m",
		    src->s_table->t_name, file);
		return;
	}
	while ((line = strsep(&rest, "\n")) != NULL)
		if (!table_line(src, file, ++nr, line))
			break;
	free(text);
}

void
table_hosts(struct source *src, struct item *hosts, const char *file)
{
	struct conf *c = src->s_conf;
	struct table *t = src->s_table;
	struct item *i, *next;
	char text[PRINT_ADDR];

	t->t_init = true;
	if (file != NULL) {
		src->s_tabletext = conf_printf(c, "%s file \"%s\"",
		    src->s_tabletext, file);
		table_file(src, file);
		return;
	}
	src->s_tabletext = conf_printf(c, "%s {", src->s_tabletext);
	for (i = hosts; i != NULL; i = next) {
		next = i->i_next;
		print_addr(i, text);
		if (c->c_verbose)
			src->s_tabletext = conf_printf(c, "%s %s%s",
			    src->s_tabletext, i->i_not ? "!" : "", text);
		if (!table_take(src, i))
			return;
	}
	src->s_tabletext = conf_printf(c, "%s }", src->s_tabletext);
}

void
table_end(struct source *src)
{
	struct conf *c = src->s_conf;
	struct table *t = src->s_table;

	if (c->c_verbose)
		fprintf(c->c_out, "table <%s>%s%s%s%s\n", t->t_name,
		    t->t_const ? " const" : "", t->t_persist ? " persist" : "",
		    t->t_counters ? " counters" : "", src->s_tabletext);
}
