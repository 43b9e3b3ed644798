#!/usr/bin/env -S ATF_SHELL=/bin/sh atf-sh
# SPDX-License-Identifier: BSD-2-Clause
# What is mounted below a jail's root while it runs appears in it, belongs to
# whom it belongs on the host, and goes when the host unmounts it.
. "$(atf_get_srcdir)/../lib.sh"

# fill: something to mount, and where
fill()
{
	mkdir -p "$W/j/mnt" "$W/j/a/mnt" "$W/src/sub"
	echo here >"$W/src/file"
	chmod 600 "$W/src/file"
	mknod "$W/src/null" c 1 3
}

# running PARAMETER...: a jail with a process, on a world of its own
running()
{
	[ -d "$W/j" ] || world_tiny "$W/j"
	fill
	cat >j.conf <<-EOC
	j { path = $W/j; persist; mount.devfs; $1 }
	EOC
	atf_check -o ignore jail -f j.conf -c j
	in_it
}

# in_it: a process that holds the jail's view
in_it()
{
	jexec j /bin/probe sleep >/dev/null 2>&1 </dev/null &
	wait_for 50 sh -c "jexec j /bin/probe pids | grep -q ."
}

# arrived DIR: it is there, and root's inside
arrived()
{
	atf_check -o match:"^-rw------- +1 0 +0 " jexec j ls -ln "$1/file"
	atf_check -o inline:'here\n' jexec j cat "$1/file"
	atf_check jexec j touch "$1/new"
	atf_check -o inline:'0 0\n' stat -c '%u %g' "$W/src/new"
	atf_check rm "$W/src/new"
}

# not_there DIR
not_there()
{
	atf_check -s exit:1 -e match:'No such file' jexec j ls "$1/file"
}

helpers()
{
	mkdir "$W/sbin"
	cp "$BUILD/mount/mount.nullfs" "$W/sbin/"
	for t in mount.devfs mount.procfs umount.nullfs umount.devfs \
	    mount_nullfs; do
		ln -s mount.nullfs "$W/sbin/$t"
	done
	PATH=$W/sbin:$PATH
	LIBMOUNT_UTAB=$W/utab
	: >"$W/utab"
	export LIBMOUNT_UTAB
}

# Where the host shares its mounts, and where not; with the jail's root made
# ready by jail(8), and without.
on_shared()
{
	world_tiny "$W/j"
	mount --bind "$W/j" "$W/j"
	mount --make-shared "$W/j"
}


arrives_and_goes()
{
	helpers
	atf_check mount.nullfs "$W/src" "$W/j/mnt"
	arrived /mnt
	refused EACCES open /mnt/null rw
	atf_check umount.nullfs "$W/j/mnt"
	not_there /mnt
	atf_check mount.nullfs -o ro "$W/src" "$W/j/mnt"
	atf_check -o inline:'here\n' jexec j cat /mnt/file
	atf_check -s exit:1 -e match:Read-only jexec j touch /mnt/x
	atf_check umount.nullfs "$W/j/mnt"
	not_there /mnt
	# a devfs, with its terminals; not all of it can be mapped
	mkdir "$W/j/a/dev"
	atf_check mount.devfs devfs "$W/j/a/dev"
	granted open /a/dev/null rw
	granted open /a/dev/pts/ptmx rw
	atf_check -o match:'^crw-rw-rw- +1 0 +0 ' jexec j ls -ln /a/dev/zero
	atf_check umount.devfs "$W/j/a/dev"
	atf_check -o inline:'' jexec j ls /a/dev
}

prison_test a_late_mount_arrives_where_the_host_shares_mounts
a_late_mount_arrives_where_the_host_shares_mounts()
{
	J=j
	on_shared
	running
	arrives_and_goes
	# the host's plain umount takes it away, too
	atf_check mount.nullfs "$W/src" "$W/j/mnt"
	arrived /mnt
	atf_check umount -i "$W/j/mnt"
	not_there /mnt
}

prison_test a_late_mount_arrives_where_the_host_shares_none
a_late_mount_arrives_where_the_host_shares_none()
{
	J=j
	world_tiny "$W/j"
	mount --bind "$W/j" "$W/j"
	mount --make-private "$W/j"
	prison j mount.nodevfs
	fill
	in_it
	atf_check -o inline:'private\n' findmnt -no PROPAGATION -T "$W/j"
	arrives_and_goes
}

prison_test jail_makes_the_root_ready_for_late_mounts
jail_makes_the_root_ready_for_late_mounts()
{
	J=j
	world_tiny "$W/j"
	mount --bind "$W/j" "$W/j"
	mount --make-private "$W/j"
	running
	atf_check -o inline:'shared\n' sh -c "findmnt -no PROPAGATION -T $W/j/bin | tail -n 1"
	arrives_and_goes
	atf_check mount.nullfs "$W/src" "$W/j/mnt"
	arrived /mnt
	atf_check umount -i "$W/j/mnt"
	not_there /mnt
	atf_check -o inline:'j: removed\n' jail -f j.conf -r j
	atf_check -o inline:'private\n' findmnt -no PROPAGATION -T "$W/j"
	awk -v p="$W/j" '$5 == p' /proc/self/mountinfo | wc -l >n
	atf_check -o inline:'1\n' cat n
}

prison_test jail_leaves_a_root_alone_that_is_in_use
jail_leaves_a_root_alone_that_is_in_use()
{
	J=j
	world_tiny "$W/j"
	mount --bind "$W/j" "$W/j"
	mount --make-private "$W/j"
	running
	cat >>j.conf <<-EOC
	k { path = $W/j; persist; mount.procfs; }
	EOC
	atf_check -o ignore jail -f j.conf -c k
	mounted()
	{
		awk -v p="$W/j" '$5 == p' /proc/self/mountinfo | wc -l >n
		atf_check -o inline:"$1\n" cat n
	}
	mounted 2
	# another jail has it
	atf_check -o ignore jail -f j.conf -r j
	mounted 2
	# something is mounted there
	mount --bind "$W/src" "$W/j/mnt"
	atf_check -o ignore jail -f j.conf -r k
	mounted 2
	umount "$W/j/mnt"
	atf_check -o ignore jail -f j.conf -c k
	atf_check -o ignore jail -f j.conf -r k
	mounted 1
	# nor is one that has mounts below it covered
	mount --bind "$W/src" "$W/j/mnt"
	atf_check -o ignore jail -f j.conf -c k
	mounted 1
	atf_check -o ignore jail -f j.conf -r k
	umount "$W/j/mnt"
	# a start that fails undoes it
	sed -i 's/k {/k { exec.prestart = false;/' j.conf
	atf_check -s exit:1 -o match:'mount --bind --make-shared' \
	    -o match:"umount $W/j$" -e ignore jail -v -f j.conf -c k
	mounted 1
}

prison_test a_plain_mount_can_be_set_right
a_plain_mount_can_be_set_right()
{
	J=j
	on_shared
	running
	helpers
	atf_check mount -i --bind "$W/src" "$W/j/mnt"
	# nobody's: it fails closed
	refused EACCES open /mnt/file
	atf_check -o match:' 65534 ' jexec j ls -ln /mnt/file
	atf_check -o inline:'j: 1 mounts\n' mount_nullfs -uv j
	arrived /mnt
	refused EACCES open /mnt/null rw
	atf_check -o inline:'j: 0 mounts\n' mount_nullfs -uv j
	atf_check umount -i "$W/j/mnt"
	not_there /mnt
	# a mount with another on it, and all jails
	atf_check mount -i --bind "$W/src" "$W/j/mnt"
	atf_check mount -i -t tmpfs -o mode=700 tmpfs "$W/j/mnt/sub"
	atf_check mount_nullfs -u
	arrived /mnt
	# before Linux 6.3 a tmpfs cannot be mapped
	case $(uname -r) in
	6.[012].*) owner=65534 ;;
	*) owner=0 ;;
	esac
	atf_check -o match:"^drwx------ .* $owner +$owner .*sub$" \
	    jexec j ls -ln /mnt
	atf_check umount -iR "$W/j/mnt"
	not_there /mnt
	atf_check -s exit:32 \
	    -e inline:'mount_nullfs: jail "nix" not found\n' \
	    mount_nullfs -u nix
}

prison_test a_late_mount_does_not_follow_what_the_prisoner_moves
a_late_mount_does_not_follow_what_the_prisoner_moves()
{
	J=j
	world_tiny "$W/j"
	mount --bind "$W/j" "$W/j"
	mount --make-private "$W/j"
	prison j mount.nodevfs
	mkdir -p "$W/j/a/mnt" "$W/j/other" "$W/src/sub"
	echo here >"$W/src/file"
	in_it
	helpers
	atf_check mount.nullfs "$W/src" "$W/j/a/mnt"
	atf_check -o ignore jexec j ls /a/mnt/file
	# It goes wherever he has taken it.
	mv "$W/j/a" "$W/j/b"
	atf_check -o ignore jexec j ls /b/mnt/file
	atf_check umount.nullfs "$W/j/b/mnt"
	not_there /b/mnt
	not_there /a/mnt
	# A link in the way is not followed inside.
	mkdir "$W/j/c" && ln -s other "$W/j/l"
	atf_check mount.nullfs "$W/src" "$W/j/l"
	atf_check -o ignore jexec j ls /other/file
	atf_check umount.nullfs "$W/j/other"
	not_there /other
}

prison_test a_late_mount_arrives_with_the_uids_of_the_host
a_late_mount_arrives_with_the_uids_of_the_host()
{
	J=j
	for how in shared private; do
		[ -d "$W/j" ] || world_tiny "$W/j"
		mount --bind "$W/j" "$W/j"
		mount --make-$how "$W/j"
		prison j mount.nodevfs user=inherit
		[ -d "$W/src" ] || fill
		in_it
		[ -d "$W/sbin" ] || helpers
		atf_check mount.nullfs "$W/src" "$W/j/mnt"
		arrived /mnt
		refused_any open /mnt/null rw
		atf_check umount.nullfs "$W/j/mnt"
		not_there /mnt
		atf_check jail -r j
		atf_check umount "$W/j/proc"
		umount "$W/j"
	done
}

prison_test a_late_mount_arrives_where_the_prisoner_may_mount
a_late_mount_arrives_where_the_prisoner_may_mount()
{
	J=j
	on_shared
	prison j mount.nodevfs allow.mount allow.mount.tmpfs enforce_statfs=1
	fill
	in_it
	helpers
	atf_check jexec j mount -t tmpfs tmpfs /tmp
	atf_check mount.nullfs "$W/src" "$W/j/mnt"
	arrived /mnt
	refused_any open /mnt/null rw
	# what is his own stays so
	atf_check -o inline:'j: 0 mounts\n' mount_nullfs -uv j
	# and does not let him keep what the host takes away
	granted mount none /mnt/sub tmpfs
	atf_check umount.nullfs "$W/j/mnt"
	not_there /mnt
	# mounted twice, it is there until the second is gone, too
	atf_check mount.nullfs "$W/src" "$W/j/mnt"
	atf_check mount.nullfs "$W/src" "$W/j/mnt"
	atf_check umount.nullfs "$W/j/mnt"
	arrived /mnt
	atf_check umount.nullfs "$W/j/mnt"
	not_there /mnt
}

prison_test an_idle_jail_sees_late_mounts_when_it_is_entered
an_idle_jail_sees_late_mounts_when_it_is_entered()
{
	J=j
	world_tiny "$W/j"
	prison j mount.nodevfs
	mkdir -p "$W/j/mnt" "$W/src"
	echo here >"$W/src/file"
	chmod 600 "$W/src/file"
	helpers
	atf_check mount.nullfs "$W/src" "$W/j/mnt"
	arrived /mnt
	atf_check umount.nullfs "$W/j/mnt"
	not_there /mnt
}

prison_test a_jail_within_another_is_seen_from_the_outer_one
a_jail_within_another_is_seen_from_the_outer_one()
{
	J=j
	world_tiny "$W/j"
	world_tiny "$W/j/var/k"
	cat >j.conf <<-EOC
	j { path = $W/j; persist; children.max = 1; mount.procfs;
	    k { path = $W/j/var/k; persist; mount.devfs; } }
	EOC
	atf_check -o ignore jail -f j.conf -c j
	in_it
	atf_check -o ignore jail -f j.conf -c j.k
	granted open /var/k/dev/null rw
	atf_check -o match:'^crw-rw-rw- +1 0 +0 ' jexec j ls -ln /var/k/dev/null
	atf_check -o ignore jail -f j.conf -r j.k
	atf_check -o inline:'' jexec j ls /var/k/dev
}

atf_init_test_cases()
{
	add_cases
}
