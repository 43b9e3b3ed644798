// SPDX-License-Identifier: BSD-2-Clause
#include <err.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "top.h"

#define DECAY		20.0	/* seconds: FreeBSD's ccpu forgets 95% a
				   minute */
#define STAT_MAX	(1 << 20)

/* ------------------------------------------------------------------------
 * The machine.
 */

static char *
slurp(const char *path)
{
	static char *buf;
	FILE *fp = fopen(path, "re");
	size_t n;

	if (buf == NULL && (buf = malloc(STAT_MAX)) == NULL)
		err(1, NULL);
	if (fp == NULL)
		err(1, "%s", path);
	n = fread(buf, 1, STAT_MAX - 1, fp);
	buf[n] = '\0';
	fclose(fp);
	return (buf);
}

int
sample_parse_cpu(struct cpu *cp, const char *line)
{
	unsigned long long user, nice, system, idle, iowait, irq, softirq;

	if (strncmp(line, "cpu", 3) != 0 || sscanf(line +
	    strcspn(line, " "), "%llu %llu %llu %llu %llu %llu %llu", &user, &nice, &system, &idle, &iowait, &irq, &softirq) !=
	    7)
		return (-1);
	cp->cp_ticks[CPU_USER] = user;
	cp->cp_ticks[CPU_NICE] = nice;
	cp->cp_ticks[CPU_SYSTEM] = system;
	cp->cp_ticks[CPU_INTERRUPT] = irq + softirq;
	cp->cp_ticks[CPU_IDLE] = idle + iowait;
	return (0);
}

static void
cpu_percents(struct cpu *cp, const struct cpu *last)
{
	unsigned long long total = 0, ticks[NCPUSTATES];
	int i;

	for (i = 0; i < NCPUSTATES; i++) {
		/* iowait may run backwards */
		ticks[i] = cp->cp_ticks[i] > last->cp_ticks[i] ?
		    cp->cp_ticks[i] - last->cp_ticks[i] : 0;
		total += ticks[i];
	}
	for (i = 0; i < NCPUSTATES; i++)
		cp->cp_percent[i] = total == 0 ? 0 :
		    100.0 * (double)ticks[i] / (double)total;
}

static void
take_cpus(struct sample *sa, const struct sample *last)
{
	const char *line;
	struct cpu cp = { { 0 }, { 0 } };
	int i = 0;

	for (line = slurp("/proc/stat"); strncmp(line, "cpu", 3) == 0; i++) {
		if (sample_parse_cpu(&cp, line) == -1)
			errx(1, "/proc/stat: cpu line %d: unknown format", i);
		sa->sa_cpus = reallocarray(sa->sa_cpus, (size_t)i + 1,
		    sizeof(cp));
		if (sa->sa_cpus == NULL)
			err(1, NULL);
		if (last != NULL && i <= last->sa_ncpus)
			cpu_percents(&cp, &last->sa_cpus[i]);
		sa->sa_cpus[i] = cp;
		if ((line = strchr(line, '\n')) == NULL)
			break;
		line++;
	}
	if (i == 0)
		errx(1, "/proc/stat tells of no processor");
	sa->sa_ncpus = i - 1;
}

unsigned long
sample_meminfo(const char *text, const char *name)
{
	const char *s = text;
	size_t len = strlen(name);

	while ((s = strstr(s, name)) != NULL) {
		if ((s == text || s[-1] == '\n') && s[len] == ':')
			return (strtoul(s + len + 1, NULL, 10));
		s += len;
	}
	return (0);
}

static void
take_memory(struct sample *sa)
{
	const char *text = slurp("/proc/meminfo");

	sa->sa_active = sample_meminfo(text, "Active");
	sa->sa_inactive = sample_meminfo(text, "Inactive");
	sa->sa_dirty = sample_meminfo(text, "Dirty");
	sa->sa_wired = sample_meminfo(text, "Unevictable") +
	    sample_meminfo(text, "Slab") +
	    sample_meminfo(text, "KernelStack") +
	    sample_meminfo(text, "PageTables");
	sa->sa_buf = sample_meminfo(text, "Buffers");
	sa->sa_free = sample_meminfo(text, "MemFree");
	sa->sa_swaptotal = sample_meminfo(text, "SwapTotal");
	sa->sa_swapfree = sample_meminfo(text, "SwapFree");
}

static void
take_load(struct sample *sa)
{
	int pid = 0;

	sscanf(slurp("/proc/loadavg"), "%lf %lf %lf %*s %d", &sa->sa_load[0],
	    &sa->sa_load[1], &sa->sa_load[2], &pid);
	sa->sa_lastpid = pid;
}

/* ------------------------------------------------------------------------
 * Processes.
 */

static int
tid_cmp(const void *a, const void *b)
{
	const struct proc *p = a, *q = b;

	return (p->p_tid < q->p_tid ? -1 : p->p_tid > q->p_tid);
}

/* The same process in the sample before, or -1. */
static int
find_last(const struct sample *last, const struct proc *p)
{
	const struct proc *q;

	if (last == NULL || last->sa_procs.pl_n == 0)
		return (-1);
	q = bsearch(p, last->sa_procs.pl_procs, (size_t)last->sa_procs.pl_n,
	    sizeof(*p), tid_cmp);
	return (q == NULL || q->p_start != p->p_start ? -1 :
	    (int)(q - last->sa_procs.pl_procs));
}

static long long
grown(long long now, long long before)
{
	return (now > before && before >= 0 ? now - before : 0);
}

static void
set_usage(struct usage *us, const struct proc *p, const struct sample *sa,
    const struct sample *last)
{
	static const struct proc none;
	int i = find_last(last, p);
	const struct proc *q = i == -1 ? &none : &last->sa_procs.pl_procs[i];
	double hz = (double)proc_hz(), began = (double)p->p_start / hz;
	double ticks, span, keep;

	/* Of one who is new, all of his life counts. */
	span = sa->sa_time - (i == -1 ? began : last->sa_time);
	ticks = (double)grown((long long)(p->p_utime + p->p_stime),
	    (long long)(q->p_utime + q->p_stime));
	us->us_raw = span <= 0 ? 0 : 100.0 * ticks / hz / span;
	us->us_vcsw = grown(p->p_nvcsw, q->p_nvcsw);
	us->us_ivcsw = grown(p->p_nivcsw, q->p_nivcsw);
	us->us_read = grown(p->p_inblk, q->p_inblk);
	us->us_write = grown(p->p_oublk, q->p_oublk);
	us->us_fault = grown((long long)p->p_majflt, (long long)q->p_majflt);
	us->us_active = ticks > 0 ||
	    (i != -1 && us->us_vcsw + us->us_ivcsw > 0) || p->p_state == 'R';
	if (i == -1) {
		us->us_weighted = us->us_raw;
		return;
	}
	keep = exp(-span / DECAY);
	us->us_weighted = last->sa_usage[i].us_weighted * keep +
	    us->us_raw * (1 - keep);
}

void
sample_take(struct sample *sa, const struct sample *last,
    const struct wish *wi)
{
	int i, what = PROC_STATUS | PROC_JID;

	*sa = (struct sample){ .sa_first = last == NULL };
	if (wi->wi_threads && wi->wi_mode != MODE_JAIL)
		what |= PROC_THREADS;
	if (wi->wi_mode == MODE_IO)
		what |= PROC_IO;
	if (proc_list(&sa->sa_procs, what, wi->wi_pid) == -1)
		errx(1, "%s", proc_errmsg);
	sa->sa_time = (double)proc_now() / (double)proc_hz();
	if (sa->sa_procs.pl_n > 0)
		qsort(sa->sa_procs.pl_procs, (size_t)sa->sa_procs.pl_n,
		    sizeof(struct proc), tid_cmp);
	sa->sa_usage = calloc((size_t)sa->sa_procs.pl_n + 1,
	    sizeof(*sa->sa_usage));
	if (sa->sa_usage == NULL)
		err(1, NULL);
	for (i = 0; i < sa->sa_procs.pl_n; i++)
		set_usage(&sa->sa_usage[i], &sa->sa_procs.pl_procs[i], sa,
		    last);
	take_cpus(sa, last);
	take_memory(sa);
	take_load(sa);
}

void
sample_free(struct sample *sa)
{
	proc_list_free(&sa->sa_procs);
	free(sa->sa_usage);
	free(sa->sa_cpus);
	*sa = (struct sample){ .sa_ncpus = 0 };
}
