/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A run as the HTTP part sees it: what is to be run, its way through the
 * queue to the keeper and back, and what it has written so far.
 */
#ifndef LLEVAL_JOB_H
#define LLEVAL_JOB_H

#include <sys/queue.h>

#include "wire.h"

struct capture {
	char		*ca_data;	/* malloc'd */
	size_t		 ca_len;
	size_t		 ca_told;	/* of that, already streamed */
	int		 ca_fd;
	int		 ca_over;	/* more was written than may be */
};

enum { OUT, ERR, CAPTURES };
enum { STAGE_COMPILE, STAGE_RUN, STAGES };

struct job {
	TAILQ_ENTRY(job) jo_entry;	/* queue, or those that run */
	const struct language *jo_la;
	struct wire_message *jo_wm;	/* until it is sent */
	int		 jo_content;	/* memfds, until it is sent */
	int		 jo_stdin;
	int		 jo_talk;	/* -1: not running */
	int		 jo_stage;	/* whose output comes now */
	int		 jo_done[STAGES];	/* has ended: jo_event tells */
	int		 jo_output[STAGES];	/* we had it ended: too much */
	struct wire_event jo_event[STAGES];
	struct capture	 jo_capture[STAGES][CAPTURES];
	char		 jo_error[256];	/* "": none */
	uint64_t	 jo_most;	/* limits.output */
	uint64_t	 jo_queued;	/* ms of the monotonic clock */
	/* The owner's. */
	void		*jo_owner;
	void		(*jo_news)(struct job *);	/* something was written, or
							   a stage has ended */
	void		(*jo_over)(struct job *);	/* nothing more comes */
};

/* A job of nothing, or NULL.  Ends with job_free(), whatever it is doing. */
struct job *job_new(const struct config *co);
void	job_free(struct job *jo);

/* Add a file, an argument, the standard input.  NULL, or what is wrong. */
const char *job_add_file(struct job *jo, const char *name, const void *data,
	    size_t len);
const char *job_add_arg(struct job *jo, const char *arg);
const char *job_set_stdin(struct job *jo, const void *data, size_t len);

/* Open the way to the keeper.  0 or -1. */
int	jobs_open(const struct config *co, int control, int epoll);

/* Give it in.  0, or -1 when the queue is full. */
int	job_submit(struct job *jo);

/* How many wait and run, and how long one takes on average (ms). */
unsigned jobs_waiting(void);
unsigned jobs_running(void);
double	jobs_average(void);

#endif
