// SPDX-License-Identifier: BSD-2-Clause
#include "iov.h"

#include <string.h>

#include "errmsg.h"
#include "jail.h"

int
iov_check(const struct iovec *iov, unsigned niov)
{
	unsigned i;

	if (niov % 2 != 0)
		return (jail_errx(EINVAL, "odd number of names and values"));
	for (i = 0; i < niov; i += 2)
		if (iov[i].iov_base == NULL || iov[i].iov_len == 0 ||
		    ((char *)iov[i].iov_base)[iov[i].iov_len - 1] != '\0')
			return (jail_errx(EINVAL, "a parameter's name is not "
			    "NUL-terminated"));
	return (0);
}

struct iovec *
iov_find(const struct iovec *iov, unsigned niov, const char *name)
{
	const struct iovec *found = NULL;
	unsigned i;

	for (i = 0; i + 1 < niov; i += 2)
		if (strcmp(iov[i].iov_base, name) == 0)
			found = &iov[i + 1];
	return ((struct iovec *)(uintptr_t)found);
}

int
iov_int(const struct iovec *iov, unsigned niov, const char *name, int *ret_n)
{
	const struct iovec *v = iov_find(iov, niov, name);

	if (v == NULL)
		return (0);
	if (v->iov_len != sizeof(int) || v->iov_base == NULL)
		return (jail_errx(EINVAL, "%s: not an int", name));
	memcpy(ret_n, v->iov_base, sizeof(int));
	return (1);
}

int
iov_string(const struct iovec *iov, unsigned niov, const char *name,
    const char **ret_s)
{
	const struct iovec *v = iov_find(iov, niov, name);

	if (v == NULL)
		return (0);
	if (v->iov_len == 0 || v->iov_base == NULL ||
	    ((char *)v->iov_base)[v->iov_len - 1] != '\0')
		return (jail_errx(EINVAL, "%s: not a string", name));
	*ret_s = v->iov_base;
	return (1);
}

void
iov_errmsg(const struct iovec *iov, unsigned niov)
{
	const struct iovec *v;
	size_t n;

	if (niov % 2 != 0 || iov_check(iov, niov) == -1 ||
	    (v = iov_find(iov, niov, "errmsg")) == NULL ||
	    v->iov_base == NULL || v->iov_len == 0 ||
	    v->iov_base == (void *)jail_errmsg)
		return;
	n = strnlen(jail_errmsg, v->iov_len - 1);
	memcpy(v->iov_base, jail_errmsg, n);
	((char *)v->iov_base)[n] = '\0';
}

int
iov_is_control(const char *name)
{
	return (strcmp(name, "errmsg") == 0 || strcmp(name, "lastjid") == 0 ||
	    strcmp(name, "desc") == 0);
}
