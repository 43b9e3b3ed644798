#!/usr/bin/env -S ATF_SHELL=/bin/sh atf-sh
# SPDX-License-Identifier: BSD-2-Clause
# Limits: rules of rctl(8), on whichever kind of cgroup the host has bound its
# controllers to.
. "$(atf_get_srcdir)/../lib.sh"

limits()
{
	wrap "$BUILD/rctl/rctl"
	JAIL_LIBEXEC=$BUILD/rctl
	RCTL_CONF=$W/rctl.conf
	export JAIL_LIBEXEC RCTL_CONF
}

# needs CONTROLLER...: skip where the host has none.
needs()
{
	for c_; do
		[ -n "$(controller "$c_")" ] ||
		    skip "the $c_ controller (in no hierarchy of this host)"
	done
}

# controller NAME: the directory above the prisons' groups, if there is one.
controller()
{
	two_=$(awk '/ - cgroup2 / { print $5; exit }' /proc/self/mountinfo)
	if grep -qw "$1" "$two_/cgroup.controllers"; then
		echo "$two_/$JAIL_CGROUP"
		return
	fi
	one_=$1
	[ "$one_" != io ] || one_=blkio
	awk -v c="$one_" '/ - cgroup / && ("," $NF ",") ~ ("," c ",") {
	    print $5; exit }' /proc/self/mountinfo | sed "s|\$|/$JAIL_CGROUP|"
}

# knob CONTROLLER V2FILE V1FILE: what the file of jail j says.
knob()
{
	dir_=$(controller "$1")/$(jls -j j jid)
	cat "$dir_/$2" 2>/dev/null || cat "$dir_/$3"
}

# knob_is VALUE CONTROLLER V2FILE V1FILE
knob_is()
{
	want_=$1
	shift
	atf_check_equal "$want_" "$(knob "$@")"
}

# knob_matches REGEX CONTROLLER V2FILE V1FILE
knob_matches()
{
	want_=$1
	shift
	knob "$@" | grep -Eq -- "$want_" || atf_fail "$*: $(knob "$@")"
}

# refused_rule RULE TEXT: rctl -a refuses it in these words.
refused_rule()
{
	atf_check -s exit:1 -e match:"$2" rctl -a "$1"
}

prison_test a_fork_bomb_is_stopped_by_maxproc_and_the_host_is_unharmed 300
a_fork_bomb_is_stopped_by_maxproc_and_the_host_is_unharmed()
{
	limits; needs pids
	prison j
	atf_check rctl -a jail:j:maxproc:deny=20
	atf_check -s exit:1 -o inline:'19\nEAGAIN\n' \
	    jexec j /bin/probe forkbomb 100
	echo '/bin/sh /tmp/bomb & /bin/sh /tmp/bomb & exec sleep 100' \
	    >"$W/j/tmp/bomb"
	background bomb jexec j /bin/sh /tmp/bomb
	wait_for 50 sh -c '[ "$(jls -j j -o pids | sed 1d)" -ge 4 ]' ||
	    atf_fail "no bomb"
	n=0
	while [ $n -lt 20 ]; do
		[ "$(jls -j j -o threads | sed 1d)" -le 20 ] ||
		    atf_fail "more than 20"
		# the host forks as it likes
		sh -c : || atf_fail "the host cannot fork"
		n=$((n + 1))
	done
	atf_check jail -R j
	wait
}

prison_test memory_is_denied_inside_and_kills_inside_only
memory_is_denied_inside_and_kills_inside_only()
{
	limits; needs memory
	prison j
	prison k
	ln -sf busybox "$W/j/bin/tail"
	background by jexec k /bin/probe sleep
	first_line by.out >/dev/null
	atf_check rctl -a jail:j:memoryuse:deny=24m
	# one line without an end, which tail has to keep
	jexec j /bin/sh -c 'exec tail -n 1 </dev/zero' 2>/dev/null
	atf_check_equal 137 $?
	kill -0 "$(cat by.out)" || atf_fail "a neighbour was killed"
	# who keeps below it is left alone
	atf_check -o inline:'fine\n' jexec j /bin/sh -c 'echo fine'
	kill "$(cat by.out)"
	wait
}

prison_test rules_reach_the_controllers_and_leave_them
rules_reach_the_controllers_and_leave_them()
{
	limits; needs pids memory cpu
	prison j
	before=$(jexec j /bin/true; cat "$(controller pids)/$(jls -j j jid)/pids.max" 2>/dev/null || echo max)
	atf_check rctl -a jail:j:maxproc:deny=30 jail:j:maxproc:deny=40 \
	    jail:j:nthr:deny=35 jail:j:memoryuse:deny=64m jail:j:pcpu:deny=50
	knob_is '30' pids pids.max pids.max
	knob_is '67108864' memory memory.max memory.limit_in_bytes
	knob_matches '^50000' cpu cpu.max cpu.cfs_quota_us
	atf_check rctl -r jail:j:maxproc:deny=30
	knob_is '35' pids pids.max pids.max
	atf_check rctl -r jail:j
	knob_is "$before" pids pids.max pids.max
	knob_matches '^(max|9223372036854771712)$' memory memory.max memory.limit_in_bytes
	knob_matches '^(max 100000|-1)$' cpu cpu.max cpu.cfs_quota_us
	atf_check -o empty rctl
}

prison_test swap_is_limited_beside_memory
swap_is_limited_beside_memory()
{
	limits; needs memory
	prison j
	atf_check rctl -a jail:j:memoryuse:deny=64m
	if [ -f "$(controller memory)/$(jls -j j jid)/memory.limit_in_bytes" ]
	then
		atf_check rctl -a jail:j:swapuse:deny=32m
		knob_is '100663296' memory none memory.memsw.limit_in_bytes
		# up and down, in whichever order the kernel takes them
		for m in 128 16 256; do
			atf_check rctl -a jail:j:memoryuse:deny=${m}m
			atf_check rctl -r jail:j:memoryuse:deny=${m}m
		done
		atf_check -s exit:1 -e match:'bound to cgroup v1 at /.*swapuse' \
		    rctl -r jail:j:memoryuse
		atf_check -o match:memoryuse rctl
		refused_rule jail:other:swapuse:deny=1m 'bound to cgroup v1 at'
	else
		[ -f "$(controller memory)/$(jls -j j jid)/memory.swap.max" ] ||
		    skip "swap is not counted by this kernel"
		atf_check rctl -a jail:j:swapuse:deny=32m
		knob_is '33554432' memory memory.swap.max none
	fi
}

prison_test disks_are_throttled
disks_are_throttled()
{
	limits; needs io
	prison j
	atf_check rctl -a jail:j:readbps:throttle=1m jail:j:writeiops:throttle=7
	dir=$(controller io)/$(jls -j j jid)
	if [ -f "$dir/io.max" ]; then
		atf_check -o match:'rbps=1048576 wbps=max riops=max wiops=7' \
		    cat "$dir/io.max"
	else
		atf_check -o match:' 1048576$' \
		    cat "$dir/blkio.throttle.read_bps_device"
		atf_check -o match:' 7$' \
		    cat "$dir/blkio.throttle.write_iops_device"
	fi
	atf_check rctl -r jail:j
	if [ -f "$dir/io.max" ]; then
		atf_check -o empty cat "$dir/io.max"
	else
		atf_check -o empty cat "$dir/blkio.throttle.read_bps_device"
	fi
}

prison_test each_process_has_its_own_limits
each_process_has_its_own_limits()
{
	limits
	prison j
	atf_check rctl -a jail:j:openfiles:deny=33/process \
	    jail:j:coredumpsize:deny=0/process jail:j:stacksize:deny=4m/process \
	    jail:j:datasize:deny=64m/process jail:j:vmemoryuse:deny=256m/process \
	    jail:j:memorylocked:deny=4k/process jail:j:cputime:deny=100/process
	atf_check -o save:limits jexec j /bin/cat /proc/self/limits
	for want in 'Max open files *33 *33' 'Max core file size *0 *0' \
	    'Max stack size *4194304 *4194304' \
	    'Max data size *67108864 *67108864' \
	    'Max address space *268435456 *268435456' \
	    'Max locked memory *4096 *4096' 'Max cpu time *100 *100'; do
		grep -q "^$want" limits || atf_fail "$want: $(cat limits)"
	done
	# and cannot lift them
	atf_check -s not-exit:0 -o ignore -e ignore \
	    jexec j /bin/sh -c 'ulimit -n 34'
	atf_check rctl -r jail:j
	atf_check -o not-match:'Max open files *33 ' \
	    jexec j /bin/cat /proc/self/limits
}

prison_test cpu_time_of_a_process_ends_it
cpu_time_of_a_process_ends_it()
{
	limits
	prison j
	atf_check rctl -a jail:j:cputime:deny=1/process
	jexec j /bin/sh -c 'while :; do :; done'
	# by SIGXCPU or, where both limits are one, by SIGKILL
	case $? in
	137|152) ;;
	*) atf_fail "not ended by its limit: $?" ;;
	esac
}

prison_test what_cannot_be_kept_is_refused_by_name 300
what_cannot_be_kept_is_refused_by_name()
{
	limits
	prison j
	for r in pseudoterminals msgqqueued msgqsize nmsgq nsem nsemop nshm \
	    shmsize; do
		refused_rule jail:j:$r:deny=5 "$r is not counted on Linux"
	done
	for r in openfiles memorylocked vmemoryuse cputime; do
		refused_rule jail:j:$r:deny=5 "$r is limited for each process"
	done
	refused_rule jail:j:wallclock:deny=5 'wallclock cannot be denied'
	for r in datasize stacksize coredumpsize; do
		refused_rule jail:j:$r:deny=5 "$r "
		refused_rule jail:j:$r:log=5 "$r is not counted"
	done
	for r in readbps writebps readiops writeiops; do
		refused_rule jail:j:$r:deny=5 "$r is not denied but throttled"
	done
	refused_rule jail:j:maxproc:throttle=5 'maxproc cannot be throttled'
	refused_rule jail:j:maxproc:deny=5/process 'no limit for each process'
	refused_rule jail:j:maxproc:log=5/process 'jail as a whole'
	refused_rule jail:j:pcpu:deny=0 'more than a limit'
	refused_rule user:root:maxproc:deny=5 'only jails have rules'
	refused_rule process:1:maxproc:deny=5 'only jails have rules'
	refused_rule loginclass:d:maxproc:deny=5 'only jails have rules'
	refused_rule cow:j:maxproc:deny=5 'unknown subject "cow"'
	refused_rule jail:j:grass:deny=5 'unknown resource "grass"'
	refused_rule jail:j:maxproc:eat=5 'unknown action "eat"'
	refused_rule jail:j:maxproc:sigmoo=5 'unknown action "sigmoo"'
	refused_rule jail:j:maxproc:deny=some 'no amount "some"'
	refused_rule jail:j:maxproc:deny=-1 'no amount "-1"'
	refused_rule jail:j:memoryuse:deny=99999999999999999999 'too much'
	refused_rule jail:j:memoryuse:deny=9e9 'no amount'
	refused_rule jail:j:maxproc:deny=5/user 'neither /jail nor /process'
	refused_rule jail:j:maxproc 'not of the form'
	refused_rule jail::maxproc:deny=5 'not of the form'
	refused_rule "jail:j:maxproc:deny=5,jail:k" 'a comma'
	atf_check -o empty rctl
	atf_check -s exit:1 -e match:'no rule matches "jail:j"' rctl -r jail:j
	atf_check -s exit:1 -e match:'jail "nix" not found' rctl -u jail:nix
	atf_check -s exit:1 -e match:'^usage: rctl' rctl -x
	atf_check -s exit:1 -e match:'^usage: rctl' rctl -a
	atf_check -s exit:1 -e match:'^usage: rctl' rctl -a -r jail:j
}

prison_test rules_are_listed_filtered_and_made_readable
rules_are_listed_filtered_and_made_readable()
{
	limits; needs pids memory
	atf_check rctl -a j:a:maxproc:deny=1k JAIL:b:memoryuse:deny=256m \
	    jail:a:maxproc:sigterm=5 jail:a:openfiles:deny=10/p
	atf_check -o inline:'jail:a:maxproc:deny=1024
jail:b:memoryuse:deny=268435456
jail:a:maxproc:sigterm=5
jail:a:openfiles:deny=10/process
' rctl
	atf_check -o inline:'jail:b:memoryuse:deny=256M\n' rctl -h jail:b
	atf_check -o inline:'jail:b:memoryuse:deny=256M\n' rctl -hn ::memoryuse
	atf_check -o inline:'jail:a:maxproc:sigterm=5\n' rctl :::sigterm
	atf_check -o inline:'jail:a:openfiles:deny=10/process\n' \
	    rctl :a::deny=/process
	atf_check -o inline:'jail:a:maxproc:deny=1024\n' rctl :::=1024
	atf_check -o empty rctl jail:c
	# again: nothing new
	atf_check rctl -a jail:a:maxproc:deny=1024
	atf_check rctl -r :::deny
	atf_check -o inline:'jail:a:maxproc:sigterm=5\n' rctl
}

prison_test rules_are_of_a_name_and_survive_the_jail
rules_are_of_a_name_and_survive_the_jail()
{
	limits; needs pids
	atf_check rctl -a jail:j:maxproc:deny=30
	prison j
	knob_is '30' pids pids.max pids.max
	atf_check jail -R j
	atf_check jail -c name=j path="$W/j" persist
	knob_is '30' pids pids.max pids.max
	jid=$(jls -j j jid)
	atf_check jail -m jid="$jid" name=k
	atf_check -o inline:'jail:k:maxproc:deny=30\n' rctl
	atf_check jail -m jid="$jid" name=j
	atf_check -o inline:'jail:j:maxproc:deny=30\n' rctl
	knob_is '30' pids pids.max pids.max
	atf_check jail -R j
	atf_check -s exit:1 test -d "$(controller pids)/$jid"
}

prison_test rules_of_rctl_conf_hold_from_the_first_jail
rules_of_rctl_conf_hold_from_the_first_jail()
{
	limits; needs pids
	printf '# a comment\n\njail:j:maxproc:deny=30 # less\n' >"$W/rctl.conf"
	prison j
	atf_check -o inline:'jail:j:maxproc:deny=30\n' rctl
	knob_is '30' pids pids.max pids.max
}

prison_test an_error_in_rctl_conf_lets_no_jail_start
an_error_in_rctl_conf_lets_no_jail_start()
{
	limits
	printf 'jail:j:openfiles:deny=30/process\njail:j:grass:deny=3\n' \
	    >"$W/rctl.conf"
	world_tiny "$W/j"
	atf_check -s exit:1 \
	    -e match:"$W/rctl.conf line 2: rule .*unknown resource \"grass\"" \
	    jail -c name=j path="$W/j" persist
}

prison_test processes_that_live_already_are_limited_too
processes_that_live_already_are_limited_too()
{
	limits; needs pids memory cpu
	prison j
	for n in 1 2 3; do
		background s$n jexec j /bin/sh -c 'echo $$; sleep 100; :'
		first_line s$n.out >/dev/null
	done
	atf_check rctl -a jail:j:maxproc:deny=50 jail:j:memoryuse:deny=64m \
	    jail:j:pcpu:deny=80
	jid=$(jls -j j jid)
	for n in 1 2 3; do
		for c in pids memory cpu; do
			atf_check -o match:"^$(cat s$n.out)\$" \
			    cat "$(controller $c)/$jid/cgroup.procs"
		done
	done
	# and one that comes later
	background s4 jexec j /bin/probe sleep
	pid=$(first_line s4.out)
	atf_check -o match:"^$pid\$" cat "$(controller memory)/$jid/cgroup.procs"
	atf_check jail -R j
	wait
	atf_check -s exit:1 test -d "$(controller memory)/$jid"
}

prison_test a_prison_without_rules_is_in_no_group_of_v1
a_prison_without_rules_is_in_no_group_of_v1()
{
	limits
	atf_check rctl -a jail:other:openfiles:deny=30/process
	prison j
	atf_check jexec j /bin/true
	atf_check -o inline:'limits=0\n' \
	    grep ^limits= "$JAIL_RUN/$(jls -j j jid)/record"
	for dir in $(awk '/ - cgroup / { print $5 }' /proc/self/mountinfo); do
		atf_check -s exit:1 test -d "$dir/$JAIL_CGROUP"
	done
}

prison_test a_jail_below_another_has_its_limits_too
a_jail_below_another_has_its_limits_too()
{
	limits; needs pids
	prison j children.max=2
	atf_check jail -c name=j.k path="$W/j" persist
	atf_check rctl -a jail:j:maxproc:deny=30
	atf_check -o inline:'30\n' cat "$(controller pids)/$(jls -j j.k jid)/pids.max"
	atf_check rctl -a jail:j.k:maxproc:deny=20
	atf_check -o inline:'20\n' cat "$(controller pids)/$(jls -j j.k jid)/pids.max"
	knob_is '30' pids pids.max pids.max
	atf_check -o inline:'jail:j:maxproc:deny=30\njail:j.k:maxproc:deny=20\n' \
	    rctl -l jail:j.k
	atf_check -o inline:'jail:j:maxproc:deny=30\n' rctl -l jail:j
	# what it uses counts above
	background s jexec j.k /bin/probe sleep
	pid=$(first_line s.out)
	atf_check -o match:'^maxproc=1$' rctl -u jail:j
	atf_check -o match:'^jail:j.k:maxproc:deny=20$' rctl -l process:$pid
	atf_check -o empty rctl -l process:1
	kill "$pid"
	wait
}

prison_test use_is_told
use_is_told()
{
	limits
	prison j
	background s jexec j /bin/probe sleep
	pid=$(first_line s.out)
	atf_check -o save:use rctl -u jail:j
	for r in cputime memoryuse maxproc openfiles vmemoryuse swapuse nthr \
	    pcpu readbps writebps; do
		grep -q "^$r=[0-9]*\$" use || atf_fail "no $r: $(cat use)"
	done
	grep -qx maxproc=1 use && grep -qx nthr=1 use || atf_fail "$(cat use)"
	atf_check -o match:'^vmemoryuse=[0-9]*[KMGT]$' rctl -hu jail:j
	atf_check -o match:'^maxproc=1$' rctl -u "jail:$(jls -j j jid)"
	atf_check -o match:'^maxproc=1$' rctl -u process:$pid
	kill "$pid"
	wait
}

prison_test log_and_devctl_are_told_once_as_the_limit_is_passed
log_and_devctl_are_told_once_as_the_limit_is_passed()
{
	limits
	prison j
	atf_check rctl -a jail:j:maxproc:log=1 jail:j:maxproc:devctl=1
	for n in 1 2; do
		background s$n jexec j /bin/probe sleep
		first_line s$n.out >/dev/null
	done
	wait_for 600 grep -q devctl "$JAIL_RUN/events" || atf_fail "no event"
	sleep 3
	atf_check -o inline:'rctl: rule "jail:j:maxproc:log=1" matched by jail j, maxproc 2
!system=RCTL subsystem=rule type=matched rule=jail:j:maxproc:devctl=1 jail=j jid='"$(jls -j j jid)"' maxproc=2
' cat "$JAIL_RUN/events"
	kill "$(cat s1.out)" "$(cat s2.out)"
	wait
}

# The watcher of jail j: who holds its lock.
watcher()
{
	for p in $(grep -lx rctl-watch /proc/[0-9]*/comm 2>/dev/null); do
		p=${p%/comm}
		[ "$(tr '\0' ' ' <"$p/cmdline" 2>/dev/null)" = \
		    "rctl-watch $1 " ] || continue
		tr '\0' '\n' <"$p/environ" 2>/dev/null |
		    grep -qx "JAIL_RUN=$JAIL_RUN" && echo "${p#/proc/}"
	done
}

no_watcher()
{
	[ -z "$(watcher "$1")" ]
}

prison_test only_rules_that_need_it_have_a_watcher_which_ends_with_them 300
only_rules_that_need_it_have_a_watcher_which_ends_with_them()
{
	limits
	prison j
	jid=$(jls -j j jid)
	atf_check rctl -a jail:j:openfiles:deny=30/process
	atf_check_equal "" "$(watcher "$jid")"
	atf_check rctl -a jail:j:wallclock:log=100000
	atf_check rctl -a jail:j:maxproc:log=100000
	atf_check_equal 1 "$(watcher "$jid" | wc -l)"
	atf_check rctl -r jail:j:wallclock jail:j:maxproc
	wait_for 50 no_watcher "$jid" || atf_fail "it stays without rules"
	# with the jail
	atf_check rctl -a jail:j:wallclock:log=100000
	atf_check_equal 1 "$(watcher "$jid" | wc -l)"
	atf_check jail -R j
	wait_for 50 no_watcher "$jid" || atf_fail "it outlives the jail"
	# and from the first moment of the next
	atf_check jail -c name=j path="$W/j" persist
	atf_check_equal 1 "$(watcher "$(jls -j j jid)" | wc -l)"
}

prison_test wallclock_and_cputime_send_signals 300
wallclock_and_cputime_send_signals()
{
	limits
	prison j
	prison k
	background by jexec k /bin/probe sleep
	first_line by.out >/dev/null
	background s jexec j /bin/sh -c \
	    'trap "echo terminated; exit 3" TERM; while :; do :; done'
	atf_check rctl -a jail:j:cputime:sigterm=1
	wait_for 1200 grep -q terminated s.out || atf_fail "no signal"
	wait "$s_pid"
	atf_check_equal 3 $?
	kill -0 "$(cat by.out)" || atf_fail "a neighbour had it too"
	atf_check jail -m name=j children.max=1
	atf_check jail -c name=j.k path="$W/j" persist
	background t jexec j /bin/probe sleep
	first_line t.out >/dev/null
	background u jexec j.k /bin/probe sleep
	first_line u.out >/dev/null
	atf_check rctl -a jail:j:wallclock:sigkill=1
	wait "$t_pid" "$u_pid"
	kill "$(cat by.out)"
	wait
}

prison_test a_watcher_that_cannot_start_lets_no_jail_start
a_watcher_that_cannot_start_lets_no_jail_start()
{
	limits
	atf_check rctl -a jail:j:wallclock:sigkill=1000
	world_tiny "$W/j"
	JAIL_LIBEXEC=/nonexistent
	atf_check -s exit:1 -e match:'watch the limits of jail "j": /nonexistent/rctl-watch: No such file' \
	    jail -c name=j path="$W/j" persist
	atf_check -s exit:1 jls -c -j j
	prison k
	atf_check -s exit:1 -e match:'/nonexistent/rctl-watch' \
	    rctl -a jail:k:wallclock:log=5
	atf_check -o not-match:'jail:k' rctl
}

prison_test one_who_enters_while_a_rule_comes_is_limited 300
one_who_enters_while_a_rule_comes_is_limited()
{
	limits; needs memory
	prison j
	jid=$(jls -j j jid)
	n=0
	while [ $n -lt 8 ]; do
		jexec j /bin/sleep 1000 &
		n=$((n + 1))
		[ $n -ne 4 ] || rctl -a jail:j:memoryuse:deny=64m &
	done
	wait_for 1200 sh -c "[ \"\$(jls -j j -o pids | sed 1d)\" -ge 8 ]" ||
	    atf_fail "they did not come"
	wait_for 1200 sh -c 'rctl | grep -q memoryuse' || atf_fail "no rule"
	two=$(awk '/ - cgroup2 / { print $5; exit }' /proc/self/mountinfo)
	sort "$two/$JAIL_CGROUP/$jid/cgroup.procs" >all
	sort "$(controller memory)/$jid/cgroup.procs" >in
	atf_check diff all in
	atf_check jail -R j
	wait
}

prison_test a_prisoner_has_no_rules_of_his_own
a_prisoner_has_no_rules_of_his_own()
{
	limits
	prison j
	cp "$BUILD/rctl/rctl" "$W/j/bin/rctl"
	mkdir -p "$W/j/lib" "$W/j/lib64"
	for lib in $(ldd "$BUILD/rctl/rctl" | grep -o '/[^ ]*'); do
		mkdir -p "$W/j${lib%/*}"
		cp -L "$lib" "$W/j$lib"
	done
	atf_check -s exit:1 -e match:"the jailer's: not inside a jail" \
	    jexec j /bin/rctl -a jail:k:maxproc:deny=1
	atf_check -s exit:1 -e match:"the jailer's" jexec j /bin/rctl
}

prison_test what_a_jail_has_used_is_told_at_its_end
what_a_jail_has_used_is_told_at_its_end()
{
	limits
	prison j
	atf_check jexec j /bin/sh -c 'i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done'
	atf_check -o match:'^j: used cpu [0-9]+\.[0-9][0-9]s, memory .*, read [0-9]+[BKMG], written [0-9]+[BKMG]' \
	    jail -v -R j
	prison j
	atf_check -o not-match:'used' jail -R j
}

prison_test who_is_killed_while_adding_a_rule_leaves_it_to_the_next 300
who_is_killed_while_adding_a_rule_leaves_it_to_the_next()
{
	limits; needs pids
	prison j
	background s jexec j /bin/probe sleep
	pid=$(first_line s.out)
	n=50
	for step in limit-rules limit-files limit-record limit-moved; do
		n=$((n + 1))
		JAIL_KILL_AT=$step rctl -a jail:j:maxproc:deny=$n
		[ $? -eq 137 ] || skip "faults are not built in"
		# whoever takes the lock next
		atf_check jail -m name=j enforce_statfs=1
		knob_is $n pids pids.max pids.max
		grep -qx "$pid" "$(controller pids)/$(jls -j j jid)/cgroup.procs" ||
		    atf_fail "$step: the process is not in the group"
		JAIL_KILL_AT=$step rctl -r jail:j
		atf_check jail -m name=j enforce_statfs=1
		atf_check -o empty rctl
		[ "$(knob pids pids.max pids.max)" != $n ] ||
		    atf_fail "$step: the limit has stayed"
	done
	# and a jail that was just being made
	atf_check rctl -a jail:k:maxproc:deny=9
	world_tiny "$W/k"
	for step in make-cgroup make-policy make-record make-mark; do
		JAIL_KILL_AT=$step jail -c name=k path="$W/k" persist
		jail -R k 2>/dev/null
		atf_check jail -m name=j enforce_statfs=1
		# but for j's
		atf_check_equal "$(jls -j j jid)" "$(find "$(controller pids)" \
		    -mindepth 1 -type d -printf '%f\n')"
	done
	kill "$pid"
	wait
}

prison_test many_jails_with_limits_start_at_once 300
many_jails_with_limits_start_at_once()
{
	limits; needs pids
	world_tiny "$W/j"
	cat >jail.conf <<-E
		path = "$W/j";
		rctl = "maxproc:deny=50", "openfiles:deny=70/process",
		    "nthr:deny=60", "cputime:deny=100/process";
		exec.start = "/bin/true", "ulimit -n >/tmp/\$name";
		persist;
	E
	for n in 1 2 3 4 5 6 7 8 9 10; do
		echo "j$n { }" >>jail.conf
	done
	# and single commands meanwhile, in prisons that have rules too
	atf_check rctl -a jail:run:maxproc:deny=9
	(
		i=0
		while [ ! -e done ] && [ $i -lt 200 ]; do
			jail -c name=run path="$W/j" command=/bin/true || exit 1
			i=$((i + 1))
		done
		echo $i >runs
	) 2>run.err &
	runs=$!
	jail -f jail.conf -c >out 2>err
	status=$?
	: >done
	wait $runs || atf_fail "a command: $(cat run.err)"
	[ $status -eq 0 ] || atf_fail "$(cat err)"
	[ "$(cat runs)" -gt 0 ] || atf_fail "no command has run"
	for n in 1 2 3 4 5 6 7 8 9 10; do
		atf_check -o inline:'70\n' cat "$W/j/tmp/j$n"
	done
	atf_check_equal 41 "$(rctl | wc -l)"
}

prison_test jail_conf_sets_limits_before_the_first_command
jail_conf_sets_limits_before_the_first_command()
{
	limits; needs pids
	world_tiny "$W/j"
	cat >jail.conf <<-E
		path = "$W/j"; mount.procfs; mount.devfs;
		j {
			rctl = "maxproc:deny=33", "openfiles:deny=77/process";
			exec.created = "rctl >$PWD/created";
			exec.start = "ulimit -n >/tmp/files";
			exec.poststop = "rctl >$PWD/stopped";
			persist;
		}
		bad {
			rctl = "maxproc:deny=44", "grass:deny=1";
			exec.start = "touch /tmp/ran";
			persist;
		}
	E
	atf_check -o match:'j: rctl -a jail:j:maxproc:deny=33' \
	    jail -f jail.conf -cv j
	atf_check -o inline:'jail:j:maxproc:deny=33
jail:j:openfiles:deny=77/process
' cat created
	atf_check -o inline:'77\n' cat "$W/j/tmp/files"
	knob_is 33 pids pids.max pids.max
	atf_check -o match:removed jail -f jail.conf -r j
	atf_check -o empty cat stopped
	# what cannot be kept lets it not start, and leaves nothing
	atf_check -s exit:1 -o ignore -e match:'bad: rctl: rule .*grass' \
	    jail -f jail.conf -c bad
	atf_check -o empty rctl
	atf_check -o empty jls name
	atf_check -s exit:1 test -e "$W/j/tmp/ran"
	# on the command line, commas part them
	atf_check jail -c name=k path="$W/j" persist \
	    rctl=maxproc:deny=5,nthr:deny=6
	atf_check -o inline:'jail:k:maxproc:deny=5\njail:k:nthr:deny=6\n' rctl
}

atf_init_test_cases()
{
	add_cases
}
