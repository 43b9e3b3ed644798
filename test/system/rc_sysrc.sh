#!/usr/bin/env -S ATF_SHELL=/bin/sh atf-sh
# SPDX-License-Identifier: BSD-2-Clause
# sysrc(8) in jails and directories, and how it writes; its edits are in
# test/sysrc.
. "$(atf_get_srcdir)/../lib.sh"
. "$(atf_get_srcdir)/../rc.lib.sh"

world()
{
	world_tiny "$W/j"
	for c in awk env cut sed grep mktemp mv cp stat chown sync readlink \
	    dirname tail tr sort printf; do
		ln -sf busybox "$W/j/bin/$c"
	done
}

prison_test a_jails_file_is_changed_inside
a_jails_file_is_changed_inside()
{
	rc_conf 'outside="1"'
	world
	atf_check jail -c name=j path="$W/j" persist mount.devfs
	atf_check -o inline:'a:  -> b "c" $d\n' sysrc -j j 'a=b "c" $d'
	atf_check -o inline:'a="b \\"c\\" \\$d"\n' cat "$W/j/etc/rc.conf"
	atf_check -o inline:'a: b "c" $d\n' sysrc -j j -a
	atf_check -o inline:'b "c" $d\n' sysrc -nj j a
	atf_check -s exit:1 -e inline:"sysrc: unknown variable 'outside'\n" \
	    sysrc -j j outside
	atf_check -o inline:'l:  -> x y\n' sysrc -j j l+='x y'
	atf_check -o inline:'l: x y -> y\n' sysrc -j j l-=x
	atf_check sysrc -j j -x a l
	atf_check cat "$W/j/etc/rc.conf"
	atf_check -o inline:'z:  -> 1\n' sysrc -j j -f /etc/other.conf z=1
	atf_check -o inline:'z="1"\n' cat "$W/j/etc/other.conf"
	atf_check -o inline:'1\n' env RC_CONFS=/etc/other.conf sysrc -nj j z
	atf_check -o inline:"q:  -> it's
two lines\n" sysrc -j j "q=it's
two lines"
	atf_check -o ignore sysrc -j j -x q
	atf_check -o inline:'/etc/rc.conf /etc/rc.conf.local\n' sysrc -j j -l
	atf_check -s not-exit:0 -e match:'"nope" not found' sysrc -j nope a
	atf_check -s exit:1 -e match:'Missing or null' sysrc -j '' a
	atf_check -o inline:'outside: 1\n' sysrc -a
}

prison_test a_prisoners_file_is_not_run_on_the_host
a_prisoners_file_is_not_run_on_the_host()
{
	rc_conf
	world
	cat >"$W/j/etc/rc.conf" <<-END
	a="\$(cat $W/secret)"
	echo pwned >$W/pwned
	echo inside >/inside
	END
	echo secret >"$W/secret"
	atf_check jail -c name=j path="$W/j" persist mount.devfs
	atf_check -o inline:'\n' sysrc -nj j a
	[ ! -e "$W/pwned" ] || atf_fail 'it was run on the host'
	[ -e "$W/j/inside" ] || atf_fail 'it was not run inside'
	jail -r j
	rm "$W/j/inside"
	atf_check -o inline:'\n' sysrc -n -R "$W/j" a
	[ ! -e "$W/pwned" ] || atf_fail 'it was run on the host'
	[ -e "$W/j/inside" ] || atf_fail 'it was not run inside'
}

prison_test a_directory_is_read_in_a_jail_made_for_it
a_directory_is_read_in_a_jail_made_for_it()
{
	rc_conf
	world
	mkdir "$W/j/etc/rc.conf.d"
	atf_check -o inline:'a:  -> 1\n' sysrc -R "$W/j" a=1
	atf_check -o inline:'a="1"\n' cat "$W/j/etc/rc.conf"
	atf_check -s exit:1 -e match:"unknown variable 'b'" \
	    sysrc -R "$W/j/" b
	atf_check -o inline:'1\n' sysrc -nR "$W/j" a
	atf_check jls -q name
	# Where a jail runs, it is that one.
	atf_check jail -c name=j path="$W/j" persist mount.devfs
	atf_check -o inline:'a: 1 -> 2\n' sysrc -R "$W/j" a=2
	atf_check -o inline:'j\n' jls name
	atf_check jail -c name=k path="$W/j" persist
	atf_check -s exit:1 -e match:'several jails have it: name one' \
	    sysrc -R "$W/j" a=3
	atf_check -s exit:1 -e match:'not a directory' sysrc -R "$W/no" a
	# That of the host is where it is.
	atf_check -o inline:'x:  -> 1\n' sysrc -R / x=1
	atf_check -o inline:'1\n' sysrc -nR // x
	atf_check -s exit:1 grep '^devfs /dev ' /proc/self/mounts
}

prison_test a_file_keeps_its_owner_mode_and_link
a_file_keeps_its_owner_mode_and_link()
{
	rc_conf 'a=1'
	f=$RC_ROOT/etc/rc.conf
	mv "$f" "$W/real"
	ln -s "$W/real" "$f"
	chown 12:34 "$W/real"
	chmod 640 "$W/real"
	atf_check -o ignore sysrc a=2
	atf_check -o inline:'12:34 640\n' stat -c '%u:%g %a' "$W/real"
	[ -L "$f" ] || atf_fail 'the link is gone'
	atf_check -o inline:'a="2"\n' cat "$W/real"
}

prison_test a_file_that_cannot_be_written_stays
a_file_that_cannot_be_written_stays()
{
	rc_conf 'a=1'
	mkdir "$W/ro"
	echo 'a=1' >"$W/ro/f"
	cat >"$W/readonly" <<-END
	mount --bind $W/ro $W/ro && mount -o remount,bind,ro $W/ro &&
	    exec "\$@"
	END
	atf_check -s exit:1 -e match:'cannot create a file beside it' \
	    unshare --mount sh "$W/readonly" sysrc -f "$W/ro/f" a=2
	atf_check -o inline:'a=1\n' cat "$W/ro/f"
	atf_check -s exit:1 -e match:'no such directory' \
	    sysrc -f "$W/nowhere/f" a=2
	atf_check -s exit:1 -e match:'no such directory' \
	    sysrc -f /etc/passwd/f a=2
}

prison_test many_at_once_lose_nothing
many_at_once_lose_nothing()
{
	rc_conf '# first'
	for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
		sysrc "v$i=$i" >/dev/null &
	done
	wait
	sysrc -aN | wc -l >n
	atf_check -o inline:'12\n' cat n
	atf_check -o inline:'# first\n' sed 1q "$RC_ROOT/etc/rc.conf"
}

atf_init_test_cases()
{
	add_cases
}
