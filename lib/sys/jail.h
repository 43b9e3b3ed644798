/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * <sys/jail.h>: what FreeBSD's header of that name gives to programs, on
 * Linux.  The four system calls are functions of libjail here; link with
 * -ljail (pkg-config libjail).
 */
#ifndef ABASHIRI_SYS_JAIL_H
#define ABASHIRI_SYS_JAIL_H

#include <sys/types.h>
#include <sys/uio.h>

#include <netinet/in.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Flags of jail_set() and jail_get(). */
#define JAIL_CREATE	0x01	/* create the jail if it does not exist */
#define JAIL_UPDATE	0x02	/* update the parameters of a jail */
#define JAIL_ATTACH	0x04	/* attach to the jail upon creation */
#define JAIL_DYING	0x08	/* jail_get: also dying jails */
#define JAIL_USE_DESC	0x10	/* descriptors: refused, EOPNOTSUPP */
#define JAIL_AT_DESC	0x20
#define JAIL_GET_DESC	0x40
#define JAIL_OWN_DESC	0x80
#define JAIL_SET_MASK	0xff
#define JAIL_GET_MASK	0xff

/* Values of a "jailsys" parameter (host, ip4, ip6, vnet, sysvshm ...). */
#define JAIL_SYS_DISABLE 0
#define JAIL_SYS_NEW	1
#define JAIL_SYS_INHERIT 2

#define JAIL_MAX	999999	/* the highest jid */

/*
 * What a parameter's jp_ctltype holds: FreeBSD's <sys/sysctl.h> values, for
 * the programs that ask a jailparam whether it can be written.
 */
#ifndef CTLTYPE
#define CTLTYPE		0xf
#define CTLTYPE_NODE	1
#define CTLTYPE_INT	2
#define CTLTYPE_STRING	3
#define CTLTYPE_S64	4
#define CTLTYPE_OPAQUE	5
#define CTLTYPE_STRUCT	CTLTYPE_OPAQUE
#define CTLTYPE_UINT	6
#define CTLTYPE_LONG	7
#define CTLTYPE_ULONG	8
#define CTLTYPE_U64	9
#define CTLFLAG_RD	0x80000000	/* may be read */
#define CTLFLAG_WR	0x40000000	/* may be written */
#define CTLFLAG_RW	(CTLFLAG_RD | CTLFLAG_WR)
#define CTLFLAG_TUN	0x00080000	/* may be given at creation */
#define CTLFLAG_RDTUN	(CTLFLAG_RD | CTLFLAG_TUN)
#define CTLFLAG_RWTUN	(CTLFLAG_RW | CTLFLAG_TUN)
#endif

/*
 * jail_set: create (JAIL_CREATE) and/or modify (JAIL_UPDATE) the jail that
 * the name/value pairs in iov name.  iov holds an even number of entries:
 * a NUL-terminated name, then its value in the kernel's form (int; string
 * with its NUL; array of in_addr or in6_addr; booleans as "persist" or
 * "nopersist" with an empty value).  The pair "errmsg" (a caller's buffer)
 * receives the text of an error.
 *
 * Returns the jid, or -1 with errno set as FreeBSD's jail_set(2) sets it.
 * Nothing is half made: on -1 the host is as it was.
 */
int	jail_set(struct iovec *iov, unsigned int niov, int flags);

/*
 * jail_get: read parameters of the jail that "lastjid", "jid" or "name" in
 * iov names.  Scalar values need a buffer of exactly their size, strings one
 * with room, arrays any; an array's NULL base asks for the size, which is
 * returned in iov_len.
 *
 * Returns the jid, or -1 (ENOENT: no such jail).
 */
int	jail_get(struct iovec *iov, unsigned int niov, int flags);

/*
 * jail_attach: put the calling process into the jail, for good.  Its root
 * and working directory become the jail's.
 *
 * Unlike FreeBSD: EINVAL when the process has more than one thread or holds
 * a directory open, EOPNOTSUPP when the jail has a PID namespace of its own.
 * The session and open descriptors stay the caller's; jail_spawn() has
 * neither limit nor leak.
 */
int	jail_attach(int jid);

/*
 * jail_remove: kill every process of the jail and of the jails below it, and
 * remove them.  Returns 0, or -1 (EINVAL: no such jail; EPERM: not root).
 */
int	jail_remove(int jid);

#ifdef __cplusplus
}
#endif
#endif
