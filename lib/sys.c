// SPDX-License-Identifier: BSD-2-Clause
#include "sys.h"

#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "fd.h"

static void
clone_args_fill(struct clone_args *ca, uint64_t flags, int exit_signal,
    int cgfd, int *ret_pidfd)
{
	*ca = (struct clone_args){
		.flags = flags, .exit_signal = exit_signal
	};
	if (cgfd >= 0) {
		ca->flags |= CLONE_INTO_CGROUP;
		ca->cgroup = cgfd;
	}
	if (ret_pidfd != NULL) {
		ca->flags |= CLONE_PIDFD;
		ca->pidfd = (uintptr_t)ret_pidfd;
	}
}

pid_t
sys_clone3(uint64_t flags, int exit_signal, int cgfd, int *ret_pidfd)
{
	struct clone_args ca;

	clone_args_fill(&ca, flags, exit_signal, cgfd, ret_pidfd);
	return (syscall(SYS_clone3, &ca, sizeof(ca)));
}

/* What the child's frames leave in the shadow memory would pass for ours. */
#if defined(__SANITIZE_ADDRESS__)
#define STACK_IS_WATCHED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define STACK_IS_WATCHED 1
#endif
#endif

/*
 * No wrapper may be between us and the call: the child, which comes back
 * first, would leave it and write over what the parent returns through.  So
 * the child goes on from here, below all that is ours.
 */
static __attribute__((noinline)) long
vfork3(struct clone_args *ca, void (*fn)(void *), void *arg)
{
#if defined(__x86_64__)
	register void (*child)(void *) __asm__("r8") = fn;
	register void *with __asm__("r9") = arg;
	long r;

	__asm__ volatile (
	    "syscall\n\t"
	    "testq %%rax, %%rax\n\t"
	    "jnz 1f\n\t"
	    "xorl %%ebp, %%ebp\n\t"
	    "subq $256, %%rsp\n\t"	/* the red zone is the parent's */
	    "andq $-16, %%rsp\n\t"
	    "movq %%r9, %%rdi\n\t"
	    "callq *%%r8\n\t"
	    "hlt\n"
	    "1:"
	    : "=a" (r)
	    : "a" ((long)SYS_clone3), "D" (ca), "S" (sizeof(*ca)),
	      "r" (child), "r" (with)
	    : "rcx", "r11", "memory", "cc");
	return (r);
#elif defined(__aarch64__)
	register long nr __asm__("x8") = SYS_clone3;
	register long r __asm__("x0") = (long)ca;
	register long size __asm__("x1") = sizeof(*ca);
	register void (*child)(void *) __asm__("x9") = fn;
	register void *with __asm__("x10") = arg;

	__asm__ volatile (
	    "svc #0\n\t"
	    "cbnz x0, 1f\n\t"
	    "mov x29, xzr\n\t"
	    "mov x0, x10\n\t"
	    "blr x9\n\t"
	    "brk #1\n"
	    "1:"
	    : "+r" (r)
	    : "r" (nr), "r" (size), "r" (child), "r" (with)
	    : "memory", "cc");
	return (r);
#else
#error "vfork3() knows x86_64 and aarch64"
#endif
}

pid_t
sys_vfork3(uint64_t flags, int exit_signal, int cgfd, int *ret_pidfd,
    void (*fn)(void *), void *arg)
{
	struct clone_args ca;
	long r;

	flags |= CLONE_VFORK;
#ifdef STACK_IS_WATCHED
	if ((r = sys_clone3(flags, exit_signal, cgfd, ret_pidfd)) == 0)
		fn(arg);
	return (r);
#endif
	clone_args_fill(&ca, flags | CLONE_VM, exit_signal, cgfd, ret_pidfd);
	if ((r = vfork3(&ca, fn, arg)) < 0)
		return (errno = (int)-r, -1);
	return ((pid_t)r);
}

int
sys_setgroups(size_t n, const gid_t *groups)
{
	return (syscall(SYS_setgroups, n, groups));
}

int
sys_setresgid(gid_t gid)
{
	return (syscall(SYS_setresgid, gid, gid, gid));
}

int
sys_setresuid(uid_t uid)
{
	return (syscall(SYS_setresuid, uid, uid, uid));
}

int
sys_openat2(int dirfd, const char *path, uint64_t flags, uint64_t mode,
    uint64_t resolve)
{
	struct open_how how = {
		.flags = flags | O_CLOEXEC, .mode = mode, .resolve = resolve
	};

	return (syscall(SYS_openat2, dirfd, path, &how, sizeof(how)));
}

#ifndef SYS_listmount
#define SYS_listmount		458
#endif
#ifndef SYS_statmount
#define SYS_statmount		457
#endif
#ifndef STATMOUNT_MNT_BASIC
#define STATMOUNT_MNT_BASIC	0x2
#endif
#ifndef STATX_MNT_ID_UNIQUE
#define STATX_MNT_ID_UNIQUE	0x4000
#endif

/* struct mnt_id_req of 6.8 (MNT_ID_REQ_SIZE_VER0) */
struct listmount_req {
	uint32_t	lr_size;
	uint32_t	lr_spare;
	uint64_t	lr_mnt_id;
	uint64_t	lr_param;	/* list what comes after this one */
};

int
sys_has_submounts(int fd)
{
	struct listmount_req req = { .lr_size = sizeof(req) };
	struct statx stx;
	uint64_t id;

	if (statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID_UNIQUE, &stx) == -1)
		return (-1);
	if ((stx.stx_mask & STATX_MNT_ID_UNIQUE) == 0)
		return (errno = ENOSYS, -1);
	req.lr_mnt_id = stx.stx_mnt_id;
	return (syscall(SYS_listmount, &req, &id, 1, 0));
}

/* The first part of struct statmount of 6.8. */
struct statmount_answer {
	uint32_t	sa_size;
	uint32_t	sa_spare;
	uint64_t	sa_mask;
	uint64_t	sa_sb[3];
	uint64_t	sa_id[3];
	uint64_t	sa_attr;
	uint64_t	sa_propagation;		/* MS_ */
	uint64_t	sa_more[64];
};

int
sys_is_shared(int fd)
{
	struct listmount_req req = { .lr_size = sizeof(req) };
	struct statmount_answer answer = { .sa_mask = 0 };
	struct statx stx;

	if (statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID_UNIQUE, &stx) == -1)
		return (-1);
	if ((stx.stx_mask & STATX_MNT_ID_UNIQUE) == 0)
		return (errno = ENOSYS, -1);
	req.lr_mnt_id = stx.stx_mnt_id;
	req.lr_param = STATMOUNT_MNT_BASIC;
	if (syscall(SYS_statmount, &req, &answer, sizeof(answer), 0) == -1)
		return (-1);
	if ((answer.sa_mask & STATMOUNT_MNT_BASIC) == 0)
		return (errno = ENOSYS, -1);
	return ((answer.sa_propagation & MS_SHARED) != 0);
}

int
sys_pivot_root(const char *new_root, const char *put_old)
{
	return (syscall(SYS_pivot_root, new_root, put_old));
}

int
sys_write_at(int dirfd, const char *path, const char *text)
{
	_cleanup_close_ int fd = openat(dirfd, path, O_WRONLY | O_CLOEXEC);
	size_t n = strlen(text);
	ssize_t w;

	if (fd == -1)
		return (-1);
	w = write(fd, text, n);
	if (w >= 0 && (size_t)w != n)
		errno = EIO;
	return ((size_t)w == n ? 0 : -1);
}

ssize_t
sys_read_at(int dirfd, const char *path, char *buf, size_t size)
{
	_cleanup_close_ int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC);
	size_t have = 0;
	ssize_t n;

	if (fd == -1)
		return (-1);
	while ((n = read(fd, buf + have, size - have)) > 0) {
		have += n;
		if (have == size) {
			errno = EFBIG;
			return (-1);
		}
	}
	if (n == -1)
		return (-1);
	buf[have] = '\0';
	return (have);
}
