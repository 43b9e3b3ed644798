// SPDX-License-Identifier: BSD-2-Clause
/*
 * rctl-watch: the process that carries out those rules of one jail that no
 * controller keeps.  The library starts it when such a rule comes to a jail,
 * with a locked descriptor that says that there is one; it ends with the jail
 * or with the last of the rules.
 *
 * It looks once a second.  An action is taken when a limit is passed, and not
 * again before the use has been below it; a log line at most every
 * ten seconds for a rule.
 */
#include <sys/file.h>
#include <sys/rctl.h>
#include <sys/syscall.h>

#include <errno.h>
#include <jail.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#define FD_LOCK		3
#define TICK		1	/* seconds */
#define LOG_EVERY	10

struct watched {
	char		 wa_rule[384];
	int		 wa_exceeded;	/* at the last look */
	time_t		 wa_logged;	/* CLOCK_MONOTONIC */
};

struct watch {
	int		 wt_jid;
	uint64_t	 wt_id;		/* jids are used again, this is not */
	struct jail_racct wt_before, wt_now;
	double		 wt_seconds;	/* between the two */
	struct watched	*wt_rules;
	size_t		 wt_nrules;
};

static uint64_t
rate(const struct watch *wt, uint64_t before, uint64_t now)
{
	return (now <= before || wt->wt_seconds <= 0 ? 0 :
	    (uint64_t)((double)(now - before) / wt->wt_seconds));
}

/* How much of a resource the jail uses.  -1: it is not known. */
static int
used(const struct watch *wt, const char *resource, uint64_t *ret_n)
{
	const struct jail_racct *was = &wt->wt_before, *is = &wt->wt_now;
	const struct {
		const char	*name;
		unsigned	 known;
		uint64_t	 value;
	} rows[] = {
		{ "cputime", RA_CPU, is->ra_cpu / 1000000 },
		{ "memoryuse", RA_MEMORY, is->ra_memory },
		{ "memorylocked", RA_LOCKED, is->ra_locked },
		{ "maxproc", RA_PROCS, is->ra_procs },
		{ "openfiles", RA_FILES, is->ra_files },
		{ "vmemoryuse", RA_VMEMORY, is->ra_vmemory },
		{ "swapuse", RA_SWAP, is->ra_swap },
		{ "nthr", RA_PROCS, is->ra_threads },
		{ "wallclock", RA_AGE, is->ra_age },
		{ "pcpu", RA_CPU, rate(wt, was->ra_cpu, is->ra_cpu) / 10000 },
		{ "readbps", RA_IO, rate(wt, was->ra_read, is->ra_read) },
		{ "writebps", RA_IO, rate(wt, was->ra_written,
		    is->ra_written) },
		{ "readiops", RA_IO, rate(wt, was->ra_reads, is->ra_reads) },
		{ "writeiops", RA_IO, rate(wt, was->ra_writes,
		    is->ra_writes) },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].name, resource) == 0 &&
		    (is->ra_known & rows[i].known) != 0) {
			*ret_n = rows[i].value;
			return (0);
		}
	return (-1);
}

/* What is to be asked for a rule's resource. */
static unsigned
wanted(const char *resource)
{
	static const struct {
		const char	*name;
		unsigned	 ra;
	} rows[] = {
		{ "cputime", RA_CPU }, { "pcpu", RA_CPU },
		{ "memoryuse", RA_MEMORY }, { "memorylocked", RA_LOCKED },
		{ "maxproc", RA_PROCS }, { "nthr", RA_PROCS },
		{ "openfiles", RA_FILES }, { "vmemoryuse", RA_VMEMORY },
		{ "swapuse", RA_SWAP }, { "wallclock", RA_AGE },
		{ "readbps", RA_IO }, { "writebps", RA_IO },
		{ "readiops", RA_IO }, { "writeiops", RA_IO },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].name, resource) == 0)
			return (rows[i].ra);
	return (0);
}

/* jail:NAME:RESOURCE:ACTION=AMOUNT, taken apart. */
struct parts {
	char		pt_resource[32];
	char		pt_action[32];
	uint64_t	pt_amount;
};

static int
take_apart(const char *rule, struct parts *ret_pt)
{
	const char *p = strrchr(rule, ':');
	unsigned long long amount;

	if (p == NULL || sscanf(p, ":%31[^=]=%llu", ret_pt->pt_action,
	    &amount) != 2)
		return (-1);
	ret_pt->pt_amount = amount;
	while (p > rule && p[-1] != ':')
		p--;
	return (sscanf(p, "%31[^:]", ret_pt->pt_resource) == 1 ? 0 : -1);
}

/* ------------------------------------------------------------------------
 * Actions.
 */

static void
signal_jail(int jid, int signo)
{
	pid_t *pids = NULL;
	int fd, i, n = jail_pids(jid, &pids);

	for (i = 0; i < n; i++) {
		/* Is it still his when we have hold of it? */
		if ((fd = (int)syscall(SYS_pidfd_open, pids[i], 0)) == -1)
			continue;
		if (jail_getpidjid(pids[i]) == jid)
			syscall(SYS_pidfd_send_signal, fd, signo, NULL, 0);
		close(fd);
	}
	free(pids);
}

/* The jail's processes, and those of the jails below it, which count in it. */
static void
send_signal(const struct watch *wt, const char *action)
{
	static char list[1 << 20];
	size_t len = sizeof(list);
	char *line, *rest = list;
	int signo;

	for (signo = 1; signo < NSIG; signo++)
		if (sigabbrev_np(signo) != NULL &&
		    strcasecmp(sigabbrev_np(signo), action + 3) == 0)
			break;
	if (signo == NSIG)
		return;
	signal_jail(wt->wt_jid, signo);
	if (jail_sysctlget(wt->wt_jid, "security.jail.list", list,
	    &len) == -1)
		return;
	while ((line = strsep(&rest, "\n")) != NULL)
		if (atoi(line) > 0)
			signal_jail(atoi(line), signo);
}

static void
act(struct watch *wt, struct watched *wa, const struct parts *pt, uint64_t n)
{
	char *name = jail_getname(wt->wt_jid);
	struct timespec now;
	char line[1024];

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (strncmp(pt->pt_action, "sig", 3) == 0)
		send_signal(wt, pt->pt_action);
	else if (strcmp(pt->pt_action, "devctl") == 0) {
		snprintf(line, sizeof(line), "!system=RCTL subsystem=rule "
		    "type=matched rule=%s jail=%s jid=%d %s=%llu", wa->wa_rule,
		    name != NULL ? name : "", wt->wt_jid, pt->pt_resource,
		    (unsigned long long)n);
		jail_event(line);
	} else if (wa->wa_logged == 0 ||
	    now.tv_sec - wa->wa_logged >= LOG_EVERY) {
		snprintf(line, sizeof(line), "rctl: rule \"%s\" matched by "
		    "jail %s, %s %llu", wa->wa_rule, name != NULL ? name : "",
		    pt->pt_resource, (unsigned long long)n);
		syslog(LOG_WARNING, "%s", line + sizeof("rctl: ") - 1);
		jail_event(line);
		wa->wa_logged = now.tv_sec;
	}
	free(name);
}

/* Is the amount passed?  Time runs out, the others can be used up. */
static int
is_exceeded(const struct parts *pt, uint64_t n)
{
	if (strcmp(pt->pt_resource, "cputime") == 0 ||
	    strcmp(pt->pt_resource, "wallclock") == 0)
		return (n >= pt->pt_amount);
	return (n > pt->pt_amount);
}

static void
look(struct watch *wt)
{
	struct watched *wa;
	struct parts pt;
	int exceeded;
	uint64_t n;

	for (wa = wt->wt_rules; wa < wt->wt_rules + wt->wt_nrules; wa++) {
		if (take_apart(wa->wa_rule, &pt) == -1 ||
		    used(wt, pt.pt_resource, &n) == -1)
			continue;
		exceeded = is_exceeded(&pt, n);
		if (exceeded && !wa->wa_exceeded)
			act(wt, wa, &pt, n);
		wa->wa_exceeded = exceeded;
	}
}

/* ------------------------------------------------------------------------
 * Rules and figures.
 */

static int
is_ours(const char *rule)
{
	struct parts pt;

	return (take_apart(rule, &pt) == 0 &&
	    strcmp(pt.pt_action, "deny") != 0 &&
	    strcmp(pt.pt_action, "throttle") != 0);
}

/* Take over what is known of a rule that was there before. */
static void
rules_add(struct watched *wa, const char *rule, const struct watch *old)
{
	size_t i;

	*wa = (struct watched){ .wa_exceeded = 0 };
	snprintf(wa->wa_rule, sizeof(wa->wa_rule), "%s", rule);
	for (i = 0; i < old->wt_nrules; i++)
		if (strcmp(old->wt_rules[i].wa_rule, rule) == 0)
			*wa = old->wt_rules[i];
}

/* Read the rules anew.  How many are ours, or -1: the jail is gone. */
static int
rules_read(struct watch *wt)
{
	static char text[1 << 20];
	struct watched *rules = NULL, *more;
	char *name = jail_getname(wt->wt_jid), *rest = text, *rule;
	char filter[300];
	size_t n = 0;

	if (name == NULL)
		return (-1);
	snprintf(filter, sizeof(filter), "jail:%s", name);
	free(name);
	if (rctl_get_rules(filter, strlen(filter) + 1, text,
	    sizeof(text)) == -1)
		return (-1);
	while ((rule = strsep(&rest, ",")) != NULL) {
		if (!is_ours(rule))
			continue;
		more = reallocarray(rules, n + 1, sizeof(*rules));
		if (more == NULL)
			break;
		rules = more;
		rules_add(&rules[n++], rule, wt);
	}
	free(wt->wt_rules);
	wt->wt_rules = rules;
	wt->wt_nrules = n;
	return ((int)n);
}

/* The figures that the rules ask for.  -1: the jail is gone. */
static int
figures_read(struct watch *wt)
{
	static struct timespec last;
	struct timespec now;
	struct parts pt;
	unsigned ra = 0;
	size_t i;

	for (i = 0; i < wt->wt_nrules; i++)
		if (take_apart(wt->wt_rules[i].wa_rule, &pt) == 0)
			ra |= wanted(pt.pt_resource);
	wt->wt_before = wt->wt_now;
	if (jail_racct(wt->wt_jid, ra, &wt->wt_now) == -1)
		return (-1);
	clock_gettime(CLOCK_MONOTONIC, &now);
	wt->wt_seconds = (double)(now.tv_sec - last.tv_sec) +
	    (double)(now.tv_nsec - last.tv_nsec) / 1e9;
	last = now;
	if (wt->wt_id == 0) {
		wt->wt_id = wt->wt_now.ra_id;
		wt->wt_before = wt->wt_now;
	}
	return (wt->wt_now.ra_id == wt->wt_id ? 0 : -1);
}

/*
 * No rule is left: go, unless one has come before the lock was given back,
 * whose bringer found it held and started nobody.
 */
static int
may_go(struct watch *wt)
{
	flock(FD_LOCK, LOCK_UN);
	return (rules_read(wt) <= 0 || flock(FD_LOCK, LOCK_EX | LOCK_NB) == -1);
}

int
main(int argc, char **argv)
{
	struct watch wt = { .wt_jid = argc == 2 ? atoi(argv[1]) : 0 };
	struct timespec tick = { .tv_sec = TICK };
	int n;

	if (wt.wt_jid <= 0 || flock(FD_LOCK, LOCK_EX | LOCK_NB) == -1) {
		fputs("rctl-watch is started by jail(3), for a jail with "
		    "rules: see rctl(8)\n", stderr);
		return (1);
	}
	openlog("rctl", LOG_PID, LOG_DAEMON);
	for (;;) {
		if ((n = rules_read(&wt)) == -1)
			return (0);
		if (n == 0 && may_go(&wt))
			return (0);
		if (figures_read(&wt) == -1)
			return (0);
		look(&wt);
		nanosleep(&tick, NULL);
	}
}
