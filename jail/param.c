// SPDX-License-Identifier: BSD-2-Clause
/*
 * Parameters as they were wished: a name and a list of strings, some with
 * variables in them.
 */
#include <err.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "jailp.h"

struct cfjails cfjails = TAILQ_HEAD_INITIALIZER(cfjails);

static const struct {
	const char	*name;
	unsigned	 flags;
} known[K_MAX] = {
	[K_ALLOW_DYING] = { "allow.dying", CF_OURS | CF_BOOL },
	[K_COMMAND] = { "command", CF_OURS },
	[K_DEPEND] = { "depend", CF_OURS },
	[K_EXEC_CLEAN] = { "exec.clean", CF_OURS | CF_BOOL },
	[K_EXEC_CONSOLELOG] = { "exec.consolelog", CF_OURS },
	[K_EXEC_CREATED] = { "exec.created", CF_OURS },
	[K_EXEC_FIB] = { "exec.fib", CF_OURS | CF_INT },
	[K_EXEC_JAIL_USER] = { "exec.jail_user", CF_OURS },
	[K_EXEC_POSTSTART] = { "exec.poststart", CF_OURS },
	[K_EXEC_POSTSTOP] = { "exec.poststop", CF_OURS },
	[K_EXEC_PREPARE] = { "exec.prepare", CF_OURS },
	[K_EXEC_PRESTART] = { "exec.prestart", CF_OURS },
	[K_EXEC_PRESTOP] = { "exec.prestop", CF_OURS },
	[K_EXEC_RELEASE] = { "exec.release", CF_OURS },
	[K_EXEC_START] = { "exec.start", CF_OURS },
	[K_EXEC_STOP] = { "exec.stop", CF_OURS },
	[K_EXEC_SYSTEM_JAIL_USER] = { "exec.system_jail_user",
	    CF_OURS | CF_BOOL },
	[K_EXEC_SYSTEM_USER] = { "exec.system_user", CF_OURS },
	[K_EXEC_TIMEOUT] = { "exec.timeout", CF_OURS | CF_INT },
	[K_INTERFACE] = { "interface", CF_OURS },
	[K_IP_HOSTNAME] = { "ip_hostname", CF_OURS | CF_BOOL },
	[K_MOUNT] = { "mount", CF_OURS | CF_REVERSE },
	[K_MOUNT_DEVFS] = { "mount.devfs", CF_OURS | CF_BOOL },
	[K_MOUNT_FDESCFS] = { "mount.fdescfs", CF_OURS | CF_BOOL },
	[K_MOUNT_FSTAB] = { "mount.fstab", CF_OURS },
	[K_MOUNT_PROCFS] = { "mount.procfs", CF_OURS | CF_BOOL },
	[K_RCTL] = { "rctl", CF_OURS | CF_REVERSE },
	[K_STOP_TIMEOUT] = { "stop.timeout", CF_OURS | CF_INT },
	[K_VNET_INTERFACE] = { "vnet.interface", CF_OURS },
	[K_ZFS_DATASET] = { "zfs.dataset", CF_OURS },
	[K_IP4_ALIAS] = { "ip4.addr", CF_OURS | CF_DERIVED | CF_REVERSE },
	[K_IP6_ALIAS] = { "ip6.addr", CF_OURS | CF_DERIVED | CF_REVERSE },
	[K_MOUNT_ROOT] = { "path", CF_OURS | CF_DERIVED },
	[K_FSTAB_LINE] = { "mount.fstab", CF_OURS | CF_DERIVED | CF_REVERSE },
	[K_OP] = { NULL, CF_DERIVED },
	[K_ALLOW_CHFLAGS] = { "allow.chflags", 0 },
	[K_ALLOW_MOUNT] = { "allow.mount", 0 },
	[K_ALLOW_RAW_SOCKETS] = { "allow.raw_sockets", 0 },
	[K_ALLOW_SET_HOSTNAME] = { "allow.set_hostname", 0 },
	[K_ALLOW_SOCKET_AF] = { "allow.socket_af", 0 },
	[K_ALLOW_SYSVIPC] = { "allow.sysvipc", 0 },
	[K_DEVFS_RULESET] = { "devfs_ruleset", 0 },
	[K_HOST_HOSTNAME] = { "host.hostname", 0 },
	[K_IP4_ADDR] = { "ip4.addr", 0 },
	[K_IP6_ADDR] = { "ip6.addr", 0 },
	[K_JID] = { "jid", CF_ONCE },
	[K_NAME] = { "name", CF_ONCE },
	[K_PATH] = { "path", 0 },
	[K_PERSIST] = { "persist", 0 },
	[K_SECURELEVEL] = { "securelevel", 0 },
	[K_VNET] = { "vnet", 0 },
};

void *
emalloc(size_t size)
{
	return (erealloc(NULL, size));
}

void *
erealloc(void *p, size_t size)
{
	if ((p = realloc(p, size)) == NULL)
		err(1, "malloc");
	return (p);
}

char *
estrdup(const char *s)
{
	size_t size = strlen(s) + 1;

	return (memcpy(emalloc(size), s, size));
}

char *
eprintf(const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) < 0)
		err(1, "malloc");
	va_end(ap);
	return (s);
}

struct cfstring *
string_new(const char *s)
{
	struct cfstring *new = emalloc(sizeof(*new));

	new->s = estrdup(s);
	new->len = strlen(s);
	STAILQ_INIT(&new->vars);
	return (new);
}

void
string_add(struct cfstring *s, const char *more)
{
	size_t len = strlen(more);

	s->s = erealloc(s->s, s->len + len + 1);
	memcpy(s->s + s->len, more, len + 1);
	s->len += len;
}

static void
string_add_var_at(struct cfstring *s, const char *name, size_t pos)
{
	struct cfvar *v = emalloc(sizeof(*v));

	v->name = estrdup(name);
	v->pos = pos;
	STAILQ_INSERT_TAIL(&s->vars, v, tq);
}

/* Let the value of variable `name` follow what s says so far. */
void
string_add_var(struct cfstring *s, const char *name)
{
	string_add_var_at(s, name, s->len);
}

static struct cfstring *
string_copy(const struct cfstring *s)
{
	struct cfstring *new = string_new(s->s);
	struct cfvar *v;

	STAILQ_FOREACH(v, &s->vars, tq)
		string_add_var_at(new, v->name, v->pos);
	return (new);
}

void
string_free(struct cfstring *s)
{
	struct cfvar *v;

	while ((v = STAILQ_FIRST(&s->vars)) != NULL) {
		STAILQ_REMOVE_HEAD(&s->vars, tq);
		free(v->name);
		free(v);
	}
	free(s->s);
	free(s);
}

void
strings_free(struct cfstrings *ss)
{
	struct cfstring *s;

	while ((s = TAILQ_FIRST(ss)) != NULL) {
		TAILQ_REMOVE(ss, s, tq);
		string_free(s);
	}
}

struct cfparam *
param_new(const char *name, unsigned flags)
{
	struct cfparam *p = emalloc(sizeof(*p));

	p->name = estrdup(name);
	p->flags = flags;
	p->user = NULL;
	TAILQ_INIT(&p->val);
	return (p);
}

/* Give p the strings of `value`, which is freed, and `flags`. */
struct cfparam *
param_give(struct cfparam *p, struct cfstrings *value, unsigned flags)
{
	TAILQ_CONCAT(&p->val, value, tq);
	free(value);
	p->flags |= flags;
	return (p);
}

void
param_free(struct cfparam *p)
{
	strings_free(&p->val);
	free(p->name);
	free(p);
}

struct cfjail *
jail_new(void)
{
	struct cfjail *j = emalloc(sizeof(*j));

	memset(j, 0, sizeof(*j));
	TAILQ_INIT(&j->params);
	STAILQ_INIT(&j->needs);
	STAILQ_INIT(&j->needed);
	j->queue = &cfjails;
	TAILQ_INSERT_TAIL(&cfjails, j, tq);
	return (j);
}

void
jail_free(struct cfjail *j)
{
	struct cfparam *p;

	while ((p = TAILQ_FIRST(&j->params)) != NULL) {
		TAILQ_REMOVE(&j->params, p, tq);
		param_free(p);
	}
	TAILQ_REMOVE(j->queue, j, tq);
	free(j->name);
	free(j);
}

/*
 * Are these one parameter, one of them perhaps in its "no" spelling:
 * allow.mount and allow.nomount?
 */
bool
same_param(const char *a, const char *b)
{
	size_t i, part = 0;

	for (i = 0; a[i] == b[i]; i++) {
		if (a[i] == '\0')
			return (true);
		if (a[i] == '.')
			part = i + 1;
	}
	a += part;
	b += part;
	return ((strncmp(a, "no", 2) == 0 && strcmp(a + 2, b) == 0) ||
	    (strncmp(b, "no", 2) == 0 && strcmp(a, b + 2) == 0));
}

static struct cfparam *
find_param(struct cfjail *j, const char *name)
{
	struct cfparam *p;

	TAILQ_FOREACH(p, &j->params, tq)
		if (!(p->flags & CF_DERIVED) && same_param(p->name, name))
			return (p);
	return (NULL);
}

static enum known
find_known(const char *name)
{
	int k;

	for (k = K_NONE + 1; k < K_MAX; k++)
		if (!(known[k].flags & CF_DERIVED) &&
		    same_param(known[k].name, name))
			return (k);
	return (K_NONE);
}

static void
refuse(struct cfjail *j, const char *fmt, const char *name)
{
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	jail_warnx(j, fmt, name);
#pragma GCC diagnostic pop
	j->flags |= JF_FAILED;
}

static const char var_is_param[] =
    "variable \"$%s\" cannot have the same name as a parameter.";

/* The jail's parameter is named again: let it change, if it may. */
static void
change_param(struct cfjail *j, struct cfparam *p, const char *name,
    struct cfstrings *value, unsigned flags)
{
	if ((flags ^ p->flags) & CF_VAR) {
		refuse(j, var_is_param, name);
		return;
	}
	if (p->flags & CF_ONCE) {
		refuse(j, "cannot redefine parameter \"%s\".", p->name);
		return;
	}
	if (strcmp(p->name, name) != 0) {
		free(p->name);
		p->name = estrdup(name);
	}
	if (!(flags & CF_APPEND) || TAILQ_EMPTY(value))
		strings_free(&p->val);
	TAILQ_CONCAT(&p->val, value, tq);
	p->flags |= flags;
}

/* Add to jail j the parameter `name`, taking over the strings of value. */
static void
put_param(struct cfjail *j, const char *name, enum known k,
    struct cfstrings *value, unsigned flags)
{
	struct cfparam *p;

	p = k != K_NONE ? j->known[k] : find_param(j, name);
	if (p != NULL) {
		change_param(j, p, name, value, flags);
		strings_free(value);
		return;
	}
	p = param_new(name, flags);
	TAILQ_CONCAT(&p->val, value, tq);
	TAILQ_INSERT_TAIL(&j->params, p, tq);
	if (k == K_NONE && (k = find_known(name)) == K_NONE)
		return;
	if (flags & CF_VAR) {
		refuse(j, var_is_param, name);
		return;
	}
	p->flags |= known[k].flags;
	j->known[k] = p;
}

/* The jail a parameter of the command line belongs to: the only one. */
static struct cfjail *
line_jail(struct cfjail *j)
{
	if (j == NULL && (j = TAILQ_LAST(&cfjails, cfjails)) == NULL)
		j = jail_new();
	return (j);
}

/* Add a copy of p, as a configuration file has it. */
void
add_param(struct cfjail *j, const struct cfparam *p)
{
	struct cfstrings value = TAILQ_HEAD_INITIALIZER(value);
	struct cfstring *s, *copy;

	TAILQ_FOREACH(s, &p->val, tq) {
		copy = string_copy(s);
		TAILQ_INSERT_TAIL(&value, copy, tq);
	}
	put_param(j, p->name, K_NONE, &value, p->flags);
}

static void
add_text(struct cfjail *j, const char *name, enum known k, const char *text,
    unsigned flags)
{
	struct cfstrings value = TAILQ_HEAD_INITIALIZER(value);
	struct cfstring *s;

	if (text != NULL) {
		s = string_new(text);
		TAILQ_INSERT_TAIL(&value, s, tq);
	}
	put_param(line_jail(j), name, k, &value, flags | CF_APPEND);
}

/* Append to a parameter we know.  j NULL: the command line's jail. */
void
add_known(struct cfjail *j, enum known k, const char *value)
{
	add_text(j, known[k].name, k, value, known[k].flags);
}

/* Append what "name=value" or "name" on the command line says. */
void
add_word(struct cfjail *j, const char *word)
{
	const char *value = strchr(word, '=');
	char *name;

	if (value == NULL) {
		add_text(j, word, K_NONE, NULL, 0);
		return;
	}
	name = estrdup(word);
	name[value - word] = '\0';
	add_text(j, name, K_NONE, value + 1, 0);
	free(name);
}

static const char *
last_value(const struct cfparam *p)
{
	struct cfstring *s;

	if (p == NULL || (s = TAILQ_LAST(&p->val, cfstrings)) == NULL)
		return (NULL);
	return (s->s);
}

/* Is the boolean given and true? */
bool
bool_param(const struct cfjail *j, enum known k)
{
	const struct cfparam *p = j->known[k];
	const char *value, *last;
	bool no, said;

	if (p == NULL)
		return (false);
	last = strrchr(p->name, '.');
	no = strncmp(last != NULL ? last + 1 : p->name, "no", 2) == 0;
	value = last_value(p);
	said = value == NULL || strcasecmp(value, "true") == 0 ||
	    strtol(value, NULL, 10) != 0;
	return (no != said);
}

bool
int_param(const struct cfjail *j, enum known k, int *ret_value)
{
	const char *value = last_value(j->known[k]);

	if (value == NULL)
		return (false);
	*ret_value = (int)strtol(value, NULL, 10);
	return (true);
}

/* The last value of a parameter, or NULL. */
const char *
string_param(const struct cfjail *j, enum known k)
{
	return (last_value(j->known[k]));
}
