// SPDX-License-Identifier: BSD-2-Clause
/* On which processors a prison runs: its cpuset. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "errmsg.h"
#include "fd.h"
#include "jail.h"
#include "limit.h"
#include "sys.h"

#define LISTLEN	4096

/* "0-1,3" as the kernel writes it. */
static int
list_parse(const char *text, cpu_set_t *ret_cpus)
{
	unsigned long first, last;
	const char *p = text;
	char *end;

	CPU_ZERO(ret_cpus);
	while (*p != '\0' && *p != '\n') {
		first = last = strtoul(p, &end, 10);
		if (end != p && *end == '-') {
			p = end + 1;
			last = strtoul(p, &end, 10);
		}
		if (end == p || last < first || last >= CPU_SETSIZE)
			return (errno = EINVAL, -1);
		for (; first <= last; first++)
			CPU_SET(first, ret_cpus);
		p = end + (*end == ',');
	}
	return (0);
}

static void
list_format(const cpu_set_t *cpus, char *buf)
{
	char *p = buf;
	int i, last;

	*buf = '\0';
	for (i = 0; i < CPU_SETSIZE; i = last + 1) {
		last = i;
		if (!CPU_ISSET(i, cpus))
			continue;
		while (last + 1 < CPU_SETSIZE && CPU_ISSET(last + 1, cpus))
			last++;
		p += snprintf(p, LISTLEN - (p - buf), last > i ? "%s%d-%d" :
		    "%s%d", p > buf ? "," : "", i, last);
	}
}

static int
read_list(const char *dir, const char *file, cpu_set_t *ret_cpus)
{
	char path[CONTROLLER_PATHLEN + 32], text[LISTLEN];

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	if (sys_read_at(AT_FDCWD, path, text, sizeof(text)) == -1 ||
	    list_parse(text, ret_cpus) == -1)
		return (jail_err(errno, "%s", path));
	return (0);
}

static int
online(cpu_set_t *ret_cpus)
{
	return (read_list("/sys/devices/system/cpu", "online", ret_cpus));
}

int
limit_getcpus(const struct controllers *cs, const struct prison *pr,
    cpu_set_t *ret_cpus)
{
	char path[CONTROLLER_PATHLEN];

	if ((pr->pr_limits & LIMIT_SET(CT_CPUSET)) == 0)
		return (errno = ENOENT, -1);
	controller_path(cs, CT_CPUSET, pr->pr_id, path);
	return (read_list(path, "cpuset.cpus", ret_cpus));
}

/* Into the group, which is made where there is none; pr_limits tells of it. */
int
limit_writecpus(const struct controllers *cs, struct prison *pr,
    const cpu_set_t *cpus)
{
	char path[CONTROLLER_PATHLEN], text[LISTLEN];
	_cleanup_close_ int fd = -1;

	if (cs->cs_version[CT_CPUSET] == 0)
		return (jail_errx(EOPNOTSUPP, "jail \"%s\": the cpuset "
		    "controller is nowhere on this host", pr->pr_name));
	if (cs->cs_version[CT_CPUSET] == 2 ?
	    controller_enable(cs, CT_CPUSET) == -1 :
	    controller_make(cs, CT_CPUSET, pr->pr_id) == -1)
		return (-1);
	controller_path(cs, CT_CPUSET, pr->pr_id, path);
	list_format(cpus, text);
	if ((fd = cgroup_open(AT_FDCWD, path)) == -1 ||
	    sys_write_at(fd, "cpuset.cpus", text) == -1)
		return (jail_err(errno, "%s/cpuset.cpus=%s", path, text));
	pr->pr_limits |= LIMIT_SET(CT_CPUSET);
	if (cs->cs_version[CT_CPUSET] == 1)
		pr->pr_limits |= LIMIT_GROUP(CT_CPUSET);
	return (0);
}

int
limit_setcpus(struct state *st, struct prison *pr, const cpu_set_t *cpus)
{
	struct controllers cs;

	if (limit_controllers(st, &cs) == -1 ||
	    limit_writecpus(&cs, pr, cpus) == -1 || prison_store(st, pr) == -1)
		return (-1);
	__atomic_add_fetch(&st->st_table->ta_limitgen, 1, __ATOMIC_SEQ_CST);
	return (limit_move(st, &cs, pr));
}

/* Of the nearest at or above pr that has one, or the host's. */
static int
effective(const struct state *st, const struct controllers *cs,
    const struct prison *pr, cpu_set_t *ret_cpus)
{
	struct prison above;
	int jid = pr->pr_id;

	while (jid != 0 && prison_load(st, jid, &above) == 0) {
		if (limit_getcpus(cs, &above, ret_cpus) == 0)
			return (0);
		if (errno != ENOENT)
			return (-1);
		jid = above.pr_parent;
	}
	return (online(ret_cpus));
}

static int
find(struct state *st, int jid, struct prison *ret_pr)
{
	if (state_open(st, 0) == -1 || !state_jid_exists(st, jid) ||
	    prison_load(st, jid, ret_pr) == -1 || !prison_alive(st, ret_pr))
		return (jail_errx(ENOENT, "jail %d not found", jid));
	return (0);
}

int
jail_getcpus(int jid, cpu_set_t *ret_cpus)
{
	_cleanup_state_ struct state st = STATE_INIT;
	struct controllers cs;
	struct prison pr;

	if (find(&st, jid, &pr) == -1 || limit_controllers(&st, &cs) == -1)
		return (-1);
	return (effective(&st, &cs, &pr, ret_cpus));
}

/* What is below keeps of its own what it still may have, or gets all. */
static int
set_below(struct state *st, const struct controllers *cs,
    const struct prison *top, const cpu_set_t *cpus)
{
	struct prison pr;
	cpu_set_t set;
	int jid;

	for (jid = top->pr_childcount > 0 ? state_jid_next(st, 0) : 0;
	    jid != 0; jid = state_jid_next(st, jid)) {
		if (prison_load(st, jid, &pr) == -1 || pr.pr_dying ||
		    !prison_is_below(&pr, top))
			continue;
		if (limit_getcpus(cs, &pr, &set) == -1)
			set = *cpus;
		CPU_AND(&set, &set, cpus);
		if (CPU_COUNT(&set) == 0)
			set = *cpus;
		if (limit_setcpus(st, &pr, &set) == -1)
			return (-1);
	}
	return (0);
}

int
jail_setcpus(int jid, const cpu_set_t *cpus)
{
	_cleanup_state_ struct state st = STATE_INIT;
	struct prison above, pr;
	struct controllers cs;
	cpu_set_t may, set;

	if (geteuid() != 0)
		return (jail_err(EPERM, "jail_setcpus"));
	if (find(&st, jid, &pr) == -1 || state_lock(&st) == -1 ||
	    prison_load(&st, jid, &pr) == -1 ||
	    limit_controllers(&st, &cs) == -1)
		return (-1);
	if (pr.pr_parent == 0 || prison_load(&st, pr.pr_parent, &above) == -1) {
		if (online(&may) == -1)
			return (-1);
	} else if (effective(&st, &cs, &above, &may) == -1)
		return (-1);
	set = may;
	if (CPU_COUNT(cpus) > 0)
		set = *cpus;
	CPU_AND(&may, &may, &set);
	/* FreeBSD refuses what the set above does not have. */
	if (!CPU_EQUAL(&may, &set))
		return (jail_errx(EINVAL, "jail \"%s\": not all of these "
		    "processors are there for it", pr.pr_name));
	if (limit_setcpus(&st, &pr, &set) == -1)
		return (-1);
	return (set_below(&st, &cs, &pr, &set));
}
