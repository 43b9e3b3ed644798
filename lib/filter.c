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

/* Calls refused whole, unless one of `rf_calls` is given. */
struct refusal {
	int		rf_nr;
	unsigned	rf_calls;	/* CALLS_, 0: never given */
	int		rf_errno;
};

static const struct refusal refusals[] = {
	/* Arguments behind a pointer, which a filter cannot read: programs
	   fall back to clone(2). */
	{ SYS_clone3, 0, ENOSYS },
	/* Tells the exit status and cgroup of any process of the host
	   (PIDFD_GET_INFO, since 6.13).  CLONE_PIDFD remains. */
	{ SYS_pidfd_open, 0, ENOSYS },
	/* Its socket() and connect() are seen by nobody. */
	{ SYS_io_uring_setup, 0, ENOSYS },
	{ SYS_io_uring_enter, 0, ENOSYS },
	{ SYS_io_uring_register, 0, ENOSYS },
	{ SYS_setns, 0, EPERM },
	{ SYS_open_by_handle_at, 0, EPERM },	/* walks out of any root */
	{ SYS_bpf, 0, EPERM },
	{ SYS_perf_event_open, 0, EPERM },
	{ SYS_userfaultfd, 0, EPERM },
	{ SYS_process_madvise, 0, EPERM },
	{ SYS_keyctl, 0, ENOSYS },		/* keyrings are not per prison */
	{ SYS_add_key, 0, ENOSYS },
	{ SYS_request_key, 0, ENOSYS },
	{ SYS_kexec_load, 0, EPERM },
	{ SYS_kexec_file_load, 0, EPERM },
	{ SYS_init_module, 0, EPERM },
	{ SYS_finit_module, 0, EPERM },
	{ SYS_delete_module, 0, EPERM },
	{ SYS_swapon, 0, EPERM },
	{ SYS_swapoff, 0, EPERM },
	{ SYS_reboot, 0, EPERM },
	{ SYS_acct, 0, EPERM },
	{ SYS_vhangup, 0, EPERM },
	{ SYS_lookup_dcookie, 0, EPERM },
#ifdef SYS_iopl
	{ SYS_iopl, 0, EPERM },
	{ SYS_ioperm, 0, EPERM },
#endif
	{ SYS_mount, CALLS_MOUNT, EPERM },
	{ SYS_umount2, CALLS_MOUNT, EPERM },
	{ SYS_pivot_root, CALLS_MOUNT, EPERM },
	{ SYS_open_tree, CALLS_MOUNT, EPERM },
	{ SYS_move_mount, CALLS_MOUNT, EPERM },
	{ SYS_fsopen, CALLS_MOUNT, EPERM },
	{ SYS_fsconfig, CALLS_MOUNT, EPERM },
	{ SYS_fsmount, CALLS_MOUNT, EPERM },
	{ SYS_fspick, CALLS_MOUNT, EPERM },
	{ SYS_mount_setattr, CALLS_MOUNT, EPERM },
	{ SYS_quotactl, CALLS_QUOTA, EPERM },
	{ SYS_quotactl_fd, CALLS_QUOTA, EPERM },
	{ SYS_syslog, CALLS_SYSLOG, EPERM },
	{ SYS_ptrace, CALLS_PTRACE, EPERM },
	{ SYS_process_vm_readv, CALLS_PTRACE, EPERM },
	{ SYS_process_vm_writev, CALLS_PTRACE, EPERM },
	{ SYS_msgget, CALLS_SYSVMSG, ENOSYS },
	{ SYS_msgsnd, CALLS_SYSVMSG, ENOSYS },
	{ SYS_msgrcv, CALLS_SYSVMSG, ENOSYS },
	{ SYS_msgctl, CALLS_SYSVMSG, ENOSYS },
	{ SYS_semget, CALLS_SYSVSEM, ENOSYS },
	{ SYS_semop, CALLS_SYSVSEM, ENOSYS },
	{ SYS_semtimedop, CALLS_SYSVSEM, ENOSYS },
	{ SYS_semctl, CALLS_SYSVSEM, ENOSYS },
	{ SYS_shmget, CALLS_SYSVSHM, ENOSYS },
	{ SYS_shmat, CALLS_SYSVSHM, ENOSYS },
	{ SYS_shmdt, CALLS_SYSVSHM, ENOSYS },
	{ SYS_shmctl, CALLS_SYSVSHM, ENOSYS },
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

/* What becomes of a call. */
enum verdict {
	V_ALLOW, V_EPERM, V_ENOSYS, V_CLONE, V_UNSHARE, V_SOCKET, V_PAIR,
	V_IOCTL, V_NOSOCKET, V_COUNT
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
verdicts_fill(unsigned char *v, unsigned calls, unsigned flags)
{
	const struct refusal *rf;

	for (rf = refusals;
	    rf < refusals + sizeof(refusals) / sizeof(refusals[0]); rf++)
		if ((rf->rf_calls & calls) == 0)
			v[rf->rf_nr] = rf->rf_errno == EPERM ? V_EPERM :
			    V_ENOSYS;
	if ((flags & FILTER_PIDNEW) != 0)
		v[SYS_pidfd_open] = V_ALLOW;
	v[SYS_unshare] = V_UNSHARE;
	v[SYS_clone] = V_CLONE;
	if ((calls & CALLS_SOCKETS) == 0) {
		v[SYS_socket] = V_SOCKET;
		v[SYS_socketpair] = V_PAIR;
	}
	if ((flags & FILTER_NOSOCKET) != 0) {
		v[SYS_socket] = V_NOSOCKET;
		v[SYS_socketpair] = V_PAIR;
	}
	v[SYS_ioctl] = V_IOCTL;
}

/* Runs of equal verdicts.  Returns how many. */
static unsigned
runs_collect(struct run *ru, unsigned calls, unsigned flags)
{
	unsigned char v[CALLS_KNOWN + 1] = { V_ALLOW };
	unsigned nr, n = 0;

	verdicts_fill(v, calls, flags);
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

int
filter_build(struct filter *fi, unsigned calls, unsigned flags)
{
	struct run runs[CALLS_KNOWN + 3];
	unsigned n = runs_collect(runs, calls, flags);
	struct tree tr;

	fi->fi_len = 0;
	tr.tr_filter = fi;
	tr.tr_nleaves = tr.tr_far = 0;
	load(fi, OFF_ARCH);
	/* Other ABIs have other numbers, and hide socket's arguments.  (The
	   numbers of x32 begin beyond those we know.) */
	emit(fi, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH,
	    1, 0));
	ret(fi, RET_ERRNO(ENOSYS));
	load(fi, OFF_NR);
	tree_emit(&tr, runs, n);
	tree_leaves(&tr, calls, flags);
	if (tr.tr_far || fi->fi_len > FILTER_MAX)
		return (errno = E2BIG, -1);
	return (0);
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
