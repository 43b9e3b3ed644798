// SPDX-License-Identifier: BSD-2-Clause
#include "allow.h"

#include <linux/capability.h>

#include "paramtab.h"

#define CAP(c) (1ULL << CAP_##c)

const struct allow allowtab[] = {
	{ PR_ALLOW_SET_HOSTNAME, CAP(SYS_ADMIN), 0, AL_OWN | AL_PROCESS,
	    "the host's root would have to be SYS_ADMIN for it" },
	{ PR_ALLOW_RESERVED_PORTS, CAP(NET_BIND_SERVICE), 0, 0, NULL },
	{ PR_ALLOW_UNPRIV_DEBUG, 0, CALLS_PTRACE, AL_PROCESS,
	    "without it root inside may not trace either" },
	{ PR_ALLOW_SUSER, 0, 0, AL_PROCESS, NULL },
	{ PR_ALLOW_SYSVIPC, 0, CALLS_SYSVMSG | CALLS_SYSVSEM | CALLS_SYSVSHM,
	    AL_PROCESS, NULL },
	{ PR_ALLOW_RAW_SOCKETS, CAP(NET_RAW), CALLS_RAW,
	    AL_INIT | AL_VNET | AL_PROCESS,
	    "the shared network stack belongs to the host's root; ping works "
	    "without it where net.ipv4.ping_group_range admits the prison" },
	{ PR_ALLOW_CHFLAGS, CAP(LINUX_IMMUTABLE), 0, AL_INIT | AL_PROCESS,
	    "immutable flags are kept for the host's root" },
	{ PR_ALLOW_MOUNT, CAP(SYS_ADMIN), CALLS_MOUNT, AL_OWN | AL_PROCESS,
	    "the host's root would have to be SYS_ADMIN for it" },
	{ PR_ALLOW_MOUNT_DEVFS, 0, 0, AL_NEVER,
	    "a devfs is made by the jailer (mount.devfs)" },
	{ PR_ALLOW_MOUNT_FDESCFS, 0, 0, 0, NULL },
	{ PR_ALLOW_MOUNT_FUSEFS, 0, 0, 0, NULL },
	{ PR_ALLOW_MOUNT_NULLFS, 0, 0, 0, NULL },
	{ PR_ALLOW_MOUNT_PROCFS, 0, 0, AL_NEVER,
	    "procfs of the host's PIDs is mounted by the jailer, and always "
	    "there" },
	{ PR_ALLOW_MOUNT_LINPROCFS, 0, 0, AL_NEVER,
	    "it is the same as procfs" },
	{ PR_ALLOW_MOUNT_LINSYSFS, 0, 0, AL_NEVER,
	    "sysfs shows a network stack's owner only" },
	{ PR_ALLOW_MOUNT_TMPFS, 0, 0, 0, NULL },
	{ PR_ALLOW_MOUNT_ZFS, 0, 0, 0, NULL },
	{ PR_ALLOW_QUOTAS, CAP(SYS_ADMIN), CALLS_QUOTA, AL_INIT | AL_PROCESS,
	    "quotas are kept for the host's root" },
	{ PR_ALLOW_SOCKET_AF, 0, CALLS_SOCKETS, AL_PROCESS, NULL },
	{ PR_ALLOW_MLOCK, CAP(IPC_LOCK), 0, AL_LIMIT | AL_PROCESS,
	    "it is a limit, RLIMIT_MEMLOCK, which the caller may not raise" },
	{ PR_ALLOW_READ_MSGBUF, CAP(SYSLOG), CALLS_SYSLOG,
	    AL_INIT | AL_PROCESS, "the kernel's messages are kept for the "
	    "host's root" },
	{ PR_ALLOW_NFSD, 0, 0, AL_NEVER, "Linux's NFS server is not per jail" },
	{ PR_ALLOW_EXTATTR, CAP(SYS_ADMIN), 0, AL_INIT | AL_PROCESS,
	    "trusted.* attributes are kept for the host's root" },
	{ PR_ALLOW_ADJTIME, CAP(SYS_TIME), 0, AL_INIT | AL_PROCESS,
	    "the clock is kept for the host's root" },
	{ PR_ALLOW_SETTIME, CAP(SYS_TIME), 0, AL_INIT | AL_PROCESS,
	    "the clock is kept for the host's root" },
	{ PR_ALLOW_ROUTING, CAP(NET_ADMIN), 0, AL_INIT | AL_VNET | AL_PROCESS,
	    "the shared network stack belongs to the host's root" },
	{ PR_ALLOW_SETAUDIT, CAP(AUDIT_CONTROL), 0, AL_NEVER,
	    "Linux has one audit system for all" },
	{ PR_ALLOW_TAMPERING, 0, 0, AL_NEVER,
	    "no host uid is the same as a prisoner's" },
	{ PR_ALLOW_VMM, 0, 0, AL_NEVER, "/dev/kvm is given by devfs rules" },
#if defined(__x86_64__)
	{ PR_ALLOW_I386, 0, 0, AL_PROCESS, NULL },
#else
	{ PR_ALLOW_I386, 0, 0, AL_NEVER, "this machine has no such programs" },
#endif
};
const size_t allowtab_n = sizeof(allowtab) / sizeof(allowtab[0]);

/*
 * What root has over his own prison, whatever is said.  Missing from it for
 * ever: SYS_RESOURCE (with it a prisoner lifts the limit on namespaces),
 * SYS_MODULE, SYS_RAWIO, SYS_BOOT, BPF, PERFMON, MAC_*, SYS_PACCT,
 * SYS_TTY_CONFIG, WAKE_ALARM, BLOCK_SUSPEND, CHECKPOINT_RESTORE.
 */
#define CAPS_BASE (CAP(CHOWN) | CAP(DAC_OVERRIDE) | CAP(FOWNER) | \
	CAP(FSETID) | CAP(KILL) | CAP(SETGID) | CAP(SETUID) | \
	CAP(SETPCAP) | CAP(SYS_CHROOT) | CAP(SETFCAP) | CAP(LEASE) | \
	CAP(AUDIT_WRITE) | CAP(IPC_OWNER))
/* These reach no further than the user namespace where it is the prison's
   own, but would where it is the host's. */
#define CAPS_OWN_USER (CAP(DAC_READ_SEARCH) | CAP(SYS_NICE) | \
	CAP(SYS_PTRACE) | CAP(NET_RAW) | CAP(NET_ADMIN))

uint64_t
allow_caps(uint64_t allow, int user_inherit, int vnet)
{
	uint64_t caps = CAPS_BASE;
	size_t i;

	if ((allow & PR_ALLOW_SUSER) == 0)
		return (0);
	if (!user_inherit)
		caps |= CAPS_OWN_USER;
	/* Over a stack of his own it is worth something. */
	if (vnet)
		caps &= ~CAP(NET_RAW);
	for (i = 0; i < allowtab_n; i++)
		if ((allow & allowtab[i].al_bit) != 0 &&
		    (allowtab[i].al_flags & AL_NEVER) == 0)
			caps |= allowtab[i].al_caps;
	return (caps);
}

unsigned
allow_calls(uint64_t allow)
{
	unsigned calls = 0;
	size_t i;

	for (i = 0; i < allowtab_n; i++)
		if ((allow & allowtab[i].al_bit) != 0)
			calls |= allowtab[i].al_calls;
	return (calls);
}
