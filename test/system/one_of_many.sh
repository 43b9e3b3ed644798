#!/usr/bin/env -S ATF_SHELL=/bin/sh atf-sh
# SPDX-License-Identifier: BSD-2-Clause
# What is done for one jail costs the same among thousands: no command looks at
# all others.  (Each sweeps a few, so that who has ended is cleared some day.)
. "$(atf_get_srcdir)/../lib.sh"

MANY=60
FEW=16		# its own, a few times, and those of a sweep

# records COMMAND...: into $n, how many jails' records it and its children read.
records()
{
	atf_check -o ignore strace -f -o trace -e trace=openat "$@"
	n=$(grep -c '/record"' trace)
	[ "$n" -le $FEW ] ||
	    atf_fail "$* reads $n records, with $MANY jails that are not meant"
}

prison_test no_command_on_one_jail_looks_at_all_others
no_command_on_one_jail_looks_at_all_others()
{
	command -v strace >/dev/null || atf_fail 'strace is not installed'
	i=0
	while [ $i -lt $MANY ]; do
		i=$((i + 1))
		prison "other$i"
	done
	atf_check -o ignore strace -f -o trace -e trace=openat jls name
	n=$(grep -c '/record"' trace)
	[ "$n" -ge $MANY ] || atf_fail "jls reads $n records: it counts nothing"

	root=$(jls -j other1 path)
	records jail -c name=j path="$root" persist
	[ "$n" -gt 0 ] || atf_fail 'nothing is counted'
	records jls -j j name
	records jail -m name=j securelevel=1
	records jexec j /bin/true
	records jail -r j
	records jail -c path="$root" command=/bin/true
	records jail -cm name=k path="$root" persist
	atf_check -s exit:1 -e match:'not found' jail -r j
	records jail -r k
}

atf_init_test_cases()
{
	add_cases
}
