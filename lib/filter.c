// SPDX-License-Identifier: BSD-2-Clause
/*
 * Why a filter beside capabilities: root inside keeps CAP_SYS_ADMIN over his
 * own user namespace (sethostname asks for it), which also opens namespaces
 * and mounts; and several calls ask for no capability at all.
 *
 * The filter is a search tree over runs of calls that fare alike.  Not for the
 * sake of the calls (the kernel remembers in a bitmap which of them pass
 * whatever their arguments) but of the entry: to fill that bitmap the kernel
 * runs the filter once for each call there is, and it compiles it each time.
 * As a list of comparisons that was a tenth of the price of a prison.  Below
 * the tree each verdict stands once.
 */
#include "filter.h"

#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <errno.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdint.h>
#include <unistd.h>

#include "abi.h"
#include "allow.h"
#include "sys.h"

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#else
#error "the system call filter knows x86_64 and aarch64"
#endif

#ifndef TIOCSTI
#define TIOCSTI		0x5412
#endif
#define TIOCLINUX_	0x541c
#ifndef SYS_process_mrelease
#define SYS_process_mrelease 448
#endif
#ifndef SYS_quotactl_fd
#define SYS_quotactl_fd 443
#endif
#ifndef SYS_iopl
#define SYS_iopl	-1
#define SYS_ioperm	-1
#endif

#define REFUSE(name, calls, error) { SYS_##name, calls, error },
static const struct refusal refusals[] = {
#include "refusals.inc"
};

const struct abi abi_native = {
	.ab_arch = ARCH,
	.ab_refusals = refusals,
	.ab_nrefusals = sizeof(refusals) / sizeof(refusals[0]),
	.ab_clone = SYS_clone,
	.ab_unshare = SYS_unshare,
	.ab_socket = SYS_socket,
	.ab_socketpair = SYS_socketpair,
	.ab_ioctl = SYS_ioctl,
	.ab_pidfd_open = SYS_pidfd_open,
	.ab_ipc = -1,
	.ab_socketcall = -1,
};

#define CLONE_NEWANY (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | \
	CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)
#define CLONE_NEWTIME_ 0x80	/* in unshare; in clone it is CSIGNAL */

#define OFF_NR		offsetof(struct seccomp_data, nr)
#define OFF_ARCH	offsetof(struct seccomp_data, arch)
/* The lower half of an argument, on both (little-endian) machines. */
#define OFF_ARG(n)	(offsetof(struct seccomp_data, args) + 8 * (n))

#define RET_ERRNO(e)	(SECCOMP_RET_ERRNO | ((e) & SECCOMP_RET_DATA))

static void
emit(struct filter *fi, struct sock_filter insn)
{
	if (fi->fi_len < FILTER_MAX)
		fi->fi_insns[fi->fi_len] = insn;
	fi->fi_len++;
}

static void
load(struct filter *fi, uint32_t offset)
{
	emit(fi, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
	    offset));
}

static void
ret(struct filter *fi, uint32_t action)
{
	emit(fi, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action));
}

/* If the loaded word `op`s k, return action. */
static void
ret_if(struct filter *fi, uint16_t op, uint32_t k, uint32_t action)
{
	emit(fi, (struct sock_filter)BPF_JUMP(BPF_JMP | op | BPF_K, k, 0, 1));
	ret(fi, action);
}

/* A call that takes some arguments and not others.  Ends in a return. */
static void
block_flags(struct filter *fi, uint32_t forbidden)
{
	load(fi, OFF_ARG(0));
	ret_if(fi, BPF_JSET, forbidden, RET_ERRNO(EPERM));
	ret(fi, SECCOMP_RET_ALLOW);
}

/*
 * Families and protocols.  Refused here and not only in the BPF hook, for
 * socket() loads the module of an unknown family before it calls any hook.
 */
static void
block_socket(struct filter *fi, unsigned calls)
{
	static const uint32_t protocols[] = {
		0, IPPROTO_ICMP, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMPV6,
		IPPROTO_UDPLITE
	};
	unsigned short inet;
	size_t i;

	load(fi, OFF_ARG(0));
	ret_if(fi, BPF_JEQ, AF_UNIX, SECCOMP_RET_ALLOW);
	/* Whole packets: of a stack of one's own, with CAP_NET_RAW. */
	if ((calls & CALLS_VNET) != 0 && (calls & CALLS_RAW) != 0)
		ret_if(fi, BPF_JEQ, AF_PACKET, SECCOMP_RET_ALLOW);
	inet = fi->fi_len;	/* AF_NETLINK: only NETLINK_ROUTE */
	emit(fi, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
	    AF_NETLINK, 0, 4));
	load(fi, OFF_ARG(2));
	ret_if(fi, BPF_JEQ, NETLINK_ROUTE, SECCOMP_RET_ALLOW);
	if ((calls & CALLS_VNET) != 0) {
		ret_if(fi, BPF_JEQ, NETLINK_NETFILTER, SECCOMP_RET_ALLOW);
		ret_if(fi, BPF_JEQ, NETLINK_SOCK_DIAG, SECCOMP_RET_ALLOW);
	}
	ret(fi, RET_ERRNO(EPROTONOSUPPORT));
	fi->fi_insns[inet].jf = fi->fi_len - inet - 1;
	emit(fi, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
	    AF_INET, 2, 0));
	emit(fi, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
	    AF_INET6, 1, 0));
	ret(fi, RET_ERRNO(EPROTONOSUPPORT));
	if ((calls & CALLS_RAW) == 0) {
		load(fi, OFF_ARG(2));
		for (i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
			ret_if(fi, BPF_JEQ, protocols[i], SECCOMP_RET_ALLOW);
		ret(fi, RET_ERRNO(EPROTONOSUPPORT));
	} else
		ret(fi, SECCOMP_RET_ALLOW);
}

static void
block_ioctl(struct filter *fi)
{
	/* Typing into a terminal in another's name. */
	load(fi, OFF_ARG(1));
	ret_if(fi, BPF_JEQ, TIOCSTI, RET_ERRNO(EPERM));
	ret_if(fi, BPF_JEQ, TIOCLINUX_, RET_ERRNO(EPERM));
	ret(fi, SECCOMP_RET_ALLOW);
}

/*
 * One call for all of SysV IPC, by the number in its first argument, as
 * ipc(2) has them.  The upper half of that is the version of a layout.
 */
static void
block_ipc(struct filter *fi, unsigned calls)
{
	static const struct { uint32_t op; unsigned calls; } ops[] = {
		{ 1, CALLS_SYSVSEM }, { 2, CALLS_SYSVSEM },
		{ 3, CALLS_SYSVSEM }, { 4, CALLS_SYSVSEM },
		{ 11, CALLS_SYSVMSG }, { 12, CALLS_SYSVMSG },
		{ 13, CALLS_SYSVMSG }, { 14, CALLS_SYSVMSG },
		{ 21, CALLS_SYSVSHM }, { 22, CALLS_SYSVSHM },
		{ 23, CALLS_SYSVSHM }, { 24, CALLS_SYSVSHM },
	};
	size_t i;

	load(fi, OFF_ARG(0));
	for (i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		if ((calls & ops[i].calls) != 0)
			ret_if(fi, BPF_JEQ, ops[i].op, SECCOMP_RET_ALLOW);
	ret(fi, RET_ERRNO(ENOSYS));
}

/*
 * The arguments of socket(2) and socketpair(2) are behind a pointer here, so
 * they are had by calls of their own only, which came with Linux 4.3.  What is
 * done with a socket that is there is refused nowhere.
 */
static void
block_socketcall(struct filter *fi)
{
	load(fi, OFF_ARG(0));
	ret_if(fi, BPF_JEQ, 1, RET_ERRNO(ENOSYS));	/* SYS_SOCKET */
	ret_if(fi, BPF_JEQ, 8, RET_ERRNO(ENOSYS));	/* SYS_SOCKETPAIR */
	ret(fi, SECCOMP_RET_ALLOW);
}

/* What becomes of a call. */
enum verdict {
	V_ALLOW, V_EPERM, V_ENOSYS, V_CLONE, V_UNSHARE, V_SOCKET, V_PAIR,
	V_IOCTL, V_NOSOCKET, V_IPC, V_SOCKETCALL, V_COUNT
};

/*
 * The last call that we know.  Later ones are not there for a prisoner until
 * somebody has looked at what they lead to.
 */
#define CALLS_KNOWN	466	/* removexattrat, Linux 6.13 */

/* Calls up to the next run's first fare alike. */
struct run {
	uint32_t	ru_first;
	enum verdict	ru_verdict;
};

static void
verdicts_fill(unsigned char *v, const struct abi *ab, unsigned calls,
    unsigned flags)
{
	const struct refusal *rf;

	for (rf = ab->ab_refusals; rf < ab->ab_refusals + ab->ab_nrefusals;
	    rf++)
		if ((rf->rf_calls & calls) == 0 && rf->rf_nr >= 0)
			v[rf->rf_nr] = rf->rf_errno == EPERM ? V_EPERM :
			    V_ENOSYS;
	if ((flags & FILTER_PIDNEW) != 0)
		v[ab->ab_pidfd_open] = V_ALLOW;
	v[ab->ab_unshare] = V_UNSHARE;
	v[ab->ab_clone] = V_CLONE;
	if ((calls & CALLS_SOCKETS) == 0) {
		v[ab->ab_socket] = V_SOCKET;
		v[ab->ab_socketpair] = V_PAIR;
	}
	if ((flags & FILTER_NOSOCKET) != 0) {
		v[ab->ab_socket] = V_NOSOCKET;
		v[ab->ab_socketpair] = V_PAIR;
	}
	v[ab->ab_ioctl] = V_IOCTL;
	if (ab->ab_ipc >= 0)
		v[ab->ab_ipc] = V_IPC;
	if (ab->ab_socketcall >= 0 && ((calls & CALLS_SOCKETS) == 0 ||
	    (flags & FILTER_NOSOCKET) != 0))
		v[ab->ab_socketcall] = V_SOCKETCALL;
}

/* Runs of equal verdicts.  Returns how many. */
static unsigned
runs_collect(struct run *ru, const struct abi *ab, unsigned calls,
    unsigned flags)
{
	unsigned char v[CALLS_KNOWN + 1] = { V_ALLOW };
	unsigned nr, n = 0;

	verdicts_fill(v, ab, calls, flags);
	for (nr = 0; nr <= CALLS_KNOWN; nr++)
		if (n == 0 || v[nr] != ru[n - 1].ru_verdict)
			ru[n++] = (struct run){ nr, v[nr] };
	ru[n++] = (struct run){ CALLS_KNOWN + 1, V_ENOSYS };
	ru[n] = (struct run){ CALLS_KNOWN + 2, V_ENOSYS };	/* its end */
	return (n);
}

/* Ends in a return on every way through it. */
static void
emit_verdict(struct filter *fi, enum verdict v, unsigned calls,
    unsigned flags)
{
	/* CLONE_PARENT: a host program that waits for any child would be
	   told lies. */
	uint32_t clone_no = CLONE_PARENT;
	/*
	 * Never a network of his own: who rules one can, before Linux 6.13,
	 * put the other end of a veth into that of any process he can name.
	 */
	uint32_t ns_no = (flags & FILTER_NEWNS) != 0 ? CLONE_NEWNET :
	    CLONE_NEWANY;

	switch (v) {
	case V_ALLOW:
		ret(fi, SECCOMP_RET_ALLOW);
		break;
	case V_EPERM:
		ret(fi, RET_ERRNO(EPERM));
		break;
	case V_ENOSYS:
		ret(fi, RET_ERRNO(ENOSYS));
		break;
	case V_NOSOCKET:
		ret(fi, RET_ERRNO(EPROTONOSUPPORT));
		break;
	case V_CLONE:
		block_flags(fi, clone_no | ns_no);
		break;
	case V_UNSHARE:
		if ((flags & FILTER_NEWNS) == 0)
			ns_no |= CLONE_NEWTIME_;
		block_flags(fi, ns_no);
		break;
	case V_SOCKET:
		block_socket(fi, calls);
		break;
	case V_PAIR:
		/* No other family that we leave has pairs. */
		load(fi, OFF_ARG(0));
		ret_if(fi, BPF_JEQ, AF_UNIX, SECCOMP_RET_ALLOW);
		ret(fi, RET_ERRNO(EPROTONOSUPPORT));
		break;
	case V_IOCTL:
		block_ioctl(fi);
		break;
	case V_IPC:
		block_ipc(fi, calls);
		break;
	case V_SOCKETCALL:
		block_socketcall(fi);
		break;
	case V_COUNT:
		break;
	}
}

/*
 * A tree being written: which of its jumps (two an instruction, taken and not
 * taken) are to lead to a verdict, whose place is not known yet.
 */
struct tree {
	struct filter	*tr_filter;
	struct {
		unsigned char	*le_jump;
		unsigned short	 le_from;
		enum verdict	 le_to;
	}		 tr_leaves[2 * FILTER_MAX];
	unsigned	 tr_nleaves;
	int		 tr_far;	/* a jump that does not reach */
};

static void tree_emit(struct tree *tr, const struct run *ru, unsigned n);

/* Where instruction `from` goes on with n runs: to a node, or to a leaf. */
static void
tree_branch(struct tree *tr, unsigned from, unsigned char *jump,
    const struct run *ru, unsigned n)
{
	unsigned distance = tr->tr_filter->fi_len - from - 1;

	if (n > 1) {
		*jump = distance;
		tr->tr_far |= distance > UINT8_MAX;
		tree_emit(tr, ru, n);
		return;
	}
	tr->tr_leaves[tr->tr_nleaves].le_jump = jump;
	tr->tr_leaves[tr->tr_nleaves].le_from = from;
	tr->tr_leaves[tr->tr_nleaves++].le_to = ru->ru_verdict;
}

/*
 * The run that begins the upper half of n: half of the calls, not of the runs,
 * since each call is one way through the tree.  An odd one, so that the lower
 * half often ends as it begins, and a comparison is saved.
 */
static unsigned
tree_half(const struct run *ru, unsigned n)
{
	unsigned half = 1, i;
	uint32_t middle = (ru[0].ru_first + ru[n].ru_first) / 2;

	for (i = 3; i < n && ru[i].ru_first <= middle; i += 2)
		half = i;
	if (half + 2 < n && ru[half].ru_first < middle &&
	    middle - ru[half].ru_first > ru[half + 2].ru_first - middle)
		half += 2;
	return (half);
}

/* One comparison that parts n runs (at least two), and what follows it. */
static void
tree_emit(struct tree *tr, const struct run *ru, unsigned n)
{
	struct filter *fi = tr->tr_filter;
	unsigned from = fi->fi_len, half;
	struct sock_filter *in;

	if (from >= FILTER_MAX) {
		tr->tr_far = 1;
		return;
	}
	in = &fi->fi_insns[from];
	if (n == 3 && ru[0].ru_verdict == ru[2].ru_verdict &&
	    ru[2].ru_first == ru[1].ru_first + 1) {
		/* One call among others: one comparison instead of two. */
		emit(fi, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ |
		    BPF_K, ru[1].ru_first, 0, 0));
		tree_branch(tr, from, &in->jt, &ru[1], 1);
		tree_branch(tr, from, &in->jf, &ru[0], 1);
		return;
	}
	half = tree_half(ru, n);
	emit(fi, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K,
	    ru[half].ru_first, 0, 0));
	tree_branch(tr, from, &in->jf, ru, half);
	tree_branch(tr, from, &in->jt, ru + half, n - half);
}

/* The verdicts that the tree leads to, each once, and the jumps to them. */
static void
tree_leaves(struct tree *tr, unsigned calls, unsigned flags)
{
	struct filter *fi = tr->tr_filter;
	unsigned at[V_COUNT] = { 0 }, distance, i;

	for (i = 0; i < tr->tr_nleaves; i++) {
		enum verdict v = tr->tr_leaves[i].le_to;

		if (at[v] == 0) {
			at[v] = fi->fi_len;
			emit_verdict(fi, v, calls, flags);
		}
		distance = at[v] - tr->tr_leaves[i].le_from - 1;
		*tr->tr_leaves[i].le_jump = distance;
		tr->tr_far |= distance > UINT8_MAX;
	}
}

/* The tree of one ABI, whose number is loaded.  -1: it does not fit. */
static int
emit_abi(struct filter *fi, const struct abi *ab, unsigned calls,
    unsigned flags)
{
	struct run runs[CALLS_KNOWN + 3];
	unsigned n = runs_collect(runs, ab, calls, flags);
	struct tree tr;

	tr.tr_filter = fi;
	tr.tr_nleaves = tr.tr_far = 0;
	/* Other ABIs have other numbers, and hide socket's arguments.  (The
	   numbers of x32 begin beyond those we know.) */
	emit(fi, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
	    ab->ab_arch, 1, 0));
	ret(fi, RET_ERRNO(ENOSYS));
	load(fi, OFF_NR);
	tree_emit(&tr, runs, n);
	tree_leaves(&tr, calls, flags);
	return (tr.tr_far || fi->fi_len > FILTER_MAX ? -1 : 0);
}

int
filter_build(struct filter *fi, unsigned calls, unsigned flags)
{
	int r;

	fi->fi_len = 0;
	load(fi, OFF_ARCH);
	r = emit_abi(fi, &abi_native, calls, flags);
#if defined(__x86_64__)
	if (r == 0 && (flags & FILTER_I386) != 0) {
		/* In the place of "no such call", for all that is not ours. */
		fi->fi_insns[2] = (struct sock_filter)BPF_STMT(BPF_JMP |
		    BPF_JA, fi->fi_len - 3U);
		r = emit_abi(fi, &abi_i386, calls, flags);
	}
#endif
	return (r == -1 ? (errno = E2BIG, -1) : 0);
}

int
filter_install(const struct filter *fi)
{
	struct sock_fprog prog = {
		.len = fi->fi_len,
		.filter = (struct sock_filter *)(uintptr_t)fi->fi_insns,
	};

	return (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog));
}
