#!/usr/bin/env -S ATF_SHELL=/bin/sh atf-sh
# SPDX-License-Identifier: BSD-2-Clause
# FreeBSD's file systems by mount(8) and umount(8), and what a devfs shows.
. "$(atf_get_srcdir)/../lib.sh"

# helpers: in "mountsh COMMANDS", which has a mount namespace of its own, mount(8)
# finds our helpers in /usr/sbin; its table is the test's, too.
helpers()
{
	mkdir "$W/sbin"
	cp "$BUILD/mount/mount.nullfs" "$W/sbin/"
	for t in devfs fdescfs procfs linprocfs linsysfs; do
		ln -s mount.nullfs "$W/sbin/mount.$t"
	done
	for t in nullfs devfs fdescfs procfs linprocfs linsysfs; do
		ln -s mount.nullfs "$W/sbin/umount.$t"
	done
	ln -s mount.nullfs "$W/sbin/mount_nullfs"
	mkdir -p "$W/d/dev" "$W/d/proc" "$W/d/sys" "$W/d/mnt" "$W/src/sub"
	echo here >"$W/src/file"
	: >"$W/utab"
	cat >"$W/bin/mountsh" <<-EOC
	#!/bin/sh
	export LIBMOUNT_UTAB=$W/utab W=$W
	exec unshare --mount sh -euc "
		mount -t overlay -o lowerdir=$W/sbin:/usr/sbin none /usr/sbin
		cd /
		\$1"
	EOC
	chmod 755 "$W/bin/mountsh"
}

prison_test mount_knows_devfs
mount_knows_devfs()
{
	helpers
	atf_check -o save:out mountsh '
		mount -t devfs devfs $W/d/dev
		ls $W/d/dev | tr "\n" " "; echo
		echo x >$W/d/dev/null
		grep -c helper=devfs $W/utab
		umount $W/d/dev
		ls $W/d/dev; grep -c helper $W/utab || :
		grep -c " $W/d" /proc/self/mountinfo || :'
	cat >want <<'EOC'
fd full fuse null ptmx pts random shm stderr stdin stdout tty urandom zero 
1
0
0
EOC
	[ -c /dev/fuse ] || sed -i 's/ fuse//' want
	atf_check diff want out
}

prison_test mount_knows_the_other_file_systems_of_freebsd
mount_knows_the_other_file_systems_of_freebsd()
{
	helpers
	atf_check -o save:out mountsh '
		mount -t nullfs $W/src $W/d/mnt; cat $W/d/mnt/file
		umount $W/d/mnt; ls $W/d/mnt
		mount -t nullfs -o ro,nosuid $W/src $W/d/mnt
		touch $W/d/mnt/x 2>/dev/null || echo read-only
		umount $W/d/mnt
		mount -t procfs proc $W/d/proc; cat $W/d/proc/self/comm
		umount $W/d/proc
		mount -t linprocfs proc $W/d/proc; cat $W/d/proc/self/comm
		umount $W/d/proc
		mount -t linsysfs sys $W/d/sys; test -d $W/d/sys/kernel && echo sys
		umount $W/d/sys
		mount -t devfs devfs $W/d/dev
		mount -t fdescfs fdescfs $W/d/dev/fd
		readlink $W/d/dev/fd; umount $W/d/dev
		mkdir -p $W/d/dev
		mount.fdescfs fdescfs $W/d/dev/ 2>&1 || :
		grep -c " $W/d" /proc/self/mountinfo || :'
	cat >want <<EOC
here
read-only
cat
cat
sys
/proc/self/fd
mount.fdescfs: make $W/d/dev: File exists
0
EOC
	atf_check diff want out
}

prison_test mount_nullfs_is_there_by_its_own_name
mount_nullfs_is_there_by_its_own_name()
{
	helpers
	atf_check -o inline:'here\nro\n' mountsh '
		mount_nullfs -o ro $W/src $W/d/mnt; cat $W/d/mnt/file
		touch $W/d/mnt/x 2>/dev/null || echo ro
		umount $W/d/mnt'
	atf_check -s exit:1 \
	    -e inline:'usage: mount_nullfs [-o options] target mount-point\n       mount_nullfs -u [-v] [jail ...]\n' \
	    "$W/sbin/mount_nullfs" a
	atf_check -s exit:1 \
	    -e inline:'usage: mount.devfs [-fnsv] [-o options] name dir\n' \
	    "$W/sbin/mount.devfs" a
	atf_check -s exit:1 -e inline:'usage: umount.devfs [-flnrv] dir\n' \
	    "$W/sbin/umount.devfs"
}

# As systemd has them: of one group with what they are bound from.
prison_test what_is_mounted_on_a_nullfs_is_on_no_other
what_is_mounted_on_a_nullfs_is_on_no_other()
{
	helpers
	for d in base/local/b one/1 two/2 a b; do
		mkdir -p "$W/$d"
	done
	atf_check -o inline:'1\n2\nb\nshared\n' mountsh '
		mount --make-rshared /
		mount -t nullfs -o ro $W/base $W/a
		mount -t nullfs -o ro $W/base $W/b
		mount -t nullfs $W/one $W/a/local
		mount -t nullfs $W/two $W/b/local
		ls $W/base/local $W/a/local $W/b/local | grep "^.$"
		findmnt -no PROPAGATION $W/a'
}

prison_test mount_reads_lines_of_fstab
mount_reads_lines_of_fstab()
{
	helpers
	cat >"$W/fstab" <<EOC
$W/src $W/d/mnt nullfs ro 0 0
devfs $W/d/dev devfs rw,ruleset=4 0 0
proc $W/d/proc procfs rw 0 0
EOC
	atf_check -o inline:'here\nnull\n3\n0\n' mountsh '
		mount -T $W/fstab -a
		cat $W/d/mnt/file; ls $W/d/dev | grep null
		grep -c helper= $W/utab
		umount $W/d/mnt $W/d/dev $W/d/proc
		grep -c " $W/d" /proc/self/mountinfo || :'
}

prison_test mount_says_what_is_wrong
mount_says_what_is_wrong()
{
	helpers
	says()
	{
		atf_check -s exit:32 -e inline:"$1\n" mountsh "$2"
	}
	says "mount.nullfs: $W/none: No such file or directory" \
	    "mount -t nullfs $W/none $W/d/mnt"
	says "mount.nullfs: nullfs: unknown option bogus" \
	    "mount -t nullfs -o bogus $W/src $W/d/mnt"
	says "mount.devfs: devfs: unknown option size=3" \
	    "mount -t devfs -o size=3 devfs $W/d/dev"
	says "mount.devfs: rw,ruleset=x: ruleset= takes a number" \
	    "mount -t devfs -o ruleset=x devfs $W/d/dev"
	says "mount.devfs: devfs ruleset 77: neither of ours nor in /etc/devfs.rules" \
	    "mount -t devfs -o ruleset=77 devfs $W/d/dev"
	says "umount.nullfs: $W/d/mnt: not a mount point" \
	    "umount.nullfs $W/d/mnt"
}

# rules: standard input is the host's /etc/devfs.rules.
rules()
{
	mkdir -p "$W/etc"
	cat >"$W/etc/devfs.rules"
	JAIL_ETC=$W/etc
	export JAIL_ETC
}

prison_test devfs_shows_what_a_ruleset_of_the_hosts_says
devfs_shows_what_a_ruleset_of_the_hosts_says()
{
	[ -c /dev/net/tun ] || skip "the host has no /dev/net/tun"
	rules <<'EOC'
[tun=10]
add include $devfsrules_jail
add path 'net/*' unhide group 5 mode 0660
add path random hide
EOC
	prison j devfs_ruleset=10
	atf_check -o inline:'10\n' jls -j j devfs_ruleset
	atf_check -o match:'^crw-rw---- .* 0 +5 +10, 200 .*/dev/net/tun$' \
	    jexec j ls -ln /dev/net/tun
	granted open /dev/net/tun rw
	refused ENOENT open /dev/random r
	atf_check -o ignore jexec j ls /dev/pts /dev/shm
	atf_check jail -r j
	atf_check umount -R "$W/j/dev"
	# The nodes alone do not do: the jail must have the ruleset.
	atf_check -o ignore -e ignore jail -c name=j path="$W/j" persist \
	    mount="devfs $W/j/dev devfs ruleset=10 0 0"
	refused EPERM open /dev/net/tun rw
	# and it may be given it
	atf_check jail -m name=j devfs_ruleset=10
	granted open /dev/net/tun rw
	atf_check jail -m name=j devfs_ruleset=4
	refused EPERM open /dev/net/tun rw
	atf_check jail -r j
	atf_check umount -R "$W/j/dev"
}

prison_test devfs_rules_that_are_wrong_show_nothing
devfs_rules_that_are_wrong_show_nothing()
{
	rules <<'EOC'
[bad=10]
add path x unhid
EOC
	world_tiny "$W/j"
	atf_check -s exit:1 \
	    -e match:"^jail: $W/etc/devfs.rules line 2: unhid: " \
	    jail -c name=j path="$W/j" persist devfs_ruleset=10
	atf_check -s exit:1 \
	    -e match:"^jail: $W/etc/devfs.rules line 2: unhid: " \
	    jail -c name=j path="$W/j" persist mount.devfs
	rm "$W/etc/devfs.rules"
	atf_check -s exit:1 \
	    -e match:'^jail: devfs ruleset 10: neither of ours nor in' \
	    jail -c name=j path="$W/j" persist mount.devfs devfs_ruleset=10
	atf_check -o inline:'' jls -q jid
	atf_check -s exit:1 -o inline:'0\n' \
	    grep -c " $W/j/" /proc/self/mountinfo
}

prison_test devfs_rulesets_one_to_five_are_there
devfs_rulesets_one_to_five_are_there()
{
	helpers
	atf_check -o save:out mountsh '
		for n in 1 4 5; do
			mount -t devfs -o ruleset=$n devfs $W/d/dev
			ls $W/d/dev | grep -v fuse | wc -l
			umount $W/d/dev
		done'
	atf_check -o inline:'0\n13\n13\n' cat out
}

atf_init_test_cases()
{
	add_cases
}
