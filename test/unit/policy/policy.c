/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a prison's processes may do with addresses and devices, each row of
 * the design, and every way around it that was ever tried.
 */
#include "world.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "jail.h"
#include "police.h"
#include "tests.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP	262
#endif
#ifndef IPPROTO_L2TP
#define IPPROTO_L2TP	115
#endif
#ifndef IPPROTO_SMC
#define IPPROTO_SMC	256
#endif

static int base;	/* descriptors from here on are a test's */

static int
test_begin(void **state)
{
	(void)state;
	base = fcntl(0, F_DUPFD, 3);
	close(base);
	return (0);
}

static int
test_end(void **state)
{
	(void)state;
	prison_free_all();
	close_range(base, ~0U, 0);
	return (0);
}

/* ------------------------------------------------------------------------
 * socket(2)
 */

static void
cgroup_without_a_row(void **state)
{
	struct prison *pr = prison_new(NULL, 0);

	(void)state;
	assert_int_equal(try_socket(pr, AF_INET, SOCK_STREAM, 0),
	    -EPROTONOSUPPORT);
	assert_int_equal(try_socket(pr, AF_INET6, SOCK_DGRAM, 0),
	    -EPROTONOSUPPORT);
	assert_int_equal(inside(pr, ask_open,
	    &(struct ask){ .as_to = "/dev/null" }), -EPERM);
}

static void
disabled_family(void **state)
{
	struct prison *v4 = prison_new("10.0.0.2", 0);
	struct prison *v6 = prison_new("fd00::2", 0);
	struct prison *none = prison_new("", 0);

	(void)state;
	assert_true(try_socket(v4, AF_INET, SOCK_STREAM, 0) >= 0);
	assert_int_equal(try_socket(v4, AF_INET6, SOCK_STREAM, 0),
	    -EPROTONOSUPPORT);
	assert_int_equal(try_socket(v6, AF_INET, SOCK_DGRAM, 0),
	    -EPROTONOSUPPORT);
	assert_true(try_socket(v6, AF_INET6, SOCK_DGRAM, 0) >= 0);
	assert_int_equal(try_socket(none, AF_INET, SOCK_STREAM, 0),
	    -EPROTONOSUPPORT);
	assert_true(try_socket(none, AF_UNIX, SOCK_STREAM, 0) >= 0);
	/* a mapped address is an address of the disabled family */
	assert_int_equal(try_bind(v6, "::ffff:10.0.0.1", 5000),
	    -EAFNOSUPPORT);
	assert_int_equal(try_connect(v6, "::ffff:10.0.0.1", 5000),
	    -EAFNOSUPPORT);
	assert_int_equal(inside(v6, ask_send, &(struct ask){
	    .as_to = "::ffff:10.0.0.1", .as_port = 5000,
	    .as_type = SOCK_DGRAM }), -EAFNOSUPPORT);
}

static void
other_protocols(void **state)
{
	static const struct { int type, protocol; } refused[] = {
		{ SOCK_STREAM, IPPROTO_MPTCP },
		{ SOCK_STREAM, IPPROTO_SCTP },
		{ SOCK_SEQPACKET, IPPROTO_SCTP },
		{ SOCK_DGRAM, IPPROTO_L2TP },
		{ SOCK_STREAM, IPPROTO_SMC },
	};
	struct prison *pr = prison_new("10.0.0.2 fd00::2", POLICY_SOCKET_AF);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		/* SEQPACKET is another errno where the kernel lacks SCTP */
		assert_true(try_socket(pr, AF_INET, refused[i].type,
		    refused[i].protocol) < 0);
		assert_true(try_socket(pr, AF_INET6, refused[i].type,
		    refused[i].protocol) < 0);
	}
	assert_true(try_socket(pr, AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE) != 0);
	assert_true(try_socket(pr, AF_INET, SOCK_DGRAM, IPPROTO_ICMP) >= 0);
	assert_true(try_socket(pr, AF_INET6, SOCK_DGRAM,
	    IPPROTO_ICMPV6) >= 0);
	/* refused by the program, not for want of MPTCP in the kernel */
	if (try_socket(NULL, AF_INET, SOCK_STREAM, IPPROTO_MPTCP) >= 0)
		assert_int_equal(try_socket(pr, AF_INET, SOCK_STREAM,
		    IPPROTO_MPTCP), -EPROTONOSUPPORT);
}

static void
raw_sockets(void **state)
{
	const struct ask raw = { .as_family = AF_INET, .as_type = SOCK_RAW,
	    .as_protocol = IPPROTO_ICMP, .as_flags = AS_CAPABLE };
	struct prison *pr = prison_new("10.0.0.2", 0);
	struct ask as;
	int fd;

	(void)state;
	/* with the host's own capabilities still refused */
	assert_int_equal(inside(pr, ask_socket, &raw), -EPERM);
	prison_set(pr, "10.0.0.2", POLICY_RAW_SOCKETS);
	assert_true((fd = inside(pr, ask_socket, &raw)) >= 0);
	/* and with the permission, its source must be the prison's */
	as = raw;
	as.as_to = "10.0.0.3";
	as.as_from = "10.0.0.1";
	assert_int_equal(inside(pr, ask_send, &as), -EPERM);
	as.as_from = "10.0.0.2";
	assert_true(inside(pr, ask_send, &as) >= 0);
	/* it hears what is sent to the prison only */
	while (received(fd, NULL))
		;
	as.as_to = "10.0.0.1";
	assert_true(inside(NULL, ask_send, &as) >= 0);
	assert_false(received(fd, NULL));
	as.as_to = "10.0.0.2";
	assert_true(inside(NULL, ask_send, &as) >= 0);
	assert_true(received(fd, NULL));
}

/* ------------------------------------------------------------------------
 * bind(2)
 */

static void
bind_foreign(void **state)
{
	struct prison *pr = prison_new("10.0.0.2 10.0.0.3 fd00::2", 0);

	(void)state;
	assert_int_equal(try_bind(pr, "10.0.0.1", 5000), -EADDRNOTAVAIL);
	assert_int_equal(try_bind_udp(pr, "10.0.0.1", 5000), -EADDRNOTAVAIL);
	assert_int_equal(try_bind(pr, "10.0.0.4", 5000), -EADDRNOTAVAIL);
	assert_int_equal(try_bind(pr, "127.0.0.2", 5000), -EADDRNOTAVAIL);
	assert_int_equal(try_bind(pr, "fd00::1", 5000), -EADDRNOTAVAIL);
	assert_int_equal(try_bind_udp(pr, "fd00::1", 5000), -EADDRNOTAVAIL);
	assert_int_equal(try_bind(pr, "::ffff:10.0.0.1", 5000),
	    -EADDRNOTAVAIL);
	/* before the port is looked at */
	assert_int_equal(try_bind(pr, "10.0.0.1", 80), -EADDRNOTAVAIL);
	assert_int_equal(inside(pr, ask_bind, &(struct ask){
	    .as_to = "10.0.0.1", .as_port = 5000,
	    .as_flags = AS_FREEBIND }), -EADDRNOTAVAIL);
	assert_true(inside(pr, ask_bind, &(struct ask){
	    .as_to = "10.0.0.1", .as_port = 5000, .as_type = SOCK_DGRAM,
	    .as_protocol = IPPROTO_UDPLITE }) < 0);
}

static void
bind_own(void **state)
{
	struct prison *pr = prison_new("10.0.0.2 10.0.0.3 fd00::2", 0);

	(void)state;
	assert_string_equal(name_of(try_bind(pr, "10.0.0.2", 5000)),
	    "10.0.0.2:5000");
	assert_string_equal(name_of(try_bind(pr, "10.0.0.3", 5000)),
	    "10.0.0.3:5000");
	assert_string_equal(name_of(try_bind(pr, "fd00::2", 5001)),
	    "[fd00::2]:5001");
	assert_string_equal(name_of(try_bind(pr, "::ffff:10.0.0.3", 5002)),
	    "[::ffff:10.0.0.3]:5002");
	assert_string_equal(name_of(try_bind_udp(pr, "10.0.0.3", 5000)),
	    "10.0.0.3:5000");
}

static void
bind_any_with_one_address(void **state)
{
	struct prison *pr = prison_new("10.0.0.2 fd00::2", 0);

	(void)state;
	assert_string_equal(name_of(try_bind(pr, "0.0.0.0", 5000)),
	    "10.0.0.2:5000");
	assert_string_equal(name_of(try_bind_udp(pr, "0.0.0.0", 5000)),
	    "10.0.0.2:5000");
	assert_string_equal(name_of(inside(pr, ask_bind, &(struct ask){
	    .as_to = "::", .as_port = 5000, .as_flags = AS_V6ONLY })),
	    "[fd00::2]:5000");
	assert_string_equal(name_of(inside(pr, ask_bind, &(struct ask){
	    .as_to = "::", .as_port = 5000, .as_flags = AS_V6ONLY,
	    .as_type = SOCK_DGRAM })), "[fd00::2]:5000");
	assert_string_equal(name_of(try_bind(pr, "::ffff:0.0.0.0", 5001)),
	    "[::ffff:10.0.0.2]:5001");
	/* FreeBSD rewrites :: only where it is V6ONLY */
	assert_string_equal(name_of(try_bind(pr, "::", 5002)), "[::]:5002");
	assert_string_equal(name_of(try_bind_udp(pr, "::", 5002)),
	    "[::]:5002");
}

static void
bind_any_with_several_addresses(void **state)
{
	struct prison *pr = prison_new("10.0.0.2 10.0.0.3 fd00::2 fd00::3", 0);

	(void)state;
	assert_string_equal(name_of(try_bind(pr, "0.0.0.0", 5000)),
	    "0.0.0.0:5000");
	assert_string_equal(name_of(try_bind_udp(pr, "0.0.0.0", 5000)),
	    "0.0.0.0:5000");
	assert_string_equal(name_of(inside(pr, ask_bind, &(struct ask){
	    .as_to = "::", .as_port = 5000, .as_flags = AS_V6ONLY })),
	    "[::]:5000");
}

static void
bind_loopback(void **state)
{
	struct prison *pr = prison_new("10.0.0.2 10.0.0.3 fd00::2", 0);
	struct prison *own = prison_new("10.0.0.4 127.0.0.1 fd00::4 ::1", 0);

	(void)state;
	assert_string_equal(name_of(try_bind(pr, "127.0.0.1", 5000)),
	    "10.0.0.2:5000");
	assert_string_equal(name_of(try_bind_udp(pr, "127.0.0.1", 5000)),
	    "10.0.0.2:5000");
	assert_string_equal(name_of(try_bind(pr, "::1", 5000)),
	    "[fd00::2]:5000");
	assert_string_equal(name_of(try_bind(pr, "::ffff:127.0.0.1", 5001)),
	    "[::ffff:10.0.0.2]:5001");
	/* where it is listed it is itself */
	assert_string_equal(name_of(try_bind(own, "127.0.0.1", 5000)),
	    "127.0.0.1:5000");
	assert_string_equal(name_of(try_bind(own, "::1", 5000)),
	    "[::1]:5000");
}

static void
reserved_ports(void **state)
{
	struct prison *no = prison_new("10.0.0.2 fd00::2", 0);
	struct prison *yes = prison_new("10.0.0.3 fd00::3",
	    POLICY_RESERVED_PORTS);
	struct ask as = { .as_to = "10.0.0.3", .as_port = 80, .as_uid = 1000 };

	(void)state;
	assert_int_equal(try_bind(no, "10.0.0.2", 80), -EACCES);
	assert_int_equal(try_bind(no, "fd00::2", 1023), -EACCES);
	assert_int_equal(try_bind_udp(no, "0.0.0.0", 53), -EACCES);
	assert_int_equal(inside(no, ask_bind, &(struct ask){
	    .as_to = "10.0.0.2", .as_port = 80, .as_flags = AS_CAPABLE }),
	    -EACCES);
	assert_true(try_bind(no, "10.0.0.2", 1024) >= 0);
	assert_string_equal(name_of(try_bind(yes, "10.0.0.3", 80)),
	    "10.0.0.3:80");
	assert_string_equal(name_of(try_bind(yes, "fd00::3", 80)),
	    "[fd00::3]:80");
	assert_true(try_bind_udp(yes, "0.0.0.0", 53) >= 0);
	/* the prison's other users have no such right */
	as.as_port = 81;
	assert_int_equal(inside(yes, ask_bind, &as), -EACCES);
	as.as_to = "0.0.0.0";
	assert_int_equal(inside(yes, ask_bind, &as), -EACCES);
	as.as_port = 8081;
	assert_true(inside(yes, ask_bind, &as) >= 0);
}

static void
failed_bind_claims_nothing(void **state)
{
	struct prison *pr = prison_new("10.0.0.2 10.0.0.3",
	    POLICY_RESERVED_PORTS);
	int fd, taken;

	(void)state;
	/*
	 * An ordinary user asks for port 80, is refused, and listens all the
	 * same: what the kernel then binds must not be steered to from 80.
	 */
	fd = try_socket(pr, AF_INET, SOCK_STREAM, 0);
	assert_int_equal(inside(pr, ask_bind, &(struct ask){ .as_fd = fd,
	    .as_to = "0.0.0.0", .as_port = 80, .as_uid = 1000 }), -EACCES);
	assert_true(inside(pr, ask_listen, &(struct ask){ .as_fd = fd }) >=
	    0);
	assert_false(answers("10.0.0.2", 80));
	assert_false(answers("10.0.0.3", 80));
	/* likewise one whose port was taken when it asked */
	assert_true((taken = try_listen(pr, "10.0.0.3", 5000)) >= 0);
	fd = try_socket(pr, AF_INET, SOCK_STREAM, 0);
	assert_int_equal(inside(pr, ask_bind, &(struct ask){ .as_fd = fd,
	    .as_to = "10.0.0.3", .as_port = 5000 }), -EADDRINUSE);
	assert_true(inside(pr, ask_listen, &(struct ask){ .as_fd = fd }) >=
	    0);
	assert_int_not_equal(port_of(fd), 5000);
	close(taken);
	assert_false(answers("10.0.0.3", 5000));
}

/* ------------------------------------------------------------------------
 * connect(2), sendto(2)
 */

/* Every way to say "this machine". */
static const struct { const char *to; int family; } here[] = {
	{ "127.0.0.1", 0 }, { "127.255.0.9", 0 }, { "0.0.0.0", 0 },
	{ "::ffff:127.0.0.1", 0 }, { "::ffff:0.0.0.0", 0 },
	{ "::ffff:127.0.0.53", 0 }, { "::1", 0 }, { "::", 0 },
};
#define NHERE	(sizeof(here) / sizeof(here[0]))

static void
connect_to_this_machine(void **state)
{
	struct prison *pr = prison_new("10.0.0.2 fd00::2", 0);
	unsigned fastopen;
	size_t i;
	int fd;

	(void)state;
	/* the host's services, on all its addresses but the prison's */
	assert_true(try_listen(NULL, "127.0.0.1", 5000) >= 0);
	assert_true(try_listen(NULL, "127.0.0.53", 5000) >= 0);
	assert_true(try_listen(NULL, "::1", 5000) >= 0);
	for (fastopen = 0; fastopen <= AS_FASTOPEN; fastopen += AS_FASTOPEN)
		for (i = 0; i < NHERE; i++)
			assert_int_equal(inside(pr, ask_connect,
			    &(struct ask){ .as_to = here[i].to,
			    .as_port = 5000, .as_flags = fastopen }),
			    -ECONNREFUSED);
	/* the prison's own */
	assert_true(try_listen(pr, "0.0.0.0", 5001) >= 0);
	assert_true(inside(pr, ask_listen, &(struct ask){ .as_to = "::",
	    .as_port = 5001, .as_flags = AS_V6ONLY }) >= 0);
	for (i = 0; i < NHERE; i++) {
		fd = try_connect(pr, here[i].to, 5001);
		assert_true(fd >= 0);
		assert_string_equal(peer_of(fd), i < 3 ? "10.0.0.2:5001" :
		    i < 6 ? "[::ffff:10.0.0.2]:5001" : "[fd00::2]:5001");
	}
}

static void
connect_has_own_source(void **state)
{
	struct prison *pr = prison_new("10.0.0.2 10.0.0.3 fd00::2", 0);
	char *colon;
	int fd;

	(void)state;
	assert_true(try_listen(NULL, "10.0.0.1", 5000) >= 0);
	assert_true(try_listen(NULL, "fd00::1", 5000) >= 0);
	assert_true((fd = try_connect(pr, "10.0.0.1", 5000)) >= 0);
	assert_non_null(colon = strrchr(name_of(fd), ':'));
	assert_memory_equal(name_of(fd), "10.0.0.2:", 9);
	assert_true((fd = try_connect(pr, "::ffff:10.0.0.1", 5000)) >= 0);
	assert_memory_equal(name_of(fd), "[::ffff:10.0.0.2]:", 18);
	assert_true((fd = try_connect(pr, "fd00::1", 5000)) >= 0);
	assert_memory_equal(name_of(fd), "[fd00::2]:", 10);
	/* its own choice among its own stays */
	assert_true((fd = inside(pr, ask_connect, &(struct ask){
	    .as_to = "10.0.0.1", .as_port = 5000, .as_from = "10.0.0.3" })) >=
	    0);
	assert_memory_equal(name_of(fd), "10.0.0.3:", 9);
	/* udp: of its family, of a socket of both */
	assert_true((fd = inside(pr, ask_connect, &(struct ask){
	    .as_to = "10.0.0.1", .as_port = 5000, .as_type = SOCK_DGRAM })) >=
	    0);
	assert_memory_equal(name_of(fd), "10.0.0.2:", 9);
	assert_true((fd = inside(pr, ask_connect, &(struct ask){
	    .as_to = "::ffff:10.0.0.1", .as_port = 5000,
	    .as_type = SOCK_DGRAM })) >= 0);
	assert_memory_equal(name_of(fd), "[::ffff:10.0.0.2]:", 18);
}

static void
send_has_own_source(void **state)
{
	static const struct { const char *to, *from; } own[] = {
		{ "10.0.0.1", "10.0.0.2:" }, { "fd00::1", "[fd00::2]:" },
		{ "::ffff:10.0.0.1", "10.0.0.2:" },
	};
	struct prison *pr = prison_new("10.0.0.2 10.0.0.3 fd00::2", 0);
	char name[64];
	size_t i;
	int fd;

	(void)state;
	for (i = 0; i < 3; i++) {
		fd = try_bind_udp(NULL, i == 1 ? "fd00::1" : "10.0.0.1",
		    5000 + i);
		assert_true(fd >= 0);
		assert_true(inside(pr, ask_send, &(struct ask){
		    .as_to = own[i].to, .as_port = 5000 + i,
		    .as_type = SOCK_DGRAM }) >= 0);
		assert_true(received(fd, name));
		assert_memory_equal(name, own[i].from, strlen(own[i].from));
	}
	/* a second address, chosen by message */
	fd = try_bind_udp(NULL, "10.0.0.1", 5009);
	assert_true(inside(pr, ask_send, &(struct ask){ .as_to = "10.0.0.1",
	    .as_port = 5009, .as_type = SOCK_DGRAM,
	    .as_from = "10.0.0.3" }) >= 0);
	assert_true(received(fd, name));
	assert_memory_equal(name, "10.0.0.3:", 9);
}

static void
send_to_this_machine(void **state)
{
	struct prison *pr = prison_new("10.0.0.2 fd00::2", 0);
	int host4, host6, own4, own6;
	size_t i;

	(void)state;
	host4 = try_bind_udp(NULL, "127.0.0.1", 5000);
	host6 = try_bind_udp(NULL, "::1", 5000);
	own4 = try_bind_udp(pr, "0.0.0.0", 5000);
	own6 = inside(pr, ask_bind, &(struct ask){ .as_to = "::",
	    .as_port = 5000, .as_type = SOCK_DGRAM, .as_flags = AS_V6ONLY });
	assert_true(host4 >= 0 && host6 >= 0 && own4 >= 0 && own6 >= 0);
	for (i = 0; i < NHERE; i++) {
		assert_true(inside(pr, ask_send, &(struct ask){
		    .as_to = here[i].to, .as_port = 5000,
		    .as_type = SOCK_DGRAM }) >= 0);
		assert_true(received(i < 6 ? own4 : own6, NULL));
	}
	assert_false(received(host4, NULL));
	assert_false(received(host6, NULL));
}

static void
pktinfo_with_foreign_source(void **state)
{
	static const struct {
		const char *to, *from;
		unsigned flags;
		int bound;
	} tries[] = {
		{ "10.0.0.1", "10.0.0.1", 0, 0 },
		{ "10.0.0.1", "10.0.0.1", AS_CONNECTED, 0 },
		{ "10.0.0.1", "10.0.0.1", 0, 1 },
		{ "::ffff:10.0.0.1", "10.0.0.1", 0, 0 },
		{ "::ffff:10.0.0.1", "::ffff:10.0.0.1", 0, 0 },
		{ "::ffff:10.0.0.1", "::ffff:10.0.0.1", AS_CONNECTED, 0 },
		{ "fd00::1", "fd00::1", 0, 0 },
		{ "fd00::1", "fd00::1", AS_CONNECTED, 0 },
		{ "fd00::1", "fd00::1", 0, 1 },
	};
	struct prison *pr = prison_new("10.0.0.2 fd00::2", 0);
	int fd4, fd6;
	size_t i;

	(void)state;
	fd4 = try_bind_udp(NULL, "10.0.0.1", 5000);
	fd6 = try_bind_udp(NULL, "fd00::1", 5000);
	for (i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		struct ask as = { .as_to = tries[i].to, .as_port = 5000,
		    .as_type = SOCK_DGRAM, .as_from = tries[i].from,
		    .as_flags = tries[i].flags };

		if (tries[i].bound)
			as.as_fd = try_bind_udp(pr,
			    strchr(as.as_to, ':') != NULL ? "fd00::2" :
			    "10.0.0.2", 6000 + i);
		assert_int_equal(inside(pr, ask_send, &as), -EADDRNOTAVAIL);
	}
	assert_false(received(fd4, NULL));
	assert_false(received(fd6, NULL));
}

/* ------------------------------------------------------------------------
 * Where no address is ever named.
 */

static void
listen_without_bind(void **state)
{
	struct prison *pr = prison_new("10.0.0.2 fd00::2", 0);
	int fd, port;

	(void)state;
	assert_true((fd = inside(pr, ask_listen, &(struct ask){
	    .as_family = AF_INET })) >= 0);
	port = port_of(fd);
	assert_int_equal(arrives(fd, "10.0.0.1", port), -1);
	assert_int_equal(arrives(fd, "127.0.0.1", port), -1);
	assert_true(arrives(fd, "10.0.0.2", port) >= 0);
	assert_true((fd = inside(pr, ask_listen, &(struct ask){
	    .as_family = AF_INET6 })) >= 0);
	port = port_of(fd);
	assert_int_equal(arrives(fd, "fd00::1", port), -1);
	assert_int_equal(arrives(fd, "::1", port), -1);
	assert_int_equal(arrives(fd, "10.0.0.1", port), -1);
	assert_true(arrives(fd, "fd00::2", port) >= 0);
	assert_true(arrives(fd, "10.0.0.2", port) >= 0);
}

static void
udp_autobind(void **state)
{
	struct prison *pr = prison_new("10.0.0.2", 0);
	int fd, port;

	(void)state;
	assert_true((fd = inside(pr, ask_send, &(struct ask){
	    .as_to = "10.0.0.4", .as_port = 9, .as_type = SOCK_DGRAM })) >=
	    0);
	port = port_of(fd);
	assert_true(port > 0);
	assert_true(inside(NULL, ask_send, &(struct ask){
	    .as_to = "10.0.0.1", .as_port = port,
	    .as_type = SOCK_DGRAM }) >= 0);
	assert_false(received(fd, NULL));
	assert_true(inside(NULL, ask_send, &(struct ask){
	    .as_to = "10.0.0.2", .as_port = port,
	    .as_type = SOCK_DGRAM }) >= 0);
	assert_true(received(fd, NULL));
}

static void
udp_wildcard(void **state)
{
	struct prison *pr = prison_new("10.0.0.2 10.0.0.3 fd00::2", 0);
	static const char *const ours[] = {
		"10.0.0.2", "10.0.0.3", "fd00::2",
	};
	static const char *const not[] = {
		"10.0.0.1", "127.0.0.1", "fd00::1", "::1",
	};
	size_t i;
	int fd;

	(void)state;
	assert_true((fd = try_bind_udp(pr, "::", 5000)) >= 0);
	for (i = 0; i < 3; i++) {
		assert_true(inside(NULL, ask_send, &(struct ask){
		    .as_to = ours[i], .as_port = 5000,
		    .as_type = SOCK_DGRAM }) >= 0);
		assert_true(received(fd, NULL));
	}
	for (i = 0; i < 4; i++) {
		inside(NULL, ask_send, &(struct ask){ .as_to = not[i],
		    .as_port = 5000, .as_type = SOCK_DGRAM });
		assert_false(received(fd, NULL));
	}
}

static void
ping_socket(void **state)
{
	struct prison *pr = prison_new("10.0.0.2 fd00::2", 0);
	struct ask as = { .as_to = "10.0.0.1", .as_type = SOCK_DGRAM,
	    .as_protocol = IPPROTO_ICMP };
	int fd;

	(void)state;
	/* bind(2) of a ping socket passes no hook, its packets do */
	if ((fd = inside(pr, ask_bind, &as)) >= 0) {
		as.as_fd = fd;
		assert_int_equal(inside(pr, ask_send, &as), -EPERM);
		assert_false(received(fd, NULL));
	}
	as.as_fd = inside(pr, ask_bind, &(struct ask){ .as_to = "10.0.0.2",
	    .as_type = SOCK_DGRAM, .as_protocol = IPPROTO_ICMP });
	assert_true(as.as_fd >= 0);
	assert_true(inside(pr, ask_send, &as) >= 0);
	assert_true(received(as.as_fd, NULL));
	as = (struct ask){ .as_to = "fd00::1", .as_type = SOCK_DGRAM,
	    .as_protocol = IPPROTO_ICMPV6, .as_from = "fd00::1" };
	/* here the kernel keeps its error to itself */
	if ((fd = inside(pr, ask_send, &as)) >= 0)
		assert_false(received(fd, NULL));
	as.as_from = NULL;
	as.as_fd = inside(pr, ask_bind, &(struct ask){ .as_to = "fd00::2",
	    .as_type = SOCK_DGRAM, .as_protocol = IPPROTO_ICMPV6 });
	assert_true(as.as_fd >= 0);
	assert_true(inside(pr, ask_send, &as) >= 0);
	assert_true(received(as.as_fd, NULL));
	as.as_fd = 0;
	/* connected, the source is chosen for it */
	as.as_flags = AS_CONNECTED;
	assert_true((fd = inside(pr, ask_send, &as)) >= 0);
	assert_true(received(fd, NULL));
}

/* ------------------------------------------------------------------------
 * Modes, changes.
 */

static void
inherited_family(void **state)
{
	struct prison *pr = prison_new("*4 fd00::2", 0);
	int fd;

	(void)state;
	assert_string_equal(name_of(try_bind(pr, "10.0.0.1", 5000)),
	    "10.0.0.1:5000");
	assert_string_equal(name_of(try_bind(pr, "0.0.0.0", 5001)),
	    "0.0.0.0:5001");
	assert_true((fd = try_listen(pr, "127.0.0.1", 5002)) >= 0);
	assert_true(arrives(fd, "127.0.0.1", 5002) >= 0);
	assert_string_equal(peer_of(try_connect(pr, "127.0.0.1", 5002)),
	    "127.0.0.1:5002");
	assert_int_equal(try_bind(pr, "fd00::1", 5000), -EADDRNOTAVAIL);
	/* one socket, two families: each by its own rule */
	assert_true((fd = try_listen(pr, "::", 5003)) >= 0);
	assert_true(arrives(fd, "10.0.0.1", 5003) >= 0);
	assert_true(arrives(fd, "fd00::2", 5003) >= 0);
	assert_int_equal(arrives(fd, "fd00::1", 5003), -1);
}

static void
vnet(void **state)
{
	struct prison *pr = prison_new("", POLICY_VNET |
	    POLICY_RESERVED_PORTS);

	(void)state;
	assert_true(try_bind(pr, "10.0.0.1", 5000) >= 0);
	assert_true(try_bind(pr, "::", 5000) >= 0);
	assert_true(inside(pr, ask_socket, &(struct ask){
	    .as_family = AF_INET, .as_type = SOCK_RAW,
	    .as_protocol = IPPROTO_ICMP, .as_flags = AS_CAPABLE }) >= 0);
	/* the capability counts there, which this process has not */
	assert_int_equal(try_bind(pr, "10.0.0.1", 80), -EACCES);
}

/* It sends from this address, may bind to no other, and make no raw socket. */
static void
assert_walled(struct prison *pr, const char *address)
{
	int listener = try_listen(NULL, "10.0.0.1", 0), fd;
	const char *name;

	assert_true(listener >= 0);
	fd = try_connect(pr, "10.0.0.1", port_of(listener));
	assert_true(fd >= 0);
	name = name_of(fd);
	assert_int_equal(strncmp(name, address, strlen(address)), 0);
	assert_int_equal(name[strlen(address)], ':');
	assert_true(accept(listener, NULL, NULL) >= 0);
	assert_int_equal(try_bind(pr, "10.0.0.1", 0), -EADDRNOTAVAIL);
	assert_int_equal(inside(pr, ask_socket, &(struct ask){
	    .as_family = AF_INET, .as_type = SOCK_RAW,
	    .as_protocol = IPPROTO_ICMP, .as_flags = AS_CAPABLE }), -EPERM);
}

/*
 * Of prisons that meet in a slot of the map "quick" one has it.  The same
 * holds for both of them, whoever has it, and when nobody does.
 */
static void
shared_slot(void **state)
{
	struct in_addr foreign = { .s_addr = htonl(0x0a000003u) };
	struct prison *pr = prison_new("10.0.0.2", 0);
	struct policy other = { .po_ip4 = JAIL_SYS_NEW, .po_naddr4 = 1,
	    .po_addr4 = &foreign, .po_flags = POLICY_RAW_SOCKETS };
	uint64_t cgid = pr->pr_cgid + POLICE_QUICK;

	(void)state;
	assert_walled(pr, "10.0.0.2");
	assert_int_equal(policy_set(world.wo_bpf, &world.wo_maps, cgid,
	    &other), 0);
	assert_walled(pr, "10.0.0.2");
	assert_int_equal(policy_clear(&world.wo_maps, cgid), 0);
	assert_walled(pr, "10.0.0.2");
	assert_int_equal(prison_set(pr, "10.0.0.4", 0), 0);
	assert_walled(pr, "10.0.0.4");
	assert_int_equal(policy_set(world.wo_bpf, &world.wo_maps, cgid,
	    &other), 0);
	assert_int_equal(prison_set(pr, "10.0.0.2", 0), 0);
	assert_walled(pr, "10.0.0.2");
	assert_int_equal(policy_clear(&world.wo_maps, pr->pr_cgid), 0);
	assert_int_equal(try_socket(pr, AF_INET, SOCK_STREAM, 0),
	    -EPROTONOSUPPORT);
	assert_int_equal(policy_clear(&world.wo_maps, cgid), 0);
}

static void
live_change(void **state)
{
	struct prison *pr = prison_new("10.0.0.2 10.0.0.3 10.0.0.4", 0);
	int fd, peer, udp;
	char byte;

	(void)state;
	assert_true((fd = try_listen(pr, "10.0.0.3", 5000)) >= 0);
	assert_true((udp = try_bind_udp(pr, "10.0.0.3", 5000)) >= 0);
	peer = try_connect(NULL, "10.0.0.3", 5000);
	fd = accept(fd, NULL, NULL);
	assert_true(peer >= 0 && fd >= 0);
	assert_int_equal(write(peer, "x", 1), 1);
	assert_int_equal(read(fd, &byte, 1), 1);
	/* an address less: also what is connected stops at once */
	assert_int_equal(prison_set(pr, "10.0.0.2 10.0.0.4", 0), 0);
	assert_int_equal(write(peer, "x", 1), 1);
	assert_int_equal(poll(&(struct pollfd){ .fd = fd, .events = POLLIN },
	    1, 300), 0);
	inside(NULL, ask_send, &(struct ask){ .as_to = "10.0.0.3",
	    .as_port = 5000, .as_type = SOCK_DGRAM });
	assert_false(received(udp, NULL));
	assert_int_equal(inside(pr, ask_send, &(struct ask){ .as_fd = udp,
	    .as_to = "10.0.0.1", .as_port = 9, .as_type = SOCK_DGRAM }),
	    -EADDRNOTAVAIL);
	assert_int_equal(try_bind(pr, "10.0.0.3", 5001), -EADDRNOTAVAIL);
	assert_true(try_bind(pr, "10.0.0.4", 5001) >= 0);
	/* another primary */
	assert_int_equal(prison_set(pr, "10.0.0.4 10.0.0.3", 0), 0);
	assert_string_equal(name_of(try_bind(pr, "127.0.0.1", 5002)),
	    "10.0.0.4:5002");
	assert_int_equal(try_bind(pr, "10.0.0.2", 5001), -EADDRNOTAVAIL);
	/* none */
	assert_int_equal(prison_set(pr, "", 0), 0);
	assert_int_equal(try_socket(pr, AF_INET, SOCK_STREAM, 0),
	    -EPROTONOSUPPORT);
	/* forgotten */
	assert_int_equal(prison_set(pr, "10.0.0.4", 0), 0);
	assert_true(try_socket(pr, AF_INET, SOCK_STREAM, 0) >= 0);
	assert_int_equal(policy_clear(&world.wo_maps, pr->pr_cgid), 0);
	assert_int_equal(try_socket(pr, AF_INET, SOCK_STREAM, 0),
	    -EPROTONOSUPPORT);
	assert_int_equal(policy_clear(&world.wo_maps, pr->pr_cgid), 0);
}

static void
prisons_apart(void **state)
{
	struct prison *a = prison_new("10.0.0.2 fd00::2", 0);
	struct prison *b = prison_new("10.0.0.3 fd00::3", 0);
	int fda, fdb;

	(void)state;
	/* the same port in each, neither the other's address */
	assert_true((fda = try_listen(a, "0.0.0.0", 5000)) >= 0);
	assert_true((fdb = try_listen(b, "0.0.0.0", 5000)) >= 0);
	assert_true(arrives(fda, "10.0.0.2", 5000) >= 0);
	assert_true(arrives(fdb, "10.0.0.3", 5000) >= 0);
	assert_int_equal(try_bind(a, "10.0.0.3", 5001), -EADDRNOTAVAIL);
	assert_int_equal(try_bind(b, "fd00::2", 5001), -EADDRNOTAVAIL);
	/* but each may visit the other, as on FreeBSD */
	assert_true(try_connect(a, "10.0.0.3", 5000) >= 0);
}

static void
many_addresses(void **state)
{
	struct prison *pr = prison_new("10.0.0.2", 0);
	struct in_addr in[300];
	struct policy po = pr->pr_policy;
	unsigned i;

	(void)state;
	for (i = 0; i < 300; i++)
		in[i].s_addr = htonl(0x0a010000 + i);
	in[299].s_addr = htonl(0x0a000003);
	in[298] = in[17];	/* given twice */
	po.po_addr4 = in;
	po.po_naddr4 = 300;
	assert_int_equal(policy_set(world.wo_bpf, &world.wo_maps,
	    pr->pr_cgid, &po), 0);
	assert_true(try_bind(pr, "10.0.0.3", 5000) >= 0);
	assert_int_equal(try_bind(pr, "10.0.0.2", 5000), -EADDRNOTAVAIL);
	assert_int_equal(prison_set(pr, "10.0.0.2", 0), 0);
	assert_int_equal(try_bind(pr, "10.0.0.3", 5001), -EADDRNOTAVAIL);
}

/* ------------------------------------------------------------------------
 * Devices.
 */

/* mknod(2) and open(2) of it, in the host's own name. */
static long
ask_mknod(const struct ask *as)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "/proc/self/fd/%d/node", as->as_fd);
	if (mknod(path, S_IFCHR | 0600, makedev(as->as_port, 3)) == -1)
		return (-errno);
	return (0);
}

static void
devices(void **state)
{
	static const char *const usual[] = {
		"/dev/null", "/dev/zero", "/dev/full", "/dev/random",
		"/dev/urandom", "/dev/ptmx",
	};
	static const struct policy_dev kmsg = { 'c', 1, 11 };
	struct prison *pr = prison_new("", 0);
	struct ask as = { .as_to = "/dev/kmsg", .as_flags = AS_CAPABLE };
	struct policy po = pr->pr_policy;
	char path[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		assert_true(inside(pr, ask_open,
		    &(struct ask){ .as_to = usual[i],
		    .as_flags = AS_CAPABLE }) >= 0);
	assert_true(inside(NULL, ask_open, &as) >= 0);
	assert_int_equal(inside(pr, ask_open, &as), -EPERM);
	/* one more, by name, and no longer */
	po.po_devs = &kmsg;
	po.po_ndevs = 1;
	assert_int_equal(policy_set(world.wo_bpf, &world.wo_maps,
	    pr->pr_cgid, &po), 0);
	assert_true(inside(pr, ask_open, &as) >= 0);
	assert_int_equal(prison_set(pr, "", 0), 0);
	assert_int_equal(inside(pr, ask_open, &as), -EPERM);
	/* no device is ever made, not even one that may be used */
	as.as_fd = open(world.wo_dir, O_RDONLY | O_DIRECTORY);
	as.as_port = 1;
	assert_int_equal(inside(pr, ask_mknod, &as), -EPERM);
	/* fuse, by flag: the node need not work, only be refused or not */
	snprintf(path, sizeof(path), "%s/fuse", world.wo_dir);
	if (mknod(path, S_IFCHR | 0666, makedev(10, 229)) == 0) {
		as.as_to = path;
		assert_int_equal(inside(pr, ask_open, &as), -EPERM);
		prison_set(pr, "", POLICY_FUSE);
		assert_int_not_equal(inside(pr, ask_open, &as), -EPERM);
	}
	unlink(path);
}

#define TEST(sentence, fn)						\
	{ sentence, fn, test_begin, test_end, NULL }

static const struct CMUnitTest tests[] = {
	TEST("a cgroup without a row has no network and no device",
	    cgroup_without_a_row),
	TEST("a disabled family does not exist inside", disabled_family),
	TEST("protocols with a bind of their own are refused",
	    other_protocols),
	TEST("raw sockets need the permission, then keep to the addresses",
	    raw_sockets),
	TEST("bind to an address of others is EADDRNOTAVAIL", bind_foreign),
	TEST("bind to each of the prison's addresses works", bind_own),
	TEST("bind to any is bind to the only address",
	    bind_any_with_one_address),
	TEST("bind to any of several shows as any",
	    bind_any_with_several_addresses),
	TEST("bind to the loopback address is bind to the primary",
	    bind_loopback),
	TEST("ports below 1024 are for root inside, with permission",
	    reserved_ports),
	TEST("a refused bind claims no port", failed_bind_claims_nothing),
	TEST("connect to this machine under any name finds the prison only",
	    connect_to_this_machine),
	TEST("connect has one of the prison's sources",
	    connect_has_own_source),
	TEST("sendto has one of the prison's sources", send_has_own_source),
	TEST("sendto this machine under any name finds the prison only",
	    send_to_this_machine),
	TEST("pktinfo cannot name a foreign source",
	    pktinfo_with_foreign_source),
	TEST("listen without bind hears the prison's addresses only",
	    listen_without_bind),
	TEST("a datagram socket bound by sendto hears the prison's only",
	    udp_autobind),
	TEST("a wildcard datagram socket hears the prison's addresses only",
	    udp_wildcard),
	TEST("a ping socket cannot use a foreign address", ping_socket),
	TEST("an inherited family is not policed, the other is",
	    inherited_family),
	TEST("a prison with a network of its own is not policed", vnet),
	TEST("a change of addresses holds at once", live_change),
	TEST("prisons that meet in a slot are told apart", shared_slot),
	TEST("two prisons have the same port, and not each other's address",
	    prisons_apart),
	TEST("300 addresses, one of them twice", many_addresses),
	TEST("the usual devices and no others; no mknod", devices),
	TEST("one listener on any of several addresses", steer_several),
	TEST("one listener on :: and all addresses of both families",
	    steer_dual),
	TEST("what is bound to one address goes before the wildcard",
	    steer_exact),
	TEST("an address that is added is listened on, a removed one not",
	    steer_live),
	TEST("SO_REUSEPORT: another listener takes over", steer_reuseport),
	TEST("a port that the host has on its wildcard", steer_dodge),
	TEST("a port taken inside is EADDRINUSE, moved or not",
	    steer_dodge_twice),
	TEST("prisons that share an address share its ports",
	    steer_shared),
	TEST("steering is attached only while a prison needs it",
	    steer_attached),
	TEST("a new version takes over without a gap", replaced),
	TEST("another layout is refused while there are prisons",
	    layout_refused),
	TEST("LSM: an abstract unix socket is for its own prison",
	    lsm_abstract),
	TEST("LSM: a foreign process does not exist to those who ask",
	    lsm_processes),
};

static int
main_inside(void)
{
	return (cmocka_run_group_tests_name("policy", tests, NULL, NULL) ==
	    0 ? 0 : 1);
}

int
main(void)
{
	return (world_run(main_inside));
}
