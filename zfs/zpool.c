// SPDX-License-Identifier: BSD-2-Clause
/*
 * zpool: pools on btrfs.  Where the pool is a real one's, the real program does
 * it (real.c).
 */
#include <stdlib.h>
#include <unistd.h>

#include "device.h"
#include "real.h"
#include "step.h"
#include "util.h"
#include "zpool.h"

static const struct command commands[] = {
	{ "create", zpool_create,
	    "\tcreate [-fn] [-o size=size] [-O file-system-property=value] "
	    "...\n\t    [-m mountpoint] [-R root] <pool> <vdev>\n" },
	{ "destroy", zpool_destroy, "\tdestroy [-f] <pool>\n" },
	{ "list", zpool_list,
	    "\tlist [-Hp] [-o property[,...]] [pool] ...\n" },
	{ "status", zpool_status, "\tstatus [-x] [pool] ...\n" },
	{ "export", zpool_export, "\texport [-f] <-a | pool ...>\n" },
	{ "import", zpool_import,
	    "\timport [-d dir|device] ...\n"
	    "\timport [-d dir|device] ... [-N] [-R root] -a\n"
	    "\timport [-d dir|device] ... [-N] [-R root] <pool> [newpool]\n"
	    },
	{ "get", zpool_get, "\tget [-Hp] [-o \"all\" | field[,...]] "
	    "<\"all\" | property[,...]> [pool] ...\n" },
};

const struct program program = {
	.pr_name = "zpool", .pr_commands = commands,
	.pr_ncommands = NELEM(commands), .pr_names = "", .pr_hint = "",
};

int
no_such_pool(const char *name)
{
	say("cannot open '%s': no such pool", name);
	return (-1);
}

/* ------------------------------------------------------------------------
 * What was cut short.
 */

static void
clear_making(struct reg *rg)
{
	device_unmount(rg->rg_name, 1);
	if (rg->rg_made)
		unlink(rg->rg_path);
	else
		device_wipe(rg);
	reg_remove(rg->rg_name);
}

int
zpool_finish_export(struct reg *rg)
{
	if (device_unmount(rg->rg_name, 0) == -1)
		return (-1);
	rg->rg_state = REG_EXPORTED;
	return (reg_write(rg));
}

int
zpool_finish_destroy(struct reg *rg)
{
	if (device_unmount(rg->rg_name, 0) == -1)
		return (-1);
	step("zpool-unmounted");
	device_wipe(rg);
	step("zpool-wiped");
	reg_remove(rg->rg_name);
	return (0);
}

void
zpool_settle(void)
{
	char **names;
	size_t i, n;

	reg_lock();
	n = reg_names(&names);
	for (i = 0; i < n; i++) {
		struct reg *rg = reg_read(names[i]);

		if (rg != NULL && rg->rg_state == REG_MAKING)
			clear_making(rg);
		else if (rg != NULL && rg->rg_state == REG_EXPORTING)
			zpool_finish_export(rg);
		else if (rg != NULL && rg->rg_state == REG_DESTROYING)
			zpool_finish_destroy(rg);
		reg_free(rg);
		free(names[i]);
	}
	if (n > 0)
		free(names);
}

/* ------------------------------------------------------------------------ */

int
main(int argc, char **argv)
{
	real_aside("zpool", argc, argv);
	return (usage_run(argc, argv));
}
