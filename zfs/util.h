/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory, which a command cannot do without, and files written whole. */
#ifndef ZFS_UTIL_H
#define ZFS_UTIL_H

#include <stddef.h>
#include <stdint.h>

#define _cleanup_(f)	__attribute__((cleanup(f)))
#define _cleanup_free_	_cleanup_(free_ptr)
#define _cleanup_close_	_cleanup_(fd_close)
#define NELEM(a)	(sizeof(a) / sizeof((a)[0]))
#define PTR_SIZE	sizeof(void *)	/* an element of an array of such */

void	free_ptr(void *p);
void	fd_close(int *fd);

/* As malloc(3) and its kin, but they end the program when there is none. */
void	*xcalloc(size_t n, size_t size);
void	*xgrow(void *p, size_t n, size_t size);	/* room for one more than n */
char	*xstrdup(const char *s);
char	*xprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* A line on the standard error, as ZFS writes them: without a name before it. */
void	say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* What an errno is called where space, quotas and datasets are spoken of. */
const char *why(int error);

/* A number of decimal digits only, at most max.  0, or -1. */
int	number(const char *text, uint64_t max, uint64_t *ret_n);

/* A random number that is not 0. */
uint64_t random_id(void);

/* Whether `path` is `top`, or lies below it. */
int	path_within(const char *path, const char *top);

/* All of a small file, or NULL; malloc'd, ends in a NUL. */
char	*file_read(int dirfd, const char *name, size_t max);

/*
 * Put text into the place of a file, which is at any time the old one or the
 * new.  sync: it is on the disk before it takes the place.  0 or -1.
 */
int	file_replace(int dirfd, const char *name, const char *text, int sync);

/*
 * Run a program and wait.  What it says goes into *ret_said (malloc'd, "" at
 * least).  Its exit status, 127 when it
 * could not be run, or 128 and the signal.
 */
int	run(char *const *argv, char **ret_said);
/* The same, and nothing it says is seen. */
int	run_quiet(char *const *argv);

#endif
