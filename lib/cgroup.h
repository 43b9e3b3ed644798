/* SPDX-License-Identifier: BSD-2-Clause */
/* A prison's cgroup: <cgroup2>/<parent>/<jid>. */
#ifndef ABASHIRI_CGROUP_H
#define ABASHIRI_CGROUP_H

#include <sys/types.h>

#include <stddef.h>
#include <stdint.h>

/*
 * Where cgroup2 is mounted, from /proc/self/mountinfo, and how deep in the
 * hierarchy that mount's root lies.  0, or -1 (ENOENT: nowhere).
 */
int	cgroup_find(char *path, size_t size, unsigned *ret_depth);

/* That mount's root: what the paths of /proc/PID/cgroup begin with. */
int	cgroup_root(char *path, size_t size);

/* Make the child `name` of a cgroup directory; its descriptor, or -1. */
int	cgroup_make(int parentfd, const char *name, uint64_t *ret_id);
int	cgroup_open(int parentfd, const char *name);

/* The id that BPF and /proc/PID/... know a cgroup by. */
int	cgroup_id(int cgfd, uint64_t *ret_id);

/* 1: has living processes, 0: none, -1: no such cgroup. */
int	cgroup_populated(int cgfd);

/* The PIDs of cgroup.procs, malloc'd; their number, or -1. */
int	cgroup_pids(int cgfd, pid_t **ret_pids);

/* Kill everything in a cgroup and return when it is empty.  0 or -1. */
int	cgroup_kill(int cgfd);

/* Remove the child `name`, its sub-cgroups first.  0 when it is gone. */
int	cgroup_remove(int parentfd, const char *name);

#endif
