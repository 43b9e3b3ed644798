// SPDX-License-Identifier: BSD-2-Clause
/*
 * What has to hold before anything is done for a jail: values of the right
 * kind, files that can be read; and the steps made out of other parameters.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "jailp.h"

static int
check_value(struct cfjail *j, const struct cfparam *p)
{
	const struct cfstring *s = TAILQ_LAST(&p->val, cfstrings);
	const char *value;
	char *end;

	if (s == NULL || !(p->flags & (CF_BOOL | CF_INT)))
		return (0);
	value = s->s;
	(void)strtol(value, &end, 10);
	if ((p->flags & CF_BOOL) && strcasecmp(value, "true") != 0 &&
	    strcasecmp(value, "false") != 0 && *end != '\0') {
		jail_warnx(j, "%s: unknown boolean value \"%s\"", p->name,
		    value);
		return (-1);
	}
	if ((p->flags & CF_INT) && (end == value || *end != '\0')) {
		jail_warnx(j, "%s: non-integer value \"%s\"", p->name, value);
		return (-1);
	}
	return (0);
}

/* What FreeBSD has and we do not: said before anything is begun. */
static int
check_missing(struct cfjail *j)
{
	static bool said;
	int fib, error = 0;

	if (j->known[K_ALLOW_DYING] != NULL && !said) {
		said = true;
		warnx("the 'allow.dying' parameter and '-d' flag are "
		    "deprecated and have no effect.");
	}
	if (int_param(j, K_EXEC_FIB, &fib) && fib != 0) {
		jail_warnx(j, "exec.fib: %d: Linux has no routing tables for "
		    "single processes", fib);
		error = -1;
	}
	if (!(j->flags & JF_START))
		return (error);
	if (string_param(j, K_VNET_INTERFACE) != NULL &&
	    j->known[K_VNET] == NULL) {
		jail_warnx(j, "vnet.interface: %s: the jail has no network "
		    "stack of its own (vnet)",
		    string_param(j, K_VNET_INTERFACE));
		error = -1;
	}
	if (string_param(j, K_ZFS_DATASET) != NULL) {
		jail_warnx(j, "zfs.dataset: %s: datasets cannot be given to "
		    "a jail here", string_param(j, K_ZFS_DATASET));
		error = -1;
	}
	return (error);
}

/* A line of "getent ahosts": an address, a socket type, a name. */
static void
add_address(struct cfjail *j, char *line)
{
	const char *text = strsep(&line, " \t");
	struct in6_addr any;

	if (line == NULL || strstr(line, "STREAM") == NULL)
		return;
	if (inet_pton(AF_INET, text, &any) == 1)
		add_known(j, K_IP4_ADDR, text);
	else if (inet_pton(AF_INET6, text, &any) == 1)
		add_known(j, K_IP6_ADDR, text);
}

/* ip_hostname: the addresses that the resolver knows for the host name. */
static int
resolve_hostname(struct cfjail *j)
{
	const char *name = string_param(j, K_HOST_HOSTNAME);
	char *list, *rest, *line;

	if (!bool_param(j, K_IP_HOSTNAME) || name == NULL ||
	    ((j->flags & JF_OP_MASK) == JF_STOP &&
	    j->known[K_INTERFACE] == NULL))
		return (0);
	if ((list = getent("ahosts", name)) == NULL) {
		jail_warnx(j, "host.hostname %s: %s", name, errno == ENOENT ?
		    "Name or service not known" : jail_errmsg);
		return (-1);
	}
	for (rest = list; (line = strsep(&rest, "\n")) != NULL;)
		add_address(j, line);
	free(list);
	return (0);
}

/*
 * An address may come with an interface to set it on, a mask and words for
 * ifconfig: [if|]addr[/mask][ words].  The whole is a step of its own, the
 * address alone is what the library gets.
 */
static void
split_addresses(struct cfjail *j, enum known addr, enum known alias)
{
	const char *defif = string_param(j, K_INTERFACE);
	struct cfstring *s;
	char *bar;

	if (j->known[addr] == NULL)
		return;
	TAILQ_FOREACH(s, &j->known[addr]->val, tq) {
		bar = strchr(s->s, '|');
		if (bar != NULL || (defif != NULL && s->len > 0))
			add_known(j, alias, s->s);
		if (bar != NULL) {
			s->len -= bar + 1 - s->s;
			memmove(s->s, bar + 1, s->len + 1);
		}
		s->len = strcspn(s->s, "/ ");
		s->s[s->len] = '\0';
	}
}

static int
read_fstab(struct cfjail *j, const char *file)
{
	FILE *f = fopen(file, "re");
	char *line = NULL;
	size_t size = 0;

	if (f == NULL) {
		jail_warnx(j, "mount.fstab: %s: %s", file, strerror(errno));
		return (-1);
	}
	while (getline(&line, &size, f) != -1) {
		line[strcspn(line, "#\n")] = '\0';
		add_known(j, K_FSTAB_LINE, line);
	}
	free(line);
	fclose(f);
	return (0);
}

/* Check and complete the parameters of a jail, once.  -1: it has failed. */
int
check_params(struct cfjail *j)
{
	struct cfparam *p;
	struct cfstring *s;
	int error;

	error = check_missing(j);
	TAILQ_FOREACH(p, &j->params, tq)
		if (check_value(j, p) < 0)
			error = -1;
	if (resolve_hostname(j) < 0)
		error = -1;
	split_addresses(j, K_IP4_ADDR, K_IP4_ALIAS);
	split_addresses(j, K_IP6_ADDR, K_IP6_ALIAS);
	if (j->known[K_MOUNT_FSTAB] != NULL)
		TAILQ_FOREACH(s, &j->known[K_MOUNT_FSTAB]->val, tq)
			if (s->len > 0 && read_fstab(j, s->s) < 0)
				error = -1;
	if (error < 0)
		failed(j);
	return (error);
}

static char *
join_values(const struct cfstrings *values)
{
	const struct cfstring *s;
	char *joined = estrdup(""), *longer;

	TAILQ_FOREACH(s, values, tq) {
		longer = eprintf("%s%s%s", joined,
		    s == TAILQ_FIRST(values) ? "" : ",", s->s);
		free(joined);
		joined = longer;
	}
	return (joined);
}

static int
import_param(struct cfjail *j, const struct cfparam *p, struct jailparam *jp)
{
	char *joined = NULL;
	const char *value = NULL;
	int error;

	if (jailparam_init(jp, p->name) < 0) {
		jail_warnx(j, "%s", jail_errmsg);
		return (-1);
	}
	/*
	 * Of several values a scalar keeps the last: repeating a parameter
	 * on the command line appends, whatever its type.
	 */
	if (jp->jp_elemlen > 0 && !TAILQ_EMPTY(&p->val))
		value = joined = join_values(&p->val);
	else if (!TAILQ_EMPTY(&p->val))
		value = TAILQ_LAST(&p->val, cfstrings)->s;
	error = jailparam_import(jp, value);
	free(joined);
	if (error < 0)
		jail_warnx(j, "%s", jail_errmsg);
	return (error);
}

/* Make the library's form of the parameters that are the library's. */
int
import_params(struct cfjail *j)
{
	struct cfparam *p;
	int error = 0, n = 0;

	TAILQ_FOREACH(p, &j->params, tq)
		if (!(p->flags & CF_OURS))
			n++;
	j->jp = emalloc((n > 0 ? n : 1) * sizeof(*j->jp));
	memset(j->jp, 0, n * sizeof(*j->jp));
	j->njp = 0;
	TAILQ_FOREACH(p, &j->params, tq)
		if (!(p->flags & CF_OURS) &&
		    import_param(j, p, &j->jp[j->njp++]) < 0)
			error = -1;
	if (error < 0) {
		jailparam_free(j->jp, j->njp);
		free(j->jp);
		j->jp = NULL;
		j->njp = 0;
		failed(j);
	}
	return (error);
}
