#!/usr/bin/env -S ATF_SHELL=/bin/sh atf-sh
# SPDX-License-Identifier: BSD-2-Clause
# vnet: a prison with a network stack of its own.
. "$(atf_get_srcdir)/../lib.sh"

# vnet_test NAME [TIMEOUT]: a case with ifconfig among its commands.
vnet_test()
{
	prison_test "$@"
	eval "${1}_body() { state_init; wrap '$BUILD/ifconfig/ifconfig'; $1; }"
}

# world_net DIR: a tiny world with ifconfig, ip and nft.
world_net()
{
	world_tiny "$1"
	for cmd in "$BUILD/ifconfig/ifconfig" "$(command -v ip)" \
	    $(command -v nft); do
		cp -L "$cmd" "$1/sbin/"
		for lib in $(ldd "$cmd" | grep -o '/[^ ]*'); do
			mkdir -p "$1${lib%/*}"
			[ -e "$1$lib" ] || cp -L "$lib" "$1$lib"
		done
	done
	for c in ping nc ifup grep awk; do
		ln -sf busybox "$1/bin/$c"
	done
}

# vnet_prison NAME PARAMETER...: one with a stack of its own.
vnet_prison()
{
	world_net "$W/$1"
	prison "$@" vnet
}

vnet_test a_prison_has_a_stack_of_its_own
a_prison_has_a_stack_of_its_own()
{
	vnet_prison j
	atf_check -o inline:'new\n' jls -j j vnet
	cat >expected <<E
lo0: flags=8049<UP,LOOPBACK,RUNNING,MULTICAST> metric 0 mtu 65536
	inet 127.0.0.1 netmask 0xff000000
	inet6 ::1 prefixlen 128
	groups: lo
E
	for cmd in 'jexec j /sbin/ifconfig' 'ifconfig -j j'; do
		atf_check -o save:whole $cmd
		grep -v options= whole >listing
		atf_check diff -u expected listing
	done
	# the loopback is its own: the host's port is free, and not reached
	atf_check -o ignore jexec j /bin/probe bind 127.0.0.1 80
	atf_check -o inline:'no\n' -s exit:0 sh -c '
	    a=$(host readlink /proc/self/ns/net)
	    b=$(jexec j /bin/busybox readlink /proc/self/ns/net)
	    [ "$a" = "$b" ] && echo same || echo no'
	# with nobody in it, it is still there
	atf_check jexec j /sbin/ifconfig lo0 inet 127.0.0.5/32 alias
	atf_check -o match:127.0.0.5 jexec j /sbin/ifconfig lo0
	atf_check -o ignore jail -R j
	atf_check -s exit:1 test -e "$JAIL_RUN/1"
	[ "$(awk -v d="$JAIL_RUN/" 'index($5, d) == 1' /proc/self/mountinfo |
	    grep -c 'nsfs.*/net')" = 0 ] || atf_fail "a pin is left"
}

# handbook: two prisons on a bridge that the host has an address on, as the
# manual page of jail.conf shows it.
handbook()
{
	atf_check -o inline:'epair0a\n' ifconfig epair create
	atf_check -o inline:'epair1a\n' ifconfig epair create
	atf_check ifconfig bridge0 create addm epair0a addm epair1a up
	atf_check ifconfig bridge0 inet 10.7.0.254/24
	atf_check ifconfig epair0a up
	atf_check ifconfig epair1a up
	world_net "$W/a"
	world_net "$W/b"
	cat >jail.conf <<E
	path = "$W/\$name"; persist; mount.devfs; vnet;
	exec.start = "/sbin/ifconfig \$e inet \$a/24",
	    "/sbin/ip route add default via 10.7.0.254";
	a { \$e = epair0b; \$a = 10.7.0.1; vnet.interface = \$e; }
	b { \$e = epair1b; \$a = 10.7.0.2; vnet.interface = \$e; }
E
}

vnet_test two_prisons_and_the_host_talk_over_a_bridge 180
two_prisons_and_the_host_talk_over_a_bridge()
{
	handbook
	atf_check -o inline:'a: created\nb: created\n' -e ignore \
	    jail -f jail.conf -c
	for i in epair0b epair1b; do
		atf_check -s exit:1 -e ignore ifconfig $i
	done
	atf_check -o match:'inet 10.7.0.1 netmask 0xffffff00 broadcast 10.7.0.255' \
	    jexec a /sbin/ifconfig epair0b
	atf_check -o match:'inet 10.7.0.1 ' ifconfig -j a epair0b

	# prison to prison, prison to host, host to prison; privileged ports
	serving server jexec b /bin/probe serve 0.0.0.0 80 from-b
	for who in 'jexec a /bin/probe' 'probe'; do
		atf_check -o match:from-b $who connect 10.7.0.2 80
	done
	serving onhost probe serve 10.7.0.254 81 from-host
	atf_check -o match:from-host jexec a /bin/probe connect 10.7.0.254 81
	# the same port on both: two stacks
	serving alone jexec a /bin/probe serve 127.0.0.1 81 from-a
	atf_check -o match:from-a jexec a /bin/probe connect 127.0.0.1 81
	# the route leads over the host
	atf_check -o match:'^default via 10.7.0.254 dev epair0b' \
	    jexec a /sbin/ip route
	atf_check -o ignore jail -f jail.conf -r a b
}

vnet_test devices_come_home_under_their_names 180
devices_come_home_under_their_names()
{
	handbook
	atf_check -o ignore -e ignore jail -f jail.conf -c
	atf_check jexec a /sbin/ifconfig epair0b ether 02:00:00:00:00:0b
	# renamed in there
	atf_check -o inline:'vtnet0\n' jexec a /sbin/ifconfig epair0b name vtnet0
	atf_check jexec a /sbin/ifconfig lo7 create
	atf_check -o inline:'a: removed\n' jail -f jail.conf -r a
	# as it went, without what it had in there; what was made in there went
	atf_check -o match:'^epair0b: flags=8802<BROADCAST,SIMPLEX,MULTICAST>' \
	    -o match:'ether 02:00:00:00:00:0b' -o not-match:'inet ' \
	    ifconfig epair0b
	atf_check -s exit:1 -e ignore ifconfig lo7
	# and can go again; the other end was never gone
	atf_check -o match:'member: epair0a' ifconfig bridge0
	atf_check -o ignore -e ignore jail -f jail.conf -c a
	serving onhost probe serve 10.7.0.254 81 from-host
	atf_check -o match:from-host jexec a /bin/probe connect 10.7.0.254 81

	# when the name has been taken meanwhile
	atf_check -o inline:'epair1b\n' ifconfig bridge1 create name epair1b
	atf_check -o ignore jail -f jail.conf -r b
	atf_check -o match:'groups: epair' ifconfig dev0

	# a jail that ends by itself: with the next change of any
	atf_check -o ignore jail -f jail.conf -r a
	atf_check -o ignore -e ignore jail -c name=once path="$W/a" vnet \
	    vnet.interface=epair0b exec.start='/bin/true'
	atf_check -o ignore jail -c name=next path="$W/b" persist
	atf_check -o match:'groups: epair' ifconfig epair0b
}

vnet_test interfaces_go_in_between_created_and_start
interfaces_go_in_between_created_and_start()
{
	world_net "$W/j"
	atf_check -o ignore ifconfig epair create
	cat >jail.conf <<E
j {
	path = "$W/j"; persist; vnet; vnet.interface = epair0a, epair0b;
	exec.prepare = "echo prepare"; exec.created = "echo created";
	exec.prestart = "echo prestart";
	exec.start = "/sbin/ifconfig -l"; exec.poststart = "echo poststart";
}
E
	atf_check -o save:out -e ignore jail -v -f jail.conf -c j
	cat >expected <<E
prepare
prestart
created
j: run command: /sbin/ifconfig epair0a vnet 1
j: run command: /sbin/ifconfig epair0b vnet 1
lo0 epair0a epair0b
poststart
E
	grep -v 'run command.*: [^/]\|run command in\|jail_set\|j: created' out |
	    sed 's/^lo0 epair0b epair0a$/lo0 epair0a epair0b/' >order
	atf_check diff -u expected order
	atf_check -o save:out -e ignore jail -v -f jail.conf -r j
	atf_check -s exit:1 grep vnet out
	for i in epair0a epair0b; do
		atf_check -o match:'groups: epair' ifconfig $i
	done
}

vnet_test ifconfig_moves_interfaces_in_and_out
ifconfig_moves_interfaces_in_and_out()
{
	vnet_prison j
	vnet_prison k
	prison plain
	atf_check -o ignore ifconfig epair create
	atf_check ifconfig epair0b vnet j
	atf_check -o inline:'lo0 epair0b\n' jexec j /sbin/ifconfig -l
	atf_check -s exit:1 -e ignore ifconfig epair0b
	# and back, and more words
	atf_check ifconfig epair0b -vnet j mtu 1400
	atf_check -o match:'mtu 1400' ifconfig epair0b
	atf_check -o inline:'lo0\n' jexec j /sbin/ifconfig -l
	# created straight into it, by number
	atf_check -o inline:'epair1a\n' ifconfig epair create \
	    vnet "$(jls -j k jid)"
	atf_check -o inline:'lo0 epair1a\n' jexec k /sbin/ifconfig -l
	# from the jailer's seat
	atf_check ifconfig -j k epair1a inet 10.8.0.1/24
	atf_check -o match:'inet 10.8.0.1 ' jexec k /sbin/ifconfig epair1a
	atf_check ifconfig -j k lo3 create
	atf_check -o match:'lo3' -o match:epair1a ifconfig -j k -l

	fails() {
		text_=$1
		shift
		atf_check -s exit:1 -e inline:"ifconfig: $text_\n" "$@"
	}
	fails 'interface nope does not exist' ifconfig nope vnet j
	fails 'interface nope does not exist' ifconfig nope -vnet j
	fails 'jail "nobody" not found' ifconfig epair0b vnet nobody
	fails 'jail "plain" has no network stack of its own (vnet)' \
	    ifconfig epair0b vnet plain
	fails "'vnet' requires argument" ifconfig epair0b vnet
	fails "'-vnet' requires argument" ifconfig epair0b -vnet
	fails 'interface lo: devices of this kind cannot be moved' \
	    ifconfig lo0 vnet j
	fails 'interface epair1b: the jail has one of that name' sh -c '
	    ifconfig -j k epair1a name epair1b >/dev/null
	    ifconfig epair1b vnet k'
	fails 'interface epair1b: there is one of that name here' \
	    ifconfig epair1b -vnet k
}

vnet_test what_cannot_be_is_refused_in_freebsd_words
what_cannot_be_is_refused_in_freebsd_words()
{
	world_tiny "$W/j"
	for bad in ip4.addr=10.0.0.2 ip6.addr=fd00::2 ip4=new ip4=disable \
	    ip6=disable; do
		atf_check -s exit:1 \
		    -e match:'vnet jails cannot have IP address restrictions' \
		    jail -c name=j path="$W/j" persist vnet $bad
	done
	atf_check -s exit:1 -e match:'vnet needs user=new' \
	    jail -c name=j path="$W/j" persist vnet user=inherit
	atf_check -s exit:1 \
	    -e match:'vnet.interface: e0b: the jail has no network stack' \
	    jail -c name=j path="$W/j" persist vnet.interface=e0b
	atf_check -s exit:1 -o ignore -e match:'interface e0b does not exist' \
	    -e match:'/sbin/ifconfig e0b vnet [0-9]+: failed' \
	    jail -c name=j path="$W/j" persist vnet vnet.interface=e0b
	atf_check -s exit:1 jls -c -j j
	atf_check -o ignore -e ignore jail -c name=j path="$W/j" persist
	atf_check -s exit:1 -e match:'vnet cannot be changed after creation' \
	    jail -m name=j vnet=new
	atf_check -o ignore jail -R j
	# what jls says of one makes another
	atf_check -o ignore -e ignore jail -c name=v path="$W/j" persist vnet
	atf_check -s exit:1 \
	    -e match:'vnet jails cannot have IP address restrictions' \
	    jail -m name=v ip4.addr=10.0.0.2
	atf_check -o ignore jail -m name=v host.hostname=v.example
	atf_check -o save:s jls -s -j v
	atf_check -o ignore jail -R v
	atf_check -o ignore -e ignore sh -c 'eval jail -c "$(cat s)"'
	atf_check -o inline:"$(cat s)\n" jls -s -j v
}

vnet_test a_prisoner_rules_his_stack
a_prisoner_rules_his_stack()
{
	vnet_prison j
	atf_check -o inline:'epair0a\n' ifconfig epair create
	atf_check ifconfig epair0a inet 10.9.0.1/24
	atf_check ifconfig epair0b vnet j
	J=j
	for cmd in '/sbin/ifconfig epair0b inet 10.9.0.2/24' \
	    '/sbin/ip route add 10.10.0.0/16 via 10.9.0.1' \
	    '/sbin/ifconfig bridge9 create up' \
	    '/sbin/ifconfig lo4 create inet 10.11.0.1/32' \
	    '/sbin/ip link set epair0b promisc on'; do
		atf_check -o ignore jexec j $cmd
	done
	atf_check jexec j /bin/sh -c \
	    'echo 1 >/proc/sys/net/ipv4/conf/all/forwarding'
	atf_check -o inline:'1\n' jexec j /bin/cat \
	    /proc/sys/net/ipv4/conf/all/forwarding
	atf_check -o inline:'0\n' host cat \
	    /proc/sys/net/ipv4/conf/all/forwarding
	# any address, any port, listening without bind
	atf_check -o ignore jexec j /bin/probe bind 10.11.0.1 443
	serving server jexec j /bin/probe serve 10.9.0.2 80 hello
	atf_check -o match:hello probe connect 10.9.0.2 80
}

vnet_test a_prisoner_has_his_own_firewall
a_prisoner_has_his_own_firewall()
{
	command -v nft >/dev/null || skip "no nft"
	host nft list ruleset >before 2>&1 || skip "no nf_tables"
	vnet_prison j
	atf_check -o ignore ifconfig epair create
	atf_check ifconfig epair0a inet 10.9.0.1/24
	atf_check ifconfig epair0b vnet j
	atf_check jexec j /sbin/ifconfig epair0b inet 10.9.0.2/24
	serving server jexec j /bin/probe serve 10.9.0.2 80 hello
	atf_check -o match:hello probe connect 10.9.0.2 80
	cat >"$W/j/etc/nft" <<'E'
table inet t {
	chain c {
		type filter hook input priority 0
		tcp dport 80 reject with tcp reset
	}
}
E
	atf_check jexec j /sbin/nft -f /etc/nft
	atf_check -s exit:1 -o match:ECONNREFUSED probe connect 10.9.0.2 80
	atf_check -o match:'tcp dport 80' jexec j /sbin/nft list ruleset
	host nft list ruleset >after
	atf_check diff before after
}

vnet_test raw_sockets_are_a_matter_of_permission
raw_sockets_are_a_matter_of_permission()
{
	vnet_prison j
	refused_any raw 127.0.0.1
	refused EPROTONOSUPPORT socket 17 3 0
	refused EPROTONOSUPPORT socket 40 1 0
	refused EPROTONOSUPPORT socket 16 3 16	# generic
	granted socket 16 3 0			# route
	granted socket 16 3 12			# netfilter
	vnet_prison k allow.raw_sockets
	granted raw 127.0.0.1
	granted socket 17 3 0
	refused EPROTONOSUPPORT socket 40 1 0
	atf_check -o match:'1 packets received' jexec k \
	    /bin/ping -c 1 -w 5 127.0.0.1
	# nobody was told that it is not given
	atf_check -o empty cat prison.err
	# not beside the host's stack
	prison l
	refused EPROTONOSUPPORT socket 16 3 12
}

vnet_test a_prisoner_cannot_touch_the_host_stack
a_prisoner_cannot_touch_the_host_stack()
{
	vnet_prison j allow.raw_sockets
	J=j
	atf_check -o ignore ifconfig epair create
	atf_check -o ignore ifconfig epair create
	atf_check ifconfig epair0b vnet j
	host ip addr >before
	# it is not even seen
	atf_check -o not-match:epair1 -o not-match:10.0.0 jexec j /sbin/ip addr
	serving onhost probe serve 10.0.0.1 80 from-host
	atf_check -s exit:1 -o match:ENETUNREACH \
	    jexec j /bin/probe connect 10.0.0.1 80
	# abstract sockets belong to a stack
	serving abstract probe abstract_serve host-socket
	atf_check -s exit:1 -o inline:'ECONNREFUSED\n' \
	    jexec j /bin/probe abstract_connect host-socket
	# no way over there: by a process, by a file, by a device
	background sleeper host sleep 100
	atf_check -s not-exit:0 -o ignore \
	    -e match:'not permitted|No such process|Invalid "netns"' \
	    jexec j /sbin/ip link set epair0b netns $sleeper_pid
	refused_any setns /proc/1/ns/net
	refused_any setns /proc/$sleeper_pid/ns/net
	refused EPERM unshare net
	refused EPERM unshare user
	atf_check -s exit:1 -o ignore jexec j /bin/probe write \
	    /proc/sys/kernel/hostname x
	atf_check -s exit:1 -o ignore jexec j /bin/probe write \
	    /proc/sys/net/core/bpf_jit_enable 0
	# (before Linux 6.13 it takes PIDs of one's own to refuse this)
	atf_check -s not-exit:0 -o ignore \
	    -e match:'not permitted|No such process|Invalid "netns"' jexec j \
	    /sbin/ip link add v0 type veth peer name v1 netns $sleeper_pid
	case $(uname -r) in
	[0-5].* | 6.[0-9].* | 6.1[0-2].*)
		atf_check -o inline:'new\n' jls -j j pid
		atf_check -s exit:1 -e match:'vnet needs pid=new before' \
		    jail -c name=k path="$W/j" persist vnet pid=inherit
		;;
	*)
		atf_check -o inline:'inherit\n' jls -j j pid
		;;
	esac
	# its capabilities are those of its stack
	atf_check -o inline:'lo0 epair0b\n' jexec j /sbin/ifconfig -l
	host ip addr >after
	atf_check diff before after
	# an ordinary prison beside it cannot either
	prison plain ip4.addr=10.0.0.2
	refused_any setns /proc/1/ns/net
	kill $sleeper_pid
}

vnet_test the_same_address_in_two_stacks_is_two_addresses
the_same_address_in_two_stacks_is_two_addresses()
{
	# a prison on the host's stack, whose listeners are steered
	prison p ip4.addr=10.0.0.2,10.0.0.3
	vnet_prison thief
	for a in 10.0.0.1 10.0.0.2 10.0.0.3; do
		atf_check jexec thief /sbin/ifconfig lo0 inet $a/32 alias
	done
	# who gives himself another's addresses has them in his stack alone
	serving wild jexec thief /bin/probe serve 0.0.0.0 80 thief
	serving exact jexec thief /bin/probe serve 10.0.0.2 81 thief
	for to in '10.0.0.2 80' '10.0.0.3 80' '10.0.0.1 80' '10.0.0.2 81'; do
		atf_check -s exit:1 -o inline:'ECONNREFUSED\n' probe connect $to
		atf_check -s exit:1 -o inline:'ECONNREFUSED\n' \
		    jexec p /bin/probe connect $to
		atf_check -o match:thief jexec thief /bin/probe connect $to
	done
	serving own jexec p /bin/probe serve 0.0.0.0 80 owner
	for to in '10.0.0.2 80' '10.0.0.3 80'; do
		atf_check -o match:owner probe connect $to
		atf_check -o match:thief jexec thief /bin/probe connect $to
	done
}

vnet_test a_prisoner_does_not_write_on_the_jailers_terminal
a_prisoner_does_not_write_on_the_jailers_terminal()
{
	vnet_prison j
	esc=$(printf '\033')
	atf_check -o ignore jexec j /sbin/ifconfig lo4 create \
	    descr "x${esc}[2Jy" name "${esc}[31m"
	atf_check -o save:out ifconfig -j j
	atf_check -s exit:1 grep "$esc" out
	atf_check -o match:'^\?\[31m: ' -o match:'	description: x\?\[2Jy$' \
	    cat out
	atf_check -o inline:'lo0 ?[31m\n' ifconfig -j j -l
}

vnet_test a_jail_below_shares_the_stack_and_does_not_rule_it
a_jail_below_shares_the_stack_and_does_not_rule_it()
{
	vnet_prison top children.max=2
	atf_check jexec top /sbin/ifconfig lo4 create inet 10.11.0.1/32
	world_net "$W/below"
	# whose connections would be steered to another stack's listeners
	atf_check -s exit:1 -e match:'jail "top" has a network stack of its own' \
	    jail -c name=top.below persist path="$W/below" ip4.addr=10.11.0.1
	atf_check -o ignore -e ignore jail -c name=top.below persist \
	    path="$W/below" ip4=inherit mount.procfs mount.devfs
	atf_check -s exit:1 -e match:'cannot be changed after creation|has a network' \
	    jail -m name=top.below ip4.addr=10.11.0.1
	atf_check -s exit:1 -e match:'has a network stack of its own' \
	    jail -m name=top.below ip6.addr=fd00::1
	atf_check -o match:'inet 10.11.0.1 ' -o not-match:'inet6' \
	    jexec top.below /sbin/ifconfig
	atf_check -s exit:1 -e match:'not permitted' \
	    jexec top.below /sbin/ifconfig lo4 down
	J=top.below
	refused EADDRNOTAVAIL bind 10.0.0.1 80
	granted bind 10.11.0.1 8080
	refused EPERM raw 10.11.0.1
	# one with a stack of its own below one that has none
	prison plain children.max=1 ip4.addr=10.0.0.2
	world_net "$W/v"
	atf_check -o ignore -e ignore jail -c name=plain.v persist vnet \
	    path="$W/v"
	atf_check -o match:127.0.0.1 jexec plain.v /sbin/ifconfig
	atf_check jexec plain.v /sbin/ifconfig lo5 create
	atf_check -o ignore jail -R top
}

vnet_test pid_new_and_vnet_go_together
pid_new_and_vnet_go_together()
{
	vnet_prison j pid=new
	atf_check -o inline:'1\n' sh -c \
	    'jexec j /bin/busybox ps | grep -c "jail hold\|{jail}"'
	atf_check jexec j /sbin/ifconfig lo4 create inet 10.11.0.1/32
	atf_check -o match:10.11.0.1 jexec j /sbin/ifconfig lo4
	atf_check -o match:10.11.0.1 ifconfig -j j lo4
}

vnet_test the_example_works_as_it_stands 180
the_example_works_as_it_stands()
{
	sed "s,/usr/local/share/doc/abashiri/examples,$SRC/examples,
	    s,\"/jail/,\"$W/,; s/logger/echo/" "$SRC/examples/vnet/jail.conf" >jail.conf
	world_net "$W/www"
	world_net "$W/db"
	atf_check ifconfig bridge0 create inet 10.7.0.254/24
	atf_check -o inline:'www: created\nthe database comes up\ndb: created\n' -e ignore \
	    jail -p 1 -f jail.conf -c
	jib="host $SRC/examples/vnet/jib"
	atf_check -o inline:'e0a_www e0b_www (in a jail)\ne0a_db e0b_db (in a jail)\n' $jib show
	serving server jexec db /bin/probe serve 10.7.0.2 5432 rows
	atf_check -o match:rows jexec www /bin/probe connect 10.7.0.2 5432
	atf_check -o match:'description: jail www' ifconfig e0a_www
	mac=$(ifconfig -j www e0b_www ether | sed -n 's/.*ether //p')
	atf_check -o ignore jail -f jail.conf -r www
	atf_check -s exit:1 -e ignore ifconfig e0a_www
	atf_check -s exit:1 -e ignore ifconfig e0b_www
	# the same address of the hardware again
	atf_check -o ignore -e ignore jail -f jail.conf -c www
	atf_check -o match:"ether $mac" ifconfig -j www e0b_www
	atf_check -o ignore jail -f jail.conf -r www db
	atf_check -o inline:'lo0 bridge0\n' ifconfig -l

	# an interface with addresses is not pulled from under the host
	atf_check -o ignore ifconfig epair create
	atf_check ifconfig epair0a inet 10.8.0.1/24
	atf_check -s exit:1 -e match:'epair0a has addresses' \
	    $jib addm x epair0a
	atf_check ifconfig epair0a -alias
	atf_check $jib addm x epair0a bridge0
	atf_check -o inline:'e0a_x e0b_x (here)\ne1a_x e1b_x (here)\n' $jib show x
	atf_check -o match:'member: e0a_x' -o match:'member: epair0a' \
	    ifconfig epair0abridge
	atf_check $jib destroy x
	atf_check -o empty $jib show
	atf_check -s exit:1 -e match:'at most 11 letters' \
	    $jib addm "a name/with.all" bridge0
	atf_check -s exit:1 -e match:'interface nope does not exist' \
	    $jib addm x nope
	atf_check -s exit:1 -e match:'^usage' $jib
}

vnet_test what_the_page_of_jail_conf_shows_works 180
what_the_page_of_jail_conf_shows_works()
{
	sed -n '/^# cat \/etc\/jail.conf/,/^\.Ed/p' "$SRC/jail/jail.conf.5" |
	    sed "1d; \$d; s,/bin/sh /etc/rc,/bin/true,; s,\"/jail/,\"$W/," \
	    >jail.conf
	grep -q '^www  *{' jail.conf || atf_fail "the page has no such example"
	world_net "$W/www"
	world_net "$W/db"
	atf_check ifconfig bridge0 create inet 10.7.0.254/24
	atf_check -o ignore -e ignore jail -f jail.conf -c
	serving server jexec db /bin/probe serve 10.7.0.2 5432 rows
	atf_check -o match:rows jexec www /bin/probe connect 10.7.0.2 5432
	atf_check -o ignore jail -f jail.conf -r '*'
	atf_check -o inline:'lo0 bridge0\n' ifconfig -l
}

vnet_test a_prison_without_one_takes_no_step_more
a_prison_without_one_takes_no_step_more()
{
	world_tiny "$W/j"
	atf_check -o ignore -e ignore jail -c name=first path="$W/j" persist
	steps_of jail -c name=j path="$W/j" persist
	for step in $steps; do
		case $step in
		pin-* | vnet-*) atf_fail "$step" ;;
		esac
	done
	atf_check -o empty find "$JAIL_RUN/$(jls -j j jid)" \
	    '(' -name net -o -name ipc -o -name home -o -name guests ')'
	steps_of jail -R j
	case $steps in *unpin*) atf_fail "something is unpinned" ;; esac
}

vnet_test it_matters_not_from_where_the_jailer_works
it_matters_not_from_where_the_jailer_works()
{
	world_net "$W/j"
	world_net "$W/k"
	mkfifo go
	# a host whose first process may be looked at, wherever this runs
	cat >host.sh <<'E'
# PrivateTmp= and PrivateNetwork=: mounts and a stack of one's own
aside() { unshare --mount --net "$@"; }
pins() { grep -c "$JAIL_RUN/[0-9]*/\(net\|home\|ipc\) " /proc/self/mountinfo; }
made() { jail "$@" persist mount.procfs 2>/dev/null; }
ifconfig epair create
made -c name=first path=$W/j || exit
echo "== made in there"
unshare --mount "$BUILD/jail/jail" -c name=j path=$W/j persist vnet \
    sysvshm=new mount.procfs 2>/dev/null
host true; pins
ifconfig epair0b vnet j
jexec j /sbin/ifconfig -l
jexec j /bin/probe shm 9 create >/dev/null && echo "shm 9"
aside "$BUILD/jexec/jexec" j /sbin/ifconfig -l
aside "$BUILD/jexec/jexec" j /bin/probe shm 9 >/dev/null && echo "shm 9"
echo "== a copy of the mounts from before the pins"
unshare --mount sh -c "touch copied; read x <go
    '$BUILD/jexec/jexec' k /sbin/ifconfig -l
    '$BUILD/jail/jail' -R k" &
while [ ! -e copied ]; do sleep 0.1; done
made -c name=k path=$W/k vnet
pins
echo >go
wait
jls -c -j k || echo gone
pins
echo "== home is where the maker was, not the remover"
aside "$BUILD/jail/jail" -R j
pins
ifconfig -l
jail -R first
"$BUILD/test/system/state-clear"
E
	export BUILD
	atf_check -o save:said -e ignore unshare --pid --fork --mount-proc \
	    nsenter --net="$W/net" sh host.sh
	cat >expected <<E
epair0a
== made in there
3
lo0 epair0b
shm 9
lo0 epair0b
shm 9
== a copy of the mounts from before the pins
5
lo0
gone
3
== home is where the maker was, not the remover
0
lo0 epair0b epair0a
E
	sed -i 's/^epair0b lo0$/lo0 epair0b/; s/^lo0 epair0a epair0b$/lo0 epair0b epair0a/' said
	atf_check diff -u expected said
}

# --------------------------------------------------------------------------
# SysV IPC.

vnet_test sysv_objects_outlive_the_processes
sysv_objects_outlive_the_processes()
{
	prison j sysvshm=new
	granted shm 77 create
	granted shm 77
	# whoever came first is long gone; and with one living
	background holder jexec j /bin/probe sleep
	wait_for 50 sh -c "[ \$(jexec j /bin/probe pids | wc -l) -ge 2 ]"
	granted shm 77
	atf_check -o ignore jail -R j
	prison j sysvshm=new
	refused ENOENT shm 77
	# given later, to a jail that runs
	prison k
	J=k
	refused ENOSYS shm 77
	atf_check -o ignore jail -m name=k sysvshm=new
	granted shm 77 create
	granted shm 77
	# nobody else's
	J=j
	refused ENOENT shm 77
	# with the host's uids, too
	prison h sysvshm=new user=inherit pid=new
	granted shm 78 create
	granted shm 78
}

# --------------------------------------------------------------------------
# Killed at any step.

# No prison, no pin, and the device is here.
clean()
{
	atf_check -o ignore -e ignore jail -c name=next path="$W/j" persist
	atf_check -o ignore jail -R next
	atf_check -o empty jls -d name
	atf_check -o empty find "$JAIL_RUN" -maxdepth 1 -name '[0-9]*'
	atf_check -o empty awk -v d="$JAIL_RUN/" \
	    'index($5, d) == 1 && $5 ~ "/[0-9]+/[a-z]+$" && $5 !~ "/user/"' \
	    /proc/self/mountinfo
	atf_check -o match:'groups: epair' ifconfig epair0b
}

vnet_test killed_while_making_or_removing 400
killed_while_making_or_removing()
{
	world_tiny "$W/j"
	atf_check -o ignore ifconfig epair create
	make="jail -c name=j path=$W/j persist vnet sysvshm=new vnet.interface=epair0b"
	atf_check -o ignore -e ignore jail -c name=first path="$W/j" persist
	atf_check -o ignore jail -R first
	steps_of $make
	for step in pin-home pin-net pin-ipc vnet-noted vnet-moved; do
		echo "$steps" | grep -qx $step || atf_fail "no step $step"
	done
	atf_check -o ignore jail -R j
	clean
	for step in $steps; do
		echo "== $step"
		killed_at "$step" $make
		if jls -c -j j; then
			# whole: a stack to go into
			atf_check -o match:127.0.0.1 jexec j /bin/probe ifaddrs
			atf_check -o ignore jail -R j
		fi
		clean
	done
	atf_check -o ignore -e ignore $make
	steps_of jail -R j
	atf_check -o ignore -e ignore $make
	for step in vnet-device-home unpin clear-record; do
		echo "$steps" | grep -qx $step || atf_fail "no step $step"
	done
	# taken out, and not yet noted
	killed_at vnet-reclaimed ifconfig epair0b -vnet j
	atf_check -o match:'groups: epair' ifconfig epair0b
	atf_check -o ignore jail -R j
	clean
	for step in $steps; do
		echo "== removing: $step"
		atf_check -o ignore -e ignore $make
		killed_at "$step" jail -R j
		if jls -c -j j; then
			atf_check -o ignore jail -R j
		fi
		clean
	done
}

atf_init_test_cases()
{
	add_cases
}
