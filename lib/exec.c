// SPDX-License-Identifier: BSD-2-Clause
#include "exec.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SHELL		"/bin/sh"
#define SCRIPT_ARGS	1024	/* of one without a #! line */

/* A file that the kernel cannot run is a script, says POSIX. */
static int
exec_script(const char *path, char *const *argv, char *const *envp)
{
	char *args[SCRIPT_ARGS];
	int i;

	args[0] = (char *)(uintptr_t)SHELL;
	args[1] = (char *)(uintptr_t)path;
	for (i = 1; argv[i] != NULL; i++) {
		if (i + 2 >= SCRIPT_ARGS)
			return (errno = E2BIG, -1);
		args[i + 1] = argv[i];
	}
	args[i + 1] = NULL;
	return (execve(SHELL, args, envp));
}

static int
exec_path(const char *path, char *const *argv, char *const *envp)
{
	execve(path, argv, envp);
	return (errno == ENOEXEC ? exec_script(path, argv, envp) : -1);
}

static const char *
search_path(char *const *envp)
{
	for (; *envp != NULL; envp++)
		if (strncmp(*envp, "PATH=", 5) == 0)
			return (*envp + 5);
	return ("/bin:/usr/bin");
}

/* Go on with the next directory? */
static int
is_not_it(int error)
{
	return (error == ENOENT || error == ENOTDIR || error == EACCES ||
	    error == ESTALE || error == ENODEV || error == ETIMEDOUT);
}

int
exec_search(char *const *argv, char *const *envp)
{
	const char *p, *end;
	char path[PATH_MAX];
	int denied = 0, n;

	if (argv[0][0] == '\0')
		return (errno = ENOENT, -1);
	if (strchr(argv[0], '/') != NULL)
		return (exec_path(argv[0], argv, envp));
	for (p = search_path(envp);; p = end + 1) {
		end = strchrnul(p, ':');
		/* An empty one is the current directory. */
		n = snprintf(path, sizeof(path), "%.*s%s%s", (int)(end - p), p,
		    end == p ? "" : "/", argv[0]);
		if (n >= 0 && (size_t)n < sizeof(path)) {
			exec_path(path, argv, envp);
			if (!is_not_it(errno))
				return (-1);
			denied |= errno == EACCES;
		}
		if (*end == '\0')
			break;
	}
	errno = denied ? EACCES : ENOENT;
	return (-1);
}
