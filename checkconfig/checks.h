/* SPDX-License-Identifier: BSD-2-Clause */
/* What a host offers to prisons. */
#ifndef ABASHIRI_CHECKS_H
#define ABASHIRI_CHECKS_H

enum result {
	C_YES,
	C_NO,
	C_UNKNOWN	/* not to be told from here: no root, a container */
};

/* One check that is made on every host. */
struct check {
	const char	*c_group;
	const char	*c_name;
	int		 c_needed;	/* no prison without it */
	/* Is it there?  With a few words on what was seen, or "". */
	enum result	(*c_try)(const struct check *, char *ret_text,
			    unsigned size);
	const char	*c_arg;		/* of c_try: a controller, a type */
	int		 c_num, c_num2;
	const char	*c_without;	/* what then falls */
	const char	*c_remedy;	/* what to do about it, or NULL */
};

extern const struct check checks[];	/* ends with a row without name */

/* Can the mount that holds path be idmapped? */
enum result	check_idmap(const char *path, char *ret_text, unsigned size);

/*
 * A file system in use that files are kept on: its type, and a place where it
 * is mounted.  Called with n from 0 until it returns 0; each type comes once.
 */
int	check_filesystem(int n, char *ret_type, unsigned typesize,
	    char *ret_point, unsigned pointsize);

/* What follows from the checks: it stands when all that it needs does. */
#define WALL_CHECKS	5

struct wall {
	const char	*w_group;
	const char	*w_name;
	const char	*w_checks[WALL_CHECKS + 1];
	const char	*w_without;	/* what is when it does not */
};

extern const struct wall walls[];	/* ends with a row without name */

#endif
