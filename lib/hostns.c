// SPDX-License-Identifier: BSD-2-Clause
#include "hostns.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "errmsg.h"
#include "fd.h"
#include "state.h"

#define HOST_NS		"/proc/1/ns/mnt"
#define STACK_SIZE	(256 * 1024)

struct call {
	int	(*ca_fn)(void *);
	void	*ca_arg;
	int	 ca_ns;		/* a mount namespace */
	int	 ca_result;
	int	 ca_error;
};

/* Does the mount at "/" receive what is mounted on another's? */
int
hostns_follows(void)
{
	_cleanup_fclose_ FILE *f = fopen("/proc/self/mountinfo", "re");
	_cleanup_free_ char *line = NULL;
	size_t size = 0;
	char point[3], *end;
	int follows = 0;

	while (f != NULL && getline(&line, &size, f) != -1)
		if (sscanf(line, "%*s %*s %*s %*s %2s", point) == 1 &&
		    strcmp(point, "/") == 0 &&
		    (end = strstr(line, " - ")) != NULL) {
			*end = '\0';
			follows = strstr(line, " master:") != NULL;
		}
	return (follows);
}

uint64_t
hostns_root(void)
{
	struct statx stx;

	return (statx(AT_FDCWD, "/", 0, STATX_MNT_ID, &stx) == 0 &&
	    (stx.stx_mask & STATX_MNT_ID) != 0 ? stx.stx_mnt_id : 0);
}

/*
 * To ask /proc costs as much as twenty other calls.  A mount is of one
 * namespace alone: where the one at "/" is that which the state was set up
 * under, or the one that was asked about before, so is the answer.
 */
int
hostns_elsewhere(void)
{
	static _Atomic uint64_t at_home;	/* a mount of the host's */
	struct stat ours, theirs;
	uint64_t root = hostns_root();

	if (root != 0 && (root == at_home || root == state_root())) {
		at_home = root;
		return (0);
	}
	/* Who may not look at the first process has no host to go to. */
	if (stat("/proc/self/ns/mnt", &ours) == 0 &&
	    stat(HOST_NS, &theirs) == 0 && ours.st_ino != theirs.st_ino)
		return (1);
	at_home = root;
	return (0);
}

static int
call_child(void *arg)
{
	struct call *ca = arg;

	if (setns(ca->ca_ns, CLONE_NEWNS) == -1)
		ca->ca_result = jail_err(errno, "enter a mount namespace");
	else
		ca->ca_result = ca->ca_fn(ca->ca_arg);
	ca->ca_error = errno;
	return (0);
}

/*
 * A thread cannot change its mount namespace while another shares its working
 * directory; a child that shares all but that can.  CLONE_VFORK keeps us, and
 * so the memory that it works with, until it is done.
 */
static int
call_there(struct call *ca, char *stack)
{
	sigset_t all, old;
	int error, status;
	pid_t pid;

	/* No handler of the caller's may run in the child. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	pid = clone(call_child, stack + STACK_SIZE, CLONE_VM | CLONE_VFORK |
	    CLONE_FILES, ca);
	error = errno;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (pid == -1)
		return (jail_err(error, "clone"));
	while (waitpid(pid, &status, __WALL) == -1 && errno == EINTR)
		;
	errno = ca->ca_error;
	return (ca->ca_result);
}

int
hostns_call(int (*fn)(void *), void *arg)
{
	_cleanup_close_ int ns = open(HOST_NS, O_RDONLY | O_CLOEXEC);

	if (ns == -1)
		return (jail_err(errno, HOST_NS));
	return (hostns_call_in(ns, fn, arg));
}

int
hostns_call_in(int nsfd, int (*fn)(void *), void *arg)
{
	struct call ca = {
		.ca_fn = fn, .ca_arg = arg, .ca_ns = nsfd,
		.ca_result = -1, .ca_error = EINTR,	/* when it is killed */
	};
	char *stack;
	int error, result;

	stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE |
	    MAP_ANONYMOUS | MAP_STACK, -1, 0);
	if (stack == MAP_FAILED)
		return (jail_err(errno, "memory"));
	result = call_there(&ca, stack);
	error = errno;
	munmap(stack, STACK_SIZE);
	errno = error;
	return (result);
}
