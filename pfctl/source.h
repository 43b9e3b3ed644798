/* SPDX-License-Identifier: BSD-2-Clause */
/* A pf.conf being read: between lex.l, parse.y, rules.c and hosts.c. */
#ifndef ABASHIRI_PFCTL_SOURCE_H
#define ABASHIRI_PFCTL_SOURCE_H

#include "conf.h"

#define INPUT_DEPTH	32	/* of macros in macros and of includes */
#define INPUT_MAX	100000		/* macros that a file may use */
#define PORT_STAR	0x10000		/* as many as are asked for */

/* The order that pf.conf(5) asks of statements. */
enum rank { RANK_NONE, RANK_OPTION, RANK_SCRUB, RANK_NAT, RANK_FILTER };

struct input {
	const char	*in_name;	/* of a file; NULL: a macro's value */
	int		 in_line;
};

struct source {
	struct conf	*s_conf;
	struct input	 s_in[INPUT_DEPTH];
	int		 s_depth;	/* of the input being read */
	int		 s_pushed;	/* inputs so far */
	struct ruleset	*s_rs;		/* where rules go */
	struct ruleset	*s_outer[INPUT_DEPTH];	/* around { } */
	int		 s_nesting;
	struct rule	*s_r;		/* being put together */
	int		 s_line;	/* of the last word */
	bool		 s_lastline;	/* the end has been given a newline */
	enum rank	 s_rank;
	/* of the rule being put together */
	char		*s_option;	/* of set { } */
	struct table	*s_table;
	char		*s_tabletext;	/* as it is echoed */
};

/* At the current line; the first counts. */
void	source_error(struct source *, const char *, ...)
	    __attribute__((format(printf, 2, 3)));
/* Something is accepted that does nothing, or less, here. */
void	source_remark(struct source *, const char *, ...)
	    __attribute__((format(printf, 2, 3)));

/* rules.c: what the parser does with what it has read. */
struct rule *rule_begin(struct source *, enum action);
void	rule_end(struct source *);
void	rule_open_anchor(struct source *);
void	rule_close_anchor(struct source *);
bool	rule_anchor_name(struct source *, char *name);
bool	rule_rank(struct source *, enum rank);
void	rule_antispoof(struct source *, struct item *ifs, int af,
	    char *label);
bool	macro_set(struct conf *, const char *name, const char *value,
	    bool cmdline);
const char *macro_get(struct conf *, const char *name);
bool	table_begin(struct source *, char *name);
void	table_hosts(struct source *, struct item *hosts, const char *file);
void	table_end(struct source *);
bool	table_name_ok(const char *name);
void	load_anchor(struct source *, const char *name, const char *file);
void	option_set(struct source *, const char *name, const char *value);
void	option_skip(struct source *, struct item *ifs);
struct item *port_item(struct source *, enum op, const char *a,
	    const char *b);
struct item *ugid_item(struct source *, enum op, const char *a,
	    const char *b, bool user);
struct item *icmp_item(struct source *, const char *type, const char *code,
	    int af);
struct item *proto_item(struct source *, const char *name);
bool	number(struct source *, const char *s, uint32_t max, uint32_t *ret);
bool	set_flags(struct source *, const char *flags, const char *of);
int	icmp_code(struct source *, const char *code, int af);
int	tos_value(struct source *, const char *s);
bool	port_star(struct source *, const char *s);
bool	probability(struct source *, const char *s, const char *percent);
void	hash_key(struct source *, const char *s);
/* Names that can stand in what nft(8) and we ourselves read again. */
bool	iface_name_ok(struct source *, const char *name);
bool	text_ok(struct source *, const char *what, const char *text);

/* lex.l: is it read as a word without quotes around it? */
bool	word_is_plain(const char *word);

/* hosts.c: the addresses behind a word. */
struct item *host_item(struct source *, const char *word, const char *bits);
struct item *host_range(struct source *, const char *a, const char *b);
struct item *host_dyn(struct source *, const char *word);

/*
 * Addresses in memory of `c`: address, prefix, name of an interface or of a
 * host.  NULL with *ret_why set when there are none.
 */
struct item *iface_items(struct conf *c, const char *name, unsigned how);
struct item *hosts_of(struct conf *c, const char *word, int bits,
	    bool resolve, const char **ret_why);

#endif
