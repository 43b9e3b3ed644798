/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the prisons' roots are: each world once more, below the server's own
   directory, and a /dev for it. */
#ifndef LLEVAL_WORLD_H
#define LLEVAL_WORLD_H

#include "config.h"

#define WORLDS_MAX	8

struct world {
	const char	*wo_path;	/* the admin's */
	char		 wo_root[256];	/* where it is mounted, */
	char		 wo_dev[256];	/* and its devfs */
};

extern struct world worlds[WORLDS_MAX];
extern unsigned nworlds;

/*
 * Make the server's directory, clear what dead servers have left, and mount.
 * 0, or -1 with a line in error.
 */
int	worlds_open(const struct config *co, char *error, size_t size);

/* Unmount, and remove the directory. */
void	worlds_close(void);

/* An empty directory of the server's, and its own name for its prisons. */
const char *worlds_empty(void);
const char *worlds_owner(void);

/* Which world a language is run in. */
unsigned world_of(const struct config *co, const struct language *la);

#endif
