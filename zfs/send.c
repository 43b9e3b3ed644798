// SPDX-License-Identifier: BSD-2-Clause
/*
 * zfs send, receive.  What is sent is a few lines that say what it is, an empty
 * line, and btrfs's own stream:
 *
 *	abashiri-zfs-stream 1
 *	name=tank/a@s
 *	guid=<the snapshot's>
 *	creation=<seconds>
 *	from=<the guid of what it is the difference to>
 *	prop=<name>=<value>
 */
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/btrfs.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "jails.h"
#include "mountpt.h"
#include "name.h"
#include "prop.h"
#include "quota.h"
#include "space.h"
#include "step.h"
#include "stream.h"
#include "subvol.h"
#include "util.h"

#define MAGIC	"abashiri-zfs-stream 1"

/* ------------------------------------------------------------------------
 * send
 */

static struct {
	const char	*from;		/* -i */
	int		 dry;		/* -n */
	int		 props;		/* -p */
	int		 parsable;	/* -P */
	int		 verbose;	/* -v */
} opt;

static int
cannot_send(const char *name, const char *reason)
{
	say("cannot send '%s': %s", name, reason);
	return (-1);
}

/* "@s" and "s" are of the same file system; a clone's origin is elsewhere. */
static struct ds *
find_base(struct pool *po, struct ds *snap)
{
	_cleanup_free_ char *fs = name_fs(snap->ds_name);
	_cleanup_free_ char *name = opt.from[0] == '@' ?
	    xprintf("%s%s", fs, opt.from) : strchr(opt.from, '@') == NULL ?
	    xprintf("%s@%s", fs, opt.from) : xstrdup(opt.from);
	_cleanup_free_ char *basefs = name_fs(name);
	struct ds *head = index_find(po->po_ix, fs);
	struct ds *base = open_ds(po, name, WANT_SNAP);

	if (base == NULL)
		return (NULL);
	if (strcmp(basefs, fs) == 0 ? base->ds_id >= snap->ds_id :
	    head->ds_origin != base->ds_id) {
		cannot_send(snap->ds_name, "not an earlier snapshot from the "
		    "same fs");
		return (NULL);
	}
	return (base);
}

static void
estimate(struct pool *po, struct ds *snap, const struct ds *base)
{
	FILE *f = opt.dry ? stdout : stderr;
	char text[SIZE_TEXT];
	uint64_t n = 0;

	if (!opt.verbose && !opt.parsable)
		return;
	if (space_written(po, snap, base, &n) == -1)
		return;
	if (opt.parsable) {
		fprintf(f, base != NULL ? "incremental\t%s\t" : "full\t",
		    base != NULL ? strchr(base->ds_name, '@') + 1 : "");
		fprintf(f, "%s\t%" PRIu64 "\nsize\t%" PRIu64 "\n",
		    snap->ds_name, n, n);
	} else {
		fprintf(f, base != NULL ? "send from %s to " : "full send of ",
		    base != NULL ? strchr(base->ds_name, '@') : "");
		fprintf(f, "%s estimated size is %s\ntotal estimated size is "
		    "%s\n", snap->ds_name, size_text(n, text), text);
	}
	fflush(f);
}

/* The lines before the stream. */
static char *
header(struct pool *po, const struct ds *snap, const struct ds *base)
{
	_cleanup_free_ char *fs = name_fs(snap->ds_name);
	const struct ds *head = index_find(po->po_ix, fs);
	char *text = NULL;
	size_t size, i;
	FILE *f = open_memstream(&text, &size);

	if (f == NULL)
		abort();
	fprintf(f, MAGIC "\nname=%s\nguid=%" PRIu64 "\ncreation=%" PRIu64
	    "\n", snap->ds_name, snap->ds_guid, snap->ds_creation);
	if (base != NULL)
		fprintf(f, "from=%" PRIu64 "\n", base->ds_guid);
	for (i = 0; opt.props && i < head->ds_nprops; i++)
		if (head->ds_props[i].pr_name[0] != '.' &&
		    strchr(head->ds_props[i].pr_value, '\n') == NULL)
			fprintf(f, "prop=%s=%s\n", head->ds_props[i].pr_name,
			    head->ds_props[i].pr_value);
	putc('\n', f);
	fclose(f);
	return (text);
}

static int
write_all(const char *p, size_t len)
{
	ssize_t n;

	for (; len > 0; len -= (size_t)n, p += n)
		if ((n = write(STDOUT_FILENO, p, len)) == -1)
			return (-1);
	return (0);
}

/*
 * A child that copies what comes out of a pipe: the kernel writes from the
 * beginning of a file, where the header is.
 */
static pid_t
start_copier(int *ret_fd)
{
	char buf[65536];
	ssize_t n;
	pid_t pid;
	int p[2];

	if (pipe2(p, O_CLOEXEC) == -1 || (pid = fork()) == -1)
		return (-1);
	if (pid == 0) {
		close(p[1]);
		while ((n = read(p[0], buf, sizeof(buf))) > 0)
			if (write_all(buf, (size_t)n) == -1)
				_exit(errno);
		_exit(0);
	}
	close(p[0]);
	*ret_fd = p[1];
	return (pid);
}

/* The kernel writes it. */
static int
send_subvol(struct pool *po, const struct ds *snap, const struct ds *base)
{
	_cleanup_close_ int fd = subvol_open(po->po_ds, snap->ds_id);
	struct btrfs_ioctl_send_args args = { .flags = 0 };
	struct subvol_info si;
	int error, pipefd = -1, status;
	__u64 clones[1];
	pid_t copier;

	if (fd == -1)
		return (-1);
	if (base != NULL) {
		if (subvol_info(po->po_ds, base->ds_id, &si) == -1)
			return (-1);
		clones[0] = args.parent_root = si.si_id;
		args.clone_sources = clones;
		args.clone_sources_count = 1;
	}
	if ((copier = start_copier(&pipefd)) == -1)
		return (-1);
	args.send_fd = pipefd;
	error = ioctl(fd, BTRFS_IOC_SEND, &args) == -1 ? errno : 0;
	close(pipefd);
	while (waitpid(copier, &status, 0) == -1 && errno == EINTR)
		;
	/* What it could not write says more than our broken pipe. */
	if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
		error = WEXITSTATUS(status);
	return (error != 0 ? (errno = error, -1) : 0);
}

static int
send_snap(struct pool *po, const char *name)
{
	struct ds *snap = open_ds(po, name, WANT_SNAP), *base = NULL;
	_cleanup_free_ char *text = NULL;

	if (snap == NULL || (opt.from != NULL &&
	    (base = find_base(po, snap)) == NULL))
		return (-1);
	estimate(po, snap, base);
	if (opt.dry)
		return (0);
	text = header(po, snap, base);
	/* It may take hours: others can go on, and cannot destroy it. */
	pool_unlock(po);
	signal(SIGPIPE, SIG_IGN);
	if (write_all(text, strlen(text)) == -1 || send_subvol(po, snap, base) == -1)
		return (cannot_send(name, strerror(errno)));
	return (0);
}

int
cmd_send(int argc, char **argv)
{
	struct pool *po;
	int c, error;

	while ((c = getopt(argc, argv, ":DeI:i:LnPpRvw")) != -1)
		switch (c) {
		case 'i':
			opt.from = optarg;
			break;
		case 'I':
		case 'R':
		case 'w':
			say("cannot send: -%c is not there on btrfs; send "
			    "each snapshot by itself, with -i", c);
			return (1);
		case 'D':
		case 'e':
		case 'L':
			break;	/* forms of ZFS's stream */
		case 'n':
			opt.dry = 1;
			break;
		case 'P':
			opt.parsable = 1;
			break;
		case 'p':
			opt.props = 1;
			break;
		case 'v':
			opt.verbose = 1;
			break;
		default:
			bad_option(c);
		}
	argc -= optind;
	argv += optind;
	want_args(argc, 1, 1, "snapshot");
	if (strchr(argv[0], '@') == NULL) {
		say("cannot send '%s': not a snapshot", argv[0]);
		return (1);
	}
	if (!opt.dry && isatty(STDOUT_FILENO)) {
		say("Error: Stream can not be written to a terminal.\n"
		    "You must redirect standard output.");
		return (1);
	}
	if ((po = open_pool_of(argv[0], POOL_READ)) == NULL)
		return (1);
	error = send_snap(po, argv[0]);
	pool_close(po);
	return (error == -1);
}

/* ------------------------------------------------------------------------
 * receive
 */

struct receiving {
	struct pool	*rc_po;
	char		*rc_fs;		/* into which */
	char		*rc_snap;	/* the name after the @ */
	struct settings	 rc_set;	/* -o */
	struct settings	 rc_sent;	/* those of the stream */
	int		 rc_dry;	/* -n */
	int		 rc_force;	/* -F */
	int		 rc_nomount;	/* -u */
	int		 rc_verbose;	/* -v */
	uint64_t	 rc_guid;
	uint64_t	 rc_creation;
	uint64_t	 rc_from;	/* 0: full */
	int		 rc_dir;	/* recv/<id>, locked */
	uint64_t	 rc_id;
};

static int
cannot_receive(const char *what, const char *reason)
{
	say("cannot receive%s: %s", what, reason);
	return (-1);
}

/* A line of the header, from a pipe of which nothing more may be read. */
static int
read_line(char *buf, size_t size)
{
	size_t n = 0;

	while (n + 1 < size) {
		if (read_all(STDIN_FILENO, buf + n, 1) != 1)
			return (-1);
		if (buf[n] == '\n') {
			buf[n] = '\0';
			return (0);
		}
		n++;
	}
	return (-1);
}

static int
header_line(struct receiving *rc, char *line)
{
	char *value = strchr(line, '=');
	uint64_t *n = NULL;

	if (value == NULL)
		return (-1);
	*value++ = '\0';
	if (strcmp(line, "guid") == 0)
		n = &rc->rc_guid;
	else if (strcmp(line, "creation") == 0)
		n = &rc->rc_creation;
	else if (strcmp(line, "from") == 0)
		n = &rc->rc_from;
	if (n != NULL)
		return (number(value, INT64_MAX, n) == -1 && strcmp(line,
		    "creation") == 0 ? -1 : number(value, UINT64_MAX, n));
	if (strcmp(line, "name") == 0) {
		if (name_wrong(value, NAME_SNAP) != NULL)
			return (-1);
		if (rc->rc_snap == NULL)
			rc->rc_snap = xstrdup(strchr(value, '@') + 1);
	}
	if (strcmp(line, "prop") == 0 && strchr(value, '=') != NULL)
		settings_add(&rc->rc_sent, xstrdup(value));
	return (0);
}

static int
read_header(struct receiving *rc)
{
	char line[16384];
	unsigned char first[8];

	/* ZFS's own begins with a record whose type is 0. */
	if (read_all(STDIN_FILENO, first, sizeof(first)) != 1)
		return (cannot_receive("", "failed to read from stream"));
	if (memcmp(first, "\0\0\0\0", 4) == 0)
		return (cannot_receive("", "this is a stream of ZFS, which "
		    "btrfs cannot take; copy the files instead"));
	memcpy(line, first, sizeof(first));
	if (read_line(line + sizeof(first), sizeof(line) -
	    sizeof(first)) == -1 || strcmp(line, MAGIC) != 0)
		return (cannot_receive("", "invalid stream (bad magic "
		    "number)"));
	for (;;) {
		if (read_line(line, sizeof(line)) == -1)
			return (cannot_receive("", "invalid stream"));
		if (line[0] == '\0')
			break;
		if (header_line(rc, line) == -1)
			return (cannot_receive("", "invalid stream"));
	}
	return (rc->rc_guid == 0 || rc->rc_snap == NULL ?
	    cannot_receive("", "invalid stream") : 0);
}

/* The newest snapshot of a dataset, or NULL. */
static struct ds *
newest_snap(const struct receiving *rc)
{
	const struct index *ix = rc->rc_po->po_ix;
	size_t i, len = strlen(rc->rc_fs);
	struct ds *newest = NULL;

	for (i = 0; i < ix->ix_nds; i++)
		if (strncmp(ix->ix_ds[i]->ds_name, rc->rc_fs, len) == 0 &&
		    ix->ix_ds[i]->ds_name[len] == '@' && (newest == NULL ||
		    ix->ix_ds[i]->ds_id > newest->ds_id))
			newest = ix->ix_ds[i];
	return (newest);
}

static int
is_modified(struct pool *po, const struct ds *fs)
{
	struct subvol_info si;

	return (subvol_info(po->po_ds, fs->ds_id, &si) == -1 ||
	    si.si_generation != si.si_otransid);
}

static int
check_full(struct receiving *rc, struct ds *fs)
{
	_cleanup_free_ char *parent = name_parent(rc->rc_fs);

	if (fs == NULL) {
		if (parent != NULL && index_find(rc->rc_po->po_ix, parent) !=
		    NULL)
			return (0);
		say("cannot receive new filesystem stream: destination '%s' "
		    "does not exist", parent != NULL ? parent : rc->rc_fs);
		return (-1);
	}
	if (!rc->rc_force) {
		say("cannot receive new filesystem stream: destination '%s' "
		    "exists\nmust specify -F to overwrite it", rc->rc_fs);
		return (-1);
	}
	if (newest_snap(rc) != NULL) {
		say("cannot receive new filesystem stream: destination has "
		    "snapshots (eg. %s)\nmust destroy them to overwrite it",
		    newest_snap(rc)->ds_name);
		return (-1);
	}
	return (0);
}

static int
check_difference(struct receiving *rc, struct ds *fs)
{
	struct ds *base;

	if (fs == NULL) {
		say("cannot receive incremental stream: destination '%s' does "
		    "not exist", rc->rc_fs);
		return (-1);
	}
	base = newest_snap(rc);
	if (base == NULL || base->ds_guid != rc->rc_from) {
		say("cannot receive incremental stream: most recent snapshot "
		    "of %s does not\nmatch incremental source", rc->rc_fs);
		return (-1);
	}
	if (!rc->rc_force && is_modified(rc->rc_po, fs)) {
		say("cannot receive incremental stream: destination %s has "
		    "been modified\nsince most recent snapshot", rc->rc_fs);
		return (-1);
	}
	return (0);
}

/* Whether it may be received; again before it takes its place. */
static int
check_target(struct receiving *rc)
{
	struct ds *fs = index_find(rc->rc_po->po_ix, rc->rc_fs);
	_cleanup_free_ char *snap = xprintf("%s@%s", rc->rc_fs, rc->rc_snap);
	const char *jail;

	if (name_wrong(snap, NAME_SNAP) != NULL)
		return (cannot_receive("", name_wrong(snap, NAME_SNAP)));
	if (index_find(rc->rc_po->po_ix, snap) != NULL) {
		say("cannot receive %s stream: destination '%s' exists",
		    rc->rc_from != 0 ? "incremental" : "new filesystem",
		    snap);
		return (-1);
	}
	if (fs != NULL && (jail = jails_using(rc->rc_po, fs)) != NULL) {
		say("cannot receive: jail '%s' runs on '%s'; stop it first: "
		    "jail -r %s", jail, rc->rc_fs, jail);
		return (-1);
	}
	return (rc->rc_from != 0 ? check_difference(rc, fs) :
	    check_full(rc, fs));
}

/* A directory of our own in recv/, locked: else it would be cleared away. */
static int
begin(struct receiving *rc, int recv)
{
	struct ds *base = rc->rc_from != 0 ? newest_snap(rc) : NULL;
	struct pool *po = rc->rc_po;
	_cleanup_free_ char *name = NULL;
	_cleanup_close_ int from = -1;
	int error;

	rc->rc_id = random_id();
	name = xprintf("%" PRIu64, rc->rc_id);
	if (base == NULL)
		error = subvol_create(recv, rc->rc_id, NULL);
	else {
		from = subvol_open(po->po_ds, base->ds_id);
		error = from == -1 ? -1 : subvol_copy(recv, rc->rc_id, from);
	}
	if (error == -1 || (rc->rc_dir = openat(recv, name, O_RDONLY |
	    O_DIRECTORY | O_CLOEXEC)) == -1 || flock(rc->rc_dir,
	    LOCK_EX) == -1)
		return (cannot_receive("", why(errno)));
	step("zfs-receiving");
	return (0);
}

static int
take_stream(struct receiving *rc, int recv)
{
	_cleanup_close_ int root = subvol_open(recv, rc->rc_id);
	_cleanup_close_ int base = rc->rc_from != 0 ?
	    subvol_open(rc->rc_po->po_ds, newest_snap(rc)->ds_id) : -1;
	const char *reason;

	if (root == -1 || (rc->rc_from != 0 && base == -1))
		return (cannot_receive("", why(errno)));
	/* The others need not wait. */
	pool_unlock(rc->rc_po);
	if (stream_apply(STDIN_FILENO, root, base, &reason) == -1)
		return (cannot_receive("", reason));
	fsync(root);
	return (pool_relock(rc->rc_po, POOL_WRITE));
}

/* The snapshot, and a file system that begins with it. */
static int
put_in_place(struct receiving *rc, int recv)
{
	struct pool *po = rc->rc_po;
	struct index *ix = po->po_ix;
	struct ds *fs = index_find(ix, rc->rc_fs), *snap;
	uint64_t id = ix->ix_next;
	_cleanup_free_ char *from = xprintf("%" PRIu64, rc->rc_id);
	_cleanup_free_ char *to = xprintf("%" PRIu64, id);
	_cleanup_free_ char *name = xprintf("%s@%s", rc->rc_fs, rc->rc_snap);

	if (subvol_readonly(recv, rc->rc_id, 1) == -1 ||
	    renameat(recv, from, po->po_ds, to) == -1 ||
	    subvol_snapshot(po->po_ds, id, id + 1, 0, NULL) == -1)
		return (cannot_receive("", why(errno)));
	step("zfs-received");
	snap = index_add(ix, name);
	snap->ds_guid = rc->rc_guid;
	snap->ds_creation = rc->rc_creation;
	if (fs != NULL) {
		ids_add(&ix->ix_gone, fs->ds_id);
		fs->ds_id = ix->ix_next++;
	} else
		fs = index_add(ix, rc->rc_fs);
	settings_note(&rc->rc_sent, fs, ix);
	settings_note(&rc->rc_set, fs, ix);
	if (pool_commit(po) == -1)
		return (cannot_receive("", why(errno)));
	return (quota_join(po, rc->rc_fs) == -1 || quota_redo(po) == -1 ||
	    pool_purge(po) == -1 ? -1 : 0);
}

static int
receive(struct receiving *rc)
{
	struct pool *po = rc->rc_po;
	_cleanup_close_ int recv = openat(po->po_fd, "recv",
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct ds *fs;
	int was;

	if (recv == -1 || check_target(rc) == -1)
		return (-1);
	if (rc->rc_verbose)
		printf("receiving %s stream of @%s into %s@%s\n",
		    rc->rc_from != 0 ? "incremental" : "full", rc->rc_snap,
		    rc->rc_fs, rc->rc_snap);
	if (rc->rc_dry)
		return (0);
	if (begin(rc, recv) == -1 || take_stream(rc, recv) == -1 ||
	    check_target(rc) == -1) {
		subvol_delete(recv, rc->rc_id);
		return (-1);
	}
	fs = index_find(po->po_ix, rc->rc_fs);
	was = fs == NULL || mount_is(po, fs);
	if ((fs != NULL && unmount_within(po, rc->rc_fs, 0) == -1) ||
	    put_in_place(rc, recv) == -1)
		return (-1);
	return (was && !rc->rc_nomount ? mount_within(po, rc->rc_fs) : 0);
}

/* tank/b, or tank/b@s. */
static int
receive_into(struct receiving *rc, const char *target)
{
	const char *wrong = name_wrong(target, NAME_ANY);
	int error = -1;

	if (wrong != NULL) {
		say("cannot receive: '%s': %s", target, wrong);
		return (-1);
	}
	rc->rc_fs = name_fs(target);
	if (strchr(target, '@') != NULL)
		rc->rc_snap = xstrdup(strchr(target, '@') + 1);
	if (settings_check(&rc->rc_set, "cannot receive", 0) == -1 ||
	    read_header(rc) == -1 ||
	    settings_check(&rc->rc_sent, "cannot receive", 0) == -1 ||
	    (rc->rc_po = open_pool_of(rc->rc_fs, POOL_WRITE)) == NULL)
		return (-1);
	error = receive(rc);
	pool_close(rc->rc_po);
	fd_close(&rc->rc_dir);
	return (error);
}

int
cmd_receive(int argc, char **argv)
{
	struct receiving rc = { .rc_dir = -1 };
	int c, error;

	while ((c = getopt(argc, argv, ":deFno:suvx:")) != -1)
		switch (c) {
		case 'F':
			rc.rc_force = 1;
			break;
		case 'n':
			rc.rc_dry = 1;
			break;
		case 'o':
			settings_add(&rc.rc_set, optarg);
			break;
		case 'u':
			rc.rc_nomount = 1;
			break;
		case 'v':
			rc.rc_verbose = 1;
			break;
		case 'd':
		case 'e':
		case 's':
		case 'x':
			say("cannot receive: -%c is not there on btrfs", c);
			return (1);
		default:
			bad_option(c);
		}
	argc -= optind;
	argv += optind;
	want_args(argc, 1, 1, "snapshot");
	if (isatty(STDIN_FILENO)) {
		say("Error: Backup stream can not be read from a terminal.\n"
		    "You must redirect standard input.");
		return (1);
	}
	error = receive_into(&rc, argv[0]);
	free(rc.rc_fs);
	free(rc.rc_snap);
	return (error == -1);
}
