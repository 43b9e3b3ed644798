// SPDX-License-Identifier: BSD-2-Clause
#include "paramtab.h"

#include <string.h>

#define ALLOW(name, bit, help) \
	{ "allow." name, PT_BOOL, PF_RW | PF_ALLOW, 0, PR_ALLOW_##bit, help }

const struct param paramtab[] = {
	{ "devfs_ruleset", PT_INT, PF_RW, 0, 0,
	    "ruleset of the devfs that may be mounted in the jail" },
	{ "dying", PT_BOOL, PF_RD, 0, 0, "the jail is being removed" },
	{ "enforce_statfs", PT_INT, PF_RW, 0, 0,
	    "which mounts are seen: 2 the root's, 1 those below it" },
	{ "env", PT_KEYVALUE, PF_RW, 4096, 0,
	    "key=value lines that the jail itself may read" },
	{ "host", PT_JAILSYS, PF_RW, 0, 0, "host names of its own" },
	{ "i386", PT_BOOL, PF_RW | PF_LINUX, 0, 0,
	    "to its programs the machine is an i686" },
	{ "ip4", PT_JAILSYS, PF_TUN, 0, 0, "IPv4: disable, new, inherit" },
	{ "ip6", PT_JAILSYS, PF_TUN, 0, 0, "IPv6: disable, new, inherit" },
	{ "jid", PT_INT, PF_TUN, 0, 0, "the jail's number" },
	{ "meta", PT_KEYVALUE, PF_RW, 4096, 0,
	    "key=value lines for the jailer" },
	{ "name", PT_STRING, PF_RW, 256, 0, "the jail's name" },
	{ "osreldate", PT_INT, PF_TUN, 0, 0, "kernel version as a number" },
	{ "osrelease", PT_STRING, PF_TUN, 32, 0, "kernel version" },
	{ "parent", PT_INT, PF_RD, 0, 0, "jid of the jail above, 0 for none" },
	{ "path", PT_STRING, PF_TUN, 1024, 0, "the directory that is its root" },
	{ "persist", PT_BOOL, PF_RW, 0, 0, "live on without processes" },
	{ "pid", PT_JAILSYS, PF_TUN | PF_LINUX, 0, 0,
	    "PIDs: inherit the host's, new" },
	{ "securelevel", PT_INT, PF_RW, 0, 0, "can only be raised" },
	{ "sysvmsg", PT_JAILSYS, PF_RW, 0, 0, "SysV message queues" },
	{ "sysvsem", PT_JAILSYS, PF_RW, 0, 0, "SysV semaphores" },
	{ "sysvshm", PT_JAILSYS, PF_RW, 0, 0, "SysV shared memory" },
	{ "user", PT_JAILSYS, PF_TUN | PF_LINUX, 0, 0,
	    "uids: new (a range of its own), inherit the host's" },
	{ "vnet", PT_JAILSYS, PF_TUN, 0, 0, "a network stack of its own" },

	ALLOW("adjtime", ADJTIME, "slew the system clock"),
	ALLOW("chflags", CHFLAGS, "set immutable and append-only flags"),
	ALLOW("extattr", EXTATTR, "set system extended attributes"),
	{ "allow.i386", PT_BOOL, PF_RW | PF_ALLOW | PF_LINUX, 0, PR_ALLOW_I386,
	    "run programs of 32 bits" },
	ALLOW("mlock", MLOCK, "lock memory beyond the usual limit"),
	ALLOW("mount", MOUNT, "mount file systems"),
	ALLOW("mount.devfs", MOUNT_DEVFS, "mount devfs"),
	ALLOW("mount.fdescfs", MOUNT_FDESCFS, "mount fdescfs"),
	ALLOW("mount.fusefs", MOUNT_FUSEFS, "mount fuse file systems"),
	ALLOW("mount.linprocfs", MOUNT_LINPROCFS, "mount linprocfs"),
	ALLOW("mount.linsysfs", MOUNT_LINSYSFS, "mount linsysfs"),
	ALLOW("mount.nullfs", MOUNT_NULLFS, "mount nullfs (bind mounts)"),
	ALLOW("mount.procfs", MOUNT_PROCFS, "mount procfs"),
	ALLOW("mount.tmpfs", MOUNT_TMPFS, "mount tmpfs"),
	ALLOW("mount.zfs", MOUNT_ZFS, "mount ZFS datasets"),
	ALLOW("nfsd", NFSD, "run the NFS server (vnet only)"),
	ALLOW("quotas", QUOTAS, "administer disk quotas"),
	ALLOW("raw_sockets", RAW_SOCKETS, "use raw sockets"),
	ALLOW("read_msgbuf", READ_MSGBUF, "read the kernel's messages"),
	ALLOW("reserved_ports", RESERVED_PORTS, "bind ports below 1024"),
	ALLOW("routing", ROUTING, "change the routing table"),
	ALLOW("set_hostname", SET_HOSTNAME, "change the host name"),
	ALLOW("setaudit", SETAUDIT, "set audit state"),
	ALLOW("settime", SETTIME, "set the system clock"),
	ALLOW("socket_af", SOCKET_AF, "use other address families"),
	ALLOW("suser", SUSER, "uid 0 has power in the jail"),
	ALLOW("sysvipc", SYSVIPC, "SysV IPC: deprecated, see sysvshm"),
	ALLOW("unprivileged_parent_tampering", TAMPERING,
	    "same-uid host users may touch its processes"),
	ALLOW("unprivileged_proc_debug", UNPRIV_DEBUG,
	    "ordinary users may trace their processes"),
	ALLOW("vmm", VMM, "create virtual machines"),

	{ "children.cur", PT_INT, PF_RD, 0, 0, "jails below this one" },
	{ "children.max", PT_INT, PF_RW, 0, 0, "jails allowed below it" },
	{ "cpuset.id", PT_INT, PF_RD, 0, 0, "its cpuset" },
	{ "host.domainname", PT_STRING, PF_RW, 256, 0, "NIS domain name" },
	{ "host.hostid", PT_ULONG, PF_RW, 0, 0, "host id" },
	{ "host.hostname", PT_STRING, PF_RW, 256, 0, "host name" },
	{ "host.hostuuid", PT_STRING, PF_RW, 64, 0, "host UUID" },
	{ "ip4.addr", PT_IN4, PF_RW, 0, 0, "its IPv4 addresses" },
	{ "ip4.saddrsel", PT_BOOL, PF_RW, 0, 0, "select sources by route" },
	{ "ip6.addr", PT_IN6, PF_RW, 0, 0, "its IPv6 addresses" },
	{ "ip6.saddrsel", PT_BOOL, PF_RW, 0, 0, "select sources by route" },
	{ "user.base", PT_INT, PF_RD | PF_LINUX, 0, 0,
	    "the host uid that is uid 0 inside" },
};
const size_t paramtab_n = sizeof(paramtab) / sizeof(paramtab[0]);

/* Is `name` the "no" spelling of `param`: nopersist, allow.mount.nodevfs? */
static int
is_no_spelling(const char *name, const char *param)
{
	const char *last = strrchr(param, '.');
	size_t head = last == NULL ? 0 : (size_t)(last + 1 - param);

	return (strncmp(name, param, head) == 0 &&
	    strncmp(name + head, "no", 2) == 0 &&
	    strcmp(name + head + 2, param + head) == 0);
}

const struct param *
param_find(const char *name, int *ret_no, const char **ret_key)
{
	const struct param *pa;
	size_t n;

	if (ret_no != NULL)
		*ret_no = 0;
	if (ret_key != NULL)
		*ret_key = NULL;
	for (pa = paramtab; pa < paramtab + paramtab_n; pa++)
		if (pa->pa_name[0] == name[0] && strcmp(pa->pa_name, name) == 0)
			return (pa);
	for (pa = paramtab; pa < paramtab + paramtab_n; pa++) {
		n = strlen(pa->pa_name);
		if (pa->pa_type == PT_BOOL && is_no_spelling(name, pa->pa_name)) {
			if (ret_no != NULL)
				*ret_no = 1;
			return (pa);
		}
		if (pa->pa_type == PT_KEYVALUE &&
		    strncmp(name, pa->pa_name, n) == 0 && name[n] == '.' &&
		    name[n + 1] != '\0') {
			if (ret_key != NULL)
				*ret_key = name + n + 1;
			return (pa);
		}
	}
	return (NULL);
}
