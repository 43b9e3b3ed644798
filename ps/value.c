// SPDX-License-Identifier: BSD-2-Clause
/*
 * The keywords and their values.  What Linux has nothing of (capability mode
 * and kernel addresses, say) is there all the same, and "-": a FreeBSD script
 * that asks for it gets its other columns.
 */
#include <langinfo.h>
#include <locale.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ps.h"

#define DAY		(24 * 3600)
#define INFINITE	127	/* seconds, where re says so */
#define MIDDLE_WIDTH	16	/* of a command that is not last */
#define TEXT_MAX	128

static char *__attribute__((format(printf, 1, 2)))
text(const char *fmt, ...)
{
	va_list ap;
	char *s;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&s, fmt, ap);
	va_end(ap);
	return (n == -1 ? NULL : s);
}

static char *
told(long long n)
{
	return (n == PROC_UNTOLD ? NULL : text("%lld", n));
}

#define VALUE(name) \
	static char * \
	v_ ## name(const struct proc *p, int last __attribute__((unused)))
#define NUMBER(name, n)	VALUE(name) { return (text("%lld", (long long)(n))); }
#define TOLD(name, n)	VALUE(name) { return (told(n)); }
#define HEX(name, n) \
	VALUE(name) { return (text("%llx", (unsigned long long)(n))); }
#define NAME(name, s)	VALUE(name) { return (strdup(s)); }

NUMBER(cpu, p->p_cpu)
NUMBER(gid, p->p_gid[PROC_EFFECTIVE])
NUMBER(jid, p->p_jid)
NUMBER(lwp, p->p_tid)
NUMBER(majflt, p->p_majflt)
NUMBER(minflt, p->p_minflt)
NUMBER(nice, p->p_nice)
NUMBER(nlwp, p->p_nthreads)
NUMBER(pgid, p->p_pgid)
NUMBER(pid, p->p_pid)
NUMBER(ppid, p->p_ppid)
NUMBER(pri, p->p_pri)
NUMBER(rgid, p->p_gid[PROC_REAL])
NUMBER(rss, p->p_rss)
NUMBER(ruid, p->p_uid[PROC_REAL])
NUMBER(sid, p->p_sid)
NUMBER(ssiz, p->p_stack)
NUMBER(dsiz, p->p_datasize)
NUMBER(svgid, p->p_gid[PROC_SAVED])
NUMBER(svuid, p->p_uid[PROC_SAVED])
NUMBER(tpgid, p->p_tpgid)
NUMBER(tracer, p->p_tracer)
NUMBER(tsid, p->p_tty != 0 ? p->p_sid : 0)
NUMBER(tsiz, p->p_text)
NUMBER(uid, p->p_uid[PROC_EFFECTIVE])
NUMBER(upr, 20 + p->p_nice)
NUMBER(vsz, p->p_vsize / 1024)
TOLD(inblk, p->p_inblk)
TOLD(nivcsw, p->p_nivcsw)
TOLD(nvcsw, p->p_nvcsw)
TOLD(oublk, p->p_oublk)
HEX(flags, p->p_flags)
HEX(sig, p->p_sigpend)
HEX(sigcatch, p->p_sigcatch)
HEX(sigignore, p->p_sigign)
HEX(sigmask, p->p_sigblk)
NAME(group, proc_groupname(p->p_gid[PROC_EFFECTIVE]))
NAME(jail, proc_jailname(p->p_jid))
NAME(rgroup, proc_groupname(p->p_gid[PROC_REAL]))
NAME(ruser, proc_username(p->p_uid[PROC_REAL]))
NAME(user, proc_username(p->p_uid[PROC_EFFECTIVE]))

VALUE(none)
{
	(void)p;
	return (NULL);
}

VALUE(label)
{
	return (p->p_label != NULL ? proc_vis(p->p_label) : NULL);
}

VALUE(lim)
{
	return (p->p_rsslim == ~0ULL ? NULL : text("%llu",
	    p->p_rsslim / 1024));
}

VALUE(logname)
{
	return (p->p_login == PROC_UNTOLD ? NULL :
	    strdup(proc_username((uid_t)p->p_login)));
}

VALUE(pcpu)
{
	return (text("%.1f", p->p_pcpu));
}

VALUE(pmem)
{
	return (text("%.1f", 100.0 * (double)p->p_rss /
	    (double)proc_memtotal()));
}

VALUE(rtprio)
{
	switch (p->p_policy) {
	case SCHED_FIFO:
		return (text("fifo:%u", p->p_rtprio));
	case SCHED_RR:
		return (text("real:%u", p->p_rtprio));
	case SCHED_IDLE:
		return (text("idle:0"));
	default:
		return (text("%s:%ld", proc_is_kernel(p) ? "kernel" :
		    "normal", 20 + p->p_nice));
	}
}

VALUE(state)
{
	char buf[16];

	return (strdup(proc_state(p, buf)));
}

VALUE(wchan)
{
	return (p->p_wchan[0] != '\0' ? strdup(p->p_wchan) : NULL);
}

VALUE(xstat)
{
	return (p->p_xstat == PROC_UNTOLD ? NULL : text("%llx",
	    (unsigned long long)p->p_xstat));
}

/* ------------------------------------------------------------------------
 * Terminals.
 */

VALUE(tdev)
{
	return (p->p_tty == 0 ? NULL : text("%#llx",
	    (unsigned long long)p->p_tty));
}

/* As in the name, less "tty" or "pts/"; but a virtual terminal's whole, which
   would look like a pseudo-terminal. */
VALUE(tt)
{
	char buf[64];
	const char *name = proc_ttyname(p->p_tty, buf);

	if (name == NULL)
		return (strdup("- "));
	if (strncmp(name, "pts/", 4) == 0)
		name += 4;
	else if (strncmp(name, "tty", 3) == 0 && name[3] > '9')
		name += 3;
	return (text("%s ", name));
}

VALUE(tty)
{
	char buf[64];
	const char *name = proc_ttyname(p->p_tty, buf);

	return (strdup(name != NULL ? name : "-"));
}

/* ------------------------------------------------------------------------
 * Times.
 */

static time_t
start_of(const struct proc *p)
{
	return ((time_t)(proc_boottime() + (double)p->p_start /
	    (double)proc_hz()));
}

static long long
age_of(const struct proc *p)
{
	unsigned long long now = proc_now();

	return (now <= p->p_start ? 0 :
	    (long long)((now - p->p_start) / (unsigned long long)proc_hz()));
}

/* FreeBSD's columns have two digits of the year, and %c is the user's. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-y2k"
#pragma GCC diagnostic ignored "-Wformat-nonliteral"

static char *
when(time_t t, const char *fmt)
{
	char buf[TEXT_MAX];
	struct tm tm;

	localtime_r(&t, &tm);
	return (strftime(buf, sizeof(buf), fmt, &tm) == 0 ? NULL :
	    strdup(buf));
}

/* "3:07PM", "Fri02PM"; without AM and PM where the locale has none. */
VALUE(start)
{
	time_t then = start_of(p), ago = time(NULL) - then;
	int ampm = *nl_langinfo(T_FMT_AMPM) != '\0';

	if (ago < DAY)
		return (when(then, ampm ? "%l:%M%p" : "%k:%M  "));
	if (ago < 7 * DAY)
		return (when(then, ampm ? "%a%I%p" : "%a%H  "));
	return (when(then, "%e%b%y"));
}

VALUE(lstart)
{
	return (when(start_of(p), "%c"));
}

#pragma GCC diagnostic pop

static char *
minutes(unsigned long long ticks)
{
	unsigned long long hz = (unsigned long long)proc_hz();
	unsigned long long secs = ticks / hz;

	return (text("%llu:%02llu%c%02llu", secs / 60, secs % 60,
	    *localeconv()->decimal_point, ticks % hz * 100 / hz));
}

VALUE(time)
{
	return (minutes(p->p_utime + p->p_stime + (options.po_sum ?
	    p->p_cutime + p->p_cstime : 0)));
}

VALUE(usertime)
{
	return (minutes(p->p_utime + (options.po_sum ? p->p_cutime : 0)));
}

VALUE(systime)
{
	return (minutes(p->p_stime + (options.po_sum ? p->p_cstime : 0)));
}

VALUE(etime)
{
	long long age = age_of(p), days = age / DAY;
	int hours = (int)(age % DAY / 3600), mins = (int)(age % 3600 / 60);
	int secs = (int)(age % 60);

	if (days > 0)
		return (text("%3lld-%02d:%02d:%02d", days, hours, mins,
		    secs));
	if (hours > 0)
		return (text("%02d:%02d:%02d", hours, mins, secs));
	return (text("%02d:%02d", mins, secs));
}

NUMBER(etimes, age_of(p))
/* A process is in core from its start: no whole one is ever swapped out. */
NUMBER(re, age_of(p) > INFINITE ? INFINITE : age_of(p))

/* ------------------------------------------------------------------------
 * Commands.
 */

static char *
joined_env(const struct proc *p)
{
	char *s;
	size_t i;

	if (p->p_env == NULL || (s = malloc(p->p_envlen + 1)) == NULL)
		return (NULL);
	for (i = 0; i < p->p_envlen; i++)
		s[i] = p->p_env[i] == '\0' ? ' ' : p->p_env[i];
	s[p->p_envlen] = '\0';
	return (s);
}

/* Freed here: what it is made of. */
static char *
safe(char *s)
{
	char *shown = s == NULL ? NULL : proc_vis(s);

	free(s);
	return (shown);
}

static char *
cut(char *s)
{
	size_t n = 0;

	/* at a character's end */
	while (s != NULL && n < MIDDLE_WIDTH && s[n] != '\0')
		n++;
	while (n > 0 && s != NULL && ((unsigned char)s[n] & 0xc0) == 0x80)
		n--;
	if (s != NULL)
		s[n] = '\0';
	return (s);
}

static char *
named(const struct proc *p, int last)
{
	char *name = proc_vis(p->p_comm), *thread = proc_vis(p->p_tdname), *s;
	const char *pre = last && p->p_prefix != NULL ? p->p_prefix : "";

	if (name == NULL || thread == NULL)
		return (NULL);
	if (options.po_threads && p->p_nthreads > 1)
		s = text("%s%s/%s", pre, name, thread);
	else
		s = text("%s%s", pre, name);
	free(name);
	free(thread);
	return (s);
}

VALUE(ucomm)
{
	return (named(p, last));
}

VALUE(tdname)
{
	return (options.po_threads && p->p_nthreads > 1 ?
	    proc_vis(p->p_tdname) : strdup("      "));
}

VALUE(args)
{
	char *args = safe(proc_command(p, options.po_threads));

	return (last ? args : cut(args));
}

VALUE(command)
{
	char *args, *env = NULL, *s;

	if (options.po_commonly)
		return (named(p, last));
	args = safe(proc_command(p, options.po_threads));
	if (args == NULL || !last)
		return (cut(args));
	if (options.po_env)
		env = safe(joined_env(p));
	s = text("%s%s%s%s", p->p_prefix != NULL ? p->p_prefix : "",
	    env != NULL ? env : "", env != NULL ? " " : "", args);
	free(args);
	free(env);
	return (s);
}

/* ------------------------------------------------------------------------
 * The table, sorted by name.
 */

#define L	KW_LEFT
#define N	KW_NUMBER
#define ST	PROC_STATUS
#define ALIAS(name, of)	{ name, of, NULL, NULL, 0, 0, NULL }
#define NONE(name, header, field, flags) \
	{ name, NULL, header, field, flags, 0, v_none }

const struct keyword keywords[] = {
	{ "%cpu", NULL, "%CPU", "percent-cpu", N, 0, v_pcpu },
	{ "%mem", NULL, "%MEM", "percent-memory", N, 0, v_pmem },
	NONE("acflag", "ACFLG", "accounting-flag", 0),
	ALIAS("acflg", "acflag"),
	{ "args", NULL, "COMMAND", "arguments", L, PROC_ARGS, v_args },
	ALIAS("blocked", "sigmask"),
	ALIAS("caught", "sigcatch"),
	NONE("class", "CLASS", "login-class", L),
	{ "comm", NULL, "COMMAND", "command", L | KW_TREE, 0, v_ucomm },
	{ "command", NULL, "COMMAND", "command", L | KW_TREE, PROC_ARGS,
	    v_command },
	NONE("cow", "COW", "copy-on-write-faults", 0),
	{ "cpu", NULL, "C", "on-cpu", N, 0, v_cpu },
	ALIAS("cputime", "time"),
	{ "dsiz", NULL, "DSIZ", "data-size", N, ST, v_dsiz },
	ALIAS("egid", "gid"),
	ALIAS("egroup", "group"),
	NONE("emul", "EMUL", "emulation-environment", L),
	{ "etime", NULL, "ELAPSED", "elapsed-time", 0, 0, v_etime },
	{ "etimes", NULL, "ELAPSED", "elapsed-times", N, 0, v_etimes },
	ALIAS("euid", "uid"),
	{ "f", NULL, "F", "flags", 0, 0, v_flags },
	NONE("f2", "F2", "flags2", 0),
	NONE("fib", "FIB", "fib", 0),
	ALIAS("flags", "f"),
	ALIAS("flags2", "f2"),
	{ "gid", NULL, "GID", "gid", N, ST, v_gid },
	{ "group", NULL, "GROUP", "group", L, ST, v_group },
	ALIAS("ignored", "sigignore"),
	{ "inblk", NULL, "INBLK", "read-blocks", 0, PROC_IO, v_inblk },
	ALIAS("inblock", "inblk"),
	{ "jail", NULL, "JAIL", "jail-name", L, 0, v_jail },
	{ "jid", NULL, "JID", "jail-id", N, 0, v_jid },
	NONE("jobc", "JOBC", "job-control-count", 0),
	NONE("ktrace", "KTRACE", "ktrace", 0),
	{ "label", NULL, "LABEL", "label", L, PROC_LABEL, v_label },
	{ "lim", NULL, "LIM", "memory-limit", 0, 0, v_lim },
	NONE("lockname", "LOCK", "lock-name", L),
	{ "login", NULL, "LOGIN", "login-name", L, PROC_LOGIN, v_logname },
	ALIAS("logname", "login"),
	{ "lstart", NULL, "STARTED", "start-time", L, 0, v_lstart },
	{ "lwp", NULL, "LWP", "thread-id", N, 0, v_lwp },
	{ "majflt", NULL, "MAJFLT", "major-faults", N, 0, v_majflt },
	{ "minflt", NULL, "MINFLT", "minor-faults", N, 0, v_minflt },
	NONE("msgrcv", "MSGRCV", "received-messages", 0),
	NONE("msgsnd", "MSGSND", "sent-messages", 0),
	{ "mwchan", NULL, "MWCHAN", "wait-channel", L, PROC_WCHAN, v_wchan },
	ALIAS("ni", "nice"),
	{ "nice", NULL, "NI", "nice", N, 0, v_nice },
	{ "nivcsw", NULL, "NIVCSW", "involuntary-context-switches", 0, ST,
	    v_nivcsw },
	{ "nlwp", NULL, "NLWP", "threads", N, 0, v_nlwp },
	ALIAS("nsignals", "nsigs"),
	NONE("nsigs", "NSIGS", "signals-taken", 0),
	NONE("nswap", "NSWAP", "swaps", 0),
	{ "nvcsw", NULL, "NVCSW", "voluntary-context-switches", 0, ST,
	    v_nvcsw },
	NONE("nwchan", "NWCHAN", "wait-channel-address", L),
	{ "oublk", NULL, "OUBLK", "written-blocks", 0, PROC_IO, v_oublk },
	ALIAS("oublock", "oublk"),
	NONE("paddr", "PADDR", "process-address", 0),
	{ "pagein", NULL, "PAGEIN", "pageins", N, 0, v_majflt },
	ALIAS("pcpu", "%cpu"),
	ALIAS("pending", "sig"),
	{ "pgid", NULL, "PGID", "process-group", N, 0, v_pgid },
	{ "pid", NULL, "PID", "pid", N, 0, v_pid },
	ALIAS("pmem", "%mem"),
	{ "ppid", NULL, "PPID", "ppid", N, 0, v_ppid },
	{ "pri", NULL, "PRI", "priority", N, 0, v_pri },
	{ "re", NULL, "RE", "residency-time", N, 0, v_re },
	{ "rgid", NULL, "RGID", "real-gid", N, ST, v_rgid },
	{ "rgroup", NULL, "RGROUP", "real-group", L, ST, v_rgroup },
	{ "rss", NULL, "RSS", "rss", N, 0, v_rss },
	{ "rtprio", NULL, "RTPRIO", "realtime-priority", 0, 0, v_rtprio },
	{ "ruid", NULL, "RUID", "real-uid", N, ST, v_ruid },
	{ "ruser", NULL, "RUSER", "real-user", L, ST, v_ruser },
	{ "sid", NULL, "SID", "sid", N, 0, v_sid },
	{ "sig", NULL, "PENDING", "signals-pending", 0, ST, v_sig },
	{ "sigcatch", NULL, "CAUGHT", "signals-caught", 0, ST, v_sigcatch },
	{ "sigignore", NULL, "IGNORED", "signals-ignored", 0, ST,
	    v_sigignore },
	{ "sigmask", NULL, "BLOCKED", "signal-mask", 0, ST, v_sigmask },
	NONE("sl", "SL", "sleep-time", 0),
	{ "ssiz", NULL, "SSIZ", "stack-size", N, ST, v_ssiz },
	{ "start", NULL, "STARTED", "start-time", L, 0, v_start },
	ALIAS("stat", "state"),
	{ "state", NULL, "STAT", "state", L, ST, v_state },
	{ "svgid", NULL, "SVGID", "saved-gid", N, ST, v_svgid },
	{ "svuid", NULL, "SVUID", "saved-uid", N, ST, v_svuid },
	{ "systime", NULL, "SYSTIME", "system-time", 0, 0, v_systime },
	NONE("tdaddr", "TDADDR", "thread-address", 0),
	{ "tdev", NULL, "TDEV", "terminal-device", 0, 0, v_tdev },
	ALIAS("tdnam", "tdname"),
	{ "tdname", NULL, "TDNAME", "thread-name", L, 0, v_tdname },
	ALIAS("tid", "lwp"),
	{ "time", NULL, "TIME", "cpu-time", 0, 0, v_time },
	{ "tpgid", NULL, "TPGID", "terminal-process-gid", N, 0, v_tpgid },
	{ "tracer", NULL, "TRACER", "tracer", N, ST, v_tracer },
	{ "tsid", NULL, "TSID", "terminal-sid", N, 0, v_tsid },
	{ "tsiz", NULL, "TSIZ", "text-size", N, PROC_MEM, v_tsiz },
	{ "tt", NULL, "TT ", "terminal-name", 0, 0, v_tt },
	{ "tty", NULL, "TTY", "tty", L, 0, v_tty },
	{ "ucomm", NULL, "UCOMM", "accounting-name", L | KW_TREE, 0,
	    v_ucomm },
	{ "uid", NULL, "UID", "uid", N, ST, v_uid },
	{ "upr", NULL, "UPR", "user-priority", N, 0, v_upr },
	NONE("uprocp", "UPROCP", "process-address", 0),
	{ "user", NULL, "USER", "user", L, ST, v_user },
	{ "usertime", NULL, "USERTIME", "user-time", 0, 0, v_usertime },
	ALIAS("usrpri", "upr"),
	NONE("vmaddr", "VMADDR", "vmspace-address", 0),
	ALIAS("vsize", "vsz"),
	{ "vsz", NULL, "VSZ", "virtual-size", N, 0, v_vsz },
	{ "wchan", NULL, "WCHAN", "wait-channel", L, PROC_WCHAN, v_wchan },
	{ "xstat", NULL, "XSTAT", "exit-status", 0, 0, v_xstat },
};

const size_t nkeywords = sizeof(keywords) / sizeof(keywords[0]);
