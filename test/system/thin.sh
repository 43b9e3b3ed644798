#!/usr/bin/env -S ATF_SHELL=/bin/sh atf-sh
# SPDX-License-Identifier: BSD-2-Clause
# Thin prisons, as in examples/thin: one base, and of each its own.
. "$(atf_get_srcdir)/../lib.sh"

# The example, below $W instead of /: two prisons, www and mail.
thin()
{
	mkdir "$W/jail"
	world_debian base "$W/jail/base"
	cp -R "$BUILD/rc/world/etc/." "$W/jail/base/etc/"
	sed "s,/jail/,$W/jail/,g; s/lo1/lo/" "$SRC/examples/thin/jail.conf" \
	    >"$W/jail.conf"
	for j in www mail; do
		atf_check "$SRC/examples/thin/thin" "$W/jail/base" "$W/jail/$j"
	done
	size=$(du -sm "$W/jail/www" | cut -f 1)
	find "$W/jail/base" -xdev -printf '%p %y %m %T@\n' | sort >"$W/before"
	atf_check -o match:'www: created' -o match:'mail: created' -e ignore \
	    jail -f "$W/jail.conf" -c
}

# The base is what it was, and nothing is left but the prisons' own.
thin_ends()
{
	atf_check -o ignore -e ignore jail -f "$W/jail.conf" -r '*'
	atf_check -s exit:1 grep -q "$W/jail" /proc/self/mountinfo
	find "$W/jail/base" -xdev -printf '%p %y %m %T@\n' | sort >"$W/after"
	atf_check diff "$W/before" "$W/after"
	atf_check -o empty ls -A "$W/jail/www/usr"
}

prison_test thin_prisons_share_a_base_and_nothing_else
thin_prisons_share_a_base_and_nothing_else()
{
	thin
	for j in www mail; do
		atf_check jexec $j /bin/sh -c \
		    "echo $j >/etc/mine; echo $j >/usr/local/bin/mine
		    echo $j >/var/lib/mine; echo $j >/root/mine"
	done
	for j in www mail; do
		atf_check -o inline:"$j\n$j\n$j\n$j\n" jexec $j cat /etc/mine \
		    /usr/local/bin/mine /var/lib/mine /root/mine
	done
	# some megabytes
	[ "$size" -le 8 ] || atf_fail "$size MB"
	# the same file, not its copy
	atf_check_equal "$(stat -c %i "$W/jail/base/usr/bin/cat")" \
	    "$(jexec www stat -c %i /bin/cat)"
	# a fresh machine each
	[ "$(cat "$W/jail/www/etc/machine-id")" != \
	    "$(cat "$W/jail/mail/etc/machine-id")" ] || atf_fail 'the same id'
	atf_check -o match:procps jexec www dpkg-query -W procps
	thin_ends
}

prison_test root_of_a_thin_prison_cannot_change_the_base
root_of_a_thin_prison_cannot_change_the_base()
{
	thin
	for cmd in 'touch /usr/bin/new' 'rm /usr/bin/cat' \
	    'chmod 700 /usr/bin/cat' 'mv /usr/bin /usr/nib' \
	    'touch /var/lib/dpkg/status' ': >/usr/bin/cat' \
	    'mount -o remount,rw /usr' 'umount /usr' \
	    'mount --bind /etc /usr/bin'; do
		atf_check -s not-exit:0 -o ignore -e ignore \
		    jexec www /bin/sh -c "$cmd"
	done
	atf_check -s not-exit:0 -e match:'Read-only file system' \
	    jexec www touch /usr/share/new
	atf_check -o inline:'ok\n' jexec mail echo ok
	thin_ends
}

prison_test updating_the_base_updates_all
updating_the_base_updates_all()
{
	thin
	printf '#!/bin/sh\necho one\n' >"$W/jail/base/usr/bin/word"
	chmod 755 "$W/jail/base/usr/bin/word"
	for j in www mail; do
		atf_check -o inline:'one\n' jexec $j word
	done
	# as dpkg does it
	printf '#!/bin/sh\necho two\n' >"$W/jail/base/usr/bin/word.dpkg-new"
	chmod 755 "$W/jail/base/usr/bin/word.dpkg-new"
	mv "$W/jail/base/usr/bin/word.dpkg-new" "$W/jail/base/usr/bin/word"
	for j in www mail; do
		atf_check -o inline:'two\n' jexec $j word
	done
	# a directory that was not there at the start
	mkdir "$W/jail/base/usr/share/new"
	echo new >"$W/jail/base/usr/share/new/file"
	atf_check -o inline:'new\n' jexec www cat /usr/share/new/file
	atf_check -o ignore -e ignore jail -f "$W/jail.conf" -rc www
	atf_check -o inline:'two\n' jexec www word
}

prison_test a_directory_that_is_not_empty_stays
a_directory_that_is_not_empty_stays()
{
	mkdir -p "$W/base/usr/bin" "$W/base/etc" "$W/base/var" "$W/base/root" \
	    "$W/full"
	: >"$W/full/file"
	atf_check -s exit:1 -e match:'no world with all its programs in /usr' \
	    "$SRC/examples/thin/thin" "$W/base" "$W/new"
	ln -s usr/bin "$W/base/bin"
	atf_check -s exit:1 -e match:"$W/full: not empty" \
	    "$SRC/examples/thin/thin" "$W/base" "$W/full"
	atf_check "$SRC/examples/thin/thin" "$W/base" "$W/new"
	rmdir "$W/base/root"
	atf_check -s not-exit:0 -e ignore "$SRC/examples/thin/thin" \
	    "$W/base" "$W/other"
	atf_check -o inline:'base\nfull\nnew\n' sh -c \
	    "ls '$W' | grep -x 'base\|full\|new.*\|other.*'"
}

atf_init_test_cases()
{
	add_cases
}
