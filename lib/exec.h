/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ABASHIRI_EXEC_H
#define ABASHIRI_EXEC_H

/*
 * execvp(3) with another environment, in whose PATH it looks; without one in
 * /bin and /usr/bin.  Neither environ nor the heap is touched, which the
 * caller may share with a parent.  Returns -1 with errno, or not at all.
 */
int	exec_search(char *const *argv, char *const *envp);

#endif
