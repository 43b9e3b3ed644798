#!/usr/bin/env -S ATF_SHELL=/bin/sh atf-sh
# SPDX-License-Identifier: BSD-2-Clause
# Each permission: what it is without, and what with it.  Where Linux cannot
# give one, it is a warning, and is not given.
. "$(atf_get_srcdir)/../lib.sh"

# refuses_to_give NAME: in a prison with uids of its own, allow.NAME is not
# given, says why, and is not shown as given.
refuses_to_give()
{
	[ -d "$W/j" ] || world_tiny "$W/j"
	atf_check -o ignore -e match:"allow\\.$1" \
	    jail -c name=j path="$W/j" persist mount.devfs "allow.$1"
	head_=${1%.*}
	case $1 in
	*.*) no=allow.$head_.no${1##*.} ;;
	*) no=allow.no$1 ;;
	esac
	atf_check -o inline:"$no\n" jls -j j -n "allow.$1"
	J=j
}

# inherit NAME [PARAMETER]...: a prison whose root is the host's.
inherit()
{
	name_=$1
	shift
	prison "$name_" user=inherit "$@"
}

# --------------------------------------------------------------------------
# Given unless taken away

prison_test set_hostname_is_given_and_can_be_taken
set_hostname_is_given_and_can_be_taken()
{
	prison j
	granted sethostname a.example
	prison k allow.noset_hostname
	refused EPERM sethostname a.example
}

prison_test reserved_ports_are_given_and_can_be_taken
reserved_ports_are_given_and_can_be_taken()
{
	prison j ip4.addr=10.0.0.2
	granted bind 10.0.0.2 80
	prison k ip4.addr=10.0.0.3 allow.noreserved_ports
	refused EACCES bind 10.0.0.3 80
	refused EADDRNOTAVAIL bind 10.0.0.1 80
	granted bind 10.0.0.3 8080
	# and live
	atf_check jail -m name=k allow.reserved_ports
	granted bind 10.0.0.3 80
}

prison_test unprivileged_proc_debug_is_given_and_can_be_taken
unprivileged_proc_debug_is_given_and_can_be_taken()
{
	prison j
	atf_check jexec -U user j /bin/probe ptrace_child
	prison k allow.nounprivileged_proc_debug
	atf_check -s exit:1 -o match:'^E(PERM|NOSYS)$' \
	    jexec -U user k /bin/probe ptrace_child
}

prison_test suser_is_given_and_can_be_taken
suser_is_given_and_can_be_taken()
{
	prison j
	: >"$W/j/file"
	granted chown /file 1000 1000
	prison k allow.nosuser
	: >"$W/k/file"
	refused EPERM chown /file 1000 1000
}

# --------------------------------------------------------------------------
# Not given unless asked for

prison_test mount_is_asked_for
mount_is_asked_for()
{
	prison j
	refused EPERM mount none /tmp tmpfs
	prison k allow.mount allow.mount.tmpfs enforce_statfs=1
	# no network of his own: the other end of a veth could be anybody's
	refused EPERM unshare net
	granted mount none /tmp tmpfs
	# nodev cannot be taken off again
	mknod "$W/k/null" c 1 3
	refused EPERM mount none / none remount
	refused EACCES open /null
	# nor the host's processes be seen through a proc of its own
	refused_any mount none /tmp proc
}

prison_test mlock_is_asked_for
mlock_is_asked_for()
{
	prison j
	atf_check -s exit:1 -o match:'^E(NOMEM|PERM)$' \
	    jexec j /bin/probe mlock 67108864
	world_tiny "$W/k"
	J=k
	jail -c name=k path="$W/k" persist allow.mlock 2>warning
	if grep -q allow.mlock warning; then
		atf_check -o inline:'allow.nomlock\n' jls -j k -n allow.mlock
	else
		granted mlock 67108864
	fi
}

prison_test sysvipc_is_asked_for
sysvipc_is_asked_for()
{
	prison j
	refused_any shm 4711 create
	prison k sysvshm=new
	granted shm 4711 create
	prison l allow.sysvipc
	granted shm 4712 create
}

prison_test socket_af_is_asked_for
socket_af_is_asked_for()
{
	prison j
	refused_any socket 16 3 16
	prison k allow.socket_af
	granted socket 16 3 16
}

# --------------------------------------------------------------------------
# What only the host's root can have

prison_test what_a_range_of_uids_cannot_have_is_a_warning
what_a_range_of_uids_cannot_have_is_a_warning()
{
	for p in raw_sockets chflags quotas read_msgbuf adjtime settime \
	    routing extattr mount.procfs mount.linprocfs mount.linsysfs \
	    mount.devfs nfsd setaudit vmm unprivileged_parent_tampering; do
		refuses_to_give $p
		atf_check jail -R j
	done
}

prison_test chflags_is_asked_for
chflags_is_asked_for()
{
	inherit j
	: >"$W/j/file"
	jexec j /bin/probe setflag /file | grep -qE 'NOTTY|OPNOTSUPP' &&
	    skip "no file flags on this file system"
	refused EPERM setflag /file
	inherit k allow.chflags
	: >"$W/k/file"
	granted setflag /file
}

prison_test raw_sockets_are_asked_for
raw_sockets_are_asked_for()
{
	inherit j ip4.addr=10.0.0.2
	refused EPERM socket 2 3 1
	inherit k ip4.addr=10.0.0.3 allow.raw_sockets
	granted socket 2 3 1
	granted raw 10.0.0.3 10.0.0.3
	# within its addresses, and not below IP
	refused_any raw 10.0.0.1 10.0.0.1
	refused_any socket 17 3 768
}

prison_test the_clock_is_asked_for
the_clock_is_asked_for()
{
	inherit j
	refused EPERM settime
	refused EPERM adjtime
	inherit k allow.settime
	granted settime
	granted adjtime
}

prison_test the_kernels_messages_are_asked_for
the_kernels_messages_are_asked_for()
{
	inherit j
	refused EPERM msgbuf
	inherit k allow.read_msgbuf
	granted msgbuf
}

prison_test extattr_is_asked_for
extattr_is_asked_for()
{
	inherit j
	: >"$W/j/file"
	refused EPERM setxattr /file trusted.abashiri
	prison l
	: >"$W/l/file"
	refused EPERM setxattr /file trusted.abashiri
	granted setxattr /file user.abashiri
}

prison_test quotas_are_asked_for
quotas_are_asked_for()
{
	inherit j
	refused EPERM syscall quotactl
}

# --------------------------------------------------------------------------
# A prison whose root is the host's has the other walls all the same

prison_test the_hosts_root_inside_has_no_power_outside
the_hosts_root_inside_has_no_power_outside()
{
	background victim host "$BUILD/test/probe/probe" sleep
	victim=$(first_line victim.out)
	inherit j
	# PIDs of its own
	refused ESRCH kill "$victim" 9
	atf_check -o match:'^1$' jexec j /bin/probe pids
	refused EPERM mknod /disk b 8 0
	refused EPERM mount none /tmp tmpfs
	refused EPERM umount /proc
	refused EPERM by_handle /
	refused EPERM nice -5
	for ns in mnt uts ipc net pid user cgroup; do
		refused EPERM unshare $ns
	done
	for f in kernel/core_pattern kernel/modprobe vm/drop_caches; do
		before=$(cat /proc/sys/$f 2>/dev/null)
		atf_check -s exit:1 -o match:'^E(ACCES|PERM|ROFS|NOENT)$' \
		    jexec j /bin/probe write /proc/sys/$f 1
		[ "$(cat /proc/sys/$f 2>/dev/null)" = "$before" ] ||
		    atf_fail "$f has changed"
	done
	for cap in 2 9 12 13 16 17 19 20 21 22 23 24 25 26 27 32 33 34; do
		refused EPERM bounded $cap
	done
	echo secret >"$W/secret"
	refused EXDEV chroot_escape /tmp/cell
}

prison_test the_hosts_root_inside_cannot_write_the_entering_program
the_hosts_root_inside_cannot_write_the_entering_program()
{
	inherit j
	before=$(cksum <"$BUILD/jexec/jexec")
	printf '#!/proc/self/exe\n' >"$W/j/self"
	chmod 755 "$W/j/self"
	background self jexec j /self
	n=0
	while [ $n -lt 20 ]; do
		jexec j /bin/sh -c 'for p in /proc/[0-9]*; do
			echo x >$p/exe; done' >/dev/null 2>&1
		n=$((n + 1))
	done
	[ "$(cksum <"$BUILD/jexec/jexec")" = "$before" ] ||
	    atf_fail "jexec has changed"
}

prison_test user_inherit_with_the_hosts_pids_is_refused
user_inherit_with_the_hosts_pids_is_refused()
{
	world_tiny "$W/j"
	atf_check -s exit:1 -e match:'pid' jail -c name=j path="$W/j" \
	    persist user=inherit pid=inherit
	atf_check -o ignore jail -c name=j path="$W/j" persist user=inherit
	atf_check -o inline:'user=inherit pid=new\n' jls -j j -n user pid
}

atf_init_test_cases()
{
	add_cases
}
