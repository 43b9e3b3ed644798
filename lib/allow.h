/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What root in a prison may do: FreeBSD's prison_priv_check() as one table.
 * The capability bounding set, the system call filter, jail_set()'s warnings
 * and the test that walks all permissions are drawn from it.
 */
#ifndef ABASHIRI_ALLOW_H
#define ABASHIRI_ALLOW_H

#include <stddef.h>
#include <stdint.h>

/* Groups of system calls that the filter refuses as one (filter.c). */
#define CALLS_MOUNT	0x01	/* mount family */
#define CALLS_QUOTA	0x02
#define CALLS_SYSLOG	0x04
#define CALLS_SOCKETS	0x08	/* protocol families beyond INET and UNIX */
#define CALLS_PTRACE	0x10
#define CALLS_SYSVMSG	0x20
#define CALLS_SYSVSEM	0x40
#define CALLS_SYSVSHM	0x80
#define CALLS_RAW	0x100	/* INET sockets of any protocol */
#define CALLS_VNET	0x200	/* what configures a network stack */
#define CALLS_MQUEUE	0x400	/* POSIX message queues */

struct allow {
	uint64_t	 al_bit;	/* PR_ALLOW_ */
	uint64_t	 al_caps;	/* capabilities it takes */
	unsigned	 al_calls;	/* CALLS_ it takes */
	unsigned	 al_flags;	/* AL_ */
	const char	*al_note;	/* why it cannot be given (AL_INIT,
					   AL_NEVER), or what to know */
};

#define AL_INIT		0x1	/* the kernel asks for the capability in its
				   first user namespace: user=inherit only */
#define AL_OWN		0x8	/* only where the user namespace is its own:
				   over the host's it would be everything */
#define AL_LIMIT	0x10	/* a resource limit that is lifted */
#define AL_NEVER	0x2	/* there is no such thing on Linux */
#define AL_VNET		0x20	/* ... or over a network stack of its own */
#define AL_PROCESS	0x4	/* given to processes as they enter: cannot be
				   taken from those that run */

extern const struct allow allowtab[];
extern const size_t allowtab_n;

/* The bounding set for a prison with these permissions, and its own or the
   host's uids and network stack. */
uint64_t allow_caps(uint64_t allow, int user_inherit, int vnet);

/* The groups of calls its processes may use. */
unsigned allow_calls(uint64_t allow);

#endif
