#!/usr/bin/env -S ATF_SHELL=/bin/sh atf-sh
# SPDX-License-Identifier: BSD-2-Clause
# Programs of 32 bits: not there unless asked for, and then behind the same
# walls.
. "$(atf_get_srcdir)/../lib.sh"

# prison32 NAME [PARAMETER]...: a prison with such a program.
prison32()
{
	[ -x "$BUILD/test/probe/i386" ] || skip 'no such machine'
	"$BUILD/test/probe/i386" uname >/dev/null 2>&1 ||
	    skip 'a kernel without programs of 32 bits'
	world_tiny "$W/$1"
	cp "$BUILD/test/probe/i386" "$W/$1/bin"
	ln -sf busybox "$W/$1/bin/uname"
	prison "$@"
}

# says32 ANSWER WORD...: it does; a number is an errno.
says32()
{
	answer=$1 status=1
	[ "$answer" != ok ] || status=0
	shift
	atf_check -s exit:$status -o inline:"$answer\n" jexec "$J" /bin/i386 "$@"
}

prison_test without_being_asked_for_they_find_no_calls
without_being_asked_for_they_find_no_calls()
{
	prison32 j
	atf_check -s signal -o empty jexec j /bin/i386 uname
	atf_check -o inline:'x86_64\n' jexec j uname -m
	atf_check -o inline:'noi386 allow.noi386\n' \
	    jls -j j -n i386 allow.i386
}

prison_test the_machine_is_what_it_is_said_to_be
the_machine_is_what_it_is_said_to_be()
{
	prison32 j allow.i386 ip4.addr=10.0.0.2
	atf_check -o inline:'x86_64\n' jexec j /bin/i386 uname
	atf_check -o inline:'x86_64\n' jexec j uname -m
	says32 ok call 359 2 1 0
	atf_check jail -m name=j i386
	atf_check -o inline:'i686\n' jexec j /bin/i386 uname
	atf_check -o inline:'i686\n' jexec j uname -m
	# it comes with the permission
	prison32 k i386
	atf_check -o inline:'i386 allow.i386\n' jls -j k -n i386 allow.i386
	atf_check -o inline:'i686\n' jexec k /bin/i386 uname
	atf_check -o inline:'i686\n' jail -q -c path="$W/k" i386 \
	    command=/bin/uname -m
	prison32 l i386 pid=new
	atf_check -o inline:'i686\n' jexec l /bin/i386 uname
}

prison_test walls_hold_for_programs_of_32_bits
walls_hold_for_programs_of_32_bits()
{
	prison32 j i386 ip4.addr=10.0.0.2
	while read -r answer words; do
		# shellcheck disable=SC2086
		says32 "$answer" $words </dev/null
	done <<-'END'
	1 call 21 0 0 0
	1 call 22 0
	1 call 52 0 0
	1 call 217 0 0
	1 call 428 0 0 0
	1 call 442 0 0 0
	1 call 310 131072
	1 call 310 268435456
	1 call 310 1073741824
	1 call 120 268435456
	1 call 120 32768
	1 call 346 0 0
	1 call 342 0 0 0
	1 call 357 0 0 0
	1 call 336 0 0 0
	1 call 374 0
	1 call 88 0 0 0
	1 call 87 0 0
	1 call 51 0
	1 call 128 0 0 0
	1 call 350 0 0 0
	1 call 283 0 0 0
	1 call 131 0 0 0
	1 call 103 0 0 0
	1 call 101 0 1 1
	1 call 110 3
	1 call 54 0 21522
	1 call 54 0 21532
	38 call 288 0
	38 call 286 0
	38 call 425 1 0
	38 call 434 1 0
	38 call 435 0 0
	38 call 166 0 0
	38 call 395 0 4096 384
	38 call 393 0 1 384
	38 call 399 0 384
	38 call 117 23 0 4096 384
	38 call 117 2 0 1 384
	38 call 117 13 0 384
	38 call 600 0
	38 socketcall 1 2 1 0
	38 socketcall 1 40 1 0
	38 socketcall 8 1 1 0
	93 call 359 40 1 0
	93 call 359 38 5 0
	93 call 359 17 3 0
	93 call 359 2 1 262
	93 call 359 16 3 9
	ok call 359 2 1 0
	ok call 359 1 1 0
	END
}

prison_test permissions_open_the_same_to_programs_of_32_bits
permissions_open_the_same_to_programs_of_32_bits()
{
	prison32 j i386 sysvshm=new sysvsem=new sysvmsg=new ip4.addr=10.0.0.2
	says32 ok call 395 0 4096 384
	says32 ok call 117 23 0 4096 384
	says32 ok call 117 2 0 1 384
	prison32 k i386 allow.socket_af ip4.addr=10.0.0.3
	says32 ok socketcall 1 2 1 0
	says32 38 call 117 23 0 4096 384
}

prison_test who_has_it_not_cannot_give_it
who_has_it_not_cannot_give_it()
{
	prison32 p children.max=2
	world_tiny "$W/p/c"
	atf_check -s exit:1 -e match:'allow.i386' \
	    jail -c name=p.c path="$W/p/c" persist allow.i386
	atf_check -s exit:1 -e match:'allow.i386' \
	    jail -c name=p.c path="$W/p/c" persist i386
	atf_check -e ignore jail -m name=p allow.i386
	atf_check -e ignore -o ignore jail -c name=p.c path="$W/p/c" persist i386
	atf_check -e ignore jail -m name=p allow.noi386
	atf_check -o inline:'allow.noi386\n' jls -j p.c -n allow.i386
}

atf_init_test_cases()
{
	add_cases
}
