/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bpf(2): maps, links, and their pins in a directory on a bpffs.  Each
 * returns what bpf(2) does: -1 with errno set, no text.
 */
#ifndef ABASHIRI_PIN_H
#define ABASHIRI_PIN_H

#define PINLEN	64	/* of a pin's name */

int	map_lookup(int fd, const void *key, void *value);
int	map_update(int fd, const void *key, const void *value);
int	map_delete(int fd, const void *key);
int	map_next(int fd, const void *key, void *next);	/* key NULL: first */

int	pin_get(int dirfd, const char *name);
int	pin_put(int dirfd, const char *name, int fd);

/* Call fn for each pin whose name begins with prefix; -1 if one did so. */
int	pin_each(int dirfd, const char *prefix,
	    int (*fn)(int dirfd, const char *name, void *arg), void *arg);
/* For pin_each: remove the pin, and detach at once what is a link. */
int	pin_remove(int dirfd, const char *name, void *arg);

int	link_create(int progfd, int target, int attach);
int	link_update(int linkfd, int progfd);

#endif
