// SPDX-License-Identifier: BSD-2-Clause
/*
 * The conditions of a rule, as nft(8) has them.  Where pf has one condition
 * and nftables two (a table has a set for each family), the rule has several
 * ways to match.
 */
#include <sys/socket.h>

#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <string.h>

#include "compile.h"
#include "iface.h"
#include "print.h"

/* Each way so far, with each of these behind it that can be asked as well. */
static void
alts_and(struct compiler *co, struct alts *a, const struct alts *b)
{
	struct alts old = *a;
	int i, k;

	a->al_n = 0;
	a->al_lost |= b->al_lost || old.al_n * b->al_n > ALT_MAX;
	for (i = 0; i < old.al_n; i++)
		for (k = 0; k < b->al_n && a->al_n < ALT_MAX; k++) {
			if (old.al_af[i] != 0 && b->al_af[k] != 0 &&
			    old.al_af[i] != b->al_af[k])
				continue;
			a->al_af[a->al_n] = old.al_af[i] | b->al_af[k];
			a->al_text[a->al_n++] = conf_printf(co->co_conf,
			    "%s%s ", old.al_text[i], b->al_text[k]);
		}
}

static void
alts_add(struct alts *a, int af, char *text)
{
	if (a->al_n == ALT_MAX) {
		a->al_lost = true;
		return;
	}
	a->al_af[a->al_n] = af;
	a->al_text[a->al_n++] = text;
}

static void
alts_and_text(struct compiler *co, struct alts *a, const char *text)
{
	struct alts one = { .al_n = 0 };

	alts_add(&one, 0, conf_strdup(co->co_conf, text));
	alts_and(co, a, &one);
}

/* ------------------------------------------------------------------------
 * Interfaces.
 */

static bool
ends_in_digit(const char *name)
{
	size_t len = strlen(name);

	return (len > 0 && isdigit((unsigned char)name[len - 1]));
}

static char *
egress_names(struct conf *c)
{
	char *const *names, *list = conf_strdup(c, "");
	unsigned i, n = iface_names(&names);

	for (i = 0; i < n; i++)
		if (iface_is_egress(names[i]))
			list = conf_printf(c, "%s%s\"%s\"", list,
			    list[0] == '\0' ? "" : ", ", names[i]);
	/* No interface: one that there cannot be. */
	return (list[0] == '\0' ? conf_strdup(c, "\"-\"") : list);
}

char *
cond_if(struct conf *c, const struct item *i, bool in)
{
	const char *key = in ? "iif" : "oif", *not = i->i_not ? "!= " : "";
	const char *name = iface_name(i->i_name);
	int group;

	if (strcmp(name, "egress") == 0)
		return (conf_printf(c, "%sname %s{ %s }", key, not,
		    egress_names(c)));
	if (ends_in_digit(name) || iface_exists(name))
		return (conf_printf(c, "%sname %s\"%s\"", key, not, name));
	if ((group = iface_group(name)) >= 0)
		return (conf_printf(c, "%sgroup %s%d", key, not, group));
	return (conf_printf(c, "%sname %s\"%s*\"", key, not, name));
}

bool
cond_skips(const struct item *skip, const char *name)
{
	for (; skip != NULL; skip = skip->i_next)
		if (strcmp(iface_name(skip->i_name), name) == 0)
			return (true);
	return (false);
}

/* ------------------------------------------------------------------------
 * Addresses.
 */

static const char *
family(int af)
{
	return (af == AF_INET ? "ip" : "ip6");
}

static char *
addr_cond(struct compiler *co, const struct item *i, const char *key)
{
	char text[INET6_ADDRSTRLEN], text2[INET6_ADDRSTRLEN];
	const char *not = i->i_not ? "!= " : "";

	inet_ntop(i->i_af, i->i_addr, text, sizeof(text));
	if (i->i_kind == I_RANGE) {
		inet_ntop(i->i_af, i->i_addr2, text2, sizeof(text2));
		return (conf_printf(co->co_conf, "%s %s %s%s-%s",
		    family(i->i_af), key, not, text, text2));
	}
	if (i->i_bits == 0)
		return (conf_printf(co->co_conf, "meta nfproto %s",
		    i->i_not ? "0" : i->i_af == AF_INET ? "ipv4" : "ipv6"));
	return (conf_printf(co->co_conf, "%s %s %s%s/%d", family(i->i_af),
	    key, not, text, i->i_bits));
}

/* In one of the sets of this family, or in none. */
static void
set_alts(struct compiler *co, struct alts *a, const char *set, int af,
    const char *key, bool not, bool overload)
{
	struct conf *c = co->co_conf;
	const char *f = family(af);
	int v = af == AF_INET ? 4 : 6;

	if (not) {
		alts_add(a, af, overload ?
		    conf_printf(c, "%s %s != @%s_%d %s %s != @%s_%dd", f,
		    key, set, v, f, key, set, v) :
		    conf_printf(c, "%s %s != @%s_%d", f, key, set, v));
		return;
	}
	alts_add(a, af, conf_printf(c, "%s %s @%s_%d", f, key, set, v));
	if (overload)
		alts_add(a, af, conf_printf(c, "%s %s @%s_%dd", f, key, set,
		    v));
}

static void
table_alts(struct compiler *co, struct alts *a, const struct item *i, int af,
    const char *key)
{
	struct table *t = conf_find_table(co->co_conf, co->co_rs->rs_path,
	    i->i_name);
	char *set = set_name(co->co_conf, t);

	if (af != AF_INET6)
		set_alts(co, a, set, AF_INET, key, i->i_not, t->t_overload);
	if (af != AF_INET)
		set_alts(co, a, set, AF_INET6, key, i->i_not, t->t_overload);
}

/*
 * (interface): the kernel knows the addresses of the interface that the
 * packet came by, or leaves by.  Of others there is a set, filled when the
 * rules were loaded.
 */
static void
dyn_alts(struct compiler *co, struct alts *a, const struct item *i,
    const struct rule *r, const char *key, enum dir d)
{
	struct conf *c = co->co_conf;
	char *set;

	if (i->i_ifa == 0 && r->r_if != NULL && !r->r_if->i_not &&
	    strcmp(r->r_if->i_name, i->i_name) == 0 &&
	    iface_exists(i->i_name) &&
	    strcmp(key, d == D_IN ? "daddr" : "saddr") == 0) {
		alts_add(a, 0, conf_printf(c, "fib %s . %s type %slocal", key,
		    d == D_IN ? "iif" : "oif", i->i_not ? "!= " : ""));
		return;
	}
	set = conf_printf(c, "dyn_%s_%u", iface_name(i->i_name), i->i_ifa);
	if (r->r_af != AF_INET6)
		set_alts(co, a, set, AF_INET, key, i->i_not, false);
	if (r->r_af != AF_INET)
		set_alts(co, a, set, AF_INET6, key, i->i_not, false);
}

/* Routes are looked up before a packet is routed; out, nothing matches. */
static bool
asked_of_in(struct compiler *co, const struct rule *r, enum dir d,
    const char *what)
{
	if (r->r_dir == D_OUT && d == D_OUT)
		compile_error(co, r, "%s: only \"in\" rules can ask this",
		    what);
	return (d == D_IN);
}

static void
and_addr(struct compiler *co, struct alts *all, const struct item *i,
    const struct rule *r, const char *key, enum dir d)
{
	struct alts a = { .al_n = 0 };
	struct conf *c = co->co_conf;

	if (i == NULL)
		return;
	switch (i->i_kind) {
	case I_ADDR:
	case I_RANGE:
		alts_add(&a, i->i_af, addr_cond(co, i, key));
		break;
	case I_TABLE:
		table_alts(co, &a, i, r->r_af, key);
		break;
	case I_DYN:
		dyn_alts(co, &a, i, r, key, d);
		break;
	case I_NOROUTE:
		if (asked_of_in(co, r, d, "no-route"))
			alts_add(&a, 0, conf_printf(c, "fib %s oif %s", key,
			    i->i_not ? "exists" : "missing"));
		break;
	case I_URPF:
		if (asked_of_in(co, r, d, "urpf-failed"))
			alts_add(&a, 0, conf_printf(c, "fib %s . iif oif %s",
			    key, i->i_not ? "exists" : "missing"));
		break;
	default:
		return;
	}
	alts_and(co, all, &a);
}

/* ------------------------------------------------------------------------
 * Numbers.
 */

/* What an operator asks of a number up to max: inside or outside a range. */
static bool
op_range(const struct item *i, uint32_t max, int64_t *lo, int64_t *hi)
{
	*lo = i->i_n1;
	*hi = i->i_n2;
	switch (i->i_op) {
	case OP_IRG:
		++*lo;
		--*hi;
		break;
	case OP_LT:
		*hi = *lo - 1;
		*lo = 0;
		break;
	case OP_LE:
		*hi = *lo;
		*lo = 0;
		break;
	case OP_GT:
		*hi = max;
		++*lo;
		break;
	case OP_GE:
		*hi = max;
		break;
	case OP_XRG:
		return (false);
	case OP_RRG:
		break;
	case OP_NE:
		*hi = *lo;
		return (false);
	default:
		*hi = *lo;
		break;
	}
	return (true);
}

static void
and_op(struct compiler *co, struct alts *a, const char *what,
    const struct item *i, uint32_t max)
{
	int64_t lo, hi;
	bool inside;

	if (i == NULL)
		return;
	inside = op_range(i, max, &lo, &hi);
	if (inside && lo > hi)
		a->al_n = 0;		/* never */
	else if (lo == hi)
		alts_and_text(co, a, conf_printf(co->co_conf, "%s %s%lld",
		    what, inside ? "" : "!= ", (long long)lo));
	else if (lo > 0 || hi < max)
		alts_and_text(co, a, conf_printf(co->co_conf,
		    "%s %s%lld-%lld", what, inside ? "" : "!= ",
		    (long long)lo, (long long)hi));
	else if (!inside)
		a->al_n = 0;
}

static void
and_port(struct compiler *co, struct alts *a, const struct rule *r,
    const struct item *i, const char *key)
{
	const char *proto = r->r_proto == NULL ? "th" :
	    r->r_proto->i_n1 == IPPROTO_TCP ? "tcp" :
	    r->r_proto->i_n1 == IPPROTO_UDP ? "udp" : "sctp";

	if (i != NULL)
		and_op(co, a, conf_printf(co->co_conf, "%s %s", proto, key),
		    i, 65535);
}

/* ------------------------------------------------------------------------
 * The rest.
 */

static void
and_flags(struct compiler *co, struct alts *all, const struct rule *r)
{
	struct alts a = { .al_n = 0 };
	struct conf *c = co->co_conf;

	if (r->r_flagset == 0)
		return;
	alts_add(&a, 0, conf_printf(c, "tcp flags & 0x%02x == 0x%02x",
	    r->r_flagset, r->r_flags));
	/* Without "proto tcp" this says nothing of other protocols. */
	if (r->r_proto == NULL)
		alts_add(&a, 0, conf_strdup(c, "meta l4proto != 6"));
	alts_and(co, all, &a);
}

static void
and_icmp(struct compiler *co, struct alts *a, const struct item *i)
{
	const char *what;

	if (i == NULL)
		return;
	what = i->i_af == AF_INET6 ? "icmpv6" : "icmp";
	alts_and_text(co, a, conf_printf(co->co_conf, "%s type %u", what,
	    i->i_n1 - 1));
	if (i->i_n2 != 0)
		alts_and_text(co, a, conf_printf(co->co_conf, "%s code %u",
		    what, i->i_n2 - 1));
}

static void
and_header(struct compiler *co, struct alts *all, const struct rule *r)
{
	struct alts a = { .al_n = 0 };
	struct conf *c = co->co_conf;

	if (r->r_tos >= 0) {
		if (r->r_af != AF_INET6)
			alts_add(&a, AF_INET, conf_printf(c, "meta nfproto ipv4 "
			    "@nh,8,8 0x%02x", (unsigned)r->r_tos));
		if (r->r_af != AF_INET)
			alts_add(&a, AF_INET6, conf_printf(c, "meta nfproto ipv6 "
			    "@nh,4,8 0x%02x", (unsigned)r->r_tos));
		alts_and(co, all, &a);
		a.al_n = 0;
	}
	if (r->r_fragment) {
		if (r->r_af != AF_INET6)
			alts_add(&a, AF_INET, conf_strdup(c,
			    "ip frag-off & 0x3fff != 0"));
		if (r->r_af != AF_INET)
			alts_add(&a, AF_INET6,
			    conf_strdup(c, "exthdr frag exists"));
		alts_and(co, all, &a);
	}
}

static void
and_tagged(struct compiler *co, struct alts *a, const struct rule *r)
{
	if (r->r_tagged == NULL)
		return;
	alts_and_text(co, a, conf_printf(co->co_conf,
	    "meta mark & 0xff000000 %s 0x%08x", r->r_tagged_not ? "!=" : "==",
	    (unsigned)compile_tag(co, r->r_tagged) << TAG_SHIFT));
}

struct alts
cond_rule(struct compiler *co, const struct rule *r, enum dir d)
{
	struct conf *c = co->co_conf;
	struct alts a = { .al_n = 0 };

	alts_add(&a, 0, conf_strdup(c, ""));
	if (r->r_if != NULL)
		alts_and_text(co, &a, cond_if(c, r->r_if, d == D_IN));
	if (r->r_rcvif != NULL)
		alts_and_text(co, &a, cond_if(c, r->r_rcvif, true));
	if (r->r_af != 0)
		alts_and_text(co, &a, r->r_af == AF_INET ?
		    "meta nfproto ipv4" : "meta nfproto ipv6");
	if (r->r_proto != NULL)
		alts_and_text(co, &a, conf_printf(c, "meta l4proto %u",
		    r->r_proto->i_n1));
	and_addr(co, &a, r->r_src, r, "saddr", d);
	and_port(co, &a, r, r->r_sport, "sport");
	and_addr(co, &a, r->r_dst, r, "daddr", d);
	and_port(co, &a, r, r->r_dport, "dport");
	and_op(co, &a, "meta skuid", r->r_uid, UINT32_MAX);
	and_op(co, &a, "meta skgid", r->r_gid, UINT32_MAX);
	and_flags(co, &a, r);
	and_icmp(co, &a, r->r_icmp);
	and_header(co, &a, r);
	and_tagged(co, &a, r);
	if (r->r_prob != 0 && r->r_prob < 1000000)
		alts_and_text(co, &a, conf_printf(c,
		    "numgen random mod 1000000 < %u", r->r_prob));
	if (a.al_lost)
		compile_error(co, r, "more than %d rules of nftables would be "
		    "needed: split it", ALT_MAX);
	return (a);
}
