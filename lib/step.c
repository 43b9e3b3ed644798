// SPDX-License-Identifier: BSD-2-Clause
#include "step.h"

#if JAIL_FAULTS
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void
step(const char *name)
{
	const char *file = getenv("JAIL_STEPS");
	const char *kill_at = getenv("JAIL_KILL_AT");
	const char *stop_at = getenv("JAIL_STOP_AT");
	char line[64];
	size_t n = strlen(name);
	int fd;

	if (file != NULL && n + 1 < sizeof(line) &&
	    (fd = open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC,
	    0600)) != -1) {
		memcpy(line, name, n);
		line[n] = '\n';
		if (write(fd, line, n + 1) == -1)
			abort();
		close(fd);
	}
	if (kill_at != NULL && strcmp(kill_at, name) == 0)
		kill(getpid(), SIGKILL);
	if (stop_at != NULL && strcmp(stop_at, name) == 0)
		kill(getpid(), SIGSTOP);
}
#endif
