/* SPDX-License-Identifier: BSD-2-Clause */
/* Descriptors through a socket of the local domain, a message at a time. */
#ifndef ABASHIRI_FDPASS_H
#define ABASHIRI_FDPASS_H

#define FDPASS_MAX	8

/* 0 or -1.  Async-signal-safe. */
int	fds_send(int sock, const int *fds, unsigned n);

/*
 * Take a message of n, which has arrived already, close-on-exec.  0, or -1
 * with all of ret_fds -1.
 */
int	fds_recv(int sock, int *ret_fds, unsigned n);

#endif
