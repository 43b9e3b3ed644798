// SPDX-License-Identifier: BSD-2-Clause
/*
 * The HTTP part, as lleval(8) starts it: nobody else has what it is given.
 */
#include <sys/mman.h>
#include <sys/stat.h>

#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <jail.h>

#include "config.h"
#include "http.h"
#include "jailed.h"
#include "log.h"
#include "part.h"

static struct config config;

static int
fail(const char *text)
{
	log_error("start", text);
	return (1);
}

static const struct shared *
map_shared(void)
{
	const struct shared *sh;
	struct stat st;

	if (fstat(PART_SHARED, &st) == -1 || st.st_size != sizeof(*sh))
		return (NULL);
	sh = mmap(NULL, sizeof(*sh), PROT_READ, MAP_SHARED, PART_SHARED, 0);
	close(PART_SHARED);
	return (sh == MAP_FAILED || sh->sh_magic != WIRE_MAGIC ? NULL : sh);
}

/* As the keeper has it. */
static int
read_config(const struct shared *sh, char *error, size_t size)
{
	FILE *fp = fdopen(PART_CONFIG, "r");
	struct language *la;
	unsigned i;

	if (fp == NULL)
		return (snprintf(error, size, "no configuration"), -1);
	if (config_read(&config, fp, "configuration", error, size) == -1)
		return (-1);
	fclose(fp);
	config.co_runs = sh->sh_runs;
	for (i = 0; i < config.co_nlanguages; i++) {
		la = &config.co_languages[i];
		la->la_offered = sh->sh_found[i].fo_offered;
		memcpy(la->la_version, sh->sh_found[i].fo_version,
		    sizeof(la->la_version));
	}
	return (0);
}

int
main(int argc, char **argv)
{
	const struct shared *sh;
	char error[JAIL_ERRMSGLEN + 256];
	int fd, jid, status;

	if (argc != 3 || fcntl(PART_TELL, F_GETFD) == -1)
		errx(1, "it is lleval(8) that starts this");
	for (fd = PART_LISTEN; fd < PART_END; fd++)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	signal(SIGPIPE, SIG_IGN);
	if ((sh = map_shared()) == NULL)
		return (fail("lleval-http and lleval are of different "
		    "versions: install both again"));
	if (read_config(sh, error, sizeof(error)) == -1)
		return (fail(error));
	log_open(config.co_log);
	if ((jid = jail_myself(argv[1], argv[2], error, sizeof(error))) == -1)
		return (fail(error));
	if (write(PART_TELL, &jid, sizeof(jid)) != sizeof(jid))
		return (1);
	close(PART_TELL);
	status = http_main(&config, sh, PART_LISTEN, PART_CONTROL);
	config_free(&config);
	return (status);
}
