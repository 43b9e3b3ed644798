// SPDX-License-Identifier: BSD-2-Clause
/*
 * A client of jail(3) as FreeBSD documents it: only its headers, only its
 * calls, in the order a program written there would make them.  Runs as root
 * on the real library, in the state that JAIL_RUN and JAIL_CGROUP name.
 */
#include <sys/param.h>
#include <sys/jail.h>
#include <sys/rctl.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <err.h>
#include <errno.h>
#include <jail.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef nitems
#define nitems(x)	(sizeof((x)) / sizeof((x)[0]))
#endif

#define NAME	"fbsdclient"

static int failures;

#define CHECK(cond) do {						\
	if (!(cond)) {							\
		warnx("line %d: %s (errno %d, \"%s\")", __LINE__,	\
		    #cond, errno, jail_errmsg);				\
		failures++;						\
	}								\
} while (0)

/* The value of one parameter of jail `jid`, as text; NULL on failure. */
static char *
value_of(int jid, const char *name)
{
	struct jailparam jp[2];
	char *value = NULL;

	if (jailparam_init(&jp[0], "jid") < 0 ||
	    jailparam_init(&jp[1], name) < 0)
		errx(1, "%s", jail_errmsg);
	jailparam_import_raw(&jp[0], &jid, sizeof(jid));
	if (jailparam_get(jp, nitems(jp), 0) == jid)
		value = jailparam_export(&jp[1]);
	jailparam_free(jp, nitems(jp));
	return (value);
}

static int
value_is(int jid, const char *name, const char *want)
{
	char *value = value_of(jid, name);
	int is = value != NULL && strcmp(value, want) == 0;

	if (!is)
		warnx("%s is \"%s\"", name, value != NULL ? value : "(none)");
	free(value);
	return (is);
}

static int
create(const char *path)
{
	char hostname[MAXHOSTNAMELEN] = "", name[MAXHOSTNAMELEN] = "";
	char persist[8] = "", seen[MAXPATHLEN] = "", text[16];
	int jid;

	CHECK(jail_setv(JAIL_CREATE, "name", NAME, "path", path, NULL) == -1 &&
	    errno == EINVAL);
	CHECK(strcmp(jail_errmsg, "new jail must persist or attach") == 0);
	jid = jail_setv(JAIL_CREATE, "name", NAME, "path", path,
	    "host.hostname", "client.example.org", "persist", NULL,
	    "allow.nomount", NULL, "meta.owner", "tester",
	    "ip4.addr", "127.0.0.9", NULL);
	CHECK(jid > 0);
	if (jid < 0)
		return (-1);
	snprintf(text, sizeof(text), "%d", jid);
	CHECK(jail_getv(0, "jid", text, "name", name, "path", seen,
	    "host.hostname", hostname, "persist", persist, NULL) == jid);
	CHECK(strcmp(name, NAME) == 0);
	CHECK(strcmp(seen, path) == 0);
	CHECK(strcmp(hostname, "client.example.org") == 0);
	CHECK(strcmp(persist, "true") == 0);
	CHECK(jail_setv(JAIL_CREATE, "name", NAME, "persist", NULL, NULL) ==
	    -1 && errno == EEXIST);
	CHECK(strcmp(jail_errmsg, "jail \"" NAME "\" already exists") == 0);
	return (jid);
}

static void
names(int jid)
{
	char *name, text[16];

	snprintf(text, sizeof(text), "%d", jid);
	CHECK(jail_getid(NAME) == jid);
	CHECK(jail_getid(text) == jid);
	CHECK(jail_getid("0") == 0);
	CHECK(jail_getid("no-such-jail") == -1 && errno == ENOENT);
	CHECK(strcmp(jail_errmsg, "jail \"no-such-jail\" not found") == 0);
	name = jail_getname(jid);
	CHECK(name != NULL && strcmp(name, NAME) == 0);
	free(name);
}

static void
update(int jid)
{
	struct in_addr addr;
	struct jailparam jp[3];
	char text[16];

	snprintf(text, sizeof(text), "%d", jid);
	CHECK(jail_setv(JAIL_UPDATE, "jid", text, "host.hostname", "other",
	    "allow.mount", "true", "securelevel", "1", NULL) == jid);
	CHECK(value_is(jid, "host.hostname", "other"));
	CHECK(value_is(jid, "allow.mount", "true"));
	CHECK(value_is(jid, "allow.nomount", "false"));
	CHECK(value_is(jid, "securelevel", "1"));
	CHECK(value_is(jid, "host", "new"));
	CHECK(jail_setv(JAIL_UPDATE, "jid", text, "path", "/", NULL) == -1 &&
	    errno == EINVAL);
	CHECK(strcmp(jail_errmsg, "path cannot be changed after creation") ==
	    0);
	CHECK(jail_setv(JAIL_UPDATE, "jid", text, "securelevel", "0", NULL) ==
	    -1 && errno == EPERM);

	/* Raw values, by name. */
	addr.s_addr = htonl(INADDR_LOOPBACK + 7);
	CHECK(jailparam_init(&jp[0], "name") == 0);
	CHECK(jailparam_import(&jp[0], NAME) == 0);
	CHECK(jailparam_init(&jp[1], "ip4.addr") == 0);
	CHECK(jailparam_import_raw(&jp[1], &addr, sizeof(addr)) == 0);
	CHECK(jailparam_init(&jp[2], "meta.color") == 0);
	CHECK(jailparam_import(&jp[2], "red") == 0);
	CHECK(jailparam_set(jp, nitems(jp), JAIL_UPDATE) == jid);
	jailparam_free(jp, nitems(jp));
	CHECK(value_is(jid, "ip4.addr", "127.0.0.8"));
	CHECK(value_is(jid, "ip4", "new"));
	CHECK(value_is(jid, "meta.color", "red"));
	CHECK(value_is(jid, "meta", "color=red\nowner=tester"));
	/* A key without a value goes. */
	CHECK(jail_setv(JAIL_UPDATE, "jid", text, "meta.owner", NULL, NULL) ==
	    jid);
	CHECK(value_is(jid, "meta", "color=red"));
}

/* Is `jid` among the jails that lastjid walks over, and each jid greater? */
static void
list(int jid)
{
	struct jailparam jp[3];
	int found = 0, lastjid = 0, next;

	CHECK(jailparam_init(&jp[0], "lastjid") == 0);
	CHECK(jailparam_import_raw(&jp[0], &lastjid, sizeof(lastjid)) == 0);
	CHECK(jailparam_init(&jp[1], "name") == 0);
	CHECK(jailparam_init(&jp[2], "ip4.addr") == 0);
	while ((next = jailparam_get(jp, nitems(jp), 0)) >= 0) {
		CHECK(next > lastjid);
		if (next <= lastjid)
			break;
		lastjid = next;
		if (next == jid) {
			found = 1;
			CHECK(strcmp(jp[1].jp_value, NAME) == 0);
			CHECK(jp[2].jp_valuelen == sizeof(struct in_addr));
		}
	}
	CHECK(next >= 0 || errno == ENOENT);
	CHECK(found);
	jailparam_free(jp, nitems(jp));
}

/* Every parameter there is can be read and, as text, imported again. */
static void
all(int jid)
{
	struct jailparam *jp;
	char *value;
	int i, n;

	n = jailparam_all(&jp);
	CHECK(n > 0);
	if (n <= 0)
		return;
	/* jid is the key and among them. */
	for (i = 0; i < n; i++)
		if (strcmp(jp[i].jp_name, "jid") == 0)
			jailparam_import_raw(&jp[i], &jid, sizeof(jid));
	CHECK(jailparam_get(jp, (unsigned)n, 0) == jid);
	for (i = 0; i < n; i++) {
		value = jailparam_export(&jp[i]);
		CHECK(value != NULL);
		CHECK(value == NULL || jailparam_import(&jp[i], value) == 0);
		free(value);
	}
	jailparam_free(jp, (unsigned)n);
	free(jp);
}

/* The system calls themselves. */
static void
raw_iovecs(int jid)
{
	/* iov_base is not const. */
	static char n_jid[] = "jid", n_name[] = "name";
	static char n_persist[] = "persist", n_errmsg[] = "errmsg";
	static char n_nonsense[] = "nonsense";
	char errmsg[128] = "", name[MAXHOSTNAMELEN];
	int persist = -1;
	struct iovec iov[8] = {
		{ n_jid, sizeof(n_jid) }, { &jid, sizeof(jid) },
		{ n_name, sizeof(n_name) }, { name, sizeof(name) },
		{ n_persist, sizeof(n_persist) }, { &persist, sizeof(persist) },
		{ n_errmsg, sizeof(n_errmsg) }, { errmsg, sizeof(errmsg) },
	};

	CHECK(jail_get(iov, 8, 0) == jid);
	CHECK(strcmp(name, NAME) == 0);
	CHECK(persist == 1);
	iov[4].iov_base = n_nonsense;
	iov[4].iov_len = sizeof(n_nonsense);
	CHECK(jail_get(iov, 8, 0) == -1 && errno == EINVAL);
	CHECK(strcmp(errmsg, "unknown parameter: nonsense") == 0);
	CHECK(jail_get(iov, 7, 0) == -1 && errno == EINVAL);
	CHECK(jail_set(iov, 4, 0) == -1 && errno == EINVAL);
	CHECK(jail_set(iov, 4, 0x10000) == -1 && errno == EINVAL);
}

/* <sys/rctl.h> as rctl(8) uses it there. */
static void
limits(void)
{
	static const char rule[] = "jail:" NAME ":openfiles:deny=50/process";
	static const char filter[] = "jail:" NAME, bad[] = "jail:a:b:c=1";
	char buf[4096], small[8];

	CHECK(rctl_add_rule(rule, sizeof(rule), NULL, 0) == 0);
	CHECK(rctl_get_rules(filter, sizeof(filter), buf, sizeof(buf)) == 0);
	CHECK(strcmp(buf, rule) == 0);
	CHECK(rctl_get_limits(filter, sizeof(filter), buf, sizeof(buf)) == 0);
	CHECK(strcmp(buf, rule) == 0);
	CHECK(rctl_get_rules(filter, sizeof(filter), small, sizeof(small)) ==
	    -1 && errno == ERANGE);
	CHECK(rctl_get_racct(filter, sizeof(filter), buf, sizeof(buf)) == 0);
	CHECK(strncmp(buf, "cputime=0,memoryuse=", 20) == 0);
	CHECK(strstr(buf, ",maxproc=0,") != NULL);
	CHECK(rctl_add_rule(bad, sizeof(bad), NULL, 0) == -1 &&
	    errno == EINVAL);
	CHECK(rctl_add_rule(rule, sizeof(rule) - 1, NULL, 0) == -1 &&
	    errno == EINVAL);
	CHECK(rctl_remove_rule(filter, sizeof(filter), NULL, 0) == 0);
	CHECK(rctl_remove_rule(filter, sizeof(filter), NULL, 0) == -1 &&
	    errno == ESRCH);
}

/* What sysctlbyname(3) says there of security.jail. */
static void
sysctls(int jid)
{
	char list[4096];
	size_t len = 0;
	int n;

	CHECK(jail_sysctlbyname("security.jail.jailed", NULL, &len, NULL,
	    0) == 0 && len == sizeof(n));
	CHECK(jail_sysctlbyname("security.jail.jailed", &n, &len, NULL,
	    0) == 0 && n == 0);
	len = 1;
	CHECK(jail_sysctlbyname("security.jail.jailed", &n, &len, NULL,
	    0) == -1 && errno == ENOMEM);
	CHECK(jail_sysctlbyname("security.jail.nix", &n, &len, NULL, 0) ==
	    -1 && errno == ENOENT);
	CHECK(jail_sysctlbyname("security.jail.jailed", NULL, NULL, &n,
	    sizeof(n)) == -1 && errno == EPERM);
	len = sizeof(list);
	CHECK(jail_sysctlget(0, "security.jail.list", list, &len) == 0 &&
	    len == strlen(list) + 1 && strstr(list, " " NAME " ") != NULL);
	len = sizeof(n);
	CHECK(jail_sysctlget(jid, "security.jail.jailed", &n, &len) == 0 &&
	    n == 1);
	CHECK(jail_sysctlget(jid + 1, "security.jail.jailed", &n, &len) ==
	    -1 && errno == ENOENT);
}

int
main(void)
{
	char path[] = "/var/tmp/freebsd-client.XXXXXX";
	int jid;

	if (geteuid() != 0 || getenv("JAIL_RUN") == NULL ||
	    getenv("JAIL_CGROUP") == NULL) {
		fputs("needs root, JAIL_RUN and JAIL_CGROUP\n", stderr);
		return (77);
	}
	if (mkdtemp(path) == NULL)
		err(1, "%s", path);
	jid = create(path);
	if (jid > 0) {
		names(jid);
		update(jid);
		list(jid);
		all(jid);
		raw_iovecs(jid);
		limits();
		sysctls(jid);
		CHECK(jail_remove(jid) == 0);
		CHECK(jail_getid(NAME) == -1 && errno == ENOENT);
		CHECK(jail_remove(jid) == -1 && errno == EINVAL);
	}
	CHECK(jail_setv(JAIL_CREATE, "nix", "x", NULL) == -1 &&
	    errno == ENOENT);
	CHECK(strcmp(jail_errmsg, "unknown parameter: nix") == 0);
	if (rmdir(path) != 0)
		warn("%s", path);
	return (failures != 0);
}
