#!/usr/bin/env -S ATF_SHELL=/bin/sh atf-sh
# SPDX-License-Identifier: BSD-2-Clause
# A world may lie on any of the usual file systems: with a uid range of the
# prison's own (user=new), its files belong to the same users on both sides.
. "$(atf_get_srcdir)/../lib.sh"

# on_filesystem TYPE: a world on a new one, and a prison in it.
on_filesystem()
{
	need_filesystem "$1"
	truncate -s 320M "$W/img"
	mkdir "$W/fs"
	atf_check -o ignore -e ignore "mkfs.$1" -q "$W/img"
	atf_check mount -o loop "$W/img" "$W/fs"
	world_tiny "$W/fs/j"
	atf_check -o ignore jail -c name=j path="$W/fs/j" user=new persist

	# its root is not the host's, and yet the files are root's
	[ "$(jls -j j user.base)" -gt 65535 ] || atf_fail 'no range of its own'
	atf_check jexec j /bin/sh -c 'umask 022; echo a >/file &&
	    mkdir /dir && chown 1000:100 /dir && chmod 4755 /file'
	atf_check -o inline:'0 0 4755\n' stat -c '%u %g %a' "$W/fs/j/file"
	atf_check -o inline:'1000 100 755\n' stat -c '%u %g %a' "$W/fs/j/dir"
	# and what the host makes is there inside, whose it is
	echo b >"$W/fs/j/hosts"
	chown 7:8 "$W/fs/j/hosts"
	atf_check -o match:' 7 +8 ' jexec j /bin/ls -ln /hosts
	atf_check jexec j /bin/sh -c 'chown 0:0 /hosts && echo c >>/hosts'
	atf_check -o inline:'b\nc\n' cat "$W/fs/j/hosts"
	atf_check -o inline:'0 0\n' stat -c '%u %g' "$W/fs/j/hosts"

	# nothing of it stays in use
	atf_check jail -r j
	atf_check umount "$W/fs"
}

prison_test a_world_on_ext4
a_world_on_ext4()
{
	on_filesystem ext4
}

prison_test a_world_on_btrfs
a_world_on_btrfs()
{
	on_filesystem btrfs
}

prison_test a_world_on_xfs
a_world_on_xfs()
{
	on_filesystem xfs
}

atf_init_test_cases()
{
	add_cases
}
