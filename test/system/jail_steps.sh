#!/usr/bin/env -S ATF_SHELL=/bin/sh atf-sh
# SPDX-License-Identifier: BSD-2-Clause
# What jail(8) does to start and to stop a jail, in which order, and what
# becomes of it when a step fails.
. "$(atf_get_srcdir)/../lib.sh"

# config: standard input, with @W for the test's directory, is the jail.conf.
config()
{
	[ -d "$W/w" ] || world_tiny "$W/w"
	mkdir -p "$W/w/mnt" "$W/w/data" "$W/src"
	echo here >"$W/src/file"
	sed "s,@W,$W,g" >j.conf
}

# steps FILE: what the command says with -v, one line a step.  Whether the root
# has to be made ready for late mounts is the host's affair: see arrivals.sh.
steps()
{
	sed -n '/--make-shared/d; /umount [^ ]*\/w$/d
	    s/^[a-z]*: run command[^:]*: \(.*\)/\1/p
	    s/.*jail_set(\([A-Z_]*\)).*/\1/p
	    /: created$/s/.*/created/p
	    /: removed$/s/.*/removed/p' "$1" | sed "s,$W,@W,g"
}

# addresses: those of lo that are not there anyway
addresses()
{
	host ip -o addr show lo | sed -n 's/.* \(10\.9\.[^ ]*\) .*/\1/p
	    s/.* \(fd09:[^ ]*\) .*/\1/p' | sort
}

# has_addresses TEXT: these, one a line
has_addresses()
{
	addresses >addresses.got
	atf_check -o inline:"$1" cat addresses.got
}

no_mounts()
{
	atf_check -o inline:'0\n' sh -c \
	    "grep -c ' $W/w/' /proc/self/mountinfo || :"
}

# full [POSTSTART]: a jail that has something of everything
full()
{
	config <<'EOC'
path = "@W/w"; host.hostname = "$name.x"; persist;
exec.prepare = "true prepare"; exec.prestart = "true prestart";
exec.created = "true created"; exec.poststart = "true poststart";
exec.prestop = "true prestop"; exec.poststop = "true poststop";
exec.release = "true release";
exec.start = "/bin/true start"; exec.stop = "/bin/true stop";
mount.devfs; mount.fdescfs; mount.procfs;
mount = "@W/src @W/w/mnt nullfs ro 0 0";
mount.fstab = "@W/fstab";
interface = lo;
one { ip4.addr = 10.9.0.1, "10.9.0.2/24"; ip6.addr = "fd09::1"; }
EOC
	sed -i "s/true poststart/${1-true poststart}/" j.conf
	cat >"$W/fstab" <<EOC
# a comment
tmpfs	$W/w/data	tmpfs	size=1m,mode=0700	0	0  # the rest

EOC
}

prison_test jail_starts_and_stops_in_order
jail_starts_and_stops_in_order()
{
	full
	atf_check -o save:out jail -v -f j.conf -c one
	cat >start <<'EOC'
true prepare
/sbin/ifconfig lo inet 10.9.0.1 netmask 255.255.255.255 alias
/sbin/ifconfig lo inet 10.9.0.2/24 alias
/sbin/ifconfig lo inet6 fd09::1 prefixlen 128 alias
/sbin/mount -t nullfs -o ro @W/src @W/w/mnt
/sbin/mount -t tmpfs -o size=1m,mode=0700 tmpfs @W/w/data
/sbin/mount -t devfs -oruleset=4 . @W/w/dev
/sbin/mount -t fdescfs . @W/w/dev/fd
/sbin/mount -t procfs . @W/w/proc
true prestart
JAIL_CREATE
created
true created
/bin/true start
true poststart
EOC
	steps out >got
	atf_check diff start got
	has_addresses '10.9.0.1/32\n10.9.0.2/24\nfd09::1/128\n'
	atf_check -o inline:'here\n' jexec one cat /mnt/file
	atf_check -s exit:1 -e ignore touch "$W/w/mnt/x"
	atf_check -o match:'^drwx------' stat -c %A "$W/w/data"
	atf_check -s exit:1 -e inline:'jail: "one" already exists\n' \
	    jail -f j.conf -c one
	atf_check -o save:out jail -v -f j.conf -r one
	cat >stop <<'EOC'
true prestop
/bin/true stop
removed
true poststop
/sbin/umount @W/w/proc
/sbin/umount @W/w/dev/fd
/sbin/umount @W/w/dev
/sbin/umount -t tmpfs @W/w/data
/sbin/umount -t nullfs @W/w/mnt
/sbin/ifconfig lo inet6 fd09::1 prefixlen 128 -alias
/sbin/ifconfig lo inet 10.9.0.2/24 -alias
/sbin/ifconfig lo inet 10.9.0.1 netmask 255.255.255.255 -alias
true release
EOC
	steps out >got
	atf_check diff stop got
	has_addresses ''
	no_mounts
}

prison_test jail_undoes_a_failed_start
jail_undoes_a_failed_start()
{
	full false
	atf_check -s exit:1 -o save:out -e inline:'jail: one: false: failed\n' \
	    jail -v -f j.conf -c one
	steps out | sed -n '/^false$/,$p' >got
	cat >back <<'EOC'
false
removed
/sbin/umount @W/w/proc
/sbin/umount @W/w/dev/fd
/sbin/umount @W/w/dev
/sbin/umount -t tmpfs @W/w/data
/sbin/umount -t nullfs @W/w/mnt
/sbin/ifconfig lo inet6 fd09::1 prefixlen 128 -alias
/sbin/ifconfig lo inet 10.9.0.2/24 -alias
/sbin/ifconfig lo inet 10.9.0.1 netmask 255.255.255.255 -alias
EOC
	atf_check diff back got
	atf_check -o inline:'' jls -q jid
	has_addresses ''
	no_mounts
}

prison_test jail_cleans_up_after_one_that_is_gone
jail_cleans_up_after_one_that_is_gone()
{
	full
	atf_check -o ignore jail -f j.conf -c one
	atf_check -s exit:1 -e inline:'jail: "one" already exists\n' \
	    jail -f j.conf -C one
	atf_check jail -R one
	atf_check -o save:out jail -v -f j.conf -C one
	steps out | head -n 2 >got
	atf_check -o inline:'true poststop\n/sbin/umount @W/w/proc\n' cat got
	steps out | tail -n 1 >got
	atf_check -o inline:'true release\n' cat got
	has_addresses ''
	no_mounts
}

prison_test jail_is_not_removed_when_its_stop_fails
jail_is_not_removed_when_its_stop_fails()
{
	config <<'EOC'
a { path = "@W/w"; persist; exec.stop = "/bin/sh -c 'exit 3'"; }
EOC
	ln -sf busybox "$W/w/bin/true"
	atf_check -o inline:'a: created\n' jail -f j.conf -c a
	atf_check -s exit:1 -e match:': failed$' jail -f j.conf -r a
	atf_check -o inline:'a\n' jls -j a name
	atf_check jail -R a
}

prison_test jail_tells_its_commands_who_it_is
jail_tells_its_commands_who_it_is()
{
	config <<'EOC'
path = "@W/w"; persist;
exec.prestart = 'echo pre $JNAME $JPATH';
exec.start = 'echo in $JID $JNAME $JPATH';
exec.poststart = 'echo post $JID $JNAME';
exec.poststop = 'echo gone $JID';
a { jid = 77; }
b { exec.clean; exec.prestart = 'echo "<$JNAME>"'; exec.poststop = ""; 
    exec.start = 'echo "<$JID>" $HOME $USER $PWD'; exec.poststart = ""; }
EOC
	atf_check -o inline:"pre a $W/w
in 77 a $W/w
post 77 a
gone 77
" sh -c 'jail -q -f j.conf -c a && jail -q -f j.conf -r a'
	atf_check -o inline:'<>\n<> /root root /root\n' jail -q -f j.conf -c b
}

prison_test jail_uses_the_shell_where_needed_only
jail_uses_the_shell_where_needed_only()
{
	config <<'EOC'
a { path = "@W/w"; persist; exec.prestart = "true a b", "true a; true";
    exec.poststart = "sleep 30 &"; exec.start = ""; }
EOC
	atf_check -o save:out jail -v -f j.conf -c a
	atf_check -o match:'run command: true a b$' \
	    -o match:'run command: /bin/sh -c true a; true$' \
	    -o match:'run command: sleep 30$' cat out
}

prison_test jail_times_commands_out
jail_times_commands_out()
{
	config <<'EOC'
path = "@W/w"; persist; exec.timeout = 1;
a { exec.start = "sleep 20"; }
b { exec.prestart = "sleep 3"; }
EOC
	atf_check -s exit:1 -o inline:'a: created\na: removed\n' \
	    -e inline:'jail: a: sleep 20: timed out\n' jail -f j.conf -c a
	atf_check -s exit:1 -e inline:'jail: b: sleep 3: timed out\n' \
	    jail -f j.conf -c b
}

prison_test jail_asks_processes_to_end
jail_asks_processes_to_end()
{
	config <<'EOC'
path = "@W/w";
a { exec.start = "/bin/sh /a &"; }
b { exec.start = "/bin/sh /b &"; stop.timeout = 1; }
EOC
	echo 'trap "echo term >/tmp/term; exit" TERM; while :; do sleep 0.1; done' >"$W/w/a"
	echo 'trap : TERM; while :; do sleep 0.1; done' >"$W/w/b"
	atf_check -o ignore jail -f j.conf -c
	sleep 0.5
	atf_check -o inline:'a: removed\n' jail -f j.conf -r a
	atf_check -o inline:'term\n' cat "$W/w/tmp/term"
	atf_check -o match:'^b: sent SIGTERM to: [0-9]' \
	    -o match:'^b: timed out$' -o match:'^b: removed$' \
	    jail -v -f j.conf -r b
	atf_check -o inline:'' jls -q jid
}

prison_test jail_logs_the_console_and_follows_no_link
jail_logs_the_console_and_follows_no_link()
{
	config <<'EOC'
path = "@W/w"; persist;
a { exec.consolelog = "@W/a.log"; exec.start = "echo one", "sh -c 'echo two >&2'"; }
b { exec.consolelog = "@W/w/var/log"; exec.start = "echo in"; }
c { exec.consolelog = "@W/w/var/link"; exec.start = "echo in"; }
d { exec.consolelog = "@W/w/lvar/x"; exec.start = "echo in"; }
EOC
	ln -s ../../victim "$W/w/var/link"
	ln -s / "$W/w/lvar"
	atf_check -o inline:'a: created\n' jail -f j.conf -c a
	atf_check -o inline:'one\ntwo\n' cat "$W/a.log"
	atf_check -o inline:'b: created\n' jail -f j.conf -c b
	atf_check -o inline:'in\n' cat "$W/w/var/log"
	atf_check -s exit:1 -o ignore \
	    -e inline:"jail: c: exec.consolelog: $W/w/var/link is a symbolic link\n" \
	    jail -f j.conf -c c
	atf_check -s exit:1 -o ignore \
	    -e inline:"jail: d: exec.consolelog: $W/w/lvar is a symbolic link\n" \
	    jail -f j.conf -c d
	[ ! -e "$W/victim" ] || atf_fail "a link was followed"
}

prison_test jail_mounts_on_no_link
jail_mounts_on_no_link()
{
	config <<'EOC'
path = "@W/w"; persist;
a { mount = "@W/src @W/w/link/x nullfs ro 0 0"; }
b { mount = "@W/src @W/w/none nullfs ro 0 0"; }
c { mount = "@W/src w/mnt nullfs ro 0 0"; }
d { mount = "@W/src"; }
e { mount = "@W/src @W/w/mnt nixfs rw 0 0"; }
f { mount.fstab = "@W/nix"; }
g { mount.devfs; path = "@W/v"; }
EOC
	mkdir -p "$W/out/x" "$W/v"
	ln -s "$W/out" "$W/w/link"
	ln -s ../out "$W/v/dev"
	fails()
	{
		atf_check -s exit:1 -o not-match:created \
		    -e "match:^jail: $1: $2" jail -f j.conf -c "$1"
	}
	fails a "mount: $W/w/link is a symbolic link$"
	fails b "mount: $W/w/none: No such file or directory$"
	fails c 'mount: w/mnt: not an absolute pathname$'
	fails d "mount: $W/src: missing information$"
	fails e 'nixfs: unknown file system$'
	fails f "mount.fstab: $W/nix: No such file or directory$"
	fails g "mount.devfs: $W/v/dev is a symbolic link$"
	no_mounts
}

prison_test jail_knows_the_file_systems_of_freebsd
jail_knows_the_file_systems_of_freebsd()
{
	config <<'EOC'
a { path = "@W/w"; persist;
    mount = "@W/src @W/w/mnt nullfs ro 0 0";
    mount += "tmpfs @W/w/tmp tmpfs size=1m,mode=1777 0 0";
    mount += "devfs @W/w/dev devfs ruleset=4 0 0";
    mount += "fdescfs @W/w/dev/fd fdescfs rw,late 0 0";
    mount += "proc @W/w/proc procfs rw 0 0";
    mount += "linsysfs @W/w/sys linsysfs rw 0 0";
    mount += "@W/a\\040b @W/w/data nullfs rw 0 0";
}
EOC
	mkdir "$W/w/sys" "$W/a b"
	atf_check -o inline:'a: created\n' jail -f j.conf -c a
	atf_check -o match:kernel jexec a ls /sys
	atf_check -o match:null jexec a ls /dev
	atf_check jexec a touch /data/x
	atf_check test -e "$W/a b/x"
	atf_check -o inline:'a: removed\n' jail -f j.conf -r a
	no_mounts
}

prison_test jail_leaves_addresses_of_others_alone
jail_leaves_addresses_of_others_alone()
{
	config <<'EOC'
path = "@W/w"; persist;
a { ip4.addr = "lo|10.9.0.7/32"; }
b { ip4.addr = "lo|10.9.0.8/32"; }
c { ip4.addr = "lo|10.9.0.8/32"; }
d { ip4.addr = "nix0|10.9.0.9/32"; }
e { ip4.addr = "lo|10.9.0.10/32 vhid 1"; }
EOC
	host ip addr add 10.9.0.7/32 dev lo
	atf_check -o ignore jail -f j.conf -c a
	atf_check -o ignore jail -f j.conf -r a
	has_addresses '10.9.0.7/32\n'
	atf_check -o ignore jail -f j.conf -c b
	atf_check -o ignore jail -f j.conf -c c
	atf_check -o ignore jail -f j.conf -r b
	has_addresses '10.9.0.7/32\n10.9.0.8/32\n'
	atf_check -o ignore jail -f j.conf -r c
	has_addresses '10.9.0.7/32\n'
	atf_check -s exit:1 -e match:'^jail: d: interface nix0 does not exist$' \
	    -e match:'^jail: d: /sbin/ifconfig nix0 inet 10.9.0.9/32 alias: failed$' \
	    jail -f j.conf -c d
	atf_check -s exit:1 -e match:'vhid: unknown or wrong word' \
	    jail -f j.conf -c e
	has_addresses '10.9.0.7/32\n'
}

prison_test jail_runs_commands_as_users
jail_runs_commands_as_users()
{
	config <<'EOC'
path = "@W/w"; persist; exec.poststart = 'id -un; echo $HOME $USER';
exec.start = 'id -un; echo $HOME $USER';
a { exec.system_user = nobody; exec.jail_user = user; }
b { exec.system_user = nix; }
c { exec.jail_user = nobody; exec.system_jail_user; exec.poststart = "";
    exec.start = "id -u"; }
d { exec.jail_user = nix; exec.poststart = ""; }
EOC
	ln -sf busybox "$W/w/bin/id"
	home=$(getent passwd nobody | cut -d: -f6)
	atf_check -o inline:"user\n/tmp user\nnobody\n$home nobody\n" \
	    jail -q -f j.conf -c a
	atf_check -s exit:1 -o ignore -e match:'^jail: b: nix: no such user$' \
	    jail -q -f j.conf -c b
	atf_check -o inline:"$(id -u nobody)\n" jail -q -f j.conf -c c
	atf_check -s exit:1 -e match:'^jail: d: nix: no such user$' \
	    jail -q -f j.conf -c d
}

prison_test jail_fails_in_words_when_a_command_does
jail_fails_in_words_when_a_command_does()
{
	config <<'EOC'
path = "@W/w"; persist;
a { exec.prestart = "nix a"; }
b { exec.start = "/nix a"; }
c { exec.start = "/bin/sh -c 'kill -9 $$'"; }
d { exec.poststart = "sh -c 'exit 3'"; }
e { exec.prepare = "false"; }
EOC
	says()
	{
		atf_check -s exit:1 -o ignore -e inline:"$2" \
		    jail -f j.conf -c "$1"
	}
	says a 'jail: a: exec nix: No such file or directory
jail: a: nix a: failed
'
	says b 'jail: b: exec /nix: No such file or directory
jail: b: /nix a: failed
'
	sed -i 's/\$\$/\\$\\$/' j.conf
	says c "jail: c: /bin/sh -c /bin/sh -c 'kill -9 \$\$': exited on signal 9
"
	says d "jail: d: /bin/sh -c sh -c 'exit 3': failed
"
	says e 'jail: e: false: failed
'
	atf_check -o inline:'' jls -q jid
}

prison_test jail_refuses_what_it_has_not_in_words
jail_refuses_what_it_has_not_in_words()
{
	config <<'EOC'
path = "@W/w"; persist; exec.prestart = "echo began";
a { vnet.interface = e0b; }
b { zfs.dataset = tank/x; }
c { exec.fib = 2; }
EOC
	for j in a b c; do
		atf_check -s exit:1 -e match:"^jail: $j: " jail -f j.conf -c $j
	done
}

atf_init_test_cases()
{
	add_cases
}
