// SPDX-License-Identifier: BSD-2-Clause
/* The tree security.jail. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "errmsg.h"
#include "fd.h"
#include "jail.h"
#include "paramtab.h"
#include "prison.h"
#include "self.h"

#define PREFIX		"security.jail."
#define PARAM		PREFIX "param."
#define MAX_ROWS	256

enum leaf {
	L_ALLOW,	/* a permission, as jail(2) had them */
	L_JAILED, L_VNET, L_CHILDREN_MAX, L_CHILDREN_CUR, L_ENV, L_LIST,
	L_STATFS, L_RULESET, L_MAX_AF_IPS, L_MAXBUFSIZE, L_UNIXIPROUTE
};

static const struct {
	const char	*le_name;
	enum leaf	 le_leaf;
	uint64_t	 le_bit;	/* L_ALLOW: PR_ALLOW_ */
	const char	*le_descr;
} leaves[] = {
	{ "allow_raw_sockets", L_ALLOW, PR_ALLOW_RAW_SOCKETS,
	    "Root in the jail may make raw sockets (deprecated)" },
	{ "chflags_allowed", L_ALLOW, PR_ALLOW_CHFLAGS,
	    "Processes in the jail may set file flags (deprecated)" },
	{ "children.cur", L_CHILDREN_CUR, 0, "Jails below this one" },
	{ "children.max", L_CHILDREN_MAX, 0,
	    "Jails there may be below this one" },
	{ "devfs_ruleset", L_RULESET, 0,
	    "Ruleset of devfs in the jail (deprecated)" },
	{ "enforce_statfs", L_STATFS, 0,
	    "Which mounts the jail sees (deprecated)" },
	{ "env", L_ENV, 0, "What the jailer lets the jail know" },
	{ "jail_max_af_ips", L_MAX_AF_IPS, 0,
	    "Addresses a jail may have of a family" },
	{ "jailed", L_JAILED, 0, "Is the process in a jail?" },
	{ "list", L_LIST, 0, "The jails that can be seen" },
	{ "meta_maxbufsize", L_MAXBUFSIZE, 0,
	    "Size that meta and env may each have" },
	{ "mlock_allowed", L_ALLOW, PR_ALLOW_MLOCK,
	    "Processes in the jail may lock memory (deprecated)" },
	{ "mount_allowed", L_ALLOW, PR_ALLOW_MOUNT,
	    "Root in the jail may mount (deprecated)" },
	{ "mount_devfs_allowed", L_ALLOW, PR_ALLOW_MOUNT_DEVFS,
	    "... devfs (deprecated)" },
	{ "mount_fdescfs_allowed", L_ALLOW, PR_ALLOW_MOUNT_FDESCFS,
	    "... fdescfs (deprecated)" },
	{ "mount_fusefs_allowed", L_ALLOW, PR_ALLOW_MOUNT_FUSEFS,
	    "... fusefs (deprecated)" },
	{ "mount_linprocfs_allowed", L_ALLOW, PR_ALLOW_MOUNT_LINPROCFS,
	    "... linprocfs (deprecated)" },
	{ "mount_linsysfs_allowed", L_ALLOW, PR_ALLOW_MOUNT_LINSYSFS,
	    "... linsysfs (deprecated)" },
	{ "mount_nullfs_allowed", L_ALLOW, PR_ALLOW_MOUNT_NULLFS,
	    "... nullfs (deprecated)" },
	{ "mount_procfs_allowed", L_ALLOW, PR_ALLOW_MOUNT_PROCFS,
	    "... procfs (deprecated)" },
	{ "mount_tmpfs_allowed", L_ALLOW, PR_ALLOW_MOUNT_TMPFS,
	    "... tmpfs (deprecated)" },
	{ "mount_zfs_allowed", L_ALLOW, PR_ALLOW_MOUNT_ZFS,
	    "... zfs (deprecated)" },
	{ "set_hostname_allowed", L_ALLOW, PR_ALLOW_SET_HOSTNAME,
	    "Processes in the jail may set its name (deprecated)" },
	{ "socket_unixiproute_only", L_UNIXIPROUTE, PR_ALLOW_SOCKET_AF,
	    "Sockets are of the unix, IP and route families (deprecated)" },
	{ "sysvipc_allowed", L_ALLOW, PR_ALLOW_SYSVIPC,
	    "Processes in the jail may use System V IPC (deprecated)" },
	{ "vnet", L_VNET, 0, "Has the jail a network stack of its own?" },
};
#define NLEAVES (sizeof(leaves) / sizeof(leaves[0]))

/* ------------------------------------------------------------------------
 * The rows.
 */

static struct jail_sysctl rows[MAX_ROWS];
static char names[MAX_ROWS][64];
static size_t nrows;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* Are there parameters below this one? */
static int
is_node(const char *name)
{
	size_t i, n = strlen(name);

	for (i = 0; i < paramtab_n; i++)
		if (strncmp(paramtab[i].pa_name, name, n) == 0 &&
		    paramtab[i].pa_name[n] == '.')
			return (1);
	return (0);
}

static void
add_row(const char *prefix, const char *name, const char *suffix,
    unsigned kind, const char *format, const char *descr)
{
	if (nrows == MAX_ROWS)
		return;
	snprintf(names[nrows], sizeof(names[nrows]), "%s%s%s", prefix, name,
	    suffix);
	rows[nrows] = (struct jail_sysctl){
		names[nrows], kind, format, descr
	};
	nrows++;
}

static void
add_param(const struct param *pa)
{
	static const struct {
		unsigned	 kind;
		const char	*format;
	} types[] = {
		[PT_INT] = { CTLTYPE_INT, "I" },
		[PT_ULONG] = { CTLTYPE_ULONG, "LU" },
		[PT_STRING] = { CTLTYPE_STRING, "A" },
		[PT_BOOL] = { CTLTYPE_INT, "B" },
		[PT_JAILSYS] = { CTLTYPE_INT, "E,jailsys" },
		[PT_IN4] = { CTLTYPE_STRUCT, "S,in_addr,a" },
		[PT_IN6] = { CTLTYPE_STRUCT, "S,in6_addr,a" },
		[PT_KEYVALUE] = { CTLTYPE_STRING, "A,keyvalue" },
	};
	unsigned flags = (pa->pa_flags & PF_RW) != 0 ? CTLFLAG_RW :
	    (pa->pa_flags & PF_TUN) != 0 ? CTLFLAG_RDTUN : CTLFLAG_RD;

	/* FreeBSD's name of a parameter with others below it. */
	add_row(PARAM, pa->pa_name, is_node(pa->pa_name) ? "." : "",
	    types[pa->pa_type].kind | flags, types[pa->pa_type].format,
	    pa->pa_help);
}

static int
compare_rows(const void *a, const void *b)
{
	return (strcmp(((const struct jail_sysctl *)a)->js_name,
	    ((const struct jail_sysctl *)b)->js_name));
}

static void
make_rows(void)
{
	size_t i;

	for (i = 0; i < NLEAVES; i++)
		add_row(PREFIX, leaves[i].le_name, "", CTLFLAG_RD |
		    (leaves[i].le_leaf == L_ENV || leaves[i].le_leaf == L_LIST
		    ? CTLTYPE_STRING : leaves[i].le_leaf == L_MAX_AF_IPS ||
		    leaves[i].le_leaf == L_MAXBUFSIZE ? CTLTYPE_UINT :
		    CTLTYPE_INT), leaves[i].le_leaf == L_ENV ||
		    leaves[i].le_leaf == L_LIST ? "A" : leaves[i].le_leaf ==
		    L_MAX_AF_IPS || leaves[i].le_leaf == L_MAXBUFSIZE ? "IU" :
		    "I", leaves[i].le_descr);
	for (i = 0; i < paramtab_n; i++)
		add_param(&paramtab[i]);
	qsort(rows, nrows, sizeof(rows[0]), compare_rows);
}

const struct jail_sysctl *
jail_sysctls(size_t *ret_n)
{
	pthread_once(&once, make_rows);
	*ret_n = nrows;
	return (rows);
}

/* ------------------------------------------------------------------------
 * What they say.
 */

/* The host, and what it gives a jail where nothing else is said. */
static int
host_facts(struct self *ret_se)
{
	_cleanup_state_ struct state st = STATE_INIT;
	const char *p;

	*ret_se = (struct self){
		.se_allow = PR_ALLOW_SET_HOSTNAME,
		.se_childmax = PRISON_CHILDMAX,
		.se_statfs = 2,
	};
	if (state_open(&st, 0) == -1)
		return (errno == ENOENT ? 0 : -1);
	if ((ret_se->se_jails = prison_list(&st, NULL)) == NULL)
		return (jail_err(errno, "list the jails"));
	for (p = ret_se->se_jails; (p = strchr(p, '\n')) != NULL; p++)
		ret_se->se_childcur++;
	return (0);
}

static int
jail_facts(int jid, struct self *ret_se)
{
	_cleanup_state_ struct state st = STATE_INIT;
	struct prison pr;

	if (state_open(&st, 0) == -1 || !state_jid_exists(&st, jid) ||
	    prison_load(&st, jid, &pr) == -1 || !prison_alive(&st, &pr))
		return (jail_errx(ENOENT, "jail %d not found", jid));
	*ret_se = (struct self){
		.se_allow = pr.pr_allow,
		.se_vnet = pr.pr_vnet == JAIL_SYS_NEW,
		.se_childmax = pr.pr_childmax,
		.se_childcur = pr.pr_childcount,
		.se_statfs = pr.pr_enforce_statfs,
		.se_ruleset = pr.pr_devfs_ruleset,
		.se_env = strdup(prison_text(&pr, prison_field("env"))),
		.se_jails = prison_list(&st, &pr),
	};
	return (0);
}

/* 1: of a jail, 0: of the host. */
static int
facts(int jid, struct self *ret_se)
{
	int n;

	if (jid != 0)
		return (jail_facts(jid, ret_se) == -1 ? -1 : 1);
	if ((n = self_read(ret_se)) != 0)
		return (n);
	return (host_facts(ret_se));
}

static int
put(void *oldp, size_t *oldlenp, const void *value, size_t n)
{
	if (oldp != NULL && *oldlenp < n)
		return (jail_err(ENOMEM, "the value of a sysctl"));
	if (oldp != NULL)
		memcpy(oldp, value, n);
	*oldlenp = n;
	return (0);
}

static int
put_text(void *oldp, size_t *oldlenp, const char *s)
{
	return (put(oldp, oldlenp, s != NULL ? s : "",
	    s != NULL ? strlen(s) + 1 : 1));
}

static int
put_param(const char *name, void *oldp, size_t *oldlenp)
{
	const struct param *pa;
	char stem[64], text[16];
	unsigned long zero = 0;
	size_t n;

	snprintf(stem, sizeof(stem), "%s", name);
	if ((n = strlen(stem)) > 0 && stem[n - 1] == '.')
		stem[n - 1] = '\0';
	if ((pa = param_find(stem, NULL, NULL)) == NULL)
		return (jail_errx(ENOENT, "unknown oid '" PARAM "%s'", name));
	if (pa->pa_type == PT_STRING || pa->pa_type == PT_KEYVALUE) {
		snprintf(text, sizeof(text), "%zu", pa->pa_size);
		return (put_text(oldp, oldlenp, text));
	}
	if (pa->pa_type == PT_IN4 || pa->pa_type == PT_IN6) {
		n = pa->pa_type == PT_IN4 ? sizeof(struct in_addr) :
		    sizeof(struct in6_addr);
		return (put(oldp, oldlenp, &n, sizeof(n)));
	}
	return (put(oldp, oldlenp, &zero, pa->pa_type == PT_ULONG ?
	    sizeof(long) : sizeof(int)));
}

static int
put_leaf(size_t i, int jailed, const struct self *se, void *oldp,
    size_t *oldlenp)
{
	int n = 0;

	switch (leaves[i].le_leaf) {
	case L_ENV:
		return (put_text(oldp, oldlenp, se->se_env));
	case L_LIST:
		return (put_text(oldp, oldlenp, se->se_jails));
	case L_ALLOW:
		n = (se->se_allow & leaves[i].le_bit) != 0;
		break;
	case L_UNIXIPROUTE:
		n = (se->se_allow & leaves[i].le_bit) == 0;
		break;
	case L_JAILED:
		n = jailed;
		break;
	case L_VNET:
		n = se->se_vnet;
		break;
	case L_CHILDREN_MAX:
		n = (int)se->se_childmax;
		break;
	case L_CHILDREN_CUR:
		n = (int)se->se_childcur;
		break;
	case L_STATFS:
		n = (int)se->se_statfs;
		break;
	case L_RULESET:
		n = (int)se->se_ruleset;
		break;
	case L_MAX_AF_IPS:
		n = PRISON_MAXADDRS;
		break;
	case L_MAXBUFSIZE:
		n = PRISON_METAMAX;
		break;
	}
	return (put(oldp, oldlenp, &n, sizeof(n)));
}

int
jail_sysctlget(int jid, const char *name, void *oldp, size_t *oldlenp)
{
	_cleanup_(self_clear) struct self se = { 0 };
	int jailed;
	size_t i;

	if (strncmp(name, PARAM, sizeof(PARAM) - 1) == 0)
		return (put_param(name + sizeof(PARAM) - 1, oldp, oldlenp));
	for (i = 0; i < NLEAVES; i++) {
		if (strncmp(name, PREFIX, sizeof(PREFIX) - 1) != 0 ||
		    strcmp(name + sizeof(PREFIX) - 1, leaves[i].le_name) != 0)
			continue;
		/* Whether, one may know without knowing more. */
		if ((jailed = facts(jid, &se)) == -1) {
			if (jid != 0 || leaves[i].le_leaf != L_JAILED)
				return (-1);
			jailed = 1;
		}
		return (put_leaf(i, jailed, &se, oldp, oldlenp));
	}
	return (jail_errx(ENOENT, "unknown oid '%s'", name));
}

int
jail_sysctlbyname(const char *name, void *oldp, size_t *oldlenp,
    const void *newp, size_t newlen)
{
	size_t none = 0;

	if (newp != NULL && newlen > 0)
		return (jail_errx(EPERM, "%s is not set on Linux: say the "
		    "parameter of each jail", name));
	return (jail_sysctlget(0, name, oldp, oldlenp != NULL ? oldlenp :
	    &none));
}
