// SPDX-License-Identifier: BSD-2-Clause
/* What /proc says of a process: names and arguments are anybody's choice. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proc.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct proc p = { .p_pid = 1, .p_tid = 1 };
	char buf[64], *text = malloc(size + 1), *command, *shown;

	if (text == NULL)
		return (0);
	memcpy(text, data, size);
	text[size] = '\0';
	if (proc_parse_stat(&p, text) == 0) {
		proc_state(&p, buf);
		proc_ttyname(p.p_tty, buf);
	}
	proc_parse_status(&p, text);
	p.p_args = text;
	p.p_argslen = size;
	if (size > 0 && (command = proc_command(&p, 1)) != NULL) {
		if ((shown = proc_vis(command)) != NULL &&
		    strpbrk(shown, "\033\n\t\r\b") != NULL)
			abort();
		free(shown);
		free(command);
	}
	free(text);
	return (0);
}
