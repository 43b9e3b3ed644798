// SPDX-License-Identifier: BSD-2-Clause
/*
 * jail(8): the command line, the tables of what a start and a stop consist
 * of, and the loop that takes one jail after the other a step further.
 *
 * A start walks its table forward; when a step fails it walks back from
 * there, undoing.  A stop walks its own table forward and does not stop at
 * failures once the jail is gone.
 */
#include <sys/stat.h>

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <sched.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hostns.h"
#include "jailp.h"

int verbose;
bool print_jids;
bool note_remove;

static const enum known start_steps[] = {
	K_NONE,
	K_EXEC_PREPARE,
	K_IP4_ALIAS,
	K_IP6_ALIAS,
	K_MOUNT_ROOT,
	K_MOUNT,
	K_FSTAB_LINE,
	K_MOUNT_DEVFS,
	K_MOUNT_FDESCFS,
	K_MOUNT_PROCFS,
	K_EXEC_PRESTART,
	K_OP,
	K_RCTL,
	K_EXEC_CREATED,
	K_ZFS_DATASET,
	K_VNET_INTERFACE,
	K_EXEC_START,
	K_COMMAND,
	K_EXEC_POSTSTART,
	K_NONE
};

static const enum known stop_steps[] = {
	K_NONE,
	K_EXEC_PRESTOP,
	K_EXEC_STOP,
	K_STOP_TIMEOUT,
	K_OP,
	K_RCTL,
	K_EXEC_POSTSTOP,
	K_MOUNT_PROCFS,
	K_MOUNT_FDESCFS,
	K_MOUNT_DEVFS,
	K_FSTAB_LINE,
	K_MOUNT,
	K_MOUNT_ROOT,
	K_IP6_ALIAS,
	K_IP4_ALIAS,
	K_EXEC_RELEASE,
	K_NONE
};

/* What the command line says, but for the parameters. */
struct line {
	const char	*conf;
	const char	*jidfile;	/* -J */
	const char	*dump;		/* -e */
	unsigned	 op;		/* JF_ */
	bool		 fromfile;	/* jails are those of conf */
	bool		 dying;		/* -d */
	bool		 bare;		/* -R */
	bool		 oldstyle;
};

static void
usage(void)
{
	fprintf(stderr,
	    "usage: jail [-dhilqv] [-J jid_file] [-u username] "
	    "[-U username]\n"
	    "            -[cmr] param=value ... [command=command ...]\n"
	    "       jail [-dqv] [-f file] [-p limit] -[cmr] [jail]\n"
	    "       jail [-qv] [-f file] [-p limit] -[rRC] ['*' | jail ...]\n"
	    "       jail [-dhilqv] [-J jid_file] [-u username] "
	    "[-U username]\n"
	    "            [-n jailname] [-s securelevel]\n"
	    "            path hostname [ip[,...]] command ...\n"
	    "       jail [-f file] -e separator\n");
	exit(1);
}

/* Print a line about jail j, with its name when it has one. */
void
jail_note(const struct cfjail *j, const char *fmt, ...)
{
	va_list ap;

	if (j->name != NULL)
		printf("%s: ", j->name);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
}

void
jail_warnx(const struct cfjail *j, const char *fmt, ...)
{
	char *text;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		err(1, "malloc");
	va_end(ap);
	if (j->name != NULL)
		warnx("%s: %s", j->name, text);
	else
		warnx("%s", text);
	free(text);
}

/* Say what the library could not give although it succeeded. */
void
print_warnings(const struct cfjail *j)
{
	char *lines, *line, *rest;

	if (jail_warnings()[0] == '\0' || verbose < 0)
		return;
	rest = lines = estrdup(jail_warnings());
	while ((line = strsep(&rest, "\n")) != NULL)
		if (line[0] != '\0')
			jail_warnx(j, "%s", line);
	free(lines);
}

/* "NAME" message, by whatever name there is; else the other message. */
static void
warn_quoted(const struct cfjail *j, const char *msg, const char *nameless)
{
	const char *name = j->name;

	if (name == NULL)
		name = string_param(j, K_JID);
	if (name == NULL)
		name = string_param(j, K_NAME);
	if (name != NULL)
		warnx("\"%s\" %s", name, msg);
	else
		warnx("%s", nameless);
}

/* Jail j has failed: it comes next, to be wound up. */
void
failed(struct cfjail *j)
{
	j->flags |= JF_FAILED;
	requeue_head(j, &ready);
}

/* Print a string as jail.conf(5) would take it. */
static void
print_quoted(FILE *f, const char *s)
{
	char quote = '\0';

	if (strchr(s, '"') != NULL && strchr(s, '\'') == NULL)
		quote = '\'';
	else if (s[0] == '\0' || strpbrk(s, "' \t") != NULL)
		quote = '"';
	if (quote != '\0')
		putc(quote, f);
	for (; *s != '\0'; s++) {
		if (*s == '\\' || *s == quote)
			putc('\\', f);
		putc(*s, f);
	}
	if (quote != '\0')
		putc(quote, f);
}

static void
print_values(FILE *f, const struct cfparam *p, char sep)
{
	const struct cfstring *s;

	if (p == NULL)
		return;
	TAILQ_FOREACH(s, &p->val, tq) {
		if (s != TAILQ_FIRST(&p->val))
			putc(sep, f);
		print_quoted(f, s->s);
	}
}

/* Print the parameters of a jail but its jid, `sep` between them. */
static void
print_params(FILE *f, const struct cfjail *j, const char *sep)
{
	const struct cfparam *p;
	const char *between = "";

	TAILQ_FOREACH(p, &j->params, tq) {
		if (strcmp(p->name, "jid") == 0)
			continue;
		fprintf(f, "%s%s", between, p->name);
		between = sep;
		if (!TAILQ_EMPTY(&p->val)) {
			putc('=', f);
			print_values(f, p, ',');
		}
	}
	putc('\n', f);
}

/* Write a started jail's line for -J. */
static void
print_jail(FILE *f, const struct cfjail *j, bool oldstyle)
{
	const struct cfparam *ip4 = j->known[K_IP4_ADDR];
	const struct cfparam *ip6 = j->known[K_IP6_ADDR];

	if (!oldstyle) {
		fprintf(f, "jid=%d\t", j->jid);
		print_params(f, j, "\t");
		return;
	}
	fprintf(f, "%d\t", j->jid);
	print_values(f, j->known[K_PATH], ',');
	putc('\t', f);
	print_values(f, j->known[K_HOST_HOSTNAME], ',');
	putc('\t', f);
	print_values(f, ip4, ',');
	if (ip4 != NULL && ip6 != NULL)
		putc(',', f);
	print_values(f, ip6, ',');
	putc('\t', f);
	print_values(f, j->known[K_COMMAND], ' ');
	putc('\n', f);
}

/* jailparam_set(), told of with -v. */
static int
set_params(struct cfjail *j, struct jailparam *jp, unsigned njp, int flags)
{
	int jid = jailparam_set(jp, njp, flags), error = errno;
	char *value;
	unsigned i;

	if (verbose > 0) {
		jail_note(j, "jail_set(%s)", (flags & JAIL_CREATE) ?
		    "JAIL_CREATE" : "JAIL_UPDATE");
		for (i = 0; i < njp; i++) {
			printf(" %s", jp[i].jp_name);
			if (jp[i].jp_value == NULL ||
			    (value = jailparam_export(&jp[i])) == NULL)
				continue;
			putchar('=');
			print_quoted(stdout, value);
			free(value);
		}
		if (jid < 0)
			printf(": %s", strerror(error));
		putchar('\n');
	}
	errno = error;
	return (jid);
}

/* jail_set() says less clearly what is wrong with a path. */
static int
check_root(const struct cfjail *j)
{
	const char *path = string_param(j, K_PATH);
	struct stat st;
	int error = 0;

	if (path == NULL)
		return (0);
	if (j->name != NULL && path[0] != '/') {
		jail_warnx(j, "path %s: not an absolute pathname", path);
		return (-1);
	}
	if (stat(path, &st) < 0)
		error = errno;
	else if (!S_ISDIR(st.st_mode))
		error = ENOTDIR;
	if (error != 0)
		jail_warnx(j, "path %s: %s", path, strerror(error));
	return (error != 0 ? -1 : 0);
}

/*
 * Make the jail.  While there are commands to be run in it it persists,
 * whatever is wished: see clear_persist().
 */
int
create_jail(struct cfjail *j)
{
	struct jailparam *params;
	unsigned n = 0;
	bool persist;
	int i;

	if (check_root(j) < 0)
		return (-1);
	persist = !bool_param(j, K_PERSIST) &&
	    (j->known[K_EXEC_START] != NULL || j->known[K_COMMAND] != NULL ||
	    j->known[K_EXEC_POSTSTART] != NULL);
	params = emalloc((j->njp + 1) * sizeof(*params));
	if (persist && jailparam_init(&params[n++], "persist") < 0) {
		jail_warnx(j, "%s", jail_errmsg);
		free(params);
		return (-1);
	}
	for (i = 0; i < j->njp; i++)
		if (!persist || !same_param(j->jp[i].jp_name, "persist"))
			params[n++] = j->jp[i];
	j->jid = set_params(j, params, n, JAIL_CREATE);
	if (persist)
		jailparam_free(params, 1);
	free(params);
	if (j->jid < 0) {
		jail_warnx(j, "%s", jail_errmsg);
		return (-1);
	}
	j->lastjid = j->jid;
	if (persist)
		j->flags |= JF_PERSIST;
	print_warnings(j);
	return (0);
}

/* The commands are done: a jail without processes may vanish now. */
static void
clear_persist(struct cfjail *j)
{
	static char jid_name[] = "jid", nopersist[] = "nopersist";
	struct iovec iov[4] = {
		{ jid_name, sizeof(jid_name) },
		{ &j->jid, sizeof(j->jid) },
		{ nopersist, sizeof(nopersist) },
		{ NULL, 0 },
	};
	int jid;

	if (!(j->flags & JF_PERSIST))
		return;
	j->flags &= ~JF_PERSIST;
	jid = jail_set(iov, 4, JAIL_UPDATE);
	if (verbose > 0)
		jail_note(j, "jail_set(JAIL_UPDATE) jid=%d nopersist%s%s\n",
		    j->jid, jid < 0 ? ": " : "",
		    jid < 0 ? strerror(errno) : "");
}

/* May this parameter be given at creation only? */
static bool
tunable(const struct jailparam *jp)
{
	return ((jp->jp_ctltype & CTLFLAG_RDTUN) == CTLFLAG_RDTUN &&
	    !(jp->jp_ctltype & CTLFLAG_WR));
}

static int
update_jail(struct cfjail *j)
{
	struct jailparam *params;
	unsigned n = 1;
	int i, jid = -1;

	params = emalloc((j->njp + 1) * sizeof(*params));
	for (i = 0; i < j->njp; i++)
		if (!tunable(&j->jp[i]))
			params[n++] = j->jp[i];
	if (n == 1) {
		free(params);
		return (0);
	}
	if (jailparam_init(&params[0], "jid") == 0) {
		if (jailparam_import_raw(&params[0], &j->jid,
		    sizeof(j->jid)) == 0)
			jid = set_params(j, params, n, JAIL_UPDATE);
		jailparam_free(params, 1);
	}
	free(params);
	if (jid < 0) {
		jail_warnx(j, "%s", jail_errmsg);
		failed(j);
	} else
		print_warnings(j);
	return (jid);
}

static bool
same_value(const struct jailparam *wish, const struct jailparam *is)
{
	/* A boolean without a value is true. */
	if ((wish->jp_flags & (JP_BOOL | JP_NOBOOL)) &&
	    wish->jp_valuelen == 0)
		return (is->jp_value != NULL && *(int *)is->jp_value != 0);
	if ((wish->jp_ctltype & CTLTYPE) == CTLTYPE_STRING)
		return (wish->jp_value != NULL && is->jp_value != NULL &&
		    strcmp(wish->jp_value, is->jp_value) == 0);
	return (wish->jp_valuelen == is->jp_valuelen &&
	    (wish->jp_valuelen == 0 || memcmp(wish->jp_value, is->jp_value,
	    wish->jp_valuelen) == 0));
}

/*
 * Compare the wishes that only a creation can fulfil with the running jail.
 * Returns 1 when one differs: then, with `fail`, the jail has failed.
 */
static int
tunables_differ(struct cfjail *j, bool fail)
{
	struct jailparam *is, *wish;
	int differs = 0, i;

	if (j->flags & JF_TUNABLES)
		return (0);
	j->flags |= JF_TUNABLES;
	for (i = 0; i < j->njp && !differs; i++) {
		wish = &j->jp[i];
		if (!tunable(wish) || strcmp(wish->jp_name, "jid") == 0)
			continue;
		is = emalloc(2 * sizeof(*is));
		memset(is, 0, 2 * sizeof(*is));
		if (jailparam_init(&is[0], "jid") == 0 &&
		    jailparam_import_raw(&is[0], &j->jid,
		    sizeof(j->jid)) == 0 &&
		    jailparam_init(&is[1], wish->jp_name) == 0 &&
		    jailparam_get(is, 2, 0) > 0)
			differs = !same_value(wish, &is[1]);
		jailparam_free(is, 2);
		free(is);
	}
	if (differs && fail) {
		jail_warnx(j, "%s cannot be changed after creation",
		    j->jp[i - 1].jp_name);
		failed(j);
	}
	return (differs);
}

/* Find out whether the jail runs. */
static void
find_jid(struct cfjail *j)
{
	const char *value;
	char *end, name[256], number[16];

	j->jid = -1;
	if ((value = string_param(j, K_JID)) != NULL) {
		if (strtol(value, &end, 10) == 0 || *end != '\0')
			return;
		snprintf(number, sizeof(number), "%s", value);
		j->jid = jail_getv_sized(0, "jid", number, sizeof(number),
		    NULL);
	} else if ((value = string_param(j, K_NAME)) != NULL &&
	    strlen(value) < sizeof(name)) {
		snprintf(name, sizeof(name), "%s", value);
		j->jid = jail_getv_sized(0, "name", name, sizeof(name), NULL);
	}
	if (j->jid > 0)
		j->lastjid = j->jid;
}

static void
set_op(struct cfjail *j, unsigned op)
{
	j->flags = (j->flags & ~JF_OP_MASK) | op;
}

/*
 * -cm, -mr and -cmr mean one thing or another, depending on whether the jail
 * runs and what is to be changed.  Returns -1 when it has failed.
 */
static int
choose_op(struct cfjail *j)
{
	unsigned op = j->flags & JF_OP_MASK;

	if (!(op & JF_SET) || op == JF_SET)
		return (0);
	if (j->jid < 0) {
		if (!(op & JF_START)) {
			warn_quoted(j, "not found", "no jail specified");
			failed(j);
			return (-1);
		}
		set_op(j, JF_START);
		return (0);
	}
	if (!(op & JF_STOP) || !tunables_differ(j, false)) {
		set_op(j, JF_SET);
		return (0);
	}
	j->flags &= ~JF_TUNABLES;
	set_op(j, JF_RESTART);
	dep_reset(j);
	return (0);
}

/* Take a starting jail further.  Returns false when it goes on later. */
static bool
go_start(struct cfjail *j)
{
	if (j->step == NULL) {
		if (j->jid > 0 && !(j->flags & (JF_DEPEND | JF_WILD))) {
			warn_quoted(j, "already exists", "already exists");
			failed(j);
			return (false);
		}
		if (dep_check(j))
			return (false);
		if (j->jid > 0)
			return (true);
		j->step = start_steps;
		j->value = NULL;
	}
	return (next_command(j) == 0);
}

static bool
go_set(struct cfjail *j)
{
	if (j->jid < 0 && !(j->flags & JF_DEPEND)) {
		warn_quoted(j, "not found", "no jail specified");
		failed(j);
		return (false);
	}
	if (dep_check(j))
		return (false);
	if (j->flags & JF_DEPEND)
		return (true);
	if (tunables_differ(j, true) || update_jail(j) < 0)
		return (false);
	if (verbose >= 0 && (j->name != NULL || verbose > 0))
		jail_note(j, "updated\n");
	return (true);
}

/* The first step of a stop: for -C, the one after the removal. */
static const enum known *
first_stop_step(const struct cfjail *j)
{
	const enum known *step = stop_steps;

	if (j->flags & JF_CLEANUP)
		while (*step != K_OP)
			step++;
	return (step);
}

static bool
go_stop(struct cfjail *j)
{
	bool cleanup = (j->flags & JF_CLEANUP) != 0;

	if (j->step == NULL) {
		if (dep_check(j))
			return (false);
		if (cleanup != (j->jid < 0)) {
			if (j->flags & (JF_DEPEND | JF_WILD))
				return (true);
			if (verbose >= 0)
				warn_quoted(j, cleanup ? "already exists" :
				    "not found", "no jail specified");
			failed(j);
			return (true);
		}
		j->step = first_stop_step(j);
		j->value = NULL;
	} else if ((j->flags & JF_FAILED) && j->jid > 0)
		return (true);
	return (next_command(j) == 0);
}

static void
done_stop(struct cfjail *j)
{
	dep_done(j, 0);
	if ((j->flags & (JF_START | JF_FAILED)) != JF_START)
		return;
	/* The stop of a restart; the start is still to come. */
	j->step = NULL;
	j->flags &= ~(JF_STOP | JF_CLEANUP);
	dep_again(j);
	requeue(j, &ready);
}

/* Check a jail's parameters when its turn has come. */
static int
check_jail(struct cfjail *j, const struct line *l)
{
	if (j->flags & JF_CHECKED)
		return (0);
	j->flags |= JF_CHECKED;
	if (l->dying)
		add_known(j, K_ALLOW_DYING, NULL);
	if (check_params(j) < 0)
		return (-1);
	if ((j->flags & (JF_START | JF_SET)) && import_params(j) < 0)
		return (-1);
	return (0);
}

/* Take jail j as far as it goes now. */
static void
go(struct cfjail *j, const struct line *l, FILE *jidfile)
{
	if (check_jail(j, l) < 0)
		return;
	if (j->jid == 0)
		find_jid(j);
	if (finish_command(j) != 0 || choose_op(j) < 0)
		return;
	if (j->flags & JF_STOP) {
		if (go_stop(j))
			done_stop(j);
	} else if (j->flags & JF_START) {
		if (!go_start(j))
			return;
		if (j->step != NULL)
			resolv_check(j);
		clear_persist(j);
		if (jidfile != NULL && j->jid > 0)
			print_jail(jidfile, j, l->oldstyle);
		dep_done(j, 0);
	} else if ((j->flags & JF_SET) && go_set(j))
		dep_done(j, 0);
}

static int
run_jails(const struct line *l)
{
	FILE *jidfile = NULL;
	struct cfjail *j;
	int error = 0;

	if (l->jidfile != NULL) {
		if ((jidfile = fopen(l->jidfile, "we")) == NULL)
			err(1, "open %s", l->jidfile);
		setlinebuf(jidfile);
	}
	setlinebuf(stdout);
	while ((j = next_jail()) != NULL) {
		if (j->flags & JF_FAILED) {
			error = 1;
			if (j->step == NULL) {
				dep_done(j, 0);
				continue;
			}
		}
		go(j, l, jidfile);
	}
	/* Those in a loop of dependencies are never ready. */
	if (!TAILQ_EMPTY(&waiting))
		error = 1;
	if (jidfile != NULL)
		fclose(jidfile);
	return (error);
}

static void
add_list(enum known k, const char *list)
{
	char *copy = estrdup(list), *rest = copy, *value;

	while ((value = strsep(&rest, ",")) != NULL)
		add_known(NULL, k, value);
	free(copy);
}

/* One jail, told in words: parameters, and at last a command. */
static void
add_words(int argc, char **argv)
{
	static const struct {
		const char	*prefix;
		enum known	 k;
	} lists[] = {
		{ "ip4.addr=", K_IP4_ADDR },
		{ "ip6.addr=", K_IP6_ADDR },
		{ "rctl=", K_RCTL },
		{ "vnet.interface=", K_VNET_INTERFACE },
		{ "zfs.dataset=", K_ZFS_DATASET },
	};
	size_t n = sizeof(lists) / sizeof(lists[0]), k;
	int i;

	for (i = 0; i < argc; i++) {
		if (strncmp(argv[i], "command=", 8) == 0 ||
		    strcmp(argv[i], "command") == 0) {
			if (argv[i][7] == '=')
				add_known(NULL, K_COMMAND, argv[i] + 8);
			while (++i < argc)
				add_known(NULL, K_COMMAND, argv[i]);
			return;
		}
		for (k = 0; k < n; k++)
			if (strncmp(argv[i], lists[k].prefix,
			    strlen(lists[k].prefix)) == 0)
				break;
		if (k < n)
			add_list(lists[k].k,
			    argv[i] + strlen(lists[k].prefix));
		else
			add_word(NULL, argv[i]);
	}
}

/* path hostname ip[,...] command ... */
static void
add_oldstyle(int argc, char **argv)
{
	char *copy = estrdup(argv[2]), *rest = copy, *addr;
	struct in6_addr addr6;
	int i;

	add_known(NULL, K_PATH, argv[0]);
	add_known(NULL, K_HOST_HOSTNAME, argv[1]);
	while (argv[2][0] != '\0' && (addr = strsep(&rest, ",")) != NULL)
		add_known(NULL, inet_pton(AF_INET6, addr, &addr6) == 1 ?
		    K_IP6_ADDR : K_IP4_ADDR, addr);
	free(copy);
	for (i = 3; i < argc; i++)
		add_known(NULL, K_COMMAND, argv[i]);
}

static void
parse_options(struct line *l, int argc, char **argv)
{
	int ch;

	while ((ch = getopt(argc, argv, "+cCde:f:hiJ:lmn:p:qrRs:u:U:v")) !=
	    -1) {
		/* These tell of the one jail of the command line. */
		if (strchr("hlnsuU", ch) != NULL)
			l->fromfile = false;
		switch (ch) {
		case 'c':
			l->op |= JF_START;
			break;
		case 'C':
			l->op |= JF_STOP | JF_CLEANUP;
			break;
		case 'd':
			l->dying = true;
			break;
		case 'e':
			l->dump = optarg;
			break;
		case 'f':
			l->conf = optarg;
			break;
		case 'h':
			add_known(NULL, K_IP_HOSTNAME, NULL);
			break;
		case 'i':
			print_jids = true;
			verbose = -1;
			break;
		case 'J':
			l->jidfile = optarg;
			break;
		case 'l':
			add_known(NULL, K_EXEC_CLEAN, NULL);
			break;
		case 'm':
			l->op |= JF_SET;
			break;
		case 'n':
			add_known(NULL, K_NAME, optarg);
			break;
		case 'p':
			paralimit = (int)strtol(optarg, NULL, 10);
			if (paralimit <= 0)
				paralimit = -1;
			break;
		case 'q':
			verbose = -1;
			break;
		case 'R':
			l->bare = true;
			l->op |= JF_BARE;
			/* FALLTHROUGH */
		case 'r':
			l->op |= JF_STOP;
			break;
		case 's':
			add_known(NULL, K_SECURELEVEL, optarg);
			break;
		case 'u':
			add_known(NULL, K_EXEC_JAIL_USER, optarg);
			add_known(NULL, K_EXEC_SYSTEM_JAIL_USER, NULL);
			break;
		case 'U':
			add_known(NULL, K_EXEC_JAIL_USER, optarg);
			add_known(NULL, K_EXEC_SYSTEM_JAIL_USER, "false");
			break;
		case 'v':
			verbose = 1;
			break;
		default:
			usage();
		}
	}
}

static int
dump_config(const struct line *l)
{
	struct cfjail *j;

	load_config(l->conf);
	TAILQ_FOREACH(j, &cfjails, tq)
		print_params(stdout, j, l->dump);
	return (0);
}

static bool
has_equals(int argc, char **argv)
{
	int i;

	for (i = 0; i < argc; i++)
		if (strchr(argv[i], '=') != NULL)
			return (true);
	return (false);
}

/* Which of its shapes the command line has; loads what it speaks of. */
static void
load_jails(struct line *l, int argc, char **argv)
{
	struct stat st;

	if (l->op == 0) {
		if (argc < 4 || argv[0][0] != '/')
			usage();
		l->op = JF_START;
		l->fromfile = false;
		l->oldstyle = true;
		add_oldstyle(argc, argv);
	} else if ((l->op & JF_OP_MASK) == JF_STOP) {
		if (!l->fromfile || argc == 0 ||
		    (!l->bare && has_equals(argc, argv)))
			usage();
		l->fromfile = !l->bare && (strcmp(l->conf, "-") == 0 ||
		    stat(l->conf, &st) == 0);
		if (l->fromfile)
			load_config(l->conf);
		note_remove = l->fromfile || argc > 1 || wild_name(argv[0]);
	} else if (argc > 1 || has_equals(argc, argv)) {
		if (l->bare || (l->op & JF_CLEANUP))
			usage();
		l->fromfile = false;
		add_words(argc, argv);
	} else {
		if (l->bare || !l->fromfile)
			usage();
		load_config(l->conf);
	}
}

/* Descriptors 0 to 2 become a command's: nothing else may come to be one. */
static void
open_standard_files(void)
{
	int fd;

	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) == -1 && open("/dev/null", O_RDWR) == -1)
			err(1, "/dev/null");
}

/*
 * What is mounted for a jail is to be seen by the host and by who enters the
 * jail later, also when it was a unit with a mount namespace of its own that
 * made it (PrivateTmp=).
 */
static void
enter_hosts_mounts(void)
{
	char cwd[PATH_MAX];
	int fd;

	if (!hostns_elsewhere() || getcwd(cwd, sizeof(cwd)) == NULL)
		return;
	fd = open("/proc/1/ns/mnt", O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return;		/* not root: refused where it matters */
	if (setns(fd, CLONE_NEWNS) == -1)
		warn("enter the host's mount namespace");
	else if (chdir(cwd) == -1)
		warn("%s, on the host", cwd);
	close(fd);
}

int
main(int argc, char **argv)
{
	struct line l = { .conf = DEFAULT_CONF, .fromfile = true };
	int error = 0, i;

	open_standard_files();
	parse_options(&l, argc, argv);
	argc -= optind;
	argv += optind;
	if (l.dump != NULL) {
		if (l.op != 0 || !l.fromfile || argc > 0)
			usage();
		return (dump_config(&l));
	}
	load_jails(&l, argc, argv);
	dep_setup(l.fromfile);
	enter_hosts_mounts();
	if ((l.op & JF_OP_MASK) == JF_STOP) {
		for (i = 0; i < argc; i++)
			if (start_state(argv[i], l.fromfile, l.op, l.bare) < 0)
				error = 1;
	} else if (start_state(argc > 0 ? argv[0] : NULL, l.fromfile, l.op,
	    false) < 0)
		exit(1);
	return (run_jails(&l) | error);
}
