/* SPDX-License-Identifier: BSD-2-Clause */
/* Interfaces printed as FreeBSD prints them. */
#ifndef ABASHIRI_IFCONFIG_SHOW_H
#define ABASHIRI_IFCONFIG_SHOW_H

#include <stdio.h>

#include "iface.h"
#include "own.h"

/* -f: how addresses and masks are written. */
struct format {
	enum { INET_HEX, INET_CIDR, INET_DOTTED } fo_inet;
	enum { INET6_NUMERIC, INET6_CIDR } fo_inet6;
	char	fo_ether;	/* what stands between the bytes */
};

/* What to show: all of it, or (AF_) addresses of one kind; AF_PACKET: ether. */
struct show {
	int		 sh_af;		/* 0: everything */
	bool		 sh_caps;	/* -m */
	struct format	 sh_format;
	struct own	*sh_own;
};

#define FORMAT_DEFAULT { INET_HEX, INET6_NUMERIC, ':' }

/* -f inet:cidr,inet6:cidr,ether:dash; -1 when a word is not known. */
int	format_parse(const char *text, struct format *ret_fo);

/* The flags of FreeBSD's struct ifnet that Linux's amount to. */
unsigned show_flags(const struct iface *ifp);

void	show_iface(FILE *out, const struct show *sh,
	    const struct ifaces *ifs, const struct iface *ifp);

/* Has the interface an address of that kind that may be shown? */
bool	show_has_af(const struct show *sh, const struct iface *ifp, int af);

#endif
