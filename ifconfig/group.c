// SPDX-License-Identifier: BSD-2-Clause
#include "group.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Next "number name" of the file; false at its end. */
static bool
read_line(FILE *f, unsigned *ret_number, char ret_name[GROUP_NAME])
{
	char line[256], number[32], name[GROUP_NAME], *end;
	unsigned long n;

	while (fgets(line, sizeof(line), f) != NULL) {
		if (sscanf(line, "%31s %31s", number, name) != 2 ||
		    number[0] == '#')
			continue;
		n = strtoul(number, &end, 0);
		if (*end != '\0' || n > UINT_MAX)
			continue;
		*ret_number = (unsigned)n;
		strcpy(ret_name, name);
		return (true);
	}
	return (false);
}

void
group_name(unsigned number, char buf[GROUP_NAME])
{
	FILE *f = fopen(GROUP_FILE, "re");
	unsigned n = 0;
	bool found = false;

	while (f != NULL && !found && read_line(f, &n, buf))
		found = n == number;
	if (f != NULL)
		fclose(f);
	if (!found)
		snprintf(buf, GROUP_NAME, "%u", number);
}

long
group_number(const char *name)
{
	FILE *f = fopen(GROUP_FILE, "re");
	char found[GROUP_NAME], *end;
	unsigned n = 0;
	unsigned long number;
	bool same = false;

	while (f != NULL && !same && read_line(f, &n, found))
		same = strcmp(found, name) == 0;
	if (f != NULL)
		fclose(f);
	if (same)
		return (n);
	number = strtoul(name, &end, 10);
	return (end == name || *end != '\0' || number > INT_MAX ? -1 :
	    (long)number);
}

const char *
group_of_class(enum ifclass cl)
{
	switch (cl) {
	case CL_LO:
		return ("lo");
	case CL_BRIDGE:
		return ("bridge");
	case CL_EPAIR:
		return ("epair");
	case CL_TAP:
		return ("tap");
	case CL_TUN:
		return ("tun");
	default:
		return (NULL);
	}
}

bool
group_has(const struct iface *ifp, const char *name)
{
	const char *own = group_of_class(ifp->if_class);
	char buf[GROUP_NAME];

	if (strcmp(name, "all") == 0 ||
	    (own != NULL && strcmp(own, name) == 0))
		return (true);
	if (ifp->if_group == 0)
		return (false);
	group_name(ifp->if_group, buf);
	return (strcmp(buf, name) == 0);
}
