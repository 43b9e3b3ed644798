/* SPDX-License-Identifier: BSD-2-Clause */
/* What is mounted below the root of a prison while it runs. */
#ifndef ABASHIRI_ARRIVAL_H
#define ABASHIRI_ARRIVAL_H

#include <sys/stat.h>

#include "prison.h"
#include "state.h"

/*
 * Note which directory is a prison's root, so that who mounts something finds
 * the prisons that are concerned.  What cannot be noted is no error.
 */
void	prison_root_note(const struct state *st, const struct prison *pr);

/*
 * Something has been mounted on what placefd is open on, which was `under`
 * before: running prisons with that place below their root come to see it as
 * the host does.
 * Something with the root `root` has been unmounted from it: they see it no
 * longer.  Where that cannot be, it is a warning (jail_warnings()).
 */
void	arrival_mounted(int placefd, const struct stat *under);
void	arrival_gone(int placefd, const struct stat *root);

/* Is there a running prison with this root? */
int	arrival_root_used(const struct stat *root);

#endif
