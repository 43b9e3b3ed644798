#!/usr/bin/env -S ATF_SHELL=/bin/sh atf-sh
# SPDX-License-Identifier: BSD-2-Clause
# What a prisoner can see although it is not his: jail(7), "What a prisoner
# can see".  A test that fails here is no hole closed by chance: the page is
# to say so.
. "$(atf_get_srcdir)/../lib.sh"

PROBE=$BUILD/test/probe/probe

victim()
{
	background victim host "$PROBE" sleep
	victim=$(first_line victim.out)
}

prison_test that_a_foreign_process_lives_can_be_told
that_a_foreign_process_lives_can_be_told()
{
	victim
	prison j
	refused EPERM kill "$victim" 0
	kill "$victim"
	wait "$victim_pid" 2>/dev/null
	refused ESRCH kill "$victim" 0
}

prison_test a_little_of_each_process_can_be_asked
a_little_of_each_process_can_be_asked()
{
	victim
	prison j
	# hidden where the kernel has the BPF LSM
	if grep -qw bpf /sys/kernel/security/lsm 2>/dev/null; then
		refused ESRCH getpgid "$victim"
		refused ESRCH getsid "$victim"
		refused ESRCH getaffinity "$victim"
	else
		granted getpgid "$victim"
		granted getsid "$victim"
		granted getaffinity "$victim"
	fi
	granted getpriority "$victim"
	granted cpuclock "$victim"
	granted fown "$victim"
}

prison_test the_machines_load_can_be_read
the_machines_load_can_be_read()
{
	prison j
	for f in loadavg stat meminfo version cmdline locks; do
		granted open /proc/$f
	done
}

prison_test the_hosts_addresses_can_be_listed
the_hosts_addresses_can_be_listed()
{
	prison j ip4.addr=10.0.0.2
	says '^10\.0\.0\.1$' ifaddrs
	granted open /proc/net/tcp
}

prison_test the_hosts_abstract_sockets_can_be_reached_without_bpf_lsm
the_hosts_abstract_sockets_can_be_reached_without_bpf_lsm()
{
	serving a host "$PROBE" abstract_serve abashiri-test
	prison j
	if grep -qw bpf /sys/kernel/security/lsm 2>/dev/null; then
		# a wall there: jail(7)
		refused_any abstract_connect abashiri-test
	else
		granted abstract_connect abashiri-test
	fi
}

prison_test an_orphans_parent_is_process_1
an_orphans_parent_is_process_1()
{
	prison j
	atf_check -o match:'^[0-9]+$' -o save:pid jexec j /bin/probe daemon
	pid=$(cat pid)
	atf_check -o match:'^ *1$' ps -o ppid= -p "$pid"
	atf_check -o match:"^$pid\$" jexec j /bin/probe pids
}

prison_test an_ordinary_user_sees_his_own_processes_only
an_ordinary_user_sees_his_own_processes_only()
{
	prison j
	background r jexec j /bin/probe sleep
	pid=$(first_line r.out)
	atf_check -o match:"^$pid\$" jexec j /bin/probe pids
	atf_check -o not-match:"^$pid\$" jexec -U user j /bin/probe pids
}

prison_test allow_mount_gives_each_type_that_users_may_mount
allow_mount_gives_each_type_that_users_may_mount()
{
	# The type is a string, which a filter of system calls cannot read.
	prison j allow.mount allow.mount.tmpfs enforce_statfs=1 sysvmsg=new
	granted mount none /tmp mqueue
	# but not a look at what is not one's own
	prison k allow.mount allow.mount.tmpfs enforce_statfs=1
	J=k
	refused EPERM mount none /tmp mqueue
}

atf_init_test_cases()
{
	add_cases
}
