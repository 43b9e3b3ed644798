// SPDX-License-Identifier: BSD-2-Clause
#include "prison.h"

#include <sys/file.h>
#include <sys/stat.h>

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "errmsg.h"
#include "fd.h"
#include "step.h"
#include "sys.h"

#define RECORD_MAX	65536

#define FIELD(name, type, member) { name, type, \
	offsetof(struct prison, member), sizeof(((struct prison *)0)->member) }

/* Sorted as the record shows them. */
static const struct prison_field fields[] = {
	FIELD("name", PT_STRING, pr_name),
	FIELD("parent", PT_INT, pr_parent),
	FIELD("path", PT_STRING, pr_path),
	FIELD("persist", PT_BOOL, pr_persist),
	FIELD("dying", PT_BOOL, pr_dying),
	FIELD("securelevel", PT_INT, pr_securelevel),
	FIELD("enforce_statfs", PT_INT, pr_enforce_statfs),
	FIELD("devfs_ruleset", PT_INT, pr_devfs_ruleset),
	FIELD("children.max", PT_INT, pr_childmax),
	FIELD("children.cur", PT_INT, pr_childcount),
	FIELD("host", PT_JAILSYS, pr_host),
	FIELD("ip4", PT_JAILSYS, pr_ip4),
	FIELD("ip6", PT_JAILSYS, pr_ip6),
	FIELD("vnet", PT_JAILSYS, pr_vnet),
	FIELD("sysvmsg", PT_JAILSYS, pr_sysvmsg),
	FIELD("sysvsem", PT_JAILSYS, pr_sysvsem),
	FIELD("sysvshm", PT_JAILSYS, pr_sysvshm),
	FIELD("user", PT_JAILSYS, pr_user),
	FIELD("pid", PT_JAILSYS, pr_pid),
	FIELD("ip4.saddrsel", PT_BOOL, pr_saddrsel4),
	FIELD("ip6.saddrsel", PT_BOOL, pr_saddrsel6),
	FIELD("slot", PT_INT, pr_slot),
	FIELD("host.hostname", PT_STRING, pr_hostname),
	FIELD("host.domainname", PT_STRING, pr_domainname),
	FIELD("host.hostuuid", PT_STRING, pr_hostuuid),
	FIELD("host.hostid", PT_ULONG, pr_hostid),
	FIELD("cgroup", PT_ULONG, pr_cgid),
	FIELD("allow", PT_ULONG, pr_allow),
	FIELD("meta", PT_KEYVALUE, pr_meta),
	FIELD("env", PT_KEYVALUE, pr_env),
};
#define NFIELDS (sizeof(fields) / sizeof(fields[0]))

_Static_assert(sizeof(unsigned long) == sizeof(uint64_t),
    "records hold 64-bit numbers");

const struct prison_field *
prison_field(const char *name)
{
	size_t i;

	for (i = 0; i < NFIELDS; i++)
		if (strcmp(fields[i].pf_name, name) == 0)
			return (&fields[i]);
	return (NULL);
}

uid_t
prison_uid0(const struct prison *pr)
{
	return (pr->pr_slot == SLOT_NONE ? 0 : SLOT_BASE +
	    pr->pr_slot * SLOT_SIZE);
}

void
prison_init(struct prison *pr)
{
	memset(pr, 0, offsetof(struct prison, pr_addr4));
	pr->pr_securelevel = -1;
	pr->pr_enforce_statfs = 2;
	pr->pr_host = JAIL_SYS_NEW;
	pr->pr_vnet = JAIL_SYS_INHERIT;
	pr->pr_user = JAIL_SYS_NEW;
	pr->pr_pid = JAIL_SYS_INHERIT;
	pr->pr_saddrsel4 = pr->pr_saddrsel6 = 1;
	pr->pr_slot = SLOT_NONE;
	pr->pr_allow = PR_ALLOW_DEFAULT;
	strcpy(pr->pr_hostuuid, "00000000-0000-0000-0000-000000000000");
}

/* Append text to a record being built; what does not fit is an error later. */
struct out {
	char	*ou_buf;
	size_t	 ou_size;
	size_t	 ou_len;	/* may pass ou_size: then it did not fit */
};

static void
out_char(struct out *ou, char c)
{
	if (ou->ou_len < ou->ou_size)
		ou->ou_buf[ou->ou_len] = c;
	ou->ou_len++;
}

static void
out_text(struct out *ou, const char *s)
{
	while (*s != '\0')
		out_char(ou, *s++);
}

/* A value on one line: newline and backslash escaped. */
static void
out_line(struct out *ou, const char *name, const char *value)
{
	out_text(ou, name);
	out_char(ou, '=');
	for (; *value != '\0'; value++) {
		if (*value == '\n' || *value == '\\') {
			out_char(ou, '\\');
			out_char(ou, *value == '\n' ? 'n' : '\\');
		} else
			out_char(ou, *value);
	}
	out_char(ou, '\n');
}

static void
out_number(struct out *ou, const char *name, long long n)
{
	char buf[24], *p = buf + sizeof(buf) - 1;
	unsigned long long u = n < 0 ? -(unsigned long long)n : n;

	*p = '\0';
	do
		*--p = '0' + u % 10;
	while ((u /= 10) != 0);
	if (n < 0)
		*--p = '-';
	out_line(ou, name, p);
}

int
prison_format(const struct prison *pr, char *buf, size_t size)
{
	struct out ou = { .ou_buf = buf, .ou_size = size };
	const struct prison_field *pf;
	char text[INET6_ADDRSTRLEN];
	unsigned i;

	for (pf = fields; pf < fields + NFIELDS; pf++) {
		const char *p = (const char *)pr + pf->pf_offset;

		if (pf->pf_type == PT_STRING || pf->pf_type == PT_KEYVALUE) {
			if (*p != '\0')
				out_line(&ou, pf->pf_name, p);
		} else if (pf->pf_type == PT_ULONG)
			out_number(&ou, pf->pf_name, *(const int64_t *)p);
		else
			out_number(&ou, pf->pf_name, *(const int *)p);
	}
	for (i = 0; i < pr->pr_naddr4; i++)
		out_line(&ou, "ip4.addr", inet_ntop(AF_INET, &pr->pr_addr4[i],
		    text, sizeof(text)));
	for (i = 0; i < pr->pr_naddr6; i++)
		out_line(&ou, "ip6.addr", inet_ntop(AF_INET6, &pr->pr_addr6[i],
		    text, sizeof(text)));
	if (ou.ou_len >= size)
		return (errno = EFBIG, -1);
	buf[ou.ou_len] = '\0';
	return (ou.ou_len);
}

/* Undo out_line's escapes, in place. */
static void
unescape(char *s)
{
	char *d = s;

	for (; *s != '\0'; s++) {
		if (*s == '\\' && s[1] != '\0') {
			s++;
			*d++ = *s == 'n' ? '\n' : *s;
		} else
			*d++ = *s;
	}
	*d = '\0';
}

static int
parse_line(struct prison *pr, const char *name, char *value)
{
	const struct prison_field *pf = prison_field(name);
	char *end, *p;

	if (strcmp(name, "ip4.addr") == 0)
		return (pr->pr_naddr4 < PRISON_MAXADDRS && inet_pton(AF_INET,
		    value, &pr->pr_addr4[pr->pr_naddr4++]) == 1 ? 0 : -1);
	if (strcmp(name, "ip6.addr") == 0)
		return (pr->pr_naddr6 < PRISON_MAXADDRS && inet_pton(AF_INET6,
		    value, &pr->pr_addr6[pr->pr_naddr6++]) == 1 ? 0 : -1);
	if (pf == NULL)
		return (0);	/* written by a later version */
	p = (char *)pr + pf->pf_offset;
	if (pf->pf_type == PT_STRING || pf->pf_type == PT_KEYVALUE) {
		unescape(value);
		if (strlen(value) >= pf->pf_size)
			return (-1);
		memcpy(p, value, strlen(value) + 1);
		return (0);
	}
	errno = 0;
	if (pf->pf_type == PT_ULONG)
		*(int64_t *)p = strtoll(value, &end, 10);
	else
		*(int *)p = strtol(value, &end, 10);
	return (end == value || *end != '\0' || errno != 0 ? -1 : 0);
}

int
prison_parse(struct prison *pr, char *text)
{
	char *line, *value, *next;

	prison_init(pr);
	for (line = text; *line != '\0'; line = next) {
		if ((next = strchr(line, '\n')) == NULL)
			return (errno = EINVAL, -1);
		*next++ = '\0';
		if ((value = strchr(line, '=')) == NULL)
			return (errno = EINVAL, -1);
		*value++ = '\0';
		if (parse_line(pr, line, value) == -1)
			return (errno = EINVAL, -1);
	}
	return (0);
}

int
prison_load(const struct state *st, int jid, struct prison *ret_pr)
{
	char buf[RECORD_MAX], path[32];

	snprintf(path, sizeof(path), "%d/record", jid);
	if (sys_read_at(st->st_dir, path, buf, sizeof(buf)) == -1)
		return (-1);
	if (prison_parse(ret_pr, buf) == -1)
		return (jail_err(errno, "the record of jail %d", jid));
	ret_pr->pr_id = jid;
	return (0);
}

int
prison_store(const struct state *st, const struct prison *pr)
{
	_cleanup_close_ int fd = -1;
	char buf[RECORD_MAX], new[32], path[32];
	int n;

	if ((n = prison_format(pr, buf, sizeof(buf))) == -1)
		return (-1);
	snprintf(path, sizeof(path), "%d/record", pr->pr_id);
	snprintf(new, sizeof(new), "%d/record.new", pr->pr_id);
	fd = openat(st->st_dir, new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
	    0644);
	if (fd == -1 || write(fd, buf, n) != n ||
	    renameat(st->st_dir, new, st->st_dir, path) == -1)
		return (jail_err(errno, "write the record of jail %d",
		    pr->pr_id));
	return (0);
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

int
prison_alive(const struct state *st, const struct prison *pr)
{
	_cleanup_free_ pid_t *pids = NULL;
	_cleanup_close_ int cgfd = -1;

	if (pr->pr_dying)
		return (0);
	if (pr->pr_persist || pr->pr_childcount > 0)
		return (1);
	cgfd = prison_opencgroup(st, pr->pr_id);
	if (cgfd == -1 || cgroup_populated(cgfd) != 1)
		return (0);
	if (pr->pr_pid != JAIL_SYS_NEW)
		return (1);
	/* The first process of its PID namespace does not count. */
	return (cgroup_pids(cgfd, &pids) > 1);
}

int
prison_named(const struct state *st, int jid)
{
	struct prison pr;

	return (state_jid_exists(st, jid) && prison_load(st, jid, &pr) == 0 &&
	    !pr.pr_dying);
}

int
prison_guarded(const struct state *st, int jid)
{
	_cleanup_close_ int fd = prison_opendir(st, jid);

	return (fd != -1 && flock(fd, LOCK_EX | LOCK_NB) == -1);
}

int
prison_remover(const struct state *st, int jid)
{
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "%d/remover", jid);
	fd = openat(st->st_dir, path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd != -1 && flock(fd, LOCK_EX | LOCK_NB) == -1)
		fd_close(&fd);
	return (fd);
}

/* Has a prison ended, or been left dying, and nobody is at work on it? */
static int
is_left(const struct state *st, const struct prison *pr)
{
	_cleanup_close_ int remover = -1;

	if (!pr->pr_dying)
		return (!prison_alive(st, pr) &&
		    !prison_guarded(st, pr->pr_id));
	remover = prison_remover(st, pr->pr_id);
	return (remover != -1);
}

int
prison_opendir(const struct state *st, int jid)
{
	char path[16];

	snprintf(path, sizeof(path), "%d", jid);
	return (openat(st->st_dir, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

int
prison_opencgroup(const struct state *st, int jid)
{
	char path[16];

	snprintf(path, sizeof(path), "%d", jid);
	return (cgroup_open(st->st_cg, path));
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
static void
addrs_settle(const struct state *st, int jid, const struct prison *pr)
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
		if (other.pr_parent == pr->pr_id || jid == pr->pr_parent)
			continue;	/* a child uses its parent's */
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

void
prison_count(struct state *st, int jid, int delta)
{
	struct prison pr;

	while (jid != 0 && prison_load(st, jid, &pr) == 0) {
		pr.pr_childcount += delta;
		prison_store(st, &pr);
		jid = pr.pr_parent;
	}
}

int
prison_is_below(const struct prison *pr, const struct prison *above)
{
	size_t n = strlen(above->pr_name);

	return (strncmp(pr->pr_name, above->pr_name, n) == 0 &&
	    pr->pr_name[n] == '.');
}

/* Count again what a broken-off change may have counted twice or not. */
static void
recount(struct state *st, int jid)
{
	struct prison above, pr;
	int below;

	for (; jid != 0 && prison_load(st, jid, &above) == 0;
	    jid = above.pr_parent) {
		above.pr_childcount = 0;
		for (below = state_jid_next(st, 0); below != 0;
		    below = state_jid_next(st, below))
			if (prison_load(st, below, &pr) == 0 &&
			    prison_is_below(&pr, &above))
				above.pr_childcount++;
		prison_store(st, &above);
	}
}

void
prison_clear(struct state *st, int jid)
{
	_cleanup_close_ int cgfd = -1;
	struct table *ta = st->st_table;
	static const char *const files[] = {
		"record", "record.new", "view", "remover"
	};
	struct prison pr;
	char path[32];
	uint64_t cgid;
	int counted, loaded;
	size_t i;

	loaded = prison_load(st, jid, &pr) == 0;
	ta->ta_journal_slot = loaded ? pr.pr_slot : ta->ta_journal_slot;
	ta->ta_journal = jid;
	step("clear-journal");
	if ((cgfd = prison_opencgroup(st, jid)) != -1) {
		cgroup_kill(cgfd);
		step("clear-kill");
		if (cgroup_id(cgfd, &cgid) == 0 && state_policy(st) == 0)
			policy_clear(&st->st_maps, cgid);
		step("clear-policy");
		snprintf(path, sizeof(path), "%d", jid);
		cgroup_remove(st->st_cg, path);
	}
	step("clear-cgroup");
	if (loaded) {
		prison_name_remove(st, &pr);
		prison_addrs_remove(st, &pr, NULL);
	}
	step("clear-index");
	counted = state_jid_exists(st, jid);
	state_jid_mark(st, jid, 0);
	step("clear-mark");
	if (loaded && counted && pr.pr_parent != 0)
		prison_count(st, pr.pr_parent, -1);
	state_slot_free(st, ta->ta_journal_slot);
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%d/%s", jid, files[i]);
		unlinkat(st->st_dir, path, 0);
	}
	step("clear-record");
	snprintf(path, sizeof(path), "%d", jid);
	unlinkat(st->st_dir, path, AT_REMOVEDIR);
	ta->ta_journal_slot = SLOT_NONE;
	ta->ta_journal = 0;
}

void
prison_settle(struct state *st)
{
	struct prison pr;
	int jid = st->st_table->ta_journal;

	/*
	 * Made to the end but for the journal's own line, or changed half
	 * way: what the record says is what holds.
	 */
	if (state_jid_exists(st, jid) && prison_load(st, jid, &pr) == 0 &&
	    prison_alive(st, &pr)) {
		prison_policy(st, &pr);
		addrs_settle(st, jid, &pr);
		prison_addrs_add(st, &pr);
		prison_name_add(st, &pr);
		recount(st, pr.pr_parent);
		st->st_table->ta_journal_slot = SLOT_NONE;
		st->st_table->ta_journal = 0;
		return;
	}
	if (prison_load(st, jid, &pr) == -1)
		pr.pr_parent = 0;
	prison_clear(st, jid);
	addrs_settle(st, jid, NULL);
	recount(st, pr.pr_parent);
}

void
prison_sweep(struct state *st, int how_many)
{
	struct table *ta = st->st_table;
	struct prison pr;
	int jid;

	if (how_many >= JAIL_MAX)
		ta->ta_sweep = 0;	/* all of them */
	while (how_many-- > 0) {
		if ((jid = state_jid_next(st, ta->ta_sweep)) == 0) {
			ta->ta_sweep = 0;
			return;
		}
		ta->ta_sweep = jid;
		if (prison_load(st, jid, &pr) == -1 || is_left(st, &pr))
			prison_clear(st, jid);
	}
}

/*
 * Whose addresses of a family does pr use?  A jail below another that
 * inherits has its parent's, and so on up; from the host: all.
 */
static const struct prison *
inherited(const struct state *st, const struct prison *pr, int v6,
    struct prison *buf)
{
	while ((v6 ? pr->pr_ip6 : pr->pr_ip4) == JAIL_SYS_INHERIT &&
	    pr->pr_parent != 0 && prison_load(st, pr->pr_parent, buf) == 0)
		pr = buf;
	return (pr);
}

int
prison_policy(struct state *st, const struct prison *pr)
{
	struct prison above4, above6;
	const struct prison *in4 = inherited(st, pr, 0, &above4);
	const struct prison *in6 = inherited(st, pr, 1, &above6);
	struct policy po = {
		.po_ip4 = in4->pr_ip4,
		.po_ip6 = in6->pr_ip6,
		.po_addr4 = in4->pr_addr4,
		.po_naddr4 = in4->pr_naddr4,
		.po_addr6 = in6->pr_addr6,
		.po_naddr6 = in6->pr_naddr6,
		.po_uid0 = prison_uid0(pr),
	};
	static const struct { uint64_t allow; unsigned policy; } bits[] = {
		{ PR_ALLOW_RESERVED_PORTS, POLICY_RESERVED_PORTS },
		{ PR_ALLOW_RAW_SOCKETS, POLICY_RAW_SOCKETS },
		{ PR_ALLOW_SOCKET_AF, POLICY_SOCKET_AF },
		{ PR_ALLOW_MOUNT_FUSEFS, POLICY_FUSE },
	};
	size_t i;

	if (state_policy(st) == -1)
		return (-1);
	for (i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
		if ((pr->pr_allow & bits[i].allow) != 0)
			po.po_flags |= bits[i].policy;
	if (pr->pr_saddrsel4)
		po.po_flags |= POLICY_SADDRSEL4;
	if (pr->pr_saddrsel6)
		po.po_flags |= POLICY_SADDRSEL6;
	if (pr->pr_vnet == JAIL_SYS_NEW)
		po.po_flags |= POLICY_VNET;
	return (policy_set(st->st_bpf, &st->st_maps, pr->pr_cgid, &po));
}
