// SPDX-License-Identifier: BSD-2-Clause
/*
 * vnet.interface: interfaces that go into the jail once it is made.  Nothing
 * undoes this: they come home by themselves when the jail ends.
 */
#include <stdlib.h>

#include "jailp.h"

/* Move one in. */
int
vnet_interface(struct cfjail *j, const char *ifname)
{
	char *line = eprintf("/sbin/ifconfig %s vnet %d", ifname, j->jid);
	int error;

	if (verbose > 0)
		jail_note(j, "run command: %s\n", line);
	if ((error = jail_vnet_attach(j->jid, ifname)) < 0) {
		jail_warnx(j, "%s", jail_errmsg);
		jail_warnx(j, "%s: failed", line);
	}
	free(line);
	return (error);
}
