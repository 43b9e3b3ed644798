// SPDX-License-Identifier: BSD-2-Clause
/*
 * Theory of operation.  The unified hierarchy counts processor time for every
 * cgroup, whatever its controllers.  Memory and input/output are counted where
 * a controller has a group for the prison; where none has, they are summed up
 * over the living processes, as FreeBSD's racct does it for memory.
 */
#include "usage.h"

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "errmsg.h"
#include "fd.h"
#include "sys.h"

/* The number after `key` in a text of lines "key number", or 0. */
static uint64_t
value_of(const char *text, const char *key)
{
	size_t n = strlen(key);
	const char *p;

	for (p = text; p != NULL && *p != '\0'; p = strchr(p, '\n')) {
		p += *p == '\n';
		if (strncmp(p, key, n) == 0)
			return (strtoull(p + n, NULL, 10));
	}
	return (0);
}

/* A file that holds one number.  1, or 0: it is not there. */
static int
read_number(int dirfd, const char *file, uint64_t *ret_n)
{
	char buf[64];

	if (sys_read_at(dirfd, file, buf, sizeof(buf)) <= 0)
		return (0);
	*ret_n = strtoull(buf, NULL, 10);
	return (1);
}

static int
count_lines(int dirfd, const char *file, uint64_t *ret_n)
{
	_cleanup_close_ int fd = openat(dirfd, file, O_RDONLY | O_CLOEXEC);
	char buf[4096];
	ssize_t i, n;

	*ret_n = 0;
	if (fd == -1)
		return (-1);
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		for (i = 0; i < n; i++)
			*ret_n += buf[i] == '\n';
	return (n == 0 ? 0 : -1);
}

static int
add_cpu(struct jail_racct *ra, int cgfd)
{
	char buf[1024];

	if (sys_read_at(cgfd, "cpu.stat", buf, sizeof(buf)) <= 0)
		return (0);
	ra->ra_cpu += value_of(buf, "usage_usec ");
	ra->ra_cpu_user += value_of(buf, "user_usec ");
	ra->ra_cpu_system += value_of(buf, "system_usec ");
	return (1);
}

/* Who is in it, threads or processes: a crowd can be read piece by piece. */
static int
add_procs(struct jail_racct *ra, int cgfd)
{
	uint64_t procs, threads;

	if (count_lines(cgfd, "cgroup.procs", &procs) == -1 ||
	    count_lines(cgfd, "cgroup.threads", &threads) == -1)
		return (0);
	ra->ra_procs += procs;
	ra->ra_threads += threads;
	return (1);
}

static int
open_group(const struct controllers *cs, enum controller ct, unsigned grouped,
    int jid)
{
	char path[CONTROLLER_PATHLEN];

	if (cs->cs_version[ct] == 0 || (cs->cs_version[ct] == 1 &&
	    (grouped & 1u << ct) == 0))
		return (-1);
	controller_path(cs, ct, jid, path);
	return (cgroup_open(AT_FDCWD, path));
}

/* The RA_ bits that a memory controller could answer. */
static unsigned
add_memory(struct jail_racct *ra, int version, int fd)
{
	uint64_t n = 0, both = 0;
	unsigned known = 0;

	if (fd == -1)
		return (0);
	if (read_number(fd, version == 2 ? "memory.current" :
	    "memory.usage_in_bytes", &n)) {
		ra->ra_memory += n;
		known |= RA_MEMORY;
	}
	if (version == 2 && read_number(fd, "memory.swap.current", &both)) {
		ra->ra_swap += both;
		known |= RA_SWAP;
	} else if (version == 1 &&
	    read_number(fd, "memory.memsw.usage_in_bytes", &both)) {
		ra->ra_swap += both > n ? both - n : 0;
		known |= RA_SWAP;
	}
	if (read_number(fd, version == 2 ? "memory.peak" :
	    "memory.max_usage_in_bytes", &n)) {
		ra->ra_memory_peak += n;
		known |= RA_PEAK;
	}
	return (known);
}

/* "8:0 rbytes=1 wbytes=2 rios=3 wios=4 ..." a line for each device. */
static void
add_io2(struct jail_racct *ra, const char *text)
{
	unsigned long long r, w, rios, wios;
	const char *line;

	for (line = text; line != NULL && *line != '\0';
	    line = strchr(line, '\n')) {
		line += *line == '\n';
		if (sscanf(line, "%*s rbytes=%llu wbytes=%llu rios=%llu "
		    "wios=%llu", &r, &w, &rios, &wios) != 4)
			continue;
		ra->ra_read += r;
		ra->ra_written += w;
		ra->ra_reads += rios;
		ra->ra_writes += wios;
	}
}

/* "8:0 Read 512" lines of v1, into the two sums. */
static void
add_io1(const char *text, uint64_t *reads, uint64_t *writes)
{
	unsigned long long n;
	const char *line;
	char what[16];

	for (line = text; line != NULL && *line != '\0';
	    line = strchr(line, '\n')) {
		line += *line == '\n';
		if (sscanf(line, "%*s %15s %llu", what, &n) != 2)
			continue;
		if (strcmp(what, "Read") == 0)
			*reads += n;
		else if (strcmp(what, "Write") == 0)
			*writes += n;
	}
}

static unsigned
add_io(struct jail_racct *ra, int version, int fd)
{
	char buf[16384];

	if (fd == -1)
		return (0);
	if (version == 2) {
		if (sys_read_at(fd, "io.stat", buf, sizeof(buf)) < 0)
			return (0);
		add_io2(ra, buf);
		return (RA_IO);
	}
	if (sys_read_at(fd, "blkio.throttle.io_service_bytes", buf,
	    sizeof(buf)) < 0)
		return (0);
	add_io1(buf, &ra->ra_read, &ra->ra_written);
	if (sys_read_at(fd, "blkio.throttle.io_serviced", buf,
	    sizeof(buf)) > 0)
		add_io1(buf, &ra->ra_reads, &ra->ra_writes);
	return (RA_IO);
}

static uint64_t
count_files(int procfd)
{
	_cleanup_close_ int fd = openat(procfd, "fd", O_RDONLY | O_DIRECTORY |
	    O_CLOEXEC);
	struct dirent *de;
	uint64_t n = 0;
	DIR *d;

	if (fd == -1 || (d = fdopendir(fd)) == NULL)
		return (0);
	take_fd(&fd);
	while ((de = readdir(d)) != NULL)
		n += de->d_name[0] != '.';
	closedir(d);
	return (n);
}

/* One process's share of what `todo` asks for; it may have ended. */
static void
add_process(struct jail_racct *ra, unsigned todo, pid_t pid)
{
	_cleanup_close_ int fd = -1;
	char buf[8192], path[32];

	snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return;
	if ((todo & (RA_MEMORY | RA_SWAP | RA_LOCKED | RA_VMEMORY)) != 0 &&
	    sys_read_at(fd, "status", buf, sizeof(buf)) > 0) {
		if ((todo & RA_MEMORY) != 0)
			ra->ra_memory += value_of(buf, "VmRSS:") << 10;
		if ((todo & RA_SWAP) != 0)
			ra->ra_swap += value_of(buf, "VmSwap:") << 10;
		ra->ra_locked += value_of(buf, "VmLck:") << 10;
		ra->ra_vmemory += value_of(buf, "VmSize:") << 10;
	}
	if ((todo & RA_IO) != 0 &&
	    sys_read_at(fd, "io", buf, sizeof(buf)) > 0) {
		ra->ra_read += value_of(buf, "read_bytes:");
		ra->ra_written += value_of(buf, "write_bytes:");
	}
	if ((todo & RA_FILES) != 0)
		ra->ra_files += count_files(fd);
}

static int
add_processes(struct jail_racct *ra, unsigned todo, int cgfd)
{
	_cleanup_free_ pid_t *pids = NULL;
	int i, n;

	if ((n = cgroup_pids(cgfd, &pids)) == -1)
		return (-1);
	for (i = 0; i < n; i++)
		if (pids[i] > 0)
			add_process(ra, todo, pids[i]);
	return (0);
}

int
usage_add(struct jail_racct *ra, unsigned wanted,
    const struct controllers *cs, unsigned grouped, int jid)
{
	_cleanup_close_ int cgfd = -1, memory = -1, io = -1;
	char path[CONTROLLER_PATHLEN];
	unsigned known = 0, todo;

	snprintf(path, sizeof(path), "%s/%d", cs->cs_parent, jid);
	if ((cgfd = cgroup_open(AT_FDCWD, path)) == -1)
		return (jail_err(errno, "%s", path));
	if ((wanted & RA_CPU) != 0 && add_cpu(ra, cgfd))
		known |= RA_CPU;
	if ((wanted & RA_PROCS) != 0 && add_procs(ra, cgfd))
		known |= RA_PROCS;
	if ((wanted & (RA_MEMORY | RA_SWAP | RA_PEAK)) != 0) {
		memory = open_group(cs, CT_MEMORY, grouped, jid);
		known |= add_memory(ra, cs->cs_version[CT_MEMORY], memory);
	}
	if ((wanted & RA_IO) != 0) {
		io = open_group(cs, CT_IO, grouped, jid);
		known |= add_io(ra, cs->cs_version[CT_IO], io);
	}
	/* Nobody but the kernel knows what the memory has been at most. */
	todo = wanted & ~known & (RA_MEMORY | RA_SWAP | RA_IO | RA_FILES |
	    RA_LOCKED | RA_VMEMORY);
	if (todo != 0 && add_processes(ra, todo, cgfd) == 0)
		known |= todo;
	ra->ra_known &= known;
	return (0);
}
