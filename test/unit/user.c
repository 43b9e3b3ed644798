// SPDX-License-Identifier: BSD-2-Clause
/* Users in the files of a prison, well and ill meant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "jail.h"
#include "user.h"

#define PASSWD "root:x:0:0:root:/root:/bin/sh\n" \
	"bob:x:1000:100:Bob:/home/bob:/bin/csh\n" \
	"1001:x:7:7::/seven:\n" \
	"alice:x:1001:100::/home/alice:/bin/sh"

static char root[] = "/tmp/test-user.XXXXXX";
static int rootfd = -1;
static struct jail_user ju;

/* The core's part: jail 1 has its root there. */
int
jail_get(struct iovec *iov, unsigned int niov, int flags)
{
	(void)flags;
	assert_int_equal(niov, 4);
	assert_string_equal(iov[0].iov_base, "jid");
	assert_string_equal(iov[2].iov_base, "path");
	if (*(int *)iov[1].iov_base != 1) {
		errno = ENOENT;
		return (-1);
	}
	snprintf(iov[3].iov_base, iov[3].iov_len, "%s", root);
	return (1);
}

static void
put_bytes(const char *path, const char *text, size_t len)
{
	int fd = openat(rootfd, path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, text, len), len);
	close(fd);
}

static void
put(const char *path, const char *text)
{
	put_bytes(path, text, strlen(text));
}

static int
setup(void **state)
{
	(void)state;
	strcpy(root + strlen(root) - 6, "XXXXXX");
	if (mkdtemp(root) == NULL)
		return (-1);
	rootfd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	mkdirat(rootfd, "etc", 0755);
	put("etc/passwd", PASSWD);
	memset(&ju, 0, sizeof(ju));
	return (0);
}

static int
teardown(void **state)
{
	(void)state;
	jail_user_clear(&ju);
	unlinkat(rootfd, "etc/passwd", 0);
	unlinkat(rootfd, "etc/group", 0);
	unlinkat(rootfd, "passwd", 0);
	unlinkat(rootfd, "etc", AT_REMOVEDIR);
	close(rootfd);
	return (rmdir(root));
}

static int
has_group(gid_t gid)
{
	int i, n = 0;

	for (i = 0; i < ju.ju_ngroups; i++)
		n += ju.ju_groups[i] == gid;
	return (n);
}

static void
finds_a_user_with_groups(void **state)
{
	(void)state;
	put("etc/group", "users:x:100:\nwheel:x:10:alice,bob\n"
	    "again:x:10:bob\nnot:x:11:bobby,alice\nlast:x:12:bob");
	assert_int_equal(user_find(rootfd, "bob", &ju), 0);
	assert_string_equal(ju.ju_name, "bob");
	assert_string_equal(ju.ju_home, "/home/bob");
	assert_string_equal(ju.ju_shell, "/bin/csh");
	assert_int_equal(ju.ju_uid, 1000);
	assert_int_equal(ju.ju_gid, 100);
	assert_int_equal(ju.ju_ngroups, 3);
	assert_int_equal(has_group(100), 1);
	assert_int_equal(has_group(10), 1);
	assert_int_equal(has_group(12), 1);
}

static void
finds_the_last_line_without_newline(void **state)
{
	(void)state;
	assert_int_equal(user_find(rootfd, "alice", &ju), 0);
	assert_int_equal(ju.ju_uid, 1001);
}

static void
needs_no_group_file(void **state)
{
	(void)state;
	assert_int_equal(user_find(rootfd, "bob", &ju), 0);
	assert_int_equal(ju.ju_ngroups, 1);
	assert_int_equal(ju.ju_groups[0], 100);
}

static void
finds_a_uid(void **state)
{
	(void)state;
	assert_int_equal(user_find(rootfd, "1000", &ju), 0);
	assert_string_equal(ju.ju_name, "bob");
}

static void
prefers_a_name_of_digits(void **state)
{
	(void)state;
	assert_int_equal(user_find(rootfd, "1001", &ju), 0);
	assert_int_equal(ju.ju_uid, 7);
}

static void
refused(const char *name, int error)
{
	errno = 0;
	assert_int_equal(user_find(rootfd, name, &ju), -1);
	assert_int_equal(errno, error);
	assert_null(ju.ju_name);
	assert_null(ju.ju_groups);
}

static void
says_no_such_user(void **state)
{
	(void)state;
	refused("nemo", ENOENT);
	assert_string_equal(jail_errmsg, "nemo: no such user");
	refused("", ENOENT);
	refused("4294967295", ENOENT);
	refused("99999999999999999999", ENOENT);
}

static void
passes_over_ill_formed_lines(void **state)
{
	static const char text[] = "+bob:x:0:0::/:/bin/sh\n"
	    "+::::::\n#bob:x:0:0::/:/bin/sh\n-bob:x:0:0::/:/\n"
	    "bob:x:0\nbob:x:0:0::/:/bin/sh:more\nbob:x::0::/:/bin/sh\n"
	    "bob:x:-0:0::/:/bin/sh\nbob:x:0x0:0::/:/bin/sh\n"
	    "bob:x: 0:0::/:/bin/sh\nbob:x:4294967295:0::/:/bin/sh\n"
	    "bob:x:4294967296:0::/:/bin/sh\nbob:x:0:0::/:/bin\0/sh\n"
	    "\n:x:0:0::/:/bin/sh\n"
	    "bob:x:5:5::/five:/bin/sh\n";

	(void)state;
	put_bytes("etc/passwd", text, sizeof(text) - 1);
	assert_int_equal(user_find(rootfd, "bob", &ju), 0);
	assert_int_equal(ju.ju_uid, 5);
	jail_user_clear(&ju);
	refused("+bob", ENOENT);
	refused("+", ENOENT);
}

static void
follows_links_within_the_root_only(void **state)
{
	(void)state;
	put("passwd", "inside:x:3:3::/:/bin/sh\n");
	unlinkat(rootfd, "etc/passwd", 0);
	assert_int_equal(symlinkat("/passwd", rootfd, "etc/passwd"), 0);
	assert_int_equal(user_find(rootfd, "inside", &ju), 0);
	jail_user_clear(&ju);
	unlinkat(rootfd, "etc/passwd", 0);
	assert_int_equal(symlinkat("../../../../../../../../passwd", rootfd,
	    "etc/passwd"), 0);
	assert_int_equal(user_find(rootfd, "inside", &ju), 0);
	jail_user_clear(&ju);
	unlinkat(rootfd, "etc/passwd", 0);
	assert_int_equal(symlinkat("/proc/self/root/etc/passwd", rootfd,
	    "etc/passwd"), 0);
	refused("root", ENOENT);
}

static void
refuses_what_is_no_file(void **state)
{
	(void)state;
	unlinkat(rootfd, "etc/passwd", 0);
	assert_int_equal(mkfifoat(rootfd, "etc/passwd", 0666), 0);
	refused("root", EINVAL);
	unlinkat(rootfd, "etc/passwd", 0);
	assert_int_equal(mkdirat(rootfd, "etc/passwd", 0755), 0);
	refused("root", EINVAL);
	unlinkat(rootfd, "etc/passwd", AT_REMOVEDIR);
	refused("root", ENOENT);
}

static void
refuses_a_huge_file(void **state)
{
	int fd = openat(rootfd, "etc/passwd", O_WRONLY);

	(void)state;
	assert_int_equal(ftruncate(fd, 1LL << 40), 0);
	close(fd);
	refused("root", EFBIG);
}

static void
counts_groups_once_and_not_without_end(void **state)
{
	char *text = malloc(3 << 20), *p = text;
	int i;

	(void)state;
	assert_non_null(text);
	for (i = 0; i < 65535; i++)
		p += sprintf(p, "a:x:%d:bob\nb:x:%d:bob\n", i + 1000,
		    i + 1000);
	put_bytes("etc/group", text, (size_t)(p - text));
	assert_int_equal(user_find(rootfd, "bob", &ju), 0);
	assert_int_equal(ju.ju_ngroups, 65536);
	jail_user_clear(&ju);
	p += sprintf(p, "c:x:70000:bob\n");
	put_bytes("etc/group", text, (size_t)(p - text));
	refused("bob", E2BIG);
	free(text);
}

static void
getuser_reads_the_jails_files(void **state)
{
	(void)state;
	assert_int_equal(jail_getuser(1, "bob", &ju), 0);
	assert_int_equal(ju.ju_uid, 1000);
	jail_user_clear(&ju);
	assert_int_equal(jail_getuser(2, "bob", &ju), -1);
	assert_int_equal(errno, ENOENT);
}

static void
getuser_0_asks_the_host(void **state)
{
	(void)state;
	assert_int_equal(jail_getuser(0, "root", &ju), 0);
	assert_int_equal(ju.ju_uid, 0);
	assert_true(has_group(0) > 0);
	jail_user_clear(&ju);
	assert_int_equal(jail_getuser(0, "0", &ju), 0);
	assert_string_equal(ju.ju_name, "root");
	jail_user_clear(&ju);
	assert_int_equal(jail_getuser(0, "no-such-user", &ju), -1);
	assert_int_equal(errno, ENOENT);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(finds_a_user_with_groups),
		CASE(finds_the_last_line_without_newline),
		CASE(needs_no_group_file),
		CASE(finds_a_uid),
		CASE(prefers_a_name_of_digits),
		CASE(says_no_such_user),
		CASE(passes_over_ill_formed_lines),
		CASE(follows_links_within_the_root_only),
		CASE(refuses_what_is_no_file),
		CASE(refuses_a_huge_file),
		CASE(counts_groups_once_and_not_without_end),
		CASE(getuser_reads_the_jails_files),
		CASE(getuser_0_asks_the_host),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
