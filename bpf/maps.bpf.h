/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the programs share: the maps, and who is asking.  Included first by
 * each; inet.bpf.c defines POLICE_MAPS, and with it the maps.
 */
#ifndef ABASHIRI_MAPS_BPF_H
#define ABASHIRI_MAPS_BPF_H

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/in6.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "police.h"

#define AF_INET		2
#define AF_INET6	10
#define SOCK_RAW	3

#define EPERM		1
#define EACCES		13
#define EAFNOSUPPORT	97
#define EPROTONOSUPPORT	93
#define EADDRINUSE	98
#define EADDRNOTAVAIL	99
#define ENOBUFS		105

#define MAPPED		bpf_htonl(0xffff)	/* third word of ::ffff:0:0 */
#define LOCALHOST	bpf_htonl(INADDR_LOOPBACK)

/*
 * No preallocation: a host with three jails shall not pay for the 16384 that
 * another has.
 */
#define HASH(name, ktype, vtype, n)					\
	struct {							\
		__uint(type, BPF_MAP_TYPE_HASH);			\
		__uint(map_flags, BPF_F_NO_PREALLOC);			\
		__uint(max_entries, n);					\
		__type(key, ktype);					\
		__type(value, vtype);					\
	} name SEC(".maps")

#ifdef POLICE_MAPS
#define EXTERN
#else
#define EXTERN extern
#endif

EXTERN HASH(prisons, __u64, struct police_row, 16384);
EXTERN HASH(addrs, struct police_member, struct police_addr, 65536);
EXTERN HASH(owners, struct police_addr, struct police_owner, 65536);
EXTERN HASH(sources, struct police_source, struct police_addr, 65536);

EXTERN struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 16384);
	__type(key, struct police_route);
	__type(value, __u32);
} routes SEC(".maps");

EXTERN HASH(texts, struct police_textkey, struct police_text, 65536);

EXTERN struct {
	__uint(type, BPF_MAP_TYPE_SOCKHASH);
	__uint(max_entries, 65536);
	__type(key, struct police_listener);
	__type(value, __u64);
} listeners SEC(".maps");

EXTERN struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct police_note);
} notes SEC(".maps");

EXTERN struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, POLICE_QUICK);
	__type(key, __u32);
	__type(value, struct police_quick);
} quick SEC(".maps");

/*
 * The depth of the prisons' cgroups below the root of the hierarchy.  Set
 * before loading, so that the verifier sees a constant.
 */
#ifdef POLICE_MAPS
const volatile __u32 level = 1;
#else
extern const volatile __u32 level;
#endif

static __always_inline struct police_row *
row_of(__u64 id)
{
	return (bpf_map_lookup_elem(&prisons, &id));
}

/*
 * A look into an array is a few instructions, into a hash several calls, each
 * of which returns the slow way that processors need nowadays.
 */
static __always_inline struct police_quick *
quick_of(__u64 id)
{
	__u32 i = id % POLICE_QUICK;

	/* No cgroup's id has a low half of 0, an empty slot has. */
	return ((__u32)id == 0 ? NULL : bpf_map_lookup_elem(&quick, &i));
}

/* Is `ip` the primary address of this prison?  0: the row has to tell. */
static __always_inline int
quick_is_mine4(__u64 id, __u32 ip)
{
	const struct police_quick *pq = quick_of(id);

	return (pq != NULL &&
	    *(const volatile __u64 *)&pq->pq_addr == (id << 32 | ip));
}

/* Its modes, or 0 where the row has to tell: a prison that is in the map has
   POLICE_LIST among them. */
static __always_inline __u32
quick_modes(__u64 id)
{
	const struct police_quick *pq = quick_of(id);
	__u64 word = pq != NULL ? *(const volatile __u64 *)&pq->pq_modes : 0;

	return (pq != NULL && word >> 32 == (__u32)id ? (__u32)word : 0);
}

/* The caller's prison; NULL: it has none, and may do nothing here. */
static __always_inline struct police_row *
my_row(void)
{
	return (row_of(bpf_get_current_ancestor_cgroup_id(level)));
}

static __always_inline int
same_addr(const struct police_addr *a, const struct police_addr *b)
{
	return (a->pa_w[3] == b->pa_w[3] && a->pa_w[2] == b->pa_w[2] &&
	    a->pa_w[1] == b->pa_w[1] && a->pa_w[0] == b->pa_w[0]);
}

static __always_inline void
set_mapped(struct police_addr *a, __u32 ip)
{
	a->pa_w[0] = 0;
	a->pa_w[1] = 0;
	a->pa_w[2] = MAPPED;
	a->pa_w[3] = ip;
}

static __always_inline int
is_member(const struct police_row *row, const struct police_addr *a)
{
	struct police_member m = { .pm_list = row->pr_list, .pm_addr = *a };

	return (m.pm_list != 0 && bpf_map_lookup_elem(&addrs, &m) != NULL);
}

/* Is `ip` one of the prison's own? */
static __always_inline int
is_mine4(const struct police_row *row, __u32 ip)
{
	struct police_addr a;

	set_mapped(&a, ip);
	return (ip == row->pr_primary4.pa_w[3] ? row->pr_naddr4 != 0 :
	    row->pr_naddr4 > 1 && is_member(row, &a));
}

static __always_inline int
is_mine6(const struct police_row *row, const struct police_addr *a)
{
	return (same_addr(a, &row->pr_primary6) ? row->pr_naddr6 != 0 :
	    row->pr_naddr6 > 1 && is_member(row, a));
}

/*
 * Is the socket still what bind(2) made it?  A note outlives a bind that
 * failed after it was written; what listen(2) binds by itself has no address.
 */
static __always_inline int
note_holds(const struct police_note *note, const struct bpf_sock *sk)
{
	const __u32 *real = note->pn_real.pa_w;
	int same;

	if ((real[0] | real[1]) == 0 && real[2] == MAPPED) {
		same = sk->src_ip4 == real[3];
		/* Two loads shall not become one from a computed address. */
		barrier();
		return (same);
	}
	return (sk->family == AF_INET6 &&
	    sk->src_ip6[0] == real[0] && sk->src_ip6[1] == real[1] &&
	    sk->src_ip6[2] == real[2] && sk->src_ip6[3] == real[3]);
}

#endif
