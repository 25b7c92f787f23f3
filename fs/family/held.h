/* SPDX-License-Identifier: MIT */
/*
 * Symlinks in M/ whose names are no keys (R20): ln -sf makes one and renames it onto the key. They stay for a
 * minute, and the newest 64 of the mount at most. Thread-safe.
 */
#ifndef HELD_H
#define HELD_H

#include <stdbool.h>
#include <sys/types.h>

#include "fs/node.h"

struct held_link {
	char *target; /* the finder's: free it */
	uint32_t map_id;
	uid_t uid; /* who made it */
};

/* -EEXIST: there is one of that name. dir: M's node. */
int held_add(struct node *dir, const char *name, uint32_t map_id, const char *target, uid_t uid);
int held_find(struct node *dir, const char *name, struct held_link *ret_link); /* -ENOENT */
int held_remove(struct node *dir, const char *name);                           /* -ENOENT */
/* As a node, and its stat. -ENOENT. */
int held_lookup(struct node *dir, const char *name, struct node **ret_node, struct stat *ret_st);

/* Forgets those whose minute is over; true while some are left. */
bool held_reap(void);

#endif
