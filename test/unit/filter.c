// SPDX-License-Identifier: BSD-2-Clause
/*
 * The system call filter, run here instruction by instruction: what every
 * call there is would get, against the rules in plain words.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <sched.h>
#include <string.h>

#include <cmocka.h>

#include "abi.h"
#include "allow.h"
#include "filter.h"
#include "paramtab.h"

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#else
#define ARCH AUDIT_ARCH_AARCH64
#endif
#define CALLS_LAST 466	/* what the filter knows */

/* What the kernel's cBPF machine does with the few instructions we use. */
static uint32_t
run(const struct filter *fi, const struct seccomp_data *sd)
{
	const struct sock_filter *in;
	uint32_t a = 0;
	unsigned pc;

	for (pc = 0; pc < fi->fi_len; pc++) {
		in = &fi->fi_insns[pc];
		switch (in->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			assert_true(in->k + 4 <= sizeof(*sd));
			memcpy(&a, (const char *)sd + in->k, 4);
			break;
		case BPF_JMP | BPF_JA:
			pc += in->k;
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
			pc += a == in->k ? in->jt : in->jf;
			break;
		case BPF_JMP | BPF_JGE | BPF_K:
			pc += a >= in->k ? in->jt : in->jf;
			break;
		case BPF_JMP | BPF_JSET | BPF_K:
			pc += (a & in->k) != 0 ? in->jt : in->jf;
			break;
		case BPF_RET | BPF_K:
			return (in->k);
		default:
			fail_msg("instruction 0x%x at %u", in->code, pc);
		}
	}
	fail_msg("the filter runs off its end");
	return (0);
}

/* 0: allowed, else the errno. */
static int
verdict(const struct filter *fi, long nr, uint64_t a0, uint64_t a1,
    uint64_t a2)
{
	struct seccomp_data sd = {
		.nr = nr, .arch = ARCH, .args = { a0, a1, a2 }
	};
	uint32_t action = run(fi, &sd);

	if (action == SECCOMP_RET_ALLOW)
		return (0);
	assert_int_equal(action & SECCOMP_RET_ACTION_FULL, SECCOMP_RET_ERRNO);
	return (action & SECCOMP_RET_DATA);
}

#if defined(__x86_64__)
/* The same of a program of 32 bits. */
static int
verdict32(const struct filter *fi, long nr, uint32_t a0, uint32_t a1,
    uint32_t a2)
{
	struct seccomp_data sd = {
		.nr = nr, .arch = AUDIT_ARCH_I386, .args = { a0, a1, a2 }
	};
	uint32_t action = run(fi, &sd);

	if (action == SECCOMP_RET_ALLOW)
		return (0);
	assert_int_equal(action & SECCOMP_RET_ACTION_FULL, SECCOMP_RET_ERRNO);
	return (action & SECCOMP_RET_DATA);
}

/* By hand, from the kernel's table. */
enum {
	I386_umount = 22, I386_socketcall = 102, I386_ipc = 117,
	I386_clone = 120, I386_ioctl = 54, I386_unshare = 310,
	I386_pidfd_open = 434, I386_socket = 359, I386_socketpair = 360,
	I386_read = 3, I386_execve = 11, I386_personality = 136,
	I386_semget = 393, I386_semtimedop_time64 = 420, I386_vm86 = 166,
	I386_bind = 361, I386_shmget = 395, I386_mount = 21
};

static void
a_wall_of_one_abi_is_one_of_the_other(void **state)
{
	struct filter fi;
	unsigned calls, flags;
	size_t i;

	(void)state;
	for (calls = 0; calls < CALLS_VNET << 1; calls++)
		for (flags = 0; flags < 8; flags++) {
			assert_int_equal(filter_build(&fi, calls, flags |
			    FILTER_I386), 0);
			for (i = 0; i < abi_native.ab_nrefusals; i++)
				if (abi_native.ab_refusals[i].rf_nr >= 0 &&
				    abi_i386.ab_refusals[i].rf_nr >= 0)
					assert_int_equal(verdict(&fi,
					    abi_native.ab_refusals[i].rf_nr, 0,
					    0, 0), verdict32(&fi,
					    abi_i386.ab_refusals[i].rf_nr, 0,
					    0, 0));
			for (i = 0; i < AF_MAX; i++) {
				assert_int_equal(verdict(&fi, SYS_socket, i, 0,
				    0), verdict32(&fi, I386_socket, i, 0, 0));
				assert_int_equal(verdict(&fi, SYS_socketpair,
				    i, 0, 0), verdict32(&fi, I386_socketpair,
				    i, 0, 0));
			}
			for (i = 0; i < 32; i++) {
				assert_int_equal(verdict(&fi, SYS_clone,
				    1UL << i, 0, 0), verdict32(&fi, I386_clone,
				    1U << i, 0, 0));
				assert_int_equal(verdict(&fi, SYS_unshare,
				    1UL << i, 0, 0), verdict32(&fi,
				    I386_unshare, 1U << i, 0, 0));
			}
			assert_int_equal(verdict32(&fi, I386_ioctl, 0, TIOCSTI,
			    0), EPERM);
			assert_int_equal(verdict32(&fi, I386_umount, 0, 0, 0),
			    verdict(&fi, SYS_umount2, 0, 0, 0));
		}
}

static void
what_32_bits_have_all_in_one_call_is_told_apart(void **state)
{
	struct filter fi;
	unsigned op;

	(void)state;
	filter_build(&fi, allow_calls(PR_ALLOW_DEFAULT), FILTER_I386);
	for (op = 0; op < 32; op++) {
		assert_int_equal(verdict32(&fi, I386_ipc, op, 0, 0), ENOSYS);
		assert_int_equal(verdict32(&fi, I386_socketcall, op, 0, 0),
		    op == 1 || op == 8 ? ENOSYS : 0);
	}
	filter_build(&fi, CALLS_SYSVSHM, FILTER_I386);
	for (op = 0; op < 32; op++)
		assert_int_equal(verdict32(&fi, I386_ipc, op, 0, 0),
		    op >= 21 && op <= 24 ? 0 : ENOSYS);
	filter_build(&fi, CALLS_SYSVSEM, FILTER_I386);
	for (op = 0; op < 32; op++)
		assert_int_equal(verdict32(&fi, I386_ipc, op, 0, 0),
		    op >= 1 && op <= 4 ? 0 : ENOSYS);
	assert_int_equal(verdict32(&fi, I386_semtimedop_time64, 0, 0, 0), 0);
	filter_build(&fi, CALLS_SYSVMSG, FILTER_I386);
	for (op = 0; op < 32; op++)
		assert_int_equal(verdict32(&fi, I386_ipc, op, 0, 0),
		    op >= 11 && op <= 14 ? 0 : ENOSYS);
	assert_int_equal(verdict32(&fi, I386_semtimedop_time64, 0, 0, 0),
	    ENOSYS);
	/* any family: then also by the call that hides it */
	filter_build(&fi, CALLS_SOCKETS, FILTER_I386);
	assert_int_equal(verdict32(&fi, I386_socketcall, 1, 0, 0), 0);
	filter_build(&fi, CALLS_SOCKETS, FILTER_I386 | FILTER_NOSOCKET);
	assert_int_equal(verdict32(&fi, I386_socketcall, 1, 0, 0), ENOSYS);
}

static void
programs_of_32_bits_find_what_they_need(void **state)
{
	static const long yes[] = { I386_read, I386_execve, I386_personality,
	    I386_bind };
	struct filter fi;
	size_t i;
	long nr;

	(void)state;
	filter_build(&fi, allow_calls(PR_ALLOW_DEFAULT), FILTER_I386);
	for (i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		assert_int_equal(verdict32(&fi, yes[i], 0, 0, 0), 0);
	assert_int_equal(verdict32(&fi, I386_socket, AF_INET, SOCK_STREAM, 0),
	    0);
	assert_int_equal(verdict32(&fi, I386_mount, 0, 0, 0), EPERM);
	assert_int_equal(verdict32(&fi, I386_vm86, 0, 0, 0), ENOSYS);
	assert_int_equal(verdict32(&fi, I386_semget, 0, 0, 0), ENOSYS);
	for (nr = CALLS_LAST + 1; nr < 1024; nr++)
		assert_int_equal(verdict32(&fi, nr, 0, 0, 0), ENOSYS);
	/* the other one is as without them */
	assert_int_equal(verdict(&fi, SYS_read, 0, 0, 0), 0);
	assert_int_equal(verdict(&fi, SYS_mount, 0, 0, 0), EPERM);
}

static void
who_has_not_asked_pays_nothing(void **state)
{
	struct filter without, with;

	(void)state;
	filter_build(&without, allow_calls(PR_ALLOW_DEFAULT), 0);
	filter_build(&with, allow_calls(PR_ALLOW_DEFAULT), FILTER_I386);
	assert_true(with.fi_len > without.fi_len);
	assert_int_equal(without.fi_insns[2].code, BPF_RET | BPF_K);
	with.fi_insns[2] = without.fi_insns[2];
	assert_memory_equal(with.fi_insns, without.fi_insns,
	    without.fi_len * sizeof(without.fi_insns[0]));
}
#endif

static void
by_default_what_leads_out_is_refused(void **state)
{
	static const struct { long nr; int error; } no[] = {
		{ SYS_clone3, ENOSYS }, { SYS_pidfd_open, ENOSYS },
		{ SYS_io_uring_setup, ENOSYS }, { SYS_setns, EPERM },
		{ SYS_open_by_handle_at, EPERM }, { SYS_bpf, EPERM },
		{ SYS_mount, EPERM }, { SYS_umount2, EPERM },
		{ SYS_pivot_root, EPERM }, { SYS_move_mount, EPERM },
		{ SYS_open_tree, EPERM }, { SYS_fsopen, EPERM },
		{ SYS_mount_setattr, EPERM }, { SYS_keyctl, ENOSYS },
		{ SYS_perf_event_open, EPERM }, { SYS_userfaultfd, EPERM },
		{ SYS_init_module, EPERM }, { SYS_finit_module, EPERM },
		{ SYS_kexec_load, EPERM }, { SYS_reboot, EPERM },
		{ SYS_syslog, EPERM }, { SYS_quotactl, EPERM },
		{ SYS_shmget, ENOSYS }, { SYS_semget, ENOSYS },
		{ SYS_msgget, ENOSYS }, { SYS_swapon, EPERM },
	};
	struct filter fi;
	size_t i;

	(void)state;
	assert_int_equal(filter_build(&fi, allow_calls(PR_ALLOW_DEFAULT), 0),
	    0);
	for (i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		assert_int_equal(verdict(&fi, no[i].nr, 0, 0, 0), no[i].error);
}

static void
by_default_what_daemons_need_is_open(void **state)
{
	static const long yes[] = {
		SYS_read, SYS_write, SYS_openat, SYS_execve, SYS_wait4,
		SYS_kill, SYS_chroot, SYS_setuid, SYS_setgroups, SYS_capset,
		SYS_prctl, SYS_ptrace, SYS_sethostname, SYS_fchown,
		SYS_prlimit64, SYS_bind, SYS_connect, SYS_accept4,
		SYS_epoll_pwait, SYS_futex, SYS_mmap, SYS_seccomp,
		SYS_memfd_create, SYS_clock_gettime, SYS_inotify_init1,
	};
	struct filter fi;
	size_t i;

	(void)state;
	filter_build(&fi, allow_calls(PR_ALLOW_DEFAULT), 0);
	for (i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		assert_int_equal(verdict(&fi, yes[i], 0, 0, 0), 0);
}

static void
namespaces_are_refused_in_every_spelling(void **state)
{
	static const unsigned long flags[] = {
		CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC,
		CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET
	};
	struct filter fi;
	size_t i;

	(void)state;
	filter_build(&fi, allow_calls(PR_ALLOW_DEFAULT), 0);
	for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		assert_int_equal(verdict(&fi, SYS_clone, flags[i] | 17, 0, 0),
		    EPERM);
		assert_int_equal(verdict(&fi, SYS_unshare, flags[i], 0, 0),
		    EPERM);
		/* The upper half of the register is not looked at by clone. */
		assert_int_equal(verdict(&fi, SYS_clone, flags[i] | 1ULL << 32,
		    0, 0), EPERM);
	}
	assert_int_equal(verdict(&fi, SYS_unshare, 0x80, 0, 0), EPERM);
	assert_int_equal(verdict(&fi, SYS_unshare, CLONE_FILES, 0, 0), 0);
	assert_int_equal(verdict(&fi, SYS_clone, CLONE_PARENT, 0, 0), EPERM);
	assert_int_equal(verdict(&fi, SYS_clone, CLONE_VM | CLONE_VFORK | 17,
	    0, 0), 0);
	assert_int_equal(verdict(&fi, SYS_clone, CLONE_PIDFD | 17, 0, 0), 0);
}

static void
sockets_are_of_the_families_that_are_policed(void **state)
{
	struct filter fi;
	int family, want;

	(void)state;
	filter_build(&fi, allow_calls(PR_ALLOW_DEFAULT), 0);
	for (family = 0; family < AF_MAX; family++) {
		want = family == AF_UNIX || family == AF_INET ||
		    family == AF_INET6 || family == AF_NETLINK ? 0 :
		    EPROTONOSUPPORT;
		assert_int_equal(verdict(&fi, SYS_socket, family, SOCK_STREAM,
		    0), want);
		assert_int_equal(verdict(&fi, SYS_socketpair, family,
		    SOCK_STREAM, 0), family == AF_UNIX ? 0 : EPROTONOSUPPORT);
	}
	assert_int_equal(verdict(&fi, SYS_socket, AF_NETLINK, SOCK_RAW,
	    NETLINK_SOCK_DIAG), EPROTONOSUPPORT);
	assert_int_equal(verdict(&fi, SYS_socket, AF_NETLINK, SOCK_RAW,
	    NETLINK_AUDIT), EPROTONOSUPPORT);
	assert_int_equal(verdict(&fi, SYS_socket, AF_INET, SOCK_STREAM,
	    IPPROTO_TCP), 0);
	assert_int_equal(verdict(&fi, SYS_socket, AF_INET, SOCK_DGRAM,
	    IPPROTO_ICMP), 0);
	assert_int_equal(verdict(&fi, SYS_socket, AF_INET, SOCK_STREAM,
	    IPPROTO_SCTP), EPROTONOSUPPORT);
	assert_int_equal(verdict(&fi, SYS_socket, AF_INET6, SOCK_STREAM, 262),
	    EPROTONOSUPPORT);	/* MPTCP */
	assert_int_equal(verdict(&fi, SYS_socket, AF_INET, SOCK_DGRAM, 115),
	    EPROTONOSUPPORT);	/* L2TP */
}

static void
a_stack_of_its_own_takes_its_netlink_and_no_more(void **state)
{
	struct filter fi;
	int family, protocol, raw, want;

	(void)state;
	for (raw = 0; raw < 2; raw++) {
		filter_build(&fi, allow_calls(PR_ALLOW_DEFAULT) | CALLS_VNET |
		    (raw ? CALLS_RAW : 0), 0);
		for (family = 0; family < AF_MAX; family++) {
			want = family == AF_UNIX || family == AF_INET ||
			    family == AF_INET6 || family == AF_NETLINK ||
			    (raw && family == AF_PACKET) ? 0 :
			    EPROTONOSUPPORT;
			assert_int_equal(verdict(&fi, SYS_socket, family,
			    SOCK_RAW, 0), want);
		}
		for (protocol = 0; protocol < 32; protocol++) {
			want = protocol == NETLINK_ROUTE ||
			    protocol == NETLINK_NETFILTER ||
			    protocol == NETLINK_SOCK_DIAG ? 0 :
			    EPROTONOSUPPORT;
			assert_int_equal(verdict(&fi, SYS_socket, AF_NETLINK,
			    SOCK_RAW, protocol), want);
		}
		assert_int_equal(verdict(&fi, SYS_socket, AF_INET, SOCK_STREAM,
		    IPPROTO_SCTP), raw ? 0 : EPROTONOSUPPORT);
	}
	/* Packets of the host's stack are not had by raw sockets on it. */
	filter_build(&fi, allow_calls(PR_ALLOW_DEFAULT) | CALLS_RAW, 0);
	assert_int_equal(verdict(&fi, SYS_socket, AF_PACKET, SOCK_RAW, 0),
	    EPROTONOSUPPORT);
}

static void
typing_into_a_terminal_is_refused(void **state)
{
	struct filter fi;

	(void)state;
	filter_build(&fi, ~0U, FILTER_NEWNS | FILTER_PIDNEW);
	assert_int_equal(verdict(&fi, SYS_ioctl, 0, TIOCSTI, 0), EPERM);
	assert_int_equal(verdict(&fi, SYS_ioctl, 0, TIOCSTI | 1ULL << 32, 0),
	    EPERM);
	assert_int_equal(verdict(&fi, SYS_ioctl, 0, TIOCLINUX, 0), EPERM);
	assert_int_equal(verdict(&fi, SYS_ioctl, 0, TIOCGWINSZ, 0), 0);
}

static void
who_may_make_namespaces_has_no_network_of_his_own(void **state)
{
	struct filter fi;

	(void)state;
	filter_build(&fi, ~0U, FILTER_NEWNS);
	assert_int_equal(verdict(&fi, SYS_unshare, CLONE_NEWNS, 0, 0), 0);
	assert_int_equal(verdict(&fi, SYS_clone, CLONE_NEWNS, 0, 0), 0);
	assert_int_equal(verdict(&fi, SYS_unshare, CLONE_NEWNET, 0, 0), EPERM);
	assert_int_equal(verdict(&fi, SYS_unshare, CLONE_NEWNET | CLONE_NEWNS,
	    0, 0), EPERM);
	assert_int_equal(verdict(&fi, SYS_clone, CLONE_NEWNET, 0, 0), EPERM);
}

static void
without_sockets_there_are_pairs(void **state)
{
	struct filter fi;

	(void)state;
	filter_build(&fi, ~0U, FILTER_NOSOCKET);
	assert_int_equal(verdict(&fi, SYS_socket, AF_UNIX, SOCK_STREAM, 0),
	    EPROTONOSUPPORT);
	assert_int_equal(verdict(&fi, SYS_socket, AF_INET, SOCK_STREAM, 0),
	    EPROTONOSUPPORT);
	assert_int_equal(verdict(&fi, SYS_socketpair, AF_UNIX, SOCK_STREAM, 0),
	    0);
	assert_int_equal(verdict(&fi, SYS_socketpair, AF_TIPC, SOCK_STREAM, 0),
	    EPROTONOSUPPORT);
}

static void
other_abis_find_nothing(void **state)
{
	struct filter fi;
	struct seccomp_data sd = { .nr = SYS_read, .arch = AUDIT_ARCH_I386 };

	(void)state;
	filter_build(&fi, ~0U, 0);
	assert_int_equal(run(&fi, &sd), SECCOMP_RET_ERRNO | ENOSYS);
#if defined(__x86_64__)
	assert_int_equal(verdict(&fi, 0x40000000 | SYS_read, 0, 0, 0), ENOSYS);
#endif
}

static void
each_permission_opens_its_calls_and_no_others(void **state)
{
	struct filter without, with;
	unsigned bit;
	long nr;
	int opened;

	(void)state;
	filter_build(&without, 0, 0);
	for (bit = CALLS_MOUNT; bit <= CALLS_SYSVSHM; bit <<= 1) {
		if (bit == CALLS_SOCKETS)
			continue;	/* arguments, not calls */
		filter_build(&with, bit, 0);
		opened = 0;
		for (nr = 0; nr < CALLS_LAST; nr++) {
			int was = verdict(&without, nr, 0, 0, 0);
			int is = verdict(&with, nr, 0, 0, 0);

			if (was == is)
				continue;
			assert_int_not_equal(was, 0);
			assert_int_equal(is, 0);
			opened++;
		}
		assert_true(opened > 0);
	}
}

static void
calls_that_nobody_has_looked_at_are_not_there(void **state)
{
	struct filter fi;
	long nr;

	(void)state;
	assert_int_equal(filter_build(&fi, ~0U, FILTER_NEWNS | FILTER_PIDNEW),
	    0);
	for (nr = CALLS_LAST + 1; nr < 1024; nr++)
		assert_int_equal(verdict(&fi, nr, 0, 0, 0), ENOSYS);
	assert_int_equal(verdict(&fi, -1, 0, 0, 0), ENOSYS);
}

static void
every_combination_can_be_built(void **state)
{
	struct filter fi;
	unsigned calls, flags;

	(void)state;
	for (calls = 0; calls < CALLS_VNET << 1; calls++)
		for (flags = 0; flags < 8; flags++)
			assert_int_equal(filter_build(&fi, calls, flags), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#if defined(__x86_64__)
		cmocka_unit_test(a_wall_of_one_abi_is_one_of_the_other),
		cmocka_unit_test(
		    what_32_bits_have_all_in_one_call_is_told_apart),
		cmocka_unit_test(programs_of_32_bits_find_what_they_need),
		cmocka_unit_test(who_has_not_asked_pays_nothing),
#endif
		cmocka_unit_test(
		    who_may_make_namespaces_has_no_network_of_his_own),
		cmocka_unit_test(without_sockets_there_are_pairs),
		cmocka_unit_test(by_default_what_leads_out_is_refused),
		cmocka_unit_test(by_default_what_daemons_need_is_open),
		cmocka_unit_test(namespaces_are_refused_in_every_spelling),
		cmocka_unit_test(sockets_are_of_the_families_that_are_policed),
		cmocka_unit_test(
		    a_stack_of_its_own_takes_its_netlink_and_no_more),
		cmocka_unit_test(typing_into_a_terminal_is_refused),
		cmocka_unit_test(other_abis_find_nothing),
		cmocka_unit_test(calls_that_nobody_has_looked_at_are_not_there),
		cmocka_unit_test(every_combination_can_be_built),
		cmocka_unit_test(each_permission_opens_its_calls_and_no_others),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
