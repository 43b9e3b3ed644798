// SPDX-License-Identifier: BSD-2-Clause
/*
 * The command is our child, in a session of its own.  What a terminal would
 * do for it, had it been ours, is done here:
 *
 *   signals	The kernel sends ^C, ^Z and hang-ups to our process group; we
 *		forward them to the command's.
 *   terminal	All of 0-2 are terminals: the command has one of its own, ours
 *		is raw, and bytes are copied; ^C and the rest then are just
 *		bytes that have their effect inside.  Only some are: each is
 *		replaced by a pipe, ours stays as it is, since its settings
 *		belong to whatever else is in the pipeline.
 *   neither	The command has our descriptors, and we only wait.
 *
 * The command's death is seen on its pidfd, its stops by SIGCHLD.
 */
#include "session.h"

#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "signals.h"

/* How often to ask, in ms, whether a terminal we may not read is ours again. */
#define RETRY	200

static void
close_fd(int *fd)
{
	if (*fd != -1)
		close(*fd);
	*fd = -1;
}

/* ------------------------------------------------------------------------
 * Starting.
 */

static void
relay_set(struct relay *rl, int from, int to)
{
	rl->rl_from = from;
	rl->rl_to = to;
	rl->rl_pos = rl->rl_len = 0;
}

static void
nonblock(int fd)
{
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

static bool
same_terminal(int a, int b)
{
	struct stat sa, sb;

	return (isatty(a) && isatty(b) && fstat(a, &sa) == 0 &&
	    fstat(b, &sb) == 0 && sa.st_rdev == sb.st_rdev);
}

/*
 * A pipe between descriptor n, a terminal, and the command, whose end is
 * returned.  Ours does not block; the terminal's own O_NONBLOCK is left
 * alone, for it would be set for all who have the terminal open.
 */
static int
pipe_for(struct session *se, int n)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) == -1)
		err(1, "pipe");
	if (n == STDIN_FILENO) {
		nonblock(fds[1]);
		relay_set(&se->se_relays[n], n, fds[1]);
		return (fds[0]);
	}
	nonblock(fds[0]);
	relay_set(&se->se_relays[n], fds[0], n);
	return (fds[1]);
}

static int
start_with_pipes(struct session *se, int jid, struct jail_command *jc)
{
	int fds[3], n;

	for (n = 0; n < 3; n++) {
		fds[n] = n;
		/* What shares a terminal keeps its order in one pipe. */
		if (n == STDERR_FILENO && same_terminal(1, 2))
			fds[n] = fds[1];
		else if (isatty(n))
			fds[n] = pipe_for(se, n);
	}
	jc->jc_fds = fds;
	se->se_pid = jail_spawn(jid, jc, &se->se_pidfd, NULL);
	/* Only the command may hold its ends: else nobody sees an end. */
	for (n = 0; n < 3; n++)
		if (fds[n] > 2 && (n != 2 || fds[2] != fds[1]))
			close(fds[n]);
	return (se->se_pid == -1 ? -1 : 0);
}

static int
start_with_terminal(struct session *se, int jid, struct jail_command *jc)
{
	struct termios settings;
	struct winsize size;

	jc->jc_flags |= JC_TTY;
	if (tty_settings(STDIN_FILENO, &settings))
		jc->jc_termios = &settings;
	if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0)
		jc->jc_winsize = &size;
	se->se_pid = jail_spawn(jid, jc, &se->se_pidfd, &se->se_master);
	if (se->se_pid == -1)
		return (-1);
	nonblock(se->se_master);
	se->se_peer = ioctl(se->se_master, TIOCGPTPEER,
	    O_RDWR | O_NOCTTY | O_CLOEXEC);
	relay_set(&se->se_relays[RELAY_IN], STDIN_FILENO, se->se_master);
	relay_set(&se->se_relays[RELAY_OUT], se->se_master, STDOUT_FILENO);
	return (0);
}

int
session_start(struct session *se, int jid, struct jail_command *jc)
{
	int n;

	se->se_pidfd = se->se_master = se->se_peer = -1;
	for (n = 0; n < RELAY_N; n++)
		relay_set(&se->se_relays[n], -1, -1);
	if ((se->se_signals = signals_catch()) == -1)
		err(1, "pipe");
	if (isatty(0) && isatty(1) && isatty(2))
		return (start_with_terminal(se, jid, jc));
	return (start_with_pipes(se, jid, jc));
}

/* ------------------------------------------------------------------------
 * Job control.
 */

/* Stop the command and ourselves; when we are continued, so is it. */
static void
suspend(struct session *se, int sig)
{
	/*
	 * Not SIGTSTP: the kernel ignores it in a process group that has no
	 * parent in its own session, which is what the command's is.
	 */
	kill(-se->se_pid, SIGSTOP);
	tty_restore();
	signals_suspend(sig);
	tty_forget();
	if (se->se_master != -1)
		tty_give_size(STDIN_FILENO, se->se_master);
	kill(-se->se_pid, SIGCONT);
}

/* Whether the command neither ignores nor handles SIGTSTP. */
static bool
takes_default_stop(pid_t pid)
{
	unsigned long long mask, special = 0;
	char path[64], line[256];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	if ((f = fopen(path, "re")) == NULL)
		return (false);
	while (fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "SigIgn: %llx", &mask) == 1 ||
		    sscanf(line, "SigCgt: %llx", &mask) == 1)
			special |= mask;
	fclose(f);
	return ((special & (1ULL << (SIGTSTP - 1))) == 0);
}

/*
 * ^Z typed at the command itself, not at a job of a shell inside, would have
 * no effect, for the reason above.  Take it out of the input and stop.
 */
static void
suspend_if_typed(struct session *se)
{
	struct relay *rl = &se->se_relays[RELAY_IN];
	char *at = NULL;
	int c;

	if ((c = tty_suspend_char(se->se_master)) != -1)
		at = memchr(rl->rl_buf, c, rl->rl_len);
	if (at == NULL || tcgetpgrp(se->se_master) != se->se_pid ||
	    !takes_default_stop(se->se_pid))
		return;
	rl->rl_len--;
	memmove(at, at + 1, rl->rl_len - (size_t)(at - rl->rl_buf));
	suspend(se, SIGTSTP);
}

/* Whether a shell is looking on that would take over when we stop. */
static bool
is_foreground_job(void)
{
	int n;

	for (n = 0; n < 3; n++)
		if (tcgetpgrp(n) == getpgrp())
			return (true);
	return (false);
}

/* Look after the command.  Returns true, with its status, when it ended. */
static bool
command_ended(struct session *se, int *ret_status)
{
	siginfo_t si;

	for (;;) {
		si.si_pid = 0;
		if (waitid(P_PID, (id_t)se->se_pid, &si, WEXITED | WSTOPPED |
		    WNOHANG | __WALL) == -1) {
			if (errno == EINTR)
				continue;
			err(1, "waitid");
		}
		if (si.si_pid == 0)
			return (false);
		if (si.si_code == CLD_STOPPED) {
			if (is_foreground_job())
				suspend(se, SIGSTOP);
			continue;
		}
		*ret_status = si.si_code == CLD_EXITED ?
		    W_EXITCODE(si.si_status, 0) : W_EXITCODE(0, si.si_status);
		return (true);
	}
}

static void
take_signals(struct session *se)
{
	struct caught ca;

	while (signals_next(se->se_signals, &ca)) {
		switch (ca.ca_signal) {
		case SIGTSTP:
			suspend(se, SIGTSTP);
			break;
		case SIGWINCH:
			if (se->se_master != -1)
				tty_give_size(STDIN_FILENO, se->se_master);
			break;
		case SIGCONT:
			tty_forget();
			kill(-se->se_pid, SIGCONT);
			break;
		default:
			if (signals_forwarded(ca.ca_signal))
				kill(ca.ca_group ? -se->se_pid : se->se_pid,
				    ca.ca_signal);
		}
	}
}

/* ------------------------------------------------------------------------
 * Copying.
 */

/* Our terminal is gone: let the kernel tell the command that its is. */
static void
hang_up(struct session *se)
{
	se->se_relays[RELAY_IN].rl_from = -1;
	se->se_relays[RELAY_OUT].rl_from = -1;
	close_fd(&se->se_peer);
	close_fd(&se->se_master);
}

/* A relay between a terminal and a pipe has lost one of its ends. */
static void
relay_end(struct session *se, int n)
{
	struct relay *rl = &se->se_relays[n];

	/* The command's next read says end of file, its next write SIGPIPE. */
	close_fd(n == RELAY_IN ? &rl->rl_to : &rl->rl_from);
	rl->rl_from = -1;
}

/* Whether to read what the user types. */
static bool
input_is_ours(struct session *se)
{
	if (!tty_foreground(STDIN_FILENO)) {
		tty_forget();
		return (false);
	}
	/*
	 * Beside us in a pipeline a pager may have the terminal, which it
	 * shows by leaving the line mode: then the keys are for it.
	 */
	if (se->se_master == -1)
		return (tty_cooked(STDIN_FILENO));
	tty_raw(STDIN_FILENO);
	return (true);
}

/* Move on with a relay whose descriptor is ready. */
static void
relay_step(struct session *se, int n)
{
	struct relay *rl = &se->se_relays[n];
	bool reading = rl->rl_len == 0;

	if (rl->rl_from == -1)	/* hung up a moment ago */
		return;
	/* While we slept another program may have taken the terminal. */
	if (n == RELAY_IN && reading && !input_is_ours(se))
		return;
	if (reading ? relay_fill(rl) : relay_flush(rl)) {
		if (reading && n == RELAY_IN && se->se_master != -1)
			suspend_if_typed(se);
	} else if (se->se_master == -1)
		relay_end(se, n);
	else if (n == RELAY_OUT && reading)
		rl->rl_from = -1;	/* only without se_peer */
	else
		hang_up(se);
}

/* What a relay waits for.  False: for the terminal to be ours again. */
static bool
relay_poll(struct session *se, int n, struct pollfd *ret_pfd)
{
	const struct relay *rl = &se->se_relays[n];

	*ret_pfd = (struct pollfd){ .fd = -1 };
	if (rl->rl_from == -1)
		return (true);
	if (rl->rl_len != 0) {
		ret_pfd->fd = rl->rl_to;
		ret_pfd->events = POLLOUT;
	}
	if (n == RELAY_IN && !input_is_ours(se))
		return (false);
	if (rl->rl_len == 0) {
		ret_pfd->fd = rl->rl_from;
		ret_pfd->events = POLLIN;
	}
	return (true);
}

int
session_wait(struct session *se)
{
	struct pollfd pfd[RELAY_N + 2];
	int n, status, timeout;

	for (;;) {
		timeout = -1;
		for (n = 0; n < RELAY_N; n++)
			if (!relay_poll(se, n, &pfd[n]))
				timeout = RETRY;
		pfd[RELAY_N] = (struct pollfd){ se->se_signals, POLLIN, 0 };
		pfd[RELAY_N + 1] = (struct pollfd){ se->se_pidfd, POLLIN, 0 };
		if (poll(pfd, RELAY_N + 2, timeout) == -1 && errno != EINTR)
			err(1, "poll");
		take_signals(se);
		if (command_ended(se, &status))
			break;
		for (n = 0; n < RELAY_N; n++)
			if (pfd[n].revents != 0)
				relay_step(se, n);
	}
	for (n = RELAY_OUT; n < RELAY_N; n++)
		if (se->se_relays[n].rl_from != -1)
			relay_drain(&se->se_relays[n]);
	tty_restore();
	return (status);
}
