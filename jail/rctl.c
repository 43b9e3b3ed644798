// SPDX-License-Identifier: BSD-2-Clause
/* The limits that a jail's own parameters name: rules of rctl(8). */
#include <sys/rctl.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "jailp.h"

/*
 * The name that rules know the jail by: that of the record while it runs, and
 * of the wish when it is gone.
 */
static char *
rule_name(const struct cfjail *j)
{
	const char *name = string_param(j, K_NAME);
	char *running = j->jid > 0 ? jail_getname(j->jid) : NULL;

	if (running != NULL)
		return (running);
	return (name != NULL ? estrdup(name) : eprintf("%d", j->lastjid));
}

/* Add the rule, or take it away. */
int
limit_rule(struct cfjail *j, const char *rule, bool down)
{
	char *name = rule_name(j), *text;
	int error;

	text = eprintf("jail:%s:%s", name, rule);
	if (verbose > 0)
		jail_note(j, "rctl -%c %s\n", down ? 'r' : 'a', text);
	error = (down ? rctl_remove_rule : rctl_add_rule)(text,
	    strlen(text) + 1, NULL, 0);
	/* Somebody may have taken it away already. */
	if (error == -1 && down && errno == ESRCH)
		error = 0;
	if (error == -1)
		jail_warnx(j, "rctl: %s", jail_errmsg);
	free(text);
	free(name);
	return (error);
}
