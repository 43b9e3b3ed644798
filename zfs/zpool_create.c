// SPDX-License-Identifier: BSD-2-Clause
/* zpool create */
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "device.h"
#include "mountpt.h"
#include "name.h"
#include "prop.h"
#include "real.h"
#include "step.h"
#include "subvol.h"
#include "util.h"
#include "zpool.h"

static struct {
	int		 force;		/* -f */
	int		 dry;		/* -n */
	uint64_t	 size;		/* -o size= */
	const char	*altroot;	/* -R */
	char		*props[64];	/* -O, checked */
	size_t		 nprops;
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

int
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

int
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
	zpool_settle();
	if (check_new_name(argv[0], "cannot create") == -1)
		return (1);
	rg.rg_name = argv[0];
	rg.rg_path = argv[1];
	rg.rg_altroot = (char *)(uintptr_t)opt.altroot;
	if (opt.altroot != NULL && opt.altroot[0] != '/')
		return (cannot_create(argv[0], "bad alternate root") != 0);
	return (create(&rg) == -1);
}
