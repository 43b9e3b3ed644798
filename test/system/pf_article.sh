#!/usr/bin/env -S ATF_SHELL=/bin/sh atf-sh
# SPDX-License-Identifier: BSD-2-Clause
# The article's three lines of pf.conf, and rdr, proved by packets of prisons.
. "$(atf_get_srcdir)/../pf.sh"

article()
{
	pf_rules <<-'END'
	ext_if = re0
	nat_if = lo1
	nat on $ext_if from $nat_if to any -> ($ext_if)
	END
}

pf_test a_prison_is_seen_at_the_outside_interfaces_address
a_prison_is_seen_at_the_outside_interfaces_address()
{
	mirrors peer 8001
	prison j ip4.addr=10.0.0.2 ip6.addr=fd00::2
	# the peer has no way back
	refused_any connect 192.0.2.1 8001
	article
	says 'from 192\.0\.2\.10:(5|6)[0-9]{4}$' connect 192.0.2.1 8001
	says 'from \[2001:0db8:0001:.*:0010\]' connect 2001:db8:1::1 8001
	# inside it is its own
	says '^local 10\.0\.0\.2:' connect 192.0.2.1 8001
}

pf_test a_prisons_datagrams_are_translated_and_answered
a_prisons_datagrams_are_translated_and_answered()
{
	mirrors peer 8001 udp
	prison j ip4.addr=10.0.0.2,10.0.0.3
	article
	says 'from 192\.0\.2\.10' connect 192.0.2.1 8001 udp
	says 'from 192\.0\.2\.10' connect 192.0.2.1 8001 from 10.0.0.3 udp
	# not connected: the source is chosen for each datagram
	serves peer attack 192.0.2.1 8003 udp
	background u jexec j /bin/probe udp_autobind 192.0.2.1 8003
	wait_for 50 grep -q 'got it' u.out || atf_fail "no answer"
}

pf_test a_prison_can_ping_beyond_the_translation
a_prison_can_ping_beyond_the_translation()
{
	host sysctl -qw net.ipv4.ping_group_range='0 2147483647'
	prison j ip4.addr=10.0.0.2
	article
	granted ping 192.0.2.1 10.0.0.2
}

pf_test the_wall_stands_behind_the_translation
the_wall_stands_behind_the_translation()
{
	mirrors peer 8001 udp
	host sysctl -qw net.ipv4.ping_group_range='0 2147483647'
	prison j ip4.addr=10.0.0.2
	pf_rules <<-'END'
	nat on re0 from any to any -> (re0)
	END
	granted ping 192.0.2.1 10.0.0.2
	# an address of the host's is no more his than it was
	refused_any pktinfo 192.0.2.1 8001 10.0.0.1
	refused_any pktinfo 192.0.2.1 8001 10.0.0.1 connected
	refused EPERM ping 192.0.2.1 10.0.0.1
	refused EADDRNOTAVAIL connect 192.0.2.1 8001 from 10.0.0.1
	granted pktinfo 192.0.2.1 8001 10.0.0.2
}

pf_test rdr_brings_a_connection_into_a_prison
rdr_brings_a_connection_into_a_prison()
{
	prison j ip4.addr=10.0.0.2
	pf_rules <<-'END'
	rdr on re0 proto tcp from any to (re0) port 80 -> 10.0.0.2 port 8080
	rdr on re0 proto udp from any to re0 port 53 -> 10.0.0.2
	END
	serving web jexec j /bin/probe serve 10.0.0.2 8080 prison
	serving dns jexec j /bin/probe serve 10.0.0.2 53 names udp
	reaches peer prison 192.0.2.10 80
	reaches peer names 192.0.2.10 53 udp
	# and nothing else
	rejected ECONNREFUSED peer 192.0.2.10 8080
}

atf_init_test_cases()
{
	add_cases
}
