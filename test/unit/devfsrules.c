// SPDX-License-Identifier: BSD-2-Clause
/* devfs.rules(5): what is read from it, and which nodes that comes to. */
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "devfsrules.h"
#include "jail.h"

#define BASE	"[hide=1]\nadd hide\n[base=4]\nadd include $hide\n" \
		"add path null unhide\n"

static int devfd;

static struct devfs_rules *
parse(const char *text)
{
	struct devfs_rules *dr = devfs_rules_new();

	assert_non_null(dr);
	if (devfs_rules_parse(dr, "f", text) == -1) {
		devfs_rules_free(dr);
		return (NULL);
	}
	return (dr);
}

/* The names that a set shows, sorted, with blanks between. */
static char *
shown(const char *text, int ruleset)
{
	static char names[4096];
	struct devfs_rules *dr = parse(text);
	struct devfs_node *dn = NULL;
	const char *least;
	char last[64] = "";
	int i, n;

	assert_non_null(dr);
	n = devfs_rules_nodes(dr, ruleset, devfd, &dn);
	devfs_rules_free(dr);
	if (n == -1)
		return (strcpy(names, jail_errmsg));
	names[0] = '\0';
	for (;;) {
		least = NULL;
		for (i = 0; i < n; i++)
			if (strcmp(dn[i].dn_name, last) > 0 && (least == NULL ||
			    strcmp(dn[i].dn_name, least) < 0))
				least = dn[i].dn_name;
		if (least == NULL)
			break;
		strcpy(last, least);
		strcat(strcat(names, names[0] != '\0' ? " " : ""), least);
	}
	free(dn);
	return (names);
}

static struct devfs_node
node(const char *text, int ruleset, const char *name)
{
	struct devfs_rules *dr = parse(text);
	struct devfs_node *dn = NULL, found = { .dn_name = "" };
	int i, n = devfs_rules_nodes(dr, ruleset, devfd, &dn);

	for (i = 0; i < n; i++)
		if (strcmp(dn[i].dn_name, name) == 0)
			found = dn[i];
	free(dn);
	devfs_rules_free(dr);
	return (found);
}

static void
fails(const char *text, const char *error)
{
	struct devfs_rules *dr = parse(text);

	assert_null(dr);
	assert_string_equal(jail_errmsg, error);
}

static void
ours_are_what_the_page_says(void **state)
{
	struct devfs_rules *dr;
	struct devfs_node *dn;

	(void)state;
	assert_int_equal(setenv("JAIL_ETC", "/nonexistent", 1), 0);
	dr = devfs_rules_read();
	assert_non_null(dr);
	assert_int_equal(devfs_rules_nodes(dr, 1, devfd, &dn), 0);
	/* null zero full random urandom; tty ptmx pts shm fd and its three */
	assert_int_equal(devfs_rules_nodes(dr, 4, -1, &dn), 13);
	free(dn);
	assert_int_equal(devfs_rules_nodes(dr, 5, -1, &dn), 13);
	free(dn);
	assert_int_equal(devfs_rules_nodes(dr, 6, -1, &dn), -1);
	assert_string_equal(jail_errmsg, "devfs ruleset 6: neither of ours "
	    "nor in /etc/devfs.rules");
	devfs_rules_free(dr);
}

static void
rules_hide_and_unhide_in_order(void **state)
{
	(void)state;
	assert_string_equal(shown(BASE, 4), "null");
	assert_string_equal(shown(BASE "add path null hide\n", 4), "");
	/* a number puts a rule where it says */
	assert_string_equal(shown("[a=9]\nadd 500 path zero unhide\n"
	    "add 400 hide\nadd path null unhide\n", 9), "null zero");
	assert_string_equal(shown("[a=9]\nadd 500 path zero unhide\n"
	    "add 600 hide\n", 9), "");
	/* both in one: the last counts */
	assert_string_equal(shown("[a=9]\nadd hide\n"
	    "add path null hide unhide\n", 9), "null");
}

static void
patterns_and_types_look_at_the_hosts_devices(void **state)
{
	(void)state;
	assert_string_equal(shown(BASE "[a=9]\nadd include 4\n"
	    "add path 'card*' unhide\n", 9), "null");
	assert_string_equal(shown(BASE "[a=9]\nadd include 4\n"
	    "add path \"dri/*\" unhide\n", 9), "dri/card0 dri/card1 null");
	assert_string_equal(shown(BASE "[a=9]\nadd include 4\n"
	    "add path dri/card1 unhide\n", 9), "dri/card1 null");
	assert_string_equal(shown(BASE "[a=9]\nadd include 4\n"
	    "add type disk unhide\n", 9), "null sda");
	assert_string_equal(shown("[a=9]\nadd hide\nadd type mem unhide\n", 9),
	    "full null random urandom zero");
	/* nothing hidden: all is there */
	assert_non_null(strstr(shown("[a=9]\nadd path x unhide\n", 9),
	    "sda"));
	/* neither files nor links of the host's are devices */
	assert_null(strstr(shown("[a=9]\nadd path '*' unhide\n", 9), "plain"));
	assert_string_equal(shown(BASE "[a=9]\nadd include 4\n"
	    "add path ../null unhide\n", 9), "null");
}

static void
owners_and_modes_are_set(void **state)
{
	struct devfs_node dn = node(BASE "[a=9]\nadd include 4\nadd path sda "
	    "unhide user 7 group root mode 0640\n", 9, "sda");

	(void)state;
	assert_int_equal(dn.dn_mode, S_IFBLK | 0640);
	assert_int_equal(dn.dn_uid, 7);
	assert_int_equal(dn.dn_gid, 0);
	assert_int_equal(major(dn.dn_dev), 8);
	dn = node(BASE, 4, "null");
	assert_int_equal(dn.dn_mode, S_IFCHR | 0666);
	dn = node("[a=9]\nadd path pts mode 700\n", 9, "pts");
	assert_int_equal(dn.dn_mode, S_IFDIR | 0700);
}

static void
a_later_set_takes_the_place_of_its_number(void **state)
{
	(void)state;
	assert_string_equal(shown(BASE "[other=4]\nadd include $hide\n"
	    "add path zero unhide\n", 4), "zero");
}

static void
comments_and_quotes_are_read(void **state)
{
	(void)state;
	assert_string_equal(shown("# one\n\n  [a=9] # two\nadd hide #x\n", 9),
	    "");
}

static void
faults_are_told_with_their_line(void **state)
{
	(void)state;
	fails("[x]\n", "f line 1: [x]: not a [name=number]");
	fails("[x=0]\n", "f line 1: [x=0]: not a [name=number]");
	fails("[=3]\n", "f line 1: [=3]: not a [name=number]");
	fails("[x=3]y\n", "f line 1: [x=3]y: not a [name=number]");
	fails("[x=3] y\n", "f line 1: y: unknown word");
	fails("[x=70000]\n", "f line 1: [x=70000]: not a [name=number]");
	fails("add hide\n", "f line 1: add: no [name=number] above it");
	fails("hide\n", "f line 1: hide: neither [name=number] nor \"add\"");
	fails("[a=9]\nadd\n", "f line 2: add: nothing is to be done");
	fails("[a=9]\nadd path x\n", "f line 2: add: nothing is to be done");
	fails("[a=9]\nadd path\n", "f line 2: path: a word is missing after "
	    "it");
	fails("[a=9]\nadd hide bogus x\n", "f line 2: bogus: unknown word");
	fails("[a=9]\nadd type x hide\n", "f line 2: x: not a type of device "
	    "(disk, tape, tty, mem)");
	fails("[a=9]\nadd mode 9\n", "f line 2: 9: not a mode in octal");
	fails("[a=9]\nadd mode 77777\n", "f line 2: 77777: not a mode in "
	    "octal");
	fails("[a=9]\nadd user no-such-user\n", "f line 2: no-such-user: no "
	    "such user");
	fails("[a=9]\nadd group no-such-group\n", "f line 2: no-such-group: "
	    "no such group");
	fails("[a=9]\nadd include $b\n", "f line 2: $b: no ruleset of that "
	    "name above");
	fails("[a=9]\nadd include x\n", "f line 2: x: not a ruleset's number "
	    "or $name");
	fails("[a=9]\nadd path 'x hide\n", "f line 2: x hide: a quote is not "
	    "closed");
}

static void
includes_end_somewhere(void **state)
{
	(void)state;
	assert_string_equal(shown("[a=9]\nadd include 9\n", 9),
	    "devfs ruleset 9: its includes go round in circles");
	assert_string_equal(shown("[a=9]\nadd include 8\n", 9),
	    "devfs ruleset 9: includes 8, which is nowhere");
}

static int
make_dev(void **state)
{
	static char dir[] = "/tmp/devfsrules.XXXXXX";

	*state = dir;
	if (mkdtemp(dir) == NULL ||
	    (devfd = open(dir, O_RDONLY | O_DIRECTORY)) == -1)
		return (-1);
	if (mknodat(devfd, "sda", S_IFBLK | 0600, makedev(8, 0)) == -1 ||
	    mknodat(devfd, "plain", S_IFREG | 0600, 0) == -1 ||
	    symlinkat("sda", devfd, "plainlink") == -1 ||
	    mkdirat(devfd, "dri", 0755) == -1 ||
	    mknodat(devfd, "dri/card0", S_IFCHR | 0600, makedev(226, 0)) ==
	    -1 ||
	    mknodat(devfd, "dri/card1", S_IFCHR | 0600, makedev(226, 1)) ==
	    -1)
		return (-1);
	return (0);
}

static int
remove_dev(void **state)
{
	static const char *const names[] = {
		"sda", "plain", "plainlink", "dri/card0", "dri/card1"
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlinkat(devfd, names[i], 0);
	unlinkat(devfd, "dri", AT_REMOVEDIR);
	close(devfd);
	return (rmdir(*state));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ours_are_what_the_page_says),
		cmocka_unit_test(rules_hide_and_unhide_in_order),
		cmocka_unit_test(patterns_and_types_look_at_the_hosts_devices),
		cmocka_unit_test(owners_and_modes_are_set),
		cmocka_unit_test(a_later_set_takes_the_place_of_its_number),
		cmocka_unit_test(comments_and_quotes_are_read),
		cmocka_unit_test(faults_are_told_with_their_line),
		cmocka_unit_test(includes_end_somewhere),
	};

	if (geteuid() != 0) {
		fprintf(stderr, "device nodes take root\n");
		return (77);
	}
	return (cmocka_run_group_tests(tests, make_dev, remove_dev));
}
