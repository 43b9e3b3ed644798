#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# usage: vm.sh TOOLS
# tools/vm where something is missing or goes wrong: one line, exit 1, and
# never a green run that tested nothing.  The machine itself is a stand-in
# here; all else is real.
set -eu
tools=$(cd "$1" && pwd)
[ "$(id -u)" -eq 0 ] || exit 77
tmp=$(mktemp -d)
[ "$(df -Pm "$tmp" | awk 'END { print $4 }')" -gt 4200 ] || {
	rmdir "$tmp"
	echo 'it takes 4 GB of disk'
	exit 77
}
trap 'rm -rf "$tmp"' EXIT
tree=$tmp/tree
mkdir "$tree" "$tmp/bin" "$tmp/few" "$tmp/small" "$tmp/build"
cp -r "$tools" "$tree/tools"
PATH=$tmp/bin:$PATH:/usr/sbin:/sbin
export VM_BUILD="$tmp/build" VM_DEBS="$tmp" VM_CASES=none.sh VM_TIMEOUT=3

# stand_in NAME: a program of that name, from standard input
stand_in()
{
	{ echo '#!/bin/sh'; cat; } >"$tmp/bin/$1"
	chmod 755 "$tmp/bin/$1"
}

# dies TEXT COMMAND...: with 1, and this is the last line that it says
dies()
{
	text=$1 status=0
	shift
	"$@" >"$tmp/out" 2>&1 || status=$?
	if [ $status -ne 1 ] || ! tail -n 1 "$tmp/out" | grep -q "$text"; then
		echo "exit $status, and it says:"
		sed 's/^/    | /' "$tmp/out"
		echo "wanted, in the end: $text"
		exit 1
	fi
}

# one_line: it was all it said
one_line()
{
	[ "$(wc -l <"$tmp/out")" -eq 1 ] || { cat "$tmp/out"; exit 1; }
}

# Without qemu.
for c in sh dirname; do
	ln -s "$(command -v $c)" "$tmp/few/$c"
done
dies '^tools/vm: qemu-system-x86_64 is not installed: tools/deps vm$' \
    env PATH="$tmp/few" sh "$tree/tools/vm" check
one_line

# Without a mirror: in a network that reaches none.
dies '^tools/vm-image: mmdebstrap failed (no mirror, no room?)$' \
    unshare --net "$tree/tools/vm-image"
[ "$(ls "$tree/.cache/vm")" = "$(printf 'lock\nlog\nnew\n')" ]

# Without room.
stand_in qemu-system-x86_64 </dev/null
dies '^tools/vm: no room in .*: [0-9]* MB, and it takes 4096$' \
    unshare --mount sh -c 'mount -t tmpfs -o size=16m none "$0" &&
	VM_LOGS=$0/logs exec "$1" check' "$tmp/small" "$tree/tools/vm"
one_line

# From here on there is a system to boot, of three files.
stand_in mmdebstrap <<-'STUB'
	for root; do
		case $root in
		*/new/root) break ;;
		esac
	done
	mkdir "$root"
	echo kernel >"$root/vmlinuz"
	echo initrd >"$root/initrd.img"
STUB
# ... and nothing to build.
: >"$tmp/build/build.ninja"

# machine: what it does, from standard input; its console is $console.
machine()
{
	{
		cat <<-'STUB'
		for w; do
			case $w in
			file:*/console) console=${w#file:} ;;
			*file=*/report.tar,*) report=${w##*file=}
				report=${report%%,*} ;;
			esac
		done
		[ -n "${console-}" ] || exit
		echo 'a kernel says hello' >$console
		STUB
		cat
	} | stand_in qemu-system-x86_64
}

# One that hangs is ended, and its console kept.
machine <<-'STUB'
	echo $$ >$console.pid
	exec sleep 100
STUB
dies '^tools/vm: ended after 3 seconds$' "$tree/tools/vm" check
grep -q 'hello' "$tree/build-vm.logs/console"
! kill -0 "$(cat "$tree/build-vm.logs/console.pid")" 2>/dev/null

# One that goes down without a word has tested nothing.
machine </dev/null
dies '^tools/vm: it gave no report (qemu: 0)$' "$tree/tools/vm" check
grep -q '| a kernel says hello' "$tmp/out"

# What only an emulator does to a kernel is tried once more, and once only.
machine <<-STUB
	echo '[   99.1] Oops: int3: 0000 [#1] PREEMPT SMP NOPTI' >>\$console
	echo again >>$tmp/boots
STUB
dies '^tools/vm: it gave no report (qemu: 0)$' "$tree/tools/vm" check
[ "$(wc -l <"$tmp/boots")" -eq 2 ]
grep -q 'int3' "$tree/build-vm.logs/console.first"

# The exit status is what it reports.
for status in 0 1; do
	machine <<-STUB
		mkdir -p $tmp/said
		echo $status >$tmp/said/status
		tar -C $tmp/said -cf \$report status
	STUB
	exit_=0
	"$tree/tools/vm" check >"$tmp/out" 2>&1 || exit_=$?
	[ $exit_ -eq $status ] || { cat "$tmp/out"; exit 1; }
done
