// SPDX-License-Identifier: BSD-2-Clause
/*
 * A file of its own, since the numbers of both ABIs have the same names in the
 * kernel's headers: nothing may be included here that has the other ones.
 */
#include "abi.h"

#include <asm/unistd_32.h>
#include <errno.h>
#include <linux/audit.h>

#include "allow.h"

/* There they are behind ipc(2). */
#define __NR_semop		(-1)
#define __NR_semtimedop		(-1)
/* There is none. */
#define __NR_kexec_file_load	(-1)
#ifndef __NR_process_mrelease
#define __NR_process_mrelease	448
#endif
#ifndef __NR_quotactl_fd
#define __NR_quotactl_fd	443
#endif

#define REFUSE(name, calls, error) { __NR_##name, calls, error },
static const struct refusal refusals[] = {
#include "refusals.inc"
	/* What the other ABI has not got any more. */
	REFUSE(umount, CALLS_MOUNT, EPERM)
	REFUSE(semtimedop_time64, CALLS_SYSVSEM, ENOSYS)
	REFUSE(create_module, 0, EPERM)
	REFUSE(get_kernel_syms, 0, EPERM)
	REFUSE(query_module, 0, EPERM)
	REFUSE(uselib, 0, ENOSYS)
	REFUSE(vm86, 0, ENOSYS)
	REFUSE(vm86old, 0, ENOSYS)
	REFUSE(nfsservctl, 0, ENOSYS)
	REFUSE(_sysctl, 0, ENOSYS)
	REFUSE(bdflush, 0, ENOSYS)
};

const struct abi abi_i386 = {
	.ab_arch = AUDIT_ARCH_I386,
	.ab_refusals = refusals,
	.ab_nrefusals = sizeof(refusals) / sizeof(refusals[0]),
	.ab_clone = __NR_clone,
	.ab_unshare = __NR_unshare,
	.ab_socket = __NR_socket,
	.ab_socketpair = __NR_socketpair,
	.ab_ioctl = __NR_ioctl,
	.ab_pidfd_open = __NR_pidfd_open,
	.ab_ipc = __NR_ipc,
	.ab_socketcall = __NR_socketcall,
};
