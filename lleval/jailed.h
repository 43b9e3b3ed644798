/* SPDX-License-Identifier: BSD-2-Clause */
/* What the HTTP part gives up before it listens to anybody. */
#ifndef LLEVAL_JAILED_H
#define LLEVAL_JAILED_H

/*
 * Put this process into a prison of its own whose root is the empty directory,
 * make it nobody there, and leave it the system calls that serving takes.
 * Returns the prison's jid, or -1 with a line in error.
 */
int	jail_myself(const char *empty, const char *owner, char *error,
	    size_t size);

#endif
