#!/usr/bin/env -S ATF_SHELL=/bin/sh atf-sh
# SPDX-License-Identifier: BSD-2-Clause
# jexec(8): what a command in a prison is given, and what comes back of it.
. "$(atf_get_srcdir)/../lib.sh"

# A prison whose shell has the commands that are asked here.
jexec_prison()
{
	world_tiny "$W/j"
	for c in env false grep head pwd printf seq stty test tr tty wc yes; do
		ln -sf busybox "$W/j/bin/$c"
	done
	mkdir "$W/j/home" "$W/j/home/bob"
	printf 'bob:x:2000:2000::/home/bob:/bin/sh\n' >>"$W/j/etc/passwd"
	printf 'bob:x:2000:\nwheel:x:10:root,bob\n' >>"$W/j/etc/group"
	prison j
}

# on_terminal: a shell on a terminal does what the script, our input, says.
on_terminal()
{
	cat >script
	atf_check -o ignore -e ignore env -u ENV PS1='HOST: ' \
	    "$BUILD/test/system/ptyrun" script sh -i
}

# --------------------------------------------------------------------------
# Status and messages

prison_test jexec_keeps_exit_status
jexec_keeps_exit_status()
{
	jexec_prison
	for n in 0 1 7 126 255; do
		atf_check -s exit:$n jexec j sh -c "exit $n"
	done
}

prison_test jexec_dies_of_the_commands_signal
jexec_dies_of_the_commands_signal()
{
	jexec_prison
	for sig in hup term kill segv usr1; do
		atf_check -s signal:$sig jexec j sh -c "kill -$sig \$\$"
	done
}

prison_test jexec_unknown_jail
jexec_unknown_jail()
{
	jexec_prison
	atf_check -s exit:1 -e inline:'jexec: jail "nix" not found\n' \
	    jexec nix true
}

prison_test jexec_command_not_found_is_127
jexec_command_not_found_is_127()
{
	jexec_prison
	atf_check -s exit:127 \
	    -e inline:'jexec: execvp: nix: No such file or directory\n' \
	    jexec j nix
	atf_check -s exit:127 \
	    -e inline:'jexec: execvp: /bin/nix: No such file or directory\n' \
	    jexec j /bin/nix
}

prison_test jexec_command_not_executable_is_126
jexec_command_not_executable_is_126()
{
	jexec_prison
	atf_check -s exit:126 \
	    -e inline:'jexec: execvp: /etc/passwd: Permission denied\n' \
	    jexec j /etc/passwd
}

prison_test jexec_usage
jexec_usage()
{
	jexec_prison
	atf_check -s exit:1 -e match:'^usage: jexec ' jexec
	atf_check -s exit:1 -e match:'^usage: jexec ' jexec -u a -U b j true
	atf_check -s exit:1 -e match:'^usage: jexec ' jexec -x j true
	atf_check -s exit:1 -e match:'not name=value' jexec -e x j true
}

prison_test jexec_leaves_the_commands_options_alone
jexec_leaves_the_commands_options_alone()
{
	jexec_prison
	atf_check -o inline:'-l -u\n' jexec j echo -l -u
}

prison_test jexec_takes_a_jid
jexec_takes_a_jid()
{
	jexec_prison
	atf_check -o inline:'j.example\n' \
	    jexec "$(jls -j j jid)" busybox hostname
}

# --------------------------------------------------------------------------
# User, directory, environment

prison_test jexec_starts_as_root_in_the_root
jexec_starts_as_root_in_the_root()
{
	jexec_prison
	atf_check -o inline:'/\n' jexec j pwd
	atf_check -o inline:'0\n' jexec j id -u
	atf_check -o inline:'0\n' jexec j id -G
}

prison_test jexec_U_runs_as_the_jails_user
jexec_U_runs_as_the_jails_user()
{
	jexec_prison
	atf_check -o inline:'2000\n' jexec -U bob j id -u
	atf_check -o inline:'2000\n' jexec -U bob j id -g
	atf_check -o save:groups jexec -U bob j id -G
	atf_check -o inline:'10\n2000\n' \
	    sh -c "tr ' ' '\n' <groups | sort -n"
	atf_check -o inline:'2000\n' jexec -U 2000 j id -u
}

prison_test jexec_U_knows_no_user_of_the_host
jexec_U_knows_no_user_of_the_host()
{
	jexec_prison
	atf_check -s exit:1 -e inline:'jexec: nobody: no such user\n' \
	    jexec -U nobody j true
}

prison_test jexec_u_runs_as_the_hosts_user
jexec_u_runs_as_the_hosts_user()
{
	jexec_prison
	atf_check -o inline:"$(id -u nobody)\n" jexec -u nobody j id -u
	atf_check -o inline:"$(id -G nobody)\n" jexec -u nobody j id -G
	atf_check -s exit:1 -e inline:'jexec: bob: no such user\n' \
	    jexec -u bob j true
}

prison_test jexec_u_sets_user_home_and_shell
jexec_u_sets_user_home_and_shell()
{
	jexec_prison
	atf_check -o inline:'bob /home/bob /bin/sh 1\n' env X=1 \
	    jexec -U bob j sh -c 'echo $USER $HOME $SHELL $X'
}

prison_test jexec_keeps_the_environment
jexec_keeps_the_environment()
{
	jexec_prison
	atf_check -o inline:'a b\n' env X='a b' jexec j sh -c 'echo "$X"'
}

prison_test jexec_l_gives_a_clean_environment
jexec_l_gives_a_clean_environment()
{
	jexec_prison
	cat >wanted <<-'END'
	HOME=/home/bob
	PATH=/bin:/usr/bin
	SHELL=/bin/sh
	TERM=vt100
	USER=bob
	END
	atf_check -o save:env env TERM=vt100 X=1 jexec -l -U bob j env
	atf_check -o file:wanted sort env
	atf_check -o save:env env -u TERM jexec -l -U bob j env
	atf_check -s exit:1 grep TERM env
}

prison_test jexec_l_starts_at_home
jexec_l_starts_at_home()
{
	jexec_prison
	atf_check -o inline:'/home/bob\n' jexec -l -U bob j pwd
	rmdir "$W/j/home/bob"
	atf_check -s exit:1 -e match:'/home/bob' jexec -l -U bob j pwd
}

prison_test jexec_l_does_without_the_callers_home
jexec_l_does_without_the_callers_home()
{
	jexec_prison
	rmdir "$W/j/root"
	atf_check -o inline:'/\n' jexec -l j pwd
}

prison_test jexec_d_starts_there
jexec_d_starts_there()
{
	jexec_prison
	atf_check -o inline:'/tmp\n' jexec -d /tmp j pwd
	atf_check -o inline:'/tmp\n' jexec -l -U bob -d /tmp j pwd
	atf_check -s exit:1 -e match:'^jexec: .*/nix' jexec -d /nix j pwd
}

prison_test jexec_d_is_inside_the_jail
jexec_d_is_inside_the_jail()
{
	jexec_prison
	ln -s / "$W/j/up"
	atf_check -o inline:'bin\n' jexec -d /up/../.. j sh -c 'echo bi*'
	atf_check -s exit:1 -e ignore jexec -d "$W" j true
}

prison_test jexec_e_sets_variables
jexec_e_sets_variables()
{
	jexec_prison
	atf_check -o inline:'1 2=3\n' env A=0 \
	    jexec -e A=1 -e B=2=3 j sh -c 'echo $A $B'
	atf_check -o inline:'eve /bin\n' \
	    jexec -l -e USER=eve -e PATH=/bin j sh -c 'echo $USER $PATH'
}

prison_test jexec_without_a_command_runs_the_shell
jexec_without_a_command_runs_the_shell()
{
	jexec_prison
	echo 'echo $((6 * 7)); exit 3' >in
	atf_check -s exit:3 -o match:42 -e ignore \
	    sh -c 'env -u SHELL jexec j <in'
	atf_check -s exit:3 -o match:42 -e ignore \
	    sh -c 'SHELL=/bin/sh jexec j <in'
	atf_check -s exit:127 -e match:'execvp: /bin/nix' \
	    sh -c 'SHELL=/bin/nix jexec j <in'
}

# --------------------------------------------------------------------------
# Descriptors

prison_test jexec_pipes_are_binary_clean
jexec_pipes_are_binary_clean()
{
	jexec_prison
	head -c 1048576 /dev/urandom >data
	atf_check -o file:data sh -c 'cat data | jexec j cat | cat'
	atf_check -o file:data sh -c 'jexec j cat <data'
}

prison_test jexec_keeps_error_output_apart
jexec_keeps_error_output_apart()
{
	jexec_prison
	atf_check -o inline:'out\n' -e inline:'err\n' \
	    jexec j sh -c 'echo out; echo err >&2'
}

prison_test jexec_passes_end_of_input_on
jexec_passes_end_of_input_on()
{
	jexec_prison
	atf_check -o inline:'x\nend\n' \
	    sh -c 'echo x | jexec j sh -c "cat; echo end"'
}

prison_test jexec_reader_gone_is_sigpipe
jexec_reader_gone_is_sigpipe()
{
	jexec_prison
	(jexec j yes; echo $? >status) | head -n 1 >/dev/null
	atf_check -o inline:'141\n' cat status
}

prison_test jexec_refuses_a_directory
jexec_refuses_a_directory()
{
	jexec_prison
	atf_check -s exit:1 -e match:'^jexec: .*directory' \
	    sh -c 'jexec j true </'
	atf_check -s exit:1 -e match:'^jexec: .*directory' \
	    sh -c 'jexec j true 1</'
}

prison_test jexec_closed_descriptors_are_dev_null
jexec_closed_descriptors_are_dev_null()
{
	jexec_prison
	atf_check -o inline:'end\n' sh -c 'jexec j sh -c "cat; echo end" <&-'
	atf_check sh -c 'jexec j sh -c "echo x; echo y >&2" >&- 2>&-'
}

prison_test jexec_passes_no_other_descriptor
jexec_passes_no_other_descriptor()
{
	jexec_prison
	# the fourth is that of ls itself
	atf_check -o inline:'0\n1\n2\n3\n' \
	    sh -c 'exec 7</etc/passwd 9</; jexec j ls /proc/self/fd'
}

prison_test jexec_has_a_session_of_its_own
jexec_has_a_session_of_its_own()
{
	jexec_prison
	# pid (comm) state ppid pgrp session
	atf_check -o save:stat jexec j cat /proc/self/stat
	read -r pid _ _ _ pgrp session _ <stat
	atf_check_equal "$pid" "$pgrp"
	atf_check_equal "$pid" "$session"
}

# --------------------------------------------------------------------------
# Signals

# trapping SIG: a command that says which signal it got.
trapping()
{
	serving "$1" jexec j sh -c \
	    "trap 'echo got $1; exit 5' $1; echo ready; while :; do sleep 0.1; done"
}

prison_test jexec_passes_signals_on
jexec_passes_signals_on()
{
	jexec_prison
	for sig in HUP USR1 USR2 ALRM TERM; do
		trapping $sig
		eval "kill -$sig \$${sig}_pid"
		eval "wait \$${sig}_pid"
		atf_check_equal 5 $?
		atf_check -o inline:"ready\ngot $sig\n" cat $sig.out
	done
}

prison_test jexec_passes_ignored_signals_on_as_ignored
jexec_passes_ignored_signals_on_as_ignored()
{
	jexec_prison
	atf_check -o inline:'alive\n' sh -c \
	    'trap "" HUP; exec jexec j sh -c "kill -HUP \$\$; echo alive"'
}

prison_test jexec_waits_for_a_command_that_ignores_sigterm
jexec_waits_for_a_command_that_ignores_sigterm()
{
	jexec_prison
	serving slow jexec j sh -c 'trap "" TERM; echo ready; sleep 1; exit 4'
	kill -TERM $slow_pid
	wait $slow_pid
	atf_check_equal 4 $?
}

prison_test jexec_stop_and_continue
jexec_stop_and_continue()
{
	jexec_prison
	cat >lines <<-'END'
	expect HOST:
	send jexec j sh -c 'echo g''o; exec sleep 30' </dev/null | cat &\n
	expect go
	send kill -TSTP %1\n
	expect HOST:
	pause 300
	send jexec j busybox ps -o stat,args </dev/null | grep 'T.*[s]leep' && echo is T\n
	expect \nis T
	send kill -CONT %1\n
	expect HOST:
	pause 300
	send jexec j busybox ps -o stat,args </dev/null | grep 'T.*[s]leep' || echo is not\n
	expect \nis not
	send kill %1\n
	END
	on_terminal <lines
}

# --------------------------------------------------------------------------
# Terminals

prison_test jexec_terminal_is_the_jails_own
jexec_terminal_is_the_jails_own()
{
	jexec_prison
	on_terminal <<-'END'
	expect HOST:
	send jexec j tty\n
	expect \n/dev/pts/
	expect HOST:
	send jexec j sh -c 'echo x >$(tty) && ls -l $(tty) | grep -c "^c.*root"'\n
	expect x
	expect \n1
	expect HOST:
	send jexec j sh -c 'stat=$(cat /proc/self/stat); set -- $stat; [ $7 != 0 ] && echo controls'\n
	expect \ncontrols
	END
}

prison_test jexec_interrupt_key_has_its_effect_inside
jexec_interrupt_key_has_its_effect_inside()
{
	jexec_prison
	on_terminal <<-'END'
	expect HOST:
	send trap 'echo out''side' INT\n
	expect HOST:
	send jexec -e PS1=JAIL: j sh -i\n
	expect JAIL:
	send echo g''o; sleep 60\n
	expect \ngo
	pause 300
	send \003
	expect JAIL:
	send echo sti''ll\n
	expect still
	expect JAIL:
	send exit 9\n
	expect HOST:
	absent outside
	send echo rc=$?\n
	expect rc=9
	absent outside
	END
}

prison_test jexec_interrupted_command_ends_by_sigint
jexec_interrupted_command_ends_by_sigint()
{
	jexec_prison
	on_terminal <<-'END'
	expect HOST:
	send jexec j sh -c 'echo go; exec sleep 60'\n
	expect \ngo
	send \003
	expect HOST:
	cooked
	send echo rc=$?\n
	expect rc=130
	END
}

prison_test jexec_suspend_key_stops_a_job_inside
jexec_suspend_key_stops_a_job_inside()
{
	jexec_prison
	on_terminal <<-'END'
	expect HOST:
	send jexec -e PS1=JAIL: j sh -i\n
	expect JAIL:
	send sleep 60\n
	pause 500
	send \032
	expect Stopped
	expect JAIL:
	raw
	send fg\n
	expect sleep 60
	pause 500
	send \003
	expect JAIL:
	send exit\n
	expect HOST:
	cooked
	END
}

prison_test jexec_suspend_key_stops_a_lone_command
jexec_suspend_key_stops_a_lone_command()
{
	jexec_prison
	on_terminal <<-'END'
	expect HOST:
	send jexec j sh -c 'echo go; exec sleep 60'\n
	expect \ngo
	raw
	pause 300
	send \032
	expect Stopped
	expect HOST:
	cooked
	send fg\n
	raw
	send \003
	expect HOST:
	cooked
	send echo rc=$?\n
	expect rc=130
	END
}

prison_test jexec_window_size_follows
jexec_window_size_follows()
{
	jexec_prison
	on_terminal <<-'END'
	expect HOST:
	size 25 81
	send jexec -e PS1=JAIL: j sh -i\n
	expect JAIL:
	send stty size\n
	expect \n25 81
	expect JAIL:
	size 33 99
	pause 300
	send stty size\n
	expect \n33 99
	END
}

prison_test jexec_window_size_is_there_from_the_start
jexec_window_size_is_there_from_the_start()
{
	jexec_prison
	cat >lines <<-'END'
	expect HOST:
	size 25 81
	END
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		cat >>lines <<-'END'
		send jexec j stty size\n
		expect \n25 81
		expect HOST:
		END
	done
	on_terminal <lines
}

prison_test jexec_restores_the_terminal
jexec_restores_the_terminal()
{
	jexec_prison
	on_terminal <<-'END'
	expect HOST:
	send stty -a >before\n
	expect HOST:
	send jexec -e PS1=JAIL: j sh -i\n
	expect JAIL:
	raw
	send exit\n
	expect HOST:
	cooked
	send stty -a >after; cmp before after && echo sa''me\n
	expect same
	END
}

prison_test jexec_restores_the_terminal_when_signalled
jexec_restores_the_terminal_when_signalled()
{
	jexec_prison
	on_terminal <<-'END'
	expect HOST:
	send (sleep 2; pkill -TERM -P $$ -x jexec) &\n
	expect HOST:
	send jexec j sh -c 'echo go; exec sleep 60'\n
	expect \ngo
	raw
	expect HOST:
	cooked
	send echo rc=$?\n
	expect rc=143
	END
}

prison_test jexec_terminal_loses_nothing
jexec_terminal_loses_nothing()
{
	jexec_prison
	cat >lines <<-'END'
	expect HOST:
	END
	for _ in 1 2 3 4 5; do
		cat >>lines <<-'END'
		send jexec j sh -c 'seq 1 20000; echo la''st'\n
		expect \n19999
		expect \n20000
		expect last
		expect HOST:
		END
	done
	on_terminal <lines
}

prison_test jexec_hangup_reaches_the_command
jexec_hangup_reaches_the_command()
{
	jexec_prison
	on_terminal <<-'END'
	expect HOST:
	send exec jexec j sh -c 'trap "echo hup >/tmp/hup; exit" HUP; echo go; while :; do sleep 0.1; done'\n
	expect \ngo
	hangup
	pause 1000
	END
	wait_for 50 test -s "$W/j/tmp/hup" || atf_fail "no hang-up"
}

prison_test jexec_in_the_background_writes_to_the_terminal
jexec_in_the_background_writes_to_the_terminal()
{
	jexec_prison
	on_terminal <<-'END'
	expect HOST:
	send jexec j sh -c 'sleep 1; echo he''re' &\n
	expect HOST:
	cooked
	expect here
	cooked
	send wait; echo rc=$?\n
	expect rc=0
	END
}

prison_test jexec_pipeline_is_not_mangled
jexec_pipeline_is_not_mangled()
{
	jexec_prison
	on_terminal <<-'END'
	expect HOST:
	send jexec j printf 'a\\nb\\n' | od -An -c\n
	expect a  \\n   b  \\n
	absent \\r
	END
}

prison_test jexec_pipeline_passes_lines_and_end_of_file
jexec_pipeline_passes_lines_and_end_of_file()
{
	jexec_prison
	on_terminal <<-'END'
	expect HOST:
	send jexec j sh -c 'echo go; cat; echo end' | tr a-z A-Z\n
	send hello\n
	expect hello
	send \004
	expect HELLO
	expect END
	expect HOST:
	END
}

prison_test jexec_pipeline_is_interrupted_by_the_key
jexec_pipeline_is_interrupted_by_the_key()
{
	jexec_prison
	on_terminal <<-'END'
	expect HOST:
	send jexec j sh -c 'echo go >&2; sleep 60; echo la''ter' | cat\n
	expect \ngo
	pause 300
	send \003
	expect HOST:
	absent later
	END
}

prison_test jexec_pipeline_leaves_the_keys_to_a_pager
jexec_pipeline_leaves_the_keys_to_a_pager()
{
	jexec_prison
	cat >pager <<-'END'
	stty -icanon -echo </dev/tty
	echo pager is rea''dy
	sleep 0.5
	key=$(dd bs=1 count=1 2>/dev/null </dev/tty)
	stty icanon echo </dev/tty
	echo "key is <$key>"
	END
	on_terminal <<-'END'
	expect HOST:
	send jexec j sh -c 'sleep 2; echo end' | sh pager\n
	expect pager is ready
	send q
	expect key is <q>
	END
}

prison_test jexec_hands_in_no_terminal_of_the_hosts
jexec_hands_in_no_terminal_of_the_hosts()
{
	jexec_prison
	on_terminal <<-'END'
	expect HOST:
	send jexec j sh -c 't=; for n in 0 1 2; do test -t $n && t=$t$n; done; echo "<$t>"' | cat\n
	expect <>
	expect HOST:
	send jexec j sh -c 't=; for n in 0 1 2; do test -t $n && t=$t$n; done; echo "<$t>"' </dev/null\n
	expect <>
	END
}

atf_init_test_cases()
{
	add_cases
}
