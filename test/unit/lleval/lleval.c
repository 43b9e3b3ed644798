// SPDX-License-Identifier: BSD-2-Clause
/* lleval's parsers, and what its privileged part refuses to be sent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <sys/mman.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "config.h"
#include "listen.h"
#include "log.h"
#include "rate.h"
#include "text.h"
#include "wire.h"

#define LANGUAGE "[sh]\nalias = ash\ncommand = sh -c 'a b' \"c\"d\n" \
	"version = sh\n"

static int
read_text(struct config *co, const char *text, char *error)
{
	FILE *fp = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
	int r = config_read(co, fp, "f", error, 256);

	fclose(fp);
	return (r);
}

static void
a_configuration_is_read(void **state)
{
	struct config co;
	char error[256];

	(void)state;
	assert_int_equal(read_text(&co, "# note\n world = /w \n"
	    "wall=1.5s\nwall.max = 2m\nmemory = 64M\nrate = 0.5\n" LANGUAGE,
	    error), 0);
	assert_string_equal(co.co_world, "/w");
	assert_int_equal(co.co_limit[LIMIT_WALL], 1500);
	assert_int_equal(co.co_most[LIMIT_WALL], 120000);
	assert_int_equal(co.co_limit[LIMIT_MEMORY], 64 << 20);
	assert_int_equal(co.co_most[LIMIT_MEMORY], 64 << 20);
	assert_string_equal(co.co_listen, "127.0.0.1:8083");
	assert_int_equal(co.co_nlanguages, 1);
	assert_string_equal(co.co_languages[0].la_command[2], "a b");
	assert_string_equal(co.co_languages[0].la_command[3], "cd");
	assert_null(co.co_languages[0].la_command[4]);
	assert_string_equal(co.co_languages[0].la_file, "main");
	assert_ptr_equal(config_language(&co, "ash"), &co.co_languages[0]);
	assert_null(config_language(&co, "bash"));
	config_free(&co);
}

static void
what_is_wrong_is_told_with_its_line(void **state)
{
	static const struct { const char *text, *error; } bad[] = {
		{ "", "f:1: no languages" },
		{ "x\n", "f:1: x: not key = value" },
		{ "\ncolour = red\n", "f:2: colour: unknown" },
		{ "wall =\n", "f:1: wall: no value" },
		{ "wall = 5h\n", "f:1: wall: 5h: not a time, as in 5s or "
		    "500ms" },
		{ "wall = -1\n", "f:1: wall: -1: not a time, as in 5s or "
		    "500ms" },
		{ "memory = 1T\n", "f:1: memory: 1T: not a size, as in 64M" },
		{ "memory = 99999999999999999999\n", "f:1: memory: "
		    "99999999999999999999: not a size, as in 64M" },
		{ "runs = 0\n", "f:1: runs: 0: not a number from 1 to "
		    "1000000" },
		{ "world = /a\nworld = /b\n", "f:2: world: said twice" },
		{ "network = all\n", "f:1: network: all: none or inherit" },
		{ "[a\n", "f:1: [a: not [key]" },
		{ "[a/b]\n", "f:1: [a/b]: not a plain name" },
		{ "[a]\nx = y\n", "f:2: x: unknown for a language" },
		{ "[a]\nversion = v\n", "f:1: [a] has no command" },
		{ "[a]\ncommand = c\n[b]\n", "f:1: [a] has no version" },
		{ "[a]\ncommand = 'c\n", "f:2: command: a quote is not "
		    "closed" },
		{ "[a]\ncommand = c\nversion = v\nfile = ../x\n", "f:1: [a] "
		    "file: ../x: not a plain name" },
		{ "[a]\ncommand = c\nversion = v\nalias = b\n[b]\n",
		    "f:5: [b] is there already" },
		{ LANGUAGE, "f:1: [sh] has no world, and there is none for "
		    "all" },
		{ "wall = 3s\nwall.max = 2s\nworld = /w\n" LANGUAGE,
		    "f:1: wall is more than wall.max" },
	};
	struct config co;
	char error[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (bad[i].text[0] == '\0')
			continue;
		assert_int_equal(read_text(&co, bad[i].text, error), -1);
		assert_string_equal(error, bad[i].error);
	}
}

static size_t
valid(const char *s, int *ret_cut)
{
	return (utf8_valid(s, strlen(s), ret_cut));
}

static void
utf8_is_told_from_what_is_not(void **state)
{
	size_t len;
	char *s;
	int cut;

	(void)state;
	assert_int_equal(valid("abc", &cut), 3);
	assert_int_equal(valid("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", &cut),
	    9);
	assert_int_equal(valid("a\xff", &cut), 1);
	assert_false(cut);
	assert_int_equal(valid("a\xe2\x82", &cut), 1);
	assert_true(cut);
	assert_int_equal(valid("\xc0\x80", &cut), 0);		/* overlong */
	assert_int_equal(valid("\xe0\x80\x80", &cut), 0);
	assert_int_equal(valid("\xed\xa0\x80", &cut), 0);	/* surrogate */
	assert_int_equal(valid("\xf4\x90\x80\x80", &cut), 0);	/* too high */
	s = utf8_replace("a\xff\xe2\x82z", 5, &len);
	assert_string_equal(s, "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz");
	free(s);
}

static void
base64_goes_there_and_back(void **state)
{
	static const char *const bad[] = { "a", "ab=c", "a===", "ab c", "abc" };
	static const char *const good[][2] = { { "", "" }, { "f", "Zg==" },
		{ "fo", "Zm8=" }, { "foo", "Zm9v" }, { "foob", "Zm9vYg==" },
		{ "\xff\xfe", "//4=" } };
	size_t i, len;
	char *s;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		s = base64_encode(good[i][0], strlen(good[i][0]));
		assert_string_equal(s, good[i][1]);
		free(s);
		s = base64_decode(good[i][1], &len);
		assert_int_equal(len, strlen(good[i][0]));
		assert_memory_equal(s, good[i][0], len);
		free(s);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_null(base64_decode(bad[i], &len));
}

static void
a_callback_is_a_name(void **state)
{
	static const char *const good[] = { "f", "_", "$", "a.b.c", "jQuery1_2",
		"window.x$" };
	static const char *const bad[] = { "", ".", "a.", ".a", "a..b", "1a",
		"a.1", "a()", "a;b", "a b", "a\n", "<", "a[0]", "\xc3\xa4" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(is_callback(good[i]));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(is_callback(bad[i]));
}

static void
a_client_has_its_burst_and_then_its_rate(void **state)
{
	struct in6_addr a, b;

	(void)state;
	inet_pton(AF_INET6, "::ffff:192.0.2.1", &a);
	inet_pton(AF_INET6, "2001:db8:1::1", &b);
	rate_init(2, 3);
	assert_int_equal(rate_take(&a, 100), 0);
	assert_int_equal(rate_take(&a, 100), 0);
	assert_int_equal(rate_take(&a, 100), 0);
	assert_int_equal(rate_take(&a, 100), 1);
	assert_int_equal(rate_take(&b, 100), 0);
	assert_int_equal(rate_take(&a, 100.5), 0);
	assert_int_equal(rate_take(&a, 100.5), 1);
	assert_int_equal(rate_take(&a, 1000), 0);
	rate_init(0.1, 1);
	assert_int_equal(rate_take(&a, 100), 0);
	assert_int_equal(rate_take(&a, 100), 10);
	rate_init(0, 1);
	assert_int_equal(rate_take(&a, 100), 0);
	assert_int_equal(rate_take(&a, 100), 0);
}

static void
names_of_files_stay_below(void **state)
{
	static const char *const good[] = { "a", "a/b", "a b", ".a", "..a",
		"a..", "-x", "a/.b/c", "\xc3\xa4" };
	static const char *const bad[] = { "", "/", "/a", "a/", "a//b", ".",
		"..", "../a", "a/..", "a/./b", "a\nb", "a\x7f",
		"1/2/3/4/5/6/7/8/9" };
	char name[300];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(wire_name_ok(good[i]));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(wire_name_ok(bad[i]));
	memset(name, 'a', sizeof(name));
	name[299] = '\0';
	assert_false(wire_name_ok(name));
	name[201] = '\0';
	assert_false(wire_name_ok(name));
	name[200] = '\0';
	assert_true(wire_name_ok(name));
}

/* ------------------------------------------------------------------------
 * What the keeper is sent.
 */

struct sent {
	struct config		se_co;
	struct wire_message	se_wm;
	int			se_fds[WIRE_FDS];
	int			se_others[3];
};

static int
sealed(size_t size)
{
	int fd = memfd_create("t", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	assert_int_equal(ftruncate(fd, size), 0);
	fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK);
	return (fd);
}

static void
sent_add(struct sent *se, const char *s)
{
	struct wire_run *wr = &se->se_wm.wm_run;

	memcpy(se->se_wm.wm_text + wr->wr_textlen, s, strlen(s) + 1);
	wr->wr_textlen += strlen(s) + 1;
}

/* A run that is well. */
static struct sent *
sent_make(void)
{
	struct sent *se = calloc(1, sizeof(*se));
	struct wire_run *wr = &se->se_wm.wm_run;
	char error[256];
	int p[2];

	assert_int_equal(read_text(&se->se_co, "world = /w\n" LANGUAGE,
	    error), 0);
	se->se_co.co_languages[0].la_offered = 1;
	wr->wr_magic = WIRE_MAGIC;
	memcpy(wr->wr_limit, se->se_co.co_limit, sizeof(wr->wr_limit));
	wr->wr_nfiles = 2;
	wr->wr_sizes[0] = 10;
	wr->wr_sizes[1] = 20;
	wr->wr_nargs = 1;
	sent_add(se, "main");
	sent_add(se, "d/b");
	sent_add(se, "argument");
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, p), 0);
	se->se_fds[WIRE_TALK] = p[0];
	se->se_others[0] = p[1];
	assert_int_equal(pipe(p), 0);
	se->se_fds[WIRE_STDOUT] = p[1];
	se->se_others[1] = p[0];
	assert_int_equal(pipe(p), 0);
	se->se_fds[WIRE_STDERR] = p[1];
	se->se_others[2] = p[0];
	se->se_fds[WIRE_CONTENT] = sealed(30);
	se->se_fds[WIRE_STDIN] = sealed(0);
	return (se);
}

static void
sent_free(struct sent *se)
{
	int i;

	for (i = 0; i < WIRE_FDS; i++)
		close(se->se_fds[i]);
	for (i = 0; i < 3; i++)
		close(se->se_others[i]);
	config_free(&se->se_co);
	free(se);
}

static const char *
sent_check(const struct sent *se)
{
	return (wire_check(&se->se_wm, se->se_fds, &se->se_co));
}

static void
a_run_that_is_well_is_taken(void **state)
{
	struct sent *se = sent_make();

	(void)state;
	assert_null(sent_check(se));
	assert_string_equal(wire_string(&se->se_wm, 1), "d/b");
	assert_string_equal(wire_string(&se->se_wm, 2), "argument");
	sent_free(se);
}

static void
a_run_beyond_what_may_be_is_refused(void **state)
{
	struct sent *se;
	int i;

	(void)state;
#define REFUSED(change, text) do {					\
	se = sent_make();						\
	change;								\
	assert_non_null(sent_check(se));				\
	assert_string_equal(sent_check(se), text);			\
	sent_free(se);							\
} while (0)
	REFUSED(se->se_wm.wm_run.wr_magic++, "of another version");
	REFUSED(se->se_wm.wm_run.wr_language = 1, "no such language");
	REFUSED(se->se_co.co_languages[0].la_offered = 0, "no such language");
	for (i = 0; i < LIMITS; i++) {
		REFUSED(se->se_wm.wm_run.wr_limit[i]++,
		    "a limit is beyond what may be");
		REFUSED(se->se_wm.wm_run.wr_limit[i] = 0,
		    "a limit is beyond what may be");
	}
	REFUSED(se->se_wm.wm_run.wr_nfiles = 0, "broken");
	REFUSED(se->se_wm.wm_run.wr_nfiles = WIRE_FILES + 1, "broken");
	REFUSED(se->se_wm.wm_run.wr_nfiles = 3, "broken");
	REFUSED(se->se_wm.wm_run.wr_nargs = 0, "broken");
	REFUSED(se->se_wm.wm_run.wr_nargs = WIRE_ARGS + 1, "broken");
	REFUSED(se->se_wm.wm_run.wr_textlen--, "broken");
	REFUSED(memcpy(se->se_wm.wm_text, "../a", 4),
	    "the name of a file may not be");
	REFUSED(se->se_wm.wm_text[0] = '/', "the name of a file may not be");
	REFUSED(se->se_wm.wm_run.wr_sizes[0] = 1ULL << 40,
	    "a file is too large");
	REFUSED(se->se_wm.wm_run.wr_sizes[0] = 11,
	    "a descriptor is not what it should be");
#undef REFUSED
}

static void
descriptors_are_what_they_should_be(void **state)
{
	struct sent *se;
	int as, fd, which;

	(void)state;
	/* Each of them in the place of each other kind, or not there; but there
	   may be nothing on standard input. */
	for (which = 0; which < WIRE_FDS; which++)
		for (as = -1; as < WIRE_FDS; as++) {
			if (as == which || (which >= WIRE_CONTENT &&
			    as >= WIRE_CONTENT) || ((which == WIRE_STDOUT ||
			    which == WIRE_STDERR) && (as == WIRE_STDOUT ||
			    as == WIRE_STDERR)))
				continue;
			se = sent_make();
			close(se->se_fds[which]);
			se->se_fds[which] = as == -1 ? -1 :
			    dup(se->se_fds[as]);
			if (which == WIRE_STDIN && as == -1)
				assert_null(sent_check(se));
			else
				assert_non_null(sent_check(se));
			sent_free(se);
		}
	/* A directory, which would lead out; a memfd that is not sealed. */
	for (which = 0; which < WIRE_FDS; which++) {
		se = sent_make();
		fd = open("/", O_RDONLY | O_DIRECTORY);
		dup2(fd, se->se_fds[which]);
		close(fd);
		assert_non_null(sent_check(se));
		sent_free(se);
	}
	se = sent_make();
	close(se->se_fds[WIRE_STDIN]);
	se->se_fds[WIRE_STDIN] = memfd_create("t", MFD_ALLOW_SEALING);
	assert_non_null(sent_check(se));
	sent_free(se);
}

static void
a_message_crosses_and_a_strange_one_does_not(void **state)
{
	struct wire_message *got = calloc(1, sizeof(*got));
	struct sent *se = sent_make();
	int fds[WIRE_FDS], i, p[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, p), 0);
	assert_int_equal(wire_send(p[0], &se->se_wm, se->se_fds), 0);
	assert_int_equal(wire_receive(p[1], got, fds), 1);
	assert_null(wire_check(got, fds, &se->se_co));
	for (i = 0; i < WIRE_FDS; i++)
		close(fds[i]);
	close(se->se_fds[WIRE_STDIN]);
	se->se_fds[WIRE_STDIN] = -1;
	assert_int_equal(wire_send(p[0], &se->se_wm, se->se_fds), 0);
	assert_int_equal(wire_receive(p[1], got, fds), 1);
	assert_int_equal(fds[WIRE_STDIN], -1);
	assert_null(wire_check(got, fds, &se->se_co));
	for (i = 0; i < WIRE_STDIN; i++)
		close(fds[i]);
	assert_int_equal(send(p[0], "x", 1, 0), 1);
	assert_int_equal(wire_receive(p[1], got, fds), -1);
	assert_int_equal(fds[0], -1);
	/* Longer, and shorter, than it says. */
	assert_int_equal(send(p[0], &se->se_wm, sizeof(se->se_wm), 0),
	    sizeof(se->se_wm));
	assert_int_equal(wire_receive(p[1], got, fds), -1);
	assert_int_equal(send(p[0], &se->se_wm, sizeof(se->se_wm.wm_run), 0),
	    sizeof(se->se_wm.wm_run));
	assert_int_equal(wire_receive(p[1], got, fds), -1);
	close(p[0]);
	assert_int_equal(wire_receive(p[1], got, fds), 0);
	close(p[1]);
	free(got);
	sent_free(se);
}

static void
an_address_is_taken_as_it_is_told(void **state)
{
	static const char *const bad[] = {
		"", "8083", ":8083", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x",
		"127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1: 1",
		"localhost:8083", "::1:8083", "[::1]", "[::1]8083", "[]:1",
		"[127.0.0.1]:1", "[fe80::1%none]:1",
	};
	char error[256], name[128], again[192];
	size_t i;
	int fd;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(listen_open(bad[i], error, sizeof(error)),
		    -1);
		assert_non_null(strstr(error, "not an address and a port"));
	}
	fd = listen_open("127.0.0.1:0", error, sizeof(error));
	assert_int_not_equal(fd, -1);
	listen_name(fd, name, sizeof(name));
	assert_int_equal(strncmp(name, "127.0.0.1:", 10), 0);
	assert_int_equal(listen_open(name, error, sizeof(error)), -1);
	snprintf(again, sizeof(again), "listen %s: Address already in use",
	    name);
	assert_string_equal(error, again);
	close(fd);
}

/* What is written to standard error meanwhile. */
static void
logged(void (*fn)(void), char *text, size_t size)
{
	int keep = dup(2), p[2];
	ssize_t n;

	assert_int_equal(pipe(p), 0);
	dup2(p[1], 2);
	fn();
	dup2(keep, 2);
	close(keep);
	close(p[1]);
	n = read(p[0], text, size - 1);
	text[n > 0 ? n : 0] = '\0';
	close(p[0]);
}

static void
say_some(void)
{
	log_open("json");
	log_event("none", NULL);
	log_event("one", "{\"a\":1}");
	log_open("none");
	log_event("quiet", NULL);
	log_error("what", "a \"b\"\\\n\x01");
}

static void
say_much(void)
{
	char much[8192];

	memset(much, 1, sizeof(much) - 1);
	much[sizeof(much) - 1] = '\0';
	log_error("what", much);
}

/* The stamp is 24 characters. */
static void
a_log_is_lines_of_json(void **state)
{
	static const char *const rest[] = {
		"\",\"event\":\"none\"}\n", "\",\"event\":\"one\",\"a\":1}\n",
		"\",\"event\":\"error\",\"what\":\"what\",\"error\":\"a \\\"b"
		"\\\"\\\\\\u000a\\u0001\"}\n"
	};
	char text[8192], *p = text;
	size_t i;

	(void)state;
	logged(say_some, text, sizeof(text));
	for (i = 0; i < 3; i++) {
		assert_int_equal(strncmp(p, "{\"time\":\"", 9), 0);
		p += 9 + 24;
		assert_int_equal(strncmp(p, rest[i], strlen(rest[i])), 0);
		p += strlen(rest[i]);
	}
	assert_string_equal(p, "");
	logged(say_much, text, sizeof(text));
	assert_string_equal(text + strlen(text) - 9, "\\u0001\"}\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_configuration_is_read),
		cmocka_unit_test(what_is_wrong_is_told_with_its_line),
		cmocka_unit_test(utf8_is_told_from_what_is_not),
		cmocka_unit_test(base64_goes_there_and_back),
		cmocka_unit_test(a_callback_is_a_name),
		cmocka_unit_test(a_client_has_its_burst_and_then_its_rate),
		cmocka_unit_test(names_of_files_stay_below),
		cmocka_unit_test(a_run_that_is_well_is_taken),
		cmocka_unit_test(a_run_beyond_what_may_be_is_refused),
		cmocka_unit_test(descriptors_are_what_they_should_be),
		cmocka_unit_test(a_message_crosses_and_a_strange_one_does_not),
		cmocka_unit_test(an_address_is_taken_as_it_is_told),
		cmocka_unit_test(a_log_is_lines_of_json),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
