/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * top: a sample of the system is taken, a frame of lines is made of it, and
 * the frame is shown, on the screen or as text.
 */
#ifndef ABASHIRI_TOP_H
#define ABASHIRI_TOP_H

#include <sys/types.h>

#include <stdbool.h>

#include "proc.h"

#define FORMAT_K	24	/* room that format_k() needs */
#define EVERYTHING	(-1)	/* processes, displays: as many as there are */

enum mode { MODE_CPU, MODE_IO, MODE_JAIL, NMODES };

/* What the user wants to see. */
struct wish {
	enum mode	 wi_mode;
	const char	*wi_order;	/* of -o */
	int		 wi_count;	/* processes; EVERYTHING */
	int		 wi_displays;	/* yet to come; EVERYTHING */
	double		 wi_delay;	/* seconds */
	int		 wi_jid;	/* only that jail's, or -1 */
	long long	 wi_uid;	/* only that user's, or -1 */
	pid_t		 wi_pid;	/* only that one, or 0 */
	char		 wi_text[64];	/* only what has that in its name */
	bool		 wi_batch;
	bool		 wi_args;	/* -a */
	bool		 wi_raw;	/* -C: CPU, not WCPU */
	bool		 wi_idle;	/* not -I */
	bool		 wi_system;	/* -S */
	bool		 wi_self;	/* not -t */
	bool		 wi_jails;	/* -j */
	bool		 wi_threads;	/* -H */
	bool		 wi_tids;	/* -T */
	bool		 wi_percpu;	/* -P */
	bool		 wi_numeric;	/* -u */
	bool		 wi_swap;	/* -w */
};

/* ------------------------------------------------------------------------
 * Samples.
 */

enum { CPU_USER, CPU_NICE, CPU_SYSTEM, CPU_INTERRUPT, CPU_IDLE, NCPUSTATES };

struct cpu {
	unsigned long long cp_ticks[NCPUSTATES];
	double		   cp_percent[NCPUSTATES];	/* since the last */
};

/* What a process did since the sample before. */
struct usage {
	double		us_raw;		/* percent of a processor */
	double		us_weighted;	/* mean of the last minute or so */
	bool		us_active;
	long long	us_read;	/* blocks */
	long long	us_write;
	long long	us_fault;
	long long	us_vcsw;
	long long	us_ivcsw;
};

struct sample {
	struct proclist	sa_procs;
	struct usage	*sa_usage;	/* of each */
	double		 sa_time;	/* seconds since boot */
	bool		 sa_first;	/* there is none before */
	double		 sa_load[3];
	pid_t		 sa_lastpid;
	int		 sa_ncpus;
	struct cpu	*sa_cpus;	/* [0]: all together */
	/* KiB */
	unsigned long	 sa_active, sa_inactive, sa_dirty, sa_wired, sa_buf,
			 sa_free, sa_swaptotal, sa_swapfree;
};

/* Take one, after `last` (or NULL).  Exits where /proc cannot be read. */
void	sample_take(struct sample *sa, const struct sample *last,
	    const struct wish *wi);
void	sample_free(struct sample *sa);

/* Of /proc/stat and /proc/meminfo; for tests, too. */
int	sample_parse_cpu(struct cpu *cp, const char *line);
unsigned long sample_meminfo(const char *text, const char *name);

/* ------------------------------------------------------------------------
 * Frames.
 */

#define FRAME_MESSAGE	(-1)	/* the line that is left for messages */

struct frame {
	char	**fr_lines;
	int	  fr_n;
	int	  fr_message;	/* its index */
	int	  fr_header;
};

/* Lines of at most `width` columns (0: any), `height` of them (0: any). */
void	frame_make(struct frame *fr, const struct sample *sa,
	    const struct wish *wi, int width, int height);
void	frame_free(struct frame *fr);

/* The name of an order that -o takes, or NULL: there is none such. */
const char *order_name(const char *name);
const char *order_names(void);

/* "2116K", "12M" of KiB. */
const char *format_k(unsigned long long k, char buf[FORMAT_K]);

/* ------------------------------------------------------------------------
 * The screen.
 */

void	screen_open(void);
void	screen_close(void);
void	screen_size(int *ret_width, int *ret_height);
void	screen_show(const struct frame *fr, const char *message);

/* A key, after at most so many seconds; 0: none, -1: the window changed,
   -2: there is nobody to type any more. */
int	screen_key(double seconds);

/* Ask on the message line.  False: nothing was typed. */
bool	screen_ask(const struct frame *fr, const char *question, char *answer,
	    size_t size);

/* Show text until a key is typed. */
void	screen_page(const char *text);

/* ------------------------------------------------------------------------
 * Keys.
 */

/* Do what a key says; the text for the message line.  NULL: quit. */
const char *key_do(int key, struct wish *wi, const struct frame *fr);

#endif
