// SPDX-License-Identifier: BSD-2-Clause
#include "index.h"

#include <sys/stat.h>

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "errmsg.h"
#include "sys.h"

const char *
name_last(const char *name)
{
	const char *dot = strrchr(name, '.');

	return (dot == NULL ? name : dot + 1);
}

int
name_is_number(const char *s)
{
	return (*s != '\0' && strspn(s, "0123456789") == strlen(s));
}

int
name_jid(const char *name, int jid)
{
	const char *last = name_last(name);
	char text[16];
	long n;

	if (!name_is_number(last))
		return (jid);
	n = strtol(last, NULL, 10);
	snprintf(text, sizeof(text), "%ld", n);
	if (n <= 0 || n > JAIL_MAX || strcmp(text, last) != 0 ||
	    (jid != 0 && n != jid))
		return (jail_errx(EINVAL, "name cannot be numeric (unless it "
		    "is the jid)"));
	return (n);
}

/* A name as a file name: "/" is the one byte it may not hold. */
static int
name_path(const char *name, char *path, size_t size)
{
	char *p;

	if ((size_t)snprintf(path, size, "name/%s", name) >= size)
		return (errno = ENAMETOOLONG, -1);
	for (p = path + 5; *p != '\0'; p++)
		if (*p == '/')
			*p = '\001';
	return (0);
}

/* Is the name the jail's own number, which needs no entry to be found? */
static int
name_is_jid(const struct prison *pr)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", pr->pr_id);
	return (strcmp(text, pr->pr_name) == 0);
}

int
prison_by_name(const struct state *st, const char *name)
{
	char path[NAME_MAX + 8], jid[16];
	ssize_t n;

	if (strspn(name, "0123456789") == strlen(name)) {
		n = strlen(name) > 0 && strlen(name) < 7 ? atoi(name) : 0;
		return (state_jid_exists(st, n) ? n : 0);
	}
	if (name_path(name, path, sizeof(path)) == -1 ||
	    (n = readlinkat(st->st_dir, path, jid, sizeof(jid) - 1)) == -1)
		return (0);
	jid[n] = '\0';
	return (atoi(jid));
}

int
prison_name_add(const struct state *st, const struct prison *pr)
{
	char path[NAME_MAX + 8], jid[16];

	if (name_is_jid(pr))
		return (0);
	if (name_path(pr->pr_name, path, sizeof(path)) == -1)
		return (jail_err(errno, "%s", pr->pr_name));
	snprintf(jid, sizeof(jid), "%d", pr->pr_id);
	if (symlinkat(jid, st->st_dir, path) == 0)
		return (0);
	/* The old owner of the name was looked at and is gone or going. */
	if (errno == EEXIST && unlinkat(st->st_dir, path, 0) == 0 &&
	    symlinkat(jid, st->st_dir, path) == 0)
		return (0);
	return (jail_err(errno, "register the name %s", pr->pr_name));
}

void
prison_name_remove(const struct state *st, const struct prison *pr)
{
	char path[NAME_MAX + 8];

	if (!name_is_jid(pr) &&
	    prison_by_name(st, pr->pr_name) == pr->pr_id &&
	    name_path(pr->pr_name, path, sizeof(path)) == 0)
		unlinkat(st->st_dir, path, 0);
}

static int
has_addr4(const struct prison *pr, const struct in_addr *a)
{
	unsigned i;

	for (i = 0; i < pr->pr_naddr4; i++)
		if (pr->pr_addr4[i].s_addr == a->s_addr)
			return (1);
	return (0);
}

static int
has_addr6(const struct prison *pr, const struct in6_addr *a)
{
	unsigned i;

	for (i = 0; i < pr->pr_naddr6; i++)
		if (memcmp(&pr->pr_addr6[i], a, sizeof(*a)) == 0)
			return (1);
	return (0);
}

/*
 * Call fn for each address, but those that `but` (or NULL) has too, with its
 * directory's name below addr/.
 */
static int
for_each_addr(const struct prison *pr, const struct prison *but,
    int (*fn)(const struct state *, const struct prison *, const char *dir),
    const struct state *st)
{
	char dir[sizeof("addr/") + INET6_ADDRSTRLEN] = "addr/";
	unsigned i;

	for (i = 0; i < pr->pr_naddr4; i++) {
		if (but != NULL && has_addr4(but, &pr->pr_addr4[i]))
			continue;
		inet_ntop(AF_INET, &pr->pr_addr4[i], dir + 5, INET6_ADDRSTRLEN);
		if (fn(st, pr, dir) == -1)
			return (-1);
	}
	for (i = 0; i < pr->pr_naddr6; i++) {
		if (but != NULL && has_addr6(but, &pr->pr_addr6[i]))
			continue;
		inet_ntop(AF_INET6, &pr->pr_addr6[i], dir + 5,
		    INET6_ADDRSTRLEN);
		if (fn(st, pr, dir) == -1)
			return (-1);
	}
	return (0);
}

static int
addr_add(const struct state *st, const struct prison *pr, const char *dir)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/%d", dir, pr->pr_id);
	if (mkdirat(st->st_dir, dir, 0755) == -1 && errno != EEXIST)
		return (jail_err(errno, "register %s", dir));
	fd = openat(st->st_dir, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd == -1)
		return (jail_err(errno, "register %s", path));
	close(fd);
	return (0);
}

static int
addr_remove(const struct state *st, const struct prison *pr, const char *dir)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%d", dir, pr->pr_id);
	unlinkat(st->st_dir, path, 0);
	unlinkat(st->st_dir, dir, AT_REMOVEDIR);
	return (0);
}

int
prison_addrs_add(const struct state *st, const struct prison *pr)
{
	return (for_each_addr(pr, NULL, addr_add, st));
}

void
prison_addrs_remove(const struct state *st, const struct prison *pr,
    const struct prison *keep)
{
	for_each_addr(pr, keep, addr_remove, st);
}

/* Does pr hold this address, as text? */
static int
holds(const struct prison *pr, const char *text)
{
	struct in_addr a4;
	struct in6_addr a6;

	if (inet_pton(AF_INET, text, &a4) == 1)
		return (has_addr4(pr, &a4));
	return (inet_pton(AF_INET6, text, &a6) == 1 && has_addr6(pr, &a6));
}

/*
 * After a broken-off change: no entry of jid but of what it holds (pr NULL:
 * nothing).  The one place where all addresses are walked.
 */
void
prison_addrs_settle(const struct state *st, int jid, const struct prison *pr)
{
	char path[sizeof("addr/") + INET6_ADDRSTRLEN + 16];
	struct dirent *de;
	DIR *d;
	int fd;

	fd = openat(st->st_dir, "addr", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return;
	if ((d = fdopendir(fd)) == NULL) {
		close(fd);
		return;
	}
	while ((de = readdir(d)) != NULL) {
		if (de->d_name[0] == '.' || strlen(de->d_name) >=
		    INET6_ADDRSTRLEN || (pr != NULL && holds(pr, de->d_name)))
			continue;
		snprintf(path, sizeof(path), "addr/%.45s/%d", de->d_name, jid);
		if (unlinkat(st->st_dir, path, 0) == -1)
			continue;
		snprintf(path, sizeof(path), "addr/%.45s", de->d_name);
		unlinkat(st->st_dir, path, AT_REMOVEDIR);
	}
	closedir(d);
}

/*
 * FreeBSD lets two prisons share an address if it is the only one of its
 * family for both.  So all holders of an address are alike, and looking at
 * one that lives is enough, however many share it.
 */
static int
addr_clash(const struct state *st, const struct prison *pr, const char *dir)
{
	int v6 = strchr(dir, ':') != NULL, alone, jid, fd;
	struct prison other;
	struct dirent *de;
	DIR *d;

	fd = openat(st->st_dir, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return (0);
	if ((d = fdopendir(fd)) == NULL) {
		close(fd);
		return (jail_err(errno, "%s", dir));
	}
	alone = v6 ? pr->pr_naddr6 == 1 : pr->pr_naddr4 == 1;
	while ((de = readdir(d)) != NULL) {
		jid = atoi(de->d_name);
		if (jid <= 0 || jid == pr->pr_id ||
		    prison_load(st, jid, &other) == -1 ||
		    !holds(&other, dir + 5) || !prison_alive(st, &other))
			continue;
		/* Who is below another uses the other's. */
		if (prison_is_below(&other, pr) || prison_is_below(pr, &other))
			continue;
		closedir(d);
		if (alone && (v6 ? other.pr_naddr6 : other.pr_naddr4) == 1)
			return (0);
		return (jail_errx(EADDRINUSE, "%s addresses clash: %s is held "
		    "by jail \"%s\"", v6 ? "IPv6" : "IPv4", dir + 5,
		    other.pr_name));
	}
	closedir(d);
	return (0);
}

int
prison_addrs_clash(struct state *st, const struct prison *pr)
{
	return (for_each_addr(pr, NULL, addr_clash, st));
}
