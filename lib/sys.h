/* SPDX-License-Identifier: BSD-2-Clause */
/* System calls that the C library does not wrap, and their constants. */
#ifndef ABASHIRI_SYS_H
#define ABASHIRI_SYS_H

#include <sys/types.h>

#include <linux/openat2.h>
#include <linux/sched.h>
#include <stdint.h>

#ifndef CGROUP2_SUPER_MAGIC
#define CGROUP2_SUPER_MAGIC	0x63677270
#endif
#ifndef DEVPTS_SUPER_MAGIC
#define DEVPTS_SUPER_MAGIC	0x1cd1
#endif

/*
 * clone3(2) as fork(2): the child has a copy of everything, returns 0.
 * Atfork handlers do not run, and other threads' locks stay as they were:
 * until it execs the child may call nothing that allocates.
 * cgfd: the cgroup2 directory the child is born in, or -1.
 */
pid_t	sys_clone3(uint64_t flags, int exit_signal, int cgfd, int *ret_pidfd);

/*
 * As vfork(2): the child runs fn(arg), which does not return, in our memory
 * and below us on our stack, and we go on when it has become another program
 * or ended.  Nothing is copied: that is half of what a fork costs.
 *
 * What it writes, we find written; of descriptors it has its own.  It shares
 * errno and the like with this thread, and the rest with all others: what it
 * allocates it must free.  Out of memory in its cgroup, the kernel would kill
 * all who share the memory: only where nobody else is in that cgroup.  Whose
 * credentials change in there leaves us not dumpable (PR_SET_DUMPABLE).
 */
pid_t	sys_vfork3(uint64_t flags, int exit_signal, int cgfd, int *ret_pidfd,
	    void (*fn)(void *), void *arg);

/*
 * Of the calling thread only.  The C library's own reach out for all threads
 * of the process, and in a child of sys_clone3() wait for ever for those that
 * were left behind.
 */
int	sys_setgroups(size_t n, const gid_t *groups);
int	sys_setresgid(gid_t gid);
int	sys_setresuid(uid_t uid);

int	sys_openat2(int dirfd, const char *path, uint64_t flags, uint64_t mode,
	    uint64_t resolve);
/*
 * How many mounts lie below the one that fd is on, in the caller's mount
 * namespace: 0, 1 for "some", or -1 (ENOSYS before Linux 6.8).
 */
int	sys_has_submounts(int fd);

/*
 * Is the mount that fd is on shared?  1, 0, or -1 (ENOSYS before Linux 6.8).
 */
int	sys_is_shared(int fd);

int	sys_pivot_root(const char *new_root, const char *put_old);

/* Write a short string to a file beneath dirfd, in one write.  0 or -1. */
int	sys_write_at(int dirfd, const char *path, const char *text);

/*
 * Read a file beneath dirfd whole into buf, with a NUL behind it.  Returns
 * the length; EFBIG when it does not fit.
 */
ssize_t	sys_read_at(int dirfd, const char *path, char *buf, size_t size);

#endif
