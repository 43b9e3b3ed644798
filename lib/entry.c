// SPDX-License-Identifier: BSD-2-Clause
#include "entry.h"

#include <sys/file.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "allow.h"
#include "cgroup.h"
#include "errmsg.h"
#include "fd.h"
#include "first.h"
#include "idmap.h"
#include "mount.h"
#include "nspin.h"
#include "step.h"
#include "sys.h"
#include "verdict.h"
#include "vnet.h"

#define CAP_LAST	40	/* CAP_CHECKPOINT_RESTORE */
#define SYSV_ANY(pr, mode) ((pr)->pr_sysvmsg == (mode) || \
	(pr)->pr_sysvsem == (mode) || (pr)->pr_sysvshm == (mode))

/* May processes inside make mounts or namespaces of their own? */
static int
may_nest(const struct prison *pr)
{
	return ((pr->pr_allow & PR_ALLOW_MOUNT) != 0);
}

/* Are the view's numbers to be left in /run/jail/JID/view? */
static int
view_recorded(const struct prison *pr)
{
	return (may_nest(pr) || pr->pr_user == JAIL_SYS_INHERIT);
}

/* With pid=new: open the PID namespace of a process of the view. */
static int
view_pidns(struct entry *en, int pidfd)
{
	if (en->en_pr->pr_pid != JAIL_SYS_NEW)
		return (1);
	en->en_pidns = openat(pidfd, "ns/pid", O_RDONLY | O_CLOEXEC);
	return (en->en_pidns != -1);
}

/*
 * Is that the prison's own view?  Who may make namespaces has perhaps made
 * some: then the numbers tell that the builder has left.  Else all that he has
 * are the view's, but for one who is still on his way in: he has namespaces of
 * the host's yet, and the last that a builder makes are UTS and IPC.
 */
static int
view_is(const struct entry *en, const struct ns_ids *found)
{
	const struct prison *pr = en->en_pr;
	const uint64_t *theirs = found->ni_ino, *ours = en->en_mine.ni_ino;

	if (view_recorded(pr))
		return (ns_same(found, &en->en_ids));
	return (theirs[NS_MNT] != ours[NS_MNT] &&
	    theirs[NS_USER] != ours[NS_USER] &&
	    (SYSV_ANY(pr, JAIL_SYS_INHERIT) ||
	    theirs[NS_IPC] != ours[NS_IPC]) &&
	    (pr->pr_hostowner == 0 ||
	    theirs[NS_UTS] != ours[NS_UTS]));
}

static int
is_listed(int cgfd, pid_t pid)
{
	_cleanup_free_ pid_t *pids = NULL;
	int i, n = cgroup_pids(cgfd, &pids);

	for (i = 0; i < n; i++)
		if (pids[i] == pid)
			return (1);
	return (0);
}

/*
 * Take the namespaces of process pid, if they are the view.  Its number may
 * pass to a process of another prison at any moment: the directory is of one
 * process alone, and while that lives its number is nobody else's.
 */
static int
view_take(struct entry *en, pid_t pid)
{
	_cleanup_close_ int dir = -1;
	struct ns_ids found;
	char number[16];

	snprintf(number, sizeof(number), "%d", (int)pid);
	dir = openat(en->en_proc, number, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir == -1 || ns_open(dir, &en->en_ns, &found) == -1)
		return (0);
	if (view_is(en, &found) && is_listed(en->en_cg, pid) &&
	    faccessat(dir, "ns/mnt", F_OK, 0) == 0 && view_pidns(en, dir)) {
		en->en_ids = found;
		return (1);
	}
	ns_close(&en->en_ns);
	return (0);
}

/* The first process of a PID namespace right below ours, of a cgroup's. */
static pid_t
find_first(const struct entry *en, const pid_t *pids, int n)
{
	char buf[4096], path[32], *p;
	int i, number;

	for (i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%d/status", (int)pids[i]);
		if (sys_read_at(en->en_proc, path, buf, sizeof(buf)) > 0 &&
		    (p = strstr(buf, "\nNSpid:")) != NULL &&
		    sscanf(p, "\nNSpid: %*d %d\n", &number) == 1 &&
		    number == 1)
			return (pids[i]);
	}
	return (0);
}

/* Open the namespaces of a process that is in the prison's view.  1 or 0. */
static int
view_join(struct entry *en)
{
	_cleanup_free_ pid_t *pids = NULL;
	_cleanup_close_ int fd = -1;
	int i, n;

	n = cgroup_pids(en->en_cg, &pids);
	en->en_alone = n == 0;
	if (n <= 0)
		return (0);
	if (view_recorded(en->en_pr)) {
		fd = openat(en->en_dir, "view", O_RDONLY | O_CLOEXEC);
		if (fd == -1 || read(fd, &en->en_ids, sizeof(en->en_ids)) !=
		    sizeof(en->en_ids))
			return (0);
	}
	if (ns_ids(en->en_proc, &en->en_mine) == -1)
		return (0);
	for (i = 0; i < n; i++)
		if (pids[i] > 0 && view_take(en, pids[i])) {
			if (en->en_pidns != -1)
				en->en_pid1 = find_first(en, pids, n);
			return (1);
		}
	return (0);
}

/*
 * The pin of the template.  A mount namespace that is copied loses the pins
 * of mount namespaces (a unit with PrivateTmp= sees an empty file there): the
 * host's own is had by way of its first process.
 */
static int
template_open(const struct state *st)
{
	char fdpath[64], dir[PATH_MAX], path[PATH_MAX + 32];
	struct statfs sf;
	ssize_t n;
	int fd;

	fd = openat(st->st_dir, "template", O_RDONLY | O_CLOEXEC);
	if (fd == -1 || fstatfs(fd, &sf) == -1 || sf.f_type == NSFS_MAGIC)
		return (fd);
	snprintf(fdpath, sizeof(fdpath), "/proc/self/fd/%d", st->st_dir);
	if ((n = readlink(fdpath, dir, sizeof(dir) - 1)) == -1)
		return (fd);
	dir[n] = '\0';
	fd_close(&fd);
	snprintf(path, sizeof(path), "/proc/1/root%s/template", dir);
	return (open(path, O_RDONLY | O_CLOEXEC));
}

static int
view_prepare(struct entry *en, const struct state *st)
{
	const struct prison *pr = en->en_pr;

	if ((en->en_template = template_open(st)) == -1)
		return (jail_err(errno, "the template mount namespace"));
	if (pr->pr_user == JAIL_SYS_NEW && en->en_userns == -1) {
		en->en_userns = idmap_userns(st->st_dir, pr->pr_slot,
		    !may_nest(pr));
		if (en->en_userns == -1)
			return (-1);
	}
	en->en_tree = mount_tree(pr->pr_path, en->en_userns,
	    state_dir_below(pr->pr_path));
	if (en->en_tree == -1)
		return (-1);
	if (!view_recorded(pr))
		return (0);
	en->en_view = openat(en->en_dir, "view", O_WRONLY | O_CREAT |
	    O_TRUNC | O_CLOEXEC, 0600);
	if (en->en_view == -1)
		return (jail_err(errno, "write the view of jail %d",
		    pr->pr_id));
	return (0);
}

/* SysV IPC, and POSIX message queues for those who have any of it. */
static unsigned
ipc_calls(const struct prison *pr)
{
	unsigned calls = 0;

	if (pr->pr_sysvmsg != JAIL_SYS_DISABLE)
		calls |= CALLS_SYSVMSG;
	if (pr->pr_sysvsem != JAIL_SYS_DISABLE)
		calls |= CALLS_SYSVSEM;
	if (pr->pr_sysvshm != JAIL_SYS_DISABLE)
		calls |= CALLS_SYSVSHM;
	return (calls != 0 ? calls | CALLS_MQUEUE : 0);
}

static int
names_set(const struct prison *pr)
{
	if (sethostname(pr->pr_hostname, strlen(pr->pr_hostname)) == -1 ||
	    setdomainname(pr->pr_domainname, strlen(pr->pr_domainname)) == -1)
		return (jail_err(errno, "set host.hostname"));
	return (0);
}

void
entry_init(struct entry *en)
{
	memset(en, 0, sizeof(*en));
	en->en_cg = en->en_dir = en->en_proc = en->en_template = -1;
	en->en_userns = en->en_tree = en->en_view = -1;
	en->en_pidns = en->en_first = en->en_null = -1;
	en->en_net = en->en_ipc = -1;
	en->en_ns = (struct ns_set)NS_SET_INIT;
	limit_entry_init(&en->en_limit);
}

static int first_start(struct entry *en);

static int
entry_open(struct entry *en, const struct state *st, const struct prison *pr)
{
	en->en_pr = pr;
	en->en_cg = prison_opencgroup(st, pr->pr_id);
	if (en->en_dir == -1)
		en->en_dir = prison_opendir(st, pr->pr_id);
	if (en->en_cg == -1 || en->en_dir == -1)
		return (jail_errx(ENOENT, "jail %d not found", pr->pr_id));
	en->en_proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (en->en_proc == -1)
		return (jail_err(errno, "/proc of the host"));
	return (0);
}

int
entry_find_view(struct entry *en, const struct state *st,
    const struct prison *pr)
{
	if (entry_open(en, st, pr) == -1)
		return (-1);
	en->en_join = view_join(en);
	return (en->en_join);
}

/*
 * Find a view, or hold the lock under which nobody but us will build one.  The
 * lock is mostly free; who keeps one for long is in there (cell.c).
 */
static int
view_lock(struct entry *en)
{
	int locked = flock(en->en_dir, LOCK_EX | LOCK_NB) == 0;

	en->en_join = view_join(en);
	if (en->en_join || locked)
		return (0);
	while (flock(en->en_dir, LOCK_EX) == -1)
		if (errno != EINTR)
			return (jail_err(errno, "lock jail %d",
			    en->en_pr->pr_id));
	en->en_join = view_join(en);
	return (0);
}

int
entry_rename(const struct entry *en)
{
	return (en->en_ids.ni_ino[NS_UTS] == en->en_mine.ni_ino[NS_UTS] ? 0 :
	    setns(en->en_ns.ns_fd[NS_UTS], CLONE_NEWUTS) == -1 ? -1 :
	    names_set(en->en_pr));
}

/*
 * Who may make nothing of it shares an IPC namespace with all others who may
 * not (setup.c).
 */
static void
ipc_share(struct entry *en, const struct state *st)
{
	if (en->en_ipc == -1 && ipc_calls(en->en_pr) == 0)
		en->en_ipc = nspin_get(st->st_dir, NSPIN_IPC);
}

/*
 * The record says which IPC namespace is right, not who lives there: he may
 * have come when another was, and when less was allowed.
 */
static int
ipc_join(struct entry *en)
{
	struct stat sb;

	if (SYSV_ANY(en->en_pr, JAIL_SYS_INHERIT))
		en->en_ids.ni_ino[NS_IPC] = en->en_mine.ni_ino[NS_IPC];
	if (en->en_ipc == -1)
		return (0);
	if (fstat(en->en_ipc, &sb) == -1)
		return (jail_err(errno, "the IPC namespace of jail %d",
		    en->en_pr->pr_id));
	fd_close(&en->en_ns.ns_fd[NS_IPC]);
	en->en_ns.ns_fd[NS_IPC] = take_fd(&en->en_ipc);
	en->en_ids.ni_ino[NS_IPC] = sb.st_ino;
	return (0);
}

int
entry_prepare(struct entry *en, const struct state *st,
    const struct prison *pr, int guard)
{
	unsigned flags = en->en_filter_flags;

	en->en_dir = guard;
	if (entry_open(en, st, pr) == -1 ||
	    vnet_open(st, pr, &en->en_net, &en->en_ipc, &en->en_userns) == -1)
		return (-1);
	ipc_share(en, st);
	/* Nobody can be in a prison that is just being made. */
	en->en_alone = guard != -1;
	if (guard == -1 && view_lock(en) == -1)
		return (-1);
	if (en->en_join) {
		entry_unlock(en);
		if (ipc_join(en) == -1)
			return (-1);
	} else if (view_prepare(en, st) == -1)
		return (-1);
	if (pr->pr_pid == JAIL_SYS_NEW || pr->pr_user == JAIL_SYS_INHERIT) {
		if ((en->en_first = first_open()) == -1)
			return (-1);
	}
	if (pr->pr_pid == JAIL_SYS_NEW)
		flags |= FILTER_PIDNEW;
	if (may_nest(pr))
		flags |= FILTER_NEWNS;
	if ((pr->pr_allow & PR_ALLOW_I386) != 0)
		flags |= FILTER_I386;
	en->en_i386 = pr->pr_i386;
	en->en_caps = allow_caps(pr->pr_allow, pr->pr_user ==
	    JAIL_SYS_INHERIT, pr->pr_vnet == JAIL_SYS_NEW);
	if (filter_build(&en->en_filter, allow_calls(pr->pr_allow) |
	    ipc_calls(pr) | (pr->pr_vnet == JAIL_SYS_NEW ? CALLS_VNET : 0),
	    flags) == -1)
		return (jail_err(errno, "build the system call filter"));
	if (limit_prepare(&en->en_limit, st, pr) == -1)
		return (-1);
	if (pr->pr_pid == JAIL_SYS_NEW && !en->en_join)
		return (first_start(en));
	return (0);
}

void
entry_unlock(struct entry *en)
{
	if (en->en_dir != -1)
		flock(en->en_dir, LOCK_UN);
}

void
entry_close(struct entry *en)
{
	ns_close(&en->en_ns);
	limit_entry_close(&en->en_limit);
	fd_close(&en->en_cg);
	fd_close(&en->en_dir);
	fd_close(&en->en_proc);
	fd_close(&en->en_template);
	fd_close(&en->en_userns);
	fd_close(&en->en_tree);
	fd_close(&en->en_view);
	fd_close(&en->en_pidns);
	fd_close(&en->en_first);
	fd_close(&en->en_net);
	fd_close(&en->en_ipc);
}

/* uid 0 of the prison in every respect; no capability is lost by it. */
static int
become_root(void)
{
	if (sys_setgroups(0, NULL) == -1 || sys_setresgid(0) == -1 ||
	    sys_setresuid(0) == -1)
		return (jail_err(errno, "become the prison's root"));
	return (0);
}

/* Leave the numbers of the view that we have built. */
static int
view_record(const struct entry *en)
{
	struct ns_ids ids;

	if (ns_ids(en->en_proc, &ids) == -1 ||
	    write(en->en_view, &ids, sizeof(ids)) != sizeof(ids))
		return (jail_err(errno, "record the view"));
	return (0);
}

/*
 * Build the view.  The order is the kernel's: who made a namespace's user
 * namespace rules it, so the mount namespace (which the prisoner must not
 * change) is made before we are of the prison, the others after.
 */
static int
view_build(struct entry *en)
{
	const struct prison *pr = en->en_pr;
	/* Each who joins makes a cgroup namespace of his own. */
	int hosts_uts, own = en->en_held ? 0 : CLONE_NEWCGROUP;
	unsigned i;

	if (mount_enter(en->en_template, en->en_tree, en->en_userns,
	    prison_uid0(pr), en->en_proc, (pr->pr_pid == JAIL_SYS_NEW ? MOUNT_PROC_NEW : 0) |
	    (pr->pr_user == JAIL_SYS_INHERIT ? MOUNT_PROC_RDONLY : 0)) == -1)
		return (-1);
	step("view-mounts");
	if (en->en_sealed && mount_seal() == -1)
		return (-1);
	for (i = 0; i < en->en_nmounts; i++)
		if (mount_put(en->en_mounts[i].em_fd,
		    en->en_mounts[i].em_dir) == -1)
			return (-1);
	/* Who may not set the host name must not own the namespace. */
	hosts_uts = (pr->pr_allow & PR_ALLOW_SET_HOSTNAME) == 0;
	if (pr->pr_hostowner != 0 && hosts_uts &&
	    (unshare(CLONE_NEWUTS) == -1 || names_set(pr) == -1))
		return (jail_errwrap("make a UTS namespace"));
	if (en->en_ipc != -1 && setns(en->en_ipc, CLONE_NEWIPC) == -1)
		return (jail_err(errno, "enter the IPC namespace"));
	if (pr->pr_user == JAIL_SYS_NEW &&
	    setns(en->en_userns, CLONE_NEWUSER) == -1)
		return (jail_err(errno, "enter the user namespace"));
	if (become_root() == -1)
		return (-1);
	step("view-user");
	if (pr->pr_hostowner != 0 && !hosts_uts)
		own |= CLONE_NEWUTS;
	if (en->en_ipc == -1 && !SYSV_ANY(pr, JAIL_SYS_INHERIT))
		own |= CLONE_NEWIPC;
	if (own != 0 && unshare(own) == -1)
		return (jail_err(errno, "make UTS, IPC and cgroup namespaces"));
	if ((own & CLONE_NEWUTS) != 0 && names_set(pr) == -1)
		return (-1);
	/*
	 * A prisoner who may mount gets a mount namespace of his own made
	 * from the host's: copied so, the flags of its mounts are locked, and
	 * nodev stays.  In any other order he could clear it.
	 */
	if (may_nest(pr) && unshare(CLONE_NEWNS) == -1)
		return (jail_err(errno, "make a mount namespace for "
		    "allow.mount"));
	step("view-namespaces");
	return (view_recorded(pr) ? view_record(en) : 0);
}

int
entry_enter(struct entry *en)
{
	int which;

	/* Nothing inside may look at us before we are one of them. */
	if (prctl(PR_SET_DUMPABLE, 0) == -1)
		return (jail_err(errno, "prctl(PR_SET_DUMPABLE)"));
	if (limit_enter(&en->en_limit) == -1)
		return (-1);
	if (en->en_net != -1 && setns(en->en_net, CLONE_NEWNET) == -1)
		return (jail_err(errno, "enter the network stack"));
	if (!en->en_join)
		return (view_build(en));
	if (ns_enter(&en->en_ns, &en->en_ids, &en->en_mine, &which) == -1)
		return (jail_err(errno, "enter the %s namespace",
		    ns_names[which]));
	step("join-user");
	if (become_root() == -1)
		return (-1);
	if (unshare(CLONE_NEWCGROUP) == -1)
		return (jail_err(errno, "make a cgroup namespace"));
	if (chdir("/") == -1)
		return (jail_err(errno, "chdir /"));
	return (0);
}

/* Give up at once what a coming exec would take by the bounding set. */
static int
caps_drop(uint64_t caps)
{
	struct __user_cap_header_struct hdr = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct data[2] = {
		{ .effective = caps, .permitted = caps },
		{ .effective = caps >> 32, .permitted = caps >> 32 },
	};

	return (syscall(SYS_capset, &hdr, data));
}

/* After setns(2) to a user namespace, which refills the set. */
static int
bounding_drop(uint64_t caps)
{
	int cap;

	for (cap = 0; cap <= CAP_LAST; cap++)
		if ((caps >> cap & 1) == 0 &&
		    prctl(PR_CAPBSET_DROP, cap) == -1 && errno != EINVAL)
			return (jail_err(errno, "drop capability %d", cap));
	return (0);
}

int
entry_confine(const struct entry *en, enum confine how)
{
	int error;

	if (limit_confine(&en->en_limit) == -1)
		return (-1);
	/* One call instead of twenty, where no setuid file is lost by it. */
	if (how == CONFINE_USER && en->en_sealed)
		error = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ?
		    jail_err(errno, "prctl(PR_SET_NO_NEW_PRIVS)") : 0;
	else
		error = bounding_drop(en->en_caps);
	if (error == -1)
		return (-1);
	if (en->en_i386 && personality(PER_LINUX32) == -1)
		return (jail_err(errno, "personality(2)"));
	if (filter_install(&en->en_filter) == -1)
		return (jail_err(errno, "install the system call filter "
		    "(CONFIG_SECCOMP_FILTER)"));
	if (how == CONFINE_STAY && caps_drop(en->en_caps) == -1)
		return (jail_err(errno, "drop capabilities"));
	if (prctl(PR_SET_DUMPABLE, 0) == -1)
		return (jail_err(errno, "prctl(PR_SET_DUMPABLE)"));
	return (0);
}

/* ------------------------------------------------------------------------
 * The first process.
 */

/* In it: build the view, be confined, hold. */
static int
first_child(struct entry *en, int tell)
{
	static char *const argv[] = {
		(char *)"jail", (char *)"hold", NULL
	};
	static char *const envp[] = { NULL };
	int null;

	if (setsid() == -1 || entry_enter(en) == -1)
		return (-1);
	if ((null = dup(en->en_null)) == -1 || dup2(null, 0) == -1 ||
	    dup2(null, 1) == -1 || dup2(null, 2) == -1)
		return (jail_err(errno, "/dev/null"));
	if (entry_confine(en, CONFINE_EXEC) == -1)
		return (-1);
	fcntl(tell, F_SETFD, FD_CLOEXEC);
	fexecve(en->en_first, argv, envp);
	return (jail_err(errno, "run the prison's first process"));
}

/*
 * Start it by way of a child that ends at once: a server that waits for its
 * children must not find it among them.
 */
static int
first_start(struct entry *en)
{
	_cleanup_close_ int rd = -1, wr = -1;
	int error, p[2], status;
	pid_t pid;

	if (pipe2(p, O_CLOEXEC) == -1)
		return (jail_err(errno, "pipe"));
	rd = p[0];
	wr = p[1];
	en->en_null = open("/dev/null", O_RDWR | O_CLOEXEC);
	pid = sys_clone3(CLONE_VFORK | CLONE_CLEAR_SIGHAND, 0, -1, NULL);
	if (pid == 0) {
		pid = sys_clone3(CLONE_VFORK | CLONE_NEWPID, SIGCHLD,
		    en->en_cg, NULL);
		if (pid == 0) {
			first_child(en, wr);
			verdict_send(wr);
			_exit(1);
		}
		if (pid == -1) {
			jail_err(errno, "clone into a PID namespace");
			verdict_send(wr);
		}
		_exit(0);
	}
	fd_close(&en->en_null);
	if (pid == -1)
		return (jail_err(errno, "clone"));
	fd_close(&wr);
	error = verdict_read(rd, "the prison's first process");
	while (waitpid(pid, &status, __WALL) == -1 && errno == EINTR)
		;
	if (error == -1)
		return (-1);
	if (!(en->en_join = view_join(en)))
		return (jail_errx(EAGAIN, "jail %d: its first process is gone",
		    en->en_pr->pr_id));
	return (0);
}
