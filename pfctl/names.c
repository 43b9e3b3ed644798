// SPDX-License-Identifier: BSD-2-Clause
#include <sys/socket.h>

#include <arpa/inet.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"

struct name {
	const char	*n_name;
	int		 n_number;
	int		 n_type;	/* of a code: whose it is */
};

static const struct name protos[] = {
	{ "icmp", 1 }, { "igmp", 2 }, { "ipencap", 4 }, { "tcp", 6 },
	{ "udp", 17 }, { "ipv6", 41 }, { "gre", 47 }, { "esp", 50 },
	{ "ah", 51 }, { "icmp6", 58 }, { "ipv6-icmp", 58 }, { "ospf", 89 },
	{ "pim", 103 }, { "vrrp", 112 }, { "carp", 112 }, { "sctp", 132 },
	{ "udplite", 136 }, { "pfsync", 240 }, { NULL }
};

static const struct name types4[] = {
	{ "echoreq", 8 }, { "echorep", 0 }, { "unreach", 3 }, { "squench", 4 },
	{ "redir", 5 }, { "althost", 6 }, { "routeradv", 9 },
	{ "routersol", 10 }, { "timex", 11 }, { "paramprob", 12 },
	{ "timereq", 13 }, { "timerep", 14 }, { "inforeq", 15 },
	{ "inforep", 16 }, { "maskreq", 17 }, { "maskrep", 18 },
	{ "trace", 30 }, { "dataconv", 31 }, { "mobredir", 32 },
	{ "ipv6-where", 33 }, { "ipv6-here", 34 }, { "mobregreq", 35 },
	{ "mobregrep", 36 }, { "skip", 39 }, { "photuris", 40 }, { NULL }
};

static const struct name types6[] = {
	{ "unreach", 1 }, { "toobig", 2 }, { "timex", 3 }, { "paramprob", 4 },
	{ "echoreq", 128 }, { "echorep", 129 }, { "groupqry", 130 },
	{ "listqry", 130 }, { "grouprep", 131 }, { "listenrep", 131 },
	{ "groupterm", 132 }, { "listendone", 132 }, { "routersol", 133 },
	{ "routeradv", 134 }, { "neighbrsol", 135 }, { "neighbradv", 136 },
	{ "redir", 137 }, { "routrrenum", 138 }, { "wrureq", 139 },
	{ "wrurep", 140 }, { "fqdnreq", 139 }, { "fqdnrep", 140 },
	{ "niqry", 139 }, { "nirep", 140 }, { "mtraceresp", 200 },
	{ "mtrace", 201 }, { NULL }
};

static const struct name codes4[] = {
	{ "net-unr", 0, 3 }, { "host-unr", 1, 3 }, { "proto-unr", 2, 3 },
	{ "port-unr", 3, 3 }, { "needfrag", 4, 3 }, { "srcfail", 5, 3 },
	{ "net-unk", 6, 3 }, { "host-unk", 7, 3 }, { "isolate", 8, 3 },
	{ "net-prohib", 9, 3 }, { "host-prohib", 10, 3 },
	{ "net-tos", 11, 3 }, { "host-tos", 12, 3 },
	{ "filter-prohib", 13, 3 }, { "host-preced", 14, 3 },
	{ "cutoff-preced", 15, 3 }, { "redir-net", 0, 5 },
	{ "redir-host", 1, 5 }, { "redir-tos-net", 2, 5 },
	{ "redir-tos-host", 3, 5 }, { "normal-adv", 0, 9 },
	{ "common-adv", 16, 9 }, { "transit", 0, 11 }, { "reassemb", 1, 11 },
	{ "badhead", 0, 12 }, { "optmiss", 1, 12 }, { "badlen", 2, 12 },
	{ NULL }
};

static const struct name codes6[] = {
	{ "admin-unr", 1, 1 }, { "noroute-unr", 0, 1 },
	{ "notnbr-unr", 2, 1 }, { "beyond-unr", 2, 1 },
	{ "addr-unr", 3, 1 }, { "port-unr", 4, 1 }, { "transit", 0, 3 },
	{ "reassemb", 1, 3 }, { "badhead", 0, 4 }, { "nxthdr", 1, 4 },
	{ "redironlink", 0, 137 }, { "redirrouter", 1, 137 }, { NULL }
};

static const struct name rejects4[] = {
	{ "net-unreachable", 0 }, { "host-unreachable", 1 },
	{ "prot-unreachable", 2 }, { "port-unreachable", 3 },
	{ "net-prohibited", 9 }, { "host-prohibited", 10 },
	{ "admin-prohibited", 13 }, { NULL }
};

static const struct name rejects6[] = {
	{ "no-route", 0 }, { "admin-prohibited", 1 },
	{ "addr-unreachable", 3 }, { "port-unreachable", 4 }, { NULL }
};

static const struct name tosses[] = {
	{ "lowdelay", 0x10 }, { "throughput", 0x08 }, { "reliability", 0x04 },
	{ "critical", 0xa0 }, { "inetcontrol", 0xc0 },
	{ "netcontrol", 0xe0 }, { "ef", 0xb8 }, { "va", 0xb0 },
	{ "af11", 0x28 }, { "af12", 0x30 }, { "af13", 0x38 },
	{ "af21", 0x48 }, { "af22", 0x50 }, { "af23", 0x58 },
	{ "af31", 0x68 }, { "af32", 0x70 }, { "af33", 0x78 },
	{ "af41", 0x88 }, { "af42", 0x90 }, { "af43", 0x98 },
	{ "cs0", 0x00 }, { "cs1", 0x20 }, { "cs2", 0x40 }, { "cs3", 0x60 },
	{ "cs4", 0x80 }, { "cs5", 0xa0 }, { "cs6", 0xc0 }, { "cs7", 0xe0 },
	{ NULL }
};

static const char flag_letters[] = "FSRPAUEW";

static int
number_of(const struct name *n, const char *name, int type)
{
	for (; n->n_name != NULL; n++)
		if (n->n_type == type && strcmp(n->n_name, name) == 0)
			return (n->n_number);
	return (-1);
}

static const char *
name_of(const struct name *n, unsigned number, unsigned type)
{
	for (; n->n_name != NULL; n++)
		if ((unsigned)n->n_type == type &&
		    (unsigned)n->n_number == number)
			return (n->n_name);
	return (NULL);
}

int
proto_number(const char *name)
{
	struct protoent *p;
	int n = number_of(protos, name, 0);

	if (n >= 0)
		return (n);
	p = getprotobyname(name);
	return (p == NULL ? -1 : p->p_proto);
}

const char *
proto_name(unsigned number)
{
	struct protoent *p;
	const char *name;

	/* The names that Linux's file has for these are others. */
	if (number == 58)
		return ("ipv6-icmp");
	if ((name = name_of(protos, number, 0)) != NULL)
		return (name);
	p = getprotobynumber((int)number);
	return (p == NULL ? NULL : p->p_name);
}

int
icmp_type_number(const char *name, int af)
{
	return (number_of(af == AF_INET6 ? types6 : types4, name, 0));
}

const char *
icmp_type_name(unsigned type, int af)
{
	return (name_of(af == AF_INET6 ? types6 : types4, type, 0));
}

int
icmp_code_number(const char *name, unsigned type, int af)
{
	return (number_of(af == AF_INET6 ? codes6 : codes4, name, (int)type));
}

const char *
icmp_code_name(unsigned type, unsigned code, int af)
{
	return (name_of(af == AF_INET6 ? codes6 : codes4, code, type));
}

const char *
icmp_reject_name(unsigned code, int af)
{
	return (name_of(af == AF_INET6 ? rejects6 : rejects4, code, 0));
}

int
tcp_flags(const char *letters)
{
	const char *l;
	int flags = 0;

	for (; *letters != '\0'; letters++) {
		if ((l = strchr(flag_letters, *letters)) == NULL)
			return (-1);
		flags |= 1 << (l - flag_letters);
	}
	return (flags);
}

void
tcp_flag_letters(uint8_t flags, char buf[9])
{
	int i;

	for (i = 0; i < 8; i++)
		if (flags & (1 << i))
			*buf++ = flag_letters[i];
	*buf = '\0';
}

int
tos_number(const char *name)
{
	return (number_of(tosses, name, 0));
}

int
port_number(const char *name)
{
	struct servent *s = getservbyname(name, NULL);

	return (s == NULL ? -1 : ntohs((uint16_t)s->s_port));
}

const char *
port_name(unsigned port, const char *proto)
{
	struct servent *s = getservbyport(htons((uint16_t)port), proto);

	return (s == NULL ? NULL : s->s_name);
}
