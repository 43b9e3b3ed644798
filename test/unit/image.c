// SPDX-License-Identifier: BSD-2-Clause
/* The JSON of images, as image.h has it, and what is refused of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "image.h"

#define SUM "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define DIGEST "\"digest\":\"sha256:" SUM "\""
#define LAYER "{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar\"," \
	DIGEST ",\"size\":3}"
#define CONFIG "\"config\":{" DIGEST ",\"size\":2}"
#define NAMED(n, arch) "{" DIGEST ",\"size\":1,\"annotations\":{\"org." \
	"opencontainers.image.ref.name\":\"" n "\"},\"platform\":{\"os\":" \
	"\"linux\",\"architecture\":\"" arch "\"}}"

static char error[IMAGE_ERROR];
static struct manifest ma;
static struct descriptor de;

static void
assert_manifest_fails(const char *json, const char *why)
{
	assert_int_equal(image_parse_manifest(json, strlen(json), &ma, error),
	    -1);
	assert_non_null(strstr(error, why));
}

static void
assert_index_fails(const char *json, const char *ref, const char *why)
{
	assert_int_equal(image_parse_index(json, strlen(json), ref, "amd64",
	    &de, error), -1);
	assert_non_null(strstr(error, why));
}

static void
manifest_is_read(void **state)
{
	const char *json = "{" CONFIG ",\"layers\":[" LAYER "," LAYER "]}";

	(void)state;
	assert_int_equal(image_parse_manifest(json, strlen(json), &ma, error),
	    0);
	assert_int_equal(ma.ma_nlayers, 2);
	assert_string_equal(ma.ma_layers[1].de_sum, SUM);
	assert_int_equal(ma.ma_layers[1].de_size, 3);
	assert_int_equal(ma.ma_config.de_size, 2);
}

static void
manifest_that_is_none(void **state)
{
	(void)state;
	assert_manifest_fails("", "no JSON object");
	assert_manifest_fails("[]", "no JSON object");
	assert_manifest_fails("{\"layers\":", "no JSON object");
	assert_manifest_fails("{" CONFIG "}", "no list of layers");
	assert_manifest_fails("{" CONFIG ",\"layers\":[]}", "0 layers");
	assert_manifest_fails("{\"layers\":[" LAYER "]}", "no SHA-256");
	assert_manifest_fails("{" CONFIG ",\"layers\":[7]}", "no SHA-256");
	assert_manifest_fails("{" CONFIG ",\"layers\":[{" DIGEST ",\"size\":"
	    "-1}]}", "has no size");
	assert_manifest_fails("{" CONFIG ",\"layers\":[{" DIGEST ",\"size\":"
	    "\"1\"}]}", "has no size");
	assert_manifest_fails("{" CONFIG ",\"layers\":[{\"mediaType\":"
	    "\"application/vnd.oci.image.layer.v1.tar+encrypted\"," DIGEST
	    ",\"size\":1}]}", "not known");
	assert_manifest_fails("{" CONFIG ",\"layers\":[{\"digest\":"
	    "\"sha512:" SUM "\",\"size\":1}]}", "no SHA-256");
	assert_manifest_fails("{" CONFIG ",\"layers\":[{\"digest\":"
	    "\"sha256:../../../etc/shadow\",\"size\":1}]}", "no SHA-256");
	/* a name that would write on the terminal is not shown */
	assert_manifest_fails("{" CONFIG ",\"layers\":[{\"digest\":"
	    "\"sha256:\\u001b[2J\",\"size\":1}]}", "\"\"");
}

static void
index_is_picked_from(void **state)
{
	const char *json = "{\"manifests\":[" NAMED("a", "amd64") ","
	    NAMED("a", "arm64") "," NAMED("b", "amd64") "]}";

	(void)state;
	assert_int_equal(image_parse_index(json, strlen(json), "a", "amd64",
	    &de, error), 0);
	assert_int_equal(image_parse_index(json, strlen(json), NULL, "arm64",
	    &de, error), 0);
	assert_index_fails(json, NULL, "several images: name one, "
	    "DIRECTORY:NAME, of a a b");
	assert_index_fails(json, "c", "no image c for linux/amd64; known: a");
	assert_index_fails("{\"manifests\":[]}", NULL, "known: none");
	assert_index_fails("{}", NULL, "no list of manifests");
}

static void
config_is_for_this_machine(void **state)
{
	const char *json = "{\"os\":\"linux\",\"architecture\":\"386\"}";

	(void)state;
	assert_int_equal(image_parse_config(json, strlen(json), "386", error),
	    0);
	assert_int_equal(image_parse_config(json, strlen(json), "amd64",
	    error), -1);
	assert_string_equal(error, "an image for linux/386, not linux/amd64");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(manifest_is_read),
		cmocka_unit_test(manifest_that_is_none),
		cmocka_unit_test(index_is_picked_from),
		cmocka_unit_test(config_is_for_this_machine),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
