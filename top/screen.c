// SPDX-License-Identifier: BSD-2-Clause
#include <curses.h>
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "top.h"

#define CTRL(c)	((c) & 0x1f)

static bool is_open;

void
screen_open(void)
{
	SCREEN *sc = newterm(NULL, stdout, stdin);

	if (sc == NULL)
		errx(1, "terminal \"%s\" is not known: set TERM, or use -b",
		    getenv("TERM") != NULL ? getenv("TERM") : "");
	is_open = true;
	cbreak();
	noecho();
	keypad(stdscr, TRUE);
	/* err(3) after this would be written into the picture. */
	atexit(screen_close);
}

void
screen_close(void)
{
	if (!is_open)
		return;
	is_open = false;
	move(LINES - 1, 0);
	clrtoeol();
	refresh();
	endwin();
}

void
screen_size(int *ret_width, int *ret_height)
{
	getmaxyx(stdscr, *ret_height, *ret_width);
}

void
screen_show(const struct frame *fr, const char *message)
{
	int i;

	erase();
	for (i = 0; i < fr->fr_n && i < LINES; i++) {
		if (i == fr->fr_header)
			attron(A_REVERSE);
		mvaddstr(i, 0, fr->fr_lines[i]);
		if (i == fr->fr_header)
			attroff(A_REVERSE);
	}
	if (message[0] != '\0') {
		attron(A_STANDOUT);
		mvaddnstr(fr->fr_message, 0, message, COLS - 1);
		attroff(A_STANDOUT);
	}
	move(fr->fr_message, 0);
	refresh();
}

/* Has whoever typed gone away? */
static bool
is_deserted(void)
{
	struct pollfd pfd = { .fd = STDIN_FILENO, .events = POLLIN };
	char c;

	if (poll(&pfd, 1, 0) != 1)
		return (false);
	return ((pfd.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0 ||
	    read(STDIN_FILENO, &c, 0) == -1);
}

int
screen_key(double seconds)
{
	int key;

	timeout(seconds * 1000 < 86400000 ? (int)(seconds * 1000) : 86400000);
	key = getch();
	if (key == KEY_RESIZE)
		return (-1);
	if (key == ERR)
		return (is_deserted() ? -2 : 0);
	return (key);
}

bool
screen_ask(const struct frame *fr, const char *question, char *answer,
    size_t size)
{
	size_t len = 0;
	int key;

	timeout(-1);
	answer[0] = '\0';
	for (;;) {
		move(fr->fr_message, 0);
		clrtoeol();
		attron(A_STANDOUT);
		addstr(question);
		attroff(A_STANDOUT);
		addstr(answer);
		refresh();
		key = getch();
		if (key == '\n' || key == '\r' || key == KEY_ENTER)
			return (len > 0);
		if (key == ERR || key == CTRL('g') || key == 27)
			return (false);
		if (key == KEY_BACKSPACE || key == 127 || key == '\b' ||
		    key == erasechar())
			len -= len > 0;
		else if (key == killchar() || key == CTRL('u'))
			len = 0;
		else if (key >= ' ' && key < 127 && len + 1 < size)
			answer[len++] = (char)key;
		answer[len] = '\0';
	}
}

void
screen_page(const char *text)
{
	erase();
	mvaddstr(0, 0, text);
	addstr("\nHit any key to continue: ");
	refresh();
	timeout(-1);
	getch();
}
