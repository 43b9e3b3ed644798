// SPDX-License-Identifier: BSD-2-Clause
/* zpool destroy, export */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "jails.h"
#include "mountpt.h"
#include "step.h"
#include "util.h"
#include "zpool.h"

static struct {
	int	force;		/* -f */
	int	all;		/* -a */
} opt;

/* Nothing of it mounted, and no jail on it. */
static int
let_go(const char *name, const char *doing)
{
	struct pool *po = pool_open(name, POOL_WRITE);
	const char *jail;
	int error = 0;
	size_t i;

	if (po == NULL)
		return (errno == ENOENT ? 0 : -1);
	for (i = 0; i < po->po_ix->ix_nds && error == 0; i++) {
		struct ds *ds = po->po_ix->ix_ds[i];

		if (ds_is_snap(ds) || (jail = jails_using(po, ds)) == NULL)
			continue;
		say("%s '%s': jail '%s' runs on '%s'; stop it first: jail -r "
		    "%s", doing, name, jail, ds->ds_name, jail);
		error = -1;
	}
	if (error == 0 && (error = unmount_within(po, name, opt.force)) == -1)
		mount_within(po, name);
	pool_close(po);
	return (error);
}

static int
end_pool(const char *name, enum reg_state state)
{
	struct reg *rg = reg_read(name);
	int error = -1;

	if (rg == NULL || rg->rg_state == REG_EXPORTED)
		no_such_pool(name);
	else if (let_go(name, state == REG_DESTROYING ? "cannot destroy" :
	    "cannot export") == 0) {
		rg->rg_state = state;
		if (reg_write(rg) == -1)
			say("'%s': %s", name, strerror(errno));
		else {
			step("zpool-ending");
			error = state == REG_DESTROYING ? zpool_finish_destroy(rg) :
			    zpool_finish_export(rg);
		}
	}
	reg_free(rg);
	return (error);
}

int
zpool_destroy(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, ":f")) != -1)
		if (c == 'f')
			opt.force = 1;
		else
			bad_option(c);
	if (argc - optind < 1)
		bad_usage("missing pool argument");
	if (argc - optind > 1)
		bad_usage("too many arguments");
	zpool_settle();
	return (end_pool(argv[optind], REG_DESTROYING) == -1);
}

int
zpool_export(int argc, char **argv)
{
	int c, error = 0;
	char **names;
	size_t i, n;

	while ((c = getopt(argc, argv, ":af")) != -1)
		switch (c) {
		case 'a':
			opt.all = 1;
			break;
		case 'f':
			opt.force = 1;
			break;
		default:
			bad_option(c);
		}
	argc -= optind;
	argv += optind;
	if (argc < 1 && !opt.all)
		bad_usage("missing pool argument");
	zpool_settle();
	for (; argc > 0; argc--, argv++)
		error |= end_pool(*argv, REG_EXPORTING);
	if (!opt.all)
		return (error != 0);
	n = reg_names(&names);
	for (i = 0; i < n; i++) {
		struct reg *rg = reg_read(names[i]);

		if (rg != NULL && rg->rg_state == REG_IMPORTED)
			error |= end_pool(names[i], REG_EXPORTING);
		reg_free(rg);
		free(names[i]);
	}
	if (n > 0)
		free(names);
	return (error != 0);
}
