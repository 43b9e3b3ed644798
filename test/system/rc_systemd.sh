#!/usr/bin/env -S ATF_SHELL=/bin/sh atf-sh
# SPDX-License-Identifier: BSD-2-Clause
# The units under a systemd: one of the test's own, that is PID 1 of a PID
# namespace and has a cgroup, an /etc and a /run for itself.
. "$(atf_get_srcdir)/../lib.sh"

rc_conf='cloned_interfaces="lo1"
ipv4_addrs_lo1="10.0.7.1-3/32"
jail_enable="YES"
jail_list="b a"'

# A host that boots with systemd, and then runs the script that is standard
# input; what that has said is in out.
systemd_host()
{
	[ -x /lib/systemd/systemd ] || skip 'no systemd'
	cg2=$(findmnt -n -t cgroup2 -o TARGET | head -n 1)
	cg=$cg2/jail-test.$$.systemd
	echo "$cg" >cgroup
	mkdir "$cg" "$W/units" "$W/generators" "$W/etc" "$W/etc/systemd" \
	    "$W/own"
	cat >"$W/try"
	units
	etc
	for c in jail/jail jls/jls jexec/jexec ifconfig/ifconfig pfctl/pfctl \
	    rc/service rc/sysrc; do
		ln -s "$BUILD/$c" "$W/own/${c##*/}"
	done
	# The last of them is what is killed, and all others with it.
	cat >"$W/up" <<-END
	echo \$\$ >$cg/cgroup.procs
	exec unshare --pid --fork --kill-child sh $W/boot
	END
	cat >"$W/boot" <<-END
	set -e
	mount --make-rprivate /
	mount -t proc proc /proc
	umount -l /sys/fs/cgroup
	mount -t cgroup2 none /sys/fs/cgroup
	mount -t tmpfs tmpfs /run
	mount --bind $W/etc /etc
	export container=test SYSTEMD_UNIT_PATH=$W/units
	export SYSTEMD_GENERATOR_PATH=$W/generators
	exec /lib/systemd/systemd --system --unit=boot.target \
	    --log-target=console
	END
	background host timeout 280 "$W/bin/host" unshare --mount --uts \
	    --ipc sh "$W/up"
	wait_for 2500 test -e "$W/done" || {
		cat host.out host.err "$W/out"
		atf_fail 'it does not boot'
	}
	kill "$host_pid"
	sed "s,$W,W,g" "$W/out" >out
	cat out
}

units()
{
	cp "$BUILD"/rc/boot/*.service "$W/units"
	for t in sysinit basic shutdown local-fs remote-fs network \
	    network-pre network-online nss-user-lookup time-sync final \
	    umount; do
		printf '[Unit]\nDescription=%s\nDefaultDependencies=no\n' $t \
		    >"$W/units/$t.target"
	done
	cat >"$W/units/boot.target" <<-END
	[Unit]
	Description=boot
	Wants=netif.service pf.service jail.service try.service
	END
	cat >"$W/units/try.service" <<-END
	[Unit]
	Description=try
	DefaultDependencies=no
	After=jail.service
	[Service]
	Type=oneshot
	StandardOutput=file:$W/out
	StandardError=inherit
	ExecStart=/usr/bin/env -u INVOCATION_ID sh $W/try
	ExecStopPost=/bin/touch $W/done
	END
}

etc()
{
	for f in passwd group nsswitch.conf ld.so.cache os-release \
	    alternatives; do
		[ ! -e "/etc/$f" ] || cp -a "/etc/$f" "$W/etc/"
	done
	echo 0123456789abcdef0123456789abcdef >"$W/etc/machine-id"
	cat >"$W/etc/systemd/system.conf" <<-END
	[Manager]
	DefaultEnvironment=PATH=$W/own:/usr/sbin:/usr/bin:/sbin:/bin
	DefaultEnvironment=JAIL_CGROUP=$JAIL_CGROUP
	END
	printf '%s\n' "$rc_conf" >"$W/etc/rc.conf"
	for j in a b c; do
		world_tiny "$W/$j"
	done
	cat >"$W/etc/jail.conf" <<-END
	path = "$W/\$name"; interface = lo1; persist; mount.devfs;
	exec.start = "sleep 1000 >/dev/null 2>&1 &";
	a { ip4.addr = 10.0.7.1; }
	b { ip4.addr = 10.0.7.2; }
	c { ip4.addr = 10.0.7.3; exec.stop = "sleep 500"; }
	END
}

systemd_fini()
{
	state_fini
	[ -f cgroup ] || return 0
	wait_for 100 sh -c "! [ -d $(cat cgroup) ] ||
	    find $(cat cgroup) -depth -type d -exec rmdir {} +"
}

prison_test a_boot_brings_up_what_rc_conf_says 300
a_boot_brings_up_what_rc_conf_says_cleanup() { systemd_fini; }
a_boot_brings_up_what_rc_conf_says()
{
	systemd_host <<-'END'
	systemctl is-active netif pf jail jail@a jail@b jail@c
	jls name ip4.addr
	ip -o addr show dev lo1 scope global | awk '{ print $4 }'
	systemctl show -P StatusText jail@a
	systemctl status jail@a | grep -e Active -e Status | sed 's/ since.*//'
	# Where its processes are: in no unit.
	sed -n 's/^0:://p' /proc/$(pgrep -x sleep | tail -n 1)/cgroup
	END
	atf_check -o inline:'active
active
active
active
active
inactive
b 10.0.7.2
a 10.0.7.1
10.0.7.1/32
10.0.7.2/32
10.0.7.3/32
jid=2 path=W/a ip4.addr=10.0.7.1 ip6.addr=
     Active: active (exited)
     Status: "jid=2 path=W/a ip4.addr=10.0.7.1 ip6.addr="
/'"$JAIL_CGROUP"'/2
' cat out
}

prison_test systemd_and_service_know_of_each_others_jails 300
systemd_and_service_know_of_each_others_jails_cleanup() { systemd_fini; }
systemd_and_service_know_of_each_others_jails()
{
	systemd_host <<-'END'
	exec 2>/dev/null
	service jail stop a; systemctl is-active jail@a
	service jail start a; systemctl is-active jail@a
	systemctl stop jail@a; jls name
	systemctl start jail@a; jls name
	systemctl start jail@nosuch; echo $?; systemctl is-failed jail@nosuch
	systemctl restart jail; jls name
	systemctl is-active jail jail@a jail@b
	systemctl stop jail; jls name
	systemctl is-active jail
	# They are told of it in its wake.
	for u in jail@a jail@b; do
		until [ "$(systemctl is-active $u)" = inactive ]; do
			sleep 0.2
		done
	done
	END
	atf_check -o inline:'Stopping jails: a.
inactive
Starting jails: a.
active
b
b
a
1
failed
b
a
active
active
active
inactive
' cat out
}

prison_test the_end_of_the_host_ends_jails_before_the_network 300
the_end_of_the_host_ends_jails_before_the_network_cleanup() { systemd_fini; }
the_end_of_the_host_ends_jails_before_the_network()
{
	systemd_host <<-'END'
	exec 2>/dev/null
	# No unit has started this one.
	jail -q -c name=hand path="$(jls -j a path)" persist
	jls name
	systemctl start shutdown.target
	until [ "$(systemctl is-active netif)" = inactive ]; do sleep 0.2; done
	jls name
	systemctl is-active jail netif
	a=$(systemctl show -P InactiveEnterTimestampMonotonic jail)
	b=$(systemctl show -P InactiveEnterTimestampMonotonic netif)
	[ "$a" -lt "$b" ] && echo in order
	# Interfaces and rules are left as they are.
	ip -o addr show dev lo1 scope global | awk '{ print $4 }' | head -n 1
	systemctl stop shutdown.target
	systemctl start netif
	systemctl stop netif
	ip -br link show lo1
	grep -c "/a/dev" /proc/mounts
	END
	atf_check -o inline:'b
a
hand
inactive
inactive
in order
10.0.7.1/32
0
' cat out
}

prison_test a_jail_that_does_not_stop_is_ended 300
a_jail_that_does_not_stop_is_ended_cleanup() { systemd_fini; }
a_jail_that_does_not_stop_is_ended()
{
	systemd_host <<-'END'
	exec 2>/dev/null
	service jail start c
	d=$(dirname "$(systemctl show -P FragmentPath jail@c)")/jail@c.service.d
	mkdir "$d"
	printf '[Service]\nTimeoutStopSec=2\n' >"$d/soon.conf"
	systemctl daemon-reload
	systemctl stop jail@c
	jls name
	systemctl show -P Result jail@c
	grep -c "/c/dev" /proc/mounts
	ip -o addr show dev lo1 | grep -c 10.0.7.3
	END
	atf_check -o inline:'Starting jails: c.
b
a
timeout
0
1
' cat out
}

prison_test no_jail_comes_up_when_the_rules_of_pf_do_not 300
no_jail_comes_up_when_the_rules_of_pf_do_not_cleanup() { systemd_fini; }
no_jail_comes_up_when_the_rules_of_pf_do_not()
{
	rc_conf="$rc_conf
pf_enable=YES"
	systemd_host <<-'END'
	systemctl is-active netif pf jail jail@a
	jls -q name
	echo 'pass all' >/etc/pf.conf
	systemctl start pf jail
	systemctl is-active pf jail jail@a
	END
	grep -v '^jail: ' out >said
	atf_check -o inline:'active
failed
failed
inactive
active
active
active
' cat said
}

prison_test a_host_without_a_word_in_rc_conf_boots_without_a_fault 300
a_host_without_a_word_in_rc_conf_boots_without_a_fault_cleanup()
{
	systemd_fini
}
a_host_without_a_word_in_rc_conf_boots_without_a_fault()
{
	rc_conf=
	systemd_host <<-'END'
	systemctl is-active netif pf jail jail@a
	jls -q name
	ip -br link show lo1 2>&1
	END
	atf_check -o inline:'active
active
active
inactive
Device "lo1" does not exist.
' cat out
}

atf_init_test_cases()
{
	add_cases
}
