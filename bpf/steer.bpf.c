// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Bringing connections to the listener that asked for them.  Linux has no
 * listener on "any address of these three", and none beside another's
 * wildcard.  So inet.bpf.c binds such a socket to one address (and to some
 * free port, where the host has the asked one) and notes what was asked;
 * here the socket goes into a table by what was asked when it begins to
 * listen, and connections are looked up there.
 */
#include "maps.bpf.h"

static __always_inline void
enlist(struct bpf_sock_ops *ctx, struct police_listener *key)
{
	int slot;

	for (slot = 0; slot < POLICE_SLOTS; slot++) {
		key->pl_slot = slot;
		if (bpf_sock_hash_update(ctx, &listeners, key,
		    BPF_NOEXIST) == 0)
			return;
	}
}

/*
 * The row leaves the table when the socket closes.  The program cannot ask
 * for the socket's cgroup before Linux 6.2: the note says what is needed.
 */
SEC("sockops")
int
listening(struct bpf_sock_ops *ctx)
{
	struct police_listener key = {};
	struct police_note *note;
	struct bpf_sock *sk;

	if (ctx->op != BPF_SOCK_OPS_TCP_LISTEN_CB)
		return (1);
	sk = ctx->sk;
	if (sk == NULL)
		return (1);
	note = bpf_sk_storage_get(&notes, sk, NULL, 0);
	if (note == NULL || !note_holds(note, sk))
		return (1);

	key.pl_port = note->pn_port;
	if (key.pl_port == 0)
		key.pl_port = bpf_htons(ctx->local_port);
	key.pl_addr = note->pn_asked;
	key.pl_pool = note->pn_pool6;
	if (note->pn_dual)
		enlist(ctx, &key);
	if (note->pn_dual)
		key.pl_addr.pa_w[2] = MAPPED;
	if (key.pl_addr.pa_w[2] == MAPPED)
		key.pl_pool = note->pn_pool4;
	enlist(ctx, &key);
	return (1);
}

static __always_inline int
assign(struct bpf_sk_lookup *ctx, struct police_listener *key)
{
	struct bpf_sock *sk;
	int error, slot;

	for (slot = 0; slot < POLICE_SLOTS; slot++) {
		key->pl_slot = slot;
		sk = bpf_map_lookup_elem(&listeners, key);
		if (sk == NULL)
			continue;
		error = bpf_sk_assign(ctx, sk, 0);
		bpf_sk_release(sk);
		if (error == 0)
			return (1);
	}
	return (0);
}

/* Runs for the host's connections too: first ask whether it is ours. */
SEC("sk_lookup")
int
steer(struct bpf_sk_lookup *ctx)
{
	struct police_listener key = {};
	struct police_owner *owner;

	if (ctx->protocol != IPPROTO_TCP)
		return (SK_PASS);
	if (ctx->family == AF_INET) {
		key.pl_addr.pa_w[2] = MAPPED;
		key.pl_addr.pa_w[3] = ctx->local_ip4;
		/*
		 * Else the compiler shares the last load of both branches,
		 * through a computed pointer, which the verifier refuses.
		 */
		barrier();
	} else {
		key.pl_addr.pa_w[0] = ctx->local_ip6[0];
		key.pl_addr.pa_w[1] = ctx->local_ip6[1];
		key.pl_addr.pa_w[2] = ctx->local_ip6[2];
		key.pl_addr.pa_w[3] = ctx->local_ip6[3];
	}
	owner = bpf_map_lookup_elem(&owners, &key.pl_addr);
	if (owner == NULL)
		return (SK_PASS);
	key.pl_pool = owner->pw_pool;
	key.pl_port = bpf_htons(ctx->local_port);
	if (assign(ctx, &key))
		return (SK_PASS);
	key.pl_addr.pa_w[0] = 0;
	key.pl_addr.pa_w[1] = 0;
	key.pl_addr.pa_w[2] = ctx->family == AF_INET ? MAPPED : 0;
	key.pl_addr.pa_w[3] = 0;
	assign(ctx, &key);
	return (SK_PASS);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
