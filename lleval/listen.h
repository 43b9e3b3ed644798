/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LLEVAL_LISTEN_H
#define LLEVAL_LISTEN_H

#include <stddef.h>

/* A listening socket at "127.0.0.1:8083" or "[::1]:8083", or -1 with a line in
   error. */
int	listen_open(const char *where, char *error, size_t size);

/* Where it listens, as it would be said to listen_open(). */
void	listen_name(int fd, char *name, size_t size);

#endif
