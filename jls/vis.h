/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text of others on the jailer's terminal.  A prisoner may choose his host
 * name: what a terminal would act upon is written as \ooo.
 */
#ifndef ABASHIRI_JLS_VIS_H
#define ABASHIRI_JLS_VIS_H

#include <stdio.h>

#define VIS_NL	0x1	/* newlines are as they are: lines of meta and env */

/*
 * The length of the UTF-8 character at s, its code in *ret_c; 0 where s is at
 * no character.  Independent of the locale.
 */
size_t	utf8_char(const char *s, unsigned *ret_c);

/* Does a terminal show c, rather than act upon it or hide it? */
int	is_shown(unsigned c);

/* Write s; tabs are as they are. */
void	vis_puts(FILE *fp, const char *s, int flags);

/* Write at most `width` columns of s, and blanks up to it where pad is set. */
void	vis_column(FILE *fp, const char *s, int width, int pad);

/*
 * Write s in quotes where it has blanks or quotes, backslash before quote and
 * backslash: as jail.conf(5) reads it.
 */
void	vis_quoted(FILE *fp, const char *s, int flags);

/*
 * Write s as one word that sh(1), xargs(1) and jail.conf(5) all read as s.
 * What had to be written as \ooo is the exception: only jail.conf knows it.
 */
void	vis_word(FILE *fp, const char *s, int flags);

#endif
