// SPDX-License-Identifier: BSD-2-Clause
/* zfs receive: what a stream says happens in its directory, or not at all. */
#include <sys/stat.h>

#include <endian.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "stream.h"

static unsigned char out[65536];
static size_t outlen, start;
static char dir[64];

static uint32_t
crc32c(const unsigned char *p, size_t n)
{
	uint32_t crc = 0;
	int bit;

	for (; n > 0; n--, p++)
		for (crc ^= *p, bit = 0; bit < 8; bit++)
			crc = (crc >> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
	return (crc);
}

static void
put(const void *p, size_t n)
{
	memcpy(out + outlen, p, n);
	outlen += n;
}

static void
attr(int type, const void *p, size_t n)
{
	uint16_t head[2] = { htole16((uint16_t)type), htole16((uint16_t)n) };

	put(head, 4);
	put(p, n);
}

static void
text(int type, const char *s)
{
	attr(type, s, strlen(s));
}

static void
num(int type, uint64_t n)
{
	n = htole64(n);
	attr(type, &n, 8);
}

static void
begin(int cmd)
{
	unsigned char head[10] = { 0 };

	start = outlen;
	head[4] = (unsigned char)cmd;
	put(head, sizeof(head));
}

static void
end(void)
{
	uint32_t len = htole32((uint32_t)(outlen - start - 10)), crc;

	memcpy(out + start, &len, 4);
	crc = htole32(crc32c(out + start, outlen - start));
	memcpy(out + start + 6, &crc, 4);
}

/* A stream begins, with a subvolume. */
static void
stream(void)
{
	outlen = 0;
	put("btrfs-stream\0\1\0\0\0", 17);
	begin(1);
	text(15, "fs");
	attr(1, "0123456789abcdef", 16);
	num(2, 7);
	end();
}

static int
apply(const char **why)
{
	int p[2], rootfd = open(dir, O_RDONLY | O_DIRECTORY), error;

	begin(21);
	end();
	assert_int_equal(pipe(p), 0);
	assert_int_equal(write(p[1], out, outlen), outlen);
	close(p[1]);
	error = stream_apply(p[0], rootfd, -1, why);
	close(p[0]);
	close(rootfd);
	return (error);
}

static void
mkfile(const char *path)
{
	begin(3);
	text(15, path);
	num(3, 257);
	end();
}

static void
put_data(const char *path, const char *data)
{
	begin(15);
	text(15, path);
	num(18, 0);
	text(19, data);
	end();
}

static void
mksymlink(const char *path, const char *to)
{
	begin(8);
	text(15, path);
	num(3, 258);
	text(17, to);
	end();
}

static void
what_is_sent_is_there(void **state)
{
	char path[96], buf[16] = "";
	const char *why;
	int fd;

	(void)state;
	stream();
	begin(4);
	text(15, "d");
	num(3, 256);
	end();
	mkfile("d/f");
	put_data("d/f", "hello");
	mksymlink("d/l", "/etc/passwd");
	begin(9);
	text(15, "d/f");
	text(16, "d/g");
	end();
	if (apply(&why) == -1)
		fail_msg("%s", why);
	snprintf(path, sizeof(path), "%s/d/g", dir);
	fd = open(path, O_RDONLY);
	assert_int_equal(read(fd, buf, sizeof(buf) - 1), 5);
	assert_string_equal(buf, "hello");
	close(fd);
}

/* Each of these must be refused, and must not touch the victim. */
static void
refused(void)
{
	const char *why;
	struct stat st;
	char path[96];

	assert_int_equal(apply(&why), -1);
	snprintf(path, sizeof(path), "%s.victim", dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 4);
	assert_int_equal(st.st_mode & 07777, 0600);
	snprintf(path, sizeof(path), "%s.new", dir);
	assert_int_equal(access(path, F_OK), -1);
}

static char up[128];

static void
prepare_links(void)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY);

	unlinkat(fd, "up", 0);
	unlinkat(fd, "link", 0);
	unlinkat(fd, "a", 0);
	close(fd);
	stream();
	mksymlink("up", "..");
	snprintf(up, sizeof(up), "%s.victim", dir);
	mksymlink("link", up);
}

static void
names_that_lead_out_are_refused(void **state)
{
	const char *base = strrchr(dir, '/') + 1;
	char path[3][128];
	const char *paths[5];
	size_t i;

	(void)state;
	snprintf(path[0], 128, "../%s.victim", base);
	snprintf(path[1], 128, "up/%s.victim", base);
	snprintf(path[2], 128, "%s.victim", dir);
	paths[0] = path[0];
	paths[1] = path[1];
	paths[2] = path[2];
	paths[3] = "link";
	paths[4] = "..";
	for (i = 0; i < 5; i++) {
		prepare_links();
		put_data(paths[i], "overwritten");
		refused();
		prepare_links();
		begin(18);	/* chmod */
		text(15, paths[i]);
		num(5, 0777);
		end();
		if (strcmp(paths[i], "link") != 0)
			refused();
		prepare_links();
		begin(17);	/* truncate */
		text(15, paths[i]);
		num(4, 0);
		end();
		refused();
		if (strcmp(paths[i], "link") == 0)
			continue;
		prepare_links();
		begin(11);	/* unlink */
		text(15, paths[i]);
		end();
		refused();
		prepare_links();
		begin(10);	/* link: the victim gets a name inside */
		text(15, "inside");
		text(17, paths[i]);
		end();
		refused();
	}
	prepare_links();
	snprintf(path[0], 128, "../%s.new", base);
	mkfile(path[0]);
	refused();
	prepare_links();
	mkfile("a");
	begin(9);
	text(15, "a");
	text(16, path[0]);
	end();
	refused();
}

static void
a_device_that_was_sent_is_not_written_to(void **state)
{
	const char *why;

	(void)state;
	if (geteuid() != 0)
		skip();
	stream();
	begin(5);
	text(15, "null");
	num(3, 257);
	num(5, S_IFCHR | 0666);
	num(8, 0x103);
	end();
	put_data("null", "to the disk");
	assert_int_equal(apply(&why), -1);
	assert_non_null(strstr(why, "null"));
}

static void
what_is_cut_or_changed_is_refused(void **state)
{
	const char *why;
	int p[2], rootfd, error;
	size_t whole, i;

	(void)state;
	stream();
	mkfile("cut");
	begin(21);
	end();
	whole = outlen;
	for (i = 0; i < whole; i += 3) {
		assert_int_equal(pipe(p), 0);
		assert_int_equal(write(p[1], out, i), i);
		close(p[1]);
		rootfd = open(dir, O_RDONLY | O_DIRECTORY);
		error = stream_apply(p[0], rootfd, -1, &why);
		assert_int_equal(error, -1);
		unlinkat(rootfd, "cut", 0);
		close(p[0]);
		close(rootfd);
	}
}

static int
setup(void **state)
{
	char path[96];
	int fd;

	(void)state;
	strcpy(dir, "/tmp/zfsstream.XXXXXX");
	if (mkdtemp(dir) == NULL)
		return (-1);
	snprintf(path, sizeof(path), "%s.victim", dir);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	if (fd == -1 || write(fd, "safe", 4) != 4)
		return (-1);
	close(fd);
	return (0);
}

static int
teardown(void **state)
{
	static const char *const names[] = { "d/g", "d/l", "a", "link", "up",
		"null", "cut" };
	char path[96];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		unlink(path);
	}
	snprintf(path, sizeof(path), "%s/d", dir);
	rmdir(path);
	snprintf(path, sizeof(path), "%s.victim", dir);
	unlink(path);
	return (rmdir(dir));
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(what_is_sent_is_there),
		TEST(names_that_lead_out_are_refused),
		TEST(a_device_that_was_sent_is_not_written_to),
		TEST(what_is_cut_or_changed_is_refused),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
