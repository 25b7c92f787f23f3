/* SPDX-License-Identifier: MIT */
/*
 * Places: names below SOURCE without a dot, which the bpffs holds: directories, pins and symlinks. What
 * a place is can change at any time; its stat of this moment tells.
 */
#ifndef PLACE_H
#define PLACE_H

#include <sys/stat.h>

#include "fs/live.h"
#include "fs/node.h"

extern const struct node_kind place_kind;

int place_node(struct node *dir, const char *name, struct node **ret_node);

/* stat of the bpffs object, symlinks not followed; place_stat_cached may be up to a second old. */
int place_stat(struct node *place, struct stat *ret_st);
int place_stat_cached(struct node *place, struct stat *ret_st);
/* The same, and as it was last seen where it has gone: for what is still open of it. */
int place_stat_last(struct node *place, struct stat *ret_st);
void place_changed(struct node *place); /* forget the cached stat */

/* The map that is pinned here now, with a reference; -ENOENT: nothing, -EISDIR: a directory, -EINVAL: no map. */
int place_live(struct node *place, struct live **ret_live, struct stat *ret_st);

#endif
