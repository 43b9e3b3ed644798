/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What goes between the HTTP part and the keeper.  Both are of one program,
 * but the one talks to the world and the other is root: the keeper takes
 * nothing on trust (wire_check).
 *
 * By the control socket, one message for each run: a struct wire_run with the
 * strings behind it, and the WIRE_FDS descriptors.  Whatever follows about that
 * run goes by the socket among them (WIRE_TALK), of which the other end is
 * the HTTP part's: events to it, orders from it.  When either end is closed,
 * the run is over.
 */
#ifndef LLEVAL_WIRE_H
#define LLEVAL_WIRE_H

#include <stdatomic.h>
#include <stdint.h>
#include <sys/types.h>

#include "config.h"

#define WIRE_MAGIC	0x6c6c6533u	/* changed with what is below */
#define WIRE_FILES	64
#define WIRE_ARGS	256
#define WIRE_NAME	256		/* bytes of a file's path, with NUL */
#define WIRE_TEXT	(24 * 1024)	/* all strings of a run */

enum wire_fd {
	WIRE_TALK,	/* SOCK_SEQPACKET */
	WIRE_STDOUT,	/* pipes, to be written to */
	WIRE_STDERR,
	WIRE_CONTENT,	/* sealed memfd: the files, one behind the other */
	WIRE_STDIN,	/* sealed memfd, or none: nothing to read */
	WIRE_FDS
};

struct wire_run {
	uint32_t	wr_magic;
	uint32_t	wr_language;	/* index */
	uint64_t	wr_limit[LIMITS];
	uint32_t	wr_nfiles;
	uint32_t	wr_nargs;
	uint32_t	wr_textlen;	/* names, then arguments, each with its
					   NUL */
	uint32_t	wr_spare;
	uint64_t	wr_sizes[WIRE_FILES];
};

struct wire_message {
	struct wire_run	wm_run;
	char		wm_text[WIRE_TEXT];
};

/* Why a stage ended. */
enum cause {
	CAUSE_OK,		/* by itself */
	CAUSE_TIMEOUT,		/* wall or cpu: both are times */
	CAUSE_MEMORY,
	CAUSE_OUTPUT,
	CAUSE_KILLED,		/* by a signal that was not ours */
	CAUSES
};
extern const char *const cause_names[CAUSES];

enum event {
	EVENT_COMPILED,		/* answered by an order */
	EVENT_DONE,
	EVENT_ERROR,		/* ev_text: it could not be run */
};

struct wire_event {
	uint32_t	ev_what;	/* enum event */
	uint32_t	ev_cause;
	int32_t		ev_status;	/* as of waitpid(2) */
	uint32_t	ev_spare;
	uint64_t	ev_wall;	/* microseconds */
	uint64_t	ev_cpu;
	uint64_t	ev_memory;	/* bytes, the most that was seen */
	int64_t		ev_calls;	/* system calls, -1: not counted */
	char		ev_text[256];
};

enum order {
	ORDER_GO,		/* after EVENT_COMPILED: run it */
	ORDER_OUTPUT,		/* it has written too much: end it */
};

/* A language of the configuration. */
struct found {
	int	fo_offered;
	char	fo_version[VERSION_MAX];	/* or why it is not */
};

/*
 * What the keeper has found out before the HTTP part is there, and counters
 * that it writes for /metrics and never reads.
 */
struct shared {
	uint32_t	sh_magic;
	unsigned	sh_runs;	/* co_runs, where 0 was said */
	struct found	sh_found[LANGUAGES_MAX];
	atomic_ullong	sh_made;	/* prisons */
	atomic_ullong	sh_ended;
	atomic_ullong	sh_missed;	/* made while a request waited */
	atomic_uint	sh_ready;	/* in the pool now */
	atomic_ullong	sh_failed;	/* could not be made */
};

/*
 * Send a run.  0, or -1 with errno.
 */
int	wire_send(int control, const struct wire_message *wm,
	    const int fds[WIRE_FDS]);

/*
 * Receive one into wm: 1, 0 at the end, or -1 for one that is no such
 * message.  The descriptors are the caller's to close, also then: those there
 * are not are -1.
 */
int	wire_receive(int control, struct wire_message *wm, int fds[WIRE_FDS]);

/* NULL when a run may be, or what is wrong with it. */
const char *wire_check(const struct wire_message *wm,
	    const int fds[WIRE_FDS], const struct config *co);

/* May a file of this name be made below the work directory? */
int	wire_name_ok(const char *name);

/* The n-th string of a checked message. */
const char *wire_string(const struct wire_message *wm, unsigned n);

#endif
