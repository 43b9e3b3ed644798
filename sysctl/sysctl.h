/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ABASHIRI_SYSCTL_H
#define ABASHIRI_SYSCTL_H

/* Each a letter of the command line. */
struct options {
	int		 all;		/* -a */
	int		 binary;	/* -b */
	int		 descr;		/* -d */
	int		 equals;	/* -e */
	int		 format;	/* -F */
	int		 human;		/* -h */
	int		 ignore;	/* -i */
	int		 length;	/* -l */
	int		 names;		/* -N */
	int		 values;	/* -n */
	int		 opaque;	/* -o */
	int		 quiet;		/* -q */
	int		 settable;	/* -J, -V: what a jail may set: nothing */
	int		 tunable;	/* -T */
	int		 type;		/* -t */
	int		 writable;	/* -W */
	int		 hex;		/* -x */
	const char	*file;		/* -f */
	const char	*jail;		/* -j */
	int		 jid;		/* its number, or 0 */
};
extern struct options opt;

int	is_ours(const char *name);

/* system.c */
void	system_exec(char **argv) __attribute__((noreturn));
int	system_name(const char *word);
int	system_all(void);

#endif
