#!/usr/bin/env -S ATF_SHELL=/bin/sh atf-sh
# SPDX-License-Identifier: BSD-2-Clause
# Jails on datasets.
. "$(atf_get_srcdir)/../lib.sh"
. "$(atf_get_srcdir)/../zfs.lib.sh"

prison_test a_jail_runs_on_a_clone
a_jail_runs_on_a_clone()
{
	pool
	atf_check zfs create tank/base
	world_tiny "$W/m/base"
	atf_check zfs snapshot tank/base@1
	atf_check zfs clone tank/base@1 tank/j
	atf_check -o ignore jail -c name=j path="$W/m/j" persist
	is_owner=$(jexec j /bin/sh -c 'echo mine >/file; ls -ln /file')
	case $is_owner in
	*' 0 '*' 0 '*) ;;
	*) atf_fail "not root's: $is_owner" ;;
	esac
	atf_check -o inline:'0:0\n' stat -c %u:%g "$W/m/j/file"
	[ ! -e "$W/m/base/file" ] || atf_fail "in the base"
	atf_check jail -r j
}

prison_test a_dataset_of_a_running_jail_is_not_destroyed
a_dataset_of_a_running_jail_is_not_destroyed()
{
	pool
	atf_check zfs create -p tank/jail/j/data
	world_tiny "$W/m/jail/j"
	atf_check zfs snapshot tank/jail/j@s
	atf_check -o ignore jail -c name=j path="$W/m/jail/j" persist
	for d in tank/jail/j tank/jail tank/jail/j/data; do
		failing "cannot destroy '$d': jail 'j' runs on it; stop it first: jail -r j" \
		    zfs destroy -r $d
	done
	failing "cannot unmount '$W/m/jail/j': jail 'j' runs there" \
	    zfs unmount tank/jail/j
	atf_check -s exit:1 -e match:"jail 'j' runs on 'tank/jail/j'" \
	    zfs rollback tank/jail/j@s
	atf_check -s exit:1 -e match:"jail 'j' runs on 'tank/jail/j'" \
	    zfs rename tank/jail/j tank/jail/k
	atf_check -s exit:1 -e match:"jail 'j' runs there" \
	    zfs set mountpoint=/elsewhere tank/jail/j
	atf_check -s exit:1 -e match:"jail 'j' runs on" zpool export tank
	atf_check -s exit:1 -e match:"jail 'j' runs on" zpool destroy tank
	atf_check jexec j /bin/true
	atf_check jail -r j
	atf_check zfs destroy -r tank/jail
}

prison_test a_dataset_below_a_running_jail_shows_in_it
a_dataset_below_a_running_jail_shows_in_it()
{
	pool
	atf_check zfs create tank/j
	world_tiny "$W/m/j"
	atf_check -o ignore jail -c name=j path="$W/m/j" persist
	atf_check -e ignore zfs create tank/j/data
	atf_check jexec j /bin/sh -c 'echo in >/data/file'
	atf_check -o inline:'in\n' cat "$W/m/j/data/file"
	atf_check -o inline:'0\n' stat -c %u "$W/m/j/data/file"
	atf_check zfs unmount tank/j/data
	atf_check -s exit:1 -e ignore jexec j /bin/cat /data/file
	atf_check zfs mount tank/j/data
	atf_check -o inline:'in\n' jexec j /bin/cat /data/file
	atf_check jail -r j
}

# Two files that a process always changes together.
prison_test a_snapshot_of_a_running_jail_is_of_one_moment
a_snapshot_of_a_running_jail_is_of_one_moment()
{
	pool
	atf_check zfs create -p tank/j/data
	world_tiny "$W/m/j"
	atf_check -o ignore jail -c name=j path="$W/m/j" persist
	# A number goes into one dataset, then into the other: a copy of one
	# moment has the same in both, or one more in the first.
	background writer jexec j /bin/sh -c 'i=0; while :; do i=$((i + 1))
	    echo $i >/one.new; mv /one.new /one
	    echo $i >/data/two.new; mv /data/two.new /data/two; done'
	wait_for 50 test -s "$W/m/j/data/two" || atf_fail "writes nothing"
	for s in 1 2 3 4 5 6 7 8 9 10; do
		atf_check zfs snapshot -r tank/j@$s
		r=$W/z/run/zpool/tank/ds
		one=$(cat "$r/$(value createtxg tank/j@$s)/fs/one")
		two=$(cat "$r/$(value createtxg tank/j/data@$s)/fs/two")
		[ "$one" = "$two" ] || [ "$one" = $((two + 1)) ] ||
		    atf_fail "one is $one, two is $two"
	done
	# and it goes on
	was=$(cat "$W/m/j/one")
	wait_for 50 sh -c "[ \$(cat $W/m/j/one) -gt $was ]" ||
	    atf_fail "stands still"
	atf_check jail -r j
}

prison_test a_jail_goes_on_when_who_snapshots_is_killed
a_jail_goes_on_when_who_snapshots_is_killed()
{
	pool
	atf_check zfs create tank/j
	world_tiny "$W/m/j"
	atf_check -o ignore jail -c name=j path="$W/m/j" persist
	background writer jexec j /bin/sh -c 'i=0; while :; do i=$((i + 1))
	    echo $i >/one.new; mv /one.new /one; done'
	wait_for 50 test -s "$W/m/j/one" || atf_fail "writes nothing"
	steps_of zfs snapshot tank/j@x
	killed_at zfs-subvolume zfs snapshot tank/j@y
	was=$(cat "$W/m/j/one")
	wait_for 50 sh -c "[ \$(cat $W/m/j/one) -gt $was ]" ||
	    atf_fail "stands still"
	atf_check -o inline:'tank/j@x\n' zfs list -H -o name -t snapshot
	atf_check jail -r j
}

prison_test zfs_dataset_in_jail_conf_is_refused_in_words
zfs_dataset_in_jail_conf_is_refused_in_words()
{
	pool
	atf_check zfs create tank/j
	world_tiny "$W/m/j"
	atf_check -s exit:1 -e match:'zfs.dataset: tank/j: datasets cannot be given' \
	    jail -c name=j path="$W/m/j" persist zfs.dataset=tank/j
}

atf_init_test_cases() { add_cases; }
