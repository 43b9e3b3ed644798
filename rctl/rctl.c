// SPDX-License-Identifier: BSD-2-Clause
/*
 * rctl: show and change the limits of jails.  The rules are the library's;
 * here they are handed over, and what comes back is printed.
 */
#include <sys/rctl.h>

#include <err.h>
#include <errno.h>
#include <jail.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BUFFER_MAX	(64u << 20)

typedef int get_fn(const char *in, size_t inlen, char *out, size_t outlen);

static int human;

static void __attribute__((noreturn))
usage(void)
{
	fputs("usage: rctl [-hn] [filter]\n"
	    "       rctl -a rule ...\n"
	    "       rctl -l [-hn] filter ...\n"
	    "       rctl -r filter ...\n"
	    "       rctl -u [-h] filter ...\n", stderr);
	exit(1);
}

/* A number in at most four digits and a unit, as humanize_number(3) does. */
static void
print_human(unsigned long long n)
{
	static const char units[] = "\0KMGTPE";
	unsigned long long rest = 0;
	int i;

	for (i = 0; units[i + 1] != '\0' &&
	    (n >= 10000 || (n == 9999 && rest >= 512)); i++) {
		rest = n % 1024;
		n /= 1024;
	}
	printf("%llu", n + (rest >= 512));
	if (i > 0)
		putchar(units[i]);
}

/* "...=AMOUNT" or "...=AMOUNT/process", a line. */
static void
print_line(const char *line)
{
	const char *amount = strrchr(line, '=');
	unsigned long long n;
	char *end;

	if (!human || amount == NULL) {
		puts(line);
		return;
	}
	n = strtoull(amount + 1, &end, 10);
	printf("%.*s", (int)(amount + 1 - line), line);
	print_human(n);
	puts(end);
}

static int
get(get_fn *fn, const char *filter)
{
	char *buf = NULL, *rest, *line;
	size_t size;

	for (size = 4096;; size *= 4) {
		free(buf);
		if ((buf = malloc(size)) == NULL)
			err(1, NULL);
		if (fn(filter, strlen(filter) + 1, buf, size) == 0)
			break;
		if (errno != ERANGE || size > BUFFER_MAX) {
			warnx("%s", jail_errmsg);
			free(buf);
			return (1);
		}
	}
	rest = buf;
	while ((line = strsep(&rest, ",")) != NULL)
		if (line[0] != '\0')
			print_line(line);
	free(buf);
	return (0);
}

static int
change(get_fn *fn, const char *rule)
{
	if (fn(rule, strlen(rule) + 1, NULL, 0) == 0)
		return (0);
	warnx("%s", jail_errmsg);
	return (1);
}

/* Which of its shapes the command line has. */
static int
options(int argc, char **argv)
{
	int c, mode = 0;

	while ((c = getopt(argc, argv, "ahlnru")) != -1)
		switch (c) {
		case 'a':
		case 'l':
		case 'r':
		case 'u':
			if (mode != 0 && mode != c)
				usage();
			mode = c;
			break;
		case 'h':
			human = 1;
			break;
		case 'n':
			/* Users by number: there are no rules of users. */
			break;
		default:
			usage();
		}
	return (mode);
}

int
main(int argc, char **argv)
{
	int error = 0, mode = options(argc, argv);

	argv += optind;
	argc -= optind;
	if (mode == 0) {
		if (argc > 1)
			usage();
		return (get(rctl_get_rules, argc == 0 ? "" : argv[0]));
	}
	if (argc == 0)
		usage();
	for (; *argv != NULL; argv++)
		switch (mode) {
		case 'a':
			error |= change(rctl_add_rule, *argv);
			break;
		case 'r':
			error |= change(rctl_remove_rule, *argv);
			break;
		case 'l':
			error |= get(rctl_get_limits, *argv);
			break;
		default:
			error |= get(rctl_get_racct, *argv);
			break;
		}
	if (fflush(stdout) != 0 || ferror(stdout))
		err(1, "stdout");
	return (error);
}
