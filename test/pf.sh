# SPDX-License-Identifier: BSD-2-Clause
# For the atf-sh programs test/system/pf_*.sh: beside the host of each test a
# peer, on the other end of a cable.
#
#	host	re0	192.0.2.10/24	2001:db8:1::10/64
#	peer	p0	192.0.2.1/24	2001:db8:1::1/64	default route
#	lo1 of the host has 10.0.0.1 to 10.0.0.4 and fd00::1 to fd00::3
#
# The peer has no route to lo1's addresses.

. "$(atf_get_srcdir)/../lib.sh"

PROBE=$BUILD/test/probe/probe

# pf_hosts: make the peer, the cable and lo1.
pf_hosts()
{
	wrap "$BUILD/pfctl/pfctl"
	: >"$W/net-peer"
	unshare --net="$W/net-peer" ip link set lo up ||
	    atf_fail "cannot make a network namespace"
	within "$W/net-peer" peer
	peer sleep 60 &
	holder=$!
	wait_for 50 sh -c "[ \$(readlink /proc/$holder/ns/net) = \
	    net:[\$(stat -L -c %i '$W/net-peer')] ]" ||
	    atf_fail "the peer does not come up"
	host ip link add re0 type veth peer name p0 netns "$holder" ||
	    atf_fail "cannot make a cable"
	kill "$holder"
	# a dummy device where the kernel has one; else a bridge without ports
	host ip link add lo1 type dummy 2>/dev/null ||
	    host ip link add lo1 type bridge || atf_fail "no lo1"
	host ip -batch - <<-END || atf_fail "cannot set up the host"
	addr flush dev lo scope global
	addr add 10.0.0.1/32 dev lo1
	addr add 10.0.0.2/32 dev lo1
	addr add 10.0.0.3/32 dev lo1
	addr add 10.0.0.4/32 dev lo1
	addr add fd00::1/128 dev lo1 nodad
	addr add fd00::2/128 dev lo1 nodad
	addr add fd00::3/128 dev lo1 nodad
	addr add 192.0.2.10/24 dev re0
	addr add 2001:db8:1::10/64 dev re0 nodad
	link set lo1 up
	link set re0 up
	END
	peer ip -batch - <<-END || atf_fail "cannot set up the peer"
	addr add 192.0.2.1/24 dev p0
	addr add 192.0.2.2/24 dev p0
	addr add 2001:db8:1::1/64 dev p0 nodad
	link set p0 up
	END
	host ip route add default via 192.0.2.1
	host ip -6 route add default via 2001:db8:1::1
	wait_for 50 sh -c 'peer ip -o link show p0 | grep -q LOWER_UP' ||
	    atf_fail "the cable is dead"
}

# pf_rules: load standard input, and enable pf.
pf_rules()
{
	cat >"$W/pf.conf"
	atf_check -e save:pf.err pfctl -q -f "$W/pf.conf"
	pfctl -q -e 2>/dev/null
	return 0
}

# pf_test NAME: a case with both hosts.
pf_test()
{
	prison_test "$1" "${2:-120}"
	eval "${1}_body() { state_init; pf_hosts; $1; }"
}

# serves WHERE NAME ADDRESS PORT [udp]: WHERE (host, peer) answers NAME there.
serves()
{
	where_=$1 name_s=$2
	shift 2
	serving "s_$name_s" "$where_" "$PROBE" serve "$1" "$2" "$name_s" ${3-}
}

# reaches WHERE TEXT ADDRESS PORT [...]: connected, and this is among what the
# probe says: the peer's name, or "local ADDRESS".
reaches()
{
	where_=$1 text_=$2
	shift 2
	atf_check -o match:"$text_" "$where_" timeout 10 "$PROBE" connect "$@"
}

# blocked WHERE ADDRESS PORT [...]: no answer, of whatever kind, in two
# seconds; that may be a silence.
blocked()
{
	where_=$1
	shift
	atf_check -s not-exit:0 -o ignore -e ignore \
	    "$where_" timeout 2 "$PROBE" connect "$@"
}

# rejected ERRNO WHERE ADDRESS PORT [...]: told so, not left waiting.
rejected()
{
	errno_=$1 where_=$2
	shift 2
	atf_check -s exit:1 -o match:"^$errno_" \
	    "$where_" timeout 10 "$PROBE" connect "$@"
}

# mirrors WHERE PORT [udp]: WHERE tells callers of PORT the address and port
# that they come from, as it sees them.
mirrors()
{
	for v_ in 4 6; do
		how_=TCP$v_-LISTEN first_=
		[ "${3-tcp}" = tcp ] ||
		    how_=UDP$v_-RECVFROM first_='read q; '
		[ $v_ = 4 ] && only_= || only_=,ipv6only=1
		"$1" socat -T1 "$how_:$2,fork,reuseaddr$only_" \
		    SYSTEM:"$first_"'echo "from $SOCAT_PEERADDR:$SOCAT_PEERPORT"' \
		    >/dev/null 2>&1 </dev/null &
		table_=${3-tcp}
		[ $v_ = 4 ] || table_=${table_}6
		wait_for 50 "$1" grep -qi "$(printf ':%04X ' "$2")" \
		    "/proc/net/$table_" || atf_fail "$1 mirrors no $2"
	done
}
