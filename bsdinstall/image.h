/* SPDX-License-Identifier: BSD-2-Clause */
/* OCI image layouts: a directory with blobs, named by their SHA-256. */
#ifndef ABASHIRI_IMAGE_H
#define ABASHIRI_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#include "sum.h"

#define IMAGE_LAYERS	256	/* at most, and one descriptor each */
#define IMAGE_ERROR	256

/* What a piece of JSON says of a blob. */
struct descriptor {
	char		de_type[128];	/* media type, "" for none */
	char		de_sum[SUM_HEX];
	uint64_t	de_size;
};

struct manifest {
	struct descriptor	ma_config;
	struct descriptor	ma_layers[IMAGE_LAYERS];
	unsigned		ma_nlayers;
};

/*
 * Read an index: the one manifest (or index below it) that has the name `ref`
 * (NULL: any) and is for `arch` (as OCI names it) or for none in particular.
 * Read a manifest.  Return 0, or -1 with text in ret_error.
 */
int	image_parse_index(const char *json, size_t len, const char *ref,
	    const char *arch, struct descriptor *ret_de, char *ret_error);
int	image_parse_manifest(const char *json, size_t len,
	    struct manifest *ret_ma, char *ret_error);

/* What an image's config says that it is for.  0 if that is Linux and `arch`. */
int	image_parse_config(const char *json, size_t len, const char *arch,
	    char *ret_error);

/* Is it one that lists others? */
int	image_is_index(const struct descriptor *de);

/* An image whose blobs have been found to be what they are called. */
struct image {
	int		im_fds[IMAGE_LAYERS];	/* layers, the lowest first */
	unsigned	im_nlayers;
};

/*
 * Open the image of a layout.  Ends the program with a message when anything
 * about it is not as it should be.
 */
void	image_open(const char *layout, const char *ref, const char *arch,
	    struct image *ret_im);

#endif
