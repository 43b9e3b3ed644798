#!/usr/bin/env -S ATF_SHELL=/bin/sh atf-sh
# SPDX-License-Identifier: BSD-2-Clause
# Processors: of jails, processes and threads.
. "$(atf_get_srcdir)/../lib.sh"

# Two processors at least, and with "jails" a cpuset controller.
cpus()
{
	wrap "$BUILD/cpuset/cpuset"
	[ "$(nproc)" -ge 2 ] || skip "a second processor"
	[ "${1-}" != jails ] || grep -q '^cpuset[[:space:]]' /proc/cgroups ||
	    grep -qw cpuset /sys/fs/cgroup/cgroup.controllers ||
	    skip "the cpuset controller"
}

# where PID: the processors that it may run on, as the kernel writes them.
where()
{
	sed -n 's/^Cpus_allowed_list:[[:space:]]*//p' "/proc/$1/status"
}

# on JAIL LIST: cpuset -g says so of the jail.
on()
{
	atf_check -o match:"^jail $(jls -j "$1" jid) mask: $2\$" cpuset -g -j "$1"
}

prison_test a_jails_processes_run_where_it_may
a_jails_processes_run_where_it_may()
{
	cpus jails
	prison j
	prison k
	all=$(where $$)
	background s jexec j /bin/probe sleep
	pid=$(first_line s.out)
	background t jexec k /bin/probe sleep
	other=$(first_line t.out)
	atf_check cpuset -l 1 -j j
	on j 1
	atf_check_equal 1 "$(where "$pid")"
	atf_check_equal "$all" "$(where "$other")"
	# who comes later, and what he sees
	atf_check -o inline:'1\n' jexec j /bin/busybox nproc
	# and cannot leave it
	atf_check -s not-exit:0 -o ignore -e ignore \
	    jexec j /bin/busybox taskset 1 /bin/true
	# by number, and all of it again
	atf_check cpuset -l 0 -j "$(jls -j j jid)"
	atf_check_equal 0 "$(where "$pid")"
	atf_check cpuset -l all -j j
	atf_check_equal "$all" "$(where "$pid")"
	kill "$pid" "$other"
	wait
}

prison_test a_jail_below_another_has_no_more
a_jail_below_another_has_no_more()
{
	cpus jails
	prison j children.max=2
	atf_check jail -c name=j.k path="$W/j" persist
	atf_check cpuset -l 0-1 -j j.k
	atf_check cpuset -l 1 -j j
	on j.k 1
	atf_check -s exit:1 -e match:'not all of these processors' \
	    cpuset -l 0 -j j.k
	on j.k 1
	# one made later has the same
	atf_check jail -c name=j.l path="$W/j" persist
	on j.l 1
	atf_check -o inline:'1\n' jexec j.l /bin/busybox nproc
	atf_check cpuset -l all -j j
	atf_check cpuset -l 0 -j j.k
	on j.k 0
}

prison_test rules_and_a_cpuset_do_not_disturb_one_another
rules_and_a_cpuset_do_not_disturb_one_another()
{
	cpus jails
	wrap "$BUILD/rctl/rctl"
	prison j
	atf_check cpuset -l 1 -j j
	atf_check rctl -a jail:j:maxproc:deny=50
	atf_check -o inline:'1\n' jexec j /bin/busybox nproc
	atf_check rctl -r jail:j
	atf_check -o inline:'1\n' jexec j /bin/busybox nproc
	on j 1
}

prison_test processors_that_are_not_there_are_refused
processors_that_are_not_there_are_refused()
{
	cpus jails
	prison j
	atf_check -s exit:1 -e match:'not all of these processors' \
	    cpuset -l 0,1000 -j j
	for list in 0- -1 0,,1 1-0 x 0x1 99999 ''; do
		atf_check -s exit:1 -e match:'invalid cpu-list' \
		    cpuset -l "$list" -j j
	done
	atf_check -s exit:1 -e match:'jail "nix" not found' cpuset -g -j nix
	atf_check -s exit:1 -e match:"host's own set" cpuset -l 0 -s 0
	on j '0, 1.*'
}

prison_test the_set_ends_with_the_jail
the_set_ends_with_the_jail()
{
	cpus jails
	prison j
	jid=$(jls -j j jid)
	atf_check cpuset -l 1 -j j
	atf_check jail -R j
	for dir in $(awk '/ - cgroup2? / { print $5 }' /proc/self/mountinfo); do
		atf_check -s exit:1 test -d "$dir/$JAIL_CGROUP/$jid"
	done
	atf_check jail -c name=j jid="$jid" path="$W/j" persist
	on j '0, 1.*'
}

prison_test a_command_and_a_process_run_where_they_are_told
a_command_and_a_process_run_where_they_are_told()
{
	cpus
	atf_check -o inline:'pid -1 mask: 1\n' -x 'cpuset -l 1 cpuset -g |
	    head -n 1'
	atf_check -o inline:'1\n' cpuset -l 1 nproc
	atf_check -s exit:3 cpuset -l 0-1 sh -c 'exit 3'
	atf_check -s exit:127 -e match:'/nix: No such file' cpuset -l 0 /nix
	sleep 100 &
	pid=$!
	atf_check cpuset -l 1 -p $pid
	atf_check_equal 1 "$(where $pid)"
	atf_check -o match:"^pid $pid mask: 1\$" cpuset -g -p $pid
	atf_check cpuset -l 0 -t $pid
	atf_check -o match:"^tid $pid mask: 0\$" cpuset -g -t $pid
	atf_check cpuset -l all -C -p $pid
	atf_check -o match:"^pid $pid mask: 0, 1" cpuset -g -p $pid
	kill $pid
}

prison_test sets_are_told_by_number
sets_are_told_by_number()
{
	cpus jails
	prison j
	jid=$(jls -j j jid)
	atf_check_equal "$jid" "$(jls -j j cpuset.id)"
	atf_check -o inline:"jail $jid cpuset id: $jid\n" cpuset -gi -j j
	background s jexec j /bin/probe sleep
	pid=$(first_line s.out)
	atf_check -o inline:"pid $pid cpuset id: $jid\n" cpuset -gi -p "$pid"
	atf_check -o inline:"pid $pid root id: $jid\n" cpuset -gir -p "$pid"
	atf_check -o inline:'pid -1 cpuset id: 0\n' cpuset -gi
	atf_check cpuset -l 1 -s "$jid"
	atf_check -o match:"^cpuset $jid mask: 1\$" cpuset -g -s "$jid"
	atf_check -o match:"^pid $pid cpuset mask: 1\$" cpuset -gc -p "$pid"
	atf_check -o match:"^pid $pid root mask: 1\$" cpuset -gr -p "$pid"
	# on the jail's processors, though not in it
	atf_check -o inline:'1\n' cpuset -s "$jid" nproc
	atf_check -o match:'^domain 0 mask: 0, 1' cpuset -g -d 0
	kill "$pid"
	wait
}

prison_test misuse_is_told
misuse_is_told()
{
	cpus
	for args in '' '-x' '-g -l 0' '-j 1 -p 1 -l 0' '-l 0 -r' '-d 0 -l 0' \
	    '-p 1' 'true'; do
		atf_check -s exit:1 -e match:'(^usage: cpuset|not found)' \
		    cpuset $args
	done
	atf_check -s exit:1 -e match:'numactl' cpuset -n first-touch:0 true
	atf_check -s exit:1 -e match:'getaffinity' cpuset -g -p 4194305
}

atf_init_test_cases()
{
	add_cases
}
