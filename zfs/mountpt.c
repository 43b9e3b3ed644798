// SPDX-License-Identifier: BSD-2-Clause
#include "mountpt.h"

#include <sys/mount.h>
#include <sys/stat.h>

#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <jail.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "jails.h"
#include "name.h"
#include "prop.h"
#include "step.h"
#include "util.h"

/* ------------------------------------------------------------------------
 * What is mounted.
 */

static struct mount_line {
	char	*ml_dev;	/* major:minor, of a btrfs as a whole */
	char	*ml_root;	/* which directory of it */
	char	*ml_point;
} *lines;
static size_t nlines;
static int loaded;

/* The kernel writes \040 for a space. */
static char *
unescape(const char *s)
{
	char *out = xcalloc(1, strlen(s) + 1), *to = out;

	for (; *s != '\0'; s++)
		if (s[0] == '\\' && s[1] >= '0' && s[1] <= '3' &&
		    s[2] != '\0' && s[3] != '\0') {
			*to++ = (char)((s[1] - '0') << 6 | (s[2] - '0') << 3 |
			    (s[3] - '0'));
			s += 3;
		} else
			*to++ = *s;
	return (out);
}

static void
load(void)
{
	_cleanup_free_ char *line = NULL;
	char *f[5], *rest;
	size_t cap = 0, i;
	FILE *file;

	if (loaded)
		return;
	loaded = 1;
	if ((file = fopen("/proc/self/mountinfo", "re")) == NULL)
		err(1, "/proc/self/mountinfo");
	while (getline(&line, &cap, file) != -1) {
		if (strstr(line, " - btrfs ") == NULL)
			continue;
		for (rest = line, i = 0; i < NELEM(f); i++)
			f[i] = strsep(&rest, " ");
		if (f[4] == NULL)
			continue;
		lines = xgrow(lines, nlines, sizeof(*lines));
		lines[nlines++] = (struct mount_line){ xstrdup(f[2]),
		    unescape(f[3]), unescape(f[4]) };
	}
	fclose(file);
}

void
mount_forget(void)
{
	for (; nlines > 0; nlines--) {
		free(lines[nlines - 1].ml_dev);
		free(lines[nlines - 1].ml_root);
		free(lines[nlines - 1].ml_point);
	}
	free(lines);
	lines = NULL;
	loaded = 0;
}

/* The last one on a point is the one that is seen there. */
static const struct mount_line *
line_at(const char *point)
{
	size_t i;

	load();
	for (i = nlines; i > 0; i--)
		if (strcmp(lines[i - 1].ml_point, point) == 0)
			return (&lines[i - 1]);
	return (NULL);
}

char *
mount_where_in(const struct pool *po, const struct ds *ds, size_t *ret_nth)
{
	const struct mount_line *pool = line_at(po->po_dir);
	_cleanup_free_ char *root = NULL;
	size_t i;

	if (pool == NULL || ds_is_snap(ds))
		return (NULL);
	root = xprintf("%s/ds/%llu/fs", strcmp(pool->ml_root, "/") == 0 ? "" :
	    pool->ml_root, (unsigned long long)ds->ds_id);
	for (i = 0; i < nlines; i++)
		if (strcmp(lines[i].ml_root, root) == 0 &&
		    strcmp(lines[i].ml_dev, pool->ml_dev) == 0) {
			*ret_nth = i;
			return (xstrdup(lines[i].ml_point));
		}
	return (NULL);
}

char *
mount_where(const struct pool *po, const struct ds *ds)
{
	size_t nth;

	return (mount_where_in(po, ds, &nth));
}

int
mount_is(const struct pool *po, const struct ds *ds)
{
	_cleanup_free_ char *where = mount_where(po, ds);

	return (where != NULL);
}

/* ------------------------------------------------------------------------
 * Mounting.
 */

char *
mount_wanted(struct pool *po, struct ds *ds)
{
	char *point = prop_value(po, ds, "mountpoint");

	if (point[0] == '/')
		return (point);
	free(point);
	return (NULL);
}

int
mount_is_auto(struct pool *po, struct ds *ds)
{
	_cleanup_free_ char *can = prop_value(po, ds, "canmount");
	_cleanup_free_ char *point = mount_wanted(po, ds);

	return (!ds_is_snap(ds) && point != NULL && strcmp(can, "on") == 0);
}

static int
is_empty(int dirfd)
{
	int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd != -1 ? fdopendir(fd) : NULL;
	struct dirent *de;
	int empty = 1;

	if (d == NULL) {
		fd_close(&fd);
		return (0);
	}
	while ((de = readdir(d)) != NULL)
		if (strcmp(de->d_name, ".") != 0 &&
		    strcmp(de->d_name, "..") != 0)
			empty = 0;
	closedir(d);
	return (empty);
}

/*
 * Whether what lies at a path may be a prisoner's doing: it is below the root of
 * a jail, or in a dataset that is mounted above.  Then a link is not followed.
 */
static int
is_untrusted(struct pool *po, const struct ds *ds, const char *path)
{
	char *name = name_parent(ds->ds_name), *up;
	int untrusted = jails_root_above(path) != NULL;

	for (; name != NULL; up = name_parent(name), free(name), name = up) {
		_cleanup_free_ char *at = mount_wanted(po,
		    index_find(po->po_ix, name));

		if (at != NULL && strcmp(at, path) != 0 &&
		    path_within(path, at))
			untrusted = 1;
	}
	return (untrusted);
}

/* One directory further, made where it is not there.  It, or -1. */
static int
step_down(int fd, const char *word, int follow)
{
	if (mkdirat(fd, word, 0755) == -1 && errno != EEXIST)
		return (-1);
	return (openat(fd, word, O_PATH | O_DIRECTORY | O_CLOEXEC |
	    (follow ? 0 : O_NOFOLLOW)));
}

/*
 * Open the directory to mount on.  *ret_linked: links were followed on the
 * way, none of which can be a prisoner's.
 */
static int
open_point(struct pool *po, const struct ds *ds, const char *point,
    int *ret_linked)
{
	_cleanup_free_ char *copy = xstrdup(point);
	int fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC), next;
	char *left = copy, *word;

	*ret_linked = 0;
	while (fd != -1 && (word = strsep(&left, "/")) != NULL) {
		if (*word == '\0')
			continue;
		next = step_down(fd, word, 0);
		if (next == -1 && (errno == ELOOP || errno == ENOTDIR)) {
			_cleanup_free_ char *here = xprintf("%.*s",
			    (int)(word - copy + strlen(word)), point);

			if (!is_untrusted(po, ds, here)) {
				*ret_linked = 1;
				next = step_down(fd, word, 1);
			} else
				errno = ELOOP;
		}
		fd_close(&fd);
		fd = next;
	}
	return (fd);
}

/* The options that the properties come to. */
static char *
options(struct pool *po, struct ds *ds, const char *extra)
{
	return (xprintf("bind%s%s%s%s%s%s%s",
	    prop_is_on(po, ds, "readonly") ? ",ro" : "",
	    prop_is_on(po, ds, "devices") ? "" : ",nodev",
	    prop_is_on(po, ds, "exec") ? "" : ",noexec",
	    prop_is_on(po, ds, "setuid") ? "" : ",nosuid",
	    prop_is_on(po, ds, "atime") ? "" : ",noatime",
	    extra != NULL ? "," : "", extra != NULL ? extra : ""));
}

static int
attach(struct pool *po, struct ds *ds, const char *point, const char *extra)
{
	_cleanup_free_ char *opts = options(po, ds, extra);
	_cleanup_free_ char *from = xprintf("%s/ds/%llu/fs", po->po_dir,
	    (unsigned long long)ds->ds_id);
	int linked;
	_cleanup_close_ int fd = open_point(po, ds, point, &linked);

	if (fd == -1) {
		say("cannot mount '%s': %s%s", point, errno == ENOTDIR ||
		    errno == ELOOP ? "something else is in the way: " : "",
		    strerror(errno));
		return (-1);
	}
	if (!prop_is_on(po, ds, "overlay") && !is_empty(fd)) {
		say("cannot mount '%s': directory is not empty", point);
		return (-1);
	}
	/* Below a root it goes through no link, whatever has changed since. */
	if (jail_mount(linked ? NULL : "/", "nullfs", from, point,
	    opts) == -1) {
		say("cannot mount '%s': %s", point, jail_errmsg);
		return (-1);
	}
	if (jail_warnings()[0] != '\0')
		fprintf(stderr, "%s", jail_warnings());
	step("zfs-mounted");
	mount_forget();
	return (0);
}

int
mount_new(struct pool *po, struct ds *ds)
{
	_cleanup_free_ char *point = mount_wanted(po, ds);

	return (attach(po, ds, point, NULL));
}

int
mount_ds(struct pool *po, struct ds *ds, const char *extra)
{
	_cleanup_free_ char *can = prop_value(po, ds, "canmount");
	_cleanup_free_ char *point = prop_value(po, ds, "mountpoint");

	if (strcmp(can, "off") == 0)
		say("cannot mount '%s': 'canmount' property is set to 'off'",
		    ds->ds_name);
	else if (strcmp(point, "legacy") == 0)
		say("cannot mount '%s': legacy mountpoint\nuse mount(8) to "
		    "mount this filesystem: mount --bind %s/ds/%llu/fs DIR",
		    ds->ds_name, po->po_dir, (unsigned long long)ds->ds_id);
	else if (point[0] != '/')
		say("cannot mount '%s': no mountpoint set", ds->ds_name);
	else if (mount_is(po, ds))
		say("cannot mount '%s': filesystem already mounted",
		    ds->ds_name);
	else
		return (attach(po, ds, point, extra));
	return (-1);
}

struct mounted {
	char		*mo_where;
	struct ds	*mo_ds;
};

/* What is above comes first. */
static int
by_point(const void *a, const void *b)
{
	return (strcmp(((const struct mounted *)a)->mo_where,
	    ((const struct mounted *)b)->mo_where));
}

int
mount_within(struct pool *po, const char *top)
{
	const struct index *ix = po->po_ix;
	_cleanup_free_ struct mounted *list = xcalloc(ix->ix_nds + 1,
	    sizeof(*list));
	int error = 0;
	size_t i, n = 0;

	/* What is mounted is looked at once. */
	for (i = 0; i < ix->ix_nds; i++)
		if (name_within(ix->ix_ds[i]->ds_name, top) &&
		    mount_is_auto(po, ix->ix_ds[i]) &&
		    !mount_is(po, ix->ix_ds[i])) {
			list[n].mo_where = mount_wanted(po, ix->ix_ds[i]);
			list[n++].mo_ds = ix->ix_ds[i];
		}
	qsort(list, n, sizeof(*list), by_point);
	for (i = 0; i < n; i++) {
		if (attach(po, list[i].mo_ds, list[i].mo_where, NULL) == -1)
			error = -1;
		free(list[i].mo_where);
	}
	return (error);
}

/* ------------------------------------------------------------------------
 * Unmounting.
 */

static int
unmount_at(const char *where, int force)
{
	const char *jail;
	int error;

	if ((jail = jails_at(where)) != NULL) {
		say("cannot unmount '%s': jail '%s' runs there", where,
		    jail);
		return (-1);
	}
	if (jails_root_above(where) != NULL) {
		/* The jail has it, too.  Expiring tells whether it is used. */
		error = umount2(where, MNT_EXPIRE | UMOUNT_NOFOLLOW);
		if (error == -1 && errno == EAGAIN)
			error = 0;
		if ((error == 0 || force) && jail_umount(NULL, where) == -1 &&
		    errno != EINVAL) {
			say("cannot unmount '%s': %s", where, jail_errmsg);
			return (-1);
		}
	} else
		error = umount2(where, UMOUNT_NOFOLLOW |
		    (force ? MNT_DETACH : 0));
	if (error == -1 && !force) {
		say("cannot unmount '%s': %s", where, strerror(errno));
		return (-1);
	}
	step("zfs-unmounted");
	return (0);
}

int
unmount_ds(struct pool *po, struct ds *ds, int force)
{
	_cleanup_free_ char *where = mount_where(po, ds);
	int error = where == NULL ? 0 : unmount_at(where, force);

	mount_forget();
	return (error);
}

/* Longest first: what is mounted in another is below it. */
static int
by_length(const void *a, const void *b)
{
	size_t x = strlen(((const struct mounted *)a)->mo_where);
	size_t y = strlen(((const struct mounted *)b)->mo_where);

	return (x < y ? 1 : x > y ? -1 : 0);
}

int
unmount_within(struct pool *po, const char *top, int force)
{
	const struct index *ix = po->po_ix;
	_cleanup_free_ struct mounted *list = xcalloc(ix->ix_nds + 1,
	    sizeof(*list));
	size_t i, n = 0;
	int error = 0;

	for (i = 0; i < ix->ix_nds; i++)
		if (name_within(ix->ix_ds[i]->ds_name, top) &&
		    (list[n].mo_where = mount_where(po,
		    ix->ix_ds[i])) != NULL)
			list[n++].mo_ds = ix->ix_ds[i];
	qsort(list, n, sizeof(*list), by_length);
	for (i = 0; i < n; i++) {
		/* The directory was made for it; what is not empty was not. */
		if (error == 0 &&
		    (error = unmount_at(list[i].mo_where, force)) == 0)
			rmdir(list[i].mo_where);
		free(list[i].mo_where);
	}
	mount_forget();
	return (error);
}

/* ------------------------------------------------------------------------
 * Whose a path is.
 */

/* "…/ds/7/fs" of a pool's mount: 7. */
static uint64_t
id_of_root(const char *root, const char *pool)
{
	size_t n = strcmp(pool, "/") == 0 ? 0 : strlen(pool);
	_cleanup_free_ char *text = NULL;
	uint64_t id;

	if (strncmp(root, pool, n) != 0 || strncmp(root + n, "/ds/", 4) != 0)
		return (0);
	text = xprintf("%.*s", (int)strcspn(root + n + 4, "/"), root + n + 4);
	return (number(text, UINT64_MAX, &id) == 0 && strncmp(root + n + 4 +
	    strlen(text), "/fs", 3) == 0 ? id : 0);
}

static const struct mount_line *
line_over(const char *path)
{
	const struct mount_line *best = NULL;
	size_t i;

	load();
	for (i = 0; i < nlines; i++)
		if (path_within(path, lines[i].ml_point) && (best == NULL ||
		    strlen(lines[i].ml_point) >= strlen(best->ml_point)))
			best = &lines[i];
	return (best);
}

char *
mount_dataset_at(const char *path)
{
	_cleanup_free_ char *real = realpath(path, NULL);
	const struct mount_line *line = real != NULL ? line_over(real) : NULL;
	char **names, *found = NULL;
	size_t i, n = line == NULL ? 0 : reg_names(&names);

	for (i = 0; i < n; i++) {
		_cleanup_free_ char *dir = pool_dir(names[i]);
		const struct mount_line *top = line_at(dir);
		struct pool *po = NULL;
		struct ds *ds = NULL;

		if (found == NULL && top != NULL &&
		    strcmp(top->ml_dev, line->ml_dev) == 0 &&
		    (po = pool_open(names[i], POOL_READ)) != NULL) {
			ds = index_by_id(po->po_ix, id_of_root(line->ml_root,
			    top->ml_root));
			if (ds != NULL)
				found = xstrdup(ds->ds_name);
		}
		pool_close(po);
		free(names[i]);
	}
	if (n > 0)
		free(names);
	return (found);
}
