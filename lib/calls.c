// SPDX-License-Identifier: BSD-2-Clause
#include "calls.h"

#include <sys/mount.h>
#include <sys/syscall.h>

#include <fcntl.h>
#include <linux/mount.h>
#include <linux/perf_event.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fd.h"
#include "sys.h"

#define EVENT	"events/raw_syscalls/sys_enter/id"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int event = -1;

static int
open_counter(int id, int from_exec_on)
{
	struct perf_event_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.type = PERF_TYPE_TRACEPOINT;
	attr.size = sizeof(attr);
	attr.config = (uint64_t)id;
	attr.disabled = 1;
	attr.inherit = (unsigned)from_exec_on;
	attr.enable_on_exec = (unsigned)from_exec_on;
	return ((int)syscall(SYS_perf_event_open, &attr, 0, -1, -1,
	    PERF_FLAG_FD_CLOEXEC));
}

/* The number of the kernel's hook, from a tracefs that is mounted nowhere. */
static void
find_event(void)
{
	_cleanup_close_ int fs = fsopen("tracefs", FSOPEN_CLOEXEC), dir = -1;
	char text[16];
	int id;

	if (fs == -1 || fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) ==
	    -1 || (dir = fsmount(fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_RDONLY)) ==
	    -1 || sys_read_at(dir, EVENT, text, sizeof(text)) <= 0)
		return;
	id = (int)strtol(text, NULL, 10);
	/* Not closed: as long as one is open, others come at no price. */
	if (open_counter(id, 0) != -1)
		event = id;
}

int
calls_event(void)
{
	pthread_once(&once, find_event);
	return (event);
}

int
calls_open(int id)
{
	return (open_counter(id, 1));
}

int64_t
calls_read(int fd)
{
	int64_t n;

	return (fd != -1 && read(fd, &n, sizeof(n)) == sizeof(n) ? n : -1);
}
