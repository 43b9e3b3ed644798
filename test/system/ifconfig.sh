#!/usr/bin/env -S ATF_SHELL=/bin/sh atf-sh
# SPDX-License-Identifier: BSD-2-Clause
# ifconfig: FreeBSD's words and listings, on the interfaces of a network stack
# of the test's own.
. "$(atf_get_srcdir)/../lib.sh"

# ifconfig_test NAME: a case with ifconfig among its commands.
ifconfig_test()
{
	prison_test "$1"
	eval "${1}_body() { state_init; wrap '$BUILD/ifconfig/ifconfig'; $1; }"
}

# fails TEXT COMMAND...: exit 1, and this on stderr.
fails()
{
	text_=$1
	shift
	atf_check -s exit:1 -e inline:"ifconfig: $text_\n" "$@"
}

# shows INTERFACE: its listing is what stands on stdin.  What the device can
# do differs between kernels, and is another test's.
shows()
{
	cat >expected
	atf_check -o save:whole ifconfig "$@"
	grep -v 'options=' whole >listing
	atf_check diff -u expected listing
}

ifconfig_test a_loopback_is_made_and_listed_as_the_article_has_it
a_loopback_is_made_and_listed_as_the_article_has_it()
{
	atf_check ifconfig lo1 create
	shows lo1 <<E
lo1: flags=8008<LOOPBACK,MULTICAST> metric 0 mtu 16384
	groups: lo
E
	atf_check ifconfig lo1 inet 10.0.1.1/32
	atf_check ifconfig lo1 inet 10.0.1.2/32 alias
	atf_check ifconfig lo1 alias 10.0.1.3 netmask 255.255.255.255
	atf_check ifconfig lo1 inet6 2001:db8::1/64 alias
	shows lo1 <<E
lo1: flags=8049<UP,LOOPBACK,RUNNING,MULTICAST> metric 0 mtu 16384
	inet 10.0.1.1 netmask 0xffffffff
	inet 10.0.1.2 netmask 0xffffffff
	inet 10.0.1.3 netmask 0xffffffff
	inet6 2001:db8::1 prefixlen 64
	groups: lo
E
	# ... and they answer
	atf_check -o ignore host busybox ping -c 1 -w 5 10.0.1.3
	atf_check ifconfig lo1 destroy
	fails 'interface lo1 does not exist' ifconfig lo1
}

ifconfig_test linux_loopback_is_lo0_under_both_names
linux_loopback_is_lo0_under_both_names()
{
	for n in lo lo0; do
		atf_check -o save:$n.out ifconfig $n inet
		atf_check -o match:'^lo0: flags=8049<UP,LOOPBACK,RUNNING,MULTICAST> metric 0 mtu [0-9]+$' \
		    -o match:'	inet 127.0.0.1 netmask 0xff000000$' \
		    cat $n.out
	done
	atf_check -o match:'^lo0' ifconfig -l
	fails 'interface lo0 already exists' ifconfig lo0 create
	fails 'SIOCIFDESTROY: Invalid argument' ifconfig lo0 destroy
	# one that is really called so
	atf_check host ip link add lo0 type bridge
	atf_check -o match:'^lo: .*LOOPBACK' ifconfig lo
	atf_check -o match:'^lo0: .*LOOPBACK.* mtu 1500' ifconfig lo0
}

ifconfig_test names_are_printed_when_they_are_not_those_given
names_are_printed_when_they_are_not_those_given()
{
	atf_check -o inline:'lo1\n' ifconfig lo create
	atf_check -o inline:'lo2\n' ifconfig lo create
	atf_check ifconfig lo1 destroy
	atf_check -o inline:'lo1\n' ifconfig lo create
	atf_check -o inline:'epair0a\n' ifconfig epair create
	atf_check -o inline:'epair1a\n' ifconfig epair create
	atf_check -o inline:'epair7a\n' ifconfig epair7 create
	atf_check ifconfig epair8a create
	atf_check -o inline:'bridge0\n' ifconfig bridge create
	atf_check ifconfig bridge5 plumb
	atf_check -o inline:'outside\n' ifconfig bridge create name outside
	atf_check -o inline:'inside\n' ifconfig bridge5 name inside
	atf_check -o inline:'lo0 lo2 lo1 epair0b epair0a epair1b epair1a epair7b epair7a epair8b epair8a bridge0 inside outside\n' \
	    ifconfig -l
	fails 'interface epair7 already exists' ifconfig epair7 create
	fails 'interface bridge0 already exists' ifconfig bridge0 create
	fails 'SIOCIFCREATE2 (foo0): Invalid argument' ifconfig foo0 create
	fails 'SIOCIFCREATE2 (lo01): Invalid argument' ifconfig lo01 create
	fails 'SIOCIFCREATE2 (epair3b): Invalid argument' ifconfig epair3b create
	fails 'ioctl SIOCSIFNAME (set name): File exists' ifconfig inside name lo1
	atf_check -o inline:'bridge epair lo tap tun\n' ifconfig -C
}

ifconfig_test an_epair_goes_with_its_other_end
an_epair_goes_with_its_other_end()
{
	atf_check -o ignore ifconfig epair create
	atf_check ifconfig epair0a ether 02:00:00:00:00:0a up
	atf_check ifconfig epair0b lladdr 02-0-0-0-0-b mtu 1400
	shows epair0b <<E
epair0b: flags=8802<BROADCAST,SIMPLEX,MULTICAST> metric 0 mtu 1400
	ether 02:00:00:00:00:0b
	groups: epair
	media: Ethernet 10Gbase-T (10Gbase-T <full-duplex>)
	status: no carrier
E
	atf_check ifconfig epair0b -auto_linklocal
	atf_check ifconfig epair0b inet 192.0.2.1/24
	shows epair0b <<E
epair0b: flags=8843<UP,BROADCAST,RUNNING,SIMPLEX,MULTICAST> metric 0 mtu 1400
	ether 02:00:00:00:00:0b
	inet 192.0.2.1 netmask 0xffffff00 broadcast 192.0.2.255
	groups: epair
	media: Ethernet 10Gbase-T (10Gbase-T <full-duplex>)
	status: active
E
	shows epair0b ether <<E
epair0b: flags=8843<UP,BROADCAST,RUNNING,SIMPLEX,MULTICAST> metric 0 mtu 1400
	ether 02:00:00:00:00:0b
E
	fails "'ether' requires argument" ifconfig epair0b alias ether
	atf_check ifconfig epair0a ether random
	atf_check -o match:'ether .[26ae]:' ifconfig epair0a ether
	atf_check ifconfig epair0a destroy
	fails 'interface epair0b does not exist' ifconfig epair0b
}

ifconfig_test an_address_without_alias_takes_the_place_of_the_first
an_address_without_alias_takes_the_place_of_the_first()
{
	atf_check ifconfig lo1 create inet 10.1.0.1/24
	atf_check ifconfig lo1 10.1.0.2/24 alias
	atf_check ifconfig lo1 inet 10.1.0.9 netmask 0xffffff80
	shows lo1 inet <<E
lo1: flags=8049<UP,LOOPBACK,RUNNING,MULTICAST> metric 0 mtu 16384
	inet 10.1.0.2 netmask 0xffffff00
	inet 10.1.0.9 netmask 0xffffff80
E
	# the same with another mask
	atf_check ifconfig lo1 10.1.0.2 netmask 255.255.0.0 alias
	shows lo1 inet <<E
lo1: flags=8049<UP,LOOPBACK,RUNNING,MULTICAST> metric 0 mtu 16384
	inet 10.1.0.9 netmask 0xffffff80
	inet 10.1.0.2 netmask 0xffff0000
E
	# twice the same changes nothing
	atf_check ifconfig lo1 10.1.0.2/16 alias
	# IPv6 always adds
	atf_check ifconfig lo1 inet6 fd00:1::1
	atf_check ifconfig lo1 inet6 fd00:1::2 prefixlen 128
	shows lo1 inet6 <<E
lo1: flags=8049<UP,LOOPBACK,RUNNING,MULTICAST> metric 0 mtu 16384
	inet6 fd00:1::2 prefixlen 128
	inet6 fd00:1::1 prefixlen 64
E
	atf_check -e inline:'ifconfig: WARNING: setting interface address without mask is deprecated,\ndefault mask may not be correct.\n' \
	    ifconfig lo1 inet 172.16.0.1
	shows lo1 inet <<E
lo1: flags=8049<UP,LOOPBACK,RUNNING,MULTICAST> metric 0 mtu 16384
	inet 10.1.0.2 netmask 0xffff0000
	inet 172.16.0.1 netmask 0xffff0000
E
}

ifconfig_test taking_an_address_away_leaves_the_others
taking_an_address_away_leaves_the_others()
{
	atf_check -o ignore ifconfig epair create
	atf_check ifconfig epair0a 10.1.0.1/24
	for n in 2 3 4; do
		atf_check ifconfig epair0a 10.1.0.$n/24 alias
	done
	# Linux would take its secondaries along
	atf_check ifconfig epair0a 10.1.0.1 -alias
	atf_check -o save:out ifconfig epair0a inet
	atf_check -o inline:'10.1.0.2\n10.1.0.3\n10.1.0.4\n' \
	    awk '$1 == "inet" { print $2 }' out
	atf_check ifconfig epair0a inet -alias
	atf_check ifconfig epair0a inet 10.1.0.4 delete
	atf_check ifconfig epair0a remove 10.1.0.3
	atf_check -o not-match:'inet ' ifconfig epair0a inet
	fails 'ioctl (SIOCDIFADDR): Cannot assign requested address' \
	    ifconfig epair0a inet 10.1.0.4 -alias
	fails 'ioctl (SIOCDIFADDR): Cannot assign requested address' \
	    ifconfig epair0a -alias
	atf_check ifconfig epair0a inet6 fd00:1::1/64 no_dad
	atf_check ifconfig epair0a inet6 fd00:1::1 -alias
	atf_check -o not-match:fd00 ifconfig epair0a
}

ifconfig_test bad_values_are_told_and_change_nothing
bad_values_are_told_and_change_nothing()
{
	atf_check ifconfig lo1 create
	ifconfig lo1 >before
	for bad in 10.0.0.300 10.0.0 10.0.0.1/33 10.0.0.1/-1 10.0.0.1/24x \
	    10.0.0.1/255.0.255.0 10.0.0.1/ fd00::1; do
		case $bad in
		*/*) said=${bad#*/} ;;
		*) said=$bad ;;
		esac
		fails "$said: bad value" ifconfig lo1 inet $bad alias
	done
	fails '0xff00ff00: bad value' ifconfig lo1 10.1.0.1 netmask 0xff00ff00
	fails '0x1ffffffff: bad value' ifconfig lo1 10.1.0.1 netmask 0x1ffffffff
	fails '129: bad value' ifconfig lo1 inet6 fd00::1 prefixlen 129
	fails 'fd00::1::2: bad value' ifconfig lo1 inet6 fd00::1::2
	fails '10.0.0.3: bad value' ifconfig lo1 10.1.0.1/32 10.1.0.2 10.0.0.3
	fails "'netmask' requires argument" ifconfig lo1 10.1.0.1 netmask
	fails 'broadcast: only IPv4 has it' ifconfig lo1 inet6 broadcast 1.2.3.4
	fails 'x: bad value' ifconfig lo1 mtu x
	# what a loopback takes depends on the device that plays it
	atf_check -o ignore ifconfig epair create
	fails 'ioctl SIOCSIFMTU (set mtu): Invalid argument' \
	    ifconfig epair0a mtu 7
	fails '02:00:00:00:00: bad value' ifconfig lo1 ether 02:00:00:00:00
	fails 'metric 3: on Linux routes have a metric, interfaces have none' \
	    ifconfig lo1 metric 3
	atf_check ifconfig lo1 metric 0
	fails 'interface lo9 does not exist' ifconfig lo9 up
	fails 'interface lo9 does not exist' ifconfig lo9 inet 10.0.0.1/32
	ifconfig lo1 >after
	atf_check cmp before after
	atf_check -s exit:1 -e match:'^usage: ifconfig' ifconfig -a lo1
	atf_check -s exit:1 -e match:'^usage: ifconfig' ifconfig -l -a
	fails '-f inet:roman: unknown format' ifconfig -f inet:roman lo1
}

ifconfig_test a_bridge_has_members_that_it_hands_packets
a_bridge_has_members_that_it_hands_packets()
{
	atf_check -o ignore ifconfig epair create
	atf_check -o ignore ifconfig epair create
	atf_check ifconfig bridge0 create addm epair0a addm epair1a up
	for i in epair0a epair1a epair0b; do
		atf_check ifconfig $i up
	done
	fails 'BRDGADD epair0a: File exists' ifconfig bridge0 addm epair0a
	fails 'BRDGADD nope: No such file or directory' ifconfig bridge0 addm nope
	fails 'BRDGDEL epair0b: No such file or directory' ifconfig bridge0 deletem epair0b
	fails 'BRDGADD epair0b: Invalid argument' ifconfig lo0 addm epair0b
	atf_check ifconfig bridge1 create
	fails 'BRDGADD epair0a: Device or resource busy' ifconfig bridge1 addm epair0a

	atf_check ifconfig bridge0 priority 4096 hellotime 3 fwddelay 10 \
	    maxage 15 timeout 100 -learn epair1a private epair1a \
	    -discover epair1a
	atf_check -o save:out ifconfig bridge0
	atf_check -o match:' priority 4096 hellotime 3 fwddelay 10$' \
	    -o match:'^	maxage 15 proto stp timeout 100$' \
	    -o match:'^	member: epair0a flags=3<LEARNING,DISCOVER>$' \
	    -o match:'^	        port 1 priority [0-9]+ path cost [0-9]+$' \
	    -o match:'^	member: epair1a flags=800<PRIVATE>$' \
	    -o match:'^	groups: bridge$' cat out
	atf_check -o match:'flags=8943<UP,BROADCAST,RUNNING,PROMISC,SIMPLEX,MULTICAST>' \
	    ifconfig epair0a
	atf_check ifconfig bridge0 learn epair1a -private epair1a discover epair1a
	atf_check -o match:'member: epair1a flags=3<LEARNING,DISCOVER>' \
	    ifconfig bridge0

	# through the bridge, from one stack to another
	: >"$W/peer"
	atf_check unshare --net="$W/peer" true
	atf_check host ip link set epair1b netns "$W/peer"
	peer="nsenter --net=$W/peer"
	atf_check $peer "$BUILD/ifconfig/ifconfig" epair1b inet 10.2.0.2/24
	atf_check ifconfig epair0b inet 10.2.0.1/24
	atf_check -o ignore host busybox ping -c 1 -w 10 -I epair0b 10.2.0.2
	atf_check ifconfig bridge0 deletem epair1a
	atf_check -s exit:1 -o ignore host busybox ping -c 1 -w 2 -I epair0b 10.2.0.2
	atf_check ifconfig bridge0 destroy
	umount "$W/peer"
}

ifconfig_test taps_and_tuns_stay
taps_and_tuns_stay()
{
	[ -c /dev/net/tun ] || skip "no /dev/net/tun"
	atf_check -o inline:'tap0\n' ifconfig tap create
	atf_check ifconfig tun3 create
	atf_check ifconfig tap0 ether 02:00:00:00:00:07
	atf_check -o match:'ether 02:00:00:00:00:07' -o match:'groups: tap' \
	    ifconfig tap0
	atf_check ifconfig tun3 inet 10.9.0.1 10.9.0.2
	shows tun3 inet <<E
tun3: flags=80d1<UP,POINTOPOINT,RUNNING,NOARP,MULTICAST> metric 0 mtu 1500
	inet 10.9.0.1 --> 10.9.0.2 netmask 0xffffffff
E
	fails 'interface tun3 already exists' ifconfig tun3 create
	atf_check ifconfig tun3 destroy
	atf_check ifconfig tap0 destroy
}

ifconfig_test what_an_interface_is_called_and_grouped_by
what_an_interface_is_called_and_grouped_by()
{
	atf_check ifconfig lo1 create descr "for the jails"
	atf_check ifconfig lo2 create up
	atf_check -o match:'^	description: for the jails$' ifconfig lo1
	atf_check ifconfig lo1 -descr
	atf_check -o not-match:description ifconfig lo1
	atf_check -o inline:'lo0\nlo1\nlo2\n' ifconfig -g lo
	atf_check -o empty ifconfig -g nobody
	atf_check -o inline:'lo0 lo2\n' ifconfig -l -u
	atf_check -o inline:'lo1\n' ifconfig -ld
	atf_check -o match:'^lo1: flags=8008' -o not-match:'^lo2' ifconfig -d
	fails 'group jails: Linux knows groups by number: add a line "NUMBER jails" to /etc/iproute2/group' \
	    ifconfig lo1 group jails
	fails 'setifgroup: group names may not end in a digit' \
	    ifconfig lo1 group jail7
	fails ' SIOCDIFGROUP: No such file or directory' \
	    ifconfig lo1 -group jails
	fails ' SIOCAIFGROUP: File exists' ifconfig lo1 group lo
	# with a name for the number
	mkdir iproute2
	printf '0\tdefault\n# no\n66\tjails\n67\tother\n' >iproute2/group
	[ -d /etc/iproute2 ] || skip "no /etc/iproute2 to put a file over"
	cat >in <<E
set -e
mount --bind $PWD/iproute2 /etc/iproute2
ifconfig lo1 group jails
ifconfig lo1
ifconfig -g jails
ifconfig lo1 group other || :
ifconfig lo1 -group jails
ifconfig -g jails
E
	atf_check -o match:'^	groups: lo jails$' -o match:'^lo1$' \
	    -e inline:'ifconfig: group other: lo1 is in group jails, and Linux keeps one: -group jails first\n' \
	    unshare --mount sh in
}

ifconfig_test addresses_in_the_form_asked_for
addresses_in_the_form_asked_for()
{
	atf_check -o ignore ifconfig epair create
	atf_check ifconfig epair0a ether 02:00:00:00:00:0a inet 10.1.0.1/20
	atf_check ifconfig epair0a inet6 fd00:1::1/64 no_dad
	atf_check -o match:'ether 02-00-00-00-00-0a$' \
	    -o match:'inet 10.1.0.1/20 broadcast 10.1.15.255$' \
	    -o match:'inet6 fd00:1::1/64' \
	    ifconfig -f inet:cidr,inet6:cidr,ether:dash epair0a
	atf_check -o match:'inet 10.1.0.1 netmask 255.255.240.0 broadcast' \
	    ifconfig -f inet:dotted epair0a
	atf_check ifconfig epair0a inet 10.1.0.1/20 broadcast 10.1.0.255
	atf_check -o match:'inet 10.1.0.1 netmask 0xfffff000 broadcast 10.1.0.255$' \
	    ifconfig epair0a
	atf_check ifconfig epair0a inet6 fd00:1::2/64 pltime 100 vltime 200 no_dad
	atf_check -o match:'inet6 fd00:1::2 prefixlen 64 autoconf' \
	    ifconfig epair0a inet6
	atf_check ifconfig epair0a ifdisabled
	atf_check -o not-match:inet6 ifconfig epair0a
	atf_check ifconfig epair0a -ifdisabled accept_rtadv
	atf_check -o inline:'2\n' host cat \
	    /proc/sys/net/ipv6/conf/epair0a/accept_ra
}

ifconfig_test what_the_device_does_can_be_switched
what_the_device_does_can_be_switched()
{
	atf_check -o ignore ifconfig epair create
	atf_check -o match:'options=[0-9a-f]*<.*TXCSUM.*TSO4' ifconfig epair0a
	atf_check ifconfig epair0a -tso -txcsum
	atf_check -o not-match:'options=.*<.*TXCSUM' \
	    -o not-match:'options=.*TSO4' ifconfig epair0a
	atf_check -o match:'capabilities=.*TSO4' -o match:'media autoselect' \
	    ifconfig -m epair0a
	atf_check ifconfig epair0a txcsum tso
	atf_check -o match:'options=[0-9a-f]*<.*TXCSUM.*TSO4' ifconfig epair0a
	atf_check ifconfig epair0a promisc
	atf_check -o match:'PROMISC,SIMPLEX,MULTICAST,PPROMISC' ifconfig epair0a
	atf_check ifconfig epair0a -promisc -arp
	atf_check -o match:'<BROADCAST,NOARP,SIMPLEX,MULTICAST>' ifconfig epair0a
}

ifconfig_test jail_conf_may_say_lo0
jail_conf_may_say_lo0()
{
	world_tiny "$W/j"
	atf_check -o ignore jail -c name=j path="$W/j" persist interface=lo0 \
	    ip4.addr=10.0.9.9
	atf_check -o match:'inet 10.0.9.9 netmask 0xffffffff' ifconfig lo0
	atf_check -o ignore jail -r j
	atf_check -s exit:1 -o ignore -e match:'interface lo9 does not exist' \
	    jail -c name=j path="$W/j" persist interface=lo9 ip4.addr=10.0.9.9
}

ifconfig_test every_other_word_is_carried_out
every_other_word_is_carried_out()
{
	atf_check -o ignore ifconfig epair create
	i=epair0a
	atf_check ifconfig $i debug
	atf_check -o match:'<BROADCAST,DEBUG,' ifconfig $i
	atf_check ifconfig $i -debug arp link 02:00:00:00:00:0c
	atf_check -o match:'<BROADCAST,SIMPLEX,MULTICAST>' \
	    -o match:'ether 02:00:00:00:00:0c' ifconfig $i
	atf_check ifconfig $i -vlanhwtag -rxcsum6 -txcsum6
	atf_check -o not-match:'options=.*(VLAN_HWTAG|CSUM_IPV6)' \
	    ifconfig -f inet:hex $i
	atf_check ifconfig $i vlanhwtag rxcsum6 txcsum6 rxcsum
	atf_check -o match:'options=.*<RXCSUM,TXCSUM,VLAN_HWTAGGING.*RXCSUM_IPV6,TXCSUM_IPV6>' \
	    ifconfig $i
	atf_check ifconfig $i -rxcsum
	atf_check -o not-match:'options=.*RXCSUM' ifconfig $i
	atf_check ifconfig $i auto_linklocal -accept_rtadv up
	atf_check -o inline:'0\n' host cat /proc/sys/net/ipv6/conf/$i/accept_ra
	atf_check ifconfig $i description one
	atf_check -o match:'description: one' ifconfig $i
	atf_check ifconfig $i -description down
	atf_check -o not-match:'description|UP' ifconfig $i
	atf_check ifconfig $i add 10.1.0.1/24
	atf_check ifconfig $i inet6 fd00::1/64 vltime infty pltime infty no_dad
	atf_check -o match:'inet6 fd00::1 prefixlen 64$' ifconfig $i
	fails 'x1: bad value' ifconfig $i inet6 fd00::1/64 vltime x1
	atf_check ifconfig lo1 plumb
	atf_check ifconfig lo1 unplumb
	fails 'up: lo1 is no longer there' sh -c \
	    'ifconfig lo1 create; ifconfig lo1 destroy up'
	atf_check -o match:'^lo0' ifconfig -kvn -a
}

# --------------------------------------------------------------------------
# In a prison.

# prison_ifconfig NAME PARAMETER...: a prison that has the command.
prison_ifconfig()
{
	world_tiny "$W/$1"
	cp "$BUILD/ifconfig/ifconfig" "$W/$1/sbin/ifconfig"
	for lib in $(ldd "$BUILD/ifconfig/ifconfig" | grep -o '/[^ ]*'); do
		mkdir -p "$W/$1${lib%/*}"
		cp -L "$lib" "$W/$1$lib"
	done
	prison "$@"
}

ifconfig_test a_prisoner_is_shown_all_interfaces_and_his_addresses_only
a_prisoner_is_shown_all_interfaces_and_his_addresses_only()
{
	atf_check ifconfig lo1 create
	for n in 1 2 3; do
		atf_check ifconfig lo1 inet 10.0.1.$n/32 alias
	done
	atf_check ifconfig lo1 inet6 fd00:1::1/128
	atf_check ifconfig lo1 inet6 fd00:1::2/128
	prison_ifconfig ports ip4.addr=10.0.1.2
	cat >expected <<E
lo1: flags=8049<UP,LOOPBACK,RUNNING,MULTICAST> metric 0 mtu 16384
	inet 10.0.1.2 netmask 0xffffffff
	groups: lo
E
	# the article: ifconfig lo1, at the prisoner's prompt
	atf_check -o save:whole jexec ports /sbin/ifconfig lo1
	grep -v options= whole >listing
	atf_check diff -u expected listing
	atf_check -o match:'^lo0:' -o match:'^lo1:' -o not-match:127.0.0.1 \
	    -o not-match:inet6 -o not-match:10.0.0. -o not-match:'10.0.1.[13]' \
	    jexec ports /sbin/ifconfig
	atf_check -o inline:'lo1\n' jexec ports /sbin/ifconfig -l inet
	# the jailer sees the same with -j
	atf_check -o save:whole ifconfig -j ports lo1
	grep -v options= whole >listing
	atf_check diff -u expected listing

	prison_ifconfig two ip4.addr=10.0.1.3,10.0.0.4 ip6.addr=fd00:1::2
	for cmd in 'jexec two /sbin/ifconfig' 'ifconfig -j two'; do
		atf_check -o save:out $cmd
		atf_check -o inline:'10.0.0.4\n10.0.1.3\nfd00:1::2\n' \
		    awk '$1 ~ /^inet/ { print $2 }' out
	done
	prison_ifconfig none
	atf_check -o match:'^lo0:' -o match:'^lo1:' -o not-match:inet \
	    jexec none /sbin/ifconfig
	prison_ifconfig all ip4=inherit
	atf_check -o match:'inet 127.0.0.1 ' -o match:'inet 10.0.1.1 ' \
	    -o not-match:inet6 jexec all /sbin/ifconfig
}

ifconfig_test a_prisoner_changes_nothing_of_the_host
a_prisoner_changes_nothing_of_the_host()
{
	atf_check ifconfig lo1 create inet 10.0.1.2/32
	atf_check -o ignore ifconfig epair create
	prison_ifconfig j ip4.addr=10.0.1.2
	host ip addr >before
	for words in 'lo1 inet 10.0.1.3/32 alias' 'lo1 10.0.1.2 -alias' \
	    'lo1 down' 'lo1 mtu 1400' 'lo1 destroy' 'lo2 create' \
	    'epair create' 'bridge0 create' 'epair0a name x' \
	    'epair0a ether 02:00:00:00:00:01' 'epair0a descr mine' \
	    'epair0a promisc' 'epair0a -txcsum' 'tap create'; do
		atf_check -s exit:1 \
		    -e match:'not permitted|No such file|Read-only' \
		    jexec j /sbin/ifconfig $words
	done
	host ip addr >after
	atf_check diff before after
	fails 'jail "j" shares the host'\''s network: change lo1 without -j' \
	    ifconfig -j j lo1 down
	fails 'jail "nobody" not found' ifconfig -j nobody
}

# --------------------------------------------------------------------------

ifconfig_test the_page_and_the_program_agree
the_page_and_the_program_agree()
{
	page=$SRC/ifconfig/ifconfig.8
	ifconfig -x 2>&1 | sed -n 's/^usage: //; s/^ *\(ifconfig\)/\1/p' >usage
	mandoc -T utf8 "$page" | col -bx | awk '
	    /^SYNOPSIS/ { on = 1; next } /^[A-Z]/ { on = 0 }
	    on && /^ *ifconfig/ { if (s != "") print s; s = "" }
	    on { gsub(/^ +/, ""); if ($0 != "") s = s (s == "" ? "" : " ") $0 }
	    END { print s }' >synopsis
	atf_check diff -u synopsis usage
	# each word of the program is in the page
	for word in $(sed -n 's/^	{ "\([a-z][a-z0-9_]*\)", [01], do_.*/\1/p' \
	    "$SRC/ifconfig/ifconfig.c"); do
		grep -qE "(Cm|,) .*\\b$word\\b|\\b$word\\b" "$page" ||
		    atf_fail "$word is not in the page"
	done
}

atf_init_test_cases()
{
	add_cases
}
