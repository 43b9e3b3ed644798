// SPDX-License-Identifier: BSD-2-Clause
/*
 * pf.conf(5): anything at all is read; what is understood is compiled, kept as
 * text, and read from it as the same rules.
 */
#include <sys/socket.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../pfctl/compile.h"
#include "../../pfctl/iface.h"
#include "../../pfctl/kernel.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TEXT_MAX	8192

/* ------------------------------------------------------------------------
 * A host that is always the same, in place of iface.c.
 */

static const struct ifa ifas[] = {
	{ .ia_if = "lo", .ia_af = AF_INET, .ia_addr = { 127, 0, 0, 1 },
	    .ia_bits = 8 },
	{ .ia_if = "re0", .ia_af = AF_INET, .ia_addr = { 192, 0, 2, 10 },
	    .ia_broad = { 192, 0, 2, 255 }, .ia_bits = 24,
	    .ia_hasbroad = true },
	{ .ia_if = "re0", .ia_af = AF_INET6, .ia_addr = { 0x20, 1, 0x0d,
	    0xb8 }, .ia_bits = 64 },
	{ .ia_if = "lo1", .ia_af = AF_INET, .ia_addr = { 10, 0, 0, 1 },
	    .ia_bits = 32 },
};

static char *const names[] = { (char *)(uintptr_t)"lo",
	(char *)(uintptr_t)"lo1", (char *)(uintptr_t)"re0" };

const char *
iface_name(const char *name)
{
	return (strcmp(name, "lo0") == 0 ? "lo" : name);
}

bool
iface_exists(const char *name)
{
	int i;

	for (i = 0; i < 3; i++)
		if (strcmp(names[i], iface_name(name)) == 0)
			return (true);
	return (false);
}

unsigned
iface_addrs(const struct ifa **ret_ifas)
{
	*ret_ifas = ifas;
	return (sizeof(ifas) / sizeof(ifas[0]));
}

unsigned
iface_names(char *const **ret_names)
{
	*ret_names = names;
	return (3);
}

bool
iface_is_egress(const char *name)
{
	return (strcmp(name, "re0") == 0);
}

int
iface_group(const char *name)
{
	return (strcmp(name, "cable") == 0 ? 7 : -1);
}

unsigned
host_addrs(const char *name, uint8_t (*addrs)[16], int *afs, unsigned max)
{
	(void)max;
	if (strcmp(name, "host.example") != 0)
		return (0);
	memcpy(addrs[0], "\300\0\2\7\0\0\0\0\0\0\0\0\0\0\0", 16);
	afs[0] = AF_INET;
	return (1);
}

/* ------------------------------------------------------------------------ */

/* What is stored of it must be the same again when it is read. */
static void
store(struct conf *c)
{
	struct conf *copy = conf_new();
	char *text = text_of(c), *again;

	copy->c_quiet = true;
	if (text_parse(copy, text) != 0)
		abort();
	again = text_of(copy);
	if (strcmp(text, again) != 0)
		abort();
	free(again);
	free(text);
	conf_free(copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conf *c;
	char *out = NULL;
	size_t len;
	FILE *f;

	/* No file of this machine. */
	if (size > TEXT_MAX || memmem(data, size, "include", 7) != NULL ||
	    memmem(data, size, "load", 4) != NULL ||
	    memmem(data, size, "file", 4) != NULL)
		return (0);
	c = conf_new();
	c->c_quiet = c->c_silent = true;
	if (conf_parse(c, "CONF", (const char *)data, size, "") == 0 &&
	    (f = open_memstream(&out, &len)) != NULL) {
		if (compile(c, "CONF", f) == 0)
			store(c);
		fclose(f);
		free(out);
	}
	conf_free(c);
	return (0);
}
