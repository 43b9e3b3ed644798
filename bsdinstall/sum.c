// SPDX-License-Identifier: BSD-2-Clause
#include "sum.h"

#include <nettle/sha2.h>

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int
sum_fd(int fd, char *ret_hex)
{
	static uint8_t buf[1 << 17];
	uint8_t digest[SHA256_DIGEST_SIZE];
	struct sha256_ctx ctx;
	ssize_t n;
	int i;

	if (lseek(fd, 0, SEEK_SET) == -1)
		return (-1);
	sha256_init(&ctx);
	while ((n = read(fd, buf, sizeof(buf))) != 0) {
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return (-1);
		sha256_update(&ctx, (size_t)n, buf);
	}
	sha256_digest(&ctx, sizeof(digest), digest);
	for (i = 0; i < SHA256_DIGEST_SIZE; i++)
		snprintf(ret_hex + 2 * i, 3, "%02x", digest[i]);
	return (lseek(fd, 0, SEEK_SET) == -1 ? -1 : 0);
}

int
sum_valid(const char *hex)
{
	return (strlen(hex) == SUM_HEX - 1 &&
	    strspn(hex, "0123456789abcdef") == SUM_HEX - 1);
}
