// SPDX-License-Identifier: BSD-2-Clause
/*
 * In a table of pf the narrowest entry that holds an address decides, and it
 * may say no.  A set of nftables has intervals that do not overlap.  So the
 * line of addresses is walked from left to right, with the entries that are
 * open on a stack: entries are prefixes, and one is in another or beside it.
 */
#include <sys/socket.h>

#include <arpa/inet.h>
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "compile.h"
#include "tables.h"

struct span {
	uint8_t	sp_lo[16], sp_hi[16];
	int	sp_bits;
	bool	sp_not;
};

struct walk {
	FILE	*w_out;
	int	 w_af;
	int	 w_len;			/* bytes of an address */
	bool	 w_open;		/* w_lo to w_hi is not yet written */
	uint8_t	 w_lo[16], w_hi[16];
	const char *w_sep;
};

static int
span_cmp(const void *a, const void *b)
{
	const struct span *x = a, *y = b;
	int n = memcmp(x->sp_lo, y->sp_lo, 16);

	return (n != 0 ? n : x->sp_bits - y->sp_bits);
}

/* One up, or down, in place; false: there is none. */
static bool
step(uint8_t *addr, int len, int by)
{
	while (--len >= 0) {
		addr[len] = (uint8_t)(addr[len] + by);
		if (addr[len] != (by > 0 ? 0 : 255))
			return (true);
	}
	return (false);
}

static void
flush(struct walk *w)
{
	char lo[INET6_ADDRSTRLEN], hi[INET6_ADDRSTRLEN];

	if (!w->w_open)
		return;
	inet_ntop(w->w_af, w->w_lo, lo, sizeof(lo));
	inet_ntop(w->w_af, w->w_hi, hi, sizeof(hi));
	if (strcmp(lo, hi) == 0)
		fprintf(w->w_out, "%s%s", w->w_sep, lo);
	else
		fprintf(w->w_out, "%s%s-%s", w->w_sep, lo, hi);
	w->w_sep = ", ";
	w->w_open = false;
}

/* lo to hi belong to it; what touches becomes one. */
static void
emit(struct walk *w, const uint8_t *lo, const uint8_t *hi)
{
	uint8_t next[16];

	if (memcmp(lo, hi, 16) > 0)
		return;
	memcpy(next, w->w_hi, 16);
	if (w->w_open && step(next, w->w_len, 1) &&
	    memcmp(next, lo, 16) == 0) {
		memcpy(w->w_hi, hi, 16);
		return;
	}
	flush(w);
	w->w_open = true;
	memcpy(w->w_lo, lo, 16);
	memcpy(w->w_hi, hi, 16);
}

static size_t
spans_of(const struct table *t, int af, struct span *sp)
{
	const struct item *i;
	size_t n = 0;
	int bit;

	for (i = t->t_list; i != NULL; i = i->i_next) {
		if (i->i_af != af)
			continue;
		memset(&sp[n], 0, sizeof(*sp));
		memcpy(sp[n].sp_lo, i->i_addr, 16);
		memcpy(sp[n].sp_hi, i->i_addr, 16);
		for (bit = i->i_bits; bit < (af == AF_INET ? 32 : 128); bit++)
			sp[n].sp_hi[bit / 8] |= 0x80 >> bit % 8;
		sp[n].sp_bits = i->i_bits;
		sp[n++].sp_not = i->i_not;
	}
	return (n);
}

/* Close the entries that end before `at`; at NULL: all of them. */
static void
close_spans(struct walk *w, const struct span **stack, int *depth,
    uint8_t *from, const uint8_t *at)
{
	const struct span *top;

	while (*depth > 0) {
		top = stack[*depth - 1];
		if (at != NULL && memcmp(top->sp_hi, at, 16) >= 0)
			return;
		if (!top->sp_not)
			emit(w, from, top->sp_hi);
		memcpy(from, top->sp_hi, 16);
		if (!step(from, w->w_len, 1))
			memset(from, 0xff, 16);
		--*depth;
		/* Past the last address there is nothing more to write. */
		if (*depth > 0 && memcmp(top->sp_hi,
		    stack[*depth - 1]->sp_hi, 16) == 0)
			while (*depth > 0 && memcmp(top->sp_hi,
			    stack[*depth - 1]->sp_hi, 16) == 0)
				--*depth;
	}
}

static bool
elements(const struct table *t, int af, FILE *out, const char *head)
{
	struct walk w = { .w_out = out, .w_af = af,
	    .w_len = af == AF_INET ? 4 : 16, .w_sep = head };
	const struct span *stack[130];
	struct span *sp = calloc(t->t_count + 1, sizeof(*sp));
	uint8_t from[16] = { 0 }, before[16];
	size_t i, n;
	int depth = 0;

	if (sp == NULL)
		err(1, NULL);
	n = spans_of(t, af, sp);
	qsort(sp, n, sizeof(*sp), span_cmp);
	for (i = 0; i < n; i++) {
		if (i > 0 && span_cmp(&sp[i - 1], &sp[i]) == 0)
			continue;
		close_spans(&w, stack, &depth, from, sp[i].sp_lo);
		if (depth > 0 && !stack[depth - 1]->sp_not &&
		    memcmp(from, sp[i].sp_lo, 16) < 0) {
			memcpy(before, sp[i].sp_lo, 16);
			if (step(before, w.w_len, -1))
				emit(&w, from, before);
		}
		memcpy(from, sp[i].sp_lo, 16);
		stack[depth++] = &sp[i];
	}
	close_spans(&w, stack, &depth, from, NULL);
	flush(&w);
	free(sp);
	return (w.w_sep != head);
}

void
table_sets(struct conf *c, const struct table *t, const char *name, FILE *out)
{
	int v;

	(void)c;
	for (v = 4; v <= 6; v += 2) {
		fprintf(out, "\tset %s_%d { type ipv%d_addr; flags interval; ",
		    name, v, v);
		if (elements(t, v == 4 ? AF_INET : AF_INET6, out,
		    "elements = { "))
			fputs(" }; ", out);
		fputs("}\n", out);
		if (t->t_overload)
			fprintf(out, "\tset %s_%dd { type ipv%d_addr; size "
			    "65535; flags dynamic; }\n", name, v, v);
	}
}

void
table_refill(struct conf *c, const struct table *t, const char *name,
    FILE *out)
{
	char *head;
	int v;

	for (v = 4; v <= 6; v += 2) {
		fprintf(out, "flush set " NFT_TABLE " %s_%d\n", name, v);
		if (t->t_overload)
			fprintf(out, "flush set " NFT_TABLE " %s_%dd\n",
			    name, v);
		head = conf_printf(c, "add element " NFT_TABLE " %s_%d { ",
		    name, v);
		if (elements(t, v == 4 ? AF_INET : AF_INET6, out, head))
			fputs(" }\n", out);
	}
}

static bool
holds(const struct item *net, const struct item *i)
{
	int bit;

	if (net->i_af != i->i_af || net->i_bits > i->i_bits)
		return (false);
	for (bit = 0; bit < net->i_bits; bit++)
		if ((net->i_addr[bit / 8] ^ i->i_addr[bit / 8]) &
		    (0x80 >> bit % 8))
			return (false);
	return (true);
}

const struct item *
table_match(const struct table *t, const struct item *i)
{
	const struct item *e, *best = NULL;

	for (e = t->t_list; e != NULL; e = e->i_next)
		if (holds(e, i) && (best == NULL || e->i_bits > best->i_bits))
			best = e;
	return (best);
}
