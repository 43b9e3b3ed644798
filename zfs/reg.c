// SPDX-License-Identifier: BSD-2-Clause
/* The registry of pools. */
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
#include "pool.h"
#include "util.h"

#define REG_DIR_NAME	"/var/lib/abashiri/zpool"
#define REG_MAX		(64 << 10)

static const char *const kinds[] = { "file", "device", "directory" };
static const char *const states[] = { "making", "imported", "exported",
	"exporting", "destroying" };

static const char *
root(void)
{
	const char *dir = getenv("ZPOOL_ROOT");

	return (dir != NULL ? dir : "");
}

/* Each directory of a path, from the top. */
static int
make_dirs(char *path)
{
	char *p;

	for (p = path + 1; (p = strchr(p, '/')) != NULL; p++) {
		*p = '\0';
		if (mkdir(path, 0755) == -1 && errno != EEXIST)
			return (-1);
		*p = '/';
	}
	return (mkdir(path, 0700) == 0 || errno == EEXIST ? 0 : -1);
}

/* The directory of the registry; made when it is to be changed. */
static int
reg_dir(int make)
{
	_cleanup_free_ char *dir = xprintf("%s" REG_DIR_NAME, root());

	if (make && make_dirs(dir) == -1)
		err(1, "%s", dir);
	return (open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

char *
pool_dir(const char *name)
{
	_cleanup_free_ char *run = xprintf("%s/run/zpool", root());

	if (name == NULL) {
		if (make_dirs(run) == -1)
			err(1, "%s", run);
		return (xstrdup(run));
	}
	return (xprintf("%s/%s", run, name));
}

void
reg_lock(void)
{
	int fd = reg_dir(1);

	/* Let go of by the end of the program. */
	if (fd == -1 || flock(fd, LOCK_EX) == -1)
		err(1, "the registry of pools");
}

/* Which of the words it is, or -1. */
static int
word_of(const char *const *words, size_t n, const char *text)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(words[i], text) == 0)
			return ((int)i);
	return (-1);
}

static int
reg_line(struct reg *rg, const char *key, const char *value)
{
	int n = 0;

	if (strcmp(key, "kind") == 0) {
		n = word_of(kinds, NELEM(kinds), value);
		rg->rg_kind = (enum reg_kind)n;
	} else if (strcmp(key, "state") == 0) {
		n = word_of(states, NELEM(states), value);
		rg->rg_state = (enum reg_state)n;
	} else if (strcmp(key, "made") == 0)
		rg->rg_made = 1;
	else if (strcmp(key, "path") == 0)
		rg->rg_path = xstrdup(value);
	else if (strcmp(key, "altroot") == 0)
		rg->rg_altroot = xstrdup(value);
	return (n);
}

struct reg *
reg_read(const char *name)
{
	_cleanup_close_ int dir = reg_dir(0);
	_cleanup_free_ char *text = NULL;
	struct reg *rg;
	char *rest, *line, *value;
	int bad = 0;

	if (dir == -1 || name_wrong(name, NAME_POOL) != NULL ||
	    (text = file_read(dir, name, REG_MAX)) == NULL)
		return (NULL);
	rg = xcalloc(1, sizeof(*rg));
	rg->rg_name = xstrdup(name);
	for (rest = text; (line = strsep(&rest, "\n")) != NULL; )
		if ((value = strchr(line, '=')) != NULL) {
			*value++ = '\0';
			bad |= reg_line(rg, line, value) == -1;
		}
	if (bad || rg->rg_path == NULL)
		errx(1, "%s" REG_DIR_NAME "/%s: not a pool's entry; remove it, "
		    "and import the pool with zpool import -d", root(), name);
	return (rg);
}

int
reg_write(const struct reg *rg)
{
	_cleanup_close_ int dir = reg_dir(1);
	_cleanup_free_ char *text = xprintf("kind=%s\nstate=%s\n%spath=%s\n"
	    "%s%s%s", kinds[rg->rg_kind], states[rg->rg_state],
	    rg->rg_made ? "made=1\n" : "", rg->rg_path,
	    rg->rg_altroot != NULL ? "altroot=" : "",
	    rg->rg_altroot != NULL ? rg->rg_altroot : "",
	    rg->rg_altroot != NULL ? "\n" : "");

	return (dir == -1 ? -1 : file_replace(dir, rg->rg_name, text, 1));
}

void
reg_remove(const char *name)
{
	_cleanup_close_ int dir = reg_dir(0);

	if (dir != -1)
		unlinkat(dir, name, 0);
}

void
reg_free(struct reg *rg)
{
	if (rg == NULL)
		return;
	free(rg->rg_name);
	free(rg->rg_path);
	free(rg->rg_altroot);
	free(rg);
}

static int
str_cmp(const void *a, const void *b)
{
	return (strcmp(*(char *const *)a, *(char *const *)b));
}

size_t
reg_names(char ***ret_names)
{
	int fd = reg_dir(0);
	DIR *d = fd != -1 ? fdopendir(fd) : NULL;
	struct dirent *de;
	size_t n = 0;

	*ret_names = NULL;
	if (d == NULL)
		return (0);
	while ((de = readdir(d)) != NULL) {
		if (name_wrong(de->d_name, NAME_POOL) != NULL)
			continue;
		*ret_names = xgrow(*ret_names, n, sizeof(**ret_names));
		(*ret_names)[n++] = xstrdup(de->d_name);
	}
	closedir(d);
	if (n > 0)
		qsort(*ret_names, n, sizeof(**ret_names), str_cmp);
	return (n);
}
