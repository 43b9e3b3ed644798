// SPDX-License-Identifier: BSD-2-Clause
/*
 * Theory of operation.  As many threads as there may be runs at a time wait
 * for a message on the control socket; the kernel gives each message to one of
 * them.  That thread takes a prison from the pool, puts the files there, runs
 * the stages, removes the prison, and only then tells how it went, by the
 * socket that came with the message.  A run has no other state: when that
 * socket's other end is closed, the run is killed; when this process dies,
 * the other end sees its socket closed.
 */
#include "keeper.h"

#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "pool.h"
#include "stage.h"
#include "world.h"

#define STACK		(512 * 1024)

static struct {
	const struct config	*ke_co;
	struct shared		*ke_sh;
	int			 ke_control;
	int			 ke_null;	/* what there is to read where
						   nothing is */
	pthread_t		*ke_threads;
	unsigned		 ke_nthreads;
} keeper;

struct run {
	struct wire_message	 ru_wm;
	int			 ru_fds[WIRE_FDS];
	const struct language	*ru_la;
	struct jail_cell	*ru_cell;
	uint64_t		 ru_cpu;	/* microseconds of the cell's */
	char			*ru_argv[WORDS_MAX + WIRE_ARGS + 1];
};

static void
tell(const struct run *ru, const struct wire_event *ev)
{
	send(ru->ru_fds[WIRE_TALK], ev, sizeof(*ev), MSG_NOSIGNAL);
}

static void
tell_error(const struct run *ru, const char *text)
{
	struct wire_event ev = { .ev_what = EVENT_ERROR, .ev_calls = -1 };

	snprintf(ev.ev_text, sizeof(ev.ev_text), "%.255s", text);
	tell(ru, &ev);
}

/* ------------------------------------------------------------------------
 * Files.
 */

/* The work directory holds what was asked for, not what it was made with. */
static int
set_size(const struct run *ru, int dir)
{
	uint64_t want = ru->ru_wm.wm_run.wr_limit[LIMIT_FILES];
	char text[24];
	int error, fs;

	if (want == keeper.ke_co->co_limit[LIMIT_FILES])
		return (0);
	if ((fs = fspick(dir, "", FSPICK_EMPTY_PATH | FSPICK_CLOEXEC)) == -1)
		return (-1);
	snprintf(text, sizeof(text), "%llu", (unsigned long long)want);
	error = fsconfig(fs, FSCONFIG_SET_STRING, "size", text, 0) == -1 ||
	    fsconfig(fs, FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0) == -1;
	close(fs);
	return (error ? -1 : 0);
}

static int
copy_content(int to, int from, off_t at, uint64_t size)
{
	ssize_t n;

	while (size > 0) {
		if ((n = sendfile(to, from, &at, size)) <= 0)
			return (n == 0 ? (errno = EIO, -1) : -1);
		size -= n;
	}
	return (0);
}

/* The directories of a file's name, each the command's own. */
static int
make_dirs(int dir, const char *name, uid_t owner)
{
	char path[WIRE_NAME], *p;

	snprintf(path, sizeof(path), "%s", name);
	for (p = path; (p = strchr(p, '/')) != NULL; *p++ = '/') {
		*p = '\0';
		if (mkdirat(dir, path, 0700) == -1) {
			if (errno != EEXIST)
				return (-1);
		} else if (fchownat(dir, path, owner, owner,
		    AT_SYMLINK_NOFOLLOW) == -1)
			return (-1);
	}
	return (0);
}

/* Nothing has run in there yet, so nobody has put links in our way. */
static int
put_file(const struct run *ru, int dir, const char *name, off_t at,
    uint64_t size)
{
	uid_t owner = jail_cell_uid(ru->ru_cell, WORK_UID);
	int error, fd;

	if (make_dirs(dir, name, owner) == -1)
		return (-1);
	fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
	    O_CLOEXEC, 0700);
	if (fd == -1)
		return (-1);
	error = copy_content(fd, ru->ru_fds[WIRE_CONTENT], at, size);
	if (error == 0)
		error = fchown(fd, owner, owner);
	close(fd);
	return (error);
}

static int
put_files(const struct run *ru)
{
	const struct wire_run *wr = &ru->ru_wm.wm_run;
	int dir = jail_cell_mount(ru->ru_cell, 0);
	char text[WIRE_NAME + 64];
	off_t at = 0;
	unsigned i;

	if (set_size(ru, dir) == -1) {
		tell_error(ru, strerror(errno));
		return (-1);
	}
	for (i = 0; i < wr->wr_nfiles; at += wr->wr_sizes[i++]) {
		if (put_file(ru, dir, wire_string(&ru->ru_wm, i), at,
		    wr->wr_sizes[i]) == 0)
			continue;
		snprintf(text, sizeof(text), "%s: %s",
		    wire_string(&ru->ru_wm, i), errno == ENOSPC ?
		    "the files are more than limits.files" :
		    errno == EEXIST ? "there twice" : strerror(errno));
		tell_error(ru, text);
		return (-1);
	}
	return (0);
}

/* ------------------------------------------------------------------------
 * Stages.
 */

/* The words of the language's command, then the request's arguments. */
static char **
make_argv(struct run *ru, char *const *words, int with_args)
{
	const struct wire_run *wr = &ru->ru_wm.wm_run;
	unsigned i, n;

	for (n = 0; words[n] != NULL; n++)
		ru->ru_argv[n] = words[n];
	for (i = 0; with_args && i < wr->wr_nargs; i++)
		ru->ru_argv[n++] = (char *)(uintptr_t)wire_string(&ru->ru_wm,
		    wr->wr_nfiles + i);
	ru->ru_argv[n] = NULL;
	return (ru->ru_argv);
}

static int
run_stage(struct run *ru, char *const *words, int is_main,
    struct wire_event *ev)
{
	int fds[3] = {
		is_main && ru->ru_fds[WIRE_STDIN] != -1 ?
		    ru->ru_fds[WIRE_STDIN] : keeper.ke_null,
		ru->ru_fds[WIRE_STDOUT], ru->ru_fds[WIRE_STDERR]
	};
	struct stage st = {
		.st_cell = ru->ru_cell,
		.st_argv = make_argv(ru, words, is_main),
		.st_fds = fds, .st_talk = ru->ru_fds[WIRE_TALK],
		.st_limit = ru->ru_wm.wm_run.wr_limit,
		.st_virtual = ru->ru_la->la_virtual,
		.st_count = keeper.ke_co->co_count,
		.st_cpu = &ru->ru_cpu,
	};
	int r = stage_run(&st, ev);

	if (r == -1)
		tell_error(ru, jail_errmsg);
	return (r);
}

/* Wait until the other side has taken what the compiler said.  1: go on. */
static int
may_go(const struct run *ru)
{
	struct pollfd pfd = { .fd = ru->ru_fds[WIRE_TALK], .events = POLLIN };
	uint32_t order;

	return (poll(&pfd, 1, (int)ru->ru_wm.wm_run.wr_limit[LIMIT_WALL]) == 1
	    && recv(pfd.fd, &order, sizeof(order), MSG_DONTWAIT) ==
	    sizeof(order) && order == ORDER_GO);
}

/* 1: the program is there. */
static int
compile(struct run *ru)
{
	struct wire_event ev;

	if (ru->ru_la->la_compile[0] == NULL)
		return (1);
	if (run_stage(ru, ru->ru_la->la_compile, 0, &ev) != 0)
		return (0);
	ev.ev_what = EVENT_COMPILED;
	tell(ru, &ev);
	return (ev.ev_cause == CAUSE_OK && ev.ev_status == 0 && may_go(ru));
}

static void
end_cell(const struct run *ru)
{
	if (jail_cell_end(ru->ru_cell) == -1)
		log_error("prison", jail_errmsg);
	atomic_fetch_add(&keeper.ke_sh->sh_ended, 1);
}

static void
run(struct run *ru)
{
	struct wire_event ev;
	int done = 0;

	ru->ru_cpu = 0;
	ru->ru_cell = pool_take(world_of(keeper.ke_co, ru->ru_la));
	if (ru->ru_cell == NULL) {
		log_error("prison", jail_errmsg);
		tell_error(ru, jail_errmsg);
		return;
	}
	if (put_files(ru) == 0 && compile(ru))
		done = run_stage(ru, ru->ru_la->la_command, 1, &ev) == 0;
	end_cell(ru);
	if (done) {
		ev.ev_what = EVENT_DONE;
		tell(ru, &ev);
	}
}

static void *
serve(void *arg)
{
	const char *wrong;
	struct run *ru;
	int i, r;

	if ((ru = calloc(1, sizeof(*ru))) == NULL)
		return (arg);
	while ((r = wire_receive(keeper.ke_control, &ru->ru_wm,
	    ru->ru_fds)) != 0) {
		wrong = r == -1 ? "no message of ours" : wire_check(&ru->ru_wm,
		    ru->ru_fds, keeper.ke_co);
		if (wrong != NULL) {
			log_error("refused", wrong);
			tell_error(ru, wrong);
		} else {
			ru->ru_la = &keeper.ke_co->co_languages[
			    ru->ru_wm.wm_run.wr_language];
			run(ru);
		}
		for (i = 0; i < WIRE_FDS; i++)
			if (ru->ru_fds[i] != -1)
				close(ru->ru_fds[i]);
	}
	free(ru);
	return (arg);
}

int
keeper_start(const struct config *co, struct shared *sh, int control)
{
	pthread_attr_t attr;

	keeper.ke_co = co;
	keeper.ke_sh = sh;
	keeper.ke_control = control;
	keeper.ke_null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (keeper.ke_null == -1)
		return (-1);
	keeper.ke_threads = calloc(co->co_runs, sizeof(pthread_t));
	if (keeper.ke_threads == NULL)
		return (-1);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK);
	for (; keeper.ke_nthreads < co->co_runs; keeper.ke_nthreads++) {
		errno = pthread_create(&keeper.ke_threads[keeper.ke_nthreads],
		    &attr, serve, NULL);
		if (errno != 0)
			return (-1);
	}
	pthread_attr_destroy(&attr);
	return (0);
}

void
keeper_join(void)
{
	while (keeper.ke_nthreads > 0)
		pthread_join(keeper.ke_threads[--keeper.ke_nthreads], NULL);
	free(keeper.ke_threads);
	close(keeper.ke_null);
}
