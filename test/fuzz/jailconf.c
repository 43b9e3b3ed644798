// SPDX-License-Identifier: BSD-2-Clause
/* jail.conf(5): anything at all is read, and its variables replaced. */
#include <err.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../jail/jailp.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Of what is wrong with a file there is too much to be printed. */
void
warnx(const char *fmt, ...)
{
	(void)fmt;
}

/* What the reader needs of the rest of jail(8). */
void
jail_warnx(const struct cfjail *j, const char *fmt, ...)
{
	char text[4096];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (j->name == NULL || text[0] == '\0')
		abort();
}

void
requeue(struct cfjail *j, struct cfjails *queue)
{
	TAILQ_REMOVE(j->queue, j, tq);
	TAILQ_INSERT_TAIL(queue, j, tq);
	j->queue = queue;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cfjail *j;
	FILE *f;

	/* An include would read what is on this machine. */
	if (size == 0 || memmem(data, size, "include", 7) != NULL ||
	    (f = fmemopen((void *)(uintptr_t)data, size, "r")) == NULL)
		return (0);
	if (config_read("CONF", f) == 0)
		config_resolve();
	fclose(f);
	TAILQ_FOREACH(j, &cfjails, tq) {
		(void)bool_param(j, K_PERSIST);
		(void)string_param(j, K_PATH);
	}
	config_free();
	return (0);
}

#ifndef FUZZ
int
main(int argc, char **argv)
{
	static uint8_t buf[65536];
	size_t n;
	FILE *f;
	int i;

	for (i = 1; i < argc; i++) {
		if ((f = fopen(argv[i], "r")) == NULL) {
			perror(argv[i]);
			return (1);
		}
		n = fread(buf, 1, sizeof(buf), f);
		fclose(f);
		LLVMFuzzerTestOneInput(buf, n);
	}
	return (0);
}
#endif
