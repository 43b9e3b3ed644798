#!/usr/bin/env -S ATF_SHELL=/bin/sh atf-sh
# SPDX-License-Identifier: BSD-2-Clause
# The walls around a prison's addresses on the shared stack.  The host of
# each test has 10.0.0.1 and fd00::1, its prison .2 and .3, ::2 and ::3.
. "$(atf_get_srcdir)/../lib.sh"

PROBE=$BUILD/test/probe/probe

addressed()
{
	prison j ip4.addr=10.0.0.2,10.0.0.3 ip6.addr=fd00::2,fd00::3 "$@"
}

# host_serves ADDRESS PORT [udp]: the host answers "host" there.
host_serves()
{
	serving host_"$2" host "$PROBE" serve "$1" "$2" host ${3-}
}

prison_test the_hosts_addresses_cannot_be_bound
the_hosts_addresses_cannot_be_bound()
{
	addressed
	for a in 10.0.0.1 10.0.0.4 fd00::1 192.0.2.1 ::ffff:10.0.0.1; do
		refused EADDRNOTAVAIL bind $a 80
		refused EADDRNOTAVAIL bind $a 0
		refused EADDRNOTAVAIL bind $a 80 udp
	done
	refused EADDRNOTAVAIL bind 10.0.0.1 80 freebind
	atf_check -o inline:'10.0.0.2:80\n' jexec j /bin/probe bind 10.0.0.2 80
	atf_check -o inline:'10.0.0.3:80\n' jexec j /bin/probe bind 10.0.0.3 80
	atf_check -o inline:'[fd00::2]:80\n' jexec j /bin/probe bind fd00::2 80
}

prison_test another_prisons_address_cannot_be_bound
another_prisons_address_cannot_be_bound()
{
	prison k ip4.addr=10.0.0.4
	addressed
	refused EADDRNOTAVAIL bind 10.0.0.4 80
	atf_check -s exit:1 -o inline:'EADDRNOTAVAIL\n' \
	    jexec k /bin/probe bind 10.0.0.2 80
}

prison_test listening_without_bind_hears_nothing_of_the_hosts
listening_without_bind_hears_nothing_of_the_hosts()
{
	addressed
	for f in 4:10.0.0.1:10.0.0.2 6:fd00::1:fd00::2; do
		family=${f%%:*} rest=${f#*:}
		case $family in
		4) theirs=10.0.0.1 ;;
		6) theirs=fd00::1 ;;
		esac
		background l$family jexec j /bin/probe listen_unbound $family
		line=$(first_line l$family.out)
		port=${line##*:}
		case $line in
		ready*) ;;
		*) continue ;;	# refused outright: closed too
		esac
		atf_check -s exit:1 -o match:'^E' \
		    host timeout 10 "$PROBE" connect $theirs "$port"
		eval "wait \$l${family}_pid"
		atf_check -s exit:1 grep accepted l$family.out
	done
}

prison_test datagrams_to_the_host_do_not_reach_an_unbound_socket
datagrams_to_the_host_do_not_reach_an_unbound_socket()
{
	addressed
	background u jexec j /bin/probe udp_autobind 10.0.0.2 9999
	line=$(first_line u.out)
	port=${line##*:}
	case $line in ready*) ;; *) atf_fail "$line" ;; esac
	for n in 1 2 3; do
		host "$PROBE" send 10.0.0.1 "$port" attack
	done
	wait "$u_pid"
	atf_check -s exit:1 grep 'got it' u.out
	# while what is for the prison does reach it
	background v jexec j /bin/probe udp_autobind 10.0.0.2 9999
	line=$(first_line v.out)
	port=${line##*:}
	for n in 1 2 3; do
		host "$PROBE" send 10.0.0.2 "$port" attack
	done
	wait "$v_pid"
	atf_check -o ignore grep 'got it' v.out
}

prison_test ping_sockets_cannot_send_from_the_hosts_address
ping_sockets_cannot_send_from_the_hosts_address()
{
	host sysctl -qw net.ipv4.ping_group_range='0 2147483647'
	addressed
	granted ping 10.0.0.2
	granted ping 10.0.0.1 10.0.0.2
	# nor when the kernel chooses, as a ping socket has no hook: jail(7)
	refused EPERM ping 10.0.0.1
	atf_check -s exit:1 -o match:'^E(PERM|ADDRNOTAVAIL|AGAIN)$' \
	    jexec j /bin/probe ping 10.0.0.1 10.0.0.1
}

prison_test sources_cannot_be_chosen_by_pktinfo
sources_cannot_be_chosen_by_pktinfo()
{
	addressed
	for how in '' connected; do
		refused_any pktinfo 10.0.0.2 9999 10.0.0.1 $how
		refused_any pktinfo fd00::2 9999 fd00::1 $how
		granted pktinfo 10.0.0.2 9999 10.0.0.3 $how
		granted pktinfo fd00::2 9999 fd00::3 $how
	done
}

prison_test the_hosts_loopback_is_out_of_reach
the_hosts_loopback_is_out_of_reach()
{
	host_serves 127.0.0.1 8001
	host_serves ::1 8002
	addressed
	for a in 127.0.0.1 127.0.0.2 127.255.255.254 0.0.0.0 ::ffff:127.0.0.1 \
	    ::ffff:0.0.0.0; do
		refused ECONNREFUSED connect $a 8001
		refused_any fastopen $a 8001
	done
	for a in ::1 ::; do
		refused ECONNREFUSED connect $a 8002
		refused_any fastopen $a 8002
	done
}

prison_test connections_come_from_the_prisons_address
connections_come_from_the_prisons_address()
{
	host_serves 10.0.0.1 8001
	addressed
	says '^local 10\.0\.0\.2:' connect 10.0.0.1 8001
	says '^local 10\.0\.0\.3:' connect 10.0.0.1 8001 from 10.0.0.3
	refused EADDRNOTAVAIL connect 10.0.0.1 8001 from 10.0.0.1
}

# two_nets: the host has two interfaces more, each with two addresses.
two_nets()
{
	for n in 1 2; do
		host ip link add net$n type veth peer name peer$n
		host ip link set net$n up
		host ip link set peer$n up
		host ip addr add 10.$n.0.1/24 dev net$n
		host ip addr add 10.$n.0.2/24 dev net$n
		host ip addr add 10.$n.0.3/24 dev net$n
		host ip -6 addr add fd0$n::1/64 dev net$n nodad
		host ip -6 addr add fd0$n::2/64 dev net$n nodad
	done
	host ip route add default via 10.2.0.254
}

prison_test the_source_is_an_address_of_the_interface_that_the_route_leads_to
the_source_is_an_address_of_the_interface_that_the_route_leads_to()
{
	two_nets
	prison j ip4.addr=10.1.0.2,10.2.0.3,10.2.0.2 \
	    ip6.addr=fd01::2,fd02::2
	atf_check -o inline:'10.1.0.2\n' jexec j /bin/probe source 10.1.0.77
	atf_check -o inline:'10.2.0.2\n' jexec j /bin/probe source 10.2.0.77
	atf_check -o inline:'10.2.0.2\n' jexec j /bin/probe source 192.0.2.1
	atf_check -o inline:'fd01::2\n' jexec j /bin/probe source fd01::77
	atf_check -o inline:'fd02::2\n' jexec j /bin/probe source fd02::77
	# to an interface without one of its own, and to oneself: the primary
	atf_check -o inline:'10.1.0.2\n' jexec j /bin/probe source 10.0.0.1
	atf_check -o inline:'10.1.0.2\n' jexec j /bin/probe source 127.0.0.1
	atf_check -o inline:'10.1.0.2\n' jexec j /bin/probe source 10.2.0.2
	host_serves 10.2.0.1 8001
	says 'local 10.2.0.2:' connect 10.2.0.1 8001
	says '^host' connect 10.2.0.1 8001
}

prison_test nosaddrsel_sends_from_the_primary_address
nosaddrsel_sends_from_the_primary_address()
{
	two_nets
	prison j ip4.addr=10.1.0.2,10.2.0.2 ip4.nosaddrsel
	atf_check -o inline:'10.1.0.2\n' jexec j /bin/probe source 10.2.0.77
	atf_check jail -m name=j ip4.saddrsel
	atf_check -o inline:'10.2.0.2\n' jexec j /bin/probe source 10.2.0.77
}

prison_test sources_follow_the_routes_when_the_prison_is_changed
sources_follow_the_routes_when_the_prison_is_changed()
{
	two_nets
	prison j ip4.addr=10.1.0.2,10.2.0.2
	atf_check -o inline:'10.2.0.2\n' jexec j /bin/probe source 192.0.2.1
	host ip route replace default via 10.1.0.254
	host ip route add 198.51.100.0/24 via 10.2.0.254
	atf_check jail -m name=j persist
	atf_check -o inline:'10.1.0.2\n' jexec j /bin/probe source 192.0.2.1
	atf_check -o inline:'10.2.0.2\n' jexec j /bin/probe source 198.51.100.7
	host ip route del 198.51.100.0/24
	atf_check jail -m name=j persist
	atf_check -o inline:'10.1.0.2\n' jexec j /bin/probe source 198.51.100.7
}

prison_test other_protocols_do_not_exist
other_protocols_do_not_exist()
{
	addressed
	# SCTP, MPTCP, L2TP, raw, DCCP: (family type protocol)
	for s in '2 1 132' '2 5 132' '2 1 262' '10 1 262' '2 2 115' '2 6 33'; do
		refused_any socket $s
	done
	# TCP, UDP and streams of Unix do
	granted socket 2 1 0
	granted socket 2 2 17
	granted socket 10 1 6
	granted socket 1 1 0
	granted socketpair 1 1 0
}

prison_test other_families_do_not_exist
other_families_do_not_exist()
{
	addressed
	# X25 PACKET KEY ALG VSOCK SMC XDP TIPC CAN BLUETOOTH RDS NFC
	for f in 9 15 17 38 40 43 44 30 29 31 21 39; do
		for type in 1 2 3; do
			refused_any socket $f $type 0
		done
	done
	# of netlink, routing only: GENERIC NETFILTER SOCK_DIAG AUDIT XFRM
	# CONNECTOR CRYPTO UEVENT
	for p in 16 12 4 9 6 11 21 15; do
		refused_any socket 16 3 $p
	done
	granted socket 16 3 0
}

prison_test raw_sockets_are_refused
raw_sockets_are_refused()
{
	addressed
	refused EPERM socket 2 3 1
	refused EPERM socket 10 3 58
	refused_any socket 17 3 768
}

prison_test a_prison_without_addresses_has_no_network
a_prison_without_addresses_has_no_network()
{
	prison j
	refused EPROTONOSUPPORT socket 2 1 0
	refused EPROTONOSUPPORT socket 2 2 0
	refused EPROTONOSUPPORT socket 10 1 0
	granted socket 1 1 0
}

prison_test a_prison_with_ipv4_only_has_no_ipv6
a_prison_with_ipv4_only_has_no_ipv6()
{
	prison j ip4.addr=10.0.0.2
	granted socket 2 1 0
	refused EPROTONOSUPPORT socket 10 1 0
}

prison_test an_address_taken_away_is_gone_at_once
an_address_taken_away_is_gone_at_once()
{
	addressed
	background s jexec j /bin/probe serve 10.0.0.3 8001 j
	wait_for 50 grep -q ready s.out || atf_fail "does not serve"
	atf_check -o match:'^j$' host "$PROBE" connect 10.0.0.3 8001
	atf_check -o ignore jail -m name=j ip4.addr=10.0.0.2
	refused EADDRNOTAVAIL bind 10.0.0.3 80
	atf_check -s exit:1 -o match:'^E' \
	    host timeout 10 "$PROBE" connect 10.0.0.3 8001
}

# --------------------------------------------------------------------------
# What must work, so that the tests above do not pass for a dead network

prison_test a_wildcard_listener_answers_on_all_its_addresses
a_wildcard_listener_answers_on_all_its_addresses()
{
	addressed
	serving s jexec j /bin/probe serve 0.0.0.0 8001 j
	serving s6 jexec j /bin/probe serve :: 8002 j6
	atf_check -o match:'^j$' host "$PROBE" connect 10.0.0.2 8001
	atf_check -o match:'^j$' host "$PROBE" connect 10.0.0.3 8001
	atf_check -s exit:1 -o inline:'ECONNREFUSED\n' \
	    host "$PROBE" connect 10.0.0.1 8001
	for a in fd00::2 fd00::3 10.0.0.2 10.0.0.3; do
		atf_check -o match:'^j6$' host "$PROBE" connect $a 8002
	done
	for a in fd00::1 10.0.0.1; do
		atf_check -s exit:1 -o inline:'ECONNREFUSED\n' \
		    host "$PROBE" connect $a 8002
	done
}

prison_test the_host_and_a_prison_listen_on_one_port
the_host_and_a_prison_listen_on_one_port()
{
	host_serves 0.0.0.0 8083
	addressed
	atf_check -o match:'^host$' host "$PROBE" connect 10.0.0.2 8083
	serving s jexec j /bin/probe serve 0.0.0.0 8083 j
	atf_check -o match:'^j$' host "$PROBE" connect 10.0.0.2 8083
	atf_check -o match:'^j$' host "$PROBE" connect 10.0.0.3 8083
	atf_check -o match:'^host$' host "$PROBE" connect 10.0.0.1 8083
	atf_check -o match:':8083$' cat s.out
	kill "$s_pid"
	wait "$s_pid"
	wait_for 50 sh -c "host '$PROBE' connect 10.0.0.2 8083 | grep -qx host" ||
	    atf_fail "the host does not answer again"
}

prison_test loopback_inside_is_the_first_address
loopback_inside_is_the_first_address()
{
	addressed
	atf_check -o match:'^10\.0\.0\.2:80$' jexec j /bin/probe bind 127.0.0.1 80
	atf_check -o match:'^\[fd00::2\]:80$' jexec j /bin/probe bind ::1 80
	serving s jexec j /bin/probe serve 127.0.0.1 8001 j
	atf_check -o match:'^j$' jexec j /bin/probe connect 127.0.0.1 8001
	atf_check -o match:'^j$' jexec j /bin/probe connect 10.0.0.2 8001
}

prison_test an_inherited_stack_is_not_policed
an_inherited_stack_is_not_policed()
{
	host_serves 127.0.0.1 8001
	prison j ip4=inherit
	atf_check -o inline:'10.0.0.1:80\n' jexec j /bin/probe bind 10.0.0.1 80
	says '^host$' connect 127.0.0.1 8001
	refused EPROTONOSUPPORT socket 10 1 0
}

prison_test datagrams_are_answered_on_each_address
datagrams_are_answered_on_each_address()
{
	addressed
	serving s jexec j /bin/probe serve 0.0.0.0 8001 j udp
	atf_check -o match:'^j$' host "$PROBE" connect 10.0.0.2 8001 udp
	atf_check -s exit:1 -o match:'^E' \
	    host "$PROBE" connect 10.0.0.1 8001 udp
}

atf_init_test_cases()
{
	add_cases
}
