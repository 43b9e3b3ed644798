/* SPDX-License-Identifier: BSD-2-Clause */
/* A program of subcommands: which there are, and how they are used. */
#ifndef ZFS_USAGE_H
#define ZFS_USAGE_H

#include <stdarg.h>
#include <stddef.h>

struct command {
	const char	*c_name;
	int		(*c_run)(int argc, char **argv);
	const char	*c_usage;	/* lines; NULL: another name of the one
					   before */
};

struct program {
	const char		*pr_name;
	const struct command	*pr_commands;
	size_t			 pr_ncommands;
	const char		*pr_names;	/* of what commands speak of */
	const char		*pr_hint;	/* after what is wrong */
};

/* Each main file has one. */
extern const struct program program;

/* The command that argv names, or help or version.  Its exit status. */
int	usage_run(int argc, char **argv);

/* What is wrong (NULL: nothing more), and how the command is used. */
void	usage_complain(const char *fmt, va_list ap)
	    __attribute__((format(printf, 1, 0)));

/* The same, and exit 2. */
void	bad_usage(const char *fmt, ...)
	    __attribute__((format(printf, 1, 2), noreturn));
/* What getopt(3) returned ':' or '?' for. */
void	bad_option(int c) __attribute__((noreturn));
/* No more than what is allowed to follow. */
void	want_args(int argc, int min, int max, const char *missing);

#endif
