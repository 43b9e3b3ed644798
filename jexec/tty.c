// SPDX-License-Identifier: BSD-2-Clause
#include "tty.h"

#include <sys/ioctl.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

/*
 * More than a pipe or a terminal can hold, so that all of the command's own
 * output comes over, and that of what it left running does not keep us.
 */
#define DRAIN_MAX	(512 * 1024)

/* What tty_restore() puts back; it is called at exit, without arguments. */
static struct termios saved;
static int saved_fd = -1;
static bool raw;

bool
tty_foreground(int fd)
{
	pid_t group = tcgetpgrp(fd);

	/* A terminal that does not control us cannot stop us either. */
	return (group == -1 || group == getpgrp());
}

bool
tty_cooked(int fd)
{
	struct termios t;

	return (tcgetattr(fd, &t) == -1 || (t.c_lflag & ICANON) != 0);
}

void
tty_raw(int fd)
{
	struct termios t;

	if (raw)
		return;
	if (saved_fd == -1) {
		if (tcgetattr(fd, &saved) == -1)
			return;
		saved_fd = fd;
		atexit(tty_restore);
	}
	t = saved;
	cfmakeraw(&t);
	t.c_cc[VMIN] = 1;
	t.c_cc[VTIME] = 0;
	raw = tcsetattr(fd, TCSANOW, &t) == 0;
}

void
tty_restore(void)
{
	/* In the background the terminal has the shell's settings. */
	if (raw && tty_foreground(saved_fd))
		tcsetattr(saved_fd, TCSANOW, &saved);
	raw = false;
}

void
tty_forget(void)
{
	raw = false;
}

bool
tty_settings(int fd, struct termios *ret_t)
{
	/* A shell's line editor, at whose side we run, is no example. */
	return (tty_foreground(fd) && tcgetattr(fd, ret_t) == 0 &&
	    (ret_t->c_lflag & ICANON) != 0);
}

void
tty_give_size(int fd, int master)
{
	struct winsize ws;

	if (ioctl(fd, TIOCGWINSZ, &ws) == 0)
		ioctl(master, TIOCSWINSZ, &ws);
}

int
tty_suspend_char(int master)
{
	struct termios t;

	/* The master's settings are those of the terminal behind it. */
	if (tcgetattr(master, &t) == -1 || (t.c_lflag & ISIG) == 0 ||
	    t.c_cc[VSUSP] == _POSIX_VDISABLE)
		return (-1);
	return (t.c_cc[VSUSP]);
}

bool
relay_fill(struct relay *rl)
{
	ssize_t n = read(rl->rl_from, rl->rl_buf, sizeof(rl->rl_buf));

	if (n == -1)
		return (errno == EINTR || errno == EAGAIN);
	rl->rl_pos = 0;
	rl->rl_len = (size_t)n;
	return (n > 0);
}

bool
relay_flush(struct relay *rl)
{
	ssize_t n;

	if (rl->rl_pos == rl->rl_len)
		return (true);
	n = write(rl->rl_to, rl->rl_buf + rl->rl_pos,
	    rl->rl_len - rl->rl_pos);
	if (n == -1)
		return (errno == EINTR || errno == EAGAIN);
	rl->rl_pos += (size_t)n;
	if (rl->rl_pos == rl->rl_len)
		rl->rl_pos = rl->rl_len = 0;
	return (true);
}

void
relay_drain(struct relay *rl)
{
	struct pollfd pfd = { .fd = rl->rl_to, .events = POLLOUT };
	size_t total = 0;

	while (total < DRAIN_MAX) {
		while (rl->rl_len != 0) {
			poll(&pfd, 1, -1);
			if (!relay_flush(rl))
				return;
		}
		if (!relay_fill(rl) || rl->rl_len == 0)
			return;
		total += rl->rl_len;
	}
}
