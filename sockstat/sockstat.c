// SPDX-License-Identifier: BSD-2-Clause
/* sockstat: who listens where, and for which jail. */
#include <sys/jail.h>
#include <sys/socket.h>

#include <err.h>
#include <jail.h>
#include <locale.h>
#include <netinet/tcp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "address.h"
#include "table.h"

#define OPTIONS		"46CcF:iJj:LlnP:p:qsUuvw"
#define ADDRESS_WIDTH	21	/* without -w */
#define COMMAND_WIDTH	10
#define MAX_PROTOS	8
#define UNKNOWN		"??"

static struct {
	int	as_want;	/* WANT_ */
	int	as_protos[MAX_PROTOS];	/* 0 at the end */
	int	as_jid;		/* or -1 */
	long long as_uid;	/* or -1 */
	int	as_connected;	/* -c */
	int	as_listening;	/* -l */
	int	as_noloop;	/* -L */
	int	as_numeric;	/* -n: uids */
	int	as_quiet;	/* -q: no header */
	int	as_wide;	/* -w */
	int	as_jails;	/* -J: a column */
	int	as_id;		/* -i */
	int	as_encaps;	/* -U */
	int	as_state;	/* -s */
	int	as_cc;		/* -C */
} ask = { .as_jid = -1, .as_uid = -1 };

static unsigned char ports[65536 / 8];	/* bits of -p */
static int some_ports;

static struct proclist procs;
static struct socks socks;
static struct holders holders;
static int *byinode;		/* indices of holders, by inode */
static struct table table;

static void __attribute__((noreturn))
usage(void)
{
	fputs("usage: sockstat [-46CciJLlnqsUuvw] [-F user] [-j jail] "
	    "[-p ports]\n"
	    "                [-P protocols]\n", stderr);
	exit(1);
}

/* ------------------------------------------------------------------------
 * The command line.
 */

static void
parse_ports(const char *arg)
{
	char *copy = strdup(arg), *s = copy, *word, *end;
	unsigned long from, to;

	if (copy == NULL)
		err(1, NULL);
	some_ports = 1;
	while ((word = strsep(&s, ",")) != NULL) {
		from = to = strtoul(word, &end, 10);
		if (end == word || *word == '-')
			errx(1, "syntax error in port range: %s", arg);
		if (*end == '-') {
			to = 65535;
			if (end[1] != '\0')
				to = strtoul(end + 1, &end, 10);
			else
				end++;
		}
		if (*end != '\0')
			errx(1, "syntax error in port range: %s", arg);
		if (from > 65535 || to > 65535 || from > to)
			errx(1, "invalid port number: %s", word);
		for (; from <= to; from++)
			ports[from / 8] |= (unsigned char)(1 << from % 8);
	}
	free(copy);
}

static void
parse_protos(const char *arg)
{
	char *copy = strdup(arg), *s = copy, *word;
	int n = 0, proto;

	if (copy == NULL)
		err(1, NULL);
	while ((word = strsep(&s, ",")) != NULL) {
		if ((proto = proto_number(word)) == 0)
			errx(1, "no such protocol: \"%s\" is none of tcp, "
			    "udp, udplite, icmp, raw", word);
		if (n < MAX_PROTOS - 1)
			ask.as_protos[n++] = proto;
	}
	free(copy);
}

static void
parse_jail(const char *arg)
{
	ask.as_jid = strcmp(arg, "0") == 0 ? 0 : jail_getid(arg);
	if (ask.as_jid == -1)
		errx(1, "%s", jail_errmsg);
}

static void
parse_user(const char *arg)
{
	struct passwd *pw = getpwnam(arg);
	char *end;

	ask.as_uid = pw != NULL ? pw->pw_uid : strtol(arg, &end, 10);
	if (pw == NULL && (*arg == '\0' || *end != '\0'))
		errx(1, "Invalid username or UID specified: %s", arg);
}

static void
flag(int c)
{
	static const struct {
		char	 letter;
		int	*flag;
	} flags[] = {
		{ 'C', &ask.as_cc }, { 'c', &ask.as_connected },
		{ 'i', &ask.as_id }, { 'J', &ask.as_jails },
		{ 'L', &ask.as_noloop }, { 'l', &ask.as_listening },
		{ 'n', &ask.as_numeric }, { 'q', &ask.as_quiet },
		{ 's', &ask.as_state }, { 'U', &ask.as_encaps },
		{ 'w', &ask.as_wide },
	};
	size_t i;

	for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (flags[i].letter == c) {
			*flags[i].flag = 1;
			return;
		}
	if (c != 'v')		/* accepted, as on FreeBSD */
		usage();
}

static void
parse(int argc, char **argv)
{
	static const int all[] = {
		IPPROTO_TCP, IPPROTO_UDP, IPPROTO_UDPLITE, IPPROTO_ICMP,
		PROTO_RAW, 0
	};
	int c;

	while ((c = getopt(argc, argv, OPTIONS)) != -1)
		switch (c) {
		case '4':
			ask.as_want |= WANT_INET;
			break;
		case '6':
			ask.as_want |= WANT_INET6;
			break;
		case 'u':
			ask.as_want |= WANT_UNIX;
			break;
		case 'F':
			parse_user(optarg);
			break;
		case 'j':
			parse_jail(optarg);
			break;
		case 'P':
			parse_protos(optarg);
			break;
		case 'p':
			parse_ports(optarg);
			break;
		default:
			flag(c);
		}
	if (optind < argc)
		usage();
	if (ask.as_protos[0] != 0 &&
	    (ask.as_want & (WANT_INET | WANT_INET6)) == 0)
		ask.as_want |= WANT_INET | WANT_INET6;
	if (ask.as_want == 0)
		ask.as_want = WANT_INET | WANT_INET6 | WANT_UNIX;
	if (ask.as_protos[0] == 0)
		memcpy(ask.as_protos, all, sizeof(all));
	if (!ask.as_connected && !ask.as_listening)
		ask.as_connected = ask.as_listening = 1;
}

/* ------------------------------------------------------------------------
 * Which sockets.
 */

static int
has_port(unsigned port)
{
	return (port != 0 && (ports[port / 8] >> port % 8 & 1) != 0);
}

static int
is_connected(const struct sock *so)
{
	if (so->so_family == AF_UNIX)
		return (so->so_peer != 0 || so->so_state == TCP_ESTABLISHED);
	return (so->so_fport != 0);
}

/* Of the families that were asked for, those of the socket: WANT_ bits. */
static int
families(const struct sock *so)
{
	int is = so->so_family == AF_UNIX ? WANT_UNIX :
	    so->so_family == AF_INET ? WANT_INET :
	    so->so_dual ? WANT_INET | WANT_INET6 : WANT_INET6;

	return (is & ask.as_want);
}

static int
is_wanted(const struct sock *so)
{
	if (families(so) == 0 ||
	    !(is_connected(so) ? ask.as_connected : ask.as_listening))
		return (0);
	if (so->so_family == AF_UNIX)
		return (!some_ports);
	if (some_ports && !has_port(so->so_lport) && !has_port(so->so_fport))
		return (0);
	return (!ask.as_noloop || (!address_is_loopback(so, 1) &&
	    !address_is_loopback(so, 0)));
}

/* ------------------------------------------------------------------------
 * Holders by inode: of peers.
 */

static int
byinode_cmp(const void *a, const void *b)
{
	const struct holder *x = &holders.hs_holders[*(const int *)a];
	const struct holder *y = &holders.hs_holders[*(const int *)b];

	if (x->ho_inode != y->ho_inode)
		return (x->ho_inode < y->ho_inode ? -1 : 1);
	return (*(const int *)a - *(const int *)b);
}

static void
index_holders(void)
{
	int i;

	byinode = calloc((size_t)holders.hs_n + 1, sizeof(*byinode));
	if (byinode == NULL)
		err(1, NULL);
	for (i = 0; i < holders.hs_n; i++)
		byinode[i] = i;
	qsort(byinode, (size_t)holders.hs_n, sizeof(*byinode), byinode_cmp);
}

/* The first holder of a socket, or NULL. */
static const struct holder *
holder_of(uint64_t inode)
{
	const struct holder *ho;
	int lo = 0, hi = holders.hs_n, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		ho = &holders.hs_holders[byinode[mid]];
		if (ho->ho_inode < inode)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == holders.hs_n)
		return (NULL);
	ho = &holders.hs_holders[byinode[lo]];
	return (ho->ho_inode == inode ? ho : NULL);
}

/* ------------------------------------------------------------------------
 * Rows.
 */

static void
column(const char *header, int right, int min, int cut)
{
	table.ta_columns[table.ta_ncolumns++] = (struct table_column){
		.tc_header = header, .tc_right = right, .tc_min = min,
		.tc_cut = cut,
	};
}

static void
make_columns(void)
{
	int fixed = ask.as_wide ? 0 : ADDRESS_WIDTH;

	if (ask.as_jails)
		column("JAIL", 0, 0, 0);
	column("USER", 0, 0, 0);
	column("COMMAND", 0, COMMAND_WIDTH, COMMAND_WIDTH);
	column("PID", 1, 0, 0);
	column("FD", 1, 0, 0);
	column("PROTO", 0, 0, 0);
	column("LOCAL ADDRESS", 0, fixed, fixed);
	column("FOREIGN ADDRESS", 0, fixed, fixed);
	if (ask.as_id)
		column("ID", 1, 0, 0);
	if (ask.as_encaps)
		column("ENCAPS", 1, 0, 0);
	if (ask.as_state)
		column("CONN STATE", 0, 0, 0);
	if (ask.as_cc)
		column("CC", 0, 0, 0);
}

static void
add_number(long long n)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", n);
	table_add(&table, text);
}

static void
add_safe(const char *s)
{
	char *shown = proc_vis(s);

	if (shown == NULL)
		err(1, NULL);
	table_add(&table, shown);
	free(shown);
}

static void
add_proto(const struct sock *so)
{
	int is = families(so);
	char text[16];

	snprintf(text, sizeof(text), "%s%s%s",
	    proto_name(so->so_family, so->so_proto),
	    is & WANT_INET ? "4" : "", is & WANT_INET6 ? "6" : "");
	table_add(&table, text);
}

/* "-> /run/log", "<- [4711 5]": who connected to whom. */
static void
add_unix_foreign(const struct sock *so)
{
	const struct sock *peer = socks_find(&socks, so->so_peer);
	const struct holder *ho = holder_of(so->so_peer);
	char text[64];

	if (so->so_peer == 0) {
		table_add(&table, UNKNOWN);
	} else if (peer != NULL && peer->so_path != NULL &&
	    so->so_path == NULL) {
		char *arrow;

		if (asprintf(&arrow, "-> %s", peer->so_path) == -1)
			err(1, NULL);
		add_safe(arrow);
		free(arrow);
	} else if (ho != NULL) {
		snprintf(text, sizeof(text), "%s [%d %d]",
		    so->so_path != NULL ? "<-" : "->",
		    (int)procs.pl_procs[ho->ho_proc].p_pid, ho->ho_fd);
		table_add(&table, text);
	} else
		table_add(&table, UNKNOWN);
}

static void
add_addresses(const struct sock *so)
{
	char text[ADDRESS_LEN];

	if (so->so_family == AF_UNIX) {
		if (so->so_path != NULL)
			add_safe(so->so_path);
		else
			table_add(&table, is_connected(so) ? UNKNOWN :
			    "(not connected)");
		add_unix_foreign(so);
		return;
	}
	address_format(so, 1, ':', 0, text);
	table_add(&table, text);
	address_format(so, 0, ':', 0, text);
	table_add(&table, text);
}

static void
add_rest(const struct sock *so)
{
	int tcp = so->so_family != AF_UNIX && so->so_proto == IPPROTO_TCP;

	if (ask.as_id && so->so_cookie != 0)
		add_number((long long)so->so_cookie);
	else if (ask.as_id)
		table_add(&table, UNKNOWN);
	if (ask.as_encaps)	/* there is no TCP within UDP on Linux */
		table_add(&table, tcp && is_connected(so) ? "0" : UNKNOWN);
	if (ask.as_state)
		table_add(&table, tcp ? tcp_state_name(so->so_state) :
		    UNKNOWN);
	if (ask.as_cc)
		table_add(&table, tcp && so->so_cc[0] != '\0' ? so->so_cc :
		    UNKNOWN);
}

static void
add_held(const struct holder *ho, const struct sock *so)
{
	const struct proc *p = &procs.pl_procs[ho->ho_proc];

	if (ask.as_jails)
		table_add(&table, proc_jailname(p->p_jid));
	if (ask.as_numeric)
		add_number(p->p_uid[PROC_EFFECTIVE]);
	else
		table_add(&table, proc_username(p->p_uid[PROC_EFFECTIVE]));
	add_safe(p->p_comm);
	add_number(p->p_pid);
	add_number(ho->ho_fd);
	add_proto(so);
	add_addresses(so);
	add_rest(so);
}

static void
add_unheld(const struct sock *so)
{
	int i, jid = so->so_jid;

	if (ask.as_jid != -1 && ask.as_jid != jid)
		return;
	if (ask.as_jails)
		table_add(&table, jid == -1 ? UNKNOWN : proc_jailname(jid));
	for (i = 0; i < 4; i++)
		table_add(&table, UNKNOWN);
	add_proto(so);
	add_addresses(so);
	add_rest(so);
}

static void
add_rows(void)
{
	const struct holder *ho;
	const struct proc *p;
	const struct sock *so;
	int i;

	for (i = 0; i < holders.hs_n; i++) {
		ho = &holders.hs_holders[i];
		p = &procs.pl_procs[ho->ho_proc];
		so = socks_find(&socks, ho->ho_inode);
		if (so != NULL && is_wanted(so) &&
		    (ask.as_jid == -1 || ask.as_jid == p->p_jid) &&
		    (ask.as_uid == -1 ||
		    ask.as_uid == p->p_uid[PROC_EFFECTIVE]))
			add_held(ho, so);
	}
	/* In a jail, these may be anybody's. */
	if (ask.as_uid != -1 || jail_jailed())
		return;
	for (i = 0; i < socks.ss_n; i++)
		if (!socks.ss_socks[i].so_held &&
		    is_wanted(&socks.ss_socks[i]))
			add_unheld(&socks.ss_socks[i]);
}

/* Peers of Unix sockets may be in any jail; else only one need be read. */
static void
select_processes(void)
{
	struct proc *p;
	int i;

	for (i = 0; i < procs.pl_n; i++) {
		p = &procs.pl_procs[i];
		p->p_selected = ask.as_jid <= 0 ||
		    (ask.as_want & WANT_UNIX) != 0 || p->p_jid == ask.as_jid;
	}
}

int
main(int argc, char **argv)
{
	setlocale(LC_ALL, "");
	parse(argc, argv);
	if (proc_list(&procs, PROC_STATUS | PROC_JID, 0) == -1)
		errx(1, "%s", proc_errmsg);
	select_processes();
	if (socks_gather(&socks, ask.as_want, ask.as_protos) == -1 ||
	    holders_find(&holders, &procs) == -1)
		errx(1, "%s", socks_errmsg);
	socks_of_others(&socks, &procs, ask.as_want, ask.as_protos);
	socks_sort(&socks);
	socks_owners(&socks, &holders, &procs);
	index_holders();
	make_columns();
	add_rows();
	table_print(&table, !ask.as_quiet);
	if (fflush(stdout) != 0 || ferror(stdout))
		err(1, "stdout");
	return (0);
}
