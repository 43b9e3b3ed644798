// SPDX-License-Identifier: BSD-2-Clause
/*
 * A pool's index, which comes with the pool: whatever the text is, it is an
 * index that can be written and read again, or none.  What ends it is made good
 * here, for no fuzzer finds a checksum.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "index.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
again(const struct index *ix)
{
	char *text = index_text(ix), *text2;
	struct index *other;
	const char *why;

	if ((other = index_parse(text, &why)) == NULL)
		abort();
	text2 = index_text(other);
	if (strcmp(text, text2) != 0)
		abort();
	index_free(other);
	free(text);
	free(text2);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 32);
	uint64_t sum = 0xcbf29ce484222325;
	struct index *ix;
	const char *why;
	size_t i;

	if (text == NULL)
		return (0);
	memcpy(text, data, size);
	if (size == 0 || text[size - 1] != '\n')
		text[size++] = '\n';
	for (i = 0; i < size; i++)
		sum = (sum ^ (unsigned char)text[i]) * 0x100000001b3;
	snprintf(text + size, 30, "end\t%016llx\n", (unsigned long long)sum);
	if ((ix = index_parse(text, &why)) != NULL) {
		again(ix);
		index_rename(ix, "other");
		again(ix);
	}
	index_free(ix);
	free(text);
	return (0);
}
