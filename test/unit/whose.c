// SPDX-License-Identifier: BSD-2-Clause
/* Whose a process is, from what /proc says of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <sys/types.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "jail.h"
#include "whose.h"

static void
process_at_or_below_a_prisons_cgroup_is_jailed(void **state)
{
	(void)state;
	assert_int_equal(whose_cgroup("0::/jail/3\n", "/jail"), 3);
	assert_int_equal(whose_cgroup("0::/jail/3/leaf/x\n", "/jail"), 3);
	assert_int_equal(whose_cgroup("0::/jail/999999\n", "/jail"), 999999);
	assert_int_equal(whose_cgroup("0::/box/jail/7", "/box/jail"), 7);
	assert_int_equal(whose_cgroup("4:memory:/jail/9\n1:cpu:/\n0::/jail/3\n",
	    "/jail"), 3);
}

static void
process_elsewhere_is_the_hosts(void **state)
{
	static const char *const texts[] = {
		"", "\n", "0::", "0::/\n", "0::/jail\n", "0::/jail/\n",
		"0::/jails/3\n", "0::/x/jail/3\n", "0::/jail/x\n",
		"0::/jail/0\n", "0::/jail/03\n", "0::/jail/-3\n",
		"0::/jail/ 3\n", "0::/jail/3x\n", "0::/jail/3 x\n",
		"0::/jail/1000000\n", "0::/jail/99999999999999999999\n",
		"4:memory:/jail/3\n", "10::/jail/3\n", "0::/../3\n",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(whose_cgroup(texts[i], "/jail"), 0);
}

static void
deleted_cgroup_is_nobodys(void **state)
{
	(void)state;
	assert_int_equal(whose_cgroup("0::/jail/3 (deleted)\n", "/jail"), 0);
	assert_int_equal(whose_cgroup("0::/jail/3/x (deleted)\n", "/jail"), 0);
}

static void
uid_map_of_a_prison_is_known(void **state)
{
	(void)state;
	assert_true(whose_uid_map("         0 1879048192      65536\n"));
	assert_true(whose_uid_map("         0 1879113728      65536\n"));
	assert_false(whose_uid_map("         0          0 4294967295\n"));
	assert_false(whose_uid_map("         0 1879048193      65536\n"));
	assert_false(whose_uid_map("         0     100000      65536\n"));
	assert_false(whose_uid_map("         0 1879048192      1000\n"));
	assert_false(whose_uid_map("      1000 1879048192      65536\n"));
	assert_false(whose_uid_map("         0 2147483648      65536\n"));
	assert_false(whose_uid_map(""));
}

static void
uid_of_a_range_is_another_inside(void **state)
{
	(void)state;
	assert_int_equal(jail_uid(0), 0);
	assert_int_equal(jail_uid(1879048191), 1879048191);
	assert_int_equal(jail_uid(1879048192), 0);
	assert_int_equal(jail_uid(1879048192 + 65536 + 1000), 1000);
	assert_int_equal(jail_uid(1879048192U + 4090 * 65536U),
	    1879048192U + 4090 * 65536U);
	assert_int_equal(jail_uid((uid_t)-1), (uid_t)-1);
}

static void
gone_process_is_told_from_a_living_one(void **state)
{
	pid_t pids[2] = { getpid(), fork() };
	int jids[2];

	(void)state;
	if (pids[1] == 0)
		_exit(0);
	assert_true(pids[1] > 0);
	waitpid(pids[1], NULL, 0);
	assert_int_equal(jail_getpidjids(pids, 2, jids), 0);
	assert_int_equal(jids[0], 0);
	assert_int_equal(jids[1], -1);
	assert_int_equal(jail_getpidjid(pids[0]), 0);
	assert_int_equal(jail_getpidjid(pids[1]), -1);
	assert_int_equal(errno, ESRCH);
	assert_false(jail_jailed());
}

int
main(void)
{
	/* No state: not that of the machine it runs on. */
	setenv("JAIL_RUN", "/nonexistent", 1);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    process_at_or_below_a_prisons_cgroup_is_jailed),
		cmocka_unit_test(process_elsewhere_is_the_hosts),
		cmocka_unit_test(deleted_cgroup_is_nobodys),
		cmocka_unit_test(uid_map_of_a_prison_is_known),
		cmocka_unit_test(uid_of_a_range_is_another_inside),
		cmocka_unit_test(gone_process_is_told_from_a_living_one),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
