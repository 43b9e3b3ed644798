#!/usr/bin/env -S ATF_SHELL=/bin/sh atf-sh
# SPDX-License-Identifier: BSD-2-Clause
# Translation rules of pf.conf, by packets between the host and its peer, which
# has no route to the addresses on lo1.
. "$(atf_get_srcdir)/../pf.sh"

# seen_as TEXT FROM: a connection from FROM is seen so by the peer.
seen_as()
{
	reaches host "from $1" 192.0.2.1 8001 from "$2"
}

pf_test sources_become_the_address_that_is_named
sources_become_the_address_that_is_named()
{
	mirrors peer 8001
	host ip addr add 192.0.2.20/24 dev re0
	pf_rules <<-'END'
	nat on re0 from 10.0.0.2 to any -> 192.0.2.20
	nat on re0 from 10.0.0.3 to any -> re0:0
	END
	seen_as '192\.0\.2\.20:[56]' 10.0.0.2
	seen_as '192\.0\.2\.10:[56]' 10.0.0.3
	# the others go out as they are, and get no answer
	blocked host 192.0.2.1 8001 from 10.0.0.4
}

pf_test the_first_translation_that_matches_decides
the_first_translation_that_matches_decides()
{
	mirrors peer 8001
	host ip addr add 192.0.2.20/24 dev re0
	pf_rules <<-'END'
	no nat on re0 from 10.0.0.3 to 192.0.2.1
	nat on re0 from 10.0.0.2 to any -> 192.0.2.20
	nat on re0 from 10.0.0.0/24 to any -> (re0)
	END
	seen_as '192\.0\.2\.20:' 10.0.0.2
	seen_as '192\.0\.2\.10:' 10.0.0.4
	blocked host 192.0.2.1 8001 from 10.0.0.3
}

# source_port ADDRESS PORT: as seen by the peer, of a connection from there.
source_port()
{
	host sh -c "socat -u TCP4:192.0.2.1:8001,bind=$1:$2,reuseaddr -" \
	    2>/dev/null | sed -n 's/.*://p'
}

pf_test ports_are_chosen_kept_or_of_a_range
ports_are_chosen_kept_or_of_a_range()
{
	mirrors peer 8001
	pf_rules <<-'END'
	nat on re0 from 10.0.0.2 to any -> (re0)
	nat on re0 from 10.0.0.3 to any -> (re0) static-port
	nat on re0 proto tcp from 10.0.0.4 to any -> (re0) port 2000:2001
	END
	port=$(source_port 10.0.0.2 1234)
	[ "$port" -ge 50001 ] || atf_fail "port $port"
	atf_check_equal 1234 "$(source_port 10.0.0.3 1234)"
	port=$(source_port 10.0.0.4 1234)
	[ "$port" = 2000 ] || [ "$port" = 2001 ] || atf_fail "port $port"
}

pf_test a_pool_is_gone_round
a_pool_is_gone_round()
{
	mirrors peer 8001
	host ip addr add 192.0.2.20/24 dev re0
	host ip addr add 192.0.2.21/24 dev re0
	pf_rules <<-'END'
	nat on re0 from 10.0.0.2 to any -> { 192.0.2.20 192.0.2.21 }
	nat on re0 from 10.0.0.3 to any -> { 192.0.2.20 192.0.2.21 } source-hash
	nat on re0 from 10.0.0.4 to any -> 192.0.2.20/31 random
	END
	for n in 1 2 3 4; do
		host "$PROBE" connect 192.0.2.1 8001 from 10.0.0.2
		host "$PROBE" connect 192.0.2.1 8001 from 10.0.0.3 >>hashed
	done >round
	atf_check_equal 2 "$(grep -c 'from 192\.0\.2\.20:' round)"
	atf_check_equal 2 "$(grep -c 'from 192\.0\.2\.21:' round)"
	atf_check_equal 1 "$(sed -n 's/^from \(.*\):.*/\1/p' hashed | sort -u |
	    wc -l)"
	seen_as '192\.0\.2\.2[01]:' 10.0.0.4
}

pf_test the_filter_sees_what_nat_has_made
the_filter_sees_what_nat_has_made()
{
	mirrors peer 8001
	pf_rules <<-'END'
	nat on re0 from 10.0.0.0/24 to any -> (re0)
	block out on re0 from 10.0.0.2
	END
	seen_as '192\.0\.2\.10:' 10.0.0.2
	pf_rules <<-'END'
	nat on re0 from 10.0.0.0/24 to any -> (re0)
	block out on re0 from 192.0.2.10
	END
	blocked host 192.0.2.1 8001 from 10.0.0.2
}

pf_test what_is_translated_has_state
what_is_translated_has_state()
{
	mirrors peer 8001
	serves host web 10.0.0.2 8080
	pf_rules <<-'END'
	nat on re0 from 10.0.0.0/24 to any -> (re0)
	block in
	pass in proto tcp from any to 10.0.0.2 port 8080 no state
	block out on re0 from 10.0.0.2
	END
	seen_as '192\.0\.2\.10:' 10.0.0.2
	# the other way round: out is blocked, and the answers are let out
	pf_rules <<-'END'
	rdr on re0 proto tcp to port 80 -> 10.0.0.2 port 8080
	block out
	pass in
	END
	reaches peer web 192.0.2.10 80
}

pf_test pass_asks_no_filter_rule
pass_asks_no_filter_rule()
{
	mirrors peer 8001
	serves host web 10.0.0.2 8080
	pf_rules <<-'END'
	nat pass on re0 from 10.0.0.2 to any -> (re0)
	nat on re0 from 10.0.0.3 to any -> (re0)
	rdr pass on re0 proto tcp to port 80 -> 10.0.0.2 port 8080
	rdr on re0 proto tcp to port 81 -> 10.0.0.2 port 8080
	block
	END
	seen_as '192\.0\.2\.10:' 10.0.0.2
	blocked host 192.0.2.1 8001 from 10.0.0.3
	reaches peer web 192.0.2.10 80
	blocked peer 192.0.2.10 81
}

pf_test the_filter_sees_what_rdr_has_made
the_filter_sees_what_rdr_has_made()
{
	serves host web 10.0.0.2 8080
	pf_rules <<-'END'
	rdr on re0 proto tcp to (re0) port 80 -> 10.0.0.2 port 8080
	block in on re0 proto tcp
	pass in on re0 proto tcp to 10.0.0.2 port 8080
	END
	reaches peer web 192.0.2.10 80
	pf_rules <<-'END'
	rdr on re0 proto tcp to (re0) port 80 -> 10.0.0.2 port 8080
	block in on re0 proto tcp
	pass in on re0 proto tcp to (re0) port 80
	END
	blocked peer 192.0.2.10 80
}

pf_test a_redirection_that_is_blocked_is_told_so
a_redirection_that_is_blocked_is_told_so()
{
	serves host web 10.0.0.2 8080
	pf_rules <<-'END'
	rdr on re0 proto tcp to (re0) port 80 -> 10.0.0.2 port 8080
	block return
	END
	rejected ECONNREFUSED peer 192.0.2.10 80
}

pf_test ranges_of_ports_are_moved
ranges_of_ports_are_moved()
{
	serves host first 10.0.0.2 3000
	serves host third 10.0.0.2 3002
	serves host same 10.0.0.3 5001
	pf_rules <<-'END'
	rdr on re0 proto tcp to port 2000:2002 -> 10.0.0.2 port 3000:*
	rdr on re0 proto tcp to port 5000:5005 -> 10.0.0.3 port 5000:*
	rdr on re0 proto tcp to port 6000:6005 -> 10.0.0.2 port 3002
	END
	reaches peer first 192.0.2.10 2000
	reaches peer third 192.0.2.10 2002
	reaches peer same 192.0.2.10 5001
	reaches peer third 192.0.2.10 6003
}

pf_test redirections_take_turns
redirections_take_turns()
{
	serves host one 10.0.0.2 80
	serves host two 10.0.0.3 80
	pf_rules <<-'END'
	no rdr on re0 proto tcp from 192.0.2.2 to port 80
	rdr on re0 proto tcp to port 80 -> { 10.0.0.2 10.0.0.3 }
	rdr on re0 proto tcp to port 81 -> { 10.0.0.2 10.0.0.3 } port 80 \
	    sticky-address
	END
	for n in 1 2 3 4; do
		peer "$PROBE" connect 192.0.2.10 80
		peer "$PROBE" connect 192.0.2.10 81 >>sticky
	done >turns
	atf_check_equal 2 "$(grep -c one turns)"
	atf_check_equal 2 "$(grep -c two turns)"
	atf_check_equal 1 "$(grep -E '^(one|two)$' sticky | sort -u | wc -l)"
	rejected ECONNREFUSED peer 192.0.2.10 80 from 192.0.2.2
}

pf_test redirections_of_ipv6
redirections_of_ipv6()
{
	serves host six fd00::2 8080
	mirrors peer 8001
	pf_rules <<-'END'
	nat on re0 inet6 from fd00::/64 to any -> (re0)
	rdr on re0 inet6 proto tcp to (re0) port 80 -> fd00::2 port 8080
	END
	reaches peer six 2001:db8:1::10 80
	reaches host 'from \[2001:0db8:0001:.*:0010\]' 2001:db8:1::1 8001 \
	    from fd00::2
}

pf_test the_hosts_own_connections_are_redirected_on_lo0
the_hosts_own_connections_are_redirected_on_lo0()
{
	serves host web 10.0.0.2 8080
	pf_rules <<-'END'
	rdr on lo0 proto tcp to 192.0.2.10 port 80 -> 10.0.0.2 port 8080
	rdr on re0 proto tcp to 192.0.2.10 port 81 -> 10.0.0.2 port 8080
	END
	reaches host web 192.0.2.10 80
	rejected ECONNREFUSED peer 192.0.2.10 80
	rejected ECONNREFUSED host 192.0.2.10 81
	reaches peer web 192.0.2.10 81
}

pf_test binat_works_in_both_directions
binat_works_in_both_directions()
{
	mirrors peer 8001
	host ip addr add 192.0.2.22/24 dev re0
	serves host inner 10.0.0.2 80
	pf_rules <<-'END'
	binat on re0 from 10.0.0.2 to any -> 192.0.2.22
	nat on re0 from 10.0.0.0/24 to any -> (re0)
	END
	seen_as '192\.0\.2\.22:' 10.0.0.2
	seen_as '192\.0\.2\.10:' 10.0.0.3
	reaches peer inner 192.0.2.22 80
}

pf_test binat_of_a_network_keeps_the_hosts_part
binat_of_a_network_keeps_the_hosts_part()
{
	mirrors peer 8001
	serves host third 10.0.0.3 80
	peer ip route add 198.51.100.0/24 via 192.0.2.10
	pf_rules <<-'END'
	binat on re0 from 10.0.0.0/24 to any -> 198.51.100.0/24
	END
	seen_as '198\.51\.100\.2:' 10.0.0.2
	reaches peer third 198.51.100.3 80
}

pf_test translations_in_anchors
translations_in_anchors()
{
	mirrors peer 8001
	serves host web 10.0.0.2 8080
	pf_rules <<-'END'
	nat-anchor "jails/*"
	rdr-anchor "jails/*" on re0
	END
	rejected ECONNREFUSED peer 192.0.2.10 80
	atf_check pfctl -q -a jails/web -f - <<-'END'
	nat on re0 from 10.0.0.2 to any -> (re0)
	rdr on re0 proto tcp to port 80 -> 10.0.0.2 port 8080
	END
	seen_as '192\.0\.2\.10:' 10.0.0.2
	reaches peer web 192.0.2.10 80
}

pf_test what_nat_translates_is_dropped_silently_when_blocked
what_nat_translates_is_dropped_silently_when_blocked()
{
	mirrors peer 8001
	pf_rules <<-'END'
	nat on re0 from 10.0.0.2 to any -> (re0)
	block return out on re0 proto tcp
	END
	# pf.conf(5), CAVEATS
	rejected ECONNREFUSED host 192.0.2.1 8001 from 192.0.2.10
	atf_check -s exit:1 -o match:'EINPROGRESS|EAGAIN' \
	    host timeout 10 "$PROBE" connect 192.0.2.1 8001 from 10.0.0.2
}

atf_init_test_cases()
{
	add_cases
}
