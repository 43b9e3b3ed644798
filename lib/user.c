// SPDX-License-Identifier: BSD-2-Clause
/*
 * A prison's users are read from its files, from outside: to ask the prison's
 * own C library would mean to run the prisoner's code.  The parser is ours
 * since fgetpwent(3) serves one thread only and takes NIS's "+" lines for
 * users of uid 0.
 */
#include "user.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include "errmsg.h"
#include "fd.h"
#include "hostuser.h"
#include "sys.h"

#define USERFILE_MAX	(16 << 20)	/* bytes; 200,000 users have room */
#define OPEN_TRIES	64		/* against a rename in every try */

struct text {
	char	*t_buf;
	size_t	 t_len;
};

void
jail_user_clear(struct jail_user *ju)
{
	int error = errno;

	free(ju->ju_name);
	free(ju->ju_home);
	free(ju->ju_shell);
	free(ju->ju_groups);
	memset(ju, 0, sizeof(*ju));
	errno = error;
}

static void
text_clear(struct text *t)
{
	free_ptr(&t->t_buf);
}

bool
user_id_parse(const char *s, unsigned *ret_id)
{
	unsigned long long n = 0;

	if (*s == '\0')
		return (false);
	for (; *s != '\0'; s++) {
		if (*s < '0' || *s > '9')
			return (false);
		n = n * 10 + (unsigned)(*s - '0');
		if (n >= UINT_MAX)
			return (false);
	}
	*ret_id = (unsigned)n;
	return (true);
}

int
user_fill(struct jail_user *ju, const char *name, const char *home,
    const char *shell, uid_t uid, gid_t gid)
{
	ju->ju_name = strdup(name);
	ju->ju_home = strdup(home);
	ju->ju_shell = strdup(shell);
	ju->ju_uid = uid;
	ju->ju_gid = gid;
	if (ju->ju_name == NULL || ju->ju_home == NULL ||
	    ju->ju_shell == NULL)
		return (jail_err(ENOMEM, "user %s", name));
	return (0);
}

/* ------------------------------------------------------------------------
 * The files of a prison.
 */

/*
 * Open a file for reading, with the prison's root as "/".  O_NONBLOCK: a
 * fifo in the file's place must not make us wait for its writer.
 */
static int
userfile_open(int rootfd, const char *path)
{
	int fd, tries;

	for (tries = 0; tries < OPEN_TRIES; tries++) {
		fd = sys_openat2(rootfd, path, O_RDONLY | O_NONBLOCK |
		    O_NOCTTY | O_CLOEXEC, 0,
		    RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
		/* EAGAIN: something was renamed while ".." was resolved. */
		if (fd != -1 || errno != EAGAIN)
			return (fd);
	}
	return (-1);
}

/* Read a file whole, a NUL behind it. */
static int
userfile_read(int rootfd, const char *path, struct text *ret_t)
{
	_cleanup_close_ int fd = userfile_open(rootfd, path);
	size_t size;
	struct stat st;
	ssize_t n;

	if (fd == -1)
		return (jail_err(errno, "open %s", path));
	if (fstat(fd, &st) == -1)
		return (jail_err(errno, "stat %s", path));
	if (!S_ISREG(st.st_mode))
		return (jail_errx(EINVAL, "%s: not a regular file", path));
	if (st.st_size >= USERFILE_MAX)
		return (jail_err(EFBIG, "%s", path));
	/* What is appended from here on is not read: the size is fixed. */
	size = (size_t)st.st_size;
	ret_t->t_len = 0;
	if ((ret_t->t_buf = malloc(size + 1)) == NULL)
		return (jail_err(errno, "read %s", path));
	while (ret_t->t_len < size) {
		n = read(fd, ret_t->t_buf + ret_t->t_len, size - ret_t->t_len);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return (jail_err(errno, "read %s", path));
		if (n == 0)
			break;
		ret_t->t_len += (size_t)n;
	}
	ret_t->t_buf[ret_t->t_len] = '\0';
	return (0);
}

/*
 * Cut the next well-formed line out of the text and into exactly n fields.
 * Comments, NIS lines, lines with a NUL or another number of fields are
 * passed over.  *pos starts at 0.  Returns false at the end.
 */
static bool
line_next(struct text *t, size_t *pos, char **fields, int n)
{
	char *line, *end, *p;
	int i;

	while (*pos < t->t_len) {
		line = t->t_buf + *pos;
		end = memchr(line, '\n', t->t_len - *pos);
		if (end == NULL)
			end = t->t_buf + t->t_len;
		*end = '\0';
		*pos = (size_t)(end - t->t_buf) + 1;
		if (strchr("#+-:", *line) != NULL || line + strlen(line) != end)
			continue;
		for (i = 0, p = line; p != NULL; i++) {
			line = strsep(&p, ":");
			if (i < n)
				fields[i] = line;
		}
		if (i == n)
			return (true);
	}
	return (false);
}

/* The fields of a passwd line, in its order. */
enum { PW_NAME, PW_PASSWD, PW_UID, PW_GID, PW_GECOS, PW_HOME, PW_SHELL, PW_N };
enum { GR_NAME, GR_PASSWD, GR_GID, GR_MEMBERS, GR_N };

static int
passwd_find(struct text *t, const char *name, struct jail_user *ret_ju)
{
	unsigned uid, gid, wanted = 0, found_uid = 0, found_gid = 0;
	char *f[PW_N], *found[PW_N];
	bool byid, any = false;
	size_t pos = 0;

	byid = user_id_parse(name, &wanted);
	while (line_next(t, &pos, f, PW_N)) {
		bool same = strcmp(f[PW_NAME], name) == 0;

		if (!same && (!byid || any))
			continue;
		if (!user_id_parse(f[PW_UID], &uid) || !user_id_parse(f[PW_GID], &gid))
			continue;
		if (!same && uid != wanted)
			continue;
		memcpy(found, f, sizeof(f));
		found_uid = uid;
		found_gid = gid;
		any = true;
		if (same)
			break;
	}
	if (!any)
		return (jail_errx(ENOENT, "%s: no such user", name));
	return (user_fill(ret_ju, found[PW_NAME], found[PW_HOME],
	    found[PW_SHELL], found_uid, found_gid));
}

static bool
is_member(char *members, const char *name)
{
	char *member;

	while ((member = strsep(&members, ",")) != NULL)
		if (strcmp(member, name) == 0)
			return (true);
	return (false);
}

static int
gid_cmp(const void *a, const void *b)
{
	gid_t x = *(const gid_t *)a, y = *(const gid_t *)b;

	return ((x > y) - (x < y));
}

/* Sort, and drop what is there twice.  Returns how many are left. */
static size_t
gids_unique(gid_t *gids, size_t n)
{
	size_t i, kept = 0;

	if (n > 1)
		qsort(gids, n, sizeof(*gids), gid_cmp);
	for (i = 0; i < n; i++)
		if (kept == 0 || gids[kept - 1] != gids[i])
			gids[kept++] = gids[i];
	return (kept);
}

/* The list is as long as the file allows; duplicates are not looked for. */
static int
gids_add(gid_t **gids, size_t *n, size_t *room, gid_t gid)
{
	gid_t *more;

	if (*gids == NULL || *n == *room) {
		*room = *room == 0 ? 32 : *room * 2;
		more = reallocarray(*gids, *room, sizeof(**gids));
		if (more == NULL)
			return (jail_err(errno, "groups"));
		*gids = more;
	}
	(*gids)[(*n)++] = gid;
	return (0);
}

static int
group_list(struct text *t, struct jail_user *ju)
{
	size_t pos = 0, n = 0, room = 0;
	unsigned gid;
	char *f[GR_N];

	if (gids_add(&ju->ju_groups, &n, &room, ju->ju_gid) == -1)
		return (-1);
	while (line_next(t, &pos, f, GR_N))
		if (user_id_parse(f[GR_GID], &gid) &&
		    is_member(f[GR_MEMBERS], ju->ju_name) &&
		    gids_add(&ju->ju_groups, &n, &room, gid) == -1)
			return (-1);
	n = gids_unique(ju->ju_groups, n);
	if (n > NGROUPS_MAX)
		return (jail_errx(E2BIG, "%s: in more than %d groups",
		    ju->ju_name, NGROUPS_MAX));
	ju->ju_ngroups = (int)n;
	return (0);
}

static int
texts_find(struct text *passwd, struct text *group, const char *name,
    struct jail_user *ret_ju)
{
	if (passwd_find(passwd, name, ret_ju) == 0 &&
	    group_list(group, ret_ju) == 0)
		return (0);
	jail_user_clear(ret_ju);
	return (-1);
}

int
user_find(int rootfd, const char *name, struct jail_user *ret_ju)
{
	struct text passwd = { 0 }, group = { 0 };
	int rv = -1;

	memset(ret_ju, 0, sizeof(*ret_ju));
	/* A world without groups still has users. */
	if (userfile_read(rootfd, "etc/passwd", &passwd) == 0 &&
	    (userfile_read(rootfd, "etc/group", &group) == 0 ||
	    errno == ENOENT))
		rv = texts_find(&passwd, &group, name, ret_ju);
	text_clear(&passwd);
	text_clear(&group);
	return (rv);
}

/* The root directory of a jail, as the host sees it. */
static int
jail_rootfd(int jid)
{
	char path[PATH_MAX];
	struct iovec iov[4];
	int fd;

	iov[0].iov_base = (void *)(uintptr_t)"jid";
	iov[0].iov_len = sizeof("jid");
	iov[1].iov_base = &jid;
	iov[1].iov_len = sizeof(jid);
	iov[2].iov_base = (void *)(uintptr_t)"path";
	iov[2].iov_len = sizeof("path");
	iov[3].iov_base = path;
	iov[3].iov_len = sizeof(path);
	if (jail_get(iov, 4, 0) == -1)
		return (-1);
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return (jail_err(errno, "open %s", path));
	return (fd);
}

int
jail_getuser(int jid, const char *name, struct jail_user *ret_ju)
{
	_cleanup_close_ int rootfd = -1;

	if (jid == 0)
		return (hostuser_find(name, ret_ju));
	memset(ret_ju, 0, sizeof(*ret_ju));
	if ((rootfd = jail_rootfd(jid)) == -1)
		return (-1);
	return (user_find(rootfd, name, ret_ju));
}
