/* SPDX-License-Identifier: BSD-2-Clause */
/* The subcommands of zfs(8), and what they have in common. */
#ifndef ZFS_CMD_H
#define ZFS_CMD_H

#include "pool.h"
#include "usage.h"

enum ds_want { WANT_FS, WANT_SNAP, WANT_ANY };

int	cmd_clone(int argc, char **argv);
int	cmd_create(int argc, char **argv);
int	cmd_destroy(int argc, char **argv);
int	cmd_diff(int argc, char **argv);
int	cmd_get(int argc, char **argv);
int	cmd_hold(int argc, char **argv);
int	cmd_holds(int argc, char **argv);
int	cmd_inherit(int argc, char **argv);
int	cmd_list(int argc, char **argv);
int	cmd_mount(int argc, char **argv);
int	cmd_promote(int argc, char **argv);
int	cmd_receive(int argc, char **argv);
int	cmd_release(int argc, char **argv);
int	cmd_rename(int argc, char **argv);
int	cmd_rollback(int argc, char **argv);
int	cmd_send(int argc, char **argv);
int	cmd_set(int argc, char **argv);
int	cmd_snapshot(int argc, char **argv);
int	cmd_unmount(int argc, char **argv);

/* As bad_usage() of usage.h, with the table of properties. */
void	bad_usage_props(const char *fmt, ...)
	    __attribute__((format(printf, 1, 2), noreturn));

/*
 * The pool of a dataset, open; or NULL after "cannot open 'x': dataset does
 * not exist".
 */
struct pool *open_pool_of(const char *name, int how);

/* The dataset in it; or NULL after the same message, or "not applicable". */
struct ds *open_ds(struct pool *po, const char *name, enum ds_want want);

/* Properties from the command line: "a=b", checked. */
struct setting {
	char	*se_name;
	char	*se_value;	/* as it is kept */
};

struct settings {
	struct setting	*se_v;
	size_t		 se_n;
};

/* Take one more.  Exits 2 where it is none. */
void	settings_add(struct settings *se, char *word);
/* Check them all: 0, or -1 after "<doing>: <why>". */
int	settings_check(struct settings *se, const char *doing, int snap);
/* Note them in a dataset that is being made. */
void	settings_note(const struct settings *se, struct ds *ds,
	    struct index *ix);

#endif
