// SPDX-License-Identifier: BSD-2-Clause
#include "api.h"

#include <sys/wait.h>

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

#define DEPTH	8		/* of the JSON we take */

struct parser {
	struct config	*pa_co;
	struct job	*pa_job;
	int		 pa_stream;
	const char	*pa_source;	/* "source": the language's own file */
	size_t		 pa_sourcelen;
	char		*pa_error;
	size_t		 pa_size;
};

static int __attribute__((format(printf, 2, 3)))
wrong(struct parser *pa, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(pa->pa_error, pa->pa_size, fmt, ap);
	va_end(ap);
	return (-1);
}

/* ------------------------------------------------------------------------
 * POST /v1/run.
 */

static int
want_type(struct parser *pa, const char *name, struct json_object *o,
    enum json_type type)
{
	static const char *const names[] = {
		[json_type_string] = "a string", [json_type_array] =
		"an array", [json_type_object] = "an object",
		[json_type_boolean] = "true or false",
	};

	if (json_object_get_type(o) == type)
		return (0);
	return (wrong(pa, "%s: not %s", name, names[type]));
}

/* A string's bytes, decoded where an "encoding" beside it says so. */
static int
bytes_of(struct parser *pa, const char *name, struct json_object *o,
    struct json_object *encoding, void **ret_data, size_t *ret_len)
{
	const char *text, *how;

	if (want_type(pa, name, o, json_type_string) == -1)
		return (-1);
	text = json_object_get_string(o);
	*ret_len = json_object_get_string_len(o);
	how = encoding != NULL ? json_object_get_string(encoding) : "utf-8";
	if (how != NULL && strcmp(how, "base64") == 0) {
		if (strlen(text) != *ret_len ||
		    (*ret_data = base64_decode(text, ret_len)) == NULL)
			return (wrong(pa, "%s: not base64", name));
		return (0);
	}
	if (how == NULL || strcmp(how, "utf-8") != 0)
		return (wrong(pa, "%s: its encoding is neither utf-8 nor "
		    "base64", name));
	if ((*ret_data = malloc(*ret_len + 1)) == NULL)
		return (wrong(pa, "%s", strerror(errno)));
	memcpy(*ret_data, text, *ret_len);
	return (0);
}

static int
parse_file(struct parser *pa, struct json_object *o)
{
	struct json_object *name = NULL, *content = NULL, *encoding = NULL;
	const char *bad;
	void *data;
	size_t len;

	if (want_type(pa, "files", o, json_type_object) == -1)
		return (-1);
	json_object_object_foreach(o, key, value) {
		if (strcmp(key, "name") == 0)
			name = value;
		else if (strcmp(key, "content") == 0)
			content = value;
		else if (strcmp(key, "encoding") == 0)
			encoding = value;
		else
			return (wrong(pa, "files: unknown field \"%.40s\"",
			    key));
	}
	if (want_type(pa, "files.name", name, json_type_string) == -1 ||
	    bytes_of(pa, "files.content", content, encoding, &data, &len) ==
	    -1)
		return (-1);
	bad = strlen(json_object_get_string(name)) !=
	    (size_t)json_object_get_string_len(name) ? "a NUL in its name" :
	    job_add_file(pa->pa_job, json_object_get_string(name), data, len);
	free(data);
	return (bad != NULL ? wrong(pa, "files: %s", bad) : 0);
}

static int
parse_files(struct parser *pa, struct json_object *o)
{
	size_t i;

	if (want_type(pa, "files", o, json_type_array) == -1)
		return (-1);
	for (i = 0; i < json_object_array_length(o); i++)
		if (parse_file(pa, json_object_array_get_idx(o, i)) == -1)
			return (-1);
	return (0);
}

static int
parse_arg(struct parser *pa, struct json_object *o)
{
	const char *bad;

	if (want_type(pa, "args", o, json_type_string) == -1)
		return (-1);
	if (strlen(json_object_get_string(o)) !=
	    (size_t)json_object_get_string_len(o))
		return (wrong(pa, "args: a NUL in an argument"));
	bad = job_add_arg(pa->pa_job, json_object_get_string(o));
	return (bad != NULL ? wrong(pa, "args: %s", bad) : 0);
}

/* Arguments stand behind the names of the files on the wire. */
static int
parse_args(struct parser *pa, struct json_object *o)
{
	size_t i;

	if (o == NULL)
		return (0);
	if (want_type(pa, "args", o, json_type_array) == -1)
		return (-1);
	for (i = 0; i < json_object_array_length(o); i++)
		if (parse_arg(pa, json_object_array_get_idx(o, i)) == -1)
			return (-1);
	return (0);
}

static int
parse_limit(struct parser *pa, const char *key, struct json_object *o)
{
	struct wire_run *wr = &pa->pa_job->jo_wm->wm_run;
	uint64_t most, n;
	double d;
	int i;

	for (i = 0; i < LIMITS; i++)
		if (strcmp(limit_names[i], key) == 0)
			break;
	if (i == LIMITS)
		return (wrong(pa, "limits: unknown limit \"%.40s\"", key));
	if (json_object_get_type(o) != json_type_int &&
	    json_object_get_type(o) != json_type_double)
		return (wrong(pa, "limits.%s: not a number", key));
	d = json_object_get_double(o);
	/* Times are in seconds; within we count milliseconds. */
	if (i == LIMIT_WALL || i == LIMIT_CPU)
		d *= 1000;
	most = pa->pa_co->co_most[i];
	if (!isfinite(d) || d < 1 || d > (double)most)
		return (i == LIMIT_WALL || i == LIMIT_CPU ?
		    wrong(pa, "limits.%s: not from 0.001 to %g", key,
		    (double)most / 1000) : wrong(pa,
		    "limits.%s: not from 1 to %llu", key,
		    (unsigned long long)most));
	n = (uint64_t)d;
	wr->wr_limit[i] = n;
	return (0);
}

static int
parse_limits(struct parser *pa, struct json_object *o)
{
	if (want_type(pa, "limits", o, json_type_object) == -1)
		return (-1);
	json_object_object_foreach(o, key, value)
		if (parse_limit(pa, key, value) == -1)
			return (-1);
	return (0);
}

static int
find_language(struct parser *pa, const char *key)
{
	const struct language *la = config_language(pa->pa_co, key);

	if (la == NULL || !la->la_offered)
		return (wrong(pa, "language \"%.40s\" is not offered", key));
	pa->pa_job->jo_la = la;
	return (0);
}

static int
parse_stdin(struct parser *pa, struct json_object *o,
    struct json_object *encoding)
{
	const char *bad;
	void *data;
	size_t len;

	if (o == NULL)
		return (0);
	if (bytes_of(pa, "stdin", o, encoding, &data, &len) == -1)
		return (-1);
	bad = job_set_stdin(pa->pa_job, data, len);
	free(data);
	return (bad != NULL ? wrong(pa, "stdin: %s", bad) : 0);
}

static int
parse_source(struct parser *pa, struct json_object *o)
{
	const char *bad;

	if (o == NULL)
		return (0);
	if (want_type(pa, "source", o, json_type_string) == -1)
		return (-1);
	bad = job_add_file(pa->pa_job, pa->pa_job->jo_la->la_file,
	    json_object_get_string(o), json_object_get_string_len(o));
	return (bad != NULL ? wrong(pa, "source: %s", bad) : 0);
}

static int
check_size(struct parser *pa)
{
	const struct wire_run *wr = &pa->pa_job->jo_wm->wm_run;
	uint64_t total = 0;
	unsigned i;

	for (i = 0; i < wr->wr_nfiles; i++)
		total += wr->wr_sizes[i];
	if (total > wr->wr_limit[LIMIT_FILES])
		return (wrong(pa, "the files are more than limits.files"));
	return (0);
}

static int
parse_run(struct parser *pa, struct json_object *o)
{
	struct json_object *language = NULL, *source = NULL, *args = NULL,
	    *in = NULL, *encoding = NULL, *files = NULL;

	if (want_type(pa, "the body", o, json_type_object) == -1)
		return (-1);
	json_object_object_foreach(o, key, value) {
		if (strcmp(key, "language") == 0)
			language = value;
		else if (strcmp(key, "source") == 0)
			source = value;
		else if (strcmp(key, "files") == 0)
			files = value;
		else if (strcmp(key, "args") == 0)
			args = value;
		else if (strcmp(key, "stdin") == 0)
			in = value;
		else if (strcmp(key, "stdin_encoding") == 0)
			encoding = value;
		else if (strcmp(key, "limits") == 0) {
			if (parse_limits(pa, value) == -1)
				return (-1);
		} else if (strcmp(key, "stream") == 0) {
			if (want_type(pa, key, value, json_type_boolean) == -1)
				return (-1);
			pa->pa_stream = json_object_get_boolean(value);
		} else
			return (wrong(pa, "unknown field \"%.40s\"", key));
	}
	if (language == NULL)
		return (wrong(pa, "no language"));
	if (want_type(pa, "language", language, json_type_string) == -1 ||
	    find_language(pa, json_object_get_string(language)) == -1 ||
	    parse_source(pa, source) == -1 ||
	    (files != NULL && parse_files(pa, files) == -1) ||
	    parse_args(pa, args) == -1 ||
	    parse_stdin(pa, in, encoding) == -1)
		return (-1);
	if (pa->pa_job->jo_wm->wm_run.wr_nfiles == 0)
		return (wrong(pa, "neither source nor files"));
	return (check_size(pa));
}

static int
parse_body(struct parser *pa, const char *body, size_t len)
{
	struct json_tokener *tok = json_tokener_new_ex(DEPTH);
	struct json_object *o;
	enum json_tokener_error error;
	int r;

	if (tok == NULL)
		return (wrong(pa, "%s", strerror(ENOMEM)));
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT |
	    JSON_TOKENER_VALIDATE_UTF8);
	o = json_tokener_parse_ex(tok, body, (int)len);
	error = json_tokener_get_error(tok);
	json_tokener_free(tok);
	if (error == json_tokener_success && o != NULL)
		r = parse_run(pa, o);
	else
		r = wrong(pa, "the body is no JSON: %s",
		    error == json_tokener_continue ? "it is cut off" :
		    json_tokener_error_desc(error));
	json_object_put(o);
	return (r);
}

struct job *
api_parse_run(struct config *co, const char *body, size_t len,
    int *ret_stream, char *error, size_t size)
{
	struct parser pa = { .pa_co = co, .pa_error = error, .pa_size = size };

	if ((pa.pa_job = job_new(co)) == NULL) {
		wrong(&pa, "%s", strerror(errno));
		return (NULL);
	}
	if (parse_body(&pa, body, len) == 0) {
		*ret_stream = pa.pa_stream;
		return (pa.pa_job);
	}
	job_free(pa.pa_job);
	return (NULL);
}

/* ------------------------------------------------------------------------
 * /lleval.cgi.
 */

void
fields_clear(struct fields *fi)
{
	free(fi->fi_s);
	free(fi->fi_l);
	free(fi->fi_c);
	free(fi->fi_q);
	memset(fi, 0, sizeof(*fi));
}

/* The last part of a path, up to a blank. */
static const char *
base_name(const char *word, char *buf, size_t size)
{
	size_t n = strcspn(word, " \t\r");
	const char *p = word + n;

	while (p > word && p[-1] != '/')
		p--;
	n = word + n - p;
	snprintf(buf, size, "%.*s", (int)n, p);
	return (buf);
}

/* Is this what the language's first word is called? */
static struct language *
language_by_program(struct config *co, const char *program)
{
	struct language *la = config_language(co, program);
	char buf[64];
	unsigned i;

	for (i = 0; la == NULL && i < co->co_nlanguages; i++)
		if (strcmp(base_name(co->co_languages[i].la_command[0], buf,
		    sizeof(buf)), program) == 0)
			la = &co->co_languages[i];
	return (la);
}

/* What a first line "#!/usr/bin/env -S perl -w" asks for. */
static struct language *
language_by_line(struct config *co, const char *source)
{
	char line[256], name[64], *p;

	if (strncmp(source, "#!", 2) != 0)
		return (NULL);
	snprintf(line, sizeof(line), "%.*s", (int)strcspn(source, "\n"),
	    source);
	p = line + 2;
	for (;;) {
		p += strspn(p, " \t");
		if (*p == '\0')
			return (NULL);
		base_name(p, name, sizeof(name));
		if (strcmp(name, "env") != 0 && name[0] != '-' &&
		    strchr(name, '=') == NULL)
			return (language_by_program(co, name));
		p += strcspn(p, " \t");
	}
}

static int
parse_fields(struct parser *pa, const struct fields *fi)
{
	const struct language *la;
	const char *bad;

	if (fi->fi_s == NULL || fi->fi_s[0] == '\0')
		return (wrong(pa, "no source: s is empty"));
	if (fi->fi_l != NULL && fi->fi_l[0] != '\0') {
		if (find_language(pa, fi->fi_l) == -1)
			return (-1);
	} else {
		la = language_by_line(pa->pa_co, fi->fi_s);
		if (la == NULL || !la->la_offered)
			return (wrong(pa, "no language: neither l nor a first "
			    "line with #! names one that is offered"));
		pa->pa_job->jo_la = la;
	}
	bad = job_add_file(pa->pa_job, pa->pa_job->jo_la->la_file, fi->fi_s,
	    strlen(fi->fi_s));
	return (bad != NULL ? wrong(pa, "s: %s", bad) : 0);
}

struct job *
api_parse_fields(struct config *co, const struct fields *fi, char *error,
    size_t size)
{
	struct parser pa = { .pa_co = co, .pa_error = error, .pa_size = size };

	if ((pa.pa_job = job_new(co)) == NULL) {
		wrong(&pa, "%s", strerror(errno));
		return (NULL);
	}
	if (parse_fields(&pa, fi) == 0)
		return (pa.pa_job);
	job_free(pa.pa_job);
	return (NULL);
}

/* ------------------------------------------------------------------------
 * Replies.
 */

static void
add(struct json_object *o, const char *name, struct json_object *value)
{
	json_object_object_add(o, name, value);
}

/* A time with no more digits than it has meaning. */
static struct json_object *
seconds(uint64_t us)
{
	char text[32];

	snprintf(text, sizeof(text), "%.6f", (double)us / 1e6);
	return (json_object_new_double_s((double)us / 1e6, text));
}

static void
add_output(struct json_object *o, const char *name, const struct capture *ca)
{
	char *text, encoding[32];
	int cut;

	snprintf(encoding, sizeof(encoding), "%s_encoding", name);
	if (utf8_valid(ca->ca_data, ca->ca_len, &cut) == ca->ca_len) {
		add(o, name, json_object_new_string_len(ca->ca_len > 0 ?
		    ca->ca_data : "", (int)ca->ca_len));
		add(o, encoding, json_object_new_string("utf-8"));
		return;
	}
	text = base64_encode(ca->ca_data, ca->ca_len);
	add(o, name, json_object_new_string(text != NULL ? text : ""));
	add(o, encoding, json_object_new_string("base64"));
	free(text);
}

static struct json_object *
signal_name(int status)
{
	const char *name;
	char text[32];

	if (!WIFSIGNALED(status))
		return (NULL);
	name = sigabbrev_np(WTERMSIG(status));
	if (name != NULL)
		snprintf(text, sizeof(text), "SIG%s", name);
	else
		snprintf(text, sizeof(text), "SIG%d", WTERMSIG(status));
	return (json_object_new_string(text));
}

struct json_object *
api_stage(const struct job *jo, int stage, int with_output)
{
	const struct wire_event *ev = &jo->jo_event[stage];
	const struct capture *ca = jo->jo_capture[stage];
	struct json_object *o = json_object_new_object();

	add(o, "cause", json_object_new_string(cause_names[ev->ev_cause <
	    CAUSES ? ev->ev_cause : CAUSE_KILLED]));
	add(o, "exit_code", WIFEXITED(ev->ev_status) ?
	    json_object_new_int(WEXITSTATUS(ev->ev_status)) : NULL);
	add(o, "signal", signal_name(ev->ev_status));
	if (with_output) {
		add_output(o, "stdout", &ca[OUT]);
		add_output(o, "stderr", &ca[ERR]);
	}
	add(o, "wall", seconds(ev->ev_wall));
	add(o, "cpu", seconds(ev->ev_cpu));
	add(o, "memory", json_object_new_int64((int64_t)ev->ev_memory));
	add(o, "syscalls", ev->ev_calls >= 0 ?
	    json_object_new_int64(ev->ev_calls) : NULL);
	return (o);
}

int
api_last_stage(const struct job *jo)
{
	return (jo->jo_done[STAGE_RUN] ? STAGE_RUN : STAGE_COMPILE);
}

struct json_object *
api_result(const struct job *jo, int with_output)
{
	struct json_object *o = json_object_new_object();

	add(o, "language", json_object_new_string(jo->jo_la->la_key));
	add(o, "compile", jo->jo_done[STAGE_COMPILE] ?
	    api_stage(jo, STAGE_COMPILE, with_output) : NULL);
	add(o, "run", jo->jo_done[STAGE_RUN] ?
	    api_stage(jo, STAGE_RUN, with_output) : NULL);
	return (o);
}

static void
add_replaced(struct json_object *o, const char *name, const struct capture *ca)
{
	size_t len = 0;
	char *text = utf8_replace(ca->ca_data, ca->ca_len, &len);

	add(o, name, json_object_new_string_len(text != NULL ? text : "",
	    (int)len));
	free(text);
}

struct json_object *
api_fields_result(const struct job *jo)
{
	int stage = api_last_stage(jo);
	const struct wire_event *ev = &jo->jo_event[stage];
	struct json_object *o = json_object_new_object();

	add(o, "lang", json_object_new_string(jo->jo_la->la_key));
	add(o, "status", json_object_new_int(ev->ev_status));
	add_replaced(o, "stdout", &jo->jo_capture[stage][OUT]);
	add_replaced(o, "stderr", &jo->jo_capture[stage][ERR]);
	add(o, "syscalls", ev->ev_calls >= 0 ?
	    json_object_new_int64(ev->ev_calls) : NULL);
	add(o, "time", seconds(ev->ev_wall));
	return (o);
}

static struct json_object *
limits_of(const uint64_t *limit)
{
	struct json_object *o = json_object_new_object();
	int i;

	for (i = 0; i < LIMITS; i++)
		add(o, limit_names[i], i == LIMIT_WALL || i == LIMIT_CPU ?
		    json_object_new_double((double)limit[i] / 1000) :
		    json_object_new_int64((int64_t)limit[i]));
	return (o);
}

struct json_object *
api_languages(const struct config *co)
{
	struct json_object *o = json_object_new_object(), *list, *one, *names;
	const struct language *la;
	unsigned i, j;

	list = json_object_new_array();
	for (i = 0; i < co->co_nlanguages; i++) {
		la = &co->co_languages[i];
		if (!la->la_offered)
			continue;
		one = json_object_new_object();
		names = json_object_new_array();
		for (j = 0; la->la_aliases[j] != NULL; j++)
			json_object_array_add(names,
			    json_object_new_string(la->la_aliases[j]));
		add(one, "key", json_object_new_string(la->la_key));
		add(one, "name", json_object_new_string(la->la_name));
		add(one, "version", json_object_new_string(la->la_version));
		add(one, "file", json_object_new_string(la->la_file));
		add(one, "compiled",
		    json_object_new_boolean(la->la_compile[0] != NULL));
		add(one, "aliases", names);
		json_object_array_add(list, one);
	}
	add(o, "languages", list);
	add(o, "limits", limits_of(co->co_limit));
	add(o, "most", limits_of(co->co_most));
	return (o);
}

struct json_object *
api_fields_languages(const struct config *co)
{
	struct json_object *o = json_object_new_object();
	const struct language *la;
	unsigned i;

	for (i = 0; i < co->co_nlanguages; i++) {
		la = &co->co_languages[i];
		if (la->la_offered)
			add(o, la->la_key,
			    json_object_new_string(la->la_version));
	}
	return (o);
}

struct json_object *
api_chunk(struct capture *ca, int last)
{
	struct json_object *o;
	const char *from = ca->ca_data + ca->ca_told;
	size_t len = ca->ca_len - ca->ca_told, valid;
	char *text;
	int cut;

	if (len == 0)
		return (NULL);
	valid = utf8_valid(from, len, &cut);
	if (valid < len && cut && !last)
		len = valid;	/* the rest may still become a character */
	if (len == 0)
		return (NULL);
	o = json_object_new_object();
	ca->ca_told += len;
	if (valid >= len) {
		add(o, "text", json_object_new_string_len(from, (int)len));
		return (o);
	}
	text = base64_encode(from, len);
	add(o, "base64", json_object_new_string(text != NULL ? text : ""));
	free(text);
	return (o);
}
