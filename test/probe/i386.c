// SPDX-License-Identifier: BSD-2-Clause
/*
 * A program of 32 bits that needs neither a library nor a compiler's:
 *
 *	i386 call NUMBER [ARGUMENT]...		a system call
 *	i386 socketcall OP [ARGUMENT]...	one whose arguments are behind a
 *						pointer
 *	i386 uname				what the machine is called
 *
 * Says "ok", or the number of the error and exits 1.
 */
#define NR_EXIT		1
#define NR_WRITE	4
#define NR_SOCKETCALL	102
#define NR_UNAME	122
#define MACHINE		(4 * 65)	/* in struct new_utsname */

void	start(long *sp);

static long
call(long nr, const long *a)
{
	long r;

	__asm__ volatile("int $0x80" : "=a"(r) : "0"(nr), "b"(a[0]), "c"(a[1]),
	    "d"(a[2]), "S"(a[3]), "D"(a[4]) : "memory");
	return (r);
}

/* Where there is not even that call, a signal ends it. */
static void __attribute__((noreturn))
leave(long status)
{
	long a[5] = { status, 0, 0, 0, 0 };

	call(NR_EXIT, a);
	__builtin_trap();
}

static long
length(const char *s)
{
	long n = 0;

	while (s[n] != '\0')
		n++;
	return (n);
}

static int
same(const char *a, const char *b)
{
	while (*a == *b && *a != '\0')
		a++, b++;
	return (*a == *b);
}

static void
say(const char *s)
{
	long a[5] = { 1, (long)s, length(s) };

	call(NR_WRITE, a);
}

static unsigned long
number(const char *s)
{
	unsigned long n = 0;

	for (; *s >= '0' && *s <= '9'; s++)
		n = 10 * n + (unsigned long)(*s - '0');
	return (n);
}

static void __attribute__((noreturn))
end(long r)
{
	char text[16], *p = text + sizeof(text);
	unsigned long n = (unsigned long)-r;
	int failed = r < 0 && r > -4096;

	*--p = '\0';
	*--p = '\n';
	if (failed) {
		for (; n > 0; n /= 10)
			*--p = (char)('0' + n % 10);
		say(p);
	} else
		say("ok\n");
	leave(failed);
}

static void __attribute__((noreturn))
machine(void)
{
	static char names[6 * 65];
	long a[5] = { (long)names, 0, 0, 0, 0 };

	call(NR_UNAME, a);
	say(names + MACHINE);
	say("\n");
	leave(0);
}

void
start(long *sp)
{
	long argc = sp[0], a[5] = { 0 }, i;
	char **argv = (char **)(sp + 1);

	if (argc > 1 && same(argv[1], "uname"))
		machine();
	for (i = 3; i < argc && i < 8; i++)
		a[i - 3] = (long)number(argv[i]);
	if (argc > 2 && same(argv[1], "call"))
		end(call((long)number(argv[2]), a));
	if (argc > 2 && same(argv[1], "socketcall")) {
		long b[5] = { (long)number(argv[2]), (long)a, 0, 0, 0 };

		end(call(NR_SOCKETCALL, b));
	}
	end(-22);
}

__asm__(".globl _start\n_start:\n\tmov %esp, %eax\n\tand $-16, %esp\n"
    "\tsub $12, %esp\n\tpush %eax\n\tcall start\n");
