/* SPDX-License-Identifier: BSD-2-Clause */
/* The system call filter that every process of a prison inherits. */
#ifndef ABASHIRI_FILTER_H
#define ABASHIRI_FILTER_H

#include <linux/filter.h>

#include <stddef.h>

#define FILTER_MAX	512	/* instructions */

struct filter {
	struct sock_filter	fi_insns[FILTER_MAX];
	unsigned short		fi_len;
};

#define FILTER_NEWNS	0x1	/* may make namespaces, but of the network */
#define FILTER_PIDNEW	0x2	/* own PIDs: pidfd_open tells of its own */
#define FILTER_NOSOCKET	0x4	/* no sockets but pairs of AF_UNIX */
#define FILTER_I386	0x8	/* programs of 32 bits, too (x86_64) */

/* Build the filter that leaves the CALLS_ in `calls` open.  0 or -1. */
int	filter_build(struct filter *fi, unsigned calls, unsigned flags);

/*
 * Put the calling thread under it.  Needs CAP_SYS_ADMIN over its user
 * namespace, for no_new_privs would take su and sudo away.
 */
int	filter_install(const struct filter *fi);

#endif
