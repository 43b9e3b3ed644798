#!/usr/bin/env -S ATF_SHELL=/bin/sh atf-sh
# SPDX-License-Identifier: BSD-2-Clause
# pfctl(8): what it says, what it leaves alone, and that it changes all or
# nothing.
. "$(atf_get_srcdir)/../pf.sh"

pf_test a_file_with_an_error_changes_nothing
a_file_with_an_error_changes_nothing()
{
	pf_rules <<-'END'
	block in proto udp
	END
	host nft list ruleset >before
	printf 'pass in\nblok in\npass in route-to (re0 192.0.2.1) all\n' \
	    >bad.conf
	atf_check -s exit:1 -e inline:'bad.conf:2: syntax error at "in"
bad.conf:3: route-to: a rule cannot choose the next hop here; see "ip rule" in ip-rule(8)
pfctl: Syntax error in config file: pf rules not loaded
' pfctl -f bad.conf
	# and one that is good until it is compiled
	echo 'nat on re0 from 10.0.0.2 to any -> (later0)' >bad.conf
	atf_check -s exit:1 -e match:'^bad.conf:1: -> .later0.: it has no' \
	    pfctl -f bad.conf
	host nft list ruleset >after
	atf_check cmp before after
}

pf_test the_tables_of_others_are_left_alone
the_tables_of_others_are_left_alone()
{
	host nft -f - <<-'END'
	table inet mine {
		set s { type ipv4_addr; elements = { 192.0.2.99 }; }
		chain c { type filter hook input priority 0; ip saddr @s drop; }
	}
	table ip pf { chain nat { type nat hook postrouting priority 100; } }
	END
	host nft list ruleset >before
	pf_rules <<-'END'
	table <s> { 192.0.2.98 }
	nat on re0 from 10.0.0.2 to any -> (re0)
	block in from <s>
	END
	atf_check -o ignore host nft list table inet pf
	atf_check -e ignore pfctl -F all
	atf_check -e ignore pfctl -d
	atf_check host nft delete table inet pf
	host nft list ruleset >after
	atf_check cmp before after
}

pf_test a_table_of_our_name_that_is_not_ours_is_not_touched
a_table_of_our_name_that_is_not_ours_is_not_touched()
{
	host nft add table inet pf
	host nft add chain inet pf c
	atf_check -s exit:1 -e match:"is not pfctl's" pfctl -sr
	echo pass >c.conf
	atf_check -s exit:1 -e match:"is not pfctl's" pfctl -f c.conf
	atf_check -o match:'chain c' host nft list table inet pf
}

# Nothing but the one or the other, whenever it is killed.
pf_test killed_at_any_instant_it_leaves_the_old_or_the_new
killed_at_any_instant_it_leaves_the_old_or_the_new()
{
	for f in a b; do
		for n in 1 2 3 4 5 6 7 8 9; do
			echo "pass in proto tcp to port $n label \"$f\""
			echo "block out proto udp to port $n label \"$f\""
		done >$f.conf
	done
	pf_rules <a.conf
	pfctl -P -sr >a.rules
	atf_check pfctl -q -f b.conf
	pfctl -P -sr >b.rules
	atf_check -s exit:1 cmp -s a.rules b.rules
	new=a
	for ms in 00 02 04 06 08 10 12 14 16 18 20 22 24 26 28 30 35 40 50 60; do
		host "$BUILD/pfctl/pfctl" -q -f $new.conf &
		victim=$!
		sleep 0.0$ms
		kill -KILL $victim 2>/dev/null
		wait $victim 2>/dev/null
		pfctl -P -sr >now.rules || atf_fail "after $ms ms: unreadable"
		cmp -s now.rules a.rules || cmp -s now.rules b.rules ||
		    atf_fail "after $ms ms: neither"
		chains=$(host nft list table inet pf |
		    grep -c '^	chain r[0-9]*[io] {')
		atf_check_equal "$ms ms 18" "$ms ms $chains"
		[ $new = a ] && new=b || new=a
	done
}

pf_test while_rules_are_replaced_nothing_slips_through
while_rules_are_replaced_nothing_slips_through()
{
	host socat -u UDP4-RECV:9000 OPEN:heard,creat,append >/dev/null 2>&1 &
	wait_for 50 host grep -qi ':2328 ' /proc/net/udp
	printf 'block in\npass in proto tcp\n' >a.conf
	printf 'pass in\nblock in proto udp to port 9000\n' >b.conf
	pf_rules <a.conf
	peer sh -c 'head -c 40000000 /dev/zero |
	    socat -u -b 1000 - UDP4-SENDTO:192.0.2.10:9000' 2>/dev/null &
	sender=$!
	rounds=0
	while kill -0 $sender 2>/dev/null && [ $rounds -lt 60 ]; do
		pfctl -q -f b.conf && pfctl -q -f a.conf ||
		    atf_fail "round $rounds"
		rounds=$((rounds + 1))
	done
	kill $sender 2>/dev/null
	[ $rounds -gt 0 ] || atf_fail 'nothing was sent meanwhile'
	[ ! -s heard ] || atf_fail "$(wc -c <heard) bytes came through"
	# and it would have been heard
	atf_check -e ignore pfctl -F rules
	peer "$PROBE" send 192.0.2.10 9000 x
	wait_for 50 test -s heard || atf_fail 'it hears nothing at all'
}

pf_test enabling_and_disabling_say_so
enabling_and_disabling_say_so()
{
	atf_check -s exit:1 -o inline:'Disabled\n' pfctl -s Running
	atf_check -s exit:1 -e inline:'pfctl: pf not enabled\n' pfctl -d
	atf_check -e inline:'pf enabled\n' pfctl -e
	atf_check -s exit:1 -e inline:'pfctl: pf already enabled\n' pfctl -e
	atf_check -o match:'^Status: Enabled for 0 days 00:00:' pfctl -si
	atf_check -o inline:'Enabled\n' pfctl -s Running
	atf_check -e inline:'pf disabled\n' pfctl -d
	atf_check -o match:'^Status: Disabled' pfctl -si
}

pf_test looking_only_loads_nothing
looking_only_loads_nothing()
{
	printf 'if = "re0"\nblock in on $if\n' >c.conf
	atf_check pfctl -nf c.conf
	atf_check -o inline:'if = "re0"\nblock drop in on re0 all\n' \
	    pfctl -vnf c.conf
	atf_check -o inline:'if = "re0"\n@0 block drop in on lo1 all\n' \
	    pfctl -vv -D if=lo1 -n -f c.conf
	atf_check host nft list tables
}

pf_test states_are_shown_and_killed
states_are_shown_and_killed()
{
	pf_rules <<-'END'
	nat on re0 from 10.0.0.2 to any -> (re0)
	pass in proto tcp to port 90 label "ninety"
	pass out proto tcp
	END
	host socat -u TCP4-LISTEN:90,reuseaddr,fork - >/dev/null 2>&1 &
	peer socat -u TCP4-LISTEN:91,reuseaddr,fork - >/dev/null 2>&1 &
	wait_for 50 host grep -qi ':005A ' /proc/net/tcp
	wait_for 50 peer grep -qi ':005B ' /proc/net/tcp
	peer sh -c 'sleep 20 | socat -u - TCP4:192.0.2.10:90' 2>/dev/null &
	host sh -c 'sleep 20 | socat -u - TCP4:192.0.2.1:91,bind=10.0.0.2' \
	    2>/dev/null &
	wait_for 50 sh -c 'pfctl -ss | grep -c EST | grep -q 2'
	atf_check -o match:'^all tcp 192\.0\.2\.10:90 <- 192\.0\.2\.1:[0-9]+       ESTABLISHED:ESTABLISHED$' \
	    -o match:'^all tcp 192\.0\.2\.10:[56][0-9]{4} \(10\.0\.0\.2:[0-9]+\) -> 192\.0\.2\.1:91       ESTABLISHED:ESTABLISHED$' \
	    pfctl -ss
	atf_check -o match:'States: 1 ' pfctl -vsr
	atf_check -e inline:'killed 1 states\n' pfctl -k label -k ninety
	atf_check -e inline:'killed 1 states from 1 sources and 1 destinations\n' \
	    pfctl -k 10.0.0.0/24 -k 192.0.2.1
	atf_check -e inline:'killed 0 states from 1 sources and 0 destinations\n' \
	    pfctl -k 192.0.2.77
	atf_check -e match:'^[0-9]+ states cleared$' pfctl -F states
}

pf_test a_connection_whose_state_is_killed_is_over
a_connection_whose_state_is_killed_is_over()
{
	pf_rules <<-'END'
	block in
	pass in proto tcp to port 90 flags S/SA
	END
	host socat -u TCP4-LISTEN:90,reuseaddr,fork OPEN:heard,creat,append \
	    >/dev/null 2>&1 &
	wait_for 50 host grep -qi ':005A ' /proc/net/tcp
	peer sh -c '{ echo early; sleep 1; echo late; } |
	    socat -t1 - TCP4:192.0.2.10:90' >/dev/null 2>&1 &
	wait_for 50 grep -q early heard
	atf_check -e match:'killed 1 states' pfctl -k 192.0.2.1
	sleep 2
	atf_check -s exit:1 grep late heard
}

pf_test counters_and_labels
counters_and_labels()
{
	serves host web 192.0.2.10 80
	pf_rules <<-'END'
	pass in proto tcp to port 80 label "web"
	END
	reaches peer web 192.0.2.10 80
	reaches peer web 192.0.2.10 80
	pfctl -sl >labels
	read -r name decided packets bytes in inb out outb states <labels
	atf_check_equal 'web 2' "$name $decided"
	[ "$in" -ge 8 ] && [ "$out" -ge 4 ] &&
	    [ $((in + out)) -eq "$packets" ] &&
	    [ $((inb + outb)) -eq "$bytes" ] || atf_fail "$(cat labels)"
	atf_check -o match:'Evaluations: 2 +Packets: '"$packets "' +Bytes: ' \
	    pfctl -vsr
	atf_check -e ignore pfctl -z
	atf_check -o match:'^web 0 0 0 0 0 0 0 ' pfctl -sl
}

pf_test tables_are_changed_while_they_are_used
tables_are_changed_while_they_are_used()
{
	serves host web 192.0.2.10 80
	pf_rules <<-'END'
	table <bad> persist
	table <fixed> const persist { 10.0.0.0/8 }
	block in proto tcp from <bad>
	END
	atf_check -e inline:'2/2 addresses added.\n' \
	    pfctl -t bad -T add 192.0.2.1 198.51.100.0/24
	blocked peer 192.0.2.10 80
	atf_check -e inline:'0/1 addresses added.\n' \
	    pfctl -t bad -T add 192.0.2.1
	atf_check -o inline:'   192.0.2.1\n   198.51.100.0/24\n' \
	    pfctl -t bad -T show
	atf_check -e inline:'2/2 addresses match.\n' \
	    pfctl -t bad -T test 192.0.2.1 198.51.100.77
	atf_check -s exit:2 -e inline:'0/1 addresses match.\n' \
	    pfctl -t bad -T test 192.0.2.2
	atf_check -o inline:'D  192.0.2.1\n' \
	    -e inline:'1/1 addresses deleted.\n' \
	    pfctl -v -t bad -T delete 192.0.2.1
	reaches peer web 192.0.2.10 80
	atf_check -e inline:'1 addresses added.\n1 addresses deleted.\n' \
	    pfctl -t bad -T replace 192.0.2.0/29
	blocked peer 192.0.2.10 80
	atf_check -e inline:'1/1 addresses added.\n' \
	    pfctl -t bad -T add '!192.0.2.1'
	reaches peer web 192.0.2.10 80
	atf_check -e inline:'2 addresses deleted.\n' pfctl -t bad -T flush
	echo '192.0.2.1 # him' >list
	atf_check -e inline:'1/1 addresses added.\n' \
	    pfctl -t bad -T add -f list
	blocked peer 192.0.2.10 80
	# what a file does not say is kept
	atf_check pfctl -q -f "$W/pf.conf"
	atf_check -o inline:'   192.0.2.1\n' pfctl -t bad -T show
	atf_check -s exit:1 -e match:'Table is const' \
	    pfctl -t fixed -T add 192.0.2.1
	atf_check -s exit:1 -e match:'Table does not exist' \
	    pfctl -t none -T show
	atf_check -e inline:'1 table created.\n1/1 addresses added.\n' \
	    pfctl -t new -T add 192.0.2.5
	atf_check -o inline:'bad\nfixed\nnew\n' pfctl -sT
	atf_check -e inline:'1 table deleted.\n' pfctl -t new -T kill
	atf_check -o inline:'bad\nfixed\n' pfctl -sT
}

pf_test flushing_what_is_named
flushing_what_is_named()
{
	pf_rules <<-'END'
	table <t> persist { 192.0.2.1 }
	nat on re0 from 10.0.0.2 to any -> (re0)
	block in from <t>
	END
	atf_check -e inline:'nat cleared\n' pfctl -F nat
	atf_check pfctl -sn
	atf_check -o match:'block' pfctl -sr
	atf_check -e inline:'rules cleared\n' pfctl -F rules
	atf_check pfctl -sr
	atf_check -o inline:'t\n' pfctl -sT
	atf_check -e inline:'1 tables deleted.\n' pfctl -F Tables
	atf_check pfctl -sT
	atf_check -s exit:1 -e match:'Unknown flush modifier' pfctl -F nosuch
	atf_check -e match:'rules cleared' pfctl -F all
	atf_check -o inline:'Enabled\n' pfctl -s Running
}

pf_test only_a_part_of_a_file_is_loaded
only_a_part_of_a_file_is_loaded()
{
	pf_rules <<-'END'
	nat on re0 from 10.0.0.2 to any -> (re0)
	block in proto udp
	END
	cat >c.conf <<-'END'
	set skip on lo1
	table <t> persist { 192.0.2.7 }
	nat on re0 from 10.0.0.3 to any -> (re0:0)
	block in proto tcp
	END
	atf_check pfctl -N -f c.conf
	atf_check -o inline:'nat on re0 inet from 10.0.0.3 to any -> (re0:0)\n' \
	    pfctl -sn
	atf_check -o inline:'block drop in proto udp all\n' pfctl -sr
	atf_check pfctl -R -f c.conf
	atf_check -o inline:'block drop in proto tcp all\n' pfctl -sr
}

pf_test closed_when_the_rules_cannot_be_loaded
closed_when_the_rules_cannot_be_loaded()
{
	# what rc.d/pf can do when pf.conf is unloadable
	serves host web 192.0.2.10 80
	serves peer web2 192.0.2.1 80
	echo nonsense here >bad.conf
	atf_check -s exit:1 -e ignore pfctl -f bad.conf
	atf_check -e inline:'pf enabled\n' sh -c "echo 'block all' | pfctl -ef -"
	blocked peer 192.0.2.10 80
	blocked host 192.0.2.1 80
}

atf_init_test_cases()
{
	add_cases
}
