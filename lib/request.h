/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From name/value pairs to a prison's record: every check that jail_set(2)
 * makes of the values themselves, in FreeBSD's words.
 */
#ifndef ABASHIRI_REQUEST_H
#define ABASHIRI_REQUEST_H

#include <sys/uio.h>

#include "prison.h"

struct request {
	const struct iovec *rq_iov;
	unsigned	 rq_niov;
	int		 rq_flags;	/* JAIL_CREATE ... */
	int		 rq_jid;	/* 0: not said */
	const char	*rq_name;	/* NULL: not said */
	int		 rq_user_said;	/* user= and pid= were given */
	int		 rq_pid_said;
	int		 rq_ip_said;	/* ip4= or ip6=, and not inherit */
	uint64_t	 rq_allow_said;	/* PR_ALLOW_ given by name */
};

/* Check the pairs' form and find jid and name.  0 or -1. */
int	request_init(struct request *rq, const struct iovec *iov,
	    unsigned niov, int flags);

/*
 * Apply every parameter to pr, which holds the defaults (creating) or the
 * jail as it is.  `above` is the parent's record, NULL for the host.
 */
int	request_apply(struct request *rq, struct prison *pr,
	    const struct prison *above, int creating);

/* The kernel's version as a number, FreeBSD's way: 601000 is 6.1. */
int	request_osreldate(void);

/* Take back, with a warning each, permissions that cannot be given. */
void	request_permissions(const struct request *rq, struct prison *pr);

#endif
