// SPDX-License-Identifier: BSD-2-Clause
/*
 * netstat, as far as it shows sockets.  Asked for anything else, it hands
 * over to the system's own netstat.
 */
#include <sys/stat.h>
#include <sys/socket.h>

#include <err.h>
#include <jail.h>
#include <locale.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "address.h"

#define OPTIONS		"46Aaf:j:Lnp:W"
#define NARROW		22	/* columns of an address */
#define WIDE		45

static struct {
	int	as_want;	/* WANT_ */
	int	as_protos[8];	/* 0 at the end */
	int	as_all;		/* -a: what listens, too */
	int	as_queues;	/* -L */
	int	as_numeric;	/* -n */
	int	as_width;
	int	as_jid;		/* or -1 */
} ask = { .as_jid = -1, .as_width = NARROW };

static void __attribute__((noreturn))
usage(void)
{
	fputs("usage: netstat [-46ALanW] [-f inet | inet6 | unix] [-j jail]\n"
	    "               [-p tcp | udp | udplite | icmp | raw]\n",
	    stderr);
	exit(1);
}

/* ------------------------------------------------------------------------
 * The command line.
 */

/* The next netstat of PATH that is not this program. */
static void __attribute__((noreturn))
hand_over(char **argv, int c)
{
	struct stat own, other;
	const char *path = getenv("PATH"), *dir;
	char file[4096];
	int len;

	if (stat("/proc/self/exe", &own) == 0)
		for (dir = path != NULL ? path : "/usr/bin:/bin"; dir != NULL;
		    dir = dir[len] == ':' ? dir + len + 1 : NULL) {
			len = (int)strcspn(dir, ":");
			snprintf(file, sizeof(file), "%.*s/netstat", len, dir);
			if (stat(file, &other) == 0 &&
			    (other.st_dev != own.st_dev ||
			    other.st_ino != own.st_ino))
				execv(file, argv);
		}
	errx(1, "-%c: only sockets are shown here, and there is no other "
	    "netstat in PATH: ip(8) shows routes and interfaces", c);
}

static int
family_of(const char *name)
{
	if (strcmp(name, "inet") == 0)
		return (WANT_INET);
	if (strcmp(name, "inet6") == 0)
		return (WANT_INET6);
	if (strcmp(name, "unix") == 0 || strcmp(name, "local") == 0)
		return (WANT_UNIX);
	errx(1, "%s: unknown address family: one of inet, inet6, unix", name);
}

static void
parse(int argc, char **argv)
{
	static const int all[] = {
		IPPROTO_TCP, IPPROTO_UDP, IPPROTO_UDPLITE, IPPROTO_ICMP,
		PROTO_RAW, 0
	};
	int c;

	opterr = 0;
	memcpy(ask.as_protos, all, sizeof(all));
	while ((c = getopt(argc, argv, OPTIONS)) != -1)
		switch (c) {
		case '4':
			ask.as_want |= WANT_INET;
			break;
		case '6':
			ask.as_want |= WANT_INET6;
			break;
		case 'A':	/* addresses in the kernel: not told */
			break;
		case 'a':
			ask.as_all = 1;
			break;
		case 'f':
			ask.as_want |= family_of(optarg);
			break;
		case 'j':
			ask.as_jid = strcmp(optarg, "0") == 0 ? 0 :
			    jail_getid(optarg);
			if (ask.as_jid == -1)
				errx(1, "%s", jail_errmsg);
			break;
		case 'L':
			ask.as_queues = 1;
			break;
		case 'n':
			ask.as_numeric = 1;
			break;
		case 'p':
			ask.as_protos[0] = proto_number(optarg);
			ask.as_protos[1] = 0;
			if (ask.as_protos[0] == 0)
				errx(1, "%s: unknown or uninstrumented "
				    "protocol", optarg);
			break;
		case 'W':
			ask.as_width = WIDE;
			break;
		default:
			if (strchr(OPTIONS, optopt) != NULL)
				usage();
			hand_over(argv, optopt);
		}
	if (optind < argc)
		usage();
	if (ask.as_want == 0 && (ask.as_protos[1] == 0 || ask.as_queues))
		ask.as_want = WANT_INET | WANT_INET6;
	else if (ask.as_want == 0)
		ask.as_want = WANT_INET | WANT_INET6 | WANT_UNIX;
}

/* ------------------------------------------------------------------------
 * What is shown.
 */

static int
is_shown(const struct sock *so)
{
	int dual = so->so_dual && (ask.as_want & WANT_INET) != 0;

	if (ask.as_jid != -1 && so->so_jid != ask.as_jid)
		return (0);
	if (jail_jailed() && !so->so_held)	/* it may be anybody's */
		return (0);
	if (so->so_family == AF_INET || dual)
		return ((ask.as_want & WANT_INET) != 0);
	return (so->so_family != AF_INET6 ||
	    (ask.as_want & WANT_INET6) != 0);
}

static const char *
proto_text(const struct sock *so, char buf[16])
{
	snprintf(buf, 16, "%s%s", proto_name(so->so_family, so->so_proto),
	    so->so_dual ? "46" : so->so_family == AF_INET ? "4" : "6");
	return (buf);
}

static void
print_inet(const struct sock *so)
{
	char local[ADDRESS_LEN], foreign[ADDRESS_LEN], proto[16];
	int tcp = so->so_proto == IPPROTO_TCP, w = ask.as_width;

	address_format(so, 1, '.', !ask.as_numeric, local);
	address_format(so, 0, '.', !ask.as_numeric, foreign);
	printf("%-5.5s %6u %6u %-*.*s %-*.*s %s\n", proto_text(so, proto),
	    so->so_rqueue, so->so_listens ? 0 : so->so_wqueue, w, w, local,
	    w, w, foreign, tcp ? tcp_state_name(so->so_state) : "");
}

static void
print_inets(const struct socks *ss)
{
	const struct sock *so;
	int i, header = 0;

	for (i = 0; i < ss->ss_n; i++) {
		so = &ss->ss_socks[i];
		if (so->so_family == AF_UNIX || !is_shown(so) ||
		    (!ask.as_all && so->so_fport == 0))
			continue;
		if (!header++)
			printf("Active Internet connections%s\n"
			    "%-5.5s %-6.6s %-6.6s %-*.*s %-*.*s %s\n",
			    ask.as_all ? " (including servers)" : "",
			    "Proto", "Recv-Q", "Send-Q", ask.as_width,
			    ask.as_width, "Local Address", ask.as_width,
			    ask.as_width, "Foreign Address", "(state)");
		print_inet(so);
	}
}

/* -L: waiting, and how many may wait. */
static void
print_queues(const struct socks *ss)
{
	const struct sock *so;
	char local[ADDRESS_LEN], proto[16], queues[32];
	int i, header = 0;

	for (i = 0; i < ss->ss_n; i++) {
		so = &ss->ss_socks[i];
		if (so->so_family == AF_UNIX || !so->so_listens ||
		    !is_shown(so))
			continue;
		if (!header++)
			printf("Current listen queue sizes "
			    "(qlen/incqlen/maxqlen)\n%-5.5s %-32.32s %s\n",
			    "Proto", "Listen", "Local Address");
		/* What is half open is not counted apart. */
		snprintf(queues, sizeof(queues), "%u/0/%u", so->so_rqueue,
		    so->so_wqueue);
		address_format(so, 1, '.', !ask.as_numeric, local);
		printf("%-5.5s %-32.32s %s\n", proto_text(so, proto), queues,
		    local);
	}
}

static void
print_unix(const struct socks *ss)
{
	const struct sock *so;
	char *path;
	int i, header = 0;

	for (i = 0; i < ss->ss_n; i++) {
		so = &ss->ss_socks[i];
		if (so->so_family != AF_UNIX || !is_shown(so) ||
		    (!ask.as_all && so->so_listens))
			continue;
		if (!header++)
			printf("Active UNIX domain sockets\n"
			    "%-8s %-6s %6s %6s %8s %s\n", "Socket", "Type",
			    "Recv-Q", "Send-Q", "Conn", "Addr");
		path = so->so_path == NULL ? NULL : proc_vis(so->so_path);
		printf("%-8llu %-6s %6u %6u %8llu%s%s\n",
		    (unsigned long long)so->so_inode,
		    proto_name(AF_UNIX, so->so_proto), so->so_rqueue,
		    so->so_listens ? 0 : so->so_wqueue,
		    (unsigned long long)so->so_peer, path != NULL ? " " : "",
		    path != NULL ? path : "");
		free(path);
	}
}

int
main(int argc, char **argv)
{
	struct proclist pl = { NULL, 0 };
	struct holders hs = { NULL, 0 };
	struct socks ss = { NULL, 0 };
	int i;

	setlocale(LC_ALL, "");
	parse(argc, argv);
	if (socks_gather(&ss, ask.as_want, ask.as_protos) == -1)
		errx(1, "%s", socks_errmsg);
	/* Looked for only where it matters whose a socket is. */
	if (ask.as_jid != -1 || jail_jailed()) {
		if (proc_list(&pl, PROC_JID, 0) == -1)
			errx(1, "%s", proc_errmsg);
		for (i = 0; i < pl.pl_n; i++)
			pl.pl_procs[i].p_selected = ask.as_jid == -1 ||
			    pl.pl_procs[i].p_jid == ask.as_jid;
		if (holders_find(&hs, &pl) == -1)
			errx(1, "%s", socks_errmsg);
		socks_of_others(&ss, &pl, ask.as_want, ask.as_protos);
	}
	socks_sort(&ss);
	socks_owners(&ss, &hs, &pl);
	if (ask.as_queues)
		print_queues(&ss);
	else {
		print_inets(&ss);
		print_unix(&ss);
	}
	socks_free(&ss);
	proc_list_free(&pl);
	free(hs.hs_holders);
	if (fflush(stdout) != 0 || ferror(stdout))
		err(1, "stdout");
	return (0);
}
