/* SPDX-License-Identifier: BSD-2-Clause */
/* Whose an address is, of those that the shared network stack has. */
#ifndef ABASHIRI_IFCONFIG_OWN_H
#define ABASHIRI_IFCONFIG_OWN_H

#include <stdbool.h>

#include "iface.h"

/* The addresses to be shown: all the caller may use, or a jail's. */
struct own {
	int	 ow_jid;	/* of the jail (-j), or 0: our own */
	int	 ow_mode[2];	/* JAIL_SYS_, of IPv4 and IPv6 */
	char	*ow_list[2];	/* with commas between */
};

void	own_init(struct own *ow);

/* Take a jail's addresses; -1 with jail_errmsg. */
int	own_jail(struct own *ow, int jid);

bool	own_has(struct own *ow, const struct iface *ifp,
	    const struct ifaddress *ia);
void	own_clear(struct own *ow);

#endif
