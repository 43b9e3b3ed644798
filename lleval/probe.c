// SPDX-License-Identifier: BSD-2-Clause
#include "probe.h"

#include <sys/mman.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <jail.h>

#include "log.h"
#include "pool.h"
#include "stage.h"
#include "text.h"
#include "world.h"

#define PROBE_MS	10000

/* The first line of what was written, where it is text. */
static int
read_line(int fd, char *line, size_t size)
{
	ssize_t n = pread(fd, line, size - 1, 0);
	int cut;

	if (n <= 0)
		return (-1);
	line[n] = '\0';
	line[strcspn(line, "\r\n")] = '\0';
	line[utf8_valid(line, strlen(line), &cut)] = '\0';
	return (line[0] == '\0' ? -1 : 0);
}

static void
probe_in(struct config *co, struct language *la, struct jail_cell *ce, int out)
{
	uint64_t limit[LIMITS], cpu = 0;
	int fds[3] = { -1, out, out };
	struct stage st = {
		.st_cell = ce, .st_argv = la->la_probe, .st_fds = fds,
		.st_talk = -1, .st_limit = limit,
		.st_virtual = la->la_virtual, .st_cpu = &cpu,
	};
	struct wire_event ev;
	char text[JAIL_ERRMSGLEN + 64];

	memcpy(limit, co->co_limit, sizeof(limit));
	limit[LIMIT_WALL] = limit[LIMIT_CPU] = PROBE_MS;
	if (stage_run(&st, &ev) == -1)
		snprintf(la->la_version, sizeof(la->la_version), "%.79s",
		    jail_errmsg);
	else if (ev.ev_status != 0)
		snprintf(la->la_version, sizeof(la->la_version),
		    "%s %s %d", la->la_probe[0], WIFSIGNALED(ev.ev_status) ?
		    "was ended by signal" : "exited",
		    WIFSIGNALED(ev.ev_status) ? WTERMSIG(ev.ev_status) :
		    WEXITSTATUS(ev.ev_status));
	else if (read_line(out, la->la_version, sizeof(la->la_version)) == -1)
		snprintf(la->la_version, sizeof(la->la_version),
		    "%s says nothing", la->la_probe[0]);
	else {
		la->la_offered = 1;
		return;
	}
	snprintf(text, sizeof(text), "[%s] %s", la->la_key, la->la_version);
	log_error("language", text);
}

int
probe_languages(struct config *co, char *error, size_t size)
{
	struct language *la;
	struct jail_cell *ce;
	int offered = 0, out;

	for (la = co->co_languages;
	    la < co->co_languages + co->co_nlanguages; la++) {
		if ((ce = pool_make(co, world_of(co, la))) == NULL)
			return (snprintf(error, size, "no prison can be made, "
			    "and without one nothing is run: %s", jail_errmsg),
			    -1);
		out = memfd_create("version", MFD_CLOEXEC);
		probe_in(co, la, ce, out);
		offered += la->la_offered;
		close(out);
		jail_cell_end(ce);
	}
	return (offered > 0 ? 0 : (snprintf(error, size,
	    "none of the languages is in its world"), -1));
}
