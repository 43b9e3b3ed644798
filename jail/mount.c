// SPDX-License-Identifier: BSD-2-Clause
/*
 * The mounts of a jail, below its path in the host's own table: what mount,
 * mount.fstab and mount.devfs and its kin ask for.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "jailp.h"

#define BLANKS	" \t\f\v\r\n"

/* Undo the \040 by which an fstab field writes a blank. */
static void
decode_field(char *s)
{
	char *d = s;
	int i, c;

	while (*s != '\0') {
		c = (unsigned char)*s;
		if (c == '\\' && strspn(s + 1, "01234567") >= 3) {
			for (c = 0, i = 1; i <= 3; i++)
				c = c * 8 + (s[i] - '0');
			s += 3;
		} else if (c == '\\' && s[1] == '\\')
			s++;
		*d++ = (char)c;
		s++;
	}
	*d = '\0';
}

static int
unmount(struct cfjail *j, const char *what, const char *to, const char *root,
    const char *below)
{
	int error = jail_umount(root, below);

	/* -C: of a start that was cut short, not all is there. */
	if (error < 0 && errno == EINVAL && (j->flags & JF_CLEANUP))
		return (0);
	if (error < 0)
		jail_warnx(j, "%s: %s: %s", what, to, errno == EINVAL ?
		    "not a mount point" : strerror(errno));
	return (error);
}

static void
note_command(const struct cfjail *j, const char *line)
{
	if (verbose > 0)
		jail_note(j, "run command: %s\n", line);
}

static int
check_parent(struct cfjail *j, const char *what, const char *path)
{
	char *parent = estrdup(path), *slash = strrchr(parent, '/');
	int error;

	if (slash != NULL && slash != parent)
		*slash = '\0';
	error = check_path(j, what, parent, false);
	free(parent);
	return (error);
}

/*
 * Mount or unmount `to` and, when that fails, say so as of a command.  `line`
 * is that command as people would type it; it is freed.
 */
static int
do_mount(struct cfjail *j, const char *what, char *line, const char *type,
    const char *from, const char *to, const char *opts, bool down)
{
	bool fdescfs = strcmp(type, "fdescfs") == 0;
	const char *below = to;
	char *root;
	int error;

	/* -C: the world may have gone meanwhile. */
	if (down && (j->flags & JF_CLEANUP) && access(to, F_OK) < 0 &&
	    errno == ENOENT) {
		free(line);
		return (0);
	}
	error = fdescfs ? check_parent(j, what, to) :
	    check_path(j, what, to, false);
	if (error < 0) {
		free(line);
		return (-1);
	}
	note_command(j, line);
	root = jail_root(j, to, &below);
	/* Linux's fdescfs is a link in the devfs, and goes with it. */
	if (down && fdescfs)
		error = 0;
	else if (down)
		error = unmount(j, what, to, root, below);
	else if ((error = jail_mount(root, type, from, below, opts)) < 0)
		jail_warnx(j, "%s", jail_errmsg);
	free(root);
	if (error < 0)
		jail_warnx(j, "%s: failed", line);
	else
		print_warnings(j);
	free(line);
	return (error);
}

/* Does the jail have mounts of its own? */
bool
has_mounts(const struct cfjail *j)
{
	return (string_param(j, K_MOUNT) != NULL ||
	    j->known[K_FSTAB_LINE] != NULL || bool_param(j, K_MOUNT_DEVFS) ||
	    bool_param(j, K_MOUNT_FDESCFS) || bool_param(j, K_MOUNT_PROCFS));
}

/*
 * What is mounted below the root of the jail while it runs is to appear in
 * it: on most hosts it does, on others the root has to be made ready for it.
 * Only for a jail that has mounts anyway, and whose file tells what a stop has
 * to undo.
 */
int
mount_root(struct cfjail *j, bool down)
{
	const char *path = string_param(j, K_PATH);
	int done;

	if (path == NULL || path[0] != '/')
		return (0);
	if ((done = down ? jail_unshare(path) : jail_share(path)) < 0)
		jail_warnx(j, "%s", jail_errmsg);
	else if (done && verbose > 0)
		jail_note(j, down ? "run command: /sbin/umount %s\n" :
		    "run command: /sbin/mount --bind --make-shared %1$s "
		    "%1$s\n", path);
	return (done < 0 ? -1 : 0);
}

/* A line of fstab(5): from to type [options]. */
int
mount_line(struct cfjail *j, const char *what, const char *line, bool down)
{
	char *copy = estrdup(line), *rest = copy, *word, *field[4] = { NULL };
	char *command;
	int error = -1, n = 0;

	while (n < 4 && (word = strsep(&rest, BLANKS)) != NULL)
		if (word[0] != '\0') {
			decode_field(word);
			field[n++] = word;
		}
	if (n == 0)
		error = 0;
	else if (n < 3)
		jail_warnx(j, "%s: %s: missing information", what, line);
	else {
		if (down)
			command = eprintf("/sbin/umount -t %s %s", field[2],
			    field[1]);
		else
			command = eprintf("/sbin/mount -t %s%s%s %s %s",
			    field[2], n == 4 ? " -o " : "",
			    n == 4 ? field[3] : "", field[0], field[1]);
		error = do_mount(j, what, command, field[2], field[0],
		    field[1], field[3], down);
	}
	free(copy);
	return (error);
}

/* mount.devfs, mount.fdescfs, mount.procfs. */
int
mount_special(struct cfjail *j, enum known k, bool down)
{
	const char *ruleset = string_param(j, K_DEVFS_RULESET);
	const char *path = string_param(j, K_PATH), *dir, *type, *what;
	char *to, *opts = NULL, *command;
	int error;

	switch (k) {
	case K_MOUNT_DEVFS:
		what = "mount.devfs", type = "devfs", dir = "dev";
		opts = eprintf("ruleset=%s", ruleset != NULL ? ruleset : "4");
		break;
	case K_MOUNT_FDESCFS:
		what = "mount.fdescfs", type = "fdescfs", dir = "dev/fd";
		break;
	default:
		what = "mount.procfs", type = "procfs", dir = "proc";
		break;
	}
	if (path == NULL) {
		jail_warnx(j, "%s: no path", what);
		free(opts);
		return (-1);
	}
	to = eprintf("%s/%s", path, dir);
	if (down)
		command = eprintf("/sbin/umount %s", to);
	else if (opts != NULL)
		command = eprintf("/sbin/mount -t %s -o%s . %s", type, opts,
		    to);
	else
		command = eprintf("/sbin/mount -t %s . %s", type, to);
	error = do_mount(j, what, command, type, ".", to, opts, down);
	free(opts);
	free(to);
	return (error);
}
