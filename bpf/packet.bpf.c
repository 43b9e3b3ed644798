// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Every packet of a prison's socket bears one of the prison's addresses as
 * its own.  This is the wall, and inet.bpf.c the manners: listen(2) without
 * bind(2), a datagram socket bound by its first sendto(2), ping sockets and
 * raw ones come past no hook that sees an address.
 */
#include "maps.bpf.h"

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

/* The socket's prison, not the caller's: packets arrive in anyone's time. */
static __always_inline int
police(struct __sk_buff *skb, int in)
{
	struct bpf_sock *sk = skb->sk;
	struct police_row *row;

	if (sk == NULL)
		return (0);
	row = row_of(bpf_sk_ancestor_cgroup_id(sk, level));
	if (row == NULL)
		return (0);
	if (skb->protocol == bpf_htons(ETH_P_IP))
		return (police4(skb, row, in));
	if (skb->protocol == bpf_htons(ETH_P_IPV6))
		return (police6(skb, row, in));
	return (0);
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
