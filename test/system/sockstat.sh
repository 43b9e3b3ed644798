#!/usr/bin/env -S ATF_SHELL=/bin/sh atf-sh
# SPDX-License-Identifier: BSD-2-Clause
# sockstat and netstat: who listens where, by jail; inside one's own only.
. "$(atf_get_srcdir)/../lib.sh"

PROBE=$BUILD/test/probe/probe

tools_init()
{
	for tool_ in sockstat netstat; do
		wrap "$BUILD/sockstat/$tool_"
	done
}

# servers: one of the host and one in each of two jails, all on port 80; PIDs
# in $h $a $b.
servers()
{
	tools_init
	serving h host "$PROBE" serve 10.0.0.1 80 hello
	prison a ip4.addr=10.0.0.2
	serving a jexec a /bin/probe serve 10.0.0.2 80 hello
	prison b ip4.addr=10.0.0.3
	serving b jexec b /bin/probe serve 10.0.0.3 80 hello
	h=$(pid_at 10.0.0.1:80) a=$(pid_at 10.0.0.2:80)
	b=$(pid_at 10.0.0.3:80)
}

# pid_at ADDRESS: who listens there, by ss.
pid_at()
{
	host ss -Htlnp | awk -v a="$1" '$4 == a' |
	    sed 's/.*pid=\([0-9]*\).*/\1/'
}

# lines: with single blanks.
squeezed()
{
	tr -s ' ' | sed 's/ $//'
}

prison_test columns_are_freebsds
columns_are_freebsds()
{
	servers
	sockstat -4l -P tcp >out
	sed 's/[0-9][0-9]*/0/g' out | squeezed | sort -u >shape
	atf_check -o inline:"USER COMMAND PID FD PROTO LOCAL ADDRESS \
FOREIGN ADDRESS
root probe 0 0 tcp0 0.0.0.0:0 *:*
" cat shape
	# as wide as on FreeBSD
	head -n 1 out | grep -q "PROTO LOCAL ADDRESS         FOREIGN ADDRESS" ||
	    atf_fail "$(cat out)"
	atf_check -o match:"^root probe +$a +3 tcp4  10\.0\.0\.2:80  " \
	    cat out
	sockstat -4lq -P tcp | grep -q USER && atf_fail "a header with -q"
	atf_check -o match:"^0 +probe" sockstat -4lqn -P tcp
	# what kind of columns there are
	atf_check -o match:"FOREIGN ADDRESS +ID +ENCAPS CONN STATE CC" \
	    sockstat -4siUC
	atf_check -o match:"10.0.0.2:80 +\*:\* +[0-9]+ +\?\? LISTEN +[a-z]+" \
	    sockstat -4siUC
}

prison_test j_and_capital_j_tell_jails_apart
j_and_capital_j_tell_jails_apart()
{
	servers
	for j in a "$(jls -j a jid)"; do
		atf_check -o inline:"root probe $a 3 tcp4 10.0.0.2:80 *:*\n" \
		    sh -c "sockstat -4lq -j $j | tr -s ' ' | sed 's/ \$//'"
	done
	atf_check -o inline:"root probe $h 3 tcp4 10.0.0.1:80 *:*\n" \
	    sh -c "sockstat -4lq -j 0 | tr -s ' ' | sed 's/ \$//'"
	sockstat -4lqJ | squeezed | sort >out
	atf_check -o inline:"- root probe $h 3 tcp4 10.0.0.1:80 *:*
a root probe $a 3 tcp4 10.0.0.2:80 *:*
b root probe $b 3 tcp4 10.0.0.3:80 *:*
" cat out
	atf_check -s exit:1 -e match:'sockstat: .*nosuch' sockstat -j nosuch
}

prison_test filters_of_ports_protocols_users_and_states
filters_of_ports_protocols_users_and_states()
{
	servers
	serving u host "$PROBE" serve 10.0.0.1 53 hello udp
	serving lo host "$PROBE" serve 127.0.0.1 81 hello
	serving six host "$PROBE" serve fd00::1 82 hello
	n() { sockstat -q "$@" | wc -l; }
	atf_check_equal 3 "$(n -4 -p 80)"
	atf_check_equal 4 "$(n -4 -p 80-81)"
	atf_check_equal 4 "$(n -4 -p 79-80,81)"
	atf_check_equal 5 "$(n -p 80-)"
	atf_check_equal 0 "$(n -p 4711)"
	atf_check_equal 1 "$(n -P udp)"
	atf_check_equal 5 "$(n -P tcp)"
	atf_check_equal 6 "$(n -P tcp,udp)"
	atf_check_equal 1 "$(n -6)"
	atf_check_equal 5 "$(n -4)"
	atf_check_equal 4 "$(n -4L)"
	atf_check_equal 0 "$(n -4c)"
	atf_check_equal 5 "$(n -4 -F root)"
	atf_check_equal 0 "$(n -4 -F nobody)"
	atf_check -o match:'tcp6 +fd00::1:82 ' sockstat -6
	for bad in x 1-x 70000 3-2 ''; do
		atf_check -s exit:1 -e match:'port' sockstat -p "$bad"
	done
	atf_check -s exit:1 -e match:'no such protocol: "x"' sockstat -P x
	atf_check -s exit:1 -e match:'Invalid username' sockstat -F nosuch
	atf_check -s exit:1 -e match:usage: sockstat x
	atf_check -s exit:1 -e match:usage: sockstat -V
}

prison_test both_ends_of_a_connection
both_ends_of_a_connection()
{
	tools_init
	prison a ip4.addr=10.0.0.2
	background nc host socat TCP-LISTEN:83,bind=10.0.0.1 \
	    EXEC:"sleep 60"
	wait_for 50 sh -c "host ss -tln | grep -q 10.0.0.1:83"
	cp "$(command -v busybox)" "$W/a/bin/nc"
	mkfifo hold
	jexec a /bin/nc 10.0.0.1 83 <hold >/dev/null 2>&1 &
	exec 7>hold
	wait_for 50 sh -c "host ss -tn | grep -q ESTAB"
	sockstat -4cJsq | squeezed | sort >out
	atf_check -o match:\
'^- root socat [0-9]+ [0-9]+ tcp4 10\.0\.0\.1:83 10\.0\.0\.2:[0-9]+ ESTABLISHED$' \
	    cat out
	atf_check -o match:\
'^a root nc [0-9]+ [0-9]+ tcp4 10\.0\.0\.2:[0-9]+ 10\.0\.0\.1:83 ESTABLISHED$' \
	    cat out
	atf_check -o inline:"2\n" sh -c 'wc -l <out'
	atf_check -o match:'10\.0\.0\.2\.[0-9]+ +10\.0\.0\.1\.83 +ESTABLISHED$' \
	    netstat -n -j a
	exec 7>&-
}

prison_test unix_sockets_and_their_peers
unix_sockets_and_their_peers()
{
	tools_init
	background l host socat UNIX-LISTEN:"$W/sock",fork EXEC:cat
	wait_for 50 test -S "$W/sock"
	mkfifo hold
	host socat - UNIX-CONNECT:"$W/sock" <hold >/dev/null &
	exec 7>hold
	wait_for 50 sh -c "sockstat -uw | grep -q -e '->.*sock'"
	sockstat -uqw | squeezed | grep -F "$W/sock" >out
	atf_check -o match:"stream $W/sock \?\?$" cat out
	atf_check -o match:"stream \?\? -> $W/sock$" cat out
	atf_check -o match:"stream $W/sock <- \[[0-9]+ [0-9]+\]$" cat out
	atf_check -o match:"stream .* $W/sock$" netstat -a -f unix
	exec 7>&-
	background d host socat UNIX-RECVFROM:"$W/dgram" -
	wait_for 50 test -S "$W/dgram"
	atf_check -o match:"dgram +$W/dgram" sockstat -uw
	serving ab host "$PROBE" abstract_serve abashiri-test
	atf_check -o match:"@abashiri-test" sockstat -uw
}

prison_test a_listener_is_shown_where_it_asked_to_be
a_listener_is_shown_where_it_asked_to_be()
{
	tools_init
	serving h host "$PROBE" serve 0.0.0.0 83 hello
	prison one ip4.addr=10.0.0.2
	serving one jexec one /bin/probe serve 0.0.0.0 83 hello
	prison two ip4.addr=10.0.0.3,10.0.0.4
	serving two jexec two /bin/probe serve 0.0.0.0 83 hello
	# the kernel has them elsewhere
	atf_check -o inline:"1\n" sh -c "host ss -Htln | grep -c ':83 '"
	sockstat -4lqJ -p 83 | awk '{ print $1, $6, $7 }' | sort >out
	atf_check -o inline:"- tcp4 *:83
one tcp4 10.0.0.2:83
two tcp4 *:83
" cat out
	atf_check -o match:'^tcp4 +0 +0 \*\.83 +\*\.\* +LISTEN$' \
	    netstat -an -p tcp -j two
}

prison_test a_stack_of_a_jails_own_is_shown_too
a_stack_of_a_jails_own_is_shown_too()
{
	tools_init
	prison v vnet
	serving v jexec v /bin/probe serve 0.0.0.0 8088 hello
	serving h host "$PROBE" serve 10.0.0.1 8088 hello
	sockstat -4lqJ -p 8088 | awk '{ print $1, $2, $6, $7 }' | sort >out
	atf_check -o inline:"- root tcp4 10.0.0.1:8088
v root tcp4 *:8088
" cat out
	atf_check -o inline:"1\n" sh -c "sockstat -4lqj v | wc -l"
	atf_check -o match:'^tcp4 +0 +0 \*\.8088 ' netstat -an -j v
}

prison_test inside_only_ones_own
inside_only_ones_own()
{
	world_tiny "$W/a"
	world_program "$W/a" "$BUILD/sockstat/sockstat" \
	    "$BUILD/sockstat/netstat"
	servers
	atf_check -o inline:"root probe $a 3 tcp4 10.0.0.2:80 *:*\n" \
	    sh -c "jexec a /bin/sockstat -46q | tr -s ' ' | sed 's/ \$//'"
	atf_check -o inline:\
'Active Internet connections (including servers)
Proto Recv-Q Send-Q Local Address          Foreign Address        (state)
tcp4       0      0 10.0.0.2.80            *.*                    LISTEN
' jexec a /bin/netstat -an -f inet
	# a wildcard listener is on the jail's own address
	serving w jexec a /bin/probe serve 0.0.0.0 8080 hello
	atf_check -o match:'tcp4 +10\.0\.0\.2:8080' jexec a /bin/sockstat -l
	jexec a /bin/sockstat -u >out
	atf_check -o inline:"1\n" sh -c 'wc -l <out'
}

prison_test netstat_shows_by_family_protocol_and_jail
netstat_shows_by_family_protocol_and_jail()
{
	servers
	serving u host "$PROBE" serve 10.0.0.1 53 hello udp
	atf_check -o inline:\
'Active Internet connections (including servers)
Proto Recv-Q Send-Q Local Address          Foreign Address        (state)
tcp4       0      0 10.0.0.3.80            *.*                    LISTEN
' netstat -an -p tcp -j b
	atf_check -o inline:\
'Active Internet connections (including servers)
Proto Recv-Q Send-Q Local Address          Foreign Address        (state)
udp4       0      0 10.0.0.1.53            *.*                    
' netstat -an -p udp
	atf_check -o match:'tcp4 +0 +0 10\.0\.0\.2\.http +\*\.\*' \
	    sh -c 'netstat -a -p tcp -j a | sed s/.80/.http/'
	atf_check netstat -n -f inet
	atf_check -o match:'qlen/incqlen/maxqlen' \
	    -o match:'^tcp4 +0/0/64 +10\.0\.0\.2\.80$' netstat -nL -j a
	atf_check -o ignore netstat -anW -4
	atf_check -s exit:1 -e match:'unknown address family' netstat -f x
	atf_check -s exit:1 -e match:'unknown or uninstrumented' netstat -p x
	atf_check -s exit:1 -e match:'not found|nosuch' netstat -j nosuch
	# another's business
	mkdir other
	printf '#!/bin/sh\necho other "$@"\n' >other/netstat
	chmod 755 other/netstat
	atf_check -o inline:'other -rn\n' \
	    env PATH="$PWD/other:$PATH" "$BUILD/sockstat/netstat" -rn
	atf_check -s exit:1 -e match:'only sockets are shown here' \
	    env PATH="$BUILD/sockstat" "$BUILD/sockstat/netstat" -rn
}

prison_test what_a_prisoner_names_a_socket_cannot_act_on_a_terminal
what_a_prisoner_names_a_socket_cannot_act_on_a_terminal()
{
	tools_init
	prison a
	serving e jexec a /bin/probe abstract_serve "$(printf 'x\033[2Jy')"
	atf_check -o match:'@x\\033\[2Jy' sockstat -uw -j a
}

atf_init_test_cases()
{
	add_cases
}
