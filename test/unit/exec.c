// SPDX-License-Identifier: BSD-2-Clause
/*
 * exec_search() and sys_vfork3(): the program that is found by the other
 * environment's PATH, and the parent as it was before.
 */
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "exec.h"
#include "sys.h"

static char top[] = "/tmp/jail-exec.XXXXXX";

struct child {
	char	*const *ch_argv;
	char	*const *ch_envp;
	int	ch_out;
};

/* qemu's emulation of a user's programs has no clone3(2). */
static void
need_clone3(pid_t pid)
{
	if (pid == -1 && errno == ENOSYS)
		skip();
	assert_true(pid > 0);
}

static void
child(void *arg)
{
	struct child *ch = arg;

	dup2(ch->ch_out, 1);
	exec_search(ch->ch_argv, ch->ch_envp);
	dprintf(1, "errno %d", errno);
	_exit(127);
}

/* What a command says, or "errno N". */
static const char *
said(const char *path, char *const *argv)
{
	static char text[256];
	char variable[PATH_MAX];
	char *const envp[] = { variable, (char *)(uintptr_t)"WHO=it", NULL };
	struct child ch = { .ch_argv = argv, .ch_envp = envp };
	int p[2], status;
	ssize_t n;
	pid_t pid;

	snprintf(variable, sizeof(variable), "%s", path);
	assert_int_equal(pipe(p), 0);
	ch.ch_out = p[1];
	pid = sys_vfork3(CLONE_CLEAR_SIGHAND, SIGCHLD, -1, NULL, child, &ch);
	need_clone3(pid);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	close(p[1]);
	n = read(p[0], text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = '\0';
	close(p[0]);
	return (text);
}

#define SAID(path, ...) said(path, (char *const []){ __VA_ARGS__, NULL })
#define W(s) ((char *)(uintptr_t)(s))

static void
file(const char *name, int mode, const char *text)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", top, name);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static int
setup(void **state)
{
	char path[PATH_MAX];

	(void)state;
	if (mkdtemp(top) == NULL || chdir(top) == -1 ||
	    mkdir("one", 0700) == -1 || mkdir("two", 0700) == -1)
		return (-1);
	snprintf(path, sizeof(path), "%s/one", top);
	file("one/denied", 0600, "#!/bin/sh\necho never\n");
	file("two/denied", 0700, "#!/bin/sh\necho $0 $1 $WHO\n");
	file("one/first", 0700, "#!/bin/sh\necho one\n");
	file("two/first", 0700, "#!/bin/sh\necho two\n");
	file("two/script", 0700, "echo script $1 $2 $#\n");
	file("one/locked", 0600, "#!/bin/sh\n");
	file("here", 0700, "#!/bin/sh\necho here\n");
	return (0);
}

static int
teardown(void **state)
{
	char command[PATH_MAX];

	(void)state;
	snprintf(command, sizeof(command),
	    "rm -rf --one-file-system -- '%s'", top);
	return (system(command));
}

static void
the_path_of_the_new_environment_is_searched(void **state)
{
	char one[PATH_MAX], both[2 * PATH_MAX], expect[PATH_MAX];

	(void)state;
	snprintf(one, sizeof(one), "PATH=%s/one", top);
	snprintf(both, sizeof(both), "PATH=%s/nowhere:%s/one:%s/two", top, top,
	    top);
	assert_string_equal(SAID(both, W("first")), "one\n");
	/* One that may not be run is passed over, and remembered. */
	snprintf(expect, sizeof(expect), "%s/two/denied x it\n", top);
	assert_string_equal(SAID(both, W("denied"), W("x")), expect);
	snprintf(expect, sizeof(expect), "errno %d", EACCES);
	assert_string_equal(SAID(both, W("locked")), expect);
	snprintf(expect, sizeof(expect), "errno %d", ENOENT);
	assert_string_equal(SAID(both, W("nothing")), expect);
	assert_string_equal(SAID(one, W("script")), expect);
	assert_string_equal(SAID(both, W("")), expect);
	/* A path is not searched for, and an empty directory is this one. */
	assert_string_equal(SAID(one, W("two/first")), "two\n");
	assert_string_equal(SAID("PATH=:/nowhere", W("here")), "here\n");
	assert_string_equal(SAID("PATH=/nowhere:", W("here")), "here\n");
	assert_string_equal(SAID("NOPATH=", W("echo"), W("usual")), "usual\n");
}

static void
a_script_without_a_first_line_is_the_shells(void **state)
{
	char both[PATH_MAX];

	(void)state;
	snprintf(both, sizeof(both), "PATH=%s/two", top);
	assert_string_equal(SAID(both, W("script"), W("a"), W("b c")),
	    "script a b c 2\n");
}

static void
note(void *arg)
{
	volatile char stack[8192];

	memset((char *)(uintptr_t)stack, 0x5a, sizeof(stack));
	*(pid_t *)arg = getpid() + (stack[17] - 0x5a);
	_exit(7);
}

/* What the child did on our stack is below what is ours. */
static void
the_parent_goes_on_as_it_was(void **state)
{
	volatile unsigned ours[16];
	pid_t pid, wrote = 0;
	unsigned i;
	int status;

	(void)state;
	for (i = 0; i < 16; i++)
		ours[i] = i * 3;
	pid = sys_vfork3(CLONE_CLEAR_SIGHAND, SIGCHLD, -1, NULL, note, &wrote);
	need_clone3(pid);
	for (i = 0; i < 16; i++)
		assert_int_equal(ours[i], i * 3);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(WEXITSTATUS(status), 7);
#ifndef __SANITIZE_ADDRESS__
	assert_int_equal(wrote, pid);
#endif
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_path_of_the_new_environment_is_searched),
		cmocka_unit_test(a_script_without_a_first_line_is_the_shells),
		cmocka_unit_test(the_parent_goes_on_as_it_was),
	};

	return (cmocka_run_group_tests(tests, setup, teardown));
}
