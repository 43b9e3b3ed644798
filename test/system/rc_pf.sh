#!/usr/bin/env atf-sh
# SPDX-License-Identifier: BSD-2-Clause
# rc.d/pf: what it asks of pfctl(8), and what becomes of a failure.  Here
# pfctl is stood in for by a script that keeps what it was given.
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

atf_init_test_cases()
{
	add_cases
}
