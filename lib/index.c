// SPDX-License-Identifier: BSD-2-Clause
#include "index.h"

#include <sys/stat.h>

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "errmsg.h"
#include "fd.h"
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
	/* Never taken away from who has it: others look without the lock. */
	if (errno == EEXIST &&
	    prison_by_name(st, pr->pr_name) == pr->pr_id)
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

/* ------------------------------------------------------------------------
 * addr/ADDRESS: the jids of those who have it, as numbers one after another.
 */

#define ADDRPATHLEN (sizeof("addr/") + INET6_ADDRSTRLEN)

/*
 * Call fn for each address, but those that `but` (or NULL) has too, with its
 * file's name.
 */
static int
for_each_addr(const struct prison *pr, const struct prison *but,
    int (*fn)(const struct state *, const struct prison *, const char *path),
    const struct state *st)
{
	char path[ADDRPATHLEN] = "addr/";
	unsigned i;

	for (i = 0; i < pr->pr_naddr4; i++) {
		if (but != NULL && has_addr4(but, &pr->pr_addr4[i]))
			continue;
		inet_ntop(AF_INET, &pr->pr_addr4[i], path + 5,
		    INET6_ADDRSTRLEN);
		if (fn(st, pr, path) == -1)
			return (-1);
	}
	for (i = 0; i < pr->pr_naddr6; i++) {
		if (but != NULL && has_addr6(but, &pr->pr_addr6[i]))
			continue;
		inet_ntop(AF_INET6, &pr->pr_addr6[i], path + 5,
		    INET6_ADDRSTRLEN);
		if (fn(st, pr, path) == -1)
			return (-1);
	}
	return (0);
}

/*
 * Open an address's holders, and read them where there are any.  *ret_n of
 * them, malloc'd (NULL: none).  The descriptor, or -1.
 */
static int
holders_open(const struct state *st, const char *path, int flags,
    int32_t **ret_jids, size_t *ret_n)
{
	int fd = openat(st->st_dir, path, flags | O_CLOEXEC, 0644);
	struct stat sb;
	ssize_t n = 0;

	*ret_jids = NULL;
	*ret_n = 0;
	if (fd == -1 || fstat(fd, &sb) == -1 || sb.st_size == 0)
		return (fd);
	if ((*ret_jids = malloc(sb.st_size)) == NULL ||
	    (n = pread(fd, *ret_jids, sb.st_size, 0)) == -1) {
		free_ptr(ret_jids);
		fd_close(&fd);
		return (-1);
	}
	*ret_n = n / sizeof(**ret_jids);
	return (fd);
}

static int
addr_add(const struct state *st, const struct prison *pr, const char *path)
{
	_cleanup_free_ int32_t *jids = NULL;
	_cleanup_close_ int fd = -1;
	int32_t jid = pr->pr_id;
	size_t i, n;

	fd = holders_open(st, path, O_RDWR | O_CREAT, &jids, &n);
	for (i = 0; i < n; i++)
		if (jids[i] == jid)
			return (0);
	if (fd == -1 || pwrite(fd, &jid, sizeof(jid), n * sizeof(jid)) !=
	    sizeof(jid))
		return (jail_err(errno, "register %s", path));
	return (0);
}

/*
 * Into the place of the one that goes comes the last.  Killed before the file
 * is shorter we leave that one in it twice: so all places are looked at.
 */
static void
holder_remove(const struct state *st, int jid, const char *path)
{
	_cleanup_free_ int32_t *jids = NULL;
	_cleanup_close_ int fd = -1;
	size_t had, i, n;

	fd = holders_open(st, path, O_RDWR, &jids, &n);
	if (fd == -1)
		return;
	for (had = n, i = 0; i < n; i++)
		while (i < n && jids[i] == jid) {
			jids[i] = jids[--n];
			if (i < n && pwrite(fd, &jids[i], sizeof(*jids),
			    i * sizeof(*jids)) != sizeof(*jids))
				return;
		}
	if (n == 0)
		unlinkat(st->st_dir, path, 0);
	else if (n < had)
		(void)!ftruncate(fd, n * sizeof(*jids));
}

static int
addr_remove(const struct state *st, const struct prison *pr, const char *path)
{
	holder_remove(st, pr->pr_id, path);
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
	char path[ADDRPATHLEN];
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
		snprintf(path, sizeof(path), "addr/%.45s", de->d_name);
		holder_remove(st, jid, path);
	}
	closedir(d);
}

/*
 * FreeBSD lets two prisons share an address if it is the only one of its
 * family for both.  So all holders of an address are alike, and looking at
 * one that lives is enough, however many share it.
 */
static int
addr_clash(const struct state *st, const struct prison *pr, const char *path)
{
	int v6 = strchr(path, ':') != NULL;
	int alone = v6 ? pr->pr_naddr6 == 1 : pr->pr_naddr4 == 1;
	_cleanup_free_ int32_t *jids = NULL;
	_cleanup_close_ int fd = -1;
	struct prison other;
	size_t i, n;

	fd = holders_open(st, path, O_RDONLY, &jids, &n);
	if (fd == -1)
		return (errno == ENOENT ? 0 : jail_err(errno, "%s", path));
	for (i = 0; i < n; i++) {
		if (jids[i] <= 0 || jids[i] == pr->pr_id ||
		    prison_load(st, jids[i], &other) == -1 ||
		    !holds(&other, path + 5) || !prison_alive(st, &other))
			continue;
		/* Who is below another uses the other's. */
		if (prison_is_below(&other, pr) || prison_is_below(pr, &other))
			continue;
		if (alone && (v6 ? other.pr_naddr6 : other.pr_naddr4) == 1)
			return (0);
		return (jail_errx(EADDRINUSE, "%s addresses clash: %s is held "
		    "by jail \"%s\"", v6 ? "IPv6" : "IPv4", path + 5,
		    other.pr_name));
	}
	return (0);
}

int
prison_addrs_clash(struct state *st, const struct prison *pr)
{
	return (for_each_addr(pr, NULL, addr_clash, st));
}
