// SPDX-License-Identifier: BSD-2-Clause
/*
 * Translation rules.  The first that matches decides, in pf as in nftables,
 * and only a connection's first packet is asked about.
 *
 * nat is done in postrouting, which what a jail sends goes through like
 * everything else; rdr in prerouting, and for the host's connections to itself
 * ("in on lo") in output, since conntrack has decided about them before they
 * come in.
 */
#include <sys/socket.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "compile.h"
#include "iface.h"
#include "source.h"
#include "tables.h"

#define OUT(...)	fprintf(co->co_out, __VA_ARGS__)

#define POOL_MAX	256	/* addresses chosen by number */
#define PORTS_MAX	4096	/* ports shifted one by one */

/* The ports that pf gives to what it translates. */
#define PROXY_LOW	50001
#define PROXY_HIGH	65535

static bool
has_ports(const struct rule *r)
{
	return (r->r_proto != NULL && (r->r_proto->i_n1 == IPPROTO_TCP ||
	    r->r_proto->i_n1 == IPPROTO_UDP ||
	    r->r_proto->i_n1 == IPPROTO_SCTP));
}

/* ------------------------------------------------------------------------
 * The address to translate to.
 */

static char *
addr_text(struct conf *c, const uint8_t *addr, int af)
{
	char text[INET6_ADDRSTRLEN];

	inet_ntop(af, addr, text, sizeof(text));
	return (conf_strdup(c, text));
}

/* The n-th address of a network, or range. */
static char *
nth(struct conf *c, const struct item *i, unsigned n)
{
	int len = i->i_af == AF_INET ? 4 : 16, k;
	uint8_t addr[16];
	unsigned sum;

	memcpy(addr, i->i_addr, 16);
	for (k = len - 1; k >= 0 && n > 0; k--) {
		sum = addr[k] + (n & 0xff);
		addr[k] = (uint8_t)sum;
		n = (n >> 8) + (sum >> 8);
	}
	return (addr_text(c, addr, i->i_af));
}

/* How many addresses; more than POOL_MAX are all the same. */
static unsigned
size_of(const struct item *i)
{
	int width = i->i_af == AF_INET ? 32 : 128, k;
	unsigned n = 0;

	if (i->i_kind == I_ADDR)
		return (width - i->i_bits > 8 ? POOL_MAX + 1 :
		    1u << (width - i->i_bits));
	for (k = 0; k < width / 8; k++) {
		if (n > POOL_MAX)
			return (POOL_MAX + 1);
		n = n * 256 + i->i_addr2[k] - i->i_addr[k];
	}
	return (n + 1);
}

static unsigned
pool_size(const struct item *i)
{
	unsigned n = 0;

	for (; i != NULL && n <= POOL_MAX; i = i->i_next)
		n += size_of(i);
	return (n);
}

/* All of a pool's addresses by number, as the end of a map expression. */
static char *
pool_map(struct conf *c, const struct item *i)
{
	char *text = conf_strdup(c, "{ ");
	unsigned n = 0, k, size;

	for (; i != NULL; i = i->i_next)
		for (size = size_of(i), k = 0; k < size; k++, n++)
			text = conf_printf(c, "%s%s%u : %s", text,
			    n == 0 ? "" : ", ", n, nth(c, i, k));
	return (conf_printf(c, "%s }", text));
}

/* The last address of a network or range. */
static char *
last_of(struct conf *c, const struct item *i)
{
	uint8_t addr[16];
	int bit;

	if (i->i_kind == I_RANGE)
		return (addr_text(c, i->i_addr2, i->i_af));
	memcpy(addr, i->i_addr, 16);
	for (bit = i->i_bits; bit < (i->i_af == AF_INET ? 32 : 128); bit++)
		addr[bit / 8] |= 0x80 >> bit % 8;
	return (addr_text(c, addr, i->i_af));
}

/* The expression that chooses; af is the packet's. */
static char *
pool_text(struct compiler *co, const struct rule *r, const struct item *pool,
    int af)
{
	struct conf *c = co->co_conf;
	const char *f = af == AF_INET ? "ip" : "ip6";
	unsigned n = pool_size(pool);
	char *how;

	if (n == 1)
		return (addr_text(c, pool->i_addr, af));
	if (n > POOL_MAX) {
		if (pool->i_next != NULL)
			compile_error(co, r, "a list of networks with more "
			    "than %d addresses cannot be a pool here",
			    POOL_MAX);
		return (conf_printf(c, "%s-%s", addr_text(c, pool->i_addr,
		    af), last_of(c, pool)));
	}
	/* Whoever is to keep his address gets it by what he is. */
	if (r->r_pooltype == P_SRCHASH || r->r_sticky)
		how = conf_printf(c, "jhash %s saddr mod %u seed 0x%x", f, n,
		    r->r_pooltype == P_SRCHASH ? r->r_key[0] | 1 : 1);
	else
		how = conf_printf(c, "numgen %s mod %u",
		    r->r_pooltype == P_RANDOM ? "random" : "inc", n);
	return (conf_printf(c, "%s map %s", how, pool_map(c, pool)));
}

/* (interface) other than the rule's own: what it has now. */
static struct item *
pool_now(struct compiler *co, const struct rule *r, int af)
{
	const struct item *d = r->r_pool;
	struct item *i;

	for (i = iface_items(co->co_conf, d->i_name, d->i_ifa | IFA_NOALIAS);
	    i != NULL; i = i->i_next)
		if (i->i_af == af) {
			i->i_next = NULL;
			return (i);
		}
	return (NULL);
}

/* ------------------------------------------------------------------------
 * One rule.
 */

static void
one(struct compiler *co, const struct rule *r, enum dir d, const char *more,
    const char *then)
{
	struct alts a = cond_rule(co, r, d);
	char *log = conf_strdup(co->co_conf, ""), *tag = log, *pass = log;
	int i;

	if (r->r_log & LOG_ON)
		log = conf_printf(co->co_conf, "log prefix \"pf: nat %u: \" "
		    "group %u ", r->r_nr, r->r_logif);
	if (r->r_tag != NULL)
		tag = conf_printf(co->co_conf, "meta mark set meta mark & "
		    "0x00ffffff | 0x%08x ",
		    (unsigned)compile_tag(co, r->r_tag) << TAG_SHIFT);
	if (r->r_natpass)
		pass = conf_printf(co->co_conf, d == D_IN ?
		    "ct mark set ct mark & 0xffff0000 | 0x%08x " :
		    "ct mark set ct mark & 0x0000ffff | 0x%08x ",
		    d == D_IN ? (unsigned)ID_NAT : (unsigned)ID_NAT << 16);
	for (i = 0; i < a.al_n; i++)
		OUT("\t\t%s%scounter name \"m%u\" %s%s%s%s\n", a.al_text[i],
		    more, r->r_id, log, tag, pass, then);
}

/* With the ports of what has some, and without for the rest. */
static void
with_ports(struct compiler *co, const struct rule *r, const char *verb,
    const char *to)
{
	struct conf *c = co->co_conf;
	unsigned lo = r->r_port1 != 0 ? r->r_port1 : PROXY_LOW;
	unsigned hi = r->r_port1 != 0 ? r->r_port2 : PROXY_HIGH;
	char *plain = conf_printf(c, "%s%s%s", verb, to[0] == '\0' ? "" :
	    " to ", to), *ports;

	if (hi > 65535)
		hi = 65535;
	ports = lo == hi ? conf_printf(c, "%s to %s:%u", verb, to, lo) :
	    conf_printf(c, "%s to %s:%u-%u", verb, to, lo, hi);
	if (strchr(to, ':') != NULL && strchr(to, ' ') == NULL)
		ports = conf_printf(c, "%s to [%s]:%u-%u", verb, to, lo, hi);
	if (r->r_static)
		one(co, r, D_OUT, "", plain);
	else if (has_ports(r))
		one(co, r, D_OUT, "", ports);
	else if (r->r_proto != NULL)
		one(co, r, D_OUT, "", plain);
	else {
		one(co, r, D_OUT, "meta l4proto { 6, 17, 132 } ", ports);
		one(co, r, D_OUT, "", plain);
	}
}

static void
nat_of(struct compiler *co, const struct rule *r, const struct item *pool,
    int af)
{
	struct rule copy = *r;
	struct conf *c = co->co_conf;
	const char *verb = af == AF_INET ? "snat ip" : "snat ip6";

	copy.r_af = af;
	if (r->r_pooltype == P_BITMASK) {
		one(co, &copy, D_OUT, "", conf_printf(c, "%s prefix to "
		    "%s/%d", verb, addr_text(c, pool->i_addr, af),
		    pool->i_bits));
		return;
	}
	with_ports(co, &copy, verb, pool_text(co, r, pool, af));
}

static void
nat_dyn(struct compiler *co, const struct rule *r)
{
	const struct item *d = r->r_pool;
	struct item *i4, *i6;

	if (r->r_if != NULL && !r->r_if->i_not &&
	    strcmp(r->r_if->i_name, d->i_name) == 0) {
		with_ports(co, r, "masquerade", "");
		return;
	}
	i4 = r->r_af == AF_INET6 ? NULL : pool_now(co, r, AF_INET);
	i6 = r->r_af == AF_INET ? NULL : pool_now(co, r, AF_INET6);
	if (i4 == NULL && i6 == NULL)
		compile_error(co, r, "-> (%s): it has no address yet, and "
		    "only the interface that the rule is \"on\" is followed",
		    d->i_name);
	if (i4 != NULL)
		nat_of(co, r, i4, AF_INET);
	if (i6 != NULL)
		nat_of(co, r, i6, AF_INET6);
}

static void
nat_rule(struct compiler *co, const struct rule *r)
{
	if (r->r_action == A_NONAT)
		one(co, r, D_OUT, "", "accept");
	else if (r->r_pool->i_kind == I_DYN)
		nat_dyn(co, r);
	else
		nat_of(co, r, r->r_pool, r->r_pool->i_af);
}

/* Ports in a row that become others in a row. */
static void
rdr_shift(struct compiler *co, const struct rule *r, enum dir d, int af)
{
	const struct item *dp = r->r_dport;
	unsigned from = dp == NULL ? 0 : dp->i_n1;
	unsigned to = dp == NULL ? 65535 : dp->i_op == OP_RRG ? dp->i_n2 :
	    dp->i_n1, wide = r->r_port2 - r->r_port1 + 1, p;
	const char *proto = r->r_proto->i_n1 == IPPROTO_TCP ? "tcp" :
	    r->r_proto->i_n1 == IPPROTO_UDP ? "udp" : "sctp";
	struct conf *c = co->co_conf;
	char *addr = addr_text(c, r->r_pool->i_addr, af), *map = NULL;
	size_t len;
	FILE *f;

	if (pool_size(r->r_pool) != 1)
		compile_error(co, r, "several addresses with a range of "
		    "ports cannot be chosen from here");
	if (dp != NULL && dp->i_op != OP_EQ && dp->i_op != OP_RRG)
		compile_error(co, r, "a range of ports is mapped from a "
		    "port or a range");
	else if (to - from >= PORTS_MAX)
		compile_error(co, r, "more than %d ports cannot be moved by "
		    "one rule; only to the same ports", PORTS_MAX);
	if (co->co_errors != 0 || (f = open_memstream(&map, &len)) == NULL)
		return;
	for (p = from; p <= to; p++)
		fprintf(f, "%s%u : %s . %u", p == from ? "" : ", ", p, addr,
		    r->r_port1 + (p - from) % wide);
	fclose(f);
	one(co, r, d, "", conf_printf(c, "dnat %s addr . port to %s dport "
	    "map { %s }", af == AF_INET ? "ip" : "ip6", proto, map));
	free(map);
}

static bool
same_ports(const struct rule *r)
{
	const struct item *dp = r->r_dport;

	return (dp != NULL && dp->i_n1 == r->r_port1 &&
	    ((dp->i_op == OP_RRG && dp->i_n2 == r->r_port2) ||
	    (dp->i_op == OP_EQ && r->r_port1 == r->r_port2)));
}

static void
rdr_to(struct compiler *co, const struct rule *all, enum dir d)
{
	struct rule copy = *all, *r = &copy;
	struct conf *c = co->co_conf;
	int af = r->r_pool->i_af;
	const char *verb = af == AF_INET ? "dnat ip" : "dnat ip6";
	char *to;

	r->r_af = af;
	if (r->r_port1 != 0 && !same_ports(r) && r->r_port2 != r->r_port1) {
		rdr_shift(co, r, d, af);
		return;
	}
	if (r->r_pooltype == P_BITMASK) {
		one(co, r, d, "", conf_printf(c, "%s prefix to %s/%d", verb,
		    addr_text(c, r->r_pool->i_addr, af), r->r_pool->i_bits));
		return;
	}
	to = pool_text(co, r, r->r_pool, af);
	if (r->r_port1 == 0 || same_ports(r))
		one(co, r, d, "", conf_printf(c, "%s to %s", verb, to));
	else if (strchr(to, ' ') == NULL && af == AF_INET6)
		one(co, r, d, "", conf_printf(c, "%s to [%s]:%u", verb, to,
		    r->r_port1));
	else
		one(co, r, d, "", conf_printf(c, "%s to %s:%u", verb, to,
		    r->r_port1));
}

static void
rdr_dyn(struct compiler *co, const struct rule *r, enum dir d)
{
	static const int afs[] = { AF_INET, AF_INET6 };
	struct rule copy = *r;
	bool some = false;
	int k;

	for (k = 0; k < 2; k++) {
		if (r->r_af != 0 && r->r_af != afs[k])
			continue;
		copy.r_pool = pool_now(co, r, afs[k]);
		copy.r_pooltype = P_NONE;
		if (copy.r_pool == NULL)
			continue;
		some = true;
		rdr_to(co, &copy, d);
	}
	if (!some)
		compile_error(co, r, "-> (%s): it has no address yet",
		    r->r_pool->i_name);
}

static void
rdr_rule(struct compiler *co, const struct rule *r, enum dir d)
{
	if (r->r_action == A_NORDR)
		one(co, r, d, "", "accept");
	else if (r->r_pool->i_kind == I_DYN)
		rdr_dyn(co, r, d);
	else
		rdr_to(co, r, d);
}

/* Out: from the inner address to the outer one. */
static void
binat_out(struct compiler *co, const struct rule *r)
{
	const struct item *p = r->r_pool;

	if (r->r_action == A_NOBINAT)
		one(co, r, D_OUT, "", "return");
	else
		one(co, r, D_OUT, "", conf_printf(co->co_conf,
		    "snat %s %sto %s%s", p->i_af == AF_INET ? "ip" : "ip6",
		    pool_size(p) == 1 ? "" : "prefix ",
		    addr_text(co->co_conf, p->i_addr, p->i_af),
		    pool_size(p) == 1 ? "" : conf_printf(co->co_conf, "/%d",
		    p->i_bits)));
}

/* In: the other way round. */
static void
binat_in(struct compiler *co, const struct rule *r)
{
	struct rule copy = *r;
	const struct item *s = r->r_src;

	copy.r_src = r->r_dst;
	if (r->r_action == A_NOBINAT) {
		copy.r_dst = r->r_src;
		one(co, &copy, D_IN, "", "return");
		return;
	}
	copy.r_dst = r->r_pool;
	one(co, &copy, D_IN, "", conf_printf(co->co_conf,
	    "dnat %s %sto %s%s", s->i_af == AF_INET ? "ip" : "ip6",
	    pool_size(s) == 1 ? "" : "prefix ",
	    addr_text(co->co_conf, s->i_addr, s->i_af),
	    pool_size(s) == 1 ? "" : conf_printf(co->co_conf, "/%d",
	    s->i_bits)));
}

/* Would it be translated on its way out?  accept: yes; return: no. */
static void
probe_rule(struct compiler *co, const struct rule *r)
{
	struct alts a = cond_rule(co, r, D_OUT);
	int i;

	for (i = 0; i < a.al_n; i++)
		OUT("\t\t%s%s\n", a.al_text[i], r->r_action == A_NONAT ||
		    r->r_action == A_NOBINAT ? "goto pf_probed" : "accept");
}

/* ------------------------------------------------------------------------
 * The chains.  A kind of them: what it is called, whose rules it has.
 */

struct kind {
	const char	*k_name;
	enum action	 k_do, k_not, k_anchor;
	enum dir	 k_dir;
	bool		 k_lo, k_probe;
};

static const struct kind kinds[] = {
	{ "binat", A_BINAT, A_NOBINAT, A_BINATANCHOR, D_OUT, false, false },
	{ "nat", A_NAT, A_NONAT, A_NATANCHOR, D_OUT, false, false },
	{ "rdr", A_RDR, A_NORDR, A_RDRANCHOR, D_IN, false, false },
	{ "bin", A_BINAT, A_NOBINAT, A_BINATANCHOR, D_IN, false, false },
	{ "rdrlo", A_RDR, A_NORDR, A_RDRANCHOR, D_IN, true, false },
	{ "pbinat", A_BINAT, A_NOBINAT, A_BINATANCHOR, D_OUT, false, true },
	{ "pnat", A_NAT, A_NONAT, A_NATANCHOR, D_OUT, false, true },
};

static const struct item lo = { .i_kind = I_IF,
	.i_name = (char *)(uintptr_t)"lo" };

/* Is "on" this rule the loopback interface? */
static bool
on_lo(const struct rule *r)
{
	bool is = r->r_if != NULL &&
	    strcmp(iface_name(r->r_if->i_name), "lo") == 0;

	return (r->r_if == NULL || is != r->r_if->i_not);
}

static void
rule_of_kind(struct compiler *co, const struct kind *k, const struct rule *r)
{
	struct rule copy = *r;

	if (k->k_lo) {
		/* Not yet in on lo, but out on it. */
		if (!on_lo(r))
			return;
		copy.r_if = NULL;
	}
	if (k->k_probe)
		probe_rule(co, r);
	else if (k->k_do == A_NAT)
		nat_rule(co, r);
	else if (k->k_do == A_RDR)
		rdr_rule(co, &copy, D_IN);
	else if (k->k_dir == D_OUT)
		binat_out(co, r);
	else
		binat_in(co, r);
}

static void
call_of_kind(struct compiler *co, const struct kind *k, const struct rule *r)
{
	const struct ruleset *list[ANCHORS_MAX];
	unsigned i, n = anchor_targets(co, r, list, ANCHORS_MAX);
	struct rule copy = *r;
	struct alts a;
	int j;

	if (k->k_lo && !on_lo(r))
		return;
	if (k->k_lo)
		copy.r_if = NULL;
	a = cond_rule(co, &copy, k->k_dir);
	for (i = 0; i < n; i++)
		for (j = 0; j < a.al_n; j++)
			OUT("\t\t%sjump %s%u\n", a.al_text[j], k->k_name,
			    list[i]->rs_index);
}

static void
chain_of_kind(struct compiler *co, const struct kind *k)
{
	const struct rule *r;

	OUT("\tchain %s%u {\n", k->k_name, co->co_rs->rs_index);
	for (r = co->co_rs->rs_rules; r != NULL; r = r->r_next)
		if (r->r_action == k->k_do || r->r_action == k->k_not)
			rule_of_kind(co, k, r);
		else if (r->r_action == k->k_anchor)
			call_of_kind(co, k, r);
	OUT("\t}\n");
}

bool
translate_some(const struct conf *c)
{
	const struct ruleset *rs;
	const struct rule *r;

	for (rs = c->c_rulesets; rs != NULL; rs = rs->rs_next)
		for (r = rs->rs_rules; r != NULL; r = r->r_next)
			if (r->r_action == A_NAT || r->r_action == A_BINAT)
				return (true);
	return (false);
}

static void
skip(struct compiler *co, bool in)
{
	const struct item *i;

	for (i = co->co_conf->c_skip; i != NULL; i = i->i_next)
		OUT("\t\t%s accept\n", cond_if(co->co_conf, i, in));
}

void
translate(struct compiler *co)
{
	struct conf *c = co->co_conf;
	bool probe = co->co_early && translate_some(c);
	size_t k;

	for (co->co_rs = c->c_rulesets; co->co_rs != NULL;
	    co->co_rs = co->co_rs->rs_next)
		for (k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
			if (probe || !kinds[k].k_probe)
				chain_of_kind(co, &kinds[k]);
	co->co_rs = c->c_rulesets;
	OUT("\tchain pf_nat {\n");
	skip(co, false);
	OUT("\t\tjump binat0\n\t\tjump nat0\n\t}\n\tchain pf_rdr {\n");
	skip(co, true);
	OUT("\t\tjump rdr0\n\t\tjump bin0\n\t}\n\tchain pf_rdrlo {\n");
	skip(co, false);
	OUT("\t\t%s jump rdrlo0\n\t}\n", cond_if(c, &lo, false));
	if (probe)
		OUT("\tchain pf_probed {\n\t}\n\tchain pf_probe {\n"
		    "\t\tjump pbinat0\n\t\tjump pnat0\n\t}\n");
}
