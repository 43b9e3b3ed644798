/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A small world to try the programs in: a cgroup, a bpffs and a network of
 * our own, with the host's address 10.0.0.1/fd00::1 and the prisons' .2-.4.
 */
#ifndef TEST_POLICY_WORLD_H
#define TEST_POLICY_WORLD_H

#include <sys/socket.h>

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "policy.h"

#define UID0	1879048192	/* the root of a test's prison */

struct world {
	int			wo_bpf;		/* the pin directory */
	int			wo_cg;		/* above the prisons */
	const char		*wo_dir;	/* for files; gone afterwards */
	unsigned		wo_level;
	struct policy_maps	wo_maps;
};
extern struct world world;

/*
 * Make the world, run main_inside in it as a process of its own, and take
 * away what is left of it whatever happened.  Returns the exit status; 77
 * with a line on stderr where the kernel lacks something.
 */
int	world_run(int (*main_inside)(void));

struct prison {
	int		pr_cg;
	uint64_t	pr_cgid;
	struct in_addr	pr_addr4[4];
	struct in6_addr	pr_addr6[4];
	struct policy	pr_policy;
	char		pr_name[16];
};

/*
 * A prison with these addresses, "10.0.0.2 10.0.0.3 fd00::2"; a family that
 * is not mentioned is disabled; "*4" and "*6" inherit.
 */
struct prison *prison_new(const char *addrs, unsigned flags);
/* As prison_new, of a prison that is there. */
int	prison_set(struct prison *pr, const char *addrs, unsigned flags);
void	prison_free(struct prison *pr);
void	prison_free_all(void);

/* What a process is asked to do. */
struct ask {
	const char	*as_to;		/* "10.0.0.2", or NULL */
	int		 as_port;
	int		 as_type;	/* 0: SOCK_STREAM */
	int		 as_protocol;
	const char	*as_from;	/* bind to it first, or pktinfo */
	int		 as_fromport;
	unsigned	 as_flags;	/* AS_ */
	int		 as_family;	/* 0: as_to's */
	unsigned	 as_uid;	/* of the prison; 0: root */
	int		 as_fd;		/* a socket that is there, or 0 */
};
#define AS_V6ONLY	0x01
#define AS_REUSEPORT	0x02
#define AS_FREEBIND	0x04
#define AS_CONNECTED	0x08	/* connect before sending */
#define AS_CAPABLE	0x10	/* as the host's root: with capabilities */
#define AS_FASTOPEN	0x20

/*
 * Run fn in a process born in the prison, with its uid, sharing our
 * descriptors; NULL: as the host, here.  Returns what fn does.
 */
long	inside(struct prison *pr, long (*fn)(const struct ask *),
	    const struct ask *as);

/* Each returns a descriptor or -errno. */
long	ask_socket(const struct ask *as);
long	ask_bind(const struct ask *as);
long	ask_listen(const struct ask *as);	/* as_to NULL: without bind */
long	ask_connect(const struct ask *as);
long	ask_send(const struct ask *as);		/* a datagram, "x" */
long	ask_open(const struct ask *as);		/* the device as_to */

/* inside() with what is said most often. */
long	try_socket(struct prison *pr, int family, int type, int protocol);
long	try_bind(struct prison *pr, const char *addr, int port);
long	try_listen(struct prison *pr, const char *addr, int port);
long	try_connect(struct prison *pr, const char *addr, int port);
long	try_bind_udp(struct prison *pr, const char *addr, int port);

/* "10.0.0.2:80", "[fd00::2]:80": of this end, of the other. */
const char *name_of(int fd);
const char *peer_of(int fd);
int	port_of(int fd);	/* the real one is not told; as name_of */

/*
 * Does a connection from the host to addr:port arrive at this listener?
 * Returns the accepted socket, or -1.  Closes the other end.
 */
int	arrives(int listener, const char *addr, int port);
int	answers(const char *addr, int port);	/* anything there at all? */

/* The datagram at fd: 1, or 0 when none comes; its sender in name. */
int	received(int fd, char name[64]);

#endif
