#!/usr/bin/env -S ATF_SHELL=/bin/sh atf-sh
# SPDX-License-Identifier: BSD-2-Clause
# service(8) itself, rc.subr(8) for scripts of one's own, and rc.conf(5).
. "$(atf_get_srcdir)/../lib.sh"
. "$(atf_get_srcdir)/../rc.lib.sh"

# A script of the admin's own, from standard input.
script()
{
	mkdir -p "$RC_ROOT/usr/local/etc/rc.d"
	{
		echo '#!/bin/sh'
		cat
	} >"$RC_ROOT/usr/local/etc/rc.d/$1"
	chmod 755 "$RC_ROOT/usr/local/etc/rc.d/$1"
}

# A daemon: itself a script, that leaves its PID.
daemon()
{
	cat >"$W/daemon" <<-'END'
	#!/bin/sh
	sleep 1000 </dev/null >/dev/null 2>&1 9>&- &
	echo $! >"$1"
	END
	chmod 755 "$W/daemon"
	script numbers <<-END
	# PROVIDE: numbers
	# REQUIRE: jail
	. $BUILD/rc/rc.subr
	name=numbers
	desc='Numbers for everybody'
	rcvar=numbers_enable
	command=$W/daemon
	command_args=$W/pid
	procname=$(readlink -f "$(command -v sleep)")
	pidfile=$W/pid
	required_files=$W/needed
	load_rc_config \$name
	: "\${numbers_enable:=NO}"
	run_rc_command "\$@"
	END
}

prison_test lists_scripts_in_their_order_and_those_enabled
lists_scripts_in_their_order_and_those_enabled()
{
	rc_conf
	d=$BUILD/rc/rc.d
	atf_check -o inline:'jail\nnetif\npf\nzfs\n' service -l
	atf_check -o inline:"From $d:\njail\nnetif\npf\nzfs\n" service -v -l
	atf_check -o inline:"$d/zfs\n$d/netif\n$d/pf\n$d/jail\n" service -r
	atf_check -o inline:"$d/zfs\n$d/netif\n" service -e
	rc_conf 'jail_enable=YES' 'netif_enable=NO'
	atf_check -o inline:"$d/zfs\n$d/jail\n" service -e
	script early <<-'END'
	# PROVIDE: early
	# BEFORE: netif
	[ "$1" != enabled ]
	END
	e=$RC_ROOT/usr/local/etc/rc.d/early
	atf_check -o inline:"$e\n$d/zfs\n$d/netif\n$d/pf\n$d/jail\n" service -r
	script early <<-'END'
	# PROVIDE: early
	# REQUIRE: jail
	# BEFORE: netif
	END
	atf_check -o match:"^$e\$" -e match:'^service: .*: needs itself' service -r
	atf_check -o match:'^usage: service' service -h
	atf_check -s exit:1 -e match:'^usage: service' service
	atf_check -s exit:1 -e match:'^usage: service' service -Z
}

# Debian's own service(8) is stood in for by what it is handed.
prison_test what_is_not_ours_goes_to_the_system
what_is_not_ours_goes_to_the_system()
{
	rc_conf
	[ -x /usr/sbin/service ] || skip 'no service(8) of the system'
	cat >"$W/theirs" <<-'END'
	#!/bin/sh
	printf '<%s>' "$@"
	echo
	exit 7
	END
	chmod 755 "$W/theirs"
	cat >"$W/both" <<-END
	mount --bind $W/theirs /usr/sbin/service && exec "\$@"
	END
	unshare --mount sh "$W/both" service cron 'a b' c >out
	atf_check_equal 7 $?
	atf_check -o inline:'<cron><a b><c>\n' cat out
	unshare --mount sh "$W/both" service --status-all >out
	atf_check_equal 7 $?
	atf_check -o inline:'<--status-all>\n' cat out
	atf_check -o match:'jail is located in .*/rc.d' -s exit:1 -e ignore \
	    unshare --mount sh "$W/both" service -v jail start
}

prison_test a_script_has_a_clean_environment
a_script_has_a_clean_environment()
{
	rc_conf
	script env <<-'END'
	pwd
	env | sed 's/=.*//' | sort | tr '\n' ' '
	printf '<%s>' "$@"
	exit 3
	END
	atf_check -s exit:3 -o match:'^/$' -o match:"<start><a b>" \
	    -o not-match:SECRET env SECRET=1 service env start 'a b'
	chmod 644 "$RC_ROOT/usr/local/etc/rc.d/env"
	atf_check -s not-exit:0 -o ignore -e ignore service env start
}

prison_test a_daemon_is_started_found_and_stopped
a_daemon_is_started_found_and_stopped()
{
	rc_conf 'numbers_enable=YES'
	daemon
	atf_check -s exit:1 -e match:"WARNING: $W/needed is not readable" \
	    service numbers start
	: >"$W/needed"
	atf_check -s exit:1 -o inline:'numbers is not running.\n' \
	    service numbers status
	atf_check -o inline:'Starting numbers.\n' service numbers start
	pid=$(cat "$W/pid")
	atf_check -o inline:"numbers is running as pid $pid.\n" \
	    service numbers status
	atf_check -s exit:1 \
	    -e inline:"numbers already running?  (pid=$pid).\n" \
	    service numbers start
	atf_check service numbers quietstart
	atf_check -o match:'^Stopping numbers\.$' service numbers stop
	[ ! -d "/proc/$pid" ] || [ -z "$(started "$pid")" ] ||
	    atf_fail 'it still runs'
	atf_check -s exit:1 -e match:'^numbers not running' \
	    service numbers stop
	rm "$W/needed"
	atf_check -o match:'Starting numbers' -e match:'not readable' \
	    service numbers forcestart
	atf_check -o match:'Stopping numbers' service numbers forcestop
}

prison_test a_daemon_is_reloaded_polled_and_restarted
a_daemon_is_reloaded_polled_and_restarted()
{
	rc_conf 'numbers_enable=YES'
	daemon
	: >"$W/needed"
	sed -i 's/^required_files=/sig_reload=USR1 extra_commands=reload\n&/' \
	    "$RC_ROOT/usr/local/etc/rc.d/numbers"
	cat >"$W/numbersd" <<-'END'
	#!/bin/sh
	trap 'echo reloaded >>"$1"' USR1
	echo $$ >"$2"
	while :; do sleep 0.1; done
	END
	chmod 755 "$W/numbersd"
	printf '#!/bin/sh\n%s %s %s </dev/null >/dev/null 2>&1 9>&- &\n' \
	    "$W/numbersd" "$W/said" "$W/pid" >"$W/daemon"
	sed -i -e "s,^procname=.*,procname=$W/numbersd," \
	    -e 's,^pidfile=,command_interpreter=/bin/sh\n&,' \
	    "$RC_ROOT/usr/local/etc/rc.d/numbers"
	atf_check -s exit:1 -e match:'not running' service numbers reload
	atf_check -o ignore service numbers start
	wait_for 50 test -s "$W/pid"
	pid=$(cat "$W/pid")
	atf_check service numbers reload
	wait_for 50 grep -q reloaded "$W/said" || atf_fail 'not reloaded'
	atf_check -o match:'^Stopping numbers' -o match:'^Starting numbers' \
	    service numbers restart
	wait_for 50 sh -c "! grep -qx $pid $W/pid" || atf_fail 'the same'
	pid=$(cat "$W/pid")
	background poll service numbers poll
	wait_for 50 grep -q "Waiting for PIDS: $pid" poll.out ||
	    atf_fail 'it does not wait'
	kill "$pid"
	wait "$poll_pid" || atf_fail 'poll has failed'
	# Without a pid file, it is looked for.
	sed -i '/^pidfile=/d' "$RC_ROOT/usr/local/etc/rc.d/numbers"
	atf_check -s exit:1 -o match:'not running' service numbers status
	atf_check -o ignore service numbers start
	wait_for 50 service numbers status || atf_fail 'not found'
	atf_check -o match:'^Stopping numbers' service numbers stop
}

prison_test a_daemon_has_the_user_directory_and_environment_of_rc_conf
a_daemon_has_the_user_directory_and_environment_of_rc_conf()
{
	rc_conf 'numbers_enable=YES' 'numbers_user=nobody' \
	    'numbers_chdir=/usr' 'numbers_env="A=1 B=2"' 'numbers_nice=5' \
	    'numbers_flags="-x y"'
	daemon
	: >"$W/needed"
	chmod 711 "$W"
	cat >"$W/daemon" <<-END
	#!/bin/sh
	echo "\$(id -un) \$PWD \$A \$B \$(nice) \$*"
	END
	atf_check -o match:"^nobody /usr 1 2 $(($(nice) + 5)) -x y $W/pid\$" \
	    service numbers start
}

prison_test commands_before_and_after_are_run
commands_before_and_after_are_run()
{
	rc_conf
	script steps <<-END
	. $BUILD/rc/rc.subr
	name=steps
	start_cmd='echo doing'
	start_precmd=before
	start_postcmd='echo after'
	extra_commands=dance
	dance_cmd=dance
	before() { echo before; [ -z "\$steps_refuse" ]; }
	dance() { echo "dancing \$rc_fast\$rc_force\$rc_quiet \$*"; return 3; }
	load_rc_config \$name
	run_rc_command "\$@"
	END
	atf_check -o match:'^before$' -o match:'^doing start a$' \
	    -o match:'^after start a$' sh -c 'service steps start a |
	    sed "s/ a$/ start a/"'
	rc_conf 'steps_refuse=1'
	atf_check -s exit:1 -o inline:'before\n' service steps start
	atf_check -o match:doing service steps forcestart
	atf_check -s exit:1 -o inline:'dancing yes a b\n' \
	    service steps fastdance a b
	atf_check -s exit:1 -e match:'stop is not implemented' \
	    service steps stop
}

prison_test a_process_of_a_jail_is_not_the_hosts_daemon
a_process_of_a_jail_is_not_the_hosts_daemon()
{
	rc_conf 'numbers_enable=YES'
	daemon
	: >"$W/needed"
	world_tiny "$W/j"
	cp "$(readlink -f "$(command -v sleep)")" "$W/j/bin/realsleep"
	J=j
	atf_check jail -c name=j path="$W/j" persist mount.devfs
	cat >"$W/j/bin/daemon" <<-'END'
	#!/bin/sh
	sleep 1000 </dev/null >/dev/null 2>&1 &
	echo $!
	END
	chmod 755 "$W/j/bin/daemon"
	atf_check -o save:pid jexec j /bin/daemon
	cp pid "$W/pid"
	sed -i "s,^procname=.*,procname=$W/j/bin/busybox," \
	    "$RC_ROOT/usr/local/etc/rc.d/numbers"
	atf_check -s exit:1 -o inline:'numbers is not running.\n' \
	    service numbers status
	atf_check -s exit:1 -e match:'not running' service numbers stop
	kill -0 "$(cat pid)" || atf_fail "the prisoner's process was ended"
}

prison_test local_scripts_are_restarted
local_scripts_are_restarted()
{
	rc_conf
	for s in one two; do
		script $s <<-END
		# PROVIDE: $s
		# REQUIRE: $(test $s = one || echo one)
		case \$1 in
		enabled) exit 0 ;;
		*) echo $s \$1 >>$W/log ;;
		esac
		END
	done
	script off <<-END
	echo off \$1 >>$W/log
	exit 1
	END
	atf_check service -R
	atf_check -o inline:'two stop\none stop\none start\ntwo start\n' \
	    grep -v off "$W/log"
	atf_check -s exit:1 grep -E 'off st' "$W/log"
}

prison_test in_a_jail_its_own_service_is_called
in_a_jail_its_own_service_is_called()
{
	rc_conf
	world_tiny "$W/j"
	mkdir -p "$W/j/usr/sbin" "$W/j/etc/init.d"
	printf '#!/bin/sh\necho initd "$@"; exit 4\n' >"$W/j/etc/init.d/web"
	chmod 755 "$W/j/etc/init.d/web"
	atf_check jail -c name=j path="$W/j" persist
	atf_check -s exit:4 -o inline:'initd start a\n' \
	    service -j j web start a
	atf_check -s exit:1 -e match:'no /etc/init.d/nix in there' \
	    service -j j nix start
	printf '#!/bin/sh\necho service "$@"; exit 5\n' \
	    >"$W/j/usr/sbin/service"
	chmod 755 "$W/j/usr/sbin/service"
	atf_check -s exit:5 -o inline:'service web start\n' \
	    service -j j web start
	atf_check -s exit:5 -o inline:'service -v -l\n' service -j j -v -l
	atf_check -s not-exit:0 -e match:'"nope" not found' \
	    service -j nope web start
}

prison_test rc_conf_is_read_as_a_shell_reads_it
rc_conf_is_read_as_a_shell_reads_it()
{
	rc_conf 'base=jail' 'for v in $base; do eval "${v}_enable=YES"; done'
	atf_check service jail enabled
	echo 'jail_enable="NO"' >"$RC_ROOT/etc/rc.conf.local"
	atf_check -s exit:1 service jail enabled
	mkdir "$RC_ROOT/etc/rc.conf.d"
	echo 'jail_enable=on' >"$RC_ROOT/etc/rc.conf.d/jail"
	echo 'netif_enable=off' >"$RC_ROOT/etc/rc.conf.d/network"
	atf_check service jail enabled
	atf_check -s exit:1 service netif enabled
	rm "$RC_ROOT/etc/rc.conf.d/jail"
	mkdir "$RC_ROOT/etc/rc.conf.d/jail"
	echo 'jail_enable=off' >"$RC_ROOT/etc/rc.conf.d/jail/1"
	echo 'jail_enable=true' >"$RC_ROOT/etc/rc.conf.d/jail/2"
	atf_check service jail enabled
	echo 'x="' >>"$RC_ROOT/etc/rc.conf"
	atf_check -s not-exit:0 -e match:'rc.conf: Syntax error' \
	    service jail enabled
}

prison_test a_root_that_others_can_write_is_refused
a_root_that_others_can_write_is_refused()
{
	rc_conf
	chmod 1777 "$RC_ROOT"
	for c in 'service jail status' 'sysrc -a'; do
		atf_check -s exit:1 \
		    -e match:'not a directory that only you can write' $c
	done
	chmod 755 "$RC_ROOT"
	chown 1000 "$RC_ROOT"
	atf_check -s exit:1 -e match:'only you can write' sysrc -a
}

atf_init_test_cases()
{
	add_cases
}
