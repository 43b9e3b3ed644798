// SPDX-License-Identifier: BSD-2-Clause
/* Lines of /proc/net: names of Unix sockets are anybody's choice. */
#include <sys/socket.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "address.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int families[] = { AF_INET, AF_INET6 };
	struct sock so;
	char buf[ADDRESS_LEN], *line = malloc(size + 1);
	size_t i;

	if (line == NULL)
		return (0);
	memcpy(line, data, size);
	line[size] = '\0';
	for (i = 0; i < 2; i++) {
		so = (struct sock){ .so_proto = IPPROTO_TCP };
		if (procnet_parse_inet(&so, line, families[i]) == 0) {
			address_format(&so, 1, ':', 0, buf);
			address_format(&so, 0, '.', 0, buf);
			tcp_state_name(so.so_state);
		}
	}
	so = (struct sock){ 0 };
	if (procnet_parse_unix(&so, line) == 0)
		free(so.so_path);
	free(line);
	return (0);
}
