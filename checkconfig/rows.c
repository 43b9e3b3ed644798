// SPDX-License-Identifier: BSD-2-Clause
/* For the test: is the standard input JSON as the page says?  "result check" of
   each row. */
#include <json-c/json.h>

#include <err.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *
member(struct json_object *row, const char *name, int must)
{
	struct json_object *value;

	if (!json_object_object_get_ex(row, name, &value)) {
		if (must)
			errx(1, "a row without %s", name);
		return (NULL);
	}
	if (!json_object_is_type(value, json_type_string))
		errx(1, "%s is no string", name);
	return (json_object_get_string(value));
}

static void
check_row(struct json_object *row)
{
	const char *result = member(row, "result", 1);
	struct json_object *needed;

	member(row, "group", 1);
	if (!json_object_object_get_ex(row, "needed", &needed) ||
	    !json_object_is_type(needed, json_type_boolean))
		errx(1, "needed is no boolean");
	if ((strcmp(result, "no") == 0) != (member(row, "without", 0) != NULL))
		errx(1, "%s: without", member(row, "check", 1));
	printf("%s %s\n", result, member(row, "check", 1));
}

int
main(void)
{
	struct json_object *all = json_object_from_fd(STDIN_FILENO);
	size_t i;

	if (all == NULL || !json_object_is_type(all, json_type_array))
		errx(1, "no array: %s", json_util_get_last_err());
	for (i = 0; i < json_object_array_length(all); i++)
		check_row(json_object_array_get_idx(all, i));
	return (json_object_put(all) == 1 ? 0 : 1);
}
