// SPDX-License-Identifier: BSD-2-Clause
#include "pool.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "log.h"
#include "world.h"

#define INODES		4096	/* of a work directory */
#define RETRY_SECONDS	1	/* when none can be made */

static struct {
	pthread_mutex_t		 po_mutex;
	pthread_cond_t		 po_cond;	/* something was taken */
	pthread_t		 po_thread;
	const struct config	*po_co;
	struct shared		*po_sh;
	struct jail_cell	**po_cells[WORLDS_MAX];
	unsigned		 po_n[WORLDS_MAX];
	unsigned		 po_want;
	int			 po_stop;
} pool = {
	.po_mutex = PTHREAD_MUTEX_INITIALIZER,
	.po_cond = PTHREAD_COND_INITIALIZER,
};

struct parameters {
	struct iovec	pa_iov[10];
	unsigned	pa_n;
};

static void
parameter(struct parameters *pa, const char *name, const void *value,
    size_t len)
{
	struct iovec *iov = &pa->pa_iov[pa->pa_n];

	iov[0].iov_base = (void *)(uintptr_t)name;
	iov[0].iov_len = strlen(name) + 1;
	iov[1].iov_base = (void *)(uintptr_t)value;
	iov[1].iov_len = len;
	pa->pa_n += 2;
}

struct jail_cell *
pool_make(const struct config *co, unsigned world)
{
	static const int inherit = JAIL_SYS_INHERIT;
	const struct world *wo = &worlds[world];
	const struct jail_cell_mount mounts[] = {
		{ .cm_dir = WORK_DIR, .cm_size = co->co_limit[LIMIT_FILES],
		    .cm_inodes = INODES, .cm_uid = WORK_UID,
		    .cm_gid = WORK_UID, .cm_mode = 0700 },
		{ .cm_dir = "/dev", .cm_source = wo->wo_dev, .cm_devfs = 1 },
	};
	unsigned flags = JAIL_CELL_SEALED;
	struct parameters pa = { .pa_n = 0 };
	char meta[256];

	snprintf(meta, sizeof(meta), "lleval=%s", worlds_owner());
	parameter(&pa, "path", wo->wo_root, strlen(wo->wo_root) + 1);
	parameter(&pa, "host.hostname", "lleval", sizeof("lleval"));
	parameter(&pa, "meta", meta, strlen(meta) + 1);
	if (co->co_network == NETWORK_INHERIT) {
		parameter(&pa, "ip4", &inherit, sizeof(inherit));
		parameter(&pa, "ip6", &inherit, sizeof(inherit));
	} else
		flags |= JAIL_CELL_NOSOCKET;
	return (jail_cell_make(pa.pa_iov, pa.pa_n, mounts,
	    sizeof(mounts) / sizeof(mounts[0]), flags));
}

/* The world whose pool lacks most, or nworlds.  Under the mutex. */
static unsigned
lacking(void)
{
	unsigned i, which = nworlds;

	for (i = 0; i < nworlds; i++)
		if (pool.po_n[i] < pool.po_want && (which == nworlds ||
		    pool.po_n[i] < pool.po_n[which]))
			which = i;
	return (which);
}

static void
wait_a_little(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	ts.tv_sec += RETRY_SECONDS;
	pthread_cond_timedwait(&pool.po_cond, &pool.po_mutex, &ts);
}

/* Make one for a world, the mutex released meanwhile. */
static void
fill_one(unsigned world)
{
	struct jail_cell *ce;

	pthread_mutex_unlock(&pool.po_mutex);
	ce = pool_make(pool.po_co, world);
	if (ce == NULL) {
		atomic_fetch_add(&pool.po_sh->sh_failed, 1);
		log_error("prison", jail_errmsg);
	} else
		atomic_fetch_add(&pool.po_sh->sh_made, 1);
	pthread_mutex_lock(&pool.po_mutex);
	if (ce == NULL) {
		if (!pool.po_stop)
			wait_a_little();
		return;
	}
	pool.po_cells[world][pool.po_n[world]++] = ce;
	atomic_fetch_add(&pool.po_sh->sh_ready, 1);
}

static void *
filler(void *arg)
{
	unsigned world;

	pthread_mutex_lock(&pool.po_mutex);
	while (!pool.po_stop) {
		if ((world = lacking()) < nworlds)
			fill_one(world);
		else
			pthread_cond_wait(&pool.po_cond, &pool.po_mutex);
	}
	pthread_mutex_unlock(&pool.po_mutex);
	return (arg);
}

int
pool_start(const struct config *co, struct shared *sh)
{
	unsigned i;

	pool.po_co = co;
	pool.po_sh = sh;
	pool.po_want = co->co_pool;
	for (i = 0; i < nworlds; i++)
		if ((pool.po_cells[i] = calloc(pool.po_want,
		    sizeof(struct jail_cell *))) == NULL)
			return (-1);
	errno = pthread_create(&pool.po_thread, NULL, filler, NULL);
	return (errno == 0 ? 0 : -1);
}

void
pool_stop(void)
{
	unsigned i;

	pthread_mutex_lock(&pool.po_mutex);
	pool.po_stop = 1;
	pthread_cond_signal(&pool.po_cond);
	pthread_mutex_unlock(&pool.po_mutex);
	pthread_join(pool.po_thread, NULL);
	for (i = 0; i < nworlds; i++) {
		while (pool.po_n[i] > 0)
			jail_cell_end(pool.po_cells[i][--pool.po_n[i]]);
		free(pool.po_cells[i]);
	}
}

struct jail_cell *
pool_take(unsigned world)
{
	struct jail_cell *ce = NULL;

	pthread_mutex_lock(&pool.po_mutex);
	if (pool.po_n[world] > 0) {
		ce = pool.po_cells[world][--pool.po_n[world]];
		atomic_fetch_sub(&pool.po_sh->sh_ready, 1);
		pthread_cond_signal(&pool.po_cond);
	}
	pthread_mutex_unlock(&pool.po_mutex);
	if (ce != NULL)
		return (ce);
	atomic_fetch_add(&pool.po_sh->sh_missed, 1);
	if ((ce = pool_make(pool.po_co, world)) != NULL)
		atomic_fetch_add(&pool.po_sh->sh_made, 1);
	return (ce);
}
