// SPDX-License-Identifier: BSD-2-Clause
/* jailparam against a kernel of paper: types, texts, errors, the protocol. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "jail.h"
#include "jailparam_fake.h"
#include "paramtab.h"

#define RDTUN	((int)CTLFLAG_RDTUN)
#define RW	((int)CTLFLAG_RW)
#define RD	((int)CTLFLAG_RD)

static int
setup(void **state)
{
	(void)state;
	fake_reset();
	jail_errmsg[0] = '\0';
	return (0);
}

static void
init_knows_every_type(void **state)
{
	static const struct {
		const char *name;
		int ctltype;
		unsigned flags;
		size_t valuelen, elemlen;
	} want[] = {
		{ "lastjid", CTLTYPE_INT | CTLFLAG_WR, 0, sizeof(int), 0 },
		{ "desc", CTLTYPE_INT | RW, 0, sizeof(int), 0 },
		{ "jid", CTLTYPE_INT | RDTUN, 0, sizeof(int), 0 },
		{ "parent", CTLTYPE_INT | RD, 0, sizeof(int), 0 },
		{ "name", CTLTYPE_STRING | RW, 0, 256, 0 },
		{ "path", CTLTYPE_STRING | RDTUN, 0, 1024, 0 },
		{ "persist", CTLTYPE_INT | RW, JP_BOOL, sizeof(int), 0 },
		{ "nopersist", CTLTYPE_INT | RW, JP_NOBOOL, sizeof(int), 0 },
		{ "allow.mount.nodevfs", CTLTYPE_INT | RW, JP_NOBOOL,
		    sizeof(int), 0 },
		{ "vnet", CTLTYPE_INT | RDTUN, JP_JAILSYS, sizeof(int), 0 },
		{ "host.hostid", CTLTYPE_ULONG | RW, 0, sizeof(long), 0 },
		{ "ip4.addr", CTLTYPE_STRUCT | RW, 0, 0, 4 },
		{ "ip6.addr", CTLTYPE_STRUCT | RW, 0, 0, 16 },
		{ "meta", CTLTYPE_STRING | RW, JP_KEYVALUE, 4096, 0 },
		{ "env.a.b", CTLTYPE_STRING | RW, JP_KEYVALUE, 4096, 0 },
	};
	struct jailparam jp;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		assert_int_equal(jailparam_init(&jp, want[i].name), 0);
		assert_string_equal(jp.jp_name, want[i].name);
		assert_int_equal(jp.jp_ctltype, want[i].ctltype);
		assert_int_equal(jp.jp_flags, want[i].flags);
		assert_int_equal(jp.jp_valuelen, want[i].valuelen);
		assert_int_equal(jp.jp_elemlen, want[i].elemlen);
		assert_null(jp.jp_value);
		jailparam_free(&jp, 1);
	}
}

static void
init_refuses_the_unknown(void **state)
{
	static const char *const names[] = { "nix", "", "nopath", "meta.",
	    "nometa", "nolastjid", "allow.", "noallow.mount" };
	struct jailparam jp;
	char text[128];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(jailparam_init(&jp, names[i]), -1);
		assert_int_equal(errno, ENOENT);
		snprintf(text, sizeof(text), "unknown parameter: %s", names[i]);
		assert_string_equal(jail_errmsg, text);
		jailparam_free(&jp, 1);
	}
}

/* The exported text of `value` imported into `name`, or the error's. */
static const char *
through(const char *name, const char *value)
{
	static char text[JAIL_ERRMSGLEN + 1];
	struct jailparam jp;
	char *out;

	assert_int_equal(jailparam_init(&jp, name), 0);
	if (jailparam_import(&jp, value) < 0) {
		assert_int_equal(errno, EINVAL);
		assert_null(jp.jp_value);
		snprintf(text, sizeof(text), "!%s", jail_errmsg);
	} else {
		out = jailparam_export(&jp);
		assert_non_null(out);
		snprintf(text, sizeof(text), "%s", out);
		free(out);
	}
	jailparam_free(&jp, 1);
	return (text);
}

static void
import_and_export(void **state)
{
	static const struct {
		const char *name, *value, *want;
	} c[] = {
		{ "jid", "17", "17" },
		{ "jid", "-1", "-1" },
		{ "jid", "", "!jid: non-integer value \"\"" },
		{ "jid", "1x", "!jid: non-integer value \"1x\"" },
		{ "jid", "0x10", "!jid: non-integer value \"0x10\"" },
		{ "jid", "2147483648",
		    "!jid: non-integer value \"2147483648\"" },
		{ "jid", "99999999999999999999",
		    "!jid: non-integer value \"99999999999999999999\"" },
		{ "securelevel", "new",
		    "!securelevel: non-integer value \"new\"" },
		{ "host.hostid", "18446744073709551615",
		    "18446744073709551615" },
		{ "host.hostid", "18446744073709551616", "!host.hostid: "
		    "non-integer value \"18446744073709551616\"" },
		{ "host.hostid", "", "!host.hostid: non-integer value \"\"" },
		{ "persist", "", "true" },
		{ "persist", "true", "true" },
		{ "persist", "TRUE", "true" },
		{ "persist", "False", "false" },
		{ "persist", "0", "false" },
		{ "persist", "7", "true" },
		{ "persist", "yes", "!persist: unknown boolean value \"yes\"" },
		{ "nopersist", "", "true" },
		{ "nopersist", "false", "false" },
		{ "allow.nomount", "no",
		    "!allow.nomount: unknown boolean value \"no\"" },
		{ "vnet", "", "new" },
		{ "vnet", "disable", "disable" },
		{ "vnet", "Inherit", "inherit" },
		{ "vnet", "1", "new" },
		{ "vnet", "9", "9" },
		{ "vnet", "-1", "-1" },
		{ "vnet", "old", "!vnet: unknown jailsys value \"old\"" },
		{ "name", "", "" },
		{ "name", "a b", "a b" },
		{ "meta", "a=1\nb=2", "a=1\nb=2" },
		{ "meta.k", "v", "v" },
		{ "ip4.addr", "", "" },
		{ "ip4.addr", "-", "" },
		{ "ip4.addr", "10.0.0.1", "10.0.0.1" },
		{ "ip4.addr", "10.0.0.2,10.0.0.1", "10.0.0.2,10.0.0.1" },
		{ "ip4.addr", "10.0.0.1,", "!ip4.addr: not an IPv4 address: " },
		{ "ip4.addr", "10.0.0.1,1.2.3,5",
		    "!ip4.addr: not an IPv4 address: 1.2.3" },
		{ "ip4.addr", "10.0.0.1/24",
		    "!ip4.addr: not an IPv4 address: 10.0.0.1/24" },
		{ "ip4.addr", "::1", "!ip4.addr: not an IPv4 address: ::1" },
		{ "ip6.addr", "::1,fe80::2", "::1,fe80::2" },
		{ "ip6.addr", "0:0:0:0:0:0:0:1", "::1" },
		{ "ip6.addr", "1.2.3.4",
		    "!ip6.addr: not an IPv6 address: 1.2.3.4" },
		{ "ip6.addr",
		    "1111111111111111111111111111111111111111111111111111",
		    "!ip6.addr: not an IPv6 address: "
		    "1111111111111111111111111111111111111111111111111111" },
		{ "lastjid", "3", "3" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(c) / sizeof(c[0]); i++)
		assert_string_equal(through(c[i].name, c[i].value), c[i].want);
}

static void
import_of_null_leaves_the_value(void **state)
{
	struct jailparam jp;

	(void)state;
	assert_int_equal(jailparam_init(&jp, "name"), 0);
	assert_int_equal(jailparam_import(&jp, NULL), 0);
	assert_null(jp.jp_value);
	assert_int_equal(jailparam_import(&jp, "a"), 0);
	assert_int_equal(jailparam_import(&jp, NULL), 0);
	assert_string_equal(jp.jp_value, "a");
	/* A second import takes the place of the first. */
	assert_int_equal(jailparam_import(&jp, "bc"), 0);
	assert_string_equal(jp.jp_value, "bc");
	assert_int_equal(jp.jp_valuelen, 3);
	jailparam_free(&jp, 1);
}

static void
raw_values_stay_the_callers(void **state)
{
	static char name[4] = { 'w', 'e', 'b', '!' };
	struct jailparam jp;
	char *text;
	int jid = 5;
	short s = 1;

	(void)state;
	assert_int_equal(jailparam_init(&jp, "name"), 0);
	assert_int_equal(jailparam_import(&jp, "gone"), 0);
	assert_int_equal(jailparam_import_raw(&jp, name, 3), 0);
	assert_ptr_equal(jp.jp_value, name);
	assert_int_equal(jp.jp_flags, JP_RAWVALUE);
	text = jailparam_export(&jp);
	assert_string_equal(text, "web");	/* three bytes, no NUL */
	free(text);
	assert_int_equal(jailparam_import(&jp, "own"), 0);
	assert_int_equal(jp.jp_flags, 0);
	assert_memory_equal(name, "web!", 4);
	jailparam_free(&jp, 1);

	assert_int_equal(jailparam_init(&jp, "jid"), 0);
	assert_int_equal(jailparam_import_raw(&jp, &jid, sizeof(jid)), 0);
	text = jailparam_export(&jp);
	assert_string_equal(text, "5");
	free(text);
	assert_int_equal(jailparam_import_raw(&jp, &s, sizeof(s)), 0);
	assert_null(jailparam_export(&jp));
	assert_int_equal(errno, EINVAL);
	jailparam_free(&jp, 1);
}

static void
export_without_a_value_fails(void **state)
{
	struct jailparam jp;

	(void)state;
	assert_int_equal(jailparam_init(&jp, "path"), 0);
	assert_null(jailparam_export(&jp));
	assert_int_equal(errno, EINVAL);
	assert_string_equal(jail_errmsg, "parameter path was not imported");
	jailparam_free(&jp, 1);
}

static void
all_is_the_table(void **state)
{
	struct jailparam *jp;
	int i, n;

	(void)state;
	n = jailparam_all(&jp);
	assert_int_equal(n, paramtab_n);
	for (i = 0; i < n; i++)
		assert_string_equal(jp[i].jp_name, paramtab[i].pa_name);
	jailparam_free(jp, (unsigned)n);
	free(jp);
}

static void
setv_and_getv(void **state)
{
	char name[256] = "", path[1024] = "", persist[8] = "", nop[8] = "";
	char mount[8] = "", ip[512] = "", vnet[16] = "", hostid[32] = "";
	int jid;

	(void)state;
	jid = jail_setv(JAIL_CREATE, "name", "web", "path", "/j/w", "persist",
	    NULL, "allow.mount.nodevfs", "false", "nopersist", "false",
	    "ip4.addr", "10.0.0.2,10.0.0.1", "vnet", "inherit", "host.hostid",
	    "42", NULL);
	assert_int_equal(jid, 1);
	assert_int_equal(jail_getv(0, "jid", "1", "name", name, "path", path,
	    "persist", persist, "nopersist", nop, "allow.mount.devfs", mount,
	    "ip4.addr", ip, "vnet", vnet, "host.hostid", hostid, NULL), 1);
	assert_string_equal(name, "web");
	assert_string_equal(path, "/j/w");
	assert_string_equal(persist, "true");
	assert_string_equal(nop, "false");
	assert_string_equal(mount, "true");
	assert_string_equal(ip, "10.0.0.2,10.0.0.1");
	assert_string_equal(vnet, "inherit");
	assert_string_equal(hostid, "42");
	assert_int_equal(jail_setv(JAIL_UPDATE, "name", "web", "nopersist",
	    NULL, "ip4.addr", NULL, NULL), 1);
	strcpy(name, "web");
	assert_int_equal(jail_getv(0, "name", name, "persist", persist,
	    "ip4.addr", ip, NULL), 1);
	assert_string_equal(persist, "false");
	assert_string_equal(ip, "");
}

static void
getv_takes_the_first_key_that_names_a_jail(void **state)
{
	char jid[8] = "0", name[256] = "b";

	(void)state;
	assert_int_equal(jail_setv(JAIL_CREATE, "name", "a", NULL), 1);
	assert_int_equal(jail_setv(JAIL_CREATE, "name", "b", NULL), 2);
	/* jid 0 is no key: name is, and jid is read. */
	assert_int_equal(jail_getv(0, "jid", jid, "name", name, NULL), 2);
	assert_string_equal(jid, "2");
	/* jid before name, whatever their order. */
	strcpy(jid, "1");
	assert_int_equal(jail_getv(0, "name", name, "jid", jid, NULL), 1);
	assert_string_equal(name, "a");
	/* lastjid before both. */
	assert_int_equal(jail_getv(0, "jid", jid, "name", name, "lastjid", "1",
	    NULL), 2);
	assert_string_equal(jid, "2");
	assert_string_equal(name, "b");
	assert_int_equal(jail_getv(0, "lastjid", "2", NULL), -1);
	assert_int_equal(errno, ENOENT);
	assert_string_equal(jail_errmsg, "no jail after 2");
	assert_int_equal(jail_getv(0, "path", name, NULL), -1);
	assert_int_equal(errno, ENOENT);
	assert_string_equal(jail_errmsg, "no jail specified");
	assert_int_equal(jail_getv(0, "jid", "two", "path", name, NULL), -1);
	assert_int_equal(jail_getv(0, "jid", "1", "nix", name, NULL), -1);
	assert_string_equal(jail_errmsg, "unknown parameter: nix");
}

static void
getv_sized_never_writes_too_much(void **state)
{
	char path[8], name[4], key[] = "1";

	(void)state;
	assert_int_equal(jail_setv(JAIL_CREATE, "name", "web", "path",
	    "/j/long", NULL), 1);
	assert_int_equal(jail_getv_sized(0, "jid", key, sizeof(key), "path",
	    path, sizeof(path), "name", name, sizeof(name), NULL), 1);
	assert_string_equal(path, "/j/long");
	assert_string_equal(name, "web");
	memset(path, '-', sizeof(path));
	memset(name, '-', sizeof(name));
	assert_int_equal(jail_getv_sized(0, "jid", key, sizeof(key), "name",
	    name, sizeof(name), "path", path, sizeof(path) - 1, NULL), -1);
	assert_int_equal(errno, ENAMETOOLONG);
	assert_string_equal(jail_errmsg,
	    "path: value is longer than 7 bytes");
	assert_memory_equal(path, "--------", sizeof(path));
	assert_memory_equal(name, "----", sizeof(name));
	assert_int_equal(jail_getv_sized(0, "path", path, sizeof(path), NULL),
	    -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(jail_getv_sized(0, NULL), -1);
	assert_int_equal(errno, ENOENT);
}

static void
getid_and_getname(void **state)
{
	char *name;

	(void)state;
	assert_int_equal(jail_setv(JAIL_CREATE, "name", "web", NULL), 1);
	assert_int_equal(jail_getid("web"), 1);
	assert_int_equal(jail_getid("1"), 1);
	fake_gets = 0;
	assert_int_equal(jail_getid("0"), 0);
	assert_int_equal(fake_gets, 0);
	assert_int_equal(jail_getid("2"), -1);
	assert_int_equal(errno, ENOENT);
	assert_string_equal(jail_errmsg, "jail 2 not found");
	assert_int_equal(jail_getid("nix"), -1);
	assert_string_equal(jail_errmsg, "jail \"nix\" not found");
	assert_int_equal(jail_getid(""), -1);
	assert_int_equal(jail_getid("-1"), -1);
	assert_string_equal(jail_errmsg, "jail \"-1\" not found");
	assert_int_equal(jail_getid("99999999999"), -1);
	assert_string_equal(jail_errmsg, "jail \"99999999999\" not found");
	name = jail_getname(1);
	assert_string_equal(name, "web");
	free(name);
	assert_null(jail_getname(2));
	assert_int_equal(errno, ENOENT);
	assert_string_equal(jail_errmsg, "jail 2 not found");
	name = jail_getname(0);
	assert_string_equal(name, "0");
	free(name);
}

static void
errors_without_text_name_the_call(void **state)
{
	(void)state;
	fake_error = EPERM;
	assert_int_equal(jail_setv(JAIL_CREATE, "name", "web", NULL), -1);
	assert_int_equal(errno, EPERM);
	assert_string_equal(jail_errmsg, "jail_set: Operation not permitted");
	fake_error = EAGAIN;
	assert_int_equal(jail_getid("web"), -1);
	assert_int_equal(errno, EAGAIN);
	assert_string_equal(jail_errmsg,
	    "jail_get: Resource temporarily unavailable");
	assert_int_equal(jail_setv(0, "name", "web", NULL), -1);
	assert_int_equal(errno, EINVAL);
	assert_string_equal(jail_errmsg,
	    "no valid operation (create or update)");
	assert_int_equal(jail_setv(JAIL_CREATE, "dying", NULL, NULL), -1);
	assert_string_equal(jail_errmsg, "unknown parameter: dying");
	/* A missing value is "", which no integer is. */
	assert_int_equal(jail_setv(JAIL_CREATE, "jid", NULL, NULL), -1);
	assert_int_equal(errno, EINVAL);
	assert_string_equal(jail_errmsg, "jid: non-integer value \"\"");
}

static void
keys_are_set_prepended_and_deleted(void **state)
{
	char meta[4096] = "", a[4096] = "x", b[4096] = "x", jid[] = "1";
	struct jailparam jp[2];

	(void)state;
	assert_int_equal(jail_setv(JAIL_CREATE, "name", "web", "meta.a", "1",
	    "meta.b", "two words", NULL), 1);
	assert_int_equal(jail_getv(0, "jid", jid, "meta", meta, "meta.a", a,
	    "meta.b", b, NULL), 1);
	assert_string_equal(meta, "b=two words\na=1");
	assert_string_equal(a, "1");
	assert_string_equal(b, "two words");
	assert_int_equal(jail_setv(JAIL_UPDATE, "jid", jid, "meta.b", NULL,
	    NULL), 1);
	assert_int_equal(jail_getv(0, "jid", jid, "meta", meta, NULL), 1);
	assert_string_equal(meta, "a=1");
	/* A key that is not there reads as no bytes; an empty one as "". */
	assert_int_equal(jail_setv(JAIL_UPDATE, "jid", jid, "meta.c", "",
	    NULL), 1);
	assert_int_equal(jailparam_init(&jp[0], "jid"), 0);
	assert_int_equal(jailparam_import(&jp[0], jid), 0);
	assert_int_equal(jailparam_init(&jp[1], "meta.b"), 0);
	assert_int_equal(jailparam_get(jp, 2, 0), 1);
	assert_int_equal(jp[1].jp_valuelen, 0);
	jailparam_free(&jp[1], 1);
	assert_int_equal(jailparam_init(&jp[1], "meta.c"), 0);
	assert_int_equal(jailparam_get(jp, 2, 0), 1);
	assert_int_equal(jp[1].jp_valuelen, 1);
	jailparam_free(jp, 2);
	/* All of it, without a value, is emptied. */
	assert_int_equal(jail_setv(JAIL_UPDATE, "jid", jid, "meta", NULL,
	    NULL), 1);
	assert_int_equal(jail_getv(0, "jid", jid, "meta", meta, NULL), 1);
	assert_string_equal(meta, "");
}

static void
get_without_a_key(void **state)
{
	struct jailparam jp[2];

	(void)state;
	assert_int_equal(jailparam_get(NULL, 0, 0), -1);
	assert_int_equal(errno, ENOENT);
	assert_string_equal(jail_errmsg, "no jail specified");
	assert_int_equal(jailparam_init(&jp[0], "path"), 0);
	assert_int_equal(jailparam_init(&jp[1], "name"), 0);
	assert_int_equal(jailparam_get(jp, 2, 0), -1);
	assert_int_equal(errno, ENOENT);
	jailparam_free(jp, 2);
}

/* Read ip4.addr of jail 1; the number of addresses, or -1. */
static int
addrs4(void)
{
	struct jailparam jp[2];
	int n;

	assert_int_equal(jailparam_init(&jp[0], "jid"), 0);
	assert_int_equal(jailparam_import(&jp[0], "1"), 0);
	assert_int_equal(jailparam_init(&jp[1], "ip4.addr"), 0);
	n = jailparam_get(jp, 2, 0);
	if (n > 0)
		n = (int)(jp[1].jp_valuelen / jp[1].jp_elemlen);
	else
		assert_null(jp[1].jp_value);
	jailparam_free(jp, 2);
	return (n);
}

static void
arrays_get_the_room_they_need(void **state)
{
	char addr[255 * 32] = "";
	int i;

	(void)state;
	for (i = 1; i <= 255; i++)
		snprintf(addr + strlen(addr), 32, "%s10.1.2.%d",
		    i > 1 ? "," : "", i);
	assert_int_equal(jail_setv(JAIL_CREATE, "ip4.addr", "10.0.0.1", NULL),
	    1);
	fake_gets = 0;
	assert_int_equal(addrs4(), 1);
	assert_int_equal(fake_gets, 1);
	assert_int_equal(jail_setv(JAIL_UPDATE, "jid", "1", "ip4.addr", addr,
	    NULL), 1);
	fake_gets = 0;
	assert_int_equal(addrs4(), 255);
	assert_int_equal(fake_gets, 3);
	/* Five more each time fit; a thousand more never do. */
	fake_grow = 5;
	assert_int_equal(addrs4(), 255 + 3 * 5);
	fake_grow = 1000;
	assert_int_equal(addrs4(), -1);
	assert_int_equal(errno, EINVAL);
}

static void
get_again_and_again(void **state)
{
	struct jailparam jp[4];
	int lastjid = 0, n = 0;

	(void)state;
	assert_int_equal(jail_setv(JAIL_CREATE, "name", "a", NULL), 1);
	assert_int_equal(jail_setv(JAIL_CREATE, "name", "bb", "ip4.addr",
	    "10.0.0.1", NULL), 2);
	assert_int_equal(jailparam_init(&jp[0], "lastjid"), 0);
	jailparam_import_raw(&jp[0], &lastjid, sizeof(lastjid));
	assert_int_equal(jailparam_init(&jp[1], "name"), 0);
	assert_int_equal(jailparam_init(&jp[2], "ip4.addr"), 0);
	assert_int_equal(jailparam_init(&jp[3], "jid"), 0);
	while ((lastjid = jailparam_get(jp, 4, 0)) > 0) {
		n++;
		assert_int_equal(*(int *)jp[3].jp_value, n);
		assert_string_equal(jp[1].jp_value, n == 1 ? "a" : "bb");
		assert_int_equal(jp[2].jp_valuelen, n == 1 ? 0 : 4);
	}
	assert_int_equal(n, 2);
	assert_int_equal(errno, ENOENT);
	jailparam_free(jp, 4);
}

static void
raw_values_are_read_into(void **state)
{
	struct in_addr addr[2];
	struct jailparam jp[4];
	char name[3];
	int jid = 1, nopersist = -1;

	(void)state;
	assert_int_equal(jail_setv(JAIL_CREATE, "name", "ab", "persist", NULL,
	    "ip4.addr", "10.0.0.1,10.0.0.2", NULL), 1);
	assert_int_equal(jailparam_init(&jp[0], "jid"), 0);
	jailparam_import_raw(&jp[0], &jid, sizeof(jid));
	assert_int_equal(jailparam_init(&jp[1], "name"), 0);
	jailparam_import_raw(&jp[1], name, sizeof(name));
	assert_int_equal(jailparam_init(&jp[2], "nopersist"), 0);
	jailparam_import_raw(&jp[2], &nopersist, sizeof(nopersist));
	assert_int_equal(jailparam_init(&jp[3], "ip4.addr"), 0);
	jailparam_import_raw(&jp[3], addr, sizeof(addr));
	assert_int_equal(jailparam_get(jp, 4, 0), 1);
	assert_string_equal(name, "ab");
	assert_int_equal(nopersist, 0);
	assert_int_equal(jp[3].jp_valuelen, sizeof(addr));
	assert_int_equal(addr[1].s_addr, inet_addr("10.0.0.2"));
	/* No room, and it is not ours to make. */
	jailparam_import_raw(&jp[3], addr, sizeof(addr[0]));
	assert_int_equal(jailparam_get(jp, 4, 0), -1);
	assert_int_equal(errno, EINVAL);
	jailparam_free(jp, 4);
}

static void
run_hands_the_pairs_on(void **state)
{
	struct jail_result jr;
	struct jailparam jp[2];

	(void)state;
	assert_int_equal(jailparam_init(&jp[0], "name"), 0);
	assert_int_equal(jailparam_import(&jp[0], "cell"), 0);
	assert_int_equal(jailparam_init(&jp[1], "allow.nomount"), 0);
	assert_int_equal(jailparam_run(jp, 2, NULL, &jr), 0);
	assert_int_equal(jr.jr_jid, 1);
	assert_int_equal(jailparam_run(jp, 2, NULL, &jr), -1);
	assert_int_equal(errno, EEXIST);
	assert_string_equal(jail_errmsg, "jail 1 already exists");
	fake_error = EPERM;
	assert_int_equal(jailparam_run(jp, 2, NULL, &jr), -1);
	assert_string_equal(jail_errmsg, "jail_run: Operation not permitted");
	jailparam_free(jp, 2);
}

#define T(name) cmocka_unit_test_setup(name, setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(init_knows_every_type),
		T(init_refuses_the_unknown),
		T(import_and_export),
		T(import_of_null_leaves_the_value),
		T(raw_values_stay_the_callers),
		T(export_without_a_value_fails),
		T(all_is_the_table),
		T(setv_and_getv),
		T(getv_takes_the_first_key_that_names_a_jail),
		T(getv_sized_never_writes_too_much),
		T(getid_and_getname),
		T(errors_without_text_name_the_call),
		T(keys_are_set_prepended_and_deleted),
		T(get_without_a_key),
		T(arrays_get_the_room_they_need),
		T(get_again_and_again),
		T(raw_values_are_read_into),
		T(run_hands_the_pairs_on),
	};
	int failed;

	failed = cmocka_run_group_tests_name("jailparam", tests, NULL, NULL);
	fake_reset();
	return (failed);
}
