// SPDX-License-Identifier: BSD-2-Clause
#include "caps.h"

#include <sys/ioctl.h>
#include <sys/socket.h>

#include <err.h>
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int
ethtool(const char *name, void *data)
{
	struct ifreq ifr = { 0 };
	int fd, n, error;

	/* A prison may have no other family. */
	if ((fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) == -1)
		return (-1);
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	ifr.ifr_data = data;
	n = ioctl(fd, SIOCETHTOOL, &ifr);
	error = errno;
	close(fd);
	errno = error;
	return (n);
}

static int
set_value(const char *name, uint32_t what, uint32_t value)
{
	struct ethtool_value ev = { .cmd = what, .data = value };

	return (ethtool(name, &ev));
}

/* The kernel's names of what FreeBSD has bits for. */
static const struct {
	const char	*name;
	unsigned	 caps;
} features[] = {
	{ "rx-checksum", CAP_RXCSUM | CAP_RXCSUM_IPV6 },
	{ "tx-checksum-ip-generic", CAP_TXCSUM | CAP_TXCSUM_IPV6 },
	{ "tx-checksum-ipv4", CAP_TXCSUM },
	{ "tx-checksum-ipv6", CAP_TXCSUM_IPV6 },
	{ "tx-tcp-segmentation", CAP_TSO4 },
	{ "tx-tcp6-segmentation", CAP_TSO6 },
	{ "rx-lro", CAP_LRO },
	{ "tx-vlan-hw-insert", CAP_VLAN_HWTAGGING },
	{ "rx-vlan-hw-parse", CAP_VLAN_HWTAGGING },
};

static unsigned
feature_caps(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(features) / sizeof(features[0]); i++)
		if (strcmp(features[i].name, name) == 0)
			return (features[i].caps);
	return (0);
}

/* How many features the kernel knows; 0 where the device cannot be asked. */
static uint32_t
feature_count(const char *name)
{
	union {
		struct ethtool_sset_info info;
		char	room[sizeof(struct ethtool_sset_info) +
		    sizeof(uint32_t)];
	} u = { .info.cmd = ETHTOOL_GSSET_INFO };

	u.info.sset_mask = 1ULL << ETH_SS_FEATURES;
	if (ethtool(name, &u) == -1 || u.info.sset_mask == 0)
		return (0);
	return (u.info.data[0]);
}

static bool
bit_of(const struct ethtool_gfeatures *gf, uint32_t i, bool active)
{
	const struct ethtool_get_features_block *b = &gf->features[i / 32];

	return (((active ? b->active : b->available | b->active) >> i % 32 &
	    1) != 0);
}

/* The features that are on, or (active false) could be. */
static unsigned
caps_read(const char *name, bool active)
{
	uint32_t n = feature_count(name), blocks = (n + 31) / 32, i;
	struct ethtool_gstrings *gs;
	struct ethtool_gfeatures *gf;
	unsigned caps = 0;

	gs = calloc(1, sizeof(*gs) + (size_t)n * ETH_GSTRING_LEN);
	gf = calloc(1, sizeof(*gf) + blocks * sizeof(gf->features[0]));
	if (gs == NULL || gf == NULL)
		err(1, "calloc");
	gs->cmd = ETHTOOL_GSTRINGS;
	gs->string_set = ETH_SS_FEATURES;
	gs->len = n;
	gf->cmd = ETHTOOL_GFEATURES;
	gf->size = blocks;
	if (n > 0 && ethtool(name, gs) == 0 && ethtool(name, gf) == 0)
		for (i = 0; i < n && i < gs->len; i++)
			if (bit_of(gf, i, active))
				caps |= feature_caps((char *)gs->data +
				    (size_t)i * ETH_GSTRING_LEN);
	free(gs);
	free(gf);
	return (caps);
}

unsigned
caps_get(const char *name)
{
	return (caps_read(name, true));
}

unsigned
caps_can(const char *name)
{
	return (caps_read(name, false));
}

static int
set_flags(const char *name, uint32_t bits, bool on)
{
	struct ethtool_value ev = { .cmd = ETHTOOL_GFLAGS };

	if (ethtool(name, &ev) == -1)
		return (-1);
	return (set_value(name, ETHTOOL_SFLAGS, on ? ev.data | bits :
	    ev.data & ~bits));
}

int
caps_set(const char *name, unsigned caps, bool on)
{
	int error = 0;

	if ((caps & (CAP_RXCSUM | CAP_RXCSUM_IPV6)) != 0)
		error |= set_value(name, ETHTOOL_SRXCSUM, on);
	if ((caps & (CAP_TXCSUM | CAP_TXCSUM_IPV6)) != 0)
		error |= set_value(name, ETHTOOL_STXCSUM, on);
	if ((caps & (CAP_TSO4 | CAP_TSO6)) != 0)
		error |= set_value(name, ETHTOOL_STSO, on);
	if ((caps & CAP_LRO) != 0)
		error |= set_flags(name, ETH_FLAG_LRO, on);
	if ((caps & CAP_VLAN_HWTAGGING) != 0)
		error |= set_flags(name, ETH_FLAG_TXVLAN | ETH_FLAG_RXVLAN,
		    on);
	return (error == 0 ? 0 : -1);
}

/* FreeBSD's name for a speed in Mbit/s. */
static void
speed_name(uint32_t speed, char *buf, size_t size)
{
	if (speed == 10)
		snprintf(buf, size, "10baseT/UTP");
	else if (speed == 100)
		snprintf(buf, size, "100baseTX");
	else if (speed == 1000)
		snprintf(buf, size, "1000baseT");
	else if (speed < 10000 && speed % 1000 != 0)
		snprintf(buf, size, "%uBase-T", speed);
	else
		snprintf(buf, size, "%uGbase-T", speed / 1000);
}

bool
media_get(const char *name, char *buf, size_t size)
{
	struct ethtool_cmd cmd = { .cmd = ETHTOOL_GSET };
	const char *duplex = "";
	char speed[32];
	uint32_t mbits;
	bool autoneg;

	if (ethtool(name, &cmd) == -1)
		return (false);
	mbits = ethtool_cmd_speed(&cmd);
	autoneg = cmd.autoneg == AUTONEG_ENABLE;
	if (mbits == 0 || mbits == (uint32_t)SPEED_UNKNOWN ||
	    mbits == UINT16_MAX) {
		snprintf(buf, size, "Ethernet autoselect");
		return (autoneg);
	}
	if (cmd.duplex == DUPLEX_FULL)
		duplex = " <full-duplex>";
	else if (cmd.duplex == DUPLEX_HALF)
		duplex = " <half-duplex>";
	speed_name(mbits, speed, sizeof(speed));
	snprintf(buf, size, "Ethernet %s (%s%s)", autoneg ? "autoselect" :
	    speed, speed, duplex);
	return (true);
}
