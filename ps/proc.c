// SPDX-License-Identifier: BSD-2-Clause
/*
 * Reading /proc.  A process that ends while it is being read is left out;
 * what the kernel does not show to the caller is PROC_UNTOLD.
 */
#include "proc.h"

#include <sys/sysmacros.h>

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jail.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCK		512	/* of inblk and oublk */
#define ARGS_MAX	(4 << 20)

char proc_errmsg[256];
static int procfd = -1;

static int
fail(const char *what)
{
	snprintf(proc_errmsg, sizeof(proc_errmsg), "%s: %s", what,
	    strerror(errno));
	return (-1);
}

/* A file of /proc as a string.  Its length, or -1. */
static ssize_t
slurp(const char *path, char *buf, size_t size)
{
	int fd = openat(procfd, path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n = 0;

	if (fd == -1)
		return (-1);
	while (len + 1 < size &&
	    (n = read(fd, buf + len, size - len - 1)) > 0)
		len += (size_t)n;
	close(fd);
	buf[len] = '\0';
	return (n == -1 ? -1 : (ssize_t)len);
}

/* "PID/what", or for a thread "PID/task/TID/what". */
static ssize_t
slurp_of(const struct proc *p, const char *what, char *buf, size_t size)
{
	char path[64];

	if (p->p_tid == p->p_pid)
		snprintf(path, sizeof(path), "%d/%s", (int)p->p_pid, what);
	else
		snprintf(path, sizeof(path), "%d/task/%d/%s", (int)p->p_pid,
		    (int)p->p_tid, what);
	return (slurp(path, buf, size));
}

/* ------------------------------------------------------------------------
 * stat and status.
 */

/* The kernel's new_encode_dev(). */
static dev_t
decode_dev(unsigned long n)
{
	return (n == 0 ? 0 : makedev((n >> 8) & 0xfff,
	    (n & 0xff) | ((n >> 12) & 0xfff00)));
}

/* Fields of stat, by their number in proc(5). */
enum {
	F_PPID = 4, F_PGRP, F_SESSION, F_TTY, F_TPGID, F_FLAGS, F_MINFLT,
	F_CMINFLT, F_MAJFLT, F_CMAJFLT, F_UTIME, F_STIME, F_CUTIME, F_CSTIME,
	F_PRIORITY, F_NICE, F_THREADS, F_ITREAL, F_START, F_VSIZE, F_RSS,
	F_RSSLIM, F_SIGNAL = 31, F_BLOCKED, F_SIGIGNORE, F_SIGCATCH,
	F_PROCESSOR = 39, F_RTPRIO, F_POLICY, F_EXITCODE = 52, F_MAX
};

static void
set_stat(struct proc *p, const long long f[F_MAX])
{
	p->p_ppid = f[F_PPID];
	p->p_pgid = f[F_PGRP];
	p->p_sid = f[F_SESSION];
	p->p_tty = decode_dev(f[F_TTY]);
	p->p_tpgid = f[F_TPGID];
	p->p_flags = f[F_FLAGS];
	p->p_minflt = f[F_MINFLT];
	p->p_majflt = f[F_MAJFLT];
	p->p_utime = f[F_UTIME];
	p->p_stime = f[F_STIME];
	p->p_cutime = f[F_CUTIME];
	p->p_cstime = f[F_CSTIME];
	p->p_pri = f[F_PRIORITY];
	p->p_nice = f[F_NICE];
	p->p_nthreads = f[F_THREADS];
	p->p_start = f[F_START];
	p->p_vsize = f[F_VSIZE];
	/* Of no meaning where it overflows, and defined. */
	p->p_rss = (long long)((unsigned long long)f[F_RSS] *
	    (unsigned long long)(sysconf(_SC_PAGESIZE) / 1024));
	p->p_rsslim = f[F_RSSLIM];
	p->p_sigpend = f[F_SIGNAL];
	p->p_sigblk = f[F_BLOCKED];
	p->p_sigign = f[F_SIGIGNORE];
	p->p_sigcatch = f[F_SIGCATCH];
	p->p_cpu = f[F_PROCESSOR];
	p->p_rtprio = f[F_RTPRIO];
	p->p_policy = f[F_POLICY];
	p->p_xstat = f[F_EXITCODE];
}

/* Digits, without what strtoll(3) does for locales and bases. */
static const char *
number(const char *s, long long *ret_n)
{
	unsigned long long n = 0;
	int minus = *s == '-';

	if (minus)
		s++;
	if (!isdigit((unsigned char)*s))
		return (NULL);
	for (; isdigit((unsigned char)*s); s++)
		n = n * 10 + (unsigned)(*s - '0');
	*ret_n = (long long)(minus ? -n : n);
	return (s);
}

int
proc_parse_stat(struct proc *p, const char *text)
{
	/* The name may hold parentheses, too: the last one ends it. */
	const char *open = strchr(text, '('), *s = strrchr(text, ')');
	long long f[F_MAX] = { [F_EXITCODE] = PROC_UNTOLD };
	size_t len;
	int i;

	if (open == NULL || s == NULL || s < open || s[1] != ' ' ||
	    s[2] == '\0')
		return (-1);
	len = (size_t)(s - open - 1);
	if (len >= sizeof(p->p_comm))
		len = sizeof(p->p_comm) - 1;
	memcpy(p->p_comm, open + 1, len);
	p->p_comm[len] = '\0';
	p->p_state = s[2];
	s += 3;
	for (i = F_PPID; i < F_MAX; i++)
		if (*s != ' ' || (s = number(s + 1, &f[i])) == NULL)
			break;
	if (i <= F_POLICY)
		return (-1);
	set_stat(p, f);
	return (0);
}

/* The text behind "\nName:\t", or NULL. */
static const char *
field(const char *text, const char *name)
{
	size_t len = strlen(name);
	const char *s = text;

	while ((s = strstr(s, name)) != NULL) {
		if ((s == text || s[-1] == '\n') && s[len] == ':')
			return (s + len + 1);
		s += len;
	}
	return (NULL);
}

static long long
status_number(const char *text, const char *name, long long none)
{
	const char *s = field(text, name);

	return (s == NULL ? none : strtoll(s, NULL, 10));
}

static uint64_t
status_mask(const char *text, const char *name)
{
	const char *s = field(text, name);

	return (s == NULL ? 0 : strtoull(s, NULL, 16));
}

void
proc_parse_status(struct proc *p, const char *text)
{
	const char *s = field(text, "Uid"), *t = field(text, "Gid");

	if (s != NULL && t != NULL) {
		sscanf(s, "%u %u %u", &p->p_uid[PROC_REAL],
		    &p->p_uid[PROC_EFFECTIVE], &p->p_uid[PROC_SAVED]);
		sscanf(t, "%u %u %u", &p->p_gid[PROC_REAL],
		    &p->p_gid[PROC_EFFECTIVE], &p->p_gid[PROC_SAVED]);
	}
	p->p_tracer = status_number(text, "TracerPid", 0);
	p->p_datasize = status_number(text, "VmData", 0);
	p->p_stack = status_number(text, "VmStk", 0);
	p->p_locked = status_number(text, "VmLck", 0);
	p->p_swap = status_number(text, "VmSwap", 0);
	p->p_sigpend = status_mask(text, p->p_tid == p->p_pid ? "ShdPnd" :
	    "SigPnd");
	p->p_sigblk = status_mask(text, "SigBlk");
	p->p_sigign = status_mask(text, "SigIgn");
	p->p_sigcatch = status_mask(text, "SigCgt");
	p->p_nvcsw = status_number(text, "voluntary_ctxt_switches",
	    PROC_UNTOLD);
	p->p_nivcsw = status_number(text, "nonvoluntary_ctxt_switches",
	    PROC_UNTOLD);
}

/* ------------------------------------------------------------------------
 * The rest.
 */

/* A whole file whose NULs separate: cmdline, environ. */
static char *
slurp_strings(const struct proc *p, const char *what, size_t *ret_len)
{
	size_t size = 4096;
	ssize_t n;
	char *buf = NULL, *more;

	for (;; size *= 4) {
		if ((more = realloc(buf, size)) == NULL)
			break;
		buf = more;
		n = slurp_of(p, what, buf, size);
		if (n <= 0)
			break;
		if ((size_t)n + 1 < size || size >= ARGS_MAX) {
			/* setproctitle() leaves a tail of NULs */
			while (n > 0 && buf[n - 1] == '\0')
				n--;
			if (n == 0)
				break;
			*ret_len = (size_t)n;
			more = realloc(buf, (size_t)n + 1);
			return (more != NULL ? more : buf);
		}
	}
	free(buf);
	return (NULL);
}

static void
read_mem(struct proc *p)
{
	long text = 0, data = 0, page = sysconf(_SC_PAGESIZE) / 1024;
	char buf[256];

	if (slurp_of(p, "statm", buf, sizeof(buf)) > 0)
		sscanf(buf, "%*d %*d %*d %ld %*d %ld", &text, &data);
	p->p_text = text * page;
	p->p_data = data * page;
}

static void
read_io(struct proc *p)
{
	char buf[512];

	p->p_inblk = p->p_oublk = PROC_UNTOLD;
	if (slurp_of(p, "io", buf, sizeof(buf)) <= 0)
		return;
	p->p_inblk = status_number(buf, "read_bytes", 0) / BLOCK;
	p->p_oublk = status_number(buf, "write_bytes", 0) / BLOCK;
}

static void
read_label(struct proc *p)
{
	char buf[4096];

	if (slurp_of(p, "attr/current", buf, sizeof(buf)) > 0) {
		buf[strcspn(buf, "\n")] = '\0';
		p->p_label = strdup(buf);
	}
}

static void
read_login(struct proc *p)
{
	unsigned long uid;
	char buf[32];

	p->p_login = PROC_UNTOLD;
	if (slurp_of(p, "loginuid", buf, sizeof(buf)) > 0 &&
	    (uid = strtoul(buf, NULL, 10)) != (uid_t)-1)
		p->p_login = (long long)uid;
}

void
proc_read_more(struct proc *p, int what)
{
	if ((what & PROC_ARGS) && p->p_args == NULL)
		p->p_args = slurp_strings(p, "cmdline", &p->p_argslen);
	if ((what & PROC_ENV) && p->p_env == NULL)
		p->p_env = slurp_strings(p, "environ", &p->p_envlen);
	if (what & PROC_MEM)
		read_mem(p);
	if (what & PROC_IO)
		read_io(p);
	if (what & PROC_LABEL)
		read_label(p);
	if (what & PROC_LOGIN)
		read_login(p);
	if ((what & PROC_WCHAN) && (slurp_of(p, "wchan", p->p_wchan,
	    sizeof(p->p_wchan)) <= 0 || strcmp(p->p_wchan, "0") == 0))
		p->p_wchan[0] = '\0';
}

/* Read p, whose ids are set.  0, or -1: it has gone. */
static int
read_proc(struct proc *p, int what)
{
	static char buf[16384];

	if (slurp_of(p, "stat", buf, sizeof(buf)) <= 0 ||
	    proc_parse_stat(p, buf) == -1)
		return (-1);
	if (what & PROC_STATUS) {
		if (slurp_of(p, "status", buf, sizeof(buf)) <= 0)
			return (-1);
		proc_parse_status(p, buf);
	}
	proc_read_more(p, what);
	return (0);
}

static int
add(struct proclist *pl, int what, pid_t pid, pid_t tid)
{
	struct proc *p = pl->pl_procs;

	/* room is doubled at each power of two */
	if ((pl->pl_n & (pl->pl_n - 1)) == 0) {
		p = reallocarray(p, pl->pl_n == 0 ? 1 : (size_t)pl->pl_n * 2,
		    sizeof(*p));
		if (p == NULL)
			return (fail("the list of processes"));
		pl->pl_procs = p;
	}
	p += pl->pl_n;
	*p = (struct proc){ .p_pid = pid, .p_tid = tid };
	if (read_proc(p, what) == -1)
		return (0);
	snprintf(p->p_tdname, sizeof(p->p_tdname), "%.15s", p->p_comm);
	/* A thread is its process's, whose entry is there already. */
	if (tid != pid && pl->pl_n > 0 && p[-1].p_pid == pid)
		memcpy(p->p_comm, p[-1].p_comm, sizeof(p->p_comm));
	pl->pl_n++;
	return (0);
}

/* The number that a directory's next entry is, 0 at the end. */
static pid_t
next_number(DIR *d)
{
	struct dirent *de;
	long long n;
	const char *end;

	while ((de = readdir(d)) != NULL)
		if ((end = number(de->d_name, &n)) != NULL && *end == '\0')
			return ((pid_t)n);
	return (0);
}

static DIR *
open_dir(const char *path)
{
	int fd = openat(procfd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd == -1 ? NULL : fdopendir(fd);

	if (d == NULL && fd != -1)
		close(fd);
	return (d);
}

static int
add_process(struct proclist *pl, int what, pid_t pid)
{
	char path[32];
	pid_t tid;
	DIR *d;
	int error = 0;

	if ((what & PROC_THREADS) == 0)
		return (add(pl, what, pid, pid));
	snprintf(path, sizeof(path), "%d/task", (int)pid);
	if ((d = open_dir(path)) == NULL)
		return (0);
	while (error == 0 && (tid = next_number(d)) != 0)
		error = add(pl, what, pid, tid);
	closedir(d);
	return (error);
}

/* As the prison counts: jails have ranges of uids of their own. */
static void
set_ids(struct proc *p)
{
	int i;

	for (i = 0; i < PROC_NIDS; i++) {
		p->p_uid[i] = jail_uid(p->p_uid[i]);
		p->p_gid[i] = jail_uid(p->p_gid[i]);
	}
}

static int
set_jids(struct proclist *pl)
{
	int i, *jids, jailed = jail_jailed(), kept = 0;
	pid_t *pids;

	pids = calloc((size_t)pl->pl_n + 1, sizeof(*pids));
	jids = calloc((size_t)pl->pl_n + 1, sizeof(*jids));
	if (pids == NULL || jids == NULL)
		goto fail;
	for (i = 0; i < pl->pl_n; i++)
		pids[i] = pl->pl_procs[i].p_pid;
	if (jail_getpidjids(pids, pl->pl_n, jids) == -1) {
		snprintf(proc_errmsg, sizeof(proc_errmsg), "%.255s",
		    jail_errmsg);
		goto fail;
	}
	for (i = 0; i < pl->pl_n; i++) {
		struct proc *p = &pl->pl_procs[i];

		if (jids[i] == -1) {	/* ended meanwhile */
			free(p->p_args);
			free(p->p_env);
			free(p->p_label);
			continue;
		}
		p->p_jid = jids[i];
		p->p_jailed = jailed || jids[i] > 0;
		if (jids[i] > 0 || p->p_state == 'Z')
			set_ids(p);
		if (kept != i)
			pl->pl_procs[kept] = *p;
		kept++;
	}
	pl->pl_n = kept;
	free(pids);
	free(jids);
	return (0);
fail:
	free(pids);
	free(jids);
	return (-1);
}

int
proc_list(struct proclist *pl, int what, pid_t pid)
{
	int error = 0;
	DIR *d;

	*pl = (struct proclist){ NULL, 0 };
	if (procfd == -1)
		procfd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (procfd == -1)
		return (fail("/proc"));
	if (faccessat(procfd, "self/stat", F_OK, 0) == -1)
		return (fail("/proc is not mounted: /proc/self/stat"));
	if (pid != 0)
		error = add_process(pl, what, pid);
	else {
		if ((d = open_dir(".")) == NULL)
			return (fail("/proc"));
		while (error == 0 && (pid = next_number(d)) != 0)
			error = add_process(pl, what, pid);
		closedir(d);
	}
	if (error == 0 && (what & PROC_JID))
		error = set_jids(pl);
	if (error == -1)
		proc_list_free(pl);
	return (error);
}

void
proc_list_free(struct proclist *pl)
{
	int i;

	for (i = 0; i < pl->pl_n; i++) {
		free(pl->pl_procs[i].p_args);
		free(pl->pl_procs[i].p_env);
		free(pl->pl_procs[i].p_label);
		free(pl->pl_procs[i].p_prefix);
	}
	free(pl->pl_procs);
	*pl = (struct proclist){ NULL, 0 };
}
