// SPDX-License-Identifier: BSD-2-Clause
#include "loop.h"

#include <sys/ioctl.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "util.h"

#define TRIES	64

int
loop_attach(const char *file, char dev[LOOP_NAME])
{
	_cleanup_close_ int control = open("/dev/loop-control",
	    O_RDWR | O_CLOEXEC);
	_cleanup_close_ int filefd = open(file, O_RDWR | O_CLOEXEC);
	struct loop_config config = { .fd = (unsigned)filefd, .info = {
	    .lo_flags = LO_FLAGS_AUTOCLEAR | LO_FLAGS_DIRECT_IO } };
	int i, n, fd;

	if (control == -1 || filefd == -1)
		return (-1);
	snprintf((char *)config.info.lo_file_name,
	    sizeof(config.info.lo_file_name), "%s", file);
	/* Another may take the free one first. */
	for (i = 0; i < TRIES; i++) {
		if ((n = ioctl(control, LOOP_CTL_GET_FREE)) == -1)
			return (-1);
		snprintf(dev, LOOP_NAME, "/dev/loop%d", n);
		if ((fd = open(dev, O_RDWR | O_CLOEXEC)) == -1)
			return (-1);
		if (ioctl(fd, LOOP_CONFIGURE, &config) == 0)
			return (fd);
		fd_close(&fd);
		if (errno != EBUSY)
			return (-1);
	}
	return (-1);
}
