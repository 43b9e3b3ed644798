// SPDX-License-Identifier: BSD-2-Clause
/*
 * jls is linked with this and the kernel of paper.  $FAKE_JAILS names a file
 * of jails to make: "name=value" arguments as for jail -c, each ended by a
 * NUL, an empty one after each jail.  "dying" alone lets the jail die.
 * $FAKE_COUNT makes so many.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jail.h"
#include "jailparam_fake.h"

static void
make_jail(char **args, unsigned n)
{
	struct jailparam jp[100];
	int dying = 0, jid;
	unsigned i, njp = 0;
	char *value;

	for (i = 0; i < n; i++) {
		if (strcmp(args[i], "dying") == 0) {
			dying = 1;
			continue;
		}
		value = strchr(args[i], '=');
		if (value != NULL)
			*value++ = '\0';
		if (jailparam_init(&jp[njp], args[i]) < 0 ||
		    jailparam_import(&jp[njp], value) < 0) {
			fprintf(stderr, "fake: %s\n", jail_errmsg);
			exit(1);
		}
		njp++;
	}
	jid = jailparam_set(jp, njp, JAIL_CREATE);
	if (jid < 0) {
		fprintf(stderr, "fake: %s\n", jail_errmsg);
		exit(1);
	}
	if (dying)
		fake_poke(jid, "dying", 1);
	jailparam_free(jp, njp);
}

static void
make_jails(const char *file)
{
	static char buf[65536];
	char *args[100], *p;
	unsigned n = 0;
	size_t len;
	FILE *f;

	f = fopen(file, "r");
	if (f == NULL) {
		perror(file);
		exit(1);
	}
	len = fread(buf, 1, sizeof(buf) - 1, f);
	fclose(f);
	for (p = buf; p < buf + len; p += strlen(p) + 1) {
		if (*p != '\0' && n < 100) {
			args[n++] = p;
			continue;
		}
		make_jail(args, n);
		n = 0;
	}
}

/* A jail's figures are told by its number; the third's memory is not. */
int
jail_racct(int jid, unsigned wanted, struct jail_racct *ret_ra)
{
	*ret_ra = (struct jail_racct){
		.ra_known = jid == 3 ? wanted & ~(unsigned)RA_MEMORY : wanted,
		.ra_cpu = (uint64_t)jid * 1234567,
		.ra_memory = (uint64_t)jid * 5000000,
		.ra_procs = (uint64_t)jid,
		.ra_threads = (uint64_t)jid * 2,
		.ra_read = 9999,
		.ra_written = 10000,
		.ra_age = 60,
	};
	return (0);
}

static void __attribute__((constructor))
fake_kernel(void)
{
	const char *count = getenv("FAKE_COUNT");
	const char *file = getenv("FAKE_JAILS");
	int i, n = count != NULL ? atoi(count) : 0;
	char name[16];

	fake_reset();
	for (i = 1; i <= n; i++) {
		snprintf(name, sizeof(name), "j%d", i);
		jail_setv(JAIL_CREATE, "name", name, "path", "/jail",
		    "ip4.addr", "10.0.0.1", "host.hostname", name, NULL);
	}
	if (file != NULL)
		make_jails(file);
}
