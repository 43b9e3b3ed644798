// SPDX-License-Identifier: BSD-2-Clause
/*
 * mount.nullfs and its kin: what mount(8) and umount(8) run for the file
 * systems that FreeBSD has and Linux knows by other names, and mount_nullfs.
 * One program; the name it is called by says which.
 */
#include <err.h>
#include <errno.h>
#include <jail.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "utab.h"

/* Exit statuses of mount(8). */
#define EX_USAGE	1
#define EX_FAIL		32

static const char *const types[] = {
	"nullfs", "devfs", "fdescfs", "procfs", "linprocfs", "linsysfs",
};
#define NTYPES	(sizeof(types) / sizeof(types[0]))

/* What the command line says. */
struct line {
	const char	*type;
	bool		 unmount;
	bool		 fake;		/* -f: all but the deed */
	bool		 verbose;
	bool		 update;	/* -u: set arrivals right */
	char		*options;	/* malloc'd, "" at first */
};

static void __attribute__((noreturn))
usage(const struct line *l)
{
	if (l->unmount)
		fprintf(stderr, "usage: umount.%s [-flnrv] dir\n", l->type);
	else if (strchr(program_invocation_short_name, '_') != NULL)
		fprintf(stderr, "usage: mount_nullfs [-o options] target "
		    "mount-point\n       mount_nullfs -u [-v] [jail ...]\n");
	else
		fprintf(stderr, "usage: mount.%s [-fnsv] [-o options] %s "
		    "dir\n", l->type, strcmp(l->type, "nullfs") == 0 ?
		    "target" : "name");
	exit(EX_USAGE);
}

/* mount.devfs, umount.devfs, mount_nullfs: which is it? */
static void
parse_name(struct line *l)
{
	const char *name = program_invocation_short_name;
	const char *type = strpbrk(name, "._");
	size_t i;

	l->unmount = strncmp(name, "umount", 6) == 0;
	for (i = 0; type != NULL && i < NTYPES; i++)
		if (strcmp(type + 1, types[i]) == 0)
			l->type = types[i];
	if (l->type == NULL)
		errx(EX_USAGE, "called by a name that tells no file system");
}

static void
add_options(struct line *l, const char *more)
{
	char *both;

	if (asprintf(&both, "%s%s%s", l->options,
	    l->options[0] != '\0' ? "," : "", more) == -1)
		err(EX_FAIL, "malloc");
	free(l->options);
	l->options = both;
}

/*
 * Options may stand behind the operands, as mount(8) puts them.  Of its own
 * ones those that make no difference here are taken and left.
 */
static void
parse_options(struct line *l, int argc, char **argv)
{
	const char *known = l->unmount ? "filnrvt:N:" : "fnsvo:t:uN:";
	int ch;

	while ((ch = getopt(argc, argv, known)) != -1)
		switch (ch) {
		case 'f':
			l->fake = !l->unmount;
			break;
		case 'o':
			add_options(l, optarg);
			break;
		case 'u':
			l->update = true;
			break;
		case 'v':
			l->verbose = true;
			break;
		case 'i':
		case 'l':
		case 'n':
		case 'r':
		case 's':
		case 't':
			break;
		case 'N':
			/* mount(8) has entered it before it calls us. */
			break;
		default:
			usage(l);
		}
}

/* The mounts stand, but not all is as it should be. */
static void
print_warnings(void)
{
	const char *line = jail_warnings();
	size_t len;

	for (; *line != '\0'; line += len + 1) {
		len = strcspn(line, "\n");
		warnx("%.*s", (int)len, line);
	}
}

static int
do_mount(const struct line *l, const char *from, const char *dir)
{
	if (l->verbose)
		printf("%s: %s on %s type %s (%s)\n",
		    program_invocation_short_name, from, dir, l->type,
		    l->options);
	if (l->fake)
		return (0);
	if (jail_mount(NULL, l->type, from, dir, l->options) == -1) {
		warnx("%s", jail_errmsg);
		return (EX_FAIL);
	}
	print_warnings();
	utab_add(from, dir, l->type);
	return (0);
}

static int
do_unmount(const struct line *l, const char *dir)
{
	if (jail_umount(NULL, dir) == -1) {
		warnx("%s", jail_errmsg);
		return (EX_FAIL);
	}
	print_warnings();
	utab_remove(dir);
	if (l->verbose)
		printf("%s: %s unmounted\n", program_invocation_short_name,
		    dir);
	return (0);
}

/*
 * -u: what a plain mount(8) has brought into running jails belongs to nobody
 * there; let it belong to whom it does on the host.
 */
static int
do_update(const struct line *l, char **jails)
{
	int jid, n, status = 0;

	if (*jails == NULL && jail_remount(0) == -1) {
		warnx("%s", jail_errmsg);
		return (EX_FAIL);
	}
	for (; *jails != NULL; jails++)
		if ((jid = jail_getid(*jails)) <= 0) {
			warnx("jail \"%s\" not found", *jails);
			status = EX_FAIL;
		} else if ((n = jail_remount(jid)) == -1) {
			warnx("%s", jail_errmsg);
			status = EX_FAIL;
		} else if (l->verbose)
			printf("%s: %d mounts\n", *jails, n);
	return (status);
}

/* The path from the root, by which the tables know the place. */
static char *
absolute(const char *dir)
{
	char *real = realpath(dir, NULL);

	if (real == NULL)
		err(EX_FAIL, "%s", dir);
	return (real);
}

int
main(int argc, char **argv)
{
	struct line l = { .options = strdup("") };
	char *dir;
	int status;

	parse_name(&l);
	if (l.options == NULL)
		err(EX_FAIL, "malloc");
	parse_options(&l, argc, argv);
	argc -= optind;
	argv += optind;
	if (l.update) {
		free(l.options);
		return (do_update(&l, argv));
	}
	if (argc != (l.unmount ? 1 : 2))
		usage(&l);
	dir = absolute(argv[argc - 1]);
	status = l.unmount ? do_unmount(&l, dir) : do_mount(&l, argv[0], dir);
	free(dir);
	free(l.options);
	return (status);
}
