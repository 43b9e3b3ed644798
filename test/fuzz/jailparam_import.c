// SPDX-License-Identifier: BSD-2-Clause
/*
 * The input is "name NUL value": name picks the parameter, value is imported,
 * and what was imported must survive an export and another import.  With
 * libFuzzer, or as a program that reads the files it is given.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jail.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
roundtrip(struct jailparam *jp)
{
	struct jailparam again;
	char *text = jailparam_export(jp), *text2;

	if (text == NULL || jailparam_init(&again, jp->jp_name) < 0)
		abort();
	if (jailparam_import(&again, text) < 0)
		abort();
	text2 = jailparam_export(&again);
	if (text2 == NULL || strcmp(text, text2) != 0)
		abort();
	if (again.jp_valuelen != jp->jp_valuelen ||
	    memcmp(again.jp_value, jp->jp_value, jp->jp_valuelen) != 0)
		abort();
	jailparam_free(&again, 1);
	free(text);
	free(text2);
}

/* Import `value` into every parameter there is, and into the named one. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct jailparam *all, jp;
	char *copy = malloc(size + 2), *value;
	int i, n;

	if (copy == NULL)
		return (0);
	memcpy(copy, data, size);
	copy[size] = copy[size + 1] = '\0';
	value = copy + strlen(copy) + 1;
	if (jailparam_init(&jp, copy) == 0) {
		if (jailparam_import(&jp, value) == 0)
			roundtrip(&jp);
		else if (errno != EINVAL)
			abort();
		jailparam_free(&jp, 1);
	}
	n = jailparam_all(&all);
	for (i = 0; i < n; i++)
		if (jailparam_import(&all[i], value) == 0)
			roundtrip(&all[i]);
	jailparam_free(all, (unsigned)n);
	free(all);
	free(copy);
	return (0);
}
