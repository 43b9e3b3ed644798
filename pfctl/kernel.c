// SPDX-License-Identifier: BSD-2-Clause
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <nftables/libnftables.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compile.h"
#include "kernel.h"
#include "print.h"
#include "tables.h"

#define TEXT_SET	"source"	/* whose comments hold the text */
#define TEXT_CHUNK	96		/* of a comment's 128 bytes */

static struct nft_ctx *nft;

/* ------------------------------------------------------------------------
 * libnftables.
 */

static struct nft_ctx *
context(void)
{
	if (nft != NULL)
		return (nft);
	if ((nft = nft_ctx_new(NFT_CTX_DEFAULT)) == NULL ||
	    nft_ctx_buffer_output(nft) != 0 || nft_ctx_buffer_error(nft) != 0)
		errx(1, "nftables: out of memory");
	return (nft);
}

/* Run it; what it printed until the next call, or NULL when it failed. */
static const char *
run(const char *commands)
{
	return (nft_run_cmd_from_buffer(context(), commands) == 0 ?
	    nft_ctx_get_output_buffer(nft) : NULL);
}

/* The first line of what went wrong, without the place in our text. */
static const char *
why(void)
{
	static char line[256];
	const char *text = nft_ctx_get_error_buffer(context()), *s;

	s = strstr(text, "Error: ");
	s = s == NULL ? text : s + 7;
	snprintf(line, sizeof(line), "%.*s", (int)strcspn(s, "\n"), s);
	return (line[0] == '\0' ? "nftables gives no reason" : line);
}

bool
kernel_has_table(void)
{
	const char *out;

	/* libnftables would say so, too, but where it is not asked to. */
	if (geteuid() != 0)
		errx(1, "only root can ask the kernel for its rules");
	if ((out = run("list tables inet")) == NULL)
		errx(1, "nftables: %s", why());
	return (strstr(out, "table " NFT_TABLE "\n") != NULL);
}

void
kernel_lock(void)
{
	const char *dir = getenv("JAIL_RUN");
	static int fd = -1;
	char path[4096];

	if (fd >= 0)
		return;
	if (dir != NULL && mkdir(dir, 0755) < 0 && errno != EEXIST)
		err(1, "make %s", dir);
	snprintf(path, sizeof(path), "%s/pf.lock", dir == NULL ? "/run" : dir);
	/* Kept open, and so locked, until the end. */
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0 || flock(fd, LOCK_EX) < 0)
		err(1, "lock %s", path);
}

/* ------------------------------------------------------------------------
 * The text.
 */

static int
hex(char c)
{
	return (c >= '0' && c <= '9' ? c - '0' :
	    c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1);
}

/* Elements whose comments are pieces of the text, with %xx for some bytes. */
static void
write_text(FILE *f, const char *text)
{
	unsigned n = 0, len = 0;

	fputs("\tset " TEXT_SET " { type mark; elements = { ", f);
	for (; *text != '\0'; text++) {
		if (len == 0)
			fprintf(f, "%s%u comment \"", n == 0 ? "" : ", ", n);
		if (*text < ' ' || *text > '~' || strchr("\"\\%", *text))
			len += (unsigned)fprintf(f, "%%%02x",
			    (unsigned char)*text);
		else {
			fputc(*text, f);
			len++;
		}
		if (len >= TEXT_CHUNK || text[1] == '\0') {
			fputc('"', f);
			len = 0;
			n++;
		}
	}
	fputs(" }; }\n", f);
}

static char *
decode(const char *s, size_t len)
{
	char *text = malloc(len + 1), *d = text;
	const char *end = s + len;

	if (text == NULL)
		err(1, NULL);
	for (; s < end; s++)
		if (*s == '%' && s + 2 < end + 0 && hex(s[1]) >= 0 &&
		    hex(s[2]) >= 0) {
			*d++ = (char)(hex(s[1]) * 16 + hex(s[2]));
			s += 2;
		} else
			*d++ = *s;
	*d = '\0';
	return (text);
}

struct piece {
	unsigned long	 p_nr;
	const char	*p_text;
	size_t		 p_len;
};

static int
piece_cmp(const void *a, const void *b)
{
	const struct piece *x = a, *y = b;

	return (x->p_nr < y->p_nr ? -1 : x->p_nr > y->p_nr);
}

/* 0x00000000 comment "...", ...: in whatever order. */
static char *
read_text(const char *out)
{
	static const char mark[] = " comment \"";
	struct piece *p = NULL;
	size_t n = 0, room = 0, total = 0, i;
	const char *s = out, *m, *start;
	char *all, *text;

	while ((m = strstr(s, mark)) != NULL) {
		for (start = m; start > out && strchr(" \t\n{,",
		    start[-1]) == NULL; start--)
			;
		if (n == room) {
			room = room * 2 + 64;
			if ((p = reallocarray(p, room, sizeof(*p))) == NULL)
				err(1, NULL);
		}
		p[n].p_nr = strtoul(start, NULL, 0);
		p[n].p_text = m + sizeof(mark) - 1;
		p[n].p_len = strcspn(p[n].p_text, "\"");
		total += p[n].p_len;
		s = p[n].p_text + p[n].p_len;
		n++;
	}
	qsort(p, n, sizeof(*p), piece_cmp);
	if ((all = malloc(total + 1)) == NULL)
		err(1, NULL);
	for (total = 0, i = 0; i < n; i++) {
		memcpy(all + total, p[i].p_text, p[i].p_len);
		total += p[i].p_len;
	}
	text = decode(all, total);
	free(all);
	free(p);
	return (text);
}

/* ------------------------------------------------------------------------
 * What is loaded.
 */

/* Addresses that rules have added by "overload" become ordinary entries. */
static void
take_overloaded(struct conf *c, struct table *t, int v)
{
	const char *out, *s;
	struct item *i;
	char word[64];
	size_t len;

	out = run(conf_printf(c, "list set " NFT_TABLE " %s_%dd",
	    set_name(c, t), v));
	if (out == NULL || (s = strstr(out, "elements = {")) == NULL)
		return;
	for (s += 12; *s != '}' && *s != '\0'; s += len) {
		s += strspn(s, " \t\n,");
		len = strcspn(s, " \t\n,}");
		if (len == 0 || len >= sizeof(word))
			continue;
		memcpy(word, s, len);
		word[len] = '\0';
		i = item_new(c, I_ADDR);
		i->i_af = v == 4 ? AF_INET : AF_INET6;
		i->i_bits = v == 4 ? 32 : 128;
		if (inet_pton(i->i_af, word, i->i_addr) == 1 &&
		    !table_has(t, i))
			table_add(t, i);
	}
}

static void
find_overloads(struct conf *c)
{
	const struct ruleset *rs;
	const struct rule *r;
	struct table *t;

	for (rs = c->c_rulesets; rs != NULL; rs = rs->rs_next)
		for (r = rs->rs_rules; r != NULL; r = r->r_next) {
			if (r->r_so.so_overload == NULL)
				continue;
			t = conf_find_table(c, rs->rs_path,
			    r->r_so.so_overload);
			if (t == NULL || t->t_overload)
				continue;
			t->t_overload = true;
			take_overloaded(c, t, 4);
			take_overloaded(c, t, 6);
		}
}

struct conf *
kernel_load(void)
{
	struct conf *c = conf_new();
	const char *out;
	char *text;

	if (!kernel_has_table())
		return (c);
	out = run("list set " NFT_TABLE " " TEXT_SET);
	if (out == NULL)
		errx(1, "the nftables table \"" NFT_TABLE "\" is not pfctl's: "
		    "%s", why());
	text = read_text(out);
	if (text_parse(c, text) != 0)
		errx(1, "the rules in the kernel cannot be read: they are of "
		    "another version; remove them with pfctl -F all or "
		    "\"nft delete table " NFT_TABLE "\"");
	free(text);
	find_overloads(c);
	return (c);
}

/* ------------------------------------------------------------------------
 * Changing it.
 */

/* "delete chain", "delete set" ... for all of a sort that the table has. */
static void
delete_all(FILE *f, const char *listing, const char *sort, bool keep_bases)
{
	const char *s = listing;
	size_t len = strlen(sort);

	while (*s != '\0') {
		/* One tab; what is in chains and sets has two. */
		if (s[0] == '\t' && strncmp(s + 1, sort, len) == 0 &&
		    s[len + 1] == ' ' &&
		    !(keep_bases && strncmp(s + len + 2, "base_", 5) == 0))
			fprintf(f, "delete %s " NFT_TABLE " %.*s\n", sort,
			    (int)strcspn(s + len + 2, " {"), s + len + 2);
		s = strchrnul(s, '\n');
		s += *s == '\n';
	}
}

static void
clear_old(FILE *f, bool keep_bases)
{
	const char *out;

	if (!kernel_has_table())
		return;
	nft_ctx_output_set_flags(nft, NFT_CTX_OUTPUT_TERSE);
	out = run("list table " NFT_TABLE);
	nft_ctx_output_set_flags(nft, 0);
	if (out == NULL)
		errx(1, "nftables: %s", why());
	fputs("flush table " NFT_TABLE "\n", f);
	delete_all(f, out, "chain", keep_bases);
	delete_all(f, out, "map", false);
	delete_all(f, out, "set", false);
	delete_all(f, out, "counter", false);
}

/*
 * Compile what will be read back, not what was read: so rules have the same
 * numbers whenever they are looked at.  NULL: it cannot be read back.
 */
static struct conf *
stored(const char *text)
{
	struct conf *copy = conf_new();
	char *again;
	bool same;

	copy->c_quiet = true;
	if (text_parse(copy, text) == 0) {
		again = text_of(copy);
		same = strcmp(text, again) == 0;
		free(again);
		if (same)
			return (copy);
	}
	conf_free(copy);
	return (NULL);
}

/* Only for what it says of rules that have no equal. */
static int
check(struct conf *c, const char *name)
{
	char *nothing;
	size_t len;
	FILE *f = open_memstream(&nothing, &len);
	int errors;

	if (f == NULL)
		err(1, NULL);
	errors = compile(c, name, f);
	fclose(f);
	free(nothing);
	return (errors);
}

/* Say what nftables made of it. */
static void
explain(bool debug)
{
	warnx("nftables refuses the rules: %s", why());
	if (debug)
		fputs(nft_ctx_get_error_buffer(nft), stderr);
}

/* All the commands that make the kernel hold it. */
static char *
commands_for(struct conf *c, const char *text, bool look)
{
	char *commands;
	size_t len;
	FILE *f = open_memstream(&commands, &len);

	if (f == NULL)
		err(1, NULL);
	if (look)
		clear_old(f, c->c_enabled);
	fputs("table " NFT_TABLE " {\n", f);
	(void)compile(c, "loaded rules", f);
	write_text(f, text);
	fputs("}\n", f);
	if (fclose(f) != 0)
		err(1, NULL);
	return (commands);
}

int
kernel_commit(struct conf *c, const char *name, bool dry, bool debug)
{
	bool root = geteuid() == 0;
	char *commands, *text;
	struct conf *copy;
	int ret = 0;

	if (check(c, name) != 0)
		return (-1);
	text = text_of(c);
	if ((copy = stored(text)) == NULL) {
		warnx("%s: the rules cannot be kept as text: a quoted name "
		    "in them means something else without quotes", name);
		if (debug)
			fputs(text, stderr);
		free(text);
		return (-1);
	}
	commands = commands_for(copy, text, root);
	if (debug)
		fputs(commands, stderr);
	if (root || !dry) {
		nft_ctx_set_dry_run(context(), dry);
		if (run(commands) == NULL) {
			explain(debug);
			ret = -1;
		}
		nft_ctx_set_dry_run(nft, false);
	}
	conf_free(copy);
	free(commands);
	free(text);
	return (ret);
}

int
kernel_commit_table(struct conf *c, const struct table *t)
{
	char *commands, *text = text_of(c);
	size_t len;
	FILE *f = open_memstream(&commands, &len);
	int ret = 0;

	if (f == NULL)
		err(1, NULL);
	table_refill(c, t, set_name(c, t), f);
	fputs("flush set " NFT_TABLE " " TEXT_SET "\ntable " NFT_TABLE
	    " {\n", f);
	write_text(f, text);
	fputs("}\n", f);
	if (fclose(f) != 0)
		err(1, NULL);
	if (run(commands) == NULL) {
		warnx("nftables refuses the table: %s", why());
		ret = -1;
	}
	free(commands);
	free(text);
	return (ret);
}

int
kernel_remove(void)
{
	if (!kernel_has_table())
		return (0);
	if (run("delete table " NFT_TABLE) == NULL) {
		warnx("nftables: %s", why());
		return (-1);
	}
	return (0);
}

/* ------------------------------------------------------------------------
 * Counters.
 */

static char *listing;		/* of all counters; names stand before { */

void
kernel_counters(void)
{
	const char *out;

	if (!kernel_has_table())
		return;
	if ((out = run("list counters table " NFT_TABLE)) == NULL)
		errx(1, "nftables: %s", why());
	free(listing);
	if ((listing = strdup(out)) == NULL)
		err(1, NULL);
}

struct counter
kernel_counter(const char *name)
{
	struct counter ctr = { 0, 0 };
	char head[64];
	const char *s;
	unsigned long long p, b;

	snprintf(head, sizeof(head), "counter %s {", name);
	if (listing == NULL || (s = strstr(listing, head)) == NULL)
		return (ctr);
	if (sscanf(s + strlen(head), " packets %llu bytes %llu", &p, &b) == 2)
		ctr = (struct counter){ p, b };
	return (ctr);
}
