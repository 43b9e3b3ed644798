// SPDX-License-Identifier: BSD-2-Clause
/*
 * jail_spawn: a command in a prison.
 *
 * Theory of operation.  The caller gathers everything it takes (entry.h),
 * then makes one child by clone3(2), born in the prison's cgroup.  Where
 * others are in there it has a copy of our memory: should theirs run out, the
 * kernel kills all who share it.  Where nobody is, it uses ours, as vfork(2).
 * (Nobody inside can trace it: it is not dumpable, and its memory belongs to
 * the host's user namespace.)  CLONE_VFORK holds us until the child has become
 * the command or died; of the latter it tells us over a pipe that closes with
 * exec.  So when we go on, the view stands and the command runs, or nothing is
 * left.
 */
#include "spawn.h"

#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "calls.h"
#include "entry.h"
#include "errmsg.h"
#include "exec.h"
#include "fd.h"
#include "fdpass.h"
#include "jail.h"
#include "step.h"
#include "sys.h"
#include "verdict.h"

extern char **environ;

#define FD_FIRST	10	/* above this while 0-2 are being placed */
/* Where they end up until exec. */
#define FD_TELL		3
#define FD_TTYSOCK	4
#define FD_SLAVE	5
#define FD_PROGRAM	6
#define FIRST_TRIES	3	/* when a first process ends under us */
#define COMING_IN	"jail: coming in"	/* its name until exec */
#define SWEPT_ROUNDS	10000	/* of 0.1 ms: then somebody has stopped it */
#define STAT_EXITING	0x4	/* PF_EXITING, in the flags of /proc/PID/stat */
#define PTMX_RDEV	makedev(5, 2)

struct spawn {
	struct entry		 sp_en;
	const struct jail_command *sp_jc;
	char *const		*sp_envp;
	char			**sp_argv;	/* jc_argv behind "jail exec",
						   for first/first.c */
	int			 sp_fds[3];
	int			 sp_null;
	int			 sp_tell;	/* verdict pipe, child's end */
	int			 sp_ttysock;	/* the master goes out by it, or
						   the counter of calls */
	int			 sp_event;	/* JC_CALLS: what is counted */
	int			 sp_master;	/* a terminal of the host's, */
	int			 sp_slave;	/* should the prison have none */
	unsigned		 sp_nproc;	/* RLIMIT_NPROC, 0: leave */
	int			 sp_alone;	/* nobody else is in the prison */
};

/*
 * A directory among 0-2 is a way out of any root: openat(0, "../..").
 */
static int
check_fd(int fd, int n)
{
	struct stat st;
	int flags;

	if (fstat(fd, &st) == -1)
		return (jail_err(errno, "descriptor %d", n));
	if (S_ISDIR(st.st_mode))
		return (jail_errx(EISDIR, "descriptor %d is a directory: it "
		    "would lead out of the jail", n));
	flags = fcntl(fd, F_GETFL);
	if (flags != -1 && (flags & O_PATH) != 0)
		return (jail_errx(EBADF, "descriptor %d is O_PATH", n));
	return (0);
}

static int
prepare_fds(struct spawn *sp)
{
	const struct jail_command *jc = sp->sp_jc;
	int i;

	for (i = 0; i < 3; i++) {
		if (jc->jc_fds != NULL)
			sp->sp_fds[i] = jc->jc_fds[i];
		else	/* the terminal, or the caller's own where open */
			sp->sp_fds[i] = (jc->jc_flags & JC_TTY) != 0 ||
			    fcntl(i, F_GETFD) == -1 ? -1 : i;
		if (sp->sp_fds[i] != -1) {
			if (check_fd(sp->sp_fds[i], i) == -1)
				return (-1);
			continue;
		}
		if (sp->sp_null == -1 && (sp->sp_null = open("/dev/null",
		    O_RDWR | O_CLOEXEC)) == -1)
			return (jail_err(errno, "/dev/null"));
		sp->sp_fds[i] = sp->sp_null;
	}
	return (0);
}

/* A terminal of the host's, for worlds without /dev/ptmx. */
static int
prepare_tty(struct spawn *sp)
{
	char name[64];

	sp->sp_master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (sp->sp_master == -1 || grantpt(sp->sp_master) == -1 ||
	    unlockpt(sp->sp_master) == -1 ||
	    ptsname_r(sp->sp_master, name, sizeof(name)) != 0)
		return (jail_err(errno, "make a terminal"));
	sp->sp_slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (sp->sp_slave == -1)
		return (jail_err(errno, "%s", name));
	return (0);
}

/* ------------------------------------------------------------------------
 * In the child.  Nothing here may allocate.
 */

static int
child_signals(void)
{
	struct sigaction usual = { .sa_handler = SIG_DFL };
	sigset_t none;

	/* CLONE_CLEAR_SIGHAND has reset the handlers; what a server ignores
	   is not what its prisoner should. */
	sigaction(SIGPIPE, &usual, NULL);
	sigemptyset(&none);
	return (sigprocmask(SIG_SETMASK, &none, NULL));
}

/* fd, if any, at a number where nothing is placed. */
static int
out_of_the_way(int fd)
{
	return (fd == -1 || fd >= FD_FIRST ? fd :
	    fcntl(fd, F_DUPFD_CLOEXEC, FD_FIRST));
}

/* Put fd at a number of ours, or nothing there. */
static int
place(int fd, int at)
{
	if (fd == -1) {
		close(at);
		return (-1);
	}
	return (dup3(fd, at, O_CLOEXEC));
}

/*
 * Move our descriptors above those that are placed, place 0-2, close the
 * rest.  From here on no directory of the host is open.
 */
static int
child_fds(struct spawn *sp)
{
	int i, program;

	for (i = 0; i < 3; i++)
		if ((sp->sp_fds[i] = out_of_the_way(sp->sp_fds[i])) == -1)
			return (jail_err(errno, "descriptor %d", i));
	sp->sp_tell = out_of_the_way(sp->sp_tell);
	sp->sp_ttysock = out_of_the_way(sp->sp_ttysock);
	sp->sp_slave = out_of_the_way(sp->sp_slave);
	program = out_of_the_way(sp->sp_en.en_first);
	for (i = 0; i < 3; i++)
		if (dup2(sp->sp_fds[i], i) == -1)
			return (jail_err(errno, "descriptor %d", i));
	if (dup3(sp->sp_tell, FD_TELL, O_CLOEXEC) == -1)
		return (jail_err(errno, "the verdict's pipe"));
	sp->sp_tell = FD_TELL;
	sp->sp_ttysock = place(sp->sp_ttysock, FD_TTYSOCK);
	sp->sp_slave = place(sp->sp_slave, FD_SLAVE);
	place(program, FD_PROGRAM);
	return (close_range(FD_PROGRAM + 1, ~0U, 0));
}

/*
 * A terminal of the prison's own devpts, so that it has a name inside.  The
 * prisoner may have put anything at /dev/ptmx: only the real one will do.
 */
static int
prison_tty(struct spawn *sp)
{
	const struct jail_user *ju = sp->sp_jc->jc_user;
	struct stat st;
	struct statfs sf;
	int master, slave, zero = 0;

	master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	if (master == -1)
		return (-1);
	if (fstat(master, &st) == -1 || !S_ISCHR(st.st_mode) ||
	    st.st_rdev != PTMX_RDEV || ioctl(master, TIOCSPTLCK, &zero) == -1)
		goto fail;
	slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (slave == -1)
		goto fail;
	if (fstatfs(slave, &sf) == -1 || sf.f_type != DEVPTS_SUPER_MAGIC ||
	    fcntl(master, F_SETFL, O_RDWR) == -1 ||
	    fds_send(sp->sp_ttysock, &master, 1) == -1) {
		close(slave);
		goto fail;
	}
	close(master);
	if (ju != NULL && fchown(slave, ju->ju_uid, -1) == -1 && errno != EPERM)
		return (jail_err(errno, "give the terminal to %s",
		    ju->ju_name));
	return (slave);
fail:
	close(master);
	return (-1);
}

static int
child_tty(struct spawn *sp)
{
	const struct jail_command *jc = sp->sp_jc;
	int i, slave = prison_tty(sp);

	if (slave == -1)
		slave = sp->sp_slave;
	/* Before the command can look at them. */
	if (jc->jc_termios != NULL)
		tcsetattr(slave, TCSANOW, jc->jc_termios);
	if (jc->jc_winsize != NULL)
		ioctl(slave, TIOCSWINSZ, jc->jc_winsize);
	if (ioctl(slave, TIOCSCTTY, 0) == -1)
		return (jail_err(errno, "take the terminal"));
	for (i = 0; i < 3; i++)
		if ((jc->jc_fds == NULL || jc->jc_fds[i] == -1) &&
		    dup2(slave, i) == -1)
			return (jail_err(errno, "descriptor %d", i));
	close(FD_TTYSOCK);
	return (close(FD_SLAVE));
}

static int
child_limits(const struct spawn *sp)
{
	struct rlimit rl = { RLIM_INFINITY, RLIM_INFINITY };

	if ((sp->sp_en.en_pr->pr_allow & PR_ALLOW_MLOCK) != 0 &&
	    setrlimit(RLIMIT_MEMLOCK, &rl) == -1)
		return (jail_err(errno, "lift RLIMIT_MEMLOCK for allow.mlock"));
	if (sp->sp_nproc == 0 || getrlimit(RLIMIT_NPROC, &rl) == -1)
		return (0);
	if (rl.rlim_cur > sp->sp_nproc)
		rl.rlim_cur = sp->sp_nproc;
	if (rl.rlim_max > sp->sp_nproc)
		rl.rlim_max = sp->sp_nproc;
	if (setrlimit(RLIMIT_NPROC, &rl) == -1)
		return (jail_err(errno, "limit the number of processes"));
	return (0);
}

/*
 * Last of all, for a few descriptors or processes might not be enough to come
 * this far.  What we may not have ourselves is no more than we have.
 */
static int
child_rlimits(const struct jail_command *jc)
{
	const struct jail_rlimit *want;
	struct rlimit rl, have;

	for (want = jc->jc_rlimits;
	    want < jc->jc_rlimits + jc->jc_nrlimits; want++) {
		rl = want->jl_rlimit;
		if (getrlimit(want->jl_resource, &have) == -1)
			return (jail_err(errno, "resource limit %d",
			    want->jl_resource));
		if (rl.rlim_max > have.rlim_max)
			rl.rlim_max = have.rlim_max;
		if (rl.rlim_cur > rl.rlim_max)
			rl.rlim_cur = rl.rlim_max;
		if (setrlimit(want->jl_resource, &rl) == -1)
			return (jail_err(errno, "resource limit %d",
			    want->jl_resource));
	}
	return (0);
}

static int
child_user(const struct jail_user *ju)
{
	if (ju == NULL)
		return (0);
	if (sys_setgroups(ju->ju_ngroups, ju->ju_groups) == -1 ||
	    sys_setresgid(ju->ju_gid) == -1 ||
	    sys_setresuid(ju->ju_uid) == -1)
		return (jail_err(errno, "become user %s", ju->ju_name));
	/* Each change of credentials may make us dumpable again. */
	if (prctl(PR_SET_DUMPABLE, 0) == -1)
		return (jail_err(errno, "prctl(PR_SET_DUMPABLE)"));
	return (0);
}

static int
child_chdir(const struct jail_command *jc)
{
	const char *dir = jc->jc_dir != NULL ? jc->jc_dir : "/";

	if (chdir(dir) == 0)
		return (0);
	if ((jc->jc_flags & JC_DIR_TRY) != 0 && chdir("/") == 0)
		return (0);
	return (jail_err(errno, "chdir: %s", dir));
}

/* A counter of what we call from exec on, sent to who sends us.  Where there
   can be none, none is. */
static void
child_count(const struct spawn *sp)
{
	int fd = calls_open(sp->sp_event);

	if (fd == -1)
		return;
	fds_send(sp->sp_ttysock, &fd, 1);
	close(fd);
}

/* Does it sleep, and not on its way out?  -1 when it is gone. */
static int
sleeps(int procfd, pid_t pid)
{
	char buf[1024], path[32], state;
	const char *p;
	unsigned flags;

	snprintf(path, sizeof(path), "%d/stat", (int)pid);
	if (sys_read_at(procfd, path, buf, sizeof(buf)) <= 0 ||
	    (p = strrchr(buf, ')')) == NULL || sscanf(p,
	    ") %c %*d %*d %*d %*d %*d %u", &state, &flags) != 2)
		return (-1);
	return (state == 'S' && (flags & STAT_EXITING) == 0);
}

/*
 * The first process of a PID namespace ends when nobody else is there, and
 * takes all with it.  Asleep it has yet to look, and will see us; awake it may
 * have looked before we came.
 */
static int
child_is_seen(const struct entry *en)
{
	int asleep, round;

	for (round = 0; round < SWEPT_ROUNDS; round++) {
		if ((asleep = sleeps(en->en_proc, en->en_pid1)) == -1)
			return (jail_errx(ESTALE,
			    "the jail's first process has ended"));
		if (asleep)
			return (0);
		usleep(100);
	}
	return (0);	/* it is stopped, or traced: by somebody inside */
}

static int
child_run(struct spawn *sp)
{
	const struct jail_command *jc = sp->sp_jc;

	/*
	 * Always a session of its own: SIGCONT and process groups pass
	 * between all processes of one session, whatever their uids.
	 */
	if (setsid() == -1 && errno != EPERM)
		return (jail_err(errno, "setsid"));
	if (sp->sp_en.en_pidns != -1)
		prctl(PR_SET_NAME, COMING_IN);	/* see was_swept_away() */
	if (sp->sp_en.en_pid1 != 0 && child_is_seen(&sp->sp_en) == -1)
		return (-1);
	if (sp->sp_event != -1)
		child_count(sp);
	if (child_signals() == -1 || child_limits(sp) == -1 ||
	    entry_enter(&sp->sp_en) == -1)
		return (-1);
	step("spawn-entered");
	if (child_fds(sp) == -1 || child_chdir(jc) == -1)
		return (-1);
	if ((jc->jc_flags & JC_TTY) != 0 && child_tty(sp) == -1)
		return (-1);
	if (entry_confine(&sp->sp_en, jc->jc_user != NULL &&
	    jc->jc_user->ju_uid != 0 ? CONFINE_USER : CONFINE_EXEC) == -1 ||
	    child_user(jc->jc_user) == -1 || child_rlimits(jc) == -1)
		return (-1);
	if (sp->sp_argv != NULL) {
		/* It sends the errno of its exec by descriptor 3. */
		fcntl(sp->sp_tell, F_SETFD, 0);
		fexecve(FD_PROGRAM, sp->sp_argv, (char **)(uintptr_t)
		    sp->sp_envp);
		return (jail_err(errno, "run the jail's first program"));
	}
	exec_search(jc->jc_argv, sp->sp_envp);
	return (jail_err(errno, "execvp: %s", jc->jc_argv[0]));
}

static void __attribute__((noreturn))
child_main(void *arg)
{
	struct spawn *sp = arg;

	child_run(sp);
	verdict_send(sp->sp_tell);
	_exit(127);
}

/* ------------------------------------------------------------------------
 * In the caller.
 */

/*
 * Make the child; with pid=new, inside the prison's PID namespace, to which
 * this thread is turned for the moment.
 */
static pid_t
clone_child(struct spawn *sp, int *ret_pidfd)
{
	_cleanup_close_ int mine = -1;
	struct spawn childs = *sp;	/* what it closes stays open here */
	int error;
	pid_t pid;

	if (sp->sp_alone)
		return (sys_vfork3(CLONE_CLEAR_SIGHAND, SIGCHLD,
		    sp->sp_en.en_cg, ret_pidfd, child_main, &childs));
	if (sp->sp_en.en_pidns != -1) {
		mine = open("/proc/thread-self/ns/pid", O_RDONLY | O_CLOEXEC);
		if (mine == -1 || setns(sp->sp_en.en_pidns, CLONE_NEWPID) ==
		    -1)
			return (-1);
	}
	pid = sys_clone3(CLONE_VFORK | CLONE_CLEAR_SIGHAND, SIGCHLD,
	    sp->sp_en.en_cg, ret_pidfd);
	if (pid == 0)
		child_main(&childs);
	error = errno;
	if (mine != -1)
		setns(mine, CLONE_NEWPID);
	errno = error;
	return (pid);
}

/*
 * When the first process of a PID namespace ends, since nobody else was left,
 * the kernel kills who has come meanwhile.  The pipe closes then as it does
 * with exec; but by exec he gets another name, if a little later.
 */
static int
was_swept_away(const struct spawn *sp, pid_t pid)
{
	char path[32], comm[32];
	siginfo_t si;
	int round;

	if (sp->sp_en.en_pidns == -1)
		return (0);
	snprintf(path, sizeof(path), "%d/comm", (int)pid);
	for (round = 0; round < SWEPT_ROUNDS; round++) {
		if (sys_read_at(sp->sp_en.en_proc, path, comm, sizeof(comm)) ==
		    -1 || strcmp(comm, COMING_IN "\n") != 0)
			return (0);
		si.si_pid = 0;
		if (waitid(P_PID, pid, &si, WEXITED | WNOHANG | WNOWAIT) ==
		    0 && si.si_pid == pid)
			return (si.si_code == CLD_KILLED &&
			    si.si_status == SIGKILL);
		usleep(100);
	}
	return (0);
}

static pid_t
spawn_child(struct spawn *sp, int verdict, int *ret_pidfd)
{
	char what[64];
	sigset_t all, old;
	int error, status;
	pid_t pid;

	/* No handler of the caller's may run in the child. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	pid = clone_child(sp, ret_pidfd);
	error = errno;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	entry_unlock(&sp->sp_en);
	if (pid == -1) {
		if (error == ENODEV || error == ENOENT)
			return (jail_errx(ENOENT, "jail %d not found",
			    sp->sp_en.en_pr->pr_id));
		/* ENOMEM: the namespace's first process has just ended. */
		return (jail_err(error == ENOMEM && sp->sp_en.en_pidns != -1 ?
		    ESTALE : error, "%s", error == EBUSY ? "the jail's "
		    "cgroup has controllers enabled below it" : error == EAGAIN
		    ? "the jail has as many processes as it may" :
		    "clone into the jail's cgroup"));
	}
	fd_close(&sp->sp_tell);
	snprintf(what, sizeof(what), "execvp: %.40s", sp->sp_jc->jc_argv[0]);
	if (verdict_read(verdict, what) == 0) {
		if (!was_swept_away(sp, pid))
			return (pid);
		jail_errx(ESTALE, "the jail's first process has ended");
	}
	error = errno;
	while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
		;
	if (ret_pidfd != NULL)
		fd_close(ret_pidfd);
	errno = error;
	return (-1);
}

/* "jail exec" before the command's own words. */
static char **
first_argv(char *const *argv)
{
	size_t n;
	char **v;

	for (n = 0; argv[n] != NULL; n++)
		;
	if ((v = calloc(n + 3, sizeof(*v))) == NULL) {
		jail_err(errno, "memory");
		return (NULL);
	}
	v[0] = (char *)(uintptr_t)"jail";
	v[1] = (char *)(uintptr_t)"exec";
	memcpy(v + 2, argv, n * sizeof(*v));
	return (v);
}

static int
spawn_prepare(struct spawn *sp, int *ret_verdict, int *ret_ttysock)
{
	int p[2];

	if (sp->sp_jc->jc_argv == NULL || sp->sp_jc->jc_argv[0] == NULL)
		return (jail_errx(EINVAL, "no command"));
	if (pipe2(p, O_CLOEXEC) == -1)
		return (jail_err(errno, "pipe"));
	*ret_verdict = p[0];
	sp->sp_tell = p[1];
	if ((sp->sp_jc->jc_flags & JC_TTY) != 0) {
		if (prepare_tty(sp) == -1)
			return (-1);
		if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, p) == -1)
			return (jail_err(errno, "socketpair"));
		*ret_ttysock = p[0];
		sp->sp_ttysock = p[1];
	}
	return (prepare_fds(sp));
}

static pid_t
spawn_once(const struct state *st, const struct prison *pr,
    const struct jail_command *jc, int guard, int *ret_pidfd, int *ret_tty)
{
	_cleanup_close_ int verdict = -1, ttysock = -1, pidfd = -1;
	struct spawn sp = {
		.sp_jc = jc, .sp_null = -1, .sp_tell = -1, .sp_ttysock = -1,
		.sp_master = -1, .sp_slave = -1, .sp_event = -1,
		.sp_envp = jc->jc_envp != NULL ? jc->jc_envp : environ,
		/* Without a rule for it; a controller keeps that. */
		.sp_nproc = (pr->pr_limits & LIMIT_SET(CT_PIDS)) != 0 ? 0 :
		    st->st_table->ta_nproc,
	};
	pid_t pid = -1;

	entry_init(&sp.sp_en);
	sp.sp_en.en_dir = guard;
	if (spawn_prepare(&sp, &verdict, &ttysock) == 0 &&
	    entry_prepare(&sp.sp_en, st, pr, guard) == 0 &&
	    (pr->pr_user == JAIL_SYS_NEW ||
	    (sp.sp_argv = first_argv(jc->jc_argv)) != NULL)) {
		sp.sp_alone = sp.sp_en.en_alone && sp.sp_en.en_pidns == -1;
		pid = spawn_child(&sp, verdict, ret_pidfd != NULL ? &pidfd :
		    NULL);
	}
	entry_close(&sp.sp_en);
	if (pid != -1 && ret_pidfd != NULL)
		*ret_pidfd = take_fd(&pidfd);
	if (pid != -1 && ret_tty != NULL && ttysock != -1) {
		if (fds_recv(ttysock, ret_tty, 1) == -1)
			*ret_tty = take_fd(&sp.sp_master);
	}
	free_ptr(&sp.sp_argv);
	fd_close(&sp.sp_null);
	fd_close(&sp.sp_tell);
	fd_close(&sp.sp_ttysock);
	fd_close(&sp.sp_master);
	fd_close(&sp.sp_slave);
	return (pid);
}

/* The way by which a counter comes.  Where none can be, nothing is counted. */
static void
count_prepare(struct spawn *sp, int *ret_sock)
{
	int p[2];

	if ((sp->sp_event = calls_event()) == -1)
		return;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, p) == -1) {
		sp->sp_event = -1;
		return;
	}
	*ret_sock = p[0];
	sp->sp_ttysock = p[1];
}

pid_t
spawn_by(const struct entry *en, const struct jail_command *jc, unsigned nproc,
    int alone, int *ret_pidfd, int *ret_calls)
{
	_cleanup_close_ int verdict = -1, pidfd = -1, sock = -1;
	struct spawn sp = {
		.sp_jc = jc, .sp_null = -1, .sp_tell = -1, .sp_ttysock = -1,
		.sp_master = -1, .sp_slave = -1, .sp_event = -1,
		.sp_envp = jc->jc_envp != NULL ? jc->jc_envp : environ,
		.sp_nproc = nproc, .sp_alone = alone, .sp_en = *en,
	};
	pid_t pid = -1;

	if ((jc->jc_flags & JC_CALLS) != 0)
		count_prepare(&sp, &sock);
	if (spawn_prepare(&sp, &verdict, NULL) == 0)
		pid = spawn_child(&sp, verdict, ret_pidfd != NULL ? &pidfd :
		    NULL);
	if (pid != -1 && ret_pidfd != NULL)
		*ret_pidfd = take_fd(&pidfd);
	if (pid != -1 && sock != -1)
		fds_recv(sock, ret_calls, 1);
	fd_close(&sp.sp_null);
	fd_close(&sp.sp_tell);
	fd_close(&sp.sp_ttysock);
	return (pid);
}

pid_t
spawn_into(struct state *st, const struct prison *pr,
    const struct jail_command *jc, int guard, int *ret_pidfd, int *ret_tty)
{
	_cleanup_close_ int keep = -1;
	struct prison now;
	int try;
	pid_t pid = -1;

	for (try = 0; try < FIRST_TRIES;) {
		/* Where there are rules, one may come in between. */
		if (guard != -1 && st->st_table->ta_rules != 0)
			keep = fcntl(guard, F_DUPFD_CLOEXEC, 3);
		pid = spawn_once(st, pr, jc, guard, ret_pidfd, ret_tty);
		if (pid != -1 || errno != ESTALE)
			break;
		guard = take_fd(&keep);		/* it was closed with the try */
		if (guard != -1)
			flock(guard, LOCK_EX);
		/* Have its limits changed?  As it is now, then. */
		if (st->st_limitgen == st->st_table->ta_limitgen)
			try++;
		st->st_limitgen = st->st_table->ta_limitgen;
		if (prison_load(st, pr->pr_id, &now) == 0)
			pr = &now;
	}
	return (pid);
}

pid_t
jail_spawn(int jid, const struct jail_command *jc, int *ret_pidfd,
    int *ret_tty)
{
	_cleanup_state_ struct state st = STATE_INIT;
	struct prison pr;

	jail_warnings_clear();
	if (state_open(&st, 0) == -1 || !state_jid_exists(&st, jid) ||
	    prison_load(&st, jid, &pr) == -1 || !prison_alive(&st, &pr))
		return (jail_errx(ENOENT, "jail %d not found", jid));
	return (spawn_into(&st, &pr, jc, -1, ret_pidfd, ret_tty));
}
