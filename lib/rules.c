// SPDX-License-Identifier: BSD-2-Clause
#include "rules.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "errmsg.h"
#include "fd.h"

void
rules_free(struct rules *rs)
{
	free_ptr(&rs->rs_v);
	*rs = (struct rules){ 0 };
}

int
rules_append(struct rules *rs, const struct rule *ru)
{
	struct rule *v = reallocarray(rs->rs_v, rs->rs_n + 1, sizeof(*v));

	if (v == NULL)
		return (jail_err(errno, "memory"));
	rs->rs_v = v;
	rs->rs_v[rs->rs_n++] = *ru;
	return (0);
}

/*
 * Read lines of rules; `#' begins a comment.  what: the file, for messages.
 */
static int
read_lines(FILE *f, const char *what, struct rules *rs)
{
	_cleanup_free_ char *line = NULL;
	size_t cap = 0;
	struct rule ru;
	char *p, *end;
	int n = 0;

	while (getline(&line, &cap, f) != -1) {
		n++;
		line[strcspn(line, "#\n")] = '\0';
		p = line + strspn(line, " \t\r");
		for (end = p + strlen(p); end > p &&
		    strchr(" \t\r", end[-1]) != NULL; end--)
			;
		*end = '\0';
		if (*p == '\0')
			continue;
		if (rule_parse(p, &ru) == -1)
			return (jail_errwrap("%s line %d", what, n));
		if (rules_append(rs, &ru) == -1)
			return (-1);
	}
	return (0);
}

int
rules_load(const struct state *st, struct rules *ret_rs)
{
	_cleanup_fclose_ FILE *f = NULL;
	_cleanup_close_ int fd = -1;

	*ret_rs = (struct rules){ 0 };
	fd = openat(st->st_dir, "rules", O_RDONLY | O_CLOEXEC);
	if (fd == -1 && errno == ENOENT)
		return (0);
	if (fd == -1 || (f = fdopen(fd, "r")) == NULL)
		return (jail_err(errno, "read the rules"));
	take_fd(&fd);
	if (read_lines(f, "rules", ret_rs) == -1) {
		rules_free(ret_rs);
		return (-1);
	}
	return (0);
}

static int
write_lines(int dirfd, const struct rules *rs)
{
	_cleanup_fclose_ FILE *f = NULL;
	_cleanup_close_ int fd = -1;
	char text[RULE_TEXTLEN];
	size_t i;

	fd = openat(dirfd, "rules.new", O_WRONLY | O_CREAT | O_TRUNC |
	    O_CLOEXEC, 0644);
	if (fd == -1 || (f = fdopen(fd, "w")) == NULL)
		return (jail_err(errno, "write the rules"));
	take_fd(&fd);
	for (i = 0; i < rs->rs_n; i++) {
		rule_format(&rs->rs_v[i], text);
		fprintf(f, "%s\n", text);
	}
	if (fflush(f) != 0 || ferror(f) != 0 ||
	    renameat(dirfd, "rules.new", dirfd, "rules") == -1)
		return (jail_err(errno, "write the rules"));
	return (0);
}

int
rules_store(struct state *st, const struct rules *rs)
{
	/* Whoever sees no count does not look: first the rules, then it. */
	if (rs->rs_n > 0)
		st->st_table->ta_rules = rs->rs_n;
	if (write_lines(st->st_dir, rs) == -1)
		return (-1);
	st->st_table->ta_rules = rs->rs_n;
	return (0);
}

int
rules_setup(const char *dir)
{
	_cleanup_rules_ struct rules rs = { 0 };
	_cleanup_fclose_ FILE *f = NULL;
	_cleanup_close_ int dirfd = -1;
	const char *conf = secure_getenv("RCTL_CONF");

	if (conf == NULL || *conf != '/')
		conf = RULES_CONF;
	if ((f = fopen(conf, "re")) == NULL)
		return (errno == ENOENT ? 0 : jail_err(errno, "%s", conf));
	dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dirfd == -1)
		return (jail_err(errno, "%s", dir));
	if (read_lines(f, conf, &rs) == -1 || write_lines(dirfd, &rs) == -1)
		return (-1);
	return (rs.rs_n);
}
