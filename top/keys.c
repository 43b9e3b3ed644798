// SPDX-License-Identifier: BSD-2-Clause
/* The keys of the interactive mode. */
#include <sys/resource.h>

#include <errno.h>
#include <jail.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "prockill.h"
#include "top.h"

static char message[256];
static char errors[1024];	/* of the last command that had any */

static const char help[] =
"top of Abashiri " ABASHIRI_VERSION "\n\n"
"^L      - redraw the screen\n"
"<sp>    - update\n"
"/       - show only processes whose name has a text in it\n"
"a       - titles of processes, or their names\n"
"C       - processor use raw, or weighted\n"
"d       - how many displays are to come\n"
"e       - errors of the last kill or renice\n"
"H       - threads\n"
"h or ?  - this\n"
"i or I  - idle processes\n"
"J       - only one jail's processes (+ all)\n"
"j       - the JID\n"
"k       - kill processes\n"
"m       - processes by CPU or by I/O, or totals of jails\n"
"n or #  - how many processes\n"
"o       - the order\n"
"P       - each processor\n"
"p       - only one process (+ all)\n"
"q       - quit\n"
"r       - renice processes\n"
"S       - processes of the system\n"
"s       - seconds between two displays\n"
"T       - IDs of threads, or of processes\n"
"t       - top itself\n"
"u       - only one user's processes (+ all)\n"
"w       - swap\n";

/* ------------------------------------------------------------------------
 * Toggles.
 */

static const struct toggle {
	int		 to_key;
	size_t		 to_offset;
	const char	*to_on;
	const char	*to_off;
} toggles[] = {
#define TOGGLE(key, field, on, off) \
	{ key, offsetof(struct wish, field), on, off }
	TOGGLE('a', wi_args, "Displaying process titles.",
	    "Displaying process names."),
	TOGGLE('C', wi_raw, "Displaying raw CPU.",
	    "Displaying weighted CPU."),
	TOGGLE('H', wi_threads, "Displaying threads separately.",
	    "Displaying threads as a count."),
	TOGGLE('i', wi_idle, "Displaying idle processes.",
	    "Not displaying idle processes."),
	TOGGLE('I', wi_idle, "Displaying idle processes.",
	    "Not displaying idle processes."),
	TOGGLE('j', wi_jails, "Displaying jail ID.",
	    "Not displaying jail ID."),
	TOGGLE('P', wi_percpu, "Displaying per-CPU statistics.",
	    "Displaying CPU statistics of all."),
	TOGGLE('S', wi_system, "Displaying system processes.",
	    "Not displaying system processes."),
	TOGGLE('T', wi_tids, "Displaying thread IDs.",
	    "Displaying process IDs."),
	TOGGLE('t', wi_self, "Displaying top itself.",
	    "Not displaying top itself."),
	TOGGLE('w', wi_swap, "Displaying swap.", "Not displaying swap."),
#undef TOGGLE
};

/* The message, or NULL where the key is none. */
static const char *
toggle(int key, struct wish *wi)
{
	size_t i;
	bool *flag;

	for (i = 0; i < sizeof(toggles) / sizeof(toggles[0]); i++)
		if (toggles[i].to_key == key) {
			flag = (bool *)((char *)wi + toggles[i].to_offset);
			*flag = !*flag;
			return (*flag ? toggles[i].to_on : toggles[i].to_off);
		}
	return (NULL);
}

/* ------------------------------------------------------------------------
 * Questions.
 */

static const char *
say(const char *what, const char *of)
{
	snprintf(message, sizeof(message), " %s: %.128s", what, of);
	return (message);
}

static const char *
ask_jail(struct wish *wi, const char *answer)
{
	int jid;

	if (strcmp(answer, "+") == 0) {
		wi->wi_jid = -1;
		return ("");
	}
	jid = strcmp(answer, "0") == 0 ? 0 : jail_getid(answer);
	if (jid == -1)
		return (say("unknown jail", answer));
	wi->wi_jid = jid;
	wi->wi_jails = true;
	return ("");
}

static const char *
ask_user(struct wish *wi, const char *answer)
{
	struct passwd *pw;

	if (strcmp(answer, "+") == 0 || strcmp(answer, "-") == 0) {
		wi->wi_uid = -1;
		return ("");
	}
	if ((pw = getpwnam(answer + (*answer == '+'))) == NULL)
		return (say("unknown user", answer));
	wi->wi_uid = pw->pw_uid;
	return ("");
}

static const char *
ask_pid(struct wish *wi, const char *answer)
{
	char *end;
	long pid = strtol(answer, &end, 10);

	if (strcmp(answer, "+") == 0)
		pid = 0;
	else if (*end != '\0' || pid <= 0)
		return (say("not a PID", answer));
	wi->wi_pid = (pid_t)pid;
	return ("");
}

static const char *
ask_order(struct wish *wi, const char *answer)
{
	const char *order = order_name(answer);

	if (order == NULL) {
		snprintf(message, sizeof(message), " no order \"%.16s\": %s",
		    answer, order_names());
		return (message);
	}
	wi->wi_order = order;
	return ("");
}

static const char *
ask_count(int *count, const char *answer)
{
	char *end;
	long n = strtol(answer, &end, 10);

	if (strncmp("infinity", answer, strlen(answer)) == 0 ||
	    strncmp("maximum", answer, strlen(answer)) == 0 ||
	    strncmp("all", answer, strlen(answer)) == 0)
		*count = EVERYTHING;
	else if (*end != '\0' || n < 0 || n > 1000000)
		return (say("not a number", answer));
	else
		*count = (int)n;
	return ("");
}

static const char *
ask_delay(struct wish *wi, const char *answer)
{
	char *end;
	double delay = strtod(answer, &end);

	if (*end != '\0' || !(delay > 0 && delay < 1e6))
		return (say("not a time", answer));
	wi->wi_delay = delay;
	return ("");
}

static const char *
ask_text(struct wish *wi, const char *answer)
{
	snprintf(wi->wi_text, sizeof(wi->wi_text), "%.63s",
	    strcmp(answer, "+") == 0 ? "" : answer);
	return ("");
}

/* ------------------------------------------------------------------------
 * Kill and renice.
 */

static void
complain(const char *pid, int error)
{
	size_t len = strlen(errors);

	snprintf(errors + len, sizeof(errors) - len, " %.16s: %s\n", pid,
	    error == 0 ? "not a PID" : strerror(error));
}

/* " 4711 (jail www)" behind what was done. */
static void
mention(char *done, size_t size, const struct proc *p)
{
	size_t len = strlen(done);

	if (p->p_jid > 0)
		snprintf(done + len, size - len, " %d (jail %s)",
		    (int)p->p_pid, proc_jailname(p->p_jid));
	else
		snprintf(done + len, size - len, " %d", (int)p->p_pid);
}

/* Do it to one process; 0 or errno. */
static int
signal_or_renice(const char *word, int renice, int n, char *done, size_t size)
{
	struct proclist pl;
	char *end;
	long pid = strtol(word, &end, 10);
	int error = 0;

	if (*end != '\0' || pid <= 0)
		return (-1);
	if (proc_list(&pl, PROC_JID, (pid_t)pid) == -1)
		return (EIO);
	if (pl.pl_n == 0)
		error = ESRCH;
	else if (renice ? setpriority(PRIO_PROCESS, (id_t)pid, n) == -1 :
	    proc_signal(&pl.pl_procs[0], n) == -1)
		error = errno;
	else
		mention(done, size, &pl.pl_procs[0]);
	proc_list_free(&pl);
	return (error);
}

static const char *
to_processes(const char *answer, int renice)
{
	char copy[128], *s = copy, *word, *end, done[160] = "";
	int error, first = 1, n = renice ? 0 : 9;

	errors[0] = '\0';
	snprintf(copy, sizeof(copy), "%s", answer);
	while ((word = strsep(&s, " ,")) != NULL) {
		if (*word == '\0')
			continue;
		if (first && (renice || *word == '-')) {
			first = 0;
			n = (int)strtol(word + !renice, &end, 10);
			if (*end != '\0' &&
			    (renice || (n = signal_number(word + 1)) == 0))
				return (say(renice ? "not a priority" :
				    "unknown signal", word));
			continue;
		}
		first = 0;
		error = signal_or_renice(word, renice, n, done, sizeof(done));
		if (error != 0)
			complain(word, error == -1 ? 0 : error);
	}
	snprintf(message, sizeof(message), " %s:%.150s%s", renice ?
	    "reniced" : "signalled", done[0] != '\0' ? done : " nothing",
	    errors[0] != '\0' ? "  (errors: e shows them)" : "");
	return (message);
}

/* ------------------------------------------------------------------------
 * All keys.
 */

/* The answer to a key's question put to use. */
static const char *
answered(int key, struct wish *wi, const char *answer)
{
	switch (key) {
	case '/':
		return (ask_text(wi, answer));
	case 'd':
		return (ask_count(&wi->wi_displays, answer));
	case 'J':
		return (ask_jail(wi, answer));
	case 'k':
		return (to_processes(answer, 0));
	case 'n':
	case '#':
		return (ask_count(&wi->wi_count, answer));
	case 'o':
		return (ask_order(wi, answer));
	case 'p':
		return (ask_pid(wi, answer));
	case 'r':
		return (to_processes(answer, 1));
	case 's':
		return (ask_delay(wi, answer));
	case 'u':
		return (ask_user(wi, answer));
	default:
		return ("");
	}
}

static const char *
question_of(int key)
{
	static const struct {
		int		 key;
		const char	*question;
	} questions[] = {
		{ '/', "Name to show (+ for all): " },
		{ 'd', "Number of displays: " },
		{ 'J', "Jail to show (+ for all): " },
		{ 'k', "kill " },
		{ 'n', "Number of processes to show: " },
		{ '#', "Number of processes to show: " },
		{ 'o', "Order to sort: " },
		{ 'p', "Process to show (+ for all): " },
		{ 'r', "renice " },
		{ 's', "Seconds to delay: " },
		{ 'u', "User to show (+ for all): " },
	};
	size_t i;

	for (i = 0; i < sizeof(questions) / sizeof(questions[0]); i++)
		if (questions[i].key == key)
			return (questions[i].question);
	return (NULL);
}

const char *
key_do(int key, struct wish *wi, const struct frame *fr)
{
	static const char *const modes[] = {
		"Displaying CPU statistics.", "Displaying I/O statistics.",
		"Displaying totals of jails."
	};
	const char *question = question_of(key), *text;
	char answer[128];

	if (key == 'q' || key == -2)
		return (NULL);
	if (question != NULL)
		return (screen_ask(fr, question, answer, sizeof(answer)) ?
		    answered(key, wi, answer) : "");
	if ((text = toggle(key, wi)) != NULL)
		return (text);
	switch (key) {
	case 'h':
	case '?':
		screen_page(help);
		return ("");
	case 'e':
		screen_page(errors[0] != '\0' ? errors : " No errors.\n");
		return ("");
	case 'm':
		wi->wi_mode = (wi->wi_mode + 1) % NMODES;
		return (modes[wi->wi_mode]);
	case 'z':	/* Linux has no idle process to show */
	case 0:
	case -1:
	case ' ':
	case '\f':
		return ("");
	default:
		return (" Command not understood");
	}
}
