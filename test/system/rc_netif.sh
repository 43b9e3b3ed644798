#!/usr/bin/env -S ATF_SHELL=/bin/sh atf-sh
# SPDX-License-Identifier: BSD-2-Clause
# rc.d/netif with the real ifconfig(8); what it asks for is in test/netif.
. "$(atf_get_srcdir)/../lib.sh"
. "$(atf_get_srcdir)/../rc.lib.sh"

# has INTERFACE ADDRESS...: those, and no others, as ip(8) has them.
has()
{
	is=$(host ip -o addr show dev "$1" scope global |
	    awk '{ print $4 }' | sort -V | tr '\n' ' ')
	shift
	atf_check_equal "$*" "${is% }"
}

prison_test the_lines_of_the_article_make_lo1_with_fifteen_addresses
the_lines_of_the_article_make_lo1_with_fifteen_addresses()
{
	rc_conf 'cloned_interfaces="lo1"' 'ipv4_addrs_lo1="10.0.0.1-15/32"' \
	    'pf_enable="YES"' 'pf_rules="/etc/pf.conf"'
	host ip addr flush dev lo scope global
	atf_check -o save:out service netif start lo1
	cat out
	atf_check -o inline:'Created clone interfaces: lo1.
Starting Network: lo1.\n' head -n 2 out
	atf_check grep -q '^	inet 10.0.0.15 netmask 0xffffffff$' out
	all=
	for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
		all="$all 10.0.0.$n/32"
	done
	has lo1 $all
	# Again, and nothing is different.
	atf_check -o inline:'Starting Network: lo1.\n' \
	    sh -c 'service netif start lo1 | sed 1q'
	has lo1 $all
	atf_check -o match:'^Destroyed clone interfaces: lo1\.$' \
	    service netif stop lo1
	atf_check -s exit:1 -o ignore -e ignore host ip link show lo1
}

prison_test a_jail_has_its_address_from_rc_conf
a_jail_has_its_address_from_rc_conf()
{
	rc_conf 'cloned_interfaces="lo1"' 'ipv4_addrs_lo1="10.0.7.1-3/32"' \
	    'jail_enable="YES"'
	world_tiny "$W/base"
	conf <<-END
	path = "$W/\$name"; mount.devfs; persist;
	interface = lo1;
	base { ip4.addr = 10.0.7.2; }
	END
	atf_check -o ignore service netif start lo1
	atf_check -o inline:'Starting jails: base.\n' service jail start base
	J=base
	says 10.0.7.2 bind 10.0.7.2 80
	refused EADDRNOTAVAIL bind 10.0.7.1 80
	atf_check -o ignore service jail stop base
	# It was there before: it stays.
	has lo1 10.0.7.1/32 10.0.7.2/32 10.0.7.3/32
}

prison_test ranges_of_ipv6_and_all_the_others
ranges_of_ipv6_and_all_the_others()
{
	rc_conf 'cloned_interfaces="lo1 bridge0 epair7 lo2:sticky"' \
	    'ifconfig_lo1_aliases="inet6 2001:db8::8-b/64"' \
	    'ifconfig_lo1="inet 10.0.8.1/24"' \
	    'ifconfig_lo1_alias0="inet 10.0.8.5-6/24"' \
	    'ifconfig_bridge0="addm epair7a"' \
	    'ifconfig_epair7b="inet 10.0.9.1/24"' \
	    'ifconfig_lo2_ipv6="inet6 2001:db8:5::1/64"'
	atf_check -o save:out service netif start
	atf_check -o inline:'Created clone interfaces: lo1 bridge0 epair7a epair7b lo2.
Starting Network: lo1 bridge0 epair7a epair7b lo2.\n' head -n 2 out
	has lo1 10.0.8.1/24 10.0.8.5/24 10.0.8.6/32 2001:db8::8/64 2001:db8::9/64 2001:db8::a/64 2001:db8::b/64
	has epair7b 10.0.9.1/24
	has lo2 2001:db8:5::1/64
	atf_check -o match:'master bridge0' host ip link show dev epair7a
	atf_check -o match:'Destroyed clone interfaces: lo1 bridge0 epair7a epair7b\.' \
	    service netif stop
	has lo2
	atf_check -s exit:1 -o ignore -e match:'nope does not exist' \
	    service netif start nope
}

atf_init_test_cases()
{
	add_cases
}
