/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe: one static program that is put into a prison and asked questions.
 *
 * Each question makes one attempt.  It went through: exit 0, and what is
 * worth knowing on standard output.  It was refused: exit 1, and the name of
 * the errno ("EPERM") on standard output.  Asked wrongly: exit 2.
 */
#ifndef PROBE_H
#define PROBE_H

struct probe {
	const char	*pb_name;
	int		 pb_args;	/* at least so many */
	const char	*pb_help;	/* the arguments */
	int		(*pb_func)(int argc, char **argv);	/* argv[0]: the
						   first argument */
};

extern const struct probe probe_files[], probe_net[], probe_proc[];

/* Print the errno's name; return 1. */
int	refused(void);
/* 0 when rv >= 0, or refused(). */
int	answer(long rv);
/* A number in C's spelling, or exit 2. */
long	number(const char *s);

#endif
