// SPDX-License-Identifier: BSD-2-Clause
/* Sockets from the files of /proc/net: less than sock_diag tells. */
#include <sys/socket.h>

#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sock.h"

#define UNIX_ACCEPTS	0x10000	/* flags: it listens */
#define UNIX_CONNECTED	3	/* SS_CONNECTED */

/* "0200000A:0053": words in the machine's order.  What follows, or NULL. */
static const char *
parse_address(const char *s, int family, struct in6_addr *addr,
    unsigned *port)
{
	int i, n, words = family == AF_INET ? 1 : 4;
	uint32_t word;

	memset(addr, 0, sizeof(*addr));
	for (i = 0; i < words; i++, s += 8) {
		if (sscanf(s, "%8x%n", &word, &n) != 1 || n != 8)
			return (NULL);
		memcpy((char *)addr + 4 * (size_t)i, &word, 4);
	}
	if (sscanf(s, ":%4x%n", port, &n) != 1 || n != 5)
		return (NULL);
	return (s + n);
}

int
procnet_parse_inet(struct sock *so, const char *line, int family)
{
	const char *s = strchr(line, ':');
	unsigned long long inode;
	unsigned state;

	so->so_family = family;
	if (s == NULL || s[1] != ' ')
		return (-1);
	s = parse_address(s + 2, family, &so->so_laddr, &so->so_lport);
	if (s == NULL || *s != ' ')
		return (-1);
	s = parse_address(s + 1, family, &so->so_faddr, &so->so_fport);
	if (s == NULL || sscanf(s, "%x %x:%x %*x:%*x %*x %*u %*d %llu",
	    &state, &so->so_wqueue, &so->so_rqueue, &inode) != 4)
		return (-1);
	so->so_state = (int)state;
	so->so_listens = state == TCP_LISTEN;
	so->so_inode = inode;
	if (family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&so->so_laddr)) {
		so->so_family = AF_INET;
		memcpy(&so->so_laddr, (char *)&so->so_laddr + 12, 4);
		memcpy(&so->so_faddr, (char *)&so->so_faddr + 12, 4);
	}
	return (0);
}

void
procnet_inet(struct socks *ss, const char *dir, int family, int proto)
{
	char *line = NULL, path[64];
	struct sock so, *added;
	size_t cap = 0;
	FILE *fp;

	snprintf(path, sizeof(path), "%s/%s%s", dir,
	    proto_name(family, proto), family == AF_INET6 ? "6" : "");
	if ((fp = fopen(path, "re")) == NULL)
		return;
	while (getline(&line, &cap, fp) != -1) {
		so = (struct sock){ .so_proto = proto };
		if (procnet_parse_inet(&so, line, family) == -1 ||
		    (added = socks_add(ss)) == NULL)
			continue;
		*added = so;
	}
	free(line);
	fclose(fp);
}

int
procnet_parse_unix(struct sock *so, const char *line)
{
	unsigned flags, state, type;
	unsigned long long inode;
	int n = 0;

	if (sscanf(line, "%*x: %*x %*x %x %x %x %llu%n", &flags, &type,
	    &state, &inode, &n) != 4 || n == 0)
		return (-1);
	so->so_family = AF_UNIX;
	so->so_proto = (int)type;
	so->so_listens = (flags & UNIX_ACCEPTS) != 0;
	so->so_state = so->so_listens ? TCP_LISTEN :
	    state == UNIX_CONNECTED ? TCP_ESTABLISHED : TCP_CLOSE;
	so->so_inode = inode;
	if (line[n] == ' ')
		so->so_path = strndup(line + n + 1,
		    strcspn(line + n + 1, "\n"));
	return (0);
}

void
procnet_unix(struct socks *ss, const char *dir)
{
	char *line = NULL, path[64];
	struct sock so, *added;
	size_t cap = 0;
	FILE *fp;

	snprintf(path, sizeof(path), "%s/unix", dir);
	if ((fp = fopen(path, "re")) == NULL)
		return;
	while (getline(&line, &cap, fp) != -1) {
		so = (struct sock){ 0 };
		if (procnet_parse_unix(&so, line) == -1)
			continue;
		if ((added = socks_add(ss)) == NULL)
			free(so.so_path);
		else
			*added = so;
	}
	free(line);
	fclose(fp);
}
