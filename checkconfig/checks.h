/* SPDX-License-Identifier: BSD-2-Clause */
/* What a host offers to prisons, one check a row. */
#ifndef ABASHIRI_CHECKS_H
#define ABASHIRI_CHECKS_H

enum result {
	C_YES,
	C_NO,
	C_UNKNOWN	/* not to be told from here: no root, a container */
};

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

#endif
