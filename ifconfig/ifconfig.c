// SPDX-License-Identifier: BSD-2-Clause
/*
 * ifconfig: show and change interfaces, in FreeBSD's words.  A line names an
 * interface and then, word by word, what is to become of it; verbs[] has the
 * words, and what is none of them is an address.
 */
#include <err.h>
#include <errno.h>
#include <jail.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/if_link.h>

#include "caps.h"
#include "group.h"
#include "show.h"
#include "target.h"

struct options {
	bool		 op_all;	/* -a */
	bool		 op_list;	/* -l */
	bool		 op_up;		/* -u */
	bool		 op_down;	/* -d */
	const char	*op_group;	/* -g */
	const char	*op_jail;	/* -j */
	struct show	 op_show;
};

static _Noreturn void
usage(void)
{
	fputs("usage: ifconfig [-j jail] [-m] [-f type:format,...] interface "
	    "[address_family]\n"
	    "       ifconfig [-j jail] [-adlmu] [-f type:format,...] "
	    "[-g group] [address_family]\n"
	    "       ifconfig [-j jail] interface create [parameter ...]\n"
	    "       ifconfig [-j jail] interface [address_family] parameter "
	    "...\n"
	    "       ifconfig [-j jail] interface destroy\n"
	    "       ifconfig -C\n", stderr);
	exit(1);
}

/* ------------------------------------------------------------------------
 * The words.
 */

static void
do_flags(struct target *ta, const char *arg, unsigned set, unsigned clear)
{
	(void)arg;
	link_flags(ta, set, clear);
}

static void
do_mtu(struct target *ta, const char *arg, unsigned a, unsigned b)
{
	(void)a, (void)b;
	link_mtu(ta, arg);
}

static void
do_metric(struct target *ta, const char *arg, unsigned a, unsigned b)
{
	(void)ta, (void)a, (void)b;
	if (strcmp(arg, "0") != 0)
		errx(1, "metric %s: on Linux routes have a metric, interfaces "
		    "have none", arg);
}

static void
do_mac(struct target *ta, const char *arg, unsigned a, unsigned b)
{
	(void)a, (void)b;
	link_mac(ta, arg);
}

static void
do_name(struct target *ta, const char *arg, unsigned a, unsigned b)
{
	(void)a, (void)b;
	link_rename(ta, arg);
}

static void
do_descr(struct target *ta, const char *arg, unsigned a, unsigned b)
{
	(void)a, (void)b;
	link_describe(ta, arg != NULL ? arg : "");
}

static void
do_group(struct target *ta, const char *arg, unsigned on, unsigned b)
{
	(void)b;
	if (on)
		link_group(ta, arg);
	else
		link_ungroup(ta, arg);
}

static void
do_caps(struct target *ta, const char *arg, unsigned caps, unsigned on)
{
	(void)arg;
	if (caps_set(ta->ta_name, caps, on) == -1)
		err(1, "ioctl (SIOCSIFCAP)");
}

/* Move it into a jail, or (it is not here) out of one. */
static void
do_vnet(struct target *ta, const char *arg, unsigned in, unsigned b)
{
	int jid = jail_getid(arg);

	(void)b;
	if (jid == -1 || (in ? jail_vnet_attach(jid, ta->ta_name) :
	    jail_vnet_detach(jid, ta->ta_shown)) == -1)
		errx(1, "%s", jail_errmsg);
	ta->ta_gone = in;
}

static void
do_destroy(struct target *ta, const char *arg, unsigned a, unsigned b)
{
	(void)arg, (void)a, (void)b;
	clone_destroy(ta);
}

static void
do_member(struct target *ta, const char *arg, unsigned add, unsigned b)
{
	(void)b;
	if (add)
		bridge_add(ta, arg);
	else
		bridge_remove(ta, arg);
}

static void
do_port(struct target *ta, const char *arg, unsigned attr, unsigned on)
{
	bridge_port(ta, arg, (int)attr, on);
}

static void
do_priority(struct target *ta, const char *arg, unsigned a, unsigned b)
{
	(void)a, (void)b;
	bridge_number(ta, arg, IFLA_BR_PRIORITY, 61440, 1);
}

/* The bridge's times, which the kernel counts in hundredths of a second. */
static void
do_seconds(struct target *ta, const char *arg, unsigned attr, unsigned max)
{
	bridge_number(ta, arg, (int)attr, (int)max, 100);
}

static void
do_family(struct target *ta, const char *arg, unsigned af, unsigned b)
{
	(void)arg, (void)b;
	wish_apply(ta);
	wish_clear(&ta->ta_wish, (int)af);
}

/* Words about an address mean IPv4's unless a family was named. */
static struct wish *
wish_of(struct target *ta)
{
	if (ta->ta_wish.wi_af == 0)
		wish_clear(&ta->ta_wish, AF_INET);
	return (&ta->ta_wish);
}

static void
do_alias(struct target *ta, const char *arg, unsigned on, unsigned b)
{
	(void)arg, (void)b;
	wish_of(ta)->wi_alias = on ? 1 : -1;
}

static void
do_mask(struct target *ta, const char *arg, unsigned a, unsigned b)
{
	(void)a, (void)b;
	wish_mask(wish_of(ta), arg);
}

static void
do_broadcast(struct target *ta, const char *arg, unsigned a, unsigned b)
{
	(void)a, (void)b;
	wish_broadcast(wish_of(ta), arg);
}

static void
do_nodad(struct target *ta, const char *arg, unsigned a, unsigned b)
{
	(void)arg, (void)a, (void)b;
	wish_of(ta)->wi_nodad = true;
}

static void
do_lifetime(struct target *ta, const char *arg, unsigned valid, unsigned b)
{
	struct wish *wi = wish_of(ta);
	uint32_t seconds = UINT32_MAX;
	unsigned long n;
	char *end;

	(void)b;
	if (strcmp(arg, "infty") != 0) {
		n = strtoul(arg, &end, 10);
		if (end == arg || *end != '\0' || n >= UINT32_MAX)
			errx(1, "%s: bad value", arg);
		seconds = (uint32_t)n;
	}
	if (valid)
		wi->wi_valid = seconds;
	else
		wi->wi_preferred = seconds;
}

static void
do_inet6(struct target *ta, const char *arg, unsigned what, unsigned on)
{
	(void)arg;
	link_inet6(ta, what, on);
}

static const struct verb {
	const char	*vb_name;
	int		 vb_nargs;
	void		(*vb_do)(struct target *ta, const char *arg,
			    unsigned a, unsigned b);
	unsigned	 vb_a, vb_b;
} verbs[] = {
	{ "up", 0, do_flags, IFF_UP, 0 },
	{ "down", 0, do_flags, 0, IFF_UP },
	{ "arp", 0, do_flags, 0, IFF_NOARP },
	{ "-arp", 0, do_flags, IFF_NOARP, 0 },
	{ "debug", 0, do_flags, IFF_DEBUG, 0 },
	{ "-debug", 0, do_flags, 0, IFF_DEBUG },
	{ "promisc", 0, do_flags, IFF_PROMISC, 0 },
	{ "-promisc", 0, do_flags, 0, IFF_PROMISC },
	{ "mtu", 1, do_mtu, 0, 0 },
	{ "metric", 1, do_metric, 0, 0 },
	{ "ether", 1, do_mac, 0, 0 },
	{ "link", 1, do_mac, 0, 0 },
	{ "lladdr", 1, do_mac, 0, 0 },
	{ "name", 1, do_name, 0, 0 },
	{ "description", 1, do_descr, 0, 0 },
	{ "descr", 1, do_descr, 0, 0 },
	{ "-description", 0, do_descr, 0, 0 },
	{ "-descr", 0, do_descr, 0, 0 },
	{ "group", 1, do_group, 1, 0 },
	{ "-group", 1, do_group, 0, 0 },
	{ "vnet", 1, do_vnet, 1, 0 },
	{ "-vnet", 1, do_vnet, 0, 0 },
	{ "destroy", 0, do_destroy, 0, 0 },
	{ "unplumb", 0, do_destroy, 0, 0 },

	{ "addm", 1, do_member, 1, 0 },
	{ "deletem", 1, do_member, 0, 0 },
	{ "learn", 1, do_port, IFLA_BRPORT_LEARNING, 1 },
	{ "-learn", 1, do_port, IFLA_BRPORT_LEARNING, 0 },
	{ "discover", 1, do_port, IFLA_BRPORT_UNICAST_FLOOD, 1 },
	{ "-discover", 1, do_port, IFLA_BRPORT_UNICAST_FLOOD, 0 },
	{ "private", 1, do_port, IFLA_BRPORT_ISOLATED, 1 },
	{ "-private", 1, do_port, IFLA_BRPORT_ISOLATED, 0 },
	{ "priority", 1, do_priority, 0, 0 },
	{ "hellotime", 1, do_seconds, IFLA_BR_HELLO_TIME, 10 },
	{ "fwddelay", 1, do_seconds, IFLA_BR_FORWARD_DELAY, 30 },
	{ "maxage", 1, do_seconds, IFLA_BR_MAX_AGE, 40 },
	{ "timeout", 1, do_seconds, IFLA_BR_AGEING_TIME, 1000000 },

	{ "inet", 0, do_family, AF_INET, 0 },
	{ "inet6", 0, do_family, AF_INET6, 0 },
	{ "alias", 0, do_alias, 1, 0 },
	{ "add", 0, do_alias, 1, 0 },
	{ "-alias", 0, do_alias, 0, 0 },
	{ "delete", 0, do_alias, 0, 0 },
	{ "remove", 0, do_alias, 0, 0 },
	{ "netmask", 1, do_mask, 0, 0 },
	{ "prefixlen", 1, do_mask, 0, 0 },
	{ "broadcast", 1, do_broadcast, 0, 0 },
	{ "no_dad", 0, do_nodad, 0, 0 },
	{ "pltime", 1, do_lifetime, 0, 0 },
	{ "vltime", 1, do_lifetime, 1, 0 },
	{ "accept_rtadv", 0, do_inet6, INET6_ACCEPT_RTADV, 1 },
	{ "-accept_rtadv", 0, do_inet6, INET6_ACCEPT_RTADV, 0 },
	{ "auto_linklocal", 0, do_inet6, INET6_AUTO_LINKLOCAL, 1 },
	{ "-auto_linklocal", 0, do_inet6, INET6_AUTO_LINKLOCAL, 0 },
	{ "ifdisabled", 0, do_inet6, INET6_DISABLED, 1 },
	{ "-ifdisabled", 0, do_inet6, INET6_DISABLED, 0 },

	{ "rxcsum", 0, do_caps, CAP_RXCSUM, 1 },
	{ "-rxcsum", 0, do_caps, CAP_RXCSUM, 0 },
	{ "rxcsum6", 0, do_caps, CAP_RXCSUM_IPV6, 1 },
	{ "-rxcsum6", 0, do_caps, CAP_RXCSUM_IPV6, 0 },
	{ "txcsum", 0, do_caps, CAP_TXCSUM, 1 },
	{ "-txcsum", 0, do_caps, CAP_TXCSUM, 0 },
	{ "txcsum6", 0, do_caps, CAP_TXCSUM_IPV6, 1 },
	{ "-txcsum6", 0, do_caps, CAP_TXCSUM_IPV6, 0 },
	{ "tso", 0, do_caps, CAP_TSO4 | CAP_TSO6, 1 },
	{ "-tso", 0, do_caps, CAP_TSO4 | CAP_TSO6, 0 },
	{ "lro", 0, do_caps, CAP_LRO, 1 },
	{ "-lro", 0, do_caps, CAP_LRO, 0 },
	{ "vlanhwtag", 0, do_caps, CAP_VLAN_HWTAGGING, 1 },
	{ "-vlanhwtag", 0, do_caps, CAP_VLAN_HWTAGGING, 0 },
};

static const struct verb *
find_verb(const char *word)
{
	size_t i;

	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verbs[i].vb_name, word) == 0)
			return (&verbs[i]);
	return (NULL);
}

static void
change(struct target *ta, char *words[])
{
	const struct verb *vb;

	while (*words != NULL) {
		if (ta->ta_gone)
			errx(1, "%s: %s is no longer there", *words,
			    ta->ta_shown);
		if ((vb = find_verb(*words)) == NULL) {
			wish_word(wish_of(ta), *words++);
			continue;
		}
		if (vb->vb_nargs > 0 && words[1] == NULL)
			errx(1, "'%s' requires argument", vb->vb_name);
		vb->vb_do(ta, vb->vb_nargs > 0 ? words[1] : NULL, vb->vb_a,
		    vb->vb_b);
		words += 1 + vb->vb_nargs;
	}
	if (!ta->ta_gone)
		wish_apply(ta);
	if (ta->ta_print)
		puts(ta->ta_shown);
}

/* ------------------------------------------------------------------------
 * Lists.
 */

/* A family's name, or -1. */
static int
family(const char *word)
{
	if (strcmp(word, "inet") == 0)
		return (AF_INET);
	if (strcmp(word, "inet6") == 0)
		return (AF_INET6);
	if (strcmp(word, "ether") == 0 || strcmp(word, "link") == 0 ||
	    strcmp(word, "lladdr") == 0)
		return (AF_PACKET);
	return (-1);
}

static bool
wanted(const struct options *op, const struct iface *ifp)
{
	bool up = (ifp->if_flags & IFF_UP) != 0;

	return ((!op->op_up || up) && (!op->op_down || !up) &&
	    (op->op_group == NULL || group_has(ifp, op->op_group)) &&
	    show_has_af(&op->op_show, ifp, op->op_show.sh_af));
}

static void
list(const struct options *op, struct nl *nl)
{
	struct ifaces ifs;
	const struct iface *ifp;
	const char *sep = "";

	ifaces_load(nl, &ifs);
	TAILQ_FOREACH(ifp, &ifs, tq) {
		if (!wanted(op, ifp))
			continue;
		if (op->op_list) {
			printf("%s%s", sep, ifp->if_shown);
			sep = " ";
		} else if (op->op_group != NULL && !op->op_all)
			puts(ifp->if_shown);
		else
			show_iface(stdout, &op->op_show, &ifs, ifp);
	}
	if (op->op_list)
		putchar('\n');
	ifaces_free(&ifs);
}

static void
show_one(const struct options *op, struct nl *nl, const char *name)
{
	struct ifaces ifs;
	const struct iface *ifp;

	ifaces_load(nl, &ifs);
	if ((ifp = iface_find(&ifs, name)) == NULL)
		target_missing(name);
	show_iface(stdout, &op->op_show, &ifs, ifp);
	ifaces_free(&ifs);
}

/* ------------------------------------------------------------------------ */

static void
options_parse(struct options *op, int argc, char *argv[])
{
	int ch;

	while ((ch = getopt(argc, argv, "+aCdf:g:j:klmnuv")) != -1) {
		switch (ch) {
		case 'a':
			op->op_all = true;
			break;
		case 'C':
			clone_list();
			exit(0);
		case 'd':
			op->op_down = true;
			break;
		case 'f':
			if (format_parse(optarg, &op->op_show.sh_format) == -1)
				errx(1, "-f %s: unknown format", optarg);
			break;
		case 'g':
			op->op_group = optarg;
			break;
		case 'j':
			op->op_jail = optarg;
			break;
		case 'k':
		case 'n':
		case 'v':
			/* keys, modules, details: there are none */
			break;
		case 'l':
			op->op_list = true;
			break;
		case 'm':
			op->op_show.sh_caps = true;
			break;
		case 'u':
			op->op_up = true;
			break;
		default:
			usage();
		}
	}
	if (op->op_list && (op->op_all || op->op_show.sh_caps))
		usage();
}

/* IF -vnet JAIL: first of all, for only then it is here. */
static void
reclaim(struct nl *nl, const char *name, char ***words)
{
	struct target ta = { .ta_nl = nl };

	if ((*words)[1] == NULL)
		errx(1, "'-vnet' requires argument");
	snprintf(ta.ta_shown, sizeof(ta.ta_shown), "%s", name);
	do_vnet(&ta, (*words)[1], 0, 0);
	*words += 2;
}

/* One interface: create it, show it, change it. */
static void
one(struct options *op, struct nl *nl, char *argv[])
{
	const char *name = argv[0];
	char made[IFNAMSIZ];
	struct target ta;
	bool create;

	create = argv[1] != NULL && (strcmp(argv[1], "create") == 0 ||
	    strcmp(argv[1], "plumb") == 0);
	argv += create ? 2 : 1;
	if (argv[0] == NULL && !create) {
		show_one(op, nl, name);
		return;
	}
	if (!create && argv[1] == NULL && family(argv[0]) != -1) {
		op->op_show.sh_af = family(argv[0]);
		show_one(op, nl, name);
		return;
	}
	if (op->op_jail != NULL && op->op_show.sh_own->ow_jid != 0)
		errx(1, "jail \"%s\" shares the host's network: change %s "
		    "without -j", op->op_jail, name);
	if (create)
		clone_create(nl, name, made);
	if (!create && strcmp(argv[0], "-vnet") == 0)
		reclaim(nl, name, &argv);
	if (!target_find(&ta, nl, create ? made : name))
		target_missing(name);
	ta.ta_print = create && strcmp(made, name) != 0;
	change(&ta, argv);
}

/*
 * Into the jail's network stack; one that has the host's, or that of the jail
 * above it, is shown its own addresses.
 */
static void
enter_jail(struct options *op)
{
	int fd, jid = jail_getid(op->op_jail);
	char vnet[16], number[16];
	static char n_jid[] = "jid", n_vnet[] = "vnet";

	if (jid == -1 || jail_netns(jid, &fd) == -1)
		errx(1, "%s", jail_errmsg);
	snprintf(number, sizeof(number), "%d", jid);
	if (jail_getv_sized(0, n_jid, number, sizeof(number), n_vnet, vnet,
	    sizeof(vnet), NULL) == -1 || (strcmp(vnet, "new") != 0 &&
	    own_jail(op->op_show.sh_own, jid) == -1))
		errx(1, "%s", jail_errmsg);
	if (fd != -1 && setns(fd, CLONE_NEWNET) == -1)
		err(1, "jail \"%s\": enter its network stack", op->op_jail);
}

int
main(int argc, char *argv[])
{
	struct own own;
	struct options op = { .op_show = {
		.sh_format = FORMAT_DEFAULT, .sh_own = &own
	} };
	struct nl nl;

	own_init(&own);
	options_parse(&op, argc, argv);
	argv += optind;
	if (op.op_jail != NULL)
		enter_jail(&op);
	nl_open(&nl);
	if (argv[0] != NULL && argv[1] == NULL && family(argv[0]) != -1) {
		op.op_show.sh_af = family(argv[0]);
		argv++;
	}
	if (argv[0] == NULL)
		list(&op, &nl);
	else if (op.op_all || op.op_list || op.op_group != NULL)
		usage();
	else
		one(&op, &nl, argv);
	nl_close(&nl);
	own_clear(&own);
	if (fflush(stdout) == EOF)
		err(1, "stdout");
	return (0);
}
