// SPDX-License-Identifier: BSD-2-Clause
/*
 * lleval: a prison per request.
 *
 * Theory of operation.  Two processes, each of a program of its own.
 *
 * The keeper (this one, root) reads the configuration, mounts the worlds
 * (world.c), finds out which languages they have by running each in a prison,
 * opens the listening socket, and starts the other (part.c).  From then on it
 * makes prisons ahead (pool.c), runs in them what it is sent (keeper.c,
 * stage.c), and takes nothing on trust that it is sent (wire.c).  It reads no
 * HTTP and no JSON: the code for that is not in it.  It is small and static, so
 * that there is little to copy where a child has to be a copy of it.
 *
 * The HTTP part (lleval-http.c, http.c) is in a prison itself, whose root is an
 * empty directory, is nobody there, and has no system call left that opens,
 * connects or runs anything (jailed.c).  It has the listening socket; one end
 * of a socket pair, the control socket; the configuration as the keeper has
 * read it, so that both have the same; and memory that the keeper writes what
 * it has found and counted to.
 *
 *	client --TCP--> HTTP part --control--> keeper --> prison
 *	                    ^  ^---- talk --------'         |
 *	                    '------- stdout, stderr --------'
 *
 * For each run the HTTP part makes two pipes and a socket pair ("talk"), and
 * sends their other ends, with the files and the standard input as sealed
 * memfds, by the control socket.  The prison's command writes into the pipes,
 * which the keeper never reads.  By "talk" the keeper says what has become of
 * it, and the HTTP part that it is to be ended.  Nobody waits for anybody but
 * by these: when a client goes away, the HTTP part closes "talk", and the run
 * ends; when the HTTP part dies, so do all runs; when the keeper dies, the HTTP
 * part sees the control socket closed, and exits.
 *
 * Stopping: SIGTERM goes on to the HTTP part, which takes no more connections,
 * brings to its end what it has, and exits.  Its end of the control socket is
 * closed by that, so the keeper's threads end, and then the pool and the
 * mounts.
 */
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jail.h>

#include "config.h"
#include "keeper.h"
#include "listen.h"
#include "log.h"
#include "part.h"
#include "pool.h"
#include "probe.h"
#include "world.h"

#define CONFIG		"/etc/lleval.conf"
#define KILL_AFTER	5000	/* ms beyond the grace */

static struct config config;

static void __attribute__((noreturn))
usage(void)
{
	fprintf(stderr, "usage: lleval [-nv] [-f file] [-l address:port] "
	    "[-w world]\n");
	exit(1);
}

/* ------------------------------------------------------------------------
 * Before anybody is served.
 */

/* A copy of the file that nobody changes any more. */
static int
copy_config(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), copy;
	char buf[16384];
	ssize_t n;

	if (fd == -1)
		err(1, "%s", path);
	copy = memfd_create("lleval.conf", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (copy == -1)
		err(1, "memfd_create");
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		if (write(copy, buf, (size_t)n) != n)
			err(1, "memfd");
	if (n == -1)
		err(1, "%s", path);
	close(fd);
	if (fcntl(copy, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW |
	    F_SEAL_SHRINK | F_SEAL_SEAL) == -1 ||
	    lseek(copy, 0, SEEK_SET) == -1)
		err(1, "memfd");
	return (copy);
}

/* What was read, from its beginning. */
static int
read_config(const char *path, const char *listen_at, const char *world)
{
	int copy = copy_config(path);
	FILE *fp = fdopen(dup(copy), "r");
	char error[512];

	if (fp == NULL)
		err(1, "%s", path);
	if (config_read(&config, fp, path, error, sizeof(error)) == -1)
		errx(1, "%s", error);
	fclose(fp);
	if (listen_at != NULL) {
		free(config.co_listen);
		config.co_listen = strdup(listen_at);
	}
	if (world != NULL) {
		free(config.co_world);
		config.co_world = strdup(world);
	}
	if (config.co_runs == 0)
		config.co_runs = (unsigned)sysconf(_SC_NPROCESSORS_ONLN) * 2;
	if (config.co_pool == 0)
		config.co_pool = config.co_runs * 2;
	lseek(copy, 0, SEEK_SET);
	return (copy);
}

static int
open_listener(void)
{
	char error[512], name[128], object[160];
	int fd = listen_open(config.co_listen, error, sizeof(error));

	if (fd == -1)
		errx(1, "%s", error);
	listen_name(fd, name, sizeof(name));
	snprintf(object, sizeof(object), "{\"address\":\"%s\"}", name);
	log_event("listening", object);
	return (fd);
}

static void
list_languages(void)
{
	const struct language *la;
	unsigned i;

	for (i = 0; i < config.co_nlanguages; i++) {
		la = &config.co_languages[i];
		printf("%-8s %-12s %s%s\n", la->la_key, la->la_name,
		    la->la_offered ? "" : "not offered: ", la->la_version);
	}
}

/* ------------------------------------------------------------------------
 * Serving.
 */

/* Signals go on to the HTTP part; its end is ours.  Its wait status. */
static int
wait_for_part(const struct part *pa, int signals)
{
	struct pollfd pfd[2] = {
		{ .fd = pa->pa_pidfd, .events = POLLIN },
		{ .fd = signals, .events = POLLIN },
	};
	int n, patience = -1, status = 0;
	struct signalfd_siginfo si;

	for (;;) {
		n = poll(pfd, 2, patience);
		if (n == 0)
			kill(pa->pa_pid, SIGKILL);	/* its grace is long over */
		if ((n == -1 && errno != EINTR) || pfd[0].revents != 0)
			break;
		if (n == 1 && read(signals, &si, sizeof(si)) == sizeof(si)) {
			kill(pa->pa_pid, SIGTERM);
			patience = (int)config.co_grace + KILL_AFTER;
		}
	}
	waitpid(pa->pa_pid, &status, 0);
	jail_remove(pa->pa_jid);
	return (status);
}

static int
block_signals(void)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return (signalfd(-1, &set, SFD_CLOEXEC));
}

/* What was found, for the HTTP part. */
static void
share_found(struct shared *sh)
{
	struct found *fo = sh->sh_found;
	unsigned i;

	sh->sh_magic = WIRE_MAGIC;
	sh->sh_runs = config.co_runs;
	for (i = 0; i < config.co_nlanguages; i++, fo++) {
		fo->fo_offered = config.co_languages[i].la_offered;
		memcpy(fo->fo_version, config.co_languages[i].la_version,
		    sizeof(fo->fo_version));
	}
}

static int
serve(const char *part_path, int config_fd)
{
	int control[2], shared_fd, signals, status;
	struct shared *sh = part_share(&shared_fd);
	struct part part;

	if (sh == NULL || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
	    control) == -1 || (signals = block_signals()) == -1)
		err(1, "start");
	share_found(sh);
	int fds[] = { open_listener(), control[1], shared_fd, config_fd };
	if (part_start(&part, part_path, fds) == -1)
		return (1);
	close(fds[0]);
	close(control[1]);
	close(shared_fd);
	close(config_fd);
	if (pool_start(&config, sh) == -1 || keeper_start(&config, sh,
	    control[0]) == -1) {
		log_error("start", strerror(errno));
		kill(part.pa_pid, SIGKILL);
	}
	status = wait_for_part(&part, signals);
	/* What is still on its way finds the other end closed. */
	shutdown(control[0], SHUT_RD);
	keeper_join();
	pool_stop();
	if (status != 0)
		log_error("stop", "the HTTP part has failed");
	log_event("stopped", NULL);
	return (status == 0 ? 0 : 1);
}

static void
close_at_exit(void)
{
	worlds_close();
}

int
main(int argc, char **argv)
{
	const char *file = CONFIG, *listen_at = NULL, *part, *world = NULL;
	int ch, check = 0, config_fd, list = 0, status;
	char error[JAIL_ERRMSGLEN + 256];

	while ((ch = getopt(argc, argv, "f:l:nvw:")) != -1)
		switch (ch) {
		case 'f':
			file = optarg;
			break;
		case 'l':
			listen_at = optarg;
			break;
		case 'n':
			check = 1;
			break;
		case 'v':
			list = 1;
			break;
		case 'w':
			world = optarg;
			break;
		default:
			usage();
		}
	if (argc != optind)
		usage();
	config_fd = read_config(file, listen_at, world);
	if (check)
		return (0);
	if (geteuid() != 0)
		errx(1, "only root can make prisons, and without them nothing "
		    "is run");
	if ((part = part_find(error, sizeof(error))) == NULL && !list)
		errx(1, "%s", error);
	/* Also that of the programs, however we were started. */
	umask(022);
	/* An arena for each thread would be copied where a child is. */
#ifdef M_ARENA_MAX
	mallopt(M_ARENA_MAX, 1);
#endif
	log_open(config.co_log);
	atexit(close_at_exit);
	if (worlds_open(&config, error, sizeof(error)) == -1)
		errx(1, "%s", error);
	/* Also what shows that prisons can be made here at all. */
	if (probe_languages(&config, error, sizeof(error)) == -1)
		errx(1, "%s", error);
	if (list) {
		list_languages();
		return (0);
	}
	status = serve(part, config_fd);
	worlds_close();
	config_free(&config);
	return (status);
}
