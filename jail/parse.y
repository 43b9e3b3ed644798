%code top {
/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The grammar of jail.conf(5).  Blocks nest; what stands in a block belongs
 * to the innermost one, what stands outside of all to the file's own block,
 * called "*".  After an error the parser goes on behind the next semicolon,
 * so that one run shows them all.
 */
}
%code requires {
#include "jailp.h"
#include "source.h"
typedef void *yyscan_t;
/* The name flex has for it. */
#define YYSTYPE JAILCONF_STYPE
}
%code {
#include <stdlib.h>
#include <string.h>

#include "parse.h"
#include "lex.h"

static void	yyerror(yyscan_t scanner, struct source *src, const char *msg);
}

%define api.pure full
%define api.prefix {jailconf_}
%lex-param {yyscan_t scanner}
%parse-param {yyscan_t scanner} {struct source *src}

%union {
	struct cfparam	*param;
	struct cfstrings *value;
	struct cfstring	*string;
	char		*str;
}

%token PLEQ JUNK
%token <str> STR STR1 VAR VAR1

%type <param> param name
%type <value> value
%type <string> string

%destructor { free($$); } <str>
%destructor { string_free($$); } <string>
%destructor { strings_free($$); free($$); } <value>
%destructor { if ($$ != NULL) param_free($$); } <param>

%%

conf	: %empty
	| conf jail
	| conf param ';'
	{
		if ($2 != NULL &&
		    source_param(src, jailconf_get_lineno(scanner), $2) < 0)
			YYABORT;
	}
	| conf ';'
	;

jail	: jail_name '{' conf '}'
	{
		source_close_block();
	}
	;

jail_name : STR
	{
		source_open_block($1);
		free($1);
	}
	;

param	: name
	| name '=' value
	{
		$$ = param_give($1, $3, 0);
	}
	| name PLEQ value
	{
		$$ = param_give($1, $3, CF_APPEND);
	}
	| name value
	{
		$$ = param_give($1, $2, CF_NAMEVAL);
	}
	| error
	{
		$$ = NULL;
	}
	;

name	: STR
	{
		$$ = param_new($1, 0);
		free($1);
	}
	| VAR
	{
		$$ = param_new($1, CF_VAR);
		free($1);
	}
	;

value	: string
	{
		$$ = emalloc(sizeof(*$$));
		TAILQ_INIT($$);
		TAILQ_INSERT_TAIL($$, $1, tq);
	}
	| value ',' string
	{
		$$ = $1;
		TAILQ_INSERT_TAIL($$, $3, tq);
	}
	;

string	: STR
	{
		$$ = string_new($1);
		free($1);
	}
	| VAR
	{
		$$ = string_new("");
		string_add_var($$, $1);
		free($1);
	}
	| string STR1
	{
		$$ = $1;
		string_add($$, $2);
		free($2);
	}
	| string VAR1
	{
		$$ = $1;
		string_add_var($$, $2);
		free($2);
	}
	;

%%

static void
yyerror(yyscan_t scanner, struct source *src, const char *msg)
{
	source_error(src, jailconf_get_lineno(scanner),
	    jailconf_get_leng(scanner) > 0 ? jailconf_get_text(scanner) : "",
	    msg);
}
