/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jail(8).  What is wished for each jail (config.c, param.c, check.c), in
 * which order and how many at once (state.c), one step of a jail's start or
 * stop (command.c with exec.c, mount.c, ifaddr.c), and the loop (jail.c).
 */
#ifndef ABASHIRI_JAILP_H
#define ABASHIRI_JAILP_H

#include <sys/queue.h>
#include <sys/types.h>

#include <jail.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>

#define DEFAULT_CONF	"/etc/jail.conf"

/*
 * The parameters that jail(8) itself looks at.  Those it does not know are
 * the library's business alone.
 */
enum known {
	K_NONE,
	/* Its own, never shown to the library. */
	K_ALLOW_DYING,
	K_COMMAND,
	K_DEPEND,
	K_EXEC_CLEAN,
	K_EXEC_CONSOLELOG,
	K_EXEC_CREATED,
	K_EXEC_FIB,
	K_EXEC_JAIL_USER,
	K_EXEC_POSTSTART,
	K_EXEC_POSTSTOP,
	K_EXEC_PREPARE,
	K_EXEC_PRESTART,
	K_EXEC_PRESTOP,
	K_EXEC_RELEASE,
	K_EXEC_START,
	K_EXEC_STOP,
	K_EXEC_SYSTEM_JAIL_USER,
	K_EXEC_SYSTEM_USER,
	K_EXEC_TIMEOUT,
	K_INTERFACE,
	K_IP_HOSTNAME,
	K_MOUNT,
	K_MOUNT_DEVFS,
	K_MOUNT_FDESCFS,
	K_MOUNT_FSTAB,
	K_MOUNT_PROCFS,
	K_RCTL,
	K_STOP_TIMEOUT,
	K_VNET_INTERFACE,
	K_ZFS_DATASET,
	/* Steps made out of other parameters. */
	K_IP4_ALIAS,		/* of ip4.addr and interface */
	K_IP6_ALIAS,
	K_MOUNT_ROOT,		/* of path */
	K_FSTAB_LINE,		/* of the files of mount.fstab */
	K_OP,			/* jail_set or jail_remove itself */
	/* The library's. */
	K_ALLOW_CHFLAGS,
	K_ALLOW_MOUNT,
	K_ALLOW_RAW_SOCKETS,
	K_ALLOW_SET_HOSTNAME,
	K_ALLOW_SOCKET_AF,
	K_ALLOW_SYSVIPC,
	K_DEVFS_RULESET,
	K_HOST_HOSTNAME,
	K_IP4_ADDR,
	K_IP6_ADDR,
	K_JID,
	K_NAME,
	K_PATH,
	K_PERSIST,
	K_SECURELEVEL,
	K_VNET,
	K_MAX
};

/* A "$name" within a value, and the offset where its text goes. */
struct cfvar {
	STAILQ_ENTRY(cfvar) tq;
	char		*name;
	size_t		 pos;
};

struct cfstring {
	TAILQ_ENTRY(cfstring) tq;
	char		*s;
	size_t		 len;
	STAILQ_HEAD(, cfvar) vars;	/* not yet replaced, by position */
};
TAILQ_HEAD(cfstrings, cfstring);

struct cfparam {
	TAILQ_ENTRY(cfparam) tq;
	char		*name;
	struct cfstrings val;		/* empty: given without a value */
	unsigned	 flags;		/* CF_ */
	struct cfparam	*user;		/* while variables are replaced: who
					   waits for this one */
};
TAILQ_HEAD(cfparams, cfparam);

#define CF_VAR		0x0001	/* a variable */
#define CF_APPEND	0x0002	/* += */
#define CF_NAMEVAL	0x0004	/* written without "=" */
#define CF_OURS		0x0008	/* not for the library */
#define CF_BOOL		0x0010
#define CF_INT		0x0020
#define CF_ONCE		0x0040	/* may not be redefined */
#define CF_DERIVED	0x0080	/* cannot be written in a file */
#define CF_REVERSE	0x0100	/* its values are undone last one first */
#define CF_BAD		0x0200	/* has a variable that cannot be had */
#define CF_BUSY		0x0400	/* its variables are being replaced */

struct cfdepend;
TAILQ_HEAD(cfjails, cfjail);

/* A jail: what is wished for it, and how far it has got. */
struct cfjail {
	TAILQ_ENTRY(cfjail) tq;
	struct cfjails	*queue;		/* the one it is in */
	char		*name;		/* of its block; NULL: from the
					   command line */
	struct cfjail	*up;		/* the block around it */
	int		 seq;		/* place in the file */
	struct cfparams	 params;
	struct cfparam	*known[K_MAX];
	struct jailparam *jp;		/* the library's share of params */
	int		 njp;

	unsigned	 flags;		/* JF_ */
	int		 jid;		/* 0: not looked up, -1: not running */
	int		 lastjid;	/* the last it had, for $JID */
	STAILQ_HEAD(, cfdepend) needs;	/* the jails it depends on */
	STAILQ_HEAD(, cfdepend) needed;	/* those that depend on it */
	int		 ndeps;		/* of them, not yet done */

	const enum known *step;		/* where in the start or stop table;
					   NULL: not begun */
	struct cfstring	*value;		/* of the step's parameter */
	char		*comline;	/* the command that runs, as text */
	int		 status;	/* of that command, as waitpid(2) */
	int		 nprocs;	/* awaited for this jail */
	struct timespec	 timeout;	/* CLOCK_MONOTONIC; 0: none */
};

#define JF_START	0x0001	/* operations: -c */
#define JF_SET		0x0002	/* -m */
#define JF_STOP		0x0004	/* -r */
#define JF_OP_MASK	0x0007
#define JF_FAILED	0x0008
#define JF_CHECKED	0x0010	/* its parameters have been checked */
#define JF_TUNABLES	0x0020	/* its create-only ones compared */
#define JF_DEPEND	0x0040	/* only here because of a dependency */
#define JF_WILD		0x0080	/* not named, but matched */
#define JF_PERSIST	0x0100	/* "persist" is set for the start only */
#define JF_TIMEOUT	0x0200	/* the awaited command took too long */
#define JF_ASLEEP	0x0400	/* waits for a command */
#define JF_CLEANUP	0x0800	/* -C */
#define JF_BARE		0x1000	/* -R: removed, and no more than that */

#define JF_RESTART	(JF_START | JF_STOP)
#define JF_STOPPING(flags) (((flags) & (JF_SET | JF_STOP)) == JF_STOP)

/* One jail's need of another. */
struct cfdepend {
	STAILQ_ENTRY(cfdepend) needs_tq, needed_tq;
	struct cfjail	*from, *to;
	unsigned	 flags;		/* DF_ */
};

#define DF_SEEN		0x1
#define DF_LIGHT	0x2	/* a parent: it has to exist, no more */
#define DF_NOFAIL	0x4	/* dep_done: leave failures alone */

/* jail.c */
extern int	 verbose;	/* -1 quiet, 1 everything */
extern bool	 print_jids;	/* -i */
extern bool	 note_remove;
int	create_jail(struct cfjail *j);
void	failed(struct cfjail *j);
void	jail_note(const struct cfjail *j, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
void	jail_warnx(const struct cfjail *j, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
void	print_warnings(const struct cfjail *j);

/* getent.c */
char	*getent(const char *database, const char *key);	/* malloc'd; NULL with
				   errno ENOENT (not there) or jail_errmsg */

/* param.c */
extern struct cfjails cfjails;
void	*emalloc(size_t size);
void	*erealloc(void *p, size_t size);
char	*estrdup(const char *s);
char	*eprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
struct cfstring *string_new(const char *s);
void	string_add(struct cfstring *s, const char *more);
void	string_add_var(struct cfstring *s, const char *name);
void	string_free(struct cfstring *s);
void	strings_free(struct cfstrings *ss);
struct cfparam *param_new(const char *name, unsigned flags);
struct cfparam *param_give(struct cfparam *p, struct cfstrings *value,
	    unsigned flags);
void	param_free(struct cfparam *p);
struct cfjail *jail_new(void);
void	jail_free(struct cfjail *j);
void	add_param(struct cfjail *j, const struct cfparam *p);
void	add_known(struct cfjail *j, enum known k, const char *value);
void	add_word(struct cfjail *j, const char *word);
bool	bool_param(const struct cfjail *j, enum known k);
bool	int_param(const struct cfjail *j, enum known k, int *ret_value);
const char *string_param(const struct cfjail *j, enum known k);
bool	same_param(const char *a, const char *b);

/* config.c */
void	load_config(const char *file);
int	config_read(const char *name, FILE *f);
void	config_resolve(void);
void	config_free(void);
bool	wild_name(const char *name);
bool	wild_match(const char *name, const char *wild);

/* check.c */
int	check_params(struct cfjail *j);
int	import_params(struct cfjail *j);

/* state.c */
extern struct cfjails ready, waiting;
void	dep_setup(bool fromfile);
bool	dep_check(struct cfjail *j);
void	dep_done(struct cfjail *j, unsigned flags);
void	dep_reset(struct cfjail *j);
void	dep_again(struct cfjail *j);
struct cfjail *next_jail(void);
int	start_state(const char *target, bool fromfile, unsigned state,
	    bool running);
void	requeue(struct cfjail *j, struct cfjails *queue);
void	requeue_head(struct cfjail *j, struct cfjails *queue);

/* command.c */
extern int	 paralimit;
int	next_command(struct cfjail *j);
int	finish_command(struct cfjail *j);
char	*jail_root(const struct cfjail *j, const char *path,
	    const char **ret_below);
int	check_path(struct cfjail *j, const char *what, const char *path,
	    bool maybenew);

/* exec.c */
int	run_exec(struct cfjail *j, enum known k, struct cfstring *value);
int	term_procs(struct cfjail *j);
struct cfjail *next_proc(bool nonblock);

/* mount.c */
int	mount_line(struct cfjail *j, const char *what, const char *line,
	    bool down);
int	mount_special(struct cfjail *j, enum known k, bool down);
int	mount_root(struct cfjail *j, bool down);
bool	has_mounts(const struct cfjail *j);

/* rctl.c */
int	limit_rule(struct cfjail *j, const char *rule, bool down);

/* usage.c */
#define USAGE_NOTED	(RA_CPU | RA_MEMORY | RA_PEAK | RA_IO | RA_AGE)
void	note_usage(const struct cfjail *j, const struct jail_racct *ra);

/* vnet.c */
int	vnet_interface(struct cfjail *j, const char *ifname);

/* ifaddr.c */
int	ifaddr_alias(struct cfjail *j, int family, const char *value,
	    bool down);

/* resolv.c */
void	resolv_check(const struct cfjail *j);

#endif
