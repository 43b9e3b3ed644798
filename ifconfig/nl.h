/* SPDX-License-Identifier: BSD-2-Clause */
/* rtnetlink by libmnl: one socket, one question at a time. */
#ifndef ABASHIRI_IFCONFIG_NL_H
#define ABASHIRI_IFCONFIG_NL_H

#include <libmnl/libmnl.h>

#define NL_MESSAGE	4096	/* bytes of a question */

struct nl {
	struct mnl_socket *nl_sock;
	unsigned	   nl_seq;
	union {
		struct nlmsghdr nlh;
		char		bytes[NL_MESSAGE];
	} nl_msg;		/* the question being made */
};

/* Open in the network namespace of the caller; ends the program on failure. */
void	nl_open(struct nl *nl);
void	nl_close(struct nl *nl);

/*
 * Begin a question about `type` (RTM_) with further NLM_F_ flags; attributes
 * are put behind its fixed part, of `size` zeroed bytes at *ret_fixed.
 */
struct nlmsghdr *nl_begin(struct nl *nl, int type, int flags, size_t size,
	    void *ret_fixed);

/* Ask, and wait for the answer: 0, or -1 with the kernel's errno. */
int	nl_ask(struct nl *nl);

/* Ask for a list: fn for each entry.  0 or -1. */
int	nl_dump(struct nl *nl, mnl_cb_t fn, void *arg);

#endif
