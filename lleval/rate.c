// SPDX-License-Identifier: BSD-2-Clause
/*
 * A bucket of tokens for each client, in a table of fixed size; clients whose
 * places are one share a bucket.  The place is chosen with a secret, so that
 * nobody can look for addresses that are another's neighbours.
 */
#include "rate.h"

#include <sys/random.h>

#include <math.h>
#include <stdint.h>
#include <string.h>

#define PLACES	8192
#define PREFIX6	8	/* bytes of an IPv6 address that make a client */

struct bucket {
	double		bu_tokens;
	double		bu_at;		/* when there were so many */
};

static struct bucket buckets[PLACES];
static double per_second, most;
static uint32_t secret;

void
rate_init(double rate, unsigned burst)
{
	per_second = rate;
	most = burst;
	if (getrandom(&secret, sizeof(secret), 0) != sizeof(secret))
		secret = 2166136261u;
	memset(buckets, 0, sizeof(buckets));
}

static uint32_t
hash(const unsigned char *p, size_t n)
{
	uint32_t h = secret;

	while (n-- > 0)
		h = (h ^ *p++) * 16777619u;
	return (h);
}

unsigned
rate_take(const struct in6_addr *client, double now)
{
	unsigned char key[16] = { 0 };
	struct bucket *bu;

	if (per_second <= 0)
		return (0);
	memcpy(key, client, IN6_IS_ADDR_V4MAPPED(client) ? 16 : PREFIX6);
	bu = &buckets[hash(key, sizeof(key)) % PLACES];
	if (bu->bu_at == 0)
		bu->bu_tokens = most;
	else
		bu->bu_tokens = fmin(most, bu->bu_tokens +
		    (now - bu->bu_at) * per_second);
	bu->bu_at = now;
	if (bu->bu_tokens >= 1) {
		bu->bu_tokens -= 1;
		return (0);
	}
	return ((unsigned)ceil((1 - bu->bu_tokens) / per_second));
}
