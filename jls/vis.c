// SPDX-License-Identifier: BSD-2-Clause
#include "vis.h"

#include <string.h>

size_t
utf8_char(const char *s, unsigned *ret_c)
{
	const unsigned char *p = (const unsigned char *)s;
	static const unsigned least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t i, n;
	unsigned c;

	if (p[0] < 0x80) {
		*ret_c = p[0];
		return (p[0] != '\0');
	}
	n = p[0] >= 0xf8 ? 0 : p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 :
	    p[0] >= 0xc0 ? 2 : 0;
	if (n == 0)
		return (0);
	c = p[0] & (0x7fU >> n);
	for (i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)	/* the NUL, too */
			return (0);
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return (0);
	*ret_c = c;
	return (n);
}

int
is_shown(unsigned c)
{
	/* Direction marks and the like: they make text look another. */
	static const unsigned hidden[][2] = {
		{ 0x00, 0x1f }, { 0x7f, 0x9f }, { 0x061c, 0x061c },
		{ 0x200b, 0x200f }, { 0x2028, 0x202e }, { 0x2060, 0x206f },
		{ 0xfeff, 0xfeff }, { 0xfff9, 0xfffb }, { 0xe0000, 0xe007f },
	};
	size_t i;

	for (i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		if (c >= hidden[i][0] && c <= hidden[i][1])
			return (0);
	return (1);
}

/* The length of the character at s that can be written as it is, or 0. */
static size_t
shown(const char *s, int flags)
{
	unsigned c;
	size_t n = utf8_char(s, &c);

	if (n == 1 && (c == '\t' || (c == '\n' && (flags & VIS_NL))))
		return (1);
	return (n > 0 && is_shown(c) ? n : 0);
}

/* Write the character or byte at s; return its length. */
static size_t
vis_char(FILE *fp, const char *s, int flags)
{
	size_t n = shown(s, flags);

	if (n == 0) {
		fprintf(fp, "\\%03o", (unsigned char)*s);
		return (1);
	}
	fwrite(s, 1, n, fp);
	return (n);
}

void
vis_puts(FILE *fp, const char *s, int flags)
{
	while (*s != '\0')
		s += vis_char(fp, s, flags);
}

void
vis_column(FILE *fp, const char *s, int width, int pad)
{
	int columns;

	while (*s != '\0') {
		/* A tab would leave the column. */
		columns = *s != '\t' && shown(s, 0) > 0 ? 1 : 4;
		if (columns > width)
			break;
		width -= columns;
		if (*s == '\t') {
			fputs("\\011", fp);
			s++;
		} else
			s += vis_char(fp, s, 0);
	}
	if (pad)
		fprintf(fp, "%*s", width, "");
}

void
vis_quoted(FILE *fp, const char *s, int flags)
{
	char quote = '\0';

	if (*s == '\0') {
		fputs("\"\"", fp);
		return;
	}
	if (strchr(s, '\'') != NULL)
		quote = '"';
	else if (strchr(s, '"') != NULL)
		quote = '\'';
	else if (strpbrk(s, " \t\n") != NULL)
		quote = '"';
	if (quote != '\0')
		putc(quote, fp);
	while (*s != '\0') {
		if (*s == '\\' || (quote != '\0' && *s == quote))
			putc('\\', fp);
		s += vis_char(fp, s, flags);
	}
	if (quote != '\0')
		putc(quote, fp);
}

/* Nothing in s means anything to a shell, to xargs or to jail.conf. */
static int
is_plain(const char *s)
{
	return (s[strspn(s, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%_+:./-")] == '\0' &&
	    strstr(s, "//") == NULL);	/* jail.conf's comment */
}

static int
all_shown(const char *s, int flags)
{
	size_t n;

	for (; *s != '\0'; s += n)
		if ((n = shown(s, flags)) == 0)
			return (0);
	return (1);
}

/*
 * In pieces, since the three readers agree on little: in '' sh and xargs take
 * a backslash for itself and jail.conf does not; outside of quotes all take
 * it for a quote.
 */
static void
vis_pieces(FILE *fp, const char *s, int flags)
{
	char quote = '\0', want;

	while (*s != '\0') {
		want = *s == '\'' ? '"' :
		    *s == '\\' || shown(s, flags) == 0 ? '\0' : '\'';
		if (want != quote) {
			if (quote != '\0')
				putc(quote, fp);
			if (want != '\0')
				putc(want, fp);
			quote = want;
		}
		if (*s == '\\')
			putc('\\', fp);
		s += vis_char(fp, s, flags);
	}
	if (quote != '\0')
		putc(quote, fp);
}

void
vis_word(FILE *fp, const char *s, int flags)
{
	if (*s == '\0')
		fputs("\"\"", fp);
	else if (is_plain(s))
		vis_puts(fp, s, flags);
	else if (strpbrk(s, "\"$`\\") == NULL && all_shown(s, flags))
		/* Nothing is special within "": the usual look. */
		fprintf(fp, "\"%s\"", s);
	else
		vis_pieces(fp, s, flags);
}
