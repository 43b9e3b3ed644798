// SPDX-License-Identifier: BSD-2-Clause
/*
 * Theory of operation.  The caller may be anything: a thread of a server, a
 * unit with mounts of its own.  So the work is done by one child, which goes
 * into PID 1's mount namespace (where /run is the host's) and, when all
 * stands, writes the table: whoever finds the table finds the rest.  A lock
 * on the directory *below* the mount keeps two of them apart; a child killed
 * half way leaves mounts that the next one finds and uses.
 */
#include "setup.h"

#include <sys/file.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "errmsg.h"
#include "fd.h"
#include "hostns.h"
#include "nspin.h"
#include "rules.h"
#include "state.h"
#include "step.h"
#include "sys.h"
#include "verdict.h"

#define TEMPLATE_TRIES	16
#define PIDS_SHARE	15	/* percent of the host's PIDs for one prison */

/* A mount of our own at `path`, unless one is there. */
static int
mount_own(const char *path, const char *type, long magic, const char *opts)
{
	struct stat here, above;
	char parent[PATH_MAX];
	struct statfs sf;

	if (mkdir(path, 0755) == -1 && errno != EEXIST)
		return (jail_err(errno, "mkdir %s", path));
	snprintf(parent, sizeof(parent), "%s/..", path);
	if (statfs(path, &sf) == 0 && sf.f_type == magic &&
	    stat(path, &here) == 0 && stat(parent, &above) == 0 &&
	    here.st_dev != above.st_dev)
		return (0);
	if (mount(type, path, type, MS_NOSUID | MS_NODEV | MS_NOEXEC,
	    opts) == -1)
		return (jail_err(errno, "mount -t %s %s", type, path));
	/* Pins are refused on a shared mount, which systemd makes of /run. */
	if (mount(NULL, path, NULL, MS_PRIVATE, NULL) == -1)
		return (jail_err(errno, "make %s private", path));
	return (0);
}

/*
 * The template: a mount namespace with an empty root and a /proc that shows
 * to each only what it may trace.  Copying it costs 0.04 ms, copying the
 * host's with 10,000 mounts 43.
 */
static int
template_child(const char *dir, int ready)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (unshare(CLONE_NEWNS) == -1)
		return (jail_err(errno, "unshare a mount namespace"));
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1 ||
	    mount("jail", dir, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
	    "mode=755,size=4k,nr_inodes=4") == -1 || chdir(dir) == -1 ||
	    mkdir("proc", 0555) == -1)
		return (jail_err(errno, "make the template's root"));
	if (mount("proc", "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC,
	    "hidepid=ptraceable") == -1)
		return (jail_err(errno, "mount /proc with hidepid=ptraceable"));
	/* Our own view of the host is under the new root, and goes. */
	if (sys_pivot_root(".", ".") == -1 || umount2(".", MNT_DETACH) == -1 ||
	    mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY |
	    MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == -1)
		return (jail_err(errno, "pivot_root into the template"));
	if (write(ready, "", 1) != 1)
		return (-1);
	pause();
	return (0);
}

static int
template_pin_once(const char *dir, const char *pin)
{
	_cleanup_close_ int rd = -1, wr = -1;
	char ns[64], c;
	int error, status, p[2];
	pid_t pid;

	if (pipe2(p, O_CLOEXEC) == -1)
		return (-1);
	rd = p[0];
	wr = p[1];
	if ((pid = fork()) == 0) {
		template_child(dir, wr);
		_exit(1);
	}
	if (pid == -1)
		return (-1);
	fd_close(&wr);
	error = read(rd, &c, 1) == 1 ? 0 : EPERM;
	if (error == 0) {
		snprintf(ns, sizeof(ns), "/proc/%d/ns/mnt", (int)pid);
		if (mount(ns, pin, NULL, MS_BIND, NULL) == -1)
			error = errno;
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	errno = error;
	return (error == 0 ? 0 : -1);
}

/*
 * A mount namespace may only be pinned from an older one.  Since about Linux
 * 6.18 age is an id handed out to CPUs in batches: made on another CPU, a
 * namespace can look older than the one it was copied from (EINVAL).  Ours is
 * mostly the first namespace of all, older than any; in a container it is
 * not, and trying again from each CPU finds one that is younger.
 */
static int
template_pin(const char *dir)
{
	char pin[PATH_MAX];
	cpu_set_t all, one;
	struct statfs sf;
	int cpu, fd, try;

	snprintf(pin, sizeof(pin), "%s/template", dir);
	if ((fd = open(pin, O_RDONLY | O_CREAT | O_CLOEXEC, 0444)) == -1)
		return (jail_err(errno, "%s", pin));
	close(fd);
	if (statfs(pin, &sf) == 0 && sf.f_type == NSFS_MAGIC)
		return (0);
	sched_getaffinity(0, sizeof(all), &all);
	for (cpu = try = 0; try < TEMPLATE_TRIES; try++) {
		if (template_pin_once(dir, pin) == 0) {
			sched_setaffinity(0, sizeof(all), &all);
			return (0);
		}
		if (errno != EINVAL)
			break;
		do
			cpu = (cpu + 1) % CPU_SETSIZE;
		while (!CPU_ISSET(cpu, &all));
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		sched_setaffinity(0, sizeof(one), &one);
	}
	return (jail_err(errno, "pin the template mount namespace at %s", pin));
}

/*
 * An IPC namespace for all who may make nothing in it.  One of their own would
 * cost each about as much as its cgroup.
 */
static int
ipc_pin(const char *dir)
{
	_cleanup_close_ int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd == -1)
		return (jail_err(errno, "%s", dir));
	return (nspin_make(fd, -1, CLONE_NEWIPC));
}

static unsigned
pids_default(void)
{
	char buf[32];
	long max, threads;

	if (sys_read_at(AT_FDCWD, "/proc/sys/kernel/pid_max", buf,
	    sizeof(buf)) <= 0)
		return (0);
	max = strtol(buf, NULL, 10);
	if (sys_read_at(AT_FDCWD, "/proc/sys/kernel/threads-max", buf,
	    sizeof(buf)) > 0 && (threads = strtol(buf, NULL, 10)) < max)
		max = threads;
	return (max * PIDS_SHARE / 100);
}

static int
cgroup_setup(struct table *ta, int *ret_cgfd)
{
	static const char *const controllers[] = {
		"+pids", "+memory", "+cpu", "+io", "+cpuset"
	};
	const char *name = secure_getenv("JAIL_CGROUP");
	char buf[256], point[sizeof(ta->ta_cgroup) - NAME_MAX - 2];
	unsigned depth;
	size_t i;

	if (name == NULL || *name == '\0' || strchr(name, '/') != NULL ||
	    strlen(name) > NAME_MAX)
		name = STATE_CGROUP;
	if (cgroup_find(point, sizeof(point), &depth) == -1)
		return (jail_errx(ENOENT, "cgroup2 is mounted nowhere: "
		    "mount -t cgroup2 none /sys/fs/cgroup (or "
		    "/sys/fs/cgroup/unified beside cgroup v1)"));
	snprintf(ta->ta_cgroup, sizeof(ta->ta_cgroup), "%s/%s", point, name);
	ta->ta_level = depth + 1;
	if (mkdir(ta->ta_cgroup, 0755) == -1 && errno != EEXIST)
		return (jail_err(errno, "mkdir %s", ta->ta_cgroup));
	*ret_cgfd = open(ta->ta_cgroup, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*ret_cgfd == -1)
		return (jail_err(errno, "%s", ta->ta_cgroup));
	if (faccessat(*ret_cgfd, "cgroup.kill", F_OK, 0) == -1)
		return (jail_errx(ENOSYS, "%s has no cgroup.kill: Linux 5.14 "
		    "or later is needed", ta->ta_cgroup));
	/* Limits where the host offers them here; v1 holds them on others. */
	for (i = 0; i < sizeof(controllers) / sizeof(controllers[0]); i++)
		sys_write_at(*ret_cgfd, "cgroup.subtree_control",
		    controllers[i]);
	/* Prisons share the host's table of PIDs: one must not fill it. */
	if (sys_read_at(*ret_cgfd, "cgroup.subtree_control", buf,
	    sizeof(buf)) > 0 && strstr(buf, "pids") != NULL)
		ta->ta_pids_max = pids_default();
	else
		ta->ta_nproc = pids_default();
	return (0);
}

/* Mark the slots that /etc/subuid or /etc/subgid give to somebody. */
static void
slots_reserve(struct table *ta, const char *file)
{
	_cleanup_fclose_ FILE *f = fopen(file, "re");
	unsigned long first, count, end;
	char line[512];
	char *p;

	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		if ((p = strchr(line, ':')) == NULL ||
		    sscanf(p, ":%lu:%lu", &first, &count) != 2)
			continue;
		for (end = first + count; first < end; first += SLOT_SIZE)
			if (first + SLOT_SIZE > SLOT_BASE && (first < SLOT_BASE
			    || (first - SLOT_BASE) / SLOT_SIZE < SLOT_COUNT))
				ta->ta_slots[first < SLOT_BASE ? 0 :
				    (first - SLOT_BASE) / SLOT_SIZE] = 1;
		if (end > SLOT_BASE &&
		    (end - 1 - SLOT_BASE) / SLOT_SIZE < SLOT_COUNT)
			ta->ta_slots[(end - 1 - SLOT_BASE) / SLOT_SIZE] = 1;
	}
}

/* The table last, and whole: its presence says that all the rest stands. */
static int
table_write(const char *dir, const struct table *ta)
{
	_cleanup_close_ int fd = -1;
	char new[PATH_MAX], table[PATH_MAX];

	snprintf(new, sizeof(new), "%s/table.new", dir);
	snprintf(table, sizeof(table), "%s/table", dir);
	fd = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd == -1 || write(fd, ta, sizeof(*ta)) != sizeof(*ta) ||
	    rename(new, table) == -1)
		return (jail_err(errno, "write %s", table));
	return (0);
}

static int
mounts_setup(const char *dir)
{
	static const char *const dirs[] = { "name", "addr", "user" };
	char path[PATH_MAX];
	size_t i;

	if (mount_own(dir, "tmpfs", TMPFS_MAGIC, "mode=755") == -1)
		return (-1);
	step("setup-tmpfs");
	for (i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, dirs[i]);
		if (mkdir(path, 0755) == -1 && errno != EEXIST)
			return (jail_err(errno, "mkdir %s", path));
	}
	snprintf(path, sizeof(path), "%s/bpf", dir);
	if (mount_own(path, "bpf", BPF_FS_MAGIC, "mode=700") == -1)
		return (jail_errwrap("the wall around addresses needs BPF"));
	step("setup-bpffs");
	if (template_pin(dir) == -1)
		return (-1);
	step("setup-template");
	if (ipc_pin(dir) == -1)
		return (-1);
	step("setup-ipc");
	return (0);
}

static int
setup_child(const char *dir)
{
	_cleanup_close_ int lock = -1, ns = -1, cgfd = -1, bpf = -1;
	_cleanup_free_ struct table *ta = NULL;
	struct stat ours, theirs;
	char path[PATH_MAX];
	int rules;

	ns = open("/proc/1/ns/mnt", O_RDONLY | O_CLOEXEC);
	if (ns != -1 && fstat(ns, &theirs) == 0 &&
	    stat("/proc/self/ns/mnt", &ours) == 0 &&
	    ours.st_ino != theirs.st_ino && setns(ns, CLONE_NEWNS) == -1)
		return (jail_err(errno, "enter the host's mount namespace"));
	if (mkdir(dir, 0755) == -1 && errno != EEXIST)
		return (jail_err(errno, "mkdir %s", dir));
	snprintf(path, sizeof(path), "%s/..", dir);
	lock = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (lock == -1 || flock(lock, LOCK_EX) == -1)
		return (jail_err(errno, "lock %s", path));
	snprintf(path, sizeof(path), "%s/table", dir);
	if (access(path, F_OK) == 0)
		return (0);
	if ((ta = calloc(1, sizeof(*ta))) == NULL)
		return (jail_err(errno, "memory"));
	ta->ta_magic = TABLE_MAGIC;
	ta->ta_version = TABLE_VERSION;
	ta->ta_root = hostns_root();
	if (mounts_setup(dir) == -1 || cgroup_setup(ta, &cgfd) == -1)
		return (-1);
	step("setup-cgroup");
	snprintf(path, sizeof(path), "%s/bpf", dir);
	bpf = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (bpf == -1 || policy_setup(bpf, cgfd, ta->ta_level) == -1)
		return (jail_errwrap("load the wall around addresses and "
		    "devices"));
	snprintf(ta->ta_policy, sizeof(ta->ta_policy), "%s", policy_version());
	step("setup-policy");
	if ((rules = rules_setup(dir)) == -1)
		return (-1);
	ta->ta_rules = rules;
	slots_reserve(ta, "/etc/subuid");
	slots_reserve(ta, "/etc/subgid");
	return (table_write(dir, ta));
}

int
setup_host(const char *dir)
{
	_cleanup_close_ int rd = -1, wr = -1;
	int error, p[2], status;
	pid_t pid;

	if (pipe2(p, O_CLOEXEC) == -1)
		return (jail_err(errno, "pipe"));
	rd = p[0];
	wr = p[1];
	if ((pid = fork()) == -1)
		return (jail_err(errno, "fork"));
	if (pid == 0) {
		if (setup_child(dir) == 0)
			_exit(0);
		verdict_send(wr);
		_exit(1);
	}
	fd_close(&wr);
	error = verdict_read(rd, dir);
	while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
		;
	if (error == -1)
		return (-1);
	if (status != 0)
		return (jail_errx(EINTR, "setting the host up was broken off"));
	return (0);
}
