/* SPDX-License-Identifier: BSD-2-Clause */
/* Archives, unpacked below the root of this process. */
#ifndef ABASHIRI_UNPACK_H
#define ABASHIRI_UNPACK_H

#define UNPACK_SETID	0x1	/* setuid files, and with capabilities, stay */
#define UNPACK_LAYER	0x2	/* a layer of an image: it has whiteouts */
#define UNPACK_SHOW	0x4	/* how far it is, on the terminal of 2 */

/* What has been left out, over all archives. */
struct unpack_left {
	unsigned long	ul_nodes;	/* device nodes in /dev */
	unsigned long	ul_setids;	/* setuid and setgid bits, capabilities */
	unsigned long	ul_owners;	/* owners no prison has: not left out */
	unsigned long	ul_entries;	/* all there were */
};

/*
 * Unpack the archive (tar, also compressed) that fd is, from its beginning.
 * `what` names it in messages and in the progress that is shown.
 * Ends the program, with a message, when it is damaged or holds what no world
 * may have.  With `want` only those entries are unpacked whose names, clean
 * and relative, it says yes to.
 */
void	unpack(int fd, const char *what, unsigned flags,
	    struct unpack_left *left, int (*want)(const char *));

#endif
