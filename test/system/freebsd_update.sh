#!/usr/bin/env -S ATF_SHELL=/bin/sh atf-sh
# SPDX-License-Identifier: BSD-2-Clause
# freebsd-update(8), on a Debian world and a mirror of the test's own.
. "$(atf_get_srcdir)/../lib.sh"
. "$(atf_get_srcdir)/../rc.lib.sh"

# update_test NAME: a prison_test with a world, $W/j, that has word 1.0, and a
# mirror that has what `package` puts there.
update_test()
{
	prison_test "$1" 300
	eval "${1}_body() {
		state_init
		rc_init
		wrap \"\$BUILD/freebsd-update/freebsd-update\"
		world
		$1
	}"
}

world()
{
	cached=$("$SRC/tools/world" daemons) || atf_fail "no Debian world"
	mkdir -p "$W/mirror" "$W/j"
	# without what is large: each file is read several times
	tar -C "$cached" --anchored --wildcards \
	    --exclude='./usr/lib/postgresql' --exclude='./var/lib/postgresql' \
	    --exclude='./usr/lib/*/libLLVM*' --exclude='./usr/lib/*/libz3*' \
	    --exclude='./usr/lib/*/libicu*' --exclude='./usr/lib/*/perl' \
	    --exclude='./usr/lib/*/gconv' --exclude='./usr/share/perl' \
	    --exclude='./usr/share/i18n' --exclude='./usr/share/zoneinfo' \
	    -cf - . |
	    tar -C "$W/j" -xpf - || atf_fail "copying $cached"
	rm -rf "$W/j/etc/apt/sources.list.d"
	echo 'deb [trusted=yes] http://10.0.0.1/ ./' \
	    >"$W/j/etc/apt/sources.list"
	rm -f "$W"/j/var/lib/apt/lists/*_*
	background httpd host busybox httpd -f -p 10.0.0.1:80 -h "$W/mirror"
	tree word 1.0
	echo one >"$W/tree/usr/share/word/one"
	package
	by_hand word_1.0_all.deb
	tree word 2.0
	echo two >"$W/tree/usr/share/word/two"
}

# by_hand FILE: a package, installed from inside.
by_hand()
{
	cp "$W/mirror/$1" "$W/j/tmp" && chroot "$W/j" dpkg -i "/tmp/$1" \
	    >/dev/null || atf_fail "$1"
}

# tree PACKAGE VERSION: of a package that says its version.
tree()
{
	rm -rf --one-file-system "$W/tree"
	mkdir -p "$W/tree/DEBIAN" "$W/tree/usr/bin" "$W/tree/usr/share/word" \
	    "$W/tree/etc"
	printf '#!/bin/sh\necho %s\n' "$2" >"$W/tree/usr/bin/$1"
	chmod 755 "$W/tree/usr/bin/$1"
	echo "version=$2" >"$W/tree/etc/$1.conf"
	echo "/etc/$1.conf" >"$W/tree/DEBIAN/conffiles"
	printf '%s\n' "Package: $1" "Version: $2" 'Architecture: all' \
	    'Maintainer: nobody <nobody@example.org>' 'Description: words' \
	    >"$W/tree/DEBIAN/control"
}

# postinst: of the tree, from standard input.
postinst()
{
	{
		echo '#!/bin/sh'
		cat
	} >"$W/tree/DEBIAN/postinst"
	chmod 755 "$W/tree/DEBIAN/postinst"
}

# package: the tree, on the mirror.
package()
{
	name=$(sed -n 's/^Package: //p' "$W/tree/DEBIAN/control")
	version=$(sed -n 's/^Version: //p' "$W/tree/DEBIAN/control")
	file=${name}_${version}_all.deb
	dpkg-deb --root-owner-group -Znone -b "$W/tree" "$W/mirror/$file" \
	    >/dev/null || atf_fail "$file"
	{
		cat "$W/tree/DEBIAN/control"
		echo "Filename: $file"
		echo "Size: $(stat -c %s "$W/mirror/$file")"
		echo "SHA256: $(sha256sum <"$W/mirror/$file" | cut -d ' ' -f 1)"
		echo
	} >>"$W/mirror/Packages"
}

# all_of DIRECTORY: its system's files, but for what counts runs.
all_of()
{
	"$BUILD/bsdinstall/world" index "$1" bin sbin lib usr etc \
	    var/lib/dpkg | grep -v '^/var/lib/dpkg/lock'
}

nothing_is_left()
{
	atf_check -o empty jls name
	atf_check -s exit:1 grep -q "$W/j/" /proc/self/mountinfo
	atf_check test ! -e "$W/j/usr/sbin/policy-rc.d"
}

update_test fetch_says_install_does_rollback_undoes
fetch_says_install_does_rollback_undoes()
{
	all_of "$W/j" >before
	atf_check -s exit:2 -o match:'No updates are available' \
	    freebsd-update -b "$W/j" -d "$W/db" updatesready
	atf_check -s exit:2 -o match:"Run 'freebsd-update fetch' first" \
	    freebsd-update -b "$W/j" -d "$W/db" install
	atf_check -s exit:1 -o inline:'No rollback directory found.\n' \
	    freebsd-update -b "$W/j" -d "$W/db" rollback
	atf_check -o inline:"No updates needed to update $W/j.\n" \
	    freebsd-update -b "$W/j" -d "$W/db" fetch
	package
	tree words 1.0
	package
	sed -i '/^Package: word/,/^$/ s/^Version: 2.0/&\nDepends: words/' \
	    "$W/mirror/Packages"
	atf_check -o save:out freebsd-update -b "$W/j" -d "$W/db" fetch
	atf_check -o match:'^word 1.0 -> 2.0$' -o match:'^words 1.0 \(new\)$' \
	    cat out
	atf_check -o inline:'1.0\n' chroot "$W/j" word
	nothing_is_left
	atf_check -o match:'There are updates' \
	    freebsd-update -b "$W/j" -d "$W/db" updatesready
	# for which it takes no mirror
	kill "$httpd_pid"
	atf_check -o inline:'Installing updates... done.\n' \
	    freebsd-update -b "$W/j" -d "$W/db" install
	nothing_is_left
	atf_check -o inline:'2.0\n' chroot "$W/j" word
	atf_check test -e "$W/j/usr/share/word/two" -a -e "$W/j/usr/bin/words" \
	    -a ! -e "$W/j/usr/share/word/one"
	atf_check -o inline:'Uninstalling updates... done.\n' \
	    freebsd-update -b "$W/j" -d "$W/db" rollback
	nothing_is_left
	all_of "$W/j" >after
	atf_check diff before after
	atf_check -o inline:'1.0\n' chroot "$W/j" word
	atf_check chroot "$W/j" dpkg --audit
	# once, and no second time
	atf_check -s exit:1 -o inline:'No rollback directory found.\n' \
	    freebsd-update -b "$W/j" -d "$W/db" rollback
}

# The article's way: the working directory is in the world.
update_test the_working_directory_may_be_in_the_world
the_working_directory_may_be_in_the_world()
{
	package
	atf_check -o match:'word 1.0 -> 2.0' -o match:'done' freebsd-update \
	    -b "$W/j" -d "$W/j/var/db/freebsd-update" fetch install
	atf_check -o inline:'700 0\n' stat -c '%a %u' "$W/j/var/db"
	atf_check -o inline:'2.0\n' chroot "$W/j" word
	atf_check -o match:done \
	    freebsd-update -b "$W/j" -d "$W/j/var/db/freebsd-update" rollback
	atf_check -o inline:'1.0\n' chroot "$W/j" word
	# whose links lead nowhere
	mkdir "$W/victim"
	rm -r "$W/j/var/db"
	ln -s "$W/victim" "$W/j/var/db"
	atf_check -s exit:1 -e match:'^freebsd-update: var/db' freebsd-update \
	    -b "$W/j" -d "$W/j/var/db/freebsd-update" fetch
	atf_check -o empty ls -A "$W/victim"
	ln -s "$W/j/var/lib" "$W/link"
	atf_check -s exit:1 -e match:'by a link it is below' \
	    freebsd-update -b "$W/j" -d "$W/link/db" fetch
}

update_test a_jail_is_updated_while_it_runs_and_while_not
a_jail_is_updated_while_it_runs_and_while_not()
{
	package
	conf <<-END
	j { path = "$W/j"; persist; mount.devfs; mount.procfs; exec.clean;
	    ip4.addr = 10.0.0.2; }
	END
	atf_check -o match:'word 1.0 -> 2.0' \
	    freebsd-update -j j -d "$W/db" fetch
	atf_check -o ignore -e ignore jail -f "$RC_ROOT/etc/jail.conf" -c j
	background sleeper jexec j sleep 1000
	grep " $W/j/" /proc/self/mountinfo | sort >mounts
	atf_check -o match:'done' \
	    -o match:'what runs in jail j: service jail restart j' \
	    freebsd-update -j j -d "$W/db" install
	# which it has not noticed
	grep " $W/j/" /proc/self/mountinfo | sort >now
	atf_check diff mounts now
	atf_check -o ignore jexec j /usr/bin/pgrep -x sleep
	atf_check -o inline:'2.0\n' jexec j word
	atf_check -o inline:'j\n' jls name
	atf_check -o match:done freebsd-update -j j -d "$W/db" rollback
	atf_check -o inline:'1.0\n' jexec j word
	atf_check -s exit:1 -e match:'jail "nonesuch" not found' \
	    freebsd-update -j nonesuch -d "$W/db" fetch
}

update_test a_hostile_package_stays_in_its_world
a_hostile_package_stays_in_its_world()
{
	postinst <<-END
	exec >/var/tmp/said 2>&1
	id -u
	[ -e $W/owner ] && echo sees the host
	[ -d /proc/$$ ] && echo sees a process of the host
	kill -9 $$ 2>/dev/null && echo killed
	mknod /tmp/sda b 8 0 2>/dev/null && echo mknod
	mount -t proc proc /mnt 2>/dev/null && echo mount
	echo evil >/proc/sys/kernel/core_pattern 2>/dev/null && echo sysctl
	chroot /proc/1/root true 2>/dev/null && echo root
	sleep 1000 &
	invoke-rc.d cron start && pgrep -x cron >/dev/null && echo cron
	exit 0
	END
	package
	atf_check -o ignore freebsd-update -b "$W/j" -d "$W/db" fetch install
	atf_check -o match:'^0$' -o not-match:'sees|killed|mknod|mount|sysctl|root' \
	    -o not-match:'^cron' cat "$W/j/var/tmp/said"
	nothing_is_left
}

# What a package says is for a terminal, and may not write on it.
update_test a_package_does_not_write_on_the_terminal
a_package_does_not_write_on_the_terminal()
{
	postinst <<-'END'
	printf 'E: \033[2Jerror\n' >&2
	exit 1
	END
	package
	atf_check -o ignore freebsd-update -b "$W/j" -d "$W/db" fetch
	atf_check -s exit:1 -o match:'failed' -e save:err \
	    freebsd-update -b "$W/j" -d "$W/db" install
	atf_check -o match:'rollback undoes what was done' cat err
	atf_check -s exit:1 grep -q "$(printf '\033')" err
	nothing_is_left
	atf_check -o match:done freebsd-update -b "$W/j" -d "$W/db" rollback
	atf_check -o inline:'1.0\n' chroot "$W/j" word
	atf_check chroot "$W/j" dpkg --audit
}

update_test a_mirror_that_is_gone_changes_nothing
a_mirror_that_is_gone_changes_nothing()
{
	package
	all_of "$W/j" >before
	mv "$W/mirror/word_2.0_all.deb" "$W/kept"
	atf_check -s exit:1 -o ignore -e match:'fetching updates has failed' \
	    freebsd-update -b "$W/j" -d "$W/db" fetch
	# half of it
	head -c 300 "$W/kept" >"$W/mirror/word_2.0_all.deb"
	atf_check -s exit:1 -o ignore -e match:'fetching updates has failed' \
	    freebsd-update -b "$W/j" -d "$W/db" fetch
	mv "$W/kept" "$W/mirror/word_2.0_all.deb"
	kill "$httpd_pid"
	wait_for 50 sh -c '! host curl -s http://10.0.0.1/'
	atf_check -s exit:1 -o ignore -e match:'asking for updates has failed' \
	    freebsd-update -b "$W/j" -d "$W/db" fetch
	atf_check -s exit:2 -o ignore \
	    freebsd-update -b "$W/j" -d "$W/db" install
	nothing_is_left
	all_of "$W/j" >after
	atf_check diff before after
	background httpd host busybox httpd -f -p 10.0.0.1:80 -h "$W/mirror"
	wait_for 50 host curl -fs -o /dev/null http://10.0.0.1/Packages
	atf_check -o match:done \
	    freebsd-update -b "$W/j" -d "$W/db" fetch install
}

# kill_all GROUP: a lock goes with the last of its processes.
kill_all()
{
	kill -KILL "-$1" 2>/dev/null
	wait_for 100 sh -c "! /usr/bin/pgrep -g $1" ||
	    atf_fail "something of $1 lives on"
}

# killed_installing: in the middle of it.
killed_installing()
{
	postinst <<-'END'
	[ ! -e /tmp/go ] || exit 0
	: >/tmp/here
	sleep 1000
	END
	package
	atf_check -o ignore freebsd-update -b "$W/j" -d "$W/db" fetch
	background install setsid sh -c 'echo $$; exec freebsd-update \
	    -b "$0" -d "$1" install' "$W/j" "$W/db"
	wait_for 200 test -e "$W/j/tmp/here" || atf_fail "$(cat install.err)"
	kill_all "$(first_line install.out)"
	wait_for 50 flock -n "$W/j" true
	atf_check -o match:freebsd-update jls name
	: >"$W/j/tmp/go"
	atf_check -s exit:1 -e match:'an install was interrupted' \
	    freebsd-update -b "$W/j" -d "$W/db" fetch
}

update_test an_install_that_was_killed_is_completed
an_install_that_was_killed_is_completed()
{
	killed_installing
	atf_check -o match:'completing it' -o match:' done' \
	    freebsd-update -b "$W/j" -d "$W/db" install
	nothing_is_left
	atf_check -o inline:'2.0\n' chroot "$W/j" word
	atf_check chroot "$W/j" dpkg --audit
	atf_check -o match:done freebsd-update -b "$W/j" -d "$W/db" rollback
	atf_check -o inline:'1.0\n' chroot "$W/j" word
}

update_test an_install_that_was_killed_is_undone
an_install_that_was_killed_is_undone()
{
	all_of "$W/j" >before
	killed_installing
	atf_check -o match:done freebsd-update -b "$W/j" -d "$W/db" rollback
	rm -f "$W/j/usr/sbin/policy-rc.d"
	all_of "$W/j" >after
	atf_check diff before after
	atf_check chroot "$W/j" dpkg --audit
}

# At whatever moment; what is half written then is not taken for a change of
# somebody else's.
update_test a_rollback_that_was_killed_is_completed
a_rollback_that_was_killed_is_completed()
{
	tree word 1.5
	head -c 30000000 /dev/urandom >"$W/tree/usr/share/word/big"
	package
	by_hand word_1.5_all.deb
	all_of "$W/j" >before
	tree word 2.0
	head -c 30000000 /dev/urandom >"$W/tree/usr/share/word/big"
	package
	atf_check -o ignore freebsd-update -b "$W/j" -d "$W/db" fetch install
	state=$(echo "$W"/db/*)
	background undo setsid freebsd-update -b "$W/j" -d "$W/db" rollback
	wait_for 200 test -e "$state/rollback/begun" ||
	    atf_fail "$(cat undo.err)"
	sleep 0.2
	kill_all "$undo_pid"
	# half of it, if it was not faster
	if [ -e "$state/rollback/begun" ]; then
		head -c 1000 "$W/j/usr/share/word/big" >"$W/half"
		cp "$W/half" "$W/j/usr/share/word/big"
		atf_check -s exit:1 -e match:'a rollback was interrupted' \
		    freebsd-update -b "$W/j" -d "$W/db" fetch
		atf_check -o match:done \
		    freebsd-update -b "$W/j" -d "$W/db" rollback
	fi
	all_of "$W/j" >after
	atf_check diff before after
	atf_check -o inline:'1.5\n' chroot "$W/j" word
}

update_test a_full_working_directory_changes_nothing
a_full_working_directory_changes_nothing()
{
	package
	all_of "$W/j" >before
	mkdir "$W/db"
	mount -t tmpfs -o size=2500k none "$W/db"
	atf_check -o ignore freebsd-update -b "$W/j" -d "$W/db" fetch
	atf_check -s exit:1 -e match:'No space left' \
	    freebsd-update -b "$W/j" -d "$W/db" install
	nothing_is_left
	all_of "$W/j" >after
	atf_check diff before after
	umount "$W/db"
}

update_test what_was_changed_since_is_left_as_it_is
what_was_changed_since_is_left_as_it_is()
{
	package
	atf_check -o ignore freebsd-update -b "$W/j" -d "$W/db" fetch install
	echo mine >"$W/j/etc/word.conf"
	atf_check -o match:'^/etc/word.conf was changed since' \
	    -o match:'done\.' freebsd-update -b "$W/j" -d "$W/db" rollback
	atf_check -o inline:'mine\n' cat "$W/j/etc/word.conf"
	atf_check -o inline:'1.0\n' chroot "$W/j" word
	# packages that came later know of those that would go
	rm "$W/j/etc/word.conf"
	atf_check -o ignore -e ignore \
	    freebsd-update -b "$W/j" -d "$W/db" fetch install
	tree later 1.0
	package
	by_hand later_1.0_all.deb
	atf_check -s exit:1 -e match:'packages have been changed since' \
	    freebsd-update -b "$W/j" -d "$W/db" rollback
	atf_check -o inline:'2.0\n' chroot "$W/j" word
}

update_test IDS_tells_what_is_not_as_it_was
IDS_tells_what_is_not_as_it_was()
{
	atf_check -s exit:1 -e match:'no index of it' \
	    freebsd-update -b "$W/j" -d "$W/db" IDS
	package
	atf_check -o ignore freebsd-update -b "$W/j" -d "$W/db" fetch install
	atf_check -o empty freebsd-update -b "$W/j" -d "$W/db" IDS
	echo evil >"$W/j/usr/bin/word"
	chmod 4700 "$W/j/usr/bin/id"
	chown 7:8 "$W/j/usr/bin/env"
	rm "$W/j/usr/share/word/two"
	ln -sf /tmp/evil "$W/j/usr/bin/awk"
	: >"$W/j/etc/cron.d/evil"
	atf_check -o save:ids freebsd-update -b "$W/j" -d "$W/db" IDS
	for line in \
	    '/usr/bin/word has SHA256 hash [0-9a-f]{64}, but should have' \
	    '/usr/bin/id has 4700 permissions, but should have 0755' \
	    '/usr/bin/env is owned by user id 7, but should be owned by user id 0' \
	    '/usr/bin/env is owned by group id 8, but should be' \
	    '/usr/share/word/two is missing' \
	    '/usr/bin/awk is a link to /tmp/evil, but should be a link to' \
	    '/etc/cron.d/evil is not in the index'; do
		atf_check -o ignore grep -E "^$line" ids
	done
	atf_check_equal 7 "$(wc -l <ids)"
}

update_test it_is_never_the_hosts_own_root
it_is_never_the_hosts_own_root()
{
	for words in '-b / fetch' '-b /.. install' 'fetch' \
	    "-b $W/j/../../../.. fetch"; do
		atf_check -s exit:1 -e match:"the host's own root" \
		    freebsd-update -d "$W/db" $words
	done
	ln -s / "$W/slash"
	atf_check -s exit:1 -e match:"the host's own root" \
	    freebsd-update -b "$W/slash" fetch
	atf_check -s exit:1 -e match:'not a directory' \
	    freebsd-update -b "$W/nonesuch" fetch
	atf_check -s exit:1 -e match:"no world with Debian's packages" \
	    freebsd-update -b "$W/mirror" -d "$W/db" fetch
	for words in '' '-x' '-b x' '-b x -j y fetch' 'upgrade'; do
		atf_check -s exit:1 -e match:'^usage: freebsd-update' \
		    freebsd-update $words
	done
	atf_check -s exit:1 -e match:'another freebsd-update is at work' \
	    flock "$W/j" freebsd-update -b "$W/j" -d "$W/db" fetch
}

atf_init_test_cases()
{
	add_cases
}
