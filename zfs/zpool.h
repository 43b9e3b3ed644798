/* SPDX-License-Identifier: BSD-2-Clause */
/* The subcommands of zpool(8), and what they have in common. */
#ifndef ZFS_ZPOOL_H
#define ZFS_ZPOOL_H

#include "pool.h"
#include "usage.h"

int	zpool_create(int argc, char **argv);
int	zpool_destroy(int argc, char **argv);
int	zpool_export(int argc, char **argv);
int	zpool_get(int argc, char **argv);
int	zpool_import(int argc, char **argv);
int	zpool_list(int argc, char **argv);
int	zpool_status(int argc, char **argv);

/* Lock the registry, and finish what a killed command has left. */
void	zpool_settle(void);
/* The last of an export and of a destruction, also after a kill.  0 or -1. */
int	zpool_finish_export(struct reg *rg);
int	zpool_finish_destroy(struct reg *rg);

/* Say that it is not there.  -1. */
int	no_such_pool(const char *name);
/* Can a pool be called that?  0, or -1 after "<doing> 'x': <why>". */
int	check_new_name(const char *name, const char *doing);

#endif
