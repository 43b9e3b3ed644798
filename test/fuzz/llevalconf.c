// SPDX-License-Identifier: BSD-2-Clause
/* lleval.conf(5): what an administrator may have typed. */
#include <stdint.h>
#include <stdio.h>

#include "../../lleval/config.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config co;
	char error[256];
	FILE *fp;

	if (size == 0 || (fp = fmemopen((void *)(uintptr_t)data, size, "r")) ==
	    NULL)
		return (0);
	if (config_read(&co, fp, "f", error, sizeof(error)) == 0)
		config_free(&co);
	fclose(fp);
	return (0);
}
