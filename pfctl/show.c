// SPDX-License-Identifier: BSD-2-Clause
/* -s: what is loaded. */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "compile.h"
#include "iface.h"
#include "kernel.h"
#include "pfctl.h"
#include "print.h"

static unsigned *state_ids;	/* states of each rule */
static const struct args *args;

/* ------------------------------------------------------------------------
 * Rules and labels.
 */

struct total {
	struct counter	to_in, to_out, to_matched;
	unsigned	to_states;
};

static struct total
total_of(const struct rule *r)
{
	struct total t = { .to_states = 0 };
	char name[32];

	snprintf(name, sizeof(name), "c%ui", r->r_id);
	t.to_in = kernel_counter(name);
	snprintf(name, sizeof(name), "c%uo", r->r_id);
	t.to_out = kernel_counter(name);
	snprintf(name, sizeof(name), "m%u", r->r_id);
	t.to_matched = kernel_counter(name);
	/* A translation counts connections: what follows is the state's. */
	if (r->r_action > A_BLOCK)
		t.to_in = t.to_matched;
	if (state_ids != NULL && r->r_id < 65536)
		t.to_states = state_ids[r->r_id];
	return (t);
}

static void
rule_counters(const struct ruleset *rs, const struct rule *r)
{
	struct total t;

	(void)rs;
	if (args->a_verbose == 0)
		return;
	t = total_of(r);
	printf("  [ Evaluations: %-8ju  Packets: %-8ju  Bytes: %-10ju  "
	    "States: %-6u]\n",
	    t.to_matched.ctr_packets,
	    (t.to_in.ctr_packets +
	    t.to_out.ctr_packets),
	    (t.to_in.ctr_bytes + t.to_out.ctr_bytes),
	    t.to_states);
}

/* Rules have the numbers that they had when they were loaded. */
static void
number_loaded(struct conf *c)
{
	char *text;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (f == NULL)
		err(1, NULL);
	(void)compile(c, "loaded rules", f);
	fclose(f);
	free(text);
	kernel_counters();
	state_ids = calloc(65536, sizeof(*state_ids));
	if (state_ids == NULL)
		err(1, NULL);
	states_count(state_ids);
}

static void
show_ruleset(struct conf *c, const char *path, unsigned what)
{
	const struct ruleset *rs = conf_ruleset(c, path, false);
	unsigned flags = 0;

	if (args->a_verbose > 1)
		flags |= PRINT_NR;
	if (args->a_verbose > 0)
		flags |= PRINT_COUNT;
	if (args->a_numeric)
		flags |= PRINT_NUMERIC;
	if (args->a_recurse)
		what |= SHOW_BRACES;
	print_ruleset(stdout, c, rs, what, flags, 0, rule_counters);
}

static void
show_labels(struct conf *c)
{
	const struct ruleset *rs = conf_ruleset(c, args->a_anchor, false);
	const struct rule *r;
	struct total t;

	number_loaded(c);
	for (r = rs->rs_rules; r != NULL; r = r->r_next) {
		if (r->r_label == NULL)
			continue;
		t = total_of(r);
		printf("%s %ju %ju %ju %ju %ju %ju %ju %u\n",
		    r->r_label,
		    t.to_matched.ctr_packets,
		    (t.to_in.ctr_packets +
		    t.to_out.ctr_packets),
		    (t.to_in.ctr_bytes +
		    t.to_out.ctr_bytes),
		    t.to_in.ctr_packets,
		    t.to_in.ctr_bytes,
		    t.to_out.ctr_packets,
		    t.to_out.ctr_bytes, t.to_states);
	}
}

/* ------------------------------------------------------------------------
 * Anchors, tables, interfaces.
 */

/* Those below path: the next level, or with -v all. */
static void
show_anchors(struct conf *c)
{
	const struct ruleset *rs;
	const char *path = args->a_anchor, *rest;
	size_t len = strlen(path);

	for (rs = c->c_rulesets; rs != NULL; rs = rs->rs_next) {
		if (rs->rs_path[0] == '\0' ||
		    strncmp(rs->rs_path, path, len) != 0 ||
		    (len > 0 && rs->rs_path[len] != '/'))
			continue;
		rest = rs->rs_path + len + (len > 0);
		if (rest[0] == '_' || strstr(rest, "/_") != NULL)
			continue;
		if (args->a_verbose > 0 || strchr(rest, '/') == NULL)
			printf("  %s\n", rs->rs_path);
	}
}

static unsigned
references(struct conf *c, const struct table *t)
{
	const struct ruleset *rs;
	const struct rule *r;
	unsigned n = 0;

	for (rs = c->c_rulesets; rs != NULL; rs = rs->rs_next)
		for (r = rs->rs_rules; r != NULL; r = r->r_next) {
			n += r->r_src != NULL && r->r_src->i_kind == I_TABLE &&
			    conf_find_table(c, rs->rs_path,
			    r->r_src->i_name) == t;
			n += r->r_dst != NULL && r->r_dst->i_kind == I_TABLE &&
			    conf_find_table(c, rs->rs_path,
			    r->r_dst->i_name) == t;
		}
	return (n);
}

static void
show_tables(struct conf *c)
{
	const struct table *t;
	char since[64];
	time_t when;
	unsigned n;

	for (t = c->c_tables; t != NULL; t = t->t_next) {
		if (strcmp(t->t_path, args->a_anchor) != 0 &&
		    !args->a_recurse)
			continue;
		if (args->a_verbose == 0) {
			puts(t->t_name);
			continue;
		}
		n = references(c, t);
		printf("%c%c%c%c%c%c%c\t%s", t->t_const ? 'c' : '-',
		    t->t_persist ? 'p' : '-', 'a', '-', n > 0 ? 'r' : '-',
		    '-', t->t_counters ? 'C' : '-', t->t_name);
		if (t->t_path[0] != '\0')
			printf("\t%s", t->t_path);
		putchar('\n');
		if (args->a_verbose < 2)
			continue;
		when = c->c_since;
		strftime(since, sizeof(since), "%a %b %e %H:%M:%S %Y",
		    localtime(&when));
		printf("\tAddresses:   %zu\n\tCleared:     %s\n"
		    "\tReferences:  [ Anchors: %-10d        Rules: %-10u ]\n",
		    t->t_count, since, 0, n);
	}
}

static void
show_interfaces(struct conf *c)
{
	char *const *names;
	unsigned i, n = iface_names(&names);

	for (i = 0; i < n; i++) {
		if (args->a_interface != NULL &&
		    strcmp(iface_name(args->a_interface), names[i]) != 0)
			continue;
		fputs(names[i], stdout);
		if (args->a_verbose > 0 && cond_skips(c->c_skip, names[i]))
			fputs(" (skip)", stdout);
		putchar('\n');
	}
}

/* ------------------------------------------------------------------------
 * Numbers of the kernel.
 */

static long
sysctl_of(const char *name)
{
	char path[128];
	long n = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/sys/net/netfilter/%s", name);
	if ((f = fopen(path, "re")) == NULL)
		return (-1);
	if (fscanf(f, "%ld", &n) != 1)
		n = -1;
	fclose(f);
	return (n);
}

static void
show_info(struct conf *c)
{
	char status[64];
	long t = c->c_since == 0 ? 0 : (long)time(NULL) - c->c_since;

	if (t < 0)
		t = 0;
	if (c->c_since == 0)
		snprintf(status, sizeof(status), "Status: %s",
		    c->c_enabled ? "Enabled" : "Disabled");
	else
		snprintf(status, sizeof(status),
		    "Status: %s for %ld days %.2ld:%.2ld:%.2ld",
		    c->c_enabled ? "Enabled" : "Disabled", t / 86400,
		    t % 86400 / 3600, t % 3600 / 60, t % 60);
	printf("%-44s  Debug: Urgent\n\n", status);
	printf("%-27s %14s %16s\n", "State Table", "Total", "Rate");
	printf("  %-25s %14u %14s\n", "current entries", states_count(NULL),
	    "");
}

static void
show_memory(void)
{
	printf("%-13s hard limit %8ld\n", "states",
	    sysctl_of("nf_conntrack_max"));
}

static void
show_timeouts(void)
{
	static const struct { const char *pf, *ct; } rows[] = {
		{ "tcp.first", "nf_conntrack_tcp_timeout_syn_sent" },
		{ "tcp.opening", "nf_conntrack_tcp_timeout_syn_recv" },
		{ "tcp.established", "nf_conntrack_tcp_timeout_established" },
		{ "tcp.closing", "nf_conntrack_tcp_timeout_last_ack" },
		{ "tcp.finwait", "nf_conntrack_tcp_timeout_fin_wait" },
		{ "tcp.closed", "nf_conntrack_tcp_timeout_close" },
		{ "udp.single", "nf_conntrack_udp_timeout" },
		{ "udp.multiple", "nf_conntrack_udp_timeout_stream" },
		{ "icmp.first", "nf_conntrack_icmp_timeout" },
		{ "other.first", "nf_conntrack_generic_timeout" },
	};
	size_t i;
	long n;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if ((n = sysctl_of(rows[i].ct)) >= 0)
			printf("%-20s %10lds\n", rows[i].pf, n);
}

/* ------------------------------------------------------------------------
 * Which.
 */

static const char *const modifiers[] = { "nat", "queue", "rules", "Anchors",
	"Sources", "states", "info", "Interfaces", "labels", "timeouts",
	"memory", "Tables", "osfp", "Running", "all", "ether", "creatorids",
	NULL };

/* The one that the word begins; exact ones first. */
static const char *
modifier_find(const char *word)
{
	const char *found = NULL;
	int i;

	for (i = 0; modifiers[i] != NULL; i++)
		if (strncmp(modifiers[i], word, strlen(word)) == 0) {
			if (found != NULL)
				return (NULL);
			found = modifiers[i];
		}
	return (word[0] == '\0' ? NULL : found);
}

static void
title(bool on, const char *text)
{
	static bool some;

	if (on)
		printf("%s%s\n", some ? "\n" : "", text);
	some = true;
}

/* FreeBSD's short forms name one even where two begin so. */
static const char *
short_form(const char *word)
{
	static const char *const forms[][2] = { { "r", "rules" },
		{ "n", "nat" }, { "s", "states" }, { "i", "info" },
		{ "l", "labels" }, { "t", "timeouts" }, { "m", "memory" },
		{ "a", "all" }, { "A", "Anchors" }, { "I", "Interfaces" },
		{ "S", "Sources" }, { "T", "Tables" } };
	size_t i;

	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (strcmp(word, forms[i][0]) == 0)
			return (forms[i][1]);
	return (modifier_find(word));
}

static int
show_one(struct conf *c, const char *what, bool titles)
{
	if (strcmp(what, "nat") == 0) {
		title(titles, "TRANSLATION RULES:");
		show_ruleset(c, args->a_anchor, SHOW_NAT);
	} else if (strcmp(what, "rules") == 0) {
		title(titles, "FILTER RULES:");
		show_ruleset(c, args->a_anchor, SHOW_SCRUB | SHOW_FILTER);
	} else if (strcmp(what, "states") == 0) {
		title(titles, "STATES:");
		return (states_show(args));
	} else if (strcmp(what, "info") == 0) {
		title(titles, "INFO:");
		show_info(c);
	} else if (strcmp(what, "labels") == 0) {
		title(titles, "LABEL COUNTERS:");
		show_labels(c);
	} else if (strcmp(what, "timeouts") == 0) {
		title(titles, "TIMEOUTS:");
		show_timeouts();
	} else if (strcmp(what, "memory") == 0) {
		title(titles, "LIMITS:");
		show_memory();
	} else if (strcmp(what, "Tables") == 0) {
		title(titles, "TABLES:");
		show_tables(c);
	} else if (strcmp(what, "Anchors") == 0)
		show_anchors(c);
	else if (strcmp(what, "Interfaces") == 0)
		show_interfaces(c);
	else if (strcmp(what, "Running") == 0) {
		puts(c->c_enabled ? "Enabled" : "Disabled");
		return (!c->c_enabled);
	} else if (strcmp(what, "Sources") != 0) {
		warnx("-s %s: there is nothing of that kind here", what);
		return (1);
	}
	return (0);
}

int
show(const struct args *a, const char *word)
{
	static const char *const all[] = { "nat", "rules", "states", "info",
		"labels", "timeouts", "memory", "Tables", NULL };
	const char *what = short_form(word);
	struct conf *c;
	int i, ret = 0;

	if (what == NULL) {
		warnx("Unknown show modifier '%s'", word);
		return (1);
	}
	args = a;
	c = kernel_load();
	if (conf_ruleset(c, a->a_anchor, false) == NULL) {
		warnx("Anchor '%s' not found.", a->a_anchor);
		conf_free(c);
		return (1);
	}
	if (a->a_verbose > 0)
		number_loaded(c);
	if (strcmp(what, "all") != 0)
		ret = show_one(c, what, false);
	else
		for (i = 0; all[i] != NULL; i++)
			ret |= show_one(c, all[i], true);
	conf_free(c);
	return (ret);
}
