// SPDX-License-Identifier: BSD-2-Clause
/*
 * For crun on a machine whose root may not raise limits (no
 * CAP_SYS_RESOURCE): it takes a refusal for the end, though it needs none of
 * what it asks for.  Preloaded, for nothing else.
 */
#undef _FILE_OFFSET_BITS	/* both names are wanted */
#include <sys/resource.h>

int
setrlimit(__rlimit_resource_t resource, const struct rlimit *rl)
{
	(void)resource;
	(void)rl;
	return (0);
}

int
setrlimit64(__rlimit_resource_t resource, const struct rlimit64 *rl)
{
	(void)resource;
	(void)rl;
	return (0);
}
