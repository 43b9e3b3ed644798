// SPDX-License-Identifier: BSD-2-Clause
#include "metrics.h"

#include <stdio.h>
#include <stdlib.h>

#include "api.h"

static const double bounds[] = {
	0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10
};
#define NBOUNDS	(sizeof(bounds) / sizeof(bounds[0]))

static const struct config *config;
static const struct shared *shared;
static unsigned long responses[600];
static unsigned long runs[LANGUAGES_MAX][CAUSES + 1];	/* last: not run */
static unsigned long histogram[NBOUNDS + 1];
static double wall_sum, cpu_sum;

void
metrics_init(const struct config *co, const struct shared *sh)
{
	config = co;
	shared = sh;
}

void
metrics_response(unsigned status)
{
	if (status < sizeof(responses) / sizeof(responses[0]))
		responses[status]++;
}

void
metrics_job(const struct job *jo)
{
	const struct wire_event *ev = &jo->jo_event[api_last_stage(jo)];
	unsigned cause = CAUSES;
	double wall;
	size_t i;

	if (jo->jo_error[0] == '\0' && ev->ev_cause < CAUSES)
		cause = ev->ev_cause;
	runs[jo->jo_la - config->co_languages][cause]++;
	if (cause == CAUSES)
		return;
	wall = (double)ev->ev_wall / 1e6;
	for (i = 0; i < NBOUNDS && wall > bounds[i]; i++)
		;
	histogram[i]++;
	wall_sum += wall;
	cpu_sum += (double)ev->ev_cpu / 1e6;
}

static void
head(FILE *fp, const char *name, const char *type, const char *help)
{
	fprintf(fp, "# HELP lleval_%s %s\n# TYPE lleval_%s %s\n", name, help,
	    name, type);
}

static void
put_gauge(FILE *fp, const char *name, const char *help, unsigned long long n)
{
	head(fp, name, "gauge", help);
	fprintf(fp, "lleval_%s %llu\n", name, n);
}

static void
put_counter(FILE *fp, const char *name, const char *help,
    unsigned long long n)
{
	head(fp, name, "counter", help);
	fprintf(fp, "lleval_%s %llu\n", name, n);
}

static void
put_runs(FILE *fp)
{
	unsigned i, c;

	head(fp, "runs_total", "counter",
	    "Runs, by language and by what ended them.");
	for (i = 0; i < config->co_nlanguages; i++)
		for (c = 0; c <= CAUSES; c++)
			if (runs[i][c] != 0)
				fprintf(fp, "lleval_runs_total{language=\"%s\""
				    ",cause=\"%s\"} %lu\n",
				    config->co_languages[i].la_key,
				    c < CAUSES ? cause_names[c] : "error",
				    runs[i][c]);
}

static void
put_histogram(FILE *fp)
{
	unsigned long n = 0;
	size_t i;

	head(fp, "run_seconds", "histogram", "How long the last stage took.");
	for (i = 0; i < NBOUNDS; i++) {
		n += histogram[i];
		fprintf(fp, "lleval_run_seconds_bucket{le=\"%g\"} %lu\n",
		    bounds[i], n);
	}
	n += histogram[NBOUNDS];
	fprintf(fp, "lleval_run_seconds_bucket{le=\"+Inf\"} %lu\n"
	    "lleval_run_seconds_sum %f\nlleval_run_seconds_count %lu\n", n,
	    wall_sum, n);
	head(fp, "cpu_seconds_total", "counter",
	    "Processor time of the last stages.");
	fprintf(fp, "lleval_cpu_seconds_total %f\n", cpu_sum);
}

char *
metrics_text(void)
{
	char *text = NULL;
	size_t size, i;
	FILE *fp = open_memstream(&text, &size);

	if (fp == NULL)
		return (NULL);
	head(fp, "responses_total", "counter", "HTTP responses, by status.");
	for (i = 0; i < sizeof(responses) / sizeof(responses[0]); i++)
		if (responses[i] != 0)
			fprintf(fp, "lleval_responses_total{status=\"%zu\"} "
			    "%lu\n", i, responses[i]);
	put_runs(fp);
	put_histogram(fp);
	put_gauge(fp, "waiting", "Requests in the queue.", jobs_waiting());
	put_gauge(fp, "running", "Requests that run.", jobs_running());
	put_gauge(fp, "prisons_ready", "Prisons made ahead.",
	    atomic_load(&shared->sh_ready));
	put_counter(fp, "prisons_made_total", "Prisons made.",
	    atomic_load(&shared->sh_made));
	put_counter(fp, "prisons_ended_total", "Prisons removed after a run.",
	    atomic_load(&shared->sh_ended));
	put_counter(fp, "prisons_missed_total",
	    "Prisons made while a request waited.",
	    atomic_load(&shared->sh_missed));
	put_counter(fp, "prisons_failed_total",
	    "Prisons that could not be made.",
	    atomic_load(&shared->sh_failed));
	fclose(fp);
	return (text);
}
