// SPDX-License-Identifier: BSD-2-Clause
/* The calls of <sys/rctl.h>, and what a jail uses. */
#include "sys/rctl.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "errmsg.h"
#include "fd.h"
#include "index.h"
#include "jail.h"
#include "limit.h"
#include "step.h"
#include "usage.h"

#define SAMPLE_MS	100	/* over which rates are measured */
#define EVENTS_MAX	(64 << 10)

static int
check_text(const char *in, size_t inlen)
{
	if (in == NULL || inlen == 0 || in[inlen - 1] != '\0')
		return (jail_errx(EINVAL, "a rule is not NUL-terminated"));
	if (jail_jailed() == 1)
		return (jail_errx(EPERM, "rules are the jailer's: not inside "
		    "a jail"));
	return (0);
}

/* Text being put together for the caller's buffer. */
struct answer {
	char	*an_buf;
	size_t	 an_size;
	size_t	 an_len;
};

static int
answer_add(struct answer *an, const char *text)
{
	size_t n = strlen(text), comma = an->an_len > 0;

	if (an->an_buf == NULL || an->an_len + comma + n + 1 > an->an_size)
		return (jail_err(ERANGE, "the answer"));
	if (comma)
		an->an_buf[an->an_len++] = ',';
	memcpy(an->an_buf + an->an_len, text, n + 1);
	an->an_len += n;
	return (0);
}

static struct answer
answer_begin(char *buf, size_t size)
{
	if (buf != NULL && size > 0)
		buf[0] = '\0';
	return ((struct answer){ .an_buf = buf, .an_size = size });
}

/* ------------------------------------------------------------------------
 * Rules.
 */

/* v1 limits swap together with memory, and so beside it only. */
static int
check_together(const struct controllers *cs, const struct rules *rs,
    const char *jail)
{
	struct limits li;

	limits_of(rs, jail, &li);
	if (cs->cs_version[CT_MEMORY] == 1 &&
	    li.li_jail[RS_SWAPUSE] != RULE_NOAMOUNT &&
	    li.li_jail[RS_MEMORYUSE] == RULE_NOAMOUNT)
		return (jail_errx(EOPNOTSUPP, "memory is bound to cgroup v1 at "
		    "%s on this host, where swapuse can be denied beside "
		    "memoryuse only: jail \"%s\" needs a rule that denies "
		    "memoryuse", cs->cs_mount[CT_MEMORY], jail));
	return (0);
}

/* Put the old rules back, the caller being told of what has failed. */
static void
roll_back(struct state *st, const struct rules *old, const char *jail)
{
	char text[JAIL_ERRMSGLEN];
	int error = errno;

	memcpy(text, jail_errmsg, sizeof(text));
	rules_store(st, old);
	limit_apply_all(st, jail, old);
	st->st_table->ta_limiting = 0;
	memcpy(jail_errmsg, text, sizeof(text));
	errno = error;
}

static int
add_rule(struct state *st, const struct rule *ru)
{
	_cleanup_rules_ struct rules rs = { 0 };
	struct controllers cs;
	struct rules old;
	size_t i;

	if (limit_controllers(st, &cs) == -1 || limit_check(&cs, ru) == -1 ||
	    rules_load(st, &rs) == -1)
		return (-1);
	for (i = 0; i < rs.rs_n; i++)
		if (rule_same(&rs.rs_v[i], ru))
			return (0);
	if (rules_append(&rs, ru) == -1 ||
	    check_together(&cs, &rs, ru->ru_jail) == -1)
		return (-1);
	st->st_table->ta_limiting = 1;
	if (rules_store(st, &rs) == -1)
		return (-1);
	step("limit-rules");
	if (limit_apply_all(st, ru->ru_jail, &rs) == -1) {
		old = (struct rules){ rs.rs_v, rs.rs_n - 1 };
		roll_back(st, &old, ru->ru_jail);
		return (-1);
	}
	st->st_table->ta_limiting = 0;
	return (0);
}

int
rctl_add_rule(const char *inbuf, size_t inbuflen, char *outbuf,
    size_t outbuflen)
{
	_cleanup_state_ struct state st = STATE_INIT;
	struct rule ru;

	(void)outbuf;
	(void)outbuflen;
	if (check_text(inbuf, inbuflen) == -1 || rule_parse(inbuf, &ru) == -1)
		return (-1);
	if (geteuid() != 0)
		return (jail_err(EPERM, "add a rule"));
	if (state_open(&st, 1) == -1 || state_lock(&st) == -1)
		return (-1);
	return (add_rule(&st, &ru));
}

/* The rules without those that the filter selects. */
static int
filter_out(const struct rules *rs, const struct rule *filter,
    struct rules *ret_rest)
{
	size_t i;

	for (i = 0; i < rs->rs_n; i++)
		if (!rule_matches(&rs->rs_v[i], filter) &&
		    rules_append(ret_rest, &rs->rs_v[i]) == -1)
			return (-1);
	return (0);
}

static int
remove_rules(struct state *st, const char *text, const struct rule *filter)
{
	_cleanup_rules_ struct rules rs = { 0 }, rest = { 0 };
	struct controllers cs;
	size_t i;

	if (limit_controllers(st, &cs) == -1 || rules_load(st, &rs) == -1 ||
	    filter_out(&rs, filter, &rest) == -1)
		return (-1);
	if (rest.rs_n == rs.rs_n)
		return (jail_errx(ESRCH, "no rule matches \"%s\"", text));
	for (i = 0; i < rs.rs_n; i++)
		if (rule_matches(&rs.rs_v[i], filter) &&
		    check_together(&cs, &rest, rs.rs_v[i].ru_jail) == -1)
			return (-1);
	st->st_table->ta_limiting = 1;
	if (rules_store(st, &rest) == -1)
		return (-1);
	step("limit-rules");
	for (i = 0; i < rs.rs_n; i++)
		if (rule_matches(&rs.rs_v[i], filter) &&
		    limit_apply_all(st, rs.rs_v[i].ru_jail, &rest) == -1)
			return (-1);
	st->st_table->ta_limiting = 0;
	return (0);
}

int
rctl_remove_rule(const char *inbuf, size_t inbuflen, char *outbuf,
    size_t outbuflen)
{
	_cleanup_state_ struct state st = STATE_INIT;
	struct rule filter;

	(void)outbuf;
	(void)outbuflen;
	if (check_text(inbuf, inbuflen) == -1 ||
	    filter_parse(inbuf, &filter) == -1)
		return (-1);
	if (geteuid() != 0)
		return (jail_err(EPERM, "remove a rule"));
	if (state_open(&st, 0) == -1) {
		if (errno == ENOENT)
			return (jail_errx(ESRCH, "no rule matches \"%s\"",
			    inbuf));
		return (-1);
	}
	if (state_lock(&st) == -1)
		return (-1);
	return (remove_rules(&st, inbuf, &filter));
}

/* Those rules for which keep() says so. */
static int
list_rules(int (*keep)(const struct rule *ru, const void *arg),
    const void *arg, char *outbuf, size_t outbuflen)
{
	_cleanup_state_ struct state st = STATE_INIT;
	_cleanup_rules_ struct rules rs = { 0 };
	struct answer an = answer_begin(outbuf, outbuflen);
	char text[RULE_TEXTLEN];
	size_t i;

	/* No state: this boot has not seen a jail, nor a rule. */
	if (state_open(&st, 0) == -1)
		return (errno == ENOENT ? 0 : -1);
	if (rules_load(&st, &rs) == -1)
		return (-1);
	for (i = 0; i < rs.rs_n; i++) {
		if (!keep(&rs.rs_v[i], arg))
			continue;
		rule_format(&rs.rs_v[i], text);
		if (answer_add(&an, text) == -1)
			return (-1);
	}
	return (0);
}

static int
keep_matching(const struct rule *ru, const void *arg)
{
	return (rule_matches(ru, arg));
}

static int
keep_applying(const struct rule *ru, const void *arg)
{
	return (rule_applies(ru, arg));
}

int
rctl_get_rules(const char *inbuf, size_t inbuflen, char *outbuf,
    size_t outbuflen)
{
	struct rule filter;

	if (check_text(inbuf, inbuflen) == -1 ||
	    filter_parse(inbuf, &filter) == -1)
		return (-1);
	return (list_rules(keep_matching, &filter, outbuf, outbuflen));
}

/* The jid of "jail:NAME:..." or "process:PID:...". */
static int
subject_jid(const char *text)
{
	size_t n = strcspn(text, ":");
	char id[256], *end;
	int jid = -1;
	long pid;

	if (text[n] == '\0' ||
	    strlen(text + n + 1) >= sizeof(id))
		return (jail_errx(EINVAL, "\"%s\": neither jail:NAME nor "
		    "process:PID", text));
	strcpy(id, text + n + 1);
	id[strcspn(id, ":")] = '\0';
	if ((n == 4 || n == 1) && strncasecmp(text, "jail", n) == 0) {
		if ((jid = jail_getid(id)) <= 0)
			return (jail_errx(ESRCH, "jail \"%s\" not found", id));
		return (jid);
	}
	pid = strtol(id, &end, 10);
	if ((n != 7 && n != 1) || strncasecmp(text, "process", n) != 0 ||
	    *end != '\0' || pid <= 0)
		return (jail_errx(EINVAL, "\"%s\": neither jail:NAME nor "
		    "process:PID", text));
	if ((jid = jail_getpidjid((pid_t)pid)) == -1)
		return (jail_err(ESRCH, "process %ld", pid));
	return (jid);
}

int
rctl_get_limits(const char *inbuf, size_t inbuflen, char *outbuf,
    size_t outbuflen)
{
	_cleanup_free_ char *name = NULL;
	int jid;

	if (check_text(inbuf, inbuflen) == -1 ||
	    (jid = subject_jid(inbuf)) == -1)
		return (-1);
	if (jid == 0) {		/* of the host, which has no rules */
		answer_begin(outbuf, outbuflen);
		return (0);
	}
	if ((name = jail_getname(jid)) == NULL)
		return (-1);
	return (list_rules(keep_applying, name, outbuf, outbuflen));
}

/* ------------------------------------------------------------------------
 * Use.
 */

static int
add_age(const struct state *st, int jid, struct jail_racct *ra)
{
	struct timespec now;
	struct statx stx;
	char path[16];

	snprintf(path, sizeof(path), "%d", jid);
	if (statx(st->st_dir, path, 0, STATX_BTIME, &stx) == -1 ||
	    (stx.stx_mask & STATX_BTIME) == 0)
		return (-1);
	clock_gettime(CLOCK_REALTIME, &now);
	if (now.tv_sec > stx.stx_btime.tv_sec)
		ra->ra_age = now.tv_sec - stx.stx_btime.tv_sec;
	return (0);
}

static int
usage_of(const struct state *st, const struct prison *top, unsigned wanted,
    struct jail_racct *ra)
{
	struct controllers cs;
	struct prison pr;
	int jid;

	*ra = (struct jail_racct){ .ra_id = top->pr_cgid, .ra_known = wanted };
	if (limit_controllers(st, &cs) == -1 || usage_add(ra, wanted, &cs,
	    top->pr_limits & LIMIT_GROUPS, top->pr_id) == -1)
		return (-1);
	for (jid = top->pr_childcount > 0 ? state_jid_next(st, 0) : 0;
	    jid != 0; jid = state_jid_next(st, jid))
		if (prison_load(st, jid, &pr) == 0 &&
		    prison_is_below(&pr, top))
			usage_add(ra, wanted, &cs, pr.pr_limits & LIMIT_GROUPS,
			    jid);
	if ((wanted & RA_AGE) != 0 && add_age(st, top->pr_id, ra) == 0)
		ra->ra_known |= RA_AGE;
	return (0);
}

int
jail_racct(int jid, unsigned wanted, struct jail_racct *ret_ra)
{
	_cleanup_state_ struct state st = STATE_INIT;
	struct prison pr;

	if (state_open(&st, 0) == -1 || !state_jid_exists(&st, jid) ||
	    prison_load(&st, jid, &pr) == -1 ||
	    (!pr.pr_dying && !prison_alive(&st, &pr)))
		return (jail_errx(ENOENT, "jail %d not found", jid));
	return (usage_of(&st, &pr, wanted & RA_ALL, ret_ra));
}

static uint64_t
per_second(uint64_t before, uint64_t after, uint64_t ns)
{
	return (after <= before || ns == 0 ? 0 :
	    (uint64_t)((double)(after - before) * 1e9 / (double)ns));
}

/* In the order of enum resource; what cannot be known is left out. */
static int
answer_racct(struct answer *an, const struct jail_racct *a,
    const struct jail_racct *b, uint64_t ns)
{
	const struct {
		int		res;
		unsigned	known;
		uint64_t	value;
	} rows[] = {
		{ RS_CPUTIME, RA_CPU, b->ra_cpu / 1000000 },
		{ RS_MEMORYUSE, RA_MEMORY, b->ra_memory },
		{ RS_MEMORYLOCKED, RA_LOCKED, b->ra_locked },
		{ RS_MAXPROC, RA_PROCS, b->ra_procs },
		{ RS_OPENFILES, RA_FILES, b->ra_files },
		{ RS_VMEMORYUSE, RA_VMEMORY, b->ra_vmemory },
		{ RS_SWAPUSE, RA_SWAP, b->ra_swap },
		{ RS_NTHR, RA_PROCS, b->ra_threads },
		{ RS_WALLCLOCK, RA_AGE, b->ra_age },
		{ RS_PCPU, RA_CPU, per_second(a->ra_cpu, b->ra_cpu, ns) /
		    10000 },
		{ RS_READBPS, RA_IO, per_second(a->ra_read, b->ra_read, ns) },
		{ RS_WRITEBPS, RA_IO, per_second(a->ra_written,
		    b->ra_written, ns) },
		{ RS_READIOPS, RA_IO, per_second(a->ra_reads, b->ra_reads,
		    ns) },
		{ RS_WRITEIOPS, RA_IO, per_second(a->ra_writes, b->ra_writes,
		    ns) },
	};
	char text[64];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if ((b->ra_known & rows[i].known) == 0)
			continue;
		snprintf(text, sizeof(text), "%s=%llu",
		    resource_names[rows[i].res],
		    (unsigned long long)rows[i].value);
		if (answer_add(an, text) == -1)
			return (-1);
	}
	return (0);
}

int
rctl_get_racct(const char *inbuf, size_t inbuflen, char *outbuf,
    size_t outbuflen)
{
	struct timespec ts = { .tv_nsec = SAMPLE_MS * 1000000L }, t0, t1;
	struct answer an = answer_begin(outbuf, outbuflen);
	struct jail_racct before, after;
	int jid;

	if (check_text(inbuf, inbuflen) == -1 ||
	    (jid = subject_jid(inbuf)) == -1)
		return (-1);
	if (jid == 0)
		return (jail_errx(EOPNOTSUPP, "\"%s\" is not in a jail",
		    inbuf));
	clock_gettime(CLOCK_MONOTONIC, &t0);
	if (jail_racct(jid, RA_CPU | RA_IO, &before) == -1)
		return (-1);
	nanosleep(&ts, NULL);
	clock_gettime(CLOCK_MONOTONIC, &t1);
	if (jail_racct(jid, RA_ALL & ~RA_PEAK, &after) == -1)
		return (-1);
	return (answer_racct(&an, &before, &after,
	    (uint64_t)(t1.tv_sec - t0.tv_sec) * 1000000000ULL +
	    (uint64_t)t1.tv_nsec - (uint64_t)t0.tv_nsec));
}

int
jail_event(const char *line)
{
	_cleanup_state_ struct state st = STATE_INIT;
	_cleanup_close_ int fd = -1;
	_cleanup_free_ char *text = NULL;
	struct stat sb;
	int n;

	if (state_open(&st, 0) == -1)
		return (-1);
	if ((n = asprintf(&text, "%s\n", line)) == -1) {
		text = NULL;
		return (jail_err(ENOMEM, "events"));
	}
	if (fstatat(st.st_dir, "events", &sb, 0) == 0 &&
	    sb.st_size > EVENTS_MAX)
		renameat(st.st_dir, "events", st.st_dir, "events.0");
	fd = openat(st.st_dir, "events", O_WRONLY | O_APPEND | O_CREAT |
	    O_CLOEXEC, 0644);
	if (fd == -1 || write(fd, text, n) != n)
		return (jail_err(errno, "events"));
	return (0);
}
