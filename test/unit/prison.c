// SPDX-License-Identifier: BSD-2-Clause
/* A prison's record, its name and addresses, on a state in a directory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <sys/stat.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "errmsg.h"
#include "jail.h"
#include "index.h"
#include "keyvalue.h"
#include "prison.h"

static char dir[] = "/tmp/test-prison.XXXXXX";
static struct table table;
static struct state st = STATE_INIT;

/*
 * A state of plain directories stands in for /run/jail and the cgroups:
 * enough for what only reads and writes files.
 */
static int
setup(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(dir));
	st.st_dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_return_code(mkdirat(st.st_dir, "name", 0755), errno);
	assert_return_code(mkdirat(st.st_dir, "addr", 0755), errno);
	assert_return_code(mkdirat(st.st_dir, "cg", 0755), errno);
	snprintf(table.ta_cgroup, sizeof(table.ta_cgroup), "%s/cg", dir);
	st.st_table = &table;
	return (0);
}

static int
remove_one(const char *path, const struct stat *sb, int type, struct FTW *f)
{
	(void)sb;
	(void)type;
	(void)f;
	return (remove(path));
}

static int
teardown(void **state)
{
	(void)state;
	return (nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS));
}

static void
sample(struct prison *pr, int jid, const char *name)
{
	memset(pr, 0, sizeof(*pr));
	prison_init(pr);
	pr->pr_id = jid;
	pr->pr_persist = 1;
	strcpy(pr->pr_name, name);
	strcpy(pr->pr_path, "/jail/with a blank");
	strcpy(pr->pr_hostname, "back\\slash\nand=more");
	strcpy(pr->pr_meta, "a=1\nb=2\\n");
	pr->pr_texts = PRISON_META;
	pr->pr_hostid = 0xfffffffffffffff0UL;
	pr->pr_allow = PR_ALLOW_DEFAULT | PR_ALLOW_VMM;
	pr->pr_ip4 = pr->pr_ip6 = JAIL_SYS_NEW;
	pr->pr_naddr4 = 2;
	inet_pton(AF_INET, "10.0.0.9", &pr->pr_addr4[0]);
	inet_pton(AF_INET, "10.0.0.2", &pr->pr_addr4[1]);
	pr->pr_naddr6 = 1;
	inet_pton(AF_INET6, "fd00::2", &pr->pr_addr6[0]);
}

static void
put(struct prison *pr)
{
	char path[16];

	snprintf(path, sizeof(path), "%d", pr->pr_id);
	mkdirat(st.st_dir, path, 0755);
	assert_return_code(prison_store(&st, pr), errno);
	state_jid_mark(&st, pr->pr_id, 1);
}

static void
record_comes_back_as_it_was(void **state)
{
	struct prison a, b;

	(void)state;
	sample(&a, 7, "seven");
	put(&a);
	memset(&b, 0, sizeof(b));
	assert_return_code(prison_load(&st, 7, &b), errno);
	assert_memory_equal(&a, &b, sizeof(a));
}

static void
record_that_is_damaged_is_refused(void **state)
{
	static const char *const bad[] = {
		"name", "name=x", "jid=7\nname=x", "parent=seven\n",
		"ip4.addr=10.0.0\n", "persist=\n", "persist=1x\n",
	};
	char text[64];
	struct prison pr;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		strcpy(text, bad[i]);
		assert_int_equal(prison_parse(&pr, text), -1);
		assert_int_equal(errno, EINVAL);
	}
	strcpy(text, "name=x\nof.a.later.version=1\n");
	assert_int_equal(prison_parse(&pr, text), 0);
}

static void
name_longer_than_it_may_be_is_refused(void **state)
{
	char text[512];
	struct prison pr;

	(void)state;
	snprintf(text, sizeof(text), "name=%0256d\n", 0);
	assert_int_equal(prison_parse(&pr, text), -1);
	snprintf(text, sizeof(text), "name=%0255d\n", 0);
	assert_int_equal(prison_parse(&pr, text), 0);
}

static void
name_is_found_and_given_back(void **state)
{
	struct prison pr;

	(void)state;
	sample(&pr, 8, "with/slash");
	put(&pr);
	assert_int_equal(prison_by_name(&st, "with/slash"), 0);
	assert_return_code(prison_name_add(&st, &pr), errno);
	assert_int_equal(prison_by_name(&st, "with/slash"), 8);
	prison_name_remove(&st, &pr);
	assert_int_equal(prison_by_name(&st, "with/slash"), 0);
}

static void
name_of_another_is_not_taken_away(void **state)
{
	struct prison a, b;

	(void)state;
	sample(&a, 9, "same");
	sample(&b, 10, "same");
	put(&a);
	put(&b);
	prison_name_add(&st, &a);
	prison_name_add(&st, &b);
	prison_name_remove(&st, &a);
	assert_int_equal(prison_by_name(&st, "same"), 10);
	prison_name_remove(&st, &b);
}

static void
address_alone_may_be_shared_but_not_one_of_several(void **state)
{
	struct prison a, b;

	(void)state;
	sample(&a, 20, "a");
	a.pr_naddr4 = 1;
	a.pr_naddr6 = 0;
	put(&a);
	assert_return_code(prison_addrs_add(&st, &a), errno);
	sample(&b, 0, "b");	/* a new one has no jid yet */
	b.pr_naddr6 = 0;
	b.pr_naddr4 = 1;
	assert_int_equal(prison_addrs_clash(&st, &b), 0);
	b.pr_naddr4 = 2;
	assert_int_equal(prison_addrs_clash(&st, &b), -1);
	assert_int_equal(errno, EADDRINUSE);
	assert_non_null(strstr(jail_errmsg, "IPv4 addresses clash"));
	prison_addrs_remove(&st, &a, NULL);
	assert_int_equal(prison_addrs_clash(&st, &b), 0);
	assert_int_equal(faccessat(st.st_dir, "addr/10.0.0.9", F_OK, 0), -1);
}

/* What addr/10.0.0.9 holds, as text. */
static const char *
holders(void)
{
	static char text[64];
	int32_t jids[8];
	ssize_t n = 0, i;
	int fd = openat(st.st_dir, "addr/10.0.0.9", O_RDONLY);
	char *p = text;

	if (fd != -1) {
		n = read(fd, jids, sizeof(jids));
		close(fd);
	}
	for (*p = '\0', i = 0; i < n / (ssize_t)sizeof(*jids); i++)
		p += sprintf(p, "%d ", jids[i]);
	return (text);
}

static void
holders_of_an_address_come_and_go(void **state)
{
	static const int32_t doubled[] = { 33, 32, 33 };
	struct prison pr;
	int fd, jid;

	(void)state;
	sample(&pr, 0, "shares");
	pr.pr_naddr4 = 1;
	pr.pr_naddr6 = 0;
	for (jid = 31; jid <= 33; jid++) {
		pr.pr_id = jid;
		assert_int_equal(prison_addrs_add(&st, &pr), 0);
		assert_int_equal(prison_addrs_add(&st, &pr), 0);
	}
	assert_string_equal(holders(), "31 32 33 ");
	pr.pr_id = 31;
	prison_addrs_remove(&st, &pr, NULL);
	assert_string_equal(holders(), "33 32 ");
	prison_addrs_settle(&st, 99, NULL);
	assert_string_equal(holders(), "33 32 ");
	/* as one leaves it that is killed half way */
	fd = openat(st.st_dir, "addr/10.0.0.9", O_WRONLY);
	assert_int_equal(write(fd, doubled, sizeof(doubled)),
	    sizeof(doubled));
	close(fd);
	prison_addrs_settle(&st, 33, NULL);
	assert_string_equal(holders(), "32 ");
	prison_addrs_settle(&st, 32, &pr);	/* it holds it: it stays */
	assert_string_equal(holders(), "32 ");
	prison_addrs_settle(&st, 32, NULL);
	assert_string_equal(holders(), "");
	assert_int_equal(faccessat(st.st_dir, "addr/10.0.0.9", F_OK, 0), -1);
}

static void
address_of_one_that_has_ended_is_free(void **state)
{
	struct prison a, b;

	(void)state;
	sample(&a, 22, "gone");
	a.pr_persist = 0;	/* and no cgroup: nothing lives in it */
	put(&a);
	prison_addrs_add(&st, &a);
	sample(&b, 0, "new");
	assert_int_equal(prison_addrs_clash(&st, &b), 0);
	prison_addrs_remove(&st, &a, NULL);
}

static void
jids_are_counted_over_words_of_the_bitmap(void **state)
{
	struct state s = STATE_INIT;
	static struct table ta;

	(void)state;
	s.st_table = &ta;
	assert_int_equal(state_jid_next(&s, 0), 0);
	state_jid_mark(&s, 63, 1);
	state_jid_mark(&s, 64, 1);
	state_jid_mark(&s, JAIL_MAX, 1);
	assert_int_equal(state_jid_next(&s, 0), 63);
	assert_int_equal(state_jid_next(&s, 63), 64);
	assert_int_equal(state_jid_next(&s, 64), JAIL_MAX);
	assert_int_equal(state_jid_next(&s, JAIL_MAX), 0);
	assert_false(state_jid_exists(&s, JAIL_MAX + 1));
	ta.ta_lastjid = 62;
	assert_int_equal(state_jid_alloc(&s), 65);
	ta.ta_lastjid = JAIL_MAX;
	assert_int_equal(state_jid_alloc(&s), 1);
}

static void
slots_run_out_and_come_back(void **state)
{
	struct state s = STATE_INIT;
	static struct table ta;
	int i;

	(void)state;
	s.st_table = &ta;
	for (i = 0; i < SLOT_COUNT; i++)
		assert_int_equal(state_slot_alloc(&s), i);
	assert_int_equal(state_slot_alloc(&s), SLOT_NONE);
	state_slot_free(&s, 17);
	assert_int_equal(state_slot_alloc(&s), 17);
	assert_int_equal(state_slot_alloc(&s), SLOT_NONE);
	assert_int_equal(ta.ta_journal_slot, 17);
}

static void
keyvalue_puts_new_keys_in_front(void **state)
{
	char buf[64] = "";
	size_t n;

	(void)state;
	assert_int_equal(keyvalue_set(buf, sizeof(buf), "a", "1"), 0);
	assert_int_equal(keyvalue_set(buf, sizeof(buf), "b", "2"), 0);
	assert_int_equal(keyvalue_set(buf, sizeof(buf), "c", "3"), 0);
	assert_string_equal(buf, "c=3\nb=2\na=1");
	assert_int_equal(keyvalue_set(buf, sizeof(buf), "b", "22"), 0);
	assert_string_equal(buf, "b=22\nc=3\na=1");
	assert_int_equal(keyvalue_set(buf, sizeof(buf), "a", NULL), 0);
	assert_string_equal(buf, "b=22\nc=3");
	assert_int_equal(keyvalue_set(buf, sizeof(buf), "b", NULL), 0);
	assert_string_equal(buf, "c=3");
	assert_null(keyvalue_get(buf, "b", &n));
	/* to the last byte, and not one more */
	assert_int_equal(keyvalue_set(buf, sizeof("a=1\nc=3"), "a", "1"), 0);
	assert_string_equal(buf, "a=1\nc=3");
	assert_int_equal(keyvalue_set(buf, sizeof("a=1\nc=3"), "c", "33"), -1);
	assert_string_equal(buf, "a=1\nc=3");
	assert_int_equal(keyvalue_set(buf, sizeof("a=1\nc=3"), "c", "4"), 0);
	assert_string_equal(buf, "c=4\na=1");
	assert_int_equal(keyvalue_set(buf, sizeof(buf), "a", NULL), 0);
	assert_int_equal(keyvalue_set(buf, sizeof("c=33"), "c", "33"), 0);
	assert_non_null(keyvalue_get(buf, "c", &n));
	assert_int_equal(n, 2);
	assert_int_equal(keyvalue_set(buf, sizeof(buf), "c", NULL), 0);
	assert_string_equal(buf, "");
}

static void
keyvalue_that_does_not_fit_changes_nothing(void **state)
{
	char buf[8] = "k=v";

	(void)state;
	assert_int_equal(keyvalue_set(buf, sizeof(buf), "long", "value"), -1);
	assert_int_equal(errno, EFBIG);
	assert_string_equal(buf, "k=v");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(record_comes_back_as_it_was),
		cmocka_unit_test(record_that_is_damaged_is_refused),
		cmocka_unit_test(name_longer_than_it_may_be_is_refused),
		cmocka_unit_test(name_is_found_and_given_back),
		cmocka_unit_test(name_of_another_is_not_taken_away),
		cmocka_unit_test(
		    address_alone_may_be_shared_but_not_one_of_several),
		cmocka_unit_test(holders_of_an_address_come_and_go),
		cmocka_unit_test(address_of_one_that_has_ended_is_free),
		cmocka_unit_test(jids_are_counted_over_words_of_the_bitmap),
		cmocka_unit_test(slots_run_out_and_come_back),
		cmocka_unit_test(keyvalue_puts_new_keys_in_front),
		cmocka_unit_test(keyvalue_that_does_not_fit_changes_nothing),
	};

	return (cmocka_run_group_tests(tests, setup, teardown));
}
