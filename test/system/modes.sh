#!/usr/bin/env -S ATF_SHELL=/bin/sh atf-sh
# SPDX-License-Identifier: BSD-2-Clause
# user= and pid=: prisons with PIDs of their own, and without uids of their
# own.
. "$(atf_get_srcdir)/../lib.sh"

prison_test pids_of_its_own_start_at_1
pids_of_its_own_start_at_1()
{
	prison j pid=new
	background s jexec j /bin/probe sleep
	first_line s.out >/dev/null
	atf_check -o match:'^1$' jexec j /bin/probe pids
	refused ESRCH kill $$ 0
	atf_check jail -R j
}

prison_test who_enters_later_joins_the_same_pids
who_enters_later_joins_the_same_pids()
{
	prison j pid=new
	background s jexec j /bin/sh -c 'echo $$; exec sleep 60'
	pid=$(first_line s.out)
	atf_check -o match:"^ *$pid .*sleep 60" jexec j /bin/ps
	atf_check jexec j /bin/kill "$pid"
	wait "$s_pid" && atf_fail "it was not killed"
	atf_check jail -R j
}

prison_test with_pids_of_its_own_an_exit_status_comes_back
with_pids_of_its_own_an_exit_status_comes_back()
{
	prison j pid=new
	atf_check -s exit:7 jexec j /bin/sh -c 'exit 7'
	atf_check -s exit:127 -e match:'nosuch: No such file' jexec j nosuch
	prison k user=inherit
	atf_check -s exit:7 jexec k /bin/sh -c 'exit 7'
	atf_check -s exit:127 -e match:'nosuch: No such file' jexec k nosuch
}

prison_test an_ordinary_user_sees_all_where_pids_are_its_own
an_ordinary_user_sees_all_where_pids_are_its_own()
{
	prison j pid=new
	background s jexec j /bin/probe sleep
	first_line s.out >/dev/null
	atf_check -o match:'^1$' jexec -U user j /bin/probe pids
	prison k
	atf_check -o not-match:'^1$' jexec -U user k /bin/probe pids
}

prison_test a_prison_with_pids_of_its_own_vanishes_with_its_last_process
a_prison_with_pids_of_its_own_vanishes_with_its_last_process()
{
	world_tiny "$W/j"
	background s jail -q -c name=j path="$W/j" pid=new \
	    command=/bin/sleep 60
	wait_for 50 jls -c -j j || atf_fail "it was not made"
	# The start has failed then, and the killer may go with the jail.
	atf_check -s ignore jexec j /bin/busybox killall sleep
	wait "$s_pid"
	wait_for 50 sh -c '! jls -c -j j' || atf_fail "it is still there"
}

prison_test the_first_process_is_no_file_of_the_hosts
the_first_process_is_no_file_of_the_hosts()
{
	for m in pid=new user=inherit; do
		prison "j${m%=*}" "$m"
		atf_check -o match:'^/memfd:jail' \
		    jexec "$J" /bin/busybox readlink /proc/1/exe
		atf_check -s not-exit:0 -o ignore -e ignore jexec "$J" \
		    /bin/sh -c 'echo x >>/proc/1/exe'
	done
}

prison_test a_script_run_by_proc_self_exe_gets_no_command_of_the_hosts
a_script_run_by_proc_self_exe_gets_no_command_of_the_hosts()
{
	prison j user=inherit
	printf '#!/proc/self/exe\n' >"$W/j/bin/trap"
	chmod 755 "$W/j/bin/trap"
	# jexec itself would tell how it is used; what runs is first.c.
	atf_check -s ignore -o empty -e empty jexec j /bin/trap
	atf_check -o empty find "$BUILD/jexec/jexec" -newer "$W/j/bin/trap"
}

prison_test the_hosts_uid_0_inside_rules_nothing_of_the_hosts
the_hosts_uid_0_inside_rules_nothing_of_the_hosts()
{
	prison j user=inherit
	atf_check -o inline:'0\n' jexec j /bin/id -u
	atf_check -s not-exit:0 -o ignore -e match:'Read-only' jexec j \
	    /bin/sh -c 'echo x >/proc/sys/kernel/hostname'
	refused ESRCH kill $$ 0
	refused EPERM sethostname a.example
	refused EPERM mknod /d b 8 0
	refused EPERM mount none /tmp tmpfs
	refused_any open /proc/kcore
	atf_check -o match:'^user=inherit pid=new$' jls -j j -n user pid
}

prison_test the_hosts_uids_need_pids_of_their_own
the_hosts_uids_need_pids_of_their_own()
{
	world_tiny "$W/j"
	atf_check -s exit:1 -e match:'user=inherit needs pid=new' jail -c \
	    name=j path="$W/j" persist user=inherit pid=inherit
	atf_check -s exit:1 jls -c -j j
}

prison_test a_root_that_cannot_be_idmapped_takes_the_hosts_uids_and_says_so
a_root_that_cannot_be_idmapped_takes_the_hosts_uids_and_says_so()
{
	world_tiny "$W/lower"
	mkdir "$W/upper" "$W/work" "$W/j"
	mount -t overlay overlay "$W/j" \
	    -o "lowerdir=$W/lower,upperdir=$W/upper,workdir=$W/work" ||
	    skip "overlayfs"
	atf_check -o ignore -e match:'user=inherit and pid=new are taken' \
	    jail -c name=j path="$W/j" persist
	atf_check -o match:'^user=inherit pid=new$' jls -j j -n user pid
	atf_check -o inline:'0\n' jexec j /bin/id -u
	atf_check -s exit:1 -e match:'cannot be idmapped' jail -c name=k \
	    path="$W/j" persist user=new
	atf_check -o ignore jail -R j
	umount "$W/j"
}

prison_test jls_s_makes_the_same_jail_again
jls_s_makes_the_same_jail_again()
{
	world_tiny "$W/j"
	atf_check -o ignore -e ignore jail -c name=j path="$W/j" persist \
	    host.hostname='a b.example' ip4.addr=10.0.0.2,10.0.0.3 \
	    ip6.addr=fd00::2 allow.mount allow.noset_hostname \
	    children.max=3 securelevel=1 sysvshm=new meta.x='it is' \
	    env='k=v'
	jls -s -j j >was
	atf_check jail -R j
	atf_check -o ignore -e ignore sh -c 'eval "jail -c $(cat was)"'
	jls -s -j "$(jls name)" >is
	atf_check cmp was is
	# and with PIDs of its own
	atf_check jail -R j
	atf_check -o ignore -e ignore jail -c name=j path="$W/j" persist pid=new
	jls -s -j j >was
	atf_check jail -R j
	atf_check -o ignore -e ignore sh -c 'eval "jail -c $(cat was)"'
	jls -s -j j >is
	atf_check cmp was is
}

# Its first process ends with each of them, and who comes then is not to go
# with it.
prison_test commands_come_and_go_in_a_prison_with_pids_of_its_own 300
commands_come_and_go_in_a_prison_with_pids_of_its_own()
{
	prison j pid=new
	for lane in 1 2 3 4; do
		(n=0
		while [ $n -lt 60 ]; do
			n=$((n + 1))
			jexec j /bin/true || echo "lane $lane: $?"
		done) >lane.$lane 2>&1 &
	done
	wait
	atf_check -o empty cat lane.1 lane.2 lane.3 lane.4
}

# The first process of its PIDs waits a second for others, and what it then takes
# with it when it ends is all there is.
prison_test who_comes_when_the_first_process_is_about_to_end_stays
who_comes_when_the_first_process_is_about_to_end_stays()
{
	prison j pid=new
	for pause in 0.45 0.6 0.75 0.9 0.95 1 1.05 1.1; do
		atf_check jexec j /bin/true
		sleep $pause
		atf_check -o inline:"$pause\n" jexec j /bin/sh -c \
		    "sleep 0.7; echo $pause"
	done
}

atf_init_test_cases()
{
	add_cases
}
