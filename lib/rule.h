/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rules of rctl(8): jail:NAME:RESOURCE:ACTION=AMOUNT[/PER].  Text to
 * struct and back; nothing here knows what a kernel can do.
 */
#ifndef ABASHIRI_RULE_H
#define ABASHIRI_RULE_H

#include <stddef.h>
#include <stdint.h>

/* In the order in which rctl -u prints them, which is FreeBSD's. */
enum resource {
	RS_CPUTIME, RS_DATASIZE, RS_STACKSIZE, RS_COREDUMPSIZE, RS_MEMORYUSE,
	RS_MEMORYLOCKED, RS_MAXPROC, RS_OPENFILES, RS_VMEMORYUSE,
	RS_PSEUDOTERMINALS, RS_SWAPUSE, RS_NTHR, RS_MSGQQUEUED, RS_MSGQSIZE,
	RS_NMSGQ, RS_NSEM, RS_NSEMOP, RS_NSHM, RS_SHMSIZE, RS_WALLCLOCK,
	RS_PCPU, RS_READBPS, RS_WRITEBPS, RS_READIOPS, RS_WRITEIOPS, RS_MAX
};

enum action { AC_DENY, AC_LOG, AC_DEVCTL, AC_THROTTLE, AC_SIGNAL, AC_MAX };

extern const char *const resource_names[RS_MAX];

#define RULE_ANY	(-1)		/* of a filter: whichever */
#define RULE_NOAMOUNT	UINT64_MAX	/* of a filter */
#define RULE_TEXTLEN	384		/* of a rule as text */

struct rule {
	char		ru_jail[256];	/* its name; of a filter "": any */
	int		ru_resource;	/* RS_ */
	int		ru_action;	/* AC_ */
	int		ru_signo;	/* AC_SIGNAL */
	uint64_t	ru_amount;
	int		ru_process;	/* 1: for each process, 0: for all of
					   the jail, RULE_ANY */
};

/*
 * Parse a whole rule, or what selects some: a filter may end anywhere and
 * have empty parts.  0, or -1 (EINVAL, or EOPNOTSUPP for subjects other than
 * jails) with jail_errmsg.
 */
int	rule_parse(const char *text, struct rule *ret_ru);
int	filter_parse(const char *text, struct rule *ret_ru);

/* Does the filter select the rule? */
int	rule_matches(const struct rule *ru, const struct rule *filter);
int	rule_same(const struct rule *a, const struct rule *b);

/* As text, into a buffer of RULE_TEXTLEN. */
void	rule_format(const struct rule *ru, char *buf);

/* Does it hold for the jail of that name, or one above it? */
int	rule_applies(const struct rule *ru, const char *jail);

#endif
