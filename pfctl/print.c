// SPDX-License-Identifier: BSD-2-Clause
/* What pf.conf has been read as, in the words of pf's own listing. */
#include <sys/socket.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "names.h"
#include "print.h"
#include "source.h"

/* What stands around a name that is not read as one otherwise. */
static const char *
quote(const char *name)
{
	return (word_is_plain(name) ? "" : "\"");
}

static void
print_dyn(const struct item *i, char buf[PRINT_ADDR])
{
	snprintf(buf, PRINT_ADDR, "(%s%s%s%s%s)", i->i_name,
	    i->i_ifa & IFA_NETWORK ? ":network" : "",
	    i->i_ifa & IFA_BROADCAST ? ":broadcast" : "",
	    i->i_ifa & IFA_PEER ? ":peer" : "",
	    i->i_ifa & IFA_NOALIAS ? ":0" : "");
}

void
print_addr(const struct item *i, char buf[PRINT_ADDR])
{
	char text[INET6_ADDRSTRLEN], text2[INET6_ADDRSTRLEN];

	if (i == NULL) {
		strcpy(buf, "any");
		return;
	}
	switch (i->i_kind) {
	case I_DYN:
		print_dyn(i, buf);
		return;
	case I_TABLE:
		snprintf(buf, PRINT_ADDR, "<%s%s%s>", quote(i->i_name),
		    i->i_name, quote(i->i_name));
		return;
	case I_NOROUTE:
		strcpy(buf, "no-route");
		return;
	case I_URPF:
		strcpy(buf, "urpf-failed");
		return;
	case I_RANGE:
		snprintf(buf, PRINT_ADDR, "%s - %s",
		    inet_ntop(i->i_af, i->i_addr, text, sizeof(text)),
		    inet_ntop(i->i_af, i->i_addr2, text2, sizeof(text2)));
		return;
	case I_ADDR:
		break;
	default:
		strcpy(buf, "any");
		return;
	}
	inet_ntop(i->i_af, i->i_addr, text, sizeof(text));
	if (i->i_bits == (i->i_af == AF_INET ? 32 : 128))
		snprintf(buf, PRINT_ADDR, "%s", text);
	else
		snprintf(buf, PRINT_ADDR, "%s/%d", text, i->i_bits);
}

static void
print_host(FILE *f, struct conf *c, const struct ruleset *rs,
    const struct item *i, unsigned flags)
{
	const struct table *t;
	char text[PRINT_ADDR];

	if (i != NULL && i->i_not)
		fputs("! ", f);
	if (i != NULL && i->i_kind == I_TABLE && flags & PRINT_COUNT) {
		t = conf_find_table(c, rs->rs_path, i->i_name);
		fprintf(f, "<%s:%zu>", i->i_name, t == NULL ? 0 : t->t_count);
		return;
	}
	print_addr(i, text);
	fputs(text, f);
}

static void
print_op(FILE *f, enum op op, const char *a, const char *b)
{
	switch (op) {
	case OP_IRG:
		fprintf(f, " %s >< %s", a, b);
		break;
	case OP_XRG:
		fprintf(f, " %s <> %s", a, b);
		break;
	case OP_EQ:
		fprintf(f, " = %s", a);
		break;
	case OP_NE:
		fprintf(f, " != %s", a);
		break;
	case OP_LT:
		fprintf(f, " < %s", a);
		break;
	case OP_LE:
		fprintf(f, " <= %s", a);
		break;
	case OP_GT:
		fprintf(f, " > %s", a);
		break;
	case OP_GE:
		fprintf(f, " >= %s", a);
		break;
	case OP_RRG:
		fprintf(f, " %s:%s", a, b);
		break;
	case OP_NONE:
		break;
	}
}

static void
print_port(FILE *f, const struct item *i, const struct rule *r,
    unsigned flags)
{
	char a[16], b[16];
	const char *name = NULL;

	if (i == NULL)
		return;
	snprintf(a, sizeof(a), "%u", i->i_n1);
	snprintf(b, sizeof(b), "%u", i->i_n2);
	if (!(flags & PRINT_NUMERIC) && (i->i_op == OP_EQ || i->i_op == OP_NE))
		name = port_name(i->i_n1, r->r_proto != NULL &&
		    r->r_proto->i_n1 == IPPROTO_TCP ? "tcp" : "udp");
	fputs(" port", f);
	print_op(f, i->i_op, name != NULL ? name : a, b);
}

static void
print_fromto(FILE *f, struct conf *c, const struct ruleset *rs,
    const struct rule *r, unsigned flags)
{
	if (r->r_src == NULL && r->r_dst == NULL && r->r_sport == NULL &&
	    r->r_dport == NULL) {
		fputs(" all", f);
		return;
	}
	fputs(" from ", f);
	print_host(f, c, rs, r->r_src, flags);
	print_port(f, r->r_sport, r, flags);
	fputs(" to ", f);
	print_host(f, c, rs, r->r_dst, flags);
	print_port(f, r->r_dport, r, flags);
}

static void
print_ugid(FILE *f, const char *what, const struct item *i)
{
	char a[16], b[16];

	if (i == NULL)
		return;
	snprintf(a, sizeof(a), "%u", i->i_n1);
	snprintf(b, sizeof(b), "%u", i->i_n2);
	fprintf(f, " %s", what);
	print_op(f, i->i_op, a, b);
}

static void
print_log(FILE *f, const struct rule *r)
{
	const char *sep = "";

	if (!(r->r_log & LOG_ON))
		return;
	fputs(" log", f);
	if (!(r->r_log & (LOG_ALL | LOG_USER)) && r->r_logif == 0)
		return;
	fputs(" (", f);
	if (r->r_log & LOG_ALL) {
		fputs("all", f);
		sep = ", ";
	}
	if (r->r_log & LOG_USER) {
		fprintf(f, "%suser", sep);
		sep = ", ";
	}
	if (r->r_logif != 0)
		fprintf(f, "%sto pflog%u", sep, r->r_logif);
	fputc(')', f);
}

static void
print_code(FILE *f, int code, int af)
{
	const char *name = icmp_code_name(af == AF_INET6 ? 1 : 3,
	    (unsigned)code, af);

	if (name != NULL)
		fputs(name, f);
	else
		fprintf(f, "%d", code);
}

static void
print_block(FILE *f, const struct rule *r)
{
	switch (r->r_ret) {
	case RET_ALL:
		fputs(" return", f);
		break;
	case RET_RST:
		fputs(" return-rst", f);
		break;
	case RET_ICMP:
		fprintf(f, " return-icmp%s(", r->r_af == AF_INET6 ? "6" : "");
		if (r->r_af != AF_INET6)
			print_code(f, r->r_code4, AF_INET);
		if (r->r_af == 0)
			fputs(", ", f);
		if (r->r_af != AF_INET)
			print_code(f, r->r_code6, AF_INET6);
		fputc(')', f);
		break;
	default:
		fputs(" drop", f);
		break;
	}
}

static void
print_icmp(FILE *f, const struct item *i)
{
	const char *name;

	if (i == NULL)
		return;
	fprintf(f, " icmp%s-type ", i->i_af == AF_INET6 ? "6" : "");
	if ((name = icmp_type_name(i->i_n1 - 1, i->i_af)) != NULL)
		fputs(name, f);
	else
		fprintf(f, "%u", i->i_n1 - 1);
	if (i->i_n2 == 0)
		return;
	name = icmp_code_name(i->i_n1 - 1, i->i_n2 - 1, i->i_af);
	if (name != NULL)
		fprintf(f, " code %s", name);
	else
		fprintf(f, " code %u", i->i_n2 - 1);
}

static void
print_flags(FILE *f, const struct rule *r)
{
	char a[9], b[9];

	if (r->r_flags != 0 || r->r_flagset != 0) {
		tcp_flag_letters(r->r_flags, a);
		tcp_flag_letters(r->r_flagset, b);
		fprintf(f, " flags %s/%s", a, b);
	} else if ((r->r_action == A_PASS || r->r_action == A_MATCH) &&
	    (r->r_proto == NULL || r->r_proto->i_n1 == IPPROTO_TCP) &&
	    !r->r_fragment && r->r_keep > K_NO)
		fputs(" flags any", f);
}

/* The options of a state, each behind the right sign. */
static void
print_opt(FILE *f, bool *some, const char *text)
{
	fprintf(f, "%s%s", *some ? ", " : " (", text);
	*some = true;
}

static void
print_count(FILE *f, bool *some, const char *what, uint32_t n)
{
	char text[64];

	if (n == 0)
		return;
	snprintf(text, sizeof(text), "%s %u", what, n);
	print_opt(f, some, text);
}

static void
print_stateopts(FILE *f, const struct stateopts *so)
{
	bool some = false;
	char text[128];

	print_count(f, &some, "max", so->so_max);
	if (so->so_nosync)
		print_opt(f, &some, "no-sync");
	if (so->so_track != 0)
		print_opt(f, &some, so->so_track == 1 ? "source-track rule" :
		    "source-track global");
	print_count(f, &some, "max-src-states", so->so_max_src_states);
	print_count(f, &some, "max-src-conn", so->so_max_src_conn);
	if (so->so_rate != 0) {
		snprintf(text, sizeof(text), "max-src-conn-rate %u/%u",
		    so->so_rate, so->so_seconds);
		print_opt(f, &some, text);
	}
	print_count(f, &some, "max-src-nodes", so->so_max_src_nodes);
	if (so->so_overload != NULL) {
		snprintf(text, sizeof(text), "overload <%s%s%s>%s",
		    quote(so->so_overload), so->so_overload,
		    quote(so->so_overload), so->so_flush == 2 ? " flush global" :
		    so->so_flush == 1 ? " flush" : "");
		print_opt(f, &some, text);
	}
	if (so->so_sloppy)
		print_opt(f, &some, "sloppy");
	if (so->so_pflow)
		print_opt(f, &some, "pflow");
	if (so->so_floating)
		print_opt(f, &some, "floating");
	if (some)
		fputc(')', f);
}

static void
print_state(FILE *f, const struct rule *r)
{
	if (r->r_action == A_PASS && r->r_keep == K_NO)
		fputs(" no state", f);
	else if (r->r_keep == K_KEEP)
		fputs(" keep state", f);
	else if (r->r_keep == K_MODULATE)
		fputs(" modulate state", f);
	else if (r->r_keep == K_SYNPROXY)
		fputs(" synproxy state", f);
	if (r->r_prob != 0)
		fprintf(f, " probability %g%%", r->r_prob / 10000.0);
	print_stateopts(f, &r->r_so);
}

static void
print_filter_opts(FILE *f, const struct rule *r)
{
	if (r->r_rcvif != NULL)
		fprintf(f, " %sreceived-on %s%s%s",
		    r->r_rcvif->i_not ? "!" : "", quote(r->r_rcvif->i_name),
		    r->r_rcvif->i_name, quote(r->r_rcvif->i_name));
	print_ugid(f, "user", r->r_uid);
	print_ugid(f, "group", r->r_gid);
	print_flags(f, r);
	print_icmp(f, r->r_icmp);
	if (r->r_tos >= 0)
		fprintf(f, " tos 0x%2.2x", (unsigned)r->r_tos);
	print_state(f, r);
	if (r->r_fragment)
		fputs(" fragment", f);
	if (r->r_allowopts)
		fputs(" allow-opts", f);
	if (r->r_label != NULL)
		fprintf(f, " label \"%s\"", r->r_label);
}

static void
print_pool(FILE *f, const struct rule *r)
{
	static const char *const types[] = { "", " bitmask", " random",
	    " source-hash", " round-robin" };
	const struct item *i;
	bool several = r->r_pool->i_next != NULL;
	char text[PRINT_ADDR];

	fputs(several ? " -> { " : " -> ", f);
	for (i = r->r_pool; i != NULL; i = i->i_next) {
		print_addr(i, text);
		fprintf(f, "%s%s", text, i->i_next != NULL ? ", " : "");
	}
	if (several)
		fputs(" }", f);
	if (r->r_port1 != 0) {
		fprintf(f, " port %u", r->r_port1);
		if (r->r_port2 != r->r_port1)
			fprintf(f, ":%u", r->r_port2);
	}
	fputs(types[r->r_pooltype], f);
	if (r->r_pooltype == P_SRCHASH)
		fprintf(f, " 0x%08x%08x%08x%08x", r->r_key[0], r->r_key[1],
		    r->r_key[2], r->r_key[3]);
	if (r->r_sticky)
		fputs(" sticky-address", f);
	if (r->r_static)
		fputs(" static-port", f);
}

bool
anchor_is_inline(const struct rule *r)
{
	const char *slash = strrchr(r->r_anchor, '/');

	return ((slash == NULL ? r->r_anchor : slash + 1)[0] == '_');
}

static void
print_action(FILE *f, const struct rule *r)
{
	static const char *const actions[] = { "pass", "block", "match",
	    "nat", "no nat", "binat", "no binat", "rdr", "no rdr", "anchor",
	    "nat-anchor", "binat-anchor", "rdr-anchor", "scrub",
	    "no scrub" };

	fputs(actions[r->r_action], f);
	if (action_is_anchor(r->r_action)) {
		if (!anchor_is_inline(r))
			fprintf(f, " \"%s\"", r->r_anchor);
	} else if (r->r_natpass)
		fputs(" pass", f);
	if (r->r_action == A_BLOCK)
		print_block(f, r);
}

void
print_rule(FILE *f, struct conf *c, const struct ruleset *rs,
    const struct rule *r, unsigned flags)
{
	const char *name, *q;

	if (flags & PRINT_NR)
		fprintf(f, "@%u ", r->r_nr);
	print_action(f, r);
	if (r->r_dir != D_BOTH)
		fputs(r->r_dir == D_IN ? " in" : " out", f);
	print_log(f, r);
	if (r->r_quick)
		fputs(" quick", f);
	if (r->r_if != NULL) {
		q = quote(r->r_if->i_name);
		fprintf(f, " on %s%s%s%s", r->r_if->i_not ? "! " : "", q,
		    r->r_if->i_name, q);
	}
	if (r->r_af != 0)
		fputs(r->r_af == AF_INET ? " inet" : " inet6", f);
	if (r->r_proto != NULL) {
		if ((name = proto_name(r->r_proto->i_n1)) != NULL)
			fprintf(f, " proto %s", name);
		else
			fprintf(f, " proto %u", r->r_proto->i_n1);
	}
	print_fromto(f, c, rs, r, flags);
	if (action_is_filter(r->r_action))
		print_filter_opts(f, r);
	if (r->r_action == A_SCRUB) {
		if (r->r_port1 != 0)
			fprintf(f, " max-mss %u", r->r_port1);
		fputs(" fragment reassemble", f);
	}
	if (r->r_tag != NULL) {
		q = quote(r->r_tag);
		fprintf(f, " tag %s%s%s", q, r->r_tag, q);
	}
	if (r->r_tagged != NULL) {
		q = quote(r->r_tagged);
		fprintf(f, "%s tagged %s%s%s", r->r_tagged_not ? " !" : "", q,
		    r->r_tagged, q);
	}
	if (r->r_pool != NULL)
		print_pool(f, r);
}

/* ------------------------------------------------------------------------
 * Rulesets
 */

char *
anchor_path(struct conf *c, const struct ruleset *rs, const struct rule *r,
    bool *ret_wild)
{
	const char *name = r->r_anchor;
	size_t len;
	char *path;

	if (name[0] == '/')
		path = conf_strdup(c, name + 1);
	else if (rs->rs_path[0] == '\0')
		path = conf_strdup(c, name);
	else
		path = conf_printf(c, "%s/%s", rs->rs_path, name);
	len = strlen(path);
	*ret_wild = len > 0 && path[len - 1] == '*' &&
	    (len == 1 || path[len - 2] == '/');
	if (*ret_wild)
		path[len > 1 ? len - 2 : 0] = '\0';
	return (path);
}

static bool
wanted(const struct rule *r, unsigned what)
{
	if (r->r_action == A_SCRUB || r->r_action == A_NOSCRUB)
		return (what & SHOW_SCRUB);
	return (what & (action_is_nat(r->r_action) ? SHOW_NAT : SHOW_FILTER));
}

/* Scrub and translation rules come first, whatever the file's order. */
static int
kind_of(const struct rule *r)
{
	switch (r->r_action) {
	case A_SCRUB:
	case A_NOSCRUB:
		return (0);
	case A_NAT:
	case A_NONAT:
	case A_NATANCHOR:
		return (1);
	case A_BINAT:
	case A_NOBINAT:
	case A_BINATANCHOR:
		return (2);
	case A_RDR:
	case A_NORDR:
	case A_RDRANCHOR:
		return (3);
	default:
		return (4);
	}
}

void
number_rules(struct ruleset *rs)
{
	unsigned n[5] = { 0 };
	struct rule *r;

	for (r = rs->rs_rules; r != NULL; r = r->r_next)
		r->r_nr = n[kind_of(r)]++;
}

static void
indent(FILE *f, int depth)
{
	fprintf(f, "%*s", depth * 2, "");
}

static void
print_braces(FILE *f, struct conf *c, const struct ruleset *rs,
    const struct rule *r, unsigned what, unsigned flags, int depth,
    void (*after)(const struct ruleset *, const struct rule *))
{
	const struct ruleset *sub;
	char *path;
	bool wild;

	path = anchor_path(c, rs, r, &wild);
	fputs(" {\n", f);
	if (after != NULL)
		after(rs, r);
	sub = conf_ruleset(c, path, false);
	if (sub != NULL && !wild)
		print_ruleset(f, c, sub, what, flags, depth + 1, after);
	indent(f, depth);
	fputs("}\n", f);
}

/* Are the rules of the anchor that it calls printed with it? */
static bool
has_braces(const struct rule *r, unsigned what)
{
	size_t len = strlen(r->r_anchor);

	return (anchor_is_inline(r) ||
	    (what & SHOW_BRACES && r->r_anchor[len - 1] != '*') ||
	    (what & SHOW_OWN && r->r_sub != NULL));
}

void
print_ruleset(FILE *f, struct conf *c, const struct ruleset *rs,
    unsigned what, unsigned flags, int depth,
    void (*after)(const struct ruleset *, const struct rule *))
{
	const struct rule *r;
	int kind;

	for (kind = 0; kind < 5; kind++)
		for (r = rs->rs_rules; r != NULL; r = r->r_next) {
			if (kind_of(r) != kind || !wanted(r, what))
				continue;
			indent(f, depth);
			print_rule(f, c, rs, r, flags);
			if (action_is_anchor(r->r_action) &&
			    has_braces(r, what)) {
				print_braces(f, c, rs, r, what, flags, depth,
				    after);
				continue;
			}
			fputc('\n', f);
			if (after != NULL)
				after(rs, r);
		}
}
