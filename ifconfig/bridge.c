// SPDX-License-Identifier: BSD-2-Clause
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "target.h"

/* Find a member to be, or that is; ends the program when there is none. */
static struct iface
find(struct target *ta, const char *name, const char *call)
{
	struct ifaces ifs;
	struct iface *ifp, copy;
	bool isbridge = false;

	ifaces_load(ta->ta_nl, &ifs);
	if ((ifp = iface_by_index(&ifs, ta->ta_index)) != NULL)
		isbridge = strcmp(ifp->if_kind, "bridge") == 0;
	if (!isbridge) {
		errno = EINVAL;		/* as drivers answer what is not
					   theirs */
		err(1, "%s %s", call, name);
	}
	if ((ifp = iface_find(&ifs, name)) == NULL) {
		errno = ENOENT;
		err(1, "%s %s", call, name);
	}
	copy = *ifp;
	ifaces_free(&ifs);
	return (copy);
}

static void
set_master(struct target *ta, const struct iface *member, uint32_t master,
    const char *call)
{
	struct ifinfomsg *ifi;
	struct nlmsghdr *nlh = nl_begin(ta->ta_nl, RTM_SETLINK, 0,
	    sizeof(*ifi), &ifi);

	ifi->ifi_index = (int)member->if_index;
	mnl_attr_put_u32(nlh, IFLA_MASTER, master);
	if (nl_ask(ta->ta_nl) == -1)
		err(1, "%s %s", call, member->if_shown);
}

void
bridge_add(struct target *ta, const char *name)
{
	struct iface member = find(ta, name, "BRDGADD");

	if (member.if_master != 0) {
		errno = member.if_master == ta->ta_index ? EEXIST : EBUSY;
		err(1, "BRDGADD %s", name);
	}
	set_master(ta, &member, ta->ta_index, "BRDGADD");
}

void
bridge_remove(struct target *ta, const char *name)
{
	struct iface member = find(ta, name, "BRDGDEL");

	if (member.if_master != ta->ta_index) {
		errno = ENOENT;
		err(1, "BRDGDEL %s", name);
	}
	set_master(ta, &member, 0, "BRDGDEL");
}

void
bridge_port(struct target *ta, const char *name, int attr, bool on)
{
	struct iface member = find(ta, name, "BRDGSIFFLGS");
	struct ifinfomsg *ifi;
	struct nlattr *info, *data;
	struct nlmsghdr *nlh;

	if (member.if_master != ta->ta_index) {
		errno = ENOENT;
		err(1, "BRDGSIFFLGS %s", name);
	}
	nlh = nl_begin(ta->ta_nl, RTM_NEWLINK, 0, sizeof(*ifi), &ifi);
	ifi->ifi_index = (int)member.if_index;
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_str(nlh, IFLA_INFO_SLAVE_KIND, "bridge");
	data = mnl_attr_nest_start(nlh, IFLA_INFO_SLAVE_DATA);
	mnl_attr_put_u8(nlh, (uint16_t)attr, on);
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, info);
	if (nl_ask(ta->ta_nl) == -1)
		err(1, "BRDGSIFFLGS %s", name);
}

/* One of the bridge's own numbers; the kernel wants `scale` times it. */
void
bridge_number(struct target *ta, const char *word, int attr, int max,
    int scale)
{
	struct ifinfomsg *ifi;
	struct nlattr *info, *data;
	struct nlmsghdr *nlh;
	char *end;
	unsigned long n = strtoul(word, &end, 0);

	if (end == word || *end != '\0' || n > (unsigned long)max)
		errx(1, "invalid value: %s", word);
	nlh = nl_begin(ta->ta_nl, RTM_NEWLINK, 0, sizeof(*ifi), &ifi);
	ifi->ifi_index = (int)ta->ta_index;
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_str(nlh, IFLA_INFO_KIND, "bridge");
	data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	if (attr == IFLA_BR_PRIORITY)
		mnl_attr_put_u16(nlh, (uint16_t)attr, (uint16_t)n);
	else
		mnl_attr_put_u32(nlh, (uint16_t)attr, (uint32_t)n *
		    (uint32_t)scale);
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, info);
	if (nl_ask(ta->ta_nl) == -1)
		err(1, "set %s", word);
}
