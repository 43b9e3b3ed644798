// SPDX-License-Identifier: BSD-2-Clause
#include "verdict.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "errmsg.h"
#include "jail.h"

struct verdict {
	int	ve_error;
	char	ve_text[JAIL_ERRMSGLEN];
};

void
verdict_send(int fd)
{
	struct verdict ve = { .ve_error = errno != 0 ? errno : EINVAL };
	ssize_t n;

	memcpy(ve.ve_text, jail_errmsg, sizeof(ve.ve_text));
	do
		n = write(fd, &ve, sizeof(ve));
	while (n == -1 && errno == EINTR);
}

int
verdict_read(int fd, const char *what)
{
	struct verdict ve;
	ssize_t n;

	do
		n = read(fd, &ve, sizeof(ve));
	while (n == -1 && errno == EINTR);
	if (n == 0 || (n == sizeof(ve.ve_error) && ve.ve_error == 0))
		return (0);
	if (n == sizeof(ve.ve_error))
		return (jail_err(ve.ve_error, "%s", what));
	if (n != sizeof(ve))
		return (jail_errx(EIO, "%s: the child broke off", what));
	ve.ve_text[sizeof(ve.ve_text) - 1] = '\0';
	return (jail_errx(ve.ve_error, "%s", ve.ve_text));
}
