#!/usr/bin/env -S ATF_SHELL=/bin/sh atf-sh
# SPDX-License-Identifier: BSD-2-Clause
# zpool(8) over btrfs: pools in files, on devices, in directories.
. "$(atf_get_srcdir)/../lib.sh"
. "$(atf_get_srcdir)/../zfs.lib.sh"
. "$(atf_get_srcdir)/../rc.lib.sh"

# loops: the loop devices of this test's files.
loops()
{
	losetup -n -O BACK-FILE | grep -c "^$W/"
}

# None is left; but udev may have one open for a moment yet.
no_loops()
{
	wait_for 50 eval '[ "$(loops)" = 0 ]' ||
	    atf_fail "$(loops) loop devices are left"
}

prison_test a_file_becomes_a_pool_and_is_itself_again
a_file_becomes_a_pool_and_is_itself_again()
{
	zfs_init
	truncate -s 256M "$W/img"
	atf_check zpool create -m "$W/m" tank "$W/img"
	atf_check -o inline:'tank	256M	ONLINE\n' \
	    zpool list -H -o name,size,health
	atf_check -o match:'^NAME +SIZE +ALLOC +FREE' zpool list
	atf_check -o inline:"  pool: tank
 state: ONLINE
config:

	$(printf '%-*s' $((${#W} + 6)) NAME)  STATE     READ WRITE CKSUM
	$(printf '%-*s' $((${#W} + 6)) tank)  ONLINE       0     0     0
	  $W/img  ONLINE       0     0     0

errors: No known data errors
" zpool status
	atf_check -o inline:'all pools are healthy\n' zpool status -x
	atf_check_equal 1 "$(loops)"
	atf_check zpool destroy tank
	no_loops
	atf_check -o inline:'no pools available\n' zpool list
	atf_check -s exit:1 -e inline:'no pools available to import\n' \
	    zpool import -d "$W/img"
	[ ! -e "$W/m" ] || atf_fail "the mount point is left"
	[ -f "$W/img" ] || atf_fail "the file is gone"
}

prison_test a_file_that_is_not_there_is_made
a_file_that_is_not_there_is_made()
{
	zfs_init
	atf_check zpool create -o size=300M -m "$W/m" tank "$W/new"
	atf_check -o inline:'314572800\n' stat -c %s "$W/new"
	[ "$(stat -c %b "$W/new")" -lt 60000 ] || atf_fail "not sparse"
	failing "cannot create 'two': size= is for a file that is not there yet" \
	    zpool create -o size=1G two "$W/new"
	failing "cannot create 'two': $W/small: one or more devices is less than the minimum size (128M)" \
	    zpool create -o size=10M two "$W/small"
	[ ! -e "$W/small" ] || atf_fail "made all the same"
}

prison_test what_is_no_pool_is_not_taken_for_one
what_is_no_pool_is_not_taken_for_one()
{
	zfs_init
	truncate -s 256M "$W/img"
	failing "cannot create 'a/b': invalid character '/' in pool name
use 'zfs create' to create a dataset" zpool create a/b "$W/img"
	failing "cannot create '9a': name must begin with a letter" \
	    zpool create 9a "$W/img"
	failing "cannot create 'mirror': name is reserved" \
	    zpool create mirror "$W/img"
	failing "cannot create 'tank': $W is not on btrfs; give a file or a device instead" \
	    zpool create tank "$W"
	failing "cannot create 'tank': the device or file must be named from / on" \
	    zpool create tank img
	atf_check -s exit:1 -e match:'a pool has one device' \
	    zpool create tank "$W/img" "$W/img2"
	failing "cannot use '/dev/null': must be a block device, a regular file, or a directory on btrfs" \
	    zpool create tank /dev/null
	mkfs.ext4 -q "$W/img" || atf_fail mkfs
	failing "invalid vdev specification
use '-f' to override the following errors:
$W/img contains a filesystem of type 'ext4'" zpool create tank "$W/img"
	no_loops
	atf_check -o empty ls "$W/z/var/lib/abashiri/zpool"
	atf_check zpool create -f -m "$W/m" tank "$W/img"
	failing "cannot create 'tank': pool already exists" \
	    zpool create tank "$W/img"
	atf_check -s exit:1 -e match:"$W/img is part of active pool 'tank'" \
	    zpool create two "$W/img"
	for c in list status get\ all; do
		atf_check -s exit:1 -o ignore \
		    -e inline:"cannot open 'nope': no such pool\n" \
		    zpool $c nope
	done
	failing "cannot open 'nope': no such pool" zpool destroy nope
	failing "cannot open 'nope': no such pool" zpool export nope
	atf_check -s exit:2 -e match:"unrecognized command 'foo'" zpool foo
}

prison_test an_exported_pool_comes_back_with_all_in_it
an_exported_pool_comes_back_with_all_in_it()
{
	pool
	atf_check zfs create -o atime=off tank/a
	echo x >"$W/m/a/f"
	atf_check zfs snapshot tank/a@s
	atf_check zfs clone tank/a@s tank/c
	atf_check zpool export tank
	no_loops
	[ ! -e "$W/m/a/f" ] || atf_fail "still mounted"
	failing "cannot open 'tank': dataset does not exist" zfs list tank
	failing "cannot open 'tank': no such pool" zpool export tank
	atf_check -o match:'pool: tank' -o match:"$W/img" zpool import
	failing "cannot import 'nope': no such pool available" \
	    zpool import nope
	atf_check zpool import tank
	atf_check -o inline:'x\n' cat "$W/m/c/f"
	is tank/a@s origin tank/c
	is off atime tank/a
	failing "cannot import 'tank': a pool with that name is already created/imported,
and no additional pools with that name were found" zpool import tank
}

prison_test a_pool_is_found_by_its_file_and_gets_another_name
a_pool_is_found_by_its_file_and_gets_another_name()
{
	pool
	atf_check zfs create tank/a
	echo x >"$W/m/a/f"
	atf_check zfs snapshot tank/a@s
	atf_check zfs clone tank/a@s tank/c
	atf_check zpool export tank
	mkdir "$W/other" && mv "$W/img" "$W/other/moved"
	rm -r "$W/z/var/lib/abashiri/zpool"
	atf_check -o match:'pool: tank' zpool import -d "$W/other"
	atf_check zpool import -d "$W/other" tank puddle
	atf_check -o inline:'puddle\npuddle/a\npuddle/a@s\npuddle/c\n' \
	    zfs list -H -o name -t all
	is puddle/a@s origin puddle/c
	atf_check -o inline:'x\n' cat "$W/m/a/f"
	atf_check zpool export puddle
	atf_check -o match:'pool: puddle' zpool import -d "$W/other/moved"
}

prison_test at_boot_all_pools_come_back
at_boot_all_pools_come_back()
{
	pool
	atf_check zfs create tank/a
	atf_check zfs create -o canmount=noauto tank/b
	echo x >"$W/m/a/f"
	atf_check zpool create -o size=200M -m "$W/gone" gone "$W/img2"
	atf_check zpool export gone
	# the machine goes down: nothing is mounted any more
	for m in "$W/m/a" "$W/m" "$W/z/run/zpool/tank"; do
		umount "$m" || atf_fail "umount $m"
	done
	rmdir "$W/z/run/zpool/tank"
	no_loops
	atf_check zpool import -a
	atf_check -o inline:'x\n' cat "$W/m/a/f"
	is no mounted tank/b
	atf_check -o inline:'tank\n' zpool list -H -o name
	atf_check zpool import -a
}

prison_test service_zfs_brings_them_back_at_boot
service_zfs_brings_them_back_at_boot()
{
	rc_conf
	zfs_init
	ZPOOL_ROOT=$RC_ROOT	# service(8) keeps no more of the environment
	pool
	echo x >"$W/m/f"
	umount "$W/m" && umount "$RC_ROOT/run/zpool/tank" || atf_fail umount
	rc_conf zfs_enable=NO
	atf_check "$BUILD/rc/boot/zfs.init" start
	[ ! -e "$W/m/f" ] || atf_fail "it is not enabled"
	rc_conf
	atf_check "$BUILD/rc/boot/zfs.init" start
	atf_check -o inline:'x\n' cat "$W/m/f"
	atf_check -o match:'pool: tank' service zfs status
	atf_check service zfs stop
	[ ! -e "$W/m/f" ] || atf_fail "still mounted"
	atf_check service zfs start
	atf_check service zfs start
	atf_check -o inline:'x\n' cat "$W/m/f"
}

prison_test a_directory_on_btrfs_becomes_a_pool
a_directory_on_btrfs_becomes_a_pool()
{
	pool
	mkdir "$W/m/dir"
	atf_check zpool create -m "$W/n" inner "$W/m/dir"
	atf_check zfs create inner/a
	echo x >"$W/n/a/f"
	atf_check zfs snapshot inner/a@s
	atf_check zfs clone inner/a@s inner/c
	atf_check -o inline:'x\n' cat "$W/n/c/f"
	atf_check zpool export inner
	failing "cannot create 'again': $W/m/dir: directory is not empty" \
	    zpool create again "$W/m/dir"
	atf_check -o match:'pool: inner' zpool import -d "$W/m/dir"
	atf_check zpool import inner
	atf_check -o inline:'x\n' cat "$W/n/a/f"
	atf_check zpool destroy inner
	atf_check -o empty ls -A "$W/m/dir"
	atf_check -o inline:'tank\n' zfs list -H -o name
}

prison_test a_directory_pool_does_not_turn_on_its_file_systems_quotas
a_directory_pool_does_not_turn_on_its_file_systems_quotas()
{
	zfs_init
	truncate -s 256M "$W/img"
	mkfs.btrfs -q "$W/img" >/dev/null || atf_fail mkfs
	mkdir "$W/fs"
	mount -o loop "$W/img" "$W/fs" || atf_fail mount
	mkdir "$W/fs/p"
	atf_check zpool create -m "$W/n" tank "$W/fs/p"
	atf_check zfs create tank/a
	failing "cannot set property for 'tank/a': the file system has no quotas, and is not this pool's alone: see btrfs quota enable" \
	    zfs set quota=20M tank/a
	# older kernels have only those that count what is referred to
	btrfs quota enable "$W/fs" || atf_fail quota
	atf_check zfs set quota=20M tank/a
	atf_check zfs create tank/a/b
	atf_check -s exit:1 -e match:'[Qq]uota exceeded' dd if=/dev/urandom \
	    of="$W/n/a/b/big" bs=1M count=30 oflag=sync status=none
	rm "$W/n/a/b/big"
	atf_check zfs create -o refquota=10M tank/r
	atf_check -s exit:1 -e match:'[Qq]uota exceeded' dd if=/dev/urandom \
	    of="$W/n/r/big" bs=1M count=30 oflag=sync status=none
}

prison_test properties_are_set_while_it_is_made
properties_are_set_while_it_is_made()
{
	zfs_init
	truncate -s 256M "$W/img"
	failing "cannot create: invalid property 'nope'" \
	    zpool create -O nope=1 tank "$W/img"
	atf_check zpool create -O compression=zstd -O atime=off -R "$W/alt" \
	    tank "$W/img"
	is zstd compression tank
	is "$W/alt/tank" mountpoint tank
	atf_check zfs create -o mountpoint=/jail tank/jail
	is "$W/alt/jail" mountpoint tank/jail
	atf_check -o match:"^tank  altroot +$W/alt +local$" \
	    zpool get altroot tank
}

prison_test a_damaged_index_is_said_and_not_overwritten
a_damaged_index_is_said_and_not_overwritten()
{
	pool
	atf_check zfs create tank/a
	i=$W/z/run/zpool/tank/index
	cp "$i" good
	for how in 's/tank/tonk/' '$d' '2d' 's/^1\t/7\t/'; do
		sed "$how" good >"$i"
		cp "$i" bad
		atf_check -s exit:1 -e match:"pool 'tank': $i: it is" \
		    zfs list tank
		atf_check -s exit:1 -e match:"pool 'tank': $i: it is" \
		    zfs create tank/b
		atf_check cmp "$i" bad
	done
	cp good "$i"
	atf_check -o inline:'tank\ntank/a\n' zfs list -H -o name
}

# --------------------------------------------------------------------------
# Killed at any step

# whole: what is listed is there, what is not is gone after the next change.
whole()
{
	atf_check zfs create tank/next
	atf_check zfs destroy tank/next
	ls "$W/z/run/zpool/tank/ds" | sort >there
	zfs get -H -o value createtxg $(zfs list -H -o name -t all) |
	    sort >listed
	atf_check -o file:listed cat there
	atf_check -o empty ls "$W/z/run/zpool/tank/recv"
}

prison_test killed_at_any_step_nothing_is_half_there 600
killed_at_any_step_nothing_is_half_there()
{
	pool
	atf_check zfs create tank/a
	echo x >"$W/m/a/f"
	atf_check zfs snapshot tank/a@s
	atf_check -o save:stream zfs send tank/a@s
	while read -r do_ undo_; do
		do_=$(echo "$do_" | tr + ' ')
		undo_=$(echo "$undo_" | tr + ' ')
		steps_of sh -c "zfs $do_ <stream"
		atf_check zfs $undo_
		for step in $steps; do
			echo "== $do_ killed at $step"
			killed_at "$step" sh -c "exec zfs $do_ <stream"
			whole
			if zfs $undo_ 2>/dev/null; then :; fi
			whole
			zfs mount -a
			atf_check -o inline:'x\n' cat "$W/m/a/f"
			atf_check -o inline:'tank\ntank/a\ntank/a@s\n' \
			    zfs list -H -o name -t all
		done
	done <<-'END'
	create+tank/n destroy+-r+tank/n
	create+-o+quota=30M+tank/n destroy+-r+tank/n
	clone+tank/a@s+tank/n destroy+-r+tank/n
	snapshot+-r+tank@r destroy+-r+tank@r
	receive+tank/n destroy+-r+tank/n
	rollback+tank/a@s mount+-a
	END
}

prison_test killed_while_destroying_or_renaming 600
killed_while_destroying_or_renaming()
{
	pool
	atf_check zfs create -p tank/d/e
	atf_check zfs snapshot -r tank/d@s
	steps_of zfs destroy -r tank/d
	for step in $steps; do
		echo "== destroy killed at $step"
		zfs create -p tank/d/e
		zfs mount -a
		zfs list tank/d@s >/dev/null 2>&1 || zfs snapshot -r tank/d@s
		killed_at "$step" zfs destroy -r tank/d
		whole
		zfs list -H tank/d >/dev/null 2>&1 && {
			# all of it, or nothing
			atf_check -o inline:'tank/d\ntank/d@s\ntank/d/e\ntank/d/e@s\n' \
			    zfs list -H -r -o name -t all tank/d
		}
	done
	zfs destroy -r tank/d 2>/dev/null
	atf_check zfs create -p tank/d/e
	steps_of zfs rename tank/d tank/z
	for step in $steps; do
		echo "== rename killed at $step"
		zfs rename tank/z tank/d 2>/dev/null
		zfs mount -a
		killed_at "$step" zfs rename tank/d tank/z
		whole
		atf_check zfs mount -a
		n=$(zfs list -H -o name | sed -n 2p)
		atf_check -o inline:"tank\n$n\n$n/e\n" zfs list -H -o name
		is yes mounted "$n/e"
	done
}

prison_test killed_while_a_pool_is_made_or_ends 600
killed_while_a_pool_is_made_or_ends()
{
	zfs_init
	steps_of zpool create -o size=150M -m "$W/m" tank "$W/img"
	atf_check zpool destroy tank
	rm "$W/img"
	for step in $steps; do
		echo "== create killed at $step"
		killed_at "$step" zpool create -o size=150M -m "$W/m" tank \
		    "$W/img"
		if zpool export nope 2>/dev/null; then atf_fail nope; fi
		if zpool list -H -o name tank 2>/dev/null; then
			atf_check zpool destroy tank
			rm "$W/img"
		fi
		[ ! -e "$W/img" ] || atf_fail "the file is left"
		no_loops
		atf_check -o empty ls "$W/z/var/lib/abashiri/zpool"
		[ ! -d "$W/z/run/zpool" ] || atf_check ls "$W/z/run/zpool"
	done
	for verb in destroy export; do
		truncate -s 150M "$W/img"
		atf_check zpool create -f -m "$W/m" tank "$W/img"
		steps_of zpool $verb tank
		[ $verb = destroy ] || atf_check zpool import tank
		[ $verb = destroy ] || atf_check zpool destroy tank
		for step in $steps; do
			echo "== $verb killed at $step"
			atf_check zpool create -f -m "$W/m" tank "$W/img"
			killed_at "$step" zpool $verb tank
			zpool $verb tank 2>/dev/null
			atf_check -o empty ls "$W/z/run/zpool"
			no_loops
			[ $verb = destroy ] || atf_check zpool import tank
			[ $verb = destroy ] || atf_check zpool destroy tank
			atf_check -o empty ls "$W/z/var/lib/abashiri/zpool"
		done
	done
}

atf_init_test_cases() { add_cases; }
