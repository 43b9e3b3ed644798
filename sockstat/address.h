/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ABASHIRI_ADDRESS_H
#define ABASHIRI_ADDRESS_H

#include "sock.h"

#define ADDRESS_LEN	320	/* a host's name and a port */

/*
 * "10.0.0.2:22", with `separator` before the port and "*" for what is not
 * set; by name where `resolve`.  local: of the two ends that one.
 */
void	address_format(const struct sock *so, int local, char separator,
	    int resolve, char buf[ADDRESS_LEN]);

int	address_is_loopback(const struct sock *so, int local);

#endif
