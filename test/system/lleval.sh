#!/usr/bin/env -S ATF_SHELL=/bin/sh atf-sh
# SPDX-License-Identifier: BSD-2-Clause
# lleval: a prison per request.  What it does, and what is done to it.
. "$(atf_get_srcdir)/../lib.sh"

BASE=http://127.0.0.1:8083

# server [LINE]...: started on a tiny world, with these lines of configuration
# above the languages.
server()
{
	[ -x "$BUILD/lleval/lleval" ] || skip "lleval is not built"
	[ -d "$W/world" ] || world_tiny "$W/world"
	for c in awk cut dd find head setsid tail tr wc yes nc; do
		ln -sf busybox "$W/world/bin/$c"
	done
	{
		printf '%s\n' "listen = 127.0.0.1:8083" "world = $W/world" \
		    "run.dir = $W/lleval" "wall = 20s" "cpu = 10s" \
		    "memory = 64M" "processes = 32" "output = 100K" \
		    "output.max = 1M" "files = 2M" "files.max = 4M" \
		    "request = 2M" "runs = 4" "pool = 4" "$@"
		cat <<'END'
[sh]
alias = ash bash
file = main.sh
command = sh main.sh
version = sh -c 'echo busybox'
[twice]
file = main.sh
compile = sh main.sh compile
command = sh main.sh run
version = sh -c 'echo twice'
[absent]
command = absent
version = absent
END
	} >"$W/lleval.conf"
	start_server
}

start_server()
{
	# LeakSanitizer traces, which the HTTP part cannot; and what is kept back
	# to find uses after free is not to be taken for a leak.
	export ASAN_OPTIONS="${ASAN_OPTIONS-detect_leaks=0:quarantine_size_mb=1:thread_local_quarantine_size_kb=64}"
	: >server.err
	host "$BUILD/lleval/lleval" -f "$W/lleval.conf" 2>server.err \
	    >server.out </dev/null &
	server_pid=$!
	wait_for 100 grep -q listening server.err ||
	    atf_fail "no server: $(cat server.err)"
}

stop_server()
{
	kill "$server_pid"
	wait "$server_pid" || atf_fail "server: exit $?: $(cat server.err)"
	nothing_left
}

# No prison, cgroup, mount or file; and the next prison gets the first range.
nothing_left()
{
	cg=$(awk '/ - cgroup2 / { print $5; exit }' /proc/self/mountinfo)
	atf_check -o empty find "$cg/$JAIL_CGROUP" -mindepth 1 -type d
	atf_check -o empty find "$JAIL_RUN" -maxdepth 1 -name '[0-9]*'
	atf_check -s exit:1 grep -F "$W/lleval" /proc/self/mountinfo
	atf_check -o empty find "$W/lleval" -mindepth 1
	atf_check -o empty find "$W/world/tmp" -mindepth 1
	jail -c name=after path="$W/world" persist 2>/dev/null
	atf_check -o inline:'1879048192\n' jls -j after user.base
	atf_check jail -R after
}

# As a string of JSON.
json()
{
	printf '%s' "$1" | awk '
	    { gsub(/\\/, "\\\\&"); gsub(/"/, "\\\""); gsub(/\t/, "\\t")
	      printf "%s%s", (NR > 1 ? "\\n" : ""), $0 }
	    BEGIN { printf "\"" } END { printf "\"" }'
}

ask()
{
	host curl -s --max-time 60 "$@"
}

# run SOURCE [JSON]: as sh; what more is in the request.  The answer: reply.
run()
{
	printf '{"language":"sh","source":%s%s}' "$(json "$1")" "${2:+,$2}" \
	    >request
	ask -o reply -w '%{http_code}\n' -H 'Content-Type: application/json' \
	    --data-binary @request "$BASE/v1/run" >status
}

# replied PATTERN...: each is in the answer, which was a good one.
replied()
{
	[ "$(cat status)" = 200 ] || atf_fail "$(cat status): $(cat reply)"
	for pattern_; do
		grep -q -- "$pattern_" reply ||
		    atf_fail "no $pattern_ in: $(head -c 2000 reply)"
	done
}

refused_with()
{
	[ "$(cat status)" = "$1" ] || atf_fail "$(cat status): $(cat reply)"
	grep -q -- "$2" reply || atf_fail "no $2 in: $(head -c 2000 reply)"
}

# No process is left in any of the prisons.
prisons_empty()
{
	cg=$(awk '/ - cgroup2 / { print $5; exit }' /proc/self/mountinfo)
	http=$(jls host.hostname jid | awk '$1 == "lleval-http" { print $2 }')
	for procs in "$cg/$JAIL_CGROUP"/*/cgroup.procs; do
		case $procs in
		*/"$http"/*) ;;
		*) [ -z "$(cat "$procs" 2>/dev/null)" ] || return 1 ;;
		esac
	done
}

# --------------------------------------------------------------------------
# The second interface

prison_test output_exit_status_and_what_it_took_are_told
output_exit_status_and_what_it_took_are_told()
{
	server
	run 'echo out; echo err >&2; exit 3'
	replied '"stdout":"out\\n"' '"stderr":"err\\n"' '"exit_code":3' \
	    '"signal":null' '"cause":"ok"' '"wall":0\.[0-9]' \
	    '"cpu":0\.[0-9]' '"memory":[1-9]' '"compile":null'
	run 'kill -TERM $$'
	replied '"exit_code":null' '"signal":"SIGTERM"' '"cause":"killed"'
	# the server's own way of making files is not theirs
	stop_server
	umask 077
	start_server
	run umask
	replied '"stdout":"0022\\n"'
	stop_server
}

prison_test system_calls_are_counted_or_not_told
system_calls_are_counted_or_not_told()
{
	server
	run ':'
	replied '"syscalls":'
	if grep -q '"syscalls":null' reply; then
		# as the kernel has no such tracepoint
		mkdir trace
		! unshare --mount sh -c 'mount -t tracefs none trace &&
		    cat trace/events/raw_syscalls/sys_enter/id' ||
		    atf_fail "they could be counted"
		stop_server
		return
	fi
	few=$(sed 's/.*"syscalls":\([0-9]*\).*/\1/' reply)
	run 'i=0; while [ $i -lt 100 ]; do echo $i; i=$((i + 1)); done'
	many=$(sed 's/.*"syscalls":\([0-9]*\).*/\1/' reply)
	[ $((many - few)) -ge 100 ] && [ $((many - few)) -lt 150 ] ||
	    atf_fail "100 writes more: $few, $many"
	# children are counted with it
	run '/bin/true; /bin/true; /bin/true'
	more=$(sed 's/.*"syscalls":\([0-9]*\).*/\1/' reply)
	[ $((more - few)) -ge 30 ] || atf_fail "three children: $few, $more"
	stop_server
	sed -i '1i syscalls = no' "$W/lleval.conf"
	start_server
	run ':'
	replied '"syscalls":null'
	stop_server
}

prison_test files_arguments_and_input_arrive
files_arguments_and_input_arrive()
{
	server
	run 'cat sub/dir/data; cat; echo "$# $2"; pwd; ls -l sub/dir' \
	    '"files":[{"name":"sub/dir/data","content":"ZGF0YQo=","encoding":"base64"}],"args":["a","b c"],"stdin":"in\n"'
	replied '"stdout":"data\\nin\\n2 b c\\n/tmp\\n' '65534    65534'
	for name in ../x /x a/../x . '' a//b a/; do
		run 'true' "\"files\":[{\"name\":\"$name\",\"content\":\"\"}]"
		refused_with 400 'name of a file'
	done
	run 'true' '"files":[{"name":"main.sh","content":""}]'
	refused_with 400 'two files have one name'
	run 'true' '"files":[{"name":"d","content":""},{"name":"d/e","content":""}]'
	refused_with 500 'd/e: Not a directory'
	stop_server
}

prison_test a_compiler_runs_first_in_the_same_prison
a_compiler_runs_first_in_the_same_prison()
{
	server
	printf '{"language":"twice","source":"echo $1; cat made 2>/dev/null; echo made by $1 >made"}' >request
	ask -H 'Content-Type: application/json' -d @request "$BASE/v1/run" \
	    -o reply -w '%{http_code}' >status
	replied '"compile":{[^}]*"stdout":"compile\\n"' \
	    '"run":{[^}]*"stdout":"run\\nmade by compile\\n"'
	printf '{"language":"twice","source":"echo no >&2; exit 1"}' >request
	ask -H 'Content-Type: application/json' -d @request "$BASE/v1/run" \
	    -o reply -w '%{http_code}' >status
	replied '"compile":{[^}]*"exit_code":1[^}]*"stderr":"no\\n"' \
	    '"run":null'
	stop_server
}

prison_test output_streams_in_as_it_is_written
output_streams_in_as_it_is_written()
{
	server
	mkfifo events
	printf '{"language":"sh","source":"echo one; sleep 30","stream":true}' \
	    >request
	host curl -s -N -H 'Content-Type: application/json' -d @request \
	    "$BASE/v1/run" >events &
	client=$!
	read -r line <events
	atf_check_equal 'event: stdout' "$line"
	kill $client
	wait $client
	printf '{"language":"twice","source":"echo $1"}' >request
	ask -N -H 'Content-Type: application/json' \
	    -H 'Accept: text/event-stream' -d @request "$BASE/v1/run" >all
	atf_check -o inline:'event: stdout\nevent: compile\nevent: stdout\nevent: result\n' \
	    grep '^event' all
	stop_server
}

prison_test what_is_asked_beyond_the_limits_is_refused_in_words
what_is_asked_beyond_the_limits_is_refused_in_words()
{
	server 'wall.max = 30s'
	run true '"limits":{"wall":31}'
	refused_with 400 'limits.wall: not from 0.001 to 30'
	run true '"limits":{"memory":1e12}'
	refused_with 400 'limits.memory: not from 1 to 67108864'
	run true '"limits":{"colour":1}'
	refused_with 400 'unknown limit'
	run true '"stdin":{}'
	refused_with 400 'stdin: not a string'
	run true '"files":[3]'
	refused_with 400 'files: not an object'
	printf '{"language":"absent","source":""}' >request
	ask -o reply -w '%{http_code}' -H 'Content-Type: application/json' \
	    -d @request "$BASE/v1/run" >status
	refused_with 400 'is not offered'
	stop_server
}

prison_test the_answers_are_as_the_openapi_file_says
the_answers_are_as_the_openapi_file_says()
{
	command -v node >/dev/null || skip "no node to check with"
	server
	kill "$server_pid"
	wait "$server_pid"
	# It has a compiler to ask, too.
	sed -i 's/^\[twice\]/[tcc]/; s/^compile = .*/compile = sh -c "grep -q } main.sh"/; s/^command = sh main.sh run/command = echo hi/' \
	    "$W/lleval.conf"
	ln -sf busybox "$W/world/bin/grep"
	start_server
	atf_check -o match:'ok its events' -o not-match:'^not ok' \
	    host node "$SRC/test/lleval/openapi.mjs" "$BASE"
	stop_server
}

# --------------------------------------------------------------------------
# The original interface

prison_test a_client_of_the_original_gets_what_it_got
a_client_of_the_original_gets_what_it_got()
{
	server
	atf_check -o match:'^\{"lang":"sh","status":768,"stdout":"hi\\n","stderr":"","syscalls":(null|[0-9]+),"time":[0-9.]+\}$' \
	    host curl -s "$BASE/lleval.cgi" --get --data-urlencode l=sh \
	    --data-urlencode 's=echo hi; exit 3'
	# by POST, and the language by the first line
	atf_check -o match:'"lang":"sh".*"stdout":"a&b=c\+d' \
	    host curl -s "$BASE/lleval.cgi" --data-urlencode \
	    's=#!/usr/bin/env -S ash -e
echo "a&b=c+d"'
	atf_check -o match:'"stdout":"form' host curl -s "$BASE/lleval.cgi" \
	    -F l=sh -F 's=echo form'
	atf_check -o inline:'{"sh":"busybox","twice":"twice"}' \
	    host curl -s "$BASE/lleval.cgi?q=1"
	atf_check -o inline:'{"error":"no source: s is empty"}' \
	    host curl -s "$BASE/lleval.cgi?l=sh"
	atf_check -o match:'^."error":"no language' \
	    host curl -s "$BASE/lleval.cgi?s=x"
	stop_server
}

prison_test a_callback_is_a_name_and_nothing_else
a_callback_is_a_name_and_nothing_else()
{
	server
	atf_check -o match:'^/\*\*/cb\.f\(\{"lang":"sh".*\}\);$' \
	    host curl -s "$BASE/lleval.cgi?l=sh&s=echo&c=cb.f"
	# Lines end there for a script, and not for JSON.
	atf_check -o match:'\\u2028\\u2029' host curl -s \
	    "$BASE/lleval.cgi?l=sh&c=f&s=printf+'%E2%80%A8%E2%80%A9'"
	for c in 'alert(1)//' '<script>' 'a;b' '1a' 'a..b' 'a.' '%0aalert'; do
		atf_check -o inline:'{"error":"c is no name of a function"}' \
		    host curl -s --get "$BASE/lleval.cgi" -d l=sh -d s=echo \
		    --data-urlencode "c=$c"
	done
	atf_check -o match:'[Nn]osniff' host curl -s -D - -o /dev/null \
	    "$BASE/lleval.cgi?l=sh&s=echo&c=f"
	stop_server
}

# --------------------------------------------------------------------------
# Programs that mean ill

prison_test a_fork_bomb_meets_its_limit
a_fork_bomb_meets_its_limit()
{
	server
	run '/bin/probe forkbomb 1000' '"limits":{"processes":10}'
	replied '"stdout":"\(8\|9\|10\)\\nEAGAIN'
	run 'f() { f | f & }; f; wait' '"limits":{"wall":2}'
	replied '"cause":"\(ok\|timeout\)"'
	wait_for 50 prisons_empty || atf_fail "processes are left"
	stop_server
}

prison_test a_memory_bomb_is_told_as_one
a_memory_bomb_is_told_as_one()
{
	server
	run 'x=0123456789; while :; do x=$x$x; done' \
	    '"limits":{"memory":20000000}'
	replied '"cause":"memory"'
	# Several processes, none of which has much.
	run 'for i in 1 2 3 4 5 6; do head -c 12000000 /dev/zero | tail -c 12000000 | sleep 9 & done; wait' \
	    '"limits":{"memory":30000000}'
	replied '"cause":"memory"'
	wait_for 50 prisons_empty || atf_fail "processes are left"
	stop_server
}

prison_test an_output_flood_is_cut_at_its_limit
an_output_flood_is_cut_at_its_limit()
{
	server
	run yes '"limits":{"output":1000}'
	replied '"cause":"output"'
	atf_check_equal 500 "$(grep -o 'y\\n' reply | wc -l)"
	run 'yes >&2'
	replied '"cause":"output"'
	run 'head -c 1000 /dev/zero | tr "\0" x' '"limits":{"output":1000}'
	replied '"cause":"ok"'
	stop_server
}

prison_test a_disk_filler_fills_its_own
a_disk_filler_fills_its_own()
{
	server
	run 'dd if=/dev/zero of=x bs=64k; ls -l x | cut -c 1-10; echo >/x' \
	    '"limits":{"files":1000000}'
	replied 'No space left\|File size limit' 'Read-only file system'
	run 'mkdir $(seq 5000) 2>err; tail -n 1 err'
	replied 'No space left'
	run 'true' '"limits":{"files":3}'
	refused_with 400 'more than limits.files'
	stop_server
}

prison_test an_endless_loop_is_out_of_time
an_endless_loop_is_out_of_time()
{
	server
	run 'while :; do :; done' '"limits":{"cpu":0.3}'
	replied '"cause":"timeout"' '"signal":"SIGKILL"' '"cpu":0\.[3-9]'
	# many processes, none of which takes long
	run 'while :; do /bin/true; done' '"limits":{"cpu":0.3}'
	replied '"cause":"timeout"'
	stop_server
}

prison_test sleeping_for_ever_is_out_of_time
sleeping_for_ever_is_out_of_time()
{
	server
	run 'echo begun; sleep 1000' '"limits":{"wall":0.3}'
	replied '"cause":"timeout"' '"stdout":"begun\\n"'
	run 'trap "" TERM INT HUP; while :; do sleep 1; done' \
	    '"limits":{"wall":0.3}'
	replied '"cause":"timeout"'
	stop_server
}

prison_test closing_stdout_and_staying_is_out_of_time
closing_stdout_and_staying_is_out_of_time()
{
	server
	run 'echo said; exec >&- 2>&- <&-; sleep 1000' '"limits":{"wall":0.3}'
	replied '"cause":"timeout"' '"stdout":"said\\n"'
	stop_server
}

prison_test what_goes_off_into_the_background_is_ended
what_goes_off_into_the_background_is_ended()
{
	server
	run '/bin/probe daemon; (setsid sh -c "sleep 1000; echo late" &) ; echo done'
	replied '"cause":"ok"' 'done\\n'
	atf_check -s exit:1 grep -q late reply
	prisons_empty || atf_fail "it lives on"
	# A process whose main thread has exited is one that is easily missed.
	run '/bin/probe leader_exit & sleep 0.2'
	replied '"cause":"ok"'
	prisons_empty || atf_fail "it lives on"
	stop_server
}

prison_test its_parent_cannot_be_killed
its_parent_cannot_be_killed()
{
	server
	run "for p in \$PPID $server_pid 1; do /bin/probe kill \$p 9; done"
	replied 'EPERM\\nEPERM\\nEPERM'
	run 'kill -9 -1; echo alive'
	replied '"signal":"SIGKILL"\|alive'
	run 'echo still there'
	replied 'still there'
	stop_server
}

prison_test files_of_the_host_cannot_be_read
files_of_the_host_cannot_be_read()
{
	server
	echo "the secret of $W" >"$W/secret"
	echo "the secret of the world" >"$W/world/etc/shadow"
	chmod 600 "$W/world/etc/shadow"
	run 'find / -path /proc -prune -o -path /bin -prune -o -type f 2>/dev/null | while read -r f; do head -c 1000 "$f" 2>/dev/null; done; cat /etc/shadow'
	replied 'Permission denied'
	atf_check -s exit:1 grep -q 'the secret' reply
	run 'ls /proc | while read p; do case $p in [0-9]*) cat /proc/$p/cmdline; echo;; esac; done; ls /proc/1'
	atf_check -s exit:1 grep -q lleval.conf reply
	run "for f in /proc/self/fd/* ; do readlink \$f; done; cat /proc/$server_pid/environ"
	replied '"stdout":"/dev/null.npipe:[^/]*"' 'No such file'
	stop_server
}

prison_test nothing_can_be_connected_to
nothing_can_be_connected_to()
{
	server
	background abstract host "$BUILD/test/probe/probe" abstract_serve open
	run '/bin/probe connect 127.0.0.1 8083; /bin/probe connect 10.0.0.1 8083; /bin/probe connect 127.0.0.1 53 udp; /bin/probe socket 1 1 0; /bin/probe abstract_connect open; /bin/probe socket 16 3 0; /bin/probe socketpair 1 1 0 && echo pair'
	replied '"stdout":"\(EPROTONOSUPPORT\\n\)\{6\}.*pair'
	stop_server
}

prison_test walls_stand_around_a_request_as_around_any_prison
walls_stand_around_a_request_as_around_any_prison()
{
	server
	run '/bin/probe status Seccomp; /bin/probe status CapEff; /bin/probe mount a /tmp tmpfs; /bin/probe unshare user; /bin/probe mknod n b 8 0; /bin/probe ptrace 1; id -u'
	replied '"stdout":"2\\n0000000000000000\\nEPERM\\nEPERM\\nEPERM\\n\(EPERM\|ESRCH\)\\n65534'
	stop_server
}

prison_test ten_megabytes_of_source_are_too_large
ten_megabytes_of_source_are_too_large()
{
	server
	{
		printf '{"language":"sh","source":"'
		head -c 10000000 /dev/zero | tr '\0' x
		printf '"}'
	} >request
	for expect in 'Expect:' 'Expect: 100-continue'; do
		ask -o reply -w '%{http_code}' -H "$expect" \
		    -H 'Content-Type: application/json' \
		    --data-binary @request "$BASE/v1/run" >status || :
		refused_with 413 'too large'
	done
	# also where nobody says so beforehand
	ask -o reply -w '%{http_code}' -H 'Transfer-Encoding: chunked' \
	    -H 'Content-Type: application/json' -H 'Expect:' \
	    --data-binary @request "$BASE/v1/run" >status || :
	refused_with 413 'too large'
	{ printf s=; head -c 3000000 /dev/zero | tr '\0' x; } >form
	ask -o reply -w '%{http_code}' --data-binary @form \
	    "$BASE/lleval.cgi" >status || :
	refused_with 413 'too large'
	run 'echo and on'
	replied 'and on'
	stop_server
}

prison_test bytes_that_are_not_utf8_are_told_as_they_are
bytes_that_are_not_utf8_are_told_as_they_are()
{
	server
	run 'printf "a\377\376\n"; printf "\303\244\n" >&2'
	replied '"stdout":"Yf/+Cg=="' '"stdout_encoding":"base64"' \
	    '"stderr_encoding":"utf-8"'
	two=$(printf '\357\277\275\357\277\275')
	atf_check -o match:"\"stdout\":\"a$two" \
	    host curl -s "$BASE/lleval.cgi?l=sh&s=printf+'a%5C377%5C376%5Cn'"
	printf '{"language":"sh","source":"echo \377"}' >request
	ask -o reply -w '%{http_code}' -H 'Content-Type: application/json' \
	    --data-binary @request "$BASE/v1/run" >status
	refused_with 400 'the body is no JSON'
	stop_server
}

prison_test the_run_of_a_client_that_goes_away_is_ended
the_run_of_a_client_that_goes_away_is_ended()
{
	server
	printf '{"language":"sh","source":"sleep 1000"}' >request
	for accept in application/json text/event-stream; do
		host curl -s -N -H "Accept: $accept" -d @request \
		    -H 'Content-Type: application/json' "$BASE/v1/run" \
		    >/dev/null &
		client=$!
		wait_for 50 running 1 || atf_fail "it does not run"
		kill -KILL $client
		wait $client
		wait_for 50 running 0 || atf_fail "it still runs"
		wait_for 50 prisons_empty || atf_fail "processes are left"
	done
	stop_server
}

running()
{
	ask "$BASE/metrics" | grep -q "^lleval_running $1\$"
}

# --------------------------------------------------------------------------
# Operation

prison_test more_than_may_wait_are_told_to_come_again
more_than_may_wait_are_told_to_come_again()
{
	server 'queue = 2'
	sed -i 's/^runs = .*/runs = 1/' "$W/lleval.conf"
	kill "$server_pid"; wait "$server_pid"
	start_server
	printf '{"language":"sh","source":"sleep 2"}' >request
	for i in 1 2 3; do
		ask -o /dev/null -w '%{http_code}\n' -H \
		    'Content-Type: application/json' -d @request \
		    "$BASE/v1/run" >status$i &
	done
	wait_for 50 sh -c 'nsenter --net="$W/net" curl -s "$0/metrics" | grep -q "^lleval_waiting 2"' \
	    "$BASE" || atf_fail "no queue"
	ask -D headers -o reply -w '%{http_code}\n' -H \
	    'Content-Type: application/json' -d @request "$BASE/v1/run" >status
	refused_with 429 'too many requests wait'
	atf_check -o match:'^Retry-After: [1-9]' cat headers
	for i in 1 2 3; do
		wait_for 150 test -s status$i || atf_fail "no answer"
		atf_check_equal 200 "$(cat status$i)"
	done
	stop_server
}

prison_test a_client_that_asks_too_often_is_told_so
a_client_that_asks_too_often_is_told_so()
{
	server 'rate = 0.01' 'burst = 2' 'proxy = 127.0.0.1'
	run true
	replied '"cause":"ok"'
	run true
	run true
	refused_with 429 'too many requests from this address'
	# Another one, as the proxy says, may; and who says so is the proxy.
	ask -H 'X-Forwarded-For: 192.0.2.9, 192.0.2.1' -o reply \
	    -w '%{http_code}' -H 'Content-Type: application/json' \
	    -d @request "$BASE/v1/run" >status
	replied '"cause":"ok"'
	atf_check -o match:'"client":"192.0.2.1"' cat server.err
	# What costs nothing is not counted.
	atf_check -o inline:'{"status":"ok"}' host curl -s "$BASE/healthz"
	stop_server
}

prison_test what_runs_is_brought_to_its_end_before_it_stops
what_runs_is_brought_to_its_end_before_it_stops()
{
	server
	printf '{"language":"sh","source":"sleep 1; echo finished"}' >request
	ask -o reply -w '%{http_code}\n' -H 'Content-Type: application/json' \
	    -d @request "$BASE/v1/run" >status &
	wait_for 50 running 1 || atf_fail "it does not run"
	kill "$server_pid"
	wait "$server_pid" || atf_fail "exit $?"
	wait_for 50 test -s status
	replied 'finished'
	nothing_left
}

prison_test what_will_not_end_does_not_keep_it
what_will_not_end_does_not_keep_it()
{
	server 'grace = 500ms'
	printf '{"language":"sh","source":"sleep 1000"}' >request
	host curl -s -o /dev/null -H 'Content-Type: application/json' \
	    -d @request "$BASE/v1/run" &
	wait_for 50 running 1 || atf_fail "it does not run"
	stop_server
}

prison_test the_next_server_clears_what_a_killed_one_has_left
the_next_server_clears_what_a_killed_one_has_left()
{
	server
	printf '{"language":"sh","source":"sleep 1000"}' >request
	host curl -s -o /dev/null -H 'Content-Type: application/json' \
	    -d @request "$BASE/v1/run" &
	wait_for 50 running 1 || atf_fail "it does not run"
	kill -KILL "$server_pid"
	wait "$server_pid"
	atf_check -o match:"$W/lleval" cat /proc/self/mountinfo
	wait_for 50 sh -c '! nsenter --net="$0" curl -s "$1"' "$W/net" \
	    "$BASE/healthz" || atf_fail "the HTTP part outlives the keeper"
	start_server
	run 'echo again'
	replied 'again'
	wait_for 50 prisons_empty || atf_fail "the old one's run goes on"
	stop_server
}

prison_test runs_end_with_the_http_part
runs_end_with_the_http_part()
{
	server
	printf '{"language":"sh","source":"sleep 1000"}' >request
	host curl -s -o /dev/null -H 'Content-Type: application/json' \
	    -d @request "$BASE/v1/run" &
	wait_for 50 running 1 || atf_fail "it does not run"
	kill -KILL "$(pgrep -x -P "$server_pid" lleval-http)"
	wait "$server_pid"
	atf_check_equal 1 $?
	nothing_left
}

prison_test the_http_part_has_no_rights
the_http_part_has_no_rights()
{
	server
	pid=$(pgrep -x -P "$server_pid" lleval-http)
	atf_check -o match:'^Seccomp:.2$' -o match:'^NoNewPrivs:.1$' \
	    -o match:'^CapEff:.0000000000000000$' \
	    -o match:'^CapPrm:.0000000000000000$' \
	    -o match:'^Uid:.1879[0-9]*.1879[0-9]*' cat "/proc/$pid/status"
	atf_check -o empty ls -A "/proc/$pid/root/"
	atf_check -o match:'lleval-http' jls
	# it reads what the keeper has found, and holds no more than it needs
	atf_check -o match:'r--s .*memfd:lleval ' -o not-match:'rw-s' \
	    cat "/proc/$pid/maps"
	atf_check -s exit:1 sh -c 'find /proc/$0/fd -type l -printf "%f %l\n" |
	    grep -v -e "^[012] " -e "socket:" -e "anon_inode:"' "$pid"
	stop_server
}

prison_test the_keeper_has_none_of_what_reads_http_in_it
the_keeper_has_none_of_what_reads_http_in_it()
{
	server
	! grep -q libasan "/proc/$server_pid/maps" || skip "sanitizers are shared libraries"
	atf_check -o not-match:'\.so' cat "/proc/$server_pid/maps"
	atf_check -o match:'libmicrohttpd' \
	    cat "/proc/$(pgrep -x -P "$server_pid" lleval-http)/maps"
	stop_server
}

prison_test without_its_other_part_nothing_is_served
without_its_other_part_nothing_is_served()
{
	server
	kill "$server_pid"; wait "$server_pid"
	mkdir alone
	cp "$BUILD/lleval/lleval" alone/
	# One that is installed would do, and is hidden.
	cat >hidden <<-'END'
	for d in /usr/lib/lleval /usr/local/lib/lleval; do
		[ ! -d $d ] || mount -t tmpfs none $d
	done
	exec timeout 10 alone/lleval -f "$1"
	END
	atf_check -s exit:1 -o empty \
	    -e match:'^lleval: .*/lleval-http: No such file .*install lleval again' \
	    unshare --mount sh -eu hidden "$W/lleval.conf"
	atf_check -o match:'^sh .*busybox' -e ignore \
	    host alone/lleval -v -f "$W/lleval.conf"
	# something else of that name
	cp "$BUILD/test/probe/true" alone/lleval-http
	atf_check -s exit:1 -o empty -e match:'ended before it was confined' \
	    host alone/lleval -f "$W/lleval.conf"
	nothing_left
	atf_check -s exit:1 -e match:'it is lleval.8. that starts this' \
	    "$BUILD/lleval/lleval-http"
}

prison_test both_parts_have_the_configuration_that_was_read
both_parts_have_the_configuration_that_was_read()
{
	server
	kill "$server_pid"; wait "$server_pid"
	: >server.err
	{ echo 'cors = https://example.org'; cat "$W/lleval.conf"; } |
	    host "$BUILD/lleval/lleval" -f /dev/stdin 2>server.err \
	    >server.out &
	server_pid=$!
	wait_for 100 grep -q listening server.err ||
	    atf_fail "no server: $(cat server.err)"
	atf_check -o match:'Access-Control-Allow-Origin: https://example.org' \
	    host curl -s -D - -o /dev/null -X OPTIONS "$BASE/v1/run"
	run 'echo from a pipe'
	replied 'from a pipe'
	stop_server
}

prison_test without_confinement_nothing_is_served
without_confinement_nothing_is_served()
{
	server
	kill "$server_pid"; wait "$server_pid"
	cp "$W/lleval.conf" good
	chmod 755 .
	atf_check -s exit:1 -e match:'only root can make prisons' \
	    setpriv --reuid 65534 --clear-groups \
	    "$BUILD/lleval/lleval" -f good
	atf_check -s exit:1 -o empty -e match:'lleval: ' host \
	    setpriv --bounding-set -sys_admin --inh-caps -sys_admin \
	    "$BUILD/lleval/lleval" -f "$W/lleval.conf"
	rm -rf --one-file-system "$W/world/proc"
	atf_check -s exit:1 -e match:'world .*: no directory proc in it' \
	    host "$BUILD/lleval/lleval" -f "$W/lleval.conf"
	mkdir "$W/world/proc"
	rm "$W/world/bin/sh"
	atf_check -s exit:1 -e match:'none of the languages is in its world' \
	    host "$BUILD/lleval/lleval" -f "$W/lleval.conf"
	nothing_left
}

prison_test systemd_finds_no_fault_in_the_unit
systemd_finds_no_fault_in_the_unit()
{
	command -v systemd-analyze >/dev/null || skip "no systemd-analyze"
	[ -f "$BUILD/lleval/lleval.service" ] || skip "lleval is not built"
	sed "s,=.*/lleval,=$BUILD/lleval/lleval," \
	    "$BUILD/lleval/lleval.service" >lleval.service
	atf_check -o match:"^ExecStart=$BUILD/lleval/lleval\$" \
	    -o match:"^ExecStartPre=$BUILD/lleval/lleval -n\$" \
	    cat lleval.service
	atf_check systemd-analyze verify --man=no ./lleval.service
}

prison_test a_broken_configuration_is_named_by_its_line
a_broken_configuration_is_named_by_its_line()
{
	server
	kill "$server_pid"; wait "$server_pid"
	cp "$W/lleval.conf" good
	for bad in 'colour = red:colour: unknown' 'wall = soon:wall: soon: not a time, as in 5s or 500ms' \
	    'nothing:nothing: not key = value' '[a b]:\[a b\]: not a plain name' \
	    'network = some:network: some: none or inherit'; do
		{ echo "${bad%%:*}"; cat good; } >bad
		atf_check -s exit:1 -e match:"^lleval: bad:1: ${bad#*:}" \
		    "$BUILD/lleval/lleval" -n -f bad
	done
	atf_check "$BUILD/lleval/lleval" -n -f good
	atf_check "$BUILD/lleval/lleval" -n -f "$SRC/lleval/lleval.conf"
	atf_check -s exit:1 -e match:'^usage: lleval' \
	    "$BUILD/lleval/lleval" -x
}

prison_test pages_of_others_may_not_unless_told
pages_of_others_may_not_unless_told()
{
	server
	run true
	atf_check -o not-match:'Access-Control' host curl -s -D - -o /dev/null \
	    "$BASE/v1/languages"
	# what a form of anybody's page can send is not taken
	atf_check -o match:'415' host curl -s -o /dev/null -w '%{http_code}' \
	    -H 'Content-Type: text/plain' -d @request "$BASE/v1/run"
	stop_server
	sed -i '1i cors = https://example.org' "$W/lleval.conf"
	start_server
	atf_check -o match:'Access-Control-Allow-Origin: https://example.org' \
	    host curl -s -D - -o /dev/null -X OPTIONS "$BASE/v1/run"
	stop_server
}

prison_test the_hosts_address_is_shared_where_that_is_said
the_hosts_address_is_shared_where_that_is_said()
{
	server 'network = inherit'
	run '/bin/probe connect 127.0.0.1 8083'
	replied 'peer 127.0.0.1:8083'
	stop_server
}

prison_test many_requests_leave_nothing 900
many_requests_leave_nothing()
{
	server
	# LLEVAL_SOAK=10000 for a longer one
	n=${LLEVAL_SOAK:-400}
	printf '{"language":"sh","source":"/bin/probe daemon >x; echo $$ >>x; (sleep 100 &); echo hello"}' >request
	pid=$server_pid
	before=$(awk '/^VmRSS/ { print $2 }' "/proc/$pid/status")
	seq "$n" | host xargs -P 4 -n 50 sh -c '
	    for i; do
		curl -s -H "Content-Type: application/json" -d @request \
		    "$0/v1/run" | grep -c "\"stdout\":\"hello"
	    done' "$BASE" >answers
	atf_check_equal "$n" "$(grep -cx 1 answers)"
	wait_for 50 prisons_empty || atf_fail "processes are left"
	# It holds as many descriptors, and about the memory, that it held.
	after=$(awk '/^VmRSS/ { print $2 }' "/proc/$pid/status")
	[ "$after" -lt $((before + 4096)) ] ||
	    atf_fail "memory: $before KiB before, $after after"
	[ "$(ls "/proc/$pid/fd" | wc -l)" -lt 250 ] ||
	    atf_fail "descriptors: $(ls -l "/proc/$pid/fd")"
	stop_server
}

# --------------------------------------------------------------------------
# Languages, and the page

prison_test every_language_of_the_sample_runs 600
every_language_of_the_sample_runs()
{
	world=$("$SRC/tools/world" languages) || atf_fail "no world"
	sed "s,^world = .*,world = $world,; s,^rate = .*,rate = 0," \
	    "$SRC/lleval/lleval.conf" >"$W/lleval.conf"
	sed -i "1i run.dir = $W/lleval" "$W/lleval.conf"
	atf_check -o save:languages -e ignore host "$BUILD/lleval/lleval" \
	    -v -f "$W/lleval.conf"
	atf_check -s exit:1 grep 'not offered' languages
	atf_check_equal 9 "$(wc -l <languages)"
	start_server
	while IFS='|' read -r key source; do
		printf '{"language":"%s","source":%s,"stdin":"6 7\\n"}' \
		    "$key" "$(json "$source")" >request
		ask -o reply -w '%{http_code}' -H \
		    'Content-Type: application/json' -d @request \
		    "$BASE/v1/run" >status
		replied '"exit_code":0' '"stdout":"42\\n"'
	done <<'END'
sh|read a b; echo $((a * b))
pl|my ($a, $b) = split ' ', <STDIN>; print $a * $b, "\n";
perl|print 6 * 7, "\n"
py|a, b = map(int, input().split()); print(a * b)
rb|a, b = gets.split.map(&:to_i); puts a * b
js|const [a, b] = require("fs").readFileSync(0, "utf8").split(" "); console.log(a * b)
lua|local a, b = io.read("n", "n"); print(a * b)
awk|{ print $1 * $2 }
c|int scanf(const char *, ...), printf(const char *, ...); int main(void) { int a, b; scanf("%d %d", &a, &b); printf("%d\n", a * b); }
tcc|int scanf(char *, ...), printf(char *, ...); int main(void) { int a, b; scanf("%d %d", &a, &b); printf("%d\n", a * b); return 0; }
py|from multiprocessing import Pool, Queue; q = Queue(); q.put(42); print(q.get())
END
	kill "$server_pid"
	wait "$server_pid" || atf_fail "exit $?"
}

prison_test the_example_judge_judges 300
the_example_judge_judges()
{
	command -v jq >/dev/null || skip "no jq"
	server
	kill "$server_pid"
	wait "$server_pid"
	sed -i 's/^\[twice\]/[tcc]/; s/^compile = .*/compile = sh -c "grep -q end main.sh"/; s/^command = sh main.sh run/command = sh main.sh/' \
	    "$W/lleval.conf"
	ln -sf busybox "$W/world/bin/grep"
	start_server
	judge="host $SRC/examples/judge/judge $SRC/examples/judge/sum"
	echo 'read n; set -- $(cat); s=0; for i; do s=$((s + i)); done; echo $s; # end' >AC
	echo 'echo 6 # end' >WA
	echo 'while :; do :; done # end' >TLE
	echo 'x=0123456789; while :; do x=$x$x; done # end' >MLE
	echo 'while :; do echo 0123456789; done # end' >OLE
	echo 'exit 1 # end' >RE
	echo 'echo 6' >CE
	atf_check -o match:'^1 AC ' -o match:'^2 AC ' -o match:'^3 AC ' \
	    -o match:'^AC$' $judge sh AC
	for verdict in WA TLE MLE OLE RE CE; do
		atf_check -s exit:1 -e ignore -o match:"^$verdict\$" \
		    $judge tcc $verdict
	done
	atf_check -s exit:2 -e match:'judge: language "none" is not offered' \
	    $judge none AC
	stop_server
}

prison_test the_page_works_in_a_browser 300
the_page_works_in_a_browser()
{
	for c in node chromium chromedriver; do
		command -v $c >/dev/null || skip "no $c"
	done
	world=$("$SRC/tools/world" languages) || atf_fail "no world"
	sed "s,^world = .*,world = $world,; s,^rate = .*,rate = 0,; s,^cpu = .*,cpu = 500ms," \
	    "$SRC/lleval/lleval.conf" >"$W/lleval.conf"
	sed -i "1i run.dir = $W/lleval" "$W/lleval.conf"
	start_server
	atf_check -o not-match:'^not ok' -o match:'^ok it can be read' \
	    host env TMPDIR="$PWD" HOME="$PWD" node "$SRC/test/lleval/page.mjs" \
	    "$BASE" ${LLEVAL_SHOTS:-}
	kill "$server_pid"
	wait "$server_pid" || atf_fail "exit $?"
}

atf_init_test_cases()
{
	add_cases
}
