/* SPDX-License-Identifier: BSD-2-Clause */
/* The second wall, where the kernel has it. */
#include "world.h"

#include <sys/syscall.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests.h"

static void
need_lsm(void)
{
	if (faccessat(world.wo_bpf, "lsm-connect", F_OK, 0) == -1)
		skip();
}

static socklen_t
unix_address(const struct ask *as, struct sockaddr_un *sun)
{
	memset(sun, 0, sizeof(*sun));
	sun->sun_family = AF_UNIX;
	snprintf(sun->sun_path, sizeof(sun->sun_path), "%s", as->as_to);
	if (sun->sun_path[0] == '@')
		sun->sun_path[0] = '\0';
	return (offsetof(struct sockaddr_un, sun_path) +
	    strlen(as->as_to));
}

static long
unix_listen(const struct ask *as)
{
	struct sockaddr_un sun;
	socklen_t len = unix_address(as, &sun);
	int fd = socket(AF_UNIX, as->as_type | SOCK_CLOEXEC, 0);

	if (bind(fd, (struct sockaddr *)&sun, len) == -1 ||
	    (as->as_type == SOCK_STREAM && listen(fd, 16) == -1)) {
		len = errno;
		close(fd);
		return (-(long)len);
	}
	return (fd);
}

static long
unix_connect(const struct ask *as)
{
	struct sockaddr_un sun;
	socklen_t len = unix_address(as, &sun);
	int fd = socket(AF_UNIX, as->as_type | SOCK_CLOEXEC, 0);
	long error = 0;

	if (as->as_flags & AS_CONNECTED || as->as_type == SOCK_STREAM) {
		if (connect(fd, (struct sockaddr *)&sun, len) == -1)
			error = -errno;
	} else if (sendto(fd, "x", 1, 0, (struct sockaddr *)&sun, len) == -1)
		error = -errno;
	close(fd);
	return (error);
}

static long
unix_try(struct prison *pr, const char *name, int type, unsigned flags)
{
	return (inside(pr, unix_connect, &(struct ask){ .as_to = name,
	    .as_type = type, .as_flags = flags | AS_CAPABLE }));
}

void
lsm_abstract(void **state)
{
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM };
	struct prison *a = prison_new("", 0), *b = prison_new("", 0);
	char path[64];
	size_t i;

	(void)state;
	need_lsm();
	for (i = 0; i < 2; i++) {
		struct ask as = { .as_to = "@jail-test-host",
		    .as_type = types[i], .as_flags = AS_CAPABLE };

		assert_true(inside(NULL, unix_listen, &as) >= 0);
		as.as_to = "@jail-test-a";
		assert_true(inside(a, unix_listen, &as) >= 0);
		snprintf(path, sizeof(path), "%s/socket%zu", world.wo_dir, i);
		as.as_to = path;
		assert_true(inside(NULL, unix_listen, &as) >= 0);

		assert_int_equal(unix_try(a, "@jail-test-host", types[i], 0),
		    -ECONNREFUSED);
		assert_int_equal(unix_try(a, "@jail-test-host", types[i],
		    AS_CONNECTED), -ECONNREFUSED);
		assert_int_equal(unix_try(b, "@jail-test-a", types[i], 0),
		    -ECONNREFUSED);
		assert_int_equal(unix_try(NULL, "@jail-test-a", types[i], 0),
		    -ECONNREFUSED);
		assert_int_equal(unix_try(a, "@jail-test-a", types[i], 0), 0);
		assert_int_equal(unix_try(NULL, "@jail-test-host", types[i],
		    0), 0);
		/* a path is guarded by the path */
		assert_int_equal(unix_try(a, path, types[i], 0), 0);
	}
}

static long
ask_getpgid(const struct ask *as)
{
	return (getpgid(as->as_fd) == -1 ? -errno : 0);
}

static long
ask_getsid(const struct ask *as)
{
	return (getsid(as->as_fd) == -1 ? -errno : 0);
}

static long
ask_getscheduler(const struct ask *as)
{
	return (sched_getscheduler(as->as_fd) == -1 ? -errno : 0);
}

static long
ask_getioprio(const struct ask *as)
{
	return (syscall(SYS_ioprio_get, 1, as->as_fd) == -1 ? -errno : 0);
}

void
lsm_processes(void **state)
{
	static long (*const questions[])(const struct ask *) = {
		ask_getpgid, ask_getsid, ask_getscheduler, ask_getioprio,
	};
	struct prison *pr = prison_new("", 0);
	struct ask as = { .as_flags = AS_CAPABLE };
	size_t i;

	(void)state;
	need_lsm();
	for (i = 0; i < 4; i++) {
		as.as_fd = getpid();
		assert_int_equal(inside(pr, questions[i], &as), -ESRCH);
		assert_int_equal(inside(NULL, questions[i], &as), 0);
		as.as_fd = 0;	/* itself */
		assert_int_equal(inside(pr, questions[i], &as), 0);
	}
}
