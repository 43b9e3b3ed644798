/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the BPF programs enforce for a prison: its addresses, its devices.
 * One set of programs, attached once at the cgroup above all prisons and
 * pinned, serves them all; making a prison is a map update.  See DESIGN in
 * docs/design.md, "The shared address".
 *
 * Knows nothing of struct prison: callers give descriptors, a cgroup's id
 * and addresses.
 */
#ifndef ABASHIRI_POLICY_H
#define ABASHIRI_POLICY_H

#include <sys/types.h>

#include <netinet/in.h>
#include <stdint.h>

/* What a prison may do on the network and with devices. */
struct policy {
	int			 po_ip4;	/* JAIL_SYS_: disable, new (the
						   list), inherit */
	int			 po_ip6;
	const struct in_addr	*po_addr4;	/* primary first */
	unsigned		 po_naddr4;
	const struct in6_addr	*po_addr6;
	unsigned		 po_naddr6;
	unsigned		 po_flags;	/* POLICY_ */
	uid_t			 po_uid0;	/* host uid of root inside */
	const struct policy_dev	*po_devs;	/* devices beyond the usual */
	unsigned		 po_ndevs;
	const struct policy_source *po_sources;	/* of several addresses, which
						   to send from by which
						   interface; else primary */
	unsigned		 po_nsources;
	/* What the prison may know of itself (self.h). */
	uint64_t		 po_allow;
	unsigned		 po_childmax;
	unsigned		 po_childcur;
	unsigned		 po_statfs;
	unsigned		 po_ruleset;
	const char		*po_env;	/* or NULL, as the next */
	const char		*po_jails;	/* those below it, a line each */
};

struct policy_source {
	unsigned	ps_oif;		/* index of the interface */
	int		ps_family;
	struct in6_addr	ps_addr;	/* IPv4: mapped */
};

/* A device node: type 'c' or 'b'. */
struct policy_dev {
	char		pd_type;
	unsigned	pd_major;
	unsigned	pd_minor;
};

#define POLICY_RESERVED_PORTS	0x01	/* root inside may bind below 1024 */
#define POLICY_RAW_SOCKETS	0x02	/* raw sockets, within its addresses */
#define POLICY_SOCKET_AF	0x04	/* other protocol families */
#define POLICY_SADDRSEL4	0x08	/* choose sources by route */
#define POLICY_SADDRSEL6	0x10
#define POLICY_VNET		0x20	/* own stack: nothing is policed */
#define POLICY_FUSE		0x40	/* may use /dev/fuse */

/* Descriptors of the pinned maps; all -1 before policy_open(). */
struct policy_maps {
	int	pm_prisons;	/* cgroup id -> row */
	int	pm_addrs;	/* (list, address) -> membership; when needed */
	int	pm_owners;	/* address -> whose listeners; when needed */
	int	pm_quick;	/* first words of a row; when needed */
	int	pm_dir;		/* where all is pinned; the caller's */
};
#define POLICY_MAPS_INIT { .pm_prisons = -1, .pm_addrs = -1, \
	.pm_owners = -1, .pm_quick = -1, .pm_dir = -1 }

/*
 * Load and attach the programs unless the same version already is, pinning
 * everything below bpfdirfd (a directory on a bpffs of ours).  An older
 * version is replaced without an instant in which prisons are unguarded.
 * cgfd: the cgroup2 directory whose children are the prisons; level: its
 * depth below the root of the hierarchy (1 for "/jail").  Called under the
 * state's lock, once a boot and cheap (a lookup) after that.
 * Returns 0, or -1 with jail_errmsg naming the program the kernel refused.
 */
int	policy_setup(int bpfdirfd, int cgfd, unsigned level);

/* Which programs this library carries: a short text, static. */
const char *policy_version(void);

/* Open the pinned maps: two bpf(2) calls, no library.  0 or -1. */
int	policy_open(int bpfdirfd, struct policy_maps *ret_pm);
void	policy_close(struct policy_maps *pm);

/*
 * Give the cgroup `cgid` this policy, also live: the old one holds up to an
 * instant from which the new one does, and what is no longer allowed stops.
 * A cgroup without a row may use no network and no device.
 *
 * A prison with addresses makes the caller's network namespace steer TCP
 * connections to it (see bpf/steer.bpf.c) until policy_rest().
 */
int	policy_set(int bpfdirfd, struct policy_maps *pm, uint64_t cgid,
	    const struct policy *po);

/* Forget cgroup `cgid`: its row, addresses and listeners.  0 or -1. */
int	policy_clear(struct policy_maps *pm, uint64_t cgid);

/*
 * Where no prison is left that needs connections steered to it, let the
 * host's go without: for whoever removes a prison and has the time.
 */
void	policy_rest(struct policy_maps *pm);

/* Detach and unpin everything below bpfdirfd: for tests and removal. */
int	policy_teardown(int bpfdirfd);

#endif
