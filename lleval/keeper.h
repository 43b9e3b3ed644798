/* SPDX-License-Identifier: BSD-2-Clause */
/* The privileged part: it makes prisons and runs in them what it is sent. */
#ifndef LLEVAL_KEEPER_H
#define LLEVAL_KEEPER_H

#include "wire.h"

/* Serve runs from the control socket in co_runs threads.  0 or -1. */
int	keeper_start(const struct config *co, struct shared *sh, int control);

/* Wait until all are done: they are when the socket's other end is closed. */
void	keeper_join(void);

#endif
