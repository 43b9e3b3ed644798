/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processes, as /proc tells of them and libjail of whose they are.  Read here
 * and not by libproc2, which drags in a dozen libraries and cannot be linked
 * statically: what shows a prison's processes from inside must run in a world
 * that has nothing.
 */
#ifndef ABASHIRI_PROC_H
#define ABASHIRI_PROC_H

#include <sys/types.h>

#include <stddef.h>
#include <stdint.h>

/* What to read beside /proc/PID/stat. */
#define PROC_STATUS	0x01	/* ids, signals, sizes, switches */
#define PROC_ARGS	0x02
#define PROC_ENV	0x04
#define PROC_MEM	0x08	/* p_text, p_data */
#define PROC_IO		0x10	/* p_inblk, p_oublk */
#define PROC_WCHAN	0x20
#define PROC_LABEL	0x40
#define PROC_LOGIN	0x80
#define PROC_JID	0x100	/* all at once, when the list is there */
#define PROC_THREADS	0x200	/* an entry for each thread */

/* Of p_flags, from the kernel's sched.h. */
#define PF_EXITING	0x00000004UL
#define PF_KTHREAD	0x00200000UL

#define PROC_COMMLEN	64	/* a kernel thread's is long */
#define PROC_UNTOLD	(-1LL)	/* the kernel does not tell, or not us */

enum { PROC_REAL, PROC_EFFECTIVE, PROC_SAVED, PROC_NIDS };

struct proc {
	pid_t		p_pid;
	pid_t		p_tid;		/* a thread's; p_pid for the process */
	pid_t		p_ppid;
	pid_t		p_pgid;
	pid_t		p_sid;
	pid_t		p_tpgid;	/* -1: no terminal */
	pid_t		p_tracer;	/* 0: none */
	int		p_jid;		/* 0: the host's, or one's own */
	int		p_jailed;
	dev_t		p_tty;		/* 0: none */
	char		p_state;	/* the kernel's letter */
	char		p_comm[PROC_COMMLEN];
	char		p_tdname[16];	/* the thread's own */
	unsigned long	p_flags;	/* PF_ */
	uid_t		p_uid[PROC_NIDS];	/* as the prison counts */
	gid_t		p_gid[PROC_NIDS];
	unsigned long long p_utime;	/* clock ticks, as all times here */
	unsigned long long p_stime;
	unsigned long long p_cutime;	/* children that were waited for */
	unsigned long long p_cstime;
	unsigned long long p_start;	/* since boot */
	unsigned long	p_minflt;
	unsigned long	p_majflt;
	long		p_pri;
	long		p_nice;
	long		p_nthreads;
	int		p_cpu;
	unsigned	p_rtprio;
	unsigned	p_policy;	/* SCHED_ */
	unsigned long long p_vsize;	/* bytes */
	long long	p_rss;		/* KiB, as the next */
	unsigned long long p_rsslim;	/* bytes; ~0: unlimited */
	long long	p_text;
	long long	p_data;
	long long	p_datasize;
	long long	p_stack;
	long long	p_locked;
	long long	p_swap;
	long long	p_xstat;	/* as of waitpid(2), or PROC_UNTOLD */
	uint64_t	p_sigpend;	/* of the process, with threads the
					   thread's */
	uint64_t	p_sigblk;
	uint64_t	p_sigign;
	uint64_t	p_sigcatch;
	long long	p_nvcsw;
	long long	p_nivcsw;
	long long	p_inblk;	/* blocks of 512 bytes */
	long long	p_oublk;
	long long	p_login;	/* uid */
	char		p_wchan[64];
	char		*p_label;
	/* Arguments, NULs between them; NULL: none, as in kernel threads. */
	char		*p_args;
	size_t		 p_argslen;	/* without the last NUL */
	char		*p_env;
	size_t		 p_envlen;
	/* The user's of this file. */
	int		 p_selected;
	int		 p_level;	/* depth in a tree */
	char		*p_prefix;
	double		 p_pcpu;
};

struct proclist {
	struct proc	*pl_procs;
	int		 pl_n;
};

/*
 * Read the processes that the caller can see, or with pid not 0 that one
 * (none where there is no such).  0, or -1 with proc_errmsg.
 */
int	proc_list(struct proclist *pl, int what, pid_t pid);
void	proc_list_free(struct proclist *pl);
extern char proc_errmsg[256];

/* One line of /proc/PID/stat; for tests, too.  0, or -1. */
int	proc_parse_stat(struct proc *p, const char *text);
void	proc_parse_status(struct proc *p, const char *text);

/* Read one more thing of a process: PROC_ARGS, PROC_ENV ... */
void	proc_read_more(struct proc *p, int what);

/* Clock ticks a second, ticks since boot, and boot in seconds since 1970. */
long	proc_hz(void);
unsigned long long proc_now(void);
double	proc_boottime(void);

/* KiB of memory that the machine has. */
unsigned long proc_memtotal(void);

/* Percent of one processor, over the process's whole life. */
double	proc_pcpu(const struct proc *p);

int	proc_is_kernel(const struct proc *p);

/*
 * STAT in FreeBSD's letters; buf has room for 16.
 */
const char *proc_state(const struct proc *p, char *buf);

/*
 * The arguments with blanks between them, then the name in parentheses where
 * they do not tell it; "[name]" without arguments, "<defunct>" for a zombie.
 * malloc'd.
 */
char	*proc_command(const struct proc *p, int threads);

/* The arguments alone; NULL where there are none. */
char	*proc_arguments(const struct proc *p);

/* The terminal: "pts/0", "ttyS0", or NULL.  buf has room for 64. */
const char *proc_ttyname(dev_t tty, char *buf);
/* ... the other way round, from what a user types; 0: there is none. */
dev_t	proc_ttydev(const char *name);

/* Text of others, fit for a terminal: malloc'd. */
char	*proc_vis(const char *s);

/* The name of a jail, kept; "-" for jid 0. */
const char *proc_jailname(int jid);

/* Names of uids and gids of this host, kept; digits where there is none. */
const char *proc_username(uid_t uid);
const char *proc_groupname(gid_t gid);

#endif
