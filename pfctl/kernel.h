/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the kernel holds: our table of nftables, and in it, in the comments of
 * a set, the text that it was made from.  So rules and text change in one
 * transaction, each network stack has its own, and no file can disagree.
 */
#ifndef ABASHIRI_PFCTL_KERNEL_H
#define ABASHIRI_PFCTL_KERNEL_H

#include "conf.h"

struct counter {
	uint64_t	ctr_packets;
	uint64_t	ctr_bytes;
};

/* Until the process ends nobody else changes anything. */
void	kernel_lock(void);
/* What is loaded; an empty one where nothing is.  Exits on failure. */
struct conf *kernel_load(void);
bool	kernel_has_table(void);
/*
 * kernel_commit: make it what is loaded, all or nothing.  name: the file, for
 * messages.  dry: only see whether it could be.  Returns 0, or -1 having
 * said why.
 */
int	kernel_commit(struct conf *c, const char *name, bool dry, bool debug);
/* The elements of one table only. */
int	kernel_commit_table(struct conf *c, const struct table *t);
/* Take all of pf out of the kernel. */
int	kernel_remove(void);
/* Read the counters; then ask for one by its name. */
void	kernel_counters(void);
struct counter kernel_counter(const char *name);

/* text.c: a configuration as text and back. */
char	*text_of(struct conf *c);
/* 0, or the number of errors. */
int	text_parse(struct conf *c, const char *text);

#endif
