/* SPDX-License-Identifier: BSD-2-Clause */
/* One line of JSON on standard error for each thing that happened. */
#ifndef LLEVAL_LOG_H
#define LLEVAL_LOG_H

void	log_open(const char *how);	/* "json" or "none" */

/* {"time": ..., "event": event} and the members of object, which is JSON, or
   NULL for none. */
void	log_event(const char *event, const char *object);

/* Something did not work: also with "none". */
void	log_error(const char *what, const char *text);

#endif
