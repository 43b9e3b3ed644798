/* SPDX-License-Identifier: BSD-2-Clause */
/* Interfaces and their addresses, as the kernel lists them. */
#ifndef ABASHIRI_IFCONFIG_IFACE_H
#define ABASHIRI_IFCONFIG_IFACE_H

#include <sys/queue.h>
#include <sys/socket.h>

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "nl.h"

#define LO_MTU	16384	/* of FreeBSD's loopbacks */

struct ifaddress {
	TAILQ_ENTRY(ifaddress) tq;
	int		 ia_af;
	int		 ia_plen;	/* length of the prefix */
	unsigned	 ia_flags;	/* IFA_F_ */
	uint8_t		 ia_addr[16];	/* 4 bytes of it for AF_INET */
	uint8_t		 ia_dst[16];	/* the other end's */
	uint8_t		 ia_brd[16];
	bool		 ia_hasdst;
	bool		 ia_hasbrd;
	uint32_t	 ia_preferred;	/* seconds left; UINT32_MAX for ever */
	uint32_t	 ia_valid;
};

/* What FreeBSD would call it. */
enum ifclass { CL_ETHER, CL_LO, CL_BRIDGE, CL_EPAIR, CL_TAP, CL_TUN,
	CL_OTHER };

/* Of a bridge; times in hundredths of a second. */
struct bridge {
	uint8_t		br_id[6];
	uint8_t		br_root[6];
	uint16_t	br_root_priority;
	uint16_t	br_root_port;
	uint16_t	br_priority;
	uint32_t	br_root_cost;
	uint32_t	br_hello;
	uint32_t	br_forward;
	uint32_t	br_maxage;
	uint32_t	br_ageing;
	bool		br_stp;
};

/* Of a bridge's member. */
struct bridgeport {
	uint16_t	bp_port;
	uint16_t	bp_priority;
	uint32_t	bp_cost;
	bool		bp_learning;
	bool		bp_flood;
	bool		bp_isolated;
};

struct iface {
	TAILQ_ENTRY(iface) tq;
	unsigned	 if_index;
	char		 if_name[IFNAMSIZ];	/* the kernel's */
	char		 if_shown[IFNAMSIZ];	/* FreeBSD's: lo0 for lo */
	char		 if_kind[16];	/* of rtnetlink; "" for hardware */
	char		 if_alias[256];	/* description */
	enum ifclass	 if_class;
	unsigned	 if_flags;	/* IFF_, of Linux */
	unsigned	 if_promisc;	/* how many want it so */
	unsigned	 if_mtu;
	unsigned	 if_arptype;	/* ARPHRD_ */
	unsigned	 if_group;	/* number of IFLA_GROUP */
	unsigned	 if_master;	/* index of its bridge, or 0 */
	bool		 if_carrier;
	uint8_t		 if_mac[32];
	size_t		 if_maclen;
	struct bridge	 if_bridge;
	struct bridgeport if_port;
	TAILQ_HEAD(ifaddresses, ifaddress) if_addrs;
};
TAILQ_HEAD(ifaces, iface);

/* All there are, in the kernel's order; ends the program on failure. */
void	ifaces_load(struct nl *nl, struct ifaces *ret_ifs);
void	ifaces_free(struct ifaces *ifs);

/* By either of its names; NULL: none. */
struct iface *iface_find(const struct ifaces *ifs, const char *name);
struct iface *iface_by_index(const struct ifaces *ifs, unsigned index);

/* Is `name` PREFIX and a number? */
bool	name_numbered(const char *name, const char *prefix);

size_t	addr_size(int af);

#endif
