// SPDX-License-Identifier: BSD-2-Clause
/*
 * Loading the BPF programs, and writing the rows they read.
 *
 * All that is needed of BPF is bpf(2).  bpftool has turned the object files
 * into a light skeleton: a small BPF program, run once, that makes the maps
 * and loads the others.  So there is no library to link, and the programs
 * find the kernel's structures by its own BTF.
 *
 * In the pin directory:
 *	prisons addrs owners sources routes texts listeners notes	maps
 *	bind4 ...				a link for each program
 *	steer					the program that is attached
 *						by network namespace
 *	steer-<inode>				its link to that namespace
 *	lsm-...					see lsm.c
 *	version					a symbolic link to our text;
 *						made last, so that what is
 *						half made is seen as nothing
 * A bpffs refuses names with a dot.
 */
#include <sys/socket.h>
#include <sys/stat.h>

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <bpf/skel_internal.h>

#include "errmsg.h"
#include "fd.h"
#include "lsm.h"
#include "pin.h"
#include "police.h"
#include "policy.h"
#include "quick.h"
#include "sys/jail.h"

/* The skeleton calls ours: a loader that may be given maps to use. */
static int	run_loader(struct bpf_load_and_run_opts *opts);
#define bpf_load_and_run	run_loader
#include "police.skel.h"
#undef bpf_load_and_run
#include "police.version.h"

#define VERSIONLEN	96
#define LOGLEN		(1 << 20)

#define NMAPS	9
static const char *const map_names[NMAPS] = {
	"prisons", "addrs", "owners", "sources", "routes", "texts", "listeners",
	"notes", "quick",
};

#define STEER	"steer"		/* the one that is not the cgroup's */

/* A program: its pin, where its descriptor is in the skeleton, its hook. */
static const struct program {
	const char	*pg_name;
	size_t		 pg_fd;
	int		 pg_type;	/* BPF_PROG_TYPE_ */
	int		 pg_attach;	/* BPF_CGROUP_ */
} programs[] = {
#define PROGRAM(name, type, attach)					\
	{ #name, offsetof(struct police, progs.name), type, attach }
	PROGRAM(sock_create, BPF_PROG_TYPE_CGROUP_SOCK,
	    BPF_CGROUP_INET_SOCK_CREATE),
	PROGRAM(bind4, BPF_PROG_TYPE_CGROUP_SOCK_ADDR,
	    BPF_CGROUP_INET4_BIND),
	PROGRAM(bind6, BPF_PROG_TYPE_CGROUP_SOCK_ADDR,
	    BPF_CGROUP_INET6_BIND),
	PROGRAM(connect4, BPF_PROG_TYPE_CGROUP_SOCK_ADDR,
	    BPF_CGROUP_INET4_CONNECT),
	PROGRAM(connect6, BPF_PROG_TYPE_CGROUP_SOCK_ADDR,
	    BPF_CGROUP_INET6_CONNECT),
	PROGRAM(sendmsg4, BPF_PROG_TYPE_CGROUP_SOCK_ADDR,
	    BPF_CGROUP_UDP4_SENDMSG),
	PROGRAM(sendmsg6, BPF_PROG_TYPE_CGROUP_SOCK_ADDR,
	    BPF_CGROUP_UDP6_SENDMSG),
	PROGRAM(getsockname4, BPF_PROG_TYPE_CGROUP_SOCK_ADDR,
	    BPF_CGROUP_INET4_GETSOCKNAME),
	PROGRAM(getsockname6, BPF_PROG_TYPE_CGROUP_SOCK_ADDR,
	    BPF_CGROUP_INET6_GETSOCKNAME),
	PROGRAM(packet_in, BPF_PROG_TYPE_CGROUP_SKB,
	    BPF_CGROUP_INET_INGRESS),
	PROGRAM(packet_out, BPF_PROG_TYPE_CGROUP_SKB,
	    BPF_CGROUP_INET_EGRESS),
	PROGRAM(device, BPF_PROG_TYPE_CGROUP_DEVICE, BPF_CGROUP_DEVICE),
	PROGRAM(self, BPF_PROG_TYPE_CGROUP_SOCKOPT, BPF_CGROUP_GETSOCKOPT),
	PROGRAM(listening, BPF_PROG_TYPE_SOCK_OPS, BPF_CGROUP_SOCK_OPS),
	PROGRAM(steer, BPF_PROG_TYPE_SK_LOOKUP, BPF_SK_LOOKUP),
#undef PROGRAM
};
#define NPROGRAMS	(sizeof(programs) / sizeof(programs[0]))

_Static_assert(POLICE_RESERVED_PORTS == POLICY_RESERVED_PORTS &&
    POLICE_RAW_SOCKETS == POLICY_RAW_SOCKETS &&
    POLICE_SOCKET_AF == POLICY_SOCKET_AF &&
    POLICE_SADDRSEL4 == POLICY_SADDRSEL4 &&
    POLICE_SADDRSEL6 == POLICY_SADDRSEL6 && POLICE_VNET == POLICY_VNET &&
    POLICE_FUSE == POLICY_FUSE, "the flags are one set");

/* ------------------------------------------------------------------------
 * Loading.
 */

/*
 * Make the loader use the maps whose descriptors `maps` holds already, in
 * place of new ones.  In the loader, whose context is in R6, the nth call of
 * bpf(BPF_MAP_CREATE) makes the nth map; its result becomes ours.  False: the
 * loader is not as expected.
 */
static int
reuse_maps(struct bpf_insn *insns, size_t n, size_t mapoff, size_t nmaps)
{
	size_t i, map = 0;
	int command = -1;

	for (i = 0; i < n && map < nmaps; i++) {
		struct bpf_insn *in = &insns[i];

		if (in->code == (BPF_ALU64 | BPF_MOV | BPF_K) &&
		    in->dst_reg == BPF_REG_1)
			command = in->imm;
		if (in->code != (BPF_JMP | BPF_CALL) ||
		    in->imm != BPF_FUNC_sys_bpf)
			continue;
		if (command == BPF_MAP_CREATE) {
			*in = (struct bpf_insn){
				.code = BPF_LDX | BPF_MEM | BPF_W,
				.dst_reg = BPF_REG_0,
				.src_reg = BPF_REG_6,
				.off = mapoff +
				    map * sizeof(struct bpf_map_desc),
			};
			map++;
		}
		command = -1;
	}
	return (map == nmaps);
}

/* What police__load() calls. */
static int
run_loader(struct bpf_load_and_run_opts *opts)
{
	struct police *skel = (struct police *)opts->ctx;
	_cleanup_free_ struct bpf_insn *insns = NULL;

	if (skel->maps.prisons.map_fd > 0) {
		if ((insns = malloc(opts->insns_sz)) == NULL)
			return (-1);
		memcpy(insns, opts->insns, opts->insns_sz);
		if (!reuse_maps(insns, opts->insns_sz / sizeof(*insns),
		    offsetof(struct police, maps), NMAPS)) {
			errno = ENOTSUP;
			return (-1);
		}
		opts->insns = insns;
	}
	return (bpf_load_and_run(opts));
}

/* Does the kernel know this kind of program at all? */
static int
program_known(const struct program *pg)
{
	static const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = 1 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr;
	_cleanup_close_ int fd = -1;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = pg->pg_type;
	attr.expected_attach_type = pg->pg_attach;
	attr.insns = (uintptr_t)insns;
	attr.insn_cnt = 2;
	attr.license = (uintptr_t)"Dual BSD/GPL";
	fd = skel_sys_bpf(BPF_PROG_LOAD, &attr, sizeof(attr));
	return (fd >= 0);
}

/* The last line of the verifier's log that says something. */
static const char *
log_reason(char *log)
{
	static const char counts[] = "processed ";
	char *end, *line;

	for (end = log + strlen(log); end > log; end = line) {
		*end = '\0';
		line = memrchr(log, '\n', end - log);
		line = line == NULL ? log : line;
		if (strlen(line) > 1 && strncmp(line + (*line == '\n'), counts,
		    sizeof(counts) - 1) != 0)
			return (line + (*line == '\n'));
	}
	return ("no reason given");
}

/*
 * Say which program was refused and what would help.  The loader tells only
 * the error; the verifier's log begins with the program's source.
 */
static int
load_error(int error, char *log)
{
	const struct program *pg;
	char *name, *end;

	if (error == EPERM)
		return (jail_err(error, "load the BPF programs: CAP_SYS_ADMIN "
		    "in the host's user namespace is needed"));
	if (error == ENOSYS)
		return (jail_err(error, "load the BPF programs: this kernel "
		    "lacks CONFIG_BPF_SYSCALL"));
	for (pg = programs; pg < programs + NPROGRAMS; pg++)
		if (!program_known(pg))
			return (jail_err(error, "BPF program %s: this kernel "
			    "does not have its type; Linux 6.1 with "
			    "CONFIG_CGROUP_BPF is needed", pg->pg_name));
	if ((name = strstr(log, "; ")) == NULL)
		return (jail_err(error, "load the BPF programs: Linux 6.1 "
		    "with CONFIG_DEBUG_INFO_BTF (/sys/kernel/btf/vmlinux) is "
		    "needed"));
	name += 2;
	if ((end = strpbrk(name, "(\n")) != NULL)
		*end++ = '\0';
	else
		end = name + strlen(name);
	return (jail_err(error, "BPF program %s: the kernel's verifier "
	    "refuses it: %s", name, log_reason(end)));
}

/*
 * Have the kernel load connection tracking, if it has it as a module, by
 * asking it a question.  Programs that are loaded before it is there cannot
 * read it, and drop what nat has translated.
 */
static void
wake_conntrack(void)
{
	struct {
		struct nlmsghdr	 nlh;
		struct nfgenmsg	 nfg;
	} ask = {
		.nlh = {
			.nlmsg_len = sizeof(ask),
			.nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 |
			    IPCTNL_MSG_CT_GET_STATS,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
		},
		.nfg = { .version = NFNETLINK_V0 },
	};
	_cleanup_close_ int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC,
	    NETLINK_NETFILTER);

	/* The module is there when this returns; the answer does not matter. */
	if (fd != -1)
		(void)!send(fd, &ask, sizeof(ask), 0);
}

/*
 * Load all programs.  With maps (NMAPS descriptors) they use these, else new
 * ones.  The result owns descriptors; police__destroy() closes them.
 */
static struct police *
load(unsigned level, const int *maps)
{
	_cleanup_free_ char *log = NULL;
	struct police *skel;
	struct bpf_map_desc *md;
	int error, i;

	if ((log = calloc(1, LOGLEN)) == NULL ||
	    (skel = police__open()) == NULL) {
		jail_err(ENOMEM, "load the BPF programs");
		return (NULL);
	}
	wake_conntrack();
	skel->rodata->level = level + 1;
	md = (struct bpf_map_desc *)&skel->maps;
	for (i = 0; maps != NULL && i < NMAPS; i++)
		if ((md[i].map_fd = fcntl(maps[i], F_DUPFD_CLOEXEC, 3)) == -1)
			goto fail;
	skel->ctx.log_level = 1;
	skel->ctx.log_size = LOGLEN;
	skel->ctx.log_buf = (uintptr_t)log;
	if (police__load(skel) == 0)
		return (skel);
fail:
	error = errno;
	/* The loader has closed what it was given. */
	for (i = 0; i < NMAPS; i++)
		md[i].map_fd = -1;
	police__destroy(skel);
	load_error(error, log);
	return (NULL);
}

/* ------------------------------------------------------------------------
 * What is pinned.
 */

const char *
policy_version(void)
{
	return (POLICE_VERSION);
}

/* Our text: what must agree for the pinned programs to be ours. */
static void
version_text(char text[VERSIONLEN], unsigned level, uint64_t cgid)
{
	snprintf(text, VERSIONLEN, "layout %d, programs %s, cgroup %ju at %u",
	    POLICE_LAYOUT, POLICE_VERSION, (uintmax_t)cgid, level);
}

/* The pinned text; "" when nothing whole is pinned. */
static void
version_read(int dirfd, char text[VERSIONLEN])
{
	ssize_t n;

	n = readlinkat(dirfd, "version", text, VERSIONLEN - 1);
	text[n > 0 ? n : 0] = '\0';
}

static int
version_write(int dirfd, const char *text)
{
	if ((unlinkat(dirfd, "version-new", 0) == -1 && errno != ENOENT) ||
	    symlinkat(text, dirfd, "version-new") == -1 ||
	    renameat(dirfd, "version-new", dirfd, "version") == -1)
		return (jail_err(errno, "write the version of the BPF "
		    "programs"));
	return (0);
}

int
policy_teardown(int bpfdirfd)
{
	/* First of all: what is half gone is seen as nothing. */
	if (unlinkat(bpfdirfd, "version", 0) == -1 && errno != ENOENT)
		return (jail_err(errno, "remove the BPF programs"));
	if (pin_each(bpfdirfd, "", pin_remove, NULL) == -1)
		return (jail_err(errno, "remove the BPF programs"));
	return (0);
}

static int
open_maps(int dirfd, int maps[NMAPS])
{
	int i;

	for (i = 0; i < NMAPS; i++)
		maps[i] = -1;
	for (i = 0; i < NMAPS; i++)
		if ((maps[i] = pin_get(dirfd, map_names[i])) == -1)
			return (jail_err(errno, "BPF map %s", map_names[i]));
	return (0);
}

static void
close_maps(int maps[NMAPS])
{
	int i;

	for (i = 0; i < NMAPS; i++)
		fd_close(&maps[i]);
}

static int
link_info(int fd, struct bpf_link_info *ret_info)
{
	union bpf_attr attr;

	memset(ret_info, 0, sizeof(*ret_info));
	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = fd;
	attr.info.info_len = sizeof(*ret_info);
	attr.info.info = (uintptr_t)ret_info;
	return (skel_sys_bpf(BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr)));
}

/* Has the cgroup that the pinned links guard been removed? */
static int
cgroup_gone(int dirfd)
{
	_cleanup_close_ int fd = -1;
	struct bpf_link_info info;

	if ((fd = pin_get(dirfd, programs[0].pg_name)) == -1)
		return (1);
	return (link_info(fd, &info) == 0 && info.cgroup.cgroup_id == 0);
}

/*
 * Is there a prison?  A row alone is none: after a crash it may be that of a
 * cgroup which is gone.
 */
static int
has_prisons(int dirfd, int cgfd)
{
	_cleanup_close_ int map = -1;
	struct police_row row;
	struct dirent *de;
	uint64_t id;
	DIR *dir;
	int fd, found = 0;

	if ((map = pin_get(dirfd, "prisons")) == -1 ||
	    (fd = openat(cgfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) ==
	    -1)
		return (0);
	if ((dir = fdopendir(fd)) == NULL) {
		close(fd);
		return (1);
	}
	while (!found && (de = readdir(dir)) != NULL) {
		id = de->d_ino;
		found = de->d_type == DT_DIR && de->d_name[0] != '.' &&
		    map_lookup(map, &id, &row) == 0;
	}
	closedir(dir);
	return (found);
}

/* ------------------------------------------------------------------------
 * Setting up.
 */

static int
skel_fd(const struct police *skel, const struct program *pg)
{
	return (*(const int *)((const char *)skel + pg->pg_fd));
}

static int
steer_update(int dirfd, const char *name, void *progfd)
{
	_cleanup_close_ int fd = -1;

	if ((fd = pin_get(dirfd, name)) == -1)
		return (-1);
	/* ENOLINK: its network namespace is gone, and nobody needs it. */
	if (link_update(fd, *(int *)progfd) == -1 && errno != ENOLINK)
		return (-1);
	return (0);
}

/* Pin the program that is not attached to the cgroup; move its links. */
static int
steer_replace(int dirfd, int progfd)
{
	static const char new[] = "new-" STEER;

	if ((unlinkat(dirfd, new, 0) == -1 && errno != ENOENT) ||
	    pin_put(dirfd, new, progfd) == -1 ||
	    renameat(dirfd, new, dirfd, STEER) == -1)
		return (-1);
	return (pin_each(dirfd, STEER "-", steer_update, &progfd));
}

/* Attach a program to the cgroup, in its predecessor's place if any. */
static int
attach(int dirfd, int cgfd, const struct program *pg, int progfd)
{
	_cleanup_close_ int fd = -1;

	if (pg->pg_attach == BPF_SK_LOOKUP)
		return (steer_replace(dirfd, progfd));
	if ((fd = pin_get(dirfd, pg->pg_name)) != -1)
		return (link_update(fd, progfd));
	if (errno != ENOENT ||
	    (fd = link_create(progfd, cgfd, pg->pg_attach)) == -1)
		return (-1);
	return (pin_put(dirfd, pg->pg_name, fd));
}

/*
 * Load, attach and pin.  With maps: in place of an older version, of which
 * every program but one at a time stays attached; it may not matter which of
 * the two a program is, which is why they share a layout.
 */
static int
install(int dirfd, int cgfd, unsigned level, const int *maps)
{
	const struct program *pg;
	struct bpf_map_desc *md;
	struct police *skel;
	int error = 0, i;

	if ((skel = load(level, maps)) == NULL)
		return (-1);
	md = (struct bpf_map_desc *)&skel->maps;
	for (i = 0; i < NMAPS && maps == NULL && error == 0; i++)
		if (pin_put(dirfd, map_names[i], md[i].map_fd) == -1)
			error = jail_err(errno, "pin BPF map %s",
			    map_names[i]);
	for (pg = programs; pg < programs + NPROGRAMS && error == 0; pg++)
		if (attach(dirfd, cgfd, pg, skel_fd(skel, pg)) == -1)
			error = jail_err(errno, "attach BPF program %s",
			    pg->pg_name);
	i = errno;
	police__destroy(skel);
	errno = i;
	return (error);
}

/*
 * May what is pinned be thrown away?  Not while it guards somebody: of its
 * own cgroup, if that is ours, or of another that is still there.
 */
static int
is_in_use(int dirfd, int cgfd, const char *have, const char *want)
{
	const char *where = strstr(have, "cgroup ");

	if (where == NULL || cgroup_gone(dirfd))
		return (0);
	return (strcmp(where, strstr(want, "cgroup ")) != 0 ||
	    has_prisons(dirfd, cgfd));
}

/* Does only the hash of the programs differ? */
static int
is_replaceable(const char *have, const char *want)
{
	const char *where = strstr(have, "cgroup ");
	size_t layout = strcspn(want, ",") + 1;

	return (where != NULL &&
	    strcmp(where, strstr(want, "cgroup ")) == 0 &&
	    strncmp(have, want, layout) == 0);
}

static int
replace(int dirfd, int cgfd, unsigned level)
{
	int error, maps[NMAPS];

	error = open_maps(dirfd, maps);
	if (error == 0)
		error = install(dirfd, cgfd, level, maps);
	close_maps(maps);
	return (error == 0 ? 0 : jail_errwrap("replace the BPF programs"));
}

static int
install_first(int dirfd, int cgfd, unsigned level)
{
	int error;

	if (policy_teardown(dirfd) == -1)
		return (-1);
	if (install(dirfd, cgfd, level, NULL) == 0)
		return (0);
	error = errno;
	pin_each(dirfd, "", pin_remove, NULL);
	errno = error;
	return (-1);
}

int
policy_setup(int bpfdirfd, int cgfd, unsigned level)
{
	char have[VERSIONLEN], want[VERSIONLEN];
	struct stat sb;

	/* The inode number of a cgroup's directory is the cgroup's id. */
	if (fstat(cgfd, &sb) == -1)
		return (jail_err(errno, "the jails' cgroup"));
	version_text(want, level, sb.st_ino);
	version_read(bpfdirfd, have);
	if (strcmp(have, want) == 0)
		return (0);

	if (is_replaceable(have, want)) {
		if (replace(bpfdirfd, cgfd, level) == -1)
			return (-1);
	} else if (is_in_use(bpfdirfd, cgfd, have, want)) {
		return (jail_errx(EBUSY, "the BPF programs in place (%s) "
		    "cannot be replaced by this version's (%s) while there "
		    "are jails: remove all jails first", have, want));
	} else if (install_first(bpfdirfd, cgfd, level) == -1)
		return (-1);
	lsm_setup(bpfdirfd, sb.st_ino, level);
	return (version_write(bpfdirfd, want));
}

/* ------------------------------------------------------------------------
 * Steering: a link in the network namespace, while a prison needs it.
 */

static int
steer_attach(int dirfd)
{
	_cleanup_close_ int link = -1, net = -1, old = -1, prog = -1;
	static const char path[] = "/proc/self/ns/net";
	static _Atomic uint64_t seen;	/* a namespace whose link is alive, in
					   which we have been since */
	struct bpf_link_info info;
	char name[PINLEN];
	struct stat sb;

	if (stat(path, &sb) == -1)
		return (jail_err(errno, "%s", path));
	snprintf(name, sizeof(name), STEER "-%ju", (uintmax_t)sb.st_ino);
	/* Others may have detached it, but then its name is gone, too. */
	if (seen == sb.st_ino && faccessat(dirfd, name, F_OK, 0) == 0)
		return (0);
	if ((old = pin_get(dirfd, name)) != -1) {
		if (link_info(old, &info) == 0 &&
		    info.netns.netns_ino == sb.st_ino) {
			seen = sb.st_ino;
			return (0);
		}
		/* Of a namespace that is gone, and whose number came back. */
		pin_remove(dirfd, name, NULL);
	}
	if ((net = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		return (jail_err(errno, "%s", path));
	if ((prog = pin_get(dirfd, STEER)) == -1 ||
	    (link = link_create(prog, net, BPF_SK_LOOKUP)) == -1 ||
	    pin_put(dirfd, name, link) == -1)
		return (jail_err(errno, "attach BPF program " STEER " to the "
		    "network"));
	return (0);
}

/*
 * Count the prisons that need it.  A crash may leave the count too high: then
 * the program stays attached, and finds nothing to do.  That the count is 0
 * does not detach it yet (policy_rest): who runs one prison after another
 * would attach and detach each time, a tenth of a prison's price.
 */
static int
steer_count(struct policy_maps *pm, int change)
{
	const uint64_t nobody = POLICE_NOBODY;
	struct police_row row;

	if (map_lookup(pm->pm_prisons, &nobody, &row) == -1)
		memset(&row, 0, sizeof(row));
	if (change > 0 || row.pr_naddr4 > 0)
		row.pr_naddr4 += change;
	return (map_update(pm->pm_prisons, &nobody, &row));
}

void
policy_rest(struct policy_maps *pm)
{
	const uint64_t nobody = POLICE_NOBODY;
	struct police_row row;

	if (map_lookup(pm->pm_prisons, &nobody, &row) == 0 &&
	    row.pr_naddr4 == 0)
		pin_each(pm->pm_dir, STEER "-", pin_remove, NULL);
}

/* Open a map that most prisons do without, when it is needed. */
static int
map_open(const struct policy_maps *pm, int *fd, const char *name)
{
	if (*fd == -1)
		*fd = pin_get(pm->pm_dir, name);
	return (*fd);
}

static int
quick_map(struct policy_maps *pm)
{
	return (map_open(pm, &pm->pm_quick, "quick"));
}

/* What programs know of this row without looking at it they shall forget. */
static int
quick_forget(struct policy_maps *pm, uint64_t cgid,
    const struct police_row *row)
{
	if (row == NULL || row->pr_mode4 != POLICE_LIST)
		return (0);
	if (quick_clear(quick_map(pm), cgid) == -1)
		return (jail_err(errno, "BPF map quick"));
	return (0);
}

static int
is_steered(const struct police_row *row)
{
	return (row->pr_mode4 == POLICE_LIST || row->pr_mode6 == POLICE_LIST);
}

/* ------------------------------------------------------------------------
 * Rows.
 */

/* The map of lists. */
static int
addrs_map(struct policy_maps *pm)
{
	return (map_open(pm, &pm->pm_addrs, "addrs"));
}

static const struct police_addr no_addr;

static struct police_addr
addr4(struct in_addr in)
{
	return ((struct police_addr){ { 0, 0, htonl(0xffff), in.s_addr } });
}

static struct police_addr
addr6(const struct in6_addr *in6)
{
	struct police_addr a;

	memcpy(&a, in6, sizeof(a));
	return (a);
}

static int
addr_same(const struct police_addr *a, const struct police_addr *b)
{
	return (memcmp(a, b, sizeof(*a)) == 0);
}

static int
addr_is4(const struct police_addr *a)
{
	return (a->pa_w[0] == 0 && a->pa_w[1] == 0 &&
	    a->pa_w[2] == htonl(0xffff));
}

/* Or something else, that is among the members in an address's place? */
static int
addr_isother(const struct police_addr *a)
{
	uint32_t kind = ntohl(a->pa_w[0]) >> 16;

	return (kind == POLICE_DEVICE || kind == POLICE_SOURCE);
}

static struct police_addr
source_member(const struct policy_source *ps)
{
	return ((struct police_addr){ { htonl((uint32_t)POLICE_SOURCE << 16),
	    ps->ps_oif, ps->ps_family == AF_INET ? 4 : 6, 0 } });
}

/*
 * All members of a policy in one row: IPv4, IPv6, devices, sources.  The primary
 * addresses are in the prison's row and not counted among the list, which is
 * why most prisons have none.
 */
static struct police_addr
policy_member(const struct policy *po, unsigned n4, unsigned n6, unsigned i)
{
	const struct policy_dev *pd;
	struct police_addr a = no_addr;

	if (i < n4)
		return (addr4(po->po_addr4[i]));
	i -= n4;
	if (i < n6)
		return (addr6(&po->po_addr6[i]));
	i -= n6;
	if (i >= po->po_ndevs)
		return (source_member(&po->po_sources[i - po->po_ndevs]));
	pd = &po->po_devs[i];
	a.pa_w[0] = htonl((uint32_t)POLICE_DEVICE << 16 | (pd->pd_type == 'b' ?
	    BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR));
	a.pa_w[1] = pd->pd_major;
	a.pa_w[2] = pd->pd_minor;
	return (a);
}

/*
 * Write a list under a new key.  Nothing refers to it until the row does, so
 * the change from one list to another is the row's, at once.  Lists are
 * threaded, last member first, for list_free() to find them.
 */
static int
list_write(struct policy_maps *pm, const struct policy *po,
    struct police_row *row)
{
	struct police_member m = { .pm_list = row->pr_list };
	struct police_addr next;
	unsigned i, n4 = row->pr_naddr4, n6 = row->pr_naddr6;

	for (i = n4 + n6 + po->po_ndevs + po->po_nsources; i-- > 0;) {
		m.pm_addr = policy_member(po, n4, n6, i);
		if ((n4 != 0 && i == 0) || (n6 != 0 && i == n4))
			continue;
		/* Given twice: the second would tie the thread to a ring. */
		if (map_lookup(addrs_map(pm), &m, &next) == 0)
			continue;
		if (map_update(addrs_map(pm), &m, &row->pr_chain) == -1)
			return (jail_err(errno, errno == E2BIG ? "the table "
			    "of all jails' addresses is full" :
			    "BPF map addrs"));
		row->pr_chain = m.pm_addr;
	}
	return (0);
}

static int
sources_write(int bpfdirfd, const struct policy *po,
    const struct police_row *row)
{
	_cleanup_close_ int map = -1;
	const struct policy_source *ps;
	struct police_source key;

	if (po->po_nsources == 0)
		return (0);
	map = pin_get(bpfdirfd, "sources");
	for (ps = po->po_sources; ps < po->po_sources + po->po_nsources;
	    ps++) {
		key = (struct police_source){ row->pr_list, ps->ps_oif,
		    ps->ps_family == AF_INET ? 4 : 6 };
		if (map_update(map, &key, &ps->ps_addr) == -1)
			return (jail_err(errno, "BPF map sources"));
	}
	return (0);
}

static void
source_free(struct policy_maps *pm, const struct police_member *m)
{
	const struct police_source key = { m->pm_list, m->pm_addr.pa_w[1],
	    m->pm_addr.pa_w[2] };
	_cleanup_close_ int map = pin_get(pm->pm_dir, "sources");

	map_delete(map, &key);
}

/* Step through a list: the member after *m; false at its end. */
static int
list_next(struct policy_maps *pm, struct police_member *m)
{
	struct police_addr next;

	if (map_lookup(addrs_map(pm), m, &next) == -1)
		return (0);
	m->pm_addr = next;
	return (!addr_same(&next, &no_addr));
}

static void
list_free(struct policy_maps *pm, const struct police_row *row)
{
	struct police_member m = { row->pr_list, row->pr_chain }, old;
	int more = !addr_same(&m.pm_addr, &no_addr);

	while (more) {
		old = m;
		more = list_next(pm, &m);
		if (ntohl(old.pm_addr.pa_w[0]) >> 16 == POLICE_SOURCE)
			source_free(pm, &old);
		map_delete(addrs_map(pm), &old);
	}
}

/* Has the prison of this row the address? */
static int
row_has(struct policy_maps *pm, const struct police_row *row,
    const struct police_addr *a)
{
	const struct police_member m = { row->pr_list, *a };
	struct police_addr next;

	if (addr_is4(a) ? row->pr_naddr4 == 0 : row->pr_naddr6 == 0)
		return (0);
	return (addr_same(a, &row->pr_primary4) ||
	    addr_same(a, &row->pr_primary6) ||
	    (row->pr_list != 0 && map_lookup(addrs_map(pm), &m, &next) == 0));
}

/* ------------------------------------------------------------------------
 * Owners.  Prisons that share an address share a pool of listeners.
 */

static int
owners_map(struct policy_maps *pm)
{
	return (map_open(pm, &pm->pm_owners, "owners"));
}

static uint64_t
owner_pool(struct policy_maps *pm, const struct police_addr *a,
    uint64_t pool)
{
	struct police_owner ow;

	if (addr_same(a, &no_addr))
		return (pool);
	return (map_lookup(owners_map(pm), a, &ow) == 0 ? ow.pw_pool : pool);
}

static int
owner_add(struct policy_maps *pm, const struct police_addr *a,
    uint64_t pool)
{
	struct police_owner ow;

	if (map_lookup(owners_map(pm), a, &ow) == -1)
		ow = (struct police_owner){ .pw_pool = pool };
	ow.pw_refs++;
	return (map_update(owners_map(pm), a, &ow));
}

static void
owner_remove(struct policy_maps *pm, const struct police_addr *a)
{
	struct police_owner ow;

	if (map_lookup(owners_map(pm), a, &ow) == -1)
		return;
	if (--ow.pw_refs == 0)
		map_delete(owners_map(pm), a);
	else
		map_update(owners_map(pm), a, &ow);
}

/*
 * Step through all addresses of a row, primaries and list: the first for
 * state 0, then on.  False at the end.
 */
static int
row_next(struct policy_maps *pm, const struct police_row *row,
    int *state, struct police_member *m)
{
	switch ((*state)++) {
	case 0:
		m->pm_addr = row->pr_primary4;
		if (row->pr_naddr4 != 0)
			return (1);
		(*state)++;
		/* FALLTHROUGH */
	case 1:
		m->pm_addr = row->pr_primary6;
		if (row->pr_naddr6 != 0)
			return (1);
		(*state)++;
		/* FALLTHROUGH */
	case 2:
		m->pm_list = row->pr_list;
		m->pm_addr = row->pr_chain;
		break;
	default:
		if (!list_next(pm, m))
			return (0);
	}
	while (addr_isother(&m->pm_addr))
		if (!list_next(pm, m))
			return (0);
	return (!addr_same(&m->pm_addr, &no_addr));
}

/* Own what `row` has and `other` (NULL: none) has not. */
static int
owners_add(struct policy_maps *pm, const struct police_row *row,
    const struct police_row *other)
{
	struct police_member m;
	int state = 0;

	while (row_next(pm, row, &state, &m))
		if ((other == NULL || !row_has(pm, other, &m.pm_addr)) &&
		    owner_add(pm, &m.pm_addr, addr_is4(&m.pm_addr) ?
		    row->pr_pool4 : row->pr_pool6) == -1)
			return (jail_err(errno, "BPF map owners"));
	return (0);
}

static void
owners_remove(struct policy_maps *pm, const struct police_row *row,
    const struct police_row *other)
{
	struct police_member m;
	int state = 0;

	while (row_next(pm, row, &state, &m))
		if (other == NULL || !row_has(pm, other, &m.pm_addr))
			owner_remove(pm, &m.pm_addr);
}

/* ------------------------------------------------------------------------
 * The calls of the hot path.
 */

int
policy_open(int bpfdirfd, struct policy_maps *ret_pm)
{
	struct policy_maps pm = POLICY_MAPS_INIT;

	*ret_pm = pm;
	if ((pm.pm_prisons = pin_get(bpfdirfd, "prisons")) == -1)
		return (jail_err(errno, "open the BPF map prisons"));
	pm.pm_dir = bpfdirfd;
	*ret_pm = pm;
	return (0);
}

void
policy_close(struct policy_maps *pm)
{
	fd_close(&pm->pm_prisons);
	fd_close(&pm->pm_addrs);
	fd_close(&pm->pm_owners);
	fd_close(&pm->pm_quick);
	pm->pm_dir = -1;
}

/* A key that no list had: programs may still be reading one's successor. */
static uint64_t
list_key(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (ts.tv_sec * UINT64_C(1000000000) + ts.tv_nsec);
}

/* ------------------------------------------------------------------------
 * Texts that a prison may read of itself.  Most have none.
 */

static void
text_free(struct policy_maps *pm, uint64_t text, unsigned what,
    unsigned chunks)
{
	struct police_textkey key = { .pk_text = text, .pk_what = what };
	_cleanup_close_ int map = -1;

	if (chunks == 0 || (map = pin_get(pm->pm_dir, "texts")) == -1)
		return;
	for (; key.pk_chunk < chunks; key.pk_chunk++)
		map_delete(map, &key);
}

static void
texts_free(struct policy_maps *pm, const struct police_row *row)
{
	text_free(pm, row->pr_text, POLICE_ENV, row->pr_nenv);
	text_free(pm, row->pr_text, POLICE_JAILS, row->pr_nlist);
}

/* Returns the number of chunks, or -1. */
static int
text_write(struct policy_maps *pm, uint64_t text, unsigned what,
    const char *s)
{
	struct police_textkey key = { .pk_text = text, .pk_what = what };
	_cleanup_close_ int map = -1;
	size_t n = s == NULL ? 0 : strlen(s), len;
	struct police_text chunk;

	if (n == 0)
		return (0);
	if ((map = pin_get(pm->pm_dir, "texts")) == -1)
		return (jail_err(errno, "BPF map texts"));
	for (; n > 0; key.pk_chunk++, s += len, n -= len) {
		len = n < sizeof(chunk) ? n : sizeof(chunk);
		memset(&chunk, 0, sizeof(chunk));
		memcpy(&chunk, s, len);
		if (map_update(map, &key, &chunk) == -1) {
			text_free(pm, text, what, key.pk_chunk);
			return (jail_err(errno, "BPF map texts"));
		}
	}
	return (key.pk_chunk);
}

/* What the row says of the prison to itself. */
static int
self_write(struct policy_maps *pm, const struct policy *po,
    struct police_row *row)
{
	int n;

	row->pr_allow = po->po_allow;
	row->pr_childmax = po->po_childmax;
	row->pr_childcur = po->po_childcur;
	row->pr_statfs = po->po_statfs;
	row->pr_ruleset = po->po_ruleset;
	if ((po->po_env == NULL || *po->po_env == '\0') &&
	    (po->po_jails == NULL || *po->po_jails == '\0'))
		return (0);
	row->pr_text = list_key();
	if ((n = text_write(pm, row->pr_text, POLICE_ENV, po->po_env)) == -1)
		return (-1);
	row->pr_nenv = n;
	if ((n = text_write(pm, row->pr_text, POLICE_JAILS,
	    po->po_jails)) == -1)
		return (-1);
	row->pr_nlist = n;
	return (0);
}

static int
mode_of(int sys, unsigned naddr, unsigned flags)
{
	if (flags & POLICY_VNET)
		return (POLICE_INHERIT);
	switch (sys) {
	case JAIL_SYS_INHERIT:
		return (POLICE_INHERIT);
	case JAIL_SYS_NEW:
		return (naddr > 0 ? POLICE_LIST : POLICE_DISABLE);
	default:
		return (POLICE_DISABLE);
	}
}

static struct police_row
row_make(struct policy_maps *pm, uint64_t cgid, const struct policy *po,
    const struct police_row *old)
{
	struct police_row row;

	memset(&row, 0, sizeof(row));
	row.pr_flags = po->po_flags;
	row.pr_uid0 = po->po_uid0;
	row.pr_mode4 = mode_of(po->po_ip4, po->po_naddr4, po->po_flags);
	row.pr_mode6 = mode_of(po->po_ip6, po->po_naddr6, po->po_flags);
	if (row.pr_mode4 == POLICE_LIST) {
		row.pr_naddr4 = po->po_naddr4;
		row.pr_primary4 = addr4(po->po_addr4[0]);
	}
	if (row.pr_mode6 == POLICE_LIST) {
		row.pr_naddr6 = po->po_naddr6;
		row.pr_primary6 = addr6(&po->po_addr6[0]);
	}
	if (row.pr_naddr4 > 1 || row.pr_naddr6 > 1 || po->po_ndevs > 0)
		row.pr_list = list_key();
	/* Listeners that are there stay where they are. */
	row.pr_pool4 = old != NULL && old->pr_mode4 == POLICE_LIST ?
	    old->pr_pool4 : owner_pool(pm, &row.pr_primary4, cgid);
	row.pr_pool6 = old != NULL && old->pr_mode6 == POLICE_LIST ?
	    old->pr_pool6 : owner_pool(pm, &row.pr_primary6, cgid);
	return (row);
}

int
policy_set(int bpfdirfd, struct policy_maps *pm, uint64_t cgid,
    const struct policy *po)
{
	struct police_row buf, row, *old = NULL;
	int steered;

	if (map_lookup(pm->pm_prisons, &cgid, &buf) == 0)
		old = &buf;
	else if (errno != ENOENT)
		return (jail_err(errno, "BPF map prisons"));
	row = row_make(pm, cgid, po, old);
	steered = old != NULL && is_steered(old);

	if (is_steered(&row) && !steered) {
		if (steer_count(pm, 1) == -1)
			return (jail_err(errno, "BPF map prisons"));
		if (steer_attach(bpfdirfd) == -1)
			goto fail;
	}
	if ((row.pr_list != 0 && (list_write(pm, po, &row) == -1 ||
	    sources_write(bpfdirfd, po, &row) == -1)) ||
	    owners_add(pm, &row, old) == -1 ||
	    self_write(pm, po, &row) == -1 ||
	    quick_forget(pm, cgid, old) == -1)
		goto fail;
	if (map_update(pm->pm_prisons, &cgid, &row) == -1) {
		jail_err(errno, errno == E2BIG ? "too many jails for the BPF "
		    "map" : "BPF map prisons");
		goto fail;
	}
	if (old != NULL) {
		owners_remove(pm, old, &row);
		list_free(pm, old);
		texts_free(pm, old);
	}
	if (steered && !is_steered(&row))
		steer_count(pm, -1);
	/* If this fails, the row is what they look at. */
	if (row.pr_mode4 == POLICE_LIST)
		quick_set(quick_map(pm), cgid, &row);
	return (0);
fail:
	/* The old row still holds; owners may be one too many: harmless. */
	list_free(pm, &row);
	texts_free(pm, &row);
	if (is_steered(&row) && !steered)
		steer_count(pm, -1);
	return (-1);
}

int
policy_clear(struct policy_maps *pm, uint64_t cgid)
{
	struct police_row row;

	if (map_lookup(pm->pm_prisons, &cgid, &row) == -1)
		return (errno == ENOENT ? 0 :
		    jail_err(errno, "BPF map prisons"));
	if (quick_forget(pm, cgid, &row) == -1)
		return (-1);
	if (map_delete(pm->pm_prisons, &cgid) == -1)
		return (jail_err(errno, "BPF map prisons"));
	owners_remove(pm, &row, NULL);
	list_free(pm, &row);
	texts_free(pm, &row);
	if (is_steered(&row))
		steer_count(pm, -1);
	return (0);
}
