// SPDX-License-Identifier: BSD-2-Clause
#include "state.h"

#include <sys/file.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "errmsg.h"
#include "fd.h"
#include "limit.h"
#include "settle.h"
#include "setup.h"
#include "step.h"

static const char *
state_dir(void)
{
	const char *dir = secure_getenv("JAIL_RUN");

	return (dir != NULL && *dir == '/' ? dir : STATE_DIR);
}

const char *
state_dir_below(const char *path)
{
	const char *dir = state_dir();
	size_t n = strlen(path);

	while (n > 0 && path[n - 1] == '/')
		n--;
	return (strncmp(dir, path, n) == 0 && dir[n] == '/' ? dir : NULL);
}

static int
table_check(const struct table *ta)
{
	return (ta->ta_magic == TABLE_MAGIC && ta->ta_version == TABLE_VERSION
	    ? 0 : (errno = EPROTO, -1));
}

static struct table *
table_map(const struct state *st)
{
	_cleanup_close_ int fd = -1;
	int prot = PROT_READ;
	void *p;

	if (geteuid() == 0)
		fd = openat(st->st_dir, "table", O_RDWR | O_CLOEXEC);
	if (fd != -1)
		prot |= PROT_WRITE;
	else if ((fd = openat(st->st_dir, "table", O_RDONLY | O_CLOEXEC)) == -1)
		return (NULL);
	p = mmap(NULL, sizeof(struct table), prot, MAP_SHARED, fd, 0);
	return (p != MAP_FAILED ? p : NULL);
}

/*
 * The mapping is kept for the next call: a program that lists a thousand
 * jails, or makes one for each request, would map and unmap for each.  It is
 * no descriptor, so nobody can close it under us; whether it is still that of
 * the table is asked each time.  It is not unmapped (another thread may be
 * using it), for a host's table is made once a boot; but see state_forget().
 */
static struct {
	pthread_mutex_t	 ca_mutex;
	struct table	*ca_table;
	dev_t		 ca_dev;
	ino_t		 ca_ino;
} cache = { .ca_mutex = PTHREAD_MUTEX_INITIALIZER };

static int
table_open(struct state *st)
{
	struct stat sb;

	if (fstatat(st->st_dir, "table", &sb, AT_SYMLINK_NOFOLLOW) == -1)
		return (-1);
	if (sb.st_size != sizeof(struct table))
		return (errno = EPROTO, -1);
	/* Held by a thread that a fork has left behind: do without. */
	if (pthread_mutex_trylock(&cache.ca_mutex) != 0) {
		st->st_own = st->st_table = table_map(st);
		return (st->st_table == NULL ? -1 : table_check(st->st_table));
	}
	if (cache.ca_table == NULL || cache.ca_ino != sb.st_ino ||
	    cache.ca_dev != sb.st_dev) {
		cache.ca_table = table_map(st);
		cache.ca_ino = sb.st_ino;
		cache.ca_dev = sb.st_dev;
	}
	st->st_table = cache.ca_table;
	pthread_mutex_unlock(&cache.ca_mutex);
	return (st->st_table == NULL ? -1 : table_check(st->st_table));
}

void
state_forget(void)
{
	pthread_mutex_lock(&cache.ca_mutex);
	if (cache.ca_table != NULL)
		munmap(cache.ca_table, sizeof(*cache.ca_table));
	cache.ca_table = NULL;
	pthread_mutex_unlock(&cache.ca_mutex);
}

/* A unit with a private /run: the host's is PID 1's. */
static int
open_hosts_dir(void)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "/proc/1/root%s", state_dir());
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		errno = ENOENT;	/* also where we may not look */
	return (fd);
}

static int
try_open(struct state *st)
{
	st->st_dir = open(state_dir(), O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (st->st_dir == -1 && errno == ENOENT)
		st->st_dir = open_hosts_dir();
	if (st->st_dir == -1 || table_open(st) == -1)
		return (-1);
	st->st_limitgen = __atomic_load_n(&st->st_table->ta_limitgen,
	    __ATOMIC_SEQ_CST);
	return (0);
}

uint64_t
state_root(void)
{
	struct state st = STATE_INIT;
	uint64_t root = try_open(&st) == 0 ? st.st_table->ta_root : 0;

	state_close(&st);
	return (root);
}

/* Put this library's programs in the place of another's. */
static int
setup_policy(struct state *st)
{
	struct table *ta = st->st_table;
	_cleanup_close_ int cgfd = cgroup_open(AT_FDCWD, ta->ta_cgroup);

	if (cgfd == -1)
		return (jail_err(errno, "%s", ta->ta_cgroup));
	if (state_lock(st) == -1)
		return (-1);
	st->st_bpf = openat(st->st_dir, "bpf", O_RDONLY | O_DIRECTORY |
	    O_CLOEXEC);
	if (st->st_bpf == -1 || policy_setup(st->st_bpf, cgfd,
	    ta->ta_level) == -1)
		return (jail_errwrap("load the wall around addresses and "
		    "devices (see jail-checkconfig(8))"));
	snprintf(ta->ta_policy, sizeof(ta->ta_policy), "%s", policy_version());
	state_unlock(st);
	return (0);
}

int
state_open(struct state *st, int make)
{
	if (try_open(st) == 0) {
		/* An upgrade: this library brings programs of its own. */
		if (!make || geteuid() != 0 || strcmp(
		    st->st_table->ta_policy, policy_version()) == 0)
			return (0);
		return (setup_policy(st));
	}
	if (errno == EPROTO)
		return (jail_errx(EPROTO, "%s was made by another version of "
		    "jail: stop the jails with that one, or reboot",
		    state_dir()));
	if (!make || geteuid() != 0)
		return (jail_err(errno, "%s", state_dir()));
	state_close(st);
	if (setup_host(state_dir()) == -1)
		return (jail_errwrap("set the host up for jails (see "
		    "jail-checkconfig(8))"));
	if (try_open(st) == -1)
		return (jail_err(errno, "%s", state_dir()));
	return (0);
}

void
state_close(struct state *st)
{
	int error = errno;

	if (st->st_locked)
		state_unlock(st);
	if (st->st_own != NULL)
		munmap(st->st_own, sizeof(*st->st_own));
	st->st_table = st->st_own = NULL;
	policy_close(&st->st_maps);
	fd_close(&st->st_dir);
	fd_close(&st->st_tablefd);
	fd_close(&st->st_bpf);
	errno = error;
}

int
state_lock(struct state *st)
{
	if (st->st_locked)
		return (0);
	if (st->st_tablefd == -1)
		st->st_tablefd = openat(st->st_dir, "table",
		    O_RDWR | O_CLOEXEC);
	while (flock(st->st_tablefd, LOCK_EX) == -1)
		if (errno != EINTR)
			return (jail_err(errno, "lock %s/table", state_dir()));
	st->st_locked = 1;
	if (st->st_table->ta_journal != 0)
		prison_settle(st);
	if (st->st_table->ta_limiting != 0)
		limit_settle(st);
	return (0);
}

void
state_unlock(struct state *st)
{
	flock(st->st_tablefd, LOCK_UN);
	st->st_locked = 0;
}

int
state_policy(struct state *st)
{
	if (st->st_maps.pm_prisons != -1)
		return (0);
	if (st->st_bpf == -1)
		st->st_bpf = openat(st->st_dir, "bpf",
		    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (st->st_bpf == -1)
		return (jail_err(errno, "%s/bpf", state_dir()));
	return (policy_open(st->st_bpf, &st->st_maps));
}

int
state_jid_exists(const struct state *st, int jid)
{
	return (jid > 0 && jid <= JAIL_MAX &&
	    (st->st_table->ta_jids[jid / 64] >> (jid % 64) & 1) != 0);
}

void
state_jid_mark(struct state *st, int jid, int exists)
{
	uint64_t bit = 1ULL << (jid % 64);

	if (exists)
		st->st_table->ta_jids[jid / 64] |= bit;
	else
		st->st_table->ta_jids[jid / 64] &= ~bit;
}

int
state_jid_next(const struct state *st, int after)
{
	const uint64_t *jids = st->st_table->ta_jids;
	uint64_t word;
	int jid = after + 1;

	while (jid <= JAIL_MAX) {
		word = jids[jid / 64] >> (jid % 64);
		if (word != 0) {
			jid += __builtin_ctzll(word);
			return (jid <= JAIL_MAX ? jid : 0);
		}
		jid = (jid / 64 + 1) * 64;
	}
	return (0);
}

int
state_jid_alloc(struct state *st)
{
	struct table *ta = st->st_table;
	int i, jid = ta->ta_lastjid;

	for (i = 0; i < JAIL_MAX; i++) {
		jid = jid >= JAIL_MAX ? 1 : jid + 1;
		if (!state_jid_exists(st, jid)) {
			ta->ta_lastjid = jid;
			return (jid);
		}
	}
	return (0);
}

int
state_slot_alloc(struct state *st)
{
	struct table *ta = st->st_table;
	int slot;

	for (slot = ta->ta_slot_hint; slot < SLOT_COUNT; slot++)
		if (ta->ta_slots[slot] == 0) {
			/* Journal first: a slot taken by a dead maker is
			   found again by whoever settles its jid. */
			ta->ta_journal_slot = slot;
			ta->ta_slots[slot] = 1;
			ta->ta_slot_hint = slot + 1;
			return (slot);
		}
	return (SLOT_NONE);
}

void
state_slot_free(struct state *st, int slot)
{
	struct table *ta = st->st_table;

	if (slot < 0 || slot >= SLOT_COUNT)
		return;
	ta->ta_slots[slot] = 0;
	if (slot < ta->ta_slot_hint)
		ta->ta_slot_hint = slot;
}

int
state_teardown(struct state *st)
{
	char path[PATH_MAX], cgroup[sizeof(st->st_table->ta_cgroup)];
	int slot;

	if (state_lock(st) == -1)
		return (-1);
	if (state_jid_next(st, 0) != 0)
		return (jail_errx(EBUSY, "%s: jails are left", state_dir()));
	memcpy(cgroup, st->st_table->ta_cgroup, sizeof(cgroup));
	limit_teardown(st);
	st->st_bpf = openat(st->st_dir, "bpf", O_RDONLY | O_DIRECTORY |
	    O_CLOEXEC);
	if (st->st_bpf != -1)
		policy_teardown(st->st_bpf);
	state_close(st);
	for (slot = 0; slot < SLOT_POOL; slot++) {
		snprintf(path, sizeof(path), "%s/user/%d", state_dir(), slot);
		umount2(path, MNT_DETACH);
	}
	snprintf(path, sizeof(path), "%s/template", state_dir());
	umount2(path, MNT_DETACH);
	snprintf(path, sizeof(path), "%s/bpf", state_dir());
	umount2(path, MNT_DETACH);
	if (umount2(state_dir(), MNT_DETACH) == -1)
		return (jail_err(errno, "umount %s", state_dir()));
	rmdir(state_dir());
	if (rmdir(cgroup) == -1 && errno != ENOENT)
		return (jail_err(errno, "rmdir %s", cgroup));
	return (0);
}
