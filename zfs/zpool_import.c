// SPDX-License-Identifier: BSD-2-Clause
/* zpool import */
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "device.h"
#include "mountpt.h"
#include "step.h"
#include "util.h"
#include "zpool.h"

static struct {
	int		 nomount;	/* -N */
	int		 all;		/* -a */
	const char	*altroot;	/* -R */
	char		*dirs[64];	/* -d */
	size_t		 ndirs;
} opt;

static struct reg **found;
static size_t nfound;

/* One that could be imported: known by that name, of that kind. */
static void
add_found(const char *name, enum reg_kind kind, const char *path)
{
	struct reg *rg;
	size_t i;

	for (i = 0; i < nfound; i++)
		if (strcmp(found[i]->rg_path, path) == 0)
			return;
	rg = xcalloc(1, sizeof(*rg));
	rg->rg_name = xstrdup(name);
	rg->rg_kind = kind;
	rg->rg_path = xstrdup(path);
	found = xgrow(found, nfound, PTR_SIZE);
	found[nfound++] = rg;
}

/* A directory that is a pool: the name is in its index. */
static int
look_in_dir(const char *path)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_DIRECTORY |
	    O_CLOEXEC);
	_cleanup_free_ char *text = fd == -1 ? NULL : file_read(fd, "index",
	    256 << 20);
	struct index *ix;
	const char *wrong;

	if (text == NULL || (ix = index_parse(text, &wrong)) == NULL)
		return (-1);
	add_found(ix->ix_name, REG_DIR, path);
	index_free(ix);
	return (0);
}

static void
look_at_file(const char *path)
{
	struct stat st;
	char *name;

	if (stat(path, &st) == 0 && device_label(path, &name) == 0) {
		add_found(name, S_ISBLK(st.st_mode) ? REG_DEVICE : REG_FILE,
		    path);
		free(name);
	}
}

static void
search(const char *place)
{
	_cleanup_free_ char *real = realpath(place, NULL);
	DIR *d = real != NULL ? opendir(real) : NULL;
	struct dirent *de;

	if (real == NULL) {
		say("cannot open '%s': %s", place, strerror(errno));
		return;
	}
	if (d == NULL) {
		look_at_file(real);
		return;
	}
	look_in_dir(real);
	while ((de = readdir(d)) != NULL) {
		_cleanup_free_ char *path = xprintf("%s/%s", real,
		    de->d_name);

		if (de->d_name[0] == '.')
			continue;
		if (de->d_type == DT_DIR)
			look_in_dir(path);
		else
			look_at_file(path);
	}
	closedir(d);
}

/* All block devices that the kernel names. */
static void
search_devices(void)
{
	FILE *f = fopen("/proc/partitions", "re");
	char name[64], path[96];
	char line[256];

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "%*u %*u %*u %63s", name) == 1 &&
		    strncmp(name, "loop", 4) != 0) {
			snprintf(path, sizeof(path), "/dev/%s", name);
			look_at_file(path);
		}
	if (f != NULL)
		fclose(f);
}

static void
search_all(void)
{
	char **names;
	size_t i, n;

	for (i = 0; i < opt.ndirs; i++)
		search(opt.dirs[i]);
	if (opt.ndirs > 0)
		return;
	n = reg_names(&names);
	for (i = 0; i < n; i++) {
		struct reg *rg = reg_read(names[i]);

		if (rg != NULL && rg->rg_state == REG_EXPORTED)
			add_found(rg->rg_name, rg->rg_kind, rg->rg_path);
		reg_free(rg);
		free(names[i]);
	}
	if (n > 0)
		free(names);
	search_devices();
}

/* Those that are imported already are none of those that can be. */
static void
drop_active(void)
{
	char **names;
	size_t i, j, n = reg_names(&names), kept = 0;

	for (j = 0; j < nfound; j++) {
		int active = 0;

		for (i = 0; i < n; i++) {
			struct reg *rg = reg_read(names[i]);

			active |= rg != NULL && rg->rg_state == REG_IMPORTED &&
			    strcmp(rg->rg_path, found[j]->rg_path) == 0;
			reg_free(rg);
		}
		if (active)
			reg_free(found[j]);
		else
			found[kept++] = found[j];
	}
	nfound = kept;
	for (i = 0; i < n; i++)
		free(names[i]);
	if (n > 0)
		free(names);
}

static int
show_found(void)
{
	size_t i;
	int w;

	for (i = 0; i < nfound; i++) {
		w = (int)strlen(found[i]->rg_path) + 2;
		if (w < (int)strlen(found[i]->rg_name))
			w = (int)strlen(found[i]->rg_name);
		printf("%s   pool: %s\n  state: ONLINE\n action: The pool can "
		    "be imported using its name.\n config:\n\n\t%-*s  ONLINE\n"
		    "\t  %-*s  ONLINE\n", i > 0 ? "\n" : "",
		    found[i]->rg_name, w, found[i]->rg_name, w - 2,
		    found[i]->rg_path);
	}
	if (nfound == 0) {
		say("no pools available to import");
		return (1);
	}
	return (0);
}

/* Mount it, under its name or another, and all that is in it. */
static int
attach_pool(struct reg *rg, const char *newname)
{
	_cleanup_free_ char *name = xstrdup(newname != NULL ? newname :
	    rg->rg_name);
	_cleanup_free_ char *old = xstrdup(rg->rg_name);
	struct pool *po;
	int error;

	free(rg->rg_name);
	rg->rg_name = xstrdup(name);
	rg->rg_state = REG_IMPORTED;
	if (opt.altroot != NULL) {
		free(rg->rg_altroot);
		rg->rg_altroot = xstrdup(opt.altroot);
	}
	if (!pool_is_imported(name) && device_mount(rg, "cannot import") ==
	    -1)
		return (-1);
	if (!pool_is_imported(name)) {
		say("cannot import '%s': %s has no pool", name, rg->rg_path);
		device_unmount(name, 0);
		return (-1);
	}
	if (reg_write(rg) == -1) {
		say("cannot import '%s': %s", name, strerror(errno));
		device_unmount(name, 0);
		return (-1);
	}
	step("zpool-imported");
	if (strcmp(old, name) != 0)
		reg_remove(old);
	if ((po = pool_open(name, POOL_WRITE)) == NULL)
		return (-1);
	error = strcmp(old, name) != 0 ? pool_commit(po) : 0;
	if (strcmp(old, name) != 0 && rg->rg_kind != REG_DIR)
		device_set_label(po->po_dir, name);
	if (error == 0 && !opt.nomount)
		error = mount_within(po, name);
	pool_close(po);
	return (error);
}

/* Those that were imported when the machine went down. */
static int
import_known(void)
{
	char **names;
	size_t i, n = reg_names(&names);
	int error = 0;

	for (i = 0; i < n; i++) {
		struct reg *rg = reg_read(names[i]);

		if (rg != NULL && rg->rg_state == REG_IMPORTED)
			error |= attach_pool(rg, NULL);
		reg_free(rg);
		free(names[i]);
	}
	if (n > 0)
		free(names);
	return (error);
}

static int
import_named(const char *name, const char *newname)
{
	struct reg *rg = reg_read(name);
	size_t i, n = 0, which = 0;
	int known = rg != NULL && rg->rg_state == REG_IMPORTED;

	reg_free(rg);
	for (i = 0; i < nfound; i++)
		if (strcmp(found[i]->rg_name, name) == 0) {
			which = i;
			n++;
		}
	if (n == 0 && known) {
		say("cannot import '%s': a pool with that name is already "
		    "created/imported,\nand no additional pools with that name "
		    "were found", name);
		return (-1);
	}
	if (n == 0) {
		say("cannot import '%s': no such pool available", name);
		return (-1);
	}
	if (n > 1) {
		say("cannot import '%s': more than one matching pool\nimport "
		    "by device instead: zpool import -d DEVICE %s", name,
		    name);
		return (-1);
	}
	if (check_new_name(newname != NULL ? newname : name,
	    "cannot import") == -1)
		return (-1);
	return (attach_pool(found[which], newname));
}

int
zpool_import(int argc, char **argv)
{
	int c, error = 0;
	size_t i;

	while ((c = getopt(argc, argv, ":ac:d:DfNo:R:")) != -1)
		switch (c) {
		case 'a':
			opt.all = 1;
			break;
		case 'd':
			if (opt.ndirs == NELEM(opt.dirs))
				bad_usage("too many directories");
			opt.dirs[opt.ndirs++] = optarg;
			break;
		case 'f':
		case 'c':
		case 'o':
			break;
		case 'D':
			say("cannot import: a destroyed pool does not come "
			    "back on btrfs");
			return (1);
		case 'N':
			opt.nomount = 1;
			break;
		case 'R':
			opt.altroot = optarg;
			break;
		default:
			bad_option(c);
		}
	argc -= optind;
	argv += optind;
	if (argc > 2 || (opt.all && argc > 0))
		bad_usage("too many arguments");
	zpool_settle();
	if (opt.all && opt.ndirs == 0)
		return (import_known() != 0);
	search_all();
	drop_active();
	if (argc == 0 && !opt.all)
		return (show_found());
	if (argc > 0)
		error = import_named(argv[0], argv[1]);
	else
		for (i = 0; i < nfound; i++)
			error |= check_new_name(found[i]->rg_name,
			    "cannot import") == -1 ? -1 :
			    attach_pool(found[i], NULL);
	return (error != 0);
}
