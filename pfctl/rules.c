// SPDX-License-Identifier: BSD-2-Clause
/*
 * From what the parser has read to rules of one meaning each: checks, pf's
 * defaults, and the expansion of lists, in pf's order.
 */
#include <sys/socket.h>

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "iface.h"
#include "names.h"
#include "print.h"
#include "source.h"

#define RULES_MAX	65000	/* marks have 16 bits for a rule */

static bool	rule_check(struct source *src, struct rule *r);
static void	rule_expand(struct source *src, const struct rule *r);

struct rule *
rule_begin(struct source *src, enum action action)
{
	struct rule *r = conf_alloc(src->s_conf, sizeof(*r));
	enum rank rank = RANK_FILTER;

	if (action_is_nat(action))
		rank = RANK_NAT;
	else if (action == A_SCRUB || action == A_NOSCRUB)
		rank = RANK_SCRUB;
	if (!rule_rank(src, rank))
		return (NULL);
	r->r_action = action;
	r->r_line = src->s_line;
	r->r_tos = r->r_settos = -1;
	r->r_code4 = r->r_code6 = CODE_UNSET;
	return (src->s_r = r);
}

bool
rule_rank(struct source *src, enum rank rank)
{
	if (src->s_conf->c_order && rank < src->s_rank) {
		source_error(src, "Rules must be in order: options, "
		    "normalization, queueing, translation, filtering");
		return (false);
	}
	src->s_rank = rank;
	return (true);
}

/* ------------------------------------------------------------------------
 * Checks of one rule, before its lists are taken apart.
 */

static bool
problem(struct source *src, const char *text)
{
	source_error(src, "%s", text);
	return (false);
}

/* Are all of the protocols in the list one of these? */
static bool
only_protos(const struct item *list, int a, int b, int c)
{
	const struct item *i;

	for (i = list; i != NULL; i = i->i_next)
		if (i->i_n1 != (unsigned)a && i->i_n1 != (unsigned)b &&
		    i->i_n1 != (unsigned)c)
			return (false);
	return (list != NULL);
}

static void
block_defaults(struct source *src, struct rule *r)
{
	if (r->r_ret == RET_UNSET)
		r->r_ret = src->s_conf->c_policy;
	if (r->r_ret == RET_ICMP && r->r_code4 == CODE_UNSET)
		r->r_code4 = 3;
	if (r->r_ret == RET_ICMP && r->r_code6 == CODE_UNSET)
		r->r_code6 = 4;
}

static bool
check_state(struct source *src, struct rule *r)
{
	const struct stateopts *so = &r->r_so;

	if (r->r_action == A_BLOCK && r->r_keep > K_NO)
		return (problem(src,
		    "keep state on block rules doesn't make sense"));
	if (so->so_overload != NULL && so->so_max_src_conn == 0 &&
	    so->so_rate == 0)
		return (problem(src, "'overload' requires 'max-src-conn' or "
		    "'max-src-conn-rate'"));
	if (so->so_overload != NULL && !table_name_ok(so->so_overload))
		return (problem(src, "overload: bad table name"));
	if (so->so_max_src_nodes != 0)
		return (problem(src, "max-src-nodes: the number of sources "
		    "is not counted here; max counts connections, "
		    "max-src-states those of each source"));
	if (so->so_overload != NULL && so->so_flush != 0)
		source_remark(src, "flush: connections that are there stay; "
		    "only new ones are refused (pfctl -k ends them)");
	if (r->r_keep == K_SYNPROXY)
		source_remark(src, "synproxy state: as keep state; "
		    "net.ipv4.tcp_syncookies guards against floods");
	return (true);
}

static bool
check_protos(struct source *src, struct rule *r)
{
	if ((r->r_sport != NULL || r->r_dport != NULL) &&
	    !only_protos(r->r_proto, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP))
		return (problem(src, "port only applies to tcp/udp/sctp"));
	if ((r->r_uid != NULL || r->r_gid != NULL) &&
	    !only_protos(r->r_proto, IPPROTO_TCP, IPPROTO_UDP, -1))
		return (problem(src, "user/group only applies to tcp/udp"));
	if ((r->r_uid != NULL || r->r_gid != NULL) && r->r_dir != D_OUT)
		return (problem(src, "user/group: the owner of what listens "
		    "is not known here when a packet comes in; \"out\" rules "
		    "can ask for the sender"));
	if (r->r_icmp != NULL && r->r_icmp->i_af == AF_INET &&
	    !only_protos(r->r_proto, IPPROTO_ICMP, -1, -1))
		return (problem(src, "icmp-type/code only applies to icmp"));
	if (r->r_icmp != NULL && r->r_icmp->i_af == AF_INET6 &&
	    !only_protos(r->r_proto, IPPROTO_ICMPV6, -1, -1))
		return (problem(src, "icmp6-type/code only applies to "
		    "icmp6"));
	if (r->r_icmp != NULL && r->r_af == 0)
		return (problem(src, "must indicate address family with "
		    "icmp-type/code"));
	if (r->r_icmp != NULL && r->r_icmp->i_af != r->r_af)
		return (problem(src, "icmp-type is inet's, icmp6-type "
		    "inet6's"));
	if (r->r_flagset != 0 && r->r_proto != NULL &&
	    !only_protos(r->r_proto, IPPROTO_TCP, -1, -1))
		return (problem(src, "flags only apply to tcp"));
	if (r->r_ret == RET_RST && r->r_proto != NULL &&
	    !only_protos(r->r_proto, IPPROTO_TCP, -1, -1))
		return (problem(src, "return-rst can only be applied to TCP "
		    "rules"));
	return (true);
}

static bool
check_filter(struct source *src, struct rule *r)
{
	if (r->r_action == A_BLOCK)
		block_defaults(src, r);
	if (!check_state(src, r) || !check_protos(src, r))
		return (false);
	if (r->r_action == A_MATCH && r->r_quick)
		return (problem(src, "can't specify quick for match rules"));
	if (r->r_action == A_PASS && r->r_keep == K_UNSET)
		r->r_keep = K_KEEP;
	if (r->r_rcvif != NULL && r->r_dir != D_OUT)
		return (problem(src, "received-on: only \"out\" rules can "
		    "ask where a packet came in"));
	return (true);
}

/* A translation with one address or several; what kind of choice it is. */
static void
pool_defaults(struct rule *r)
{
	const struct item *i = r->r_pool;
	size_t len;

	if (r->r_pooltype != P_NONE || r->r_action == A_BINAT)
		return;
	if (i->i_kind == I_DYN) {
		len = strlen(i->i_name);
		if (!(i->i_ifa & IFA_NOALIAS) || len == 0 ||
		    strchr("0123456789", i->i_name[len - 1]) == NULL)
			r->r_pooltype = P_ROUNDROBIN;
	}
	if (i->i_next != NULL || i->i_kind == I_TABLE ||
	    (i->i_kind == I_ADDR &&
	    i->i_bits != (i->i_af == AF_INET ? 32 : 128)))
		r->r_pooltype = P_ROUNDROBIN;
}

static bool
check_pool(struct source *src, struct rule *r)
{
	const struct item *i;

	for (i = r->r_pool; i != NULL; i = i->i_next) {
		if (i->i_not)
			return (problem(src, "a translation address cannot "
			    "be negated"));
		if (i->i_kind == I_TABLE)
			return (problem(src, "tables cannot be translation "
			    "addresses here; list the addresses"));
		if (i->i_kind == I_DYN && i->i_ifa & ~IFA_NOALIAS)
			return (problem(src, "a translation address is "
			    "(interface) or (interface:0)"));
		if (i->i_kind == I_DYN && r->r_pool->i_next != NULL)
			return (problem(src, "(interface) cannot be one of "
			    "several translation addresses here"));
	}
	if (r->r_static && r->r_action != A_NAT)
		return (problem(src, "the 'static-port' option is only valid "
		    "with nat rules"));
	if (r->r_static && r->r_port1 != 0)
		return (problem(src, "the 'static-port' option can't be used "
		    "when specifying a port range"));
	pool_defaults(r);
	if (r->r_pooltype == P_BITMASK && (r->r_pool->i_next != NULL ||
	    r->r_pool->i_kind != I_ADDR))
		return (problem(src, "bitmask needs one network to map to"));
	if (r->r_pooltype == P_BITMASK && r->r_port1 != 0)
		return (problem(src, "bitmask cannot change ports here"));
	return (true);
}

static bool
check_binat(struct source *src, struct rule *r)
{
	const struct item *s = r->r_src, *p = r->r_pool;

	if (r->r_action == A_NOBINAT)
		return (true);
	if (s == NULL || s->i_next != NULL || s->i_kind != I_ADDR ||
	    s->i_not || p->i_next != NULL || p->i_kind != I_ADDR)
		return (problem(src, "binat maps one address, or network, to "
		    "one other; dynamic addresses and tables are not "
		    "supported"));
	if (s->i_af != p->i_af)
		return (problem(src, "binat addresses must be of one "
		    "family"));
	if (s->i_bits != p->i_bits)
		return (problem(src, "'binat' source mask and redirect mask "
		    "must be the same"));
	return (true);
}

static bool
check_nat(struct source *src, struct rule *r)
{
	bool no = r->r_action == A_NONAT || r->r_action == A_NORDR ||
	    r->r_action == A_NOBINAT;

	if (action_is_anchor(r->r_action))
		return (true);
	if ((r->r_sport != NULL || r->r_dport != NULL) &&
	    !only_protos(r->r_proto, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP))
		return (problem(src, "port only applies to tcp/udp/sctp"));
	if (no && r->r_pool != NULL)
		return (problem(src, "\"no\" translation rule does not need "
		    "'->'"));
	if (!no && r->r_pool == NULL)
		return (problem(src, "translation rule requires '-> "
		    "address'"));
	if (r->r_port1 != 0 && r->r_action == A_RDR &&
	    !only_protos(r->r_proto, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP))
		return (problem(src, "port only applies to tcp/udp/sctp"));
	return (no || (check_pool(src, r) &&
	    (r->r_action != A_BINAT || check_binat(src, r))));
}

static bool
rule_check(struct source *src, struct rule *r)
{
	if (r->r_action == A_SCRUB || r->r_action == A_NOSCRUB) {
		if (r->r_action == A_SCRUB)
			source_remark(src, "scrub: fragments are always put "
			    "together here, and nothing else is done but "
			    "max-mss");
		return (true);
	}
	if (action_is_nat(r->r_action))
		return (check_nat(src, r));
	return (check_filter(src, r));
}

/* ------------------------------------------------------------------------
 * Expansion.
 */

/* Two of the things that bear an address family. */
static bool
agree(int a, int b)
{
	return (a == 0 || b == 0 || a == b);
}

/* The family that the parts leave; false: none. */
static bool
rule_family(struct rule *r)
{
	int s = r->r_src == NULL ? 0 : r->r_src->i_af;
	int d = r->r_dst == NULL ? 0 : r->r_dst->i_af;
	int p = r->r_proto == NULL ? 0 :
	    r->r_proto->i_n1 == IPPROTO_ICMP ? AF_INET :
	    r->r_proto->i_n1 == IPPROTO_ICMPV6 ? AF_INET6 : 0;

	if (!agree(r->r_af, s) || !agree(r->r_af, d) || !agree(s, d) ||
	    (r->r_af != 0 && !agree(r->r_af, p)))
		return (false);
	if (r->r_af == 0)
		r->r_af = s != 0 ? s : d;
	return (agree(r->r_af, p));
}

/* A pool of one family makes the rule one of it. */
static bool
pool_family(struct source *src, struct rule *r)
{
	const struct item *i;
	int af = 0;

	for (i = r->r_pool; i != NULL; i = i->i_next) {
		if (i->i_af == 0 || i->i_af == af)
			continue;
		if (af != 0)
			return (true);	/* both; the rest must tell */
		af = i->i_af;
	}
	if (r->r_af == 0)
		r->r_af = af;
	return (agree(r->r_af, af) || problem(src, "no translation address "
	    "with matching address family found."));
}

/* Keep of the pool what has the rule's family; false: nothing is left. */
static bool
rule_pool(struct source *src, struct rule *r)
{
	struct item *i, *kept = NULL;

	if (r->r_pool == NULL)
		return (true);
	for (i = r->r_pool; i != NULL; i = i->i_next) {
		if (r->r_af == 0 && i->i_af != 0)
			return (problem(src, "address family not given and "
			    "translation address expands to multiple address "
			    "families"));
		if (agree(r->r_af, i->i_af))
			kept = item_join(kept, item_copy(src->s_conf, i));
	}
	r->r_pool = kept;
	return (kept != NULL);
}

/* "port 9000:*" is as wide as what it redirects. */
static bool
rule_rdr_ports(struct source *src, struct rule *r)
{
	const struct item *d = r->r_dport;

	if (r->r_action != A_RDR || r->r_port2 != PORT_STAR)
		return (true);
	if (d == NULL || (d->i_op != OP_RRG && d->i_op != OP_EQ))
		return (problem(src, "port x:* needs a range of ports to "
		    "redirect"));
	r->r_port2 = r->r_port1 +
	    (d->i_op == OP_RRG ? d->i_n2 - d->i_n1 : 0);
	if (r->r_port2 > 65535)
		return (problem(src, "port x:* goes beyond 65535"));
	return (true);
}

static void
append(struct conf *c, char **text, const char *more, size_t len)
{
	*text = conf_printf(c, "%s%.*s", *text, (int)len, more);
}

static void
port_text(const struct item *i, char buf[32])
{
	buf[0] = '\0';
	if (i != NULL && i->i_op == OP_RRG)
		snprintf(buf, 32, "%u:%u", i->i_n1, i->i_n2);
	else if (i != NULL)
		snprintf(buf, 32, "%s%u", i->i_op == OP_NE ? "!=" :
		    i->i_op == OP_LT ? "<" : i->i_op == OP_LE ? "<=" :
		    i->i_op == OP_GT ? ">" : i->i_op == OP_GE ? ">=" : "",
		    i->i_n1);
}

/* What stands for "$name" at s in a label; its length, or 0. */
static size_t
label_word(const struct rule *r, const char *s, unsigned nr, char *buf,
    size_t size)
{
	const char *name;
	char text[PRINT_ADDR];

	if (strncmp(s, "$if", 3) == 0) {
		snprintf(buf, size, "%s", r->r_if == NULL ? "any" :
		    r->r_if->i_name);
		return (3);
	}
	if (strncmp(s, "$srcaddr", 8) == 0 || strncmp(s, "$dstaddr", 8) == 0) {
		print_addr(s[1] == 's' ? r->r_src : r->r_dst, text);
		snprintf(buf, size, "%s", text);
		return (8);
	}
	if (strncmp(s, "$srcport", 8) == 0 || strncmp(s, "$dstport", 8) == 0) {
		port_text(s[1] == 's' ? r->r_sport : r->r_dport, text);
		snprintf(buf, size, "%s", text);
		return (8);
	}
	if (strncmp(s, "$proto", 6) == 0) {
		name = r->r_proto == NULL ? NULL :
		    proto_name(r->r_proto->i_n1);
		snprintf(buf, size, "%s", name == NULL ? "ip" : name);
		return (6);
	}
	if (strncmp(s, "$nr", 3) == 0) {
		snprintf(buf, size, "%u", nr);
		return (3);
	}
	return (0);
}

static char *
expand_label(struct conf *c, const struct rule *r, const char *s, unsigned nr)
{
	char *text = conf_strdup(c, ""), word[PRINT_ADDR];
	size_t n;

	while (*s != '\0') {
		n = *s == '$' ? label_word(r, s, nr, word, sizeof(word)) : 0;
		if (n == 0)
			append(c, &text, s, n = 1);
		else
			append(c, &text, word, strlen(word));
		s += n;
	}
	return (text);
}

static unsigned
rule_count(const struct ruleset *rs)
{
	const struct rule *r;
	unsigned n = 0;

	for (r = rs->rs_rules; r != NULL; r = r->r_next)
		if (action_is_filter(r->r_action))
			n++;
	return (n);
}

static bool
part_wanted(const struct source *src, enum action a)
{
	return (src->s_conf->c_parts &
	    (action_is_nat(a) ? PART_NAT : PART_FILTER));
}

/* The defaults that hang on what a rule has become; then it is one. */
static bool
rule_add(struct source *src, struct rule *r)
{
	struct conf *c = src->s_conf;
	bool tcp;

	if (!rule_family(r))
		return (false);
	if (!rule_pool(src, r))
		return (false);
	if (!rule_rdr_ports(src, r))
		return (true);		/* an error has been counted */
	tcp = r->r_proto == NULL || r->r_proto->i_n1 == IPPROTO_TCP;
	if (action_is_filter(r->r_action) && r->r_keep > K_NO && tcp &&
	    !r->r_fragment && !r->r_flags_given) {
		r->r_flags = 0x02;
		r->r_flagset = 0x12;
	}
	if (r->r_label != NULL)
		r->r_label = expand_label(c, r, r->r_label,
		    rule_count(src->s_rs));
	if (part_wanted(src, r->r_action))
		conf_add_rule(src->s_rs, r);
	return (true);
}

/* One element of each list; NULL for an empty one, or for "any". */
static struct item *
pick(struct conf *c, const struct item *i)
{
	return (i == NULL || i->i_kind == I_ANY ? NULL : item_copy(c, i));
}

struct cursor {
	const struct item *cu_list;
	const struct item *cu_at;
};

/* The next combination, the last list turning fastest; false: all done. */
static bool
advance(struct cursor *cu, int n)
{
	while (--n >= 0) {
		if (cu[n].cu_at != NULL && cu[n].cu_at->i_next != NULL) {
			cu[n].cu_at = cu[n].cu_at->i_next;
			return (true);
		}
		cu[n].cu_at = cu[n].cu_list;
	}
	return (false);
}

static void
rule_expand(struct source *src, const struct rule *all)
{
	struct conf *c = src->s_conf;
	struct cursor cu[] = {
		{ all->r_if, all->r_if }, { all->r_proto, all->r_proto },
		{ all->r_icmp, all->r_icmp }, { all->r_src, all->r_src },
		{ all->r_sport, all->r_sport }, { all->r_dst, all->r_dst },
		{ all->r_dport, all->r_dport }, { all->r_uid, all->r_uid },
		{ all->r_gid, all->r_gid },
	};
	struct rule *r;
	unsigned added = 0, n = 0;

	do {
		r = conf_alloc(c, sizeof(*r));
		*r = *all;
		r->r_if = pick(c, cu[0].cu_at);
		if (r->r_if != NULL && strcmp(r->r_if->i_name, "any") == 0)
			r->r_if = NULL;
		r->r_proto = pick(c, cu[1].cu_at);
		r->r_icmp = pick(c, cu[2].cu_at);
		r->r_src = pick(c, cu[3].cu_at);
		r->r_sport = pick(c, cu[4].cu_at);
		r->r_dst = pick(c, cu[5].cu_at);
		r->r_dport = pick(c, cu[6].cu_at);
		r->r_uid = pick(c, cu[7].cu_at);
		r->r_gid = pick(c, cu[8].cu_at);
		added += rule_add(src, r);
		if (++n > RULES_MAX) {
			source_error(src, "rule expands to more than %d",
			    RULES_MAX);
			return;
		}
	} while (c->c_errors == 0 && advance(cu, 9));
	if (added == 0 && c->c_errors == 0)
		source_error(src, "rule expands to no valid combination");
}

void
rule_end(struct source *src)
{
	struct rule *r = src->s_r;

	if (rule_check(src, r) && pool_family(src, r))
		rule_expand(src, r);
}

/* ------------------------------------------------------------------------
 * Anchors.
 */

#define ANCHOR_DEPTH	14	/* the kernel follows 16 jumps */

bool
rule_anchor_name(struct source *src, char *name)
{
	size_t len = strlen(name);

	if (len == 0 || len > 255 || strstr(name, "..") != NULL ||
	    strstr(name, "//") != NULL || (len > 1 && name[len - 1] == '/') ||
	    strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVW"
	    "XYZ0123456789_-./*:") != len) {
		source_error(src, "anchor name \"%s\": letters, digits, and "
		    "_ - . : between single slashes", name);
		return (false);
	}
	if (strchr(name, '*') != NULL && (strchr(name, '*')[1] != '\0' ||
	    (len > 1 && name[len - 2] != '/'))) {
		source_error(src, "anchor name \"%s\": * can only be the "
		    "last part", name);
		return (false);
	}
	if (name[0] == '/' && src->s_rs->rs_path[0] != '\0') {
		source_error(src, "anchor \"%s\": an anchor can call only "
		    "what is below it", name);
		return (false);
	}
	src->s_r->r_anchor = name[0] == '/' ? name + 1 : name;
	return (true);
}

void
rule_open_anchor(struct source *src)
{
	struct conf *c = src->s_conf;
	struct rule *r = src->s_r;
	struct ruleset *sub;
	bool wild;

	if (r->r_anchor == NULL)
		r->r_anchor = conf_printf(c, "_%u", ++src->s_rs->rs_inline);
	sub = conf_ruleset(c, anchor_path(c, src->s_rs, r, &wild), true);
	r->r_sub = sub;
	if (wild || src->s_nesting == ANCHOR_DEPTH) {
		source_error(src, wild ? "an anchor with rules in braces "
		    "cannot end in *" : "anchors nested too deeply");
		sub = conf_ruleset(c, "", true);
	}
	rule_end(src);
	if (src->s_nesting < INPUT_DEPTH - 1)
		src->s_outer[src->s_nesting++] = src->s_rs;
	src->s_rs = sub;
	src->s_rank = RANK_NONE;
}

void
rule_close_anchor(struct source *src)
{
	if (src->s_nesting > 0)
		src->s_rs = src->s_outer[--src->s_nesting];
	src->s_rank = RANK_FILTER;
}

void
load_anchor(struct source *src, const char *name, const char *file)
{
	struct conf *c = src->s_conf;
	size_t len;
	char *text, *path;

	path = src->s_rs->rs_path[0] == '\0' ? conf_strdup(c, name) :
	    conf_printf(c, "%s/%s", src->s_rs->rs_path, name);
	if (++c->c_loads > ANCHOR_DEPTH * 16) {
		source_error(src, "load anchor \"%s\": too many files", name);
		return;
	}
	if ((text = read_file(file, &len)) == NULL) {
		source_error(src, "load anchor \"%s\": %s: %m", name,
		    file);
		return;
	}
	(void)conf_parse(c, conf_strdup(c, file), text, len, path);
	free(text);
}

/* ------------------------------------------------------------------------
 * antispoof
 */

/* Of the rule begun: block in [on ! name] from these. */
static void
antispoof_one(struct source *src, struct rule *model, struct item *from,
    struct item *on)
{
	struct rule *r = conf_alloc(src->s_conf, sizeof(*r));

	*r = *model;
	r->r_dir = D_IN;
	r->r_ret = RET_DROP;
	r->r_src = from;
	r->r_if = on;
	rule_expand(src, r);
}

void
rule_antispoof(struct source *src, struct item *ifs, int af, char *label)
{
	struct conf *c = src->s_conf;
	struct rule *model = src->s_r;
	struct item *i, *not, *nets, *addrs;

	model->r_af = af;
	model->r_label = label;
	for (i = ifs; i != NULL; i = i->i_next) {
		nets = iface_items(c, i->i_name, IFA_NETWORK);
		addrs = iface_items(c, i->i_name, 0);
		if (i->i_not || nets == NULL) {
			source_error(src, "antispoof for %s%s: no IP address "
			    "found", i->i_not ? "! " : "", i->i_name);
			return;
		}
		not = item_copy(c, i);
		not->i_not = true;
		antispoof_one(src, model, nets, not);
		if (strcmp(iface_name(i->i_name), "lo") != 0)
			antispoof_one(src, model, addrs, NULL);
	}
}
