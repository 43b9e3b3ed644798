/* SPDX-License-Identifier: BSD-2-Clause */
/* A command that runs in a prison, from its start to its end. */
#ifndef JEXEC_SESSION_H
#define JEXEC_SESSION_H

#include <sys/types.h>

#include "jail.h"
#include "tty.h"

/* The relays: what the user types, and what the command says. */
enum { RELAY_IN, RELAY_OUT, RELAY_ERR, RELAY_N };

struct session {
	pid_t		se_pid;
	int		se_pidfd;	/* readable when it has ended */
	int		se_signals;	/* of signals_catch() */
	int		se_master;	/* of the command's terminal, or -1 */
	int		se_peer;	/* the terminal itself: while we hold
					   it, reading the master cannot fail
					   when the command closes it */
	struct relay	se_relays[RELAY_N];
};

/*
 * Start jc in jail `jid`.  Of descriptors 0 to 2 those that are no terminals
 * are the command's; for the others it has a terminal of the prison's own
 * (when all three are) or pipes.  Returns 0, or -1 as jail_spawn() does.
 */
int	session_start(struct session *se, int jid, struct jail_command *jc);

/* Serve it until it ends.  Returns its status, as of waitpid(2). */
int	session_wait(struct session *se);

#endif
