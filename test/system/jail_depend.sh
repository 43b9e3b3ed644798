#!/usr/bin/env -S ATF_SHELL=/bin/sh atf-sh
# SPDX-License-Identifier: BSD-2-Clause
# jail(8) and many jails: dependencies, wildcards, and how many at once.
. "$(atf_get_srcdir)/../lib.sh"

# config: standard input, with @W for the test's directory, is the jail.conf.
config()
{
	[ -d "$W/w" ] || world_tiny "$W/w"
	sed "s,@W,$W,g" >j.conf
}

# chain: c needs b needs a; d stands alone
chain()
{
	config <<'EOC'
path = "@W/w"; persist;
c { depend = b; }
a { }
b { depend = a; }
d { }
EOC
}

running()
{
	jls -q name | sort | tr '\n' ' ' >running.got
	atf_check -o inline:"$1" cat running.got
}

prison_test jail_starts_what_a_jail_depends_on
jail_starts_what_a_jail_depends_on()
{
	chain
	atf_check -o inline:'a: created\nb: created\nc: created\n' \
	    jail -f j.conf -c c
	running 'a b c '
	atf_check -o inline:'c: removed\nb: removed\n' jail -f j.conf -r b
	running 'a '
	atf_check -o inline:'b: created\n' jail -f j.conf -c b
	atf_check -o inline:'b: removed\na: removed\n' jail -f j.conf -r a
	running ''
}

prison_test jail_starts_and_stops_all_in_order
jail_starts_and_stops_all_in_order()
{
	chain
	atf_check -o save:out jail -f j.conf -c
	atf_check -o inline:'a: created\nb: created\nc: created\n' \
	    sed '/^d:/d' out
	running 'a b c d '
	atf_check jail -f j.conf -c
	atf_check -o save:out jail -f j.conf -r '*'
	atf_check -o inline:'c: removed\nb: removed\na: removed\n' \
	    sed '/^d:/d' out
	running ''
}

prison_test jail_waits_until_a_dependency_is_fully_started
jail_waits_until_a_dependency_is_fully_started()
{
	config <<'EOC'
path = "@W/w"; persist;
slow { exec.start = "sleep 1"; exec.poststart = "echo slow is up"; }
after { depend = slow; exec.prestart = "echo after begins"; }
EOC
	atf_check -o inline:'slow: created
slow is up
after begins
after: created
' jail -f j.conf -c
}

prison_test jail_skips_what_depends_on_a_failure
jail_skips_what_depends_on_a_failure()
{
	config <<'EOC'
path = "@W/w"; persist;
a { exec.prestart = "false"; }
b { depend = a; }
c { depend = b; }
d { }
EOC
	atf_check -s exit:1 -o inline:'d: created\n' \
	    -e inline:'jail: a: false: failed\njail: b: skipped\njail: c: skipped\n' \
	    jail -f j.conf -c
	running 'd '
}

prison_test jail_refuses_loops_and_undefined_ones
jail_refuses_loops_and_undefined_ones()
{
	config <<'EOC'
path = "@W/w"; persist;
a { depend = b; }
b { depend = a; }
u { depend = zz; }
ok { }
EOC
	atf_check -s exit:1 -o inline:'ok: created\n' -e save:err \
	    jail -f j.conf -c
	atf_check -o match:'^jail: u: depends on undefined jail "zz"$' \
	    -o match:'^jail: [ab]: dependency loop$' cat err
	running 'ok '
	config <<'EOC'
self { path = "@W/w"; persist; depend = self; }
EOC
	atf_check -s exit:1 -e inline:'jail: self: dependency loop\n' \
	    jail -f j.conf -c
}

prison_test jail_starts_a_parent_before_its_child
jail_starts_a_parent_before_its_child()
{
	config <<'EOC'
path = "@W/w"; persist;
p { children.max = 5;
    c { depend = other; }
}
other { }
EOC
	atf_check -o ignore jail -f j.conf -c p.c
	running 'other p p.c '
	atf_check -o ignore jail -f j.conf -r '*'
	running ''
}

prison_test jail_matches_wildcards
jail_matches_wildcards()
{
	config <<'EOC'
path = "@W/w"; persist; children.max = 5;
web { x { children.max = 0; } y { children.max = 0; } }
db { }
EOC
	atf_check -o ignore jail -f j.conf -c
	running 'db web web.x web.y '
	atf_check -o save:out jail -f j.conf -r 'web.*'
	atf_check -o inline:'web.x: removed\nweb.y: removed\n' sort out
	atf_check -s exit:1 -e inline:'jail: "nix" not found\n' \
	    jail -f j.conf -c nix
	running 'db web '
}

prison_test jail_starts_twenty_at_once
jail_starts_twenty_at_once()
{
	config <<'EOC'
path = "@W/w"; persist; exec.timeout = 100;
# Each waits for the ten that depend on nobody: one by one they never would.
exec.prestart = 'touch @W/began.$JNAME
    until [ $(ls @W | grep -c "^began.x") -eq 10 ]; do sleep 0.1; done';
EOC
	for i in 01 02 03 04 05 06 07 08 09 10; do
		echo "x$i { }"
		echo "y$i { depend = x$i; }"
	done >>j.conf
	atf_check -o ignore jail -f j.conf -c
	jls -q jid | wc -l >n
	atf_check -o inline:'20\n' cat n
	atf_check -o save:out jail -f j.conf -r '*'
	wc -l <out >n
	atf_check -o inline:'20\n' cat n
	running ''
}

prison_test jail_runs_no_more_commands_than_it_may
jail_runs_no_more_commands_than_it_may()
{
	config <<'EOC'
path = "@W/w"; persist;
exec.prestart = 'mkdir @W/lock && sleep 0.3 && rmdir @W/lock';
a { } b { } c { } d { }
EOC
	atf_check -o ignore jail -f j.conf -p 1 -c
	running 'a b c d '
	atf_check -o ignore jail -f j.conf -p 0 -r '*'
}

prison_test jail_with_a_limit_passes_over_none
jail_with_a_limit_passes_over_none()
{
	config <<'EOC'
path = "@W/w"; persist;
a { exec.prestart = 'sleep 0.3'; }
b { }
c { exec.prestart = true; }
d { }
e { exec.prestart = true; }
EOC
	atf_check -o ignore jail -f j.conf -p 1 -c
	running 'a b c d e '
}

prison_test jail_does_not_start_one_with_a_bad_variable
jail_does_not_start_one_with_a_bad_variable()
{
	config <<'EOC'
path = "@W/w"; persist;
a { host.hostname = $nix; }
b { }
EOC
	atf_check -s exit:1 -o inline:'b: created\n' \
	    -e inline:'jail: a: host.hostname: variable "nix" not found\n' \
	    jail -f j.conf -c
	echo 'c { path = ; }' >>j.conf
	atf_check -s exit:1 \
	    -e inline:'jail: j.conf line 4: ;: syntax error\n' \
	    jail -f j.conf -r '*'
	running 'b '
}

prison_test jail_reads_its_standard_input
jail_reads_its_standard_input()
{
	chain
	atf_check -o inline:'d: created\n' -x 'jail -f - -c d <j.conf'
	atf_check -o inline:'d: removed\n' -x 'jail -f - -r d <j.conf'
}

prison_test jail_restarts_and_modifies_from_the_file
jail_restarts_and_modifies_from_the_file()
{
	config <<'EOC'
path = "@W/w"; persist; host.hostname = one;
a { }
EOC
	atf_check -o inline:'a: created\n' jail -f j.conf -c a
	sed -i 's/= one/= two/' j.conf
	atf_check -o inline:'a: updated\n' jail -f j.conf -m a
	atf_check -o inline:'two\n' jls -j a host.hostname
	atf_check -o inline:'a: created\n' jail -f j.conf -rc a
	mkdir "$W/v"
	sed -i "s,$W/w,$W/v," j.conf
	atf_check -s exit:1 \
	    -e inline:'jail: a: path cannot be changed after creation\n' \
	    jail -f j.conf -cm a
	atf_check -o inline:'a: created\n' jail -f j.conf -cmr a
	atf_check -o inline:"$W/v\n" jls -j a path
	atf_check -o inline:'a: updated\n' jail -f j.conf -cmr a
}

atf_init_test_cases()
{
	add_cases
}
