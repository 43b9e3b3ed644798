// SPDX-License-Identifier: BSD-2-Clause
/*
 * jls: list jails.  One jailparam_get() a jail, walked by lastjid, for the
 * parameters that are to be printed and the few that decide about others.
 */
#include <arpa/inet.h>

#include <err.h>
#include <errno.h>
#include <jail.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "json.h"
#include "usage.h"
#include "vis.h"

#define PRINT_DEFAULT	0x001	/* the table */
#define PRINT_HEADER	0x002	/* -h */
#define PRINT_NAMEVAL	0x004	/* -n */
#define PRINT_QUOTED	0x008	/* -q */
#define PRINT_SKIP	0x010	/* -s: leave out what jail -c cannot take */
#define PRINT_VERBOSE	0x020	/* -v */
#define PRINT_JAIL_NAME	0x040	/* -N: names for jids */
#define PRINT_JSON	0x080
#define PRINT_USAGE	0x100	/* -o */

#define LIBXO_VERSION	"2"	/* of the names and types in the output */

/* The parameters to get, and what is to become of each: one index. */
static struct jailparam *params;
static struct how {
	int	h_hidden;	/* needed, but not to be printed */
	int	h_parent;	/* index of "ip4" for "ip4.addr", or -1 */
} *hows;
static int nparams;
static int lastjid;

static struct json json;
static int flags;

static void __attribute__((noreturn))
usage(void)
{
	fputs("usage: jls [--libxo format] [-dhNnqsv] [-j jail] "
	    "[parameter ...]\n"
	    "       jls [--libxo format] [-d] [-j jail] -o column[,column ...]"
	    "\n"
	    "       jls -c [-d] -j jail\n", stderr);
	exit(1);
}

/* ------------------------------------------------------------------------
 * Which parameters.
 */

static int
find_param(const char *name)
{
	int i;

	for (i = 0; i < nparams; i++)
		if (strcmp(params[i].jp_name, name) == 0)
			return (i);
	return (-1);
}

/* Ask for `name`, once; return its index. */
static int
add_param(const char *name, int hidden)
{
	int i = find_param(name);

	if (i >= 0) {
		hows[i].h_hidden &= hidden;
		return (i);
	}
	params = reallocarray(params, (size_t)nparams + 1, sizeof(*params));
	hows = reallocarray(hows, (size_t)nparams + 1, sizeof(*hows));
	if (params == NULL || hows == NULL)
		err(1, "%s", name);
	if (jailparam_init(&params[nparams], name) < 0)
		errx(1, "%s", jail_errmsg);
	hows[nparams].h_hidden = hidden;
	hows[nparams].h_parent = -1;
	return (nparams++);
}

/* Names without a dot first, each part in strcmp's order. */
static int
param_cmp(const void *a, const void *b)
{
	const char *x = ((const struct jailparam *)a)->jp_name;
	const char *y = ((const struct jailparam *)b)->jp_name;
	int xdot = strchr(x, '.') != NULL, ydot = strchr(y, '.') != NULL;

	return (xdot != ydot ? xdot - ydot : strcmp(x, y));
}

static void
add_all(void)
{
	struct jailparam *all;
	int i, n;

	n = jailparam_all(&all);
	if (n < 0)
		errx(1, "%s", jail_errmsg);
	qsort(all, (size_t)n, sizeof(*all), param_cmp);
	for (i = 0; i < n; i++)
		add_param(all[i].jp_name, 0);
	jailparam_free(all, (unsigned)n);
	free(all);
}

static void
add_params(char *const *names)
{
	if (flags & PRINT_USAGE) {
		if (*names != NULL || (flags & ~(PRINT_USAGE | PRINT_JSON)))
			usage();
		add_param("jid", 0);
		add_param("name", 0);
		return;
	}
	if (*names == NULL && (flags & (PRINT_HEADER | PRINT_NAMEVAL))) {
		add_all();
		return;
	}
	if (*names == NULL && (flags & PRINT_VERBOSE)) {
		add_param("jid", 0);
		add_param("name", 0);
		add_param("dying", 0);
		add_param("cpuset.id", 0);
		add_param("ip6.addr", 0);
	} else if (*names == NULL) {
		flags |= PRINT_DEFAULT;
		add_param(flags & PRINT_JAIL_NAME ? "name" : "jid", 0);
	}
	if (*names == NULL) {
		add_param("ip4.addr", 0);
		add_param("host.hostname", 0);
		add_param("path", 0);
		return;
	}
	flags &= ~PRINT_VERBOSE;
	for (; *names != NULL; names++)
		if (strcmp(*names, "all") == 0)
			add_all();
		else
			add_param(*names, 0);
}

/* For -s: "host" says whether "host.hostname" is the jail's own. */
static void
add_parents(void)
{
	struct jailparam jp;
	char *parent;
	int i, jailsys, n = nparams, p;

	for (i = 0; i < n; i++) {
		if (strchr(params[i].jp_name, '.') == NULL ||
		    (params[i].jp_flags & JP_KEYVALUE))
			continue;
		parent = strndup(params[i].jp_name,
		    strcspn(params[i].jp_name, "."));
		if (parent == NULL)
			err(1, NULL);
		if (jailparam_init(&jp, parent) == 0) {
			jailsys = jp.jp_flags & JP_JAILSYS;
			jailparam_free(&jp, 1);
			if (jailsys) {
				/* This may move hows. */
				p = add_param(parent, 1);
				hows[i].h_parent = p;
			}
		}
		free(parent);
	}
}

/* The jail that -j names, by number or name. */
static void
add_key(const char *jail)
{
	char *end;
	long jid = strtol(jail, &end, 10);
	int i;

	i = add_param(jid > 0 && *end == '\0' && jid <= JAIL_MAX ? "jid" :
	    "name", 1);
	if (jailparam_import(&params[i], jail) < 0)
		errx(1, "%s", jail_errmsg);
}

/* ------------------------------------------------------------------------
 * One jail.
 */

static int
int_of(int i)
{
	int value;

	memcpy(&value, params[i].jp_value, sizeof(value));
	return (value);
}

static const char *
string_of(const char *name)
{
	return (params[find_param(name)].jp_value);
}

/* Is params[i] a key of meta or env that the jail does not have? */
static int
is_missing(int i)
{
	return ((params[i].jp_flags & JP_KEYVALUE) &&
	    params[i].jp_valuelen == 0);
}

/* Has params[i] nothing to say to jail -c? */
static int
is_skipped(int i)
{
	if (!(flags & PRINT_SKIP))
		return (0);
	if (!(params[i].jp_ctltype & (CTLFLAG_WR | CTLFLAG_TUN)))
		return (1);
	return (hows[i].h_parent >= 0 &&
	    int_of(hows[i].h_parent) != JAIL_SYS_NEW);
}

static int
naddrs(int i)
{
	return ((int)(params[i].jp_valuelen / params[i].jp_elemlen));
}

/* The nth address of params[i]. */
static const char *
addr_of(int i, int n)
{
	static char text[INET6_ADDRSTRLEN];

	return (inet_ntop(params[i].jp_elemlen == sizeof(struct in_addr) ?
	    AF_INET : AF_INET6, (const char *)params[i].jp_value +
	    (size_t)n * params[i].jp_elemlen, text, sizeof(text)));
}

static void
json_addrs(const char *name, int i)
{
	int n;

	json_open(&json, name, '[');
	for (n = 0; n < naddrs(i); n++)
		json_string(&json, NULL, addr_of(i, n));
	json_close(&json, ']');
}

static void
json_int(const char *name, int value)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", value);
	json_literal(&json, name, text);
}

static void
print_table_row(void)
{
	int ip4 = find_param("ip4.addr");
	const char *addr = naddrs(ip4) > 0 ? addr_of(ip4, 0) : "";

	if (flags & PRINT_JSON) {
		if (flags & PRINT_JAIL_NAME)
			json_string(&json, "name", string_of("name"));
		else
			json_int("jid", int_of(find_param("jid")));
		json_string(&json, "ipv4", addr);
		json_string(&json, "hostname", string_of("host.hostname"));
		json_string(&json, "path", string_of("path"));
		return;
	}
	if (flags & PRINT_JAIL_NAME) {
		putchar(' ');
		vis_column(stdout, string_of("name"), 15, 1);
		printf(" %-15.15s ", addr);
	} else
		printf("%6d  %-15.15s ", int_of(find_param("jid")), addr);
	vis_column(stdout, string_of("host.hostname"), 29, 1);
	putchar(' ');
	vis_column(stdout, string_of("path"), 74, 0);
	putchar('\n');
}

static void
print_verbose(void)
{
	static const char *const families[] = { "ip4.addr", "ip6.addr" };
	const char *state = int_of(find_param("dying")) ? "DYING" : "ACTIVE";
	int cpuset = int_of(find_param("cpuset.id"));
	int i, jid = int_of(find_param("jid")), n;
	size_t f;

	if (flags & PRINT_JSON) {
		json_int("jid", jid);
		json_string(&json, "hostname", string_of("host.hostname"));
		json_string(&json, "path", string_of("path"));
		json_string(&json, "name", string_of("name"));
		json_string(&json, "state", state);
		json_int("cpusetid", cpuset);
		json_addrs("ipv4_addrs", find_param("ip4.addr"));
		json_addrs("ipv6_addrs", find_param("ip6.addr"));
		return;
	}
	printf("%6d  ", jid);
	vis_column(stdout, string_of("host.hostname"), 29, 1);
	putchar(' ');
	vis_column(stdout, string_of("path"), 74, 0);
	printf("\n%8s", "");
	vis_column(stdout, string_of("name"), 29, 1);
	printf(" %s\n%8s%d\n", state, "", cpuset);
	for (f = 0; f < 2; f++) {
		i = find_param(families[f]);
		for (n = 0; n < naddrs(i); n++)
			printf("%8s%s\n", "", addr_of(i, n));
	}
}

static char *
export_param(int i)
{
	char *value = jailparam_export(&params[i]);

	if (value == NULL)
		errx(1, "%s", jail_errmsg);
	return (value);
}

static void
json_param(int i)
{
	char *value;

	if (is_missing(i))
		return;
	if (params[i].jp_elemlen != 0) {
		json_addrs(params[i].jp_name, i);
		return;
	}
	value = export_param(i);
	if ((params[i].jp_flags & (JP_BOOL | JP_NOBOOL)) &&
	    (flags & PRINT_NAMEVAL))
		json_literal(&json, params[i].jp_name, value);
	else
		json_string(&json, params[i].jp_name, value);
	free(value);
}

static void
print_value(int i)
{
	char *value = export_param(i);
	int vis = params[i].jp_flags & JP_KEYVALUE ? VIS_NL : 0;

	if (params[i].jp_elemlen != 0 && value[0] == '\0') {
		if (flags & PRINT_QUOTED)
			fputs("\"\"", stdout);
		else if (!(flags & PRINT_NAMEVAL))
			putchar('-');
	} else if (params[i].jp_elemlen != 0)
		fputs(value, stdout);
	else if (flags & PRINT_SKIP)
		vis_word(stdout, value, vis);
	else if (flags & PRINT_QUOTED || value[0] == '\0')
		vis_quoted(stdout, value, vis);
	else
		vis_puts(stdout, value, vis);
	free(value);
}

/* The name under which a boolean is true: "persist" or "nopersist". */
static void
print_bool_name(int i)
{
	const char *name = params[i].jp_name;
	const char *last = strrchr(name, '.');
	const char *stem = last == NULL ? name : last + 1;

	if (int_of(i))
		fputs(name, stdout);
	else
		printf("%.*s%s%s", (int)(stem - name), name,
		    params[i].jp_flags & JP_BOOL ? "no" : "",
		    params[i].jp_flags & JP_BOOL ? stem : stem + 2);
}

static void
print_param(int i)
{
	if (!(flags & PRINT_NAMEVAL)) {
		if (!is_missing(i))
			print_value(i);
		return;
	}
	if (params[i].jp_flags & (JP_BOOL | JP_NOBOOL)) {
		print_bool_name(i);
		return;
	}
	/* Only the key of meta.key can have anything special in it. */
	if (flags & PRINT_SKIP)
		vis_word(stdout, params[i].jp_name, 0);
	else
		vis_puts(stdout, params[i].jp_name, 0);
	if (!is_missing(i)) {
		putchar('=');
		print_value(i);
	}
}

static void
print_params(void)
{
	int i, printed = 0;

	for (i = 0; i < nparams; i++) {
		if (hows[i].h_hidden || is_skipped(i))
			continue;
		if (flags & PRINT_JSON) {
			json_param(i);
			continue;
		}
		if (printed++ > 0)
			putchar(' ');
		print_param(i);
	}
	if (!(flags & PRINT_JSON))
		putchar('\n');
}

static void
print_jail(void)
{
	if (flags & PRINT_USAGE) {
		usage_row(flags & PRINT_JSON ? &json : NULL,
		    int_of(find_param("jid")), string_of("name"));
		return;
	}
	if (flags & PRINT_JSON)
		json_open(&json, NULL, '{');
	if (flags & PRINT_DEFAULT)
		print_table_row();
	else if (flags & PRINT_VERBOSE)
		print_verbose();
	else
		print_params();
	if (flags & PRINT_JSON)
		json_close(&json, '}');
}

/* ------------------------------------------------------------------------
 * All of them.
 */

static void
print_header(void)
{
	int i, printed = 0;

	if (flags & PRINT_JSON) {
		json_begin(&json, LIBXO_VERSION);
		json_open(&json, "jail-information", '{');
		json_open(&json, "jail", '[');
	} else if (flags & PRINT_USAGE)
		usage_header();
	else if (flags & PRINT_DEFAULT)
		puts("   JID  IP Address      Hostname                      "
		    "Path");
	else if (flags & PRINT_VERBOSE)
		puts("   JID  Hostname                      Path\n"
		    "        Name                          State\n"
		    "        CPUSetID\n"
		    "        IP Address(es)");
	else if (flags & PRINT_HEADER) {
		for (i = 0; i < nparams; i++)
			if (!hows[i].h_hidden) {
				if (printed++ > 0)
					putchar(' ');
				vis_puts(stdout, params[i].jp_name, 0);
			}
		putchar('\n');
	}
}

static void
print_footer(void)
{
	if (flags & PRINT_JSON) {
		json_close(&json, ']');
		json_close(&json, '}');
		json_end(&json);
	}
	if (fflush(stdout) != 0 || ferror(stdout))
		err(1, "stdout");
}

/* One jail is asked for before the header is printed: it may not exist. */
static void
print_one(int getflags)
{
	if (jailparam_get(params, (unsigned)nparams, getflags) < 0)
		errx(1, "%s", jail_errmsg);
	print_header();
	print_jail();
}

static void
print_every(int getflags)
{
	int i = add_param("lastjid", 1);

	jailparam_import_raw(&params[i], &lastjid, sizeof(lastjid));
	print_header();
	for (;;) {
		lastjid = jailparam_get(params, (unsigned)nparams, getflags);
		if (lastjid < 0)
			break;
		print_jail();
	}
	if (errno != ENOENT)
		errx(1, "%s", jail_errmsg);
}

/* ------------------------------------------------------------------------
 * The command line.
 */

/* "json,pretty" as libxo has it. */
static void
libxo_long(char *formats)
{
	char *name;

	while ((name = strsep(&formats, ",")) != NULL) {
		if (strcmp(name, "json") == 0)
			flags |= PRINT_JSON;
		else if (strcmp(name, "text") == 0)
			flags &= ~PRINT_JSON;
		else if (strcmp(name, "pretty") == 0)
			json.js_pretty = 1;
		else if (strcmp(name, "xml") == 0 || strcmp(name, "html") == 0)
			errx(1, "--libxo: no %s here, only text and json",
			    name);
		else if (name[0] != '\0')
			errx(1, "--libxo: unknown format \"%s\"", name);
	}
}

/* "JP": the same in letters. */
static void
libxo_brief(const char *letters)
{
	for (; *letters != '\0'; letters++)
		switch (*letters) {
		case 'J':
			flags |= PRINT_JSON;
			break;
		case 'T':
			flags &= ~PRINT_JSON;
			break;
		case 'P':
			json.js_pretty = 1;
			break;
		case 'X':
		case 'H':
			errx(1, "--libxo: no %s here, only text and json",
			    *letters == 'X' ? "xml" : "html");
		default:
			errx(1, "--libxo: unknown format \"%c\"", *letters);
		}
}

/*
 * Take --libxo and --json out of the arguments, wherever they stand among the
 * options, as libxo does; return how many are left.
 */
static int
libxo_args(int argc, char **argv)
{
	int i, n = 1;

	for (i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--") == 0)
			break;
		if (strcmp(argv[i], "--json") == 0)
			flags |= PRINT_JSON;
		else if (strncmp(argv[i], "--libxo=", 8) == 0)
			libxo_long(argv[i] + 8);
		else if (strncmp(argv[i], "--libxo:", 8) == 0)
			libxo_brief(argv[i] + 8);
		else if (strcmp(argv[i], "--libxo") == 0) {
			if (++i == argc)
				usage();
			libxo_long(argv[i]);
		} else
			argv[n++] = argv[i];
	}
	while (i < argc)
		argv[n++] = argv[i++];
	argv[n] = NULL;
	return (n);
}

int
main(int argc, char **argv)
{
	const char *bad, *jail = NULL;
	int c, exists = 0, getflags = 0;

	json.js_fp = stdout;
	argc = libxo_args(argc, argv);
	/* "+": parameters end the options, as getopt has it elsewhere. */
	while ((c = getopt(argc, argv, "+cdhj:Nno:qsv")) != -1)
		switch (c) {
		case 'c':
			exists = 1;
			break;
		case 'd':
			getflags |= JAIL_DYING;
			break;
		case 'h':
			flags |= PRINT_HEADER;
			break;
		case 'j':
			jail = optarg;
			break;
		case 'N':
			flags |= PRINT_JAIL_NAME;
			break;
		case 'n':
			flags |= PRINT_NAMEVAL;
			break;
		case 'o':
			flags |= PRINT_USAGE;
			if ((bad = usage_columns(optarg)) != NULL)
				errx(1, "-o: unknown column \"%s\"", bad);
			break;
		case 'q':
			flags |= PRINT_QUOTED;
			break;
		case 's':
			flags |= PRINT_NAMEVAL | PRINT_QUOTED | PRINT_SKIP;
			break;
		case 'v':
			flags |= PRINT_VERBOSE;
			break;
		default:
			usage();
		}
	argv += optind;

	if (exists) {
		if (jail == NULL || *argv != NULL || flags != 0)
			usage();
		add_key(jail);
		return (jailparam_get(params, (unsigned)nparams,
		    getflags) < 0);
	}
	/* Before the key: what is printed keeps the order it was named in. */
	add_params(argv);
	if (flags & PRINT_SKIP)
		add_parents();
	if (jail != NULL) {
		add_key(jail);
		print_one(getflags);
	} else
		print_every(getflags);
	print_footer();
	return (0);
}
