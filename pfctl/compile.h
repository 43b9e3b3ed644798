/* SPDX-License-Identifier: BSD-2-Clause */
/* From rules to nftables: what cond.c, translate.c and compile.c share. */
#ifndef ABASHIRI_PFCTL_COMPILE_H
#define ABASHIRI_PFCTL_COMPILE_H

#include "conf.h"

#define NFT_TABLE	"inet pf"	/* ours, and the only one we touch */

/*
 * ct mark: the rule whose state lets a connection's packets in (those of the
 * first direction; and out, those of the other) in its low half, the rule
 * that lets them out in its high half.  0: there is no state.
 */
#define ID_MAX		65000
#define ID_NAT		65534	/* a translation's state, not a rule's */

/*
 * meta mark, where tags are used: the tag, and while rules are gone through
 * the last that has matched.
 */
#define TAG_MAX		255
#define TAG_SHIFT	24
#define REG_SHIFT	8

#define ALT_MAX		64

/* The ways in which a rule can match: each a line of conditions. */
struct alts {
	char	*al_text[ALT_MAX];
	int	 al_af[ALT_MAX];	/* of what is asked; 0: of nothing */
	int	 al_n;
	bool	 al_lost;	/* there were more */
};

struct compiler {
	struct conf	*co_conf;
	FILE		*co_out;
	const char	*co_name;	/* of the file, for messages */
	const struct ruleset *co_rs;	/* being compiled */
	char		*co_tags[TAG_MAX];
	int		 co_ntags;
	bool		 co_forward;	/* rules are gone through in order,
					   as they set tags */
	bool		 co_block;	/* something may be blocked */
	bool		 co_return;	/* and told so, incoming */
	bool		 co_early;	/* and told so, outgoing */
	bool		 co_logall;
	int		 co_errors;
};

/*
 * compile: write the whole of conf as commands of nft(8), between the braces
 * of our table.  Numbers the rules.  Returns how many of them have no equal.
 */
int	compile(struct conf *c, const char *name, FILE *out);
/* The name of a table's sets, without "_4" and "_6". */
char	*set_name(struct conf *c, const struct table *t);
int	compile_tag(struct compiler *co, const char *tag);
void	compile_error(struct compiler *co, const struct rule *r,
	    const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* How an interface is matched: iifname "x".  in: the one a packet came by. */
char	*cond_if(struct conf *c, const struct item *i, bool in);
bool	cond_skips(const struct item *skip, const char *name);
struct alts cond_rule(struct compiler *co, const struct rule *r, enum dir d);

/* The rulesets that an anchor rule of co_rs calls, in order. */
unsigned anchor_targets(struct compiler *co, const struct rule *r,
	    const struct ruleset **list, unsigned max);

/* The chains nat, rdr, rdrlo and, for compile.c's early look, probe. */
void	translate(struct compiler *co);
/* Is there a rule that translates sources? */
bool	translate_some(const struct conf *c);

#endif
