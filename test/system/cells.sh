#!/usr/bin/env -S ATF_SHELL=/bin/sh atf-sh
# SPDX-License-Identifier: BSD-2-Clause
# Cells: prisons made ahead of the commands that run in them.
. "$(atf_get_srcdir)/../lib.sh"

# A world, and the command "cell" that runs cell-run on it.
cells()
{
	world_tiny "$W/world"
	printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' \
	    "$BUILD/test/system/cell-run" "$W/world" >"$W/bin/cell"
	chmod 755 "$W/bin/cell"
}

prison_test commands_of_a_cell_share_its_tmpfs
commands_of_a_cell_share_its_tmpfs()
{
	cells
	atf_check -o inline:'status 0\nkept\nstatus 0\n' \
	    cell sh -c 'echo kept >/tmp/file' -- cat /tmp/file
	# and the next cell has its own
	atf_check -o inline:'status 0x100\n' -e ignore cell cat /tmp/file
	atf_check -o empty ls -A "$W/world/tmp"
}

prison_test a_sealed_cell_changes_nothing_but_its_tmpfs
a_sealed_cell_changes_nothing_but_its_tmpfs()
{
	cells
	atf_check -o inline:'EROFS\nstatus 0x100\nstatus 0\n' \
	    cell -s /bin/probe write /x text -- /bin/probe write /tmp/x text
	atf_check -o inline:'status 0\n' cell /bin/probe write /x text
	atf_check -o inline:'text' cat "$W/world/x"
}

prison_test a_setuid_file_gives_nothing_in_a_sealed_cell
a_setuid_file_gives_nothing_in_a_sealed_cell()
{
	cells
	chmod 4755 "$W/world/bin/probe"
	atf_check -o match:'^1000.0.0.0$' \
	    cell -u 1000 /bin/probe status Uid
	atf_check -o match:'^1000.1000.1000.1000$' \
	    cell -s -u 1000 /bin/probe status Uid
}

prison_test who_is_not_root_in_a_sealed_cell_has_no_capability_and_gets_none
who_is_not_root_in_a_sealed_cell_has_no_capability_and_gets_none()
{
	cells
	for set in CapEff CapPrm CapInh CapAmb; do
		atf_check -o match:'^0000000000000000$' \
		    cell -s -u 1000 /bin/probe status $set
	done
	atf_check -o match:'^1$' cell -s -u 1000 /bin/probe status NoNewPrivs
	# Where setuid files count, and for root, the bounding set does it.
	atf_check -o match:'^0$' cell -u 1000 /bin/probe status NoNewPrivs
	bounding=$(jail -c path="$W/world" command=/bin/probe status CapBnd)
	atf_check -o match:"^$bounding\$" cell -s /bin/probe status CapBnd
	atf_check -o match:"^$bounding\$" cell -u 1000 /bin/probe status CapBnd
}

prison_test a_cell_makes_no_message_queue
a_cell_makes_no_message_queue()
{
	cells
	atf_check -o inline:'ENOSYS\nstatus 0x100\n' cell /bin/probe mqueue /x create
	atf_check -o inline:'ENOSYS\nstatus 0x100\n' cell /bin/probe shm 7
}

prison_test a_cell_without_sockets_has_pairs_only
a_cell_without_sockets_has_pairs_only()
{
	cells
	atf_check -o inline:'EPROTONOSUPPORT\nstatus 0x100\nstatus 0\n' \
	    cell -n /bin/probe socket 1 1 0 -- /bin/probe socketpair 1 1 0
	atf_check -o inline:'status 0\n' cell /bin/probe socket 1 1 0
}

prison_test limits_hold_for_the_command
limits_hold_for_the_command()
{
	cells
	atf_check -o match:'^EAGAIN$' \
	    cell -u 1000 -p 5 /bin/probe forkbomb 100
	# SIGXFSZ
	atf_check -o match:'^status 0x[19]9$' \
	    cell -f 0 /bin/probe write /tmp/x 0123456789abcdef
	atf_check -o inline:'status 0x100\n' -e match:'No space left' \
	    cell -t 4096 sh -c 'cat /bin/busybox >/tmp/x'
}

prison_test a_cell_in_waiting_is_seen_by_nobody_and_swept_by_nobody
a_cell_in_waiting_is_seen_by_nobody_and_swept_by_nobody()
{
	cells
	mkfifo hold
	cell wait -- /bin/probe uid \
	    <hold >cell.out 2>&1 &
	cell_pid=$!
	exec 8>hold
	first_line cell.out >/dev/null
	jid=$(sed -n 's/^jid //p' cell.out)
	atf_check -o empty jls jid
	atf_check -s exit:1 jls -c -j "$jid"
	# Others make prisons, which sweeps those that have ended.
	for i in 1 2 3 4 5 6; do
		atf_check jail -c path="$W/world" command=/bin/true
	done
	exec 8>&-
	wait "$cell_pid" || atf_fail "cell-run: $(cat cell.out)"
	atf_check -o inline:'status 0\n' tail -n 1 cell.out
	atf_check -s exit:1 test -e "$JAIL_RUN/$jid"
}

prison_test a_killed_maker_leaves_no_cell
a_killed_maker_leaves_no_cell()
{
	cells
	mkfifo hold
	cell wait <hold >cell.out 2>&1 &
	cell_pid=$!
	exec 8>hold
	first_line cell.out >/dev/null
	jid=$(sed -n 's/^jid //p' cell.out)
	atf_check test -e "$JAIL_RUN/$jid"
	kill -KILL "$cell_pid"
	wait "$cell_pid"
	for i in 1 2 3 4 5 6; do
		atf_check jail -c path="$W/world" command=/bin/true
	done
	atf_check -s exit:1 test -e "$JAIL_RUN/$jid"
}

prison_test what_a_command_leaves_behind_is_counted_and_ended
what_a_command_leaves_behind_is_counted_and_ended()
{
	cells
	atf_check -o save:cell.out cell /bin/probe daemon -- count
	pid=$(sed -n 1p cell.out)
	atf_check -o inline:'processes 1\n' tail -n 1 cell.out
	atf_check -s exit:1 test -e "/proc/$pid/exe"
	atf_check -o empty find "$(awk '/ - cgroup2 / { print $5; exit }' \
	    /proc/self/mountinfo)/$JAIL_CGROUP" -mindepth 1 -type d
}

prison_test threads_make_cells_side_by_side
threads_make_cells_side_by_side()
{
	cells
	atf_check -o inline:'3200\n' cell many
	atf_check -o empty find "$JAIL_RUN" -maxdepth 1 -name '[0-9]*'
}

prison_test a_cell_says_what_it_cannot_be
a_cell_says_what_it_cannot_be()
{
	cells
	mkdir "$W/bare"
	atf_check -s exit:1 \
	    -e inline:'cell-run: mount /tmp: No such file or directory\n' \
	    "$BUILD/test/system/cell-run" "$W/bare" /bin/true
	atf_check -o inline:'execvp: /bin/none: No such file or directory\n' \
	    cell /bin/none
	atf_check -o empty jls jid
}

atf_init_test_cases()
{
	add_cases
}
