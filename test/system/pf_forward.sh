#!/usr/bin/env -S ATF_SHELL=/bin/sh atf-sh
# SPDX-License-Identifier: BSD-2-Clause
# The host as a router, between its peer and a machine behind in0: packets are
# filtered on the interface that they come in on and on the one they leave by.
#
#	host	in0	10.9.0.1/24
#	inside		10.9.0.2/24	default route to the host
. "$(atf_get_srcdir)/../pf.sh"

router()
{
	: >"$W/net-inside"
	unshare --net="$W/net-inside" ip link set lo up
	within "$W/net-inside" inside
	inside sleep 60 &
	holder=$!
	wait_for 50 sh -c "[ \$(readlink /proc/$holder/ns/net) = \
	    net:[\$(stat -L -c %i '$W/net-inside')] ]"
	host ip link add in0 type veth peer name i0 netns "$holder" ||
	    atf_fail "cannot make a cable"
	kill "$holder"
	host ip addr add 10.9.0.1/24 dev in0
	host ip link set in0 up
	inside ip addr add 10.9.0.2/24 dev i0
	inside ip link set i0 up
	inside ip route add default via 10.9.0.1
	host sysctl -qw net.ipv4.ip_forward=1
	peer ip route add 10.9.0.0/24 via 192.0.2.10
	serves inside web 10.9.0.2 80
	serves inside web2 10.9.0.2 81
}

pf_test what_passes_in_must_pass_out_as_well
what_passes_in_must_pass_out_as_well()
{
	router
	pf_rules <<-'END'
	block proto tcp
	pass in on re0 proto tcp to port 80
	END
	blocked peer 10.9.0.2 80
	echo 'pass out on in0 proto tcp to port 80' >>"$W/pf.conf"
	atf_check pfctl -q -f "$W/pf.conf"
	reaches peer web 10.9.0.2 80
	blocked peer 10.9.0.2 81
	blocked inside 192.0.2.1 80
}

pf_test who_is_refused_on_the_way_out_is_told
who_is_refused_on_the_way_out_is_told()
{
	router
	pf_rules <<-'END'
	block return out on in0 proto tcp
	pass out on in0 proto tcp to port 80
	END
	reaches peer web 10.9.0.2 80
	rejected ECONNREFUSED peer 10.9.0.2 81
}

pf_test a_tag_goes_with_the_packet
a_tag_goes_with_the_packet()
{
	router
	pf_rules <<-'END'
	pass in on re0 proto tcp to port 80 tag ASKED
	block out on in0 proto tcp
	pass out on in0 tagged ASKED
	END
	reaches peer web 10.9.0.2 80
	blocked peer 10.9.0.2 81
	pf_rules <<-'END'
	block out on in0 proto tcp
	pass out on in0 proto tcp to port 81 received-on re0
	END
	blocked peer 10.9.0.2 80
	reaches peer web2 10.9.0.2 81
	blocked host 10.9.0.2 81
}

pf_test those_behind_are_seen_at_the_outside_address
those_behind_are_seen_at_the_outside_address()
{
	router
	mirrors peer 8001
	pf_rules <<-'END'
	nat on re0 inet from in0:network to any -> (re0)
	rdr on re0 inet proto tcp to (re0) port 8080 -> 10.9.0.2 port 80
	block in on re0
	pass in on re0 proto tcp to 10.9.0.2 port 80
	END
	reaches inside 'from 192\.0\.2\.10:' 192.0.2.1 8001
	reaches peer web 192.0.2.10 8080
}

pf_test sources_that_cannot_be_are_blocked
sources_that_cannot_be_are_blocked()
{
	router
	# as if the peer had an address of the inside
	peer ip addr add 10.9.0.77/32 dev p0
	host sysctl -qw net.ipv4.conf.all.rp_filter=0 \
	    net.ipv4.conf.re0.rp_filter=0
	host ip route add 10.9.0.77/32 via 192.0.2.1
	inside ip route add 10.9.0.77/32 via 10.9.0.1
	reaches peer web 10.9.0.2 80 from 10.9.0.77
	pf_rules <<-'END'
	antispoof for in0
	END
	blocked peer 10.9.0.2 80 from 10.9.0.77
	reaches peer web 10.9.0.2 80
	host ip route del 10.9.0.77/32
	pf_rules <<-'END'
	block in quick from urpf-failed
	END
	blocked peer 10.9.0.2 80 from 10.9.0.77
	reaches peer web 10.9.0.2 80
}

atf_init_test_cases()
{
	add_cases
}
