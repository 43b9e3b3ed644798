// SPDX-License-Identifier: BSD-2-Clause
/* Questions about processes, identities, namespaces and system calls. */
#include "probe.h"

#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <mqueue.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static int
q_uid(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	printf("%u:%u\n", geteuid(), getegid());
	return (0);
}

static int
q_pid(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	printf("%d\n", getpid());
	return (0);
}

/* Of another, or of itself (0). */
static int
q_getsid(int argc, char **argv)
{
	pid_t sid = getsid((pid_t)number(argv[0]));

	(void)argc;
	if (sid == -1)
		return (refused());
	printf("%d\n", sid);
	return (0);
}

static int
q_leads(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	printf("session %s, group %s\n", getsid(0) == getpid() ? "own" : "other",
	    getpgrp() == getpid() ? "own" : "other");
	return (0);
}

static int
q_getpgid(int argc, char **argv)
{
	(void)argc;
	return (answer(getpgid((pid_t)number(argv[0]))));
}

static int
q_setpgid(int argc, char **argv)
{
	(void)argc;
	return (answer(setpgid((pid_t)number(argv[0]),
	    (pid_t)number(argv[1]))));
}

static int
q_kill(int argc, char **argv)
{
	(void)argc;
	return (answer(kill((pid_t)number(argv[0]), (int)number(argv[1]))));
}

static int
q_tgkill(int argc, char **argv)
{
	long pid = number(argv[0]);

	(void)argc;
	return (answer(syscall(SYS_tgkill, pid, pid, number(argv[1]))));
}

static int
q_sigqueue(int argc, char **argv)
{
	union sigval v = { 0 };

	(void)argc;
	return (answer(sigqueue((pid_t)number(argv[0]), (int)number(argv[1]),
	    v)));
}

static int
q_ptrace(int argc, char **argv)
{
	(void)argc;
	return (answer(ptrace(PTRACE_SEIZE, (pid_t)number(argv[0]), NULL,
	    NULL)));
}

/* A child traced by its parent, as a debugger does it. */
static int
q_ptrace_child(int argc, char **argv)
{
	int rv;
	pid_t pid = fork();

	(void)argc;
	(void)argv;
	if (pid == 0) {
		pause();
		_exit(0);
	}
	rv = answer(ptrace(PTRACE_SEIZE, pid, NULL, NULL));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return (rv);
}

static int
q_vmread(int argc, char **argv)
{
	char c;
	struct iovec mine = { &c, 1 }, theirs = { (void *)q_vmread, 1 };

	(void)argc;
	return (answer(process_vm_readv((pid_t)number(argv[0]), &mine, 1,
	    &theirs, 1, 0)));
}

static int
q_affinity(int argc, char **argv)
{
	cpu_set_t set;

	(void)argc;
	CPU_ZERO(&set);
	CPU_SET(0, &set);
	return (answer(sched_setaffinity((pid_t)number(argv[0]), sizeof(set),
	    &set)));
}

static int
q_getaffinity(int argc, char **argv)
{
	cpu_set_t set;

	(void)argc;
	return (answer(sched_getaffinity((pid_t)number(argv[0]), sizeof(set),
	    &set)));
}

static int
q_setpriority(int argc, char **argv)
{
	(void)argc;
	return (answer(setpriority(PRIO_PROCESS, (id_t)number(argv[0]),
	    (int)number(argv[1]))));
}

static int
q_getpriority(int argc, char **argv)
{
	(void)argc;
	errno = 0;
	getpriority(PRIO_PROCESS, (id_t)number(argv[0]));
	return (errno == 0 ? 0 : refused());
}

static int
q_ioprio(int argc, char **argv)
{
	(void)argc;
	return (answer(syscall(SYS_ioprio_set, 1, number(argv[0]),
	    (2 << 13) | 7)));
}

static int
q_prlimit(int argc, char **argv)
{
	struct rlimit rl;

	(void)argc;
	return (answer(prlimit((pid_t)number(argv[0]), RLIMIT_NOFILE, NULL,
	    &rl)));
}

static int
q_kcmp(int argc, char **argv)
{
	(void)argc;
	return (answer(syscall(SYS_kcmp, getpid(), number(argv[0]), 1, 0, 0)));
}

static int
q_pidfd_open(int argc, char **argv)
{
	(void)argc;
	return (answer(syscall(SYS_pidfd_open, number(argv[0]), 0)));
}

/* The CPU clock of any process: its time to the nanosecond. */
static int
q_cpuclock(int argc, char **argv)
{
	struct timespec ts;
	clockid_t id = (clockid_t)((~(unsigned)number(argv[0]) << 3) | 2);

	(void)argc;
	return (answer(clock_gettime(id, &ts)));
}

static int
q_nice(int argc, char **argv)
{
	(void)argc;
	errno = 0;
	if (nice((int)number(argv[0])) == -1 && errno != 0)
		return (refused());
	return (0);
}

static const struct {
	const char	*name;
	int		 flag;
} nsflags[] = {
	{ "mnt", CLONE_NEWNS }, { "uts", CLONE_NEWUTS },
	{ "ipc", CLONE_NEWIPC }, { "net", CLONE_NEWNET },
	{ "pid", CLONE_NEWPID }, { "user", CLONE_NEWUSER },
	{ "cgroup", CLONE_NEWCGROUP }, { "time", 0x80 },
};

static int
nsflag(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(nsflags) / sizeof(nsflags[0]); i++)
		if (strcmp(nsflags[i].name, name) == 0)
			return (nsflags[i].flag);
	errx(2, "%s: no such namespace", name);
}

static int
q_unshare(int argc, char **argv)
{
	(void)argc;
	return (answer(unshare(nsflag(argv[0]))));
}

/* A child born into a new namespace. */
static int
q_clone(int argc, char **argv)
{
	long pid;

	(void)argc;
	pid = syscall(SYS_clone, nsflag(argv[0]) | SIGCHLD, NULL, NULL, NULL,
	    NULL);
	if (pid == 0)
		_exit(0);
	if (pid == -1)
		return (refused());
	waitpid((pid_t)pid, NULL, 0);
	return (0);
}

/* A child that is handed to the caller's own parent, ending in 77. */
static int
q_clone_parent(int argc, char **argv)
{
	long pid;

	(void)argc;
	(void)argv;
	pid = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, NULL, NULL, NULL,
	    NULL);
	if (pid == 0)
		_exit(77);
	return (answer(pid));
}

static int
q_clone3_parent(int argc, char **argv)
{
	uint64_t args[8] = { CLONE_PARENT };
	long pid;

	(void)argc;
	(void)argv;
	pid = syscall(SYS_clone3, args, sizeof(args));
	if (pid == 0)
		_exit(77);
	return (answer(pid));
}

static int
q_setns(int argc, char **argv)
{
	int fd = open(argv[0], O_RDONLY);

	(void)argc;
	if (fd == -1)
		return (refused());
	return (answer(setns(fd, 0)));
}

static int
q_sethostname(int argc, char **argv)
{
	(void)argc;
	return (answer(sethostname(argv[0], strlen(argv[0]))));
}

static int
q_hostname(int argc, char **argv)
{
	char name[256];

	(void)argc;
	(void)argv;
	if (gethostname(name, sizeof(name)) == -1)
		return (refused());
	printf("%s\n", name);
	return (0);
}

static int
q_settime(int argc, char **argv)
{
	struct timespec ts;

	(void)argc;
	(void)argv;
	/* To what it is: harmless should it be let through. */
	clock_gettime(CLOCK_REALTIME, &ts);
	return (answer(clock_settime(CLOCK_REALTIME, &ts)));
}

static int
q_adjtime(int argc, char **argv)
{
	struct timex tx = { .modes = ADJ_OFFSET_SINGLESHOT };

	(void)argc;
	(void)argv;
	return (answer(adjtimex(&tx)));
}

static int
q_msgbuf(int argc, char **argv)
{
	char buf[256];

	(void)argc;
	(void)argv;
	return (answer(klogctl(3, buf, sizeof(buf))));
}

static int
q_mlock(int argc, char **argv)
{
	size_t size = (size_t)number(argv[0]);
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)argc;
	if (p == MAP_FAILED)
		return (refused());
	return (answer(mlock(p, size)));
}

/* Is a capability in the bounding set? */
static int
q_bounded(int argc, char **argv)
{
	int has = prctl(PR_CAPBSET_READ, number(argv[0]));

	(void)argc;
	if (has != 1) {
		errno = EPERM;
		return (refused());
	}
	return (0);
}

static int
q_dumpable(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	printf("%d\n", prctl(PR_GET_DUMPABLE));
	return (0);
}

static int
q_status(int argc, char **argv)
{
	FILE *fp = fopen("/proc/self/status", "r");
	char line[256];
	size_t n = strlen(argv[0]);

	(void)argc;
	if (fp == NULL)
		return (refused());
	while (fgets(line, sizeof(line), fp) != NULL)
		if (strncmp(line, argv[0], n) == 0 && line[n] == ':')
			printf("%s", line + n + 1 + strspn(line + n + 1, " \t"));
	fclose(fp);
	return (0);
}

/* Which descriptors are open? */
static int
q_fds(int argc, char **argv)
{
	int fd;

	(void)argc;
	(void)argv;
	for (fd = 0; fd < 1024; fd++)
		if (fcntl(fd, F_GETFD) != -1)
			printf("%d\n", fd);
	return (0);
}

/* The PIDs that /proc shows. */
static int
q_pids(int argc, char **argv)
{
	struct dirent *de;
	DIR *dp = opendir("/proc");

	(void)argc;
	(void)argv;
	if (dp == NULL)
		return (refused());
	while ((de = readdir(dp)) != NULL)
		if (de->d_name[0] >= '1' && de->d_name[0] <= '9')
			printf("%s\n", de->d_name);
	closedir(dp);
	return (0);
}

/*
 * For some seconds look into every process that /proc shows, over and over:
 * is its program one that is not in this world (has no such path here)?
 */
static int
q_spy(int argc, char **argv)
{
	time_t end = time(NULL) + number(argv[0]);
	char path[64], exe[4096];
	struct dirent *de;
	long saw = 0;
	ssize_t n;
	DIR *dp;

	(void)argc;
	printf("ready\n");
	while (time(NULL) < end) {
		dp = opendir("/proc");
		if (dp == NULL)
			return (refused());
		while ((de = readdir(dp)) != NULL) {
			if (atoi(de->d_name) <= 1 ||
			    atoi(de->d_name) == getpid())
				continue;
			snprintf(path, sizeof(path), "/proc/%d/exe",
			    atoi(de->d_name));
			n = readlink(path, exe, sizeof(exe) - 1);
			if (n == -1)
				continue;
			saw++;
			exe[n] = '\0';
			if (access(exe, F_OK) == -1)
				printf("outside %s\n", exe);
		}
		closedir(dp);
	}
	printf("saw %ld\n", saw);
	return (0);
}

static int
q_shm(int argc, char **argv)
{
	int create = argc > 1 && strcmp(argv[1], "create") == 0;
	int id = shmget((key_t)number(argv[0]), 4096,
	    create ? IPC_CREAT | 0666 : 0);

	if (id == -1)
		return (refused());
	printf("%d\n", id);
	return (0);
}

static int
q_tiocsti(int argc, char **argv)
{
	(void)argc;
	return (answer(ioctl((int)number(argv[0]), TIOCSTI, argv[1])));
}

static int
q_fown(int argc, char **argv)
{
	int p[2];

	(void)argc;
	if (pipe(p) == -1)
		return (refused());
	return (answer(fcntl(p[0], F_SETOWN, (int)number(argv[0]))));
}

/*
 * System calls that seccomp must refuse, with arguments that do no harm when
 * it does not.
 */
static const struct {
	const char	*name;
	long		 nr;
	long		 args[4];
} calls[] = {
	{ "acct", SYS_acct, { 0 } },
	{ "add_key", SYS_add_key, { 0 } },
	{ "bpf", SYS_bpf, { 0 } },
	{ "delete_module", SYS_delete_module, { 0 } },
	{ "finit_module", SYS_finit_module, { -1 } },
	{ "init_module", SYS_init_module, { 0 } },
	{ "io_uring_setup", SYS_io_uring_setup, { 1, 0 } },
	{ "io_uring_enter", SYS_io_uring_enter, { -1 } },
	{ "kexec_load", SYS_kexec_load, { 0, 0, 0, -1 } },
	{ "keyctl", SYS_keyctl, { 0 } },
	{ "move_mount", SYS_move_mount, { -1, 0, -1, 0 } },
	{ "mount_setattr", SYS_mount_setattr, { -1, 0, 0, 0 } },
	{ "perf_event_open", SYS_perf_event_open, { 0 } },
	{ "pidfd_getfd", SYS_pidfd_getfd, { -1, 0, 0 } },
	{ "pivot_root", SYS_pivot_root, { 0 } },
	{ "process_madvise", SYS_process_madvise, { -1 } },
	{ "quotactl", SYS_quotactl, { 0 } },
	{ "reboot", SYS_reboot, { 0 } },
	{ "request_key", SYS_request_key, { 0 } },
	{ "swapoff", SYS_swapoff, { 0 } },
	{ "swapon", SYS_swapon, { 0 } },
	{ "syslog", SYS_syslog, { 3, 0, 0 } },
	{ "userfaultfd", SYS_userfaultfd, { 0 } },
	{ "clone3", SYS_clone3, { 0 } },
	{ "fsmount", SYS_fsmount, { -1 } },
	{ "fspick", SYS_fspick, { -1 } },
#ifdef SYS_iopl
	{ "iopl", SYS_iopl, { 3 } },
	{ "ioperm", SYS_ioperm, { 0x80, 1, 1 } },
#endif
};

/* A POSIX message queue, which is left there. */
static int
q_mqueue(int argc, char **argv)
{
	int create = argc > 1 && strcmp(argv[1], "create") == 0;

	return (answer(mq_open(argv[0], O_RDWR | (create ? O_CREAT | O_EXCL :
	    0), 0600, NULL)));
}

static int
q_syscall(int argc, char **argv)
{
	size_t i;

	(void)argc;
	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (strcmp(calls[i].name, argv[0]) == 0)
			return (answer(syscall(calls[i].nr, calls[i].args[0],
			    calls[i].args[1], calls[i].args[2],
			    calls[i].args[3])));
	errx(2, "%s: not in the list", argv[0]);
}

/* The 32-bit door to the kernel, whose arguments no filter of ours reads. */
static int
q_int80(int argc, char **argv)
{
	(void)argc;
	(void)argv;
#ifdef __x86_64__
	long rv;

	/* getpid is 20 there */
	__asm__ volatile("int $0x80" : "=a"(rv) : "a"(20L) : "r8", "r9", "r10",
	    "r11", "memory");
	if (rv < 0) {
		errno = (int)-rv;
		return (refused());
	}
	return (0);
#else
	errno = ENOSYS;
	return (refused());
#endif
}

static int
q_x32(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	/* getpid with the x32 bit */
	return (answer(syscall(39 | 0x40000000)));
}

static void *
sleeper(void *arg)
{
	for (;;)
		pause();
	return (arg);
}

/* The main thread ends, another lives on: what cgroup.kill does not kill. */
static int
q_leader_exit(int argc, char **argv)
{
	pthread_t t;

	(void)argc;
	(void)argv;
	errno = pthread_create(&t, NULL, sleeper, NULL);
	if (errno != 0)
		return (refused());
	printf("%d\n", getpid());
	syscall(SYS_exit, 0);
	return (0);
}

/* Fork until it is refused, say how often it went well, end them all. */
static int
q_forkbomb(int argc, char **argv)
{
	long i, n, most = number(argv[0]);
	pid_t *pids = calloc((size_t)most + 1, sizeof(*pids));
	int error = 0;

	(void)argc;
	if (pids == NULL)
		return (refused());
	for (n = 0; n < most; n++) {
		pids[n] = fork();
		if (pids[n] == 0) {
			pause();
			_exit(0);
		}
		if (pids[n] == -1) {
			error = errno;
			break;
		}
	}
	for (i = 0; i < n; i++)
		kill(pids[i], SIGKILL);
	while (wait(NULL) > 0)
		;
	free(pids);
	printf("%ld\n", n);
	errno = error;
	return (error == 0 ? 0 : refused());
}

/* Leave a process behind, in a session of its own, and say its PID. */
static int
q_daemon(int argc, char **argv)
{
	int fd, p[2];
	pid_t pid;

	(void)argc;
	(void)argv;
	if (pipe(p) == -1 || (pid = fork()) == -1)
		return (refused());
	if (pid == 0) {
		setsid();
		fd = open("/dev/null", O_RDWR);
		if (fd == -1)
			fd = open("/", O_RDONLY);
		dup2(fd, 0);
		dup2(fd, 1);
		dup2(fd, 2);
		write(p[1], "", 1);
		for (;;)
			pause();
	}
	(void)read(p[0], &fd, 1);
	printf("%d\n", pid);
	return (0);
}

static int
q_sleep(int argc, char **argv)
{
	printf("%d\n", getpid());
	sleep(argc > 0 ? (unsigned)number(argv[0]) : 3600);
	return (0);
}

static int
q_exit(int argc, char **argv)
{
	(void)argc;
	return ((int)number(argv[0]));
}

const struct probe probe_proc[] = {
	{ "uid", 0, "", q_uid },
	{ "pid", 0, "", q_pid },
	{ "getsid", 1, "pid", q_getsid },
	{ "leads", 0, "", q_leads },
	{ "getpgid", 1, "pid", q_getpgid },
	{ "setpgid", 2, "pid pgid", q_setpgid },
	{ "kill", 2, "pid signal", q_kill },
	{ "tgkill", 2, "pid signal", q_tgkill },
	{ "sigqueue", 2, "pid signal", q_sigqueue },
	{ "ptrace", 1, "pid", q_ptrace },
	{ "ptrace_child", 0, "", q_ptrace_child },
	{ "vmread", 1, "pid", q_vmread },
	{ "affinity", 1, "pid", q_affinity },
	{ "getaffinity", 1, "pid", q_getaffinity },
	{ "setpriority", 2, "pid nice", q_setpriority },
	{ "getpriority", 1, "pid", q_getpriority },
	{ "ioprio", 1, "pid", q_ioprio },
	{ "prlimit", 1, "pid", q_prlimit },
	{ "kcmp", 1, "pid", q_kcmp },
	{ "pidfd_open", 1, "pid", q_pidfd_open },
	{ "cpuclock", 1, "pid", q_cpuclock },
	{ "nice", 1, "increment", q_nice },
	{ "unshare", 1, "namespace", q_unshare },
	{ "clone", 1, "namespace", q_clone },
	{ "clone_parent", 0, "", q_clone_parent },
	{ "clone3_parent", 0, "", q_clone3_parent },
	{ "setns", 1, "path", q_setns },
	{ "sethostname", 1, "name", q_sethostname },
	{ "hostname", 0, "", q_hostname },
	{ "settime", 0, "", q_settime },
	{ "adjtime", 0, "", q_adjtime },
	{ "msgbuf", 0, "", q_msgbuf },
	{ "mlock", 1, "bytes", q_mlock },
	{ "bounded", 1, "capability", q_bounded },
	{ "dumpable", 0, "", q_dumpable },
	{ "status", 1, "field", q_status },
	{ "mqueue", 1, "/name [create]", q_mqueue },
	{ "fds", 0, "", q_fds },
	{ "pids", 0, "", q_pids },
	{ "spy", 1, "seconds", q_spy },
	{ "shm", 1, "key [create]", q_shm },
	{ "tiocsti", 2, "fd character", q_tiocsti },
	{ "fown", 1, "pid", q_fown },
	{ "syscall", 1, "name", q_syscall },
	{ "int80", 0, "", q_int80 },
	{ "x32", 0, "", q_x32 },
	{ "leader_exit", 0, "", q_leader_exit },
	{ "forkbomb", 1, "most", q_forkbomb },
	{ "daemon", 0, "", q_daemon },
	{ "sleep", 0, "[seconds]", q_sleep },
	{ "exit", 1, "status", q_exit },
	{ NULL, 0, NULL, NULL },
};
