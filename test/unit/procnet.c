// SPDX-License-Identifier: BSD-2-Clause
/* Lines of /proc/net. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <sys/socket.h>

#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "address.h"
#include "sock.h"

#define TCP4 "   0: 0200000A:0050 00000000:0000 0A 00000000:00000003 " \
	"00:00000000 00000000     0        0 4711 1 0000000000000000\n"
#define TCP6 "  12: 000000FD000000000000000002000000:0016 " \
	"00000000000000000000000000000000:0000 0A 00000000:00000000 " \
	"00:00000000 00000000  1000        0 99 1 0000000000000000\n"
#define MAPPED "   1: 0000000000000000FFFF00000200000A:0050 " \
	"0000000000000000FFFF00000100000A:C350 01 00000002:00000000 " \
	"00:00000000 00000000     0        0 5 1 0000000000000000\n"

static void
shows(const struct sock *so, int local, const char *want)
{
	char buf[ADDRESS_LEN];

	address_format(so, local, ':', 0, buf);
	assert_string_equal(buf, want);
}

static void
ipv4_line_is_read(void **state)
{
	struct sock so = { .so_proto = IPPROTO_TCP };

	(void)state;
	assert_int_equal(procnet_parse_inet(&so, TCP4, AF_INET), 0);
	shows(&so, 1, "10.0.0.2:80");
	shows(&so, 0, "*:*");
	assert_int_equal(so.so_inode, 4711);
	assert_int_equal(so.so_rqueue, 3);
	assert_true(so.so_listens);
	assert_string_equal(tcp_state_name(so.so_state), "LISTEN");
}

static void
ipv6_line_is_read(void **state)
{
	struct sock so = { .so_proto = IPPROTO_TCP };

	(void)state;
	assert_int_equal(procnet_parse_inet(&so, TCP6, AF_INET6), 0);
	shows(&so, 1, "fd00::2:22");
	shows(&so, 0, "*:*");
	assert_int_equal(so.so_inode, 99);
}

static void
mapped_address_is_ipv4(void **state)
{
	struct sock so = { .so_proto = IPPROTO_TCP };

	(void)state;
	assert_int_equal(procnet_parse_inet(&so, MAPPED, AF_INET6), 0);
	assert_int_equal(so.so_family, AF_INET);
	shows(&so, 1, "10.0.0.2:80");
	shows(&so, 0, "10.0.0.1:50000");
	assert_int_equal(so.so_wqueue, 2);
	assert_string_equal(tcp_state_name(so.so_state), "ESTABLISHED");
}

static void
unix_line_is_read(void **state)
{
	struct sock so = { 0 };

	(void)state;
	assert_int_equal(procnet_parse_unix(&so, "0000000000000000: 00000002 "
	    "00000000 00010000 0001 01 12345 /run/a b\n"), 0);
	assert_int_equal(so.so_inode, 12345);
	assert_true(so.so_listens);
	assert_string_equal(so.so_path, "/run/a b");
	assert_string_equal(proto_name(AF_UNIX, so.so_proto), "stream");
	free(so.so_path);
	so = (struct sock){ 0 };
	assert_int_equal(procnet_parse_unix(&so, "ffff: 00000003 00000000 "
	    "00000000 0005 03 7\n"), 0);
	assert_null(so.so_path);
	assert_int_equal(so.so_state, TCP_ESTABLISHED);
	assert_string_equal(proto_name(AF_UNIX, so.so_proto), "seqpac");
}

static void
what_is_no_socket_is_refused(void **state)
{
	static const char *const lines[] = {
		"", "\n", "  sl  local_address rem_address   st\n",
		"Num       RefCount Protocol Flags    Type St Inode Path\n",
		"   0:", "   0: 0200000A:0050\n", "   0: x\n",
		"   0: 0200000A:0050 00000000:0000 0A\n",
		"   0: 200000A:0050 00000000:0000 0A 00000000:00000003 "
		    "00:00000000 00000000     0        0 4711 1\n",
	};
	struct sock so = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_int_equal(procnet_parse_inet(&so, lines[i], AF_INET),
		    -1);
		assert_int_equal(procnet_parse_inet(&so, lines[i], AF_INET6),
		    -1);
		assert_int_equal(procnet_parse_unix(&so, lines[i]), -1);
	}
}

static void
owner_is_the_holder_or_who_made_others_there(void **state)
{
	struct proc list[] = {
		{ .p_pid = 5, .p_jid = 3 }, { .p_pid = 6, .p_jid = 0 }
	};
	struct proclist pl = { list, 2 };
	struct holder held[] = { { 0, 3, 10 }, { 1, 3, 10 }, { 1, 4, 20 } };
	struct holders hs = { held, 3 };
	struct sock all[] = {
		{ .so_cgroup = 100 }, { .so_cgroup = 200 }, { 0 },
		{ .so_inode = 10, .so_cgroup = 100 },
		{ .so_inode = 20, .so_cgroup = 1 },
		{ .so_inode = 30, .so_cgroup = 1 },
	};
	struct socks ss = { all, 6 };

	(void)state;
	socks_owners(&ss, &hs, &pl);
	assert_int_equal(all[0].so_jid, 3);	/* made where 10 was */
	assert_int_equal(all[1].so_jid, -1);
	assert_int_equal(all[2].so_jid, -1);
	assert_int_equal(all[3].so_jid, 3);
	assert_true(all[3].so_held);
	assert_int_equal(all[4].so_jid, 0);
	assert_int_equal(all[5].so_jid, 0);
	assert_false(all[5].so_held);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ipv4_line_is_read),
		cmocka_unit_test(ipv6_line_is_read),
		cmocka_unit_test(mapped_address_is_ipv4),
		cmocka_unit_test(unix_line_is_read),
		cmocka_unit_test(what_is_no_socket_is_refused),
		cmocka_unit_test(owner_is_the_holder_or_who_made_others_there),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
