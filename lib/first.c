// SPDX-License-Identifier: BSD-2-Clause
#include "first.h"

#include <sys/mman.h>

#include <fcntl.h>
#include <unistd.h>

#include "errmsg.h"
#include "fd.h"

static const unsigned char program[] = {
#include "first/first.inc"
};

#ifndef MFD_EXEC
#define MFD_EXEC	0x10	/* since 6.3; needed where vm.memfd_noexec */
#endif

int
first_open(void)
{
	int fd = memfd_create("jail", MFD_CLOEXEC | MFD_ALLOW_SEALING |
	    MFD_EXEC);

	if (fd == -1 && errno == EINVAL)
		fd = memfd_create("jail", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd == -1)
		return (jail_err(errno, "memfd_create"));
	if (write(fd, program, sizeof(program)) != sizeof(program) ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW |
	    F_SEAL_WRITE) == -1) {
		jail_err(errno, "seal the prison's first program");
		fd_close(&fd);
	}
	return (fd);
}
