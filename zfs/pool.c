// SPDX-License-Identifier: BSD-2-Clause
/*
 * A pool's index is changed in this order, so that a command may be killed,
 * or the power fail, anywhere:
 *
 *  - What is new is made first, with ids from ix_next up; then the index takes
 *    the place of the old one.  What has such an id and is not in the index
 *    was never finished: the next who changes something deletes it.
 *  - What goes is taken out of the index first, its id noted in it as gone;
 *    then it is deleted.  The next who changes something does what is left.
 */
#include "pool.h"

#include <sys/file.h>
#include <sys/stat.h>

#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "name.h"
#include "quota.h"
#include "step.h"
#include "subvol.h"
#include "util.h"

#define INDEX_MAX	(256 << 20)

int
pool_is_imported(const char *name)
{
	_cleanup_free_ char *dir = pool_dir(name);
	_cleanup_free_ char *index = xprintf("%s/index", dir);

	return (access(index, F_OK) == 0);
}

static int
read_index(struct pool *po)
{
	_cleanup_free_ char *text = file_read(po->po_fd, "index", INDEX_MAX);
	const char *why;

	index_free(po->po_ix);
	po->po_ix = NULL;
	if (text == NULL) {
		say("pool '%s': %s/index" ": %s", po->po_name, po->po_dir, strerror(errno));
		return (-1);
	}
	if ((po->po_ix = index_parse(text, &why)) == NULL) {
		say("pool '%s': %s/index: %s", po->po_name, po->po_dir, why);
		errno = EINVAL;
		return (-1);
	}
	/* It is known here by the name that it was imported under. */
	if (strcmp(po->po_ix->ix_name, po->po_name) != 0)
		index_rename(po->po_ix, po->po_name);
	return (0);
}

/* Streams whose receiver is no more: nobody holds their directory. */
static void
clear_received(struct pool *po)
{
	_cleanup_close_ int recv = openat(po->po_fd, "recv",
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent *de;
	uint64_t id;
	DIR *d;
	int fd;

	if (recv == -1 || (fd = dup(recv)) == -1)
		return;
	if ((d = fdopendir(fd)) == NULL) {
		close(fd);
		return;
	}
	while ((de = readdir(d)) != NULL) {
		_cleanup_close_ int held = -1;

		if (number(de->d_name, UINT64_MAX, &id) == -1 ||
		    (held = openat(recv, de->d_name, O_RDONLY | O_DIRECTORY |
		    O_CLOEXEC)) == -1 || flock(held, LOCK_EX | LOCK_NB) == -1)
			continue;
		subvol_delete(recv, id);
	}
	closedir(d);
}

int
pool_purge(struct pool *po)
{
	struct ids *gone = &po->po_ix->ix_gone;
	int error = 0;

	for (; gone->id_n > 0; gone->id_n--) {
		step("zfs-purge");
		if (subvol_delete(po->po_ds, gone->id_v[gone->id_n - 1]) == -1) {
			say("pool '%s': %s/ds/%llu cannot be deleted" ": %s",
			    po->po_name, po->po_dir, (unsigned long long)
			    gone->id_v[gone->id_n - 1], strerror(errno));
			error = -1;
			break;
		}
	}
	return (error);
}

static int
settle(struct pool *po)
{
	uint64_t id;

	for (id = po->po_ix->ix_next; subvol_exists(po->po_ds, id); id++)
		if (subvol_delete(po->po_ds, id) == -1) {
			say("pool '%s': what was left half made in %s/ds/%llu" ": %s",
			    po->po_name, po->po_dir, (unsigned long long)id, strerror(errno));
			return (-1);
		}
	/* What cannot be deleted now stays noted. */
	pool_purge(po);
	clear_received(po);
	reserve_fill(po);
	return (quota_redo(po));
}

void
pool_unlock(struct pool *po)
{
	flock(po->po_fd, LOCK_UN);
}

int
pool_relock(struct pool *po, int how)
{
	if (how != POOL_NOLOCK && flock(po->po_fd, how == POOL_WRITE ?
	    LOCK_EX : LOCK_SH) == -1)
		return (-1);
	if (read_index(po) == -1)
		return (-1);
	return (how == POOL_WRITE ? settle(po) : 0);
}

struct pool *
pool_open(const char *name, int how)
{
	struct pool *po = xcalloc(1, sizeof(*po));

	po->po_fd = po->po_ds = -1;
	po->po_name = xstrdup(name);
	po->po_dir = pool_dir(name);
	po->po_reg = reg_read(name);
	if (po->po_reg == NULL || !pool_is_imported(name)) {
		pool_close(po);
		return (errno = ENOENT, NULL);
	}
	if ((po->po_fd = open(po->po_dir, O_RDONLY | O_DIRECTORY |
	    O_CLOEXEC)) == -1 || (po->po_ds = openat(po->po_fd, "ds",
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1) {
		say("pool '%s': %s" ": %s", name, po->po_dir, strerror(errno));
		pool_close(po);
		return (errno = EIO, NULL);
	}
	if (pool_relock(po, how) == -1) {
		pool_close(po);
		return (errno = EIO, NULL);
	}
	return (po);
}

void
pool_close(struct pool *po)
{
	int error = errno;

	if (po == NULL)
		return;
	index_free(po->po_ix);
	reg_free(po->po_reg);
	fd_close(&po->po_ds);
	fd_close(&po->po_fd);
	free(po->po_name);
	free(po->po_dir);
	free(po);
	errno = error;
}

int
pool_commit(struct pool *po)
{
	_cleanup_free_ char *text = index_text(po->po_ix);

	step("zfs-index");
	if (file_replace(po->po_fd, "index", text, 1) == -1)
		return (-1);
	step("zfs-indexed");
	return (0);
}

int
pool_commit_less(struct pool *po)
{
	if (pool_commit(po) == 0)
		return (0);
	if (errno != ENOSPC)
		return (-1);
	reserve_give(po);
	return (pool_commit(po));
}

int
pool_make(const char *dir, const char *name)
{
	_cleanup_close_ int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_close_ int dsfd = -1;
	struct index *ix = index_new(name);
	char *text;
	int error;

	if (fd == -1 || fchmod(fd, 0700) == -1 ||
	    (mkdirat(fd, "ds", 0700) == -1 && errno != EEXIST) ||
	    (mkdirat(fd, "recv", 0700) == -1 && errno != EEXIST) ||
	    (dsfd = openat(fd, "ds", O_RDONLY | O_DIRECTORY |
	    O_CLOEXEC)) == -1 || subvol_create(dsfd, 1, NULL) == -1) {
		index_free(ix);
		return (-1);
	}
	step("zpool-root");
	text = index_text(ix);
	error = file_replace(fd, "index", text, 1);
	free(text);
	index_free(ix);
	return (error);
}
