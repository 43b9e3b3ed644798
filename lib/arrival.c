// SPDX-License-Identifier: BSD-2-Clause
/*
 * Theory of operation.  A prison's root is a clone of the mounts at its path.
 * What the host mounts below the path later arrives there by propagation, if
 * the mount that holds the path is shared; but without the prison's mapping
 * of owners, so that it belongs to nobody.  An attached mount cannot be given
 * one.  So whoever has mounted something by us goes into the mount namespaces
 * of the running prisons that are concerned, and puts in its place a clone
 * that has it; where nothing has arrived, he puts the clone there all the
 * same.  The clone is where the host's umount(2) finds it, and goes with it.
 *
 * A prison that is made does not pay for this but by four bytes in the file
 * "roots", by which it is found: a hash of the directory that is its root.
 */
#include "arrival.h"

#include <sys/file.h>
#include <sys/mman.h>
#include <sys/mount.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/mount.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "entry.h"
#include "errmsg.h"
#include "fd.h"
#include "hostns.h"
#include "jail.h"
#include "mount.h"
#include "sys.h"

#define BUILD_MS	50	/* how long it may take to build a view */
#define DEPTH_MAX	64	/* as many directories above a place */

/* A directory above the place, by which prisons are known. */
struct above {
	dev_t	ab_dev;
	ino_t	ab_ino;
	size_t	ab_len;		/* of its path, within pl_path */
};

/* Where something has been mounted, or was. */
struct place {
	char		 pl_path[PATH_MAX];
	struct above	 pl_above[DEPTH_MAX];
	int		 pl_nabove;
};

/* What is to be done in one prison. */
struct visit {
	const struct prison	*vi_pr;
	const struct entry	*vi_en;
	const char		*vi_below;	/* the place below its root */
	const struct stat	*vi_root;	/* of what was mounted; NULL:
						   only see to arrivals */
	const struct stat	*vi_under;	/* of what it covers; NULL: it
						   has been unmounted */
	int			 vi_tree;	/* a clone of it */
	int			 vi_userns;	/* -1: the host's */
};

static uint32_t
root_hash(dev_t dev, ino_t ino)
{
	uint64_t h = ((uint64_t)dev << 32 ^ ino) * 0x9e3779b97f4a7c15ULL;

	return ((uint32_t)(h >> 32) | 1);
}

void
prison_root_note(const struct state *st, const struct prison *pr)
{
	_cleanup_close_ int fd = openat(st->st_dir, "roots", O_WRONLY |
	    O_CREAT | O_CLOEXEC, 0600);
	struct stat sb;
	uint32_t hash;

	if (fd == -1 || stat(pr->pr_path, &sb) == -1)
		return;
	hash = root_hash(sb.st_dev, sb.st_ino);
	(void)!pwrite(fd, &hash, sizeof(hash), (off_t)pr->pr_id *
	    sizeof(hash));
}

/* The place, and all directories above it. */
static int
place_find(struct place *pl, int fd)
{
	char self[32], *slash;
	struct stat sb;
	ssize_t n;
	int up;

	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	n = readlink(self, pl->pl_path, sizeof(pl->pl_path) - 1);
	if (n <= 0 || pl->pl_path[0] != '/')
		return (-1);
	pl->pl_path[n] = '\0';
	for (pl->pl_nabove = 0; pl->pl_nabove < DEPTH_MAX && n > 0;
	    pl->pl_nabove++) {
		slash = memrchr(pl->pl_path, '/', n);
		n = slash - pl->pl_path;
		*slash = '\0';
		up = sys_openat2(AT_FDCWD, n > 0 ? pl->pl_path : "/", O_PATH |
		    O_DIRECTORY, 0, RESOLVE_NO_SYMLINKS);
		*slash = '/';
		if (up == -1 || fstat(up, &sb) == -1) {
			fd_close(&up);
			return (-1);
		}
		fd_close(&up);
		pl->pl_above[pl->pl_nabove] = (struct above){
			.ab_dev = sb.st_dev, .ab_ino = sb.st_ino,
			.ab_len = n,
		};
	}
	return (0);
}

/* ------------------------------------------------------------------------
 * In the prison's mount namespace.
 */

/* Nothing has arrived: put the clone there ourselves. */
static int
place_tree(const struct visit *vi, int at)
{
	int id, is_root, placed;

	if (move_mount(vi->vi_tree, "", at, "", MOVE_MOUNT_F_EMPTY_PATH |
	    MOVE_MOUNT_T_EMPTY_PATH) == -1)
		return (jail_err(errno, "mount %s", vi->vi_below));
	id = mount_id(vi->vi_tree, &is_root);
	placed = mount_replace(vi->vi_en->en_proc, id, vi->vi_under,
	    vi->vi_userns, prison_uid0(vi->vi_pr));
	/* Rather nothing than what belongs to nobody. */
	if (placed == -1)
		mount_detach(vi->vi_en->en_proc, vi->vi_tree);
	return (placed);
}

static int
visit_mounted(const struct visit *vi)
{
	_cleanup_close_ int at = mount_open(vi->vi_below);
	struct stat sb;

	/* Moved by the prisoner: it is his own doing that he does not see it,
	   unless it has arrived by itself. */
	if (at != -1 && fstat(at, &sb) == 0 &&
	    sb.st_dev == vi->vi_under->st_dev &&
	    sb.st_ino == vi->vi_under->st_ino &&
	    (sb.st_dev != vi->vi_root->st_dev ||
	    sb.st_ino != vi->vi_root->st_ino) && place_tree(vi, at) == -1)
		return (-1);
	return (0);
}

static int
visit_there(void *arg)
{
	const struct visit *vi = arg;
	const struct entry *en = vi->vi_en;

	if (vi->vi_root != NULL && vi->vi_under == NULL)
		return (mount_revoke(en->en_proc, vi->vi_below,
		    vi->vi_root));
	if (vi->vi_root != NULL && visit_mounted(vi) == -1)
		return (-1);
	return (mount_settle(en->en_proc, vi->vi_userns,
	    prison_uid0(vi->vi_pr)));
}

/* ------------------------------------------------------------------------
 * On the host.
 */

/*
 * Find a prison's view.  Who is just building one has, or has not, cloned the
 * mounts before ours: wait for him, but not for who keeps the lock (cell.c),
 * whose prison nobody mounts anything for.
 */
static int
find_view(struct entry *en, const struct state *st, const struct prison *pr)
{
	const struct timespec ms = { .tv_nsec = 1000000 };
	int found, i;

	for (i = 0; (found = entry_find_view(en, st, pr)) == 0 &&
	    i < BUILD_MS; i++) {
		if (flock(en->en_dir, LOCK_EX | LOCK_NB) == 0) {
			entry_unlock(en);
			i = BUILD_MS;	/* nobody builds: once more */
		} else
			nanosleep(&ms, NULL);
		entry_close(en);
		entry_init(en);
	}
	return (found);
}

static int
visit_prison(const struct state *st, struct visit *vi)
{
	_cleanup_(entry_close) struct entry en;
	int found;

	entry_init(&en);
	found = find_view(&en, st, vi->vi_pr);
	if (found == -1)
		return (errno == ENOENT ? 0 : -1);
	if (found == 0)
		return (0);	/* the next view is built with it */
	vi->vi_en = &en;
	vi->vi_userns = vi->vi_pr->pr_user == JAIL_SYS_NEW ?
	    en.en_ns.ns_fd[NS_USER] : -1;
	found = hostns_call_in(en.en_ns.ns_fd[NS_MNT], visit_there, vi);
	return (found == -1 ? jail_errwrap("in jail \"%s\"",
	    vi->vi_pr->pr_name) : found);
}

/* Is prison jid's root the directory above? */
static int
has_root(const struct state *st, int jid, const struct above *ab,
    struct prison *ret_pr)
{
	struct stat sb;

	return (prison_load(st, jid, ret_pr) == 0 &&
	    stat(ret_pr->pr_path, &sb) == 0 && sb.st_dev == ab->ab_dev &&
	    sb.st_ino == ab->ab_ino);
}

static const struct above *
find_above(const struct place *pl, uint32_t hash)
{
	int i;

	for (i = 0; i < pl->pl_nabove; i++)
		if (root_hash(pl->pl_above[i].ab_dev,
		    pl->pl_above[i].ab_ino) == hash)
			return (&pl->pl_above[i]);
	return (NULL);
}

/* The file "roots", mapped; NULL: no prison has been noted. */
static const uint32_t *
roots_map(const struct state *st, size_t *ret_size)
{
	_cleanup_close_ int fd = openat(st->st_dir, "roots", O_RDONLY |
	    O_CLOEXEC);
	struct stat sb;
	void *roots;

	if (fd == -1 || fstat(fd, &sb) == -1 || sb.st_size == 0)
		return (NULL);
	roots = mmap(NULL, sb.st_size, PROT_READ, MAP_SHARED, fd, 0);
	*ret_size = sb.st_size;
	return (roots != MAP_FAILED ? roots : NULL);
}

/*
 * Visit the prisons below whose root the place is.  All are visited, also
 * when one fails; then the last failure is told.
 */
static int
visit_concerned(const struct state *st, struct place *pl, struct visit *vi)
{
	size_t size;
	const uint32_t *roots = roots_map(st, &size);
	const struct above *ab;
	struct prison pr;
	int error = 0, jid, n;

	if (roots == NULL)
		return (0);
	n = size / sizeof(*roots);
	for (jid = state_jid_next(st, 0); jid != 0 && jid < n;
	    jid = state_jid_next(st, jid)) {
		if ((ab = find_above(pl, roots[jid])) == NULL ||
		    !has_root(st, jid, ab, &pr))
			continue;
		vi->vi_pr = &pr;
		vi->vi_below = pl->pl_path + ab->ab_len;
		if (visit_prison(st, vi) == -1)
			error = errno;
	}
	munmap((void *)(uintptr_t)roots, size);
	return (error == 0 ? 0 : (errno = error, -1));
}

/* Are there prisons that could be concerned?  Not by a mount of a caller who
   has gone off with mounts of his own. */
static int
host_has_prisons(struct state *st)
{
	return (!hostns_elsewhere() && state_open(st, 0) == 0 &&
	    state_jid_next(st, 0) != 0);
}

/* A clone of what is mounted at a place, for prisons that it is not brought
   to by itself. */
static int
clone_place(const char *path)
{
	struct mount_attr attr = { .propagation = MS_SLAVE };
	int fd = open_tree(AT_FDCWD, path, OPEN_TREE_CLONE |
	    OPEN_TREE_CLOEXEC | AT_RECURSIVE | AT_SYMLINK_NOFOLLOW);

	if (fd != -1 && mount_setattr(fd, "", AT_EMPTY_PATH | AT_RECURSIVE,
	    &attr, sizeof(attr)) == -1)
		fd_close(&fd);
	return (fd);
}

/* The host has its mount all the same. */
static void
tell(int error)
{
	if (error == -1)
		jail_warning("%s", jail_errmsg);
}

void
arrival_mounted(int placefd, const struct stat *under)
{
	_cleanup_state_ struct state st = STATE_INIT;
	_cleanup_close_ int tree = -1;
	struct visit vi = { .vi_under = under };
	struct stat root;
	struct place pl;

	if (!host_has_prisons(&st) || place_find(&pl, placefd) == -1)
		return;
	if ((tree = clone_place(pl.pl_path)) == -1 ||
	    fstat(tree, &root) == -1) {
		tell(jail_err(errno, "clone %s for running jails",
		    pl.pl_path));
		return;
	}
	vi.vi_root = &root;
	vi.vi_tree = tree;
	tell(visit_concerned(&st, &pl, &vi));
}

void
arrival_gone(int placefd, const struct stat *root)
{
	_cleanup_state_ struct state st = STATE_INIT;
	struct visit vi = { .vi_root = root, .vi_tree = -1 };
	struct stat sb;
	struct place pl;

	/* Mounted there twice, it is still to be seen. */
	if (fstat(placefd, &sb) == -1 || (sb.st_dev == root->st_dev &&
	    sb.st_ino == root->st_ino))
		return;
	if (host_has_prisons(&st) && place_find(&pl, placefd) == 0)
		tell(visit_concerned(&st, &pl, &vi));
}

int
jail_remount(int jid)
{
	_cleanup_state_ struct state st = STATE_INIT;
	struct visit vi = { .vi_tree = -1 };
	struct prison pr;
	int n = 0, one;

	if (state_open(&st, 0) == -1) {
		if (jid == 0 && errno == ENOENT)
			return (0);
		return (errno != ENOENT ? -1 : jail_errx(ENOENT,
		    "jail %d not found", jid));
	}
	if (jid != 0 && (!state_jid_exists(&st, jid) ||
	    prison_load(&st, jid, &pr) == -1))
		return (jail_errx(ENOENT, "jail %d not found", jid));
	vi.vi_pr = &pr;
	if (jid != 0)
		return (visit_prison(&st, &vi));
	for (jid = state_jid_next(&st, 0); jid != 0;
	    jid = state_jid_next(&st, jid)) {
		if (prison_load(&st, jid, &pr) == -1)
			continue;
		if ((one = visit_prison(&st, &vi)) == -1)
			return (-1);
		n += one;
	}
	return (n);
}

int
arrival_root_used(const struct stat *root)
{
	_cleanup_state_ struct state st = STATE_INIT;
	const struct above ab = { .ab_dev = root->st_dev,
	    .ab_ino = root->st_ino };
	uint32_t hash = root_hash(root->st_dev, root->st_ino);
	const uint32_t *roots;
	struct prison pr;
	size_t size;
	int jid, n, used = 0;

	if (state_open(&st, 0) == -1 || (roots = roots_map(&st, &size)) ==
	    NULL)
		return (0);
	n = size / sizeof(*roots);
	for (jid = state_jid_next(&st, 0); jid != 0 && jid < n && !used;
	    jid = state_jid_next(&st, jid))
		used = roots[jid] == hash && has_root(&st, jid, &ab, &pr) &&
		    prison_alive(&st, &pr);
	munmap((void *)(uintptr_t)roots, size);
	return (used);
}
