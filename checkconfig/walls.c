// SPDX-License-Identifier: BSD-2-Clause
/* The walls that would stand, and the parameters that would be given. */
#include "checks.h"

#include <stddef.h>

#define UIDS		"user namespaces", "the root file system"
#define ADDRESSES	"cgroup2", "bpffs", "cgroup/bind, connect, sendmsg", \
	"cgroup/sock_create", "cgroup_skb"

const struct wall walls[] = {
	{ "walls", "uids of a jail's own", { UIDS },
	    "root inside is the host's uid 0, behind PIDs of its own, without "
	    "most capabilities" },
	{ "walls", "system calls", { "seccomp filters" }, "no jail is made" },
	{ "walls", "addresses", { ADDRESSES }, "no jail is made" },
	{ "walls", "devices", { "cgroup2", "cgroup/dev" },
	    "no jail is made" },
	{ "walls", "number of processes", { "pids" },
	    "RLIMIT_NPROC for each process" },
	{ "walls", "abstract sockets", { "BPF LSM" },
	    "those of the host can be reached (jail(7))" },

	{ "parameters", "user=new", { UIDS },
	    "refused; left out, user=inherit and pid=new are taken" },
	{ "parameters", "pid=inherit", { UIDS },
	    "refused; left out, pid=new is taken" },
	{ "parameters", "ip4.addr, ip6.addr", { ADDRESSES }, "refused" },
	{ "parameters", "several addresses", { "sockops", "sk_lookup" },
	    "a listener on any address has the first only" },
	{ "parameters", "interface=lo1", { "a device for lo1" },
	    "the interface has to be another that is there: lo" },
	{ "parameters", "vnet", { "network namespaces" }, "refused" },
	{ "parameters", "allow.mount", { "user namespaces" },
	    "not given, with a warning" },
	{ "parameters", "memoryuse", { "memory" }, "rctl(8) refuses it" },
	{ "parameters", "pcpu", { "cpu" }, "rctl(8) refuses it" },
	{ "parameters", "readbps, writebps", { "io" }, "rctl(8) refuses it" },
	{ "parameters", "cpuset", { "cpuset" }, "refused" },
	{ .w_name = NULL }
};
