// SPDX-License-Identifier: BSD-2-Clause
/*
 * vnet: a prison with a network stack of its own.
 *
 * Theory of operation.  The stack is a network namespace that belongs to the
 * prison's user namespace, so that root inside rules it and nothing else.  It
 * is pinned from the prison's making to its end (nspin.h), as is the stack that
 * its maker was in, where devices come from: its home.
 *
 * The kernel brings hardware back to its first stack when a namespace ends and
 * destroys everything else.  FreeBSD sends all of it home.  So a file in the
 * prison's directory tells what was moved in: a line is written before the
 * move and once more after it, when the index that the device has in there is
 * known; a prisoner can rename a device but not renumber it.  Who ends the
 * prison moves what is still there; if he is killed, whoever settles goes on.
 */
#include "vnet.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "entry.h"
#include "errmsg.h"
#include "fd.h"
#include "idmap.h"
#include "jail.h"
#include "netdev.h"
#include "nspin.h"
#include "step.h"

#define GUESTS		"guests"	/* file of struct guest */
#define OTHER_NAMES	1000		/* dev0 and on, for those who find their
					   own taken */

/* A device that was moved in, or (gu_gone) out again. */
struct guest {
	struct netdev	gu_dev;		/* nd_index 0: not yet known */
	uint32_t	gu_gone;
};

static int
sysv_new(const struct prison *pr)
{
	return (pr->pr_sysvmsg == JAIL_SYS_NEW ||
	    pr->pr_sysvsem == JAIL_SYS_NEW || pr->pr_sysvshm == JAIL_SYS_NEW);
}

int
vnet_pinned(const struct prison *pr)
{
	return (pr->pr_vnet == JAIL_SYS_NEW || sysv_new(pr));
}

int
vnet_check(const struct state *st, const struct prison *pr)
{
	struct prison above;
	int jid = pr->pr_parent;

	if (pr->pr_naddr4 == 0 && pr->pr_naddr6 == 0)
		return (0);
	for (; jid != 0; jid = above.pr_parent) {
		if (prison_load(st, jid, &above) == -1)
			return (jail_err(errno, "the jail above jail %d",
			    pr->pr_id));
		if (above.pr_vnet == JAIL_SYS_NEW)
			return (jail_errx(EOPNOTSUPP, "jail \"%s\" has a "
			    "network stack of its own, where addresses are not "
			    "policed: give jails below it vnet, ip4=inherit or "
			    "ip6=inherit", above.pr_name));
	}
	return (0);
}

/*
 * The IPC namespace of a view that lives already is the one to keep: unless it
 * is the host's, or the one of all who had none.
 */
static int
pin_living(const struct state *st, const struct prison *pr, int dirfd)
{
	_cleanup_close_ int shared = nspin_get(st->st_dir, NSPIN_IPC);
	_cleanup_(entry_close) struct entry en;
	int found, pinned = 0;
	struct stat sb = { 0 };

	if (shared != -1 && fstat(shared, &sb) == -1)
		return (jail_err(errno, "the shared IPC namespace"));
	entry_init(&en);
	found = entry_find_view(&en, st, pr);
	if (found == 1 && en.en_ids.ni_ino[NS_IPC] !=
	    en.en_mine.ni_ino[NS_IPC] &&
	    en.en_ids.ni_ino[NS_IPC] != sb.st_ino)
		pinned = nspin_put(dirfd, NSPIN_IPC, en.en_ns.ns_fd[NS_IPC]) ==
		    0 ? 1 : -1;
	return (found == -1 ? -1 : pinned);
}

static int
is_pinned(int dirfd, const char *name)
{
	int fd = nspin_get(dirfd, name);

	if (fd != -1)
		close(fd);
	return (fd != -1);
}

/* Which namespaces there are to be made: CLONE_NEW flags. */
static int
missing(int dirfd, const struct prison *pr)
{
	int flags = 0;

	if (pr->pr_vnet == JAIL_SYS_NEW && !is_pinned(dirfd, NSPIN_NET))
		flags |= CLONE_NEWNET;
	if (sysv_new(pr) && !is_pinned(dirfd, NSPIN_IPC))
		flags |= CLONE_NEWIPC;
	return (flags);
}

int
vnet_make(const struct state *st, const struct prison *pr)
{
	_cleanup_close_ int dirfd = prison_opendir(st, pr->pr_id);
	_cleanup_close_ int userns = -1, net = -1;
	int flags, living;

	if (dirfd == -1)
		return (jail_err(errno, "the directory of jail %d",
		    pr->pr_id));
	flags = missing(dirfd, pr);
	if ((flags & CLONE_NEWIPC) != 0) {
		if ((living = pin_living(st, pr, dirfd)) == -1)
			return (-1);
		if (living == 1)
			flags &= ~CLONE_NEWIPC;
	}
	if (flags == 0)
		return (0);
	if (pr->pr_user == JAIL_SYS_NEW) {
		/* Both belong to one user namespace, and that is no other
		   prison's afterwards. */
		net = nspin_get(dirfd, NSPIN_NET);
		userns = net != -1 ? nspin_owner(net) :
		    idmap_userns(st->st_dir, pr->pr_slot, 0);
		if (userns == -1)
			return (-1);
	}
	return (nspin_make(dirfd, userns, flags));
}

/* The stack of the prison, or of the one above whose it shares. */
static int
open_net(const struct state *st, const struct prison *pr, int *ret_net)
{
	_cleanup_close_ int dirfd = -1;
	const struct prison *whose = pr;
	struct prison above;

	while (whose->pr_vnet != JAIL_SYS_NEW) {
		if (whose->pr_parent == 0)
			return (0);
		if (prison_load(st, whose->pr_parent, &above) == -1)
			return (jail_err(errno, "the jail above jail %d",
			    pr->pr_id));
		whose = &above;
	}
	dirfd = prison_opendir(st, whose->pr_id);
	if (dirfd == -1 || (*ret_net = nspin_get(dirfd, NSPIN_NET)) == -1)
		return (jail_err(errno, "the network stack of jail \"%s\"",
		    whose->pr_name));
	return (0);
}

int
vnet_open(const struct state *st, const struct prison *pr, int *ret_net,
    int *ret_ipc, int *ret_userns)
{
	_cleanup_close_ int dirfd = -1;
	int own;

	*ret_net = *ret_ipc = *ret_userns = -1;
	if (pr->pr_vnet != JAIL_SYS_NEW && pr->pr_parent == 0 && !sysv_new(pr))
		return (0);
	if (open_net(st, pr, ret_net) == -1)
		return (-1);
	if (!vnet_pinned(pr))
		return (0);
	if ((dirfd = prison_opendir(st, pr->pr_id)) == -1)
		return (jail_errx(ENOENT, "jail %d not found", pr->pr_id));
	if (sysv_new(pr) && (*ret_ipc = nspin_get(dirfd, NSPIN_IPC)) == -1)
		return (jail_err(errno, "the IPC namespace of jail \"%s\"",
		    pr->pr_name));
	if (pr->pr_user != JAIL_SYS_NEW)
		return (0);
	own = pr->pr_vnet == JAIL_SYS_NEW ? *ret_net : *ret_ipc;
	return ((*ret_userns = nspin_owner(own)) == -1 ? -1 : 0);
}

/* ------------------------------------------------------------------------
 * Devices.
 */

static int
guest_write(int dirfd, const struct netdev *nd, int gone)
{
	struct guest gu = { .gu_dev = *nd, .gu_gone = gone };
	_cleanup_close_ int fd = openat(dirfd, GUESTS, O_WRONLY | O_APPEND |
	    O_CREAT | O_CLOEXEC, 0600);

	if (fd == -1 || write(fd, &gu, sizeof(gu)) != sizeof(gu))
		return (jail_err(errno, "note that %s is moved", nd->nd_name));
	return (0);
}

/* All that was noted, malloc'd; returns how many. */
static size_t
guests_read(int dirfd, struct guest **ret_gu)
{
	_cleanup_close_ int fd = openat(dirfd, GUESTS, O_RDONLY | O_CLOEXEC);
	struct stat sb;
	ssize_t n;

	*ret_gu = NULL;
	if (fd == -1 || fstat(fd, &sb) == -1 || sb.st_size == 0 ||
	    (*ret_gu = malloc(sb.st_size)) == NULL)
		return (0);
	n = read(fd, *ret_gu, sb.st_size);
	return (n > 0 ? n / sizeof(**ret_gu) : 0);
}

/*
 * Is this the last word on that device?  A later note of the same index, or
 * (where none was known yet) of the same name, stands for it.
 */
static int
is_last(const struct guest *gu, const struct guest *end)
{
	const struct guest *later;

	for (later = gu + 1; later < end; later++)
		if (gu->gu_dev.nd_index != 0 ? later->gu_dev.nd_index ==
		    gu->gu_dev.nd_index : strcmp(later->gu_dev.nd_name,
		    gu->gu_dev.nd_name) == 0)
			return (0);
	return (1);
}

static void
send_home(int sock, int home, const struct guest *gu)
{
	struct netdev nd = gu->gu_dev;
	char name[IFNAMSIZ];
	int i;

	memcpy(name, gu->gu_dev.nd_name, sizeof(name));
	if (netdev_find(sock, nd.nd_index == 0 ? nd.nd_name : NULL, &nd) ==
	    -1 || strcmp(nd.nd_kind, gu->gu_dev.nd_kind) != 0)
		return;		/* the prisoner has destroyed it */
	for (i = 0; netdev_move(sock, &nd, home, name) == -1 &&
	    errno == EEXIST && i < OTHER_NAMES; i++)
		snprintf(name, sizeof(name), "dev%d", i);
	step("vnet-device-home");
}

static void
guests_home(int dirfd)
{
	_cleanup_close_ int net = nspin_get(dirfd, NSPIN_NET), sock = -1;
	_cleanup_close_ int home = nspin_get(dirfd, NSPIN_HOME);
	_cleanup_free_ struct guest *gu = NULL;
	size_t i, n;

	if (net == -1 || home == -1 || (n = guests_read(dirfd, &gu)) == 0 ||
	    (sock = netdev_socket(net)) == -1)
		return;
	for (i = 0; i < n; i++)
		if (!gu[i].gu_gone && is_last(&gu[i], gu + n))
			send_home(sock, home, &gu[i]);
}

void
vnet_end(int dirfd)
{
	guests_home(dirfd);
	unlinkat(dirfd, GUESTS, 0);
	nspin_clear(dirfd);
}

/* ------------------------------------------------------------------------
 * For commands.
 */

/* Open a living jail's record and directory. */
static int
jail_open(struct state *st, int jid, struct prison *ret_pr, int *ret_dirfd)
{
	if (state_open(st, 0) == -1 || !state_jid_exists(st, jid) ||
	    prison_load(st, jid, ret_pr) == -1 || !prison_alive(st, ret_pr) ||
	    (*ret_dirfd = prison_opendir(st, jid)) == -1)
		return (jail_errx(ENOENT, "jail %d not found", jid));
	return (0);
}

int
jail_netns(int jid, int *ret_fd)
{
	_cleanup_state_ struct state st = STATE_INIT;
	_cleanup_close_ int dirfd = -1;
	struct prison pr;

	*ret_fd = -1;
	if (jail_open(&st, jid, &pr, &dirfd) == -1)
		return (-1);
	return (open_net(&st, &pr, ret_fd));
}

static int
no_vnet(const struct prison *pr)
{
	return (jail_errx(EINVAL, "jail \"%s\" has no network stack of its own "
	    "(vnet)", pr->pr_name));
}

/* Move nd to netfd; the kernel's riddles in words. */
static int
move(int sock, const struct netdev *nd, int netfd, const char *where)
{
	if (netdev_move(sock, nd, netfd, NULL) == 0)
		return (0);
	return (jail_errx(errno, "interface %s: %s", nd->nd_name,
	    errno == EINVAL ? "devices of this kind cannot be moved" :
	    errno == EEXIST ? where : strerror(errno)));
}

int
jail_vnet_attach(int jid, const char *ifname)
{
	_cleanup_state_ struct state st = STATE_INIT;
	_cleanup_close_ int dirfd = -1, net = -1, here = -1, there = -1;
	struct netdev nd, moved;
	struct prison pr;

	if (jail_open(&st, jid, &pr, &dirfd) == -1)
		return (-1);
	if (pr.pr_vnet != JAIL_SYS_NEW)
		return (no_vnet(&pr));
	if ((net = nspin_get(dirfd, NSPIN_NET)) == -1)
		return (jail_err(errno, "the network stack of jail \"%s\"",
		    pr.pr_name));
	if ((here = netdev_socket(-1)) == -1 ||
	    (there = netdev_socket(net)) == -1)
		return (-1);
	if (strlen(ifname) >= IFNAMSIZ || netdev_find(here, ifname, &nd) == -1)
		return (jail_errx(ENXIO, "interface %s does not exist",
		    ifname));
	/* So that nobody ends the prison meanwhile. */
	if (state_lock(&st) == -1)
		return (-1);
	if (!state_jid_exists(&st, jid))
		return (jail_errx(ENOENT, "jail %d not found", jid));
	moved = nd;
	moved.nd_index = 0;
	if (guest_write(dirfd, &moved, 0) == -1)
		return (-1);
	step("vnet-noted");
	if (move(here, &nd, net, "the jail has one of that name") == -1) {
		guest_write(dirfd, &moved, 1);
		return (-1);
	}
	step("vnet-moved");
	if (netdev_find(there, nd.nd_name, &moved) == 0)
		return (guest_write(dirfd, &moved, 0));
	return (0);
}

int
jail_vnet_detach(int jid, const char *ifname)
{
	_cleanup_state_ struct state st = STATE_INIT;
	_cleanup_close_ int dirfd = -1, net = -1, mine = -1, there = -1;
	struct netdev nd;
	struct prison pr;

	if (jail_open(&st, jid, &pr, &dirfd) == -1)
		return (-1);
	if (pr.pr_vnet != JAIL_SYS_NEW)
		return (no_vnet(&pr));
	mine = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	if (mine == -1 || (net = nspin_get(dirfd, NSPIN_NET)) == -1)
		return (jail_err(errno, "the network stack of jail \"%s\"",
		    pr.pr_name));
	if ((there = netdev_socket(net)) == -1)
		return (-1);
	if (strlen(ifname) >= IFNAMSIZ ||
	    netdev_find(there, ifname, &nd) == -1)
		return (jail_errx(ENXIO, "interface %s does not exist",
		    ifname));
	if (state_lock(&st) == -1)
		return (-1);
	if (move(there, &nd, mine, "there is one of that name here") == -1)
		return (-1);
	step("vnet-reclaimed");
	return (guest_write(dirfd, &nd, 1));
}
