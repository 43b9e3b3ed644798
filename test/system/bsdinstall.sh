#!/usr/bin/env -S ATF_SHELL=/bin/sh atf-sh
# SPDX-License-Identifier: BSD-2-Clause
# bsdinstall(8): worlds from everywhere, and what becomes of them when
# something goes wrong.
. "$(atf_get_srcdir)/../lib.sh"

# seed_test NAME [TIMEOUT]: a prison_test that has bsdinstall, in the test's
# network, not that of the machine.
seed_test()
{
	prison_test "$@"
	eval "${1}_body() {
		state_init
		wrap \"\$BUILD/bsdinstall/bsdinstall\"
		nonInteractive=YES
		export nonInteractive
		$1
	}"
}

# seeds WORD...: it does.
seeds()
{
	atf_check -e save:seeded bsdinstall jail "$@"
}

# fails TEXT WORD...: it does not, with this in the one line it says, and
# nothing of it stays in the last word, a directory.
fails()
{
	text=$1
	shift
	atf_check -s exit:1 -e save:failed bsdinstall jail "$@"
	atf_check -o match:"$text" sed '/: seeding /d' failed
	atf_check_equal 1 "$(sed '/: seeding /d' failed | wc -l)"
	for dir; do :; done
	atf_check_equal '' "$(ls -A "$dir" 2>/dev/null)"
	atf_check -s exit:1 grep -q "$dir" /proc/self/mountinfo
}

# A small world as an archive, $W/dist/base.tar, and its MANIFEST.
sets()
{
	world_tiny "$W/src"
	mkdir -p "$W/dist"
	tar -C "$W/src" -cJf "$W/dist/base.txz" .
	mkdir -p "$W/more/opt"
	echo more >"$W/more/opt/more"
	tar -C "$W/more" -czf "$W/dist/games.tgz" opt
	manifest
}

manifest()
{
	(cd "$W/dist" && for f in *.t*; do
		printf '%s\t%s\t1\t%s\t"The %s set"\toff\n' "$f" \
		    "$(sha256sum <"$f" | cut -d ' ' -f 1)" "${f%%.*}" "${f%%.*}"
	done >MANIFEST)
}

# An archive of what is in $W/tree, $W/dist/x.tar, with a MANIFEST.
archive()
{
	mkdir -p "$W/dist"
	tar -C "$W/tree" -cf "$W/dist/x.tar" "$@" . || atf_fail tar
	manifest
}

# tree: a world in $W/tree.
tree()
{
	world_tiny "$W/tree"
}

# --------------------------------------------------------------------------

seed_test the_tiny_world_runs_without_a_network
the_tiny_world_runs_without_a_network()
{
	[ -x "$BUILD/tiny/ps" ] || skip 'no static libraries'
	seeds -w tiny "$W/jails/t"
	atf_check -o match:"$W/jails/t: the tiny world, [0-9.]*M" cat seeded
	# for root alone, since we have made it
	atf_check -o inline:'700 755\n' \
	    sh -c "echo \$(stat -c %a '$W/jails' '$W/jails/t')"
	atf_check -o ignore -e ignore jail -c name=t path="$W/jails/t" \
	    host.hostname=t.example ip4.addr=10.0.0.2 persist \
	    mount.devfs mount.procfs exec.start='/bin/sh /etc/rc'
	atf_check -o save:ps jexec t /usr/bin/ps awwux
	if command -v bash-static >/dev/null; then
		atf_check -o match:'^USER  *PID .*STAT' jexec t /bin/sh -c \
		    'ps awwux; true'
	fi
	atf_check -o match:'ps awwux' cat ps
	atf_check -s exit:1 grep -qw kyua ps
	atf_check -o match:'inet 10.0.0.2 ' -o not-match:'10.0.0.1 ' \
	    jexec t ifconfig lo
	atf_check -o inline:'1\n' jexec t sysctl -n security.jail.jailed
	atf_check -o match:'^[0-9a-f]{32}$' jexec t cat /etc/machine-id
	atf_check -o inline:'root:*:19000:0:99999:7:::\n' \
	    cat "$W/jails/t/etc/shadow"
	atf_check -e ignore -o ignore jail -R t
}

seed_test where_no_mirror_answers_the_tiny_world_is_seeded
where_no_mirror_answers_the_tiny_world_is_seeded()
{
	seeds "$W/t"
	atf_check -o match:'no mirror answers \(http.*: seeding the tiny world instead' \
	    cat seeded
	atf_check test -x "$W/t/bin/busybox"
	# who has asked for Debian is not given another
	fails 'no mirror answers \(http.*nothing was seeded' -w debian "$W/d"
	BSDINSTALL_DISTSITE=http://10.0.0.1:1/debian
	export BSDINSTALL_DISTSITE
	fails 'no mirror answers \(http://10.0.0.1:1/debian/dists/' "$W/d"
}

seed_test a_debian_world_is_seeded_from_a_mirror 400
a_debian_world_is_seeded_from_a_mirror()
{
	command -v mmdebstrap >/dev/null || skip 'no mmdebstrap'
	curl -fsI -m 20 -o /dev/null http://deb.debian.org/debian/ ||
	    skip 'no mirror of Debian answers'
	# the machine's network, for once
	atf_check -e save:err env DISTRIBUTIONS='base lib32' \
	    BSDINSTALL_DISTSITE=http://deb.debian.org/debian "$BUILD/bsdinstall/bsdinstall" jail -w debian "$W/d"
	atf_check -o match:"$W/d: Debian [a-z]*, [0-9]*M" cat err
	debian_world_is_fit "$W/d"
	if [ "$(uname -m)" = x86_64 ]; then
		atf_check test -e "$W/d/lib/i386-linux-gnu/libc.so.6"
		atf_check -o match:'program interpreter|ld.so' jail -q -c \
		    path="$W/d" allow.i386 \
		    command=/lib/ld-linux.so.2 --version
	fi
}

seed_test a_world_of_32_bits_says_i686 400
a_world_of_32_bits_says_i686()
{
	command -v mmdebstrap >/dev/null || skip 'no mmdebstrap'
	[ "$(uname -m)" = x86_64 ] || skip 'no x86_64'
	curl -fsI -m 20 -o /dev/null http://deb.debian.org/debian/ ||
	    skip 'no mirror of Debian answers'
	atf_check -e match:"$W/d: Debian" \
	    env BSDINSTALL_DISTSITE=http://deb.debian.org/debian \
	    "$BUILD/bsdinstall/bsdinstall" jail -a i386 "$W/d"
	debian_world_is_fit "$W/d" i386
	atf_check -o inline:'i686\n' jail -q -c path="$W/d" i386 \
	    command=/bin/uname -m
	# without being said to be one it does not run
	atf_check -s not-exit:0 -o ignore -e ignore jail -q -c path="$W/d" \
	    command=/bin/uname -m
}

# debian_world_is_fit DIRECTORY [PARAMETER]...
debian_world_is_fit()
{
	world=$1
	shift
	atf_check -o ignore -e ignore jail -c name=d path="$world" persist \
	    mount.devfs mount.procfs "$@"
	set -- "$world"
	atf_check jexec d /usr/bin/dpkg --audit
	atf_check -o ignore jexec d /usr/bin/apt-get --version
	atf_check -o match:'^root:[*!]' grep '^root:' "$1/etc/shadow"
	atf_check test ! -s "$1/etc/machine-id"
	atf_check test ! -e "$1/usr/sbin/policy-rc.d"
	atf_check test ! -d "$1/usr/share/man/man1"
	atf_check cmp /etc/localtime "$1/etc/localtime"
	atf_check -o ignore -e ignore jail -R d
	umount -R "$1/dev" "$1/proc"
}

# The mirror answers once, which is what it is asked before, and then no more.
seed_test a_mirror_of_debian_that_goes_away_leaves_nothing 200
a_mirror_of_debian_that_goes_away_leaves_nothing()
{
	command -v mmdebstrap >/dev/null || skip 'no mmdebstrap'
	cat >"$W/once" <<-END
	read -r get file proto
	while read -r line && [ "\$line" != "\$(printf '\r')" ]; do :; done
	case \$file in
	*/MANIFEST) printf 'HTTP/1.0 404 Not Found\r\n\r\n'; exit ;;
	esac
	[ ! -e $W/answered ] || exit
	: >$W/answered
	printf 'HTTP/1.0 200 OK\r\n\r\nOrigin: Debian\n'
	END
	background mirror host socat \
	    TCP-LISTEN:80,bind=10.0.0.1,fork,reuseaddr SYSTEM:"sh $W/once"
	wait_for 50 sh -c 'host ss -ltn | grep -q 10.0.0.1:80'
	BSDINSTALL_DISTSITE=http://10.0.0.1/debian
	export BSDINSTALL_DISTSITE
	fails 'Debian bookworm could not be seeded: E: ' -r bookworm "$W/d"
	atf_check test -e "$W/answered"
	atf_check test ! -e "$W/d"
}

seed_test sets_come_from_a_directory
sets_come_from_a_directory()
{
	sets
	BSDINSTALL_DISTDIR=$W/dist
	export BSDINSTALL_DISTDIR
	seeds "$W/a"
	atf_check -o inline:'hello\n' jail -q -c path="$W/a" command=/bin/echo hello
	atf_check test ! -e "$W/a/opt"
	DISTRIBUTIONS='base.txz games' seeds "$W/b"
	atf_check -o inline:'more\n' cat "$W/b/opt/more"
	export DISTRIBUTIONS='base nonesuch'
	fails 'MANIFEST: has no set nonesuch' "$W/c"
	export DISTRIBUTIONS='base ../more'
	fails 'DISTRIBUTIONS: "../more" is not the name of a set' "$W/c"
	# changed by somebody
	export DISTRIBUTIONS=base
	printf x >>"$W/dist/base.txz"
	fails 'base.txz: its SHA-256 is [0-9a-f]{64}, but should be' "$W/c"
	rm "$W/dist/base.txz"
	fails 'base.txz: not there, and no BSDINSTALL_DISTSITE' "$W/c"
}

seed_test sets_are_fetched_checked_and_kept
sets_are_fetched_checked_and_kept()
{
	sets
	background httpd host busybox httpd -f -p 10.0.0.1:80 -h "$W/dist"
	wait_for 50 host curl -fs -o /dev/null http://10.0.0.1/MANIFEST
	export BSDINSTALL_DISTSITE=http://10.0.0.1
	seeds "$W/a"
	atf_check test -x "$W/a/bin/busybox"
	# kept where one says, and taken from there
	mkdir "$W/kept"
	export BSDINSTALL_DISTDIR="$W/kept"
	seeds "$W/b"
	atf_check -o inline:'base.txz\n' ls "$W/kept"
	printf x >>"$W/dist/games.tgz"
	export DISTRIBUTIONS='base games'
	fails 'games.tgz: its SHA-256 is [0-9a-f]*, but should be' "$W/c"
	# what was wrong does not stay
	atf_check -o inline:'base.txz\n' ls "$W/kept"
	rm "$W/dist/games.tgz"
	fails '10.0.0.1/games.tgz: .*404' "$W/c"
}

# Half of it, and then the end: next time all of it.
seed_test a_mirror_that_stops_midway_leaves_nothing
a_mirror_that_stops_midway_leaves_nothing()
{
	sets
	cat >"$W/half" <<-END
	read -r get file proto
	while read -r line && [ "\$line" != "\$(printf '\r')" ]; do :; done
	f=$W/dist\$file size=\$(stat -c %s "$W/dist\$file")
	printf 'HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n' \$size
	case \$file in
	/base.txz) head -c \$((size / 2)) "\$f" ;;
	*) cat "\$f" ;;
	esac
	END
	background mirror host socat \
	    TCP-LISTEN:80,bind=10.0.0.1,fork,reuseaddr SYSTEM:"sh $W/half"
	wait_for 50 host curl -fs -o /dev/null http://10.0.0.1/MANIFEST
	mkdir "$W/kept"
	export BSDINSTALL_DISTSITE=http://10.0.0.1 BSDINSTALL_DISTDIR="$W/kept"
	fails 'http://10.0.0.1/base.txz: .*(closed|remaining)' "$W/a"
	atf_check -o empty ls -A "$W/kept"
	BSDINSTALL_DISTSITE=file://$W/dist seeds "$W/a"
	atf_check test -x "$W/a/bin/busybox"
}

seed_test only_an_empty_directory_is_filled
only_an_empty_directory_is_filled()
{
	sets
	export BSDINSTALL_DISTDIR="$W/dist"
	mkdir "$W/a" "$W/a/lost+found"
	seeds "$W/a"
	atf_check -s exit:1 -e match:"$W/a: not empty" bsdinstall jail "$W/a"
	atf_check test -x "$W/a/bin/busybox"
	mkdir "$W/b"
	: >"$W/b/.hidden"
	atf_check -s exit:1 -e match:"$W/b: not empty" bsdinstall jail "$W/b"
	atf_check -o inline:'.hidden\n' ls -A "$W/b"
	: >"$W/file"
	atf_check -s exit:1 -e match:"$W/file: not a directory" \
	    bsdinstall jail "$W/file"
	atf_check -s exit:1 -e match:'/: that is the root' bsdinstall jail /
	# a second one at the same time
	mkdir "$W/c"
	flock "$W/c" bsdinstall jail "$W/c" 2>said && atf_fail 'two at once'
	atf_check -o match:"$W/c: another bsdinstall is at work" cat said
}

seed_test usage_and_wrong_words
usage_and_wrong_words()
{
	for words in '' jail -x 'jail -w tiny' 'jail a b' 'jail -q x'; do
		atf_check -s exit:1 -e match:'^usage: bsdinstall jail' \
		    bsdinstall $words
	done
	atf_check -s exit:1 -e match:'"distfetch|distfetch: no such target' \
	    bsdinstall distfetch
	fails 'no such world: debian, tiny' -w nonesuch "$W/a"
	fails 'not an OCI image layout' -w "$W/bin" "$W/a"
	fails '-a sparc: not an architecture of this machine' -a sparc "$W/a"
	fails '-r ../x: not the name of a release' -w debian -r ../x "$W/a"
}

# --------------------------------------------------------------------------
# Archives of strangers

seed_test an_archive_takes_a_manifest
an_archive_takes_a_manifest()
{
	tree
	archive
	seeds -w "$W/dist/x.tar" "$W/a"
	for z in gzip bzip2 xz zstd; do
		command -v $z >/dev/null || continue
		$z -c "$W/dist/x.tar" >"$W/dist/x.tar.$z"
	done
	manifest
	for z in gzip bzip2 xz zstd; do
		[ -f "$W/dist/x.tar.$z" ] || continue
		seeds -w "$W/dist/x.tar.$z" "$W/$z"
		atf_check diff -r --no-dereference "$W/a/bin" "$W/$z/bin"
	done
	printf x >>"$W/dist/x.tar"
	fails 'x.tar: its SHA-256 is [0-9a-f]*, but should be' \
	    -w "$W/dist/x.tar" "$W/b"
	sed -i /^x.tar/d "$W/dist/MANIFEST"
	fails 'MANIFEST: has no x.tar' -w "$W/dist/x.tar" "$W/b"
	rm "$W/dist/MANIFEST"
	fails 'no MANIFEST beside it tells its SHA-256' \
	    -w "$W/dist/x.tar" "$W/b"
	# not all of it, and none at all
	head -c 100000 "$W/dist/x.tar" >"$W/dist/y.tar"
	: >"$W/dist/z.tar"
	echo no archive >"$W/dist/t.tar"
	manifest
	for f in y z t; do
		fails "$f.tar: " -w "$W/dist/$f.tar" "$W/b"
	done
}

seed_test names_with_dots_lead_nowhere
names_with_dots_lead_nowhere()
{
	tree
	echo pwned >"$W/tree/pwned"
	archive -P --transform 's,^./pwned$,./../../pwned,'
	fails '"\.\." in a name leads out' -w "$W/dist/x.tar" "$W/a/b"
	atf_check test ! -e "$W/pwned" -a ! -e "$W/a/pwned"
	# an absolute name is one below the world
	archive -P --transform "s,^./pwned\$,$W/pwned,"
	seeds -w "$W/dist/x.tar" "$W/c"
	atf_check test ! -e "$W/pwned"
	atf_check -o inline:'pwned\n' cat "$W/c$W/pwned"
}

seed_test links_lead_nowhere
links_lead_nowhere()
{
	tree
	mkdir "$W/victim"
	echo secret >"$W/victim/secret"
	# written to through an absolute link: below the world
	ln -s "$W/victim" "$W/tree/zz"
	mkdir -p "$W/tree$W/victim"
	mkdir "$W/later" "$W/later/zz"
	echo pwned >"$W/later/zz/pwned"
	archive
	tar -C "$W/later" -rf "$W/dist/x.tar" zz/pwned
	manifest
	seeds -w "$W/dist/x.tar" "$W/a"
	atf_check -o inline:'secret\n' ls "$W/victim"
	atf_check -o inline:'pwned\n' cat "$W/a$W/victim/pwned"
	rm "$W/tree/zz"
	# a link that climbs out
	ln -s ../../../victim "$W/tree/etc/out"
	archive
	fails 'etc/out: a link to ../../../victim leads out' \
	    -w "$W/dist/x.tar" "$W/b"
	rm "$W/tree/etc/out"
	ln -s ../bin "$W/tree/etc/in"
	# a hard link out of it
	echo x >"$W/tree/one"
	ln "$W/tree/one" "$W/tree/two"
	archive -P --transform "flags=h;s,^./one\$,../../victim/secret," \
	    --transform "flags=h;s,^./two\$,../../victim/secret,"
	fails '"\.\." in a name leads out' -w "$W/dist/x.tar" "$W/b"
	archive -P --transform "flags=h;s,^./one\$,$W/victim/secret," \
	    --transform "flags=h;s,^./two\$,$W/victim/secret,"
	fails 'x.tar: (one|two): ' -w "$W/dist/x.tar" "$W/b"
	atf_check_equal 1 "$(stat -c %h "$W/victim/secret")"
}

# The world's /etc is a link to the host's, and a link stands where we write.
seed_test what_we_write_follows_no_link_out
what_we_write_follows_no_link_out()
{
	tree
	mkdir "$W/victim"
	echo secret >"$W/victim/shadow"
	echo secret >"$W/victim/resolv.conf"
	rm -r "$W/tree/etc"
	ln -s "$W/victim" "$W/tree/etc"
	archive
	seeds -w "$W/dist/x.tar" "$W/b"
	atf_check test -d "$W/b/etc" -a ! -L "$W/b/etc" -a -f "$W/b/etc/rc"
	rm "$W/tree/etc"
	mkdir "$W/tree/etc"
	for f in shadow passwd resolv.conf rc machine-id; do
		ln -s "$W/victim/shadow" "$W/tree/etc/$f"
	done
	archive
	fails '/etc/passwd: ' -w "$W/dist/x.tar" "$W/a"
	rm "$W/tree/etc/passwd" "$W/tree/etc/shadow"
	archive
	seeds -w "$W/dist/x.tar" "$W/a"
	atf_check -o inline:'secret\n' cat "$W/victim/shadow"
	atf_check -o inline:'resolv.conf\nshadow\n' ls "$W/victim"
	atf_check test -f "$W/a/etc/rc" -a ! -L "$W/a/etc/rc"
}

seed_test device_nodes_are_not_made
device_nodes_are_not_made()
{
	tree
	mknod "$W/tree/dev/sda" b 8 0 || skip 'no mknod'
	mkfifo "$W/tree/dev/initctl"
	archive
	seeds -w "$W/dist/x.tar" "$W/a"
	atf_check -o match:'x.tar: 1 device nodes left out' cat seeded
	atf_check test ! -e "$W/a/dev/sda" -a -p "$W/a/dev/initctl"
	mknod "$W/tree/etc/motd" c 1 3
	archive
	fails 'etc/motd: a device node where none may be' \
	    -w "$W/dist/x.tar" "$W/b"
}

# $W is for root alone; what is mounted there can be made to look otherwise
# only from a directory that is not.
seed_test setuid_files_stay_where_users_cannot_reach_them
setuid_files_stay_where_users_cannot_reach_them()
{
	tree
	cp "$W/tree/bin/true" "$W/tree/bin/su"
	chmod 4755 "$W/tree/bin/su"
	cp "$W/tree/bin/true" "$W/tree/bin/cap"
	setcap cap_net_raw+ep "$W/tree/bin/cap" || skip 'no file capabilities'
	mkdir "$W/tree/setgid" && chmod 2755 "$W/tree/setgid"
	archive --xattrs --xattrs-include='*'
	seeds -w "$W/dist/x.tar" "$W/a"
	atf_check -o inline:'4755\n' stat -c %a "$W/a/bin/su"
	atf_check -o match:cap_net_raw getcap "$W/a/bin/cap"
	chmod 755 "$W"
	seeds -w "$W/dist/x.tar" "$W/b"
	chmod 700 "$W"
	atf_check -o match:'x.tar: 2 files are not setuid.*chmod 700' cat seeded
	atf_check -o inline:'755\n' stat -c %a "$W/b/bin/su"
	atf_check -o empty getcap "$W/b/bin/cap"
	# a directory's is of another kind
	atf_check -o inline:'2755\n' stat -c %a "$W/b/setgid"
}

seed_test root_of_a_strangers_world_has_no_password
root_of_a_strangers_world_has_no_password()
{
	tree
	printf 'root::0:0:root:/root:/bin/sh\nu:x:1:1::/:/bin/sh\n' \
	    >"$W/tree/etc/passwd"
	printf 'u:abc:1::::::\nroot:$6$x$y:19000:0:99999:7:::\n' \
	    >"$W/tree/etc/shadow"
	chmod 640 "$W/tree/etc/shadow"
	echo 0123456789abcdef0123456789abcdef >"$W/tree/etc/machine-id"
	archive
	seeds -w "$W/dist/x.tar" "$W/a"
	atf_check -o inline:'root:*:0:0:root:/root:/bin/sh\nu:x:1:1::/:/bin/sh\n' \
	    cat "$W/a/etc/passwd"
	atf_check -o inline:'u:abc:1::::::\nroot:*:19000:0:99999:7:::\n' \
	    cat "$W/a/etc/shadow"
	atf_check -o inline:'640 0\n' stat -c '%a %u' "$W/a/etc/shadow"
	atf_check -o empty cat "$W/a/etc/machine-id"
}

seed_test a_world_that_does_not_run_is_not_put_in_place
a_world_that_does_not_run_is_not_put_in_place()
{
	tree
	printf '\177ELF nothing' >"$W/tree/bin/busybox"
	archive
	fails 'this world does not run: .*' -w "$W/dist/x.tar" "$W/a"
	rm -r "$W/tree/bin" && mkdir "$W/tree/bin"
	archive
	seeds -w "$W/dist/x.tar" "$W/a"
	atf_check -o match:'this world has no /bin/sh' cat seeded
}

seed_test a_full_disk_leaves_nothing
a_full_disk_leaves_nothing()
{
	tree
	archive
	mkdir "$W/small"
	mount -t tmpfs -o size=1m none "$W/small"
	atf_check -s exit:1 -e match:'x.tar: bin/[a-z]*: .*No space left' \
	    bsdinstall jail -w "$W/dist/x.tar" "$W/small"
	atf_check -o empty ls -A "$W/small"
	atf_check -s exit:1 -e match:'the tiny world cannot be written' \
	    -e match:'No space left' bsdinstall jail -w tiny "$W/small"
	atf_check -o empty ls -A "$W/small"
	umount "$W/small"
}

# --------------------------------------------------------------------------
# Images

# image_layer FILE: a layer of what is in the directory $W/layer; its
# descriptor in $layers.
image_layer()
{
	mkdir -p "$W/oci/blobs/sha256"
	tar -C "$W/layer" -cf "$W/l" . || atf_fail tar
	type=application/vnd.oci.image.layer.v1.tar
	case $1 in
	gzip) gzip -f "$W/l" && mv "$W/l.gz" "$W/l" && type=$type+gzip ;;
	zstd) zstd -q -f "$W/l" -o "$W/l.z" && mv "$W/l.z" "$W/l" &&
	    type=$type+zstd ;;
	esac
	image_blob "$W/l"
	layers="${layers-}${layers:+,}{\"mediaType\":\"$type\",$blob}"
	rm -rf --one-file-system "$W/layer" && mkdir "$W/layer"
}

# image_blob FILE: its digest and size in $blob.
image_blob()
{
	sum=$(sha256sum <"$1" | cut -d ' ' -f 1)
	blob="\"digest\":\"sha256:$sum\",\"size\":$(stat -c %s "$1")"
	mv "$1" "$W/oci/blobs/sha256/$sum"
}

# image_done NAME [ARCHITECTURE]: an image of these layers.
image_done()
{
	arch=${2-$(uname -m | sed 's/x86_64/amd64/; s/aarch64/arm64/')}
	printf '{"architecture":"%s","os":"linux"}' "$arch" >"$W/c"
	image_blob "$W/c"
	printf '{"schemaVersion":2,"config":{%s},"layers":[%s]}' "$blob" \
	    "$layers" >"$W/m"
	image_blob "$W/m"
	images="${images-}${images:+,}{$blob,\"annotations\":
	    {\"org.opencontainers.image.ref.name\":\"$1\"}}"
	printf '{"schemaVersion":2,"manifests":[%s]}' "$images" \
	    >"$W/oci/index.json"
	echo '{"imageLayoutVersion":"1.0.0"}' >"$W/oci/oci-layout"
	layers=
}

seed_test layers_of_an_image_hide_what_is_below_them
layers_of_an_image_hide_what_is_below_them()
{
	world_tiny "$W/layer"
	(
	cd "$W/layer"
	mkdir -p gone opaque/sub stays same lib
	echo 1 >gone/x
	echo 1 >file
	echo 1 >opaque/old
	echo 1 >opaque/sub/old
	echo 1 >stays/old
	echo 1 >kind
	mkdir kind2
	echo 1 >kind2/x
	ln -s stays link
	)
	image_layer tar
	(
	cd "$W/layer"
	mkdir -p opaque stays kind same
	: >.wh.gone
	: >.wh.file
	: >.wh.never
	echo 2 >opaque/new
	: >opaque/.wh..wh..opq
	: >.wh..wh.plnk
	echo 2 >stays/new
	echo 2 >kind/now-a-directory
	echo 2 >kind2
	)
	image_layer gzip
	(
	cd "$W/layer"
	echo 3 >file
	mkdir link
	echo 3 >link/x
	)
	image_layer "$(command -v zstd >/dev/null && echo zstd)"
	image_done latest
	seeds -w "$W/oci" "$W/a"
	cd "$W/a"
	atf_check test ! -e gone -a ! -e opaque/old -a ! -e opaque/sub
	atf_check -o inline:'2\n' cat opaque/new
	atf_check -o inline:'3\n' cat file
	atf_check -o inline:'1\n2\n' cat stays/old stays/new
	atf_check -o inline:'2\n2\n' cat kind/now-a-directory kind2
	atf_check -o inline:'3\n' cat link/x
	atf_check test ! -L link -a ! -e stays/x
	atf_check -o empty find . -name '.wh.*'
	atf_check -o inline:'hello\n' jail -q -c path="$W/a" \
	    command=/bin/echo hello
}

seed_test an_image_is_named_where_there_are_several
an_image_is_named_where_there_are_several()
{
	world_tiny "$W/layer"
	echo one >"$W/layer/which"
	image_layer tar
	image_done one
	world_tiny "$W/layer"
	echo two >"$W/layer/which"
	image_layer tar
	image_done two
	fails 'several images: name one, DIRECTORY:NAME, of one two' \
	    -w "$W/oci" "$W/a"
	fails 'no image three for linux/[a-z0-9]*; known: one two' \
	    -w "$W/oci:three" "$W/a"
	seeds -w "$W/oci:two" "$W/a"
	atf_check -o inline:'two\n' cat "$W/a/which"
	world_tiny "$W/layer"
	image_layer tar
	image_done strange riscv64
	fails 'an image for linux/riscv64, not linux/' -w "$W/oci:strange" \
	    "$W/b"
}

seed_test an_image_that_is_not_what_it_is_called_is_refused
an_image_that_is_not_what_it_is_called_is_refused()
{
	world_tiny "$W/layer"
	image_layer tar
	layer=$sum
	image_done latest
	cp -a "$W/oci" "$W/good"
	# other bytes, fewer, none
	printf x | dd of="$W/oci/blobs/sha256/$layer" conv=notrunc status=none
	fails "$layer: its SHA-256 is another" -w "$W/oci" "$W/a"
	printf x >>"$W/oci/blobs/sha256/$layer"
	fails "$layer: has [0-9]* bytes, not [0-9]*" -w "$W/oci" "$W/a"
	rm "$W/oci/blobs/sha256/$layer"
	fails "$layer: No such file" -w "$W/oci" "$W/a"
	# a blob that is somewhere else
	ln -s "$W/good/blobs/sha256/$layer" "$W/oci/blobs/sha256/$layer"
	fails "$layer: Too many levels of symbolic links" -w "$W/oci" "$W/a"
	rm "$W/oci/blobs/sha256/$layer"
	sed -i 's/sha256:[0-9a-f]*/sha256:..\/..\/x/' "$W/oci/index.json"
	fails 'a digest that is no SHA-256: "sha256:../../x"' \
	    -w "$W/oci" "$W/a"
	echo '{' >"$W/oci/index.json"
	fails 'no JSON object' -w "$W/oci" "$W/a"
}

seed_test a_whiteout_leads_nowhere
a_whiteout_leads_nowhere()
{
	mkdir "$W/victim"
	echo secret >"$W/victim/secret"
	world_tiny "$W/layer"
	ln -s "$W/victim" "$W/layer/link"
	image_layer tar
	mkdir -p "$W/layer/link"
	: >"$W/layer/link/.wh..wh..opq"
	: >"$W/layer/link/.wh.secret"
	image_layer tar
	image_done latest
	seeds -w "$W/oci" "$W/a"
	atf_check -o inline:'secret\n' cat "$W/victim/secret"
	mkdir -p "$W/layer/etc"
	: >"$W/layer/etc/.wh..."
	image_layer tar
	image_done bad
	fails 'a whiteout of no name' -w "$W/oci:bad" "$W/b"
}

# --------------------------------------------------------------------------
# SCRIPT

seed_test a_script_is_read_outside_and_run_inside
a_script_is_read_outside_and_run_inside()
{
	sets
	cat >"$W/script" <<-END
	#!/bin/sh
	nonInteractive=YES
	DISTRIBUTIONS="base.txz games.tgz"
	#!/bin/sh
	echo "\$DISTRIBUTIONS" >/etc/chosen
	id -u >>/etc/chosen
	[ -e $W ] && echo outside >>/etc/chosen
	[ -d /proc/\$PPID ] && [ -d /proc/self ] && echo proc >>/etc/chosen
	[ ! -d /proc/$$ ] && echo alone >>/etc/chosen
	kill $$ 2>/dev/null && echo killed >>/etc/chosen
	exit 0
	END
	export SCRIPT="$W/script" BSDINSTALL_DISTDIR="$W/dist"
	seeds "$W/a"
	atf_check -o inline:'base.txz games.tgz\n0\nproc\nalone\n' \
	    cat "$W/a/etc/chosen"
	atf_check test ! -e "$W/a/tmp/installscript"
	atf_check -o empty jls name
	printf 'DISTRIBUTIONS=base\n#!/bin/sh\nexit 3\n' >"$W/script"
	atf_check -s exit:1 -e match:'script: failed in the world with status 3' \
	    bsdinstall jail "$W/b"
	atf_check test ! -e "$W/b"
	atf_check -o empty jls name
	printf 'false\n' >"$W/script"
	fails 'its preamble has failed' "$W/b"
	SCRIPT=$W/nonesuch
	fails 'SCRIPT=.*/nonesuch: cannot be read' "$W/b"
}

# --------------------------------------------------------------------------
# The end in the middle

# In the middle of its work, with a prison that runs.
in_the_middle()
{
	sets
	printf 'DISTRIBUTIONS=base\n#!/bin/sh\n: >/etc/here\nexec sleep 1000\n' \
	    >"$W/script"
	export SCRIPT="$W/script" BSDINSTALL_DISTDIR="$W/dist"
	background install setsid sh -c 'echo $$; exec bsdinstall jail "$0"' \
	    "$W/a"
	wait_for 100 test -e "$W/a/.bsdinstall/root/etc/here" ||
	    atf_fail "$(cat install.err)"
	pid=$(first_line install.out)
}

seed_test who_is_interrupted_cleans_up
who_is_interrupted_cleans_up()
{
	in_the_middle
	kill -TERM "-$pid"
	wait_for 100 test ! -e "$W/a" || atf_fail "$(ls -A "$W/a")"
	atf_check -o empty jls name
	atf_check -s exit:1 grep -q "$W/a" /proc/self/mountinfo
	atf_check -o match:'interrupted; nothing is left' cat install.err
}

seed_test what_a_killed_run_leaves_the_next_one_clears
what_a_killed_run_leaves_the_next_one_clears()
{
	in_the_middle
	kill -KILL "-$pid"
	unset SCRIPT
	atf_check test -d "$W/a/.bsdinstall"
	atf_check grep -q "$W/a/.bsdinstall/root/dev" /proc/self/mountinfo
	# its lock goes with the last of its processes
	wait_for 50 flock -n "$W/a" true
	seeds "$W/a"
	atf_check -o match:'clearing what a run that was killed has left' \
	    cat seeded
	atf_check -o empty jls name
	atf_check -s exit:1 grep -q "$W/a" /proc/self/mountinfo
	atf_check test ! -e "$W/a/etc/here" -a ! -e "$W/a/.bsdinstall"
	atf_check -o inline:'hello\n' jail -q -c path="$W/a" \
	    command=/bin/echo hello
}

# Killed when half of the world has been moved up.
seed_test half_a_world_is_cleared_too
half_a_world_is_cleared_too()
{
	sets
	export BSDINSTALL_DISTDIR="$W/dist"
	mkdir "$W/kill"
	cat >"$W/kill/mv" <<-'END'
	#!/bin/sh
	case $* in
	*.bsdinstall/root/*)
		shift 4
		/bin/mv -n -t . -- "$1" "$2"
		kill -KILL 0
		;;
	esac
	exec /bin/mv "$@"
	END
	chmod 755 "$W/kill/mv"
	PATH=$W/kill:$PATH setsid bsdinstall jail "$W/a" >/dev/null 2>&1 && atf_fail 'not killed'
	atf_check_equal 3 "$(ls -A "$W/a" | wc -l)"
	# what is not of the world is nobody's to remove
	: >"$W/a/mine"
	atf_check -s exit:1 -e match:"$W/a: not empty" bsdinstall jail "$W/a"
	atf_check -o inline:'mine\n' ls -A "$W/a"
	rm "$W/a/mine"
	seeds "$W/a"
	atf_check -o inline:'hello\n' jail -q -c path="$W/a" \
	    command=/bin/echo hello
}

# Killed when all has been moved up, the world is whole.
seed_test a_whole_world_stays
a_whole_world_stays()
{
	sets
	export BSDINSTALL_DISTDIR="$W/dist"
	seeds "$W/a"
	mkdir -p "$W/a/.bsdinstall/root"
	atf_check -s exit:1 -e match:"$W/a: not empty" bsdinstall jail "$W/a"
	atf_check test ! -e "$W/a/.bsdinstall" -a -x "$W/a/bin/busybox"
}

# Wherever that is.
seed_test killed_at_any_moment_the_next_run_does_it
killed_at_any_moment_the_next_run_does_it()
{
	sets
	export BSDINSTALL_DISTDIR="$W/dist"
	for t in 0.02 0.06 0.1 0.15 0.2 0.25 0.3 0.35 0.4 0.5 0.6; do
		background install setsid bsdinstall jail "$W/a"
		sleep $t
		kill -KILL "-$install_pid" 2>/dev/null
		wait "$install_pid"
		wait_for 50 sh -c "[ ! -d $W/a ] || flock -n $W/a true"
		# it was faster
		[ ! -e "$W/a/bin" ] || [ -e "$W/a/.bsdinstall/moving" ] || {
			rm -rf --one-file-system "${W:?}/a"
		}
	done
	seeds "$W/a"
	atf_check -o inline:'hello\n' jail -q -c path="$W/a" \
	    command=/bin/echo hello
	atf_check -o empty jls name
	atf_check -s exit:1 grep -q "$W/a" /proc/self/mountinfo
	atf_check test ! -e "$W/a/.bsdinstall"
}

# --------------------------------------------------------------------------
# A terminal

seed_test on_a_terminal_there_is_a_list_to_choose_from
on_a_terminal_there_is_a_list_to_choose_from()
{
	sets
	export BSDINSTALL_DISTDIR="$W/dist" nonInteractive=NO
	cat >"$W/bin/dialog" <<-END
	#!/bin/sh
	printf '<%s>' "\$@" >$W/asked
	echo games.tgz >&2
	END
	chmod 755 "$W/bin/dialog"
	printf 'expect base.txz done\nexpect games.tgz done\nexit 0\n' >chosen
	atf_check -o ignore -e ignore "$BUILD/test/system/ptyrun" chosen \
	    bsdinstall jail "$W/a"
	atf_check -o match:'<games.tgz><"?The games set"?><off>$' \
	    -o not-match:base.txz cat "$W/asked"
	atf_check -o inline:'more\n' cat "$W/a/opt/more"
	# cancelled
	printf '#!/bin/sh\nexit 1\n' >"$W/bin/dialog"
	printf 'expect cancelled\nexit 1\n' >cancelled
	atf_check -o ignore -e ignore "$BUILD/test/system/ptyrun" cancelled \
	    bsdinstall jail "$W/b"
	atf_check test ! -e "$W/b"
	# where neither dialog nor whiptail is there, we ask ourselves
	rm "$W/bin/dialog"
	cat >asked <<-'END'
	expect Install games.tgz (The games set) [y/N]?
	send y\r
	exit 0
	END
	export BSDINSTALL_DIALOG=
	atf_check -o ignore -e ignore "$BUILD/test/system/ptyrun" asked \
	    bsdinstall jail "$W/c"
	atf_check -o inline:'more\n' cat "$W/c/opt/more"
}

# --------------------------------------------------------------------------
# What is in the world

seed_test rc_starts_what_rc_conf_enables 400
rc_starts_what_rc_conf_enables()
{
	world_debian daemons "$W/j"
	cp -R "$BUILD/rc/world/etc/." "$W/j/etc/"
	: >"$W/j/etc/machine-id"
	rm -f "$W"/j/etc/ssh/ssh_host_*
	cat >"$W/jail.conf" <<-END
	exec.start = "/bin/sh /etc/rc";
	exec.stop = "/bin/sh /etc/rc.shutdown jail";
	exec.clean; mount.devfs; mount.procfs;
	j { path = "$W/j"; host.hostname = j.example; ip4.addr = 10.0.0.2;
	    ip6.addr = fd00::2; persist; }
	END
	cat >>"$W/j/etc/rc.conf" <<-'END'
	sshd_enable="YES"
	ssh_enable=YES
	cron_enable="YES"
	nginx_enable="YES"
	postgresql_enable="NO"
	nonesuch_enable="YES"
	END
	# what a start before that was killed has left
	mkdir -p "$W/j/run/sub"
	echo $$ >"$W/j/run/sshd.pid"
	echo $$ >"$W/j/run/crond.pid"
	: >"$W/j/run/sub/old"
	atf_check -o save:out -e save:err jail -f "$W/jail.conf" -c j
	cat out err
	atf_check -o match:'nonesuch_enable: this world has no service' \
	    cat out err
	atf_check -o match:'^SSH-2' sh -c \
	    "echo | host timeout 5 busybox nc 10.0.0.2 22"
	echo hello >"$W/j/var/www/html/index.html"
	atf_check -o inline:'hello\n' \
	    host busybox wget -q -O - http://10.0.0.2/index.html
	for p in sshd cron nginx; do
		atf_check -o ignore jexec j /usr/bin/pgrep -x $p
	done
	atf_check_equal 1 "$(jexec j /usr/bin/pgrep -f 'sshd.*listener' | wc -l)"
	atf_check -s exit:1 -o empty jexec j /usr/bin/pgrep postgres
	atf_check test ! -e "$W/j/run/sub/old"
	atf_check -o match:'^[0-9a-f]{32}$' cat "$W/j/etc/machine-id"
	atf_check test -s "$W/j/etc/ssh/ssh_host_ed25519_key"
	# by either name, and from outside
	wrap "$BUILD/rc/service"
	for name in sshd ssh; do
		atf_check -o match:'sshd is running' service -j j $name status
	done
	atf_check -o ignore -e ignore service -j j nginx restart
	atf_check -o inline:'hello\n' \
	    host busybox wget -q -O - http://10.0.0.2/index.html
	# again, by hand: nothing is taken from those that run
	atf_check -o ignore -e ignore jexec j /bin/sh /etc/rc
	atf_check test -s "$W/j/run/sshd.pid"
	atf_check -o save:out -e ignore jexec j /bin/sh /etc/rc.shutdown jail
	for p in sshd cron nginx; do
		atf_check -s exit:1 -o empty jexec j /usr/bin/pgrep -x $p
	done
	atf_check -o ignore -e ignore jail -f "$W/jail.conf" -r j
}

seed_test rc_orders_scripts_and_serves_those_of_freebsd
rc_orders_scripts_and_serves_those_of_freebsd()
{
	seeds -w tiny "$W/t"
	mkdir -p "$W/t/usr/local/etc/rc.d"
	for s in 'one REQUIRE: two' 'two REQUIRE: three' 'three PROVIDE: three' \
	    'four BEFORE: three'; do
		name=${s%% *}
		cat >"$W/t/usr/local/etc/rc.d/$name" <<-END
		#!/bin/sh
		# ${s#* }
		. /etc/rc.subr
		name=$name
		rcvar=${name}_enable
		start_cmd="echo start $name"
		stop_cmd="echo stop $name"
		load_rc_config \$name
		run_rc_command "\$1"
		END
		chmod 755 "$W/t/usr/local/etc/rc.d/$name"
		echo "${name}_enable=YES" >>"$W/t/etc/rc.conf"
	done
	atf_check -o ignore -e ignore jail -c name=t path="$W/t" persist \
	    mount.devfs mount.procfs
	atf_check -o inline:'start four\nstart three\nstart two\nstart one\n' \
	    jexec t /bin/sh /etc/rc
	atf_check -o inline:'stop one\nstop two\nstop three\nstop four\n' \
	    jexec t /bin/sh /etc/rc.shutdown jail
	# From outside it is not for this root.
	atf_check -s exit:1 -e match:'not the root that this is for' \
	    /bin/sh "$W/t/etc/rc"
	atf_check -o ignore -e ignore jail -R t
}

atf_init_test_cases()
{
	add_cases
}
