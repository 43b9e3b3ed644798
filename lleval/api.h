/* SPDX-License-Identifier: BSD-2-Clause */
/* The two interfaces: from what a client sent to a job, and from a job to
   what the client is told. */
#ifndef LLEVAL_API_H
#define LLEVAL_API_H

#include <json-c/json.h>

#include "job.h"

/* The fields of a GET or POST to /lleval.cgi; malloc'd, or NULL. */
struct fields {
	char	*fi_s;		/* source */
	char	*fi_l;		/* language */
	char	*fi_c;		/* callback */
	char	*fi_q;		/* the language table is asked for */
};
void	fields_clear(struct fields *fi);

/*
 * The job that is asked for, or NULL with what is wrong in error.  *ret_stream:
 * it is to be told as it comes.
 */
struct job *api_parse_run(struct config *co, const char *body, size_t len,
	    int *ret_stream, char *error, size_t size);
struct job *api_parse_fields(struct config *co, const struct fields *fi,
	    char *error, size_t size);

/* What is told; the caller's to put. */
struct json_object *api_result(const struct job *jo, int with_output);
struct json_object *api_stage(const struct job *jo, int stage,
	    int with_output);
struct json_object *api_fields_result(const struct job *jo);
struct json_object *api_languages(const struct config *co);
struct json_object *api_fields_languages(const struct config *co);

/* The last cause and stage of a job that is over. */
int	api_last_stage(const struct job *jo);

/*
 * What a capture has that was not told yet, as {"text": ...} or
 * {"base64": ...}, or NULL: nothing, or the beginning of a character only.
 * last: no more will come.
 */
struct json_object *api_chunk(struct capture *ca, int last);

#endif
