// SPDX-License-Identifier: BSD-2-Clause
#include "image.h"

#include <sys/stat.h>
#include <sys/syscall.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define JSON_MAX	(4 << 20)	/* bytes */
#define NESTED_MAX	4		/* indexes in indexes */

/* A file of the layout, wherever it says it is only that. */
static int
open_in(const char *layout, int dir, const char *name)
{
	struct open_how how = {
		.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
	};
	int fd = (int)syscall(SYS_openat2, dir, name, &how, sizeof(how));
	struct stat sb;

	if (fd == -1 || fstat(fd, &sb) == -1)
		err(1, "%s/%s", layout, name);
	if (!S_ISREG(sb.st_mode))
		errx(1, "%s/%s: not a file", layout, name);
	return (fd);
}

static char *
slurp(const char *layout, const char *name, int fd, size_t *ret_len)
{
	struct stat sb;
	char *buf;
	ssize_t n;

	if (fstat(fd, &sb) == -1)
		err(1, "%s/%s", layout, name);
	if (sb.st_size > JSON_MAX)
		errx(1, "%s/%s: too large for what it should be", layout,
		    name);
	if ((buf = malloc((size_t)sb.st_size + 1)) == NULL)
		err(1, "%s/%s", layout, name);
	if ((n = pread(fd, buf, (size_t)sb.st_size, 0)) != sb.st_size)
		errx(1, "%s/%s: cannot be read", layout, name);
	*ret_len = (size_t)n;
	buf[n] = '\0';
	return (buf);
}

/* A blob that is what it is called. */
static int
open_blob(const char *layout, int dir, const struct descriptor *de)
{
	char name[16 + SUM_HEX], sum[SUM_HEX];
	struct stat sb;
	int fd;

	snprintf(name, sizeof(name), "blobs/sha256/%s", de->de_sum);
	fd = open_in(layout, dir, name);
	if (fstat(fd, &sb) == -1 || sum_fd(fd, sum) == -1)
		err(1, "%s/%s", layout, name);
	if ((uint64_t)sb.st_size != de->de_size)
		errx(1, "%s/%s: has %jd bytes, not %" PRIu64 ": damaged, or not "
		    "all of it is there", layout, name, (intmax_t)sb.st_size,
		    de->de_size);
	if (strcmp(sum, de->de_sum) != 0)
		errx(1, "%s/%s: its SHA-256 is another: damaged", layout, name);
	return (fd);
}

static char *
slurp_blob(const char *layout, int dir, const struct descriptor *de,
    size_t *ret_len)
{
	int fd = open_blob(layout, dir, de);
	char *json = slurp(layout, de->de_sum, fd, ret_len);

	close(fd);
	return (json);
}

/* Not some other directory, and of a version that we know. */
static void
check_layout(const char *layout, int dir)
{
	size_t len;
	int fd = open_in(layout, dir, "oci-layout");
	char *json = slurp(layout, "oci-layout", fd, &len);

	if (strstr(json, "\"1.") == NULL)
		errx(1, "%s/oci-layout: not version 1", layout);
	free(json);
	close(fd);
}

/* The manifest that the index, or one below it, leads to. */
static void
find_manifest(const char *layout, int dir, const char *ref, const char *arch,
    struct descriptor *ret_de)
{
	char error[IMAGE_ERROR], *json;
	size_t len;
	int fd, level;

	fd = open_in(layout, dir, "index.json");
	json = slurp(layout, "index.json", fd, &len);
	close(fd);
	for (level = 0;; level++) {
		if (image_parse_index(json, len, level == 0 ? ref : NULL, arch,
		    ret_de, error) == -1)
			errx(1, "%s: %s", layout, error);
		free(json);
		if (!image_is_index(ret_de))
			return;
		if (level == NESTED_MAX)
			errx(1, "%s: indexes without end", layout);
		json = slurp_blob(layout, dir, ret_de, &len);
	}
}

void
image_open(const char *layout, const char *ref, const char *arch,
    struct image *ret_im)
{
	static struct manifest ma;
	struct descriptor de;
	char error[IMAGE_ERROR], *json;
	size_t len;
	unsigned i;
	int dir = open(layout, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir == -1)
		err(1, "%s", layout);
	check_layout(layout, dir);
	find_manifest(layout, dir, ref, arch, &de);
	json = slurp_blob(layout, dir, &de, &len);
	if (image_parse_manifest(json, len, &ma, error) == -1)
		errx(1, "%s/blobs/sha256/%s: %s", layout, de.de_sum, error);
	free(json);
	json = slurp_blob(layout, dir, &ma.ma_config, &len);
	if (image_parse_config(json, len, arch, error) == -1)
		errx(1, "%s: %s", layout, error);
	free(json);
	for (i = 0; i < ma.ma_nlayers; i++)
		ret_im->im_fds[i] = open_blob(layout, dir, &ma.ma_layers[i]);
	ret_im->im_nlayers = ma.ma_nlayers;
	close(dir);
}
