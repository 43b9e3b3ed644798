/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Groups of interfaces.  Linux keeps one number with each interface, for
 * which /etc/iproute2/group has the names; that an interface is a bridge or
 * an epair is a group of its own to FreeBSD, and needs no number.
 */
#ifndef ABASHIRI_IFCONFIG_GROUP_H
#define ABASHIRI_IFCONFIG_GROUP_H

#include <stdbool.h>
#include <stddef.h>

#include "iface.h"

#define GROUP_FILE	"/etc/iproute2/group"
#define GROUP_NAME	32

/* The name of a number; the number itself where it has none. */
void	group_name(unsigned number, char buf[GROUP_NAME]);

/* The number of a name, or of a number as text; -1: unknown. */
long	group_number(const char *name);

/* The group that an interface is in by its kind; NULL: none. */
const char *group_of_class(enum ifclass cl);

bool	group_has(const struct iface *ifp, const char *name);

#endif
