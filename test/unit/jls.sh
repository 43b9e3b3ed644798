#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# usage: jls.sh jls-fake jls.8
# jls on jails in memory: every format to the letter, hostile host names, and
# the way from -s back to the same jail.
set -u
jls=$1
page=$2
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
failed=0
export FAKE_JAILS="$dir/jails"
ESC=$(printf '\033')

# Compare what a command prints and exits with to the text on stdin.
check()
{
	{ cat; } > "$dir/want"
	{ "$@" 2>&1; echo "=$?"; } |
	    sed "s|^[^ ]*$(basename "$jls"): |jls: |" > "$dir/got"
	if ! diff -u "$dir/want" "$dir/got"; then
		echo "not ok: $*"
		failed=1
	fi
}

t()
{
	check "$jls" "$@"
}

printf '%s\0' name=web path=/jail/web persist host.hostname=www.example.org \
    ip4.addr=10.0.0.2,10.0.0.1 ip6.addr=::1 'meta=a=1
b=two words' '' \
    name=odd path=/jail/odd "host.hostname=a${ESC}[31m	b" vnet=new '' \
    name=old path=/jail/old host=inherit dying '' > "$FAKE_JAILS"

t <<E
   JID  IP Address      Hostname                      Path
     1  10.0.0.2        www.example.org               /jail/web
     2                  a\\033[31m\\011b                /jail/odd
=0
E
t -N <<E
   JID  IP Address      Hostname                      Path
 web             10.0.0.2        www.example.org               /jail/web
 odd                             a\\033[31m\\011b                /jail/odd
=0
E
t -v <<E
   JID  Hostname                      Path
        Name                          State
        CPUSetID
        IP Address(es)
     1  www.example.org               /jail/web
        web                           ACTIVE
        0
        10.0.0.2
        10.0.0.1
        ::1
     2  a\\033[31m\\011b                /jail/odd
        odd                           ACTIVE
        0
=0
E
t -dvj old <<E
   JID  Hostname                      Path
        Name                          State
        CPUSetID
        IP Address(es)
     3                                /jail/old
        old                           DYING
        0
=0
E
t -o jid,name,cpu,memory,threads,io <<E
   JID NAME                    CPU  MEMORY THREADS    READ WRITTEN
     1 web                    1.23   4883K       2    9999     10K
     2 odd                    2.46   9766K       4    9999     10K
=0
E
t -dj old -o pids,memory,age,name <<E
  PIDS  MEMORY      AGE NAME
     3       -       60 old
=0
E
t --libxo json -dj old -o usage <<E
{"__version": "2", "jail-information": {"jail": [{"jid":3,"name":"old","cpu":3.703701,"pids":3,"read":9999,"written":10000}]}}
=0
E
t -o jid,colour <<E
jls: -o: unknown column "colour"
=1
E
t jid name ip4.addr host.hostname persist nopersist <<E
1 web 10.0.0.2,10.0.0.1 www.example.org true false
2 odd - a\\033[31m	b false true
=0
E
t -h jid host.domainname ip6.addr <<E
jid host.domainname ip6.addr
1 "" ::1
2 "" -
=0
E
t -n jid persist nopersist allow.mount allow.nomount ip4.addr vnet <<E
jid=1 persist persist allow.nomount allow.nomount ip4.addr=10.0.0.2,10.0.0.1 vnet=disable
jid=2 nopersist nopersist allow.nomount allow.nomount ip4.addr= vnet=new
=0
E
t -q jid ip4.addr host.hostname meta.b <<E
1 10.0.0.2,10.0.0.1 www.example.org "two words"
2 "" "a\\033[31m	b" 
=0
E
t -s jid parent host.hostname ip4.addr ip6 <<E
jid=1 host.hostname=www.example.org ip4.addr=10.0.0.2,10.0.0.1 ip6=new
jid=2 host.hostname='a'\\033'[31m	b' ip6=disable
=0
E
t -ds -j old name host.hostname ip4.addr <<E
name=old
=0
E
t -j web meta <<E
a=1
b=two words
=0
E
t -j 1 meta.c <<E

=0
E
t -s -j 1 meta.c <<E
meta.c
=0
E
t jid jid <<E
1
2
=0
E
t -j old jid <<E
jls: jail "old" not found
=1
E
t -j 7 <<E
jls: jail 7 not found
=1
E
t -j nix name <<E
jls: jail "nix" not found
=1
E
t nix <<E
jls: unknown parameter: nix
=1
E
t -c -j web <<E
=0
E
t -c -j 2 <<E
=0
E
t -cj nix <<E
=1
E
t -cj old <<E
=1
E
t -cdj old <<E
=0
E
t --libxo json -j web <<E
{"__version": "2", "jail-information": {"jail": [{"jid":1,"ipv4":"10.0.0.2","hostname":"www.example.org","path":"/jail/web"}]}}
=0
E
t -N --libxo:J -j odd <<E
{"__version": "2", "jail-information": {"jail": [{"name":"odd","ipv4":"","hostname":"a\\u001b[31m\\tb","path":"/jail/odd"}]}}
=0
E
t --libxo=json -j web name meta meta.a meta.c <<E
{"__version": "2", "jail-information": {"jail": [{"name":"web","meta":"a=1\\nb=two words","meta.a":"1"}]}}
=0
E
t --json -n -j web jid persist allow.nomount ip4.addr ip6.addr name <<E
{"__version": "2", "jail-information": {"jail": [{"jid":"1","persist":true,"allow.nomount":true, "ip4.addr": ["10.0.0.2","10.0.0.1"], "ip6.addr": ["::1"],"name":"web"}]}}
=0
E
t -vj 1 --libxo json,pretty <<E
{
  "__version": "2",
  "jail-information": {
    "jail": [
      {
        "jid": 1,
        "hostname": "www.example.org",
        "path": "/jail/web",
        "name": "web",
        "state": "ACTIVE",
        "cpusetid": 0,
        "ipv4_addrs": [
          "10.0.0.2",
          "10.0.0.1"
        ],
        "ipv6_addrs": [
          "::1"
        ]
      }
    ]
  }
}
=0
E
t --libxo xml <<E
jls: --libxo: no xml here, only text and json
=1
E
t --libxo:H <<E
jls: --libxo: no html here, only text and json
=1
E
usage='usage: jls [--libxo format] [-dhNnqsv] [-j jail] [parameter ...]
       jls [--libxo format] [-d] [-j jail] -o column[,column ...]
       jls -c [-d] -j jail'
# What getopt says first is the C library's.
check sh -c '"$1" -x 2>&1 | sed 1d' sh "$jls" <<E
$usage
=0
E
for args in -c '-c -j web name' --libxo '-cq -j web'; do
	t $args <<E
$usage
=1
E
done
# The page's synopsis, white space aside, is the usage.
if command -v mandoc > /dev/null; then
	page=$(mandoc -Tascii "$page" | col -b |
	    sed -n '/^SYNOPSIS/,/^DESCRIPTION/p' | sed '1d;$d' | tr -s ' \n' ' ')
	want=$(echo "${usage#usage:}" | tr -s ' \n' ' ')
	if [ "$page" != "$want" ]; then
		echo "not ok: synopsis:$page"
		echo "        usage:   $want"
		failed=1
	fi
fi

# What was in all is in the right order.
"$jls" -h -j web | sed 1q | tr ' ' '\n' > "$dir/all"
{ grep -v '\.' "$dir/all" | LC_ALL=C sort
  grep '\.' "$dir/all" | LC_ALL=C sort; } > "$dir/sorted"
cmp "$dir/all" "$dir/sorted" || failed=1

# From -s to a jail and back, by the shell and by xargs.
roundtrip()
{
	printf '%s\0' jid=5 name=rt path=/p persist "host.hostname=$1" \
	    "meta=$2" ip4.addr=10.0.0.9 allow.mount '' > "$dir/a"
	was=$(FAKE_JAILS=$dir/a "$jls" -s -j rt)
	eval "printf '%s\0' $was ''" > "$dir/b"
	is=$(FAKE_JAILS=$dir/b "$jls" -s -j rt)
	[ "$was" = "$is" ] || { echo "not ok: sh: $was"; failed=1; }
	got=$(FAKE_JAILS=$dir/b "$jls" --json host.hostname meta)
	want=$(FAKE_JAILS=$dir/a "$jls" --json host.hostname meta)
	[ "$got" = "$want" ] || { echo "not ok: $got not $want"; failed=1; }
	case $2 in
	*"
"*)	return;;	# xargs has no quoted newlines
	esac
	printf '%s\n' "$was" "''" | xargs printf '%s\0' > "$dir/b"
	is=$(FAKE_JAILS=$dir/b "$jls" -s -j rt)
	[ "$was" = "$is" ] || { echo "not ok: xargs: $was"; failed=1; }
}
roundtrip plain ''
roundtrip 'two words' 'a=1
b=2'
roundtrip "it's" 'say "hi"'
roundtrip '$(touch /tmp/x) `id` ; & | < > * ? [ ] { } ~ # !' '\'
roundtrip "\"both\" 'kinds' of \\quotes\\" "'\"'"
roundtrip 'a//b' 'a,b'
roundtrip '刑務所 網走' 'ключ=значение'
roundtrip '~' '	tab'

# A broken or deceiving name, byte by byte.
printf '%s\0' name=a "host.hostname=$(printf 'a\377b\302\233c\342\200\256d\n\\e')" \
    '' > "$FAKE_JAILS"
t host.hostname <<E
a\\377b\\302\\233c\\342\\200\\256d\\012\\e
=0
E
t --json host.hostname <<E
{"__version": "2", "jail-information": {"jail": [{"host.hostname":"a\\ufffdb\\u009bc\\u202ed\\n\\\\e"}]}}
=0
E
printf '%s\0' name=a host.hostname=網走網走網走網走網走網走網走網走網走網走 \
    path=/a '' > "$FAKE_JAILS"
t <<E
   JID  IP Address      Hostname                      Path
     1                  網走網走網走網走網走網走網走網走網走網走          /a
=0
E
: > "$FAKE_JAILS"
t name <<E
=0
E
t --json <<E
{"__version": "2", "jail-information": {"jail": []}}
=0
E
unset FAKE_JAILS
n=$(FAKE_COUNT=1000 "$jls" name | wc -l)
[ "$n" -eq 1000 ] || { echo "not ok: $n of 1000"; failed=1; }
if "$jls" > /dev/full 2> /dev/null; then
	echo "not ok: a full disk is no error"
	failed=1
fi
exit $failed
