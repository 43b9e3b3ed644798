// SPDX-License-Identifier: BSD-2-Clause
/*
 * The JSON of images.  Whoever wrote it is a stranger: nothing is taken that
 * has not the type and the form that the specification gives it.
 */
#include <json-c/json.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "image.h"

#define DEPTH	32
#define REF	"org.opencontainers.image.ref.name"

static int __attribute__((format(printf, 2, 3)))
fail(char *ret_error, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(ret_error, IMAGE_ERROR, fmt, ap);
	va_end(ap);
	return (-1);
}

static struct json_object *
parse(const char *json, size_t len, char *ret_error)
{
	struct json_tokener *tok = json_tokener_new_ex(DEPTH);
	struct json_object *jo;

	if (tok == NULL || len > INT32_MAX) {
		fail(ret_error, "out of memory");
		return (NULL);
	}
	json_tokener_set_flags(tok, JSON_TOKENER_VALIDATE_UTF8);
	jo = json_tokener_parse_ex(tok, json, (int)len);
	if (json_tokener_get_error(tok) != json_tokener_success ||
	    !json_object_is_type(jo, json_type_object)) {
		fail(ret_error, "no JSON object");
		json_object_put(jo);
		jo = NULL;
	}
	json_tokener_free(tok);
	return (jo);
}

static struct json_object *
member(struct json_object *jo, const char *name, enum json_type type)
{
	struct json_object *m;

	return (json_object_is_type(jo, json_type_object) &&
	    json_object_object_get_ex(jo, name, &m) &&
	    json_object_is_type(m, type) ? m : NULL);
}

/* A string without anything that a terminal would act on, or "". */
static const char *
text(struct json_object *jo, const char *name)
{
	struct json_object *m = member(jo, name, json_type_string);
	const char *s = m == NULL ? "" : json_object_get_string(m), *p;

	for (p = s; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return ("");
	return (s);
}

static int
parse_descriptor(struct json_object *jo, struct descriptor *ret_de,
    char *ret_error)
{
	struct json_object *size = member(jo, "size", json_type_int);
	const char *digest = text(jo, "digest");
	int64_t n = size == NULL ? -1 : json_object_get_int64(size);

	if (strncmp(digest, "sha256:", 7) != 0 || !sum_valid(digest + 7))
		return (fail(ret_error, "a digest that is no SHA-256: "
		    "\"%.80s\"", digest));
	if (n < 0)
		return (fail(ret_error, "%.80s has no size", digest));
	snprintf(ret_de->de_type, sizeof(ret_de->de_type), "%s",
	    text(jo, "mediaType"));
	strcpy(ret_de->de_sum, digest + 7);
	ret_de->de_size = (uint64_t)n;
	return (0);
}

int
image_is_index(const struct descriptor *de)
{
	return (strcmp(de->de_type, "application/vnd.oci.image.index.v1+json")
	    == 0 || strcmp(de->de_type, "application/vnd.docker.distribution."
	    "manifest.list.v2+json") == 0);
}

/* Is the entry of an index the one that is looked for? */
static int
fits(struct json_object *entry, const char *ref, const char *arch)
{
	struct json_object *platform, *notes;
	const char *of;

	platform = member(entry, "platform", json_type_object);
	notes = member(entry, "annotations", json_type_object);
	if (ref != NULL && strcmp(text(notes, REF), ref) != 0)
		return (0);
	if (platform == NULL)
		return (1);
	of = text(platform, "architecture");
	return (strcmp(text(platform, "os"), "linux") == 0 &&
	    (strcmp(of, arch) == 0 || *of == '\0'));
}

/* The names that an index has, for who has named none of them. */
static void
names(struct json_object *list, char *ret_names, size_t size)
{
	size_t i, len = 0;

	*ret_names = '\0';
	for (i = 0; i < json_object_array_length(list); i++) {
		const char *name = text(member(json_object_array_get_idx(list,
		    i), "annotations", json_type_object), REF);

		if (*name != '\0' && len < size)
			len += (size_t)snprintf(ret_names + len, size - len,
			    " %s", name);
	}
}

static int
pick(struct json_object *jo, const char *ref, const char *arch,
    struct descriptor *ret_de, char *ret_error)
{
	struct json_object *list = member(jo, "manifests", json_type_array);
	struct json_object *entry, *found = NULL;
	char known[IMAGE_ERROR / 2];
	size_t i, n = 0;

	if (list == NULL)
		return (fail(ret_error, "no list of manifests"));
	for (i = 0; i < json_object_array_length(list); i++) {
		entry = json_object_array_get_idx(list, i);
		if (!fits(entry, ref, arch))
			continue;
		found = entry;
		n++;
	}
	names(list, known, sizeof(known));
	if (n == 0)
		return (fail(ret_error, "no image %s%sfor linux/%s; known:%s",
		    ref == NULL ? "" : ref, ref == NULL ? "" : " ", arch,
		    *known == '\0' ? " none" : known));
	if (n > 1)
		return (fail(ret_error, "several images: name one, "
		    "DIRECTORY:NAME, of%s", *known == '\0' ? " none" : known));
	return (parse_descriptor(found, ret_de, ret_error));
}

int
image_parse_index(const char *json, size_t len, const char *ref,
    const char *arch, struct descriptor *ret_de, char *ret_error)
{
	struct json_object *jo = parse(json, len, ret_error);
	int r;

	if (jo == NULL)
		return (-1);
	r = pick(jo, ref, arch, ret_de, ret_error);
	json_object_put(jo);
	return (r);
}

static int
is_layer(const struct descriptor *de)
{
	const char *t = de->de_type;
	size_t len = strlen(t);

	if (strncmp(t, "application/vnd.oci.image.layer.", 32) != 0 &&
	    strncmp(t, "application/vnd.docker.image.rootfs.", 36) != 0)
		return (0);
	return ((len > 4 && strcmp(t + len - 4, ".tar") == 0) ||
	    (len > 8 && strcmp(t + len - 8, "tar+gzip") == 0) ||
	    (len > 8 && strcmp(t + len - 8, "tar+zstd") == 0) ||
	    (len > 8 && strcmp(t + len - 8, "tar.gzip") == 0));
}

static int
parse_layers(struct json_object *list, struct manifest *ret_ma,
    char *ret_error)
{
	size_t i, n = json_object_array_length(list);
	struct descriptor *de;

	if (n == 0 || n > IMAGE_LAYERS)
		return (fail(ret_error, "%zu layers: no image has so many", n));
	for (i = 0; i < n; i++) {
		de = &ret_ma->ma_layers[i];
		if (parse_descriptor(json_object_array_get_idx(list, i), de,
		    ret_error) == -1)
			return (-1);
		if (!is_layer(de))
			return (fail(ret_error, "a layer of a kind that is "
			    "not known: \"%s\"", de->de_type));
	}
	ret_ma->ma_nlayers = (unsigned)n;
	return (0);
}

int
image_parse_manifest(const char *json, size_t len, struct manifest *ret_ma,
    char *ret_error)
{
	struct json_object *jo = parse(json, len, ret_error), *list;
	int r = -1;

	if (jo == NULL)
		return (-1);
	list = member(jo, "layers", json_type_array);
	if (list == NULL)
		fail(ret_error, "no list of layers");
	else if (parse_descriptor(member(jo, "config", json_type_object),
	    &ret_ma->ma_config, ret_error) == 0)
		r = parse_layers(list, ret_ma, ret_error);
	json_object_put(jo);
	return (r);
}

int
image_parse_config(const char *json, size_t len, const char *arch,
    char *ret_error)
{
	struct json_object *jo = parse(json, len, ret_error);
	int r = 0;

	if (jo == NULL)
		return (-1);
	if (strcmp(text(jo, "os"), "linux") != 0 ||
	    strcmp(text(jo, "architecture"), arch) != 0)
		r = fail(ret_error, "an image for %s/%s, not linux/%s",
		    text(jo, "os"), text(jo, "architecture"), arch);
	json_object_put(jo);
	return (r);
}
