// SPDX-License-Identifier: BSD-2-Clause
/*
 * zfs: ZFS's verbs on btrfs.  Where the pool is a real one's, the real program
 * does it (real.c).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "name.h"
#include "prop.h"
#include "real.h"
#include "util.h"

static const struct command commands[] = {
	{ "create", cmd_create,
	    "\tcreate [-pu] [-o property=value] ... <filesystem>\n" },
	{ "destroy", cmd_destroy,
	    "\tdestroy [-fnpRrv] <filesystem>\n"
	    "\tdestroy [-npRrv] <filesystem>@<snap>[%<snap>][,...]\n" },
	{ "snapshot", cmd_snapshot,
	    "\tsnapshot [-r] [-o property=value] ... <filesystem>@<snap> ...\n"
	    },
	{ "snap", cmd_snapshot, NULL },
	{ "rollback", cmd_rollback, "\trollback [-rRf] <snapshot>\n" },
	{ "clone", cmd_clone, "\tclone [-p] [-o property=value] ... "
	    "<snapshot> <filesystem>\n" },
	{ "promote", cmd_promote, "\tpromote <clone-filesystem>\n" },
	{ "rename", cmd_rename,
	    "\trename [-fpu] <filesystem> <filesystem>\n"
	    "\trename [-r] <snapshot> <snapshot>\n" },
	{ "list", cmd_list,
	    "\tlist [-Hp] [-r|-d max] [-o property[,...]] "
	    "[-s property] ...\n\t    [-S property] ... [-t type[,...]] "
	    "[filesystem|snapshot] ...\n" },
	{ "set", cmd_set,
	    "\tset <property=value> ... <filesystem|snapshot> ...\n" },
	{ "get", cmd_get,
	    "\tget [-Hp] [-r|-d max] [-o \"all\" | field[,...]] "
	    "[-s source[,...]]\n\t    [-t type[,...]] "
	    "<\"all\" | property[,...]> [filesystem|snapshot] ...\n" },
	{ "inherit", cmd_inherit,
	    "\tinherit [-rS] <property> <filesystem|snapshot> ...\n" },
	{ "mount", cmd_mount,
	    "\tmount\n\tmount [-vO] [-o opts] <-a | filesystem>\n" },
	{ "unmount", cmd_unmount,
	    "\tunmount [-f] <-a | filesystem|mountpoint>\n" },
	{ "umount", cmd_unmount, NULL },
	{ "send", cmd_send, "\tsend [-npPv] [-i snapshot] <snapshot>\n" },
	{ "receive", cmd_receive,
	    "\treceive [-nuvF] [-o property=value] ... "
	    "<filesystem|snapshot>\n" },
	{ "recv", cmd_receive, NULL },
	{ "hold", cmd_hold, "\thold [-r] <tag> <snapshot> ...\n" },
	{ "holds", cmd_holds, "\tholds [-rHp] <snapshot> ...\n" },
	{ "release", cmd_release, "\trelease [-r] <tag> <snapshot> ...\n" },
	{ "diff", cmd_diff,
	    "\tdiff [-FHt] <snapshot> [snapshot|filesystem]\n" },
};

const struct program program = {
	.pr_name = "zfs", .pr_commands = commands,
	.pr_ncommands = NELEM(commands),
	.pr_names = "\nEach dataset is of the form: "
	    "pool/[dataset/]*dataset[@name]\n",
	.pr_hint = "\nFor the property list, run: zfs set|get\n",
};

void
bad_usage_props(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	usage_complain(fmt, ap);
	va_end(ap);
	prop_usage();
	exit(2);
}

/* ------------------------------------------------------------------------
 * What is spoken of.
 */

struct pool *
open_pool_of(const char *name, int how)
{
	_cleanup_free_ char *pool = name_pool(name);
	struct pool *po = pool_open(pool, how);

	if (po == NULL && errno == ENOENT)
		say("cannot open '%s': dataset does not exist", name);
	return (po);
}

struct ds *
open_ds(struct pool *po, const char *name, enum ds_want want)
{
	const char *wrong = name_wrong(name, NAME_ANY);
	struct ds *ds = NULL;

	if (wrong != NULL)
		say("cannot open '%s': %s", name, wrong);
	else if ((ds = index_find(po->po_ix, name)) == NULL)
		say("cannot open '%s': dataset does not exist", name);
	else if (want != WANT_ANY && ds_is_snap(ds) != (want == WANT_SNAP)) {
		say("cannot open '%s': operation not applicable to datasets "
		    "of this type", name);
		ds = NULL;
	}
	return (ds);
}

void
settings_add(struct settings *se, char *word)
{
	char *value = strchr(word, '=');
	const struct prop_row *row;
	size_t i;

	if (value == NULL)
		bad_usage("missing '=' for property=value argument");
	*value++ = '\0';
	if ((row = prop_find(word)) != NULL)
		word = (char *)(uintptr_t)row->p_name;
	for (i = 0; i < se->se_n; i++)
		if (strcmp(se->se_v[i].se_name, word) == 0)
			bad_usage("property '%s' specified multiple times",
			    word);
	se->se_v = xgrow(se->se_v, se->se_n, sizeof(*se->se_v));
	se->se_v[se->se_n++] = (struct setting){ word, value };
}

int
settings_check(struct settings *se, const char *doing, int snap)
{
	const struct prop_row *row;
	const char *wrong;
	char *value;
	size_t i;

	for (i = 0; i < se->se_n; i++) {
		row = prop_find(se->se_v[i].se_name);
		wrong = prop_check(se->se_v[i].se_name, se->se_v[i].se_value,
		    &value);
		if (wrong == NULL && snap && row != NULL)
			wrong = "this property can not be modified for "
			    "snapshots";
		if (wrong != NULL) {
			say("%s: %s", doing, wrong);
			return (-1);
		}
		se->se_v[i].se_value = value;
	}
	return (0);
}

void
settings_note(const struct settings *se, struct ds *ds, struct index *ix)
{
	_cleanup_free_ char *id = xprintf("%llu",
	    (unsigned long long)ds->ds_id);
	const char *name;
	size_t i;

	for (i = 0; i < se->se_n; i++) {
		name = se->se_v[i].se_name;
		if (strcmp(name, "quota") == 0 && ds_local(ds, ".group") ==
		    NULL)
			ds_set(ds, ".group", id);
		if (strcmp(name, "refquota") == 0)
			ds_set(ds, ".refgroup", "1");
		if (strcmp(name, "quota") == 0 ||
		    strcmp(name, "refquota") == 0) {
			ids_add(&ix->ix_redo, ds->ds_id);
			if (strcmp(se->se_v[i].se_value, "none") == 0) {
				ds_set(ds, name, NULL);
				continue;
			}
		}
		ds_set(ds, name, se->se_v[i].se_value);
	}
}

/* ------------------------------------------------------------------------ */

int
main(int argc, char **argv)
{
	real_aside("zfs", argc, argv);
	return (usage_run(argc, argv));
}
