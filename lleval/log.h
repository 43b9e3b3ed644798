/* SPDX-License-Identifier: BSD-2-Clause */
/* One line of JSON on standard error for each thing that happened. */
#ifndef LLEVAL_LOG_H
#define LLEVAL_LOG_H

#include <json-c/json.h>

void	log_open(const char *how);	/* "json" or "none" */

/* {"time": ..., "event": event} and what o has; o is taken. */
void	log_event(const char *event, struct json_object *o);

/* Something did not work: also with "none". */
void	log_error(const char *what, const char *text);

#endif
