// SPDX-License-Identifier: BSD-2-Clause
/* A prisoner's resolv.conf, as jail(8) reads it at start. */
/* What is to be tried is its own business, and static. */
#include "../../jail/resolv.c"	/* NOLINT(bugprone-suspicious-include) */

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int verbose;

void
jail_warnx(const struct cfjail *j, const char *fmt, ...)
{
	(void)j;
	(void)fmt;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char list4[] = "10.0.0.2,10.0.0.3", none[] = "";
	struct net net = { 0 };
	struct addrs list = { 0 };
	struct cfjail j = { 0 };
	char *why;
	size_t i;
	FILE *f;

	if (size == 0 || (f = fmemopen((void *)(uintptr_t)data, size,
	    "r")) == NULL)
		return (0);
	read_conf(f, &list);
	fclose(f);
	if (list.n > MAX_SERVERS)
		abort();
	read_family(&net.ip4, "new", list4);
	read_family(&net.ip6, "disable", none);
	for (i = 0; i < list.n; i++) {
		if ((why = why_not(&net, &list.a[i])) != NULL)
			say(&j, &net, why);
		free(why);
	}
	free(list.a);
	free(net.ip4.own.a);
	return (0);
}
