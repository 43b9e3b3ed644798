#!/usr/bin/env -S ATF_SHELL=/bin/sh atf-sh
# SPDX-License-Identifier: BSD-2-Clause
# zfs(8) over btrfs: datasets, snapshots, clones, properties.
. "$(atf_get_srcdir)/../lib.sh"
. "$(atf_get_srcdir)/../zfs.lib.sh"

# --------------------------------------------------------------------------
# Making them

prison_test what_the_article_types_makes_a_clone
what_the_article_types_makes_a_clone()
{
	pool
	atf_check zfs create -o mountpoint="$W/jail" tank/jail
	atf_check zfs create tank/jail/jail
	atf_check zfs create tank/jail/base
	echo world >"$W/jail/base/file"
	atf_check zfs snapshot tank/jail/base@10.0p1
	echo later >"$W/jail/base/file"
	atf_check zfs clone tank/jail/base@10.0p1 tank/jail/ports
	atf_check -o inline:'world\n' cat "$W/jail/ports/file"
	echo mine >"$W/jail/ports/file"
	atf_check -o inline:'later\n' cat "$W/jail/base/file"
	atf_check -o inline:"NAME             ORIGIN                 MOUNTPOINT
tank/jail        -                      $W/jail
tank/jail/base   -                      $W/jail/base
tank/jail/jail   -                      $W/jail/jail
tank/jail/ports  tank/jail/base@10.0p1  $W/jail/ports
" zfs list -r -o name,origin,mountpoint tank/jail
}

prison_test names_are_checked_before_anything_is_made
names_are_checked_before_anything_is_made()
{
	pool
	failing "cannot create 'tank/..': parent reference, '..' is found in name" \
	    zfs create tank/..
	failing "cannot create 'tank/../../etc': parent reference, '..' is found in name" \
	    zfs create tank/../../etc
	failing "cannot create 'tank/a/': trailing slash in name" \
	    zfs create tank/a/
	failing "cannot create 'tank/a%b': invalid character '%' in name" \
	    zfs create tank/a%b
	failing "cannot create 'tank': missing dataset name" zfs create tank
	failing "cannot create 'nope/x': no such pool 'nope'" \
	    zfs create nope/x
	failing "cannot create 'tank/x/y': parent does not exist" \
	    zfs create tank/x/y
	long=$(printf '%0255d' 0)
	failing "cannot create 'tank/$long': name is too long" \
	    zfs create "tank/$long"
	failing "cannot snapshot 'tank': missing '@' delimiter in snapshot name" \
	    zfs snapshot tank
	failing "cannot snapshot 'tank@a@b': multiple '@' delimiters in name" \
	    zfs snapshot tank@a@b
	atf_check -o inline:'tank\n' zfs list -H -o name -t all
}

prison_test what_is_there_is_not_made_again
what_is_there_is_not_made_again()
{
	pool
	atf_check zfs create tank/a
	failing "cannot create 'tank/a': dataset already exists" \
	    zfs create tank/a
	atf_check zfs create -p tank/a
	atf_check zfs create -p tank/b/c/d
	atf_check -o inline:'tank\ntank/a\ntank/b\ntank/b/c\ntank/b/c/d\n' \
	    zfs list -H -o name
	atf_check zfs snapshot tank/a@s
	failing "cannot create snapshot 'tank/a@s': dataset already exists" \
	    zfs snapshot tank/a@s
	failing "cannot create 'tank/b': dataset already exists" \
	    zfs clone tank/a@s tank/b
	failing "cannot open 'tank/a@nope': dataset does not exist" \
	    zfs clone tank/a@nope tank/x
	failing "cannot open 'tank/a': operation not applicable to datasets of this type" \
	    zfs clone tank/a tank/x
}

prison_test snapshots_of_a_tree_are_all_made_or_none
snapshots_of_a_tree_are_all_made_or_none()
{
	pool
	atf_check zfs create tank/a
	atf_check zfs create tank/b
	atf_check zfs snapshot tank/b@s
	atf_check -s exit:1 \
	    -e inline:"cannot create snapshot 'tank/b@s': dataset already exists\nno snapshots were created\n" \
	    zfs snapshot -r tank@s
	atf_check -o inline:'tank/b@s\n' zfs list -H -o name -t snapshot
	atf_check zfs snapshot -r tank@all
	atf_check -o inline:'tank@all\ntank/a@all\ntank/b@s\ntank/b@all\n' \
	    zfs list -H -o name -t snapshot
}

prison_test a_snapshot_cannot_be_written
a_snapshot_cannot_be_written()
{
	pool
	echo x >"$W/m/f"
	atf_check zfs snapshot tank@s
	id=$(value createtxg tank@s)
	atf_check -s exit:1 -e match:'Read-only file system' \
	    touch "$W/z/run/zpool/tank/ds/$id/fs/g"
	atf_check -o inline:'x\n' cat "$W/z/run/zpool/tank/ds/$id/fs/f"
}

# --------------------------------------------------------------------------
# Destroying

prison_test what_others_need_is_not_destroyed
what_others_need_is_not_destroyed()
{
	pool
	atf_check zfs create tank/a
	atf_check zfs create tank/a/child
	atf_check zfs snapshot tank/a@s
	atf_check zfs clone tank/a@s tank/c
	atf_check -s exit:1 -e inline:"cannot destroy 'tank/a@s': snapshot has dependent clones
use '-R' to destroy the following datasets:
tank/c
" zfs destroy tank/a@s
	atf_check -s exit:1 -e inline:"cannot destroy 'tank/a': filesystem has children
use '-r' to destroy the following datasets:
tank/a@s
tank/a/child
" zfs destroy tank/a
	atf_check -s exit:1 -e inline:"cannot destroy 'tank/a': filesystem has dependent clones
use '-R' to destroy the following datasets:
tank/c
" zfs destroy -r tank/a
	atf_check -s exit:1 -e match:'operation does not apply to pools' \
	    zfs destroy tank
	atf_check -o inline:'tank\ntank/a\ntank/a/child\ntank/c\n' \
	    zfs list -H -o name
	atf_check zfs destroy -R tank/a
	atf_check -o inline:'tank\n' zfs list -H -o name -t all
	atf_check -o empty find "$W/z/run/zpool/tank/ds" -mindepth 1 \
	    -maxdepth 1 ! -name 1
	[ ! -e "$W/m/a" ] || atf_fail "the mount point is left"
}

prison_test destroy_n_only_tells
destroy_n_only_tells()
{
	pool
	atf_check zfs create tank/a
	atf_check zfs snapshot tank/a@s
	atf_check -o match:'^would destroy tank/a@s$' \
	    -o match:'^would destroy tank/a$' -o match:'^would reclaim' \
	    zfs destroy -rnv tank/a
	atf_check -o match:'^destroy	tank/a$' -o match:'^reclaim	[0-9]+$' \
	    zfs destroy -rnp tank/a
	atf_check -o inline:'tank\ntank/a\ntank/a@s\n' \
	    zfs list -H -o name -t all
}

prison_test some_snapshots_of_several_are_destroyed
some_snapshots_of_several_are_destroyed()
{
	pool
	for s in 1 2 3 4 5 6; do
		atf_check zfs snapshot tank@$s
	done
	atf_check zfs destroy tank@2%4,6
	atf_check -o inline:'tank@1\ntank@5\n' \
	    zfs list -H -o name -t snapshot
	failing "could not find any snapshots to destroy; check snapshot names: 'tank@9'" \
	    zfs destroy tank@9
	atf_check zfs destroy tank@%
	atf_check -o empty -e inline:'no datasets available\n' \
	    zfs list -H -o name -t snapshot
}

prison_test a_held_snapshot_stays
a_held_snapshot_stays()
{
	pool
	atf_check zfs snapshot tank@s
	atf_check zfs hold keep tank@s
	failing "cannot hold snapshot 'tank@s': tag already exists on this dataset" \
	    zfs hold keep tank@s
	atf_check -o match:'^tank@s	keep	[0-9]+$' zfs holds -Hp tank@s
	is 1 userrefs tank@s
	atf_check -s exit:1 -e match:"cannot destroy 'tank@s': dataset is busy" \
	    zfs destroy tank@s
	failing "cannot release hold from snapshot 'tank@s': no such tag on this dataset" \
	    zfs release nope tank@s
	atf_check zfs release keep tank@s
	atf_check zfs destroy tank@s
}

# --------------------------------------------------------------------------
# Changing places

prison_test a_promoted_clone_outlives_its_origin
a_promoted_clone_outlives_its_origin()
{
	pool
	atf_check zfs create tank/a
	echo old >"$W/m/a/f"
	atf_check zfs snapshot tank/a@1
	atf_check zfs snapshot tank/a@2
	atf_check zfs snapshot tank/a@3
	atf_check zfs clone tank/a@2 tank/c
	atf_check zfs promote tank/c
	atf_check -o inline:'tank\ntank/a\ntank/a@3\ntank/c\ntank/c@1\ntank/c@2\n' \
	    zfs list -H -o name -t all
	is tank/c@2 origin tank/a
	is - origin tank/c
	atf_check zfs destroy -r tank/a
	atf_check -o inline:'old\n' cat "$W/m/c/f"
	failing "cannot promote 'tank/c': not a cloned filesystem" \
	    zfs promote tank/c
}

prison_test rollback_brings_back_what_was
rollback_brings_back_what_was()
{
	pool
	atf_check zfs create tank/a
	atf_check zfs create tank/a/below
	echo one >"$W/m/a/f"
	echo kept >"$W/m/a/below/f"
	atf_check zfs snapshot tank/a@1
	echo two >"$W/m/a/f"
	atf_check zfs snapshot tank/a@2
	atf_check -s exit:1 -e inline:"cannot rollback to 'tank/a@1': more recent snapshots exist
use '-r' to force deletion of the following snapshots:
tank/a@2
" zfs rollback tank/a@1
	atf_check zfs clone tank/a@2 tank/c
	atf_check -s exit:1 -e match:"cannot rollback to 'tank/a@1': clones of previous snapshots exist" \
	    zfs rollback -r tank/a@1
	atf_check zfs rollback -R tank/a@1
	atf_check -o inline:'one\n' cat "$W/m/a/f"
	atf_check -o inline:'kept\n' cat "$W/m/a/below/f"
	atf_check -o inline:'tank\ntank/a\ntank/a@1\ntank/a/below\n' \
	    zfs list -H -o name -t all
	failing "cannot open 'tank/a@zz': dataset does not exist" \
	    zfs rollback tank/a@zz
}

prison_test rename_takes_all_below_along
rename_takes_all_below_along()
{
	pool
	atf_check zfs create -p tank/a/b
	echo x >"$W/m/a/b/f"
	atf_check zfs snapshot -r tank/a@s
	atf_check zfs rename tank/a tank/z
	atf_check -o inline:'tank\ntank/z\ntank/z@s\ntank/z/b\ntank/z/b@s\n' \
	    zfs list -H -o name -t all
	atf_check -o inline:'x\n' cat "$W/m/z/b/f"
	failing "cannot rename 'tank/z': New dataset name cannot be a descendant of current dataset name" \
	    zfs rename tank/z tank/z/b/c
	failing "cannot rename 'tank/z/b': dataset already exists" \
	    zfs rename tank/z/b tank/z
	failing "cannot create 'tank/n/b': parent does not exist" \
	    zfs rename tank/z/b tank/n/b
	atf_check zfs rename -p tank/z/b tank/n/b
	atf_check zfs rename -r tank/z@s every
	atf_check zfs rename tank/n/b@s @t
	atf_check -o inline:'tank/n/b@t\ntank/z@every\n' \
	    zfs list -H -o name -t snapshot
	failing "cannot rename 'tank/z@every': snapshots must be part of same dataset" \
	    zfs rename tank/z@every tank/n@every
}

# --------------------------------------------------------------------------
# Properties and mounting

prison_test properties_come_from_above
properties_come_from_above()
{
	pool
	atf_check zfs create -p tank/a/b
	atf_check zfs set atime=off exec=off org:who=me tank/a
	atf_check -o inline:'tank/a/b	atime	off	inherited from tank/a\n' \
	    zfs get -H atime tank/a/b
	atf_check -o inline:'tank/a/b	org:who	me	inherited from tank/a\n' \
	    zfs get -H org:who tank/a/b
	atf_check -o match:"$W/m/a/b .*noexec" grep "$W/m/a/b " /proc/mounts
	atf_check -o match:"$W/m/a/b .*noatime" grep "$W/m/a/b " /proc/mounts
	atf_check zfs inherit exec tank/a
	atf_check -o not-match:noexec grep "$W/m/a/b " /proc/mounts
	atf_check zfs set readonly=on tank/a/b
	atf_check -s exit:1 -e match:'Read-only' touch "$W/m/a/b/f"
	touch "$W/m/a/f"
	atf_check zfs set readonly=off tank/a/b
	touch "$W/m/a/b/f"
	atf_check -o inline:'atime	off	local\norg:who	me	local\n' \
	    zfs get -H -s local -o property,value,source all tank/a
}

prison_test what_cannot_be_set_is_refused_in_words
what_cannot_be_set_is_refused_in_words()
{
	pool
	set_fails()
	{
		failing "cannot set property for 'tank': $2" zfs set "$1" tank
	}
	set_fails nope=1 "invalid property 'nope'"
	set_fails used=3 "'used' is readonly"
	set_fails readonly=maybe "'readonly' must be one of 'on | off'"
	set_fails mountpoint=foo "'mountpoint' must be an absolute path, 'none', or 'legacy'"
	set_fails mountpoint=/a/../b "'mountpoint' must not go back by '..'"
	set_fails quota=1X "invalid numeric suffix 'X'"
	set_fails quota=much "bad numeric value 'much'"
	set_fails quota=1 'size is less than current used or reserved space'
	set_fails reservation=1G "'reservation' cannot be set here: btrfs cannot set space aside"
	set_fails jailed=on "'jailed' cannot be set here: btrfs cannot be given to a jail"
	failing "cannot create a volume: btrfs has none; make a file in a filesystem instead" \
	    zfs create -V 1G tank/v
	failing "'quota' property cannot be inherited
use 'zfs set quota=none' to clear" zfs inherit quota tank
	failing 'used property is read-only' zfs inherit used tank
	atf_check zfs snapshot tank@s
	failing "cannot set property for 'tank@s': this property can not be modified for snapshots" \
	    zfs set readonly=on tank@s
	atf_check zfs set a:b=c tank@s
	is c a:b tank@s
}

prison_test datasets_are_mounted_where_they_say
datasets_are_mounted_where_they_say()
{
	pool
	atf_check zfs create -o canmount=off tank/off
	atf_check zfs create -o mountpoint=none tank/none
	atf_check zfs create -o mountpoint=legacy tank/legacy
	atf_check zfs create -o canmount=noauto tank/noauto
	atf_check zfs create tank/a
	atf_check zfs create tank/a/b
	atf_check -o inline:"tank/a	yes
tank/legacy	no
tank/noauto	no
tank/none	no
tank/off	no
" zfs get -H -o name,value mounted tank/off tank/none tank/legacy \
	    tank/noauto tank/a
	failing "cannot mount 'tank/off': 'canmount' property is set to 'off'" \
	    zfs mount tank/off
	failing "cannot mount 'tank/none': no mountpoint set" \
	    zfs mount tank/none
	atf_check -s exit:1 -e match:"cannot mount 'tank/legacy': legacy mountpoint" \
	    zfs mount tank/legacy
	failing "cannot mount 'tank/a': filesystem already mounted" \
	    zfs mount tank/a
	atf_check zfs mount tank/noauto
	atf_check zfs set mountpoint="$W/elsewhere" tank/a
	is "$W/elsewhere/b" mountpoint tank/a/b
	echo x >"$W/elsewhere/b/f"
	atf_check zfs unmount "$W/elsewhere/b"
	failing "cannot unmount 'tank/a/b': not currently mounted" \
	    zfs unmount tank/a/b
	[ ! -e "$W/elsewhere/b/f" ] || atf_fail "still there"
	atf_check zfs mount -a
	atf_check -o inline:'x\n' cat "$W/elsewhere/b/f"
	atf_check zfs unmount -a
	atf_check zfs mount
	atf_check zfs mount -a
	atf_check -o inline:"tank/a                          $W/elsewhere
tank/a/b                        $W/elsewhere/b
tank                            $W/m
" zfs mount
	(cd "$W/elsewhere/b" && failing \
	    "cannot unmount '$W/elsewhere/b': Device or resource busy" \
	    zfs unmount tank/a/b) || atf_fail busy
}

prison_test a_link_on_the_way_to_a_mount_point_is_not_followed
a_link_on_the_way_to_a_mount_point_is_not_followed()
{
	pool
	mkdir "$W/precious"
	atf_check zfs create tank/j
	ln -s "$W/precious" "$W/m/j/sub"
	atf_check -s exit:1 -e match:"something else is in the way" \
	    -e match:'filesystem successfully created, but not mounted' \
	    zfs create tank/j/sub
	atf_check -o empty ls "$W/precious"
	is no mounted tank/j/sub
}

prison_test overlay_off_leaves_what_is_there_in_sight
overlay_off_leaves_what_is_there_in_sight()
{
	pool
	mkdir "$W/full"
	: >"$W/full/f"
	atf_check -s exit:1 -e inline:"cannot mount '$W/full': directory is not empty
filesystem successfully created, but not mounted
" zfs create -o overlay=off -o mountpoint="$W/full" tank/a
	atf_check -o inline:'f\n' ls "$W/full"
}

prison_test a_quota_is_kept_for_all_below
a_quota_is_kept_for_all_below()
{
	pool
	atf_check zfs create -o quota=20M tank/a
	atf_check zfs create tank/a/b
	is 20971520 quota tank/a
	atf_check dd if=/dev/zero of="$W/m/a/b/big" bs=1M count=15 \
	    status=none
	settled
	atf_check -s exit:1 -e match:'[Qq]uota exceeded' dd if=/dev/zero \
	    of="$W/m/a/big" bs=1M count=15 oflag=sync status=none
	rm -f "$W/m/a/big" "$W/m/a/b/big"
	atf_check zfs set quota=none tank/a
	settled
	atf_check dd if=/dev/zero of="$W/m/a/big" bs=1M count=30 status=none
	settled
	failing "cannot set property for 'tank/a': size is less than current used or reserved space" \
	    zfs set quota=1M tank/a
}

prison_test compression_is_for_all_that_is_written_later
compression_is_for_all_that_is_written_later()
{
	pool
	atf_check zfs create -o compression=zstd tank/a
	mkdir "$W/m/a/sub"
	dd if=/dev/zero of="$W/m/a/sub/z" bs=1M count=16 status=none
	atf_check zfs create tank/b
	mkdir "$W/m/b/sub"
	atf_check zfs set compression=gzip-9 tank/b
	dd if=/dev/zero of="$W/m/b/sub/z" bs=1M count=16 status=none
	settled
	for d in a b; do
		ratio=$(value compressratio tank/$d)
		[ "${ratio%.*}" -ge 5 ] || atf_fail "tank/$d: $ratio"
		[ "$(value used tank/$d)" -lt 4000000 ] || atf_fail "used"
	done
	atf_check -s exit:1 -e match:"'compression' must be one of" \
	    zfs set compression=bogus tank/a
}

# --------------------------------------------------------------------------
# Telling

prison_test space_is_told_as_zfs_tells_it
space_is_told_as_zfs_tells_it()
{
	pool
	atf_check zfs create tank/a
	dd if=/dev/urandom of="$W/m/a/one" bs=1M count=8 status=none
	settled
	atf_check zfs snapshot tank/a@s
	atf_check zfs clone tank/a@s tank/c
	dd if=/dev/urandom of="$W/m/c/two" bs=1M count=4 status=none
	settled
	near()
	{
		n=$(value "$2" "$3")
		[ "$n" -ge "$1" ] && [ "$n" -lt $(($1 + 200000)) ] ||
		    atf_fail "$2 of $3: $n, not $1"
	}
	near 8388608 used tank/a
	near 0 used tank/a@s
	near 8388608 referenced tank/a@s
	near 4194304 used tank/c
	near 12582912 referenced tank/c
	near 4194304 written tank/c
	rm "$W/m/a/one"
	settled
	near 8388608 used tank/a@s
	near 8388608 usedbysnapshots tank/a
	near 0 usedbydataset tank/a
	near 12582912 used tank
}

prison_test list_has_zfs_columns_order_and_filters
list_has_zfs_columns_order_and_filters()
{
	pool
	atf_check zfs create -p tank/b/c
	atf_check zfs create tank/a
	atf_check zfs snapshot tank/b@z
	atf_check zfs snapshot tank/b@y
	atf_check -o match:'^NAME +USED +AVAIL +REFER +MOUNTPOINT$' zfs list
	atf_check -o inline:'tank\ntank/a\ntank/b\ntank/b@z\ntank/b@y\ntank/b/c\n' \
	    zfs list -H -o name -t all
	atf_check -o inline:'tank/b/c\ntank/b\ntank/a\ntank\n' \
	    zfs list -H -o name -S name
	atf_check -o inline:'tank/b\ntank/b/c\n' zfs list -H -r -o name tank/b
	atf_check -o inline:'tank\ntank/a\ntank/b\n' \
	    zfs list -H -d 1 -o name tank
	atf_check -o inline:'tank/b@z\ntank/b@y\n' \
	    zfs list -H -t snapshot -o name tank/b
	atf_check -o inline:'tank/b@y\n' zfs list -H -o name tank/b@y
	atf_check -o inline:'tank/a\n' zfs list -H -o name "$W/m/a"
	atf_check -o inline:'NAME    MOUNTED  CANMOUNT\ntank/a      yes        on\n' \
	    zfs list -o name,mounted,canmount tank/a
	failing "cannot open 'nope': dataset does not exist" zfs list nope
	atf_check -s exit:2 -e match:"invalid type 'bogus'" \
	    zfs list -t bogus
	atf_check -s exit:2 -e match:"bad property list: invalid property 'bogus'" \
	    zfs list -o bogus
	atf_check -s exit:2 -e match:"unrecognized command 'foo'" zfs foo
	atf_check -s exit:2 -e match:'missing filesystem argument' zfs create
}

prison_test diff_tells_what_has_changed
diff_tells_what_has_changed()
{
	pool
	mkdir "$W/m/d"
	for f in same changed gone moved 'with space'; do
		echo "$f" >"$W/m/d/$f"
	done
	atf_check zfs snapshot tank@1
	echo more >>"$W/m/d/changed"
	rm "$W/m/d/gone"
	mv "$W/m/d/moved" "$W/m/d/away"
	echo new >"$W/m/d/new"
	rm "$W/m/d/with space"
	atf_check -o save:out zfs diff -F tank@1
	atf_check -o inline:"+	F	$W/m/d/new
-	F	$W/m/d/gone
-	F	$W/m/d/with\\\\0040space
M	/	$W/m/d
M	F	$W/m/d/changed
R	F	$W/m/d/moved -> $W/m/d/away
" sort out
	atf_check zfs snapshot tank@2
	atf_check -o file:out zfs diff -F tank@1 tank@2
	atf_check zfs diff tank@2
}

# --------------------------------------------------------------------------
# Sending

prison_test a_stream_makes_the_same_elsewhere
a_stream_makes_the_same_elsewhere()
{
	pool
	atf_check zfs create tank/a
	cd "$W/m/a" || atf_fail cd
	mkdir -p dir/deep
	dd if=/dev/urandom of=big bs=1M count=3 status=none
	echo hello >dir/deep/file
	ln -s /etc/passwd link
	ln dir/deep/file hard
	mkfifo fifo
	mknod null c 1 3
	chown 1:2 dir
	chmod 4711 hard
	touch -d '2001-02-03 04:05:06' big
	setfattr -n user.x -v y big 2>/dev/null
	truncate -s 1M hole
	cd - >/dev/null || atf_fail cd
	atf_check zfs snapshot tank/a@1
	atf_check -o save:one zfs send tank/a@1
	rm "$W/m/a/hard"
	mv "$W/m/a/dir" "$W/m/a/folder"
	echo more >>"$W/m/a/folder/deep/file"
	cp --reflink=always "$W/m/a/big" "$W/m/a/copy"
	atf_check zfs snapshot tank/a@2
	atf_check -o save:two zfs send -i @1 tank/a@2

	failing "cannot receive incremental stream: destination 'tank/b' does not exist" \
	    zfs receive tank/b <two
	atf_check zfs receive tank/b <one
	is "$(value guid tank/a@1)" guid tank/b@1
	cat >state_of <<'EOS'
cd "$1" && find . ! -name . -printf '%p %y %m %U:%G %s %l %T@\n' |
    sed '/ d /s/ [^ ]*  [^ ]*$//' | sort
find . -type f | sort | xargs cat | cksum
EOS
	atf_check -o save:want sh state_of \
	    "$W/z/run/zpool/tank/ds/$(value createtxg tank/a@1)/fs"
	atf_check -o file:want sh state_of "$W/m/b"
	failing "cannot receive new filesystem stream: destination 'tank/b@1' exists" \
	    zfs receive tank/b <one
	echo changed >"$W/m/b/dir/deep/file"
	settled
	failing "cannot receive incremental stream: destination tank/b has been modified
since most recent snapshot" zfs receive tank/b <two
	atf_check zfs receive -F tank/b <two
	atf_check -o save:want sh state_of "$W/m/a"
	atf_check -o file:want sh state_of "$W/m/b"
	failing "cannot receive incremental stream: most recent snapshot of tank/b does not
match incremental source" zfs receive tank/b@3 <two
	atf_check -s exit:1 -e match:'must specify -F to overwrite' \
	    zfs receive tank/b@other <one
}

prison_test a_stream_that_is_damaged_leaves_nothing
a_stream_that_is_damaged_leaves_nothing()
{
	pool
	atf_check zfs create tank/a
	dd if=/dev/urandom of="$W/m/a/f" bs=1M count=2 status=none
	atf_check zfs snapshot tank/a@1
	atf_check -o save:s zfs send tank/a@1
	head -c 1000000 s >short
	failing 'cannot receive: stream ends too early' \
	    zfs receive tank/b <short
	cp s bad
	printf X | dd of=bad bs=1 seek=500000 conv=notrunc status=none
	failing 'cannot receive: checksum mismatch' zfs receive tank/b <bad
	echo nonsense nonsense >none
	failing 'cannot receive: invalid stream (bad magic number)' \
	    zfs receive tank/b <none
	printf '\0\0\0\0\0\0\0\0\254\313\272\365\2\0\0\0' >real
	atf_check -s exit:1 -e match:'this is a stream of ZFS' \
	    zfs receive tank/b <real
	atf_check -s exit:1 -e match:'failed to read from stream' \
	    zfs receive tank/b </dev/null
	atf_check -o inline:'tank\ntank/a\n' zfs list -H -o name
	atf_check -o empty ls "$W/z/run/zpool/tank/recv"
}

# --------------------------------------------------------------------------

prison_test a_full_pool_says_so_and_can_be_emptied
a_full_pool_says_so_and_can_be_emptied()
{
	truncate -s 128M "$W/img"
	pool
	atf_check zfs create tank/a
	dd if=/dev/zero of="$W/m/a/big" bs=64K status=none 2>/dev/null
	sync -f "$W/m"
	i=0
	while [ $i -lt 400 ]; do
		head -c 1500 /dev/urandom >"$W/m/a/$i" 2>/dev/null || break
		i=$((i + 1))
	done
	zfs snapshot tank/a@s 2>err || grep -q 'out of space' err ||
	    atf_fail "$(cat err)"
	atf_check zfs destroy -r tank/a
	# what is gone is free a moment later
	wait_for 300 zfs create tank/b || atf_fail "no space for a dataset"
	wait_for 300 dd if=/dev/zero of="$W/m/b/f" bs=1M count=10 \
	    status=none || atf_fail "no space after all is gone"
}

prison_test many_at_once_do_not_disturb_each_other
many_at_once_do_not_disturb_each_other()
{
	pool
	atf_check zfs create tank/a
	atf_check zfs snapshot tank/a@s
	for i in 1 2 3 4 5 6 7 8; do
		zfs clone tank/a@s tank/c$i 2>>err &
		zfs snapshot tank/a@t$i 2>>err &
	done
	wait
	atf_check -o empty cat err
	atf_check_equal 10 "$(zfs list -H | wc -l)"
	atf_check_equal 9 "$(zfs list -H -t snapshot | wc -l)"
}

atf_init_test_cases() { add_cases; }
