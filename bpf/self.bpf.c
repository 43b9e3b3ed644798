// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What a prison may know of itself: an answer to getsockopt(2), on a socket of
 * any family, at a level that nobody else uses.  A prisoner has no other way to
 * ask the jailer's record, and what is asked here is what holds now.  Others'
 * rows cannot be asked for: who asks is found by his cgroup.
 */
#include "maps.bpf.h"

#define ALLOW	1

static __always_inline int
answer(struct bpf_sockopt *ctx, int len)
{
	ctx->optlen = len;
	/* The context is written member by member, not two in one store. */
	barrier();
	ctx->retval = 0;
	return (ALLOW);
}

static __always_inline int
tell_row(struct bpf_sockopt *ctx, const struct police_row *row)
{
	struct police_self *self = ctx->optval;

	if ((void *)(self + 1) > ctx->optval_end)
		return (ALLOW);
	self->ps_allow = row->pr_allow;
	self->ps_text = row->pr_text;
	self->ps_flags = row->pr_flags;
	self->ps_childmax = row->pr_childmax;
	self->ps_childcur = row->pr_childcur;
	self->ps_statfs = row->pr_statfs;
	self->ps_ruleset = row->pr_ruleset;
	self->ps_nenv = row->pr_nenv;
	self->ps_nlist = row->pr_nlist;
	self->ps_pad = 0;
	return (answer(ctx, sizeof(*self)));
}

static __always_inline int
tell_text(struct bpf_sockopt *ctx, const struct police_row *row, __u32 what)
{
	struct police_textkey key = {
		.pk_text = row->pr_text,
		.pk_what = what >> 16,
		.pk_chunk = what & 0xffff,
	};
	const struct police_text *text = bpf_map_lookup_elem(&texts, &key);
	struct police_text *out = ctx->optval;
	int i;

	if (text == NULL || (void *)(out + 1) > ctx->optval_end)
		return (ALLOW);
#pragma unroll
	for (i = 0; i < POLICE_TEXTLEN / 8; i++)
		out->pt_words[i] = text->pt_words[i];
	return (answer(ctx, sizeof(*out)));
}

SEC("cgroup/getsockopt")
int
self(struct bpf_sockopt *ctx)
{
	struct police_row *row;

	if (ctx->level != POLICE_SELF) {
		/*
		 * The kernel's answer stands as it is.  Left alone, one for a
		 * buffer of more than a page would be EFAULT before Linux 6.5.
		 */
		ctx->optlen = 0;
		return (ALLOW);
	}
	row = my_row();
	if (row == NULL)
		return (ALLOW);
	if (ctx->optname == 0)
		return (tell_row(ctx, row));
	return (tell_text(ctx, row, ctx->optname));
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
