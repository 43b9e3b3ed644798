// SPDX-License-Identifier: BSD-2-Clause
#include "json.h"

#include "vis.h"

/*
 * A string in quotes.  What is hidden elsewhere is escaped here too, since
 * JSON is looked at as well; a byte that is not UTF-8 has no place in JSON and
 * becomes U+FFFD.
 */
static void
put_string(FILE *fp, const char *s)
{
	unsigned c;
	size_t n;

	putc('"', fp);
	for (; *s != '\0'; s += n) {
		n = utf8_char(s, &c);
		if (n == 0) {
			fputs("\\ufffd", fp);
			n = 1;
		} else if (c == '"' || c == '\\')
			fprintf(fp, "\\%c", (int)c);
		else if (c == '\n')
			fputs("\\n", fp);
		else if (c == '\t')
			fputs("\\t", fp);
		else if (is_shown(c))
			fwrite(s, 1, n, fp);
		else if (c < 0x10000)
			fprintf(fp, "\\u%04x", c);
		else
			fprintf(fp, "\\u%04x\\u%04x",
			    0xd800 + ((c - 0x10000) >> 10),
			    0xdc00 + ((c - 0x10000) & 0x3ff));
	}
	putc('"', fp);
}

static void
new_line(struct json *js)
{
	fprintf(js->js_fp, "\n%*s", 2 * js->js_depth, "");
}

/* What stands between a member and the one before it, and its name. */
static void
member(struct json *js, const char *name, int is_open)
{
	if (js->js_members)
		fputs(is_open && !js->js_pretty ? ", " : ",", js->js_fp);
	js->js_members = 1;
	if (js->js_pretty)
		new_line(js);
	if (name != NULL) {
		put_string(js->js_fp, name);
		fputs(is_open || js->js_pretty ? ": " : ":", js->js_fp);
	}
}

void
json_open(struct json *js, const char *name, char bracket)
{
	member(js, name, 1);
	putc(bracket, js->js_fp);
	js->js_depth++;
	js->js_members = 0;
}

void
json_close(struct json *js, char bracket)
{
	js->js_depth--;
	if (js->js_pretty && js->js_members)
		new_line(js);
	putc(bracket, js->js_fp);
	js->js_members = 1;
}

void
json_string(struct json *js, const char *name, const char *value)
{
	member(js, name, 0);
	put_string(js->js_fp, value);
}

void
json_literal(struct json *js, const char *name, const char *value)
{
	member(js, name, 0);
	fputs(value, js->js_fp);
}

void
json_begin(struct json *js, const char *version)
{
	putc('{', js->js_fp);
	js->js_depth = 1;
	if (js->js_pretty)
		new_line(js);
	fprintf(js->js_fp, "\"__version\": \"%s\"", version);
	js->js_members = 1;
}

void
json_end(struct json *js)
{
	json_close(js, '}');
	putc('\n', js->js_fp);
}
