// SPDX-License-Identifier: BSD-2-Clause
#include "jailparam_fake.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jail.h"
#include "paramtab.h"

#define NPRISONS	1100
#define NROWS		96

struct value {
	char	*v_data;
	size_t	 v_len;
};

static struct prison {
	int		p_jid;		/* 0: a free slot */
	struct value	p_value[NROWS];
} *prisons;

static int lastid;
unsigned fake_gets;
unsigned fake_grow;
int fake_error;

static void
put(struct value *v, const void *data, size_t len)
{
	char *copy = calloc(1, len + 1);

	if (copy == NULL)
		abort();
	if (len > 0)
		memcpy(copy, data, len);
	free(v->v_data);
	v->v_data = copy;
	v->v_len = len;
}

static struct value *
value_of(struct prison *p, const char *name)
{
	return (&p->p_value[param_find(name, NULL, NULL) - paramtab]);
}

static void
put_int(struct prison *p, const char *name, int value)
{
	put(value_of(p, name), &value, sizeof(value));
}

void
fake_reset(void)
{
	struct prison *p;
	size_t i;

	if (prisons == NULL)
		prisons = calloc(NPRISONS, sizeof(*prisons));
	if (prisons == NULL || paramtab_n > NROWS)
		abort();
	for (p = prisons; p < prisons + NPRISONS; p++)
		for (i = 0; i < NROWS; i++)
			free(p->p_value[i].v_data);
	memset(prisons, 0, NPRISONS * sizeof(*prisons));
	lastid = 0;
	fake_gets = fake_grow = 0;
	fake_error = 0;
}

static struct prison *
by_jid(int jid)
{
	struct prison *p;

	if (prisons == NULL)
		fake_reset();
	for (p = prisons; p < prisons + NPRISONS; p++)
		if (p->p_jid == jid)
			return (p);
	return (NULL);
}

void
fake_poke(int jid, const char *name, int value)
{
	put_int(by_jid(jid), name, value);
}

static int
is_dying(struct prison *p)
{
	int dying;

	memcpy(&dying, value_of(p, "dying")->v_data, sizeof(dying));
	return (dying);
}

static struct iovec *
opt(struct iovec *iov, unsigned niov, const char *name)
{
	unsigned i;

	for (i = 0; i < niov; i += 2)
		if (strcmp(iov[i].iov_base, name) == 0)
			return (&iov[i + 1]);
	return (NULL);
}

static int __attribute__((format(printf, 4, 5)))
fail(struct iovec *iov, unsigned niov, int error, const char *fmt, ...)
{
	struct iovec *msg = opt(iov, niov, "errmsg");
	va_list ap;

	va_start(ap, fmt);
	if (msg != NULL)
		vsnprintf(msg->iov_base, msg->iov_len, fmt, ap);
	va_end(ap);
	errno = error;
	return (-1);
}

/* Names must end in NUL, and be names; -1 with errno otherwise. */
static int
check_names(struct iovec *iov, unsigned niov)
{
	unsigned i;

	if (fake_error != 0) {
		errno = fake_error;
		fake_error = 0;
		return (-1);
	}
	if (niov % 2 != 0)
		return (fail(iov, 0, EINVAL, "odd"));
	for (i = 0; i < niov; i += 2)
		if (iov[i].iov_len == 0 ||
		    ((char *)iov[i].iov_base)[iov[i].iov_len - 1] != '\0')
			return (fail(iov, 0, EINVAL, "name"));
	return (0);
}

static struct prison *
prison_new(int jid)
{
	static const int one = 1;
	static const long zero = 0;
	struct prison *p = by_jid(0);
	char name[16];
	size_t i;

	if (p == NULL)
		return (NULL);
	p->p_jid = jid > 0 ? jid : ++lastid;
	if (p->p_jid > lastid)
		lastid = p->p_jid;
	for (i = 0; i < paramtab_n; i++)
		switch (paramtab[i].pa_type) {
		case PT_INT:
		case PT_BOOL:
		case PT_JAILSYS:
			put(&p->p_value[i], &zero, sizeof(int));
			break;
		case PT_ULONG:
			put(&p->p_value[i], &zero, sizeof(long));
			break;
		case PT_IN4:
		case PT_IN6:
			put(&p->p_value[i], "", 0);
			break;
		case PT_STRING:
		case PT_KEYVALUE:
			put(&p->p_value[i], "", 1);
			break;
		}
	put_int(p, "jid", p->p_jid);
	put(value_of(p, "host"), &one, sizeof(int));
	snprintf(name, sizeof(name), "%d", p->p_jid);
	put(value_of(p, "name"), name, strlen(name) + 1);
	return (p);
}

static struct prison *
by_name(const char *name, int flags)
{
	struct prison *p;

	for (p = prisons; p < prisons + NPRISONS; p++)
		if (p->p_jid != 0 &&
		    (!is_dying(p) || (flags & JAIL_DYING)) &&
		    strcmp(value_of(p, "name")->v_data, name) == 0)
			return (p);
	return (NULL);
}

/* Where in the lines of `text` the one of `key` is, or NULL. */
static char *
key_line(char *text, const char *key)
{
	size_t n = strlen(key);
	char *line;

	for (line = text; *line != '\0'; line += strcspn(line, "\n") + 1) {
		if (strncmp(line, key, n) == 0 && line[n] == '=')
			return (line);
		if (line[strcspn(line, "\n")] == '\0')
			break;
	}
	return (NULL);
}

static void
set_key(struct value *v, const char *key, const struct iovec *val)
{
	char *line = key_line(v->v_data, key), *text;
	size_t n;

	if (line != NULL) {
		n = strcspn(line, "\n");
		if (line[n] == '\n')
			n++;
		else if (line > v->v_data) {
			line--;
			n++;
		}
		memmove(line, line + n, strlen(line + n) + 1);
	}
	if (val->iov_base != NULL) {
		if (asprintf(&text, "%s=%s%s%s", key, (char *)val->iov_base,
		    v->v_data[0] != '\0' ? "\n" : "", v->v_data) < 0)
			abort();
		put(v, text, strlen(text) + 1);
		free(text);
	} else
		v->v_len = strlen(v->v_data) + 1;
}

static int
set_one(struct prison *p, struct iovec *iov, unsigned niov, unsigned i)
{
	static const int isnew = JAIL_SYS_NEW;
	const struct iovec *val = &iov[i + 1];
	const struct param *pa;
	const char *name = iov[i].iov_base, *key;
	size_t want = 0;
	int no, on;

	if (strcmp(name, "errmsg") == 0 || strcmp(name, "jid") == 0)
		return (0);
	pa = param_find(name, &no, &key);
	if (pa == NULL || pa->pa_flags & PF_RD)
		return (fail(iov, niov, EINVAL, "unknown parameter: %s", name));
	switch (pa->pa_type) {
	case PT_BOOL:
		if (val->iov_len != 0)
			return (fail(iov, niov, EINVAL, "%s: a value", name));
		on = !no;
		put(&p->p_value[pa - paramtab], &on, sizeof(on));
		return (0);
	case PT_INT:
	case PT_JAILSYS:
		want = sizeof(int);
		break;
	case PT_ULONG:
		want = sizeof(long);
		break;
	case PT_IN4:
		put(value_of(p, "ip4"), &isnew, sizeof(isnew));
		want = val->iov_len - val->iov_len % sizeof(struct in_addr);
		break;
	case PT_IN6:
		put(value_of(p, "ip6"), &isnew, sizeof(isnew));
		want = val->iov_len - val->iov_len % sizeof(struct in6_addr);
		break;
	case PT_KEYVALUE:
		if (key != NULL && val->iov_base == NULL) {
			set_key(&p->p_value[pa - paramtab], key, val);
			return (0);
		}
		/* FALLTHROUGH */
	case PT_STRING:
		if (val->iov_len == 0 ||
		    ((char *)val->iov_base)[val->iov_len - 1] != '\0')
			return (fail(iov, niov, EINVAL, "%s: no NUL", name));
		if (val->iov_len > pa->pa_size)
			return (fail(iov, niov, ENAMETOOLONG, "%s", name));
		want = val->iov_len;
		break;
	}
	if (val->iov_len != want)
		return (fail(iov, niov, EINVAL, "%s: %zu bytes", name,
		    val->iov_len));
	if (key != NULL)
		set_key(&p->p_value[pa - paramtab], key, val);
	else
		put(&p->p_value[pa - paramtab], val->iov_base, want);
	return (0);
}

int
jail_set(struct iovec *iov, unsigned int niov, int flags)
{
	struct iovec *jidopt, *nameopt;
	struct prison *p = NULL;
	unsigned i;
	int jid = 0;

	if (check_names(iov, niov) < 0)
		return (-1);
	if (!(flags & (JAIL_CREATE | JAIL_UPDATE)))
		return (fail(iov, niov, EINVAL,
		    "no valid operation (create or update)"));
	if ((jidopt = opt(iov, niov, "jid")) != NULL &&
	    jidopt->iov_len == sizeof(jid)) {
		memcpy(&jid, jidopt->iov_base, sizeof(jid));
		p = jid != 0 ? by_jid(jid) : NULL;
	}
	nameopt = opt(iov, niov, "name");
	if (p == NULL && nameopt != NULL && prisons != NULL)
		p = by_name(nameopt->iov_base, 0);
	if (p == NULL && !(flags & JAIL_CREATE))
		return (fail(iov, niov, ENOENT, "no such jail"));
	if (p != NULL && !(flags & JAIL_UPDATE))
		return (fail(iov, niov, EEXIST, "jail %d already exists",
		    p->p_jid));
	if (p == NULL && (p = prison_new(jid)) == NULL)
		return (fail(iov, niov, EAGAIN, "no available jail IDs"));
	for (i = 0; i < niov; i += 2)
		if (set_one(p, iov, niov, i) < 0)
			return (-1);
	return (p->p_jid);
}

static int
get_one(struct prison *p, struct iovec *iov, unsigned niov, unsigned i)
{
	struct iovec *val = &iov[i + 1];
	const char *name = iov[i].iov_base, *key;
	const struct param *pa;
	struct value *v;
	struct value one;
	char *line;
	size_t len;

	pa = param_find(name, NULL, &key);
	if (pa == NULL || (pa->pa_type == PT_BOOL &&
	    strcmp(pa->pa_name, name) != 0))
		return (fail(iov, niov, EINVAL, "unknown parameter: %s", name));
	v = &p->p_value[pa - paramtab];
	if (key != NULL) {
		line = key_line(v->v_data, key);
		if (line == NULL) {
			val->iov_len = 0;
			return (0);
		}
		line += strlen(key) + 1;
		one.v_data = line;
		one.v_len = strcspn(line, "\n");
		v = &one;
	}
	switch (pa->pa_type) {
	case PT_STRING:
	case PT_KEYVALUE:
		/* One value of several is not followed by NUL in place. */
		len = strnlen(v->v_data, v->v_len);
		if (val->iov_len < len + 1)
			return (fail(iov, niov, EINVAL, "%s: room", name));
		memcpy(val->iov_base, v->v_data, len);
		((char *)val->iov_base)[len] = '\0';
		val->iov_len = len + 1;
		return (0);
	case PT_IN4:
	case PT_IN6:
		if (val->iov_base != NULL && val->iov_len < v->v_len)
			return (fail(iov, niov, EINVAL, "%s: room", name));
		if (val->iov_base != NULL)
			memcpy(val->iov_base, v->v_data, v->v_len);
		val->iov_len = v->v_len;
		return (0);
	default:
		if (val->iov_len != v->v_len)
			return (fail(iov, niov, EINVAL, "%s: size", name));
		memcpy(val->iov_base, v->v_data, v->v_len);
		return (0);
	}
}

static struct prison *
after(int lastjid, int flags)
{
	struct prison *p, *next = NULL;

	for (p = prisons; p < prisons + NPRISONS; p++)
		if (p->p_jid > lastjid &&
		    (next == NULL || p->p_jid < next->p_jid) &&
		    (!is_dying(p) || (flags & JAIL_DYING)))
			next = p;
	return (next);
}

static void
grow(struct prison *p)
{
	struct value *v = value_of(p, "ip4.addr");
	size_t n = fake_grow * sizeof(struct in_addr);
	char *data = calloc(1, v->v_len + n + 1);

	if (data == NULL)
		abort();
	memcpy(data, v->v_data, v->v_len);
	memset(data + v->v_len, 10, n);
	free(v->v_data);
	v->v_data = data;
	v->v_len += n;
}

int
jail_get(struct iovec *iov, unsigned int niov, int flags)
{
	struct iovec *lastjid, *jidopt, *name;
	struct prison *p;
	unsigned i;
	int jid = 0;

	fake_gets++;
	if (prisons == NULL)
		fake_reset();
	if (check_names(iov, niov) < 0)
		return (-1);
	lastjid = opt(iov, niov, "lastjid");
	jidopt = opt(iov, niov, "jid");
	name = opt(iov, niov, "name");
	if (jidopt != NULL)
		memcpy(&jid, jidopt->iov_base, sizeof(jid));
	if (lastjid != NULL) {
		memcpy(&jid, lastjid->iov_base, sizeof(jid));
		p = after(jid, flags);
		if (p == NULL)
			return (fail(iov, niov, ENOENT, "no jail after %d",
			    jid));
	} else if (jid != 0) {
		p = by_jid(jid);
		if (p == NULL)
			return (fail(iov, niov, ENOENT, "jail %d not found",
			    jid));
	} else if (name != NULL) {
		p = by_name(name->iov_base, flags);
		if (p == NULL)
			return (fail(iov, niov, ENOENT,
			    "jail \"%s\" not found", (char *)name->iov_base));
	} else
		return (fail(iov, niov, ENOENT, "no jail specified"));
	if (is_dying(p) && !(flags & JAIL_DYING))
		return (fail(iov, niov, ENOENT, "jail %d is dying", p->p_jid));
	if (fake_grow > 0)
		grow(p);
	/* The key is written back too, as FreeBSD does it. */
	for (i = 0; i < niov; i += 2)
		if (strcmp(iov[i].iov_base, "lastjid") != 0 &&
		    strcmp(iov[i].iov_base, "errmsg") != 0 &&
		    get_one(p, iov, niov, i) < 0)
			return (-1);
	return (p->p_jid);
}

int
jail_run(struct iovec *iov, unsigned int niov, const struct jail_command *jc,
    struct jail_result *ret_jr)
{
	(void)jc;
	ret_jr->jr_jid = jail_set(iov, niov, JAIL_CREATE);
	ret_jr->jr_status = 0;
	return (ret_jr->jr_jid < 0 ? -1 : 0);
}
