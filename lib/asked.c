// SPDX-License-Identifier: BSD-2-Clause
/*
 * What a listener asked for, where the policy gave it something else: the
 * notes that bpf/inet.bpf.c leaves on sockets, for programs that list them.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "errmsg.h"
#include "fd.h"
#include "jail.h"
#include "pin.h"
#include "police.h"
#include "state.h"

int
jail_sock_notes(void)
{
	_cleanup_state_ struct state st = STATE_INIT;
	_cleanup_close_ int dir = -1;
	int fd;

	if (state_open(&st, 0) == -1)
		return (-1);
	dir = openat(st.st_dir, "bpf", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir == -1 || (fd = pin_get(dir, "notes")) == -1)
		return (jail_err(errno, "the notes on sockets"));
	return (fd);
}

int
jail_sock_asked(const void *note, size_t len, struct in6_addr *addr,
    unsigned *port)
{
	struct police_note pn;

	if (len < sizeof(pn))
		return (0);
	memcpy(&pn, note, sizeof(pn));
	/* It stays when the bind that it is of has failed: then it lies. */
	if (memcmp(pn.pn_real.pa_w, addr, sizeof(*addr)) != 0)
		return (0);
	memcpy(addr, pn.pn_asked.pa_w, sizeof(*addr));
	if (pn.pn_port != 0)
		*port = ntohs(pn.pn_port);
	return (pn.pn_dual ? 2 : 1);
}
