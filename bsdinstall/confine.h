/* SPDX-License-Identifier: BSD-2-Clause */
/* Working on files of strangers without being able to do more than that. */
#ifndef ABASHIRI_CONFINE_H
#define ABASHIRI_CONFINE_H

#define CONFINE_WRITE	0x1	/* make, change and remove files */

/*
 * Make the directory `dir` the root of this process, for good, and leave it
 * nothing but the files there, the descriptors that it has, and the system
 * calls that reading and (CONFINE_WRITE) writing files take.  No other
 * directory may be open: that would be a way out.  Ends the program when it
 * cannot.
 */
void	confine(const char *dir, unsigned flags);

#endif
