// SPDX-License-Identifier: BSD-2-Clause
/* The host's users, by its C library. */
#include "hostuser.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "errmsg.h"
#include "fd.h"
#include "user.h"

#define ANSWER_MAX	(16 << 20)	/* bytes, of one user */

/*
 * One look-up by name, or by uid where name is NULL, with the strings in a
 * buffer.  Returns 0, -1, or 1 when there is no such user.
 */
static int
host_ask(const char *name, uid_t uid, char *buf, size_t size,
    struct jail_user *ju)
{
	struct passwd pw, *found = NULL;
	int error;

	error = name != NULL ? getpwnam_r(name, &pw, buf, size, &found) :
	    getpwuid_r(uid, &pw, buf, size, &found);
	if (found != NULL)
		return (user_fill(ju, pw.pw_name, pw.pw_dir, pw.pw_shell,
		    pw.pw_uid, pw.pw_gid));
	/* POSIX lets "not found" be said in several ways. */
	if (error == 0 || error == ENOENT || error == ESRCH ||
	    error == EBADF || error == EPERM)
		return (1);
	return (jail_err(error, "user database"));
}

static int
host_lookup(const char *name, uid_t uid, struct jail_user *ju)
{
	size_t size;
	char *buf;
	int rv;

	for (size = 1024; ; size *= 2) {
		if ((buf = malloc(size)) == NULL)
			return (jail_err(errno, "user database"));
		rv = host_ask(name, uid, buf, size, ju);
		free_ptr(&buf);
		if (rv != -1 || errno != ERANGE || size >= ANSWER_MAX)
			return (rv);
	}
}

static int
host_groups(struct jail_user *ju)
{
	int n = 32, asked;
	gid_t *more;

	for (;;) {
		more = reallocarray(ju->ju_groups, (size_t)n, sizeof(gid_t));
		if (more == NULL)
			return (jail_err(errno, "groups"));
		ju->ju_groups = more;
		asked = n;
		if (getgrouplist(ju->ju_name, ju->ju_gid, ju->ju_groups,
		    &n) != -1)
			break;
		if (n <= asked)
			n = asked * 2;
		if (n > NGROUPS_MAX + 1)
			return (jail_errx(E2BIG, "%s: in more than %d groups",
			    ju->ju_name, NGROUPS_MAX));
	}
	ju->ju_ngroups = n;
	return (0);
}

int
hostuser_find(const char *name, struct jail_user *ret_ju)
{
	unsigned uid;
	int found;

	memset(ret_ju, 0, sizeof(*ret_ju));
	found = host_lookup(name, 0, ret_ju);
	if (found == 1 && user_id_parse(name, &uid))
		found = host_lookup(NULL, uid, ret_ju);
	if (found == 1)
		return (jail_errx(ENOENT, "%s: no such user", name));
	if (found == 0 && host_groups(ret_ju) == 0)
		return (0);
	jail_user_clear(ret_ju);
	return (-1);
}
