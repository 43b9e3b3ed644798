/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the BPF programs and their loader both know: the rows of the maps.
 * Types only.
 *
 * Addresses are 16 bytes in network order, IPv4 ones as ::ffff:a.b.c.d.
 */
#ifndef ABASHIRI_POLICE_H
#define ABASHIRI_POLICE_H

#include <linux/types.h>

/*
 * Raise when a map below changes its meaning, even where its size stays:
 * programs of one layout never meet maps of another.
 */
#define POLICE_LAYOUT	3

/* pr_mode4, pr_mode6.  A row of zeros may do nothing. */
#define POLICE_DISABLE	0	/* the family does not exist inside */
#define POLICE_LIST	1	/* the listed addresses only */
#define POLICE_INHERIT	2	/* as the host: not policed */

/* pr_flags: as POLICY_ in lib/policy.h. */
#define POLICE_RESERVED_PORTS	0x01
#define POLICE_RAW_SOCKETS	0x02
#define POLICE_SOCKET_AF	0x04
#define POLICE_SADDRSEL4	0x08
#define POLICE_SADDRSEL6	0x10
#define POLICE_VNET		0x20
#define POLICE_FUSE		0x40

#define POLICE_SLOTS	8	/* listeners of one address and port, as
				   SO_REUSEPORT makes them */

struct police_addr {
	__u32	pa_w[4];
};

/*
 * Map "prisons": cgroup id -> a prison.  Replaced as a whole, so that a
 * program sees the old policy or the new one and never a mixture.
 */
struct police_row {
	__u64			pr_list;	/* key of its further addresses
						   in "addrs"; 0: none */
	__u64			pr_pool4;	/* key of its listeners */
	__u64			pr_pool6;
	struct police_addr	pr_primary4;
	struct police_addr	pr_primary6;
	struct police_addr	pr_chain;	/* first of pr_list: a loader's
						   thread through the map */
	__u32			pr_naddr4;	/* primary included */
	__u32			pr_naddr6;
	__u32			pr_flags;	/* POLICE_ */
	__u32			pr_uid0;	/* host uid of its root */
	__u32			pr_mode4;
	__u32			pr_mode6;
	/* For self.bpf.c alone: what the prison may know of itself. */
	__u64			pr_allow;	/* PR_ALLOW_ */
	__u64			pr_text;	/* key of its texts; 0: none */
	__u32			pr_childmax;
	__u32			pr_childcur;
	__u32			pr_statfs;
	__u32			pr_ruleset;
	__u32			pr_nenv;	/* chunks of its env */
	__u32			pr_nlist;	/* ... of the list of jails */
};

/*
 * Map "quick": at cgroup id % POLICE_QUICK, of one prison with IPv4 addresses:
 * its id's low half << 32 | its primary address, and | its POLICE_MODES.  (Of
 * cgroups that are there no two have the same low half.)  Each is read and
 * written as one word, and both are of the same prison only if they say so.
 */
#define POLICE_QUICK	1024

struct police_quick {
	__u64	pq_addr;
	__u64	pq_modes;
};

#define POLICE_MODES(row)	((row)->pr_mode4 | (row)->pr_mode6 << 2 | \
	((row)->pr_naddr4 == 1 ? POLICE_SINGLE4 : 0) | (row)->pr_flags << 8)
#define POLICE_MODE4(modes)	((modes) & 3)
#define POLICE_MODE6(modes)	((modes) >> 2 & 3)
#define POLICE_SINGLE4		0x10	/* has one IPv4 address */
#define POLICE_FLAGS(modes)	((modes) >> 8)

/* getsockopt(2)'s level; its name 0 asks for the row, else what << 16 | chunk
   for a text. */
#define POLICE_SELF	0x4a61696c	/* "Jail" */
#define POLICE_ENV	1
#define POLICE_JAILS	2

struct police_self {
	__u64	ps_allow;
	__u64	ps_text;
	__u32	ps_flags;	/* POLICE_ */
	__u32	ps_childmax;
	__u32	ps_childcur;
	__u32	ps_statfs;
	__u32	ps_ruleset;
	__u32	ps_nenv;
	__u32	ps_nlist;
	__u32	ps_pad;
};

/* Map "texts": pieces of a text.  They never change; a prison gets others. */
#define POLICE_TEXTLEN	1024

struct police_textkey {
	__u64	pk_text;
	__u32	pk_what;	/* POLICE_ENV, POLICE_JAILS */
	__u32	pk_chunk;
};

struct police_text {
	__u64	pt_words[POLICE_TEXTLEN / 8];
};

/* The key in "prisons" that is no cgroup's: pr_naddr4 counts the prisons
   which need their listeners steered. */
#define POLICE_NOBODY	(~0ULL)

/*
 * Map "addrs": further addresses and devices of a list -> the next of the
 * list (zeros: the last).  Lists never change; a prison gets another one.
 */
struct police_member {
	__u64			pm_list;
	struct police_addr	pm_addr;
};

/* A device among the members, disguised as a multicast address. */
#define POLICE_DEVICE	0xff64	/* pa_w[0] = htonl(POLICE_DEVICE << 16 |
				   BPF_DEVCG_DEV_), [1] major, [2] minor */

/* One of the members, too, so that a list's sources are found: [1] the
   interface, [2] 4 or 6. */
#define POLICE_SOURCE	0xff65	/* pa_w[0] = htonl(POLICE_SOURCE << 16) */

/*
 * Map "routes": network, destination -> interface.  The longest prefix wins.
 */
struct police_route {
	__u32			pt_bits;	/* of what follows */
	__u32			pt_net[2];	/* its cookie */
	struct police_addr	pt_to;
};
#define POLICE_NETBITS	64	/* pt_net's */

/* Map "sources": the address of a list's to send from by an interface. */
struct police_source {
	__u64			ps_list;
	__u32			ps_oif;
	__u32			ps_version;	/* 4 or 6 */
};

/* Map "owners": address -> whose listeners answer there. */
struct police_owner {
	__u64	pw_pool;
	__u32	pw_refs;	/* prisons that have the address */
	__u32	pw_pad;
};

/* Map "listeners": the sockets that steering finds. */
struct police_listener {
	__u64			pl_pool;
	struct police_addr	pl_addr;	/* as asked for; ANY included */
	__u16			pl_port;	/* network order */
	__u16			pl_slot;	/* below POLICE_SLOTS */
	__u32			pl_pad;
};

/* Map "notes": on a TCP socket, what bind(2) asked for. */
struct police_note {
	__u64			pn_pool4;
	__u64			pn_pool6;
	struct police_addr	pn_asked;
	struct police_addr	pn_real;	/* what it was given instead */
	__u16			pn_port;	/* asked, network order */
	__u8			pn_dual;	/* :: of both families */
	__u8			pn_pad[5];
};

#endif
