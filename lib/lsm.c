// SPDX-License-Identifier: BSD-2-Clause
/*
 * A security hook belongs to the whole machine: what is attached stays until
 * its link goes, and a link of this kind cannot be given another program.  So
 * a new version is attached beside the old one, which is then removed; in
 * between both are asked, and each can only refuse.
 */
#include "lsm.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <bpf/skel_internal.h>

#include "fd.h"
#include "lsm.skel.h"
#include "pin.h"

#define PREFIX		"lsm-"
#define NEWPREFIX	"newlsm-"

static const struct {
	const char	*lp_name;
	size_t		 lp_fd;
} programs[] = {
#define PROGRAM(name)	{ #name, offsetof(struct lsm, progs.lsm_ ## name) }
	PROGRAM(connect),
	PROGRAM(send),
	PROGRAM(getscheduler),
	PROGRAM(getpgid),
	PROGRAM(getsid),
	PROGRAM(getioprio),
#undef PROGRAM
};

/*
 * Is BPF among the security modules?  Where it is not, its programs can be
 * attached and are never run.  Not told (no securityfs): try.
 */
static int
is_enabled(void)
{
	_cleanup_close_ int fd = -1;
	char *name, *save = NULL, text[512];
	ssize_t n;

	fd = open("/sys/kernel/security/lsm", O_RDONLY | O_CLOEXEC);
	if (fd == -1 || (n = read(fd, text, sizeof(text) - 1)) <= 0)
		return (1);
	text[n] = '\0';
	for (name = strtok_r(text, ",\n", &save); name != NULL;
	    name = strtok_r(NULL, ",\n", &save))
		if (strcmp(name, "bpf") == 0)
			return (1);
	return (0);
}

/* Attach all under new names: all or none. */
static int
attach_all(int dirfd, const struct lsm *skel)
{
	char name[PINLEN];
	size_t i;
	int fd;

	for (i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		_cleanup_close_ int link = -1;

		fd = *(const int *)((const char *)skel + programs[i].lp_fd);
		snprintf(name, sizeof(name), NEWPREFIX "%s",
		    programs[i].lp_name);
		if ((link = skel_raw_tracepoint_open(NULL, fd)) < 0 ||
		    pin_put(dirfd, name, link) == -1)
			return (-1);
	}
	return (0);
}

static int
rename_new(int dirfd, const char *name, void *arg)
{
	char final[PINLEN];

	(void)arg;
	snprintf(final, sizeof(final), PREFIX "%s",
	    name + strlen(NEWPREFIX));
	return (renameat(dirfd, name, dirfd, final));
}

int
lsm_setup(int bpfdirfd, uint64_t cgid, unsigned level)
{
	struct lsm *skel;
	int error;

	if (!is_enabled() || (skel = lsm__open()) == NULL)
		return (0);
	skel->rodata->jails = cgid;
	skel->rodata->level = level + 1;
	pin_each(bpfdirfd, NEWPREFIX, pin_remove, NULL);
	error = lsm__load(skel);
	if (error == 0 && (error = attach_all(bpfdirfd, skel)) == -1)
		pin_each(bpfdirfd, NEWPREFIX, pin_remove, NULL);
	lsm__destroy(skel);
	if (error != 0)
		return (0);
	pin_each(bpfdirfd, PREFIX, pin_remove, NULL);
	return (pin_each(bpfdirfd, NEWPREFIX, rename_new, NULL) == 0);
}
