// SPDX-License-Identifier: BSD-2-Clause
#include <sys/prctl.h>

#include <errno.h>
#include <grp.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <jail.h>

#include "jailed.h"

#define NOBODY	65534

/*
 * What one thread needs that answers on sockets it has, and hands descriptors
 * on.  Whatever opens, runs or connects is not among them.
 */
static const char *const calls[] = {
	"accept", "accept4", "brk", "clock_gettime", "clock_nanosleep",
	"close", "dup", "epoll_create1", "epoll_ctl", "epoll_pwait",
	"epoll_wait", "eventfd2", "exit", "exit_group", "fcntl", "fstat",
	"ftruncate", "futex", "getpeername", "getpid", "getrandom",
	"getsockname", "getsockopt", "gettid", "gettimeofday", "lseek",
	"madvise", "memfd_create", "mmap", "mprotect", "mremap", "munmap",
	"nanosleep", "newfstatat", "pipe2", "poll", "ppoll", "pread64", "read",
	"readv", "recvfrom", "recvmsg", "restart_syscall", "rt_sigaction",
	"rt_sigprocmask", "rt_sigreturn", "sendfile", "sendmsg", "sendto",
	"set_robust_list", "setsockopt", "shutdown", "signalfd4", "socketpair",
	"tgkill", "write", "writev",
};

static int
filter_calls(void)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	size_t i;
	int nr, r = ctx == NULL ? -ENOMEM : 0;

	for (i = 0; r == 0 && i < sizeof(calls) / sizeof(calls[0]); i++) {
		/* Some are not on every machine. */
		nr = seccomp_syscall_resolve_name(calls[i]);
		if (nr >= 0)
			r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, nr, 0);
	}
	if (r == 0)
		r = seccomp_load(ctx);
	seccomp_release(ctx);
	errno = -r;
	return (r == 0 ? 0 : -1);
}

int
jail_myself(const char *empty, const char *owner, char *error, size_t size)
{
	char meta[512];
	int jid;

	snprintf(meta, sizeof(meta), "lleval=%s", owner);
	if (chdir("/") == -1 || (jid = jail_setv(JAIL_CREATE | JAIL_ATTACH, "path",
	    empty, "host.hostname", "lleval-http", "ip4", "inherit", "ip6",
	    "inherit", "user", "new", "pid", "inherit", "meta", meta,
	    NULL)) == -1)
		return (snprintf(error, size, "the HTTP part's own prison: %s",
		    jail_errmsg), -1);
	if (setgroups(0, NULL) == -1 || setresgid(NOBODY, NOBODY, NOBODY) == -1
	    || setresuid(NOBODY, NOBODY, NOBODY) == -1 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    prctl(PR_SET_DUMPABLE, 0) == -1 || filter_calls() == -1)
		return (snprintf(error, size, "the HTTP part's rights: %s",
		    strerror(errno)), -1);
	return (jid);
}
