// SPDX-License-Identifier: BSD-2-Clause
/*
 * world: what bsdinstall(8) and freebsd-update(8) do to worlds with files of
 * strangers.  Not for the hand:
 *
 *	world unpack [-k] directory sum archive [name]
 *	world image [-k] directory layout[:name] architecture
 *	world lock directory
 *	world index directory name ...
 *	world sum archive
 *	world save directory
 *	world restore directory archive
 *	world put directory file
 *	world get directory file
 *
 * sum: the SHA-256 that the archive has to have, or "-".  -k keeps setuid.
 * save makes an archive of the names in its input, restore takes those with a
 * "+" from it and removes those with a "-"; put and get are of one file below
 * the directory.
 */
#include <sys/resource.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "confine.h"
#include "image.h"
#include "index.h"
#include "lock.h"
#include "names.h"
#include "save.h"
#include "store.h"
#include "sum.h"
#include "unpack.h"

static struct unpack_left left;
static unsigned flags;

static void __attribute__((noreturn))
usage(void)
{
	fputs("usage: world unpack [-k] directory sum archive [name]\n"
	    "       world image [-k] directory layout[:name] architecture\n"
	    "       world lock directory\n"
	    "       world index directory name ...\n"
	    "       world sum archive\n"
	    "       world save directory\n"
	    "       world restore directory archive\n"
	    "       world put directory file\n"
	    "       world get directory file\n", stderr);
	exit(1);
}

/* What the world has not got of what there was. */
static void
report(const char *what)
{
	if (left.ul_nodes > 0)
		warnx("%s: %lu device nodes left out: a jail's /dev is a devfs",
		    what, left.ul_nodes);
	if (left.ul_setids > 0)
		warnx("%s: %lu files are not setuid, setgid or capable as in "
		    "there: the host's users can reach them; chmod 700 a "
		    "directory above the world and seed it again", what,
		    left.ul_setids);
	if (left.ul_owners > 0)
		warnx("%s: %lu files belong to uids or gids above 65535, which "
		    "are nobody in a jail with user=new", what,
		    left.ul_owners);
}

static int
open_archive(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd == -1)
		err(1, "%s", path);
	return (fd);
}

static int
cmd_unpack(char *const *argv, int argc)
{
	const char *what = argc > 3 ? argv[3] : argv[2];
	char sum[SUM_HEX];
	int fd;

	if (argc < 3 || argc > 4)
		usage();
	fd = open_archive(argv[2]);
	if (strcmp(argv[1], "-") != 0) {
		if (sum_fd(fd, sum) == -1)
			err(1, "%s", argv[2]);
		if (strcmp(sum, argv[1]) != 0)
			errx(1, "%s: its SHA-256 is %s, but should be %s",
			    what, sum, argv[1]);
	}
	confine(argv[0], CONFINE_WRITE);
	unpack(fd, what, flags, &left, NULL);
	report(what);
	return (0);
}

static int
cmd_image(char *const *argv, int argc)
{
	struct image im;
	char *layout, *ref, what[64];
	unsigned i;

	if (argc != 3)
		usage();
	if ((layout = strdup(argv[1])) == NULL)
		err(1, "%s", argv[1]);
	ref = access(layout, F_OK) == 0 ? NULL : strrchr(layout, ':');
	if (ref != NULL)
		*ref++ = '\0';
	image_open(layout, ref, argv[2], &im);
	confine(argv[0], CONFINE_WRITE);
	for (i = 0; i < im.im_nlayers; i++) {
		snprintf(what, sizeof(what), "layer %u of %u", i + 1,
		    im.im_nlayers);
		unpack(im.im_fds[i], what, flags | UNPACK_LAYER, &left,
		    NULL);
	}
	if (left.ul_entries == 0)
		errx(1, "%s: nothing is in it", layout);
	report(layout);
	free(layout);
	return (0);
}

static int
cmd_sum(char *const *argv, int argc)
{
	char sum[SUM_HEX];

	if (argc != 1)
		usage();
	if (sum_fd(open_archive(argv[0]), sum) == -1)
		err(1, "%s", argv[0]);
	puts(sum);
	return (0);
}

static int
cmd_lock(char *const *argv, int argc)
{
	if (argc != 1)
		usage();
	confine(argv[0], CONFINE_WRITE);
	lock_root();
	return (0);
}

static int
cmd_index(char *const *argv, int argc)
{
	if (argc < 2)
		usage();
	confine(argv[0], 0);
	return (index_print(argv + 1) == 0 ? 0 : 1);
}

static struct names minus, plus;

static int
cmd_save(char *const *argv, int argc)
{
	if (argc != 1)
		usage();
	names_read(&minus, &plus);
	confine(argv[0], 0);
	save(&plus);
	return (0);
}

static int
is_wanted(const char *name)
{
	return (names_have(&plus, name));
}

static int
cmd_restore(char *const *argv, int argc)
{
	int fd;

	if (argc != 2)
		usage();
	names_read(&minus, &plus);
	names_sort(&plus);
	fd = open_archive(argv[1]);
	confine(argv[0], CONFINE_WRITE);
	save_remove(&minus);
	unpack(fd, "what was saved", UNPACK_SETID, &left, is_wanted);
	return (0);
}

static int
cmd_put(char *const *argv, int argc)
{
	if (argc != 2)
		usage();
	confine(argv[0], CONFINE_WRITE);
	store_put(argv[1]);
	return (0);
}

static int
cmd_get(char *const *argv, int argc)
{
	if (argc != 2)
		usage();
	confine(argv[0], 0);
	store_get(argv[1]);
	return (0);
}

static const struct {
	const char	*name;
	int		(*fn)(char *const *, int);
} verbs[] = {
	{ "unpack", cmd_unpack },
	{ "image", cmd_image },
	{ "lock", cmd_lock },
	{ "index", cmd_index },
	{ "sum", cmd_sum },
	{ "save", cmd_save },
	{ "restore", cmd_restore },
	{ "put", cmd_put },
	{ "get", cmd_get },
};

int
main(int argc, char **argv)
{
	size_t i;

	program_invocation_short_name = getenv("WORLD_FOR") != NULL ?
	    getenv("WORLD_FOR") : argv[0];
	/* A directory of the host among them would be a way out. */
	close_range(3, ~0U, 0);
	setlocale(LC_CTYPE, "C.UTF-8");
	if (isatty(STDERR_FILENO))
		flags |= UNPACK_SHOW;
	if (argc < 2)
		usage();
	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (strcmp(argv[1], verbs[i].name) != 0)
			continue;
		argv += 2, argc -= 2;
		if (argc > 0 && strcmp(argv[0], "-k") == 0) {
			flags |= UNPACK_SETID;
			argv++, argc--;
		}
		return (verbs[i].fn(argv, argc));
	}
	usage();
}
