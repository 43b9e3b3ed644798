// SPDX-License-Identifier: BSD-2-Clause
/* -T: the addresses in tables. */
#include <sys/socket.h>

#include <err.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel.h"
#include "pfctl.h"
#include "print.h"
#include "source.h"
#include "tables.h"

struct change {
	const struct args *ch_args;
	struct conf	*ch_conf;
	struct table	*ch_table;
	struct item	*ch_items;	/* named on the command line */
	unsigned	 ch_n;
};

/* ------------------------------------------------------------------------
 * What the words name.
 */

static void
take_word(struct change *ch, const char *word)
{
	struct conf *c = ch->ch_conf;
	struct item *list, *i;
	const char *why;
	char *copy, *slash;
	bool not = false;
	int bits = -1;

	for (; *word == '!'; word++)
		not = !not;
	copy = conf_strdup(c, word);
	if ((slash = strchr(copy, '/')) != NULL) {
		*slash++ = '\0';
		if (*slash == '\0' || strlen(slash) > 3 ||
		    strspn(slash, "0123456789") != strlen(slash))
			errx(1, "%s: no prefix is %s", word, slash);
		bits = atoi(slash);
	}
	list = hosts_of(c, copy, bits, true, &why);
	if (list == NULL)
		errx(1, "%s %s", why, word);
	for (i = list; i != NULL; i = i->i_next) {
		i->i_not = not;
		ch->ch_n++;
	}
	ch->ch_items = item_join(ch->ch_items, list);
}

static void
take_file(struct change *ch, const char *file)
{
	size_t len;
	char *text = read_file(file, &len), *rest = text, *line, *word;

	if (text == NULL)
		err(1, "%s", file);
	while ((line = strsep(&rest, "\n")) != NULL) {
		line[strcspn(line, "#;")] = '\0';
		while ((word = strsep(&line, " \t\r,")) != NULL)
			if (word[0] != '\0')
				take_word(ch, word);
	}
	free(text);
}

static void
tell(const struct change *ch, char sign, const struct item *i)
{
	char text[PRINT_ADDR];

	if (ch->ch_args->a_verbose == 0)
		return;
	print_addr(i, text);
	printf("%c  %s%s\n", sign, i->i_not ? "!" : "", text);
}

/* ------------------------------------------------------------------------
 * The changes; each returns how many addresses it was about.
 */

static unsigned
do_add(struct change *ch)
{
	struct item *i, *next;
	unsigned n = 0;

	for (i = ch->ch_items; i != NULL; i = next) {
		next = i->i_next;
		if (table_has(ch->ch_table, i))
			continue;
		table_add(ch->ch_table, i);
		tell(ch, 'A', i);
		n++;
	}
	ch->ch_items = NULL;
	return (n);
}

static bool
table_remove(struct table *t, const struct item *i)
{
	struct item **p, *e;

	for (p = &t->t_list; (e = *p) != NULL; p = &e->i_next)
		if (item_same_addr(e, i)) {
			*p = e->i_next;
			if (t->t_tail == &e->i_next)
				t->t_tail = p;
			t->t_count--;
			return (true);
		}
	return (false);
}

static unsigned
do_delete(struct change *ch)
{
	const struct item *i;
	unsigned n = 0;

	for (i = ch->ch_items; i != NULL; i = i->i_next)
		if (table_remove(ch->ch_table, i)) {
			tell(ch, 'D', i);
			n++;
		}
	return (n);
}

static unsigned
do_flush(struct change *ch)
{
	unsigned n = (unsigned)ch->ch_table->t_count;

	ch->ch_table->t_list = NULL;
	ch->ch_table->t_tail = &ch->ch_table->t_list;
	ch->ch_table->t_count = 0;
	return (n);
}

static bool
listed(const struct item *list, const struct item *i)
{
	for (; list != NULL; list = list->i_next)
		if (item_same_addr(list, i))
			return (true);
	return (false);
}

static void
do_replace(struct change *ch)
{
	struct item *i, *next;
	unsigned added, deleted = 0;

	for (i = ch->ch_table->t_list; i != NULL; i = next) {
		next = i->i_next;
		if (listed(ch->ch_items, i))
			continue;
		tell(ch, 'D', i);
		table_remove(ch->ch_table, i);
		deleted++;
	}
	added = do_add(ch);
	if (added != 0)
		say(ch->ch_args, "%u addresses added.", added);
	if (deleted != 0)
		say(ch->ch_args, "%u addresses deleted.", deleted);
	if (added == 0 && deleted == 0)
		say(ch->ch_args, "no changes.");
}

/* ------------------------------------------------------------------------
 * Questions.
 */

static void
host_name(const struct item *i)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	struct sockaddr_in6 sin6 = { .sin6_family = AF_INET6 };
	char host[NI_MAXHOST];
	int e;

	memcpy(&sin.sin_addr, i->i_addr, 4);
	memcpy(&sin6.sin6_addr, i->i_addr, 16);
	e = i->i_af == AF_INET ?
	    getnameinfo((struct sockaddr *)&sin, sizeof(sin), host,
	    sizeof(host), NULL, 0, NI_NAMEREQD) :
	    getnameinfo((struct sockaddr *)&sin6, sizeof(sin6), host,
	    sizeof(host), NULL, 0, NI_NAMEREQD);
	if (e == 0)
		printf("\t(%s)", host);
}

static void
do_show(const struct change *ch)
{
	const struct item *i;
	char text[PRINT_ADDR];

	for (i = ch->ch_table->t_list; i != NULL; i = i->i_next) {
		print_addr(i, text);
		printf("   %s%s", i->i_not ? "!" : "", text);
		if (ch->ch_args->a_resolve)
			host_name(i);
		putchar('\n');
	}
}

/* 0 when all are in it, 2 otherwise. */
static int
do_test(const struct change *ch)
{
	const struct item *i, *e;
	char text[PRINT_ADDR], entry_[PRINT_ADDR];
	unsigned n = 0;

	for (i = ch->ch_items; i != NULL; i = i->i_next) {
		e = table_match(ch->ch_table, i);
		if (e == NULL || e->i_not)
			continue;
		n++;
		if (ch->ch_args->a_verbose == 0)
			continue;
		print_addr(i, text);
		print_addr(e, entry_);
		if (ch->ch_args->a_verbose > 1)
			printf("M  %s %s\n", text, entry_);
		else
			printf("M  %s\n", text);
	}
	say(ch->ch_args, "%u/%u addresses match.", n, ch->ch_n);
	return (n == ch->ch_n ? 0 : 2);
}

/* ------------------------------------------------------------------------
 * Which command.
 */

enum command { T_ADD, T_DELETE, T_EXPIRE, T_FLUSH, T_KILL, T_REPLACE, T_SHOW,
	T_TEST, T_ZERO, T_LOAD, T_RESET, T_NONE };

static const char *const commands[] = { "add", "delete", "expire", "flush",
	"kill", "replace", "show", "test", "zero", "load", "reset" };

static enum command
command_find(const char *word)
{
	enum command found = T_NONE;
	int i;

	for (i = 0; i < T_NONE; i++)
		if (strncmp(commands[i], word, strlen(word)) == 0) {
			if (found != T_NONE)
				return (T_NONE);
			found = (enum command)i;
		}
	return (found);
}

static bool
is_used(struct conf *c, const char *path, const char *name)
{
	struct table *t = conf_table(c, path, name, false);

	/* Only what nobody asks for is dropped. */
	t->t_persist = false;
	drop_unused_tables(c);
	return (conf_table(c, path, name, false) != NULL);
}

static int
do_kill(struct change *ch, const char *name)
{
	struct conf *c = ch->ch_conf;

	do_flush(ch);
	if (is_used(c, ch->ch_args->a_anchor, name))
		ch->ch_table->t_defined = false;
	if (!ch->ch_args->a_noaction &&
	    kernel_commit(c, "loaded rules", false,
	    ch->ch_args->a_debug) != 0)
		return (1);
	say(ch->ch_args, "1 table deleted.");
	return (0);
}

/* A table that is not there is made, and persists, when it is added to. */
static bool
find_table(struct change *ch, const char *name, bool make)
{
	const struct args *a = ch->ch_args;

	if (!table_name_ok(name))
		errx(1, "table name \"%s\": letters, digits, '_', '-' and "
		    "'.', at most 31", name);
	ch->ch_table = conf_table(ch->ch_conf, a->a_anchor, name, false);
	if (ch->ch_table != NULL) {
		if (make && ch->ch_table->t_const)
			errx(1, "Table is const: Operation not permitted.");
		return (false);
	}
	if (!make)
		errx(1, "Table does not exist.");
	ch->ch_table = conf_table(ch->ch_conf, a->a_anchor, name, true);
	ch->ch_table->t_persist = ch->ch_table->t_defined = true;
	conf_ruleset(ch->ch_conf, a->a_anchor, true);
	say(a, "1 table created.");
	return (true);
}

static int
commit(struct change *ch, bool created)
{
	const struct args *a = ch->ch_args;

	if (a->a_noaction)
		return (0);
	if (created || !kernel_has_table())
		return (kernel_commit(ch->ch_conf, "loaded rules", false,
		    a->a_debug) != 0);
	return (kernel_commit_table(ch->ch_conf, ch->ch_table) != 0);
}

static int
change(struct change *ch, enum command cmd, bool created)
{
	const struct args *a = ch->ch_args;
	unsigned n;

	switch (cmd) {
	case T_ADD:
		n = do_add(ch);
		if (commit(ch, created) != 0)
			return (1);
		say(a, "%u/%u addresses added.", n, ch->ch_n);
		break;
	case T_DELETE:
		n = do_delete(ch);
		if (commit(ch, created) != 0)
			return (1);
		say(a, "%u/%u addresses deleted.", n, ch->ch_n);
		break;
	case T_FLUSH:
		n = do_flush(ch);
		if (commit(ch, created) != 0)
			return (1);
		say(a, "%u addresses deleted.", n);
		break;
	default:
		do_replace(ch);
		return (commit(ch, created));
	}
	return (0);
}

int
table_command(const struct args *a, const char *name, const char *word,
    const char *file, char *const *words, int nwords)
{
	enum command cmd = command_find(word);
	struct change ch = { .ch_args = a };
	bool created, changes;
	int i, ret;

	if (cmd == T_NONE) {
		warnx("Unknown table command '%s'", word);
		return (1);
	}
	if (cmd == T_EXPIRE || cmd == T_ZERO || cmd == T_LOAD ||
	    cmd == T_RESET) {
		warnx("-T %s: %s", commands[cmd], cmd == T_LOAD ?
		    "the tables of a file are loaded, without -t" :
		    "addresses have no ages and no counters here");
		return (1);
	}
	changes = cmd != T_SHOW && cmd != T_TEST;
	if (changes)
		kernel_lock();
	ch.ch_conf = kernel_load();
	created = find_table(&ch, name, cmd == T_ADD || cmd == T_REPLACE);
	if (changes && ch.ch_table->t_const)
		errx(1, "Table is const: Operation not permitted.");
	for (i = 0; i < nwords; i++)
		take_word(&ch, words[i]);
	if (file != NULL)
		take_file(&ch, file);
	if (cmd == T_SHOW) {
		do_show(&ch);
		ret = 0;
	} else if (cmd == T_TEST)
		ret = do_test(&ch);
	else if (cmd == T_KILL)
		ret = do_kill(&ch, name);
	else
		ret = change(&ch, cmd, created);
	conf_free(ch.ch_conf);
	return (ret);
}
