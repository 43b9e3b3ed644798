// SPDX-License-Identifier: BSD-2-Clause
/*
 * The format is the kernel's, version 1: a header, then commands of a length,
 * a number, a CRC32C and attributes.
 */
#include "stream.h"

#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/openat2.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util.h"

#define MAGIC		"btrfs-stream"	/* with its NUL */
#define COMMAND_MAX	(1 << 20)

enum {
	C_SUBVOL = 1, C_SNAPSHOT, C_MKFILE, C_MKDIR, C_MKNOD, C_MKFIFO,
	C_MKSOCK, C_SYMLINK, C_RENAME, C_LINK, C_UNLINK, C_RMDIR, C_SET_XATTR,
	C_REMOVE_XATTR, C_WRITE, C_CLONE, C_TRUNCATE, C_CHMOD, C_CHOWN,
	C_UTIMES, C_END, C_UPDATE_EXTENT, C_MAX
};

enum {
	A_UUID = 1, A_CTRANSID, A_INO, A_SIZE, A_MODE, A_UID, A_GID, A_RDEV,
	A_CTIME, A_MTIME, A_ATIME, A_OTIME, A_XATTR_NAME, A_XATTR_DATA, A_PATH,
	A_PATH_TO, A_PATH_LINK, A_FILE_OFFSET, A_DATA, A_CLONE_UUID,
	A_CLONE_CTRANSID, A_CLONE_PATH, A_CLONE_OFFSET, A_CLONE_LEN, A_MAX
};

struct stream {
	int		 st_root;
	int		 st_base;
	unsigned char	 st_uuid[16];	/* of what is sent */
	int		 st_file;	/* the last one written to, or -1 */
	char		*st_filename;
	/* The command at hand: where its attributes are. */
	const unsigned char *st_attr[A_MAX];
	uint16_t	 st_len[A_MAX];
};

static char why_text[PATH_MAX + 128];

static int __attribute__((format(printf, 1, 2)))
fail(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why_text, sizeof(why_text), fmt, ap);
	va_end(ap);
	return (-1);
}

int
read_all(int fd, void *buf, unsigned long n)
{
	char *p = buf;
	ssize_t got;

	while (n > 0) {
		got = read(fd, p, n);
		if (got == -1 && errno == EINTR)
			continue;
		if (got <= 0)
			return (got == 0 && p == buf ? 0 : -1);
		p += got;
		n -= (unsigned long)got;
	}
	return (1);
}

static uint32_t
crc32c(uint32_t crc, const unsigned char *p, size_t n)
{
	static uint32_t table[256];
	unsigned i, bit;

	if (table[1] == 0)
		for (i = 0; i < 256; i++)
			for (table[i] = i, bit = 0; bit < 8; bit++)
				table[i] = (table[i] >> 1) ^
				    (table[i] & 1 ? 0x82f63b78 : 0);
	for (; n > 0; n--, p++)
		crc = table[(crc ^ *p) & 0xff] ^ (crc >> 8);
	return (crc);
}

/* ------------------------------------------------------------------------
 * Attributes.
 */

static int
get_u64(const struct stream *st, int attr, uint64_t *ret_n)
{
	uint64_t n;

	*ret_n = 0;
	if (st->st_attr[attr] == NULL || st->st_len[attr] != 8)
		return (fail("invalid stream (attribute %d)", attr));
	memcpy(&n, st->st_attr[attr], 8);
	*ret_n = le64toh(n);
	return (0);
}

/* A path, or a name: no NUL in it, and not too long. */
static int
get_text(const struct stream *st, int attr, char buf[PATH_MAX])
{
	size_t len = st->st_len[attr];

	if (st->st_attr[attr] == NULL || len >= PATH_MAX ||
	    memchr(st->st_attr[attr], '\0', len) != NULL)
		return (fail("invalid stream (attribute %d)", attr));
	memcpy(buf, st->st_attr[attr], len);
	buf[len] = '\0';
	return (0);
}

static int
get_time(const struct stream *st, int attr, struct timespec *ret_ts)
{
	uint64_t sec;
	uint32_t nsec;

	if (st->st_attr[attr] == NULL || st->st_len[attr] != 12)
		return (fail("invalid stream (attribute %d)", attr));
	memcpy(&sec, st->st_attr[attr], 8);
	memcpy(&nsec, st->st_attr[attr] + 8, 4);
	ret_ts->tv_sec = (time_t)le64toh(sec);
	ret_ts->tv_nsec = (long)(le32toh(nsec) % 1000000000);
	return (0);
}

/* ------------------------------------------------------------------------
 * Paths.
 */

static int
open_beneath(int dirfd, const char *path, uint64_t flags)
{
	struct open_how how = { .flags = flags | O_CLOEXEC, .resolve =
	    RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV };

	return ((int)syscall(SYS_openat2, dirfd, path[0] == '\0' ? "." : path,
	    &how, sizeof(how)));
}

/* The directory of a path, and the last name in it (into the path). */
static int
open_parent(const struct stream *st, char *path, const char **ret_name)
{
	char *slash = strrchr(path, '/');
	int fd;

	*ret_name = slash != NULL ? slash + 1 : path;
	if (**ret_name == '\0' || strcmp(*ret_name, ".") == 0 ||
	    strcmp(*ret_name, "..") == 0)
		return (fail("invalid stream (path '%s')", path));
	if (slash != NULL)
		*slash = '\0';
	fd = open_beneath(st->st_root, slash != NULL ? path : "",
	    O_RDONLY | O_DIRECTORY);
	if (slash != NULL)
		*slash = '/';
	return (fd == -1 ? fail("%s: %s", path, strerror(errno)) : fd);
}

/* The thing itself, by a name that a call which takes only names can use. */
static int
open_thing(const struct stream *st, const char *path, char name[32])
{
	int fd = open_beneath(st->st_root, path, O_PATH | O_NOFOLLOW);

	if (fd == -1)
		return (fail("%s: %s", path, strerror(errno)));
	snprintf(name, 32, "/proc/self/fd/%d", fd);
	return (fd);
}

/*
 * A file to read or write.  Nothing else is opened: what a stream has made may
 * be a device of the host's, or a pipe that nobody ever opens.
 */
static int
open_regular(int dirfd, const char *path, int flags)
{
	_cleanup_close_ int fd = open_beneath(dirfd, path,
	    O_PATH | O_NOFOLLOW);
	struct stat st;
	char name[32];

	if (fd == -1 || fstat(fd, &st) == -1)
		return (-1);
	if (!S_ISREG(st.st_mode))
		return (errno = EINVAL, -1);
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	return (open(name, flags | O_CLOEXEC));
}

static void
forget_file(struct stream *st)
{
	fd_close(&st->st_file);
	free_ptr(&st->st_filename);
	st->st_filename = NULL;
}

/* Many writes to one file follow each other. */
static int
open_file(struct stream *st, const char *path)
{
	if (st->st_filename != NULL && strcmp(st->st_filename, path) == 0)
		return (0);
	forget_file(st);
	if ((st->st_file = open_regular(st->st_root, path, O_RDWR)) == -1)
		return (fail("%s: %s", path, strerror(errno)));
	st->st_filename = xstrdup(path);
	return (0);
}

/* ------------------------------------------------------------------------
 * Commands.
 */

static int
do_make(struct stream *st, int cmd)
{
	char path[PATH_MAX], to[PATH_MAX];
	_cleanup_close_ int dirfd = -1;
	uint64_t mode = 0, rdev = 0;
	const char *name;
	int fd = 0;

	if (get_text(st, A_PATH, path) == -1 ||
	    (dirfd = open_parent(st, path, &name)) == -1)
		return (-1);
	switch (cmd) {
	case C_MKFILE:
		fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_EXCL |
		    O_CLOEXEC | O_NOFOLLOW, 0600);
		if (fd != -1)
			close(fd);
		break;
	case C_MKDIR:
		fd = mkdirat(dirfd, name, 0700);
		break;
	case C_SYMLINK:
		if (get_text(st, A_PATH_LINK, to) == -1)
			return (-1);
		fd = symlinkat(to, dirfd, name);
		break;
	default:
		if (get_u64(st, A_MODE, &mode) == -1 ||
		    get_u64(st, A_RDEV, &rdev) == -1)
			return (-1);
		fd = mknodat(dirfd, name, cmd == C_MKFIFO ? S_IFIFO | 0600 :
		    cmd == C_MKSOCK ? S_IFSOCK | 0600 :
		    (mode & S_IFMT) | 0600, rdev);
		break;
	}
	return (fd == -1 ? fail("%s: %s", path, strerror(errno)) : 0);
}

static int
do_move(struct stream *st, int cmd)
{
	char from[PATH_MAX], to[PATH_MAX];
	_cleanup_close_ int fromfd = -1, tofd = -1;
	const char *fromname, *toname;
	int error;

	forget_file(st);
	/* link names what is new first, rename last. */
	if (get_text(st, cmd == C_LINK ? A_PATH_LINK : A_PATH, from) == -1 ||
	    get_text(st, cmd == C_LINK ? A_PATH : A_PATH_TO, to) == -1 ||
	    (fromfd = open_parent(st, from, &fromname)) == -1 ||
	    (tofd = open_parent(st, to, &toname)) == -1)
		return (-1);
	error = cmd == C_LINK ? linkat(fromfd, fromname, tofd, toname, 0) :
	    renameat(fromfd, fromname, tofd, toname);
	return (error == -1 ? fail("%s: %s", from, strerror(errno)) : 0);
}

static int
do_unlink(struct stream *st, int cmd)
{
	_cleanup_close_ int dirfd = -1;
	char path[PATH_MAX];
	const char *name;

	forget_file(st);
	if (get_text(st, A_PATH, path) == -1 ||
	    (dirfd = open_parent(st, path, &name)) == -1)
		return (-1);
	return (unlinkat(dirfd, name, cmd == C_RMDIR ? AT_REMOVEDIR : 0) ==
	    -1 ? fail("%s: %s", path, strerror(errno)) : 0);
}

static int
do_xattr(struct stream *st, int cmd)
{
	char path[PATH_MAX], attr[PATH_MAX], thing[PATH_MAX];
	_cleanup_close_ int fd = -1;
	const char *name = NULL;
	int error;

	if (get_text(st, A_PATH, path) == -1 ||
	    get_text(st, A_XATTR_NAME, attr) == -1)
		return (-1);
	/* Of a link itself: by the directory that it is in. */
	if (path[0] == '\0')
		fd = open_thing(st, path, thing);
	else if ((fd = open_parent(st, path, &name)) != -1 &&
	    snprintf(thing, sizeof(thing), "/proc/self/fd/%d/%s", fd,
	    name) >= (int)sizeof(thing))
		return (fail("%s: name too long", path));
	if (fd == -1)
		return (-1);
	if (cmd == C_SET_XATTR)
		error = (path[0] == '\0' ? setxattr : lsetxattr)(thing, attr,
		    st->st_attr[A_XATTR_DATA], st->st_len[A_XATTR_DATA], 0);
	else
		error = (path[0] == '\0' ? removexattr : lremovexattr)(thing,
		    attr);
	return (error == -1 && !(cmd == C_REMOVE_XATTR && errno == ENODATA) ?
	    fail("%s: %s: %s", path, attr, strerror(errno)) : 0);
}

static int
do_write(struct stream *st)
{
	const unsigned char *data = st->st_attr[A_DATA];
	size_t len = st->st_len[A_DATA];
	char path[PATH_MAX];
	uint64_t offset;
	ssize_t n;

	if (get_text(st, A_PATH, path) == -1 ||
	    get_u64(st, A_FILE_OFFSET, &offset) == -1)
		return (-1);
	if (data == NULL)
		return (fail("invalid stream (no data)"));
	if (open_file(st, path) == -1)
		return (-1);
	for (; len > 0; len -= (size_t)n, data += n, offset += (uint64_t)n)
		if ((n = pwrite(st->st_file, data, len, (off_t)offset)) == -1)
			return (fail("%s: %s", path, strerror(errno)));
	return (0);
}

/* A piece of a file of what is sent, or of what that began with. */
static int
do_clone(struct stream *st)
{
	char path[PATH_MAX], from[PATH_MAX];
	struct file_clone_range range = { .src_fd = -1 };
	_cleanup_close_ int fromfd = -1;
	uint64_t offset, len, at;
	int self;

	if (get_text(st, A_PATH, path) == -1 ||
	    get_text(st, A_CLONE_PATH, from) == -1 ||
	    get_u64(st, A_CLONE_OFFSET, &offset) == -1 ||
	    get_u64(st, A_CLONE_LEN, &len) == -1 ||
	    get_u64(st, A_FILE_OFFSET, &at) == -1)
		return (-1);
	if (st->st_attr[A_CLONE_UUID] == NULL ||
	    st->st_len[A_CLONE_UUID] != 16)
		return (fail("invalid stream (clone)"));
	self = memcmp(st->st_attr[A_CLONE_UUID], st->st_uuid, 16) == 0;
	if (!self && st->st_base == -1)
		return (fail("invalid stream (a clone of what is not there)"));
	if (open_file(st, path) == -1)
		return (-1);
	if ((fromfd = open_regular(self ? st->st_root : st->st_base, from,
	    O_RDONLY)) == -1)
		return (fail("%s: %s", from, strerror(errno)));
	range.src_fd = fromfd;
	range.src_offset = offset;
	range.src_length = len;
	range.dest_offset = at;
	return (ioctl(st->st_file, FICLONERANGE, &range) == -1 ?
	    fail("%s: %s", path, strerror(errno)) : 0);
}

static int
do_attributes(struct stream *st, int cmd)
{
	char path[PATH_MAX], thing[32];
	_cleanup_close_ int fd = -1;
	struct timespec times[2];
	uint64_t n, gid;
	int error;

	if (get_text(st, A_PATH, path) == -1)
		return (-1);
	if (cmd == C_TRUNCATE) {
		if (get_u64(st, A_SIZE, &n) == -1 || open_file(st, path) == -1)
			return (-1);
		return (ftruncate(st->st_file, (off_t)n) == -1 ?
		    fail("%s: %s", path, strerror(errno)) : 0);
	}
	if ((fd = open_thing(st, path, thing)) == -1)
		return (-1);
	switch (cmd) {
	case C_CHMOD:
		if (get_u64(st, A_MODE, &n) == -1)
			return (-1);
		error = chmod(thing, (mode_t)(n & 07777));
		break;
	case C_CHOWN:
		if (get_u64(st, A_UID, &n) == -1 ||
		    get_u64(st, A_GID, &gid) == -1)
			return (-1);
		error = fchownat(fd, "", (uid_t)n, (gid_t)gid, AT_EMPTY_PATH);
		break;
	default:
		if (get_time(st, A_ATIME, &times[0]) == -1 ||
		    get_time(st, A_MTIME, &times[1]) == -1)
			return (-1);
		error = utimensat(fd, "", times, AT_EMPTY_PATH);
		break;
	}
	return (error == -1 ? fail("%s: %s", path, strerror(errno)) : 0);
}

static int
do_begin(struct stream *st, int cmd)
{
	if (st->st_attr[A_UUID] == NULL || st->st_len[A_UUID] != 16)
		return (fail("invalid stream (no subvolume)"));
	if ((cmd == C_SNAPSHOT) != (st->st_base != -1))
		return (fail("invalid stream (full or not)"));
	memcpy(st->st_uuid, st->st_attr[A_UUID], 16);
	return (0);
}

static int
do_command(struct stream *st, int cmd)
{
	switch (cmd) {
	case C_SUBVOL:
	case C_SNAPSHOT:
		return (do_begin(st, cmd));
	case C_MKFILE:
	case C_MKDIR:
	case C_MKNOD:
	case C_MKFIFO:
	case C_MKSOCK:
	case C_SYMLINK:
		return (do_make(st, cmd));
	case C_RENAME:
	case C_LINK:
		return (do_move(st, cmd));
	case C_UNLINK:
	case C_RMDIR:
		return (do_unlink(st, cmd));
	case C_SET_XATTR:
	case C_REMOVE_XATTR:
		return (do_xattr(st, cmd));
	case C_WRITE:
		return (do_write(st));
	case C_CLONE:
		return (do_clone(st));
	case C_TRUNCATE:
	case C_CHMOD:
	case C_CHOWN:
	case C_UTIMES:
		return (do_attributes(st, cmd));
	case C_UPDATE_EXTENT:
		return (fail("invalid stream (without data)"));
	}
	return (fail("unknown command %d in stream", cmd));
}

/* ------------------------------------------------------------------------
 * Reading.
 */

static int
parse_attrs(struct stream *st, const unsigned char *p, size_t len)
{
	uint16_t type, n;

	memset(st->st_attr, 0, sizeof(st->st_attr));
	memset(st->st_len, 0, sizeof(st->st_len));
	while (len > 0) {
		if (len < 4)
			return (fail("invalid stream (attributes)"));
		memcpy(&type, p, 2);
		memcpy(&n, p + 2, 2);
		type = le16toh(type);
		n = le16toh(n);
		if (type == 0 || type >= A_MAX || n > len - 4)
			return (fail("invalid stream (attributes)"));
		st->st_attr[type] = p + 4;
		st->st_len[type] = n;
		p += 4 + n;
		len -= 4 + (size_t)n;
	}
	return (0);
}

/* One command, into buf.  Its number, 0 at the end, or -1. */
static int
read_command(struct stream *st, int in, unsigned char *buf)
{
	unsigned char head[10];
	uint32_t len, crc;
	uint16_t cmd;

	if (read_all(in, head, sizeof(head)) != 1)
		return (fail("stream ends too early"));
	memcpy(&len, head, 4);
	memcpy(&cmd, head + 4, 2);
	memcpy(&crc, head + 6, 4);
	len = le32toh(len);
	if (len > COMMAND_MAX || (len > 0 && read_all(in, buf, len) != 1))
		return (fail("stream ends too early"));
	memset(head + 6, 0, 4);
#ifndef FUZZ			/* which would never get past it */
	if (crc32c(crc32c(0, head, sizeof(head)), buf, len) != le32toh(crc))
		return (fail("checksum mismatch"));
#else
	(void)crc;
	(void)crc32c;
#endif
	if (parse_attrs(st, buf, len) == -1)
		return (-1);
	return (le16toh(cmd) == C_END ? 0 : le16toh(cmd));
}

int
stream_apply(int in, int rootfd, int basefd, const char **ret_why)
{
	_cleanup_free_ unsigned char *buf = xcalloc(1, COMMAND_MAX);
	struct stream st = { .st_root = rootfd, .st_base = basefd,
	    .st_file = -1 };
	char head[sizeof(MAGIC) + 4];
	int cmd, begun = 0;
	uint32_t version;

	*ret_why = why_text;
	if (read_all(in, head, sizeof(head)) != 1 ||
	    memcmp(head, MAGIC, sizeof(MAGIC)) != 0)
		return (fail("invalid stream (bad magic number)"));
	memcpy(&version, head + sizeof(MAGIC), 4);
	if (le32toh(version) != 1)
		return (fail("stream of an unsupported version"));
	while ((cmd = read_command(&st, in, buf)) > 0) {
		if ((cmd == C_SUBVOL || cmd == C_SNAPSHOT) == begun) {
			cmd = fail("invalid stream (order)");
			break;
		}
		begun = 1;
		if (do_command(&st, cmd) == -1) {
			cmd = -1;
			break;
		}
	}
	forget_file(&st);
	if (cmd == 0 && !begun)
		return (fail("invalid stream (empty)"));
	return (cmd);
}
