// SPDX-License-Identifier: BSD-2-Clause
/* zfs(8): names, sizes, properties, the index of a pool. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "index.h"
#include "name.h"
#include "prop.h"

static void
good_names_have_nothing_wrong(void **state)
{
	static const char *const names[] = { "tank", "tank/a", "tank/a-b_c.d:e",
		"tank/a b", "tank/a@s", "tank/.a", "tank/...", "tank@10.0p1" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (name_wrong(names[i], NAME_ANY) != NULL)
			fail_msg("%s: %s", names[i], name_wrong(names[i],
			    NAME_ANY));
}

static void
bad_names_are_told_why(void **state)
{
	static const struct {
		const char	*name;
		enum name_kind	 kind;
		const char	*why;
	} bad[] = {
		{ "", NAME_ANY, "empty component" },
		{ "/a", NAME_ANY, "leading slash" },
		{ "a/", NAME_ANY, "trailing slash" },
		{ "a//b", NAME_ANY, "empty component" },
		{ "a/./b", NAME_ANY, "self reference" },
		{ "a/..", NAME_ANY, "parent reference" },
		{ "../a", NAME_ANY, "parent reference" },
		{ "a/b@", NAME_ANY, "empty component" },
		{ "a@..", NAME_ANY, "parent reference" },
		{ "@s", NAME_ANY, "empty component" },
		{ "a@b/c", NAME_ANY, "invalid character '/'" },
		{ "a@b@c", NAME_ANY, "multiple '@'" },
		{ "a\tb", NAME_ANY, "invalid character '\\x09'" },
		{ "a\nb", NAME_ANY, "invalid character '\\x0a'" },
		{ "a/\xc3\xa4", NAME_ANY, "invalid character '\\xc3'" },
		{ "a#b", NAME_ANY, "invalid character '#'" },
		{ "a", NAME_SNAP, "missing '@'" },
		{ "a@s", NAME_FS, "'@' is not expected" },
		{ "a/b", NAME_POOL, "invalid character '/'" },
		{ "1a", NAME_POOL, "begin with a letter" },
		{ "mirror", NAME_POOL, "reserved" },
		{ "raidz2", NAME_POOL, "reserved" },
		{ "log", NAME_POOL, "reserved" },
	};
	const char *why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		why = name_wrong(bad[i].name, bad[i].kind);
		if (why == NULL || strstr(why, bad[i].why) == NULL)
			fail_msg("'%s': %s, not %s", bad[i].name,
			    why != NULL ? why : "good", bad[i].why);
	}
}

static void
names_end_at_255(void **state)
{
	char name[300];

	(void)state;
	memset(name, 'a', sizeof(name));
	name[255] = '\0';
	assert_null(name_wrong(name, NAME_ANY));
	name[255] = 'a';
	name[256] = '\0';
	assert_string_equal(name_wrong(name, NAME_ANY), "name is too long");
}

static void
names_sort_as_zfs_sorts_them(void **state)
{
	(void)state;
	assert_true(name_cmp("t/a", "t/a@s") < 0);
	assert_true(name_cmp("t/a@s", "t/a/b") < 0);
	assert_true(name_cmp("t/a-x", "t/a/b") < 0);
	assert_true(name_cmp("t/a", "t/a") == 0);
	assert_true(name_within("t/a/b@s", "t/a"));
	assert_false(name_within("t/ab", "t/a"));
	assert_int_equal(name_depth("t/a/b@s", "t"), 3);
}

static void
sizes_are_written_in_five_characters(void **state)
{
	static const struct {
		uint64_t	 n;
		const char	*text;
	} sizes[] = {
		{ 0, "0B" }, { 1, "1B" }, { 1023, "1023B" }, { 1024, "1K" },
		{ 1536, "1.50K" }, { 114688, "112K" }, { 10485760, "10M" },
		{ 1100000, "1.05M" }, { 123456789, "118M" },
		{ UINT64_C(1) << 40, "1T" }, { UINT64_MAX, "16.0E" },
	};
	char buf[SIZE_TEXT];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		assert_string_equal(size_text(sizes[i].n, buf),
		    sizes[i].text);
}

static void
sizes_are_read_with_their_units(void **state)
{
	static const struct {
		const char	*text;
		uint64_t	 n;
	} good[] = {
		{ "0", 0 }, { "4096", 4096 }, { "1K", 1024 }, { "1k", 1024 },
		{ "10G", UINT64_C(10) << 30 }, { "1.5M", 1572864 },
		{ "2GB", UINT64_C(2) << 30 }, { "2GiB", UINT64_C(2) << 30 },
		{ ".5K", 512 }, { "18446744073709551615", UINT64_MAX },
	};
	static const char *const bad[] = { "", "x", "-1", "1X", "1KX", "1 K",
		"99999999999999999999", "99E", "0x10", "1e3", "nan", "inf" };
	uint64_t n;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_null(size_parse(good[i].text, &n));
		assert_int_equal(n, good[i].n);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (size_parse(bad[i], &n) == NULL)
			fail_msg("'%s' is a size", bad[i]);
}

static void
properties_are_checked(void **state)
{
	static const char *const good[][3] = {
		{ "atime", "off", "off" }, { "quota", "1K", "1024" },
		{ "quota", "none", "none" }, { "quota", "0", "none" },
		{ "mountpoint", "/a/b/", "/a/b" }, { "mountpoint", "/", "/" },
		{ "mountpoint", "none", "none" },
		{ "compression", "gzip-9", "gzip-9" },
		{ "compression", "zstd-19", "zstd-19" },
		{ "org:x", "anything = at all", "anything = at all" },
	};
	static const char *const bad[][2] = {
		{ "atime", "on | off" }, { "atime", "" }, { "atime", "ON" },
		{ "compression", "gzip-" }, { "compression", "gzip-10" },
		{ "compression", "zstd-0" }, { "compression", "zstd-20" },
		{ "compression", "gzip-1x" }, { "mountpoint", "a" },
		{ "mountpoint", "" }, { "mountpoint", "/a/../b" },
		{ "mountpoint", "/.." }, { "mountpoint", "/a\nb" },
		{ "type", "filesystem" }, { "Org:x", "y" }, { "x", "y" },
		{ "copies", "2" },
	};
	char *value;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_null(prop_check(good[i][0], good[i][1], &value));
		assert_string_equal(value, good[i][2]);
		free(value);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (prop_check(bad[i][0], bad[i][1], &value) == NULL)
			fail_msg("%s may be '%s'", bad[i][0], bad[i][1]);
	assert_string_equal(prop_compression("off"), "");
	assert_string_equal(prop_compression("on"), "zstd");
	assert_string_equal(prop_compression("lz4"), "lzo");
	assert_string_equal(prop_compression("lzjb"), "lzo");
	assert_string_equal(prop_compression("gzip-3"), "zlib");
}

/* ------------------------------------------------------------------------ */

static struct index *
example(void)
{
	struct index *ix = index_new("tank");
	struct ds *snap, *clone;

	index_add(ix, "tank/a");
	snap = index_add(ix, "tank/a@s");
	clone = index_add(ix, "tank/c");
	clone->ds_origin = snap->ds_id;
	ds_set(clone, "org:x", "tab\there, line\nthere, 100%");
	ids_add(&ix->ix_gone, 99);
	ix->ix_next = 100;
	return (ix);
}

static void
an_index_is_read_as_it_was_written(void **state)
{
	struct index *ix = example(), *again;
	char *text = index_text(ix), *text2;
	const char *why;

	(void)state;
	again = index_parse(text, &why);
	assert_non_null(again);
	text2 = index_text(again);
	assert_string_equal(text, text2);
	assert_string_equal(ds_local(index_find(again, "tank/c"), "org:x"),
	    "tab\there, line\nthere, 100%");
	free(text);
	free(text2);
	index_free(ix);
	index_free(again);
}

static void
a_pool_of_another_name_has_all_its_datasets(void **state)
{
	struct index *ix = example();

	(void)state;
	index_rename(ix, "puddle");
	assert_non_null(index_find(ix, "puddle/a@s"));
	assert_null(index_find(ix, "tank"));
	index_move(ix, index_find(ix, "puddle/c"), "puddle/a/z");
	assert_non_null(index_find(ix, "puddle/a/z"));
	index_free(ix);
}

/* Cut anywhere, or changed anywhere, it is no index. */
static void
an_index_that_is_damaged_is_none(void **state)
{
	struct index *ix = example();
	char *text = index_text(ix), *copy;
	const char *why;
	size_t i, len = strlen(text);

	(void)state;
	for (i = 0; i < len; i++) {
		copy = strdup(text);
		copy[i] = '\0';
		assert_null(index_parse(copy, &why));
		memcpy(copy, text, len);
		copy[i] = copy[i] == 'x' ? 'y' : 'x';
		assert_null(index_parse(copy, &why));
		free(copy);
	}
	free(text);
	index_free(ix);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_names_have_nothing_wrong),
		cmocka_unit_test(bad_names_are_told_why),
		cmocka_unit_test(names_end_at_255),
		cmocka_unit_test(names_sort_as_zfs_sorts_them),
		cmocka_unit_test(sizes_are_written_in_five_characters),
		cmocka_unit_test(sizes_are_read_with_their_units),
		cmocka_unit_test(properties_are_checked),
		cmocka_unit_test(an_index_is_read_as_it_was_written),
		cmocka_unit_test(a_pool_of_another_name_has_all_its_datasets),
		cmocka_unit_test(an_index_that_is_damaged_is_none),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
