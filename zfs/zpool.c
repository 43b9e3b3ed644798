// SPDX-License-Identifier: BSD-2-Clause
/* zpool: pools on btrfs. */
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "config.h"
#include "device.h"
#include "jails.h"
#include "mountpt.h"
#include "name.h"
#include "prop.h"
#include "real.h"
#include "space.h"
#include "step.h"
#include "subvol.h"
#include "table.h"
#include "util.h"

static int	zpool_create(int argc, char **argv);
static int	zpool_destroy(int argc, char **argv);
static int	zpool_export(int argc, char **argv);
static int	zpool_get(int argc, char **argv);
static int	zpool_import(int argc, char **argv);
static int	zpool_list(int argc, char **argv);
static int	zpool_status(int argc, char **argv);

static const struct command {
	const char	*c_name;
	int		(*c_run)(int argc, char **argv);
	const char	*c_usage;
} commands[] = {
	{ "create", zpool_create,
	    "\tcreate [-fn] [-o size=size] [-O file-system-property=value] "
	    "...\n\t    [-m mountpoint] [-R root] <pool> <vdev>\n" },
	{ "destroy", zpool_destroy, "\tdestroy [-f] <pool>\n" },
	{ "list", zpool_list,
	    "\tlist [-Hp] [-o property[,...]] [pool] ...\n" },
	{ "status", zpool_status, "\tstatus [-x] [pool] ...\n" },
	{ "export", zpool_export, "\texport [-f] <-a | pool ...>\n" },
	{ "import", zpool_import,
	    "\timport [-d dir|device] ...\n"
	    "\timport [-d dir|device] ... [-N] [-R root] -a\n"
	    "\timport [-d dir|device] ... [-N] [-R root] <pool> [newpool]\n"
	    },
	{ "get", zpool_get, "\tget [-Hp] [-o \"all\" | field[,...]] "
	    "<\"all\" | property[,...]> [pool] ...\n" },
};

static const struct command *current;

/* ------------------------------------------------------------------------
 * Usage, which some of what is shared with zfs(8) calls for, too.
 */

static void
print_usage(FILE *f)
{
	size_t i;

	if (current != NULL) {
		fprintf(f, "usage:\n%s", current->c_usage);
		return;
	}
	fputs("usage: zpool command args ...\n"
	    "where 'command' is one of the following:\n\n", f);
	for (i = 0; i < NELEM(commands); i++)
		fputs(commands[i].c_usage, f);
}

void
bad_usage(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (fmt != NULL) {
		vfprintf(stderr, fmt, ap);
		putc('\n', stderr);
	}
	va_end(ap);
	print_usage(stderr);
	exit(2);
}

void
bad_option(int c)
{
	if (c == ':')
		bad_usage("missing argument for '%c' option", optopt);
	bad_usage("invalid option '%c'", optopt);
}

/* ------------------------------------------------------------------------
 * What was cut short.
 */

static void
clear_making(struct reg *rg)
{
	device_unmount(rg->rg_name, 1);
	if (rg->rg_made)
		unlink(rg->rg_path);
	else
		device_wipe(rg);
	reg_remove(rg->rg_name);
}

static int
finish_export(struct reg *rg)
{
	if (device_unmount(rg->rg_name, 0) == -1)
		return (-1);
	rg->rg_state = REG_EXPORTED;
	return (reg_write(rg));
}

static int
finish_destroy(struct reg *rg)
{
	if (device_unmount(rg->rg_name, 0) == -1)
		return (-1);
	step("zpool-unmounted");
	device_wipe(rg);
	step("zpool-wiped");
	reg_remove(rg->rg_name);
	return (0);
}

/* Nobody else is at it: the registry is locked. */
static void
settle(void)
{
	char **names;
	size_t i, n;

	reg_lock();
	n = reg_names(&names);
	for (i = 0; i < n; i++) {
		struct reg *rg = reg_read(names[i]);

		if (rg != NULL && rg->rg_state == REG_MAKING)
			clear_making(rg);
		else if (rg != NULL && rg->rg_state == REG_EXPORTING)
			finish_export(rg);
		else if (rg != NULL && rg->rg_state == REG_DESTROYING)
			finish_destroy(rg);
		reg_free(rg);
		free(names[i]);
	}
	if (n > 0)
		free(names);
}

/* ------------------------------------------------------------------------
 * create
 */

static struct {
	int		 force;		/* -f */
	int		 dry;		/* -n */
	int		 nomount;	/* -N */
	int		 all;		/* -a */
	uint64_t	 size;		/* -o size= */
	const char	*altroot;	/* -R */
	char		*props[64];	/* -O, checked */
	size_t		 nprops;
	char		*dirs[64];	/* -d */
	size_t		 ndirs;
} opt;

static int
cannot_create(const char *name, const char *reason)
{
	say("cannot create '%s': %s", name, reason);
	return (-1);
}

/* Another pool that has this file. */
static int
is_taken(const char *path)
{
	char **names;
	size_t i, n = reg_names(&names);
	int taken = 0;

	for (i = 0; i < n; i++) {
		struct reg *rg = reg_read(names[i]);

		if (rg != NULL && rg->rg_state == REG_IMPORTED &&
		    strcmp(rg->rg_path, path) == 0) {
			say("invalid vdev specification\nthe following errors "
			    "must be manually repaired:\n%s is part of active "
			    "pool '%s'", path, names[i]);
			taken = 1;
		}
		reg_free(rg);
		free(names[i]);
	}
	if (n > 0)
		free(names);
	return (taken);
}

/* The size of a file that is to be made: half of what is free. */
static uint64_t
default_size(const char *path)
{
	_cleanup_free_ char *dir = xstrdup(path);
	struct statvfs sv;

	*strrchr(dir, '/') = '\0';
	if (statvfs(dir[0] != '\0' ? dir : "/", &sv) == -1)
		return (0);
	return ((uint64_t)sv.f_bavail * sv.f_frsize / 2 &
	    ~((UINT64_C(1) << 20) - 1));
}

static int
is_empty_dir(const char *path)
{
	DIR *d = opendir(path);
	int n = 0;

	if (d == NULL)
		return (0);
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return (n == 2);
}

static int
check_dir(const struct reg *rg)
{
	_cleanup_close_ int fd = open(rg->rg_path, O_RDONLY | O_DIRECTORY |
	    O_CLOEXEC);

	if (fd == -1)
		return (cannot_create(rg->rg_name, strerror(errno)));
	if (!is_btrfs(fd)) {
		say("cannot create '%s': %s is not on btrfs; give a file or a "
		    "device instead", rg->rg_name, rg->rg_path);
		return (-1);
	}
	if (!is_empty_dir(rg->rg_path)) {
		say("cannot create '%s': %s: directory is not empty",
		    rg->rg_name, rg->rg_path);
		return (-1);
	}
	return (0);
}

static int
check_size(const struct reg *rg, uint64_t size)
{
	if (size >= DEVICE_MIN)
		return (0);
	say("cannot create '%s': %s: one or more devices is less than the "
	    "minimum size (128M)", rg->rg_name, rg->rg_path);
	return (-1);
}

/* What kind of thing it is; a file that is not there is to be made. */
static int
look_at(struct reg *rg)
{
	struct stat st;
	int fd;
	off_t end;

	if (rg->rg_path[0] != '/')
		return (cannot_create(rg->rg_name, "the device or file must "
		    "be named from / on"));
	if (stat(rg->rg_path, &st) == -1) {
		if (errno != ENOENT) {
			say("cannot open '%s': %s", rg->rg_path,
			    strerror(errno));
			return (-1);
		}
		rg->rg_made = 1;
		if (opt.size == 0)
			opt.size = default_size(rg->rg_path);
		if (opt.size == 0) {
			say("cannot open '%s': %s", rg->rg_path,
			    strerror(ENOENT));
			return (-1);
		}
		return (check_size(rg, opt.size));
	}
	if (opt.size != 0)
		return (cannot_create(rg->rg_name, "size= is for a file that "
		    "is not there yet"));
	if (S_ISDIR(st.st_mode)) {
		rg->rg_kind = REG_DIR;
		return (check_dir(rg));
	}
	if (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode)) {
		say("cannot use '%s': must be a block device, a regular file, "
		    "or a directory on btrfs", rg->rg_path);
		return (-1);
	}
	rg->rg_kind = S_ISBLK(st.st_mode) ? REG_DEVICE : REG_FILE;
	if ((fd = open(rg->rg_path, O_RDWR | O_CLOEXEC)) == -1) {
		say("cannot open '%s': %s", rg->rg_path, strerror(errno));
		return (-1);
	}
	end = lseek(fd, 0, SEEK_END);
	close(fd);
	return (check_size(rg, end < 0 ? 0 : (uint64_t)end));
}

/* Everything from the empty file to a pool that is not yet known. */
static int
make_pool(const struct reg *rg)
{
	_cleanup_free_ char *dir = pool_dir(rg->rg_name);
	_cleanup_close_ int fd = -1;

	step("zpool-making");
	if (rg->rg_made && device_make_file(rg->rg_path, opt.size) == -1)
		return (-1);
	step("zpool-file");
	if (rg->rg_kind != REG_DIR && device_format(rg, opt.force) == -1)
		return (-1);
	step("zpool-formatted");
	if (device_mount(rg, "cannot create") == -1)
		return (-1);
	if (rg->rg_kind != REG_DIR &&
	    (fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) != -1)
		/* From Linux 6.7; older ones get theirs with the first quota,
		   for they make everything slower. */
		quota_enable(fd, 's');
	if (pool_make(dir, rg->rg_name) == -1)
		return (cannot_create(rg->rg_name, why(errno)));
	return (0);
}

/* -O and -m, which are the root's. */
static int
set_props(const char *name)
{
	struct pool *po = pool_open(name, POOL_WRITE);
	struct ds *root;
	size_t i;
	int error;

	if (po == NULL)
		return (-1);
	root = index_find(po->po_ix, name);
	for (i = 0; i + 1 < opt.nprops; i += 2)
		ds_set(root, opt.props[i], opt.props[i + 1]);
	if ((error = pool_commit(po)) == 0) {
		_cleanup_free_ char *how = prop_value(po, root, "compression");

		subvol_compression(po->po_ds, root->ds_id,
		    prop_compression(how));
		error = mount_within(po, name);
	}
	pool_close(po);
	return (error);
}

static int
create(struct reg *rg)
{
	int error;

	if (look_at(rg) == -1 || is_taken(rg->rg_path))
		return (-1);
	if (opt.dry) {
		printf("would create '%s' with the following layout:\n\n"
		    "\t%s\n\t  %s\n", rg->rg_name, rg->rg_name, rg->rg_path);
		return (0);
	}
	rg->rg_state = REG_MAKING;
	if (reg_write(rg) == -1)
		return (cannot_create(rg->rg_name, strerror(errno)));
	if (make_pool(rg) == -1) {
		device_unmount(rg->rg_name, 1);
		if (rg->rg_made)
			unlink(rg->rg_path);
		reg_remove(rg->rg_name);
		return (-1);
	}
	rg->rg_state = REG_IMPORTED;
	if ((error = reg_write(rg)) == -1)
		cannot_create(rg->rg_name, strerror(errno));
	step("zpool-registered");
	return (error == -1 ? -1 : set_props(rg->rg_name));
}

/* "property=value" of the root, checked now. */
static int
add_prop(char *word)
{
	char *value = strchr(word, '=');
	const struct prop_row *row;
	const char *wrong;
	char *kept;

	if (value == NULL)
		bad_usage("missing '=' for property=value argument");
	*value++ = '\0';
	if ((row = prop_find(word)) != NULL)
		word = (char *)(uintptr_t)row->p_name;
	wrong = prop_check(word, value, &kept);
	if (wrong == NULL && row != NULL && (row->p_flags & PF_NUMBER))
		wrong = "set it by zfs set, when the pool is there";
	if (wrong != NULL) {
		say("cannot create: %s", wrong);
		return (-1);
	}
	if (opt.nprops + 2 > NELEM(opt.props))
		bad_usage("too many properties");
	opt.props[opt.nprops++] = xstrdup(word);
	opt.props[opt.nprops++] = kept;
	return (0);
}

static int
pool_option(char *word)
{
	const char *wrong = "only size= can be set of a pool on btrfs";

	if (strncmp(word, "ashift=", 7) == 0 ||
	    strncmp(word, "cachefile=", 10) == 0)
		return (0);	/* nothing that would have to be kept */
	if (strncmp(word, "altroot=", 8) == 0) {
		opt.altroot = word + 8;
		return (0);
	}
	if (strncmp(word, "size=", 5) == 0 &&
	    (wrong = size_parse(word + 5, &opt.size)) == NULL)
		return (0);
	say("cannot create: '%s': %s", word, wrong);
	return (-1);
}

static int
check_new_name(const char *name, const char *doing)
{
	const char *wrong = name_wrong(name, NAME_POOL);
	struct reg *rg;

	if (wrong != NULL) {
		say("%s '%s': %s%s", doing, name, wrong,
		    strchr(name, '/') != NULL ? "\nuse 'zfs create' to create "
		    "a dataset" : "");
		return (-1);
	}
	rg = reg_read(name);
	if ((rg != NULL && rg->rg_state != REG_EXPORTED) ||
	    real_has_pool(name)) {
		reg_free(rg);
		say("%s '%s': pool already exists", doing, name);
		return (-1);
	}
	reg_free(rg);
	return (0);
}

static int
check_vdevs(int argc, char **argv)
{
	if (argc < 2)
		bad_usage(argc == 0 ? "missing pool name argument" :
		    "missing vdev specification");
	if (argc == 2)
		return (0);
	say("cannot create '%s': a pool has one device, file, or directory "
	    "here; for several, make a btrfs with mkfs.btrfs(8), and give a "
	    "directory on it", argv[0]);
	return (-1);
}

static int
zpool_create(int argc, char **argv)
{
	struct reg rg = { .rg_kind = REG_FILE };
	char *prop;
	int c, error = 0;

	while ((c = getopt(argc, argv, ":dfm:nO:o:R:")) != -1)
		switch (c) {
		case 'd':
			break;
		case 'f':
			opt.force = 1;
			break;
		case 'm':
			prop = xprintf("mountpoint=%s", optarg);
			error |= add_prop(prop);
			free(prop);
			break;
		case 'n':
			opt.dry = 1;
			break;
		case 'O':
			error |= add_prop(optarg);
			break;
		case 'o':
			error |= pool_option(optarg);
			break;
		case 'R':
			opt.altroot = optarg;
			break;
		default:
			bad_option(c);
		}
	argc -= optind;
	argv += optind;
	if (error != 0 || check_vdevs(argc, argv) == -1)
		return (1);
	settle();
	if (check_new_name(argv[0], "cannot create") == -1)
		return (1);
	rg.rg_name = argv[0];
	rg.rg_path = argv[1];
	rg.rg_altroot = (char *)(uintptr_t)opt.altroot;
	if (opt.altroot != NULL && opt.altroot[0] != '/')
		return (cannot_create(argv[0], "bad alternate root") != 0);
	return (create(&rg) == -1);
}

/* ------------------------------------------------------------------------
 * destroy, export
 */

static int
no_such_pool(const char *name)
{
	say("cannot open '%s': no such pool", name);
	return (-1);
}

/* Nothing of it mounted, and no jail on it. */
static int
let_go(const char *name, const char *doing)
{
	struct pool *po = pool_open(name, POOL_WRITE);
	const char *jail;
	int error = 0;
	size_t i;

	if (po == NULL)
		return (errno == ENOENT ? 0 : -1);
	for (i = 0; i < po->po_ix->ix_nds && error == 0; i++) {
		struct ds *ds = po->po_ix->ix_ds[i];

		if (ds_is_snap(ds) || (jail = jails_using(po, ds)) == NULL)
			continue;
		say("%s '%s': jail '%s' runs on '%s'; stop it first: jail -r "
		    "%s", doing, name, jail, ds->ds_name, jail);
		error = -1;
	}
	if (error == 0 && (error = unmount_within(po, name, opt.force)) == -1)
		mount_within(po, name);
	pool_close(po);
	return (error);
}

static int
end_pool(const char *name, enum reg_state state)
{
	struct reg *rg = reg_read(name);
	int error = -1;

	if (rg == NULL || rg->rg_state == REG_EXPORTED)
		no_such_pool(name);
	else if (let_go(name, state == REG_DESTROYING ? "cannot destroy" :
	    "cannot export") == 0) {
		rg->rg_state = state;
		if (reg_write(rg) == -1)
			say("'%s': %s", name, strerror(errno));
		else {
			step("zpool-ending");
			error = state == REG_DESTROYING ? finish_destroy(rg) :
			    finish_export(rg);
		}
	}
	reg_free(rg);
	return (error);
}

static int
zpool_destroy(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, ":f")) != -1)
		if (c == 'f')
			opt.force = 1;
		else
			bad_option(c);
	if (argc - optind < 1)
		bad_usage("missing pool argument");
	if (argc - optind > 1)
		bad_usage("too many arguments");
	settle();
	return (end_pool(argv[optind], REG_DESTROYING) == -1);
}

static int
zpool_export(int argc, char **argv)
{
	int c, error = 0;
	char **names;
	size_t i, n;

	while ((c = getopt(argc, argv, ":af")) != -1)
		switch (c) {
		case 'a':
			opt.all = 1;
			break;
		case 'f':
			opt.force = 1;
			break;
		default:
			bad_option(c);
		}
	argc -= optind;
	argv += optind;
	if (argc < 1 && !opt.all)
		bad_usage("missing pool argument");
	settle();
	for (; argc > 0; argc--, argv++)
		error |= end_pool(*argv, REG_EXPORTING);
	if (!opt.all)
		return (error != 0);
	n = reg_names(&names);
	for (i = 0; i < n; i++) {
		struct reg *rg = reg_read(names[i]);

		if (rg != NULL && rg->rg_state == REG_IMPORTED)
			error |= end_pool(names[i], REG_EXPORTING);
		reg_free(rg);
		free(names[i]);
	}
	if (n > 0)
		free(names);
	return (error != 0);
}

/* ------------------------------------------------------------------------
 * import
 */

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

static int
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
	settle();
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

/* ------------------------------------------------------------------------
 * list, get, status
 */

static const struct pool_prop {
	const char	*pp_name;
	const char	*pp_head;
	int		 pp_right;
	const char	*pp_source;
} pool_props[] = {
	{ "size", "SIZE", 1, "-" },
	{ "capacity", "CAP", 1, "-" },
	{ "altroot", "ALTROOT", 0, "default" },
	{ "health", "HEALTH", 1, "-" },
	{ "guid", "GUID", 1, "-" },
	{ "free", "FREE", 1, "-" },
	{ "allocated", "ALLOC", 1, "-" },
	{ "fragmentation", "FRAG", 1, "-" },
	{ "dedupratio", "DEDUP", 1, "-" },
	{ "checkpoint", "CKPOINT", 1, "-" },
	{ "expandsize", "EXPANDSZ", 1, "-" },
	{ "name", "NAME", 0, "-" },
};

static const struct pool_prop *
find_pool_prop(const char *name)
{
	size_t i;

	for (i = 0; i < NELEM(pool_props); i++)
		if (strcmp(pool_props[i].pp_name, name) == 0 ||
		    strcasecmp(pool_props[i].pp_head, name) == 0)
			return (&pool_props[i]);
	return (NULL);
}

static char *
size_or_number(uint64_t n, int literal)
{
	char text[SIZE_TEXT];

	return (literal ? xprintf("%" PRIu64, n) :
	    xstrdup(size_text(n, text)));
}

static char *
pool_value(struct pool *po, const char *name, int literal)
{
	uint64_t size = 0, unused = 0, avail = 0;

	space_pool(po, &size, &unused, &avail);
	if (strcmp(name, "name") == 0)
		return (xstrdup(po->po_name));
	if (strcmp(name, "size") == 0)
		return (size_or_number(size, literal));
	if (strcmp(name, "free") == 0)
		return (size_or_number(unused, literal));
	if (strcmp(name, "allocated") == 0)
		return (size_or_number(size - unused, literal));
	if (strcmp(name, "capacity") == 0)
		return (xprintf("%" PRIu64 "%s", size == 0 ? 0 :
		    (size - unused) * 100 / size, literal ? "" : "%"));
	if (strcmp(name, "health") == 0)
		return (xstrdup("ONLINE"));
	if (strcmp(name, "guid") == 0)
		return (xprintf("%" PRIu64, po->po_ix->ix_guid));
	if (strcmp(name, "dedupratio") == 0)
		return (xstrdup(literal ? "1.00" : "1.00x"));
	if (strcmp(name, "altroot") == 0 && po->po_reg->rg_altroot != NULL)
		return (xstrdup(po->po_reg->rg_altroot));
	return (xstrdup("-"));
}

/* Call fn on those that are named, or on all that are imported. */
static int
each_pool(int argc, char **argv, void (*fn)(struct pool *po, void *arg),
    void *arg, size_t *ret_n)
{
	char **names = argv;
	size_t i, n = (size_t)argc, done = 0;
	int error = 0;

	if (argc == 0)
		n = reg_names(&names);
	for (i = 0; i < n; i++) {
		struct pool *po = pool_open(names[i], POOL_READ);

		if (po != NULL) {
			fn(po, arg);
			done++;
		} else if (errno != ENOENT || argc > 0) {
			if (errno == ENOENT)
				no_such_pool(names[i]);
			error = -1;
		}
		pool_close(po);
		if (argc == 0)
			free(names[i]);
	}
	if (argc == 0 && n > 0)
		free(names);
	*ret_n = done;
	return (error);
}

struct showing {
	struct table	*sw_table;
	const char	*sw_props[32];
	size_t		 sw_n;
	size_t		 sw_fields[4];
	size_t		 sw_nfields;
	int		 sw_literal;
	int		 sw_quiet;
};

static void
parse_list(struct showing *sw, char *list)
{
	const struct pool_prop *pp;
	char *word;

	sw->sw_n = 0;
	while ((word = strsep(&list, ",")) != NULL) {
		if ((pp = find_pool_prop(word)) == NULL)
			bad_usage("invalid property '%s'", word);
		if (sw->sw_n == NELEM(sw->sw_props))
			bad_usage("too many properties");
		sw->sw_props[sw->sw_n++] = pp->pp_name;
	}
}

static void
put_pool(struct pool *po, void *arg)
{
	struct showing *sw = arg;
	size_t i;

	for (i = 0; i < sw->sw_n; i++) {
		char *value = pool_value(po, sw->sw_props[i],
		    sw->sw_literal);

		table_put(sw->sw_table, value);
		free(value);
	}
}

static int
zpool_list(int argc, char **argv)
{
	char standard[] = "name,size,allocated,free,checkpoint,expandsize,"
	    "fragmentation,capacity,dedupratio,health,altroot";
	struct showing sw = { .sw_n = 0 };
	int c, header = 1, error;
	size_t i, n;

	parse_list(&sw, standard);
	while ((c = getopt(argc, argv, ":HLo:pPv")) != -1)
		switch (c) {
		case 'H':
			header = 0;
			break;
		case 'o':
			parse_list(&sw, optarg);
			break;
		case 'p':
			sw.sw_literal = 1;
			break;
		case 'L':
		case 'P':
		case 'v':
			break;
		default:
			bad_option(c);
		}
	sw.sw_table = table_new(sw.sw_n, header);
	for (i = 0; i < sw.sw_n; i++) {
		const struct pool_prop *pp = find_pool_prop(sw.sw_props[i]);

		table_head(sw.sw_table, pp->pp_head, pp->pp_right ?
		    TABLE_RIGHT : 0, pp->pp_right ? 5 : 0);
	}
	error = each_pool(argc - optind, argv + optind, put_pool, &sw, &n);
	if (n > 0)
		table_print(sw.sw_table);
	else if (error == 0)
		puts("no pools available");
	return (error == -1);
}

static void
put_props(struct pool *po, void *arg)
{
	struct showing *sw = arg;
	size_t i, j;

	for (i = 0; i < sw->sw_n; i++) {
		const struct pool_prop *pp = find_pool_prop(sw->sw_props[i]);
		_cleanup_free_ char *value = pool_value(po, pp->pp_name,
		    sw->sw_literal);
		const char *fields[] = { po->po_name, pp->pp_name, value,
			strcmp(pp->pp_name, "altroot") == 0 &&
			po->po_reg->rg_altroot != NULL ? "local" :
			pp->pp_source };

		for (j = 0; j < sw->sw_nfields; j++)
			table_put(sw->sw_table, fields[sw->sw_fields[j]]);
	}
}

static void
parse_fields(struct showing *sw, char *list)
{
	static const char *const names[] = { "name", "property", "value",
		"source" };
	char *word;
	size_t i;

	if (strcmp(list, "all") == 0)
		return;
	sw->sw_nfields = 0;
	while ((word = strsep(&list, ",")) != NULL) {
		for (i = 0; i < 4 && strcmp(names[i], word) != 0; i++)
			;
		if (i == 4 || sw->sw_nfields == 4)
			bad_usage("invalid column name '%s'", word);
		sw->sw_fields[sw->sw_nfields++] = i;
	}
}

static int
zpool_get(int argc, char **argv)
{
	static const char *const heads[] = { "NAME", "PROPERTY", "VALUE",
		"SOURCE" };
	struct showing sw = { .sw_fields = { 0, 1, 2, 3 }, .sw_nfields = 4 };
	int c, header = 1, error;
	size_t i, n;

	while ((c = getopt(argc, argv, ":Ho:p")) != -1)
		switch (c) {
		case 'H':
			header = 0;
			break;
		case 'o':
			parse_fields(&sw, optarg);
			break;
		case 'p':
			sw.sw_literal = 1;
			break;
		default:
			bad_option(c);
		}
	argc -= optind;
	argv += optind;
	if (argc < 1)
		bad_usage("missing property argument");
	if (strcmp(argv[0], "all") == 0)
		for (; sw.sw_n + 1 < NELEM(pool_props); sw.sw_n++)
			sw.sw_props[sw.sw_n] = pool_props[sw.sw_n].pp_name;
	else
		parse_list(&sw, argv[0]);
	sw.sw_table = table_new(sw.sw_nfields, header);
	for (i = 0; i < sw.sw_nfields; i++)
		table_head(sw.sw_table, heads[sw.sw_fields[i]], 0, 0);
	error = each_pool(argc - 1, argv + 1, put_props, &sw, &n);
	if (n > 0)
		table_print(sw.sw_table);
	return (error == -1);
}

static void
put_status(struct pool *po, void *arg)
{
	int w = (int)strlen(po->po_reg->rg_path) + 2;
	uint64_t errors[3];
	struct showing *sw = arg;
	int bad = device_errors(po, errors);

	if (sw->sw_quiet && !bad)
		return;
	if (w < (int)strlen(po->po_name))
		w = (int)strlen(po->po_name);
	if (w < 10)
		w = 10;
	printf("%s  pool: %s\n state: ONLINE\n", sw->sw_n++ > 0 ? "\n" : "",
	    po->po_name);
	if (bad)
		printf("status: The device has met errors.\naction: See "
		    "'btrfs device stats %s' and 'btrfs scrub start %s'.\n",
		    po->po_dir, po->po_dir);
	printf("config:\n\n\t%-*s  STATE     READ WRITE CKSUM\n"
	    "\t%-*s  ONLINE       0     0     0\n"
	    "\t  %-*s  ONLINE   %5" PRIu64 " %5" PRIu64 " %5" PRIu64 "\n\n"
	    "errors: %s\n", w, "NAME", w, po->po_name, w - 2,
	    po->po_reg->rg_path, errors[0], errors[1], errors[2],
	    bad ? "see above" : "No known data errors");
}

static int
zpool_status(int argc, char **argv)
{
	struct showing sw = { .sw_n = 0 };
	int c, error;
	size_t n;

	while ((c = getopt(argc, argv, ":vx")) != -1)
		switch (c) {
		case 'v':
			break;
		case 'x':
			sw.sw_quiet = 1;
			break;
		default:
			bad_option(c);
		}
	error = each_pool(argc - optind, argv + optind, put_status, &sw, &n);
	if (n == 0 && error == 0)
		puts("no pools available");
	else if (sw.sw_quiet && sw.sw_n == 0 && error == 0) {
		if (argc - optind == 1)
			printf("pool '%s' is healthy\n", argv[optind]);
		else
			puts("all pools are healthy");
	}
	return (error == -1);
}

/* ------------------------------------------------------------------------ */

int
main(int argc, char **argv)
{
	size_t i;
	int status;

	real_aside("zpool", argc, argv);
	if (argc < 2)
		bad_usage("missing command");
	if (strcmp(argv[1], "-?") == 0 || strcmp(argv[1], "--help") == 0 ||
	    strcmp(argv[1], "help") == 0) {
		print_usage(stdout);
		return (0);
	}
	if (strcmp(argv[1], "version") == 0 ||
	    strcmp(argv[1], "--version") == 0) {
		puts("abashiri-" ABASHIRI_VERSION);
		return (0);
	}
	for (i = 0; i < NELEM(commands); i++)
		if (strcmp(argv[1], commands[i].c_name) == 0)
			break;
	if (i == NELEM(commands))
		bad_usage("unrecognized command '%s'", argv[1]);
	current = &commands[i];
	if (geteuid() != 0)
		errx(1, "%s: only root can see and change pools", argv[1]);
	opterr = 0;
	status = current->c_run(argc - 1, argv + 1);
	if (fflush(stdout) == EOF)
		err(1, "standard output");
	return (status);
}
