/* SPDX-License-Identifier: MIT */
/* All maps that are pinned below a directory and that somebody may read. */
#ifndef WALK_H
#define WALK_H

#include "fs/file.h"

/*
 * Calls one for each map, in the order of their paths; path is below dir. live is borrowed. Directories
 * that the caller may not list and pins that he may not read are left out. Stops at the first error;
 * -ELOOP: more than WALK_DEPTH directories deep.
 */
#define WALK_DEPTH 64
int walk_maps(struct node *dir, const struct caller *who,
	      int (*one)(const char *path, struct live *live, void *data), void *data);

#endif
