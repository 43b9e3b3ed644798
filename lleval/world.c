// SPDX-License-Identifier: BSD-2-Clause
/*
 * run.dir/PID/	lock	held as long as the server lives
 *		empty	the root of the HTTP part
 *		N	the N-th world, read-only
 *		N.dev	a devfs for it
 *
 * Mounts in the host's table, where the jailer sees them.  A server that was
 * killed leaves them, and perhaps prisons; the lock tells the next one.
 */
#include "world.h"

#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jail.h>

struct world worlds[WORLDS_MAX];
unsigned nworlds;

static char dir[192], empty[256];
static int lock = -1;

/* ------------------------------------------------------------------------
 * Clearing.
 */

static void
clear_mounts(const char *dir_of_ours)
{
	while (umount2(dir_of_ours, MNT_DETACH | UMOUNT_NOFOLLOW) == 0)
		;
	rmdir(dir_of_ours);
}

/* The directory of a server, mounts first. */
static void
clear_server(const char *server)
{
	char path[512];
	unsigned i;

	for (i = 0; i < WORLDS_MAX; i++) {
		snprintf(path, sizeof(path), "%s/%u.dev", server, i);
		clear_mounts(path);
		snprintf(path, sizeof(path), "%s/%u", server, i);
		clear_mounts(path);
	}
	snprintf(path, sizeof(path), "%s/empty", server);
	rmdir(path);
	snprintf(path, sizeof(path), "%s/lock", server);
	unlink(path);
	rmdir(server);
}

/* End the prisons that say that they are of this server. */
static void
clear_prisons(const char *server)
{
	char last[16] = "0", owner[256];
	int jid;

	for (;;) {
		/* Those that are going just now have no such key any more. */
		jid = jail_getv_sized(0, "lastjid", last, sizeof(last),
		    "meta.lleval", owner, sizeof(owner), NULL);
		if (jid == -1)
			break;
		snprintf(last, sizeof(last), "%d", jid);
		if (strcmp(owner, server) == 0)
			jail_remove(jid);
	}
}

static void
clear_if_dead(const char *run_dir, const char *pid)
{
	char server[192], path[256];
	int fd;

	if (snprintf(server, sizeof(server), "%s/%s", run_dir, pid) >=
	    (int)sizeof(server))
		return;
	snprintf(path, sizeof(path), "%s/lock", server);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd == -1 || flock(fd, LOCK_EX | LOCK_NB) == 0) {
		clear_prisons(server);
		clear_server(server);
	}
	if (fd != -1)
		close(fd);
}

static void
clear_dead(const char *run_dir)
{
	struct dirent *de;
	DIR *d = opendir(run_dir);

	while (d != NULL && (de = readdir(d)) != NULL)
		if (isdigit((unsigned char)de->d_name[0]))
			clear_if_dead(run_dir, de->d_name);
	if (d != NULL)
		closedir(d);
}

/* ------------------------------------------------------------------------
 * Making.
 */

static int
make_dir(const char *run_dir, char *error, size_t size)
{
	char path[256];

	if (run_dir[0] != '/' || strlen(run_dir) > 128)
		return (snprintf(error, size, "run.dir %s: not a path, or too "
		    "long a one", run_dir), -1);
	if (mkdir(run_dir, 0700) == -1 && errno != EEXIST)
		return (snprintf(error, size, "%s: %s", run_dir,
		    strerror(errno)), -1);
	clear_dead(run_dir);
	snprintf(dir, sizeof(dir), "%s/%d", run_dir, (int)getpid());
	snprintf(empty, sizeof(empty), "%s/empty", dir);
	snprintf(path, sizeof(path), "%s/lock", dir);
	if (mkdir(dir, 0700) == -1 || mkdir(empty, 0555) == -1 ||
	    (lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600)) == -1 ||
	    flock(lock, LOCK_EX | LOCK_NB) == -1)
		return (snprintf(error, size, "%s: %s", dir, strerror(errno)),
		    -1);
	return (0);
}

/*
 * What the devfs has on it is of one superblock, which all prisons would
 * share: their terminals and shared memory stay out, and what wants the latter
 * finds the work directory.
 */
static int
furnish_dev(const char *dev)
{
	char path[512];

	if (mkdir(dev, 0700) == -1 || jail_mount_devfs(dev, "/", 4) == -1)
		return (-1);
	snprintf(path, sizeof(path), "%s/pts", dev);
	if (umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) == -1)
		return (-1);
	snprintf(path, sizeof(path), "%s/shm", dev);
	if (umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) == -1 ||
	    rmdir(path) == -1 || symlink("/tmp", path) == -1)
		return (-1);
	return (0);
}

static int
open_world(const char *path, char *error, size_t size)
{
	struct world *wo = &worlds[nworlds];
	static const char *const needed[] = { "dev", "proc", "tmp" };
	char sub[4096];
	struct stat st;
	size_t i;

	if (nworlds == WORLDS_MAX)
		return (snprintf(error, size, "more than %d worlds",
		    WORLDS_MAX), -1);
	for (i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		snprintf(sub, sizeof(sub), "%s/%s", path, needed[i]);
		if (lstat(sub, &st) == -1 || !S_ISDIR(st.st_mode))
			return (snprintf(error, size, "world %s: no directory "
			    "%s in it", path, needed[i]), -1);
	}
	snprintf(wo->wo_root, sizeof(wo->wo_root), "%s/%u", dir, nworlds);
	snprintf(wo->wo_dev, sizeof(wo->wo_dev), "%s/%u.dev", dir, nworlds);
	wo->wo_path = path;
	if (mkdir(wo->wo_root, 0700) == -1)
		return (snprintf(error, size, "%s: %s", wo->wo_root,
		    strerror(errno)), -1);
	nworlds++;
	if (jail_mount(NULL, "nullfs", path, wo->wo_root, "ro,nosuid") == -1 ||
	    furnish_dev(wo->wo_dev) == -1)
		return (snprintf(error, size, "world %s: %s", path,
		    jail_errmsg), -1);
	return (0);
}

int
worlds_open(const struct config *co, char *error, size_t size)
{
	const char *path;
	unsigned i, j;

	if (make_dir(co->co_run_dir, error, size) == -1)
		return (-1);
	for (i = 0; i < co->co_nlanguages; i++) {
		path = co->co_languages[i].la_world != NULL ?
		    co->co_languages[i].la_world : co->co_world;
		for (j = 0; j < nworlds; j++)
			if (strcmp(worlds[j].wo_path, path) == 0)
				break;
		if (j == nworlds && open_world(path, error, size) == -1)
			return (-1);
	}
	return (0);
}

void
worlds_close(void)
{
	if (lock == -1)
		return;
	clear_server(dir);
	close(lock);
	lock = -1;
}

const char *
worlds_empty(void)
{
	return (empty);
}

const char *
worlds_owner(void)
{
	return (dir);
}

unsigned
world_of(const struct config *co, const struct language *la)
{
	const char *path = la->la_world != NULL ? la->la_world : co->co_world;
	unsigned i;

	for (i = 0; i < nworlds; i++)
		if (strcmp(worlds[i].wo_path, path) == 0)
			break;
	return (i);
}
