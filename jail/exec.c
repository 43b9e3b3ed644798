// SPDX-License-Identifier: BSD-2-Clause
/*
 * The commands of a jail, run inside it or on the host, and the waiting for
 * them: one epoll over the pidfds of all that run.
 */
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/openat2.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "jailp.h"
#include "session.h"

#define STOP_TIMEOUT	10	/* seconds, when nothing is said */
#define BLANKS		" \t\f\v\r\n"
#define SHELL_CHARS	"!\"$&'()*;<>?[\\]`{|}~"
#define CLEAN_PATH	"/sbin:/bin:/usr/sbin:/usr/bin:/usr/local/sbin:" \
			"/usr/local/bin"

extern char **environ;

/* A process that a jail waits for. */
struct proc {
	LIST_ENTRY(proc) le;
	struct cfjail	*j;
	pid_t		 pid;	/* of a child of ours, else 0 */
	int		 pidfd;
};
static LIST_HEAD(, proc) procs = LIST_HEAD_INITIALIZER(procs);

static struct cfjails sleeping = TAILQ_HEAD_INITIALIZER(sleeping);
static int epfd = -1;

/* A command about to be run. */
struct exec {
	char		**argv;
	char		**envp;
	const char	*dir;
	struct jail_user user;
	bool		 hasuser;
	bool		 setsuser;	/* not only for its environment */
	bool		 background;
	bool		 interactive;	/* of the command line, on a terminal */
	int		 logfd;		/* for 1 and 2, or -1 */
};

static bool
later(const struct timespec *a, const struct timespec *b)
{
	return (a->tv_sec > b->tv_sec ||
	    (a->tv_sec == b->tv_sec && a->tv_nsec > b->tv_nsec));
}

/* Let the jail sleep, those with the next timeout first. */
static void
put_to_sleep(struct cfjail *j)
{
	struct cfjail *other;

	j->flags |= JF_ASLEEP;
	TAILQ_REMOVE(j->queue, j, tq);
	j->queue = &sleeping;
	if (j->timeout.tv_sec != 0)
		TAILQ_FOREACH(other, &sleeping, tq)
			if (other->timeout.tv_sec == 0 ||
			    later(&other->timeout, &j->timeout)) {
				TAILQ_INSERT_BEFORE(other, j, tq);
				return;
			}
	TAILQ_INSERT_TAIL(&sleeping, j, tq);
}

static void
set_timeout(struct cfjail *j, int seconds)
{
	j->timeout.tv_sec = 0;
	if (seconds <= 0)
		return;
	clock_gettime(CLOCK_MONOTONIC, &j->timeout);
	j->timeout.tv_sec += seconds;
}

/* Wait for a process, on behalf of j; pid 0: it is not our child. */
static void
add_proc(struct cfjail *j, pid_t pid, int pidfd)
{
	struct epoll_event ev = { .events = EPOLLIN };
	struct proc *p = emalloc(sizeof(*p));

	p->j = j;
	p->pid = pid;
	p->pidfd = pidfd;
	ev.data.ptr = p;
	if (epfd < 0 && (epfd = epoll_create1(EPOLL_CLOEXEC)) < 0)
		err(1, "epoll_create");
	if (epoll_ctl(epfd, EPOLL_CTL_ADD, pidfd, &ev) < 0)
		err(1, "epoll_ctl");
	LIST_INSERT_HEAD(&procs, p, le);
	j->nprocs++;
}

static void
drop_proc(struct proc *p)
{
	epoll_ctl(epfd, EPOLL_CTL_DEL, p->pidfd, NULL);
	close(p->pidfd);
	LIST_REMOVE(p, le);
	p->j->nprocs--;
	free(p);
}

static struct cfjail *
timed_out(struct cfjail *j)
{
	struct proc *p, *next;

	for (p = LIST_FIRST(&procs); p != NULL; p = next) {
		next = LIST_NEXT(p, le);
		if (p->j == j)
			drop_proc(p);
	}
	j->flags |= JF_TIMEOUT;
	return (j);
}

/* Milliseconds until the timeout, rounded up. */
static int
remaining(const struct timespec *timeout)
{
	struct timespec now;
	long long ms;

	clock_gettime(CLOCK_MONOTONIC, &now);
	ms = (timeout->tv_sec - now.tv_sec) * 1000LL +
	    (timeout->tv_nsec - now.tv_nsec + 999999) / 1000000;
	return (ms < 0 ? 0 : ms > 1000000000 ? 1000000000 : (int)ms);
}

/*
 * A jail whose last process has ended or which has waited too long; without
 * one, wait for it, or return NULL.
 */
struct cfjail *
next_proc(bool nonblock)
{
	struct epoll_event ev;
	struct cfjail *j;
	struct proc *p;
	int ms, n;

	while ((j = TAILQ_FIRST(&sleeping)) != NULL) {
		ms = j->timeout.tv_sec == 0 ? -1 : remaining(&j->timeout);
		if (ms == 0)
			return (timed_out(j));
		n = epoll_wait(epfd, &ev, 1, nonblock ? 0 : ms);
		if (n < 0 && errno != EINTR)
			err(1, "epoll_wait");
		if (n == 0 && nonblock)
			return (NULL);
		if (n <= 0)
			continue;
		p = ev.data.ptr;
		j = p->j;
		if (p->pid != 0 && waitpid(p->pid, &j->status, 0) < 0)
			j->status = 0;
		drop_proc(p);
		if (j->nprocs == 0)
			return (j);
	}
	return (NULL);
}

static int
cmp_pid(const void *a, const void *b)
{
	const pid_t *p = a, *q = b;

	return ((*p > *q) - (*p < *q));
}

/* Send SIGTERM to those of pids[] that are still there and in the jail. */
static void
send_term(struct cfjail *j, const pid_t *pids, const int *pidfds, int n)
{
	pid_t *now = NULL;
	int i, nnow, sent = 0;
	bool inside;

	if ((nnow = jail_pids(j->jid, &now)) > 0)
		qsort(now, nnow, sizeof(*now), cmp_pid);
	for (i = 0; i < n; i++) {
		if (pidfds[i] < 0)
			continue;
		/*
		 * A number that is (still or again) the jail's, and a process
		 * that has not ended: so the number was its own all along.
		 */
		inside = nnow > 0 && bsearch(&pids[i], now, nnow,
		    sizeof(*now), cmp_pid) != NULL;
		if (!inside || syscall(SYS_pidfd_send_signal, pidfds[i],
		    SIGTERM, NULL, 0) < 0) {
			close(pidfds[i]);
			continue;
		}
		add_proc(j, 0, pidfds[i]);
		if (verbose > 0) {
			if (sent++ == 0)
				jail_note(j, "sent SIGTERM to:");
			printf(" %d", (int)pids[i]);
		}
	}
	if (sent > 0)
		putchar('\n');
	free(now);
}

/* Ask all processes of the jail to end, and wait for them for a while. */
int
term_procs(struct cfjail *j)
{
	int timeout, *pidfds, i, n;
	pid_t *pids = NULL;

	if (j->flags & JF_BARE)
		return (0);
	if (!int_param(j, K_STOP_TIMEOUT, &timeout))
		timeout = STOP_TIMEOUT;
	if (timeout == 0 || (n = jail_pids(j->jid, &pids)) <= 0) {
		free(pids);
		return (0);
	}
	pidfds = emalloc(n * sizeof(*pidfds));
	for (i = 0; i < n; i++)
		pidfds[i] = (int)syscall(SYS_pidfd_open, pids[i], 0);
	send_term(j, pids, pidfds, n);
	free(pidfds);
	free(pids);
	if (j->nprocs == 0)
		return (0);
	set_timeout(j, timeout);
	put_to_sleep(j);
	return (1);
}

static char **
add_arg(char **argv, size_t n, const char *arg)
{
	argv = erealloc(argv, (n + 2) * sizeof(*argv));
	argv[n] = estrdup(arg);
	argv[n + 1] = NULL;
	return (argv);
}

static void
free_args(char **argv)
{
	size_t i;

	for (i = 0; argv != NULL && argv[i] != NULL; i++)
		free(argv[i]);
	free(argv);
}

/*
 * The words of a command: through the shell only where something in it needs
 * one.  A "&" at the end, and nothing else special, means background.
 */
static char **
split_command(const char *text, bool *ret_background)
{
	char *copy = estrdup(text), *rest = copy, *word, *special;
	char **argv = add_arg(NULL, 0, "/bin/sh");
	size_t n = 0;

	special = strpbrk(copy, SHELL_CHARS);
	if (special != NULL && strcmp(special, "&") == 0) {
		*ret_background = true;
		*special = '\0';
		special = NULL;
	}
	if (special != NULL) {
		argv = add_arg(argv, 1, "-c");
		argv = add_arg(argv, 2, text);
	} else {
		free_args(argv);
		argv = NULL;
		while ((word = strsep(&rest, BLANKS)) != NULL)
			if (word[0] != '\0')
				argv = add_arg(argv, n++, word);
	}
	free(copy);
	return (argv);
}

static char **
command_args(const struct cfjail *j, const struct cfstring *value,
    bool *ret_background)
{
	const struct cfstring *s;
	char **argv = NULL;
	size_t n = 0;

	if (value != NULL)
		return (split_command(value->s, ret_background));
	TAILQ_FOREACH(s, &j->known[K_COMMAND]->val, tq)
		argv = add_arg(argv, n++, s->s);
	return (argv);
}

static char *
join_args(char *const *argv)
{
	char *line = estrdup(argv[0]), *longer;

	while (*++argv != NULL) {
		longer = eprintf("%s %s", line, *argv);
		free(line);
		line = longer;
	}
	return (line);
}

static char **
env_set(char **envp, const char *name, const char *value)
{
	size_t len = strlen(name), n;
	char *entry = eprintf("%s=%s", name, value);

	for (n = 0; envp != NULL && envp[n] != NULL; n++)
		if (strncmp(envp[n], name, len) == 0 && envp[n][len] == '=') {
			free(envp[n]);
			envp[n] = entry;
			return (envp);
		}
	envp = add_arg(envp, n, entry);
	free(entry);
	return (envp);
}

/* $JID, $JNAME and $JPATH, as far as they are known. */
static char **
env_set_jail(char **envp, const struct cfjail *j)
{
	const char *name = j->name;
	char number[16];

	if (name == NULL)
		name = string_param(j, K_NAME);
	snprintf(number, sizeof(number), "%d", j->lastjid);
	if (j->lastjid > 0)
		envp = env_set(envp, "JID", number);
	if (name != NULL || j->lastjid > 0)
		envp = env_set(envp, "JNAME", name != NULL ? name : number);
	if (string_param(j, K_PATH) != NULL)
		envp = env_set(envp, "JPATH", string_param(j, K_PATH));
	return (envp);
}

static void
make_env(const struct cfjail *j, struct exec *x, bool clean)
{
	const struct jail_user *ju = &x->user;
	const char *term = getenv("TERM");
	char **e;
	size_t n = 0;

	for (e = environ; !clean && *e != NULL; e++)
		x->envp = add_arg(x->envp, n++, *e);
	if (!clean)
		x->envp = env_set_jail(x->envp, j);
	else if (term != NULL)
		x->envp = env_set(x->envp, "TERM", term);
	if (!x->hasuser)
		return;
	x->envp = env_set(x->envp, "PATH", CLEAN_PATH);
	x->envp = env_set(x->envp, "USER", ju->ju_name);
	x->envp = env_set(x->envp, "HOME", ju->ju_home);
	x->envp = env_set(x->envp, "SHELL",
	    ju->ju_shell != NULL && ju->ju_shell[0] != '\0' ? ju->ju_shell :
	    "/bin/sh");
}

/* Find the user to run as, or whose environment to have. */
static int
find_user(struct cfjail *j, struct exec *x, const char *name, bool injail)
{
	int jid = injail && !bool_param(j, K_EXEC_SYSTEM_JAIL_USER) ?
	    j->jid : 0;
	char uid[16];

	snprintf(uid, sizeof(uid), "%u", (unsigned)getuid());
	if (jail_getuser(jid, name != NULL ? name : uid, &x->user) == 0) {
		x->hasuser = true;
		x->setsuser = name != NULL;
		return (0);
	}
	if (errno != ENOENT)
		jail_warnx(j, "%s", jail_errmsg);
	else if (name != NULL)
		jail_warnx(j, "%s: no such user", name);
	else
		jail_warnx(j, "unknown uid %s", uid);
	return (-1);
}

/*
 * Open exec.consolelog.  Below the jail's root, where a prisoner may have
 * put links, none is followed.
 */
static int
open_log(struct cfjail *j, const char *path)
{
	struct open_how how = {
		.flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY,
		.mode = 0666,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS |
		    RESOLVE_NO_MAGICLINKS,
	};
	mode_t mask = umask(0);
	const char *below;
	char *root;
	int fd, rootfd;

	umask(mask);
	/* openat2() wants a mode without bits that are masked anyway. */
	how.mode &= ~mask;
	if (check_path(j, "exec.consolelog", path, true) < 0)
		return (-1);
	if ((root = jail_root(j, path, &below)) == NULL)
		fd = open(path, (int)how.flags, 0666);
	else {
		rootfd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
		fd = rootfd < 0 ? -1 : (int)syscall(SYS_openat2, rootfd,
		    below, &how, sizeof(how));
		if (rootfd >= 0)
			close(rootfd);
		free(root);
	}
	if (fd < 0)
		jail_warnx(j, "open %s: %s", path, strerror(errno));
	return (fd);
}

static void
fill_command(const struct exec *x, struct jail_command *ret_jc)
{
	*ret_jc = (struct jail_command){
		.jc_argv = x->argv,
		.jc_envp = x->envp,
		.jc_dir = x->dir,
		.jc_user = x->setsuser ? &x->user : NULL,
	};
}

static void
warn_spawn(const struct cfjail *j)
{
	if (strncmp(jail_errmsg, "execvp: ", 8) == 0)
		jail_warnx(j, "exec %s", jail_errmsg + 8);
	else
		jail_warnx(j, "%s", jail_errmsg);
}

/*
 * Descriptors 0 to 2 for a command inside.  Of the jailer's terminal it gets
 * no more than that its output is shown there: what is left running could
 * otherwise read what he types.
 */
static void
inside_fds(const struct exec *x, int ret_fds[3])
{
	char self[32];
	int i;

	ret_fds[0] = isatty(0) ? -1 : 0;
	for (i = 1; i < 3; i++) {
		ret_fds[i] = x->logfd >= 0 ? x->logfd : i;
		if (x->logfd >= 0 || !isatty(i))
			continue;
		snprintf(self, sizeof(self), "/proc/self/fd/%d", i);
		ret_fds[i] = open(self, O_WRONLY | O_NOCTTY | O_CLOEXEC);
	}
}

/* Start a command inside: its PID, and its pidfd. */
static pid_t
spawn_inside(struct cfjail *j, const struct exec *x, int *ret_pidfd)
{
	struct jail_command jc;
	int fds[3], i;
	pid_t pid;

	fill_command(x, &jc);
	inside_fds(x, fds);
	jc.jc_fds = fds;
	pid = jail_spawn(j->jid, &jc, ret_pidfd, NULL);
	for (i = 1; i < 3; i++)
		if (fds[i] > STDERR_FILENO && fds[i] != x->logfd)
			close(fds[i]);
	if (pid > 0)
		print_warnings(j);
	else
		warn_spawn(j);
	return (pid);
}

/*
 * The command of the command line, when a terminal is there: it gets one of
 * its own, for the jailer's is not to come into a prisoner's hands.  Nothing
 * else can be going on, so wait for it here.
 */
static int
run_session(struct cfjail *j, const struct exec *x)
{
	struct jail_command jc;
	struct session se;

	fill_command(x, &jc);
	if (session_start(&se, j->jid, &jc) < 0) {
		warn_spawn(j);
		return (-1);
	}
	print_warnings(j);
	j->status = session_wait(&se);
	j->flags |= JF_ASLEEP;
	requeue(j, &ready);
	return (0);
}

static void __attribute__((noreturn))
exec_outside(struct cfjail *j, const struct exec *x)
{
	const struct jail_user *ju = &x->user;

	if (x->background)
		setsid();
	if (x->setsuser && (setgroups(ju->ju_ngroups, ju->ju_groups) < 0 ||
	    setgid(ju->ju_gid) < 0 || setuid(ju->ju_uid) < 0))
		jail_warnx(j, "setuid %s: %s", ju->ju_name, strerror(errno));
	else if (x->dir != NULL && chdir(x->dir) < 0)
		jail_warnx(j, "chdir %s: %s", x->dir, strerror(errno));
	else {
		close_range(3, ~0U, 0);
		execvpe(x->argv[0], x->argv, x->envp);
		jail_warnx(j, "exec %s: %s", x->argv[0], strerror(errno));
	}
	_exit(1);
}

static pid_t
spawn_outside(struct cfjail *j, const struct exec *x, int *ret_pidfd)
{
	pid_t pid;

	fflush(stdout);
	if ((pid = fork()) == 0)
		exec_outside(j, x);
	if (pid < 0 ||
	    (*ret_pidfd = (int)syscall(SYS_pidfd_open, pid, 0)) < 0)
		err(1, "fork");
	return (pid);
}

static int
prepare(struct cfjail *j, struct exec *x, bool injail)
{
	bool clean = bool_param(j, K_EXEC_CLEAN);
	const char *log = string_param(j, K_EXEC_CONSOLELOG);
	const char *user = string_param(j,
	    injail ? K_EXEC_JAIL_USER : K_EXEC_SYSTEM_USER);

	if (injail && log != NULL && (x->logfd = open_log(j, log)) < 0)
		return (-1);
	if (verbose > 0)
		jail_note(j, "run command%s%s%s: %s\n",
		    injail ? " in jail" : "", user != NULL ? " as " : "",
		    user != NULL ? user : "", j->comline);
	if ((clean || user != NULL) && find_user(j, x, user, injail) < 0) {
		jail_warnx(j, "%s: failed", j->comline);
		return (-1);
	}
	make_env(j, x, clean);
	if (clean)
		x->dir = x->user.ju_home;
	return (0);
}

static int
start_command(struct cfjail *j, struct exec *x, bool injail)
{
	int pidfd, seconds = 0;
	pid_t pid;

	if (prepare(j, x, injail) < 0)
		return (-1);
	(void)int_param(j, K_EXEC_TIMEOUT, &seconds);
	if (x->interactive && x->logfd < 0 && seconds == 0) {
		if (run_session(j, x) < 0)
			goto fail;
		goto started;
	}
	pid = injail ? spawn_inside(j, x, &pidfd) :
	    spawn_outside(j, x, &pidfd);
	if (pid < 0)
		goto fail;
	if (x->background) {
		close(pidfd);
		return (0);
	}
	set_timeout(j, seconds);
	add_proc(j, pid, pidfd);
	put_to_sleep(j);
started:
	if (paralimit > 0)
		paralimit--;
	return (1);
fail:
	jail_warnx(j, "%s: failed", j->comline);
	return (-1);
}

/*
 * Start one command of an exec.* parameter or "command" (value NULL: all its
 * words are one command).  1: it runs, 0: nothing to wait for, -1: failed.
 */
int
run_exec(struct cfjail *j, enum known k, struct cfstring *value)
{
	bool injail = k == K_EXEC_START || k == K_COMMAND || k == K_EXEC_STOP;
	struct exec x = { .logfd = -1 };
	int started;

	if ((x.argv = command_args(j, value, &x.background)) == NULL)
		return (0);
	x.interactive = value == NULL && (isatty(0) || isatty(1) || isatty(2));
	j->comline = join_args(x.argv);
	started = start_command(j, &x, injail);
	if (started != 1) {
		free(j->comline);
		j->comline = NULL;
	}
	if (x.logfd >= 0)
		close(x.logfd);
	if (x.hasuser)
		jail_user_clear(&x.user);
	free_args(x.envp);
	free_args(x.argv);
	return (started);
}
