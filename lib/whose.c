// SPDX-License-Identifier: BSD-2-Clause
/*
 * A process is jailed if and only if it is at or below the cgroup of a
 * prison.  The kernel appends " (deleted)" to the path of a zombie whose
 * prison has gone: nobody's, whoever has that number by now.
 *
 * Inside a prison there is no state to look into and the prison's own cgroup
 * is the root of what can be seen: all that are seen are one's own, and as on
 * FreeBSD that prison has no number there.
 */
#include "whose.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "errmsg.h"
#include "fd.h"
#include "jail.h"
#include "state.h"
#include "sys.h"

#define CGROUP_TEXT	65536	/* a dozen hierarchies of PATH_MAX */
#define CGROUPNS_INIT	0xeffffffbU	/* the first one's inode, always */

int
whose_cgroup(const char *text, const char *parent)
{
	size_t len = strlen(parent);
	const char *line = text, *end, *p;
	char *rest;
	long jid;

	while (strncmp(line, "0::", 3) != 0) {
		if ((line = strchr(line, '\n')) == NULL)
			return (0);
		line++;
	}
	p = line + 3;
	end = p + strcspn(p, "\n");
	if (end - p >= 10 && strncmp(end - 10, " (deleted)", 10) == 0)
		return (0);
	if (strncmp(p, parent, len) != 0 || p[len] != '/' ||
	    p[len + 1] < '1' || p[len + 1] > '9')
		return (0);
	jid = strtol(p + len + 1, &rest, 10);
	return (jid <= JAIL_MAX && (rest == end || *rest == '/') ? jid : 0);
}

int
whose_uid_map(const char *text)
{
	unsigned long inside, outside, count;

	return (sscanf(text, "%lu %lu %lu", &inside, &outside, &count) == 3 &&
	    inside == 0 && count == SLOT_SIZE && outside >= SLOT_BASE &&
	    (outside - SLOT_BASE) % SLOT_SIZE == 0 &&
	    (outside - SLOT_BASE) / SLOT_SIZE < SLOT_COUNT);
}

/*
 * The parent of all prisons, as /proc/PID/cgroup writes it.  st: open, or of
 * another version and without a table.
 */
static int
parent_cgroup(const struct state *st, char *buf, size_t size)
{
	const char *name = NULL, *path = NULL;
	char root[PATH_MAX];

	if (st->st_table != NULL && st->st_table->ta_version == TABLE_VERSION)
		path = st->st_table->ta_cgroup;
	if (path != NULL) {
		name = memchr(path, '\0', sizeof(st->st_table->ta_cgroup)) ?
		    strrchr(path, '/') : NULL;
		if (name == NULL)
			return (jail_errx(EPROTO, "the table names no "
			    "cgroup"));
		name++;
	} else if ((name = secure_getenv("JAIL_CGROUP")) == NULL ||
	    *name == '\0')
		name = STATE_CGROUP;
	if (cgroup_root(root, sizeof(root)) == -1)
		return (jail_err(errno, "where cgroup2 is mounted"));
	if (snprintf(buf, size, "%s/%s", root, name) >= size)
		return (jail_err(ENAMETOOLONG, "%s", name));
	return (0);
}

int
jail_getpidjids(const pid_t *pids, int npids, int *ret_jids)
{
	_cleanup_state_ struct state st = STATE_INIT;
	_cleanup_free_ char *text = malloc(CGROUP_TEXT);
	_cleanup_close_ int proc = -1;
	char parent[PATH_MAX], path[32];
	int i, prisons;

	if (text == NULL)
		return (jail_err(errno, "the cgroups of processes"));
	/* After an upgrade, jails of the older version are jails still. */
	prisons = state_open(&st, 0) == 0 || errno == EPROTO;
	if (prisons && parent_cgroup(&st, parent, sizeof(parent)) == -1)
		return (-1);
	proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (proc == -1)
		return (jail_err(errno, "/proc"));
	for (i = 0; i < npids; i++) {
		snprintf(path, sizeof(path), "%d/cgroup", (int)pids[i]);
		if (sys_read_at(proc, path, text, CGROUP_TEXT) >= 0)
			ret_jids[i] = prisons ? whose_cgroup(text, parent) : 0;
		else if (errno == ENOENT || errno == ESRCH ||
		    errno == EACCES || errno == EPERM)
			ret_jids[i] = -1;
		else
			return (jail_err(errno, "/proc/%s", path));
	}
	return (0);
}

int
jail_getpidjid(pid_t pid)
{
	int jid;

	if (jail_getpidjids(&pid, 1, &jid) == -1)
		return (-1);
	if (jid == -1)
		return (jail_err(ESRCH, "process %d", (int)pid));
	return (jid);
}

/* A prison's /proc shows to each only what it may trace: state.h's template. */
static int
proc_hides(void)
{
	_cleanup_fclose_ FILE *f = fopen("/proc/self/mountinfo", "re");
	_cleanup_free_ char *line = NULL;
	size_t cap = 0;

	while (f != NULL && getline(&line, &cap, f) != -1)
		if (strstr(line, " /proc ") != NULL &&
		    strstr(line, " - proc ") != NULL &&
		    strstr(line, "hidepid=ptraceable") != NULL)
			return (1);
	return (0);
}

/*
 * With user=inherit nothing is ours alone; but all of these together: a
 * cgroup namespace, the filter of system calls, such a /proc.
 */
static int
looks_jailed(void)
{
	char text[8192];
	const char *p;
	struct stat sb;

	return (stat("/proc/self/ns/cgroup", &sb) == 0 &&
	    sb.st_ino != CGROUPNS_INIT &&
	    sys_read_at(AT_FDCWD, "/proc/self/status", text,
	    sizeof(text)) > 0 && (p = strstr(text, "\nSeccomp:\t")) != NULL &&
	    p[sizeof("\nSeccomp:\t") - 1] == '2' && proc_hides());
}

int
jail_jailed(void)
{
	char text[4096];

	return ((sys_read_at(AT_FDCWD, "/proc/self/uid_map", text,
	    sizeof(text)) > 0 && whose_uid_map(text)) || looks_jailed());
}

uid_t
jail_uid(uid_t id)
{
	return (id >= SLOT_BASE && (id - SLOT_BASE) / SLOT_SIZE < SLOT_COUNT ?
	    (id - SLOT_BASE) % SLOT_SIZE : id);
}
