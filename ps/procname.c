// SPDX-License-Identifier: BSD-2-Clause
/* Names: of terminals, users, groups and jails; each is looked up once. */
#include "proc.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <ctype.h>
#include <grp.h>
#include <jail.h>
#include <pwd.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../jls/vis.h"

#define PTS_MAJOR	136	/* ... to 143, by 256 */
#define VT_MAJOR	4
#define VT_SERIAL	64	/* first minor of ttyS */
#define CONSOLE_MAJOR	5

/* ------------------------------------------------------------------------
 * Terminals.
 */

static const struct {
	unsigned	 tn_major;
	unsigned	 tn_minor;	/* the first */
	const char	*tn_name;
} ttynames[] = {
	{ VT_MAJOR, VT_SERIAL, "ttyS" },
	{ 166, 0, "ttyACM" },
	{ 188, 0, "ttyUSB" },
	{ 204, 64, "ttyAMA" },
	{ 229, 0, "hvc" },
};

const char *
proc_ttyname(dev_t tty, char *buf)
{
	unsigned major = major(tty), minor = minor(tty);
	size_t i;

	if (tty == 0)
		return (NULL);
	if (major >= PTS_MAJOR && major < PTS_MAJOR + 8)
		snprintf(buf, 64, "pts/%u",
		    (major - PTS_MAJOR) * 256 + minor);
	else if (major == VT_MAJOR && minor < VT_SERIAL)
		snprintf(buf, 64, "tty%u", minor);
	else if (major == CONSOLE_MAJOR && minor == 1)
		snprintf(buf, 64, "console");
	else {
		snprintf(buf, 64, "%u:%u", major, minor);
		for (i = 0; i < sizeof(ttynames) / sizeof(ttynames[0]); i++)
			if (ttynames[i].tn_major == major &&
			    ttynames[i].tn_minor <= minor)
				snprintf(buf, 64, "%s%u", ttynames[i].tn_name,
				    minor - ttynames[i].tn_minor);
	}
	return (buf);
}

/* The device that `dir` and `name` make, or 0. */
static dev_t
device(const char *dir, const char *name)
{
	struct stat sb;
	char path[512];

	snprintf(path, sizeof(path), "%s%s", dir, name);
	return (stat(path, &sb) == 0 && S_ISCHR(sb.st_mode) ? sb.st_rdev : 0);
}

dev_t
proc_ttydev(const char *name)
{
	static const char *const dirs[] = { "/dev/", "/dev/tty", "/dev/pts/" };
	dev_t dev = 0;
	size_t i;

	if (*name == '/')
		return (device("", name));
	if (strcmp(name, "co") == 0)
		return (makedev(CONSOLE_MAJOR, 1));
	/* What TT shows of a pseudo-terminal, also of another /dev/pts. */
	if (strncmp(name, "pts/", 4) == 0 &&
	    name[4 + strspn(name + 4, "0123456789")] == '\0')
		name += 4;
	if (isdigit((unsigned char)*name) &&
	    name[strspn(name, "0123456789")] == '\0')
		return (makedev(PTS_MAJOR, strtoul(name, NULL, 10)));
	for (i = 0; dev == 0 && i < sizeof(dirs) / sizeof(dirs[0]); i++)
		dev = device(dirs[i], name);
	return (dev);
}

/* ------------------------------------------------------------------------
 * Users, groups, jails.
 */

struct name {
	unsigned	 n_id;
	const char	*n_text;
};

static int
name_cmp(const void *a, const void *b)
{
	unsigned x = ((const struct name *)a)->n_id;
	unsigned y = ((const struct name *)b)->n_id;

	return (x < y ? -1 : x > y);
}

/* The name of `id`, by `look` when it is not known yet. */
static const char *
name_of(void **tree, unsigned id, char *(*look)(unsigned id))
{
	struct name key = { id, NULL }, *n, **found;

	found = tfind(&key, tree, name_cmp);
	if (found != NULL)
		return ((*found)->n_text);
	if ((n = malloc(sizeof(*n))) == NULL)
		return ("?");
	*n = (struct name){ id, look(id) };
	if (n->n_text == NULL)
		n->n_text = "?";
	tsearch(n, tree, name_cmp);
	return (n->n_text);
}

static char *
digits(unsigned id)
{
	char *s;

	return (asprintf(&s, "%u", id) == -1 ? NULL : s);
}

static char *
look_user(unsigned id)
{
	struct passwd *pw = getpwuid(id);

	return (pw != NULL ? strdup(pw->pw_name) : digits(id));
}

static char *
look_group(unsigned id)
{
	struct group *gr = getgrgid(id);

	return (gr != NULL ? strdup(gr->gr_name) : digits(id));
}

static char *
look_jail(unsigned id)
{
	char *name = id == 0 ? strdup("-") : jail_getname((int)id);

	/* It may have gone since. */
	return (name != NULL ? name : digits(id));
}

const char *
proc_username(uid_t uid)
{
	static void *tree;

	return (name_of(&tree, uid, look_user));
}

const char *
proc_groupname(gid_t gid)
{
	static void *tree;

	return (name_of(&tree, gid, look_group));
}

const char *
proc_jailname(int jid)
{
	static void *tree;

	return (name_of(&tree, (unsigned)jid, look_jail));
}

/* ------------------------------------------------------------------------
 * Text.
 */

char *
proc_vis(const char *s)
{
	char *text = malloc(strlen(s) * 4 + 1), *t = text;
	size_t n;
	unsigned c;

	if (text == NULL)
		return (NULL);
	for (; *s != '\0'; s += n) {
		n = utf8_char(s, &c);
		if (n > 0 && is_shown(c)) {
			memcpy(t, s, n);
			t += n;
		} else {
			t += sprintf(t, "\\%03o", (unsigned char)*s);
			n = 1;
		}
	}
	*t = '\0';
	return (text);
}
