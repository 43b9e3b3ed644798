// SPDX-License-Identifier: BSD-2-Clause
/*
 * What the host's C library knows of users and hosts, asked of getent(1).
 *
 * jail(8) is linked statically: it is started for each prison, and to load a
 * C library would be a good part of what a prison costs.  But users and hosts
 * come from whatever modules nsswitch.conf(5) names, which only a program with
 * that library can load.
 */
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "errmsg.h"
#include "hostuser.h"
#include "jailp.h"
#include "user.h"

#define ANSWER_MAX	(1 << 20)	/* bytes */
#define NOT_FOUND	2		/* getent's exit status */
#define PASSWD_FIELDS	7

extern char **environ;

/* Read to the end.  malloc'd, a NUL behind it, or NULL. */
static char *
read_all(int fd)
{
	size_t len = 0, size = 4096;
	char *buf = emalloc(size);
	ssize_t n;

	while ((n = read(fd, buf + len, size - len - 1)) != 0) {
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 || size > ANSWER_MAX) {
			free(buf);
			return (NULL);
		}
		len += n;
		if (len == size - 1)
			buf = erealloc(buf, size *= 2);
	}
	buf[len] = '\0';
	return (buf);
}

/*
 * What a command says.  malloc'd, or NULL with errno: ENOENT, where it has
 * found nothing.
 */
static char *
answer(char *const argv[])
{
	posix_spawn_file_actions_t fa;
	int error, p[2], status;
	char *text;
	pid_t pid;

	if (pipe2(p, O_CLOEXEC) == -1)
		return (NULL);
	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_adddup2(&fa, p[1], STDOUT_FILENO);
	error = posix_spawnp(&pid, argv[0], &fa, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&fa);
	close(p[1]);
	if (error != 0) {
		close(p[0]);
		jail_err(error, "%s", argv[0]);
		return (NULL);
	}
	text = read_all(p[0]);
	close(p[0]);
	while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
		;
	if (text != NULL && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return (text);
	free(text);
	if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_FOUND)
		errno = ENOENT;
	else
		jail_errx(EIO, "%s %s %s: failed", argv[0], argv[1], argv[2]);
	return (NULL);
}

char *
getent(const char *database, const char *key)
{
	char *argv[] = {
		(char *)"getent", (char *)(uintptr_t)database, (char *)"--",
		(char *)(uintptr_t)key, NULL
	};

	return (answer(argv));
}

/* A line of passwd(5). */
static int
passwd_line(char *line, struct jail_user *ret_ju)
{
	char *f[PASSWD_FIELDS], *rest = line;
	unsigned uid, gid;
	int n;

	line[strcspn(line, "\n")] = '\0';
	for (n = 0; n < PASSWD_FIELDS && rest != NULL; n++)
		f[n] = strsep(&rest, ":");
	if (n < PASSWD_FIELDS || rest != NULL || !user_id_parse(f[2], &uid) ||
	    !user_id_parse(f[3], &gid))
		return (jail_errx(EINVAL, "getent passwd: \"%s\"", line));
	return (user_fill(ret_ju, f[0], f[5], f[6], uid, gid));
}

static int
groups_line(char *line, struct jail_user *ju)
{
	unsigned gid;
	char *word;

	while ((word = strsep(&line, " \n")) != NULL) {
		if (!user_id_parse(word, &gid))
			continue;
		if (ju->ju_ngroups >= NGROUPS_MAX)
			return (jail_errx(E2BIG, "%s: in more than %d groups",
			    ju->ju_name, NGROUPS_MAX));
		ju->ju_groups = erealloc(ju->ju_groups,
		    (ju->ju_ngroups + 1) * sizeof(gid_t));
		ju->ju_groups[ju->ju_ngroups++] = gid;
	}
	return (0);
}

int
hostuser_find(const char *name, struct jail_user *ret_ju)
{
	char *argv[] = { (char *)"id", (char *)"-G", NULL, NULL };
	char *user, *groups = NULL;
	int error = -1;

	memset(ret_ju, 0, sizeof(*ret_ju));
	if ((user = getent("passwd", name)) == NULL)
		return (errno == ENOENT ? jail_errx(ENOENT, "%s: no such user",
		    name) : -1);
	if (passwd_line(user, ret_ju) == 0) {
		argv[2] = ret_ju->ju_name;
		groups = answer(argv);
	}
	if (groups != NULL)
		error = groups_line(groups, ret_ju);
	free(user);
	free(groups);
	if (error == -1)
		jail_user_clear(ret_ju);
	return (error);
}
