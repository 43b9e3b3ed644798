// SPDX-License-Identifier: BSD-2-Clause
/*
 * zfs diff: both sides are walked, and files told apart by their inode number,
 * which a snapshot keeps and btrfs never gives to another.
 */
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "mountpt.h"
#include "name.h"
#include "subvol.h"
#include "util.h"

/* One name of a file. */
struct entry {
	uint64_t	 en_ino;
	char		*en_path;	/* below the root: "/etc/passwd" */
	mode_t		 en_mode;
	off_t		 en_size;
	struct timespec	 en_mtime;
	struct timespec	 en_ctime;
	int		 en_seen;
};

struct side {
	struct entry	*si_v;
	size_t		 si_n;
};

static struct {
	int		 types;		/* -F */
	int		 script;	/* -H */
	int		 times;		/* -t */
	const char	*prefix;	/* where the dataset is mounted */
} opt;

/* ------------------------------------------------------------------------ */

static void
add(struct side *si, const char *path, const struct stat *st)
{
	si->si_v = xgrow(si->si_v, si->si_n, sizeof(*si->si_v));
	si->si_v[si->si_n++] = (struct entry){ .en_ino = st->st_ino,
	    .en_path = xstrdup(path), .en_mode = st->st_mode,
	    .en_size = st->st_size, .en_mtime = st->st_mtim,
	    .en_ctime = st->st_ctim };
}

static int
walk(struct side *si, int dirfd, const char *path, dev_t dev)
{
	int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd != -1 ? fdopendir(fd) : NULL;
	struct dirent *de;
	struct stat st;
	int error = 0;

	if (d == NULL) {
		fd_close(&fd);
		return (-1);
	}
	while (error == 0 && (de = readdir(d)) != NULL) {
		_cleanup_free_ char *name = NULL;
		_cleanup_close_ int sub = -1;

		if (strcmp(de->d_name, ".") == 0 ||
		    strcmp(de->d_name, "..") == 0)
			continue;
		/* It may have gone meanwhile. */
		if (fstatat(dirfd, de->d_name, &st, AT_SYMLINK_NOFOLLOW) == -1)
			continue;
		name = xprintf("%s/%s", path, de->d_name);
		add(si, name, &st);
		if (!S_ISDIR(st.st_mode) || st.st_dev != dev)
			continue;
		sub = openat(dirfd, de->d_name, O_RDONLY | O_DIRECTORY |
		    O_CLOEXEC | O_NOFOLLOW);
		if (sub != -1)
			error = walk(si, sub, name, dev);
	}
	closedir(d);
	return (error);
}

static int
ino_cmp(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return (x->en_ino != y->en_ino ? (x->en_ino < y->en_ino ? -1 : 1) :
	    strcmp(x->en_path, y->en_path));
}

static int
load(struct pool *po, const struct ds *ds, struct side *ret_si)
{
	_cleanup_close_ int fd = subvol_open(po->po_ds, ds->ds_id);
	struct stat st;

	memset(ret_si, 0, sizeof(*ret_si));
	if (fd == -1 || fstat(fd, &st) == -1) {
		say("cannot diff '%s': %s", ds->ds_name, strerror(errno));
		return (-1);
	}
	add(ret_si, "/", &st);
	if (walk(ret_si, fd, "", st.st_dev) == -1) {
		say("cannot diff '%s': %s", ds->ds_name, strerror(errno));
		return (-1);
	}
	qsort(ret_si->si_v, ret_si->si_n, sizeof(*ret_si->si_v), ino_cmp);
	return (0);
}

static void
clear(struct side *si)
{
	size_t i;

	for (i = 0; i < si->si_n; i++)
		free(si->si_v[i].en_path);
	free(si->si_v);
}

/* ------------------------------------------------------------------------
 * Printing.
 */

static char
type_char(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFDIR:
		return ('/');
	case S_IFLNK:
		return ('@');
	case S_IFIFO:
		return ('|');
	case S_IFSOCK:
		return ('=');
	case S_IFCHR:
		return ('C');
	case S_IFBLK:
		return ('B');
	}
	return ('F');
}

/* As ZFS: a backslash and four octal digits for what is not to be printed. */
static void
print_path(const char *path)
{
	const unsigned char *p;

	fputs(opt.prefix, stdout);
	for (p = (const unsigned char *)path; *p != '\0'; p++)
		if (*p > ' ' && *p != '\\' && *p < 0x7f)
			putchar(*p);
		else
			printf("\\%04o", *p);
}

static void
print(char what, const struct entry *en, const struct entry *to)
{
	if (opt.times)
		printf("%lld.%09ld\t", (long long)en->en_ctime.tv_sec,
		    en->en_ctime.tv_nsec);
	printf("%c\t", what);
	if (opt.types)
		printf("%c\t", type_char(en->en_mode));
	print_path(en->en_path);
	if (to != NULL) {
		fputs(opt.script ? "\t" : " -> ", stdout);
		print_path(to->en_path);
	}
	putchar('\n');
}

static int
same(const struct entry *a, const struct entry *b)
{
	return (a->en_mode == b->en_mode && a->en_size == b->en_size &&
	    a->en_mtime.tv_sec == b->en_mtime.tv_sec &&
	    a->en_mtime.tv_nsec == b->en_mtime.tv_nsec &&
	    a->en_ctime.tv_sec == b->en_ctime.tv_sec &&
	    a->en_ctime.tv_nsec == b->en_ctime.tv_nsec);
}

/* The names that one inode had and has. */
static void
compare_inode(struct entry *old, size_t nold, struct entry *new, size_t nnew)
{
	size_t i, j;
	int modified = nold > 0 && nnew > 0 && !same(&old[0], &new[0]);

	/* Names that stay are no change by themselves. */
	for (i = 0; i < nold; i++)
		for (j = 0; j < nnew; j++)
			if (!new[j].en_seen &&
			    strcmp(old[i].en_path, new[j].en_path) == 0) {
				old[i].en_seen = new[j].en_seen = 1;
				if (modified)
					print('M', &new[j], NULL);
				modified = 0;
				break;
			}
	/* One that goes and one that comes are a rename. */
	for (i = j = 0; i < nold; i++) {
		if (old[i].en_seen)
			continue;
		while (j < nnew && new[j].en_seen)
			j++;
		if (j < nnew)
			print('R', &old[i], &new[j++]);
		else
			print('-', &old[i], NULL);
	}
	for (; j < nnew; j++)
		if (!new[j].en_seen)
			print('+', &new[j], NULL);
}

static size_t
run_of(const struct side *si, size_t i)
{
	size_t n = 1;

	while (i + n < si->si_n && si->si_v[i + n].en_ino ==
	    si->si_v[i].en_ino)
		n++;
	return (n);
}

static void
compare(struct side *old, struct side *new)
{
	size_t i = 0, j = 0, m, n;

	while (i < old->si_n || j < new->si_n) {
		m = i < old->si_n && (j == new->si_n || old->si_v[i].en_ino <=
		    new->si_v[j].en_ino) ? run_of(old, i) : 0;
		n = j < new->si_n && (i == old->si_n || new->si_v[j].en_ino <=
		    old->si_v[i].en_ino) ? run_of(new, j) : 0;
		compare_inode(old->si_v + i, m, new->si_v + j, n);
		i += m;
		j += n;
	}
}

/* ------------------------------------------------------------------------ */

static int
diff(struct pool *po, const char *from, const char *to)
{
	_cleanup_free_ char *fs = name_fs(from);
	_cleanup_free_ char *where = NULL, *tofs = NULL;
	struct ds *a = open_ds(po, from, WANT_SNAP), *b;
	struct side old, new;
	int error = -1;

	if (a == NULL || (b = open_ds(po, to, WANT_ANY)) == NULL)
		return (-1);
	tofs = name_fs(to);
	if (strcmp(fs, tofs) != 0 && index_find(po->po_ix, tofs)->ds_origin !=
	    a->ds_id) {
		say("cannot diff '%s': not an earlier snapshot of '%s'", from,
		    to);
		return (-1);
	}
	where = mount_where(po, index_find(po->po_ix, tofs));
	opt.prefix = where != NULL && strcmp(where, "/") != 0 ? where : "";
	if (load(po, a, &old) == 0) {
		if (load(po, b, &new) == 0) {
			compare(&old, &new);
			error = 0;
		}
		clear(&new);
	}
	clear(&old);
	return (error);
}

int
cmd_diff(int argc, char **argv)
{
	_cleanup_free_ char *to = NULL, *pool = NULL;
	struct pool *po;
	int c, error;

	while ((c = getopt(argc, argv, ":FHt")) != -1)
		switch (c) {
		case 'F':
			opt.types = 1;
			break;
		case 'H':
			opt.script = 1;
			break;
		case 't':
			opt.times = 1;
			break;
		default:
			bad_option(c);
		}
	argc -= optind;
	argv += optind;
	if (argc < 1)
		bad_usage("must provide at least one snapshot name");
	want_args(argc, 1, 2, "snapshot");
	if (strchr(argv[0], '@') == NULL) {
		say("cannot diff '%s': not a snapshot", argv[0]);
		return (1);
	}
	/* The file system as it is, or "@later" of it. */
	if (argc == 1 || argv[1][0] == '@') {
		_cleanup_free_ char *fs = name_fs(argv[0]);

		to = xprintf("%s%s", fs, argc == 1 ? "" : argv[1]);
	} else
		to = xstrdup(argv[1]);
	if ((po = open_pool_of(argv[0], POOL_READ)) == NULL)
		return (1);
	error = diff(po, argv[0], to);
	pool_close(po);
	return (error == -1);
}
