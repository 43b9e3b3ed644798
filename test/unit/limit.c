// SPDX-License-Identifier: BSD-2-Clause
/*
 * Limits on a tree of plain files that stands in for /sys/fs/cgroup: once
 * with all controllers in the unified hierarchy, once bound to version 1.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "jail.h"
#include "limit.h"
#include "sys.h"
#include "usage.h"

static char top[64], mountinfo[128], parent[128];

static void
put(const char *path, const char *text)
{
	char whole[512], *slash;
	FILE *f;

	snprintf(whole, sizeof(whole), "%s/%s", top, path);
	for (slash = strchr(whole + strlen(top) + 1, '/'); slash != NULL;
	    slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(whole, 0755);
		*slash = '/';
	}
	assert_non_null(f = fopen(whole, "w"));
	fputs(text, f);
	fclose(f);
}

/* Writing to a cgroup's file leaves what was written at its beginning. */
static void
assert_file(const char *path, const char *want)
{
	char whole[512], buf[512];
	ssize_t n;

	snprintf(whole, sizeof(whole), "%s/%s", top, path);
	n = sys_read_at(AT_FDCWD, whole, buf, sizeof(buf));
	assert_true(n >= 0);
	buf[strcspn(buf, "\n")] = '\0';
	assert_string_equal(buf, want);
}

static int
make_top(void **state)
{
	(void)state;
	strcpy(top, "/tmp/test-limit.XXXXXX");
	assert_non_null(mkdtemp(top));
	snprintf(mountinfo, sizeof(mountinfo), "%s/mountinfo", top);
	snprintf(parent, sizeof(parent), "%s/two/jail", top);
	return (0);
}

static int
remove_entry(const char *path, const struct stat *sb, int type,
    struct FTW *ftw)
{
	(void)sb;
	(void)type;
	(void)ftw;
	return (remove(path));
}

static int
remove_top(void **state)
{
	(void)state;
	return (nftw(top, remove_entry, 16, FTW_DEPTH | FTW_PHYS));
}

static void
make_unified(void)
{
	char text[512];

	snprintf(text, sizeof(text), "30 23 0:26 / %s/two rw - cgroup2 none "
	    "rw\n", top);
	put("mountinfo", text);
	put("two/cgroup.controllers", "cpuset cpu io memory hugetlb pids\n");
	put("two/cgroup.subtree_control", "memory pids\n");
	put("two/jail/cgroup.subtree_control", "memory pids\n");
	put("two/jail/5/pids.max", "");
	put("two/jail/5/memory.max", "");
	put("two/jail/5/memory.swap.max", "");
	put("two/jail/5/cpu.max", "");
	put("two/jail/5/io.max", "");
}

/* With groups, whose files the kernel would make with the directory. */
static void
make_hybrid(int with_swap)
{
	char text[1024];

	snprintf(text, sizeof(text),
	    "30 23 0:26 / %s/two rw - cgroup2 none rw\n"
	    "31 23 0:27 / %s/cpu rw - cgroup cgroup rw,cpu,cpuacct\n"
	    "32 23 0:28 / %s/memory rw - cgroup cgroup rw,memory\n"
	    "33 23 0:29 / %s/pids rw - cgroup cgroup rw,pids\n"
	    "34 23 0:30 / %s/cpuset rw - cgroup cgroup rw,cpuset\n",
	    top, top, top, top, top);
	put("mountinfo", text);
	put("two/cgroup.controllers", "hugetlb\n");
	put("two/jail/5/cgroup.procs", "");
	if (with_swap) {
		put("memory/memory.memsw.limit_in_bytes", "");
		put("memory/jail/5/memory.memsw.limit_in_bytes", "");
	}
	put("memory/jail/5/memory.limit_in_bytes", "");
	put("pids/jail/5/pids.max", "");
	put("cpu/jail/5/cpu.cfs_quota_us", "");
	put("cpu/jail/5/cpu.cfs_period_us", "");
}

static void
add(struct rules *rs, const char *text)
{
	struct rule ru;

	assert_int_equal(rule_parse(text, &ru), 0);
	assert_int_equal(rules_append(rs, &ru), 0);
}

static int
write_rules(const struct rules *rs, unsigned had)
{
	struct controllers cs;
	struct limits li;

	assert_int_equal(controllers_find(&cs, mountinfo, parent), 0);
	limits_of(rs, "j", &li);
	return (limit_write(&cs, &li, 5, 4000, had));
}

static void
limits_are_written_to_the_unified_hierarchy(void **state)
{
	struct rules rs = { 0 }, none = { 0 };
	int bits;

	(void)state;
	make_unified();
	add(&rs, "jail:j:maxproc:deny=30");
	add(&rs, "jail:j:memoryuse:deny=64m");
	add(&rs, "jail:j:swapuse:deny=0");
	add(&rs, "jail:j:pcpu:deny=150");
	bits = write_rules(&rs, 0);
	assert_int_equal(bits, LIMIT_SET(CT_PIDS) | LIMIT_SET(CT_MEMORY) |
	    LIMIT_SET(CT_CPU));
	assert_file("two/jail/5/pids.max", "30");
	assert_file("two/jail/5/memory.max", "67108864");
	assert_file("two/jail/5/memory.swap.max", "0");
	assert_file("two/jail/5/cpu.max", "150000 100000");
	/* the one that was not enabled, above and below */
	assert_file("two/cgroup.subtree_control", "+cpury pids");
	assert_file("two/jail/cgroup.subtree_control", "+cpury pids");
	/* and back to what holds without a rule */
	put("two/jail/5/pids.max", "");
	put("two/jail/5/memory.max", "");
	put("two/jail/5/cpu.max", "");
	assert_int_equal(write_rules(&none, bits), 0);
	assert_file("two/jail/5/pids.max", "4000");
	assert_file("two/jail/5/memory.max", "max");
	assert_file("two/jail/5/cpu.max", "max");
	rules_free(&rs);
}

static void
limits_are_written_to_groups_of_version_1(void **state)
{
	struct rules rs = { 0 }, none = { 0 };
	int bits;

	(void)state;
	make_hybrid(1);
	add(&rs, "jail:j:nthr:deny=30");
	add(&rs, "jail:j:memoryuse:deny=64m");
	add(&rs, "jail:j:swapuse:deny=64m");
	add(&rs, "jail:j:pcpu:deny=50");
	add(&rs, "jail:j:openfiles:deny=50/process");
	bits = write_rules(&rs, 0);
	assert_int_equal(bits, LIMIT_SET(CT_PIDS) | LIMIT_SET(CT_MEMORY) |
	    LIMIT_SET(CT_CPU) | LIMIT_GROUP(CT_PIDS) |
	    LIMIT_GROUP(CT_MEMORY) | LIMIT_GROUP(CT_CPU) | LIMIT_PROCESS);
	assert_file("pids/jail/5/pids.max", "30");
	assert_file("memory/jail/5/memory.limit_in_bytes", "67108864");
	assert_file("memory/jail/5/memory.memsw.limit_in_bytes", "134217728");
	assert_file("cpu/jail/5/cpu.cfs_quota_us", "50000");
	assert_file("cpu/jail/5/cpu.cfs_period_us", "100000");
	put("pids/jail/5/pids.max", "");
	put("memory/jail/5/memory.limit_in_bytes", "");
	put("cpu/jail/5/cpu.cfs_quota_us", "");
	/* the groups stay, for those who are in them */
	assert_int_equal(write_rules(&none, bits), LIMIT_GROUP(CT_PIDS) |
	    LIMIT_GROUP(CT_MEMORY) | LIMIT_GROUP(CT_CPU));
	assert_file("pids/jail/5/pids.max", "max");
	assert_file("memory/jail/5/memory.limit_in_bytes", "-1");
	assert_file("cpu/jail/5/cpu.cfs_quota_us", "-1");
	rules_free(&rs);
}

static void
a_group_is_made_where_there_is_none(void **state)
{
	struct controllers cs;
	struct stat sb;
	char path[512];

	(void)state;
	make_hybrid(0);
	put("cpuset/cpuset.cpus", "0-1\n");
	put("cpuset/cpuset.mems", "0\n");
	assert_int_equal(controllers_find(&cs, mountinfo, parent), 0);
	snprintf(path, sizeof(path), "%s/pids/jail/6", top);
	assert_int_equal(controller_make(&cs, CT_PIDS, 6), 0);
	assert_int_equal(stat(path, &sb), 0);
	assert_int_equal(controller_make(&cs, CT_PIDS, 6), 0);
	assert_int_equal(controller_remove(&cs, CT_PIDS, 6), 0);
	assert_int_equal(stat(path, &sb), -1);
	assert_int_equal(controller_remove(&cs, CT_PIDS, 6), 0);
}

static void
what_a_host_has_nowhere_is_refused_by_name(void **state)
{
	struct controllers cs;
	struct rule ru;

	(void)state;
	make_hybrid(0);
	assert_int_equal(controllers_find(&cs, mountinfo, parent), 0);
	assert_int_equal(cs.cs_version[CT_IO], 0);
	assert_int_equal(cs.cs_version[CT_CPU], 1);
	assert_int_equal(rule_parse("jail:j:readbps:throttle=1", &ru), 0);
	assert_int_equal(limit_check(&cs, &ru), -1);
	assert_int_equal(errno, EOPNOTSUPP);
	assert_non_null(strstr(jail_errmsg, "needs the io controller"));
	assert_int_equal(rule_parse("jail:j:swapuse:deny=1", &ru), 0);
	assert_int_equal(limit_check(&cs, &ru), -1);
	assert_non_null(strstr(jail_errmsg, "memory is bound to cgroup v1 at"));
	assert_int_equal(rule_parse("jail:j:memoryuse:deny=1", &ru), 0);
	assert_int_equal(limit_check(&cs, &ru), 0);
}

static void
use_is_read_from_either(void **state)
{
	struct jail_racct ra = { .ra_known = RA_ALL };
	struct controllers cs;

	(void)state;
	make_unified();
	put("two/jail/5/cgroup.procs", "");
	put("two/jail/5/cgroup.threads", "");
	put("two/jail/5/cpu.stat", "usage_usec 30\nuser_usec 20\n"
	    "system_usec 10\n");
	put("two/jail/5/memory.current", "4096\n");
	put("two/jail/5/memory.peak", "8192\n");
	put("two/jail/5/memory.swap.current", "1\n");
	put("two/jail/5/io.stat", "8:0 rbytes=1 wbytes=2 rios=3 wios=4 "
	    "dbytes=0 dios=0\n254:0 rbytes=10 wbytes=20 rios=30 wios=40\n");
	assert_int_equal(controllers_find(&cs, mountinfo, parent), 0);
	assert_int_equal(usage_add(&ra, RA_ALL, &cs, 0, 5), 0);
	assert_int_equal(ra.ra_cpu, 30);
	assert_int_equal(ra.ra_cpu_system, 10);
	assert_int_equal(ra.ra_memory, 4096);
	assert_int_equal(ra.ra_memory_peak, 8192);
	assert_int_equal(ra.ra_swap, 1);
	assert_int_equal(ra.ra_read, 11);
	assert_int_equal(ra.ra_writes, 44);

	make_hybrid(0);
	put("memory/jail/5/memory.usage_in_bytes", "100\n");
	put("memory/jail/5/memory.memsw.usage_in_bytes", "150\n");
	put("memory/jail/5/memory.max_usage_in_bytes", "200\n");
	assert_int_equal(controllers_find(&cs, mountinfo, parent), 0);
	ra = (struct jail_racct){ .ra_known = RA_ALL };
	assert_int_equal(usage_add(&ra, RA_ALL, &cs, LIMIT_GROUP(CT_MEMORY),
	    5), 0);
	assert_int_equal(ra.ra_memory, 100);
	assert_int_equal(ra.ra_swap, 50);
	assert_int_equal(ra.ra_memory_peak, 200);
	/* not in the group: nobody has counted its peak */
	ra = (struct jail_racct){ .ra_known = RA_ALL };
	assert_int_equal(usage_add(&ra, RA_ALL, &cs, 0, 5), 0);
	assert_int_equal(ra.ra_memory, 0);
	assert_int_equal(ra.ra_known & RA_PEAK, 0);
	assert_int_equal(ra.ra_known & RA_MEMORY, RA_MEMORY);
}

int
main(void)
{
#define TEST(f)	cmocka_unit_test_setup_teardown(f, make_top, remove_top)
	const struct CMUnitTest tests[] = {
		TEST(limits_are_written_to_the_unified_hierarchy),
		TEST(limits_are_written_to_groups_of_version_1),
		TEST(a_group_is_made_where_there_is_none),
		TEST(what_a_host_has_nowhere_is_refused_by_name),
		TEST(use_is_read_from_either),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
