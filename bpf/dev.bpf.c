// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The devices a prison may open.  devfs shows no others, and its root is
 * mounted nodev; this holds where a mount arrives from the host without
 * nodev, and where a prisoner may mount.
 */
#include "maps.bpf.h"

#define TTYAUX_MAJOR	5
#define PTS_MAJOR_FIRST	136
#define PTS_MAJOR_LAST	143

static __always_inline int
is_basic(__u32 major, __u32 minor)
{
	switch (major) {
	case 1:		/* null, zero, full, random, urandom */
		return (minor == 3 || minor == 5 || (minor >= 7 && minor <= 9));
	case TTYAUX_MAJOR:	/* tty, ptmx; not console */
		return (minor == 0 || minor == 2);
	default:
		return (major >= PTS_MAJOR_FIRST && major <= PTS_MAJOR_LAST);
	}
}

SEC("cgroup/dev")
int
device(struct bpf_cgroup_dev_ctx *ctx)
{
	__u32 type = ctx->access_type & 0xffff;
	__u32 access = ctx->access_type >> 16;
	struct police_addr a = { {
		bpf_htonl(POLICE_DEVICE << 16 | type),
		ctx->major, ctx->minor, 0
	} };
	struct police_row *row;

	if (access & BPF_DEVCG_ACC_MKNOD)
		return (0);
	row = my_row();
	if (row == NULL)
		return (0);
	if (type == BPF_DEVCG_DEV_CHAR) {
		if (is_basic(a.pa_w[1], a.pa_w[2]))
			return (1);
		if ((row->pr_flags & POLICE_FUSE) && a.pa_w[1] == 10 &&
		    a.pa_w[2] == 229)
			return (1);
	}
	return (is_member(row, &a));
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
