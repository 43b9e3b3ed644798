// SPDX-License-Identifier: BSD-2-Clause
/*
 * cpuset: FreeBSD's, on what Linux has: affinities of threads, and the cpusets
 * of jails.  A set's number is its jail's; 0 is the host's.
 */
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <jail.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum which { W_PID, W_TID, W_SET, W_IRQ, W_JAIL, W_DOMAIN };

static const char *const which_names[] = {
	"pid", "tid", "cpuset", "irq", "jail", "domain"
};

static struct {
	enum which	 which;
	int		 chosen;	/* which was said */
	int		 id;		/* -1: this process */
	int		 get;		/* -g */
	int		 cpuset;	/* -c */
	int		 root;		/* -r */
	int		 ids;		/* -i */
	int		 fresh;		/* -C */
	const char	*list;		/* -l */
	const char	*set;		/* -s, beside another */
} opt = { .which = W_PID, .id = -1 };

static void __attribute__((noreturn))
usage(void)
{
	fputs("usage: cpuset [-l cpu-list] [-s setid] cmd ...\n"
	    "       cpuset [-l cpu-list] [-s setid] -p pid\n"
	    "       cpuset [-c] [-l cpu-list] -C -p pid\n"
	    "       cpuset [-c] [-l cpu-list] [-j jail | -p pid | -t tid | "
	    "-s setid | -x irq]\n"
	    "       cpuset -g [-cir] [-d domain | -j jail | -p pid | -t tid | "
	    "-s setid | -x irq]\n", stderr);
	exit(1);
}

/* ------------------------------------------------------------------------
 * Lists.
 */

static int
number(const char *text, const char *what)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (end == text || *end != '\0' || n < 0 || n > INT_MAX)
		errx(1, "%s: not the number of a %s", text, what);
	return ((int)n);
}

/* "0,2-4", or "all": an empty set, to be filled by who knows what all is. */
static void
parse_list(const char *list, cpu_set_t *ret_cpus)
{
	unsigned long first, last;
	const char *p = list;
	char *end;

	CPU_ZERO(ret_cpus);
	if (strcasecmp(list, "all") == 0)
		return;
	for (;;) {
		first = last = strtoul(p, &end, 10);
		if (end != p && *end == '-') {
			p = end + 1;
			last = strtoul(p, &end, 10);
		}
		if (end == p || *p < '0' || *p > '9' || last < first ||
		    last >= CPU_SETSIZE || (*end != ',' && *end != '\0'))
			errx(1, "invalid cpu-list %s", list);
		for (; first <= last; first++)
			CPU_SET(first, ret_cpus);
		if (*end == '\0')
			return;
		p = end + 1;
	}
}

static void
print_set(const cpu_set_t *cpus)
{
	int i, printed = 0;

	for (i = 0; i < CPU_SETSIZE; i++)
		if (CPU_ISSET(i, cpus))
			printf(printed++ > 0 ? ", %d" : "%d", i);
	putchar('\n');
}

/* A list in a file of the kernel's.  -1 where there is no such file. */
static int
read_list(const char *path, cpu_set_t *ret_cpus)
{
	char line[4096];
	FILE *f = fopen(path, "re");

	if (f == NULL)
		return (-1);
	if (fgets(line, sizeof(line), f) == NULL)
		line[0] = '\0';
	fclose(f);
	line[strcspn(line, "\n")] = '\0';
	CPU_ZERO(ret_cpus);
	if (line[0] != '\0')
		parse_list(line, ret_cpus);
	return (0);
}

/* ------------------------------------------------------------------------
 * What there is.
 */

static void
get_host(cpu_set_t *ret_cpus)
{
	if (read_list("/sys/devices/system/cpu/online", ret_cpus) == -1)
		err(1, "/sys/devices/system/cpu/online");
}

static void
get_jail(int jid, cpu_set_t *ret_cpus)
{
	if (jid == 0)
		get_host(ret_cpus);
	else if (jail_getcpus(jid, ret_cpus) == -1)
		errx(1, "getaffinity: %s", jail_errmsg);
}

/* The jail of the process that is spoken of. */
static int
jail_of(pid_t pid)
{
	int jid = jail_getpidjid(pid == -1 ? getpid() : pid);

	if (jid == -1)
		errx(1, "getaffinity: %s", strerror(ESRCH));
	return (jid);
}

static void
get(cpu_set_t *ret_cpus)
{
	char path[64];

	switch (opt.which) {
	case W_PID:
	case W_TID:
		if (opt.cpuset || opt.root)
			get_jail(jail_of(opt.id), ret_cpus);
		else if (sched_getaffinity(opt.id == -1 ? 0 : opt.id,
		    sizeof(*ret_cpus), ret_cpus) == -1)
			err(1, "getaffinity");
		return;
	case W_JAIL:
	case W_SET:
		get_jail(opt.id, ret_cpus);
		return;
	case W_IRQ:
		snprintf(path, sizeof(path), "/proc/irq/%d/smp_affinity_list",
		    opt.id);
		break;
	case W_DOMAIN:
		snprintf(path, sizeof(path),
		    "/sys/devices/system/node/node%d/cpulist", opt.id);
		break;
	}
	if (read_list(path, ret_cpus) == -1)
		errx(1, "getaffinity: %s %d not found",
		    which_names[opt.which], opt.id);
}

static void
print_domains(const char *level)
{
	cpu_set_t nodes;

	if (read_list("/sys/devices/system/node/online", &nodes) == -1) {
		CPU_ZERO(&nodes);
		CPU_SET(0, &nodes);
	}
	printf("%s %d%s domain policy: first-touch mask: ",
	    which_names[opt.which], opt.id, level);
	print_set(&nodes);
}

static void
show(void)
{
	const char *level = opt.root ? " root" : opt.cpuset || opt.ids ?
	    " cpuset" : "";
	cpu_set_t cpus;

	if (opt.ids) {
		printf("%s %d%s id: %d\n", which_names[opt.which], opt.id,
		    level, opt.which == W_PID || opt.which == W_TID ?
		    jail_of(opt.id) : opt.id);
		return;
	}
	get(&cpus);
	printf("%s %d%s mask: ", which_names[opt.which], opt.id, level);
	print_set(&cpus);
	if (opt.which != W_DOMAIN && opt.which != W_IRQ)
		print_domains(level);
}

/* ------------------------------------------------------------------------
 * Changing it.
 */

static void
set_thread(pid_t tid, const cpu_set_t *cpus)
{
	if (sched_setaffinity(tid, sizeof(*cpus), cpus) == -1)
		err(1, "setaffinity");
}

/* All threads of a process, until none is new. */
static void
set_process(pid_t pid, const cpu_set_t *cpus)
{
	struct dirent *de;
	char path[64];
	DIR *d;
	int pass;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	for (pass = 0; pass < 2; pass++) {
		if ((d = opendir(path)) == NULL)
			errx(1, "setaffinity: %s", strerror(ESRCH));
		while ((de = readdir(d)) != NULL)
			if (de->d_name[0] != '.' && sched_setaffinity(
			    atoi(de->d_name), sizeof(*cpus), cpus) == -1 &&
			    errno != ESRCH)
				err(1, "setaffinity");
		closedir(d);
	}
}

static void
set_irq(const char *list)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/irq/%d/smp_affinity_list", opt.id);
	if ((f = fopen(path, "we")) == NULL || fputs(list, f) == EOF ||
	    fclose(f) == EOF)
		err(1, "setaffinity: irq %d", opt.id);
}

/* The set that -l and -s together name. */
static void
wanted(cpu_set_t *ret_cpus)
{
	cpu_set_t set;

	CPU_ZERO(ret_cpus);
	if (opt.list != NULL)
		parse_list(opt.list, ret_cpus);
	if (opt.set != NULL)
		get_jail(number(opt.set, "set"), &set);
	else if (CPU_COUNT(ret_cpus) == 0)
		get_host(&set);
	else
		return;
	if (CPU_COUNT(ret_cpus) > 0)
		CPU_AND(ret_cpus, ret_cpus, &set);
	else
		*ret_cpus = set;
}

static void
change(void)
{
	cpu_set_t cpus;

	if (opt.which == W_JAIL || opt.which == W_SET) {
		parse_list(opt.list, &cpus);
		if (opt.id == 0)
			errx(1, "setaffinity: the host's own set is the "
			    "hardware's");
		if (jail_setcpus(opt.id, &cpus) == -1)
			errx(1, "setaffinity: %s", jail_errmsg);
		return;
	}
	wanted(&cpus);
	if (opt.which == W_IRQ)
		set_irq(opt.list);
	else if (opt.which == W_TID)
		set_thread(opt.id, &cpus);
	else
		set_process(opt.id == -1 ? getpid() : opt.id, &cpus);
}

/* ------------------------------------------------------------------------
 * The command line.
 */

static void
choose(enum which which, int id)
{
	if (opt.chosen)
		usage();
	opt.chosen = 1;
	opt.which = which;
	opt.id = id;
}

static void
choose_jail(const char *jail)
{
	int jid = jail_getid(jail);

	if (jid < 0)
		errx(1, "jail \"%s\" not found", jail);
	choose(W_JAIL, jid);
}

static void
parse(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "+Ccd:gij:l:n:p:rs:t:x:")) != -1)
		switch (c) {
		case 'C':
			opt.fresh = 1;
			break;
		case 'c':
			opt.cpuset = 1;
			break;
		case 'd':
			choose(W_DOMAIN, number(optarg, "domain"));
			break;
		case 'g':
			opt.get = 1;
			break;
		case 'i':
			opt.ids = 1;
			break;
		case 'j':
			choose_jail(optarg);
			break;
		case 'l':
			opt.list = optarg;
			break;
		case 'n':
			errx(1, "-n: Linux has a memory policy for each "
			    "program: see numactl(8)");
		case 'p':
			choose(W_PID, number(optarg, "process"));
			break;
		case 'r':
			opt.root = 1;
			break;
		case 's':
			opt.set = optarg;
			break;
		case 't':
			choose(W_TID, number(optarg, "thread"));
			break;
		case 'x':
			choose(W_IRQ, number(optarg, "irq"));
			break;
		default:
			usage();
		}
}

int
main(int argc, char **argv)
{
	cpu_set_t cpus;

	parse(argc, argv);
	argv += optind;
	/* A set by itself, or one that another is to be given. */
	if (opt.set != NULL && !opt.chosen && (opt.get || *argv == NULL)) {
		choose(W_SET, number(opt.set, "set"));
		opt.set = NULL;
	}
	if (opt.get) {
		if (*argv != NULL || opt.list != NULL || opt.fresh ||
		    (opt.cpuset && opt.root))
			usage();
		show();
		return (0);
	}
	if (opt.root || opt.ids || opt.which == W_DOMAIN ||
	    (opt.fresh && opt.which != W_PID))
		usage();
	if (*argv != NULL) {
		if (opt.chosen || (opt.list == NULL && opt.set == NULL))
			usage();
		wanted(&cpus);
		set_thread(0, &cpus);
		execvp(argv[0], argv);
		err(errno == ENOENT ? 127 : 126, "%s", argv[0]);
	}
	if (opt.list == NULL && (opt.set == NULL || opt.which != W_PID))
		usage();
	change();
	return (0);
}
