// SPDX-License-Identifier: BSD-2-Clause
/*
 * sysctl: FreeBSD's, for the tree security.jail; every other name is the
 * system's own sysctl's (system.c).
 */
#include <err.h>
#include <errno.h>
#include <jail.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sysctl.h"

struct options opt;

static void __attribute__((noreturn))
usage(void)
{
	fputs("usage: sysctl [-j jail] [-bdeFhiJlNnoqTtVWx] [-B bufsize] "
	    "[-f file] name[=value] ...\n"
	    "       sysctl [-j jail] [-bdeFhJlNnoqTtVWx] [-B bufsize] -a\n",
	    stderr);
	exit(1);
}

/* ------------------------------------------------------------------------
 * One of ours.
 */

static const char *
type_name(unsigned kind)
{
	switch (kind & CTLTYPE) {
	case CTLTYPE_INT:
		return ("integer");
	case CTLTYPE_UINT:
		return ("unsigned integer");
	case CTLTYPE_LONG:
		return ("long integer");
	case CTLTYPE_ULONG:
		return ("unsigned long");
	case CTLTYPE_STRING:
		return ("string");
	default:
		return ("opaque");
	}
}

static void *
value_of(const char *name, size_t *ret_len)
{
	char *value = NULL;

	/* It may grow between the two calls. */
	for (;;) {
		if (jail_sysctlget(opt.jid, name, NULL, ret_len) == -1)
			return (NULL);
		free(value);
		if ((value = malloc(*ret_len + 1)) == NULL)
			err(1, NULL);
		if (jail_sysctlget(opt.jid, name, value, ret_len) == 0)
			break;
		if (errno != ENOMEM) {
			free(value);
			return (NULL);
		}
	}
	value[*ret_len] = '\0';
	return (value);
}

static void
print_opaque(const struct jail_sysctl *js, const unsigned char *value,
    size_t len)
{
	size_t i;

	printf("Format:%s Length:%zu Dump:0x", js->js_format, len);
	for (i = 0; i < len && (opt.hex || i < 16); i++)
		printf("%02x", value[i]);
	if (!opt.hex && len > 16)
		fputs("...", stdout);
}

static void
print_value(const struct jail_sysctl *js, const void *value, size_t len)
{
	unsigned long ul;
	unsigned u;
	int i;

	switch (js->js_kind & CTLTYPE) {
	case CTLTYPE_STRING:
		fputs(value, stdout);
		break;
	case CTLTYPE_INT:
		memcpy(&i, value, sizeof(i));
		printf(opt.hex ? "0x%x" : opt.human ? "%'d" : "%d", i);
		break;
	case CTLTYPE_UINT:
		memcpy(&u, value, sizeof(u));
		printf(opt.hex ? "0x%x" : opt.human ? "%'u" : "%u", u);
		break;
	case CTLTYPE_ULONG:
		memcpy(&ul, value, sizeof(ul));
		printf(opt.hex ? "0x%lx" : opt.human ? "%'lu" : "%lu", ul);
		break;
	default:
		print_opaque(js, value, len);
		break;
	}
}

/* Is it one that only -o and -x show, or its own name? */
static int
is_opaque(const struct jail_sysctl *js)
{
	return ((js->js_kind & CTLTYPE) == CTLTYPE_OPAQUE);
}

/* What it is, in place of what it says. */
static void
show_kind(const struct jail_sysctl *js, const char *sep)
{
	if (!opt.values)
		printf("%s%s", js->js_name, sep);
	printf("%s%s%s%s%s\n", opt.type ? type_name(js->js_kind) : "",
	    opt.type && opt.format ? sep : "",
	    opt.format ? js->js_format : "",
	    (opt.type || opt.format) && opt.descr ? sep : "",
	    opt.descr ? js->js_descr : "");
}

static int
show(const struct jail_sysctl *js)
{
	const char *sep = opt.equals ? "=" : ": ";
	void *value;
	size_t len;

	if ((opt.tunable && !(js->js_kind & CTLFLAG_TUN)) || opt.settable ||
	    (opt.writable && !(js->js_kind & CTLFLAG_WR)))
		return (0);
	if (opt.names) {
		puts(js->js_name);
		return (0);
	}
	if (opt.type || opt.format || opt.descr) {
		show_kind(js, sep);
		return (0);
	}
	if (is_opaque(js) && !opt.opaque && !opt.hex && !opt.binary)
		return (0);
	if ((value = value_of(js->js_name, &len)) == NULL) {
		warnx("%s: %s", js->js_name, jail_errmsg);
		return (1);
	}
	if (opt.binary)
		fwrite(value, 1, len, stdout);
	else {
		if (!opt.values)
			printf("%s%s", js->js_name, sep);
		if (opt.length)
			printf("%zu%s", len, sep);
		print_value(js, value, len);
		putchar('\n');
	}
	free(value);
	return (0);
}

/* ------------------------------------------------------------------------
 * Names.
 */

/* Is it security.jail, or a name below it? */
int
is_ours(const char *name)
{
	size_t n = strcspn(name, "=");
	static const char tree[] = "security.jail";

	return (n >= sizeof(tree) - 1 &&
	    strncmp(name, tree, sizeof(tree) - 1) == 0 &&
	    (n == sizeof(tree) - 1 || name[sizeof(tree) - 1] == '.'));
}

/* The rows at or below a name.  A list of several lines only by name. */
static int
show_tree(const char *name)
{
	size_t i, n, len = strlen(name);
	const struct jail_sysctl *js = jail_sysctls(&n);
	int error = 0, found = 0, whole;

	for (i = 0; i < n; i++)
		if (strcmp(js[i].js_name, name) == 0)
			return (show(&js[i]));
	if (len > 0 && name[len - 1] == '.')
		len--;
	for (i = 0; i < n; i++) {
		if (strncmp(js[i].js_name, name, len) != 0 ||
		    (js[i].js_name[len] != '\0' && js[i].js_name[len] != '.'))
			continue;
		found = 1;
		whole = js[i].js_name[len] == '\0';
		if (!whole && !opt.opaque && !opt.names && !opt.type &&
		    !opt.descr && !opt.format &&
		    strcmp(js[i].js_name, "security.jail.list") == 0)
			continue;
		error |= show(&js[i]);
	}
	if (found || opt.ignore)
		return (error);
	if (!opt.quiet)
		warnx("unknown oid '%s'", name);
	return (1);
}

static int
set(const char *word)
{
	char *name = strndup(word, strcspn(word, "="));
	const struct jail_sysctl *js;
	size_t i, n;
	int error = 1;

	if (name == NULL)
		err(1, NULL);
	js = jail_sysctls(&n);
	for (i = 0; i < n && strcmp(js[i].js_name, name) != 0; i++)
		;
	if (i == n && opt.ignore)
		error = 0;
	else if (i == n)
		warnx("unknown oid '%s'", name);
	else {
		jail_sysctlbyname(name, NULL, NULL, "", 1);
		warnx("oid '%s' is read only: %s", name, jail_errmsg);
	}
	free(name);
	return (error);
}

static int
one(const char *word)
{
	if (!is_ours(word))
		return (system_name(word));
	return (strchr(word, '=') != NULL ? set(word) : show_tree(word));
}

/* Lines of name=value; `#' begins a comment. */
static int
file(const char *path)
{
	FILE *f = fopen(path, "re");
	char *line = NULL, *p, *end;
	size_t cap = 0;
	int error = 0;

	if (f == NULL)
		err(1, "%s", path);
	while (getline(&line, &cap, f) != -1) {
		line[strcspn(line, "#\n")] = '\0';
		p = line + strspn(line, " \t");
		for (end = p + strlen(p); end > p &&
		    (end[-1] == ' ' || end[-1] == '\t'); end--)
			;
		*end = '\0';
		if (*p != '\0')
			error |= one(p);
	}
	free(line);
	fclose(f);
	return (error);
}

/* ------------------------------------------------------------------------
 * The command line.
 */

/* Options FreeBSD has; -1: one that it has not. */
static int
parse(int argc, char **argv)
{
	int c;

	opterr = 0;
	while ((c = getopt(argc, argv, "+AaB:bdeFf:hiJj:lMNnoqTtVWwXx")) != -1)
		switch (c) {
		case 'A':
			opt.all = opt.opaque = 1;
			break;
		case 'a':
			opt.all = 1;
			break;
		case 'b':
			opt.binary = 1;
			break;
		case 'd':
			opt.descr = 1;
			break;
		case 'e':
			opt.equals = 1;
			break;
		case 'F':
			opt.format = 1;
			break;
		case 'f':
			opt.file = optarg;
			break;
		case 'h':
			opt.human = 1;
			break;
		case 'i':
			opt.ignore = 1;
			break;
		case 'j':
			opt.jail = optarg;
			break;
		case 'J':
		case 'V':
			opt.settable = 1;
			break;
		case 'l':
			opt.length = 1;
			break;
		case 'N':
			opt.names = 1;
			break;
		case 'n':
			opt.values = 1;
			break;
		case 'o':
			opt.opaque = 1;
			break;
		case 'q':
			opt.quiet = 1;
			break;
		case 'T':
			opt.tunable = 1;
			break;
		case 't':
			opt.type = 1;
			break;
		case 'W':
			opt.writable = 1;
			break;
		case 'X':
			opt.all = opt.hex = 1;
			break;
		case 'x':
			opt.hex = 1;
			break;
		case 'B':
		case 'M':
		case 'w':
			break;	/* had a meaning once */
		default:
			return (-1);
		}
	return (0);
}

static int
mentions_ours(char *const *argv)
{
	for (; *argv != NULL; argv++)
		if (is_ours(*argv))
			return (1);
	return (0);
}

int
main(int argc, char **argv)
{
	int error = 0, foreign = parse(argc, argv) == -1;

	setlocale(LC_NUMERIC, "");
	if (foreign && mentions_ours(argv + 1))
		usage();
	/* Not a case of ours: the very same command, to the other one. */
	if (foreign || (opt.jail == NULL && !opt.all && opt.file == NULL &&
	    optind < argc && !opt.descr && !opt.type && !opt.equals &&
	    !opt.opaque && !opt.hex && !opt.human && !opt.ignore &&
	    !opt.format && !opt.length && !opt.settable &&
	    !mentions_ours(argv + optind)))
		system_exec(argv);
	argv += optind;
	if (opt.jail != NULL && (opt.jid = jail_getid(opt.jail)) <= 0)
		errx(1, "jail \"%s\" not found", opt.jail);
	if ((*argv == NULL && !opt.all && opt.file == NULL) ||
	    (opt.names && opt.values))
		usage();
	if (opt.all) {
		error |= system_all();
		fflush(stdout);
		error |= show_tree("security.jail");
	} else {
		if (opt.file != NULL)
			error |= file(opt.file);
		for (; *argv != NULL; argv++)
			error |= one(*argv);
	}
	if (fflush(stdout) != 0 || ferror(stdout))
		err(1, "stdout");
	return (error);
}
