/* SPDX-License-Identifier: BSD-2-Clause */
/* Descriptors and memory that free themselves at the end of a scope. */
#ifndef ABASHIRI_FD_H
#define ABASHIRI_FD_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define _cleanup_(f) __attribute__((cleanup(f)))

static inline void
fd_close(int *fd)
{
	int error = errno;

	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	errno = error;
}

/* Hand the descriptor over: the caller's variable no longer closes it. */
static inline int
take_fd(int *fd)
{
	int n = *fd;

	*fd = -1;
	return (n);
}

static inline void
free_ptr(void *p)
{
	int error = errno;

	free(*(void **)p);
	errno = error;
}

static inline void
file_close(FILE **f)
{
	int error = errno;

	if (*f != NULL)
		fclose(*f);
	errno = error;
}

#define _cleanup_close_ _cleanup_(fd_close)
#define _cleanup_free_ _cleanup_(free_ptr)
#define _cleanup_fclose_ _cleanup_(file_close)

#endif
