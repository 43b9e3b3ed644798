/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The prison: what FreeBSD keeps in its kernel's struct prison, here a record
 * in the state directory.  Namespaces are views that a prison's processes
 * hold; this is what they can be built from again.
 */
#ifndef ABASHIRI_PRISON_H
#define ABASHIRI_PRISON_H

#include <netinet/in.h>
#include <stdint.h>

#include "paramtab.h"
#include "state.h"
#include "sys/jail.h"

#define PRISON_MAXADDRS	255	/* FreeBSD's security.jail.jail_max_af_ips */
#define PRISON_METAMAX	4096	/* FreeBSD's security.jail.meta_maxbufsize */
#define PRISON_CHILDMAX	JAIL_MAX /* what the host itself may have */

struct prison {
	int		pr_id;		/* jid */
	int		pr_parent;	/* jid, 0: the host */
	char		pr_name[256];	/* whole, dotted, as the host sees it */
	char		pr_path[1024];
	int		pr_persist;
	int		pr_dying;	/* being removed */
	int		pr_securelevel;
	int		pr_enforce_statfs;
	int		pr_devfs_ruleset;
	int		pr_childmax;
	int		pr_childcount;	/* all below it */
	int		pr_hostowner;	/* jid of the prison whose names it has:
					   itself, with host=inherit one above
					   it, or 0: the host's */
	int		pr_host;	/* JAIL_SYS_, as are the next */
	int		pr_ip4;
	int		pr_ip6;
	int		pr_vnet;
	int		pr_sysvmsg;
	int		pr_sysvsem;
	int		pr_sysvshm;
	int		pr_user;
	int		pr_pid;
	int		pr_saddrsel4;
	int		pr_saddrsel6;
	int		pr_i386;	/* personality(2) of 32 bits */
	int		pr_limits;	/* LIMIT_ (limit.h) */
	int		pr_slot;	/* of its uid range, SLOT_NONE: none */
	uint64_t	pr_allow;	/* PR_ALLOW_ */
	uint64_t	pr_cgid;	/* of its cgroup */
	unsigned long	pr_hostid;
	char		pr_hostname[256];
	char		pr_domainname[256];
	char		pr_hostuuid[64];
	unsigned	pr_naddr4;
	unsigned	pr_naddr6;
	unsigned	pr_texts;	/* PRISON_META, PRISON_ENV: there is one */
	/*
	 * From here on 13 KB that are mostly empty: what lies in them beyond
	 * the numbers and flags above means nothing, and is not looked at: a
	 * prison is on many a stack, and each page that is touched there costs
	 * as much as a few system calls.
	 */
	struct in_addr	pr_addr4[PRISON_MAXADDRS];	/* primary first */
	struct in6_addr	pr_addr6[PRISON_MAXADDRS];
	char		pr_meta[PRISON_METAMAX];
	char		pr_env[PRISON_METAMAX];
};

#define PRISON_META	0x1
#define PRISON_ENV	0x2

/*
 * Where a parameter lives in struct prison; NULL for those that are computed
 * (jid's neighbours, addresses, allow bits).
 */
struct prison_field {
	const char	*pf_name;	/* the parameter's, and the record's */
	enum param_type	 pf_type;
	size_t		 pf_offset;
	size_t		 pf_size;
};
const struct prison_field *prison_field(const char *name);

/* The string of such a field, and the place for another: of pf_size bytes, and
   empty where none was. */
const char *prison_text(const struct prison *pr,
	    const struct prison_field *pf);
char	*prison_text_place(struct prison *pr, const struct prison_field *pf);

/* The host uid that is uid 0 inside. */
uid_t	prison_uid0(const struct prison *pr);

/* A new prison's defaults. */
void	prison_init(struct prison *pr);

/* Copy, and compare, what means something. */
void	prison_copy(struct prison *to, const struct prison *from);
void	prison_copy_names(struct prison *to, const struct prison *from);
int	prison_differs(const struct prison *a, const struct prison *b);

/* The record as text and back.  prison_parse: 0, or -1 (EINVAL). */
int	prison_format(const struct prison *pr, char *buf, size_t size);
int	prison_parse(struct prison *pr, char *text);

/* Read and write a prison's record.  ENOENT: no such prison. */
int	prison_load(const struct state *st, int jid, struct prison *ret_pr);
int	prison_store(const struct state *st, const struct prison *pr);

/* Write the record of a prison that nobody sees yet. */
int	prison_store_first(const struct state *st, const struct prison *pr);

/*
 * Is a prison alive?  One that is not persistent lives as long as it has
 * processes or prisons below it.
 */
int	prison_alive(const struct state *st, const struct prison *pr);

/* Is pr somewhere below the other? */
int	prison_is_below(const struct prison *pr, const struct prison *above);

/* Does jid exist and not be dying (whose name is free)? */
int	prison_named(const struct state *st, int jid);

/* The directory /run/jail/JID and the cgroup. */
int	prison_opendir(const struct state *st, int jid);
int	prison_opencgroup(const struct state *st, int jid);

/* Its path: a buffer of PRISON_CGROUPLEN. */
const char *prison_cgroup(const struct state *st, int jid, char *buf);
#define PRISON_CGROUPLEN (sizeof(((struct table *)0)->ta_cgroup) + 16)

/*
 * The living prisons below top (NULL: all), as top sees them: "jid name path"
 * a line.  malloc'd, or NULL.
 */
char	*prison_list(const struct state *st, const struct prison *top);

/* The policy that a prison's parameters amount to. */
int	prison_policy(struct state *st, const struct prison *pr);

#endif
