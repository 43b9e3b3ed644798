// SPDX-License-Identifier: BSD-2-Clause
/* What top makes of /proc, and its frame of a sample that is known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "top.h"

static void
line_of_stat_is_read(void **state)
{
	struct cpu cp;

	(void)state;
	assert_int_equal(sample_parse_cpu(&cp,
	    "cpu  10 20 30 40 50 60 70 80 0 0\n"), 0);
	assert_int_equal(cp.cp_ticks[CPU_USER], 10);
	assert_int_equal(cp.cp_ticks[CPU_NICE], 20);
	assert_int_equal(cp.cp_ticks[CPU_SYSTEM], 30);
	assert_int_equal(cp.cp_ticks[CPU_IDLE], 90);
	assert_int_equal(cp.cp_ticks[CPU_INTERRUPT], 130);
	assert_int_equal(sample_parse_cpu(&cp, "cpu1 1 2 3 4 5 6 7\n"), 0);
	assert_int_equal(cp.cp_ticks[CPU_USER], 1);
	assert_int_equal(sample_parse_cpu(&cp, "cpu 1 2 3\n"), -1);
	assert_int_equal(sample_parse_cpu(&cp, "intr 1 2 3 4 5 6 7\n"), -1);
	assert_int_equal(sample_parse_cpu(&cp, ""), -1);
}

static void
meminfo_is_read_by_whole_names(void **state)
{
	const char *text = "MemTotal: 9 kB\nInactive(file): 7 kB\n"
	    "Inactive:   5 kB\nActive:    3 kB\n";

	(void)state;
	assert_int_equal(sample_meminfo(text, "Active"), 3);
	assert_int_equal(sample_meminfo(text, "Inactive"), 5);
	assert_int_equal(sample_meminfo(text, "MemTotal"), 9);
	assert_int_equal(sample_meminfo(text, "Total"), 0);
	assert_int_equal(sample_meminfo("", "x"), 0);
}

static void
sizes_are_short(void **state)
{
	char buf[FORMAT_K];

	(void)state;
	assert_string_equal(format_k(0, buf), "0K");
	assert_string_equal(format_k(9999, buf), "9999K");
	assert_string_equal(format_k(12288, buf), "12M");
	assert_string_equal(format_k(9999ULL << 10, buf), "9999M");
	assert_string_equal(format_k(20ULL << 20, buf), "20G");
	assert_string_equal(format_k(20ULL << 30, buf), "20T");
	assert_string_equal(format_k(~0ULL, buf), "17179869184T");
}

/* ------------------------------------------------------------------------
 * A frame.
 */

static struct proc procs[] = {
	{ .p_pid = 10, .p_tid = 10, .p_comm = "init", .p_state = 'I',
	    .p_nthreads = 1, .p_pri = 20, .p_vsize = 2 << 20, .p_rss = 1024,
	    .p_utime = 400, .p_uid = { 4000001, 4000001, 4000001 } },
	{ .p_pid = 11, .p_tid = 11, .p_comm = "web\033[2J", .p_state = 'R',
	    .p_nthreads = 3, .p_pri = 25, .p_nice = 5, .p_vsize = 30 << 20,
	    .p_rss = 20480, .p_utime = 6000, .p_jid = 3, .p_cpu = 1,
	    .p_uid = { 4000002, 4000002, 4000002 } },
	{ .p_pid = 12, .p_tid = 12, .p_comm = "log", .p_state = 'T',
	    .p_nthreads = 1, .p_pri = 20, .p_vsize = 1 << 20, .p_rss = 512,
	    .p_utime = 0, .p_jid = 3,
	    .p_uid = { 4000002, 4000002, 4000002 } },
	{ .p_pid = 13, .p_tid = 13, .p_comm = "gone", .p_state = 'Z' },
	{ .p_pid = 14, .p_tid = 14, .p_comm = "kthread", .p_state = 'I',
	    .p_flags = PF_KTHREAD },
};

static struct usage usages[] = {
	{ .us_raw = 1, .us_weighted = 2, .us_active = true, .us_read = 10 },
	{ .us_raw = 50, .us_weighted = 40, .us_active = true,
	    .us_read = 20, .us_write = 8, .us_fault = 2, .us_vcsw = 7 },
	{ .us_raw = 0 }, { .us_raw = 0 }, { .us_raw = 0 },
};

static struct cpu cpus[] = {
	{ .cp_percent = { 40, 0, 10.5, 0, 49.5 } },
	{ .cp_percent = { 80, 0, 20, 0, 0 } },
	{ .cp_percent = { 0, 0, 1, 0, 99 } },
};

static struct sample sample = {
	.sa_procs = { procs, 5 }, .sa_usage = usages, .sa_time = 90061,
	.sa_load = { 0.5, 1.25, 10 }, .sa_lastpid = 77, .sa_ncpus = 2,
	.sa_cpus = cpus, .sa_active = 100, .sa_inactive = 20480,
	.sa_dirty = 0, .sa_wired = 5, .sa_buf = 1, .sa_free = 30,
	.sa_swaptotal = 1000, .sa_swapfree = 750,
};

static struct wish wish = {
	.wi_order = "cpu", .wi_count = EVERYTHING, .wi_jid = -1,
	.wi_uid = -1, .wi_idle = true, .wi_self = true,
};

static void
shows(const struct wish *wi, int from, const char *const *want)
{
	struct frame fr;
	int i;

	frame_make(&fr, &sample, wi, 0, 0);
	for (i = 0; want[i] != NULL; i++) {
		assert_true(from + i < fr.fr_n);
		assert_string_equal(fr.fr_lines[from + i], want[i]);
	}
	assert_int_equal(fr.fr_n, from + i);
	frame_free(&fr);
}

static void
frame_of_processes(void **state)
{
	static const char *const want[] = {
		"4 processes:  1 running, 1 sleeping, 1 stopped, 1 zombie",
		"CPU: 40.0% user,  0.0% nice, 10.5% system,  0.0% interrupt, "
		    "49.5% idle",
		"Mem: 100K Active, 20M Inact, 0K Laundry, 5K Wired, 1K Buf, "
		    "30K Free",
		"Swap: 1000K Total, 250K Used, 750K Free, 25% Inuse",
		"",
		"  PID USERNAME    THR PRI NICE   SIZE    RES STATE    C   "
		    "TIME    WCPU COMMAND",
		"   11 4000002       3  25    5    30M    20M CPU1     1   "
		    "1:00  40.00% web\\033[2J",
		"   10 4000001       1  20    0  2048K  1024K IDLE     0   "
		    "0:04   2.00% init",
		"   12 4000002       1  20    0  1024K   512K STOP     0   "
		    "0:00   0.00% log",
		NULL
	};

	(void)state;
	shows(&wish, 1, want);
}

static void
shows_io_with_jids(const char *const *want)
{
	struct wish wi = wish;

	wi.wi_mode = MODE_IO;
	wi.wi_jails = true;
	wi.wi_idle = false;
	wi.wi_order = "total";
	shows(&wi, 6, want);
}

static void
frame_of_io_with_jids(void **state)
{
	static const char *const want[] = {
		"  PID   JID USERNAME     VCSW  IVCSW   READ  WRITE  FAULT  "
		    "TOTAL PERCENT COMMAND",
		"   11     3 4000002         7      0     20      8      2  "
		    "   30  75.00% web\\033[2J",
		"   10     0 4000001         0      0     10      0      0  "
		    "   10  25.00% init",
		NULL
	};

	(void)state;
	shows_io_with_jids(want);
}

static void
long_pids_stay_below_their_name(void **state)
{
	static const char *const want[] = {
		"    PID   JID USERNAME     VCSW  IVCSW   READ  WRITE  FAULT  "
		    "TOTAL PERCENT COMMAND",
		"     11     3 4000002         7      0     20      8      2  "
		    "   30  75.00% web\\033[2J",
		"4194303     0 4000001         0      0     10      0      0  "
		    "   10  25.00% init",
		NULL
	};

	(void)state;
	procs[0].p_pid = 4194303;
	shows_io_with_jids(want);
	procs[0].p_pid = 10;
}

static void
frame_of_jails(void **state)
{
	struct wish wi = wish;
	static const char *const want[] = {
		"   JID JAIL                 PROCS   THR   SIZE    RES   SWAP "
		    "   TIME     CPU",
		"     0 -                        1     1  2048K  1024K     0K "
		    "   0:04   1.00%",
		"     3 3                        2     4    31M    21M     0K "
		    "   1:00  50.00%",
		NULL
	};

	(void)state;
	wi.wi_mode = MODE_JAIL;
	wi.wi_raw = true;
	wi.wi_order = order_name("jid");
	shows(&wi, 6, want);
}

static void
frame_fits_the_screen(void **state)
{
	struct wish wi = wish;
	struct frame fr;
	int i;

	(void)state;
	wi.wi_percpu = true;
	frame_make(&fr, &sample, &wi, 40, 9);
	assert_int_equal(fr.fr_n, 9);
	for (i = 0; i < fr.fr_n; i++)
		assert_true(strlen(fr.fr_lines[i]) <= 40);
	assert_string_equal(fr.fr_lines[2],
	    "CPU 0: 80.0% user,  0.0% nice, 20.0% sys");
	frame_free(&fr);
}

static void
filters_leave_out(void **state)
{
	struct wish wi = wish;
	struct frame fr;

	(void)state;
	wi.wi_jid = 3;
	wi.wi_uid = 4000002;
	strcpy(wi.wi_text, "lo");
	frame_make(&fr, &sample, &wi, 0, 0);
	assert_int_equal(fr.fr_n, 8);
	assert_non_null(strstr(fr.fr_lines[7], " log"));
	frame_free(&fr);
	assert_null(order_name("nosuch"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(line_of_stat_is_read),
		cmocka_unit_test(meminfo_is_read_by_whole_names),
		cmocka_unit_test(sizes_are_short),
		cmocka_unit_test(frame_of_processes),
		cmocka_unit_test(frame_of_io_with_jids),
		cmocka_unit_test(long_pids_stay_below_their_name),
		cmocka_unit_test(frame_of_jails),
		cmocka_unit_test(frame_fits_the_screen),
		cmocka_unit_test(filters_leave_out),
	};

	setenv("JAIL_RUN", "/nonexistent", 1);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
