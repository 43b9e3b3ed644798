// SPDX-License-Identifier: BSD-2-Clause
#include "sys.h"

#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "fd.h"

pid_t
sys_clone3(uint64_t flags, int exit_signal, int cgfd, int *ret_pidfd)
{
	struct clone_args ca = { .flags = flags, .exit_signal = exit_signal };

	if (cgfd >= 0) {
		ca.flags |= CLONE_INTO_CGROUP;
		ca.cgroup = cgfd;
	}
	if (ret_pidfd != NULL) {
		ca.flags |= CLONE_PIDFD;
		ca.pidfd = (uintptr_t)ret_pidfd;
	}
	return (syscall(SYS_clone3, &ca, sizeof(ca)));
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
