/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libjail: FreeBSD's jail(3) for Linux.  The part up to jailparam_export()
 * has FreeBSD's names, signatures and behaviour; what follows it is ours.
 *
 * Every function that fails says why in jail_errmsg, which each thread has
 * for itself.  No function prints, exits, or changes signal handling.
 */
#ifndef ABASHIRI_JAIL_H
#define ABASHIRI_JAIL_H

#include <sys/types.h>
#include <sys/jail.h>
#include <sys/resource.h>

#include <sched.h>
#include <stdint.h>

struct in6_addr;
struct termios;
struct winsize;

#ifdef __cplusplus
extern "C" {
#endif

#define JP_RAWVALUE	0x01	/* jp_value belongs to the caller */
#define JP_BOOL		0x02	/* "x" with a "nox" beside it */
#define JP_NOBOOL	0x04	/* the "nox" spelling of one */
#define JP_JAILSYS	0x08	/* disable, new or inherit */
#define JP_KEYVALUE	0x10	/* meta and env: lines of key=value */

#define JAIL_ERRMSGLEN	1024
extern __thread char jail_errmsg[JAIL_ERRMSGLEN];

struct jailparam {
	char		*jp_name;	/* owned; freed by jailparam_free */
	void		*jp_value;	/* owned unless JP_RAWVALUE */
	size_t		 jp_valuelen;	/* bytes in jp_value */
	size_t		 jp_elemlen;	/* bytes of an array's element, or 0 */
	int		 jp_ctltype;	/* CTLTYPE_ and CTLFLAG_ of the row */
	int		 jp_structtype;	/* JAILPARAM_ address family, or 0 */
	unsigned	 jp_flags;	/* JP_ */
};

int	jail_getid(const char *name);
char	*jail_getname(int jid);		/* malloc'd, or NULL */
int	jail_setv(int flags, ...);
int	jail_getv(int flags, ...);
int	jailparam_all(struct jailparam **jpp);
int	jailparam_init(struct jailparam *jp, const char *name);
int	jailparam_import(struct jailparam *jp, const char *value);
int	jailparam_import_raw(struct jailparam *jp, void *value,
	    size_t valuelen);
int	jailparam_set(struct jailparam *jp, unsigned njp, int flags);
int	jailparam_get(struct jailparam *jp, unsigned njp, int flags);
void	jailparam_free(struct jailparam *jp, unsigned njp);
char	*jailparam_export(struct jailparam *jp);	/* malloc'd, or NULL */

/* ------------------------------------------------------------------------
 * Ours.
 */

/*
 * jail_getv_sized: jail_getv() for buffers whose size is known.  Triples
 * (char *name, char *buffer, size_t size) ending in NULL; the key (lastjid,
 * jid, name) comes first, with its value in buffer.  ENAMETOOLONG when a
 * value does not fit.  Returns the jid, or -1.
 */
int	jail_getv_sized(int flags, ...);

/*
 * A user as a passwd file tells it.  Filled by jail_getuser(), emptied by
 * jail_user_clear().
 */
struct jail_user {
	char	*ju_name;
	char	*ju_home;
	char	*ju_shell;
	uid_t	 ju_uid;	/* as the prison counts */
	gid_t	 ju_gid;
	gid_t	*ju_groups;	/* ju_gid among them */
	int	 ju_ngroups;
};

/*
 * jail_getuser: find user `name` (or, where it is all digits and no such
 * name exists, that uid) in the passwd and group files below the jail's root;
 * jid 0 asks the host's own user database.  The files are read from outside,
 * without following a link out of the root; nothing runs in the prison.
 * Returns 0, or -1 (ENOENT: no such user).
 */
int	jail_getuser(int jid, const char *name, struct jail_user *ret_ju);
void	jail_user_clear(struct jail_user *ju);

/* A limit of setrlimit(2); what is above the caller's own is the caller's. */
struct jail_rlimit {
	int		jl_resource;	/* RLIMIT_ */
	struct rlimit	jl_rlimit;
};

/*
 * A command to run in a prison.  Zeroed memory plus jc_argv is a valid one:
 * root, "/", the caller's descriptors 0 to 2 and environment.
 */
struct jail_command {
	char *const	*jc_argv;	/* NULL-terminated; [0] is looked up in
					   jc_envp's PATH, inside */
	char *const	*jc_envp;	/* NULL: the caller's environ */
	const char	*jc_dir;	/* working directory inside; NULL "/" */
	const struct jail_user *jc_user;	/* NULL: root, no groups */
	const int	*jc_fds;	/* int[3] for 0, 1, 2; NULL: the
					   caller's own.  -1: /dev/null.  A
					   directory is refused (EISDIR). */
	unsigned	 jc_flags;	/* JC_ */
	const struct termios *jc_termios;	/* JC_TTY: settings that the */
	const struct winsize *jc_winsize;	/* terminal begins with, or
					   NULL */
	const struct jail_rlimit *jc_rlimits;	/* jc_nrlimits of them */
	unsigned	 jc_nrlimits;
};

#define JC_TTY		0x1	/* 0-2 are a new terminal of the prison's own,
				   the controlling one; of jc_fds those that
				   are not -1 stand instead of it */
#define JC_CALLS	0x4	/* jail_cell_spawn: count system calls, where
				   the kernel can (jail_cell_usage) */
#define JC_DIR_TRY	0x2	/* a jc_dir that is not there is no error */

/*
 * jail_spawn: start a command in jail `jid` and return at once.  The child
 * is the command itself, in a session of its own, with descriptors 0 to 2
 * only; no other process is involved.
 *
 * On success returns the child's PID, which is the same inside and outside;
 * the caller reaps it.  *ret_pidfd (unless ret_pidfd is NULL) is a pidfd of
 * it, and *ret_tty (for JC_TTY) the master side of its terminal; both
 * close-on-exec and the caller's to close.
 *
 * On failure returns -1, errno and jail_errmsg say what failed, also when it
 * failed inside (ENOENT: the command was not found there).  Nothing is left
 * to reap.
 */
pid_t	jail_spawn(int jid, const struct jail_command *jc, int *ret_pidfd,
	    int *ret_tty);

/*
 * What became of a command.
 */
struct jail_result {
	int		jr_jid;		/* the prison's; no longer valid */
	int		jr_status;	/* as of waitpid(2) */
	struct rusage	jr_rusage;	/* of the command and what it reaped */
};

/*
 * jail_run: make a prison as jail_set() with JAIL_CREATE does, run one
 * command in it, wait for it, kill whatever it left behind, and remove the
 * prison.  No process but the command is started, no shell, no daemon (the
 * first prison of a boot, or of a uid range, borrows a child for a moment, and
 * pid=new has a first process); safe
 * to call from several threads at once.  "persist" is not needed and is
 * ignored.  Returns 0, or -1 when the command could not be started.
 */
int	jail_run(struct iovec *iov, unsigned int niov,
	    const struct jail_command *jc, struct jail_result *ret_jr);

/* jailparam_run: jail_run() with the parameters as jailparams. */
int	jailparam_run(struct jailparam *jp, unsigned njp,
	    const struct jail_command *jc, struct jail_result *ret_jr);

/*
 * A cell: a prison made ahead of the commands that are to run in it, one
 * after the other, with its view of the world already built.  It is held by
 * the program that made it and ends with that program; while nothing runs in
 * it, it has no process, and nobody else sees it.
 */
struct jail_cell;

/*
 * What is mounted on a directory of the cell's root: a tmpfs of its own, or,
 * with cm_source, its users' view of the mount there.
 */
struct jail_cell_mount {
	const char	*cm_dir;	/* inside */
	const char	*cm_source;	/* a path of the host's, or NULL; of the
					   rest only cm_devfs counts then */
	int		 cm_devfs;	/* jail_mount_devfs() has made it: its
					   devices can be opened */
	uint64_t	 cm_size;	/* bytes */
	uint64_t	 cm_inodes;	/* files */
	uid_t		 cm_uid;	/* owner of its root, as the prison */
	gid_t		 cm_gid;	/* counts */
	mode_t		 cm_mode;
};

#define JAIL_CELL_SEALED	0x1	/* the root, what is mounted below it,
					   and what has a cm_source is
					   read-only and nosuid */
#define JAIL_CELL_NOSOCKET	0x2	/* no sockets but socketpair(2) */

/*
 * jail_cell_make: make the prison that iov describes, as jail_set() does with
 * JAIL_CREATE, without "persist", and with nmounts (at most JAIL_CELL_MOUNTS)
 * of these on its root, in their order.  EOPNOTSUPP for user=inherit, pid=new,
 * and permission to mount.  Returns the cell, or NULL.
 */
struct jail_cell *jail_cell_make(struct iovec *iov, unsigned int niov,
	    const struct jail_cell_mount *cm, unsigned int nmounts,
	    unsigned flags);
#define JAIL_CELL_MOUNTS	4

/*
 * jail_cell_spawn: jail_spawn() into a cell (without JC_TTY).  A cell is used
 * by one thread at a time.
 */
pid_t	jail_cell_spawn(struct jail_cell *ce, const struct jail_command *jc,
	    int *ret_pidfd);

/* The cell's jid; the directory (for openat(2)) of its n-th mount, which stays
   the cell's; and what uid `uid` inside is on the host. */
int	jail_cell_jid(const struct jail_cell *ce);
int	jail_cell_mount(const struct jail_cell *ce, unsigned n);
uid_t	jail_cell_uid(const struct jail_cell *ce, uid_t uid);

/* What a cell has used. */
struct jail_usage {
	uint64_t	us_cpu;		/* microseconds, all processes that ran
					   in it, also those that have ended */
	uint64_t	us_memory;	/* bytes, now */
	unsigned	us_processes;	/* now */
	int64_t		us_calls;	/* system calls of the last command
					   with JC_CALLS and of all that it has
					   started, from its exec on; -1 where
					   they were not counted */
	unsigned	us_oom;		/* processes that the kernel has killed
					   at jail_cell_limit()'s memory */
};

/*
 * jail_cell_limit: have the kernel keep the cell, all processes together, to
 * so many bytes of memory and so many processes, where the host has cgroup2's
 * controllers for it.  Returns which limits are kept so: JAIL_CELL_MEMORY |
 * JAIL_CELL_PROCESSES, or 0 where there are none.
 */
int	jail_cell_limit(struct jail_cell *ce, uint64_t memory,
	    unsigned processes);
#define JAIL_CELL_MEMORY	0x1
#define JAIL_CELL_PROCESSES	0x2

/*
 * jail_cell_usage: ask.  us_memory is what its processes have that belongs
 * to no file: as the cell's cgroup counts it where it does; otherwise with what
 * several share counted for each of them or, with JAIL_USAGE_EXACT (which takes
 * longer), once.  With JAIL_USAGE_SUMS only what has added up is asked for: it
 * and us_processes stay 0.  Returns 0 or -1.
 */
int	jail_cell_usage(const struct jail_cell *ce, struct jail_usage *ret_us,
	    int how);
#define JAIL_USAGE_EXACT	1
#define JAIL_USAGE_SUMS		2

/* jail_cell_kill: end all processes in it, and wait until they are gone. */
int	jail_cell_kill(struct jail_cell *ce);

/*
 * jail_cell_end: that, and remove the prison and free the cell.  The caller
 * reaps what it spawned.  Returns 0 or -1; the cell is gone in any case.
 */
int	jail_cell_end(struct jail_cell *ce);

/*
 * jail_pids: the processes of a jail (not of its children).  *ret_pids is
 * malloc'd; zombies are not among them.  Returns their number, or -1.
 */
int	jail_pids(int jid, pid_t **ret_pids);

/*
 * jail_getpidjid: the jid of the jail that process `pid` is in, 0 for the
 * host; inside a jail, whose processes are all that can be seen, 0 as well.
 * -1 with ESRCH where there is no such process, or none that the caller may
 * see.  jail_getpidjids: the same for many at once, -1 in ret_jids for each
 * that is not there; returns 0, or -1 when nothing could be told.
 */
int	jail_getpidjid(pid_t pid);
int	jail_getpidjids(const pid_t *pids, int npids, int *ret_jids);

/*
 * jail_uid: what uid (or gid) `id` of the host is in the jail with that range
 * of uids.  Ids of no such range are what they are.
 */
uid_t	jail_uid(uid_t id);

/*
 * What a TCP listener of a jail asked for may not be what it has got: the
 * jail's primary address in place of all, another port where the host has
 * that.  jail_sock_notes: a descriptor of the notes on that, the caller's to
 * close, for INET_DIAG_REQ_SK_BPF_STORAGES of sock_diag(7); -1 where there are
 * none or the caller is not root.  jail_sock_asked: put what was asked for, by
 * a note of `len` bytes on a socket bound to *addr (IPv4: mapped) and *port, in
 * their place.  Returns 0 where the note does not hold, 1, or 2: with IPv4.
 */
int	jail_sock_notes(void);
int	jail_sock_asked(const void *note, size_t len, struct in6_addr *addr,
	    unsigned *port);

/* jail_jailed: 1 when the caller is in a jail, 0 when it is not. */
int	jail_jailed(void);

/*
 * What a jail and those below it use.  ra_known says which members were told;
 * the others are 0.
 */
struct jail_racct {
	uint64_t	ra_id;		/* no other jail's, before or after */
	unsigned	ra_known;	/* RA_ */
	uint64_t	ra_cpu;		/* RA_CPU: microseconds, of those that */
	uint64_t	ra_cpu_user;	/* have ended too */
	uint64_t	ra_cpu_system;
	uint64_t	ra_memory;	/* RA_MEMORY: bytes */
	uint64_t	ra_memory_peak;	/* RA_PEAK: the most it has been */
	uint64_t	ra_swap;	/* RA_SWAP */
	uint64_t	ra_locked;	/* RA_LOCKED: by mlock(2) */
	uint64_t	ra_vmemory;	/* RA_VMEMORY: address space */
	uint64_t	ra_procs;	/* RA_PROCS */
	uint64_t	ra_threads;
	uint64_t	ra_files;	/* RA_FILES: open descriptors */
	uint64_t	ra_read;	/* RA_IO: bytes from and to disks, and */
	uint64_t	ra_written;	/* how often */
	uint64_t	ra_reads;
	uint64_t	ra_writes;
	uint64_t	ra_age;		/* RA_AGE: seconds since it was made */
};

#define RA_CPU		0x001
#define RA_MEMORY	0x002
#define RA_PEAK		0x004	/* where a memory controller counts it */
#define RA_SWAP		0x008
#define RA_LOCKED	0x010
#define RA_VMEMORY	0x020
#define RA_PROCS	0x040
#define RA_FILES	0x080
#define RA_IO		0x100
#define RA_AGE		0x200
#define RA_ALL		0x3ff

/*
 * jail_racct: ask for the members of `wanted` (RA_).  The controllers of the
 * jail's cgroups are asked where they count; where they do not, memory, swap
 * and input/output are summed over the processes that live.  Returns 0 or -1.
 */
int	jail_racct(int jid, unsigned wanted, struct jail_racct *ret_ra);

/*
 * jail_event: add a line to the host's list of events, /run/jail/events, which
 * is begun anew (the old one becoming events.0) before it grows large.
 */
int	jail_event(const char *line);

/*
 * jail_netns: open the network namespace that a jail lives in, where that is
 * not the host's: its own, or (vnet=inherit) that of the nearest jail above
 * which has one.  *ret_fd is the caller's to close, or -1 where it shares the
 * host's.  Returns 0 or -1.
 */
int	jail_netns(int jid, int *ret_fd);

/*
 * jail_vnet_attach: move a network interface of the caller's stack into that
 * of a jail with vnet=new, as `ifconfig IF vnet JAIL`; when the jail ends it
 * comes home under the name it had, also when it is no hardware.
 * jail_vnet_detach: move one of the jail's interfaces into the caller's stack.
 * Return 0 or -1 (ENXIO: no such interface, EINVAL: no such stack, or a device
 * that cannot be moved, EEXIST: one of its name is there).
 */
int	jail_vnet_attach(int jid, const char *ifname);
int	jail_vnet_detach(int jid, const char *ifname);

/*
 * jail_getcpus, jail_setcpus: the processors that a jail and those below it
 * may run on.  No processor at all in the set: all of the host's.
 * EOPNOTSUPP: the host has no cpuset controller; EINVAL: none of them is
 * there, or is the jail's above.  Return 0 or -1.
 */
int	jail_getcpus(int jid, cpu_set_t *ret_cpus);
int	jail_setcpus(int jid, const cpu_set_t *cpus);

/*
 * What FreeBSD has as the sysctl tree security.jail: a row for each leaf.
 * security.jail.param. has one for each parameter; its value is 0, or a
 * string's size as a string.
 */
struct jail_sysctl {
	const char	*js_name;
	unsigned	 js_kind;	/* CTLTYPE_ | CTLFLAG_ */
	const char	*js_format;	/* "I", "IU", "A", "S,in_addr" ... */
	const char	*js_descr;
};

/* All rows, sorted as FreeBSD shows them.  The library's own, never NULL. */
const struct jail_sysctl *jail_sysctls(size_t *ret_n);

/*
 * jail_sysctlget: what `name` is to jail `jid`, 0 being the caller's own, as
 * sysctlbyname(3) tells it: oldp NULL asks for the size; ENOMEM, it does not
 * fit; ENOENT, no such name.  jail_sysctlbyname: FreeBSD's call, for the
 * caller; nothing can be set (EPERM).  Return 0 or -1.
 */
int	jail_sysctlget(int jid, const char *name, void *oldp, size_t *oldlenp);
int	jail_sysctlbyname(const char *name, void *oldp, size_t *oldlenp,
	    const void *newp, size_t newlen);

/*
 * jail_warnings: what a successful jail_set(), jail_spawn() or jail_run() of
 * this thread could not give (a permission Linux cannot grant), or wants the
 * jailer to know, one line each.  Never NULL; "" when there is nothing to
 * say.  Valid until the thread's next call.
 */
const char *jail_warnings(void);

/*
 * jail_mount_devfs: make `dir` (opened beneath `root`, no links followed;
 * root NULL: dir is used as it is) a devfs with the nodes of `ruleset` (0 or
 * 4: the jail's usual ones), in the caller's mount namespace.
 * jail_mount_fdescfs, jail_mount_procfs: likewise.  jail_umount undoes any of
 * them, deepest first.  Return 0 or -1.
 */
int	jail_mount_devfs(const char *root, const char *dir, int ruleset);
int	jail_mount_fdescfs(const char *root, const char *dir);
int	jail_mount_procfs(const char *root, const char *dir);
int	jail_umount(const char *root, const char *dir);

/*
 * jail_mount: mount `from` on `dir` (as above) with the comma-separated
 * options `opts` (or NULL), as a line of fstab(5) says it.  Besides Linux's
 * own, fstype may be FreeBSD's nullfs, devfs, fdescfs, procfs, linprocfs,
 * linsysfs or tmpfs.  Returns 0 or -1.
 *
 * Running jails with `dir` below their root see what these functions mount
 * and unmount, with the owners it has on the host.  Where that cannot be, it
 * is one of jail_warnings().
 */
int	jail_mount(const char *root, const char *fstype, const char *from,
	    const char *dir, const char *opts);

/*
 * jail_remount: what was mounted by other means below the root of a running
 * jail (0: of any) belongs to nobody inside: let it belong to whom it belongs
 * on the host.  Returns the number of mounts that were set right, or -1.
 */
int	jail_remount(int jid);

/*
 * jail_share: before a jail is made with the root `path`, see to it that what
 * is mounted below it later appears in the jail.  Where the host's mounts are
 * not shared, path is mounted on itself and that is shared: then 1 is
 * returned, and jail_unshare() undoes it, unless another jail has the path or
 * something is still mounted there.  0: nothing had to be done, or -1.
 */
int	jail_share(const char *path);
int	jail_unshare(const char *path);

/*
 * jail_freeze: stop the processes of n jails (not of their children) where
 * they are, and return when none of them runs: for a copy of their files that
 * is of one moment.  They go on with jail_thaw(), or when the caller ends,
 * however that comes about.  A jail that is not there is no error.  NULL, with
 * all of them going on, where one does not stop (ETIMEDOUT).
 */
struct jail_freeze;
struct jail_freeze *jail_freeze(const int *jids, unsigned n);
void	jail_thaw(struct jail_freeze *fz);

#ifdef __cplusplus
}
#endif
#endif
