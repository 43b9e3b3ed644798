// SPDX-License-Identifier: BSD-2-Clause
/*
 * States are entries of the kernel's connection tracking whose mark says that
 * a rule let them through, or which have been translated.  Read and deleted
 * by ctnetlink.
 */
#include <sys/socket.h>

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_conntrack_tcp.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compile.h"
#include "kernel.h"
#include "names.h"
#include "pfctl.h"
#include "print.h"
#include "source.h"

struct end {
	uint8_t		e_addr[16];
	unsigned	e_port;		/* or of ICMP the id */
};

struct tuple {
	struct end	tu_src, tu_dst;
	unsigned	tu_proto;
};

struct state {
	int		st_af;
	struct tuple	st_orig, st_reply;
	uint32_t	st_mark, st_status, st_id, st_timeout;
	uint8_t		st_tcp;
	uint64_t	st_packets[2], st_bytes[2];
	bool		st_counted;
	uint8_t		st_raw[256];	/* CTA_TUPLE_ORIG, to delete it by */
	size_t		st_rawlen;
};

typedef void state_fn(const struct state *st, void *arg);

/* ------------------------------------------------------------------------
 * ctnetlink.
 */

static void
end_of(const struct nlattr *ips, int af, bool src, struct end *e)
{
	int want = af == AF_INET ? (src ? CTA_IP_V4_SRC : CTA_IP_V4_DST) :
	    (src ? CTA_IP_V6_SRC : CTA_IP_V6_DST);
	size_t size = af == AF_INET ? 4 : 16;
	struct nlattr *a;

	mnl_attr_for_each_nested(a, ips)
		if (mnl_attr_get_type(a) == want &&
		    mnl_attr_get_payload_len(a) >= size)
			memcpy(e->e_addr, mnl_attr_get_payload(a), size);
}

static void
proto_of(const struct nlattr *attr, struct tuple *tu)
{
	struct nlattr *a;

	mnl_attr_for_each_nested(a, attr)
		switch (mnl_attr_get_type(a)) {
		case CTA_PROTO_NUM:
			tu->tu_proto = mnl_attr_get_u8(a);
			break;
		case CTA_PROTO_SRC_PORT:
			tu->tu_src.e_port = ntohs(mnl_attr_get_u16(a));
			break;
		case CTA_PROTO_DST_PORT:
			tu->tu_dst.e_port = ntohs(mnl_attr_get_u16(a));
			break;
		case CTA_PROTO_ICMP_ID:
		case CTA_PROTO_ICMPV6_ID:
			tu->tu_src.e_port = tu->tu_dst.e_port =
			    ntohs(mnl_attr_get_u16(a));
			break;
		}
}

static void
tuple_of(const struct nlattr *attr, int af, struct tuple *tu)
{
	struct nlattr *a;

	mnl_attr_for_each_nested(a, attr)
		if (mnl_attr_get_type(a) == CTA_TUPLE_IP) {
			end_of(a, af, true, &tu->tu_src);
			end_of(a, af, false, &tu->tu_dst);
		} else if (mnl_attr_get_type(a) == CTA_TUPLE_PROTO)
			proto_of(a, tu);
}

static void
counters_of(const struct nlattr *attr, struct state *st, int dir)
{
	struct nlattr *a;

	st->st_counted = true;
	mnl_attr_for_each_nested(a, attr)
		if (mnl_attr_get_type(a) == CTA_COUNTERS_PACKETS)
			st->st_packets[dir] = be64toh(mnl_attr_get_u64(a));
		else if (mnl_attr_get_type(a) == CTA_COUNTERS_BYTES)
			st->st_bytes[dir] = be64toh(mnl_attr_get_u64(a));
}

static void
tcp_of(const struct nlattr *attr, struct state *st)
{
	struct nlattr *a, *b;

	mnl_attr_for_each_nested(a, attr) {
		if (mnl_attr_get_type(a) != CTA_PROTOINFO_TCP)
			continue;
		mnl_attr_for_each_nested(b, a)
			if (mnl_attr_get_type(b) == CTA_PROTOINFO_TCP_STATE)
				st->st_tcp = mnl_attr_get_u8(b);
	}
}

static void
attr_of(const struct nlattr *a, struct state *st)
{
	switch (mnl_attr_get_type(a)) {
	case CTA_TUPLE_ORIG:
		tuple_of(a, st->st_af, &st->st_orig);
		if (a->nla_len <= sizeof(st->st_raw)) {
			memcpy(st->st_raw, a, a->nla_len);
			st->st_rawlen = a->nla_len;
		}
		break;
	case CTA_TUPLE_REPLY:
		tuple_of(a, st->st_af, &st->st_reply);
		break;
	case CTA_MARK:
		st->st_mark = ntohl(mnl_attr_get_u32(a));
		break;
	case CTA_STATUS:
		st->st_status = ntohl(mnl_attr_get_u32(a));
		break;
	case CTA_TIMEOUT:
		st->st_timeout = ntohl(mnl_attr_get_u32(a));
		break;
	case CTA_ID:
		st->st_id = ntohl(mnl_attr_get_u32(a));
		break;
	case CTA_PROTOINFO:
		tcp_of(a, st);
		break;
	case CTA_COUNTERS_ORIG:
		counters_of(a, st, 0);
		break;
	case CTA_COUNTERS_REPLY:
		counters_of(a, st, 1);
		break;
	}
}

struct call {
	state_fn	*ca_fn;
	void		*ca_arg;
};

static int
one_state(const struct nlmsghdr *nlh, void *arg)
{
	const struct nfgenmsg *nfg = mnl_nlmsg_get_payload(nlh);
	struct call *ca = arg;
	struct state st = { .st_af = nfg->nfgen_family };
	struct nlattr *a;

	mnl_attr_for_each(a, nlh, sizeof(*nfg))
		attr_of(a, &st);
	if (st.st_mark != 0 ||
	    (st.st_status & (IPS_SRC_NAT | IPS_DST_NAT)) != 0)
		ca->ca_fn(&st, ca->ca_arg);
	return (MNL_CB_OK);
}

static struct mnl_socket *
ct_open(void)
{
	struct mnl_socket *nl = mnl_socket_open2(NETLINK_NETFILTER,
	    SOCK_CLOEXEC);

	if (nl == NULL || mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0)
		err(1, "connection tracking");
	return (nl);
}

static struct nlmsghdr *
ct_message(char *buf, int type, int flags, int af)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct nfgenmsg *nfg;

	nlh->nlmsg_type = (NFNL_SUBSYS_CTNETLINK << 8) | type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = 1;
	nfg = mnl_nlmsg_put_extra_header(nlh, sizeof(*nfg));
	nfg->nfgen_family = af;
	nfg->version = NFNETLINK_V0;
	return (nlh);
}

/* Each of them, to fn. */
static void
each_state(state_fn *fn, void *arg)
{
	static char buf[65536];
	struct mnl_socket *nl = ct_open();
	struct call ca = { fn, arg };
	struct nlmsghdr *nlh = ct_message(buf, IPCTNL_MSG_CT_GET, NLM_F_DUMP,
	    AF_UNSPEC);
	ssize_t n;
	int ret = 1;

	if (mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0)
		err(1, "connection tracking");
	while (ret > 0) {
		n = mnl_socket_recvfrom(nl, buf, sizeof(buf));
		if (n < 0)
			err(1, "connection tracking");
		ret = mnl_cb_run(buf, n, 1, mnl_socket_get_portid(nl),
		    one_state, &ca);
	}
	if (ret < 0 && errno != EINTR)
		err(1, "connection tracking");
	mnl_socket_close(nl);
}

/* 1 when it was there. */
static unsigned
delete_state(const struct state *st)
{
	char buf[1024];
	struct mnl_socket *nl = ct_open();
	struct nlmsghdr *nlh = ct_message(buf, IPCTNL_MSG_CT_DELETE,
	    NLM_F_ACK, st->st_af);
	unsigned gone = 0;
	ssize_t n;

	memcpy(mnl_nlmsg_get_payload_tail(nlh), st->st_raw, st->st_rawlen);
	nlh->nlmsg_len += MNL_ALIGN(st->st_rawlen);
	mnl_attr_put_u32(nlh, CTA_ID, htonl(st->st_id));
	if (mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) >= 0 &&
	    (n = mnl_socket_recvfrom(nl, buf, sizeof(buf))) > 0)
		gone = mnl_cb_run(buf, n, 1, mnl_socket_get_portid(nl), NULL,
		    NULL) >= 0;
	mnl_socket_close(nl);
	return (gone);
}

/* ------------------------------------------------------------------------
 * -s states
 */

static void
host_text(const struct args *a, int af, const struct end *e, char *buf,
    size_t size)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	struct sockaddr_in6 sin6 = { .sin6_family = AF_INET6 };
	char host[NI_MAXHOST];

	memcpy(&sin.sin_addr, e->e_addr, 4);
	memcpy(&sin6.sin6_addr, e->e_addr, 16);
	if (getnameinfo(af == AF_INET ? (struct sockaddr *)&sin :
	    (struct sockaddr *)&sin6, af == AF_INET ? sizeof(sin) :
	    sizeof(sin6), host, sizeof(host), NULL, 0,
	    a->a_resolve ? 0 : NI_NUMERICHOST) != 0)
		strcpy(host, "?");
	if (e->e_port == 0)
		snprintf(buf, size, "%s", host);
	else if (af == AF_INET)
		snprintf(buf, size, "%s:%u", host, e->e_port);
	else
		snprintf(buf, size, "%s[%u]", host, e->e_port);
}

static bool
same_end(const struct end *x, const struct end *y)
{
	return (memcmp(x->e_addr, y->e_addr, 16) == 0 &&
	    x->e_port == y->e_port);
}

/* "a (b)": as it is on the wire, and in brackets as it is inside. */
static void
print_end(const struct args *a, int af, const struct end *wire,
    const struct end *inside)
{
	char text[NI_MAXHOST + 16];

	host_text(a, af, wire, text, sizeof(text));
	fputs(text, stdout);
	if (same_end(wire, inside))
		return;
	host_text(a, af, inside, text, sizeof(text));
	printf(" (%s)", text);
}

/* Of both sides, the one that began first. */
static const char *
status_text(const struct state *st, bool out)
{
	static const char *const tcp[][2] = {
		[TCP_CONNTRACK_SYN_SENT] = { "SYN_SENT", "CLOSED" },
		[TCP_CONNTRACK_SYN_RECV] = { "SYN_SENT", "ESTABLISHED" },
		[TCP_CONNTRACK_ESTABLISHED] = { "ESTABLISHED",
		    "ESTABLISHED" },
		[TCP_CONNTRACK_FIN_WAIT] = { "FIN_WAIT_2", "ESTABLISHED" },
		[TCP_CONNTRACK_CLOSE_WAIT] = { "FIN_WAIT_2", "CLOSE_WAIT" },
		[TCP_CONNTRACK_LAST_ACK] = { "FIN_WAIT_2", "CLOSING" },
		[TCP_CONNTRACK_TIME_WAIT] = { "TIME_WAIT", "TIME_WAIT" },
		[TCP_CONNTRACK_CLOSE] = { "CLOSED", "CLOSED" },
	};
	static char text[64];
	const char *first = "CLOSED", *second = "CLOSED";

	if (st->st_orig.tu_proto != IPPROTO_TCP) {
		first = st->st_status & IPS_ASSURED ? "MULTIPLE" : "SINGLE";
		second = st->st_status & IPS_SEEN_REPLY ? first :
		    "NO_TRAFFIC";
	} else if (st->st_tcp < sizeof(tcp) / sizeof(tcp[0]) &&
	    tcp[st->st_tcp][0] != NULL) {
		first = tcp[st->st_tcp][0];
		second = tcp[st->st_tcp][1];
	}
	snprintf(text, sizeof(text), "%s:%s", out ? first : second,
	    out ? second : first);
	return (text);
}

static void
print_more(const struct args *a, const struct state *st, unsigned rule)
{
	if (a->a_verbose == 0)
		return;
	printf("   expires in %.2u:%.2u:%.2u", st->st_timeout / 3600,
	    st->st_timeout % 3600 / 60, st->st_timeout % 60);
	if (st->st_counted)
		printf(", %llu:%llu pkts, %llu:%llu bytes",
		    (unsigned long long)st->st_packets[0],
		    (unsigned long long)st->st_packets[1],
		    (unsigned long long)st->st_bytes[0],
		    (unsigned long long)st->st_bytes[1]);
	if (rule != 0 && rule < ID_MAX)
		printf(", rule %u", rule);
	putchar('\n');
	if (a->a_verbose > 1)
		printf("   id: %08x\n", st->st_id);
}

/* One direction of a connection is one state of pf. */
static void
print_state(const struct args *a, const struct state *st, bool out)
{
	const struct tuple *o = &st->st_orig, *r = &st->st_reply;
	const char *name = proto_name(o->tu_proto);

	fputs("all ", stdout);
	if (name != NULL)
		printf("%s ", name);
	else
		printf("%u ", o->tu_proto);
	if (out) {
		/* r's destination is o's source, translated. */
		print_end(a, st->st_af, &r->tu_dst, &o->tu_src);
		fputs(" -> ", stdout);
		print_end(a, st->st_af, &r->tu_src, &r->tu_src);
	} else {
		print_end(a, st->st_af, &r->tu_src, &o->tu_dst);
		fputs(" <- ", stdout);
		print_end(a, st->st_af, &o->tu_src, &o->tu_src);
	}
	printf("       %s\n", status_text(st, out));
	print_more(a, st, out ? st->st_mark >> 16 : st->st_mark & 0xffff);
}

static void
show_one(const struct state *st, void *arg)
{
	const struct args *a = arg;

	if (st->st_mark & 0xffff || (st->st_mark == 0 &&
	    st->st_status & IPS_DST_NAT))
		print_state(a, st, false);
	if (st->st_mark >> 16 != 0 || (st->st_mark == 0 &&
	    st->st_status & IPS_SRC_NAT))
		print_state(a, st, true);
}

int
states_show(const struct args *a)
{
	each_state(show_one, (void *)(uintptr_t)a);
	return (0);
}

struct counted {
	unsigned	 n;
	unsigned	*ids;
};

static void
count_one(const struct state *st, void *arg)
{
	struct counted *co = arg;
	unsigned in = st->st_mark & 0xffff, out = st->st_mark >> 16;

	co->n += (in != 0) + (out != 0) + (in == 0 && out == 0);
	if (co->ids != NULL) {
		co->ids[in]++;
		co->ids[out]++;
	}
}

unsigned
states_count(unsigned *ids)
{
	struct counted co = { 0, ids };

	each_state(count_one, &co);
	return (co.n);
}

/* ------------------------------------------------------------------------
 * -k, -F states
 */

/* Deleting while they are listed would make the kernel lose its place. */
struct found {
	struct state	*fo_states;
	size_t		 fo_n, fo_room;
	const struct item *fo_src, *fo_dst;	/* any of them; NULL: all */
	const uint32_t	*fo_id;
	const unsigned char *fo_rules;	/* of these numbers */
};

static bool
in_list(const struct item *list, int af, const struct end *e)
{
	const struct item *i;
	int bit;

	if (list == NULL)
		return (true);
	for (i = list; i != NULL; i = i->i_next) {
		if (i->i_af != af)
			continue;
		for (bit = 0; bit < i->i_bits; bit++)
			if ((i->i_addr[bit / 8] ^ e->e_addr[bit / 8]) &
			    (0x80 >> bit % 8))
				break;
		if (bit == i->i_bits)
			return (true);
	}
	return (false);
}

static bool
is_meant(const struct found *fo, const struct state *st)
{
	if (fo->fo_id != NULL)
		return (st->st_id == *fo->fo_id);
	if (fo->fo_rules != NULL)
		return (fo->fo_rules[st->st_mark & 0xffff] ||
		    fo->fo_rules[st->st_mark >> 16]);
	return (in_list(fo->fo_src, st->st_af, &st->st_orig.tu_src) &&
	    (in_list(fo->fo_dst, st->st_af, &st->st_orig.tu_dst) ||
	    in_list(fo->fo_dst, st->st_af, &st->st_reply.tu_src)));
}

static void
find_one(const struct state *st, void *arg)
{
	struct found *fo = arg;

	if (!is_meant(fo, st))
		return;
	if (fo->fo_n == fo->fo_room) {
		fo->fo_room = fo->fo_room * 2 + 64;
		fo->fo_states = reallocarray(fo->fo_states, fo->fo_room,
		    sizeof(*fo->fo_states));
		if (fo->fo_states == NULL)
			err(1, NULL);
	}
	fo->fo_states[fo->fo_n++] = *st;
}

static unsigned
delete_found(struct found *fo)
{
	unsigned n = 0;
	size_t i;

	each_state(find_one, fo);
	for (i = 0; i < fo->fo_n; i++)
		n += delete_state(&fo->fo_states[i]);
	free(fo->fo_states);
	return (n);
}

unsigned
states_flush(const struct args *a)
{
	struct found fo = { .fo_n = 0 };

	(void)a;
	return (delete_found(&fo));
}

static unsigned
list_length(const struct item *i)
{
	unsigned n = 0;

	for (; i != NULL; i = i->i_next)
		n++;
	return (n);
}

static struct item *
host_list(struct conf *c, const char *word)
{
	char *copy = conf_strdup(c, word), *slash = strchr(copy, '/');
	struct item *list;
	const char *why;

	if (slash != NULL)
		*slash++ = '\0';
	list = hosts_of(c, copy, slash == NULL ? -1 : atoi(slash), true,
	    &why);
	if (list == NULL)
		errx(1, "%s %s", why, word);
	return (list);
}

static int
kill_label(const struct args *a, const char *label)
{
	static unsigned char rules[65536];
	struct conf *c = kernel_load();
	struct found fo = { .fo_rules = rules };
	const struct ruleset *rs;
	const struct rule *r;
	char *nothing;
	size_t len;
	FILE *f = open_memstream(&nothing, &len);

	if (f == NULL)
		err(1, NULL);
	(void)compile(c, "loaded rules", f);
	fclose(f);
	free(nothing);
	for (rs = c->c_rulesets; rs != NULL; rs = rs->rs_next)
		for (r = rs->rs_rules; r != NULL; r = r->r_next)
			if (r->r_label != NULL &&
			    strcmp(r->r_label, label) == 0)
				rules[r->r_id & 0xffff] = 1;
	say(a, "killed %u states", delete_found(&fo));
	conf_free(c);
	return (0);
}

int
states_kill(const struct args *a, char *const *words, int nwords)
{
	struct conf *c = conf_new();
	struct found fo = { .fo_n = 0 };
	uint32_t id;
	char *end;

	if (nwords == 2 && strcmp(words[0], "label") == 0)
		return (kill_label(a, words[1]));
	if (nwords == 2 && strcmp(words[0], "id") == 0) {
		id = (uint32_t)strtoul(words[1], &end, 16);
		if (end == words[1] || (*end != '\0' && *end != '/'))
			errx(1, "-k id -k %s: no id of a state", words[1]);
		fo.fo_id = &id;
		say(a, "killed %u states", delete_found(&fo));
		return (0);
	}
	if (nwords > 2 || strcmp(words[0], "label") == 0 ||
	    strcmp(words[0], "id") == 0 || strcmp(words[0], "gateway") == 0) {
		warnx("-k: a host or network, two of them, \"label\" or "
		    "\"id\" with a value");
		return (1);
	}
	fo.fo_src = host_list(c, words[0]);
	fo.fo_dst = nwords == 2 ? host_list(c, words[1]) : NULL;
	say(a, "killed %u states from %u sources and %u destinations",
	    delete_found(&fo), list_length(fo.fo_src),
	    list_length(fo.fo_dst));
	conf_free(c);
	return (0);
}
