#!/usr/bin/env -S ATF_SHELL=/bin/sh atf-sh
# SPDX-License-Identifier: BSD-2-Clause
# The walls: every way out of a prison that was found while it was designed,
# and that must stay closed.  What a prisoner may see: visible.sh.
. "$(atf_get_srcdir)/../lib.sh"

# victim: a host process in the test's network, of root, in $victim.
victim()
{
	background victim host "$BUILD/test/probe/probe" sleep
	victim=$(first_line victim.out)
}

# still_there PID: the attack has not changed whether it lives.
still_there()
{
	kill -0 "$1" || atf_fail "$1 has ended"
}

# --------------------------------------------------------------------------
# Processes of others

prison_test jail_root_cannot_signal_a_host_process
jail_root_cannot_signal_a_host_process()
{
	victim
	prison j
	for sig in 0 9 15 18 19; do
		refused EPERM kill "$victim" $sig
		refused EPERM tgkill "$victim" $sig
		refused EPERM sigqueue "$victim" $sig
	done
	still_there "$victim"
	atf_check -o match:'^S' ps -o stat= -p "$victim"
}

prison_test jail_root_cannot_touch_a_host_process
jail_root_cannot_touch_a_host_process()
{
	victim
	prison j
	refused EPERM ptrace "$victim"
	refused EPERM vmread "$victim"
	refused EPERM affinity "$victim"
	refused EPERM setpriority "$victim" 5
	refused EPERM ioprio "$victim"
	refused EPERM prlimit "$victim"
	refused EPERM kcmp "$victim"
	# ESRCH: not a child of the caller
	refused ESRCH setpgid "$victim" "$victim"
	atf_check -o inline:"$(ps -o ni= -p $$)\n" ps -o ni= -p "$victim"
}

prison_test jail_root_cannot_touch_another_prison
jail_root_cannot_touch_another_prison()
{
	prison k
	background other jexec k /bin/probe sleep
	other=$(first_line other.out)
	prison j
	refused EPERM kill "$other" 9
	refused EPERM ptrace "$other"
	refused EPERM affinity "$other"
	refused EPERM setpriority "$other" 5
	refused EPERM ioprio "$other"
	refused EPERM prlimit "$other"
	still_there "$other"
}

prison_test jail_user_cannot_signal_jail_root
jail_user_cannot_signal_jail_root()
{
	prison j
	background other jexec j /bin/probe sleep
	other=$(first_line other.out)
	atf_check -s exit:1 -o inline:'EPERM\n' \
	    jexec -U user j /bin/probe kill "$other" 9
	still_there "$other"
}

prison_test prisons_have_uid_ranges_of_their_own
prisons_have_uid_ranges_of_their_own()
{
	prison j
	prison k
	a=$(jls -j j user.base)
	b=$(jls -j k user.base)
	[ "$a" -ge 1879048192 ] || atf_fail "$a"
	[ "$b" -ge 1879048192 ] || atf_fail "$b"
	[ "$a" -ne "$b" ] || atf_fail "both have $a"
	[ $(((a - b) % 65536)) -eq 0 ] || atf_fail "$a and $b overlap"
}

prison_test proc_of_a_host_process_cannot_be_found
proc_of_a_host_process_cannot_be_found()
{
	victim
	prison j
	for path in "/proc/$victim" "/proc/$victim/status" \
	    "/proc/self/../$victim/status" \
	    "/proc/self/task/../../$victim/status" \
	    "/proc/thread-self/../../../$victim/status"; do
		refused ENOENT open "$path"
	done
	atf_check -o save:pids jexec j /bin/probe pids
	atf_check -s exit:1 grep -qx "$victim" pids
	atf_check -s exit:1 grep -qx 1 pids
}

prison_test pidfds_of_others_cannot_be_had
pidfds_of_others_cannot_be_had()
{
	victim
	prison j
	# with one, the exit status of any process could be read
	refused ENOSYS pidfd_open "$victim"
	refused_any syscall pidfd_getfd
	refused_any syscall process_madvise
}

prison_test entering_starts_a_session_of_its_own
entering_starts_a_session_of_its_own()
{
	prison j
	# otherwise: SIGCONT to, and the process group of, the host's session
	atf_check -o inline:'session own, group own\n' jexec j /bin/probe leads
	atf_check -o inline:'session own, group own\n' \
	    jail -c path="$W/j" command=/bin/probe leads
}

prison_test a_child_cannot_be_put_upon_a_host_process
a_child_cannot_be_put_upon_a_host_process()
{
	prison j
	# CLONE_PARENT: the host process that entered would get a child that
	# it does not know, with a status of the prisoner's choice
	refused EPERM clone_parent
	refused ENOSYS clone3_parent
}

prison_test processes_without_a_main_thread_are_removed
processes_without_a_main_thread_are_removed()
{
	prison j
	# cgroup.kill leaves such a process alive for ever
	background half jexec j /bin/probe leader_exit
	half=$(first_line half.out)
	wait_for 30 grep -q '^State:.Z' "/proc/$half/status" ||
	    atf_fail "the main thread has not ended"
	atf_check jail -R j
	atf_check -s exit:1 test -e "/proc/$half/task"
}

prison_test frozen_processes_are_removed
frozen_processes_are_removed()
{
	prison j
	background other jexec j /bin/probe sleep
	other=$(first_line other.out)
	dir=$(cgroup_of "$other")
	echo 1 >"$dir/cgroup.freeze" || atf_fail "cannot freeze"
	atf_check timeout 20 "$W/bin/jail" -R j
	wait_for 30 test ! -e "/proc/$other/task" || atf_fail "$other lives"
}

# The directory of a process's cgroup.
cgroup_of()
{
	echo "$(awk '/ - cgroup2 / { print $5; exit }' /proc/self/mountinfo)$(
	    sed -n 's/^0:://p' "/proc/$1/cgroup")"
}

prison_test a_fork_bomb_ends_at_the_limit_and_is_removed 180
a_fork_bomb_ends_at_the_limit_and_is_removed()
{
	prison j
	max=$(cat "$(cgroup_dir)/pids.max" 2>/dev/null) ||
	    skip "the pids controller is not on the unified hierarchy"
	case $max in
	[0-9]*) ;;
	*) atf_fail "no limit of processes: $max" ;;
	esac
	echo 50 >"$(cgroup_dir)/pids.max"
	atf_check -s exit:1 -o inline:'49\nEAGAIN\n' \
	    jexec j /bin/probe forkbomb 100
}

prison_test a_prisoners_limit_of_processes_holds 180
a_prisoners_limit_of_processes_holds()
{
	prison j
	most=$(($(cat /proc/sys/kernel/pid_max) / 4))
	[ "$most" -le 16384 ] || skip "more PIDs than a test may take"
	atf_check -s exit:1 -o match:'^EAGAIN$' \
	    jexec j /bin/probe forkbomb "$most"
}

cgroup_dir()
{
	echo "$(awk '/ - cgroup2 / { print $5; exit }' \
	    /proc/self/mountinfo)/jail-test.$$/$(jls -j "$J" jid)"
}

# --------------------------------------------------------------------------
# Files, devices, mounts

prison_test the_root_cannot_be_climbed_out_of
the_root_cannot_be_climbed_out_of()
{
	prison j
	echo secret >"$W/secret"
	refused ENOENT open /../secret
	refused ENOENT open /proc/self/root/../secret
	refused ENOENT open /proc/self/cwd/../secret
	refused EXDEV chroot_escape /tmp/cell
}

prison_test a_directory_on_a_standard_descriptor_is_refused
a_directory_on_a_standard_descriptor_is_refused()
{
	prison j
	# openat(0, "etc/shadow"), openat(0, "../.."), fchdir(0)
	for n in 0 1; do
		atf_check -s exit:1 -e match:"descriptor $n is a directory" \
		    sh -c "exec jexec j /bin/probe fds $n<'$W'"
	done
	# there is nowhere to complain to
	atf_check -s exit:1 sh -c "exec jexec j /bin/probe fds 2<'$W'"
}

prison_test no_descriptor_but_the_standard_three_goes_in
no_descriptor_but_the_standard_three_goes_in()
{
	prison j
	atf_check -o inline:'0\n1\n2\n' \
	    sh -c "exec jexec j /bin/probe fds 5</ 6</etc/passwd"
	atf_check -o inline:'0\n1\n2\n' \
	    sh -c "exec jail -c path='$W/j' command=/bin/probe fds 7</"
}

prison_test the_working_directory_cannot_be_a_descriptor_of_ours
the_working_directory_cannot_be_a_descriptor_of_ours()
{
	prison j
	for n in 3 4 5 6 7 8 9 10 11 12; do
		atf_check -s not-exit:0 -e ignore \
		    jexec -d /proc/self/fd/$n j /bin/probe fds
	done
}

prison_test jail_root_cannot_mknod_a_disk
jail_root_cannot_mknod_a_disk()
{
	prison j
	refused EPERM mknod /disk b 8 0
	refused EPERM mknod /mem c 1 1
	refused EPERM mknod /dev/disk b 8 0
}

prison_test device_nodes_in_a_world_do_not_work
device_nodes_in_a_world_do_not_work()
{
	world_tiny "$W/j"
	mknod "$W/j/null" c 1 3
	mknod "$W/j/mem" c 1 1
	chmod 666 "$W/j/null" "$W/j/mem"
	prison j
	refused EACCES open /null
	refused EACCES open /mem
	# those of /dev do
	granted open /dev/null rw
}

prison_test jail_root_cannot_mount
jail_root_cannot_mount()
{
	prison j
	for type in tmpfs proc sysfs cgroup cgroup2 devtmpfs mqueue overlay; do
		refused EPERM mount none /tmp $type
	done
	refused EPERM mount /bin /tmp none bind
	refused EPERM mount none / none remount
	refused EPERM umount /proc
	refused EPERM umount /dev
	refused EPERM open_tree /
	refused EPERM fsopen tmpfs
	for call in move_mount mount_setattr fsmount fspick pivot_root; do
		refused EPERM syscall $call
	done
}

prison_test jail_root_cannot_make_namespaces
jail_root_cannot_make_namespaces()
{
	prison j
	for ns in mnt uts ipc net pid user cgroup; do
		refused EPERM unshare $ns
		refused EPERM clone $ns
	done
	refused EPERM setns /proc/self/ns/mnt
	refused EPERM setns /proc/self/ns/user
}

prison_test max_user_namespaces_cannot_be_raised_from_inside
max_user_namespaces_cannot_be_raised_from_inside()
{
	prison j
	refused EPERM bounded 24	# CAP_SYS_RESOURCE
	atf_check -s exit:1 -o match:'^E(ACCES|PERM|ROFS)$' \
	    jexec j /bin/probe write /proc/sys/user/max_user_namespaces 999
}

prison_test proc_sys_cannot_be_written
proc_sys_cannot_be_written()
{
	prison j
	for f in kernel/core_pattern kernel/hostname vm/drop_caches \
	    kernel/modprobe net/ipv4/ip_forward kernel/sysrq; do
		before=$(cat "/proc/sys/$f" 2>/dev/null)
		atf_check -s exit:1 -o match:'^E(ACCES|PERM|ROFS|NOENT)$' \
		    jexec j /bin/probe write "/proc/sys/$f" 1
		[ "$(cat "/proc/sys/$f" 2>/dev/null)" = "$before" ] ||
		    atf_fail "$f has changed"
	done
	atf_check -s exit:1 -o match:'^E(ACCES|PERM|ROFS|NOENT)$' \
	    jexec j /bin/probe open /proc/sysrq-trigger w
	refused_any open /proc/kcore
}

prison_test files_cannot_be_opened_by_handle
files_cannot_be_opened_by_handle()
{
	prison j
	refused EPERM by_handle /
}

prison_test a_link_below_the_root_leads_no_mount_astray
a_link_below_the_root_leads_no_mount_astray()
{
	world_tiny "$W/j"
	mkdir "$W/outside"
	rmdir "$W/j/dev"
	ln -s ../outside "$W/j/dev"
	atf_check -s exit:1 -o ignore -e not-empty \
	    jail -c name=j path="$W/j" persist mount.devfs
	atf_check -s exit:1 grep -q "$W/outside" /proc/self/mountinfo
	atf_check -s exit:1 jls -c -j j
}

# --------------------------------------------------------------------------
# The filter of system calls

prison_test the_32_bit_door_is_shut
the_32_bit_door_is_shut()
{
	[ "$(uname -m)" = x86_64 ] || skip "no second ABI on $(uname -m)"
	prison j
	# Ended by the filter, or without it answered: never 0.
	atf_check -s not-exit:0 -o ignore -e ignore jexec j /bin/probe int80
	atf_check -s not-exit:0 -o ignore -e ignore jexec j /bin/probe x32
}

prison_test io_uring_does_not_exist
io_uring_does_not_exist()
{
	prison j
	# its socket() would pass the filter unseen
	refused ENOSYS syscall io_uring_setup
	refused ENOSYS syscall io_uring_enter
}

prison_test system_calls_for_the_whole_machine_are_refused
system_calls_for_the_whole_machine_are_refused()
{
	prison j
	for call in acct add_key bpf delete_module finit_module init_module \
	    kexec_load keyctl perf_event_open quotactl reboot request_key \
	    swapon swapoff userfaultfd; do
		atf_check -s exit:1 -o match:'^E(PERM|NOSYS)$' \
		    jexec j /bin/probe syscall $call
	done
}

prison_test capabilities_over_the_machine_are_not_in_the_bounding_set
capabilities_over_the_machine_are_not_in_the_bounding_set()
{
	prison j
	# MODULE RAWIO PACCT BOOT RESOURCE TIME MKNOD MAC_* SYSLOG WAKE
	# BLOCK AUDIT_READ PERFMON BPF CHECKPOINT
	for cap in 16 17 20 22 24 25 32 33 34 35 36 37 38 39 40; do
		refused EPERM bounded $cap
	done
	# CHOWN DAC_OVERRIDE SETUID KILL stay
	for cap in 0 1 7 5; do
		granted bounded $cap
	done
}

prison_test an_entrant_cannot_be_looked_into
an_entrant_cannot_be_looked_into()
{
	prison j
	# Between its entering and its exec it is still the host's program.
	background spy jexec j /bin/probe spy 6
	wait_for 50 grep -q ready spy.out || atf_fail "no spy"
	n=0
	while [ $n -lt 150 ]; do
		jexec j /bin/true || atf_fail "jexec"
		n=$((n + 1))
	done
	wait "$spy_pid"
	# It has seen processes, and of none a program that is not inside.
	atf_check -o match:'^saw [1-9]' grep saw spy.out
	atf_check -s exit:1 grep outside spy.out
}

prison_test every_process_is_filtered
every_process_is_filtered()
{
	prison j
	atf_check -o inline:'2\n' jexec j /bin/probe status Seccomp
	atf_check -o inline:'2\n' jexec j /bin/sh -c '/bin/probe status Seccomp'
}

prison_test the_entering_program_cannot_be_written
the_entering_program_cannot_be_written()
{
	prison j
	printf '#!/proc/self/exe\n' >"$W/j/self"
	chmod 755 "$W/j/self"
	before=$(cksum <"$BUILD/jexec/jexec")
	background self jexec j /self
	sleep 1
	[ "$(cksum <"$BUILD/jexec/jexec")" = "$before" ] ||
	    atf_fail "jexec has changed"
	atf_check -s not-exit:0 -o ignore -e ignore jexec j /bin/sh -c \
	    'echo x >/proc/$$/exe'
}

# --------------------------------------------------------------------------
# Terminals

prison_test no_character_can_be_typed_into_the_hosts_terminal
no_character_can_be_typed_into_the_hosts_terminal()
{
	prison j
	cat >script <<-'END'
	expect HOST:
	send jexec j /bin/probe tiocsti 0 x; echo "<$?>"\n
	expect <
	END
	atf_check -o ignore -e ignore env -u ENV PS1='HOST: ' \
	    "$BUILD/test/system/ptyrun" script sh -i
	# on no terminal of the host's is it a terminal at all
	atf_check -s exit:1 -o match:'^E(NOTTY|PERM|IO)$' \
	    jexec j /bin/probe tiocsti 0 x </dev/null
}

atf_init_test_cases()
{
	add_cases
}
