#!/usr/bin/env -S ATF_SHELL=/bin/sh atf-sh
# SPDX-License-Identifier: BSD-2-Clause
# Filter rules of pf.conf, by packets between the host and its peer.
. "$(atf_get_srcdir)/../pf.sh"

# web: the host answers "web" on TCP 80 and 81 and UDP 53 of 192.0.2.10.
web()
{
	serves host web 192.0.2.10 80
	serves host web2 192.0.2.10 81
	serves host names 192.0.2.10 53 udp
}

pf_test what_no_rule_matches_passes
what_no_rule_matches_passes()
{
	web
	pf_rules <<-'END'
	block in proto udp
	END
	reaches peer web 192.0.2.10 80
	blocked peer 192.0.2.10 53 udp
}

pf_test the_last_rule_that_matches_decides
the_last_rule_that_matches_decides()
{
	web
	pf_rules <<-'END'
	pass in proto tcp to port 80
	block in proto tcp
	pass in proto tcp to port 81
	END
	blocked peer 192.0.2.10 80
	reaches peer web2 192.0.2.10 81
}

pf_test the_first_quick_rule_that_matches_decides
the_first_quick_rule_that_matches_decides()
{
	web
	pf_rules <<-'END'
	pass in quick proto tcp to port 80
	block in quick proto tcp to port { 80 81 }
	pass in
	END
	reaches peer web 192.0.2.10 80
	blocked peer 192.0.2.10 81
}

pf_test block_return_resets_and_says_unreachable
block_return_resets_and_says_unreachable()
{
	web
	pf_rules <<-'END'
	block return
	pass inet6 proto icmp6 icmp6-type { neighbrsol neighbradv }
	END
	rejected ECONNREFUSED peer 192.0.2.10 80
	rejected ECONNREFUSED peer 192.0.2.10 53 udp
	rejected ECONNREFUSED peer 2001:db8:1::10 80
}

pf_test set_block_policy_return_is_meant_by_block
set_block_policy_return_is_meant_by_block()
{
	web
	pf_rules <<-'END'
	set block-policy return
	block in proto tcp to port 80
	block drop in proto tcp to port 81
	END
	rejected ECONNREFUSED peer 192.0.2.10 80
	blocked peer 192.0.2.10 81
}

pf_test return_icmp_says_what_it_is_told_to
return_icmp_says_what_it_is_told_to()
{
	web
	pf_rules <<-'END'
	block return-icmp(host-prohib) in inet proto udp
	block return-rst in proto tcp
	END
	rejected EHOSTUNREACH peer 192.0.2.10 53 udp
	rejected ECONNREFUSED peer 192.0.2.10 80
}

pf_test outgoing_connections_are_refused_to_who_makes_them
outgoing_connections_are_refused_to_who_makes_them()
{
	serves peer web 192.0.2.1 80
	serves peer names 192.0.2.1 53 udp
	pf_rules <<-'END'
	set skip on lo0
	block return out on re0 proto tcp to port 80
	block drop out on re0 proto udp
	END
	rejected ECONNREFUSED host 192.0.2.1 80
	blocked host 192.0.2.1 53 udp
}

pf_test state_lets_the_answers_in
state_lets_the_answers_in()
{
	serves peer web 192.0.2.1 80
	serves peer web6 2001:db8:1::1 80
	serves peer names 192.0.2.1 53 udp
	pf_rules <<-'END'
	block in
	pass out
	END
	reaches host web 192.0.2.1 80
	reaches host names 192.0.2.1 53 udp
	# IPv6 needs its neighbours, which have no state
	reaches host web6 2001:db8:1::1 80
}

pf_test errors_about_a_connection_come_in_with_it
errors_about_a_connection_come_in_with_it()
{
	pf_rules <<-'END'
	block in
	pass out
	END
	rejected ECONNREFUSED host 192.0.2.1 9 udp
	rejected ECONNREFUSED host 192.0.2.1 9
}

pf_test without_state_the_answers_are_looked_at
without_state_the_answers_are_looked_at()
{
	serves peer web 192.0.2.1 80
	pf_rules <<-'END'
	block in
	pass out no state
	END
	blocked host 192.0.2.1 80
	pf_rules <<-'END'
	block in
	pass in proto tcp from 192.0.2.1 port 80 no state
	pass out no state
	END
	reaches host web 192.0.2.1 80
}

# late N: a connection of the peer's that says "late" after N seconds.
late()
{
	host socat -u TCP4-LISTEN:90,reuseaddr,fork OPEN:heard,creat,append \
	    >/dev/null 2>&1 &
	wait_for 50 host grep -qi ':005A ' /proc/net/tcp ||
	    atf_fail 'nobody listens'
	peer sh -c "{ echo early; sleep $1; echo late; } |
	    socat -t1 - TCP4:192.0.2.10:90" >/dev/null 2>&1 &
	wait_for 50 grep -q early heard || atf_fail 'no connection'
}

pf_test a_connection_outlives_its_rule
a_connection_outlives_its_rule()
{
	pf_rules <<-'END'
	block in
	pass in proto tcp to port 90
	END
	late 1
	pf_rules <<-'END'
	block in
	END
	wait_for 50 grep -q late heard || atf_fail 'cut off'
	blocked peer 192.0.2.10 90
}

pf_test a_connection_older_than_the_rules_has_no_state
a_connection_older_than_the_rules_has_no_state()
{
	# conntrack knows it: that is not enough
	host nft add table ip other
	host nft 'add chain ip other c { type filter hook input priority 0; }'
	host nft add rule ip other c ct state established counter
	late 1
	pf_rules <<-'END'
	block in
	pass in proto tcp
	END
	sleep 2
	atf_check -s exit:1 grep late heard
}

pf_test addresses_ranges_and_negations
addresses_ranges_and_negations()
{
	web
	pf_rules <<-'END'
	block in proto tcp
	pass in proto tcp from 192.0.2.0/30 to port 80
	pass in proto tcp from ! 192.0.2.1 to port 81
	END
	reaches peer web 192.0.2.10 80
	blocked peer 192.0.2.10 81
	reaches peer web2 192.0.2.10 81 from 192.0.2.2
	pf_rules <<-'END'
	block in proto tcp
	pass in proto tcp from 192.0.2.2 - 192.0.2.9
	END
	blocked peer 192.0.2.10 80
	reaches peer web 192.0.2.10 80 from 192.0.2.2
}

pf_test ports_and_their_operators
ports_and_their_operators()
{
	web
	pf_rules <<-'END'
	block in proto tcp
	pass in proto tcp to port 79 >< 81
	END
	reaches peer web 192.0.2.10 80
	blocked peer 192.0.2.10 81
	pf_rules <<-'END'
	block in proto tcp
	pass in proto tcp to port 70 <> 80
	END
	blocked peer 192.0.2.10 80
	reaches peer web2 192.0.2.10 81
	pf_rules <<-'END'
	block in proto tcp
	pass in proto tcp to port != 80
	END
	blocked peer 192.0.2.10 80
	reaches peer web2 192.0.2.10 81
}

pf_test the_narrowest_entry_of_a_table_decides
the_narrowest_entry_of_a_table_decides()
{
	web
	pf_rules <<-'END'
	table <ok> { 192.0.0.0/8 !192.0.2.0/24 192.0.2.2 2001:db8::/32 }
	block in proto tcp
	pass in proto tcp from <ok>
	END
	blocked peer 192.0.2.10 80
	reaches peer web 192.0.2.10 80 from 192.0.2.2
	pf_rules <<-'END'
	table <ok> { 192.0.0.0/8 !192.0.2.0/24 192.0.2.2 }
	block in proto tcp
	pass in proto tcp from ! <ok>
	END
	reaches peer web 192.0.2.10 80
	blocked peer 192.0.2.10 80 from 192.0.2.2
}

pf_test icmp_by_its_type
icmp_by_its_type()
{
	peer sysctl -qw net.ipv4.ping_group_range='0 2147483647'
	pf_rules <<-'END'
	block in
	pass in inet proto icmp icmp-type echoreq
	END
	atf_check -o ignore peer "$PROBE" ping 192.0.2.10
	pf_rules <<-'END'
	block in
	pass in inet proto icmp icmp-type timereq
	END
	atf_check -s exit:1 -o match:'^E' peer "$PROBE" ping 192.0.2.10
}

pf_test one_family_of_addresses
one_family_of_addresses()
{
	web
	serves host six 2001:db8:1::10 80
	pf_rules <<-'END'
	block in inet6 proto tcp
	END
	reaches peer web 192.0.2.10 80
	blocked peer 2001:db8:1::10 80
	pf_rules <<-'END'
	block in proto tcp
	pass in inet6 proto tcp
	END
	blocked peer 192.0.2.10 80
	reaches peer six 2001:db8:1::10 80
}

pf_test interfaces_and_all_others
interfaces_and_all_others()
{
	web
	pf_rules <<-'END'
	block in on ! lo0 proto tcp to port 80
	block in on re9 proto tcp to port 81
	END
	blocked peer 192.0.2.10 80
	reaches host web 192.0.2.10 80
	reaches peer web2 192.0.2.10 81
	pf_rules <<-'END'
	block in on egress proto tcp to port 80
	END
	blocked peer 192.0.2.10 80
	reaches host web 192.0.2.10 80
}

pf_test skipped_interfaces_are_left_alone
skipped_interfaces_are_left_alone()
{
	web
	pf_rules <<-'END'
	set skip on lo0
	block
	END
	reaches host web 192.0.2.10 80
	blocked peer 192.0.2.10 80
}

pf_test an_address_in_brackets_is_the_one_of_now
an_address_in_brackets_is_the_one_of_now()
{
	pf_rules <<-'END'
	block in proto tcp
	pass in on re0 proto tcp to (re0)
	END
	host ip addr add 192.0.2.77/24 dev re0
	serves host later 192.0.2.77 80
	reaches peer later 192.0.2.77 80
	host ip addr add 192.0.2.78/32 dev lo1
	serves host other 192.0.2.78 80
	peer ip route add 192.0.2.78 via 192.0.2.10
	blocked peer 192.0.2.78 80
}

pf_test tags_are_seen_by_later_rules_and_interfaces
tags_are_seen_by_later_rules_and_interfaces()
{
	web
	pf_rules <<-'END'
	block in on lo0 proto tcp
	pass out on lo0 proto tcp to port 80 tag MINE
	pass in on lo0 proto tcp tagged MINE
	END
	reaches host web 192.0.2.10 80
	blocked host 192.0.2.10 81
	# a tag is there from the rule that sets it, and quick ends all
	pf_rules <<-'END'
	pass in on re0 proto tcp to port 80 tag A
	block in on re0 tagged A
	pass in quick on re0 proto tcp from 192.0.2.2 tagged A
	block in on re0 proto tcp to port 81 ! tagged A
	END
	blocked peer 192.0.2.10 80
	reaches peer web 192.0.2.10 80 from 192.0.2.2
	blocked peer 192.0.2.10 81
}

pf_test match_sets_a_tag_and_decides_nothing
match_sets_a_tag_and_decides_nothing()
{
	web
	pf_rules <<-'END'
	block in proto tcp
	match in proto tcp to port 80 tag WEB
	pass in tagged WEB
	END
	reaches peer web 192.0.2.10 80
	blocked peer 192.0.2.10 81
}

pf_test who_sends
who_sends()
{
	serves peer web 192.0.2.1 80
	pf_rules <<-'END'
	block return out on re0 proto tcp
	pass out on re0 proto tcp user 65534
	END
	rejected ECONNREFUSED host 192.0.2.1 80
	atf_check -o match:web host setpriv --reuid 65534 --clear-groups \
	    timeout 10 "$PROBE" connect 192.0.2.1 80
}

pf_test anchors_are_filled_later
anchors_are_filled_later()
{
	web
	pf_rules <<-'END'
	block in proto tcp
	anchor "web" in on re0
	END
	blocked peer 192.0.2.10 80
	echo 'pass proto tcp to port 80' | atf_check pfctl -q -a web -f -
	reaches peer web 192.0.2.10 80
	atf_check -o inline:'pass proto tcp from any to any port = 80 flags S/SA keep state\n' \
	    pfctl -P -a web -sr
	# the main rules are loaded again: what is in the anchor stays
	atf_check pfctl -q -f "$W/pf.conf"
	reaches peer web 192.0.2.10 80
	atf_check pfctl -q -a web -F rules
	blocked peer 192.0.2.10 80
}

pf_test quick_in_an_anchor_ends_all_and_a_quick_anchor_too
quick_in_an_anchor_ends_all_and_a_quick_anchor_too()
{
	web
	pf_rules <<-'END'
	anchor "a" {
		pass in quick proto tcp to port 80
	}
	anchor "b" quick proto tcp {
		block in
		pass in proto tcp to port 81
	}
	block in
	pass in proto udp to port 53
	END
	reaches peer web 192.0.2.10 80
	reaches peer web2 192.0.2.10 81
	reaches peer names 192.0.2.10 53 udp
	# and with tags, where rules are gone through in order
	echo 'match in tag X' >>"$W/pf.conf"
	atf_check pfctl -q -f "$W/pf.conf"
	reaches peer web 192.0.2.10 80
	reaches peer web2 192.0.2.10 81
	reaches peer names 192.0.2.10 53 udp
}

pf_test all_anchors_below_one_in_the_order_of_names
all_anchors_below_one_in_the_order_of_names()
{
	web
	pf_rules <<-'END'
	anchor "j/*"
	END
	echo 'block in proto tcp' | atf_check pfctl -q -a j/a -f -
	echo 'pass in proto tcp to port 80' | atf_check pfctl -q -a j/b -f -
	reaches peer web 192.0.2.10 80
	blocked peer 192.0.2.10 81
	atf_check -o inline:'  j\n  j/a\n  j/b\n' pfctl -vsA
}

pf_test one_source_can_have_so_many_connections
one_source_can_have_so_many_connections()
{
	web
	pf_rules <<-'END'
	block in proto tcp
	pass in proto tcp to port 90 keep state (max-src-conn 1)
	END
	late 3
	blocked peer 192.0.2.10 90
	reaches_other=$(peer timeout 2 "$PROBE" connect 192.0.2.10 90 \
	    from 192.0.2.2 2>&1)
	case $reaches_other in
	local*) ;;
	*) atf_fail "the other source: $reaches_other" ;;
	esac
}

pf_test who_comes_too_often_gets_into_the_table
who_comes_too_often_gets_into_the_table()
{
	web
	pf_rules <<-'END'
	table <brutes> persist
	block in quick proto tcp from <brutes>
	pass in proto tcp to port 80 \
	    keep state (max-src-conn-rate 3/60, overload <brutes>)
	END
	for n in 1 2 3; do
		reaches peer web 192.0.2.10 80
	done
	blocked peer 192.0.2.10 80
	blocked peer 192.0.2.10 81
	reaches peer web2 192.0.2.10 81 from 192.0.2.2
	atf_check -o inline:'   192.0.2.1\n' pfctl -t brutes -T show
	# still there after the next load, until it is taken out
	atf_check pfctl -q -f "$W/pf.conf"
	blocked peer 192.0.2.10 81
	atf_check pfctl -q -t brutes -T delete 192.0.2.1
	reaches peer web2 192.0.2.10 81
}

pf_test disabled_it_lets_everything_through
disabled_it_lets_everything_through()
{
	web
	pf_rules <<-'END'
	block
	END
	blocked peer 192.0.2.10 80
	atf_check -e inline:'pf disabled\n' pfctl -d
	reaches peer web 192.0.2.10 80
	atf_check -o inline:'block drop all\n' pfctl -sr
	atf_check -e inline:'pf enabled\n' pfctl -e
	blocked peer 192.0.2.10 80
}

pf_test the_mss_is_clamped
the_mss_is_clamped()
{
	pf_rules <<-'END'
	scrub on re0 all max-mss 900
	END
	peer socat TCP4-LISTEN:91,reuseaddr SYSTEM:'sleep 3' >/dev/null 2>&1 &
	wait_for 50 peer grep -qi ':005B ' /proc/net/tcp
	host socat -u TCP4:192.0.2.1:91 - >/dev/null 2>&1 &
	wait_for 50 sh -c 'host ss -tin dport = :91 | grep -q mss' ||
	    atf_fail 'no connection'
	atf_check -o match:' mss:(8[0-9][0-9]|900) ' \
	    host ss -tin dport = :91
}

atf_init_test_cases()
{
	add_cases
}
