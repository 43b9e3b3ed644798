// SPDX-License-Identifier: BSD-2-Clause
/* What a process is shown as: state, command, share of a processor. */
#include "proc.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NS	1000000000.0

static double
clock_seconds(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return ((double)ts.tv_sec + (double)ts.tv_nsec / NS);
}

long
proc_hz(void)
{
	static long hz;

	if (hz == 0)
		hz = sysconf(_SC_CLK_TCK);
	return (hz);
}

unsigned long long
proc_now(void)
{
	return ((unsigned long long)(clock_seconds(CLOCK_BOOTTIME) *
	    (double)proc_hz()));
}

double
proc_boottime(void)
{
	return (clock_seconds(CLOCK_REALTIME) -
	    clock_seconds(CLOCK_BOOTTIME));
}

unsigned long
proc_memtotal(void)
{
	static unsigned long total;

	if (total == 0)
		total = (unsigned long)sysconf(_SC_PHYS_PAGES) *
		    ((unsigned long)sysconf(_SC_PAGESIZE) / 1024);
	return (total);
}

double
proc_pcpu(const struct proc *p)
{
	unsigned long long now = proc_now();

	return (now <= p->p_start ? 0 : 100.0 *
	    (double)(p->p_utime + p->p_stime) / (double)(now - p->p_start));
}

int
proc_is_kernel(const struct proc *p)
{
	return ((p->p_flags & PF_KTHREAD) != 0);
}

static char
state_letter(char state)
{
	switch (state) {
	case 't':		/* stopped by its tracer */
		return ('T');
	case 'X':		/* dead, and just being reaped */
	case 'x':
		return ('Z');
	case 'P':		/* a parked kernel thread */
		return ('I');
	case 'K':
	case 'W':
		return ('D');
	default:
		return (state);
	}
}

const char *
proc_state(const struct proc *p, char *buf)
{
	int realtime = p->p_policy == SCHED_FIFO || p->p_policy == SCHED_RR ||
	    p->p_policy == 6 /* SCHED_DEADLINE */;
	char *s = buf;

	*s++ = state_letter(p->p_state);
	if (p->p_nice < 0 || realtime)
		*s++ = '<';
	else if (p->p_nice > 0 || p->p_policy == SCHED_IDLE)
		*s++ = 'N';
	if (p->p_tracer != 0)
		*s++ = 'X';
	if ((p->p_flags & PF_EXITING) && buf[0] != 'Z')
		*s++ = 'E';
	if (proc_is_kernel(p) || p->p_locked > 0)
		*s++ = 'L';
	if (p->p_sid == p->p_pid)
		*s++ = 's';
	if (p->p_tty != 0 && p->p_pgid == p->p_tpgid)
		*s++ = '+';
	if (p->p_jailed)
		*s++ = 'J';
	*s = '\0';
	return (buf);
}

static const char *
last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return (slash != NULL ? slash + 1 : path);
}

/* The kernel keeps 15 bytes of a name. */
static int
same_name(const char *path, const char *comm)
{
	return (strncmp(last_part(path), comm, 15) == 0);
}

/*
 * Do the arguments tell the name?  A script's is that of its file, which
 * comes behind the interpreter.
 */
static int
tells_name(const struct proc *p)
{
	const char *s = p->p_args, *end = s + p->p_argslen;

	if (same_name(s, p->p_comm))
		return (1);
	for (s += strlen(s) + 1; s < end; s += strlen(s) + 1)
		if (*s != '-')
			return (same_name(s, p->p_comm));
	return (0);
}

/* The strings with blanks between them, empty ones left out; room behind. */
static char *
joined(const char *strings, size_t len, size_t room)
{
	char *text = malloc(len + 1 + room), *t = text;
	size_t i;

	if (text == NULL)
		return (NULL);
	for (i = 0; i < len; i++)
		if (strings[i] != '\0')
			*t++ = strings[i];
		else if (t > text && t[-1] != ' ')
			*t++ = ' ';
	*t = '\0';
	return (text);
}

/* With blanks between them. */
char *
proc_arguments(const struct proc *p)
{
	return (p->p_args == NULL ? NULL :
	    joined(p->p_args, p->p_argslen, 0));
}

char *
proc_command(const struct proc *p, int threads)
{
	char *text, *thread = NULL;
	int n;

	if (p->p_state == 'Z')
		return (strdup("<defunct>"));
	if (p->p_args == NULL) {
		if (threads && p->p_nthreads > 1)
			n = asprintf(&thread, "[%s/%s]", p->p_comm,
			    p->p_tdname);
		else
			n = asprintf(&thread, "[%s]", p->p_comm);
		return (n == -1 ? NULL : thread);
	}
	text = joined(p->p_args, p->p_argslen, PROC_COMMLEN + 4);
	if (text != NULL && p->p_tid == p->p_pid && !tells_name(p))
		sprintf(text + strlen(text), " (%s)", p->p_comm);
	return (text);
}
