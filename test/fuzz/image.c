// SPDX-License-Identifier: BSD-2-Clause
/* The JSON of images: what is taken of it is well formed. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "image.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(const struct descriptor *de)
{
	if (!sum_valid(de->de_sum))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct manifest ma;
	struct descriptor de;
	char error[IMAGE_ERROR], *json = malloc(size + 1);
	unsigned i;

	if (json == NULL)
		return (0);
	memcpy(json, data, size);
	json[size] = '\0';
	if (image_parse_index(json, size, NULL, "amd64", &de, error) == 0)
		check(&de);
	if (image_parse_index(json, size, "latest", "amd64", &de, error) == 0)
		check(&de);
	if (image_parse_manifest(json, size, &ma, error) == 0) {
		check(&ma.ma_config);
		for (i = 0; i < ma.ma_nlayers; i++)
			check(&ma.ma_layers[i]);
	}
	image_parse_config(json, size, "amd64", error);
	free(json);
	return (0);
}
