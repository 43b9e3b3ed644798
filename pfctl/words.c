// SPDX-License-Identifier: BSD-2-Clause
/* Words of pf.conf that stand for numbers, and the messages about them. */
#include <sys/socket.h>

#include <grp.h>
#include <netinet/in.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "source.h"

static void __attribute__((format(printf, 2, 0)))
complain(struct source *src, const char *fmt, va_list ap)
{
	int d = src->s_depth;

	if (src->s_conf->c_silent)
		return;
	while (d > 0 && src->s_in[d].in_name == NULL)
		d--;
	fflush(stdout);
	fprintf(stderr, "%s:%d: ", src->s_in[d].in_name,
	    src->s_line > 0 ? src->s_line : 1);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
}

void
source_error(struct source *src, const char *fmt, ...)
{
	va_list ap;

	src->s_conf->c_errors++;
	va_start(ap, fmt);
	complain(src, fmt, ap);
	va_end(ap);
}

void
source_remark(struct source *src, const char *fmt, ...)
{
	va_list ap;

	if (src->s_conf->c_quiet || src->s_conf->c_stored)
		return;
	va_start(ap, fmt);
	complain(src, fmt, ap);
	va_end(ap);
}

static bool
digits(const char *s, uint32_t max, uint32_t *ret)
{
	uint64_t n = 0;

	if (*s == '\0')
		return (false);
	for (; *s != '\0'; s++) {
		if (*s < '0' || *s > '9')
			return (false);
		if ((n = n * 10 + (uint64_t)(*s - '0')) > max)
			return (false);
	}
	*ret = (uint32_t)n;
	return (true);
}

bool
number(struct source *src, const char *s, uint32_t max, uint32_t *ret)
{
	if (digits(s, max, ret))
		return (true);
	source_error(src, "%s is no number from 0 to %u", s, max);
	return (false);
}

static bool
port_value(struct source *src, const char *s, uint32_t *ret)
{
	int n;

	if (digits(s, 65535, ret))
		return (true);
	if ((n = port_number(s)) < 0) {
		source_error(src, "unknown port %s", s);
		return (false);
	}
	*ret = (uint32_t)n;
	return (true);
}

struct item *
port_item(struct source *src, enum op op, const char *a, const char *b)
{
	struct item *i = item_new(src->s_conf, I_OP);
	const char *colon = strchr(a, ':');
	char *first;

	i->i_op = op == OP_NONE ? OP_EQ : op;
	if (colon != NULL && op == OP_NONE) {
		first = conf_strdup(src->s_conf, a);
		first[colon - a] = '\0';
		a = first;
		b = colon + 1;
		i->i_op = OP_RRG;
	} else if (colon != NULL) {
		source_error(src, "':' cannot be used with an other port "
		    "operator");
		return (NULL);
	}
	if (!port_value(src, a, &i->i_n1) ||
	    (b != NULL && !port_value(src, b, &i->i_n2)))
		return (NULL);
	if (b != NULL && i->i_n1 > i->i_n2) {
		source_error(src, "port %s %s: the second is smaller", a, b);
		return (NULL);
	}
	return (i);
}

static bool
ugid_value(struct source *src, const char *s, bool user, uint32_t *ret)
{
	struct passwd *pw;
	struct group *gr;

	if (digits(s, UINT32_MAX - 1, ret))
		return (true);
	if (user && (pw = getpwnam(s)) != NULL)
		*ret = pw->pw_uid;
	else if (!user && (gr = getgrnam(s)) != NULL)
		*ret = gr->gr_gid;
	else {
		source_error(src, strcmp(s, "unknown") == 0 ?
		    "%s unknown: sockets without an owner cannot be matched" :
		    "unknown %s %s", user ? "user" : "group", s);
		return (false);
	}
	return (true);
}

struct item *
ugid_item(struct source *src, enum op op, const char *a, const char *b,
    bool user)
{
	struct item *i = item_new(src->s_conf, I_OP);
	const char *colon = strchr(a, ':');
	char *first;

	i->i_op = op;
	if (colon != NULL && b == NULL && op == OP_EQ) {
		first = conf_strdup(src->s_conf, a);
		first[colon - a] = '\0';
		a = first;
		b = colon + 1;
		i->i_op = OP_RRG;
	}
	if (!ugid_value(src, a, user, &i->i_n1) ||
	    (b != NULL && !ugid_value(src, b, user, &i->i_n2)))
		return (NULL);
	return (i);
}

struct item *
icmp_item(struct source *src, const char *type, const char *code, int af)
{
	struct item *i = item_new(src->s_conf, I_ICMP);
	int n = icmp_type_number(type, af);

	i->i_af = af;
	if (n >= 0)
		i->i_n1 = (uint32_t)n;
	else if (!digits(type, 255, &i->i_n1)) {
		source_error(src, "unknown icmp%s-type %s",
		    af == AF_INET6 ? "6" : "", type);
		return (NULL);
	}
	if (code != NULL) {
		n = icmp_code_number(code, i->i_n1, af);
		if (n >= 0)
			i->i_n2 = (uint32_t)n;
		else if (!digits(code, 255, &i->i_n2)) {
			source_error(src, "unknown icmp%s-code %s",
			    af == AF_INET6 ? "6" : "", code);
			return (NULL);
		}
		i->i_n2++;
	}
	i->i_n1++;
	return (i);
}

struct item *
proto_item(struct source *src, const char *name)
{
	struct item *i = item_new(src->s_conf, I_PROTO);
	int n;

	if (digits(name, 255, &i->i_n1)) {
		if (i->i_n1 != 0)
			return (i);
		source_error(src, "protocol 0 (hop-by-hop options) is no "
		    "protocol to filter");
		return (NULL);
	}
	if ((n = proto_number(name)) <= 0) {
		source_error(src, "unknown protocol %s", name);
		return (NULL);
	}
	i->i_n1 = (uint32_t)n;
	return (i);
}

bool
set_flags(struct source *src, const char *flags, const char *of)
{
	int f = tcp_flags(flags), m = tcp_flags(of);

	if (f < 0 || m < 0) {
		source_error(src, "unknown flags %s", f < 0 ? flags : of);
		return (false);
	}
	if (f & ~m) {
		source_error(src, "flags always false");
		return (false);
	}
	src->s_r->r_flags_given = true;
	src->s_r->r_flags = (uint8_t)f;
	src->s_r->r_flagset = (uint8_t)m;
	return (true);
}

/* The code of an unreachable, for return-icmp. */
int
icmp_code(struct source *src, const char *code, int af)
{
	int n = icmp_code_number(code, af == AF_INET6 ? 1 : 3, af);
	uint32_t value;

	if (n < 0 && digits(code, 255, &value))
		n = (int)value;
	if (n < 0)
		source_error(src, "unknown icmp code %s", code);
	else if (icmp_reject_name((unsigned)n, af) == NULL) {
		source_error(src, "return-icmp%s(%s): an unreachable of that "
		    "code cannot be sent", af == AF_INET6 ? "6" : "", code);
		n = -1;
	}
	return (n);
}

int
tos_value(struct source *src, const char *s)
{
	int n = tos_number(s);
	unsigned long value;
	char *end;

	if (n >= 0)
		return (n);
	value = strtoul(s, &end, 0);
	if (*s >= '0' && *s <= '9' && *end == '\0' && value <= 255)
		return ((int)value);
	source_error(src, "illegal tos value %s", s);
	return (-1);
}

/* "9000", "9000:9010" or "9000:*", which is as many as are asked for. */
bool
port_star(struct source *src, const char *s)
{
	struct rule *r = src->s_r;
	const char *colon = strchr(s, ':');
	char *first = conf_strdup(src->s_conf, s);
	uint32_t a, b;

	if (colon != NULL)
		first[colon - s] = '\0';
	if (!port_value(src, first, &a))
		return (false);
	b = a;
	if (colon != NULL && strcmp(colon, ":*") == 0)
		b = PORT_STAR;
	else if (colon != NULL && !port_value(src, colon + 1, &b))
		return (false);
	if (a == 0 || a > b) {
		source_error(src, "port %s is no port, nor a range", s);
		return (false);
	}
	r->r_port1 = a;
	r->r_port2 = b;
	return (true);
}

bool
probability(struct source *src, const char *s, const char *percent)
{
	char *end;
	double p = strtod(s, &end);

	if (*end == '%' && end[1] == '\0' && percent == NULL)
		percent = end++;
	if (percent != NULL)
		p /= 100;
	if (end == s || *end != '\0' || !(p >= 0 && p <= 1)) {
		source_error(src, "invalid probability: %s", s);
		return (false);
	}
	src->s_r->r_prob = (uint32_t)(p * 1000000 + 0.5);
	if (src->s_r->r_prob == 0) {
		source_error(src, "probability %s: the rule would never "
		    "match", s);
		return (false);
	}
	return (true);
}

/* A key of 128 bits: 0x and 32 digits, or made from any word. */
void
hash_key(struct source *src, const char *s)
{
	struct rule *r = src->s_r;
	uint32_t h = 2166136261u;
	char part[9];
	size_t len = strlen(s), i;
	int k;

	r->r_key_given = true;
	if (len == 34 && strncmp(s, "0x", 2) == 0 &&
	    strspn(s + 2, "0123456789abcdefABCDEF") == 32) {
		for (k = 0; k < 4; k++) {
			memcpy(part, s + 2 + k * 8, 8);
			part[8] = '\0';
			r->r_key[k] = (uint32_t)strtoul(part, NULL, 16);
		}
		return;
	}
	for (k = 0; k < 4; k++) {
		for (i = 0; i < len; i++)
			h = (h ^ (uint8_t)s[i]) * 16777619u;
		r->r_key[k] = h;
	}
}

#define IFACE_NAME_MAX	15
#define TEXT_MAX	63

bool
iface_name_ok(struct source *src, const char *name)
{
	size_t len = strlen(name);

	if (len > 0 && len <= IFACE_NAME_MAX && strspn(name,
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	    "_.-") == len && name[0] != '-')
		return (true);
	source_error(src, "interface name \"%s\": letters, digits, '_', '.' "
	    "and '-', at most %d", name, IFACE_NAME_MAX);
	return (false);
}

bool
text_ok(struct source *src, const char *what, const char *text)
{
	const char *s;

	for (s = text; *s >= ' ' && *s <= '~' && strchr("\"\\'", *s) == NULL;
	    s++)
		;
	if (*s == '\0' && s > text && s - text <= TEXT_MAX)
		return (true);
	source_error(src, "%s \"%s\": up to %d printable characters, no "
	    "quotes and no backslash", what, text, TEXT_MAX);
	return (false);
}
