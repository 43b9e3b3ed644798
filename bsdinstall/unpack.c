// SPDX-License-Identifier: BSD-2-Clause
/*
 * Names are looked up below the world, which is the root here (confine.c), so
 * an absolute link in it is a link within it.  What is refused is refused
 * because nobody who means well writes it.
 */
#include "unpack.h"

#include <sys/stat.h>

#include <archive.h>
#include <archive_entry.h>
#include <err.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "remove.h"

#define PRISON_IDS	65536	/* uids that a prison has */
#define WHITEOUT	".wh."
#define WHITEOUT_DIR	".wh..wh..opq"	/* all of the layers below */
#define WHITEOUT_META	".wh..wh."	/* notes of file systems of old */

struct unpacking {
	struct archive		*un_in;
	struct archive		*un_out;
	const char		*un_what;
	unsigned		 un_flags;
	off_t			 un_size;	/* of the archive */
	int			 un_percent;	/* last shown; -1 never */
	struct unpack_left	*un_left;
	int			(*un_want)(const char *);
};

/* Where we are, for who watches. */
static void
progress(struct unpacking *un)
{
	int percent;

	if (un->un_size == 0)
		return;
	percent = (int)(archive_filter_bytes(un->un_in, -1) * 100 /
	    un->un_size);
	if (percent > 100)
		percent = 100;
	if (percent != un->un_percent)
		fprintf(stderr, "\r%s %3d%%", un->un_what, percent);
	un->un_percent = percent;
}

static void
progress_end(struct unpacking *un)
{
	if (un->un_percent >= 0)
		fprintf(stderr, "\r%s done\n", un->un_what);
}

static void __attribute__((noreturn, format(printf, 3, 4)))
bad(struct unpacking *un, const char *path, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (un->un_percent >= 0)
		fputc('\n', stderr);
	errx(1, "%s: %s%s%s", un->un_what, path, *path == '\0' ? "" : ": ",
	    text);
}

/* What the library has against it; it does not always say why. */
static void __attribute__((noreturn))
bad_archive(struct unpacking *un, const char *path, struct archive *a)
{
	const char *text = archive_error_string(a);
	int error = archive_errno(a);

	if (text == NULL)
		bad(un, path, "%s", strerror(error));
	if (error <= 0 || strstr(text, strerror(error)) != NULL ||
	    strcmp(text, "Write failed") != 0)
		bad(un, path, "%s", text);
	bad(un, path, "%s", strerror(error));
}

/*
 * The name of an entry as we take it: relative to the root, without "." and
 * doubled slashes; "." for the root itself.
 */
static void
clean_name(struct unpacking *un, const char *raw, char *ret_path)
{
	char part[NAME_MAX + 1];
	size_t n, len = 0;

	if (raw == NULL)
		bad(un, "", "an entry has no name that can be read");
	for (; *raw != '\0'; raw += n) {
		raw += strspn(raw, "/");
		n = strcspn(raw, "/");
		if (n == 0 || (n == 1 && *raw == '.'))
			continue;
		if (n == 2 && raw[0] == '.' && raw[1] == '.')
			bad(un, raw, "\"..\" in a name leads out of the world");
		if (n > NAME_MAX || len + n + 2 > PATH_MAX)
			bad(un, raw, "%s", strerror(ENAMETOOLONG));
		memcpy(part, raw, n);
		part[n] = '\0';
		len += (size_t)snprintf(ret_path + len, PATH_MAX - len, "%s%s",
		    len == 0 ? "" : "/", part);
	}
	if (len == 0)
		strcpy(ret_path, ".");
}

/* Does a link at `path` that says `target` climb above the root? */
static int
climbs(const char *path, const char *target)
{
	int depth = 0;
	size_t n;

	if (*target != '/')
		for (; *path != '\0'; path++)
			depth += *path == '/';
	for (; *target != '\0'; target += n) {
		target += strspn(target, "/");
		n = strcspn(target, "/");
		if (n == 2 && target[0] == '.' && target[1] == '.')
			depth--;
		else if (n > 1 || (n == 1 && *target != '.'))
			depth++;
		if (depth < 0)
			return (1);
	}
	return (0);
}

/* Of the attributes only those that are safe to have where this is. */
static void
filter_xattrs(struct unpacking *un, struct archive_entry *ae)
{
	struct archive_entry *old = archive_entry_clone(ae);
	const char *name;
	const void *value;
	size_t size;

	if (old == NULL)
		bad(un, archive_entry_pathname(ae), "%s", strerror(ENOMEM));
	archive_entry_xattr_clear(ae);
	archive_entry_xattr_reset(old);
	while (archive_entry_xattr_next(old, &name, &value, &size) ==
	    ARCHIVE_OK) {
		if (strcmp(name, "security.capability") == 0) {
			if ((un->un_flags & UNPACK_SETID) == 0) {
				un->un_left->ul_setids++;
				continue;
			}
		} else if (strncmp(name, "user.", 5) != 0)
			continue;
		archive_entry_xattr_add_entry(ae, name, value, size);
	}
	archive_entry_free(old);
}

static void
filter_modes(struct unpacking *un, struct archive_entry *ae)
{
	mode_t perm = archive_entry_perm(ae);

	if (archive_entry_uid(ae) >= PRISON_IDS ||
	    archive_entry_gid(ae) >= PRISON_IDS)
		un->un_left->ul_owners++;
	if (archive_entry_filetype(ae) == AE_IFREG &&
	    (perm & (S_ISUID | S_ISGID)) != 0 &&
	    (un->un_flags & UNPACK_SETID) == 0) {
		archive_entry_set_perm(ae, perm & ~(S_ISUID | S_ISGID));
		un->un_left->ul_setids++;
	}
}

/* Is it something that is made at all? */
static int
wanted(struct unpacking *un, struct archive_entry *ae, const char *path)
{
	const char *link;

	switch (archive_entry_filetype(ae)) {
	case AE_IFCHR:
	case AE_IFBLK:
		/* A jail's /dev is a devfs. */
		if (strncmp(path, "dev/", 4) != 0)
			bad(un, path, "a device node where none may be");
		un->un_left->ul_nodes++;
		return (0);
	case AE_IFSOCK:
		return (0);
	case AE_IFLNK:
		link = archive_entry_symlink(ae);
		if (link == NULL)
			bad(un, path, "a link to a name that cannot be read");
		if (climbs(path, link))
			bad(un, path, "a link to %s leads out of the world",
			    link);
		break;
	default:
		break;
	}
	return (1);
}

/*
 * Make place for the entry.  A directory stays where one is to be made, and
 * so does, but for an image, a link to one, as where /lib is a link to
 * /usr/lib in one archive and a directory in the next.
 */
static void
make_place(struct unpacking *un, struct archive_entry *ae, const char *path)
{
	int isdir = archive_entry_filetype(ae) == AE_IFDIR &&
	    archive_entry_hardlink(ae) == NULL;
	struct stat sb, to;

	if (lstat(path, &sb) == -1)
		return;
	if (isdir && S_ISDIR(sb.st_mode))
		return;
	if (isdir && S_ISLNK(sb.st_mode) &&
	    (un->un_flags & UNPACK_LAYER) == 0 && stat(path, &to) == 0 &&
	    S_ISDIR(to.st_mode)) {
		archive_entry_set_filetype(ae, 0);
		return;
	}
	if (strcmp(path, ".") == 0)
		bad(un, path, "the root of a world is a directory");
	if (remove_tree(path) == -1)
		bad(un, path, "%s", strerror(errno));
}

static void
copy_data(struct unpacking *un, const char *path)
{
	const void *block;
	size_t size;
	la_int64_t offset;
	int r;

	while ((r = archive_read_data_block(un->un_in, &block, &size,
	    &offset)) == ARCHIVE_OK) {
		if (archive_write_data_block(un->un_out, block, size, offset) <
		    ARCHIVE_OK)
			bad_archive(un, path, un->un_out);
		if (un->un_percent >= 0)
			progress(un);
	}
	if (r != ARCHIVE_EOF)
		bad_archive(un, path, un->un_in);
}

static void
hard_link(struct unpacking *un, struct archive_entry *ae, const char *path)
{
	char target[PATH_MAX];

	if (archive_entry_hardlink(ae) == NULL)
		return;
	clean_name(un, archive_entry_hardlink(ae), target);
	if (strcmp(target, path) == 0)
		bad(un, path, "a hard link to itself");
	archive_entry_set_hardlink(ae, target);
}

static void
unpack_entry(struct unpacking *un, struct archive_entry *ae, const char *path)
{
	archive_entry_set_pathname(ae, path);
	hard_link(un, ae, path);
	if (!wanted(un, ae, path))
		return;
	filter_modes(un, ae);
	filter_xattrs(un, ae);
	make_place(un, ae, path);
	if (archive_entry_filetype(ae) == 0 &&
	    archive_entry_hardlink(ae) == NULL)
		return;
	/* A warning would be an owner or a mode that it has not got. */
	if (archive_write_header(un->un_out, ae) != ARCHIVE_OK)
		bad_archive(un, path, un->un_out);
	if (archive_entry_hardlink(ae) == NULL || archive_entry_size(ae) > 0)
		copy_data(un, path);
	if (archive_write_finish_entry(un->un_out) != ARCHIVE_OK)
		bad_archive(un, path, un->un_out);
}

/* The last part of a name. */
static char *
base_name(char *path)
{
	char *slash = strrchr(path, '/');

	return (slash == NULL ? path : slash + 1);
}

static int
is_whiteout(const struct unpacking *un, char *path)
{
	return ((un->un_flags & UNPACK_LAYER) != 0 &&
	    strncmp(base_name(path), WHITEOUT, strlen(WHITEOUT)) == 0);
}

/* What the layers below have there is gone. */
static void
whiteout(struct unpacking *un, char *path)
{
	char *base = base_name(path), *hidden;
	int r = 0;

	if (strcmp(base, WHITEOUT_DIR) == 0) {
		if (base == path)
			strcpy(path, ".");
		else
			base[-1] = '\0';
		r = remove_below(path);
	} else if (strncmp(base, WHITEOUT_META, strlen(WHITEOUT_META)) != 0) {
		hidden = base + strlen(WHITEOUT);
		if (*hidden == '\0' || strcmp(hidden, ".") == 0 ||
		    strcmp(hidden, "..") == 0)
			bad(un, path, "a whiteout of no name");
		memmove(base, hidden, strlen(hidden) + 1);
		r = remove_tree(path);
	}
	if (r == -1 && errno != ENOENT && errno != ENOTDIR)
		bad(un, path, "%s", strerror(errno));
}

static struct archive *
open_reader(struct unpacking *un, int fd)
{
	struct archive *a = archive_read_new();

	if (a == NULL || lseek(fd, 0, SEEK_SET) == -1)
		bad(un, "", "%s", strerror(errno));
	/* Not "all": some of those run programs. */
	archive_read_support_filter_gzip(a);
	archive_read_support_filter_bzip2(a);
	archive_read_support_filter_xz(a);
	archive_read_support_filter_zstd(a);
	archive_read_support_format_tar(a);
	if (archive_read_open_fd(a, fd, 1 << 17) != ARCHIVE_OK)
		bad_archive(un, "", a);
	return (a);
}

/* The next entry and its name, or NULL at the end. */
static struct archive_entry *
next_entry(struct unpacking *un, char *ret_path)
{
	struct archive_entry *ae;
	int r = archive_read_next_header(un->un_in, &ae);

	if (r == ARCHIVE_EOF)
		return (NULL);
	if (r != ARCHIVE_OK && r != ARCHIVE_WARN)
		bad_archive(un, "", un->un_in);
	clean_name(un, archive_entry_pathname(ae), ret_path);
	if (un->un_percent >= 0)
		progress(un);
	return (ae);
}

/*
 * Whiteouts are of what the layers below have, wherever in the archive they
 * stand: so first all of them, then the files.
 */
static void
read_whiteouts(struct unpacking *un, int fd)
{
	char path[PATH_MAX];

	un->un_in = open_reader(un, fd);
	while (next_entry(un, path) != NULL)
		if (is_whiteout(un, path))
			whiteout(un, path);
	archive_read_free(un->un_in);
}

static void
read_files(struct unpacking *un, int fd)
{
	struct archive_entry *ae;
	char path[PATH_MAX];

	un->un_in = open_reader(un, fd);
	un->un_out = archive_write_disk_new();
	if (un->un_out == NULL)
		bad(un, "", "%s", strerror(ENOMEM));
	archive_write_disk_set_options(un->un_out, ARCHIVE_EXTRACT_OWNER |
	    ARCHIVE_EXTRACT_PERM | ARCHIVE_EXTRACT_TIME |
	    ARCHIVE_EXTRACT_XATTR | ARCHIVE_EXTRACT_UNLINK |
	    ARCHIVE_EXTRACT_SECURE_NODOTDOT |
	    ARCHIVE_EXTRACT_SECURE_NOABSOLUTEPATHS);
	while ((ae = next_entry(un, path)) != NULL) {
		un->un_left->ul_entries++;
		if (un->un_want != NULL && !un->un_want(path))
			continue;
		if (!is_whiteout(un, path))
			unpack_entry(un, ae, path);
	}
	if (archive_write_free(un->un_out) != ARCHIVE_OK)
		bad(un, "", "the last of it could not be written");
	archive_read_free(un->un_in);
}

void
unpack(int fd, const char *what, unsigned flags, struct unpack_left *left,
    int (*want)(const char *))
{
	struct unpacking un = {
		.un_what = what,
		.un_flags = flags,
		.un_percent = -1,
		.un_left = left,
		.un_want = want,
	};
	unsigned long before = left->ul_entries;
	struct stat sb;

	if (fstat(fd, &sb) == -1)
		bad(&un, "", "%s", strerror(errno));
	umask(022);
	if ((flags & UNPACK_LAYER) != 0)
		read_whiteouts(&un, fd);
	if ((flags & UNPACK_SHOW) != 0) {
		un.un_size = sb.st_size;
		un.un_percent = 0;
	}
	read_files(&un, fd);
	progress_end(&un);
	if (left->ul_entries == before && (flags & UNPACK_LAYER) == 0)
		bad(&un, "", "nothing is in it");
}
