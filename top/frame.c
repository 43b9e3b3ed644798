// SPDX-License-Identifier: BSD-2-Clause
/* What is to be seen, in FreeBSD's lines and columns. */
#include <err.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "top.h"

#define NAME_WIDTH	10	/* of users */
#define JAIL_WIDTH	20

static const struct wish *wish;
static const struct sample *sample;
static int pid_width;

/* A row: a process, or all of a jail. */
struct row {
	const struct proc *ro_proc;	/* NULL: a jail's */
	const struct usage *ro_usage;
	int		ro_jid;
	int		ro_nprocs;
	long		ro_nthreads;
	double		ro_cpu;		/* as shown: raw or weighted */
	unsigned long long ro_size;	/* KiB */
	unsigned long long ro_res;
	unsigned long long ro_swap;
	unsigned long long ro_time;	/* ticks */
};

/* ------------------------------------------------------------------------
 * Lines.
 */

static void __attribute__((format(printf, 2, 3)))
add(struct frame *fr, const char *fmt, ...)
{
	va_list ap;
	char *line;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&line, fmt, ap);
	va_end(ap);
	if (n == -1)
		err(1, NULL);
	fr->fr_lines = reallocarray(fr->fr_lines, (size_t)fr->fr_n + 1,
	    sizeof(*fr->fr_lines));
	if (fr->fr_lines == NULL)
		err(1, NULL);
	fr->fr_lines[fr->fr_n++] = line;
}

void
frame_free(struct frame *fr)
{
	int i;

	for (i = 0; i < fr->fr_n; i++)
		free(fr->fr_lines[i]);
	free(fr->fr_lines);
	*fr = (struct frame){ NULL, 0, 0, 0 };
}

/* Not more characters than fit. */
static void
cut(char *line, int width)
{
	int n = 0;
	char *s;

	for (s = line; *s != '\0'; s++)
		if (((unsigned char)*s & 0xc0) != 0x80 && n++ == width) {
			*s = '\0';
			return;
		}
}

const char *
format_k(unsigned long long k, char buf[FORMAT_K])
{
	const char *unit = "KMGT";

	for (; k >= 10000 && unit[1] != '\0'; unit++)
		k = (k >> 10) + (k >> 9 & 1);
	snprintf(buf, FORMAT_K, "%llu%c", k, *unit);
	return (buf);
}

/* "0:04", from 1000 minutes on "17.0H". */
static const char *
format_time(unsigned long long ticks, char buf[24])
{
	unsigned long long secs = (ticks + (unsigned long long)proc_hz() / 2) /
	    (unsigned long long)proc_hz();

	if (secs < 1000 * 60)
		snprintf(buf, 24, "%llu:%02llu", secs / 60, secs % 60);
	else if (secs < 1000 * 3600)
		snprintf(buf, 24, "%.1fH", (double)secs / 3600);
	else
		snprintf(buf, 24, "%.1fD", (double)secs / (24 * 3600));
	return (buf);
}

/* ------------------------------------------------------------------------
 * The machine.
 */

static void
add_first(struct frame *fr, int width)
{
	char left[128], right[64];
	time_t now = time(NULL);
	long up = (long)sample->sa_time;
	struct tm tm;
	int room;

	localtime_r(&now, &tm);
	snprintf(left, sizeof(left),
	    "last pid: %5d;  load averages: %5.2f, %5.2f, %5.2f",
	    (int)sample->sa_lastpid, sample->sa_load[0], sample->sa_load[1],
	    sample->sa_load[2]);
	snprintf(right, sizeof(right),
	    "up %ld+%02ld:%02ld:%02ld  %02d:%02d:%02d", up / 86400,
	    up / 3600 % 24, up / 60 % 60, up % 60, tm.tm_hour, tm.tm_min,
	    tm.tm_sec);
	room = (width > 0 ? width : 80) - (int)strlen(left);
	add(fr, "%s%*s", left, room > (int)strlen(right) + 1 ? room :
	    (int)strlen(right) + 2, right);
}

static bool
counts(const struct proc *p)
{
	return ((wish->wi_system || !proc_is_kernel(p) || wish->wi_pid != 0) &&
	    (wish->wi_self || p->p_pid != getpid() || wish->wi_pid != 0));
}

static void
add_states(struct frame *fr)
{
	static const struct {
		const char *letters, *name;
	} states[] = {
		{ "R", "running" }, { "SDI", "sleeping" },
		{ "Tt", "stopped" }, { "ZX", "zombie" },
	};
	int n[4] = { 0 }, total = 0, i;
	char text[128] = "";
	size_t s, len = 0;

	for (i = 0; i < sample->sa_procs.pl_n; i++) {
		const struct proc *p = &sample->sa_procs.pl_procs[i];

		if (!counts(p))
			continue;
		total++;
		for (s = 0; s < 4; s++)
			if (strchr(states[s].letters, p->p_state) != NULL)
				n[s]++;
	}
	for (s = 0; s < 4; s++)
		if (n[s] > 0)
			len += (size_t)snprintf(text + len,
			    sizeof(text) - len, "%s%d %s",
			    len > 0 ? ", " : "", n[s], states[s].name);
	add(fr, "%d %s:  %s", total, wish->wi_threads ? "threads" :
	    "processes", text);
}

static void
add_cpu(struct frame *fr, const char *label, const struct cpu *cp)
{
	const double *pc = cp->cp_percent;

	if (sample->sa_first)	/* nothing to compare with */
		add(fr, "%s     %% user,     %% nice,     %% system,     "
		    "%% interrupt,     %% idle", label);
	else
		add(fr, "%s %4.1f%% user, %4.1f%% nice, %4.1f%% system, "
		    "%4.1f%% interrupt, %4.1f%% idle", label, pc[CPU_USER],
		    pc[CPU_NICE], pc[CPU_SYSTEM], pc[CPU_INTERRUPT],
		    pc[CPU_IDLE]);
}

static void
add_cpus(struct frame *fr)
{
	char label[16];
	int i;

	if (!wish->wi_percpu) {
		add_cpu(fr, "CPU:", &sample->sa_cpus[0]);
		return;
	}
	for (i = 1; i <= sample->sa_ncpus; i++) {
		snprintf(label, sizeof(label), "CPU %d:", i - 1);
		add_cpu(fr, label, &sample->sa_cpus[i]);
	}
}

static void
add_memory(struct frame *fr)
{
	char k[6][FORMAT_K];
	unsigned long used = sample->sa_swaptotal - sample->sa_swapfree;

	add(fr, "Mem: %s Active, %s Inact, %s Laundry, %s Wired, %s Buf, "
	    "%s Free", format_k(sample->sa_active, k[0]),
	    format_k(sample->sa_inactive, k[1]),
	    format_k(sample->sa_dirty, k[2]),
	    format_k(sample->sa_wired, k[3]), format_k(sample->sa_buf, k[4]),
	    format_k(sample->sa_free, k[5]));
	if (sample->sa_swaptotal == 0)
		return;
	if (used == 0)
		add(fr, "Swap: %s Total, %s Free",
		    format_k(sample->sa_swaptotal, k[0]),
		    format_k(sample->sa_swapfree, k[1]));
	else
		add(fr, "Swap: %s Total, %s Used, %s Free, %lu%% Inuse",
		    format_k(sample->sa_swaptotal, k[0]),
		    format_k(used, k[1]), format_k(sample->sa_swapfree, k[2]),
		    used * 100 / sample->sa_swaptotal);
}

/* ------------------------------------------------------------------------
 * Rows.
 */

static long long
io_total(const struct usage *us)
{
	return (us->us_read + us->us_write + us->us_fault);
}

static double
cpu_of(const struct usage *us)
{
	return (wish->wi_raw ? us->us_raw : us->us_weighted);
}

/* The text is looked for in the arguments where these are shown. */
static bool
has_text(struct proc *p)
{
	char *args;
	bool has;

	if (wish->wi_text[0] == '\0' ||
	    strstr(p->p_comm, wish->wi_text) != NULL)
		return (true);
	if (!wish->wi_args)
		return (false);
	proc_read_more(p, PROC_ARGS);
	args = proc_arguments(p);
	has = args != NULL && strstr(args, wish->wi_text) != NULL;
	free(args);
	return (has);
}

static bool
is_shown(struct proc *p, const struct usage *us)
{
	if (!counts(p) || p->p_state == 'Z' || p->p_state == 'X' ||
	    (wish->wi_jid != -1 && p->p_jid != wish->wi_jid) ||
	    (wish->wi_uid != -1 && p->p_uid[PROC_REAL] != wish->wi_uid) ||
	    (wish->wi_pid != 0 && p->p_pid != wish->wi_pid) || !has_text(p))
		return (false);
	return (wish->wi_idle || (wish->wi_mode == MODE_IO ?
	    io_total(us) > 0 : us->us_active));
}

static void
row_of(struct row *ro, const struct proc *p, const struct usage *us)
{
	*ro = (struct row){
		.ro_proc = p, .ro_usage = us, .ro_jid = p->p_jid,
		.ro_nprocs = 1, .ro_nthreads = p->p_nthreads,
		.ro_cpu = cpu_of(us), .ro_size = p->p_vsize / 1024,
		.ro_res = (unsigned long long)p->p_rss,
		.ro_swap = (unsigned long long)p->p_swap,
		.ro_time = p->p_utime + p->p_stime,
	};
}

static int
make_rows(struct row *rows)
{
	const struct proclist *pl = &sample->sa_procs;
	int i, n = 0;

	for (i = 0; i < pl->pl_n; i++)
		if (is_shown(&pl->pl_procs[i], &sample->sa_usage[i]))
			row_of(&rows[n++], &pl->pl_procs[i],
			    &sample->sa_usage[i]);
	return (n);
}

static int
jid_cmp(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return (x->ro_jid < y->ro_jid ? -1 : x->ro_jid > y->ro_jid);
}

/* One row for all of a jail's. */
static int
sum_jails(struct row *rows, int n)
{
	struct row *to = NULL, *from;
	int i, kept = 0;

	qsort(rows, (size_t)n, sizeof(*rows), jid_cmp);
	for (i = 0; i < n; i++) {
		from = &rows[i];
		if (to == NULL || to->ro_jid != from->ro_jid) {
			to = &rows[kept++];
			*to = *from;
			to->ro_proc = NULL;
			continue;
		}
		to->ro_nprocs++;
		to->ro_nthreads += from->ro_nthreads;
		to->ro_cpu += from->ro_cpu;
		to->ro_size += from->ro_size;
		to->ro_res += from->ro_res;
		to->ro_swap += from->ro_swap;
		to->ro_time += from->ro_time;
	}
	return (kept);
}

/* ------------------------------------------------------------------------
 * The order.
 */

#define KEY(name, value) \
	static double \
	by_ ## name(const struct row *ro) { return ((double)(value)); }
#define IO_KEY(name, value) \
	KEY(name, ro->ro_proc == NULL ? 0 : (value))

KEY(cpu, ro->ro_cpu)
KEY(size, ro->ro_size)
KEY(res, ro->ro_res)
KEY(time, ro->ro_time)
KEY(threads, ro->ro_nthreads)
KEY(swap, ro->ro_swap)
KEY(jid, -ro->ro_jid)
IO_KEY(pri, -ro->ro_proc->p_pri)
IO_KEY(pid, -ro->ro_proc->p_tid)
IO_KEY(total, io_total(ro->ro_usage))
IO_KEY(read, ro->ro_usage->us_read)
IO_KEY(write, ro->ro_usage->us_write)
IO_KEY(fault, ro->ro_usage->us_fault)
IO_KEY(vcsw, ro->ro_usage->us_vcsw)
IO_KEY(ivcsw, ro->ro_usage->us_ivcsw)

/* Most first. */
static const struct order {
	const char	*or_name;
	double		(*or_key)(const struct row *ro);
} orders[] = {
	{ "cpu", by_cpu }, { "size", by_size }, { "res", by_res },
	{ "time", by_time }, { "pri", by_pri }, { "threads", by_threads },
	{ "total", by_total }, { "read", by_read }, { "write", by_write },
	{ "fault", by_fault }, { "vcsw", by_vcsw }, { "ivcsw", by_ivcsw },
	{ "jid", by_jid }, { "swap", by_swap }, { "pid", by_pid },
};
#define NORDERS	(sizeof(orders) / sizeof(orders[0]))

static const struct order *order;

static const struct order *
order_find(const char *name)
{
	size_t i;

	for (i = 0; i < NORDERS; i++)
		if (strcmp(orders[i].or_name, name) == 0)
			return (&orders[i]);
	return (NULL);
}

const char *
order_name(const char *name)
{
	const struct order *or = order_find(name);

	return (or != NULL ? or->or_name : NULL);
}

const char *
order_names(void)
{
	static char names[256];
	size_t i, len = 0;

	for (i = 0; i < NORDERS; i++)
		len += (size_t)snprintf(names + len, sizeof(names) - len,
		    "%s%s", i > 0 ? " " : "", orders[i].or_name);
	return (names);
}

/* The equal: by time used, by size, and at last by PID. */
static int
row_cmp(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	double kx = order->or_key(x), ky = order->or_key(y);

	if (kx == ky && (kx = by_cpu(x)) == (ky = by_cpu(y)) &&
	    (kx = by_time(x)) == (ky = by_time(y))) {
		kx = by_pid(x);
		ky = by_pid(y);
	}
	return (kx == ky ? jid_cmp(a, b) : kx > ky ? -1 : 1);
}

/* ------------------------------------------------------------------------
 * The columns.
 */

/* Five digits, which are all that FreeBSD's PIDs have, or what it takes. */
static int
width_of_pids(void)
{
	const struct proclist *pl = &sample->sa_procs;
	const struct proc *p;
	pid_t limit = 99999;
	int i, width = 5;

	for (i = 0; i < pl->pl_n; i++) {
		p = &pl->pl_procs[i];
		while ((wish->wi_tids ? p->p_tid : p->p_pid) > limit) {
			limit = limit * 10 + 9;
			width++;
		}
	}
	return (width);
}

/* "PID JID USERNAME", which all displays of processes begin with. */
static const char *
who_header(char buf[96])
{
	snprintf(buf, 96, "%*s%s %-*.*s ", pid_width,
	    wish->wi_tids ? "TID" : "PID", wish->wi_jails ? "   JID" : "",
	    NAME_WIDTH, NAME_WIDTH, wish->wi_numeric ? "UID" : "USERNAME");
	return (buf);
}

static const char *
who(const struct row *ro, char buf[96])
{
	const struct proc *p = ro->ro_proc;
	char user[64], jid[16] = "";

	if (wish->wi_numeric)
		snprintf(user, sizeof(user), "%u", p->p_uid[PROC_EFFECTIVE]);
	else
		snprintf(user, sizeof(user), "%s",
		    proc_username(p->p_uid[PROC_EFFECTIVE]));
	if (wish->wi_jails)
		snprintf(jid, sizeof(jid), "%6d", p->p_jid);
	snprintf(buf, 96, "%*d%s %-*.*s ", pid_width, (int)(wish->wi_tids ?
	    p->p_tid : p->p_pid), jid, NAME_WIDTH, NAME_WIDTH, user);
	return (buf);
}

static const char *
state_of(struct proc *p, char buf[16])
{
	switch (p->p_state) {
	case 'R':
		snprintf(buf, 16, "CPU%d", p->p_cpu);
		return (buf);
	case 'T':
	case 't':
		return ("STOP");
	case 'I':
		return ("IDLE");
	default:
		proc_read_more(p, PROC_WCHAN);
		snprintf(buf, 16, "%.6s", p->p_wchan[0] != '\0' ?
		    p->p_wchan : p->p_state == 'D' ? "DISK" : "SLEEP");
		return (buf);
	}
}

/* malloc'd */
static char *
command_of(struct proc *p)
{
	char *text, *shown;

	if (wish->wi_args) {
		proc_read_more(p, PROC_ARGS);
		text = proc_command(p, 0);
	} else
		text = strdup(p->p_comm);
	if (text != NULL && wish->wi_threads && p->p_nthreads > 1) {
		shown = text;
		if (asprintf(&text, "%s{%s}", shown, p->p_tdname) == -1)
			text = NULL;
		free(shown);
	}
	if (text == NULL || (shown = proc_vis(text)) == NULL)
		err(1, NULL);
	free(text);
	return (shown);
}

static void
cpu_header(struct frame *fr)
{
	char begin[96];

	add(fr, "%s %sPRI NICE   SIZE    RES %sSTATE    C   TIME  %6s COMMAND",
	    who_header(begin), wish->wi_threads ? "" : "THR ",
	    wish->wi_swap ? "SWAP " : "", wish->wi_raw ? "CPU" : "WCPU");
}

static void
cpu_row(struct frame *fr, const struct row *ro)
{
	struct proc *p = (struct proc *)(uintptr_t)ro->ro_proc;
	char begin[96], thr[24] = "", swap[32] = "", k[3][FORMAT_K], state[16];
	char used[24], *command = command_of(p);

	if (!wish->wi_threads)
		snprintf(thr, sizeof(thr), "%4ld ", p->p_nthreads);
	if (wish->wi_swap)
		snprintf(swap, sizeof(swap), "%4s ",
		    format_k(ro->ro_swap, k[2]));
	add(fr, "%s%s%*s%3ld %4ld%7s %6s %s%-6.6s %3d %6s %6.2f%% %s",
	    who(ro, begin), thr, wish->wi_threads ? 1 : 0, "", p->p_pri,
	    p->p_nice, format_k(ro->ro_size, k[0]), format_k(ro->ro_res, k[1]),
	    swap, state_of(p, state), p->p_cpu, format_time(ro->ro_time, used),
	    ro->ro_cpu, command);
	free(command);
}

static void
io_header(struct frame *fr)
{
	char begin[96];

	add(fr, "%s  VCSW  IVCSW   READ  WRITE  FAULT  TOTAL PERCENT COMMAND",
	    who_header(begin));
}

static void
io_row(struct frame *fr, const struct row *ro, long long all)
{
	const struct usage *us = ro->ro_usage;
	char begin[96];
	char *command = command_of((struct proc *)(uintptr_t)ro->ro_proc);

	add(fr, "%s%6lld %6lld %6lld %6lld %6lld %6lld %6.2f%% %s",
	    who(ro, begin), us->us_vcsw, us->us_ivcsw, us->us_read,
	    us->us_write, us->us_fault, io_total(us), all == 0 ? 0 :
	    100.0 * (double)io_total(us) / (double)all, command);
	free(command);
}

static void
jail_header(struct frame *fr)
{
	add(fr, "   JID %-*s PROCS   THR   SIZE    RES   SWAP    TIME  %6s",
	    JAIL_WIDTH, "JAIL", wish->wi_raw ? "CPU" : "WCPU");
}

static void
jail_row(struct frame *fr, const struct row *ro)
{
	char k[3][FORMAT_K], used[24];

	add(fr, "%6d %-*.*s %5d %5ld %6s %6s %6s %7s %6.2f%%", ro->ro_jid,
	    JAIL_WIDTH, JAIL_WIDTH, proc_jailname(ro->ro_jid), ro->ro_nprocs,
	    ro->ro_nthreads, format_k(ro->ro_size, k[0]),
	    format_k(ro->ro_res, k[1]), format_k(ro->ro_swap, k[2]),
	    format_time(ro->ro_time, used), ro->ro_cpu);
}

static void
add_rows(struct frame *fr, int room)
{
	struct row *rows = calloc((size_t)sample->sa_procs.pl_n + 1,
	    sizeof(*rows));
	long long all = 0;
	int i, n;

	if (rows == NULL)
		err(1, NULL);
	n = make_rows(rows);
	if (wish->wi_mode == MODE_JAIL)
		n = sum_jails(rows, n);
	for (i = 0; i < n && wish->wi_mode == MODE_IO; i++)
		all += io_total(rows[i].ro_usage);
	order = order_find(wish->wi_order);
	qsort(rows, (size_t)n, sizeof(*rows), row_cmp);
	if (wish->wi_count != EVERYTHING && n > wish->wi_count)
		n = wish->wi_count;
	if (room >= 0 && n > room)
		n = room;
	for (i = 0; i < n; i++)
		if (wish->wi_mode == MODE_JAIL)
			jail_row(fr, &rows[i]);
		else if (wish->wi_mode == MODE_IO)
			io_row(fr, &rows[i], all);
		else
			cpu_row(fr, &rows[i]);
	free(rows);
}

void
frame_make(struct frame *fr, const struct sample *sa, const struct wish *wi,
    int width, int height)
{
	int i;

	wish = wi;
	sample = sa;
	pid_width = width_of_pids();
	*fr = (struct frame){ NULL, 0, 0, 0 };
	add_first(fr, width);
	add_states(fr);
	add_cpus(fr);
	add_memory(fr);
	fr->fr_message = fr->fr_n;
	add(fr, "%s", "");
	fr->fr_header = fr->fr_n;
	if (wi->wi_mode == MODE_JAIL)
		jail_header(fr);
	else if (wi->wi_mode == MODE_IO)
		io_header(fr);
	else
		cpu_header(fr);
	add_rows(fr, height == 0 ? -1 : height - fr->fr_n);
	for (i = 0; i < fr->fr_n && width > 0; i++)
		cut(fr->fr_lines[i], width);
}
