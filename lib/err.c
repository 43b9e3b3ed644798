// SPDX-License-Identifier: BSD-2-Clause
#include "err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "jail.h"

__thread char jail_errmsg[JAIL_ERRMSGLEN];
static __thread char warnings[2048];

static void
errmsg_set(const char *fmt, va_list ap)
{
	/* The old text may be among the arguments: format beside it. */
	char text[JAIL_ERRMSGLEN];

	vsnprintf(text, sizeof(text), fmt, ap);
	memcpy(jail_errmsg, text, sizeof(text));
}

int
jail_err(int error, const char *fmt, ...)
{
	va_list ap;
	size_t n;

	va_start(ap, fmt);
	errmsg_set(fmt, ap);
	va_end(ap);
	n = strlen(jail_errmsg);
	snprintf(jail_errmsg + n, sizeof(jail_errmsg) - n, ": %s",
	    strerror(error));
	errno = error;
	return (-1);
}

int
jail_errx(int error, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	errmsg_set(fmt, ap);
	va_end(ap);
	errno = error;
	return (-1);
}

int
jail_errwrap(const char *fmt, ...)
{
	char inner[JAIL_ERRMSGLEN];
	int error = errno;
	va_list ap;
	size_t n;

	memcpy(inner, jail_errmsg, sizeof(inner));
	va_start(ap, fmt);
	errmsg_set(fmt, ap);
	va_end(ap);
	n = strlen(jail_errmsg);
	snprintf(jail_errmsg + n, sizeof(jail_errmsg) - n, ": %s", inner);
	errno = error;
	return (-1);
}

void
jail_warning(const char *fmt, ...)
{
	size_t n = strlen(warnings);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(warnings + n, sizeof(warnings) - n, fmt, ap);
	va_end(ap);
	n = strlen(warnings);
	if (n + 1 < sizeof(warnings))
		memcpy(warnings + n, "\n", 2);
}

void
jail_warnings_clear(void)
{
	warnings[0] = '\0';
}

const char *
jail_warnings(void)
{
	return (warnings);
}
