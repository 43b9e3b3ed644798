/* SPDX-License-Identifier: BSD-2-Clause */
/* The text of an error: jail_errmsg, one buffer a thread, wrapped upwards. */
#ifndef ABASHIRI_ERRMSG_H
#define ABASHIRI_ERRMSG_H

#include <errno.h>

/*
 * Set errno to `error` and jail_errmsg to the formatted text; return -1.
 * jail_err() appends ": strerror(error)", jail_errx() does not.
 */
int	jail_err(int error, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
int	jail_errx(int error, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));

/* Put "formatted text: " before what jail_errmsg says; errno is kept. */
int	jail_errwrap(const char *fmt, ...)
	    __attribute__((format(printf, 1, 2)));

/* Something the jailer should know although the call succeeds. */
void	jail_warning(const char *fmt, ...)
	    __attribute__((format(printf, 1, 2)));
void	jail_warnings_clear(void);

#endif
