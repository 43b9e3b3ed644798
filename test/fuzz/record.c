// SPDX-License-Identifier: BSD-2-Clause
/* A prison's record: any text is parsed or refused, and what was parsed comes
   back from the text that it makes. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "prison.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct prison a, b;
	static char text[65536];

	if (size >= sizeof(text))
		return (0);
	memcpy(text, data, size);
	text[size] = '\0';
	memset(&a, 0, sizeof(a));
	memset(&b, 0, sizeof(b));
	if (prison_parse(&a, text) == -1)
		return (0);
	if (prison_format(&a, text, sizeof(text)) == -1)
		abort();
	if (prison_parse(&b, text) == -1)
		abort();
	if (prison_format(&b, text, sizeof(text)) == -1 ||
	    a.pr_naddr4 != b.pr_naddr4 || strcmp(a.pr_name, b.pr_name) != 0 ||
	    a.pr_allow != b.pr_allow)
		abort();
	return (0);
}
