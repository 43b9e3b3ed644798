// SPDX-License-Identifier: BSD-2-Clause
/* The system calls of FreeBSD: jail_set and jail_get. */
#include "jail.h"

#include <sys/stat.h>
#include <sys/utsname.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "attach.h"
#include "cgroup.h"
#include "create.h"
#include "errmsg.h"
#include "fd.h"
#include "index.h"
#include "iov.h"
#include "keyvalue.h"
#include "remove.h"

#define JAIL_DESC_FLAGS (JAIL_USE_DESC | JAIL_AT_DESC | JAIL_GET_DESC | \
	JAIL_OWN_DESC)

static int
check_flags(int flags, int mask)
{
	if ((flags & ~mask) != 0)
		return (jail_err(EINVAL, "flags 0x%x", flags));
	if ((flags & JAIL_DESC_FLAGS) != 0)
		return (jail_errx(EOPNOTSUPP, "jail descriptors are not there "
		    "on Linux"));
	return (0);
}

static int
set(struct iovec *iov, unsigned niov, int flags)
{
	_cleanup_state_ struct state st = STATE_INIT;
	_cleanup_close_ int guard = -1;
	struct request rq;
	struct prison pr;
	int error, jid;

	if (check_flags(flags, JAIL_SET_MASK) == -1)
		return (-1);
	if ((flags & (JAIL_CREATE | JAIL_UPDATE)) == 0)
		return (jail_errx(EINVAL, "no valid operation (create or "
		    "update)"));
	if (geteuid() != 0)
		return (jail_err(EPERM, "jail_set"));
	if ((flags & JAIL_ATTACH) != 0 && attach_check() == -1)
		return (-1);
	if (request_init(&rq, iov, niov, flags) == -1 ||
	    state_open(&st, (flags & JAIL_CREATE) != 0) == -1)
		return (-1);
	jid = prison_set(&st, &rq, (flags & JAIL_ATTACH) != 0, &pr, &guard);
	state_unlock(&st);
	if (jid == -1 || (flags & JAIL_ATTACH) == 0)
		return (jid);
	if (attach_to(&st, &pr, take_fd(&guard)) == -1) {
		error = errno;
		if (!pr.pr_persist)
			prison_remove(&st, &pr);
		errno = error;
		return (-1);
	}
	return (jid);
}

int
jail_set(struct iovec *iov, unsigned int niov, int flags)
{
	int jid;

	jail_errmsg[0] = '\0';
	jail_warnings_clear();
	jid = set(iov, niov, flags);
	if (jid == -1)
		iov_errmsg(iov, niov);
	return (jid);
}

/* ------------------------------------------------------------------------
 * jail_get
 */

/* Hand out n bytes: to a buffer of that size, or the size alone. */
static int
put(struct iovec *v, const char *name, const void *p, size_t n, int exact)
{
	if (v->iov_base == NULL) {
		v->iov_len = n;
		return (0);
	}
	if (exact ? v->iov_len != n : v->iov_len < n)
		return (jail_errx(EINVAL, "%s: a buffer of %zu bytes for %zu",
		    name, v->iov_len, n));
	memcpy(v->iov_base, p, n);
	v->iov_len = n;
	return (0);
}

static int
put_keyvalue(struct iovec *v, const char *name, const char *buf,
    const char *key)
{
	char text[PRISON_METAMAX];
	const char *value;
	size_t n;

	if (key == NULL)
		return (put(v, name, buf, strlen(buf) + 1, 0));
	if ((value = keyvalue_get(buf, key, &n)) == NULL) {
		v->iov_len = 0;
		return (0);
	}
	memcpy(text, value, n);
	text[n] = '\0';
	return (put(v, name, text, n + 1, 0));
}

/* Parameters that are no field of the record as it stands. */
static int
get_computed(const struct param *pa, const struct prison *pr, int no,
    struct iovec *v)
{
	const char *name = pa->pa_name;
	struct utsname un;
	int n;

	if ((pa->pa_flags & PF_ALLOW) != 0) {
		n = ((pr->pr_allow & pa->pa_bit) != 0) != no;
		return (put(v, name, &n, sizeof(n), 1));
	}
	if (pa->pa_type == PT_IN4)
		return (put(v, name, pr->pr_addr4, pr->pr_naddr4 *
		    sizeof(pr->pr_addr4[0]), 0));
	if (pa->pa_type == PT_IN6)
		return (put(v, name, pr->pr_addr6, pr->pr_naddr6 *
		    sizeof(pr->pr_addr6[0]), 0));
	if (strcmp(name, "osrelease") == 0) {
		uname(&un);
		un.release[31] = '\0';
		return (put(v, name, un.release, strlen(un.release) + 1, 0));
	}
	if (strcmp(name, "osreldate") == 0)
		n = request_osreldate();
	else if (strcmp(name, "user.base") == 0)
		n = (int)prison_uid0(pr);
	else	/* jid, cpuset.id */
		n = pr->pr_id;
	return (put(v, name, &n, sizeof(n), 1));
}

static int
get_one(const char *name, const struct prison *pr, struct iovec *v)
{
	const struct prison_field *pf;
	const struct param *pa;
	const char *key, *p;
	int n, no;

	if (iov_is_control(name))
		return (0);
	if ((pa = param_find(name, &no, &key)) == NULL)
		return (jail_errx(EINVAL, "unknown parameter: %s", name));
	if ((pf = prison_field(pa->pa_name)) == NULL)
		return (get_computed(pa, pr, no, v));
	p = (const char *)pr + pf->pf_offset;
	switch (pa->pa_type) {
	case PT_STRING:
		return (put(v, name, p, strlen(p) + 1, 0));
	case PT_KEYVALUE:
		return (put_keyvalue(v, name, prison_text(pr, pf), key));
	case PT_ULONG:
		return (put(v, name, p, sizeof(long), 1));
	case PT_BOOL:
		n = (*(const int *)p != 0) != no;
		return (put(v, name, &n, sizeof(n), 1));
	default:
		return (put(v, name, p, sizeof(int), 1));
	}
}

/* Load jid if it is there to be seen.  1, or 0. */
static int
visible(const struct state *st, int jid, int flags, struct prison *ret_pr)
{
	return (state_jid_exists(st, jid) &&
	    prison_load(st, jid, ret_pr) == 0 && ((ret_pr->pr_dying &&
	    (flags & JAIL_DYING) != 0) || prison_alive(st, ret_pr)));
}

static int
find_by_jid(const struct state *st, int jid, int flags, struct prison *ret_pr)
{
	if (visible(st, jid, flags, ret_pr))
		return (jid);
	if (state_jid_exists(st, jid) && prison_load(st, jid, ret_pr) == 0 &&
	    ret_pr->pr_dying)
		return (jail_errx(ENOENT, "jail %d is dying", jid));
	return (jail_errx(ENOENT, "jail %d not found", jid));
}

/* A dying jail is found by its name until it has ended, or another has it. */
static int
find_by_name(const struct state *st, const char *name, int flags,
    struct prison *ret_pr)
{
	int jid = prison_by_name(st, name);

	if (jid == 0 || !visible(st, jid, JAIL_DYING, ret_pr) ||
	    strcmp(ret_pr->pr_name, name) != 0)
		return (jail_errx(ENOENT, "jail \"%s\" not found", name));
	if (ret_pr->pr_dying && (flags & JAIL_DYING) == 0)
		return (jail_errx(ENOENT, "jail \"%s\" (%d) is dying", name,
		    jid));
	return (jid);
}

static int
find(const struct state *st, const struct iovec *iov, unsigned niov, int flags,
    struct prison *ret_pr)
{
	const char *name;
	int jid, last;

	switch (iov_int(iov, niov, "lastjid", &last)) {
	case -1:
		return (-1);
	case 1:
		if (last < 0)
			return (jail_errx(EINVAL, "negative jid"));
		for (jid = st->st_dir == -1 ? 0 : state_jid_next(st, last);
		    jid != 0; jid = state_jid_next(st, jid))
			if (visible(st, jid, flags, ret_pr))
				return (jid);
		return (jail_errx(ENOENT, "no jail after %d", last));
	}
	jid = 0;
	if (iov_int(iov, niov, "jid", &jid) == -1)
		return (-1);
	if (jid != 0) {
		if (st->st_dir == -1)
			return (jail_errx(ENOENT, "jail %d not found", jid));
		return (find_by_jid(st, jid, flags, ret_pr));
	}
	switch (iov_string(iov, niov, "name", &name)) {
	case -1:
		return (-1);
	case 1:
		if (st->st_dir == -1)
			return (jail_errx(ENOENT, "jail \"%s\" not found",
			    name));
		return (find_by_name(st, name, flags, ret_pr));
	}
	return (jail_errx(ENOENT, "no jail specified"));
}

static int
get(struct iovec *iov, unsigned niov, int flags)
{
	_cleanup_state_ struct state st = STATE_INIT;
	struct prison pr;
	unsigned i;

	if (check_flags(flags, JAIL_GET_MASK) == -1 ||
	    iov_check(iov, niov) == -1)
		return (-1);
	/* No state: this boot has not seen a jail. */
	if (state_open(&st, 0) == -1) {
		if (errno != ENOENT)
			return (-1);
		state_close(&st);
	}
	if (find(&st, iov, niov, flags, &pr) == -1)
		return (-1);
	for (i = 0; i + 1 < niov; i += 2)
		if (get_one(iov[i].iov_base, &pr, &iov[i + 1]) == -1)
			return (-1);
	return (pr.pr_id);
}

int
jail_get(struct iovec *iov, unsigned int niov, int flags)
{
	int jid;

	jail_errmsg[0] = '\0';
	jid = get(iov, niov, flags);
	if (jid == -1)
		iov_errmsg(iov, niov);
	return (jid);
}

int
jail_pids(int jid, pid_t **ret_pids)
{
	_cleanup_state_ struct state st = STATE_INIT;
	_cleanup_close_ int cgfd = -1;
	struct prison pr;
	int n;

	if (state_open(&st, 0) == -1 || !visible(&st, jid, JAIL_DYING, &pr))
		return (jail_errx(ENOENT, "jail %d not found", jid));
	if ((cgfd = prison_opencgroup(&st, jid)) == -1 ||
	    (n = cgroup_pids(cgfd, ret_pids)) == -1)
		return (jail_err(errno, "the processes of jail %d", jid));
	return (n);
}
