/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * <sys/rctl.h>: FreeBSD's calls for resource limits, on Linux functions of
 * libjail.  Rules and filters are text, as in rctl(8), in inbuf with its NUL;
 * what is asked for comes back in outbuf, with commas between and a NUL behind.
 * 0, or -1 with errno and jail_errmsg; ERANGE: outbuf is too small.
 */
#ifndef ABASHIRI_SYS_RCTL_H
#define ABASHIRI_SYS_RCTL_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What the jail "jail:NAME" uses: "cputime=2,maxproc=3,...". */
int	rctl_get_racct(const char *inbuf, size_t inbuflen, char *outbuf,
	    size_t outbuflen);

/* The rules that a filter selects. */
int	rctl_get_rules(const char *inbuf, size_t inbuflen, char *outbuf,
	    size_t outbuflen);

/* The rules that hold for "process:PID" or "jail:NAME". */
int	rctl_get_limits(const char *inbuf, size_t inbuflen, char *outbuf,
	    size_t outbuflen);

int	rctl_add_rule(const char *inbuf, size_t inbuflen, char *outbuf,
	    size_t outbuflen);

/* Remove the rules that a filter selects.  ESRCH: there are none. */
int	rctl_remove_rule(const char *inbuf, size_t inbuflen, char *outbuf,
	    size_t outbuflen);

#ifdef __cplusplus
}
#endif
#endif
