/* SPDX-License-Identifier: BSD-2-Clause */
/* How often one client may ask. */
#ifndef LLEVAL_RATE_H
#define LLEVAL_RATE_H

#include <netinet/in.h>

/* rate requests a second, and so many at once.  0: no limit. */
void	rate_init(double rate, unsigned burst);

/* 0: it may, or the seconds until it may again. */
unsigned rate_take(const struct in6_addr *client, double now);

#endif
