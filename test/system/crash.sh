#!/usr/bin/env -S ATF_SHELL=/bin/sh atf-sh
# SPDX-License-Identifier: BSD-2-Clause
# A command that is killed between any two of its steps leaves a state that
# the next one lists truthfully and cleans.  Needs a build with -Dfaults=true.
. "$(atf_get_srcdir)/../lib.sh"

# lib_steps_of COMMAND...: jail_faults.sh has those of jail(8) itself.
lib_steps_of()
{
	steps_of "$@"
	steps=$(printf '%s\n' $steps | grep -v '^jail-')
}

# truthful: what is listed can be entered; what can be entered is listed.
truthful()
{
	atf_check -o save:names jls name
	for j in $(cat names); do
		atf_check jexec "$j" /bin/true
	done
	grep -qx j names || atf_check -s exit:1 -e match:'not found|is dying' \
	    jexec j /bin/true
}

# clean: nothing of any prison is left in the state.
clean()
{
	cg=$(awk '/ - cgroup2 / { print $5; exit }' /proc/self/mountinfo)
	# the next writer clears: a prison made and removed
	atf_check -o ignore jail -c name=next path="$W/j" persist \
	    ip4.addr=10.0.0.4
	atf_check -o ignore jail -R next
	atf_check -o empty jls -d name
	atf_check -o empty find "$cg/$JAIL_CGROUP" -mindepth 1 -type d
	atf_check -o empty find "$JAIL_RUN" -maxdepth 1 -name '[0-9]*'
	[ ! -d "$JAIL_RUN/name" ] ||
	    atf_check -o empty find "$JAIL_RUN/name" -mindepth 1
	[ ! -d "$JAIL_RUN/addr" ] ||
	    atf_check -o empty find "$JAIL_RUN/addr" -mindepth 1
}

make="jail -c name=j persist ip4.addr=10.0.0.2 host.hostname=j"

prison_test killed_while_making_a_prison 300
killed_while_making_a_prison()
{
	world_tiny "$W/j"
	atf_check -o ignore jail -c name=first path="$W/j" persist
	atf_check -o ignore jail -R first
	lib_steps_of $make path="$W/j"
	atf_check -o ignore jail -R j
	for step in $steps; do
		echo "== $step"
		killed_at "$step" $make path="$W/j"
		truthful
		# The name is free, or held by a prison that is whole.
		if grep -qx j names; then
			atf_check -o ignore jail -R j
		else
			atf_check -o ignore $make path="$W/j"
			atf_check jexec j /bin/true
			atf_check -o ignore jail -R j
		fi
		clean
	done
}

prison_test killed_while_setting_up_the_host 300
killed_while_setting_up_the_host()
{
	world_tiny "$W/j"
	lib_steps_of $make path="$W/j"
	atf_check -o ignore jail -R j
	"$BUILD/test/system/state-clear"
	for step in $(echo "$steps" | grep ^setup); do
		echo "== $step"
		killed_at "$step" $make path="$W/j"
		atf_check -o ignore $make path="$W/j"
		atf_check jexec j /bin/true
		atf_check -o ignore jail -R j
		clean
		atf_check "$BUILD/test/system/state-clear"
		atf_check -s exit:1 test -e "$JAIL_RUN"
	done
}

prison_test killed_while_entering_a_prison 300
killed_while_entering_a_prison()
{
	world_tiny "$W/j"
	atf_check -o ignore $make path="$W/j"
	lib_steps_of jail -m name=j persist		# or skip
	# In there nobody can write down the steps.
	for step in view-mounts view-namespaces spawn-entered; do
		echo "== $step"
		if JAIL_KILL_AT=$step jexec j /bin/true; then
			atf_fail "entered, killed at $step"
		fi
		truthful
		atf_check -o inline:'j\n' jls name
		atf_check -o inline:'j\n' jexec j /bin/probe hostname
	done
	atf_check -o ignore jail -R j
	clean
}

prison_test killed_while_removing_a_prison 300
killed_while_removing_a_prison()
{
	world_tiny "$W/j"
	atf_check -o ignore $make path="$W/j"
	lib_steps_of jail -R j
	for step in $steps; do
		echo "== $step"
		atf_check -o ignore $make path="$W/j"
		jexec j /bin/probe sleep >/dev/null 2>&1 &
		wait_for 50 sh -c "[ \$(jexec j /bin/probe pids | wc -l) -ge 2 ]"
		killed_at "$step" jail -R j
		truthful
		if grep -qx j names; then
			atf_check -o ignore jail -R j
		fi
		clean
		wait
	done
}

prison_test killed_while_changing_a_prison 300
killed_while_changing_a_prison()
{
	world_tiny "$W/j"
	atf_check -o ignore $make path="$W/j"
	lib_steps_of jail -m name=j ip4.addr=10.0.0.3 host.hostname=k
	n=0
	for step in $steps; do
		echo "== $step"
		n=$((n + 1))
		killed_at "$step" jail -m name=j ip4.addr=10.0.0.2,10.0.0.3 \
		    host.hostname=k$n
		truthful
		# It is what it says it is.
		for a in $(jls -j j ip4.addr | tr , ' '); do
			atf_check -o ignore jexec j /bin/probe bind "$a" 80
		done
		atf_check -o inline:"$(jls -j j host.hostname)\n" \
		    jexec j /bin/probe hostname
		atf_check -o ignore jail -m name=j ip4.addr=10.0.0.3
		atf_check -s exit:1 -o inline:'EADDRNOTAVAIL\n' \
		    jexec j /bin/probe bind 10.0.0.2 80
	done
	atf_check -o ignore jail -R j
	clean
}

prison_test killed_while_running_one_command 300
killed_while_running_one_command()
{
	world_tiny "$W/j"
	run="$BUILD/bench/bench-run"
	[ -x "$run" ] || skip "no bench-run"
	lib_steps_of host "$run" 1 "$W/j" /bin/true
	for step in $steps; do
		case $step in setup-* | pin-ipc) continue ;; esac
		echo "== $step"
		killed_at "$step" host "$run" 1 "$W/j" /bin/true
		truthful
		clean
	done
}

atf_init_test_cases()
{
	add_cases
}
