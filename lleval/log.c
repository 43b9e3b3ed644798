// SPDX-License-Identifier: BSD-2-Clause
#include "log.h"

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
write_line(const char *event, struct json_object *rest)
{
	struct json_object *o = json_object_new_object();
	char stamp[64], line[4096];
	struct timespec ts;
	struct tm tm;
	size_t n;
	int len;

	clock_gettime(CLOCK_REALTIME, &ts);
	gmtime_r(&ts.tv_sec, &tm);
	n = strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(stamp + n, sizeof(stamp) - n, ".%03ldZ",
	    ts.tv_nsec / 1000000);
	json_object_object_add(o, "time", json_object_new_string(stamp));
	json_object_object_add(o, "event", json_object_new_string(event));
	json_object_object_foreach(rest, key, value)
		json_object_object_add(o, key, json_object_get(value));
	len = snprintf(line, sizeof(line), "%s\n",
	    json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN |
	    JSON_C_TO_STRING_NOSLASHESCAPE));
	if (len >= (int)sizeof(line))
		len = sizeof(line) - 1;
	/* Where that fails there is nowhere to say so. */
	if (len > 0 && write(STDERR_FILENO, line, (size_t)len) == -1)
		quiet = 1;
	json_object_put(o);
	json_object_put(rest);
}

void
log_event(const char *event, struct json_object *o)
{
	if (quiet)
		json_object_put(o);
	else
		write_line(event, o);
}

void
log_error(const char *what, const char *text)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "what", json_object_new_string(what));
	json_object_object_add(o, "error", json_object_new_string(text));
	write_line("error", o);
}
