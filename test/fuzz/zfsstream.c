// SPDX-License-Identifier: BSD-2-Clause
/*
 * A stream for zfs receive, which anybody may have made: it is carried out in a
 * directory that is emptied now and then, without checksums, and never touches
 * what lies beside that.
 */
#include <sys/mman.h>
#include <sys/stat.h>

#include <fcntl.h>
#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char dir[] = "/tmp/fuzz-zfsstream.XXXXXX", root[64], victim[64];

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	return (ftw->level == 0 ? 0 : remove(path));
}

static void
leave(void)
{
	nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
	rmdir(dir);
}

static void
make_place(void)
{
	int fd;

	if (mkdtemp(dir) == NULL)
		abort();
	atexit(leave);
	snprintf(root, sizeof(root), "%s/root", dir);
	snprintf(victim, sizeof(victim), "%s/victim", dir);
	if (mkdir(root, 0700) == -1 || (fd = open(victim, O_WRONLY | O_CREAT,
	    0600)) == -1 || write(fd, "safe", 4) != 4)
		abort();
	close(fd);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int in = memfd_create("stream", MFD_CLOEXEC), rootfd;
	static unsigned n;
	struct stat st;
	const char *why;

	if (root[0] == '\0')
		make_place();
	if (n++ % 64 == 0)
		nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
	rootfd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (in == -1 || rootfd == -1 || write(in, data, size) != size ||
	    lseek(in, 0, SEEK_SET) != 0)
		abort();
	(void)stream_apply(in, rootfd, -1, &why);
	close(in);
	close(rootfd);
	if (stat(victim, &st) == -1 || st.st_size != 4 ||
	    (st.st_mode & 07777) != 0600)
		abort();
	return (0);
}
