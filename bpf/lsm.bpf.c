// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A second wall, where the kernel has BPF among its security modules
 * ("bpf" in /sys/kernel/security/lsm).  Everything must be safe without it;
 * it closes what nothing else can: abstract unix sockets, of which a network
 * namespace has one set, and some questions about other people's processes.
 *
 * It tells prisons apart by cgroup alone, needs no map, and so has nothing
 * in common with the other programs.
 */
#include <linux/bpf.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#define ESRCH		3
#define ECONNREFUSED	111

/* Of the kernel's structures, what is read; found by BTF at load time. */
#pragma clang attribute push(__attribute__((preserve_access_index)),	\
    apply_to = record)
struct kernfs_node {
	__u64			id;
};

struct cgroup {
	int			level;
	struct kernfs_node	*kn;
	struct cgroup		*ancestors[1];
};

struct css_set {
	struct cgroup		*dfl_cgrp;
};

struct task_struct {
	struct css_set		*cgroups;
};

struct sock_cgroup_data {
	struct cgroup		*cgroup;
};

struct sock {
	struct sock_cgroup_data	sk_cgrp_data;
};

struct socket {
	struct sock		*sk;
};

struct sockaddr_un {
	char			sun_path[1];
};

struct unix_address {
	struct sockaddr_un	name[1];
};

struct unix_sock {
	struct unix_address	*addr;
};
#pragma clang attribute pop

/* Set before loading: the cgroup above the prisons, and their depth. */
const volatile __u64 jails = 0;
const volatile __u32 level = 1;

static __always_inline __u64
ancestor_id(struct cgroup *cg, int n)
{
	struct cgroup *up = NULL;

	bpf_core_read(&up, sizeof(up), &cg->ancestors[n]);
	return (BPF_CORE_READ(up, kn, id));
}

/* The prison a cgroup is in or below; 0: the host. */
static __always_inline __u64
prison_of(struct cgroup *cg)
{
	if (BPF_CORE_READ(cg, level) < (int)level ||
	    ancestor_id(cg, level - 1) != jails)
		return (0);
	return (ancestor_id(cg, level));
}

static __always_inline __u64
my_prison(void)
{
	if (bpf_get_current_ancestor_cgroup_id(level - 1) != jails)
		return (0);
	return (bpf_get_current_ancestor_cgroup_id(level));
}

/*
 * May the caller speak to this unix socket?  Those with a path are guarded
 * by their path; a pair's ends have no name.  What remains is abstract, for
 * its own prison or for the host alone, in either direction: a prisoner may
 * also sit on a name that the host's programs look for.
 */
static __always_inline int
may_speak(struct sock *other)
{
	struct unix_address *addr = BPF_CORE_READ((struct unix_sock *)other,
	    addr);
	char c = 1;

	if (addr == NULL)
		return (0);
	bpf_core_read(&c, sizeof(c), &addr->name[0].sun_path[0]);
	if (c != '\0')
		return (0);
	return (prison_of(BPF_CORE_READ(other, sk_cgrp_data.cgroup)) ==
	    my_prison() ? 0 : -ECONNREFUSED);
}

SEC("lsm/unix_stream_connect")
int
BPF_PROG(lsm_connect, struct sock *sk, struct sock *other,
    struct sock *newsk, int verdict)
{
	return (verdict != 0 ? verdict : may_speak(other));
}

SEC("lsm/unix_may_send")
int
BPF_PROG(lsm_send, struct socket *sock, struct socket *other, int verdict)
{
	return (verdict != 0 ? verdict :
	    may_speak(BPF_CORE_READ(other, sk)));
}

/* A prisoner asks about a process that is not of his prison. */
static __always_inline int
may_ask(struct task_struct *task)
{
	__u64 mine = my_prison();

	if (mine == 0 ||
	    mine == prison_of(BPF_CORE_READ(task, cgroups, dfl_cgrp)))
		return (0);
	return (-ESRCH);
}

SEC("lsm/task_getscheduler")
int
BPF_PROG(lsm_getscheduler, struct task_struct *task, int verdict)
{
	return (verdict != 0 ? verdict : may_ask(task));
}

SEC("lsm/task_getpgid")
int
BPF_PROG(lsm_getpgid, struct task_struct *task, int verdict)
{
	return (verdict != 0 ? verdict : may_ask(task));
}

SEC("lsm/task_getsid")
int
BPF_PROG(lsm_getsid, struct task_struct *task, int verdict)
{
	return (verdict != 0 ? verdict : may_ask(task));
}

SEC("lsm/task_getioprio")
int
BPF_PROG(lsm_getioprio, struct task_struct *task, int verdict)
{
	return (verdict != 0 ? verdict : may_ask(task));
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
