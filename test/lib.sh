# SPDX-License-Identifier: BSD-2-Clause
# For the atf-sh programs of test/system.  Each test is a host of its own: a
# state directory, a parent cgroup and a network stack that end with it.
#
#	#!/usr/bin/env -S ATF_SHELL=/bin/sh atf-sh
#	. "$(atf_get_srcdir)/../lib.sh"
#	prison_test jail_root_cannot_mknod_a_disk
#	jail_root_cannot_mknod_a_disk()
#	{
#		prison j
#		refused EPERM mknod /d b 8 0
#	}
#	atf_init_test_cases() { add_cases; }
#
# In such a function:
#	$W	the test's own directory; world_tiny "$W/world" makes a world
#	PATH	begins with our commands and probe, all run in the test's own
#		network stack; "host CMD" runs any other command there
#
# JAIL_BUILD names the build directory; JAIL_MUST_WORK=1 makes failures of
# skips.

SRC=$(cd "$(atf_get_srcdir)/../.." && pwd)
: "${JAIL_BUILD:=$SRC/build}"
BUILD=$JAIL_BUILD
STATES=/var/tmp/jail-test

# --------------------------------------------------------------------------
# Cases

CASES=

# prison_test NAME [TIMEOUT]: declare a case, the function NAME, that runs in a
# state of its own.  What is true of all of them is in the Kyuafile.
prison_test()
{
	CASES="$CASES $1"
	atf_test_case "$1" cleanup
	eval "${1}_head() { ${2:+atf_set timeout $2;} :; }"
	eval "${1}_body() { state_init; $1; }"
	eval "${1}_cleanup() { state_fini; }"
}

# atf-sh runs tr(1) for each name of a variable, some hundred times until a
# program of ours has listed its cases.  This is what it does, in the shell;
# it is called in subshells only.
_atf_normalize()
{
	IFS=.-
	set -- $1
	IFS=_
	echo "$*"
}

add_cases()
{
	for case_ in $CASES; do
		atf_add_test_case "$case_"
	done
}

# skip WHAT: the kernel (name the feature) cannot do what is tested.
skip()
{
	[ "${JAIL_MUST_WORK-}" != 1 ] || atf_fail "must work here: $*"
	atf_skip "$*"
}

# --------------------------------------------------------------------------
# State

# The start time of a process, which with its PID tells it from all others;
# nothing for one that has ended, waited for or not.
started()
{
	sed 's/.*) //; /^[ZX]/d' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20
}

state_init()
{
	state_sweep
	W=$STATES.$$
	mkdir -m 0700 "$W" || atf_fail "cannot make $W"
	echo "$$ $(started $$)" >"$W/owner"
	echo "$W" >state	# for the cleanup body, in the same directory
	JAIL_RUN=$W/run
	JAIL_CGROUP=jail-test.$$
	export W JAIL_RUN JAIL_CGROUP
	mkdir "$W/bin"

	: >"$W/net"
	unshare --net="$W/net" ip link set lo up ||
	    atf_fail "cannot make a network namespace"
	within "$W/net" host
	wrap "$BUILD/jail/jail" "$BUILD/jls/jls" "$BUILD/jexec/jexec" \
	    "$BUILD/test/probe/probe"
	# Worlds have a /bin and a /sbin, which are not in every PATH (systemd 257).
	PATH=$W/bin:$PATH:/sbin:/bin
	export PATH
	printf 'addr add %s dev lo\n' 10.0.0.1/32 10.0.0.2/32 10.0.0.3/32 \
	    10.0.0.4/32 fd00::1/128 fd00::2/128 fd00::3/128 |
	    host ip -batch - || atf_fail "no addresses"
}

# wrap PROGRAM...: commands of their names that run them in the test's network.
wrap()
{
	for program_; do
		within_ "$W/net" "${program_##*/}" " $program_"
	done
	chmod 755 "$W"/bin/*
}

# within NET NAME: a command that runs another, its arguments, in that network.
within()
{
	within_ "$1" "$2"
	chmod 755 "$W/bin/$2"
}

within_()
{
	line_="#!$BUILD/test/system/within $1${3-}"
	# what the kernel reads of one (BINPRM_BUF_SIZE)
	[ ${#line_} -lt 255 ] || atf_fail "$BUILD: its path is too long"
	echo "$line_" >"$W/bin/$2"
}

# Nothing of the state stays, whatever became of the test.
state_fini()
{
	[ -f state ] || return 0
	state_clear "$(cat state)"
	rm -f state
}

# state_clear W: the processes of its network, then prisons, mounts, files.
state_clear()
{
	case $1 in
	$STATES.[0-9]*) ;;
	*) return 1 ;;
	esac
	# Another test may take it for a dead one's while its cleanup runs.
	exec 9<"${STATES%/*}"
	flock 9
	if [ ! -d "$1" ]; then
		exec 9<&-
		return 0
	fi
	for ours in $(stat -L -c %i "$1"/net "$1"/net-* 2>/dev/null); do
		for pid in $(find -L /proc/[0-9]*/ns/net -maxdepth 0 \
		    -inum "$ours" 2>/dev/null | cut -d / -f 3); do
			kill -KILL "$pid" 2>/dev/null
		done
	done
	JAIL_RUN=$1/run JAIL_CGROUP=jail-test.${1##*.} \
	    "$BUILD/test/system/state-clear"
	# deepest first
	awk -v d="$1/" 'index($5, d) == 1 { print $5 }' /proc/self/mountinfo |
	    sort -r | while read -r m; do umount -l "$m" 2>/dev/null; done
	rm -rf --one-file-system "$1"
	exec 9<&-
}

# What killed runs have left: states whose maker is no more.
state_sweep()
{
	for w in "$STATES".[0-9]*; do
		[ -d "$w" ] || continue
		read -r pid start <"$w/owner" 2>/dev/null || pid=0
		if [ "$pid" = 0 ]; then
			# just being made, or never finished: an hour tells
			[ -n "$(find "$w" -maxdepth 0 -mmin +60)" ] || continue
		elif [ "$(started "$pid")" = "$start" ]; then
			continue
		fi
		state_clear "$w"
	done
}

# --------------------------------------------------------------------------
# Worlds and prisons

# world_tiny DIR: a root with the probe, a static true and busybox's shell.
# Made once and copied, for on a slow machine it is the programs that cost.
world_tiny()
{
	tiny_=$BUILD/test/system/tiny
	tiny_fresh || tiny_make 9>"$tiny_.lock"
	mkdir -p "$1" && cp -a "$tiny_/world/." "$1"
}

tiny_fresh()
{
	[ "$tiny_/made" -nt "$BUILD/test/probe/probe" ] &&
	    [ "$tiny_/made" -nt "$SRC/test/lib.sh" ]
}

tiny_make()
{
	flock 9
	! tiny_fresh || return 0
	rm -rf --one-file-system "$tiny_"
	w_=$tiny_/world
	mkdir "$tiny_" "$w_" && chmod 755 "$w_"
	(cd "$w_" && mkdir bin dev proc tmp etc root run var sbin)
	chmod 1777 "$w_/tmp"
	cp "$BUILD/test/probe/probe" "$BUILD/test/probe/true" \
	    "$(command -v busybox)" "$w_/bin"
	for c in sh cat ls ps id sleep echo mount kill touch rm mkdir chmod \
	    readlink; do
		ln -sf busybox "$w_/bin/$c"
	done
	printf 'root:x:0:0:root:/root:/bin/sh\n' >"$w_/etc/passwd"
	printf 'user:x:1000:1000:user:/tmp:/bin/sh\n' >>"$w_/etc/passwd"
	printf 'root:x:0:\nuser:x:1000:\n' >"$w_/etc/group"
	: >"$tiny_/made"
}

# world_debian KIND DIR: a copy of a cached Debian world (tools/world).
world_debian()
{
	cached=$("$SRC/tools/world" "$1") || atf_fail "no Debian world"
	cp -a --reflink=auto "$cached" "$2" || atf_fail "copying $cached"
}

# prison NAME [PARAMETER]...: a persistent one on a tiny world of its own,
# with /proc and /dev, whose later questions go to it.
prison()
{
	J=$1
	shift
	[ -d "$W/$J" ] || world_tiny "$W/$J"
	atf_check -o ignore -e save:prison.err jail -c name="$J" \
	    path="$W/$J" host.hostname="$J.example" persist \
	    mount.devfs mount.procfs "$@"
}

# refused ERRNO QUESTION...: the probe, in the prison, is refused so.
refused()
{
	errno_=$1
	shift
	atf_check -s exit:1 -o inline:"$errno_\n" jexec "$J" /bin/probe "$@"
}

# refused_any QUESTION...: refused, whatever the errno.
refused_any()
{
	atf_check -s exit:1 -o match:'^E[A-Z0-9]+$' jexec "$J" /bin/probe "$@"
}

# granted QUESTION...: the probe, in the prison, gets through.
granted()
{
	atf_check -o ignore jexec "$J" /bin/probe "$@"
}

# says TEXT QUESTION...: it gets through, and this is a line of what it says.
says()
{
	text_=$1
	shift
	atf_check -o match:"$text_" jexec "$J" /bin/probe "$@"
}

# background NAME COMMAND...: run it; PID in $NAME_pid, output in NAME.out.
background()
{
	name_=$1
	shift
	"$@" >"$name_.out" 2>"$name_.err" </dev/null &
	eval "${name_}_pid=$!"
}

# wait_for N COMMAND...: until it succeeds, at most N tenths of a second.
wait_for()
{
	n_=$1
	shift
	while ! "$@" >/dev/null 2>&1; do
		n_=$((n_ - 1))
		[ $n_ -gt 0 ] || return 1
		sleep 0.1
	done
}

# need_filesystem TYPE: it can be mounted here, from a file.
need_filesystem()
{
	modprobe -q "$1" 2>/dev/null
	modprobe -q loop 2>/dev/null
	grep -qw "$1" /proc/filesystems || skip "the kernel has no $1"
	[ -c /dev/loop-control ] || skip "no loop devices here"
}

# arrived PARENT: his one child has entered the jail, and is who he will be.
# (On the way in there are others, for a moment, and he is jexec himself.)
arrived()
{
	# shellcheck disable=SC2046
	set -- $(pgrep -P "$1")
	[ $# -eq 1 ] && comm_=$(cat "/proc/$1/comm") && [ "$comm_" != jexec ]
}

# sleeper NAME COMMAND...: run a jexec; the PID of its command in $NAME.
sleeper()
{
	sleeper_=$1
	background "$@"
	eval "parent_=\$${sleeper_}_pid"
	wait_for 100 arrived "$parent_" || atf_fail "$sleeper_ does not start"
	eval "$sleeper_=$(pgrep -P "$parent_")"
}

# serving NAME COMMAND...: in the background, until it has said "ready".
serving()
{
	background "$@"
	wait_for 50 grep -q ready "$1.out" ||
	    atf_fail "$1 does not serve: $(cat "$1.out" "$1.err")"
}

# first_line FILE: once there is one.
first_line()
{
	wait_for 50 test -s "$1" || atf_fail "$1 stays empty"
	head -n 1 "$1"
}

# world_program WORLD PROGRAM...: copy programs into a world that may lack the
# libraries that they need.
world_program()
{
	world_=$1
	shift
	mkdir -p "$world_/bin"
	for program_; do
		cp --remove-destination "$program_" "$world_/bin/" || atf_fail "$program_"
		ldd "$program_" 2>/dev/null |
		    grep -o '/[^ ]*' | while read -r lib_; do
			[ -e "$world_$lib_" ] || {
				mkdir -p "$world_${lib_%/*}" &&
				    cp -L "$lib_" "$world_$lib_"
			}
		done
	done
}

# --------------------------------------------------------------------------
# Steps (lib/step.h)

# steps_of COMMAND...: the steps it passes, in $steps, each once.
steps_of()
{
	rm -f steps
	JAIL_STEPS=$PWD/steps "$@" >/dev/null 2>&1
	[ -s steps ] || skip "built without -Dfaults=true"
	steps=$(awk '!seen[$0]++' steps)
}

# killed_at STEP COMMAND...: it is, and does not say that all went well.
killed_at()
{
	step_=$1
	shift
	rm -f steps
	if env JAIL_KILL_AT="$step_" JAIL_STEPS="$PWD/steps" "$@" >out 2>&1
	then
		atf_fail "all went well, killed at $step_"
	fi
	grep -qx -e "$step_" steps || atf_fail "never came to $step_"
}
