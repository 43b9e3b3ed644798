// SPDX-License-Identifier: BSD-2-Clause
#include "self.h"

#include <sys/socket.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "errmsg.h"
#include "fd.h"
#include "jail.h"
#include "police.h"

#define TRIES	10	/* the jailer changes it while we read */

void
self_clear(struct self *se)
{
	free_ptr(&se->se_env);
	free_ptr(&se->se_jails);
	*se = (struct self){ 0 };
}

/* The chunks of a text, put together; NULL, ESTALE: it has been replaced. */
static char *
read_text(int sock, unsigned what, unsigned chunks)
{
	socklen_t len;
	unsigned i;
	char *text;

	if ((text = calloc(chunks + 1, POLICE_TEXTLEN)) == NULL)
		return (NULL);
	for (i = 0; i < chunks; i++) {
		len = POLICE_TEXTLEN;
		if (getsockopt(sock, POLICE_SELF, (int)(what << 16 | i),
		    text + (size_t)i * POLICE_TEXTLEN, &len) == -1) {
			free(text);
			errno = ESTALE;
			return (NULL);
		}
	}
	return (text);
}

static int
read_once(int sock, struct self *ret_se)
{
	struct police_self ps;
	socklen_t len = sizeof(ps);

	if (getsockopt(sock, POLICE_SELF, 0, &ps, &len) == -1 ||
	    len != sizeof(ps))
		return (-1);
	*ret_se = (struct self){
		.se_allow = ps.ps_allow,
		.se_vnet = (ps.ps_flags & POLICE_VNET) != 0,
		.se_childmax = ps.ps_childmax,
		.se_childcur = ps.ps_childcur,
		.se_statfs = ps.ps_statfs,
		.se_ruleset = ps.ps_ruleset,
	};
	if ((ret_se->se_env = read_text(sock, POLICE_ENV, ps.ps_nenv)) !=
	    NULL && (ret_se->se_jails = read_text(sock, POLICE_JAILS,
	    ps.ps_nlist)) != NULL)
		return (0);
	self_clear(ret_se);
	return (-1);
}

int
self_read(struct self *ret_se)
{
	_cleanup_close_ int sock = -1;
	int try;

	sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	for (try = 0; sock != -1 && try < TRIES; try++) {
		if (read_once(sock, ret_se) == 0)
			return (1);
		if (errno != ESTALE)
			break;
	}
	if (jail_jailed() == 0)
		return (0);
	return (jail_err(errno, "ask about the jail"));
}
