// SPDX-License-Identifier: BSD-2-Clause
#include "rule.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "errmsg.h"

const char *const resource_names[RS_MAX] = {
	"cputime", "datasize", "stacksize", "coredumpsize", "memoryuse",
	"memorylocked", "maxproc", "openfiles", "vmemoryuse",
	"pseudoterminals", "swapuse", "nthr", "msgqqueued", "msgqsize",
	"nmsgq", "nsem", "nsemop", "nshm", "shmsize", "wallclock", "pcpu",
	"readbps", "writebps", "readiops", "writeiops"
};

static const char *const action_names[AC_MAX] = {
	"deny", "log", "devctl", "throttle", "sig"
};

/* A part of a rule up to its separator, and what follows. */
struct part {
	const char	*pt_text;
	size_t		 pt_len;
};

static struct part
next_part(const char **text, const char *seps)
{
	struct part pt = { *text, strcspn(*text, seps) };

	*text += pt.pt_len;
	return (pt);
}

static int
is_word(struct part pt, const char *word)
{
	return (strlen(word) == pt.pt_len &&
	    strncasecmp(pt.pt_text, word, pt.pt_len) == 0);
}

static int
bad(const char *text, const char *what, struct part pt)
{
	return (jail_errx(EINVAL, "rule \"%s\": %s \"%.*s\"", text, what,
	    (int)pt.pt_len, pt.pt_text));
}

static int
parse_subject(const char *text, struct part pt)
{
	static const char *const others[] = {
		"process", "p", "user", "u", "loginclass", "l"
	};
	size_t i;

	if (pt.pt_len == 0 || is_word(pt, "jail") || is_word(pt, "j"))
		return (0);
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (is_word(pt, others[i]))
			return (jail_errx(EOPNOTSUPP, "rule \"%s\": only jails "
			    "have rules on Linux: say jail:NAME:...", text));
	return (bad(text, "unknown subject", pt));
}

static int
parse_resource(const char *text, struct part pt, struct rule *ru)
{
	int i;

	for (i = 0; i < RS_MAX; i++)
		if (is_word(pt, resource_names[i])) {
			ru->ru_resource = i;
			return (0);
		}
	return (bad(text, "unknown resource", pt));
}

/* "sigterm": SIGTERM as the C library abbreviates it. */
static int
signal_of(struct part pt)
{
	int signo;

	if (pt.pt_len <= 3 || strncasecmp(pt.pt_text, "sig", 3) != 0)
		return (-1);
	pt.pt_text += 3;
	pt.pt_len -= 3;
	for (signo = 1; signo < NSIG; signo++)
		if (sigabbrev_np(signo) != NULL &&
		    is_word(pt, sigabbrev_np(signo)))
			return (signo);
	return (-1);
}

static int
parse_action(const char *text, struct part pt, struct rule *ru)
{
	int i;

	for (i = 0; i < AC_SIGNAL; i++)
		if (is_word(pt, action_names[i])) {
			ru->ru_action = i;
			return (0);
		}
	if ((ru->ru_signo = signal_of(pt)) == -1)
		return (bad(text, "unknown action", pt));
	ru->ru_action = AC_SIGNAL;
	return (0);
}

/* Digits and at most one of k, m, g, t, p, e: powers of 1024. */
static int
parse_amount(const char *text, struct part pt, struct rule *ru)
{
	static const char suffixes[] = "kmgtpe";
	size_t len = pt.pt_len;
	const char *p = pt.pt_text, *s;
	uint64_t n = 0;
	int shift = 0;

	if (len > 1 && (p[len - 1] == 'b' || p[len - 1] == 'B'))
		len--;
	if (len > 1 && (s = strchr(suffixes, p[len - 1] | 0x20)) != NULL &&
	    *s != '\0') {
		shift = 10 * (int)(s - suffixes + 1);
		len--;
	}
	if (len == 0)
		return (bad(text, "no amount", pt));
	for (; len > 0; len--, p++) {
		if (*p < '0' || *p > '9')
			return (bad(text, "no amount", pt));
		if (n > (uint64_t)INT64_MAX / 10 - 1)
			return (bad(text, "too much:", pt));
		n = n * 10 + (uint64_t)(*p - '0');
	}
	if (shift > 0 && n > (uint64_t)INT64_MAX >> shift)
		return (bad(text, "too much:", pt));
	ru->ru_amount = n << shift;
	return (0);
}

static int
parse_per(const char *text, struct part pt, struct rule *ru)
{
	if (is_word(pt, "jail") || is_word(pt, "j"))
		ru->ru_process = 0;
	else if (is_word(pt, "process") || is_word(pt, "p"))
		ru->ru_process = 1;
	else
		return (bad(text, "neither /jail nor /process:", pt));
	return (0);
}

/* Past the separator c, if that comes next. */
static int
skip(const char **p, char c)
{
	if (**p != c)
		return (0);
	(*p)++;
	return (1);
}

int
filter_parse(const char *text, struct rule *ret_ru)
{
	const char *p = text;
	struct part pt;

	*ret_ru = (struct rule){
		.ru_resource = RULE_ANY, .ru_action = RULE_ANY,
		.ru_amount = RULE_NOAMOUNT, .ru_process = RULE_ANY
	};
	if (strpbrk(text, "\n,") != NULL)
		return (jail_errx(EINVAL, "rule \"%s\": a comma or a newline",
		    text));
	if (parse_subject(text, next_part(&p, ":")) == -1)
		return (-1);
	if (!skip(&p, ':'))
		return (0);
	pt = next_part(&p, ":");
	if (pt.pt_len >= sizeof(ret_ru->ru_jail))
		return (bad(text, "name too long", pt));
	memcpy(ret_ru->ru_jail, pt.pt_text, pt.pt_len);
	if (!skip(&p, ':'))
		return (0);
	pt = next_part(&p, ":");
	if (pt.pt_len > 0 && parse_resource(text, pt, ret_ru) == -1)
		return (-1);
	if (!skip(&p, ':'))
		return (0);
	pt = next_part(&p, "=/");
	if (pt.pt_len > 0 && parse_action(text, pt, ret_ru) == -1)
		return (-1);
	if (skip(&p, '=') && (pt = next_part(&p, "/")).pt_len > 0 &&
	    parse_amount(text, pt, ret_ru) == -1)
		return (-1);
	if (skip(&p, '/'))
		return (parse_per(text, next_part(&p, ""), ret_ru));
	return (0);
}

int
rule_parse(const char *text, struct rule *ret_ru)
{
	if (filter_parse(text, ret_ru) == -1)
		return (-1);
	if (text[0] == ':' || text[0] == '\0' || ret_ru->ru_jail[0] == '\0' ||
	    ret_ru->ru_resource == RULE_ANY || ret_ru->ru_action == RULE_ANY ||
	    ret_ru->ru_amount == RULE_NOAMOUNT)
		return (jail_errx(EINVAL, "rule \"%s\": not of the form "
		    "jail:NAME:RESOURCE:ACTION=AMOUNT", text));
	if (ret_ru->ru_process == RULE_ANY)
		ret_ru->ru_process = 0;
	return (0);
}

int
rule_matches(const struct rule *ru, const struct rule *filter)
{
	return ((filter->ru_jail[0] == '\0' ||
	    strcmp(filter->ru_jail, ru->ru_jail) == 0) &&
	    (filter->ru_resource == RULE_ANY ||
	    filter->ru_resource == ru->ru_resource) &&
	    (filter->ru_action == RULE_ANY ||
	    (filter->ru_action == ru->ru_action &&
	    filter->ru_signo == ru->ru_signo)) &&
	    (filter->ru_amount == RULE_NOAMOUNT ||
	    filter->ru_amount == ru->ru_amount) &&
	    (filter->ru_process == RULE_ANY ||
	    filter->ru_process == ru->ru_process));
}

int
rule_same(const struct rule *a, const struct rule *b)
{
	return (rule_matches(a, b));
}

void
rule_format(const struct rule *ru, char *buf)
{
	char sig[16] = "";
	char *p;

	if (ru->ru_action == AC_SIGNAL) {
		snprintf(sig, sizeof(sig), "%s", sigabbrev_np(ru->ru_signo));
		for (p = sig; *p != '\0'; p++)
			if (*p >= 'A' && *p <= 'Z')
				*p |= 0x20;
	}
	snprintf(buf, RULE_TEXTLEN, "jail:%s:%s:%s%s=%llu%s", ru->ru_jail,
	    resource_names[ru->ru_resource], action_names[ru->ru_action], sig,
	    (unsigned long long)ru->ru_amount,
	    ru->ru_process == 1 ? "/process" : "");
}

int
rule_applies(const struct rule *ru, const char *jail)
{
	size_t n = strlen(ru->ru_jail);

	return (strncmp(ru->ru_jail, jail, n) == 0 &&
	    (jail[n] == '\0' || jail[n] == '.'));
}
