// SPDX-License-Identifier: BSD-2-Clause
#include "probe.h"

#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct probe *const tables[] = { probe_files, probe_net,
	probe_proc };

int
refused(void)
{
	const char *name = strerrorname_np(errno);

	printf("%s\n", name == NULL ? "E?" : name);
	return (1);
}

int
answer(long rv)
{
	return (rv >= 0 ? 0 : refused());
}

long
number(const char *s)
{
	char *end;
	long n = strtol(s, &end, 0);

	if (end == s || *end != '\0')
		errx(2, "%s: not a number", s);
	return (n);
}

static void
usage(void)
{
	const struct probe *pb;
	size_t i;

	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (pb = tables[i]; pb->pb_name != NULL; pb++)
			fprintf(stderr, "probe %s %s\n", pb->pb_name,
			    pb->pb_help);
	exit(2);
}

int
main(int argc, char **argv)
{
	const struct probe *pb;
	size_t i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc < 2)
		usage();
	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (pb = tables[i]; pb->pb_name != NULL; pb++)
			if (strcmp(pb->pb_name, argv[1]) == 0) {
				if (argc - 2 < pb->pb_args)
					errx(2, "usage: probe %s %s",
					    pb->pb_name, pb->pb_help);
				return (pb->pb_func(argc - 2, argv + 2));
			}
	errx(2, "%s: no such question", argv[1]);
}
