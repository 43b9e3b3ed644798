#!/usr/bin/env -S ATF_SHELL=/bin/sh atf-sh
# SPDX-License-Identifier: BSD-2-Clause
# The tree security.jail, from both sides.
. "$(atf_get_srcdir)/../lib.sh"

sysctls()
{
	# This one is not to be taken for the system's.
	printf '#!/bin/sh\nPATH=%s exec "%s" "%s" "$@"\n' \
	    /usr/sbin:/usr/bin:/sbin:/bin "$W/bin/host" \
	    "$BUILD/sysctl/sysctl" >"$W/bin/sysctl"
	chmod 755 "$W/bin/sysctl"
}

# inside WORLD: the command and its libraries, for jails on that world.
inside()
{
	world_tiny "$1"
	cp "$BUILD/sysctl/sysctl" "$1/bin/sysctl"
	for lib in $(ldd "$BUILD/sysctl/sysctl" | grep -o '/[^ ]*'); do
		mkdir -p "$1${lib%/*}"
		cp -L "$lib" "$1$lib"
	done
}

# told JAIL VALUE NAME: what the jail is told, inside and by -j from outside.
told()
{
	atf_check -o inline:"$2\n" jexec "$1" /bin/sysctl -n "security.jail.$3"
	atf_check -o inline:"$2\n" sysctl -j "$1" -n "security.jail.$3"
}

prison_test one_knows_whether_one_is_in_a_jail
one_knows_whether_one_is_in_a_jail()
{
	sysctls
	inside "$W/j"
	# before there has been any jail
	atf_check -o inline:'security.jail.jailed: 0\n' \
	    sysctl security.jail.jailed
	prison j
	told j 1 jailed
	told j 0 vnet
	atf_check -o inline:'0\n' sysctl -n security.jail.jailed
	atf_check -o inline:'0\n' sysctl -n security.jail.vnet
}

prison_test an_ordinary_user_may_ask_too
an_ordinary_user_may_ask_too()
{
	sysctls
	inside "$W/j"
	prison j env.a=b
	atf_check -o inline:'1\na=b\n' jexec -U user j \
	    /bin/sysctl -n security.jail.jailed security.jail.env
}

prison_test with_pids_of_ones_own_one_is_told_the_same
with_pids_of_ones_own_one_is_told_the_same()
{
	sysctls
	inside "$W/j"
	for mode in pid=new user=inherit; do
		prison j $mode env.a=b children.max=7
		told j 1 jailed
		told j a=b env
		told j 7 children.max
		atf_check jail -R j
	done
}

prison_test children_are_counted_as_each_sees_them 300
children_are_counted_as_each_sees_them()
{
	sysctls
	inside "$W/j"
	prison j children.max=5
	told j 5 children.max
	told j 0 children.cur
	for n in k k.l m; do
		max=3
		[ $n != k.l ] || max=2
		atf_check jail -c name=j.$n path="$W/j" persist children.max=$max
	done
	told j 3 children.cur
	told j.k 1 children.cur
	told j.k 3 children.max
	told j.k.l 0 children.cur
	told j.k.l 2 children.max
	atf_check -o inline:'999999\n4\n' \
	    sysctl -n security.jail.children.max security.jail.children.cur
	atf_check jail -R j.k
	told j 1 children.cur
	atf_check jail -m name=j children.max=2
	told j 2 children.max
	told j.m 1 children.max
}

prison_test the_list_has_what_each_can_see
the_list_has_what_each_can_see()
{
	sysctls
	inside "$W/j"
	mkdir -p "$W/j/tmp/k"
	prison j children.max=2
	atf_check jail -c name=j.k path="$W/j/tmp/k" persist
	j=$(jls -j j jid) k=$(jls -j j.k jid)
	atf_check -o inline:"$j j $W/j\n$k j.k $W/j/tmp/k\n\n" \
	    sysctl -n security.jail.list
	told j "$k k /tmp/k\n" list
	atf_check -o not-match:'jail.list' sysctl security.jail
	atf_check -o match:'jail.list' sysctl -o security.jail
	atf_check jail -R j.k
	told j '' list
}

prison_test env_is_told_and_meta_is_not
env_is_told_and_meta_is_not()
{
	sysctls
	inside "$W/j"
	prison j meta.secret=1 env.a=1 env.b='two words'
	told j 'b=two words\na=1' env
	# a running process is told of a change
	background s jexec j /bin/sh -c 'while [ ! -e /tmp/go ]; do sleep 0.1
	    done; /bin/sysctl -n security.jail.env'
	atf_check jail -m name=j env.a=3
	: >"$W/j/tmp/go"
	wait "$s_pid"
	atf_check -o inline:'a=3\nb=two words\n' cat s.out
	# deleted, and then nothing
	atf_check jail -m name=j env.a= env.b
	told j 'a=' env
	atf_check jail -m name=j env=
	told j '' env
	jexec j /bin/sysctl -A >all 2>&1
	atf_check -s exit:1 grep secret all
}

prison_test env_may_be_as_long_as_it_may_be
env_may_be_as_long_as_it_may_be()
{
	sysctls
	inside "$W/j"
	max=$(sysctl -n security.jail.meta_maxbufsize)
	long=$(printf "%$((max - 3))s" '' | tr ' ' x)
	prison j env.a="$long"
	told j "a=$long" env
	atf_check -s exit:1 -e match:'File too large' \
	    jail -m name=j env.a="${long}y"
	told j "a=$long" env
}

prison_test each_jail_is_told_its_own
each_jail_is_told_its_own()
{
	sysctls
	inside "$W/j"
	prison j env.who=j
	atf_check -e ignore jail -c name=k path="$W/j" persist env.who=k
	told j who=j env
	told k who=k env
}

prison_test what_the_jailer_changes_is_seen_at_once
what_the_jailer_changes_is_seen_at_once()
{
	sysctls
	inside "$W/j"
	prison j enforce_statfs=1
	told j 1 enforce_statfs
	told j 1 set_hostname_allowed
	told j 0 devfs_ruleset
	atf_check jail -m name=j enforce_statfs=2 allow.noset_hostname
	told j 2 enforce_statfs
	told j 0 set_hostname_allowed
	told j 1 socket_unixiproute_only
	told j 0 allow_raw_sockets
	told j 0 mount_allowed
}

prison_test options_have_their_meanings 300
options_have_their_meanings()
{
	sysctls
	atf_check -o inline:'security.jail.jailed=0\n' \
	    sysctl -e security.jail.jailed
	atf_check -o inline:'0\n' sysctl -n security.jail.jailed
	atf_check -o inline:'security.jail.jailed\n' \
	    sysctl -N security.jail.jailed
	atf_check -o inline:'security.jail.jailed: integer\n' \
	    sysctl -t security.jail.jailed
	atf_check -o inline:'unsigned integer\n' \
	    sysctl -nt security.jail.jail_max_af_ips
	atf_check -o inline:'security.jail.jailed: Is the process in a jail?\n' \
	    sysctl -d security.jail.jailed
	atf_check -o inline:'security.jail.jailed: I\n' \
	    sysctl -F security.jail.jailed
	atf_check -o inline:'integer: E,jailsys\n' \
	    sysctl -ntF security.jail.param.vnet
	atf_check -o inline:'security.jail.jailed: 4: 0\n' \
	    sysctl -l -B 64 security.jail.jailed
	atf_check -o empty sysctl -J security.jail
	atf_check -o empty sysctl -V security.jail
	atf_check -o inline:'security.jail.children.max: 0xf423f\n' \
	    sysctl -x security.jail.children.max
	atf_check -o inline:'\0\0\0\0' sysctl -b security.jail.jailed
	atf_check -o match:'^security.jail.children.max: 999.?999$' \
	    sysctl -h security.jail.children.max
	atf_check -o inline:'security.jail.param.name: 256\n' \
	    sysctl security.jail.param.name
	atf_check -o empty sysctl security.jail.param.ip4.addr
	atf_check -o inline:'security.jail.param.ip4.addr: Format:S,in_addr,a Length:8 Dump:0x0400000000000000\n' \
	    sysctl -o security.jail.param.ip4.addr
	atf_check -o inline:'security.jail.param.host.: 0\n' \
	    sysctl security.jail.param.host.
	atf_check -o match:'^security.jail.param.path$' \
	    -o not-match:'param.persist' sysctl -TN security.jail.param
	atf_check -o match:'^security.jail.param.persist$' \
	    -o not-match:'param.path' sysctl -WN security.jail.param
	atf_check -s exit:1 -e inline:"sysctl: unknown oid 'security.jail.nix'\n" \
	    sysctl security.jail.nix
	atf_check -s exit:1 sysctl -q security.jail.nix
	atf_check sysctl -i security.jail.nix
	atf_check -s exit:1 -e match:'read only' sysctl security.jail.jailed=1
	atf_check -s exit:1 -e match:'jail "nix" not found' \
	    sysctl -j nix security.jail.jailed
	printf 'security.jail.jailed # so\n\nsecurity.jail.vnet\n' >names
	atf_check -o inline:'security.jail.jailed: 0\nsecurity.jail.vnet: 0\n' \
	    sysctl -f "$PWD/names"
	atf_check -s exit:1 -e match:'^usage: sysctl' sysctl
	atf_check -s exit:1 -e match:'^usage: sysctl' \
	    sysctl -Z security.jail.jailed
	# every parameter of jls is there
	sysctl -N security.jail.param | sed 's/^security.jail.param.//; s/\.$//' |
	    LC_ALL=C sort >params
	jls -h | tr ' ' '\n' | LC_ALL=C sort >want
	atf_check diff want params
}

prison_test other_names_are_the_systems
other_names_are_the_systems()
{
	sysctls
	real=$(PATH=/usr/sbin:/sbin command -v sysctl) || skip "no procps"
	atf_check -o inline:"$("$real" kernel.ostype)\n" sysctl kernel.ostype
	atf_check -o inline:'Linux\n' sysctl -n kernel.ostype
	atf_check -o inline:'kernel.ostype=Linux\n' sysctl -e kernel.ostype
	atf_check -o inline:'security.jail.jailed: 0\nkernel.ostype = Linux\nsecurity.jail.vnet: 0\n' \
	    sysctl security.jail.jailed kernel.ostype security.jail.vnet
	atf_check -o match:procps sysctl --version
	atf_check -o match:'^kernel.ostype = ' -o match:'^security.jail.vnet: 0' \
	    -e ignore sysctl -a
	atf_check -s not-exit:0 -e ignore sysctl kernel.nix
	# set there, and not by us
	atf_check -o ignore host sysctl -w net.ipv4.ip_default_ttl=65
	atf_check -o inline:'65\n' sysctl -n net.ipv4.ip_default_ttl
}

prison_test a_jail_with_a_stack_of_its_own_knows_it
a_jail_with_a_stack_of_its_own_knows_it()
{
	sysctls
	inside "$W/j"
	prison j vnet
	told j 1 vnet
	told j 1 jailed
}

prison_test other_questions_about_sockets_are_answered_as_ever
other_questions_about_sockets_are_answered_as_ever()
{
	prison j
	# SOL_SOCKET SO_TYPE: SOCK_DGRAM; into little room, a page, and more
	for size in 4 4096 4097 100000; do
		atf_check -o inline:'4 2\n' jexec j /bin/probe sockopt 1 3 $size
	done
	refused EOPNOTSUPP sockopt 4711 1 4
	refused EOPNOTSUPP sockopt 4711 1 100000
	# nor is there more at our own level than there is
	refused EOPNOTSUPP sockopt 1247897964 65536 4096
	refused EOPNOTSUPP sockopt 1247897964 1 4096
	refused EOPNOTSUPP sockopt 1247897964 0 4
}

prison_test env_is_not_inherited
env_is_not_inherited()
{
	sysctls
	inside "$W/j"
	prison j env.a=b meta.c=d children.max=1
	atf_check jail -c name=j.k path="$W/j" persist
	told j.k '' env
	atf_check -o inline:'""\n' jls -j j.k meta
}

atf_init_test_cases()
{
	add_cases
}
