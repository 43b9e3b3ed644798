# SPDX-License-Identifier: BSD-2-Clause
# For the tests of zfs(8) and zpool(8): after lib.sh.  Pools have a registry of
# the test's own, and their mount points are below $W.
#
#	pool [OPTION]...	the pool tank, in a file of 256 MB, on $W/m
#	failing TEXT CMD...	it fails, and TEXT is all that it says

zfs_init()
{
	need_filesystem btrfs
	# the jails' own state is in $W/run
	ZPOOL_ROOT=$W/z
	mkdir "$ZPOOL_ROOT"
	export ZPOOL_ROOT
	wrap "$BUILD/zfs/zfs"
	wrap "$BUILD/zfs/zpool"
}

pool()
{
	[ -n "${ZPOOL_ROOT-}" ] || zfs_init
	[ -e "$W/img" ] || truncate -s 256M "$W/img"
	atf_check zpool create -m "$W/m" "$@" tank "$W/img"
}

failing()
{
	text_=$1
	shift
	atf_check -s exit:1 -e inline:"$text_\n" "$@"
}

# value PROPERTY DATASET: what zfs says it is
value()
{
	zfs get -H -p -o value "$1" "$2"
}

# is VALUE PROPERTY DATASET
is()
{
	want_=$1
	shift
	atf_check_equal "$want_" "$(value "$@")"
}

# All that was written is in the tree.
settled()
{
	sync -f "$W/m"
}
