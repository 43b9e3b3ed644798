/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keeping a prison within the rules of rctl(8).
 *
 * Theory of operation.  A rule is of a jail's name.  What it comes to for a
 * prison is put into the prison's controllers when the prison is made and when
 * a rule comes or goes; pr_limits of the record says what was done, so that a
 * prison without rules costs nothing at entry, and a host without rules
 * nothing at all.
 *
 * Where a controller is bound to a v1 hierarchy, the prison gets a group
 * there, which its processes must be in.  Those that live are moved by whoever
 * adds the rule; one that enters goes by itself, before it is anything of the
 * prison's.  One that is just coming in, and read the record before the rule
 * came, sees by the table's ta_limitgen that it is late, and is sent again.
 *
 * Limits of each process (setrlimit(2)) hold for those that enter after the
 * rule came, and for what they start.
 *
 * What no controller keeps (log, devctl, signals, cputime, wallclock) is
 * watched by a process of its own, rctl-watch, one for each prison that has
 * such a rule, and ended with it.
 */
#ifndef ABASHIRI_LIMIT_H
#define ABASHIRI_LIMIT_H

#include <sys/resource.h>

#include <sched.h>

#include "controller.h"
#include "prison.h"
#include "rules.h"

/* Bits of pr_limits. */
#define LIMIT_GROUP(ct)	(0x1u << (ct))	/* has a group in v1's hierarchy */
#define LIMIT_GROUPS	((1u << CT_MAX) - 1)
#define LIMIT_SET(ct)	(0x100u << (ct)) /* its files hold a limit */
#define LIMIT_PROCESS	0x10000u	/* each process has limits */
#define LIMIT_WATCH	0x20000u	/* there is something to be watched */

/* What rules come to for one prison: the least of each. */
struct limits {
	uint64_t	li_jail[RS_MAX];	/* RULE_NOAMOUNT: none */
	uint64_t	li_process[RS_MAX];
	int		li_watch;
};
void	limits_of(const struct rules *rs, const char *jail,
	    struct limits *ret_li);

/* The RLIMIT_ that each process has for a resource, or -1. */
int	limit_rlimit(enum resource resource);

/* Can this host keep the rule?  0, or -1 with jail_errmsg saying why not. */
int	limit_check(const struct controllers *cs, const struct rule *ru);

/*
 * Put the limits into the files of a prison's controllers, making groups
 * where needed.  Returns the bits of pr_limits, or -1.
 */
int	limit_write(const struct controllers *cs, const struct limits *li,
	    int jid, unsigned pids_max, unsigned had);

/* The host's controllers, for the prisons of a state. */
int	limit_controllers(const struct state *st, struct controllers *ret_cs);

/*
 * Under the lock: what pr's name comes to, put into effect.  Of a prison
 * that is being made only pr_limits is set; one that runs has its record
 * written and its processes moved.
 */
int	limit_create(struct state *st, struct prison *pr);
int	limit_apply(struct state *st, struct prison *pr,
	    const struct rules *rs);

/* Likewise for the prison of that name, if it runs, and all below it. */
int	limit_apply_all(struct state *st, const char *name,
	    const struct rules *rs);

/*
 * The processors that a prison's cpuset has: 0, or -1 ENOENT where none was
 * set.  Setting it, under the lock, is for the prison alone; all set to 0
 * makes it as wide as the host's.
 */
int	limit_getcpus(const struct controllers *cs, const struct prison *pr,
	    cpu_set_t *ret_cpus);
int	limit_writecpus(const struct controllers *cs, struct prison *pr,
	    const cpu_set_t *cpus);
int	limit_setcpus(struct state *st, struct prison *pr,
	    const cpu_set_t *cpus);

/*
 * Under the lock: whoever changed the rules was killed before all prisons were
 * within them.
 */
void	limit_settle(struct state *st);

/* Move a living prison's processes into its v1 groups. */
int	limit_move(const struct state *st, const struct controllers *cs,
	    const struct prison *pr);

/* Start rctl-watch for a prison that needs one and has none. */
int	limit_watch(const struct state *st, const struct prison *pr);

/* Under the lock: a prison ends; its rules are changed with its name. */
void	limit_end(struct state *st, const struct prison *pr);
int	limit_rename(struct state *st, const char *from, struct prison *pr);

/* With the state: the rules of rctl.conf(5), and no directory left. */
void	limit_teardown(const struct state *st);

/* ------------------------------------------------------------------------
 * Entering.
 */

struct limit_entry {
	int		le_groups[CT_MAX];	/* v1: "tasks", or -1 */
	unsigned	le_nlimits;
	struct {
		int		le_which;	/* RLIMIT_ */
		struct rlimit	le_limit;
	} le_limits[16];
	const struct table *le_table;
	uint32_t	le_gen;		/* its ta_limitgen as of the record */
};

void	limit_entry_init(struct limit_entry *le);
int	limit_prepare(struct limit_entry *le, const struct state *st,
	    const struct prison *pr);
void	limit_entry_close(struct limit_entry *le);

/*
 * In the one who goes, while he is still the host's.  -1 ESTALE: a rule has
 * come since limit_prepare().
 */
int	limit_enter(const struct limit_entry *le);

/* Last before exec: what each process has. */
int	limit_confine(const struct limit_entry *le);

#endif
