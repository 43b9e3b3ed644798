/* SPDX-License-Identifier: BSD-2-Clause */
/* The program first/first.c, which libjail carries. */
#ifndef ABASHIRI_FIRST_H
#define ABASHIRI_FIRST_H

/*
 * A sealed memfd with it, close-on-exec; the caller's to close.  Made by the
 * one who sends: the one who goes in may not allocate.  -1 with jail_errmsg.
 */
int	first_open(void);

#endif
