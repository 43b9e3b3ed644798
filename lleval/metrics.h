/* SPDX-License-Identifier: BSD-2-Clause */
/* What is counted, as Prometheus reads it. */
#ifndef LLEVAL_METRICS_H
#define LLEVAL_METRICS_H

#include "job.h"

void	metrics_init(const struct config *co, const struct shared *sh);
void	metrics_response(unsigned status);
void	metrics_job(const struct job *jo);	/* one that is over */
char	*metrics_text(void);			/* malloc'd, or NULL */

#endif
