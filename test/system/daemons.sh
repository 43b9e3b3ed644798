#!/usr/bin/env -S ATF_SHELL=/bin/sh atf-sh
# SPDX-License-Identifier: BSD-2-Clause
# Debian's own daemons, from Debian's packages, started by Debian's own
# scripts in a prison made by jail(8): they start, serve on the prison's
# address, and stop.
. "$(atf_get_srcdir)/../lib.sh"

# debian SERVICE [LINE]...: a prison that starts and stops the service.
debian()
{
	world_debian daemons "$W/j"
	{
		echo 'j {'
		echo "	path = '$W/j';"
		echo '	host.hostname = j.example;'
		echo '	ip4.addr = 10.0.0.2;'
		echo '	ip6.addr = fd00::2;'	# nginx, as Debian has it
		echo '	mount.devfs;'
		echo '	mount.procfs;'
		echo '	exec.clean;'
		echo "	exec.start = '/usr/sbin/service $1 start';"
		echo "	exec.stop = '/usr/sbin/service $1 stop';"
		shift
		for line; do
			echo "	$line"
		done
		echo '}'
	} >"$W/jail.conf"
	printf '10.0.0.2\tj.example j\n' >>"$W/j/etc/hosts"
}

start()
{
	atf_check -o match:'j: created' -e ignore jail -f "$W/jail.conf" -c j
}

# stop: by its own script; then all of it is gone.
stop()
{
	pid=$1
	jexec j /usr/bin/ps -e -o pid= >before
	[ -s before ] || atf_fail "no process"
	[ -z "$pid" ] || atf_check -o ignore grep -w "$pid" before
	atf_check -o match:'j: removed' -e ignore jail -f "$W/jail.conf" -r j
	atf_check -s exit:1 jls -c -j j
	atf_check -s exit:1 grep -q "$W/j/" /proc/self/mountinfo
	for p in $(cat before); do
		[ "$p" = "$pid" ] || continue
		atf_check -s exit:1 test -e "/proc/$p/exe"
	done
}

# pid_of NAME: of the daemon, as the host sees it, in the prison.
pid_of()
{
	jexec j /usr/bin/pgrep -o -x "$1"
}

prison_test nginx_serves_in_a_prison 300
nginx_serves_in_a_prison()
{
	debian nginx
	start
	echo hello >"$W/j/var/www/html/index.html"
	atf_check -o inline:'hello\n' \
	    host busybox wget -q -O - http://10.0.0.2/index.html
	atf_check -o inline:'hello\n' \
	    host busybox wget -q -O - 'http://[fd00::2]/index.html'
	atf_check -s not-exit:0 -o ignore -e ignore \
	    host busybox wget -q -O - http://10.0.0.1/index.html
	atf_check -o ignore -e ignore jexec j /usr/sbin/service nginx reload
	atf_check -o inline:'hello\n' \
	    host busybox wget -q -O - http://10.0.0.2/index.html
	stop "$(pid_of nginx)"
}

prison_test sshd_logs_in_to_a_prison 300
sshd_logs_in_to_a_prison()
{
	debian ssh
	start
	atf_check -o ignore jexec j /usr/bin/ssh-keygen -q -t ed25519 -N '' \
	    -f /root/.ssh/id_ed25519
	cp "$W/j/root/.ssh/id_ed25519.pub" "$W/j/root/.ssh/authorized_keys"
	ssh="/usr/bin/ssh -o StrictHostKeyChecking=no -o BatchMode=yes"
	atf_check -o match:'^SSH-2' sh -c \
	    "echo | host timeout 5 busybox nc 10.0.0.2 22"
	atf_check -o inline:'0\n' -e ignore jexec -l j $ssh root@10.0.0.2 id -u
	# with a terminal
	atf_check -o match:'/dev/pts/' -e ignore \
	    jexec -l j $ssh -tt root@10.0.0.2 tty
	stop "$(pid_of sshd)"
}

prison_test postgresql_answers_in_a_prison 300
postgresql_answers_in_a_prison()
{
	debian postgresql 'sysvshm = new;' 'sysvsem = new;' 'sysvmsg = new;'
	conf=$(echo "$W"/j/etc/postgresql/*/main)
	echo "listen_addresses = '*'" >>"$conf/postgresql.conf"
	echo 'host all all 10.0.0.0/8 trust' >>"$conf/pg_hba.conf"
	start
	psql="/usr/bin/psql -tA -U postgres"
	wait_for 100 jexec j $psql -h 10.0.0.2 -c 'select 1'
	atf_check -o inline:'42\n' jexec j $psql -h 10.0.0.2 -c 'select 6*7'
	atf_check -o inline:'42\n' \
	    jexec -U postgres j $psql -c 'select 6*7'
	stop "$(pid_of postgres)"
}

prison_test cron_runs_jobs_in_a_prison 300
cron_runs_jobs_in_a_prison()
{
	debian cron
	echo '* * * * * root id -u >/tmp/ran' >"$W/j/etc/cron.d/test"
	start
	wait_for 750 test -s "$W/j/tmp/ran" || atf_fail "no job has run"
	atf_check -o inline:'0\n' cat "$W/j/tmp/ran"
	stop "$(pid_of cron)"
}

prison_test redis_answers_in_a_prison 300
redis_answers_in_a_prison()
{
	debian redis-server
	sed -i 's/^bind .*/bind 10.0.0.2/; s/^protected-mode .*/protected-mode no/' \
	    "$W/j/etc/redis/redis.conf"
	start
	cli="/usr/bin/redis-cli -h 10.0.0.2"
	wait_for 100 sh -c "jexec j $cli ping | grep -q PONG"
	atf_check -o inline:'PONG\n' jexec j $cli ping
	atf_check -o inline:'OK\n' jexec j $cli set key value
	atf_check -o inline:'value\n' jexec j $cli get key
	stop "$(pid_of redis-server)"
}

atf_init_test_cases()
{
	add_cases
}
