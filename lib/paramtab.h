/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parameters of a jail, one row each: what FreeBSD has as the sysctl tree
 * security.jail.param.  The parser of values, `jls all`, jail_set, jail_get
 * and the manual's table are drawn from it.
 */
#ifndef ABASHIRI_PARAMTAB_H
#define ABASHIRI_PARAMTAB_H

#include <stddef.h>
#include <stdint.h>

enum param_type {
	PT_INT,		/* int */
	PT_ULONG,	/* unsigned long */
	PT_STRING,	/* NUL-terminated */
	PT_BOOL,	/* "x" or "nox" in an iovec; int in jail_get */
	PT_JAILSYS,	/* int: JAIL_SYS_ */
	PT_IN4,		/* array of struct in_addr */
	PT_IN6,		/* array of struct in6_addr */
	PT_KEYVALUE,	/* string of key=value lines; "name.key" names one */
};

#define PF_RD		0x1	/* read-only */
#define PF_TUN		0x2	/* settable at creation only */
#define PF_RW		0x4	/* settable at any time */
#define PF_ALLOW	0x8	/* pa_bit is a bit of pr_allow */
#define PF_LINUX	0x10	/* not FreeBSD's: ours */

struct param {
	const char	*pa_name;
	enum param_type	 pa_type;
	unsigned	 pa_flags;	/* PF_ */
	size_t		 pa_size;	/* a string's room, with its NUL */
	uint64_t	 pa_bit;	/* PF_ALLOW: PR_ALLOW_ */
	const char	*pa_help;	/* one clause, for usage and manual */
};

/* Permissions: the bits of pr_allow, in the table's order. */
#define PR_ALLOW_SET_HOSTNAME	(1ULL << 0)
#define PR_ALLOW_RESERVED_PORTS	(1ULL << 1)
#define PR_ALLOW_UNPRIV_DEBUG	(1ULL << 2)
#define PR_ALLOW_SUSER		(1ULL << 3)
#define PR_ALLOW_SYSVIPC	(1ULL << 4)
#define PR_ALLOW_RAW_SOCKETS	(1ULL << 5)
#define PR_ALLOW_CHFLAGS	(1ULL << 6)
#define PR_ALLOW_MOUNT		(1ULL << 7)
#define PR_ALLOW_MOUNT_DEVFS	(1ULL << 8)
#define PR_ALLOW_MOUNT_FDESCFS	(1ULL << 9)
#define PR_ALLOW_MOUNT_FUSEFS	(1ULL << 10)
#define PR_ALLOW_MOUNT_NULLFS	(1ULL << 11)
#define PR_ALLOW_MOUNT_PROCFS	(1ULL << 12)
#define PR_ALLOW_MOUNT_LINPROCFS (1ULL << 13)
#define PR_ALLOW_MOUNT_LINSYSFS	(1ULL << 14)
#define PR_ALLOW_MOUNT_TMPFS	(1ULL << 15)
#define PR_ALLOW_MOUNT_ZFS	(1ULL << 16)
#define PR_ALLOW_QUOTAS		(1ULL << 17)
#define PR_ALLOW_SOCKET_AF	(1ULL << 18)
#define PR_ALLOW_MLOCK		(1ULL << 19)
#define PR_ALLOW_READ_MSGBUF	(1ULL << 20)
#define PR_ALLOW_NFSD		(1ULL << 21)
#define PR_ALLOW_EXTATTR	(1ULL << 22)
#define PR_ALLOW_ADJTIME	(1ULL << 23)
#define PR_ALLOW_SETTIME	(1ULL << 24)
#define PR_ALLOW_ROUTING	(1ULL << 25)
#define PR_ALLOW_SETAUDIT	(1ULL << 26)
#define PR_ALLOW_TAMPERING	(1ULL << 27)	/* unprivileged_parent_ */
#define PR_ALLOW_VMM		(1ULL << 28)
#define PR_ALLOW_I386		(1ULL << 29)

#define PR_ALLOW_DEFAULT	(PR_ALLOW_SET_HOSTNAME | \
	PR_ALLOW_RESERVED_PORTS | PR_ALLOW_UNPRIV_DEBUG | PR_ALLOW_SUSER)

/* All rows, without a dot first, each part sorted by strcmp as jls does. */
extern const struct param paramtab[];
extern const size_t paramtab_n;

/*
 * The row of `name`.  Also finds a boolean by its "no" spelling
 * ("nopersist", "allow.nomount"), setting *ret_no, and a key-value row by
 * "meta.key", setting *ret_key to the key within name.  Both may be NULL.
 * NULL when there is no such parameter.
 */
const struct param *param_find(const char *name, int *ret_no,
	    const char **ret_key);

#endif
