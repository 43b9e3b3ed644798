#!/usr/bin/env -S ATF_SHELL=/bin/sh atf-sh
# SPDX-License-Identifier: BSD-2-Clause
# rc.d/pf: what it asks of pfctl(8), and what becomes of a failure.  In most
# cases pfctl is stood in for by a script that keeps what it was given.
. "$(atf_get_srcdir)/../lib.sh"
. "$(atf_get_srcdir)/../rc.lib.sh"

# A pfctl that refuses rules with the word "wrong" in them.
fake_pfctl()
{
	cat >"$W/pfctl" <<-'END'
	#!/bin/sh
	s=$(dirname "$0")/pf
	echo "$*" >>"$s.log"
	file= dry=
	while getopts nf:s:edqFv o; do
		case $o in
		n) dry=1 ;;
		f) file=$OPTARG ;;
		e) echo Enabled >"$s.state" ;;
		d) echo Disabled >"$s.state" ;;
		s) echo "Status: $(cat "$s.state" 2>/dev/null || echo Disabled)" ;;
		esac
	done
	[ -n "$file" ] || exit 0
	text=$(cat ${file#-}) || exit 1
	case $text in
	*wrong*)
		echo "pfctl: $file:1: syntax error" >&2
		exit 1
		;;
	esac
	[ -n "$dry" ] || echo "$text" >"$s.rules"
	END
	chmod 755 "$W/pfctl"
	rc_conf 'pf_enable=YES' "pf_program=$W/pfctl"
	echo 'pass all' >"$RC_ROOT/etc/pf.conf"
}

asked()
{
	mv "$W/pf.log" log
	atf_check -o inline:"$1" cat log
}

prison_test rules_are_loaded_and_enabled
rules_are_loaded_and_enabled()
{
	fake_pfctl
	atf_check -s exit:1 -o inline:'Status: Disabled\n' service pf status
	atf_check -o inline:'Enabling pf.\n' service pf start
	atf_check -o inline:'pass all\n' cat "$W/pf.rules"
	atf_check -o inline:'Status: Enabled\n' service pf status
	rm "$W/pf.log"
	echo 'block all' >"$RC_ROOT/etc/pf.conf"
	atf_check -o inline:'Checking pf rules.\n' service pf check
	atf_check -o inline:'pass all\n' cat "$W/pf.rules"
	asked "-n -f $RC_ROOT/etc/pf.conf\n"
	atf_check -o inline:'Reloading pf rules.\n' service pf reload
	atf_check -o inline:'block all\n' cat "$W/pf.rules"
	atf_check service pf resync
	# Loaded anew, they are never flushed in between.
	atf_check -s exit:1 grep -e -F "$W/pf.log"
	atf_check -o inline:'Disabling pf.\n' service pf stop
	atf_check service pf stop
	atf_check -s exit:1 -o ignore service pf status
}

prison_test what_rc_conf_says_is_used
what_rc_conf_says_is_used()
{
	fake_pfctl
	rc_conf "pf_rules=$W/other.conf" 'pf_flags="-q -v"'
	echo 'pass in' >"$W/other.conf"
	atf_check -o ignore service pf start
	asked "-q -v -f $W/other.conf\n-s info\n-q -e\n"
	rc_conf 'pf_enable=NO'
	atf_check -s exit:1 -e match:"^Cannot 'start' pf" service pf start
	atf_check service pf faststart
	atf_check -o ignore service pf onestart
}

prison_test rules_that_cannot_be_loaded_fail_and_keep_jails_from_starting
rules_that_cannot_be_loaded_fail_and_keep_jails_from_starting()
{
	fake_pfctl
	rc_conf 'jail_enable=YES'
	world_tiny "$W/a"
	conf <<-END
	a { path = "$W/a"; persist; }
	END
	echo 'wrong' >"$RC_ROOT/etc/pf.conf"
	atf_check -s exit:1 -o inline:'Enabling pf\n' \
	    -e match:'syntax error' -e match:'Unable to load .*/etc/pf.conf' \
	    -e match:'no jail is started until its rules are loaded' \
	    service pf start
	atf_check -s exit:1 -e match:'no jail is started: pf_enable' \
	    service jail start a
	# As at boot, where nobody looks on.
	atf_check -s exit:1 -o ignore -e match:'Unable to load' \
	    "$BUILD/rc/rc.d/pf" faststart
	atf_check -s exit:1 -e match:'no jail is started' \
	    "$BUILD/rc/rc.d/jail" faststart
	atf_check jls -q name
	# What runs is not stopped for a start that would be refused.
	atf_check -o ignore -e ignore service jail forcestart a
	atf_check -s exit:1 -e match:'no jail is started' \
	    service jail restart a
	atf_check -o inline:'a\n' jls name
	atf_check -o ignore service jail stop a
	echo 'pass all' >"$RC_ROOT/etc/pf.conf"
	atf_check -o ignore service pf start
	atf_check -o inline:'Starting jails: a.\n' service jail start a
}

prison_test rules_loaded_before_stay_when_new_ones_are_wrong
rules_loaded_before_stay_when_new_ones_are_wrong()
{
	fake_pfctl
	atf_check -o ignore service pf start
	echo 'wrong' >"$RC_ROOT/etc/pf.conf"
	for c in start restart reload resync check; do
		atf_check -s exit:1 -o ignore -e match:'syntax error' \
		    service pf $c
	done
	atf_check -o inline:'Status: Enabled\n' service pf status
	atf_check -o inline:'pass all\n' cat "$W/pf.rules"
}

prison_test a_file_that_is_not_there_is_a_failure
a_file_that_is_not_there_is_a_failure()
{
	fake_pfctl
	rm "$RC_ROOT/etc/pf.conf"
	atf_check -s exit:1 -o ignore -e match:'Unable to load' \
	    service pf start
	rc_conf "pf_program=$W/nowhere"
	atf_check -s exit:1 -o ignore -e match:'Unable to load' \
	    service pf start
}

prison_test other_rules_are_loaded_where_rc_conf_asks_for_it
other_rules_are_loaded_where_rc_conf_asks_for_it()
{
	fake_pfctl
	rc_conf 'pf_fallback_rules_enable=YES' 'jail_enable=YES'
	world_tiny "$W/a"
	conf <<-END
	a { path = "$W/a"; persist; }
	END
	echo 'wrong' >"$RC_ROOT/etc/pf.conf"
	# That these and not the others are in force is no success.
	atf_check -s exit:1 -o ignore \
	    -e match:'Loading fallback rules: block drop log all' \
	    service pf start
	atf_check -o inline:'block drop log all\n' cat "$W/pf.rules"
	atf_check -o inline:'Status: Enabled\n' service pf status
	atf_check -o inline:'Starting jails: a.\n' service jail start a
	rc_conf 'pf_fallback_rules="block all' 'pass on lo0"'
	atf_check -s exit:1 -o ignore -e ignore service pf start
	atf_check -o inline:'block all\npass on lo0\n' cat "$W/pf.rules"
	echo 'block out' >"$RC_ROOT/etc/pf-fallback.conf"
	atf_check -s exit:1 -o ignore \
	    -e match:'Loading fallback rules file: .*/etc/pf-fallback.conf' \
	    service pf start
	atf_check -o inline:'block out\n' cat "$W/pf.rules"
	echo 'wrong too' >"$RC_ROOT/etc/pf-fallback.conf"
	atf_check -o ignore -e ignore service pf stop
	atf_check -s exit:1 -o ignore -e match:'syntax error' service pf start
	atf_check -s exit:1 -o inline:'Status: Disabled\n' service pf status
}

# A host with re0, behind which another host says whom it sees.  Nothing there
# outlives the test for long, even one that is killed.
outside()
{
	: >"$W/peer"
	unshare --net="$W/peer" ip link set lo up
	host ip link add re0 type veth peer name peer0
	host ip addr add 192.0.2.1/24 dev re0
	host ip link set re0 up
	timeout 300 nsenter --net="$W/peer" socat \
	    TCP-LISTEN:77,fork,reuseaddr SYSTEM:'echo $SOCAT_PEERADDR' 9>&- &
	peer=$!
	wait_for 50 pgrep -P $peer socat || atf_fail 'no host outside'
	host ip link set peer0 netns "$(pgrep -P $peer socat)"
	nsenter --net="$W/peer" ip addr add 192.0.2.2/24 dev peer0
	nsenter --net="$W/peer" ip link set peer0 up
}

# What the article types, in an /etc of its own.  The only line that is not as
# it is there is the one with the place of the worlds.
prison_test the_article_is_typed_as_it_stands 300
the_article_is_typed_as_it_stands()
{
	rc_init
	outside
	host ip addr flush dev lo scope global
	for j in base ports; do
		world_tiny "$W/jail/$j"
		echo "echo up >/tmp/state" >"$W/jail/$j/etc/rc"
		echo "echo down >/tmp/state" >"$W/jail/$j/etc/rc.shutdown"
	done
	mkdir "$W/etc"
	for f in passwd group nsswitch.conf alternatives; do
		[ ! -e "/etc/$f" ] || cp -a "/etc/$f" "$W/etc/"
	done
	cat >"$W/etc/rc.conf" <<-'END'
	cloned_interfaces="lo1"
	ipv4_addrs_lo1="10.0.0.1-15/32"
	pf_enable="YES"
	pf_rules="/etc/pf.conf"
	jail_enable="YES"
	END
	cat >"$W/etc/pf.conf" <<-'END'
	ext_if = re0
	nat_if = lo1
	nat on $ext_if from $nat_if to any -> ($ext_if)
	END
	cat >"$W/etc/jail.conf" <<-'END'
	# common variables
	exec.start = "/bin/sh /etc/rc";
	exec.stop  = "/bin/sh /etc/rc.shutdown";
	exec.clean;
	mount.devfs;
	interface = lo1;
	path = "/jail/$name";
	host.hostname = $name;
	# each jail
	base    { ip4.addr = 10.0.0.1; }
	ports   { ip4.addr = 10.0.0.2; }
	ports32 { ip4.addr = 10.0.0.3; }
	# .... and more
	END
	sed -i "s,/jail/,$W/jail/,; s/^host.hostname/persist; &/" \
	    "$W/etc/jail.conf"
	cat >"$W/typed" <<-'END'
	unset RC_ROOT
	mount --bind "$W/etc" /etc && mount -t tmpfs tmpfs /run || exit
	set -ex
	service netif start lo1
	service pf start
	service jail start base
	jexec base /bin/sh -c 'cat /tmp/state'
	echo 'nameserver 10.0.0.1' >"$W/jail/base/etc/resolv.conf"
	jexec base /bin/busybox nc -w 20 192.0.2.2 77 </dev/null
	service jail start
	jls name
	service jail stop base
	cat "$W/jail/base/tmp/state"
	END
	rm -rf "${RC_ROOT:?}"
	world_tiny "$W/jail/ports32"
	: >"$W/jail/ports32/etc/rc"
	: >"$W/jail/ports32/etc/rc.shutdown"
	# Its first process is what jail(8) takes for the host's: there are the
	# mounts to which it goes.
	unshare --mount --pid --fork --mount-proc sh "$W/typed" >out 2>err
	status=$?
	cat out err
	kill $peer
	atf_check_equal 0 $status
	grep -v '^	\|^lo1: flags' out >said
	atf_check -o inline:'Created clone interfaces: lo1.
Starting Network: lo1.
Enabling pf.
Starting jails: base.
up
192.0.2.1
Starting jails: ports ports32.
base
ports
ports32
Stopping jails: base.
down
' cat said
}

atf_init_test_cases()
{
	add_cases
}
