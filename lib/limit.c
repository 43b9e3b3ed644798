// SPDX-License-Identifier: BSD-2-Clause
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
#include "index.h"
#include "step.h"
#include "sys.h"

#define CPU_PERIOD	100000	/* microseconds, the kernel's own default */
#define MOVE_PASSES	1000	/* then somebody forks faster than we move */

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

/* ------------------------------------------------------------------------
 * A prison.
 */

int
limit_controllers(const struct state *st, struct controllers *ret_cs)
{
	return (controllers_find(ret_cs, "/proc/self/mountinfo",
	    st->st_table->ta_cgroup));
}

static int
compare_pids(const void *a, const void *b)
{
	pid_t x = *(const pid_t *)a, y = *(const pid_t *)b;

	return ((x > y) - (x < y));
}

/* Move who is in cgfd and not yet in the group.  How many, or -1. */
static int
move_pass(int cgfd, int group)
{
	_cleanup_free_ pid_t *pids = NULL, *in = NULL;
	int i, moved = 0, n, nin;
	char text[16];

	if ((n = cgroup_pids(cgfd, &pids)) == -1 ||
	    (nin = cgroup_pids(group, &in)) == -1)
		return (-1);
	qsort(in, nin, sizeof(*in), compare_pids);
	for (i = 0; i < n; i++) {
		if (pids[i] <= 0 || bsearch(&pids[i], in, nin, sizeof(*in),
		    compare_pids) != NULL)
			continue;
		snprintf(text, sizeof(text), "%d", (int)pids[i]);
		if (sys_write_at(group, "cgroup.procs", text) == 0)
			moved++;
		else if (errno != ESRCH && errno != EINVAL)
			return (-1);
	}
	return (moved);
}

int
limit_move(const struct state *st, const struct controllers *cs,
    const struct prison *pr)
{
	_cleanup_close_ int cgfd = prison_opencgroup(st, pr->pr_id);
	char path[CONTROLLER_PATHLEN];
	int ct, moved, pass;

	for (ct = 0; ct < CT_MAX && cgfd != -1; ct++) {
		_cleanup_close_ int group = -1;

		if ((pr->pr_limits & LIMIT_GROUP(ct)) == 0)
			continue;
		controller_path(cs, ct, pr->pr_id, path);
		if ((group = cgroup_open(AT_FDCWD, path)) == -1)
			return (jail_err(errno, "%s", path));
		/* Who has forked meanwhile has a child to be moved. */
		for (pass = 0; (moved = move_pass(cgfd, group)) != 0; pass++)
			if (moved == -1 || pass == MOVE_PASSES)
				return (jail_err(moved == -1 ? errno : EAGAIN,
				    "move the processes of jail \"%s\" into "
				    "%s", pr->pr_name, path));
	}
	return (0);
}

/* A jail below one with a cpuset of its own begins with the same. */
static int
limit_inherit(struct state *st, struct prison *pr)
{
	struct controllers cs;
	struct prison above;
	cpu_set_t cpus;

	if (prison_load(st, pr->pr_parent, &above) == -1 ||
	    (above.pr_limits & LIMIT_SET(CT_CPUSET)) == 0)
		return (0);
	if (limit_controllers(st, &cs) == -1 ||
	    limit_getcpus(&cs, &above, &cpus) == -1)
		return (-1);
	return (limit_writecpus(&cs, pr, &cpus));
}

int
limit_create(struct state *st, struct prison *pr)
{
	_cleanup_rules_ struct rules rs = { 0 };
	struct controllers cs;
	struct limits li;
	int bits;

	st->st_limitgen = st->st_table->ta_limitgen;
	if (pr->pr_parent != 0 && limit_inherit(st, pr) == -1)
		return (-1);
	if (st->st_table->ta_rules == 0)
		return (0);
	if (rules_load(st, &rs) == -1)
		return (-1);
	limits_of(&rs, pr->pr_name, &li);
	if (limit_controllers(st, &cs) == -1 || (bits = limit_write(&cs, &li,
	    pr->pr_id, st->st_table->ta_pids_max, pr->pr_limits)) == -1)
		return (jail_errwrap("limits of jail \"%s\"", pr->pr_name));
	pr->pr_limits = bits;
	return (0);
}

int
limit_apply(struct state *st, struct prison *pr, const struct rules *rs)
{
	struct controllers cs;
	struct limits li;
	int bits;

	limits_of(rs, pr->pr_name, &li);
	if (limit_controllers(st, &cs) == -1 || (bits = limit_write(&cs, &li,
	    pr->pr_id, st->st_table->ta_pids_max, pr->pr_limits)) == -1)
		return (jail_errwrap("limits of jail \"%s\"", pr->pr_name));
	pr->pr_limits = bits;
	step("limit-files");
	/* From here on who enters knows; then those who have. */
	if (prison_store(st, pr) == -1)
		return (-1);
	__atomic_add_fetch(&st->st_table->ta_limitgen, 1, __ATOMIC_SEQ_CST);
	step("limit-record");
	if (limit_move(st, &cs, pr) == -1)
		return (-1);
	step("limit-moved");
	return (limit_watch(st, pr));
}

int
limit_apply_all(struct state *st, const char *name, const struct rules *rs)
{
	struct prison above, pr;
	int jid = prison_by_name(st, name);

	if (jid == 0 || !state_jid_exists(st, jid) ||
	    prison_load(st, jid, &above) == -1 || above.pr_dying)
		return (0);
	if (limit_apply(st, &above, rs) == -1)
		return (-1);
	if (above.pr_childcount == 0)
		return (0);
	for (jid = state_jid_next(st, 0); jid != 0;
	    jid = state_jid_next(st, jid))
		if (prison_load(st, jid, &pr) == 0 && !pr.pr_dying &&
		    prison_is_below(&pr, &above) &&
		    limit_apply(st, &pr, rs) == -1)
			return (-1);
	return (0);
}

void
limit_settle(struct state *st)
{
	_cleanup_rules_ struct rules rs = { 0 };
	struct prison pr;
	int jid;

	if (rules_load(st, &rs) == -1)
		return;
	for (jid = state_jid_next(st, 0); jid != 0;
	    jid = state_jid_next(st, jid))
		if (prison_load(st, jid, &pr) == 0 && !pr.pr_dying)
			limit_apply(st, &pr, &rs);
	st->st_table->ta_limiting = 0;
}

void
limit_end(struct state *st, const struct prison *pr)
{
	struct controllers cs;
	int ct;

	/* One that was left half made has perhaps no record of its groups. */
	if (pr->pr_limits == 0 && st->st_table->ta_rules == 0)
		return;
	if (limit_controllers(st, &cs) == -1)
		return;
	for (ct = 0; ct < CT_MAX; ct++)
		controller_remove(&cs, ct, pr->pr_id);
}

int
limit_rename(struct state *st, const char *from, struct prison *pr)
{
	_cleanup_rules_ struct rules rs = { 0 };
	char name[sizeof(rs.rs_v->ru_jail)];
	size_t i, n = strlen(from);
	int changed = 0;

	if (st->st_table->ta_rules == 0 || strcmp(from, pr->pr_name) == 0)
		return (0);
	if (rules_load(st, &rs) == -1)
		return (-1);
	for (i = 0; i < rs.rs_n; i++) {
		char *jail = rs.rs_v[i].ru_jail;

		if (strncmp(jail, from, n) != 0 ||
		    (jail[n] != '\0' && jail[n] != '.'))
			continue;
		if ((size_t)snprintf(name, sizeof(name), "%s%s", pr->pr_name,
		    jail + n) >= sizeof(name))
			return (jail_err(ENAMETOOLONG, "rules of %s", jail));
		strcpy(jail, name);
		changed = 1;
	}
	st->st_table->ta_limiting = 1;
	if (changed && rules_store(st, &rs) == -1)
		return (-1);
	step("limit-rules");
	/* The new name may have had rules already. */
	if (limit_apply_all(st, pr->pr_name, &rs) == -1)
		return (-1);
	st->st_table->ta_limiting = 0;
	return (0);
}

void
limit_teardown(const struct state *st)
{
	struct controllers cs;

	if (limit_controllers(st, &cs) == 0)
		controllers_teardown(&cs);
}

/* ------------------------------------------------------------------------
 * Entering.
 */

void
limit_entry_init(struct limit_entry *le)
{
	int ct;

	for (ct = 0; ct < CT_MAX; ct++)
		le->le_groups[ct] = -1;
	le->le_nlimits = 0;
	le->le_table = NULL;
}

void
limit_entry_close(struct limit_entry *le)
{
	int ct;

	for (ct = 0; ct < CT_MAX; ct++)
		fd_close(&le->le_groups[ct]);
}

static int
open_groups(struct limit_entry *le, const struct state *st,
    const struct prison *pr)
{
	char path[CONTROLLER_PATHLEN + 8];
	struct controllers cs;
	int ct;

	if (limit_controllers(st, &cs) == -1)
		return (-1);
	for (ct = 0; ct < CT_MAX; ct++) {
		if ((pr->pr_limits & LIMIT_GROUP(ct)) == 0)
			continue;
		controller_path(&cs, ct, pr->pr_id, path);
		strcat(path, "/tasks");
		le->le_groups[ct] = open(path, O_WRONLY | O_CLOEXEC);
		if (le->le_groups[ct] == -1)
			return (jail_err(errno, "%s", path));
	}
	return (0);
}

static int
gather_limits(struct limit_entry *le, const struct state *st,
    const struct prison *pr)
{
	_cleanup_rules_ struct rules rs = { 0 };
	struct limits li;
	int i;

	if (rules_load(st, &rs) == -1)
		return (-1);
	limits_of(&rs, pr->pr_name, &li);
	for (i = 0; i < RS_MAX; i++) {
		if (li.li_process[i] == RULE_NOAMOUNT)
			continue;
		le->le_limits[le->le_nlimits].le_which = ways[i].rw_rlimit;
		le->le_limits[le->le_nlimits++].le_limit = (struct rlimit){
			li.li_process[i], li.li_process[i]
		};
	}
	return (0);
}

int
limit_prepare(struct limit_entry *le, const struct state *st,
    const struct prison *pr)
{
	le->le_table = st->st_table;
	le->le_gen = st->st_limitgen;
	if ((pr->pr_limits & LIMIT_GROUPS) != 0 &&
	    open_groups(le, st, pr) == -1)
		return (-1);
	if ((pr->pr_limits & LIMIT_PROCESS) != 0 &&
	    gather_limits(le, st, pr) == -1)
		return (-1);
	return (0);
}

int
limit_enter(const struct limit_entry *le)
{
	int ct;

	/*
	 * "tasks" and "0": a thread that moves itself.  Any other way, by
	 * cgroup.procs or by a PID, takes a lock that waits for RCU.
	 */
	for (ct = 0; ct < CT_MAX; ct++)
		if (le->le_groups[ct] != -1 &&
		    write(le->le_groups[ct], "0", 1) != 1)
			return (jail_err(errno, "%s", errno == EAGAIN ?
			    "the jail has as many processes as it may" :
			    "enter a group of cgroup v1"));
	if (le->le_table != NULL && __atomic_load_n(&le->le_table->ta_limitgen,
	    __ATOMIC_SEQ_CST) != le->le_gen)
		return (jail_errx(ESTALE, "the jail's limits have just "
		    "changed"));
	return (0);
}

int
limit_confine(const struct limit_entry *le)
{
	struct rlimit rl, is;
	unsigned i;

	for (i = 0; i < le->le_nlimits; i++) {
		rl = le->le_limits[i].le_limit;
		if (getrlimit(le->le_limits[i].le_which, &is) == -1)
			return (jail_err(errno, "getrlimit"));
		/* A limit denies; it does not grant. */
		rl.rlim_max = is.rlim_max < rl.rlim_max ? is.rlim_max :
		    rl.rlim_max;
		rl.rlim_cur = rl.rlim_max;
		if (is.rlim_cur < rl.rlim_cur)
			rl.rlim_cur = is.rlim_cur;
		if (setrlimit(le->le_limits[i].le_which, &rl) == -1)
			return (jail_err(errno, "setrlimit"));
	}
	return (0);
}
