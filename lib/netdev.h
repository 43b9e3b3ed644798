/* SPDX-License-Identifier: BSD-2-Clause */
/* Network devices, moved from one network namespace to another. */
#ifndef ABASHIRI_NETDEV_H
#define ABASHIRI_NETDEV_H

#include <net/if.h>
#include <stdint.h>

#define NETDEV_KIND	16

struct netdev {
	uint32_t	nd_index;	/* in the namespace it is in */
	char		nd_name[IFNAMSIZ];
	char		nd_kind[NETDEV_KIND];	/* "" for hardware */
};

/*
 * An rtnetlink socket in the network namespace netfd (-1: the caller's), for
 * which this thread goes there for a moment.  -1 with jail_errmsg.
 */
int	netdev_socket(int netfd);

/*
 * Find a device by name, or by nd_index where name is NULL: 0, or -1 with
 * errno (ENODEV: there is none) and no text.
 */
int	netdev_find(int sock, const char *name, struct netdev *ret_nd);

/*
 * Move a device to the namespace netfd, under another name unless that is
 * NULL.  0, or -1 with errno and no text: EEXIST, the name is taken there;
 * EINVAL, a device that cannot be moved.
 */
int	netdev_move(int sock, const struct netdev *nd, int netfd,
	    const char *name);

#endif
