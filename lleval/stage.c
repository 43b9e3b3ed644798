// SPDX-License-Identifier: BSD-2-Clause
/*
 * Who ends a command: itself; we, when the wall clock, the processor time or
 * the memory of its prison are used up, or when the other end of st_talk says
 * so or is closed.  The kernel's own limits stand behind that for each process.
 * When the command itself has ended the rest of its prison is killed: whatever
 * it has left behind in the background is no answer.
 */
#include "stage.h"

#include <sys/socket.h>
#include <sys/wait.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "pool.h"

#define FIRST_LOOK	5	/* ms until its use is looked at, */
#define LAST_LOOK	40	/* then twice that each time up to this */
#define OPEN_FILES	256
#define DATA_MORE	(64 << 20)	/* what may be reserved beyond */

#define RESOURCES	8

static char *const environment[] = {
	(char *)(uintptr_t)"PATH=/usr/local/bin:/usr/bin:/bin",
	(char *)(uintptr_t)"HOME=" WORK_DIR,
	(char *)(uintptr_t)"TMPDIR=" WORK_DIR,
	(char *)(uintptr_t)"LANG=C.UTF-8",
	NULL
};

static const struct jail_user nobody = {
	.ju_name = (char *)(uintptr_t)"nobody",
	.ju_uid = WORK_UID, .ju_gid = WORK_UID,
};

static uint64_t
now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ((uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000);
}

/*
 * The kernel knows no limit for all processes of a prison where it has no
 * cgroup for it: these are for each process, and looser, so that who goes
 * beyond what he may have is found by us and told so.
 */
static unsigned
resource_limits(const struct stage *st, struct jail_rlimit *jl)
{
	const uint64_t *limit = st->st_limit;
	rlim_t cpu = limit[LIMIT_CPU] / 1000 + 2;
	rlim_t data = 2 * limit[LIMIT_MEMORY] + DATA_MORE;
	unsigned n = 0;

	jl[n++] = (struct jail_rlimit){ RLIMIT_CORE, { 0, 0 } };
	jl[n++] = (struct jail_rlimit){ RLIMIT_CPU, { cpu, cpu } };
	jl[n++] = (struct jail_rlimit){ RLIMIT_NOFILE,
	    { OPEN_FILES, OPEN_FILES } };
	jl[n++] = (struct jail_rlimit){ RLIMIT_NPROC,
	    { limit[LIMIT_PROCESSES], limit[LIMIT_PROCESSES] } };
	jl[n++] = (struct jail_rlimit){ RLIMIT_FSIZE,
	    { limit[LIMIT_FILES], limit[LIMIT_FILES] } };
	jl[n++] = (struct jail_rlimit){ RLIMIT_DATA, { data, data } };
	jl[n++] = (struct jail_rlimit){ RLIMIT_MEMLOCK, { 65536, 65536 } };
	if (st->st_virtual != 0)
		jl[n++] = (struct jail_rlimit){ RLIMIT_AS,
		    { st->st_virtual, st->st_virtual } };
	return (n);
}

/* Has its prison used more than it may? */
static enum cause
look(const struct stage *st, uint64_t cpu_before, struct wire_event *ev)
{
	struct jail_usage us;

	if (jail_cell_usage(st->st_cell, &us, 0) == -1)
		return (CAUSE_OK);
	if (us.us_memory > st->st_limit[LIMIT_MEMORY] &&
	    jail_cell_usage(st->st_cell, &us, JAIL_USAGE_EXACT) == -1)
		return (CAUSE_OK);
	if (us.us_memory > ev->ev_memory)
		ev->ev_memory = us.us_memory;
	if (us.us_memory > st->st_limit[LIMIT_MEMORY] || us.us_oom > 0)
		return (CAUSE_MEMORY);
	if (us.us_cpu - cpu_before > st->st_limit[LIMIT_CPU] * 1000)
		return (CAUSE_TIMEOUT);
	return (CAUSE_OK);
}

#define GONE	CAUSES		/* nobody wants to know any more */

/* What has come by st_talk. */
static int
hear(const struct stage *st)
{
	uint32_t order;
	ssize_t n = recv(st->st_talk, &order, sizeof(order), MSG_DONTWAIT);

	if (n == 0)
		return (GONE);
	if (n == sizeof(order) && order == ORDER_OUTPUT)
		return (CAUSE_OUTPUT);
	return (CAUSE_OK);
}

/* Until the command has ended (CAUSE_OK) or has to. */
static int
watch(const struct stage *st, int pidfd, uint64_t began, uint64_t cpu_before,
    struct wire_event *ev)
{
	uint64_t deadline = began + st->st_limit[LIMIT_WALL] * 1000, now, next;
	uint64_t every = FIRST_LOOK * 1000, at = began + every;
	struct pollfd pfd[2] = {
		{ .fd = pidfd, .events = POLLIN },
		{ .fd = st->st_talk, .events = POLLIN },
	};
	struct timespec ts;
	int why;

	for (;;) {
		if ((now = now_us()) >= deadline)
			return (CAUSE_TIMEOUT);
		next = (at < deadline ? at : deadline);
		next = next > now ? next - now : 0;
		ts.tv_sec = next / 1000000;
		ts.tv_nsec = next % 1000000 * 1000;
		if (ppoll(pfd, 2, &ts, NULL) == -1 && errno != EINTR)
			return (CAUSE_KILLED);
		if (pfd[0].revents != 0)
			return (CAUSE_OK);
		if (pfd[1].revents != 0 && (why = hear(st)) != CAUSE_OK)
			return (why);
		if (now_us() < at)
			continue;
		if ((why = look(st, cpu_before, ev)) != CAUSE_OK)
			return (why);
		if (every < LAST_LOOK * 1000)
			every *= 2;
		at = now_us() + every;
	}
}

/* The command has ended by itself: how? */
static int
ended(const struct stage *st, const struct wire_event *ev)
{
	int status = ev->ev_status;

	/* So fast that the kernel refused it more before we could look. */
	if (status != 0 && ev->ev_memory > st->st_limit[LIMIT_MEMORY])
		return (CAUSE_MEMORY);
	if (!WIFSIGNALED(status))
		return (CAUSE_OK);
	if ((WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGKILL) &&
	    ev->ev_cpu >= st->st_limit[LIMIT_CPU] * 1000)
		return (CAUSE_TIMEOUT);
	return (CAUSE_KILLED);
}

int
stage_run(const struct stage *st, struct wire_event *ev)
{
	struct jail_rlimit jl[RESOURCES];
	struct jail_command jc = {
		.jc_argv = st->st_argv, .jc_envp = environment,
		.jc_dir = WORK_DIR, .jc_user = &nobody, .jc_fds = st->st_fds,
		.jc_flags = st->st_count ? JC_CALLS : 0,
		.jc_rlimits = jl, .jc_nrlimits = resource_limits(st, jl),
	};
	struct jail_usage us;
	struct rusage ru = { 0 };
	uint64_t began, before = *st->st_cpu;
	int pidfd = -1, status = 0, why;
	pid_t pid;

	memset(ev, 0, sizeof(*ev));
	ev->ev_calls = -1;
	/* The work directory's files count as memory there. */
	jail_cell_limit(st->st_cell, st->st_limit[LIMIT_MEMORY] +
	    st->st_limit[LIMIT_FILES], st->st_limit[LIMIT_PROCESSES]);
	began = now_us();
	if ((pid = jail_cell_spawn(st->st_cell, &jc, &pidfd)) == -1)
		return (-1);
	why = watch(st, pidfd, began, before, ev);
	ev->ev_wall = now_us() - began;
	close(pidfd);
	if (jail_cell_kill(st->st_cell) == -1)
		kill(pid, SIGKILL);
	while (wait4(pid, &status, 0, &ru) == -1 && errno == EINTR)
		;
	us.us_oom = 0;
	if (jail_cell_usage(st->st_cell, &us, JAIL_USAGE_SUMS) == 0) {
		ev->ev_cpu = us.us_cpu - before;
		*st->st_cpu = us.us_cpu;
		ev->ev_calls = us.us_calls;
	}
	if ((uint64_t)ru.ru_maxrss * 1024 > ev->ev_memory)
		ev->ev_memory = (uint64_t)ru.ru_maxrss * 1024;
	ev->ev_status = status;
	ev->ev_cause = why == CAUSE_OK ? us.us_oom > 0 ? CAUSE_MEMORY :
	    ended(st, ev) : why;
	return (why == GONE);
}
