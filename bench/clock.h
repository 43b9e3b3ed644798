/* SPDX-License-Identifier: BSD-2-Clause */
/* Times in microseconds, and their median. */
#ifndef BENCH_CLOCK_H
#define BENCH_CLOCK_H

#include <stdlib.h>
#include <time.h>

static inline double
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ((double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3);
}

static inline int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return ((x > y) - (x < y));
}

/* Sorts them. */
static inline double
median(double *t, size_t n)
{
	qsort(t, n, sizeof(*t), by_value);
	return (t[n / 2]);
}

#endif
