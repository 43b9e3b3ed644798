// SPDX-License-Identifier: BSD-2-Clause
#include "usage.h"

#include <jail.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "vis.h"

#define COLUMNS_MAX	32
#define NAME_WIDTH	15

enum form { FORM_JID, FORM_NAME, FORM_SECONDS, FORM_BYTES, FORM_COUNT };

static const struct column {
	const char	*co_name;
	const char	*co_title;
	enum form	 co_form;
	int		 co_width;
	unsigned	 co_known;	/* RA_ */
	size_t		 co_offset;	/* in struct jail_racct */
} columns[] = {
#define COLUMN(name, title, form, width, ra, member) { name, title, form, \
	width, ra, offsetof(struct jail_racct, member) }
	{ "jid", "JID", FORM_JID, 6, 0, 0 },
	{ "name", "NAME", FORM_NAME, NAME_WIDTH, 0, 0 },
	COLUMN("cpu", "CPU", FORM_SECONDS, 11, RA_CPU, ra_cpu),
	COLUMN("memory", "MEMORY", FORM_BYTES, 7, RA_MEMORY, ra_memory),
	COLUMN("peak", "PEAK", FORM_BYTES, 7, RA_PEAK, ra_memory_peak),
	COLUMN("swap", "SWAP", FORM_BYTES, 7, RA_SWAP, ra_swap),
	COLUMN("pids", "PIDS", FORM_COUNT, 6, RA_PROCS, ra_procs),
	COLUMN("threads", "THREADS", FORM_COUNT, 7, RA_PROCS, ra_threads),
	COLUMN("files", "FILES", FORM_COUNT, 7, RA_FILES, ra_files),
	COLUMN("read", "READ", FORM_BYTES, 7, RA_IO, ra_read),
	COLUMN("written", "WRITTEN", FORM_BYTES, 7, RA_IO, ra_written),
	COLUMN("age", "AGE", FORM_COUNT, 8, RA_AGE, ra_age),
#undef COLUMN
};
#define NCOLUMNS (sizeof(columns) / sizeof(columns[0]))

static const struct column *chosen[COLUMNS_MAX];
static int nchosen;
static unsigned wanted;

static const char *
add_column(const char *name)
{
	size_t i;

	for (i = 0; i < NCOLUMNS; i++)
		if (strcmp(columns[i].co_name, name) == 0 &&
		    nchosen < COLUMNS_MAX) {
			chosen[nchosen++] = &columns[i];
			wanted |= columns[i].co_known;
			return (NULL);
		}
	return (name);
}

static const char *
add_columns(const char *const *names)
{
	const char *bad = NULL;

	for (; *names != NULL && bad == NULL; names++)
		bad = add_column(*names);
	return (bad);
}

const char *
usage_columns(char *list)
{
	static const char *const io[] = { "read", "written", NULL };
	static const char *const usage[] = {
		"jid", "name", "cpu", "memory", "pids", "read", "written", NULL
	};
	const char *bad = NULL;
	char *name;

	while (bad == NULL && (name = strsep(&list, ",")) != NULL)
		if (strcmp(name, "io") == 0)
			bad = add_columns(io);
		else if (strcmp(name, "usage") == 0)
			bad = add_columns(usage);
		else
			bad = add_column(name);
	return (bad);
}

void
usage_header(void)
{
	const struct column *co;
	int i;

	for (i = 0; i < nchosen; i++) {
		co = chosen[i];
		if (i > 0)
			putchar(' ');
		if (co->co_form != FORM_NAME)
			printf("%*s", co->co_width, co->co_title);
		else if (i + 1 < nchosen)
			printf("%-*s", co->co_width, co->co_title);
		else
			fputs(co->co_title, stdout);
	}
	putchar('\n');
}

/* At most four digits and a unit. */
static void
print_bytes(int width, unsigned long long n)
{
	static const char units[] = "\0KMGTPE";
	unsigned long long rest = 0;
	char text[24];
	int i;

	for (i = 0; units[i + 1] != '\0' && n >= 10000; i++) {
		rest = n % 1024;
		n /= 1024;
	}
	snprintf(text, sizeof(text), "%llu%c", n + (rest >= 512), units[i]);
	printf("%*s", width, text);
}

static void
print_figure(const struct column *co, unsigned long long n)
{
	if (co->co_form == FORM_SECONDS)
		printf("%*llu.%02llu", co->co_width - 3, n / 1000000,
		    n / 10000 % 100);
	else if (co->co_form == FORM_BYTES)
		print_bytes(co->co_width, n);
	else
		printf("%*llu", co->co_width, n);
}

static void
json_figure(struct json *js, const struct column *co, unsigned long long n)
{
	char text[32];

	if (co->co_form == FORM_SECONDS)
		snprintf(text, sizeof(text), "%llu.%06llu", n / 1000000,
		    n % 1000000);
	else
		snprintf(text, sizeof(text), "%llu", n);
	json_literal(js, co->co_name, text);
}

static void
put_name(struct json *js, const char *name, int last)
{
	if (js != NULL)
		json_string(js, "name", name);
	else
		vis_column(stdout, name, NAME_WIDTH, !last);
}

void
usage_row(struct json *js, int jid, const char *name)
{
	const struct column *co;
	struct jail_racct ra;
	uint64_t n;
	int i;

	if (jail_racct(jid, wanted, &ra) == -1)
		return;
	if (js != NULL)
		json_open(js, NULL, '{');
	for (i = 0; i < nchosen; i++) {
		co = chosen[i];
		if (js == NULL && i > 0)
			putchar(' ');
		if (co->co_form == FORM_NAME) {
			put_name(js, name, i + 1 == nchosen);
			continue;
		}
		if (co->co_form == FORM_JID)
			n = (uint64_t)jid;
		else
			memcpy(&n, (const char *)&ra + co->co_offset,
			    sizeof(n));
		if (co->co_known != 0 && (ra.ra_known & co->co_known) == 0) {
			if (js == NULL)
				printf("%*s", co->co_width, "-");
		} else if (js != NULL)
			json_figure(js, co, n);
		else
			print_figure(co, n);
	}
	if (js != NULL)
		json_close(js, '}');
	else
		putchar('\n');
}
