/* SPDX-License-Identifier: BSD-2-Clause */
/* The command's parts. */
#ifndef ABASHIRI_PFCTL_PFCTL_H
#define ABASHIRI_PFCTL_PFCTL_H

#include "conf.h"

/* What the command line says. */
struct args {
	const char	*a_anchor;	/* "" is the main ruleset */
	bool		 a_recurse;	/* -a '*' */
	bool		 a_noaction;	/* -n */
	bool		 a_quiet;
	bool		 a_resolve;	/* -r */
	bool		 a_numeric;	/* -P */
	bool		 a_merge;	/* -m */
	int		 a_verbose;
	bool		 a_debug;
	bool		 a_clear;	/* -z */
	unsigned	 a_parts;	/* PART_ */
	const char	*a_interface;	/* -i, or NULL */
	const char	*a_level;	/* -o */
};

/* Unless -q: to standard error, as pfctl has always said it. */
void	say(const struct args *a, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));

/* load.c.  All return 0, or 1 having said why. */
int	load_file(const struct args *a, const char *file, char *const *macros,
	    int nmacros);
int	enable(const struct args *a, bool on);
/* modifier: as far as it is unambiguous. */
int	flush(const struct args *a, const char *modifier);
int	zero_counters(const struct args *a);
void	drop_unused_tables(struct conf *c);

/* show.c */
int	show(const struct args *a, const char *modifier);

/* tablecmd.c */
int	table_command(const struct args *a, const char *table,
	    const char *command, const char *file, char *const *words,
	    int nwords);

/* states.c: conntrack. */
int	states_show(const struct args *a);
/* Up to two hosts, or a keyword and a value. */
int	states_kill(const struct args *a, char *const *args, int nargs);
unsigned states_flush(const struct args *a);
/* How many there are; where ids is given, one more for each rule's id. */
unsigned states_count(unsigned *ids);

#endif
