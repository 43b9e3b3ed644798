// SPDX-License-Identifier: BSD-2-Clause
#include "jails.h"

#include <sys/stat.h>

#include <err.h>
#include <jail.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mountpt.h"
#include "subvol.h"
#include "util.h"

static struct jail_at {
	int	 ja_jid;
	char	*ja_name;
	char	*ja_path;
} *jails;
static size_t njails;
static struct jail_freeze *frozen;

/* Ask once for all. */
static void
load(void)
{
	char last[16] = "0", name[256], path[PATH_MAX];
	static int loaded;
	int jid;

	if (loaded)
		return;
	loaded = 1;
	while ((jid = jail_getv_sized(0, "lastjid", last, sizeof(last),
	    "name", name, sizeof(name), "path", path, sizeof(path),
	    NULL)) > 0) {
		jails = xgrow(jails, njails, sizeof(*jails));
		jails[njails++] = (struct jail_at){ jid, xstrdup(name),
		    xstrdup(path) };
		snprintf(last, sizeof(last), "%d", jid);
	}
}

const char *
jails_at(const char *where)
{
	size_t i;

	load();
	for (i = 0; i < njails; i++)
		if (path_within(jails[i].ja_path, where))
			return (jails[i].ja_name);
	return (NULL);
}

const char *
jails_root_above(const char *path)
{
	const char *found = NULL;
	size_t i;

	load();
	for (i = 0; i < njails; i++)
		if (strcmp(path, jails[i].ja_path) != 0 &&
		    strcmp(jails[i].ja_path, "/") != 0 &&
		    path_within(path, jails[i].ja_path) && (found == NULL ||
		    strlen(jails[i].ja_path) > strlen(found)))
			found = jails[i].ja_path;
	return (found);
}

/* The root is in the dataset, or the dataset is mounted below the root. */
static int
writes_to(const struct jail_at *ja, struct pool *po, const struct ds *ds)
{
	_cleanup_close_ int fd = subvol_open(po->po_ds, ds->ds_id);
	_cleanup_free_ char *where = mount_where(po, ds);
	struct stat root, top;

	if (fd != -1 && fstat(fd, &top) == 0 &&
	    stat(ja->ja_path, &root) == 0 && top.st_dev == root.st_dev)
		return (1);
	/* A jail of the host's own root is above everything. */
	return (where != NULL && strcmp(ja->ja_path, "/") != 0 &&
	    path_within(where, ja->ja_path));
}

const char *
jails_using(struct pool *po, const struct ds *ds)
{
	_cleanup_free_ char *where = mount_where(po, ds);
	size_t i;

	load();
	for (i = 0; i < njails; i++)
		if (writes_to(&jails[i], po, ds) || (where != NULL &&
		    path_within(jails[i].ja_path, where)))
			return (jails[i].ja_name);
	return (NULL);
}

int
jails_freeze(struct pool *po, struct ds *const *list, size_t n)
{
	_cleanup_free_ int *jids = NULL;
	unsigned njids = 0;
	size_t i, j;

	load();
	jids = xcalloc(njails + 1, sizeof(*jids));
	for (i = 0; i < njails; i++)
		for (j = 0; j < n; j++)
			if (writes_to(&jails[i], po, list[j])) {
				jids[njids++] = jails[i].ja_jid;
				break;
			}
	if (njids == 0)
		return (0);
	if ((frozen = jail_freeze(jids, njids)) == NULL) {
		say("no snapshot of what is changing: %s", jail_errmsg);
		return (-1);
	}
	return (0);
}

void
jails_thaw(void)
{
	jail_thaw(frozen);
	frozen = NULL;
}
