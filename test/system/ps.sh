#!/usr/bin/env -S ATF_SHELL=/bin/sh atf-sh
# SPDX-License-Identifier: BSD-2-Clause
# ps: whose a process is, from outside and inside; the options, on process
# trees that are known.
. "$(atf_get_srcdir)/../lib.sh"

PS=$BUILD/ps/ps

# row PID KEYWORD...: their values with single blanks between them.
row()
{
	row_=$1
	shift
	$PS -p "$row_" $(printf -- "-o %s= " "$@") |
	    tr -s " " | sed "s/^ //; s/ $//"
}

# rows OPTIONS KEYWORD...: the same of those that the options select.
rows()
{
	rows_=$1
	shift
	$PS $rows_ $(printf -- "-o %s= " "$@") | tr -s " " |
	    sed "s/^ //; s/ $//"
}

# numbers_gone: a screen with its numbers made 0 and its blanks one.
numbers_gone()
{
	sed -E 's/[0-9]+/0/g; s/ +/ /g; s/^ //; s/0:0[AP]M/START/;
	    s/ RsJ / SsJ /'
}

prison_test a_prisoner_has_j_and_his_jail_a_host_process_has_not
a_prisoner_has_j_and_his_jail_a_host_process_has_not()
{
	prison www
	sleeper s jexec www sleep 300
	jid=$(jls -j www jid)
	atf_check_equal "$jid www root SsJ sleep 300" \
	    "$(row "$s" jid jail user stat command)"
	sleep 300 &
	h=$!
	atf_check_equal "0 - sleep 300" "$(row "$h" jid jail command)"
	atf_check -s exit:1 grep -q J <<-END
		$(row "$h" stat)
	END
	# the same PID inside
	atf_check -o inline:"$s\n" jexec www /bin/busybox pidof sleep
	kill "$h"
}

prison_test j_selects_by_number_name_and_host
j_selects_by_number_name_and_host()
{
	prison a
	sleeper x jexec a sleep 300
	prison b
	sleeper y jexec b sleep 300
	a=$(jls -j a jid)
	atf_check -o inline:"$x\n" sh -c "$PS -J a -o pid= | tr -d ' '"
	atf_check -o inline:"$x\n" sh -c "$PS -J $a -o pid= | tr -d ' '"
	printf '%s\n' "$x" "$y" | sort >both
	atf_check -o file:both sh -c "$PS -J $a,b -o pid= | tr -d ' ' | sort"
	atf_check -o file:both \
	    sh -c "$PS -J a -J 'b' -o pid= | tr -d ' ' | sort"
	$PS -J 0 -o pid= | tr -d ' ' >host
	atf_check -s exit:1 grep -qxe "$x" -e "$y" host
	atf_check grep -qx "$$" host
	atf_check -s exit:1 -e inline:"ps: Invalid jail id: nosuch\n" \
	    $PS -J nosuch
}

prison_test an_empty_jail_shows_a_header_and_exits_1
an_empty_jail_shows_a_header_and_exits_1()
{
	prison empty
	atf_check -s exit:1 -o inline:"PID TT  STAT TIME COMMAND\n" \
	    $PS -J empty
}

prison_test the_articles_screen_inside 300
the_articles_screen_inside()
{
	world_debian base "$W/ports"
	cp "$PS" "$W/ports/usr/local/bin/ps"
	printf '%s\n' '#!/bin/sh' 'exec /usr/bin/sleep 300' \
	    >"$W/ports/usr/sbin/cron"
	chmod 755 "$W/ports/usr/sbin/cron"
	prison ports
	sleeper d jexec ports /usr/sbin/cron -s
	cat >script <<-'END'
		expect # 
		send ps awwux | cat\n
		expect ps awwux
		expect COMMAND
		expect # 
		send ps awwux >/tmp/screen\n
		expect # 
		send exit\n
		exit 0
	END
	atf_check -o ignore "$BUILD/test/system/ptyrun" script \
	    jexec ports /bin/sh
	cat >expected <<-'END'
		USER PID %CPU %MEM VSZ RSS TT STAT STARTED TIME COMMAND
		root 0 0.0 0.0 0 0 - SsJ START 0:0.0 /usr/bin/sleep 0
		root 0 0.0 0.0 0 0 0 SsJ START 0:0.0 /bin/sh
		root 0 0.0 0.0 0 0 0 R+J START 0:0.0 ps awwux
	END
	numbers_gone <"$W/ports/tmp/screen" >screen
	# the shares of a processor decide the order: by PID, if equal
	atf_check -o file:expected sh -c 'head -n 1 screen
	    sed 1d screen | sort -k 7,7 -k 11,11'
}

prison_test inside_a_static_ps_shows_ones_own_only
inside_a_static_ps_shows_ones_own_only()
{
	world_tiny "$W/j"
	cp "$BUILD/tiny/ps" "$W/j/bin/psh"
	world_program "$W/j" "$PS"
	prison j
	rm -f "$W/j/bin/ps" && cp "$PS" "$W/j/bin/ps"
	sleeper s jexec j sleep 300
	for ps in psh ps; do
		atf_check -o save:out jexec j /bin/$ps ax -o \
		    user,jid,jail,stat,command
		atf_check -o inline:"USER JID JAIL STAT COMMAND
root   0 -    RsJ  /bin/$ps ax -o user,jid,jail,stat,command
root   0 -    SsJ  sleep 300
" sort out
	done
}

prison_test inside_with_pid_new_and_the_hosts_uids
inside_with_pid_new_and_the_hosts_uids()
{
	world_tiny "$W/j"
	cp "$BUILD/tiny/ps" "$W/j/bin/psh"
	prison j user=inherit
	atf_check -o match:'^ *1 root +SsJ ' jexec j /bin/psh ax -o \
	    pid,user,stat,comm
	atf_check -o match:'^ *[0-9]+ RsJ +psh$' jexec j /bin/psh ax -o \
	    pid,stat,comm
}

prison_test a_zombie_of_a_jail_that_has_gone_is_nobodys
a_zombie_of_a_jail_that_has_gone_is_nobodys()
{
	prison j
	# jexec waits for its child; stopped, it leaves a zombie.
	background k jexec j sleep 1
	wait_for 50 pgrep -P "$k_pid" || atf_fail "no child"
	z=$(pgrep -P "$k_pid")
	kill -STOP "$k_pid"
	wait_for 50 grep -q '^State:	Z' /proc/$z/status ||
	    atf_fail "no zombie"
	atf_check jail -R j
	atf_check -o match:'^0 Z[^J]* <defunct>$' \
	    echo "$(row "$z" jid stat command)"
	kill -CONT "$k_pid"
	wait "$k_pid"
}

prison_test d_draws_the_tree
d_draws_the_tree()
{
	prison j
	sleeper t jexec j sh -c 'sleep 301 & sh -c "sleep 302 & sleep 303 &
	    sh -c \"sleep 304; true\"; true" & sleep 305 & wait'
	wait_for 50 sh -c "[ \$($PS -J j -o pid= | wc -l) = 8 ]"
	$PS -J j -d -o args= -c | sed 's/  *$//' >comms
	$PS -J j -d -o comm= >tree
	atf_check -o inline:"sh
- sleep
- sh
|-- sleep
|-- sleep
\`-- sh
  \`-- sleep
- sleep
" cat tree
	# the ancestors of one, and the descendants
	last=$(rows "-J j" pid args | awk '$2 == "sleep" && $3 == 304 { print $1 }')
	sub=$($PS -o ppid= -p "$last")
	$PS -D up -p "$last" -o pid= | tr -d ' ' >up
	atf_check grep -qx "$t" up
	atf_check grep -qx "$last" up
	atf_check grep -qx 1 up
	$PS -D down -p "$t" -o pid= | tr -d ' ' >down
	atf_check -o inline:"8\n" sh -c 'wc -l <down'
	$PS -D both -p $sub -o pid= | tr -d ' ' >both
	atf_check grep -qx "$last" both
	atf_check grep -qx "$t" both
	atf_check -s exit:1 -e match:'none of up, down, both' $PS -D sideways
}

prison_test state_has_the_letters
state_has_the_letters()
{
	prison j
	sleeper stopped jexec j sleep 300
	kill -STOP "$stopped"
	sleeper nice jexec j sh -c "busybox renice -n 5 -p \$\$; exec sleep 300"
	sleeper spin jexec j sh -c 'while :; do :; done'
	sleeper zombie jexec j sh -c 'sleep 0 & exec sleep 300'
	wait_for 50 sh -c "$PS -J j -o stat= | grep -q Z"
	wait_for 50 sh -c "$PS -p $stopped -o stat= | grep -q T"
	atf_check -o inline:"TsJ\n" $PS -o stat= -p "$stopped"
	atf_check -o inline:"SNsJ\n" $PS -o stat= -p "$nice"
	atf_check -o inline:"RsJ\n" $PS -o stat= -p "$spin"
	atf_check -o inline:"ZJ\n" sh -c \
	    "$PS -J j -o stat= -o ppid= | awk '\$2 == $zombie { print \$1 }'"
	atf_check -o match:'^[IS]<?L$' $PS -o stat= -p 2
}

prison_test selection_by_user_group_terminal_and_pid
selection_by_user_group_terminal_and_pid()
{
	prison j
	sleeper u jexec -U user j sleep 300
	sleeper r jexec j sleep 300
	# as the jail counts
	atf_check -o inline:"$u\n" \
	    sh -c "$PS -U 1000 -o pid= -o jid= | awk '\$2 > 0 { print \$1 }'"
	atf_check -o inline:"$u\n" \
	    sh -c "$PS -G 1000 -o pid= -o jid= | awk '\$2 > 0 { print \$1 }'"
	atf_check -o inline:"$r\n" \
	    sh -c "$PS -U root -o pid= -o jid= | awk '\$2 > 0 { print \$1 }'"
	atf_check_equal "1000 1000 1000 1000 1000 1000" \
	    "$(row "$u" uid ruid svuid gid rgid svgid)"
	printf '%s\n' "$u" "$r" | sort >both
	atf_check -o file:both sh -c "$PS -p $u,$r -o pid= | tr -d ' ' | sort"
	atf_check -o match:"^ *$u " $PS "$u"
	atf_check -o match:"^ *$u " $PS "p$u"
	atf_check -o match:"^ *$u " $PS "ax$u"
	atf_check -s exit:1 -o ignore -e match:'No user named .nosuch' \
	    $PS -U nosuch
	atf_check -s exit:1 -e match:'No group named .nosuch' $PS -G nosuch
	atf_check -s exit:1 -e match:'Invalid process id: 1x' $PS -p 1x
	atf_check -s exit:1 -e match:'Invalid \(zero-length\)' $PS -p 1,
	atf_check -s exit:1 -e match:'nosuch: Not a terminal' $PS -t nosuch
	atf_check -s exit:1 -e match:'illegal argument: x' -e match:usage: \
	    $PS -a x

	cat >script <<-END
		pause 10
		expect TT
		expect done
		exit 0
	END
	# its own terminal: T, t, tN, and without x only those with one
	cat >onatty <<-END
		tt=\$($PS -p \$\$ -o tt= | tr -d ' ')
		$PS -T -o pid= -o tt= >T; $PS -t \$tt -o pid= -o tt= >t
		$PS t\$tt -o pid= -o tt= >tN; $PS -t pts/\$tt -o pid= -o tt= >pts
		$PS -t /dev/pts/\$tt -o tty= -o tt= >path
		$PS -p \$\$ -o stat= >stat; $PS >mine
		echo TT \$tt; echo done
	END
	atf_check -o ignore "$BUILD/test/system/ptyrun" script sh onatty
	for f in T t tN pts; do
		atf_check test -s $f
		atf_check -o inline:"1\n" sh -c \
		    "awk '{ print \$2 }' $f | sort -u | wc -l"
	done
	atf_check -o match:'^pts/[0-9]+ ' cat path
	atf_check -o match:'^Ss\+$' cat stat
	atf_check awk '$2 == "-" { exit 1 }' mine
}

prison_test x_and_capital_x_decide_about_processes_without_terminal
x_and_capital_x_decide_about_processes_without_terminal()
{
	prison j
	sleeper s jexec j sleep 300
	atf_check -s exit:1 -o ignore $PS -X -J j
	atf_check -o match:"^ *$s " $PS -J j
	atf_check -o match:"^ *$s " $PS -X -x -J j
	atf_check -o match:"^ *$s " $PS -X -p "$s"
	atf_check -o not-match:"^ *$s " -s ignore $PS -a
	atf_check -o match:"^ *$s " $PS -ax
	atf_check -o match:"^ *$s " $PS -A
	atf_check -o match:"^ *$s " $PS ax
}

prison_test the_displays_have_freebsds_headers
the_displays_have_freebsds_headers()
{
	header() { $PS "$@" -p $$ | head -n 1 | tr -s ' ' | sed 's/^ //'; }
	atf_check_equal "PID TT STAT TIME COMMAND" "$(header -x)"
	atf_check_equal \
	    "USER PID PPID PGID SID JOBC STAT TT TIME COMMAND" "$(header -j)"
	atf_check_equal \
	    "UID PID PPID C PRI NI VSZ RSS MWCHAN STAT TT TIME COMMAND" \
	    "$(header -l)"
	atf_check_equal \
	    "USER PID %CPU %MEM VSZ RSS TT STAT STARTED TIME COMMAND" \
	    "$(header -u)"
	atf_check_equal \
	    "PID STAT TIME SL RE PAGEIN VSZ RSS LIM TSIZ %CPU %MEM COMMAND" \
	    "$(header -v)"
	# what is there already is left out; -O goes behind the PID
	atf_check_equal \
	    "USER PID %CPU %MEM VSZ RSS TT STAT STARTED TIME COMMAND \
PPID PGID SID JOBC" "$(header -uj)"
	atf_check_equal "PID JID JAIL TT STAT TIME COMMAND" \
	    "$(header -O jid,jail)"
	atf_check_equal "JID UCOMM" "$(header -O jid -o ucomm)"
	atf_check_equal "UCOMM PID JID" "$(header -O jid -o ucomm,pid)"
	atf_check_equal "PID WHO IS, THIS" "$(header -o pid -o 'user=WHO IS, THIS')"
	atf_check -o match:'^ *[0-9]+$' $PS -p $$ -o pid=
	atf_check -s exit:1 -e inline:"ps: nosuch: keyword not found
ps: ps -L lists the keywords
" $PS -o nosuch
}

prison_test every_keyword_gives_a_column
every_keyword_gives_a_column()
{
	for k in $($PS -L); do
		$PS -p $$ -o "$k" >out || atf_fail "$k"
		[ "$(wc -l <out)" = 2 ] || atf_fail "$k: $(cat out)"
		sed -n 2p out | grep -q '[^ ]' || [ "$k" = tdnam ] ||
		    [ "$k" = tdname ] || atf_fail "$k is empty"
	done
	atf_check -o match:'^%cpu %mem acflag' $PS -L
	COLUMNS=40 $PS -L >narrow
	atf_check -s exit:1 grep -q '.\{41\}' narrow
}

prison_test sorting_by_memory_and_processor
sorting_by_memory_and_processor()
{
	$PS -axm -o pid= >m
	$PS -axr -o %cpu= >r
	atf_check sort -c -n -r r
	$PS -axu -o %cpu= >r
	prison j
	sleeper spin jexec j sh -c 'while :; do :; done'
	sleeper idle jexec j sleep 300
	sleep 1
	atf_check -o inline:"$spin\n$idle\n" \
	    sh -c "$PS -J j -r -o pid= | tr -d ' '"
	# no terminal: by PID
	lo=$spin hi=$idle
	[ "$lo" -lt "$hi" ] || { lo=$idle hi=$spin; }
	atf_check -o inline:"$lo\n$hi\n" \
	    sh -c "$PS -J j -o pid= | tr -d ' '"
}

prison_test commands_names_environments_and_threads
commands_names_environments_and_threads()
{
	prison j
	sleeper s jexec j sh -c 'exec env COLOUR=blue /bin/busybox sleep 300'
	atf_check -o inline:"/bin/busybox sleep 300\n" \
	    $PS -p "$s" -o command=
	atf_check -o inline:"busybox\n" $PS -c -p "$s" -o command=
	atf_check -o match:'COLOUR=blue .*/bin/busybox sleep 300$' \
	    $PS -e -p "$s" -o command=
	atf_check_equal "/bin/busybox sle $s" "$(row "$s" command pid)"
	# the name behind what does not tell it; a script's is told
	bash -c 'exec -a liar sleep 300 & echo $! >pid'
	liar=$(cat pid)
	wait_for 50 sh -c "$PS -p $liar -o comm= | grep -q sleep"
	atf_check -o inline:"liar 300 (sleep)\n" $PS -p "$liar" -o command=
	kill "$liar"
	printf '#!/bin/sh\nsleep 300\n' >long-winded-script.sh
	chmod 755 long-winded-script.sh
	background sc ./long-winded-script.sh
	wait_for 50 sh -c "$PS -p $sc_pid -o comm= | grep -q long"
	atf_check -o inline:"/bin/sh ./long-winded-script.sh\n" \
	    $PS -p "$sc_pid" -o command=
	pkill -P "$sc_pid"
	# each thread
	lines=$($PS -H -p 1 -o lwp= | wc -l)
	atf_check_equal "$(ls /proc/1/task | wc -l)" "$lines"
}

prison_test lines_are_as_long_as_they_may_be
lines_are_as_long_as_they_may_be()
{
	long=$(printf '%0200d' 0)
	sleep 300 "0.$long" &
	pid=$!
	width() { awk '{ print length }' | sort -n | tail -n 1; }
	wait_for 50 sh -c "$PS -ww -p $pid | grep -q 000"
	atf_check_equal 80 "$(COLUMNS=80 $PS -p $pid | width)"
	atf_check_equal 131 "$(COLUMNS=80 $PS -w -p $pid | width)"
	atf_check test "$(COLUMNS=80 $PS -ww -p $pid | width)" -gt 200
	atf_check test "$($PS -p $pid </dev/null 2>&1 | cat | width)" -gt 200
	kill $pid
}

prison_test h_repeats_the_header_once_a_page
h_repeats_the_header_once_a_page()
{
	$PS -axh -o pid,comm </dev/null 2>/dev/null >pages
	n=$($PS -ax -o pid= | wc -l)
	[ "$n" -gt 25 ] || atf_skip "too few processes here"
	atf_check -o inline:"1\n22\n" sh -c \
	    "grep -n COMMAND pages | cut -d : -f 1 | head -n 2"
}

prison_test what_a_terminal_would_act_upon_is_shown
what_a_terminal_would_act_upon_is_shown()
{
	prison j
	sleeper s jexec j sh -c "sleep 300; : '$(printf '\033[2J\n\t\302\233\303\251')'"
	atf_check -o match:'\\033\[2J\\012\\011\\302\\233é' \
	    $PS -p "$s" -o command=
}

prison_test json_names_the_fields
json_names_the_fields()
{
	prison j
	sleeper s jexec j sleep 300
	jid=$(jls -j j jid)
	atf_check -o inline:'{"__version": "1", "process-information": '\
'{"process": [{"pid":'"$s"',"jail-id":'"$jid"',"jail-name":"j",'\
'"command":"sleep 300"}]}}\n' \
	    $PS --libxo json -p "$s" -o pid,jid,jail,command
}

atf_init_test_cases()
{
	add_cases
}
