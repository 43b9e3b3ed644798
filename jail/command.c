// SPDX-License-Identifier: BSD-2-Clause
/*
 * One step of a jail's start or stop: which value of which parameter comes
 * next, and who carries it out.
 */
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "jailp.h"

int paralimit = -1;	/* commands that may still be started; -1: any */

static struct cfjails runnable = TAILQ_HEAD_INITIALIZER(runnable);

/* The value of a step that has none. */
static struct cfstring once = { .len = 1 };

static struct cfstring *
once_if(bool condition)
{
	return (condition ? &once : NULL);
}

/* The first value of the jail's present step, or the last one. */
static struct cfstring *
first_value(const struct cfjail *j, bool last)
{
	const struct cfparam *p = j->known[*j->step];

	switch (*j->step) {
	case K_OP:
	case K_STOP_TIMEOUT:
		return (&once);
	case K_MOUNT_DEVFS:
	case K_MOUNT_FDESCFS:
	case K_MOUNT_PROCFS:
		return (once_if(bool_param(j, *j->step)));
	case K_MOUNT_ROOT:
		return (once_if(j->name != NULL && has_mounts(j)));
	case K_COMMAND:
		/* On the command line it is one command in many words. */
		if (j->name == NULL)
			return (once_if(p != NULL));
		break;
	default:
		break;
	}
	if (p == NULL)
		return (NULL);
	return (last ? TAILQ_LAST(&p->val, cfstrings) :
	    TAILQ_FIRST(&p->val));
}

static struct cfstring *
next_value(const struct cfjail *j, bool backward)
{
	if (j->value == &once)
		return (NULL);
	return (backward ? TAILQ_PREV(j->value, cfstrings, tq) :
	    TAILQ_NEXT(j->value, tq));
}

/* Is this one of the steps that a failed start undoes? */
static bool
undone(enum known k)
{
	switch (k) {
	case K_IP4_ALIAS:
	case K_IP6_ALIAS:
	case K_MOUNT_ROOT:
	case K_MOUNT:
	case K_FSTAB_LINE:
	case K_MOUNT_DEVFS:
	case K_MOUNT_FDESCFS:
	case K_MOUNT_PROCFS:
	case K_OP:
	case K_RCTL:
		return (true);
	default:
		return (false);
	}
}

static int
remove_jail(struct cfjail *j)
{
	bool stopping = (j->flags & JF_STOP) != 0;
	struct jail_racct ra;
	bool used = verbose > 0 &&
	    jail_racct(j->jid, USAGE_NOTED, &ra) == 0;

	/* One that has gone by itself meanwhile is as good as removed. */
	if (jail_remove(j->jid) < 0 && errno != EINVAL && errno != ENOENT) {
		jail_warnx(j, "jail_remove: %s", jail_errmsg[0] != '\0' ?
		    jail_errmsg : strerror(errno));
		return (-1);
	}
	if (verbose > 0 ||
	    (verbose == 0 && (stopping ? note_remove : j->name != NULL)))
		jail_note(j, "removed\n");
	if (used)
		note_usage(j, &ra);
	j->jid = -1;
	if (stopping)
		dep_done(j, DF_LIGHT);
	else
		j->flags &= ~JF_PERSIST;
	return (0);
}

static int
make_jail(struct cfjail *j)
{
	if (create_jail(j) < 0)
		return (-1);
	if (print_jids)
		printf("%d\n", j->jid);
	if (verbose >= 0 && (j->name != NULL || verbose > 0))
		jail_note(j, "created\n");
	dep_done(j, DF_LIGHT);
	return (0);
}

#if JAIL_FAULTS
/*
 * For tests, as lib/step.h: where a start or a stop may be cut short, which is
 * behind each of its steps but those that wait for a command.
 */
static void
fault(const struct cfjail *j, bool down)
{
	const char *at = getenv("JAIL_KILL_AT"), *file = getenv("JAIL_STEPS");
	char *name = eprintf("jail-%s-%d-%s", down ? "stop" : "start",
	    (int)*j->step, j->known[*j->step] != NULL ?
	    j->known[*j->step]->name : "");
	FILE *f = file != NULL ? fopen(file, "ae") : NULL;

	if (f != NULL) {
		fprintf(f, "%s\n", name);
		fclose(f);
	}
	if (at != NULL && strcmp(at, name) == 0)
		kill(getpid(), SIGKILL);
	free(name);
}
#else
static inline void
fault(const struct cfjail *j, bool down)
{
	(void)j;
	(void)down;
}
#endif

/* Carry out the present step: 0 done, 1 begun, -1 failed. */
static int
run_step(struct cfjail *j)
{
	bool down = (j->flags & (JF_STOP | JF_FAILED)) != 0;
	const char *text = j->value->s;

	switch (*j->step) {
	case K_OP:
		return (down ? remove_jail(j) : make_jail(j));
	case K_STOP_TIMEOUT:
		return (term_procs(j));
	case K_IP4_ALIAS:
		return (ifaddr_alias(j, AF_INET, text, down));
	case K_IP6_ALIAS:
		return (ifaddr_alias(j, AF_INET6, text, down));
	case K_MOUNT_ROOT:
		return (mount_root(j, down));
	case K_RCTL:
		return (limit_rule(j, text, down));
	case K_VNET_INTERFACE:
		return (vnet_interface(j, text));
	case K_MOUNT:
		return (mount_line(j, "mount", text, down));
	case K_FSTAB_LINE:
		return (mount_line(j, "mount.fstab", text, down));
	case K_MOUNT_DEVFS:
	case K_MOUNT_FDESCFS:
	case K_MOUNT_PROCFS:
		return (mount_special(j, *j->step, down));
	default:
		return (run_exec(j, *j->step,
		    j->value == &once ? NULL : j->value));
	}
}

/*
 * Go on with the jail's table until a command has been started (1) or the
 * end is reached (0).  A failed jail is in the ready queue (1).
 */
int
next_command(struct cfjail *j)
{
	bool undo = (j->flags & (JF_STOP | JF_FAILED)) == JF_FAILED;
	bool backward;

	if (paralimit == 0) {
		requeue(j, &runnable);
		return (1);
	}
	for (;;) {
		if (j->value == NULL) {
			j->step += undo ? -1 : 1;
			if (*j->step == K_NONE)
				return (0);
		}
		backward = undo || ((j->flags & JF_STOP) &&
		    j->known[*j->step] != NULL &&
		    (j->known[*j->step]->flags & CF_REVERSE));
		j->value = j->value == NULL ? first_value(j, backward) :
		    next_value(j, backward);
		if (j->value == NULL || j->value->len == 0 ||
		    (undo && !undone(*j->step)))
			continue;
		switch (run_step(j)) {
		case 0:
			fault(j, backward || (j->flags & JF_STOP) != 0);
			break;
		case -1:
			failed(j);
			return (1);
		case 1:
			return (1);
		}
	}
}

/* The command that jail j waited for has ended: how?  -1: jail failed. */
int
finish_command(struct cfjail *j)
{
	bool timeout = (j->flags & JF_TIMEOUT) != 0;
	int status = j->status, error = -1;

	if (!(j->flags & JF_ASLEEP))
		return (0);
	j->flags &= ~(JF_ASLEEP | JF_TIMEOUT);
	j->status = 0;
	if (*j->step == K_STOP_TIMEOUT) {
		if (timeout && verbose > 0)
			jail_note(j, "timed out\n");
		return (0);
	}
	if (paralimit >= 0)
		paralimit++;
	/*
	 * All of them: the first may have no command to run, and nobody
	 * would come for the next.
	 */
	while (!TAILQ_EMPTY(&runnable))
		requeue(TAILQ_FIRST(&runnable), &ready);
	if (timeout)
		jail_warnx(j, "%s: timed out", j->comline);
	else if (WIFSIGNALED(status))
		jail_warnx(j, "%s: exited on signal %d", j->comline,
		    WTERMSIG(status));
	else if (status != 0)
		jail_warnx(j, "%s: failed", j->comline);
	else
		error = 0;
	free(j->comline);
	j->comline = NULL;
	if (error < 0)
		failed(j);
	return (error);
}

/* Is `path` below `root`?  Then *ret_below is the rest of it. */
static bool
is_below(const char *path, const char *root, size_t len,
    const char **ret_below)
{
	while (len > 0 && root[len - 1] == '/')
		len--;
	if (len == 0 || strncmp(path, root, len) != 0 || path[len] != '/')
		return (false);
	*ret_below = path + len + strspn(path + len, "/");
	return (true);
}

/*
 * The jail's root, if `path` is below it, which is where a prisoner could
 * have put links: malloc'd, and *ret_below is the rest.  Else NULL.
 */
char *
jail_root(const struct cfjail *j, const char *path, const char **ret_below)
{
	const char *root = string_param(j, K_PATH);
	char *real;

	if (root == NULL)
		return (NULL);
	if (is_below(path, root, strlen(root), ret_below))
		return (eprintf("%.*s", (int)(*ret_below - path - 1), path));
	/* It may have been told by its other name. */
	if ((real = realpath(root, NULL)) != NULL &&
	    is_below(path, real, strlen(real), ret_below))
		return (real);
	free(real);
	return (NULL);
}

/* Check one component of a path.  0 to go on, 1 for a new file's, -1. */
static int
check_component(struct cfjail *j, const char *what, const char *path,
    bool maybenew)
{
	struct stat st;

	if (lstat(path, &st) < 0) {
		if (errno == ENOENT && maybenew)
			return (1);
		jail_warnx(j, "%s: %s: %s", what, path, strerror(errno));
		return (-1);
	}
	if (S_ISLNK(st.st_mode)) {
		jail_warnx(j, "%s: %s is a symbolic link", what, path);
		return (-1);
	}
	return (0);
}

/*
 * Say in words what is wrong with a path: not absolute, not there (but the
 * last component, with maybenew), or a link below the jail's root.  That no
 * link is followed is ensured by whoever opens it.
 */
int
check_path(struct cfjail *j, const char *what, const char *path,
    bool maybenew)
{
	const char *below;
	char *root, *copy, *slash;
	int error = 0;

	if (path[0] != '/') {
		jail_warnx(j, "%s: %s: not an absolute pathname", what, path);
		return (-1);
	}
	if ((root = jail_root(j, path, &below)) == NULL)
		return (0);
	copy = estrdup(path);
	for (slash = copy + strlen(root); error == 0 && slash != NULL;) {
		if ((slash = strchr(slash + 1, '/')) != NULL)
			*slash = '\0';
		error = check_component(j, what, copy,
		    maybenew && slash == NULL);
		if (slash != NULL)
			*slash = '/';
	}
	free(copy);
	free(root);
	return (error < 0 ? -1 : 0);
}
