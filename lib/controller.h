/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the host keeps its resource controllers: in the unified hierarchy, or
 * bound to hierarchies of their own as cgroup v1 has them (hybrid hosts).
 *
 * In the unified hierarchy a prison's limits are files of its own cgroup.  In
 * v1 hierarchies it has a group beside it, <mount>/<parent>/<jid>, made when
 * there is a limit to be kept and removed with the prison.
 */
#ifndef ABASHIRI_CONTROLLER_H
#define ABASHIRI_CONTROLLER_H

#include <limits.h>

enum controller { CT_CPU, CT_MEMORY, CT_PIDS, CT_IO, CT_CPUSET, CT_MAX };

/* As v2 calls them; v1's "blkio" is "io". */
extern const char *const controller_names[CT_MAX];

struct controllers {
	const char	*cs_parent;	/* the cgroup2 directory above all
					   prisons */
	const char	*cs_base;	/* its last component */
	int		 cs_version[CT_MAX];	/* 2, 1, or 0: nowhere */
	char		 cs_mount[CT_MAX][256];	/* v1: where it is mounted */
};

/*
 * Find them.  mountinfo: a file as /proc/self/mountinfo; parent stays the
 * caller's.  0 or -1.
 */
int	controllers_find(struct controllers *cs, const char *mountinfo,
	    const char *parent);

/* See that a v2 controller's files exist in the prisons' cgroups.  0 or -1. */
int	controller_enable(const struct controllers *cs, enum controller ct);

/* The directory with a prison's files of a controller. */
#define CONTROLLER_PATHLEN	(PATH_MAX)
void	controller_path(const struct controllers *cs, enum controller ct,
	    int jid, char *buf);

/* v1: make a prison's group, or take it away (an absent one is no error). */
int	controller_make(const struct controllers *cs, enum controller ct,
	    int jid);
int	controller_remove(const struct controllers *cs, enum controller ct,
	    int jid);

/* v1: take away the directories above the prisons' groups. */
void	controllers_teardown(const struct controllers *cs);

#endif
