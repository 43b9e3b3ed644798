/* SPDX-License-Identifier: BSD-2-Clause */
/* The page and what belongs to it, carried in the program. */
#ifndef LLEVAL_ASSETS_H
#define LLEVAL_ASSETS_H

struct asset {
	const char	*as_path;	/* of the URL */
	const char	*as_type;
	const char	*as_data;
	const char	*as_end;
};

const struct asset *asset_find(const char *path);

#endif
