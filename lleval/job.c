// SPDX-License-Identifier: BSD-2-Clause
/*
 * The queue is here and not in the control socket: what waits costs a memfd,
 * not five descriptors in flight, and a client that goes away takes it back.
 */
#include "job.h"

#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "watch.h"

#define CHUNK		65536
#define SEALS		(F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL)

/* A job and those of its descriptors that epoll watches. */
struct watched {
	struct job	wa_job;		/* first: one is the other */
	struct watch	wa_watch[1 + CAPTURES];
};

static TAILQ_HEAD(, job) waiting = TAILQ_HEAD_INITIALIZER(waiting);
static TAILQ_HEAD(, job) running = TAILQ_HEAD_INITIALIZER(running);
static unsigned nwaiting, nrunning;
static double average = 50;
static const struct config *config;
static int control = -1;

static uint64_t
now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ((uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000);
}

static void
close_fd(int *fd)
{
	if (*fd != -1)
		close(*fd);
	*fd = -1;
}

/* ------------------------------------------------------------------------
 * What is to be run.
 */

static int
make_memfd(void)
{
	return (memfd_create("lleval", MFD_CLOEXEC | MFD_ALLOW_SEALING));
}

struct job *
job_new(const struct config *co)
{
	struct watched *wa = calloc(1, sizeof(*wa));
	struct job *jo = &wa->wa_job;
	int i;

	if (wa == NULL)
		return (NULL);
	jo->jo_talk = jo->jo_stdin = jo->jo_content = -1;
	for (i = 0; i < STAGES * CAPTURES; i++)
		jo->jo_capture[i / CAPTURES][i % CAPTURES].ca_fd = -1;
	jo->jo_wm = calloc(1, sizeof(*jo->jo_wm));
	jo->jo_content = make_memfd();
	if (jo->jo_wm == NULL || jo->jo_content == -1) {
		job_free(jo);
		return (NULL);
	}
	jo->jo_wm->wm_run.wr_magic = WIRE_MAGIC;
	memcpy(jo->jo_wm->wm_run.wr_limit, co->co_limit, sizeof(co->co_limit));
	return (jo);
}

static int
write_all(int fd, const char *data, size_t len)
{
	ssize_t n;

	for (; len > 0; data += n, len -= n)
		if ((n = write(fd, data, len)) <= 0)
			return (-1);
	return (0);
}

static const char *
add_string(struct job *jo, const char *s)
{
	struct wire_run *wr = &jo->jo_wm->wm_run;
	size_t len = strlen(s) + 1;

	if (len > WIRE_TEXT - wr->wr_textlen)
		return ("names and arguments are too long");
	memcpy(jo->jo_wm->wm_text + wr->wr_textlen, s, len);
	wr->wr_textlen += len;
	return (NULL);
}

const char *
job_add_file(struct job *jo, const char *name, const void *data, size_t len)
{
	struct wire_run *wr = &jo->jo_wm->wm_run;
	const char *wrong;
	unsigned i;

	if (wr->wr_nfiles == WIRE_FILES)
		return ("too many files");
	if (!wire_name_ok(name))
		return ("the name of a file is not a path below the work "
		    "directory");
	for (i = 0; i < wr->wr_nfiles; i++)
		if (strcmp(wire_string(jo->jo_wm, i), name) == 0)
			return ("two files have one name");
	if ((wrong = add_string(jo, name)) != NULL)
		return (wrong);
	wr->wr_sizes[wr->wr_nfiles++] = len;
	return (write_all(jo->jo_content, data, len) == -1 ?
	    strerror(errno) : NULL);
}

const char *
job_add_arg(struct job *jo, const char *arg)
{
	if (jo->jo_wm->wm_run.wr_nargs == WIRE_ARGS)
		return ("too many arguments");
	jo->jo_wm->wm_run.wr_nargs++;
	return (add_string(jo, arg));
}

const char *
job_set_stdin(struct job *jo, const void *data, size_t len)
{
	/* Mostly there is none, and nothing to make for it. */
	if (len == 0)
		return (NULL);
	if (jo->jo_stdin == -1)
		jo->jo_stdin = make_memfd();
	return (jo->jo_stdin == -1 || write_all(jo->jo_stdin, data, len) ==
	    -1 ? strerror(errno) : NULL);
}

/* ------------------------------------------------------------------------
 * To the keeper.
 */

int
jobs_open(const struct config *co, int control_fd, int epoll)
{
	config = co;
	control = control_fd;
	watch_init(epoll);
	return (0);
}

static int
pipe_for(struct capture *ca, int *ret_write)
{
	int p[2];

	if (pipe2(p, O_CLOEXEC) == -1)
		return (-1);
	ca->ca_fd = p[0];
	*ret_write = p[1];
	return (fcntl(p[0], F_SETFL, O_NONBLOCK));
}

static void job_heard(void *);
static void capture_out(void *);
static void capture_err(void *);

static int
send_run(struct job *jo, int fds[WIRE_FDS])
{
	struct watched *wa = (struct watched *)jo;
	struct capture *ca = jo->jo_capture[STAGE_RUN];
	int p[2];

	jo->jo_most = jo->jo_wm->wm_run.wr_limit[LIMIT_OUTPUT];
	jo->jo_wm->wm_run.wr_language = jo->jo_la - config->co_languages;
	fds[WIRE_CONTENT] = jo->jo_content;
	fds[WIRE_STDIN] = jo->jo_stdin;
	if (fcntl(jo->jo_content, F_ADD_SEALS, SEALS) == -1 ||
	    (jo->jo_stdin != -1 &&
	    (fcntl(jo->jo_stdin, F_ADD_SEALS, SEALS) == -1 ||
	    lseek(jo->jo_stdin, 0, SEEK_SET) == -1)) ||
	    pipe_for(&ca[OUT], &fds[WIRE_STDOUT]) == -1 ||
	    pipe_for(&ca[ERR], &fds[WIRE_STDERR]) == -1 ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, p) == -1)
		return (-1);
	jo->jo_talk = p[0];
	fds[WIRE_TALK] = p[1];
	if (wire_send(control, jo->jo_wm, fds) == -1 ||
	    watch_add(&wa->wa_watch[0], jo->jo_talk, job_heard, jo) == -1 ||
	    watch_add(&wa->wa_watch[1], ca[OUT].ca_fd, capture_out, jo) == -1 ||
	    watch_add(&wa->wa_watch[2], ca[ERR].ca_fd, capture_err, jo) == -1)
		return (-1);
	return (0);
}

static void
over(struct job *jo)
{
	/* Before it is closed: its number may soon be another's. */
	watch_cancel(&((struct watched *)jo)->wa_watch[0]);
	close_fd(&jo->jo_talk);
	jo->jo_over(jo);
}

static void
start(struct job *jo)
{
	int fds[WIRE_FDS] = { -1, -1, -1, -1, -1 }, error;

	TAILQ_INSERT_TAIL(&running, jo, jo_entry);
	nrunning++;
	jo->jo_stage = jo->jo_la->la_compile[0] != NULL ? STAGE_COMPILE :
	    STAGE_RUN;
	error = send_run(jo, fds);
	if (error == -1)
		snprintf(jo->jo_error, sizeof(jo->jo_error),
		    "the keeper cannot be reached: %s", strerror(errno));
	close_fd(&fds[WIRE_TALK]);
	close_fd(&fds[WIRE_STDOUT]);
	close_fd(&fds[WIRE_STDERR]);
	close_fd(&jo->jo_content);
	close_fd(&jo->jo_stdin);
	free(jo->jo_wm);
	jo->jo_wm = NULL;
	if (error == -1)
		over(jo);
}

/* As many as may run; the rest waits. */
static void
start_waiting(void)
{
	struct job *jo;

	while (nrunning < config->co_runs &&
	    (jo = TAILQ_FIRST(&waiting)) != NULL) {
		TAILQ_REMOVE(&waiting, jo, jo_entry);
		nwaiting--;
		start(jo);
	}
}

int
job_submit(struct job *jo)
{
	if (nrunning >= config->co_runs && nwaiting >= config->co_queue)
		return (-1);
	jo->jo_queued = now_ms();
	TAILQ_INSERT_TAIL(&waiting, jo, jo_entry);
	nwaiting++;
	start_waiting();
	return (0);
}

static int
is_waiting(const struct job *jo)
{
	return (jo->jo_queued != 0 && jo->jo_wm != NULL);
}

void
job_free(struct job *jo)
{
	struct watched *wa = (struct watched *)jo;
	int c, s;

	if (jo == NULL)
		return;
	if (is_waiting(jo)) {
		TAILQ_REMOVE(&waiting, jo, jo_entry);
		nwaiting--;
	} else if (jo->jo_queued != 0) {
		TAILQ_REMOVE(&running, jo, jo_entry);
		nrunning--;
		average += (now_ms() - jo->jo_queued - average) / 16;
	}
	for (s = 0; s < 1 + CAPTURES; s++)
		watch_cancel(&wa->wa_watch[s]);
	close_fd(&jo->jo_talk);
	close_fd(&jo->jo_content);
	close_fd(&jo->jo_stdin);
	for (s = 0; s < STAGES; s++)
		for (c = 0; c < CAPTURES; c++) {
			close_fd(&jo->jo_capture[s][c].ca_fd);
			free(jo->jo_capture[s][c].ca_data);
		}
	free(jo->jo_wm);
	free(wa);
	if (config != NULL)
		start_waiting();
}

unsigned
jobs_waiting(void)
{
	return (nwaiting);
}

unsigned
jobs_running(void)
{
	return (nrunning);
}

double
jobs_average(void)
{
	return (average);
}

/* ------------------------------------------------------------------------
 * What comes back.
 */

static void
order(const struct job *jo, uint32_t what)
{
	if (jo->jo_talk != -1)
		send(jo->jo_talk, &what, sizeof(what), MSG_NOSIGNAL);
}

/* Keep what may be; of what is more only that it was. */
static void
keep(struct job *jo, struct capture *ca, const char *data, size_t len)
{
	uint64_t most = jo->jo_most;
	char *grown;

	if (len > most - ca->ca_len) {
		len = most - ca->ca_len;
		if (!ca->ca_over) {
			ca->ca_over = jo->jo_output[jo->jo_stage] = 1;
			order(jo, ORDER_OUTPUT);
		}
	}
	if (len == 0)
		return;
	if ((grown = realloc(ca->ca_data, ca->ca_len + len)) == NULL) {
		ca->ca_over = 1;
		return;
	}
	memcpy(grown + ca->ca_len, data, len);
	ca->ca_data = grown;
	ca->ca_len += len;
}

/* Read what there is.  1: there was something. */
static int
drain(struct job *jo, int which, int all)
{
	static char chunk[CHUNK];
	struct capture *ca = &jo->jo_capture[jo->jo_stage][which];
	int fd = jo->jo_capture[STAGE_RUN][which].ca_fd, any = 0;
	ssize_t n;

	while (fd != -1) {
		n = read(fd, chunk, sizeof(chunk));
		if (n == -1 && errno == EINTR)
			continue;
		if (n == 0) {
			watch_cancel(&((struct watched *)jo)->wa_watch[
			    1 + which]);
			close_fd(&jo->jo_capture[STAGE_RUN][which].ca_fd);
		}
		if (n <= 0)
			break;
		keep(jo, ca, chunk, n);
		any = 1;
		if (!all)
			break;
	}
	return (any);
}

static void
capture_out(void *arg)
{
	struct job *jo = arg;

	if (drain(jo, OUT, 0))
		jo->jo_news(jo);
}

static void
capture_err(void *arg)
{
	struct job *jo = arg;

	if (drain(jo, ERR, 0))
		jo->jo_news(jo);
}

/* A stage has ended: what it wrote is all in the pipes. */
static void
stage_ended(struct job *jo, const struct wire_event *ev)
{
	drain(jo, OUT, 1);
	drain(jo, ERR, 1);
	jo->jo_event[jo->jo_stage] = *ev;
	jo->jo_done[jo->jo_stage] = 1;
	if (ev->ev_cause == CAUSE_OK && jo->jo_output[jo->jo_stage])
		jo->jo_event[jo->jo_stage].ev_cause = CAUSE_OUTPUT;
	jo->jo_news(jo);
}

static void
job_heard(void *arg)
{
	struct job *jo = arg;
	struct wire_event ev;
	ssize_t n = recv(jo->jo_talk, &ev, sizeof(ev), MSG_DONTWAIT);

	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n != sizeof(ev)) {
		/* After a compiler that failed, or an error: all is gone. */
		if (jo->jo_error[0] == '\0' && !jo->jo_done[jo->jo_stage])
			snprintf(jo->jo_error, sizeof(jo->jo_error),
			    "the keeper has ended");
		over(jo);
		return;
	}
	switch (ev.ev_what) {
	case EVENT_ERROR:
		ev.ev_text[sizeof(ev.ev_text) - 1] = '\0';
		memcpy(jo->jo_error, ev.ev_text, sizeof(jo->jo_error));
		break;
	case EVENT_COMPILED:
		stage_ended(jo, &ev);
		if (jo->jo_event[STAGE_COMPILE].ev_cause != CAUSE_OK ||
		    ev.ev_status != 0)
			break;	/* it hangs up */
		jo->jo_stage = STAGE_RUN;
		order(jo, ORDER_GO);
		break;
	case EVENT_DONE:
		stage_ended(jo, &ev);
		over(jo);
		break;
	}
}
