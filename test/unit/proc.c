// SPDX-License-Identifier: BSD-2-Clause
/* What /proc says of a process, read and shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <sys/sysmacros.h>
#include <sys/wait.h>

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "proc.h"
#include "prockill.h"

#define REST " S 1 72192 72192 34816 72202 4194304 120 5 3 1 11 7 2 1 20 0 " \
	"1 0 8812 23488512 981 18446744073709551615 1 1 0 0 0 0 65536 " \
	"3670020 1266777851 1 0 0 17 1 0 0 0 0 0 0 0 0 0 0 0 0 256\n"

static void
fields_of_stat_are_where_they_belong(void **state)
{
	struct proc p = { 0 };

	(void)state;
	assert_int_equal(proc_parse_stat(&p, "72192 (tcsh)" REST), 0);
	assert_string_equal(p.p_comm, "tcsh");
	assert_int_equal(p.p_state, 'S');
	assert_int_equal(p.p_ppid, 1);
	assert_int_equal(p.p_pgid, 72192);
	assert_int_equal(p.p_sid, 72192);
	assert_int_equal(p.p_tty, makedev(136, 0));
	assert_int_equal(p.p_tpgid, 72202);
	assert_int_equal(p.p_minflt, 120);
	assert_int_equal(p.p_majflt, 3);
	assert_int_equal(p.p_utime, 11);
	assert_int_equal(p.p_cstime, 1);
	assert_int_equal(p.p_start, 8812);
	assert_int_equal(p.p_vsize, 23488512);
	assert_true(p.p_rsslim == ~0ULL);
	assert_int_equal(p.p_sigcatch, 1266777851);
	assert_int_equal(p.p_cpu, 1);
	assert_int_equal(p.p_xstat, 256);
}

static void
name_may_hold_parentheses_blanks_and_newlines(void **state)
{
	struct proc p = { 0 };

	(void)state;
	assert_int_equal(proc_parse_stat(&p, "5 (a) R 1 (b\n)" REST), 0);
	assert_string_equal(p.p_comm, "a) R 1 (b\n");
	assert_int_equal(p.p_ppid, 1);
	assert_int_equal(proc_parse_stat(&p, "5 ()" REST), 0);
	assert_string_equal(p.p_comm, "");
}

static void
broken_stat_is_refused(void **state)
{
	static const char *const texts[] = {
		"", "5", "5 (a", "5 a)", "5 (a)", "5 (a) ", "5 (a) S",
		"5 (a) S 1 2 3", ")(", "5 (a) S x y z",
	};
	struct proc p = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(proc_parse_stat(&p, texts[i]), -1);
}

static void
status_is_read_by_whole_names(void **state)
{
	struct proc p = { .p_pid = 5, .p_tid = 5 };

	(void)state;
	/* A name has its newlines escaped by the kernel. */
	proc_parse_status(&p, "Name:\tUid:\\nUid:\n"
	    "TracerPid:\t9\nUid:\t1\t2\t3\t4\nGid:\t5\t6\t7\t8\n"
	    "VmLck:\t      64 kB\nVmData:\t 12 kB\n"
	    "SigPnd:\t0000000000000001\nShdPnd:\t0000000000000002\n"
	    "voluntary_ctxt_switches:\t10\n"
	    "nonvoluntary_ctxt_switches:\t20\n");
	assert_int_equal(p.p_uid[PROC_REAL], 1);
	assert_int_equal(p.p_uid[PROC_EFFECTIVE], 2);
	assert_int_equal(p.p_uid[PROC_SAVED], 3);
	assert_int_equal(p.p_gid[PROC_EFFECTIVE], 6);
	assert_int_equal(p.p_tracer, 9);
	assert_int_equal(p.p_locked, 64);
	assert_int_equal(p.p_datasize, 12);
	assert_int_equal(p.p_sigpend, 2);
	assert_int_equal(p.p_nvcsw, 10);
	assert_int_equal(p.p_nivcsw, 20);
}

static void
state_is_in_freebsds_letters(void **state)
{
	const struct {
		const char	*want;
		struct proc	 p;
	} cases[] = {
		{ "S", { .p_state = 'S', .p_pid = 2 } },
		{ "I", { .p_state = 'I', .p_pid = 2 } },
		{ "R<", { .p_state = 'R', .p_pid = 2, .p_nice = -5 } },
		{ "R<", { .p_state = 'R', .p_pid = 2,
		    .p_policy = SCHED_FIFO } },
		{ "SN", { .p_state = 'S', .p_pid = 2, .p_nice = 5 } },
		{ "SN", { .p_state = 'S', .p_pid = 2,
		    .p_policy = SCHED_IDLE } },
		{ "TX", { .p_state = 't', .p_pid = 2, .p_tracer = 1 } },
		{ "DE", { .p_state = 'D', .p_pid = 2,
		    .p_flags = PF_EXITING } },
		{ "Z", { .p_state = 'Z', .p_pid = 2, .p_flags = PF_EXITING } },
		{ "Z", { .p_state = 'X', .p_pid = 2 } },
		{ "IL", { .p_state = 'I', .p_pid = 2,
		    .p_flags = PF_KTHREAD } },
		{ "SL", { .p_state = 'S', .p_pid = 2, .p_locked = 4 } },
		{ "Ss", { .p_state = 'S', .p_pid = 2, .p_sid = 2 } },
		{ "R+", { .p_state = 'R', .p_pid = 2, .p_tty = 1,
		    .p_pgid = 7, .p_tpgid = 7 } },
		{ "R", { .p_state = 'R', .p_pid = 2, .p_pgid = 7,
		    .p_tpgid = 7 } },
		{ "SJ", { .p_state = 'S', .p_pid = 2, .p_jailed = 1 } },
		{ "S<XELs+J", { .p_state = 'S', .p_pid = 2, .p_sid = 2,
		    .p_tty = 1, .p_jailed = 1, .p_nice = -1, .p_tracer = 3,
		    .p_flags = PF_EXITING | PF_KTHREAD } },
	};
	char buf[16];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(proc_state(&cases[i].p, buf),
		    cases[i].want);
}

static void
command_of(const char *want, const char *comm, const char *args, size_t len)
{
	struct proc p = { .p_state = 'S', .p_pid = 2, .p_tid = 2 };
	char *got;

	snprintf(p.p_comm, sizeof(p.p_comm), "%s", comm);
	if (args != NULL) {
		p.p_args = malloc(len + 1);
		memcpy(p.p_args, args, len);
		p.p_args[len] = '\0';
		p.p_argslen = len;
	}
	got = proc_command(&p, 0);
	assert_string_equal(got, want);
	free(got);
	free(p.p_args);
}

#define ARGS(s)	s, sizeof(s) - 1

static void
command_tells_the_name_once(void **state)
{
	(void)state;
	command_of("/usr/sbin/cron -s", "cron", ARGS("/usr/sbin/cron\0-s"));
	command_of("[kworker/0:1]", "kworker/0:1", NULL, 0);
	command_of("-tcsh (tcsh)", "tcsh", ARGS("-tcsh"));
	command_of("nginx: worker process (nginx)", "nginx",
	    ARGS("nginx: worker process"));
	command_of("/bin/sh -e /etc/rc x", "rc",
	    ARGS("/bin/sh\0-e\0/etc/rc\0x"));
	command_of("a b", "a", ARGS("a\0\0b"));
	command_of("a-name-of-more-than-15", "a-name-of-more-",
	    ARGS("a-name-of-more-than-15"));
	command_of(" (x)", "x", ARGS("\0\0"));
}

static void
zombie_is_defunct(void **state)
{
	struct proc p = { .p_state = 'Z', .p_comm = "x" };
	char *got = proc_command(&p, 0);

	(void)state;
	assert_string_equal(got, "<defunct>");
	free(got);
}

static void
terminals_have_names(void **state)
{
	char buf[64];

	(void)state;
	assert_null(proc_ttyname(0, buf));
	assert_string_equal(proc_ttyname(makedev(136, 3), buf), "pts/3");
	assert_string_equal(proc_ttyname(makedev(137, 3), buf), "pts/259");
	assert_string_equal(proc_ttyname(makedev(4, 1), buf), "tty1");
	assert_string_equal(proc_ttyname(makedev(4, 64), buf), "ttyS0");
	assert_string_equal(proc_ttyname(makedev(5, 1), buf), "console");
	assert_string_equal(proc_ttyname(makedev(99, 7), buf), "99:7");
	assert_int_equal(proc_ttydev("3"), makedev(136, 3));
	assert_int_equal(proc_ttydev("pts/3"), makedev(136, 3));
	assert_int_equal(proc_ttydev("/dev/null"), makedev(1, 3));
	assert_int_equal(proc_ttydev("null"), makedev(1, 3));
	assert_int_equal(proc_ttydev("nosuch"), 0);
	assert_int_equal(proc_ttydev("/etc/passwd"), 0);
}

static void
text_of_others_cannot_act_on_a_terminal(void **state)
{
	char *got = proc_vis("a\033[2J\n\t\302\233\303\251\377\342\200\256");

	(void)state;
	assert_string_equal(got, "a\\033[2J\\012\\011\\302\\233\303\251\\377"
	    "\\342\\200\\256");
	free(got);
}

static void
signal_reaches_only_what_was_read(void **state)
{
	struct proclist pl;
	pid_t pid = fork();
	int status;

	(void)state;
	if (pid == 0)
		for (;;)
			pause();
	assert_true(pid > 0);
	assert_int_equal(proc_list(&pl, 0, pid), 0);
	assert_int_equal(pl.pl_n, 1);
	/* Another that has got the PID since began at another time. */
	pl.pl_procs[0].p_start++;
	assert_int_equal(proc_signal(&pl.pl_procs[0], SIGKILL), -1);
	assert_int_equal(errno, ESRCH);
	assert_int_equal(waitpid(pid, &status, WNOHANG), 0);
	pl.pl_procs[0].p_start--;
	assert_int_equal(proc_signal(&pl.pl_procs[0], SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(WTERMSIG(status), SIGKILL);
	assert_int_equal(proc_signal(&pl.pl_procs[0], SIGKILL), -1);
	assert_int_equal(errno, ESRCH);
	proc_list_free(&pl);
	assert_int_equal(proc_list(&pl, 0, pid), 0);
	assert_int_equal(pl.pl_n, 0);
	proc_list_free(&pl);
}

static void
signals_have_names(void **state)
{
	(void)state;
	assert_int_equal(signal_number("TERM"), SIGTERM);
	assert_int_equal(signal_number("sigterm"), SIGTERM);
	assert_int_equal(signal_number("usr1"), SIGUSR1);
	assert_int_equal(signal_number("nosuch"), 0);
	assert_int_equal(signal_number(""), 0);
	assert_string_equal(signal_name(SIGKILL), "KILL");
	assert_null(signal_name(0));
	assert_null(signal_name(64));
	assert_null(signal_name(-1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_of_stat_are_where_they_belong),
		cmocka_unit_test(
		    name_may_hold_parentheses_blanks_and_newlines),
		cmocka_unit_test(broken_stat_is_refused),
		cmocka_unit_test(status_is_read_by_whole_names),
		cmocka_unit_test(state_is_in_freebsds_letters),
		cmocka_unit_test(command_tells_the_name_once),
		cmocka_unit_test(zombie_is_defunct),
		cmocka_unit_test(terminals_have_names),
		cmocka_unit_test(signal_reaches_only_what_was_read),
		cmocka_unit_test(signals_have_names),
		cmocka_unit_test(text_of_others_cannot_act_on_a_terminal),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
