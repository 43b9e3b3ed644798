// SPDX-License-Identifier: BSD-2-Clause
/*
 * What each resource can be limited by, and the files of the controllers: the
 * unified hierarchy's and those of version 1.
 */
#include "limit.h"

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

#define CPU_PERIOD	100000	/* microseconds, the kernel's own default */

/* What can be done about a resource, and by whom. */
#define RW_DENY		0x1	/* a controller denies more */
#define RW_THROTTLE	0x2	/* a controller delays more */
#define RW_PROCESS	0x4	/* a limit of each process denies more */
#define RW_WATCH	0x8	/* its use is known: log, devctl, signals */

static const struct {
	unsigned	rw_flags;
	enum controller	rw_controller;	/* RW_DENY, RW_THROTTLE */
	int		rw_rlimit;	/* RW_PROCESS */
} ways[RS_MAX] = {
	[RS_CPUTIME] = { RW_WATCH | RW_PROCESS, CT_MAX, RLIMIT_CPU },
	[RS_DATASIZE] = { RW_PROCESS, CT_MAX, RLIMIT_DATA },
	[RS_STACKSIZE] = { RW_PROCESS, CT_MAX, RLIMIT_STACK },
	[RS_COREDUMPSIZE] = { RW_PROCESS, CT_MAX, RLIMIT_CORE },
	[RS_MEMORYUSE] = { RW_DENY | RW_WATCH, CT_MEMORY, 0 },
	[RS_MEMORYLOCKED] = { RW_PROCESS | RW_WATCH, CT_MAX, RLIMIT_MEMLOCK },
	[RS_MAXPROC] = { RW_DENY | RW_WATCH, CT_PIDS, 0 },
	[RS_OPENFILES] = { RW_PROCESS | RW_WATCH, CT_MAX, RLIMIT_NOFILE },
	[RS_VMEMORYUSE] = { RW_PROCESS | RW_WATCH, CT_MAX, RLIMIT_AS },
	[RS_SWAPUSE] = { RW_DENY | RW_WATCH, CT_MEMORY, 0 },
	[RS_NTHR] = { RW_DENY | RW_WATCH, CT_PIDS, 0 },
	[RS_WALLCLOCK] = { RW_WATCH, CT_MAX, 0 },
	[RS_PCPU] = { RW_DENY | RW_WATCH, CT_CPU, 0 },
	[RS_READBPS] = { RW_THROTTLE | RW_WATCH, CT_IO, 0 },
	[RS_WRITEBPS] = { RW_THROTTLE | RW_WATCH, CT_IO, 0 },
	[RS_READIOPS] = { RW_THROTTLE | RW_WATCH, CT_IO, 0 },
	[RS_WRITEIOPS] = { RW_THROTTLE | RW_WATCH, CT_IO, 0 },
};

int
limit_rlimit(enum resource resource)
{
	return ((ways[resource].rw_flags & RW_PROCESS) != 0 ?
	    ways[resource].rw_rlimit : -1);
}

static uint64_t
least(uint64_t a, uint64_t b)
{
	return (a < b ? a : b);
}

void
limits_of(const struct rules *rs, const char *jail, struct limits *ret_li)
{
	const struct rule *ru;
	uint64_t *amounts;
	size_t i;

	ret_li->li_watch = 0;
	for (i = 0; i < RS_MAX; i++)
		ret_li->li_jail[i] = ret_li->li_process[i] = RULE_NOAMOUNT;
	for (ru = rs->rs_v; ru < rs->rs_v + rs->rs_n; ru++) {
		/* The use of a prison below counts in the one above, whose
		   watcher sees it; the kernel sees each by itself. */
		if (ru->ru_action != AC_DENY && ru->ru_action != AC_THROTTLE) {
			if (strcmp(ru->ru_jail, jail) == 0)
				ret_li->li_watch = 1;
			continue;
		}
		if (!rule_applies(ru, jail))
			continue;
		amounts = ru->ru_process ? ret_li->li_process :
		    ret_li->li_jail;
		amounts[ru->ru_resource] = least(amounts[ru->ru_resource],
		    ru->ru_amount);
	}
}

/* ------------------------------------------------------------------------
 * What the host can do.
 */

static int
refuse(const struct rule *ru, const char *why)
{
	char text[RULE_TEXTLEN];

	rule_format(ru, text);
	return (jail_errx(EOPNOTSUPP, "rule \"%s\": %s %s", text,
	    resource_names[ru->ru_resource], why));
}

static int
check_deny(const struct controllers *cs, const struct rule *ru, unsigned way)
{
	unsigned flags = ways[ru->ru_resource].rw_flags;
	int ct = ways[ru->ru_resource].rw_controller;
	char path[512], why[640];

	if (ru->ru_process)
		return ((flags & RW_PROCESS) != 0 && way == RW_DENY ? 0 :
		    refuse(ru, "has no limit for each process: leave /process "
		    "out"));
	if ((flags & way) == 0)
		return (refuse(ru, way == RW_THROTTLE ? "cannot be throttled, "
		    "only readbps, writebps, readiops and writeiops can" :
		    (flags & RW_THROTTLE) != 0 ? "is not denied but throttled: "
		    "say throttle" : (flags & RW_WATCH) == 0 ||
		    (flags & RW_PROCESS) == 0 ? "cannot be denied: say log, "
		    "devctl or a signal" : "is limited for each process only: "
		    "append /process, or say log, devctl or a signal"));
	if (cs->cs_version[ct] == 0) {
		snprintf(why, sizeof(why), "needs the %s controller, which "
		    "this host has nowhere", controller_names[ct]);
		return (refuse(ru, why));
	}
	if (ru->ru_resource != RS_SWAPUSE || cs->cs_version[ct] != 1)
		return (0);
	snprintf(path, sizeof(path), "%s/memory.memsw.limit_in_bytes",
	    cs->cs_mount[ct]);
	if (access(path, F_OK) == 0)
		return (0);
	snprintf(why, sizeof(why), "cannot be limited: memory is bound to "
	    "cgroup v1 at %s on this host, which does not count swap (boot "
	    "with swapaccount=1)", cs->cs_mount[ct]);
	return (refuse(ru, why));
}

int
limit_check(const struct controllers *cs, const struct rule *ru)
{
	unsigned flags = ways[ru->ru_resource].rw_flags;

	if (flags == 0)
		return (refuse(ru, "is not counted on Linux"));
	if (ru->ru_action == AC_DENY || ru->ru_action == AC_THROTTLE) {
		if (check_deny(cs, ru, ru->ru_action == AC_DENY ? RW_DENY :
		    RW_THROTTLE) == -1)
			return (-1);
		if (ru->ru_amount == 0 && !ru->ru_process &&
		    ru->ru_resource != RS_SWAPUSE &&
		    ru->ru_resource != RS_MAXPROC)
			return (refuse(ru, "of 0 is more than a limit"));
		return (0);
	}
	if (ru->ru_process)
		return (refuse(ru, "is watched for the jail as a whole: leave "
		    "/process out"));
	if ((flags & RW_WATCH) == 0)
		return (refuse(ru, "is not counted on Linux: only deny with "
		    "/process can be had"));
	return (0);
}

/* ------------------------------------------------------------------------
 * The controllers' files.
 */

static int
put(int dirfd, const char *file, const char *text)
{
	if (sys_write_at(dirfd, file, text) == 0)
		return (0);
	return (jail_err(errno, "%s=%s", file, text));
}

static const char *
number(uint64_t n, const char *none, char *buf)
{
	if (n == RULE_NOAMOUNT)
		return (none);
	snprintf(buf, 24, "%llu", (unsigned long long)n);
	return (buf);
}

static int
write_pids(int fd, const struct limits *li, unsigned pids_max)
{
	uint64_t n = least(li->li_jail[RS_MAXPROC], li->li_jail[RS_NTHR]);
	char buf[24];

	if (n == RULE_NOAMOUNT && pids_max != 0)
		n = pids_max;
	return (put(fd, "pids.max", number(n, "max", buf)));
}

static int
write_cpu(int fd, int version, const struct limits *li)
{
	uint64_t n = li->li_jail[RS_PCPU];
	char buf[64];

	if (n != RULE_NOAMOUNT)
		n = n * CPU_PERIOD / 100;
	if (version == 1) {
		snprintf(buf, sizeof(buf), "%d", CPU_PERIOD);
		if (put(fd, "cpu.cfs_period_us", buf) == -1)
			return (-1);
		return (put(fd, "cpu.cfs_quota_us", number(n, "-1", buf)));
	}
	if (n == RULE_NOAMOUNT)
		return (put(fd, "cpu.max", "max"));
	snprintf(buf, sizeof(buf), "%llu %d", (unsigned long long)n,
	    CPU_PERIOD);
	return (put(fd, "cpu.max", buf));
}

/*
 * v1 counts memory, and memory and swap together; the former may never be
 * more than the latter.  So which comes first depends on where they go.
 */
static int
write_memory1(int fd, const struct limits *li)
{
	uint64_t mem = li->li_jail[RS_MEMORYUSE];
	uint64_t both = li->li_jail[RS_SWAPUSE];
	char bufm[24], bufb[24];
	const char *m = number(mem, "-1", bufm), *b;

	if (both != RULE_NOAMOUNT && mem == RULE_NOAMOUNT)
		return (jail_errx(EOPNOTSUPP, "memory is bound to cgroup v1 on "
		    "this host, where swapuse can be denied beside memoryuse "
		    "only: add a rule for memoryuse first"));
	b = number(both == RULE_NOAMOUNT ? both : mem + both, "-1", bufb);
	if (faccessat(fd, "memory.memsw.limit_in_bytes", F_OK, 0) == -1)
		return (put(fd, "memory.limit_in_bytes", m));
	if (sys_write_at(fd, "memory.limit_in_bytes", m) == 0)
		return (put(fd, "memory.memsw.limit_in_bytes", b));
	if (errno != EINVAL)
		return (jail_err(errno, "memory.limit_in_bytes=%s%s", m,
		    errno == EBUSY ? " (more is in use, and none of it can be "
		    "reclaimed)" : ""));
	if (put(fd, "memory.memsw.limit_in_bytes", b) == -1)
		return (-1);
	return (put(fd, "memory.limit_in_bytes", m));
}

static int
write_memory(int fd, int version, const struct limits *li)
{
	char buf[24];

	if (version == 1)
		return (write_memory1(fd, li));
	if (put(fd, "memory.max", number(li->li_jail[RS_MEMORYUSE], "max",
	    buf)) == -1)
		return (-1);
	/* Without swap in the kernel, none can be used. */
	if (faccessat(fd, "memory.swap.max", F_OK, 0) == -1)
		return (0);
	return (put(fd, "memory.swap.max", number(li->li_jail[RS_SWAPUSE],
	    "max", buf)));
}

static int
write_io_device(int fd, int version, const struct limits *li, const char *dev)
{
	static const struct {
		int		 res;
		const char	*v1, *v2;
	} knobs[] = {
		{ RS_READBPS, "blkio.throttle.read_bps_device", "rbps" },
		{ RS_WRITEBPS, "blkio.throttle.write_bps_device", "wbps" },
		{ RS_READIOPS, "blkio.throttle.read_iops_device", "riops" },
		{ RS_WRITEIOPS, "blkio.throttle.write_iops_device", "wiops" },
	};
	char line[128], num[24];
	size_t i;

	for (i = 0; i < sizeof(knobs) / sizeof(knobs[0]); i++) {
		uint64_t n = li->li_jail[knobs[i].res];

		if (version == 1) {
			snprintf(line, sizeof(line), "%s %s", dev,
			    number(n, "0", num));
			if (put(fd, knobs[i].v1, line) == -1)
				return (-1);
			continue;
		}
		snprintf(line, sizeof(line), "%s %s=%s", dev, knobs[i].v2,
		    number(n, "max", num));
		if (put(fd, "io.max", line) == -1)
			return (-1);
	}
	return (0);
}

/* Every disk of the host's: which of them a prison will use, nobody knows. */
static int
write_io(int fd, int version, const struct limits *li)
{
	DIR *d = opendir("/sys/block");
	char dev[32], size[32], path[300];
	struct dirent *de;
	int error = 0;

	if (d == NULL)
		return (jail_err(errno, "/sys/block"));
	while (error == 0 && (de = readdir(d)) != NULL) {
		if (de->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/sys/block/%s/size", de->d_name);
		if (sys_read_at(AT_FDCWD, path, size, sizeof(size)) <= 0 ||
		    strtoull(size, NULL, 10) == 0)
			continue;
		snprintf(path, sizeof(path), "/sys/block/%s/dev", de->d_name);
		if (sys_read_at(AT_FDCWD, path, dev, sizeof(dev)) <= 0)
			continue;
		dev[strcspn(dev, "\n")] = '\0';
		error = write_io_device(fd, version, li, dev);
	}
	closedir(d);
	return (error);
}

static int
is_limited(const struct limits *li, enum controller ct)
{
	int i;

	for (i = 0; i < RS_MAX; i++)
		if (li->li_jail[i] != RULE_NOAMOUNT &&
		    ways[i].rw_controller == ct)
			return (1);
	return (0);
}

static int
write_controller(const struct controllers *cs, enum controller ct,
    const struct limits *li, int jid, unsigned pids_max)
{
	char path[CONTROLLER_PATHLEN];
	_cleanup_close_ int fd = -1;
	int version = cs->cs_version[ct];

	controller_path(cs, ct, jid, path);
	if ((fd = cgroup_open(AT_FDCWD, path)) == -1)
		return (jail_err(errno, "%s", path));
	switch (ct) {
	case CT_PIDS:
		return (write_pids(fd, li, version == 2 ? pids_max : 0));
	case CT_MEMORY:
		return (write_memory(fd, version, li));
	case CT_CPU:
		return (write_cpu(fd, version, li));
	case CT_IO:
		return (write_io(fd, version, li));
	default:
		return (0);
	}
}

int
limit_write(const struct controllers *cs, const struct limits *li, int jid,
    unsigned pids_max, unsigned had)
{
	static const enum controller order[] = {
		CT_PIDS, CT_MEMORY, CT_CPU, CT_IO
	};
	unsigned bits = had & (LIMIT_GROUPS | LIMIT_SET(CT_CPUSET));
	size_t i;
	int n;

	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		enum controller ct = order[i];
		int limited = is_limited(li, ct);

		if (!limited && (had & LIMIT_SET(ct)) == 0)
			continue;
		if (cs->cs_version[ct] == 0)
			return (jail_errx(EOPNOTSUPP, "the %s controller, which "
			    "a rule needs, is nowhere on this host",
			    controller_names[ct]));
		if (cs->cs_version[ct] == 2 ? controller_enable(cs, ct) == -1 :
		    controller_make(cs, ct, jid) == -1)
			return (-1);
		if (write_controller(cs, ct, li, jid, pids_max) == -1)
			return (-1);
		if (cs->cs_version[ct] == 1)
			bits |= LIMIT_GROUP(ct);
		if (limited)
			bits |= LIMIT_SET(ct);
	}
	for (n = 0; n < RS_MAX; n++)
		if (li->li_process[n] != RULE_NOAMOUNT)
			bits |= LIMIT_PROCESS;
	return (bits | (li->li_watch ? LIMIT_WATCH : 0));
}
