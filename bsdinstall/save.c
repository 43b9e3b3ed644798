// SPDX-License-Identifier: BSD-2-Clause
#include "save.h"

#include <sys/stat.h>
#include <sys/xattr.h>

#include <archive.h>
#include <archive_entry.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct archive *out;

static void
write_header(struct archive_entry *ae, const char *path)
{
	if (archive_write_header(out, ae) != ARCHIVE_OK)
		errx(1, "%s: %s", path, archive_error_string(out));
}

/* The capabilities of a file; other attributes no package sets. */
static void
copy_xattr(struct archive_entry *ae, const char *path)
{
	char value[64];
	ssize_t n = lgetxattr(path, "security.capability", value,
	    sizeof(value));

	if (n > 0)
		archive_entry_xattr_add_entry(ae, "security.capability", value,
		    (size_t)n);
}

static void
save_file(struct archive_entry *ae, const char *path)
{
	static char buf[1 << 17];
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat sb;
	ssize_t n;

	if (fd == -1 || fstat(fd, &sb) == -1)
		err(1, "%s", path);
	if (!S_ISREG(sb.st_mode))
		errx(1, "%s: has just been changed", path);
	archive_entry_copy_stat(ae, &sb);
	copy_xattr(ae, path);
	write_header(ae, path);
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		if (archive_write_data(out, buf, (size_t)n) < 0)
			errx(1, "%s: %s", path, archive_error_string(out));
	if (n == -1)
		err(1, "%s", path);
	close(fd);
}

static void
save_one(const char *path)
{
	struct archive_entry *ae = archive_entry_new();
	char target[PATH_MAX];
	struct stat sb;
	ssize_t n;

	if (ae == NULL)
		err(1, "%s", path);
	archive_entry_set_pathname(ae, path);
	if (lstat(path, &sb) == -1) {
		if (errno != ENOENT && errno != ENOTDIR)
			err(1, "%s", path);
	} else if (S_ISREG(sb.st_mode))
		save_file(ae, path);
	else if (S_ISDIR(sb.st_mode)) {
		archive_entry_copy_stat(ae, &sb);
		write_header(ae, path);
	} else if (S_ISLNK(sb.st_mode)) {
		if ((n = readlink(path, target, sizeof(target) - 1)) == -1)
			err(1, "%s", path);
		target[n] = '\0';
		archive_entry_copy_stat(ae, &sb);
		archive_entry_set_symlink(ae, target);
		write_header(ae, path);
	}
	archive_entry_free(ae);
}

void
save(const struct names *na)
{
	size_t i;

	if ((out = archive_write_new()) == NULL ||
	    archive_write_set_format_pax_restricted(out) != ARCHIVE_OK ||
	    archive_write_add_filter_gzip(out) != ARCHIVE_OK ||
	    archive_write_set_options(out, "gzip:compression-level=1") !=
	    ARCHIVE_OK || archive_write_open_fd(out, STDOUT_FILENO) !=
	    ARCHIVE_OK)
		errx(1, "an archive: %s", out == NULL ? strerror(errno) :
		    archive_error_string(out));
	for (i = 0; i < na->na_n; i++)
		save_one(na->na_names[i]);
	if (archive_write_free(out) != ARCHIVE_OK)
		errx(1, "an archive: the last of it could not be written");
}

void
save_remove(const struct names *na)
{
	const char *path;
	size_t i;

	for (i = 0; i < na->na_n; i++) {
		path = na->na_names[i];
		if (unlink(path) == 0 || errno == ENOENT || errno == ENOTDIR)
			continue;
		if ((errno != EISDIR && errno != EPERM) || (rmdir(path) == -1 &&
		    errno != ENOTEMPTY && errno != EEXIST && errno != EBUSY))
			err(1, "%s", path);
	}
}
