// SPDX-License-Identifier: BSD-2-Clause
/*
 * A prison made ahead of its commands.
 *
 * Theory of operation.  As jail_run() does, but the view is built by a child
 * of ours that runs nothing: it opens its namespaces for us and ends.  Our
 * descriptors hold the view, and a command goes in by them.  The lock on
 * /run/jail/JID, kept as long as the cell is, tells those who sweep that the
 * prison without processes is somebody's.  When we die the kernel closes all
 * of this: the namespaces go, the lock goes, and the next writer clears the
 * rest.
 */
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/mount.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "calls.h"
#include "cgroup.h"
#include "create.h"
#include "entry.h"
#include "errmsg.h"
#include "fd.h"
#include "iov.h"
#include "jail.h"
#include "mount.h"
#include "remove.h"
#include "spawn.h"
#include "step.h"
#include "sys.h"

struct jail_cell {
	struct prison		 ce_pr;
	struct entry		 ce_en;	/* joins: holds the view */
	int			 ce_guard;
	unsigned		 ce_nproc;
	int			 ce_used;	/* something has run */
	int			 ce_nomemory;	/* no controller counts it */
	uint64_t		 ce_built;	/* microseconds that took */
	int			 ce_calls;	/* the last command's, or -1 */
	struct entry_mount	 ce_mounts[JAIL_CELL_MOUNTS];
	unsigned		 ce_nmounts;
};

/* ------------------------------------------------------------------------
 * Making one.
 */

static int
set_number(int fs, const char *key, uint64_t n)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, n);
	return (fsconfig(fs, FSCONFIG_SET_STRING, key, text, 0));
}

/* Detached; owned in the host's terms, since a tmpfs cannot be idmapped
   before Linux 6.3. */
static int
make_tmpfs(const struct jail_cell_mount *cm, uid_t uid0)
{
	_cleanup_close_ int fs = fsopen("tmpfs", FSOPEN_CLOEXEC);
	char mode[16];
	int fd;

	snprintf(mode, sizeof(mode), "%o", (unsigned)cm->cm_mode & 07777);
	if (fs == -1 || set_number(fs, "size", cm->cm_size) == -1 ||
	    set_number(fs, "nr_inodes", cm->cm_inodes) == -1 ||
	    set_number(fs, "uid", (uint64_t)uid0 + cm->cm_uid) == -1 ||
	    set_number(fs, "gid", (uint64_t)uid0 + cm->cm_gid) == -1 ||
	    fsconfig(fs, FSCONFIG_SET_STRING, "mode", mode, 0) == -1 ||
	    fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == -1 ||
	    (fd = fsmount(fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID |
	    MOUNT_ATTR_NODEV)) == -1)
		return (jail_err(errno, "make a tmpfs for %s", cm->cm_dir));
	return (fd);
}

static int
make_mounts(struct jail_cell *ce, const struct jail_cell_mount *cm, unsigned n)
{
	uid_t uid0 = prison_uid0(&ce->ce_pr);
	uint64_t seal = ce->ce_en.en_sealed ? MOUNT_ATTR_RDONLY |
	    MOUNT_ATTR_NOSUID : 0;
	struct entry_mount *em = ce->ce_mounts;

	for (; ce->ce_nmounts < n; ce->ce_nmounts++, cm++, em++) {
		em->em_dir = cm->cm_dir;
		em->em_fd = cm->cm_source == NULL ? make_tmpfs(cm, uid0) :
		    mount_clone(cm->cm_source, cm->cm_devfs,
		    ce->ce_en.en_userns, uid0, seal);
		if (em->em_fd == -1)
			return (-1);
	}
	ce->ce_en.en_mounts = ce->ce_mounts;
	ce->ce_en.en_nmounts = ce->ce_nmounts;
	return (0);
}

static uint64_t
microseconds(const struct timeval *tv)
{
	return ((uint64_t)tv->tv_sec * 1000000 + (uint64_t)tv->tv_usec);
}

struct builder {
	struct entry	*bu_en;
	int		 bu_error;
};

/*
 * In the builder, who shares our memory, our descriptors and our thread's
 * jail_errmsg: what he opens and says is ours.
 */
static int
build_and_hold(struct entry *en)
{
	_cleanup_close_ int self = -1;

	if (entry_enter(en) == -1)
		return (-1);
	/* These we have entered by descriptor; each open is a walk through a
	   part of /proc that nobody has looked at yet. */
	en->en_ns.ns_fd[NS_USER] = take_fd(&en->en_userns);
	en->en_ns.ns_fd[NS_IPC] = take_fd(&en->en_ipc);
	self = openat(en->en_proc, "self", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (self == -1 || ns_open(self, &en->en_ns, &en->en_ids) == -1)
		return (jail_err(errno, "hold the view of jail %d",
		    en->en_pr->pr_id));
	return (0);
}

static void __attribute__((noreturn))
build_child(void *arg)
{
	struct builder *bu = arg;

	if (build_and_hold(bu->bu_en) == 0)
		bu->bu_error = 0;
	else
		bu->bu_error = errno != 0 ? errno : EINVAL;
	_exit(0);
}

static int
build_view(struct entry *en, uint64_t *ret_took)
{
	struct builder bu = { .bu_en = en, .bu_error = -1 };
	struct rusage ru = { 0 };
	int status;
	pid_t pid;

	en->en_held = 1;
	/* No signal at its end: a server may wait for any child. */
	pid = sys_vfork3(CLONE_FILES | CLONE_CLEAR_SIGHAND, 0, en->en_cg, NULL,
	    build_child, &bu);
	if (pid == -1)
		return (jail_err(errno, "clone into the jail's cgroup"));
	while (wait4(pid, &status, __WALL, &ru) == -1 && errno == EINTR)
		;
	*ret_took = microseconds(&ru.ru_utime) + microseconds(&ru.ru_stime);
	if (bu.bu_error == -1)
		return (jail_errx(EINTR, "build the view: the child was "
		    "killed"));
	if (bu.bu_error != 0)
		return (errno = bu.bu_error, -1);
	/* Whatever the namespaces of who goes in: he enters them all. */
	memset(&en->en_mine, 0, sizeof(en->en_mine));
	en->en_join = 1;
	return (0);
}

/* What was for building only. */
static void
built(struct entry *en)
{
	fd_close(&en->en_template);
	fd_close(&en->en_userns);
	fd_close(&en->en_tree);
	fd_close(&en->en_view);
	fd_close(&en->en_dir);
	fd_close(&en->en_ipc);
}

static int
make_cell(struct jail_cell *ce, struct state *st, struct request *rq,
    const struct jail_cell_mount *cm, unsigned nmounts, unsigned flags)
{
	struct entry *en = &ce->ce_en;
	int dir;

	if (prison_set(st, rq, 1, &ce->ce_pr, &ce->ce_guard) == -1)
		return (-1);
	state_unlock(st);
	step("cell-made");
	if (ce->ce_pr.pr_user != JAIL_SYS_NEW ||
	    ce->ce_pr.pr_pid != JAIL_SYS_INHERIT ||
	    (ce->ce_pr.pr_allow & PR_ALLOW_MOUNT) != 0)
		return (jail_errx(EOPNOTSUPP, "path %s: a cell needs a uid "
		    "range of its own (a file system that can be idmapped), "
		    "the host's PIDs and no allow.mount", ce->ce_pr.pr_path));
	en->en_sealed = (flags & JAIL_CELL_SEALED) != 0;
	en->en_filter_flags = (flags & JAIL_CELL_NOSOCKET) != 0 ?
	    FILTER_NOSOCKET : 0;
	/* The lock belongs to the open file, of which the entry gets a
	   descriptor that it may close. */
	if ((dir = fcntl(ce->ce_guard, F_DUPFD_CLOEXEC, 3)) == -1)
		return (jail_err(errno, "jail %d", ce->ce_pr.pr_id));
	if (entry_prepare(en, st, &ce->ce_pr, dir) == -1)
		return (-1);
	/* Rules that come later are the next cell's. */
	en->en_limit.le_table = NULL;
	if (make_mounts(ce, cm, nmounts) == -1 ||
	    build_view(en, &ce->ce_built) == -1)
		return (-1);
	step("cell-built");
	built(en);
	ce->ce_nproc = st->st_table->ta_nproc;
	return (0);
}

static void
cell_free(struct jail_cell *ce)
{
	unsigned i;

	entry_close(&ce->ce_en);
	for (i = 0; i < ce->ce_nmounts; i++)
		fd_close(&ce->ce_mounts[i].em_fd);
	fd_close(&ce->ce_guard);
	fd_close(&ce->ce_calls);
	free(ce);
}

static void
cell_unmake(struct jail_cell *ce, struct state *st)
{
	char text[JAIL_ERRMSGLEN];
	int error = errno;

	memcpy(text, jail_errmsg, sizeof(text));
	state_unlock(st);
	if (ce->ce_guard != -1)
		prison_finish(st, &ce->ce_pr);
	cell_free(ce);
	jail_errx(error, "%s", text);
}

struct jail_cell *
jail_cell_make(struct iovec *iov, unsigned int niov,
    const struct jail_cell_mount *cm, unsigned int nmounts, unsigned flags)
{
	_cleanup_state_ struct state st = STATE_INIT;
	struct jail_cell *ce;
	struct request rq;

	jail_warnings_clear();
	if (geteuid() != 0) {
		jail_err(EPERM, "jail_cell_make");
		return (NULL);
	}
	if (nmounts > JAIL_CELL_MOUNTS) {
		jail_errx(E2BIG, "more than %d mounts", JAIL_CELL_MOUNTS);
		return (NULL);
	}
	if (request_init(&rq, iov, niov, JAIL_CREATE) == -1 ||
	    state_open(&st, 1) == -1)
		return (NULL);
	if ((ce = calloc(1, sizeof(*ce))) == NULL) {
		jail_err(errno, "memory");
		return (NULL);
	}
	ce->ce_guard = ce->ce_calls = -1;
	entry_init(&ce->ce_en);
	if (make_cell(ce, &st, &rq, cm, nmounts, flags) == -1) {
		cell_unmake(ce, &st);
		iov_errmsg(iov, niov);
		return (NULL);
	}
	return (ce);
}

/* ------------------------------------------------------------------------
 * Using it.
 */

pid_t
jail_cell_spawn(struct jail_cell *ce, const struct jail_command *jc,
    int *ret_pidfd)
{
	int alone;

	jail_warnings_clear();
	if ((jc->jc_flags & JC_TTY) != 0)
		return (jail_errx(EINVAL, "a cell gives no terminal"));
	fd_close(&ce->ce_calls);
	/* Of the command before this one somebody may be left. */
	alone = !ce->ce_used || cgroup_populated(ce->ce_en.en_cg) == 0;
	ce->ce_used = 1;
	return (spawn_by(&ce->ce_en, jc, ce->ce_nproc, alone, ret_pidfd,
	    &ce->ce_calls));
}

int
jail_cell_jid(const struct jail_cell *ce)
{
	return (ce->ce_pr.pr_id);
}

int
jail_cell_mount(const struct jail_cell *ce, unsigned n)
{
	return (n < ce->ce_nmounts ? ce->ce_mounts[n].em_fd : -1);
}

uid_t
jail_cell_uid(const struct jail_cell *ce, uid_t uid)
{
	return (prison_uid0(&ce->ce_pr) + uid);
}

/* The number behind a key of a "key number" file, or 0. */
static uint64_t
number_of(const char *text, const char *key)
{
	const char *p = strstr(text, key);

	return (p != NULL ? strtoull(p + strlen(key), NULL, 10) : 0);
}

/* Anonymous memory of one process, in bytes. */
static uint64_t
process_memory(int procfd, pid_t pid, int exact)
{
	unsigned long resident = 0, shared = 0;
	char path[48], buf[2048];

	snprintf(path, sizeof(path), "%d/%s", (int)pid,
	    exact ? "smaps_rollup" : "statm");
	if (sys_read_at(procfd, path, buf, sizeof(buf)) <= 0)
		return (0);
	if (exact)
		return (number_of(buf, "\nPss_Anon:") * 1024);
	if (sscanf(buf, "%*u %lu %lu", &resident, &shared) != 2 ||
	    resident < shared)
		return (0);
	return ((uint64_t)(resident - shared) * sysconf(_SC_PAGESIZE));
}

static int
write_limit(const struct jail_cell *ce, const char *file, uint64_t n)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, n);
	return (sys_write_at(ce->ce_en.en_cg, file, text));
}

int
jail_cell_limit(struct jail_cell *ce, uint64_t memory,
    unsigned processes)
{
	int kept = 0;

	if (write_limit(ce, "memory.max", memory) == 0) {
		/* Or it would only be moved out. */
		write_limit(ce, "memory.swap.max", 0);
		kept |= JAIL_CELL_MEMORY;
	} else if (errno == ENOENT)
		ce->ce_nomemory = 1;
	if (write_limit(ce, "pids.max", processes) == 0)
		kept |= JAIL_CELL_PROCESSES;
	return (kept);
}

int
jail_cell_usage(const struct jail_cell *ce, struct jail_usage *ret_us,
    int how)
{
	const struct entry *en = &ce->ce_en;
	_cleanup_free_ pid_t *pids = NULL;
	char buf[8192];
	int i, n;

	memset(ret_us, 0, sizeof(*ret_us));
	if (sys_read_at(en->en_cg, "cpu.stat", buf, sizeof(buf)) == -1)
		return (jail_err(errno, "usage of jail %d", ce->ce_pr.pr_id));
	ret_us->us_cpu = number_of(buf, "usage_usec ");
	/* Two counts of the same time, of which either may be behind. */
	ret_us->us_cpu -= ce->ce_built < ret_us->us_cpu ? ce->ce_built :
	    ret_us->us_cpu;
	ret_us->us_calls = calls_read(ce->ce_calls);
	if (!ce->ce_nomemory &&
	    sys_read_at(en->en_cg, "memory.events", buf, sizeof(buf)) > 0)
		ret_us->us_oom = number_of(buf, "oom_kill ");
	if (how == JAIL_USAGE_SUMS)
		return (0);
	if ((n = cgroup_pids(en->en_cg, &pids)) == -1)
		return (jail_err(errno, "usage of jail %d", ce->ce_pr.pr_id));
	ret_us->us_processes = n;
	if (!ce->ce_nomemory &&
	    sys_read_at(en->en_cg, "memory.stat", buf, sizeof(buf)) > 0) {
		ret_us->us_memory = number_of(buf, "anon ");
		return (0);
	}
	for (i = 0; i < n; i++)
		ret_us->us_memory += process_memory(en->en_proc, pids[i],
		    how == JAIL_USAGE_EXACT);
	return (0);
}

int
jail_cell_kill(struct jail_cell *ce)
{
	if (cgroup_kill(ce->ce_en.en_cg) == -1)
		return (jail_err(errno, "kill what runs in jail %d",
		    ce->ce_pr.pr_id));
	return (0);
}

int
jail_cell_end(struct jail_cell *ce)
{
	_cleanup_state_ struct state st = STATE_INIT;
	int error;

	/* What nothing lives in goes first: the kernel can begin. */
	ns_close(&ce->ce_en.en_ns);
	error = state_open(&st, 0) == -1 ? -1 : prison_finish(&st, &ce->ce_pr);
	cell_free(ce);
	return (error);
}
