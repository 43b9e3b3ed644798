// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The addresses of a prison that shares the host's network, seen from the
 * system calls: which sockets there are, what bind(2) may name, what the
 * loopback address means, which source a packet gets.  packet.bpf.c is the
 * wall behind this.
 *
 * A prison is looked up by the caller.  Each program ends with one of
 * refuse(errno), ALLOW, or, in bind(2) only, ALLOW_RESERVED.
 */
#define POLICE_MAPS
#include "maps.bpf.h"

#define IPPORT_RESERVED	1024
#define BIND_ANY_PORT	2	/* bit 1: no CAP_NET_BIND_SERVICE asked */
#define ALLOW		1
#define ALLOW_RESERVED	(ALLOW | BIND_ANY_PORT)

#define TCP_CLOSE	7
#define TCP_LISTEN	10

/* Of the kernel's structures, what is read; found by BTF at load time. */
struct sock_common {
	unsigned char	skc_ipv6only : 1;
} __attribute__((preserve_access_index));

typedef struct {
	unsigned int	val;
} kuid_t;

struct cred {
	kuid_t		euid;
} __attribute__((preserve_access_index));

struct task_struct {
	const struct cred *cred;
} __attribute__((preserve_access_index));

static __always_inline int
refuse(int error)
{
	bpf_set_retval(-error);
	return (0);
}

/*
 * The effective uid, as FreeBSD asks; bpf_get_current_uid_gid() would give
 * the real one.  Both count as the host does.
 */
static __always_inline int
is_root(const struct police_row *row)
{
	struct task_struct *task = bpf_get_current_task_btf();

	return (task->cred->euid.val == row->pr_uid0);
}

static __always_inline int
is_loopback4(__u32 ip)
{
	return ((ip & bpf_htonl(0xff000000)) == bpf_htonl(0x7f000000));
}

static __always_inline int
is_any6(const struct police_addr *a)
{
	return ((a->pa_w[0] | a->pa_w[1] | a->pa_w[2] | a->pa_w[3]) == 0);
}

static __always_inline int
is_loopback6(const struct police_addr *a)
{
	return ((a->pa_w[0] | a->pa_w[1] | a->pa_w[2]) == 0 &&
	    a->pa_w[3] == bpf_htonl(1));
}

static __always_inline int
is_mapped(const struct police_addr *a)
{
	return ((a->pa_w[0] | a->pa_w[1]) == 0 && a->pa_w[2] == MAPPED);
}

static __always_inline void
get_user_addr6(const struct bpf_sock_addr *ctx, struct police_addr *ret_a)
{
	ret_a->pa_w[0] = ctx->user_ip6[0];
	ret_a->pa_w[1] = ctx->user_ip6[1];
	ret_a->pa_w[2] = ctx->user_ip6[2];
	ret_a->pa_w[3] = ctx->user_ip6[3];
}

static __always_inline void
set_user_addr6(struct bpf_sock_addr *ctx, const struct police_addr *a)
{
	ctx->user_ip6[0] = a->pa_w[0];
	ctx->user_ip6[1] = a->pa_w[1];
	ctx->user_ip6[2] = a->pa_w[2];
	ctx->user_ip6[3] = a->pa_w[3];
}

/* ------------------------------------------------------------------------
 * socket(2)
 */

/*
 * What inet_create() makes for PF_INET and PF_INET6.  Other families do not
 * come here, nor sockets that the kernel makes for itself.  SCTP and L2TP
 * have binds of their own which no program sees; MPTCP tells its peer the
 * host's other addresses.
 */
SEC("cgroup/sock_create")
int
sock_create(struct bpf_sock *sk)
{
	__u64 id = bpf_get_current_ancestor_cgroup_id(level);
	__u32 mode, modes = quick_modes(id);
	struct police_row *row;

	if (modes == 0) {
		if ((row = row_of(id)) == NULL)
			return (refuse(EPROTONOSUPPORT));
		modes = POLICE_MODES(row);
	}
	mode = sk->family == AF_INET6 ? POLICE_MODE6(modes) :
	    POLICE_MODE4(modes);
	if (mode == POLICE_DISABLE)
		return (refuse(EPROTONOSUPPORT));
	if (POLICE_FLAGS(modes) & POLICE_VNET)
		return (ALLOW);
	if (sk->type == SOCK_RAW)
		return (POLICE_FLAGS(modes) & POLICE_RAW_SOCKETS ? ALLOW :
		    refuse(EPERM));
	if (mode == POLICE_INHERIT)
		return (ALLOW);
	switch (sk->protocol) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return (ALLOW);
	}
	return (refuse(EPROTONOSUPPORT));
}

/* ------------------------------------------------------------------------
 * bind(2)
 */

/*
 * Ports below 1024: root's, where the prison has them at all.  Decided here
 * for the others too, not left to the kernel: a note of a port must not be
 * written for one whose bind then fails.
 */
static __always_inline int
port_verdict(const struct police_row *row, __u32 port)
{
	if (port == 0 || bpf_ntohs(port) >= IPPORT_RESERVED)
		return (ALLOW);
	if ((row->pr_flags & POLICE_RESERVED_PORTS) == 0)
		return (0);
	/* In a network of its own the kernel asks the right namespace. */
	if (row->pr_flags & POLICE_VNET)
		return (ALLOW);
	return (is_root(row) ? ALLOW_RESERVED : 0);
}

#define PORT_TAKEN	0x10000

/*
 * Which port to bind on address `real` where `port` was asked for.  A
 * listener of the host on the wildcard address has the port of every
 * address: then any free one (0).  A listener of ours that was moved already:
 * the port it was moved to, so that the kernel decides as ever between
 * EADDRINUSE and SO_REUSEPORT.  One that is steered to from here and bound
 * elsewhere, a wildcard: the kernel sees no conflict, but who binds to one of
 * its addresses would take that from it.
 */
static __always_inline __u32
port_dodge(struct bpf_sock_addr *ctx, struct bpf_sock_tuple *tuple,
    __u32 size, const struct police_addr *real, __u32 port)
{
	struct police_note *note;
	struct bpf_sock *sk;
	__u32 dodged = port;

	sk = bpf_sk_lookup_tcp(ctx, tuple, size, BPF_F_CURRENT_NETNS, 0);
	if (sk == NULL)
		return (port);
	note = bpf_sk_storage_get(&notes, sk, NULL, 0);
	if (note != NULL)
		dodged = same_addr(&note->pn_real, real) ?
		    bpf_htons(sk->src_port) : PORT_TAKEN;
	else if (sk->state == TCP_LISTEN && sk->src_ip4 == 0)
		dodged = 0;
	bpf_sk_release(sk);
	return (dodged);
}

/*
 * A TCP socket gets address `real` where `asked` was asked for: find it a
 * port, and write the note that brings connections to it.  Returns 0 or an
 * errno.
 */
static __always_inline int
note_bind(struct bpf_sock_addr *ctx, const struct police_row *row,
    const struct police_addr *asked, const struct police_addr *real, int dual)
{
	__u32 port = ctx->user_port, real_port = port;
	struct bpf_sock_tuple tuple = {};
	struct police_note *note;

	if (port != 0 && is_mapped(real)) {
		tuple.ipv4.daddr = real->pa_w[3];
		tuple.ipv4.dport = port;
		real_port = port_dodge(ctx, &tuple, sizeof(tuple.ipv4), real,
		    port);
	} else if (port != 0) {
		__builtin_memcpy(tuple.ipv6.daddr, real,
		    sizeof(tuple.ipv6.daddr));
		tuple.ipv6.dport = port;
		real_port = port_dodge(ctx, &tuple, sizeof(tuple.ipv6), real,
		    port);
	}
	if (real_port == PORT_TAKEN)
		return (EADDRINUSE);
	/* One address, its own port: the kernel finds that by itself. */
	if (real_port == port && row->pr_naddr4 + row->pr_naddr6 <= 1) {
		bpf_sk_storage_delete(&notes, ctx->sk);
		return (0);
	}
	note = bpf_sk_storage_get(&notes, ctx->sk, NULL,
	    BPF_SK_STORAGE_GET_F_CREATE);
	if (note == NULL)
		return (ENOBUFS);
	note->pn_pool4 = row->pr_pool4;
	note->pn_pool6 = row->pr_pool6;
	note->pn_asked = *asked;
	note->pn_real = *real;
	note->pn_port = port;
	note->pn_dual = dual;
	if (real_port != port)
		ctx->user_port = real_port;
	return (0);
}

/*
 * The address an IPv4 bind gets: *ip in, *ip out.  ANY stays where there is
 * no other way to receive on several addresses, which the packet filter then
 * keeps to ours: UDP, on a port that somebody will look for.
 */
static __always_inline int
choose4(const struct bpf_sock_addr *ctx, const struct police_row *row,
    __u32 *ip)
{
	if (*ip == INADDR_ANY) {
		if (row->pr_naddr4 == 1 || ctx->protocol == IPPROTO_TCP ||
		    ctx->user_port == 0)
			*ip = row->pr_primary4.pa_w[3];
		return (1);
	}
	if (is_mine4(row, *ip))
		return (1);
	if (*ip != LOCALHOST)
		return (0);
	*ip = row->pr_primary4.pa_w[3];
	return (1);
}

SEC("cgroup/bind4")
int
bind4(struct bpf_sock_addr *ctx)
{
	struct police_row *row = my_row();
	__u32 asked = ctx->user_ip4, ip = asked;
	struct police_addr a, real;
	int error, verdict;

	if (row == NULL)
		return (refuse(EADDRNOTAVAIL));
	if (row->pr_mode4 == POLICE_DISABLE)
		return (refuse(EAFNOSUPPORT));
	if (row->pr_mode4 == POLICE_LIST && !choose4(ctx, row, &ip))
		return (refuse(EADDRNOTAVAIL));
	verdict = port_verdict(row, ctx->user_port);
	if (verdict == 0)
		return (refuse(EACCES));
	if (row->pr_mode4 != POLICE_LIST)
		return (verdict);
	ctx->user_ip4 = ip;
	if (ctx->protocol != IPPROTO_TCP)
		return (verdict);
	/* The one address is what FreeBSD shows, and what is to be found. */
	if (asked != INADDR_ANY || row->pr_naddr4 == 1)
		asked = ip;
	set_mapped(&a, asked);
	set_mapped(&real, ip);
	error = note_bind(ctx, row, &a, &real, 0);
	return (error == 0 ? verdict : refuse(error));
}

/* IPV6_V6ONLY, which no helper tells. */
static __always_inline int
is_v6only(struct bpf_sock_addr *ctx)
{
	struct sock_common *skc;
	struct bpf_sock *sk = ctx->sk;

	if (sk == NULL)
		return (1);
	if (ctx->protocol == IPPROTO_TCP)
		skc = (struct sock_common *)bpf_skc_to_tcp6_sock(sk);
	else
		skc = (struct sock_common *)bpf_skc_to_udp6_sock(sk);
	return (skc == NULL || BPF_CORE_READ_BITFIELD(skc, skc_ipv6only));
}

/*
 * As choose4.  An ANY of both families becomes the primary IPv4 address,
 * mapped: bound to an IPv6 address the socket would be IPv6 only, while to
 * this one the IPv6 connections can still be steered.
 */
static __always_inline int
choose6(struct bpf_sock_addr *ctx, const struct police_row *row,
    struct police_addr *a, int *ret_dual)
{
	if (is_any6(a)) {
		*ret_dual = !is_v6only(ctx);
		if (*ret_dual && row->pr_mode4 == POLICE_INHERIT)
			return (1);
		if (*ret_dual && row->pr_mode4 == POLICE_LIST) {
			if (ctx->protocol == IPPROTO_TCP)
				*a = row->pr_primary4;
			return (1);
		}
		if (row->pr_naddr6 == 1 || ctx->protocol == IPPROTO_TCP ||
		    ctx->user_port == 0)
			*a = row->pr_primary6;
		return (1);
	}
	if (is_mine6(row, a))
		return (1);
	if (!is_loopback6(a))
		return (0);
	*a = row->pr_primary6;
	return (1);
}

SEC("cgroup/bind6")
int
bind6(struct bpf_sock_addr *ctx)
{
	struct police_row *row = my_row();
	struct police_addr asked, real;
	int dual = 0, error, verdict;
	__u32 mode;

	if (row == NULL)
		return (refuse(EADDRNOTAVAIL));
	get_user_addr6(ctx, &asked);
	real = asked;
	mode = is_mapped(&asked) ? row->pr_mode4 : row->pr_mode6;
	if (mode == POLICE_DISABLE)
		return (refuse(EAFNOSUPPORT));
	if (mode == POLICE_LIST && !(is_mapped(&asked) ?
	    choose4(ctx, row, &real.pa_w[3]) :
	    choose6(ctx, row, &real, &dual)))
		return (refuse(EADDRNOTAVAIL));
	verdict = port_verdict(row, ctx->user_port);
	if (verdict == 0)
		return (refuse(EACCES));
	if (mode != POLICE_LIST)
		return (verdict);
	set_user_addr6(ctx, &real);
	/* A wildcard still: the host's other family has it, see choose6. */
	if (ctx->protocol != IPPROTO_TCP || is_any6(&real))
		return (verdict);
	if (is_mapped(&asked) ?
	    asked.pa_w[3] != INADDR_ANY || row->pr_naddr4 == 1 :
	    !is_any6(&asked) || (row->pr_naddr6 == 1 && !dual))
		asked = real;
	error = note_bind(ctx, row, &asked, &real, dual);
	return (error == 0 ? verdict : refuse(error));
}

/* ------------------------------------------------------------------------
 * connect(2)
 */

/* Where `ip` leads: whatever is this machine itself is the prison's. */
static __always_inline __u32
destination4(const struct police_row *row, __u32 ip)
{
	if ((ip == INADDR_ANY || is_loopback4(ip)) && !is_mine4(row, ip))
		return (row->pr_primary4.pa_w[3]);
	return (ip);
}

static __always_inline void
destination6(const struct police_row *row, struct police_addr *a)
{
	if ((is_any6(a) || is_loopback6(a)) && !is_mine6(row, a))
		*a = row->pr_primary6;
}

/*
 * The address to send from, *a: the primary one, but where the route leads by
 * an interface with others, the first of those.  To oneself it is the primary
 * one in any case.
 */
static __always_inline void
choose_source(void *ctx, const struct police_row *row,
    const struct police_addr *to, int v6, struct police_addr *a)
{
	struct police_route key = { .pt_bits = POLICE_NETBITS + 128,
	    .pt_to = *to };
	struct police_source ps = { .ps_list = row->pr_list,
	    .ps_version = v6 ? 6 : 4 };
	const struct police_addr *found;
	__u64 net;
	__u32 *oif;

	*a = v6 ? row->pr_primary6 : row->pr_primary4;
	if ((v6 ? row->pr_naddr6 : row->pr_naddr4) < 2 ||
	    (row->pr_flags & (v6 ? POLICE_SADDRSEL6 : POLICE_SADDRSEL4)) == 0 ||
	    same_addr(to, a) || is_member(row, to))
		return;
	net = bpf_get_netns_cookie(ctx);
	__builtin_memcpy(key.pt_net, &net, sizeof(net));
	if ((oif = bpf_map_lookup_elem(&routes, &key)) == NULL)
		return;
	ps.ps_oif = *oif;
	if ((found = bpf_map_lookup_elem(&sources, &ps)) != NULL)
		*a = *found;
}

static __always_inline __u32
source4(void *ctx, const struct police_row *row, __u32 ip)
{
	struct police_addr to, a;

	set_mapped(&to, ip);
	choose_source(ctx, row, &to, 0, &a);
	return (a.pa_w[3]);
}

static __always_inline int
is_unbound(const struct bpf_sock *sk)
{
	return (sk != NULL && sk->src_port == 0 && sk->src_ip4 == 0);
}

/* The port is left to connect(2), which may share it between peers. */
static __always_inline int
bind_source6(struct bpf_sock_addr *ctx, const struct police_addr *a)
{
	struct sockaddr_in6 sin6 = { .sin6_family = AF_INET6 };

	__builtin_memcpy(&sin6.sin6_addr, a, sizeof(*a));
	return (bpf_bind(ctx, (struct sockaddr *)&sin6, sizeof(sin6)));
}

static __always_inline int
bind_source4(struct bpf_sock_addr *ctx, __u32 ip)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	struct police_addr a;

	/* An IPv6 socket's own record of its address must be set too. */
	set_mapped(&a, ip);
	if (ctx->family == AF_INET6)
		return (bind_source6(ctx, &a));
	sin.sin_addr.s_addr = ip;
	return (bpf_bind(ctx, (struct sockaddr *)&sin, sizeof(sin)));
}

/* The only address of a prison with one, or 0 where the row has to tell. */
static __always_inline __u32
quick_single4(__u64 id)
{
	const struct police_quick *pq = quick_of(id);
	__u32 modes = quick_modes(id);
	__u64 word;

	if (pq == NULL || POLICE_MODE4(modes) != POLICE_LIST ||
	    (modes & POLICE_SINGLE4) == 0)
		return (0);
	word = *(const volatile __u64 *)&pq->pq_addr;
	return (word >> 32 == (__u32)id ? (__u32)word : 0);
}

/* connect(2) of a prison with one address. */
static __always_inline int
connect_from(struct bpf_sock_addr *ctx, __u32 mine)
{
	__u32 ip = ctx->user_ip4;

	if (ip == INADDR_ANY || is_loopback4(ip))
		ctx->user_ip4 = mine;
	if (is_unbound(ctx->sk) && bind_source4(ctx, mine) != 0)
		return (refuse(EADDRNOTAVAIL));
	return (ALLOW);
}

SEC("cgroup/connect4")
int
connect4(struct bpf_sock_addr *ctx)
{
	__u64 id = bpf_get_current_ancestor_cgroup_id(level);
	struct police_row *row;
	__u32 ip = quick_single4(id);

	if (ip != 0)
		return (connect_from(ctx, ip));
	if ((row = row_of(id)) == NULL)
		return (refuse(EACCES));
	if (row->pr_mode4 != POLICE_LIST)
		return (row->pr_mode4 == POLICE_INHERIT ? ALLOW :
		    refuse(EAFNOSUPPORT));
	ip = destination4(row, ctx->user_ip4);
	ctx->user_ip4 = ip;
	if (is_unbound(ctx->sk) &&
	    bind_source4(ctx, source4(ctx, row, ip)) != 0)
		return (refuse(EADDRNOTAVAIL));
	return (ALLOW);
}

SEC("cgroup/connect6")
int
connect6(struct bpf_sock_addr *ctx)
{
	struct police_row *row = my_row();
	struct bpf_sock *sk = ctx->sk;
	struct police_addr a, source;
	__u32 mode;

	if (row == NULL)
		return (refuse(EACCES));
	get_user_addr6(ctx, &a);
	/* Of a socket that was bound to an IPv4 address, :: is IPv4's. */
	if (is_any6(&a) && sk != NULL && sk->src_ip6[2] == MAPPED)
		a.pa_w[2] = MAPPED;
	mode = is_mapped(&a) ? row->pr_mode4 : row->pr_mode6;
	if (mode != POLICE_LIST)
		return (mode == POLICE_INHERIT ? ALLOW :
		    refuse(EAFNOSUPPORT));
	if (is_mapped(&a)) {
		a.pa_w[3] = destination4(row, a.pa_w[3]);
		set_user_addr6(ctx, &a);
		if (is_unbound(sk) &&
		    bind_source4(ctx, source4(ctx, row, a.pa_w[3])) != 0)
			return (refuse(EADDRNOTAVAIL));
		return (ALLOW);
	}
	destination6(row, &a);
	set_user_addr6(ctx, &a);
	if (!is_unbound(sk))
		return (ALLOW);
	choose_source(ctx, row, &a, 1, &source);
	if (bind_source6(ctx, &source) != 0)
		return (refuse(EADDRNOTAVAIL));
	return (ALLOW);
}

/* ------------------------------------------------------------------------
 * sendto(2), sendmsg(2) of datagrams: unconnected, or with a control message
 * that names a source.  The source is the socket's own, the message's, or
 * none yet.
 */

SEC("cgroup/sendmsg4")
int
sendmsg4(struct bpf_sock_addr *ctx)
{
	struct police_row *row = my_row();
	__u32 ip, source = ctx->msg_src_ip4;

	if (row == NULL)
		return (refuse(EACCES));
	if (row->pr_mode4 != POLICE_LIST)
		return (row->pr_mode4 == POLICE_INHERIT ? ALLOW :
		    refuse(EAFNOSUPPORT));
	ip = destination4(row, ctx->user_ip4);
	ctx->user_ip4 = ip;
	if (source == INADDR_ANY || (source == LOCALHOST &&
	    !is_mine4(row, source)))
		ctx->msg_src_ip4 = source4(ctx, row, ip);
	else if (!is_mine4(row, source))
		return (refuse(EADDRNOTAVAIL));
	return (ALLOW);
}

SEC("cgroup/sendmsg6")
int
sendmsg6(struct bpf_sock_addr *ctx)
{
	struct police_row *row = my_row();
	struct police_addr a, source;

	if (row == NULL)
		return (refuse(EACCES));
	if (row->pr_mode6 != POLICE_LIST)
		return (row->pr_mode6 == POLICE_INHERIT ? ALLOW :
		    refuse(EAFNOSUPPORT));
	get_user_addr6(ctx, &a);
	destination6(row, &a);
	set_user_addr6(ctx, &a);
	source.pa_w[0] = ctx->msg_src_ip6[0];
	source.pa_w[1] = ctx->msg_src_ip6[1];
	source.pa_w[2] = ctx->msg_src_ip6[2];
	source.pa_w[3] = ctx->msg_src_ip6[3];
	if (is_mine6(row, &source))
		return (ALLOW);
	if (!is_any6(&source) && !is_loopback6(&source))
		return (refuse(EADDRNOTAVAIL));
	choose_source(ctx, row, &a, 1, &source);
	ctx->msg_src_ip6[0] = source.pa_w[0];
	ctx->msg_src_ip6[1] = source.pa_w[1];
	ctx->msg_src_ip6[2] = source.pa_w[2];
	ctx->msg_src_ip6[3] = source.pa_w[3];
	return (ALLOW);
}

/* ------------------------------------------------------------------------
 * getsockname(2).  getpeername(2) and recvmsg(2) need nothing: FreeBSD shows
 * what the loopback address became, too.
 */

/* The note, where the socket still is what bind(2) made it. */
static __always_inline struct police_note *
bound_note(struct bpf_sock_addr *ctx)
{
	struct bpf_sock *sk = ctx->sk;
	struct police_note *note;

	if (sk == NULL || sk->src_port == 0 ||
	    (sk->state != TCP_LISTEN && sk->state != TCP_CLOSE))
		return (NULL);
	note = bpf_sk_storage_get(&notes, sk, NULL, 0);
	return (note != NULL && note_holds(note, sk) ? note : NULL);
}

SEC("cgroup/getsockname4")
int
getsockname4(struct bpf_sock_addr *ctx)
{
	struct police_note *note = bound_note(ctx);

	if (note == NULL)
		return (ALLOW);
	ctx->user_ip4 = note->pn_asked.pa_w[3];
	if (note->pn_port != 0)
		ctx->user_port = note->pn_port;
	return (ALLOW);
}

SEC("cgroup/getsockname6")
int
getsockname6(struct bpf_sock_addr *ctx)
{
	struct police_note *note = bound_note(ctx);

	if (note == NULL)
		return (ALLOW);
	set_user_addr6(ctx, &note->pn_asked);
	if (note->pn_port != 0)
		ctx->user_port = note->pn_port;
	return (ALLOW);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
