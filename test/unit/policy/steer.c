/* SPDX-License-Identifier: BSD-2-Clause */
/* Listeners that are not where they seem; and replacing the programs. */
#include "world.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "jail.h"
#include "tests.h"

/* The connection arrives, and at this address. */
#define assert_arrives(fd, addr, port, name) do {			\
	int _fd = arrives(fd, addr, port);				\
									\
	assert_true(_fd >= 0);						\
	assert_string_equal(name_of(_fd), name);			\
	close(_fd);							\
} while (0)

void
steer_several(void **state)
{
	struct prison *pr = prison_new("10.0.0.2 10.0.0.3 fd00::2 fd00::3",
	    POLICY_RESERVED_PORTS);
	int fd;

	(void)state;
	assert_true((fd = try_listen(pr, "0.0.0.0", 80)) >= 0);
	assert_arrives(fd, "10.0.0.2", 80, "10.0.0.2:80");
	assert_arrives(fd, "10.0.0.3", 80, "10.0.0.3:80");
	assert_false(answers("10.0.0.1", 80));
	assert_false(answers("127.0.0.1", 80));
	assert_string_equal(name_of(fd), "0.0.0.0:80");
	close(fd);
	assert_false(answers("10.0.0.3", 80));
	assert_true((fd = inside(pr, ask_listen, &(struct ask){ .as_to = "::",
	    .as_port = 80, .as_flags = AS_V6ONLY })) >= 0);
	assert_arrives(fd, "fd00::2", 80, "[fd00::2]:80");
	assert_arrives(fd, "fd00::3", 80, "[fd00::3]:80");
	assert_false(answers("fd00::1", 80));
	assert_false(answers("10.0.0.2", 80));
	/* a port of the kernel's choosing */
	assert_true((fd = try_listen(pr, "0.0.0.0", 0)) >= 0);
	assert_true(arrives(fd, "10.0.0.2", port_of(fd)) >= 0);
	assert_true(arrives(fd, "10.0.0.3", port_of(fd)) >= 0);
}

void
steer_dual(void **state)
{
	struct prison *pr = prison_new("10.0.0.2 10.0.0.3 fd00::2 fd00::3", 0);
	struct prison *one = prison_new("10.0.0.4 fd00::4", 0);
	int fd;

	(void)state;
	assert_true((fd = try_listen(pr, "::", 5000)) >= 0);
	assert_string_equal(name_of(fd), "[::]:5000");
	assert_arrives(fd, "10.0.0.2", 5000, "[::ffff:10.0.0.2]:5000");
	assert_arrives(fd, "10.0.0.3", 5000, "[::ffff:10.0.0.3]:5000");
	assert_arrives(fd, "fd00::2", 5000, "[fd00::2]:5000");
	assert_arrives(fd, "fd00::3", 5000, "[fd00::3]:5000");
	assert_false(answers("10.0.0.1", 5000));
	assert_false(answers("fd00::1", 5000));
	/* from inside, too */
	assert_true(try_connect(pr, "::1", 5000) >= 0);
	assert_true(try_connect(pr, "127.0.0.1", 5000) >= 0);
	assert_true((fd = try_listen(one, "::", 5000)) >= 0);
	assert_arrives(fd, "10.0.0.4", 5000, "[::ffff:10.0.0.4]:5000");
	assert_arrives(fd, "fd00::4", 5000, "[fd00::4]:5000");
}

void
steer_exact(void **state)
{
	struct prison *pr = prison_new("10.0.0.2 10.0.0.3 fd00::2", 0);
	int any, one;

	(void)state;
	assert_true((one = try_listen(pr, "10.0.0.3", 5000)) >= 0);
	assert_true((any = try_listen(pr, "0.0.0.0", 5000)) >= 0);
	assert_arrives(one, "10.0.0.3", 5000, "10.0.0.3:5000");
	assert_arrives(any, "10.0.0.2", 5000, "10.0.0.2:5000");
	close(one);
	assert_arrives(any, "10.0.0.3", 5000, "10.0.0.3:5000");
	/* but nobody takes an address from a wildcard that is there */
	assert_int_equal(try_listen(pr, "10.0.0.3", 5000), -EADDRINUSE);
	assert_int_equal(inside(pr, ask_listen, &(struct ask){
	    .as_to = "10.0.0.3", .as_port = 5000, .as_uid = 1000,
	    .as_flags = AS_REUSEPORT }), -EADDRINUSE);
	close(any);
	assert_true((one = try_listen(pr, "10.0.0.3", 5000)) >= 0);
	assert_true((any = try_listen(pr, "::", 5001)) >= 0);
	assert_int_equal(try_listen(pr, "fd00::2", 5001), -EADDRINUSE);
}

void
steer_live(void **state)
{
	struct prison *pr = prison_new("10.0.0.2 10.0.0.3", 0);
	int fd;

	(void)state;
	assert_true((fd = try_listen(pr, "0.0.0.0", 5000)) >= 0);
	assert_int_equal(prison_set(pr, "10.0.0.2 10.0.0.4", 0), 0);
	assert_arrives(fd, "10.0.0.4", 5000, "10.0.0.4:5000");
	assert_false(answers("10.0.0.3", 5000));
}

void
steer_reuseport(void **state)
{
	struct prison *pr = prison_new("10.0.0.2 10.0.0.3", 0);
	const struct ask as = { .as_to = "0.0.0.0", .as_port = 5000,
	    .as_flags = AS_REUSEPORT };
	int fd[3], i, last;

	(void)state;
	for (i = 0; i < 3; i++)
		assert_true((fd[i] = inside(pr, ask_listen, &as)) >= 0);
	/* whichever two die, the third has both addresses */
	for (last = 0; last < 3; last++) {
		for (i = 0; i < 3; i++)
			if (i != last)
				close(fd[i]);
		assert_true(arrives(fd[last], "10.0.0.2", 5000) >= 0);
		assert_true(arrives(fd[last], "10.0.0.3", 5000) >= 0);
		for (i = 0; i < 3; i++)
			if (i != last)
				assert_true((fd[i] = inside(pr, ask_listen,
				    &as)) >= 0);
	}
}

void
steer_dodge(void **state)
{
	struct prison *pr = prison_new("10.0.0.2", POLICY_RESERVED_PORTS);
	struct prison *dual = prison_new("10.0.0.3 fd00::3",
	    POLICY_RESERVED_PORTS);
	int fd, host, host6;

	(void)state;
	assert_true((host = try_listen(NULL, "0.0.0.0", 83)) >= 0);
	assert_true((fd = try_listen(pr, "0.0.0.0", 83)) >= 0);
	assert_string_equal(name_of(fd), "10.0.0.2:83");
	assert_arrives(fd, "10.0.0.2", 83, "10.0.0.2:83");
	assert_arrives(host, "10.0.0.1", 83, "10.0.0.1:83");
	/* from inside the prison the prison, under every name */
	assert_string_equal(peer_of(try_connect(pr, "127.0.0.1", 83)),
	    "10.0.0.2:83");
	close(accept(fd, NULL, NULL));
	close(fd);
	/* as on FreeBSD the host is there when the prison is not */
	assert_arrives(host, "10.0.0.2", 83, "10.0.0.2:83");
	/* both families against both families */
	assert_true((host6 = inside(NULL, ask_listen, &(struct ask){
	    .as_to = "::", .as_port = 83, .as_flags = AS_V6ONLY })) >= 0);
	assert_true((fd = try_listen(dual, "::", 83)) >= 0);
	assert_arrives(fd, "10.0.0.3", 83, "[::ffff:10.0.0.3]:83");
	assert_arrives(fd, "fd00::3", 83, "[fd00::3]:83");
	assert_arrives(host, "10.0.0.1", 83, "10.0.0.1:83");
	assert_arrives(host6, "fd00::1", 83, "[fd00::1]:83");
	close(fd);
	assert_true((fd = try_listen(dual, "fd00::3", 83)) >= 0);
	assert_string_equal(name_of(fd), "[fd00::3]:83");
	assert_arrives(fd, "fd00::3", 83, "[fd00::3]:83");
	assert_arrives(host, "10.0.0.3", 83, "10.0.0.3:83");
}

void
steer_dodge_twice(void **state)
{
	struct prison *pr = prison_new("10.0.0.2", 0);
	const struct ask reuse = { .as_to = "0.0.0.0", .as_port = 5002,
	    .as_flags = AS_REUSEPORT };
	int fd[2];

	(void)state;
	assert_true(try_listen(pr, "0.0.0.0", 5000) >= 0);
	assert_int_equal(try_listen(pr, "0.0.0.0", 5000), -EADDRINUSE);
	assert_true(try_listen(NULL, "0.0.0.0", 5001) >= 0);
	assert_true(try_listen(pr, "0.0.0.0", 5001) >= 0);
	assert_int_equal(try_listen(pr, "0.0.0.0", 5001), -EADDRINUSE);
	assert_int_equal(try_listen(pr, "10.0.0.2", 5001), -EADDRINUSE);
	/* the host on this very address is no wildcard */
	assert_true(try_listen(NULL, "10.0.0.2", 5003) >= 0);
	assert_int_equal(try_listen(pr, "0.0.0.0", 5003), -EADDRINUSE);
	/* a group that was moved is still a group */
	assert_true(try_listen(NULL, "0.0.0.0", 5002) >= 0);
	assert_true((fd[0] = inside(pr, ask_listen, &reuse)) >= 0);
	assert_true((fd[1] = inside(pr, ask_listen, &reuse)) >= 0);
	close(fd[0]);
	assert_arrives(fd[1], "10.0.0.2", 5002, "10.0.0.2:5002");
}

void
steer_shared(void **state)
{
	struct prison *a = prison_new("10.0.0.2 10.0.0.3", 0);
	struct prison *b = prison_new("10.0.0.2 10.0.0.3", 0);
	int fd;

	(void)state;
	assert_true((fd = try_listen(b, "0.0.0.0", 5000)) >= 0);
	assert_arrives(fd, "10.0.0.3", 5000, "10.0.0.3:5000");
	assert_int_equal(try_listen(a, "0.0.0.0", 5000), -EADDRINUSE);
	/* one goes, and the other's listener stays */
	prison_free(a);
	assert_arrives(fd, "10.0.0.3", 5000, "10.0.0.3:5000");
	assert_arrives(fd, "10.0.0.2", 5000, "10.0.0.2:5000");
}

static int
is_attached(void)
{
	char name[64];
	struct stat sb;

	assert_int_equal(stat("/proc/self/ns/net", &sb), 0);
	snprintf(name, sizeof(name), "steer-%ju", (uintmax_t)sb.st_ino);
	return (faccessat(world.wo_bpf, name, F_OK, 0) == 0);
}

void
steer_attached(void **state)
{
	struct prison *a, *b;

	(void)state;
	policy_rest(&world.wo_maps);
	assert_false(is_attached());
	a = prison_new("*4 *6", 0);
	assert_false(is_attached());
	prison_set(a, "10.0.0.2", 0);
	assert_true(is_attached());
	b = prison_new("fd00::2", 0);
	prison_free(a);
	policy_rest(&world.wo_maps);
	assert_true(is_attached());
	assert_int_equal(prison_set(b, "", 0), 0);
	assert_true(is_attached());
	policy_rest(&world.wo_maps);
	assert_false(is_attached());
}

/* Write another version's text over ours: the same, but for one word. */
static void
version_forge(const char *word, const char *other)
{
	char new[128], text[128] = "", *at;

	assert_true(readlinkat(world.wo_bpf, "version", text,
	    sizeof(text) - 1) > 0);
	assert_non_null(at = strstr(text, word));
	snprintf(new, sizeof(new), "%.*s%s%s", (int)(at - text), text, other,
	    at + strlen(other));
	assert_int_equal(unlinkat(world.wo_bpf, "version", 0), 0);
	assert_int_equal(symlinkat(new, world.wo_bpf, "version"), 0);
}

struct hammer {
	volatile int	ha_stop;
	volatile long	ha_tries;
	volatile long	ha_through;
};

/* Bind to the host's address until told to stop, in the prison. */
static pid_t
hammer(struct prison *pr, struct hammer *ha)
{
	const struct ask as = { .as_to = "10.0.0.1", .as_port = 5000 };
	struct clone_args ca = {
		.flags = CLONE_INTO_CGROUP,
		.exit_signal = SIGCHLD,
		.cgroup = pr->pr_cg,
	};
	pid_t pid;

	if ((pid = syscall(SYS_clone3, &ca, sizeof(ca))) != 0)
		return (pid);
	while (!ha->ha_stop) {
		ha->ha_tries++;
		if (ask_bind(&as) != -EADDRNOTAVAIL)
			ha->ha_through++;
	}
	_exit(0);
}

void
replaced(void **state)
{
	struct prison *pr = prison_new("10.0.0.2 10.0.0.3", 0);
	struct hammer *ha;
	int fd, i, status;
	pid_t pid;

	(void)state;
	ha = mmap(NULL, sizeof(*ha), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true((fd = try_listen(pr, "0.0.0.0", 5000)) >= 0);
	assert_true((pid = hammer(pr, ha)) > 0);
	for (i = 0; i < 5; i++) {
		version_forge("programs ", "programs 00000000");
		if (policy_setup(world.wo_bpf, world.wo_cg,
		    world.wo_level) == -1) {
			ha->ha_stop = 1;
			fail_msg("policy_setup: %s", jail_errmsg);
		}
	}
	ha->ha_stop = 1;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(ha->ha_tries > 100);
	assert_int_equal(ha->ha_through, 0);
	/* rows and listeners are as they were */
	assert_arrives(fd, "10.0.0.3", 5000, "10.0.0.3:5000");
	assert_string_equal(name_of(fd), "0.0.0.0:5000");
	assert_int_equal(try_bind(pr, "10.0.0.1", 5000), -EADDRNOTAVAIL);
	assert_true(try_bind(pr, "10.0.0.3", 5001) >= 0);
	munmap(ha, sizeof(*ha));
}

void
layout_refused(void **state)
{
	struct prison *pr = prison_new("10.0.0.2", 0);

	(void)state;
	version_forge("layout ", "layout 0");
	assert_int_equal(policy_setup(world.wo_bpf, world.wo_cg,
	    world.wo_level), -1);
	assert_int_equal(errno, EBUSY);
	assert_non_null(strstr(jail_errmsg, "remove all jails"));
	assert_int_equal(try_bind(pr, "10.0.0.1", 5000), -EADDRNOTAVAIL);
	/* nor does another cgroup get what guards this one */
	assert_int_equal(policy_setup(world.wo_bpf, pr->pr_cg,
	    world.wo_level + 1), -1);
	assert_int_equal(errno, EBUSY);
	/*
	 * Without prisons it is replaced whole; a row that a crash left of a
	 * cgroup which is gone is no prison.
	 */
	assert_int_equal(policy_set(world.wo_bpf, &world.wo_maps, 999999999,
	    &pr->pr_policy), 0);
	prison_free(pr);
	assert_int_equal(policy_setup(world.wo_bpf, world.wo_cg,
	    world.wo_level), 0);
	policy_close(&world.wo_maps);
	assert_int_equal(policy_open(world.wo_bpf, &world.wo_maps), 0);
	pr = prison_new("10.0.0.2", 0);
	assert_int_equal(try_bind(pr, "10.0.0.1", 5000), -EADDRNOTAVAIL);
	assert_true(try_bind(pr, "10.0.0.2", 5000) >= 0);
}
