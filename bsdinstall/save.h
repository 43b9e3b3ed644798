/* SPDX-License-Identifier: BSD-2-Clause */
/* Files of a world, which is the root of this process, put by and back. */
#ifndef ABASHIRI_SAVE_H
#define ABASHIRI_SAVE_H

#include "names.h"

/* Write an archive of these files to standard output; those that are not there
   are left out.  Ends the program when it cannot. */
void	save(const struct names *na);

/* Remove these, in this order: files, and directories that are empty. */
void	save_remove(const struct names *na);

#endif
