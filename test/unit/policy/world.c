/* SPDX-License-Identifier: BSD-2-Clause */
#include "world.h"

#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/rtnetlink.h>
#include <linux/sched.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "jail.h"
#include "pin.h"

#define SKIP		77
#define MAXPRISONS	64

struct world world = { -1, -1, NULL, 0, { -1, -1, -1, -1 } };

static char cgroup[256], tempdir[] = "/tmp/jail-test-policy.XXXXXX";
static struct prison *prisons[MAXPRISONS];
static int nprisons;
static struct {
	long	sh_result;
} *shared;

/* ------------------------------------------------------------------------
 * The world.
 */

static int
find_cgroup2(char path[128])
{
	char line[1024], *mp;
	FILE *f;
	int i;

	if ((f = fopen("/proc/self/mountinfo", "re")) == NULL)
		return (-1);
	while (fgets(line, sizeof(line), f) != NULL) {
		if (strstr(line, " - cgroup2 ") == NULL)
			continue;
		for (mp = line, i = 0; i < 4; i++)
			mp = strchr(mp, ' ') + 1;
		snprintf(path, 128, "%.*s", (int)strcspn(mp, " "), mp);
		fclose(f);
		return (0);
	}
	fclose(f);
	return (-1);
}

static void
add_address(int fd, int family, const void *addr)
{
	struct {
		struct nlmsghdr		n;
		struct ifaddrmsg	a;
		struct rtattr		r;
		char			addr[16];
	} req = { 0 };
	size_t len = family == AF_INET ? 4 : 16;
	char ack[256];

	req.n.nlmsg_len = offsetof(typeof(req), addr) + len;
	req.n.nlmsg_type = RTM_NEWADDR;
	req.n.nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_ACK;
	req.a.ifa_family = family;
	req.a.ifa_prefixlen = len * 8;
	req.a.ifa_index = 1;	/* lo is the first of any network */
	req.r.rta_len = RTA_LENGTH(len);
	req.r.rta_type = IFA_LOCAL;
	memcpy(req.addr, addr, len);
	if (send(fd, &req, req.n.nlmsg_len, 0) == -1 ||
	    recv(fd, ack, sizeof(ack), 0) == -1)
		err(1, "netlink");
}

static void
write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd == -1 || write(fd, text, strlen(text)) == -1)
		err(1, "%s", path);
	close(fd);
}

static void
make_network(void)
{
	struct ifreq ifr = { .ifr_name = "lo" };
	struct in6_addr in6;
	struct in_addr in;
	char text[32];
	int fd, i;

	if ((fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) == -1)
		err(1, "socket");
	ifr.ifr_flags = IFF_UP;
	if (ioctl(fd, SIOCSIFFLAGS, &ifr) == -1)
		err(1, "lo");
	close(fd);
	if ((fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC,
	    NETLINK_ROUTE)) == -1)
		err(1, "netlink");
	for (i = 1; i <= 4; i++) {
		snprintf(text, sizeof(text), "10.0.0.%d", i);
		inet_pton(AF_INET, text, &in);
		add_address(fd, AF_INET, &in);
		snprintf(text, sizeof(text), "fd00::%d", i);
		inet_pton(AF_INET6, text, &in6);
		add_address(fd, AF_INET6, &in6);
	}
	close(fd);
	write_file("/proc/sys/net/ipv4/ping_group_range", "0 2147483647");
}

static int
world_make(void)
{
	char path[64];

	if (geteuid() != 0) {
		warnx("skipped: needs root");
		return (SKIP);
	}
	if (unshare(CLONE_NEWNS | CLONE_NEWNET) == -1 ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1)
		err(1, "unshare");
	if (mount("tmpfs", tempdir, "tmpfs", 0, "mode=0700") == -1)
		err(1, "mount tmpfs");
	snprintf(path, sizeof(path), "%s/bpf", tempdir);
	mkdir(path, 0700);
	if (mount("bpf", path, "bpf", 0, "mode=0700") == -1) {
		warnx("skipped: kernel lacks bpffs (CONFIG_BPF_SYSCALL)");
		return (SKIP);
	}
	world.wo_bpf = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	world.wo_cg = open(cgroup, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (world.wo_bpf == -1 || world.wo_cg == -1)
		err(1, "%s", cgroup);
	world.wo_dir = tempdir;
	world.wo_level = 1;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		err(1, "mmap");
	make_network();
	if (policy_setup(world.wo_bpf, world.wo_cg, world.wo_level) == -1) {
		warnx("%s: %s", getenv("JAIL_MUST_WORK") != NULL ? "failed" :
		    "skipped", jail_errmsg);
		return (getenv("JAIL_MUST_WORK") != NULL ? 1 : SKIP);
	}
	if (policy_open(world.wo_bpf, &world.wo_maps) == -1)
		errx(1, "%s", jail_errmsg);
	/* Opened when needed they would be closed with the test's own. */
	world.wo_maps.pm_owners = pin_get(world.wo_bpf, "owners");
	world.wo_maps.pm_quick = pin_get(world.wo_bpf, "quick");
	world.wo_maps.pm_addrs = pin_get(world.wo_bpf, "addrs");
	return (0);
}

static pid_t inhabitant;

/* We are to end: then it ends, and we clear up behind it as always. */
static void
end_world(int sig)
{
	(void)sig;
	kill(inhabitant, SIGKILL);
}

int
world_run(int (*main_inside)(void))
{
	int i, status, tries;
	char mp[128], path[300];
	pid_t pid;

	if (find_cgroup2(mp) == -1) {
		warnx("skipped: no cgroup2 is mounted");
		return (SKIP);
	}
	snprintf(cgroup, sizeof(cgroup), "%s/jail-test-policy.%d", mp,
	    (int)getpid());
	if (mkdir(cgroup, 0755) == -1 || mkdtemp(tempdir) == NULL) {
		warn("skipped: mkdir %s", cgroup);
		return (SKIP);
	}
	inhabitant = pid = fork();
	if (pid == -1)
		err(1, "fork");
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if ((status = world_make()) == 0) {
			status = main_inside();
			prison_free_all();
			policy_teardown(world.wo_bpf);
		}
		fflush(NULL);
		_exit(status);
	}
	signal(SIGINT, end_world);
	signal(SIGTERM, end_world);
	while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
		;
	/* The mounts and the network went with the process. */
	snprintf(path, sizeof(path), "%s/cgroup.kill", cgroup);
	write_file(path, "1");
	for (tries = 0; rmdir(cgroup) == -1 && tries < 100; tries++) {
		for (i = 0; i < 1000; i++) {
			snprintf(path, sizeof(path), "%s/p%d", cgroup, i);
			rmdir(path);
		}
		usleep(10000);
	}
	if (tries == 100)
		warn("rmdir %s", cgroup);
	rmdir(tempdir);
	return (WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

/* ------------------------------------------------------------------------
 * Prisons.
 */

static void
policy_parse(struct prison *pr, const char *addrs, unsigned flags)
{
	struct policy *po = &pr->pr_policy;
	char buf[256], *p, *save = NULL;

	memset(po, 0, sizeof(*po));
	po->po_addr4 = pr->pr_addr4;
	po->po_addr6 = pr->pr_addr6;
	po->po_flags = flags;
	po->po_uid0 = UID0;
	snprintf(buf, sizeof(buf), "%s", addrs);
	for (p = strtok_r(buf, " ", &save); p != NULL;
	    p = strtok_r(NULL, " ", &save)) {
		if (strcmp(p, "*4") == 0)
			po->po_ip4 = JAIL_SYS_INHERIT;
		else if (strcmp(p, "*6") == 0)
			po->po_ip6 = JAIL_SYS_INHERIT;
		else if (inet_pton(AF_INET, p,
		    &pr->pr_addr4[po->po_naddr4]) == 1) {
			po->po_ip4 = JAIL_SYS_NEW;
			po->po_naddr4++;
		} else if (inet_pton(AF_INET6, p,
		    &pr->pr_addr6[po->po_naddr6]) == 1) {
			po->po_ip6 = JAIL_SYS_NEW;
			po->po_naddr6++;
		}
	}
}

int
prison_set(struct prison *pr, const char *addrs, unsigned flags)
{
	policy_parse(pr, addrs, flags);
	return (policy_set(world.wo_bpf, &world.wo_maps, pr->pr_cgid,
	    &pr->pr_policy));
}

struct prison *
prison_new(const char *addrs, unsigned flags)
{
	struct prison *pr = calloc(1, sizeof(*pr));
	static int number;
	struct stat sb;

	snprintf(pr->pr_name, sizeof(pr->pr_name), "p%d", number++);
	if (mkdirat(world.wo_cg, pr->pr_name, 0755) == -1)
		err(1, "%s", pr->pr_name);
	pr->pr_cg = openat(world.wo_cg, pr->pr_name,
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (pr->pr_cg == -1 || fstat(pr->pr_cg, &sb) == -1)
		err(1, "%s", pr->pr_name);
	pr->pr_cgid = sb.st_ino;
	prisons[nprisons++] = pr;
	if (addrs != NULL && prison_set(pr, addrs, flags) == -1)
		errx(1, "policy_set: %s", jail_errmsg);
	return (pr);
}

void
prison_free(struct prison *pr)
{
	int i;

	policy_clear(&world.wo_maps, pr->pr_cgid);
	unlinkat(world.wo_cg, pr->pr_name, AT_REMOVEDIR);
	close(pr->pr_cg);
	for (i = 0; i < nprisons; i++)
		if (prisons[i] == pr)
			prisons[i] = prisons[--nprisons];
	free(pr);
}

void
prison_free_all(void)
{
	while (nprisons > 0)
		prison_free(prisons[nprisons - 1]);
}

/* ------------------------------------------------------------------------
 * Asking.
 */

static pid_t
clone_into(int cgfd)
{
	struct clone_args ca = {
		.flags = CLONE_INTO_CGROUP | CLONE_FILES,
		.exit_signal = SIGCHLD,
		.cgroup = cgfd,
	};

	return (syscall(SYS_clone3, &ca, sizeof(ca)));
}

long
inside(struct prison *pr, long (*fn)(const struct ask *),
    const struct ask *as)
{
	uid_t uid = UID0 + as->as_uid;
	int status;
	pid_t pid;

	if (pr == NULL)
		return (fn(as));
	shared->sh_result = -ECHILD;
	if ((pid = clone_into(pr->pr_cg)) == -1)
		err(1, "clone3");
	if (pid == 0) {
		if ((as->as_flags & AS_CAPABLE) == 0 &&
		    (setgroups(0, NULL) == -1 ||
		    setresgid(uid, uid, uid) == -1 ||
		    setresuid(uid, uid, uid) == -1))
			_exit(1);
		shared->sh_result = fn(as);
		_exit(0);
	}
	while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
		;
	return (shared->sh_result);
}

static socklen_t
address(const char *text, int port, int family, struct sockaddr_storage *ss)
{
	struct sockaddr_in6 *sin6 = (struct sockaddr_in6 *)ss;
	struct sockaddr_in *sin = (struct sockaddr_in *)ss;

	memset(ss, 0, sizeof(*ss));
	if (family != AF_INET6 &&
	    inet_pton(AF_INET, text, &sin->sin_addr) == 1) {
		sin->sin_family = AF_INET;
		sin->sin_port = htons(port);
		return (sizeof(*sin));
	}
	if (inet_pton(AF_INET6, text, &sin6->sin6_addr) != 1)
		errx(1, "not an address: %s", text);
	sin6->sin6_family = AF_INET6;
	sin6->sin6_port = htons(port);
	return (sizeof(*sin6));
}

static int
family_of(const struct ask *as)
{
	const char *text = as->as_to != NULL ? as->as_to : as->as_from;

	if (as->as_family != 0)
		return (as->as_family);
	return (text != NULL && strchr(text, ':') != NULL ? AF_INET6 :
	    AF_INET);
}

long
ask_socket(const struct ask *as)
{
	const struct timeval tv = { 0, 400000 };
	int fd, off = 0, on = 1;

	if (as->as_fd > 0)
		return (as->as_fd);
	fd = socket(family_of(as), (as->as_type == 0 ? SOCK_STREAM :
	    as->as_type) | SOCK_CLOEXEC, as->as_protocol);
	if (fd == -1)
		return (-errno);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (family_of(as) == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY,
		    as->as_flags & AS_V6ONLY ? &on : &off, sizeof(on));
	if (as->as_flags & AS_REUSEPORT)
		setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
	if (as->as_flags & AS_FREEBIND)
		setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &on, sizeof(on));
	return (fd);
}

/* Say why, and keep nothing. */
static long
failed(const struct ask *as, int fd)
{
	long error = -errno;

	if (as->as_fd == 0)
		close(fd);
	return (error);
}

long
ask_bind(const struct ask *as)
{
	struct sockaddr_storage ss;
	socklen_t len;
	int fd;

	if ((fd = ask_socket(as)) < 0)
		return (fd);
	len = address(as->as_to, as->as_port, family_of(as), &ss);
	if (bind(fd, (struct sockaddr *)&ss, len) == -1)
		return (failed(as, fd));
	return (fd);
}

long
ask_listen(const struct ask *as)
{
	int fd = as->as_to == NULL ? ask_socket(as) : ask_bind(as);

	if (fd >= 0 && listen(fd, 16) == -1)
		return (failed(as, fd));
	return (fd);
}

long
ask_connect(const struct ask *as)
{
	struct sockaddr_storage ss;
	socklen_t len;
	int fd;

	if ((fd = ask_socket(as)) < 0)
		return (fd);
	if (as->as_from != NULL) {
		len = address(as->as_from, as->as_fromport, family_of(as),
		    &ss);
		if (bind(fd, (struct sockaddr *)&ss, len) == -1)
			return (failed(as, fd));
	}
	len = address(as->as_to, as->as_port, family_of(as), &ss);
	if (as->as_flags & AS_FASTOPEN ?
	    sendto(fd, "x", 1, MSG_FASTOPEN, (struct sockaddr *)&ss, len) ==
	    -1 : connect(fd, (struct sockaddr *)&ss, len) == -1)
		return (failed(as, fd));
	return (fd);
}

/* A control message naming the source address. */
static void
pktinfo(struct msghdr *mh, const char *from)
{
	struct cmsghdr *cm = mh->msg_control;

	if (strchr(from, ':') == NULL) {
		struct in_pktinfo *pi = (struct in_pktinfo *)CMSG_DATA(cm);

		inet_pton(AF_INET, from, &pi->ipi_spec_dst);
		cm->cmsg_level = IPPROTO_IP;
		cm->cmsg_type = IP_PKTINFO;
		cm->cmsg_len = CMSG_LEN(sizeof(*pi));
		mh->msg_controllen = CMSG_SPACE(sizeof(*pi));
	} else {
		struct in6_pktinfo *pi = (struct in6_pktinfo *)CMSG_DATA(cm);

		inet_pton(AF_INET6, from, &pi->ipi6_addr);
		cm->cmsg_level = IPPROTO_IPV6;
		cm->cmsg_type = IPV6_PKTINFO;
		cm->cmsg_len = CMSG_LEN(sizeof(*pi));
		mh->msg_controllen = CMSG_SPACE(sizeof(*pi));
	}
}

/* as_port, or an echo request for a ping socket. */
long
ask_send(const struct ask *as)
{
	static const char echo4[8] = { 8 }, echo6[8] = { (char)128 };
	char control[CMSG_SPACE(64)] __attribute__((aligned(8))) = { 0 };
	struct iovec iov = { (char *)(uintptr_t)"x", 1 };
	struct sockaddr_storage ss;
	struct msghdr mh = { .msg_name = &ss, .msg_iov = &iov,
	    .msg_iovlen = 1, .msg_control = control };
	int fd;

	if ((fd = ask_socket(as)) < 0)
		return (fd);
	mh.msg_namelen = address(as->as_to, as->as_port, family_of(as), &ss);
	if (as->as_protocol == IPPROTO_ICMP ||
	    as->as_protocol == IPPROTO_ICMPV6) {
		iov.iov_base = (char *)(uintptr_t)(as->as_protocol ==
		    IPPROTO_ICMP ? echo4 : echo6);
		iov.iov_len = 8;
	}
	if (as->as_flags & AS_CONNECTED) {
		if (connect(fd, (struct sockaddr *)&ss, mh.msg_namelen) == -1)
			return (failed(as, fd));
		mh.msg_name = NULL;
		mh.msg_namelen = 0;
	}
	if (as->as_from != NULL)
		pktinfo(&mh, as->as_from);
	else
		mh.msg_control = NULL;
	if (sendmsg(fd, &mh, 0) == -1)
		return (failed(as, fd));
	return (fd);
}

long
ask_open(const struct ask *as)
{
	int fd = open(as->as_to, O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	return (fd == -1 ? -errno : fd);
}

long
try_socket(struct prison *pr, int family, int type, int protocol)
{
	return (inside(pr, ask_socket, &(struct ask){ .as_family = family,
	    .as_type = type, .as_protocol = protocol }));
}

long
try_bind(struct prison *pr, const char *addr, int port)
{
	return (inside(pr, ask_bind, &(struct ask){ .as_to = addr,
	    .as_port = port }));
}

long
try_bind_udp(struct prison *pr, const char *addr, int port)
{
	return (inside(pr, ask_bind, &(struct ask){ .as_to = addr,
	    .as_port = port, .as_type = SOCK_DGRAM }));
}

long
try_listen(struct prison *pr, const char *addr, int port)
{
	return (inside(pr, ask_listen, &(struct ask){ .as_to = addr,
	    .as_port = port }));
}

long
try_connect(struct prison *pr, const char *addr, int port)
{
	return (inside(pr, ask_connect, &(struct ask){ .as_to = addr,
	    .as_port = port }));
}

/* ------------------------------------------------------------------------
 * Looking.
 */

static const char *
ss_name(const struct sockaddr_storage *ss, char *buf, size_t size)
{
	const struct sockaddr_in6 *sin6 = (const void *)ss;
	const struct sockaddr_in *sin = (const void *)ss;
	char text[INET6_ADDRSTRLEN];

	if (ss->ss_family == AF_INET)
		snprintf(buf, size, "%s:%d", inet_ntop(AF_INET,
		    &sin->sin_addr, text, sizeof(text)), ntohs(sin->sin_port));
	else
		snprintf(buf, size, "[%s]:%d", inet_ntop(AF_INET6,
		    &sin6->sin6_addr, text, sizeof(text)),
		    ntohs(sin6->sin6_port));
	return (buf);
}

const char *
name_of(int fd)
{
	static char buf[64];
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);

	if (getsockname(fd, (struct sockaddr *)&ss, &len) == -1)
		return (strerror(errno));
	return (ss_name(&ss, buf, sizeof(buf)));
}

const char *
peer_of(int fd)
{
	static char buf[64];
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);

	if (getpeername(fd, (struct sockaddr *)&ss, &len) == -1)
		return (strerror(errno));
	return (ss_name(&ss, buf, sizeof(buf)));
}

int
port_of(int fd)
{
	const char *name = name_of(fd), *colon = strrchr(name, ':');

	return (colon == NULL ? -1 : atoi(colon + 1));
}

int
arrives(int listener, const char *addr, int port)
{
	struct pollfd pfd = { .fd = listener, .events = POLLIN };
	int fd = -1, peer;

	peer = try_connect(NULL, addr, port);
	if (poll(&pfd, 1, peer < 0 ? 0 : 400) == 1)
		fd = accept(listener, NULL, NULL);
	if (peer >= 0)
		close(peer);
	return (fd);
}

int
answers(const char *addr, int port)
{
	int fd = try_connect(NULL, addr, port);

	if (fd >= 0)
		close(fd);
	return (fd >= 0);
}

int
received(int fd, char name[64])
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	char byte[64];

	if (poll(&pfd, 1, 300) != 1 || recvfrom(fd, byte, sizeof(byte),
	    MSG_DONTWAIT, (struct sockaddr *)&ss, &len) == -1)
		return (0);
	if (name != NULL)
		ss_name(&ss, name, 64);
	return (1);
}
