/* SPDX-License-Identifier: BSD-2-Clause */
/* This host's interfaces, and names it can resolve.  Faked by fuzzers. */
#ifndef ABASHIRI_PFCTL_IFACE_H
#define ABASHIRI_PFCTL_IFACE_H

#include <stdbool.h>
#include <stdint.h>

struct ifa {
	const char	*ia_if;
	int		 ia_af;
	uint8_t		 ia_addr[16];
	uint8_t		 ia_broad[16];	/* or the peer's */
	int		 ia_bits;
	bool		 ia_hasbroad, ia_haspeer;
};

/* Linux's name of an interface: lo for lo0. */
const char *iface_name(const char *name);
bool	iface_exists(const char *name);
/* The addresses, link-local ones left out; the array is static. */
unsigned iface_addrs(const struct ifa **ret_ifas);
bool	iface_is_egress(const char *name);
/* The number of a group that /etc/iproute2/group names; -1: none. */
int	iface_group(const char *name);
/* All names, sorted; static. */
unsigned iface_names(char *const **ret_names);
/* Up to max addresses of a host, 16 bytes each, families in afs. */
unsigned host_addrs(const char *name, uint8_t (*addrs)[16], int *afs,
	    unsigned max);

#endif
