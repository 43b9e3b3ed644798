/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a host remembers of its prisons between two commands: the directory
 * /run/jail, made anew at each boot by the first command that needs it.
 *
 *	/run/jail		a tmpfs of its own, private
 *	    table		jids, uid ranges and the journal (struct table)
 *	    rules		those of rctl(8) (rules.h)
 *	    template		pin of the template mount namespace
 *	    bpf/		a bpffs with the policy's programs and maps
 *	    user/SLOT		pins of user namespaces kept for the next prison
 *	    name/NAME		link to a jid
 *	    addr/ADDRESS	jids of those who hold it
 *	    JID/record		the prison (prison.h)
 *	    JID/view		its namespaces, where they are recorded (entry.h)
 *
 * JAIL_RUN and JAIL_CGROUP in the environment of root name another state
 * directory and another parent cgroup: a second host, so to speak, whose
 * prisons know nothing of the first's.
 */
#ifndef ABASHIRI_STATE_H
#define ABASHIRI_STATE_H

#include <stdint.h>

#include "policy.h"
#include "sys/jail.h"

#define STATE_DIR	"/run/jail"
#define STATE_CGROUP	"jail"

#define SLOT_BASE	1879048192u	/* first host uid of slot 0 */
#define SLOT_SIZE	65536u
#define SLOT_COUNT	4090
#define SLOT_POOL	64		/* slots whose user namespace is kept */
#define SLOT_NONE	(-1)

#define TABLE_MAGIC	0x4a41494cu	/* "JAIL" */
#define TABLE_VERSION	3

/*
 * Mapped shared by every command; changed only under the lock, which is
 * flock(2) on this file.  A process that dies leaves what it had stored, so
 * the journal tells its successor which prison was half made.
 */
struct table {
	uint32_t	ta_magic;
	uint32_t	ta_version;
	int32_t		ta_lastjid;	/* last jid given out */
	int32_t		ta_journal;	/* jid being made or unmade, 0: none */
	int32_t		ta_journal_slot; /* slot it may have taken */
	int32_t		ta_sweep;	/* jid the sweep looks at next */
	uint32_t	ta_level;	/* depth of the parent cgroup */
	uint32_t	ta_pids_max;	/* default limit where cgroup2 has the
					   pids controller, else 0 */
	uint32_t	ta_nproc;	/* ... else as RLIMIT_NPROC */
	char		ta_cgroup[1004]; /* path of the parent cgroup */
	uint64_t	ta_root;	/* the mount at "/" of the mount
					   namespace that this was set up in,
					   by STATX_MNT_ID; 0: not known.  This
					   and the next three were NULs of the
					   path once */
	uint32_t	ta_rules;	/* how many rules of rctl(8) there are */
	uint32_t	ta_limitgen;	/* goes up when a limit changes */
	uint32_t	ta_limiting;	/* rules have changed, and are being
					   put into effect */
	char		ta_policy[64];	/* policy_version() that is attached */
	uint8_t		ta_slots[SLOT_COUNT];	/* 1: taken */
	int32_t		ta_slot_hint;	/* no free slot below this one */
	uint64_t	ta_jids[JAIL_MAX / 64 + 1];	/* bitmap of records */
};

struct state {
	int		 st_dir;	/* /run/jail */
	int		 st_tablefd;	/* once state_lock() was called */
	struct table	*st_table;
	struct table	*st_own;	/* a mapping that state_close() undoes */
	int		 st_bpf;	/* state_open_policy(): */
	struct policy_maps st_maps;
	int		 st_locked;
	uint32_t	 st_limitgen;	/* ta_limitgen before records were read */
};

#define STATE_INIT { .st_dir = -1, .st_tablefd = -1, .st_bpf = -1, \
	.st_maps = POLICY_MAPS_INIT }

/*
 * Open the state.  With `make`, set the host up first where this boot has not
 * yet seen a prison; without, ENOENT means that there is none.  Readers need
 * no privilege.  0, or -1 with jail_errmsg.
 */
int	state_open(struct state *st, int make);
void	state_close(struct state *st);

/*
 * For a process that has become a prisoner and is its only thread: unmap the
 * table.  After this an open state can be closed, and nothing else.
 */
void	state_forget(void);

/* ta_root, or 0. */
uint64_t state_root(void);

/* The state's directory, if it is below this absolute path; else NULL. */
const char *state_dir_below(const char *path);

/* Take and give back the lock; taking it settles a broken-off change. */
int	state_lock(struct state *st);
void	state_unlock(struct state *st);

/* Open the policy's maps, once per state. */
int	state_policy(struct state *st);

/* jids, under the lock. */
int	state_jid_next(const struct state *st, int after);	/* 0: no more */
int	state_jid_exists(const struct state *st, int jid);
int	state_jid_alloc(struct state *st);			/* 0: none */
void	state_jid_mark(struct state *st, int jid, int exists);

/* uid ranges, under the lock. */
int	state_slot_alloc(struct state *st);	/* SLOT_NONE: all taken */
void	state_slot_free(struct state *st, int slot);

/*
 * Undo state_open(make): prisons must be gone.  For tests and for removing
 * the package.  0 or -1.
 */
int	state_teardown(struct state *st);

#define _cleanup_state_ __attribute__((cleanup(state_close)))

#endif
