// SPDX-License-Identifier: BSD-2-Clause
/* devfs.rules: whatever it says, it is read or refused in words. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "devfsrules.h"
#include "jail.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct devfs_rules *dr = devfs_rules_new();

	memcpy(text, data, size);
	text[size] = '\0';
	if (devfs_rules_parse(dr, "f", text) == -1 && jail_errmsg[0] == '\0')
		abort();
	devfs_rules_free(dr);
	free(text);
	return (0);
}
