%code top {
/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The grammar of pf.conf(5).  The actions fill src->s_r, the rule being put
 * together; rules.c checks it and takes its lists apart.  After an error the
 * parser goes on with the next line, so that one run shows them all.
 */
}
%code requires {
#include "source.h"
typedef void *yyscan_t;
/* The name flex has for it. */
#define YYSTYPE PFCONF_STYPE
}
%code {
#include <sys/socket.h>

#include <stdlib.h>
#include <string.h>

#include "parse.h"
#include "lex.h"

bool	lex_include(yyscan_t scanner, const char *name);
static void	yyerror(yyscan_t scanner, struct source *src, const char *msg);

#define R	(src->s_r)
#define OR_FAIL(call)	do { if (!(call)) YYERROR; } while (0)
#define REFUSE(...)							\
	do {								\
		source_error(src, __VA_ARGS__);				\
		YYERROR;						\
	} while (0)

static char	*words(struct source *src, const char *a, const char *b);
static struct item *negated(struct item *list);
static struct item *simple(struct source *src, enum item_kind kind,
		    char *name);
}

%define api.pure full
%define api.prefix {pfconf_}

%lex-param {yyscan_t scanner}
%parse-param {yyscan_t scanner} {struct source *src}
%expect 0


%union {
	char		*str;
	struct item	*item;
	enum op		 op;
	int		 num;
}

%token JUNK ARROW
%token <str> STRING
%token <op> PORTBINARY PORTUNARY
%token ALL ALLOWOPTS ALTQ ANCHOR ANTISPOOF ANY BINAT BINATANCHOR BITMASK
%token BLOCK CODE CONST COUNTERS DIVERTREPLY DIVERTTO DNPIPE DROP DUPTO
%token ENDPI ETHER FASTROUTE FILENAME FLAGS FLOATING FLUSH FOR FRAGMENT
%token FROM GLOBAL GROUP ICMPTYPE ICMP6TYPE IFBOUND IN INCLUDE INET INET6
%token KEEP LABEL LOAD LOG MATCH MAX MAXMSS MAXPKTRATE MAXSRCCONN
%token MAXSRCCONNRATE MAXSRCNODES MAXSRCSTATES MINTTL MODULATE NAT
%token NATANCHOR NO NODF NOROUTE NOSYNC ON ONCE OS OUT OVERLOAD PASS PERSIST
%token PFLOW PORT PRIO PROBABILITY PROTO QUEUE QUICK RANDOM RANDOMID RDR
%token RDRANCHOR REASSEMBLE RECEIVEDON REPLYTO RETURN RETURNICMP RETURNICMP6
%token RETURNRST RIDENTIFIER ROUNDROBIN ROUTE ROUTETO RTABLE RULE SCRUB SET
%token SETTOS SKIP SLOPPY SOURCEHASH SOURCETRACK STATE STATICPORT
%token STICKYADDRESS SYNPROXY TABLE TAG TAGGED TO TOS TTL URPFFAILED USER

%type <num> not af
%type <item> if_item if_items if_list proto_item proto_list host xhost
%type <item> ipspec host_list port_item port_list portspec uid_item uid_list
%type <item> uidspec gid_item gid_list gidspec icmp_item icmp_list icmpspec
%type <item> icmp6_item icmp6_list icmp6spec redir_list redirspec
%type <str> string value antispoof_label words

%%

conf	: %empty
	| conf '\n'
	| conf statement '\n'
	| conf INCLUDE STRING '\n'
	{
		(void)lex_include(scanner, $3);
	}
	| conf error '\n'
	{
		yyerrok;
	}
	;

statement : option
	| macro
	| table
	| scrub
	| filter
	| translate
	| binat
	| anchor
	| load
	| antispoof
	| ALTQ
	{
		REFUSE("altq: there is no ALTQ here; tc(8) shapes traffic");
	}
	| QUEUE
	{
		REFUSE("queue: there is no ALTQ here; tc(8) shapes traffic");
	}
	| ETHER
	{
		REFUSE("ether: rules for Ethernet frames are not supported; "
		    "see \"netdev\" and \"bridge\" in nft(8)");
	}
	;

string	: STRING
	| string STRING
	{
		$$ = words(src, $1, $2);
	}
	;

macro	: STRING '=' value
	{
		OR_FAIL(macro_set(src->s_conf, $1, $3, false) ||
		    (source_error(src, "macro name \"%s\" is not letters, "
		    "digits and underscores", $1), 0));
	}
	;

value	: string
	;

optnl	: %empty
	| optnl '\n'
	;

/* Between two elements, behind the newlines of the first. */
comma	: %empty
	| ',' optnl
	;

not	: %empty	{ $$ = 0; }
	| '!'		{ $$ = 1; }
	;

/* ---- options ---------------------------------------------------------- */

option	: SET SKIP ON if_items
	{
		OR_FAIL(rule_rank(src, RANK_OPTION));
		option_skip(src, $4);
	}
	| SET option_name words
	{
		option_set(src, src->s_option, $3);
	}
	| SET option_name '{' optnl option_list '}'
	| SET REASSEMBLE words
	{
		OR_FAIL(rule_rank(src, RANK_OPTION));
		option_set(src, "reassemble", $3);
	}
	;

option_name : STRING
	{
		OR_FAIL(rule_rank(src, RANK_OPTION));
		src->s_option = $1;
	}
	;

option_list : option_one
	| option_list comma option_one
	;

option_one : STRING STRING optnl
	{
		option_set(src, src->s_option, words(src, $1, $2));
	}
	;

words	: STRING
	| DROP		{ $$ = conf_strdup(src->s_conf, "drop"); }
	| RETURN	{ $$ = conf_strdup(src->s_conf, "return"); }
	| IFBOUND	{ $$ = conf_strdup(src->s_conf, "if-bound"); }
	| FLOATING	{ $$ = conf_strdup(src->s_conf, "floating"); }
	| NO		{ $$ = conf_strdup(src->s_conf, "no"); }
	| NOSYNC	{ $$ = conf_strdup(src->s_conf, "no-sync"); }
	| PFLOW		{ $$ = conf_strdup(src->s_conf, "pflow"); }
	| words STRING
	{
		$$ = words(src, $1, $2);
	}
	| words NODF
	{
		$$ = words(src, $1, "no-df");
	}
	;

/* ---- tables ----------------------------------------------------------- */

table	: TABLE '<' STRING '>'
	{
		OR_FAIL(table_begin(src, $3));
	}
	table_opts
	{
		table_end(src);
	}
	;

table_opts : %empty
	| table_opts table_opt
	;

table_opt : PERSIST	{ src->s_table->t_persist = true; }
	| CONST		{ src->s_table->t_const = true; }
	| COUNTERS	{ src->s_table->t_counters = true; }
	| '{' optnl '}'	{ table_hosts(src, NULL, NULL); }
	| '{' optnl host_list '}'
	{
		table_hosts(src, $3, NULL);
	}
	| FILENAME STRING
	{
		table_hosts(src, NULL, $2);
	}
	;

/* ---- what rules have in common ----------------------------------------- */

dir	: %empty
	| IN		{ R->r_dir = D_IN; }
	| OUT		{ R->r_dir = D_OUT; }
	;

logquick : %empty
	| log
	| QUICK		{ R->r_quick = true; }
	| log QUICK	{ R->r_quick = true; }
	| QUICK log	{ R->r_quick = true; }
	;

quick	: %empty
	| QUICK		{ R->r_quick = true; }
	;

log	: LOG		{ R->r_log |= LOG_ON; }
	| LOG '(' logopts ')'	{ R->r_log |= LOG_ON; }
	;

logopts	: logopt
	| logopts comma logopt
	;

logopt	: ALL		{ R->r_log |= LOG_ALL; }
	| USER		{ R->r_log |= LOG_USER; }
	| GROUP		{ R->r_log |= LOG_USER; }
	| TO STRING
	{
		uint32_t n;

		if (strncmp($2, "pflog", 5) != 0)
			REFUSE("log to %s: only pflog0 to pflog65535, which "
			    "are the groups of nfnetlink_log", $2);
		OR_FAIL(number(src, $2 + 5, 65535, &n));
		R->r_logif = n;
	}
	;

interface : %empty
	| ON if_items	{ R->r_if = $2; }
	;

if_items : if_item
	| '{' optnl if_list '}'	{ $$ = $3; }
	;

if_list	: if_item optnl
	| if_list comma if_item optnl	{ $$ = item_join($1, $3); }
	;

if_item	: not STRING
	{
		OR_FAIL(iface_name_ok(src, $2));
		$$ = simple(src, I_IF, $2);
		$$->i_not = $1;
	}
	| not ANY
	{
		if ($1)
			REFUSE("on ! any matches nothing");
		$$ = simple(src, I_IF, conf_strdup(src->s_conf, "any"));
	}
	;

af	: %empty	{ $$ = 0; }
	| INET		{ $$ = AF_INET; }
	| INET6		{ $$ = AF_INET6; }
	;

raf	: af		{ R->r_af = $1; }
	;

proto	: %empty
	| PROTO proto_item	{ R->r_proto = $2; }
	| PROTO '{' optnl proto_list '}'	{ R->r_proto = $4; }
	;

proto_list : proto_item optnl
	| proto_list comma proto_item optnl	{ $$ = item_join($1, $3); }
	;

proto_item : STRING
	{
		OR_FAIL($$ = proto_item(src, $1));
	}
	;

fromto	: ALL
	| from os to
	;

os	: %empty
	| OS STRING
	{
		REFUSE("os \"%s\": fingerprints of systems are not supported",
		    $2);
	}
	;

from	: %empty
	| FROM ipspec		{ R->r_src = $2; }
	| FROM ipspec PORT portspec	{ R->r_src = $2; R->r_sport = $4; }
	| FROM PORT portspec	{ R->r_sport = $3; }
	;

to	: %empty
	| TO ipspec		{ R->r_dst = $2; }
	| TO ipspec PORT portspec	{ R->r_dst = $2; R->r_dport = $4; }
	| TO PORT portspec	{ R->r_dport = $3; }
	;

ipspec	: ANY			{ $$ = NULL; }
	| xhost
	| '{' optnl host_list '}'	{ $$ = $3; }
	;

host_list : ipspec optnl
	{
		$$ = $1 == NULL ? item_new(src->s_conf, I_ANY) : $1;
	}
	| host_list comma ipspec optnl
	{
		$$ = item_join($1,
		    $3 == NULL ? item_new(src->s_conf, I_ANY) : $3);
	}
	;

xhost	: not host
	{
		$$ = $1 ? negated($2) : $2;
	}
	| not NOROUTE
	{
		$$ = simple(src, I_NOROUTE, NULL);
		$$->i_not = $1;
	}
	| not URPFFAILED
	{
		$$ = simple(src, I_URPF, NULL);
		$$->i_not = $1;
	}
	;

host	: STRING
	{
		OR_FAIL($$ = host_item(src, $1, NULL));
	}
	| STRING '/' STRING
	{
		OR_FAIL($$ = host_item(src, $1, $3));
	}
	| STRING '-' STRING
	{
		OR_FAIL($$ = host_range(src, $1, $3));
	}
	| '<' STRING '>'
	{
		if (!table_name_ok($2))
			REFUSE("bad table name \"%s\"", $2);
		$$ = simple(src, I_TABLE, $2);
	}
	| '(' STRING ')'
	{
		OR_FAIL($$ = host_dyn(src, $2));
	}
	| '(' STRING ')' '/' STRING
	{
		REFUSE("(%s)/%s: a prefix of an address that changes is not "
		    "supported; write (%s:network)", $2, $5, $2);
	}
	;

portspec : port_item
	| '{' optnl port_list '}'	{ $$ = $3; }
	;

port_list : port_item optnl
	| port_list comma port_item optnl	{ $$ = item_join($1, $3); }
	;

port_item : STRING
	{
		OR_FAIL($$ = port_item(src, OP_NONE, $1, NULL));
	}
	| '=' STRING
	{
		OR_FAIL($$ = port_item(src, OP_EQ, $2, NULL));
	}
	| PORTUNARY STRING
	{
		OR_FAIL($$ = port_item(src, $1, $2, NULL));
	}
	| '<' STRING
	{
		OR_FAIL($$ = port_item(src, OP_LT, $2, NULL));
	}
	| '>' STRING
	{
		OR_FAIL($$ = port_item(src, OP_GT, $2, NULL));
	}
	| STRING PORTBINARY STRING
	{
		OR_FAIL($$ = port_item(src, $2, $1, $3));
	}
	;

/* ---- filter rules ------------------------------------------------------ */

filter	: action dir logquick interface route raf proto fromto filter_opts
	{
		rule_end(src);
	}
	;

action	: PASS		{ OR_FAIL(rule_begin(src, A_PASS)); }
	| MATCH		{ OR_FAIL(rule_begin(src, A_MATCH)); }
	| BLOCK
	{
		OR_FAIL(rule_begin(src, A_BLOCK));
	}
	blockspec
	;

blockspec : %empty
	| DROP		{ R->r_ret = RET_DROP; }
	| RETURN	{ R->r_ret = RET_ALL; }
	| RETURNRST	{ R->r_ret = RET_RST; }
	| RETURNRST '(' TTL STRING ')'
	{
		REFUSE("return-rst(ttl %s): the time to live of a reset "
		    "cannot be chosen; write return-rst", $4);
	}
	| RETURNICMP	{ R->r_ret = RET_ICMP; }
	| RETURNICMP6	{ R->r_ret = RET_ICMP; }
	| RETURNICMP '(' STRING ')'
	{
		R->r_ret = RET_ICMP;
		OR_FAIL((R->r_code4 = icmp_code(src, $3, AF_INET)) >= 0);
	}
	| RETURNICMP6 '(' STRING ')'
	{
		R->r_ret = RET_ICMP;
		OR_FAIL((R->r_code6 = icmp_code(src, $3, AF_INET6)) >= 0);
	}
	| RETURNICMP '(' STRING comma STRING ')'
	{
		R->r_ret = RET_ICMP;
		OR_FAIL((R->r_code4 = icmp_code(src, $3, AF_INET)) >= 0);
		OR_FAIL((R->r_code6 = icmp_code(src, $5, AF_INET6)) >= 0);
	}
	;

route	: %empty
	| routekind
	{
		REFUSE("%s: a rule cannot choose the next hop here; "
		    "see \"ip rule\" in ip-rule(8)", $<str>1);
	}
	;

routekind : ROUTETO	{ $<str>$ = (char *)(uintptr_t)"route-to"; }
	| REPLYTO	{ $<str>$ = (char *)(uintptr_t)"reply-to"; }
	| DUPTO		{ $<str>$ = (char *)(uintptr_t)"dup-to"; }
	| FASTROUTE	{ $<str>$ = (char *)(uintptr_t)"fastroute"; }
	;

filter_opts : %empty
	| filter_opts filter_opt
	;

filter_opt : USER uidspec	{ R->r_uid = $2; }
	| GROUP gidspec		{ R->r_gid = $2; }
	| flags
	| icmpspec		{ R->r_icmp = $1; }
	| icmp6spec		{ R->r_icmp = $1; }
	| tos
	| keep
	| FRAGMENT		{ R->r_fragment = true; }
	| ALLOWOPTS		{ R->r_allowopts = true; }
	| LABEL STRING
	{
		if (R->r_label != NULL)
			REFUSE("a rule has one label here, not several");
		OR_FAIL(text_ok(src, "label", $2));
		R->r_label = $2;
	}
	| tag
	| tagged
	| PROBABILITY STRING
	{
		OR_FAIL(probability(src, $2, NULL));
	}
	| PROBABILITY STRING '%'
	{
		OR_FAIL(probability(src, $2, "%"));
	}
	| RECEIVEDON if_item	{ R->r_rcvif = $2; }
	| '!' RECEIVEDON STRING
	{
		OR_FAIL(iface_name_ok(src, $3));
		R->r_rcvif = simple(src, I_IF, $3);
		R->r_rcvif->i_not = true;
	}
	| RIDENTIFIER STRING
	{
		uint32_t n;

		OR_FAIL(number(src, $2, UINT32_MAX, &n));
	}
	| QUEUE
	{
		REFUSE("queue: there is no ALTQ here; tc(8) shapes traffic");
	}
	| DNPIPE
	{
		REFUSE("dnpipe: there is no dummynet here; tc(8) shapes "
		    "traffic");
	}
	| rtable
	| DIVERTTO
	{
		REFUSE("divert-to is not supported; see \"tproxy\" in "
		    "nft(8)");
	}
	| DIVERTREPLY
	{
		REFUSE("divert-reply is not supported");
	}
	| PRIO
	{
		REFUSE("prio: VLAN priorities are not supported");
	}
	| SET
	{
		REFUSE("set: a rule cannot set a packet's priority here");
	}
	| ONCE
	{
		REFUSE("once: rules that remove themselves are not "
		    "supported");
	}
	| MAXPKTRATE
	{
		REFUSE("max-pkt-rate is not supported");
	}
	;

tag	: TAG STRING
	{
		OR_FAIL(text_ok(src, "tag", $2));
		R->r_tag = $2;
	}
	;

tagged	: TAGGED STRING
	{
		OR_FAIL(text_ok(src, "tag", $2));
		R->r_tagged = $2;
	}
	| '!' TAGGED STRING
	{
		OR_FAIL(text_ok(src, "tag", $3));
		R->r_tagged = $3;
		R->r_tagged_not = true;
	}
	;

rtable	: RTABLE STRING
	{
		REFUSE("rtable %s: a rule cannot choose the routing table "
		    "here; see \"ip rule\" in ip-rule(8)", $2);
	}
	;

flags	: FLAGS STRING '/' STRING
	{
		OR_FAIL(set_flags(src, $2, $4));
	}
	| FLAGS '/' STRING
	{
		OR_FAIL(set_flags(src, "", $3));
	}
	| FLAGS ANY
	{
		R->r_flags_given = R->r_flags_any = true;
	}
	;

tos	: TOS STRING
	{
		OR_FAIL((R->r_tos = tos_value(src, $2)) >= 0);
	}
	;

uidspec	: uid_item
	| '{' optnl uid_list '}'	{ $$ = $3; }
	;

uid_list : uid_item optnl
	| uid_list comma uid_item optnl	{ $$ = item_join($1, $3); }
	;

uid_item : STRING
	{
		OR_FAIL($$ = ugid_item(src, OP_EQ, $1, NULL, true));
	}
	| '=' STRING
	{
		OR_FAIL($$ = ugid_item(src, OP_EQ, $2, NULL, true));
	}
	| PORTUNARY STRING
	{
		OR_FAIL($$ = ugid_item(src, $1, $2, NULL, true));
	}
	| '<' STRING
	{
		OR_FAIL($$ = ugid_item(src, OP_LT, $2, NULL, true));
	}
	| '>' STRING
	{
		OR_FAIL($$ = ugid_item(src, OP_GT, $2, NULL, true));
	}
	| STRING PORTBINARY STRING
	{
		OR_FAIL($$ = ugid_item(src, $2, $1, $3, true));
	}
	;

gidspec	: gid_item
	| '{' optnl gid_list '}'	{ $$ = $3; }
	;

gid_list : gid_item optnl
	| gid_list comma gid_item optnl	{ $$ = item_join($1, $3); }
	;

gid_item : STRING
	{
		OR_FAIL($$ = ugid_item(src, OP_EQ, $1, NULL, false));
	}
	| '=' STRING
	{
		OR_FAIL($$ = ugid_item(src, OP_EQ, $2, NULL, false));
	}
	| PORTUNARY STRING
	{
		OR_FAIL($$ = ugid_item(src, $1, $2, NULL, false));
	}
	| '<' STRING
	{
		OR_FAIL($$ = ugid_item(src, OP_LT, $2, NULL, false));
	}
	| '>' STRING
	{
		OR_FAIL($$ = ugid_item(src, OP_GT, $2, NULL, false));
	}
	| STRING PORTBINARY STRING
	{
		OR_FAIL($$ = ugid_item(src, $2, $1, $3, false));
	}
	;

icmpspec : ICMPTYPE icmp_item	{ $$ = $2; }
	| ICMPTYPE '{' optnl icmp_list '}'	{ $$ = $4; }
	;

icmp_list : icmp_item optnl
	| icmp_list comma icmp_item optnl	{ $$ = item_join($1, $3); }
	;

icmp_item : STRING
	{
		OR_FAIL($$ = icmp_item(src, $1, NULL, AF_INET));
	}
	| STRING CODE STRING
	{
		OR_FAIL($$ = icmp_item(src, $1, $3, AF_INET));
	}
	;

icmp6spec : ICMP6TYPE icmp6_item	{ $$ = $2; }
	| ICMP6TYPE '{' optnl icmp6_list '}'	{ $$ = $4; }
	;

icmp6_list : icmp6_item optnl
	| icmp6_list comma icmp6_item optnl	{ $$ = item_join($1, $3); }
	;

icmp6_item : STRING
	{
		OR_FAIL($$ = icmp_item(src, $1, NULL, AF_INET6));
	}
	| STRING CODE STRING
	{
		OR_FAIL($$ = icmp_item(src, $1, $3, AF_INET6));
	}
	;

keep	: NO STATE		{ R->r_keep = K_NO; }
	| KEEP STATE		{ R->r_keep = K_KEEP; } stateopts
	| MODULATE STATE	{ R->r_keep = K_MODULATE; } stateopts
	| SYNPROXY STATE	{ R->r_keep = K_SYNPROXY; } stateopts
	;

stateopts : %empty
	| '(' stateopt_list ')'
	;

stateopt_list : stateopt
	| stateopt_list comma stateopt
	;

stateopt : MAX STRING
	{
		OR_FAIL(number(src, $2, UINT32_MAX, &R->r_so.so_max));
	}
	| NOSYNC		{ R->r_so.so_nosync = true; }
	| PFLOW			{ R->r_so.so_pflow = true; }
	| SLOPPY		{ R->r_so.so_sloppy = true; }
	| FLOATING		{ R->r_so.so_floating = true; }
	| IFBOUND
	{
		REFUSE("if-bound: states are not bound to an interface here");
	}
	| MAXSRCSTATES STRING
	{
		OR_FAIL(number(src, $2, UINT32_MAX,
		    &R->r_so.so_max_src_states));
	}
	| MAXSRCCONN STRING
	{
		OR_FAIL(number(src, $2, UINT32_MAX, &R->r_so.so_max_src_conn));
	}
	| MAXSRCNODES STRING
	{
		OR_FAIL(number(src, $2, UINT32_MAX,
		    &R->r_so.so_max_src_nodes));
	}
	| MAXSRCCONNRATE STRING '/' STRING
	{
		OR_FAIL(number(src, $2, UINT32_MAX, &R->r_so.so_rate) &&
		    number(src, $4, 86400, &R->r_so.so_seconds));
		if (R->r_so.so_rate == 0 || R->r_so.so_seconds == 0)
			REFUSE("max-src-conn-rate: both numbers are to be "
			    "above 0");
	}
	| OVERLOAD '<' STRING '>' flush
	{
		if (!table_name_ok($3))
			REFUSE("bad table name \"%s\"", $3);
		R->r_so.so_overload = $3;
	}
	| SOURCETRACK		{ R->r_so.so_track = 2; }
	| SOURCETRACK GLOBAL	{ R->r_so.so_track = 2; }
	| SOURCETRACK RULE	{ R->r_so.so_track = 1; }
	| STRING STRING
	{
		uint32_t n;

		OR_FAIL(number(src, $2, UINT32_MAX, &n));
		source_remark(src, "%s %s: timeouts are the kernel's "
		    "(net.netfilter.nf_conntrack_*_timeout_*)", $1, $2);
	}
	;

flush	: %empty
	| FLUSH			{ R->r_so.so_flush = 1; }
	| FLUSH GLOBAL		{ R->r_so.so_flush = 2; }
	;

/* ---- scrub ------------------------------------------------------------- */

scrub	: SCRUB
	{
		OR_FAIL(rule_begin(src, A_SCRUB));
	}
	dir logquick interface raf proto fromto scrub_opts
	{
		rule_end(src);
	}
	| NO SCRUB
	{
		OR_FAIL(rule_begin(src, A_NOSCRUB));
	}
	dir logquick interface raf proto fromto
	{
		rule_end(src);
	}
	;

scrub_opts : %empty
	| scrub_opts scrub_opt optcomma
	;

optcomma : %empty
	| ','
	;

scrub_opt : NODF
	| RANDOMID
	| MINTTL STRING
	{
		source_remark(src, "min-ttl: the time to live is left alone");
	}
	| MAXMSS STRING
	{
		uint32_t n;

		OR_FAIL(number(src, $2, 65535, &n));
		R->r_port1 = n;
	}
	| SETTOS STRING
	{
		source_remark(src, "set-tos: the type of service is left "
		    "alone");
	}
	| FRAGMENT STRING
	| FRAGMENT REASSEMBLE
	| FRAGMENT DROP
	{
		REFUSE("fragment drop: fragments are always put together "
		    "here");
	}
	| REASSEMBLE STRING
	;

/* ---- translation -------------------------------------------------------- */

translate : nataction interface raf proto fromto nat_opts redirpool poolopts
	{
		rule_end(src);
	}
	;

nataction : NAT		{ OR_FAIL(rule_begin(src, A_NAT)); } natpass
	| NO NAT	{ OR_FAIL(rule_begin(src, A_NONAT)); } natpass
	| RDR		{ OR_FAIL(rule_begin(src, A_RDR)); } natpass
	| NO RDR	{ OR_FAIL(rule_begin(src, A_NORDR)); } natpass
	;

natpass	: %empty
	| log
	| PASS		{ R->r_natpass = true; }
	| PASS log	{ R->r_natpass = true; }
	;

nat_opts : %empty
	| nat_opts tag
	| nat_opts tagged
	| nat_opts rtable
	;

redirpool : %empty
	| ARROW redirspec	{ R->r_pool = $2; }
	| ARROW redirspec PORT STRING
	{
		R->r_pool = $2;
		OR_FAIL(port_star(src, $4));
	}
	;

redirspec : host
	| '{' optnl redir_list '}'	{ $$ = $3; }
	;

redir_list : host optnl
	| redir_list comma host optnl	{ $$ = item_join($1, $3); }
	;

poolopts : %empty
	| poolopts poolopt
	;

poolopt	: BITMASK	{ R->r_pooltype = P_BITMASK; }
	| RANDOM	{ R->r_pooltype = P_RANDOM; }
	| ROUNDROBIN	{ R->r_pooltype = P_ROUNDROBIN; }
	| SOURCEHASH	{ R->r_pooltype = P_SRCHASH; }
	| SOURCEHASH STRING
	{
		R->r_pooltype = P_SRCHASH;
		hash_key(src, $2);
	}
	| STATICPORT	{ R->r_static = true; }
	| STICKYADDRESS	{ R->r_sticky = true; }
	| ENDPI
	{
		REFUSE("endpoint-independent: translations are kept for each "
		    "connection here");
	}
	;

binat	: binataction natpass interface raf proto FROM ipspec
	{
		R->r_src = $7;
	}
	binat_to nat_opts binat_pool
	{
		rule_end(src);
	}
	;

binataction : BINAT	{ OR_FAIL(rule_begin(src, A_BINAT)); }
	| NO BINAT	{ OR_FAIL(rule_begin(src, A_NOBINAT)); }
	;

binat_to : %empty
	| TO ipspec	{ R->r_dst = $2; }
	;

binat_pool : %empty
	| ARROW host	{ R->r_pool = $2; }
	;

/* ---- anchors ------------------------------------------------------------ */

anchor	: ANCHOR
	{
		OR_FAIL(rule_begin(src, A_ANCHOR));
	}
	anchor_name dir quick interface raf proto fromto filter_opts
	anchor_rules
	| NATANCHOR STRING
	{
		OR_FAIL(rule_begin(src, A_NATANCHOR) &&
		    rule_anchor_name(src, $2));
	}
	interface raf proto fromto
	{
		rule_end(src);
	}
	| RDRANCHOR STRING
	{
		OR_FAIL(rule_begin(src, A_RDRANCHOR) &&
		    rule_anchor_name(src, $2));
	}
	interface raf proto fromto
	{
		rule_end(src);
	}
	| BINATANCHOR STRING
	{
		OR_FAIL(rule_begin(src, A_BINATANCHOR) &&
		    rule_anchor_name(src, $2));
	}
	interface raf proto fromto
	{
		rule_end(src);
	}
	;

anchor_name : %empty
	| STRING	{ OR_FAIL(rule_anchor_name(src, $1)); }
	;

/* The last line in braces may end with them. */
last_line : %empty
	| statement
	;

anchor_rules : %empty
	{
		if (R->r_anchor == NULL)
			REFUSE("an anchor without a name needs rules in "
			    "braces");
		rule_end(src);
	}
	| '{'
	{
		rule_open_anchor(src);
	}
	conf last_line '}'
	{
		rule_close_anchor(src);
	}
	;

load	: LOAD ANCHOR STRING FROM STRING
	{
		load_anchor(src, $3, $5);
	}
	;

/* ---- antispoof ---------------------------------------------------------- */

antispoof : ANTISPOOF
	{
		OR_FAIL(rule_begin(src, A_BLOCK));
	}
	logquick FOR if_items af antispoof_label
	{
		rule_antispoof(src, $5, $6, $7);
	}
	;

antispoof_label : %empty	{ $$ = NULL; }
	| LABEL STRING
	{
		OR_FAIL(text_ok(src, "label", $2));
		$$ = $2;
	}
	;

%%

static char *
words(struct source *src, const char *a, const char *b)
{
	return (conf_printf(src->s_conf, "%s %s", a, b));
}

static struct item *
negated(struct item *list)
{
	struct item *i;

	for (i = list; i != NULL; i = i->i_next)
		i->i_not = !i->i_not;
	return (list);
}

static struct item *
simple(struct source *src, enum item_kind kind, char *name)
{
	struct item *i = item_new(src->s_conf, kind);

	i->i_name = name;
	return (i);
}

/* Which word it was is told by its text: the parser's names say little. */
static void
yyerror(yyscan_t scanner, struct source *src, const char *msg)
{
	const char *text = pfconf_get_leng(scanner) > 0 ?
	    pfconf_get_text(scanner) : "";

	(void)msg;
	if (text[0] == '\0' || text[0] == '\n')
		source_error(src, "syntax error at the end of the line");
	else
		source_error(src, "syntax error at \"%s\"", text);
}
