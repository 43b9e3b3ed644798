// SPDX-License-Identifier: BSD-2-Clause
#include "prison.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "devfsrules.h"
#include "errmsg.h"
#include "fd.h"
#include "source.h"
#include "sys.h"

#define RECORD_MAX	65536	/* bytes of a record, at most */
#define RECORD_USUAL	2048	/* most are a few hundred: no need to touch
				   a stack that deep */

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
	FIELD("host.owner", PT_INT, pr_hostowner),
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
	FIELD("i386", PT_BOOL, pr_i386),
	FIELD("slot", PT_INT, pr_slot),
	FIELD("limits", PT_INT, pr_limits),
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
		if (fields[i].pf_name[0] == name[0] &&
		    strcmp(fields[i].pf_name, name) == 0)
			return (&fields[i]);
	return (NULL);
}

uid_t
prison_uid0(const struct prison *pr)
{
	return (pr->pr_slot == SLOT_NONE ? 0 : SLOT_BASE +
	    pr->pr_slot * SLOT_SIZE);
}

static unsigned
text_flag(const struct prison_field *pf)
{
	return (pf->pf_offset == offsetof(struct prison, pr_meta) ?
	    PRISON_META : pf->pf_offset == offsetof(struct prison, pr_env) ?
	    PRISON_ENV : 0);
}

const char *
prison_text(const struct prison *pr, const struct prison_field *pf)
{
	unsigned flag = text_flag(pf);

	return (flag != 0 && (pr->pr_texts & flag) == 0 ? "" :
	    (const char *)pr + pf->pf_offset);
}

char *
prison_text_place(struct prison *pr, const struct prison_field *pf)
{
	char *text = (char *)pr + pf->pf_offset;
	unsigned flag = text_flag(pf);

	if (flag != 0 && (pr->pr_texts & flag) == 0)
		*text = '\0';
	pr->pr_texts |= flag;
	return (text);
}

void
prison_init(struct prison *pr)
{
	memset(pr, 0, offsetof(struct prison, pr_addr4));
	pr->pr_securelevel = -1;
	pr->pr_enforce_statfs = 2;
	pr->pr_host = JAIL_SYS_NEW;
	pr->pr_hostowner = -1;
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
			p = prison_text(pr, pf);
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

/*
 * The field of a record's line.  Lines stand in the table's order, so it is
 * mostly the one after the last line's.
 */
static const struct prison_field *
next_field(const char *name, const struct prison_field **last)
{
	const struct prison_field *pf = *last == NULL ? fields : *last + 1;

	if (pf == fields + NFIELDS || strcmp(pf->pf_name, name) != 0)
		pf = prison_field(name);
	if (pf != NULL)
		*last = pf;
	return (pf);
}

static int
parse_line(struct prison *pr, const char *name, char *value,
    const struct prison_field **last)
{
	const struct prison_field *pf;
	char *end, *p;

	if (strcmp(name, "ip4.addr") == 0)
		return (pr->pr_naddr4 < PRISON_MAXADDRS && inet_pton(AF_INET,
		    value, &pr->pr_addr4[pr->pr_naddr4++]) == 1 ? 0 : -1);
	if (strcmp(name, "ip6.addr") == 0)
		return (pr->pr_naddr6 < PRISON_MAXADDRS && inet_pton(AF_INET6,
		    value, &pr->pr_addr6[pr->pr_naddr6++]) == 1 ? 0 : -1);
	if ((pf = next_field(name, last)) == NULL)
		return (0);	/* written by a later version */
	p = (char *)pr + pf->pf_offset;
	if (pf->pf_type == PT_STRING || pf->pf_type == PT_KEYVALUE) {
		unescape(value);
		if (strlen(value) >= pf->pf_size)
			return (-1);
		memcpy(prison_text_place(pr, pf), value, strlen(value) + 1);
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
	const struct prison_field *last = NULL;
	char *line, *value, *next;

	prison_init(pr);
	for (line = text; *line != '\0'; line = next) {
		if ((next = strchr(line, '\n')) == NULL)
			return (errno = EINVAL, -1);
		*next++ = '\0';
		if ((value = strchr(line, '=')) == NULL)
			return (errno = EINVAL, -1);
		*value++ = '\0';
		if (parse_line(pr, line, value, &last) == -1)
			return (errno = EINVAL, -1);
	}
	/* Written by a version that did not know of it. */
	if (pr->pr_hostowner == -1 && pr->pr_host == JAIL_SYS_INHERIT)
		pr->pr_hostowner = 0;
	return (0);
}

static int
load_from(int fd, char *buf, size_t size, struct prison *ret_pr)
{
	ssize_t n = pread(fd, buf, size, 0);

	if (n == -1)
		return (-1);
	if (n == size)
		return (errno = EFBIG, -1);
	if (n == 0)	/* its writer was killed before he had written it */
		return (errno = EINVAL, -1);
	buf[n] = '\0';
	return (prison_parse(ret_pr, buf));
}

int
prison_load(const struct state *st, int jid, struct prison *ret_pr)
{
	_cleanup_close_ int fd = -1;
	_cleanup_free_ char *large = NULL;
	char buf[RECORD_USUAL], path[32];
	int error;

	snprintf(path, sizeof(path), "%d/record", jid);
	fd = openat(st->st_dir, path, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return (-1);
	error = load_from(fd, buf, sizeof(buf), ret_pr);
	if (error == -1 && errno == EFBIG &&
	    (large = malloc(RECORD_MAX)) != NULL)
		error = load_from(fd, large, RECORD_MAX, ret_pr);
	if (error == -1)
		return (jail_err(errno, "the record of jail %d", jid));
	ret_pr->pr_id = jid;
	return (0);
}

static int
record_write(int dirfd, const char *path, const struct prison *pr)
{
	_cleanup_close_ int fd = -1;
	_cleanup_free_ char *large = NULL;
	char buf[RECORD_USUAL], *p = buf;
	int n = prison_format(pr, buf, sizeof(buf));

	if (n == -1 && (p = large = malloc(RECORD_MAX)) != NULL)
		n = prison_format(pr, large, RECORD_MAX);
	if (n == -1)
		return (-1);
	fd = openat(dirfd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
	    0644);
	return (fd != -1 && write(fd, p, n) == n ? 0 : -1);
}

int
prison_store(const struct state *st, const struct prison *pr)
{
	char new[32], path[32];

	snprintf(path, sizeof(path), "%d/record", pr->pr_id);
	snprintf(new, sizeof(new), "%d/record.new", pr->pr_id);
	if (record_write(st->st_dir, new, pr) == -1 ||
	    renameat(st->st_dir, new, st->st_dir, path) == -1)
		return (jail_err(errno, "write the record of jail %d",
		    pr->pr_id));
	return (0);
}

int
prison_store_first(const struct state *st, const struct prison *pr)
{
	char path[32];

	snprintf(path, sizeof(path), "%d/record", pr->pr_id);
	if (record_write(st->st_dir, path, pr) == -1)
		return (jail_err(errno, "write the record of jail %d",
		    pr->pr_id));
	return (0);
}

void
prison_copy(struct prison *to, const struct prison *from)
{
	memcpy(to, from, offsetof(struct prison, pr_addr4));
	memcpy(to->pr_addr4, from->pr_addr4,
	    from->pr_naddr4 * sizeof(from->pr_addr4[0]));
	memcpy(to->pr_addr6, from->pr_addr6,
	    from->pr_naddr6 * sizeof(from->pr_addr6[0]));
	if ((from->pr_texts & PRISON_META) != 0)
		strcpy(to->pr_meta, from->pr_meta);
	if ((from->pr_texts & PRISON_ENV) != 0)
		strcpy(to->pr_env, from->pr_env);
}

void
prison_copy_names(struct prison *to, const struct prison *from)
{
	memcpy(to->pr_hostname, from->pr_hostname, sizeof(to->pr_hostname));
	memcpy(to->pr_domainname, from->pr_domainname,
	    sizeof(to->pr_domainname));
	memcpy(to->pr_hostuuid, from->pr_hostuuid, sizeof(to->pr_hostuuid));
	to->pr_hostid = from->pr_hostid;
}

int
prison_differs(const struct prison *a, const struct prison *b)
{
	return (memcmp(a, b, offsetof(struct prison, pr_addr4)) != 0 ||
	    memcmp(a->pr_addr4, b->pr_addr4,
	    a->pr_naddr4 * sizeof(a->pr_addr4[0])) != 0 ||
	    memcmp(a->pr_addr6, b->pr_addr6,
	    a->pr_naddr6 * sizeof(a->pr_addr6[0])) != 0 ||
	    ((a->pr_texts & PRISON_META) != 0 &&
	    strcmp(a->pr_meta, b->pr_meta) != 0) ||
	    ((a->pr_texts & PRISON_ENV) != 0 &&
	    strcmp(a->pr_env, b->pr_env) != 0));
}

int
prison_is_below(const struct prison *pr, const struct prison *above)
{
	size_t n = strlen(above->pr_name);

	return (strncmp(pr->pr_name, above->pr_name, n) == 0 &&
	    pr->pr_name[n] == '.');
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
prison_opendir(const struct state *st, int jid)
{
	char path[16];

	snprintf(path, sizeof(path), "%d", jid);
	return (openat(st->st_dir, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

const char *
prison_cgroup(const struct state *st, int jid, char *buf)
{
	snprintf(buf, PRISON_CGROUPLEN, "%s/%d", st->st_table->ta_cgroup, jid);
	return (buf);
}

int
prison_opencgroup(const struct state *st, int jid)
{
	char path[PRISON_CGROUPLEN];

	return (cgroup_open(AT_FDCWD, prison_cgroup(st, jid, path)));
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

/*
 * The devices that a ruleset of the host's own shows: what those that come
 * with us show, every prison may use anyway.  Their number, or -1.
 */
static int
ruleset_devices(int ruleset, struct policy_dev **ret_devs)
{
	_cleanup_free_ struct devfs_node *nodes = NULL;
	int i, n, devs = 0;

	*ret_devs = NULL;
	if (ruleset <= DEVFS_OURS)
		return (0);
	if ((n = devfs_nodes(ruleset, &nodes)) <= 0)
		return (n);
	if ((*ret_devs = calloc(n, sizeof(**ret_devs))) == NULL)
		return (jail_err(errno, "devfs ruleset %d", ruleset));
	for (i = 0; i < n; i++)
		if (S_ISCHR(nodes[i].dn_mode) || S_ISBLK(nodes[i].dn_mode))
			(*ret_devs)[devs++] = (struct policy_dev){
				.pd_type = S_ISCHR(nodes[i].dn_mode) ? 'c' :
				    'b',
				.pd_major = major(nodes[i].dn_dev),
				.pd_minor = minor(nodes[i].dn_dev),
			};
	return (devs);
}

char *
prison_list(const struct state *st, const struct prison *top)
{
	char *text = NULL;
	FILE *f;
	struct prison pr;
	const char *path;
	size_t n, size;
	int jid;

	if ((f = open_memstream(&text, &size)) == NULL)
		return (NULL);
	for (jid = state_jid_next(st, 0); jid != 0;
	    jid = state_jid_next(st, jid)) {
		if (prison_load(st, jid, &pr) == -1 || pr.pr_dying ||
		    (top != NULL && !prison_is_below(&pr, top)) ||
		    !prison_alive(st, &pr))
			continue;
		n = top == NULL || strcmp(top->pr_path, "/") == 0 ? 0 :
		    strlen(top->pr_path);
		path = top == NULL || (strncmp(pr.pr_path, top->pr_path,
		    n) == 0 && pr.pr_path[n] == '/') ? pr.pr_path + n : "/";
		fprintf(f, "%d %s %s\n", jid, top == NULL ? pr.pr_name :
		    pr.pr_name + strlen(top->pr_name) + 1, path);
	}
	/* The text is where it stays only when the stream is closed. */
	if (fclose(f) != 0) {
		free_ptr(&text);
		return (NULL);
	}
	return (text);
}

static unsigned
policy_flags(const struct prison *pr)
{
	static const struct { uint64_t allow; unsigned policy; } bits[] = {
		{ PR_ALLOW_RESERVED_PORTS, POLICY_RESERVED_PORTS },
		{ PR_ALLOW_RAW_SOCKETS, POLICY_RAW_SOCKETS },
		{ PR_ALLOW_SOCKET_AF, POLICY_SOCKET_AF },
		{ PR_ALLOW_MOUNT_FUSEFS, POLICY_FUSE },
	};
	unsigned flags = 0;
	size_t i;

	for (i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
		if ((pr->pr_allow & bits[i].allow) != 0)
			flags |= bits[i].policy;
	if (pr->pr_saddrsel4)
		flags |= POLICY_SADDRSEL4;
	if (pr->pr_saddrsel6)
		flags |= POLICY_SADDRSEL6;
	if (pr->pr_vnet == JAIL_SYS_NEW)
		flags |= POLICY_VNET;
	return (flags);
}

int
prison_policy(struct state *st, const struct prison *pr)
{
	_cleanup_free_ struct policy_source *sources = NULL;
	_cleanup_free_ struct policy_dev *devs = NULL;
	_cleanup_free_ char *jails = NULL;
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
		.po_flags = policy_flags(pr),
		.po_uid0 = prison_uid0(pr),
		.po_allow = pr->pr_allow,
		.po_childmax = pr->pr_childmax,
		.po_childcur = pr->pr_childcount,
		.po_statfs = pr->pr_enforce_statfs,
		.po_ruleset = pr->pr_devfs_ruleset,
		.po_env = (pr->pr_texts & PRISON_ENV) != 0 ? pr->pr_env : "",
	};
	int n;

	if (state_policy(st) == -1 ||
	    (n = ruleset_devices(pr->pr_devfs_ruleset, &devs)) == -1)
		return (-1);
	if (pr->pr_childcount > 0)
		jails = prison_list(st, pr);
	po.po_jails = jails;
	po.po_devs = devs;
	po.po_ndevs = n;
	if (pr->pr_vnet != JAIL_SYS_NEW &&
	    (po.po_naddr4 > 1 || po.po_naddr6 > 1)) {
		if ((n = source_find(&po, &sources)) == -1 ||
		    source_routes(st->st_bpf) == -1)
			return (-1);
		po.po_sources = sources;
		po.po_nsources = n;
	}
	return (policy_set(st->st_bpf, &st->st_maps, pr->pr_cgid, &po));
}
