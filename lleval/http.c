// SPDX-License-Identifier: BSD-2-Clause
/*
 * One thread and one epoll: libmicrohttpd's own descriptor, the jobs', the
 * clients' (to see them go) and the signals'.  A connection whose answer is
 * not there yet is suspended; when its job is over, or has news for one who
 * reads along, it is resumed.
 *
 * A request is made when its first line has come, and freed when
 * libmicrohttpd says that it has been completed, however that came about: its
 * job, if any, goes with it.
 */
#include "http.h"

#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "api.h"
#include "assets.h"
#include "log.h"
#include "metrics.h"
#include "rate.h"
#include "text.h"
#include "watch.h"

#define CONNECTION_MEMORY	(128 * 1024)	/* headers, query string */
#define IDLE_SECONDS		60
#define POST_BUFFER		65536
#define HEARD_OUT	(64ULL << 20)	/* bytes of a request that is too large */
#define RETRY_MOST		60	/* seconds */

enum route { ROUTE_NONE, ROUTE_ASSET, ROUTE_HEALTH, ROUTE_METRICS,
	ROUTE_LANGUAGES, ROUTE_RUN, ROUTE_CGI };

struct request {
	struct MHD_Connection	*rq_conn;
	enum route		 rq_route;
	const char		*rq_path;	/* for the log: of a table */
	const struct asset	*rq_asset;
	char			*rq_body;
	size_t			 rq_len;
	int			 rq_too_large;
	struct MHD_PostProcessor *rq_post;
	struct fields		 rq_fields;
	struct job		*rq_job;
	int			 rq_over;	/* the job is */
	int			 rq_stream;
	int			 rq_suspended;
	int			 rq_gone;	/* the client has */
	int			 rq_sent;	/* stage results streamed */
	char			*rq_out;	/* events not yet read */
	size_t			 rq_outlen, rq_outsize;
	struct watch		 rq_watch;	/* has the client gone? */
	unsigned		 rq_status;
	char			 rq_client[INET6_ADDRSTRLEN];
	double			 rq_began;
};

static struct config *config;
static struct MHD_Daemon *httpd;
static int stopping;
static double stop_at;
static unsigned nrequests;

static double
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ((double)ts.tv_sec + (double)ts.tv_nsec / 1e9);
}

/* ------------------------------------------------------------------------
 * Answering.
 */

static void
header(struct MHD_Response *re, const char *name, const char *value)
{
	MHD_add_response_header(re, name, value);
}

static void
common_headers(struct MHD_Response *re, const char *type)
{
	header(re, "Content-Type", type);
	header(re, "X-Content-Type-Options", "nosniff");
	header(re, "Referrer-Policy", "no-referrer");
	if (config->co_cors != NULL) {
		header(re, "Access-Control-Allow-Origin", config->co_cors);
		header(re, "Vary", "Origin");
	}
}

static enum MHD_Result
answer(struct request *rq, unsigned status, struct MHD_Response *re)
{
	enum MHD_Result r;

	if (re == NULL)
		return (MHD_NO);
	rq->rq_status = status;
	if (stopping)
		header(re, "Connection", "close");
	r = MHD_queue_response(rq->rq_conn, status, re);
	MHD_destroy_response(re);
	return (r);
}

/* text is taken over, and freed. */
static enum MHD_Result
answer_text(struct request *rq, unsigned status, const char *type, char *text,
    size_t len)
{
	struct MHD_Response *re = MHD_create_response_from_buffer(len, text,
	    MHD_RESPMEM_MUST_FREE);

	if (re == NULL) {
		free(text);
		return (MHD_NO);
	}
	common_headers(re, type);
	header(re, "Cache-Control", "no-store");
	return (answer(rq, status, re));
}

static const char *
to_text(struct json_object *o)
{
	return (json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN |
	    JSON_C_TO_STRING_NOSLASHESCAPE));
}

/* o is put. */
static enum MHD_Result
answer_json(struct request *rq, unsigned status, struct json_object *o)
{
	char *text = strdup(to_text(o));

	json_object_put(o);
	return (text == NULL ? MHD_NO : answer_text(rq, status,
	    "application/json; charset=utf-8", text, strlen(text)));
}

static struct json_object *
error_object(const char *text)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "error", json_object_new_string(text));
	return (o);
}

/*
 * JSON as a script that calls fi_c with it.  What is a line's end for a script
 * and not for JSON is escaped; the comment keeps the callback's name from being
 * the first bytes of anything that is not one.
 */
static char *
to_script(const char *callback, const char *json, size_t *ret_len)
{
	char *text = malloc(strlen(callback) + 2 * strlen(json) + 16), *to;

	if (text == NULL)
		return (NULL);
	to = text + sprintf(text, "/**/%s(", callback);
	for (; *json != '\0'; json++)
		if (strncmp(json, "\xe2\x80\xa8", 3) == 0 ||
		    strncmp(json, "\xe2\x80\xa9", 3) == 0) {
			to += sprintf(to, "\\u20%02x", 0x28 +
			    ((unsigned char)json[2] - 0xa8));
			json += 2;
		} else
			*to++ = *json;
	to += sprintf(to, ");\n");
	*ret_len = to - text;
	return (text);
}

/* The original interface: with a callback all is well for the browser, or
   nobody would hear of an error.  o is put. */
static enum MHD_Result
answer_cgi(struct request *rq, unsigned status, struct json_object *o)
{
	const char *callback = rq->rq_fields.fi_c;
	char *text;
	size_t len;

	if (callback == NULL || callback[0] == '\0')
		return (answer_json(rq, status, o));
	text = to_script(callback, to_text(o), &len);
	json_object_put(o);
	return (text == NULL ? MHD_NO : answer_text(rq, MHD_HTTP_OK,
	    "application/javascript; charset=utf-8", text, len));
}

static enum MHD_Result
answer_error(struct request *rq, unsigned status, const char *text)
{
	if (rq->rq_route == ROUTE_CGI)
		return (answer_cgi(rq, status, error_object(text)));
	return (answer_json(rq, status, error_object(text)));
}

/* Come again in so many seconds. */
static enum MHD_Result
answer_later(struct request *rq, unsigned status, unsigned after,
    const char *text)
{
	struct json_object *o = error_object(text);
	struct MHD_Response *re;
	char number[16];

	if (rq->rq_route == ROUTE_CGI && rq->rq_fields.fi_c != NULL &&
	    rq->rq_fields.fi_c[0] != '\0')
		return (answer_cgi(rq, status, o));
	re = MHD_create_response_from_buffer(strlen(to_text(o)),
	    (void *)(uintptr_t)to_text(o), MHD_RESPMEM_MUST_COPY);
	json_object_put(o);
	if (re == NULL)
		return (MHD_NO);
	common_headers(re, "application/json; charset=utf-8");
	snprintf(number, sizeof(number), "%u", after > RETRY_MOST ?
	    RETRY_MOST : after == 0 ? 1 : after);
	header(re, "Retry-After", number);
	return (answer(rq, status, re));
}

static enum MHD_Result
answer_asset(struct request *rq)
{
	const struct asset *as = rq->rq_asset;
	struct MHD_Response *re = MHD_create_response_from_buffer(
	    as->as_end - as->as_data, (void *)(uintptr_t)as->as_data,
	    MHD_RESPMEM_PERSISTENT);

	if (re == NULL)
		return (MHD_NO);
	common_headers(re, as->as_type);
	header(re, "Cache-Control", "no-cache");
	/* The editor makes styles as it goes. */
	header(re, "Content-Security-Policy", "default-src 'self'; "
	    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
	    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
	return (answer(rq, MHD_HTTP_OK, re));
}

/* ------------------------------------------------------------------------
 * Events, for one who reads along.
 */

static int
put_event(struct request *rq, const char *name, struct json_object *o)
{
	const char *text = to_text(o);
	size_t need = rq->rq_outlen + strlen(name) + strlen(text) + 32;
	char *grown;

	if (need > rq->rq_outsize) {
		if ((grown = realloc(rq->rq_out, need * 2)) == NULL) {
			json_object_put(o);
			return (-1);
		}
		rq->rq_out = grown;
		rq->rq_outsize = need * 2;
	}
	rq->rq_outlen += (size_t)sprintf(rq->rq_out + rq->rq_outlen,
	    "event: %s\ndata: %s\n\n", name, text);
	json_object_put(o);
	return (0);
}

static void
put_captures(struct request *rq, int stage, int last)
{
	static const char *const names[] = { "stdout", "stderr" };
	struct json_object *o;
	int c;

	for (c = 0; c < CAPTURES; c++) {
		o = api_chunk(&rq->rq_job->jo_capture[stage][c], last);
		if (o == NULL)
			continue;
		json_object_object_add(o, "stage", json_object_new_string(
		    stage == STAGE_COMPILE ? "compile" : "run"));
		put_event(rq, names[c], o);
	}
}

/* Bring the events up to what the job has come to. */
static void
put_news(struct request *rq)
{
	const struct job *jo = rq->rq_job;
	int stage;

	for (stage = 0; stage < STAGES; stage++) {
		put_captures(rq, stage, jo->jo_done[stage]);
		if (stage == STAGE_COMPILE && jo->jo_done[stage] &&
		    rq->rq_sent == 0) {
			put_event(rq, "compile", api_stage(jo, stage, 0));
			rq->rq_sent = 1;
		}
	}
	if (!rq->rq_over || rq->rq_sent == 2)
		return;
	put_event(rq, jo->jo_error[0] != '\0' ? "error" : "result",
	    jo->jo_error[0] != '\0' ? error_object(jo->jo_error) :
	    api_result(jo, 0));
	rq->rq_sent = 2;
}

static void
suspend(struct request *rq)
{
	rq->rq_suspended = 1;
	MHD_suspend_connection(rq->rq_conn);
}

static void
resume(struct request *rq)
{
	if (!rq->rq_suspended)
		return;
	rq->rq_suspended = 0;
	MHD_resume_connection(rq->rq_conn);
}

static ssize_t
read_events(void *arg, uint64_t pos, char *buf, size_t max)
{
	struct request *rq = arg;
	size_t n;

	(void)pos;
	if (rq->rq_gone)
		return (MHD_CONTENT_READER_END_WITH_ERROR);
	put_news(rq);
	if (rq->rq_outlen == 0) {
		if (rq->rq_sent == 2)
			return (MHD_CONTENT_READER_END_OF_STREAM);
		suspend(rq);
		return (0);
	}
	n = rq->rq_outlen < max ? rq->rq_outlen : max;
	memcpy(buf, rq->rq_out, n);
	memmove(rq->rq_out, rq->rq_out + n, rq->rq_outlen - n);
	rq->rq_outlen -= n;
	return ((ssize_t)n);
}

static enum MHD_Result
answer_events(struct request *rq)
{
	struct MHD_Response *re = MHD_create_response_from_callback(
	    MHD_SIZE_UNKNOWN, 16384, read_events, rq, NULL);

	if (re == NULL)
		return (MHD_NO);
	common_headers(re, "text/event-stream");
	header(re, "Cache-Control", "no-store");
	header(re, "X-Accel-Buffering", "no");
	return (answer(rq, MHD_HTTP_OK, re));
}

/* ------------------------------------------------------------------------
 * Jobs.
 */

static void
job_news(struct job *jo)
{
	struct request *rq = jo->jo_owner;

	if (rq->rq_stream)
		resume(rq);
}

static void
job_over(struct job *jo)
{
	struct request *rq = jo->jo_owner;

	rq->rq_over = 1;
	metrics_job(jo);
	watch_cancel(&rq->rq_watch);
	resume(rq);
}

/* The client has gone: so does its run.  The connection, woken up, finds that
   out for itself. */
static void
client_gone(void *arg)
{
	struct request *rq = arg;

	watch_cancel(&rq->rq_watch);
	job_free(rq->rq_job);
	rq->rq_job = NULL;
	rq->rq_gone = 1;
	resume(rq);
}

static enum MHD_Result
answer_job(struct request *rq)
{
	struct job *jo = rq->rq_job;

	if (jo->jo_error[0] != '\0')
		return (answer_error(rq, MHD_HTTP_INTERNAL_SERVER_ERROR,
		    jo->jo_error));
	if (rq->rq_route == ROUTE_CGI)
		return (answer_cgi(rq, MHD_HTTP_OK, api_fields_result(jo)));
	return (answer_json(rq, MHD_HTTP_OK, api_result(jo, 1)));
}

static unsigned
retry_after(void)
{
	double ms = jobs_average() * (jobs_waiting() + jobs_running()) /
	    config->co_runs;

	return ((unsigned)(ms / 1000) + 1);
}

static enum MHD_Result
start_job(struct request *rq)
{
	const union MHD_ConnectionInfo *ci = MHD_get_connection_info(
	    rq->rq_conn, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct job *jo = rq->rq_job;

	jo->jo_owner = rq;
	jo->jo_news = job_news;
	jo->jo_over = job_over;
	if (stopping)
		return (answer_later(rq, MHD_HTTP_SERVICE_UNAVAILABLE, 5,
		    "the server is about to stop"));
	if (job_submit(jo) == -1)
		return (answer_later(rq, MHD_HTTP_TOO_MANY_REQUESTS,
		    retry_after(), "too many requests wait already"));
	if (!rq->rq_over && ci != NULL)
		watch_hangup(&rq->rq_watch, ci->connect_fd, client_gone, rq);
	if (rq->rq_stream)
		return (answer_events(rq));
	if (rq->rq_over)
		return (answer_job(rq));
	suspend(rq);
	return (MHD_YES);
}

/* ------------------------------------------------------------------------
 * Requests.
 */

static enum MHD_Result
form_field(void *arg, enum MHD_ValueKind kind, const char *key,
    const char *file, const char *type, const char *encoding,
    const char *data, uint64_t at, size_t size)
{
	struct request *rq = arg;
	struct fields *fi = &rq->rq_fields;
	char **field, *grown;
	size_t have;

	(void)kind, (void)file, (void)type, (void)encoding;
	field = key == NULL ? NULL : strcmp(key, "s") == 0 ? &fi->fi_s :
	    strcmp(key, "l") == 0 ? &fi->fi_l : strcmp(key, "c") == 0 ?
	    &fi->fi_c : strcmp(key, "q") == 0 ? &fi->fi_q : NULL;
	if (field == NULL)
		return (MHD_YES);
	have = *field != NULL && at > 0 ? strlen(*field) : 0;
	if (have + size > config->co_request) {
		rq->rq_too_large = 1;
		return (MHD_YES);
	}
	if ((grown = realloc(*field, have + size + 1)) == NULL)
		return (MHD_NO);
	memcpy(grown + have, data, size);
	grown[have + size] = '\0';
	*field = grown;
	return (MHD_YES);
}

static enum MHD_Result
query_field(void *arg, enum MHD_ValueKind kind, const char *key,
    const char *value)
{
	value = value != NULL ? value : "";
	return (form_field(arg, kind, key, NULL, NULL, NULL, value, 0,
	    strlen(value)));
}

static enum MHD_Result
serve_cgi(struct request *rq)
{
	struct fields *fi = &rq->rq_fields;
	char error[256];

	MHD_get_connection_values(rq->rq_conn, MHD_GET_ARGUMENT_KIND,
	    query_field, rq);
	if (fi->fi_c != NULL && fi->fi_c[0] != '\0' && !is_callback(fi->fi_c)) {
		free(fi->fi_c);
		fi->fi_c = NULL;
		return (answer_error(rq, MHD_HTTP_BAD_REQUEST,
		    "c is no name of a function"));
	}
	if (rq->rq_too_large)
		return (answer_error(rq, MHD_HTTP_CONTENT_TOO_LARGE,
		    "the source is too large"));
	if (fi->fi_q != NULL && strcmp(fi->fi_q, "") != 0 &&
	    strcmp(fi->fi_q, "0") != 0)
		return (answer_cgi(rq, MHD_HTTP_OK,
		    api_fields_languages(config)));
	rq->rq_job = api_parse_fields(config, fi, error, sizeof(error));
	if (rq->rq_job == NULL)
		return (answer_error(rq, MHD_HTTP_BAD_REQUEST, error));
	return (start_job(rq));
}

static int
header_has(struct request *rq, const char *name, const char *word)
{
	const char *value = MHD_lookup_connection_value(rq->rq_conn,
	    MHD_HEADER_KIND, name);

	return (value != NULL && strcasestr(value, word) != NULL);
}

static enum MHD_Result
serve_run(struct request *rq)
{
	char error[256];
	int stream = 0;

	/* A page of somebody else's may post what looks like a form. */
	if (!header_has(rq, "Content-Type", "application/json"))
		return (answer_error(rq, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE,
		    "the body's type is not application/json"));
	rq->rq_job = api_parse_run(config, rq->rq_body != NULL ? rq->rq_body :
	    "", rq->rq_len, &stream, error, sizeof(error));
	if (rq->rq_job == NULL)
		return (answer_error(rq, MHD_HTTP_BAD_REQUEST, error));
	rq->rq_stream = stream || header_has(rq, "Accept",
	    "text/event-stream");
	return (start_job(rq));
}

static enum MHD_Result
serve_metrics(struct request *rq)
{
	char *text = metrics_text();

	return (text == NULL ? MHD_NO : answer_text(rq, MHD_HTTP_OK,
	    "text/plain; version=0.0.4; charset=utf-8", text, strlen(text)));
}

static enum MHD_Result
serve(struct request *rq)
{
	struct json_object *o;

	switch (rq->rq_route) {
	case ROUTE_ASSET:
		return (answer_asset(rq));
	case ROUTE_HEALTH:
		o = json_object_new_object();
		json_object_object_add(o, "status", json_object_new_string(
		    stopping ? "stopping" : "ok"));
		return (answer_json(rq, stopping ?
		    MHD_HTTP_SERVICE_UNAVAILABLE : MHD_HTTP_OK, o));
	case ROUTE_METRICS:
		return (serve_metrics(rq));
	case ROUTE_LANGUAGES:
		return (answer_json(rq, MHD_HTTP_OK, api_languages(config)));
	case ROUTE_RUN:
		return (serve_run(rq));
	case ROUTE_CGI:
		return (serve_cgi(rq));
	case ROUTE_NONE:
		break;
	}
	return (answer_error(rq, MHD_HTTP_NOT_FOUND, "there is no such page"));
}

static const struct {
	const char	*path;
	enum route	 route;
	int		 get, post;
} routes[] = {
	{ "/lleval.cgi", ROUTE_CGI, 1, 1 },
	{ "/v1/run", ROUTE_RUN, 0, 1 },
	{ "/v1/languages", ROUTE_LANGUAGES, 1, 0 },
	{ "/healthz", ROUTE_HEALTH, 1, 0 },
	{ "/metrics", ROUTE_METRICS, 1, 0 },
};

/* What is asked for.  0, or the status of a refusal. */
static unsigned
route(struct request *rq, const char *path, const char *method)
{
	int get = strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
	int post = strcmp(method, "POST") == 0;
	size_t i;

	rq->rq_path = "other";
	for (i = 0; i < sizeof(routes) / sizeof(routes[0]); i++)
		if (strcmp(routes[i].path, path) == 0) {
			rq->rq_path = routes[i].path;
			rq->rq_route = routes[i].route;
			return ((get && routes[i].get) ||
			    (post && routes[i].post) ? 0 :
			    MHD_HTTP_METHOD_NOT_ALLOWED);
		}
	if ((rq->rq_asset = asset_find(path)) == NULL)
		return (MHD_HTTP_NOT_FOUND);
	rq->rq_path = rq->rq_asset->as_path;
	rq->rq_route = ROUTE_ASSET;
	return (get ? 0 : MHD_HTTP_METHOD_NOT_ALLOWED);
}

static int
client_address(struct request *rq, struct in6_addr *ret_addr)
{
	const struct sockaddr *sa = MHD_get_connection_info(rq->rq_conn,
	    MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr;
	const char *forwarded, *last;
	struct in_addr in;

	if (sa->sa_family == AF_INET) {
		inet_ntop(AF_INET, &((const struct sockaddr_in *)
		    (const void *)sa)->sin_addr, rq->rq_client,
		    sizeof(rq->rq_client));
	} else
		inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)
		    (const void *)sa)->sin6_addr, rq->rq_client,
		    sizeof(rq->rq_client));
	forwarded = MHD_lookup_connection_value(rq->rq_conn, MHD_HEADER_KIND,
	    "X-Forwarded-For");
	/* The last one is what our proxy has seen; the rest anybody can say. */
	if (config->co_proxy != NULL && forwarded != NULL &&
	    strcmp(config->co_proxy, rq->rq_client) == 0) {
		last = strrchr(forwarded, ',');
		last = last != NULL ? last + 1 : forwarded;
		last += strspn(last, " ");
		snprintf(rq->rq_client, sizeof(rq->rq_client), "%s", last);
	}
	memset(ret_addr, 0, sizeof(*ret_addr));
	if (inet_pton(AF_INET, rq->rq_client, &in) == 1) {
		ret_addr->s6_addr[10] = ret_addr->s6_addr[11] = 0xff;
		memcpy(&ret_addr->s6_addr[12], &in, sizeof(in));
		return (0);
	}
	return (inet_pton(AF_INET6, rq->rq_client, ret_addr) == 1 ? 0 : -1);
}

/* A browser asks whether a page of another origin may. */
static enum MHD_Result
answer_preflight(struct request *rq)
{
	struct MHD_Response *re = MHD_create_response_from_buffer(0, NULL,
	    MHD_RESPMEM_PERSISTENT);

	if (re == NULL)
		return (MHD_NO);
	common_headers(re, "text/plain");
	header(re, "Access-Control-Allow-Methods", "GET, POST");
	header(re, "Access-Control-Allow-Headers", "Content-Type, Accept");
	header(re, "Access-Control-Max-Age", "86400");
	return (answer(rq, MHD_HTTP_NO_CONTENT, re));
}

/*
 * Whoever sends while the connection is closed on him may lose the answer with
 * it: he is heard out, unless he has asked first or has far too much to say.
 */
static enum MHD_Result
refuse_length(struct request *rq, unsigned long long length)
{
	if (length > HEARD_OUT || MHD_lookup_connection_value(rq->rq_conn,
	    MHD_HEADER_KIND, "Expect") != NULL)
		return (answer_error(rq, MHD_HTTP_CONTENT_TOO_LARGE,
		    "the request is too large"));
	rq->rq_too_large = 1;
	return (MHD_YES);
}

static enum MHD_Result
begin(struct request *rq, const char *path, const char *method)
{
	const char *length = MHD_lookup_connection_value(rq->rq_conn,
	    MHD_HEADER_KIND, "Content-Length");
	unsigned status = route(rq, path, method), after;
	struct in6_addr client;

	client_address(rq, &client);
	if (strcmp(method, "OPTIONS") == 0 && config->co_cors != NULL)
		return (answer_preflight(rq));
	if (status == MHD_HTTP_NOT_FOUND)
		return (answer_error(rq, status, "there is no such page"));
	if (status != 0)
		return (answer_error(rq, status, "not by this method"));
	if (length != NULL && strtoull(length, NULL, 10) > config->co_request)
		return (refuse_length(rq, strtoull(length, NULL, 10)));
	if (rq->rq_route != ROUTE_RUN && rq->rq_route != ROUTE_CGI)
		return (MHD_YES);
	if ((after = rate_take(&client, now())) > 0)
		return (answer_later(rq, MHD_HTTP_TOO_MANY_REQUESTS, after,
		    "too many requests from this address"));
	if (rq->rq_route == ROUTE_CGI && strcmp(method, "POST") == 0)
		rq->rq_post = MHD_create_post_processor(rq->rq_conn,
		    POST_BUFFER, form_field, rq);
	return (MHD_YES);
}

static enum MHD_Result
take_body(struct request *rq, const char *data, size_t *size)
{
	char *grown;
	size_t n = *size;

	*size = 0;
	rq->rq_len += n;
	if (rq->rq_len > config->co_request)
		rq->rq_too_large = 1;
	if (rq->rq_too_large)
		return (MHD_YES);
	if (rq->rq_post != NULL)
		return (MHD_post_process(rq->rq_post, data, n));
	if ((grown = realloc(rq->rq_body, rq->rq_len)) == NULL)
		return (MHD_NO);
	memcpy(grown + rq->rq_len - n, data, n);
	rq->rq_body = grown;
	return (MHD_YES);
}

static enum MHD_Result
handle(void *arg, struct MHD_Connection *conn, const char *url,
    const char *method, const char *version, const char *data, size_t *size,
    void **state)
{
	struct request *rq = *state;

	(void)arg, (void)version;
	if (rq == NULL) {
		if ((rq = calloc(1, sizeof(*rq))) == NULL)
			return (MHD_NO);
		nrequests++;
		rq->rq_conn = conn;
		rq->rq_began = now();
		*state = rq;
		return (begin(rq, url, method));
	}
	if (*size > 0)
		return (take_body(rq, data, size));
	if (rq->rq_gone)
		return (MHD_NO);
	if (rq->rq_job != NULL)
		return (answer_job(rq));
	if (rq->rq_too_large)
		return (answer_error(rq, MHD_HTTP_CONTENT_TOO_LARGE,
		    "the request is too large"));
	return (serve(rq));
}

static struct json_object *
seconds(double n)
{
	char text[32];

	snprintf(text, sizeof(text), "%.6f", n);
	return (json_object_new_double_s(n, text));
}

static void
log_request(const struct request *rq, int broken)
{
	const struct job *jo = rq->rq_job;
	struct json_object *o = json_object_new_object();
	const struct wire_event *ev;

	json_object_object_add(o, "client",
	    json_object_new_string(rq->rq_client));
	json_object_object_add(o, "path", json_object_new_string(rq->rq_path));
	json_object_object_add(o, "status",
	    json_object_new_int((int)rq->rq_status));
	json_object_object_add(o, "seconds",
	    seconds(now() - rq->rq_began));
	if (broken)
		json_object_object_add(o, "gone", json_object_new_boolean(1));
	if (jo != NULL && rq->rq_over) {
		ev = &jo->jo_event[api_last_stage(jo)];
		json_object_object_add(o, "language",
		    json_object_new_string(jo->jo_la->la_key));
		json_object_object_add(o, "cause", json_object_new_string(
		    jo->jo_error[0] != '\0' ? "error" :
		    cause_names[ev->ev_cause]));
		json_object_object_add(o, "wall",
		    seconds((double)ev->ev_wall / 1e6));
		json_object_object_add(o, "cpu",
		    seconds((double)ev->ev_cpu / 1e6));
		json_object_object_add(o, "memory",
		    json_object_new_int64((int64_t)ev->ev_memory));
	}
	log_event("request", to_text(o));
	json_object_put(o);
}

static void
completed(void *arg, struct MHD_Connection *conn, void **state,
    enum MHD_RequestTerminationCode code)
{
	struct request *rq = *state;

	(void)arg, (void)conn;
	if (rq == NULL)
		return;
	*state = NULL;
	nrequests--;
	metrics_response(rq->rq_status);
	log_request(rq, code != MHD_REQUEST_TERMINATED_COMPLETED_OK);
	watch_cancel(&rq->rq_watch);
	job_free(rq->rq_job);
	if (rq->rq_post != NULL)
		MHD_destroy_post_processor(rq->rq_post);
	fields_clear(&rq->rq_fields);
	free(rq->rq_body);
	free(rq->rq_out);
	free(rq);
}

/* ------------------------------------------------------------------------
 * The loop.
 */

static int
signals_open(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return (signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

static int signals = -1;

/* Take no new connections; what is here is brought to its end. */
static void
begin_stop(void *arg)
{
	struct signalfd_siginfo si;

	(void)arg;
	if (read(signals, &si, sizeof(si)) != sizeof(si) || stopping)
		return;
	stopping = 1;
	stop_at = now() + (double)config->co_grace / 1000;
	MHD_quiesce_daemon(httpd);
	log_event("stopping", NULL);
}

static void
do_nothing(void *arg)
{
	(void)arg;	/* MHD_run() is called each time round */
}

static int keeper_gone;

static void
keeper_lost(void *arg)
{
	(void)arg;
	keeper_gone = 1;
}

static int
wait_ms(void)
{
	unsigned MHD_LONG_LONG ms;

	if (MHD_get_timeout(httpd, &ms) == MHD_YES && ms < 1000)
		return ((int)ms);
	return (1000);
}

static void
loop(void)
{
	while (!keeper_gone && !(stopping && (nrequests == 0 ||
	    now() > stop_at))) {
		MHD_run(httpd);
		if (watch_run(wait_ms()) == -1)
			break;
	}
}

static int
daemon_start(int listen_fd)
{
	httpd = MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0,
	    NULL, NULL, handle, NULL,
	    MHD_OPTION_LISTEN_SOCKET, listen_fd,
	    MHD_OPTION_NOTIFY_COMPLETED, completed, NULL,
	    MHD_OPTION_CONNECTION_LIMIT, config->co_connections,
	    MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
	    MHD_OPTION_END);
	return (httpd == NULL ? -1 : 0);
}

int
http_main(struct config *co, const struct shared *sh, int listen_fd,
    int control)
{
	static struct watch of_httpd, of_signals, of_control;
	int ep = epoll_create1(EPOLL_CLOEXEC);

	config = co;
	metrics_init(co, sh);
	rate_init(co->co_rate, co->co_burst);
	jobs_open(co, control, ep);
	if (ep == -1 || (signals = signals_open()) == -1 ||
	    daemon_start(listen_fd) == -1) {
		log_error("start", strerror(errno));
		return (1);
	}
	if (watch_add(&of_httpd, MHD_get_daemon_info(httpd,
	    MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd, do_nothing, NULL) == -1 ||
	    watch_add(&of_signals, signals, begin_stop, NULL) == -1 ||
	    watch_hangup(&of_control, control, keeper_lost, NULL) == -1) {
		log_error("start", strerror(errno));
		return (1);
	}
	loop();
	return (keeper_gone);
}
