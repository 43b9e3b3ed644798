// SPDX-License-Identifier: BSD-2-Clause
/*
 * ptyrun: run a command on a terminal, as a user would.
 *
 *	ptyrun script command [argument ...]
 *
 * The script's lines, one action each (C's backslash escapes in text):
 *
 *	expect TEXT	wait until the terminal shows TEXT, after the last one
 *	absent TEXT	TEXT has not been shown since the last expect
 *	send TEXT	type TEXT
 *	size ROWS COLS	change the size of the window
 *	pause MS	let the command get on
 *	kill NUMBER	send the command a signal
 *	hangup		close the terminal
 *	cooked		fails unless the terminal echoes and reads lines
 *	raw		waits until it does neither
 *	exit STATUS	wait for the command's end, with this status
 *
 * Exits 0, or 1 with the line that failed and what the terminal has shown.
 */
#include <sys/ioctl.h>
#include <sys/wait.h>

#include <err.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE	20	/* seconds until a line has failed */

static char shown[1 << 20];	/* all that the terminal has shown */
static size_t shown_len;
static size_t matched;		/* up to here the script has seen it */
static int master = -1;
static pid_t command;
static int line_number;

static _Noreturn void
fail(const char *line, const char *why)
{
	size_t i;

	fprintf(stderr, "ptyrun: line %d: %s: %s\nshown:\n", line_number,
	    line, why);
	for (i = 0; i < shown_len; i++) {
		unsigned char c = (unsigned char)shown[i];

		if (i == matched)
			fputs("<<here>>", stderr);
		if ((c < ' ' && c != '\n') || c > '~')
			fprintf(stderr, "\\%03o", c);
		else
			fputc(c, stderr);
	}
	fputc('\n', stderr);
	if (command > 0)
		kill(command, SIGKILL);
	exit(1);
}

/* Take what the terminal shows within ms.  False: it is closed. */
static bool
look(int ms)
{
	struct pollfd pfd = { .fd = master, .events = POLLIN };
	ssize_t n;

	if (master == -1) {
		poll(NULL, 0, ms);
		return (false);
	}
	if (poll(&pfd, 1, ms) <= 0)
		return (true);
	if (shown_len == sizeof(shown) - 1)
		fail("output", "too much of it");
	n = read(master, shown + shown_len, sizeof(shown) - 1 - shown_len);
	if (n <= 0) {
		poll(NULL, 0, ms > 20 ? 20 : ms);
		return (false);
	}
	shown_len += (size_t)n;
	shown[shown_len] = '\0';
	return (true);
}

static char *
find(const char *text)
{
	return (memmem(shown + matched, shown_len - matched, text,
	    strlen(text)));
}

static bool
cooked(void)
{
	struct termios t;

	if (tcgetattr(master, &t) == -1)
		err(1, "tcgetattr");
	return ((t.c_lflag & (ICANON | ECHO | ISIG)) ==
	    (ICANON | ECHO | ISIG) && (t.c_oflag & OPOST) != 0);
}

/* Resolve \n, \r, \e, \\ and \ooo in place. */
static void
unescape(char *s)
{
	char *to = s;
	int n;

	while (*s != '\0') {
		if (*s != '\\') {
			*to++ = *s++;
			continue;
		}
		s++;
		if (*s >= '0' && *s <= '7') {
			*to++ = (char)strtol((char[]){ s[0], s[1],
			    s[1] != '\0' ? s[2] : '\0', '\0' }, NULL, 8);
			for (n = 0; n < 3 && *s != '\0'; n++)
				s++;
			continue;
		}
		*to++ = *s == 'n' ? '\n' : *s == 'r' ? '\r' :
		    *s == 'e' ? '\033' : *s;
		if (*s != '\0')
			s++;
	}
	*to = '\0';
}

static void
await_exit(const char *line, int wanted)
{
	time_t end = time(NULL) + PATIENCE;
	int status, code;

	while (waitpid(command, &status, WNOHANG) == 0) {
		look(50);
		if (time(NULL) > end)
			fail(line, "still running");
	}
	while (master != -1 && shown_len < sizeof(shown) - 1) {
		size_t before = shown_len;

		if (!look(20) || shown_len == before)
			break;
	}
	command = 0;
	code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
	    WEXITSTATUS(status);
	if (code != wanted) {
		printf("exit status %d\n", code);
		fail(line, "another status");
	}
}

static void
act(const char *line, const char *verb, char *rest)
{
	time_t end = time(NULL) + PATIENCE;
	struct winsize ws = { 0 };
	char *at;

	if (strcmp(verb, "expect") == 0) {
		while ((at = find(rest)) == NULL) {
			look(50);
			if (time(NULL) > end)
				fail(line, "not shown");
		}
		matched = (size_t)(at - shown) + strlen(rest);
	} else if (strcmp(verb, "absent") == 0) {
		look(100);
		if (find(rest) != NULL)
			fail(line, "shown");
	} else if (strcmp(verb, "send") == 0) {
		if (write(master, rest, strlen(rest)) == -1)
			fail(line, "write");
	} else if (strcmp(verb, "size") == 0) {
		if (sscanf(rest, "%hu %hu", &ws.ws_row, &ws.ws_col) != 2 ||
		    ioctl(master, TIOCSWINSZ, &ws) == -1)
			fail(line, "TIOCSWINSZ");
	} else if (strcmp(verb, "pause") == 0) {
		poll(NULL, 0, atoi(rest));
	} else if (strcmp(verb, "kill") == 0) {
		kill(command, atoi(rest));
	} else if (strcmp(verb, "hangup") == 0) {
		close(master);
		master = -1;
	} else if (strcmp(verb, "cooked") == 0) {
		while (!cooked()) {
			look(50);
			if (time(NULL) > end)
				fail(line, "terminal is raw");
		}
	} else if (strcmp(verb, "raw") == 0) {
		while (cooked()) {
			look(50);
			if (time(NULL) > end)
				fail(line, "terminal is not raw");
		}
	} else if (strcmp(verb, "exit") == 0)
		await_exit(line, atoi(rest));
	else
		fail(line, "no such action");
}

int
main(int argc, char *argv[])
{
	struct winsize ws = { .ws_row = 24, .ws_col = 80 };
	char line[1024], copy[1024], *rest;
	FILE *script;

	if (argc < 3)
		errx(1, "usage: ptyrun script command [argument ...]");
	if ((script = fopen(argv[1], "re")) == NULL)
		err(1, "%s", argv[1]);
	command = forkpty(&master, NULL, NULL, &ws);
	if (command == -1)
		err(1, "forkpty");
	if (command == 0) {
		execvp(argv[2], argv + 2);
		err(127, "%s", argv[2]);
	}
	while (fgets(line, sizeof(line), script) != NULL) {
		line_number++;
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '\0' || line[0] == '#')
			continue;
		memcpy(copy, line, sizeof(copy));
		rest = copy + strcspn(copy, " ");
		if (*rest != '\0')
			*rest++ = '\0';
		unescape(rest);
		act(line, copy, rest);
	}
	fclose(script);
	if (command > 0) {
		kill(command, SIGHUP);
		kill(command, SIGKILL);
	}
	return (0);
}
