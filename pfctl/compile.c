// SPDX-License-Identifier: BSD-2-Clause
/*
 * The filter, as nftables.  In pf the last rule that matches decides, unless
 * one with "quick" did before; in nftables the first does.  So the chains
 * have the quick rules in their order and after them the others from the last
 * to the first, which comes to the same.  Only where rules set tags, which
 * later ones ask for, are they gone through in order, and the number of the
 * last that matched is kept in the packet's mark.
 *
 * "in" is the prerouting hook, behind destination NAT, and "out" the
 * postrouting hook, behind source NAT: like pf, the filter sees the
 * addresses that the translation has made.  Nothing can be answered from the
 * postrouting hook; so where a rule answers ("return") the outgoing rules
 * are gone through in output and forward, too, for what is not translated.
 *
 * A connection has pf's state when its ct mark says so.  That conntrack knows
 * a connection means nothing: it may have been there before the rules.
 */
#include <sys/socket.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "compile.h"
#include "iface.h"
#include "names.h"
#include "print.h"
#include "source.h"
#include "tables.h"

#define OUT(...)	fprintf(co->co_out, __VA_ARGS__)

/* A pass over the rules of a direction; the letter in the chains' names. */
struct pass {
	char		 pa_letter;	/* i in, o out, e out and early */
	enum dir	 pa_dir;
};

static const struct pass pass_in = { 'i', D_IN };
static const struct pass pass_out = { 'o', D_OUT };
static const struct pass pass_early = { 'e', D_OUT };

void
compile_error(struct compiler *co, const struct rule *r, const char *fmt, ...)
{
	va_list ap;

	co->co_errors++;
	if (co->co_conf->c_silent)
		return;
	fprintf(stderr, "%s:%d: ", co->co_name, r->r_line);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

static void
too_many(struct compiler *co, int most, const char *what)
{
	co->co_errors++;
	if (!co->co_conf->c_silent)
		fprintf(stderr, "%s: more than %d %s\n", co->co_name, most,
		    what);
}

int
compile_tag(struct compiler *co, const char *tag)
{
	int i;

	for (i = 0; i < co->co_ntags; i++)
		if (strcmp(co->co_tags[i], tag) == 0)
			return (i + 1);
	if (i == TAG_MAX) {
		too_many(co, TAG_MAX, "tags");
		return (TAG_MAX);
	}
	co->co_tags[co->co_ntags++] = conf_strdup(co->co_conf, tag);
	return (co->co_ntags);
}

static bool
goes(const struct rule *r, enum dir d)
{
	return (action_is_filter(r->r_action) &&
	    (r->r_dir == D_BOTH || r->r_dir == d));
}

/* ------------------------------------------------------------------------
 * What happens to a packet whose rule has been found: a chain of its own.
 */

static void
log_rule(struct compiler *co, const struct rule *r, enum dir d)
{
	static const char *const verbs[] = { "pass", "block", "match", "nat",
	    "nonat", "binat", "nobinat", "rdr", "nordr" };

	OUT("\t\tlog prefix \"pf: rule %u/%s %s %s: \" group %u\n", r->r_nr,
	    co->co_rs->rs_path[0] == '\0' ? "main" : "anchor",
	    verbs[r->r_action], d == D_IN ? "in" : "out", r->r_logif);
}

/* Connections of one source, each family for itself. */
static void
limit_source(struct compiler *co, const struct rule *r, int v)
{
	const struct stateopts *so = &r->r_so;
	uint32_t most = so->so_max_src_conn != 0 ? so->so_max_src_conn :
	    so->so_max_src_states;
	const char *f = v == 4 ? "ip" : "ip6";
	const struct table *t = so->so_overload == NULL ? NULL :
	    conf_find_table(co->co_conf, co->co_rs->rs_path, so->so_overload);
	char *into = t == NULL ? conf_strdup(co->co_conf, "") :
	    conf_printf(co->co_conf, "add @%s_%dd { %s saddr } ",
	    set_name(co->co_conf, t), v, f);

	if (so->so_max_src_states != 0 &&
	    so->so_max_src_states < most)
		most = so->so_max_src_states;
	if (most != 0)
		OUT("\t\tadd @s%u_%d { %s saddr ct count over %u } %sdrop\n",
		    r->r_id, v, f, most, into);
	if (so->so_rate == 0)
		return;
	/* nft has rates for a few units only: the finest that is exact. */
	static const struct { const char *name; uint64_t sec; } units[] = {
		{ "second", 1 }, { "minute", 60 }, { "hour", 3600 },
		{ "day", 86400 }
	};
	uint64_t rate = 1;
	int u;

	for (u = 0; u < 3; u++)
		if (so->so_rate * units[u].sec % so->so_seconds == 0)
			break;
	rate = so->so_rate * units[u].sec / so->so_seconds;
	OUT("\t\tupdate @n%u_%d { %s saddr limit rate over %llu/%s burst %u "
	    "packets } %sdrop\n", r->r_id, v, f, (unsigned long long)rate,
	    units[u].name, so->so_rate, into);
}

static void
limits(struct compiler *co, const struct rule *r)
{
	const struct stateopts *so = &r->r_so;

	if (so->so_max != 0)
		OUT("\t\tct count over %u drop\n", so->so_max);
	if (so->so_max_src_conn == 0 && so->so_max_src_states == 0 &&
	    so->so_rate == 0)
		return;
	if (r->r_af != AF_INET6)
		limit_source(co, r, 4);
	if (r->r_af != AF_INET)
		limit_source(co, r, 6);
}

static void
keep(struct compiler *co, unsigned id, enum dir d)
{
	if (d == D_IN)
		OUT("ct mark set ct mark & 0xffff0000 | 0x%08x", id);
	else
		OUT("ct mark set ct mark & 0x0000ffff | 0x%08x", id << 16);
}

static void
pass_rule(struct compiler *co, const struct rule *r, const struct pass *pa)
{
	bool early = pa->pa_letter == 'e';

	/* What has no state is looked at again on its way out. */
	if (early && r->r_keep == K_NO) {
		OUT("\t\taccept\n");
		return;
	}
	limits(co, r);
	if (!r->r_allowopts)
		OUT("\t\tip hdrlength > 5 drop\n\t\texthdr rt exists drop\n");
	OUT("\t\tcounter name \"m%u\"\n", r->r_id);
	if (!early)
		OUT("\t\tcounter name \"c%u%c\"\n", r->r_id, pa->pa_letter);
	if (r->r_log & LOG_ON)
		log_rule(co, r, pa->pa_dir);
	OUT("\t\t");
	if (r->r_keep == K_NO)
		/* pf keeps state of whatever it has translated. */
		OUT("ct status & 0x30 != 0 ");
	keep(co, r->r_keep == K_NO ? ID_NAT : r->r_id, pa->pa_dir);
	OUT("\n\t\taccept\n");
}

/* The answers of a block rule.  What they are made of must come through. */
static void
answers(struct compiler *co, const struct rule *r)
{
	if (r->r_ret == RET_DROP)
		return;
	/* Only a new connection's mark ends with the packet. */
	OUT("\t\tct status & 0x8 == 0 ct mark set 0xffffffff\n");
	if (r->r_ret == RET_ALL || r->r_ret == RET_RST)
		OUT("\t\tmeta l4proto 6 reject with tcp reset\n");
	if (r->r_ret == RET_RST)
		return;
	OUT("\t\tmeta l4proto { 1, 58 } drop\n");
	if (r->r_ret == RET_ALL) {
		OUT("\t\treject with icmpx port-unreachable\n");
		return;
	}
	if (r->r_af != AF_INET6)
		OUT("\t\tmeta nfproto ipv4 reject with icmp %s\n",
		    icmp_reject_name((unsigned)r->r_code4, AF_INET));
	if (r->r_af != AF_INET)
		OUT("\t\tmeta nfproto ipv6 reject with icmpv6 %s\n",
		    icmp_reject_name((unsigned)r->r_code6, AF_INET6));
}

static void
block_rule(struct compiler *co, const struct rule *r, const struct pass *pa)
{
	OUT("\t\tcounter name \"m%u\"\n\t\tcounter name \"c%u%c\"\n", r->r_id,
	    r->r_id, pa->pa_dir == D_IN ? 'i' : 'o');
	if (r->r_log & LOG_ON)
		log_rule(co, r, pa->pa_dir);
	if (pa->pa_letter != 'o')
		answers(co, r);
	OUT("\t\tdrop\n");
}

static void
rule_chain(struct compiler *co, const struct rule *r, const struct pass *pa)
{
	OUT("\tchain r%u%c {\n", r->r_id, pa->pa_letter);
	if (co->co_forward)
		OUT("\t\tmeta mark set meta mark & 0xff0000ff\n");
	if (r->r_action == A_BLOCK)
		block_rule(co, r, pa);
	else
		pass_rule(co, r, pa);
	OUT("\t}\n");
}

/* ------------------------------------------------------------------------
 * Which rule it is.
 */

/* The lines of a rule, each ending in what is to be done. */
static void
lines(struct compiler *co, const struct rule *r, enum dir d, const char *then)
{
	struct alts a = cond_rule(co, r, d);
	int i;

	for (i = 0; i < a.al_n; i++)
		OUT("\t\t%s%s\n", a.al_text[i], then);
}

static const struct ruleset *
child_of(const struct ruleset *rs, const char *path)
{
	size_t len = strlen(path);

	for (; rs != NULL; rs = rs->rs_next)
		if (strncmp(rs->rs_path, path, len) == 0 &&
		    (len == 0 ? rs->rs_path[0] != '\0' :
		    rs->rs_path[len] == '/') &&
		    strchr(rs->rs_path + len + (len > 0), '/') == NULL)
			return (rs);
	return (NULL);
}

static int
path_cmp(const void *a, const void *b)
{
	return (strcmp((*(const struct ruleset *const *)a)->rs_path,
	    (*(const struct ruleset *const *)b)->rs_path));
}

unsigned
anchor_targets(struct compiler *co, const struct rule *r,
    const struct ruleset **list, unsigned max)
{
	struct conf *c = co->co_conf;
	const struct ruleset *rs;
	unsigned n = 0;
	char *path;
	bool wild;

	path = anchor_path(c, co->co_rs, r, &wild);
	if (!wild) {
		list[0] = conf_ruleset(c, path, false);
		return (list[0] != NULL);
	}
	for (rs = c->c_rulesets; n < max; rs = rs->rs_next) {
		if ((rs = child_of(rs, path)) == NULL)
			break;
		list[n++] = rs;
	}
	qsort(list, n, sizeof(void *), path_cmp);
	return (n);
}

/*
 * Go through the anchor's rules by the chain of that kind; where the last rule
 * is asked first, so is the last anchor.
 */
static void
call(struct compiler *co, const struct rule *r, enum dir d, char kind,
    char letter)
{
	const struct ruleset *list[ANCHORS_MAX];
	unsigned i, n = anchor_targets(co, r, list, ANCHORS_MAX);

	for (i = 0; i < n; i++)
		lines(co, r, d, conf_printf(co->co_conf, "jump %c%u%c", kind,
		    list[kind == 'l' ? n - 1 - i : i]->rs_index, letter));
}

/* The quick rules; of anchors that are quick, all. */
static void
quick_chain(struct compiler *co, const struct pass *pa)
{
	const struct rule *r;

	OUT("\tchain q%u%c {\n", co->co_rs->rs_index, pa->pa_letter);
	for (r = co->co_rs->rs_rules; r != NULL; r = r->r_next) {
		if (!goes(r, pa->pa_dir))
			continue;
		if (r->r_action == A_ANCHOR) {
			call(co, r, pa->pa_dir, 'q', pa->pa_letter);
			if (r->r_quick)
				call(co, r, pa->pa_dir, 'l', pa->pa_letter);
		} else if (r->r_quick)
			lines(co, r, pa->pa_dir, conf_printf(co->co_conf,
			    "goto r%u%c", r->r_id, pa->pa_letter));
	}
	OUT("\t}\n");
}

static void
last_from(struct compiler *co, const struct rule *r, const struct pass *pa)
{
	const struct rule **list;
	size_t n = 0, room = 0;

	list = NULL;
	for (; r != NULL; r = r->r_next) {
		if (!goes(r, pa->pa_dir) || r->r_quick)
			continue;
		if (n == room) {
			room = room * 2 + 64;
			list = realloc(list, room * sizeof(void *));
			if (list == NULL)
				abort();
		}
		list[n++] = r;
	}
	while (n-- > 0)
		if (list[n]->r_action == A_ANCHOR)
			call(co, list[n], pa->pa_dir, 'l', pa->pa_letter);
		else
			lines(co, list[n], pa->pa_dir, conf_printf(
			    co->co_conf, "goto r%u%c", list[n]->r_id,
			    pa->pa_letter));
	free(list);
}

/* The others, from the last to the first. */
static void
last_chain(struct compiler *co, const struct pass *pa)
{
	OUT("\tchain l%u%c {\n", co->co_rs->rs_index, pa->pa_letter);
	last_from(co, co->co_rs->rs_rules, pa);
	OUT("\t}\n");
}

/* ---- in order, for tags ---------------------------------------------- */

static void
forward_rule(struct compiler *co, const struct rule *r, const struct pass *pa)
{
	struct conf *c = co->co_conf;
	unsigned mask = 0xffffffff, set = 0;
	char *then = conf_strdup(c, "");

	if (r->r_action != A_MATCH && !r->r_quick) {
		mask &= 0xff0000ff;
		set |= r->r_id << REG_SHIFT;
	}
	if (r->r_tag != NULL) {
		mask &= 0x00ffffff;
		set |= (unsigned)compile_tag(co, r->r_tag) << TAG_SHIFT;
	}
	if (mask != 0xffffffff)
		then = conf_printf(c, "meta mark set meta mark & 0x%08x | "
		    "0x%08x", mask, set);
	if (r->r_action == A_MATCH) {
		lines(co, r, pa->pa_dir, conf_printf(c,
		    "counter name \"m%u\" %s", r->r_id, then));
		if (r->r_log & LOG_ON)
			compile_error(co, r, "match log: only pass and block "
			    "rules can log");
	} else
		lines(co, r, pa->pa_dir, r->r_quick ? conf_printf(c,
		    "%s goto r%u%c", then, r->r_id, pa->pa_letter) : then);
}

/* Of the rules below an anchor: has one of them matched last? */
static void
decide_if_inside(struct compiler *co, const struct rule *call_,
    const struct pass *pa)
{
	const struct ruleset *list[ANCHORS_MAX], *rs;
	unsigned i, n = anchor_targets(co, call_, list, ANCHORS_MAX);
	const struct rule *r;
	size_t len;

	for (i = 0; i < n; i++)
		for (rs = co->co_conf->c_rulesets; rs != NULL;
		    rs = rs->rs_next) {
			len = strlen(list[i]->rs_path);
			if (strncmp(rs->rs_path, list[i]->rs_path, len) != 0 ||
			    (rs->rs_path[len] != '\0' &&
			    rs->rs_path[len] != '/'))
				continue;
			for (r = rs->rs_rules; r != NULL; r = r->r_next)
				if (goes(r, pa->pa_dir) &&
				    r->r_action <= A_BLOCK)
					OUT("\t\tmeta mark & 0x00ffff00 == "
					    "0x%08x goto r%u%c\n",
					    r->r_id << REG_SHIFT, r->r_id,
					    pa->pa_letter);
		}
}

static void
forward_chain(struct compiler *co, const struct pass *pa)
{
	const struct rule *r;

	OUT("\tchain f%u%c {\n", co->co_rs->rs_index, pa->pa_letter);
	for (r = co->co_rs->rs_rules; r != NULL; r = r->r_next) {
		if (!goes(r, pa->pa_dir))
			continue;
		if (r->r_action != A_ANCHOR) {
			forward_rule(co, r, pa);
			continue;
		}
		call(co, r, pa->pa_dir, 'f', pa->pa_letter);
		if (r->r_quick)
			decide_if_inside(co, r, pa);
	}
	OUT("\t}\n");
}

/* ---- both ------------------------------------------------------------- */

static void
pass_chains(struct compiler *co, const struct pass *pa)
{
	struct conf *c = co->co_conf;
	const struct rule *r;

	for (co->co_rs = c->c_rulesets; co->co_rs != NULL;
	    co->co_rs = co->co_rs->rs_next) {
		for (r = co->co_rs->rs_rules; r != NULL; r = r->r_next)
			if (goes(r, pa->pa_dir) && r->r_action <= A_BLOCK)
				rule_chain(co, r, pa);
		if (co->co_forward)
			forward_chain(co, pa);
		else {
			quick_chain(co, pa);
			last_chain(co, pa);
		}
	}
	co->co_rs = c->c_rulesets;
}

/* The number in the packet's mark, told of its rule's chain. */
static void
decide(struct compiler *co, const struct pass *pa)
{
	const struct ruleset *rs;
	const struct rule *r;
	const char *sep = "";

	OUT("\t\tmeta mark set meta mark & 0xff0000ff\n");
	OUT("\t\tjump f0%c\n\t\tmeta mark & 0x00ffff00 vmap { ",
	    pa->pa_letter);
	for (rs = co->co_conf->c_rulesets; rs != NULL; rs = rs->rs_next)
		for (r = rs->rs_rules; r != NULL; r = r->r_next)
			if (goes(r, pa->pa_dir) && r->r_action <= A_BLOCK &&
			    !r->r_quick) {
				OUT("%s0x%08x : goto r%u%c", sep,
				    r->r_id << REG_SHIFT, r->r_id,
				    pa->pa_letter);
				sep = ", ";
			}
	if (*sep == '\0')
		OUT("0x00ffff00 : continue");
	OUT(" }\n");
}

static void
rules_of(struct compiler *co, const struct pass *pa)
{
	if (co->co_forward)
		decide(co, pa);
	else
		OUT("\t\tjump q0%c\n\t\tjump l0%c\n", pa->pa_letter,
		    pa->pa_letter);
}

/* ------------------------------------------------------------------------
 * The hooks.
 */

static void
skips(struct compiler *co, bool in)
{
	const struct item *i;

	for (i = co->co_conf->c_skip; i != NULL; i = i->i_next)
		OUT("\t\t%s accept\n", cond_if(co->co_conf, i, in));
}

/* Connections with state: what the first direction asks, and the other. */
static void
known(struct compiler *co, unsigned firstmask, unsigned othermask,
    char letter)
{
	OUT("\t\tct direction original ct mark & 0x%08x != 0 goto k%ca\n"
	    "\t\tct direction reply ct mark & 0x%08x != 0 goto k%cb\n",
	    firstmask, letter, othermask, letter);
}

static void
known_chain(struct compiler *co, char letter, char which, unsigned mask)
{
	const struct ruleset *rs;
	const struct rule *r;

	OUT("\tchain k%c%c {\n"
	    "\t\tcounter name ct mark & 0x%08x map @c%c\n", letter, which,
	    mask, letter);
	for (rs = co->co_conf->c_rulesets; co->co_logall && rs != NULL;
	    rs = rs->rs_next)
		for (co->co_rs = rs, r = rs->rs_rules; r != NULL;
		    r = r->r_next)
			if (r->r_action == A_PASS && r->r_log & LOG_ALL)
				OUT("\t\tct mark & 0x%08x == 0x%08x log "
				    "prefix \"pf: rule %u pass: \" "
				    "group %u\n", mask, mask == 0xffff ?
				    r->r_id : r->r_id << 16, r->r_nr,
				    r->r_logif);
	co->co_rs = co->co_conf->c_rulesets;
	OUT("\t\taccept\n\t}\n");
}

static void
known_chains(struct compiler *co)
{
	known_chain(co, 'i', 'a', 0x0000ffff);
	known_chain(co, 'i', 'b', 0xffff0000);
	known_chain(co, 'o', 'a', 0xffff0000);
	known_chain(co, 'o', 'b', 0x0000ffff);
}

static void
neighbours(struct compiler *co)
{
	/* conntrack does not follow them, so no state lets answers in. */
	if (co->co_block)
		OUT("\t\ticmpv6 type nd-neighbor-advert accept\n");
}

static void
default_pass(struct compiler *co, enum dir d)
{
	OUT("\t\tct status & 0x30 != 0 ");
	keep(co, ID_NAT, d);
	OUT("\n");
}

static void
hook_in(struct compiler *co)
{
	OUT("\tchain pf_in {\n");
	skips(co, true);
	known(co, 0x0000ffff, 0xffff0000, 'i');
	neighbours(co);
	rules_of(co, &pass_in);
	default_pass(co, D_IN);
	OUT("\t}\n");
}

static void
hook_out(struct compiler *co)
{
	OUT("\tchain pf_out {\n");
	skips(co, false);
	known(co, 0xffff0000, 0x0000ffff, 'o');
	neighbours(co);
	if (co->co_return) {
		/* What the kernel answers by itself has come by nowhere. */
		OUT("\t\ticmp type destination-unreachable iif 0 accept\n"
		    "\t\ticmpv6 type destination-unreachable iif 0 accept\n");
	}
	rules_of(co, &pass_out);
	default_pass(co, D_OUT);
	OUT("\t}\n");
}

static void
hook_early(struct compiler *co)
{
	if (!co->co_early)
		return;
	OUT("\tchain pf_early {\n");
	skips(co, false);
	OUT("\t\tct direction original ct mark & 0xffff0000 != 0 accept\n"
	    "\t\tct direction reply ct mark & 0x0000ffff != 0 accept\n"
	    "\t\tct status & 0x20 != 0 accept\n");
	if (translate_some(co->co_conf))
		OUT("\t\tct state new jump pf_probe\n");
	rules_of(co, &pass_early);
	OUT("\t}\n");
}

/* Clamp the MSS of connections, as scrub's max-mss does. */
static void
scrub_chain(struct compiler *co, enum dir d)
{
	const struct rule *r;
	struct rule tcp;
	struct item proto = { .i_kind = I_PROTO, .i_n1 = IPPROTO_TCP };

	OUT("\tchain scrub_%s {\n", d == D_IN ? "in" : "out");
	for (r = co->co_rs->rs_rules; r != NULL; r = r->r_next) {
		if ((r->r_action != A_SCRUB && r->r_action != A_NOSCRUB) ||
		    (r->r_dir != D_BOTH && r->r_dir != d))
			continue;
		if (r->r_proto != NULL && r->r_proto->i_n1 != IPPROTO_TCP)
			continue;
		tcp = *r;
		tcp.r_proto = &proto;
		if (r->r_action == A_SCRUB && r->r_port1 != 0)
			lines(co, &tcp, d, conf_printf(co->co_conf,
			    "tcp flags & 0x02 == 0x02 tcp option maxseg size "
			    "> %u tcp option maxseg size set %u", r->r_port1,
			    r->r_port1));
		lines(co, &tcp, d, "return");
	}
	OUT("\t}\n");
}

static bool
scrub_some(const struct conf *c)
{
	const struct rule *r;

	for (r = c->c_rulesets->rs_rules; r != NULL; r = r->r_next)
		if (r->r_action == A_SCRUB && r->r_port1 != 0)
			return (true);
	return (false);
}

/*
 * The base chains, which alone see packets: without them pf is disabled.
 * They only jump, so that they stay when rules are replaced, and what is
 * replaced is one jump's target.
 */
static void
base(struct compiler *co, const char *name, const char *type,
    const char *hook, const char *prio, const char *rules)
{
	OUT("\tchain base_%s {\n\t\ttype %s hook %s priority %s; policy "
	    "accept;\n%s\t}\n", name, type, hook, prio, rules);
}

static void
bases(struct compiler *co)
{
	bool scrub = scrub_some(co->co_conf);

	if (!co->co_conf->c_enabled)
		return;
	base(co, "in", "filter", "prerouting", "-90",
	    scrub ? "\t\tjump scrub_in\n\t\tjump pf_in\n" : "\t\tjump pf_in\n");
	base(co, "out", "filter", "postrouting", "110",
	    scrub ? "\t\tjump scrub_out\n\t\tjump pf_out\n" : "\t\tjump pf_out\n");
	base(co, "output", "filter", "output", "0",
	    co->co_early ? "\t\tjump pf_early\n" : "");
	base(co, "forward", "filter", "forward", "0",
	    co->co_early ? "\t\tjump pf_early\n" : "");
	base(co, "rdr", "nat", "prerouting", "-100", "\t\tjump pf_rdr\n");
	base(co, "rdrlo", "nat", "output", "-100", "\t\tjump pf_rdrlo\n");
	base(co, "nat", "nat", "postrouting", "100", "\t\tjump pf_nat\n");
}

/* ------------------------------------------------------------------------
 * Numbers, counters, sets.
 */

static void
look_at(struct compiler *co, struct ruleset *rs, struct rule *r,
    unsigned *id)
{
	struct table *t;

	r->r_id = (*id)++;
	if (r->r_tag != NULL && action_is_filter(r->r_action))
		co->co_forward = true;
	if (r->r_action == A_MATCH)
		co->co_forward = true;
	if (r->r_log & LOG_ALL)
		co->co_logall = true;
	if (r->r_action == A_BLOCK) {
		co->co_block = true;
		if (r->r_ret != RET_DROP && r->r_dir != D_OUT)
			co->co_return = true;
		if (r->r_ret != RET_DROP && r->r_dir != D_IN)
			co->co_return = co->co_early = true;
	}
	if (r->r_so.so_overload != NULL) {
		t = conf_find_table(co->co_conf, rs->rs_path,
		    r->r_so.so_overload);
		if (t == NULL)
			t = conf_table(co->co_conf, rs->rs_path,
			    r->r_so.so_overload, true);
		t->t_overload = true;
	}
}

static void
implied_table(struct conf *c, const struct ruleset *rs, const struct item *i)
{
	if (i != NULL && i->i_kind == I_TABLE &&
	    conf_find_table(c, rs->rs_path, i->i_name) == NULL)
		conf_table(c, rs->rs_path, i->i_name, true);
}

/* Anchors that are called are there, even when nothing is in them. */
static void
implied_anchor(struct compiler *co, struct ruleset *rs, struct rule *r)
{
	char *path;
	bool wild;

	if (!action_is_anchor(r->r_action))
		return;
	path = anchor_path(co->co_conf, rs, r, &wild);
	if (!wild)
		conf_ruleset(co->co_conf, path, true);
}

static bool
number_all(struct compiler *co)
{
	struct conf *c = co->co_conf;
	struct ruleset *rs;
	struct rule *r;
	struct table *t;
	unsigned id = 0, n = 0;

	for (t = c->c_tables; t != NULL; t = t->t_next)
		t->t_overload = false;
	for (rs = c->c_rulesets; rs != NULL; rs = rs->rs_next) {
		rs->rs_index = n++;
		number_rules(rs);
		for (r = rs->rs_rules; r != NULL; r = r->r_next) {
			look_at(co, rs, r, &id);
			implied_table(c, rs, r->r_src);
			implied_table(c, rs, r->r_dst);
			implied_anchor(co, rs, r);
		}
	}
	for (rs = c->c_rulesets, n = 0; rs != NULL; rs = rs->rs_next)
		rs->rs_index = n++;
	/* Old states keep their numbers, so new rules get others. */
	if (c->c_base == 0 || c->c_base + id > ID_MAX)
		c->c_base = 1;
	for (rs = c->c_rulesets; rs != NULL; rs = rs->rs_next)
		for (r = rs->rs_rules; r != NULL; r = r->r_next)
			r->r_id += c->c_base;
	if (id < ID_MAX)
		return (true);
	too_many(co, ID_MAX, "rules");
	return (false);
}

static void
source_sets(struct compiler *co, const struct rule *r)
{
	const struct stateopts *so = &r->r_so;
	int v;

	for (v = 4; v <= 6; v += 2) {
		if (r->r_af == (v == 4 ? AF_INET6 : AF_INET))
			continue;
		if (so->so_max_src_conn != 0 || so->so_max_src_states != 0)
			OUT("\tset s%u_%d { type ipv%d_addr; size 65535; "
			    "flags dynamic; }\n", r->r_id, v, v);
		if (so->so_rate != 0)
			OUT("\tset n%u_%d { type ipv%d_addr; size 65535; "
			    "flags dynamic,timeout; timeout %us; }\n",
			    r->r_id, v, v, so->so_seconds);
	}
}

static void
counters(struct compiler *co)
{
	const struct ruleset *rs;
	const struct rule *r;

	for (rs = co->co_conf->c_rulesets; rs != NULL; rs = rs->rs_next)
		for (r = rs->rs_rules; r != NULL; r = r->r_next) {
			OUT("\tcounter m%u { }\n", r->r_id);
			if (r->r_action > A_BLOCK)
				continue;
			OUT("\tcounter c%ui { }\n\tcounter c%uo { }\n",
			    r->r_id, r->r_id);
			source_sets(co, r);
		}
}

/* Which counter a state's packets go to. */
static void
counter_map(struct compiler *co, char letter)
{
	const struct ruleset *rs;
	const struct rule *r;
	const char *sep = "; elements = { ";

	OUT("\tmap c%c { type mark : counter", letter);
	for (rs = co->co_conf->c_rulesets; rs != NULL; rs = rs->rs_next)
		for (r = rs->rs_rules; r != NULL; r = r->r_next)
			if (r->r_action == A_PASS && r->r_keep > K_NO) {
				OUT("%s0x%08x : \"c%u%c\", 0x%08x : \"c%u%c\"",
				    sep, r->r_id, r->r_id, letter,
				    r->r_id << 16, r->r_id, letter);
				sep = ", ";
			}
	OUT("%s }\n", *sep == ',' ? " };" : ";");
}

/* The addresses of (interface), as they are now. */
static void
dyn_set(struct compiler *co, const struct item *i)
{
	struct table t = { .t_name = conf_printf(co->co_conf, "dyn_%s_%u",
	    iface_name(i->i_name), i->i_ifa) };
	struct item *list = iface_items(co->co_conf, i->i_name, i->i_ifa),
	    *next;

	t.t_tail = &t.t_list;
	for (; list != NULL; list = next) {
		next = list->i_next;
		table_add(&t, list);
	}
	table_sets(co->co_conf, &t, t.t_name, co->co_out);
}

static bool
seen_before(const struct conf *c, const struct item *until)
{
	const struct ruleset *rs;
	const struct rule *r;
	const struct item *i;
	int k;

	for (rs = c->c_rulesets; rs != NULL; rs = rs->rs_next)
		for (r = rs->rs_rules; r != NULL; r = r->r_next)
			for (k = 0; k < 2; k++) {
				i = k == 0 ? r->r_src : r->r_dst;
				if (i == until)
					return (false);
				if (i != NULL && i->i_kind == I_DYN &&
				    strcmp(i->i_name, until->i_name) == 0 &&
				    i->i_ifa == until->i_ifa)
					return (true);
			}
	return (false);
}

static void
dyn_sets(struct compiler *co)
{
	const struct ruleset *rs;
	const struct rule *r;
	const struct item *i;
	int k;

	for (rs = co->co_conf->c_rulesets; rs != NULL; rs = rs->rs_next)
		for (r = rs->rs_rules; r != NULL; r = r->r_next)
			for (k = 0; k < 2; k++) {
				i = k == 0 ? r->r_src : r->r_dst;
				if (i != NULL && i->i_kind == I_DYN &&
				    !seen_before(co->co_conf, i))
					dyn_set(co, i);
			}
}

char *
set_name(struct conf *c, const struct table *t)
{
	char *name = t->t_path[0] == '\0' ? conf_printf(c, "t_%s", t->t_name) :
	    conf_printf(c, "t_%s/%s", t->t_path, t->t_name), *s;

	/* nft(8) has no such signs in a name; "/" parts as well. */
	while ((s = strpbrk(name, ":*")) != NULL)
		*s = '/';
	return (name);
}

int
compile(struct conf *c, const char *name, FILE *out)
{
	struct compiler co_ = { .co_conf = c, .co_out = out,
	    .co_name = name }, *co = &co_;
	struct table *t;

	if (!number_all(co))
		return (co->co_errors);
	co->co_rs = c->c_rulesets;
	for (t = c->c_tables; t != NULL; t = t->t_next)
		table_sets(c, t, set_name(c, t), out);
	dyn_sets(co);
	counters(co);
	counter_map(co, 'i');
	counter_map(co, 'o');
	known_chains(co);
	pass_chains(co, &pass_in);
	pass_chains(co, &pass_out);
	if (co->co_early)
		pass_chains(co, &pass_early);
	translate(co);
	hook_in(co);
	hook_out(co);
	hook_early(co);
	if (scrub_some(c)) {
		scrub_chain(co, D_IN);
		scrub_chain(co, D_OUT);
	}
	bases(co);
	return (co->co_errors);
}
