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
 *
 * sum: the SHA-256 that the archive has to have, or "-".  -k keeps setuid.
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
	    "       world sum archive\n", stderr);
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
	unpack(fd, what, flags, &left);
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
		unpack(im.im_fds[i], what, flags | UNPACK_LAYER, &left);
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

int
main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";

	program_invocation_short_name = getenv("WORLD_FOR") != NULL ?
	    getenv("WORLD_FOR") : argv[0];
	/* A directory of the host among them would be a way out. */
	close_range(3, ~0U, 0);
	setlocale(LC_CTYPE, "C.UTF-8");
	if (argc > 2 && strcmp(argv[2], "-k") == 0) {
		flags |= UNPACK_SETID;
		argv++, argc--;
	}
	argv += 2, argc -= 2;
	if (strcmp(verb, "unpack") == 0)
		return (cmd_unpack(argv, argc));
	if (strcmp(verb, "image") == 0)
		return (cmd_image(argv, argc));
	if (strcmp(verb, "sum") == 0)
		return (cmd_sum(argv, argc));
	if (argc < 1)
		usage();
	if (strcmp(verb, "lock") == 0) {
		confine(argv[0], CONFINE_WRITE);
		lock_root();
		return (0);
	}
	if (strcmp(verb, "index") == 0) {
		confine(argv[0], 0);
		return (index_print(argv + 1) == 0 ? 0 : 1);
	}
	usage();
}
