#!/usr/bin/env -S ATF_SHELL=/bin/sh atf-sh
# SPDX-License-Identifier: BSD-2-Clause
# jail(8) with its parameters on the command line: operations, options, words
# and exit status.
. "$(atf_get_srcdir)/../lib.sh"

world()
{
	world_tiny "$W/w"
	for c in env false head pwd tr; do
		ln -sf busybox "$W/w/bin/$c"
	done
}

# says_usage ARGUMENT...: jail refuses the line with its usage.
says_usage()
{
	atf_check -s exit:1 -e match:'^usage: jail ' jail "$@"
}

prison_test jail_creates_and_removes_by_name_and_jid
jail_creates_and_removes_by_name_and_jid()
{
	world
	atf_check jail -c name=a path="$W/w" persist
	atf_check -s exit:1 -e inline:'jail: "a" already exists\n' \
	    jail -c name=a path="$W/w" persist
	atf_check jail -r a
	atf_check jail -c name=a path="$W/w" persist
	atf_check jail -r "$(jls -j a jid)"
	atf_check -s exit:1 -e inline:'jail: "a" not found\n' jail -r a
	atf_check -o inline:'' jls -q jid
}

prison_test jail_removes_several_and_says_so
jail_removes_several_and_says_so()
{
	world
	for j in a b web1; do
		atf_check jail -c name=$j path="$W/w" persist
	done
	atf_check -s exit:1 -o inline:'a: removed\n' \
	    -e inline:'jail: "nix" not found\n' jail -r a nix
	atf_check -s exit:1 -e inline:'jail: "x" not found\n' jail -R x
	atf_check -o save:out jail -R '*'
	atf_check -o inline:'b: removed\nweb1: removed\n' sort out
}

prison_test jail_modifies_creates_or_restarts
jail_modifies_creates_or_restarts()
{
	world
	mkdir "$W/w2"
	atf_check -s exit:1 -e inline:'jail: "a" not found\n' \
	    jail -m name=a host.hostname=x
	atf_check jail -cm name=a path="$W/w" persist host.hostname=one
	jid=$(jls -j a jid)
	atf_check jail -cm name=a host.hostname=two
	atf_check -o inline:"$jid two\n" jls -j a jid host.hostname
	atf_check -s exit:1 \
	    -e inline:'jail: path cannot be changed after creation\n' \
	    jail -m name=a path="$W/w2"
	atf_check jail -mr name=a path="$W/w" persist host.hostname=three
	atf_check -o inline:"$jid three\n" jls -j a jid host.hostname
	atf_check jail -mr name=a path="$W/w2" persist
	atf_check -o inline:"$W/w2\n" jls -j a path
	[ "$(jls -j a jid)" != "$jid" ] || atf_fail "was not restarted"
	atf_check jail -rc name=a path="$W/w" persist
	atf_check -o inline:"$W/w\n" jls -j a path
	atf_check -s exit:1 -e inline:'jail: "b" not found\n' \
	    jail -rc name=b path="$W/w" persist
	atf_check jail -cmr name=b path="$W/w" persist
	atf_check -s exit:1 -e inline:'jail: "c" not found\n' \
	    jail -mr name=c path="$W/w" persist
	atf_check -s exit:1 -e inline:'jail: no jail specified\n' \
	    jail -m host.hostname=x path=/
}

prison_test jail_runs_a_command_and_vanishes
jail_runs_a_command_and_vanishes()
{
	world
	atf_check -o inline:'a  b c\n' \
	    jail -c path="$W/w" command=/bin/echo 'a  b' c
	atf_check -o inline:'' jls -q jid
	atf_check -s exit:1 -e inline:'jail: /bin/false: failed\n' \
	    jail -c path="$W/w" command=/bin/false
	atf_check -s exit:1 \
	    -e inline:'jail: exec /nix: No such file or directory\njail: /nix x: failed\n' \
	    jail -c path="$W/w" command=/nix x
	atf_check -s exit:1 -e inline:'jail: /bin/sh -c kill -9 $$: exited on signal 9\n' \
	    jail -c path="$W/w" command=/bin/sh -c 'kill -9 $$'
	atf_check -o inline:'x y\n' jail -c path="$W/w" command echo x y
	atf_check -o inline:'' jls -q jid
}

prison_test jail_lives_on_with_what_its_command_left
jail_lives_on_with_what_its_command_left()
{
	world
	atf_check jail -c name=a path="$W/w" mount.devfs \
	    command=/bin/sh -c 'sleep 3 >/dev/null 2>&1 &'
	atf_check -o inline:'a\n' jls -j a name
	sleep 4
	atf_check -s exit:1 -e ignore jls -j a name
}

prison_test jail_speaks_of_wrong_parameters
jail_speaks_of_wrong_parameters()
{
	world
	bad()
	{
		text=$1
		shift
		atf_check -s exit:1 -e inline:"jail: $text\n" \
		    jail -c path="$W/w" "$@"
	}
	bad 'new jail must persist or attach' name=a
	bad 'unknown parameter: bogus' persist bogus=1
	bad 'exec.timeout: non-integer value "x"' persist exec.timeout=x
	bad 'mount.devfs: unknown boolean value "x"' persist mount.devfs=x
	bad 'persist: unknown boolean value "x"' persist=x
	bad 'ip4.addr: not an IPv4 address: x' persist ip4.addr=x
	bad 'depends on nonexistent jail "zz"' persist depend=zz
	bad 'exec.fib: 3: Linux has no routing tables for single processes' \
	    persist exec.fib=3
	atf_check -s exit:1 \
	    -e inline:"jail: path $W/x: No such file or directory\n" \
	    jail -c path="$W/x" persist
	atf_check -s exit:1 \
	    -e inline:"jail: path $W/w/bin/sh: Not a directory\n" \
	    jail -c path="$W/w/bin/sh" persist
	atf_check -o inline:'' jls -q jid
}

prison_test jail_knows_its_shapes_of_line
jail_knows_its_shapes_of_line()
{
	says_usage
	says_usage -r
	says_usage -r name=a
	says_usage -l -r a
	says_usage -n x -c
	says_usage -R -c a
	says_usage -C a=b
	says_usage -e ';' a
	says_usage -c -e ';'
	says_usage relative host 10.0.0.1 /bin/true
	says_usage -Z
	atf_check -s exit:1 -e inline:'jail: nix: No such file or directory\n' \
	    jail -f nix -c
}

prison_test jail_prints_jids_and_jidfiles
jail_prints_jids_and_jidfiles()
{
	world
	atf_check -o match:'^[0-9]+$' -o not-match:created \
	    jail -i -c name=a path="$W/w" persist
	atf_check -o inline:'1\n' jail -J jf -c jid=900 name=b path="$W/w" \
	    persist exec.start='echo 1'
	atf_check -o inline:"jid=900	name=b	path=$W/w	persist	exec.start=\"echo 1\"\n" \
	    cat jf
}

prison_test jail_takes_an_old_style_line
jail_takes_an_old_style_line()
{
	world
	atf_check -o inline:'some.host\n' jail -J jf "$W/w" some.host \
	    10.0.0.2,fd00::2 /bin/sh -c 'hostname=$(cat /proc/sys/kernel/hostname 2>/dev/null); busybox hostname'
	atf_check -o match:"^[0-9]+	$W/w	some.host	10.0.0.2,fd00::2	/bin/sh -c " \
	    cat jf
	atf_check -s exit:1 -e ignore jail -n named "$W/w" h '' /bin/false
}

prison_test jail_names_and_levels_by_option
jail_names_and_levels_by_option()
{
	world
	atf_check jail -n a -s 2 -c path="$W/w" persist
	atf_check -o inline:'a 2\n' jls -j a name securelevel
	atf_check jail -m name=a securelevel=3
	atf_check -s exit:1 -e match:'^jail: ' jail -m name=a securelevel=1
}

prison_test jail_says_once_that_dying_is_gone
jail_says_once_that_dying_is_gone()
{
	world
	text="jail: the 'allow.dying' parameter and '-d' flag are deprecated and have no effect.\n"
	atf_check -e inline:"$text" jail -d -c name=a path="$W/w" persist
	atf_check -e inline:"$text" jail -d -m name=a allow.dying
}

prison_test jail_runs_as_users_of_either_side
jail_runs_as_users_of_either_side()
{
	world
	atf_check -o match:'^uid=1000\(user\)' \
	    jail -U user -c path="$W/w" command=/bin/id
	atf_check -o match:"^uid=$(id -u nobody) " \
	    jail -u nobody -c path="$W/w" command=/bin/id
	atf_check -s exit:1 \
	    -e inline:'jail: nix: no such user\njail: /bin/id: failed\n' \
	    jail -U nix -c path="$W/w" command=/bin/id
	atf_check -o save:env env X=y TERM=dumb \
	    jail -l -U user -c path="$W/w" command=/bin/sh -c 'pwd; env'
	atf_check -o inline:"/tmp
HOME=/tmp
PATH=/sbin:/bin:/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin
PWD=/tmp
SHELL=/bin/sh
SHLVL=1
TERM=dumb
USER=user
" sort env
	atf_check -o match:'^X=y$' -o match:'^JPATH=' -o match:'^JID=[0-9]' \
	    env X=y jail -c path="$W/w" command=/bin/env
}

prison_test jail_without_stdin_still_runs
jail_without_stdin_still_runs()
{
	world
	atf_check -o inline:'ok\n' -x \
	    "jail -c name=n path=$W/w command=/bin/echo ok <&-"
}

prison_test jail_finds_addresses_by_its_host_name
jail_finds_addresses_by_its_host_name()
{
	world
	atf_check jail -h -c name=a path="$W/w" persist \
	    host.hostname=localhost
	atf_check -o match:'127\.0\.0\.1|::1' jls -j a ip4.addr ip6.addr
	atf_check -s exit:1 -e match:'^jail: host.hostname no.such.invalid: ' \
	    jail -h -c name=b path="$W/w" persist \
	    host.hostname=no.such.invalid
}

prison_test jail_sets_an_alias_told_on_the_line
jail_sets_an_alias_told_on_the_line()
{
	world
	atf_check jail -c name=a path="$W/w" persist \
	    ip4.addr='lo|10.9.2.1/24 broadcast 10.9.2.255,lo|10.9.2.2/255.255.255.0'
	atf_check -o inline:'10.9.2.1,10.9.2.2\n' jls -j a ip4.addr
	atf_check -o match:'10.9.2.1/24 brd 10.9.2.255' \
	    -o match:'10.9.2.2/24' host ip -o addr show lo
	atf_check -s exit:1 -e match:'not an IPv4 address' \
	    jail -c name=b path="$W/w" persist ip4.addr='lo|10.9.2.3/x'
}

prison_test jail_keeps_meta_and_env
jail_keeps_meta_and_env()
{
	world
	atf_check jail -c name=a path="$W/w" persist meta.owner=me env.k=v
	atf_check -o inline:'me v\n' jls -j a meta.owner env.k
	atf_check jail -m name=a meta.owner=you
	atf_check -o inline:'you\n' jls -j a meta.owner
}

prison_test jail_gives_a_command_a_terminal_of_its_own
jail_gives_a_command_a_terminal_of_its_own()
{
	world
	ln -sf busybox "$W/w/bin/tty"
	cat >script <<-END
	expect HOST:
	send env PS1=JAIL: jail -c path=$W/w mount.devfs command=/bin/sh -i\\n
	expect JAIL:
	send tty\\n
	expect /dev/pts/
	send sleep 60\\n
	pause 300
	send \\003
	expect JAIL:
	send exit 0\\n
	expect HOST:
	cooked
	send jail -c path=$W/w command=/bin/sh -c 'kill -9 \$\$'\\n
	expect exited on signal 9
	expect HOST:
	send jail -c path=$W/w mount.devfs exec.start='tty; tty <\&1; cat; echo e''nd'\\n
	expect not a tty
	expect end
	expect HOST:
	send jls -q jid; echo no''thing\\n
	expect \\nnothing
	END
	atf_check -o ignore -e ignore env -u ENV PS1='HOST: ' \
	    "$BUILD/test/system/ptyrun" script sh -i
}

prison_test jail_killed_halfway_can_be_cleaned_up
jail_killed_halfway_can_be_cleaned_up()
{
	world
	cat >j.conf <<-END
	path = $W/w; persist; mount.devfs; mount.procfs; interface = lo;
	early { ip4.addr = 10.9.1.1; exec.prestart = 'kill -9 \$PPID; sleep 1'; }
	late { ip4.addr = 10.9.1.2; exec.created = 'kill -9 \$PPID; sleep 1'; }
	END
	atf_check -s signal:kill -x \
	    "exec nsenter --net=$W/net $BUILD/jail/jail -f j.conf -c early"
	atf_check -o match:' 10.9.1.1/32 ' host ip -o addr show lo
	atf_check jail -f j.conf -C early
	atf_check -o not-match:' 10.9.1.1/32 ' host ip -o addr show lo
	atf_check -s signal:kill -o inline:'late: created\n' -x \
	    "exec nsenter --net=$W/net $BUILD/jail/jail -f j.conf -c late"
	atf_check -o inline:'late\n' jls -j late name
	atf_check -o inline:'late: removed\n' jail -f j.conf -r late
	atf_check -o not-match:' 10.9.1.2/32 ' host ip -o addr show lo
	atf_check -s exit:1 -o inline:'0\n' \
	    grep -c " $W/w/" /proc/self/mountinfo
}

atf_init_test_cases()
{
	add_cases
}
