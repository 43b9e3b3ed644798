// SPDX-License-Identifier: BSD-2-Clause
#include "request.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allow.h"
#include "errmsg.h"
#include "iov.h"
#include "keyvalue.h"

static int
cannot_change(const char *name)
{
	return (jail_errx(EINVAL, "%s cannot be changed after creation", name));
}

static int
vnet_restricted(void)
{
	return (jail_errx(EINVAL, "vnet jails cannot have IP address "
	    "restrictions"));
}

int
request_init(struct request *rq, const struct iovec *iov, unsigned niov,
    int flags)
{
	const struct iovec *v;
	unsigned i;
	int jid = 0;

	*rq = (struct request){
		.rq_iov = iov, .rq_niov = niov, .rq_flags = flags
	};
	if (iov_check(iov, niov) == -1)
		return (-1);
	for (i = 0; i < niov; i += 2) {
		const char *name = iov[i].iov_base;

		if (!iov_is_control(name) &&
		    param_find(name, NULL, NULL) == NULL)
			return (jail_errx(EINVAL, "unknown parameter: %s",
			    name));
	}
	if (iov_int(iov, niov, "jid", &jid) == -1 ||
	    iov_string(iov, niov, "name", &rq->rq_name) == -1)
		return (-1);
	if (jid < 0)
		return (jail_errx(EINVAL, "negative jid"));
	if (jid > JAIL_MAX)
		return (jail_errx(EINVAL, "jid %d is over %d", jid, JAIL_MAX));
	if (rq->rq_name != NULL && strlen(rq->rq_name) > 255)
		return (jail_err(ENAMETOOLONG, "name"));
	rq->rq_jid = jid;
	v = iov_find(iov, niov, "name");
	if (v != NULL && rq->rq_name[0] == '\0')
		rq->rq_name = NULL;
	return (0);
}

/* ------------------------------------------------------------------------
 * One kind of value each.
 */

static int
apply_string(const struct prison_field *pf, struct prison *pr,
    const struct iovec *v, const char *name)
{
	const char *s = v->iov_base;

	if (s == NULL || v->iov_len == 0 || s[v->iov_len - 1] != '\0')
		return (jail_errx(EINVAL, "%s: not a string", name));
	if (strlen(s) >= pf->pf_size)
		return (jail_err(ENAMETOOLONG, "%s", name));
	memcpy(prison_text_place(pr, pf), s, strlen(s) + 1);
	return (0);
}

static int
apply_int(const struct param *pa, struct prison *pr, const struct iovec *v,
    const struct prison *above, int creating)
{
	int n, *p = (int *)((char *)pr + prison_field(pa->pa_name)->pf_offset);

	if (v->iov_base == NULL || v->iov_len != sizeof(n))
		return (jail_errx(EINVAL, "%s: not an int", pa->pa_name));
	memcpy(&n, v->iov_base, sizeof(n));
	if (p == &pr->pr_enforce_statfs) {
		if (n < 0 || n > 2)
			return (jail_errx(EINVAL, "enforce_statfs must be 0, 1 "
			    "or 2"));
		if (above != NULL && n < above->pr_enforce_statfs)
			return (jail_err(EPERM, "enforce_statfs"));
	} else if (p == &pr->pr_securelevel) {
		if ((above != NULL && n < above->pr_securelevel) ||
		    (!creating && n < *p))
			return (jail_err(EPERM, "securelevel"));
	} else if (p == &pr->pr_childmax) {
		if (n < 0)
			return (jail_errx(EINVAL, "children.max is negative"));
		if (n >= (above != NULL ? above->pr_childmax : PRISON_CHILDMAX))
			return (jail_err(EPERM, "children.max"));
	} else if (p == &pr->pr_devfs_ruleset && (n < 0 || n > 65535))
		return (jail_errx(EINVAL, "devfs_ruleset must be 0 to 65535"));
	*p = n;
	return (0);
}

static int
apply_jailsys(struct request *rq, const struct param *pa, struct prison *pr,
    const struct iovec *v, const struct prison *above, int creating)
{
	int n, *p = (int *)((char *)pr + prison_field(pa->pa_name)->pf_offset);

	if (v->iov_base == NULL || v->iov_len != sizeof(n))
		return (jail_errx(EINVAL, "%s: not an int", pa->pa_name));
	memcpy(&n, v->iov_base, sizeof(n));
	if (n != JAIL_SYS_DISABLE && n != JAIL_SYS_NEW && n != JAIL_SYS_INHERIT)
		return (jail_errx(EINVAL, "%s: neither disable, new nor "
		    "inherit", pa->pa_name));
	if (n == JAIL_SYS_DISABLE && (p == &pr->pr_host || p == &pr->pr_vnet ||
	    p == &pr->pr_user || p == &pr->pr_pid))
		return (jail_errx(EINVAL, "%s cannot be disabled",
		    pa->pa_name));
	if (!creating && (pa->pa_flags & PF_TUN) != 0 && (n != *p ||
	    (rq->rq_flags & JAIL_CREATE) == 0))
		return (cannot_change(pa->pa_name));
	if (above != NULL && n == JAIL_SYS_NEW &&
	    (p == &pr->pr_ip4 ? above->pr_ip4 : p == &pr->pr_ip6 ?
	    above->pr_ip6 : n) == JAIL_SYS_DISABLE)
		return (jail_err(EPERM, "%s", pa->pa_name));
	if (!creating && p == &pr->pr_host && n != *p)
		return (jail_errx(EINVAL, "host cannot be changed after "
		    "creation on Linux"));
	rq->rq_user_said |= p == &pr->pr_user;
	rq->rq_pid_said |= p == &pr->pr_pid;
	rq->rq_ip_said |= (p == &pr->pr_ip4 || p == &pr->pr_ip6) &&
	    n != JAIL_SYS_INHERIT;
	*p = n;
	return (0);
}

static int
apply_bool(struct request *rq, const struct param *pa, int no,
    struct prison *pr, const struct prison *above)
{
	int *p;

	if ((pa->pa_flags & PF_ALLOW) == 0) {
		p = (int *)((char *)pr + prison_field(pa->pa_name)->pf_offset);
		*p = !no;
		/* What it is for is run by that. */
		return (p != &pr->pr_i386 || no ? 0 :
		    apply_bool(rq, param_find("allow.i386", NULL, NULL), 0,
		    pr, above));
	}
	rq->rq_allow_said |= pa->pa_bit;
	if (no)
		pr->pr_allow &= ~pa->pa_bit;
	else if (above != NULL && (above->pr_allow & pa->pa_bit) == 0)
		return (jail_err(EPERM, "%s", pa->pa_name));
	else
		pr->pr_allow |= pa->pa_bit;
	if (pa->pa_bit == PR_ALLOW_SETTIME && !no)
		pr->pr_allow |= PR_ALLOW_ADJTIME;
	return (0);
}

static int
compare4(const void *a, const void *b)
{
	return (memcmp(a, b, sizeof(struct in_addr)));
}

static int
compare6(const void *a, const void *b)
{
	return (memcmp(a, b, sizeof(struct in6_addr)));
}

/* The first stays the primary one, the rest stand in order. */
static int
apply_addrs(const struct param *pa, struct prison *pr, const struct iovec *v,
    int creating)
{
	int v6 = pa->pa_type == PT_IN6, *mode = v6 ? &pr->pr_ip6 : &pr->pr_ip4;
	size_t size = v6 ? sizeof(struct in6_addr) : sizeof(struct in_addr);
	unsigned i, n = v->iov_len / size;
	char *addrs = v6 ? (char *)pr->pr_addr6 : (char *)pr->pr_addr4;
	const char *base = v->iov_base;

	if (v->iov_len % size != 0 || (n > 0 && base == NULL))
		return (jail_errx(EINVAL, "%s: not addresses", pa->pa_name));
	if (n > PRISON_MAXADDRS)
		return (jail_errx(EINVAL, "too many IPv%d addresses",
		    v6 ? 6 : 4));
	if (!creating && pr->pr_vnet == JAIL_SYS_NEW)
		return (vnet_restricted());
	/* To FreeBSD "disable" is a list without addresses. */
	if (!creating && *mode == JAIL_SYS_INHERIT)
		return (cannot_change(v6 ? "ip6" : "ip4"));
	if (n > 0)
		memcpy(addrs, base, n * size);
	for (i = 0; i < n; i++) {
		static const struct in6_addr any6 = IN6ADDR_ANY_INIT;
		const struct in_addr *a4 = &pr->pr_addr4[i];

		if (v6 ? memcmp(&pr->pr_addr6[i], &any6, size) == 0 :
		    (a4->s_addr == INADDR_ANY ||
		    a4->s_addr == INADDR_BROADCAST))
			return (jail_errx(EINVAL, "%s: the wildcard and the "
			    "broadcast address are nobody's", pa->pa_name));
	}
	if (n > 1)
		qsort(addrs + size, n - 1, size, v6 ? compare6 : compare4);
	for (i = 1; i < n; i++)
		if (memcmp(addrs + i * size, addrs, size) == 0 || (i > 1 &&
		    memcmp(addrs + i * size, addrs + (i - 1) * size,
		    size) == 0))
			return (jail_errx(EINVAL, "%s: an address is given "
			    "twice", pa->pa_name));
	*(v6 ? &pr->pr_naddr6 : &pr->pr_naddr4) = n;
	if (*mode != JAIL_SYS_INHERIT)
		*mode = JAIL_SYS_NEW;
	return (0);
}

static int
apply_keyvalue(const struct param *pa, const char *key, struct prison *pr,
    const struct iovec *v)
{
	const struct prison_field *pf = prison_field(pa->pa_name);
	char *buf = prison_text_place(pr, pf);
	const char *s = v->iov_base;

	if (v->iov_len > 0 && (s == NULL || s[v->iov_len - 1] != '\0'))
		return (jail_errx(EINVAL, "%s: not a string", pa->pa_name));
	if (key != NULL) {
		if (keyvalue_set(buf, pf->pf_size, key,
		    v->iov_len > 0 ? s : NULL) == -1)
			return (jail_err(EFBIG, "%s.%s", pa->pa_name, key));
		return (0);
	}
	if (v->iov_len > pf->pf_size)
		return (jail_err(EFBIG, "%s", pa->pa_name));
	memcpy(buf, v->iov_len > 0 ? s : "", v->iov_len > 0 ? v->iov_len : 1);
	return (0);
}

/* What Linux has one of, for all: only its own value can be asked for. */
static int
apply_release(const struct param *pa, const struct iovec *v)
{
	struct utsname un;
	int n = 0;

	if (pa->pa_type == PT_STRING) {
		uname(&un);
		if (v->iov_base != NULL && v->iov_len > 0 &&
		    strncmp(v->iov_base, un.release, v->iov_len) == 0)
			return (0);
	} else if (v->iov_len == sizeof(n)) {
		memcpy(&n, v->iov_base, sizeof(n));
		if (n == request_osreldate())
			return (0);
	}
	return (jail_errx(EOPNOTSUPP, "%s: Linux shows its own to all: leave "
	    "it out", pa->pa_name));
}

int
request_osreldate(void)
{
	struct utsname un;
	int major = 0, minor = 0, patch = 0;

	uname(&un);
	sscanf(un.release, "%d.%d.%d", &major, &minor, &patch);
	return (major * 100000 + minor * 1000 + patch);
}

static int
apply_path(struct request *rq, struct prison *pr, const struct iovec *v,
    int creating)
{
	char path[PATH_MAX];
	const char *s = v->iov_base;
	struct stat sb;

	if (s == NULL || v->iov_len == 0 || s[v->iov_len - 1] != '\0')
		return (jail_errx(EINVAL, "path: not a string"));
	if (realpath(s, path) == NULL || stat(path, &sb) == -1)
		return (jail_err(errno, "path %s", s));
	if (!S_ISDIR(sb.st_mode))
		return (jail_err(ENOTDIR, "path %s", s));
	if (strlen(path) >= sizeof(pr->pr_path))
		return (jail_err(ENAMETOOLONG, "path %s", s));
	if (!creating) {
		if (strcmp(path, pr->pr_path) != 0 ||
		    (rq->rq_flags & JAIL_CREATE) == 0)
			return (cannot_change("path"));
		return (0);
	}
	memcpy(pr->pr_path, path, strlen(path) + 1);
	return (0);
}

static int
apply_one(struct request *rq, struct prison *pr, const struct prison *above,
    int creating, const char *name, const struct iovec *v)
{
	const struct param *pa;
	const char *key;
	int no;

	if (iov_is_control(name) || strcmp(name, "jid") == 0 ||
	    strcmp(name, "name") == 0)
		return (0);	/* the caller's to weigh */
	pa = param_find(name, &no, &key);
	if ((pa->pa_flags & PF_RD) != 0)
		return (jail_errx(EINVAL, "%s is read-only", name));
	if (strcmp(name, "path") == 0)
		return (apply_path(rq, pr, v, creating));
	if (strcmp(name, "osrelease") == 0 || strcmp(name, "osreldate") == 0) {
		if (!creating && (rq->rq_flags & JAIL_CREATE) == 0)
			return (cannot_change(name));
		return (apply_release(pa, v));
	}
	if (strncmp(name, "host.", 5) == 0) {
		if (!creating && pr->pr_host == JAIL_SYS_INHERIT)
			return (cannot_change("host"));
		pr->pr_host = JAIL_SYS_NEW;
	}
	switch (pa->pa_type) {
	case PT_BOOL:
		return (apply_bool(rq, pa, no, pr, above));
	case PT_INT:
		return (apply_int(pa, pr, v, above, creating));
	case PT_JAILSYS:
		return (apply_jailsys(rq, pa, pr, v, above, creating));
	case PT_STRING:
		return (apply_string(prison_field(name), pr, v, name));
	case PT_IN4:
	case PT_IN6:
		return (apply_addrs(pa, pr, v, creating));
	case PT_KEYVALUE:
		return (apply_keyvalue(pa, key, pr, v));
	case PT_ULONG:
		if (v->iov_base == NULL || v->iov_len != sizeof(long))
			return (jail_errx(EINVAL, "%s: not a long", name));
		memcpy(&pr->pr_hostid, v->iov_base, sizeof(long));
		return (0);
	}
	return (0);
}

/* May a jail below another have these addresses? */
static int
check_below(const struct prison *pr, const struct prison *above)
{
	unsigned i, j;

	if (above->pr_ip4 == JAIL_SYS_NEW && pr->pr_ip4 == JAIL_SYS_NEW)
		for (i = 0; i < pr->pr_naddr4; i++) {
			for (j = 0; j < above->pr_naddr4 && compare4(
			    &pr->pr_addr4[i], &above->pr_addr4[j]) != 0; j++)
				;
			if (j == above->pr_naddr4)
				return (jail_err(EPERM, "ip4.addr is not among "
				    "jail \"%s\"'s", above->pr_name));
		}
	if (above->pr_ip6 == JAIL_SYS_NEW && pr->pr_ip6 == JAIL_SYS_NEW)
		for (i = 0; i < pr->pr_naddr6; i++) {
			for (j = 0; j < above->pr_naddr6 && compare6(
			    &pr->pr_addr6[i], &above->pr_addr6[j]) != 0; j++)
				;
			if (j == above->pr_naddr6)
				return (jail_err(EPERM, "ip6.addr is not among "
				    "jail \"%s\"'s", above->pr_name));
		}
	if ((above->pr_ip4 == JAIL_SYS_DISABLE && pr->pr_naddr4 > 0) ||
	    (above->pr_ip6 == JAIL_SYS_DISABLE && pr->pr_naddr6 > 0))
		return (jail_err(EPERM, "jail \"%s\" has no addresses to give",
		    above->pr_name));
	return (0);
}

static int
check_sysv(const struct prison *pr)
{
	int inherit = (pr->pr_sysvmsg == JAIL_SYS_INHERIT) +
	    (pr->pr_sysvsem == JAIL_SYS_INHERIT) +
	    (pr->pr_sysvshm == JAIL_SYS_INHERIT);
	int fresh = (pr->pr_sysvmsg == JAIL_SYS_NEW) +
	    (pr->pr_sysvsem == JAIL_SYS_NEW) + (pr->pr_sysvshm == JAIL_SYS_NEW);

	if (inherit > 0 && fresh > 0)
		return (jail_errx(EINVAL, "sysvmsg, sysvsem and sysvshm are one "
		    "namespace on Linux: some cannot be new while others "
		    "inherit"));
	return (0);
}

int
request_apply(struct request *rq, struct prison *pr,
    const struct prison *above, int creating)
{
	unsigned i;

	for (i = 0; i + 1 < rq->rq_niov; i += 2)
		if (apply_one(rq, pr, above, creating, rq->rq_iov[i].iov_base,
		    &rq->rq_iov[i + 1]) == -1)
			return (-1);
	if (pr->pr_vnet == JAIL_SYS_NEW) {
		if (rq->rq_ip_said || (pr->pr_naddr4 | pr->pr_naddr6) != 0)
			return (vnet_restricted());
		pr->pr_ip4 = pr->pr_ip6 = JAIL_SYS_INHERIT;
	}
	if (above != NULL && check_below(pr, above) == -1)
		return (-1);
	return (check_sysv(pr));
}

/* May we lift a limit for those who enter? */
static int
limits_can_be_lifted(void)
{
	struct rlimit rl;

	return ((getrlimit(RLIMIT_MEMLOCK, &rl) == 0 &&
	    rl.rlim_max == RLIM_INFINITY) ||
	    prctl(PR_CAPBSET_READ, CAP_SYS_RESOURCE) == 1);
}

void
request_permissions(const struct request *rq, struct prison *pr)
{
	const struct allow *al;
	const struct param *pa;
	int impossible;

	for (al = allowtab; al < allowtab + allowtab_n; al++) {
		impossible = (al->al_flags & AL_NEVER) != 0 ||
		    ((al->al_flags & (pr->pr_user == JAIL_SYS_NEW ? AL_INIT :
		    AL_OWN)) != 0 && (pr->pr_vnet != JAIL_SYS_NEW ||
		    (al->al_flags & AL_VNET) == 0));
		if ((pr->pr_allow & al->al_bit) == 0 || (!impossible &&
		    ((al->al_flags & AL_LIMIT) == 0 ||
		    limits_can_be_lifted())))
			continue;
		pr->pr_allow &= ~al->al_bit;
		if ((rq->rq_allow_said & al->al_bit) == 0)
			continue;	/* on by default */
		for (pa = paramtab; pa->pa_bit != al->al_bit; pa++)
			;
		jail_warning("%s is not given%s: %s", pa->pa_name,
		    (al->al_flags & (AL_NEVER | AL_LIMIT)) != 0 ? "" :
		    pr->pr_user ==
		    JAIL_SYS_NEW ? " with user=new" : " with user=inherit",
		    al->al_note);
	}
}
