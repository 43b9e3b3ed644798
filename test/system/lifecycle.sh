#!/usr/bin/env -S ATF_SHELL=/bin/sh atf-sh
# SPDX-License-Identifier: BSD-2-Clause
# A prison's life: made, seen, entered, vanished, renamed, removed.
. "$(atf_get_srcdir)/../lib.sh"

prison_test jls_on_a_host_without_prisons_lists_none
jls_on_a_host_without_prisons_lists_none()
{
	atf_check -o inline:'   JID  IP Address      Hostname                      Path\n' \
	    jls
	atf_check -s exit:1 -e inline:'jls: jail "j" not found\n' jls -j j
}

prison_test files_belong_to_uid_0_on_both_sides
files_belong_to_uid_0_on_both_sides()
{
	prison j
	echo host >"$W/j/from_host"
	atf_check -o inline:'0:0\n' jexec j /bin/probe owner /from_host
	atf_check jexec j /bin/probe write /from_jail text
	atf_check -o inline:'0:0\n' stat -c %u:%g "$W/j/from_jail"
	atf_check -o inline:'text' cat "$W/j/from_jail"
	atf_check jexec j /bin/probe chown /from_jail 1000 1000
	atf_check -o inline:'1000:1000\n' stat -c %u:%g "$W/j/from_jail"
}

prison_test a_process_has_one_pid_on_both_sides
a_process_has_one_pid_on_both_sides()
{
	prison j
	background s jexec j /bin/probe sleep
	pid=$(first_line s.out)
	atf_check -o match:'probe' cat "/proc/$pid/comm"
	atf_check -o match:"^0::.*/jail-test\\.$$/$(jls -j j jid)\$" \
	    cat "/proc/$pid/cgroup"
	base=$(jls -j j user.base)
	atf_check -o inline:"$base\n" stat -c %u "/proc/$pid"
}

prison_test a_prison_vanishes_with_its_last_process
a_prison_vanishes_with_its_last_process()
{
	world_tiny "$W/j"
	background c jail -c name=j path="$W/j" command=/bin/probe sleep 2
	wait_for 50 jls -c -j j || atf_fail "never came"
	wait "$c_pid" || atf_fail "jail -c: $?"
	atf_check -s exit:1 jls -c -j j
	atf_check -o empty jls -d name
}

prison_test a_persistent_prison_stays_without_processes
a_persistent_prison_stays_without_processes()
{
	prison j
	atf_check jexec j /bin/true
	atf_check -o inline:'j\n' jls name
	# and none of its namespaces is held by anyone
	atf_check -o inline:'j.example\n' jexec j /bin/probe hostname
}

prison_test a_prison_made_not_persistent_vanishes
a_prison_made_not_persistent_vanishes()
{
	prison j
	background s jexec j /bin/probe sleep
	first_line s.out >/dev/null
	atf_check jail -m name=j nopersist
	atf_check jls -c -j j
	kill "$(cat s.out)"
	wait "$s_pid"
	atf_check -s exit:1 jls -c -j j
}

prison_test a_name_is_free_as_soon_as_its_prison_is_gone
a_name_is_free_as_soon_as_its_prison_is_gone()
{
	prison j
	atf_check jail -R j
	atf_check -s exit:1 -e match:'not found' jail -R j
	atf_check jail -c name=j path="$W/j" persist
}

prison_test removal_ends_all_processes
removal_ends_all_processes()
{
	prison j
	for n in 1 2 3; do
		background s$n jexec j /bin/probe sleep
		first_line s$n.out >>pids
	done
	atf_check jail -R j
	for pid in $(cat pids); do
		atf_check -s exit:1 test -e "/proc/$pid/exe"
	done
}

prison_test removal_leaves_no_cgroup_and_no_record
removal_leaves_no_cgroup_and_no_record()
{
	prison j
	jid=$(jls -j j jid)
	cg=$(awk '/ - cgroup2 / { print $5; exit }' /proc/self/mountinfo)
	atf_check test -d "$cg/jail-test.$$/$jid"
	atf_check test -e "$JAIL_RUN/$jid"
	atf_check jail -R j
	atf_check -s exit:1 test -d "$cg/jail-test.$$/$jid"
	atf_check -s exit:1 test -e "$JAIL_RUN/$jid"
}

prison_test children_go_with_their_parent
children_go_with_their_parent()
{
	prison j children.max=2
	atf_check jail -c name=j.k path="$W/j" persist
	atf_check -o inline:'1\n' jls -j j children.cur
	atf_check -o inline:"$(jls -j j jid)\n" jls -j j.k parent
	background s jexec j.k /bin/probe sleep
	pid=$(first_line s.out)
	atf_check jail -R j
	atf_check -o empty jls name
	atf_check -s exit:1 test -e "/proc/$pid/exe"
}

prison_test children_max_is_kept
children_max_is_kept()
{
	prison j
	atf_check -s exit:1 -e match:'prison limit exceeded' \
	    jail -c name=j.k path="$W/j" persist
	prison l children.max=1
	atf_check jail -c name=l.a path="$W/l" persist
	atf_check -s exit:1 -e match:'prison limit exceeded' \
	    jail -c name=l.b path="$W/l" persist
}

prison_test a_restriction_of_the_parent_reaches_its_children
a_restriction_of_the_parent_reaches_its_children()
{
	prison j children.max=1 ip4.addr=10.0.0.2,10.0.0.3
	atf_check -s exit:1 -e not-empty \
	    jail -c name=j.k path="$W/j" persist ip4.addr=10.0.0.4
	atf_check jail -c name=j.k path="$W/j" persist ip4.addr=10.0.0.3
	atf_check jail -m name=j ip4.addr=10.0.0.2
	atf_check -o inline:'-\n' jls -j j.k ip4.addr
	atf_check jail -m name=j allow.noset_hostname
	atf_check -o inline:'allow.noset_hostname\n' \
	    jls -n -j j.k allow.set_hostname
}

prison_test a_renamed_prison_is_found_by_its_new_name
a_renamed_prison_is_found_by_its_new_name()
{
	prison j
	jid=$(jls -j j jid)
	atf_check jail -m jid="$jid" name=k
	atf_check -s exit:1 jls -c -j j
	atf_check -o inline:"$jid\n" jls -j k jid
	atf_check jexec k /bin/true
}

prison_test jls_s_fed_back_makes_the_same_prison
jls_s_fed_back_makes_the_same_prison()
{
	prison j ip4.addr=10.0.0.2,10.0.0.3 ip6.addr=fd00::2 children.max=3 \
	    allow.chflags=0 securelevel=1 host.domainname=example meta.a='b c'
	jls -j j -s >one
	atf_check jail -R j
	eval "set -- $(cat one)"
	atf_check -e ignore jail -c "$@"
	jls -j j -s >two
	atf_check diff one two
}

prison_test mounts_of_the_host_appear_inside
mounts_of_the_host_appear_inside()
{
	world_tiny "$W/j"
	mkdir "$W/j/mnt"
	mount --bind "$W/j" "$W/j"
	mount --make-shared "$W/j"
	prison j
	background s jexec j /bin/probe sleep
	first_line s.out >/dev/null
	mount -t tmpfs late "$W/j/mnt"
	echo late >"$W/j/mnt/file"
	granted open /mnt/file
	atf_check umount "$W/j/mnt"
	refused ENOENT open /mnt/file
}

prison_test bad_input_makes_nothing
bad_input_makes_nothing()
{
	world_tiny "$W/j"
	echo >"$W/file"
	for bad in "path=$W/nix" "path=$W/file" "path=relative" \
	    "path=$W/j ip4.addr=10.0.0" "path=$W/j ip4.addr=0.0.0.0" \
	    "path=$W/j ip4.addr=10.0.0.2,10.0.0.2" "path=$W/j nix=1" \
	    "path=$W/j enforce_statfs=3" "path=$W/j jid=-1" \
	    "path=$W/j user=inherit pid=inherit" \
	    "path=$W/j vnet=new ip4.addr=10.0.0.2" \
	    "path=$W/j sysvshm=new sysvmsg=inherit" \
	    "path=$W/j securelevel=x"; do
		set -- $bad
		atf_check -s exit:1 -o ignore -e not-empty \
		    jail -c name=j persist "$@"
		atf_check -s exit:1 jls -c -j j
	done
	# name alone
	atf_check -s exit:1 -e match:'new jail must persist or attach' \
	    jail -c name=j path="$W/j"
	prison k ip4.addr=10.0.0.2
	atf_check -s exit:1 -e match:'already exists' \
	    jail -c name=k path="$W/k" persist
	atf_check -s exit:1 -e match:'clash' \
	    jail -c name=l path="$W/k" persist ip4.addr=10.0.0.2,10.0.0.3
}

prison_test many_enter_an_idle_prison_at_once
many_enter_an_idle_prison_at_once()
{
	prison j
	ln -sf busybox "$W/j/bin/readlink"
	n=0
	while [ $n -lt 30 ]; do
		jexec j /bin/sh -c \
		    'readlink /proc/self/ns/uts; readlink /proc/self/ns/ipc; sleep 2' \
		    >view.$n 2>&1 &
		n=$((n + 1))
	done
	wait
	cat view.* >views
	[ "$(wc -l <views)" -ge 58 ] || atf_fail "$(cat views)"
	[ "$(sort -u views | wc -l)" -eq 2 ] ||
	    atf_fail "more than one view: $(sort views | uniq -c)"
}

# stop_at STEP COMMAND...: a process in prison j stops there, in $stopped.
stop_at()
{
	step_=$1
	shift
	cg=$(awk '/ - cgroup2 / { print $5; exit }' /proc/self/mountinfo)
	cg=$cg/$JAIL_CGROUP/$(jls -j j jid)
	before=$(cat "$cg/cgroup.procs")
	JAIL_STOP_AT=$step_ "$@" >stopped.out 2>stopped.err </dev/null &
	wait_for 50 sh -c 'for p in $(cat "$0"); do
		grep -q "^State:.T" "/proc/$p/status" && exit 0
	    done; exit 1' "$cg/cgroup.procs" ||
	    skip "built without -Dfaults=true"
	for stopped in $(cat "$cg/cgroup.procs"); do
		! grep -q '^State:.T' "/proc/$stopped/status" || break
	done
}

prison_test who_is_on_his_way_in_is_not_taken_for_a_prisoner
who_is_on_his_way_in_is_not_taken_for_a_prisoner()
{
	prison j
	for step in view-mounts view-user; do
		echo "== $step"
		stop_at $step jexec j /bin/probe sleep
		# He holds the lock: who comes now waits until the view stands.
		background second jexec j /bin/probe hostname
		sleep 0.3
		atf_check -o empty cat second.out
		kill -CONT "$stopped"
		wait_for 50 test -s second.out || atf_fail "it waits for ever"
		atf_check -o inline:'j.example\n' cat second.out
		atf_check -o inline:"$(readlink "/proc/$stopped/ns/mnt")\n" \
		    sh -c "jexec j /bin/readlink /proc/$stopped/ns/mnt"
		kill -KILL "$stopped"
		wait
	done
	# Nor is one who joins, while only he is there.
	background first jexec j /bin/sh -c 'echo $$; exec /bin/probe sleep'
	first=$(first_line first.out)
	for step in join-namespaces join-user; do
		echo "== $step"
		stop_at $step jexec j /bin/probe hostname
		atf_check -o inline:'j.example\n' jexec j /bin/probe hostname
		kill -CONT "$stopped"
		wait_for 50 test -s stopped.out
		atf_check -o inline:'j.example\n' cat stopped.out
	done
	stop_at join-namespaces jexec j /bin/probe sleep
	kill -KILL "$first"
	wait_for 50 sh -c "! kill -0 $first"
	atf_check -o inline:'j.example\n' jexec j /bin/probe hostname
	atf_check -s exit:1 sh -c "jexec j /bin/ls /proc/1 2>/dev/null"
	kill -KILL "$stopped"
	wait
}

prison_test inside_there_is_a_proc_a_dev_and_nothing_else
inside_there_is_a_proc_a_dev_and_nothing_else()
{
	prison j
	for node in null zero full random urandom tty ptmx; do
		granted ischar /dev/$node
	done
	jexec j /bin/probe mounts >mounts
	atf_check -s exit:1 grep -vE '^/(dev|proc|sys|$)' mounts
}

prison_test sysv_memory_is_the_prisons_own
sysv_memory_is_the_prisons_own()
{
	prison j sysvshm=new
	prison k sysvshm=new
	J=j
	background s jexec j /bin/probe sleep
	first_line s.out >/dev/null
	granted shm 4711 create
	granted shm 4711
	J=k
	refused ENOENT shm 4711
	J=j
	refused_any shm 4712
}

prison_test message_queues_are_for_who_has_sysv_ipc_and_his_own
message_queues_are_for_who_has_sysv_ipc_and_his_own()
{
	prison j
	refused ENOSYS mqueue /x create
	prison k sysvsem=new
	prison l sysvsem=new
	for J in k l; do
		background "s$J" jexec $J /bin/probe sleep
		first_line "s$J.out" >/dev/null
		granted mqueue /x create
		refused EEXIST mqueue /x create
	done
}

# They share an IPC namespace: but not with one who is given more later.
prison_test who_is_given_ipc_while_he_lives_has_nobody_elses
who_is_given_ipc_while_he_lives_has_nobody_elses()
{
	ipc() { jexec "$1" /bin/busybox readlink /proc/self/ns/ipc; }
	hosts=$(readlink /proc/self/ns/ipc)
	for j in a b c; do
		prison $j
		background "s$j" jexec $j /bin/probe sleep
		first_line "s$j.out" >/dev/null
	done
	none=$(ipc a)
	atf_check_equal "$none" "$(ipc b)"
	atf_check test "$none" != "$hosts"
	J=a
	refused ENOSYS shm 4713 create
	for J in a b; do
		atf_check -o ignore jail -m name=$J sysvshm=new
		granted shm 4713 create
		atf_check test "$(ipc $J)" != "$none"
	done
	atf_check test "$(ipc a)" != "$(ipc b)"
	# of the first that lives there, who has none, nobody inherits that
	atf_check -o ignore jail -m name=c sysvshm=inherit
	atf_check_equal "$hosts" "$(ipc c)"
	# and back
	atf_check -o ignore jail -m name=c sysvshm=disable
	atf_check_equal "$none" "$(ipc c)"
	J=c
	refused ENOSYS shm 4713 create
}

prison_test hostnames_are_the_prisons_own
hostnames_are_the_prisons_own()
{
	before=$(hostname)
	prison j
	background s jexec j /bin/probe sleep
	first_line s.out >/dev/null
	granted sethostname other.example
	atf_check -o inline:'other.example\n' jexec j /bin/probe hostname
	atf_check jail -m name=j host.hostname=third.example
	atf_check -o inline:'third.example\n' jexec j /bin/probe hostname
	atf_check -o inline:"$before\n" hostname
}

prison_test a_root_with_the_state_in_it_shows_no_state
a_root_with_the_state_in_it_shows_no_state()
{
	for d in bin dev proc; do mkdir -p "$W/$d"; done
	cp "$BUILD/test/probe/probe" "$(command -v busybox)" "$W/bin"
	chmod 755 "$W" "$W/bin"
	ln -sf busybox "$W/bin/ls"
	atf_check -o ignore -e ignore jail -c name=j path="$W" persist
	atf_check -o empty jexec j /bin/ls /run
	atf_check -o match:'^probe$' jexec j /bin/ls /bin
	atf_check -o match:'^record$' ls "$JAIL_RUN/$(jls -j j jid)"
	atf_check jail -R j
}

prison_test a_hostname_that_is_inherited_follows
a_hostname_that_is_inherited_follows()
{
	prison j children.max=3
	world_tiny "$W/k"
	atf_check -o ignore jail -c name=j.k path="$W/k" persist host=inherit \
	    children.max=1
	atf_check -o ignore jail -c name=j.k.l path="$W/k" persist host=inherit
	atf_check -o ignore jail -c name=j.own path="$W/k" persist \
	    host.hostname=own.example
	atf_check -o inline:'inherit j.example\n' jls -j j.k host host.hostname
	jexec j.k /bin/probe sleep >/dev/null 2>&1 </dev/null &
	wait_for 50 sh -c '[ $(jexec j.k /bin/probe pids | wc -l) -ge 2 ]'
	atf_check jail -m name=j host.hostname=changed.example
	for name in j j.k j.k.l; do
		atf_check -o inline:'changed.example\n' \
		    jexec $name /bin/probe hostname
		atf_check -o inline:'changed.example\n' \
		    jls -j $name host.hostname
	done
	atf_check -o inline:'own.example\n' jexec j.own /bin/probe hostname
	# what inherits the host's is the host's
	atf_check -o ignore jail -c name=h path="$W/k" persist host=inherit
	atf_check -o inline:"$(uname -n)\n" jexec h /bin/probe hostname
}

prison_test who_has_mounts_of_his_own_furnishes_no_prison_with_them
who_has_mounts_of_his_own_furnishes_no_prison_with_them()
{
	world_tiny "$W/j"
	echo hosts >"$W/j/tmp/whose"
	# a host whose first process may be looked at, wherever this runs
	cat >host.sh <<-'END'
	jail -c name=j path="$W/j" persist mount.devfs || exit
	# idle: the view is built by whoever comes, here with a unit's mounts
	unshare --mount sh -c 'mount -t tmpfs none "$W/j/tmp" &&
	    echo own >"$W/j/tmp/whose" && jexec j /bin/cat /tmp/whose'
	unshare --mount sh -c 'mount -o bind,ro "$W/j" "$W/j" &&
	    jexec j /bin/touch /tmp/written'
	test -e "$W/j/tmp/written" && unshare --mount sh -c '
	    umount -l "$W/j/dev" && jexec j /bin/ls /dev/null'
	jail -R j
	"$BUILD/test/system/state-clear"
	END
	export BUILD
	atf_check -o inline:'hosts\n/dev/null\n' unshare --pid --fork \
	    --mount-proc sh host.sh
}

atf_init_test_cases()
{
	add_cases
}
