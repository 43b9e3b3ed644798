#!/usr/bin/env -S ATF_SHELL=/bin/sh atf-sh
# SPDX-License-Identifier: BSD-2-Clause
# What starts rc.d at boot: units of systemd, and scripts of init.d.  That the
# host comes up with them, the test in the virtual machine shows.
. "$(atf_get_srcdir)/../lib.sh"
. "$(atf_get_srcdir)/../rc.lib.sh"

prison_test systemd_finds_no_fault_in_the_units
systemd_finds_no_fault_in_the_units()
{
	command -v systemd-analyze >/dev/null || skip 'no systemd-analyze'
	cd "$BUILD/rc/boot" || atf_fail 'no units'
	atf_check systemd-analyze verify --man=no ./netif.service \
	    ./pf.service ./zfs.service ./jail.service ./jail@.service
	atf_check systemd-analyze verify --man=no ./jail@base.service
}

prison_test what_is_installed_knows_nothing_of_the_build
what_is_installed_knows_nothing_of_the_build()
{
	cd "$BUILD/rc" || atf_fail 'no scripts'
	atf_check -s exit:1 grep -rF "$BUILD" installed boot/*.installed
	atf_check -s exit:1 grep -rE '@[A-Z]+@' installed boot/*.installed
	for f in installed/jail installed/service installed/sysrc; do
		atf_check sh -n $f
	done
}

# What boot does, in its order, and what it undoes.
boot()
{
	for s in netif pf jail; do
		atf_check -o ignore "$BUILD/rc/boot/$s.init" start
	done
}

halt()
{
	for s in jail pf netif; do
		atf_check -o ignore "$BUILD/rc/boot/$s.init" stop
	done
}

prison_test the_init_scripts_bring_a_host_up_and_down
the_init_scripts_bring_a_host_up_and_down()
{
	rc_conf
	# Nothing is asked for, nothing is said or done.
	for s in netif pf jail; do
		atf_check "$BUILD/rc/boot/$s.init" start
	done
	atf_check jls -q name
	rc_conf 'cloned_interfaces=lo1' 'ipv4_addrs_lo1="10.0.7.1-3/32"' \
	    'jail_enable=YES' 'jail_list="b a"'
	for j in a b; do
		world_tiny "$W/$j"
	done
	conf <<-END
	path = "$W/\$name"; interface = lo1; persist;
	a { ip4.addr = 10.0.7.1; } b { ip4.addr = 10.0.7.2; }
	END
	boot
	atf_check -o inline:'b\na\n' jls name
	atf_check -o match:10.0.7.3/32 host ip addr show lo1
	atf_check -o match:'^ a ' "$BUILD/rc/boot/jail.init" status
	atf_check -o ignore "$BUILD/rc/boot/jail.init" restart b
	atf_check -o ignore "$BUILD/rc/boot/jail.init" force-reload
	# When the host goes down, the network stays to the end.
	for s in pf netif; do
		atf_check env RUNLEVEL=0 "$BUILD/rc/boot/$s.init" stop
	done
	atf_check -o match:10.0.7.3/32 host ip addr show lo1
	halt
	atf_check jls -q name
	atf_check -s exit:1 -e ignore host ip addr show lo1
}

# systemd's own words to a unit's commands are not for those in the jail.
prison_test a_jail_is_not_told_of_the_unit
a_jail_is_not_told_of_the_unit()
{
	rc_conf 'jail_enable=YES'
	world_tiny "$W/a"
	ln -sf busybox "$W/a/bin/env"
	conf <<-END
	a { path = "$W/a"; persist; exec.start = "env >/env"; }
	END
	printf '#!/bin/sh\necho "$NOTIFY_SOCKET $*" >>%s\n' "$W/notified" \
	    >"$W/bin/systemd-notify"
	chmod 755 "$W/bin/systemd-notify"
	atf_check -o ignore env NOTIFY_SOCKET=/run/x INVOCATION_ID=1 \
	    JOURNAL_STREAM=1:2 "$BUILD/rc/rc.d/jail" onestart a
	atf_check -o match:'^/run/x --status=jid=[0-9]* path=.*/a ip4.addr' \
	    cat "$W/notified"
	atf_check -s exit:1 grep -E 'NOTIFY|INVOC|JOURNAL' "$W/a/env"
	# It is as well when the jail runs already: the unit shows it.
	atf_check env NOTIFY_SOCKET=/run/x "$BUILD/rc/rc.d/jail" onestart a
	atf_check -o inline:'2\n' grep -c /run/x "$W/notified"
	atf_check -o inline:'Stopping jails: a.\n' \
	    env NOTIFY_SOCKET=/run/x "$BUILD/rc/rc.d/jail" onestop a
	atf_check env NOTIFY_SOCKET=/run/x "$BUILD/rc/rc.d/jail" onestop a
}

atf_init_test_cases()
{
	add_cases
}
