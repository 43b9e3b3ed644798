// SPDX-License-Identifier: BSD-2-Clause
/*
 * lleval.conf(5): lines "key = value", and of a language below a line
 * "[key]".  A table has the keys; one function each for the kinds of value.
 */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

const char *const limit_names[LIMITS] = {
	[LIMIT_WALL] = "wall", [LIMIT_CPU] = "cpu", [LIMIT_MEMORY] = "memory",
	[LIMIT_PROCESSES] = "processes", [LIMIT_OUTPUT] = "output",
	[LIMIT_FILES] = "files",
};

struct reader {
	struct config	*re_co;
	struct language	*re_la;		/* NULL: above the first */
	const char	*re_name;
	int		 re_line;
	char		*re_error;
	size_t		 re_size;
};

static int __attribute__((format(printf, 2, 3)))
fail(struct reader *re, const char *fmt, ...)
{
	va_list ap;
	int n;

	n = snprintf(re->re_error, re->re_size, "%s:%d: ", re->re_name,
	    re->re_line);
	va_start(ap, fmt);
	if (n >= 0 && (size_t)n < re->re_size)
		vsnprintf(re->re_error + n, re->re_size - n, fmt, ap);
	va_end(ap);
	return (-1);
}

/* ------------------------------------------------------------------------
 * Values.
 */

int
parse_size(const char *text, uint64_t *ret_n)
{
	unsigned shift = 0;
	char *end;

	if (!isdigit((unsigned char)text[0]))
		return (-1);
	errno = 0;
	*ret_n = strtoull(text, &end, 10);
	if (errno != 0)
		return (-1);
	switch (toupper((unsigned char)*end)) {
	case 'K': shift = 10; break;
	case 'M': shift = 20; break;
	case 'G': shift = 30; break;
	}
	end += shift != 0;
	if (*end != '\0' || *ret_n > UINT64_MAX >> (shift + 1))
		return (-1);
	*ret_n <<= shift;
	return (0);
}

int
parse_time(const char *text, uint64_t *ret_ms)
{
	double n;
	char *end;

	if (!isdigit((unsigned char)text[0]))
		return (-1);
	n = strtod(text, &end);
	if (strcmp(end, "ms") == 0)
		n /= 1000;
	else if (strcmp(end, "m") == 0)
		n *= 60;
	else if (*end != '\0' && strcmp(end, "s") != 0)
		return (-1);
	if (!isfinite(n) || n > 86400)
		return (-1);
	*ret_ms = (uint64_t)(n * 1000 + 0.5);
	return (0);
}

static int
set_string(struct reader *re, void *at, char *value)
{
	char **s = at;

	if (*s != NULL)
		return (fail(re, "said twice"));
	if ((*s = strdup(value)) == NULL)
		return (fail(re, "%s", strerror(errno)));
	return (0);
}

/* Take the next word off *text, its quotes undone in place.  NULL: no more,
   or (*ret_error) an open quote. */
static char *
next_word(char **text, int *ret_error)
{
	char *p = *text, *to, *word, quote;

	while (*p == ' ' || *p == '\t')
		p++;
	if (*p == '\0')
		return (NULL);
	for (word = to = p; *p != '\0' && *p != ' ' && *p != '\t';) {
		if (*p != '\'' && *p != '"') {
			*to++ = *p++;
			continue;
		}
		quote = *p++;
		while (*p != '\0' && *p != quote)
			*to++ = *p++;
		if (*p++ == '\0') {
			*ret_error = 1;
			return (NULL);
		}
	}
	*text = *p == '\0' ? p : p + 1;
	*to = '\0';
	return (word);
}

static int
set_list(struct reader *re, char **list, size_t most, char *value)
{
	int error = 0;
	char *word;
	size_t n;

	if (list[0] != NULL)
		return (fail(re, "said twice"));
	for (n = 0; (word = next_word(&value, &error)) != NULL; n++) {
		if (n == most)
			return (fail(re, "more than %zu words", most));
		if ((list[n] = strdup(word)) == NULL)
			return (fail(re, "%s", strerror(errno)));
	}
	if (error)
		return (fail(re, "a quote is not closed"));
	return (n == 0 ? fail(re, "no value") : 0);
}

static int
set_words(struct reader *re, void *at, char *value)
{
	return (set_list(re, at, WORDS_MAX, value));
}

static int
set_aliases(struct reader *re, void *at, char *value)
{
	return (set_list(re, at, ALIASES_MAX, value));
}

static int
set_unsigned(struct reader *re, void *at, char *value)
{
	uint64_t n;

	if (parse_size(value, &n) == -1 || n == 0 || n > 1000000)
		return (fail(re, "%s: not a number from 1 to 1000000", value));
	*(unsigned *)at = n;
	return (0);
}

static int
set_size(struct reader *re, void *at, char *value)
{
	if (parse_size(value, at) == -1 || *(uint64_t *)at == 0)
		return (fail(re, "%s: not a size, as in 64M", value));
	return (0);
}

static int
set_virtual(struct reader *re, void *at, char *value)
{
	if (strcmp(value, "unlimited") != 0)
		return (set_size(re, at, value));
	*(uint64_t *)at = 0;
	return (0);
}

static int
set_time(struct reader *re, void *at, char *value)
{
	if (parse_time(value, at) == -1)
		return (fail(re, "%s: not a time, as in 5s or 500ms", value));
	return (0);
}

static int
set_rate(struct reader *re, void *at, char *value)
{
	double *rate = at;
	char *end;

	*rate = strtod(value, &end);
	if (end == value || *end != '\0' || !isfinite(*rate) || *rate < 0)
		return (fail(re, "%s: not requests per second", value));
	return (0);
}

static int
set_network(struct reader *re, void *at, char *value)
{
	enum network *n = at;

	if (strcmp(value, "none") == 0)
		*n = NETWORK_NONE;
	else if (strcmp(value, "inherit") == 0)
		*n = NETWORK_INHERIT;
	else
		return (fail(re, "%s: none or inherit", value));
	return (0);
}

static int
set_bool(struct reader *re, void *at, char *value)
{
	if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
		return (fail(re, "%s: yes or no", value));
	*(int *)at = value[0] == 'y';
	return (0);
}

static int
set_log(struct reader *re, void *at, char *value)
{
	if (strcmp(value, "json") != 0 && strcmp(value, "none") != 0)
		return (fail(re, "%s: json or none", value));
	return (set_string(re, at, value));
}

/* ------------------------------------------------------------------------
 * Keys.
 */

struct key {
	const char	*ke_name;
	size_t		 ke_offset;
	int		(*ke_set)(struct reader *, void *, char *);
};

#define CO(name, field, set) { name, offsetof(struct config, field), set }
#define LA(name, field, set) { name, offsetof(struct language, field), set }
#define LIMIT(name, n, set) CO(name, co_limit[n], set), \
	CO(name ".max", co_most[n], set)

static int
set_processes(struct reader *re, void *at, char *value)
{
	unsigned n = 0;

	if (set_unsigned(re, &n, value) == -1)
		return (-1);
	*(uint64_t *)at = n;
	return (0);
}

static const struct key global_keys[] = {
	CO("listen", co_listen, set_string),
	CO("world", co_world, set_string),
	CO("run.dir", co_run_dir, set_string),
	CO("log", co_log, set_log),
	CO("proxy", co_proxy, set_string),
	CO("cors", co_cors, set_string),
	CO("network", co_network, set_network),
	CO("syscalls", co_count, set_bool),
	CO("runs", co_runs, set_unsigned),
	CO("pool", co_pool, set_unsigned),
	CO("queue", co_queue, set_unsigned),
	CO("connections", co_connections, set_unsigned),
	CO("request", co_request, set_size),
	CO("rate", co_rate, set_rate),
	CO("burst", co_burst, set_unsigned),
	CO("grace", co_grace, set_time),
	LIMIT("wall", LIMIT_WALL, set_time),
	LIMIT("cpu", LIMIT_CPU, set_time),
	LIMIT("memory", LIMIT_MEMORY, set_size),
	LIMIT("processes", LIMIT_PROCESSES, set_processes),
	LIMIT("output", LIMIT_OUTPUT, set_size),
	LIMIT("files", LIMIT_FILES, set_size),
	{ NULL, 0, NULL }
};

static const struct key language_keys[] = {
	LA("name", la_name, set_string),
	LA("alias", la_aliases, set_aliases),
	LA("file", la_file, set_string),
	LA("world", la_world, set_string),
	LA("command", la_command, set_words),
	LA("compile", la_compile, set_words),
	LA("version", la_probe, set_words),
	LA("virtual", la_virtual, set_virtual),
	{ NULL, 0, NULL }
};

static int
set_key(struct reader *re, const char *name, char *value)
{
	const struct key *ke = re->re_la != NULL ? language_keys : global_keys;
	char *base = re->re_la != NULL ? (char *)re->re_la : (char *)re->re_co;
	char text[256];

	for (; ke->ke_name != NULL; ke++)
		if (strcmp(ke->ke_name, name) == 0)
			break;
	if (ke->ke_name == NULL)
		return (fail(re, "%s: unknown%s", name,
		    re->re_la != NULL ? " for a language" : ""));
	if (*value == '\0')
		return (fail(re, "%s: no value", name));
	if (ke->ke_set(re, base + ke->ke_offset, value) == 0)
		return (0);
	/* "file:line: key: what is wrong with it" */
	snprintf(text, sizeof(text), "%s", strstr(re->re_error, ": ") + 2);
	return (fail(re, "%s: %s", name, text));
}

/* A key that can stand in a URL and a JSON member. */
static int
is_name(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-.");

	return (n > 0 && n < 32 && s[n] == '\0');
}

static int
check_language(struct reader *re)
{
	struct language *la = re->re_la;
	int line = re->re_line, i;

	if (la == NULL)
		return (0);
	re->re_line = la->la_line;
	if (la->la_command[0] == NULL)
		return (fail(re, "[%s] has no command", la->la_key));
	if (la->la_probe[0] == NULL)
		return (fail(re, "[%s] has no version", la->la_key));
	if (la->la_file == NULL && (la->la_file = strdup("main")) == NULL)
		return (fail(re, "%s", strerror(errno)));
	if (!is_name(la->la_file) || la->la_file[0] == '.')
		return (fail(re, "[%s] file: %s: not a plain name", la->la_key,
		    la->la_file));
	if (la->la_name == NULL && (la->la_name = strdup(la->la_key)) == NULL)
		return (fail(re, "%s", strerror(errno)));
	for (i = 0; la->la_aliases[i] != NULL; i++)
		if (!is_name(la->la_aliases[i]))
			return (fail(re, "[%s] alias: %s: not a plain name",
			    la->la_key, la->la_aliases[i]));
	re->re_line = line;
	return (0);
}

static int
begin_language(struct reader *re, char *line)
{
	struct config *co = re->re_co;
	char *end = strchr(line, ']');

	if (check_language(re) == -1)
		return (-1);
	if (end == NULL || end[1] != '\0')
		return (fail(re, "%s: not [key]", line));
	*end = '\0';
	if (!is_name(line + 1))
		return (fail(re, "[%s]: not a plain name", line + 1));
	if (config_language(co, line + 1) != NULL)
		return (fail(re, "[%s] is there already", line + 1));
	if (co->co_nlanguages == LANGUAGES_MAX)
		return (fail(re, "more than %d languages", LANGUAGES_MAX));
	re->re_la = &co->co_languages[co->co_nlanguages++];
	memset(re->re_la, 0, sizeof(*re->re_la));
	re->re_la->la_line = re->re_line;
	re->re_la->la_virtual = 4ULL << 30;
	if ((re->re_la->la_key = strdup(line + 1)) == NULL)
		return (fail(re, "%s", strerror(errno)));
	return (0);
}

static char *
trim(char *s)
{
	char *end;

	while (isspace((unsigned char)*s))
		s++;
	for (end = s + strlen(s); end > s && isspace((unsigned char)end[-1]);)
		*--end = '\0';
	return (s);
}

static int
read_line(struct reader *re, char *line)
{
	char *equals;

	line = trim(line);
	if (*line == '\0' || *line == '#')
		return (0);
	if (*line == '[')
		return (begin_language(re, line));
	if ((equals = strchr(line, '=')) == NULL)
		return (fail(re, "%.40s: not key = value", line));
	*equals = '\0';
	return (set_key(re, trim(line), trim(equals + 1)));
}

/* ------------------------------------------------------------------------
 * The whole.
 */

static void
set_defaults(struct config *co)
{
	static const uint64_t limit[LIMITS] = {
		[LIMIT_WALL] = 10000, [LIMIT_CPU] = 5000,
		[LIMIT_MEMORY] = 256 << 20, [LIMIT_PROCESSES] = 64,
		[LIMIT_OUTPUT] = 1 << 20, [LIMIT_FILES] = 16 << 20,
	};

	memset(co, 0, sizeof(*co));
	co->co_count = 1;
	co->co_queue = 64;
	co->co_connections = 256;
	co->co_request = 1 << 20;
	co->co_burst = 20;
	co->co_grace = 15000;
	memcpy(co->co_limit, limit, sizeof(limit));
}

static int
fill_string(char **s, const char *value)
{
	return (*s != NULL || (*s = strdup(value)) != NULL ? 0 : -1);
}

/* What follows from what was said, and whether it goes together. */
static int
check_whole(struct reader *re)
{
	struct config *co = re->re_co;
	int i;

	if (check_language(re) == -1)
		return (-1);
	re->re_line = 1;
	if (fill_string(&co->co_listen, "127.0.0.1:8083") == -1 ||
	    fill_string(&co->co_run_dir, "/var/lib/lleval") == -1 ||
	    fill_string(&co->co_log, "json") == -1)
		return (fail(re, "%s", strerror(errno)));
	for (i = 0; i < LIMITS; i++) {
		if (co->co_most[i] == 0)
			co->co_most[i] = co->co_limit[i];
		if (co->co_limit[i] == 0)
			return (fail(re, "%s is 0", limit_names[i]));
		if (co->co_limit[i] > co->co_most[i])
			return (fail(re, "%s is more than %s.max",
			    limit_names[i], limit_names[i]));
	}
	for (i = 0; i < (int)co->co_nlanguages; i++)
		if (co->co_languages[i].la_world == NULL &&
		    co->co_world == NULL) {
			re->re_line = co->co_languages[i].la_line;
			return (fail(re, "[%s] has no world, and there is none "
			    "for all", co->co_languages[i].la_key));
		}
	if (co->co_nlanguages == 0)
		return (fail(re, "no languages"));
	return (0);
}

int
config_read(struct config *co, FILE *fp, const char *name, char *error,
    size_t size)
{
	struct reader re = {
		.re_co = co, .re_name = name, .re_error = error,
		.re_size = size,
	};
	char *line = NULL;
	size_t cap = 0;
	int result = 0;

	set_defaults(co);
	while (result == 0 && getline(&line, &cap, fp) != -1) {
		re.re_line++;
		result = read_line(&re, line);
	}
	free(line);
	if (result == 0 && ferror(fp))
		result = fail(&re, "%s", strerror(errno));
	if (result == 0)
		result = check_whole(&re);
	if (result == -1)
		config_free(co);
	return (result);
}

static void
free_list(char **list)
{
	for (; *list != NULL; list++)
		free(*list);
}

void
config_free(struct config *co)
{
	struct language *la;

	for (la = co->co_languages;
	    la < co->co_languages + co->co_nlanguages; la++) {
		free(la->la_key);
		free(la->la_name);
		free(la->la_file);
		free(la->la_world);
		free_list(la->la_aliases);
		free_list(la->la_command);
		free_list(la->la_compile);
		free_list(la->la_probe);
	}
	free(co->co_listen);
	free(co->co_world);
	free(co->co_run_dir);
	free(co->co_log);
	free(co->co_proxy);
	free(co->co_cors);
	memset(co, 0, sizeof(*co));
}

struct language *
config_language(struct config *co, const char *key)
{
	struct language *la;
	int i;

	for (la = co->co_languages;
	    la < co->co_languages + co->co_nlanguages; la++)
		if (strcmp(la->la_key, key) == 0)
			return (la);
	for (la = co->co_languages;
	    la < co->co_languages + co->co_nlanguages; la++)
		for (i = 0; la->la_aliases[i] != NULL; i++)
			if (strcmp(la->la_aliases[i], key) == 0)
				return (la);
	return (NULL);
}
