// SPDX-License-Identifier: BSD-2-Clause
/*
 * Something to let go of when the pool is full: on btrfs taking away needs
 * space, too.  Files with data, and small ones that lie in the tree, for either
 * may be what there is no more of.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pool.h"
#include "util.h"

#define DATA		(1 << 20)
#define SMALL		1800
#define NSMALL		128

static int
put(int dirfd, const char *name, size_t size)
{
	_cleanup_close_ int fd = openat(dirfd, name, O_WRONLY | O_CREAT |
	    O_CLOEXEC | O_NOFOLLOW, 0600);
	_cleanup_free_ char *buf = xcalloc(1, size);

	return (fd != -1 && write(fd, buf, size) == (ssize_t)size ? 0 : -1);
}

void
reserve_fill(const struct pool *po)
{
	_cleanup_close_ int dir = -1;
	char name[16];
	int i;

	if (mkdirat(po->po_fd, "reserve", 0700) == -1)
		return;		/* it is there */
	if ((dir = openat(po->po_fd, "reserve", O_RDONLY | O_DIRECTORY |
	    O_CLOEXEC)) == -1 || put(dir, "data", DATA) == -1)
		return;
	for (i = 0; i < NSMALL; i++) {
		snprintf(name, sizeof(name), "%d", i);
		if (put(dir, name, SMALL) == -1)
			return;
	}
}

void
reserve_give(const struct pool *po)
{
	_cleanup_close_ int dir = openat(po->po_fd, "reserve", O_RDONLY |
	    O_DIRECTORY | O_CLOEXEC);
	char name[16];
	int i;

	if (dir == -1)
		return;
	unlinkat(dir, "data", 0);
	for (i = 0; i < NSMALL; i++) {
		snprintf(name, sizeof(name), "%d", i);
		unlinkat(dir, name, 0);
	}
	unlinkat(po->po_fd, "reserve", AT_REMOVEDIR);
	/* It is free when the transaction is on the disk. */
	syncfs(po->po_fd);
}
