// SPDX-License-Identifier: BSD-2-Clause
/* What a jail has used, told with -v when it is removed. */
#include <stdlib.h>

#include "jailp.h"

/* Bytes in at most four digits and a unit. */
static char *
bytes(unsigned long long n)
{
	static const char units[] = "BKMGTPE";
	unsigned long long rest = 0;
	int i;

	for (i = 0; units[i + 1] != '\0' && n >= 10000; i++) {
		rest = n % 1024;
		n /= 1024;
	}
	return (eprintf("%llu%c", n + (rest >= 512), units[i]));
}

static void
note_bytes(const char *before, uint64_t n)
{
	char *text = bytes(n);

	printf("%s%s", before, text);
	free(text);
}

void
note_usage(const struct cfjail *j, const struct jail_racct *ra)
{
	jail_note(j, "used cpu %llu.%02llus",
	    (unsigned long long)ra->ra_cpu / 1000000,
	    (unsigned long long)ra->ra_cpu / 10000 % 100);
	if (ra->ra_known & RA_PEAK)
		note_bytes(", memory at most ", ra->ra_memory_peak);
	else if (ra->ra_known & RA_MEMORY)
		note_bytes(", memory at the end ", ra->ra_memory);
	if (ra->ra_known & RA_IO) {
		note_bytes(", read ", ra->ra_read);
		note_bytes(", written ", ra->ra_written);
	}
	if (ra->ra_known & RA_AGE)
		printf(", in %llus", (unsigned long long)ra->ra_age);
	putchar('\n');
}
