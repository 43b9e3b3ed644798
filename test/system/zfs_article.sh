#!/usr/bin/env -S ATF_SHELL=/bin/sh atf-sh
# SPDX-License-Identifier: BSD-2-Clause
# The article's commands for worlds and clones, as it types them, on a pool
# of ours in a file and on a real one of zfs-fuse's; and who does what where
# both are.
. "$(atf_get_srcdir)/../lib.sh"
. "$(atf_get_srcdir)/../zfs.lib.sh"

# hut_init: then "hut FILE" runs the file with a shell on a copy of the host of
# its own: what it writes to / is gone afterwards, except below $W.  With
# FUSE=yes it has a zfs-fuse of its own, too.
hut_init()
{
	zfs_init
	unset ZPOOL_ROOT
	export BUILD SRC FUSE
	# Its first process is what zfs(8) and jail(8) take for the host's.
	printf '#!/bin/sh\nexec host unshare --mount --pid --fork %s sh %s "$1"\n' \
	    '--propagation private' "$W/hut.sh" >"$W/bin/hut"
	chmod 755 "$W/bin/hut"
	cat >"$W/hut.sh" <<-'END'
	set -eu
	mkdir -p "$W/hut"
	mount -t tmpfs tmpfs "$W/hut"
	mkdir "$W/hut/up" "$W/hut/work" "$W/hut/root"
	# What the host has at the article's places does not show through.
	for d in jail jail2 tank; do
		mkdir "$W/hut/up/$d"
		setfattr -n trusted.overlay.opaque -v y "$W/hut/up/$d"
	done
	R=$W/hut/root
	mount -t overlay overlay \
	    -o "lowerdir=/,upperdir=$W/hut/up,workdir=$W/hut/work" "$R"
	mount -t proc proc "$R/proc"
	for d in sys dev; do
		mount --rbind /$d "$R/$d"
	done
	for d in run tmp var/tmp var/lib/zfs; do
		mkdir -p "$R/$d"
		mount -t tmpfs tmpfs "$R/$d"
	done
	mkdir -p "$R/run/lock/zfs" "$R/run/zfs" "$R$W"
	mount --bind "$W" "$R$W"
	# Where these are mounts of their own, an overlay of / has them not.
	for d in "$SRC" "$BUILD"; do
		[ ! -e "$R$d/meson.build" ] && [ ! -e "$R$d/zfs" ] || continue
		mkdir -p "$R$d"
		mount --rbind "$d" "$R$d"
	done
	for d in zfs jail jls jexec bsdinstall freebsd-update rc \
	    ifconfig; do
		path=${path-}$BUILD/$d:
	done
	PATH=$path/usr/sbin:/usr/bin:/sbin:/bin
	unset JAIL_RUN TMPDIR
	# in a chroot(2) there are no user namespaces
	mkdir -p "$R/mnt"
	cd "$R"
	pivot_root . mnt
	umount -l /mnt
	exec sh -c '
		[ "$FUSE" != yes ] || {
			zfs-fuse -n --no-kstat-mount -p /run/zfs.pid \
			    >/run/zfs.log 2>&1 &
			daemon=$!
			n=100
			until [ -S /var/run/zfs/zfs_socket ]; do
				n=$((n - 1))
				[ $n -gt 0 ] || exit 99
				sleep 0.1
			done
		}
		sh -eu "$1"
		status=$?
		jail -R "*" 2>/dev/null
		[ "$FUSE" != yes ] || {
			/usr/sbin/zpool export -f tank 2>/dev/null
			kill "$daemon"
			wait "$daemon"
		}
		exit $status' sh "$1"
	END
}

need_zfs_fuse()
{
	command -v zfs-fuse >/dev/null || skip "zfs-fuse is not installed"
	[ -c /dev/fuse ] || skip "no /dev/fuse"
	FUSE=yes
}

# --------------------------------------------------------------------------

# A Debian world as a distribution set, and a mirror with a newer package.
sets()
{
	cached=$("$SRC/tools/world" daemons) || atf_fail "no Debian world"
	mkdir -p "$W/dist" "$W/mirror" "$W/tree/DEBIAN" "$W/tree/usr/bin"
	tar -C "$cached" --anchored --wildcards \
	    --exclude='./usr/lib/postgresql' --exclude='./var/lib/postgresql' \
	    --exclude='./usr/lib/*/libLLVM*' --exclude='./usr/lib/*/libz3*' \
	    --exclude='./usr/lib/*/libicu*' --exclude='./usr/lib/*/perl' \
	    --exclude='./usr/lib/*/gconv' --exclude='./usr/share/perl' \
	    --exclude='./usr/share/i18n' --exclude='./usr/share/zoneinfo' \
	    --exclude='./etc/apt/sources.list*' \
	    --exclude='./var/lib/apt/lists/*_*' \
	    -cf "$W/dist/base.tar" . || atf_fail tar
	for v in 1.0 2.0; do
		printf '#!/bin/sh\necho %s\n' $v >"$W/tree/usr/bin/word"
		chmod 755 "$W/tree/usr/bin/word"
		printf '%s\n' 'Package: word' "Version: $v" \
		    'Architecture: all' 'Maintainer: nobody <n@example.org>' \
		    'Description: words' >"$W/tree/DEBIAN/control"
		deb=word_${v}_all.deb
		dpkg-deb --root-owner-group -b "$W/tree" "$W/mirror/$deb" \
		    >/dev/null || atf_fail dpkg-deb
		[ $v = 1.0 ] && continue
		{
			cat "$W/tree/DEBIAN/control"
			echo "Filename: $deb"
			echo "Size: $(stat -c %s "$W/mirror/$deb")"
			echo "SHA256: $(sha256sum <"$W/mirror/$deb" |
			    cut -d ' ' -f 1)"
		} >"$W/mirror/Packages"
	done
	mkdir -p "$W/more/etc/apt"
	echo 'deb [trusted=yes] http://10.0.0.1/ ./' \
	    >"$W/more/etc/apt/sources.list"
	tar -C "$W/more" -rf "$W/dist/base.tar" ./etc/apt/sources.list
	printf 'base.tar\t%s\t1\tbase\t"Base"\ton\n' \
	    "$(sha256sum <"$W/dist/base.tar" | cut -d ' ' -f 1)" \
	    >"$W/dist/MANIFEST"
	background httpd host busybox httpd -f -p 10.0.0.1:80 -h "$W/mirror"
}

article()
{
	hut_init
	sets
	truncate -s 2G "$W/img"
	cat >"$W/article" <<-'END'
	zpool create tank $W/img
	zfs create -o mountpoint=/jail tank/jail
	zfs create tank/jail/jail
	bsdinstall jail /jail/base
	cp $W/mirror/word_1.0_all.deb /jail/base/tmp
	chroot /jail/base dpkg -i /tmp/word_1.0_all.deb >/dev/null
	freebsd-update -b /jail/base -d /jail/base/var/db/freebsd-update fetch
	freebsd-update -b /jail/base -d /jail/base/var/db/freebsd-update install
	cat >/etc/jail.conf <<'CONF'
	# common variables
	exec.start = "/bin/sh /etc/rc";
	exec.stop  = "/bin/sh /etc/rc.shutdown";
	exec.clean;
	mount.devfs;
	path = "/jail/$name";
	host.hostname = $name;
	# each jail
	base    { ip4.addr = 10.0.0.1; }
	ports   { ip4.addr = 10.0.0.2; persist; }
	CONF
	zfs snapshot tank/jail/base@10.0p1
	zfs clone tank/jail/base@10.0p1 tank/jail/ports
	zfs list -r -o name,origin,mountpoint tank/jail
	jail -c ports
	jexec ports word
	jexec ports hostname
	jexec ports sh -c 'echo mine >/etc/motd'
	cat /jail/ports/etc/motd
	cmp -s /jail/ports/etc/motd /jail/base/etc/motd || echo apart
	jail -r ports
	END
	nonInteractive=YES
	DISTRIBUTIONS=base.tar
	BSDINSTALL_DISTDIR=$W/dist
	export nonInteractive DISTRIBUTIONS BSDINSTALL_DISTDIR
	atf_check -o save:said -e save:errors hut "$W/article"
	atf_check -o match:'^2\.0$' -o match:'^ports$' -o match:'^mine$' \
	    -o match:'^apart$' \
	    -o match:'^tank/jail/ports  tank/jail/base@10.0p1  /jail/ports$' \
	    cat said
}

prison_test the_article_on_a_pool_in_a_file 600
the_article_on_a_pool_in_a_file()
{
	FUSE=no
	article
}

prison_test the_article_on_real_zfs 900
the_article_on_real_zfs()
{
	need_zfs_fuse
	article
}

# --------------------------------------------------------------------------

prison_test each_pool_is_its_own_programs 300
each_pool_is_its_own_programs()
{
	need_zfs_fuse
	hut_init
	cat >"$W/script" <<-'END'
	truncate -s 200M $W/a $W/b
	mkfs.btrfs -q $W/b >/dev/null
	mkdir /b && mount -o loop $W/b /b && mkdir /b/pool
	# where real ZFS runs a new pool is its, except in a directory of btrfs
	zpool create tank $W/a
	zpool create ours /b/pool
	zfs create tank/x
	zfs create ours/x
	zfs snapshot tank/x@s
	zfs snapshot ours/x@s
	zfs list -H -o name -t all
	zfs get -H -o name,value type tank/x ours/x || true
	zfs get -H -o name,value type tank/x
	zfs get -H -o name,value type ours/x@s
	findmnt -n -o FSTYPE /tank/x
	findmnt -n -o FSTYPE /ours/x
	zfs list -H -o name /tank/x
	zfs list -H -o name /ours/x
	zpool create tank /b 2>&1 || echo no
	zpool create ours $W/c 2>&1 || echo no
	n=10
	until zfs destroy -r tank/x; do
		# it is busy for a moment after it has been unmounted
		n=$((n - 1))
		[ $n -gt 0 ] || exit 1
		sleep 0.3
	done
	zfs destroy -r ours/x
	zpool list -H -o name
	zpool destroy ours
	zpool list -H -o name
	END
	atf_check -o save:said -e save:errors hut "$W/script"
	atf_check -o inline:'tank
tank/x
tank/x@s
ours
ours/x
ours/x@s
ours/x	filesystem
tank/x	filesystem
ours/x@s	snapshot
fuse.zfs
btrfs
tank/x
ours/x
tank
ours
tank
' sed '/cannot create/d; /^no$/d' said
}

# What both say to the same commands is the same.
prison_test they_say_the_same 600
they_say_the_same()
{
	need_zfs_fuse
	hut_init
	truncate -s 256M "$W/img"
	cat >"$W/script" <<-'END'
	# what zfs-fuse has unmounted is busy for a moment longer
	t() {
		echo "\$ $*"
		for n in 1 2 3 4 5 6 7 8 9; do
			status=0
			said=$("$@" 2>&1) || status=$?
			case $said in
			*'is busy') sleep 0.3 ;;
			*) break ;;
			esac
		done
		[ -z "$said" ] || echo "$said"
		[ $status -eq 0 ] || echo "[$status]"
	}
	zpool create tank $W/img >/dev/null 2>&1
	t zfs create -o mountpoint=/jail tank/jail
	t zfs create tank/jail/jail
	t zfs create tank/jail/base
	t zfs snapshot tank/jail/base@10.0p1
	t zfs clone tank/jail/base@10.0p1 tank/jail/ports
	t zfs list -H -o name,type,origin,mountpoint -t all
	t zfs list -r -o name,origin,mountpoint,mounted,canmount tank/jail
	t zfs create tank/jail/base
	t zfs create tank/x/y
	t zfs create tank/a/
	t zfs create tank
	t zfs create nope/x
	t zfs snapshot tank/jail/base@10.0p1
	t zfs snapshot tank/jail/nope@1
	t zfs snapshot tank/jail/base
	t zfs snapshot tank/jail/base@a@b
	t zfs clone tank/jail/base@nope tank/jail/q
	t zfs clone tank/jail/base tank/jail/q
	t zfs clone tank/jail/base@10.0p1 tank/jail/ports
	t zfs clone tank/jail/base@10.0p1 other/jail/ports
	t zfs destroy tank/jail/base@10.0p1
	t zfs destroy tank/jail/base
	t zfs destroy -r tank/jail/base
	t zfs destroy tank
	t zfs destroy nope
	t zfs promote tank/jail/ports
	t zfs promote tank/jail/ports
	t zfs list -H -o name,origin -t all
	t zfs snapshot -r tank/jail@all
	t zfs snapshot -r tank/jail@all
	t zfs rollback tank/jail/ports@10.0p1
	t zfs rollback -r tank/jail/ports@10.0p1
	t zfs rollback tank/jail/base@zz
	t zfs rename tank/jail/nope tank/jail/ports
	t zfs rename tank/jail/jail tank/jail/a/b
	t zfs rename -r tank/jail@all tank/jail@every
	t zfs list -H -o name -t snapshot
	t zfs set nope=1 tank/jail
	t zfs set a:b=1 tank/jail
	t zfs get a:b tank/jail/base
	t zfs set quota=1 tank/jail
	t zfs set quota=1X tank/jail
	t zfs set quota=50M tank/jail
	t zfs set used=3 tank/jail
	t zfs set mountpoint=foo tank/jail
	t zfs set mountpoint=/jail2 tank/jail
	t zfs set readonly=maybe tank/jail
	t zfs set canmount=off tank/jail/ports
	t zfs list -o name,mountpoint,mounted,canmount,quota -r tank/jail
	t zfs inherit used tank/jail
	t zfs inherit a:b tank/jail
	t zfs unmount tank/jail/base
	t zfs mount tank/jail/base
	t zfs mount
	t zfs mount tank/jail/ports
	t zfs get -H -o name,value,source quota,mountpoint tank/jail
	t zfs get -H -s local -o property,value all tank/jail
	t zfs list -H -S name -o name
	t zfs list -H -d 1 -o name tank
	t zfs list nope
	t zfs list tank/nope
	t zpool list nope
	t zpool status nope
	t zpool status -x
	t zpool list -H -o name,health
	t zpool export tank
	t zpool export tank
	t zpool list
	t zpool status
	t zfs list
	t zpool import -d $W nope
	t zpool import -d $W tank
	t zfs list -H -o name,mountpoint -t all
	t zpool destroy nope
	t zpool destroy tank
	END
	FUSE=no
	atf_check -o save:ours -e ignore hut "$W/script"
	truncate -s 0 "$W/img" && truncate -s 256M "$W/img"
	FUSE=yes
	atf_check -o save:theirs -e ignore hut "$W/script"
	atf_check -o file:theirs cat ours
}

atf_init_test_cases() { add_cases; }
