#!/usr/bin/env -S ATF_SHELL=/bin/sh atf-sh
# SPDX-License-Identifier: BSD-2-Clause
# jail(8): what its options and parameters print and do, one by one.
. "$(atf_get_srcdir)/../lib.sh"

# config: standard input, with @W for the test's directory, is the jail.conf.
config()
{
	[ -d "$W/w" ] || world
	sed "s,@W,$W,g" >j.conf
}

world()
{
	world_tiny "$W/w"
	for c in env false pwd tr grep; do
		ln -sf busybox "$W/w/bin/$c"
	done
}

prison_test jail_tells_each_operation_with_v
jail_tells_each_operation_with_v()
{
	config <<'EOC'
a { path = "@W/w"; host.hostname = "a b"; allow.noreserved_ports;
    exec.start = "/bin/true"; exec.jail_user = user; }
EOC
	# persistent while its commands run, and that comes first
	atf_check -o save:out -e ignore jail -v -f j.conf -c a
	jid=$(sed -n 's/.*JAIL_UPDATE) jid=\([0-9]*\).*/\1/p' out)
	cat >want <<EOC
a: jail_set(JAIL_CREATE) persist name=a path=$W/w host.hostname="a b" allow.noreserved_ports
a: created
a: run command in jail as user: /bin/true
a: jail_set(JAIL_UPDATE) jid=$jid nopersist
EOC
	atf_check diff want out
	atf_check -o inline:'' jls -q name
}

prison_test jail_q_is_quiet_and_i_prints_jids
jail_q_is_quiet_and_i_prints_jids()
{
	config <<'EOC'
path = "@W/w"; persist;
a { jid = 71; }
b { jid = 72; exec.prestart = "false"; }
EOC
	atf_check -s exit:1 -e inline:'jail: b: false: failed\n' \
	    jail -q -f j.conf -c
	atf_check jail -q -f j.conf -m a
	atf_check jail -q -f j.conf -r a
	atf_check -s exit:1 jail -q -f j.conf -r a
	atf_check -s exit:1 -o ignore -e ignore jail -i -f j.conf -c
	atf_check jail -R a
	for i in 3 1 2; do
		atf_check -o inline:"8$i\n" jail -i -c jid=8$i path="$W/w" \
		    persist
	done
}

prison_test jail_writes_a_line_a_jail_with_J
jail_writes_a_line_a_jail_with_J()
{
	config <<'EOC'
path = "@W/w"; persist;
a { jid = 71; host.hostname = "x y"; }
b { jid = 72; depend = a; ip4.addr = 10.0.0.2, 10.0.0.3; }
c { exec.prestart = "false"; }
EOC
	atf_check -s exit:1 -o ignore -e ignore jail -J jf -f j.conf -c
	cat >want <<EOC
jid=71	name=a	path=$W/w	persist	host.hostname="x y"
jid=72	name=b	path=$W/w	persist	depend=a	ip4.addr=10.0.0.2,10.0.0.3
EOC
	atf_check diff want jf
	atf_check -s exit:1 -e match:'open /nix/jf: No such file' \
	    jail -J /nix/jf -c path="$W/w" persist
}

prison_test jail_wants_paths_that_are_absolute_and_there
jail_wants_paths_that_are_absolute_and_there()
{
	config <<'EOC'
persist;
a { path = w; }
b { path = "@W/nix"; }
c { path = "@W/w/bin/sh"; }
EOC
	says()
	{
		atf_check -s exit:1 -e inline:"jail: $2\n" \
		    jail -f j.conf -c $1
	}
	says a 'a: path w: not an absolute pathname'
	says b "b: path $W/nix: No such file or directory"
	says c "c: path $W/w/bin/sh: Not a directory"
}

prison_test jail_types_ifconfig_as_freebsd_does
jail_types_ifconfig_as_freebsd_does()
{
	config <<'EOC'
path = "@W/w"; persist; interface = lo;
a { ip4.addr = 10.9.0.1, 10.9.0.2/24, "lo|10.9.0.3/255.255.0.0",
    "10.9.0.4 mtu 1400", "10.9.0.5/24 broadcast 10.9.0.255";
    ip6.addr = "fd09::1", "fd09::2/64", "lo|fd09::3 prefixlen 96"; }
EOC
	atf_check -o save:out jail -v -f j.conf -c a
	sed -n 's,.*/sbin/ifconfig ,,p' out >got
	cat >want <<'EOC'
lo inet 10.9.0.1 netmask 255.255.255.255 alias
lo inet 10.9.0.2/24 alias
lo inet 10.9.0.3 netmask 255.255.0.0 alias
lo inet 10.9.0.4 netmask 255.255.255.255 mtu 1400 alias
lo inet 10.9.0.5/24 broadcast 10.9.0.255 alias
lo inet6 fd09::1 prefixlen 128 alias
lo inet6 fd09::2/64 alias
lo inet6 fd09::3 prefixlen 128 prefixlen 96 alias
EOC
	atf_check diff want got
	atf_check -o match:'mtu 1400' host ip link show lo
	atf_check -o match:' 10.9.0.3/16 ' -o match:' 10.9.0.4/32 ' \
	    -o match:' 10.9.0.5/24 brd 10.9.0.255 ' -o match:' fd09::2/64 ' \
	    -o match:' fd09::3/96 ' host ip -o addr show lo
	atf_check -o inline:'10.9.0.1,10.9.0.2,10.9.0.3,10.9.0.4,10.9.0.5\n' \
	    jls -j a ip4.addr
	atf_check -o inline:'fd09::1,fd09::2,fd09::3\n' jls -j a ip6.addr
	atf_check -o save:out jail -v -f j.conf -r a
	sed -n 's,.*/sbin/ifconfig ,,p' out >got
	cat >want <<'EOC'
lo inet6 fd09::3 prefixlen 128 -alias
lo inet6 fd09::2/64 -alias
lo inet6 fd09::1 prefixlen 128 -alias
lo inet 10.9.0.5/24 -alias
lo inet 10.9.0.4 netmask 255.255.255.255 -alias
lo inet 10.9.0.3 netmask 255.255.0.0 -alias
lo inet 10.9.0.2/24 -alias
lo inet 10.9.0.1 netmask 255.255.255.255 -alias
EOC
	atf_check diff want got
	atf_check -o not-match:' (10\.9|fd09)' host ip -o addr show lo
}

prison_test jail_takes_away_only_the_addresses_it_has_set
jail_takes_away_only_the_addresses_it_has_set()
{
	config <<'EOC'
path = "@W/w"; persist; interface = lo;
a { ip6.addr = "fd09::1", "fd09::2"; }
b { ip6.addr = "fd09::2"; }
EOC
	host ip addr add fd09::1/128 dev lo nodad
	atf_check -o ignore jail -f j.conf -c a
	atf_check -o ignore -e ignore jail -f j.conf -r a
	atf_check -o match:' fd09::1/128 ' -o not-match:fd09::2 \
	    host ip -o addr show lo
	# Jails that share one may only have that one.
	atf_check -o ignore jail -f j.conf -c b
	sed -i 's/^a .*/a { ip6.addr = "fd09::2"; }/' j.conf
	atf_check -o ignore jail -f j.conf -c a
	atf_check -o ignore jail -f j.conf -r b
	atf_check -o match:' fd09::2/128 ' host ip -o addr show lo
	atf_check -o ignore jail -f j.conf -r a
	atf_check -o not-match:fd09::2 host ip -o addr show lo
}

prison_test jail_appends_to_the_console_log
jail_appends_to_the_console_log()
{
	config <<'EOC'
path = "@W/w"; persist;
a { exec.consolelog = "@W/a.log"; exec.start = "echo one", "echo two";
    exec.stop = "echo three"; exec.poststart = "echo outside"; }
b { exec.consolelog = "@W/nix/b.log"; exec.start = "echo b"; }
c { exec.consolelog = c.log; exec.start = "echo c"; }
EOC
	umask 027
	atf_check -o inline:'a: created\noutside\n' jail -f j.conf -c a
	atf_check -o inline:'640\n' stat -c %a "$W/a.log"
	atf_check -o inline:'a: removed\n' jail -f j.conf -r a
	atf_check -o inline:'a: created\noutside\n' jail -f j.conf -c a
	atf_check -o inline:'one\ntwo\nthree\none\ntwo\n' cat "$W/a.log"
	atf_check -s exit:1 -o ignore -e match:"b.log: No such file" \
	    jail -f j.conf -c b
	atf_check -s exit:1 -o ignore \
	    -e inline:'jail: c: exec.consolelog: c.log: not an absolute pathname\n' \
	    jail -f j.conf -c c
	atf_check -o inline:'a\n' jls -q name
}

prison_test jail_kills_at_once_without_a_stop_timeout
jail_kills_at_once_without_a_stop_timeout()
{
	config <<'EOC'
a { path = "@W/w"; stop.timeout = 0; exec.start = "/bin/sh /a &"; }
EOC
	echo 'trap "echo term >/tmp/term" TERM; echo up >/tmp/up
	    while :; do sleep 0.1; done' >"$W/w/a"
	atf_check -o ignore jail -f j.conf -c a
	wait_for 50 test -s "$W/w/tmp/up"
	atf_check -o match:'^a: removed$' -o not-match:SIGTERM \
	    jail -v -f j.conf -r a
	atf_check test ! -e "$W/w/tmp/term"
}

prison_test jail_R_removes_and_does_nothing_else
jail_R_removes_and_does_nothing_else()
{
	config <<'EOC'
a { path = "@W/w"; exec.start = "/bin/sh /a &"; exec.stop = "touch /tmp/stop";
    exec.poststop = "touch @W/poststop"; }
EOC
	echo 'trap "echo term >/tmp/term" TERM; echo up >/tmp/up
	    while :; do sleep 0.1; done' >"$W/w/a"
	atf_check -o ignore jail -f j.conf -c a
	wait_for 50 test -s "$W/w/tmp/up"
	atf_check -o match:'^a: removed$' -o not-match:SIGTERM \
	    jail -v -f j.conf -R a
	for made in "$W/w/tmp/term" "$W/w/tmp/stop" "$W/poststop"; do
		atf_check test ! -e "$made"
	done
	atf_check -o empty jls name
}

prison_test jail_calls_standard_input_by_a_name
jail_calls_standard_input_by_a_name()
{
	printf 'a {\npath = ;\n}\n' >bad
	atf_check -s exit:1 -e match:'^jail: STDIN line 2: ;: syntax error$' \
	    -x "jail -f - -c <bad"
}

prison_test jail_reads_users_of_either_side_from_the_file
jail_reads_users_of_either_side_from_the_file()
{
	config <<'EOC'
path = "@W/w"; persist;
a { exec.jail_user = 1000; exec.start = "id -u"; }
b { exec.jail_user = user; exec.system_jail_user = false; exec.start = "id -u"; }
c { exec.jail_user = root; exec.system_jail_user; exec.start = "id -u"; }
d { exec.jail_user = user; exec.clean; exec.start = "pwd"; }
EOC
	for j in a b; do
		atf_check -o inline:'1000\n' jail -q -f j.conf -c $j
	done
	atf_check -o inline:'0\n' jail -q -f j.conf -c c
	atf_check -o inline:'/tmp\n' jail -q -f j.conf -c d
}

prison_test jail_runs_the_command_of_a_file
jail_runs_the_command_of_a_file()
{
	config <<'EOC'
path = "@W/w";
a { exec.start = "echo start"; command = "echo a b"; exec.poststart = "echo post"; }
b { persist; exec.start = "", "echo second"; exec.fib = 0; }
c { persist; exec.start = "false"; exec.start = ""; }
EOC
	atf_check -o inline:'a: created\nstart\na b\npost\n' jail -f j.conf -c a
	atf_check -o inline:'' jls -q name
	atf_check -o inline:'b: created\nsecond\n' jail -f j.conf -c b
	atf_check -o inline:'c: created\n' jail -f j.conf -c c
}

prison_test jail_removes_what_no_file_tells_of
jail_removes_what_no_file_tells_of()
{
	config <<'EOC'
path = "@W/w"; persist; exec.prestop = "echo stopping";
a { }
EOC
	atf_check -o ignore jail -f j.conf -c a
	atf_check jail -c jid=77 name=other path="$W/w" persist
	atf_check -o inline:'other: removed\n' jail -f j.conf -r other
	atf_check jail -c jid=77 name=other path="$W/w" persist
	atf_check -o inline:'other: removed\n' jail -f j.conf -r 77
	jid=$(jls -j a jid)
	atf_check -o inline:'stopping\na: removed\n' jail -f j.conf -r "$jid"
	# -R asks no file
	atf_check -o ignore jail -f j.conf -c a
	atf_check jail -f j.conf -R a
	atf_check -s exit:1 -e inline:'jail: "a" not found\n' \
	    jail -f j.conf -R a
}

prison_test jail_cleans_up_after_all_with_a_pattern
jail_cleans_up_after_all_with_a_pattern()
{
	config <<'EOC'
path = "@W/w"; persist; interface = lo;
exec.poststop = "echo poststop $name"; exec.release = "echo release $name";
a { ip4.addr = 10.9.0.1; }
b { ip4.addr = 10.9.0.2; depend = a; }
c { ip4.addr = 10.9.0.3; }
EOC
	atf_check -o ignore jail -f j.conf -c
	atf_check -o ignore jail -R a b
	atf_check -o save:out jail -f j.conf -C '*'
	sort out >got
	atf_check -o inline:'poststop a\npoststop b\nrelease a\nrelease b\n' \
	    cat got
	atf_check -o match:' 10.9.0.3/' -o not-match:' 10.9.0.[12]/' \
	    host ip -o addr show lo
	atf_check -s exit:1 -e inline:'jail: "c" already exists\n' \
	    jail -f j.conf -C c
	atf_check -o inline:'c\n' jls -q name
}

prison_test jail_adds_up_what_is_repeated_on_the_line
jail_adds_up_what_is_repeated_on_the_line()
{
	world
	atf_check jail -c name=a path=/nix path="$W/w" persist \
	    ip4.addr=10.0.0.2 ip4.addr=10.0.0.3,10.0.0.4 \
	    host.hostname=x host.hostname=y allow.mount=false \
	    allow.set_hostname=0 persist=true
	atf_check -o inline:"$W/w 10.0.0.2,10.0.0.3,10.0.0.4 y false false true\n" \
	    jls -j a path ip4.addr host.hostname allow.mount \
	    allow.set_hostname persist
	atf_check jail -m name=a nopersist persist=1
	atf_check -o inline:'true\n' jls -j a persist
	# the last word counts, also in the other spelling
	atf_check jail -m name=a persist nopersist
	atf_check -s exit:1 -e ignore jls -j a
}

prison_test jail_takes_numbers_for_jids
jail_takes_numbers_for_jids()
{
	config <<'EOC'
path = "@W/w"; persist; host.hostname = "h-$name";
12 { }
13 { name = thirteen; }
EOC
	atf_check -o inline:'12: created\n' jail -f j.conf -c 12
	atf_check -o inline:'12 12 h-12\n' jls -j 12 jid name host.hostname
	atf_check -o inline:'13: created\n' jail -f j.conf -c 13
	atf_check -o inline:'13 thirteen h-thirteen\n' \
	    jls -j thirteen jid name host.hostname
	atf_check -o inline:'13: removed\n' jail -f j.conf -r 13
	# on the line
	atf_check jail -c name=14 path="$W/w" persist
	atf_check -o inline:'14\n' jls -j 14 jid
	atf_check jail -m jid=14 name=new
	atf_check -o inline:'14 new\n' jls -j new jid name
	atf_check -s exit:1 -e match:'numeric' jail -m jid=14 name=15
	atf_check -s exit:1 -e match:'numeric' \
	    jail -c jid=16 name=17 path="$W/w" persist
	atf_check -s exit:1 -e inline:'jail: "14" already exists\n' \
	    jail -c jid=14 name=else path="$W/w" persist
	atf_check -s exit:1 -e match:'"?new"? already exists$' \
	    jail -c jid=18 name=new path="$W/w" persist
	atf_check -s exit:1 -e match:'^jail: ' \
	    jail -c jid=-1 path="$W/w" persist
	atf_check -s exit:1 -e match:'^jail: jid: ' \
	    jail -c jid=x path="$W/w" persist
}

prison_test jail_nests_as_children_max_says
jail_nests_as_children_max_says()
{
	world
	atf_check jail -c name=p path="$W/w" persist children.max=2
	atf_check jail -c name=p.a path="$W/w" persist
	atf_check -o inline:'2 1\n' jls -j p children.max children.cur
	atf_check jail -c name=p.b path="$W/w" persist
	atf_check -s exit:1 -e inline:'jail: prison limit exceeded\n' \
	    jail -c name=p.c path="$W/w" persist
	atf_check -s exit:1 -e ignore \
	    jail -c name=p.a.x path="$W/w" persist
	atf_check -s exit:1 -e inline:'jail: jail "nix" not found\n' \
	    jail -c name=nix.a path="$W/w" persist
	atf_check jail -r p
	atf_check -o inline:'' jls -q name
}

prison_test jail_sets_modifies_and_resets_meta_and_env
jail_sets_modifies_and_resets_meta_and_env()
{
	world
	atf_check jail -c name=j path="$W/w" persist meta='a b c' env='C B A'
	atf_check -o inline:'a b c\n' jls -j j meta
	atf_check -o inline:'C B A\n' jls -j j env
	atf_check jail -m name=j meta='d e f' env='F E D'
	atf_check -o inline:'d e f\n' jls -j j meta
	atf_check jail -m name=j meta= env=
	atf_check -o inline:'""\n' jls -j j meta
	atf_check jail -m name=j meta.a=1 meta.b=2 meta.a=3
	atf_check -o inline:'3 2\n' jls -j j meta.a meta.b
	atf_check jail -m name=j meta.a
	atf_check -o inline:'b=2\n' jls -j j meta
	# a jail below has none of it
	atf_check jail -m name=j children.max=1
	atf_check jail -c name=j.k path="$W/w" persist
	atf_check -o inline:'""\n' jls -j j.k meta
	long=$(head -c 5000 /dev/zero | tr '\0' x)
	atf_check -s exit:1 -e match:'too large|too long|meta' \
	    jail -m name=j meta="$long"
	atf_check -o inline:'b=2\n' jls -j j meta
}

prison_test jail_keeps_meta_whole_when_many_change_it
jail_keeps_meta_whole_when_many_change_it()
{
	world
	atf_check jail -c name=j path="$W/w" persist meta.n=0
	for i in 1 2 3 4 5 6; do
		for n in 1 2 3 4 5; do
			jail -m name=j meta.k$i=$n || echo failed
		done >out.$i 2>&1 &
	done
	wait
	atf_check -o inline:'' cat out.1 out.2 out.3 out.4 out.5 out.6
	for i in 1 2 3 4 5 6; do
		atf_check -o inline:'5\n' jls -j j meta.k$i
	done
	atf_check -o inline:'0\n' jls -j j meta.n
}

prison_test jail_restarts_what_is_needed_and_its_dependents
jail_restarts_what_is_needed_and_its_dependents()
{
	config <<'EOC'
path = "@W/w"; persist;
a { }
b { depend = a; }
EOC
	atf_check -o ignore jail -f j.conf -c
	jid=$(jls -j a jid)
	# what needs it is stopped first; a comes back
	atf_check -o inline:'a: created\n' jail -f j.conf -rc a
	[ "$(jls -j a jid)" != "$jid" ] || atf_fail "a was not restarted"
	atf_check -o inline:'a\n' jls -q name
	atf_check -o inline:'b: created\n' jail -f j.conf -c b
	jid=$(jls -j b jid)
	atf_check -o inline:'b: created\n' jail -f j.conf -rc b
	[ "$(jls -j b jid)" != "$jid" ] || atf_fail "b was not restarted"
	atf_check -o inline:'b: removed\n' jail -f j.conf -r b
	atf_check -s exit:1 -e inline:'jail: "nix" not found\n' \
	    jail -f j.conf -rc nix
	atf_check -s exit:1 -e inline:'jail: "nix" not found\n' \
	    jail -f j.conf -m nix
	atf_check -s exit:1 -e inline:'jail: "b" not found\n' \
	    jail -f j.conf -m b
	atf_check -o inline:'b: created\n' jail -f j.conf -cm b
	atf_check -o inline:'b: updated\n' jail -f j.conf -cm b
	atf_check -o inline:'b: updated\n' jail -f j.conf -mr b
}

prison_test jail_restarts_all_in_order
jail_restarts_all_in_order()
{
	config <<'EOC'
path = "@W/w"; persist;
exec.poststart = "echo up $name"; exec.poststop = "echo down $name";
c { depend = b, a; }
a { }
b { depend = a; }
EOC
	atf_check -o inline:'up a\nup b\nup c\n' jail -q -f j.conf -c
	for all in '' '*'; do
		# the last one of a stop may be started again while others stop
		atf_check -o save:out jail -q -f j.conf -rc \
		    ${all:+"$all"}
		grep down out >got
		atf_check -o inline:'down c\ndown b\ndown a\n' cat got
		grep up out >got
		atf_check -o inline:'up a\nup b\nup c\n' cat got
	done
	jls -q name | sort | tr '\n' ' ' >got
	atf_check -o inline:'a b c ' cat got
}

prison_test jail_refuses_in_words_what_linux_cannot_give
jail_refuses_in_words_what_linux_cannot_give()
{
	config <<'EOC'
path = "@W/w"; persist;
a { allow.chflags; allow.vmm; }
b { exec.fib = 1; }
c { zfs.dataset = tank/a, tank/b; }
d { exec.fib = x; }
EOC
	# permissions that cannot be given are warnings, and not given
	atf_check -o inline:'a: created\n' \
	    -e match:'^jail: a: .*allow.chflags' -e match:'^jail: a: .*allow.vmm' \
	    jail -f j.conf -c a
	atf_check -o inline:'false false\n' jls -j a allow.chflags allow.vmm
	atf_check -s exit:1 \
	    -e inline:'jail: b: exec.fib: 1: Linux has no routing tables for single processes\n' \
	    jail -f j.conf -c b
	atf_check -s exit:1 -e match:'^jail: c: zfs.dataset: tank/b: ' \
	    jail -f j.conf -c c
	atf_check -s exit:1 \
	    -e inline:'jail: d: exec.fib: non-integer value "x"\n' \
	    jail -f j.conf -c d
}

prison_test jail_points_to_checkconfig_where_the_host_lacks_something
jail_points_to_checkconfig_where_the_host_lacks_something()
{
	world
	atf_check -s exit:1 \
	    -e match:'^jail: set the host up for jails \(see jail-checkconfig\(8\)\): mkdir /proc/nix: ' \
	    env JAIL_RUN=/proc/nix jail -c path="$W/w" persist
}

prison_test jail_puts_commands_in_the_background
jail_puts_commands_in_the_background()
{
	config <<'EOC'
path = "@W/w"; persist;
a { exec.prestart = "sleep 30 &"; exec.start = "/bin/sleep 30 &"; }
EOC
	atf_check -o ignore jail -f j.conf -c a
	# Both run yet, each in a session of its own.
	n=0
	for pid in $(pgrep -x sleep); do
		readlink "/proc/$pid/ns/net" 2>/dev/null |
		    grep -q "\[$(stat -L -c %i "$W/net")\]" || continue
		atf_check -o inline:"$pid\n" sh -c \
		    "ps -o sid= -p $pid | tr -d ' '"
		n=$((n + 1))
	done
	[ $n -eq 2 ] || atf_fail "$n of 2 run"
	atf_check -o ignore jail -f j.conf -r a
}

atf_init_test_cases()
{
	add_cases
}
