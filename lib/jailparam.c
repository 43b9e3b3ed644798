// SPDX-License-Identifier: BSD-2-Clause
/*
 * The parameters of a jail between their three forms: text, as people write
 * it; struct jailparam, as programs hold it; pairs of iovecs, as jail_set()
 * and jail_get() take them.  Knows the parameters' types from paramtab and
 * nothing of what they mean.
 */
#include <arpa/inet.h>
#include <sys/socket.h>

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "errmsg.h"
#include "jail.h"
#include "paramtab.h"

#define GET_SLOTS	16	/* an array's room at the first attempt */
#define GET_SPARE	5	/* room for addresses added meanwhile */
#define GET_TRIES	5	/* while an array outgrows its room */

/* How a row's type looks in a jailparam, indexed by enum param_type. */
static const struct {
	int		ctltype;
	size_t		valuelen;	/* 0: pa_size, or an array */
	size_t		elemlen;
	int		structtype;
	unsigned	flags;
} types[] = {
	[PT_INT] = { CTLTYPE_INT, sizeof(int), 0, 0, 0 },
	[PT_ULONG] = { CTLTYPE_ULONG, sizeof(unsigned long), 0, 0, 0 },
	[PT_STRING] = { CTLTYPE_STRING, 0, 0, 0, 0 },
	[PT_BOOL] = { CTLTYPE_INT, sizeof(int), 0, 0, JP_BOOL },
	[PT_JAILSYS] = { CTLTYPE_INT, sizeof(int), 0, 0, JP_JAILSYS },
	[PT_IN4] = { CTLTYPE_STRUCT, 0, sizeof(struct in_addr), AF_INET, 0 },
	[PT_IN6] = { CTLTYPE_STRUCT, 0, sizeof(struct in6_addr), AF_INET6, 0 },
	[PT_KEYVALUE] = { CTLTYPE_STRING, 0, 0, 0, JP_KEYVALUE },
};

/* JAIL_SYS_ values by name. */
static const char *const jailsys_names[] = { "disable", "new", "inherit" };
#define NJAILSYS	(sizeof(jailsys_names) / sizeof(jailsys_names[0]))

/* iov_base is not const, so the names put there are arrays. */
static char name_errmsg[] = "errmsg";
static char name_jid[] = "jid";
static char name_name[] = "name";

static int
is_type(const struct jailparam *jp, int ctltype)
{
	return ((jp->jp_ctltype & CTLTYPE) == ctltype);
}

static int
is_bool(const struct jailparam *jp)
{
	return ((jp->jp_flags & (JP_BOOL | JP_NOBOOL)) != 0);
}

/* Does jp name one key of a key-value parameter ("meta.color")? */
static int
is_key(const struct jailparam *jp)
{
	return ((jp->jp_flags & JP_KEYVALUE) != 0 &&
	    strchr(jp->jp_name, '.') != NULL);
}

/* Give jp a value of its own in place of the one it has. */
static void
value_replace(struct jailparam *jp, void *value, size_t valuelen)
{
	if (!(jp->jp_flags & JP_RAWVALUE))
		free(jp->jp_value);
	jp->jp_flags &= ~(unsigned)JP_RAWVALUE;
	jp->jp_value = value;
	jp->jp_valuelen = valuelen;
}

/* The int in jp's value, which a caller may have given any size. */
static int
value_int(const struct jailparam *jp, int *ret_i)
{
	*ret_i = 0;
	if (jp->jp_valuelen != sizeof(*ret_i))
		return (jail_errx(EINVAL,
		    "%s: value of %zu bytes is no integer", jp->jp_name,
		    jp->jp_valuelen));
	memcpy(ret_i, jp->jp_value, sizeof(*ret_i));
	return (0);
}

/* "persist" for "nopersist", "allow.nomount" for "allow.mount"; malloc'd. */
static char *
name_opposite(const struct jailparam *jp)
{
	const char *last = strrchr(jp->jp_name, '.');
	const char *stem = last == NULL ? jp->jp_name : last + 1;
	int head = (int)(stem - jp->jp_name);
	char *name;
	int n;

	if (jp->jp_flags & JP_NOBOOL)
		n = asprintf(&name, "%.*s%s", head, jp->jp_name,
		    stem + strlen("no"));
	else
		n = asprintf(&name, "%.*sno%s", head, jp->jp_name, stem);
	if (n < 0) {
		jail_err(ENOMEM, "%s", jp->jp_name);
		return (NULL);
	}
	return (name);
}

/*
 * A system call failed: keep its text where it gave one, be it in the errmsg
 * buffer or in jail_errmsg, else name the call and the error.
 */
static int
call_failed(const char *call, const char *errmsg)
{
	int error = errno;

	if (errmsg[0] != '\0')
		return (jail_errx(error, "%s", errmsg));
	if (jail_errmsg[0] == '\0')
		return (jail_err(error, "%s", call));
	errno = error;
	return (-1);
}

static void
iov_set(struct iovec *iov, char *name, void *value, size_t valuelen)
{
	iov[0].iov_base = name;
	iov[0].iov_len = strlen(name) + 1;
	iov[1].iov_base = value;
	iov[1].iov_len = valuelen;
}

/* ------------------------------------------------------------------------
 * Names and types.
 */

int
jailparam_init(struct jailparam *jp, const char *name)
{
	const struct param *pa;
	int no;

	memset(jp, 0, sizeof(*jp));
	if (strcmp(name, "lastjid") == 0 || strcmp(name, "desc") == 0) {
		/* These say which jail is meant; no jail has them. */
		jp->jp_ctltype = CTLTYPE_INT | (name[0] == 'l' ?
		    CTLFLAG_WR : (int)CTLFLAG_RW);
		jp->jp_valuelen = sizeof(int);
	} else {
		pa = param_find(name, &no, NULL);
		if (pa == NULL)
			return (jail_errx(ENOENT, "unknown parameter: %s",
			    name));
		jp->jp_ctltype = types[pa->pa_type].ctltype |
		    (int)(pa->pa_flags & PF_RW ? CTLFLAG_RW :
		    pa->pa_flags & PF_TUN ? CTLFLAG_RDTUN : CTLFLAG_RD);
		jp->jp_elemlen = types[pa->pa_type].elemlen;
		jp->jp_structtype = types[pa->pa_type].structtype;
		jp->jp_flags = no ? JP_NOBOOL : types[pa->pa_type].flags;
		jp->jp_valuelen = types[pa->pa_type].valuelen;
		if (is_type(jp, CTLTYPE_STRING))
			jp->jp_valuelen = pa->pa_size;
	}
	jp->jp_name = strdup(name);
	if (jp->jp_name == NULL)
		return (jail_err(ENOMEM, "%s", name));
	return (0);
}

int
jailparam_all(struct jailparam **jpp)
{
	struct jailparam *jp;
	size_t i;

	jp = calloc(paramtab_n, sizeof(*jp));
	if (jp == NULL)
		return (jail_err(ENOMEM, "jailparam_all"));
	for (i = 0; i < paramtab_n; i++)
		if (jailparam_init(&jp[i], paramtab[i].pa_name) < 0) {
			jailparam_free(jp, i);
			free(jp);
			return (-1);
		}
	*jpp = jp;
	return ((int)paramtab_n);
}

void
jailparam_free(struct jailparam *jp, unsigned njp)
{
	unsigned j;

	for (j = 0; j < njp; j++) {
		value_replace(&jp[j], NULL, 0);
		free(jp[j].jp_name);
		jp[j].jp_name = NULL;
	}
}

/* ------------------------------------------------------------------------
 * Text to value and back.
 */

/* strtol() of the whole of `value`, within an int. */
static int
parse_int(const char *value, int *ret_i)
{
	char *end;
	long l;

	errno = 0;
	l = strtol(value, &end, 10);
	if (end == value || *end != '\0' || errno != 0 ||
	    l < INT_MIN || l > INT_MAX)
		return (-1);
	*ret_i = (int)l;
	return (0);
}

static int
parse_bool(const char *value, int *ret_i)
{
	if (value[0] == '\0' || strcasecmp(value, "true") == 0) {
		*ret_i = 1;
		return (0);
	}
	if (strcasecmp(value, "false") == 0) {
		*ret_i = 0;
		return (0);
	}
	if (parse_int(value, ret_i) < 0)
		return (-1);
	*ret_i = *ret_i != 0;
	return (0);
}

static int
parse_jailsys(const char *value, int *ret_i)
{
	size_t i;

	if (value[0] == '\0') {
		*ret_i = JAIL_SYS_NEW;
		return (0);
	}
	for (i = 0; i < NJAILSYS; i++)
		if (strcasecmp(value, jailsys_names[i]) == 0) {
			*ret_i = (int)i;
			return (0);
		}
	return (parse_int(value, ret_i));
}

static int
import_int(struct jailparam *jp, const char *value)
{
	int (*parse)(const char *, int *) = parse_int;
	const char *wrong = "non-integer";
	int *v;

	if (is_bool(jp)) {
		parse = parse_bool;
		wrong = "unknown boolean";
	} else if (jp->jp_flags & JP_JAILSYS) {
		parse = parse_jailsys;
		wrong = "unknown jailsys";
	}
	v = malloc(sizeof(*v));
	if (v == NULL)
		return (jail_err(ENOMEM, "%s", jp->jp_name));
	if (parse(value, v) < 0) {
		free(v);
		return (jail_errx(EINVAL, "%s: %s value \"%s\"", jp->jp_name,
		    wrong, value));
	}
	value_replace(jp, v, sizeof(*v));
	return (0);
}

static int
import_ulong(struct jailparam *jp, const char *value)
{
	unsigned long *v;
	char *end;

	v = malloc(sizeof(*v));
	if (v == NULL)
		return (jail_err(ENOMEM, "%s", jp->jp_name));
	errno = 0;
	*v = strtoul(value, &end, 10);
	if (end == value || *end != '\0' || errno != 0) {
		free(v);
		return (jail_errx(EINVAL, "%s: non-integer value \"%s\"",
		    jp->jp_name, value));
	}
	value_replace(jp, v, sizeof(*v));
	return (0);
}

static int
import_string(struct jailparam *jp, const char *value)
{
	char *v = strdup(value);

	if (v == NULL)
		return (jail_err(ENOMEM, "%s", jp->jp_name));
	value_replace(jp, v, strlen(v) + 1);
	return (0);
}

/* One address of `len` characters; dst has room for the family's. */
static int
parse_addr(int family, const char *text, size_t len, void *dst)
{
	char addr[INET6_ADDRSTRLEN];

	if (len >= sizeof(addr))
		return (-1);
	memcpy(addr, text, len);
	addr[len] = '\0';
	return (inet_pton(family, addr, dst) == 1 ? 0 : -1);
}

static int
import_addrs(struct jailparam *jp, const char *value)
{
	const char *p, *text;
	unsigned char *v;
	size_t i, len, n = 0;

	if (value[0] != '\0' && strcmp(value, "-") != 0)
		for (n = 1, p = value; (p = strchr(p, ',')) != NULL; p++)
			n++;
	/* An empty array is a value too, unlike NULL: allocate it. */
	v = calloc(n + 1, jp->jp_elemlen);
	if (v == NULL)
		return (jail_err(ENOMEM, "%s", jp->jp_name));
	for (i = 0, text = value; i < n; i++, text += len + 1) {
		len = strcspn(text, ",");
		if (parse_addr(jp->jp_structtype, text, len,
		    v + i * jp->jp_elemlen) < 0) {
			free(v);
			return (jail_errx(EINVAL, "%s: not an IPv%c address: "
			    "%.*s", jp->jp_name,
			    jp->jp_structtype == AF_INET ? '4' : '6',
			    len > INT_MAX ? INT_MAX : (int)len, text));
		}
	}
	value_replace(jp, v, n * jp->jp_elemlen);
	return (0);
}

int
jailparam_import(struct jailparam *jp, const char *value)
{
	if (value == NULL)
		return (0);
	switch (jp->jp_ctltype & CTLTYPE) {
	case CTLTYPE_INT:
		return (import_int(jp, value));
	case CTLTYPE_ULONG:
		return (import_ulong(jp, value));
	case CTLTYPE_STRING:
		return (import_string(jp, value));
	case CTLTYPE_STRUCT:
		return (import_addrs(jp, value));
	default:
		return (jail_errx(ENOENT, "unknown type of parameter %s",
		    jp->jp_name));
	}
}

int
jailparam_import_raw(struct jailparam *jp, void *value, size_t valuelen)
{
	value_replace(jp, value, valuelen);
	jp->jp_flags |= JP_RAWVALUE;
	return (0);
}

static char *
export_int(const struct jailparam *jp)
{
	char *text;
	int i;

	if (value_int(jp, &i) < 0)
		return (NULL);
	if (is_bool(jp))
		return (strdup(i ? "true" : "false"));
	if ((jp->jp_flags & JP_JAILSYS) && i >= 0 && (size_t)i < NJAILSYS)
		return (strdup(jailsys_names[i]));
	return (asprintf(&text, "%d", i) < 0 ? NULL : text);
}

static char *
export_ulong(const struct jailparam *jp)
{
	unsigned long ul;
	char *text;

	if (jp->jp_valuelen != sizeof(ul)) {
		jail_errx(EINVAL, "%s: value of %zu bytes is no integer",
		    jp->jp_name, jp->jp_valuelen);
		return (NULL);
	}
	memcpy(&ul, jp->jp_value, sizeof(ul));
	return (asprintf(&text, "%lu", ul) < 0 ? NULL : text);
}

static char *
export_addrs(const struct jailparam *jp)
{
	size_t i, n, room, used = 0;
	char *text;

	n = jp->jp_valuelen / jp->jp_elemlen;
	room = n * (INET6_ADDRSTRLEN + 1) + 1;
	text = malloc(room);
	if (text == NULL)
		return (NULL);
	text[0] = '\0';
	for (i = 0; i < n; i++) {
		if (i > 0)
			text[used++] = ',';
		inet_ntop(jp->jp_structtype,
		    (const char *)jp->jp_value + i * jp->jp_elemlen,
		    text + used, (socklen_t)(room - used));
		used += strlen(text + used);
	}
	return (text);
}

char *
jailparam_export(struct jailparam *jp)
{
	char *text;

	if (jp->jp_value == NULL) {
		jail_errx(EINVAL, "parameter %s was not imported",
		    jp->jp_name);
		return (NULL);
	}
	errno = 0;
	switch (jp->jp_ctltype & CTLTYPE) {
	case CTLTYPE_INT:
		text = export_int(jp);
		break;
	case CTLTYPE_ULONG:
		text = export_ulong(jp);
		break;
	case CTLTYPE_STRING:
		/* A raw value need not end in NUL. */
		text = strndup(jp->jp_value, jp->jp_valuelen);
		break;
	case CTLTYPE_STRUCT:
		text = export_addrs(jp);
		break;
	default:
		jail_errx(ENOENT, "unknown type of parameter %s", jp->jp_name);
		return (NULL);
	}
	if (text == NULL && errno != EINVAL)
		jail_err(ENOMEM, "%s", jp->jp_name);
	return (text);
}

/* ------------------------------------------------------------------------
 * jail_set and jail_run.
 */

/* Free what params_iov() made. */
static void
params_iov_free(struct iovec *iov, const struct jailparam *jp, unsigned njp)
{
	unsigned j;

	for (j = 0; j < njp; j++)
		if (iov[2 * j].iov_base != jp[j].jp_name)
			free(iov[2 * j].iov_base);
	free(iov);
}

static int
param_iov(struct iovec *iov, struct jailparam *jp)
{
	char *name = jp->jp_name;
	int on = 1;

	if (is_bool(jp)) {
		/* The name is the value. */
		if (jp->jp_value != NULL && value_int(jp, &on) < 0)
			return (-1);
		if (!on && (name = name_opposite(jp)) == NULL)
			return (-1);
		iov_set(iov, name, NULL, 0);
		return (0);
	}
	if (is_key(jp) && (jp->jp_value == NULL || jp->jp_valuelen == 0)) {
		/* A key without a value is to be deleted. */
		iov_set(iov, name, NULL, 0);
		return (0);
	}
	if (jp->jp_value == NULL && jailparam_import(jp, "") < 0)
		return (-1);
	iov_set(iov, name, jp->jp_value, jp->jp_valuelen);
	return (0);
}

/* The parameters as pairs, followed by one for errmsg; NULL on failure. */
static struct iovec *
params_iov(struct jailparam *jp, unsigned njp, char *errmsg)
{
	struct iovec *iov;
	unsigned j;

	iov = calloc(2 * ((size_t)njp + 1), sizeof(*iov));
	if (iov == NULL) {
		jail_err(ENOMEM, "%u parameters", njp);
		return (NULL);
	}
	for (j = 0; j < njp; j++)
		if (param_iov(&iov[2 * j], &jp[j]) < 0) {
			params_iov_free(iov, jp, j);
			return (NULL);
		}
	errmsg[0] = '\0';
	jail_errmsg[0] = '\0';
	iov_set(&iov[2 * njp], name_errmsg, errmsg, JAIL_ERRMSGLEN);
	return (iov);
}

int
jailparam_set(struct jailparam *jp, unsigned njp, int flags)
{
	char errmsg[JAIL_ERRMSGLEN];
	struct iovec *iov;
	int error, jid;

	iov = params_iov(jp, njp, errmsg);
	if (iov == NULL)
		return (-1);
	jid = jail_set(iov, 2 * (njp + 1), flags);
	error = errno;
	params_iov_free(iov, jp, njp);
	errno = error;
	return (jid < 0 ? call_failed("jail_set", errmsg) : jid);
}

int
jailparam_run(struct jailparam *jp, unsigned njp,
    const struct jail_command *jc, struct jail_result *ret_jr)
{
	char errmsg[JAIL_ERRMSGLEN];
	struct iovec *iov;
	int error, r;

	iov = params_iov(jp, njp, errmsg);
	if (iov == NULL)
		return (-1);
	r = jail_run(iov, 2 * (njp + 1), jc, ret_jr);
	error = errno;
	params_iov_free(iov, jp, njp);
	errno = error;
	return (r < 0 ? call_failed("jail_run", errmsg) : r);
}

/* ------------------------------------------------------------------------
 * jail_get.
 */

static struct jailparam *
param_named(struct jailparam *jp, unsigned njp, const char *name)
{
	unsigned j;

	for (j = 0; j < njp; j++)
		if (strcmp(jp[j].jp_name, name) == 0)
			return (&jp[j]);
	return (NULL);
}

/* The parameter that says which jail is meant, or NULL. */
static struct jailparam *
params_key(struct jailparam *jp, unsigned njp, int flags)
{
	struct jailparam *key = NULL;
	int jid;

	if (flags & JAIL_USE_DESC)
		key = param_named(jp, njp, "desc");
	if (key == NULL)
		key = param_named(jp, njp, "lastjid");
	if (key == NULL) {
		/* jid 0 names no jail: then jid is what is asked for. */
		key = param_named(jp, njp, "jid");
		if (key != NULL && (key->jp_value == NULL ||
		    value_int(key, &jid) < 0 || jid == 0))
			key = param_named(jp, njp, "name");
	}
	if (key == NULL)
		key = param_named(jp, njp, "name");
	return (key != NULL && key->jp_value != NULL ? key : NULL);
}

/* Room for a scalar of jp's type; a string's is as the table says. */
static size_t
scalar_room(const struct jailparam *jp)
{
	const struct param *pa;

	if (is_type(jp, CTLTYPE_INT))
		return (sizeof(int));
	if (is_type(jp, CTLTYPE_ULONG))
		return (sizeof(unsigned long));
	pa = param_find(jp->jp_name, NULL, NULL);
	return (pa != NULL ? pa->pa_size : jp->jp_valuelen);
}

/* Empty jp's value, with `room` bytes for what jail_get will write. */
static int
value_make_room(struct jailparam *jp, size_t room)
{
	/* One byte more: a string always ends, and nothing is never NULL. */
	void *value = calloc(1, room + 1);

	if (value == NULL)
		return (jail_err(ENOMEM, "%s", jp->jp_name));
	value_replace(jp, value, room);
	return (0);
}

/*
 * Ask for the sizes of all arrays and make room for these and some more.
 * sizes has room for all parameters.
 */
static int
arrays_make_room(struct jailparam *jp, unsigned njp,
    const struct jailparam *key, struct iovec *sizes, int flags)
{
	unsigned j, n = 0;

	iov_set(&sizes[2 * n++], key->jp_name, key->jp_value,
	    key->jp_valuelen);
	for (j = 0; j < njp; j++)
		if (jp[j].jp_elemlen != 0 && !(jp[j].jp_flags & JP_RAWVALUE))
			iov_set(&sizes[2 * n++], jp[j].jp_name, NULL, 0);
	if (jail_get(sizes, 2 * n, flags) < 0)
		return (-1);
	for (n = 1, j = 0; j < njp; j++)
		if (jp[j].jp_elemlen != 0 && !(jp[j].jp_flags & JP_RAWVALUE) &&
		    value_make_room(&jp[j], sizes[2 * n++ + 1].iov_len +
		    GET_SPARE * jp[j].jp_elemlen) < 0)
			return (-1);
	return (0);
}

/*
 * The pairs for jail_get, the key's in its place among the others (jail_get
 * knows it by name), errmsg's last.  names[j], unless NULL, is asked for
 * instead of the j'th parameter's own.
 */
static void
get_iov(struct iovec *iov, struct jailparam *jp, unsigned njp,
    char *const *names, char *errmsg)
{
	unsigned j;

	for (j = 0; j < njp; j++)
		iov_set(&iov[2 * j], names[j] != NULL ? names[j] :
		    jp[j].jp_name, jp[j].jp_value, jp[j].jp_valuelen);
	errmsg[0] = '\0';
	iov_set(&iov[2 * njp], name_errmsg, errmsg, JAIL_ERRMSGLEN);
}

/* After jail_get: the lengths of what came, the sense of "no" spellings. */
static void
get_finish(const struct iovec *iov, struct jailparam *jp, unsigned njp,
    const struct jailparam *key)
{
	unsigned j;
	int on;

	for (j = 0; j < njp; j++) {
		if (&jp[j] == key)
			continue;
		/* A key that is not there has no bytes, not even a NUL. */
		if (jp[j].jp_elemlen != 0 ||
		    (is_key(&jp[j]) && iov[2 * j + 1].iov_len == 0))
			jp[j].jp_valuelen = iov[2 * j + 1].iov_len;
		else if (is_type(&jp[j], CTLTYPE_STRING) &&
		    !(jp[j].jp_flags & JP_RAWVALUE))
			jp[j].jp_valuelen = strlen(jp[j].jp_value) + 1;
		if ((jp[j].jp_flags & JP_NOBOOL) &&
		    value_int(&jp[j], &on) == 0) {
			on = !on;
			memcpy(jp[j].jp_value, &on, sizeof(on));
		}
	}
}

/* Room for every value but the key's, and the names to ask for. */
static int
get_prepare(struct jailparam *jp, unsigned njp, const struct jailparam *key,
    char **names, int *ret_arrays)
{
	size_t room;
	unsigned j;

	for (j = 0; j < njp; j++) {
		if (&jp[j] == key)
			continue;
		if ((jp[j].jp_flags & JP_NOBOOL) &&
		    (names[j] = name_opposite(&jp[j])) == NULL)
			return (-1);
		if (jp[j].jp_flags & JP_RAWVALUE)
			continue;
		if (jp[j].jp_elemlen != 0) {
			*ret_arrays = 1;
			room = GET_SLOTS * jp[j].jp_elemlen;
		} else
			room = scalar_room(&jp[j]);
		if (value_make_room(&jp[j], room) < 0)
			return (-1);
	}
	return (0);
}

/*
 * jail_get until all arrays fit.  jail_get says EINVAL for an array without
 * room, so the sizes are asked for only then: most jails have few addresses,
 * and `jls` lists many jails.
 */
static int
get_fitting(struct jailparam *jp, unsigned njp, const struct jailparam *key,
    char *const *names, struct iovec *iov, int arrays, char *errmsg,
    int flags)
{
	int jid, tries;

	for (tries = 0;; tries++) {
		get_iov(iov, jp, njp, names, errmsg);
		jid = jail_get(iov, 2 * (njp + 1), flags);
		if (jid >= 0 || errno != EINVAL || !arrays ||
		    tries == GET_TRIES)
			return (jid);
		if (arrays_make_room(jp, njp, key, iov + 2 * (njp + 1),
		    flags) < 0)
			return (-1);
	}
}

int
jailparam_get(struct jailparam *jp, unsigned njp, int flags)
{
	char errmsg[JAIL_ERRMSGLEN] = "";
	struct jailparam *key;
	struct iovec *iov;
	char **names;
	int arrays = 0, error, jid = -1;
	unsigned j;

	key = params_key(jp, njp, flags);
	if (key == NULL)
		return (jail_errx(ENOENT, "no jail specified"));
	/* One half for the values, the other to ask for sizes. */
	iov = calloc(4 * ((size_t)njp + 1), sizeof(*iov));
	names = calloc((size_t)njp + 1, sizeof(*names));
	if (iov == NULL || names == NULL) {
		jail_err(ENOMEM, "%u parameters", njp);
		goto out;
	}
	if (get_prepare(jp, njp, key, names, &arrays) < 0)
		goto out;
	jail_errmsg[0] = '\0';
	jid = get_fitting(jp, njp, key, names, iov, arrays, errmsg, flags);
	if (jid < 0)
		call_failed("jail_get", errmsg);
	else
		get_finish(iov, jp, njp, key);
out:
	error = errno;
	for (j = 0; names != NULL && j < njp; j++)
		free(names[j]);
	free(names);
	free(iov);
	/* No half-read values: what was asked for is unset again. */
	for (j = 0; jid < 0 && j < njp; j++)
		if (&jp[j] != key && !(jp[j].jp_flags & JP_RAWVALUE))
			value_replace(&jp[j], NULL, 0);
	errno = error;
	return (jid);
}

/* ------------------------------------------------------------------------
 * Conveniences on top.
 */

int
jail_getid(const char *name)
{
	char errmsg[JAIL_ERRMSGLEN] = "";
	struct iovec iov[4];
	size_t len = strlen(name);
	char *copy = NULL;
	int error, jid;

	if (len > 0 && strspn(name, "0123456789") == len &&
	    parse_int(name, &jid) == 0) {
		if (jid == 0)
			return (0);
		iov_set(&iov[0], name_jid, &jid, sizeof(jid));
	} else {
		/* jail_get writes the key back, and name may be read-only. */
		copy = strdup(name);
		if (copy == NULL)
			return (jail_err(ENOMEM, "jail_getid"));
		iov_set(&iov[0], name_name, copy, len + 1);
	}
	iov_set(&iov[2], name_errmsg, errmsg, sizeof(errmsg));
	jail_errmsg[0] = '\0';
	jid = jail_get(iov, 4, 0);
	if (jid < 0)
		call_failed("jail_get", errmsg);
	error = errno;
	free(copy);
	errno = error;
	return (jid);
}

char *
jail_getname(int jid)
{
	char errmsg[JAIL_ERRMSGLEN] = "", name[256] = "";
	struct iovec iov[6];
	char *copy;

	/* The caller's own prison calls itself 0, as jail_getid() reads it. */
	if (jid == 0)
		name[0] = '0';
	else {
		iov_set(&iov[0], name_jid, &jid, sizeof(jid));
		iov_set(&iov[2], name_name, name, sizeof(name));
		iov_set(&iov[4], name_errmsg, errmsg, sizeof(errmsg));
		jail_errmsg[0] = '\0';
		if (jail_get(iov, 6, 0) < 0) {
			call_failed("jail_get", errmsg);
			return (NULL);
		}
	}
	copy = strdup(name);
	if (copy == NULL)
		jail_err(ENOMEM, "jail_getname");
	return (copy);
}

int
jail_setv(int flags, ...)
{
	struct jailparam *jp;
	const char *name;
	unsigned n = 0, njp = 0;
	int error, jid = -1;
	va_list ap, count;

	va_start(ap, flags);
	va_copy(count, ap);
	while (va_arg(count, char *) != NULL) {
		(void)va_arg(count, char *);
		njp++;
	}
	va_end(count);
	jp = calloc((size_t)njp + 1, sizeof(*jp));
	if (jp == NULL) {
		jail_err(ENOMEM, "jail_setv");
		goto out;
	}
	while ((name = va_arg(ap, char *)) != NULL) {
		if (jailparam_init(&jp[n], name) < 0)
			goto out;
		if (jailparam_import(&jp[n++], va_arg(ap, char *)) < 0)
			goto out;
	}
	jid = jailparam_set(jp, njp, flags);
out:
	va_end(ap);
	error = errno;
	if (jp != NULL)
		jailparam_free(jp, n);
	free(jp);
	errno = error;
	return (jid);
}

/* What jail_getv() and jail_getv_sized() were given, one of each a name. */
struct getv {
	struct jailparam *gv_jp;
	char		**gv_buf;	/* the caller's */
	size_t		 *gv_size;	/* of gv_buf; SIZE_MAX: not told */
	unsigned	  gv_njp;	/* jailparams that were initialized */
};

static int
getv_init(struct getv *gv, unsigned njp)
{
	memset(gv, 0, sizeof(*gv));
	gv->gv_jp = calloc((size_t)njp + 1, sizeof(*gv->gv_jp));
	gv->gv_buf = calloc((size_t)njp + 1, sizeof(*gv->gv_buf));
	gv->gv_size = calloc((size_t)njp + 1, sizeof(*gv->gv_size));
	if (gv->gv_jp == NULL || gv->gv_buf == NULL || gv->gv_size == NULL)
		return (jail_err(ENOMEM, "jail_getv"));
	return (0);
}

static void
getv_clear(struct getv *gv)
{
	int error = errno;

	if (gv->gv_jp != NULL)
		jailparam_free(gv->gv_jp, gv->gv_njp);
	free(gv->gv_jp);
	free(gv->gv_buf);
	free(gv->gv_size);
	errno = error;
}

static int
getv_add(struct getv *gv, const char *name, char *buf, size_t size)
{
	unsigned n = gv->gv_njp;

	if (buf == NULL)
		return (jail_errx(EINVAL, "%s: no buffer", name));
	if (jailparam_init(&gv->gv_jp[n], name) < 0)
		return (-1);
	gv->gv_buf[n] = buf;
	gv->gv_size[n] = size;
	gv->gv_njp++;
	return (0);
}

/*
 * Read the jail whose key is in the buffer of gv_jp[key], and write the other
 * values to theirs: all, or on failure none.
 */
static int
getv_get(struct getv *gv, unsigned key, int flags)
{
	char **text;
	unsigned j;
	int jid;

	text = calloc((size_t)gv->gv_njp + 1, sizeof(*text));
	if (text == NULL)
		return (jail_err(ENOMEM, "jail_getv"));
	if (jailparam_import(&gv->gv_jp[key], gv->gv_buf[key]) < 0) {
		jid = -1;
		goto out;
	}
	jid = jailparam_get(gv->gv_jp, gv->gv_njp, flags);
	for (j = 0; jid >= 0 && j < gv->gv_njp; j++) {
		if (j == key)
			continue;
		text[j] = jailparam_export(&gv->gv_jp[j]);
		if (text[j] == NULL)
			jid = -1;
		else if (strlen(text[j]) >= gv->gv_size[j])
			jid = jail_errx(ENAMETOOLONG,
			    "%s: value is longer than %zu bytes",
			    gv->gv_jp[j].jp_name, gv->gv_size[j]);
	}
	for (j = 0; jid >= 0 && j < gv->gv_njp; j++)
		if (j != key)
			memcpy(gv->gv_buf[j], text[j], strlen(text[j]) + 1);
out:
	for (j = 0; j < gv->gv_njp; j++)
		free(text[j]);
	free(text);
	return (jid);
}

/* FreeBSD's order: desc, lastjid, jid unless 0, name; -1 for none. */
static int
getv_key(const struct getv *gv, int flags)
{
	static const char *const keys[] = { "desc", "lastjid", "jid", "name" };
	size_t k;
	unsigned j;

	for (k = flags & JAIL_USE_DESC ? 0 : 1; k < 4; k++)
		for (j = 0; j < gv->gv_njp; j++)
			if (strcmp(gv->gv_jp[j].jp_name, keys[k]) == 0 &&
			    (k != 2 || strtol(gv->gv_buf[j], NULL, 10) != 0))
				return ((int)j);
	return (-1);
}

/*
 * The caller vouches for the size of the buffers, as on FreeBSD; where it can
 * not, there is jail_getv_sized().
 */
int
jail_getv(int flags, ...)
{
	struct getv gv;
	const char *name;
	unsigned njp = 0;
	int jid = -1, key;
	va_list ap, count;

	va_start(ap, flags);
	va_copy(count, ap);
	while (va_arg(count, char *) != NULL) {
		(void)va_arg(count, char *);
		njp++;
	}
	va_end(count);
	if (getv_init(&gv, njp) < 0)
		goto out;
	while ((name = va_arg(ap, char *)) != NULL)
		if (getv_add(&gv, name, va_arg(ap, char *), SIZE_MAX) < 0)
			goto out;
	key = getv_key(&gv, flags);
	if (key < 0)
		jail_errx(ENOENT, "no jail specified");
	else
		jid = getv_get(&gv, (unsigned)key, flags);
out:
	va_end(ap);
	getv_clear(&gv);
	return (jid);
}

int
jail_getv_sized(int flags, ...)
{
	struct getv gv;
	unsigned njp = 0;
	const char *name;
	char *buf;
	va_list ap, count;
	int jid = -1;

	va_start(ap, flags);
	va_copy(count, ap);
	while (va_arg(count, char *) != NULL) {
		(void)va_arg(count, char *);
		(void)va_arg(count, size_t);
		njp++;
	}
	va_end(count);
	if (getv_init(&gv, njp) < 0)
		goto out;
	while ((name = va_arg(ap, char *)) != NULL) {
		buf = va_arg(ap, char *);
		if (getv_add(&gv, name, buf, va_arg(ap, size_t)) < 0)
			goto out;
	}
	/* The first one is the key; no other buffer is read. */
	if (njp == 0 || (strcmp(gv.gv_jp[0].jp_name, "lastjid") != 0 &&
	    strcmp(gv.gv_jp[0].jp_name, "jid") != 0 &&
	    strcmp(gv.gv_jp[0].jp_name, "name") != 0))
		jail_errx(ENOENT, "no jail specified");
	else
		jid = getv_get(&gv, 0, flags);
out:
	va_end(ap);
	getv_clear(&gv);
	return (jid);
}
