// SPDX-License-Identifier: BSD-2-Clause
/* Rules: text to struct and back, filters, and what rules come to. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "jail.h"
#include "limit.h"
#include "rule.h"

static void
rules_are_printed_as_they_are_read(void **state)
{
	static const char *const pairs[][2] = {
		{ "jail:www:maxproc:deny=100", NULL },
		{ "j:www:MAXPROC:Deny=100/jail", "jail:www:maxproc:deny=100" },
		{ "jail:a.b:memoryuse:deny=256m",
		    "jail:a.b:memoryuse:deny=268435456" },
		{ "jail:a:memoryuse:deny=1GB",
		    "jail:a:memoryuse:deny=1073741824" },
		{ "jail:a:openfiles:deny=10/p", "jail:a:openfiles:deny=10/process" },
		{ "jail:a:cputime:sigXCPU=60", "jail:a:cputime:sigxcpu=60" },
		{ "jail:a:readbps:throttle=7e",
		    "jail:a:readbps:throttle=8070450532247928832" },
		{ ":a:maxproc:log=0", NULL },
	};
	char text[RULE_TEXTLEN];
	struct rule ru;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]) - 1; i++) {
		assert_int_equal(rule_parse(pairs[i][0], &ru), 0);
		rule_format(&ru, text);
		assert_string_equal(text, pairs[i][1] != NULL ? pairs[i][1] :
		    pairs[i][0]);
	}
	/* a rule says its subject, a filter need not */
	assert_int_equal(rule_parse(pairs[i][0], &ru), -1);
	assert_int_equal(filter_parse(pairs[i][0], &ru), 0);
}

static void
what_is_no_rule_is_refused(void **state)
{
	static const char *const bad[] = {
		"", "jail", "jail:", "jail:a", "jail:a:", "jail:a:maxproc",
		"jail:a:maxproc:", "jail:a:maxproc:deny", "jail:a:maxproc:deny=",
		"jail:a:maxproc:deny=/process", "jail:a:maxproc:deny=k",
		"jail:a:maxproc:deny=1x", "jail:a:maxproc:deny=1kk",
		"jail:a:maxproc:deny=1/", "jail:a:maxproc:deny=1/x",
		"jail:a:maxproc:deny= 1", "jail:a:maxproc:deny=8e",
		"jail:a:maxproc:deny=9223372036854775808",
		"jail:a:maxproc:sig=1", "jail:a:maxproc:sigx=1",
		"jail:a:max:deny=1", "jail:a:maxproc:denied=1",
		"jail:a:maxproc:deny=1\njail:b:maxproc:deny=1",
		"group:a:maxproc:deny=1",
	};
	struct rule ru;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		errno = 0;
		assert_int_equal(rule_parse(bad[i], &ru), -1);
		assert_int_equal(errno, EINVAL);
		assert_string_not_equal(jail_errmsg, "");
	}
	assert_int_equal(rule_parse("user:root:maxproc:deny=1", &ru), -1);
	assert_int_equal(errno, EOPNOTSUPP);
}

static void
a_name_that_is_too_long_is_refused(void **state)
{
	char text[RULE_TEXTLEN + 200];
	struct rule ru;

	(void)state;
	memset(text, 'a', sizeof(text));
	memcpy(text, "jail:", 5);
	strcpy(text + 5 + 256, ":maxproc:deny=1");
	assert_int_equal(rule_parse(text, &ru), -1);
	strcpy(text + 5 + 255, ":maxproc:deny=1");
	assert_int_equal(rule_parse(text, &ru), 0);
	assert_int_equal(strlen(ru.ru_jail), 255);
}

static int
selects(const char *filter, const char *rule)
{
	struct rule f, ru;

	assert_int_equal(filter_parse(filter, &f), 0);
	assert_int_equal(rule_parse(rule, &ru), 0);
	return (rule_matches(&ru, &f));
}

static void
filters_select_by_each_part(void **state)
{
	const char *rule = "jail:a:maxproc:sigterm=5";

	(void)state;
	assert_true(selects("", rule));
	assert_true(selects("jail", rule));
	assert_true(selects("jail:a", rule));
	assert_false(selects("jail:b", rule));
	assert_false(selects("jail:a.b", rule));
	assert_true(selects("::maxproc", rule));
	assert_false(selects("::nthr", rule));
	assert_true(selects(":::sigterm", rule));
	assert_false(selects(":::sigkill", rule));
	assert_false(selects(":::deny", rule));
	assert_true(selects(":::=5", rule));
	assert_false(selects(":::=6", rule));
	assert_true(selects(":::=/jail", rule));
	assert_false(selects(":::/process", rule));
	assert_true(selects(rule, rule));
}

static void
the_least_of_a_jails_and_its_ancestors_rules_holds(void **state)
{
	static const char *const texts[] = {
		"jail:a:maxproc:deny=50", "jail:a.b:maxproc:deny=60",
		"jail:a.b:maxproc:deny=40", "jail:ab:maxproc:deny=1",
		"jail:a:openfiles:deny=9/process", "jail:a:nthr:log=1",
		"jail:a:readbps:throttle=5",
	};
	struct rules rs = { 0 };
	struct limits li;
	struct rule ru;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(rule_parse(texts[i], &ru), 0);
		assert_int_equal(rules_append(&rs, &ru), 0);
	}
	limits_of(&rs, "a", &li);
	assert_int_equal(li.li_jail[RS_MAXPROC], 50);
	assert_int_equal(li.li_process[RS_OPENFILES], 9);
	assert_int_equal(li.li_jail[RS_OPENFILES], RULE_NOAMOUNT);
	assert_int_equal(li.li_jail[RS_NTHR], RULE_NOAMOUNT);
	assert_true(li.li_watch);
	limits_of(&rs, "a.b", &li);
	assert_int_equal(li.li_jail[RS_MAXPROC], 40);
	assert_int_equal(li.li_process[RS_OPENFILES], 9);
	assert_int_equal(li.li_jail[RS_READBPS], 5);
	assert_false(li.li_watch);
	limits_of(&rs, "c", &li);
	assert_int_equal(li.li_jail[RS_MAXPROC], RULE_NOAMOUNT);
	rules_free(&rs);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_are_printed_as_they_are_read),
		cmocka_unit_test(what_is_no_rule_is_refused),
		cmocka_unit_test(a_name_that_is_too_long_is_refused),
		cmocka_unit_test(filters_select_by_each_part),
		cmocka_unit_test(
		    the_least_of_a_jails_and_its_ancestors_rules_holds),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
