// SPDX-License-Identifier: BSD-2-Clause
/*
 * The checks.  What can be tried is tried, in a child where it would leave
 * something behind; what cannot is looked up.  None changes the host, but that
 * the kernel may load a module it was asked for.
 */
#include "checks.h"

#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/mount.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RANGE_FIRST	1879048192L	/* host uids of prisons (state.h) */
#define RANGE_LAST	2147090431L

#define UIDS		4294967295UL	/* all that the host has */
#define PID_NS_INO	0xEFFFFFFCU	/* of the first PID namespace */
#define LINE		512
#define SAY(...)	snprintf(text, size, __VA_ARGS__)

/* ------------------------------------------------------------------------
 * Looking things up.
 */

/* The first line of a file, or -1. */
static int
first_line(const char *path, char *line, size_t size)
{
	FILE *f = fopen(path, "re");
	int error = -1;

	if (f == NULL)
		return (-1);
	if (fgets(line, size, f) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		error = 0;
	}
	fclose(f);
	return (error);
}

static int
has_word(const char *line, const char *word, const char *separators)
{
	char copy[LINE], *s, *save;

	snprintf(copy, sizeof(copy), "%s", line);
	for (s = strtok_r(copy, separators, &save); s != NULL;
	    s = strtok_r(NULL, separators, &save))
		if (strcmp(s, word) == 0)
			return (1);
	return (0);
}

/* Where the unified hierarchy is; or that of a controller of the old kind. */
static int
cgroup_at(const char *controller, char *path, size_t size)
{
	FILE *f = fopen("/proc/self/mounts", "re");
	char line[4096], at[1024], type[64], options[1024];
	int found = -1;

	if (f == NULL)
		return (-1);
	while (found == -1 && fgets(line, sizeof(line), f) != NULL) {
		if (sscanf(line, "%*s %1023s %63s %1023s", at, type,
		    options) != 3)
			continue;
		if (controller == NULL ? strcmp(type, "cgroup2") != 0 :
		    strcmp(type, "cgroup") != 0 ||
		    !has_word(options, controller, ","))
			continue;
		snprintf(path, size, "%s", at);
		found = 0;
	}
	fclose(f);
	return (found);
}

/* Is a module loaded, built in, or on disk to be loaded? */
static enum result
module_there(const char *name, char *text, unsigned size)
{
	static const char *const lists[] = { "modules.builtin", "modules.dep" };
	char path[256], line[4096], file[128];
	struct utsname un;
	size_t i;
	FILE *f;
	int lists_seen = 0;

	snprintf(path, sizeof(path), "/sys/module/%s", name);
	if (access(path, F_OK) == 0)
		return (SAY("loaded"), C_YES);
	uname(&un);
	snprintf(file, sizeof(file), "/%s.ko", name);
	for (i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "/lib/modules/%s/%s", un.release,
		    lists[i]);
		if ((f = fopen(path, "re")) == NULL)
			continue;
		lists_seen = 1;
		while (fgets(line, sizeof(line), f) != NULL) {
			line[strcspn(line, ":\n")] = '\0';
			if (strstr(line, file) == NULL)
				continue;
			fclose(f);
			return (SAY("%s", i == 0 ? "built in" :
			    "a module, loaded when needed"), C_YES);
		}
		fclose(f);
	}
	if (!lists_seen)
		return (SAY("no list of modules in /lib/modules/%s",
		    un.release), C_UNKNOWN);
	return (SAY("neither built in nor a module"), C_NO);
}

/* ------------------------------------------------------------------------
 * Rows.
 */

static enum result
try_kernel(const struct check *c, char *text, unsigned size)
{
	struct utsname un;
	int major = 0, minor = 0;

	uname(&un);
	sscanf(un.release, "%d.%d", &major, &minor);
	SAY("%s", un.release);
	return (major > c->c_num || (major == c->c_num && minor >= c->c_num2) ?
	    C_YES : C_NO);
}

static enum result
try_root(const struct check *c, char *text, unsigned size)
{
	char map[LINE];
	unsigned long first, outside, count;

	(void)c;
	if (geteuid() != 0)
		return (SAY("uid %u, to whom not all can be told",
		    geteuid()), C_UNKNOWN);
	if (first_line("/proc/self/uid_map", map, sizeof(map)) == 0 &&
	    sscanf(map, "%lu %lu %lu", &first, &outside, &count) == 3 &&
	    (outside != 0 || count != UIDS))
		return (SAY("of a user namespace, not of the host"), C_NO);
	return (C_YES);
}

/*
 * The root of all control groups has no cgroup.type: elsewhere that is the
 * sign of a part that somebody has been given.
 */
static int
cgroup_is_part(void)
{
	char path[1024], file[1100];

	if (cgroup_at(NULL, path, sizeof(path)) == -1)
		return (0);
	snprintf(file, sizeof(file), "%s/cgroup.type", path);
	return (access(file, F_OK) == 0);
}

static enum result
try_container(const struct check *c, char *text, unsigned size)
{
	static const char *const signs[] = {
		"/run/systemd/container", "/run/.containerenv"
	};
	struct stat pid;
	char line[LINE];
	size_t i;

	(void)c;
	for (i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (access(signs[i], F_OK) == 0)
			return (SAY("%s is there", signs[i]), C_NO);
	if (first_line("/proc/self/uid_map", line, sizeof(line)) == 0 &&
	    strstr(line, "4294967295") == NULL)
		return (SAY("a user namespace that is not the first"), C_NO);
	if (stat("/proc/self/ns/pid", &pid) == 0 && pid.st_ino != PID_NS_INO)
		return (SAY("PIDs that are not the host's"), C_NO);
	if (cgroup_is_part())
		return (SAY("a part of the control groups only"), C_NO);
	return (C_YES);
}

static enum result
try_cgroup2(const struct check *c, char *text, unsigned size)
{
	char path[1024];

	(void)c;
	if (cgroup_at(NULL, path, sizeof(path)) == -1)
		return (SAY("not mounted"), C_NO);
	SAY("%s", path);
	if (access(path, W_OK) == 0)
		return (C_YES);
	SAY("%s: %s", path, strerror(errno));
	return (errno == EACCES && geteuid() != 0 ? C_UNKNOWN : C_NO);
}

static enum result
try_controller(const struct check *c, char *text, unsigned size)
{
	char path[1024], file[1100], line[LINE];

	if (cgroup_at(NULL, path, sizeof(path)) == 0) {
		snprintf(file, sizeof(file), "%s/cgroup.controllers", path);
		if (first_line(file, line, sizeof(line)) == 0 &&
		    has_word(line, c->c_arg, " "))
			return (SAY("%s", path), C_YES);
	}
	if (cgroup_at(c->c_arg, path, sizeof(path)) == 0)
		return (SAY("v1, %s", path), C_YES);
	return (SAY("nowhere"), C_NO);
}

/* Load the least program of a type: "r0 = 1; exit". */
static enum result
try_bpf(const struct check *c, char *text, unsigned size)
{
	struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = 1 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr;
	int fd;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = c->c_num;
	attr.expected_attach_type = c->c_num2;
	attr.insns = (uintptr_t)insns;
	attr.insn_cnt = sizeof(insns) / sizeof(insns[0]);
	attr.license = (uintptr_t)"GPL";
	fd = syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
	if (fd != -1)
		return (close(fd), C_YES);
	SAY("%s", strerror(errno));
	return (errno == EPERM ? C_UNKNOWN : C_NO);
}

static enum result
try_filesystem(const struct check *c, char *text, unsigned size)
{
	FILE *f = fopen("/proc/filesystems", "re");
	char line[LINE];
	enum result r = C_NO;

	(void)text, (void)size;
	if (f == NULL)
		return (C_UNKNOWN);
	while (r == C_NO && fgets(line, sizeof(line), f) != NULL)
		if (has_word(line, c->c_arg, " \t\n") &&
		    strcmp(c->c_arg, "nodev") != 0)
			r = C_YES;
	fclose(f);
	return (r);
}

static enum result
try_bpf_lsm(const struct check *c, char *text, unsigned size)
{
	char line[LINE];

	(void)c;
	if (first_line("/sys/kernel/security/lsm", line, sizeof(line)) == -1)
		return (SAY("/sys/kernel/security is not mounted"), C_UNKNOWN);
	SAY("%s", line);
	return (has_word(line, "bpf", ",") ? C_YES : C_NO);
}

static enum result
try_seccomp(const struct check *c, char *text, unsigned size)
{
	uint32_t action = SECCOMP_RET_ERRNO;

	(void)c;
	if (syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0)
		return (C_YES);
	SAY("%s", strerror(errno));
	return (C_NO);
}

static int
map_write(pid_t pid, const char *file)
{
	char path[64], map[64];
	int fd, error;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	snprintf(map, sizeof(map), "0 %ld 65536", RANGE_FIRST);
	if ((fd = open(path, O_WRONLY | O_CLOEXEC)) == -1)
		return (-1);
	error = write(fd, map, strlen(map)) == -1 ? -1 : 0;
	close(fd);
	return (error);
}

/* A child in a user namespace of its own: says so by a byte, then waits. */
static pid_t
userns_child(int *ret_said)
{
	int p[2], error;
	pid_t pid;

	if (pipe2(p, O_CLOEXEC) == -1)
		return (-1);
	if ((pid = fork()) == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		error = unshare(CLONE_NEWUSER) == 0 ? 0 : errno;
		if (write(p[1], &error, sizeof(error)) == sizeof(error))
			pause();
		_exit(1);
	}
	close(p[1]);
	if (pid != -1 && read(p[0], ret_said, sizeof(*ret_said)) !=
	    sizeof(*ret_said))
		*ret_said = ECHILD;
	close(p[0]);
	return (pid);
}

/* A user namespace with a map of the prisons' uids, or -1 with errno. */
static int
userns_open(void)
{
	char path[64];
	int fd = -1, error;
	pid_t pid;

	if ((pid = userns_child(&error)) == -1)
		return (-1);
	if (error == 0) {
		snprintf(path, sizeof(path), "/proc/%d/ns/user", (int)pid);
		if (map_write(pid, "uid_map") == 0 &&
		    map_write(pid, "gid_map") == 0)
			fd = open(path, O_RDONLY | O_CLOEXEC);
		error = errno;
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	errno = error;
	return (fd);
}

static enum result
try_userns(const struct check *c, char *text, unsigned size)
{
	int fd = userns_open();

	(void)c;
	if (fd != -1)
		return (close(fd), C_YES);
	SAY("%s", strerror(errno));
	return (geteuid() != 0 ? C_UNKNOWN : C_NO);
}

static enum result
try_netns(const struct check *c, char *text, unsigned size)
{
	int status;
	pid_t pid;

	(void)c;
	if ((pid = fork()) == 0)
		_exit(unshare(CLONE_NEWNET) == 0 ? 0 : errno);
	if (pid == -1 || waitpid(pid, &status, 0) == -1 || !WIFEXITED(status))
		return (SAY("%s", strerror(errno)), C_UNKNOWN);
	if (status == 0)
		return (C_YES);
	SAY("%s", strerror(WEXITSTATUS(status)));
	return (WEXITSTATUS(status) == EPERM && geteuid() != 0 ? C_UNKNOWN :
	    C_NO);
}

enum result
check_idmap(const char *path, char *text, unsigned size)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_IDMAP };
	int tree, userns = -1;
	enum result r = C_NO;

	tree = syscall(SYS_open_tree, AT_FDCWD, path, OPEN_TREE_CLONE |
	    OPEN_TREE_CLOEXEC);
	if (tree == -1 || (userns = userns_open()) == -1) {
		SAY("%s", strerror(errno));
		r = errno == EPERM ? C_UNKNOWN : C_NO;
	} else {
		attr.userns_fd = userns;
		if (syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &attr,
		    sizeof(attr)) == 0)
			r = C_YES;
		else
			SAY("%s", errno == EINVAL ?
			    "its file system cannot be, by this kernel" :
			    strerror(errno));
	}
	if (userns != -1)
		close(userns);
	if (tree != -1)
		close(tree);
	return (r);
}

/* File systems that hold no files of anybody's. */
static int
is_pseudo(const char *type)
{
	static const char *const types[] = {
		"autofs", "binfmt_misc", "bpf", "cgroup", "cgroup2",
		"configfs", "debugfs", "devpts", "devtmpfs", "efivarfs",
		"fusectl", "hugetlbfs", "mqueue", "nsfs", "proc", "pstore",
		"ramfs", "rpc_pipefs", "securityfs", "selinuxfs", "smackfs",
		"sysfs", "tmpfs", "tracefs"
	};
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(type, types[i]) == 0)
			return (1);
	return (0);
}

int
check_filesystem(int n, char *ret_type, unsigned typesize, char *ret_point,
    unsigned pointsize)
{
	FILE *f = fopen("/proc/self/mounts", "re");
	char line[4096], at[1024], type[64], seen[LINE] = "";
	int found = 0;

	while (f != NULL && !found && fgets(line, sizeof(line), f) != NULL) {
		if (sscanf(line, "%*s %1023s %63s", at, type) != 2 ||
		    is_pseudo(type) || has_word(seen, type, " ") ||
		    strlen(seen) + strlen(type) + 2 > sizeof(seen))
			continue;
		strcat(strcat(seen, " "), type);
		found = n-- == 0;
	}
	if (f != NULL)
		fclose(f);
	if (found) {
		snprintf(ret_type, typesize, "%s", type);
		snprintf(ret_point, pointsize, "%s", at);
	}
	return (found);
}

/* Of a new file system, detached. */
static enum result
try_idmap_tmpfs(const struct check *c, char *text, unsigned size)
{
	char path[64];
	int fs, mnt = -1;
	enum result r;

	fs = syscall(SYS_fsopen, c->c_arg, FSOPEN_CLOEXEC);
	if (fs != -1 && syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL,
	    NULL, 0) == 0)
		mnt = syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, 0);
	if (fs != -1)
		close(fs);
	if (mnt == -1)
		return (SAY("%s", strerror(errno)), errno == EPERM ?
		    C_UNKNOWN : C_NO);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", mnt);
	r = check_idmap(path, text, size);
	close(mnt);
	return (r);
}

static enum result
try_root_idmap(const struct check *c, char *text, unsigned size)
{
	return (check_idmap(c->c_arg, text, size));
}

/* Does /etc/subuid give somebody what is the prisons'? */
static enum result
try_subid(const struct check *c, char *text, unsigned size)
{
	FILE *f = fopen(c->c_arg, "re");
	char line[LINE], who[64];
	unsigned long long first, count;
	enum result r = C_YES;

	if (f == NULL)
		return (errno == ENOENT ? C_YES : (SAY("%s", strerror(errno)),
		    C_UNKNOWN));
	while (r == C_YES && fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "%63[^:]:%llu:%llu", who, &first, &count) ==
		    3 && first <= RANGE_LAST && first + count > RANGE_FIRST) {
			SAY("%s has %llu to %llu", who, first,
			    first + count - 1);
			r = C_NO;
		}
	fclose(f);
	return (r);
}

static enum result
try_module(const struct check *c, char *text, unsigned size)
{
	return (module_there(c->c_arg, text, size));
}

/* What ifconfig(8) makes of `create' for a further loopback. */
static enum result
try_lo(const struct check *c, char *text, unsigned size)
{
	char how[128];
	enum result dummy, bridge;

	(void)c;
	dummy = module_there("dummy", how, sizeof(how));
	if (dummy == C_YES)
		return (SAY("dummy, %s", how), C_YES);
	bridge = module_there("bridge", how, sizeof(how));
	SAY("%s%s", bridge == C_YES ? "a bridge without ports, " : "", how);
	return (bridge == C_NO ? dummy : bridge);
}

static enum result
try_ping(const struct check *c, char *text, unsigned size)
{
	char line[LINE];
	long first, last;

	if (first_line(c->c_arg, line, sizeof(line)) == -1 ||
	    sscanf(line, "%ld %ld", &first, &last) != 2)
		return (C_UNKNOWN);
	SAY("%ld to %ld", first, last);
	return (first <= RANGE_FIRST && last >= RANGE_LAST ? C_YES : C_NO);
}

#define CONTROLLER(name, falls) \
	{ "cgroups", name, 0, try_controller, name, 0, 0, falls, \
	    "boot with systemd.unified_cgroup_hierarchy=1" }
#define BPF(name, needed, type, attach, falls) \
	{ "BPF", name, needed, try_bpf, NULL, BPF_PROG_TYPE_##type, \
	    attach, falls, "a kernel with CONFIG_CGROUP_BPF" }

const struct check checks[] = {
	{ "host", "Linux 6.1 or newer", 1, try_kernel, NULL, 6, 1,
	    "nothing works", "install a newer kernel" },
	{ "host", "root", 1, try_root, NULL, 0, 0,
	    "only jls works", "be root, on the host" },
	{ "host", "user namespaces", 0, try_userns, NULL, 0, 0,
	    "user=new is refused: every jail is user=inherit, pid=new",
	    "sysctl user.max_user_namespaces=10000" },
	{ "host", "network namespaces", 0, try_netns, NULL, 0, 0,
	    "vnet is refused", "a kernel with CONFIG_NET_NS" },
	{ "host", "outside of containers", 0, try_container, NULL, 0, 0,
	    "what the container may not, jails cannot either",
	    "make them on the host" },
	{ "host", "seccomp filters", 1, try_seccomp, NULL, 0, 0,
	    "nothing works", "a kernel with CONFIG_SECCOMP_FILTER" },

	{ "cgroups", "cgroup2", 1, try_cgroup2, NULL, 0, 0,
	    "nothing works",
	    "mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified" },
	CONTROLLER("pids", "the limit of processes is RLIMIT_NPROC"),
	CONTROLLER("memory", "no limit of memory"),
	CONTROLLER("cpu", "no limit of CPU time"),
	CONTROLLER("io", "no limit of disk traffic"),
	CONTROLLER("cpuset", "no choice of processors"),

	BPF("cgroup/bind, connect, sendmsg", 1, CGROUP_SOCK_ADDR,
	    BPF_CGROUP_INET4_BIND, "ip4.addr and ip6.addr are no wall"),
	BPF("cgroup/sock_create", 1, CGROUP_SOCK, BPF_CGROUP_INET_SOCK_CREATE,
	    "ip4=disable and ip6=disable are no wall"),
	BPF("cgroup_skb", 1, CGROUP_SKB, BPF_CGROUP_INET_INGRESS,
	    "ip4.addr and ip6.addr are no wall"),
	BPF("cgroup/dev", 1, CGROUP_DEVICE, BPF_CGROUP_DEVICE,
	    "devfs rulesets are no wall"),
	BPF("sockops", 0, SOCK_OPS, BPF_CGROUP_SOCK_OPS,
	    "a listener on any address has the first only"),
	BPF("sk_lookup", 0, SK_LOOKUP, BPF_SK_LOOKUP,
	    "a listener on any address has the first only"),
	{ "BPF", "bpffs", 1, try_filesystem, "bpf", 0, 0,
	    "addresses cannot be policed", "a kernel with CONFIG_BPF_SYSCALL" },
	{ "BPF", "BPF LSM", 0, try_bpf_lsm, NULL, 0, 0,
	    "abstract UNIX sockets of the host can be reached (jail(7))",
	    "add bpf to lsm= on the kernel's command line" },

	{ "uids", "/etc/subuid", 0, try_subid, "/etc/subuid", 0, 0,
	    "ranges that others have are not used for jails", NULL },
	{ "uids", "/etc/subgid", 0, try_subid, "/etc/subgid", 0, 0,
	    "ranges that others have are not used for jails", NULL },

	{ "network", "a device for lo1", 0, try_lo, NULL, 0, 0,
	    "no lo1: use an address on lo",
	    "a kernel with CONFIG_DUMMY or CONFIG_BRIDGE" },
	{ "network", "nftables", 0, try_module, "nf_tables", 0, 0,
	    "no packet filter for jails", "a kernel with CONFIG_NF_TABLES" },
	{ "network", "ping in jails", 0, try_ping,
	    "/proc/sys/net/ipv4/ping_group_range", 0, 0,
	    "ping fails in jails",
	    "sysctl net.ipv4.ping_group_range='0 2147483647'" },

	{ "idmapped mounts", "the root file system", 0, try_root_idmap, "/", 0, 0,
	    "jails there are user=inherit, pid=new",
	    "keep jails on ext4, xfs or btrfs" },
	{ "idmapped mounts", "a new tmpfs", 0, try_idmap_tmpfs, "tmpfs", 0, 0,
	    "files of a tmpfs mounted in a jail belong to nobody there",
	    "Linux 6.3 or newer" },
	{ .c_name = NULL }
};
