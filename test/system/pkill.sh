#!/usr/bin/env -S ATF_SHELL=/bin/sh atf-sh
# SPDX-License-Identifier: BSD-2-Clause
# pgrep, pkill, killall: whom they find, and that they hit nobody else.  All
# victims have a name that no other process of the machine can have.
. "$(atf_get_srcdir)/../lib.sh"

PKILL=$BUILD/pkill/pkill
KILLALL=$BUILD/pkill/killall

# The name in this test; a program of that name for worlds and the host.
name_init()
{
	NAME=vic$$
	ln -s "$PKILL" "$W/pgrep"
	PGREP=$W/pgrep
	cp "$BUILD/test/probe/probe" "$W/$NAME"
}

# victim VAR [JAIL [NAME]]: one that sleeps; its PID in $VAR.
victim()
{
	exe_=${3-$NAME}
	if [ -n "${2-}" ]; then
		cp -f "$W/$NAME" "$W/$2/bin/$exe_" 2>/dev/null
		background "$1" jexec "$2" "/bin/$exe_" sleep
	else
		[ "$exe_" = "$NAME" ] || cp "$W/$NAME" "$W/$exe_"
		background "$1" "$W/$exe_" sleep
	fi
	eval "$1=$(first_line "$1.out")"
}

# found EXPECTED PGREP-OPTION...: these PIDs, sorted.
found()
{
	echo $1 | tr ' ' '\n' | sort -n >expected
	shift
	atf_check -o file:expected "$PGREP" "$@"
}

prison_test j_finds_by_number_name_any_none_and_list
j_finds_by_number_name_any_none_and_list()
{
	name_init
	prison a
	victim x a
	prison b
	victim y b
	victim h
	a=$(jls -j a jid) b=$(jls -j b jid)
	found "$x" -j a "$NAME"
	found "$x" -j "$a" "$NAME"
	found "$x $y" -j a,b "$NAME"
	found "$x $y" -j "$a,$b" "$NAME"
	found "$x $y" -j any "$NAME"
	found "$x $y" -j 0 "$NAME"
	found "$h" -j none "$NAME"
	found "$h $y" -j none,b "$NAME"
	found "$x $y $h" "$NAME"
	found "$x" -j a
	atf_check -s exit:1 "$PGREP" -j 4711 "$NAME"
	atf_check -s exit:2 -e inline:"pgrep: Invalid jail ID or name \`x'\n" \
	    "$PGREP" -j x "$NAME"
	atf_check -s exit:2 -e inline:"pgrep: Negative jail ID \`-1'\n" \
	    "$PGREP" -j -1 "$NAME"
	atf_check -s exit:2 -e match:usage: "$PGREP" -j a, "$NAME"
}

prison_test pkill_hits_the_jail_it_names_only
pkill_hits_the_jail_it_names_only()
{
	name_init
	prison a
	victim x a
	prison b
	victim y b
	victim h
	atf_check "$PKILL" -j a "$NAME"
	wait "$x_pid"
	found "$y $h" "$NAME"
	atf_check "$PKILL" -KILL -j none -x "$NAME"
	wait "$h_pid"
	found "$y" "$NAME"
	atf_check -o inline:"kill -9 $y\n" "$PKILL" -9 -l -j any "$NAME"
	wait "$y_pid"
	atf_check -s exit:1 "$PKILL" -j any "$NAME"
	atf_check -s exit:1 -e match:'No matching processes' \
	    "$PKILL" -l -j any "$NAME"
}

prison_test without_j_the_jailer_is_told_which_jails_he_hits
without_j_the_jailer_is_told_which_jails_he_hits()
{
	name_init
	prison a
	victim x a
	victim x2 a
	prison b
	victim y b
	victim h
	# asked, with the jail's name; "no" spares
	echo "kill $h $NAME? kill" >expected
	printf 'n\nn\nn\nn\n' >no
	for cmd in "$PKILL -I" "$KILLALL -I -q"; do
		s=0
		[ "${cmd#*killall}" = "$cmd" ] || s=1
		atf_check -s exit:$s -o save:asked -e match:\
'also in jails: a \(2\), b \(1\); -j none leaves them out' \
		    sh -c "$cmd $NAME <no"
		atf_check -o match:"$y.* jail b" cat asked
		atf_check -o match:"$h" cat asked
		atf_check -s exit:1 grep -q "$h.* jail " asked
	done
	found "$x $x2 $y $h" "$NAME"
	# PIDs in order: yes to the first only
	first=$("$PGREP" -j any,none "$NAME" | head -n 1)
	printf 'y\nn\nn\nn\n' >yes
	atf_check -o ignore -e match:'also in jails' \
	    sh -c "$PKILL -I $NAME <yes"
	wait_for 50 sh -c "! kill -0 $first" || atf_fail "$first lives"
	atf_check -o inline:"3\n" sh -c "$PGREP $NAME | wc -l"
	# nothing is said with -j, nor of what is the host's alone
	atf_check -s exit:1 "$PKILL" -j none "no$NAME"
	atf_check -e match:'also in jails' "$PKILL" -x "$NAME"
	wait
	atf_check -s exit:1 "$PGREP" "$NAME"
}

prison_test pgrep_has_freebsds_options
pgrep_has_freebsds_options()
{
	name_init
	prison j
	victim r j
	background u jexec -U user j "/bin/$NAME" sleep
	u=$(first_line u.out)
	victim o j "${NAME}other"
	found "$r $u" -x -j j "$NAME"
	found "$o" -x -j j "${NAME}other"
	found "$o" -i -j j "OTHER$"
	"$PGREP" -v -x -j j "$NAME" >others
	atf_check grep -qx "$o" others
	atf_check grep -qx 1 others
	atf_check -s exit:1 grep -qxe "$r" -e "$u" others
	found "$u" -j j -U 1000
	found "$u" -j j -u 1000
	found "$u" -j j -G 1000
	found "$r $o" -j j -U root
	found "$r $o" -j j -u 0 -G 0
	found "$r" -P "$r_pid"
	found "$r" -g "$r"
	found "$r $u" -s "$r,$u"
	found "$r $u $o" -t - -j j
	found "$o" -n -j j
	found "$r" -o -j j "$NAME"
	found "$r" -o -f -j j "^/bin/$NAME sleep"
	atf_check -s exit:1 "$PGREP" -f -x -j j "$NAME sleep"
	found "$o" -f -x -j j "/bin/${NAME}other sleep"
	atf_check -o inline:"$o ${NAME}other\n" "$PGREP" -l -j j other
	atf_check -o inline:"$o /bin/${NAME}other sleep\n" \
	    "$PGREP" -lf -j j other
	atf_check -o match:"^[0-9]+,[0-9]+,[0-9]+$" \
	    "$PGREP" -d , -j j "$NAME"
	atf_check "$PGREP" -q -j j "$NAME"
	atf_check -s exit:1 "$PGREP" -q -j j "no$NAME"
	# kernel threads
	atf_check -s exit:1 "$PGREP" -x kthreadd
	found 2 -S -x kthreadd
	# ancestors
	atf_check -s exit:1 sh -c "$PGREP -P \$PPID -x sh; exit \$?"
	atf_check -o ignore sh -c "$PGREP -a -P \$PPID -x sh; exit \$?"
	atf_check -s exit:3 -e match:'mutually exclusive' "$PGREP" -n -o x
	atf_check -s exit:2 -e match:usage: "$PGREP"
	atf_check -s exit:2 -e match:usage: "$PGREP" -I x
	atf_check -s exit:2 -e match:usage: "$PKILL" -q x
	atf_check -s exit:2 -e match:'no login classes' "$PGREP" -c x y
	atf_check -s exit:2 -e match:'Cannot compile' "$PGREP" '('
	atf_check -s exit:2 -e match:'Unknown user' "$PGREP" -u nosuch
	atf_check -s exit:2 -e match:'Unknown group' "$PGREP" -G nosuch
	atf_check -s exit:2 -e match:'No such tty' "$PGREP" -t nosuch
	atf_check -s exit:2 -e match:'Not a number' "$PGREP" -P nosuch
}

prison_test pidfiles_are_read_and_their_locks
pidfiles_are_read_and_their_locks()
{
	name_init
	victim h
	echo "$h" >pid
	found "$h" -F pid
	atf_check -s exit:1 "$PGREP" -F pid "no$NAME"
	atf_check -s exit:3 -e match:'can be locked' "$PGREP" -L -F pid
	exec 8<pid
	flock 8
	found "$h" -L -F pid
	exec 8<&-
	atf_check -s exit:3 -e match:"doesn't make sense" "$PGREP" -L x
	for bad in x -5 0 1 99999999999; do
		echo "$bad" >pid
		atf_check -s exit:3 -e match:'Invalid pid' "$PGREP" -F pid
	done
	: >pid
	atf_check -s exit:3 -e match:'is empty' "$PGREP" -F pid
	atf_check -s exit:3 -e match:'Cannot open' "$PGREP" -F nosuch
	echo "$h" >pid
	atf_check "$PKILL" -F pid "$NAME"
	wait_for 50 sh -c "! kill -0 $h" || atf_fail "$h lives"
}

prison_test killall_has_freebsds_options
killall_has_freebsds_options()
{
	name_init
	prison j
	victim r j
	background u jexec -U user j "/bin/$NAME" sleep
	u=$(first_line u.out)
	victim h
	lo=$r hi=$u
	[ $lo -lt $hi ] || { lo=$u hi=$r; }
	atf_check -o inline:"kill -TERM $lo\nkill -TERM $hi\n" \
	    "$KILLALL" -s -j j "$NAME"
	atf_check -o inline:"kill -HUP $u\n" \
	    "$KILLALL" -s -j j -u 1000 -HUP
	atf_check -o inline:"kill -INT $u\n" \
	    "$KILLALL" -e -s -j j -u 1000 -SIGINT "$NAME"
	atf_check -o inline:"kill -USR1 $h\n" \
	    "$KILLALL" -s -j none -usr1 -c "$NAME"
	atf_check -o inline:"kill -KILL $h\n" \
	    "$KILLALL" -sj none -9 -m "^$NAME\$"
	atf_check -o match:"sig:15, cmd:$NAME, pid:$h, dev:0 uid:0" \
	    "$KILLALL" -d -j none "$NAME"
	atf_check -s exit:1 -e match:'^No matching processes were found$' \
	    "$KILLALL" -j j "no$NAME"
	atf_check -s exit:1 "$KILLALL" -q -j j "no$NAME"
	atf_check -s exit:1 -e match:'^killall: jail .x. not found|x' \
	    "$KILLALL" -j x "$NAME"
	atf_check -s exit:1 -e match:'unknown signal NOSUCH' \
	    -e match:'HUP INT' "$KILLALL" -NOSUCH "$NAME"
	atf_check -s exit:1 -e match:'user nosuch does not exist' \
	    "$KILLALL" -u nosuch
	atf_check -s exit:1 -e match:'must specify jail' "$KILLALL" -j
	atf_check -s exit:1 -e match:'nosuch: not a terminal' \
	    "$KILLALL" -t nosuch
	atf_check -s exit:1 -e match:usage: "$KILLALL"
	atf_check -s exit:1 -e match:usage: "$KILLALL" -help
	atf_check -o match:'HUP INT QUIT ILL TRAP ABRT' "$KILLALL" -l
	atf_check -o inline:"kill -TERM $r\n" \
	    "$KILLALL" -v -j j -u root "$NAME"
	wait "$r_pid"
	found "$u $h" "$NAME"
	atf_check "$KILLALL" -KILL -j j "$NAME"
	wait "$u_pid"
	found "$h" "$NAME"
	# a name longer than the kernel keeps is another's beginning
	victim l "" "$NAME-of-many-letters"
	atf_check -s exit:1 "$KILLALL" -q -j none "$NAME-of-many-lettuces"
	atf_check -o inline:"kill -TERM $l\n" \
	    "$KILLALL" -s -j none "$NAME-of-many-letters"
	atf_check "$KILLALL" -KILL -j none "$NAME-of-many-letters" "$NAME"
	wait
}

prison_test inside_all_are_ones_own
inside_all_are_ones_own()
{
	name_init
	world_tiny "$W/j"
	world_program "$W/j" "$PKILL" "$KILLALL"
	ln -s pkill "$W/j/bin/pgrep"
	prison j
	victim x j
	victim h
	atf_check -o inline:"$x\n" jexec j /bin/pgrep "$NAME"
	atf_check -o inline:"$x\n" jexec j /bin/pgrep -j none "$NAME"
	atf_check -s exit:1 jexec j /bin/pgrep -j any "$NAME"
	atf_check jexec j /bin/pkill "$NAME"
	wait "$x_pid"
	found "$h" "$NAME"
	victim x j
	atf_check jexec j /bin/killall "$NAME"
	wait "$x_pid"
	found "$h" "$NAME"
	kill "$h"
}

atf_init_test_cases()
{
	add_cases
}
