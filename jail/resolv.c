// SPDX-License-Identifier: BSD-2-Clause
/*
 * The usual trap: a resolv.conf copied from the host, whose 127.0.0.1 or
 * 127.0.0.53 is the jail's own first address inside, where nothing answers.
 * Said once, when the start is done: what the jail's commands have started by
 * then does answer.
 */
#include <sys/stat.h>
#include <sys/syscall.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "jailp.h"

#define RESOLV_CONF	"etc/resolv.conf"
#define PORT		53
#define MAX_SERVERS	3	/* of a resolv.conf; further ones are not
				   looked at */
#define MAX_LINES	1000
#define MAX_ADDRS	255	/* of one jail and family */

/* Where the host has the servers of its own resolver. */
static const char *const host_files[] = {
	"/run/systemd/resolve/resolv.conf",
	"/run/NetworkManager/no-stub-resolv.conf",
	"/etc/resolv.conf",
};

/* IPv4 addresses are v4-mapped ones. */
struct addrs {
	struct in6_addr	*a;
	size_t		 n;
};

/* One family, as the jail has it. */
struct family {
	bool		 none;	/* no sockets of it */
	bool		 all;	/* the host's addresses */
	struct addrs	 own;
};

struct net {
	struct family	 ip4, ip6;
	struct addrs	 servers;	/* where someone listens on PORT */
};

static void
add_addr(struct addrs *list, const struct in6_addr *a)
{
	list->a = erealloc(list->a, (list->n + 1) * sizeof(*list->a));
	list->a[list->n++] = *a;
}

static bool
has_addr(const struct addrs *list, const struct in6_addr *a)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		if (IN6_ARE_ADDR_EQUAL(&list->a[i], a))
			return (true);
	return (false);
}

static void
map_addr(struct in6_addr *a, struct in_addr in)
{
	memset(a, 0, sizeof(*a));
	a->s6_addr[10] = a->s6_addr[11] = 0xff;
	memcpy(&a->s6_addr[12], &in, sizeof(in));
}

/* An address of either family, with or without a scope. */
static bool
parse_addr(struct in6_addr *a, char *text)
{
	struct in_addr in;

	text[strcspn(text, "%")] = '\0';
	if (inet_pton(AF_INET, text, &in) == 1) {
		map_addr(a, in);
		return (true);
	}
	return (inet_pton(AF_INET6, text, a) == 1);
}

static const char *
addr_text(const struct in6_addr *a, char text[INET6_ADDRSTRLEN])
{
	if (IN6_IS_ADDR_V4MAPPED(a))
		inet_ntop(AF_INET, &a->s6_addr[12], text, INET6_ADDRSTRLEN);
	else
		inet_ntop(AF_INET6, a, text, INET6_ADDRSTRLEN);
	return (text);
}

static bool
is_any(const struct in6_addr *a)
{
	static const struct in6_addr any4 = {
		.s6_addr = { [10] = 0xff, [11] = 0xff }
	};

	return (IN6_IS_ADDR_UNSPECIFIED(a) || IN6_ARE_ADDR_EQUAL(a, &any4));
}

/* Does it mean this host, as the wildcard does, too? */
static bool
is_loopback(const struct in6_addr *a)
{
	return (is_any(a) || IN6_IS_ADDR_LOOPBACK(a) ||
	    (IN6_IS_ADDR_V4MAPPED(a) && a->s6_addr[12] == 127));
}

/* The nameserver lines of a resolv.conf; a prisoner's may be endless. */
static void
read_conf(FILE *f, struct addrs *ret_list)
{
	static const char blanks[] = " \t\n";
	char line[256], *rest, *word;
	struct in6_addr a;
	int lines;

	for (lines = 0; lines < MAX_LINES && ret_list->n < MAX_SERVERS &&
	    fgets(line, sizeof(line), f) != NULL; lines++) {
		rest = line;
		word = strsep(&rest, blanks);
		if (strcmp(word, "nameserver") != 0 || rest == NULL)
			continue;
		rest += strspn(rest, blanks);
		if (parse_addr(&a, strsep(&rest, blanks)))
			add_addr(ret_list, &a);
	}
}

/* That of the jail: what the prisoner has put there leads nowhere else. */
static FILE *
open_conf(const char *root)
{
	struct open_how how = {
		.flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	struct stat st;
	FILE *f = NULL;
	int fd, rootfd;

	rootfd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (rootfd < 0)
		return (NULL);
	fd = (int)syscall(SYS_openat2, rootfd, RESOLV_CONF, &how,
	    sizeof(how));
	close(rootfd);
	if (fd < 0)
		return (NULL);
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		f = fdopen(fd, "r");
	if (f == NULL)
		close(fd);
	return (f);
}

/* The addresses of the sockets in /proc/net/udp or udp6 that have PORT. */
static void
read_sockets(const char *file, bool is6, struct addrs *ret_list)
{
	FILE *f = fopen(file, "re");
	char *line = NULL;
	struct in6_addr a;
	struct in_addr in;
	size_t size = 0;
	unsigned port, w[4];

	if (f == NULL)
		return;
	while (getline(&line, &size, f) != -1) {
		if (is6) {
			if (sscanf(line, " %*d: %8x%8x%8x%8x:%4x ", &w[0],
			    &w[1], &w[2], &w[3], &port) != 5)
				continue;
			memcpy(&a, w, sizeof(a));
		} else {
			if (sscanf(line, " %*d: %8x:%4x ", &w[0], &port) != 2)
				continue;
			in.s_addr = w[0];
			map_addr(&a, in);
		}
		if (port == PORT)
			add_addr(ret_list, &a);
	}
	free(line);
	fclose(f);
}

/* Would a question that is sent to this address of the jail be heard? */
static bool
answered(const struct addrs *servers, const struct in6_addr *a)
{
	size_t i;

	for (i = 0; i < servers->n; i++)
		if (IN6_IS_ADDR_UNSPECIFIED(&servers->a[i]) ||
		    (is_any(&servers->a[i]) && IN6_IS_ADDR_V4MAPPED(a)))
			return (true);
	return (has_addr(servers, a));
}

static void
read_family(struct family *fam, const char *state, char *list)
{
	struct in6_addr a;
	char *one;

	fam->all = strcmp(state, "inherit") == 0;
	while ((one = strsep(&list, ",")) != NULL)
		if (parse_addr(&a, one))
			add_addr(&fam->own, &a);
	fam->none = !fam->all && fam->own.n == 0;
}

/* How the jail sees the network; false when it has none, or its own. */
static bool
read_net(const struct cfjail *j, struct net *ret_net)
{
	static char vnet_name[] = "vnet", ip4_name[] = "ip4",
	    list4_name[] = "ip4.addr", ip6_name[] = "ip6",
	    list6_name[] = "ip6.addr", jid_name[] = "jid";
	static char list4[MAX_ADDRS * INET_ADDRSTRLEN];
	static char list6[MAX_ADDRS * INET6_ADDRSTRLEN];
	char jid[16], vnet[16], ip4[16], ip6[16];

	snprintf(jid, sizeof(jid), "%d", j->jid);
	if (jail_getv_sized(0, jid_name, jid, sizeof(jid), vnet_name, vnet,
	    sizeof(vnet), ip4_name, ip4, sizeof(ip4), list4_name, list4,
	    sizeof(list4), ip6_name, ip6, sizeof(ip6), list6_name, list6,
	    sizeof(list6), NULL) < 0 || strcmp(vnet, "new") == 0)
		return (false);
	read_family(&ret_net->ip4, ip4, list4);
	read_family(&ret_net->ip6, ip6, list6);
	if (ret_net->ip4.none && ret_net->ip6.none)
		return (false);
	read_sockets("/proc/self/net/udp", false, &ret_net->servers);
	read_sockets("/proc/self/net/udp6", true, &ret_net->servers);
	return (true);
}

static const struct family *
family_of(const struct net *net, const struct in6_addr *a)
{
	return (IN6_IS_ADDR_V4MAPPED(a) ? &net->ip4 : &net->ip6);
}

/* Why the jail cannot reach it, malloc'd; NULL when it may. */
static char *
why_not(const struct net *net, const struct in6_addr *a)
{
	const struct family *fam = family_of(net, a);
	char text[INET6_ADDRSTRLEN], own[INET6_ADDRSTRLEN];
	const struct in6_addr *here;

	addr_text(a, text);
	if (fam->none)
		return (eprintf("%s cannot be reached without %s", text,
		    fam == &net->ip4 ? "IPv4" : "IPv6"));
	if (fam->all)
		return (NULL);
	here = is_loopback(a) ? &fam->own.a[0] : a;
	if (!has_addr(&fam->own, here) || answered(&net->servers, here))
		return (NULL);
	if (here == a)
		return (eprintf("nothing answers on %s", text));
	return (eprintf("nothing answers on %s, which inside is %s", text,
	    addr_text(here, own)));
}

static const struct in6_addr *
first_usable(const struct net *net, const struct addrs *list)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		if (!is_loopback(&list->a[i]) &&
		    !family_of(net, &list->a[i])->none)
			return (&list->a[i]);
	return (NULL);
}

/* A name server for the jail: one that runs here, or one of the host's. */
static bool
find_better(const struct net *net, struct in6_addr *ret_a)
{
	const struct in6_addr *found = first_usable(net, &net->servers);
	struct addrs list = { 0 };
	size_t i;
	FILE *f;

	for (i = 0; found == NULL &&
	    i < sizeof(host_files) / sizeof(host_files[0]); i++) {
		if ((f = fopen(host_files[i], "re")) == NULL)
			continue;
		list.n = 0;
		read_conf(f, &list);
		fclose(f);
		found = first_usable(net, &list);
	}
	if (found != NULL)
		*ret_a = *found;
	free(list.a);
	return (found != NULL);
}

static void
say(const struct cfjail *j, const struct net *net, const char *why)
{
	const char *root = string_param(j, K_PATH);
	char text[INET6_ADDRSTRLEN];
	struct in6_addr better;

	if (find_better(net, &better))
		jail_warnx(j, "%s/%s: %s: write \"nameserver %s\"", root,
		    RESOLV_CONF, why, addr_text(&better, text));
	else
		jail_warnx(j, "%s/%s: %s: let a name server listen there, or "
		    "name another", root, RESOLV_CONF, why);
}

/* Of the name servers in a jail's resolv.conf, point out one in vain. */
void
resolv_check(const struct cfjail *j)
{
	const char *root = string_param(j, K_PATH);
	struct net net = { 0 };
	struct addrs list = { 0 };
	char *why = NULL;
	FILE *f;
	size_t i;

	if (verbose < 0 || root == NULL || (f = open_conf(root)) == NULL)
		return;
	read_conf(f, &list);
	fclose(f);
	if (list.n > 0 && read_net(j, &net)) {
		for (i = 0; i < list.n && why == NULL; i++)
			why = why_not(&net, &list.a[i]);
		if (why != NULL)
			say(j, &net, why);
	}
	free(why);
	free(list.a);
	free(net.ip4.own.a);
	free(net.ip6.own.a);
	free(net.servers.a);
}
