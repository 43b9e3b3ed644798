// SPDX-License-Identifier: BSD-2-Clause
/*
 * lleval: a prison per request.
 *
 * Theory of operation.  Two processes.
 *
 * The keeper (this one, root) reads the configuration, mounts the worlds
 * (world.c), finds out which languages they have by running each in a prison,
 * opens the listening socket, and makes the other.  From then on it makes
 * prisons ahead (pool.c), runs in them what it is sent (keeper.c, stage.c), and
 * takes nothing on trust that it is sent (wire.c).  It reads no HTTP and no
 * JSON.
 *
 * The HTTP part (http.c) is in a prison itself, whose root is an empty
 * directory, is nobody there, and has no system call left that opens, connects
 * or runs anything (jailed.c).  It has the listening socket and one end of a
 * socket pair, the control socket.
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
#include <sys/syscall.h>
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jail.h>

#include "config.h"
#include "http.h"
#include "jailed.h"
#include "keeper.h"
#include "log.h"
#include "pool.h"
#include "probe.h"
#include "world.h"

#define CONFIG		"/etc/lleval.conf"
#define BACKLOG		512
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

static void
read_config(const char *path, const char *listen_at, const char *world)
{
	FILE *fp = fopen(path, "re");
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
}

/* "127.0.0.1:8083", "[::1]:8083" */
static int
open_listener(const char *where)
{
	struct addrinfo hints = {
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV,
	}, *ai;
	char host[128], *colon;
	int error, fd, one = 1;

	snprintf(host, sizeof(host), "%s", where);
	if ((colon = strrchr(host, ':')) == NULL)
		errx(1, "listen %s: not address:port", where);
	*colon++ = '\0';
	if (host[0] == '[' && colon[-2] == ']') {
		colon[-2] = '\0';
		memmove(host, host + 1, strlen(host));
	}
	if ((error = getaddrinfo(host, colon, &hints, &ai)) != 0)
		errx(1, "listen %s: %s", where, gai_strerror(error));
	fd = socket(ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0);
	if (fd == -1 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one,
	    sizeof(one)) == -1 || bind(fd, ai->ai_addr, ai->ai_addrlen) == -1 ||
	    listen(fd, BACKLOG) == -1)
		err(1, "listen %s", where);
	freeaddrinfo(ai);
	return (fd);
}

static void
say_listening(int fd)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	char host[64], port[16], text[96];
	struct json_object *o = json_object_new_object();

	if (getsockname(fd, (struct sockaddr *)&ss, &len) == -1 ||
	    getnameinfo((struct sockaddr *)&ss, len, host, sizeof(host), port,
	    sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		host[0] = port[0] = '\0';
	snprintf(text, sizeof(text), ss.ss_family == AF_INET6 ? "[%s]:%s" :
	    "%s:%s", host, port);
	json_object_object_add(o, "address", json_object_new_string(text));
	log_event("listening", o);
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
 * The two processes.
 */

struct http_part {
	pid_t	ht_pid;
	int	ht_pidfd;
	int	ht_jid;		/* of its own prison */
};

static void __attribute__((noreturn))
http_child(const struct shared *sh, int listen_fd, int control, int tell)
{
	char error[JAIL_ERRMSGLEN + 128];
	int jid = jail_myself(worlds_empty(), worlds_owner(), error,
	    sizeof(error));

	if (jid == -1 || write(tell, &jid, sizeof(jid)) != sizeof(jid)) {
		log_error("start", error);
		_exit(1);
	}
	close(tell);
	_exit(http_main(&config, sh, listen_fd, control));
}

/* 0 when it is where it should be, or -1. */
static int
start_http(struct http_part *ht, const struct shared *sh, int listen_fd,
    int control[2])
{
	int tell[2];

	if (pipe(tell) == -1 || (ht->ht_pid = fork()) == -1)
		err(1, "start");
	if (ht->ht_pid == 0) {
		close(control[0]);
		close(tell[0]);
		http_child(sh, listen_fd, control[1], tell[1]);
	}
	close(control[1]);
	close(listen_fd);
	close(tell[1]);
	/* Said before it has heard anything from the world. */
	if (read(tell[0], &ht->ht_jid, sizeof(ht->ht_jid)) !=
	    sizeof(ht->ht_jid)) {
		waitpid(ht->ht_pid, NULL, 0);
		return (-1);
	}
	close(tell[0]);
	ht->ht_pidfd = (int)syscall(SYS_pidfd_open, ht->ht_pid, 0);
	if (ht->ht_pidfd == -1)
		err(1, "pidfd_open");
	return (0);
}

/* Signals go on to the HTTP part; its end is ours.  Its wait status. */
static int
wait_for_http(const struct http_part *ht, int signals)
{
	struct pollfd pfd[2] = {
		{ .fd = ht->ht_pidfd, .events = POLLIN },
		{ .fd = signals, .events = POLLIN },
	};
	int n, patience = -1, status = 0;
	struct signalfd_siginfo si;

	for (;;) {
		n = poll(pfd, 2, patience);
		if (n == 0)
			kill(ht->ht_pid, SIGKILL);	/* its grace is long over */
		if ((n == -1 && errno != EINTR) || pfd[0].revents != 0)
			break;
		if (n == 1 && read(signals, &si, sizeof(si)) == sizeof(si)) {
			kill(ht->ht_pid, SIGTERM);
			patience = (int)config.co_grace + KILL_AFTER;
		}
	}
	waitpid(ht->ht_pid, &status, 0);
	jail_remove(ht->ht_jid);
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

static int
serve(void)
{
	struct shared *sh = mmap(NULL, sizeof(*sh), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int control[2], listen_fd, signals, status;
	struct http_part http;

	if (sh == MAP_FAILED || socketpair(AF_UNIX, SOCK_SEQPACKET |
	    SOCK_CLOEXEC, 0, control) == -1 ||
	    (signals = block_signals()) == -1)
		err(1, "start");
	listen_fd = open_listener(config.co_listen);
	say_listening(listen_fd);
	if (start_http(&http, sh, listen_fd, control) == -1)
		return (1);
	if (pool_start(&config, sh) == -1 || keeper_start(&config, sh,
	    control[0]) == -1) {
		log_error("start", strerror(errno));
		kill(http.ht_pid, SIGKILL);
	}
	status = wait_for_http(&http, signals);
	/* What is still on its way finds the other end closed. */
	shutdown(control[0], SHUT_RD);
	keeper_join();
	pool_stop();
	if (status != 0)
		log_error("stop", "the HTTP part has failed");
	log_event("stopped", json_object_new_object());
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
	const char *file = CONFIG, *listen_at = NULL,
	    *world = NULL;
	int ch, check = 0, list = 0, status;
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
	read_config(file, listen_at, world);
	if (check)
		return (0);
	if (geteuid() != 0)
		errx(1, "only root can make prisons, and without them nothing "
		    "is run");
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
	status = serve();
	worlds_close();
	config_free(&config);
	return (status);
}
