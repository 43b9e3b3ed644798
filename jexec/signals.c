// SPDX-License-Identifier: BSD-2-Clause
#include "signals.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

/* sg_group: a terminal sends it to every process of its foreground job. */
static const struct {
	int	sg_signal;
	bool	sg_forward;
	bool	sg_group;
} signals[] = {
	{ SIGHUP,	true,	true },
	{ SIGINT,	true,	true },
	{ SIGQUIT,	true,	true },
	{ SIGUSR1,	true,	false },
	{ SIGUSR2,	true,	false },
	{ SIGALRM,	true,	false },
	{ SIGTERM,	true,	false },
	{ SIGCONT,	true,	false },
	{ SIGTSTP,	false,	true },
	{ SIGWINCH,	false,	true },
	{ SIGCHLD,	false,	false },	/* the command has stopped */
	{ SIGPIPE,	false,	false },	/* write(2) tells us */
};
#define NSIGNALS (sizeof(signals) / sizeof(signals[0]))

static int handler_fd = -1;

static void
handler(int sig, siginfo_t *info, void *context)
{
	int error = errno;
	struct caught ca = {
		.ca_signal = (unsigned char)sig,
		.ca_group = info->si_code == SI_KERNEL,
	};

	(void)context;
	/* A full pipe already holds 32,000 signals to act upon. */
	if (write(handler_fd, &ca, sizeof(ca)) == -1 && errno != EAGAIN)
		_exit(1);	/* nobody reads it: a SIGPIPE would come of it */
	errno = error;
}

static void
catch(int sig)
{
	struct sigaction sa = { .sa_sigaction = handler };

	/* No SA_RESTART: a write to a stopped terminal must give way. */
	sa.sa_flags = SA_SIGINFO;
	sigfillset(&sa.sa_mask);
	sigaction(sig, &sa, NULL);
}

int
signals_catch(void)
{
	struct sigaction old;
	int fds[2];
	size_t i;

	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) == -1)
		return (-1);
	handler_fd = fds[1];
	for (i = 0; i < NSIGNALS; i++) {
		/* With SIGCHLD ignored there would be nothing to wait for. */
		if (signals[i].sg_signal != SIGCHLD &&
		    sigaction(signals[i].sg_signal, NULL, &old) == 0 &&
		    old.sa_handler == SIG_IGN)
			continue;
		catch(signals[i].sg_signal);
	}
	return (fds[0]);
}

bool
signals_next(int fd, struct caught *ret_ca)
{
	size_t i;

	if (read(fd, ret_ca, sizeof(*ret_ca)) != sizeof(*ret_ca))
		return (false);
	for (i = 0; i < NSIGNALS; i++)
		if (signals[i].sg_signal == ret_ca->ca_signal)
			ret_ca->ca_group &= signals[i].sg_group;
	return (true);
}

bool
signals_forwarded(int sig)
{
	size_t i;

	for (i = 0; i < NSIGNALS; i++)
		if (signals[i].sg_signal == sig)
			return (signals[i].sg_forward);
	return (false);
}

static void
take_default(int sig)
{
	struct sigaction sa = { .sa_handler = SIG_DFL };
	sigset_t set;

	sigaction(sig, &sa, NULL);
	sigemptyset(&set);
	sigaddset(&set, sig);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	raise(sig);
}

void
signals_suspend(int sig)
{
	take_default(sig);
	if (sig == SIGTSTP)
		catch(sig);
}

void
signals_die(int sig)
{
	const struct rlimit none = { 0, 0 };

	/* Where cores go to a program, only the first of the two helps. */
	prctl(PR_SET_DUMPABLE, 0);
	setrlimit(RLIMIT_CORE, &none);
	take_default(sig);
	exit(128 + sig);
}
