/* SPDX-License-Identifier: BSD-2-Clause */
/* Which nodes a devfs has: the rulesets of devfs.rules(5). */
#ifndef ABASHIRI_DEVFSRULES_H
#define ABASHIRI_DEVFSRULES_H

#include <sys/types.h>

#define DEVFS_JAIL	4	/* the ruleset of a jail that says nothing */
#define DEVFS_OURS	5	/* the last one with devices that every prison
				   may use anyway */
#define DEVFS_MAX	65535

/* A node that is to be made. */
struct devfs_node {
	char		dn_name[64];	/* below /dev */
	mode_t		dn_mode;	/* with its type; S_IFDIR: a mount goes
					   there, S_IFLNK: a link to dn_to */
	uid_t		dn_uid;
	gid_t		dn_gid;
	dev_t		dn_dev;
	const char	*dn_to;
};

struct devfs_rules;

/*
 * Read rulesets: those that come with jail(8), and /etc/devfs.rules, in which
 * one of the same number takes the place of another.  NULL with jail_errmsg,
 * which names file and line.
 */
struct devfs_rules *devfs_rules_read(void);
void	devfs_rules_free(struct devfs_rules *dr);

/* Add the rulesets of a text; `name` is what errors call it.  0 or -1. */
struct devfs_rules *devfs_rules_new(void);
int	devfs_rules_parse(struct devfs_rules *dr, const char *name,
	    const char *text);

/*
 * The nodes that are seen with a ruleset, of those below the directory devfd
 * and of those that every devfs has.  Their number, and *ret_nodes malloc'd;
 * or -1 (ENOENT: no such ruleset).
 */
int	devfs_rules_nodes(const struct devfs_rules *dr, int ruleset, int devfd,
	    struct devfs_node **ret_nodes);

/* All of it: read, and apply to the host's /dev. */
int	devfs_nodes(int ruleset, struct devfs_node **ret_nodes);

#endif
