#!/usr/bin/env -S ATF_SHELL=/bin/sh atf-sh
# SPDX-License-Identifier: BSD-2-Clause
# service(8) and rc.d/jail, with an /etc of their own.
. "$(atf_get_srcdir)/../lib.sh"
. "$(atf_get_srcdir)/../rc.lib.sh"

# Two jails that persist, and one that ends with its command.
jails()
{
	for j in a b c; do
		world_tiny "$W/$j"
	done
	conf <<-END
	path = "$W/\$name";
	host.hostname = "\$name.example";
	mount.devfs;
	a { persist; exec.start = "echo from a"; }
	b { persist; ip4.addr = 10.0.0.2; }
	c { exec.start = "sleep 1000 &"; }
	END
}

prison_test starts_all_jails_of_the_file
starts_all_jails_of_the_file()
{
	jails
	rc_conf 'jail_enable=YES'
	atf_check -o inline:'Starting jails: a b c.\n' service jail start
	atf_check -o inline:'a\nb\nc\n' jls name
	for j in a b c; do
		atf_check -o inline:"$(jls -j $j jid)\n" \
		    cat "$RC_ROOT/var/run/jail_$j.id"
	done
	atf_check -o inline:'Stopping jails: a b c.\n' service jail stop
	atf_check jls -q name
	atf_check -o inline:'' ls "$RC_ROOT/var/run"
}

prison_test starts_and_stops_those_named
starts_and_stops_those_named()
{
	jails
	rc_conf 'jail_enable=YES'
	atf_check -o inline:'Starting jails: a b.\n' service jail start a b
	atf_check -o inline:'Starting jails: a (already running) c.\n' \
	    service jail start a c
	atf_check -o inline:'Stopping jails: b.\n' service jail stop b
	atf_check -o inline:'Stopping jails:.\n' service jail stop b
	atf_check -o inline:'a\nc\n' jls name
	atf_check -o inline:'Stopping jails: a.\nStarting jails: a b.\n' \
	    service jail restart a b
}

prison_test jail_list_says_which_and_in_which_order
jail_list_says_which_and_in_which_order()
{
	jails
	rc_conf 'jail_enable=YES' 'jail_list="b a"'
	atf_check -o inline:'Starting jails: b a.\n' service jail start
	atf_check -o inline:'b\na\n' jls name
	atf_check -o inline:'Stopping jails: b a.\n' service jail stop
	rc_conf 'jail_reverse_stop=YES'
	atf_check -o ignore service jail start
	atf_check -o inline:'Stopping jails: a b.\n' service jail stop
	atf_check -o ignore service jail start
	atf_check -o inline:'Stopping jails: b a.\n' service jail stop b a
}

prison_test jails_start_in_parallel
jails_start_in_parallel()
{
	for j in a b; do
		world_tiny "$W/$j"
	done
	# Each waits for the other.
	cat >"$W/meet" <<-'END'
	#!/bin/sh
	n=0
	: >"$1"
	until [ -e "$2" ]; do
		n=$((n + 1))
		[ $n -lt 300 ] || exit 1
		sleep 0.1
	done
	END
	chmod 755 "$W/meet"
	conf <<-END
	path = "$W/\$name"; persist;
	a { exec.prestart = "$W/meet $W/a.here $W/b.here"; }
	b { exec.prestart = "$W/meet $W/b.here $W/a.here"; }
	END
	rc_conf 'jail_enable=YES' 'jail_parallel_start=YES' 'jail_list="a b"'
	atf_check -o match:'^Starting jails: [ab] [ab]\.$' service jail start
	atf_check -o ignore service jail stop
	rm "$W"/*.here
	rc_conf 'jail_list='
	atf_check -o match:'^Starting jails: [ab] [ab]\.$' service jail start
}

prison_test a_failure_is_told_and_the_others_start
a_failure_is_told_and_the_others_start()
{
	jails
	cat >>"$RC_ROOT/etc/jail.conf" <<-END
	bad { path = "$W/nowhere"; persist; }
	worse { path = "$W/a"; persist; exec.start = "echo why; false"; }
	END
	rc_conf 'jail_enable=YES' 'jail_list="a bad worse nix b"'
	atf_check -s exit:1 -o save:out -e save:err service jail start
	cat out err
	atf_check grep -qF 'Starting jails: a b.' out
	atf_check -o inline:"\
 cannot start jail  \"bad\": 
jail: bad: path $W/nowhere: No such file or directory
 cannot start jail  \"worse\": 
worse: created
why
jail: worse: /bin/sh -c echo why; false: failed
worse: removed
 cannot start jail  \"nix\": 
jail: \"nix\" not found
" cat err
	atf_check -o inline:'a\nb\n' jls name
	atf_check -o ignore service jail stop
	rc_conf 'jail_list='
	atf_check -s exit:1 -o ignore -e match:'bad: path' service jail start
	atf_check -o inline:'a\nb\nc\n' jls name
}

prison_test what_a_prisoner_prints_cannot_steer_the_terminal
what_a_prisoner_prints_cannot_steer_the_terminal()
{
	world_tiny "$W/a"
	conf <<-END
	a { path = "$W/a"; persist;
	exec.start = "printf '\\\\033[2J\\\\007seen\\\\n'; false"; }
	END
	rc_conf 'jail_enable=YES'
	atf_check -s exit:1 -o ignore -e save:err service jail start a
	cat err
	atf_check grep -q '^\[2Jseen' err
}

prison_test warnings_of_a_start_are_shown
warnings_of_a_start_are_shown()
{
	world_tiny "$W/a"
	conf <<-END
	a { path = "$W/a"; persist; allow.settime; exec.start = "echo no"; }
	END
	rc_conf 'jail_enable=YES'
	atf_check -o inline:'Starting jails: a.\n' \
	    -e match:'^jail: a: .*allow.settime' -e not-match:'no$' \
	    service jail start a
}

prison_test each_jail_can_have_a_file_and_flags_of_its_own
each_jail_can_have_a_file_and_flags_of_its_own()
{
	jails
	e=$RC_ROOT/etc
	mkdir "$e/jail.conf.d"
	for f in "$e/jail.conf.d/a.conf" "$e/jail.d_e_f.conf" "$W/other.conf"
	do
		echo "* { path = \"$W/a\"; persist; host.hostname = $f; }" >"$f"
	done
	echo 'a { }' >>"$e/jail.conf.d/a.conf"
	echo '"d.e" { } d.e { f { } }' >>"$e/jail.d_e_f.conf"
	echo 'd { }' >>"$W/other.conf"
	rc_conf 'jail_enable=YES' "jail_d_conf=$W/other.conf" \
	    'jail_a_flags="-v"' 'jail_list="a b d"'
	atf_check -o inline:'Starting jails: a b d.\n' service jail start
	atf_check -o inline:"$e/jail.conf.d/a.conf\nb.example\n$W/other.conf\n" \
	    jls host.hostname
	# A file of its own does not hide what the others describe.
	atf_check -o inline:'Stopping jails: a b d.\n' service jail stop
	rc_conf 'jail_a_flags=' 'jail_flags="-n x"'
	atf_check -s exit:1 -o ignore -e match:'^usage: jail' \
	    service jail start a
}

prison_test jails_are_not_started_unless_enabled
jails_are_not_started_unless_enabled()
{
	jails
	rc_conf
	atf_check -s exit:1 \
	    -e inline:"Cannot 'start' jail. Set jail_enable to YES in \
$RC_ROOT/etc/rc.conf or use 'onestart' instead of 'start'.\n" \
	    service jail start a
	atf_check service jail quietstart
	atf_check service jail faststart
	atf_check jls -q name
	atf_check -o inline:'Starting jails: a.\n' service jail onestart a
	atf_check -o inline:'Stopping jails: a.\nStarting jails: a.\n' \
	    service jail onerestart a
	atf_check -o inline:'Stopping jails: a.\n' service jail stop a
	rc_conf 'jail_enable=perhaps'
	atf_check -s exit:1 -e match:'jail_enable is not set properly' \
	    service jail start a
}

prison_test enable_disable_and_delete_change_rc_conf
enable_disable_and_delete_change_rc_conf()
{
	rc_conf
	f=$RC_ROOT/etc/rc.conf
	atf_check -s exit:1 service jail enabled
	atf_check -o inline:"jail enabled in $f\n" service jail enable
	atf_check service jail enabled
	atf_check -o inline:'jail_enable="YES"\n' cat "$f"
	atf_check -o inline:"jail disabled in $f\n" service jail disable
	atf_check -s exit:1 service jail enabled
	atf_check -o inline:"# jail : Manage system jails\n#\n\
jail_enable=\"NO\"\n#   (default: \"NO\")\n\n" service jail rcvar
	atf_check -o inline:"jail_enable deleted in $f\n" service jail delete
	atf_check -s exit:1 -e match:'jail_enable is not set' \
	    service jail delete
	atf_check cat "$f"
	atf_check -o inline:'Manage system jails\n' service jail describe
	atf_check -o inline:'config console kill status\n' \
	    service jail extracommands
	atf_check -s exit:1 -e match:"unknown directive 'sing'" \
	    -e match:'^Usage: .*/jail \[fast\|force\|one\|quiet\]\(start\|' \
	    service jail sing
}

prison_test status_tells_which_run
status_tells_which_run()
{
	jails
	rc_conf 'jail_enable=YES'
	head='   JID             IP Address      Hostname                      Path'
	atf_check -o match:"^ *JID  IP Address" service jail status
	atf_check -o ignore service jail start a b
	service jail status
	atf_check -o match:"^ a  .* a.example .*$W/a\$" \
	    -o match:"^ b  .* 10.0.0.2 .*$W/b\$" service jail status
	atf_check -o match:'^ a ' -o not-match:'^ b ' service jail status a
	atf_check -s exit:1 -o match:'^ a ' -o match:'^c is not running\.$' \
	    service jail status a c
}

prison_test config_shows_what_a_jail_would_have
config_shows_what_a_jail_would_have()
{
	jails
	rc_conf
	atf_check -o inline:"name=b\n\tpath=$W/b\n\thost.hostname=b.example\n\
\tmount.devfs\n\tpersist\n\tip4.addr=10.0.0.2\n" service jail oneconfig b
	atf_check -s exit:1 -e match:"jail: x: not in $RC_ROOT/etc/jail.conf" \
	    service jail oneconfig x
}

prison_test console_runs_what_rc_conf_says
console_runs_what_rc_conf_says()
{
	jails
	rc_conf 'jail_enable=YES' 'jail_consolecmd="/bin/echo in here"' \
	    'jail_b_consolecmd="/bin/sh -c false"'
	atf_check -s exit:1 \
	    -e inline:'jail: a is not running: service jail start a\n' \
	    service jail console a
	atf_check -s exit:1 -e match:'name a jail' service jail console
	atf_check -o ignore service jail start a b
	atf_check -o inline:'in here\n' service jail console a
	atf_check -s exit:1 service jail console b
	atf_check -o inline:'b.example\n' service jail console b \
	    /bin/busybox hostname
}

prison_test kill_ends_what_does_not_end
kill_ends_what_does_not_end()
{
	world_tiny "$W/a"
	conf <<-END
	a {
		path = "$W/a"; mount.devfs; persist;
		exec.stop = "sleep 1000";
		exec.prestop = "touch $W/prestop";
		exec.release = "touch $W/release";
	}
	END
	rc_conf 'jail_enable=YES'
	atf_check -o ignore service jail start a
	atf_check -o inline:'Killing jails: a.\n' service jail kill a
	atf_check jls -q name
	[ ! -e "$W/prestop" ] || atf_fail 'exec.prestop was run'
	[ -e "$W/release" ] || atf_fail 'exec.release was not run'
	atf_check -s exit:1 grep -F "$W/a" /proc/self/mounts
}

prison_test obsolete_variables_are_refused_with_the_lines_for_jail_conf
obsolete_variables_are_refused_with_the_lines_for_jail_conf()
{
	jails
	rc_conf 'jail_enable=YES' 'jail_list="a www my_db"' \
	    'jail_www_rootdir="/j/www"' 'jail_www_hostname="www.example.org"' \
	    'jail_www_ip="lo1|10.0.0.1/32,2001:db8::1"' \
	    'jail_www_ip_multi0="10.0.0.9"' 'jail_www_devfs_enable="YES"' \
	    'jail_www_exec_start="/bin/sh /etc/rc"' \
	    'jail_www_exec_prestart0="echo \"a \$b\" c:\\new"' \
	    'jail_www_parameters="allow.raw_sockets=1 enforce_statfs=1"' \
	    'jail_www_flags="-v"' 'jail_my_db_procfs_enable="NO"' \
	    'jail_my_db_exec_afterstart1="x"' 'unrelated=1'
	atf_check -s exit:1 -o inline:'Starting jails: a.\n' -e save:err \
	    service jail start
	cat err
	atf_check -o inline:"\
jail: www is not started while rc.conf has obsolete variables for it.  For \
$RC_ROOT/etc/jail.conf:
	www {
		mount.devfs;
		exec.prestart += \"echo \\\\\"a \\\\\$b\\\\\" c:\\\\\\\\new\";
		exec.start = \"/bin/sh /etc/rc\";
		host.hostname = \"www.example.org\";
		ip4.addr += \"lo1|10.0.0.1/32\";
		ip6.addr += \"2001:db8::1\";
		ip4.addr += \"10.0.0.9\";
		allow.raw_sockets = \"1\";
		enforce_statfs = \"1\";
		path = \"/j/www\";
	}
and then: sysrc -x jail_www_devfs_enable jail_www_exec_prestart0 \
jail_www_exec_start jail_www_hostname jail_www_ip jail_www_ip_multi0 \
jail_www_parameters jail_www_rootdir
jail: my_db is not started while rc.conf has obsolete variables for it.  For \
$RC_ROOT/etc/jail.conf:
	my_db {
		exec.start += \"x\";
		mount.noprocfs;
	}
and then: sysrc -x jail_my_db_exec_afterstart1 jail_my_db_procfs_enable
" cat err
	# What is written is what jail(8) reads.
	sed -n '/^	www {/,/^	}/p' err >"$W/new.conf"
	atf_check -o match:'^name=www;mount.devfs;.*;path=/j/www$' \
	    jail -f "$W/new.conf" -e ';'
}

prison_test all_jails_are_refused_while_there_are_obsolete_variables
all_jails_are_refused_while_there_are_obsolete_variables()
{
	jails
	rc_conf 'jail_enable=YES' 'jail_a_rootdir=/x'
	atf_check -s exit:1 -e match:'jail: a is not started' \
	    service jail start
	atf_check -o inline:'Starting jails: b.\n' service jail start b
	rc_conf 'jail_set_hostname_allow=NO' 'jail_confwarn=NO'
	atf_check -s exit:1 -e match:'^jail: \*: not started: obsolete' \
	    service jail start c
	rc_conf 'jail_confwarn=YES'
	atf_check -s exit:1 -e match:'^		allow.noset_hostname;$' \
	    -e match:'^and then: sysrc -x jail_set_hostname_allow$' \
	    service jail start c
	atf_check -s exit:1 -e match:'^		allow.noset_hostname;$' \
	    -e not-match:'jail: (etc|bin) is not' -e match:'jail: a is not' \
	    service jail start
	atf_check -o inline:'b\n' jls name
}

prison_test no_jail_starts_while_the_rules_of_pf_are_not_loaded
no_jail_starts_while_the_rules_of_pf_are_not_loaded()
{
	jails
	rc_conf 'jail_enable=YES' 'pf_enable=YES' "pf_program=$W/bin/fakepf"
	printf '#!/bin/sh\necho "Status: Disabled"\n' >"$W/bin/fakepf"
	chmod +x "$W/bin/fakepf"
	atf_check -s exit:1 -e match:'^jail: no jail is started: pf_enable is' \
	    service jail start a
	atf_check jls -q name
	atf_check -o inline:'Starting jails: a.\n' -e match:'no jail is' \
	    service jail forcestart a
	printf '#!/bin/sh\necho "Status: Enabled for 0 days"\n' \
	    >"$W/bin/fakepf"
	atf_check -o inline:'Starting jails: b.\n' service jail start b
	# Where pf is not asked for, nobody asks it.
	rc_conf 'pf_enable=NO' 'pf_program=/nonexistent'
	atf_check -o inline:'Starting jails: c.\n' service jail start c
}

atf_init_test_cases()
{
	add_cases
}
