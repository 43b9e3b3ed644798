/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The user's terminal.  It never enters the prison: whoever holds it there
 * could type commands to the host's shell (TIOCSTI).  The command has
 * another, or pipes, and jexec copies between them.
 */
#ifndef JEXEC_TTY_H
#define JEXEC_TTY_H

#include <sys/types.h>

#include <stdbool.h>
#include <termios.h>

/* Whether our job may read this terminal and change its settings. */
bool	tty_foreground(int fd);

/* Whether it is in its line mode: no other program has taken it over. */
bool	tty_cooked(int fd);

/*
 * Make it pass on every byte.  Its settings of before are put back by
 * tty_restore() or, at the latest, when jexec exits.  tty_forget: they were
 * changed behind our back (by a shell, while we were stopped).
 */
void	tty_raw(int fd);
void	tty_restore(void);
void	tty_forget(void);

/* The settings that a terminal of the prison's should begin with. */
bool	tty_settings(int fd, struct termios *ret_t);

/*
 * Give the terminal behind `master` the size of ours; the kernel tells the
 * processes there of a new one.
 */
void	tty_give_size(int fd, int master);

/* The character that suspends a job there (usually ^Z), or -1. */
int	tty_suspend_char(int master);

/*
 * One direction: bytes from rl_from to rl_to, through a buffer.
 */
struct relay {
	int	rl_from;	/* -1: this relay is over */
	int	rl_to;
	size_t	rl_pos;		/* rl_buf[rl_pos..rl_len) is to be written */
	size_t	rl_len;
	char	rl_buf[8192];
};

/* Read; false: nothing is to be had any more (end of file, hang-up). */
bool	relay_fill(struct relay *rl);

/* Write what there is; false: nobody takes it any more. */
bool	relay_flush(struct relay *rl);

/* Bring over what was written before the command ended. */
void	relay_drain(struct relay *rl);

#endif
