// SPDX-License-Identifier: BSD-2-Clause
#include "log.h"

#include <sys/uio.h>

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int quiet;

void
log_open(const char *how)
{
	quiet = strcmp(how, "none") == 0;
}

/* In one write, so that lines of two processes do not mix. */
static void
write_line(const char *event, const char *object)
{
	char begin[128], stamp[32];
	struct iovec iov[3];
	struct timespec ts;
	struct tm tm;

	clock_gettime(CLOCK_REALTIME, &ts);
	gmtime_r(&ts.tv_sec, &tm);
	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(begin, sizeof(begin), "{\"time\":\"%s.%03ldZ\",\"event\":"
	    "\"%s\"%s", stamp, ts.tv_nsec / 1000000, event,
	    object[1] == '}' ? "" : ",");
	iov[0].iov_base = begin;
	iov[0].iov_len = strlen(begin);
	iov[1].iov_base = (void *)(uintptr_t)(object + 1);
	iov[1].iov_len = strlen(object + 1);
	iov[2].iov_base = (void *)(uintptr_t)"\n";
	iov[2].iov_len = 1;
	/* Where that fails there is nowhere to say so. */
	if (writev(STDERR_FILENO, iov, 3) == -1)
		quiet = 1;
}

void
log_event(const char *event, const char *object)
{
	if (!quiet)
		write_line(event, object != NULL ? object : "{}");
}

/* As what stands between the quotes of a string; cut where it does not fit. */
static void
escape(const char *text, char *to, size_t size)
{
	const char *end = to + size - sizeof("\\u0000");

	for (; *text != '\0' && to < end; text++)
		if ((unsigned char)*text < ' ')
			to += sprintf(to, "\\u%04x", *text);
		else {
			if (*text == '"' || *text == '\\')
				*to++ = '\\';
			*to++ = *text;
		}
	*to = '\0';
}

void
log_error(const char *what, const char *text)
{
	char object[2048], escaped[1536];

	escape(text, escaped, sizeof(escaped));
	snprintf(object, sizeof(object), "{\"what\":\"%s\",\"error\":\"%s\"}",
	    what, escaped);
	write_line("error", object);
}
