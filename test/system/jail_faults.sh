#!/usr/bin/env -S ATF_SHELL=/bin/sh atf-sh
# SPDX-License-Identifier: BSD-2-Clause
# jail(8) when something goes wrong: a step fails, it is killed between two of
# them, or another jail(8) is at the same.
. "$(atf_get_srcdir)/../lib.sh"

# full: a jail that has something of everything, and says what it runs
full()
{
	world_tiny "$W/w"
	ln -sf busybox "$W/w/bin/false"
	mkdir -p "$W/w/mnt" "$W/w/data" "$W/src"
	echo here >"$W/src/file"
	echo "tmpfs $W/w/data tmpfs size=1m 0 0" >"$W/fstab"
	cat >j.conf <<-EOC
	path = "$W/w"; persist;
	exec.prepare = "echo prepare >>$W/log";
	exec.prestart = "echo prestart >>$W/log";
	exec.created = "echo created >>$W/log";
	exec.poststart = "echo poststart >>$W/log";
	exec.prestop = "echo prestop >>$W/log";
	exec.poststop = "echo poststop >>$W/log";
	exec.release = "echo release >>$W/log";
	exec.start = "echo start"; exec.stop = "echo stop";
	exec.consolelog = "$W/log";
	mount.devfs; mount.fdescfs; mount.procfs;
	mount = "$W/src $W/w/mnt nullfs ro 0 0";
	mount.fstab = "$W/fstab";
	interface = lo;
	one { ip4.addr = 10.9.0.1, "10.9.0.2/24"; ip6.addr = "fd09::1"; }
	EOC
}

# failing PARAMETER: full, but for this one, whose command fails
failing()
{
	[ -f j.conf ] || full
	sed "s|^$1 = [^;]*;|$1 = \"false\";|; s|; $1 = [^;]*;|; $1 = \"false\";|" \
	    j.conf >f.conf
	: >"$W/log"
}

# logged WORDS: these commands ran
logged()
{
	tr '\n' ' ' <"$W/log" >logged.got
	atf_check -o inline:"$1" cat logged.got
}

# nothing_left: of mounts, addresses and jails
nothing_left()
{
	atf_check -o inline:'' jls -q name
	atf_check -o not-match:' (10\.9|fd09)' host ip -o addr show lo
	# on a host that shares no mounts, the root too
	awk -v w="$W/w" '$5 == w || index($5, w "/") == 1 { print $5 }' \
	    /proc/self/mountinfo >left
	atf_check -o empty cat left
}

prison_test jail_runs_no_command_when_it_undoes_a_start
jail_runs_no_command_when_it_undoes_a_start()
{
	ran=
	for p in prepare prestart created start poststart; do
		echo "== $p"
		failing exec.$p
		atf_check -s exit:1 -o ignore \
		    -e match:'^jail: one: (/bin/)?false: failed$' \
		    jail -f f.conf -c one
		logged "$ran"
		nothing_left
		ran="$ran$p "
	done
}

prison_test jail_keeps_a_jail_whose_stop_fails_early
jail_keeps_a_jail_whose_stop_fails_early()
{
	for p in prestop stop; do
		failing exec.$p
		atf_check -o ignore jail -f f.conf -c one
		: >"$W/log"
		atf_check -s exit:1 -o ignore \
		    -e match:'^jail: one: (/bin/)?false: failed$' \
		    jail -f f.conf -r one
		atf_check -o inline:'one\n' jls -j one name
		atf_check -o inline:'here\n' jexec one cat /mnt/file
		[ $p = prestop ] || logged 'prestop '
		atf_check -o ignore jail -f j.conf -r one
		nothing_left
	done
}

prison_test jail_goes_on_when_a_stop_fails_late
jail_goes_on_when_a_stop_fails_late()
{
	failing exec.poststop
	atf_check -o ignore jail -f f.conf -c one
	: >"$W/log"
	atf_check -s exit:1 -o inline:'one: removed\n' \
	    -e inline:'jail: one: false: failed\n' jail -f f.conf -r one
	logged 'prestop stop release '
	nothing_left
	failing exec.release
	atf_check -o ignore jail -f f.conf -c one
	atf_check -s exit:1 -o inline:'one: removed\n' \
	    -e inline:'jail: one: false: failed\n' jail -f f.conf -r one
	nothing_left
}

prison_test jail_says_what_was_unmounted_by_others
jail_says_what_was_unmounted_by_others()
{
	full
	atf_check -o ignore jail -f j.conf -c one
	umount "$W/w/mnt"
	atf_check -s exit:1 -o inline:'one: removed\n' \
	    -e inline:"jail: one: mount: $W/w/mnt: not a mount point
jail: one: /sbin/umount -t nullfs $W/w/mnt: failed
" \
	    jail -f j.conf -r one
	logged 'prepare prestart created start poststart prestop stop poststop release '
	nothing_left
}

prison_test jail_undoes_what_a_failing_mount_came_after
jail_undoes_what_a_failing_mount_came_after()
{
	full
	echo "$W/nix $W/w/data nullfs rw 0 0" >>"$W/fstab"
	atf_check -s exit:1 -e match:"^jail: one: $W/nix: No such file" \
	    -e match:"^jail: one: /sbin/mount -t nullfs -o rw $W/nix $W/w/data: failed$" \
	    jail -f j.conf -c one
	logged 'prepare '
	nothing_left
}

prison_test jail_undoes_what_a_failing_address_came_after
jail_undoes_what_a_failing_address_came_after()
{
	full
	sed -i 's/"fd09::1"/"fd09::1", "nix0|fd09::2"/' j.conf
	# one that was there already is not ours to take away
	host ip addr add 10.9.0.1/32 dev lo
	atf_check -s exit:1 \
	    -e match:'^jail: one: interface nix0 does not exist$' \
	    jail -f j.conf -c one
	logged 'prepare '
	atf_check -o match:' 10.9.0.1/32 ' -o not-match:10.9.0.2 \
	    -o not-match:fd09 host ip -o addr show lo
	host ip addr del 10.9.0.1/32 dev lo
	nothing_left
}

# truthful: what is listed can be entered; what is not, cannot
truthful()
{
	jls -q name >names
	if grep -qx one names; then
		atf_check jexec one /bin/true
	else
		atf_check -s exit:1 -e match:'not found|is dying' \
		    jexec one /bin/true
	fi
}

prison_test jail_killed_in_a_start_is_cleared_by_a_stop_or_cleanup 600
jail_killed_in_a_start_is_cleared_by_a_stop_or_cleanup()
{
	full
	atf_check -o ignore jail -f j.conf -c one	# the host's state
	atf_check -o ignore jail -f j.conf -r one
	steps_of jail -f j.conf -c one
	atf_check -o ignore jail -f j.conf -r one
	for step in $steps; do
		echo "== $step"
		killed_at "$step" jail -f j.conf -c one
		truthful
		if grep -qx one names; then
			atf_check -o inline:'one: removed\n' \
			    jail -f j.conf -r one
		else
			atf_check jail -f j.conf -C one
		fi
		nothing_left
	done
}

prison_test jail_killed_in_a_stop_is_cleared_by_a_stop_or_cleanup 600
jail_killed_in_a_stop_is_cleared_by_a_stop_or_cleanup()
{
	full
	atf_check -o ignore jail -f j.conf -c one
	steps_of jail -f j.conf -r one
	for step in $steps; do
		echo "== $step"
		atf_check -o ignore jail -f j.conf -c one
		killed_at "$step" jail -f j.conf -r one
		truthful
		if grep -qx one names; then
			atf_check -o ignore jail -f j.conf -r one
		else
			atf_check jail -f j.conf -C one
		fi
		nothing_left
	done
}

prison_test jail_killed_while_a_command_runs_is_cleared 300
jail_killed_while_a_command_runs_is_cleared()
{
	full
	for p in prepare prestart created poststart; do
		echo "== $p"
		sed "s|exec.$p = [^;]*;|exec.$p = 'kill -9 \$PPID; sleep 0.2';|" \
		    j.conf >f.conf
		atf_check -s signal:kill -o ignore -x \
		    "exec nsenter --net=$W/net $BUILD/jail/jail -f f.conf -c one"
		truthful
		if grep -qx one names; then
			atf_check -o ignore jail -f j.conf -r one
		else
			atf_check jail -f j.conf -C one
		fi
		nothing_left
	done
}

prison_test jail_starts_again_after_a_start_that_was_killed 600
jail_starts_again_after_a_start_that_was_killed()
{
	full
	atf_check -o ignore jail -f j.conf -c one	# the host's state
	atf_check -o ignore jail -f j.conf -r one
	steps_of jail -f j.conf -c one
	atf_check -o ignore jail -f j.conf -r one
	for step in $steps; do
		echo "== $step"
		killed_at "$step" jail -f j.conf -c one
		truthful
		if grep -qx one names; then
			atf_check -s exit:1 \
			    -e inline:'jail: "one" already exists\n' \
			    jail -f j.conf -c one
			atf_check -o ignore jail -f j.conf -rc one
		else
			atf_check -o ignore jail -f j.conf -c one
		fi
		atf_check -o inline:'here\n' jexec one cat /mnt/file
		atf_check jexec one /bin/probe open /dev/null rw
		atf_check -o ignore jail -f j.conf -r one
		# Mounts lie over those of the first start, as they would on
		# FreeBSD; each -C takes a layer away.
		atf_check jail -f j.conf -C one
		nothing_left
	done
}

prison_test jails_that_race_for_a_name_are_one
jails_that_race_for_a_name_are_one()
{
	world_tiny "$W/w"
	for round in 1 2 3; do
		for i in 1 2 3 4 5 6 7 8; do
			{
				jail -c name=j path="$W/w" persist >out.$i 2>&1
				echo $? >status.$i
			} &
		done
		wait
		cat status.? | sort | uniq -c | tr -s ' ' >got
		atf_check -o inline:' 1 0\n 7 1\n' cat got
		cat out.? >said
		# found by jail(8), or at the last moment by the library
		atf_check -s exit:1 grep -vE '^jail: (jail )?"j" already exists$' said
		atf_check -o inline:'j\n' jls -q name
		atf_check jail -r j
	done
}

prison_test jails_that_race_for_a_jail_of_a_file_are_one
jails_that_race_for_a_jail_of_a_file_are_one()
{
	J=j
	world_tiny "$W/w"
	cat >j.conf <<-EOC
	j { path = "$W/w"; persist; exec.prestart = "sleep 0.3"; mount.devfs;
	    interface = lo; ip4.addr = 10.9.0.1; exec.start = "/bin/true"; }
	EOC
	for i in 1 2 3; do
		{
			jail -f j.conf -c j >out.$i 2>&1
			echo $? >status.$i
		} &
	done
	wait
	cat status.? | sort | uniq -c | tr -s ' ' >got
	atf_check -o inline:' 1 0\n 2 1\n' cat got
	cat out.? | sort | uniq >said
	atf_check -o match:'^j: created$' -o match:'already exists$' cat said
	atf_check -o inline:'j\n' jls -q name
	# What the losers undo is their own.
	granted open /dev/null rw
	granted bind 10.9.0.1 80
	atf_check -o inline:'j: removed\n' jail -f j.conf -r j
	nothing_left
}

prison_test jail_cleans_up_when_the_world_is_gone
jail_cleans_up_when_the_world_is_gone()
{
	full
	atf_check -o ignore jail -f j.conf -c one
	atf_check jail -f j.conf -R one
	umount -R "$W/w/dev" "$W/w/proc" "$W/w/data" "$W/w/mnt"
	umount "$W/w" 2>/dev/null
	rm -rf --one-file-system "$W/w"
	atf_check jail -f j.conf -C one
	nothing_left
}

prison_test jail_is_told_of_commands_killed_by_a_signal
jail_is_told_of_commands_killed_by_a_signal()
{
	world_tiny "$W/w"
	cat >j.conf <<-EOC
	path = "$W/w"; persist;
	a { exec.prestart = 'kill -15 \$\$'; }
	b { exec.start = 'kill -9 \$\$'; }
	c { exec.poststart = 'kill -1 \$\$'; }
	d { exec.stop = 'kill -6 \$\$'; }
	EOC
	says()
	{
		atf_check -s exit:1 -o ignore -e inline:"jail: $2\n" \
		    jail -f j.conf "$3" "$1"
	}
	says a 'a: /bin/sh -c kill -15 $$: exited on signal 15' -c
	says b 'b: /bin/sh -c kill -9 $$: exited on signal 9' -c
	says c 'c: /bin/sh -c kill -1 $$: exited on signal 1' -c
	atf_check -o inline:'' jls -q name
	atf_check -o ignore jail -f j.conf -c d
	says d 'd: /bin/sh -c kill -6 $$: exited on signal 6' -r
	atf_check -o inline:'d\n' jls -q name
	atf_check jail -R d
}

atf_init_test_cases()
{
	add_cases
}
