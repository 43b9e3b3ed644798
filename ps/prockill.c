// SPDX-License-Identifier: BSD-2-Clause
#include "prockill.h"

#include <sys/syscall.h>

#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static const char *const names[] = {
	[SIGHUP] = "HUP", [SIGINT] = "INT", [SIGQUIT] = "QUIT",
	[SIGILL] = "ILL", [SIGTRAP] = "TRAP", [SIGABRT] = "ABRT",
	[SIGBUS] = "BUS", [SIGFPE] = "FPE", [SIGKILL] = "KILL",
	[SIGUSR1] = "USR1", [SIGSEGV] = "SEGV", [SIGUSR2] = "USR2",
	[SIGPIPE] = "PIPE", [SIGALRM] = "ALRM", [SIGTERM] = "TERM",
	[SIGSTKFLT] = "STKFLT", [SIGCHLD] = "CHLD", [SIGCONT] = "CONT",
	[SIGSTOP] = "STOP", [SIGTSTP] = "TSTP", [SIGTTIN] = "TTIN",
	[SIGTTOU] = "TTOU", [SIGURG] = "URG", [SIGXCPU] = "XCPU",
	[SIGXFSZ] = "XFSZ", [SIGVTALRM] = "VTALRM", [SIGPROF] = "PROF",
	[SIGWINCH] = "WINCH", [SIGIO] = "IO", [SIGPWR] = "PWR",
	[SIGSYS] = "SYS",
};
#define NNAMES	((int)(sizeof(names) / sizeof(names[0])))

const char *
signal_name(int sig)
{
	return (sig > 0 && sig < NNAMES ? names[sig] : NULL);
}

int
signal_number(const char *name)
{
	int sig;

	if (strncasecmp(name, "SIG", 3) == 0)
		name += 3;
	for (sig = 1; sig < NNAMES; sig++)
		if (names[sig] != NULL && strcasecmp(names[sig], name) == 0)
			return (sig);
	return (0);
}

void
signals_print(FILE *fp)
{
	int at = 0, sig;

	for (sig = 1; sig < NNAMES; sig++) {
		if (names[sig] == NULL)
			continue;
		at += fprintf(fp, "%s ", names[sig]);
		if (at >= 75) {
			putc('\n', fp);
			at = 0;
		}
	}
	putc('\n', fp);
}

int
proc_signal(const struct proc *p, int sig)
{
	struct proclist now;
	int error, pidfd, same;

	/* Refused in a jail: there, it is a matter among its own. */
	pidfd = (int)syscall(SYS_pidfd_open, p->p_pid, 0);
	if (pidfd == -1)
		return (errno == ESRCH ? -1 : kill(p->p_pid, sig));
	/* The descriptor holds what has the PID now: is it what was read? */
	if (proc_list(&now, 0, p->p_pid) == -1) {
		close(pidfd);
		return (errno = EIO, -1);
	}
	same = now.pl_n == 1 && now.pl_procs[0].p_start == p->p_start;
	proc_list_free(&now);
	error = 0;
	if (!same)
		error = ESRCH;
	else if (syscall(SYS_pidfd_send_signal, pidfd, sig, NULL, 0) == -1)
		error = errno;
	close(pidfd);
	return (error == 0 ? 0 : (errno = error, -1));
}

static int
jid_cmp(const void *a, const void *b)
{
	return (*(const int *)a - *(const int *)b);
}

void
proc_warn_jailed(const struct proclist *pl, const char *remedy)
{
	int *jids = calloc((size_t)pl->pl_n + 1, sizeof(*jids));
	int i, n = 0, same;
	FILE *fp;
	char *text;
	size_t size;

	if (jids == NULL)
		err(3, NULL);
	for (i = 0; i < pl->pl_n; i++)
		if (pl->pl_procs[i].p_selected && pl->pl_procs[i].p_jid > 0)
			jids[n++] = pl->pl_procs[i].p_jid;
	if (n > 0 && (fp = open_memstream(&text, &size)) != NULL) {
		qsort(jids, (size_t)n, sizeof(*jids), jid_cmp);
		for (i = 0; i < n; i += same) {
			for (same = 1; i + same < n; same++)
				if (jids[i + same] != jids[i])
					break;
			fprintf(fp, "%s%s (%d)", i > 0 ? ", " : "",
			    proc_jailname(jids[i]), same);
		}
		fclose(fp);
		warnx("also in jails: %s; %s", text, remedy);
		free(text);
	}
	free(jids);
}

int
ask_yes(const char *question)
{
	int c, first;

	fputs(question, stdout);
	fflush(stdout);
	first = c = getchar();
	while (c != '\n' && c != EOF)
		c = getchar();
	return (first == 'y' || first == 'Y');
}
