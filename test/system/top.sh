#!/usr/bin/env -S ATF_SHELL=/bin/sh atf-sh
# SPDX-License-Identifier: BSD-2-Clause
# top: on a screen (tmux), and as text.
. "$(atf_get_srcdir)/../lib.sh"

TOPNAME=top$$

# A name that no other top of the machine has.
top_init()
{
	cp "$BUILD/top/top" "$W/$TOPNAME"
	TOP=$W/$TOPNAME
}

# Two jails with a sleeper each, whose PIDs are in $a and $b.
jails()
{
	top_init
	prison a
	sleeper a jexec a sleep 300
	prison b
	sleeper b jexec b sleep 300
	sleeper b2 jexec b sleep 300
	jida=$(jls -j a jid) jidb=$(jls -j b jid)
}

# on_screen COMMAND: on a terminal of 100 columns and 30 lines.
on_screen()
{
	TMUX_TMPDIR=$W
	export TMUX_TMPDIR
	unset TMUX
	host tmux -f /dev/null new-session -d -s t -x 100 -y 180 "$1; sleep 100" ||
	    atf_fail "no tmux"
}

keys()
{
	tmux send-keys -t t "$@"
}

screen()
{
	tmux capture-pane -p -t t
}

shows()
{
	wait_for 100 sh -c "tmux capture-pane -p -t t | grep -q -e '$1'" ||
	    { screen; atf_fail "\"$1\" is not on the screen"; }
}

shows_not()
{
	wait_for 100 sh -c "! tmux capture-pane -p -t t | grep -q -e '$1'" ||
	    { screen; atf_fail "\"$1\" stays on the screen"; }
}

screen_end()
{
	tmux kill-server 2>/dev/null
}

# golden FILE: its numbers are made 0 and its blanks one.
shape()
{
	sed -E 's/[0-9]+(\.[0-9]+)?[KMGTHD]?/0/g; s/ +/ /g; s/ $//; s/^ //'
}

prison_test the_lines_are_freebsds
the_lines_are_freebsds()
{
	top_init
	$TOP -b -d 2 -s 0.3 1 >out
	sed -n '8,$p' out >second
	grep '^last pid' out | tail -n 1 | shape >shape
	grep '^CPU' out | head -n 1 >>shape
	grep '^CPU' out | tail -n 1 | shape >>shape
	grep '^Mem' out | tail -n 1 | shape >>shape
	grep '^ *PID' out | tail -n 1 >>shape
	atf_check -o inline:\
'last pid: 0; load averages: 0, 0, 0 up 0+0:0:0 0:0:0
CPU:     % user,     % nice,     % system,     % interrupt,     % idle
CPU: 0% user, 0% nice, 0% system, 0% interrupt, 0% idle
Mem: 0 Active, 0 Inact, 0 Laundry, 0 Wired, 0 Buf, 0 Free
  PID USERNAME    THR PRI NICE   SIZE    RES STATE    C   TIME    WCPU COMMAND
' cat shape
	atf_check -o match:'^[0-9]+ processes:  ([0-9]+ [a-z]+(, )?)+$' \
	    cat out
	# the columns of a row are below their names
	$TOP -b -p $$ >row
	atf_check -o match:\
'^ *[0-9]+ root          1 +-?[0-9]+ +-?[0-9]+ +[0-9]+K +[0-9]+K [^ ]+ +[0-9]+ +0:0[0-9] +[0-9.]+% [a-z-]+$' \
	    cat row
	header=$(grep '^  PID' row) line=$(tail -n 2 row | head -n 1)
	at() { echo "${header%%$1*}" | awk '{ print length + 1 }'; }
	atf_check_equal "$(echo "$line" | cut -c "$(at USERNAME)-" |
	    cut -d ' ' -f 1)" root
	atf_check -o ignore grep -q . row
	atf_check -o match:'^CPU 0: ' -o match:'^CPU 1: ' $TOP -bP
	atf_check -o match:'SIZE    RES SWAP STATE' $TOP -bw
	atf_check -o match:'PID UID      ' $TOP -bu
	atf_check -o match:'   CPU COMMAND' $TOP -bC
	atf_check -o match:\
'^  PID   JID USERNAME     VCSW  IVCSW   READ  WRITE  FAULT  TOTAL PERCENT COMMAND$' \
	    $TOP -bj -m io
}

prison_test j_and_capital_j_tell_jails
j_and_capital_j_tell_jails()
{
	jails
	$TOP -bj all >out
	atf_check -o match:'^  PID   JID USERNAME' cat out
	atf_check -o match:"^ *$a +$jida root " cat out
	atf_check -o match:"^ *$b +$jidb root " cat out
	for j in a "$jida"; do
		$TOP -bJ "$j" >out
		atf_check -o inline:"$a $jida root sleep\n" sh -c \
		    "sed -n '/PID/,\$p' out | sed '1d; /^\$/d' |
		    awk '{ print \$1, \$2, \$3, \$NF }'"
	done
	$TOP -bJ 0 all >out
	atf_check -s exit:1 grep -q "^ *$a " out
	atf_check -s exit:1 -e match:'nosuch' $TOP -b -J nosuch
}

prison_test totals_of_jails
totals_of_jails()
{
	jails
	prison idle
	$TOP -b -m jail -o jid >out
	sed -n '/JID/,$p' out | sed '/^$/d' | shape >shape
	atf_check -o inline:\
'JID JAIL PROCS THR SIZE RES SWAP TIME 0
0 - 0 0 0 0 0 0:0 0%
0 a 0 0 0 0 0 0:0 0%
0 b 0 0 0 0 0 0:0 0%
' sh -c "sed 's/WCPU/0/; s/0:0\.0/0:0/; s/ 0 0%/ 0:0 0%/' shape"
	atf_check -o match:"^ *$jida a  +1 +1 " cat out
	atf_check -o match:"^ *$jidb b  +2 +2 " cat out
	$TOP -b -m jail -J b >out
	atf_check -o match:"^ *$jidb b  +2 +2 " cat out
	atf_check -s exit:1 grep -q " a  " out
}

prison_test orders_numbers_and_filters
orders_numbers_and_filters()
{
	jails
	# of the last display
	rows()
	{
		$TOP -b "$@" | awk '/PID/ { n = 1; rows = ""; next }
		    n && NF { rows = rows $0 "\n" } END { printf "%s", rows }'
	}
	atf_check_equal 3 "$(rows 3 | wc -l)"
	atf_check_equal 20 "$(rows -S | wc -l)"
	rows -o pid all | awk '{ print $1 }' >pids
	atf_check sort -cn pids
	rows -j -o jid all | awk '{ print $2 }' >jids
	atf_check sort -cn jids
	rows -o threads all | awk '{ print $3 }' >threads
	atf_check sort -cnr threads
	for o in cpu size res time pri total read write fault vcsw ivcsw \
	    swap; do
		atf_check -o ignore $TOP -b -o $o
	done
	atf_check_equal "$a" "$(rows -p "$a" | awk '{ print $1 }')"
	atf_check_equal "" "$(rows -U nobody)"
	atf_check_equal 2 "$(rows -J b -U root | wc -l)"
	atf_check -o match:'sleep 300$' $TOP -ba -p "$a"
	atf_check -o match:'kthreadd' $TOP -bS -p 2
	# The first display is of their lives, the second of this second.
	atf_check_equal "" "$(rows -I -d 2 -s 1 -J a)"
	rows -t all >out
	atf_check -s exit:1 grep -q " $TOPNAME\$" out
	atf_check -o match:' 0 ' env TOP='-b -j' $TOP 2
	for bad in '-o x' '-m x' '-s x' '-s 0' '-d x' '-p x' '-U nosuch' \
	    'x' '1 2' '-x'; do
		atf_check -s exit:1 -e not-empty $TOP -b $bad
	done
	atf_check -e match:"^top: Abashiri [0-9]" $TOP -v
	[ "$($TOP -b -d 3 -s 0.1 1 | grep -c 'last pid')" = 3 ] ||
	    atf_fail "not three displays"
}

prison_test the_screen_and_its_keys
the_screen_and_its_keys()
{
	jails
	on_screen "$TOP -s 1 -o pid"
	shows 'PID USERNAME'
	screen | head -n 1 | grep -q "^last pid: .*[0-9][0-9]:[0-9][0-9]\$" ||
	    { screen; atf_fail "the screen is not as it should be"; }
	keys j; shows 'PID   JID USERNAME'
	shows 'Displaying jail ID'
	keys J; shows 'Jail to show'; keys a Enter
	shows "^ *$a  *$jida root .* sleep"
	shows_not "^ *$b "
	keys J nosuch Enter; shows 'unknown jail: nosuch'
	keys J + Enter; shows "^ *$b "
	keys u nobody Enter; shows_not ' sleep$'
	keys u + Enter; shows ' sleep$'
	keys / slee Enter; shows_not " $TOPNAME\$"; shows ' sleep$'
	keys / + Enter; shows " $TOPNAME\$"
	keys t; shows_not " $TOPNAME\$"
	keys t; shows " $TOPNAME\$"
	keys m; shows 'PERCENT COMMAND'
	keys m; shows '^   JID JAIL'; shows "^ *$jidb b  *2 "
	keys m; shows ' WCPU COMMAND'
	keys C; shows '  CPU COMMAND'
	keys P; shows '^CPU 0:'
	keys P; shows '^CPU:'
	keys a; shows 'sleep 300$'
	keys w; shows 'SWAP STATE'
	keys H; shows 'threads:'
	keys H; shows 'processes:'
	keys p "$b" Enter; shows "^ *$b "; shows_not "^ *$a "
	keys p + Enter; shows "^ *$a "
	keys n 1 Enter; wait_for 100 sh -c \
	    "[ \$(tmux capture-pane -p -t t | grep -c ' root ') = 1 ]" ||
	    { screen; atf_fail "the screen is not as it should be"; }
	keys n all Enter; shows "^ *$a "
	keys o x Enter; shows 'no order "x": cpu size'
	keys o time Enter; shows_not 'no order'
	keys o pid Enter
	keys s x Enter; shows 'not a time: x'
	keys s 2.5 Enter; shows_not 'not a time'
	keys '?'; shows 'Hit any key'
	keys ' '; shows 'PID   JID'
	keys Y; shows 'Command not understood'
	tmux resize-window -t t -x 60 -y 12
	shows '^last pid'
	keys q; wait_for 50 sh -c "! pgrep -x $TOPNAME" ||
	    atf_fail "q does not end it"
	screen_end
}

prison_test k_and_r_name_the_jail_of_whom_they_hit
k_and_r_name_the_jail_of_whom_they_hit()
{
	jails
	on_screen "$TOP -s 1 -o pid"
	shows 'PID USERNAME'
	keys r "5 $b" Enter; shows "reniced: $b (jail b)"
	atf_check -o match:' 5$' ps -o ni= -p "$b"
	keys k "-TERM $a" Enter; shows "signalled: $a (jail a)"
	wait "$a_pid"
	keys k "-NOSUCH $b" Enter; shows 'unknown signal: -NOSUCH'
	keys k "$a x" Enter; shows 'errors: e shows them'
	keys e; shows "$a: No such process"; shows 'x: not a PID'
	keys ' '
	keys k "$b" Enter; shows "signalled: $b (jail b)"
	wait "$b_pid"
	keys q
	screen_end
	:
}

prison_test inside_all_are_ones_own
inside_all_are_ones_own()
{
	world_tiny "$W/a"
	world_program "$W/a" "$BUILD/top/top"
	jails
	jexec a /bin/top -bj all >out
	atf_check -o match:"^ *$a +0 root " cat out
	atf_check -o inline:"2\n" sh -c \
	    "sed -n '/PID/,\$p' out | sed '1d; /^\$/d' | wc -l"
	# no description of terminals there
	cat >script <<-'END'
		expect use -b
		exit 1
	END
	atf_check -o ignore "$BUILD/test/system/ptyrun" script \
	    jexec a /bin/top
}

atf_init_test_cases()
{
	add_cases
}
