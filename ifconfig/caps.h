/* SPDX-License-Identifier: BSD-2-Clause */
/* What the hardware does, by ethtool's ioctl, in FreeBSD's bits. */
#ifndef ABASHIRI_IFCONFIG_CAPS_H
#define ABASHIRI_IFCONFIG_CAPS_H

#include <stdbool.h>
#include <stddef.h>

/* IFCAP_ of FreeBSD. */
#define CAP_RXCSUM	0x000001u
#define CAP_TXCSUM	0x000002u
#define CAP_VLAN_HWTAGGING 0x000010u
#define CAP_TSO4	0x000100u
#define CAP_TSO6	0x000200u
#define CAP_LRO		0x000400u
#define CAP_RXCSUM_IPV6	0x200000u
#define CAP_TXCSUM_IPV6	0x400000u

/* Those that are on; 0 where the device cannot be asked. */
unsigned caps_get(const char *name);

/* Those that the device has, on or off. */
unsigned caps_can(const char *name);

/* Turn some on or off: 0, or -1 with errno. */
int	caps_set(const char *name, unsigned caps, bool on);

/*
 * The medium, in ifconfig's words: "Ethernet autoselect (1000baseT
 * <full-duplex>)".  False where the device has none to tell.
 */
bool	media_get(const char *name, char *buf, size_t size);

#endif
