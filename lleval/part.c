// SPDX-License-Identifier: BSD-2-Clause
#include "part.h"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "world.h"

#define NAME	"lleval-http"

/* Beside this program, as they are built, or where it was installed. */
const char *
part_find(char *error, size_t size)
{
	static char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) -
	    sizeof(NAME));
	char *slash;

	if (n > 0) {
		path[n] = '\0';
		slash = strrchr(path, '/');
		strcpy(slash + 1, NAME);
		if (access(path, X_OK) == 0)
			return (path);
	}
	if (access(LLEVAL_LIBDIR "/" NAME, X_OK) == 0)
		return (LLEVAL_LIBDIR "/" NAME);
	snprintf(error, size, "%s: %s: it is the part of lleval that talks to "
	    "clients; install lleval again", LLEVAL_LIBDIR "/" NAME,
	    strerror(errno));
	return (NULL);
}

struct shared *
part_share(int *ret_fd)
{
	struct shared *sh;

	*ret_fd = memfd_create("lleval", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (*ret_fd == -1 || ftruncate(*ret_fd, sizeof(*sh)) == -1)
		return (NULL);
	sh = mmap(NULL, sizeof(*sh), PROT_READ | PROT_WRITE, MAP_SHARED,
	    *ret_fd, 0);
	if (sh == MAP_FAILED || fcntl(*ret_fd, F_ADD_SEALS, F_SEAL_SHRINK |
	    F_SEAL_GROW | F_SEAL_FUTURE_WRITE | F_SEAL_SEAL) == -1)
		return (NULL);
	return (sh);
}

static void __attribute__((noreturn))
exec_part(const char *path, const int fds[PART_TELL - PART_LISTEN], int tell)
{
	char text[PATH_MAX + 64];
	int fd[PART_END], i;

	/* Above all numbers that are to be theirs, then there. */
	for (i = PART_LISTEN; i < PART_END; i++)
		fd[i] = fcntl(i == PART_TELL ? tell : fds[i - PART_LISTEN],
		    F_DUPFD_CLOEXEC, PART_END);
	for (i = PART_LISTEN; i < PART_END; i++)
		if (fd[i] == -1 || dup2(fd[i], i) == -1) {
			log_error("start", strerror(errno));
			_exit(1);
		}
	/* What we were started with is not for it. */
	close_range(PART_END, ~0U, CLOSE_RANGE_CLOEXEC);
	execl(path, NAME, worlds_empty(), worlds_owner(), (char *)NULL);
	snprintf(text, sizeof(text), "%s: %s", path, strerror(errno));
	log_error("start", text);
	_exit(1);
}

int
part_start(struct part *pa, const char *path,
    const int fds[PART_TELL - PART_LISTEN])
{
	int tell[2];
	ssize_t n;

	if (pipe2(tell, O_CLOEXEC) == -1 || (pa->pa_pid = fork()) == -1) {
		log_error("start", strerror(errno));
		return (-1);
	}
	if (pa->pa_pid == 0)
		exec_part(path, fds, tell[1]);
	close(tell[1]);
	/* Said before it has heard anything from the world. */
	n = read(tell[0], &pa->pa_jid, sizeof(pa->pa_jid));
	close(tell[0]);
	if (n == sizeof(pa->pa_jid) && (pa->pa_pidfd = (int)syscall(
	    SYS_pidfd_open, pa->pa_pid, 0)) != -1)
		return (0);
	kill(pa->pa_pid, SIGKILL);
	waitpid(pa->pa_pid, NULL, 0);
	log_error("start", "the HTTP part has ended before it was confined");
	return (-1);
}
