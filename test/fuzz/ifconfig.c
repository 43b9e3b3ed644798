// SPDX-License-Identifier: BSD-2-Clause
/*
 * Words of ifconfig: whatever is typed is a value in bounds, or is not taken.
 */
#include <sys/socket.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "show.h"
#include "target.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct format fo = FORMAT_DEFAULT;
	char *word = malloc(size + 1);
	uint8_t mac[6];
	int n;

	if (word == NULL)
		return (0);
	memcpy(word, data, size);
	word[size] = '\0';
	n = mask_parse(AF_INET, word);
	if (n < -1 || n > 32)
		abort();
	n = mask_parse(AF_INET6, word);
	if (n < -1 || n > 128)
		abort();
	if (mac_parse(word, mac) == 0 && strlen(word) < 11)
		abort();
	if (format_parse(word, &fo) == 0 && fo.fo_ether != ':' &&
	    fo.fo_ether != '-')
		abort();
	clone_known(word);
	free(word);
	return (0);
}
