// SPDX-License-Identifier: BSD-2-Clause
/*
 * What unpacks an archive, or reads the files of a running prison, is told
 * paths by strangers.  It has the world as its root, so that no name leads out
 * of it, and neither a capability nor a system call to leave it by, should the
 * decoders be made to do what they were not written for.
 */
#include "confine.h"

#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stdlib.h>
#include <unistd.h>

#define NELEM(a) (sizeof(a) / sizeof((a)[0]))

/* By name, since not each machine has each of them. */
static const char *const calls_read[] = {
	"brk", "clock_gettime", "close", "exit", "exit_group", "fcntl", "fstat",
	"fstatat64", "futex", "getdents64", "getegid", "geteuid", "getgid",
	"getpid", "getrandom", "gettid", "getuid", "lgetxattr", "lseek", "lstat", "madvise",
	"mmap", "mprotect", "mremap", "munmap", "newfstatat", "open", "openat",
	"pread64", "read", "readlink", "readlinkat", "readv", "restart_syscall",
	"rseq", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn",
	"sched_getaffinity", "sched_yield", "set_robust_list", "sigaltstack",
	"stat", "statx", "sysinfo", "tgkill", "time", "umask", "write", "writev",
};
static const char *const calls_write[] = {
	"access", "chdir", "chmod", "chown", "faccessat", "fchdir", "fchmod",
	"fchmodat", "fchown", "fchownat", "fdatasync", "fsetxattr", "fsync",
	"ftruncate", "futimesat", "getcwd", "getxattr", "lchown",
	"link", "linkat", "lremovexattr", "lsetxattr", "mkdir", "mkdirat",
	"mknod", "mknodat", "pwrite64", "rename", "renameat", "renameat2",
	"rmdir", "setxattr", "symlink", "symlinkat", "truncate", "unlink",
	"unlinkat", "utime", "utimensat", "utimes",
};

static void
allow(scmp_filter_ctx ctx, const char *const *names, size_t n)
{
	size_t i;
	int nr;

	for (i = 0; i < n; i++) {
		nr = seccomp_syscall_resolve_name(names[i]);
		if (nr < 0)
			continue;
		if (seccomp_rule_add(ctx, SCMP_ACT_ALLOW, nr, 0) != 0)
			errx(1, "a filter that allows %s: cannot be made",
			    names[i]);
	}
}

/* ENOSYS, so that newer C libraries fall back to what is allowed, and errors get
   told. */
static void
confine_calls(unsigned flags)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
	int error;

	if (ctx == NULL)
		errx(1, "a filter of system calls: out of memory");
	allow(ctx, calls_read, NELEM(calls_read));
	if ((flags & CONFINE_WRITE) != 0)
		allow(ctx, calls_write, NELEM(calls_write));
	if ((error = seccomp_load(ctx)) != 0) {
		errno = -error;
		err(1, "a filter of system calls");
	}
	seccomp_release(ctx);
}

static void
confine_caps(unsigned flags)
{
	static const cap_value_t rd[] = { CAP_DAC_READ_SEARCH };
	static const cap_value_t wr[] = { CAP_CHOWN, CAP_DAC_OVERRIDE,
	    CAP_FOWNER, CAP_FSETID, CAP_SETFCAP };
	const cap_value_t *list = flags & CONFINE_WRITE ? wr : rd;
	int n = flags & CONFINE_WRITE ? (int)NELEM(wr) : (int)NELEM(rd);
	cap_t caps = cap_init();
	cap_value_t c;

	for (c = 0; cap_get_bound(c) >= 0; c++)
		if (cap_drop_bound(c) == -1)
			err(1, "dropping capability %d", c);
	if (caps == NULL ||
	    cap_set_flag(caps, CAP_PERMITTED, n, list, CAP_SET) == -1 ||
	    cap_set_flag(caps, CAP_EFFECTIVE, n, list, CAP_SET) == -1 ||
	    cap_set_proc(caps) == -1)
		err(1, "dropping capabilities");
	cap_free(caps);
}

static void
confine_memory(void)
{
	struct rlimit none = { 0, 0 };
#ifndef __SANITIZE_ADDRESS__
	struct rlimit memory = { 1UL << 30, 1UL << 30 };

	/* What a small archive may unpack to in memory. */
	if (setrlimit(RLIMIT_AS, &memory) == -1)
		err(1, "limiting memory");
#endif
	if (setrlimit(RLIMIT_CORE, &none) == -1)
		err(1, "limiting core files");
}

void
confine(const char *dir, unsigned flags)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd == -1 || fchdir(fd) == -1 || chroot(".") == -1)
		err(1, "%s", dir);
	close(fd);
	confine_memory();
	confine_caps(flags);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1)
		err(1, "prctl");
	confine_calls(flags);
}
