// SPDX-License-Identifier: BSD-2-Clause
#include "assets.h"
#include "assets-sum.h"

#include <stddef.h>
#include <string.h>

/* The assembler puts a file into the program as it is. */
#define ASSET(symbol, file) \
	__asm__(".section .rodata\n" #symbol ": .incbin \"" ASSETS_DIR "/" \
	    file "\"\n" #symbol "_end: .byte 0\n.previous\n"); \
	extern const char symbol[], symbol##_end[] /* NOLINT: names */

ASSET(asset_index, "page/index.html");
ASSET(asset_style, "page/style.css");
ASSET(asset_app, "page/app.js");
ASSET(asset_editor, "page/editor.js");
ASSET(asset_licences, "page/editor.LICENSE.txt");
ASSET(asset_openapi, "openapi.json");

#define HTML	"text/html; charset=utf-8"
#define CSS	"text/css; charset=utf-8"
#define JS	"text/javascript; charset=utf-8"
#define TEXT	"text/plain; charset=utf-8"
#define JSON	"application/json; charset=utf-8"

static const struct asset assets[] = {
	{ "/", HTML, asset_index, asset_index_end },
	{ "/style.css", CSS, asset_style, asset_style_end },
	{ "/app.js", JS, asset_app, asset_app_end },
	{ "/editor.js", JS, asset_editor, asset_editor_end },
	{ "/editor.LICENSE.txt", TEXT, asset_licences, asset_licences_end },
	{ "/openapi.json", JSON, asset_openapi, asset_openapi_end },
};

const struct asset *
asset_find(const char *path)
{
	size_t i;

	for (i = 0; i < sizeof(assets) / sizeof(assets[0]); i++)
		if (strcmp(assets[i].as_path, path) == 0)
			return (&assets[i]);
	return (NULL);
}
