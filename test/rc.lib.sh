# SPDX-License-Identifier: BSD-2-Clause
# For the tests of service(8) and what belongs to it: after lib.sh.  The
# programs of rc/ come from the build directory, and find an etc of the
# test's own.
#
#	rc_conf LINE...		add to its rc.conf, and empty it first when it
#				is given nothing
#	conf			its jail.conf, from standard input

rc_init()
{
	RC_ROOT=$W/root
	export RC_ROOT
	mkdir -p "$RC_ROOT/etc" "$RC_ROOT/var/run"
	: >"$RC_ROOT/etc/rc.conf"
	for c in service sysrc; do
		wrap "$BUILD/rc/$c"
	done
	for c in ifconfig pfctl; do
		[ ! -x "$BUILD/$c/$c" ] || wrap "$BUILD/$c/$c"
	done
}

rc_conf()
{
	[ -n "${RC_ROOT-}" ] || rc_init
	[ $# -gt 0 ] || : >"$RC_ROOT/etc/rc.conf"
	for line_; do
		printf '%s\n' "$line_" >>"$RC_ROOT/etc/rc.conf"
	done
}

conf()
{
	[ -n "${RC_ROOT-}" ] || rc_init
	cat >"$RC_ROOT/etc/jail.conf"
}
