// SPDX-License-Identifier: BSD-2-Clause
/* The interface itself: flags, MTU, addresses of its hardware, names. */
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/random.h>

#include <linux/rtnetlink.h>

#include "group.h"
#include "target.h"

bool
target_find(struct target *ta, struct nl *nl, const char *name)
{
	struct ifaces ifs;
	const struct iface *ifp;

	memset(ta, 0, sizeof(*ta));
	ta->ta_nl = nl;
	ifaces_load(nl, &ifs);
	if ((ifp = iface_find(&ifs, name)) != NULL) {
		ta->ta_index = ifp->if_index;
		strcpy(ta->ta_name, ifp->if_name);
		strcpy(ta->ta_shown, ifp->if_shown);
	}
	ifaces_free(&ifs);
	wish_clear(&ta->ta_wish, 0);
	return (ta->ta_index != 0);
}

_Noreturn void
target_missing(const char *name)
{
	errx(1, "interface %s does not exist", name);
}

static struct nlmsghdr *
begin(struct target *ta, struct ifinfomsg **ret_ifi)
{
	struct nlmsghdr *nlh = nl_begin(ta->ta_nl, RTM_SETLINK, 0,
	    sizeof(**ret_ifi), ret_ifi);

	(*ret_ifi)->ifi_index = (int)ta->ta_index;
	return (nlh);
}

void
link_flags(struct target *ta, unsigned set, unsigned clear)
{
	struct ifinfomsg *ifi;

	begin(ta, &ifi);
	ifi->ifi_change = set | clear;
	ifi->ifi_flags = set;
	if (nl_ask(ta->ta_nl) == -1)
		err(1, "ioctl (SIOCSIFFLAGS)");
}

void
link_mtu(struct target *ta, const char *word)
{
	struct ifinfomsg *ifi;
	struct nlmsghdr *nlh = begin(ta, &ifi);
	char *end;
	unsigned long mtu = strtoul(word, &end, 10);

	if (end == word || *end != '\0' || mtu > INT32_MAX)
		errx(1, "%s: bad value", word);
	mnl_attr_put_u32(nlh, IFLA_MTU, (uint32_t)mtu);
	if (nl_ask(ta->ta_nl) == -1)
		err(1, "ioctl SIOCSIFMTU (set mtu)");
}

int
mac_parse(const char *word, uint8_t ret_mac[6])
{
	unsigned n, i;
	char *end;

	for (i = 0; i < 6; i++) {
		if (!isxdigit((unsigned char)*word))
			return (-1);
		n = (unsigned)strtoul(word, &end, 16);
		if (n > 0xff || end - word > 2)
			return (-1);
		ret_mac[i] = (uint8_t)n;
		if (i < 5 && *end != ':' && *end != '-')
			return (-1);
		word = end + (i < 5);
	}
	return (*word == '\0' ? 0 : -1);
}

void
link_mac(struct target *ta, const char *word)
{
	struct ifinfomsg *ifi;
	struct nlmsghdr *nlh = begin(ta, &ifi);
	uint8_t mac[6];

	if (strcmp(word, "random") == 0) {
		if (getrandom(mac, sizeof(mac), 0) != sizeof(mac))
			err(1, "getrandom");
		/* of our making, and of one machine */
		mac[0] = (uint8_t)((mac[0] & 0xfc) | 0x02);
	} else if (mac_parse(word, mac) == -1)
		errx(1, "%s: bad value", word);
	mnl_attr_put(nlh, IFLA_ADDRESS, sizeof(mac), mac);
	if (nl_ask(ta->ta_nl) == -1)
		err(1, "ioctl (SIOCSIFLLADDR)");
}

void
link_describe(struct target *ta, const char *text)
{
	struct ifinfomsg *ifi;
	struct nlmsghdr *nlh = begin(ta, &ifi);

	mnl_attr_put(nlh, IFLA_IFALIAS, strlen(text), text);
	if (nl_ask(ta->ta_nl) == -1)
		err(1, "ioctl (set descr)");
}

static void
set_group(struct target *ta, uint32_t number, const char *call)
{
	struct ifinfomsg *ifi;
	struct nlmsghdr *nlh = begin(ta, &ifi);

	mnl_attr_put_u32(nlh, IFLA_GROUP, number);
	if (nl_ask(ta->ta_nl) == -1)
		err(1, "%s", call);
}

/* The interface's own number of a group, and whether it is in `name`. */
static unsigned
group_now(struct target *ta, const char *name, bool *ret_in)
{
	struct ifaces ifs;
	const struct iface *ifp;
	unsigned number = 0;

	ifaces_load(ta->ta_nl, &ifs);
	if ((ifp = iface_by_index(&ifs, ta->ta_index)) == NULL)
		target_missing(ta->ta_shown);
	number = ifp->if_group;
	*ret_in = group_has(ifp, name);
	ifaces_free(&ifs);
	return (number);
}

void
link_group(struct target *ta, const char *name)
{
	char other[GROUP_NAME];
	unsigned now;
	long number;
	bool in;

	if (name[0] == '\0' || isdigit((unsigned char)name[strlen(name) - 1]))
		errx(1, "setifgroup: group names may not end in a digit");
	now = group_now(ta, name, &in);
	if (in) {
		errno = EEXIST;
		err(1, " SIOCAIFGROUP");
	}
	if ((number = group_number(name)) == -1)
		errx(1, "group %s: Linux knows groups by number: add a line "
		    "\"NUMBER %s\" to %s", name, name, GROUP_FILE);
	if (now != 0) {
		group_name(now, other);
		errx(1, "group %s: %s is in group %s, and Linux keeps one: "
		    "-group %s first", name, ta->ta_shown, other, other);
	}
	set_group(ta, (uint32_t)number, " SIOCAIFGROUP");
}

void
link_ungroup(struct target *ta, const char *name)
{
	unsigned now;
	bool in;

	now = group_now(ta, name, &in);
	if (!in || now == 0) {
		errno = ENOENT;
		err(1, " SIOCDIFGROUP");
	}
	set_group(ta, 0, " SIOCDIFGROUP");
}

/* Write a file below /proc/sys/net/ipv6/conf/IF: what it was, or -1. */
static int
inet6_write(const char *name, const char *file, char value)
{
	char path[64 + IFNAMSIZ], was = '0';
	int error, fd;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/%s", name,
	    file);
	if ((fd = open(path, O_RDWR | O_CLOEXEC)) == -1)
		return (-1);
	error = pread(fd, &was, 1, 0) == 1 && pwrite(fd, &value, 1, 0) == 1 ?
	    was : -1;
	close(fd);
	return (error);
}

static int
rename_once(struct target *ta, const char *name)
{
	struct ifinfomsg *ifi;
	struct nlmsghdr *nlh = begin(ta, &ifi);

	mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	return (nl_ask(ta->ta_nl));
}

/*
 * Before Linux 6.2 an interface that is up keeps its name: down with it for
 * the moment, though not with its IPv6 addresses.
 */
static int
rename_busy(struct target *ta, const char *name)
{
	int error, was;

	was = inet6_write(ta->ta_name, "keep_addr_on_down", '1');
	link_flags(ta, 0, IFF_UP);
	error = rename_once(ta, name) == -1 ? errno : 0;
	link_flags(ta, IFF_UP, 0);
	if (was == '0')
		inet6_write(error == 0 ? name : ta->ta_name,
		    "keep_addr_on_down", '0');
	errno = error;
	return (error == 0 ? 0 : -1);
}

void
link_rename(struct target *ta, const char *name)
{
	if (name[0] == '\0' || strlen(name) >= IFNAMSIZ ||
	    strchr(name, '/') != NULL || strchr(name, ' ') != NULL)
		errx(1, "%s: bad value", name);
	if (rename_once(ta, name) == -1 &&
	    (errno != EBUSY || rename_busy(ta, name) == -1))
		err(1, "ioctl SIOCSIFNAME (set name)");
	strcpy(ta->ta_name, name);
	strcpy(ta->ta_shown, name);
	ta->ta_print = true;
}

/* What Linux keeps as files below /proc/sys/net/ipv6/conf/IF. */
void
link_inet6(struct target *ta, enum inet6_switch what, bool on)
{
	static const struct {
		const char	*file;
		char		 on, off;
	} files[] = {
		[INET6_ACCEPT_RTADV] = { "accept_ra", '2', '0' },
		[INET6_AUTO_LINKLOCAL] = { "addr_gen_mode", '0', '1' },
		[INET6_DISABLED] = { "disable_ipv6", '1', '0' },
	};

	if (inet6_write(ta->ta_name, files[what].file, on ? files[what].on :
	    files[what].off) == -1)
		err(1, "/proc/sys/net/ipv6/conf/%s/%s", ta->ta_name,
		    files[what].file);
}
