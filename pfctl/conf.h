/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A pf.conf(5) in memory: what the parser builds, the printer prints and the
 * compiler turns into nftables.  Everything that hangs on a struct conf is
 * allocated from it and ends with it.
 */
#ifndef ABASHIRI_PFCTL_CONF_H
#define ABASHIRI_PFCTL_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum item_kind {
	I_ADDR,			/* i_addr/i_bits */
	I_RANGE,		/* i_addr to i_addr2 */
	I_DYN,			/* (i_name), whatever addresses it has then */
	I_TABLE,		/* <i_name> */
	I_NOROUTE,
	I_URPF,
	I_ANY,
	I_IF,			/* an interface or a group of them */
	I_PROTO,		/* i_n1 */
	I_OP,			/* i_op over ports, uids or gids i_n1, i_n2 */
	I_ICMP			/* i_n1 type, i_n2 code; each plus one */
};

enum op {
	OP_NONE, OP_IRG, OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE, OP_XRG,
	OP_RRG
};

/* What stands behind the colon of an interface's name. */
#define IFA_NETWORK	0x1
#define IFA_BROADCAST	0x2
#define IFA_PEER	0x4
#define IFA_NOALIAS	0x8	/* :0 */

/* One element of a list; lists are chained by i_next. */
struct item {
	struct item	*i_next;
	enum item_kind	 i_kind;
	bool		 i_not;
	int		 i_af;		/* 0: either */
	char		*i_name;
	unsigned	 i_ifa;		/* IFA_ */
	uint8_t		 i_addr[16];	/* network order */
	uint8_t		 i_addr2[16];
	int		 i_bits;	/* of the prefix */
	enum op		 i_op;
	uint32_t	 i_n1, i_n2;
};

enum action {
	A_PASS, A_BLOCK, A_MATCH, A_NAT, A_NONAT, A_BINAT, A_NOBINAT, A_RDR,
	A_NORDR, A_ANCHOR, A_NATANCHOR, A_BINATANCHOR, A_RDRANCHOR, A_SCRUB,
	A_NOSCRUB
};

enum dir { D_BOTH, D_IN, D_OUT };
enum ret { RET_UNSET, RET_DROP, RET_ALL, RET_RST, RET_ICMP };
enum keep { K_UNSET, K_NO, K_KEEP, K_MODULATE, K_SYNPROXY };
enum pool { P_NONE, P_BITMASK, P_RANDOM, P_SRCHASH, P_ROUNDROBIN };

#define LOG_ON		0x1
#define LOG_ALL		0x2
#define LOG_USER	0x4

#define CODE_UNSET	(-1)

/* The options of keep state (...). */
struct stateopts {
	uint32_t	 so_max;
	uint32_t	 so_max_src_nodes;
	uint32_t	 so_max_src_states;
	uint32_t	 so_max_src_conn;
	uint32_t	 so_rate;	/* max-src-conn-rate rate/seconds */
	uint32_t	 so_seconds;
	char		*so_overload;	/* table */
	int		 so_flush;	/* 1 flush, 2 flush global */
	int		 so_track;	/* source-track: 1 rule, 2 global */
	bool		 so_nosync, so_sloppy, so_floating, so_pflow;
};

struct rule {
	struct rule	*r_next;
	enum action	 r_action;
	int		 r_line;
	unsigned	 r_nr;		/* in its ruleset, of its kind */
	unsigned	 r_id;		/* in the kernel's marks; 0: none */
	enum dir	 r_dir;
	enum ret	 r_ret;
	int		 r_code4, r_code6;	/* of return-icmp */
	unsigned	 r_log;		/* LOG_ */
	unsigned	 r_logif;
	bool		 r_quick;
	int		 r_af;
	struct item	*r_if, *r_proto, *r_src, *r_sport, *r_dst, *r_dport;
	struct item	*r_uid, *r_gid, *r_icmp, *r_rcvif;
	bool		 r_flags_given, r_flags_any;
	uint8_t		 r_flags, r_flagset;
	int		 r_tos;		/* -1: any */
	enum keep	 r_keep;
	struct stateopts r_so;
	uint32_t	 r_prob;	/* of a million; 0: always */
	bool		 r_fragment, r_allowopts;
	char		*r_label, *r_tag, *r_tagged;
	bool		 r_tagged_not;
	int		 r_settos;	/* -1: left as it is */
	/* translation */
	bool		 r_natpass;
	struct item	*r_pool;
	enum pool	 r_pooltype;
	bool		 r_sticky, r_static;
	uint32_t	 r_key[4];	/* of source-hash */
	bool		 r_key_given;
	unsigned	 r_port1, r_port2;	/* the new port, or range */
	/* anchors */
	char		*r_anchor;	/* as written; NULL: has no name */
	struct ruleset	*r_sub;		/* of { } */
};

/* An anchor's rules, or the main ones. */
struct ruleset {
	struct ruleset	*rs_next;
	char		*rs_path;	/* "" is the main ruleset */
	unsigned	 rs_index;
	unsigned	 rs_inline;	/* anchors without a name so far */
	bool		 rs_known;	/* called by a rule, or loaded */
	struct rule	*rs_rules;
	struct rule	**rs_tail;
};

struct table {
	struct table	*t_next;
	char		*t_name;
	char		*t_path;	/* of its anchor */
	bool		 t_const, t_persist, t_counters;
	bool		 t_defined;	/* by a "table" line */
	bool		 t_init;	/* with addresses of its own */
	bool		 t_overload;	/* a rule adds to it */
	struct item	*t_list;	/* I_ADDR, in order of arrival */
	struct item	**t_tail;
	size_t		 t_count;
	long		 t_cleared;	/* time(3) */
};

struct macro {
	struct macro	*m_next;
	char		*m_name;
	char		*m_value;
	bool		 m_cmdline;	/* -D: stands above the file's */
};

struct chunk {
	struct chunk	*c_next;
	max_align_t	 c_data[];
};

struct conf {
	struct chunk	*c_chunks;
	struct ruleset	*c_rulesets;	/* main first */
	struct table	*c_tables;
	struct macro	*c_macros;
	struct item	*c_skip;	/* set skip on */
	struct item	**c_skip_tail;
	char		*c_options;	/* the other options, as lines */
	enum ret	 c_policy;	/* set block-policy */
	bool		 c_enabled;
	unsigned	 c_base;	/* the first rule's id */
	long		 c_since;	/* enabled, or disabled, at */
	/* of this parse */
	unsigned	 c_parts;	/* PART_: what is wanted of a file */
	bool		 c_verbose;	/* echo macros, options, tables */
	bool		 c_numeric;
	bool		 c_stored;	/* the text is our own */
	bool		 c_order;	/* set require-order */
	bool		 c_quiet;	/* no remarks */
	bool		 c_silent;	/* errors are only counted */
	int		 c_errors;
	int		 c_loads;	/* files of load anchor */
	FILE		*c_out;		/* where the echo goes */
};

/* -A -N -O -R, and the whole */
#define PART_OPTIONS	0x1
#define PART_NAT	0x2
#define PART_FILTER	0x4
#define PART_TABLES	0x8
#define PART_ALL	0xf

struct conf	*conf_new(void);
void		 conf_free(struct conf *);
void		*conf_alloc(struct conf *, size_t);	/* zeroed */
char		*conf_strdup(struct conf *, const char *);
char		*conf_printf(struct conf *, const char *, ...)
		    __attribute__((format(printf, 2, 3)));
struct ruleset	*conf_ruleset(struct conf *, const char *path, bool make);
struct table	*conf_table(struct conf *, const char *path, const char *name,
		    bool make);
/* The table that `name` means in the rules of `path`. */
struct table	*conf_find_table(struct conf *, const char *path,
		    const char *name);
void		 conf_option(struct conf *, const char *line);
void		 conf_add_rule(struct ruleset *, struct rule *);
void		 conf_drop_ruleset(struct conf *, const char *path);
void		 table_add(struct table *, struct item *);
bool		 table_has(const struct table *, const struct item *);

struct item	*item_new(struct conf *, enum item_kind);
struct item	*item_copy(struct conf *, const struct item *);
struct item	*item_join(struct item *, struct item *);
bool		 item_same_addr(const struct item *, const struct item *);

bool		 action_is_nat(enum action);
bool		 action_is_anchor(enum action);
bool		 action_is_filter(enum action);

/*
 * conf_parse: read `text` (of the file `name`) as the ruleset `path`.  What
 * is wrong is written to standard error, each with file and line; returns how
 * much that was.
 */
int	conf_parse(struct conf *, const char *name, const char *text,
	    size_t len, const char *path);
/* The whole file; NULL with errno. "-" is standard input. */
char	*read_file(const char *name, size_t *ret_len);

#endif
