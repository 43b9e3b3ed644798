/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The signals jexec is sent: caught, read as bytes in the main loop, and
 * forwarded to the command, which a terminal or kill(1) cannot reach: it is
 * in a session of its own.
 */
#ifndef JEXEC_SIGNALS_H
#define JEXEC_SIGNALS_H

#include <sys/types.h>

#include <stdbool.h>

struct caught {
	unsigned char	ca_signal;
	bool		ca_group;	/* a terminal sent it to all of a job */
};

/*
 * Catch what is forwarded or acted upon; what was ignored stays so, and the
 * command inherits that.  Before the command starts: handlers, unlike
 * a blocked mask, do not outlive its exec.  Returns a descriptor that is
 * readable when there is something for signals_next(), or -1.
 */
int	signals_catch(void);
bool	signals_next(int fd, struct caught *ret_ca);

/* Whether the command is to have this signal. */
bool	signals_forwarded(int sig);

/*
 * Stop, by SIGTSTP or SIGSTOP; return when continued.  SIGTSTP does nothing
 * where no shell would ever continue us (an orphaned process group).
 */
void	signals_suspend(int sig);

/* End as the command did, of the same signal, without a core of our own. */
_Noreturn void signals_die(int sig);

#endif
