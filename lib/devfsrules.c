// SPDX-License-Identifier: BSD-2-Clause
#include "devfsrules.h"

#include <sys/queue.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "errmsg.h"
#include "fd.h"

#define BLANKS		" \t\r\n"
#define FILE_MAX	(1024 * 1024)
#define INCLUDE_DEPTH	16	/* as deep as includes go */
#define DEV_DEPTH	4	/* as deep as /dev is looked at */
#define NODES_MAX	4096
#define WORD_MAX	128
#define RULE_STEP	100	/* between the numbers of rules without one */

static const char builtin[] = {
#include "devfs.rules.inc"
	0
};

/* What a rule asks of a node ("add type disk path x"), and does to it. */
struct rule {
	TAILQ_ENTRY(rule) tq;
	int		 ru_number;
	char		*ru_path;	/* a pattern, NULL: any */
	int		 ru_type;	/* TYPE_, 0: any */
	unsigned	 ru_acts;	/* ACT_ */
	uid_t		 ru_uid;
	gid_t		 ru_gid;
	mode_t		 ru_mode;
	int		 ru_include;
};

TAILQ_HEAD(rules, rule);

#define TYPE_DISK	1
#define TYPE_TAPE	2
#define TYPE_TTY	3
#define TYPE_MEM	4

#define ACT_HIDE	0x01
#define ACT_UNHIDE	0x02
#define ACT_UID		0x04
#define ACT_GID		0x08
#define ACT_MODE	0x10
#define ACT_INCLUDE	0x20

struct ruleset {
	TAILQ_ENTRY(ruleset) tq;
	int		 rs_number;
	char		*rs_name;
	struct rules	 rs_rules;	/* by number */
};

struct devfs_rules {
	TAILQ_HEAD(, ruleset) dr_sets;
};

/* Where a parser is. */
struct place {
	const char	*pl_file;
	int		 pl_line;
};

/* ------------------------------------------------------------------------
 * Reading.
 */

static int
complain(const struct place *pl, const char *word, const char *what)
{
	return (jail_errx(EINVAL, "%s line %d: %s: %s", pl->pl_file,
	    pl->pl_line, word, what));
}

/*
 * The next word of a line, without the quotes that FreeBSD's files have for
 * the shell's sake.  1, 0 at the end, -1.
 */
static int
next_word(const struct place *pl, const char **line, char word[WORD_MAX])
{
	const char *p = *line + strspn(*line, BLANKS);
	char quote = '\0';
	size_t n = 0;

	if (*p == '\0' || *p == '#')
		return (0);
	for (; *p != '\0' && (quote != '\0' || strchr(BLANKS, *p) == NULL);
	    p++) {
		if (quote == '\0' ? *p == '\'' || *p == '"' : *p == quote) {
			quote = quote == '\0' ? *p : '\0';
			continue;
		}
		if (n + 1 == WORD_MAX) {
			word[20] = '\0';
			return (complain(pl, word, "too long a word"));
		}
		word[n++] = *p;
	}
	word[n] = '\0';
	*line = p;
	return (quote != '\0' ? complain(pl, word, "a quote is not closed") :
	    1);
}

/* A whole number, or -1. */
static long
number(const char *s, int base, long max)
{
	char *end;
	long n;

	if (*s < '0' || *s > '9')
		return (-1);
	errno = 0;
	n = strtol(s, &end, base);
	return (errno != 0 || *end != '\0' || n > max ? -1 : n);
}

static struct ruleset *
find_set(const struct devfs_rules *dr, int n, const char *name)
{
	struct ruleset *rs;

	TAILQ_FOREACH(rs, &dr->dr_sets, tq)
		if (name != NULL ? strcmp(rs->rs_name, name) == 0 :
		    rs->rs_number == n)
			return (rs);
	return (NULL);
}

static void
empty_set(struct ruleset *rs)
{
	struct rule *ru;

	while ((ru = TAILQ_FIRST(&rs->rs_rules)) != NULL) {
		TAILQ_REMOVE(&rs->rs_rules, ru, tq);
		free(ru->ru_path);
		free(ru);
	}
	free(rs->rs_name);
	rs->rs_name = NULL;
}

/* "[name=number]" begins a ruleset. */
static struct ruleset *
begin_set(struct devfs_rules *dr, const struct place *pl, char *word)
{
	char *equals = strchr(word, '='), *end = strchr(word, ']');
	struct ruleset *rs;
	long n = -1;

	if (equals != NULL && end != NULL && end > equals && end[1] == '\0' &&
	    equals > word + 1) {
		*end = '\0';
		n = number(equals + 1, 10, DEVFS_MAX);
		*end = ']';
	}
	if (n <= 0) {
		complain(pl, word, "not a [name=number]");
		return (NULL);
	}
	*equals = '\0';
	if ((rs = find_set(dr, n, NULL)) != NULL)
		empty_set(rs);
	else if ((rs = calloc(1, sizeof(*rs))) != NULL) {
		rs->rs_number = n;
		TAILQ_INIT(&rs->rs_rules);
		TAILQ_INSERT_TAIL(&dr->dr_sets, rs, tq);
	}
	if (rs == NULL || (rs->rs_name = strdup(word + 1)) == NULL) {
		jail_err(ENOMEM, "%s", pl->pl_file);
		return (NULL);
	}
	return (rs);
}

static int
parse_type(const struct place *pl, struct rule *ru, const char *word)
{
	static const char *const names[] = {
		NULL, "disk", "tape", "tty", "mem"
	};
	int i;

	for (i = TYPE_DISK; i <= TYPE_MEM; i++)
		if (strcmp(word, names[i]) == 0) {
			ru->ru_type = i;
			return (0);
		}
	return (complain(pl, word, "not a type of device (disk, tape, tty, "
	    "mem)"));
}

static int
parse_include(const struct devfs_rules *dr, const struct place *pl,
    struct rule *ru, const char *word)
{
	const struct ruleset *rs;
	long n;

	if (word[0] == '$') {
		if ((rs = find_set(dr, 0, word + 1)) == NULL)
			return (complain(pl, word, "no ruleset of that name "
			    "above"));
		n = rs->rs_number;
	} else if ((n = number(word, 10, DEVFS_MAX)) <= 0)
		return (complain(pl, word, "not a ruleset's number or $name"));
	ru->ru_include = n;
	ru->ru_acts |= ACT_INCLUDE;
	return (0);
}

/*
 * The number of a name in /etc/passwd or /etc/group, its third field; -1:
 * there is none.  Users of other sources, such as LDAP, have no devices.
 */
static long
name_number(const char *file, const char *name)
{
	_cleanup_fclose_ FILE *f = fopen(file, "re");
	_cleanup_free_ char *line = NULL;
	char *rest, *field;
	size_t size = 0;

	while (f != NULL && getline(&line, &size, f) != -1) {
		rest = line;
		field = strsep(&rest, ":");
		if (strcmp(field, name) != 0 || strsep(&rest, ":") == NULL ||
		    (field = strsep(&rest, ":")) == NULL)
			continue;
		return (number(field, 10, INT_MAX));
	}
	return (-1);
}

static int
parse_user(const struct place *pl, struct rule *ru, const char *word)
{
	long n = number(word, 10, INT_MAX);

	if (n == -1 && (n = name_number("/etc/passwd", word)) == -1)
		return (complain(pl, word, "no such user"));
	ru->ru_uid = n;
	ru->ru_acts |= ACT_UID;
	return (0);
}

static int
parse_group(const struct place *pl, struct rule *ru, const char *word)
{
	long n = number(word, 10, INT_MAX);

	if (n == -1 && (n = name_number("/etc/group", word)) == -1)
		return (complain(pl, word, "no such group"));
	ru->ru_gid = n;
	ru->ru_acts |= ACT_GID;
	return (0);
}

/* One of a rule's words that take another: path, type, user, ... */
static int
parse_pair(const struct devfs_rules *dr, const struct place *pl,
    struct rule *ru, const char *word, const char *arg)
{
	long n;

	if (strcmp(word, "path") == 0) {
		free(ru->ru_path);
		return ((ru->ru_path = strdup(arg)) != NULL ? 0 :
		    jail_err(ENOMEM, "%s", pl->pl_file));
	}
	if (strcmp(word, "type") == 0)
		return (parse_type(pl, ru, arg));
	if (strcmp(word, "include") == 0)
		return (parse_include(dr, pl, ru, arg));
	if (strcmp(word, "user") == 0)
		return (parse_user(pl, ru, arg));
	if (strcmp(word, "group") == 0)
		return (parse_group(pl, ru, arg));
	if (strcmp(word, "mode") != 0)
		return (complain(pl, word, "unknown word"));
	if ((n = number(arg, 8, 07777)) == -1)
		return (complain(pl, arg, "not a mode in octal"));
	ru->ru_mode = n;
	ru->ru_acts |= ACT_MODE;
	return (0);
}

static int
parse_words(const struct devfs_rules *dr, const struct place *pl,
    struct rule *ru, const char *line)
{
	char word[WORD_MAX], arg[WORD_MAX];
	int first = 1, got;
	long n;

	while ((got = next_word(pl, &line, word)) == 1) {
		n = first ? number(word, 10, DEVFS_MAX) : -1;
		first = 0;
		if (n > 0)
			ru->ru_number = n;
		else if (strcmp(word, "hide") == 0)
			ru->ru_acts = (ru->ru_acts & ~ACT_UNHIDE) | ACT_HIDE;
		else if (strcmp(word, "unhide") == 0)
			ru->ru_acts = (ru->ru_acts & ~ACT_HIDE) | ACT_UNHIDE;
		else if ((got = next_word(pl, &line, arg)) == -1)
			return (-1);
		else if (got == 0)
			return (complain(pl, word, "a word is missing after "
			    "it"));
		else if (parse_pair(dr, pl, ru, word, arg) == -1)
			return (-1);
	}
	if (got == 0 && ru->ru_acts == 0)
		return (complain(pl, "add", "nothing is to be done"));
	return (got);
}

/* "add [number] [path pattern] [type type] action ..." */
static int
add_rule(const struct devfs_rules *dr, const struct place *pl,
    struct ruleset *rs, const char *line)
{
	struct rule *ru = calloc(1, sizeof(*ru)), *last, *other;

	if (ru == NULL)
		return (jail_err(ENOMEM, "%s", pl->pl_file));
	if ((last = TAILQ_LAST(&rs->rs_rules, rules)) != NULL)
		ru->ru_number = last->ru_number;
	ru->ru_number += RULE_STEP;
	if (parse_words(dr, pl, ru, line) == -1) {
		free(ru->ru_path);
		free(ru);
		return (-1);
	}
	TAILQ_FOREACH(other, &rs->rs_rules, tq)
		if (other->ru_number > ru->ru_number)
			break;
	if (other != NULL)
		TAILQ_INSERT_BEFORE(other, ru, tq);
	else
		TAILQ_INSERT_TAIL(&rs->rs_rules, ru, tq);
	return (0);
}

static int
parse_line(struct devfs_rules *dr, const struct place *pl,
    struct ruleset **rs, const char *line)
{
	char word[WORD_MAX];
	int got = next_word(pl, &line, word);

	if (got != 1)
		return (got);
	if (word[0] == '[') {
		if ((*rs = begin_set(dr, pl, word)) == NULL)
			return (-1);
		got = next_word(pl, &line, word);
		return (got == 1 ? complain(pl, word, "unknown word") : got);
	}
	if (strcmp(word, "add") != 0)
		return (complain(pl, word, "neither [name=number] nor "
		    "\"add\""));
	if (*rs == NULL)
		return (complain(pl, word, "no [name=number] above it"));
	return (add_rule(dr, pl, *rs, line));
}

struct devfs_rules *
devfs_rules_new(void)
{
	struct devfs_rules *dr = calloc(1, sizeof(*dr));

	if (dr == NULL)
		jail_err(ENOMEM, "devfs rules");
	else
		TAILQ_INIT(&dr->dr_sets);
	return (dr);
}

void
devfs_rules_free(struct devfs_rules *dr)
{
	struct ruleset *rs;

	while (dr != NULL && (rs = TAILQ_FIRST(&dr->dr_sets)) != NULL) {
		TAILQ_REMOVE(&dr->dr_sets, rs, tq);
		empty_set(rs);
		free(rs);
	}
	free(dr);
}

int
devfs_rules_parse(struct devfs_rules *dr, const char *name, const char *text)
{
	_cleanup_free_ char *copy = strdup(text);
	char *rest = copy, *line;
	struct place pl = { .pl_file = name };
	struct ruleset *rs = NULL;

	if (copy == NULL)
		return (jail_err(ENOMEM, "%s", name));
	while ((line = strsep(&rest, "\n")) != NULL) {
		pl.pl_line++;
		if (parse_line(dr, &pl, &rs, line) == -1)
			return (-1);
	}
	return (0);
}

/* Whose /etc: another one for tests. */
static const char *
etc_dir(void)
{
	const char *dir = secure_getenv("JAIL_ETC");

	return (dir != NULL && *dir == '/' ? dir : "/etc");
}

/* Read a file of rules, if it is there. */
static int
read_file(struct devfs_rules *dr, const char *name)
{
	_cleanup_fclose_ FILE *f = NULL;
	_cleanup_free_ char *text = malloc(FILE_MAX + 1);
	char path[PATH_MAX];
	size_t n;

	snprintf(path, sizeof(path), "%s/%s", etc_dir(), name);
	if (text == NULL)
		return (jail_err(ENOMEM, "%s", path));
	if ((f = fopen(path, "re")) == NULL)
		return (errno == ENOENT ? 0 : jail_err(errno, "%s", path));
	n = fread(text, 1, FILE_MAX + 1, f);
	if (ferror(f) || n > FILE_MAX)
		return (jail_err(n > FILE_MAX ? EFBIG : errno, "%s", path));
	text[n] = '\0';
	return (devfs_rules_parse(dr, path, text));
}

struct devfs_rules *
devfs_rules_read(void)
{
	struct devfs_rules *dr = devfs_rules_new();

	if (dr == NULL)
		return (NULL);
	if (devfs_rules_parse(dr, "devfs.rules", builtin) == -1 ||
	    read_file(dr, "defaults/devfs.rules") == -1 ||
	    read_file(dr, "devfs.rules") == -1) {
		devfs_rules_free(dr);
		return (NULL);
	}
	return (dr);
}

/* ------------------------------------------------------------------------
 * Applying.
 */

/* What every devfs may have, whatever the host's /dev is like. */
static const struct {
	const char	*name;
	mode_t		 mode;
	unsigned	 major, minor;
	const char	*to;
} always[] = {
	{ "null", S_IFCHR | 0666, 1, 3, NULL },
	{ "zero", S_IFCHR | 0666, 1, 5, NULL },
	{ "full", S_IFCHR | 0666, 1, 7, NULL },
	{ "random", S_IFCHR | 0666, 1, 8, NULL },
	{ "urandom", S_IFCHR | 0666, 1, 9, NULL },
	{ "tty", S_IFCHR | 0666, 5, 0, NULL },
	{ "pts", S_IFDIR | 0755, 0, 0, NULL },
	{ "shm", S_IFDIR | 0755, 0, 0, NULL },
	{ "fd", S_IFLNK | 0777, 0, 0, "/proc/self/fd" },
	{ "stdin", S_IFLNK | 0777, 0, 0, "/proc/self/fd/0" },
	{ "stdout", S_IFLNK | 0777, 0, 0, "/proc/self/fd/1" },
	{ "stderr", S_IFLNK | 0777, 0, 0, "/proc/self/fd/2" },
	{ "ptmx", S_IFLNK | 0777, 0, 0, "pts/ptmx" },
};
#define NALWAYS		(sizeof(always) / sizeof(always[0]))

/* A list of nodes that grows, and what is known of the devfs to be. */
struct walk {
	const struct devfs_rules *wa_dr;
	const struct ruleset	*wa_rs;
	struct devfs_node	*wa_nodes;
	int			 wa_n;
	int			 wa_room;
};

/*
 * Types of FreeBSD's, by Linux's majors: mem 1; terminals, consoles and
 * pseudo terminals; SCSI tapes.
 */
static int
type_of(const struct devfs_node *dn)
{
	unsigned m = major(dn->dn_dev);

	if (S_ISBLK(dn->dn_mode))
		return (TYPE_DISK);
	if (!S_ISCHR(dn->dn_mode))
		return (strcmp(dn->dn_name, "ptmx") == 0 ? TYPE_TTY : 0);
	switch (m) {
	case 1:
		return (TYPE_MEM);
	case 4:
	case 5:
	case 188:
	case 204:
		return (TYPE_TTY);
	case 9:
		return (TYPE_TAPE);
	default:
		return (m >= 136 && m <= 143 ? TYPE_TTY : 0);
	}
}

/* Let the rules of a set say what becomes of a node.  0, or -1. */
static int
apply(const struct devfs_rules *dr, const struct ruleset *rs,
    struct devfs_node *dn, int *seen, int depth)
{
	const struct ruleset *other;
	const struct rule *ru;

	if (depth > INCLUDE_DEPTH)
		return (jail_errx(ELOOP, "devfs ruleset %d: its includes go "
		    "round in circles", rs->rs_number));
	TAILQ_FOREACH(ru, &rs->rs_rules, tq) {
		if ((ru->ru_path != NULL && fnmatch(ru->ru_path, dn->dn_name,
		    FNM_PATHNAME) != 0) ||
		    (ru->ru_type != 0 && ru->ru_type != type_of(dn)))
			continue;
		if ((ru->ru_acts & ACT_INCLUDE) != 0) {
			other = find_set(dr, ru->ru_include, NULL);
			if (other == NULL)
				return (jail_errx(ENOENT, "devfs ruleset %d: "
				    "includes %d, which is nowhere",
				    rs->rs_number, ru->ru_include));
			if (apply(dr, other, dn, seen, depth + 1) == -1)
				return (-1);
		}
		if ((ru->ru_acts & ACT_HIDE) != 0)
			*seen = 0;
		if ((ru->ru_acts & ACT_UNHIDE) != 0)
			*seen = 1;
		if ((ru->ru_acts & ACT_UID) != 0)
			dn->dn_uid = ru->ru_uid;
		if ((ru->ru_acts & ACT_GID) != 0)
			dn->dn_gid = ru->ru_gid;
		if ((ru->ru_acts & ACT_MODE) != 0)
			dn->dn_mode = (dn->dn_mode & S_IFMT) | ru->ru_mode;
	}
	return (0);
}

/* A node that there could be: is it seen?  Then it is one of the list. */
static int
consider(struct walk *wa, struct devfs_node *dn)
{
	struct devfs_node *more;
	int seen = 1;

	if (apply(wa->wa_dr, wa->wa_rs, dn, &seen, 0) == -1)
		return (-1);
	if (!seen)
		return (0);
	if (wa->wa_n == NODES_MAX)
		return (jail_errx(E2BIG, "devfs ruleset %d: more than %d "
		    "nodes", wa->wa_rs->rs_number, NODES_MAX));
	if (wa->wa_n == wa->wa_room) {
		wa->wa_room = wa->wa_room * 2 + 32;
		more = reallocarray(wa->wa_nodes, wa->wa_room, sizeof(*more));
		if (more == NULL)
			return (jail_err(errno, "devfs"));
		wa->wa_nodes = more;
	}
	wa->wa_nodes[wa->wa_n++] = *dn;
	return (0);
}

static int
consider_always(struct walk *wa)
{
	struct devfs_node dn;
	size_t i;

	for (i = 0; i < NALWAYS; i++) {
		dn = (struct devfs_node){
			.dn_mode = always[i].mode,
			.dn_dev = makedev(always[i].major, always[i].minor),
			.dn_to = always[i].to,
		};
		strcpy(dn.dn_name, always[i].name);
		if (consider(wa, &dn) == -1)
			return (-1);
	}
	return (0);
}

static int
is_always(const char *name)
{
	size_t i, len;

	for (i = 0; i < NALWAYS; i++) {
		len = strlen(always[i].name);
		if (strncmp(name, always[i].name, len) == 0 &&
		    (name[len] == '\0' || name[len] == '/'))
			return (1);
	}
	return (0);
}

/* A device of the host's /dev, by its name. */
static int
consider_host(struct walk *wa, int devfd, const char *name)
{
	struct devfs_node dn = { .dn_to = NULL };
	struct stat st;

	if (strlen(name) >= sizeof(dn.dn_name) || is_always(name) ||
	    fstatat(devfd, name, &st, AT_SYMLINK_NOFOLLOW) == -1 ||
	    (!S_ISCHR(st.st_mode) && !S_ISBLK(st.st_mode)))
		return (0);
	strcpy(dn.dn_name, name);
	dn.dn_mode = st.st_mode;
	dn.dn_uid = st.st_uid;
	dn.dn_gid = st.st_gid;
	dn.dn_dev = st.st_rdev;
	return (consider(wa, &dn));
}

/* All devices below a directory of the host's /dev ("" or "net/"). */
static int
consider_all(struct walk *wa, int devfd, const char *dir, int depth)
{
	char name[sizeof(wa->wa_nodes->dn_name)];
	struct dirent *de;
	int error = 0, fd;
	DIR *d;

	fd = openat(devfd, dir[0] != '\0' ? dir : ".", O_RDONLY |
	    O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1 || (d = fdopendir(fd)) == NULL) {
		fd_close(&fd);
		return (0);
	}
	while (error == 0 && (de = readdir(d)) != NULL) {
		if (de->d_name[0] == '.' || (size_t)snprintf(name,
		    sizeof(name), "%s%s%s", dir, dir[0] != '\0' ? "/" : "",
		    de->d_name) >= sizeof(name))
			continue;
		if (de->d_type == DT_CHR || de->d_type == DT_BLK)
			error = consider_host(wa, devfd, name);
		else if (de->d_type == DT_DIR && depth < DEV_DEPTH &&
		    !is_always(name))
			error = consider_all(wa, devfd, name, depth + 1);
	}
	closedir(d);
	return (error);
}

/*
 * Could the set show devices that none of its rules names in full?  Only
 * then all of /dev has to be looked at.  Else those are considered which its
 * rules name.
 */
static int
needs_all(const struct devfs_rules *dr, const struct ruleset *rs, int *hidden,
    int depth)
{
	const struct ruleset *other;
	const struct rule *ru;

	if (depth > INCLUDE_DEPTH)
		return (1);
	TAILQ_FOREACH(ru, &rs->rs_rules, tq) {
		if (ru->ru_path == NULL && ru->ru_type == 0 &&
		    (ru->ru_acts & ACT_HIDE) != 0)
			*hidden = 1;
		else if ((ru->ru_acts & ACT_UNHIDE) != 0 &&
		    (ru->ru_path == NULL ||
		    strpbrk(ru->ru_path, "*?[\\") != NULL))
			return (1);
		if ((ru->ru_acts & ACT_INCLUDE) != 0 &&
		    (other = find_set(dr, ru->ru_include, NULL)) != NULL &&
		    needs_all(dr, other, hidden, depth + 1))
			return (1);
	}
	return (depth == 0 && !*hidden);
}

static int
have_node(const struct walk *wa, const char *name)
{
	int i;

	for (i = 0; i < wa->wa_n; i++)
		if (strcmp(wa->wa_nodes[i].dn_name, name) == 0)
			return (1);
	return (0);
}

static int
consider_named(struct walk *wa, int devfd, const struct ruleset *rs)
{
	const struct ruleset *other;
	const struct rule *ru;

	TAILQ_FOREACH(ru, &rs->rs_rules, tq) {
		if ((ru->ru_acts & ACT_UNHIDE) != 0 && ru->ru_path != NULL &&
		    ru->ru_path[0] != '/' && strstr(ru->ru_path, "..") ==
		    NULL && !have_node(wa, ru->ru_path) &&
		    consider_host(wa, devfd, ru->ru_path) == -1)
			return (-1);
		if ((ru->ru_acts & ACT_INCLUDE) != 0 &&
		    (other = find_set(wa->wa_dr, ru->ru_include, NULL)) !=
		    NULL && consider_named(wa, devfd, other) == -1)
			return (-1);
	}
	return (0);
}

int
devfs_rules_nodes(const struct devfs_rules *dr, int ruleset, int devfd,
    struct devfs_node **ret_nodes)
{
	struct walk wa = { .wa_dr = dr };
	int error, hidden = 0;

	if ((wa.wa_rs = find_set(dr, ruleset, NULL)) == NULL)
		return (jail_errx(ENOENT, "devfs ruleset %d: neither of ours "
		    "nor in /etc/devfs.rules", ruleset));
	error = consider_always(&wa);
	if (error == 0 && needs_all(dr, wa.wa_rs, &hidden, 0))
		error = consider_all(&wa, devfd, "", 0);
	else if (error == 0)
		error = consider_named(&wa, devfd, wa.wa_rs);
	if (error == -1) {
		free_ptr(&wa.wa_nodes);
		return (-1);
	}
	*ret_nodes = wa.wa_nodes;
	return (wa.wa_n);
}

int
devfs_nodes(int ruleset, struct devfs_node **ret_nodes)
{
	struct devfs_rules *dr = devfs_rules_read();
	_cleanup_close_ int devfd = open("/dev", O_RDONLY | O_DIRECTORY |
	    O_CLOEXEC);
	int n = -1;

	if (dr != NULL && devfd == -1)
		jail_err(errno, "/dev");
	else if (dr != NULL)
		n = devfs_rules_nodes(dr, ruleset, devfd, ret_nodes);
	devfs_rules_free(dr);
	return (n);
}
