// SPDX-License-Identifier: BSD-2-Clause
#include "wire.h"

#include <sys/socket.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define DEPTH_MAX	8
#define SEALS	(F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK)

const char *const cause_names[CAUSES] = {
	[CAUSE_OK] = "ok", [CAUSE_TIMEOUT] = "timeout",
	[CAUSE_MEMORY] = "memory", [CAUSE_OUTPUT] = "output",
	[CAUSE_KILLED] = "killed",
};

union control {
	struct cmsghdr	hdr;
	char		buf[CMSG_SPACE(sizeof(int) * WIRE_FDS)];
};

int
wire_send(int control, const struct wire_message *wm, const int fds[WIRE_FDS])
{
	struct iovec iov = {
		.iov_base = (void *)(uintptr_t)wm,
		.iov_len = sizeof(wm->wm_run) + wm->wm_run.wr_textlen,
	};
	size_t size = sizeof(int) * (fds[WIRE_STDIN] != -1 ? WIRE_FDS :
	    WIRE_STDIN);
	union control ctl = { 0 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &ctl, .msg_controllen = CMSG_SPACE(size),
	};
	struct cmsghdr *cm = CMSG_FIRSTHDR(&msg);

	cm->cmsg_level = SOL_SOCKET;
	cm->cmsg_type = SCM_RIGHTS;
	cm->cmsg_len = CMSG_LEN(size);
	memcpy(CMSG_DATA(cm), fds, size);
	return (sendmsg(control, &msg, MSG_NOSIGNAL) == -1 ? -1 : 0);
}

int
wire_receive(int control, struct wire_message *wm, int fds[WIRE_FDS])
{
	struct iovec iov = { .iov_base = wm, .iov_len = sizeof(*wm) };
	union control ctl = { 0 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &ctl, .msg_controllen = sizeof(ctl),
	};
	int got[WIRE_FDS + 1], i, ngot = 0;	/* padding has room for one */
	struct cmsghdr *cm;
	ssize_t n;

	for (i = 0; i < WIRE_FDS; i++)
		fds[i] = -1;
	do
		n = recvmsg(control, &msg, MSG_CMSG_CLOEXEC);
	while (n == -1 && errno == EINTR);
	if (n == 0)
		return (0);
	cm = CMSG_FIRSTHDR(&msg);
	if (n > 0 && cm != NULL && cm->cmsg_type == SCM_RIGHTS) {
		ngot = (cm->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		memcpy(got, CMSG_DATA(cm), ngot * sizeof(int));
	}
	for (i = 0; i < ngot; i++)
		if (i < WIRE_FDS)
			fds[i] = got[i];
		else
			close(got[i]);
	if (n < (ssize_t)sizeof(wm->wm_run) ||
	    (msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0 ||
	    wm->wm_run.wr_textlen != n - sizeof(wm->wm_run))
		return (-1);
	return (1);
}

int
wire_name_ok(const char *name)
{
	const char *p = name, *slash;
	size_t len;
	int depth;

	if (strlen(name) >= WIRE_NAME)
		return (0);
	for (depth = 0; depth < DEPTH_MAX; depth++, p = slash + 1) {
		slash = strchr(p, '/');
		len = slash != NULL ? (size_t)(slash - p) : strlen(p);
		if (len == 0 || len > 200 || (p[0] == '.' && (len == 1 ||
		    (len == 2 && p[1] == '.'))))
			return (0);
		if (slash == NULL)
			break;
	}
	for (p = name; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return (0);
	return (depth < DEPTH_MAX);
}

const char *
wire_string(const struct wire_message *wm, unsigned n)
{
	const char *p = wm->wm_text;

	while (n-- > 0)
		p += strlen(p) + 1;
	return (p);
}

/* As many strings as there should be, each with its end. */
static int
text_ok(const struct wire_message *wm)
{
	const char *p = wm->wm_text, *end = p + wm->wm_run.wr_textlen, *nul;
	unsigned n = wm->wm_run.wr_nfiles + wm->wm_run.wr_nargs;

	for (; n > 0; n--, p = nul + 1)
		if ((nul = memchr(p, '\0', end - p)) == NULL)
			return (0);
	return (p == end);
}

static int
is_sealed(int fd, uint64_t size)
{
	int seals = fcntl(fd, F_GET_SEALS);
	struct stat st;

	return (seals != -1 && (seals & SEALS) == SEALS && fstat(fd, &st) == 0
	    && (uint64_t)st.st_size >= size);
}

static int
is_pipe(int fd)
{
	int flags = fcntl(fd, F_GETFL);
	struct stat st;

	return (fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode) &&
	    (flags & O_ACCMODE) == O_WRONLY);
}

static int
is_talk(int fd)
{
	socklen_t len = sizeof(int);
	int domain, type;

	return (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) == 0 &&
	    getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 &&
	    domain == AF_UNIX && type == SOCK_SEQPACKET);
}

const char *
wire_check(const struct wire_message *wm, const int fds[WIRE_FDS],
    const struct config *co)
{
	const struct wire_run *wr = &wm->wm_run;
	uint64_t total = 0;
	unsigned i;

	if (wr->wr_magic != WIRE_MAGIC)
		return ("of another version");
	if (wr->wr_language >= co->co_nlanguages ||
	    !co->co_languages[wr->wr_language].la_offered)
		return ("no such language");
	for (i = 0; i < LIMITS; i++)
		if (wr->wr_limit[i] == 0 || wr->wr_limit[i] > co->co_most[i])
			return ("a limit is beyond what may be");
	if (wr->wr_nfiles == 0 || wr->wr_nfiles > WIRE_FILES ||
	    wr->wr_nargs > WIRE_ARGS || !text_ok(wm))
		return ("broken");
	for (i = 0; i < wr->wr_nfiles; i++) {
		if (!wire_name_ok(wire_string(wm, i)))
			return ("the name of a file may not be");
		if (wr->wr_sizes[i] > co->co_request)
			return ("a file is too large");
		total += wr->wr_sizes[i];
	}
	if (!is_talk(fds[WIRE_TALK]) || !is_pipe(fds[WIRE_STDOUT]) ||
	    !is_pipe(fds[WIRE_STDERR]) || !is_sealed(fds[WIRE_CONTENT], total)
	    || (fds[WIRE_STDIN] != -1 && !is_sealed(fds[WIRE_STDIN], 0)))
		return ("a descriptor is not what it should be");
	return (NULL);
}
