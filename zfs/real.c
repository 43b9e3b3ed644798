// SPDX-License-Identifier: BSD-2-Clause
/*
 * Real ZFS is there where the kernel has it (/dev/zfs), or the daemon zfs-fuse
 * listens; then its programs are further along PATH.  A pool that the registry
 * knows is ours, all others are its.
 */
#include "real.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mountpt.h"
#include "name.h"
#include "pool.h"
#include "subvol.h"
#include "util.h"

#define FUSE_SOCKET	"/var/run/zfs/zfs_socket"

static int
is_running(void)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX, .sun_path =
	    FUSE_SOCKET };
	_cleanup_close_ int fd = -1;
	struct stat st;

	if (stat("/dev/zfs", &st) == 0 && S_ISCHR(st.st_mode))
		return (1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return (fd != -1 && connect(fd, (struct sockaddr *)&sun,
	    sizeof(sun)) == 0);
}

/* The program of that name along PATH that is not this one; or NULL. */
static char *
find_program(const char *name)
{
	const char *path = getenv("PATH");
	_cleanup_free_ char *copy = xprintf("%s:/usr/sbin:/sbin",
	    path != NULL ? path : "");
	char *rest = copy, *dir;
	struct stat self, st;

	if (stat("/proc/self/exe", &self) == -1)
		return (NULL);
	while ((dir = strsep(&rest, ":")) != NULL) {
		char *file = xprintf("%s/%s", dir[0] != '\0' ? dir : ".",
		    name);

		/* Nor a script that runs this one: such would never end. */
		if (access(file, X_OK) == 0 && stat(file, &st) == 0 &&
		    S_ISREG(st.st_mode) && !(st.st_dev == self.st_dev &&
		    st.st_ino == self.st_ino) &&
		    strstr(file, "/abashiri/") == NULL)
			return (file);
		free(file);
	}
	return (NULL);
}

/* An argument that names a pool of ours. */
static int
is_ours(const char *arg)
{
	_cleanup_free_ char *name = NULL, *pool = NULL;
	struct reg *rg;

	if (arg[0] == '-' || strchr(arg, '=') != NULL)
		return (0);
	name = arg[0] == '/' || arg[0] == '.' ? mount_dataset_at(arg) :
	    xstrdup(arg);
	if (name == NULL)
		return (0);
	pool = name_pool(name);
	rg = reg_read(pool);
	reg_free(rg);
	return (rg != NULL);
}

/* "zpool create" on a directory of btrfs can only be ours. */
static int
is_on_btrfs(const char *arg)
{
	_cleanup_close_ int fd = arg[0] == '/' ? open(arg, O_RDONLY |
	    O_DIRECTORY | O_CLOEXEC) : -1;

	return (fd != -1 && is_btrfs(fd));
}

/* Commands that show all pools there are, when none is named. */
static int
shows_all(int argc, char **argv)
{
	static const char *const commands[] = { "list", "get", "status",
		"mount", "unmount", "umount", "import", "iostat" };
	size_t i;

	for (i = 0; argc > 1 && i < NELEM(commands); i++)
		if (strcmp(argv[1], commands[i]) == 0)
			return (1);
	return (0);
}

/* Arguments that are names, as far as one can tell. */
static int
names_any(int argc, char **argv)
{
	int i, names = 0;

	for (i = 2; i < argc; i++)
		if (argv[i][0] != '-' && (i == 2 || argv[i - 1][0] != '-'))
			names++;
	/* The first of get is properties. */
	return (names > (argc > 1 && strcmp(argv[1], "get") == 0));
}

static int
have_pools(void)
{
	char **names;
	size_t i, n = reg_names(&names);

	for (i = 0; i < n; i++)
		free(names[i]);
	if (n > 0)
		free(names);
	return (n > 0);
}

/* Its pools, then ours. */
static void
show_both(const char *program, char **argv)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		execv(program, argv);
		_exit(127);
	}
	if (pid != -1)
		waitpid(pid, &status, 0);
}

void
real_aside(const char *name, int argc, char **argv)
{
	_cleanup_free_ char *program = NULL;
	const char *aside = getenv("ZPOOL_ASIDE");
	int i;

	/* rc.d/zfs, at boot: only what is ours. */
	if (aside != NULL && strcmp(aside, "no") == 0)
		return;
	if (!is_running() || (program = find_program(name)) == NULL)
		return;
	for (i = 2; i < argc; i++)
		if (is_ours(argv[i]) || (strcmp(name, "zpool") == 0 &&
		    is_on_btrfs(argv[i])))
			return;
	if (have_pools() && shows_all(argc, argv) && !names_any(argc, argv)) {
		show_both(program, argv);
		return;
	}
	execv(program, argv);
	err(1, "%s", program);
}

int
real_has_pool(const char *pool)
{
	_cleanup_free_ char *program = NULL;
	char *args[] = { NULL, (char *)(uintptr_t)"list",
		(char *)(uintptr_t)"-H", (char *)(uintptr_t)"-o",
		(char *)(uintptr_t)"name", (char *)(uintptr_t)pool, NULL };

	if (!is_running() || (program = find_program("zpool")) == NULL)
		return (0);
	args[0] = program;
	return (run_quiet(args) == 0);
}
