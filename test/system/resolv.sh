#!/usr/bin/env -S ATF_SHELL=/bin/sh atf-sh
# SPDX-License-Identifier: BSD-2-Clause
# A resolv.conf that cannot work inside is pointed out at start.
. "$(atf_get_srcdir)/../lib.sh"

# resolver LINE...: that of the world of j
resolver()
{
	[ -d "$W/j" ] || world_tiny "$W/j"
	printf '%s\n' "$@" >"$W/j/etc/resolv.conf"
}

# starts ARGUMENT...: it starts without a word.
starts()
{
	atf_check jail -c name=j path="$W/j" persist mount.devfs "$@"
	atf_check jail -r j
}

# warns TEXT ARGUMENT...: it starts, with this about its resolv.conf.
warns()
{
	text_=$1
	shift
	atf_check -e inline:"jail: $W/j/etc/resolv.conf: $text_\n" \
	    jail -c name=j path="$W/j" persist mount.devfs "$@"
	atf_check jail -r j
}

# name_server ADDRESS: of the host
name_server()
{
	serving dns_"$1" host "$BUILD/test/probe/probe" serve "$2" 53 x udp
}

# What the host's own resolver would ask, if it is no loopback.
hosts_server()
{
	cat /run/systemd/resolve/resolv.conf \
	    /run/NetworkManager/no-stub-resolv.conf /etc/resolv.conf \
	    2>/dev/null | awk '
	    $1 == "nameserver" && $2 !~ /^127\.|^::1$|:/ { print $2; exit }'
}

prison_test the_hosts_loopback_is_pointed_out_with_what_to_write
the_hosts_loopback_is_pointed_out_with_what_to_write()
{
	name_server a 10.0.0.1
	for a in 127.0.0.1 127.0.0.53 0.0.0.0; do
		resolver '# copied' "nameserver $a" 'search example.org'
		warns "nothing answers on $a, which inside is 10.0.0.2: write \
\"nameserver 10.0.0.1\"" ip4.addr=10.0.0.2,10.0.0.3
	done
	resolver 'nameserver ::1'
	warns "nothing answers on ::1, which inside is fd00::2: write \
\"nameserver 10.0.0.1\"" ip4.addr=10.0.0.2 ip6.addr=fd00::2
	# With -q not at all.
	atf_check jail -q -c name=j path="$W/j" persist ip6.addr=fd00::2
}

prison_test without_a_server_here_the_hosts_is_the_one_to_write
without_a_server_here_the_hosts_is_the_one_to_write()
{
	resolver 'nameserver 127.0.0.1'
	server=$(hosts_server)
	if [ -n "$server" ]; then
		what="write \"nameserver $server\""
	else
		what='let a name server listen there, or name another'
	fi
	warns "nothing answers on 127.0.0.1, which inside is 10.0.0.2: $what" \
	    ip4.addr=10.0.0.2
}

prison_test an_address_of_its_own_needs_someone_there
an_address_of_its_own_needs_someone_there()
{
	name_server a 10.0.0.1
	resolver 'nameserver 10.0.0.2'
	warns 'nothing answers on 10.0.0.2: write "nameserver 10.0.0.1"' \
	    ip4.addr=10.0.0.2
	name_server b 10.0.0.2
	starts ip4.addr=10.0.0.2
}

prison_test a_server_that_answers_inside_is_fine
a_server_that_answers_inside_is_fine()
{
	# The host's, on the wildcard address, as in the article.
	name_server a 0.0.0.0
	resolver 'nameserver 127.0.0.1'
	starts ip4.addr=10.0.0.2
	resolver 'nameserver 10.0.0.2'
	starts ip4.addr=10.0.0.2
	# IPv4 only, so not for ::1
	resolver 'nameserver ::1'
	warns 'nothing answers on ::1, which inside is fd00::2: let a name '\
'server listen there, or name another' ip6.addr=fd00::2
}

prison_test a_server_that_the_start_brings_up_is_fine
a_server_that_the_start_brings_up_is_fine()
{
	resolver 'nameserver 127.0.0.1'
	cat >"$W/j/bin/dns" <<-'END'
	#!/bin/sh
	probe serve 10.0.0.2 53 x udp >/tmp/out &
	until grep -s ready /tmp/out; do sleep 0.1; done
	END
	chmod 755 "$W/j/bin/dns"
	cat >j.conf <<-END
	j { path = "$W/j"; persist; mount.devfs; ip4.addr = 10.0.0.2;
	    exec.start = /bin/dns; }
	END
	atf_check -o ignore jail -f j.conf -c
}

prison_test what_can_be_reached_is_not_spoken_of
what_can_be_reached_is_not_spoken_of()
{
	resolver 'nameserver 10.0.0.1' 'nameserver 192.0.2.53' \
	    'nameserver fe80::1%eth0'
	starts ip4.addr=10.0.0.2 ip6.addr=fd00::2
	resolver 'nameserver 127.0.0.53'
	# The host's own stack, and none at all.
	starts ip4=inherit
	starts
	resolver '' 'options edns0' 'nameserver' 'nameserver nonsense' \
	    '#nameserver 127.0.0.1'
	starts ip4.addr=10.0.0.2
	rm "$W/j/etc/resolv.conf"
	starts ip4.addr=10.0.0.2
}

prison_test a_family_that_the_jail_has_not_is_pointed_out
a_family_that_the_jail_has_not_is_pointed_out()
{
	name_server a 10.0.0.1
	name_server b fd00::1
	resolver 'nameserver fd00::1' 'nameserver 10.0.0.1'
	warns 'fd00::1 cannot be reached without IPv6: write '\
'"nameserver 10.0.0.1"' ip4.addr=10.0.0.2
	resolver 'nameserver 10.0.0.1'
	warns '10.0.0.1 cannot be reached without IPv4: write '\
'"nameserver fd00::1"' ip6.addr=fd00::2
}

prison_test what_a_prisoner_puts_there_leads_nowhere_else
what_a_prisoner_puts_there_leads_nowhere_else()
{
	resolver
	name_server a 10.0.0.1
	echo 'nameserver 127.0.0.1' >"$W/trap"
	for to in "$W/trap" "../../trap" /proc/self/environ /dev/zero /nope
	do
		ln -sf "$to" "$W/j/etc/resolv.conf"
		starts ip4.addr=10.0.0.2
	done
	rm "$W/j/etc/resolv.conf"
	mkfifo "$W/j/etc/resolv.conf"
	starts ip4.addr=10.0.0.2
	rm "$W/j/etc/resolv.conf"
	mkdir "$W/j/etc/resolv.conf"
	starts ip4.addr=10.0.0.2
	rmdir "$W/j/etc/resolv.conf"
	truncate -s 1T "$W/j/etc/resolv.conf"
	starts ip4.addr=10.0.0.2
	# A link that stays inside is followed there.
	rm "$W/j/etc/resolv.conf"
	echo 'nameserver 127.0.0.1' >"$W/j/run/resolv.conf"
	ln -s /run/resolv.conf "$W/j/etc/resolv.conf"
	warns 'nothing answers on 127.0.0.1, which inside is 10.0.0.2: write '\
'"nameserver 10.0.0.1"' ip4.addr=10.0.0.2
}

atf_init_test_cases()
{
	add_cases
}
