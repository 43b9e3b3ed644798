/* SPDX-License-Identifier: BSD-2-Clause */
/* How a child that could not do its work tells its parent why. */
#ifndef ABASHIRI_VERDICT_H
#define ABASHIRI_VERDICT_H

/* In the child: send errno and jail_errmsg.  Async-signal-safe. */
void	verdict_send(int fd);

/*
 * In the parent, the child's end closed: 0 when the child sent nothing (it
 * did its work, or the pipe closed with exec), else -1 with errno and
 * jail_errmsg as the child had them.  A lone errno, as first/first.c sends
 * it, becomes a message beginning with `what`.
 */
int	verdict_read(int fd, const char *what);

#endif
