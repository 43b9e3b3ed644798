// SPDX-License-Identifier: BSD-2-Clause
#include "controller.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "errmsg.h"
#include "fd.h"
#include "sys.h"

#define RMDIR_TRIES	50	/* of 2 ms: who has just died still counts */

const char *const controller_names[CT_MAX] = {
	"cpu", "memory", "pids", "io", "cpuset"
};

/* Is `word` one of the words of `list`, which `sep` parts? */
static int
has_word(const char *list, const char *word, char sep)
{
	size_t n = strlen(word);
	const char *p;

	for (p = list; (p = strstr(p, word)) != NULL; p += n)
		if ((p == list || p[-1] == sep) &&
		    (p[n] == sep || p[n] == '\0' || p[n] == '\n'))
			return (1);
	return (0);
}

/* A line of mountinfo that tells of a v1 hierarchy. */
static void
take_line(struct controllers *cs, char *line)
{
	char *sep = strstr(line, " - cgroup "), *opts;
	char point[sizeof(cs->cs_mount[0])];
	int ct;

	if (sep == NULL ||
	    sscanf(line, "%*s %*s %*s %*s %255s", point) != 1 ||
	    (opts = strrchr(sep, ' ')) == NULL)
		return;
	for (ct = 0; ct < CT_MAX; ct++)
		if (cs->cs_version[ct] == 0 && has_word(opts + 1, ct == CT_IO ?
		    "blkio" : controller_names[ct], ',')) {
			cs->cs_version[ct] = 1;
			strcpy(cs->cs_mount[ct], point);
		}
}

int
controllers_find(struct controllers *cs, const char *mountinfo,
    const char *parent)
{
	_cleanup_fclose_ FILE *f = fopen(mountinfo, "re");
	_cleanup_free_ char *line = NULL;
	char buf[512], path[CONTROLLER_PATHLEN];
	const char *slash = strrchr(parent, '/');
	size_t cap = 0;
	int ct;

	*cs = (struct controllers){ .cs_parent = parent };
	cs->cs_base = slash != NULL ? slash + 1 : parent;
	if (f == NULL)
		return (jail_err(errno, "%s", mountinfo));
	/* What the unified hierarchy has is in no other. */
	snprintf(path, sizeof(path), "%.*s/cgroup.controllers",
	    (int)(cs->cs_base - parent - (slash != NULL)), parent);
	if (sys_read_at(AT_FDCWD, path, buf, sizeof(buf)) > 0)
		for (ct = 0; ct < CT_MAX; ct++)
			if (has_word(buf, controller_names[ct], ' '))
				cs->cs_version[ct] = 2;
	while (getline(&line, &cap, f) != -1)
		take_line(cs, line);
	return (0);
}

/* Enable it for the children of `dir`, unless it is. */
static int
enable_below(const char *dir, const char *name)
{
	char buf[512], path[CONTROLLER_PATHLEN];

	snprintf(path, sizeof(path), "%s/cgroup.subtree_control", dir);
	if (sys_read_at(AT_FDCWD, path, buf, sizeof(buf)) >= 0 &&
	    has_word(buf, name, ' '))
		return (0);
	snprintf(buf, sizeof(buf), "+%s", name);
	if (sys_write_at(AT_FDCWD, path, buf) == -1)
		return (jail_err(errno, "enable the %s controller in %s", name,
		    path));
	return (0);
}

int
controller_enable(const struct controllers *cs, enum controller ct)
{
	char above[CONTROLLER_PATHLEN];

	snprintf(above, sizeof(above), "%.*s", (int)(cs->cs_base -
	    cs->cs_parent - 1), cs->cs_parent);
	if (enable_below(above, controller_names[ct]) == -1)
		return (-1);
	return (enable_below(cs->cs_parent, controller_names[ct]));
}

void
controller_path(const struct controllers *cs, enum controller ct, int jid,
    char *buf)
{
	if (cs->cs_version[ct] == 2)
		snprintf(buf, CONTROLLER_PATHLEN, "%s/%d", cs->cs_parent, jid);
	else
		snprintf(buf, CONTROLLER_PATHLEN, "%s/%s/%d",
		    cs->cs_mount[ct], cs->cs_base, jid);
}

/*
 * A v1 cpuset begins without processors and memory nodes, and takes nobody
 * in until it has both.
 */
static int
cpuset_inherit(const char *dir)
{
	static const char *const files[] = { "cpuset.cpus", "cpuset.mems" };
	char buf[4096], from[CONTROLLER_PATHLEN], to[CONTROLLER_PATHLEN];
	size_t i;

	for (i = 0; i < 2; i++) {
		snprintf(to, sizeof(to), "%.4000s/%s", dir, files[i]);
		snprintf(from, sizeof(from), "%.4000s/../%s", dir, files[i]);
		if (sys_read_at(AT_FDCWD, to, buf, sizeof(buf)) > 1)
			continue;
		if (sys_read_at(AT_FDCWD, from, buf, sizeof(buf)) == -1 ||
		    sys_write_at(AT_FDCWD, to, buf) == -1)
			return (-1);
	}
	return (0);
}

int
controller_make(const struct controllers *cs, enum controller ct, int jid)
{
	char path[CONTROLLER_PATHLEN], *slash;

	controller_path(cs, ct, jid, path);
	slash = strrchr(path, '/');
	*slash = '\0';
	if ((mkdir(path, 0755) == -1 && errno != EEXIST) ||
	    (ct == CT_CPUSET && cpuset_inherit(path) == -1))
		return (jail_err(errno, "make %s", path));
	*slash = '/';
	if ((mkdir(path, 0755) == -1 && errno != EEXIST) ||
	    (ct == CT_CPUSET && cpuset_inherit(path) == -1))
		return (jail_err(errno, "make %s", path));
	return (0);
}

int
controller_remove(const struct controllers *cs, enum controller ct, int jid)
{
	char path[CONTROLLER_PATHLEN];
	int try;

	if (cs->cs_version[ct] != 1)
		return (0);
	controller_path(cs, ct, jid, path);
	for (try = 0; rmdir(path) == -1; try++) {
		if (errno == ENOENT)
			return (0);
		/* What has left the prison's cgroup leaves this a moment
		   later. */
		if (errno != EBUSY || try == RMDIR_TRIES)
			return (-1);
		usleep(2000);
	}
	return (0);
}

void
controllers_teardown(const struct controllers *cs)
{
	char path[CONTROLLER_PATHLEN];
	int ct;

	for (ct = 0; ct < CT_MAX; ct++) {
		if (cs->cs_version[ct] != 1)
			continue;
		snprintf(path, sizeof(path), "%s/%s", cs->cs_mount[ct],
		    cs->cs_base);
		rmdir(path);
	}
}
