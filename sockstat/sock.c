// SPDX-License-Identifier: BSD-2-Clause
#include "sock.h"

#include <sys/socket.h>
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char socks_errmsg[256];

/* ------------------------------------------------------------------------
 * Names.
 */

static const struct {
	int		 pr_number;
	const char	*pr_name;
} protos[] = {
	{ IPPROTO_TCP, "tcp" },
	{ IPPROTO_UDP, "udp" },
	{ IPPROTO_UDPLITE, "udplite" },
	{ IPPROTO_ICMP, "icmp" },
	{ PROTO_RAW, "raw" },
};

const char *
proto_name(int family, int proto)
{
	size_t i;

	if (family == AF_UNIX)
		return (proto == SOCK_STREAM ? "stream" :
		    proto == SOCK_DGRAM ? "dgram" : "seqpac");
	for (i = 0; i < sizeof(protos) / sizeof(protos[0]); i++)
		if (protos[i].pr_number == proto)
			return (protos[i].pr_name);
	return ("?");
}

int
proto_number(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(protos) / sizeof(protos[0]); i++)
		if (strcmp(protos[i].pr_name, name) == 0)
			return (protos[i].pr_number);
	return (0);
}

const char *
tcp_state_name(int state)
{
	static const char *const names[] = {
		[TCP_ESTABLISHED] = "ESTABLISHED", [TCP_SYN_SENT] = "SYN_SENT",
		[TCP_SYN_RECV] = "SYN_RCVD", [TCP_FIN_WAIT1] = "FIN_WAIT_1",
		[TCP_FIN_WAIT2] = "FIN_WAIT_2", [TCP_TIME_WAIT] = "TIME_WAIT",
		[TCP_CLOSE] = "CLOSED", [TCP_CLOSE_WAIT] = "CLOSE_WAIT",
		[TCP_LAST_ACK] = "LAST_ACK", [TCP_LISTEN] = "LISTEN",
		[TCP_CLOSING] = "CLOSING",
	};

	/* A request that waits to be accepted: TCP_NEW_SYN_RECV. */
	if (state == TCP_CLOSING + 1)
		return ("SYN_RCVD");
	return (state > 0 && state <= TCP_CLOSING ? names[state] : "??");
}

/* ------------------------------------------------------------------------
 * The list.
 */

struct sock *
socks_add(struct socks *ss)
{
	struct sock *so = ss->ss_socks;

	if ((ss->ss_n & (ss->ss_n - 1)) == 0) {
		so = reallocarray(so, ss->ss_n == 0 ? 1 :
		    (size_t)ss->ss_n * 2, sizeof(*so));
		if (so == NULL)
			return (NULL);
		ss->ss_socks = so;
	}
	so += ss->ss_n++;
	*so = (struct sock){ 0 };
	return (so);
}

void
socks_free(struct socks *ss)
{
	int i;

	for (i = 0; i < ss->ss_n; i++)
		free(ss->ss_socks[i].so_path);
	free(ss->ss_socks);
	*ss = (struct socks){ NULL, 0 };
}

static void
gather_inet(struct socks *ss, int family, int proto)
{
	int before = ss->ss_n;

	/* Ping sockets have no sock_diag. */
	if (proto != IPPROTO_ICMP && diag_inet(ss, family, proto) == 0)
		return;
	ss->ss_n = before;
	procnet_inet(ss, "/proc/net", family, proto);
}

int
socks_gather(struct socks *ss, int want, const int *wanted)
{
	int before;

	if (access("/proc/net/", X_OK) == -1) {
		snprintf(socks_errmsg, sizeof(socks_errmsg),
		    "/proc/net: %s", strerror(errno));
		return (-1);
	}
	for (; *wanted != 0; wanted++) {
		if (want & WANT_INET)
			gather_inet(ss, AF_INET, *wanted);
		if (want & WANT_INET6)
			gather_inet(ss, AF_INET6, *wanted);
	}
	if (want & WANT_UNIX) {
		before = ss->ss_n;
		if (diag_unix(ss) == -1) {
			ss->ss_n = before;
			procnet_unix(ss, "/proc/net");
		}
	}
	return (0);
}

static int
inode_cmp(const void *a, const void *b)
{
	uint64_t x = ((const struct sock *)a)->so_inode;
	uint64_t y = ((const struct sock *)b)->so_inode;

	return (x < y ? -1 : x > y);
}

void
socks_sort(struct socks *ss)
{
	if (ss->ss_n > 0)
		qsort(ss->ss_socks, (size_t)ss->ss_n, sizeof(*ss->ss_socks),
		    inode_cmp);
}

struct sock *
socks_find(const struct socks *ss, uint64_t inode)
{
	struct sock key = { .so_inode = inode };

	return (inode == 0 || ss->ss_n == 0 ? NULL : bsearch(&key,
	    ss->ss_socks, (size_t)ss->ss_n, sizeof(key), inode_cmp));
}

/* ------------------------------------------------------------------------
 * Other stacks.
 */

static ino_t
netns_of(pid_t pid)
{
	struct stat sb;
	char path[32];

	if (pid == 0)
		snprintf(path, sizeof(path), "/proc/self/ns/net");
	else
		snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)pid);
	return (stat(path, &sb) == 0 ? sb.st_ino : 0);
}

static void
gather_others(struct socks *ss, const struct proclist *pl, int want,
    const int *wanted)
{
	ino_t own = netns_of(0), ns, *seen = NULL, *more;
	int i, j, nseen = 0;
	char dir[32];

	for (i = 0; i < pl->pl_n; i++) {
		ns = pl->pl_procs[i].p_selected && pl->pl_procs[i].p_jid > 0 ?
		    netns_of(pl->pl_procs[i].p_pid) : own;
		for (j = 0; j < nseen && seen[j] != ns; j++)
			;
		if (ns == 0 || ns == own || j < nseen)
			continue;
		more = reallocarray(seen, (size_t)nseen + 1, sizeof(*seen));
		if (more == NULL)
			break;
		seen = more;
		seen[nseen++] = ns;
		snprintf(dir, sizeof(dir), "/proc/%d/net",
		    (int)pl->pl_procs[i].p_pid);
		for (j = 0; wanted[j] != 0; j++) {
			if (want & WANT_INET)
				procnet_inet(ss, dir, AF_INET, wanted[j]);
			if (want & WANT_INET6)
				procnet_inet(ss, dir, AF_INET6, wanted[j]);
		}
		if (want & WANT_UNIX)
			procnet_unix(ss, dir);
	}
	free(seen);
}

/*
 * Those that are known stay as they are known: in a file of /proc/net, a name
 * with a newline in it can pass for another socket.
 */
void
socks_of_others(struct socks *ss, const struct proclist *pl, int want,
    const int *wanted)
{
	struct socks known, others = { NULL, 0 };
	struct sock *so;
	int i, n;

	gather_others(&others, pl, want, wanted);
	socks_sort(ss);
	n = ss->ss_n;
	for (i = 0; i < others.ss_n; i++) {
		known = (struct socks){ ss->ss_socks, n };
		if (socks_find(&known, others.ss_socks[i].so_inode) != NULL ||
		    (so = socks_add(ss)) == NULL)
			continue;
		*so = others.ss_socks[i];
		others.ss_socks[i].so_path = NULL;
	}
	socks_free(&others);
}

/* ------------------------------------------------------------------------
 * Holders.
 */

static int
holder_add(struct holders *hs, int proc, int fd, uint64_t inode)
{
	struct holder *ho = hs->hs_holders;

	if ((hs->hs_n & (hs->hs_n - 1)) == 0) {
		ho = reallocarray(ho, hs->hs_n == 0 ? 1 :
		    (size_t)hs->hs_n * 2, sizeof(*ho));
		if (ho == NULL)
			return (-1);
		hs->hs_holders = ho;
	}
	hs->hs_holders[hs->hs_n++] = (struct holder){ proc, fd, inode };
	return (0);
}

/* The sockets among a process's descriptors; one that we may not look into
   has none. */
static int
look_into(struct holders *hs, int proc, pid_t pid)
{
	struct dirent *de;
	char path[32], link[64];
	ssize_t n;
	int error = 0;
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	if ((d = opendir(path)) == NULL)
		return (0);
	while (error == 0 && (de = readdir(d)) != NULL) {
		if (*de->d_name == '.')
			continue;
		n = readlinkat(dirfd(d), de->d_name, link, sizeof(link) - 1);
		if (n <= 8 || strncmp(link, "socket:[", 8) != 0)
			continue;
		link[n] = '\0';
		error = holder_add(hs, proc, atoi(de->d_name),
		    strtoull(link + 8, NULL, 10));
	}
	closedir(d);
	return (error);
}

int
holders_find(struct holders *hs, const struct proclist *pl)
{
	int i;

	for (i = 0; i < pl->pl_n; i++)
		if (pl->pl_procs[i].p_selected && !proc_is_kernel(
		    &pl->pl_procs[i]) && look_into(hs, i,
		    pl->pl_procs[i].p_pid) == -1) {
			snprintf(socks_errmsg, sizeof(socks_errmsg),
			    "the holders of sockets: %s", strerror(errno));
			return (-1);
		}
	return (0);
}
