/* SPDX-License-Identifier: BSD-2-Clause */
/* lleval.conf(5). */
#ifndef LLEVAL_CONFIG_H
#define LLEVAL_CONFIG_H

#include <stdint.h>
#include <stdio.h>

#define LANGUAGES_MAX	64
#define WORDS_MAX	32	/* of a command */
#define ALIASES_MAX	8
#define VERSION_MAX	80

/* What a run may use.  Each has a value for who asks for none, and a most. */
enum limit {
	LIMIT_WALL,		/* milliseconds, each stage */
	LIMIT_CPU,		/* milliseconds, each stage */
	LIMIT_MEMORY,		/* bytes, all processes */
	LIMIT_PROCESSES,
	LIMIT_OUTPUT,		/* bytes, stdout and stderr each */
	LIMIT_FILES,		/* bytes, the work directory */
	LIMITS
};
extern const char *const limit_names[LIMITS];

struct language {
	char	*la_key;		/* "pl" */
	char	*la_aliases[ALIASES_MAX + 1];
	char	*la_name;		/* "Perl" */
	char	*la_file;		/* of the source */
	char	*la_world;		/* path; NULL: the server's */
	char	*la_command[WORDS_MAX + 1];
	char	*la_compile[WORDS_MAX + 1];	/* [0] NULL: no such stage */
	char	*la_probe[WORDS_MAX + 1];	/* says the version */
	uint64_t la_virtual;		/* RLIMIT_AS, 0: none */
	int	 la_line;		/* where it begins */
	/* found at start */
	int	 la_offered;
	char	 la_version[VERSION_MAX];
};

enum network { NETWORK_NONE, NETWORK_INHERIT };

struct config {
	char		*co_listen;	/* address:port */
	char		*co_world;
	char		*co_run_dir;
	char		*co_log;	/* "json" or "none" */
	char		*co_proxy;	/* whose X-Forwarded-For is believed */
	char		*co_cors;	/* NULL: off; "*" or an origin */
	enum network	 co_network;
	int		 co_count;	/* system calls */
	unsigned	 co_runs;	/* at a time, 0: by the processors */
	unsigned	 co_pool;	/* prisons ahead, 0: twice co_runs */
	unsigned	 co_queue;	/* requests that wait */
	unsigned	 co_connections;
	uint64_t	 co_request;	/* bytes of a request's body */
	double		 co_rate;	/* requests a second of one client, 0: any */
	unsigned	 co_burst;
	uint64_t	 co_grace;	/* ms for what runs when asked to stop */
	uint64_t	 co_limit[LIMITS], co_most[LIMITS];
	struct language	 co_languages[LANGUAGES_MAX];
	unsigned	 co_nlanguages;
};

/*
 * Read a configuration; `name` is what errors call it.  0, or -1 with one
 * line "name:line: what" in error.
 */
int	config_read(struct config *co, FILE *fp, const char *name, char *error,
	    size_t size);
void	config_free(struct config *co);

/* A language by its key or an alias, or NULL. */
struct language *config_language(struct config *co, const char *key);

/* "64M", "1.5s", "10": 0, or -1. */
int	parse_size(const char *text, uint64_t *ret_n);
int	parse_time(const char *text, uint64_t *ret_ms);

#endif
