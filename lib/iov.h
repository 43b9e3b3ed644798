/* SPDX-License-Identifier: BSD-2-Clause */
/* The name/value pairs that jail_set(2) and jail_get(2) take. */
#ifndef ABASHIRI_IOV_H
#define ABASHIRI_IOV_H

#include <sys/uio.h>

#include "paramtab.h"

/* Are names NUL-terminated and the count even?  0, or -1 EINVAL. */
int	iov_check(const struct iovec *iov, unsigned niov);

/* The value of `name`'s last mention, or NULL. */
struct iovec *iov_find(const struct iovec *iov, unsigned niov,
	    const char *name);

/* The values in an iovec, checked: 0, 1 found, -1 EINVAL with text. */
int	iov_int(const struct iovec *iov, unsigned niov, const char *name,
	    int *ret_n);
int	iov_string(const struct iovec *iov, unsigned niov, const char *name,
	    const char **ret_s);

/* Copy jail_errmsg to the caller's "errmsg" buffer, where there is one. */
void	iov_errmsg(const struct iovec *iov, unsigned niov);

/* What names no parameter of a jail: errmsg, lastjid, desc. */
int	iov_is_control(const char *name);

#endif
