// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Every packet of a prison's socket bears one of the prison's addresses as
 * its own.  This is the wall, and inet.bpf.c the manners: listen(2) without
 * bind(2), a datagram socket bound by its first sendto(2), ping sockets and
 * raw ones come past no hook that sees an address.
 */
#include <stddef.h>

#include "maps.bpf.h"

#define CT_POINTER	(~7UL)	/* _nfct has the kind in its low bits */
#define CT_NEW		2
#define CT_REPLY	3
#define CT_NAT		0x30	/* source or destination translated */

/* Of the kernel's structures, what is read; found by BTF at load time. */
#pragma clang attribute push(__attribute__((preserve_access_index)),	\
    apply_to = record)
struct sk_buff {
	unsigned long	_nfct;
};

union nf_inet_addr {
	__u32		all[4];
};

struct nf_conntrack_man {
	union nf_inet_addr u3;
};

struct nf_conntrack_tuple {
	struct nf_conntrack_man src;
};

struct nf_conntrack_tuple_hash {
	struct nf_conntrack_tuple tuple;
};

struct nf_conn {
	struct nf_conntrack_tuple_hash tuplehash[2];
	unsigned long	status;
};
#pragma clang attribute pop

/*
 * Read from the packet's head, which mostly lies where it can be read without
 * a helper's call.
 */
static __always_inline int
head_load(struct __sk_buff *skb, __u32 offset, void *to, __u32 size)
{
	const void *head = (void *)(long)skb->data;

	if (head + offset + size > (void *)(long)skb->data_end)
		return (bpf_skb_load_bytes(skb, offset, to, size));
	__builtin_memcpy(to, head + offset, size);
	return (0);
}

static __always_inline int
police4(struct __sk_buff *skb, const struct police_row *row, int in)
{
	__u32 a;

	if (row->pr_mode4 != POLICE_LIST)
		return (row->pr_mode4 == POLICE_INHERIT);
	if (head_load(skb, in ? 16 : 12, &a, sizeof(a)) != 0)
		return (0);
	if (is_mine4(row, a))
		return (1);
	/* 224.0.0.0/4 and 255.255.255.255 are nobody's address */
	return (in && ((a & bpf_htonl(0xf0000000)) == bpf_htonl(0xe0000000) ||
	    a == 0xffffffff));
}

static __always_inline int
police6(struct __sk_buff *skb, const struct police_row *row, int in)
{
	struct police_addr a;

	if (row->pr_mode6 != POLICE_LIST)
		return (row->pr_mode6 == POLICE_INHERIT);
	if (head_load(skb, in ? 24 : 8, &a, sizeof(a)) != 0)
		return (0);
	if (is_mine6(row, &a))
		return (1);
	return (in &&
	    (a.pa_w[0] & bpf_htonl(0xff000000)) == bpf_htonl(0xff000000));
}

/*
 * A packet that leaves comes past here behind the translation of sources, so
 * one that nat or rdr has rewritten bears the host's address.  Connection
 * tracking knows which it had before.
 */
static __always_inline int
police_translated(struct __sk_buff *skb, const struct police_row *row)
{
	const struct nf_conn *ct;
	struct police_addr a = {};
	unsigned long nfct = 0, status = 0;
	unsigned kind;

	if (!bpf_core_type_exists(struct nf_conn))
		return (0);
	bpf_core_read(&nfct, sizeof(nfct), &((struct sk_buff *)skb)->_nfct);
	kind = nfct & ~CT_POINTER;
	ct = (const struct nf_conn *)(nfct & CT_POINTER);
	if (ct == NULL || (kind != 0 && kind != CT_NEW && kind != CT_REPLY))
		return (0);
	bpf_core_read(&status, sizeof(status), &ct->status);
	if (!(status & CT_NAT))
		return (0);
	if (kind == CT_REPLY)
		bpf_core_read(&a, sizeof(a), &ct->tuplehash[1].tuple.src.u3);
	else
		bpf_core_read(&a, sizeof(a), &ct->tuplehash[0].tuple.src.u3);
	if (skb->protocol == bpf_htons(ETH_P_IP))
		return (row->pr_mode4 == POLICE_LIST &&
		    is_mine4(row, a.pa_w[0]));
	return (row->pr_mode6 == POLICE_LIST && is_mine6(row, &a));
}

/* The socket's prison, not the caller's: packets arrive in anyone's time. */
static __always_inline int
police(struct __sk_buff *skb, int in)
{
	struct bpf_sock *sk = skb->sk;
	struct police_row *row;
	__u64 id;
	__u32 a;

	if (sk == NULL)
		return (0);
	id = bpf_sk_ancestor_cgroup_id(sk, level);
	if (skb->protocol == bpf_htons(ETH_P_IP) &&
	    head_load(skb, in ? 16 : 12, &a, sizeof(a)) == 0 &&
	    quick_is_mine4(id, a))
		return (1);
	row = row_of(id);
	if (row == NULL)
		return (0);
	if (skb->protocol == bpf_htons(ETH_P_IP)) {
		if (police4(skb, row, in))
			return (1);
	} else if (skb->protocol == bpf_htons(ETH_P_IPV6)) {
		if (police6(skb, row, in))
			return (1);
	} else
		return (0);
	return (in ? 0 : police_translated(skb, row));
}

SEC("cgroup_skb/ingress")
int
packet_in(struct __sk_buff *skb)
{
	return (police(skb, 1));
}

SEC("cgroup_skb/egress")
int
packet_out(struct __sk_buff *skb)
{
	return (police(skb, 0));
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
