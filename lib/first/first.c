// SPDX-License-Identifier: BSD-2-Clause
/*
 * The first process of a prison with PIDs of its own, and the last step into
 * one without a user namespace of its own.  Carried inside libjail and run
 * from a sealed memfd (lib/first.c): what a prisoner finds at
 * /proc/1/exe, or runs as "#!/proc/self/exe", is then never a file of the
 * host's that he could write to.  Without the C library: a few hundred bytes.
 *
 *	hold		reap orphans; end when nobody else is left
 *	exec CMD ...	become the command; descriptor 3 takes the errno
 */
#include <asm/unistd.h>
#include <linux/fcntl.h>
#include <linux/signal.h>
#include <linux/time_types.h>
#include <linux/wait.h>

#define ESRCH_		3
#define ENOENT_		2
#define EACCES_		13
#define ENOEXEC_	8
#define IDLE_NSEC	500000000	/* how often we look */
#define IDLE_ROUNDS	2		/* waits between looks in vain */

static long
call(long nr, long a, long b, long c, long d, long e)
{
#if defined(__x86_64__)
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	long ret;

	__asm__ volatile("syscall" : "=a"(ret) : "a"(nr), "D"(a), "S"(b),
	    "d"(c), "r"(r10), "r"(r8) : "rcx", "r11", "memory");
	return (ret);
#elif defined(__aarch64__)
	register long x8 __asm__("x8") = nr;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;

	__asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2),
	    "r"(x3), "r"(x4) : "memory");
	return (x0);
#else
#error "first.c knows x86_64 and aarch64"
#endif
}

/*
 * Orphans of the PID namespace become our children; the commands themselves
 * are their starters', outside.  So that nobody else is left is told not by
 * wait but by kill(-1), which spares its sender.
 *
 * Between the last look and the end there is no sleep: who comes in waits
 * until he has seen us asleep, and knows that we shall see him (lib/spawn.c).
 */
static void
hold(void)
{
	struct __kernel_timespec ts = { 0, IDLE_NSEC };
	unsigned long long chld = 1ULL << (SIGCHLD - 1);
	int idle = 0;

	call(__NR_rt_sigprocmask, SIG_BLOCK, (long)&chld, 0, sizeof(chld), 0);
	for (;;) {
		while (call(__NR_wait4, -1, 0, WNOHANG, 0, 0) > 0)
			;
		if (call(__NR_kill, -1, 0, 0, 0, 0) != -ESRCH_)
			idle = 0;
		else if (idle++ == IDLE_ROUNDS)
			return;
		call(__NR_rt_sigtimedwait, (long)&chld, 0, (long)&ts,
		    sizeof(chld), 0);
	}
}

static unsigned long
length(const char *s)
{
	unsigned long n = 0;

	while (s[n] != '\0')
		n++;
	return (n);
}

/* execve, by way of /bin/sh for a script that names no interpreter. */
static long
become(const char *path, char **argv, char **envp)
{
	long error = call(__NR_execve, (long)path, (long)argv, (long)envp, 0,
	    0);
	static char *sh[64];
	int i;

	if (error != -ENOEXEC_)
		return (error);
	sh[0] = (char *)"sh";
	sh[1] = (char *)path;
	for (i = 1; argv[i] != 0 && i < 60; i++)
		sh[i + 1] = argv[i];
	return (call(__NR_execve, (long)"/bin/sh", (long)sh, (long)envp, 0, 0));
}

/* execvpe(3) */
static long
become_in_path(char **argv, char **envp)
{
	static char buf[4096];
	const char *path = "/bin:/usr/bin", *p;
	long error = -ENOENT_, e;
	unsigned long n;
	char **v;

	for (p = argv[0]; *p != '\0'; p++)
		if (*p == '/')
			return (become(argv[0], argv, envp));
	for (v = envp; *v != 0; v++)
		if ((*v)[0] == 'P' && (*v)[1] == 'A' && (*v)[2] == 'T' &&
		    (*v)[3] == 'H' && (*v)[4] == '=')
			path = *v + 5;
	while (*path != '\0') {
		for (n = 0; *path != '\0' && *path != ':'; path++)
			if (n + length(argv[0]) + 2 < sizeof(buf))
				buf[n++] = *path;
		if (*path == ':')
			path++;
		buf[n++] = '/';
		for (p = argv[0]; *p != '\0' && n < sizeof(buf) - 1; p++)
			buf[n++] = *p;
		buf[n] = '\0';
		e = become(buf, argv, envp);
		if (e != -ENOENT_)
			error = e;
		if (e != -ENOENT_ && e != -EACCES_)
			break;
	}
	return (error);
}

__attribute__((noreturn, used)) void
first_main(long *stack)
{
	long argc = stack[0], error;
	char **argv = (char **)(stack + 1);
	char **envp = argv + argc + 1;
	int code = 0;

	if (argc >= 3 && argv[1][0] == 'e') {
		call(__NR_fcntl, 3, F_SETFD, FD_CLOEXEC, 0, 0);
		error = -become_in_path(argv + 2, envp);
		code = error;
		call(__NR_write, 3, (long)&code, sizeof(code), 0, 0);
		code = 127;
	} else
		hold();
	for (;;)
		call(__NR_exit_group, code, 0, 0, 0, 0);
}

#if defined(__x86_64__)
__asm__(".globl _start\n_start:\n\tmov %rsp, %rdi\n\tand $-16, %rsp\n"
    "\tcall first_main\n");
#elif defined(__aarch64__)
__asm__(".globl _start\n_start:\n\tmov x0, sp\n\tbl first_main\n");
#endif
