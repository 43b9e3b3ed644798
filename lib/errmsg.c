// SPDX-License-Identifier: BSD-2-Clause
#include "errmsg.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "jail.h"

__thread char jail_errmsg[JAIL_ERRMSGLEN];
static __thread char warnings[2048];

static void __attribute__((format(printf, 1, 0)))
errmsg_set(const char *fmt, va_list ap)
{
	/* The old text may be among the arguments: format beside it. */
	char text[JAIL_ERRMSGLEN];

	vsnprintf(text, sizeof(text), fmt, ap);
	memcpy(jail_errmsg, text, sizeof(text));
}

/* Append ": " and as much of the text as there is room for. */
static void
errmsg_append(const char *text)
{
	size_t n = strlen(jail_errmsg), len = strlen(text);

	if (n + 2 >= sizeof(jail_errmsg))
		return;
	memcpy(jail_errmsg + n, ": ", 3);
	n += 2;
	if (len > sizeof(jail_errmsg) - n - 1)
		len = sizeof(jail_errmsg) - n - 1;
	memcpy(jail_errmsg + n, text, len);
	jail_errmsg[n + len] = '\0';
}

int
jail_err(int error, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	errmsg_set(fmt, ap);
	va_end(ap);
	errmsg_append(strerror(error));
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

	memcpy(inner, jail_errmsg, sizeof(inner));
	va_start(ap, fmt);
	errmsg_set(fmt, ap);
	va_end(ap);
	errmsg_append(inner);
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
