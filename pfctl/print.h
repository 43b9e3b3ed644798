/* SPDX-License-Identifier: BSD-2-Clause */
/* Rules and tables as pf.conf has them. */
#ifndef ABASHIRI_PFCTL_PRINT_H
#define ABASHIRI_PFCTL_PRINT_H

#include "conf.h"

#define PRINT_ADDR	160	/* room for any address */

#define PRINT_NR	0x1	/* @nr in front */
#define PRINT_NUMERIC	0x2	/* ports as numbers */
#define PRINT_COUNT	0x4	/* how many addresses a table has */

void	print_addr(const struct item *i, char buf[PRINT_ADDR]);
/* Without the newline. */
void	print_rule(FILE *f, struct conf *c, const struct ruleset *rs,
	    const struct rule *r, unsigned flags);

#define SHOW_SCRUB	0x1
#define SHOW_FILTER	0x2
#define SHOW_NAT	0x4
#define SHOW_BRACES	0x8	/* the rules of all anchors, too */
#define SHOW_OWN	0x10	/* those written in braces */

/*
 * The rules of a ruleset, with those of anchors that have no name.  after:
 * called behind each line, or NULL.
 */
void	print_ruleset(FILE *f, struct conf *c, const struct ruleset *rs,
	    unsigned what, unsigned flags, int depth,
	    void (*after)(const struct ruleset *, const struct rule *));
/* The path of the anchor that a rule of rs calls, without a last "/ *". */
char	*anchor_path(struct conf *c, const struct ruleset *rs,
	    const struct rule *r, bool *ret_wild);
bool	anchor_is_inline(const struct rule *r);
void	number_rules(struct ruleset *rs);

#endif
