// SPDX-License-Identifier: BSD-2-Clause
/* ifconfig's words, and listings of interfaces that no kernel need have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <linux/if_addr.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "group.h"
#include "jail.h"
#include "show.h"
#include "target.h"

static void
masks_are_one_run_of_ones(void **state)
{
	static const struct {
		int		 af, want;
		const char	*word;
	} masks[] = {
		{ AF_INET, 32, "255.255.255.255" }, { AF_INET, 0, "0.0.0.0" },
		{ AF_INET, 20, "255.255.240.0" }, { AF_INET, 24, "0xffffff00" },
		{ AF_INET, 32, "0xffffffff" }, { AF_INET, 0, "0x00000000" },
		{ AF_INET, 8, "8" }, { AF_INET, 32, "32" },
		{ AF_INET, -1, "33" }, { AF_INET, -1, "-1" },
		{ AF_INET, -1, "" }, { AF_INET, -1, "24 " },
		{ AF_INET, -1, "255.0.255.0" }, { AF_INET, -1, "0xff00ff00" },
		{ AF_INET, -1, "0x1ffffffff" }, { AF_INET, -1, "255.255.255" },
		{ AF_INET, -1, "99999999999999999999" },
		{ AF_INET6, 64, "64" }, { AF_INET6, 128, "128" },
		{ AF_INET6, -1, "129" }, { AF_INET6, -1, "ffff::" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(masks) / sizeof(masks[0]); i++)
		assert_int_equal(mask_parse(masks[i].af, masks[i].word),
		    masks[i].want);
}

static void
hardware_addresses_have_six_parts(void **state)
{
	static const char *const bad[] = {
		"", "02:00:00:00:00", "02:00:00:00:00:0a:", "02::00:00:00:0a",
		"002:00:00:00:00:0a", "02:00:00:00:00:0g", "02.00.00.00.00.0a",
		"02:00:00:00:00:0a ", "+2:00:00:00:00:0a", "0x2:0:0:0:0:a"
	};
	static const uint8_t want[6] = { 2, 0, 0x1f, 0, 0, 0xa };
	uint8_t mac[6];
	size_t i;

	(void)state;
	assert_int_equal(mac_parse("02:00:1f:00:00:0a", mac), 0);
	assert_memory_equal(mac, want, 6);
	assert_int_equal(mac_parse("2-0-1F-0-0-A", mac), 0);
	assert_memory_equal(mac, want, 6);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(mac_parse(bad[i], mac), -1);
}

static void
formats_are_words_with_commas_between(void **state)
{
	struct format fo = FORMAT_DEFAULT;

	(void)state;
	assert_int_equal(format_parse("inet:cidr,inet6:cidr,ether:dash", &fo),
	    0);
	assert_int_equal(fo.fo_inet, INET_CIDR);
	assert_int_equal(fo.fo_inet6, INET6_CIDR);
	assert_int_equal(fo.fo_ether, '-');
	assert_int_equal(format_parse("inet:default", &fo), 0);
	assert_int_equal(fo.fo_inet, INET_HEX);
	assert_int_equal(format_parse("", &fo), 0);
	assert_int_equal(format_parse("inet", &fo), -1);
	assert_int_equal(format_parse("inet:cidr;", &fo), -1);
	assert_int_equal(format_parse("cidr", &fo), -1);
}

static void
cloners_have_a_number_or_none(void **state)
{
	static const char *const good[] = {
		"lo", "lo1", "bridge0", "epair", "epair3", "epair3a", "tap9",
		"tun0", "lo32767"
	}, *const bad[] = {
		"", "l", "loo", "lo-1", "lo01", "lo1a", "epair3b", "epair3aa",
		"bridge0 ", "eth0", "lo32768", "lo99999999999999999999"
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(clone_known(good[i]));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(clone_known(bad[i]));
}

/* ------------------------------------------------------------------------
 * Listings.
 */

static void
add_addr(struct iface *ifp, const char *text, int plen, const char *brd,
    unsigned flags)
{
	struct ifaddress *ia = calloc(1, sizeof(*ia));

	assert_non_null(ia);
	ia->ia_af = strchr(text, ':') != NULL ? AF_INET6 : AF_INET;
	ia->ia_plen = plen;
	ia->ia_flags = flags;
	inet_pton(ia->ia_af, text, ia->ia_addr);
	ia->ia_hasbrd = brd != NULL && inet_pton(AF_INET, brd, ia->ia_brd);
	TAILQ_INSERT_TAIL(&ifp->if_addrs, ia, tq);
}

/* An interface that this machine has not. */
static struct iface *
add_iface(struct ifaces *ifs, unsigned index, const char *name,
    enum ifclass cl, unsigned flags)
{
	static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 9 };
	struct iface *ifp = calloc(1, sizeof(*ifp));

	assert_non_null(ifp);
	ifp->if_index = index;
	snprintf(ifp->if_name, sizeof(ifp->if_name), "nosuch%u", index);
	snprintf(ifp->if_shown, sizeof(ifp->if_shown), "%s", name);
	ifp->if_class = cl;
	ifp->if_flags = flags;
	ifp->if_mtu = cl == CL_LO ? LO_MTU : 1500;
	ifp->if_arptype = ARPHRD_ETHER;
	memcpy(ifp->if_mac, mac, sizeof(mac));
	ifp->if_maclen = sizeof(mac);
	TAILQ_INIT(&ifp->if_addrs);
	TAILQ_INSERT_TAIL(ifs, ifp, tq);
	return (ifp);
}

static void
lists_as(const struct ifaces *ifs, const struct iface *ifp, int af,
    const char *want)
{
	struct own own = {
		.ow_jid = 1, .ow_mode = { JAIL_SYS_INHERIT, JAIL_SYS_INHERIT }
	};
	struct show sh = {
		.sh_af = af, .sh_format = FORMAT_DEFAULT, .sh_own = &own
	};
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	assert_non_null(f);
	show_iface(f, &sh, ifs, ifp);
	fclose(f);
	assert_string_equal(text, want);
	free(text);
}

static void
interfaces_are_listed_in_freebsd_form(void **state)
{
	struct ifaces ifs = TAILQ_HEAD_INITIALIZER(ifs);
	struct iface *lo, *em, *br;

	(void)state;
	/* Linux calls it a bridge or a dummy without ARP. */
	lo = add_iface(&ifs, 2, "lo1", CL_LO, IFF_UP | IFF_RUNNING |
	    IFF_NOARP | IFF_BROADCAST);
	add_addr(lo, "10.0.0.2", 32, NULL, IFA_F_PERMANENT);
	lists_as(&ifs, lo, 0, "lo1: flags=8049<UP,LOOPBACK,RUNNING,MULTICAST> "
	    "metric 0 mtu 16384\n"
	    "\tinet 10.0.0.2 netmask 0xffffffff\n\tgroups: lo\n");

	em = add_iface(&ifs, 3, "em0", CL_ETHER, IFF_UP | IFF_BROADCAST |
	    IFF_MULTICAST);
	strcpy(em->if_alias, "uplink");
	em->if_promisc = 1;
	em->if_master = 4;
	em->if_port = (struct bridgeport){ 1, 32, 4, true, true, true };
	add_addr(em, "192.0.2.7", 24, "192.0.2.255", IFA_F_PERMANENT);
	add_addr(em, "fe80::9", 64, NULL, IFA_F_PERMANENT);
	add_addr(em, "2001:db8::9", 64, NULL, IFA_F_TENTATIVE |
	    IFA_F_DADFAILED);
	add_addr(em, "2001:db8::a", 64, NULL, IFA_F_PERMANENT |
	    IFA_F_DEPRECATED);
	lists_as(&ifs, em, 0, "em0: flags=8943<UP,BROADCAST,RUNNING,PROMISC,"
	    "SIMPLEX,MULTICAST> metric 0 mtu 1500\n"
	    "\tdescription: uplink\n"
	    "\tether 02:00:00:00:00:09\n"
	    "\tinet 192.0.2.7 netmask 0xffffff00 broadcast 192.0.2.255\n"
	    "\tinet6 fe80::9%em0 prefixlen 64 scopeid 0x3\n"
	    "\tinet6 2001:db8::9 prefixlen 64 tentative duplicated autoconf\n"
	    "\tinet6 2001:db8::a prefixlen 64 deprecated\n");
	lists_as(&ifs, em, AF_PACKET, "em0: flags=8943<UP,BROADCAST,RUNNING,"
	    "PROMISC,SIMPLEX,MULTICAST> metric 0 mtu 1500\n"
	    "\tdescription: uplink\n\tether 02:00:00:00:00:09\n");

	br = add_iface(&ifs, 4, "bridge0", CL_BRIDGE, IFF_BROADCAST |
	    IFF_MULTICAST);
	br->if_bridge = (struct bridge){
		.br_id = { 2, 0, 0, 0, 0, 9 }, .br_priority = 32768,
		.br_root_priority = 32768, .br_hello = 200, .br_forward = 1500,
		.br_maxage = 2000, .br_ageing = 30000, .br_stp = true
	};
	lists_as(&ifs, br, 0, "bridge0: flags=8802<BROADCAST,SIMPLEX,"
	    "MULTICAST> metric 0 mtu 1500\n"
	    "\tether 02:00:00:00:00:09\n"
	    "\tid 02:00:00:00:00:09 priority 32768 hellotime 2 fwddelay 15\n"
	    "\tmaxage 20 proto stp timeout 300\n"
	    "\troot id 00:00:00:00:00:00 priority 32768 ifcost 0 port 0\n"
	    "\tmember: em0 flags=807<LEARNING,DISCOVER,STP,PRIVATE>\n"
	    "\t        port 1 priority 32 path cost 4\n"
	    "\tgroups: bridge\n");
	ifaces_free(&ifs);
}

static void
an_address_that_is_not_the_jails_is_not_listed(void **state)
{
	struct ifaces ifs = TAILQ_HEAD_INITIALIZER(ifs);
	struct iface *lo = add_iface(&ifs, 2, "lo1", CL_LO, 0);
	static char list[] = "10.0.0.20,10.0.0.2", none[] = "";
	struct own own = {
		.ow_jid = 1, .ow_mode = { JAIL_SYS_NEW, JAIL_SYS_DISABLE },
		.ow_list = { list, none }
	};

	(void)state;
	add_addr(lo, "10.0.0.1", 32, NULL, 0);
	assert_false(own_has(&own, lo, TAILQ_FIRST(&lo->if_addrs)));
	add_addr(lo, "10.0.0.2", 32, NULL, 0);
	assert_true(own_has(&own, lo, TAILQ_NEXT(TAILQ_FIRST(&lo->if_addrs),
	    tq)));
	add_addr(lo, "fd00::1", 128, NULL, 0);
	assert_false(own_has(&own, lo, TAILQ_LAST(&lo->if_addrs,
	    ifaddresses)));
	ifaces_free(&ifs);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(masks_are_one_run_of_ones),
		cmocka_unit_test(hardware_addresses_have_six_parts),
		cmocka_unit_test(formats_are_words_with_commas_between),
		cmocka_unit_test(cloners_have_a_number_or_none),
		cmocka_unit_test(interfaces_are_listed_in_freebsd_form),
		cmocka_unit_test(
		    an_address_that_is_not_the_jails_is_not_listed),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
