// SPDX-License-Identifier: BSD-2-Clause
/* Rules of rctl(8): what is taken for one is printed and read back the same. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "rule.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char again[RULE_TEXTLEN], *text, out[RULE_TEXTLEN];
	struct rule ru, same;

	if ((text = malloc(size + 1)) == NULL)
		return (0);
	memcpy(text, data, size);
	text[size] = '\0';
	filter_parse(text, &ru);
	if (rule_parse(text, &ru) == 0) {
		rule_format(&ru, out);
		if (rule_parse(out, &same) != 0 || !rule_same(&ru, &same))
			abort();
		rule_format(&same, again);
		if (strcmp(out, again) != 0)
			abort();
	}
	free(text);
	return (0);
}
