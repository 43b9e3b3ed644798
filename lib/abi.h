/* SPDX-License-Identifier: BSD-2-Clause */
/* The system calls of an ABI, by number, as far as the filter minds them. */
#ifndef ABASHIRI_ABI_H
#define ABASHIRI_ABI_H

#include <stddef.h>
#include <stdint.h>

/* A call refused whole, unless one of `rf_calls` is given (refusals.inc). */
struct refusal {
	int		rf_nr;		/* -1: there is no such call */
	unsigned	rf_calls;	/* CALLS_, 0: never given */
	int		rf_errno;
};

struct abi {
	uint32_t		 ab_arch;	/* AUDIT_ARCH_ */
	const struct refusal	*ab_refusals;
	size_t			 ab_nrefusals;
	/* Calls whose arguments are looked at. */
	int			 ab_clone;
	int			 ab_unshare;
	int			 ab_socket;
	int			 ab_socketpair;
	int			 ab_ioctl;
	int			 ab_pidfd_open;
	int			 ab_ipc;	/* -1: none */
	int			 ab_socketcall;	/* -1: none */
};

/* The machine's own, and programs of 32 bits on x86_64: their lists begin with
   the same calls in the same order. */
extern const struct abi abi_native, abi_i386;

#endif
