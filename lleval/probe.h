/* SPDX-License-Identifier: BSD-2-Clause */
/* Which languages the worlds have. */
#ifndef LLEVAL_PROBE_H
#define LLEVAL_PROBE_H

#include "config.h"

/*
 * Run each language's "version" in a prison, and note what it says.  A
 * language that says nothing is not offered.  -1, with a line in error, when
 * no prison can be made, or no language is there.
 */
int	probe_languages(struct config *co, char *error, size_t size);

#endif
