/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The sockets of a network stack, and who holds them.  The kernel is asked by
 * sock_diag, which tells most; in a jail, whose filter leaves routing netlink
 * only, and for other stacks than one's own, /proc/net is read.
 */
#ifndef ABASHIRI_SOCK_H
#define ABASHIRI_SOCK_H

#include <netinet/in.h>

#include <stdint.h>

#include "proc.h"

#define PROTO_RAW	255

struct sock {
	int		so_family;	/* AF_INET, AF_INET6, AF_UNIX */
	int		so_proto;	/* IPPROTO_, for AF_UNIX SOCK_ */
	int		so_state;	/* the kernel's TCP_ or SS_ number */
	int		so_listens;	/* AF_UNIX, TCP */
	int		so_dual;	/* IPv6 and IPv4 */
	struct in6_addr	so_laddr;	/* IPv4: in the first 4 bytes */
	struct in6_addr	so_faddr;
	unsigned	so_lport;
	unsigned	so_fport;
	unsigned	so_rqueue;
	unsigned	so_wqueue;
	uint64_t	so_inode;	/* 0: nobody holds it */
	uint64_t	so_cookie;	/* 0: not told */
	uint64_t	so_cgroup;	/* where it was made; 0: not told */
	char		so_cc[16];	/* congestion control */
	char		*so_path;	/* AF_UNIX; "@" for a zero byte */
	uint64_t	so_peer;	/* AF_UNIX: inode */
	int		so_held;	/* some process that we may look into has it */
	int		so_jid;		/* socks_owners(): whose; -1: not known */
};

struct socks {
	struct sock	*ss_socks;
	int		 ss_n;
};

/* A file descriptor that is a socket. */
struct holder {
	int		ho_proc;	/* index in the list of processes */
	int		ho_fd;
	uint64_t	ho_inode;
};

struct holders {
	struct holder	*hs_holders;
	int		 hs_n;
};

/* What to gather. */
#define WANT_INET	0x01
#define WANT_INET6	0x02
#define WANT_UNIX	0x04

/*
 * Add the sockets of the caller's stack.  protos: IPPROTO_ numbers, 0 at the
 * end.  0, or -1 with a text in socks_errmsg.
 */
int	socks_gather(struct socks *ss, int want, const int *protos);
void	socks_free(struct socks *ss);
struct sock *socks_add(struct socks *ss);
extern char socks_errmsg[256];

/* By sock_diag.  0, or -1 where the kernel will not (errno). */
int	diag_inet(struct socks *ss, int family, int proto);
int	diag_unix(struct socks *ss);

/* By the files in `dir`, "/proc/net" or that of a process. */
void	procnet_inet(struct socks *ss, const char *dir, int family, int proto);
void	procnet_unix(struct socks *ss, const char *dir);

/* A line of such a file.  0, or -1: it is none. */
int	procnet_parse_inet(struct sock *so, const char *line, int family);
int	procnet_parse_unix(struct sock *so, const char *line);

/*
 * Who holds sockets, in the order of processes and descriptors.  Processes
 * with p_selected 0 are not looked into.
 */
int	holders_find(struct holders *hs, const struct proclist *pl);

/*
 * Of processes in another network stack than the caller's (vnet), add the
 * sockets of that stack.
 */
void	socks_of_others(struct socks *ss, const struct proclist *pl,
	    int want, const int *protos);

/* Sort by inode, so that socks_find() finds. */
void	socks_sort(struct socks *ss);
struct sock *socks_find(const struct socks *ss, uint64_t inode);

/*
 * Whose each socket is: its holder's, else of what was made in the same cgroup.
 * The list is sorted.
 */
void	socks_owners(struct socks *ss, const struct holders *hs,
	    const struct proclist *pl);

const char *proto_name(int family, int proto);
int	proto_number(const char *name);	/* 0: none of ours */
const char *tcp_state_name(int state);

#endif
